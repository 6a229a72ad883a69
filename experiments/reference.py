"""What the experiments share: reference scenarios, ranges of study, outcomes as numbers, and progress on the screen."""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import Any

import numpy as np

import multitrack_sim as mt
from multitrack_sim.outcome_table import OUTCOMES
from multitrack_sim.parameter_table import PARAMETERS
from multitrack_sim.tables import Column

__all__ = ["REFERENCE", "Progress", "column_range", "full_cast", "measured", "parameter_range", "units"]

# Where what is allowed is far wider than what any study would try, and the table declares no range of study.
NARROWER: dict[str, tuple[float, float]] = {
    "run.months": (120, 600), "society.communities": (20, 200), "society.ties": (0, 12),
    "governments.power": (0.25, 4), "governments.population": (0.25, 4), "governments.term": (0, 72),
    "governments.next_election": (1, 72), "issues.weight": (0.25, 4), "measures.cost": (0, 4), "dyads.prior": (-2, 1.5),
}  # fmt: skip
# Months until something that may never come: cut at the horizon, so that runs in which it never came count too.
CUT_AT_HORIZON = ("months_to_talks", "months_to_agreement")


def codebook_middle() -> mt.Scenario:
    """All eighteen codes at their middle."""
    return mt.scenario_from_codes({}, "Codebook, all codes in the middle").with_settings({"society.communities": 40})


def full_cast() -> mt.Scenario:
    """Four parties and every mechanism switched on; see the comments in full_cast.toml."""
    return mt.load(Path(__file__).with_name("full_cast.toml"))


def quiet_dispute() -> mt.Scenario:
    """A dispute without fighting in which having no deal is costly: shared water, say."""
    codes = {"fighting_level": 0, "cost_of_no_deal": 3, "spoilers": 1, "public_support": 1.5}
    return mt.scenario_from_codes(codes, "A dispute without fighting").with_settings({"society.communities": 40})


REFERENCE = {"middle": codebook_middle, "full cast": full_cast, "no fighting": quiet_dispute}


def parameter_range(name: str) -> tuple[float, float]:
    """The range in which a study would vary a parameter."""
    return NARROWER.get(name, PARAMETERS[name].range)


def column_range(table: str, column: Column) -> tuple[float, float]:
    """The same for a column that scenarios may write."""
    low, high = NARROWER.get(f"{table}.{column.name}", (column.low, column.high))
    return (low, high) if high <= 100 else (low, max(4 * column.default, 1.0))


def units() -> dict[str, str]:
    """The columns of `measured` and their units: a category gives one column for each of its kinds."""
    found: dict[str, str] = {}
    for name, outcome in OUTCOMES.items():
        kinds = outcome.values[1:]
        found |= {f"{name}: {kind}": "share of runs" for kind in kinds} if kinds else {name: _unit(outcome)}
    return found


def _unit(outcome: Any) -> str:
    return "share of runs" if outcome.binary else outcome.unit


def measured(scenario: mt.Scenario, runs: int, seed: int) -> np.ndarray:
    """So many runs, one row each, the columns those of `units`, every outcome a number (NaN where it is missing)."""
    table = mt.run_ensemble(scenario, runs, seed).table
    columns = []
    for name, outcome in OUTCOMES.items():
        values = table[name]
        if outcome.values:
            columns += [(values.cat.codes == code).to_numpy(float) for code in range(1, len(outcome.values))]
        elif name in CUT_AT_HORIZON:
            columns.append(np.nan_to_num(values.to_numpy(float), nan=float(scenario.value("run.months"))))
        else:
            columns.append(values.to_numpy(float))
    return np.column_stack(columns)


class Progress:
    """Says every few seconds how far the work is and how long it may still take."""

    def __init__(self, total: int, what: str):
        self.total, self.what, self.done = max(total, 1), what, 0
        self.start = self.told = time.monotonic()

    def step(self, count: int = 1) -> None:
        self.done += count
        now = time.monotonic()
        if now - self.told > 5 or self.done == self.total:
            left = (now - self.start) * (self.total / self.done - 1)
            print(f"{self.what}: {self.done} of {self.total}, about {left:.0f} s left", file=sys.stderr, flush=True)
            self.told = now
