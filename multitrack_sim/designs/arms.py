"""Ready-made arms: what each switches off, by which settings, and the sentence that says whose effect it shows.

The same switches serve comparisons (`mt.compare(scenario, ["no workshops"])`) and attribution. What a scenario's own
interventions would switch on again later is left out of a ready-made arm; an arm given as plain settings keeps them.
"""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ..errors import MultitrackError, SettingError, nearest, printable
from ..scenario.interventions import changed_setting
from ..scenario.read_only import ReadOnly
from ..scenario.scenario import Scenario
from ..scenario.settings import Setting, covers, find_setting
from ..scenario.validation import row_columns
from ..schema.categories import MutedMoney
from .design import NOBODY

__all__ = [
    "ARMS",
    "BASELINE",
    "PARTS",
    "Arm",
    "Part",
    "arm_named",
    "from_month",
    "money_in_words",
    "plain",
    "switch_off",
    "with_money",
]

MONEY = {
    "burned": "the money it does not get is burned",
    "moved": "the money it does not get goes to the other unofficial track",
    "replaced": "the money it does not get is replaced in part by other donors",
}
Settings = dict[str, Any]


@dataclass(frozen=True)
class Part:
    """A part of a peace process that can be switched off. `off` reads the settings that do so from a scenario's rows."""

    name: str
    off: Callable[[Scenario], Settings]


@dataclass(frozen=True)
class Arm:
    """A ready-made arm: the parts it switches off, from which month on, and what becomes of the money."""

    name: str
    sentence: str  # what is compared, read after "The effect of"
    off: Callable[[Scenario], Settings]
    month: int = 0  # 0: from before talks
    money: str = "burned"

    def settings(self, scenario: Scenario) -> Settings:
        """What it changes in this scenario, as `mt.compare` takes it: settings, or interventions from its month on."""
        off = self.off(scenario)
        money = {"funding.muted": self.money} if any(name.endswith(".budget") for name in off) else {}
        if not self.month:
            return {**off, **money}
        changes = [{"month": self.month, "set": name, "to": value} for name, value in off.items()]
        return {**money, "interventions": changes}

    def scenario(self, scenario: Scenario) -> Scenario:
        """The scenario of this arm."""
        return switch_off(scenario, self.settings(scenario), self.off(scenario), self.month)


def _organisations(*columns: str) -> Callable[[Scenario], Settings]:
    """All organisations' columns at 0, by the full names of their settings."""

    def off(scenario: Scenario) -> Settings:
        table, rows = "organisations", scenario.rows["organisations"]
        cells = [(row["name"], row_columns(table)[column]) for row in rows for column in columns]
        return {Setting(table, (name,), column).name: 0.0 for name, column in cells}

    return off


def _zero(*names: str) -> Callable[[Scenario], Settings]:
    return lambda scenario: dict.fromkeys(names, 0.0)


_MEDIATION = _organisations("skill", "leverage")
_GUARANTEE = _organisations("guarantee", "monitoring")

# The parts that attribution shares an effect among.
PARTS: dict[str, Part] = {
    part.name: part
    for part in (
        Part("Track II", _zero("track_two.budget")),
        Part("Track III", _zero("track_three.budget")),
        Part("CBMs", _zero("cbm.budget")),
        Part("mediation", _MEDIATION),
        Part("guarantee", _GUARANTEE),
    )
}

_TRACK_TWO, _TRACK_THREE, _MEASURES = "track_two.budget", "track_three.budget", "cbm.budget"
_ALL = [
    Arm("no workshops", "no money of donors for unofficial workshops (Track II's budget at 0)", _zero(_TRACK_TWO)),
    Arm(
        "no unofficial channel",
        "no unofficial channel at all (Track II's budget at 0, and no back channel opens either)",
        _zero(_TRACK_TWO, "track_two.channel"),
    ),
    Arm("no Track III", "no money of donors for grassroots programmes (Track III's budget at 0)", _zero(_TRACK_THREE)),
    Arm("no CBMs", "no confidence-building measures (their budget at 0)", _zero(_MEASURES)),
    Arm("no mediation", "no mediation (all organisations' skill and leverage at 0)", _MEDIATION),
    Arm(
        "no guarantee",
        "no outside guarantee (all organisations' guarantee and monitoring at 0; what the text itself protects stays)",
        _GUARANTEE,
    ),
]
ARMS: dict[str, Arm] = {arm.name: arm for arm in _ALL}


