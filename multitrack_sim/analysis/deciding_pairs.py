"""Pairs of runs in which a variant decided: the same random numbers, and an agreement in one run only."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from .run_tables import on_same_seeds

__all__ = ["DecidingPair", "deciding_pairs"]

BASELINE, VARIANT = "baseline", "variant"
ASKED = ("agreed", "durable")  # what is looked at: the first of them in which some pair differs


@dataclass(frozen=True)
class DecidingPair:
    """A seed whose two runs differ: which of them has it ("baseline" or "variant"), what it is, and in how many pairs it is
    so. `what` is "agreed", "durable", or "months_under_accord" where no pair differs in those.
    """

    seed: int
    better: str
    what: str
    pairs: int


def deciding_pairs(baseline: pd.DataFrame, arm: pd.DataFrame) -> list[DecidingPair]:
    """One pair for each direction in which the two arms differ, that in which more pairs do first.

    Of all pairs that differ in a direction the one is taken whose difference in months under an agreement is the median: a
    usual one, not the most striking. Where no pair differs in whether there is an agreement, or one that held, those that
    differ in the months under one are taken.

    >>> table = pd.DataFrame({"seed": [7, 8, 9], "agreed": [1.0, 1.0, 0.0], "months_under_accord": [50.0, 60.0, 0.0]})
    >>> other = table.assign(agreed=[0.0, 1.0, 0.0], months_under_accord=[0.0, 61.0, 0.0])
    >>> deciding_pairs(table, other)
    [DecidingPair(seed=7, better='baseline', what='agreed', pairs=1)]
    """
    arm = on_same_seeds(baseline, arm)
    months = arm["months_under_accord"].to_numpy(float) - baseline["months_under_accord"].to_numpy(float)
    seeds = baseline["seed"].to_numpy()
    for what in (*(name for name in ASKED if name in baseline), "months_under_accord"):
        difference = arm[what].to_numpy(float) - baseline[what].to_numpy(float)
        found = []
        for better, hit in ((BASELINE, difference < 0), (VARIANT, difference > 0)):
            if at := _usual(months, np.flatnonzero(hit)):
                found.append(DecidingPair(int(seeds[at[0]]), better, what, int(hit.sum())))
        if found:
            return sorted(found, key=lambda one: -one.pairs)
    return []


def _usual(months: np.ndarray, among: np.ndarray) -> list[int]:
    """Of these pairs the one with the median difference; the first of several; none of none."""
    if not len(among):
        return []
    order = among[np.argsort(np.abs(months[among]), kind="stable")]
    return [int(order[(len(order) - 1) // 2])]
