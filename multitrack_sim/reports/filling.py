"""Templates filled: texts with places in braces, as `schema.event` has them.

`browser/page/chronicle.js` fills the same templates in a page, by the same formats.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from ..schema.event import Sentence, chosen
from .words import count_name, percent

__all__ = ["FORMATS", "UNITS", "fill", "months_in_words", "span"]

UNITS = {"month": ("month", "months"), "year": ("year", "years")}  # one, and several
_PLACE = re.compile(r"\{(\w+)(?::(\w+))?\}")


def months_in_words(count: float) -> str:
    """A number of months.

    >>> months_in_words(1), months_in_words(30)
    ('one month', '30 months')
    """
    return _counted(round(count), "month")


def span(months: float) -> str:
    """A time in years where it is whole years, else in months.

    >>> span(60), span(12), span(30)
    ('five years', 'one year', '30 months')
    """
    years, rest = divmod(round(months), 12)
    if rest or not years:
        return months_in_words(months)
    return _counted(years, "year")


def _counted(count: int, unit: str) -> str:
    return f"{count_name(count)} {UNITS[unit][count != 1]}"


# Each makes a word of a fact.
FORMATS: dict[str, Callable[[Any], str]] = {
    "share": percent,
    "count": lambda number: count_name(round(number)),
    "months": months_in_words,
    "span": span,
}


def fill(sentence: Sentence, facts: Mapping[str, Any]) -> str:
    """A template filled with what is so.

    >>> fill("{who} held {count:count} workshops", {"who": "The {Institute}", "count": 3})
    'The {Institute} held three workshops'
    """

    def word(place: re.Match[str]) -> str:
        value = facts[place[1]]
        return FORMATS[place[2]](value) if place[2] else str(value)

    return _PLACE.sub(word, chosen(sentence, facts))
