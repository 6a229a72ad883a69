"""What to run: designs, as values. A design names what is varied, the points at which it is tried, and the arms.

A design knows no scenario and holds no state: the same call gives the same points. What may be varied is any setting of
a scenario, as `codes.track2` any code of the codebook (of scenarios made from codes), and `dummy`, which changes nothing.
A setting is given as a range `(low, high)` or as a list of levels (numbers or words). SALib makes the samples.

Every run of a point has a seed that only depends on the seed of the whole and the number of the run, never on the point or
the arm: what differs between points and arms is owed to the settings, not to luck.
"""

from __future__ import annotations

import hashlib
import itertools
import json
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from ..errors import MultitrackError, Problem, SettingError, nearest, printable
from ..schema.parameters import PARAMETERS

__all__ = [
    "CODE",
    "DESIGNS",
    "DUMMY",
    "TRACKS",
    "Design",
    "coalitions",
    "dose_response",
    "factorial",
    "latin",
    "morris",
    "one_at_a_time",
    "paired",
    "replicates",
    "run_identity",
    "sobol",
]

CODE = "codes."  # what a name begins with that means a code
DUMMY = "dummy"  # may be varied like a setting and changes nothing: what it seems to do is noise
RUNS = 100  # of each point, where nobody says how many
POINTS = 64  # of a sample
TRAJECTORIES = 20
LEVELS = 4  # of a screening, an even number (Morris 1991)
STEPS = 7  # of a dose-response curve

# The tracks that a coalition has or has not: what each is muted by.
TRACKS: dict[str, dict[str, Any]] = {
    "Track II": {"track_two.budget": 0.0},
    "Track III": {"track_three.budget": 0.0},
    "CBMs": {"cbm.budget": 0.0},
}
MOST_PLAYERS = 12  # 4096 coalitions
MOST_POINTS = 10_000_000
Value = float | int | str
Range = tuple[float, float]
Vary = Mapping[str, Range | Sequence[Value]]


@dataclass(frozen=True, eq=False)
class Design:
    """Points by arms by runs. `columns` has the settings varied, a value per point; an arm has settings of its own,
    which come after the point's. Without arms there is one, called "".

    >>> design = factorial({"track_two.budget": [0, 1], "funding.muted": ["burned", "moved"]}, runs=50)
    >>> len(design), design.points, design.runs
    (200, 4, 50)
    """

    kind: str
    columns: Mapping[str, tuple[Value, ...]] = field(default_factory=dict)
    arms: Mapping[str, Mapping[str, Value]] = field(default_factory=lambda: {"": {}})
    runs: int = RUNS
    options: Mapping[str, Any] = field(default_factory=dict)  # what an analysis of it needs to know: SALib's problem

    def __post_init__(self) -> None:
        problems = []
        if not _whole(self.runs, 1):
            problems.append(Problem("runs", f"found {printable(self.runs)}", "a whole number from 1"))
        if not self.arms:
            problems.append(Problem("arms", "there is none", "at least one"))
        if len({len(values) for values in self.columns.values()}) > 1:
            problems.append(Problem("columns", "differ in length", "one value per point"))
        problems += [
            Problem(f"arm {printable(name)}", "is no name", "up to 200 printable characters")
            for name in self.arms
            if not isinstance(name, str) or len(name) > 200 or not name.isprintable()
        ]
        if problems:
            raise SettingError(problems)

    @property
    def points(self) -> int:
        """How many points there are."""
        return len(next(iter(self.columns.values()), (None,)))

    def __len__(self) -> int:
        """How many runs there are in all."""
        return self.points * len(self.arms) * self.runs

    @property
    def names(self) -> tuple[str, ...]:
        """All that differs between points or arms, in order."""
        return tuple(dict.fromkeys([*self.columns, *itertools.chain(*self.arms.values())]))

    def settings(self, point: int, arm: str = "") -> dict[str, Value]:
        """What a run of this point and arm sets.

        >>> paired({"with": {}, "without": {"track_two.budget": 0}}).settings(0, "without")
        {'track_two.budget': 0}
        """
        return {**{name: values[point] for name, values in self.columns.items()}, **self.arms[arm]}

    def table(self) -> pd.DataFrame:
        """One row per point: what is varied."""
        return pd.DataFrame({name: list(values) for name, values in self.columns.items()}, index=range(self.points))

    def with_arms(self, arms: Mapping[str, Mapping[str, Value]]) -> Design:
        """The same points, each run in every one of these arms, on the same seeds."""
        return Design(self.kind, self.columns, {k: dict(v) for k, v in arms.items()}, self.runs, self.options)

    @property
    def identity(self) -> str:
        """A hash of all that it says."""
        content = [self.kind, list(self.columns.items()), list(self.arms.items()), self.runs, dict(self.options)]
        return _hash(content)


