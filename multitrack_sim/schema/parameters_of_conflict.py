"""Parameters of the run, the conflict, its society and its parties, and of what works on all tracks."""

from __future__ import annotations

from .categories import MutedMoney, Start
from .parameter import FITTED, MONTHLY, ODDS, RATE, SHARE, TRIAL, Parameter, word

__all__ = ["CONFLICT"]

# fmt: off
CONFLICT = [
    Parameter("run.months", 120, 12, 1200, "months", "length of a run; what has not happened by then is censored", structural=True, whole=True),

    Parameter("conflict.violence", 0.5, 0, 1, SHARE, "level of fighting with no talks and no ceasefire (0 a dispute without fighting, 1 war)"),
    Parameter("conflict.stalemate", 0.8, 0, 1.5, "factor", "how mutual, recognised and costly the stalemate is: what turns burden into motivation", "Zartman 2000, ripeness theory; scale " + TRIAL),
    Parameter("conflict.cost_of_no_deal", 0.0, 0, 1, SHARE, "cost of having no deal beyond the fighting (water, trade, shared systems)"),
    Parameter("conflict.incidents", 0.10, 0, 1, RATE, "an incident that could escalate"),
    Parameter("conflict.exposure", 0.48, 0, 1, "value", "what a party loses if it keeps a deal and the others do not", "Walter 1997 (direction); size " + FITTED),
    Parameter("conflict.internal_guarantee", 0.3, 0, 1, SHARE, "protection the text itself gives: power-sharing, mutual veto, integrated forces", "Hartzell and Hoddie 2003 (direction)"),
    word("conflict.start", "fighting", Start.words(), "where the process stands when the run begins: no talks, exploratory talks, or official talks that open in the first month"),
    Parameter("conflict.channel_at_start", 0, 0, 1, "0 or 1", "whether the parties meet in a secret back channel when the run begins", whole=True),
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

    Parameter("fighting.forgetting", 0.017, 0, 1, MONTHLY, "burden forgotten", FITTED, (0.01, 0.1)),
    Parameter("fighting.cost_rate", 0.068, 0, 1, "burden per unit of violence and month", "burden that violence adds", FITTED, (0.0, 0.12)),
    Parameter("fighting.no_deal_rate", 0.04, 0, 1, "burden per month", "burden that the cost of no deal adds at its full level", sweep=(0.0, 0.1)),
    Parameter("fighting.ceasefire_effect", 0.30, 0, 1, "factor", "violence under a ceasefire, as a share of violence without"),
    Parameter("fighting.talks_effect", 0.80, 0, 1, "factor", "violence during talks, as a share of violence without"),
    Parameter("fighting.noise", 0.25, 0, 1, "log standard deviation", "monthly spread of violence"),
    Parameter("fighting.escalation", 0.60, 0, 1, "probability", "an incident escalates, at full misperception and with no contact at all"),
    Parameter("fighting.escalation_size", 0.25, 0, 1, SHARE, "violence that an escalation adds in its month"),
    Parameter("fighting.hotline_damping", 0.6, 0, 1, SHARE, "escalations that communication measures prevent at full strength"),
    Parameter("fighting.contact_damping", 0.4, 0, 1, SHARE, "escalations that living contact between the sides prevents at full strength"),
    Parameter("fighting.victory", 0.083, 0, 1, RATE, "one side wins, at full violence and complete superiority", FITTED + ", UCDP Conflict Termination v3: 16% of ends", (0.0, 0.12)),
    Parameter("fighting.petering_out", 0.0133, 0, 1, RATE, "fighting sinks below the threshold of an armed conflict, at burden 1", FITTED + ", UCDP Conflict Termination v3: 49% of ends", (0.0, 0.03)),
    Parameter("fighting.ceasefire", 0.0185, 0, 1, RATE, "a ceasefire is concluded, at full motivation of all", FITTED + ", UCDP Conflict Termination v3: 17% of ends", (0.0, 0.06)),
    Parameter("fighting.ceasefire_ends", 0.017, 0, 1, RATE, "a ceasefire ends in a quiet month", FITTED, sweep=(0.005, 0.1)),
    Parameter("fighting.ceasefire_shock", 3.0, 0, 20, "factor", "how much an attack or an escalation multiplies the end of a ceasefire"),
    Parameter("fighting.recurrence_lasting", 0.5, 0, 1, "factor", "of the hazard of renewed fighting, what never passes, against what passes"),
    Parameter("fighting.recurrence_months", 36, 1, 240, "months", "how fast the rest of it passes"),
    Parameter("fighting.exhaustion", 0.5, 0, 1, SHARE, "of the hazard of petering out, what grows with the burden (the rest is always there)"),
    Parameter("fighting.truce_monitoring", 0.5, 0, 1, SHARE, "of the ends of a ceasefire, those that full monitoring prevents"),
    Parameter("fighting.recurrence", 0.014, 0, 1, RATE, "a conflict that ended without an accord becomes active again, in the first months", FITTED + ", UCDP Conflict Termination v3: .51-.63 within 5 years", (0.005, 0.03)),
    Parameter("fighting.quiet_months", 12, 1, 60, "months", "a ceasefire without talks that held this long counts as the end of the conflict", "Kreutz 2010, definition of termination"),

    Parameter("leaders.turnover", 0.012, 0, 1, RATE, "a leadership is replaced at full support", TRIAL, (0.0, 0.03)),
    Parameter("leaders.turnover_low_support", 0.03, 0, 1, RATE, "added hazard of replacement at no support", TRIAL, (0.0, 0.06)),
    Parameter("leaders.election", 0.3, 0, 1, "probability", "a leadership loses office at the end of a term, publics divided"),
    Parameter("leaders.election_swing", 0.6, 0, 2, "probability per share", "added for every share of support that it lacks of a half"),
    Parameter("leaders.renewal", 0.35, 0, 1, "probability", "a new leadership is of a new type"),
    Parameter("leaders.hawk_spread", 0.15, 0, 0.5, "standard deviation", "how far a new leadership's hawkishness lies from its party's"),
    Parameter("leaders.upheaval", 0.3, 0, 1, SHARE, "working relations (misperception) lost with a leadership"),
    Parameter("leaders.factions", 0.0, 0, 0.5, "hawkishness", "by how much a wing of every leadership, which can veto what the party signs, is more hawkish than its leader (0: leaderships are one)", "Putnam 1988; Bakke, Cunningham and Seymour 2012; Cunningham 2013 (role)"),
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

    word("funding.muted", "burned", MutedMoney.words(), "what happens to the money that a track that is switched off does not get: burned (it goes unused); moved to the other unofficial track; replaced in part by other donors"),
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

    Parameter("trust.prior", -0.3, -6, 6, ODDS, "belief, before any evidence, that another party's leadership is reliable", FITTED, (-2.0, 2.5)),
    Parameter("trust.hawk_prior", -0.8, -6, 6, ODDS, "added prior of a leadership that is fully hawkish rather than not at all, centred on .5", TRIAL),
    Parameter("trust.reliable_share", 0.78, 0, 1, "probability", "a leadership is of the reliable type", TRIAL),
    Parameter("trust.fading", 0.012, 0, 1, MONTHLY, "of what was learnt from every source, lost", TRIAL, (0.0, 0.04)),
    Parameter("trust.rule_of_thumb", 0, 0, 1, "0 or 1", "how beliefs follow news: 0 by Bayes' rule, 1 by a rule of thumb", "Rescorla and Wagner 1972; Slovic 1993 (bad news weighs more than good)", whole=True),
    Parameter("trust.good_news", 0.05, 0, 1, SHARE, "of the way to full trust, what one piece of good news moves a belief by the rule of thumb", "Slovic 1993 (role); size an assumption"),
    Parameter("trust.bad_news", 0.15, 0, 1, SHARE, "of the way to full distrust, what one piece of bad news does", "Slovic 1993 (direction: more than good news); size an assumption"),
    Parameter("trust.limit", 12.0, 1, 50, ODDS, "no belief goes beyond this; what is cut off stands in the ledger"),
    Parameter("trust.misperception", 0.6, 0, 1, SHARE, "misperception of the other side at the start and, without contact, in the end", TRIAL),
    Parameter("trust.misperception_return", 0.02, 0, 1, MONTHLY, "of the way back to it, per month without contact", TRIAL),
]
