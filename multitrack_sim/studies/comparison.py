"""Arms run side by side on the same seeds, in memory or into a folder."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from os import PathLike
from pathlib import Path
from typing import Any

import pandas as pd

from ..analysis.comparison import Comparison
from ..designs.arms import BASELINE, Arm
from ..designs.as_written import WrittenArm, arms_given
from ..designs.kinds import paired
from ..errors import MultitrackError, Problem
from ..running.ensemble import Ensemble, check_asked, run_ensemble
from ..running.sweep import Sweep
from ..scenario.library import as_scenario
from ..scenario.plausible import doubts
from ..scenario.scenario import Scenario
from .kept import Keeping, ensembles_of, kept_runs

__all__ = ["compare", "compared", "kept_arms"]


def compare(
    scenario: Scenario | str | PathLike[str],
    arms: Mapping[str, Any] | Sequence[str | Arm] | str | Arm,
    runs: int = 1000,
    seed: int = 1,
    threads: int | None = None,
    series: bool = False,
    agents: Mapping[type, type] | None = None,
    baseline: str = BASELINE,
    progress: Callable[[int, int], None] | None = None,
    out: str | PathLike[str] | None = None,
    parameters: str | pd.DataFrame | None = None,
    variants: str | Sequence[str] | None = None,
) -> Comparison:
    """Run a scenario (or a file, or "oslo_1993" and the like) and arms of it on the same seeds.

    An arm is written as on the command line: "no Track II: track_two.budget=0", or the name of a ready-made one, "no
    workshops", "no mediation from month 24" (`designs.arms.ARMS`). `arms` is one, or a list of them; or a dict that maps a
    name to the settings the arm changes, `{"no Track II": {"track_two.budget": 0}}`, with `{"interventions": [...]}` beside
    them for changes in later months, or to a ready-made arm. `runs` is the number of pairs, `baseline` the name of the
    scenario as it is; the other arguments are those of `run_ensemble`, and `progress(done, total)` counts the runs of all
    arms.

    With `out`, the runs are kept in that folder as a sweep of paired arms, and give the same bits: ended at any moment,
    the same call goes on where it was; `mt.open_sweep(out)` opens it.

    With `parameters="plausible"` or `variants="all"` (or names) every pair has one plausible set of parameters, one variant
    of the rules: the effects are then averages over them, and `comparison.doubt(arm, outcome)` tells the doubt that comes
    of chance, parameters and form apart. What the scenario or an arm sets itself stays.

    Raises SettingError, with the name of the arm, for settings that do not exist or are out of range; with `out`,
    StoreError for a folder that holds anything else, SweepInterrupted on Ctrl-C.

    >>> from multitrack_sim.scenario import scenario_from_codes
    >>> scenario = scenario_from_codes({}).with_settings({"run.months": 24, "society.communities": 20})
    >>> found = compare(scenario, "no Track II: track_two.budget=0", runs=8, seed=7)
    >>> list(found.arms), len(found.runs)
    (['baseline', 'no Track II'], 16)
    >>> print(found.estimand("no Track II"))
    Average of all 8 pairs of runs, with or without talks or agreement, over 24 months (2 years): track_two.budget at 0 instead of 1, from before talks on (month 0), minus the baseline; its money goes unused.
    """  # noqa: E501
    scenario = as_scenario(scenario)
    written = arms_given(scenario, arms, (baseline,))
    check_asked(scenario, runs, seed, threads, 1 + len(written), series=series)
    if out is not None:
        if agents:
            allowed = "without out: agents of one's own run in this program, not in a folder that others can go on with"
            raise MultitrackError(Problem("agents", "found with out", allowed))
        keeping = Keeping(Path(out), threads, series, progress, doubts=doubts(parameters, variants))
        return compared(scenario, written, kept_arms(scenario, written, runs, seed, keeping, baseline), seed, baseline)
    ensembles: dict[str, Ensemble] = {}
    scenarios = _scenarios(scenario, written, baseline)
    for name, one in scenarios.items():
        report = _counted(progress, runs * len(ensembles), runs * len(scenarios))
        ensembles[name] = run_ensemble(
            one, runs, seed, threads, series=series, agents=agents, progress=report, parameters=parameters,
            variants=variants,
        )  # fmt: skip
    return _comparison(scenario, written, ensembles, seed, baseline)


def kept_arms(
    scenario: Scenario, arms: Sequence[WrittenArm], runs: int, seed: int, keeping: Keeping, baseline: str = BASELINE
) -> Sweep:
    """The runs of the scenario and its arms, kept as a sweep of paired arms."""
    changes: dict[str, dict[str, Any]] = {baseline: {}} | {arm.name: arm.in_design for arm in arms}
    return kept_runs(scenario, paired(changes, runs), seed, keeping)


def compared(
    scenario: Scenario, arms: Sequence[WrittenArm], done: Sweep, seed: int, baseline: str = BASELINE
) -> Comparison:
    """The comparison of arms whose runs are kept."""
    return _comparison(scenario, arms, ensembles_of(done, _scenarios(scenario, arms, baseline)), seed, baseline)


def _scenarios(scenario: Scenario, arms: Sequence[WrittenArm], baseline: str) -> dict[str, Scenario]:
    return {baseline: scenario} | {arm.name: arm.scenario for arm in arms}


def _comparison(
    scenario: Scenario, arms: Sequence[WrittenArm], ensembles: Mapping[str, Ensemble], seed: int, baseline: str
) -> Comparison:
    scenarios = _scenarios(scenario, arms, baseline)
    changes: dict[str, dict[str, Any]] = {baseline: {}} | {arm.name: arm.changes for arm in arms}
    sentences = {arm.name: arm.ready.sentence for arm in arms if arm.ready is not None}
    frames = [one.table.assign(arm=name) for name, one in ensembles.items()]
    table = pd.concat(frames, ignore_index=True)
    table.insert(0, "arm", pd.Categorical(table.pop("arm"), categories=list(ensembles)))
    return Comparison(scenario, scenarios, changes, dict(ensembles), table, seed, sentences)


def _counted(progress: Callable[[int, int], None] | None, before: int, total: int) -> Any:
    """The progress of one arm, as part of that of all."""
    return None if progress is None else lambda done, _: progress(before + done, total)
