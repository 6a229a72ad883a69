"""Every parameter: value, range, unit, meaning and source, declared once.

Validation, sampling, sliders, documentation and report labels are all read from `PARAMETERS`. Nothing here was chosen so
that a track helps or harms. A source of "assumption" means just that; "trial" means a value carried over from a
throw-away prototype (about 200 random settings on small populations), which is an assumption with a history; "coarse fit"
one fitted to the record over a stated population of conflicts, never to a case, by history matching in a first form
(`multitrack_sim/evidence/calibration.py`): many settings fit about as well, and these are the middle of some of them.
"""

from __future__ import annotations

from dataclasses import dataclass

from .categories import MutedMoney, Start

__all__ = ["PARAMETERS", "SECTIONS", "Parameter"]


@dataclass(frozen=True)
class Parameter:
    """One setting of the whole scenario.

    `low` and `high` bound what is allowed; `sweep` is the range in which a study would vary it (default: what is
    allowed). `structural` parameters shape the tables and are fixed once a world is laid out.
    """

    name: str  # section.key
    default: float
    low: float
    high: float
    unit: str
    meaning: str
    source: str = "assumption"
    sweep: tuple[float, float] | None = None
    structural: bool = False
    whole: bool = False
    choices: tuple[str, ...] = ()  # of a setting that is a word: its numbers are their places

    @property
    def column(self) -> str:
        """The name of its column in the table of parameters."""
        return self.name.replace(".", "_", 1)

    @property
    def value(self) -> float | int | str:
        """The default, as a scenario would write it."""
        return self.choices[int(self.default)] if self.choices else self.default

    @property
    def range(self) -> tuple[float, float]:
        return self.sweep or (self.low, self.high)


SECTIONS = {
    "run": "The run",
    "conflict": "The conflict as it stands",
    "society": "Publics and their networks at the start",
    "fighting": "Violence and the hurting stalemate",
    "leaders": "Leaderships and their turnover",
    "pressure": "Pressure from outside and below",
    "funding": "Donors of Track II and Track III",
    "technology": "Digital channels on any track",
    "trust": "What governments believe of one another",
    "track_one": "Track I: official talks",
    "track_two": "Track II: unofficial dialogue",
    "track_three": "Track III: grassroots",
    "cbm": "Confidence-building measures",
    "spoiling": "Spoilers",
    "accord": "Carrying out an accord",
    "publics": "Opinion among the publics",
}

SHARE, MONTHLY, RATE, ODDS = "share", "share per month", "probability per month", "log-odds"
TRIAL = "trial"
FITTED = "coarse fit"


def _choice(name: str, default: str, choices: tuple[str, ...], meaning: str) -> Parameter:
    return Parameter(name, choices.index(default), 0, len(choices) - 1, "kind", meaning, whole=True, choices=choices)


