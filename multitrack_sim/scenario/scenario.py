"""What a scenario is: its settings and their names, and scenarios made of scenarios.

`Scenario` itself does not check: it is made by `load`, `scenario_from_codes` and its own `with_...` methods, which do.
"""

from __future__ import annotations

import dataclasses
import itertools
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from pydantic import ValidationError

from ..errors import Problem, SettingError, nearest, printable
from ..schema.parameters import PARAMETERS, SECTIONS
from ..schema.tables import NAMED, REFERS, RELATIONS, Column
from .toml_text import KeyPath, key_path, split_name, write_lines, write_string
from .validation import (
    HEAD,
    IN_A_FILE,
    MOST_PROBLEMS,
    Reading,
    adapter,
    allowed,
    did_you_mean,
    other_models,
    parameter_column,
    row_columns,
    shock_columns,
    shown,
)

__all__ = ["ReadOnly", "Scenario", "Setting", "faults", "find_setting", "read_interventions", "saliences"]

LONGEST_SETTING = 2000  # no name is that long: two names of 80 characters, however escaped
VERBS = {"set": "to", "scale": "by", "shift": "by", "add": None, "remove": None}  # what each says besides
MOST_INTERVENTIONS = 1000
MOST_CHANGED_CELLS = 250_000  # that interventions may change in all: each is looked at every month of every run
NEAR_ONE = 0.01  # saliences that add up to this near to 1 are made to fit


# ---- settings and their names ----------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Setting:
    """One cell that can be set: a parameter (table "parameters", no keys) or a column of one row."""

    table: str
    keys: tuple[str, ...]
    column: Column

    @property
    def name(self) -> str:
        """Its one full name.

        >>> Setting("organisations", ("George Mitchell",), row_columns("organisations")["skill"]).name
        "organisations.'George Mitchell'.skill"
        """
        if self.table == "parameters":
            return _NAME_OF[self.column.name]
        quoted = (write_string(key) if "'" in key else f"'{key}'" for key in self.keys)
        return ".".join([self.table, *quoted, self.column.name])


_NAME_OF = {p.column: p.name for p in PARAMETERS.values()}  # of a parameter's column
Names = Mapping[str, Sequence[str]]


def key_tables(table: str) -> list[str]:
    """The tables whose names a row of this table is known by."""
    if table == "communities":  # nobody names them: they are known by their party
        return ["governments"]
    return [REFERS[key] for key in RELATIONS[table]] if table in RELATIONS else [table]


def find_setting(names: Names, asked: str, shocks: bool = False) -> Setting:
    """The setting called `asked`, given the names of the rows. SettingError with the nearest name if there is none.

    With `shocks`, as interventions may: "*" stands for all rows, and computed columns of people may be meant too
    (`communities.'Party'.fear`: those of the party's communities).

    >>> find_setting({}, "track_two.budget").column.high
    10
    >>> find_setting({}, "track_two.bugdet")
    Traceback (most recent call last):
    multitrack_sim.errors.SettingError: 'track_two.bugdet': no such setting (did you mean 'track_two.budget'?)
    """
    if asked in PARAMETERS:
        return Setting("parameters", (), parameter_column(asked))
    asked = asked[:LONGEST_SETTING]
    table, _, rest = asked.partition(".")
    middle, _, last = rest.rpartition(".")
    parts = split_name(asked) or asked.split(".")
    columns = row_columns(table) if table in IN_A_FILE else {}
    if shocks:
        columns = {**columns, **shock_columns(table)}
        names = {name: (*rows, "*") for name, rows in names.items()}
    if last in columns:
        # quoted; else as a shell leaves it, without quotes
        readings = [tuple(parts[1:-1]), (middle,)]
        readings += [(middle[:at], middle[at + 1 :]) for at, sign in enumerate(middle) if sign == "."]
        for keys in readings:
            if _exists(names, table, keys):
                return Setting(table, keys, columns[last])
    hint = did_you_mean(asked, [*PARAMETERS, *_alike(names, parts)])
    raise SettingError(Problem(printable(asked), "no such setting", "" if hint else "see mt.parameters()", hint))


def _exists(names: Names, table: str, keys: tuple[str, ...]) -> bool:
    targets = key_tables(table)
    known = len(keys) == len(targets) and all(key in names.get(target, ()) for key, target in zip(keys, targets))
    return known and (table != "dyads" or keys[0] != keys[1] or keys[0] == "*")


