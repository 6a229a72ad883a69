"""Parameters fitted to the record, over the reference population: history matching by emulator, in a first form.

Waves of settings are run over a small population. From each wave an emulator of every target is made (a Gaussian
process), with its own error; the next wave is drawn where no target is implausible, and the new defaults are the centre
of what is left. The judgement is passed on a fresh population. No case is looked at.

`python -m multitrack_sim.evidence.calibration --out fits` goes on where it stopped.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import numpy as np
import pandas as pd

from .population import Population
from .targets import CALIBRATED, compared, mean_squared_miss, measured

__all__ = ["VARIED", "centre", "judge", "run_wave"]

# What is varied, and between what: parameters on which the patterns hang, in the range that the form allows for.
VARIED = {
    "track_one.concession": (0.08, 0.24), "track_one.breakdown": (0.02, 0.08), "track_one.deadlock": (0.1, 0.45),
    "track_one.aspiration": (0.3, 0.65), "track_one.margin": (0.5, 1.0), "track_one.partial": (0.12, 0.45),
    "track_one.demand_curve": (1.8, 3.6), "track_one.danger_curve": (1.8, 4.0), "track_one.signing_cost": (0.0, 0.18),
    "track_one.least_scope": (0.1, 0.33), "track_one.response": (0.0, 0.6), "track_one.reopening": (0.0, 0.025),
    "track_one.reactive_devaluation": (0.05, 0.2), "track_one.invention": (0.1, 0.5), "track_one.opening": (0.2, 0.7),
    "track_one.war_cost": (0.25, 0.45), "track_one.dispersal": (0.2, 0.45), "track_one.procedure": (0.15, 0.35),
    "fighting.ceasefire": (0.008, 0.028), "fighting.recurrence": (0.010, 0.024), "fighting.petering_out": (0.008, 0.02),
    "fighting.victory": (0.025, 0.06), "accord.withdrawal": (0.07, 0.25), "accord.doubt": (0.03, 0.1),
    "accord.temptation": (1.0, 4.0), "spoiling.deterrence": (0.5, 0.9), "track_one.walk_out": (0.0, 0.3),
}  # fmt: skip
IMPLAUSIBLE = 3.0  # standard deviations (Pukelsheim 1994: nearly all of any unimodal distribution lies within)
CANDIDATES = 3_000


def drawn(count: int, seed: int) -> pd.DataFrame:
    """So many settings spread over the box: a Latin hypercube.

    >>> drawn(4, seed=1).shape[0]
    4
    """
    rng = np.random.default_rng(seed)
    strata = np.argsort(rng.random((count, len(VARIED))), axis=0)
    places = (strata + rng.random((count, len(VARIED)))) / count
    low, high = np.array(list(VARIED.values())).T
    return pd.DataFrame(low + places * (high - low), columns=list(VARIED))


class Emulator:
    """What every calibrated target would be at a setting, from the waves run so far, with its standard deviation."""

    def __init__(self, settings: pd.DataFrame, values: pd.DataFrame):
        from sklearn.gaussian_process import GaussianProcessRegressor
        from sklearn.gaussian_process.kernels import RBF, ConstantKernel, WhiteKernel

        self.models, self.scales = {}, {}
        places = _places(settings)
        for target in CALIBRATED:
            known = values[target.id].notna().to_numpy()
            y = values.loc[known, target.id].to_numpy()
            mean, spread = float(np.mean(y)), float(np.std(y)) or 1.0
            kernel = ConstantKernel(1.0) * RBF(2.0, (0.5, 30.0)) + WhiteKernel(0.3, (1e-3, 2.0))
            model = GaussianProcessRegressor(kernel, alpha=1e-6, random_state=0)
            self.models[target.id] = model.fit(places[known], (y - mean) / spread)
            self.scales[target.id] = (mean, spread)

    def misses(self, settings: pd.DataFrame) -> pd.DataFrame:
        """The miss of every target at these settings, in standard deviations of record and emulator together (the noise of
        a small population is in the emulator's).
        """
        places, found = _places(settings), {}
        for target in CALIBRATED:
            mean, spread = self.scales[target.id]
            middle, doubt = self.models[target.id].predict(places, return_std=True)
            error = np.sqrt(target.error**2 + (spread * doubt) ** 2)
            found[target.id] = (mean + spread * middle - target.value) / error
        return pd.DataFrame(found)


def _places(settings: pd.DataFrame) -> np.ndarray:
    low, high = np.array(list(VARIED.values())).T
    return (settings[list(VARIED)].to_numpy() - low) / (high - low)


def next_settings(done: pd.DataFrame, count: int, seed: int) -> pd.DataFrame:
    """Where to look next: of many candidates, those with the least squared miss among the plausible ones, spread over a
    wider and a narrower neighbourhood of the best so far.
    """
    emulator = Emulator(done, done)
    rng = np.random.default_rng(seed)
    wide = drawn(CANDIDATES, seed)
    misses = emulator.misses(wide)
    best = wide.iloc[np.argsort((misses**2).mean(axis=1).to_numpy())[: 4 * count]]
    low, high = np.array(list(VARIED.values())).T
    near = best.iloc[rng.integers(0, min(len(best), 2 * count), CANDIDATES)].to_numpy()
    near = np.clip(near + 0.15 * (high - low) * rng.standard_normal(near.shape), low, high)
    both = pd.concat([best, pd.DataFrame(near, columns=list(VARIED))], ignore_index=True)
    misses = emulator.misses(both)
    plausible = misses.abs().max(axis=1) <= IMPLAUSIBLE
    score = (misses**2).mean(axis=1) + np.where(plausible, 0.0, 10.0)
    return both.iloc[np.argsort(score.to_numpy())[: 4 * count]].sample(count, random_state=seed)


def run_wave(out: Path, wave: int, count: int, conflicts: int, seed: int = 1) -> pd.DataFrame:
    """One wave: settings, and what every target is at them. Rows that are there already are not run again."""
    out.mkdir(parents=True, exist_ok=True)
    file, plan = out / f"wave_{wave}.csv", out / f"wave_{wave}_settings.csv"
    if not plan.is_file():
        earlier = results(out)
        settings = drawn(count, seed + wave) if earlier.empty else next_settings(earlier, count, seed + wave)
        settings.to_csv(plan, index=False)
    settings = pd.read_csv(plan)
    done = len(pd.read_csv(file)) if file.is_file() else 0
    population = Population(conflicts, seed + 1000 * (wave + 1))
    for at in range(done, len(settings)):
        setting = settings.iloc[at].to_dict()
        values = measured(population.run(setting), CALIBRATED, errors=False)["model"]
        row = pd.DataFrame([setting | values.to_dict()])
        row.to_csv(file, mode="a", header=not file.is_file(), index=False)
        print(f"wave {wave}: {at + 1} of {len(settings)}", flush=True)
    return pd.read_csv(file)


def results(out: Path) -> pd.DataFrame:
    """All waves so far."""
    files = sorted(file for file in out.glob("wave_*.csv") if not file.stem.endswith("settings"))
    return pd.concat([pd.read_csv(file) for file in files], ignore_index=True) if files else pd.DataFrame()


def centre(done: pd.DataFrame, seed: int = 1, keep: int = 100) -> dict[str, float]:
    """The middle of the settings with the least squared miss, as the emulator sees them."""
    emulator = Emulator(done, done)
    spots = next_settings(done, keep, seed)
    low, high = np.array(list(VARIED.values())).T
    rng = np.random.default_rng(seed)
    for width in (0.1, 0.05, 0.03):
        near = spots.iloc[rng.integers(0, len(spots), 10 * keep)].to_numpy()
        near = np.clip(near + width * (high - low) * rng.standard_normal(near.shape), low, high)
        both = pd.concat([spots, pd.DataFrame(near, columns=list(VARIED))], ignore_index=True)
        score = (emulator.misses(both) ** 2).mean(axis=1).to_numpy()
        spots = both.iloc[np.argsort(score)[:keep]].reset_index(drop=True)
    return {name: float(value) for name, value in spots.mean().items()}


def judge(settings: dict[str, float], conflicts: int, seed: int, runs: int = 1) -> pd.DataFrame:
    """Model beside record on a population that no wave has seen."""
    return compared(Population(conflicts, seed).run(settings, runs))


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--out", type=Path, default=Path("fits"))
    options.add_argument("--waves", type=int, default=3)
    options.add_argument("--settings", type=int, default=200)
    options.add_argument("--conflicts", type=int, default=150)
    options.add_argument("--fresh", type=int, default=400)
    options.add_argument("--seed", type=int, default=1)
    chosen = options.parse_args()
    for wave in range(chosen.waves):
        run_wave(chosen.out, wave, chosen.settings, chosen.conflicts, chosen.seed)
    fitted = centre(results(chosen.out), chosen.seed)
    (chosen.out / "centre.json").write_text(json.dumps(fitted, indent=1))
    found = judge(fitted, chosen.fresh, chosen.seed + 99_991)
    found.to_csv(chosen.out / "fresh.csv")
    print(found.drop(columns="pattern").to_string(float_format="%.3f"))
    worst = found.loc[[t.id for t in CALIBRATED], "miss"].abs().max()
    print(f"mean squared miss {mean_squared_miss(found):.2f}, largest {worst:.1f}, {len(CALIBRATED)} patterns")


if __name__ == "__main__":
    main()
