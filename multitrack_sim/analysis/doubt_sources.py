"""Which assumption an effect hangs on, and where it matters: parameters, variants, and codes of conflicts.

All are associations over many plausible sets or conflicts, corrected for how many were looked at (Holm 1979): a parameter
that moves together with another in the plausible sets shares its credit.
"""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from .doubt import Doubt
from .effects import holm
from .intervals import t_probability, t_quantile
from .verdicts import is_clear

__all__ = ["codes_behind", "opposite_variants", "parameters_behind"]

LEAST_SETS = 9  # three in each third
LOW_HIGH = (1, 3)  # codes up to the first are low, from the second on high,
COUNTED = {"parties": (2, 3)}  # but for those that are counts


def parameters_behind(doubt: Doubt, sets: pd.DataFrame) -> pd.DataFrame:
    """How the mean effect goes with each parameter over the plausible sets; a row each, the strongest first.

    `slope`: the change of the effect with one standard deviation of the parameter's rank; `share`: how much of the doubt
    about parameters goes with it, chance taken off; `p` and `p_corrected`; `low` and `high`: the effect over the third of
    the sets in which the parameter is lowest and highest, with intervals, and `low_value`, `high_value` the parameter's
    middle there. `turns`: the effect is clearly negative in one of these thirds and clearly positive in the other, as
    corrected for all thirds. `may_turn`: the two differ in sign, not that clearly.
    """
    effects = doubt.sets.to_numpy(float)
    rows = []
    varied = [name for name in sets.columns if sets[name].nunique() > 1]
    if len(effects) >= LEAST_SETS:
        rows = [_parameter(name, effects, sets[name].loc[doubt.sets.index].to_numpy(float), doubt.parts["parameters"]) for name in varied]  # fmt: skip # noqa: E501
    columns = ["parameter", "slope", "share", "p", "low_value", "low", "low_from", "low_to", "low_p", "high_value", "high",
               "high_from", "high_to", "high_p"]  # fmt: skip
    table = pd.DataFrame(rows, columns=columns)
    table.insert(4, "p_corrected", holm(table["p"]))
    thirds = holm(np.concatenate([table["low_p"], table["high_p"]]))
    clear = is_clear(thirds[: len(table)]) & is_clear(thirds[len(table) :])
    other = np.sign(table["low"]) != np.sign(table["high"])
    table["turns"], table["may_turn"] = other & clear, other & ~clear
    table = table.drop(columns=["low_p", "high_p"])
    return table.sort_values("slope", key=lambda s: -s.abs(), kind="stable", ignore_index=True)


def _parameter(name: str, effects: np.ndarray, values: np.ndarray, doubt: float) -> list[float | str]:
    count = len(effects)
    ranks = pd.Series(values).rank().to_numpy()
    x = (ranks - ranks.mean()) / ranks.std()
    slope = float(x @ effects) / count
    left = effects - effects.mean() - slope * x
    error = math.sqrt(float(left @ left) / (count - 2) / count)
    p = t_probability(slope / error, count - 2) if error > 0 else math.nan
    share = min(1.0, max(0.0, slope**2 - error**2) / doubt) if doubt > 0 else math.nan
    order = np.argsort(values, kind="stable")
    third = count // 3
    row: list[float | str] = [name, slope, share, p]
    for part in (order[:third], order[-third:]):
        mean, low, high, of = _mean(effects[part])
        row += [float(np.median(values[part])), mean, low, high, of]
    return row


def _mean(values: np.ndarray) -> tuple[float, float, float, float]:
    """The mean with its interval and p (Student 1908)."""
    mean, error = float(values.mean()), float(values.std(ddof=1)) / math.sqrt(len(values))
    half = t_quantile(len(values) - 1) * error
    return mean, mean - half, mean + half, t_probability(mean / error, len(values) - 1) if error > 0 else math.nan


def opposite_variants(doubt: Doubt) -> list[str]:
    """The variants whose mean effect has, clearly, the other sign than the effect over all doubts."""
    table = doubt.variants
    other = (table["effect"] * doubt.effect < 0) & is_clear(table["p_corrected"])
    return list(table["variant"][other])


def codes_behind(values: ArrayLike, conflicts: ArrayLike, codes: pd.DataFrame) -> pd.DataFrame:
    """Where the effect is larger: the mean over conflicts that have a code at 0 or 1 against those at 3 or 4 (two
    parties against more); a row each, the largest difference first. `codes` has a row for each conflict, in order of its number.

    Columns: `code`, `low` and `high` (the mean effects), `difference` (high less low) with its interval (Welch 1947), `p`,
    `p_corrected`, `clear`, and how many conflicts there are (`conflicts_low`, `conflicts_high`).
    """
    by_conflict = pd.Series(np.asarray(values, float)).groupby(np.asarray(conflicts)).mean()
    effects, codes = by_conflict.to_numpy(), codes.iloc[by_conflict.index.to_numpy()]
    rows = []
    for name in codes.columns:
        given = codes[name].to_numpy(float)
        least, most = COUNTED.get(str(name), LOW_HIGH)
        low, high = effects[given <= least], effects[given >= most]
        if min(len(low), len(high)) < 2:
            continue
        of = [part.var(ddof=1) / len(part) for part in (low, high)]
        error = math.sqrt(sum(of))
        difference = float(high.mean() - low.mean())
        freedom = (
            int(sum(of) ** 2 / sum(one**2 / (len(part) - 1) for one, part in zip(of, (low, high)))) if error else 0
        )
        half = t_quantile(freedom) * error
        p = t_probability(difference / error, freedom) if error > 0 else math.nan
        rows.append([name, float(low.mean()), float(high.mean()), difference, difference - half, difference + half, p,
                     len(low), len(high)])  # fmt: skip
    columns = ["code", "low", "high", "difference", "difference_from", "difference_to", "p", "conflicts_low",
               "conflicts_high"]  # fmt: skip
    table = pd.DataFrame(rows, columns=columns)
    table.insert(7, "p_corrected", holm(table["p"]))
    table.insert(8, "clear", is_clear(table["p_corrected"]))
    return table.sort_values("difference", key=lambda s: -s.abs(), kind="stable", ignore_index=True)
