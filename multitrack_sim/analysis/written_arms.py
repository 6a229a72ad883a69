"""Arms of a comparison as people write them: on the command line, or in a TOML file; every problem named at once."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from os import PathLike
from typing import Any

from pydantic import TypeAdapter, ValidationError

from ..errors import MultitrackError, Problem, ScenarioError, SettingError, printable
from ..scenario.load import parse, read_text
from ..scenario.schema import Scenario, find_setting
from ..scenario.toml_text import Path, write_key
from ..scenario.values import LONGEST_NAME, NAME, did_you_mean, shown
from ..scenario.written import settings_in_words
from .arms import Arm, arm_named
from .comparison import BASELINE, INTERVENTIONS

__all__ = ["MOST_ARMS", "WrittenArm", "read_arms"]

MOST_ARMS = 20  # beside the baseline: more are a sweep, and no page shows them side by side
AS_WRITTEN = "NAME: SETTING=VALUE, SETTING=VALUE; or the name of a ready-made arm"
IN_A_FILE = '[arms."no Track II"], and below it lines such as "track_two.budget" = 0'
_BETWEEN_COMMAS = re.compile(r"(?:\"(?:\\.|[^\"\\])*\"|'[^']*'|[^,])+")


@dataclass(frozen=True)
class WrittenArm:
    """One arm as it was written: what it changes in the scenario, and that scenario changed."""

    name: str
    changes: dict[str, Any]  # settings, and "interventions": a list
    scenario: Scenario
    ready: Arm | None = None

    @property
    def given(self) -> Arm | dict[str, Any]:
        """As `compare` takes it."""
        return self.ready or self.changes


def read_arms(
    scenario: Scenario,
    texts: Sequence[str] = (),
    file: str | PathLike[str] | None = None,
    taken: Sequence[str] = (BASELINE,),
) -> list[WrittenArm]:
    """The arms in `texts` ("no Track II: track_two.budget=0", or "no workshops" where one is ready-made) and then those
    of a file, each tried on the scenario.

    `taken` are names that no arm may have. SettingError (ScenarioError where the file itself cannot be read) lists
    everything that is wrong, each with its place.

    >>> from multitrack_sim.scenario import scenario_from_codes
    >>> arms = read_arms(scenario_from_codes({}), ["half: track_two.budget=0.5", "no CBMs"])
    >>> [(arm.name, arm.scenario.value("track_two.budget"), arm.scenario.value("cbm.budget")) for arm in arms]
    [('half', 0.5, 1.0), ('no CBMs', 1.0, 0.0)]
    """
    reading = _Reading(scenario, taken)
    for text in texts:
        reading.in_words(text)
    if file is not None:
        reading.in_file(file)
    if not reading.problems and not reading.arms:
        reading.refuse("--arm", "there is no arm to compare with", AS_WRITTEN, "or --arm-file FILE")
    if len(reading.arms) > MOST_ARMS:
        reading.refuse("arms", f"there are {len(reading.arms)}", f"1 to {MOST_ARMS}")
    if reading.problems:
        raise SettingError(reading.problems)
    return reading.arms


class _Reading:
    """Collects arms and every problem with them."""

    def __init__(self, scenario: Scenario, taken: Sequence[str]):
        self.scenario = scenario
        self.taken = set(taken)
        self.arms: list[WrittenArm] = []
        self.problems: list[Problem] = []

    def refuse(self, where: str, found: str, allowed: str = "", hint: str = "") -> None:
        self.problems.append(Problem(where, found, allowed, hint))

    def in_words(self, text: str) -> None:
        """An arm of the command line."""
        where = f"--arm {printable(text)}"
        name, colon, written = text.partition(":")
        if not colon and "=" in text:
            return self.refuse(where, "has no name", AS_WRITTEN)
        if not colon:
            return self.ready_made(text.strip(), text.strip(), lambda path: where)
        parts = [part for part in _BETWEEN_COMMAS.findall(written) if part.strip()]
        if not parts:
            return self.refuse(where, "changes nothing", AS_WRITTEN)
        settings, problems = settings_in_words(parts, f"--arm {printable(name.strip())}:")
        self.problems += problems
        self.add(name, settings, [], lambda path: where)

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
        for name, written in arms.items():
            self.from_table(name, written, place)

    def from_table(self, name: str, written: Any, place: Callable[[Path], str]) -> None:
        """One [arms."..."] of a file."""
        here: Path = ("arms", name)
        if isinstance(written, str) or written == {}:
            return self.ready_made(name, written or name, lambda path: place(here))
        if not isinstance(written, Mapping):
            return self.refuse(place(here), f"found {shown(written)}", IN_A_FILE)
        interventions = written.get(INTERVENTIONS, [])
        if not isinstance(interventions, list):
            found = f"found {shown(interventions)}"
            return self.refuse(place((*here, INTERVENTIONS)), found, "a row for each, in [[ ]]")
        settings, paths = {}, {}
        for path, value in _leaves({key: value for key, value in written.items() if key != INTERVENTIONS}):
            setting = path[0] if len(path) == 1 else ".".join(map(write_key, path))
            if setting in settings:
                self.refuse(place((*here, *path)), "sets it again", "each setting once")
            settings[setting], paths[setting] = value, (*here, *path)

        if not settings and not interventions:
            return self.refuse(place(here), "changes nothing", IN_A_FILE)

        def placed(path: Path) -> str:
            inner = (*here, *path) if path[:1] == (INTERVENTIONS,) else paths.get(str(path[0]), here) if path else here
            return place(inner)

        self.add(name, settings, interventions, placed)

    def ready_made(self, name: str, called: str, place: Callable[[Path], str]) -> None:
        """An arm that comes with the package."""
        try:
            ready = arm_named(called)
            settings, changed = ready.settings(self.scenario), ready.scenario(self.scenario)
        except MultitrackError as wrong:
            for problem in wrong.problems:
                self.tell(problem, (), place)
            return
        self.keep(name, settings, changed, place, ready)

    def add(self, name: str, settings: dict[str, Any], interventions: list[Any], place: Callable[[Path], str]) -> None:
        """Try an arm on the scenario; keep it if nothing is wrong."""
        changed = self.changed(settings, interventions, place)
        changes = {**settings, **({INTERVENTIONS: interventions} if interventions else {})}
        self.keep(name, changes, changed, place)

    def keep(
        self, name: str, changes: dict[str, Any], changed: Scenario | None, place: Callable[[Path], str],
        ready: Arm | None = None,
    ) -> None:  # fmt: skip
        """Keep an arm if its name is free and nothing is wrong with it."""
        try:
            name = TypeAdapter(NAME).validate_python(name)
        except ValidationError:
            few = f"1 to {LONGEST_NAME} printable characters, no control characters"
            return self.refuse(place(()), f"{shown(name)} is no name for an arm", few)
        if name in self.taken:
            return self.refuse(place(()), f"the name {printable(name)} is taken", "every arm another name")
        self.taken.add(name)
        if changed is not None:
            self.arms.append(WrittenArm(name, changes, changed, ready))

    def changed(
        self, settings: dict[str, Any], interventions: list[Any], place: Callable[[Path], str]
    ) -> Scenario | None:
        """The scenario of an arm; None with the problems told. Interventions are tried even where a setting is wrong."""
        made: Scenario | None = self.scenario
        try:
            made = self.scenario.with_settings(settings)
        except SettingError as wrong:
            made = None
            for problem in wrong.problems:
                self.tell(problem, self.path_of(problem, settings), place)
        try:
            tried = (made or self.scenario).with_interventions(interventions)
        except MultitrackError as wrong:
            for problem in wrong.problems:
                self.tell(problem, self.path_in(problem), place)
            return None
        if made and tried.value("run.months") != self.scenario.value("run.months"):
            self.refuse(place(("run.months",)), "changes run.months", "arms that run equally long", "--set changes all")
            return None
        return tried if made else None

    def tell(self, problem: Problem, path: Path, place: Callable[[Path], str]) -> None:
        """A problem of the scenario, told with the place where the arm was written."""
        where = place(path)
        told = bool(path) and not where.startswith("--arm")  # a place in a file ends with the key
        found = problem.found if told or not problem.where else f"{problem.where}: {problem.found}"
        self.refuse(where, found, problem.allowed, problem.hint)

    def path_of(self, problem: Problem, settings: Mapping[str, Any]) -> Path:
        """The setting that a problem is about; empty where it is about the scenario as a whole."""
        for asked in settings:
            if problem.where in (printable(asked), asked):
                return (asked,)
            try:
                if problem.where == printable(find_setting(self.scenario.names, asked).name):
                    return (asked,)
            except SettingError:
                continue
        return ()

    def path_in(self, problem: Problem) -> Path:
        """The intervention that a problem is about: those of the scenario stand before those of the arm."""
        match = re.match(r"interventions\[(\d+)\](?:\.(\w+))?", problem.where)
        at = int(match[1]) - len(self.scenario.interventions) if match else -1
        if not match or at < 0:
            return ()
        return (INTERVENTIONS, at, *filter(None, [match[2]]))


def _leaves(table: Mapping[str, Any], path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Every value of nested tables with its path: `track_two.budget = 0` without quotes is a table in TOML."""
    for key, value in table.items():
        if isinstance(value, Mapping):
            yield from _leaves(value, (*path, key))
        else:
            yield (*path, key), value
