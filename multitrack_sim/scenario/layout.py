"""From a scenario to the template of its worlds: every given cell filled, everything drawn by chance still open.

Rows lie in order of `id` and relations name rows, so that the order of rows in a file cannot matter. What a seed
decides is drawn later, by `draw_world`.
"""

from __future__ import annotations

import copy
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np

from ..schema.categories import InterventionKind
from ..schema.parameters import PARAMETERS
from ..schema.tables import MOST_ACCORDS, NAMED, REFERS, RELATIONS, SPARSE, TABLES, Column
from ..schema.world import World, _world_on, cell, empty_world, sizes
from .scenario import Names, Scenario, Setting, changed_setting, find_setting, saliences, settings_meant, verb_of
from .validation import row_columns

__all__ = ["Layout", "lay_out"]


@dataclass(frozen=True, eq=False)
class Layout:
    """The template of a scenario's worlds. `names` has the names of the rows, for each table that has names."""

    world: World
    names: dict[str, tuple[str, ...]]

    def address(self, setting: str) -> tuple[int, bool]:
        """The cell of a setting in `world.words`, and whether it holds a whole number. SettingError if there is none.

        >>> from multitrack_sim.scenario import scenario_from_codes
        >>> layout = lay_out(scenario_from_codes({"track2": 4}))
        >>> at, whole = layout.address("track_two.funds")
        >>> float(layout.world.words[at]), whole
        (1.0, False)
        """
        found = find_setting(self.names, setting)
        at = cell(self.world, found.table, _row(self.names, found.table, found.keys), found.column.name)
        return at, TABLES[found.table].column(found.column.name).whole

    def new_world(self) -> World:
        """A copy of the template."""
        return copy.deepcopy(self.world)

    def world_on(self, words: np.ndarray) -> World:
        """The world whose cells are `words`: views, nothing is copied."""
        return _world_on(words, sizes(self.world))


def _row(names: Mapping[str, Sequence[str]], table: str, keys: tuple[str, ...]) -> int:
    if table == "parameters":
        return 0
    if table not in RELATIONS:
        return names[table].index(keys[0])
    one, two = (names[REFERS[column]].index(key) for column, key in zip(RELATIONS[table], keys))
    if table == "dyads":
        return dyad_row(one, two, len(names["governments"]))
    return one * len(names[REFERS[RELATIONS[table][1]]]) + two


def dyad_row(of: int, other: int, parties: int) -> int:
    """The row of how one party sees another.

    >>> [dyad_row(i, j, 3) for i in range(3) for j in range(3) if i != j]
    [0, 1, 2, 3, 4, 5]
    """
    return of * (parties - 1) + (other if other < of else other - 1)


@lru_cache(maxsize=16)
def _blank(rows: tuple[tuple[str, int], ...]) -> World:
    """An empty world of this shape, to be copied: filling in all defaults would take longer than all the rest."""
    return empty_world(dict(rows))


def as_number(value: Any, column: Column, row_of: Mapping[str, Mapping[str, int]]) -> float:
    """How a cell holds what the scenario says in words."""
    if column.choices:
        return column.choices.index(value)
    return row_of[REFERS[column.name]][value] if column.name in REFERS else value


def communities_of(communities: int, populations: Sequence[float]) -> list[int]:
    """Communities divided by population (largest remainder), at least one where there is a population at all.

    >>> communities_of(10, [3.0, 1.0, 0.0]), communities_of(4, [100.0, 1.0, 1.0])
    ([8, 2, 0], [2, 1, 1])
    """
    total = math.fsum(populations)
    exact = [communities * population / total for population in populations]
    counts = [int(share) for share in exact]
    by_rest = sorted(range(len(exact)), key=lambda i: (counts[i] - exact[i], i))
    for i in by_rest[: communities - sum(counts)]:
        counts[i] += 1
    for i, population in enumerate(populations):
        if population > 0 and counts[i] == 0:
            counts[counts.index(max(counts))] -= 1
            counts[i] = 1
    return counts


def adding_up_to_one(values: Sequence[float]) -> list[float]:
    """The values in proportion, as multiples of 2**-52, so that they add up to exactly 1 in any order.

    >>> adding_up_to_one([1, 1, 2])
    [0.25, 0.25, 0.5]
    """
    total, one = math.fsum(values), 2**52
    parts = [round(value / total * one) for value in values]
    parts[parts.index(max(parts))] += one - sum(parts)
    return [part / one for part in parts]


def _changes(scenario: Scenario, names: Names, publics: np.ndarray) -> Iterator[tuple[Mapping, Setting, int]]:
    """Every cell that an intervention changes: the intervention, the setting, the row."""
    for change in scenario.interventions:
        for setting in settings_meant(names, changed_setting(names, change)):
            if setting.table == "communities":
                party = names["governments"].index(setting.keys[0])
                yield from ((change, setting, int(row)) for row in np.flatnonzero(publics == party))
            else:
                yield change, setting, _row(names, setting.table, setting.keys)


