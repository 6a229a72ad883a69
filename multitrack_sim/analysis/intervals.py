"""Intervals for shares, means and medians, each with its source and nothing to fit.

All are 95% intervals for what chance alone does between runs. They say nothing about whether the model is right.

Where nothing varies, nothing is certain. Shares have Wilson's interval (and `analysis.paired` has Tango's), which stay
wide there. Where all n values of a mean are alike, one is 95% sure that at most `unseen_share(n)` of all further ones
differ (the "rule of three": Hanley and Lippman-Hand 1983). That share times the room up to the bounds of the outcome is
the interval; where there is no bound, there is no interval (NaN). A median alone may be exact: were it elsewhere, so
many values would hardly all lie on one side of it.
"""

from __future__ import annotations

import math
from statistics import NormalDist
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

__all__ = [
    "LEVEL",
    "Z",
    "alike",
    "alike_interval",
    "level",
    "mean_interval",
    "median_interval",
    "share_interval",
    "skewed_mean",
    "skewed_p",
    "t_probability",
    "t_quantile",
    "unpaired_shares",
    "unseen_share",
    "wilson",
]

LEVEL = 0.95
Z = NormalDist().inv_cdf(0.5 + LEVEL / 2)
TINY = 1e-100  # a smaller spread has no cube that a number could hold: nothing can be divided by it


def wilson(count: ArrayLike, runs: ArrayLike) -> tuple[Any, Any]:
    """The interval of Wilson (1927) for a share: `count` of `runs`. Numbers or arrays; never leaves [0, 1].

    Brown, Cai and DasGupta (2001), "Interval estimation for a binomial proportion", recommend it over the textbook one.

    >>> low, high = wilson(0, 10)
    >>> round(float(low), 3), round(float(high), 3)
    (0.0, 0.278)
    """
    count, runs = np.asarray(count, float), np.asarray(runs, float)
    with np.errstate(invalid="ignore", divide="ignore"):
        share = count / runs
        middle = (share + Z * Z / (2 * runs)) / (1 + Z * Z / runs)
        half = Z * np.sqrt(share * (1 - share) / runs + Z * Z / (4 * runs * runs)) / (1 + Z * Z / runs)
    low = np.where(count == 0, 0.0, np.maximum(middle - half, 0.0))  # exactly, where rounding would leave 1e-17
    high = np.where(count == runs, 1.0, np.minimum(middle + half, 1.0))
    unknown = runs == 0
    return np.where(unknown, np.nan, low)[()], np.where(unknown, np.nan, high)[()]


def share_interval(count: float, runs: int) -> tuple[float, float, float]:
    """A share, `count` of `runs`, with the ends of its interval (Wilson 1927); all missing (NaN) of no runs.

    >>> [round(number, 3) for number in share_interval(5, 10)]
    [0.5, 0.237, 0.763]
    """
    low, high = wilson(count, runs)
    return float(count / runs) if runs else math.nan, float(low), float(high)


def _t_distribution(t: float, freedom: int) -> float:
    """P(|T| < t) for whole degrees of freedom: Abramowitz and Stegun (1964), 26.7.3 and 26.7.4."""
    angle = math.atan2(t, math.sqrt(freedom))
    sine, cosine = math.sin(angle), math.cos(angle)
    term, total = (cosine, cosine) if freedom % 2 else (1.0, 1.0)
    for k in range(3 if freedom % 2 else 2, freedom - 1, 2):
        term *= (k - 1) / k * cosine * cosine
        total += term
    if freedom % 2:
        return 2 / math.pi * (angle + (sine * total if freedom > 1 else 0.0))
    return sine * total


def t_quantile(freedom: int) -> float:
    """The t value of a two-sided 95% interval.

    >>> round(t_quantile(4), 3), round(t_quantile(10), 3)
    (2.776, 2.228)
    """
    if freedom < 1:
        return math.nan
    if freedom > 500:  # two terms of Cornish and Fisher's expansion: good to 1e-7 from here on
        return Z + (Z**3 + Z) / (4 * freedom) + (5 * Z**5 + 16 * Z**3 + 3 * Z) / (96 * freedom**2)
    low, high = 0.0, 1000.0
    for _ in range(80):
        middle = (low + high) / 2
        low, high = (middle, high) if _t_distribution(middle, freedom) < LEVEL else (low, middle)
    return (low + high) / 2


def unseen_share(runs: int) -> float:
    """The largest share of a population that `runs` draws may all have missed, with 95% confidence.

    About 3 / runs (Hanley and Lippman-Hand 1983, "If nothing goes wrong, is everything all right?").

    >>> round(unseen_share(20), 3)
    0.139
    """
    return float(1 - (1 - LEVEL) ** (1 / runs))


