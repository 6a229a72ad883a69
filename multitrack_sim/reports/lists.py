"""What there is, as plain lines for a terminal: ready-made arms, parameters, outcomes, codes."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Iterable, Mapping
from fnmatch import fnmatchcase
from typing import TypeVar

from ..designs.arms import ARMS, Arm
from ..errors import MultitrackError, Problem, did_you_mean, printable
from ..scenario.codebook import CODES, Code
from ..scenario.scenario import Scenario
from ..schema.outcomes import OUTCOMES, Outcome
from ..schema.parameter import Parameter
from ..schema.parameters import PARAMETERS, SECTIONS
from .words import capital, plain

__all__ = ["arms_listed", "codes_listed", "outcomes_listed", "parameters_listed"]

MOST_CHANGES = 6  # of an arm in a scenario, told one by one
WIDE = 79  # columns: a terminal of 80 breaks no line
DEEP = "    "
LONGEST = 300  # characters of a name or a reason from a file
ARMS_ARE = (
    "Ready-made arms, for multitrack compare --arm. Each can also begin later: 'no workshops from month 24'. Money that "
    "an arm frees is lost, or goes elsewhere: 'no workshops, money moved' (or replaced)."
)
FACTOR = 1e6  # from here on a limit is none
Named = TypeVar("Named")


def _filled(text: str, indent: str = "") -> list[str]:
    return textwrap.wrap(text, WIDE, initial_indent=indent, subsequent_indent=indent, break_on_hyphens=False)


def _entry(head: str, *texts: str) -> list[str]:
    """A name, and below it what is said of it."""
    return [*_filled(head), *(line for text in texts if text for line in _filled(text, DEEP))]


def _matching(known: Mapping[str, Named], pattern: str, what: str, groups: Iterable[str] = ()) -> list[Named]:
    """What a pattern means: a part of a name, or a pattern with * and ?. Refused, with the nearest, where it means nothing."""
    folded = pattern.casefold()
    pattern = folded if any(sign in folded for sign in "*?[") else f"*{folded}*"
    found = [one for name, one in known.items() if fnmatchcase(name.casefold(), pattern)]
    if not found:
        hint = did_you_mean(folded, known if "." in folded else [*known, *_ends(known), *groups])
        raise MultitrackError(Problem(printable(folded), f"no such {what}", "a name, or a part of one", hint))
    return found


def _ends(names: Iterable[str]) -> list[str]:
    """The last parts of names: people remember "budget" of "track_two.budget"."""
    return sorted({name.rpartition(".")[2] for name in names})


# ---- arms
def arms_listed(scenario: Scenario | None = None) -> list[str]:
    """Every ready-made arm; with a scenario, what each changes there, or why it cannot.

    >>> arms_listed()[4:6]
    ['no workshops', "    No money of donors for unofficial workshops (Track II's budget at 0)."]
    """
    lines = _filled(ARMS_ARE)
    if scenario is not None:
        lines += ["", *_filled(f"In {plain(scenario.title, LONGEST)}:")]
    for arm in ARMS.values():
        lines += ["", *_entry(arm.name, f"{capital(arm.sentence)}.", *_in_scenario(arm, scenario))]
    return lines


def _in_scenario(arm: Arm, scenario: Scenario | None) -> list[str]:
    """What an arm changes in a scenario, a line for each setting."""
    if scenario is None:
        return []
    try:
        arm.scenario(scenario)
        sets = arm.sets(scenario)
    except MultitrackError as refused:
        return [f"Not here: {plain('; '.join(problem.found for problem in refused.problems), LONGEST)}."]
    if not sets:
        return ["Changes nothing here: the scenario has none of it."]
    return [
        f"{plain(name, LONGEST)}: {_value(scenario.value(name))} -> {_value(value)}" for name, value in sets.items()
    ]


def _value(value: object) -> str:
    return f"{value:g}" if isinstance(value, int | float) else plain(value)


# ---- parameters
def parameters_listed(pattern: str = "") -> list[str]:
    """The parameters whose names a pattern means, by section.

    >>> parameters_listed("track_two.budget")[2]
    'track_two.budget = 1   (0 to 10; multiplier; tried 0 to 3)'
    """
    lines: list[str] = []
    section = ""
    for one in _matching(PARAMETERS, pattern, "parameter", SECTIONS):
        if (here := one.name.partition(".")[0]) != section:
            lines += [*([""] if lines else []), *_filled(f"{SECTIONS[here]} ({here})"), ""]
            section = here
        lines += _entry(_parameter_head(one), f"{capital(one.meaning)}. Source: {one.source}.")
    return lines


def _parameter_head(one: Parameter) -> str:
    if one.choices:
        return f"{one.name} = {one.value}   ({', '.join(one.choices)})"
    tried = f"; tried {_span(*one.range)}" if one.sweep else ""
    return f"{one.name} = {one.default:g}   ({_span(one.low, one.high)}; {one.unit}{tried})"


def _span(low: float, high: float) -> str:
    if abs(high) >= FACTOR or math.isinf(high):
        return "any" if abs(low) >= FACTOR or math.isinf(low) else f"{low:g} and more"
    return f"{low:g} to {high:g}"


# ---- outcomes, codes
def outcomes_listed(pattern: str = "") -> list[str]:
    """The outcomes of a run whose names a pattern means.

    >>> outcomes_listed("durable")[0]
    'durable   (0 or 1)'
    """
    found = _matching(OUTCOMES, pattern, "outcome")
    return [line for one in found for line in _entry(f"{one.name}   ({_kind(one)})", *_outcome_told(one))]


def _kind(one: Outcome) -> str:
    return ", ".join(one.values) if one.values else one.unit


def _outcome_told(one: Outcome) -> list[str]:
    missing = "" if one.missing == "never missing" else f" Missing: {one.missing}."
    return [f"{capital(one.meaning)}.{missing}"]


def codes_listed() -> list[str]:
    """The codebook: every code, what its ends and its middle mean, and what it sets.

    >>> codes_listed()[0]
    'hurting_stalemate   (0 to 4)'
    """
    return [line for one in CODES.values() for line in _entry(f"{one.name}   ({_code_kind(one)})", *_code_told(one))]


def _code_kind(one: Code) -> str:
    return f"{one.low:g} to {one.high:g}{', a whole number' if one.whole else ''}"


def _code_told(one: Code) -> list[str]:
    if not one.none:
        return [f"{capital(one.full)}.", f"Sets {one.sets}."]
    return [f"0: {one.none}.", f"2: {one.middling}.", f"4: {one.full}.", f"Sets {one.sets}."]
