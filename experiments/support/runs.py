"""What the experiments share: reference scenarios, ranges of study, outcomes as numbers, runs that go on where they were,
and progress on the screen.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

import multitrack_sim as mt
from multitrack_sim.analysis.comparison import Comparison
from multitrack_sim.analysis.effects import effects, holm
from multitrack_sim.designs import Design, replicates, run_identity
from multitrack_sim.designs.arms import BASELINE
from multitrack_sim.designs.as_written import arms_given
from multitrack_sim.engine.sources import model_version
from multitrack_sim.running.runner import SweepInterrupted
from multitrack_sim.running.sweep import Sweep, sweep
from multitrack_sim.scenario.codebook import Coded
from multitrack_sim.schema.outcomes import OUTCOMES
from multitrack_sim.studies.kept import ensembles_of

__all__ = ["Progress", "asked", "compared", "effects_by_cell", "measured", "swept", "units"]

# Months until something that may never come: cut at the horizon, so that runs in which it never came count too.
CUT_AT_HORIZON = (
    "months_to_talks", "months_to_first_agreement", "months_to_substantive", "months_to_comprehensive",
)  # fmt: skip


def units() -> dict[str, str]:
    """The columns of `measured` and their units: a category gives one column for each of its kinds."""
    found: dict[str, str] = {}
    for name, outcome in OUTCOMES.items():
        kinds = outcome.values[1:]
        found |= {f"{name}: {kind}": "share of runs" for kind in kinds} if kinds else {name: _unit(outcome)}
    return found


def _unit(outcome: Any) -> str:
    return "share of runs" if outcome.binary else outcome.unit


def measured(scenario: mt.Scenario, runs: int, seed: int) -> np.ndarray:
    """So many runs, one row each, the columns those of `units`, every outcome a number (NaN where it is missing)."""
    table = mt.run_ensemble(scenario, runs, seed).table
    columns = []
    for name, outcome in OUTCOMES.items():
        values = table[name]
        if outcome.values:
            columns += [(values.cat.codes == code).to_numpy(float) for code in range(1, len(outcome.values))]
        elif name in CUT_AT_HORIZON:
            columns.append(np.nan_to_num(values.to_numpy(float), nan=float(scenario.value("run.months"))))
        else:
            columns.append(values.to_numpy(float))
    return np.column_stack(columns)


class Progress:
    """Says every few seconds how far the work is and how long it may still take."""

    def __init__(self, total: int, what: str):
        self.total, self.what, self.done = max(total, 1), what, 0
        self.start = self.told = time.monotonic()

    def step(self, count: int = 1) -> None:
        self.at(self.done + count)

    def at(self, done: int) -> None:
        self.done = done
        now = time.monotonic()
        if now - self.told > 5 or self.done == self.total:
            left = (now - self.start) * (self.total / max(self.done, 1) - 1)
            print(f"{self.what}: {self.done} of {self.total}, about {left:.0f} s left", file=sys.stderr, flush=True)
            self.told = now


# --- runs of an experiment: asked for on the command line, kept in its folder, never made twice
def asked(description: str, given: Sequence[str] | None, runs: int, **more: int) -> argparse.Namespace:
    """What every experiment can be asked for; `more` are whole numbers of its own with their defaults."""
    options = argparse.ArgumentParser(description=description, formatter_class=argparse.ArgumentDefaultsHelpFormatter)
    options.add_argument("--runs", type=int, default=runs, help="runs of every arm at every point")
    for name, usual in more.items():
        options.add_argument(f"--{name}", type=int, default=usual, help=f"number of {name}")
    folder = Path("results") / Path(getattr(sys.modules["__main__"], "__file__", None) or "experiment").stem
    options.add_argument("--out", type=Path, default=folder, help="folder for figures, tables and runs")
    options.add_argument(
        "--cluster", default=None, help="address of a dask scheduler; without it, threads of this machine"
    )
    options.add_argument("--seed", type=int, default=1, help="what all seeds are derived from")
    chosen = options.parse_args(given)
    if min(chosen.runs, *(getattr(chosen, name) for name in more), chosen.runs) < 2:
        options.error("numbers of runs and points begin at 2: one run has no interval")
    return chosen


def swept(base: mt.Scenario | Coded, design: Design, options: Any, what: str, series: bool = False) -> Sweep:
    """The design's runs, in a folder named after all that decides them: those that are there are not made again."""
    scenario = base if isinstance(base, mt.Scenario) else base.scenario()
    settings = {"design": design.identity, "codes": isinstance(base, Coded), "series": series}
    identity = run_identity(scenario.to_toml(), settings, options.seed, model_version())
    progress = Progress(len(design), what)
    keep = {"out": options.out / "runs" / identity, "seed": options.seed, "cluster": options.cluster, "series": series}
    try:
        return sweep(base, design, **keep, progress=lambda done, _: progress.at(done), say=lambda line: None)
    except SweepInterrupted as stopped:
        raise SystemExit(str(stopped)) from None


def compared(
    scenario: mt.Scenario, arms: Mapping[str, Any] | Sequence[str], options: Any, what: str, series: Sequence[str] = ()
) -> Comparison:
    """What `mt.compare` gives, from runs that are kept; monthly series for the arms named in `series`."""
    given = arms_given(scenario, dict(arms) if isinstance(arms, Mapping) else list(arms))
    scenarios = {BASELINE: scenario} | {arm.name: arm.scenario for arm in given}
    ensembles = {}
    for name, one in scenarios.items():
        kept = swept(one, replicates(options.runs), options, f"{what}, {name}", name in series)
        ensembles |= ensembles_of(kept, {name: one})
    table = pd.concat([one.table.assign(arm=name) for name, one in ensembles.items()], ignore_index=True)
    changes: dict[str, Any] = {BASELINE: {}} | {arm.name: arm.changes for arm in given}
    sentences = {arm.name: arm.ready.sentence for arm in given if arm.ready is not None}
    return Comparison(scenario, scenarios, changes, ensembles, table, options.seed, sentences)


def effects_by_cell(
    table: pd.DataFrame, keys: Sequence[str], arms: Sequence[str], baseline: str, outcomes: Sequence[str]
) -> pd.DataFrame:
    """The paired effects of arms, against `baseline`, in every cell of a design: rows of `analysis.effects` after the keys.

    `p_corrected` is Holm's (1979), over all rows.
    """
    found = []
    for cell, rows in table.groupby(list(keys), sort=True):
        sides = {name: rows[rows["arm"] == name] for name in (baseline, *arms)}
        one = effects(sides.pop(baseline), sides, outcomes, correct="none")
        found.append(one[one["statistic"].isin(["share", "mean"])].assign(**dict(zip(keys, cell))))
    together = pd.concat(found, ignore_index=True)
    return together.assign(p_corrected=holm(together["p"].to_numpy(float)))