def alike(values: ArrayLike) -> bool:
    """Whether all values are the same, but for rounding: then no spread can be estimated from them.

    >>> alike([0.7 - 0.5, 0.4 - 0.2]), alike([1, 2])
    (True, False)
    """
    values = np.asarray(values, float)
    return bool(np.ptp(values) <= max(1e-9 * np.abs(values).max(), TINY))


def alike_interval(value: float, runs: int, least: float = -math.inf, most: float = math.inf) -> tuple[float, float]:
    """The interval of a mean when all `runs` values were `value`: exact whatever the distribution between the bounds.

    Missing (NaN) unless both bounds are known and hold the value.

    >>> [round(end, 3) for end in alike_interval(0.0, 20, -1.0, 1.0)]
    [-0.139, 0.139]
    """
    if not (math.isfinite(least) and math.isfinite(most) and least <= value <= most):
        return math.nan, math.nan
    unseen = unseen_share(runs)
    return value - unseen * (value - least), value + unseen * (most - value)


def mean_interval(
    values: ArrayLike, least: float = -math.inf, most: float = math.inf
) -> tuple[float, float, float, float]:
    """Mean, low, high (Student 1908) and standard error. Where all values are alike, one value included, the interval is
    `alike_interval`'s, missing unless the outcome is bounded. The error is then read off its width; without one it is
    that of the sample, 0, which says no more than that the values were alike.

    >>> [round(float(x), 3) for x in mean_interval([1, 2, 3, 4, 5])]
    [3.0, 1.037, 4.963, 0.707]
    >>> [round(float(x), 3) for x in mean_interval([1.0] * 20, 0.0, 1.0)][:3]
    [1.0, 0.861, 1.0]
    """
    values = np.asarray(values, float)
    if not len(values):
        return (math.nan,) * 4
    mean = float(values.mean())
    if alike(values):
        low, high = alike_interval(float(values[0]), len(values), least, most)
        error = (high - low) / (2 * Z) if high > low or len(values) == 1 else 0.0
        return float(values[0]), low, high, error
    error = float(values.std(ddof=1) / math.sqrt(len(values)))
    half = t_quantile(len(values) - 1) * error
    return mean, mean - half, mean + half, error


def level(values: ArrayLike, share: bool, most: float) -> tuple[float, float, float, float]:
    """What one arm gives: the mean of values between 0 and `most` with its interval and error; of a share Wilson's (1927).

    >>> [round(number, 3) for number in level([1.0] * 20, True, 1.0)][:3]
    [1.0, 0.839, 1.0]
    """
    values = np.asarray(values, float)
    mean, low, high, error = mean_interval(values, 0.0, most)
    if share:
        _, low, high = share_interval(float(values.sum()), len(values))
    return mean, low, high, error


def _median_rank(runs: int) -> int:
    """The largest k with P(fewer than k of `runs` lie below the median) at most 2.5%; 0 where there is none."""
    start = max(0, int(runs / 2 - 4 * math.sqrt(runs)))  # what lies below is less than 1e-14
    below, k = 0.0, start
    log_half = runs * math.log(2)
    while True:
        below += math.exp(math.lgamma(runs + 1) - math.lgamma(k + 1) - math.lgamma(runs - k + 1) - log_half)
        if below > (1 - LEVEL) / 2 or k >= runs:
            return k
        k += 1


def median_interval(values: ArrayLike) -> tuple[float, float, float, float]:
    """Median, low, high and standard error. The interval lies between order statistics and is exact or wider
    whatever the distribution (David and Nagaraja 2003, section 7.1); it is missing below six values. The standard
    error is read off the interval's width (McKean and Schrader 1984) and missing where that has none.

    >>> median_interval(range(1, 11))[:3]
    (5.5, 2.0, 9.0)
    """
    values = np.sort(np.asarray(values, float))
    if not len(values):
        return math.nan, math.nan, math.nan, math.nan
    rank = _median_rank(len(values))
    if rank == 0:
        return float(np.median(values)), math.nan, math.nan, math.nan
    low, high = float(values[rank - 1]), float(values[len(values) - rank])
    return float(np.median(values)), low, high, (high - low) / (2 * Z) if high > low else math.nan


