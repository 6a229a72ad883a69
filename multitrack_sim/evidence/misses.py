"""How far the model is off, pattern by pattern, over the patterns that may be fitted."""

from __future__ import annotations

import pandas as pd

from .population import Record
from .targets import CALIBRATED, measured, spread_together

__all__ = ["fitted_misses", "mean_squared_miss", "spread_of"]


def spread_of(found: pd.DataFrame) -> pd.Series:
    """One standard deviation of each miss, record and model together, from what `compared` gave."""
    return spread_together(found["record_error"], found["error"])  # type: ignore[no-any-return]


def fitted_misses(record: Record, spread: pd.Series) -> pd.Series:
    """The miss of every pattern that may be fitted, in standard deviations that were found over the same conflicts with other
    settings. The model's error comes mostly from the conflicts, and takes longest to find; but where few runs come to a full
    accord, quantiles of its months have errors up to twice as large.
    """
    value = pd.Series({target.id: target.value for target in CALIBRATED})
    return (measured(record, CALIBRATED, errors=False)["model"] - value) / spread[value.index]


def mean_squared_miss(found: pd.DataFrame) -> float:
    """Over the rows that may be fitted."""
    fitted = found.loc[[t.id for t in CALIBRATED if t.id in found.index], "miss"]
    return float((fitted**2).mean())
