"""Runs kept in a folder, as a sweep, and read back as `run_ensemble` gives them."""

from __future__ import annotations

import dataclasses
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from ..designs.design import Design
from ..errors import MultitrackError, Problem, printable
from ..running.ensemble import Ensemble
from ..running.sweep import Sweep, sweep
from ..scenario.plausible import DOUBT_COLUMNS, Doubts
from ..scenario.scenario import Scenario
from ..schema.outcomes import OUTCOMES, SERIES, SERIES_ROW

__all__ = ["Keeping", "columns_kept", "ensembles_of", "kept_runs"]


@dataclass(frozen=True)
class Keeping:
    """Where and how runs are kept. `strict`: the folder may hold nothing besides them and what was made from them."""

    out: Path
    threads: int | None = None
    series: bool = False
    progress: Callable[[int, int], None] | None = None
    say: Callable[[str], None] = lambda line: print(line, file=sys.stderr, flush=True)
    command: str = ""
    strict: bool = False
    doubts: Doubts | None = None  # the plausible sets and variants that the runs carry


def kept_runs(scenario: Scenario, design: Design, seed: int, keeping: Keeping) -> Sweep:
    """The runs of a design in a folder: those that are missing or failed are run now. MultitrackError where some failed."""
    if keeping.doubts:
        design = dataclasses.replace(design, options={**design.options, **keeping.doubts.options})
    done = sweep(
        scenario, design, out=keeping.out, seed=seed, threads=keeping.threads, series=keeping.series, retry_failed=True,
        progress=keeping.progress, say=keeping.say, command=keeping.command, strict=keeping.strict,
    )  # fmt: skip
    if done.wrong:
        error = printable(done.failed()["error"].iloc[0], 200)
        found = f"{done.wrong:,} of {done.done:,} runs failed, the first with {error}"
        hint = f"mt.open_sweep({printable(done.path, 200)}).failed() lists them; the same command runs them again"
        raise MultitrackError(Problem(printable(done.path, 300), found, hint=hint))
    return done


def ensembles_of(done: Sweep, scenarios: Mapping[str, Scenario]) -> dict[str, Ensemble]:
    """What the runs of each arm gave, bit for bit as if they had been run in memory. `scenarios` are those of the arms."""
    table = done.table()
    months = done.series() if done.plan.series else None
    found = {}
    for name, scenario in scenarios.items():
        own = _of_arm(table, name)[columns_kept(table)].reset_index(drop=True)
        monthly = None if months is None else _monthly(_of_arm(months, name), len(own))
        found[name] = Ensemble(scenario, own, monthly, doubts=done.plan.doubts)
    return found


def columns_kept(table: pd.DataFrame) -> list[str]:
    """The columns of a sweep's table that tables of runs have."""
    return ["seed", *(name for name in DOUBT_COLUMNS if name in table), *OUTCOMES]


def _of_arm(table: pd.DataFrame, name: str) -> pd.DataFrame:
    """The rows of an arm; all rows, where there is only one arm."""
    return table[table["arm"] == name] if "arm" in table else table


def _monthly(months: pd.DataFrame, runs: int) -> np.ndarray:
    """The months of an arm's runs, which stand run by run, as runs x months."""
    found = np.zeros((runs, len(months) // max(runs, 1)), SERIES_ROW)
    for name, outcome in SERIES.items():
        values = months[name].cat.codes if outcome.values else months[name]
        found[name] = values.to_numpy(float).reshape(found.shape)
    return found
