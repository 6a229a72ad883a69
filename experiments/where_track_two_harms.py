"""Where in the space of conflicts Track II harms and where it helps: a search for both ends with the same effort.

The effect is paired: months under an agreement with `track_two.budget` at 1 less months with it at 0, on the same seeds. A Latin
hypercube covers the codes, the two gates and the settings of workshops. The clearest points of either sign are run again
on fresh seeds, then varied and run again twice; what is reported in the end comes from seeds that chose nothing.
`python experiments/where_track_two_harms.py --out docs/where_track_two_harms.md`.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from harms.figures import draw
from harms.page import page
from harms.read import chance_of_noise
from harms.space import apart, hypercube, scenario_at, varied
from support.runs import Progress

import multitrack_sim as mt
from multitrack_sim.engine.resources import available_cores

OUTCOME = "months_under_accord"

# What is switched off at the extreme points, one at a time.
ABLATIONS: dict[str, dict[str, Any]] = {
    "the gate to officials": {"track_two.access": 0}, "the gate to publics": {"track_two.publicity": 0},
    "reports": {"track_two.transfer": 0}, "insight into sincerity": {"track_two.insight": 0.5},
    "understanding": {"track_two.understanding": 0},
    "inventing options": {"track_two.invention": 0}, "tabling of avoided issues": {"track_two.tabling": 0},
    "divergence from the official line": {"track_two.divergence": 0}, "clashes of agendas": {"track_two.clash": 0},
    "hardening of identities": {"track_two.hardening": 0}, "the back channel": {"track_two.channel": 0},
    "leaks": {"track_two.leak": 0}, "the price of secrecy": {"track_two.legitimacy_deficit": 0},
    "alarm of spoilers": {"track_two.alarm": 0}, "momentum of civil society": {"track_two.momentum": 0},
    "explaining attacks": {"track_two.explanation": 0}, "proposing measures": {"track_two.proposals": 0},
    "damping of incidents": {"fighting.contact_damping": 0},
    "people in office": {"track_two.office": 0},
}  # fmt: skip


@dataclass
class Sizes:
    points: int = 3000
    runs: int = 24  # pairs at each point of the first sample
    candidates: int = 250  # of either sign, run again
    final: int = 1000  # pairs at each extreme point
    seed: int = 1


@dataclass
class Search:
    """All that was found: the sample with its pairs, what fresh seeds said, the extreme points and their ablations."""

    sizes: Sizes
    points: np.ndarray
    pairs: np.ndarray
    candidates: np.ndarray = field(default_factory=lambda: np.zeros(0, int))
    confirmed: np.ndarray = field(default_factory=lambda: np.zeros((0, 0)))
    ends: dict[str, list[dict[str, Any]]] = field(default_factory=dict)


def effects(scenario: mt.Scenario, runs: int, seed: int, changes: Mapping[str, Any] | None = None) -> np.ndarray:
    """Run by run: months under an agreement with Track II less months without."""
    arms = [scenario.with_settings({**(changes or {}), "track_two.budget": budget}) for budget in (1.0, 0.0)]
    with_it, without = (mt.run_ensemble(arm, runs, seed, threads=1).table[OUTCOME].to_numpy() for arm in arms)
    return with_it - without


def together(work: Callable[[int], np.ndarray], count: int, what: str) -> list[np.ndarray]:
    """`work(0)`, `work(1)` ... on all cores (compiled months hold no lock), in order; Ctrl-C drops what has not begun."""
    progress = Progress(count, what)
    with ThreadPoolExecutor(available_cores()) as pool:
        jobs = [pool.submit(work, at) for at in range(count)]
        try:
            for _ in as_completed(jobs):
                progress.step()
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise
    return [job.result() for job in jobs]


def everywhere(points: np.ndarray, runs: int, seed: int, what: str) -> np.ndarray:
    """The pairs at every point (points x runs), each point with seeds of its own."""
    work = [scenario_at(point) for point in points]
    return np.array(together(lambda at: effects(work[at], runs, mt.run_seed(seed, at)), len(points), what))


def extremes(search: Search, sign: int, rng: np.random.Generator) -> list[dict[str, Any]]:
    """Five points where the effect is most negative (sign -1) or most positive, and what chose them."""
    sizes, word = search.sizes, "harm" if sign < 0 else "benefit"
    points, chosen_by = search.points[search.candidates], search.confirmed.mean(axis=1)
    for turn, runs in ((1, 64), (2, 128)):
        best = np.argsort(-sign * chosen_by)[:16]
        points = varied(points[best], 3, rng)
        chosen_by = everywhere(
            points, min(runs, sizes.final), sizes.seed + 100 * turn + sign, f"refining {word}, {turn} of 2"
        ).mean(axis=1)
    five = apart(points, np.argsort(-sign * chosen_by), 5)
    fresh = everywhere(five, sizes.final, sizes.seed + 500 + sign, f"fresh seeds for {word}")
    chosen = {tuple(point): value for point, value in zip(points, chosen_by)}
    return [{"point": p, "chosen_by": chosen[tuple(p)], "pairs": pairs} for p, pairs in zip(five, fresh)]


def ablated(ends: list[dict[str, Any]], runs: int, seed: int, what: str) -> None:
    """What each mechanism's absence changes at these points, run by run on the same seeds; written into `ends`."""
    names: list[str] = ["", *ABLATIONS]

    def work(at: int) -> np.ndarray:
        end, name = divmod(at, len(names))
        changes = ABLATIONS.get(names[name], {})
        return effects(scenario_at(ends[end]["point"]), runs, mt.run_seed(seed, end), changes)

    found = together(work, len(ends) * len(names), what)
    for at, end in enumerate(ends):
        whole, *others = found[at * len(names) : (at + 1) * len(names)]
        end["ablations"] = {name: other - whole for name, other in zip(ABLATIONS, others)}