def with_money(arm: Arm | str, money: str) -> Arm:
    """The same arm under another use of the money: burned, moved or replaced. Three uses are three estimands.

    >>> with_money("no workshops", "moved").name
    'no workshops, money moved'
    """
    arm = arm_named(arm)
    if money not in MutedMoney.words():
        raise SettingError(f"money={printable(money)}; allowed: {', '.join(MutedMoney.words())}")
    return dataclasses.replace(arm, name=f"{arm.name.split(', money ')[0]}, money {money}", money=money)


def from_month(arm: Arm | str, month: int) -> Arm:
    """The same arm only from a month on: until then the run is the baseline's, bit for bit.

    >>> from_month("no workshops", 24).name
    'no workshops from month 24'
    """
    arm = arm_named(arm)
    name = f"{arm.name.split(' from month ')[0]} from month {month}"
    return dataclasses.replace(arm, name=name, month=month)


def arm_named(arm: Arm | str) -> Arm:
    """The ready-made arm of this name. "no Track II" means "no workshops"; both may end in " from month 24" and in
    ", money moved".

    >>> arm_named("no Track II from month 24, money moved").settings(None)["funding.muted"]
    'moved'
    """
    if isinstance(arm, Arm):
        return arm
    name, _, money = str(arm).partition(", money ")
    name, _, month = name.partition(" from month ")
    found = ARMS.get("no workshops" if name == "no Track II" else name)
    if found is None or (month and not month.isdigit()):
        near = nearest(name, ARMS)
        hint = f" (did you mean {near!r}?)" if near else ""
        allowed = "; ".join([*ARMS, "each also '... from month 24' and '..., money moved'"])
        raise SettingError(f"no ready-made arm {printable(arm)}; allowed: {allowed}{hint}")
    if money:
        found = with_money(found, money)
    if month and int(month):
        found = from_month(found, int(month))
    return dataclasses.replace(found, name=str(arm))


def plain(name: str) -> str:
    """The name of a setting, in which a stranger's name may stand, as one line of visible characters.

    >>> plain("organisations.'Ulster\\x1b[31m'.skill")
    "organisations.'Ulster\\\\x1b[31m'.skill"
    """
    text = printable(str(name), 200)
    return text[1:].removesuffix(text[0])


def money_in_words(scenario: Scenario) -> str:
    """What becomes of the money of a muted track in this scenario.

    >>> from multitrack_sim.scenario import scenario_from_codes
    >>> money_in_words(scenario_from_codes({}))
    'the money it does not get is burned'
    """
    return MONEY[scenario.value("funding.muted")]


def switch_off(scenario: Scenario, changes: Settings, off: Settings, month: int = 0) -> Scenario:
    """The scenario with these changes, and without any intervention of its own that would undo what is `off` from
    `month` on.
    """
    made = without_interventions(scenario, off, month)
    interventions = changes.get("interventions", ())
    made = made.with_settings({name: value for name, value in changes.items() if name != "interventions"})
    return made.with_interventions(interventions) if interventions else made


def without_interventions(scenario: Scenario, settings: Mapping[str, Any], month: int = 0) -> Scenario:
    """The scenario without its interventions on these settings from `month` on; one that would end later ends nowhere."""
    kept = []
    for change in scenario.interventions:
        if not _touches(scenario, change, settings):
            kept.append(change)
        elif change["month"] < month:
            ends_later = change["until"] is not None and change["until"] > month
            kept.append(ReadOnly({**change, "until": None}) if ends_later else change)
    if tuple(kept) == scenario.interventions:
        return scenario
    return dataclasses.replace(scenario, interventions=tuple(kept), source_text="")


def _touches(scenario: Scenario, change: Mapping[str, Any], settings: Mapping[str, Any]) -> bool:
    names = scenario.names
    changed = changed_setting(names, change)
    return any(covers(changed, find_setting(names, name)) for name in settings)


MOST_PARTS = 10  # 1024 coalitions


def _subsets(names: Sequence[str]) -> list[frozenset[str]]:
    """All subsets, the smallest first."""
    return [frozenset(some) for size in range(len(names) + 1) for some in itertools.combinations(names, size)]


def _called(inside: frozenset[str], names: Sequence[str]) -> str:
    return " + ".join(name for name in names if name in inside) or NOBODY


def _part(part: str | Part) -> Part:
    if isinstance(part, Part):
        return part
    if part not in PARTS:
        near = nearest(str(part), PARTS)
        hint = f" (did you mean {near!r}?)" if near else ""
        raise MultitrackError(f"no part {printable(part)}; allowed: {', '.join(PARTS)}, or a Part of your own{hint}")
    return PARTS[part]


BASELINE = "as the scenario says"
INTERVENTIONS = "interventions"
