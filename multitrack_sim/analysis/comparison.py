"""Arms side by side on the same seeds, and the sentence that says what their difference estimates."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np
import pandas as pd

from ..designs.arms import BASELINE, INTERVENTIONS, money_in_words, plain
from ..errors import MultitrackError, nearest, printable
from ..scenario.interventions import changed_setting
from ..scenario.scenario import Scenario
from ..scenario.settings import covers, find_setting
from ..schema.outcomes import OUTCOMES
from .effects import effects
from .run_tables import MAIN_OUTCOMES, months_told
from .verdicts import digits_shown, levels_shown, verdict_in_words, verdict_of

__all__ = ["ArmRuns", "Comparison"]
LONGEST_LIST = 4  # changed settings that are named in a sentence


class ArmRuns(Protocol):
    """What the runs of an arm gave, as `Ensemble` has it: its scenario, a row per run, the months (runs x months) or None."""

    @property
    def scenario(self) -> Scenario: ...

    @property
    def table(self) -> pd.DataFrame: ...

    @property
    def series(self) -> np.ndarray | None: ...


@dataclass(frozen=True)
class Comparison:
    """A scenario and arms of it, run on the same seeds. The baseline stands first in every dict.

    `arms`: name -> Scenario. `changes`: name -> the settings changed (beside them `"interventions": [...]`).
    `ensembles`: name -> what its runs gave, tables and series. `runs`: one table of all runs, `arm` first, then `seed` and
    the outcomes. `seed` is what the runs' own seeds were derived from.
    """

    scenario: Scenario
    arms: dict[str, Scenario]
    changes: dict[str, dict[str, Any]]
    ensembles: Mapping[str, ArmRuns]
    runs: pd.DataFrame
    seed: int
    sentences: dict[str, str] = field(default_factory=dict)  # of ready-made arms: what they switch off
    _found: dict[Any, pd.DataFrame] = field(default_factory=dict, init=False, repr=False, compare=False)

    @property
    def baseline(self) -> str:
        """The baseline's name."""
        return next(iter(self.arms))

    @property
    def pairs(self) -> int:
        """The number of runs of every arm."""
        return len(self.ensembles[self.baseline].table)

    @property
    def horizon(self) -> int:
        """The months that all arms ran."""
        return min(int(scenario.value("run.months")) for scenario in self.arms.values())

    def table(self, arm: str | None = None) -> pd.DataFrame:
        """The runs of one arm (default: the baseline), one row each."""
        return self.ensembles[self._known(self.baseline if arm is None else arm)].table

    def effects(
        self, outcomes: Iterable[str] | None = None, baseline: str | None = None, correct: str = "holm"
    ) -> pd.DataFrame:
        """The effects of all arms, *arm minus baseline*, one row for each arm, outcome and statistic.

        `baseline` makes another arm the one that is compared with. See `analysis.effects.effects` for the columns. What was
        asked before is not computed again: tables, pages and sentences share it.
        """
        base = self._known(self.baseline if baseline is None else baseline)
        asked = outcomes if outcomes is None or isinstance(outcomes, str) else tuple(outcomes)
        question = asked, base, correct
        if question not in self._found:
            others = {name: one.table for name, one in self.ensembles.items() if name != base}
            self._found[question] = effects(self.table(base), others, asked, self.horizon, correct)
        return self._found[question].copy()

    def estimand(self, arm: str) -> str:
        """One sentence: whose effect the difference *arm minus baseline* is, over which runs, from which month on."""
        arm = self._known(arm)
        if arm == self.baseline:
            return f"The baseline, {printable(self.scenario.title)} as it is, with which the other arms are compared."
        told = [
            f"The mean effect of {self._difference(arm)}, against {self._named(self.baseline)}, from "
            f"{self._beginning(arm)}, over all runs (never only those with talks or an agreement), seed by seed, within "
            f"{months_told(self.horizon)}; how long agreements hold is counted as mean months under an agreement in that time"
        ]
        told += self._money(arm)
        told += self._own_interventions(arm)
        return "; ".join(told) + "."

    def finding(self, arm: str, outcome: str, value: str = "") -> str:
        """One or two sentences on what was found, with intervals. `value` picks one of a category's.

        The verdict is that of the table of `effects`: of the main outcomes, corrected for all of them.
        """
        arm = self._known(arm)
        if arm == self.baseline:
            raise MultitrackError(f"{printable(arm)} is the baseline; allowed: another arm")
        found = self.effects(None if outcome in MAIN_OUTCOMES else [outcome])
        if outcome not in set(found["outcome"]):
            found = self.effects([outcome])
        found = found[(found["arm"] == arm) & (found["outcome"] == outcome)]
        found = found[~found["statistic"].isin(["ratio", "median"])]
        if OUTCOMES[outcome].values:
            found = found[found["value"] == value]
            if not len(found):
                raise MultitrackError(
                    f"{outcome} needs a value, one of {', '.join(map(repr, OUTCOMES[outcome].values))}"
                )
        return _in_words(found.iloc[0], self._named(arm), self._named(self.baseline))

    def _known(self, arm: str) -> str:
        if arm not in self.arms:
            near = nearest(str(arm), self.arms)
            hint = f" (did you mean {near!r}?)" if near else ""
            raise MultitrackError(f"no arm {printable(arm)}; allowed: {', '.join(map(printable, self.arms))}{hint}")
        return arm

    def _named(self, arm: str) -> str:
        return "the baseline" if arm == BASELINE else printable(arm)

    def _difference(self, arm: str) -> str:
        """What the arm changes, in words."""
        if arm in self.sentences:
            return self.sentences[arm]
        changes = self.changes[arm]
        said = [f"{name} at {value} instead of {was}" for name, value, was in self._settings(changes)]
        for one in changes.get(INTERVENTIONS, ()):
            until = f" until month {one['until']}" if one.get("until") else ""
            said.append(f"{_what_happens(one)} from month {one['month']}{until}")
        if len(said) > LONGEST_LIST:
            said = [*said[:LONGEST_LIST], f"{len(said) - LONGEST_LIST} more changes"]
        return " and ".join(said) or "no change"

    def _settings(self, changes: Mapping[str, Any]) -> list[tuple[str, str, str]]:
        """The settings changed: name, new and old value as safe text."""
        names = [name for name in changes if name != INTERVENTIONS]
        return [(plain(name), _number(changes[name]), _number(self.scenario.value(name))) for name in names]

    def _beginning(self, arm: str) -> str:
        changes = self.changes[arm]
        later = [int(one["month"]) for one in changes.get(INTERVENTIONS, ())]
        at_start = [name for name in changes if name not in (INTERVENTIONS, "funding.muted")]
        if later and not at_start:
            return f"month {min(later)} on (until then both arms are the same runs, bit for bit)"
        return "before talks on (month 0)"

    def _money(self, arm: str) -> list[str]:
        """The use of the money, where an unofficial track gets less than in the baseline."""
        changes = self.changes[arm]
        budgets = ("track_two.budget", "track_three.budget")
        less = [name for name in budgets if changes.get(name, math.inf) < self.scenario.value(name)]
        later = [one for one in changes.get(INTERVENTIONS, ()) if one.get("set") in budgets]
        less += [one["set"] for one in later if one["to"] < self.scenario.value(one["set"])]
        return [money_in_words(self.arms[arm])] if less else []

    def _own_interventions(self, arm: str) -> list[str]:
        """A warning where interventions of the scenario's own write to what the arm set at the start."""
        if arm in self.sentences:
            return []
        names = self.scenario.names
        changed = [find_setting(names, name) for name in self.changes[arm] if name != INTERVENTIONS]
        later = [changed_setting(names, one) for one in self.scenario.interventions]
        own = [one for one in later if any(covers(one, setting) for setting in changed)]
        happen = "change of these settings still happens" if len(own) == 1 else "changes of these settings still happen"
        return [f"the scenario's own {len(own)} later {happen}"] if own else []


