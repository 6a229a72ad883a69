"""This tree against an old one, both measured in turns: `python -m benchmarks.against 9303e44`.

The speed of a machine drifts, so that only ratios within a turn count. A turn goes through all trees and back again
(old, new, new, old): a clock that drifts evenly cancels out.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from multitrack_sim.errors import MultitrackError

from .measure import Bar, Figure, Part, Table, median
from .report import as_text
from .trees import ROOT, Worker, workers

__all__ = ["compare", "main", "measure"]

YARDSTICK = "9303e44"  # the commit that the bars speak of
CASES = {"2 governments": (256, Bar("at most", 0.75)), "Northern Ireland": (96, Bar("at most", 0.60))}
SAME_RUNS = 32  # whose numbers are compared


def there_and_back(living: Sequence[Worker], case: str, runs: int, seed: int) -> list[float]:
    """Seconds of every tree in one turn: there and back, the sum of both."""
    took = [0.0] * len(living)
    for at in (*range(len(living)), *reversed(range(len(living)))):
        took[at] += living[at].batch(case, runs, seed)["seconds"]
    return took


def shared_numbers(old: dict[str, list], new: dict[str, list]) -> str:
    """How far two trees give the same outcomes, over those that both have (None: missing).

    >>> shared_numbers({"a": [1.0, None]}, {"a": [1.0, None], "b": [0.0, 0.0]})
    'same'
    >>> shared_numbers({"a": [1.0, None]}, {"a": [1.5, None]})
    'differ in 1 of 2 runs'
    """
    shared = [name for name in old if name in new]
    one, two = (list(zip(*(outcomes[name] for name in shared))) for outcomes in (old, new))
    differ = sum(mine != theirs for mine, theirs in zip(one, two))
    return f"differ in {differ} of {len(one)} runs" if differ else "same"


def compare(names: Sequence[str], repeats: int, keep: Path | None = None, runs: int | None = None) -> Part:
    """All trees in turns, the first of them the yardstick of the others."""
    figures, rows = [], []
    with workers(names, keep) as living:
        for case, (usual, bar) in CASES.items():
            count = runs or usual
            outcomes = [worker.batch(case, SAME_RUNS, outcomes=True)["outcomes"] for worker in living]  # and warms up
            turns = np.array([there_and_back(living, case, count, seed) for seed in range(1, repeats + 1)])
            each = np.median(turns, axis=0) / 2 / count * 1e3
            for at, worker in enumerate(living):
                name, ratios = worker.tree.name, sorted(turns[:, at] / turns[:, 0])
                spread = f"{ratios[0]:.3f} to {ratios[-1]:.3f}"
                numbers = shared_numbers(outcomes[0], outcomes[at])
                rows.append((case, name, float(each[at]), f"{median(ratios):.3f}", spread, numbers))
                if at:
                    required = bar if living[0].tree.commit.startswith(YARDSTICK) else None
                    figures.append(
                        Figure(f"{case}, {name} / {living[0].tree.name}", float(median(ratios)), "times", required)
                    )
    header = ("world", "tree", "ms per run", f"against {living[0].tree.name}", "from, to", "numbers")
    return Part(
        "against",
        f"Whole runs of 300 months with 200 communities through `simulate`, one thread, processor time, {repeats} turns, each "
        "through all trees and back; every tree has a living process of its own. Medians of the ratios within turns. The "
        f"numbers compared are the shared outcomes of {SAME_RUNS} runs.",
        figures,
        [Table("Runs in turns", header, tuple(rows))],
    )


def measure(repeats: int) -> Part:
    """This tree against the commit that the bars speak of, where there is a repository that holds it."""
    try:
        return compare([YARDSTICK, str(ROOT)], repeats)
    except MultitrackError as problem:
        return Part("against", f"Not measured: {problem}.")


def main(arguments: list[str] | None = None) -> int:
    about = "Whole runs of trees in turns: how long they take against the first of them."
    parser = argparse.ArgumentParser(prog="python -m benchmarks.against", description=about)
    parser.add_argument("old", help="the tree to compare with: a commit of this repository, or a folder")
    parser.add_argument("new", nargs="*", help="commits or folders (default: this tree as it lies on the disk)")
    parser.add_argument("--repeats", type=int, default=11, help="turns (default 11)")
    parser.add_argument("--runs", type=int, help="runs of a batch (default: about a second)")
    parser.add_argument("--keep", type=Path, metavar="FOLDER", help="keep unpacked commits and compiled code here")
    given = parser.parse_args(arguments)
    for name, value in (("--repeats", given.repeats), ("--runs", given.runs)):
        if value is not None and value < 1:
            parser.error(f"{name} {value}; allowed: whole numbers from 1")
    try:
        print(as_text(compare([given.old, *(given.new or [str(ROOT)])], given.repeats, given.keep, given.runs)))
    except (MultitrackError, OSError) as problem:
        print(f"python -m benchmarks.against: {problem}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
