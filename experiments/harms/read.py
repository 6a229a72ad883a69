"""What a search for harm and benefit says, as numbers: shares, the two dimensions that matter most, rules of a tree."""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass
from statistics import NormalDist
from typing import Any

import numpy as np
from harms.space import MONTHS

from multitrack_sim.analysis.intervals import mean_interval

__all__ = [
    "BINS",
    "Leaf",
    "best_pair",
    "binned",
    "chance_of_noise",
    "credible",
    "honest_rules",
    "importance",
    "true_spread",
]

BINS = 4


def chance_of_noise(pairs: np.ndarray) -> np.ndarray:
    """Two-sided p of each point: the sum of differences against flipped signs (normal approximation, never too bold)."""
    size = np.sqrt((pairs**2).sum(axis=1))
    statistic = np.abs(pairs.sum(axis=1)) / np.where(size > 0, size, np.inf)
    return np.array([2 * (1 - NormalDist().cdf(value)) for value in statistic])


def credible(chances: np.ndarray, level: float = 0.05) -> np.ndarray:
    """Those that stand at a false discovery rate of 5% (Benjamini and Hochberg 1995)."""
    order = np.argsort(chances)
    good = np.nonzero(chances[order] <= level * np.arange(1, len(order) + 1) / max(1, len(order)))[0]
    found = np.zeros(len(chances), bool)
    found[order[: good[-1] + 1 if len(good) else 0]] = True
    return found


def noise_of(pairs: np.ndarray) -> np.ndarray:
    """Variance of each point's mean, from its pairs."""
    return pairs.var(axis=1, ddof=1) / pairs.shape[1]


def true_spread(pairs: np.ndarray) -> float:
    """Standard deviation of the effect over the space, what chance between runs adds taken away."""
    return math.sqrt(max(0.0, float(pairs.mean(axis=1).var(ddof=1) - noise_of(pairs).mean())))


def binned(points: np.ndarray, bins: int = BINS) -> np.ndarray:
    return np.minimum((points * bins).astype(int), bins - 1)


def explained(cells: np.ndarray, effect: np.ndarray) -> float:
    """Variance of the cells' true means: that of their means, less what chance alone gives to means of so few."""
    total, count = 0.0, len(effect)
    grand = effect.mean()
    for cell in np.unique(cells):
        own = effect[cells == cell]
        if len(own) > 1:
            total += len(own) / count * ((own.mean() - grand) ** 2 - own.var(ddof=1) / len(own))
    return total


def importance(points: np.ndarray, effect: np.ndarray) -> np.ndarray:
    """Of each dimension alone: variance explained by its layers."""
    return np.array([explained(column, effect) for column in binned(points, 8).T])


def best_pair(points: np.ndarray, effect: np.ndarray) -> tuple[int, int]:
    """The two dimensions whose map explains most."""
    cells = binned(points)
    pairs = list(itertools.combinations(range(points.shape[1]), 2))
    return max(pairs, key=lambda pair: explained(cells[:, pair[0]] * BINS + cells[:, pair[1]], effect))


@dataclass
class Leaf:
    """A rule (dimension, above or not, threshold; in the unit cube) and the effect among points that did not make it."""

    rule: tuple[tuple[int, bool, float], ...]
    mean: float
    low: float
    high: float
    points: int


def honest_rules(points: np.ndarray, effect: np.ndarray, depth: int = 3) -> list[Leaf]:
    """A tree that halves the variance greedily, grown on every other point, its leaves measured on the others."""
    grow, measure = slice(0, None, 2), slice(1, None, 2)
    leaves = []
    fewest = max(4, len(effect) // 50)
    for rule in _grown(points[grow], effect[grow], depth, (), fewest):
        own = effect[measure][_inside(points[measure], rule)]
        mean, low, high, _ = mean_interval(own, -MONTHS, MONTHS)
        leaves.append(Leaf(rule, mean, low, high, len(own)))
    return sorted(leaves, key=lambda leaf: leaf.mean)


def _inside(points: np.ndarray, rule: Any) -> np.ndarray:
    found = np.ones(len(points), bool)
    for dimension, above, threshold in rule:
        found &= (points[:, dimension] > threshold) == above
    return found


def _grown(points: np.ndarray, effect: np.ndarray, depth: int, rule: tuple, fewest: int) -> list[tuple]:
    best = (0.0, -1, 0.0)
    for dimension in range(points.shape[1]) if depth and len(effect) >= 2 * fewest else ():
        for threshold in np.arange(0.125, 1.0, 0.125):
            above = points[:, dimension] > threshold
            few, many = int(above.sum()), int((~above).sum())
            if min(few, many) >= fewest:
                gap = effect[above].mean() - effect[~above].mean()
                best = max(best, (few * many / len(effect) * gap * gap, dimension, float(threshold)))
    if best[1] < 0:
        return [rule]
    _, dimension, threshold = best
    above = points[:, dimension] > threshold
    return [
        leaf
        for side in (True, False)
        for leaf in _grown(
            points[above == side], effect[above == side], depth - 1, (*rule, (dimension, side, threshold)), fewest
        )
    ]
