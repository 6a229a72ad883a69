"""Conditions: where among many conflicts does an arm change the outcome? Rules found on some points, tested on others.

Scenario discovery (Bryant and Lempert 2010) with a small classification tree (Breiman et al. 1984): every leaf is a rule
of a few comparisons. A tree always finds rules, in noise too; so each is tested on points that it never saw, and says
whether it stands. Needs scikit-learn (the extra "discovery").
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from ..designs.arms import plain
from ..errors import MultitrackError, printable
from .effects import holm
from .intervals import alike, wilson

__all__ = ["effect_by_point", "find_conditions", "share_changed"]

DEPTH = 3  # comparisons in a rule: more are hard to say and easy to overfit
SMALLEST = 0.05  # of the points, those a rule covers at least
HELD_OUT = 0.4
SEED = 1


def effect_by_point(
    table: pd.DataFrame, settings: Sequence[str], outcome: str, arm: str, baseline: str, cell: str = "point"
) -> pd.DataFrame:
    """The paired effect at every point of a design run in two arms: the settings, `effect` (arm minus baseline), `error`
    (missing where all pairs of a point differ alike), `pairs`, `changed` (the share of pairs in which the outcome differs).

    `table` has columns `point`, `arm`, `seed`, the settings and outcomes: a row per run.

    >>> table = pd.DataFrame({"point": [0] * 4, "arm": ["with", "with", "without", "without"], "seed": [1, 2, 1, 2],
    ...                       "codes.track2": [3] * 4, "agreed": [1.0, 0.0, 0.0, 0.0]})
    >>> effect_by_point(table, ["codes.track2"], "agreed", "without", "with").values.tolist()
    [[3.0, -0.5, 0.5, 2.0, 0.5]]
    """
    missing = [name for name in [cell, "arm", "seed", outcome, *settings] if name not in table.columns]
    if missing:
        raise MultitrackError(f"the table has no column {', '.join(map(printable, missing))}")
    sides = [table[table["arm"] == name].set_index([cell, "seed"])[outcome].astype(float) for name in (arm, baseline)]
    difference = (sides[0] - sides[1]).dropna()
    if difference.empty:
        raise MultitrackError(f"no pairs of {printable(arm)} and {printable(baseline)} with the same point and seed")
    grouped = difference.groupby(level=0)
    found = table.groupby(cell)[list(settings)].first().loc[list(grouped.groups)]
    return found.assign(
        effect=grouped.mean(),
        error=grouped.sem().where(~grouped.agg(alike).astype(bool)),
        pairs=grouped.size(),
        changed=(difference != 0).groupby(level=0).mean(),
    ).reset_index(drop=True)


def share_changed(points: pd.DataFrame, at_least: float, column: str = "effect", sign: int = 0) -> pd.Series:
    """Which points count as "changed": an effect of at least this size; `sign` 1 only above zero, -1 only below.

    >>> share_changed(pd.DataFrame({"effect": [-3.0, 0.5, 2.0]}), 1).tolist()
    [True, False, True]
    """
    effect = points[column].astype(float)
    return (effect.abs() if sign == 0 else sign * effect) >= at_least


def find_conditions(
    points: pd.DataFrame,
    settings: Sequence[str],
    changed: Sequence[bool] | pd.Series | np.ndarray,
    depth: int = DEPTH,
    smallest: float = SMALLEST,
    held_out: float = HELD_OUT,
    seed: int = SEED,
) -> pd.DataFrame:
    """Rules on the settings under which points are "changed" more often, one row each, the densest first.

    The tree grows on a random part of the points; all else is counted on the points held out. Columns: `rule` in words;
    `found_density` and `found_coverage` where it was found (optimistic); `points` held out that it covers; `density`, the
    share of them that are changed, with Wilson's (1927) interval; `coverage`, the share of all changed points that it
    holds; `base`, the density of all; `p` (exact hypergeometric test that the density is no higher than that of all held-out
    points: Fisher 1935), Holm's `p_corrected`, `stands`: below 5%. Only leaves denser than the whole are rules.

    >>> rng = np.random.default_rng(1)
    >>> points = pd.DataFrame(rng.random((400, 2)), columns=["a", "b"])
    >>> found = find_conditions(points, ["a", "b"], (points["a"] > 0.5) & (points["b"] < 0.5), depth=2)
    >>> found["rule"].tolist(), found["stands"].tolist()
    (['b <= 0.485 and a > 0.508'], [True])
    """
    features = points[list(settings)].astype(float).to_numpy()
    hit = np.asarray(changed, bool)
    if len(hit) != len(features) or len(hit) < 20:
        raise MultitrackError(f"found {len(features)} points and {len(hit)} marks; allowed: as many, at least 20")
    if not 0 < held_out < 1:
        raise MultitrackError(f"held_out={held_out!r}; allowed: a share between 0 and 1")
    order = np.random.default_rng(seed).permutation(len(hit))
    test, train = np.split(order, [round(held_out * len(hit))])
    if hit[train].all() or not hit[train].any():
        return pd.DataFrame(columns=_COLUMNS)
    tree = _grown(features[train], hit[train], depth, smallest, seed)
    base, rows = float(hit[test].mean()), []
    for leaf, rule in _leaves(tree, list(settings)):
        here, there = tree.apply(features[train]) == leaf, tree.apply(features[test]) == leaf
        density = float(hit[train][here].mean())
        if density <= hit[train].mean():
            continue
        count, covered = int(hit[test][there].sum()), int(there.sum())
        low, high = (float(end) for end in wilson(count, covered))
        found_coverage = float(hit[train][here].sum() / hit[train].sum())
        coverage = count / hit[test].sum() if hit[test].any() else np.nan
        p = _fisher(count, covered, int(hit[test].sum()), len(test))
        share = count / covered if covered else np.nan
        rows.append([rule, density, found_coverage, covered, share, low, high, coverage, base, p])
    found = pd.DataFrame(rows, columns=_COLUMNS[:-2])
    found["p_corrected"] = holm(found["p"].to_numpy(float))
    found["stands"] = found["p_corrected"] < 0.05
    return found.sort_values("density", ascending=False, ignore_index=True)


_COLUMNS = [
    "rule", "found_density", "found_coverage", "points", "density", "low", "high", "coverage", "base", "p",
    "p_corrected", "stands",
]  # fmt: skip


def _grown(features: np.ndarray, hit: np.ndarray, depth: int, smallest: float, seed: int) -> Any:
    try:
        from sklearn.tree import DecisionTreeClassifier
    except ImportError:
        raise MultitrackError(
            'scikit-learn is not installed; allowed: pip install "multitrack_sim[discovery]"'
        ) from None
    tree = DecisionTreeClassifier(
        max_depth=depth, min_samples_leaf=max(5, round(smallest * len(hit))), random_state=seed, class_weight="balanced"
    )
    return tree.fit(features, hit)


def _leaves(tree: Any, names: list[str]) -> list[tuple[int, str]]:
    """Every leaf with its rule: for each setting the tightest comparisons on the way."""
    grown, found = tree.tree_, []

    def walk(node: int, limits: dict[str, tuple[float, float]]) -> None:
        if grown.children_left[node] < 0:
            found.append((node, _said(limits)))
            return
        name, cut = names[grown.feature[node]], float(grown.threshold[node])
        low, high = limits.get(name, (-np.inf, np.inf))
        walk(grown.children_left[node], {**limits, name: (low, min(high, cut))})
        walk(grown.children_right[node], {**limits, name: (max(low, cut), high)})

    walk(0, {})
    return found


def _said(limits: dict[str, tuple[float, float]]) -> str:
    """A rule in words."""
    parts = []
    for name, (low, high) in limits.items():
        parts += [f"{plain(name)} > {low:.3g}"] if np.isfinite(low) else []
        parts += [f"{plain(name)} <= {high:.3g}"] if np.isfinite(high) else []
    return " and ".join(parts) or "everywhere"


def _fisher(count: int, covered: int, hits: int, points: int) -> float:
    """The chance of at least `count` hits among `covered` of `points` points, `hits` of them hits."""
    ways = sum(math.comb(hits, k) * math.comb(points - hits, covered - k) for k in range(count, min(hits, covered) + 1))
    return ways / math.comb(points, covered) if points else np.nan
