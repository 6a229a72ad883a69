"""Tables of names and meanings that can be asked for one row by its name."""

from __future__ import annotations

from typing import Any

import pandas as pd

from ..errors import Problem, SettingError, did_you_mean, printable

__all__ = ["ByName"]


class ByName(pd.DataFrame):
    """A table whose rows have names: `table["name"]` is a column, or else the row of that name.

    >>> table = ByName({"name": ["agreed", "durable"], "unit": ["0 or 1", "0 or 1"]}).set_index("name")
    >>> ByName(table)["agreed"]["unit"], list(ByName(table)["unit"])
    ('0 or 1', ['0 or 1', '0 or 1'])
    """

    def __getitem__(self, key: Any) -> Any:
        if not isinstance(key, str) or key in self.columns:
            return super().__getitem__(key)
        rows = self.index if self.index.name else self.iloc[:, 0]
        found = [at for at, name in enumerate(rows) if name == key]
        if len(found) == 1:
            return self.iloc[found[0]]
        choices = [*map(str, rows), *map(str, self.columns)]
        hint = did_you_mean(key, choices)
        raise SettingError(
            Problem(printable(key), "no such row or column", "" if hint else ", ".join(choices[:100]), hint)
        )
