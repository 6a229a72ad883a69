"""A coarse fit of a few defaults to the record, over a stated population of conflicts. Not a calibration.

Looks at the population only, never at a case. Prints the best settings by the largest standardised distance to the
targets (an implausibility), and how the targets are met. `python experiments/coarse_fit.py --settings 200`.
"""

import argparse

import numpy as np
import pandas as pd

import multitrack_sim as mt
from multitrack_sim.chance import run_seed

# Shares (in %) of each code 0-4 in the population: an assumption, made before any run was seen.
POPULATION = {
    "hurting_stalemate": (10, 20, 30, 25, 15), "power_asymmetry": (15, 25, 30, 20, 10), "spoilers": (10, 25, 30, 25, 10),
    "guarantee": (30, 25, 25, 15, 5), "track2": (15, 25, 30, 20, 10), "track3": (20, 30, 30, 15, 5),
    "cbm": (15, 30, 30, 20, 5), "cbm_verification": (25, 30, 25, 15, 5), "secrecy": (20, 25, 30, 20, 5),
    "indivisibility": (10, 20, 35, 25, 10), "mediation": (20, 20, 30, 20, 10), "hawkishness": (5, 20, 40, 25, 10),
    "public_support": (10, 25, 35, 25, 5), "fighting_level": (0, 15, 30, 30, 25), "power_sharing": (20, 30, 30, 15, 5),
    "outside_pressure": (10, 25, 40, 20, 5), "cost_of_no_deal": (55, 25, 15, 5, 0),
}  # fmt: skip
PARTIES = {2: 0.65, 3: 0.20, 4: 0.10, 6: 0.05}

# Pattern, what the record says, and how far off it may be (one standard deviation, sampling and coding together).
TARGETS = {
    "agreed, of opened talks": (0.42, 0.08),  # T1: PA-X v10, comprehensive by 240 months, .33-.53
    "months of the round that led to it": (22.0, 7.0),  # T2: median 12-30; 22 in the coded cases
    "stands after 5 years": (0.74, 0.06),  # T3: UCDP Peace Agreements, .60-.85
    "ended by low activity": (0.46, 0.07),  # T4: UCDP Conflict Termination v3
    "ended by ceasefire": (0.17, 0.05),
    "ended by victory": (0.15, 0.05),
    "ended by agreement": (0.22, 0.07),  # the record has .12; the population is one in which talks are conceivable
    "active again after agreement": (0.34, 0.08),  # T5
}
VARIED = {
    "fighting.victory": (0.01, 0.12), "fighting.petering_out": (0.004, 0.03), "fighting.ceasefire": (0.004, 0.03),
    "track_one.breakdown": (0.01, 0.06), "track_one.deadlock": (0.05, 0.4), "conflict.exposure": (0.4, 0.8),
    "track_one.aspiration": (0.35, 0.7), "track_one.concession": (0.015, 0.06), "track_one.ready_threshold": (0.4, 0.65),
    "accord.collapse": (0.004, 0.02), "track_one.war_cost": (0.2, 0.45), "track_one.invention": (0.04, 0.12),
    "track_one.reactive_devaluation": (0.08, 0.25),
}  # fmt: skip


def conflicts(count: int, seed: int) -> list[mt.Scenario]:
    """So many conflicts of the population, their codes drawn with this seed."""
    rng = np.random.default_rng(seed)
    drawn = []
    for _ in range(count):
        codes = {name: int(rng.choice(5, p=np.array(shares) / 100)) for name, shares in POPULATION.items()}
        codes["parties"] = int(rng.choice(list(PARTIES), p=list(PARTIES.values())))
        drawn.append(mt.scenario_from_codes(codes).with_settings({"society.communities": 40}))
    return drawn


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
            mt.simulate(c.with_settings(drawn), runs=2, seed=run_seed(chosen.seed, j)) for j, c in enumerate(population)
        ]
        found = patterns(pd.concat(runs))
        rows.append({"distance": distance(found)} | found | drawn)
        print(f"{k + 1}/{chosen.settings}  best so far {min(row['distance'] for row in rows):.2f}", flush=True)
    table = pd.DataFrame(rows).sort_values("distance")
    print(table.head(8).T.to_string(float_format="%.3f"))
    print("as the defaults stand:\n", pd.Series(rows[0]).to_string(float_format="%.3f"))


if __name__ == "__main__":
    main()
