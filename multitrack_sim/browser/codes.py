"""The codebook as a table for a page: which settings each code moves, at each of its values, for each number of parties.

The table is read off worlds that `scenario_from_codes` made, so the mapping has one text. A page adds up the rows of its
codes; that this gives the same worlds holds because no cell hangs on two codes at once, which `mapping` checks.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from ..errors import MultitrackError
from ..scenario.codebook import CODES, scenario_from_codes
from ..scenario.layout import lay_out
from ..scenario.scenario import Scenario
from .world import SPARE, page_world, spare_world

__all__ = ["PARTIES", "codes_as_data", "coded_worlds", "mapping"]

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
    names = {
        one["cell"]: (one["name"], described["columns"][one["of"]]["cell_is_whole"]) for one in described["settings"]
    }
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


def _number(world: Any, cell: int, whole: bool) -> float:
    return int(world.wholes[cell]) if whole else float(world.words[cell])
