"""Attribution: the effect of several parts together, shared among them without order (Shapley), and their interactions."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from ..designs.arms import MOST_PARTS, PARTS, Part, _called, _part, _subsets, switch_off
from ..designs.design import coalition_names
from ..errors import MultitrackError, printable
from ..running.ensemble import run_ensemble
from ..running.memory import check_memory, memory_needed
from ..scenario.scenario import Scenario
from ..schema.outcomes import OUTCOMES, Outcome
from .effects import chosen_outcomes
from .paired import Effect, paired_effect, paired_mean
from .summary import largest, values_of

__all__ = ["Attribution", "attribute", "coalition_runs", "interactions", "shapley"]

MAIN = ("agreed", "durable", "months_at_peace", "violence_total")
ALL_PARTS = "all parts together"
Worth = Mapping[frozenset[str], np.ndarray]  # coalition -> its outcome, seed by seed


@dataclass(frozen=True)
class Attribution:
    """Who has what part in the effect of all parts together.

    `values` is `shapley`'s table, `interactions` that of pairs, for every outcome asked for; `runs` the runs of all
    coalitions: `coalition` (parts joined by " + ", "none"), one column of 0 and 1 for each part, `seed`, outcomes.
    """

    parts: tuple[str, ...]
    values: pd.DataFrame
    interactions: pd.DataFrame
    runs: pd.DataFrame

    @property
    def estimand(self) -> str:
        """What is shared among the parts, in one sentence."""
        named = ", ".join(map(printable, self.parts))
        return (
            f"The mean effect of having all of {named} against none of them, over all runs (never only those with talks "
            "or an accord), from before talks on (month 0), shared among them by Shapley: each part's mean contribution "
            "over all orders in which they could have come."
        )


def attribute(
    scenario: Scenario,
    parts: Sequence[str | Part] = tuple(PARTS),
    runs: int = 200,
    seed: int = 1,
    outcomes: Sequence[str] | str = MAIN,
    threads: int | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Attribution:
    """Run all 2^n coalitions of the parts on the same seeds and share the effect of all among them.

    `parts` are names from `analysis.arms.PARTS` or a `Part` of your own; what switches one off is read from the
    scenario's rows, and interventions that would switch it on again later are left out. `runs` is the number of seeds
    of each coalition; `progress(done, coalitions)` is called after each. The money of a muted track goes where the
    scenario's `funding.muted` says: with "moved", a part's value is that of its money as well.

    >>> from multitrack_sim.scenario import scenario_from_codes
    >>> scenario = scenario_from_codes({}).with_settings({"run.months": 24, "society.communities": 20})
    >>> found = attribute(scenario, ["Track II", "mediation"], runs=4, outcomes="violence_total")
    >>> found.values["part"].tolist()
    ['Track II', 'mediation', 'all parts together']
    """
    chosen = [_part(part) for part in parts]
    table = coalition_runs(scenario, chosen, runs, seed, threads, progress)
    names = tuple(part.name for part in chosen)
    asked = chosen_outcomes([outcomes] if isinstance(outcomes, str) else outcomes, [table])
    horizon = int(scenario.value("run.months"))
    values = pd.concat([shapley(table, names, outcome, horizon) for outcome in asked], ignore_index=True)
    pairs = pd.concat([interactions(table, names, outcome, horizon) for outcome in asked], ignore_index=True)
    return Attribution(names, values, pairs, table)


def coalition_runs(
    scenario: Scenario,
    parts: Sequence[str | Part] = tuple(PARTS),
    runs: int = 200,
    seed: int = 1,
    threads: int | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> pd.DataFrame:
    """The runs of every coalition, on the same seeds: `coalition`, a column of 0 or 1 per part, `seed`, outcomes.

    >>> from multitrack_sim.scenario import scenario_from_codes
    >>> scenario = scenario_from_codes({}).with_settings({"run.months": 24, "society.communities": 20})
    >>> coalition_runs(scenario, ["Track II"], runs=2).iloc[:, :2].values.tolist()
    [['none', 0], ['none', 0], ['Track II', 1], ['Track II', 1]]
    """
    chosen = [_part(part) for part in parts]
    names = [part.name for part in chosen]
    _check_names(names)
    if isinstance(runs, int) and runs > 0:  # else the ensemble says what is wrong with it
        check_memory(memory_needed(runs, arms=2 ** len(names)), runs * 2 ** len(names))
    frames = []
    for inside in _subsets(names):
        one = scenario
        for part in chosen:
            if part.name not in inside:
                off = part.off(scenario)
                one = switch_off(one, off, off)
        frame = run_ensemble(one, runs, seed, threads).table
        for at, name in enumerate(names):
            frame.insert(at, name, int(name in inside))
        frame.insert(0, "coalition", _called(inside, names))
        frames.append(frame)
        if progress:
            progress(len(frames), 2 ** len(names))
    return pd.concat(frames, ignore_index=True)


def shapley(table: pd.DataFrame, parts: Sequence[str], outcome: str, horizon: int = 300) -> pd.DataFrame:
    """Shapley values (1953) of the parts, one row each, and their sum in a last row "all parts together".

    A part's value is its mean contribution over all orders in which the parts could be added to none: computed exactly
    from all coalitions, seed by seed, so that the values add up to the effect of all. `estimate` is the mean over seeds
    with its interval and p (that of all parts, or of a single part, as in `analysis.effects`) and Monte Carlo error;
    `alone` and `last` are the part's effect without any and with all of the others: where they differ, parts help or
    replace one another. `table` is that of `coalition_runs`; months until something happens count up to the `horizon`.

    >>> table = pd.DataFrame({"A": [0, 1, 0, 1], "B": [0, 0, 1, 1], "seed": [7] * 4, "attacks": [0.0, 2.0, 4.0, 12.0]})
    >>> shapley(table, ["A", "B"], "attacks")[["part", "estimate", "alone", "last"]].values.tolist()
    [['A', 5.0, 2.0, 8.0], ['B', 7.0, 4.0, 10.0], ['all parts together', 12.0, 12.0, 12.0]]
    """
    worth = _worth(table, parts, outcome, horizon)
    everybody, nobody = frozenset(parts), frozenset[str]()
    whole = paired_effect(
        worth[nobody], worth[everybody], OUTCOMES[outcome].binary, largest(OUTCOMES[outcome], horizon)
    )
    rows = []
    for part in parts:
        alone = float((worth[frozenset([part])] - worth[nobody]).mean())
        last = float((worth[everybody] - worth[everybody - {part}]).mean())
        found = whole if len(parts) == 1 else _found(_index(worth, parts, (part,)), outcome, horizon)
        rows.append([outcome, part, *found, len(worth[nobody]), alone, last])
    total = whole.estimate
    rows.append([outcome, ALL_PARTS, *whole, len(worth[nobody]), total, total])
    frame = pd.DataFrame(rows, columns=["outcome", "part", *_COLUMNS, "alone", "last"])
    return frame.assign(unit=OUTCOMES[outcome].unit, meaning=OUTCOMES[outcome].meaning)


def interactions(
    table: pd.DataFrame, parts: Sequence[str], outcome: str, horizon: int = 300, order: int = 2
) -> pd.DataFrame:
    """Shapley interaction indices (Grabisch and Roubens 1999) of all groups of `order` parts, with intervals.

    Above zero: together they do more than each for itself (complements); below: they stand in for one another.

    >>> table = pd.DataFrame({"A": [0, 1, 0, 1], "B": [0, 0, 1, 1], "seed": [7] * 4, "attacks": [0.0, 2.0, 4.0, 12.0]})
    >>> interactions(table, ["A", "B"], "attacks")[["parts", "estimate"]].values.tolist()
    [['A + B', 6.0]]
    """
    coalition_names(parts)  # two groups of one name are refused
    worth = _worth(table, parts, outcome, horizon)
    groups = itertools.combinations(parts, order)
    seeds = len(worth[frozenset()])
    rows = [
        [outcome, " + ".join(group), *_found(_index(worth, parts, group), outcome, horizon, len(group)), seeds]
        for group in groups
    ]
    return pd.DataFrame(rows, columns=["outcome", "parts", *_COLUMNS]).assign(unit=OUTCOMES[outcome].unit)


_COLUMNS = ["estimate", "low", "high", "error", "p", "seeds"]


def _found(values: np.ndarray, outcome: str, horizon: int, order: int = 1) -> Effect:
    """The mean index with its interval. An index of a group of s is a weighted mean of sums of 2^s outcomes, of which
    half count negative: it lies within 2^(s - 1) times the outcome's largest value.
    """
    return paired_mean(values, 2 ** (order - 1) * largest(OUTCOMES[outcome], horizon))


def _index(worth: Worth, parts: Sequence[str], group: Sequence[str]) -> np.ndarray:
    """The interaction index of a group, seed by seed; of a group of one this is the Shapley value.

    Sum over the coalitions T of the others of (n - t - s)! t! / (n - s + 1)! times the group's joint difference at T.
    """
    others = [part for part in parts if part not in group]
    total = np.zeros_like(worth[frozenset()])
    for coalition in _subsets(others):
        t, s, n = len(coalition), len(group), len(parts)
        weight = math.factorial(n - t - s) * math.factorial(t) / math.factorial(n - s + 1)
        joint = sum((-1) ** (s - len(some)) * worth[coalition | some] for some in _subsets(group))
        total = total + weight * joint
    return total


def _worth(table: pd.DataFrame, parts: Sequence[str], outcome: str, horizon: int) -> Worth:
    """What every coalition is worth, seed by seed in the same order."""
    (name,) = chosen_outcomes([outcome], [table])
    if OUTCOMES[name].values:
        raise MultitrackError(
            f"{name} is a category, and only numbers can be shared; allowed: outcomes of 0 or 1, numbers"
        )
    worth, seeds = {}, np.sort(table["seed"].unique())
    for key, rows in table.groupby(list(parts), sort=False):
        inside = frozenset(part for part, flag in zip(parts, key) if flag)
        rows = rows.sort_values("seed")
        if not np.array_equal(rows["seed"].to_numpy(), seeds):
            raise MultitrackError(f"coalition {_called(inside, parts)} was not run once on each of the same seeds")
        worth[inside] = _numbers(rows, OUTCOMES[name], horizon)
    if len(worth) < 2 ** len(parts):
        raise MultitrackError(f"found {len(worth)} coalitions; allowed: all {2 ** len(parts)}")
    return worth


def _numbers(rows: pd.DataFrame, outcome: Outcome, horizon: int) -> np.ndarray:
    """The outcome in every run; one that some runs lack cannot be shared over all of them."""
    values = values_of(rows, outcome)
    if outcome.event and outcome.name != "months_to_collapse":
        values = np.minimum(np.where(np.isnan(values), horizon, values), horizon)
    if np.isnan(values).any():
        raise MultitrackError(
            f"{outcome.name} is missing in some runs ({outcome.missing}); allowed: outcomes of every run"
        )
    return values


def _check_names(names: Sequence[str]) -> None:
    """Refuse parts that could not be told from one another, from their coalitions, or from columns of the table."""
    if not 1 <= len(names) <= MOST_PARTS or len(set(names)) < len(names):
        raise MultitrackError(f"found {len(names)} parts; allowed: 1 to {MOST_PARTS}, each once")
    taken = {"coalition", "seed", ALL_PARTS, *OUTCOMES}
    if clash := [name for name in names if name in taken]:
        raise MultitrackError(
            f"the name of a part, {printable(clash[0])}, is taken in the table; allowed: another name"
        )
    coalition_names(names)
