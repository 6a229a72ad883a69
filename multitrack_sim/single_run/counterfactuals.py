"""One run made again, and made again without one of its events: all other chance stays the same.

Every draw has an address, so a run can be taken up at a snapshot of any month and goes on exactly as before. An event
is taken out by changing the one draw that decided it, in its own month; from there on the model runs as it is.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..agents import AGENTS
from ..engine.random import chance
from ..model import PeaceProcess
from ..process.month import SCHEDULE, run_months
from ..schema.draws import Draw
from ..schema.events import Event, Undoing
from ..schema.world import differing_cells, same
from .event_log import Happening, changes_by_row

__all__ = ["Candidate", "Rerun", "candidates", "chosen"]

MOST_WHAT_IFS = 100
MOST_WITH_AGENTS = 6  # months that run through agents take many times longer

# A suspended round that broke down was given up: another draw decided it than in talks.
_GIVEN_UP = Undoing("track_one", Draw.RESUMPTION)


@dataclass(frozen=True)
class Altered:
    """Draws with this address come out as `draw`; None stands for any id."""

    phase: str
    purpose: int
    id: int | None
    partner: int | None
    draw: float

    def __call__(self, key: int, purpose: int, month: int, id: int, partner: int) -> float:
        mine = purpose == self.purpose and self.id in (None, id) and self.partner in (None, partner)
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
                (one.month, how, address), Candidate(one, Altered(how.phase, how.purpose, *address, how.draw))
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


def chosen(found: Sequence[Candidate], outcome_month: int, most: int) -> list[Candidate]:
    """The most promising candidates: from every kind in turn, first what something is known to have come of, then what
    lay nearest before the outcome.
    """
    kinds: dict[int, list[Candidate]] = defaultdict(list)
    for one in found:
        kinds[one.happening.kind].append(one)
    order = [kind for kind in (Event.INTERVENED, *(kind for kind in Event if kind.undoing)) if kind in kinds]
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
        agents = {base: type(model.handles[base.table][0]) for base in AGENTS if model.handles[base.table]}
        self.own_agents = any(kind is not base for base, kind in agents.items())
        self.bench = PeaceProcess(
            model.conflict, seed=model.key, agents=agents, settings=model._settings, collect=False
        )
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

    def _goes_on_as_before(self, model: PeaceProcess) -> bool:
        """Whether a snapshot holds all there is: agents of one's own may remember things beside their rows."""
        self.go_to(0)
        self._go_on_to(self.until)
        return same(self.bench.tables, model.tables)

    def go_to(self, month: int) -> PeaceProcess:
        """The bench at the start of this month."""
        self.bench.restore(self.snapshots[max(at for at in self.snapshots if at <= month)])
        self._go_on_to(month)
        return self.bench

    def without(self, one: Candidate) -> dict[str, Any] | None:
        """The outcomes of the run without this event; None if it happened all the same."""
        bench = self.go_to(one.happening.month)
        for row in one.cancelled:
            bench.tables.interventions["month"][row] = bench.tables.interventions["until"][row] = -1
        for phase in SCHEDULE:
            bench.pass_phase(phase, one.altered if one.altered and phase == one.altered.phase else None)
        if self._happened(one.happening):
            return None
        self._go_on_to(self.until)
        return bench.outcomes()

    def _go_on_to(self, month: int) -> None:
        if not self.own_agents:
            run_months(self.bench.tables, self.bench.month, month)
        while self.bench.month < month:
            self.bench.step()

    def _happened(self, one: Happening) -> bool:
        events = self.bench.tables.events
        kept = events[: min(int(self.bench.tables.tally["events"][0]), len(events))]
        return (one.month, one.kind, one.who, one.whom, one.amount) in kept[kept["month"] == one.month].tolist()
