"""The commented scenario that `multitrack new` writes: every part explained, and small enough to run at once."""

from __future__ import annotations

import textwrap
import tomllib
from collections.abc import Mapping
from os import PathLike
from textwrap import wrap
from typing import Any

from ..schema.parameters import PARAMETERS, SECTIONS
from ..schema.tables import TABLES, Column
from .codebook import CODES, LETTERS, counted_parties, missing_codes, scenario_from_codes
from .load import parse
from .opening import BESIDE, names_in
from .scenario import Scenario
from .start_values import keys_of
from .toml_text import KeyPath, key_lines, write_value
from .user_file import read_text
from .validation import allowed, default_of, parameter_column, row_columns, row_model

__all__ = ["TAIL", "coded_text", "holds_codes", "template_text"]

_HEAD = """\
# A scenario for multitrack_sim. Everything after a # is a comment. Lines such as "# violence = 0.5" show a setting with
# its default: take away the # and change the number. Give every number a source, or write "assumption".
# Whatever table you leave out ([[issues]], [[academics]], [[ngos]], [[measures]]) gets the standard cast.

title = "My conflict"
summary = "Two invented parties, to be replaced by yours."
month_zero = "2020-01" # calendar month in which the run begins (may be left out)
"""

# What the small example says, and a word on each table.
_EXAMPLE = {
    "governments": ("Two to 27 parties. Their names are used everywhere below.", """\
        [[governments]]
        name = "Northern government"
        power = 2.0       # assumption
        hawkishness = 0.5 # assumption

        [[governments]]
        name = "Southern movement"
        power = 1.0       # assumption
        hawkishness = 0.6 # assumption"""),
    "issues": ("What the conflict is about.", """\
        [[issues]]
        name = "Autonomy"
        indivisibility = 0.6 # assumption

        [[issues]]
        name = "Weapons"
        indivisibility = 0.4 # assumption"""),
    "stakes": (
        "What each party wants: its ideal (0 to 1) and how much of its attention an issue has (adding up to 1).\n"
        "Absent: ideals spread evenly over [0, 1] in the order of the parties, attention by the issues' weights.", """\
        [[stakes]]
        party = "Southern movement"
        issue = "Autonomy"
        ideal = 1.0    # assumption
        salience = 0.7 # assumption; what is left, .3, goes to the other issue"""),
    "academics": ("Unofficial participants of Track II. Absent: three for each party and two neutral ones.", ""),
    "ngos": ("Convenors and local organisations. Absent: a neutral convenor and a local one for each party.", ""),
    "spoilers": ("Factions that may wreck the process. Absent: none.", """\
        [[spoilers]]
        name = "Southern hardliners"
        party = "Southern movement"
        key_issue = "Autonomy"
        kind = "limited"
        capacity = 0.1 # assumption
        ideal = 1.0    # assumption"""),
    "measures": ("Confidence-building measures. Absent: eight, light and heavy, of the four kinds.", ""),
    "organisations": ("Mediators, guarantors and other third parties. Absent: none.", """\
        [[organisations]]
        name = "The mediator"
        kind = "mediator"
        skill = 0.6    # assumption
        leverage = 0.3 # assumption"""),
    "dyads": ("How one party sees another at the start, where it differs from [trust].", ""),
    "positions": ("Where an unofficial participant would settle, where it is not between its party and the middle.", ""),
    "standing": ("How legitimate a party finds a convenor, where it differs from the convenor's legitimacy.", ""),
}  # fmt: skip

_SMALL = {"society.communities": "communities = 40"}

TAIL = """\
# ---- What changes during the run: a what-if ----
# [[interventions]]
# month = 24
# set = "track_two.budget"                # any setting: section.key or table.'Row name'.column
# to = 0.0                                # or: scale = the setting, by = a factor
# until = 36                              # the old value returns (may be left out)
# why = "what if donors had left?"

# ---- What is known to have happened, shown beside the results ----
# [[history]]
# date = "2021-03-15"
# what = "Ceasefire signed"
# agreement = "ceasefire"                 # what kind was signed: ceasefire, framework or comprehensive (may be left out)
# source = "Smith 2022"                   # a key of [sources], or a text that starts with "assumption"

# [record]
# agreement = "framework"                 # none, ceasefire, framework or comprehensive
# months = 22                             # from month_zero to the agreement
# held_60 = "yes"                         # whether it held 60 months: yes, no or ""
# note = "what should be known about it"

# [sources]
# "Smith 2022" = "Smith, A. (2022). The full citation."
"""


def template_text() -> str:
    """The text of a scenario file that runs as it stands and shows every parameter with its default.

    >>> from multitrack_sim.scenario import loads
    >>> loads(template_text()).title
    'My conflict'
    """
    parts = [_HEAD]
    for section, title in SECTIONS.items():
        lines = [f"# ---- {title} ----", f"[{section}]"]
        for name, p in PARAMETERS.items():
            if name.startswith(section + "."):
                usual = p.value if p.choices else int(p.default) if p.whole else float(p.default)
                start = f"{name.partition('.')[2]} = {write_value(usual)}"
                text = _meaning(parameter_column(name))
                if name in _SMALL:
                    start, text = _SMALL[name], f"{text} (small here, for a fast first look; {start} if not written)"
                else:
                    start = f"# {start}"
                lines.append(_explained(start, text))
        parts.append("\n".join(lines) + "\n")
    for table, (about, example) in _EXAMPLE.items():
        lines = [f"# ---- [[{table}]]: {TABLES[table].meaning} ----", *(f"# {line}" for line in about.split("\n"))]
        lines += _row(table)
        lines += ["", *textwrap.dedent(example).splitlines()] if example else []
        parts.append("\n".join(lines) + "\n")
    return "\n".join([*parts, TAIL])


