"""Through which way does Track II work here? Every way out of it closed alone, open alone, and in all coalitions."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from os import PathLike
from pathlib import Path
from typing import Any

import pandas as pd

from ..analysis.paths import OTHERS, Paths, largest_ways, outcomes_of_every_run, path_effects, path_shares
from ..designs.changes import changed
from ..designs.design import HELD
from ..designs.kinds import paired
from ..designs.ways import WAYS, closing, idle, reachable, with_needs
from ..errors import MultitrackError, printable
from ..running.ensemble import check_asked, run_ensemble
from ..scenario.library import as_scenario
from ..scenario.plausible import Doubts, doubts
from ..scenario.scenario import Scenario
from .kept import Keeping, ensembles_of, kept_runs

__all__ = ["paths"]

MAIN = ("agreed", "comprehensive", "months_under_accord", "violence_total")
NAMED = 4  # ways that get a share of their own: with the others as one, 32 coalitions
MOST_NAMED = 9  # 1024 coalitions
MUTED = "no Track II"
OFF = {"track_two.budget": 0.0, HELD: {"track_two.budget": 0}}

Report = Callable[[int, int], None] | None
Open = frozenset[str]  # the ways that are open


def paths(
    scenario: Scenario | str | PathLike[str],
    runs: int = 200,
    seed: int = 1,
    outcomes: Sequence[str] | str = MAIN,
    threads: int | None = None,
    progress: Report = None,
    named: int = NAMED,
    out: str | PathLike[str] | None = None,
    parameters: str | pd.DataFrame | None = None,
    variants: str | Sequence[str] | None = None,
) -> Paths:
    """Through which ways Track II works in a scenario: each way out of it (`designs.ways.WAYS`) closed by settings that close
    nothing else, on the same seeds.

    The estimand is the mean paired difference *open minus closed* over all runs, in the outcome's unit (outcomes of 0 or 1
    as shares; months until something happens count up to the horizon). Three questions: what is lost when a way is closed
    while all others are open; what it does alone (with contact, for the ways that hang on it); and its exact Shapley value
    over all orders of opening the ways. All ways closed leave of Track II what its money does elsewhere, nothing where that
    is burned, as it is unless the scenario says otherwise. Interventions of the scenario that would open a way again are
    left out.

    The Shapley values are of the `named` ways that do most by the first two questions on these same seeds (the largest are a
    little too large for it), and of all the rest as one, "other ways". Ways through which nothing can go (no money, nobody
    to meet, no avoided issue ...) are in `idle`, with the reason. `runs` is the number of seeds; `progress(done, all)` counts
    the runs of all coalitions of ways, where `all` is at first the most it may take. With `out`, the runs are kept in that
    folder and give the same bits: ended at any moment, the same call goes on where it was.

    With `parameters="plausible"` or `variants="all"` (or names) run k of every set of ways has the same plausible set of
    parameters and the same variant of the rules; what closes a way stays closed.

    Raises MultitrackError, before anything is run, for outcomes that do not exist, are no numbers, or are missing in some
    runs, and for numbers that make no sense; with `out`, StoreError for a folder that holds anything else.

    >>> from multitrack_sim.scenario import scenario_from_codes
    >>> scenario = scenario_from_codes({"track2": 4}).with_settings({"run.months": 24, "society.communities": 20})
    >>> found = paths(scenario.with_settings({"track_two.publicity": 0}), runs=8, outcomes="violence_total", named=1)
    >>> found.idle["publics"]
    'track_two.publicity is 0'
    >>> found.shares["way"].tolist() == [*found.named, "other ways", "all ways together"]
    True
    """
    scenario = as_scenario(scenario)
    asked = outcomes_of_every_run(outcomes)
    if isinstance(named, bool) or not isinstance(named, int) or not 1 <= named <= MOST_NAMED:
        raise MultitrackError(f"named={printable(named)}; allowed: whole numbers from 1 to {MOST_NAMED}")
    reasons = {name: idle(way, scenario) for name, way in WAYS.items()}
    ways = tuple(name for name, reason in reasons.items() if not reason)
    everything = frozenset(ways)
    first = {everything, Open(), *map(with_needs, ways), *(reachable(everything - {way}) for way in ways)}
    players = len(ways) if len(ways) <= named + 1 else named + 1
    most = 1 + len(first) + 2**players
    check_asked(scenario, runs, seed, threads, most)

    place, asked_for = None if out is None else Path(out), (parameters, variants)
    runner = _Runner(scenario, runs, seed, threads, progress, place, most, asked_for, doubts(*asked_for))
    runner.run(first)
    horizon = int(scenario.value("run.months"))
    effects = path_effects(runner.frames, runner.muted, ways, asked, horizon)
    chosen = ways if players == len(ways) else largest_ways(effects, ways, named)
    shares = path_shares(*_coalitions(runner, ways, chosen), asked, horizon)
    closed = {name: reason for name, reason in reasons.items() if reason}
    return Paths(scenario.title, ways, closed, chosen, effects, shares, runner.table(), horizon)


@dataclass
class _Runner:
    """The runs without Track II and of every set of open ways, each made once, all on the same seeds."""

    scenario: Scenario
    runs: int
    seed: int
    threads: int | None
    progress: Report
    out: Path | None
    most: int  # sets of runs that it takes
    asked_for: tuple[Any, Any] = (None, None)  # plausible sets and variants,
    doubts: Doubts | None = None  # and what they are
    muted: pd.DataFrame = field(default_factory=pd.DataFrame)
    frames: dict[Open, pd.DataFrame] = field(default_factory=dict)

    def run(self, wanted: Iterable[Open]) -> None:
        """Those of the sets that have not been run, and at first those without Track II."""
        missing = sorted(set(wanted) - set(self.frames), key=lambda ways: (-len(ways), sorted(ways)))
        arms: dict[str, dict[str, Any]] = {} if self.frames else {MUTED: OFF}
        called = {_called(ways): ways for ways in missing}
        arms |= {name: closing(way for way in WAYS if way not in ways) for name, ways in called.items()}
        tables = self._kept(arms) if self.out and arms else self._made(arms)
        self.muted = tables.pop(MUTED, self.muted)
        self.frames |= {called[name]: table for name, table in tables.items()}
        if self.progress and not arms:  # what it takes is known only now
            self.progress(self.runs * (1 + len(self.frames)), self.runs * self.most)

    def _made(self, arms: Mapping[str, Mapping[str, Any]]) -> dict[str, pd.DataFrame]:
        """The runs of arms in memory."""
        tables: dict[str, pd.DataFrame] = {}
        for name, changes in arms.items():
            one, report = changed(self.scenario, changes), self._report(len(tables))
            parameters, variants = self.asked_for
            tables[name] = run_ensemble(
                one, self.runs, self.seed, self.threads, progress=report, parameters=parameters, variants=variants
            ).table
        return tables

    def _kept(self, arms: Mapping[str, Mapping[str, Any]]) -> dict[str, pd.DataFrame]:
        """The runs of arms in a folder: the first pass and the coalitions have one each."""
        folder = (self.out or Path()) / ("coalitions" if self.frames else "ways")
        keeping = Keeping(folder, self.threads, progress=self._report(0), say=lambda line: None, doubts=self.doubts)
        done = kept_runs(self.scenario, paired(arms, self.runs), self.seed, keeping)
        return {name: one.table for name, one in ensembles_of(done, dict.fromkeys(arms, self.scenario)).items()}

    def _report(self, sets: int) -> Report:
        """The progress of runs beside the sets that are done already."""
        before = self.runs * (sets + len(self.frames) + (1 if self.frames else 0))
        progress = self.progress
        return None if progress is None else lambda done, _: progress(before + done, self.runs * self.most)

    def table(self) -> pd.DataFrame:
        """All runs, and which ways were open in each."""
        every = [(frame, ways, 0) for ways, frame in self.frames.items()] + [(self.muted, Open(WAYS), 1)]
        flags = [{name: int(name in ways) for name in WAYS} | {"muted": muted} for _, ways, muted in every]
        return pd.concat([_flagged(frame, flag) for (frame, *_), flag in zip(every, flags)], ignore_index=True)


def _called(ways: Open) -> str:
    """What a set of open ways is called among the runs."""
    return "open: " + (", ".join(name for name in WAYS if name in ways) or "none")


def _flagged(frame: pd.DataFrame, flags: Mapping[str, int]) -> pd.DataFrame:
    return pd.concat([pd.DataFrame(dict(flags), index=frame.index), frame], axis=1)


def _coalitions(runner: _Runner, ways: Sequence[str], chosen: Sequence[str]) -> tuple[pd.DataFrame, list[str]]:
    """The runs of all coalitions of the chosen ways, the rest as one: a column of 0 and 1 for each, seed, outcomes; and
    what the columns are called.
    """
    rest = Open(ways) - Open(chosen)
    players = {way: Open([way]) for way in chosen} | ({OTHERS: rest} if rest else {})
    coalitions = {
        inside: reachable(Open().union(*(players[name] for name in inside)))
        for size in range(len(players) + 1)
        for inside in itertools.combinations(players, size)
    }
    runner.most = 1 + len({*runner.frames, *coalitions.values()})
    runner.run(coalitions.values())
    parts = [
        _flagged(runner.frames[open_ways], {name: int(name in inside) for name in players})
        for inside, open_ways in coalitions.items()
    ]
    return pd.concat(parts, ignore_index=True), list(players)
