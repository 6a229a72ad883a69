"""Scenario files: read whole, checked whole, every problem named at once with its line."""

from __future__ import annotations

import dataclasses
import re
import tomllib
from collections.abc import Callable, Mapping, Sequence
from os import PathLike
from pathlib import Path as FilePath
from typing import Any

from pydantic import TypeAdapter, ValidationError

from ..errors import Problem, ScenarioError, printable
from ..schema.parameters import PARAMETERS, SECTIONS
from ..schema.tables import NAMED, TABLES
from .interventions import MOST_INTERVENTIONS, read_interventions
from .read_only import ReadOnly
from .scenario import NEAR_ONE, Scenario, faults
from .settings import Names
from .standard import all_stakes, standard
from .toml_text import KeyPath, key_lines, key_path, overlong_key
from .user_file import LARGEST_FILE, read_text
from .validation import HEAD, IN_A_FILE, NAME, TEXT, TOP, Reading, other_models, row_model, section_model

__all__ = ["load", "loads", "parse"]

DEEPEST = 100  # tables and lists inside one another

# How many rows of a table a file may hold, where it holds any; rapport grows with the square of the academics.
FEW_TO_MOST = {
    "governments": (2, 27),
    "issues": (1, 200),
    "stakes": (0, 27 * 200),
    "dyads": (0, 27 * 26),
    "positions": (0, 2000),
    "standing": (0, 2000),
    "interventions": (0, MOST_INTERVENTIONS),
    "history": (0, 1000),
}


def load(path: str | PathLike[str]) -> Scenario:
    """The scenario in a TOML file. ScenarioError lists everything that is wrong with it, each with its line."""
    text = read_text(path, "a scenario file", "a text file in TOML")
    return dataclasses.replace(loads(text, str(path)), path=str(path))


def loads(text: str, origin: str = "text") -> Scenario:
    """The scenario in a TOML text; `origin` is how messages call it.

    >>> loads('[[governments]]\\nname = "North"\\n[[governments]]\\nname = "South"').names["governments"]
    ('North', 'South')
    """
    data, place = parse(text, origin, "a scenario; `multitrack new` writes one to start from")
    return _File(place).scenario(data, text)


def parse(text: str, origin: str, wanted: str) -> tuple[dict[str, Any], Callable[[KeyPath], str]]:
    """What a TOML text says, and for every key in it the words that say where it stands."""
    called = printable(FilePath(origin), 200)
    if len(text) > LARGEST_FILE:
        raise ScenarioError(Problem(called, "is too large", f"up to {LARGEST_FILE:,} bytes"))
    if not text.strip():
        raise ScenarioError(Problem(called, "is empty", wanted))
    if line := overlong_key(text):
        found = "is nested too deeply: a name of very many parts"
        raise ScenarioError(Problem(f"{called}, line {line}", found, "tables of plain values"))
    try:
        data = tomllib.loads(text)
        lines = key_lines(text.replace("\r\n", "\n"))
    except RecursionError:
        raise ScenarioError(Problem(called, "is nested too deeply", "tables of plain values")) from None
    except ValueError as wrong:
        message = "a number of too many digits" if "digits" in str(wrong) else str(wrong)
        at = re.search(r" \(at (?:line (\d+), column (\d+)|end of document)\)$", message)
        end = f"line {len(text.splitlines())}"
        where = f"{called}, line {at[1]}, column {at[2]}" if at and at[1] else f"{called}, {end}" if at else called
        found = printable(message[: at.start()] if at else message, 200)[1:-1]
        raise ScenarioError(Problem(where, f"is not TOML: {found}", 'key = value, words in "quotes"')) from None

    def place(path: KeyPath) -> str:
        known = next((lines[path[:end]] for end in range(len(path), 0, -1) if path[:end] in lines), None)
        return ", ".join(filter(None, [called, f"line {known}" if known else "", key_path(path)]))

    deepest = max(lines, key=len, default=())
    if len(deepest) > DEEPEST:
        raise ScenarioError(Problem(place(deepest[:4]), "is nested too deeply", "tables of plain values"))
    return data, place


