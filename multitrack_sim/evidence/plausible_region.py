"""Where no pattern of the record speaks against the settings: places drawn from it, as the emulator sees them."""

from __future__ import annotations

import numpy as np

from .emulator import Emulator

__all__ = ["places_within", "spread_of_misses"]

STEPS, AT_ONCE, WIDTH = 1_500, 12, 0.25  # of a walk; coordinates that one step moves; and how far, of the whole range
DOUBT_FROM = 40  # places


def spread_of_misses(emulator: Emulator, held: dict[str, tuple[float, float]], places: np.ndarray) -> np.ndarray:
    """The miss of every pattern at every place: expected value less record, in standard deviations of the record and the
    emulator together (implausibility, Craig et al. 1997, with its sign).
    """
    middle, doubt = emulator.at(places)
    value, error = (np.array([held[name][part] for name in middle]) for part in (0, 1))
    return (middle.to_numpy() - value) / np.sqrt(error**2 + doubt.to_numpy() ** 2)


def places_within(
    emulator: Emulator,
    held: dict[str, tuple[float, float]],
    start: np.ndarray,
    count: int,
    seed: int,
    cutoff: float,
    weighted: bool = False,
) -> np.ndarray:
    """So many places where no miss is beyond the cut-off: the ends of as many random walks.

    They are spread evenly over the region; if `weighted`, in proportion to exp(-misses^2 / 2) in standard deviations of the
    record, as if patterns were independent and normal, so that most lie where the record is met well and few at the edge.
    Each walk begins at one of the places to start from, goes towards smaller misses until none is beyond the cut-off, and
    wanders within from there on (Metropolis; Andrianakis et al. 2015). A walk that never gets within ends nearest to it.
    """
    rng = np.random.default_rng(seed)
    names = list(emulator.patterns)
    value, error = (np.array([held[name][part] for name in names]) for part in (0, 1))
    doubt = emulator.at(start[:DOUBT_FROM])[1].to_numpy().mean(axis=0)  # it varies little, and costs most
    scale = np.sqrt(error**2 + doubt**2)

    def seen(places: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """How far the misses lie beyond the cut-off, squared and summed (0 within), and all misses, squared and summed."""
        off = np.abs(emulator.expected(places) - value)
        return (np.clip(off / scale - cutoff, 0.0, None) ** 2).sum(axis=1), ((off / error) ** 2).sum(axis=1)

    order = np.argsort(seen(start)[0], kind="stable")[: max(1, len(start) // 10)]
    places = start[order[rng.integers(0, len(order), count)]].copy()
    beyond, misses = seen(places)
    at_once = min(AT_ONCE, places.shape[1])
    for _ in range(STEPS):
        moved = places.copy()
        which = rng.random(places.shape).argsort(axis=1)[:, :at_once]
        step = WIDTH * rng.random((count, 1)) * rng.standard_normal((count, at_once))
        to = np.abs(np.take_along_axis(places, which, 1) + step)  # reflected at 0, then at 1
        np.put_along_axis(moved, which, np.clip(np.where(to > 1, 2 - to, to), 0.0, 1.0), 1)
        beyond_then, misses_then = seen(moved)
        accepted = beyond_then <= beyond
        if weighted:
            likelier = np.exp(np.minimum(0.0, (misses - misses_then) / 2))
            accepted &= (rng.random(count) < likelier) | (beyond > 0)
        places[accepted], beyond[accepted], misses[accepted] = (
            moved[accepted],
            beyond_then[accepted],
            misses_then[accepted],
        )
    return places