def look(sizes: Sizes) -> Search:
    """The whole search."""
    rng = np.random.default_rng(sizes.seed)
    points = hypercube(sizes.points, rng)
    search = Search(sizes, points, everywhere(points, sizes.runs, sizes.seed + 1000, "points sampled"))
    mean, clear = search.pairs.mean(axis=1), np.argsort(chance_of_noise(search.pairs), kind="stable")
    picked = [[at for at in clear if sign * mean[at] > 0][: sizes.candidates] for sign in (-1, 1)]
    search.candidates = np.array(sorted({*picked[0], *picked[1], *clear[:5]}), int)  # five even where nothing differs
    search.confirmed = everywhere(points[search.candidates], 64, sizes.seed + 2000, "candidates on fresh seeds")
    for name, sign in (("harm", -1), ("benefit", 1)):
        search.ends[name] = extremes(search, sign, rng)
        ablated(search.ends[name], max(2, sizes.final // 4), sizes.seed + 3000 + sign, f"mechanisms of {name}")
    return search


def main(given: list[str] | None = None) -> None:
    usual = Sizes()
    options = argparse.ArgumentParser(description=__doc__)
    for name, help_text in (("points", "points of the sample"), ("runs", "pairs of runs at each"),
                            ("candidates", "points of either sign run again"), ("final", "pairs at extreme points"),
                            ("seed", "")):  # fmt: skip
        options.add_argument(f"--{name}", type=int, default=getattr(usual, name), help=help_text)
    options.add_argument("--out", type=Path, default=None, help="the page; figures go to images/ beside it")
    chosen = vars(options.parse_args(given))
    out = chosen.pop("out")
    if out:  # a folder that cannot be made is told now, not after the search
        (out.parent / "images").mkdir(parents=True, exist_ok=True)
    try:
        search = look(Sizes(**chosen))
    except KeyboardInterrupt:
        raise SystemExit("stopped; nothing was written") from None
    captions = draw(search, out.parent / "images") if out else {}
    text, table = page(search, captions)
    print(text)
    if out:
        out.write_text(text, encoding="utf-8")
        table.to_csv(out.with_suffix(".csv"), index=False, float_format="%.4g")


if __name__ == "__main__":
    main()
