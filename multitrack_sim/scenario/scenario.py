"""What a scenario is, and scenarios made of scenarios.

`Scenario` itself does not check: it is made by `load`, `scenario_from_codes` and its own `with_...` methods, which do.
"""

from __future__ import annotations

import dataclasses
import itertools
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ..errors import Problem, SettingError, printable
from ..schema.parameters import SECTIONS
from ..schema.tables import NAMED, TABLES
from .interventions import MOST_INTERVENTIONS, clashes, read_interventions
from .read_only import NOTHING, ReadOnly
from .settings import checked_value, find_setting
from .start_values import StartValues, keys_of, saliences
from .toml_text import KeyPath, key_path, write_lines
from .validation import HEAD, IN_A_FILE, MOST_PROBLEMS, Reading, row_columns

__all__ = ["Scenario", "faults"]

NEAR_ONE = 0.01  # saliences that add up to this near to 1 are made to fit


@dataclass(frozen=True, repr=False)
class Scenario:
    """A conflict, ready to run. Equal content is an equal scenario, whatever file it came from.

    `settings` holds the parameters that were written, `rows` every table with every given column, in order of `id`,
    relations and choices as words. Two exceptions: in `rows["stakes"]` a salience of None follows from the others or
    from the issues' weights; `rows["dyads"]` has only the pairs that were written, with None for what was not.
    `interventions` are in order of month, with None for what was not written.
    """

    title: str
    rows: ReadOnly  # table -> tuple of ReadOnly
    settings: ReadOnly = NOTHING
    summary: str = ""
    month_zero: str = ""
    interventions: tuple[ReadOnly, ...] = ()
    history: tuple[ReadOnly, ...] = ()
    record: ReadOnly = NOTHING
    sources: ReadOnly = NOTHING
    source_text: str = dataclasses.field(default="", compare=False)
    path: str | None = dataclasses.field(default=None, compare=False)

    def __repr__(self) -> str:
        parties, issues = len(self.rows["governments"]), len(self.rows["issues"])
        return f"Scenario({printable(self.title)}, {parties} governments, {issues} issues)"

    @property
    def text(self) -> str:
        """The scenario as TOML: the file it was read from, or what `to_toml` writes."""
        return self.source_text or self.to_toml()

    @property
    def names(self) -> dict[str, tuple[str, ...]]:
        """The names of the rows, for each table that has names."""
        return {table: tuple(row["name"] for row in self.rows[table]) for table in NAMED}

    def value(self, setting: str) -> Any:
        """What a setting holds at the start, written or not (None for an unwritten dyad).

        >>> from multitrack_sim.scenario import scenario_from_codes
        >>> scenario_from_codes({"fighting_level": 2}).value("conflict.violence")
        0.5
        """
        found = find_setting(self.names, setting)
        return self.start.value(found.table, found.column.name, found.keys)

    @property
    def start(self) -> StartValues:
        """What its cells hold at the start, to look up many."""
        return StartValues(self.names, self.rows, self.settings)

    def with_settings(self, settings: Mapping[str, Any]) -> Scenario:
        """A new scenario with these settings. Where a salience is set, the party's others share what is left.

        SettingError lists every name that does not exist and every value that is not allowed.

        >>> from multitrack_sim.scenario import scenario_from_codes
        >>> scenario_from_codes({}).with_settings({"track_two.budget": 0}).settings["track_two.budget"]
        0.0
        """
        names, new = self.names, {}
        problems: list[Problem] = []
        for name, value in _as_settings(settings).items():
            try:
                setting = find_setting(names, str(name))
                new[setting] = checked_value(names, setting, value)
            except SettingError as wrong:
                problems += wrong.problems
            if len(problems) == MOST_PROBLEMS:  # looking for the nearest name takes a while
                raise SettingError([*problems, Problem("", f"{MOST_PROBLEMS} problems, the rest is not told")])
        parameters, rows, salient = dict(self.settings), dict(self.rows), {}
        cells: dict[str, dict[tuple[str, ...], dict[str, Any]]] = {}
        for setting, value in new.items():
            if setting.table == "parameters":
                parameters[setting.name] = value
            elif setting.column.name == "salience":
                salient[setting.keys] = value
            else:
                cells.setdefault(setting.table, {}).setdefault(setting.keys, {})[setting.column.name] = value
        for table, changed in cells.items():
            rows[table] = _with_cells(table, rows[table], changed)
        if salient:
            rows["stakes"] = _with_saliences(rows, salient, problems)
        made = dataclasses.replace(self, settings=ReadOnly(parameters), rows=ReadOnly(rows), source_text="")
        if problems := problems or [Problem(key_path(path), *rest) for path, *rest in faults(made)]:
            raise SettingError(problems)
        return made

    def with_interventions(self, interventions: Iterable[Mapping[str, Any]]) -> Scenario:
        """A new scenario in which these changes happen too, each `{"month": 24, "set": "track_two.budget", "to": 0.0}`.

        With `"until": 36` the old value returns in that month; `"scale"` and `"by"` multiply instead. SettingError
        lists everything that is wrong, numbered from the interventions that were there already.

        >>> from multitrack_sim.scenario import scenario_from_codes
        >>> change = {"month": 24, "set": "track_two.budget", "to": 0}
        >>> scenario_from_codes({}).with_interventions([change]).interventions[0]["to"]
        0.0
        """
        reading = Reading(key_path)
        one_alone = isinstance(interventions, Mapping)
        given = [*self.interventions, *([interventions] if one_alone else _as_rows(interventions))]
        added = read_interventions(reading, given, self.names, self.value("run.months"))
        made = dataclasses.replace(self, interventions=tuple(added), source_text="")
        if problems := reading.problems or [Problem(key_path(path), *rest) for path, *rest in faults(made)]:
            raise SettingError(problems)
        return made.in_order()

    def in_order(self) -> Scenario:
        """The same with interventions in order of month, so that one that ends makes room for the next."""
        order = tuple(sorted(self.interventions, key=lambda one: one["month"]))
        return dataclasses.replace(self, interventions=order)

    def to_toml(self) -> str:
        """The whole scenario as TOML that loads back to an equal one."""
        parts = [write_lines("", {key: getattr(self, key) or None for key in HEAD}).lstrip("\n")]
        parts += [f"{table} = []\n" for table in NAMED if not self.rows[table]]
        for section in SECTIONS:
            here = {n.partition(".")[2]: value for n, value in self.settings.items() if n.startswith(section + ".")}
            parts += [write_lines(f"[{section}]", here)] if here else []
        for table in IN_A_FILE:
            for at, row in enumerate(self.rows[table]):
                parts.append(write_lines(f"[[{table}]]", {k: v for k, v in row.items() if k != "id" or v != at}))
        for table, rows in (("interventions", self.interventions), ("history", self.history)):
            parts += [write_lines(f"[[{table}]]", row) for row in rows]
        parts += [write_lines(f"[{key}]", part) for key in ("record", "sources") if (part := getattr(self, key))]
        return "\n".join(parts)