def run_identity(scenario: str, settings: Mapping[str, Value], seed: int, model: str) -> str:
    """What a run is: the hash of the scenario's content, its settings, its seed and the model's fingerprint.

    Two runs with the same identity give the same bits on one platform.

    >>> one = run_identity("one scenario", {"track_two.budget": 0}, 7, "f")
    >>> one == run_identity("one scenario", {"track_two.budget": 0.0}, 7, "f"), len(one)
    (True, 32)
    """
    return _hash([scenario, sorted(settings.items()), int(seed), model])


def _hash(content: Any) -> str:
    def plain(value: Any) -> Any:
        if type(value) in (float, str):  # nearly all
            return value
        if isinstance(value, Mapping):
            return {str(k): plain(v) for k, v in value.items()}
        if isinstance(value, list | tuple):
            return [plain(v) for v in value]
        return float(value) if isinstance(value, int | float | np.generic) else value

    return hashlib.sha256(json.dumps(plain(content)).encode()).hexdigest()[:32]


# --- the designs
def replicates(runs: int = 1000) -> Design:
    """The scenario as it is, many times.

    >>> len(replicates(500))
    500
    """
    return Design("replicates", runs=runs)


def factorial(vary: Vary, runs: int = RUNS) -> Design:
    """All combinations of the levels; of a range, its two ends.

    >>> factorial({"track_two.budget": (0, 1), "cbm.budget": [0, 1, 2]}).points
    6
    """
    levels = _levels(_checked(vary))
    _check_size(math.prod(len(one) for one in levels.values()))
    points = list(itertools.product(*levels.values()))
    return Design("factorial", _columns(levels, points), runs=runs)


def dose_response(vary: Vary, points: int = STEPS, runs: int = RUNS) -> Design:
    """One setting in steps, from the low to the high end of its range, or through its levels.

    >>> dose_response({"track_two.budget": (0, 3)}, points=4).columns["track_two.budget"]
    (0.0, 1.0, 2.0, 3.0)
    """
    ranges = _checked(vary)
    if len(ranges) != 1:
        raise SettingError(Problem("dose_response", f"found {len(ranges)} settings", "one", "several: factorial"))
    _check_count("points", points, 2)
    name, given = next(iter(ranges.items()))
    values = _steps(name, given, points) if isinstance(given, tuple) else tuple(given)
    return Design("dose_response", {name: values}, runs=runs)


def one_at_a_time(vary: Vary, base: Mapping[str, Value], points: int = 2, runs: int = RUNS) -> Design:
    """Every setting in steps, the others as in `base`; the first point is the base itself.

    >>> design = one_at_a_time({"track_two.budget": (0, 3), "cbm.budget": (0, 3)}, {"track_two.budget": 1, "cbm.budget": 1})
    >>> design.table().values.tolist()
    [[1.0, 1.0], [0.0, 1.0], [3.0, 1.0], [1.0, 0.0], [1.0, 3.0]]
    """
    vary = _checked(vary)
    _check_count("points", points, 2)
    if missing := [name for name in vary if name not in base]:
        raise SettingError([Problem(f"base of {printable(name)}", "is missing", "a value") for name in missing])
    middle = [base[name] for name in vary]
    rows = [middle]
    for at, (name, given) in enumerate(vary.items()):
        for value in _steps(name, given, points) if isinstance(given, tuple) else given:
            rows.append([*middle[:at], value, *middle[at + 1 :]])
    return Design("one_at_a_time", _columns(vary, rows), runs=runs)


