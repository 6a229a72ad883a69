"""All coalitions of parts run on the same seeds, and the effect of all shared among them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from os import PathLike
from typing import Any

import pandas as pd

from ..analysis.attribution import ALL_PARTS, Attribution, interactions, shapley
from ..analysis.run_tables import chosen_outcomes
from ..designs.changes import changed, together
from ..designs.design import HELD
from ..designs.parts import PARTS, Part, coalition_names, part_named
from ..errors import MultitrackError, printable
from ..running.ensemble import check_asked, run_ensemble
from ..scenario.library import as_scenario
from ..scenario.plausible import DOUBT_COLUMNS
from ..scenario.scenario import Scenario
from ..schema.outcomes import OUTCOMES

__all__ = ["attribute", "coalition_runs"]

MOST_PARTS = 10  # 1024 coalitions
MAIN = ("agreed", "durable", "months_under_accord", "violence_total")


def attribute(
    scenario: Scenario | str | PathLike[str],
    parts: Sequence[str | Part] | str | Part = tuple(PARTS),
    runs: int = 200,
    seed: int = 1,
    outcomes: Sequence[str] | str = MAIN,
    threads: int | None = None,
    progress: Callable[[int, int], None] | None = None,
    parameters: str | pd.DataFrame | None = None,
    variants: str | Sequence[str] | None = None,
) -> Attribution:
    """Run all 2^n coalitions of the parts on the same seeds and share the effect of all among them.

    `parts` are names from `designs.parts.PARTS` or a `Part` of your own; what switches one off is read from the
    scenario's rows, and interventions that would switch it on again later are left out. `runs` is the number of seeds
    of each coalition; `progress(done, coalitions)` is called after each. The money of a muted track goes where the
    scenario's `funding.muted` says: with "moved", a part's value is that of its money as well. With
    `parameters="plausible"` or `variants="all"` (or names) run k of every coalition has the same plausible set of parameters
    and the same variant of the rules.

    >>> from multitrack_sim.scenario import scenario_from_codes
    >>> scenario = scenario_from_codes({}).with_settings({"run.months": 24, "society.communities": 20})
    >>> found = attribute(scenario, ["Track II", "mediation"], runs=4, outcomes="violence_total")
    >>> found.values["part"].tolist()
    ['Track II', 'mediation', 'all parts together']
    """
    scenario = as_scenario(scenario)
    chosen = [part_named(part) for part in ([parts] if isinstance(parts, str | Part) else parts)]
    table = coalition_runs(scenario, chosen, runs, seed, threads, progress, parameters, variants)
    names = tuple(part.name for part in chosen)
    asked = chosen_outcomes([outcomes] if isinstance(outcomes, str) else outcomes, [table])
    horizon = int(scenario.value("run.months"))
    values = pd.concat([shapley(table, names, outcome, horizon) for outcome in asked], ignore_index=True)
    pairs = pd.concat([interactions(table, names, outcome, horizon) for outcome in asked], ignore_index=True)
    return Attribution(names, values, pairs, table)


def coalition_runs(
    scenario: Scenario | str | PathLike[str],
    parts: Sequence[str | Part] = tuple(PARTS),
    runs: int = 200,
    seed: int = 1,
    threads: int | None = None,
    progress: Callable[[int, int], None] | None = None,
    parameters: str | pd.DataFrame | None = None,
    variants: str | Sequence[str] | None = None,
) -> pd.DataFrame:
    """The runs of every coalition, on the same seeds: `coalition`, a column of 0 or 1 per part, `seed`, outcomes.

    >>> from multitrack_sim.scenario import scenario_from_codes
    >>> scenario = scenario_from_codes({}).with_settings({"run.months": 24, "society.communities": 20})
    >>> coalition_runs(scenario, ["Track II"], runs=2).iloc[:, :2].values.tolist()
    [['none', 0], ['none', 0], ['Track II', 1], ['Track II', 1]]
    """
    scenario = as_scenario(scenario)
    chosen = [part_named(part) for part in parts]
    names = [part.name for part in chosen]
    coalitions = _coalitions(names)
    check_asked(scenario, runs, seed, threads, len(coalitions))
    without = {part.name: _switched_off(part, scenario) for part in chosen}
    together(without)  # parts that switch one setting off differently are refused
    frames = []
    for inside, called in coalitions.items():
        one = changed(scenario, together({name: off for name, off in without.items() if name not in inside}))
        frame = run_ensemble(one, runs, seed, threads, parameters=parameters, variants=variants).table
        for at, name in enumerate(names):
            frame.insert(at, name, int(name in inside))
        frame.insert(0, "coalition", called)
        frames.append(frame)
        if progress:
            progress(len(frames), len(coalitions))
    return pd.concat(frames, ignore_index=True)


def _switched_off(part: Part, scenario: Scenario) -> dict[str, Any]:
    """What a coalition without the part changes; no intervention of the scenario's own switches it on again."""
    off = part.off(scenario)
    return {**off, HELD: dict.fromkeys(off, 0)}


def _coalitions(names: Sequence[str]) -> dict[tuple[str, ...], str]:
    """Every coalition and what it is called, the smallest first. Refused are parts that could not be told from one another,
    from their coalitions, or from columns of the table.
    """
    if not 1 <= len(names) <= MOST_PARTS or len(set(names)) < len(names):
        raise MultitrackError(f"found {len(names)} parts; allowed: 1 to {MOST_PARTS}, each once")
    taken = {"coalition", "seed", ALL_PARTS, *DOUBT_COLUMNS, *OUTCOMES}
    if clash := [name for name in names if name in taken]:
        raise MultitrackError(
            f"the name of a part, {printable(clash[0])}, is taken in the table; allowed: another name"
        )
    named = sorted(coalition_names(names).items(), key=lambda one: len(one[0]))
    return dict(named)
