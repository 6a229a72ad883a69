"""What an arm changes, done to a scenario: settings, codes, interventions of its own, and what the scenario's own leave alone."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

from ..errors import Problem, SettingError, nearest, printable
from ..scenario.codebook import CODES, Coded
from ..scenario.interventions import changed_setting
from ..scenario.read_only import ReadOnly
from ..scenario.scenario import Scenario
from ..scenario.settings import covers, find_setting
from .design import BESIDE, CODE, DUMMY, HELD, INTERVENTIONS, Changes, is_whole

__all__ = ["beside_settings", "changed", "checked_code", "settings_of", "together"]


def settings_of(changes: Changes) -> dict[str, Any]:
    """The settings among what an arm changes."""
    return {name: value for name, value in changes.items() if name not in BESIDE}


def beside_settings(changes: Changes) -> dict[str, Any]:
    """What an arm changes beside settings, where it does."""
    return {name: changes[name] for name in BESIDE if changes.get(name)}


def changed(base: Scenario | Coded, changes: Changes) -> Scenario:
    """The scenario of an arm (or of a run of a design). SettingError for what is not there or out of range.

    >>> from multitrack_sim.scenario import scenario_from_codes
    >>> late = {"interventions": [{"month": 24, "set": "track_two.budget", "to": 0}], "cbm.budget": 2}
    >>> made = changed(scenario_from_codes({}), late)
    >>> made.value("cbm.budget"), made.interventions[0]["month"]
    (2.0, 24)
    """
    settings = settings_of(changes)
    codes = {name: settings.pop(name) for name in list(settings) if name.startswith(CODE)}
    settings.pop(DUMMY, None)
    scenario = _with_codes(base, codes)
    if held := changes.get(HELD):
        scenario = _without_interventions(scenario, _checked_months(scenario, held))
    scenario = scenario.with_settings(settings) if settings else scenario
    interventions = changes.get(INTERVENTIONS)
    return scenario.with_interventions(interventions) if interventions else scenario


def together(given: Mapping[str, Changes]) -> dict[str, Any]:
    """What several arms, called by these names, change at once. SettingError where two set one setting at two values: then
    both together would be one of them alone.

    >>> together({"a": {"cbm.budget": 0}, "b": {"track_two.budget": 0, "held": {"track_two.budget": 24}}})
    {'cbm.budget': 0, 'track_two.budget': 0, 'held': {'track_two.budget': 24}}
    """
    first: dict[str, tuple[str, Any]] = {}
    interventions: list[Any] = []
    held: dict[str, int] = {}
    for name, changes in given.items():
        for setting, value in settings_of(changes).items():
            other, before = first.setdefault(setting, (name, value))
            if before != value:
                found = f"{printable(other)} sets {printable(setting)} to {before}, {printable(name)} to {value}"
                raise SettingError(Problem("coalitions", found, "one value of a setting"))
        interventions += changes.get(INTERVENTIONS) or ()
        for setting, month in (changes.get(HELD) or {}).items():
            held[setting] = min(month, held.get(setting, month))
    beside = {INTERVENTIONS: interventions, HELD: held}
    return {setting: value for setting, (_, value) in first.items()} | beside_settings(beside)


def checked_code(base: Scenario | Coded, name: str, value: Any) -> float:
    """The value of a code (`codes.track2`), as scenarios made from codes can have it."""
    code = name.removeprefix(CODE)
    if not isinstance(base, Coded):
        found, allowed = "the scenario is not made from codes", "a file of codes, codes={...}"
        raise SettingError(Problem(printable(name), found, allowed))
    if code not in CODES:
        near = nearest(code, CODES)
        hint = f"did you mean {CODE}{near}?" if near else ""
        raise SettingError(Problem(printable(name), "no such code", "" if near else ", ".join(CODES), hint))
    scale = CODES[code]
    number = isinstance(value, int | float) and not isinstance(value, bool)
    if not number or not scale.low <= value <= scale.high or (scale.whole and value % 1):
        kind = "a whole number" if scale.whole else "a number"
        allowed = f"{kind} from {scale.low:g} to {scale.high:g}"
        raise SettingError(Problem(printable(name), f"found {printable(value)}", allowed))
    return float(value)


def _with_codes(base: Scenario | Coded, codes: Mapping[str, Any]) -> Scenario:
    """The scenario that a base stands for, some of its codes changed."""
    problems: list[Problem] = []
    good = {}
    for name, value in codes.items():
        try:
            good[name.removeprefix(CODE)] = checked_code(base, name, value)
        except SettingError as wrong:
            problems += wrong.problems
    if problems:
        raise SettingError(problems)
    return base.scenario(good) if isinstance(base, Coded) else base


def _checked_months(scenario: Scenario, held: Any) -> dict[str, int]:
    """From which month on a setting is left alone."""
    allowed = '{"track_two.budget": 24}: settings, and the month from which each is left alone'
    if not isinstance(held, Mapping) or not all(is_whole(month, 0) for month in held.values()):
        raise SettingError(Problem(HELD, f"found {printable(held)}", allowed))
    return {find_setting(scenario.names, str(name)).name: int(month) for name, month in held.items()}


def _without_interventions(scenario: Scenario, held: Mapping[str, int]) -> Scenario:
    """The scenario without those of its interventions that change a held setting from its month on; one that began before
    stays as it is then: where it would end later, it ends nowhere.
    """
    settings = {find_setting(scenario.names, name): month for name, month in held.items()}
    kept = []
    for change in scenario.interventions:
        changes = changed_setting(scenario.names, change)
        month = min((month for setting, month in settings.items() if covers(changes, setting)), default=None)
        if month is None:
            kept.append(change)
        elif change["month"] < month:
            ends_later = change["until"] is not None and change["until"] > month
            kept.append(ReadOnly({**change, "until": None}) if ends_later else change)
    if tuple(kept) == scenario.interventions:
        return scenario
    return dataclasses.replace(scenario, interventions=tuple(kept), source_text="")
