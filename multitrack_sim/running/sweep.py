"""Sweeps: a design run to its end, on threads or a cluster, into a folder that can be left and come back to at any moment.

Chunks of runs are cut into pieces, pieces are run wherever there is room, a chunk whose pieces are all there is written while
the next are run. What is in the folder is never run again, what is missing or damaged is.
"""

from __future__ import annotations

import dataclasses
import json
import sys
import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import Executor
from dataclasses import dataclass, field
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from ..designs.changes import changed
from ..designs.design import DUMMY, Design, run_identity
from ..engine.sources import model_version
from ..errors import MultitrackError, Problem, SettingError, StoreError, printable
from ..scenario.codebook import Coded
from ..scenario.layout import lay_out
from ..scenario.library import as_scenario
from ..scenario.scenario import Scenario
from ..schema.outcomes import OUTCOMES, SERIES
from .backends import opened
from .chunk_check import MONTH_KEYS
from .ensemble import run_rows
from .files import MANIFEST
from .memory import check_table
from .parquet import as_categories
from .plan import SweepPlan, bind
from .recognise import check_inputs
from .runner import Until, _Runner, _until_asked_to_stop
from .sweep_manifest import AGAIN, design_of, read_manifest
from .sweep_store import MONTHS, RUNS, SCENARIO, Misfit, SweepStore, failures_in, kept_of

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

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
    manifest: Mapping[str, Any] = field(default_factory=dict, repr=False)

    def table(self, whole: bool = True) -> pd.DataFrame:
        """All runs that have outcomes: point, arm (if there are arms), what is varied, run, seed, outcomes.

        Where runs carry doubts, the columns `parameter_set` and `variant` come after the seed.
        In order of points, arms and runs, whatever the order in which they were run. Every file is checked: StoreError
        names the runs that were lost since they were kept; with `whole=False` they are a warning, and the table is of the
        rest. Of a sweep that is not finished, a warning says which runs there are not yet.
        """
        frame = self._frame(self._columns(), whole)
        frame = frame[frame.pop("failure").isna()].reset_index(drop=True)
        return self._dressed(frame)

    load = table

    def failed(self, whole: bool = True) -> pd.DataFrame:
        """All runs that failed: point, arm, settings, run, seed, then `stage`, `error`, `traceback` and `identity`."""
        import pandas as pd

        frame = self._frame([*self._keys(), "failure"], whole, only_failed=True)
        told = [json.loads(text) for text in frame.pop("failure")]
        for name in ("stage", "error", "traceback"):
            frame[name] = pd.Series([one[name] for one in told], dtype=object)
        frame["identity"] = [self.identity(row) for row in frame.to_dict("records")]
        return self._dressed(frame)

    def series(self, whole: bool = True, columns: Iterable[str] | None = None, runs: int | None = None) -> pd.DataFrame:
        """The months of all runs (if the sweep was asked for them): point, arm, run, month, then every series, or those
        named in `columns`; with `runs`, of the first so many runs of every point and arm.
        """
        import pandas as pd
        import pyarrow as pa
        import pyarrow.compute as pc

        if not self.plan.series:
            raise MultitrackError("the sweep kept no months; allowed: sweep(..., series=True)")
        asked = [*MONTH_KEYS, *(SERIES if columns is None else columns)]
        there = self._there() * self.plan.months
        share = 1.0 if runs is None else min(1.0, runs / self.plan.design.runs)
        check_table(int(there * share), len(asked))
        tables = [self._store().series_schema.empty_table().select(asked)]
        for table in self._checked(MONTHS, asked, whole):
            tables.append(table if runs is None else table.filter(pc.less(table["run"], runs)))
        frame = pa.concat_tables(tables).to_pandas()
        if "phase" in asked:
            frame["phase"] = pd.Categorical(frame["phase"], categories=SERIES["phase"].values, ordered=True)
        return frame.drop(columns=[] if len(self.plan.arms) > 1 else ["arm"])

    def identity(self, row: Mapping[str, Any]) -> str:
        """The identity of a run, given its row of the table: what it hashes is all that decides its outcomes."""
        names = [varied.name for varied in self.plan.varied if varied.name != DUMMY]
        settings = {name: row[name] for name in names if row[name] is not None and row[name] == row[name]}
        if self.plan.doubts:
            settings = {**self.plan.doubts.settings(int(row["run"]), self.plan.kept), **settings}
        arm = row.get("arm", self.plan.arm_names[0])
        return run_identity(self.plan.arm_content(arm), settings, int(row["seed"]), model_version())

    def scenario(self, point: int, arm: str | None = None) -> Scenario:
        """The scenario of a point in an arm: `PeaceProcess(sweep.scenario(3), seed=...)` repeats one of its runs."""
        arm = next(iter(self.plan.design.arms)) if arm is None else arm
        return changed(self.plan.base, self.plan.design.settings(point, arm))

    def _keys(self) -> list[str]:
        return ["point", "arm", *(v.name for v in self.plan.varied), "run", "seed"]

    def _columns(self) -> list[str]:
        return [*self._keys(), *OUTCOMES, "failure"]

    def _store(self) -> SweepStore:
        return SweepStore(self.path, self.plan, held=self.manifest or None)

    def _there(self) -> int:
        """How many runs there are, by the names of their files."""
        return sum(self.plan.length(chunk) for chunk in self._store().listed() if self.plan.has_chunk(chunk))

    def _checked(self, kind: str, columns: list[str], whole: bool) -> Iterator[pa.Table]:
        """These columns of every chunk, in order; what is lost or still missing is said in the end."""
        store = self._store()
        listed, months = store.listed(), store.listed(MONTHS) if kind == MONTHS else {}
        lost: dict[int, str] = {}
        there = []
        for chunk in sorted(chunk for chunk in {*listed, *self._kept_chunks()} if self.plan.has_chunk(chunk)):
            try:
                _, table = store.first_fitting(listed.get(chunk, []), columns if kind == RUNS else ["failure"])
                if kind == MONTHS:
                    _, table = store.first_fitting(months.get(chunk, []), columns, failures_in(table))
            except Misfit as fault:
                lost[chunk] = str(fault)
            else:
                there.append(chunk)
                yield table
        if lost:
            self._say_lost(lost, whole)
        elif self.manifest and not self.manifest["state"]["complete"]:
            runs = sum(self.plan.length(chunk) for chunk in there)
            if runs < self.plan.runs:
                told = f"the sweep is not finished: {runs:,} of {self.plan.runs:,} runs are there"
                warnings.warn(f"{printable(self.path, 300)}: {told}; the same command goes on", stacklevel=4)

    def _kept_chunks(self) -> Iterable[int]:
        """The chunks that were there when the manifest was written."""
        state = self.manifest.get("state", {})
        names = [name for name in state.get("files") or () if isinstance(name, str)]
        if not names and state.get("complete") and self.plan.rounds == 1:
            return self.plan.chunks(0)
        return {kept.chunk for kept in map(kept_of, names) if kept is not None}

    def _say_lost(self, lost: Mapping[int, str], whole: bool) -> None:
        """Refuse a table with gaps, or warn of it: which runs, and why."""
        spans = [self.plan.span(chunk) for chunk in lost]
        count = sum(stop - start for start, stop in spans)
        some = ", ".join(f"{start:,} to {stop - 1:,}" for start, stop in spans[:3]) + (", ..." if spans[3:] else "")
        found = f"{count:,} of {self.plan.runs:,} runs are lost (runs {some}): {next(iter(lost.values()))}"
        hint = f"{AGAIN}; whole=False gives the rest"
        if whole:
            raise StoreError(Problem(printable(self.path, 300), found, hint=hint))
        warnings.warn(f"{printable(self.path, 300)}: {found}", stacklevel=5)

    def _frame(self, columns: list[str], whole: bool, only_failed: bool = False) -> pd.DataFrame:
        import pyarrow as pa
        import pyarrow.compute as pc

        if not only_failed:
            check_table(self._there(), len(columns))
        tables = [self._store().schema.empty_table().select(columns)]
        for table in self._checked(RUNS, columns, whole):
            tables.append(table.filter(pc.is_valid(table["failure"])) if only_failed else table)
        frame = pa.concat_tables(tables).to_pandas()
        return frame.sort_values(["point", "arm", "run"], kind="stable") if self.plan.rounds > 1 else frame

    def _dressed(self, frame: pd.DataFrame) -> pd.DataFrame:
        """Categories in their order, as `simulate` gives them; without arms, no column for them."""
        frame = as_categories(frame.reset_index(drop=True))
        if self.plan.doubts:
            frame = self.plan.doubts.beside_seed(frame, frame["run"].to_numpy())
        return frame.drop(columns=[] if len(self.plan.arms) > 1 else ["arm"])


