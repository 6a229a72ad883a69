"""How long until something happens, where not every run lives to see it."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from .intervals import Z, wilson

__all__ = ["cumulative_incidence"]


def cumulative_incidence(months: ArrayLike, causes: ArrayLike, horizon: int, cause: int = 1) -> pd.DataFrame:
    """The share of runs in which `cause` has happened by each month, 0 to `horizon`, with pointwise 95% intervals.

    `months` says when each run was last seen, `causes` what happened then (0: nothing yet, it left our sight). Other
    causes compete: a run they took can no longer have this one. The estimator is that of Aalen and Johansen (1978),
    which is one less that of Kaplan and Meier (1958) where there is a single cause, and the plain share where nothing
    is censored. Variance: the delta method (Marubini and Valsecchi 1995, equation 10.12; Greenwood's for one cause);
    intervals on the scale log(-log(1 - share)) (Kalbfleisch and Prentice 1980); where it has happened in none or in all,
    which that scale does not know, Wilson's (1927) of those still to be seen.

    >>> found = cumulative_incidence([1, 2, 2, 3], [1, 1, 0, 1], horizon=3)
    >>> found["share"].tolist()
    [0.0, 0.25, 0.5, 1.0]
    """
    months, causes = np.asarray(months, float), np.asarray(causes)
    time = np.arange(horizon + 1)
    if len(months) == 0:
        return pd.DataFrame({"month": time, "at_risk": 0, "share": np.nan, "low": np.nan, "high": np.nan})
    when = np.clip(np.ceil(months), 0, horizon).astype(int)
    seen = np.where(months > horizon, 0, causes)  # what comes later is not known yet
    at_risk = len(months) - np.concatenate([[0], np.cumsum(np.bincount(when, minlength=horizon + 1))[:-1]])
    any_cause = np.bincount(when[seen != 0], minlength=horizon + 1)
    this = np.bincount(when[seen == cause], minlength=horizon + 1)

    risk = np.maximum(at_risk, 1)
    still = np.cumprod(1 - any_cause / risk)
    before = np.concatenate([[1.0], still[:-1]])
    share = np.cumsum(before * this / risk)

    left = risk - any_cause
    greenwood = np.where(left > 0, any_cause / (risk * np.maximum(left, 1)), 0.0)
    own = before**2 * this * (risk - this) / risk.astype(float) ** 3
    both = before * this / risk.astype(float) ** 2
    # sum over earlier months of (share now - share then)^2 greenwood + own - 2 (share now - share then) both
    variance = (
        share**2 * np.cumsum(greenwood) - 2 * share * np.cumsum(greenwood * share) + np.cumsum(greenwood * share**2)
        + np.cumsum(own) - 2 * share * np.cumsum(both) + 2 * np.cumsum(both * share)
    )  # fmt: skip
    error = np.sqrt(np.maximum(variance, 0.0))

    inner = (share > 0) & (share < 1 - 1e-12)
    safe = np.where(inner, 1 - share, 0.5)
    spread = Z * error / (safe * -np.log(safe))
    none_low, none_high = wilson(np.zeros(horizon + 1), risk)  # the formula has no answer at 0 and at 1
    all_low = _low_of_all(len(months), at_risk, before, share)
    low = np.where(inner, 1 - safe ** np.exp(-spread), np.where(share > 0, all_low, none_low))
    high = np.where(inner, 1 - safe ** np.exp(spread), np.where(share > 0, 1.0, none_high))
    if share[0] == 0:
        high[0] = 0.0  # nobody has waited yet
    return pd.DataFrame({"month": time, "at_risk": at_risk, "share": share, "low": low, "high": high})


def _low_of_all(runs: int, at_risk: np.ndarray, before: np.ndarray, share: np.ndarray) -> float:
    """The lower end once it has happened in all runs: no surer than all runs let one be, nor than the last to be seen do."""
    complete = np.flatnonzero(share >= 1 - 1e-12)
    if not len(complete):
        return np.nan
    last = complete[0]
    of_last, _ = wilson(at_risk[last], at_risk[last])
    return min(float(wilson(runs, runs)[0]), float(1 - before[last] * (1 - float(of_last))))
