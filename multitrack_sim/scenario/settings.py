"""Settings and their names: which cell of a scenario a name means, and which values it may have."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from pydantic import ValidationError

from ..errors import Problem, SettingError, did_you_mean, nearest, printable
from ..schema.parameters import PARAMETERS
from ..schema.tables import TABLES, Column
from .toml_text import split_name, write_string
from .validation import IN_A_FILE, adapter, allowed, parameter_column, row_columns, shock_columns

__all__ = ["Names", "Setting", "checked_value", "covers", "find_setting", "key_tables", "keys_meant"]

LONGEST_SETTING = 2000  # no name is that long: two names of 80 characters, however escaped
PARAMETER_OF = {p.column: p.name for p in PARAMETERS.values()}  # of a column of the table of parameters
Names = Mapping[str, Sequence[str]]


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
            return PARAMETER_OF[self.column.name]
        quoted = (write_string(key) if "'" in key else f"'{key}'" for key in self.keys)
        return ".".join([self.table, *quoted, self.column.name])


def key_tables(table: str) -> list[str]:
    """The tables whose names a row of this table is known by."""
    if table == "communities":  # nobody names them: they are known by their party
        return ["governments"]
    declared = TABLES[table]
    return [declared.column(key).refers for key in declared.relation] or [table]


def find_setting(names: Names, name: str, shocks: bool = False) -> Setting:
    """The setting called `name`, given the names of the rows. SettingError with the nearest name if there is none.

    With `shocks`, as interventions may: "*" stands for all rows, and computed columns of people may be meant too
    (`communities.'Party'.fear`: those of the party's communities).

    >>> find_setting({}, "track_two.budget").column.high
    10
    >>> find_setting({}, "track_two.bugdet")
    Traceback (most recent call last):
    multitrack_sim.errors.SettingError: 'track_two.bugdet': no such setting (did you mean 'track_two.budget'?)
    """
    if name in PARAMETERS:
        return Setting("parameters", (), parameter_column(name))
    name = name[:LONGEST_SETTING]
    table, _, rest = name.partition(".")
    middle, _, last = rest.rpartition(".")
    parts = split_name(name) or name.split(".")
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
    hint = did_you_mean(name, [*PARAMETERS, *_alike(names, parts)])
    raise SettingError(Problem(printable(name), "no such setting", "" if hint else "see mt.parameters()", hint))


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
    choices = names.get(column.refers, ()) if column.refers else column.choices
    try:
        good = adapter(column).validate_python(value)
        if not column.refers or good in choices:
            return good
    except ValidationError:
        pass
    hint = did_you_mean(value, choices)
    raise SettingError(Problem(printable(setting.name), f"found {printable(value)}", allowed(column), hint))