def open_sweep(path: Path | str) -> Sweep:
    """A sweep that was run before, finished or not, from its folder. StoreError where there is none."""
    path, held = Path(path), read_manifest(path)
    shown = printable(path, 300)
    try:
        plan = _plan_of(held, path)
    except (TypeError, ValueError, KeyError, AttributeError, OverflowError, RecursionError) as problem:
        if isinstance(problem, MultitrackError):
            raise
        found = f"its {MANIFEST} describes no sweep that can be opened ({type(problem).__name__}: {printable(str(problem))})"
        raise StoreError(Problem(shown, found, hint=AGAIN)) from None
    state = held["state"]
    opened = Sweep(path, plan.design, plan, 0, state["failed"], state.get("until"), held)
    return dataclasses.replace(opened, done=opened._there())


def _plan_of(held: Mapping[str, Any], path: Path) -> SweepPlan:
    """What was run, from the manifest and the files beside it, which must be as they were written."""
    from ..scenario.load import load

    said = held["sweep"]
    check_inputs(held, path)
    if said["codes"] is not None:
        base: Scenario | Coded = Coded(said["codes"], said["codes_title"], said["codes_settings"] or {})
    else:
        base = load(path / SCENARIO)
    plan = bind(base, design_of(held, path), said["seed"], said["series"], in_rounds=said["rounds"][1] > 1)
    return plan.cut_by(held["chunk_runs"])


