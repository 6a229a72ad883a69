"""One run made again, and made again without one of its events: all other chance stays the same.

Every draw has an address, so a run can be taken up at a snapshot of any month and goes on exactly as before. An event
is taken out by changing the one draw that decided it, in its own month; from there on the model runs as it is.
"""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..agents import AGENTS
from ..engine.random import chance
from ..engine.resources import available_cores
from ..errors import MultitrackError, printable
from ..model import PeaceProcess
from ..process.month import SCHEDULE, run_months
from ..schema.draws import Draw
from ..schema.event import Undoing
from ..schema.events import Event
from ..schema.world import differing_cells, same
from .event_log import Happening, changes_by_row

__all__ = ["Candidate", "Effort", "Rerun", "candidates", "chosen", "order_of_kinds"]

MOST_REPLAYS = 100
MOST_WITH_AGENTS = 6  # months that run through agents take many times longer

# A suspended round that broke down was given up: another draw decided it than in talks.
_GIVEN_UP = Undoing("track_one", Draw.RESUMPTION)


@dataclass(frozen=True)
class Effort:
    """How much may be tried: so many replays, so many seconds, on so many threads; `progress(done, total)` is told of it,
    and when `stop()` says so no more replays are begun.
    """

    replays: int | None = None
    seconds: float | None = None
    threads: int | None = None
    progress: Callable[[int, int], None] | None = None
    stop: Callable[[], bool] | None = None

    def __post_init__(self) -> None:
        for name, least in (("replays", 0), ("threads", 1)):
            value = getattr(self, name)
            whole = isinstance(value, int | np.integer) and not isinstance(value, bool)
            if value is not None and not (whole and value >= least):
                raise MultitrackError(f"{name}={printable(value)}; allowed: whole numbers from {least}, or None")
        number = isinstance(self.seconds, int | float) and not isinstance(self.seconds, bool)
        if self.seconds is not None and not (number and self.seconds >= 0):
            raise MultitrackError(f"seconds={printable(self.seconds)}; allowed: numbers from 0, or None for no limit")

    def most(self, own_agents: bool) -> int:
        """How many replays there may be."""
        return (MOST_WITH_AGENTS if own_agents else MOST_REPLAYS) if self.replays is None else int(self.replays)

    def clock(self) -> Callable[[], bool]:
        """What says, from now on, whether no more may be begun."""
        ends = None if self.seconds is None else time.monotonic() + self.seconds
        return lambda: (ends is not None and time.monotonic() >= ends) or (self.stop is not None and self.stop())


@dataclass(frozen=True)
class Altered:
    """Draws with this address come out as `draw`; None stands for any id, and for no second purpose."""

    phase: str
    purpose: int
    id: int | None
    partner: int | None
    draw: float
    also: int | None = None

    def __call__(self, key: int, purpose: int, month: int, id: int, partner: int) -> float:
        mine = purpose in (self.purpose, self.also) and self.id in (None, id) and self.partner in (None, partner)
        return self.draw if mine else chance(key, purpose, month, id, partner)


@dataclass(frozen=True)
class Candidate:
    """An event that can be taken out: by a draw, or by cancelling rows of the interventions."""

    happening: Happening
    altered: Altered | None = None
    cancelled: tuple[int, ...] = ()


# ---- which events are taken out --------------------------------------------------------------------------------------
def candidates(model: PeaceProcess, log: Sequence[Happening], until: int) -> list[Candidate]:
    """Every event up to this month that can be taken out. What one draw decided is one candidate."""
    found: dict[Any, Candidate] = {}
    host = -1
    changes = changes_by_row(model) if any(one.kind == Event.INTERVENED for one in log) else []
    for one in log:
        if one.kind == Event.WORKSHOP_HELD:
            host = one.who
        if one.month > until:
            break
        if one.kind == Event.WORKSHOP_HELD and not one.amount:
            continue  # nobody came anyway
        if one.kind == Event.INTERVENED:
            rows = tuple(row for row, change in enumerate(changes) if change == changes[one.who])
            found.setdefault((one.month, rows), Candidate(one, cancelled=rows))
        elif Event(one.kind).undoing:
            how = (
                _GIVEN_UP
                if one.kind == Event.TALKS_BROKE_DOWN and one.phase == "suspended"
                else Event(one.kind).undoing
            )
            address = (_row_id(model, how.id, one, host), _row_id(model, how.partner, one, host))
            found.setdefault(
                (one.month, how, address), Candidate(one, Altered(how.phase, how.purpose, *address, how.draw, how.also))
            )
    return list(found.values())


def _row_id(model: PeaceProcess, which: str, one: Happening, host: int) -> int | None:
    """The permanent id in the address of a draw: rows know it."""
    if which in ("", "any"):
        return None if which else 0
    if which == "provision":
        owed = model.tables.provisions
        return int(owed["id"][(owed["party"] == one.who) & (owed["issue"] == one.whom)][0])
    table, row = {
        "who": (one.event.who, one.who),
        "whom": (one.event.whom, one.whom),
        "host": ("ngos", host),
    }[which]
    return int(getattr(model.tables, table)["id"][row])


def order_of_kinds() -> list[Event]:
    """Kinds of events that can be taken out: changes from outside first, and workshops last, since what happened at a
    workshop says more exactly what it was that counted.
    """
    kinds = [kind for kind in Event if kind.undoing and kind is not Event.WORKSHOP_HELD]
    return [Event.INTERVENED, *kinds, Event.WORKSHOP_HELD]


