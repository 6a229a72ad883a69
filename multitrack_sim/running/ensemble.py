"""Many runs at once: the compiled months for many seeds, on all cores, without Mesa objects.

The same scenario and seed give the same bits as `PeaceProcess`.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from ..engine.random import run_seed
from ..errors import MultitrackError, SettingError, printable
from ..process.month import run_chunk
from ..process.observation import measure_month, measure_run
from ..process.warmup import prepare
from ..scenario.layout import Layout, lay_out
from ..scenario.scenario import Scenario, Setting, find_setting
from ..schema.outcomes import OUTCOME_ROW, OUTCOMES, SERIES_ROW
from ..schema.parameters import PARAMETERS
from ..schema.tables import REFERS, TABLES
from ..schema.world import World, as_numbers, blank_rows, records

__all__ = ["Ensemble", "can_vary", "outcome_frame", "run_ensemble", "run_rows", "simulate"]

RUNS_AT_ONCE = 16  # a chunk: long enough that threads seldom meet, short enough for a lively progress bar


def outcome_frame(seeds: Sequence[int] | np.ndarray, outcomes: np.ndarray) -> pd.DataFrame:
    """The run table as people read it: `seed`, then one column per outcome, categories by name, NaN where missing."""
    columns: dict[str, Any] = {"seed": np.asarray(seeds, dtype=np.int64)}
    for name, outcome in OUTCOMES.items():
        values = outcomes[name]
        if outcome.values:
            columns[name] = pd.Categorical.from_codes(values.astype(int), categories=list(outcome.values), ordered=True)
        else:
            columns[name] = np.array(values)
    return pd.DataFrame(columns)


@dataclass(frozen=True)
class Ensemble:
    """What many runs gave: `table` (one row per run) and, on request, `series` (runs x months) and `worlds`."""

    scenario: Scenario
    table: pd.DataFrame
    series: np.ndarray | None = None
    worlds: list[World] = field(default_factory=list)

    def entities(self, table: str) -> pd.DataFrame:
        """One table of all final worlds, as a long table: seed, row names, then the columns. Needs `worlds=True`."""
        if not self.worlds:
            raise MultitrackError("final worlds were not kept; allowed: run_ensemble(..., worlds=True)")
        if table not in TABLES:
            raise SettingError(f"no table {table!r}; allowed: {', '.join(TABLES)}")
        frames = []
        for seed, world in zip(self.table["seed"], self.worlds, strict=True):
            frame = pd.DataFrame(np.asarray(getattr(world, table)))
            frame.insert(0, "seed", seed)
            frames.append(frame)
        return pd.concat(frames, ignore_index=True)


def _whole(value: Any, least: int) -> bool:
    return isinstance(value, int | np.integer) and not isinstance(value, bool) and int(value) >= least


def _seeds(runs: int, seed: int) -> np.ndarray:
    return np.array([run_seed(seed, k) for k in range(runs)], dtype=np.int64)


def run_ensemble(
    scenario: Scenario,
    runs: int = 1000,
    seed: int = 1,
    threads: int | None = None,
    *,
    series: bool = False,
    worlds: bool = False,
    vary: Mapping[str, Sequence[float]] | None = None,
    agents: Mapping[type, type] | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Ensemble:
    """Run a scenario many times.

    Run k has the seed `run_seed(seed, k)`, so more runs begin with the rows of fewer. `vary` gives settings a value of
    their own in every run (name -> one value per run). `agents` replaces agent classes; such runs go through Python.
    `progress(done, total)` is called as chunks finish; an exception from it stops the ensemble.

    Raises SettingError for an unknown setting, MultitrackError for numbers of runs or threads that make no sense.
    """
    if not _whole(runs, 1) or not (threads is None or _whole(threads, 1)):
        raise MultitrackError(f"runs={runs!r}, threads={threads!r}; allowed: whole numbers from 1")
    if not _whole(seed, 0) or seed >= 2**53:
        raise MultitrackError(f"seed={seed!r}; allowed: whole numbers from 0 to 2**53 - 1")
    prepare()
    seeds = _seeds(runs, seed)
    layout = lay_out(scenario)
    cells, values = _varied(layout, vary or {}, runs)
    months = int(layout.world.parameters["run_months"][0])
    outcomes = blank_rows(runs, OUTCOME_ROW)
    monthly = blank_rows((runs, months if series else 0), SERIES_ROW)
    finals = np.zeros((runs, len(layout.world.words) if worlds else 0))
    if agents:
        _through_agents(scenario, seeds, agents, cells, values, outcomes, monthly, finals, progress)
    else:
        _compiled(layout, seeds, cells, values, outcomes, monthly, finals, threads or os.cpu_count() or 1, progress)
    kept = [layout.world_on(finals[run]) for run in range(runs)] if worlds else []
    return Ensemble(scenario, outcome_frame(seeds, outcomes), monthly if series else None, kept)


def run_rows(
    layout: Layout,
    seeds: np.ndarray,
    vary: Mapping[str, Sequence[float]] | None = None,
    *,
    series: bool = False,
    world: World | None = None,
    finals: np.ndarray | None = None,
) -> tuple[np.ndarray, np.ndarray]:
    """Runs with seeds and settings of their own, one after the other on this thread: outcomes (a structured row per run)
    and months (runs x months, no columns unless `series`).

    `world` is a `layout.new_world()` to run in, so that many calls need not each make one; two threads never share one.
    `finals` (runs x words) is filled with the final worlds (`layout.world_on` reads one).
    Raises SettingError for an unknown setting, a value out of range, and what `vary` cannot change.
    """
    prepare()
    cells, values = _varied(layout, vary or {}, len(seeds))
    outcomes = blank_rows(len(seeds), OUTCOME_ROW)
    months = int(layout.world.parameters["run_months"][0])
    monthly = blank_rows((len(seeds), months if series else 0), SERIES_ROW)
    finals = np.zeros((len(seeds), 0)) if finals is None else finals
    world = world or layout.new_world()
    run_chunk(
        world,
        layout.world.words,
        np.asarray(seeds, np.int64),
        cells,
        values,
        outcomes,
        as_numbers(outcomes),
        monthly,
        finals,
    )
    return outcomes, monthly


def can_vary(setting: Setting) -> bool:
    """Whether `vary` may change it: it does not shape the world before it is filled."""
    if setting.table == "parameters":
        return not PARAMETERS[setting.name].structural
    return setting.column.name not in ("population", "weight", "salience") and setting.column.name not in REFERS


def _varied(layout: Layout, vary: Mapping[str, Sequence[float]], runs: int) -> tuple[np.ndarray, np.ndarray]:
    """The cells that settings which differ between runs write to, and what they write (bits of whole numbers included)."""
    cells, values = np.zeros(len(vary), np.int64), np.zeros((runs, len(vary)))
    for c, (name, given) in enumerate(vary.items()):
        column = np.asarray(given, dtype=float)
        if column.shape != (runs,):
            raise MultitrackError(f"vary[{name!r}] has shape {column.shape}; allowed: one value per run ({runs},)")
        _check_varied(find_setting(layout.names, name), column)
        cells[c], is_whole = layout.address(name)
        values[:, c] = column.astype(np.int64).view(float) if is_whole else column
    return cells, values


def _check_varied(setting: Setting, values: np.ndarray) -> None:
    column = setting.column
    name = printable(setting.name)
    if not can_vary(setting):
        raise SettingError(f"{name} shapes the world before it is filled; allowed: with_settings, a scenario per value")
    good = (values >= column.low) & (values <= column.high) & (not column.whole or values == np.floor(values))
    if not good.all():
        first, last = f"{column.low:g}", f"{column.high:g}"
        kind = "whole numbers" if column.whole else "numbers"
        raise SettingError(f"{name}: found {values[~good][0]:g}; allowed: {kind} from {first} to {last}")


def _compiled(layout, seeds, cells, values, outcomes, series, finals, threads, progress) -> None:
    """Chunks of runs on threads (compiled months hold no lock); every thread has a world of its own."""
    runs = len(seeds)
    size = max(1, min(RUNS_AT_ONCE, -(-runs // threads)))
    starts = iter(range(0, runs, size))
    template = layout.world.words

    def work(start: int, world: World) -> tuple[int, World]:
        part = slice(start, start + size)
        rows = outcomes[part]
        run_chunk(world, template, seeds[part], cells, values[part], rows, as_numbers(rows), series[part], finals[part])
        return len(seeds[part]), world

    done = 0
    with ThreadPoolExecutor(threads) as pool:
        pending = {
            pool.submit(work, start, layout.new_world()) for _, start in zip(range(threads), starts, strict=False)
        }
        try:
            while pending:
                finished, pending = wait(pending, return_when=FIRST_COMPLETED)
                for future in finished:
                    count, world = future.result()
                    done += count
                    start = next(starts, None)
                    if start is not None:
                        pending.add(pool.submit(work, start, world))
                if progress:
                    progress(done, runs)
        except BaseException:
            for future in pending:
                future.cancel()
            raise


def _through_agents(scenario, seeds, agents, cells, values, outcomes, series, finals, progress) -> None:
    """Runs whose agents have behaviours of their own: one after the other, through the Mesa model."""
    from ..model import PeaceProcess

    for run, seed in enumerate(seeds):
        model = PeaceProcess(scenario, seed=int(seed), agents=agents, settings=(cells, values[run]))
        for month in range(model.months):
            model.step()
            if series.shape[1] > 0:
                measure_month(model.tables, series[run, month])
        measure_run(model.tables, outcomes[run], as_numbers(outcomes)[run])
        if finals.shape[1] > 0:
            finals[run, :] = model.tables.words
        if progress:
            progress(run + 1, len(seeds))


def simulate(
    scenario: Scenario,
    runs: int = 1000,
    seed: int = 1,
    threads: int | None = None,
    *,
    worlds: bool = False,
    vary: Mapping[str, Sequence[float]] | None = None,
    agents: Mapping[type, type] | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> pd.DataFrame:
    """Run a scenario many times: a DataFrame with one row per run, `seed` first, then one column per outcome.

    With `worlds=True` a last column `world` holds every run's final world. See `run_ensemble` for the arguments.
    """
    result = run_ensemble(scenario, runs, seed, threads, worlds=worlds, vary=vary, agents=agents, progress=progress)
    if not worlds:
        return result.table
    table = result.table.copy()
    table["world"] = pd.Series([records(world) for world in result.worlds], dtype=object)
    return table