# fmt: off
_ALL = [
    Parameter("run.months", 120, 12, 1200, "months", "length of a run; what has not happened by then is censored", structural=True, whole=True),

    Parameter("conflict.violence", 0.5, 0, 1, SHARE, "level of fighting with no talks and no ceasefire (0 a dispute without fighting, 1 war)"),
    Parameter("conflict.stalemate", 0.8, 0, 1.5, "factor", "how mutual, recognised and costly the stalemate is: what turns burden into motivation", "Zartman 2000, ripeness theory; scale " + TRIAL),
    Parameter("conflict.cost_of_no_deal", 0.0, 0, 1, SHARE, "cost of having no deal beyond the fighting (water, trade, shared systems)"),
    Parameter("conflict.incidents", 0.10, 0, 1, RATE, "an incident that could escalate"),
    Parameter("conflict.exposure", 0.48, 0, 1, "value", "what a party loses if it keeps a deal and the others do not", "Walter 1997 (direction); size " + FITTED),
    Parameter("conflict.internal_guarantee", 0.3, 0, 1, SHARE, "protection the text itself gives: power-sharing, mutual veto, integrated forces", "Hartzell and Hoddie 2003 (direction)"),
    _choice("conflict.start", "fighting", Start.words(), "where the process stands when the run begins: no talks, soundings, or official talks that open in the first month"),
    Parameter("conflict.ceasefire_at_start", 0, 0, 1, "0 or 1", "whether a ceasefire holds when the run begins", whole=True),

    Parameter("society.communities", 200, 2, 200_000, "communities", "localities over all parties", structural=True, whole=True),
    Parameter("society.ties", 6, 0, 40, "ties per community", "other communities a community hears", structural=True, whole=True),
    Parameter("society.cross_ties", 0.10, 0, 1, SHARE, "ties that cross party lines"),
    Parameter("society.attitude", 0.40, 0, 1, SHARE, "mean attitude to the other side at the start (0 hostile, 1 warm)"),
    Parameter("society.attitude_spread", 0.18, 0, 0.5, "standard deviation", "spread of attitudes at the start"),
    Parameter("society.support", 0.45, 0, 1, SHARE, "mean support for a settlement at the start"),
    Parameter("society.support_attitude", 0.5, 0, 2, "support per attitude", "how far support at the start leans with a community's attitude"),
    Parameter("society.support_spread", 0.1, 0, 0.5, "standard deviation", "spread of support at the start beside that"),
    Parameter("society.scars", 0.5, 0, 1, "share per violence", "mean fear and grievance at the start, per level of violence"),
    Parameter("society.strangers", 0.2, 0, 1, SHARE, "of the ties within a party, those that lead anywhere in it; the others lead next door (a small world)", "Watts and Strogatz 1998 (role)"),
    Parameter("society.openness", 0.5, 0, 1, SHARE, "how far the most open unofficial participant moves from its party's ideal towards the middle"),
    Parameter("society.burden", 0.5, 0, 1, SHARE, "burden at the start, of what the conflict would cost in the long run"),
    Parameter("society.burden_spread", 0.4, 0, 1, SHARE, "how much more of it a party may bear, drawn evenly"),

    Parameter("fighting.forgetting", 0.03, 0, 1, MONTHLY, "burden forgotten", TRIAL, (0.01, 0.1)),
    Parameter("fighting.cost_rate", 0.05, 0, 1, "burden per unit of violence and month", "burden that violence adds", TRIAL, (0.0, 0.12)),
    Parameter("fighting.no_deal_rate", 0.04, 0, 1, "burden per month", "burden that the cost of no deal adds at its full level", sweep=(0.0, 0.1)),
    Parameter("fighting.ceasefire_effect", 0.30, 0, 1, "factor", "violence under a ceasefire, as a share of violence without"),
    Parameter("fighting.talks_effect", 0.80, 0, 1, "factor", "violence during talks, as a share of violence without"),
    Parameter("fighting.noise", 0.25, 0, 1, "log standard deviation", "monthly spread of violence"),
    Parameter("fighting.escalation", 0.60, 0, 1, "probability", "an incident escalates, at full misperception and with no contact at all"),
    Parameter("fighting.escalation_size", 0.25, 0, 1, SHARE, "violence that an escalation adds in its month"),
    Parameter("fighting.hotline_damping", 0.6, 0, 1, SHARE, "escalations that communication measures prevent at full strength"),
    Parameter("fighting.contact_damping", 0.4, 0, 1, SHARE, "escalations that living contact between the sides prevents at full strength"),
    Parameter("fighting.victory", 0.0538, 0, 1, RATE, "one side wins, at full violence and complete superiority", FITTED + ", UCDP Conflict Termination v3: 16% of ends", (0.0, 0.12)),
    Parameter("fighting.petering_out", 0.0163, 0, 1, RATE, "fighting sinks below the threshold of an armed conflict, at burden 1", FITTED + ", UCDP Conflict Termination v3: 49% of ends", (0.0, 0.03)),
    Parameter("fighting.ceasefire", 0.0215, 0, 1, RATE, "a ceasefire is concluded, at full motivation of all", FITTED + ", UCDP Conflict Termination v3: 17% of ends", (0.0, 0.06)),
    Parameter("fighting.ceasefire_ends", 0.035, 0, 1, RATE, "a ceasefire ends in a quiet month", sweep=(0.01, 0.1)),
    Parameter("fighting.ceasefire_shock", 3.0, 0, 20, "factor", "how much an attack or an escalation multiplies the end of a ceasefire"),
    Parameter("fighting.recurrence_lasting", 0.5, 0, 1, "factor", "of the hazard of renewed fighting, what never passes, against what passes"),
    Parameter("fighting.recurrence_months", 36, 1, 240, "months", "how fast the rest of it passes"),
    Parameter("fighting.exhaustion", 0.5, 0, 1, SHARE, "of the hazard of petering out, what grows with the burden (the rest is always there)"),
    Parameter("fighting.truce_monitoring", 0.5, 0, 1, SHARE, "of the ends of a ceasefire, those that full monitoring prevents"),
    Parameter("fighting.recurrence", 0.0164, 0, 1, RATE, "a conflict that ended without an accord becomes active again, in the first months", "UCDP Conflict Termination v3: .51-.63 within 5 years", (0.005, 0.03)),
    Parameter("fighting.quiet_months", 12, 1, 60, "months", "a ceasefire without talks that held this long counts as the end of the conflict", "Kreutz 2010, definition of termination"),

    Parameter("leaders.turnover", 0.012, 0, 1, RATE, "a leadership is replaced at full support", TRIAL, (0.0, 0.03)),
    Parameter("leaders.turnover_low_support", 0.03, 0, 1, RATE, "added hazard of replacement at no support", TRIAL, (0.0, 0.06)),
    Parameter("leaders.election", 0.3, 0, 1, "probability", "a leadership loses office at the end of a term, publics divided"),
    Parameter("leaders.election_swing", 0.6, 0, 2, "probability per share", "added for every share of support that it lacks of a half"),
    Parameter("leaders.renewal", 0.35, 0, 1, "probability", "a new leadership is of a new type"),
    Parameter("leaders.hawk_spread", 0.15, 0, 0.5, "standard deviation", "how far a new leadership's hawkishness lies from its party's"),
    Parameter("leaders.upheaval", 0.3, 0, 1, SHARE, "working relations (misperception) lost with a leadership"),
    Parameter("leaders.continuity", 0.5, 0, 1, SHARE, "of that loss, what measures in force and endorsed unofficial channels save at full strength"),

    Parameter("pressure.base", 0.03, 0, 1, "motivation", "pressure to talk that is always there", TRIAL),
    Parameter("pressure.mobilisation", 0.15, 0, 1, "motivation", "pressure of a fully mobilised public for a settlement", TRIAL),
    Parameter("pressure.outside", 0.0, -1, 1, "share, signed", "patrons and outside powers: -1 feed the conflict, 1 press all sides for a deal"),
    Parameter("pressure.outside_effect", 0.25, 0, 1, "motivation", "what outside pressure adds at full strength"),
    Parameter("pressure.noise", 0.05, 0, 1, "standard deviation", "monthly spread of pressure", TRIAL),

    Parameter("pressure.interests", 0.1, 0, 1, "motivation", "what organised interests add at full strength, more where having no deal is costly"),
    Parameter("pressure.military", 0.15, 0, 1, "motivation", "what a military that wants out (or wants on) adds at full violence"),
    Parameter("pressure.organisations", 0.1, 0, 1, "motivation", "what an organisation that presses for talks adds at full strength and full momentum of civil society"),
    Parameter("pressure.no_deal_share", 0.5, 0, 1, SHARE, "of the pressure of organised interests, what is only there where having no deal is costly"),
    Parameter("pressure.publicity_share", 0.5, 0, 1, SHARE, "of the pressure of organisations, what is only there where civil society is in motion"),
    Parameter("pressure.most", 10.0, 1, 100, "motivation", "pressure beyond which more makes no difference", sweep=(1.0, 20.0)),

    _choice("funding.muted", "burned", MutedMoney.words(), "what happens to the money that a muted track does not get: burned; moved to the other unofficial track; replaced in part by other donors"),
    Parameter("funding.replacement", 0.5, 0, 1, SHARE, "of the money that is missing, what other donors give where it is replaced"),
    Parameter("funding.fatigue", 0.02, 0, 1, MONTHLY, "donors' interest lost while nothing moves", sweep=(0.0, 0.06)),
    Parameter("funding.patience", 3.0, 0, 120, "months", "deadlock after which donors count talks as stuck", sweep=(0.0, 24.0)),
    Parameter("funding.least", 0.4, 0, 1, SHARE, "interest that donors keep however long nothing moves"),
    Parameter("funding.renewal", 0.3, 0, 1, SHARE, "of the interest lost, what a milestone brings back"),
    Parameter("funding.publicity", 0.3, 0, 2, "factor", "how much more donors give at full momentum of civil society"),

    Parameter("technology.saving", 0.6, 0, 1, SHARE, "of the cost of a workshop or programme, what meeting online saves"),
    Parameter("technology.shallowness", 0.5, 0, 1, SHARE, "of what a meeting does for those who take part, what is lost online"),
    Parameter("technology.leaks", 1.0, 0, 5, "factor", "how much more a back channel leaks when all unofficial dialogue is online"),
    Parameter("technology.speed", 0.7, 0, 1, SHARE, "of the lag of instructions, what digital channels save when all capitals use them"),

    Parameter("trust.prior", -0.9, -6, 6, ODDS, "belief, before any evidence, that another party's leadership is reliable", TRIAL, (-2.0, 1.5)),
    Parameter("trust.hawk_prior", -0.8, -6, 6, ODDS, "added prior of a leadership that is fully hawkish rather than not at all, centred on .5", TRIAL),
    Parameter("trust.reliable_share", 0.78, 0, 1, "probability", "a leadership is of the reliable type", TRIAL),
    Parameter("trust.fading", 0.012, 0, 1, MONTHLY, "of what was learnt from every source, lost", TRIAL, (0.0, 0.04)),
    Parameter("trust.limit", 12.0, 1, 50, ODDS, "no belief goes beyond this; what is cut off stands in the ledger"),
    Parameter("trust.misperception", 0.6, 0, 1, SHARE, "misperception of the other side at the start and, without contact, in the end", TRIAL),
    Parameter("trust.misperception_return", 0.02, 0, 1, MONTHLY, "of the way back to it, per month without contact", TRIAL),

    Parameter("track_one.motivation_share", 0.5, 0, 1, "exponent", "weight of motivation against optimism in readiness", "Pruitt 2007 (readiness theory); weight " + TRIAL),
    Parameter("track_one.war_cost", 0.387, 0, 1, "value", "what fighting on costs a fully motivated party", "Fearon 1995 (role); size " + TRIAL),
    Parameter("track_one.reactive_devaluation", 0.144, 0, 1, "value", "what a draft loses at full misperception because the other side can accept it", "Ross and Stillinger 1991 (role); size " + TRIAL),
    Parameter("track_one.indivisibility_effect", 0.85, 0, 0.99, "exponent", "how far an indivisible issue bends the loss from a compromise", TRIAL),
    Parameter("track_one.anticipation", 0.4, 0, 1, SHARE, "of the options an issue could hold, what parties expect before talks have looked"),
    Parameter("track_one.surplus_spread", 0.12, 0.001, 2, "value", "doubt about one's own surplus: smaller means optimism switches sharply"),
    Parameter("track_one.ready_threshold", 0.5, 0.01, 1, SHARE, "readiness of the least ready at which talks open half as fast as they can", TRIAL),
    Parameter("track_one.ready_steepness", 3.0, 1, 40, "exponent", "how sharply opening depends on readiness", FITTED),
    Parameter("track_one.pretalks", 0.11, 0, 1, RATE, "soundings begin between parties that are fully ready", TRIAL),
    Parameter("track_one.opening", 0.43, 0, 1, RATE, "talks open out of soundings, parties fully ready"),
    Parameter("track_one.pretalks_fail", 0.10, 0, 1, RATE, "soundings end in nothing, parties not ready"),
    Parameter("track_one.leverage", 0.24, 0, 1, SHARE, "by how much a mediator's full leverage lowers the readiness that talks need", TRIAL),
    Parameter("track_one.aspiration", 0.564, 0, 1, SHARE, "what a party demands above fighting on when talks open", FITTED),
    Parameter("track_one.aspiration_hawk", 0.25, 0, 1, SHARE, "added demand of a fully hawkish leadership, centred on .5", TRIAL),
    Parameter("track_one.margin", 0.773, 0, 1, "value", "surplus that an aspiration of 1 demands", TRIAL),
    Parameter("track_one.concession", 0.199, 0, 1, "aspiration per month", "concession of a fully ready party", FITTED, (0.0, 0.4)),
    Parameter("track_one.reciprocity", 0.6, 0, 3, "factor", "how much more one concedes while the others do", "Pruitt 1981; size " + TRIAL),
    Parameter("track_one.hawk_resistance", 0.6, 0, 1, SHARE, "concessions that a fully hawkish leadership withholds", TRIAL),
    Parameter("track_one.opposition", 0.6, 0, 1, SHARE, "concessions withheld under open opposition of the whole public", TRIAL),
    Parameter("track_one.attack_hardening", 0.037, 0, 1, "aspiration per attack", "an attack during talks hardens demands", TRIAL),
    Parameter("track_one.invention_alone", 0.35, 0, 1, SHARE, "of it, what official talks find without any mediation", TRIAL),
    Parameter("track_one.invention_distrust", 0.4, 0, 2, "factor", "of it, what parties find that do not trust each other at all (full trust adds 1)", TRIAL),
    Parameter("track_one.crowding", 0.25, 0, 2, "exponent", "how much slower a table works with more parties: everything takes (parties / 2) to this power as long", "Raiffa 1982, Cunningham 2006 (direction)"),
    Parameter("track_one.response", 0.169, 0, 5, "per value and month", "how fast the voice of those whom the text leaves worst off grows in it", "Raiffa 1982, single negotiating text; Zeuthen 1930 (role); size " + FITTED),
    Parameter("track_one.signing_cost", 0.0645, 0, 1, "share of the exposure", "what signing anything at all costs: the more blood, the dearer a handshake", FITTED),
    Parameter("track_one.danger_curve", 2.55, 1, 5, "exponent", "how much faster than its coverage the danger of an accord grows", "Watson 1999, starting small (direction); size " + FITTED),
    Parameter("track_one.demand_curve", 2.95, 1, 5, "exponent", "how much faster than its coverage what parties demand of an accord grows", "Fearon 1998 (direction); size " + FITTED),
    Parameter("track_one.partial", 0.175, 0, 1, RATE, "what parties can agree on is signed, where the whole text is not acceptable", "Fisher 1964, fractionating conflict (role); size " + FITTED),
    Parameter("track_one.least_scope", 0.2, 0, 1, SHARE, "of the weight of all issues, what a partial accord must add to be worth a signature", FITTED),
    Parameter("track_one.participation", 0.5, 0, 1, SHARE, "of the power and of the number of all required parties, who must hold an accord at least", "Nilsson 2008; Barrett 2003 (role)"),
    Parameter("track_one.accession", 0.05, 0, 1, RATE, "a party outside an accord in force by which it would gain accedes to it"),
    Parameter("track_one.reopening", 0.003, 0, 1, RATE, "under an accord in force, talks begin anew on what it leaves open, parties fully ready", FITTED),
    Parameter("track_one.procedure", 0.247, 0, 1, RATE, "delegations that are fully assembled sign a text on how to go on"),
    Parameter("track_one.dispersal", 0.317, 0, 1, MONTHLY, "how fast delegations disperse and mandates grow stale after a signature"),
    Parameter("track_one.progress", 0.002, 0, 1, "value", "by how much a text must get better for the party it serves worst to count as progress"),
    Parameter("track_one.mediation_hold", 0.5, 0, 1, SHARE, "of breakdowns, those that full mediation prevents"),
    Parameter("track_one.instruction_lag", 1.0, 0, 24, "months", "how long it takes until what a leadership wants is what its delegation does", sweep=(0.0, 6.0)),
    Parameter("track_one.technology", 0.0, 0, 1, SHARE, "digital channels between capitals and delegations"),
    Parameter("track_one.drafting", 0.2, 0, 1, MONTHLY, "of the way from the draft to the compromise aimed at", FITTED),
    Parameter("track_one.draft_noise", 0.12, 0, 1, "position", "how far misperception makes drafts miss", TRIAL),
    Parameter("track_one.invention", 0.298, 0, 1, MONTHLY, "of the options not yet found, what official talks find at best", FITTED),
    Parameter("track_one.learning", 0.2, 0, 1, MONTHLY, "of the officially found options, what each delegation takes in", FITTED),
    Parameter("track_one.breakdown", 0.0496, 0, 1, RATE, "talks break down with no deadlock", FITTED, (0.0, 0.2)),
    Parameter("track_one.deadlock", 0.216, 0, 2, "factor per month", "how much each month of deadlock raises the hazard of breakdown", FITTED),
    Parameter("track_one.walk_out", 0.0581, 0, 1, RATE, "talks are left by parties that are not ready for them at all", "Zartman 2000; Pruitt 2007 (role); size " + FITTED, (0.0, 0.2)),
    Parameter("track_one.suspension", 0.10, 0, 1, "probability", "talks are suspended after an attack", TRIAL),
    Parameter("track_one.resumption", 0.16, 0, 1, RATE, "suspended talks resume, parties fully ready", TRIAL),
    Parameter("track_one.resumption_contact", 1.0, 0, 5, "factor", "how much more living unofficial contact makes them resume"),
    Parameter("track_one.abandonment", 0.04, 0, 1, RATE, "suspended talks are given up"),
    Parameter("track_one.failed_talks", 0.2, 0, 1, SHARE, "misperception that a breakdown adds", FITTED),
    Parameter("track_one.unsettling", 0.5, 0, 1, SHARE, "of what was settled and learnt, lost in a breakdown", FITTED),
    Parameter("track_one.mediator_fatigue", 0.04, 0, 1, MONTHLY, "of a mediator's effort, lost per month of deadlock"),
    Parameter("track_one.signature", 0.8, 0, 1, RATE, "a text that every required party prefers is signed", FITTED),
    Parameter("track_one.comprehensive", 0.8, 0, 1, SHARE, "reach from which an accord is comprehensive rather than a framework: its coverage of all issues by its signatories' share of power"),
    Parameter("track_one.ratification_months", 2, 0, 36, "months", "from signature to ratification"),
    Parameter("track_one.vote_base", 2.3, -6, 6, ODDS, "a vote on an accord passes, publics divided", TRIAL),
    Parameter("track_one.vote_support", 4.5, 0, 20, ODDS, "added by full support against half", TRIAL),
    Parameter("track_one.vote_legitimacy", 1.0, 0, 6, ODDS, "added by full legitimacy of the accord", TRIAL),
    Parameter("track_one.vote_attacks", 1.57, 0, 10, ODDS, "lost to fresh memory of attacks", TRIAL + "; checked against Berrebi and Klor 2008"),
    Parameter("track_one.failed_vote", 0.5, 0, 1, SHARE, "legitimacy that a failed vote costs the text", TRIAL),

    Parameter("track_two.budget", 1.0, 0, 10, "multiplier", "money for unofficial dialogue; 1 is what the scenario says, 0 mutes the track (its money is burned)", sweep=(0.0, 3.0)),
    Parameter("track_two.access", 1.0, 0, 1, "multiplier", "gate: everything of Track II that reaches officials"),
    Parameter("track_two.publicity", 1.0, 0, 1, "multiplier", "gate: everything of Track II that reaches publics and spoilers"),
    Parameter("track_two.funds", 0.5, 0, 1, "workshops per month and convenor", "what the scenario's donors pay for"),
    Parameter("track_two.confidentiality", 0.5, 0, 1, SHARE, "how private workshops are"),
    Parameter("track_two.attendance", 0.6, 0, 1, SHARE, "of those open to it, who would come to a public workshop of an accepted host"),
    Parameter("track_two.attendance_secrecy", 0.6, 0, 2, SHARE, "what full confidentiality adds to that"),
    Parameter("track_two.frankness_secrecy", 0.6, 0, 1, SHARE, "of the frankness of a workshop, what needs closed doors", "Fisher 2005 (direction)"),
    Parameter("track_two.digital", 0.0, 0, 1, SHARE, "of the meetings, those held online"),
    Parameter("track_two.coordination", 0.4, 0, 1, SHARE, "how far unofficial dialogue knows and minds the official line"),
    Parameter("track_two.seats", 24, 4, 200, "participants", "how many a workshop has room for; where more would come, fewer of all are asked", sweep=(6, 60)),
    Parameter("track_two.continuity", 0.5, 0, 1, SHARE, "how far the same people are invited again, rather than new ones"),
    Parameter("track_two.known_guests", 0.5, 0, 5, "factor", "how much more likely full continuity makes it that those come who came before"),
    Parameter("track_two.new_guests", 0.8, 0, 1, "factor", "how much less likely it makes it that new ones come"),
    Parameter("track_two.research", 0.15, 0, 1, SHARE, "of the money, what goes into research and papers instead of meetings"),
    Parameter("track_two.research_effect", 0.04, 0, 1, "share per unit of money", "of a leadership's misperception, what papers take away if all of them are read"),
    Parameter("track_two.rapport_gain", 0.30, 0, 1, "rapport per workshop", "rapport between two who met, at best", TRIAL + " (.10 a month); here a pair meets about every third month", (0.05, 0.6)),
    Parameter("track_two.rapport_fading", 0.03, 0, 1, MONTHLY, "rapport lost without meeting", TRIAL),
    Parameter("track_two.living", 12, 0, 600, "months", "without meeting, after which a contact is no longer living", whole=True, sweep=(3, 60)),
    Parameter("track_two.clash", 0.15, 0, 1, "probability", "two who meet find their agendas clash and part on worse terms"),
    Parameter("track_two.clash_cost", 0.15, 0, 1, SHARE, "of their rapport, lost in a clash"),
    Parameter("track_two.hardening", 0.2, 0, 1, "probability", "a clash hardens both in their identities: less open, and their reports make the other side look worse", "Svensson and Brouneus 2013 (sign)"),
    Parameter("track_two.hardening_cost", 0.3, 0, 1, SHARE, "of their openness, lost by those who are hardened"),
    Parameter("track_two.softening", 0.05, 0, 1, MONTHLY, "of a participant's hardening, forgotten"),
    Parameter("track_two.scholarship", 0.5, 0, 2, "factor", "how much more is invented where all participants are scholars or of think-tanks"),
    Parameter("track_two.diversity", 0.25, 0, 1, SHARE, "of the inventiveness of a workshop, what each walk of life around the table adds"),
    Parameter("track_two.invention", 0.20, 0, 1, "share per workshop", "of the options not yet found unofficially, what a workshop finds at best", TRIAL + " (.37), lowered: the pools are separate", (0.0, 0.5)),
    Parameter("track_two.option_fading", 0.04, 0, 1, MONTHLY, "unofficial options forgotten without a workshop", TRIAL),
    Parameter("track_two.tabling", 0.02, 0, 1, "probability per report", "a report puts an avoided issue on the official agenda"),
    Parameter("track_two.transfer", 0.25, 0, 1, "probability", "a report gets through, all else perfect", TRIAL + "; wide prior: the size of the effect hangs on it", (0.05, 0.6)),
    Parameter("track_two.officials_ear", 0.25, 0, 1, SHARE, "of the credibility that former officials and officers lack, what their past makes up for"),
    Parameter("track_two.endorsement", 0.2, 0, 1, SHARE, "of the credibility that participants lack, what a leadership's full endorsement makes up for"),
    Parameter("track_two.unrecognised", 0.7, 0, 1, SHARE, "reports not heard by a leadership that does not recognise the other side at all"),
    Parameter("track_two.contradiction", 1.0, 0, 4, "factor", "reports not heard, per distance between the unofficial line and the official text, without coordination"),
    Parameter("track_two.divergence", 0.08, 0, 1, "share per report", "misperception that a report adds whose line is as far from the official text as can be, without coordination"),
    Parameter("track_two.hawk_deafness", 0.7, 0, 1, SHARE, "reports that a fully hawkish leadership does not hear"),
    Parameter("track_two.insight", 0.68, 0.5, 0.999, "probability", "a participant reads the other side's reliability rightly, at full rapport", TRIAL),
    Parameter("track_two.correlation", 0.3, 0, 1, "correlation", "between reports on the same leadership: n count as n / (1 + (n - 1) rho)", "design effect, Kish 1965"),
    Parameter("track_two.understanding", 0.10, 0, 1, "share per report", "of a leadership's misperception, what a report takes away", TRIAL),
    Parameter("track_two.raised_hopes", 0.02, 0, 1, "aspiration per report", "a report of good options raises what is demanded"),
    Parameter("track_two.explanation", 0.4, 0, 1, SHARE, "of attacks, those explained through unofficial contact at full strength"),
    Parameter("track_two.proposals", 0.5, 0, 3, "factor", "how much full contact adds to the rate at which measures are proposed"),
    Parameter("track_two.channel", 0.06, 0, 1, RATE, "a back channel opens at full readiness and contact", TRIAL),
    Parameter("track_two.leak", 0.03, 0, 1, RATE, "an open back channel leaks", TRIAL),
    Parameter("track_two.leak_secrecy", 0.5, 0, 1, SHARE, "of the hazard of a leak, what full confidentiality takes"),
    Parameter("track_two.channel_ends", 0.04, 0, 1, RATE, "an open back channel ends in nothing"),
    Parameter("track_two.backlash", 0.15, 0, 1, SHARE, "support that a leak costs"),
    Parameter("track_two.legitimacy_deficit", 0.5, 0, 1, SHARE, "legitimacy that an accord made in secret lacks", TRIAL + " (.7), lowered"),
    Parameter("track_two.momentum", 0.3, 0, 2, "momentum per public workshop", "what public dialogue does for civil society's momentum", TRIAL),
    Parameter("track_two.voices", 0.5, 0, 1, SHARE, "how far what becomes public depends on the participants' own reach"),
    Parameter("track_two.alarm", 0.3, 0, 2, "threat per public workshop", "what public dialogue does to spoilers' sense of threat"),

    Parameter("track_three.budget", 1.0, 0, 10, "multiplier", "money for grassroots programmes; 1 is what the scenario says, 0 mutes the track", sweep=(0.0, 3.0)),
    Parameter("track_three.funds", 0.5, 0, 1, SHARE, "what the scenario's donors pay for"),
    Parameter("track_three.digital", 0.0, 0, 1, SHARE, "of the programmes, those held online"),
    Parameter("track_three.targeting", 0.5, 0, 1, SHARE, "how far programmes go where attitudes are worst, rather than anywhere"),
    Parameter("track_three.reach", 1.0, 0, 4, "share per money", "communities in a programme at little money, per unit of it; with more the reach saturates at all", TRIAL),
    Parameter("track_three.programme_months", 6, 1, 60, "months", "how long a programme stays in a place", whole=True, sweep=(1, 24)),
    Parameter("track_three.fear_closes", 0.5, 0, 1, SHARE, "doors that full fear closes to a programme"),
    Parameter("track_three.contact_gain", 0.009, 0, 0.2, "attitude per month", "what a programme moves in a community without fear", "size to Lowe 2025 and Paluck, Green and Green 2019: d .05-.25 right after", (0.0, 0.03)),
    Parameter("track_three.education_cost", 0.6, 0.1, 5, "factor", "cost of an education programme, against an exchange"),
    Parameter("track_three.education_depth", 0.6, 0, 2, "factor", "what education moves in attitudes, against an exchange"),
    Parameter("track_three.education_grievance", 0.02, 0, 1, MONTHLY, "of a community's grievance, what education takes away"),
    Parameter("track_three.interfaith_cost", 0.8, 0.1, 5, "factor", "cost of interfaith work, against an exchange"),
    Parameter("track_three.interfaith_depth", 0.7, 0, 2, "factor", "what interfaith work moves in attitudes, against an exchange"),
    Parameter("track_three.interfaith_fear", 0.03, 0, 1, MONTHLY, "of a community's fear, what interfaith work takes away"),
    Parameter("track_three.forgetting", 0.06, 0, 1, MONTHLY, "effect of a programme forgotten", TRIAL),
    Parameter("track_three.consolidation", 0.01, 0, 1, MONTHLY, "effect of a programme that becomes a lasting attitude to strangers", "Mousa 2020 (direction: little)"),
    Parameter("track_three.backfire", 0.3, 0, 1, "probability", "a programme hardens identities where fear is full", "Svensson and Brouneus 2013 (sign)"),
    Parameter("track_three.unequal", 0.2, 0, 1, "probability", "a programme hardens identities where one side has all the power", "Maoz 2011 (direction)"),
    Parameter("track_three.reports", 2.0, 0, 20, "factor", "how well local work lets governments know what their publics really think"),
    Parameter("track_three.momentum", 0.2, 0, 2, "momentum per month", "what programmes everywhere do for civil society's momentum"),

    Parameter("cbm.budget", 1.0, 0, 10, "multiplier", "money and will for confidence-building measures; 0 ends them all", sweep=(0.0, 3.0)),
    Parameter("cbm.funds", 8.0, 0, 100, "cost per month", "what measures in force may cost together, at budget 1", sweep=(1.0, 12.0)),
    Parameter("cbm.verification", 0.4, 0, 1, SHARE, "violations that third parties detect"),
    Parameter("cbm.own_detection", 0.35, 0, 1, SHARE, "violations that the other side sees itself, or that reveal themselves"),
    Parameter("cbm.proposal", 0.06, 0, 1, RATE, "a measure is proposed", TRIAL),
    Parameter("cbm.push", 0.5, 0, 1, SHARE, "how hard the scenario's actors push measures"),
    Parameter("cbm.will_in_talks", 0.2, 0, 1, SHARE, "will for co-operation that talks or an accord add"),
    Parameter("cbm.will_dove", 1.2, 0, 3, "factor", "will for co-operation of a leadership without hawks, per readiness"),
    Parameter("cbm.will_hawk", 0.5, 0, 3, "factor", "of that factor, what full hawkishness takes"),
    Parameter("cbm.will_margin", 0.3, 0, 1, SHARE, "by how much sensitivity may be above the least will before a measure is out of question"),
    Parameter("cbm.will_steepness", 2.0, 0, 20, "factor", "how sharply agreeing on a measure depends on will above sensitivity"),
    Parameter("cbm.will_restraint", 0.5, 0, 1, SHARE, "of an unreliable leadership's temptation, what full will takes"),
    Parameter("cbm.frozen_rate", 0.5, 0, 1, SHARE, "of the rate at full will, that of non-traditional measures, whatever the will"),
    Parameter("cbm.strength", 0.2, 0, 1, SHARE, "what a measure without sensitivity does, of what all could do"),
    Parameter("cbm.strength_sensitivity", 0.4, 0, 1, SHARE, "what full sensitivity adds to that"),
    Parameter("cbm.recommitment_sensitivity", 0.5, 0, 1, SHARE, "how much of a measure's sensitivity counts when it is recommitted to"),
    Parameter("cbm.sequence", 0.4, 0, 1, SHARE, "how far light measures that work open the way for heavy ones, and their absence bars it"),
    Parameter("cbm.organisations", 1.0, 0, 5, "factor", "how much an organisation that proposes measures adds to the rate at which they are agreed"),
    Parameter("cbm.recommitment", 0.05, 0, 1, RATE, "a measure that had lapsed is recommitted to, at full will"),
    Parameter("cbm.persistence", 0.3, 0, 1, "probability", "conduct in a review period is that of the last, and tells nothing new"),
    Parameter("cbm.compliance", 0.985, 0, 1, "probability", "a reliable leadership complies in a review period", TRIAL),
    Parameter("cbm.temptation", 0.35, 0, 1, "probability", "by how much less an unreliable one complies, full sensitivity and no will", TRIAL + "; Kydd 2005: cheap signals cannot separate types"),
    Parameter("cbm.review", 6, 1, 60, "months", "one event, one ratio: conduct is judged once in so many months", whole=True),
    Parameter("cbm.transparency", 0.04, 0, 1, MONTHLY, "misperception that transparency at full strength takes away"),
    Parameter("cbm.suspension", 0.4, 0, 1, "probability", "a measure is suspended after a violation is seen"),
    Parameter("cbm.erosion", 0.02, 0, 1, RATE, "an unverified measure is quietly dropped"),
    Parameter("cbm.explanation", 0.4, 0, 1, SHARE, "of attacks, those explained over a hotline or joint monitoring at full strength"),
    Parameter("cbm.cooperation", 0.03, 0, 1, "momentum per month", "what cooperation in public view at full strength does for momentum"),
    Parameter("cbm.cost", 0.02, 0, 1, "money per month", "what a measure of cost 1 costs while in force"),

    Parameter("spoiling.steepness", 5.0, 0, 20, "factor", "how sharply attacks depend on threat", TRIAL),
    Parameter("spoiling.deterrence", 0.77, 0, 3, "threat", "threat at which half the capacity attacks", TRIAL),
    Parameter("spoiling.progress", 0.9, 0, 3, "threat", "threat that progress of talks poses", "Stedman 1997; Kydd and Walter 2002; size " + TRIAL),
    Parameter("spoiling.distance", 0.6, 0, 3, "threat", "threat of a draft as far as can be from what they want", TRIAL),
    Parameter("spoiling.greedy_distance", 0.5, 0, 1, SHARE, "of the distance of the text, what a greedy faction minds"),
    Parameter("spoiling.near", 0.3, 0, 1, "position", "distance within which the text meets a faction"),
    Parameter("spoiling.milestone", 0.5, 0, 3, "threat", "added in the months around a milestone", TRIAL),
    Parameter("spoiling.milestone_fading", 0.5, 0, 5, "per month", "how fast a milestone is over for spoilers"),
    Parameter("spoiling.violence", 0.15, 0, 1, SHARE, "violence of one attack"),
    Parameter("spoiling.control", 0.5, 0, 1, "probability", "a reliable leadership foils an attack of its own side that it can foil", "Kydd and Walter 2002"),
    Parameter("spoiling.controllable", 0.5, 0, 1, SHARE, "attacks a leadership could foil if it wished"),
    Parameter("spoiling.recruits", 0.03, 0, 1, MONTHLY, "of a faction's base, capacity gained from fully grieved communities", TRIAL),
    Parameter("spoiling.coercion", 0.02, 0, 1, MONTHLY, "capacity lost to coercion", TRIAL),
    Parameter("spoiling.isolation", 0.05, 0, 1, MONTHLY, "capacity lost where the public supports a settlement"),
    Parameter("spoiling.inclusion", 0.15, 0, 1, MONTHLY, "capacity that a limited spoiler at the table gives up when the draft meets it", TRIAL),
    Parameter("spoiling.memory", 0.96, 0, 1, "share kept per month", "memory of attacks", TRIAL),
    Parameter("spoiling.mark", 0.25, 0, 1, "memory", "what one attack leaves in it"),
    Parameter("spoiling.coercion_grievance", 0.2, 0, 5, "grievance per capacity coerced", "grievance that coercion breeds among the faction's people, per share of its capacity lost to it", "Kydd and Walter 2002; LaFree, Dugan and Korte 2009 (direction)"),
    Parameter("spoiling.payment", 0.0, 0, 1, SHARE, "policy of inducement: what factions are paid to keep quiet"),
    Parameter("spoiling.payment_effect", 0.06, 0, 1, MONTHLY, "capacity that a greedy faction gives up for full payment", "Stedman 1997 (direction)"),
    Parameter("spoiling.limited_payment", 0.333, 0, 1, SHARE, "of what payment does to a greedy faction, what it does to a limited one"),
    Parameter("spoiling.payment_lure", 0.01, 0, 1, MONTHLY, "capacity that full payment lures into being, as a share of the base"),
    Parameter("spoiling.socialisation", 0.0, 0, 1, SHARE, "policy of socialisation: work on what factions want"),
    Parameter("spoiling.socialisation_effect", 0.02, 0, 1, MONTHLY, "of the distance to the text, what full socialisation takes from a faction at the table", "Stedman 1997 (direction)"),
    Parameter("spoiling.outside_socialisation", 0.333, 0, 1, SHARE, "of what socialisation does at the table, what it does outside"),
    Parameter("spoiling.departing_train", 0.0, 0, 1, SHARE, "policy of the departing train: the process goes on whatever factions do"),
    Parameter("spoiling.train_threat", 0.3, 0, 2, "threat", "threat that a fully departing train adds to a faction left outside"),
    Parameter("spoiling.inside_restraint", 0.5, 0, 1, SHARE, "attacks that a faction forgoes because it sits at the table"),
    Parameter("spoiling.inside_veto", 2.0, 0, 10, "factor", "concessions withheld, per capacity, by a leadership whose own faction at the table is far from the text"),
    Parameter("spoiling.most_veto", 0.9, 0, 1, SHARE, "of a leadership's concessions, the most that factions of its own at the table can withhold"),

    Parameter("accord.months", 48, 6, 240, "months", "over which provisions come due", TRIAL),
    Parameter("accord.compliance", 0.76, 0, 1, "probability", "a reliable leadership carries out a provision that is due", TRIAL),
    Parameter("accord.compliance_unreliable", 0.25, 0, 1, "probability", "an unreliable one does", TRIAL),
    Parameter("accord.compliance_guaranteed", 0.96, 0, 1, "probability", "either does under a perfect guarantee", TRIAL),
    Parameter("accord.will", 0.25, 0, 1, "probability", "added for an unreliable leadership by full political will or full pressure"),
    Parameter("accord.own_detection", 0.5, 0, 1, SHARE, "breaches that the other side sees itself"),
    Parameter("accord.settling", 0.5, 0, 1, SHARE, "reach from which an accord in force counts as the end of the conflict"),
    Parameter("accord.withdrawal", 0.199, 0, 1, RATE, "a signatory that would certainly rather be out leaves an accord", FITTED),
    Parameter("accord.doubt", 0.0461, 0.001, 2, "value", "doubt about what an accord is worth, at middling misperception: smaller means that little things do not move who gains by it", FITTED),
    Parameter("accord.temptation", 1.9, 0, 10, "factor", "what an unreliable leadership would gain by exploiting the others, of what they stand to lose", "Kydd 2005 (role); size " + FITTED),
    Parameter("accord.leaving_support", 3.5, 0, 10, ODDS, "how much less a leadership wants to leave at full support for the settlement, against none", TRIAL),
    Parameter("accord.leaving_attacks", 4.0, 0, 20, ODDS, "how much more it wants to leave under full memory of attacks", TRIAL + " (7.4), lowered: memory is scaled otherwise"),
    Parameter("accord.leaving_legitimacy", 0.6, 0, 5, ODDS, "how much less it wants to leave an accord of full legitimacy", TRIAL),
    Parameter("accord.leaving_ownerless", 1.5, 0, 10, ODDS, "how much more it wants to leave where all issues were never tabled"),
    Parameter("accord.leaving_ownership", 0.8, 0, 5, ODDS, "how much less it wants to leave an accord owned in full by groups that took part", "Nilsson 2012 (direction)"),
    Parameter("accord.durable_months", 60, 12, 240, "months", "an accord that stood so long is called durable", "convention in the literature (5 years)", whole=True),
    Parameter("accord.residual_violence", 0.06, 0, 1, "factor", "violence under an accord or in a dormant conflict, as a share of violence without"),
    Parameter("accord.dividend", 0.04, 0, 1, MONTHLY, "how fast a peace dividend is felt where provisions are carried out"),
    Parameter("accord.bitterness", 0.25, 0, 1, "value", "what a collapse takes from the value of signing again, at first"),
    Parameter("accord.bitterness_fading", 0.03, 0, 1, MONTHLY, "bitterness forgotten"),
    Parameter("accord.untabled_grievance", 0.02, 0, 1, MONTHLY, "grievance that grows while all issues are left out of an accord in force"),

    Parameter("publics.misreading", 0.15, 0, 0.5, SHARE, "by how much governments underrate their publics' support when nobody tells them"),
    Parameter("publics.misreading_noise", 0.05, 0, 0.5, "standard deviation", "monthly spread of what governments take their publics' support for"),
    Parameter("publics.influence", 0.06, 0, 1, MONTHLY, "of the gap to a neighbour it understands, what a community closes", "Deffuant et al. 2000 (role); size " + TRIAL),
    Parameter("publics.bound", 0.30, 0, 1, "attitude", "neighbours further away than this are not understood", TRIAL),
    Parameter("publics.inertia", 0.043, 0, 1, MONTHLY, "of the gap between support and its reasons, closed", TRIAL),
    Parameter("publics.attitude", 2.2, 0, 10, ODDS, "support that a warm attitude gives against a cold one", TRIAL),
    Parameter("publics.fear", 1.6, 0, 10, ODDS, "support that full fear takes", TRIAL),
    Parameter("publics.burden", 0.6, 0, 5, ODDS, "support that a burden of 1 gives", TRIAL),
    Parameter("publics.burden_felt", 2.0, 0, 10, "burden", "burden beyond which more makes no difference to support"),
    Parameter("publics.momentum", 0.5, 0, 10, ODDS, "support that full momentum gives", TRIAL),
    Parameter("publics.dividend", 1.2, 0, 10, ODDS, "support that a full peace dividend gives", TRIAL),
    Parameter("publics.cue", 0.7, 0, 10, ODDS, "support that a leader's cue gives or takes", TRIAL),
    Parameter("publics.cue_optimism", 2.0, 0, 10, "cue per probability", "how far a leader who expects a surplus speaks for a settlement"),
    Parameter("publics.cue_doubt", 0.5, 0, 2, "cue", "how far a leader without hawkishness or optimism speaks against it"),
    Parameter("publics.audience_cost", 0.6, 0, 10, ODDS, "support that concessions in public view cost"),
    Parameter("publics.audience_step", 0.1, 0.001, 1, "aspiration per month", "concessions in a month at which that cost is full", "Fearon 1994 (role)"),
    Parameter("publics.backlash", 4.0, 0, 20, ODDS, "support that a leaked back channel costs at full backlash"),
    Parameter("publics.fear_fading", 0.12, 0, 1, MONTHLY, "fear forgotten", TRIAL),
    Parameter("publics.fear_violence", 0.05, 0, 1, "fear per unit of violence", "fear that violence adds", TRIAL),
    Parameter("publics.fear_attack", 0.27, 0, 1, "fear per attack", "fear that an attack adds where it strikes", TRIAL),
    Parameter("publics.attitude_fear", 0.010, 0, 1, "attitude per month", "what full fear takes from attitudes"),
    Parameter("publics.attitude_return", 0.004, 0, 1, MONTHLY, "of the way back to where a community's attitude came from"),
    Parameter("publics.grievance_violence", 0.02, 0, 1, "grievance per unit of violence", "grievance that violence adds"),
    Parameter("publics.grievance_fading", 0.015, 0, 1, MONTHLY, "grievance forgotten"),
    Parameter("publics.mobilisation", 0.55, 0, 1, SHARE, "mean support at which half of civil society mobilises", TRIAL),
    Parameter("publics.mobilisation_steepness", 14.0, 0, 60, "factor", "how sharply it does", TRIAL),
    Parameter("publics.momentum_fading", 0.10, 0, 1, MONTHLY, "momentum lost", TRIAL),
]

# fmt: on
PARAMETERS: dict[str, Parameter] = {parameter.name: parameter for parameter in _ALL}
