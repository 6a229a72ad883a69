"""What the model's probabilities are held beside: scores that are fitted to what happened in other cases.

Each is fitted without the case that it predicts. Needs scikit-learn (the extra "discovery").
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
import pandas as pd

__all__ = ["FEWEST_OF_EACH", "fitted_before", "one_code", "predicted_by_others", "regression"]

FEWEST_OF_EACH = 5  # cases in which it happened, and in which it did not: below, nothing is fitted
FOLDS, INNER_FOLDS = 10, 5
SOLVER = "newton-cholesky"  # few codes, few cases: a handful of steps
STRENGTHS = (0.003, 0.01, 0.03, 0.1, 0.3)  # the inverse of the penalty, chosen within the cases fitted


def one_code(y: np.ndarray) -> Any:
    """A logistic regression on a single code, in standard deviations; missing codes at the median, with an indicator."""
    from sklearn.linear_model import LogisticRegression

    return _codes_into(LogisticRegression(C=1.0, solver=SOLVER))


def regression(y: np.ndarray) -> Any:
    """A logistic regression on all codes with a ridge penalty, whose strength is chosen by cross-validation inside."""
    from sklearn.linear_model import LogisticRegression
    from sklearn.model_selection import GridSearchCV, StratifiedKFold

    least = least_of_each(y)
    inside = max(2, min(INNER_FOLDS, least - -(-least // outer_folds(y))))
    folds = StratifiedKFold(inside, shuffle=True, random_state=1)
    inner = _codes_into(LogisticRegression(solver=SOLVER))
    strengths = {"logisticregression__C": STRENGTHS}
    return GridSearchCV(inner, strengths, cv=folds, scoring="neg_brier_score")


def _codes_into(last: Any) -> Any:
    from sklearn.impute import SimpleImputer
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    return make_pipeline(SimpleImputer(strategy="median", add_indicator=True), StandardScaler(), last)


@contextmanager
def _quietly() -> Iterator[None]:
    """Without warnings of codes that are missing in all cases of a fold, and on one thread: so small a fit is faster so."""
    from threadpoolctl import threadpool_limits

    with warnings.catch_warnings(), threadpool_limits(1):
        warnings.simplefilter("ignore")
        yield


def least_of_each(y: np.ndarray) -> int:
    return int(min((y == 1).sum(), (y == 0).sum()))


def outer_folds(y: np.ndarray) -> int:
    return max(2, min(FOLDS, least_of_each(y)))


def usable(codes: pd.DataFrame) -> pd.DataFrame:
    """The codes that are known in some cases and not alike in all."""
    kept = [name for name in codes if codes[name].notna().sum() >= FEWEST_OF_EACH and codes[name].nunique() > 1]
    return codes[kept]


def predicted_by_others(make: Any, codes: pd.DataFrame, y: np.ndarray, seed: int = 1) -> np.ndarray | None:
    """The probability of every case from a fit to the cases of other folds; None where there are too few to fit."""
    from sklearn.model_selection import StratifiedKFold, cross_val_predict

    known = usable(codes)
    if least_of_each(y) < FEWEST_OF_EACH or known.empty:
        return None
    folds = StratifiedKFold(outer_folds(y), shuffle=True, random_state=seed)
    with _quietly():
        made = cross_val_predict(make(y), known.to_numpy(float), y.astype(int), cv=folds, method="predict_proba")
    return np.asarray(made[:, 1])


def fitted_before(make: Any, codes: pd.DataFrame, y: np.ndarray, before: np.ndarray) -> np.ndarray | None:
    """The probability of every later case from a fit to those `before`; None where these are too few."""
    known = usable(codes[before])
    if least_of_each(y[before]) < FEWEST_OF_EACH or known.empty or before.all():
        return None
    later = codes.loc[~before, list(known)]
    with _quietly():
        fitted = make(y[before]).fit(known.to_numpy(float), y[before].astype(int))
        return np.asarray(fitted.predict_proba(later.to_numpy(float))[:, 1])
