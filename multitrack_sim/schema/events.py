"""Every kind of event, declared once: its sentences, whom it concerns, which draw decides it, what may come of it."""

from __future__ import annotations

from .draws import Draw
from .event import ALWAYS, EVER, EventKind, Undoing
from .event import Facts as _Facts

__all__ = ["Event"]

# Conditions of a choice of sentences.
_SINGLE = {"number": (1, 1)}
_SEVERAL = {"number": (2, None)}
_FURTHER = {"in_force": (1, 1)}  # an agreement was in force before


class Event(EventKind):
    """A kind of event. New kinds come last: the numbers stand in event logs.

    >>> Event.ATTACKED.word, Event.ATTACKED.told, [event.word for event in Event.ATTACKED.follows]
    ('attack', '{who} attacked', ['talks suspended', 'ceasefire ended'])
    """

    # fmt: off
    NOTHING = _Facts(
        "nothing",
        told="Nothing happened",
        had="nothing happened", many="nothing {count:count} times",
    )
    LEADER_CHANGED = _Facts(
        "leadership changed", who="governments", amount="hawkishness of the new leadership", unit="share",
        told="The leadership of {who} changed",
        had="the leadership of {who} not changed", many="{count:count} changes of leadership ({who})",
        undoing=Undoing("circumstances", Draw.LEADER_CHANGE, id="who"),
    )
    ESCALATED = _Facts(
        "incident escalated", amount="violence added", unit="violence",
        told="An incident escalated",
        had="the incident not escalated", many="{count:count} incidents that escalated",
        leads_to=("CEASEFIRE_BROKEN",), within=1,
        undoing=Undoing("fighting", Draw.ESCALATION),
    )
    CEASEFIRE_MADE = _Facts(
        "ceasefire concluded",
        told="A ceasefire was agreed",
        had="the ceasefire not been agreed", many="{count:count} ceasefires agreed",
        leads_to=("CEASEFIRE_BROKEN",), within=EVER,
        undoing=Undoing("fighting", Draw.CEASEFIRE),
    )
    CEASEFIRE_BROKEN = _Facts(
        "ceasefire ended",
        told="The ceasefire ended",
        had="the ceasefire not ended", many="{count:count} ends of a ceasefire",
        undoing=Undoing("fighting", Draw.CEASEFIRE_ENDS),
    )
    VICTORY_WON = _Facts(
        "victory", amount="lead in power", unit="share", opens="dormant",
        told="The stronger side won",
        had="the stronger side not won", many="{count:count} victories",
        undoing=Undoing("fighting", Draw.VICTORY),
    )
    PETERED_OUT = _Facts(
        "fighting faded out", amount="mean burden of the parties", unit="burden", opens="dormant",
        told="The fighting faded out",
        had="the fighting not faded out", many="the fighting faded out {count:count} times",
        undoing=Undoing("fighting", Draw.PETERING_OUT),
    )
    ACTIVE_AGAIN = _Facts(
        "conflict active again", opens="fighting",
        told="The fighting flared up again",
        had="the fighting not flared up again", many="{count:count} new outbreaks of fighting",
        undoing=Undoing("fighting", Draw.RECURRENCE),
    )
    SOUNDINGS_BEGAN = _Facts(
        "exploratory talks began", amount="readiness of the least ready", unit="share", opens="pretalks",
        told="Exploratory talks began",
        had="exploratory talks not begun", many="{count:count} beginnings of exploratory talks",
        leads_to=("TALKS_OPENED", "SOUNDINGS_FAILED"), within=EVER,
        undoing=Undoing("track_one", Draw.PRETALKS),
    )
    SOUNDINGS_FAILED = _Facts(
        "exploratory talks failed", amount="readiness of the least ready", unit="share", opens="fighting",
        told="Exploratory talks came to nothing",
        had="exploratory talks not failed", many="{count:count} exploratory talks that came to nothing",
        undoing=Undoing("track_one", Draw.PRETALKS_END),
    )
    TALKS_OPENED = _Facts(
        "talks opened", amount="readiness of the least ready", unit="share", opens="talks",
        told="Official talks opened",
        had="talks not opened", many="{count:count} openings of talks",
        leads_to=("TALKS_SUSPENDED", "TALKS_BROKE_DOWN", "PART_SIGNED", "ACCORD_SIGNED"), within=EVER,
        undoing=Undoing("track_one", Draw.TALKS_OPEN),
    )
    TALKS_SUSPENDED = _Facts(
        "talks suspended", amount="attacks the month before", unit="attacks", opens="suspended",
        told=(
            (_SEVERAL, "Talks were suspended after {number:count} attacks the month before"),
            (_SINGLE, "Talks were suspended after an attack the month before"),
            ({}, "Talks were suspended"),
        ),
        had="talks not been suspended", many="{count:count} suspensions of talks",
        leads_to=("TALKS_RESUMED", "TALKS_BROKE_DOWN", "PART_SIGNED", "ACCORD_SIGNED"), within=EVER,
        undoing=Undoing("track_one", Draw.SUSPENSION),
    )
    TALKS_RESUMED = _Facts(
        "talks resumed", amount="readiness of the least ready", unit="share", opens="talks",
        told="Talks were resumed",
        had="talks not been resumed", many="{count:count} resumptions of talks",
        leads_to=("TALKS_SUSPENDED", "TALKS_BROKE_DOWN", "PART_SIGNED", "ACCORD_SIGNED"), within=EVER,
        undoing=Undoing("track_one", Draw.RESUMPTION),
    )
    TALKS_BROKE_DOWN = _Facts(
        "talks broke down", amount="months of deadlock", unit="months", opens="fighting",
        told=(
            (_SEVERAL, "The talks broke down after {number:months} without progress"),
            ({}, "The talks broke down"),
        ),
        had="talks not broken down", many="{count:count} breakdowns of talks",
        undoing=Undoing("track_one", Draw.BREAKDOWN),
    )
    ACCORD_SIGNED = _Facts(
        "agreement signed", amount="of the whole conflict, what it settles", unit="share", opens="signed",
        told=(
            (_FURTHER, "A comprehensive agreement was signed; once ratified, {number:share} of what is at stake is covered"),
            ({}, "A comprehensive agreement was signed; it covers {number:share} of what is at stake and awaits ratification"),
        ),
        had="the comprehensive agreement not been signed", many="{count:count} comprehensive agreements signed",
        leads_to=("ACCORD_RATIFIED", "VOTE_FAILED"), within=EVER,
    )
    ACCORD_RATIFIED = _Facts(
        "agreement ratified", amount="legitimacy of the agreement", unit="share", opens="implementation",
        told="The comprehensive agreement was ratified",
        had="the comprehensive agreement not been ratified", many="{count:count} ratifications",
        leads_to=("PEACE_DURABLE", "PARTY_LEFT", "ACCORD_COLLAPSED"), within=EVER,
    )
    VOTE_FAILED = _Facts(
        "vote failed", who="governments", amount="support for a settlement among its communities", unit="share", opens="talks",
        told=(
            (_FURTHER, "{who} voted the comprehensive agreement down; what was in force before stays so"),
            ({}, "{who} voted the agreement down"),
        ),
        had="{who} not voted the agreement down", many="{count:count} votes against an agreement ({who})",
        undoing=Undoing("track_one", Draw.RATIFICATION, id="who", draw=ALWAYS),
    )
    ACCORD_COLLAPSED = _Facts(
        "agreement collapsed", amount="mean trust between the parties", unit="log-odds", opens="collapsed",
        told="The agreement collapsed",
        had="the agreement not collapsed", many="{count:count} collapses of an agreement",
    )
    PEACE_DURABLE = _Facts(
        "agreement held", amount="mean trust between the parties", unit="log-odds", opens="durable",
        told="The agreement had held {durable_months:span}",
        had="the agreement not held so long", many="{count:count} times an agreement that had held {durable_months:span}",
        leads_to=("PARTY_LEFT", "ACCORD_COLLAPSED"), within=EVER,
    )
    WORKSHOP_HELD = _Facts(
        "workshop held", who="ngos", amount="participants", unit="people",
        told=(
            (_SEVERAL, "{who} held a workshop with {number:count} participants"),
            (_SINGLE, "{who} held a workshop with one participant"),
            ({}, "{who} invited to a workshop to which nobody came"),
        ),
        had="nobody come to the workshop of {who}", many="{count:count} workshops",
        undoing=Undoing("track_two", Draw.TAKES_PART, id="any", partner="who"),
    )
    REPORT_HEARD = _Facts(
        "report got through", who="academics", whom="governments", amount="rapport at the workshop", unit="share",
        told="A report of {who} reached {whom}",
        had="the report of {who} not reached {whom}", many="{count:count} reports got through (to {whom})",
        leads_to=("ISSUE_TABLED",), same="who",
        undoing=Undoing("track_two", Draw.REPORT, id="who", partner="host"),
    )
    ISSUE_TABLED = _Facts(
        "issue tabled", who="academics", whom="issues",
        told="{who} got {whom} onto the agenda",
        had="{who} not got {whom} onto the agenda", many="{count:count} issues put on the agenda ({whom})",
        undoing=Undoing("track_two", Draw.TABLES_ISSUE, id="who", partner="whom"),
    )
    CHANNEL_OPENED = _Facts(
        "back channel opened", amount="living unofficial contact", unit="share",
        told="A back channel opened",
        had="the back channel not opened", many="{count:count} back channels opened",
        leads_to=("CHANNEL_LEAKED", "CHANNEL_ENDED", "PART_SIGNED", "ACCORD_SIGNED"), within=EVER,
        undoing=Undoing("track_two", Draw.CHANNEL_OPENS),
    )
    CHANNEL_LEAKED = _Facts(
        "back channel leaked", amount="damage to public trust in the process", unit="share",
        told="The back channel leaked",
        had="the back channel not leaked", many="{count:count} leaks of a back channel",
        undoing=Undoing("track_two", Draw.CHANNEL_LEAKS),
    )
    CHANNEL_ENDED = _Facts(
        "back channel ended",
        told="The back channel ended in nothing",
        had="the back channel not ended", many="{count:count} back channels that ended in nothing",
        undoing=Undoing("track_two", Draw.CHANNEL_ENDS),
    )
    MEASURE_AGREED = _Facts(
        "measure agreed", who="measures", amount="what is at stake in complying", unit="share",
        told="A measure was agreed: {who}",
        had="the measure not been agreed ({who})", many="{count:count} measures agreed ({who})",
        leads_to=("MEASURE_SUSPENDED_NOW", "MEASURE_DROPPED"), within=EVER, same="who",
        undoing=Undoing("cbm", Draw.MEASURE_PROPOSED, id="who"),
    )
    VIOLATION_SEEN = _Facts(
        "breach detected", who="governments", whom="governments", amount="what it says of the other's reliability", unit="log-odds",
        told="{whom} found that {who} had not kept to a measure",
        had="{who} kept to every measure", many="{count:count} breaches of measures detected (committed by {who})",
        line_for="whom",
        leads_to=("MEASURE_SUSPENDED_NOW",),
        undoing=Undoing("cbm", Draw.MEASURE_COMPLIED, id="any", partner="who", draw=ALWAYS),
    )
    MEASURE_SUSPENDED_NOW = _Facts(
        "measure suspended", who="measures", amount="what is at stake in complying", unit="share",
        told="A measure was suspended: {who}",
        had="the measure not been suspended ({who})", many="{count:count} measures suspended ({who})",
        undoing=Undoing("cbm", Draw.MEASURE_SUSPENDED, id="who"),
    )
    MEASURE_DROPPED = _Facts(
        "measure dropped", who="measures", amount="what is at stake in complying", unit="share",
        told="A measure was dropped: {who}",
        had="the measure not been dropped ({who})", many="{count:count} measures dropped ({who})",
        undoing=Undoing("cbm", Draw.MEASURE_ERODES, id="who"),
    )
    ATTACKED = _Facts(
        "attack", who="spoilers", whom="governments", amount="threat felt by the faction", unit="threat",
        told="{who} attacked",
        had="{who} not attacked", many="{count:count} attacks ({who})",
        leads_to=("TALKS_SUSPENDED", "CEASEFIRE_BROKEN"), within=1,
        undoing=Undoing("spoiling", Draw.ATTACK, id="who"),
    )
    ATTACK_FOILED_NOW = _Facts(
        "attack foiled", who="spoilers", whom="governments", amount="threat felt by the faction", unit="threat",
        told="{whom} foiled an attack by {who}",
        had="{whom} not foiled an attack by {who}", many="{count:count} attacks foiled (by {whom})",
        undoing=Undoing("spoiling", Draw.ATTACK_FOILED, id="who"),
    )
    PROVISION_DONE = _Facts(
        "provision carried out", who="governments", whom="issues",
        told="{who} carried out its part on {whom}",
        had="{who} not carried out its part on {whom}", many="{count:count} provisions carried out",
    )
    PROVISION_BREACHED = _Facts(
        "provision breached", who="governments", whom="issues",
        told="{who} failed to carry out its part on {whom}",
        had="{who} carried out its part on {whom}", many="{count:count} provisions not carried out (owed by {who})",
        undoing=Undoing("accord", Draw.PROVISION, id="provision", partner="any", draw=ALWAYS),
    )
    INTERVENED = _Facts(
        "intervention", who="interventions", amount="the new value", unit="any",
        told="A change from outside: {who}",
        had="there been no change from outside ({who})", many="{count:count} changes from outside ({who})",
    )
    PARTICIPANTS_HARDENED = _Facts(
        "participants hardened", who="ngos", amount="quarrels", unit="quarrels",
        told="Participants of a workshop of {who} came away hardened",
        had="nobody come away hardened from the workshop of {who}", many="{count:count} workshops that hardened participants",
        undoing=Undoing("track_two", Draw.HARDENED, id="any", partner="who"),
    )
    TALKS_REOPENED = _Facts(
        "talks on the rest began", amount="readiness of the least ready", unit="share",
        told="Talks began anew on what the agreement leaves open",
        had="talks not begun anew on what the agreement leaves open", many="{count:count} beginnings of talks on what an agreement leaves open",
        leads_to=("TALKS_ON_REST_ENDED", "PART_SIGNED", "ACCORD_SIGNED"), within=EVER,
        undoing=Undoing("track_one", Draw.TALKS_REOPEN),
    )
    MEASURE_RECOMMITTED_NOW = _Facts(
        "measure recommitted to", who="measures", amount="what is at stake in complying", unit="share",
        told="A measure was taken up again: {who}",
        had="the measure not been taken up again ({who})", many="{count:count} measures taken up again ({who})",
        undoing=Undoing("cbm", Draw.MEASURE_RECOMMITTED, id="who"),
    )
    FACTION_SOCIALISED = _Facts(
        "faction socialised", who="spoilers", whom="governments", amount="distance from the text", unit="position",
        told="{who} came round to the text",
        had="{who} not come round to the text", many="{count:count} factions that came round ({who})",
    )
    CEASEFIRE_HELD = _Facts(
        "ceasefire held", amount="months it had held", unit="months", opens="dormant",
        told="The ceasefire had held so long ({number:months}) that the fighting counted as over",
        had="the ceasefire not held", many="{count:count} ends by a ceasefire that held",
    )
    PART_SIGNED = _Facts(
        "partial agreement signed", amount="of the whole conflict, what is settled with it", unit="share", opens="implementation",
        told=(
            (_FURTHER, "Leaders signed a further partial agreement; now {number:share} of what is at stake is covered"),
            ({}, "Leaders signed a partial agreement; it covers {number:share} of what is at stake"),
        ),
        had="the partial agreement not been signed", many="{count:count} partial agreements signed",
        leads_to=("TALKS_ON_REST_ENDED", "PARTY_LEFT", "ACCORD_COLLAPSED"), within=EVER,
    )
    TALKS_ON_REST_ENDED = _Facts(
        "talks on the rest ended", amount="months of deadlock", unit="months",
        told="The talks on what the agreement leaves open ended in nothing",
        had="the talks on what the agreement leaves open not ended", many="{count:count} ends of talks on what an agreement leaves open",
        leads_to=("TALKS_REOPENED",), within=EVER,
        undoing=Undoing("track_one", Draw.BREAKDOWN, also=Draw.SUSPENSION),
    )
    PARTY_ACCEDED = _Facts(
        "party acceded", who="governments", amount="what it gains by the agreement", unit="value",
        told="{who} joined the agreement",
        had="{who} not joined the agreement", many="{count:count} accessions ({who})",
        undoing=Undoing("track_one", Draw.ACCESSION, id="who"),
    )
    PARTY_LEFT = _Facts(
        "party left the agreement", who="governments", amount="what it gained by the agreement", unit="value",
        told="{who} left the agreement",
        had="{who} not left the agreement", many="{count:count} departures from an agreement ({who})",
        leads_to=("ACCORD_COLLAPSED",), within=0,
        undoing=Undoing("accord", Draw.WITHDRAWAL, id="who", partner="any"),
    )
    FELL_QUIET = _Facts(
        "fighting fell quiet", amount="mean burden of the parties", unit="burden",
        told="The fighting faded out while the parties went on talking",
        had="the fighting not faded out", many="the fighting faded out {count:count} times while the parties talked",
        undoing=Undoing("fighting", Draw.PETERING_OUT),
    )
    FLARED_UP = _Facts(
        "fighting flared up",
        told="The fighting flared up again while the parties went on talking",
        had="the fighting not flared up again", many="{count:count} new outbreaks of fighting while the parties talked",
        undoing=Undoing("fighting", Draw.RECURRENCE),
    )
    PROCEDURE_SIGNED = _Facts(
        "text on procedure signed", amount="how assembled the delegations still were", unit="share",
        told="The parties signed a text on how to go on",
        had="the text on how to go on not been signed", many="{count:count} texts on how to go on",
        undoing=Undoing("track_one", Draw.PROCEDURE),
    )
    ISSUE_TAKEN_UP = _Facts(
        "issue taken up", who="issues", amount="readiness of the least ready", unit="share",
        told="The parties took up an issue they had avoided: {who}",
        had="the parties not taken up the issue they had avoided ({who})", many="{count} avoided issues taken up ({who})",
        undoing=Undoing("track_one", Draw.TAKES_UP_ISSUE, id="who"),
    )
    ENTERED_OFFICE = _Facts(
        "entered office", who="academics", whom="governments", amount="closeness to the other side", unit="share",
        told="{who} came from unofficial dialogue into the delegation of {whom}",
        had="{who} not come into the delegation of {whom}", many="{count} people came from unofficial dialogue into the delegation of {whom}",
        leads_to=("LEFT_OFFICE",), within=EVER, same="who",
        undoing=Undoing("track_two", Draw.ENTERS_OFFICE, id="who"),
    )
    LEFT_OFFICE = _Facts(
        "left office", who="academics", whom="governments", amount="closeness to the other side", unit="share",
        told="{who} left the delegation of {whom}",
        had="{who} not left the delegation of {whom}", many="{count} people left the delegation of {whom}",
    )
    # fmt: on
