"""A file of codes, and the commented scenario file that `multitrack new --codes` writes from it.

Which code a number comes from is not written down a second time: a number comes from the codes that move it.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from os import PathLike
from textwrap import wrap
from typing import Any

from ..errors import Problem, ScenarioError
from ..parameter_table import PARAMETERS, SECTIONS
from ..tables import TABLES
from .codebook import CODES, LETTERS, check_codes, checked_title, missing_codes, scenario_from_codes
from .load import parse, read_text
from .schema import Scenario
from .template import TAIL
from .toml_text import Path, key_lines
from .values import RELATIONS, allowed, default_of, did_you_mean, parameter_column, row_columns

__all__ = ["coded_text", "read_codes"]

_HEAD = """\
# A scenario for multitrack_sim, made from the codebook by `multitrack new --codes`.
#
# A code is a judgement about the conflict at the opening of talks, from 0 to 4 (parties: a count). One mapping, the
# same for every case, turned the codes into the numbers below; each says which code it came from ("code HS=3") or that
# it is an assumption, that is, of the standard cast. Change any number, and its comment: a source, or "assumption".
# What is not written has its default: `multitrack new other.toml` writes a file that shows them all.
#"""
_WIDE = 30  # of a line before its comment


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


def _written(data: Mapping[str, Any]) -> Iterator[tuple[Path, Any]]:
    """Every code with its place in the file."""
    for key, value in data.items():
        if key == "codes" and isinstance(value, Mapping):
            yield from ((("codes", inner), code) for inner, code in value.items())
        elif key != "title":
            yield (key,), value


def coded_text(codes: Mapping[str, Any], title: str | None = None) -> str:
    """The text of a scenario file that loads back to `scenario_from_codes(codes, title)`, every number explained.

    >>> "stalemate = 1.0875             # code HS=3" in coded_text({"hurting_stalemate": 3})
    True
    """
    scenario = scenario_from_codes(codes, title)
    missing = missing_codes(codes)
    given = {name: codes[name] for name in CODES if name not in missing}
    text = scenario.to_toml()
    data = tomllib.loads(text)
    paths = {line: path for path, line in key_lines(text).items()}  # of several on a line the innermost stays
    origins = _origins(scenario, given)
    seen: set[str] = set()
    lines = _header(given)
    for number, line in enumerate(text.splitlines(), start=1):
        path = paths.get(number, ())
        if _goes_without_saying(path, data, origins):
            continue
        if line.startswith("[") and str(path[0]) not in seen:
            seen.add(str(path[0]))
            lines += [f"# ---- {_heading(str(path[0]))} ----"]
        comment = _comment(path, data, origins)
        lines.append(f"{line:<{_WIDE}} # {comment}" if comment else line)
    return "\n".join([*lines, "", TAIL])


def _header(given: Mapping[str, Any]) -> list[str]:
    lines = _HEAD.splitlines()
    pairs = [f"{name}={given[name]:g}" for name in CODES if name in given]
    lines += [f"# codes: {' '.join(pairs[at : at + 6])}" for at in range(0, len(pairs), 6)]
    lines.append("#")
    for name, code in CODES.items():
        value = given.get(name, code.middle)
        scale = f"0 {code.none}; 2 {code.middling}; 4 {code.full}" if code.none else code.full
        missing = "" if name in given else " (not given: the middle)"
        lines.append(f"#   {_short(name):<7} {name} {value:g}{missing}: {scale}")
    if not_coded := missing_codes(given):
        told = f"NOT CODED, taken at the middle: {', '.join(not_coded)}."
        lines += ["#", *wrap(told, 116, initial_indent="# ", subsequent_indent="# ")]
    return [*lines, ""]


def _heading(part: str) -> str:
    return SECTIONS.get(part) or f"[[{part}]]: {TABLES[part].meaning}"


def _short(name: str) -> str:
    return LETTERS.get(name, name)


def _goes_without_saying(path: Path, data: Mapping[str, Any], origins: Mapping[Path, list[str]]) -> bool:
    """Whether a line only repeats a default that no code moved."""
    if len(path) != 3 or not isinstance(path[1], int) or path in origins:
        return False
    table, column = str(path[0]), row_columns(str(path[0])).get(str(path[2]))
    return column is not None and data[table][path[1]][path[2]] == default_of(table, column)


def _comment(path: Path, data: Mapping[str, Any], origins: Mapping[Path, list[str]]) -> str:
    """Where the value of a line comes from, and what it means; nothing for names and texts."""
    if len(path) == 2 and str(path[0]) in SECTIONS:
        name = f"{path[0]}.{path[1]}"
        return _said(origins.get(path, []), PARAMETERS[name].meaning, allowed(parameter_column(name)))
    if len(path) == 3 and isinstance(path[1], int):
        table, column = str(path[0]), row_columns(str(path[0])).get(str(path[2]))
        if column is not None and not isinstance(data[table][path[1]][path[2]], str):
            return _said(origins.get(path, []), column.meaning, allowed(column))
        if path in origins:
            return "; ".join(origins[path])
    return ""


def _said(origin: list[str], meaning: str, limits: str) -> str:
    limits = limits.removeprefix("a number from ").removeprefix("a ")
    return f"{'; '.join(origin) or 'assumption'}: {meaning} [{limits}]"


def _origins(scenario: Scenario, given: Mapping[str, Any]) -> dict[Path, list[str]]:
    """For each value of the scenario, the codes that move it, as comments name them."""
    here = _values(scenario)
    codes = {name: given.get(name, code.middle) for name, code in CODES.items()}
    found: dict[Path, list[str]] = {}
    for name, code in CODES.items():
        others = {code.low, code.middle, code.high, min(code.high, code.low + 1)} - {codes[name]}
        variants = [_values(scenario_from_codes({**codes, name: value})) for value in sorted(others)]
        moved = [key for key, value in here.items() if any(key in other and other[key] != value for other in variants)]
        missing = "" if name in given else " (not given)"
        for key in moved:
            found.setdefault(key, []).append(f"code {_short(name)}={codes[name]:g}{missing}")
    rows = {(table, _key(table, row)): at for table, many in scenario.rows.items() for at, row in enumerate(many)}
    return {(key[0], rows[key[0], key[1]], key[2]) if len(key) == 3 else key: origin for key, origin in found.items()}


def _values(scenario: Scenario) -> dict[Any, Any]:
    """Every value by its name: (section, key), or (table, name or names of the row, column)."""
    values: dict[Any, Any] = {tuple(name.split(".", 1)): value for name, value in scenario.settings.items()}
    for table, rows in scenario.rows.items():
        for row in rows:
            values |= {(table, _key(table, row), column): row[column] for column in row_columns(table)}
    return values


def _key(table: str, row: Mapping[str, Any]) -> Any:
    return tuple(row[key] for key in RELATIONS.get(table, ("name",)))
