"""Figures of the record with their 95% intervals: shares, Kaplan-Meier, hazards, quantiles, ratios.

Kaplan-Meier and its intervals (log-log), Wilson's are scipy's. A bootstrap draws whole
conflicts or processes, as rows of one hang together; its seed is fixed, so that the same files give the same figures.
"""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike
from scipy import optimize, stats

from ..analysis.intervals import LEVEL

__all__ = [
    "MONTH",
    "Columns",
    "Estimate",
    "difference",
    "drawn",
    "happened_by",
    "hazard",
    "hazard_ratio",
    "months_between",
    "monthly",
    "odds_ratio",
    "share",
    "stands",
    "still_standing",
]

MONTH = 30.4375  # days
DRAWS, SEED = 1000, 1
TAIL = 100 * (1 - LEVEL) / 2  # per cent beyond each end of an interval
Columns: TypeAlias = dict[str, np.ndarray]  # of a table, for figures that are computed many times


@dataclass(frozen=True)
class Estimate:
    """A figure, the ends of its interval (NaN where there is none), and how many rows it is of, in words."""

    value: float
    low: float
    high: float
    of: str
    interval: str  # how the interval was found


NOTHING = Estimate(math.nan, math.nan, math.nan, "none", "")


def months_between(first: pd.Series, second: pd.Series | pd.Timestamp) -> pd.Series:
    """Months from one day to another."""
    return (second - first).dt.days / MONTH


# ---- shares ----------------------------------------------------------------------------------------------------------
def share(of: pd.Series) -> Estimate:
    """A share of yes, with Wilson's interval.

    >>> found = share(pd.Series([True, True, False, False, False]))
    >>> print(f"{found.value} [{found.low:.3f}, {found.high:.3f}], {found.of}")
    0.4 [0.118, 0.769], 2 of 5
    """
    yes, all_of_them = int(of.sum()), len(of)
    if not all_of_them:
        return NOTHING
    ends = stats.binomtest(yes, all_of_them).proportion_ci(LEVEL, "wilson")
    return Estimate(yes / all_of_them, ends.low, ends.high, f"{yes} of {all_of_them}", "Wilson")


def difference(one: pd.Series, other: pd.Series) -> Estimate:
    """A share less another share, with Newcombe's interval from Wilson's two (1998, method 10)."""
    first, second = share(one), share(other)
    if first is NOTHING or second is NOTHING:
        return NOTHING
    value = first.value - second.value
    low = value - math.hypot(first.value - first.low, second.high - second.value)
    high = value + math.hypot(first.high - first.value, second.value - second.low)
    return Estimate(value, low, high, f"{first.of}, less {second.of}", "Newcombe")


def odds_ratio(one: pd.Series, other: pd.Series) -> Estimate:
    """Odds of yes in one group over those in another, a half added to each count, with Woolf's interval (as Gart 1966)."""
    if not len(one) or not len(other):
        return NOTHING
    counts = np.array([[one.sum(), (~one).sum()], [other.sum(), (~other).sum()]]) + 0.5
    ratio = math.log(counts[0, 0] * counts[1, 1] / (counts[0, 1] * counts[1, 0]))
    half = stats.norm.ppf(0.5 + LEVEL / 2) * math.sqrt((1 / counts).sum())
    of = f"{one.sum()} of {len(one)}, against {other.sum()} of {len(other)}"
    return Estimate(math.exp(ratio), math.exp(ratio - half), math.exp(ratio + half), of, "Woolf")


# ---- time until something happens ------------------------------------------------------------------------------------
def _survival(months: ArrayLike, happened: ArrayLike) -> Any:
    """Kaplan and Meier's curve of what has not happened yet."""
    censored = stats.CensoredData.right_censored(np.asarray(months, float), ~np.asarray(happened, bool))
    return stats.ecdf(censored).sf


def still_standing(months: ArrayLike, happened: ArrayLike, at: Sequence[float]) -> list[float]:
    """The shares in which it has not happened by so many months (Kaplan-Meier)."""
    if not np.size(months):
        return [math.nan] * len(at)
    return [float(share) for share in _survival(months, happened).evaluate(np.asarray(at, float))]


def stands(months: pd.Series, happened: pd.Series, at: float) -> Estimate:
    """The share in which it has not happened by so many months (Kaplan-Meier). `months`: until it happened, or was last
    seen not to have happened.

    >>> times, ended = pd.Series([1.0, 2.0, 3.0, 4.0]), pd.Series([True, False, True, False])
    >>> stands(times, ended, 3.5).value
    0.375
    """
    if not len(months):
        return NOTHING
    curve = _survival(months, happened)
    of = f"{int(happened.sum())} of {len(months)} happened"
    value = float(curve.evaluate(at))
    if not (happened & (months <= at)).any() or value == 0:  # no interval by this formula
        return Estimate(value, math.nan, math.nan, of, "")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # of months at which there is no interval
        ends = curve.confidence_interval(LEVEL, method="log-log")
    return Estimate(value, float(ends.low.evaluate(at)), float(ends.high.evaluate(at)), of, "Kaplan-Meier, log-log")


