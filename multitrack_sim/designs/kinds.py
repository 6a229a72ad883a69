"""The kinds of design: factorial, Latin hypercube, Sobol, Morris, one at a time, arms, coalitions.

A setting is given as a range `(low, high)` or as a list of levels (numbers or words). SALib makes the samples.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from ..errors import MultitrackError, Problem, SettingError, nearest, printable
from ..schema.parameters import PARAMETERS
from .changes import together
from .design import CODE, RUNS, Changes, Design, Value, check_runs, in_words, is_whole
from .parts import TRACKS, coalition_names

__all__ = [
    "DESIGNS",
    "coalitions",
    "dose_response",
    "factorial",
    "find_design",
    "latin",
    "morris",
    "one_at_a_time",
    "paired",
    "replicates",
    "sobol",
]

POINTS = 64  # of a sample
TRAJECTORIES = 20
LEVELS = 4  # of a screening, an even number (Morris 1991)
STEPS = 7  # of a dose-response curve
MOST_PLAYERS = 12  # 4096 coalitions
MOST_POINTS = 10_000_000
MOST_GIVEN = 1_000_000  # levels of one setting
MOST_VALUES = 100_000_000  # points times what is varied: some gigabytes
MOST_LEVELS = 1000  # of a screening
Range = tuple[float, float]
Vary = Mapping[str, Range | Sequence[Value]]


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
    _check_size(math.prod(len(one) for one in levels.values()), len(levels), "fewer levels, or latin, sobol, morris")
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
    _check_size(points, 1)
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
    steps = sum(points if isinstance(given, tuple) else len(given) for given in vary.values())
    _check_size(1 + steps, len(vary))
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
    vary = _checked(vary)
    _check_count("points", points, 1)
    _check_size(points, len(vary))
    _check_seed(seed)
    check_runs(points, 1, runs)
    from SALib.sample import latin as salib

    return _sampled("latin", vary, salib.sample(_problem(vary), points, seed=seed), runs, {"seed": seed})


def sobol(vary: Vary, points: int = POINTS, runs: int = 1, seed: int = 1, second_order: bool = False) -> Design:
    """Saltelli's sample for Sobol indices (Saltelli 2002; scrambled Sobol sequence): `points` is its base, a power of 2.

    It has points x (D + 2) points, or points x (2 D + 2) with `second_order`.

    >>> sobol({"track_two.budget": (0, 3), "cbm.budget": (0, 3)}, points=8).points
    32
    """
    vary = _checked(vary)
    _check_count("points", points, 1)
    if points & (points - 1):
        raise SettingError(Problem("points", f"found {in_words(points)}", "a power of 2: 64, 128, 256 ..."))
    _check_size(points * ((2 * len(vary) if second_order else len(vary)) + 2), len(vary))
    _check_seed(seed)
    check_runs(points * ((2 * len(vary) if second_order else len(vary)) + 2), 1, runs)
    from SALib.sample import sobol as salib

    sample = salib.sample(_problem(vary), points, calc_second_order=second_order, seed=seed)
    return _sampled("sobol", vary, sample, runs, {"seed": seed, "base": points, "second_order": second_order})


def morris(vary: Vary, points: int = TRAJECTORIES, runs: int = 1, seed: int = 1, levels: int = LEVELS) -> Design:
    """Morris's screening (1991): `points` trajectories, in each step of which one setting changes: points x (D + 1).

    >>> morris({"track_two.budget": (0, 3), "cbm.budget": (0, 3)}, points=10).points
    30
    """
    vary = _checked(vary)
    _check_count("points", points, 2)
    _check_count("levels", levels, 2)
    if levels % 2 or levels > MOST_LEVELS:
        raise SettingError(Problem("levels", f"found {in_words(levels)}", f"an even number up to {MOST_LEVELS:,}"))
    _check_size(points * (len(vary) + 1), len(vary))
    _check_seed(seed)
    check_runs(points * (len(vary) + 1), 1, runs)
    from SALib.sample import morris as salib

    sample = salib.sample(_problem(vary), points, num_levels=levels, seed=seed)
    return _sampled("morris", vary, sample, runs, {"seed": seed, "base": points, "levels": levels})


def paired(arms: Mapping[str, Changes], runs: int = RUNS) -> Design:
    """Arms on the same seeds: run k of one arm differs from run k of another only by what the arms change.

    >>> len(paired({"with": {}, "without": {"track_two.budget": 0}}, runs=100))
    200
    """
    return Design("paired", arms={name: dict(changes) for name, changes in arms.items()}, runs=runs)


def coalitions(tracks: Mapping[str, Changes] | None = None, runs: int = RUNS) -> Design:
    """Every subset of the tracks, as arms: those not in it are muted. `tracks` says what mutes each (default `TRACKS`).

    >>> list(coalitions({"A": {"track_two.budget": 0}, "B": {"track_three.budget": 0}}).arms)
    ['A + B', 'A', 'B', 'none']
    """
    tracks = TRACKS if tracks is None else tracks
    if not 1 <= len(tracks) <= MOST_PLAYERS:
        raise SettingError(Problem("coalitions", f"found {len(tracks)} tracks", f"1 to {MOST_PLAYERS}"))
    together(tracks)  # tracks that mute one setting at two values are refused
    arms = {
        called: together({name: muted for name, muted in tracks.items() if name not in inside})
        for inside, called in coalition_names(tracks).items()
    }
    return Design("coalitions", arms=arms, runs=runs, options={"tracks": {k: dict(v) for k, v in tracks.items()}})


DESIGNS: dict[str, Callable[..., Design]] = {
    "replicates": replicates, "factorial": factorial, "latin": latin, "sobol": sobol, "morris": morris,
    "one_at_a_time": one_at_a_time, "dose_response": dose_response, "paired": paired, "coalitions": coalitions,
}  # fmt: skip


# --- what they share
def _check_count(name: str, value: Any, least: int) -> None:
    if not is_whole(value, least):
        raise SettingError(Problem(name, f"found {printable(value)}", f"a whole number from {least}"))


def _check_size(points: int, varied: int, hint: str = "fewer points") -> None:
    """Refuse what would be too much, before any of it is made."""
    most = min(MOST_POINTS, MOST_VALUES // varied)
    if points > most:
        raise SettingError(Problem("points", f"{in_words(points)} in all", f"up to {most:,}", hint))


def _check_seed(seed: Any) -> None:
    if not is_whole(seed, 0) or seed >= 2**53:
        raise SettingError(Problem("seed", f"found {printable(seed)}", "a whole number from 0 to 2**53 - 1"))


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
        elif isinstance(given, Iterable) and not isinstance(given, str) and (levels := _few(given)):
            if len(levels) > MOST_GIVEN:
                problems.append(Problem(shown, f"more than {MOST_GIVEN:,} levels", "a range (low, high)"))
                continue
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


def _few(given: Iterable[Any]) -> list[Any]:
    """The levels given, no more of them than one too many."""
    return list(itertools.islice(given, MOST_GIVEN + 1))


def _takes_whole_numbers(name: str) -> bool:
    if name.startswith(CODE):
        return name == f"{CODE}parties"
    return name in PARAMETERS and PARAMETERS[name].whole


def _levels(vary: Mapping[str, Any]) -> dict[str, list[Value]]:
    return {name: list(given) for name, given in vary.items()}


def _steps(name: str, ends: Range, points: int) -> tuple[Value, ...]:
    values = np.linspace(*ends, points)
    return tuple(dict.fromkeys((np.rint(values) if _takes_whole_numbers(name) else values).tolist()))


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
        if not _takes_whole_numbers(name):
            return tuple((low + shares * (high - low)).tolist())
        given = range(math.ceil(low), math.floor(high) + 1)
        if not 1 <= given.stop - given.start <= 2**53:
            found = f"{'no' if given.stop <= given.start else 'too many'} whole numbers from {low:g} to {high:g}"
            raise SettingError(Problem(printable(name), found))
    places = np.minimum((shares * len(given)).astype(int), len(given) - 1)
    return tuple(given[at] for at in places)


def _columns(names: Iterable[str], rows: Sequence[Sequence[Value]]) -> dict[str, tuple[Value, ...]]:
    return {name: tuple(row[at] for row in rows) for at, name in enumerate(names)}


def find_design(name: str) -> Callable[..., Design]:
    """The function that makes designs of this kind, dashes or underscores; unknown names are refused with the nearest."""
    found = DESIGNS.get(name.replace("-", "_"))
    if found is None:
        near = nearest(name.replace("-", "_"), DESIGNS)
        hint = f"did you mean {near.replace('_', '-')}?" if near else ""
        allowed = ", ".join(one.replace("_", "-") for one in DESIGNS)
        raise MultitrackError(Problem(f"--design {printable(name)}", "no such design", allowed, hint))
    return found
