"""Arms run side by side on the same seeds."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from os import PathLike
from typing import Any

import pandas as pd

from ..analysis.comparison import Comparison
from ..designs.arms import BASELINE, INTERVENTIONS, Arm, arm_named
from ..errors import MultitrackError, Problem, SettingError, printable
from ..running.ensemble import Ensemble, check_asked, run_ensemble
from ..scenario.library import as_scenario
from ..scenario.scenario import Scenario
from ..schema.parameters import PARAMETERS
from ..schema.tables import TABLES

__all__ = ["compare"]


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
) -> Comparison:
    """Run a scenario (or a file, or "oslo_1993" and the like) and arms of it on the same seeds.

    `arms` maps a name to the settings the arm changes, `{"no Track II": {"track_two.budget": 0}}`, with
    `{"interventions": [...]}` beside them for changes in later months; or to a ready-made arm; or it is a list of
    names of ready-made arms (`analysis.arms.ARMS`): `["no workshops", "no mediation from month 24"]`. `runs` is the
    number of pairs, `baseline` the name of the scenario as it is; the other arguments are those of `run_ensemble`, and
    `progress(done, total)` counts the runs of all arms.

    Raises SettingError, with the name of the arm, for settings that do not exist or are out of range.

    >>> from multitrack_sim.scenario import scenario_from_codes
    >>> scenario = scenario_from_codes({}).with_settings({"run.months": 24, "society.communities": 20})
    >>> found = compare(scenario, {"no Track II": {"track_two.budget": 0}}, runs=8, seed=7)
    >>> list(found.arms), len(found.runs)
    (['as the scenario says', 'no Track II'], 16)
    >>> print(found.estimand("no Track II"))
    The mean effect of track_two.budget at 0 instead of 1, against the scenario as it is, from before talks on (month 0), over all runs (never only those with talks or an accord), seed by seed, within 24 months; durability is counted as mean months at peace within that time; the money it does not get is burned.
    """  # noqa: E501
    scenario = as_scenario(scenario)
    scenarios, sentences = {baseline: scenario}, {}
    changes: dict[str, dict[str, Any]] = {baseline: {}}
    given = _given(arms)
    if not given:
        raise MultitrackError(
            "there is no arm to compare with; allowed: {name: {setting: value}}, or names of ready-made arms"
        )
    if baseline in given:
        raise MultitrackError(f"{printable(baseline)} is the name of the baseline; allowed: another name for the arm")
    for name, change in given.items():
        ready = arm_named(change) if isinstance(change, str | Arm) else None
        try:
            if ready is None:
                scenarios[name], changes[name] = _changed(scenario, change)
            else:
                scenarios[name], changes[name] = ready.scenario(scenario), ready.settings(scenario)
                sentences[name] = ready.sentence
        except SettingError as wrong:
            raise SettingError(f"arm {printable(name)}: {wrong}") from wrong
    check_asked(scenario, runs, seed, threads, len(scenarios), series=series)
    ensembles: dict[str, Ensemble] = {}
    for name, one in scenarios.items():
        report = _counted(progress, runs * len(ensembles), runs * len(scenarios))
        ensembles[name] = run_ensemble(one, runs, seed, threads, series=series, agents=agents, progress=report)
    frames = [one.table.assign(arm=name) for name, one in ensembles.items()]
    table = pd.concat(frames, ignore_index=True)
    table.insert(0, "arm", pd.Categorical(table.pop("arm"), categories=list(ensembles)))
    return Comparison(scenario, scenarios, changes, ensembles, table, seed, sentences)


def _by_name(arms: Sequence[str | Arm]) -> dict[str, str | Arm]:
    """Ready-made arms by their names; two arms of one name are refused, for one of them would be lost."""
    given: dict[str, str | Arm] = {}
    for one in arms:
        name = arm_named(one).name
        if name in given:
            raise MultitrackError(f"two arms are called {printable(name)}; allowed: every arm another name")
        given[name] = one
    return given


def _given(arms: Any) -> dict[str, Any]:
    """Arms by name: as they were given, or ready-made ones called by theirs."""
    if isinstance(arms, str | Arm):
        arms = [arms]
    if isinstance(arms, Mapping):
        if arms and all(isinstance(name, str) and _is_setting(name) for name in arms):
            allowed = f'a name for the arm: {{"my arm": {{{printable(next(iter(arms)))}: ...}}}}'
            raise MultitrackError(Problem("arms", "found settings, and no name for the arm that has them", allowed))
        return dict(arms)
    if not isinstance(arms, Iterable):
        allowed = "{name: {setting: value}}, or names of ready-made arms"
        raise MultitrackError(Problem("arms", f"found a {type(arms).__name__}", allowed))
    return _by_name(list(arms))


def _is_setting(name: str) -> bool:
    return name in PARAMETERS or "." in name and name.partition(".")[0] in TABLES


def _counted(progress: Callable[[int, int], None] | None, before: int, total: int) -> Any:
    """The progress of one arm, as part of that of all."""
    return None if progress is None else lambda done, _: progress(before + done, total)


def _changed(scenario: Scenario, change: Any) -> tuple[Scenario, dict[str, Any]]:
    """The scenario with the settings and interventions of an arm, and these as a dict."""
    if not isinstance(change, Mapping):
        raise SettingError(f"found a {type(change).__name__}; allowed: a dict of settings, or a ready-made arm")
    made = scenario.with_settings({name: value for name, value in change.items() if name != INTERVENTIONS})
    return made.with_interventions(change.get(INTERVENTIONS) or ()), dict(change)
