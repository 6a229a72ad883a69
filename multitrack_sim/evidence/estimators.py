"""The estimators of published analyses: regressions with standard errors that respect clusters, a probit corrected for
selection, a proportional hazards model, and prediction out of sample.

A cluster is a conflict: its runs and its accords hang together. Where data cannot tell (nobody, everybody, perfect
separation) every number is missing, never an error.
"""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

__all__ = ["Fit", "areas", "binormal", "cox", "logit", "out_of_sample", "probit", "selected_probit"]

NORMAL_95 = 1.959963984540054
LARGEST_ERROR = 20.0  # of a coefficient: more than this says that the sample separates and nothing was estimated
RIDGE = 1.0  # scikit-learn's default strength, on standardised variables
TINY = 1e-12


@dataclass(frozen=True)
class Fit:
    """Coefficients by name, their covariance, and for a probit the rows it was fitted to."""

    names: tuple[str, ...]
    values: np.ndarray
    covariance: np.ndarray
    rows: pd.DataFrame = field(default_factory=pd.DataFrame)

    @property
    def known(self) -> bool:
        spread = np.diag(self.covariance)  # below 0: the likelihood has no maximum there, and nothing was estimated
        within = (spread >= 0) & (spread < LARGEST_ERROR**2)  # False where it is not a number
        return bool(np.isfinite(self.values).all() and within.all())

    def of(self, name: str) -> tuple[float, float]:
        """A coefficient and its standard error."""
        at = self.names.index(name)
        if not self.known:
            return math.nan, math.nan
        return float(self.values[at]), float(math.sqrt(self.covariance[at, at]))

    def function(self, f: Callable[[np.ndarray], float]) -> tuple[float, float]:
        """Any function of the coefficients and its standard error (delta method)."""
        if not self.known:
            return math.nan, math.nan
        step = 1e-5
        gradient = np.array(
            [(f(self.values + move) - f(self.values - move)) / (2 * step) for move in step * np.eye(len(self.values))]
        )
        return f(self.values), float(math.sqrt(max(gradient @ self.covariance @ gradient, 0.0)))

    def shift(self, one: dict[str, float], other: dict[str, float]) -> tuple[float, float]:
        """By how much the mean probability of a probit is higher with variables set `one` way than the `other`, over the
        rows it was fitted to, and the standard error.
        """
        from scipy.special import ndtr

        columns = list(self.rows.columns)
        first, second = (self.rows.assign(**given)[columns].to_numpy(float) for given in (one, other))
        return self.function(
            lambda values: float((ndtr(first @ values[: len(columns)]) - ndtr(second @ values[: len(columns)])).mean())
        )


def _unknown(names: tuple[str, ...], rows: pd.DataFrame | None = None) -> Fit:
    count = len(names)
    return Fit(
        names, np.full(count, math.nan), np.full((count, count), math.nan), rows if rows is not None else pd.DataFrame()
    )


@contextmanager
def _quiet() -> Iterator[None]:
    """A fit that does not come off is told by missing numbers, not by warnings."""
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        yield


def _binary(kind: str, happened: pd.Series, by: pd.DataFrame, clusters: pd.Series) -> Fit:
    import statsmodels.api as sm

    rows = by.astype(float).assign(constant=1.0)
    y = happened.to_numpy(float)
    names = tuple(rows.columns)
    if len(y) <= len(names) or y.min() == y.max() or np.linalg.matrix_rank(rows.to_numpy()) < len(names):
        return _unknown(names, rows)
    with _quiet():
        try:
            found = {"logit": sm.Logit, "probit": sm.Probit}[kind](y, rows.to_numpy()).fit(
                disp=0, maxiter=200, cov_type="cluster", cov_kwds={"groups": clusters.to_numpy()}
            )
        except (np.linalg.LinAlgError, ValueError, ZeroDivisionError):
            return _unknown(names, rows)
    fit = Fit(names, np.asarray(found.params), np.asarray(found.cov_params()), rows)
    return fit if found.mle_retvals["converged"] and fit.known else _unknown(names, rows)


