"""What may be given beside the codes of a conflict: where its run begins, in which month, and what things are called."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ..errors import Problem, did_you_mean, printable
from ..schema.categories import Start
from .validation import LONGEST_NAME

__all__ = ["BESIDE", "FEW_TO_MOST_NAMES", "Opening", "names_in", "opening_of"]

BESIDE = ("start", "month_zero", "party_names", "issues")
FEW_TO_MOST_NAMES = {"party_names": (2, 27), "issues": (1, 20)}
BETWEEN = "|"  # names in one cell


@dataclass(frozen=True)
class Opening:
    """Where a run begins, in which calendar month, who is there and what it is about. What is not given stays empty."""

    start: str = ""
    month_zero: str = ""
    party_names: tuple[str, ...] = ()
    issues: tuple[str, ...] = ()


def opening_of(given: Mapping[str, Any], problems: list[Problem]) -> Opening:
    """What is given of `BESIDE`, as far as it can be used; every problem is added to the list.

    >>> opening_of({"month_zero": "1996-06", "issues": "Land | Water"}, [])
    Opening(start='', month_zero='1996-06', party_names=(), issues=('Land', 'Water'))
    """
    start, zero = given.get("start") or "", given.get("month_zero") or ""
    if start and start not in Start.words():
        hint = did_you_mean(str(start), Start.words())
        problems.append(Problem("start", f"found {printable(start)}", ", ".join(Start.words()), hint))
        start = ""
    if zero and not (isinstance(zero, str) and re.fullmatch(r"[0-9]{4}-(0[1-9]|1[0-2])", zero)):
        problems.append(Problem("month_zero", f"found {printable(zero)}", 'a calendar month such as "1996-06"'))
        zero = ""
    party_names, issues = (_names(column, given.get(column), problems) for column in FEW_TO_MOST_NAMES)
    return Opening(start, zero, party_names, issues)


def names_in(given: Any) -> list[Any]:
    """The names of a list, or of a text that has them with | between."""
    if isinstance(given, str):
        return [name.strip() for name in given.split(BETWEEN)]
    return list(given) if isinstance(given, Sequence) else [given]


def _names(column: str, given: Any, problems: list[Problem]) -> tuple[str, ...]:
    if given is None or (isinstance(given, str) and not given.strip()):
        return ()
    names, before = names_in(given), len(problems)
    few, most = FEW_TO_MOST_NAMES[column]
    if not few <= len(names) <= most:
        problems.append(Problem(column, f"found {len(names)}", f"{few} to {most} names, with {BETWEEN} between"))
    for at, name in enumerate(names[:most]):
        good = isinstance(name, str) and 1 <= len(name.strip()) <= LONGEST_NAME and name.isprintable()
        if not good or BETWEEN in name:
            allowed = f"names of 1 to {LONGEST_NAME} printable characters without {BETWEEN}"
            problems.append(Problem(column, f"found {printable(name)}", allowed))
        elif name.strip() in [other.strip() for other in names[:at] if isinstance(other, str)]:
            problems.append(Problem(column, f"found {printable(name)} twice", "each name once"))
    return tuple(name.strip() for name in names) if len(problems) == before else ()
