"""Sweeps: a design run to its end, on threads or a cluster, into a folder that can be left and come back to at any moment.

Chunks of runs are cut into pieces, pieces are run wherever there is room, a chunk whose pieces are all there is written while
the next are run. What is in the folder is never run again, what is missing or damaged is.
"""

from __future__ import annotations

import contextlib
import json
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import FIRST_COMPLETED, CancelledError, Executor, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from ..designs import DUMMY, Design, run_identity
from ..ensemble import run_rows
from ..errors import MultitrackError, Problem, SettingError, StoreError, printable
from ..outcome_table import OUTCOME_ROW, OUTCOMES, SERIES, SERIES_ROW
from ..scenario.build import lay_out
from ..scenario.schema import Scenario
from .backends import Backend, opened
from .pieces import Answer, run_piece
from .sweep_plan import Coded, SweepPlan, bind, content_of, model_version, scenario_with
from .sweep_store import MONTHS, Kept, SweepStore, design_of, read_manifest

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Sweep", "SweepInterrupted", "Until", "open_sweep", "sweep"]

FIRST_PIECE, LONGEST_PIECE = 4, 512  # runs
WRITES_WAITING = 2  # finished chunks in memory


class SweepInterrupted(KeyboardInterrupt):
    """Ctrl-C (or the end of a job's time): what was begun is finished and kept, the same command goes on."""

    def __init__(self, done: int, total: int):
        self.done, self.total = done, total
        super().__init__(f"stopped after {done:,} of {total:,} runs, all kept; the same command goes on from here")


class Until(Protocol):
    """A rule that looks at the results after every round and says whether they are enough.

    `multitrack_sim.until("durable +- 0.01")` makes one.
    """

    def begin(self, cells: int, months: int) -> None:
        """Forget everything; there are so many cells (points in arms), and runs are so many months long."""

    @property
    def outcome(self) -> str:
        """The outcome it looks at."""

    def add(self, cell: int, values: np.ndarray) -> None:
        """Further values of a cell, in order of runs; words as their places, NaN where missing."""

    def met(self) -> bool:
        """Whether all intervals are narrow enough."""

    def report(self) -> dict[str, Any]:
        """What it found, for the manifest."""


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


