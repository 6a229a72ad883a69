"""Intervals for shares, means, medians and paired differences, each with its source and nothing to fit.

All are 95% intervals for what chance alone does between runs. They say nothing about whether the model is right.
"""

from __future__ import annotations

import math
from statistics import NormalDist

import numpy as np

__all__ = ["LEVEL", "Z", "mean_interval", "median_interval", "paired_shares", "t_quantile", "unpaired_shares", "wilson"]

LEVEL = 0.95
Z = NormalDist().inv_cdf(0.5 + LEVEL / 2)


def wilson(count, runs):
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


def mean_interval(values) -> tuple[float, float, float, float]:
    """Mean, low, high (Student 1908) and standard error; the interval is missing where there is only one value.

    >>> [round(float(x), 3) for x in mean_interval([1, 2, 3, 4, 5])]
    [3.0, 1.037, 4.963, 0.707]
    """
    values = np.asarray(values, float)
    if len(values) < 2:
        return (float(values[0]) if len(values) else math.nan, math.nan, math.nan, math.nan)
    mean, error = float(values.mean()), float(values.std(ddof=1) / math.sqrt(len(values)))
    half = t_quantile(len(values) - 1) * error
    return mean, mean - half, mean + half, error


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


def median_interval(values) -> tuple[float, float, float, float]:
    """Median, low, high and standard error. The interval lies between order statistics and is exact or wider
    whatever the distribution (David and Nagaraja 2003, section 7.1); it is missing below six values. The standard
    error is read off the interval's width (McKean and Schrader 1984).

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
    return float(np.median(values)), low, high, (high - low) / (2 * Z)


def paired_shares(only_a, only_b, pairs):
    """Share in a less share in b, low and high, from the pairs in which the arms differ. Numbers or arrays.

    The adjusted interval of Bonett and Price (2012), "Adjusted Wald confidence interval for a difference of binomial
    proportions based on paired data": it stays honest where few pairs differ, or none.

    >>> [round(float(x), 3) for x in paired_shares(0, 0, 98)]
    [0.0, -0.028, 0.028]
    """
    only_a, only_b, pairs = np.asarray(only_a, float), np.asarray(only_b, float), np.asarray(pairs, float)
    a, b = (only_a + 1) / (pairs + 2), (only_b + 1) / (pairs + 2)
    half = Z * np.sqrt((a + b - (a - b) ** 2) / (pairs + 2))
    low, high = np.maximum(a - b - half, -1.0), np.minimum(a - b + half, 1.0)
    return ((only_a - only_b) / pairs)[()], low[()], high[()]


def unpaired_shares(count_a, count_b, runs):
    """The same difference had the arms been independent, `runs` in each: Agresti and Caffo (2000)."""
    count_a, count_b = np.asarray(count_a, float), np.asarray(count_b, float)
    a, b = (count_a + 1) / (runs + 2), (count_b + 1) / (runs + 2)
    half = Z * np.sqrt((a * (1 - a) + b * (1 - b)) / (runs + 2))
    return ((count_a - count_b) / runs)[()], np.maximum(a - b - half, -1.0)[()], np.minimum(a - b + half, 1.0)[()]
