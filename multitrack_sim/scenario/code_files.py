"""A table of coded cases, read whole and checked whole: every problem at once, with its row and column."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from os import PathLike
from typing import Any

import numpy as np
import pandas as pd

from ..errors import Problem, ScenarioError, printable
from ..schema.categories import Agreement
from .codebook import CODES, check_codes, checked_title, missing_codes, scenario_from_codes
from .load import parse, read_text
from .scenario import Scenario
from .toml_text import KeyPath
from .validation import LONGEST_NAME, MOST_PROBLEMS, did_you_mean

__all__ = ["RECORDED", "CodedCase", "read_cases", "read_codes"]

RECORDED = ("agreement", "months", "held_60")  # what is known to have happened, read by nothing but people
COLUMNS = ("case", *CODES, *RECORDED)
HELD = ("yes", "no")
MOST_CASES = 5000


@dataclass(frozen=True)
class CodedCase:
    """One case: its codes (only those given) and what is known to have happened."""

    name: str
    codes: Mapping[str, float]
    recorded: Mapping[str, Any]  # agreement, months, held_60: only what is known

    @property
    def missing(self) -> list[str]:
        """The codes that are taken at their middle."""
        return missing_codes(self.codes)

    @property
    def scenario(self) -> Scenario:
        return scenario_from_codes(self.codes, self.name)


def read_cases(table: pd.DataFrame | str | PathLike[str]) -> list[CodedCase]:
    """The cases of a table: a DataFrame, or a file of comma- or semicolon-separated values in UTF-8.

    Columns: `case`, the names of the codes, and where known `agreement`, `months` and `held_60`; an empty cell is a
    missing code. ScenarioError lists everything that is wrong, each with its row and column.

    >>> [case.codes for case in read_cases(pd.DataFrame({"case": ["A"], "track2": [4], "cbm": [None]}))]
    [{'track2': 4.0}]
    """
    if isinstance(table, pd.DataFrame):
        head = [str(name).strip() for name in table.columns]
        rows = [[None if _is_empty(cell) else cell for cell in row] for row in table.itertuples(index=False, name=None)]
        return _cases(head, [(f"row {at}", row) for at, row in enumerate(rows, 1)], "the table")
    called = printable(table, 200)
    return _cases(*_separated(read_text(table, "a table of cases", "a text file with commas"), called), called)


def _separated(text: str, called: str) -> tuple[list[str], list[tuple[str, list[Any]]]]:
    """The head and the rows of a text of separated values, numbers as numbers and empty cells as None."""
    first = text.lstrip().split("\n", 1)[0]
    separator = ";" if first.count(";") > first.count(",") else ","
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    lines = []
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                lines.append((f"{called}, line {reader.line_num}", [cell.strip() for cell in cells]))
    except csv.Error as wrong:
        raise ScenarioError(Problem(f"{called}, line {reader.line_num}", f"cannot be read: {wrong}")) from None
    if not lines:
        raise ScenarioError(Problem(called, "is empty", "a table with the column `case` and the codes"))
    head, point = lines[0][1], "," if separator == ";" else "."
    numbers = [name in CODES or name == "months" for name in head]
    rows: list[tuple[str, list[Any]]] = []
    for where, cells in lines[1:]:
        kinds = numbers + [False] * len(cells)
        rows.append((where, [_number(cell, point) if kind else cell or None for cell, kind in zip(cells, kinds)]))
    return head, rows


def _number(text: str, point: str) -> Any:
    """The number that a cell holds, where it is one; None where it is empty."""
    try:
        value = float(text.replace(point, "."))
    except ValueError:
        return text or None
    return value if math.isfinite(value) else text


def _is_empty(cell: Any) -> bool:
    if cell is None or cell is pd.NA or cell is pd.NaT:
        return True
    return isinstance(cell, float | np.floating) and math.isnan(cell) or isinstance(cell, str) and not cell.strip()


def _cases(head: list[str], rows: Sequence[tuple[str, list[Any]]], called: str) -> list[CodedCase]:
    problems = list(_head_problems(head, called))
    if not rows:
        problems.append(Problem(called, "has no cases", "one row for each case"))
    if len(rows) > MOST_CASES:
        raise ScenarioError(Problem(called, f"has {len(rows):,} cases", f"up to {MOST_CASES:,}"))
    cases: list[CodedCase] = []
    first: dict[str, str] = {}
    for where, cells in rows:
        while len(cells) > len(head) and cells[-1] is None:  # what spreadsheets leave at the end of a line
            cells = cells[:-1]
        if len(cells) != len(head):
            problems.append(Problem(where, f"has {len(cells)} cells", f"{len(head)}, as many as the head"))
            continue
        case, wrong = _case(dict(zip(head, cells)), where)
        problems += wrong
        if case.name in first:
            found = f"{printable(case.name)} stands in {first[case.name].removeprefix(f'{called}, ')} already"
            problems.append(Problem(f"{where}, column case", found, "each case once"))
        elif case.name:
            first[case.name] = where
        cases.append(case)
    if problems:
        told = problems[:MOST_PROBLEMS]
        if len(problems) > len(told):
            told.append(Problem(called, f"{len(problems) - len(told)} more problems are not told"))
        raise ScenarioError(told)
    return cases


def _head_problems(names: Sequence[str], called: str) -> Iterable[Problem]:
    for at, name in enumerate(names):
        where = f"{called}, column {printable(name) if name not in COLUMNS else name}"
        if not name:
            yield Problem(f"{called}, column {at + 1}", "has no name", ", ".join(COLUMNS))
        elif name not in COLUMNS:
            hint = did_you_mean(name, COLUMNS)
            yield Problem(where, "unknown column", "" if hint else ", ".join(COLUMNS), hint)
        elif name in names[:at]:
            yield Problem(where, "stands there twice", "each column once")
    if "case" not in names:
        yield Problem(called, "has no column case", "a column `case` with the name of each case")


def _case(cells: Mapping[str, Any], where: str) -> tuple[CodedCase, list[Problem]]:
    """The case in one row, as far as it is well written, and what is wrong with it."""
    problems = []
    name = str(cells.get("case") or "").strip()
    if not 1 <= len(name) <= LONGEST_NAME or not name.isprintable():
        found = f"found {printable(name)}" if name else "is empty"
        problems.append(Problem(f"{where}, column case", found, f"a name of 1 to {LONGEST_NAME} printable characters"))
    else:
        where += f" ({printable(name)})"
    codes = {code: cells[code] for code in CODES if cells.get(code) is not None}
    for code, value in codes.items():
        problems += [
            Problem(f"{where}, column {code}", wrong.found, wrong.allowed) for wrong in check_codes({code: value})
        ]
    recorded = {column: cells[column] for column in RECORDED if cells.get(column) is not None}
    for column, value in recorded.items():
        found, choices = f"found {printable(value)}", {"agreement": Agreement.words(), "held_60": HELD}.get(column, ())
        if choices and value not in choices:
            few = ", ".join(choices) + ", or empty"
            problems.append(Problem(f"{where}, column {column}", found, few, did_you_mean(value, choices)))
        elif not choices and not (_is_number(value) and 0 <= value <= 10_000):
            problems.append(Problem(f"{where}, column {column}", found, "a number of months from 0, or empty"))
    good = {code: float(value) for code, value in codes.items()} if not problems else {}
    return CodedCase(name, good, recorded), problems


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float | np.integer | np.floating) and not isinstance(value, bool)


def read_codes(path: str | PathLike[str]) -> tuple[dict[str, Any], str | None]:
    """The codes and the title in a TOML file: codes at the top or under [codes]. ScenarioError lists every problem."""
    text = read_text(path, "a file of codes", "a text file in TOML")
    data, place = parse(text, str(path), "codes such as `hurting_stalemate = 3`, one a line")
    problems: list[Problem] = []
    codes: dict[str, Any] = {}
    for where, value in _written(data):
        name = str(where[-1])
        if name in codes:
            problems.append(Problem(place(where), "this code is given twice", "each code once"))
        elif name in CODES:
            problems += [Problem(place(where), wrong.found, wrong.allowed) for wrong in check_codes({name: value})]
            codes[name] = value
        else:
            choices = [*CODES, "title", "codes"] if len(where) == 1 else list(CODES)
            hint = did_you_mean(name, choices)
            problems.append(Problem(place(where), "unknown code", "" if hint else ", ".join(choices), hint))
    title = data.get("title")
    if title is not None:
        try:
            title = checked_title(title)
        except ScenarioError as wrong:
            problems += [Problem(place(("title",)), each.found, each.allowed) for each in wrong.problems]
    if problems:
        raise ScenarioError(problems)
    return codes, title


def _written(data: Mapping[str, Any]) -> Iterator[tuple[KeyPath, Any]]:
    """Every code with its place in the file."""
    for key, value in data.items():
        if key == "codes" and isinstance(value, Mapping):
            yield from ((("codes", inner), code) for inner, code in value.items())
        elif key != "title":
            yield (key,), value