def _row(table: str) -> list[str]:
    """All that a row may hold, as comments."""
    fields = row_model(table).model_fields
    labels = [name for name in fields if name not in row_columns(table) and name != "id"]
    lines = [_explained(f"#   {name}", fields[name].description or "") for name in labels]
    for name, column in row_columns(table).items():
        default = default_of(table, column)
        if column.unit == "0 or 1":
            default = bool(default)
        lines.append(
            _explained(f"#   {name}" + ("" if default is None else f" = {write_value(default)}"), _meaning(column))
        )
    return lines


def _meaning(column: Column) -> str:
    return f"{allowed(column).removeprefix('a number from ').removeprefix('a ')}: {column.meaning}"


def _explained(start: str, text: str) -> str:
    return f"{start:<40} # {text}"


_CODED_HEAD = """\
# A scenario for multitrack_sim, made from the codebook by `multitrack new --codes`.
#
# A code is a judgement about the conflict at the opening of talks, from 0 to 4 (parties: a count). One mapping, the
# same for every case, turned the codes into the numbers below; each says which code it came from ("code HS=3") or that
# it is an assumption, that is, of the standard cast. Change any number, and its comment: a source, or "assumption".
# What is not written has its default: `multitrack new other.toml` writes a file that shows them all.
#"""
_WIDE = 30  # of a line before its comment


def holds_codes(path: str | PathLike[str]) -> bool:
    """Whether a file in TOML holds codes and no scenario. ScenarioError where it cannot be read."""
    text = read_text(path, "a scenario file or a file of codes", "a text file in TOML")
    data, _ = parse(text, str(path), "a scenario or codes")
    # `spoilers` and `cbm` are also parts of a scenario
    return "codes" in data or any(name in CODES and not isinstance(value, dict | list) for name, value in data.items())


def coded_text(codes: Mapping[str, Any], title: str | None = None) -> str:
    """The text of a scenario file that loads back to `scenario_from_codes(codes, title)`, every number explained.

    >>> "stalemate = 1.0875             # code HS=3" in coded_text({"hurting_stalemate": 3})
    True
    """
    scenario = scenario_from_codes(codes, title)
    missing = missing_codes(codes)
    given = {name: value for name, value in counted_parties(codes).items() if name in CODES and name not in missing}
    beside = {name: codes[name] for name in BESIDE if codes.get(name)}
    text = scenario.to_toml()
    data = tomllib.loads(text)
    paths = {line: path for path, line in key_lines(text).items()}  # of several on a line the innermost stays
    origins = _origins(scenario, given, beside)
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
    lines = _CODED_HEAD.splitlines()
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


def _goes_without_saying(path: KeyPath, data: Mapping[str, Any], origins: Mapping[KeyPath, list[str]]) -> bool:
    """Whether a line only repeats a default that no code moved."""
    if len(path) != 3 or not isinstance(path[1], int) or path in origins:
        return False
    table, column = str(path[0]), row_columns(str(path[0])).get(str(path[2]))
    return column is not None and data[table][path[1]][path[2]] == default_of(table, column)


def _comment(path: KeyPath, data: Mapping[str, Any], origins: Mapping[KeyPath, list[str]]) -> str:
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


def _origins(scenario: Scenario, given: Mapping[str, Any], beside: Mapping[str, Any]) -> dict[KeyPath, list[str]]:
    """For each value of the scenario, the codes that move it, as comments name them."""
    here = _values(scenario)
    codes = {name: given.get(name, code.middle) for name, code in CODES.items()}
    found: dict[KeyPath, list[str]] = {}
    for name, code in CODES.items():
        others = {code.low, code.middle, code.high, min(code.high, code.low + 1)} - {codes[name]}
        variants = [_values(_with_names({**codes, name: value}, beside)) for value in sorted(others)]
        moved = [key for key, value in here.items() if any(key in other and other[key] != value for other in variants)]
        missing = "" if name in given else " (not given)"
        for key in moved:
            found.setdefault(key, []).append(f"code {_short(name)}={codes[name]:g}{missing}")
    if "start" in beside:
        said = "codes describe the opening of talks" if beside["start"] == "talks" else "given beside the codes"
        found["conflict", "start"] = [said]
    rows: dict[Any, int] = {
        (table, keys_of(table, row)): at for table, many in scenario.rows.items() for at, row in enumerate(many)
    }
    return {(key[0], rows[key[0], key[1]], key[2]) if len(key) == 3 else key: origin for key, origin in found.items()}


def _with_names(codes: Mapping[str, Any], beside: Mapping[str, Any]) -> Scenario:
    """What codes stand for when their parties have these names, as far as they go."""
    names, count = names_in(beside.get("party_names") or []), int(codes["parties"])
    more = (f"Party {at + 1}" for at in range(len(names), count))
    return scenario_from_codes({**codes, **beside, "party_names": [*names, *more][:count]})


def _values(scenario: Scenario) -> dict[Any, Any]:
    """Every value by its name: (section, key), or (table, name or names of the row, column)."""
    values: dict[Any, Any] = {tuple(name.split(".", 1)): value for name, value in scenario.settings.items()}
    for table, rows in scenario.rows.items():
        for row in rows:
            values |= {(table, keys_of(table, row), column): row[column] for column in row_columns(table)}
    return values
