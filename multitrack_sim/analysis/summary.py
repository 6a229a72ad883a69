"""Outcomes of many runs in one tidy table, and the difference between two arms run on the same seeds."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from ..errors import MultitrackError, Problem, nearest, printable
from ..schema.outcomes import OUTCOMES, Outcome
from .intervals import Z, mean_interval, median_interval, share_interval
from .paired import paired_effect, unpaired_interval
from .run_tables import chosen_outcomes, largest, on_same_seeds, runs_in, share_like, values_of
from .verdicts import CLEAR, verdict

__all__ = ["PairedDifference", "paired_difference", "summarise"]

_COLUMNS = [
    "outcome", "value", "statistic", "estimate", "low", "high", "error", "runs", "missing", "missing_means", "unit",
    "meaning",
]  # fmt: skip


def summarise(
    table: pd.DataFrame, outcomes: str | Iterable[str] | None = None, horizon: float = math.inf
) -> pd.DataFrame:
    """Every outcome of a table of runs (or those named): the estimate, its 95% interval and its Monte Carlo error, one row each.

    - An outcome of 0 or 1 gives the share of runs (Wilson 1927); a category gives one such row for each `value`.
    - A month at which something happens gives the median of the runs *in which it happened*, with the exact interval
      between order statistics (David and Nagaraja 2003). Read it beside `missing`: runs that might have got there after
      the horizon are not in it, so it does not compare arms. `reports.figures` shows the waiting times of all runs.
    - Everything else gives the mean with Student's (1908) interval, cut at what the unit allows. Where all runs are
    alike, the interval is that of `analysis.intervals.alike_interval`, or missing where the unit has no largest value;
    that of months is the `horizon`, the months that the runs lasted.

    `runs` is the number of runs behind the estimate, `missing` the number of runs without a value and `missing_means`
    why. `error` is the standard error: what more runs would shrink. Nothing here says whether the model is right.

    >>> runs = pd.DataFrame({"seed": [1, 2, 3, 4], "agreed": [1.0, 0.0, 0.0, 0.0]})
    >>> summarise(runs)[["outcome", "estimate", "low", "high"]].round(2).values.tolist()
    [['agreed', 0.25, 0.05, 0.7]]
    """
    table = runs_in(table, "table")
    if not len(table):
        raise MultitrackError("the table has no runs, so there is nothing to summarise")
    rows = []
    for name in chosen_outcomes(outcomes, [table], usual=table.columns):
        outcome = OUTCOMES[name]
        for value in outcome.values or ("",):
            values = values_of(table, outcome, value)
            known = values[~np.isnan(values)]
            statistic, found = _estimate(outcome, known, horizon)
            counts = (len(known), len(values) - len(known))
            rows.append([name, value, statistic, *found, *counts, outcome.missing, outcome.unit, outcome.meaning])
    return pd.DataFrame(rows, columns=_COLUMNS)


def _estimate(outcome: Outcome, known: np.ndarray, horizon: float) -> tuple[str, tuple[float, float, float, float]]:
    if share_like(outcome):
        share, low, high = share_interval(float(known.sum()), len(known))
        error = math.sqrt(share * (1 - share) / len(known)) if len(known) else math.nan
        error = error or (high - low) / (2 * Z)  # where all runs are alike
        return "share of runs", (share, low, high, error)
    if outcome.event:
        return "median where it happened", median_interval(known)
    most = largest(outcome, horizon)
    mean, low, high, error = mean_interval(known, 0.0, most)
    return "mean", (mean, max(low, 0.0), min(high, most), error)  # max and min keep a NaN that comes first


@dataclass(frozen=True)
class PairedDifference:
    """What arm a has more than arm b, run on the same seeds. Shares are differences of shares (0.05 = 5 points)."""

    outcome: str
    value: str  # of a category; empty for numbers
    unit: str
    mean_a: float
    mean_b: float
    difference: float
    low: float
    high: float
    pairs: int
    left_out: int  # pairs in which the outcome is missing in an arm
    only_a: int  # pairs in which it is 1 in a and 0 in b (for numbers: larger in a)
    only_b: int
    unpaired_low: float
    unpaired_high: float
    error: float = math.nan
    p: float = math.nan  # of no difference: below 5% exactly where the interval excludes zero

    @property
    def narrower(self) -> float:
        """By which share the paired interval is narrower than one from independent arms: 0.6 = 60% narrower."""
        unpaired = self.unpaired_high - self.unpaired_low
        return 1 - (self.high - self.low) / unpaired if unpaired > 0 else 0.0

    @property
    def clear(self) -> bool:
        """Whether there is a clear difference, this one alone being asked for."""
        return self.verdict == CLEAR

    @property
    def verdict(self) -> str:
        """What it lets one say, this difference alone being asked for: one of `analysis.verdicts`."""
        return verdict(self.low, self.high, self.p, self.pairs, self.only_a + self.only_b)


def paired_difference(
    table_a: pd.DataFrame, table_b: pd.DataFrame, outcome: str = "", value: str = "", horizon: float = math.inf
) -> PairedDifference:
    """The mean of `outcome` in `table_a` less that in `table_b`, over pairs of runs with the same seed.

    Interval and p are those of `analysis.effects`: Tango's (1998) for outcomes of 0 or 1, and for one `value` of a
    category; Student's corrected for skewness for numbers. `horizon`, the months that the runs lasted, bounds outcomes
    in months where all pairs differ alike. The unpaired interval beside it, had the arms been independent, is Student's
    with both variances, or that of Agresti and Caffo (2000). Pairs in which either arm has no value are left out and
    counted: for months until something happens that selects runs by their result, so compare the shares or the waiting
    times instead.

    >>> a = pd.DataFrame({"seed": [1, 2, 3], "attacks": [3.0, 4.0, 8.0]})
    >>> b = pd.DataFrame({"seed": [3, 1, 2], "attacks": [6.0, 2.0, 3.0]})
    >>> found = paired_difference(a, b, "attacks")
    >>> round(found.difference, 2), round(found.low, 2), round(found.high, 2), found.pairs
    (1.33, 0.06, 3.56, 3)
    """
    table_a, table_b = runs_in(table_a, "first table"), runs_in(table_b, "second table")
    if not isinstance(outcome, str) or not outcome:
        raise MultitrackError(
            Problem("outcome", f"found {printable(outcome)}", 'the name of one: "months_under_accord"')
        )
    if outcome not in OUTCOMES or outcome not in table_a.columns or outcome not in table_b.columns:
        near = nearest(str(outcome), [name for name in OUTCOMES if name in table_a.columns and name in table_b.columns])
        hint = f"; the nearest that both tables have is {near!r}" if near else ""
        raise MultitrackError(f"no outcome {printable(outcome)} in both tables{hint}")
    declared = OUTCOMES[outcome]
    if declared.values and value not in declared.values:
        choices = ", ".join(map(repr, declared.values))
        raise MultitrackError(f"{outcome} needs a value, one of {choices}, not {printable(value)}")
    if value and not declared.values:
        raise MultitrackError(f"{outcome} is a number and has no value {printable(value)}")
    table_b = on_same_seeds(table_a, table_b, ("the first table", "the second table"))
    a = values_of(table_a, declared, value)
    b = values_of(table_b, declared, value)
    both = ~np.isnan(a) & ~np.isnan(b)
    left_out, a, b = int((~both).sum()), a[both], b[both]
    more, less, pairs = int((a > b).sum()), int((a < b).sum()), len(a)
    effect = paired_effect(b, a, share_like(declared), largest(declared, horizon))
    unpaired_low, unpaired_high = unpaired_interval(b, a, share_like(declared)) if pairs else (math.nan, math.nan)
    if unpaired_low == unpaired_high:  # nothing varies: nothing is known of chance
        unpaired_low = unpaired_high = math.nan
    return PairedDifference(
        outcome, value, declared.unit, float(a.mean()) if pairs else math.nan, float(b.mean()) if pairs else math.nan,
        effect.estimate, effect.low, effect.high, pairs, left_out, more, less, unpaired_low, unpaired_high,
        effect.error, effect.p,
    )  # fmt: skip
