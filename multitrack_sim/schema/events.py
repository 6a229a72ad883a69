"""Every kind of event, declared once."""

from __future__ import annotations

import math
from dataclasses import dataclass

from . import draws

__all__ = ["EVENTS", "Event"]

(NOTHING, LEADER_CHANGED, ESCALATED, CEASEFIRE_MADE, CEASEFIRE_BROKEN, VICTORY_WON, PETERED_OUT, ACTIVE_AGAIN,
 SOUNDINGS_BEGAN, SOUNDINGS_FAILED, TALKS_OPENED, TALKS_SUSPENDED, TALKS_RESUMED, TALKS_BROKE_DOWN, ACCORD_SIGNED,
 ACCORD_RATIFIED, VOTE_FAILED, ACCORD_COLLAPSED, PEACE_DURABLE, WORKSHOP_HELD, REPORT_HEARD, ISSUE_TABLED,
 CHANNEL_OPENED, CHANNEL_LEAKED, CHANNEL_ENDED, MEASURE_AGREED, VIOLATION_SEEN, MEASURE_SUSPENDED_NOW, MEASURE_DROPPED,
 ATTACKED, ATTACK_FOILED_NOW, PROVISION_DONE, PROVISION_BREACHED, INTERVENED,
 PARTICIPANTS_HARDENED, DEFERRED_TALKS_BEGAN, MEASURE_RECOMMITTED_NOW, FACTION_SOCIALISED, CEASEFIRE_HELD) = range(39)  # fmt: skip


@dataclass(frozen=True)
class Event:
    """One kind of event. `who` and `whom` name the tables whose rows an event of this kind points to ("": nobody).

    `amount` is what its amount means. `told` is the sentence, `cause` the same as a noun ("Without the attack by ..."),
    `many` what is said of several at once; all may use {who}, {whom} and {amount}, `many` {count} too. `opens` is the
    phase that begins with it.
    """

    name: str
    who: str = ""
    whom: str = ""
    amount: str = ""
    unit: str = ""
    told: str = ""
    cause: str = ""
    many: str = ""
    opens: str = ""


