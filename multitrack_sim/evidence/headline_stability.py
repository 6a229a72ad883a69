"""Whether the headline's intervals stand still when runs, conflicts and plausible sets are doubled.

`python -m multitrack_sim.evidence.headline_stability --conflicts 300 --runs 200 --sets 50` runs the reference population
three times: as asked, with twice the pairs of each conflict, and with twice the sets and twice the conflicts; on seeds of
their own. An end of an interval should move by less than a fifth of its width.
"""

from __future__ import annotations

import argparse

import numpy as np
import pandas as pd

from .headline import headline

__all__ = ["compared"]

MOVED = 0.2  # of the interval's width


def compared(conflicts: int, runs: int, sets: int, seed: int, threads: int | None = None) -> pd.DataFrame:
    """The interval of every outcome in each design, a row each."""
    designs = {
        "as asked": (conflicts, runs, sets),
        "twice the runs": (conflicts, 2 * runs, sets),
        "twice the sets and conflicts": (2 * conflicts, runs, 2 * sets),
    }
    rows = []
    for at, (name, (many, each, of)) in enumerate(designs.items()):
        found = headline(conflicts=many, runs=each, sets=of, seed=seed + at, threads=threads)
        for outcome, one in found.found["outcomes"].items():
            row = {"design": name, "outcome": outcome, "effect": one["effect"], "low": one["low"], "high": one["high"]}
            rows.append(row | one["shares"] | {"unclear": ", ".join(one["unclear"])})
    table = pd.DataFrame(rows)
    first = table[table["design"] == "as asked"].set_index("outcome").loc[table["outcome"]].reset_index()
    width = first["high"] - first["low"]
    moved = np.maximum((table["low"] - first["low"]).abs(), (table["high"] - first["high"]).abs()) / width
    return table.assign(moved=moved.to_numpy())


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--conflicts", type=int, default=300)
    options.add_argument("--runs", type=int, default=200)
    options.add_argument("--sets", type=int, default=50)
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--threads", type=int, default=None)
    asked = options.parse_args()
    table = compared(asked.conflicts, asked.runs, asked.sets, asked.seed, asked.threads)
    print(table.to_string(index=False, float_format="%.4f"))
    print(f"largest movement: {table['moved'].max():.2f} of an interval's width (allowed {MOVED})")


if __name__ == "__main__":
    main()
