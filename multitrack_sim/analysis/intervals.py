"""Intervals for shares, means, medians and paired differences, each with its source and nothing to fit.

All are 95% intervals for what chance alone does between runs. They say nothing about whether the model is right.
"""

from __future__ import annotations

import math
from statistics import NormalDist

import numpy as np

__all__ = [
    "LEVEL",
    "Z",
    "mean_interval",
    "median_interval",
    "paired_ratio",
    "paired_score",
    "paired_shares",
    "sign_test",
    "skewed_mean",
    "skewed_p",
    "t_probability",
    "t_quantile",
    "unpaired_shares",
    "wilson",
]

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


def sign_test(only_a: int, only_b: int) -> float:
    """The exact two-sided p that neither arm is favoured where the arms of a pair differ (McNemar 1947, exact).

    >>> sign_test(5, 0), sign_test(0, 0)
    (0.0625, 1.0)
    """
    differ, fewer = int(only_a + only_b), int(min(only_a, only_b))
    if differ == 0:
        return 1.0
    log_half = differ * math.log(2)
    terms = (math.lgamma(differ + 1) - math.lgamma(k + 1) - math.lgamma(differ - k + 1) for k in range(fewer + 1))
    return min(1.0, 2.0 * math.fsum(math.exp(term - log_half) for term in terms))


def skewed_mean(values) -> tuple[float, float, float, float]:
    """Mean, low, high and standard error where values are skewed: paired differences that are mostly zero, months.

    The ends lie halfway between those of Student (1908), which ignore skewness and cover 86% to 93% where 4 in 100 values
    of 200 to 1000 are not zero, and those of Hall (1992), "On the removal of skewness by transformation", which trust the
    skewness of the sample too much where rare values of either sign make it noisy. Halfway, coverage is 93% to 96% in all
    these cases from 500 values on (`tests/test_effects.py`). Symmetric values give Student's interval.

    >>> [round(float(x), 3) for x in skewed_mean([1, 2, 3, 4, 5])]
    [3.0, 1.037, 4.963, 0.707]
    """
    mean, low, high, error = mean_interval(values)
    if not error > 0:
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


def skewed_p(values) -> float:
    """The two-sided p of a mean of zero that belongs to `skewed_mean`: below 5% exactly where it leaves zero out.

    >>> round(skewed_p([1, 2, 3, 4, 5]), 3), skewed_p([0, 0])
    (0.013, 1.0)
    """
    mean, _, _, error = mean_interval(values)
    if not error > 0:
        return math.nan if math.isnan(error) else float(mean == 0)
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


def _skewness(values, error: float) -> float:
    """The third standardised moment; 0 where nothing varies."""
    values = np.asarray(values, float)
    spread = error * math.sqrt(len(values))
    return float(((values - values.mean()) ** 3).mean() / spread**3) if spread > 0 else 0.0


def paired_score(only_a: int, only_b: int, pairs: int) -> tuple[float, float, float]:
    """Share in a less share in b, low and high: the score interval of Tango (1998), "Equivalence test and confidence
    interval for the difference in proportions for the paired-sample design".

    Of the closed formulas it covers nearest to 95% where few pairs differ; `paired_shares` is wider there.

    >>> [round(x, 3) for x in paired_score(12, 4, 100)]
    [0.08, 0.002, 0.166]
    """
    estimate = (only_a - only_b) / pairs
    return estimate, _where_score_is(only_a, only_b, pairs, Z), _where_score_is(only_a, only_b, pairs, -Z)


def _where_score_is(only_a: int, only_b: int, pairs: int, target: float) -> float:
    """The difference at which Tango's score is `target`, by bisection: the score falls as the difference grows."""
    estimate = (only_a - only_b) / pairs
    low, high = (-1.0, estimate) if target > 0 else (estimate, 1.0)
    for _ in range(60):
        middle = (low + high) / 2
        if _tango_score(only_a, only_b, pairs, middle) > target:
            low = middle
        else:
            high = middle
    return (low + high) / 2


def _tango_score(only_a: int, only_b: int, pairs: int, difference: float) -> float:
    linear = -only_a - only_b + (2 * pairs - only_a + only_b) * difference
    constant = -only_b * difference * (1 - difference)
    q = (math.sqrt(max(linear**2 - 8 * pairs * constant, 0.0)) - linear) / (4 * pairs)
    variance = pairs * (2 * q + difference * (1 - difference))
    distance = only_a - only_b - pairs * difference
    if variance <= 0:
        return 0.0 if distance == 0 else math.copysign(math.inf, distance)
    return distance / math.sqrt(variance)


def paired_ratio(both: int, only_a: int, only_b: int) -> tuple[float, float, float]:
    """Share in a over share in b, low and high, from pairs: `both` 1 in either, the others in one.

    The interval of Bonett and Price (2006), "Confidence intervals for a ratio of binomial proportions based on paired
    data": a closed form out of two Wilson intervals.

    >>> [round(x, 2) for x in paired_ratio(40, 12, 4)]
    [1.18, 1.0, 1.4]
    """
    a, b, runs = both + only_a, both + only_b, both + only_a + only_b
    if runs == 0:
        return math.nan, 0.0, math.inf
    p, q = (a + 1) / (runs + 2), (b + 1) / (runs + 2)
    joint = math.sqrt((only_a + only_b + 2) / ((a + 1) * (b + 1)))
    k = Z * joint / (math.sqrt((1 - p) / (a + 1)) + math.sqrt((1 - q) / (b + 1)))
    low_a, high_a = _wilson_at(a, runs, k)
    low_b, high_b = _wilson_at(b, runs, k)
    ratio = a / b if b else (math.inf if a else math.nan)
    return ratio, low_a / high_b, high_a / low_b if low_b > 0 else math.inf


def _wilson_at(count: int, runs: int, k: float) -> tuple[float, float]:
    """Wilson's interval at another quantile."""
    half = k * math.sqrt(k * k + 4 * count * (1 - count / runs))
    middle, whole = 2 * count + k * k, 2 * (runs + k * k)
    return max(middle - half, 0.0) / whole if count else 0.0, (middle + half) / whole
