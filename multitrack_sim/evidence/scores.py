"""Predicted probabilities beside what happened: scores, their parts and their intervals, as pure functions.

`p` are probabilities, `y` what happened (0 or 1), one of each a case. Intervals are for few cases: none of them becomes
narrow because there was little to see. Needs scikit-learn (the extra "discovery").
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from statistics import NormalDist
from typing import Any

import numpy as np
import pandas as pd

from ..analysis.intervals import Z, t_quantile, wilson
from ..errors import MultitrackError

__all__ = [
    "Area", "Decomposition", "Difference", "Recalibration", "area_under_curve", "base_rate_brier", "better_or_worse",
    "brier", "calibration_bins", "decomposition", "recalibration", "scikit_learn", "score_difference",
]  # fmt: skip

RESAMPLES = 10_000
BLOCK = 2_000_000  # cases resampled at a time
FEWEST = 6  # cases, below which two scores are not compared
LARGEST_SLOPE = 25.0  # beyond, the two outcomes are set apart by the probability alone: a likelihood without a maximum


def scikit_learn() -> None:
    """MultitrackError where scikit-learn is not there."""
    try:
        import sklearn  # noqa: F401
    except ImportError:
        line = 'scikit-learn is not installed; allowed: pip install "multitrack_sim[discovery]"'
        raise MultitrackError(line) from None


# ---- the Brier score -------------------------------------------------------------------------------------------------
def brier(p: np.ndarray, y: np.ndarray) -> float:
    """The mean squared difference between probability and what happened (Brier 1950): 0 is perfect.

    >>> round(brier(np.array([0.8, 0.4]), np.array([1, 0])), 2)
    0.1
    """
    from sklearn.metrics import brier_score_loss

    return float(brier_score_loss(y, p, pos_label=1)) if len(y) else math.nan


def base_rate_brier(y: np.ndarray) -> float:
    """The score of who knows how often it happened in these very cases, and no more: the hardest base rate to beat.

    >>> base_rate_brier(np.array([1, 0]))
    0.25
    """
    share = float(np.mean(y)) if len(y) else math.nan
    return share * (1.0 - share)


@dataclass(frozen=True)
class Decomposition:
    """Murphy (1973): Brier = reliability - resolution + uncertainty, over bins of cases with similar probabilities.

    `within` is what the bins lump together (Stephenson, Coelho and Jolliffe 2008), so that the parts add up to the score.
    With few cases a bin's share differs from its mean probability by chance: reliability comes out too large, and so does
    resolution. The `_corrected` parts are without that bias (Ferro and Fricker 2012), and may fall below 0.
    """

    reliability: float
    resolution: float
    uncertainty: float
    within: float
    reliability_corrected: float
    resolution_corrected: float
    uncertainty_corrected: float
    bins: int


def bins_for(count: int) -> int:
    """How many bins so many cases allow for: about ten cases each, two to ten bins."""
    return max(1, min(10, count // 10)) if count >= 20 else min(2, count)


def _in_bins(p: np.ndarray, bins: int) -> np.ndarray:
    """The bin of every case: as many cases in each, as `sklearn.calibration.calibration_curve` does it for quantiles."""
    ends = np.percentile(p, np.linspace(0, 100, bins + 1))
    return np.searchsorted(ends[1:-1], p)


def calibration_bins(p: np.ndarray, y: np.ndarray, bins: int | None = None) -> pd.DataFrame:
    """Bins of equally many cases: how many, their mean probability, in what share it happened, and Wilson's interval."""
    where = _in_bins(p, bins or bins_for(len(p)))
    rows = []
    for at in np.unique(where):
        inside = where == at
        low, high = wilson(y[inside].sum(), inside.sum())
        rows.append(
            {"cases": int(inside.sum()), "predicted": float(p[inside].mean()), "happened": float(y[inside].mean()),
             "low": float(low), "high": float(high)}
        )  # fmt: skip
    return pd.DataFrame(rows, columns=["cases", "predicted", "happened", "low", "high"])


def decomposition(p: np.ndarray, y: np.ndarray, bins: int | None = None) -> Decomposition:
    """The Brier score's parts.

    >>> parts = decomposition(np.array([0.25, 0.25, 0.75, 0.75]), np.array([0, 0, 1, 1]), bins=2)
    >>> parts.reliability, parts.resolution, parts.uncertainty
    (0.0625, 0.25, 0.25)
    """
    table, count = calibration_bins(p, y, bins), len(y)
    n, f, o = (table[name].to_numpy(float) for name in ("cases", "predicted", "happened"))
    rate = float(y.mean())
    reliability = float((n * (f - o) ** 2).sum() / count)
    resolution = float((n * (o - rate) ** 2).sum() / count)
    uncertainty = rate * (1.0 - rate)
    with np.errstate(invalid="ignore", divide="ignore"):
        chance = float(np.where(n > 1, n / (n - 1) * o * (1 - o), 0.0).sum() / count)  # of the shares of all bins
    drift = uncertainty / (count - 1) if count > 1 else 0.0  # of the share of all cases
    return Decomposition(
        reliability, resolution, uncertainty, brier(p, y) - (reliability - resolution + uncertainty),
        reliability - chance, resolution - chance + drift, uncertainty + drift, len(table),
    )  # fmt: skip


# ---- who is told apart -----------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Area:
    """The probability that a case in which it happened was given more than one in which it did not."""

    value: float
    low: float
    high: float


