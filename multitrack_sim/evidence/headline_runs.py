"""The runs behind the headline: pairs with and without Track II that carry every doubt, over a population or in one case."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import pandas as pd

from ..engine.random import run_seed
from ..engine.resources import available_cores
from ..running.ensemble import check_asked, run_rows
from ..scenario.codebook import scenario_from_codes
from ..scenario.layout import lay_out
from ..scenario.plausible import Doubts
from ..scenario.scenario import Scenario
from .population import COMMUNITIES, conflict_codes

__all__ = ["LOOKED_AT", "MONTHS", "MUTED", "pairs_of_case", "pairs_of_population"]

LOOKED_AT = ("agreed", "months_under_accord", "violence_total")
MUTED = "track_two.budget"
MONTHS = 120  # ten years, in which a share of the record's processes is counted too
RUNS_AT_ONCE = 200  # pairs of a case that are run between two looks at the clock

Report = Callable[[int, int], None] | None


def pairs_of_population(
    conflicts: int, runs: int, seed: int, carried: Doubts, threads: int | None = None, progress: Report = None,
    months: int = MONTHS,
) -> tuple[pd.DataFrame, pd.DataFrame]:  # fmt: skip
    """`runs` pairs of each conflict of the reference population, and the codes of the conflicts.

    A row per pair: `conflict`, `seed`, `parameter_set`, `variant`, and for each outcome its value with Track II and the
    difference that Track II makes (`agreed`, `agreed_effect` ...). Pairs are numbered through all conflicts, so that sets
    and variants are spread over them evenly.
    """
    codes = conflict_codes(conflicts, seed)
    small = {"society.communities": COMMUNITIES, "run.months": months}

    def one(at: int) -> pd.DataFrame:
        given = {name: float(value) for name, value in codes.iloc[at].items()}
        scenario = scenario_from_codes(given).with_settings(small)
        return _pairs(scenario, np.arange(at * runs, (at + 1) * runs), seed, carried).assign(conflict=at)

    check_asked(scenario_from_codes({}).with_settings(small), conflicts * runs, seed, threads, 2)
    return _together([(one, at) for at in range(conflicts)], runs, threads, progress), codes


def pairs_of_case(
    scenario: Scenario, runs: int, seed: int, carried: Doubts, threads: int | None = None, progress: Report = None
) -> pd.DataFrame:
    """So many pairs of one case, as `pairs_of_population` has them: the same runs as `compare` with these doubts gives."""
    check_asked(scenario, runs, seed, threads, 2)

    def one(first: int) -> pd.DataFrame:
        return _pairs(scenario, np.arange(first, min(first + RUNS_AT_ONCE, runs)), seed, carried)

    return _together([(one, first) for first in range(0, runs, RUNS_AT_ONCE)], RUNS_AT_ONCE, threads, progress)


def _pairs(scenario: Scenario, numbers: np.ndarray, seed: int, carried: Doubts) -> pd.DataFrame:
    layout = lay_out(scenario)
    seeds = np.array([run_seed(seed, int(k)) for k in numbers], np.int64)
    vary: Mapping[str, Sequence[float]] = carried.values(numbers, scenario.settings)  # type: ignore[assignment]
    world = layout.new_world()
    with_it, _ = run_rows(layout, seeds, vary, world=world)
    without, _ = run_rows(layout, seeds, {**vary, MUTED: np.zeros(len(numbers))}, world=world)  # type: ignore[dict-item]
    found: dict[str, Any] = {"conflict": 0, "seed": seeds, **carried.columns(numbers)}
    for name in LOOKED_AT:
        found[name] = np.array(with_it[name], float)
        found[f"{name}_effect"] = found[name] - np.array(without[name], float)
    return pd.DataFrame(found)


def _together(
    jobs: Sequence[tuple[Callable[[int], pd.DataFrame], int]], runs: int, threads: int | None, progress: Report
) -> pd.DataFrame:
    """What all jobs give, in their order; `progress` counts pairs."""
    parts = []
    with ThreadPoolExecutor(threads or available_cores()) as pool:
        pending = [pool.submit(job, at) for job, at in jobs]
        try:
            for done, one in enumerate(pending, 1):
                parts.append(one.result())
                if progress:
                    progress(done * runs, len(jobs) * runs)
        except BaseException:
            for one in pending:
                one.cancel()
            raise
    return pd.concat(parts, ignore_index=True)
