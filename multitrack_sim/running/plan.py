"""A design bound to a scenario: which run sets what, with which seed, and which runs can share one compiled call.

Runs are numbered: round by round, in a round cell by cell (a point in an arm), in a cell run by run. All of it follows from
the number, so that a sweep can be cut into chunks and pieces anywhere, and goes on anywhere.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any

import numpy as np

from ..designs.changes import beside_settings, changed, checked_code
from ..designs.design import CODE, DUMMY, HELD, INTERVENTIONS, Design
from ..engine.random import run_seed
from ..engine.sources import model_version
from ..errors import MultitrackError, Problem, ScenarioError, SettingError, printable
from ..scenario.codebook import CODES, Coded
from ..scenario.interventions import changed_setting, verb_of
from ..scenario.layout import lay_out
from ..scenario.plausible import Doubts, doubts_of
from ..scenario.read_only import ReadOnly
from ..scenario.scenario import Scenario
from ..scenario.settings import Setting, checked_value, covers, find_setting
from .ensemble import can_vary

__all__ = ["Piece", "Segment", "SweepPlan", "Varied", "bind", "content_of"]

CHUNK_WORK = 2e9  # cells times months that one file of runs is worth: some seconds
LONGEST_CHUNK = 4000  # runs
ROUND_RUNS = 500  # with --until: runs between two looks, shared between the cells,
LEAST_ROUND = 25  # and of one cell at least


def content_of(scenario: Scenario) -> str:
    """All of a scenario that decides results, as a text that is the same for equal scenarios."""
    parts = scenario.rows, scenario.settings, scenario.interventions
    return json.dumps(parts, sort_keys=True)


@dataclass(frozen=True)
class Varied:
    """One thing that is varied: `fast` ones differ between runs of one world; others need a scenario of their own."""

    name: str
    fast: bool
    words: tuple[str, ...] = ()  # of one that is a word: its numbers are their places


@dataclass(frozen=True)
class Segment:
    """Runs one after the other that share a scenario; `vary` has what differs between them."""

    start: int
    stop: int
    settings: tuple[tuple[str, Any], ...]
    vary: Mapping[str, Any]  # an array each


@dataclass(frozen=True)
class Piece:
    """A few runs of one chunk, with all that a worker needs to know."""

    sweep: str  # its identity
    model: str
    base: Scenario | Coded
    chunk: int
    first: int  # its first run, counted within the chunk
    seeds: np.ndarray
    segments: tuple[Segment, ...]
    series: bool


_seed_of = lru_cache(maxsize=2**14)(run_seed)


@dataclass(frozen=True, eq=False)
class SweepPlan:
    """A design bound to a scenario. `round_runs` is how many runs of a cell there are in a round."""

    base: Scenario | Coded
    design: Design
    seed: int
    series: bool
    varied: tuple[Varied, ...]
    points: np.ndarray  # points x varied: numbers, words as their places, NaN where only arms set it
    arms: np.ndarray  # arms x varied: what the arm sets, NaN where it leaves the point's
    chunk_runs: int
    round_runs: int
    rounds: int
    months: int

    @property
    def cells(self) -> int:
        return len(self.points) * len(self.arms)

    @property
    def runs(self) -> int:
        """All runs; with a rule to stop earlier, the most there can be."""
        return self.cells * self.round_runs * self.rounds

    @property
    def arm_names(self) -> tuple[str, ...]:
        return tuple(self.design.arms)

    @property
    def scenario(self) -> Scenario:
        """The scenario as it is where nothing is varied."""
        return self.base.scenario() if isinstance(self.base, Coded) else self.base

    @cached_property
    def identity(self) -> str:
        """A hash of all that decides the results; how the sweep is cut into chunks does not."""
        digest = hashlib.sha256()
        rounds = (self.round_runs, self.rounds) if self.rounds > 1 else ()
        base = (sorted(self.base.codes.items()), self.base.title) if isinstance(self.base, Coded) else ()
        for part in (
            content_of(self.scenario),
            base,
            self.design.identity,
            self.seed,
            self.series,
            rounds,
            model_version(),
        ):
            digest.update(repr(part).encode() + b"\0")
        return digest.hexdigest()[:32]

    @cached_property
    def doubts(self) -> Doubts | None:
        """Which plausible set and which variant its runs have, by their number within the cell."""
        return doubts_of(self.design.options)

    @cached_property
    def kept(self) -> frozenset[str]:
        """The parameters that the scenario sets itself: no plausible set or variant changes them."""
        return frozenset(self.scenario.settings)

    def cut_by(self, chunk_runs: int) -> SweepPlan:
        """The same sweep in chunks of so many runs."""
        made = dataclasses.replace(self, chunk_runs=chunk_runs)
        made.__dict__["identity"] = self.identity  # large designs take a while to hash
        return made

    # --- which run is which

    @property
    def chunks_of_round(self) -> int:
        return -(-self.cells * self.round_runs // self.chunk_runs)

    def chunks(self, round: int) -> range:
        return range(round * self.chunks_of_round, (round + 1) * self.chunks_of_round)

    def span(self, chunk: int) -> tuple[int, int]:
        """The first run of a chunk and the one after its last."""
        round, at = divmod(chunk, self.chunks_of_round)
        size = self.cells * self.round_runs
        return round * size + at * self.chunk_runs, round * size + min(size, (at + 1) * self.chunk_runs)

    def length(self, chunk: int) -> int:
        """How many runs a chunk has."""
        start, stop = self.span(chunk)
        return stop - start

    def has_chunk(self, chunk: int) -> bool:
        """Whether there is a chunk of this number."""
        return 0 <= chunk < self.rounds * self.chunks_of_round

    def places(self, numbers: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Point, arm and number within the cell of runs."""
        round, rest = np.divmod(numbers, self.cells * self.round_runs)
        cell, run = np.divmod(rest, self.round_runs)
        point, arm = np.divmod(cell, len(self.arms))
        return point, arm, round * self.round_runs + run

    def values(self, point: np.ndarray, arm: np.ndarray) -> np.ndarray:
        """What these runs set (runs x varied)."""
        own = self.arms[arm]
        return np.asarray(np.where(np.isnan(own), self.points[point], own))

    def months_of(self, numbers: np.ndarray) -> np.ndarray:
        """How many months these runs last."""
        names = [v.name for v in self.varied]
        usual = float(self.scenario.value("run.months"))
        if "run.months" not in names:
            return np.full(len(numbers), usual)
        point, arm, _ = self.places(numbers)
        given = self.values(point, arm)[:, names.index("run.months")]
        return np.asarray(np.where(np.isnan(given), usual, given))

    def seeds(self, run: np.ndarray) -> np.ndarray:
        return np.array([_seed_of(self.seed, k) for k in run.tolist()], np.int64)

    def settings(self, row: np.ndarray, fast: bool | None = None) -> dict[str, Any]:
        """One row of `values` as settings: all of them, or only the fast, or only the others."""
        chosen = [(v, x) for v, x in zip(self.varied, row.tolist()) if x == x and fast in (None, v.fast)]
        return {v.name: v.words[int(x)] if v.words else x for v, x in chosen}

    def piece(self, chunk: int, first: int, stop: int) -> Piece:
        """Runs `first` up to, not including, `stop` of a chunk."""
        begin = self.span(chunk)[0]
        point, arm, run = self.places(np.arange(begin + first, begin + stop))
        segments = tuple(self._segments(point, arm, run))
        return Piece(self.identity, model_version(), self.base, chunk, first, self.seeds(run), segments, self.series)

    def _segments(self, point: np.ndarray, arm: np.ndarray, run: np.ndarray) -> Iterator[Segment]:
        """Cut where the scenario changes, or which settings are given."""
        values, own = self.values(point, arm), ~np.isnan(self.arms[arm])
        slow = [at for at, v in enumerate(self.varied) if not v.fast]
        shape = np.column_stack([values[:, slow], own[:, slow], np.isnan(values), self._scenario_of_arm[arm]])
        shape = np.where(np.isnan(shape), np.inf, shape)
        cuts = np.flatnonzero((shape[1:] != shape[:-1]).any(axis=1)) + 1
        for start, stop in zip([0, *cuts.tolist()], [*cuts.tolist(), len(values)]):
            fast = [
                at for at, v in enumerate(self.varied) if v.fast and v.name != DUMMY and not np.isnan(values[start, at])
            ]
            vary = {self.varied[at].name: np.ascontiguousarray(values[start:stop, at]) for at in fast}
            if self.doubts:
                given = self.kept.union(self.settings(values[start]))
                vary = {**self.doubts.values(run[start:stop], given), **vary}
            said = np.where(own[start] | self._by_point, values[start], np.nan)  # not what is as the scenario has it
            settings = self.settings(said, fast=False) | self._beside[arm[start]]
            yield Segment(start, stop, tuple(settings.items()), vary)

    @cached_property
    def _by_point(self) -> np.ndarray:
        """Which of what is varied differs between points, or is a code, which has a value in every run."""
        names = self.design.names
        return np.array([name in self.design.columns or name.startswith(CODE) for name in names], bool)

    @cached_property
    def _beside(self) -> list[dict[str, Any]]:
        """Of each arm, what it changes beside settings, as values that cannot change."""
        return [_fixed(beside_settings(changes)) for changes in self.design.arms.values()]

    @cached_property
    def _scenario_of_arm(self) -> np.ndarray:
        """Of each arm a number, the same for those that differ in settings only."""
        numbers: dict[Any, int] = {}
        return np.array([numbers.setdefault(tuple(one.items()), len(numbers)) for one in self._beside])

    def arm_content(self, arm: str) -> str:
        """All that decides the results of an arm's runs, but for settings and seeds, as a text."""
        beside = beside_settings(self.design.arms[arm])
        return content_of(changed(self.scenario, beside) if beside else self.scenario)


