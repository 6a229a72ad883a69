"""The defaults: the middle of the plausible sets, moved as little as it takes for the middle itself to meet the record.

With hundreds of assumptions no set is near the middle of all of them at once, and the middle, where nothing is extreme,
behaves otherwise than the sets do on average. So the parameters that move the patterns most are varied once more, between
the quarters of the sets, all others being as they are; an emulator of these runs gives the place where the misses and the
distance from the middle are least together. The rest keep their defaults, which lie well within the sets.

`python -m multitrack_sim.evidence.centring --calibration FOLDER` prints it; people put it into the table of parameters.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from scipy.optimize import minimize

from .calibration import FRESH, Recipe, emulated, held_against, judge, run_places
from .emulator import Emulator
from .prior import from_places, prior, to_places
from .targets import CALIBRATED, mean_squared_miss

__all__ = ["centred", "most_telling"]

MOVED = 36  # parameters
SETTINGS = 400
QUARTERS = (0.2, 0.8)  # of the sets: between these each is varied
PULL = 1.0  # what the distance of one standard deviation of the sets from their middle costs, against a squared miss
DIGITS = 3


def most_telling(emulator: Emulator, held: dict[str, tuple[float, float]], count: int = MOVED) -> list[str]:
    """The parameters that move the patterns most, in standard deviations of the record."""
    error = pd.Series({name: one[1] for name, one in held.items()})
    moved = ((emulator.moved_by(list(prior())) / error) ** 2).mean(axis=1)
    return list(moved.nlargest(count).index)


def local_places(places: np.ndarray, names: Sequence[str], count: int, seed: int) -> np.ndarray:
    """Settings around the middle: these parameters spread between the quarters of the sets, all others at their defaults."""
    at = [list(prior()).index(name) for name in names]
    low, high = np.quantile(places[:, at], QUARTERS, axis=0)
    rng = np.random.default_rng(seed)
    strata = np.argsort(rng.random((count, len(at))), axis=0)
    found = np.repeat(to_places({}), count, axis=0)
    found[:, at] = low + (strata + rng.random(strata.shape)) / count * (high - low)
    return found


def centred(
    emulator: Emulator, held: dict[str, tuple[float, float]], places: np.ndarray, names: Sequence[str]
) -> dict[str, float]:
    """Where misses and distance from the middle of the sets are least together: values of these parameters."""
    at = [list(prior()).index(name) for name in names]
    middle, spread = places[:, at].mean(axis=0), places[:, at].std(axis=0)
    low, high = np.quantile(places[:, at], QUARTERS, axis=0)
    value, error = (np.array([held[name][part] for name in emulator.patterns]) for part in (0, 1))

    def cost(x: np.ndarray) -> float:
        misses = (emulator.expected(x[None])[0] - value) / error
        return float((misses**2).sum() + PULL * (((x - middle) / spread) ** 2).sum())

    found = minimize(cost, middle, bounds=list(zip(low, high)), method="L-BFGS-B").x
    whole = to_places({})
    whole[0, at] = found
    settings = from_places(whole).iloc[0]
    return {name: float(f"{settings[name]:.{DIGITS}g}") for name in names}


def main(arguments: Sequence[str] | None = None) -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--calibration", type=Path, default=Path("calibration"))
    options.add_argument("--workers", type=int, default=2)
    chosen = options.parse_args(arguments)
    kept = json.loads((chosen.calibration / "recipe.json").read_text("utf-8"))
    told: dict[str, Any] = {name: tuple(value) if isinstance(value, list) else value for name, value in kept.items()}
    recipe = Recipe(**told)
    held = held_against(recipe)
    names = most_telling(emulated(chosen.calibration, len(recipe.waves), recipe, chosen.workers)[0], held)
    at = [list(prior()).index(name) for name in names]
    sets = np.load(chosen.calibration / "candidates.npy")
    places, values = run_places(
        chosen.calibration,
        "centre",
        lambda: local_places(sets, names, SETTINGS, recipe.seed),
        recipe,
        chosen.workers,
    )
    found = centred(Emulator(places[:, at], values), held, sets, names)
    fresh = judge(found, 2 * recipe.fresh_conflicts, FRESH + 177 + recipe.seed)
    print(fresh.drop(columns="pattern").to_string(float_format="%.3f"))
    largest = fresh.loc[[target.id for target in CALIBRATED], "miss"].abs().max()
    print(f"mean squared miss {mean_squared_miss(fresh):.2f}, largest {largest:.1f}")
    print(json.dumps(found, indent=1))
    (chosen.calibration / "centre.json").write_text(json.dumps(found, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main()
