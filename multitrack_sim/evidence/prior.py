"""Between what an assumption is varied: every parameter that is neither a choice of somebody in the conflict, nor a
convention, nor set by the codes of a case.

The range is the one that the parameter table names as worth testing; where it names none, from half to double the odds
of the default (a share, a probability) or its value (all else), within what is allowed. The width is an assumption:
nobody has measured how wrong these numbers are.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np
import pandas as pd

from ..scenario.codebook import scenario_from_codes
from ..schema.parameters import PARAMETERS
from ..schema.parameter import Parameter

__all__ = ["CHOICES", "CONVENTIONS", "from_places", "prior", "spread", "to_places"]

# What somebody in the conflict decides, or what the arms of a comparison change: no doubt about the world.
CHOICES = (
    "track_two.budget", "track_two.access", "track_two.publicity", "track_two.digital", "track_two.officials_attend",
    "track_three.budget", "track_three.digital", "cbm.budget", "track_one.technology", "spoiling.payment",
    "spoiling.socialisation", "spoiling.departing_train", "conflict.channel_at_start", "conflict.ceasefire_at_start",
)  # fmt: skip
# How things are counted.
CONVENTIONS = ("run.months", "accord.durable_months", "track_one.comprehensive", "fighting.quiet_months")
ELSEWHERE = ("trust.good_news", "trust.bad_news")  # read only by a variant of the rules, whose own doubt they are
FACTOR = 2.0  # of the odds or the value, either way, where the table names no range


def prior() -> dict[str, tuple[float, float]]:
    """The lowest and highest value of every assumption that is varied, in the order of the table.

    >>> low, high = prior()["trust.reliable_share"]
    >>> round(low, 2), round(high, 2)
    (0.64, 0.88)
    """
    coded = scenario_from_codes({}).settings
    return {
        p.name: _range(p)
        for p in PARAMETERS.values()
        if not (p.structural or p.choices or p.name in coded or p.name in (*CHOICES, *CONVENTIONS, *ELSEWHERE))
        and _range(p)[1] > _range(p)[0]
    }


def _range(p: Parameter) -> tuple[float, float]:
    if p.sweep:
        return p.sweep
    if (p.low, p.high) == (0, 1) and 0 < p.default < 1:
        odds = p.default / (1 - p.default)
        return tuple(one / (1 + one) for one in (odds / FACTOR, odds * FACTOR))  # type: ignore[return-value]
    ends = sorted((p.default / FACTOR, p.default * FACTOR))
    low, high = max(p.low, ends[0]), min(p.high, ends[1])
    return (float(round(low)), float(round(high))) if p.whole else (low, high)


def spread(count: int, seed: int) -> np.ndarray:
    """So many places in the whole range, one a row, each between 0 and 1: a Latin hypercube (McKay et al. 1979).

    >>> spread(4, seed=1).shape[0]
    4
    """
    rng, width = np.random.default_rng(seed), len(prior())
    strata = np.argsort(rng.random((count, width)), axis=0)
    return (strata + rng.random((count, width))) / count


def from_places(places: np.ndarray) -> pd.DataFrame:
    """The settings at places between 0 (lowest value) and 1 (highest): even in the value where the table names a range
    or a value may be 0 or negative, else even in its logarithm or in the logarithm of its odds.
    """
    named = prior()
    table = {name: _value(name, ends, places[:, at]) for at, (name, ends) in enumerate(named.items())}
    return pd.DataFrame(table)


def to_places(settings: Mapping[str, float] | pd.DataFrame) -> np.ndarray:
    """Where settings lie between 0 and 1; a parameter that is not given lies at its default.

    >>> places = spread(3, seed=1)
    >>> bool(np.allclose(to_places(from_places(places)), places, atol=0.06))  # whole numbers move a little
    True
    """
    frame = settings if isinstance(settings, pd.DataFrame) else pd.DataFrame([dict(settings)])
    columns = []
    for name, (low, high) in prior().items():
        value = frame[name].to_numpy(float) if name in frame else np.full(len(frame), PARAMETERS[name].default)
        scale = _scale(name, low)
        columns.append((scale(value) - scale(low)) / (scale(high) - scale(low)))
    return np.column_stack(columns)


def _value(name: str, ends: tuple[float, float], place: np.ndarray) -> np.ndarray:
    low, high = ends
    scale, p = _scale(name, low), PARAMETERS[name]
    between = scale(low) + place * (scale(high) - scale(low))
    if scale is _plain:
        value = between
    elif scale is _odds:
        value = 1 / (1 + np.exp(-between))
    else:
        value = np.exp(between)
    return np.round(value) if p.whole else np.clip(value, low, high)


def _scale(name: str, low: float):
    p = PARAMETERS[name]
    if p.sweep or low <= 0:
        return _plain
    return _odds if (p.low, p.high) == (0, 1) else np.log


def _plain(value):
    return np.asarray(value, float)


def _odds(value):
    value = np.asarray(value, float)
    return np.log(value / (1 - value))
