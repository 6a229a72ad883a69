"""What a page must know of a scenario to run it: one dict that JSON can hold. The page knows no column by heart.

Rows of `interventions` are left over in the page's worlds, so that a change "from month m" can be made there; they happen
in no month until one is. Everything else lies as in the worlds that Python runs, and gives the same bits.
"""

from __future__ import annotations

import base64
import dataclasses
import gzip
import math
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from ..analysis.run_tables import MAIN_OUTCOMES
from ..engine.sources import model_version
from ..errors import MultitrackError, printable
from ..scenario.interventions import verb_of
from ..scenario.layout import changes_row_by_row, lay_out
from ..scenario.scenario import Scenario
from ..scenario.settings import Setting, key_tables, keys_meant
from ..scenario.start_values import saliences
from ..scenario.validation import IN_A_FILE, parameter_column, row_columns
from ..schema import categories
from ..schema.events import Event
from ..schema.outcomes import OUTCOME_ROW, OUTCOMES, SERIES, SERIES_ROW, Outcome
from ..schema.parameters import PARAMETERS, SECTIONS
from ..schema.tables import MOST_EVENTS, TABLES, Column
from ..schema.world import World, cell, empty_world, sizes
from ..single_run.event_log import HOW

__all__ = ["SPARE", "kind_of", "packed", "page_world", "spare_world", "unpacked", "variant_world"]

SPARE = 64  # rows of interventions that a page may fill
NO_MONTH = -1
MOST_CELLS = 20_000  # in which a variant may differ
DERIVED = {
    ("stakes", "salience"): "salience",
    ("issues", "weight"): "weight",
}  # settings whose cells follow from others


def packed(content: bytes) -> str:
    """Bytes as a text that a page can hold; the same bytes give the same text.

    >>> unpacked(packed(b"peace"))
    b'peace'
    """
    return base64.b64encode(gzip.compress(content, 9, mtime=0)).decode()


def unpacked(text: str) -> bytes:
    """What `packed` was given."""
    return gzip.decompress(base64.b64decode(text))


def spare_world(world: World, spare: int) -> World:
    """The same template with rows of interventions left over, which happen in no month."""
    rows = sizes(world)
    wider: Any = empty_world(rows | {"interventions": rows["interventions"] + spare})
    for name in TABLES:
        table, given = getattr(wider, name), getattr(world, name)
        for column in TABLES[name].columns:
            table[column.name][: len(given)] = given[column.name]
    wider.interventions["month"][rows["interventions"] :] = NO_MONTH
    return wider  # type: ignore[no-any-return]


def page_world(scenario: Scenario, spare: int = SPARE) -> dict[str, Any]:
    """All that a page must know of a scenario. Addresses of cells count words of eight bytes, offsets bytes.

    `settings` are what a page may move: each belongs `of` a column of `columns`, has a `cell`, the `value` it starts with (none
    where each world draws it), and may be one from which other cells follow (`derives`). `interventions` has the
    scenario's own changes in later months and how many rows are left for more. `needs` is what cannot be seen in one
    setting alone. The rest is as it is declared: tables, outcomes, series, events, categories.

    >>> from multitrack_sim.scenario import scenario_from_codes
    >>> known = page_world(scenario_from_codes({}))
    >>> known["months"], [s["value"] for s in known["settings"] if s["name"] == "track_two.funds"]
    (120, [0.5])
    """
    if not 0 <= spare <= 10_000:
        raise MultitrackError(f"spare={printable(spare)}; allowed: 0 to 10000 rows of interventions left over")
    layout = lay_out(scenario)
    world = spare_world(layout.world, spare)
    columns, settings = _settings(scenario, world)
    return {
        "model": model_version(),
        "title": scenario.title,
        "summary": scenario.summary,
        "month_zero": scenario.month_zero,
        "months": int(scenario.value("run.months")),
        "words": len(world.words),
        "template": packed(np.asarray(world.words).tobytes()),
        "tables": _tables(world),
        "names": {table: list(rows) for table, rows in scenario.names.items()},
        "sections": dict(SECTIONS),
        "columns": columns,
        "settings": settings,
        "saliences": _saliences(scenario, world),
        "interventions": {"own": _own_changes(scenario, world), "spare": spare, "how": dict(HOW)},
        "needs": _needs(scenario, world),
        "outcomes": [_outcome(one, OUTCOME_ROW) | {"main": one.name in MAIN_OUTCOMES} for one in OUTCOMES.values()],
        "series": [_outcome(one, SERIES_ROW) for one in SERIES.values()],
        "outcome_bytes": OUTCOME_ROW.itemsize,
        "series_bytes": SERIES_ROW.itemsize,
        "events": [_event(one) for one in Event],
        "most_events": MOST_EVENTS,
        "categories": {name: list(kind.words()) for name, kind in _categories()},
    }


