"""What a page needs to tell a run: the sentences of events as data, and the log of a run. `page/chronicle.js` reads both."""

from __future__ import annotations

from typing import Any

from ..model import PeaceProcess
from ..reports.filling import UNITS
from ..reports.words import COUNTS, LISTED, MONTHS, NUMBERED
from ..schema.events import Event
from ..single_run import chronicle
from ..single_run.event_log import row_name

__all__ = ["run_as_data", "words_as_data"]


def words_as_data() -> dict[str, Any]:
    """All words of a chronicle, ready for JSON: kinds of events in the order of their numbers, chapters, months, counts.

    >>> words = words_as_data()
    >>> words["events"][Event.ATTACKED]["told"], words["chapters"]["talks"]
    ('{who} attacked', 'Official talks')
    """
    return {
        "events": [_kind(event) for event in Event],
        "chapters": {phase.word: title for phase, title in chronicle.CHAPTERS.items()},
        "no_talks": chronicle.NO_TALKS,
        "in_force": chronicle.IN_FORCE,
        "around": chronicle.WORDS,
        "months": list(MONTHS),
        "numbered": NUMBERED,
        "counts": list(COUNTS),
        "listed": LISTED,
        "units": {unit: list(names) for unit, names in UNITS.items()},
        "kinds": {name: int(Event[name]) for name in _TOLD_APART},
        "quiet": sorted(int(event) for event in chronicle.QUIET),
        "few": list(chronicle.FEW),
        "most_lines": chronicle.MOST_LINES,
        "width": chronicle.WIDTH,
        "at_either_end": chronicle.AT_EITHER_END,
    }


# Kinds that say whether an agreement is in force.
_TOLD_APART = ("ACCORD_SIGNED", "ACCORD_RATIFIED", "PART_SIGNED", "VOTE_FAILED", "ACCORD_COLLAPSED")


def _kind(event: Event) -> dict[str, Any]:
    told = event.told
    return {
        "word": event.word,
        "who": event.who,
        "whom": event.whom,
        "told": told if isinstance(told, str) else [[dict(conditions), text] for conditions, text in told],
        "had": event.had,
        "many": event.many,
        "opens": event.opens,
        "leads_to": [int(kind) for kind in event.follows],
        "within": event.within,
        "same": event.same,
        "line_for": event.line_for,
    }


def run_as_data(model: PeaceProcess) -> dict[str, Any]:
    """The log of a run so far, ready for JSON; names are text that can be shown."""
    events = model.tables.events
    kept = events[: min(int(model.tables.tally["events"][0]), len(events))]
    sizes = {table: len(names) for table, names in model.names.items()}
    sizes["interventions"] = max((int(row["who"]) + 1 for row in kept if row["kind"] == Event.INTERVENED), default=0)
    tables = {table for event in Event for table in (event.who, event.whom) if table}
    return {
        "month": model.month,
        "month_zero": model.conflict.month_zero or "",
        "durable_months": int(model.tables.parameters["accord_durable_months"][0]),
        "names": {
            table: [chronicle.IN_TEXT(row_name(model, table, row)) for row in range(sizes.get(table, 0))]
            for table in sorted(tables)
        },
        "events": [list(row) for row in kept.tolist()],
    }
