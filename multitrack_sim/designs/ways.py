"""The ways out of Track II: through what it reaches officials, publics and spoilers, and which settings close each alone.

Closed together they leave nothing of Track II: every official outcome has the same bits as without it, except the count
of reports that were heard, to no effect (`tests/test_paths.py` holds this in every case).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from ..scenario.interventions import changed_setting
from ..scenario.scenario import Scenario
from ..scenario.settings import covers, find_setting
from .design import HELD

__all__ = ["ACCESS", "PUBLICITY", "WAYS", "Way", "closing", "idle", "reachable", "with_needs"]

ACCESS, PUBLICITY = "track_two.access", "track_two.publicity"


@dataclass(frozen=True)
class Way:
    """A way out of Track II. `settings` are the values that close it and nothing else; `gate` is what it passes; `sentence` says
    what goes this way. `needs` is the way it hangs on: while that is closed, nothing goes this way either. `meeting`: it
    takes participants of two parties. `tables` must have rows; `idle_at` are other settings each of which leaves nothing of it,
    `idle_together` those that do so only together.
    """

    name: str
    sentence: str
    settings: Mapping[str, float]
    gate: str = ACCESS
    needs: str = ""
    meeting: bool = True
    tables: tuple[str, ...] = ()
    idle_at: Mapping[str, float] = field(default_factory=dict)
    idle_together: Mapping[str, float] = field(default_factory=dict)


_ALL = (
    Way(
        "options", "leaderships learn what workshops invented",
        {"track_two.invention": 0.0, "track_two.option_fading": 1.0},
        idle_together={"track_two.transfer": 0.0, "track_two.office": 0.0},
    ),
    Way(
        "belief", "reports are evidence of whether another leadership is reliable",
        {"track_two.insight": 0.5}, idle_at={"track_two.transfer": 0.0},
    ),
    Way(
        "misperception", "reports clear or darken the view of what the other side means",
        {"track_two.understanding": 0.0, "track_two.divergence": 0.0}, idle_at={"track_two.transfer": 0.0},
    ),
    Way(
        "tabling", "reports put avoided issues on the official agenda",
        {"track_two.tabling": 0.0}, idle_at={"track_two.transfer": 0.0},
    ),
    Way(
        "papers", "research that leaderships read clears their view, without a meeting",
        {"track_two.research_effect": 0.0}, meeting=False, idle_at={"track_two.research": 0.0},
    ),
    Way(
        "contact",
        "leaderships feel living contact: reports are believed more, incidents calm, the view clouds less, a new leader keeps "
        "relations; and all that hangs on contact",
        {"track_two.living": 0.0},
    ),
    Way(
        "back channel", "contact becomes a secret channel between officials, which may leak",
        {"track_two.channel": 0.0}, needs="contact",
    ),
    Way(
        "proposals", "contact makes officials propose more confidence-building measures",
        {"track_two.proposals": 0.0}, needs="contact", tables=("measures",), idle_at={"cbm.budget": 0.0},
    ),
    Way(
        "explanations", "contact explains attacks that a leadership could not have stopped",
        {"track_two.explanation": 0.0}, needs="contact", tables=("spoilers",),
    ),
    Way(
        "publics", "dialogue in public sets civil society in motion",
        {"track_two.momentum": 0.0}, gate=PUBLICITY, meeting=False, idle_at={"track_two.confidentiality": 1.0},
    ),
    Way(
        "alarm", "dialogue in public alarms spoilers",
        {"track_two.alarm": 0.0}, gate=PUBLICITY, meeting=False, tables=("spoilers",),
        idle_at={"track_two.confidentiality": 1.0},
    ),
    Way(
        "people in office",
        "participants enter delegations, with the options and the people they know; suspected at home, missed in workshops",
        {"track_two.office": 0.0},
    ),
)  # fmt: skip
WAYS: dict[str, Way] = {way.name: way for way in _ALL}


def reachable(ways: Iterable[str]) -> frozenset[str]:
    """Of open ways those that something can go: without the way that one needs, it is as good as closed.

    >>> sorted(reachable(["options", "back channel"])), sorted(reachable(["contact", "back channel"]))
    (['options'], ['back channel', 'contact'])
    """
    open_ways = frozenset(ways)
    return frozenset(name for name in open_ways if not WAYS[name].needs or WAYS[name].needs in open_ways)


def with_needs(way: str) -> frozenset[str]:
    """A way and the one it hangs on.

    >>> sorted(with_needs("proposals"))
    ['contact', 'proposals']
    """
    return frozenset([way, WAYS[way].needs]) - {""}


def closing(ways: Iterable[str]) -> dict[str, Any]:
    """What an arm changes in which these ways are closed; no intervention of the scenario's own opens them again.

    >>> closing(["belief"])
    {'track_two.insight': 0.5, 'held': {'track_two.insight': 0}}
    """
    settings = {name: value for way in ways for name, value in WAYS[way].settings.items()}
    return {**settings, HELD: dict.fromkeys(settings, 0)} if settings else {}


def idle(way: Way, scenario: Scenario) -> str:
    """Why nothing can go this way in this scenario, or nothing ("") where something may."""
    unreplaced = any(stays(scenario, "funding.muted", use) for use in ("burned", "moved"))
    if stays(scenario, "track_two.budget", 0.0) and unreplaced:
        return "Track II has no money (track_two.budget is 0)"
    shut = {way.gate: 0.0, **way.idle_at}
    if shut_by := next((name for name, value in shut.items() if stays(scenario, name, value)), ""):
        return f"{shut_by} is {shut[shut_by]:g}"
    if all(stays(scenario, name, value) for name, value in way.settings.items()):
        return f"closed as it is ({', '.join(f'{name} is {value:g}' for name, value in way.settings.items())})"
    if way.idle_together and all(stays(scenario, name, value) for name, value in way.idle_together.items()):
        return " and ".join(f"{name} is {value:g}" for name, value in way.idle_together.items())
    if not scenario.rows["ngos"]:
        return "there is nobody to hold workshops (no ngos)"
    parties = {row["party"] for row in scenario.rows["academics"] if row["party"] in scenario.names["governments"]}
    if way.meeting and len(parties) < 2:
        return "participants come from fewer than two parties (academics)"
    if empty := [table for table in way.tables if not scenario.rows[table]]:
        return f"there are no {empty[0]}"
    if way.name == "tabling" and all(row["tabled"] for row in scenario.rows["issues"]) and not scenario.interventions:
        return "no issue is avoided: all are tabled from the start"
    if way.needs:
        return idle(WAYS[way.needs], scenario)
    return ""


def stays(scenario: Scenario, name: str, value: float | str) -> bool:
    """Whether a setting has this value from the start to the end: no intervention changes it."""
    if scenario.value(name) != value:
        return False
    setting = find_setting(scenario.names, name)
    return not any(covers(changed_setting(scenario.names, change), setting) for change in scenario.interventions)
