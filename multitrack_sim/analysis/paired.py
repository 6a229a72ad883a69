"""Paired differences and ratios, arm against baseline on the same seeds: one estimator for all tables and figures.

An interval leaves no effect out exactly where the p beside it is below 5%. `analysis.intervals` says what is done where
nothing varies.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from .intervals import Z, skewed_mean, skewed_p, t_quantile, unpaired_shares

__all__ = [
    "Effect",
    "paired_effect",
    "paired_mean",
    "paired_ratio",
    "paired_score",
    "paired_share",
    "score_p",
    "unpaired_interval",
]

FARTHEST = 50.0  # logarithm of a ratio beyond all counts


class Effect(NamedTuple):
    """A paired difference: its estimate, 95% interval, standard error and p. The interval leaves zero out exactly where p
    is below 5%.
    """

    estimate: float
    low: float
    high: float
    error: float
    p: float

    def times(self, factor: float) -> Effect:
        """The same in another unit, `factor` above zero."""
        return Effect(factor * self.estimate, factor * self.low, factor * self.high, factor * self.error, self.p)


def paired_score(only_a: ArrayLike, only_b: ArrayLike, pairs: ArrayLike) -> tuple[Any, Any, Any]:
    """Share in a less share in b, low and high, from the pairs in which the arms differ: the score interval of Tango
    (1998), "Equivalence test and confidence interval for the difference in proportions for the paired-sample design".
    Numbers or arrays; `score_p` is its p.

    It keeps its level where few pairs differ, or none (Newcombe 1998; Fagerland, Lydersen and Laake 2014).

    >>> [round(float(x), 3) for x in paired_score(12, 4, 100)]
    [0.08, 0.002, 0.166]
    """
    only_a, only_b, pairs = np.broadcast_arrays(*(np.asarray(count, float) for count in (only_a, only_b, pairs)))
    some = np.maximum(pairs, 1.0)
    estimate = (only_a - only_b) / some

    def score(difference: np.ndarray) -> np.ndarray:
        return _tango_score(only_a, only_b, some, difference)

    low = _where_it_falls_to(score, Z, np.full(estimate.shape, -1.0), estimate)
    high = _where_it_falls_to(score, -Z, estimate, np.ones(estimate.shape))
    estimate, low, high = (np.where(pairs > 0, found, np.nan)[()] for found in (estimate, low, high))
    return estimate, low, high


def score_p(only_a: ArrayLike, only_b: ArrayLike) -> Any:
    """The two-sided p of no difference that belongs to `paired_score` and to `paired_ratio`: below 5% exactly where they
    leave no difference out. McNemar's (1947) test without correction, which is the score test; 1 where no pair differs.

    Fagerland, Lydersen and Laake (2013) find its level near 5% from few pairs on, that of the exact test far below.

    >>> round(float(score_p(12, 4)), 4), float(score_p(0, 0))
    (0.0455, 1.0)
    """
    only_a, only_b = np.asarray(only_a, float), np.asarray(only_b, float)
    z = np.abs(only_a - only_b) / np.sqrt(np.maximum(only_a + only_b, 1.0))
    return np.vectorize(math.erfc, otypes=[float])(z / math.sqrt(2))[()]


def _where_it_falls_to(
    score: Callable[[np.ndarray], np.ndarray], target: float, low: np.ndarray, high: np.ndarray
) -> np.ndarray:
    """Where a falling function is `target`, between low and high, by bisection."""
    for _ in range(64):
        middle = (low + high) / 2
        above = score(middle) > target
        low, high = np.where(above, middle, low), np.where(above, high, middle)
    return np.asarray((low + high) / 2)


def _tango_score(only_a: np.ndarray, only_b: np.ndarray, pairs: np.ndarray, difference: np.ndarray) -> np.ndarray:
    """How many standard errors the pairs lie above a supposed difference, the error being what it would be under it."""
    linear = -only_a - only_b + (2 * pairs - only_a + only_b) * difference
    constant = -only_b * difference * (1 - difference)
    q = (np.sqrt(np.maximum(linear**2 - 8 * pairs * constant, 0.0)) - linear) / (4 * pairs)
    return _standardised(only_a - only_b - pairs * difference, pairs * (2 * q + difference * (1 - difference)))


def _standardised(distance: np.ndarray, variance: np.ndarray) -> np.ndarray:
    """Distance in standard errors; without any error the smallest distance is beyond all of them."""
    known = variance > 0
    beyond = np.where(distance == 0, 0.0, np.copysign(np.inf, distance))
    return np.where(known, distance / np.sqrt(np.where(known, variance, 1.0)), beyond)


def paired_ratio(both: int, only_a: int, only_b: int) -> tuple[float, float, float]:
    """Share in a over share in b, low and high, from pairs: `both` 1 in either, the others in one.

    The score interval of Nam and Blackwelder (2002), "Analysis of the ratio of marginal probabilities in a matched-pair
    setting": it leaves 1 out exactly where `paired_score` leaves 0 out.

    >>> [round(x, 2) for x in paired_ratio(40, 12, 4)]
    [1.18, 1.0, 1.43]
    """
    a, b = both + only_a, both + only_b
    if a + b == 0:
        return math.nan, 0.0, math.inf

    def score(log_ratio: np.ndarray) -> np.ndarray:
        return _ratio_score(both, only_a, only_b, np.exp(log_ratio))

    ratio = a / b if b else math.inf
    middle = np.asarray(math.log(ratio) if a and b else math.copysign(FARTHEST, ratio - 1))
    low = float(_where_it_falls_to(score, Z, np.asarray(-FARTHEST), middle)) if a else -math.inf
    high = float(_where_it_falls_to(score, -Z, middle, np.asarray(FARTHEST))) if b else math.inf
    return ratio, math.exp(low), math.exp(high)


def _ratio_score(both: int, only_a: int, only_b: int, ratio: np.ndarray) -> np.ndarray:
    """How many standard errors the pairs lie above a supposed ratio, the error being what it would be under it.

    Of the pairs that have it in an arm, `q` is the likeliest share with it in b alone if the ratio were that.
    """
    pairs = both + only_a + only_b
    linear = only_a + only_b - (ratio * ratio - 1) * (both + only_b)
    root = np.sqrt(np.maximum(linear**2 + 4 * (ratio + 1) * (ratio - 1) * pairs * only_b, 0.0))
    q = (linear + root) / (2 * (ratio + 1) * pairs)
    return _standardised(both + only_a - ratio * (both + only_b), pairs * (ratio - 1 + (ratio + 1) * q))


def paired_share(more: int, less: int, pairs: int) -> Effect:
    """The difference of shares in pairs, of which `more` have it only in the arm and `less` only in the baseline.

    The error is that of the counts; where no pair differs, or all do alike, it is read off the interval's width.

    >>> [round(x, 3) for x in paired_share(0, 0, 50)]
    [0.0, -0.071, 0.071, 0.036, 1.0]
    """
    if not pairs:
        return Effect(*(math.nan,) * 5)
    estimate, low, high = (float(value) for value in paired_score(more, less, pairs))
    spread = more + less - (more - less) ** 2 / pairs
    error = math.sqrt(spread) / pairs if spread > 1e-9 * pairs else (high - low) / (2 * Z)
    return Effect(estimate, low, high, error, float(score_p(more, less)))


def paired_mean(differences: ArrayLike, top: float = math.inf) -> Effect:
    """The mean of differences of an outcome that lies between 0 and `top`: `skewed_mean` with its p.

    >>> paired_mean([-1.0, -1.0]), [round(x, 2) for x in paired_mean([-1.0, -1.0], top=1.0)[:3]]
    (Effect(estimate=-1.0, low=nan, high=nan, error=0.0, p=nan), [-1.0, -1.0, 0.55])
    """
    differences = np.asarray(differences, float)
    return Effect(*skewed_mean(differences, -top, top), skewed_p(differences, -top, top))


def unpaired_interval(baseline: ArrayLike, arm: ArrayLike, share: bool) -> tuple[float, float]:
    """The interval of arm less baseline had they not been paired: of shares that of Agresti and Caffo (2000), of means
    Student's with both variances. Missing (NaN) where there are too few runs for it.

    >>> [round(end, 2) for end in unpaired_interval([1.0, 2.0, 3.0], [3.0, 4.0, 5.0], share=False)]
    [-1.51, 5.51]
    """
    baseline, arm = np.asarray(baseline, float), np.asarray(arm, float)
    runs = len(arm)
    if share:
        _, low, high = unpaired_shares(arm.sum(), baseline.sum(), runs)
        return float(low), float(high)
    if runs < 2:
        return math.nan, math.nan
    difference = float(arm.mean() - baseline.mean())
    half = math.sqrt((arm.var(ddof=1) + baseline.var(ddof=1)) / runs) * t_quantile(runs - 1)
    return difference - half, difference + half


def paired_effect(baseline: ArrayLike, arm: ArrayLike, share: bool, top: float = math.inf) -> Effect:
    """Arm less baseline over pairs, `share` where the outcome is 0 or 1: the one estimator of all tables and figures."""
    baseline, arm = np.asarray(baseline, float), np.asarray(arm, float)
    if share:
        return paired_share(int((arm > baseline).sum()), int((arm < baseline).sum()), len(arm))
    return paired_mean(arm - baseline, top)