def variant_world(scenario: Scenario, variant: Scenario, spare: int = SPARE) -> dict[str, Any]:
    """What a page must know of a variant beside the world of its scenario: the cells in which its worlds differ, the two halves
    of what each holds, and its own changes in later months. MultitrackError where its tables have other rows.

    >>> from multitrack_sim.scenario import scenario_from_codes
    >>> base = scenario_from_codes({})
    >>> len(variant_world(base, base.with_settings({"track_two.budget": 0}))["cells"])
    1
    """
    base, laid = spare_world(lay_out(scenario).world, spare), lay_out(variant).world
    left = sizes(base)["interventions"] - sizes(laid)["interventions"]
    world = spare_world(laid, left) if left >= 0 else laid
    if scenario.names != variant.names or sizes(world) != sizes(base):
        raise MultitrackError(
            "it changes how many there are of something, and the page has room for as many as there are"
        )
    cells = np.flatnonzero(np.asarray(world.wholes) != np.asarray(base.wholes))
    if len(cells) > MOST_CELLS:
        raise MultitrackError(f"it changes more than {MOST_CELLS:,} cells")
    bits = np.ascontiguousarray(np.asarray(world.wholes)[cells]).view(np.uint32)
    made = {"cells": cells.tolist(), "bits": bits.tolist(), "own": _own_changes(variant, world)}
    saliences = _saliences(variant, world)
    return made | ({} if saliences == _saliences(scenario, base) else {"saliences": saliences})


def _limit(value: float) -> float | None:
    """A limit of what a column may hold; none where it is infinite, which JSON cannot say."""
    return float(value) if math.isfinite(value) else None


def _tables(world: World) -> list[dict[str, Any]]:
    """Where each table lies, in bytes, and its columns."""
    made, offset = [], 0
    for name, table in TABLES.items():
        rows = len(getattr(world, name))
        columns = [
            {
                "name": c.name,
                "meaning": c.meaning,
                "unit": c.unit,
                "whole": c.whole,
                "words": list(c.choices),
                "refers": c.refers,
                "low": _limit(c.low),
                "high": _limit(c.high),
            }
            for c in table.columns
        ]
        made.append(
            {
                "name": name,
                "meaning": table.meaning,
                "offset": offset,
                "rows": rows,
                "by_column": table.by_column,
                "columns": columns,
            }
        )
        offset += 8 * rows * len(columns)
    return made


def _movable(scenario: Scenario) -> Iterator[Setting]:
    """Every setting that a page may move: what the tables' sizes do not depend on."""
    for name, p in PARAMETERS.items():
        if not p.structural or name == "run.months":
            yield Setting("parameters", (), parameter_column(name))
    for table in IN_A_FILE:
        every = tuple("*" for _ in key_tables(table))
        for column in row_columns(table).values():
            if not column.shapes or (table, column.name) in DERIVED:
                for keys in keys_meant(scenario.names, Setting(table, every, column)):
                    yield Setting(table, keys, column)


def _settings(scenario: Scenario, world: World) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """The columns that a page may write to, and the settings: which cell of which column each is."""
    columns: dict[tuple[str, str], int] = {}
    described: list[dict[str, Any]] = []
    settings: list[dict[str, Any]] = []
    start = scenario.start
    row_of = {table: {name: row for row, name in enumerate(rows)} for table, rows in scenario.names.items()}
    for setting in _movable(scenario):
        key = setting.table, setting.column.name
        if key not in columns:
            columns[key] = len(described)
            described.append(_column(setting))
        settings.append(
            {
                "name": setting.name,
                "of": columns[key],
                "cell": _cell(world, row_of, setting),
                "value": start.value(setting.table, setting.column.name, setting.keys),
                "derives": DERIVED.get(key, ""),
            }
        )
    return described, settings


def _cell(world: World, row_of: Mapping[str, Mapping[str, int]], setting: Setting) -> int:
    """The address of a setting's cell."""
    row = 0
    if setting.table != "parameters":
        keys = [row_of[table][key] for table, key in zip(key_tables(setting.table), setting.keys)]
        row = keys[0] if len(keys) == 1 else _row_of_two(world, setting.table, *keys)
    return int(cell(world, setting.table, row, setting.column.name))


