"""The headline that comes with the package, as pages quote it: what Track II does with every doubt in it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from ..errors import MultitrackError, Problem
from ..scenario.library import load, scenario_names
from ..scenario.scenario import Scenario

__all__ = ["FILE", "POPULATION", "case_of", "headline_of", "packaged_headline"]

FILE = Path(__file__).parents[1] / "evidence" / "headline.json"
POPULATION = "population"


def packaged_headline() -> dict[str, Any]:
    """What `headline.json` holds: `population` and `cases`, each as `Headline.found`, and how they were made."""
    try:
        held: dict[str, Any] = json.loads(FILE.read_text("utf-8"))
    except (OSError, ValueError) as problem:
        hint = "python -m multitrack_sim.evidence.headline makes it"
        raise MultitrackError(Problem(FILE.name, f"cannot be read: {problem}", hint=hint)) from None
    return held


@cache
def _cases() -> dict[str, Scenario]:
    return {name: load(name) for name in scenario_names()}


def case_of(scenario: Scenario) -> str:
    """The case of the package that this scenario is, by its name; "" for any other, a changed case among them.

    >>> case_of(load("oslo_1993")), case_of(load("oslo_1993").with_settings({"track_two.budget": 2}))
    ('oslo_1993', '')
    """
    return next((name for name, case in _cases().items() if case.title == scenario.title and case == scenario), "")


def headline_of(scenario: Scenario, held: Mapping[str, Any]) -> tuple[str, Mapping[str, Any]]:
    """The headline of this very case, or the population's: which of them, and what was found."""
    name = case_of(scenario)
    return (name, held["cases"][name]) if name in held["cases"] else (POPULATION, held[POPULATION])