def lay_out(scenario: Scenario) -> Layout:
    """The template of the scenario's worlds."""
    rows, names = scenario.rows, scenario.names
    parties, issues = len(rows["governments"]), len(rows["issues"])
    communities, ties = int(scenario.value("society.communities")), int(scenario.value("society.ties"))
    row_of = {table: {name: row for row, name in enumerate(names[table])} for table in names}

    side = np.array([row_of["governments"].get(row["party"], -1) for row in rows["academics"]], dtype=np.int64)
    one, two = np.triu_indices(len(side), 1)
    apart = (side[one] != side[two]) | (side[one] < 0)
    publics = np.repeat(
        np.arange(parties), communities_of(communities, [row["population"] for row in rows["governments"]])
    )
    changed = list(_changes(scenario, names, publics))
    count = {table: len(rows[table]) for table in NAMED} | {
        "dyads": parties * (parties - 1),
        "stakes": parties * issues,
        "positions": len(rows["academics"]) * issues,
        "standing": len(rows["ngos"]) * parties,
        "rapport": int(apart.sum()),
        "communities": communities,
        "ties": communities * ties,
        "commitments": len(rows["measures"]) * parties,
        "provisions": issues * parties,
        "signatures": MOST_ACCORDS * parties,
        "interventions": len(changed),
    }
    world: Any = copy.deepcopy(_blank(tuple(count.items())))
    layout = Layout(world, names)

    for name, value in scenario.settings.items():
        p = PARAMETERS[name]
        world.parameters[p.column] = p.choices.index(value) if p.choices else value
    for table in NAMED:
        array = getattr(world, table)
        array["id"] = [row["id"] for row in rows[table]]
        if "party" in array.dtype.names:
            array["party"] = [row_of["governments"].get(row["party"], -1) for row in rows[table]]
        for column in row_columns(table).values():
            values = [row[column.name] for row in rows[table]]
            if column.choices or column.name in REFERS:
                values = [as_number(value, column, row_of) for value in values]
            array[column.name] = values

    grid = np.arange(parties)
    of, other = np.nonzero(grid[:, None] != grid[None, :])
    world.dyads["of"], world.dyads["other"] = of, other
    world.dyads["prior"] = world.dyads["misperception"] = np.nan
    world.positions["academic"], world.positions["issue"] = np.divmod(np.arange(count["positions"]), issues)
    world.positions["position"] = np.nan  # what is not given is furnished
    world.standing["ngo"], world.standing["party"] = np.divmod(np.arange(count["standing"]), parties)
    for table in SPARSE:
        for row in rows[table]:
            at = _row(names, table, tuple(row[key] for key in RELATIONS[table]))
            for name in row_columns(table):
                if row[name] is not None:
                    getattr(world, table)[name][at] = row[name]
    world.stakes["party"], world.stakes["issue"] = np.divmod(np.arange(parties * issues), issues)
    world.stakes["ideal"] = [row["ideal"] for row in rows["stakes"]]
    world.stakes["salience"] = [value for own in saliences(rows).values() for value in adding_up_to_one(own)]
    world.rapport["one"], world.rapport["two"] = one[apart], two[apart]
    world.academics["first_pair"] = np.searchsorted(one[apart], np.arange(len(side)))
    world.academics["pairs"] = np.bincount(one[apart], minlength=len(side))
    world.communities["party"] = publics
    world.communities["first_tie"] = np.arange(communities) * ties
    world.communities["ties"] = ties
    world.commitments["measure"], world.commitments["party"] = np.divmod(np.arange(count["commitments"]), parties)
    world.provisions["issue"], world.provisions["party"] = np.divmod(np.arange(count["provisions"]), parties)
    world.signatures["accord"], world.signatures["party"] = np.divmod(np.arange(count["signatures"]), parties)
    for row, (change, setting, at) in zip(world.interventions, changed):
        verb, column = verb_of(change), setting.column
        row["cell"] = cell(world, setting.table, at, column.name)
        row["cell_is_whole"] = TABLES[setting.table].column(column.name).whole
        row["month"], row["until"] = change["month"], -1 if change["until"] is None else change["until"]
        row["kind"] = InterventionKind.words().index(verb if verb in ("scale", "shift") else "set")
        row["low"], row["high"] = column.low, column.high
        if verb in ("scale", "shift"):
            row["value"] = change["by"]
        else:
            row["value"] = as_number(change["to"], column, row_of) if verb == "set" else float(verb == "add")
    return layout