def _base(given: Any) -> Scenario | Coded:
    """What a sweep starts from: codes, or whatever can be given as a scenario."""
    return Coded(dict(given)) if isinstance(given, Mapping) else as_scenario(given)


def sweep(
    scenario: Scenario | Coded | Mapping[str, Any] | str | PathLike[str],
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
    strict: bool = False,
) -> Sweep:
    """Run a design into the folder `out`; called again, it goes on where it was.

    `scenario` may be a file or a name ("oslo_1993"), or codes (a mapping, or `Coded`), so that `codes.track2` can be
    varied. `backend` is "threads", "serial", "dask" (with `cluster="tcp://..."` one that runs already) or any
    `concurrent.futures.Executor`; none of them changes a result. With `until`, the design's runs are the most there may
    be. `progress(done, total)` is called as pieces finish, `say(line)` with what a reader should know (default: to
    stderr). Failed runs are kept as records; `retry_failed` runs them again. `strict` refuses a folder that holds anything
    besides this sweep and what was made from it.

    Raises SettingError for settings that do not fit, StoreError for a folder that holds something else or a disk that is
    full, SweepInterrupted on Ctrl-C.
    """
    base: Scenario | Coded = scenario if isinstance(scenario, Coded) else _base(scenario)
    if not isinstance(design, Design):
        made = "a design: mt.designs.replicates(1000), mt.designs.factorial({...}) ..."
        raise SettingError(Problem("design", f"found {printable(design)}", made))
    if isinstance(until, str):
        raise SettingError(Problem("until", f"found {printable(until)}", 'a rule: mt.until("durable +- 0.01")'))
    plan = bind(base, design, seed, series, in_rounds=until is not None)
    say = say or (lambda line: print(line, file=sys.stderr, flush=True))
    store = SweepStore(out, plan, command, strict=strict)
    with store.opened(say), _until_asked_to_stop() as stop:
        layout = lay_out(plan.scenario)
        run_rows(layout, np.zeros(1, np.int64))  # compiled once, before many ask for it
        with opened(backend, threads, cluster) as found:
            runner = _Runner(store.plan, store, found, stop, progress, say)
            held = runner.run(until, retry_failed)
    state = held["state"]
    return Sweep(Path(out), design, store.plan, state["done"], state["failed"], state.get("until"), held)