def keys_meant(names: Names, setting: Setting) -> Iterator[tuple[str, ...]]:
    """The keys of the rows that a setting stands for, row by row: one, or all those that its "*" means."""
    choices = [names[t] if key == "*" else (key,) for t, key in zip(key_tables(setting.table), setting.keys)]
    for keys in itertools.product(*choices):
        if setting.table != "dyads" or keys[0] != keys[1]:
            yield keys


def covers(wide: Setting, one: Setting) -> bool:
    """Whether a setting, perhaps with "*" in it, means this one too.

    >>> names = {"issues": ("Land", "Water")}
    >>> covers(find_setting(names, "issues.*.weight", shocks=True), find_setting(names, "issues.Land.weight"))
    True
    """
    same = wide.table == one.table and wide.column.name == one.column.name
    return same and all(key in ("*", other) for key, other in zip(wide.keys, one.keys))


def verb_of(change: Mapping[str, Any]) -> str:
    """What an intervention does: set, scale, shift, add or remove."""
    return next(verb for verb in VERBS if change[verb] is not None)


def changed_setting(names: Names, change: Mapping[str, Any]) -> Setting:
    """What an intervention changes: of an added or removed row, whether it is active."""
    verb = verb_of(change)
    asked = change[verb]
    return find_setting(names, f"{asked}.active" if verb in ("add", "remove") else asked, shocks=True)


def _alike(names: Names, parts: Sequence[str]) -> list[str]:
    """The row setting most like these parts, found part by part."""
    table = nearest(parts[0], IN_A_FILE)
    if table is None or len(parts) != len(key_tables(table)) + 2:
        return []
    keys = [nearest(part, names.get(target, ())) for part, target in zip(parts[1:], key_tables(table))]
    column = nearest(parts[-1], row_columns(table))
    if column is None or None in keys:
        return []
    return [Setting(table, tuple(map(str, keys)), row_columns(table)[column]).name]


def checked_value(names: Names, setting: Setting, value: Any) -> Any:
    """`value` as this setting holds it, or SettingError with what is allowed."""
    column = setting.column
    if isinstance(value, np.generic):
        value = value.item()
    if column.whole and isinstance(value, float) and value.is_integer():
        value = int(value)  # designs are tables of floats
    if column.choices and isinstance(value, int | float) and value in range(len(column.choices)):
        value = column.choices[int(value)]
    choices = names.get(REFERS[column.name], ()) if column.name in REFERS else column.choices
    try:
        good = adapter(column).validate_python(value)
        if column.name not in REFERS or good in choices:
            return good
    except ValidationError:
        pass
    hint = did_you_mean(value, choices)
    raise SettingError(Problem(printable(setting.name), f"found {shown(value)}", allowed(column), hint))


# ---- the scenario ----------------------------------------------------------------------------------------------------
class ReadOnly(dict[str, Any]):
    """A dict that cannot be changed, so that a scenario can be hashed and shared.

    >>> hash(ReadOnly(a=1)) == hash(ReadOnly({"a": 1.0}))
    True
    """

    def _refuse(self, *_: Any, **__: Any) -> Any:
        raise TypeError("a scenario cannot be changed: make another with with_settings or with_interventions")

    __setitem__ = __delitem__ = __ior__ = clear = pop = popitem = setdefault = update = _refuse

    def __hash__(self) -> int:  # type: ignore[override]
        return hash(frozenset(self.items()))

    def __reduce__(self) -> Any:
        return type(self), (dict(self),)


NOTHING = ReadOnly()


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
        return _Start(self).value(found.table, found.column.name, found.keys)

    def with_settings(self, settings: Mapping[str, Any]) -> Scenario:
        """A new scenario with these settings. Where a salience is set, the party's others share what is left.

        SettingError lists every name that does not exist and every value that is not allowed.

        >>> from multitrack_sim.scenario import scenario_from_codes
        >>> scenario_from_codes({}).with_settings({"track_two.budget": 0}).settings["track_two.budget"]
        0.0
        """
        names, new = self.names, {}
        problems: list[Problem] = []
        for asked, value in _as_settings(settings).items():
            try:
                setting = find_setting(names, str(asked))
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
        cells = left.pop(_keys_of(table, row), None)
        made.append(ReadOnly({**row, **cells}) if cells else row)
    unsaid = dict.fromkeys(row_columns(table))
    made += [ReadOnly({**dict(zip(RELATIONS[table], keys)), **unsaid, **cells}) for keys, cells in left.items()]
    return tuple(made)


def _keys_of(table: str, row: Mapping[str, Any]) -> tuple[str, ...]:
    return tuple(row[key] for key in RELATIONS.get(table, ("name",)))


