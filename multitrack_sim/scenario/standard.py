"""Who is there when nobody says: the standard cast, and stakes that follow from the rows."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from functools import cache
from importlib import resources
from typing import Any

from ..errors import ScenarioError
from ..schema.tables import NAMED
from .read_only import NOTHING, ReadOnly
from .toml_text import key_path
from .validation import LONGEST_NAME, Reading, row_model

__all__ = ["all_stakes", "standard"]


@cache
def _standard_rows() -> dict[str, list[dict[str, Any]]]:
    data = tomllib.loads(resources.files(__package__).joinpath("standard.toml").read_text("utf-8"))
    reading = Reading(lambda path: f"standard.toml, {key_path(path)}")
    made = {
        table: [reading.model(row_model(table), row, (table, at)) or {} for at, row in enumerate(data.get(table, ()))]
        for table in NAMED
    }
    if reading.problems:
        raise ScenarioError(reading.problems)
    return made


def standard(table: str, parties: Sequence[str]) -> tuple[ReadOnly, ...]:
    """The standard cast's rows of this table; where the party is "each", a row for every party.

    >>> [row["name"] for row in standard("ngos", ["North", "South"])]
    ['Neutral convenor', 'Local organisation of North', 'Local organisation of South']
    """
    made: list[dict[str, Any]] = []
    for row in _standard_rows()[table]:
        if row.get("party") != "each":
            made.append(row)
            continue
        for at, party in enumerate(parties):
            name = f"{row['name']} of {party}"
            if len(name) > LONGEST_NAME:
                name = f"{row['name']} of party {at + 1}"
            made.append({**row, "name": name, "party": party})
    return tuple(ReadOnly({**row, "id": at}) for at, row in enumerate(made))


def all_stakes(
    parties: Sequence[str], issues: Sequence[str], written: Mapping[Any, Mapping[str, Any]] = NOTHING
) -> tuple[ReadOnly, ...]:
    """Every party's stake in every issue, party by party; ideals not written are spread evenly over [0, 1].

    >>> [row["ideal"] for row in all_stakes(["A", "B", "C"], ["Land"])]
    [0.0, 0.5, 1.0]
    """
    made = []
    for at, party in enumerate(parties):
        for issue in issues:
            row = {"party": party, "issue": issue, "ideal": None, "salience": None, **written.get((party, issue), {})}
            if row["ideal"] is None:
                row["ideal"] = at / max(1, len(parties) - 1)
            made.append(ReadOnly(row))
    return tuple(made)
