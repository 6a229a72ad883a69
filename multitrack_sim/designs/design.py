"""What to run, as a value: what is varied, the points at which it is tried, and the arms.

A design knows no scenario and holds no state: the same call gives the same points. What may be varied is any setting of
a scenario, as `codes.track2` any code of the codebook (of scenarios made from codes), and `dummy`, which changes nothing.
An arm changes settings; beside them it may have `interventions`, for changes in later months, and `held`: settings that the
scenario's own interventions leave alone from a month on.

Every run of a point has a seed that only depends on the seed of the whole and the number of the run, never on the point or
the arm: what differs between points and arms is owed to the settings, not to luck.
"""

from __future__ import annotations

import hashlib
import itertools
import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from ..errors import Problem, SettingError, printable

__all__ = [
    "BESIDE",
    "CODE",
    "DUMMY",
    "HELD",
    "INTERVENTIONS",
    "RUNS",
    "Changes",
    "Design",
    "Value",
    "check_runs",
    "in_words",
    "is_whole",
    "run_identity",
]

CODE = "codes."  # what a name begins with that means a code
DUMMY = "dummy"  # may be varied like a setting and changes nothing: what it seems to do is noise
INTERVENTIONS = (
    "interventions"  # what an arm changes in later months: a list, each as `Scenario.with_interventions` takes it
)
HELD = "held"  # {setting: month}: from then on the scenario's own interventions leave it alone
BESIDE = (INTERVENTIONS, HELD)  # what an arm says beside settings
RUNS = 100  # of each point, where nobody says how many
MOST_ARMS = 10_000
MOST_RUNS = 1_000_000_000  # of a design in all: some days on a large cluster
Value = float | int | str
Changes = Mapping[str, Any]  # what an arm changes: settings, and what stands beside them


@dataclass(frozen=True, eq=False)
class Design:
    """Points by arms by runs. `columns` has the settings varied, a value per point; what an arm changes
    comes after the point's settings. Without arms there is one, called "".

    >>> from multitrack_sim.designs import factorial
    >>> design = factorial({"track_two.budget": [0, 1], "funding.muted": ["burned", "moved"]}, runs=50)
    >>> len(design), design.points, design.runs
    (200, 4, 50)
    """

    kind: str
    columns: Mapping[str, tuple[Value, ...]] = field(default_factory=dict)
    arms: Mapping[str, Changes] = field(default_factory=lambda: {"": {}})
    runs: int = RUNS
    options: Mapping[str, Any] = field(default_factory=dict)  # what an analysis of it needs to know: SALib's problem

    def __post_init__(self) -> None:
        problems = []
        if not is_whole(self.runs, 1):
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
        if len(self.arms) > MOST_ARMS:
            problems = [Problem("arms", f"there are {len(self.arms):,}", f"up to {MOST_ARMS:,}")]
        if problems:
            raise SettingError(problems)
        check_runs(self.points, len(self.arms), self.runs)

    @property
    def points(self) -> int:
        """How many points there are."""
        return len(next(iter(self.columns.values()), (None,)))

    def __len__(self) -> int:
        """How many runs there are in all."""
        return self.points * len(self.arms) * self.runs

    @property
    def names(self) -> tuple[str, ...]:
        """All settings that differ between points or arms, in order."""
        named = dict.fromkeys([*self.columns, *itertools.chain(*self.arms.values())])
        return tuple(name for name in named if name not in BESIDE)

    def settings(self, point: int, arm: str = "") -> dict[str, Any]:
        """What a run of this point and arm changes.

        >>> from multitrack_sim.designs import paired
        >>> paired({"with": {}, "without": {"track_two.budget": 0}}).settings(0, "without")
        {'track_two.budget': 0}
        """
        return {**{name: values[point] for name, values in self.columns.items()}, **self.arms[arm]}

    def table(self) -> pd.DataFrame:
        """One row per point: what is varied."""
        return pd.DataFrame({name: list(values) for name, values in self.columns.items()}, index=range(self.points))

    def with_arms(self, arms: Mapping[str, Changes]) -> Design:
        """The same points, each run in every one of these arms, on the same seeds."""
        return Design(self.kind, self.columns, {k: dict(v) for k, v in arms.items()}, self.runs, self.options)

    @property
    def identity(self) -> str:
        """A hash of all that it says."""
        content = [self.kind, list(self.columns.items()), list(self.arms.items()), self.runs, dict(self.options)]
        return _hash(content)


def run_identity(scenario: str, settings: Mapping[str, Value], seed: int, model: str) -> str:
    """What a run is: the hash of the scenario's content, its settings, its seed and the model's version.

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


# --- what is too much
def is_whole(value: Any, least: int) -> bool:
    return isinstance(value, int | np.integer) and not isinstance(value, bool) and int(value) >= least


def check_runs(points: int, arms: int, runs: int) -> None:
    """Refuse more runs than anybody will wait for, before any of them is planned."""
    if is_whole(runs, 1) and points * arms * int(runs) > MOST_RUNS:
        parts = f"{points:,} points x {arms:,} arms x {in_words(runs)} runs"
        found = f"{in_words(points * arms * int(runs))} runs in all ({parts})"
        raise SettingError(Problem("design", found, f"up to {MOST_RUNS:,}", "fewer points, arms or runs of each"))


def in_words(number: int) -> str:
    """A number as people read it, however large.

    >>> in_words(12345), in_words(10**40)
    ('12,345', 'some 10**40')
    """
    number = int(number)
    return f"{number:,}" if number < 10**15 else f"some 10**{int(math.log10(number))}"