def latin(vary: Vary, points: int = POINTS, runs: int = 1, seed: int = 1) -> Design:
    """A Latin hypercube (McKay, Beckman and Conover 1979): every setting meets each of `points` equal parts of its range.

    >>> latin({"track_two.budget": (0, 3)}, points=10).points
    10
    """
    from SALib.sample import latin as salib

    vary = _checked(vary)
    _check_count("points", points, 1)
    _check_size(points)
    return _sampled("latin", vary, salib.sample(_problem(vary), points, seed=seed), runs, {"seed": seed})


def sobol(vary: Vary, points: int = POINTS, runs: int = 1, seed: int = 1, second_order: bool = False) -> Design:
    """Saltelli's sample for Sobol indices (Saltelli 2002; scrambled Sobol sequence): `points` is its base, a power of 2.

    It has points x (D + 2) points, or points x (2 D + 2) with `second_order`.

    >>> sobol({"track_two.budget": (0, 3), "cbm.budget": (0, 3)}, points=8).points
    32
    """
    from SALib.sample import sobol as salib

    vary = _checked(vary)
    _check_count("points", points, 1)
    if points & (points - 1):
        raise SettingError(Problem("points", f"found {points}", "a power of 2: 64, 128, 256 ..."))
    _check_size(points * ((2 * len(vary) if second_order else len(vary)) + 2))
    sample = salib.sample(_problem(vary), points, calc_second_order=second_order, seed=seed)
    return _sampled("sobol", vary, sample, runs, {"seed": seed, "base": points, "second_order": second_order})


def morris(vary: Vary, points: int = TRAJECTORIES, runs: int = 1, seed: int = 1, levels: int = LEVELS) -> Design:
    """Morris's screening (1991): `points` trajectories, in each step of which one setting changes: points x (D + 1).

    >>> morris({"track_two.budget": (0, 3), "cbm.budget": (0, 3)}, points=10).points
    30
    """
    from SALib.sample import morris as salib

    vary = _checked(vary)
    _check_count("points", points, 2)
    _check_count("levels", levels, 2)
    if levels % 2:
        raise SettingError(Problem("levels", f"found {levels}", "an even number"))
    _check_size(points * (len(vary) + 1))
    sample = salib.sample(_problem(vary), points, num_levels=levels, seed=seed)
    return _sampled("morris", vary, sample, runs, {"seed": seed, "base": points, "levels": levels})


def paired(arms: Mapping[str, Mapping[str, Value]], runs: int = RUNS) -> Design:
    """Arms on the same seeds: run k of one arm differs from run k of another only by what the arms set.

    >>> len(paired({"with": {}, "without": {"track_two.budget": 0}}, runs=100))
    200
    """
    return Design("paired", arms={name: dict(settings) for name, settings in arms.items()}, runs=runs)


def coalitions(tracks: Mapping[str, Mapping[str, Value]] | None = None, runs: int = RUNS) -> Design:
    """Every subset of the tracks, as arms: those not in it are muted. `tracks` says what mutes each (default `TRACKS`).

    >>> list(coalitions({"A": {"track_two.budget": 0}, "B": {"track_three.budget": 0}}).arms)
    ['A + B', 'A', 'B', 'none']
    """
    tracks = TRACKS if tracks is None else tracks
    if not 1 <= len(tracks) <= MOST_PLAYERS:
        raise SettingError(Problem("coalitions", f"found {len(tracks)} tracks", f"1 to {MOST_PLAYERS}"))
    arms: dict[str, dict[str, Value]] = {}
    for size in range(len(tracks), -1, -1):
        for inside in itertools.combinations(tracks, size):
            muted = [settings for name, settings in tracks.items() if name not in inside]
            arms[" + ".join(inside) or "none"] = {name: v for settings in muted for name, v in settings.items()}
    return Design("coalitions", arms=arms, runs=runs, options={"tracks": {k: dict(v) for k, v in tracks.items()}})


DESIGNS = {
    "replicates": replicates, "factorial": factorial, "latin": latin, "sobol": sobol, "morris": morris,
    "one_at_a_time": one_at_a_time, "dose_response": dose_response, "paired": paired, "coalitions": coalitions,
}  # fmt: skip


# --- what they share
def _whole(value: Any, least: int) -> bool:
    return isinstance(value, int | np.integer) and not isinstance(value, bool) and int(value) >= least


