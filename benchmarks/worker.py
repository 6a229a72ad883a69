"""A process that runs batches of one tree when told to, so that old and new can be timed in turns.

`python -P worker.py TREE`, with TREE first in PYTHONPATH. It greets with one line of JSON, then answers every line
`{"case": ..., "runs": ..., "seed": ...}` with one line. It asks of a tree only what every version has: `load`,
`scenario_from_codes`, `with_settings` and `simulate`.
"""

from __future__ import annotations

import gc
import json
import os
import sys
import time
from pathlib import Path
from typing import IO

WARMING = 2  # runs before a batch is timed: what other processes left in the caches is not its doing
SETTINGS = {"run.months": 300, "society.communities": 200}


def scenarios(tree: Path) -> dict:
    """The cases, as this tree lays them out: its own files, its own codebook."""
    import multitrack_sim as mt

    cases = {
        "2 governments": mt.scenario_from_codes({"parties": 2}),
        "Northern Ireland": mt.load(tree / "scenarios" / "northern_ireland_1998.toml"),
    }
    return {name: scenario.with_settings(SETTINGS) for name, scenario in cases.items()}


def batch(scenario, runs: int, seed: int) -> tuple[float, dict[str, list]]:
    """Processor seconds of a batch on one thread, and its outcomes by name."""
    import multitrack_sim as mt

    gc.collect()
    mt.simulate(scenario, runs=WARMING, seed=seed, threads=1)
    began = time.process_time()
    table = mt.simulate(scenario, runs=runs, seed=seed, threads=1)
    took = time.process_time() - began
    plain = table.astype(object).where(table.notna(), None)  # None: missing
    return took, {name: plain[name].tolist() for name in plain.columns}


def serve(tree: Path, answers: IO[str]) -> None:
    """Answer until nobody asks any more; outcomes are told only where they are asked for."""
    import multitrack_sim

    def say(**answer: object) -> None:
        answers.write(json.dumps(answer) + "\n")
        answers.flush()

    cases = scenarios(tree)
    say(package=str(Path(multitrack_sim.__file__).resolve().parent))
    for line in sys.stdin:
        asked = json.loads(line)
        took, outcomes = batch(cases[asked["case"]], asked["runs"], asked["seed"])
        say(seconds=took, **({"outcomes": outcomes} if asked.get("outcomes") else {}))


if __name__ == "__main__":
    with os.fdopen(os.dup(1), "w", encoding="utf-8") as answers:
        os.dup2(2, 1)  # what the tree itself prints is no answer
        serve(Path(sys.argv[1]).resolve(), answers)
