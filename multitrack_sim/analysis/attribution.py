"""Attribution: the effect of several parts together, shared among them without order (Shapley), and their interactions."""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from ..designs.parts import NOBODY, coalition_names
from ..errors import MultitrackError, printable
from ..schema.outcomes import OUTCOMES, Outcome
from .paired import Effect, paired_effect, paired_mean
from .run_tables import HORIZON, chosen_outcomes, largest, values_of

__all__ = ["Attribution", "interactions", "shapley"]
ALL_PARTS = "all parts together"
Worth = Mapping[frozenset[str], np.ndarray]  # coalition -> its outcome, seed by seed


@dataclass(frozen=True)
class Attribution:
    """Who has what part in the effect of all parts together.

    `values` is `shapley`'s table, `interactions` that of pairs, for every outcome asked for; `runs` the runs of all
    coalitions: `coalition` (parts joined by " + ", "none"), one column of 0 and 1 for each part, `seed`, outcomes.
    """

    parts: tuple[str, ...]
    values: pd.DataFrame
    interactions: pd.DataFrame
    runs: pd.DataFrame

    @property
    def estimand(self) -> str:
        """What is shared among the parts, in one sentence."""
        named = ", ".join(map(printable, self.parts))
        return (
            f"Average of all runs, with or without talks or agreement: all of {named} from before talks on (month 0), minus "
            "none of them, shared by Shapley: each part's contribution, averaged over all orders of adding the parts."
        )


def shapley(table: pd.DataFrame, parts: Sequence[str], outcome: str, horizon: int = HORIZON) -> pd.DataFrame:
    """Shapley values (1953) of the parts, one row each, and their sum in a last row "all parts together".

    A part's value is its mean contribution over all orders in which the parts could be added to none: computed exactly
    from all coalitions, seed by seed, so that the values add up to the effect of all. `estimate` is the mean over seeds
    with its interval and p (that of all parts, or of a single part, as in `analysis.effects`) and Monte Carlo error;
    `alone` and `last` are the part's effect without any and with all of the others: where they differ, parts help or
    replace one another. `table` is that of `coalition_runs`; months until something happens count up to the `horizon`.

    >>> table = pd.DataFrame({"A": [0, 1, 0, 1], "B": [0, 0, 1, 1], "seed": [7] * 4, "attacks": [0.0, 2.0, 4.0, 12.0]})
    >>> shapley(table, ["A", "B"], "attacks")[["part", "estimate", "alone", "last"]].values.tolist()
    [['A', 5.0, 2.0, 8.0], ['B', 7.0, 4.0, 10.0], ['all parts together', 12.0, 12.0, 12.0]]
    """
    worth = _worth(table, parts, outcome, horizon)
    everybody, nobody = frozenset(parts), frozenset[str]()
    whole = paired_effect(
        worth[nobody], worth[everybody], OUTCOMES[outcome].binary, largest(OUTCOMES[outcome], horizon)
    )
    rows = []
    for part in parts:
        alone = float((worth[frozenset([part])] - worth[nobody]).mean())
        last = float((worth[everybody] - worth[everybody - {part}]).mean())
        found = whole if len(parts) == 1 else _found(_index(worth, parts, (part,)), outcome, horizon)
        rows.append([outcome, part, *found, len(worth[nobody]), alone, last])
    total = whole.estimate
    rows.append([outcome, ALL_PARTS, *whole, len(worth[nobody]), total, total])
    frame = pd.DataFrame(rows, columns=["outcome", "part", *_COLUMNS, "alone", "last"])
    return frame.assign(unit=OUTCOMES[outcome].unit, meaning=OUTCOMES[outcome].meaning)