def _check_count(name: str, value: Any, least: int) -> None:
    if not _whole(value, least):
        raise SettingError(Problem(name, f"found {printable(value)}", f"a whole number from {least}"))


def _check_size(points: int) -> None:
    if points > MOST_POINTS:
        raise SettingError(Problem("points", f"{points:,} in all", f"up to {MOST_POINTS:,}"))


def _checked(vary: Vary) -> dict[str, Any]:
    """Ranges as tuples of two floats, levels as lists; SettingError lists everything else."""
    problems: list[Problem] = []
    good: dict[str, Any] = {}
    if not vary:
        problems.append(Problem("vary", "names no setting", "at least one, with a range or levels"))
    for name, given in vary.items():
        shown = printable(name)
        if isinstance(given, tuple) and len(given) == 2 and not any(isinstance(end, str) for end in given):
            low, high = map(float, given)
            if -math.inf < low < high < math.inf:
                good[name] = (low, high)
            else:
                problems.append(Problem(shown, f"found the range {low:g} to {high:g}", "low before high"))
        elif isinstance(given, Iterable) and not isinstance(given, str) and (levels := list(given)):
            if len(set(levels)) < len(levels):
                problems.append(Problem(shown, "a level stands there twice", "each level once"))
            if len({isinstance(level, str) for level in levels}) > 1:
                problems.append(Problem(shown, "levels are words and numbers", "one or the other"))
            good[name] = levels
        else:
            problems.append(Problem(shown, f"found {printable(given)}", "a range (low, high) or a list of levels"))
    if problems:
        raise SettingError(problems)
    return good


def _is_whole(name: str) -> bool:
    if name.startswith(CODE):
        return name == f"{CODE}parties"
    return name in PARAMETERS and PARAMETERS[name].whole


def _levels(vary: Mapping[str, Any]) -> dict[str, list[Value]]:
    return {name: list(given) for name, given in vary.items()}


def _steps(name: str, ends: Range, points: int) -> tuple[Value, ...]:
    values = np.linspace(*ends, points)
    return tuple(dict.fromkeys((np.rint(values) if _is_whole(name) else values).tolist()))


def _problem(vary: Mapping[str, Any]) -> dict[str, Any]:
    """All on [0, 1]: what a number there means is ours to say, for levels and whole numbers too."""
    return {"num_vars": len(vary), "names": list(vary), "bounds": [[0.0, 1.0]] * len(vary)}


def _sampled(kind: str, vary: Mapping[str, Any], sample: np.ndarray, runs: int, options: dict[str, Any]) -> Design:
    columns = {name: _spread(name, given, sample[:, at]) for at, (name, given) in enumerate(vary.items())}
    ranges = {name: list(given) for name, given in vary.items()}
    kinds = {name: "range" if isinstance(given, tuple) else "levels" for name, given in vary.items()}
    return Design(kind, columns, runs=runs, options={**options, "vary": ranges, "kinds": kinds})


def _spread(name: str, given: Any, shares: np.ndarray) -> tuple[Value, ...]:
    """Numbers between 0 and 1 as values: over the range evenly, over whole numbers and levels in equal parts."""
    if isinstance(given, tuple):
        low, high = given
        if not _is_whole(name):
            return tuple((low + shares * (high - low)).tolist())
        given = list(range(math.ceil(low), math.floor(high) + 1))
        if not given:
            raise SettingError(Problem(printable(name), f"no whole number from {low:g} to {high:g}"))
    places = np.minimum((shares * len(given)).astype(int), len(given) - 1)
    return tuple(given[at] for at in places)


def _columns(names: Iterable[str], rows: Sequence[Sequence[Value]]) -> dict[str, tuple[Value, ...]]:
    return {name: tuple(row[at] for row in rows) for at, name in enumerate(names)}


def find_design(name: str) -> Any:
    """The function that makes designs of this kind, dashes or underscores; unknown names are refused with the nearest."""
    found = DESIGNS.get(name.replace("-", "_"))
    if found is None:
        near = nearest(name.replace("-", "_"), DESIGNS)
        hint = f"did you mean {near.replace('_', '-')}?" if near else ""
        allowed = ", ".join(one.replace("_", "-") for one in DESIGNS)
        raise MultitrackError(Problem(f"--design {printable(name)}", "no such design", allowed, hint))
    return found
