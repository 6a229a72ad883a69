"""Mesa agents: live handles on the rows of the world, whose behaviours are the rules.

A handle stores the model and the index of its row, never the row itself. Columns are attributes that read and write the
table; behaviours are methods that run the rule as plain Python. To change a behaviour, override it in a subclass and
pass `agents={Organisation: YourOrganisation}` to `PeaceProcess`, `simulate` or `run_ensemble`.
"""

from __future__ import annotations

import itertools
import weakref
from collections.abc import Callable
from functools import cache, wraps
from typing import Any, ClassVar

import mesa

from .compiled import plain, python_twin
from .process import accord, circumstances, confidence, dialogue, fighting, grassroots, publics, spoiling, talks
from .tables import TABLES, Column

__all__ = ["Academic", "Community", "Government", "Handle", "Issue", "NGO", "Organisation", "Spoiler"]


class _Counters(weakref.WeakKeyDictionary):
    """Counters of agents per model that let go of a model when it is done (Mesa 3.3 keeps every model alive)."""

    def __getitem__(self, model):
        if model not in self:
            self[model] = itertools.count(1)
        return super().__getitem__(model)


@cache
def _as_python(rule: Any) -> Callable:
    return python_twin(rule, {})


def behaviour(rule: Any) -> Callable:
    """A method that applies a rule to the agent's own row."""

    @wraps(plain(rule))
    def method(self: Handle, *arguments: Any) -> Any:
        return _as_python(rule)(self.row, *arguments)

    method.rule = rule  # type: ignore[attr-defined]
    return method


def _attribute(column: Column) -> property:
    def read(self: Handle) -> float | int:
        return getattr(self.model.tables, self.table)[column.name][self.index].item()

    def write(self: Handle, value: float) -> None:
        getattr(self.model.tables, self.table)[column.name][self.index] = value

    return property(read, write, doc=f"{column.meaning} ({column.unit})")


class Handle(mesa.Agent):
    """A live handle on one row of a table."""

    table: ClassVar[str] = ""
    _ids: ClassVar[Any] = _Counters()

    def __init_subclass__(cls, **options: Any) -> None:
        super().__init_subclass__(**options)
        if "table" in cls.__dict__:
            for column in TABLES[cls.table].columns:
                setattr(cls, column.name, _attribute(column))

    def __init__(self, model: Any, index: int):
        super().__init__(model)
        self.index = index

    @property
    def row(self) -> Any:
        """The row itself, a view: writing to it changes the world."""
        return getattr(self.model.world, self.table)[self.index]

    @property
    def name(self) -> str:
        """The row's label in the scenario."""
        names = self.model.names.get(self.table, ())
        return names[self.index] if self.index < len(names) else f"{self.table} {self.index}"

    @classmethod
    def behaviours(cls) -> dict[str, Any]:
        """Every behaviour of this class of agents by name: the rule it stands for."""
        found = {}
        for base in reversed(cls.__mro__):
            found.update({name: value.rule for name, value in vars(base).items() if hasattr(value, "rule")})
        return found

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.name!r}>"


class Government(Handle):
    """The official leadership of one party: a state, an armed movement, an authority."""

    table = "governments"
    leave_office = behaviour(circumstances.leave_office)
    faces_election = behaviour(circumstances.faces_election)
    lose_election = behaviour(circumstances.lose_election)
    take_office = behaviour(circumstances.take_office)
    feel_pressure = behaviour(circumstances.feel_pressure)
    suffer = behaviour(fighting.suffer)
    want_out = behaviour(fighting.want_out)
    hear_options = behaviour(dialogue.hear_options)
    have_will = behaviour(confidence.have_will)
    comply = behaviour(confidence.comply)
    believe = behaviour(talks.believe)
    assess = behaviour(talks.assess)
    get_ready = behaviour(talks.get_ready)
    open_with = behaviour(talks.open_with)
    instruct = behaviour(talks.instruct)
    concede = behaviour(talks.concede)
    ratify = behaviour(talks.ratify)
    prevent = behaviour(spoiling.prevent)
    carry_out = behaviour(accord.carry_out)
    give_cue = behaviour(publics.give_cue)
    mobilise = behaviour(publics.mobilise)
    hear_public = behaviour(publics.hear_public)


class Issue(Handle):
    """One item of the agenda."""

    table = "issues"
    invent_officially = behaviour(talks.invent_officially)
    invent_unofficially = behaviour(dialogue.invent_unofficially)
    redraft = behaviour(talks.redraft)


class Academic(Handle):
    """An unofficial participant: scholar, former official or officer, business or religious leader, journalist, exile."""

    table = "academics"
    attend = behaviour(dialogue.attend)
    harden = behaviour(dialogue.harden)
    report = behaviour(dialogue.report)


class NGO(Handle):
    """A convenor of unofficial dialogue or a local organisation."""

    table = "ngos"
    convene = behaviour(dialogue.convene)
    work_in_places = behaviour(grassroots.work_in_places)


class Community(Handle):
    """A locality of one party on a social network."""

    table = "communities"
    join_programme = behaviour(grassroots.join_programme)
    take_part = behaviour(grassroots.take_part)
    backfire = behaviour(grassroots.backfire)
    forget_programme = behaviour(grassroots.forget_programme)
    listen = behaviour(publics.listen)
    feel = behaviour(publics.feel)
    enjoy_peace = behaviour(publics.enjoy_peace)
    judge = behaviour(publics.judge)


class Spoiler(Handle):
    """A faction that may wreck the process."""

    table = "spoilers"
    feel_threatened = behaviour(spoiling.feel_threatened)
    try_attack = behaviour(spoiling.try_attack)
    come_round = behaviour(spoiling.come_round)
    grow = behaviour(spoiling.grow)


class Organisation(Handle):
    """A mediator, guarantor, international or regional organisation, or donor."""

    table = "organisations"
    mediate = behaviour(talks.mediate)
    guarantee_accord = behaviour(talks.guarantee_accord)


AGENTS: tuple[type[Handle], ...] = (Government, Issue, Academic, NGO, Community, Spoiler, Organisation)
