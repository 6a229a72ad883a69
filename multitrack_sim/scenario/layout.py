"""From a scenario to the template of its worlds: every given cell filled, everything drawn by chance still open.

Rows lie in order of `id` and relations name rows, so that the order of rows in a file cannot matter. What a seed
decides is drawn later, by `draw_world`.
"""

from __future__ import annotations

import copy
import dataclasses
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np

from ..errors import Problem, ScenarioError, printable
from ..schema.categories import InterventionKind
from ..schema.parameters import PARAMETERS
from ..schema.tables import MOST_ACCORDS, NAMED, SIZES, SPARSE, TABLES, Column
from ..schema.world import World, _world_on, cell, empty_world, sizes
from .interventions import cells_changed, changed_setting, verb_of
from .scenario import Scenario
from .settings import Setting, find_setting, key_tables, keys_meant
from .start_values import keys_of, saliences
from .validation import row_columns

__all__ = ["Layout", "changes_row_by_row", "lay_out", "world_words"]

MOST_WORDS = 2**27  # of a world, each 8 bytes
KEPT_TIES = 200_000  # blank worlds of more are not kept for the next scenario


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
        at = cell(self.world, found.table, _row(_rows_by_name(self.names), found.table, found.keys), found.column.name)
        return at, TABLES[found.table].column(found.column.name).whole

    def new_world(self) -> World:
        """A copy of the template."""
        return copy.deepcopy(self.world)

    def world_on(self, words: np.ndarray) -> World:
        """The world whose cells are `words`: views, nothing is copied."""
        return _world_on(words, sizes(self.world))


def _rows_by_name(names: Mapping[str, Sequence[str]]) -> dict[str, dict[str, int]]:
    return {table: {name: row for row, name in enumerate(names[table])} for table in names}


def _row(row_of: Mapping[str, Mapping[str, int]], table: str, keys: tuple[str, ...]) -> int:
    if table == "parameters":
        return 0
    tables = key_tables(table)
    if len(tables) == 1:
        return row_of[table][keys[0]]
    one, two = (row_of[target][key] for target, key in zip(tables, keys))
    if table == "dyads":
        return int(dyad_row(one, two, len(row_of["governments"])))
    return one * len(row_of[tables[1]]) + two


def dyad_row(of: Any, other: Any, parties: int) -> Any:
    """The row of how one party sees another; of whole arrays of parties too.

    >>> [dyad_row(i, j, 3) for i in range(3) for j in range(3) if i != j]
    [0, 1, 2, 3, 4, 5]
    """
    return of * (parties - 1) + other - (other > of)


@lru_cache(maxsize=16)
def _blank(rows: tuple[tuple[str, int], ...]) -> World:
    """An empty world of this shape, to be copied: filling in all defaults would take longer than all the rest."""
    return empty_world(dict(rows))


def as_number(value: Any, column: Column, row_of: Mapping[str, Mapping[str, int]]) -> float:
    """How a cell holds what the scenario says in words."""
    if column.choices:
        return column.choices.index(value)
    return row_of[column.refers][value] if column.refers else value


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


def _changes(
    scenario: Scenario, row_of: Mapping[str, Mapping[str, int]], publics: np.ndarray
) -> list[tuple[Mapping[str, Any], Setting, np.ndarray]]:
    """For every intervention what it changes: the setting, and the rows in which it does."""
    names = scenario.names
    settings = [changed_setting(names, change) for change in scenario.interventions]
    rows = [_rows_meant(row_of, setting, publics) for setting in settings]
    return list(zip(scenario.interventions, settings, rows))


def changes_row_by_row(scenario: Scenario, publics: np.ndarray) -> Iterator[tuple[Mapping[str, Any], Setting]]:
    """For each row of the world's `interventions` the intervention it belongs to, and the one setting it changes."""
    names = scenario.names
    communities = dict(zip(names["governments"], np.bincount(publics, minlength=len(names["governments"])).tolist()))
    for change in scenario.interventions:
        setting = changed_setting(names, change)
        for keys in keys_meant(names, setting):
            count = communities[keys[0]] if setting.table == "communities" else 1
            yield from [(change, dataclasses.replace(setting, keys=keys))] * count


def _rows_meant(row_of: Mapping[str, Mapping[str, int]], setting: Setting, publics: np.ndarray) -> np.ndarray:
    """The rows that a setting stands for, "*" for all, in the order of `keys_meant`."""
    if setting.table == "parameters":
        return np.zeros(1, np.int64)
    tables = [row_of[table] for table in key_tables(setting.table)]
    chosen = [np.arange(len(rows)) if key == "*" else np.array([rows[key]]) for rows, key in zip(tables, setting.keys)]
    if setting.table == "communities":
        return np.concatenate([np.flatnonzero(publics == party) for party in chosen[0]])
    if len(tables) == 1:
        return chosen[0]
    one, two = (grid.ravel() for grid in np.meshgrid(*chosen, indexing="ij"))
    if setting.table == "dyads":
        apart = one != two
        return np.asarray(dyad_row(one[apart], two[apart], len(row_of["governments"])))
    return np.asarray(one * len(tables[1]) + two)


