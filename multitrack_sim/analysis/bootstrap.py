"""Resamples of pairs of runs (Efron 1979), in blocks, so that many runs need no more memory than few."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

__all__ = ["DRAWS", "resampled_quantiles", "resamples"]

DRAWS = 1000
SEED = 1
BLOCK = 1_000_000  # values resampled at a time: some 50 MB


def resamples(runs: int) -> Iterator[np.ndarray]:
    """All resamples of so many pairs, a row each, a block of rows at a time. The blocks do not change the numbers.

    >>> [block.shape for block in resamples(400_000)][:2], sum(len(block) for block in resamples(400_000))
    ([(2, 400000), (2, 400000)], 1000)
    """
    chance = np.random.default_rng(SEED)
    rows = max(1, BLOCK // max(1, runs))
    for first in range(0, DRAWS, rows):
        yield chance.integers(runs, size=(min(rows, DRAWS - first), runs))


def resampled_quantiles(baseline: np.ndarray, arm: np.ndarray, share: float) -> tuple[np.ndarray, np.ndarray]:
    """A quantile of the baseline and of the arm in every resample of their pairs."""
    found = [[np.quantile(side[draws], share, axis=1) for side in (baseline, arm)] for draws in resamples(len(arm))]
    b, a = (np.concatenate(side) for side in zip(*found))
    return b, a
