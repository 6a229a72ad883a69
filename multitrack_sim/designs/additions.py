"""What can be added to a peace process: the arms "with ...", each as far as the codebook goes.

An addition gives what there is more to do: an organisation of the scenario becomes guarantor or mediator, its donors pay
for workshops. How much is what the codebook's highest code sets, so no number is chosen here. What a scenario has no rows
for, or has in full already, is refused.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from ..errors import Problem, SettingError, printable
from ..scenario.codebook import CODES, scenario_from_codes
from ..scenario.interventions import changed_setting
from ..scenario.scenario import Scenario
from ..scenario.settings import Setting, covers, find_setting
from ..scenario.validation import row_columns

__all__ = ["ADDITIONS", "Addition"]

Settings = dict[str, Any]


@dataclass(frozen=True)
class Addition:
    """Something that an arm adds. `on` reads from a scenario's rows the settings that do so; SettingError says why it
    cannot. `sentence` is read after "The effect of".
    """

    arm: str
    sentence: str
    on: Callable[[Scenario], Settings]


@cache
def _fully(code: str) -> Scenario:
    """The scenario that the highest value of a code stands for."""
    return scenario_from_codes({code: CODES[code].high})


def _raised(scenario: Scenario, arm: str, most: Settings) -> Settings:
    """Of these settings, those that are lower in the scenario; refused where none is."""
    raised = {name: value for name, value in most.items() if scenario.value(name) < value}
    if not raised:
        raise SettingError(Problem(f"arm {printable(arm)}", "the scenario has all of that already", "an arm that adds"))
    return raised


@dataclass(frozen=True)
class _OneOrganisation:
    """One organisation brings what the codebook's mediator or guarantor (`row`) brings at the highest code.

    It is one of this kind, or else the one that brings most of it already.
    """

    arm: str
    kind: str
    code: str
    row: str
    columns: tuple[str, ...]

    def __call__(self, scenario: Scenario) -> Settings:
        rows = scenario.rows["organisations"]
        if not rows:
            found = "the scenario has no organisation that could do it"
            allowed = f'a scenario with one: [[organisations]], name = "...", kind = "{self.kind}"'
            raise SettingError(Problem(f"arm {printable(self.arm)}", found, allowed))
        first = self.columns[0]
        chosen = max(rows, key=lambda row: (row["kind"] == self.kind, row[first]))
        most = {
            _cell(chosen["name"], column): _fully(self.code).value(f"organisations.'{self.row}'.{column}")
            for column in self.columns
        }
        return {**_there(scenario, chosen), **_raised(scenario, self.arm, most)}


def _cell(organisation: str, column: str) -> str:
    return Setting("organisations", (organisation,), row_columns("organisations")[column]).name


def _there(scenario: Scenario, row: Any) -> Settings:
    """An organisation takes part from the start on, where it would come later or go."""
    active = find_setting(scenario.names, _cell(row["name"], "active"))
    moved = any(covers(changed_setting(scenario.names, one), active) for one in scenario.interventions)
    return {active.name: 1} if moved or not row["active"] else {}


@dataclass(frozen=True)
class _Track:
    """Parameters at what the highest code sets, with money in full; `needs` are tables without whose rows it does nothing."""

    arm: str
    coded: Mapping[str, str]  # a parameter, and the code that sets it
    budget: str
    needs: Sequence[str]
    access: str = ""  # the code that says how well participants are heard, where that is raised too

    def __call__(self, scenario: Scenario) -> Settings:
        for table in self.needs:
            if not any(row["active"] for row in scenario.rows[table]):
                found = f"the scenario has no {table} at the start"
                raise SettingError(Problem(f"arm {printable(self.arm)}", found, f"a scenario with {table}"))
        most: Settings = {self.budget: 1.0, **{name: _fully(code).value(name) for name, code in self.coded.items()}}
        if self.access:
            known, full = row_columns("academics")["access"], _fully(self.access).rows["academics"][0]["access"]
            cells = [Setting("academics", (row["name"],), known).name for row in scenario.rows["academics"]]
            most |= dict.fromkeys(cells, full)
        return _raised(scenario, self.arm, most)


ADDITIONS: tuple[Addition, ...] = (
    Addition(
        "with a guarantor",
        "an outside guarantor (one organisation's guarantee and monitoring as the codebook's highest code has them)",
        _OneOrganisation("with a guarantor", "guarantor", "guarantee", "Guarantor", ("guarantee", "monitoring")),
    ),
    Addition(
        "with a mediator",
        "a skilled mediator (one organisation's skill, leverage and impartiality as the codebook's highest code has them)",
        _OneOrganisation(
            "with a mediator", "mediator", "mediation", "Mediator", ("skill", "leverage", "impartiality")
        ),
    ),
    Addition(
        "with workshops",
        "sustained workshops with access to leaders (Track II's money and participants' access as the codebook's highest "
        "code has them)",
        _Track("with workshops", {"track_two.funds": "track2"}, "track_two.budget", ("ngos", "academics"), "track2"),
    ),
    Addition(
        "with Track III",
        "grassroots programmes across the divide (Track III's money as the codebook's highest code has it)",
        _Track("with Track III", {"track_three.funds": "track3"}, "track_three.budget", ("ngos",)),
    ),
    Addition(
        "with verified measures",
        "confidence-building measures that are pushed and verified (push and verification as the codebook's highest codes "
        "have them)",
        _Track(
            "with verified measures", {"cbm.push": "cbm", "cbm.verification": "cbm_verification"}, "cbm.budget",
            ("measures",),
        ),
    ),
)  # fmt: skip