def _fixed(beside: Mapping[str, Any]) -> dict[str, Any]:
    """What stands beside settings, as values that cannot change and can be compared."""
    found: dict[str, Any] = {}
    if INTERVENTIONS in beside:
        found[INTERVENTIONS] = tuple(ReadOnly(one) for one in beside[INTERVENTIONS])
    if HELD in beside:
        found[HELD] = ReadOnly(beside[HELD])
    return found


def bind(base: Scenario | Coded, design: Design, seed: int, series: bool = False, in_rounds: bool = False) -> SweepPlan:
    """Check every name and value of the design against the scenario, and lay out the sweep. SettingError lists all that
    is wrong. `in_rounds` leaves room for a look at the results now and then.
    """
    if not isinstance(seed, int | np.integer) or isinstance(seed, bool) or not 0 <= seed < 2**53:
        raise MultitrackError(Problem("seed", f"found {printable(seed)}", "a whole number from 0 to 2**53 - 1"))
    problems: list[Problem] = []
    scenario = base.scenario() if isinstance(base, Coded) else base
    carried = doubts_of(design.options)
    in_doubt = set(carried.names) - set(scenario.settings) if carried else set()
    later = _later_changes(base, scenario, design, problems)
    given = {name: _given(design, name) for name in design.names}
    with_codes = any(name.startswith(CODE) for name in given)
    varied: list[Varied] = []
    points: list[np.ndarray] = []
    arms: list[np.ndarray] = []
    for name, values in given.items():
        try:
            one, number = _varied(base, scenario, name, values, later)
        except (SettingError, ScenarioError) as wrong:
            problems += wrong.problems
            continue
        if any(one.name == other.name for other in varied):
            problems.append(Problem(printable(name), "is varied under two names", "one"))
        varied.append(one)
        column = design.columns.get(name)
        usual = np.nan if with_codes or one.name in in_doubt else _as_it_is(scenario, one)
        fill = _code_as_it_is(base, name) if name.startswith(CODE) else usual
        points.append(np.full(design.points, fill) if column is None else np.array([number[v] for v in column], float))
        arms.append(np.array([number[arm[name]] if name in arm else np.nan for arm in design.arms.values()], float))
    if problems:
        raise SettingError(problems)
    given_months = [x for name, values in given.items() if name == "run.months" for x in values]
    months = max([scenario.value("run.months"), *given_months])
    words = len(lay_out(scenario).world.words)
    chunk = max(1, min(LONGEST_CHUNK, int(CHUNK_WORK / (words * months))))
    cells = design.points * len(design.arms)
    round_runs = min(design.runs, max(LEAST_ROUND, -(-ROUND_RUNS // cells))) if in_rounds else design.runs
    return SweepPlan(
        base, design, int(seed), series, tuple(varied), _beside(points, design.points), _beside(arms, len(design.arms)),
        chunk_runs=chunk, round_runs=round_runs, rounds=-(-design.runs // round_runs), months=int(months),
    )  # fmt: skip


def _beside(columns: list[np.ndarray], rows: int) -> np.ndarray:
    return np.column_stack(columns) if columns else np.zeros((rows, 0))


def _given(design: Design, name: str) -> list[Any]:
    """Every value that is given to a setting, each once."""
    values = [*design.columns.get(name, ()), *(arm[name] for arm in design.arms.values() if name in arm)]
    return list(dict.fromkeys(values))


def _later_changes(
    base: Scenario | Coded, scenario: Scenario, design: Design, problems: list[Problem]
) -> list[Mapping[str, Any]]:
    """The interventions of the scenario and of all arms, once each arm's were tried on it; `problems` gets what is wrong."""
    later: dict[Mapping[str, Any], None] = dict.fromkeys(scenario.interventions)
    for name, changes in design.arms.items():
        beside = beside_settings(changes)
        if beside:
            try:
                later |= dict.fromkeys(changed(base, beside).interventions)
            except MultitrackError as wrong:
                told = (Problem(f"arm {printable(name)}", str(one)) for one in wrong.problems)
                problems += told
    return list(later)


def _varied(
    base: Scenario | Coded, scenario: Scenario, name: str, values: list[Any], later: Sequence[Mapping[str, Any]]
) -> tuple[Varied, dict[Any, float]]:
    """How a setting is varied, and its values as numbers."""
    if name.startswith(CODE):
        return Varied(name, fast=False), _codes(base, name, values)
    if name == DUMMY:
        if said := [value for value in values if isinstance(value, str)]:
            raise SettingError(Problem(DUMMY, f"found {printable(said[0])}", "numbers"))
        return Varied(name, fast=True), {value: float(value) for value in values}
    setting = find_setting(scenario.names, name)
    column, problems = setting.column, []
    good: dict[Any, Any] = {}
    plain = not column.choices and column.name not in _refers()
    for value in values:
        if plain and isinstance(value, int | float) and column.low <= value <= column.high and not column.whole:
            good[value] = float(value)  # the way of large designs
            continue
        try:
            good[value] = checked_value(scenario.names, setting, value)
        except SettingError as wrong:
            problems += wrong.problems
    if problems:
        raise SettingError(problems[:10])
    words = column.choices or tuple(dict.fromkeys(v for v in good.values() if isinstance(v, str)))
    number = {value: float(words.index(v)) if isinstance(v, str) else float(v) for value, v in good.items()}
    return Varied(setting.name, _is_fast(scenario, setting, later), words), number


def _refers() -> Mapping[str, str]:
    from ..schema.tables import REFERS

    return REFERS


def _codes(base: Scenario | Coded, name: str, values: list[Any]) -> dict[Any, float]:
    return {value: checked_code(base, name, value) for value in values}


def _is_fast(scenario: Scenario, setting: Setting, later: Sequence[Mapping[str, Any]]) -> bool:
    """Whether runs of one world may differ in it: where nothing else of the scenario hangs on its value."""
    if not can_vary(setting) or scenario.value(setting.name) is None:
        return False
    if setting.table != "parameters" and (setting.column.whole or setting.column.choices):
        return False
    names = scenario.names
    return not any(verb_of(one) in ("scale", "shift") and covers(changed_setting(names, one), setting) for one in later)


def _code_as_it_is(base: Scenario | Coded, name: str) -> float:
    code = name.removeprefix(CODE)
    given = base.codes.get(code) if isinstance(base, Coded) else None
    return CODES[code].middle if given is None or given != given else float(given)


def _as_it_is(scenario: Scenario, one: Varied) -> float:
    """What a run has whose arm says nothing of it."""
    if one.name == DUMMY:
        return 0.0
    value = scenario.value(one.name)
    if isinstance(value, str):
        return float(one.words.index(value)) if value in one.words else np.nan
    return np.nan if value is None else float(value)
