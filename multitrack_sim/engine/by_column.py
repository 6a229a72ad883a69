"""Tables that lie by columns: rows as people and rules know them, cells of a column side by side as processors like them.

A table of many rows that is gone through every month lies column after column. For people it is still one numpy structured
array (`ByColumn`: fields stand a whole column apart, rows eight bytes), for rules a row is still a row: `me.attitude` is one
cell (`column_types` tells the compiler).
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np

__all__ = ["ByColumn", "by_column", "held"]

CELL = 8  # bytes


class ByColumn(np.recarray):
    """A structured array whose columns lie one after the other; what is copied out of it is an ordinary one.

    To numpy a row reaches from its first cell to its last, over all that lies between. A copy of such rows would be as
    large as the square of the table, so what copies rows packs them first. Of `np.array(table)` it is not told: there,
    `packed()` is meant.
    """

    def packed(self) -> np.ndarray:
        """An ordinary structured array of the same rows."""
        fields: Any = self.dtype.fields
        rows = np.empty(self.shape, [(name, fields[name][0]) for name in self.dtype.names or ()])
        for name in rows.dtype.names or ():
            rows[name] = self[name]
        return rows

    def __getitem__(self, asked: Any) -> Any:
        if isinstance(asked, str | slice | int | np.integer):
            return super().__getitem__(asked)
        return self.packed()[asked]

    def copy(self, order: Any = "C") -> Any:
        return self.packed()

    def __copy__(self) -> Any:
        return self.packed()

    def __deepcopy__(self, memo: Any) -> Any:
        return self.packed()

    def __reduce__(self) -> Any:
        return self.packed().__reduce__()

    def __reduce_ex__(self, protocol: Any) -> Any:
        return self.packed().__reduce_ex__(protocol)

    @property
    def nbytes(self) -> int:
        """The bytes of its cells."""
        return CELL * self.size * len(self.dtype.names or ())

    def view(self, *asked: Any, **named: Any) -> Any:
        """As plain numbers of eight bytes: all its cells, column after column, the same memory."""
        names = self.dtype.names
        if names and asked and not (isinstance(asked[0], type) and issubclass(asked[0], np.ndarray)):
            if np.dtype(asked[0]).names is None:
                cells = np.lib.stride_tricks.as_strided(self[names[0]], (len(self) * len(names),), (CELL,))
                return cells.view(*asked)
        return super().view(*asked, **named)


@lru_cache(maxsize=256)
def _row_by_column(names: tuple[str, ...], formats: tuple[str, ...], rows: int) -> np.dtype:
    """A row of a table that lies by columns: field by field a whole column further on."""
    apart = CELL * max(rows, 1)
    offsets = [apart * at for at in range(len(names))]
    plain = np.dtype({"names": names, "formats": formats, "offsets": offsets, "itemsize": offsets[-1] + CELL})
    return np.dtype((np.record, plain))


def by_column(words: np.ndarray, row: np.dtype, rows: int) -> ByColumn:
    """These words (a column's cells after another's) as a table of rows, the same memory.

    >>> words = np.arange(6.0)
    >>> table = by_column(words, np.dtype([("fear", "f8"), ("grievance", "f8")]), 3)
    >>> float(table[1].fear), table["grievance"].tolist()
    (1.0, [3.0, 4.0, 5.0])
    """
    names = row.names or ()
    across = _row_by_column(names, tuple(row[name].str for name in names), rows)
    if not rows:
        return np.empty(0, across).view(ByColumn)
    return np.ndarray.__new__(ByColumn, (rows,), across, words, 0, (CELL,))


def held(row: Any) -> Any:
    """A row that nothing writes to while the function runs: compiled code reads each of its cells once, not in every turn
    of a loop.
    """
    return row
