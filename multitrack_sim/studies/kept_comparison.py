"""A comparison opened again from the folder of its runs, or of a sweep that can be read as one."""

from __future__ import annotations

from os import PathLike
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from ..analysis.comparison import Comparison
from ..designs.arms import BASELINE, arm_named
from ..designs.as_written import MOST_ARMS
from ..designs.changes import settings_of
from ..designs.design import BESIDE, HELD, INTERVENTIONS
from ..errors import MultitrackError, Problem, StoreError, printable
from ..running.ensemble import Ensemble
from ..running.sweep import Sweep, open_sweep
from ..scenario.codebook import Coded
from ..scenario.plausible import Doubts
from ..scenario.scenario import Scenario
from ..schema.outcomes import SERIES, SERIES_ROW
from .kept import columns_kept

__all__ = ["open_comparison"]


def open_comparison(path: str | PathLike[str], most_months: int = 0, point: int = 0) -> tuple[Comparison, Sweep]:
    """The comparison whose runs are kept in a folder, and the sweep that they are.

    Of a sweep with arms, the first arm is the baseline and the runs are those of one `point`; of a sweep without, its
    points are the arms, and the baseline is the first that changes nothing, else the first. The months of the first
    `most_months` runs of every arm come along where they were kept. StoreError for a folder with no runs to compare.
    """
    done = open_sweep(Path(path))
    shown = printable(done.path, 300)
    if done.done < done.plan.runs:
        found = f"{done.done:,} of {done.plan.runs:,} runs are there"
        raise StoreError(Problem(shown, found, hint="the command that made the folder goes on where it was"))
    arms = list(done.design.arms)
    if len(arms) > 1 and not 0 <= point < done.design.points:
        raise MultitrackError(Problem("point", f"found {point}", f"0 to {done.design.points - 1}"))
    by_arm = len(arms) > 1
    places = [(point, arm) for arm in arms] if by_arm else [(at, arms[0]) for at in range(done.design.points)]
    if not 2 <= len(places) <= MOST_ARMS + 1:
        found = f"holds {len(places):,} {'arms' if by_arm else 'points'} to compare"
        raise StoreError(
            Problem(shown, found, f"2 to {MOST_ARMS + 1}", "multitrack compare ... --out makes such a folder")
        )
    return _comparison(done, places, by_arm, most_months), done


def _comparison(done: Sweep, places: list[tuple[int, str]], by_arm: bool, most_months: int) -> Comparison:
    changes = {_name(done, place, by_arm): done.design.settings(*place) for place in places}
    if len(changes) < len(places):
        raise StoreError(Problem(printable(done.path, 300), "two of its points are alike", "points that differ"))
    where = dict(zip(changes, places))
    if not by_arm:  # the scenario as it is stands first
        first = next((name for name, change in changes.items() if _changes_nothing(done, change)), next(iter(changes)))
        changes = {first: changes[first]} | changes
    scenarios = {name: done.scenario(*where[name]) for name in changes}
    table = done.table()
    months = _months(done, most_months)
    ensembles = {
        name: _ensemble(scenarios[name], table, months, where[name], by_arm, done.plan.doubts) for name in changes
    }
    frames = [one.table.assign(arm=name) for name, one in ensembles.items()]
    runs = pd.concat(frames, ignore_index=True)
    runs.insert(0, "arm", pd.Categorical(runs.pop("arm"), categories=list(ensembles)))
    base = scenarios[next(iter(changes))]
    told = {name: _told(change) for name, change in changes.items()}
    sentences = {name: said for name, change in changes.items() if (said := _sentence(name, change, base))}
    return Comparison(base, scenarios, told, ensembles, runs, done.plan.seed, sentences)


def _name(done: Sweep, place: tuple[int, str], by_arm: bool) -> str:
    """What an arm is called; a point by the settings that make it."""
    if by_arm:
        return place[1] or BASELINE
    settings = settings_of(done.design.settings(*place))
    return ", ".join(f"{name} = {_short(value)}" for name, value in settings.items()) or BASELINE


def _short(value: Any) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)


def _changes_nothing(done: Sweep, changes: dict[str, Any]) -> bool:
    """Whether a point is the scenario as it is."""
    base = done.plan.base
    if isinstance(base, Coded) or any(changes.get(name) for name in BESIDE):
        return False
    return all(base.value(name) == value for name, value in settings_of(changes).items() if "." in name)


def _told(changes: dict[str, Any]) -> dict[str, Any]:
    """What an arm changes, as people wrote it."""
    return {name: value for name, value in changes.items() if name != HELD and (name != INTERVENTIONS or value)}


def _sentence(name: str, changes: dict[str, Any], base: Scenario) -> str:
    """The sentence of a ready-made arm, known by its name and by what it changes."""
    if HELD not in changes:
        return ""
    try:
        ready = arm_named(name)
    except MultitrackError:
        return ""
    return ready.sentence if dict(ready.changes(base)) == dict(changes) else ""


def _months(done: Sweep, most: int) -> pd.DataFrame | None:
    """The months of the first runs, those series that reports draw."""
    if not done.plan.series or most <= 0:
        return None
    return done.series(columns=("phase", "violence"), runs=most)


def _ensemble(
    scenario: Scenario,
    table: pd.DataFrame,
    months: pd.DataFrame | None,
    place: tuple[int, str],
    by_arm: bool,
    doubts: Doubts | None,
) -> Ensemble:
    own = _rows(table, place, by_arm)[columns_kept(table)].reset_index(drop=True)
    if months is None:
        return Ensemble(scenario, own, None, doubts=doubts)
    mine = _rows(months, place, by_arm)
    runs = int(mine["run"].nunique())
    series = np.zeros((runs, len(mine) // max(runs, 1)), SERIES_ROW)
    for name in SERIES:
        if name in mine:
            values = mine[name].cat.codes if SERIES[name].values else mine[name]
            series[name] = values.to_numpy(float).reshape(series.shape)
    return Ensemble(scenario, own, series, doubts=doubts)


def _rows(frame: pd.DataFrame, place: tuple[int, str], by_arm: bool) -> pd.DataFrame:
    """The rows of an arm at a point."""
    frame = frame[frame["point"] == place[0]] if "point" in frame else frame
    return frame[frame["arm"] == place[1]] if by_arm else frame