def _row_of_two(world: World, table: str, one: int, two: int) -> int:
    """The row of a relation between two rows."""
    first, second = (getattr(world, table)[column] for column in TABLES[table].relation)
    return int(np.flatnonzero((first == one) & (second == two))[0])


def _column(setting: Setting) -> dict[str, Any]:
    column = setting.column
    p = PARAMETERS[setting.name] if setting.table == "parameters" else None
    return {
        "table": setting.table,
        "column": column.name,
        "section": setting.name.partition(".")[0],
        "unit": column.unit,
        "low": _limit(column.low),
        "high": _limit(column.high),
        "sweep": [float(end) for end in p.range] if p else [_limit(column.low), _limit(column.high)],
        "meaning": column.meaning,
        "source": p.source if p else "",
        "kind": kind_of(column),
        "words": list(column.choices),
        "refers": column.refers,
        "cell_is_whole": TABLES[setting.table].column(column.name).whole,
        "may_change": not (p and p.structural),
    }


def kind_of(column: Column) -> str:
    """What a value of this column looks like to people."""
    if column.choices:
        return "word"
    if column.refers:
        return "row"
    return "yes" if column.unit == "0 or 1" else "whole" if column.whole else "number"


def _saliences(scenario: Scenario, world: World) -> dict[str, Any]:
    """What every party's attention follows from: what was written (none where nothing was), the issues' weights, and the
    cells it is written to (party by party, issue by issue).
    """
    rows = scenario.rows
    parties, issues = len(rows["governments"]), len(rows["issues"])
    written = [row["salience"] for row in rows["stakes"]]
    cells = cell(world, "stakes", np.arange(parties * issues), "salience").tolist()
    return {
        "parties": list(saliences(rows)),
        "written": [written[at * issues : (at + 1) * issues] for at in range(parties)],
        "weights": [row["weight"] for row in rows["issues"]],
        "cells": [cells[at * issues : (at + 1) * issues] for at in range(parties)],
    }


def _own_changes(scenario: Scenario, world: World) -> list[dict[str, Any]]:
    """The scenario's own interventions, in order, each with the cells that it changes."""
    made: list[dict[str, Any]] = []
    rows = changes_row_by_row(scenario, world.communities["party"])
    last: Any = None
    for row, (change, setting) in enumerate(rows):
        laid = world.interventions[row]
        if change is not last:
            last, verb = change, verb_of(change)
            what = change[verb] if verb in ("add", "remove") else change[verb]
            told = HOW[verb].format(what, change["to"] if verb == "set" else change["by"])
            made.append(
                {name: int(laid[name]) for name in ("month", "until", "kind", "cell_is_whole")}
                | {"value": float(laid["value"]), "low": _limit(laid["low"]), "high": _limit(laid["high"])}
                | {"cells": [], "told": change.get("why") or told, "name": setting.name}
            )
        made[-1]["cells"].append(int(laid["cell"]))
    return made


def _needs(scenario: Scenario, world: World) -> list[dict[str, Any]]:
    """What cannot be seen in one setting alone: of these rows, in at least so many all the cells are above 0."""
    needs = (
        (2, "governments", ("active", "required"), "at least two parties are both active and required for an accord"),
        (1, "issues", ("active",), "at least one issue is active"),
        (1, "issues", ("weight",), "at least one issue has a weight above 0"),
    )
    return [
        {
            "least": least,
            "told": told,
            "rows": [
                [int(cell(world, table, row, column)) for column in columns] for row in range(len(scenario.rows[table]))
            ],
        }
        for least, table, columns, told in needs
    ]


def _outcome(outcome: Outcome, row: np.dtype) -> dict[str, Any]:
    fields: Any = row.fields
    return {
        "name": outcome.name,
        "label": outcome.meaning,
        "unit": outcome.unit,
        "missing": outcome.missing,
        "official": outcome.official,
        "values": list(outcome.values),
        "event": outcome.event,
        "binary": outcome.binary,
        "offset": int(fields[outcome.name][1]),
    }


def _event(event: Event) -> dict[str, Any]:
    """All that is declared of a kind of event but what decides it."""
    facts = {
        field.name: getattr(event.facts, field.name)
        for field in dataclasses.fields(event.facts)
        if isinstance(getattr(event.facts, field.name), str | int | float)
    }
    return {"code": int(event), "name": event.name, **facts, "leads_to": [int(kind) for kind in event.follows]}


def _categories() -> Iterator[tuple[str, type[categories.Category]]]:
    for name in categories.__all__:
        kind = getattr(categories, name)
        if kind is not categories.Category:
            yield name, kind
