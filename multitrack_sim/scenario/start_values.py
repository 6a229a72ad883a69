"""What the cells of a scenario hold at its start, written or not."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from ..schema.parameters import PARAMETERS
from ..schema.tables import TABLES
from .settings import PARAMETER_OF, Names

__all__ = ["StartValues", "keys_of", "saliences"]


class StartValues:
    """What cells hold at the start of a scenario; every table is looked through once, however many cells are wanted."""

    def __init__(self, names: Names, rows: Mapping[str, Any], settings: Mapping[str, Any]):
        self.names, self.rows, self.settings = names, rows, settings
        self.by_keys: dict[str, dict[tuple[str, ...], Mapping[str, Any]]] = {}
        self.saliences: dict[tuple[str, ...], float] = {}

    def value(self, table: str, column: str, keys: tuple[str, ...]) -> Any:
        """As `Scenario.value` gives it."""
        if table == "parameters":
            return self.parameter(PARAMETER_OF[column])
        if column == "salience":
            return self._saliences()[keys]
        if table not in self.by_keys:
            self.by_keys[table] = {keys_of(table, row): row for row in self.rows[table]}
        row = self.by_keys[table].get(keys)
        return row[column] if row else None

    def parameter(self, name: str) -> Any:
        """What a parameter holds, written or not."""
        return self.settings.get(name, PARAMETERS[name].value)

    def _saliences(self) -> dict[tuple[str, ...], float]:
        if not self.saliences:
            issues = self.names["issues"]
            for party, own in saliences(self.rows).items():
                self.saliences |= {(party, issue): value for issue, value in zip(issues, own)}
        return self.saliences


def keys_of(table: str, row: Mapping[str, Any]) -> tuple[str, ...]:
    """What a row is known by: its name, or the names of the two rows it stands between."""
    return tuple(row[key] for key in TABLES[table].relation or ("name",))


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