def logit(happened: pd.Series, by: pd.DataFrame, clusters: pd.Series) -> Fit:
    """Logistic regression, standard errors by cluster."""
    return _binary("logit", happened, by, clusters)


def probit(happened: pd.Series, by: pd.DataFrame, clusters: pd.Series) -> Fit:
    """Probit, standard errors by cluster."""
    return _binary("probit", happened, by, clusters)


def cox(time: pd.Series, ended: pd.Series, by: pd.DataFrame, clusters: pd.Series) -> Fit:
    """Proportional hazards (Cox), ties after Efron, standard errors by cluster. A time of zero counts as half a month."""
    import statsmodels.api as sm

    rows = by.astype(float)
    names = tuple(rows.columns)
    enough = len(rows) > len(names) and 0 < ended.sum()
    if not enough or np.linalg.matrix_rank(rows.to_numpy() - rows.to_numpy().mean(axis=0)) < len(names):
        return _unknown(names, rows)
    with _quiet():
        try:
            model = sm.PHReg(time.clip(lower=0.5).to_numpy(float), rows.to_numpy(), ended.to_numpy(int), ties="efron")
            found = model.fit(groups=clusters.to_numpy())
            fit = Fit(names, np.asarray(found.params), np.asarray(found.cov_params()), rows)
        except (np.linalg.LinAlgError, ValueError, ZeroDivisionError):
            return _unknown(names, rows)
    return fit if fit.known else _unknown(names, rows)


# ---- a probit corrected for selection --------------------------------------------------------------------------------
def binormal(h: np.ndarray, k: np.ndarray, correlation: float) -> np.ndarray:
    """P(X < h, Y < k) of two standard normals with this correlation (Owen 1956).

    >>> round(float(binormal(np.array([0.0]), np.array([0.0]), 0.5)[0]), 4)
    0.3333
    """
    from scipy.special import ndtr, owens_t

    h, k = (np.where(np.abs(x) < 1e-9, 1e-9, x) for x in (h, k))  # the formula divides by both
    root = math.sqrt(1.0 - correlation * correlation)
    across = np.where(h * k > 0, 0.0, 0.5)
    found = 0.5 * (ndtr(h) + ndtr(k)) - across
    return found - owens_t(h, (k - correlation * h) / (h * root)) - owens_t(k, (h - correlation * k) / (k * root))


def selected_probit(
    happened: pd.Series, by: pd.DataFrame, selected: pd.Series, selected_by: pd.DataFrame, clusters: pd.Series
) -> Fit:
    """A probit of what `happened` where `selected`, with selection a probit of its own and their errors correlated (Van
    de Ven and Van Praag 1981), by maximum likelihood; standard errors by cluster.

    The rows are all cases; `happened` and `by` are read where selected. The first coefficients are those of the outcome
    (with `constant`), then those of selection (`selection: name`), last `correlation` as its inverse hyperbolic tangent.
    """
    from scipy.optimize import minimize

    x, z = by.astype(float).assign(constant=1.0), selected_by.astype(float).assign(constant=1.0)
    names = (*x.columns, *(f"selection: {name}" for name in z.columns), "correlation")
    inside = selected.to_numpy(bool)
    rows = x[inside]
    first = probit(happened[inside], by[inside], clusters[inside])
    chosen = probit(selected.astype(float), selected_by, clusters)
    if not (first.known and chosen.known):
        return _unknown(names, rows)
    y, xs, zs, count = happened.to_numpy(float)[inside], rows.to_numpy(), z.to_numpy(), len(x.columns)

    def each(values: np.ndarray) -> np.ndarray:
        from scipy.special import log_ndtr

        index, choice, correlation = xs @ values[:count], zs @ values[count:-1], 0.999 * math.tanh(values[-1])
        sign = 2.0 * y - 1.0
        both = _by_sign(sign, sign * index, choice[inside], correlation)
        found = np.zeros(len(zs))
        found[~inside] = log_ndtr(-choice[~inside])
        found[inside] = np.log(np.maximum(both, TINY))
        return found

    start = np.concatenate([first.values, chosen.values, [0.0]])
    with _quiet():
        found = minimize(lambda values: -each(values).sum() / len(zs), start, method="BFGS", options={"gtol": 1e-6})
        covariance = _sandwich(each, found.x, clusters.to_numpy())
    fit = Fit(names, found.x, covariance, rows)
    return fit if fit.known else _unknown(names, rows)


