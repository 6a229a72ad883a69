"""Variants beside their baseline on the same seeds, and the sentences that say what their differences are."""

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
from ..scenario.plausible import SET, VARIANT, Doubts
from ..scenario.scenario import Scenario
from ..scenario.settings import covers, find_setting
from ..schema.outcomes import OUTCOMES
from .doubt import Doubt, doubt_about
from .effects import effects, paired_values
from .run_tables import MAIN_OUTCOMES, chosen_outcomes, months_told, on_same_seeds
from .told import difference_told, in_variant, pairs_told

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

    @property
    def carried(self) -> Doubts | None:
        """The plausible sets of parameters and the variants of the rules that its runs carry, where they do."""
        return getattr(self.ensembles[self.baseline], "doubts", None)

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
        """One sentence: what the difference *variant minus baseline* is the average of, and from which month on."""
        arm = self._known(arm)
        if arm == self.baseline:
            return f"The baseline: {printable(self.scenario.title)} unchanged; every variant is compared with it."
        pairs = f"all {self.pairs:,} pairs" if self.pairs > 1 else "one pair"
        told = [
            f"Average of {pairs} of runs, with or without talks or agreement, over {months_told(self.horizon)}: "
            f"{self._difference(arm)}, from {self._beginning(arm)}, minus {self._named(self.baseline)}"
        ]
        told += self._money(arm)
        told += self._own_interventions(arm)
        return "; ".join(told) + "."

    def doubt(self, arm: str, outcome: str = "months_under_accord") -> Doubt:
        """The effect of an arm on an outcome, *arm minus baseline*, with the doubt that comes of chance, of the values of
        parameters and of the form of the rules told apart (`analysis.doubt`). Of runs with `parameters="plausible"` or
        `variants="all"`; elsewhere all of it is chance.
        """
        base = self.table()
        table = on_same_seeds(base, self.table(self._known(arm)))
        (name,) = chosen_outcomes([outcome], [base, table])
        if OUTCOMES[name].values:
            raise MultitrackError(f"{name} is a category; allowed: outcomes that are numbers")
        pairs = paired_values(base, table, OUTCOMES[name], "", self.horizon)
        of = base[pairs.known].get
        return doubt_about(pairs.arm - pairs.baseline, of(SET), of(VARIANT))

    def finding(self, arm: str, outcome: str, value: str = "") -> str:
        """One or two sentences on what was found, with intervals. `value` picks one of a category's.

        The verdict is that of the table of `effects`: of the main outcomes, corrected for all of them.
        """
        arm = self._known(arm)
        if arm == self.baseline:
            raise MultitrackError(f"{printable(arm)} is the baseline; allowed: another arm")
        found = self._asked(outcome)
        found = found[(found["arm"] == arm) & (found["outcome"] == outcome) & (found["statistic"] != "median")]
        if OUTCOMES[outcome].values:
            found = found[found["value"] == value]
            if not len(found):
                raise MultitrackError(
                    f"{outcome} needs a value, one of {', '.join(map(repr, OUTCOMES[outcome].values))}"
                )
        row = found.iloc[0].to_dict()
        names = in_variant(arm, self.baseline), in_variant(self.baseline, self.baseline)
        compared = int(self._asked(outcome)["p"].notna().sum())
        return " ".join(filter(None, [difference_told(row, *names, compared, self.horizon), pairs_told(row, *names)]))

    def _asked(self, outcome: str) -> pd.DataFrame:
        """The table that an outcome stands in, of the main ones or of its own; a ratio says nothing new."""
        found = self.effects(None if outcome in MAIN_OUTCOMES else [outcome])
        found = found if outcome in set(found["outcome"]) else self.effects([outcome])
        return found[found["statistic"] != "ratio"]

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
            return f"month {min(later)} on (until then both are the same runs, bit for bit)"
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
