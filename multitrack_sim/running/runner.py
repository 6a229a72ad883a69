"""Pieces of work handed to a backend, one after the other, until they are done or somebody stops them."""

from __future__ import annotations

import contextlib
import signal
import threading
import time
from collections.abc import Iterator
from concurrent.futures import FIRST_COMPLETED, CancelledError, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from ..errors import MultitrackError, Problem, StoreError, printable
from ..schema.outcomes import OUTCOME_ROW, OUTCOMES, SERIES_ROW
from .backends import Backend
from .parquet import run_table, series_table
from .plan import SweepPlan
from .signals import AT_ONCE, ending_signals, let_go_of_terminal, received_by
from .sweep_store import MONTHS, Kept, SweepStore, failures_in
from .worker import Answer, run_piece

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["SweepInterrupted", "Until"]

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


@contextlib.contextmanager
def _until_asked_to_stop() -> Iterator[threading.Event]:
    """Ctrl-C, a job's last signal and a hang-up ask to stop; a second Ctrl-C stops at once (which loses no more than what
    is begun).

    Some senders send twice at a time, so that a second one must come a second later to count.
    """
    asked, first = threading.Event(), 0.0

    def ask(number: int, frame: Any) -> None:
        nonlocal first
        if number == getattr(signal, "SIGHUP", None):
            let_go_of_terminal()
        if not asked.is_set():
            first = time.monotonic()
            asked.set()
        elif number == signal.SIGINT and time.monotonic() - first > AT_ONCE:
            raise KeyboardInterrupt

    with received_by(ask, ending_signals()):
        yield asked


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
        if retry and failed:
            self._check_writable(f"{self.failed:,} failed runs are to be run again")
            self._run_chunks(self._again(chunk, rows) for chunk, rows in failed.items())
        try:
            self._run_rounds(until)
        except BaseException:
            with contextlib.suppress(StoreError):  # what is wrong with the disk is said already
                self.store.write_manifest(self._state())
            raise
        return self.store.write_manifest(self._state())

    def _check_writable(self, why: str) -> None:
        """Where the folder can only be read, refuse before anything is run in vain."""
        if self.store.read_only:
            found = f"cannot be written, and {why}"
            raise StoreError(Problem(self.store.shown, found, hint="copy the folder to where it can be written"))

    def _run_rounds(self, until: Until | None) -> None:
        if until is not None:
            until.begin(self.plan.cells, self.plan.months)
        for round in range(self.plan.rounds):
            missing = [chunk for chunk in self.plan.chunks(round) if chunk not in self.kept]
            if missing:
                self._check_writable(f"{sum(map(self.plan.length, missing)):,} runs are missing")
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
        failed: dict[int, list[int]] = {}
        for chunk, kept in self.kept.items():
            wrong = np.flatnonzero(failures_in(self.store.read(kept, ["failure"])))
            self.done += self.plan.length(chunk)
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
        pending: dict[Future[Answer], tuple[_Chunk, int, int]] = {}
        current: _Chunk | None = None
        writes: list[Future[Kept]] = []
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
            raise SweepInterrupted(sum(map(self.plan.length, self.kept)), self.total)

    def _submit(self, chunk: _Chunk, pending: dict[Future[Answer], tuple[_Chunk, int, int]]) -> None:
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

    def _send(
        self, chunk: _Chunk, first: int, stop: int, pending: dict[Future[Answer], tuple[_Chunk, int, int]]
    ) -> None:
        piece = self.plan.piece(chunk.chunk, first, stop)
        try:
            pending[self.backend.executor.submit(run_piece, piece)] = chunk, first, stop
        except RuntimeError as problem:
            raise self._lost(problem) from problem

    def _take(self, future: Future[Answer], chunk: _Chunk, first: int, stop: int, pending: Any) -> None:
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

        table = run_table(self.plan, chunk.numbers, chunk.outcomes, chunk.failures)
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

    def _written(self, write: Future[Kept]) -> None:
        write.result()

    def _months(self, chunk: _Chunk) -> pa.Table:
        import pyarrow as pa

        longest = max((part.shape[1] for part in chunk.parts.values()), default=0)
        series = np.zeros((len(chunk.numbers), longest), SERIES_ROW)
        series["phase"] = np.nan
        for first, part in chunk.parts.items():
            series[first : first + len(part), : part.shape[1]] = part
        series["phase"][list(chunk.failures)] = np.nan
        table = series_table(self.plan, chunk.numbers, series)
        if chunk.former is None:
            return table
        former = self.store.read(self.store.months[chunk.chunk])
        table = pa.concat_tables([former, table]).unify_dictionaries()
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
