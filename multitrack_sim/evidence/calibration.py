"""Calibration by history matching (Craig et al. 1997; Vernon, Goldstein and Bower 2010): not one best setting, but all
against which no pattern of the record speaks.

Every assumption is varied between the ends of `prior`. Waves of settings are run over the reference population; from each
an emulator is made of every pattern that may be fitted, and the next wave is drawn where none of them is implausible. At
the end places drawn from what is left are run over fresh conflicts, and those that stand are the plausible parameter sets
that the package ships (`scenario/plausible_sets.csv`), with the recipe beside them. No case is looked at; conflicts that
were coded mechanically, begun up to 2005, are one more constraint where a table of them is given.

`make calibrate` takes hours on two cores; stopped and started again, it goes on where it was and ends with the same sets.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass, field
from multiprocessing import get_context, parent_process
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from ..engine.sources import model_version
from ..errors import MultitrackError, Problem, StoreError, printable
from ..running.files import write_whole
from ..scenario.plausible import FILE as SETS_FILE
from .early_cases import EarlyCases, early_cases, recorded_shares
from .emulator import Emulator
from .misses import fitted_misses, spread_of
from .plausible_region import places_within, spread_of_misses
from .population import Population
from .prior import from_places, prior, spread, to_places
from .targets import CALIBRATED, IMPLAUSIBLE, compared, measured

__all__ = ["Recipe", "calibrate", "held_against", "judge", "run_wave"]

POPULATIONS, CODINGS = 6, 8  # that settings of a wave take turns with: what is emulated is the expected value over them
DIGITS = 4  # of a value that is shipped
FRESH = 500_000  # seeds of conflicts that no wave has seen begin here


@dataclass(frozen=True)
class Recipe:
    """All that decides what comes out."""

    waves: tuple[int, ...] = (800, 700, 600, 600, 700, 800)  # settings of each: over everything, then over what is left
    weighted_from: int = 3  # this wave and what follows are drawn where the record is met well, few at the edge
    conflicts: int = 200  # of a population
    cutoffs: tuple[float, ...] = (3.0, 2.5, 2.0, 2.0, 2.0, 2.0)  # of the emulated misses, after each wave
    candidates: tuple[int, ...] = (1_800, 1_200)  # drawn in turns, so that more can join those already judged
    fresh_conflicts: tuple[int, ...] = (400, 800, 800, 800)  # over which a candidate must stand, each time others
    sets: int = 200  # shipped, at most
    seed: int = 1
    cases: str = ""  # the file of coded conflicts, "" for none
    model: str = field(default_factory=model_version)


def held_against(recipe: Recipe) -> dict[str, tuple[float, float]]:
    """What settings are held against: the record's value and one standard deviation of each pattern."""
    patterns = {target.id: (target.value, target.error) for target in CALIBRATED}
    return patterns | (recorded_shares(early_cases(recipe.cases)) if recipe.cases else {})


