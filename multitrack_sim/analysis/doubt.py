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
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from .effects import holm
from .intervals import LEVEL, Z, t_probability

__all__ = ["ALL_DOUBTS", "INTERVALS", "PARTS", "Doubt", "doubt_about"]

PARTS = ("chance", "parameters", "structure")
ALL_DOUBTS = "chance, parameters, structure"
INTERVALS = ("chance", "chance, parameters", ALL_DOUBTS)
ONE_SIDED = NormalDist().inv_cdf(0.95)
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
    chance. `with_form`: whether what sets do in some variants only is counted with the parameters, as it is where it is clear
    of chance; elsewhere it is counted with chance. `unclear`: the
    parts that are not clear of what chance would feign in so many runs where there is none.
    """

    effect: float
    pairs: int
    parts: dict[str, float]
    intervals: dict[str, tuple[float, float]]
    variants: pd.DataFrame
    sets: pd.Series
    one_pair: float
    with_form: bool
    unclear: tuple[str, ...] = ()

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
    >>> round(found.effect, 2), {name: round(part, 1) for name, part in found.parts.items()}
    (1.24, {'chance': 0.0, 'parameters': 1.4, 'structure': 0.1})
    """
    y = np.asarray(values, float)
    v, names = pd.factorize(np.zeros(len(y)) if variants is None else np.asarray(variants, dtype=object))
    s, labels = pd.factorize(np.zeros(len(y)) if sets is None else np.asarray(sets))
    c = np.arange(len(y)) if conflicts is None else pd.factorize(np.asarray(conflicts))[0]
    if not len(y):
        nothing = dict.fromkeys(PARTS, math.nan)
        return Doubt(math.nan, 0, nothing, dict.fromkeys(INTERVALS, (math.nan, math.nan)), _no_variants(), pd.Series(dtype=float), math.nan, False)  # fmt: skip # noqa: E501
    found = _variances(y, v, s, c)
    one_pair, conflict, between_sets = found.one_pair, found.conflict, found.sets + found.some_variants
    structure = found.variants * (len(names) - 1) / len(names)  # of the variants there are, each as likely
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
    feigned = {
        "parameters": _feigned(one_pair, len(y), len(labels)),
        "structure": _feigned(one_pair, len(y), len(names)),
    }
    varied = {"parameters": len(labels) > 1, "structure": len(names) > 1}
    unclear = tuple(part for part, by_chance in feigned.items() if varied[part] and parts[part] <= by_chance)
    return Doubt(
        effect, len(y), parts, intervals, variant_table, by_set, one_pair, found.some_variants > 0, unclear,
    )  # fmt: skip


def _no_variants() -> pd.DataFrame:
    return pd.DataFrame(columns=["variant", "effect", "low", "high", "p", "p_corrected", "sets_low", "sets_high"])


class _Variances(NamedTuple):
    one_pair: float  # of a pair, by chance
    conflict: float  # of that, between conflicts
    sets: float  # between sets, alike in all variants
    some_variants: float  # between sets, in some variants otherwise than in others
    variants: float


def _feigned(one_pair: float, runs: int, groups: int, freedom: int = 0) -> float:
    """What variance between groups an estimate seldom (1 time in 20) exceeds where there is nothing but chance: the 95% point
    of chi-squared (Wilson and Hilferty 1931).
    """
    of = 2 / (9 * (freedom or max(1, groups - 1)))
    return one_pair * groups / runs * ((1 - of + ONE_SIDED * math.sqrt(of)) ** 3 - 1)


def _variances(y: np.ndarray, v: np.ndarray, s: np.ndarray, c: np.ndarray) -> _Variances:
    """The variances, each from the mean half squared difference of pairs of runs that share some things and not others.

    What sets do otherwise in some variants than in others is kept where it is clear of chance; elsewhere it would mostly be
    chance that passes for doubt, and is counted as chance.
    """
    y = y - y.mean()
    by = {"all": np.zeros(len(y), np.int64), "v": v, "s": s, "vs": v * (s.max() + 1) + s, "c": c}
    for name in ("v", "s", "vs"):
        by[name + "c"] = by[name].astype(np.int64) * (int(c.max()) + 1) + c
    total = {name: _squared(y, group) for name, group in by.items()}
    # pairs of runs of different conflicts, by what else they share
    apart = {name: _less(total[name], total[name + "c" if name != "all" else "c"]) for name in ("all", "v", "s", "vs")}
    cell = _mean(apart["vs"])
    other_set, other_variant = (_mean(_less(apart[name], apart["vs"])) for name in ("v", "s"))
    both = _mean(_plus(_less(_less(apart["all"], apart["v"]), apart["s"]), apart["vs"]))
    sets, variants = int(s.max()) + 1, int(v.max()) + 1
    if sets > 1 and variants > 1:
        found = _crossed(cell, other_set, other_variant, both, len(y), sets, variants)
    elif sets > 1:
        found = _Variances(_or(cell, other_set), 0.0, _above_zero(other_set - cell), 0.0, 0.0)
        both = other_set
    elif variants > 1:
        found = _Variances(_or(cell, other_variant), 0.0, 0.0, 0.0, _above_zero(other_variant - cell))
        both = other_variant
    else:
        found, both = _Variances(_or(cell, 0.0), 0.0, 0.0, 0.0, 0.0), cell
    if len(np.unique(c)) == len(y):
        return found
    one_conflict = _mean(_within_conflict(total, sets > 1, variants > 1))
    return found._replace(conflict=min(_above_zero(both - one_conflict), found.one_pair))


def _crossed(
    cell: float, other_set: float, other_variant: float, both: float, runs: int, sets: int, variants: int
) -> _Variances:
    """Where sets and variants both differ between runs."""
    between_variants = _above_zero(both - other_set)
    between_sets = _above_zero(both - other_variant)
    pooled = _or(other_variant - between_variants, _or(cell, _or(other_set, both)))  # the last: no set came twice
    some = _above_zero(pooled - cell)
    if some <= _feigned(_or(cell, pooled), runs, sets * variants, (sets - 1) * (variants - 1)):
        return _Variances(pooled, 0.0, between_sets, 0.0, between_variants)
    return _Variances(cell, 0.0, between_sets, some, between_variants)


def _above_zero(value: float) -> float:
    """An estimate of a variance that chance may have brought below zero, or that there are no pairs for."""
    return max(0.0, value) if value == value else 0.0


def _or(value: float, other: float) -> float:
    return value if value == value else other


def _within_conflict(
    total: dict[str, tuple[float, float]], several_sets: bool, several_variants: bool
) -> tuple[float, float]:
    """Runs of one conflict that differ in all that is varied."""
    if several_sets and several_variants:
        return _plus(_less(_less(total["c"], total["vc"]), total["sc"]), total["vsc"])
    if several_sets or several_variants:
        return _less(total["c"], total["sc" if several_sets else "vc"])
    return total["c"]


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
