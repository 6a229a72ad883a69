"""A table of coded cases, read whole and checked whole: every problem at once, with its row and column."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from os import PathLike
from typing import Any

import numpy as np
import pandas as pd

from ..errors import Problem, ScenarioError, did_you_mean, printable
from ..schema.categories import Agreement
from .codebook import CODES, check_codes, checked_title, missing_codes, scenario_from_codes
from .load import parse
from .opening import BESIDE, names_in
from .scenario import Scenario
from .separated import MISSING, as_name, named, number_in, separated
from .toml_text import KeyPath
from .user_file import LARGEST_TABLE, read_text
from .validation import LONGEST_NAME, MOST_PROBLEMS

__all__ = ["FIRST_AGREEMENT", "RECORDED", "CodedCase", "read_cases", "read_codes"]

RECORDED = ("agreement", "months", "held_60")  # what is known to have happened, read by nothing but people
FIRST_AGREEMENT = "months_to_any"  # to the first partial or comprehensive one, where `months` is to a later one
COLUMNS = ("case", *CODES, *BESIDE, *RECORDED, FIRST_AGREEMENT)
AT_THE_OPENING = {"start": "talks"}  # codes describe a conflict at the opening of talks
HELD = ("yes", "no")

# how people, R, spreadsheets and pandas write these two, capitals aside
HELD_IN_WORDS = dict.fromkeys(("yes", "true", "y", "t", "1", "1.0"), "yes") | dict.fromkeys(
    ("no", "false", "n", "f", "0", "0.0"), "no"
)
MOST_CASES = 5000


@dataclass(frozen=True)
class CodedCase:
    """One case: its codes (only those given) and what is known to have happened."""

    name: str
    codes: Mapping[str, float]
    recorded: Mapping[str, Any]  # agreement, months, held_60, months_to_any: only what is known
    beside: Mapping[str, str] = field(default_factory=dict)  # start, month_zero, party_names, issues: what is given

    @property
    def missing(self) -> list[str]:
        """The codes that are taken at their middle."""
        return missing_codes({**self.codes, **self.beside})

    @property
    def scenario(self) -> Scenario:
        return scenario_from_codes({**AT_THE_OPENING, **self.codes, **self.beside}, self.name)


def read_cases(table: pd.DataFrame | str | PathLike[str]) -> list[CodedCase]:
    """The cases of a table: a DataFrame, or a file of values separated by commas, semicolons or tabs.

    Columns: `case`, the names of the codes, and where known `agreement`, `months` and `held_60`, in any capitals and with
    blanks as they come. Besides, as one likes: `months_to_any` (to the first partial or comprehensive agreement), `start`
    (talks if it is not given; else pretalks or fighting), `month_zero` (1996-06), `party_names` and `issues` (with | between
    names). A missing code is an empty cell, NA, N/A, NaN, null, a dash or a point; `held_60` is yes or no, true or false, 1
    or 0. Names of rows before the first column, and empty columns without a name, are passed over.
    ScenarioError lists everything that is wrong, each with its row and column.

    >>> [case.codes for case in read_cases(pd.DataFrame({"case": ["A"], "Track 2": [4], "cbm": ["n/a"]}))]
    [{'track2': 4.0}]
    """
    if isinstance(table, pd.DataFrame):
        return _in_frame(table)
    called = printable(table, 200)
    kind = "a text file with commas, semicolons or tabs"
    text = read_text(table, "a table of cases", kind, LARGEST_TABLE, utf_16=True)
    found = separated(text, called, MOST_CASES)
    return _cases(found.head, found.rows, called, found.separator)


def _in_frame(table: pd.DataFrame) -> list[CodedCase]:
    """The cases of a DataFrame."""
    if len(table) > MOST_CASES:
        raise ScenarioError(Problem("the table", f"has {len(table):,} cases", f"up to {MOST_CASES:,}"))
    rows: list[tuple[str, list[Any]]] = []
    for at, row in enumerate(table.itertuples(index=False, name=None), 1):
        cells = [_in_python(cell) for cell in row]
        if any(cell is not None for cell in cells):
            rows.append((f"row {at}", cells))
    return _cases([str(name).strip() for name in table.columns], rows, "the table", ",")


def _in_python(cell: Any) -> Any:
    """A cell of a DataFrame as Python has it: text without blanks around it, None where it is missing."""
    if cell is None or cell is pd.NA or cell is pd.NaT:
        return None
    value = cell.item() if isinstance(cell, np.generic) else cell
    if isinstance(value, float) and math.isnan(value):
        return None
    return value.strip() or None if isinstance(value, str) else value


def _column(name: str, cell: Any, separator: str) -> Any:
    """A cell as its column means it: None where it is missing, else a number or a word where it can be one."""
    if cell is None or (isinstance(cell, str) and not cell):
        return None
    if name == "case":
        return as_name(cell) if isinstance(cell, str) else cell
    if isinstance(cell, str) and cell.casefold() in MISSING:
        return None
    if name == "held_60":
        return HELD_IN_WORDS.get(str(cell).casefold(), cell)
    if name in BESIDE:
        cell = " | ".join(map(str, names_in(cell))) if name in ("party_names", "issues") else cell
        return as_name(cell).casefold() if name == "start" and isinstance(cell, str) else cell
    if name == "agreement":
        return cell.casefold() if isinstance(cell, str) and cell.casefold() in Agreement.words() else cell
    if isinstance(cell, str) and (name in CODES or name in ("months", FIRST_AGREEMENT)):
        number = number_in(cell, separator)
        return cell if number is None else number
    return cell


def _cases(
    head: Sequence[str], rows: Sequence[tuple[str, Sequence[Any]]], called: str, separator: str
) -> list[CodedCase]:
    columns = named(head, COLUMNS, lambda at: all(len(row) <= at or row[at] in (None, "") for _, row in rows))
    problems = list(_head_problems(columns, called))
    if not rows:
        problems.append(Problem(called, "has no cases", "one row for each case"))
    cases: list[CodedCase] = []
    first: dict[str, str] = {}
    more = 0
    for where, row in rows:
        if len(row) != len(head):
            problems.append(Problem(where, f"has {len(row)} cells", f"{len(head)}, as many as the head"))
            continue
        if len(problems) > MOST_PROBLEMS:  # counted, as far as anybody wants to know
            more, problems = more + len(problems) - MOST_PROBLEMS, problems[:MOST_PROBLEMS]
        case, wrong = _case({name: _column(name, row[at], separator) for at, name in columns.items()}, where)
        problems += wrong
        if case.name in first:
            found = f"{printable(case.name)} stands in {first[case.name].removeprefix(f'{called}, ')} already"
            problems.append(Problem(f"{where}, column case", found, "each case once"))
        elif case.name:
            first[case.name] = where
        cases.append(case)
    if problems:
        told = problems[:MOST_PROBLEMS]
        if more := more + len(problems) - len(told):
            told.append(Problem(called, f"{more} more problems are not told"))
        raise ScenarioError(told)
    return cases


def _head_problems(columns: Mapping[int, str], called: str) -> Iterable[Problem]:
    seen: set[str] = set()
    for count, (at, name) in enumerate(columns.items()):
        where = f"{called}, column {printable(name) if name not in COLUMNS else name}"
        if not name:
            yield Problem(f"{called}, column {at + 1}", "has no name", ", ".join(COLUMNS))
        elif name not in COLUMNS:
            hint = did_you_mean(name, COLUMNS) if count < MOST_PROBLEMS else ""
            yield Problem(where, "unknown column", "" if hint else ", ".join(COLUMNS), hint)
        elif name in seen:
            yield Problem(where, "stands there twice", "each column once")
        seen.add(name)
    if "case" not in columns.values():
        yield Problem(called, "has no column case", "a column `case` with the name of each case")


def _case(cells: Mapping[str, Any], where: str) -> tuple[CodedCase, list[Problem]]:
    """The case in one row, as far as it is well written, and what is wrong with it."""
    problems = []
    name = _name(cells.get("case"))
    if not 1 <= len(name) <= LONGEST_NAME or not name.isprintable():
        found = f"found {printable(name)}" if name else "is empty"
        problems.append(Problem(f"{where}, column case", found, f"a name of 1 to {LONGEST_NAME} printable characters"))
    else:
        where += f" ({printable(name)})"
    codes = {code: cells[code] for code in CODES if cells.get(code) is not None}
    beside = {column: cells[column] for column in BESIDE if cells.get(column) is not None}
    problems += [
        Problem(f"{where}, column {wrong.where}", wrong.found, wrong.allowed, wrong.hint)
        for wrong in check_codes({**codes, **beside})
    ]
    recorded = {column: cells[column] for column in (*RECORDED, FIRST_AGREEMENT) if cells.get(column) is not None}
    for column, value in recorded.items():
        found, choices = f"found {printable(value)}", {"agreement": Agreement.words(), "held_60": HELD}.get(column, ())
        if choices and value not in choices:
            few = ", ".join(choices) + ", or empty"
            hint = did_you_mean(value, choices)
            also = "also true, false, t, f, y, n, 1, 0" if column == "held_60" else ""
            problems.append(Problem(f"{where}, column {column}", found, few, hint or also))
        elif not choices and not (_is_number(value) and 0 <= value <= 10_000):
            problems.append(Problem(f"{where}, column {column}", found, "a number of months from 0, or empty"))
    good = {code: float(value) for code, value in codes.items()} if not problems else {}
    return CodedCase(name, good, recorded, beside if not problems else {}), problems


def _name(cell: Any) -> str:
    """A case's name as text: numbers too are names, 1993.0 the same as 1993."""
    if isinstance(cell, float) and cell.is_integer():
        cell = int(cell)
    return "" if cell is None else str(cell).strip()


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float | np.integer | np.floating) and not isinstance(value, bool)