def _most_rows(scenario: Scenario) -> dict[str, int]:
    """How many rows each table of its worlds will have, or a few more, counted without making any."""
    count = {table: len(scenario.rows[table]) for table in NAMED}
    parties, issues, academics = count["governments"], count["issues"], count["academics"]
    communities = int(scenario.value("society.communities"))
    made = {
        "dyads": parties * (parties - 1),
        "stakes": parties * issues,
        "positions": academics * issues,
        "standing": count["ngos"] * parties,
        "rapport": academics * (academics - 1) // 2,
        "communities": communities,
        "ties": communities * int(scenario.value("society.ties")),
        "commitments": count["measures"] * parties,
        "provisions": issues * parties,
        "signatures": MOST_ACCORDS * parties,
        "interventions": cells_changed(scenario.interventions, scenario.start),
    }
    return count | made | SIZES


def world_words(scenario: Scenario) -> int:
    """How many numbers one of its worlds holds, or a few more: 8 bytes each.

    >>> from multitrack_sim.scenario import scenario_from_codes
    >>> 0 <= world_words(scenario_from_codes({})) - len(lay_out(scenario_from_codes({})).world.words) < 1000
    True
    """
    count = _most_rows(scenario)
    return sum(count.get(name, 1) * len(table.columns) for name, table in TABLES.items())


def _check_size(scenario: Scenario) -> None:
    """Refuse a world that is too large, with the tables that make it so, before any of it is made."""
    if (words := world_words(scenario)) <= MOST_WORDS:
        return
    count = _most_rows(scenario)
    largest = sorted(count, key=lambda table: count[table] * len(TABLES[table].columns), reverse=True)[:3]
    rows = ", ".join(f"{count[table]:,} {table}" for table in largest)
    found = f"its world would take {8 * words / 1e9:,.1f} GB of memory ({rows})"
    raise ScenarioError(Problem(printable(scenario.title), found, f"up to {8 * MOST_WORDS / 1e9:.1f} GB"))


def lay_out(scenario: Scenario) -> Layout:
    """The template of the scenario's worlds."""
    _check_size(scenario)
    rows, names = scenario.rows, scenario.names
    parties, issues = len(rows["governments"]), len(rows["issues"])
    communities, ties = int(scenario.value("society.communities")), int(scenario.value("society.ties"))
    row_of = _rows_by_name(names)

    side = np.array([row_of["governments"].get(row["party"], -1) for row in rows["academics"]], dtype=np.int64)
    one, two = np.triu_indices(len(side), 1)
    apart = (side[one] != side[two]) | (side[one] < 0)
    publics = np.repeat(
        np.arange(parties), communities_of(communities, [row["population"] for row in rows["governments"]])
    )
    changed = _changes(scenario, row_of, publics)
    exact = {"rapport": int(apart.sum()), "interventions": sum(len(at) for _, _, at in changed)}
    count = _most_rows(scenario) | exact
    small = communities * ties <= KEPT_TIES
    world: Any = copy.deepcopy(_blank(tuple(count.items()))) if small else empty_world(count)
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
            if column.choices or column.refers:
                values = [as_number(value, column, row_of) for value in values]
            array[column.name] = values

    grid = np.arange(parties)
    of, other = np.nonzero(grid[:, None] != grid[None, :])
    world.dyads["of"], world.dyads["other"] = of, other
    world.dyads["prior"] = world.dyads["misperception"] = np.nan
    world.positions["academic"], world.positions["issue"] = np.divmod(np.arange(count["positions"]), issues)
    world.positions["position"] = np.nan  # what is not given is drawn for each world
    world.standing["ngo"], world.standing["party"] = np.divmod(np.arange(count["standing"]), parties)
    for table in SPARSE:
        for row in rows[table]:
            at = _row(row_of, table, keys_of(table, row))
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
    first = 0
    for change, setting, meant in changed:
        row = world.interventions[first : first + len(meant)]
        first += len(meant)
        verb, column = verb_of(change), setting.column
        row["cell"] = cell(world, setting.table, meant, column.name)
        row["cell_is_whole"] = TABLES[setting.table].column(column.name).whole
        row["month"], row["until"] = change["month"], -1 if change["until"] is None else change["until"]
        row["kind"] = InterventionKind.words().index(verb if verb in ("scale", "shift") else "set")
        row["low"], row["high"] = column.low, column.high
        if verb in ("scale", "shift"):
            row["value"] = change["by"]
        else:
            row["value"] = as_number(change["to"], column, row_of) if verb == "set" else float(verb == "add")
    return layout
