"""Columns and tables, as they are declared: what a cell means, what it may hold, what it refers to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from .categories import Category

__all__ = ["ACTIVE", "ANY", "ID", "Column", "Table", "choice", "count", "flag", "given", "refers", "state"]

ANY = float("inf")


@dataclass(frozen=True)
class Column:
    """One column. `given` columns may be written in a scenario; the others are what the month computes.

    `refers` is the table whose row it names. What `shapes` the world before it is filled cannot differ between runs of
    one layout.
    """

    name: str
    meaning: str
    low: float = float("-inf")
    high: float = float("inf")
    default: float = 0.0
    given: bool = False
    whole: bool = False
    choices: tuple[str, ...] = ()
    unit: str = "share"
    refers: str = ""
    shapes: bool = False


@dataclass(frozen=True)
class Table:
    """One table. People name the rows of a `named` one; a row of a `relation` belongs to one row each of two tables,
    which these columns name; of a `sparse` relation a scenario holds only the pairs that were written. Tables of many
    rows, all of which a month goes through, lie in memory `by_column`.
    """

    name: str
    meaning: str
    columns: tuple[Column, ...]
    named: bool = False
    relation: tuple[str, ...] = ()
    sparse: bool = False
    by_column: bool = False

    @property
    def dtype(self) -> np.dtype:
        """A row as numpy holds it: every column eight bytes."""
        return np.dtype([(c.name, "i8" if c.whole else "f8") for c in self.columns], align=True)

    def column(self, name: str) -> Column:
        """The column of this name."""
        return next(c for c in self.columns if c.name == name)


def given(name: str, meaning: str, default: float, low: float = 0.0, high: float = 1.0, **more: Any) -> Column:
    """A number that a scenario may give."""
    return Column(name, meaning, low, high, default, given=True, **more)


def choice(name: str, meaning: str, default: Category) -> Column:
    """A category that a scenario may give, by its word."""
    kinds = type(default)
    return Column(
        name, meaning, 0, len(kinds) - 1, int(default), given=True, whole=True, choices=kinds.words(), unit="kind"
    )


def refers(name: str, meaning: str, table: str, low: int = 0, **more: Any) -> Column:
    """The row of another table."""
    return Column(name, meaning, low, 2**53, 0, whole=True, unit="row", refers=table, **more)


def state(
    name: str, meaning: str, low: float = 0.0, high: float = 1.0, default: float = 0.0, unit: str = "share"
) -> Column:
    """A number that the month computes."""
    return Column(name, meaning, low, high, default, unit=unit)


def count(
    name: str, meaning: str, low: float = 0, high: float = 2**53, default: float = 0, unit: str = "count"
) -> Column:
    """A whole number that the month computes."""
    return Column(name, meaning, low, high, default, whole=True, unit=unit)


def flag(name: str, meaning: str) -> Column:
    """Yes or no, as the month finds it."""
    return count(name, meaning, 0, 1, unit="0 or 1")


ID = count("id", "permanent number of the row, part of every address of chance", unit="number")
# More of the same entity for later months: rows are laid out at the start and switched on when they enter.
ACTIVE = Column("active", "whether the row takes part", 0, 1, 1, given=True, whole=True, unit="0 or 1")
