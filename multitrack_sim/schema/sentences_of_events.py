"""How every kind of event is told, as data: Python and the page in a browser fill the same templates.

A template is a text with places in braces, `{place}` or `{place:format}`, or a list of choices, each of which has
conditions and a text: the first whose conditions all hold is told, and the last has none. A condition names a place and
the least and the most that it may be, both included; None is no limit. Whatever fills a place stands as it is: braces in
a name are letters.

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

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias

__all__ = ["SENTENCES", "Choice", "Sentence", "Sentences", "chosen", "texts"]

Limits: TypeAlias = tuple[float | None, float | None]
Choice: TypeAlias = tuple[Mapping[str, Limits], str]
Sentence: TypeAlias = str | tuple[Choice, ...]


@dataclass(frozen=True)
class Sentences:
    """`told` is the sentence, without its full stop; `had` is read after "Had" where the event is taken out of a run;
    `many` tells several at once.
    """

    told: Sentence
    had: str
    many: str


def chosen(sentence: Sentence, facts: Mapping[str, object]) -> str:
    """The text of the first choice whose conditions hold.

    >>> chosen((({"number": (2, None)}, "{number:count} attacks"), ({}, "an attack")), {"number": 1})
    'an attack'
    """
    if isinstance(sentence, str):
        return sentence
    return next(
        text for conditions, text in sentence if all(_within(facts[name], *conditions[name]) for name in conditions)
    )


def _within(value: object, least: float | None, most: float | None) -> bool:
    number = float(value)  # type: ignore[arg-type]
    return (least is None or number >= least) and (most is None or number <= most)


def texts(sentence: Sentence) -> tuple[str, ...]:
    """Every text that a template may come to."""
    return (sentence,) if isinstance(sentence, str) else tuple(text for _, text in sentence)


_ONE: Limits = (1, 1)
_SOME: Limits = (2, None)
_FURTHER = {"in_force": _ONE}  # an agreement was in force before

# fmt: off
SENTENCES: dict[str, Sentences] = {
    "NOTHING": Sentences("Nothing happened", "nothing happened", "nothing {count:count} times"),
    "LEADER_CHANGED": Sentences(
        "The leadership of {who} changed", "the leadership of {who} not changed", "{count:count} changes of leadership ({who})",
    ),
    "ESCALATED": Sentences("An incident escalated", "the incident not escalated", "{count:count} incidents that escalated"),
    "CEASEFIRE_MADE": Sentences("A ceasefire was agreed", "the ceasefire not been agreed", "{count:count} ceasefires agreed"),
    "CEASEFIRE_BROKEN": Sentences("The ceasefire ended", "the ceasefire not ended", "{count:count} ends of a ceasefire"),
    "VICTORY_WON": Sentences("The stronger side won", "the stronger side not won", "{count:count} victories"),
    "PETERED_OUT": Sentences(
        "The fighting faded out", "the fighting not faded out", "the fighting faded out {count:count} times",
    ),
    "ACTIVE_AGAIN": Sentences(
        "The fighting flared up again", "the fighting not flared up again", "{count:count} new outbreaks of fighting",
    ),
    "SOUNDINGS_BEGAN": Sentences(
        "Exploratory talks began", "exploratory talks not begun", "{count:count} beginnings of exploratory talks",
    ),
    "SOUNDINGS_FAILED": Sentences(
        "Exploratory talks came to nothing", "exploratory talks not failed",
        "{count:count} exploratory talks that came to nothing",
    ),
    "TALKS_OPENED": Sentences("Official talks opened", "talks not opened", "{count:count} openings of talks"),
    "TALKS_SUSPENDED": Sentences(
        (
            ({"number": _SOME}, "Talks were suspended after {number:count} attacks the month before"),
            ({"number": _ONE}, "Talks were suspended after an attack the month before"),
            ({}, "Talks were suspended"),
        ),
        "talks not been suspended", "{count:count} suspensions of talks",
    ),
    "TALKS_RESUMED": Sentences("Talks were resumed", "talks not been resumed", "{count:count} resumptions of talks"),
    "TALKS_BROKE_DOWN": Sentences(
        (
            ({"number": _SOME}, "The talks broke down after {number:months} without progress"),
            ({}, "The talks broke down"),
        ),
        "talks not broken down", "{count:count} breakdowns of talks",
    ),
    "ACCORD_SIGNED": Sentences(
        (
            (_FURTHER, "A comprehensive agreement was signed; once ratified, {number:share} of what is at stake is covered"),
            ({}, "A comprehensive agreement was signed; it covers {number:share} of what is at stake and awaits ratification"),
        ),
        "the comprehensive agreement not been signed", "{count:count} comprehensive agreements signed",
    ),
    "ACCORD_RATIFIED": Sentences(
        "The comprehensive agreement was ratified", "the comprehensive agreement not been ratified",
        "{count:count} ratifications",
    ),
    "VOTE_FAILED": Sentences(
        (
            (_FURTHER, "{who} voted the comprehensive agreement down; what was in force before stays so"),
            ({}, "{who} voted the agreement down"),
        ),
        "{who} not voted the agreement down", "{count:count} votes against an agreement ({who})",
    ),
    "ACCORD_COLLAPSED": Sentences(
        "The agreement collapsed", "the agreement not collapsed", "{count:count} collapses of an agreement",
    ),
    "PEACE_DURABLE": Sentences(
        "The agreement had held {durable_months:span}", "the agreement not held so long",
        "{count:count} times an agreement that had held {durable_months:span}",
    ),
    "WORKSHOP_HELD": Sentences(
        (
            ({"number": _SOME}, "{who} held a workshop with {number:count} participants"),
            ({"number": _ONE}, "{who} held a workshop with one participant"),
            ({}, "{who} invited to a workshop to which nobody came"),
        ),
        "nobody come to the workshop of {who}", "{count:count} workshops",
    ),
    "REPORT_HEARD": Sentences(
        "A report of {who} reached {whom}", "the report of {who} not reached {whom}",
        "{count:count} reports got through (to {whom})",
    ),
    "ISSUE_TABLED": Sentences(
        "{who} got {whom} onto the agenda", "{who} not got {whom} onto the agenda",
        "{count:count} issues put on the agenda ({whom})",
    ),
    "CHANNEL_OPENED": Sentences(
        "A back channel opened", "the back channel not opened", "{count:count} back channels opened",
    ),
    "CHANNEL_LEAKED": Sentences(
        "The back channel leaked", "the back channel not leaked", "{count:count} leaks of a back channel",
    ),
    "CHANNEL_ENDED": Sentences(
        "The back channel ended in nothing", "the back channel not ended",
        "{count:count} back channels that ended in nothing",
    ),
    "MEASURE_AGREED": Sentences(
        "A measure was agreed: {who}", "the measure not been agreed ({who})", "{count:count} measures agreed ({who})",
    ),
    "VIOLATION_SEEN": Sentences(
        "{whom} found that {who} had not kept to a measure", "{who} kept to every measure",
        "{count:count} breaches of measures detected (committed by {who})",
    ),
    "MEASURE_SUSPENDED_NOW": Sentences(
        "A measure was suspended: {who}", "the measure not been suspended ({who})",
        "{count:count} measures suspended ({who})",
    ),
    "MEASURE_DROPPED": Sentences(
        "A measure was dropped: {who}", "the measure not been dropped ({who})", "{count:count} measures dropped ({who})",
    ),
    "ATTACKED": Sentences("{who} attacked", "{who} not attacked", "{count:count} attacks ({who})"),
    "ATTACK_FOILED_NOW": Sentences(
        "{whom} foiled an attack by {who}", "{whom} not foiled an attack by {who}",
        "{count:count} attacks foiled (by {whom})",
    ),
    "PROVISION_DONE": Sentences(
        "{who} carried out its part on {whom}", "{who} not carried out its part on {whom}",
        "{count:count} provisions carried out",
    ),
    "PROVISION_BREACHED": Sentences(
        "{who} failed to carry out its part on {whom}", "{who} carried out its part on {whom}",
        "{count:count} provisions not carried out (owed by {who})",
    ),
    "INTERVENED": Sentences(
        "A change from outside: {who}", "there been no change from outside ({who})",
        "{count:count} changes from outside ({who})",
    ),
    "PARTICIPANTS_HARDENED": Sentences(
        "Participants of a workshop of {who} came away hardened", "nobody come away hardened from the workshop of {who}",
        "{count:count} workshops that hardened participants",
    ),
    "TALKS_REOPENED": Sentences(
        "Talks began anew on what the agreement leaves open", "talks not begun anew on what the agreement leaves open",
        "{count:count} beginnings of talks on what an agreement leaves open",
    ),
    "MEASURE_RECOMMITTED_NOW": Sentences(
        "A measure was taken up again: {who}", "the measure not been taken up again ({who})",
        "{count:count} measures taken up again ({who})",
    ),
    "FACTION_SOCIALISED": Sentences(
        "{who} came round to the text", "{who} not come round to the text", "{count:count} factions that came round ({who})",
    ),
    "CEASEFIRE_HELD": Sentences(
        "The ceasefire had held so long ({number:months}) that the fighting counted as over", "the ceasefire not held",
        "{count:count} ends by a ceasefire that held",
    ),
    "PART_SIGNED": Sentences(
        (
            (_FURTHER, "Leaders signed a further partial agreement; now {number:share} of what is at stake is covered"),
            ({}, "Leaders signed a partial agreement; it covers {number:share} of what is at stake"),
        ),
        "the partial agreement not been signed", "{count:count} partial agreements signed",
    ),
    "TALKS_ON_REST_ENDED": Sentences(
        "The talks on what the agreement leaves open ended in nothing",
        "the talks on what the agreement leaves open not ended",
        "{count:count} ends of talks on what an agreement leaves open",
    ),
    "PARTY_ACCEDED": Sentences("{who} joined the agreement", "{who} not joined the agreement", "{count:count} accessions ({who})"),
    "PARTY_LEFT": Sentences(
        "{who} left the agreement", "{who} not left the agreement", "{count:count} departures from an agreement ({who})",
    ),
    "FELL_QUIET": Sentences(
        "The fighting faded out while the parties went on talking", "the fighting not faded out",
        "the fighting faded out {count:count} times while the parties talked",
    ),
    "FLARED_UP": Sentences(
        "The fighting flared up again while the parties went on talking", "the fighting not flared up again",
        "{count:count} new outbreaks of fighting while the parties talked",
    ),
    "PROCEDURE_SIGNED": Sentences(
        "The parties signed a text on how to go on", "the text on how to go on not been signed",
        "{count:count} texts on how to go on",
    ),
}
# fmt: on
