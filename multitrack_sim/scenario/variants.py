"""Structural variants: what a rule of the model could as well be, each a documented alternative from the literature.

A variant switches one rule by parameters of the table, so that runs, pages and sweeps carry it. `recentred` are the values
of fitted parameters with which a variant meets the record again (`multitrack_sim/evidence/recentring.py`): otherwise a
variant would differ from the model in what it was fitted to as well. The first variant is the model as it is.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pandas as pd

from ..errors import Problem, SettingError, did_you_mean, printable
from ..schema.parameters import PARAMETERS
from .by_name import ByName

__all__ = ["FILE", "VARIANTS", "Variant", "find_variant", "variants"]

FILE = Path(__file__).with_name("variants.json")


@cache
def _made() -> dict[str, Any]:
    """What the recentring found, by variant; nothing where it has not been made."""
    found: dict[str, Any] = json.loads(FILE.read_text("utf-8"))["variants"] if FILE.is_file() else {}
    return found


@dataclass(frozen=True)
class Variant:
    """One variant: the question that it answers otherwise, the settings that switch the rule, and its source."""

    name: str
    question: str
    answer: str
    settings: dict[str, float]
    source: str

    @property
    def recentred(self) -> dict[str, float]:
        """Values of fitted parameters with which it meets the record again; the others keep their defaults."""
        return dict(_made().get(self.name, {}).get("settings", {}))

    @property
    def all_settings(self) -> dict[str, float]:
        """All that it sets: the switch and the values recentred."""
        return self.recentred | self.settings


_WEAK, _STRONG = PARAMETERS["track_two.transfer"].range
_ALL = (
    Variant("as it is", "the model with every rule as it is", "all rules as they are", {}, "docs/odd.md"),
    Variant(
        "trust by rule of thumb",
        "How do leaders learn whom to trust?",
        "By fixed steps, bad news weighing more than good, instead of Bayes' rule",
        {"trust.rule_of_thumb": 1},
        "Rescorla and Wagner 1972; Slovic 1993",
    ),
    Variant(
        "one pool of options",
        "Where do options found in unofficial dialogue go?",
        "Into the pool that official talks work from, instead of one of their own",
        {"track_two.shared_pool": 1},
        "assumption; Fisher 2005 (transfer of ideas)",
    ),
    Variant(
        "weak transfer",
        "How often does a report reach leaders?",
        "Seldom: the low end of the plausible range",
        {"track_two.transfer": _WEAK},
        "assumption; the range of the parameter",
    ),
    Variant(
        "strong transfer",
        "How often does a report reach leaders?",
        "Often: the high end of the plausible range",
        {"track_two.transfer": _STRONG},
        "assumption; the range of the parameter",
    ),
    Variant(
        "linear influence",
        "Whom do publics listen to?",
        "To all neighbours alike, instead of those who think much as they do",
        {"publics.bound": 1.0},
        "DeGroot 1974; Friedkin and Johnsen 1990",
    ),
    Variant(
        "issue by issue",
        "What are official talks about?",
        "One issue after another, the smallest first, instead of one text on all",
        {"track_one.issue_by_issue": 1},
        "Fisher 1964; Fershtman 1990",
    ),
    Variant(
        "leaders as factions",
        "Who speaks for a party?",
        "A leader whose harder wing can veto what is signed, instead of one leadership",
        {"leaders.factions": 0.25},
        "Putnam 1988; Bakke, Cunningham and Seymour 2012; Cunningham 2013",
    ),
)
VARIANTS: dict[str, Variant] = {variant.name: variant for variant in _ALL}


def find_variant(name: str) -> Variant:
    """A variant by its name; an unknown name is refused with the nearest.

    >>> find_variant("weak transfer").settings
    {'track_two.transfer': 0.05}
    """
    if name not in VARIANTS:
        hint = did_you_mean(name, list(VARIANTS))
        raise SettingError(Problem(printable(name), "no such variant", "" if hint else ", ".join(VARIANTS), hint))
    return VARIANTS[name]


def variants() -> pd.DataFrame:
    """Every structural variant: the question, its answer, the settings that switch the rule, the values of fitted parameters
    with which it meets the record again, how well it does (mean squared miss, in standard deviations, of the patterns of
    the record: `miss_before`, `miss_after` over conflicts that the values were found with, `miss_fresh` over others), and
    its source.

    `variants()["weak transfer"]` is one of them.
    """
    rows = []
    for variant in VARIANTS.values():
        made = _made().get(variant.name, {})
        rows.append(
            {
                "name": variant.name,
                "question": variant.question,
                "answer": variant.answer,
                "settings": variant.settings,
                "recentred": variant.recentred,
                "miss_before": made.get("miss_before", float("nan")),
                "miss_after": made.get("miss_after", float("nan")),
                "miss_fresh": made.get("miss_fresh", float("nan")),
                "source": variant.source,
            }
        )
    return ByName(pd.DataFrame(rows).set_index("name"))
