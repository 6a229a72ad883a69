"""The levers of a variant: what it changes, and what its effect hangs on, each with its meaning, unit and range.

What can be moved and how far comes from the table of parameters and from the columns of the scenario's tables. A lever
changes settings, of the variant alone or of the baseline too, or it changes `part` ("value" or "month") of `rows` of the
changes in later months.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ..designs.arms import INTERVENTIONS
from ..errors import SettingError, plain
from ..scenario.interventions import changed_setting, verb_of
from ..scenario.scenario import Scenario
from ..scenario.settings import Setting, find_setting
from ..schema.parameters import PARAMETERS
from .world import kind_of

__all__ = ["MOST_LEVERS", "Lever", "levers_of"]

MOST_LEVERS = 8  # of what a variant changes; the rest stays as it is
LONGEST = 160  # letters of a label
NOTCHES = 50  # that a range has, about
_YES_OR_NO = ("no", "yes")


@dataclass(frozen=True)
class Lever:
    """A lever as it is shown, and what it changes. `start` is where it stands; `options` are words for the numbers from 0
    on, none where it is a slider from `low` to `high` in steps.
    """

    label: str
    note: str
    code: str
    unit: str
    start: float
    low: float = 0
    high: float = 1
    step: float = 1
    options: tuple[str, ...] = ()
    settings: tuple[str, ...] = ()
    both: bool = False
    rows: tuple[int, ...] = ()
    part: str = ""


def levers_of(
    scenario: Scenario,
    variant: Scenario,
    changes: Mapping[str, Any],
    assumptions: Sequence[str],
    own: Sequence[Mapping[str, Any]],
    known: frozenset[str],
) -> list[Lever]:
    """The levers of a variant of a scenario, those of assumptions (`both`) last.

    `own` are the variant's changes in later months, row by row as `page_world` has them; `known` the settings that a page
    can move.

    >>> from multitrack_sim.scenario import scenario_from_codes
    >>> base = scenario_from_codes({})
    >>> half, changes = base.with_settings({"track_two.budget": 0.5}), {"track_two.budget": 0.5}
    >>> (one,) = levers_of(base, half, changes, [], [], frozenset(changes))
    >>> one.start, one.low, one.high, one.step, one.note
    (0.5, 0.0, 3.0, 0.1, 'multiplier; from 0 to 3; baseline 1, this variant 0.5')
    """
    found: list[Lever] = []
    named: set[str] = set()
    for written in (name for name in changes if name != INTERVENTIONS):
        try:
            setting = find_setting(scenario.names, written)
        except SettingError:  # what only a design knows, such as a code
            continue
        named.add(setting.name)
        if setting.name in known and variant.value(setting.name) != scenario.value(setting.name):
            found += _of_setting(setting, scenario, variant)
    found += _of_later_changes(scenario, variant, own)
    for name in assumptions:
        if name in known and name not in named and variant.value(name) == scenario.value(name):
            found += _of_setting(find_setting(scenario.names, name), scenario, variant, both=True)
    return found


def _of_setting(setting: Setting, scenario: Scenario, variant: Scenario, both: bool = False) -> Iterator[Lever]:
    """The lever of a setting; none where its value is drawn."""
    now, base = (_number(setting, one.value(setting.name), one) for one in (variant, scenario))
    if now is None:
        return
    options = _options(setting, scenario)
    about = _where(setting), "" if options else _unit(setting)
    if options:
        words = [options[int(value)] if value is not None else "drawn" for value in (base, now)]
        note = f"as in the report: {words[1]}" if both else f"baseline: {words[0]}; this variant: {words[1]}"
        yield Lever(about[0], plain(note, LONGEST), _code(setting), "", now, options=options,
                    settings=(setting.name,), both=both)  # fmt: skip
        return
    ends = (*_range(setting, now), now, *([] if base is None else [base]))
    low, high = min(ends), max(ends)
    here = f"in the report {_told(now)}" if both else f"baseline {_told(base)}, this variant {_told(now)}"
    note = f"{_before(about[1])}from {_told(low)} to {_told(high)}; {here}"
    step = _step(low, high, _is_whole(setting), ends)
    yield Lever(about[0], note, _code(setting), about[1], now, low, high, step, settings=(setting.name,), both=both)


def _of_later_changes(scenario: Scenario, variant: Scenario, own: Sequence[Mapping[str, Any]]) -> Iterator[Lever]:
    """Of the changes in later months that the variant has and the baseline has not: how much, and from which month on."""
    before = list(scenario.interventions)
    months: dict[int, list[int]] = {}
    last = int(variant.value("run.months")) - 1
    if len(own) != len(variant.interventions):  # one of them changes nothing here
        return
    for row, change in enumerate(variant.interventions):
        if change in before:
            before.remove(change)
            continue
        months.setdefault(change["month"], []).append(row)
        setting, verb = changed_setting(variant.names, change), verb_of(change)
        if verb in ("add", "remove") or _options(setting, scenario):
            continue
        value = float(own[row]["value"])
        low, high = _range(setting, value) if verb == "set" else (-2 * abs(value), 2 * abs(value))
        low, high = (
            min(max(low, 0) if verb == "scale" else low, value),
            max(high, value, 1 if verb == "scale" else value),
        )
        unit = "times" if verb == "scale" else _unit(setting)
        what = {"set": "", "scale": "change of ", "shift": "addition to "}[verb]
        note = f"{_before(unit)}from {_told(low)} to {_told(high)}; this variant {_told(value)}, from month {change['month']} on"
        step = _step(low, high, verb != "scale" and _is_whole(setting), (low, high, value))
        yield Lever(
            f"{what}{_where(setting)}", note, _code(setting), unit, value, low, high, step, rows=(row,), part="value"
        )
    for month, rows in months.items():
        ends = [int(own[row]["until"]) - 1 for row in rows if own[row]["until"] != -1]
        high = min([last, *ends])
        if high > 0:
            note = f"from 0 to {high}; this variant {month}"
            yield Lever("Month in which this variant’s change begins", note, "", "months", month, 0, high,
                        rows=tuple(rows), part="month")  # fmt: skip


def _told(value: float | None) -> str:
    """A number as it is written; of what each world draws, that."""
    return "drawn" if value is None else f"{value:g}".replace("-", "\N{MINUS SIGN}")


def _before(unit: str) -> str:
    return f"{unit}; " if unit else ""


def _number(setting: Setting, value: Any, scenario: Scenario) -> float | None:
    """What a setting holds, as a number: of a word or a row its place. None where it is drawn."""
    if value is None:
        return None
    if isinstance(value, str):
        return float((setting.column.choices or scenario.names[setting.column.refers]).index(value))
    return float(value)


def _options(setting: Setting, scenario: Scenario) -> tuple[str, ...]:
    """The words for the values that a setting may have, where it is no number."""
    kind = kind_of(setting.column)
    if kind == "yes":
        return _YES_OR_NO
    names = setting.column.choices if kind == "word" else scenario.names[setting.column.refers] if kind == "row" else ()
    return tuple(plain(name, LONGEST) for name in names)


def _is_whole(setting: Setting) -> bool:
    return kind_of(setting.column) == "whole"


def _range(setting: Setting, value: float) -> tuple[float, float]:
    """The values worth trying: as declared; where anything is allowed, up to twice what there is."""
    if setting.table == "parameters":
        low, high = PARAMETERS[setting.name].range
    else:
        low, high = setting.column.low, setting.column.high
    low = low if math.isfinite(low) else min(0.0, 2 * value)
    return float(low), float(high) if math.isfinite(high) else max(1.0, 2 * value)


def _step(low: float, high: float, whole: bool, values: Sequence[float]) -> float:
    """A round step, such that the values that matter stand on a notch where that is possible.

    >>> _step(0, 1, False, (0, 1, 0.25)), _step(0, 1, False, (0, 1, 0.125)), _step(1, 400, True, (1, 400))
    (0.01, 0.005, 1)
    """
    rough = (high - low) / NOTCHES
    if rough <= 0:
        return 1
    power = 10.0 ** math.floor(math.log10(rough))
    first = next(part * power for part in (1, 2, 5, 10, 20) if part * power >= rough * (1 - 1e-9))
    steps = [float(f"{first / part:.12g}") for part in (0.4, 1, 2, 4, 5, 10, 20, 50)]
    if whole:
        steps = [step for step in steps if step >= 1 and step.is_integer()] + [1]
    for step in steps[whole is False :]:
        if all(abs((value - low) / step - round((value - low) / step)) < 1e-6 for value in values):
            return int(step) if whole else step
    return 1 if whole else float(f"{first / 10:.12g}")


def _where(setting: Setting) -> str:
    """What a lever is called: whose setting it is, and its meaning."""
    meaning = PARAMETERS[setting.name].meaning if setting.table == "parameters" else setting.column.meaning
    whose = " and ".join("all" if key == "*" else key for key in setting.keys)
    return plain(f"{whose}: {meaning}" if whose else meaning, LONGEST)


def _unit(setting: Setting) -> str:
    return setting.column.unit


def _code(setting: Setting) -> str:
    return plain(setting.name, LONGEST)
