"""Every kind of event, declared once: whom it concerns, which draw decides it, what may come of it. How it is told:
`sentences_of_events`.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import IntEnum
from typing import Any, Self

from .draws import Draw
from .sentences_of_events import SENTENCES, Sentences

__all__ = ["ALWAYS", "EVER", "NEVER", "Event", "Undoing"]

EVER = 10_000  # months
# What a draw is changed to. Every draw is compared with a probability.
NEVER = math.nan  # neither below nor above anything: nothing comes of it
ALWAYS = -1.0  # below every probability


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
class _Facts:
    """What is declared of one kind of event.

    `who` and `whom` name the tables whose rows an event of this kind points to ("": nobody), `amount` what its amount
    means, in `unit`. Where one happening has a line for each who saw it, `line_for` is the column of those. `opens` is
    the phase that begins with it. `leads_to` are the kinds that may come of it `within` so many months, where the column `same` is the same.
    A kind without `undoing` is not taken out of a run: it is the outcome itself, or nothing in it is left to chance.
    """

    word: str
    who: str = ""
    whom: str = ""
    amount: str = ""
    unit: str = ""
    opens: str = ""
    leads_to: tuple[str, ...] = ()
    within: int = 0
    same: str = ""
    line_for: str = ""
    undoing: Undoing | None = None


class Event(IntEnum):
    """A kind of event. New kinds come last: the numbers stand in event logs. `sentences` say how it is told.

    >>> Event.ATTACKED.word, Event.ATTACKED.sentences.told, [event.word for event in Event.ATTACKED.follows]
    ('attack', '{who} attacked', ['talks suspended', 'ceasefire ended'])
    """

    facts: _Facts

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
    def follows(self) -> tuple[Event, ...]:
        """The kinds of events that may come of it."""
        return tuple(Event[name] for name in self.facts.leads_to)

    @property
    def sentences(self) -> Sentences:
        """How events of this kind are told."""
        return SENTENCES[self.name]

    # fmt: off
    NOTHING = _Facts(
        "nothing",
    )
    LEADER_CHANGED = _Facts(
        "leadership changed", who="governments", amount="hawkishness of the new leadership", unit="share",
        undoing=Undoing("circumstances", Draw.LEADER_CHANGE, id="who"),
    )
    ESCALATED = _Facts(
        "incident escalated", amount="violence added", unit="violence",
        leads_to=("CEASEFIRE_BROKEN",), within=1,
        undoing=Undoing("fighting", Draw.ESCALATION),
    )
    CEASEFIRE_MADE = _Facts(
        "ceasefire concluded",
        leads_to=("CEASEFIRE_BROKEN",), within=EVER,
        undoing=Undoing("fighting", Draw.CEASEFIRE),
    )
    CEASEFIRE_BROKEN = _Facts(
        "ceasefire ended",
        undoing=Undoing("fighting", Draw.CEASEFIRE_ENDS),
    )
    VICTORY_WON = _Facts(
        "victory", amount="lead in power", unit="share", opens="dormant",
        undoing=Undoing("fighting", Draw.VICTORY),
    )
    PETERED_OUT = _Facts(
        "fighting faded out", amount="mean burden of the parties", unit="burden", opens="dormant",
        undoing=Undoing("fighting", Draw.PETERING_OUT),
    )
    ACTIVE_AGAIN = _Facts(
        "conflict active again", opens="fighting",
        undoing=Undoing("fighting", Draw.RECURRENCE),
    )
    SOUNDINGS_BEGAN = _Facts(
        "exploratory talks began", amount="readiness of the least ready", unit="share", opens="pretalks",
        leads_to=("TALKS_OPENED", "SOUNDINGS_FAILED"), within=EVER,
        undoing=Undoing("track_one", Draw.PRETALKS),
    )
    SOUNDINGS_FAILED = _Facts(
        "exploratory talks failed", amount="readiness of the least ready", unit="share", opens="fighting",
        undoing=Undoing("track_one", Draw.PRETALKS_END),
    )
    TALKS_OPENED = _Facts(
        "talks opened", amount="readiness of the least ready", unit="share", opens="talks",
        leads_to=("TALKS_SUSPENDED", "TALKS_BROKE_DOWN", "PART_SIGNED", "ACCORD_SIGNED"), within=EVER,
        undoing=Undoing("track_one", Draw.TALKS_OPEN),
    )
    TALKS_SUSPENDED = _Facts(
        "talks suspended", amount="attacks the month before", unit="attacks", opens="suspended",
        leads_to=("TALKS_RESUMED", "TALKS_BROKE_DOWN", "PART_SIGNED", "ACCORD_SIGNED"), within=EVER,
        undoing=Undoing("track_one", Draw.SUSPENSION),
    )
    TALKS_RESUMED = _Facts(
        "talks resumed", amount="living unofficial contact", unit="share", opens="talks",
        leads_to=("TALKS_SUSPENDED", "TALKS_BROKE_DOWN", "PART_SIGNED", "ACCORD_SIGNED"), within=EVER,
        undoing=Undoing("track_one", Draw.RESUMPTION),
    )
    TALKS_BROKE_DOWN = _Facts(
        "talks broke down", amount="months of deadlock", unit="months", opens="fighting",
        undoing=Undoing("track_one", Draw.BREAKDOWN),
    )
    ACCORD_SIGNED = _Facts(
        "agreement signed", amount="of the whole conflict, what it settles", unit="share", opens="signed",
        leads_to=("ACCORD_RATIFIED", "VOTE_FAILED"), within=EVER,
    )
    ACCORD_RATIFIED = _Facts(
        "agreement ratified", amount="legitimacy of the agreement", unit="share", opens="implementation",
        leads_to=("PEACE_DURABLE", "PARTY_LEFT", "ACCORD_COLLAPSED"), within=EVER,
    )
    VOTE_FAILED = _Facts(
        "vote failed", who="governments", amount="support for a settlement among its communities", unit="share", opens="talks",
        undoing=Undoing("track_one", Draw.RATIFICATION, id="who", draw=ALWAYS),
    )
    ACCORD_COLLAPSED = _Facts(
        "agreement collapsed", amount="mean trust between the parties", unit="log-odds", opens="collapsed",
    )
    PEACE_DURABLE = _Facts(
        "agreement held", amount="mean trust between the parties", unit="log-odds", opens="durable",
        leads_to=("PARTY_LEFT", "ACCORD_COLLAPSED"), within=EVER,
    )
    WORKSHOP_HELD = _Facts(
        "workshop held", who="ngos", amount="participants", unit="people",
        undoing=Undoing("track_two", Draw.TAKES_PART, id="any", partner="who"),
    )
    REPORT_HEARD = _Facts(
        "report got through", who="academics", whom="governments", amount="rapport at the workshop", unit="share",
        leads_to=("ISSUE_TABLED",), same="who",
        undoing=Undoing("track_two", Draw.REPORT, id="who", partner="host"),
    )
    ISSUE_TABLED = _Facts(
        "issue tabled", who="academics", whom="issues",
        undoing=Undoing("track_two", Draw.TABLES_ISSUE, id="who", partner="whom"),
    )
    CHANNEL_OPENED = _Facts(
        "back channel opened", amount="living unofficial contact", unit="share",
        leads_to=("CHANNEL_LEAKED", "CHANNEL_ENDED", "PART_SIGNED", "ACCORD_SIGNED"), within=EVER,
        undoing=Undoing("track_two", Draw.CHANNEL_OPENS),
    )
    CHANNEL_LEAKED = _Facts(
        "back channel leaked", amount="damage to public trust in the process", unit="share",
        undoing=Undoing("track_two", Draw.CHANNEL_LEAKS),
    )
    CHANNEL_ENDED = _Facts(
        "back channel ended",
        undoing=Undoing("track_two", Draw.CHANNEL_ENDS),
    )
    MEASURE_AGREED = _Facts(
        "measure agreed", who="measures", amount="what is at stake in complying", unit="share",
        leads_to=("MEASURE_SUSPENDED_NOW", "MEASURE_DROPPED"), within=EVER, same="who",
        undoing=Undoing("cbm", Draw.MEASURE_PROPOSED, id="who"),
    )
    VIOLATION_SEEN = _Facts(
        "breach detected", who="governments", whom="governments", amount="what it says of the other's reliability", unit="log-odds",
        line_for="whom",
        leads_to=("MEASURE_SUSPENDED_NOW",),
        undoing=Undoing("cbm", Draw.MEASURE_COMPLIED, id="any", partner="who", draw=ALWAYS),
    )
    MEASURE_SUSPENDED_NOW = _Facts(
        "measure suspended", who="measures", amount="what is at stake in complying", unit="share",
        undoing=Undoing("cbm", Draw.MEASURE_SUSPENDED, id="who"),
    )
    MEASURE_DROPPED = _Facts(
        "measure dropped", who="measures", amount="what is at stake in complying", unit="share",
        undoing=Undoing("cbm", Draw.MEASURE_ERODES, id="who"),
    )
    ATTACKED = _Facts(
        "attack", who="spoilers", whom="governments", amount="threat felt by the faction", unit="threat",
        leads_to=("TALKS_SUSPENDED", "CEASEFIRE_BROKEN"), within=1,
        undoing=Undoing("spoiling", Draw.ATTACK, id="who"),
    )
    ATTACK_FOILED_NOW = _Facts(
        "attack foiled", who="spoilers", whom="governments", amount="threat felt by the faction", unit="threat",
        undoing=Undoing("spoiling", Draw.ATTACK_FOILED, id="who"),
    )
    PROVISION_DONE = _Facts(
        "provision carried out", who="governments", whom="issues",
    )
    PROVISION_BREACHED = _Facts(
        "provision breached", who="governments", whom="issues",
        undoing=Undoing("accord", Draw.PROVISION, id="provision", partner="any", draw=ALWAYS),
    )
    INTERVENED = _Facts(
        "intervention", who="interventions", amount="the new value", unit="any",
    )
    PARTICIPANTS_HARDENED = _Facts(
        "participants hardened", who="ngos", amount="quarrels", unit="quarrels",
        undoing=Undoing("track_two", Draw.HARDENED, id="any", partner="who"),
    )
    TALKS_REOPENED = _Facts(
        "talks on the rest began", amount="readiness of the least ready", unit="share",
        leads_to=("TALKS_ON_REST_ENDED", "PART_SIGNED", "ACCORD_SIGNED"), within=EVER,
        undoing=Undoing("track_one", Draw.TALKS_REOPEN),
    )
    MEASURE_RECOMMITTED_NOW = _Facts(
        "measure recommitted to", who="measures", amount="what is at stake in complying", unit="share",
        undoing=Undoing("cbm", Draw.MEASURE_RECOMMITTED, id="who"),
    )
    FACTION_SOCIALISED = _Facts(
        "faction socialised", who="spoilers", whom="governments", amount="distance from the text", unit="position",
    )
    CEASEFIRE_HELD = _Facts(
        "ceasefire held", amount="months it had held", unit="months", opens="dormant",
    )
    PART_SIGNED = _Facts(
        "partial agreement signed", amount="of the whole conflict, what is settled with it", unit="share", opens="implementation",
        leads_to=("TALKS_ON_REST_ENDED", "PARTY_LEFT", "ACCORD_COLLAPSED"), within=EVER,
    )
    TALKS_ON_REST_ENDED = _Facts(
        "talks on the rest ended", amount="months of deadlock", unit="months",
        leads_to=("TALKS_REOPENED",), within=EVER,
        undoing=Undoing("track_one", Draw.BREAKDOWN, also=Draw.SUSPENSION),
    )
    PARTY_ACCEDED = _Facts(
        "party acceded", who="governments", amount="what it gains by the agreement", unit="value",
        undoing=Undoing("track_one", Draw.ACCESSION, id="who"),
    )
    PARTY_LEFT = _Facts(
        "party left the agreement", who="governments", amount="what it gained by the agreement", unit="value",
        leads_to=("ACCORD_COLLAPSED",), within=0,
        undoing=Undoing("accord", Draw.WITHDRAWAL, id="who", partner="any"),
    )
    FELL_QUIET = _Facts(
        "fighting fell quiet", amount="mean burden of the parties", unit="burden",
        undoing=Undoing("fighting", Draw.PETERING_OUT),
    )
    FLARED_UP = _Facts(
        "fighting flared up",
        undoing=Undoing("fighting", Draw.RECURRENCE),
    )
    PROCEDURE_SIGNED = _Facts(
        "text on procedure signed", amount="how assembled the delegations still were", unit="share",
        undoing=Undoing("track_one", Draw.PROCEDURE),
    )
    # fmt: on