class Bench:
    """Conflicts laid out for a wave (or for the last judgement), and what settings give there."""

    def __init__(self, recipe: Recipe, wave: int):
        first = recipe.seed * 1_000_000 + 1000 * (wave + 1)
        self.populations = [Population(recipe.conflicts, first + k) for k in range(POPULATIONS)]
        cases = early_cases(recipe.cases) if recipe.cases else []
        self.coded = [EarlyCases(cases, first + k) for k in range(CODINGS)] if cases else []

    def at(self, index: int, settings: dict[str, float]) -> dict[str, float]:
        record = self.populations[index % POPULATIONS].run(settings, threads=1)
        values = measured(record, CALIBRATED, errors=False)["model"].to_dict()
        if self.coded:
            values |= self.coded[index // POPULATIONS % CODINGS].shares(settings)
        return values


_bench: dict[str, Any] = {}  # of this process


def _prepare(recipe: Recipe, wave: int) -> None:
    _bench["wave"] = Bench(recipe, wave)


def _run(index: int, settings: dict[str, float]) -> dict[str, float]:
    return _bench["wave"].at(index, settings)  # type: ignore[no-any-return]


def run_wave(out: Path, wave: int, recipe: Recipe, workers: int = 2) -> tuple[np.ndarray, pd.DataFrame]:
    """The places and values of one wave. What is there already is not run again."""
    out.mkdir(parents=True, exist_ok=True)
    plan, file = out / f"wave_{wave}_places.npy", out / f"wave_{wave}.jsonl"
    if not plan.is_file():
        _save(plan, _next_places(out, wave, recipe, workers))
    places = np.load(plan)
    rows, done = from_places(places).to_dict("records"), _lines(file)
    left = list(range(len(done), len(places)))
    with _workers(workers, _prepare, recipe, wave) as pool, file.open("a", encoding="utf-8") as stream:
        for at, values in zip(left, pool.map(_run, left, [rows[at] for at in left])):
            stream.write(json.dumps(values) + "\n")
            stream.flush()
            _tell(f"wave {wave}", at + 1, len(places))
    return places, pd.DataFrame(_lines(file), columns=list(held_against(recipe)), dtype=float)


def _next_places(out: Path, wave: int, recipe: Recipe, workers: int) -> np.ndarray:
    if wave == 0:
        return spread(recipe.waves[0], recipe.seed)
    emulator, places = emulated(out, wave, recipe, workers)
    drawn = recipe.waves[wave], recipe.seed + wave, recipe.cutoffs[wave - 1]
    return places_within(emulator, held_against(recipe), places, *drawn, weighted=wave >= recipe.weighted_from)


def emulated(out: Path, waves: int, recipe: Recipe, workers: int = 2) -> tuple[Emulator, np.ndarray]:
    """The emulator made of the first so many waves, and all their places, the defaults last."""
    runs = [run_wave(out, wave, recipe, workers) for wave in range(waves)]
    places = np.concatenate([one[0] for one in runs])
    values = pd.concat([one[1] for one in runs], ignore_index=True)
    return Emulator(places, values), np.concatenate([places, to_places({})])


# ---- the last judgement ----------------------------------------------------------------------------------------------
def _prepare_judge(conflicts: int, seed: int) -> None:
    population = Population(conflicts, seed)
    _bench["judge"] = population, spread_of(compared(population.run({}, threads=1), CALIBRATED))


def _judge(settings: dict[str, float]) -> dict[str, float]:
    population, spread = _bench["judge"]
    return fitted_misses(population.run(settings, threads=1), spread).to_dict()  # type: ignore[no-any-return]


def judge_all(
    settings: Sequence[dict[str, float]], conflicts: int, seed: int, file: Path | None = None, workers: int = 2
) -> pd.DataFrame:
    """The miss of every pattern at every setting, over conflicts that no wave has seen: a row per setting."""
    done = _lines(file)
    left = list(settings[len(done) :])
    with _workers(workers, _prepare_judge, conflicts, seed) as pool:
        for misses in pool.map(_judge, left):
            done.append(misses)
            if file:
                with file.open("a", encoding="utf-8") as stream:
                    stream.write(json.dumps(misses) + "\n")
            _tell("fresh conflicts", len(done), len(settings))
    return pd.DataFrame(done, columns=[target.id for target in CALIBRATED], dtype=float)


def _largest(misses: pd.DataFrame) -> np.ndarray:
    return misses.abs().max(axis=1).to_numpy()


def standing(misses: pd.DataFrame) -> np.ndarray:
    """Which settings miss no pattern by more than is plausible; a pattern that runs do not give counts as missed."""
    return (misses.abs().fillna(np.inf) < IMPLAUSIBLE).all(axis=1).to_numpy()


def judge(settings: dict[str, float], conflicts: int, seed: int, runs: int = 1) -> pd.DataFrame:
    """Model beside record on a population that no wave has seen."""
    return compared(Population(conflicts, seed).run(settings, runs))


def calibrate(out: Path, recipe: Recipe, workers: int = 2) -> tuple[pd.DataFrame, dict[str, Any]]:
    """All waves, the candidates, those of them that stand over fresh conflicts, and what was found on the way."""
    recipe_file = out / "recipe.json"
    out.mkdir(parents=True, exist_ok=True)
    told = json.loads(json.dumps(asdict(recipe)))
    if recipe.cases:  # the file is its owners'; what counts is which conflicts it holds
        told["cases"] = [case.name for case in early_cases(recipe.cases)]
    if recipe_file.is_file() and json.loads(recipe_file.read_text("utf-8")) != told:
        hint = "choose another folder, or delete this one if nothing in it is needed"
        raise StoreError(Problem(printable(out, 300), "holds another calibration", "the recipe in recipe.json", hint))
    write_whole(recipe_file, json.dumps(told, indent=1) + "\n", replace=True)
    emulator, places = emulated(out, len(recipe.waves), recipe, workers)
    held = held_against(recipe)
    drawn = [_candidates(out, turn, emulator, held, places, recipe) for turn in range(len(recipe.candidates))]
    candidates = np.concatenate(drawn)
    inside = np.abs(spread_of_misses(emulator, held, candidates)).max(axis=1)
    settings = from_places(candidates).map(lambda value: float(f"{value:.{DIGITS}g}"))
    turns = np.split(np.arange(len(candidates)), np.cumsum(recipe.candidates)[:-1])
    judged = [_stand(settings.iloc[turn], out / f"stand_{at + 1}", recipe, workers) for at, turn in enumerate(turns)]
    left = np.concatenate([left for left, _ in judged])
    misses = [pd.concat(each) for each in zip(*(misses for _, misses in judged))]
    # of those that stand each time the ones whose largest mean misses are least, in the random order in which they were drawn
    mean = sum(one.loc[left] for one in misses) / len(misses)
    best = np.sort(np.argsort(_largest(mean), kind="stable")[: recipe.sets])
    chosen = left[best]
    kept = misses[-1].loc[chosen]
    sets = settings.iloc[chosen].reset_index(drop=True).rename_axis("set")
    return sets, {
        "recipe": told | ({"cases": f"{len(told['cases'])} conflicts begun up to 2005"} if recipe.cases else {}),
        "candidates": len(candidates),
        "within_the_emulated_region": int((inside <= recipe.cutoffs[-1] + 1e-9).sum()),
        "stand_over_fresh_conflicts": [int(standing(one).sum()) for one in misses],
        "mean_squared_miss_of_sets": round(float(np.nanmean(kept**2)), 3) if len(chosen) else None,
        "pinned_down": pinned_down(candidates[chosen]),
        "moved_by": _moved(emulator),
    }


def _candidates(
    out: Path, turn: int, emulator: Emulator, held: dict[str, tuple[float, float]], start: np.ndarray, recipe: Recipe
) -> np.ndarray:
    """The places of one turn: drawn once, then read."""
    file = out / f"candidates_{turn + 1}.npy"
    if not file.is_file():
        drawn = recipe.candidates[turn], recipe.seed + 99 + turn, recipe.cutoffs[-1]
        _save(file, places_within(emulator, held, start, *drawn, weighted=True))
    return np.load(file)


def _stand(settings: pd.DataFrame, file: Path, recipe: Recipe, workers: int) -> tuple[np.ndarray, list[pd.DataFrame]]:
    """Which candidates stand over every population of fresh conflicts, and the misses of those that were still left each time."""
    left, misses = settings.index.to_numpy(), []
    for time, conflicts in enumerate(recipe.fresh_conflicts):
        rows, seed = settings.loc[left].to_dict("records"), FRESH + 50 * time + recipe.seed
        seen = judge_all(rows, conflicts, seed, file.with_name(f"{file.name}_{time + 1}.jsonl"), workers).set_axis(left)
        left = left[standing(seen)]
        misses.append(seen)
    return left, misses


def pinned_down(places: np.ndarray) -> dict[str, float]:
    """Of each parameter's range, the width that the sets still take up: 1 where the record says nothing about it.

    Width is the standard deviation over the sets against that of an even spread.
    """
    even = 1 / np.sqrt(12.0)
    return {name: round(float(places[:, at].std() / even), 2) for at, name in enumerate(prior())}


def _moved(emulator: Emulator) -> dict[str, list[str]]:
    """For every pattern the five parameters that move it most over their ranges."""
    moved = emulator.moved_by(list(prior()))
    return {name: list(moved[name].abs().nlargest(5).index) for name in moved}


# ---- files and processes ---------------------------------------------------------------------------------------------
def _workers(count: int, prepare: Callable[..., None], *with_: Any) -> ProcessPoolExecutor:
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    return ProcessPoolExecutor(count, get_context("spawn"), _begin, (prepare, *with_))


def _begin(prepare: Callable[..., None], *with_: Any) -> None:
    """A worker ends when the process that began it is killed: otherwise it would wait for work for ever."""
    parent = parent_process()

    def watch() -> None:
        if parent is not None:
            parent.join()
            os._exit(1)

    threading.Thread(target=watch, daemon=True).start()
    prepare(*with_)


def _lines(file: Path | None) -> list[dict[str, float]]:
    """The rows of a file; a last line that was cut off is cut away."""
    if file is None or not file.is_file():
        return []
    text = file.read_text("utf-8")
    whole = text[: text.rfind("\n") + 1]
    if whole != text:
        write_whole(file, whole, replace=True)
    return [json.loads(line) for line in whole.splitlines()]


def _save(file: Path, places: np.ndarray) -> None:
    part = file.with_suffix(".part.npy")
    np.save(part, places)
    part.replace(file)


def _tell(what: str, done: int, of: int) -> None:
    if done % 20 == 0 or done == of:
        print(f"{what}: {done} of {of}", flush=True)


def _options() -> Iterator[tuple[str, dict[str, Any]]]:
    yield "--out", {"type": Path, "default": Path("calibration"), "help": "folder of the waves"}
    yield (
        "--cases",
        {"default": "", "help": "coded conflicts (multitrack evidence --code-conflicts), one more constraint"},
    )
    yield "--seed", {"type": int, "default": 1}
    yield "--workers", {"type": int, "default": 2}
    yield "--ship", {"action": "store_true", "help": "write the sets and the recipe into the package"}


def main(arguments: Sequence[str] | None = None) -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name, settings in _options():
        options.add_argument(name, **settings)
    chosen = options.parse_args(arguments)
    recipe = Recipe(seed=chosen.seed, cases=chosen.cases)
    try:
        sets, found = calibrate(chosen.out, recipe, chosen.workers)
    except MultitrackError as refused:
        sys.exit(f"{refused}")
    where = [(SETS_FILE if chosen.ship else chosen.out / SETS_FILE.name).with_suffix(end) for end in (".csv", ".json")]
    write_whole(where[0], sets.to_csv(lineterminator="\n"), replace=True)
    write_whole(where[1], json.dumps(found, indent=1) + "\n", replace=True)
    print(
        json.dumps({name: value for name, value in found.items() if name not in ("pinned_down", "moved_by")}, indent=1)
    )
    print(f"{len(sets)} sets: {where[0]}")


if __name__ == "__main__":
    main()
