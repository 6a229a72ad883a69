"""Precision: how many runs a question needs, and how an estimate settles as runs come in."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import pandas as pd

from ..errors import MultitrackError
from ..schema.outcomes import OUTCOMES
from .effects import Pairs, main_effect, paired_values
from .intervals import Z, alike, level, unseen_share, wilson
from .run_tables import HORIZON, chosen_outcomes, largest, on_same_seeds, share_like, values_of

__all__ = ["convergence", "pairs_needed", "runs_needed"]

FEWEST = 30  # below this no variance is worth trusting


def runs_needed(table: pd.DataFrame, outcome: str, half_width: float, value: str = "") -> int:
    """How many runs make the 95% interval of a mean or share no wider than plus or minus `half_width`.

    From the variance in a table of some runs already made: n = (z s / half width)^2 (Law 2015, section 9.4), at least 30. For
    shares s^2 is taken at the end of Wilson's (1927) interval that lies nearer to a half, so that a share of 0 in a few
    runs does not make the rest look needless; for the same reason a number between bounds that is alike in all runs is
    given the variance it may still have. Runs without the outcome are counted on top, in proportion.

    >>> table = pd.DataFrame({"seed": range(100), "attacks": [8.0, 12.0] * 50})
    >>> runs_needed(table, "attacks", 0.1)
    1553
    """
    (name,) = chosen_outcomes([outcome], [table])
    values = values_of(table, OUTCOMES[name], value)
    known = values[~np.isnan(values)]
    _check(half_width, len(known), name)
    if share_like(OUTCOMES[name]):
        variance = _careful_variance(known)
    else:
        variance = _variance(known, 0.0, largest(OUTCOMES[name]), name)
    return _rounded(variance, half_width, len(known) / len(values))


def pairs_needed(
    baseline: pd.DataFrame, arm: pd.DataFrame, outcome: str, half_width: float, value: str = "", horizon: int = HORIZON
) -> int:
    """The same for a paired effect: how many pairs of runs make its 95% interval no wider than that.

    >>> baseline = pd.DataFrame({"seed": range(100), "attacks": [8.0, 12.0] * 50})
    >>> pairs_needed(baseline, baseline.assign(attacks=baseline["attacks"] + [1.0, 2.0] * 50), "attacks", 0.05)
    389
    """
    (name,) = chosen_outcomes([outcome], [baseline, arm])
    pairs = paired_values(baseline, on_same_seeds(baseline, arm), OUTCOMES[name], value, horizon)
    differences = pairs.arm - pairs.baseline
    _check(half_width, len(differences), name)
    variance = _variance(differences, -pairs.top, pairs.top, name)
    if share_like(OUTCOMES[name]):  # as many pairs that differ as Wilson's upper end allows
        variance = max(
            variance, float(wilson(np.count_nonzero(differences), len(differences))[1]) - differences.mean() ** 2
        )
    return _rounded(variance, half_width, len(differences) / len(pairs.known))


def _check(half_width: float, known: int, name: str) -> None:
    if not half_width > 0:
        raise MultitrackError(f"half_width={half_width!r}; allowed: a number above 0, in the unit of {name}")
    if known < 2:
        raise MultitrackError(f"{name} is known in {known} runs; allowed: at least two, to know how it varies")


def _variance(values: np.ndarray, least: float, most: float, name: str) -> float:
    """The variance; where all values are alike, the largest that they leave possible."""
    if not alike(values):
        return float(values.var(ddof=1))
    value, unseen = float(values[0]), unseen_share(len(values))
    farthest = max(most - value, value - least)
    if not math.isfinite(farthest):
        found = f"{name} is {'' if least == 0 else 'changed '}alike in all {len(values)} runs"
        raise MultitrackError(f"{found}, which does not say how it varies; allowed: more runs")
    return unseen * (1 - unseen) * farthest**2 if unseen < 0.5 else farthest**2 / 4


def _careful_variance(shares: np.ndarray) -> float:
    low, high = (float(end) for end in wilson(shares.sum(), len(shares)))
    nearest = min(max(0.5, low), high)
    return nearest * (1 - nearest)


def _rounded(variance: float, half_width: float, known: float) -> int:
    needed = max(FEWEST, math.ceil(variance * (Z / half_width) ** 2))
    return math.ceil(needed / known)


def convergence(
    table: pd.DataFrame,
    outcome: str,
    value: str = "",
    baseline: pd.DataFrame | None = None,
    at: Sequence[int] | None = None,
    horizon: int = HORIZON,
) -> pd.DataFrame:
    """The estimate and its 95% interval after the first so many runs, for a figure: `runs`, `estimate`, `low`, `high`,
    `error`.

    The share or mean of `table`, or with a `baseline` the paired effect, *table less baseline*. `at` are the numbers of
    runs (default: 40 steps, evenly on the log scale). Intervals: Wilson (1927) for shares, Student (1908) for means, those
    of `effects` for effects. They hold at each number of runs, not at all at once: stopping when one looks good makes them
    too narrow.

    >>> table = pd.DataFrame({"seed": range(100), "attacks": [8.0, 12.0] * 50})
    >>> convergence(table, "attacks", at=[10, 100]).round(2).values.tolist()
    [[10.0, 10.0, 8.49, 11.51, 0.67], [100.0, 10.0, 9.6, 10.4, 0.2]]
    """
    (name,) = chosen_outcomes([outcome], [table] if baseline is None else [table, baseline])
    declared = OUTCOMES[name]
    if baseline is None:
        values = values_of(table, declared, value)
        values = values[~np.isnan(values)]
    else:
        pairs = paired_values(baseline, on_same_seeds(baseline, table), declared, value, horizon)
        values = pairs.arm

    def after(runs: int) -> tuple[float, ...]:
        if baseline is not None:
            first = Pairs(pairs.baseline[:runs], pairs.arm[:runs], pairs.known, pairs.meaning, pairs.top)
            return main_effect(first, declared)[:4]
        return level(values[:runs], share_like(declared), largest(declared, horizon))

    _check(1.0, len(values), name)
    steps = np.geomspace(min(10, len(values)), len(values), 40) if at is None else np.asarray(at, float)
    counts = sorted({int(round(step)) for step in steps if 1 <= round(step) <= len(values)})
    return pd.DataFrame([(runs, *after(runs)) for runs in counts], columns=["runs", "estimate", "low", "high", "error"])
