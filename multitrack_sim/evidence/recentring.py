"""Structural variants brought back to the record: each with values of fitted parameters of its own.

A variant differs from the model in one rule. With the model's values it may miss the record, and what it says of a track
would hang on that. So its fitted parameters move, as little as needed, until it meets the calibrated patterns about as
well as the model as it is; one that does so already stays where it is. In every wave the slopes of all patterns in all
these parameters are estimated over one population (a two-level design, everything varied at once), and a damped step is
taken (Gauss-Newton with a ridge: Levenberg 1944); how far it goes is chosen over a second population; the judgement is
passed on a third. No case is looked at, and no outcome of a track.

`python -m multitrack_sim.evidence.recentring` writes `scenario/variants.json` anew.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Iterable
from typing import Any

import numpy as np
import pandas as pd

from ..engine.resources import available_cores
from ..running.files import write_whole
from ..scenario.variants import FILE, VARIANTS, Variant
from ..schema.parameters import PARAMETERS
from .misses import fitted_misses, mean_squared_miss, spread_of
from .population import Population
from .prior import prior
from .targets import CALIBRATED, compared

__all__ = ["defaults_of_fitted", "design", "main", "recentre"]

# What moves: the parameters on which the patterns hang most, each over the range in which it is in doubt.
FITTED = (
    "track_one.concession", "track_one.breakdown", "track_one.deadlock", "track_one.aspiration", "track_one.margin",
    "track_one.partial", "track_one.demand_curve", "track_one.danger_curve", "track_one.signing_cost", "track_one.least_scope",
    "track_one.response", "track_one.reopening", "track_one.reactive_devaluation", "track_one.invention", "track_one.opening",
    "track_one.war_cost", "track_one.dispersal", "track_one.procedure", "fighting.ceasefire", "fighting.recurrence",
    "fighting.petering_out", "fighting.victory", "accord.withdrawal", "accord.doubt", "accord.temptation",
    "spoiling.deterrence", "track_one.walk_out",
)  # fmt: skip
VARIED = {name: prior()[name] for name in FITTED}
STEP = 0.15  # of the range in which a parameter is fitted: how far a design goes to either side
RIDGE = 3.0  # what a move by such a step costs, squared, against a squared miss
LENGTHS = (0.5, 1.0)  # of a damped step, tried over the second population
WAVES = 4  # at most
AS_WELL = 0.1  # mean squared miss above that of the model as it is which counts as meeting the record as well
SLIGHT = 0.1  # a move by less of a step is none
ABSENT = 4.0  # the miss of a pattern that runs do not give at all (nobody signs, say)
DIGITS = 4


def defaults_of_fitted() -> dict[str, float]:
    """The values of fitted parameters that the variants were brought back to the record from."""
    return {name: float(PARAMETERS[name].default) for name in VARIED}


def design(factors: int) -> np.ndarray:
    """Two levels (-1, 1) of every factor, all varied at once and orthogonal to one another: a row per setting (Plackett and
    Burman 1946; of a size that is a power of two).

    >>> two = design(5)
    >>> two.shape, (two.T @ two == 8 * np.eye(5)).all().item()
    ((8, 5), True)
    """
    levels = np.ones((1, 1), int)
    while len(levels) <= factors:
        levels = np.block([[levels, levels], [levels, -levels]])
    return levels[:, 1 : factors + 1]


def _misses(population: Population, settings: dict[str, float], spread: pd.Series, threads: int) -> np.ndarray:
    """How far every calibrated pattern is off, in standard deviations of record and model together."""
    return fitted_misses(population.run(settings, threads=threads), spread).fillna(ABSENT).to_numpy(float)


def _judged(population: Population, settings: dict[str, float], threads: int) -> pd.Series:
    """The same, each with the model's own error at these settings."""
    found = compared(population.run(settings, threads=threads), CALIBRATED)
    return found.loc[[t.id for t in CALIBRATED], "miss"].fillna(ABSENT)


def _at(places: np.ndarray) -> dict[str, float]:
    """Parameters so many steps from their defaults, within the ranges of the parameter table."""
    values = {}
    for (name, (low, high)), place in zip(VARIED.items(), places, strict=True):
        p = PARAMETERS[name]
        least, most = min(p.range[0], p.default), max(p.range[1], p.default)
        values[name] = float(f"{min(max(p.default + place * STEP * (high - low), least), most):.{DIGITS}g}")
    return values


