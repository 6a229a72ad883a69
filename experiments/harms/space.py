"""The space in which harm and benefit are looked for: its dimensions, points in it, and the scenarios they stand for."""

from __future__ import annotations

import numpy as np

import multitrack_sim as mt
from multitrack_sim.scenario import CODES

__all__ = [
    "DIMENSIONS",
    "MONTHS",
    "SETTINGS",
    "apart",
    "hypercube",
    "meaning",
    "parties_at",
    "scale_of",
    "scenario_at",
    "varied",
]

MONTHS, COMMUNITIES = 120, 40  # of every scenario: its horizon, and localities enough to be quick

# Besides the codes: who is let through, and how workshops are held.
SETTINGS = {
    "track_two.access": (0, 1), "track_two.publicity": (0, 1), "track_two.continuity": (0, 1), "track_two.digital": (0, 1),
    "track_two.coordination": (0, 1), "track_two.research": (0, 1), "track_two.clash": (0, 1),
    "track_two.hardening": (0, 1), "track_two.transfer": (0.05, 0.6),
}  # fmt: skip
PARTIES = ((0.5, 2), (0.75, 3), (0.875, 4), (1.0, 6))  # up to which share of points, how many (eighths, as rules cut)
DIMENSIONS = [*CODES, *SETTINGS]


def hypercube(count: int, rng: np.random.Generator) -> np.ndarray:
    """Points in the unit cube, one in every one of `count` layers of each dimension (McKay, Beckman, Conover 1979)."""
    layers = np.stack([rng.permutation(count) for _ in DIMENSIONS], axis=1)
    return (layers + rng.random(layers.shape)) / count


def meaning(point: np.ndarray) -> dict[str, float]:
    """The codes and settings that a point of the unit cube stands for."""
    found: dict[str, float] = {}
    for name, u in zip(DIMENSIONS, point):
        low, high = SETTINGS.get(name) or (CODES[name].low, CODES[name].high)
        found[name] = parties_at(u) if name == "parties" else low + (high - low) * float(u)
    return found


def scenario_at(point: np.ndarray) -> mt.Scenario:
    values = meaning(point)
    coded = mt.scenario_from_codes({name: values[name] for name in CODES})
    return coded.with_settings(
        {name: values[name] for name in SETTINGS} | {"society.communities": COMMUNITIES, "run.months": MONTHS}
    )


def parties_at(u: float) -> int:
    return next(n for up_to, n in PARTIES if u <= up_to)


def scale_of(dimension: int) -> tuple[str, float, float]:
    """Name and ends of a dimension as people read it."""
    name = DIMENSIONS[dimension]
    if name in SETTINGS:
        return name, *SETTINGS[name]
    return f"code {name.replace('_', ' ')}", CODES[name].low, CODES[name].high


def varied(parents: np.ndarray, each: int, rng: np.random.Generator) -> np.ndarray:
    """The points and `each` neighbours of every one: a third of the coordinates moved a little, or taken from another."""
    children = np.repeat(parents, each, axis=0)
    other = parents[rng.integers(len(parents), size=len(children))]
    children = np.where(rng.random(children.shape) < 0.2, other, children)
    moved = np.clip(children + rng.normal(0, 0.15, children.shape), 0, 1)
    return np.concatenate([parents, np.where(rng.random(children.shape) < 0.33, moved, children)])


def apart(points: np.ndarray, order: np.ndarray, count: int) -> np.ndarray:
    """The first so many in this order that are not near neighbours of one before them."""
    kept: list[int] = []
    for at in order:
        if all(np.abs(points[at] - points[k]).mean() > 0.08 for k in kept):
            kept.append(int(at))
    kept += [int(at) for at in order if at not in kept]
    return points[kept[:count]]
