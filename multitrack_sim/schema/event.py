"""What a kind of event is, and the templates in which it is told: data that Python and a page in a browser read alike.

A template is a text with places in braces, `{place}` or `{place:format}`, or a choice of texts, each with conditions: the
first whose conditions all hold is told, and the last has none. A condition names a place and the least and the most that
it may be, both included; None is no limit. Whatever fills a place stands as it is: braces in a name are letters.

Places:
- `who`, `whom`: names of the rows to which the event points; where many are told at once, all names, counted.
- `number`: the amount of the event (`amount` and `unit` of its kind say what it is).
- `count`: how many events are told at once.
- `in_force`: 1 where an agreement was in force before the event, else 0.
- `durable_months`: how long an agreement is in force before it counts as durable.

Formats: `share` (0.34 as "34%"), `count` (a whole number, up to twelve in letters), `months` ("one month", "30 months"),
`span` (months, whole years as years: "five years").
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum
from typing import Any, Self, TypeAlias

from .draws import Draw

__all__ = ["ALWAYS", "EVER", "NEVER", "EventKind", "Facts", "Sentence", "Undoing", "chosen", "texts"]

EVER = 10_000  # months
# What a draw is changed to. Every draw is compared with a probability.
NEVER = math.nan  # neither below nor above anything: nothing comes of it
ALWAYS = -1.0  # below every probability

Limits: TypeAlias = tuple[float | None, float | None]
Sentence: TypeAlias = str | tuple[tuple[Mapping[str, Limits], str], ...]


def chosen(sentence: Sentence, facts: Mapping[str, Any]) -> str:
    """The text of a template that is told: that of the first choice whose conditions hold.

    >>> chosen((({"number": (2, None)}, "{number:count} attacks"), ({}, "an attack")), {"number": 1})
    'an attack'
    """
    if isinstance(sentence, str):
        return sentence
    return next(text for limits, text in sentence if all(_within(facts[name], *limits[name]) for name in limits))


def _within(number: float, least: float | None, most: float | None) -> bool:
    return (least is None or number >= least) and (most is None or number <= most)


def texts(sentence: Sentence) -> tuple[str, ...]:
    """Every text that a template may come to."""
    return (sentence,) if isinstance(sentence, str) else tuple(text for _, text in sentence)


@dataclass(frozen=True)
class Undoing:
    """Which draw decides events of one kind: its phase, its purpose, and whose ids are in its address.

    `id` and `partner` are "who" or "whom" of the event, "host" (the convenor of the workshop it belongs to),
    "provision" (what "who" owes on "whom"), "any", or "" for 0. `also` is another draw with this address that may
    bring about the same.
    """

    phase: str
    purpose: Draw
    id: str = ""
    partner: str = ""
    draw: float = NEVER
    also: Draw | None = None


@dataclass(frozen=True)
class Facts:
    """What is declared of one kind of event.

    `who` and `whom` name the tables whose rows an event of this kind points to ("": nobody), `amount` what its amount
    means, in `unit`. `told` is the sentence, without its full stop; `had` is read after "Had" where it is taken out of a
    run ("Had {who} not attacked"), `many` tells several at once; all are templates. Where one happening has a line for
    each who saw it, `line_for` is the column of those. `opens` is the phase that begins with it. `leads_to` are the kinds
    that may come of it `within` so many months, where the column `same` is the same. A kind without `undoing` is not taken
    out of a run: it is the outcome itself, or nothing in it is left to chance.
    """

    word: str
    who: str = ""
    whom: str = ""
    amount: str = ""
    unit: str = ""
    told: Sentence = ""
    had: str = ""
    many: str = ""
    opens: str = ""
    leads_to: tuple[str, ...] = ()
    within: int = 0
    same: str = ""
    line_for: str = ""
    undoing: Undoing | None = None


class EventKind(IntEnum):
    """What the kinds of events have in common."""

    facts: Facts

    def __new__(cls, facts: Any) -> Self:
        number = len(cls.__members__)
        member = int.__new__(cls, number)
        member._value_ = number
        member.facts = facts
        return member

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_") or name == "facts":
            raise AttributeError(name)
        return getattr(self.facts, name)

    @property
    def follows(self) -> tuple[Self, ...]:
        """The kinds of events that may come of it."""
        return tuple(type(self)[name] for name in self.facts.leads_to)