def _places(values: dict[str, float]) -> np.ndarray:
    """How many steps from their defaults these are: what the ranges left of a move."""
    return np.array(
        [(values[name] - PARAMETERS[name].default) / (STEP * (high - low)) for name, (low, high) in VARIED.items()]
    )


def _step(levels: np.ndarray, misses: np.ndarray, here: np.ndarray) -> np.ndarray:
    """Where the squared misses, as the slopes foretell them, and the squared moves from the defaults are least together."""
    level = misses.mean(axis=0)
    middle = levels.mean(axis=0)
    slopes = np.linalg.lstsq(levels - middle, misses - level, rcond=None)[0].T
    at_here = level + slopes @ (here - middle)
    pull = slopes.T @ at_here + RIDGE * here
    return here - np.linalg.solve(slopes.T @ slopes + RIDGE * np.eye(len(here)), pull)


def recentre(
    variant: Variant, goal: float, finding: Population, choosing: Population, spread: pd.Series, threads: int
) -> dict[str, float]:
    """Values of the fitted parameters with which a variant meets the record; those that stay at their defaults are left
    out. It moves until its mean squared miss is at the goal, or no step makes it less.
    """
    best, least = np.zeros(len(VARIED)), _squared(_misses(choosing, variant.settings, spread, threads))
    for _ in range(WAVES):
        if least <= goal:
            break
        around = [_at(best + row) | variant.settings for row in design(len(VARIED))]
        levels = np.array([_places({name: one[name] for name in VARIED}) for one in around])
        misses = np.array([_misses(finding, one, spread, threads) for one in around])
        there = _step(levels, misses, best)
        moved = [best + length * (there - best) for length in LENGTHS]
        tried = [_places(_at(np.where(np.abs(place) < SLIGHT, 0.0, place))) for place in moved]
        found = [_squared(_misses(choosing, _at(place) | variant.settings, spread, threads)) for place in tried]
        if min(found) >= least:
            break
        best, least = tried[int(np.argmin(found))], min(found)
    return {name: value for name, value in _at(best).items() if value != PARAMETERS[name].default}


def _squared(misses: Iterable[float]) -> float:
    return float(np.mean(np.square(list(misses))))


def made(conflicts: int, seed: int, threads: int, names: Iterable[str] | None = None) -> dict[str, Any]:
    """All variants brought back to the record, with what they miss of it before and after."""
    finding, choosing, fresh = (Population(conflicts, seed + at) for at in range(3))
    as_it_is = compared(choosing.run(threads=threads), CALIBRATED)
    spread = spread_of(as_it_is)
    goal = mean_squared_miss(as_it_is) + AS_WELL
    found: dict[str, Any] = {}
    for name in names or VARIANTS:
        started, variant = time.perf_counter(), VARIANTS[name]
        settings = recentre(variant, goal, finding, choosing, spread, threads) if variant.settings else {}
        there = settings | variant.settings
        before, after = (_judged(choosing, values, threads) for values in (variant.settings, there))
        fresh_before, judged = (_judged(fresh, values, threads) for values in (variant.settings, there))
        worst = str(judged.abs().idxmax())
        found[name] = {
            "settings": settings,
            "miss_before": round(_squared(before), 3),
            "miss_after": round(_squared(after), 3),
            "miss_fresh_before": round(_squared(fresh_before), 3),
            "miss_fresh": round(_squared(judged), 3),
            "worst": worst,
            "worst_miss": round(float(judged[worst]), 2),
        }
        told = ", ".join(f"{key} {value}" for key, value in found[name].items() if key != "settings")
        print(f"{name}: {told} ({time.perf_counter() - started:.0f} s)", flush=True)
    recipe = {
        "conflicts": conflicts,
        "seeds": [seed, seed + 1, seed + 2],
        "step": STEP,
        "ridge": RIDGE,
        "as_well": AS_WELL,
    }
    return {"recipe": recipe, "defaults": defaults_of_fitted(), "variants": found}


def main(given: list[str] | None = None) -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--conflicts", type=int, default=300)
    options.add_argument("--seed", type=int, default=12_001)
    options.add_argument("--threads", type=int, default=available_cores())
    chosen = options.parse_args(given)
    whole = made(chosen.conflicts, chosen.seed, chosen.threads)
    write_whole(FILE, json.dumps(whole, indent=1) + "\n", replace=True)


if __name__ == "__main__":
    main()
