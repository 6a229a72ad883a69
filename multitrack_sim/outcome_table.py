"""Every outcome of a run, every monthly series and every kind of event, declared once.

`official` outcomes are those that unofficial dialogue could only change through one of its two gates.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

__all__ = [
    "AGREEMENTS",
    "ENDINGS",
    "EVENTS",
    "OUTCOMES",
    "OUTCOME_ROW",
    "PHASES",
    "SERIES",
    "SERIES_ROW",
    "Event",
    "Outcome",
]

# Codes of the categories and of the kinds of events; the order is part of the model.
PHASES = ("fighting", "pretalks", "talks", "suspended", "signed", "implementation", "durable", "collapsed", "dormant")
FIGHTING, PRETALKS, TALKS, SUSPENDED, SIGNED, IMPLEMENTATION, DURABLE, COLLAPSED, DORMANT = range(9)
AGREEMENTS = ("none", "ceasefire", "framework", "comprehensive")
NO_AGREEMENT, CEASEFIRE_ONLY, FRAMEWORK, COMPREHENSIVE = range(4)
ENDINGS = ("none", "agreement", "ceasefire", "victory", "low activity")
NOT_ENDED, BY_AGREEMENT, BY_CEASEFIRE, BY_VICTORY, BY_LOW_ACTIVITY = range(5)

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


@dataclass(frozen=True)
class Outcome:
    """One column of the run table. `values` names the codes of a category; `event` marks outcomes that are times."""

    name: str
    unit: str
    meaning: str
    missing: str = "never missing"
    official: bool = True
    values: tuple[str, ...] = ()
    event: bool = False

    @property
    def binary(self) -> bool:
        return self.unit == "0 or 1"


_MONTHS, _YES = "months", "0 or 1"
_ALL = [
    Outcome("agreement", "kind", "the most far-reaching agreement ratified by the horizon", values=AGREEMENTS),
    Outcome("agreed", _YES, "a framework or comprehensive accord was signed and ratified by the horizon"),
    Outcome("ended_by", "kind", "how the conflict first ended", values=ENDINGS),
    Outcome("talks_opened", _YES, "official talks opened by the horizon"),
    Outcome("months_to_talks", _MONTHS, "until official talks first opened", "no talks by the horizon", event=True),
    Outcome("months_to_agreement", _MONTHS, "until the first accord that was then ratified was signed", "no accord by the horizon", event=True),
    Outcome("months_of_round", _MONTHS, "from the opening of the round of talks (or the back channel) that led to the first accord to its signature", "no accord by the horizon"),
    Outcome("comprehensive", _YES, "a comprehensive accord was signed and ratified by the horizon"),
    Outcome("ratified", _YES, "the last text signed was ratified", "nothing was signed, or no vote was held by the horizon"),
    Outcome("votes_failed", "votes", "ratifications that failed"),
    Outcome("durable", _YES, "an accord stood for accord.durable_months"),
    Outcome("months_to_collapse", _MONTHS, "from signature to the first collapse of an accord", "no accord, or none collapsed by the horizon", event=True),
    Outcome("collapses", "accords", "accords that collapsed"),
    Outcome("recurred", _YES, "fighting resumed within 60 months of the first end of the conflict", "the conflict did not end, or less than 60 months before the horizon and did not resume"),
    Outcome("months_at_peace", _MONTHS, "with an accord in force, or after another end of the conflict that still holds"),
    Outcome("months_in_talks", _MONTHS, "in official talks"),
    Outcome("months_without_channel", _MONTHS, "before an accord, without talks, back channel or living unofficial contact"),
    Outcome("share_settled", "share", "of the weight of all issues, settled in the last text"),
    Outcome("implementation", "share", "of the provisions due, carried out", "no accord, or nothing fell due by the horizon"),
    Outcome("violence_total", "violence x months", "sum of the monthly level of violence"),
    Outcome("attacks", "attacks", "attacks by spoilers"),
    Outcome("attacks_foiled", "attacks", "attacks a leadership prevented"),
    Outcome("escalations", "escalations", "incidents that escalated"),
    Outcome("breakdowns", "breakdowns", "rounds of talks that broke down or were given up"),
    Outcome("leader_changes", "changes", "leaderships replaced"),
    Outcome("mean_trust", "probability", "mean belief, at the horizon, that another leadership is reliable"),
    Outcome("mean_misperception", "share", "mean misperception at the horizon"),
    Outcome("mean_support", "share", "mean support for a settlement among communities at the horizon"),
    Outcome("mean_attitude", "share", "mean attitude to the other side among communities at the horizon"),
    Outcome("mean_fear", "share", "mean fear among communities at the horizon"),
    Outcome("mean_readiness", "share", "mean readiness of governments until the conflict first ended", "the conflict ended in the first month"),
    Outcome("measures_in_force", "measures", "mean number of confidence-building measures in force"),
    Outcome("violations_seen", "violations", "violations of measures seen by another party"),
    Outcome("options_found", "share", "mean over issues of the options found by either pool at the horizon", official=False),
    Outcome("options_known", "share", "mean over issues of the options known to all required parties at the horizon"),
    Outcome("reports_heard", "reports", "unofficial reports that got through to a leadership"),
    Outcome("back_channels", "channels", "back channels opened"),
    Outcome("workshops", "workshops", "unofficial workshops held", official=False),
    Outcome("mean_rapport", "share", "mean rapport between unofficial participants at the horizon", official=False),
    Outcome("spent_track_two", "money", "spent on unofficial dialogue", official=False),
    Outcome("spent_track_three", "money", "spent on grassroots programmes"),
    Outcome("spent_measures", "money", "spent on confidence-building measures"),
]  # fmt: skip
OUTCOMES: dict[str, Outcome] = {outcome.name: outcome for outcome in _ALL}
OUTCOME_ROW = np.dtype([(name, "f8") for name in OUTCOMES], align=True)

_SERIES = [
    Outcome("phase", "kind", "where the process stands", values=PHASES),
    Outcome("violence", "share", "level of violence in the month"),
    Outcome("mean_trust", "probability", "mean belief that another leadership is reliable"),
    Outcome("mean_misperception", "share", "mean misperception"),
    Outcome("mean_support", "share", "mean support for a settlement among communities"),
    Outcome("mean_attitude", "share", "mean attitude to the other side among communities"),
    Outcome("readiness", "share", "mean readiness of governments"),
    Outcome("least_surplus", "value", "surplus of the required party that gains least from the text as it stands"),
    Outcome("share_settled", "share", "of the weight of all issues, settled"),
    Outcome("measures", "measures", "confidence-building measures in force"),
    Outcome("attacks_now", "attacks", "attacks by spoilers in the month"),
    Outcome("contact", "share", "strongest living unofficial contact between required parties, as officials feel it"),
    Outcome("options_known", "share", "mean over issues of the options known to all required parties"),
    Outcome("carried_out", "share", "of all provisions, carried out", "no accord yet"),
    Outcome("from_measures", "log-odds", "mean trust owed to confidence-building measures"),
    Outcome("from_attacks", "log-odds", "mean trust owed to attacks and to restraint"),
    Outcome("from_dialogue", "log-odds", "mean trust owed to unofficial reports"),
    Outcome("from_accord", "log-odds", "mean trust owed to the accord's implementation"),
    Outcome("from_leaders", "log-odds", "mean trust owed to changes of leadership"),
    Outcome("from_prior", "log-odds", "mean trust owed to the prior"),
]  # fmt: skip
SERIES: dict[str, Outcome] = {outcome.name: outcome for outcome in _SERIES}
SERIES_ROW = np.dtype([(name, "f8") for name in SERIES], align=True)
