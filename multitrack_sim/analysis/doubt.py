"""How far an effect is in doubt, and of what: chance between runs, the values of parameters, the form of the rules.

What is taken apart is the doubt about a *mean effect*. Every pair of runs has one variant of the rules and one plausible
set of parameters. Were there no chance, each variant with each set would give one mean effect; how these differ between
the variants is doubt about form, how they differ between the sets within a variant doubt about parameters. What so many
runs leave open about the mean itself is chance. By the law of total variance the three add up to the whole.

The variances are estimated without bias from differences between pairs of runs: of one variant and set they differ by
chance alone, of one variant and two sets by chance and parameters, of two variants and two sets by all three. So chance
is subtracted where it would pass for doubt, whatever the number of runs and however they are spread over the design
(the analysis of variance by Hoeffding's U-statistics; for balanced designs the usual one: Searle, Casella and McCulloch
1992).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from .effects import holm
from .intervals import LEVEL, Z, t_probability

__all__ = ["ALL_DOUBTS", "INTERVALS", "PARTS", "Doubt", "doubt_about"]

PARTS = ("chance", "parameters", "structure")
ALL_DOUBTS = "chance, parameters, structure"
INTERVALS = ("chance", "chance, parameters", ALL_DOUBTS)
_NORMAL = np.array([NormalDist().inv_cdf((k + 0.5) / 41) for k in range(41)])
_NORMAL /= _NORMAL.std()  # a normal distribution in 41 equally likely values


@dataclass(frozen=True)
class Doubt:
    """A mean effect and the doubt about it.

    `effect`: the mean over all variants and sets, each variant counted alike. `parts`: the variance that is owed to chance
    (in so many runs), parameters and structure (the form of the rules). `intervals`: of the effect, 95 in 100 of what is
    held possible with chance alone, with the parameters too, and with all three, around the same mean. `variants`: a row
    each with its mean effect over the sets, the interval of that mean, p, Holm's p, and within what bounds 95 in 100 of
    its sets lie. `sets`: the mean effect of each set, over the variants. `one_pair`: the variance of a single pair by
    chance. `with_form`: whether chance could be told from what a set does in one variant and not in another.
    """

    effect: float
    pairs: int
    parts: dict[str, float]
    intervals: dict[str, tuple[float, float]]
    variants: pd.DataFrame
    sets: pd.Series
    one_pair: float
    with_form: bool

    @property
    def variance(self) -> float:
        """The whole doubt: the sum of its parts."""
        return sum(self.parts.values())

    @property
    def shares(self) -> dict[str, float]:
        """What share of the doubt each part is; NaN where there is none."""
        whole = self.variance
        return {name: part / whole if whole > 0 else math.nan for name, part in self.parts.items()}

    @property
    def interval(self) -> tuple[float, float]:
        """The interval of the effect with every doubt in it."""
        return self.intervals[ALL_DOUBTS]


def doubt_about(
    values: ArrayLike,
    sets: ArrayLike | None = None,
    variants: Sequence[str] | np.ndarray | pd.Series | None = None,
    conflicts: ArrayLike | None = None,
) -> Doubt:
    """Take the doubt about the mean of `values` apart: differences of pairs of runs, with the set and the variant of each.

    What is None was not varied. `conflicts` says which runs are of one conflict, where there are several: then chance is
    also which conflicts they happen to be.

    >>> sets, variants = np.arange(1200) % 20, np.where(np.arange(1200) % 60 < 20, "a", "b")
    >>> noise = np.random.default_rng(1).standard_normal(1200)
    >>> found = doubt_about(1.0 + 0.5 * (variants == "a") + 0.2 * (sets - 9.5) + 0.3 * noise, sets, variants)
    >>> round(found.effect, 1), {name: round(part, 1) for name, part in found.parts.items()}
    (1.3, {'chance': 0.0, 'parameters': 1.4, 'structure': 0.1})
    """
    y = np.asarray(values, float)
    v, names = pd.factorize(np.zeros(len(y)) if variants is None else np.asarray(variants, dtype=object))
    s, labels = pd.factorize(np.zeros(len(y)) if sets is None else np.asarray(sets))
    c = np.arange(len(y)) if conflicts is None else pd.factorize(np.asarray(conflicts))[0]
    if not len(y):
        nothing = dict.fromkeys(PARTS, math.nan)
        return Doubt(math.nan, 0, nothing, dict.fromkeys(INTERVALS, (math.nan, math.nan)), _no_variants(), pd.Series(dtype=float), math.nan, False)  # fmt: skip # noqa: E501
    one_pair, conflict, between_sets, between_variants, with_form = _variances(y, v, s, c)
    structure = between_variants * (len(names) - 1) / len(names)  # of the variants there are, each as likely
    weights = 1.0 / np.bincount(v)[v] / len(names)
    effect = float(np.sum(weights * y))
    of_conflicts = np.bincount(c, weights)
    chance = conflict * float(np.sum(of_conflicts**2)) + (one_pair - conflict) * float(np.sum(weights**2))
    cells = _cells(y, v, s, between_sets, structure, effect)
    variant_table = _variant_table(names, y, v, c, cells, one_pair, conflict, between_sets, len(labels))
    within = cells["effect"] - cells["variant_mean"] + effect
    spread = math.sqrt(max(chance, 0.0))
    intervals = {
        INTERVALS[0]: (effect - Z * spread, effect + Z * spread),
        INTERVALS[1]: _ends(within.to_numpy(), cells["weight"].to_numpy(), spread),
        INTERVALS[2]: _ends(cells["effect"].to_numpy(), cells["weight"].to_numpy(), spread),
    }
    centred = y - cells.groupby("v")["raw_variant"].first().to_numpy()[v] + effect
    by_set = pd.Series(np.bincount(s, centred) / np.bincount(s), index=pd.Index(labels, name="set"))
    parts = dict(zip(PARTS, (max(chance, 0.0), between_sets, structure)))
    return Doubt(effect, len(y), parts, intervals, variant_table, by_set, one_pair, with_form)


def _no_variants() -> pd.DataFrame:
    return pd.DataFrame(columns=["variant", "effect", "low", "high", "p", "p_corrected", "sets_low", "sets_high"])


def _variances(y: np.ndarray, v: np.ndarray, s: np.ndarray, c: np.ndarray) -> tuple[float, float, float, float, bool]:
    """Variance of one pair by chance; of that, between conflicts; between sets within variants; between variants; and
    whether there were runs of one set and variant to tell chance from what a set does in some variants only.
    """
    y = y - y.mean()
    by = {
        "all": np.zeros(len(y), np.int64), "v": v, "s": s, "vs": v * (s.max() + 1) + s, "c": c,
    }  # fmt: skip
    for name in ("v", "s", "vs"):
        by[name + "c"] = by[name].astype(np.int64) * (int(c.max()) + 1) + c
    total = {name: _squared(y, group) for name, group in by.items()}
    # pairs of runs of different conflicts, by what else they share
    apart = {name: _less(total[name], total[name + "c" if name != "all" else "c"]) for name in ("all", "v", "s", "vs")}
    same_cell = _mean(apart["vs"])
    two_sets = _mean(_less(apart["v"], apart["vs"]))
    two_variants = _mean(_less(apart["s"], apart["vs"]))
    both = _mean(_plus(_less(_less(apart["all"], apart["v"]), apart["s"]), apart["vs"]))
    one_conflict = _mean(_plus(_less(_less(total["c"], total["vc"]), total["sc"]), total["vsc"]))
    several_sets, several_variants = s.max() > 0, v.max() > 0
    structure = (
        both - two_sets if several_sets and several_variants else two_variants - same_cell if several_variants else 0.0
    )
    structure = max(0.0, structure) if structure == structure else 0.0
    with_form = same_cell == same_cell
    if not with_form:  # every run is of a set and a variant of its own
        same_cell = two_variants - structure if several_variants and two_variants == two_variants else two_sets
    parameters = two_sets - same_cell if several_sets else 0.0
    reference = (
        both
        if several_sets and several_variants
        else two_sets
        if several_sets
        else two_variants
        if several_variants
        else same_cell
    )
    conflict = 0.0
    if len(np.unique(c)) < len(y):
        within = (
            one_conflict
            if several_sets and several_variants
            else _within_conflict(total, several_sets, several_variants)
        )
        conflict = min(max(0.0, reference - within), same_cell) if within == within else 0.0
    return same_cell, conflict, max(0.0, parameters) if parameters == parameters else 0.0, structure, with_form


def _within_conflict(total: dict[str, tuple[float, float]], several_sets: bool, several_variants: bool) -> float:
    """The mean half squared difference of runs of one conflict that differ in all that is varied."""
    if several_sets:
        return _mean(_less(total["c"], total["sc"]))
    return _mean(_less(total["c"], total["vc"])) if several_variants else _mean(total["c"])


def _squared(y: np.ndarray, group: np.ndarray) -> tuple[float, float]:
    """Half the squared difference of every two values of one group, summed, and how many such twos there are."""
    place = pd.factorize(group)[0]
    count, first, second = np.bincount(place), np.bincount(place, y), np.bincount(place, y * y)
    return float(np.sum(count * second - first * first)) / 2.0, float(np.sum(count * (count - 1.0))) / 2.0


def _less(one: tuple[float, float], other: tuple[float, float]) -> tuple[float, float]:
    return one[0] - other[0], one[1] - other[1]


def _plus(one: tuple[float, float], other: tuple[float, float]) -> tuple[float, float]:
    return one[0] + other[0], one[1] + other[1]


def _mean(sums: tuple[float, float]) -> float:
    return sums[0] / sums[1] if sums[1] > 0.5 else math.nan


def _cells(
    y: np.ndarray, v: np.ndarray, s: np.ndarray, parameters: float, structure: float, effect: float
) -> pd.DataFrame:
    """The effect of every variant with every set, drawn together until they spread as much as they would without chance
    (Louis 1984): of what is between variants as far as `structure`, within them as far as `parameters`.
    """
    found = pd.DataFrame({"v": v, "s": s, "y": y}).groupby(["v", "s"], as_index=False)["y"].mean()
    raw = pd.Series(np.bincount(v, y) / np.bincount(v))
    found["raw_variant"] = raw.to_numpy()[found["v"]]
    apart = found["y"] - found.groupby("v")["y"].transform("mean")
    weight = 1.0 / found.groupby("v")["y"].transform("size") / len(raw)
    between, within = float(raw.var(ddof=0)), float((weight * apart**2).sum())
    found["variant_mean"] = effect + _drawn(structure, between) * (found["raw_variant"] - effect)
    found["effect"] = found["variant_mean"] + _drawn(parameters, within) * apart
    return found.assign(weight=weight)


def _drawn(wanted: float, there: float) -> float:
    """By how much deviations must shrink for their variance to become what is wanted."""
    return math.sqrt(wanted / there) if there > 0 else 0.0


def _ends(values: np.ndarray, weights: np.ndarray, spread: float) -> tuple[float, float]:
    """Between what bounds 95 in 100 of these values lie, each blurred by chance."""
    blurred = (values[:, None] + spread * _NORMAL[None, :]).ravel()
    order = np.argsort(blurred, kind="stable")
    below = np.cumsum(np.repeat(weights / len(_NORMAL), len(_NORMAL))[order])
    below -= below[0] / 2
    low, high = np.interp([(1 - LEVEL) / 2, (1 + LEVEL) / 2], below / below[-1], blurred[order])
    return float(low), float(high)


def _variant_table(
    names: np.ndarray, y: np.ndarray, v: np.ndarray, c: np.ndarray, cells: pd.DataFrame, one_pair: float, conflict: float,
    parameters: float, sets: int,
) -> pd.DataFrame:  # fmt: skip
    rows = []
    for at, name in enumerate(names):
        own = v == at
        runs, of_conflicts = int(own.sum()), np.bincount(c[own]) / own.sum()
        error = conflict * float(np.sum(of_conflicts**2)) + (one_pair - conflict) / runs
        error = math.sqrt(max(0.0, error + parameters / sets))
        mean = float(y[own].mean())
        p = t_probability(mean / error, max(1, runs - 1)) if error > 0 else math.nan
        here = cells[cells["v"] == at]
        bounds = _ends((here["effect"] - here["variant_mean"] + mean).to_numpy(), here["weight"].to_numpy(), 0.0)
        rows.append([name, mean, mean - Z * error, mean + Z * error, p, *bounds])
    table = pd.DataFrame(rows, columns=["variant", "effect", "low", "high", "p", "sets_low", "sets_high"])
    table.insert(5, "p_corrected", holm(table["p"]))
    return table
