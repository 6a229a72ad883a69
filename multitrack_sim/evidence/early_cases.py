"""One more constraint beside the targets: conflicts that were coded mechanically and begun up to 2005, and how many of them
came to an agreement. Later conflicts are never looked at here: they are what predictions are judged by.

Mediated conflicts stand apart from the others, for nothing in the record tells cases apart as much.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from os import PathLike

import numpy as np
import pandas as pd

from ..engine.random import run_seed
from ..running.ensemble import outcome_frame, run_written
from ..scenario.code_files import CodedCase, read_cases
from .missing_codes import complete_codes
from .population import Population
from .scored_cases import happened
from .validation_terms import LAST_YEAR_FITTED, WITHIN

__all__ = ["EarlyCases", "early_cases", "recorded_shares"]

MONTHS = 180  # of a run: agreements within ten years, and whether they held for five
OUTCOMES = {"any": ("months_to_substantive", 0.0), "comprehensive": ("months_to_comprehensive", 0.04)}
# The second number of each, as one standard deviation: how far the two files disagree on what is comprehensive. A coded
# conflict counts if either calls it so: .21 of the 155 within ten years, .16 by PA-X alone, .18 by UCDP's alone.
CLUSTERED = 1.2  # variance of a share against independent cases: conflicts of one country hang together


def early_cases(file: str | PathLike[str]) -> list[CodedCase]:
    """The conflicts of a table of cases that began up to 2005 (`multitrack evidence --code-conflicts` writes one)."""
    cases = [case for case in read_cases(file) if case.beside.get("month_zero")]
    return [case for case in cases if int(str(case.beside["month_zero"])[:4]) <= LAST_YEAR_FITTED]


def recorded_shares(cases: Sequence[CodedCase]) -> dict[str, tuple[float, float]]:
    """What happened: the share of each group with each agreement within ten years, and one standard deviation of it."""
    found = {}
    for outcome, (_, apart) in OUTCOMES.items():
        known = [happened(case.recorded)[outcome] for case in cases]
        happened_there = np.nan_to_num(known)  # unknown: not seen to happen
        for group, inside in _groups(cases).items():
            share, count = float(happened_there[inside].mean()), int(inside.sum())
            error = math.sqrt(CLUSTERED * (share * (1 - share) + 1 / count) / count + apart * apart)
            found[f"{outcome}, {group}"] = (share, error)
    return found


def _groups(cases: Sequence[CodedCase]) -> dict[str, np.ndarray]:
    mediated = np.array([case.codes.get("mediation", 0.0) >= 2 for case in cases])
    groups = {"all": np.ones(len(cases), bool), "mediated": mediated, "not mediated": ~mediated}
    return {name: inside for name, inside in groups.items() if inside.any()}


class EarlyCases:
    """The cases laid out, what was not coded drawn anew with each seed; run as often as one likes."""

    def __init__(self, cases: Sequence[CodedCase], seed: int):
        self.cases, self.seed = cases, seed
        self.population = Population([self._codes(at, case) for at, case in enumerate(cases)], seed, MONTHS)

    def _codes(self, at: int, case: CodedCase) -> Mapping[str, object]:
        given = {"start": "fighting"} | dict(case.beside) | dict(case.codes)
        return complete_codes(given, 1, run_seed(self.seed, at) % 2**31)[0]

    def shares(self, settings: Mapping[str, float]) -> dict[str, float]:
        """The share of each group with each agreement within ten years, in one run of every case with these settings."""
        names, row = tuple(settings), np.array([list(settings.values())], float)
        outcomes = []
        for at, (layout, written) in enumerate(zip(self.population.layouts, self.population.places(names))):
            seeds = np.array([run_seed(self.seed, at)], np.int64)
            outcomes.append(run_written(layout, seeds, written.cells, written.as_bits(row))[0])
        table: pd.DataFrame = outcome_frame(np.arange(len(outcomes)), np.concatenate(outcomes))
        return {
            f"{outcome}, {group}": float((table[column] <= WITHIN).to_numpy()[inside].mean())
            for outcome, (column, _) in OUTCOMES.items()
            for group, inside in _groups(self.cases).items()
        }