def area_under_curve(p: np.ndarray, y: np.ndarray) -> Area:
    """With the interval of Newcombe (2006, "Confidence intervals for an effect size measure based on the Mann-Whitney
    statistic. Part 2", method 5): all areas from which the one found is less than 1.96 of *their* standard errors away,
    so that it stays wide for few cases and where all are told apart. All missing where nothing, or all, happened.

    >>> area_under_curve(np.array([0.1, 0.4, 0.35, 0.8]), np.array([0, 0, 1, 1])).value
    0.75
    """
    from sklearn.metrics import roc_auc_score

    happened, not_happened = int((y == 1).sum()), int((y == 0).sum())
    if not happened or not not_happened:
        return Area(math.nan, math.nan, math.nan)
    found = round(float(roc_auc_score(y, p)), 12)
    more = (happened + not_happened) / 2.0 - 1.0

    def error(area: float) -> float:
        spread = 1.0 + more * (1.0 - area) / (2.0 - area) + more * area / (1.0 + area)
        return math.sqrt(max(area * (1.0 - area) * spread / (happened * not_happened), 0.0))

    def end(outside: float) -> float:
        inside = found
        for _ in range(60):
            middle = (inside + outside) / 2.0
            if abs(found - middle) <= Z * error(middle):
                inside = middle
            else:
                outside = middle
        return inside

    return Area(found, end(0.0), end(1.0))


# ---- calibration -----------------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Recalibration:
    """The logistic line from the probabilities' log-odds to what happened (Cox 1958): slope 1 and intercept 0 are right; a
    slope below 1 means overconfident. Missing where the cases cannot tell, and why.
    """

    slope: float = math.nan
    slope_low: float = math.nan
    slope_high: float = math.nan
    intercept: float = math.nan
    intercept_low: float = math.nan
    intercept_high: float = math.nan
    why_not: str = ""


def log_odds_of(p: np.ndarray, trials: np.ndarray | float = 200.0) -> np.ndarray:
    """Log-odds of shares of so many trials: half a trial is added on either side, for 0 and 1 are no certainties."""
    shown = (p * trials + 0.5) / (trials + 1.0)
    return np.log(shown / (1.0 - shown))


def recalibration(p: np.ndarray, y: np.ndarray, trials: np.ndarray | float = 200.0) -> Recalibration:
    """Slope and intercept by maximum likelihood, with Wald's intervals on Student's t for so few cases.

    `trials` is how many runs each probability is a share of.
    """
    from sklearn.linear_model import LogisticRegression

    if len(y) < FEWEST or min((y == 1).sum(), (y == 0).sum()) < 2:
        return Recalibration(why_not="too few cases of one of the two outcomes")
    x = log_odds_of(p, trials)
    if float(np.std(x)) < 1e-9:
        return Recalibration(why_not="every case was given the same probability")
    fitted = LogisticRegression(C=np.inf, tol=1e-8, max_iter=1000).fit(x[:, None], y.astype(int))
    slope, intercept = float(fitted.coef_[0, 0]), float(fitted.intercept_[0])
    if abs(slope) * float(np.std(x)) > LARGEST_SLOPE:
        return Recalibration(why_not="the probabilities set the two outcomes apart completely")
    given = fitted.predict_proba(x[:, None])[:, 1]
    weight = given * (1.0 - given)
    information = np.array([[weight.sum(), (weight * x).sum()], [(weight * x).sum(), (weight * x * x).sum()]])
    errors = np.sqrt(np.diag(np.linalg.inv(information)))
    t = t_quantile(len(y) - 2)
    halves = [t * float(error) for error in errors]
    return Recalibration(
        slope, slope - halves[1], slope + halves[1], intercept, intercept - halves[0], intercept + halves[0]
    )


# ---- one against another ---------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Difference:
    """One score less another on the same cases: below 0, the first is better."""

    value: float
    low: float
    high: float
    cases: int

    @property
    def verdict(self) -> str:
        return better_or_worse(self)


def better_or_worse(found: Difference) -> str:
    """The difference in words: better, worse, no clear difference, too few cases."""
    if found.cases < FEWEST or math.isnan(found.low):
        return "too few cases to tell"
    return "better" if found.high < 0 else "worse" if found.low > 0 else "no clear difference"


def score_difference(
    p: np.ndarray, other: np.ndarray | None, y: np.ndarray, seed: int = 1, resamples: int = RESAMPLES
) -> Difference:
    """The Brier score of `p` less that of `other` (None: of the base rate in these cases, reckoned anew in every
    resample), with a paired bootstrap over cases.

    Percentile intervals are too narrow for few cases: they are widened to the width of Student's t (Hesterberg 2015).

    >>> found = score_difference(np.full(40, 0.5), None, np.tile([0, 1], 20))
    >>> found.value, found.verdict
    (0.0, 'no clear difference')
    """
    count = len(y)
    mine = (p - y) ** 2

    def gap(rows: Any) -> Any:
        if other is not None:
            return (mine - (other - y) ** 2)[rows].mean(axis=-1)
        rate = y[rows].mean(axis=-1)
        return mine[rows].mean(axis=-1) - rate * (1.0 - rate)

    if count == 0:
        return Difference(math.nan, math.nan, math.nan, 0)
    value = float(gap(np.arange(count)))
    if count < FEWEST or not 0 < y.sum() < count:
        return Difference(value, math.nan, math.nan, count)
    random, found = np.random.default_rng(seed), []
    rows = max(1, BLOCK // count)
    for first in range(0, resamples, rows):
        found.append(gap(random.integers(count, size=(min(rows, resamples - first), count))))
    tail = NormalDist().cdf(-math.sqrt(count / (count - 1)) * t_quantile(count - 1))
    low, high = np.quantile(np.concatenate(found), [tail, 1.0 - tail])
    return Difference(value, float(low), float(high), count)