def happened_by(months: pd.Series, happened: pd.Series, at: float) -> Estimate:
    """The share in which it has happened by so many months (Kaplan-Meier)."""
    left = stands(months, happened, at)
    return replace(left, value=1 - left.value, low=1 - left.high, high=1 - left.low)


def _ends_and_months(months: ArrayLike, happened: ArrayLike, after: float, until: float) -> tuple[int, float]:
    """How often it happened between two times, and the months in which it could have."""
    times = np.asarray(months, float)
    inside = (times >= after) & (times < until) & np.asarray(happened, bool)
    return int(inside.sum()), float((np.minimum(times, until) - after).clip(min=0).sum())


def monthly(months: ArrayLike, happened: ArrayLike, after: float, until: float) -> float:
    """Hazard a month between two times: how often it happened over the months in which it could have."""
    ends, at_risk = _ends_and_months(months, happened, after, until)
    return ends / at_risk if at_risk > 0 else math.nan


def hazard(months: pd.Series, happened: pd.Series, after: float, until: float) -> Estimate:
    """The same with Garwood's exact Poisson interval."""
    ends, at_risk = _ends_and_months(months, happened, after, until)
    if at_risk <= 0:
        return NOTHING
    low = stats.chi2.ppf(TAIL / 100, 2 * ends) / 2 if ends else 0.0
    high = stats.chi2.ppf(1 - TAIL / 100, 2 * ends + 2) / 2
    return Estimate(ends / at_risk, low / at_risk, high / at_risk, f"{ends} in {at_risk:,.0f} months", "exact Poisson")


def hazard_ratio(months: np.ndarray, happened: np.ndarray, exposed: np.ndarray, within: np.ndarray) -> float:
    """Cox's hazard ratio of one yes or no, each group of `within` with a baseline of its own; ties as Breslow has them.

    The maximum of the partial likelihood is where, over all ends, the exposed among them are as many as expected.

    >>> times = np.array([1.0, 2.0, 3.0, 4.0])  # by hand: 1 of 2 exposed ends first, then one of the others
    >>> ratio = hazard_ratio(times, np.array([1, 1, 0, 0], bool), np.array([1, 0, 1, 0], bool), np.zeros(4))
    >>> print(f"{ratio:.4f}")
    1.4142
    """
    parts = []  # of each time at which something ends: ends, exposed ends, exposed and others at risk
    for group in np.unique(within):
        here = within == group
        times = np.unique(months[here & happened])

        def counted(which: np.ndarray, from_then_on: bool, times: np.ndarray = times) -> np.ndarray:
            ordered = np.sort(months[which])
            later = len(ordered) - np.searchsorted(ordered, times, "left")
            return later if from_then_on else later - (len(ordered) - np.searchsorted(ordered, times, "right"))

        ends = here & happened
        parts.append(
            np.stack(
                [
                    counted(ends, False),
                    counted(ends & exposed, False),
                    counted(here & exposed, True),
                    counted(here & ~exposed, True),
                ]
            )
        )
    every_end, exposed_ends, with_it, without = np.concatenate(parts, axis=1).astype(float)

    def excess(log_ratio: float) -> float:
        weighed = with_it * math.exp(log_ratio)
        return float((exposed_ends - every_end * weighed / (weighed + without)).sum())

    furthest = 15.0
    if excess(-furthest) * excess(furthest) >= 0:  # all or none of the ends are exposed
        return math.nan
    return math.exp(optimize.brentq(excess, -furthest, furthest))


# ---- bootstrap -------------------------------------------------------------------------------------------------------
def drawn(
    table: Mapping[str, ArrayLike],
    cluster: Sequence[object],
    figures: Callable[[Columns], Sequence[float]],
    of: str,
    what: str,
) -> list[Estimate]:
    """Figures of a table, with intervals from drawing whole clusters again and again (percentiles). Draws in which a figure
    cannot be computed are left out of its interval. `what`: what a cluster is, in words. Nothing for an empty table; no
    interval where there is but one cluster.
    """
    columns = {name: np.asarray(cells) for name, cells in table.items()}
    codes, names = pd.factorize(pd.Series(list(cluster), dtype=object))
    if not len(codes):
        return []
    values = np.asarray(figures(columns), float)
    if len(names) < 2:
        return [Estimate(float(value), math.nan, math.nan, of, "") for value in values]
    members = [np.flatnonzero(codes == code) for code in range(len(names))]
    rng = np.random.default_rng(SEED)
    found = np.empty((DRAWS, len(values)))
    for draw in range(DRAWS):
        rows = np.concatenate([members[at] for at in rng.integers(0, len(members), len(members))])
        found[draw] = figures({name: cells[rows] for name, cells in columns.items()})
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # a figure that no draw gives
        low, high = np.nanpercentile(found, [TAIL, 100 - TAIL], axis=0)
    return [
        Estimate(float(value), float(least), float(most), of, f"bootstrap over {what}")
        for value, least, most in zip(values, low, high)
    ]
