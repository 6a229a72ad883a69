"""Arms as people write them, everywhere in one grammar: on the command line, in a TOML file, in Python.

An arm has a name and settings, "no Track II: track_two.budget=0"; or is a ready-made one, "no workshops from month 24",
which may have a name of its own, "later: no workshops from month 24". A table, in a file or in Python, has settings and
may have interventions. Every problem is named at once, with its place.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from os import PathLike
from typing import Any

from pydantic import TypeAdapter, ValidationError

from ..errors import MultitrackError, Problem, ScenarioError, SettingError, did_you_mean, nearest, printable
from ..scenario.codebook import Coded
from ..scenario.load import parse
from ..scenario.scenario import Scenario
from ..scenario.settings import find_setting
from ..scenario.toml_text import KeyPath, write_key
from ..scenario.user_file import read_text
from ..scenario.validation import LONGEST_NAME, NAME
from ..schema.parameters import PARAMETERS
from ..schema.tables import TABLES
from .arms import ARMS, BASELINE, Arm, arm_named
from .changes import changed
from .design import BESIDE, CODE, DUMMY, HELD, INTERVENTIONS
from .words import outside_quotes, settings_in_words

__all__ = ["MOST_ARMS", "WrittenArm", "arms_given", "read_arms"]

MOST_ARMS = 20  # beside the baseline: more are a sweep, and no page shows them side by side
MORE_ARMS = "more arms: multitrack sweep --design paired"
MOST_IN_A_DESIGN = 10_000
AS_WRITTEN = "NAME: SETTING=VALUE, SETTING=VALUE; or the name of a ready-made arm"
IN_A_FILE = '[arms."no Track II"], and below it lines such as "track_two.budget" = 0'
IN_PYTHON = "{name: {setting: value}}, or names of ready-made arms"


@dataclass(frozen=True)
class WrittenArm:
    """One arm as it was written: what it changes in the scenario, and that scenario changed."""

    name: str
    changes: dict[str, Any]  # settings, and "interventions": a list
    scenario: Scenario
    ready: Arm | None = None
    in_design: dict[str, Any] = field(default_factory=dict, compare=False)  # the same, as designs take it

    @property
    def given(self) -> Arm | dict[str, Any]:
        """As `compare` takes it."""
        return self.ready or self.changes


@dataclass(frozen=True)
class _Place:
    """Where an arm was written. `of` gives the place of a part of it; `exact` where that place names the part."""

    of: Callable[[KeyPath], str]
    exact: bool = False


def read_arms(
    base: Scenario | Coded,
    texts: Sequence[str] = (),
    file: str | PathLike[str] | None = None,
    taken: Sequence[str] = (BASELINE,),
    for_design: bool = False,
) -> list[WrittenArm]:
    """The arms in `texts` ("no Track II: track_two.budget=0", or "no workshops" where one is ready-made) and then those
    of a file, each tried on the scenario.

    `taken` are names that no arm may have. Arms `for_design` stand beside no baseline: there may be none or very many, one
    may change nothing ("with:"), and they may set codes, `dummy`, and how long they run. SettingError (ScenarioError where
    the file itself cannot be read) lists everything that is wrong, each with its place.

    >>> from multitrack_sim.scenario import scenario_from_codes
    >>> arms = read_arms(scenario_from_codes({}), ["half: track_two.budget=0.5", "no CBMs"])
    >>> [(arm.name, arm.scenario.value("track_two.budget"), arm.scenario.value("cbm.budget")) for arm in arms]
    [('half', 0.5, 1.0), ('no CBMs', 1.0, 0.0)]
    """
    reading = _Reading(base, taken, for_design)
    if len(texts) > reading.most:
        raise SettingError(reading.too_many("--arm", len(texts)))
    for text in texts:
        reading.in_words(text, f"--arm {printable(text)}", "--arm ")
    if file is not None:
        reading.in_file(file)
    if not reading.problems and not reading.arms and not for_design:
        reading.refuse("--arm", "there is no arm to compare with", AS_WRITTEN, "or --arm-file FILE")
    if len(reading.arms) > reading.most:
        reading.problems.append(reading.too_many("arms", len(reading.arms)))
    if reading.problems:
        raise SettingError(reading.problems)
    return reading.arms


def arms_given(scenario: Scenario, arms: Any, taken: Sequence[str] = (BASELINE,)) -> list[WrittenArm]:
    """The arms that were given in Python: a text or a ready-made arm, a list of them, or a dict of arms by name.

    >>> from multitrack_sim.scenario import scenario_from_codes
    >>> given = {"half": {"track_two.budget": 0.5}, "none": "no workshops"}, ["none: track_two.budget=0"], "no CBMs"
    >>> [[arm.name for arm in arms_given(scenario_from_codes({}), one)] for one in given]
    [['half', 'none'], ['none'], ['no CBMs']]
    """
    reading = _Reading(scenario, taken, for_design=True, plain=True)
    if isinstance(arms, Mapping):
        if arms and all(isinstance(name, str) and _is_setting(name) for name in arms):
            allowed = f'a name for the arm: {{"my arm": {{{printable(next(iter(arms)))}: ...}}}}'
            raise MultitrackError(Problem("arms", "found settings, and no name for the arm that has them", allowed))
        for name, given in arms.items():
            reading.by_name(name, given)
    elif isinstance(arms, str | Arm):
        reading.by_itself(arms)
    elif isinstance(arms, Iterable):
        for given in arms:
            reading.by_itself(given)
    else:
        raise MultitrackError(Problem("arms", f"found a {type(arms).__name__}", IN_PYTHON))
    if not reading.problems and not reading.arms:
        reading.refuse("", "there is no arm to compare with", IN_PYTHON)
    if reading.problems:
        raise SettingError(reading.problems)
    return reading.arms


def _is_setting(name: str) -> bool:
    return name in PARAMETERS or "." in name and name.partition(".")[0] in TABLES


class _Reading:
    """Collects arms and every problem with them. `plain`: none of what only a design knows (codes, `dummy`)."""

    def __init__(self, base: Scenario | Coded, taken: Sequence[str], for_design: bool, plain: bool = False):
        self.base = base
        self.scenario = base.scenario() if isinstance(base, Coded) else base
        self.baselines, self.taken = set(taken), set(taken)
        self.for_design, self.plain = for_design, plain or not for_design
        self.most = MOST_IN_A_DESIGN if for_design else MOST_ARMS
        self.arms: list[WrittenArm] = []
        self.problems: list[Problem] = []

    def refuse(self, where: str, found: str, allowed: str = "", hint: str = "") -> None:
        self.problems.append(Problem(where, found, allowed, hint))

    def too_many(self, where: str, count: int) -> Problem:
        return Problem(where, f"there are {count:,}", f"1 to {self.most:,}", "" if self.for_design else MORE_ARMS)

    # --- the ways of writing an arm

    def in_words(self, text: str, where: str, option: str) -> None:
        """An arm that is a text: of the command line, or of a list in Python."""
        name, colon, written = text.partition(":")
        if not colon and "=" in text:
            return self.refuse(where, "has no name", AS_WRITTEN)
        if not colon:
            return self.ready_made(text.strip(), text.strip(), _Place(lambda path: where))
        self.described(name.strip(), written, where, f"{option}{printable(name.strip())}:")

    def described(self, name: str, written: str, where: str, option: str) -> None:
        """What stands after an arm's name: settings, or the name of a ready-made arm."""
        place = _Place(lambda path: where)
        parts = [part for part in outside_quotes(written) if part.strip()]
        if not parts and not (self.for_design and not written.strip()):
            return self.refuse(where, "changes nothing", AS_WRITTEN)
        if written.strip() and "=" not in written:
            if ready := _ready_made(written.strip()):
                return self.ready_made(name, ready, place)
            near = nearest(written.strip(), ARMS)
            found = f"{printable(written.strip())} is no setting and no ready-made arm"
            return self.refuse(
                where, found, "NAME=VALUE: track_two.budget=0", f"did you mean {near!r}?" if near else ""
            )
        settings, problems = settings_in_words(parts, option)
        self.problems += problems
        self.add(name, settings, [], place)

    def by_itself(self, given: Any) -> None:
        """An arm of a list in Python."""
        if isinstance(given, Arm):
            return self.ready_made(given.name, given, _Place(lambda path: f"arm {printable(given.name)}"))
        if not isinstance(given, str):
            return self.refuse("arms", f"found a {type(given).__name__}", IN_PYTHON)
        self.in_words(given, f"arm {printable(given)}", "arm ")

    def by_name(self, name: Any, given: Any) -> None:
        """An arm of a dict in Python."""
        where = f"arm {printable(name)}"
        place = _Place(lambda path: where)
        if isinstance(given, Mapping):
            settings = {setting: value for setting, value in given.items() if setting != INTERVENTIONS}
            self.add(name, settings, _rows(given.get(INTERVENTIONS)), place)
        elif isinstance(given, Arm) or isinstance(given, str) and "=" not in given:
            self.ready_made(name, given, place)
        elif isinstance(given, str):
            self.described(name, given, where, f"{where}:")
        else:
            self.refuse(where, f"found a {type(given).__name__}", "a dict of settings, or a ready-made arm")

    def in_file(self, file: str | PathLike[str]) -> None:
        """The arms of a file."""
        try:
            data, place = parse(read_text(file, "a file of arms", "a text file in TOML"), str(file), IN_A_FILE)
        except ScenarioError as wrong:
            self.problems += wrong.problems
            return
        for key in data:
            if key != "arms":
                hint = did_you_mean(key, ["arms"])
                self.refuse(place((key,)), "unknown name", "" if hint else IN_A_FILE, hint)
        arms = data.get("arms", {})
        if not isinstance(arms, Mapping) or not arms:
            if "arms" in data or not self.problems:
                self.refuse(place(("arms",)), "there are no arms in it", IN_A_FILE)
            return
        if len(arms) > self.most:
            return self.problems.append(self.too_many(place(("arms",)), len(arms)))
        for name, written in arms.items():
            self.from_table(name, written, place)

    def from_table(self, name: str, written: Any, place: Callable[[KeyPath], str]) -> None:
        """One [arms."..."] of a file."""
        here: KeyPath = ("arms", name)
        if isinstance(written, str) and "=" in written:
            return self.described(name, written, place(here), f"{place(here)}:")
        if isinstance(written, str) or written == {} and not (self.for_design and not _ready_made(name)):
            return self.ready_made(name, written or name, _Place(lambda path: place(here)))
        if not isinstance(written, Mapping):
            return self.refuse(place(here), f"found {printable(written)}", IN_A_FILE)
        interventions = written.get(INTERVENTIONS, [])
        if not isinstance(interventions, list):
            found = f"found {printable(interventions)}"
            return self.refuse(place((*here, INTERVENTIONS)), found, "a row for each, in [[ ]]")
        settings, paths = {}, {}
        for path, value in _leaves({key: value for key, value in written.items() if key != INTERVENTIONS}):
            setting = path[0] if len(path) == 1 else ".".join(map(write_key, path))
            if setting in settings:
                self.refuse(place((*here, *path)), "sets it again", "each setting once")
            settings[setting], paths[setting] = value, (*here, *path)

        if written and not settings and not interventions:
            return self.refuse(place(here), "changes nothing", IN_A_FILE)

        def placed(path: KeyPath) -> str:
            inner = (*here, *path) if path[:1] == (INTERVENTIONS,) else paths.get(str(path[0]), here) if path else here
            return place(inner)

        self.add(name, settings, interventions, _Place(placed, exact=True))

    # --- an arm, once it is understood

    def ready_made(self, name: Any, called: str | Arm, place: _Place) -> None:
        """An arm that comes with the package."""
        try:
            ready = arm_named(called)
        except MultitrackError as wrong:
            for problem in wrong.problems:
                self.refuse(place.of(()), f"is no arm: {problem.found}", problem.allowed, problem.hint)
            return
        try:
            settings, in_design = ready.settings(self.scenario), ready.changes(self.scenario)
            made = changed(self.base, in_design)
        except MultitrackError as wrong:
            for problem in wrong.problems:
                self.tell(problem, (), place)
            return
        self.keep(name, place, WrittenArm(str(name), settings, made, ready, in_design))

    def add(self, name: Any, settings: dict[str, Any], interventions: Any, place: _Place) -> None:
        """Try an arm on the scenario; keep it if nothing is wrong."""
        made = self.tried(settings, interventions, place)
        changes = {**settings, **({INTERVENTIONS: interventions} if interventions else {})}
        changes = self.by_full_names(changes) if made else changes
        self.keep(name, place, WrittenArm(str(name), changes, made, None, changes) if made else None)

    def keep(self, name: Any, place: _Place, arm: WrittenArm | None) -> None:
        """Keep an arm if its name is free; None has been refused already, and its name is taken all the same."""
        try:
            good = TypeAdapter(NAME).validate_python(name)
        except ValidationError:
            few = f"1 to {LONGEST_NAME} printable characters, no control characters"
            return self.refuse(place.of(()), f"{printable(name)} is no name for an arm", few)
        if good in self.taken:
            found = f"the name {printable(good)} is taken"
            found += (
                ": it is the name of the baseline"
                if good in self.baselines
                else f": two arms are called {printable(good)}"
            )
            return self.refuse(place.of(()), found, "every arm another name")
        self.taken.add(good)
        if arm is not None:
            self.arms.append(WrittenArm(good, arm.changes, arm.scenario, arm.ready, arm.in_design))

    def tried(self, settings: dict[str, Any], interventions: Any, place: _Place) -> Scenario | None:
        """The scenario of an arm; None with the problems told. Interventions are tried even where a setting is wrong."""
        made: Scenario | None = self.scenario
        try:
            made = self.with_settings(settings)
        except MultitrackError as wrong:
            made = None
            for problem in wrong.problems:
                self.tell(problem, self.path_of(problem, settings), place)
        try:
            tried = (made or self.scenario).with_interventions(interventions) if interventions else made
        except MultitrackError as wrong:
            for problem in wrong.problems:
                self.tell(problem, self.path_in(problem), place)
            return None
        if not self.for_design and made and made.value("run.months") != self.scenario.value("run.months"):
            found = "changes run.months"
            self.refuse(place.of(("run.months",)), found, "arms that run equally long", "--set changes all")
            return None
        return tried if made else None

    def with_settings(self, settings: dict[str, Any]) -> Scenario:
        """The scenario with an arm's settings; what only a design knows is refused where there is none."""
        if self.plain:
            return self.scenario.with_settings(settings)
        if HELD in settings:
            raise SettingError(Problem(HELD, "no such setting", "see mt.parameters()"))
        return changed(self.base, settings)

    def by_full_names(self, changes: Mapping[str, Any]) -> dict[str, Any]:
        """The same changes, every setting by its one full name: arms may spell one setting in several ways."""
        names = self.scenario.names
        other = (*BESIDE, DUMMY)
        return {
            name if name in other or name.startswith(CODE) else find_setting(names, name).name: value
            for name, value in changes.items()
        }

    def tell(self, problem: Problem, path: KeyPath, place: _Place) -> None:
        """A problem of the scenario, told with the place where the arm was written."""
        told = bool(path) and place.exact  # the place ends with the key
        found = problem.found if told or not problem.where else f"{problem.where}: {problem.found}"
        self.refuse(place.of(path), found, problem.allowed, problem.hint)

    def path_of(self, problem: Problem, settings: Mapping[str, Any]) -> KeyPath:
        """The setting that a problem is about; empty where it is about the scenario as a whole."""
        for asked in settings:
            if problem.where in (printable(asked), asked):
                return (asked,)
            try:
                if problem.where == printable(find_setting(self.scenario.names, str(asked)).name):
                    return (asked,)
            except SettingError:
                continue
        return ()

    def path_in(self, problem: Problem) -> KeyPath:
        """The intervention that a problem is about: those of the scenario stand before those of the arm."""
        match = re.match(r"interventions\[(\d+)\](?:\.(\w+))?", problem.where)
        at = int(match[1]) - len(self.scenario.interventions) if match else -1
        if not match or at < 0:
            return ()
        return (INTERVENTIONS, at, *filter(None, [match[2]]))


def _rows(interventions: Any) -> Any:
    """Interventions as a list; one alone is a list of one."""
    if isinstance(interventions, Mapping):
        return [interventions]
    rows = isinstance(interventions, Iterable) and not isinstance(interventions, str)
    return list(interventions) if rows else interventions or []


def _ready_made(name: str) -> Arm | None:
    """The ready-made arm of this name, if there is one."""
    try:
        return arm_named(name)
    except SettingError:
        return None


def _leaves(table: Mapping[str, Any], path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Every value of nested tables with its path: `track_two.budget = 0` without quotes is a table in TOML."""
    for key, value in table.items():
        if isinstance(value, Mapping):
            yield from _leaves(value, (*path, key))
        else:
            yield (*path, key), value