def interactions(
    table: pd.DataFrame, parts: Sequence[str], outcome: str, horizon: int = HORIZON, order: int = 2
) -> pd.DataFrame:
    """Shapley interaction indices (Grabisch and Roubens 1999) of all groups of `order` parts, with intervals.

    Above zero: together they do more than each for itself (complements); below: they stand in for one another.

    >>> table = pd.DataFrame({"A": [0, 1, 0, 1], "B": [0, 0, 1, 1], "seed": [7] * 4, "attacks": [0.0, 2.0, 4.0, 12.0]})
    >>> interactions(table, ["A", "B"], "attacks")[["parts", "estimate"]].values.tolist()
    [['A + B', 6.0]]
    """
    coalition_names(parts)  # two groups of one name are refused
    worth = _worth(table, parts, outcome, horizon)
    groups = itertools.combinations(parts, order)
    seeds = len(worth[frozenset()])
    rows = [
        [outcome, " + ".join(group), *_found(_index(worth, parts, group), outcome, horizon, len(group)), seeds]
        for group in groups
    ]
    return pd.DataFrame(rows, columns=["outcome", "parts", *_COLUMNS]).assign(unit=OUTCOMES[outcome].unit)


_COLUMNS = ["estimate", "low", "high", "error", "p", "seeds"]


def _found(values: np.ndarray, outcome: str, horizon: int, order: int = 1) -> Effect:
    """The mean index with its interval. An index of a group of s is a weighted mean of sums of 2^s outcomes, of which
    half count negative: it lies within 2^(s - 1) times the outcome's largest value.
    """
    return paired_mean(values, 2 ** (order - 1) * largest(OUTCOMES[outcome], horizon))


def _index(worth: Worth, parts: Sequence[str], group: Sequence[str]) -> np.ndarray:
    """The interaction index of a group, seed by seed; of a group of one this is the Shapley value.

    Sum over the coalitions T of the others of (n - t - s)! t! / (n - s + 1)! times the group's joint difference at T.
    """
    others = [part for part in parts if part not in group]
    total = np.zeros_like(worth[frozenset()])
    for coalition in _subsets(others):
        t, s, n = len(coalition), len(group), len(parts)
        weight = math.factorial(n - t - s) * math.factorial(t) / math.factorial(n - s + 1)
        joint = sum((-1) ** (s - len(some)) * worth[coalition | some] for some in _subsets(group))
        total = total + weight * joint
    return total


def _subsets(names: Sequence[str]) -> list[frozenset[str]]:
    """All subsets, the smallest first."""
    return [frozenset(some) for size in range(len(names) + 1) for some in itertools.combinations(names, size)]


def _worth(table: pd.DataFrame, parts: Sequence[str], outcome: str, horizon: int) -> Worth:
    """What every coalition is worth, seed by seed in the same order."""
    (name,) = chosen_outcomes([outcome], [table])
    if OUTCOMES[name].values:
        raise MultitrackError(
            f"{name} is a category, and only numbers can be shared; allowed: outcomes of 0 or 1, numbers"
        )
    worth, seeds = {}, np.sort(table["seed"].unique())
    for key, rows in table.groupby(list(parts), sort=False):
        inside = frozenset(part for part, flag in zip(parts, key) if flag)
        rows = rows.sort_values("seed")
        if not np.array_equal(rows["seed"].to_numpy(), seeds):
            called = " + ".join(part for part in parts if part in inside) or NOBODY
            raise MultitrackError(f"coalition {called} was not run once on each of the same seeds")
        worth[inside] = _numbers(rows, OUTCOMES[name], horizon)
    if len(worth) < 2 ** len(parts):
        raise MultitrackError(f"found {len(worth)} coalitions; allowed: all {2 ** len(parts)}")
    return worth


def _numbers(rows: pd.DataFrame, outcome: Outcome, horizon: int) -> np.ndarray:
    """The outcome in every run; one that some runs lack cannot be shared over all of them."""
    values = values_of(rows, outcome)
    if outcome.event and outcome.name != "months_to_collapse":
        values = np.minimum(np.where(np.isnan(values), horizon, values), horizon)
    if np.isnan(values).any():
        raise MultitrackError(
            f"{outcome.name} is missing in some runs ({outcome.missing}); allowed: outcomes of every run"
        )
    return values
