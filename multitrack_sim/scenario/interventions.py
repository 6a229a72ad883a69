"""Interventions: changes in later months, read, checked against one another, and counted."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping, Sequence
from typing import Any

from ..errors import SettingError, printable
from ..schema.parameters import PARAMETERS
from .read_only import ReadOnly
from .settings import Names, Setting, checked_value, find_setting, key_tables, keys_meant
from .start_values import StartValues
from .toml_text import KeyPath
from .validation import MOST_PROBLEMS, Reading, allowed, other_models

__all__ = ["cells_changed", "changed_setting", "clashes", "read_interventions", "verb_of"]

VERBS = {"set": "to", "scale": "by", "shift": "by", "add": None, "remove": None}  # what each says besides
MOST_INTERVENTIONS = 1000
MOST_CHANGED_CELLS = 250_000  # that interventions may change in all: each is looked at every month of every run
Change = Mapping[str, Any]


def verb_of(change: Change) -> str:
    """What an intervention does: set, scale, shift, add or remove."""
    return next(verb for verb in VERBS if change[verb] is not None)


def changed_setting(names: Names, change: Change) -> Setting:
    """What an intervention changes: of an added or removed row, whether it is active."""
    verb = verb_of(change)
    name = change[verb]
    return find_setting(names, f"{name}.active" if verb in ("add", "remove") else name, shocks=True)


def read_interventions(reading: Reading, given: Sequence[Any], names: Names, months: float) -> list[ReadOnly]:
    """The interventions that are well made, their settings by full names."""
    made: list[ReadOnly] = []
    if len(given) > MOST_INTERVENTIONS:
        found = f"found more than {MOST_INTERVENTIONS:,}"
        if not reading.count:  # a file has said so already
            reading.refuse(("interventions",), found, f"up to {MOST_INTERVENTIONS:,}")
        return made
    for at, one in enumerate(given):
        path, before = ("interventions", at), reading.count
        if reading.count > MOST_PROBLEMS:  # nobody will read more, and nearest names take a while
            return made
        written = {k: v for k, v in one.items() if v is not None} if isinstance(one, Mapping) else one
        row = reading.model(other_models()["interventions"], written, path)
        if row is None:
            continue
        if row["month"] >= months:
            reading.refuse((*path, "month"), f"found {row['month']}", f"0 to {months - 1:g}, within run.months")
        if row["until"] is not None and row["until"] <= row["month"]:
            reading.refuse((*path, "until"), f"found {row['until']}", f"a month after {row['month']}")
        said = {key for key in (*VERBS, "to", "by") if row[key] is not None}
        if any(said == {verb, amount} - {None} for verb, amount in VERBS.items()):
            _read_change(reading, row, path, names)
        else:
            found = " and ".join(sorted(said)) or "nothing to do"
            few = "set (a setting) with to (a value), scale or shift with by (a number), add or remove (a row)"
            reading.refuse(path, f"found {found}", few)
        if reading.count == before:
            made.append(ReadOnly(row))
    return made


def _read_change(reading: Reading, row: dict[str, Any], path: KeyPath, names: Names) -> None:
    verb = verb_of(row)
    try:
        setting = changed_setting(names, row)
    except SettingError as wrong:
        (problem,) = wrong.problems
        reading.refuse((*path, verb), f"no such setting: {problem.where}", problem.allowed, problem.hint)
        return
    row[verb] = setting.name.removesuffix(".active") if verb in ("add", "remove") else setting.name
    if setting.table == "parameters" and PARAMETERS[setting.name].structural:
        reading.refuse((*path, verb), f"{setting.name} shapes the tables", "what can change during a run")
    elif verb in ("scale", "shift") and (setting.column.choices or setting.column.refers):
        reading.refuse((*path, verb), f"{printable(setting.name)} is not a number", "set and to")
    elif verb == "set":
        try:
            row["to"] = checked_value(names, setting, row["to"])
        except SettingError as wrong:
            (problem,) = wrong.problems
            reading.refuse((*path, "to"), problem.found, problem.allowed, problem.hint)


def clashes(interventions: Sequence[Change], start: StartValues) -> list[tuple[KeyPath, str, str]]:
    """Interventions that do not fit the run or one another."""
    names, months = start.names, start.parameter("run.months")
    changed = [changed_setting(names, one) for one in interventions]
    if (count := cells_changed(interventions, start)) > MOST_CHANGED_CELLS:
        return [(("interventions",), f"they change {count:,} cells", f"up to {MOST_CHANGED_CELLS:,} in all")]
    found: list[tuple[KeyPath, str, str]] = []
    values: dict[Any, Any] = {}
    last: dict[Any, tuple[int, int]] = {}  # of each cell: month and end of the change before
    for at, one in sorted(enumerate(interventions), key=lambda pair: pair[1]["month"]):
        path: KeyPath = ("interventions", at)
        month, verb, setting = one["month"], verb_of(one), changed[at]
        if month >= months:
            found.append(((*path, "month"), f"found {month}", f"0 to {months - 1}, within run.months"))
        column, ends = setting.column, one["until"] or month
        known = column.given or setting.table == "dyads"
        fixed = {"set": one["to"], "add": 1, "remove": 0}.get(verb)
        for keys in keys_meant(names, setting):
            if len(found) > MOST_PROBLEMS:
                return found
            cell, after = (setting.table, column.name, keys), fixed
            if cell in last and (month == last[cell][0] or month < last[cell][1]):
                name = dataclasses.replace(setting, keys=keys).name
                taken = f"another intervention changes {printable(name)} at that time"
                found.append((path, taken, "one after the other"))
            last[cell] = (month, ends)
            before = (values[cell] if cell in values else start.value(*cell)) if known else None
            if before is not None and verb in ("scale", "shift"):
                after = before * one["by"] if verb == "scale" else before + one["by"]
                if not column.low <= after <= column.high:
                    how = "times" if verb == "scale" else "plus"
                    found.append(((*path, "by"), f"{before:g} {how} {one['by']:g} is {after:g}", allowed(column)))
            values[cell] = before if one["until"] else after
    return found


def cells_changed(interventions: Sequence[Change], start: StartValues) -> int:
    """How many cells interventions change, or a few more, counted and not listed (a party's communities: by its share)."""
    if not interventions:
        return 0
    names = start.names
    changed = [changed_setting(names, one) for one in interventions]
    communities = start.parameter("society.communities")
    population = {row["name"]: row["population"] for row in start.rows["governments"]}
    total, count = math.fsum(population.values()) or 1.0, 0
    for setting in changed:
        if setting.table == "communities":
            here = [communities if key == "*" else communities * population[key] / total for key in setting.keys]
        else:
            here = [len(names[t]) if key == "*" else 1 for t, key in zip(key_tables(setting.table), setting.keys)]
        count += math.ceil(math.prod(here)) + (setting.table == "communities")  # the largest remainder
    return count