class _File(Reading):
    """Reads all parts of one file."""

    def scenario(self, data: Mapping[str, Any], text: str) -> Scenario:
        for key in data:
            if key not in TOP:
                self.unknown((key,), TOP)
        head = self.model(other_models()["head"], {key: data[key] for key in HEAD if key in data}, ())
        settings: dict[str, Any] = {}
        for section in SECTIONS:
            given = self.section(data, section)
            good = self.model(section_model(section), given, (section,)) or {}
            settings |= {f"{section}.{key}": good[key] for key in given if key in good}
        raw = {table: self.many(data, table) for table in IN_A_FILE}
        rows, names = self.tables(raw, {table for table in NAMED if table not in data})
        # where run.months itself was refused, the rest is judged as kindly as can be
        refused = "run" in data and "run.months" not in settings and bool(self.problems)
        usual = PARAMETERS["run.months"]
        months = usual.high if refused else settings.get("run.months", usual.default)
        interventions = read_interventions(self, self.many(data, "interventions"), names, months)
        sources = self.sources(self.section(data, "sources"))
        history = self.history(self.many(data, "history"), sources, (head or {}).get("month_zero", ""))
        record = self.model(other_models()["record"], self.section(data, "record"), ("record",)) or {}
        if self.problems:
            raise ScenarioError(self.problems)
        written = {(row["party"], row["issue"]): row for row in rows["stakes"]}
        rows["stakes"] = all_stakes(names["governments"], names["issues"], written)
        rows["spoilers"] = [{**row, "key_issue": row["key_issue"] or names["issues"][0]} for row in rows["spoilers"]]
        scenario = Scenario(
            **(head or {}),
            rows=ReadOnly({table: tuple(map(ReadOnly, rows[table])) for table in IN_A_FILE}),
            settings=ReadOnly(settings),
            interventions=tuple(interventions),
            history=tuple(map(ReadOnly, history)),
            record=ReadOnly({key: value for key, value in record.items() if value is not None}),
            sources=ReadOnly(sources),
            source_text=text,
        )
        for path, found, few in faults(scenario):
            self.refuse(path, found, few)
        if self.problems:
            raise ScenarioError(self.problems)
        return scenario.in_order()

    def section(self, data: Mapping[str, Any], section: str) -> Mapping[str, Any]:
        given = data.get(section, {})
        if isinstance(given, Mapping):
            return given
        self.refuse((section,), f"found {printable(given)}", f"one section [{section}] of keys and values")
        return {}

    def many(self, data: Mapping[str, Any], table: str) -> list[Any]:
        """The rows of a table, none if it is absent."""
        few, most = FEW_TO_MOST.get(table, (0, 200))
        given = data.get(table)
        if given is None and table != "governments":
            return []
        if not isinstance(given, list):
            found = "missing" if given is None else "found one value where rows belong"
            self.refuse((table,), found, f"[[{table}]] in double brackets for each row")
            return []
        if not few <= len(given) <= most:
            self.refuse((table,), f"found {len(given)} rows", f"{few} to {most} of [[{table}]]")
        return given[: 2 * most]

    def tables(self, raw: Mapping[str, list[Any]], absent: set[str]) -> tuple[dict[str, Any], Names]:
        """Every table's good rows in order of id, the standard cast's where none are written, and the names of rows."""
        rows: dict[str, Any] = {}
        names: dict[str, list[str]] = {}
        for table in NAMED:
            good = [self.model(row_model(table), row, (table, at)) for at, row in enumerate(raw[table])]
            numbered = [{"id": at, **row} if isinstance(row, Mapping) else {} for at, row in enumerate(raw[table])]
            self.distinct(numbered, table, ("name",))
            self.distinct(numbered, table, ("id",))
            complete = [{**row, "id": at if row["id"] is None else row["id"]} for at, row in enumerate(good) if row]
            rows[table] = sorted(complete, key=lambda row: row["id"])
            if table in absent and table != "governments":
                rows[table] = standard(table, names["governments"])
            names[table] = [row["name"] for row in rows[table]]
            if len(complete) < len(raw[table]):  # a row that is wrong in another way still has its name
                names[table] = [n.strip() for row in numbered if isinstance(n := row.get("name"), str)]
        for table, declared in TABLES.items():
            if not declared.relation:
                continue
            self.distinct(raw[table], table, declared.relation)
            good = [self.model(row_model(table), row, (table, at)) for at, row in enumerate(raw[table])]
            rows[table] = [row for row in good if row]
        for at, row in enumerate(raw["dyads"]):
            if isinstance(row, Mapping) and "of" in row and row["of"] == row.get("other"):
                self.refuse(("dyads", at, "other"), f"found {printable(row['of'])} twice", "two parties")
        for table in IN_A_FILE:
            for at, row in enumerate(raw[table]):
                self.references(row, (table, at), names)
        self.adding_up(raw["stakes"], names)
        return rows, names

    def references(self, row: Any, path: KeyPath, names: Names) -> None:
        """Every name that a row refers to must exist."""
        for column in TABLES[str(path[0])].columns:
            name, target = row.get(column.name) if isinstance(row, Mapping) else None, column.refers
            if target and isinstance(name, str) and name.strip() and name.strip() not in names[target]:
                hint = self.hint(name, names[target])
                few = ", ".join(map(printable, names[target][:27])) or f"none, there are no {target}"
                self.refuse((*path, column.name), f"unknown {target.rstrip('s')} {printable(name)}", few, hint)

    def distinct(self, rows: Sequence[Any], table: str, keys: tuple[str, ...]) -> None:
        """No two rows may have the same keys."""
        seen: dict[tuple[Any, ...], int] = {}
        for at, row in enumerate(rows):
            values = [row.get(key) if isinstance(row, Mapping) else None for key in keys]
            if all(isinstance(value, (str, int)) for value in values):
                key = tuple(value.strip() if isinstance(value, str) else value for value in values)
                if key in seen:
                    twice = " and ".join(map(printable, key))
                    self.refuse((table, at, keys[-1]), f"{twice} is already in {table}[{seen[key]}]", "each only once")
                seen.setdefault(key, at)

    def adding_up(self, stakes: Sequence[Any], names: Names) -> None:
        """A party's saliences add up to 1, or stay below where some are left open."""
        for party in names["governments"]:
            rows = [(at, row) for at, row in enumerate(stakes) if isinstance(row, Mapping)]
            own = [(at, row.get("salience")) for at, row in rows if str(row.get("party")).strip() == party]
            given = [(at, value) for at, value in own if isinstance(value, (int, float)) and 0 <= value <= 1]
            total, complete = sum(value for _, value in given), len(given) == len(names["issues"])
            if given and (total > 1 + NEAR_ONE or complete and total < 1 - NEAR_ONE):
                few = "1 over all its issues" if complete else "1 at most"
                found = f"saliences of {printable(party)} add up to {total:g}"
                self.refuse(("stakes", given[-1][0], "salience"), found, few)

    def sources(self, given: Mapping[str, Any]) -> dict[str, str]:
        good: dict[str, str] = {}
        for key, text in given.items():
            try:
                good[TypeAdapter(NAME).validate_python(key)] = TypeAdapter(TEXT).validate_python(text, strict=True)
            except ValidationError:
                few = "a key of 1 to 80 printable characters and a citation in quotes"
                self.refuse(("sources", key), f"found {printable(text)}", few)
        return good

    def history(self, given: Sequence[Any], sources: Mapping[str, str], month_zero: str) -> list[dict[str, Any]]:
        """What happened; an agreement counts from month zero, so both have to be dated to the month."""
        good = []
        for at, one in enumerate(given):
            row = self.model(other_models()["history"], one, ("history", at))
            if row and row["source"] not in sources and not row["source"].lower().startswith("assumption"):
                few = 'a key of [sources], or a text that starts with "assumption"'
                found, hint = f"unknown source {printable(row['source'])}", self.hint(row["source"], sources)
                self.refuse(("history", at, "source"), found, few, hint)
            if row and row["agreement"] and not (month_zero and len(row["date"]) > 4 and row["date"][:7] >= month_zero):
                few = "a month or a day from month_zero on, which has to be given too"
                self.refuse(("history", at, "date"), f"found {printable(row['date'])} for an agreement", few)
            good.append({key: value for key, value in (row or {}).items() if value is not None})
        return good