def chosen(found: Sequence[Candidate], outcome_month: int, most: int) -> list[Candidate]:
    """The most promising candidates: from every kind in turn, first what something is known to have come of, then what
    lay nearest before the outcome.
    """
    kinds: dict[int, list[Candidate]] = defaultdict(list)
    for one in found:
        kinds[one.happening.kind].append(one)
    order = [kind for kind in order_of_kinds() if kind in kinds]
    for kind in order:
        kinds[kind].sort(key=lambda c: (c.happening.followed is None, abs(outcome_month - c.happening.month)))
    picked: list[Candidate] = []
    while order and len(picked) < most:
        order = [kind for kind in order if kinds[kind]]
        picked += [kinds[kind].pop(0) for kind in order][: most - len(picked)]
    return picked


# ---- the run again ---------------------------------------------------------------------------------------------------
class Rerun:
    """The run from its start on a bench of its own, with snapshots; `exact` says whether it is the same, bit for bit.

    The model it repeats is only read. `watch(bench)` is called at the start and after every month.
    """

    def __init__(self, model: PeaceProcess, months: Iterable[int], watch: Callable[[PeaceProcess], None]):
        self.agents = {base: type(model.handles[base.table][0]) for base in AGENTS if model.handles[base.table]}
        self.own_agents = any(kind is not base for base, kind in self.agents.items())
        self.bench = self._new_bench(model)
        self.until = model.month
        self.snapshots: dict[int, np.ndarray] = {}
        wanted = {0, *months}
        watch(self.bench)
        while self.bench.month < self.until:
            if self.bench.month in wanted:
                self.snapshots[self.bench.month] = self.bench.snapshot()
            self.bench.step()
            watch(self.bench)
        self.exact = same(self.bench.tables, model.tables)
        self.differs = [] if self.exact else differing_cells(self.bench.tables, model.tables)
        if self.exact and self.own_agents and self.until:
            self.exact = self._goes_on_as_before(model)

    def _new_bench(self, model: PeaceProcess) -> PeaceProcess:
        """A model like the one given, at its start."""
        return PeaceProcess(model.conflict, seed=model.key, agents=self.agents, settings=model._settings, collect=False)

    def _goes_on_as_before(self, model: PeaceProcess) -> bool:
        """Whether a snapshot holds all there is: agents of one's own may remember things beside their rows."""
        self.go_to(0)
        self._go_on_to(self.bench, self.until)
        return same(self.bench.tables, model.tables)

    def go_to(self, month: int, bench: PeaceProcess | None = None) -> PeaceProcess:
        """The bench (or another) at the start of this month."""
        bench = bench or self.bench
        bench.restore(self.snapshots[max(at for at in self.snapshots if at <= month)])
        self._go_on_to(bench, month)
        return bench

    def without(self, one: Candidate, bench: PeaceProcess | None = None) -> dict[str, Any] | None:
        """The outcomes of the run without this event; None if it happened all the same."""
        bench = self.go_to(one.happening.month, bench)
        for row in one.cancelled:
            bench.tables.interventions["month"][row] = bench.tables.interventions["until"][row] = -1
        for phase in SCHEDULE:
            bench.pass_phase(phase, one.altered if one.altered and phase == one.altered.phase else None)
        if _happened(bench, one.happening):
            return None
        self._go_on_to(bench, self.until)
        return bench.outcomes()

    def without_each(self, tried: Sequence[Candidate], effort: Effort) -> list[dict[str, Any] | None]:
        """`without` for one after the other, as far as the effort goes: what is given back may be shorter.

        Compiled months hold no lock, so that threads, each with a bench of its own, share the work. Agents of one's own
        may share what they like: they run on this thread.
        """
        is_over = effort.clock()
        found: dict[int, dict[str, Any] | None] = {}
        for at, other in self._each(tried, is_over, self._threads(effort, len(tried))):
            found[at] = other
            if effort.progress is not None:
                effort.progress(len(found), len(tried))
        return [found[at] for at in sorted(found)]

    def _threads(self, effort: Effort, count: int) -> int:
        return 1 if self.own_agents else max(1, min(effort.threads or available_cores(), count))

    def _each(
        self, tried: Sequence[Candidate], is_over: Callable[[], bool], threads: int
    ) -> Iterator[tuple[int, dict[str, Any] | None]]:
        """Number and outcomes of every replay as it is done. They are begun in order, so what is left out is the end."""
        if threads == 1:
            for at, one in enumerate(tried):
                if is_over():
                    return
                yield at, self.without(one)
            return
        free = [self.bench, *(self._new_bench(self.bench) for _ in range(threads - 1))]
        running: dict[Future[dict[str, Any] | None], tuple[int, PeaceProcess]] = {}
        waiting = enumerate(tried)
        with ThreadPoolExecutor(threads) as pool:
            while True:
                while free and not is_over() and (following := next(waiting, None)) is not None:
                    bench = free.pop()
                    running[pool.submit(self.without, following[1], bench)] = following[0], bench
                if not running:
                    return
                for done in wait(running, return_when=FIRST_COMPLETED).done:
                    at, bench = running.pop(done)
                    free.append(bench)
                    yield at, done.result()

    def _go_on_to(self, bench: PeaceProcess, month: int) -> None:
        if not self.own_agents:
            run_months(bench.tables, bench.month, month)
        while bench.month < month:
            bench.step()


def _happened(bench: PeaceProcess, one: Happening) -> bool:
    """Whether the log of a bench has this event too."""
    events = bench.tables.events
    kept = events[: min(int(bench.tables.tally["events"][0]), len(events))]
    return (one.month, one.kind, one.who, one.whom, one.amount) in kept[kept["month"] == one.month].tolist()
