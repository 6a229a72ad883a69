"""The codebook as a table for a page: which settings each code moves, at each of its values, for each number of parties.

The table is read off worlds that `scenario_from_codes` made, so the mapping has one text. A page adds up the rows of its
codes, and what two codes do only `together`. That this gives the same worlds is tested with codes drawn at random.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache
from itertools import combinations, product
from typing import Any

import numpy as np

from ..errors import MultitrackError
from ..scenario.codebook import CODES, scenario_from_codes
from ..scenario.layout import lay_out
from ..scenario.scenario import Scenario
from .world import SPARE, page_world, spare_world

__all__ = ["PARTIES", "codes_as_data", "coded_worlds", "mapping", "together"]

PARTIES = range(2, 7)  # that a page offers; the program takes more
VALUES = (0, 1, 2, 3, 4)  # of a code in a page
Moves = dict[str, list[dict[str, float]]]


def codes_as_data() -> dict[str, dict[str, Any]]:
    """What the codes mean, in the words of the codebook.

    >>> codes_as_data()["guarantee"]["full"]
    'credible enforcement by a committed third party'
    """
    return {
        code.name: {"none": code.none, "middling": code.middling, "full": code.full, "middle": code.middle}
        for code in CODES.values()
    }


def coded_worlds(settings: Mapping[str, Any]) -> dict[int, dict[str, Any]]:
    """The world of every number of parties, all codes at their middle, as `page_world` describes it."""
    return {parties: page_world(_scenario({"parties": parties}, settings)) for parties in PARTIES}


def _scenario(codes: Mapping[str, Any], settings: Mapping[str, Any]) -> Scenario:
    return scenario_from_codes(codes).with_settings(settings)


def _words(codes: Mapping[str, Any], settings: Mapping[str, Any]) -> Any:
    return spare_world(lay_out(_scenario(codes, settings)).world, SPARE)


def mapping(parties: int, described: Mapping[str, Any], settings: Mapping[str, Any]) -> Moves:
    """For every code, value by value, the settings in which the world differs from that of the middle.

    `described` is the `page_world` of that middle. Raises MultitrackError where two codes move one cell.
    """
    middle = _words({"parties": parties}, settings)
    names = _names(described)
    moves: Moves = {}
    moved_by: dict[str, str] = {}
    for code in CODES:
        if code == "parties":
            continue
        moves[code] = []
        for value in VALUES:
            world = _words({"parties": parties, code: value}, settings)
            cells = np.flatnonzero(world.wholes != middle.wholes).tolist()
            if unknown := [cell for cell in cells if cell not in names]:
                raise MultitrackError(f"the code {code} moves cells that are no settings: {unknown[:5]}")
            found = {names[cell][0]: _number(world, cell, names[cell][1]) for cell in cells}
            moves[code].append(found)
            for name in found:
                if moved_by.setdefault(name, code) != code:
                    raise MultitrackError(
                        f"the codes {moved_by[name]} and {code} both move {name}; a page cannot add them up"
                    )
    return moves


def together(parties: int, described: Mapping[str, Any], settings: Mapping[str, Any]) -> list[dict[str, Any]]:
    """What pairs of codes move only at certain values of both: their names, and by both values ("34") the settings."""
    names = _names(described)
    middle = _words({"parties": parties}, settings).wholes
    found = []
    for pair in _pairs(tuple(settings.items())):
        at: dict[str, dict[str, float]] = {}
        for values in product(VALUES, VALUES):
            codes = dict(zip(pair, values))
            world, joined = _beside(parties, codes, settings, middle)
            cells = np.flatnonzero(world.wholes != joined).tolist()
            if cells:
                at["".join(map(str, values))] = {names[cell][0]: _number(world, cell, names[cell][1]) for cell in cells}
        found.append({"codes": list(pair), "at": at})
    return found


@cache
def _pairs(settings: tuple[tuple[str, Any], ...]) -> tuple[tuple[str, str], ...]:
    """The pairs of codes that do something together, seen where both are as far out as can be."""
    kept = dict(settings)
    middle = _words({"parties": 2}, kept).wholes
    ends = (VALUES[0], VALUES[-1])

    def differs(pair: Iterable[str], values: Iterable[int]) -> bool:
        world, joined = _beside(2, dict(zip(pair, values)), kept, middle)
        return bool((world.wholes != joined).any())

    pairs = combinations([code for code in CODES if code != "parties"], 2)
    return tuple(pair for pair in pairs if any(differs(pair, values) for values in product(ends, ends)))


def _beside(parties: int, codes: Mapping[str, int], settings: Mapping[str, Any], middle: Any) -> tuple[Any, Any]:
    """The world of two codes, and the cells that there would be if each did only what it does alone."""
    joined = middle.copy()
    for code, value in codes.items():
        alone = _alone(parties, code, value, tuple(settings.items()))
        joined[alone != middle] = alone[alone != middle]
    return _words({"parties": parties, **codes}, settings), joined


@cache
def _alone(parties: int, code: str, value: int, settings: tuple[tuple[str, Any], ...]) -> Any:
    return _words({"parties": parties, code: value}, dict(settings)).wholes


def _names(described: Mapping[str, Any]) -> dict[int, tuple[str, bool]]:
    """The settings by their cells, and whether such a cell holds a whole number."""
    return {
        one["cell"]: (one["name"], described["columns"][one["of"]]["cell_is_whole"]) for one in described["settings"]
    }


def _number(world: Any, cell: int, whole: bool) -> float:
    return int(world.wholes[cell]) if whole else float(world.words[cell])
