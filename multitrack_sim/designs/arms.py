"""Ready-made arms: what each switches off or adds, by which settings, and the sentence that says whose effect it shows.

The same parts serve comparisons (`mt.compare(scenario, ["no workshops"])`), sweeps and attribution. What a scenario's own
interventions would switch on again later is left out of a ready-made arm; an arm given as plain settings keeps them.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from ..errors import Problem, SettingError, nearest, printable
from ..errors import plain as visible
from ..scenario.scenario import Scenario
from ..schema.categories import MutedMoney
from .additions import ADDITIONS
from .changes import changed
from .design import HELD, INTERVENTIONS
from .parts import PARTS, SWITCHES, Part

__all__ = [
    "ARMS",
    "BASELINE",
    "INTERVENTIONS",
    "PARTS",
    "Arm",
    "Part",
    "arm_named",
    "from_month",
    "money_in_words",
    "plain",
    "with_money",
]

BASELINE = "baseline"
MONEY = {
    "burned": "its money goes unused",
    "moved": "its money goes to the other unofficial track",
    "replaced": "other donors replace part of its money",
}
Settings = dict[str, Any]


@dataclass(frozen=True)
class Arm:
    """A ready-made arm: the parts it switches off, or what it adds, from which month on, and what becomes of the money."""

    name: str
    sentence: str  # what is compared, read after "The effect of"
    sets: Callable[[Scenario], Settings]
    month: int = 0  # 0: from before talks
    money: str = "burned"
    adds: bool = False

    def settings(self, scenario: Scenario) -> Settings:
        """What it changes in this scenario, as `mt.compare` takes it: settings, or interventions from its month on."""
        sets = self.sets(scenario)
        frees = not self.adds and any(name.endswith(".budget") for name in sets)
        money = {"funding.muted": self.money} if frees else {}
        if not self.month:
            return {**sets, **money}
        changes = [{"month": self.month, "set": name, "to": value} for name, value in sets.items()]
        return {**money, INTERVENTIONS: changes}

    def changes(self, scenario: Scenario) -> Settings:
        """What it changes, as a design takes it: what it sets is held so from its month on."""
        return {**self.settings(scenario), HELD: dict.fromkeys(self.sets(scenario), self.month)}

    def scenario(self, scenario: Scenario) -> Scenario:
        """The scenario of this arm."""
        return changed(scenario, self.changes(scenario))


ARMS: dict[str, Arm] = {part.arm: Arm(part.arm, part.sentence, part.off) for part in SWITCHES} | {
    more.arm: Arm(more.arm, more.sentence, more.on, adds=True) for more in ADDITIONS
}
_ALSO = {f"no {part.name}": part.arm for part in SWITCHES}  # an arm is known by its part, too: "no Track II"


def with_money(arm: Arm | str, money: str) -> Arm:
    """The same arm under another use of the money: burned, moved or replaced. Three uses are three estimands.

    >>> with_money("no workshops", "moved").name
    'no workshops, money moved'
    """
    arm = arm_named(arm)
    if money not in MutedMoney.words():
        raise SettingError(f"money={printable(money)}; allowed: {', '.join(MutedMoney.words())}")
    if arm.adds:
        found = "adds something, so no money is left over"
        raise SettingError(Problem(f"arm {printable(arm.name)}", found, "money of arms that switch something off"))
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
    found = ARMS.get(_ALSO.get(name, name))
    if found is None or (month and not month.isdigit()):
        near = nearest(name, [*ARMS, *_ALSO])
        hint = f" (did you mean {near!r}?)" if near else ""
        also = "each also '... from month 24', those that switch off '..., money moved'"
        allowed = "; ".join([*ARMS, also])
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
    return visible(str(name), 200)


def money_in_words(scenario: Scenario) -> str:
    """What becomes of the money of a track that is switched off in this scenario.

    >>> from multitrack_sim.scenario import scenario_from_codes
    >>> money_in_words(scenario_from_codes({}))
    'its money goes unused'
    """
    return MONEY[scenario.value("funding.muted")]