def _number(value: Any) -> str:
    return f"{value:g}" if isinstance(value, int | float) else "unwritten" if value is None else printable(value)


def _what_happens(change: Mapping[str, Any]) -> str:
    for verb, amount in (("set", "to"), ("scale", "by"), ("shift", "by")):
        if change.get(verb) is not None:
            words = {"set": "at", "scale": "times", "shift": "plus"}[verb]
            return f"{plain(change[verb])} {words} {_number(change[amount])}"
    verb = "add" if change.get("add") is not None else "remove"
    return f"{plain(change[verb])} {'added' if verb == 'add' else 'removed'}"


def _in_words(row: Any, arm: str, baseline: str) -> str:
    """A row of effects as sentences."""
    name = row.outcome + (f" = {row.value}" if row.value else "")
    if not row.pairs:
        return f"{name}: no pair of runs in which it can be compared ({row.left_out} left out)."
    share = row.statistic == "share"
    amounts = levels_shown(row.arm_estimate, row.baseline_estimate, share)
    amounts = amounts if share else [f"{amount} {row.unit}" for amount in amounts]
    factor, unit = (100, " points") if share else (1, f" {row.unit}")
    numbers = [factor * x for x in (row.difference, row.low, row.high)]
    change, low, high = (f"{x:+,.{digits_shown(*numbers)}f}" for x in numbers)
    between = "" if math.isnan(row.low) or math.isnan(row.high) else f" (95% interval {low} to {high})"
    first = f"{name} ({row.meaning}): {amounts[0]} in {arm} against {amounts[1]} in {baseline}, "
    first += f"{change}{unit}{between}, {verdict_in_words(verdict_of(row))}."
    left = f"; {row.left_out} pairs are left out" if row.left_out else ""
    counts = f"Of {row.pairs} pairs {row.only_arm} have it, or more of it, in {arm}, {row.only_baseline} in {baseline}"
    return f"{first} {counts}{left}."
