"""How far a conclusion hangs on assumptions: the effect of a variant at either end of each setting's plausible range."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from ..schema.outcomes import OUTCOMES
from ..schema.parameter import Parameter
from ..schema.parameters import PARAMETERS
from .effects import main_effect, paired_values
from .paired import paired_mean
from .run_tables import on_same_seeds
from .verdicts import excludes

__all__ = ["ENDS", "Assumptions", "Pair", "judged", "worth_varying"]

ENDS = ("low", "high")
MOST = 10  # settings
OUTCOME = "months_under_accord"
# Of the settings with a plausible range, those of what a variant does not change come in this order.
SECTIONS = (
    "track_two",
    "cbm",
    "track_one",
    "trust",
    "track_three",
    "fighting",
    "leaders",
    "accord",
    "spoiling",
    "funding",
)
Pair = tuple[pd.DataFrame, pd.DataFrame]  # runs of the baseline and of the variant, on the same seeds


@dataclass(frozen=True)
class Assumptions:
    """What became of the effect of `arm` on months under an agreement. `now` is the effect as the scenario says, on these
    same seeds; `table` has a row for each setting, the largest pull first: `setting`, `value`, `low_end`, `high_end`
    (values), the effect at each (`low`, `low_from`, `low_to`, `high`, `high_from`, `high_to`), and `pull`: the effect at the
    high end less that at the low end, with its interval (`pull_from`, `pull_to`), pair by pair.
    """

    arm: str
    pairs: int
    now: tuple[float, float, float]
    table: pd.DataFrame

    @property
    def turns(self) -> list[str]:
        """The settings at one end of whose range the direction of the effect turns, surely."""
        more = self.now[0] > 0
        other = [self.table[f"{end}_to"] < 0 if more else self.table[f"{end}_from"] > 0 for end in ENDS]
        return list(self.table["setting"][other[0] | other[1]])

    @property
    def told_apart(self) -> list[str]:
        """The settings between whose ends the effect surely differs, the largest pull first."""
        return list(self.table["setting"][excludes(self.table["pull_from"], self.table["pull_to"])])


def worth_varying(changed: Sequence[str], most: int = MOST) -> list[Parameter]:
    """The settings to vary, at most so many: those with a plausible range in the parameter table, of the sections that the
    variants change first. What a variant changes itself is left out, and so are budgets: they are what is asked about.

    >>> [one.name for one in worth_varying(["cbm.budget"], 2)]
    ['cbm.funds', 'track_two.transfer']
    """
    sections = [name.partition(".")[0] for name in changed]
    order = list(
        dict.fromkeys([*(one for one in sections if one in {p.partition(".")[0] for p in PARAMETERS}), *SECTIONS])
    )
    found = [
        one for one in PARAMETERS.values()
        if one.sweep and not one.structural and one.name not in changed and not one.name.endswith(".budget")
        and one.name.partition(".")[0] in order
    ]  # fmt: skip
    first = {name.partition(".")[0] for name in changed}
    wide = [one for one in found if "wide prior" in one.source]

    def place(one: Parameter) -> tuple[bool, bool, int]:
        section = one.name.partition(".")[0]
        return section not in first, one not in wide, order.index(section)

    return sorted(found, key=place)[:most]


def judged(arm: str, now: Pair, ends: Mapping[str, Mapping[str, Pair]], values: Mapping[str, Sequence[float]], horizon: int) -> Assumptions:  # fmt: skip  # noqa: E501
    """The table of `Assumptions` from runs: `ends` has, for each setting, the runs at its low and at its high end; `values`
    what it holds in the scenario, at the low and at the high end.
    """
    rows = []
    for setting, pairs in ends.items():
        by_end = {end: _differences(pairs[end]) for end in ENDS}
        pull = paired_mean(by_end["high"] - by_end["low"], 2.0 * horizon)
        found = {end: _effect(pairs[end], horizon) for end in ENDS}
        rows.append([setting, *values[setting], *found["low"], *found["high"], *pull[:3]])
    columns = ["setting", "value", "low_end", "high_end", "low", "low_from", "low_to", "high", "high_from", "high_to",
               "pull", "pull_from", "pull_to"]  # fmt: skip
    table = pd.DataFrame(rows, columns=columns)
    table = table.reindex(table["pull"].abs().sort_values(ascending=False, kind="stable").index).reset_index(drop=True)
    return Assumptions(arm, len(now[0]), _effect(now, horizon), table)


def _differences(pair: Pair) -> np.ndarray:
    """Variant less baseline, pair by pair, in order of the seeds."""
    base, arm = pair[0], on_same_seeds(pair[0], pair[1])
    return np.asarray(arm[OUTCOME].to_numpy(float) - base[OUTCOME].to_numpy(float))


def _effect(pair: Pair, horizon: int) -> tuple[float, float, float]:
    found = main_effect(paired_values(pair[0], on_same_seeds(*pair), OUTCOMES[OUTCOME], "", horizon), OUTCOMES[OUTCOME])
    return float(found.estimate), float(found.low), float(found.high)
