"""Mesa agents: live handles on the rows of the world, whose behaviours are the rules.

A handle stores the model and the index of its row, never the row itself. Columns are attributes that read and write the
table; behaviours are methods that run the rule as plain Python. To change a behaviour, override it in a subclass and
pass `agents={Organisation: YourOrganisation}` to `PeaceProcess`, `simulate` or `run_ensemble`.
"""

from __future__ import annotations

import importlib
import itertools
import pkgutil
import weakref
from collections.abc import Callable
from functools import cache, wraps
from typing import Any, ClassVar

import mesa

from . import process
from .engine.compiled import plain, python_twin
from .schema.tables import TABLES, Column

__all__ = ["NGO", "Academic", "Community", "Government", "Handle", "Issue", "Organisation", "Spoiler"]


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


def _rules_of_agents() -> dict[str, dict[str, Any]]:
    """Every rule that is a behaviour (`@rule(of=...)`), by its table and name."""
    found: dict[str, dict[str, Any]] = {}
    for _, name, _ in pkgutil.iter_modules(process.__path__):
        for value in vars(importlib.import_module(f"{process.__name__}.{name}")).values():
            of = getattr(plain(value), "behaviour_of", None)
            if of:
                found.setdefault(of, {})[plain(value).__name__] = value
    return found


_RULES = _rules_of_agents()


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
            for name, rule in _RULES.get(cls.table, {}).items():
                setattr(cls, name, behaviour(rule))

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


class Issue(Handle):
    """One item of the agenda."""

    table = "issues"


class Academic(Handle):
    """An unofficial participant: scholar, former official or officer, business or religious leader, journalist, exile."""

    table = "academics"


class NGO(Handle):
    """A convenor of unofficial dialogue or a local organisation."""

    table = "ngos"


class Community(Handle):
    """A locality of one party on a social network."""

    table = "communities"


class Spoiler(Handle):
    """A faction that may wreck the process."""

    table = "spoilers"


class Organisation(Handle):
    """A mediator, guarantor, international or regional organisation, or donor."""

    table = "organisations"


AGENTS: tuple[type[Handle], ...] = (Government, Issue, Academic, NGO, Community, Spoiler, Organisation)
