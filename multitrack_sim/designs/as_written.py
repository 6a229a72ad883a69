"""Arms of a comparison as people write them: on the command line, or in a TOML file; every problem named at once."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from os import PathLike
from pathlib import Path
from typing import Any

import numpy as np
from pydantic import TypeAdapter, ValidationError

from ..errors import MultitrackError, Problem, ScenarioError, SettingError, printable
from ..scenario.code_files import read_codes
from ..scenario.codebook import CODES, Coded
from ..scenario.load import load, parse, read_text
from ..scenario.scenario import Scenario, find_setting
from ..scenario.toml_text import KeyPath, write_key
from ..scenario.validation import LONGEST_NAME, NAME, did_you_mean, shown
from .arms import BASELINE, INTERVENTIONS, Arm, arm_named
from .design import CODE, DUMMY, Design, find_design

__all__ = [
    "MOST_ARMS",
    "WrittenArm",
    "asked_design",
    "base_of",
    "read_arms",
    "read_sweep_arms",
    "read_vary",
    "settings_in_words",
]

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

    def from_table(self, name: str, written: Any, place: Callable[[KeyPath], str]) -> None:
        """One [arms."..."] of a file."""
        here: KeyPath = ("arms", name)
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

        def placed(path: KeyPath) -> str:
            inner = (*here, *path) if path[:1] == (INTERVENTIONS,) else paths.get(str(path[0]), here) if path else here
            return place(inner)

        self.add(name, settings, interventions, placed)

    def ready_made(self, name: str, called: str, place: Callable[[KeyPath], str]) -> None:
        """An arm that comes with the package."""
        try:
            ready = arm_named(called)
            settings, changed = ready.settings(self.scenario), ready.scenario(self.scenario)
        except MultitrackError as wrong:
            for problem in wrong.problems:
                self.tell(problem, (), place)
            return
        self.keep(name, settings, changed, place, ready)

    def add(
        self, name: str, settings: dict[str, Any], interventions: list[Any], place: Callable[[KeyPath], str]
    ) -> None:
        """Try an arm on the scenario; keep it if nothing is wrong."""
        changed = self.changed(settings, interventions, place)
        changes = {**settings, **({INTERVENTIONS: interventions} if interventions else {})}
        self.keep(name, changes, changed, place)

    def keep(
        self, name: str, changes: dict[str, Any], changed: Scenario | None, place: Callable[[KeyPath], str],
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
        self, settings: dict[str, Any], interventions: list[Any], place: Callable[[KeyPath], str]
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

    def tell(self, problem: Problem, path: KeyPath, place: Callable[[KeyPath], str]) -> None:
        """A problem of the scenario, told with the place where the arm was written."""
        where = place(path)
        told = bool(path) and not where.startswith("--arm")  # a place in a file ends with the key
        found = problem.found if told or not problem.where else f"{problem.where}: {problem.found}"
        self.refuse(where, found, problem.allowed, problem.hint)

    def path_of(self, problem: Problem, settings: Mapping[str, Any]) -> KeyPath:
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

    def path_in(self, problem: Problem) -> KeyPath:
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


SAMPLED = ("latin", "sobol", "morris")
IN_POINTS = (*SAMPLED, "dose_response", "one_at_a_time")
ARMS_ONLY = ("replicates", "paired", "coalitions")
UNTIL_RUNS = 100_000  # of a cell, the most where a rule says when to stop


def read_vary(given: Sequence[str]) -> dict[str, Any]:
    """`NAME=LOW:HIGH` is a range, `NAME=LOW:HIGH:N` N levels in it, `NAME=A,B,C` levels. All problems at once.

    >>> read_vary(["track_two.budget=0:3", "cbm.budget=0:2:3", "funding.muted=burned,moved"])
    {'track_two.budget': (0.0, 3.0), 'cbm.budget': [0.0, 1.0, 2.0], 'funding.muted': ['burned', 'moved']}
    """
    vary: dict[str, Any] = {}
    problems = []
    for text in given:
        name, equals, said = (part.strip() for part in text.rpartition("="))
        where = f"--vary {printable(text)}"
        if not equals or not name or not said:
            problems.append(Problem(where, "is no range and no levels", "NAME=LOW:HIGH, NAME=A,B,C"))
        elif name in vary:
            problems.append(Problem(where, "varies it again", "each setting once"))
        else:
            try:
                vary[name] = _range(said) if ":" in said else [_value(part) for part in said.split(",")]
            except ValueError:
                problems.append(Problem(where, "is no range", "NAME=LOW:HIGH or NAME=LOW:HIGH:STEPS"))
    if problems:
        raise SettingError(problems)
    return vary


def _range(said: str) -> tuple[float, float] | list[float]:
    low, high, *steps = said.split(":")
    if not steps:
        return float(low), float(high)
    if len(steps) > 1 or not 2 <= int(steps[0]) <= 10_000:
        raise ValueError
    return np.linspace(float(low), float(high), int(steps[0])).tolist()


def _value(text: str) -> Any:
    text = text.strip()
    try:
        value = tomllib.loads(f"value = {text}")["value"] if "\n" not in text else text
    except ValueError:
        return text
    return float(value) if isinstance(value, int | float) else text


def read_sweep_arms(given: Sequence[str]) -> dict[str, dict[str, Any]]:
    """`NAME: SETTING=VALUE, SETTING=VALUE`; nothing after the colon is the scenario as it is.

    >>> read_sweep_arms(["with:", "without: track_two.budget=0"])
    {'with': {}, 'without': {'track_two.budget': 0.0}}
    """
    arms: dict[str, dict[str, Any]] = {}
    problems = []
    for text in given:
        name, colon, rest = (part.strip() for part in text.partition(":"))
        settings = {}
        for part in filter(None, (part.strip() for part in rest.split(","))):
            setting, equals, value = (word.strip() for word in part.rpartition("="))
            if not equals or not setting or not value:
                problems.append(Problem(f"--arm {printable(text)}", f"{printable(part)} is no setting", "NAME=VALUE"))
            settings[setting] = _value(value)
        if not colon or not name or name in arms:
            found = "names an arm again" if name in arms else "is no arm"
            problems.append(Problem(f"--arm {printable(text)}", found, "NAME: SETTING=VALUE, SETTING=VALUE"))
        arms[name] = settings
    if problems:
        raise SettingError(problems)
    return arms


def base_of(path: Path, settings: Mapping[str, Any]) -> Scenario | Coded:
    """The scenario in a file, or the codes in it, with settings."""
    if _holds_codes(path):
        codes, title = read_codes(path)
        coded = Coded(codes, title, dict(settings))
        coded.scenario()  # whatever is wrong with it is said now
        return coded
    scenario = load(path)
    return scenario.with_settings(settings) if settings else scenario


def _holds_codes(path: Path) -> bool:
    try:
        data = tomllib.loads(path.read_text("utf-8"))
    except (OSError, ValueError, RecursionError):
        return False  # load says what is wrong
    tables = dict | list  # `spoilers` and `cbm` are also parts of a scenario
    return "codes" in data or any(name in CODES and not isinstance(value, tables) for name, value in data.items())


def asked_design(
    kind: str,
    vary: Mapping[str, Any],
    arms: Mapping[str, Mapping[str, Any]],
    points: int | None,
    runs: int | None,
    seed: int,
    base: Scenario | Coded,
    until: bool,
) -> Design:
    """The design that the options describe. Options that it has no use for are refused."""
    make = find_design(kind)
    kind = make.__name__
    problems = []
    if vary and kind in ARMS_ONLY:
        problems.append(
            Problem(f"--vary with --design {kind}", "is of no use", "--arm", "to vary: factorial, latin, sobol ...")
        )
    if points is not None and kind not in IN_POINTS:
        problems.append(Problem(f"--points with --design {kind}", "is of no use", "with " + ", ".join(IN_POINTS)))
    if kind == "paired" and not arms:
        problems.append(Problem("--design paired", "has no arms", '--arm "with:" --arm "without: track_two.budget=0"'))
    if problems:
        raise MultitrackError(problems)
    options: dict[str, Any] = {"runs": runs or UNTIL_RUNS} if runs or until else {}
    options |= {"points": points} if points is not None else {}
    options |= {"seed": seed} if kind in SAMPLED else {}
    if kind == "one_at_a_time":
        options["base"] = {name: _as_it_is(base, name) for name in vary}
    if kind == "replicates":
        design = make(**options)
    elif kind in ("paired", "coalitions"):
        return make(arms or None, **options)
    else:
        design = make(vary, **options)
    return design.with_arms(arms) if arms else design


def _as_it_is(base: Scenario | Coded, name: str) -> Any:
    if name == DUMMY:
        return 0.0
    if not name.startswith(CODE):
        return (base.scenario() if isinstance(base, Coded) else base).value(name)
    code = CODES.get(name.removeprefix(CODE))
    given = base.codes.get(name.removeprefix(CODE)) if isinstance(base, Coded) else None
    return given if given is not None else code.middle if code else 0.0


def settings_in_words(texts: Sequence[str], option: str) -> tuple[dict[str, Any], list[Problem]]:
    """What `NAME=VALUE` texts say, and what is wrong with them. Values are TOML; a bare word is a word.

    >>> settings_in_words(["a.b=2", "c.d=referendum"], "--set")
    ({'a.b': 2, 'c.d': 'referendum'}, [])
    """
    changes: dict[str, Any] = {}
    problems = []
    for text in texts:
        name, equals, value = text.rpartition("=")
        name, value = name.strip(), value.strip()
        if not equals or not name or not value:
            problems.append(Problem(f"{option} {printable(text)}", "is no setting", "NAME=VALUE: track_two.budget=0"))
        elif name in changes:
            problems.append(Problem(f"{option} {printable(text)}", "sets it again", "each setting once"))
        else:
            try:
                changes[name] = tomllib.loads(f"value = {value}")["value"] if "\n" not in value else value
            except ValueError:
                changes[name] = value
    return changes, problems