# In the order of their numbers above. New kinds come last.
_G, _I, _M = "governments", "issues", "measures"
EVENTS = (
    Event("nothing", told="Nothing happened", cause="nothing", many="nothing {count} times"),
    Event("leadership changed", _G, "", "hawkishness of the new leadership", "share", "The leadership of {who} changed", "the change of leadership of {who}", "{count} changes of leadership ({who})"),
    Event("incident escalated", "", "", "violence added", "violence", "An incident escalated", "the incident that escalated", "{count} incidents that escalated"),
    Event("ceasefire concluded", told="A ceasefire was concluded", cause="the ceasefire", many="{count} ceasefires"),
    Event("ceasefire ended", told="The ceasefire ended", cause="the end of the ceasefire", many="{count} ends of a ceasefire"),
    Event("victory", "", "", "lead in power", "share", "The stronger side won", "the victory", "{count} victories", "dormant"),
    Event("fighting petered out", "", "", "mean burden of the parties", "burden", "The fighting petered out", "the petering out of the fighting", "the fighting petered out {count} times", "dormant"),
    Event("conflict active again", told="The fighting flared up again", cause="the new outbreak of fighting", many="{count} new outbreaks of fighting", opens="fighting"),
    Event("soundings began", "", "", "readiness of the least ready", "share", "The parties sounded each other out", "the beginning of soundings", "{count} beginnings of soundings", "pretalks"),
    Event("soundings failed", "", "", "readiness of the least ready", "share", "The soundings came to nothing", "the failure of the soundings", "{count} soundings that came to nothing", "fighting"),
    Event("talks opened", "", "", "readiness of the least ready", "share", "Official talks opened", "the opening of talks", "{count} openings of talks", "talks"),
    Event("talks suspended", "", "", "attacks the month before", "attacks", "Talks were suspended", "the suspension of talks", "{count} suspensions of talks", "suspended"),
    Event("talks resumed", "", "", "living unofficial contact", "share", "Talks were resumed", "the resumption of talks", "{count} resumptions of talks", "talks"),
    Event("talks broke down", "", "", "months of deadlock", "months", "The talks broke down", "the breakdown of talks", "{count} breakdowns of talks", "fighting"),
    Event("accord signed", "", "", "weight of the issues it covers", "share", "An accord was signed that covers {amount} of what is at stake", "the signature of the accord", "{count} accords signed", "signed"),
    Event("accord ratified", "", "", "legitimacy of the accord", "share", "The accord was ratified", "the ratification of the accord", "{count} ratifications", "implementation"),
    Event("vote failed", _G, "", "support for a settlement among its communities", "share", "{who} voted the accord down", "the vote of {who} against the accord", "{count} votes against an accord ({who})", "talks"),
    Event("accord collapsed", "", "", "mean trust between the parties", "log-odds", "The accord collapsed", "the collapse of the accord", "{count} collapses of an accord", "collapsed"),
    Event("peace durable", "", "", "mean trust between the parties", "log-odds", "The peace had become durable", "the durable peace", "{count} times a durable peace", "durable"),
    Event("workshop held", "ngos", "", "participants", "people", "{who} held a workshop with {amount} participants", "those who came to the workshop of {who}", "{count} workshops"),
    Event("report got through", "academics", _G, "rapport at the workshop", "share", "A report of {who} reached {whom}", "the report of {who} that reached {whom}", "{count} reports that reached {whom}"),
    Event("issue tabled", "academics", _I, "", "", "{who} got {whom} onto the agenda", "the tabling of {whom} after the report of {who}", "{count} issues put on the agenda ({whom})"),
    Event("back channel opened", "", "", "living unofficial contact", "share", "A back channel opened", "the opening of the back channel", "{count} back channels opened"),
    Event("back channel leaked", "", "", "damage to public trust in the process", "share", "The back channel leaked", "the leak of the back channel", "{count} leaks of a back channel"),
    Event("back channel ended", told="The back channel ended in nothing", cause="the end of the back channel", many="{count} back channels that ended in nothing"),
    Event("measure agreed", _M, "", "what is at stake in complying", "share", "A measure was agreed: {who}", "the measure agreed on ({who})", "{count} measures agreed ({who})"),
    Event("violation seen", _G, _G, "what it says of the other's reliability", "log-odds", "{whom} saw {who} violate a measure", "the violations of measures by {who}", "{count} violations of measures seen (by {who})"),
    Event("measure suspended", _M, "", "what is at stake in complying", "share", "A measure was suspended: {who}", "the suspension of a measure ({who})", "{count} measures suspended ({who})"),
    Event("measure dropped", _M, "", "what is at stake in complying", "share", "A measure was dropped: {who}", "the dropping of a measure ({who})", "{count} measures dropped ({who})"),
    Event("attack", "spoilers", _G, "threat felt by the faction", "threat", "{who} attacked", "the attack by {who}", "{count} attacks ({who})"),
    Event("attack foiled", "spoilers", _G, "threat felt by the faction", "threat", "{whom} foiled an attack by {who}", "the foiling by {whom} of an attack by {who}", "{count} attacks foiled (by {whom})"),
    Event("provision carried out", _G, _I, "", "", "{who} carried out its part on {whom}", "what {who} carried out on {whom}", "{count} provisions carried out"),
    Event("provision breached", _G, _I, "", "", "{who} failed to carry out its part on {whom}", "the breach by {who} of its part on {whom}", "{count} provisions breached (by {who})"),
    Event("intervention", "interventions", "", "the new value", "any", "A change from outside: {who}", "the change from outside ({who})", "{count} changes from outside ({who})"),
    Event("participants hardened", "ngos", "", "quarrels", "quarrels", "Participants of a workshop of {who} came away hardened", "the quarrels at the workshop of {who}", "{count} workshops that hardened participants"),
    Event("talks on deferred issues", "", "", "readiness of the least ready", "share", "Talks began on what had been put off", "the beginning of talks on what had been put off", "{count} beginnings of talks on what had been put off"),
    Event("measure recommitted to", _M, "", "what is at stake in complying", "share", "A measure was recommitted to: {who}", "the recommitment to a measure ({who})", "{count} measures recommitted to ({who})"),
    Event("faction socialised", "spoilers", _G, "distance from the text", "position", "{who} had come round to the text", "the coming round of {who}", "{count} factions that came round ({who})"),
    Event("ceasefire held", "", "", "months it had held", "months", "The ceasefire had held so long that the fighting counted as over", "the ceasefire that held", "{count} ends by a ceasefire that held", "dormant"),
)  # fmt: skip

EVER = 10_000  # months

# What may come of an event: kinds, within how many months, and which column has to be the same.
FOLLOWS: dict[int, tuple[tuple[int, ...], int, str]] = {
    ESCALATED: ((CEASEFIRE_BROKEN,), 1, ""),
    ATTACKED: ((TALKS_SUSPENDED, CEASEFIRE_BROKEN), 1, ""),
    CEASEFIRE_MADE: ((CEASEFIRE_BROKEN,), EVER, ""),
    SOUNDINGS_BEGAN: ((TALKS_OPENED, SOUNDINGS_FAILED), EVER, ""),
    TALKS_OPENED: ((TALKS_SUSPENDED, TALKS_BROKE_DOWN, ACCORD_SIGNED), EVER, ""),
    TALKS_SUSPENDED: ((TALKS_RESUMED, TALKS_BROKE_DOWN, ACCORD_SIGNED), EVER, ""),
    TALKS_RESUMED: ((TALKS_SUSPENDED, TALKS_BROKE_DOWN, ACCORD_SIGNED), EVER, ""),
    ACCORD_SIGNED: ((ACCORD_RATIFIED, VOTE_FAILED), EVER, ""),
    ACCORD_RATIFIED: ((PEACE_DURABLE, ACCORD_COLLAPSED), EVER, ""),
    PEACE_DURABLE: ((ACCORD_COLLAPSED,), EVER, ""),
    REPORT_HEARD: ((ISSUE_TABLED,), 0, "who"),
    CHANNEL_OPENED: ((CHANNEL_LEAKED, CHANNEL_ENDED, ACCORD_SIGNED), EVER, ""),
    MEASURE_AGREED: ((MEASURE_SUSPENDED_NOW, MEASURE_DROPPED), EVER, "who"),
    VIOLATION_SEEN: ((MEASURE_SUSPENDED_NOW,), 0, ""),
}

