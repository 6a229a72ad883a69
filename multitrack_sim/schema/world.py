"""Worlds: made, copied, compared and restored. All tables are views on one flat buffer."""

from __future__ import annotations

from collections import namedtuple
from typing import TYPE_CHECKING, Any

import numpy as np

from ..engine.by_column import by_column
from ..engine.cache import COMPILED
from .tables import SIZES, TABLES

__all__ = ["World", "blank_rows", "cell", "empty_world", "records", "restore", "same", "sizes", "snapshot"]


class World(namedtuple("_World", [*TABLES, "words", "wholes"])):  # type: ignore[misc]
    """All tables of one world, views on one buffer (`words` as floats, `wholes` as integers).

    `copy.deepcopy` and `pickle` keep the tables together. Use `snapshot` and `restore` to branch.
    """

    __slots__ = ()

    if TYPE_CHECKING:  # one attribute per table, and `words` and `wholes`

        def __getattr__(self, name: str) -> Any: ...

    def __reduce__(self):
        return _world_from, (sizes(self), np.array(self.words), isinstance(self.parameters, np.recarray))

    def __deepcopy__(self, memo):
        build, arguments = self.__reduce__()
        return build(*arguments)


def sizes(world: World) -> dict[str, int]:
    """How many rows each table has."""
    return {name: len(getattr(world, name)) for name in TABLES}


def _world_on(words: np.ndarray, rows: dict[str, int], as_records: bool = False) -> World:
    tables: list[np.ndarray] = []
    start = 0
    for name, table in TABLES.items():
        length = rows[name] * len(table.columns)
        cells = words[start : start + length]
        if table.by_column:
            tables.append(by_column(cells, table.dtype, rows[name]))
        else:
            view = cells.view(table.dtype)
            tables.append(view.view(np.recarray) if as_records or not COMPILED else view)
        start += length
    return World(*tables, words, words.view(np.int64))  # type: ignore[call-arg]


def _world_from(rows: dict[str, int], words: np.ndarray, as_records: bool) -> World:
    return _world_on(words, rows, as_records)


def empty_world(rows: dict[str, int]) -> World:
    """A world with so many rows in each table, all cells at their columns' defaults and ids counted up.

    >>> world = empty_world({"governments": 2})
    >>> world.governments["id"].tolist(), float(world.parameters["run_months"][0])
    ([0, 1], 120.0)
    """
    rows = {name: rows.get(name, 0) for name in TABLES} | SIZES
    world = _world_on(np.zeros(sum(rows[n] * len(t.columns) for n, t in TABLES.items())), rows)
    for name, table in TABLES.items():
        if name == "events":
            continue
        array = getattr(world, name)
        for column in table.columns:
            if column.name == "id":
                array["id"] = np.arange(len(array))
            elif column.default:
                array[column.name] = column.default
    return world


def blank_rows(shape: int | tuple[int, ...], row: np.dtype) -> np.ndarray:
    """Rows for measurements, all cells 0; with compilation off, rows with attributes, as Python needs them."""
    rows = np.zeros(shape, row)
    return rows if COMPILED else rows.view(np.recarray)


def as_numbers(rows: np.ndarray) -> np.ndarray:
    """Rows of measurements as plain numbers, the same memory: a row each, a column each.

    >>> as_numbers(blank_rows(2, np.dtype([("one", "f8"), ("two", "f8")]))).shape
    (2, 2)
    >>> as_numbers(blank_rows(0, np.dtype([("one", "f8"), ("two", "f8")]))).shape
    (0, 2)
    """
    return np.asarray(rows).view(np.float64).reshape(len(rows), rows.dtype.itemsize // 8)


def records(world: World) -> World:
    """The same world, its rows readable as attributes: `world.governments[0].readiness`. Slow; for people and twins."""
    return _world_on(world.words, sizes(world), as_records=True)


def snapshot(world: World) -> np.ndarray:
    """A copy of everything in the world, to `restore` later: the branch point of a what-if."""
    return world.words.copy()


def restore(world: World, copy: np.ndarray) -> None:
    """Write a snapshot back into the same arrays, so that every view and handle stays valid."""
    world.words[:] = copy


def same(one: World, two: World) -> bool:
    """Whether two worlds are equal bit for bit in every table.

    >>> same(empty_world({"issues": 1}), empty_world({"issues": 1}))
    True
    """
    return sizes(one) == sizes(two) and np.array_equal(one.wholes, two.wholes)


def differing_cells(one: World, two: World) -> list[str]:
    """The columns in which two worlds of the same shape differ, as `table.column`."""
    return [
        f"{name}.{column.name}"
        for name, table in TABLES.items()
        for column in table.columns
        if any(a.tobytes() != b.tobytes() for a, b in [(getattr(w, name)[column.name] for w in (one, two))])
    ]


def cell(world: World, table: str, row: Any, column: str) -> Any:
    """The address of one cell in `world.words` (and `world.wholes`); of an array of rows, an array of addresses.

    >>> world = empty_world({"issues": 2})
    >>> world.words[cell(world, "issues", 1, "potential")] = 0.9
    >>> float(world.issues["potential"][1])
    0.9
    """
    start = 0
    for name, declared in TABLES.items():
        if name == table:
            names = [c.name for c in declared.columns]
            place, rows = names.index(column), len(getattr(world, name))
            return start + (place * rows + row if declared.by_column else row * len(names) + place)
        start += len(getattr(world, name)) * len(declared.columns)
    raise KeyError(table)