def _as_rows(given: Any) -> list[Any]:
    """Interventions as a list, as far as anybody will read it."""
    if not isinstance(given, Iterable) or isinstance(given, str):
        few = 'a list of {"month": 24, "set": "track_two.budget", "to": 0}'
        raise SettingError(Problem("interventions", f"found {_what(given)}", few))
    return list(itertools.islice(given, MOST_INTERVENTIONS + 1))


def _as_settings(given: Any) -> Mapping[str, Any]:
    """Settings by name, or SettingError for what is none."""
    if isinstance(given, Mapping):
        return given
    few = 'names with values: {"track_two.budget": 0}'
    raise SettingError(Problem("settings", f"found {_what(given)}", few))


def _what(given: Any) -> str:
    """A thing that is not what it should be, in words."""
    return printable(given) if isinstance(given, str | int | float) else f"a {type(given).__name__}"


def _with_cells(
    table: str, rows: Sequence[ReadOnly], changed: Mapping[tuple[str, ...], Mapping[str, Any]]
) -> tuple[ReadOnly, ...]:
    """The rows of a table, some cells changed; pairs that nothing was said about yet come at the end."""
    left, made = dict(changed), []
    for row in rows:
        cells = left.pop(keys_of(table, row), None)
        made.append(ReadOnly({**row, **cells}) if cells else row)
    unsaid = dict.fromkeys(row_columns(table))
    made += [ReadOnly({**dict(zip(TABLES[table].relation, keys)), **unsaid, **cells}) for keys, cells in left.items()]
    return tuple(made)


def _with_saliences(
    rows: Mapping[str, Any], new: Mapping[tuple[str, ...], float], problems: list[Problem]
) -> tuple[ReadOnly, ...]:
    issues = [row["name"] for row in rows["issues"]]
    made: dict[tuple[str, str], float] = {}
    for party, old in saliences(rows).items():
        fixed = {issue: new[party, issue] for issue in issues if (party, issue) in new}
        free = {issue: value for issue, value in zip(issues, old) if issue not in fixed}
        left, total = 1.0 - math.fsum(fixed.values()), math.fsum(free.values())  # as every Python adds them
        if fixed and (left < -NEAR_ONE or not free and left > NEAR_ONE):
            found = f"saliences of {printable(party)} add up to {1 - left:g}"
            problems.append(Problem("stakes", found, "1 over all its issues"))
        if fixed:
            shares = {issue: value / total if total > 0 else 1 / len(free) for issue, value in free.items()}
            fixed |= {issue: max(0.0, left) * share for issue, share in shares.items()}
        made |= {(party, issue): value for issue, value in fixed.items()}
    keys = [(row["party"], row["issue"]) for row in rows["stakes"]]
    return tuple(
        ReadOnly({**row, "salience": made[key]}) if key in made else row for row, key in zip(rows["stakes"], keys)
    )


def faults(scenario: Scenario) -> list[tuple[KeyPath, str, str]]:
    """What cannot be seen in one value or row alone: path, what was found, what is allowed."""
    found: list[tuple[KeyPath, str, str]] = []
    parties, issues = scenario.rows["governments"], scenario.rows["issues"]
    publics = sum(row["population"] > 0 for row in parties)
    communities = scenario.value("society.communities")
    if not publics:
        found.append((("governments",), "no party has a population", "at least one above 0"))
    elif communities < publics:
        found.append((("society", "communities"), f"found {communities}", f"at least {publics}: one for every party"))
    if sum(row["active"] * row["required"] for row in parties) < 2:
        found.append((("governments",), "fewer than two are both active and required", "at least two"))
    if not any(row["active"] for row in issues):
        found.append((("issues",), "none is active", "at least one"))
    if not any(row["weight"] for row in issues):
        found.append((("issues",), "all weights are 0", "at least one above 0"))
    return found + clashes(scenario.interventions, scenario.start)