def _by_sign(sign: np.ndarray, h: np.ndarray, k: np.ndarray, correlation: float) -> np.ndarray:
    """`binormal`, with the correlation turned where the sign is negative."""
    up = sign > 0
    found = np.empty(len(h))
    found[up], found[~up] = binormal(h[up], k[up], correlation), binormal(h[~up], k[~up], -correlation)
    return found


def _sandwich(each: Callable[[np.ndarray], np.ndarray], at: np.ndarray, clusters: np.ndarray) -> np.ndarray:
    """The covariance of a maximum of the likelihood that is right whatever goes on inside a cluster."""
    from statsmodels.tools.numdiff import approx_fprime, approx_hess

    scores = pd.DataFrame(approx_fprime(at, each, centered=True)).groupby(clusters).sum().to_numpy()
    bread = np.linalg.pinv(-approx_hess(at, lambda values: each(values).sum()))
    groups = len(scores)
    return bread @ (scores.T @ scores) @ bread * groups / max(groups - 1, 1)


# ---- prediction out of sample ----------------------------------------------------------------------------------------
def out_of_sample(happened: pd.Series, by: pd.DataFrame, clusters: pd.Series, folds: int = 10) -> np.ndarray:
    """The probability of every row by a logistic regression that has not seen its conflict (missing where all rows of
    a training set are alike).
    """
    from sklearn.linear_model import LogisticRegression
    from sklearn.model_selection import GroupKFold
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    x, y, groups = by.to_numpy(float), happened.to_numpy(int), clusters.to_numpy()
    found = np.full(len(y), math.nan)
    parts = min(folds, len(np.unique(groups)))
    if parts < 2:
        return found
    for train, test in GroupKFold(parts).split(x, y, groups):
        if y[train].min() < y[train].max():
            model = make_pipeline(StandardScaler(), LogisticRegression(C=RIDGE, max_iter=1000))
            found[test] = model.fit(x[train], y[train]).predict_proba(x[test])[:, 1]
    return found


def areas(tables: list[pd.DataFrame], draws: int = 400, seed: int = 1) -> np.ndarray:
    """The area under the curve of every table (columns `happened`, `predicted`, `cluster`): its value in the first row,
    then in samples with replacement of clusters, the same clusters for all tables.
    """
    kept = [table.dropna() for table in tables]
    clusters = np.unique(np.concatenate([table["cluster"].to_numpy() for table in kept]))
    rng = np.random.default_rng(seed)
    found = [[_area(t["happened"].to_numpy(), t["predicted"].to_numpy(), np.ones(len(t))) for t in kept]]
    places = [np.searchsorted(clusters, table["cluster"].to_numpy()) for table in kept]
    for _ in range(draws if len(clusters) else 0):
        times = np.bincount(rng.integers(0, len(clusters), len(clusters)), minlength=len(clusters))
        found.append(
            [
                _area(table["happened"].to_numpy(), table["predicted"].to_numpy(), times[place].astype(float))
                for table, place in zip(kept, places)
            ]
        )
    return np.array(found)


def _area(happened: np.ndarray, predicted: np.ndarray, weights: np.ndarray) -> float:
    from sklearn.metrics import roc_auc_score

    there = weights > 0
    if len(np.unique(happened[there])) < 2:
        return math.nan
    return float(roc_auc_score(happened[there], predicted[there], sample_weight=weights[there]))