def unpaired_shares(count_a: ArrayLike, count_b: ArrayLike, runs: ArrayLike) -> tuple[Any, Any, Any]:
    """Share in a less share in b, low and high, of independent arms, `runs` in each: Agresti and Caffo (2000)."""
    count_a, count_b, runs = np.asarray(count_a, float), np.asarray(count_b, float), np.asarray(runs, float)
    a, b = (count_a + 1) / (runs + 2), (count_b + 1) / (runs + 2)
    half = np.where(runs > 0, Z * np.sqrt((a * (1 - a) + b * (1 - b)) / (runs + 2)), np.nan)
    with np.errstate(invalid="ignore", divide="ignore"):
        difference = (count_a - count_b) / runs
    return difference[()], np.maximum(a - b - half, -1.0)[()], np.minimum(a - b + half, 1.0)[()]


def t_probability(t: float, freedom: int) -> float:
    """P(|T| > |t|) for Student's t, whole degrees of freedom: the two-sided p.

    >>> round(t_probability(2.776, 4), 3)
    0.05
    """
    if freedom < 1 or math.isnan(t):
        return math.nan
    if freedom > 5000:  # the normal distribution to 1e-4 of itself
        return math.erfc(abs(t) / math.sqrt(2))
    return min(1.0, max(0.0, 1.0 - _t_distribution(abs(t), freedom)))


def skewed_mean(
    values: ArrayLike, least: float = -math.inf, most: float = math.inf
) -> tuple[float, float, float, float]:
    """Mean, low, high and standard error where values are skewed: paired differences that are mostly zero, months.

    The ends lie halfway between those of Student (1908), which ignore skewness and cover 86% to 93% where 4 in 100
    values of 200 to 1000 are not zero, and those of Hall (1992), "On the removal of skewness by transformation", which
    trust the skewness of the sample too much where rare values of either sign make it noisy. Halfway, coverage is 93%
    to 96% in all these cases from 500 values on (`tests/test_effects.py`). Symmetric values give Student's interval,
    and values that are all alike that of `mean_interval`.

    >>> [round(float(x), 3) for x in skewed_mean([1, 2, 3, 4, 5])]
    [3.0, 1.037, 4.963, 0.707]
    """
    values = np.asarray(values, float)
    mean, low, high, error = mean_interval(values, least, most)
    if not len(values) or alike(values):
        return mean, low, high, error
    quantile, skewness = t_quantile(len(values) - 1), _skewness(values, error)
    return (
        mean,
        mean - error * _half_skewed(quantile, skewness, len(values)),
        mean - error * _half_skewed(-quantile, skewness, len(values)),
        error,
    )


def _half_skewed(t: float, skewness: float, runs: int) -> float:
    """Halfway between t and the inverse of Hall's transformation at t, both in standard errors."""
    if abs(skewness) < 1e-6:
        return t
    root = math.sqrt(runs)
    inner = 1 + skewness * (t / root - skewness / (6 * runs))
    return (t + 3 * root / skewness * (math.cbrt(inner) - 1)) / 2


def skewed_p(values: ArrayLike, least: float = -math.inf, most: float = math.inf) -> float:
    """The two-sided p of a mean of zero that belongs to `skewed_mean`: below 5% exactly where it leaves zero out.

    Values that are all alike give the chance that so many draws miss all that would bring the mean to zero; NaN where
    they are not zero and there are no bounds, as nothing is known of what was missed.

    >>> round(skewed_p([1, 2, 3, 4, 5]), 3), skewed_p([0, 0], -1, 1)
    (0.013, 1.0)
    """
    values = np.asarray(values, float)
    if not len(values):
        return math.nan
    if alike(values):
        return _alike_p(float(values[0]), len(values), least, most)
    mean, _, _, error = mean_interval(values)
    runs, skewness = len(values), _skewness(values, error)
    sign = math.copysign(1.0, mean)
    low, high = 0.0, 1000.0
    for _ in range(60):  # the t whose interval just touches zero
        t = (low + high) / 2
        if sign * _half_skewed(sign * t, skewness, runs) < abs(mean) / error:
            low = t
        else:
            high = t
    return t_probability((low + high) / 2, runs - 1)


def _skewness(values: np.ndarray, error: float) -> float:
    """The third standardised moment; 0 where nothing varies."""
    spread = error * math.sqrt(len(values))
    return float(((values - values.mean()) ** 3).mean() / spread**3) if spread > 0 else 0.0


def _alike_p(value: float, runs: int, least: float, most: float) -> float:
    """The level at which `alike_interval` of `runs` such values just touches zero."""
    if value == 0:
        return 1.0
    if math.isnan(alike_interval(value, runs, least, most)[0]):
        return math.nan
    bound = least if value > 0 else most  # the farthest that unseen values can pull the mean back
    return (bound / (bound - value)) ** runs if bound * value < 0 else 0.0
