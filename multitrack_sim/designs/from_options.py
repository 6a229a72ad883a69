"""Designs as the options of a command line describe them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from ..errors import MultitrackError, Problem, SettingError, printable
from ..scenario.code_files import read_codes
from ..scenario.codebook import CODES, Coded
from ..scenario.load import load
from ..scenario.scenario import Scenario
from ..scenario.templates import holds_codes
from .design import CODE, DUMMY, Changes, Design
from .kinds import find_design
from .words import value_in_words

__all__ = ["base_of", "design_from_options", "read_vary"]

SAMPLED = ("latin", "sobol", "morris")
IN_POINTS = (*SAMPLED, "dose_response", "one_at_a_time")
ARMS_ONLY = ("replicates", "paired", "coalitions")
UNTIL_RUNS = 100_000  # of a cell, the most where a rule says when to stop


def read_vary(given: Sequence[str]) -> dict[str, Any]:
    """`NAME=LOW:HIGH` is a range, `NAME=LOW:HIGH:N` N levels in it, `NAME=A,B,C` levels. All problems at once.

    >>> read_vary(["track_two.budget=0:3", "cbm.budget=0:2:3", "funding.muted=burned,moved"])
    {'track_two.budget': (0.0, 3.0), 'cbm.budget': [0.0, 1.0, 2.0], 'funding.muted': ['burned', 'moved']}
    """
    vary: dict[str, Any] = {}
    problems = []
    for text in given:
        name, equals, said = (part.strip() for part in text.rpartition("="))
        where = f"--vary {printable(text)}"
        if not equals or not name or not said:
            problems.append(Problem(where, "is no range and no levels", "NAME=LOW:HIGH, NAME=A,B,C"))
        elif name in vary:
            problems.append(Problem(where, "varies it again", "each setting once"))
        else:
            try:
                vary[name] = _range(said) if ":" in said else [_value(part) for part in said.split(",")]
            except ValueError:
                problems.append(Problem(where, "is no range", "NAME=LOW:HIGH or NAME=LOW:HIGH:STEPS"))
    if problems:
        raise SettingError(problems)
    return vary


def _range(said: str) -> tuple[float, float] | list[float]:
    low, high, *steps = said.split(":")
    if not steps:
        return float(low), float(high)
    if len(steps) > 1 or not 2 <= int(steps[0]) <= 10_000:
        raise ValueError
    return [float(level) for level in np.linspace(float(low), float(high), int(steps[0]))]


def _value(text: str) -> Any:
    text = text.strip()
    try:
        value = value_in_words(text)
        return float(value) if isinstance(value, int | float) else value if isinstance(value, str) else text
    except (OverflowError, RecursionError):  # too large for a number, lists without end
        return text


def base_of(path: Path, settings: Mapping[str, Any]) -> Scenario | Coded:
    """The scenario in a file, or the codes in it, with settings."""
    if holds_codes(path):
        codes, title = read_codes(path)
        coded = Coded(codes, title, dict(settings))
        coded.scenario()  # whatever is wrong with it is said now
        return coded
    scenario = load(path)
    return scenario.with_settings(settings) if settings else scenario


def design_from_options(
    kind: str,
    vary: Mapping[str, Any],
    arms: Mapping[str, Changes],
    points: int | None,
    runs: int | None,
    seed: int,
    base: Scenario | Coded,
    until: bool,
) -> Design:
    """The design that the options describe. Options that it has no use for are refused."""
    make = find_design(kind)
    kind = make.__name__
    problems = []
    if vary and kind in ARMS_ONLY:
        problems.append(
            Problem(f"--vary with --design {kind}", "is of no use", "--arm", "to vary: factorial, latin, sobol ...")
        )
    if points is not None and kind not in IN_POINTS:
        problems.append(Problem(f"--points with --design {kind}", "is of no use", "with " + ", ".join(IN_POINTS)))
    if kind == "paired" and not arms:
        problems.append(Problem("--design paired", "has no arms", '--arm "with:" --arm "without: track_two.budget=0"'))
    if problems:
        raise MultitrackError(problems)
    options: dict[str, Any] = {"runs": runs or UNTIL_RUNS} if runs or until else {}
    options |= {"points": points} if points is not None else {}
    options |= {"seed": seed} if kind in SAMPLED else {}
    if kind == "one_at_a_time":
        options["base"] = {name: _as_it_is(base, name) for name in vary}
    if kind == "replicates":
        design = make(**options)
    elif kind in ("paired", "coalitions"):
        return make(arms or None, **options)
    else:
        design = make(vary, **options)
    return design.with_arms(arms) if arms else design


def _as_it_is(base: Scenario | Coded, name: str) -> Any:
    if name == DUMMY:
        return 0.0
    if not name.startswith(CODE):
        return (base.scenario() if isinstance(base, Coded) else base).value(name)
    code = CODES.get(name.removeprefix(CODE))
    given = base.codes.get(name.removeprefix(CODE)) if isinstance(base, Coded) else None
    return given if given is not None else code.middle if code else 0.0