def read_codes(path: str | PathLike[str]) -> tuple[dict[str, Any], str | None]:
    """The codes and the title in a TOML file: codes at the top or under [codes], and beside them where the run begins
    (`start`, talks if it is not given), `month_zero`, `party_names` and `issues`. ScenarioError lists every problem.
    """
    text = read_text(path, "a file of codes", "a text file in TOML")
    data, place = parse(text, str(path), "codes such as `hurting_stalemate = 3`, one a line")
    problems: list[Problem] = []
    codes: dict[str, Any] = {}
    places: dict[str, KeyPath] = {}
    for where, value in _written(data):
        name = str(where[-1])
        if name in codes:
            problems.append(Problem(place(where), "this code is given twice", "each code once"))
        elif name in CODES or name in BESIDE:
            problems += [Problem(place(where), w.found, w.allowed, w.hint) for w in check_codes({name: value})]
            codes[name] = " | ".join(map(str, value)) if isinstance(value, list) and name in BESIDE else value
            places[name] = where
        else:
            choices = [*CODES, *BESIDE, "title", "codes"] if len(where) == 1 else [*CODES, *BESIDE]
            hint = did_you_mean(name, choices)
            problems.append(Problem(place(where), "unknown code", "" if hint else ", ".join(choices), hint))
    if not problems:  # what only shows together
        problems += [Problem(place(places[wrong.where]), wrong.found, wrong.allowed) for wrong in check_codes(codes)]
    title = data.get("title")
    if title is not None:
        try:
            title = checked_title(title)
        except ScenarioError as wrong:
            problems += [Problem(place(("title",)), each.found, each.allowed) for each in wrong.problems]
    if problems:
        raise ScenarioError(problems)
    return {**AT_THE_OPENING, **codes}, title


def _written(data: Mapping[str, Any]) -> Iterator[tuple[KeyPath, Any]]:
    """Every code with its place in the file."""
    for key, value in data.items():
        if key == "codes" and isinstance(value, Mapping):
            yield from ((("codes", inner), code) for inner, code in value.items())
        elif key != "title":
            yield (key,), value
