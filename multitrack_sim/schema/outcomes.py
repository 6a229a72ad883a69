"""Every outcome of a run, every monthly series and every kind of event, declared once.

`official` outcomes are those that unofficial dialogue could only change through one of its two gates.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .categories import Agreement, Ending, Phase
from .events import Event

__all__ = ["OUTCOMES", "OUTCOME_ROW", "SERIES", "SERIES_ROW", "Outcome"]


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
    counts: Event | None = None  # it is how often this happened: nothing else has to be written for it

    @property
    def binary(self) -> bool:
        return self.unit == "0 or 1"


_MONTHS, _YES = "months", "0 or 1"
_ALL = [
    Outcome("first_agreement", "kind", "the first agreement that came into force", values=Agreement.words()),
    Outcome("highest_agreement", "kind", "the most far-reaching agreement that came into force", values=Agreement.words()),
    Outcome("agreements", "agreements", "agreements that came into force: ceasefires between parties that talk, partial and comprehensive agreements"),
    Outcome("agreed", _YES, "a partial (framework) or comprehensive agreement came into force by the horizon"),
    Outcome("ended_by", "kind", "how the conflict first ended", values=Ending.words()),
    Outcome("talks_opened", _YES, "official talks opened by the horizon"),
    Outcome("months_to_talks", _MONTHS, "until official talks first opened", "no talks by the horizon", event=True),
    Outcome("months_to_first_agreement", _MONTHS, "until the first agreement of any kind that then came into force was signed", "none by the horizon", event=True),
    Outcome("months_to_substantive", _MONTHS, "until the first partial (framework) or comprehensive agreement that then came into force was signed", "none by the horizon", event=True),
    Outcome("months_to_comprehensive", _MONTHS, "until the first comprehensive agreement that then came into force was signed", "none by the horizon", event=True),
    Outcome("comprehensive", _YES, "a comprehensive agreement came into force by the horizon"),
    Outcome("reach", "share", "of the whole conflict, what the agreement in force at the horizon settles: its coverage by its signatories' power"),
    Outcome("accessions", "accessions", "parties that acceded to an agreement in force", counts=Event.PARTY_ACCEDED),
    Outcome("departures", "departures", "parties that left an agreement in force", counts=Event.PARTY_LEFT),
    Outcome("ratified", _YES, "the last text put to a vote was ratified", "no vote was held by the horizon"),
    Outcome("votes_failed", "votes", "ratifications that failed"),
    Outcome("durable", _YES, "an agreement held for accord.durable_months"),
    Outcome("months_to_collapse", _MONTHS, "from the signature of the first partial or comprehensive agreement to the first collapse of one", "no agreement, or none collapsed by the horizon", event=True),
    Outcome("collapses", "agreements", "partial or comprehensive agreements that collapsed", counts=Event.ACCORD_COLLAPSED),
    Outcome("recurred", _YES, "fighting resumed within 60 months of the first end of the conflict", "the conflict did not end, or less than 60 months before the horizon and did not resume"),
    Outcome("months_under_accord", _MONTHS, "under an agreement, each month weighted by the reach of what is in force"),
    Outcome("months_after_ceasefire", _MONTHS, "in which the conflict had ended by a ceasefire that held"),
    Outcome("months_after_victory", _MONTHS, "in which it had ended by the victory of a side"),
    Outcome("months_dormant", _MONTHS, "in which the fighting had faded out, as far as no agreement reached"),
    Outcome("months_of_fighting", _MONTHS, "of open conflict, as far as no agreement reached"),
    Outcome("months_without_fighting", _MONTHS, "with an agreement in force, whatever it reached, or after another end of the conflict that still held"),
    Outcome("months_in_talks", _MONTHS, "in official talks, over the whole or over what an agreement leaves open"),
    Outcome("months_without_channel", _MONTHS, "before an agreement, without talks, back channel or living unofficial contact"),
    Outcome("share_settled", "share", "of the weight of all issues, settled in the last text"),
    Outcome("implementation", "share", "of the provisions due, carried out", "no agreement, or nothing fell due by the horizon"),
    Outcome("violence_total", "violence x months", "sum of the monthly level of violence"),
    Outcome("attacks", "attacks", "attacks by spoilers", counts=Event.ATTACKED),
    Outcome("attacks_foiled", "attacks", "attacks a leadership prevented", counts=Event.ATTACK_FOILED_NOW),
    Outcome("escalations", "escalations", "incidents that escalated", counts=Event.ESCALATED),
    Outcome("breakdowns", "breakdowns", "rounds of talks that broke down or were given up, with no agreement in force", counts=Event.TALKS_BROKE_DOWN),
    Outcome("procedures", "texts", "texts signed on how to go on", counts=Event.PROCEDURE_SIGNED),
    Outcome("leader_changes", "changes", "leaderships replaced", counts=Event.LEADER_CHANGED),
    Outcome("mean_trust", "probability", "mean belief, at the horizon, that another leadership is reliable"),
    Outcome("mean_misperception", "share", "mean misperception at the horizon"),
    Outcome("mean_support", "share", "mean support for a settlement among communities at the horizon"),
    Outcome("mean_attitude", "share", "mean attitude to the other side among communities at the horizon"),
    Outcome("mean_fear", "share", "mean fear among communities at the horizon"),
    Outcome("mean_readiness", "share", "mean readiness of governments until the conflict first ended", "the conflict ended in the first month"),
    Outcome("measures_in_force", "measures", "mean number of confidence-building measures in force"),
    Outcome("violations_seen", "violations", "violations of measures seen by another party", counts=Event.VIOLATION_SEEN),
    Outcome("options_found", "share", "mean over issues of the options found by either pool at the horizon", official=False),
    Outcome("options_known", "share", "mean over issues of the options found that all required parties know at the horizon"),
    Outcome("reports_heard", "reports", "unofficial reports that got through to a leadership", counts=Event.REPORT_HEARD),
    Outcome("back_channels", "channels", "back channels opened", counts=Event.CHANNEL_OPENED),
    Outcome("entered_office", "people", "times that a participant of unofficial dialogue entered its party's delegation", counts=Event.ENTERED_OFFICE),
    Outcome("workshops", "workshops", "unofficial workshops held", official=False, counts=Event.WORKSHOP_HELD),
    Outcome("mean_rapport", "share", "mean rapport between unofficial participants at the horizon", official=False),
    Outcome("spent_track_two", "money", "spent on unofficial dialogue", official=False),
    Outcome("spent_track_three", "money", "spent on grassroots programmes"),
    Outcome("spent_measures", "money", "spent on confidence-building measures"),
]  # fmt: skip
OUTCOMES: dict[str, Outcome] = {outcome.name: outcome for outcome in _ALL}
OUTCOME_ROW = np.dtype([(name, "f8") for name in OUTCOMES], align=True)

_SERIES = [
    Outcome("phase", "kind", "where the process stands", values=Phase.words()),
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
    Outcome("reach", "share", "of the whole conflict, what the agreement in force settles"),
    Outcome("carried_out", "share", "of all provisions of the agreement in force, carried out", "no agreement in force"),
    Outcome("from_measures", "log-odds", "mean trust owed to confidence-building measures"),
    Outcome("from_attacks", "log-odds", "mean trust owed to attacks and to restraint"),
    Outcome("from_dialogue", "log-odds", "mean trust owed to unofficial reports"),
    Outcome("from_accord", "log-odds", "mean trust owed to the carrying out of the agreement"),
    Outcome("from_leaders", "log-odds", "mean trust owed to changes of leadership"),
    Outcome("from_prior", "log-odds", "mean trust owed to the prior"),
]  # fmt: skip
SERIES: dict[str, Outcome] = {outcome.name: outcome for outcome in _SERIES}
SERIES_ROW = np.dtype([(name, "f8") for name in SERIES], align=True)
