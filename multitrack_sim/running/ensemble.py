"""Many runs at once: the compiled months for many seeds, on all cores, without Mesa objects.

The same scenario and seed give the same bits as `PeaceProcess`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from os import PathLike
from typing import Any

import numpy as np
import pandas as pd

from ..engine.random import run_seed
from ..engine.resources import available_cores
from ..errors import MultitrackError, SettingError, printable
from ..process.ahead import loaded
from ..process.month import run_chunk
from ..process.warmup import prepare
from ..scenario.layout import Layout, lay_out, world_words
from ..scenario.library import as_scenario
from ..scenario.plausible import Doubts, doubts
from ..scenario.scenario import Scenario
from ..scenario.settings import Setting, find_setting
from ..schema.outcomes import OUTCOME_ROW, OUTCOMES, SERIES_ROW
from ..schema.tables import TABLES
from ..schema.world import World, as_numbers, blank_rows, records
from .memory import check_memory, memory_needed

__all__ = [
    "Ensemble",
    "can_vary",
    "check_asked",
    "outcome_frame",
    "run_ensemble",
    "run_rows",
    "run_written",
    "simulate",
    "Written",
]

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
    doubts: Doubts | None = None  # what its runs carry

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
    return np.fromiter((run_seed(seed, k) for k in range(runs)), np.int64, runs)


def run_ensemble(
    scenario: Scenario | str | PathLike[str],
    runs: int = 1000,
    seed: int = 1,
    threads: int | None = None,
    *,
    series: bool = False,
    worlds: bool = False,
    vary: Mapping[str, Sequence[float]] | None = None,
    agents: Mapping[type, type] | None = None,
    progress: Callable[[int, int], None] | None = None,
    parameters: str | pd.DataFrame | None = None,
    variants: str | Sequence[str] | None = None,
) -> Ensemble:
    """Run a scenario many times: a Scenario, the path of a file, or the name of one that comes with the package.

    Run k has the seed `run_seed(seed, k)`, so more runs begin with the rows of fewer. `vary` gives settings a value of
    their own in every run (name -> one value per run). `agents` replaces agent classes; such runs go through Python.
    `progress(done, total)` is called as chunks finish; an exception from it stops the ensemble.

    `parameters="plausible"` gives run k one of the plausible sets of parameters (`scenario.plausible`), `variants="all"`
    (or names) one of the variants of the rules, the same for every scenario: the table says which. What the scenario
    itself sets, or `vary`, stays.

    Raises SettingError for an unknown setting, MultitrackError for numbers of runs or threads that make no sense.
    """
    scenario = as_scenario(scenario)
    carried = doubts(parameters, variants)
    varied = len(vary or ()) + (len(carried.names) if carried else 0)
    check_asked(scenario, runs, seed, threads, series=series, worlds=worlds, varied=varied)
    months = int(scenario.value("run.months"))
    layout = lay_out(scenario)
    seeds = _seeds(runs, seed)
    if carried:
        given = dict(vary or {})
        vary = given | carried.values(np.arange(runs), {*scenario.settings, *given})
    cells, values = _varied(layout, vary or {}, runs)
    outcomes = blank_rows(runs, OUTCOME_ROW)
    monthly = blank_rows((runs, months if series else 0), SERIES_ROW)
    finals = np.zeros((runs, len(layout.world.words) if worlds else 0))
    if agents:
        from .agents_runs import progress_of_agents, run_through_agents

        with progress_of_agents(progress, runs) as report:
            run_through_agents(scenario, seeds, agents, cells, values, outcomes, monthly, finals, report)
    else:
        _compiled(layout, seeds, cells, values, outcomes, monthly, finals, threads or available_cores(), progress)
    ends = [layout.world_on(finals[run]) for run in range(runs)] if worlds else []
    table = outcome_frame(seeds, outcomes)
    table = carried.beside_seed(table, np.arange(runs)) if carried else table
    return Ensemble(scenario, table, monthly if series else None, ends, carried)


def check_asked(
    scenario: Scenario,
    runs: Any,
    seed: Any,
    threads: Any,
    arms: int = 1,
    *,
    series: bool = False,
    worlds: bool = False,
    varied: int = 0,
) -> None:
    """Refuse, before anything is made, numbers that make no sense, and runs whose results this machine cannot hold."""
    if not _whole(runs, 1) or not (threads is None or _whole(threads, 1)):
        raise MultitrackError(f"runs={printable(runs)}, threads={printable(threads)}; allowed: whole numbers from 1")
    if not _whole(seed, 0) or seed >= 2**53:
        raise MultitrackError(f"seed={printable(seed)}; allowed: whole numbers from 0 to 2**53 - 1")
    words = world_words(scenario)
    workers = min(threads or available_cores(), int(runs)) + 2  # each has a world of its own
    needed = 8 * words * workers
    needed += memory_needed(
        runs,
        arms=arms,
        months=int(scenario.value("run.months")) if series else 0,
        varied=varied,
        worlds=worlds,
        words=words,
    )
    check_memory(needed, int(runs) * arms)


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
    cells, values = _varied(layout, vary or {}, len(seeds))
    return run_written(layout, seeds, cells, values, series=series, world=world, finals=finals)


def run_written(
    layout: Layout,
    seeds: np.ndarray,
    cells: np.ndarray,
    values: np.ndarray,
    *,
    series: bool = False,
    world: World | None = None,
    finals: np.ndarray | None = None,
) -> tuple[np.ndarray, np.ndarray]:
    """As `run_rows`, for settings that were looked up and checked before: `cells` of the world and, a row per run, what is
    written there (as `Written` gives both). Checking hundreds of settings takes longer than a short run.
    """
    outcomes = blank_rows(len(seeds), OUTCOME_ROW)
    months = int(layout.world.parameters["run_months"][0])
    monthly = blank_rows((len(seeds), months if series else 0), SERIES_ROW)
    finals = np.zeros((len(seeds), 0)) if finals is None else finals
    world = world or layout.new_world()
    _chunks()(
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


class Written:
    """Where these settings stand in the world of a layout: looked up once, written for as many runs as one likes.

    Raises SettingError for an unknown setting and what cannot differ between runs.
    """

    def __init__(self, layout: Layout, names: Sequence[str]):
        self.settings = [find_setting(layout.names, name) for name in names]
        found = [layout.address(name) for name in names]
        self.cells = np.array([cell for cell, _ in found], np.int64)
        self.whole = np.array([is_whole for _, is_whole in found], bool)

    def checked(self, values: np.ndarray) -> np.ndarray:
        """Values (runs x settings) as they are written, bits of whole numbers included; SettingError where one is not
        allowed.
        """
        written = np.array(values, float)
        for at, setting in enumerate(self.settings):
            _check_varied(setting, written[:, at])
        return self.as_bits(written)

    def as_bits(self, values: np.ndarray) -> np.ndarray:
        """The same without a check, for values that were checked before."""
        written = np.array(values, float)
        written[:, self.whole] = written[:, self.whole].astype(np.int64).view(float)
        return written


def _chunks() -> Callable[..., Any]:
    """`run_chunk`, as it was compiled ahead of time for this machine, or else as numba compiles it now."""
    ready = loaded()
    if ready is not None:
        return ready["run_chunk"]  # type: ignore[no-any-return]
    prepare()
    return run_chunk  # type: ignore[no-any-return]


def can_vary(setting: Setting) -> bool:
    """Whether `vary` may change it: it does not shape the world before it is filled."""
    return not setting.column.shapes and not setting.column.refers


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


def _compiled(
    layout: Layout,
    seeds: np.ndarray,
    cells: np.ndarray,
    values: np.ndarray,
    outcomes: np.ndarray,
    series: np.ndarray,
    finals: np.ndarray,
    threads: int,
    progress: Callable[[int, int], None] | None,
) -> None:
    """Chunks of runs on threads (compiled months hold no lock); every thread has a world of its own."""
    runs = len(seeds)
    size = max(1, min(RUNS_AT_ONCE, -(-runs // threads)))
    starts = iter(range(0, runs, size))
    template, compiled = layout.world.words, _chunks()

    def work(start: int, world: World) -> tuple[int, World]:
        part = slice(start, start + size)
        rows = outcomes[part]
        compiled(world, template, seeds[part], cells, values[part], rows, as_numbers(rows), series[part], finals[part])
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


def simulate(
    scenario: Scenario | str | PathLike[str],
    runs: int = 1000,
    seed: int = 1,
    threads: int | None = None,
    *,
    worlds: bool = False,
    vary: Mapping[str, Sequence[float]] | None = None,
    agents: Mapping[type, type] | None = None,
    progress: Callable[[int, int], None] | None = None,
    parameters: str | pd.DataFrame | None = None,
    variants: str | Sequence[str] | None = None,
) -> pd.DataFrame:
    """Run a scenario (or a file, or "oslo_1993" and the like) many times: a DataFrame with one row per run, `seed` first,
    then one column per outcome.

    With `worlds=True` a last column `world` holds every run's final world. With `parameters="plausible"` or
    `variants="all"` columns say which plausible set (`parameter_set`) and which variant each run has. See `run_ensemble`
    for the arguments.
    """
    result = run_ensemble(
        scenario, runs, seed, threads, worlds=worlds, vary=vary, agents=agents, progress=progress,
        parameters=parameters, variants=variants,
    )  # fmt: skip
    if not worlds:
        return result.table
    table = result.table.copy()
    table["world"] = pd.Series([records(world) for world in result.worlds], dtype=object)
    return table