def saliences(rows: Mapping[str, Any]) -> dict[str, list[float]]:
    """Every party's saliences: as written, the missing sharing the rest; by the issues' weights if none is written."""
    issues = len(rows["issues"])
    weights = [row["weight"] for row in rows["issues"]]
    total = math.fsum(weights)
    found = {}
    for at, party in enumerate(rows["governments"]):
        own = [row["salience"] for row in rows["stakes"][at * issues : (at + 1) * issues]]
        missing = own.count(None)
        if missing == issues:
            own = [weight / total for weight in weights]
        elif missing:
            rest = max(0.0, 1.0 - math.fsum(value for value in own if value is not None)) / missing
            own = [rest if value is None else value for value in own]
        found[party["name"]] = own
    return found


def _with_saliences(
    rows: Mapping[str, Any], new: Mapping[tuple[str, ...], float], problems: list[Problem]
) -> tuple[ReadOnly, ...]:
    issues = [row["name"] for row in rows["issues"]]
    made: dict[tuple[str, str], float] = {}
    for party, old in saliences(rows).items():
        fixed = {issue: new[party, issue] for issue in issues if (party, issue) in new}
        free = {issue: value for issue, value in zip(issues, old) if issue not in fixed}
        left, total = 1.0 - sum(fixed.values()), sum(free.values())
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
    return found + _clashes(scenario)


def _clashes(scenario: Scenario) -> list[tuple[KeyPath, str, str]]:
    """Interventions that do not fit the run or one another."""
    names, months = scenario.names, scenario.value("run.months")
    changed = [changed_setting(names, one) for one in scenario.interventions]
    if (count := cells_changed(scenario)) > MOST_CHANGED_CELLS:
        return [(("interventions",), f"they change {count:,} cells", f"up to {MOST_CHANGED_CELLS:,} in all")]
    found: list[tuple[KeyPath, str, str]] = []
    start = _Start(scenario)
    values: dict[Any, Any] = {}
    last: dict[Any, tuple[int, int]] = {}  # of each cell: month and end of the change before
    for at, one in sorted(enumerate(scenario.interventions), key=lambda pair: pair[1]["month"]):
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


def cells_changed(scenario: Scenario) -> int:
    """How many cells interventions change, or a few more, counted and not listed (a party's communities: by its share)."""
    if not scenario.interventions:
        return 0
    names = scenario.names
    changed = [changed_setting(names, one) for one in scenario.interventions]
    communities = scenario.value("society.communities")
    population = {row["name"]: row["population"] for row in scenario.rows["governments"]}
    total, count = math.fsum(population.values()) or 1.0, 0
    for setting in changed:
        if setting.table == "communities":
            here = [communities if key == "*" else communities * population[key] / total for key in setting.keys]
        else:
            here = [len(names[t]) if key == "*" else 1 for t, key in zip(key_tables(setting.table), setting.keys)]
        count += math.ceil(math.prod(here)) + (setting.table == "communities")  # the largest remainder
    return count


class _Start:
    """What cells hold at the start of a scenario; every table is looked through once, however many are asked for."""

    def __init__(self, scenario: Scenario):
        self.scenario = scenario
        self.rows: dict[str, dict[tuple[str, ...], Mapping[str, Any]]] = {}
        self.saliences: dict[tuple[str, ...], float] = {}

    def value(self, table: str, column: str, keys: tuple[str, ...]) -> Any:
        """As `Scenario.value` gives it."""
        if table == "parameters":
            name = _NAME_OF[column]
            return self.scenario.settings.get(name, PARAMETERS[name].value)
        if column == "salience":
            return self._saliences()[keys]
        if table not in self.rows:
            self.rows[table] = {_keys_of(table, row): row for row in self.scenario.rows[table]}
        row = self.rows[table].get(keys)
        return row[column] if row else None

    def _saliences(self) -> dict[tuple[str, ...], float]:
        if not self.saliences:
            issues = self.scenario.names["issues"]
            for party, own in saliences(self.scenario.rows).items():
                self.saliences |= {(party, issue): value for issue, value in zip(issues, own)}
        return self.saliences


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
    elif verb in ("scale", "shift") and (setting.column.choices or setting.column.name in REFERS):
        reading.refuse((*path, verb), f"{printable(setting.name)} is not a number", "set and to")
    elif verb == "set":
        try:
            row["to"] = checked_value(names, setting, row["to"])
        except SettingError as wrong:
            (problem,) = wrong.problems
            reading.refuse((*path, "to"), problem.found, problem.allowed, problem.hint)
