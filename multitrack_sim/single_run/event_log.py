"""The event log of a run as a table: who did what to whom, by how much, in which phase, and what came of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from ..errors import MultitrackError
from ..model import PeaceProcess
from ..reports.filling import fill
from ..reports.words import month_name, month_named
from ..scenario.interventions import verb_of
from ..scenario.layout import changes_row_by_row
from ..schema.events import Event

if TYPE_CHECKING:
    import pandas as pd

__all__ = [
    "Happening",
    "changes_by_row",
    "check_model",
    "event_log",
    "facts_of",
    "happenings",
    "is_cut_off",
    "once_each",
    "phrase",
    "row_name",
    "when",
]


@dataclass(frozen=True)
class Happening:
    """One line of the log: `who` and `whom` are rows, `phase` is where the process stood, `opens` the phase that begins
    with it, `in_force` whether an agreement was then in force, `before` whether one was already; `followed` is another
    line.
    """

    month: int
    kind: int
    who: int
    whom: int
    amount: float
    phase: str = ""
    followed: Happening | None = None
    opens: str = ""
    in_force: bool = False
    before: bool = False

    @property
    def event(self) -> Event:
        return Event(self.kind)


def check_model(model: Any) -> None:
    """Refuse whatever is no model."""
    if not isinstance(model, PeaceProcess):
        made = "a PeaceProcess that has run: model = mt.PeaceProcess(scenario, seed=1); model.run()"
        raise MultitrackError(f"model is a {type(model).__name__}; allowed: {made}")


def event_log(model: PeaceProcess) -> pd.DataFrame:
    """Every event of a run so far, in order: one row each.

    Columns: `month` (counted from 0), `date` ("1997-03"; empty if the scenario names no first month), `event`, `who` and
    `whom` (names, empty where there is nobody), `amount` (missing where an event of this kind has none) with `meaning`
    and `unit`, `phase` (where the process stood before), `followed` (what came of it, empty if nothing is known). A run
    with more events than the log holds has only the first so many. MultitrackError if `model` is no PeaceProcess.

    >>> import multitrack_sim as mt
    >>> model = mt.PeaceProcess(mt.scenario_from_codes({"spoilers": 4}).with_settings({"run.months": 24}), seed=1)
    >>> _ = model.run()
    >>> mt.event_log(model).query("event == 'attack'")[["month", "who", "followed"]].columns.tolist()
    ['month', 'who', 'followed']
    """
    import pandas as pd

    check_model(model)
    zero = model.conflict.month_zero
    columns = ["month", "date", "event", "who", "whom", "amount", "meaning", "unit", "phase", "followed"]
    rows = [
        (
            one.month,
            _iso_month(zero, one.month),
            one.event.word,
            row_name(model, one.event.who, one.who),
            row_name(model, one.event.whom, one.whom),
            one.amount if one.event.amount else float("nan"),
            one.event.amount,
            one.event.unit,
            one.phase,
            one.followed.event.word if one.followed else "",
        )
        for one in happenings(model)
    ]
    return pd.DataFrame(rows, columns=columns).astype({"month": int, "amount": float})


def happenings(model: PeaceProcess) -> list[Happening]:
    """The log, with where the process stood and what followed each event."""
    events = model.tables.events
    kept = events[: min(int(model.tables.tally["events"][0]), len(events))]
    lines = list(_with_phases(kept.tolist(), int(model.tables.parameters["accord_durable_months"][0])))
    return [replace(one, followed=_what_followed(lines, at)) for at, one in enumerate(lines)]


def _with_phases(lines: Sequence[tuple], durable_months: int) -> Iterator[Happening]:
    """Lines of the log with where the process stood before each and what begins with it."""
    phase, since = "fighting", 0
    signed, stands_since = 0, -1  # months of the last text put to a vote, and of the oldest agreement in force
    for month, kind, who, whom, amount in lines:
        if phase == "collapsed" and month > since + 1:
            phase = "fighting"
        opens, before = Event(kind).opens, stands_since >= 0
        if kind == Event.ACCORD_SIGNED:
            signed = month
        elif kind in (Event.PART_SIGNED, Event.ACCORD_RATIFIED):
            if stands_since < 0:
                stands_since = month if kind == Event.PART_SIGNED else signed
            opens = "durable" if month - stands_since >= durable_months else opens
        elif kind == Event.VOTE_FAILED and stands_since >= 0:
            opens = "implementation"  # what was in force before stays so
        elif kind == Event.ACCORD_COLLAPSED:
            stands_since = -1
        yield Happening(month, kind, who, whom, amount, phase, opens=opens, in_force=stands_since >= 0, before=before)
        if opens:
            phase, since = opens, month


def _what_followed(lines: Sequence[Happening], at: int) -> Happening | None:
    """The first later event that is declared to come of this one."""
    one = lines[at]
    kind = Event(one.kind)
    kinds, months, same = kind.follows, kind.within, kind.same
    for later in lines[at + 1 :] if kinds else ():
        if later.month > one.month + months:
            return None
        if later.kind in kinds and (not same or getattr(later, same) == getattr(one, same)):
            return later
    return None


def is_cut_off(model: PeaceProcess) -> bool:
    """Whether more happened than the log holds."""
    return int(model.tables.tally["events"][0]) > len(model.tables.events)


def row_name(model: PeaceProcess, table: str, row: int) -> str:
    """The name of a row in the scenario, as it stands there; empty for nobody."""
    if not table or row < 0:
        return ""
    if table == "interventions":
        return _changes_named(model)[row]
    names = model.names.get(table, ())
    return names[row] if row < len(names) else f"{table} {row}"


HOW = {
    "set": "{} set to {}",
    "scale": "{} times {}",
    "shift": "{} shifted by {}",
    "add": "{} comes",
    "remove": "{} goes",
}


def _changes_named(model: PeaceProcess) -> list[str]:
    """What each row of `interventions` does, in the scenario's words: many rows may belong to one change."""
    names = []
    for change, setting in changes_row_by_row(model.conflict, model.tables.communities["party"]):
        verb = verb_of(change)
        what = change[verb] if verb in ("add", "remove") else setting.name
        names.append(change.get("why") or HOW[verb].format(what, change["to"] if verb == "set" else change["by"]))
    return names


