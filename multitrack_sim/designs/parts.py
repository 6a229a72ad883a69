"""The parts of a peace process and what switches each off: the one list from which ready-made arms and coalitions are made."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from ..errors import MultitrackError, Problem, SettingError, nearest, printable
from ..scenario.scenario import Scenario
from ..scenario.settings import Setting
from ..scenario.validation import row_columns

__all__ = ["NOBODY", "PARTS", "SWITCHES", "TRACKS", "Part", "coalition_names", "part_named"]

Settings = dict[str, Any]
NOBODY = "none"  # what the coalition of no part is called


@dataclass(frozen=True)
class Part:
    """A part of a peace process that can be switched off. `off` reads the settings that do so from a scenario's rows.

    `arm` is the ready-made arm without it, and `sentence` what that arm shows, read after "The effect of".
    """

    name: str
    off: Callable[[Scenario], Settings]
    arm: str = ""
    sentence: str = ""


@dataclass(frozen=True)
class _Zero:
    """Settings at 0, the same ones in every scenario."""

    names: tuple[str, ...]

    def __call__(self, scenario: Scenario | None = None) -> Settings:
        return dict.fromkeys(self.names, 0.0)


@dataclass(frozen=True)
class _OrganisationsZero:
    """Columns of every organisation at 0, by the full names of their settings."""

    columns: tuple[str, ...]

    def __call__(self, scenario: Scenario) -> Settings:
        known = row_columns("organisations")
        names = [row["name"] for row in scenario.rows["organisations"]]
        cells = [Setting("organisations", (name,), known[column]) for name in names for column in self.columns]
        return {cell.name: 0.0 for cell in cells}


_TRACK_TWO = "track_two.budget"

# What can be switched off, one part a row: what switches it off, the arm without it, and whose effect that arm shows.
SWITCHES: tuple[Part, ...] = (
    Part(
        "Track II", _Zero((_TRACK_TWO,)),
        "no workshops", "no money of donors for unofficial workshops (Track II's budget at 0)",
    ),
    Part(
        "unofficial channel", _Zero((_TRACK_TWO, "track_two.channel")),
        "no unofficial channel",
        "no unofficial channel at all (Track II's budget at 0, and no back channel opens either)",
    ),
    Part(
        "Track III", _Zero(("track_three.budget",)),
        "no Track III", "no money of donors for grassroots programmes (Track III's budget at 0)",
    ),
    Part(
        "CBMs", _Zero(("cbm.budget",)),
        "no CBMs", "no confidence-building measures (their budget at 0)",
    ),
    Part(
        "mediation", _OrganisationsZero(("skill", "leverage")),
        "no mediation", "no mediation (all organisations' skill and leverage at 0)",
    ),
    Part(
        "guarantee", _OrganisationsZero(("guarantee", "monitoring")),
        "no guarantee",
        "no outside guarantee (all organisations' guarantee and monitoring at 0; what the text itself protects stays)",
    ),
)  # fmt: skip

# The parts that an effect is shared among; the channel is left out, for it has Track II in it.
PARTS: dict[str, Part] = {part.name: part for part in SWITCHES if part.name != "unofficial channel"}

# Those of them that the same settings mute in every scenario: the tracks of a coalition where nobody says which.
TRACKS: dict[str, Settings] = {part.name: part.off() for part in PARTS.values() if isinstance(part.off, _Zero)}


def part_named(part: str | Part) -> Part:
    """The part of this name; a part of one's own is itself."""
    if isinstance(part, Part):
        return part
    if part not in PARTS:
        near = nearest(str(part), PARTS)
        hint = f" (did you mean {near!r}?)" if near else ""
        raise MultitrackError(f"no part {printable(part)}; allowed: {', '.join(PARTS)}, or a Part of your own{hint}")
    return PARTS[part]


def coalition_names(parts: Iterable[str]) -> dict[tuple[str, ...], str]:
    """What every subset of these parts is called, the largest first. Parts of which two subsets would be called the same
    are refused, with both: each subset keeps a name of its own.

    >>> coalition_names(["A", "B"])
    {('A', 'B'): 'A + B', ('A',): 'A', ('B',): 'B', (): 'none'}
    """
    parts, named = list(parts), dict[str, tuple[str, ...]]()
    if not all(isinstance(part, str) and part for part in parts) or len(set(parts)) < len(parts):
        raise SettingError(Problem("coalitions", "a part has no name, or the name of another", "a name for each"))
    for size in range(len(parts), -1, -1):
        for inside in itertools.combinations(parts, size):
            called = " + ".join(inside) or NOBODY
            if called in named:
                both = " and ".join(_subset(one) for one in (named[called], inside))
                found = f"{both} would both be called {printable(called)}"
                raise SettingError(Problem("coalitions", found, f'names without " + ", and not "{NOBODY}"'))
            named[called] = inside
    return {inside: called for called, inside in named.items()}


def _subset(inside: Sequence[str]) -> str:
    """A subset in words."""
    return f"{{{', '.join(map(printable, inside))}}}" if inside else "the empty coalition"
