"""Sweeps: a design run to its end, on threads or a cluster, into a folder that can be left and come back to at any moment.

Chunks of runs are cut into pieces, pieces are run wherever there is room, a chunk whose pieces are all there is written while
the next are run. What is in the folder is never run again, what is missing or damaged is.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Mapping
from concurrent.futures import Executor
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from ..designs.design import DUMMY, Design, run_identity
from ..errors import MultitrackError, Problem, SettingError, StoreError, printable
from ..scenario.codebook import Coded
from ..scenario.layout import lay_out
from ..scenario.scenario import Scenario
from ..schema.outcomes import OUTCOMES, SERIES
from .backends import opened
from .ensemble import run_rows
from .plan import SweepPlan, bind, content_of, model_version, scenario_with
from .runner import Until, _Runner, _until_asked_to_stop
from .sweep_store import MONTHS, SweepStore, design_of, read_manifest

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Sweep", "open_sweep", "sweep"]


@dataclass(frozen=True)
class Sweep:
    """A folder of results. `done` runs are there, `wrong` of them failed; `until` is what a stopping rule found."""

    path: Path
    design: Design
    plan: SweepPlan
    done: int
    wrong: int
    until: Mapping[str, Any] | None = None

    def table(self) -> pd.DataFrame:
        """All runs that have outcomes: point, arm (if there are arms), what is varied, run, seed, outcomes.

        In order of points, arms and runs, whatever the order in which they were run.
        """
        frame = self._frame(self._columns())
        frame = frame[frame.pop("failure").isna()].reset_index(drop=True)
        return self._dressed(frame)

    load = table

    def failed(self) -> pd.DataFrame:
        """All runs that failed: point, arm, settings, run, seed, then `stage`, `error`, `traceback` and `identity`."""
        import pandas as pd

        frame = self._frame([*self._keys(), "failure"], only_failed=True)
        told = [json.loads(text) for text in frame.pop("failure")]
        for name in ("stage", "error", "traceback"):
            frame[name] = pd.Series([one[name] for one in told], dtype=object)
        frame["identity"] = [self.identity(row) for row in frame.to_dict("records")]
        return self._dressed(frame)

    def series(self) -> pd.DataFrame:
        """The months of all runs (if the sweep was asked for them): point, arm, run, month, then every series."""
        import pandas as pd

        if not self.plan.series:
            raise MultitrackError("the sweep kept no months; allowed: sweep(..., series=True)")
        store, frames = self._store(), []
        for _, files in store.listed(MONTHS).items():
            frames.append(store.read(files[0]).to_pandas())
        frame = pd.concat(frames, ignore_index=True)
        frame["phase"] = pd.Categorical(frame["phase"], categories=SERIES["phase"].values, ordered=True)
        return frame.drop(columns=[] if len(self.plan.arms) > 1 else ["arm"])

    def identity(self, row: Mapping[str, Any]) -> str:
        """The identity of a run, given its row of the table: what it hashes is all that decides its outcomes."""
        names = [varied.name for varied in self.plan.varied if varied.name != DUMMY]
        settings = {name: row[name] for name in names if row[name] is not None and row[name] == row[name]}
        return run_identity(content_of(self.plan.scenario), settings, int(row["seed"]), model_version())

    def scenario(self, point: int, arm: str | None = None) -> Scenario:
        """The scenario of a point in an arm: `PeaceProcess(sweep.scenario(3), seed=...)` repeats one of its runs."""
        arm = next(iter(self.plan.design.arms)) if arm is None else arm
        return scenario_with(self.plan.base, self.plan.design.settings(point, arm))

    def _keys(self) -> list[str]:
        return ["point", "arm", *(v.name for v in self.plan.varied), "run", "seed"]

    def _columns(self) -> list[str]:
        return [*self._keys(), *OUTCOMES, "failure"]

    def _store(self) -> SweepStore:
        return SweepStore(self.path, self.plan)

    def _frame(self, columns: list[str], only_failed: bool = False) -> pd.DataFrame:
        import pyarrow as pa
        import pyarrow.compute as pc

        store = self._store()
        tables = [store.schema.empty_table().select(columns)]
        for files in store.listed().values():
            table = store.read(files[0], columns)
            tables.append(table.filter(pc.is_valid(table["failure"])) if only_failed else table)
        frame = pa.concat_tables(tables).to_pandas()
        return frame.sort_values(["point", "arm", "run"], kind="stable") if self.plan.rounds > 1 else frame

    def _dressed(self, frame: pd.DataFrame) -> pd.DataFrame:
        """Categories in their order, as `simulate` gives them; without arms, no column for them."""
        import pandas as pd

        frame = frame.reset_index(drop=True)
        for name, outcome in OUTCOMES.items():
            if outcome.values and name in frame:
                frame[name] = pd.Categorical(frame[name], categories=outcome.values, ordered=True)
        return frame.drop(columns=[] if len(self.plan.arms) > 1 else ["arm"])


def open_sweep(path: Path | str) -> Sweep:
    """A sweep that was run before, finished or not, from its folder. StoreError where there is none."""
    from ..scenario.load import loads

    path, held = Path(path), read_manifest(path)
    said, shown = held["sweep"], printable(Path(path), 300)
    try:
        if said["codes"] is not None:
            base: Scenario | Coded = Coded(said["codes"], said["codes_title"], said["codes_settings"])
        else:
            base = loads((path / "scenario.toml").read_text("utf-8"))
        design = design_of(held, path)
    except OSError as problem:
        raise StoreError(Problem(shown, f"cannot be read: {problem.strerror or problem}")) from None
    plan = bind(base, design, said["seed"], said["series"], in_rounds=said["rounds"][1] > 1)
    state = held["state"]
    return Sweep(path, design, plan, state["done"], state["failed"], state.get("until"))


def sweep(
    scenario: Scenario | Coded | Mapping[str, Any],
    design: Design,
    *,
    out: Path | str,
    seed: int = 1,
    backend: str | Executor = "threads",
    threads: int | None = None,
    cluster: str | None = None,
    series: bool = False,
    until: Until | None = None,
    retry_failed: bool = False,
    progress: Callable[[int, int], None] | None = None,
    say: Callable[[str], None] | None = None,
    command: str = "",
) -> Sweep:
    """Run a design into the folder `out`; called again, it goes on where it was.

    `scenario` may be codes (a mapping, or `Coded`), so that `codes.track2` can be varied. `backend` is "threads", "serial",
    "dask" (with `cluster="tcp://..."` one that runs already) or any `concurrent.futures.Executor`; none of them changes a
    result. With `until`, the design's runs are the most there may be. `progress(done, total)` is called as pieces finish,
    `say(line)` with what a reader should know (default: to stderr). Failed runs are kept as records; `retry_failed` runs them
    again.

    Raises SettingError for settings that do not fit, StoreError for a folder that holds something else or a disk that is
    full, SweepInterrupted on Ctrl-C.
    """
    base: Scenario | Coded = scenario if isinstance(scenario, Scenario | Coded) else Coded(dict(scenario))
    if isinstance(until, str):
        raise SettingError(Problem("until", f"found {printable(until)}", 'a rule: mt.until("durable +- 0.01")'))
    plan = bind(base, design, seed, series, in_rounds=until is not None)
    store = SweepStore(out, plan, command)
    say = say or (lambda line: print(line, file=sys.stderr, flush=True))
    with store.opened(), _until_asked_to_stop() as stop:
        layout = lay_out(plan.scenario)
        run_rows(layout, np.zeros(0, np.int64))  # compiled once, before many ask for it
        with opened(backend, threads, cluster) as found:
            runner = _Runner(store.plan, store, found, stop, progress, say)
            state = runner.run(until, retry_failed)
    return Sweep(Path(out), design, plan, state["done"], state["failed"], state.get("until"))
