"""Categories: every kind of thing the model tells apart. The codes are part of the model; the words are what people write.

Rules compare with the members (`process.phase == Phase.TALKS`); tables hold the codes; scenario files, results and pages
have the words.
"""

from __future__ import annotations

from enum import IntEnum
from typing import Self

__all__ = [
    "AcademicKind",
    "Agreement",
    "Category",
    "Ending",
    "InterventionKind",
    "MeasureKind",
    "MutedMoney",
    "OrganisationKind",
    "Phase",
    "Programme",
    "Ratifier",
    "SpoilerKind",
    "Start",
]


class Category(IntEnum):
    """A category whose members have a code and a word: the name in small letters, unless another is given.

    >>> Ending.LOW_ACTIVITY.word, AcademicKind.THINK_TANK.word, int(Phase.TALKS)
    ('low activity', 'think-tank', 2)
    """

    word: str

    def __new__(cls, code: int, word: str = "") -> Self:
        member = int.__new__(cls, code)
        member._value_ = code
        member.word = word
        return member

    def __init__(self, code: int, word: str = "") -> None:
        self.word = word or self.name.lower().replace("_", " ")

    @classmethod
    def words(cls) -> tuple[str, ...]:
        """The words of all members, in order of their codes.

        >>> Agreement.words()
        ('none', 'ceasefire', 'framework', 'comprehensive')
        """
        return tuple(member.word for member in cls)


class Phase(Category):
    """Where a process stands."""

    FIGHTING = 0
    PRETALKS = 1
    TALKS = 2
    SUSPENDED = 3
    SIGNED = 4
    IMPLEMENTATION = 5
    DURABLE = 6
    COLLAPSED = 7
    DORMANT = 8


class Agreement(Category):
    """Kinds of agreement, in the order of what they settle (PA-X)."""

    NONE = 0
    CEASEFIRE = 1
    FRAMEWORK = 2
    COMPREHENSIVE = 3


class Ending(Category):
    """How a conflict ended (UCDP Conflict Termination)."""

    NONE = 0
    AGREEMENT = 1
    CEASEFIRE = 2
    VICTORY = 3
    LOW_ACTIVITY = 4


class Start(Category):
    """Where a run begins."""

    FIGHTING = 0
    PRETALKS = 1
    TALKS = 2


class MutedMoney(Category):
    """What becomes of the money of a muted track."""

    BURNED = 0
    MOVED = 1
    REPLACED = 2


class Ratifier(Category):
    """Who ratifies for a party."""

    LEADER = 0
    PARLIAMENT = 1
    REFERENDUM = 2


class SpoilerKind(Category):
    """What would satisfy a faction (Stedman 1997)."""

    LIMITED = 0
    GREEDY = 1
    TOTAL = 2


class MeasureKind(Category):
    """Kinds of confidence-building measures."""

    TRANSPARENCY = 0
    COMMUNICATION = 1
    COOPERATION = 2
    NON_TRADITIONAL = 3, "non-traditional"


class AcademicKind(Category):
    """What an unofficial participant is."""

    SCHOLAR = 0
    THINK_TANK = 1, "think-tank"
    FORMER_OFFICIAL = 2
    FORMER_OFFICER = 3
    BUSINESS = 4
    RELIGIOUS = 5
    COMMUNITY = 6
    JOURNALIST = 7
    EXILE = 8


class OrganisationKind(Category):
    """What an organisation is: a word for readers."""

    MEDIATOR = 0
    GUARANTOR = 1
    INTERNATIONAL = 2
    REGIONAL = 3
    DONOR = 4


class InterventionKind(Category):
    """What an intervention does to a cell."""

    SET = 0
    SCALE = 1
    SHIFT = 2


class Programme(Category):
    """What a local organisation does in communities."""

    EXCHANGE = 0
    EDUCATION = 1
    INTERFAITH = 2
