"""One run as a Mesa model: the same world and the same months as the ensemble, with agents to look at and to change."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from os import PathLike
from typing import Any

import mesa
import numpy as np

from .agents import AGENTS, Handle
from .engine.compiled import python_twin, uses
from .errors import MultitrackError
from .process.initial import draw_world
from .process.month import SCHEDULE
from .process.observation import measure_month, measure_run
from .process.warmup import prepare
from .scenario.layout import lay_out
from .scenario.library import as_scenario
from .scenario.scenario import Scenario
from .schema.categories import Phase
from .schema.outcomes import OUTCOME_ROW, OUTCOMES, SERIES, SERIES_ROW
from .schema.world import World, as_numbers, blank_rows, records, restore, snapshot

__all__ = ["PeaceProcess"]


class PeaceProcess(mesa.Model):
    """A peace process, month by month.

    `seed` is a whole number from 0 to 2**53 - 1 (default: a fresh one); `rng`, as Mesa's `batch_run` passes it, may be
    given instead. `through_agents` runs every behaviour through the agents (slow; same bits). `agents` replaces classes
    of agents: `{Organisation: TirelessMediator}`. `collect=False` leaves out the DataCollector.

    Attributes: `world` (tables whose rows have attributes), `tables` (the same memory as plain structured arrays),
    `conflict` (the Scenario), `key` (the seed), `month`, `months`, `names`.
    """

    def __init__(
        self,
        scenario: Scenario | str | PathLike[str],
        *,
        seed: int | None = None,
        rng: Any = None,
        through_agents: bool = False,
        agents: Mapping[type, type] | None = None,
        collect: bool = True,
        settings: tuple[np.ndarray, np.ndarray] | None = None,
    ):
        if seed is not None and rng is not None:
            raise MultitrackError("both seed and rng are given; allowed: one of them")
        if seed is None:
            if rng is None:
                seed = secrets.randbelow(2**53)
            elif isinstance(rng, int | np.integer):
                seed = int(rng)
            else:
                try:
                    seed = int(np.random.default_rng(rng).integers(2**53))
                except (TypeError, ValueError):
                    raise MultitrackError(f"rng={rng!r}; allowed: what numpy.random.default_rng takes") from None
        if isinstance(seed, bool) or not isinstance(seed, int | np.integer) or not 0 <= int(seed) < 2**53:
            raise MultitrackError(f"seed={seed!r}; allowed: whole numbers from 0 to 2**53 - 1")
        scenario = as_scenario(scenario)
        super().__init__(rng=int(seed))

        prepare()
        layout = lay_out(scenario)
        self.conflict = scenario
        self.key = int(seed)
        self.names = layout.names
        self.tables: World = layout.new_world()
        restore(self.tables, layout.world.words)
        if settings is not None:
            cells, values = settings
            self.tables.words[cells] = values
        self.tables.process["key"] = self.key
        draw_world(self.tables)
        self.world: World = records(self.tables)
        self.months = int(self.tables.parameters["run_months"][0])

        self._check(agents)
        replaced = {base: base for base in AGENTS} | dict(agents or {})
        self.handles: dict[str, list[Handle]] = {}
        overridden: dict[str, type[Handle]] = {}
        for base in AGENTS:
            kind = replaced[base]
            self.handles[base.table] = [kind(self, row) for row in range(len(getattr(self.tables, base.table)))]
            for name in base.behaviours():
                if through_agents or getattr(kind, name) is not getattr(base, name):
                    overridden[name] = kind
        self._replaced = overridden
        self._wholly = through_agents
        self._settings = settings
        self._plan: list[tuple[Callable, bool]] | None = None
        self.datacollector = self._collector() if collect else None
        self._measured: tuple[int, dict[str, Any]] | None = None

    @staticmethod
    def _check(agents: Any) -> None:
        if agents is not None and not isinstance(agents, Mapping):
            raise MultitrackError(f"agents is a {type(agents).__name__}; allowed: {{Organisation: YourOrganisation}}")
        for base, kind in (agents or {}).items():
            if base not in AGENTS or not isinstance(kind, type) or not issubclass(kind, base):
                words = (one.__name__ if isinstance(one, type) else f"a {type(one).__name__}" for one in (base, kind))
                found = ": ".join(words)
                allowed = ", ".join(a.__name__ for a in AGENTS)
                raise MultitrackError(f"agents={{{found}}}; allowed: subclasses of the key, which is one of {allowed}")

    def _collector(self) -> mesa.DataCollector:
        reporters: dict[str, Any] = {name: [_report, [self, name]] for name in [*SERIES, *OUTCOMES]}
        return mesa.DataCollector(model_reporters=reporters)

    @property
    def month(self) -> int:
        """How many months have passed."""
        return int(self.tables.process["month"][0])

    @property
    def phase(self) -> str:
        """Where the process stands, by name."""
        return Phase.words()[int(self.tables.process["phase"][0])]

    def step(self) -> None:
        """One month. After the last one there is nothing to step to."""
        if self.month >= self.months:
            raise MultitrackError(
                f"the run has ended after {self.months} months; allowed: a longer run.months, or a new model"
            )
        self._pass_month()
        if self.month >= self.months:
            self.running = False
        if self.datacollector is not None:
            self.datacollector.collect(self)

    def _pass_month(self) -> None:
        month = self.month
        for function, in_python in self._schedule():
            function(self.world if in_python else self.tables, month)

    def pass_phase(self, name: str, chance: Callable[..., float] | None = None) -> None:
        """One phase of this month alone (see `SCHEDULE`), on wish with other draws than chance's: for what-ifs.

        `chance(key, purpose, month, id, partner)` is asked for every draw of the phase.
        """
        month = self.month
        if chance is None:
            function, in_python = self._schedule()[list(SCHEDULE).index(name)]
            function(self.world if in_python else self.tables, month)
        else:  # all of it in Python: it is needed once, and to compile its parts would take longer
            python_twin(SCHEDULE[name], self._agents_behaviours() | {"chance": chance})(self.world, month)

    def _schedule(self) -> list[tuple[Callable, bool]]:
        """The month's phases: compiled, unless they use an overridden behaviour. Of such a phase the parts that use it run
        as Python, through the agents (`through_agents`: the whole phase).
        """
        if self._plan is None:
            through = self._agents_behaviours()
            tables = None if self._wholly else self.tables
            self._plan = []
            for phase in SCHEDULE.values():
                in_python = uses(phase, through)
                self._plan.append((python_twin(phase, through, tables) if in_python else phase, in_python))
        return self._plan

    def _agents_behaviours(self) -> dict[str, Callable]:
        return {name: self._through(name, kind.table) for name, kind in self._replaced.items()}

    def _through(self, name: str, table: str) -> Callable:
        handles = {int(handle.id): handle for handle in self.handles[table]}  # type: ignore[attr-defined]

        def via_agent(row: Any, *arguments: Any) -> Any:
            return getattr(handles[int(row.id)], name)(*arguments)

        return via_agent

    def run(self) -> dict[str, Any]:
        """All months that are left; then the outcomes."""
        while self.running:
            self.step()
        return self.outcomes()

    def outcomes(self) -> dict[str, Any]:
        """Every outcome as it stands now: categories by name, missing values as NaN (see `multitrack_sim.outcomes()`)."""
        row = blank_rows(1, OUTCOME_ROW)
        measure_run(self.tables, row[0], as_numbers(row)[0])
        return {name: _readable(OUTCOMES[name], row[name][0]) for name in OUTCOMES}

    def measured(self) -> dict[str, Any]:
        """The monthly series and all outcomes as they stand now, measured once a month."""
        if self._measured is None or self._measured[0] != self.month:
            row = blank_rows(1, SERIES_ROW)
            measure_month(self.tables, row[0])
            values = self.outcomes() | {name: _readable(SERIES[name], row[name][0]) for name in SERIES}
            self._measured = (self.month, values)
        return self._measured[1]

    def snapshot(self) -> np.ndarray:
        """A copy of the whole world, to come back to: the branch point of a what-if."""
        return snapshot(self.tables)

    def restore(self, copy: np.ndarray) -> None:
        """Go back to a snapshot. All handles and views stay valid."""
        restore(self.tables, copy)
        self._measured = None
        self.running = self.month < self.months

    def __getstate__(self) -> dict[str, Any]:
        state = self.__dict__.copy()
        state["_plan"] = None  # Python twins are made anew from the classes of agents
        state["world"] = None  # a view on the tables
        for name in ("step", "_user_step"):  # Mesa 3.3 wraps the bound method in the instance
            state.pop(name, None)
        return state

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)
        self.world = records(self.tables)
        if hasattr(self, "_wrapped_step"):
            self._user_step = type(self).step.__get__(self)
            self.step = self._wrapped_step  # type: ignore[method-assign]


def _report(model: PeaceProcess, name: str) -> Any:
    return model.measured()[name]


def _readable(outcome: Any, value: Any) -> Any:
    return outcome.values[int(value)] if outcome.values else float(value)