@contextlib.contextmanager
def _until_asked_to_stop() -> Iterator[threading.Event]:
    """Ctrl-C and a job's last signal ask to stop; a second Ctrl-C stops at once (which loses no more than what is begun).

    Some senders send twice at a time, so that a second one must come a second later to count.
    """
    asked, first = threading.Event(), 0.0
    if threading.current_thread() is not threading.main_thread():
        yield asked
        return

    def ask(number: int, frame: Any) -> None:
        nonlocal first
        if not asked.is_set():
            first = time.monotonic()
            asked.set()
        elif number == signal.SIGINT and time.monotonic() - first > 1:
            raise KeyboardInterrupt

    before = {number: signal.signal(number, ask) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield asked
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@dataclass
class _Chunk:
    """A chunk being run: its rows as they come in."""

    chunk: int
    numbers: np.ndarray  # of its runs in the sweep
    wanted: np.ndarray  # which of them (within the chunk) are run now
    outcomes: np.ndarray
    turn: int = 0
    left: int = 0
    cut: int = 0  # of `wanted`, how many are in pieces
    parts: dict[int, np.ndarray] = field(default_factory=dict)  # months, by their first run
    failures: dict[int, dict[str, str]] = field(default_factory=dict)
    former: Kept | None = None  # its file, of which only failed runs are run again


class _Runner:
    def __init__(
        self, plan: SweepPlan, store: SweepStore, backend: Backend, stop: threading.Event, progress: Any, say: Any
    ):
        self.plan, self.store, self.backend, self.stop = plan, store, backend, stop
        self.progress, self.say = progress, say
        self.done = self.failed = 0
        self.total = plan.runs
        self.seconds_per_run = 0.0  # as measured
        self.kept: dict[int, Kept] = {}
        self.told: dict[str, Any] | None = None

    def run(self, until: Until | None, retry: bool) -> dict[str, Any]:
        """Everything that is missing; the state of the folder in the end."""
        self.kept = self.store.done(self.say)
        failed = self._count()
        if self.done:
            self.say(f"{self.store.shown}: {self.done:,} of {self.total:,} runs are there already")
        if retry:
            self._run_chunks(self._again(chunk, rows) for chunk, rows in failed.items())
        try:
            self._run_rounds(until)
        finally:
            with contextlib.suppress(StoreError):  # what is wrong with the disk is said already
                self.store.write_manifest(self._state())
        return self._state()

    def _run_rounds(self, until: Until | None) -> None:
        if until is not None:
            until.begin(self.plan.cells, self.plan.months)
        for round in range(self.plan.rounds):
            missing = [chunk for chunk in self.plan.chunks(round) if chunk not in self.kept]
            self._run_chunks(self._new(chunk) for chunk in missing)  # each made when its turn comes
            if until is not None:
                self._look(until, round)
                self.told = until.report()
                if until.met():
                    self.total = self.done
                    return
        if until is not None:
            self.say(f"{self.store.shown}: after {self.total:,} runs not yet narrow enough; allow more runs")

    def _state(self) -> dict[str, Any]:
        files = {kept.name: None for kept in self.kept.values()}
        state = {"complete": self.done == self.total, "done": self.done, "failed": self.failed, "files": list(files)}
        return state | ({"until": self.told} if self.told else {})

    def _count(self) -> dict[int, list[int]]:
        """How many runs are there and how many of them failed; the failed ones by chunk."""
        import pyarrow.compute as pc

        failed: dict[int, list[int]] = {}
        for chunk, kept in self.kept.items():
            wrong = np.flatnonzero(pc.is_valid(self.store.read(kept, ["failure"])["failure"]).to_numpy())
            start, stop = self.plan.span(chunk)
            self.done += stop - start
            self.failed += len(wrong)
            if len(wrong):
                failed[chunk] = wrong.tolist()
        return failed

    def _new(self, chunk: int) -> _Chunk:
        start, stop = self.plan.span(chunk)
        size = stop - start
        return _Chunk(chunk, np.arange(start, stop), np.arange(size), np.zeros(size, OUTCOME_ROW), left=size)

    def _again(self, chunk: int, rows: list[int]) -> _Chunk:
        made, kept = self._new(chunk), self.kept[chunk]
        made.wanted, made.left = np.array(rows), len(rows)
        made.former, made.turn = kept, kept.turn + 1
        return made

    # --- running

    def _run_chunks(self, chunks: Iterator[_Chunk]) -> None:
        pending: dict[Future, tuple[_Chunk, int, int]] = {}
        current: _Chunk | None = None
        writes: list[Future] = []
        with ThreadPoolExecutor(1, "multitrack-writer") as writer:
            try:
                while True:
                    while len(pending) < self.backend.slots() * self.backend.waiting:
                        if current is None or current.cut == len(current.wanted):
                            current = None if self.stop.is_set() else next(chunks, None)
                        if current is None:
                            break
                        self._submit(current, pending)
                        if self.backend.waiting == 1:
                            break
                    if not pending:
                        break
                    finished, _ = wait(pending, return_when=FIRST_COMPLETED)
                    for future in finished:
                        chunk, first, stop = pending.pop(future)
                        self._take(future, chunk, first, stop, pending)
                        if chunk.left == 0:
                            writes.append(writer.submit(self._write, chunk))
                    while len(writes) > WRITES_WAITING:
                        self._written(writes.pop(0))
                    if self.progress:
                        self.progress(self.done, self.total)
                while writes:
                    self._written(writes.pop(0))
            except BaseException:
                for future in pending:
                    future.cancel()
                raise
        if self.stop.is_set():
            raise SweepInterrupted(sum(np.diff(self.plan.span(chunk))[0] for chunk in self.kept), self.total)

    def _submit(self, chunk: _Chunk, pending: dict[Future, tuple[_Chunk, int, int]]) -> None:
        """The next piece of a chunk: as long as pieces should take, towards the end shorter, so that nobody waits for the
        last (guided self-scheduling: Polychronopoulos and Kuck 1987); without gaps.
        """
        runs = int(self.backend.seconds / self.seconds_per_run) if self.seconds_per_run else FIRST_PIECE
        left = self.total - self.done - sum(stop - first for _, first, stop in pending.values())
        runs = min(runs, max(FIRST_PIECE, left // (2 * self.backend.slots())))
        wanted = chunk.wanted[chunk.cut : chunk.cut + max(1, min(LONGEST_PIECE, runs))]
        gap = np.flatnonzero(np.diff(wanted) > 1)
        count = int(gap[0]) + 1 if len(gap) else len(wanted)
        first = int(wanted[0])
        chunk.cut += count
        self._send(chunk, first, first + count, pending)

    def _send(self, chunk: _Chunk, first: int, stop: int, pending: dict[Future, tuple[_Chunk, int, int]]) -> None:
        piece = self.plan.piece(chunk.chunk, first, stop)
        try:
            pending[self.backend.executor.submit(run_piece, piece)] = chunk, first, stop
        except RuntimeError as problem:
            raise self._lost(problem) from problem

    def _take(self, future: Future, chunk: _Chunk, first: int, stop: int, pending: Any) -> None:
        """The answer to a piece. Where its worker died of it, again run by run, to see which run it is."""
        try:
            answer: Answer = future.result()
        except MultitrackError:
            raise
        except (Exception, CancelledError) as problem:
            if type(problem).__name__ != "KilledWorker":
                raise self._lost(problem) from problem
            if stop - first > 1:
                for at in range(first, stop):
                    self._send(chunk, at, at + 1, pending)
                return
            told = {"stage": "the worker died", "error": f"{type(problem).__name__}: {problem}", "traceback": ""}
            answer = Answer(np.zeros(1, OUTCOME_ROW), None, {0: told})
        chunk.outcomes[first:stop] = answer.outcomes
        chunk.failures |= {first + at: told for at, told in answer.failures.items()}
        if answer.series is not None:
            chunk.parts[first] = answer.series
        chunk.left -= stop - first
        if answer.seconds:
            now = answer.seconds / (stop - first)
            self.seconds_per_run = 0.5 * self.seconds_per_run + 0.5 * now if self.seconds_per_run else now
        if chunk.former is None:
            self.done += stop - first
        else:
            self.failed -= stop - first
        self.failed += len(answer.failures)

    def _lost(self, problem: BaseException) -> MultitrackError:
        what = f"{type(problem).__name__}: {printable(str(problem).splitlines()[0] if str(problem) else '', 300)}"
        hint = "what is finished is kept; run the same command again: it goes on where it was"
        return MultitrackError(Problem("the workers", f"are lost ({what})", hint=hint))

    # --- writing

    def _write(self, chunk: _Chunk) -> Kept:
        import pyarrow as pa

        table = self.store.run_table(chunk.numbers, chunk.outcomes, chunk.failures)
        months = self._months(chunk) if self.plan.series else None
        if chunk.former is not None:
            again = np.zeros(len(table), bool)
            again[chunk.wanted] = True
            old = self.store.read(chunk.former)
            order = np.where(again, np.arange(len(table)) + len(table), np.arange(len(table)))
            table = pa.concat_tables([old, table]).take(order).unify_dictionaries().combine_chunks()
        if months is not None:
            self.store.write_table(MONTHS, chunk.chunk, chunk.turn, months)
        kept = self.store.write_table("runs", chunk.chunk, chunk.turn, table)
        if chunk.former is not None:
            self.store.remove(chunk.former)
        self.kept[chunk.chunk] = kept
        return kept

    def _written(self, write: Future) -> None:
        write.result()

    def _months(self, chunk: _Chunk) -> pa.Table:  # type: ignore[name-defined] # noqa: F821
        import pyarrow as pa

        longest = max((part.shape[1] for part in chunk.parts.values()), default=0)
        series = np.zeros((len(chunk.numbers), longest), SERIES_ROW)
        series["phase"] = np.nan
        for first, part in chunk.parts.items():
            series[first : first + len(part), : part.shape[1]] = part
        series["phase"][list(chunk.failures)] = np.nan
        table = self.store.series_table(chunk.numbers, series)
        if chunk.former is None:
            return table
        former = self.store.listed(MONTHS)[chunk.chunk][0]
        table = pa.concat_tables([self.store.read(former), table]).unify_dictionaries()
        table = table.combine_chunks()
        keys = [table[name].to_numpy() for name in ("month", "run")]
        keys += [table["arm"].chunk(0).indices.to_numpy(), table["point"].to_numpy()]
        return table.take(np.lexsort(keys))

    # --- looking

    def _look(self, until: Until, round: int) -> None:
        """Show the rule what the round brought, cell by cell, read from the files: the same whoever ran it and when."""
        values = []
        for chunk in self.plan.chunks(round):
            table = self.store.read(self.kept[chunk], [until.outcome, "failure"])
            column = table[until.outcome].combine_chunks()
            words = OUTCOMES[until.outcome].values
            given = column.indices if words else column
            values.append(given.to_numpy(zero_copy_only=False).astype(float))
        cells = np.concatenate(values).reshape(self.plan.cells, self.plan.round_runs)
        for cell, row in enumerate(cells):
            until.add(cell, row[~np.isnan(row)])
