"""What would change a conclusion: a comparison run again at either end of the plausible range of one setting after another."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd

from ..analysis.assumptions import ENDS, Assumptions, Pair, judged, worth_varying
from ..analysis.comparison import Comparison
from ..designs.design import HELD, INTERVENTIONS
from ..errors import MultitrackError, Problem, SettingError, printable
from ..running.ensemble import check_asked, run_ensemble
from ..scenario.scenario import Scenario

__all__ = ["assumptions", "settings_changed"]

Report = Callable[[int, int], None] | None


def assumptions(
    comparison: Comparison,
    arm: str,
    runs: int = 100,
    threads: int | None = None,
    progress: Report = None,
) -> Assumptions:
    """The effect of an arm on months under an agreement, with one assumption after another at either end of its range.

    Up to ten settings are varied, one at a time, in the baseline and in the arm alike, over the range that the parameter
    table gives as worth testing; on the seeds with which the comparison begins. That is quick and rough: settings that only
    matter together are not seen. `progress(done, all)` counts runs.

    >>> import multitrack_sim as mt
    >>> scenario = mt.scenario_from_codes({}).with_settings({"run.months": 24, "society.communities": 20})
    >>> compared = mt.compare(scenario, "no Track II: track_two.budget=0", runs=4)
    >>> found = assumptions(compared, "no Track II", runs=4)
    >>> found.pairs, len(found.table), "track_two.transfer" in set(found.table["setting"])
    (4, 10, True)
    """
    if arm not in comparison.arms or arm == comparison.baseline:
        raise MultitrackError(
            Problem("arm", f"found {printable(arm)}", ", ".join(map(printable, list(comparison.arms)[1:])))
        )
    pair = comparison.scenario, comparison.arms[arm]
    varied = worth_varying(settings_changed(comparison))
    check_asked(pair[0], runs, comparison.seed, threads, 2 + 4 * len(varied))
    total, done = runs * (2 + 4 * len(varied)), 0

    def both(one: tuple[Scenario, Scenario]) -> Pair:
        nonlocal done
        found: list[pd.DataFrame] = []
        for scenario in one:
            found.append(run_ensemble(scenario, runs, comparison.seed, threads).table)
            done += runs
            if progress:
                progress(done, total)
        return found[0], found[1]

    now, ends, values = both(pair), {}, {}
    for setting in varied:
        at = setting.range
        try:
            ends[setting.name] = {end: both(_with(pair, setting.name, value)) for end, value in zip(ENDS, at)}
        except SettingError:  # a scenario in which it cannot be changed alone
            continue
        values[setting.name] = [float(pair[0].value(setting.name)), *map(float, at)]
    return judged(arm, now, ends, values, comparison.horizon)


def _with(pair: tuple[Scenario, Scenario], name: str, value: float) -> tuple[Scenario, Scenario]:
    """Both scenarios with a setting at another value."""
    return pair[0].with_settings({name: value}), pair[1].with_settings({name: value})


def settings_changed(comparison: Comparison) -> list[str]:
    """Every setting that some arm changes, at the start or later."""
    names: list[str] = []
    for changes in comparison.changes.values():
        names += [name for name in changes if name not in (INTERVENTIONS, HELD)]
        for one in changes.get(INTERVENTIONS, ()):
            names += [str(one[verb]) for verb in ("set", "scale", "shift") if one.get(verb)]
    return list(dict.fromkeys(names))