# What a draw is changed to. Every draw is compared with a probability.
NEVER = math.nan  # neither below nor above anything: nothing comes of it
ALWAYS = -1.0  # below every probability


@dataclass(frozen=True)
class Undoing:
    """Which draw decides events of one kind: its phase, its purpose, and whose ids are in its address.

    `id` and `partner` are "who" or "whom" of the event, "host" (the convenor of the workshop it belongs to),
    "provision" (what "who" owes on "whom"), "any", or "" for 0.
    """

    phase: str
    purpose: int
    id: str = ""
    partner: str = ""
    draw: float = NEVER


# A kind of event that is missing here is not taken out: it is the outcome itself, or nothing in it is left to chance.
UNDOING: dict[int, Undoing] = {
    LEADER_CHANGED: Undoing("circumstances", draws.LEADER_CHANGE, "who"),
    CHANNEL_OPENED: Undoing("dialogue", draws.CHANNEL_OPENS),
    CHANNEL_LEAKED: Undoing("dialogue", draws.CHANNEL_LEAKS),
    CHANNEL_ENDED: Undoing("dialogue", draws.CHANNEL_ENDS),
    REPORT_HEARD: Undoing("dialogue", draws.REPORT, "who", "host"),
    ISSUE_TABLED: Undoing("dialogue", draws.TABLES_ISSUE, "who", "whom"),
    ATTACKED: Undoing("spoiling", draws.ATTACK, "who"),
    ATTACK_FOILED_NOW: Undoing("spoiling", draws.ATTACK_FOILED, "who"),
    ESCALATED: Undoing("fighting", draws.ESCALATION),
    CEASEFIRE_MADE: Undoing("fighting", draws.CEASEFIRE),
    CEASEFIRE_BROKEN: Undoing("fighting", draws.CEASEFIRE_ENDS),
    VICTORY_WON: Undoing("fighting", draws.VICTORY),
    PETERED_OUT: Undoing("fighting", draws.PETERING_OUT),
    ACTIVE_AGAIN: Undoing("fighting", draws.RECURRENCE),
    SOUNDINGS_BEGAN: Undoing("talks", draws.PRETALKS),
    SOUNDINGS_FAILED: Undoing("talks", draws.PRETALKS_END),
    TALKS_OPENED: Undoing("talks", draws.TALKS_OPEN),
    TALKS_SUSPENDED: Undoing("talks", draws.SUSPENSION),
    TALKS_RESUMED: Undoing("talks", draws.RESUMPTION),
    TALKS_BROKE_DOWN: Undoing("talks", draws.BREAKDOWN),  # in talks; a suspended round is given up by RESUMPTION
    VOTE_FAILED: Undoing("talks", draws.RATIFICATION, "who", draw=ALWAYS),
    ACCORD_COLLAPSED: Undoing("accord", draws.COLLAPSE, "any"),
    MEASURE_AGREED: Undoing("confidence", draws.MEASURE_PROPOSED, "who"),
    MEASURE_SUSPENDED_NOW: Undoing("confidence", draws.MEASURE_SUSPENDED, "who"),
    MEASURE_DROPPED: Undoing("confidence", draws.MEASURE_ERODES, "who"),
    VIOLATION_SEEN: Undoing("confidence", draws.MEASURE_COMPLIED, "any", "who", ALWAYS),
    PROVISION_BREACHED: Undoing("accord", draws.PROVISION, "provision", "any", ALWAYS),
    PARTICIPANTS_HARDENED: Undoing("dialogue", draws.HARDENED, "any", "who"),
    DEFERRED_TALKS_BEGAN: Undoing("talks", draws.DEFERRED_TALKS),
    MEASURE_RECOMMITTED_NOW: Undoing("confidence", draws.MEASURE_RECOMMITTED, "who"),
    WORKSHOP_HELD: Undoing("dialogue", draws.TAKES_PART, "any", "who"),
}
GIVEN_UP = Undoing("talks", draws.RESUMPTION)
