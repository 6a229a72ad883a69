"""A coarse fit of a few defaults to the record, over a stated population of conflicts. Not a calibration.

Looks at the population only, never at a case. Prints the best settings by the largest standardised distance to the
targets (an implausibility), and how the targets are met. `python -m multitrack_sim.evidence.calibration --settings 200`.
"""

import argparse

import numpy as np
import pandas as pd

from ..engine.random import run_seed
from ..running.ensemble import simulate
from .population import conflicts
from .targets import TARGETS

VARIED = {
    "fighting.victory": (0.01, 0.12), "fighting.petering_out": (0.004, 0.03), "fighting.ceasefire": (0.004, 0.03),
    "track_one.breakdown": (0.01, 0.06), "track_one.deadlock": (0.05, 0.4), "conflict.exposure": (0.4, 0.8),
    "track_one.aspiration": (0.35, 0.7), "track_one.concession": (0.015, 0.06), "track_one.ready_threshold": (0.4, 0.65),
    "accord.collapse": (0.004, 0.02), "track_one.war_cost": (0.2, 0.45), "track_one.invention": (0.04, 0.12),
    "track_one.reactive_devaluation": (0.08, 0.25),
}  # fmt: skip


def patterns(table: pd.DataFrame) -> dict[str, float]:
    """The targets' patterns in a table of runs."""
    talks, accords = table[table["talks_opened"] == 1], table[table["agreed"] == 1]
    seen_long = accords[accords["months_to_agreement"] <= 240]
    ended = table[table["ended_by"] != "none"]
    found = {
        "agreed, of opened talks": talks["agreed"].mean(),
        "months of the round that led to it": accords["months_of_round"].median(),
        "stands after 5 years": 1 - (seen_long["months_to_collapse"] <= 60).mean(),
        "active again after agreement": ended[ended["ended_by"] == "agreement"]["recurred"].mean(),
    }
    for way in ("low activity", "ceasefire", "victory", "agreement"):
        found[f"ended by {way}"] = (ended["ended_by"] == way).mean()
    return found


def distance(found: dict[str, float]) -> float:
    """The largest distance to a target, in standard deviations; infinite where a pattern cannot be computed."""
    gaps = [abs(found[name] - value) / sd for name, (value, sd) in TARGETS.items()]
    return float("inf") if np.isnan(gaps).any() else max(gaps)


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--settings", type=int, default=100)
    options.add_argument("--conflicts", type=int, default=150)
    options.add_argument("--seed", type=int, default=1)
    chosen = options.parse_args()
    rng, population = np.random.default_rng(chosen.seed), conflicts(chosen.conflicts, chosen.seed)
    rows = []
    for k in range(chosen.settings):
        drawn = {name: float(rng.uniform(*span)) for name, span in VARIED.items()} if k else {}
        runs = [
            simulate(c.with_settings(drawn), runs=2, seed=run_seed(chosen.seed, j)) for j, c in enumerate(population)
        ]
        found = patterns(pd.concat(runs))
        rows.append({"distance": distance(found)} | found | drawn)
        print(f"{k + 1}/{chosen.settings}  best so far {min(row['distance'] for row in rows):.2f}", flush=True)
    table = pd.DataFrame(rows).sort_values("distance")
    print(table.head(8).T.to_string(float_format="%.3f"))
    print("as the defaults stand:\n", pd.Series(rows[0]).to_string(float_format="%.3f"))


if __name__ == "__main__":
    main()