def changes_by_row(model: PeaceProcess) -> list[int]:
    """Which of the scenario's interventions each row of `interventions` belongs to."""
    number = {id(change): at for at, change in enumerate(model.conflict.interventions)}
    rows = changes_row_by_row(model.conflict, model.tables.communities["party"])
    return [number[id(change)] for change, _ in rows]


def phrase(model: PeaceProcess, one: Happening, form: str, safe: Callable[[str], str]) -> str:
    """An event in words: `form` is "told" or "had"; `safe` makes strangers' names safe for where they are shown."""
    return fill(getattr(one.event, form), facts_of(model, one, safe))


def facts_of(model: PeaceProcess, one: Happening, safe: Callable[[str], str]) -> dict[str, Any]:
    """What stands in the places of an event's sentences."""
    who, whom = (safe(row_name(model, *end)) for end in ((one.event.who, one.who), (one.event.whom, one.whom)))
    durable = int(model.tables.parameters["accord_durable_months"][0])
    return {"who": who, "whom": whom, "number": one.amount, "in_force": int(one.before), "durable_months": durable}


def _iso_month(month_zero: str, month: int) -> str:
    if not month_name(month_zero, month):
        return ""
    year, first = map(int, month_zero.split("-")[:2])
    count = year * 12 + first - 1 + month
    return f"{count // 12:04d}-{count % 12 + 1:02d}"


def when(model: PeaceProcess, month: int) -> str:
    """The month by its name in the calendar, or by its number."""
    return month_named(model.conflict.month_zero, month, full=True)


def once_each(log: Iterable[Happening]) -> list[Happening]:
    """Every happening once: where it has a line for each who saw it (see `line_for` of its kind), the first of them.

    Lines of one happening stand together and name each of those who saw it once, in the order of their rows.
    """
    kept: list[Happening] = []
    last: Happening | None = None
    for one in log:
        if last is None or not _is_of(one, last):
            kept.append(one)
        last = one
    return kept


def _is_of(one: Happening, last: Happening) -> bool:
    """Whether a line tells of the same happening as the line before it."""
    those = one.event.line_for
    other = {"who": "whom", "whom": "who"}.get(those, "")
    return (
        bool(those)
        and (one.month, one.kind, one.amount, getattr(one, other))
        == (last.month, last.kind, last.amount, getattr(last, other))
        and getattr(one, those) > getattr(last, those)
    )
