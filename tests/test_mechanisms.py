"""Every mechanism in depth moves what it should: the same seeds with it and without, beyond chance.

A difference counts when it is more than 4 standard errors from 0: an error rate of 1 in 15,000 each, with fixed seeds.
Signs are those of the rule itself (more workshops cost more), never of a track's effect on peace.
"""

import math

import numpy as np
import pandas as pd
import pytest

import multitrack_sim as mt
from multitrack_sim.running.agreements import agreements_frame
from multitrack_sim.schema.events import Event

LIVELY = {
    "hurting_stalemate": 3, "track2": 4, "track3": 3, "cbm": 3, "spoilers": 3, "fighting_level": 3, "secrecy": 2,
    "mediation": 2, "guarantee": 2, "indivisibility": 2, "public_support": 3, "parties": 2,
}  # fmt: skip


def lively(settings=None, **codes):
    small = {"society.communities": 40, "run.months": 120}
    return mt.scenario_from_codes(LIVELY | codes).with_settings(small | (settings or {}))


def every(scenario, table, column, value):
    """Settings that give a column one value in all rows of a table."""
    return {f"{table}.'{name}'.{column}": value for name in scenario.names[table]}


def measured(scenario, what, runs=200, seed=5):
    """One number per run: an outcome, or the mean of a column of the final worlds."""
    if "." not in what:
        return mt.simulate(scenario, runs=runs, seed=seed)[what].to_numpy(float)
    table, column = what.split(".")
    result = mt.run_ensemble(scenario, runs=runs, seed=seed, worlds=True)
    return np.array([getattr(world, table)[column].mean() for world in result.worlds])


def moved(one, two):
    """Mean paired difference in standard errors, over the runs in which both are known."""
    gap = (two - one)[~np.isnan(two - one)]
    spread = gap.std(ddof=1) / math.sqrt(len(gap))
    return gap.mean() / spread if spread > 0 else math.copysign(math.inf, gap.mean()) if gap.mean() else 0.0


NO_TALKS = {"track_one.pretalks": 0.0, "track_two.channel": 0.0}
FRAGILE = {"accord.withdrawal": 0.5, "accord.doubt": 0.15, "run.months": 240}
OFFICE = {"track_two.office": 0.1}
MIXED = {"track_two.officials_attend": 1.0, "track_two.officials_frankness": 0.0}
SUSPECTED = MIXED | {"track_two.office": 0.6, "track_one.concession": 0.05}
SUSPECTED |= every(lively(), "governments", "hawkishness", 0.7)
DISTRUSTED = {"track_one.reactive_devaluation": 0.4} | every(lively(), "organisations", "skill", 1.0)
MANY, FRAGILE_MANY = {"run.months": 240}, dict(FRAGILE)  # with five parties
LAST_RESORT = MANY | {
    "track_one.signature": 0.0,
    "track_one.partial": 0.0,
}  # nothing is signed but where talks of all would fail
SLIGHT = (
    "wars come back while memory is fresh", "small progress is progress", "a small accord is not worth it",
    "monitors keep a truce", "whose options are known once talks open", "hawks withhold concessions from the suspected",
    "light measures open the way", "a coalition, the last resort, need not be of all",
)  # fmt: skip
# name: settings of both arms, what is changed, what moves, and which way
SETTINGS = {
    "donors tire": (NO_TALKS, {"funding.fatigue": (0.0, 0.06)}, "spent_track_two", -1),
    "donors follow publicity": ({}, {"funding.publicity": (0.0, 2.0)}, "spent_track_three", 1),
    "organised interests press": (every(lively(), "governments", "interests", 1.0), {"pressure.interests": (0.0, 0.3)}, "mean_readiness", 1),
    "interests that live from the conflict hold back": (every(lively(), "governments", "interests", -1.0), {"pressure.interests": (0.0, 0.3)}, "mean_readiness", -1),
    "a military that wants out presses": (every(lively(), "governments", "military", 1.0), {"pressure.military": (0.0, 0.5)}, "mean_readiness", 1),
    "organisations press": (every(lively(), "organisations", "pressure", 1.0), {"pressure.organisations": (0.0, 0.5)}, "mean_readiness", 1),
    "instructions take time": ({}, {"track_one.instruction_lag": (0.0, 12.0)}, "months_to_substantive", 1),
    "digital channels shorten it": ({"track_one.instruction_lag": 12.0, "technology.speed": 1.0}, {"track_one.technology": (0.0, 1.0)}, "months_to_substantive", -1),
    "workshops cost": (NO_TALKS, {"track_two.workshop_cost": (0.5, 5.0)}, "workshops", -1),
    "online workshops are cheaper": (NO_TALKS, {"track_two.digital": (0.0, 1.0)}, "workshops", 1),
    "online workshops are shallower": (NO_TALKS | {"technology.saving": 0.0}, {"track_two.digital": (0.0, 1.0)}, "mean_rapport", -1),
    "online programmes reach more": (NO_TALKS | {"technology.shallowness": 0.0}, {"track_three.digital": (0.0, 1.0)}, "communities.programme_months", 1),
    "research takes money from meetings": (NO_TALKS, {"track_two.research": (0.0, 0.6)}, "workshops", -1),
    "papers lower misperception": (NO_TALKS | {"track_two.research": 1.0}, {"track_two.research_effect": (0.0, 0.2)}, "mean_misperception", -1),
    "former officials are believed": (NO_TALKS, {"track_two.officials_ear": (0.0, 1.0)}, "reports_heard", 1),
    "the endorsed are believed": (NO_TALKS, {"track_two.endorsement": (0.0, 1.0)}, "reports_heard", 1),
    "scholars invent": (NO_TALKS, {"track_two.scholarship": (0.0, 2.0)}, "options_found", 1),
    "a contradicting line is not taken up": (NO_TALKS | {"track_two.coordination": 0.0}, {"track_two.contradiction": (0.0, 4.0)}, "reports_heard", -1),
    "coordination keeps reports consistent": (NO_TALKS | {"track_two.contradiction": 4.0}, {"track_two.coordination": (0.0, 1.0)}, "reports_heard", 1),
    "a contradicting line confuses": (NO_TALKS | {"track_two.coordination": 0.0, "track_two.contradiction": 0.0}, {"track_two.divergence": (0.0, 1.0)}, "mean_misperception", 1),
    "clashes harden": (NO_TALKS | {"track_two.clash": 0.5}, {"track_two.hardening": (0.0, 1.0)}, "mean_rapport", -1),
    "the hardened darken the view": (NO_TALKS | {"track_two.clash": 0.5, "track_two.hardening_cost": 0.0}, {"track_two.hardening": (0.0, 1.0)}, "mean_misperception", 1),
    "continuity builds rapport": (NO_TALKS, {"track_two.continuity": (0.0, 1.0)}, "rapport.trust", 1),
    "a workshop has room for so many": (NO_TALKS | every(lively(), "academics", "openness", 1.0) | every(lively(), "ngos", "legitimacy", 1.0), {"track_two.seats": (4, 60)}, "academics.invited", 1),
    "voices carry": ({"track_two.confidentiality": 0.0, "track_two.voices": 1.0}, every(lively(), "academics", "reach", (0.0, 1.0)), "mean_support", 1),
    "participants enter office": (NO_TALKS, {"track_two.office": (0.0, 0.05)}, "entered_office", 1),
    "hawks call few of them": (NO_TALKS | OFFICE, every(lively(), "governments", "hawkishness", (0.0, 1.0)), "entered_office", -1),
    "they bring what workshops found": (NO_TALKS | {"track_two.transfer": 0.0}, {"track_two.office": (0.0, 0.1)}, "stakes.known_unofficial", 1),
    "they are near to their leadership": (NO_TALKS | MIXED | every(lively(), "academics", "access", 0.2), {"track_two.office": (0.0, 0.1)}, "dyads.contact", 1),
    "workshops miss them": (NO_TALKS, {"track_two.office": (0.0, 0.1)}, "academics.invited", -1),
    "rapport misses them": (NO_TALKS, {"track_two.office": (0.0, 0.1)}, "mean_rapport", -1),
    "officials come in a private capacity": (NO_TALKS | OFFICE, {"track_two.officials_attend": (0.0, 1.0)}, "academics.invited", 1),
    "and report home": (NO_TALKS | OFFICE, {"track_two.officials_attend": (0.0, 1.0)}, "reports_heard", 1),
    "they are on their guard": (NO_TALKS | OFFICE | MIXED, {"track_two.officials_frankness": (0.0, 1.0)}, "mean_rapport", -1),
    "and little is invented": (NO_TALKS | OFFICE | MIXED, {"track_two.officials_frankness": (0.0, 1.0)}, "issues.found_unofficial", -1),
    "hawks withhold concessions from the suspected": (SUSPECTED, {"track_two.captured_concessions": (0.0, 1.0)}, "share_settled", -1),
    "publics do not follow the suspected": (NO_TALKS | OFFICE | MIXED | {"track_two.confidentiality": 0.0}, {"track_two.captured_support": (0.0, 3.0)}, "mean_support", -1),
    "behind closed doors they are not known": (NO_TALKS | OFFICE | MIXED | {"track_two.captured_support": 3.0, "track_two.momentum": 0.0}, {"track_two.confidentiality": (0.0, 1.0)}, "mean_support", 1),
    "programmes go where need is": (NO_TALKS | {"society.attitude": 0.2}, {"track_three.targeting": (0.0, 1.0)}, "communities.programme_months", 1),
    "education costs": (NO_TALKS | every(lively(), "ngos", "programme", "education"), {"track_three.education_cost": (0.5, 2.0)}, "communities.programme_months", -1),
    "interfaith work costs": (NO_TALKS | every(lively(), "ngos", "programme", "interfaith"), {"track_three.interfaith_cost": (0.5, 2.0)}, "communities.programme_months", -1),
    "education works on grievance": (NO_TALKS | every(lively(), "ngos", "programme", "education"), {"track_three.education_grievance": (0.0, 0.2)}, "communities.grievance", -1),
    "interfaith work works on fear": (NO_TALKS | every(lively(), "ngos", "programme", "interfaith"), {"track_three.interfaith_fear": (0.0, 0.2)}, "mean_fear", -1),
    "education moves attitudes": (NO_TALKS | every(lively(), "ngos", "programme", "education"), {"track_three.education_depth": (0.0, 2.0)}, "communities.programme_effect", 1),
    "interfaith work moves attitudes": (NO_TALKS | every(lively(), "ngos", "programme", "interfaith"), {"track_three.interfaith_depth": (0.0, 2.0)}, "communities.programme_effect", 1),
    "contact of unequals backfires": (NO_TALKS | {"governments.'Party 1'.power": 20.0}, {"track_three.unequal": (0.0, 1.0)}, "communities.programme_effect", -1),
    "local work tells governments what publics think": (NO_TALKS, {"track_three.reports": (0.0, 20.0)}, "governments.perceived_support", 1),
    "governments underrate their publics": ({"track_three.budget": 0.0}, {"publics.misreading": (0.0, 0.5)}, "governments.perceived_support", -1),
    "measures cost": ({}, {"cbm.funds": (1.0, 12.0)}, "measures_in_force", 1),
    "light measures open the way": (NO_TALKS | {"cbm.verification": 1.0}, {"cbm.sequence": (0.0, 1.0)}, "measures.in_force", 1),
    "organisations propose measures": (every(lively(), "organisations", "proposes", 1.0), {"cbm.organisations": (0.0, 5.0)}, "measures_in_force", 1),
    "lapsed measures come back": ({"cbm.proposal": 0.02, "cbm.erosion": 0.2}, {"cbm.recommitment": (0.0, 0.5)}, "measures_in_force", 1),
    "conduct that persists tells nothing new": (NO_TALKS, {"cbm.persistence": (0.0, 0.95)}, "violations_seen", -1),
    "coercion breeds grievance": ({"spoiling.coercion": 0.1}, {"spoiling.coercion_grievance": (0.0, 5.0)}, "communities.grievance", 1),
    "greedy factions are bought": ({}, {"spoiling.payment": (0.0, 1.0)}, "spoilers.capacity", -1),
    "payment lures imitators": ({"spoiling.payment": 1.0}, {"spoiling.payment_lure": (0.0, 1.0)}, "spoilers.capacity", 1),
    "a departing train suspends less": ({"track_one.suspension": 1.0, "spoiling.deterrence": 0.0}, {"spoiling.departing_train": (0.0, 1.0)}, "months_in_talks", 1),
    "who is left behind feels threatened": ({"spoiling.departing_train": 1.0}, {"spoiling.train_threat": (0.0, 2.0)}, "attacks", 1),
    "who sits at the table attacks less": (every(lively(), "spoilers", "inside", 1), {"spoiling.inside_restraint": (0.0, 1.0)}, "attacks", -1),
    "factions at the table hold concessions back": (every(lively(), "spoilers", "inside", 1), {"spoiling.inside_veto": (0.0, 10.0)}, "months_to_substantive", 1),
    "ownership protects": (FRAGILE, {"accord.leaving_ownership": (0.0, 5.0)}, "departures", -1),
    "legitimacy protects": (FRAGILE, {"accord.leaving_legitimacy": (0.0, 5.0)}, "departures", -1),
    "support protects": (FRAGILE, {"accord.leaving_support": (0.0, 10.0)}, "departures", -1),
    "attacks endanger": (FRAGILE, {"accord.leaving_attacks": (0.0, 20.0)}, "departures", 1),
    "what was never tabled endangers": (FRAGILE | {"issues.'Security'.tabled": 0, "track_two.access": 0.0}, {"accord.leaving_ownerless": (0.0, 10.0)}, "departures", 1),
    "unreliable signatories exploit": (FRAGILE | {"trust.reliable_share": 0.0}, {"accord.temptation": (0.0, 8.0)}, "departures", 1),
    "signatories in doubt leave": ({"run.months": 240}, {"accord.doubt": (0.01, 0.5)}, "departures", 1),
    "parties take up what they avoided": ({"issues.'Security'.tabled": 0, "track_two.access": 0.0}, {"track_one.tabling": (0.0, 0.1)}, "issues.tabled", 1),
    "what is left out rankles": ({"issues.'Security'.tabled": 0}, {"accord.untabled_grievance": (0.0, 0.5)}, "communities.grievance", 1),
    "will and pressure make provisions carried out": ({"trust.reliable_share": 0.0, "accord.withdrawal": 0.0}, {"accord.will": (0.0, 1.0)}, "implementation", 1),
    "organisations pay": (NO_TALKS, every(lively(), "organisations", "funding", (0.0, 1.0)), "workshops", 1),
    "organisations lend their standing to hosts": (NO_TALKS, every(lively(), "organisations", "hosting", (0.0, 1.0)), "academics.invited", 1),
    "what suits is signed": ({}, {"track_one.partial": (0.0, 0.8)}, "agreements", 1),
    "a small accord is not worth it": ({}, {"track_one.least_scope": (0.05, 0.9)}, "agreements", -1),
    "signing costs": ({}, {"track_one.signing_cost": (0.0, 0.5)}, "agreements", -1),
    "small steps are less dangerous": ({"conflict.exposure": 0.7}, {"track_one.danger_curve": (1.0, 5.0)}, "months_to_substantive", -1),
    "little is demanded of small steps": ({}, {"track_one.demand_curve": (1.0, 5.0)}, "months_to_substantive", -1),
    "the text answers the worst off": ({"governments.'Party 1'.power": 6.0, "organisations.'Mediator'.skill": 0.0}, {"track_one.response": (0.0, 2.0)}, "share_settled", 1),
    "talks on the rest begin anew": ({"run.months": 240}, {"track_one.reopening": (0.0, 0.3)}, "comprehensive", 1),
    "those outside accede": (MANY, {"track_one.accession": (0.0, 0.5)}, "accessions", 1),
    "a coalition, the last resort, need not be of all": (LAST_RESORT, {"track_one.participation": (0.5, 1.0)}, "agreed", -1),
    "nor of the strong": (MANY, {"track_one.participation_power": (0.5, 1.0)}, "accessions", -1),
    "those who meet in secret are not without a channel": (NO_TALKS, {"conflict.channel_at_start": (0, 1)}, "months_without_channel", -1),
    "those who are not ready walk out, to the fighting": ({"conflict.start": "talks", "pressure.base": 0.0}, {"track_one.walk_out": (0.0, 0.4)}, "breakdowns", 1),
    "an accord that needs all falls sooner": (FRAGILE_MANY, {"accord.holding": (0.5, 1.0)}, "months_under_accord", -1),
    "a crowded table is slow": (MANY, {"track_one.crowding": (0.0, 1.5)}, "months_to_substantive", 1),
    "assembled delegations sign texts on how to go on": ({}, {"track_one.procedure": (0.0, 0.4)}, "procedures", 1),
    "delegations disperse": ({}, {"track_one.dispersal": (0.1, 1.0)}, "procedures", -1),
    "a mediator carries the first message": ({}, {"track_one.good_offices": (0.0, 4.0)}, "months_to_talks", -1),
    "words of a mediator are not the other side's": (DISTRUSTED, {"track_one.honest_broker": (0.0, 1.0)}, "share_settled", 1),
    "mediation holds talks together": ({}, {"track_one.mediation_hold": (0.0, 1.0)}, "breakdowns", -1),
    "small progress is progress": ({"track_one.procedure": 0.0, "track_one.deadlock": 2.0}, {"track_one.progress": (0.0, 0.5)}, "breakdowns", 1),
    "official talks invent unaided": ({}, {"track_one.invention_alone": (0.0, 1.0)}, "options_found", 1),
    "official talks invent in distrust": ({}, {"track_one.invention_distrust": (0.0, 1.0)}, "options_found", 1),
    "an accord that reaches far enough ends the conflict": ({"run.months": 240}, {"accord.settling": (0.2, 0.9)}, "months_dormant", 1),
    "exhaustion ends fighting": (NO_TALKS | {"fighting.cost_rate": 0.2}, {"fighting.exhaustion": (0.0, 1.0)}, "months_dormant", 1),
    "monitors keep a truce": ({"fighting.ceasefire": 0.05} | every(lively(), "organisations", "monitoring", 1.0), {"fighting.truce_monitoring": (0.0, 1.0)}, "months_after_ceasefire", 1),
    "wars come back for good": (NO_TALKS | {"run.months": 240, "fighting.petering_out": 0.05}, {"fighting.recurrence_lasting": (0.0, 1.0)}, "months_dormant", -1),
    "good news counts by rule of thumb": (NO_TALKS | {"trust.rule_of_thumb": 1, "trust.bad_news": 0.0}, {"trust.good_news": (0.0, 0.3)}, "mean_trust", 1),
    "bad news counts by rule of thumb": (NO_TALKS | {"trust.rule_of_thumb": 1, "trust.good_news": 0.0}, {"trust.bad_news": (0.0, 0.3)}, "mean_trust", -1),
    "by rule of thumb every attack is bad news": (NO_TALKS | {"cbm.budget": 0.0, "track_two.budget": 0.0}, {"trust.rule_of_thumb": (0, 1)}, "mean_trust", -1),
    "workshops fill the pool of official talks": (NO_TALKS, {"track_two.shared_pool": (0, 1)}, "issues.found_official", 1),
    "whose options are known once talks open": ({"track_two.transfer": 0.0}, {"track_two.shared_pool": (0, 1)}, "options_known", 1),
    "one issue after another takes longer": ({}, {"track_one.issue_by_issue": (0, 1)}, "options_found", -1),
    "the harder wing has to be brought along": ({}, {"leaders.factions": (0.0, 0.5)}, "share_settled", -1),
    "wars come back while memory is fresh": (NO_TALKS | {"run.months": 240, "fighting.petering_out": 0.05}, {"fighting.recurrence_months": (6, 120)}, "months_dormant", -1),
}  # fmt: skip


@pytest.mark.parametrize("name", SETTINGS)
def test_it_moves_what_it_should(name):
    codes = {"spoilers": 2.5} if "bought" in name or "lures" in name else {}
    both, changed, what, sign = SETTINGS[name]
    runs = 2400 if name in SLIGHT else 800 if what == "months_to_substantive" else 200
    if any(both is many for many in (MANY, FRAGILE_MANY, LAST_RESORT)):
        codes["parties"] = 5
    arms = [lively(both, **codes).with_settings({k: pair[at] for k, pair in changed.items()}) for at in (0, 1)]
    found = moved(*(measured(arm, what, runs) for arm in arms))
    assert sign * found > 4.0, f"{what} moved by {found:.1f} standard errors"


def column(scenario, table, name, runs=60):
    result = mt.run_ensemble(scenario, runs=runs, seed=9, worlds=True)
    return np.array([getattr(world, table)[name] for world in result.worlds])


def test_publics_who_hear_everybody_come_closer_to_one_another():
    """The spread of attitudes over communities, bounded confidence against linear influence (paired)."""
    base = lively(NO_TALKS | {"track_three.budget": 0.0, "publics.influence": 0.3, "society.attitude_spread": 0.3})
    bounded, linear = (
        column(base.with_settings({"publics.bound": bound}), "communities", "attitude").std(axis=1)
        for bound in (0.1, 1.0)
    )
    assert moved(bounded, linear) < -4.0


def test_leaderships_that_face_elections_change_more_often():
    base = lively()
    terms = base.with_settings(every(base, "governments", "term", 24))
    assert moved(measured(base, "leader_changes"), measured(terms, "leader_changes")) > 4.0


def test_elections_fall_on_the_months_of_the_term():
    base = lively({"leaders.turnover": 0.0, "leaders.turnover_low_support": 0.0, "leaders.election": 1.0})
    base = base.with_settings({"leaders.election_swing": 0.0, "governments.'Party 1'.term": 30})
    model = mt.PeaceProcess(base.with_settings({"governments.'Party 1'.next_election": 7}), seed=3)
    model.run()
    events = model.tables.events[: int(model.tables.tally["events"][0])]
    changes = [int(event["month"]) for event in events if Event(int(event["kind"])).word.startswith("leadership")]
    assert changes == [7, 37, 67, 97]


def test_the_money_of_a_muted_track_has_three_uses():
    muted = {"track_two.budget": 0.0, "funding.fatigue": 0.0, "funding.publicity": 0.0}
    arms = {use: mt.simulate(lively(muted | {"funding.muted": use}), runs=5) for use in ("burned", "moved", "replaced")}
    full = mt.run_ensemble(lively(muted | {"track_two.budget": 1.0}), runs=5, worlds=True)
    granted = np.array([world.ngos["granted_track_two"].sum() for world in full.worlds])
    three = full.table["spent_track_three"]
    assert (arms["burned"]["spent_track_two"] == 0).all() and (arms["moved"]["spent_track_two"] == 0).all()
    assert arms["burned"]["spent_track_three"].to_numpy() == pytest.approx(three)
    assert arms["moved"]["spent_track_three"].to_numpy() == pytest.approx(three + granted)
    assert arms["replaced"]["spent_track_two"].to_numpy() == pytest.approx(0.5 * granted, abs=2.0)


def test_a_party_that_rejects_the_host_stays_away():
    base = lively()
    rejected = base.with_settings({f"standing.'{ngo}'.'Party 1'.legitimacy": 0.0 for ngo in base.names["ngos"]})
    side = column(rejected, "academics", "party")[0]
    assert (column(rejected, "academics", "invited")[:, side == 0] == 0).all()
    assert (column(base, "academics", "invited")[:, side == 0] > 0).any()
    assert (mt.simulate(rejected, runs=20)["reports_heard"] == 0).all(), "one side alone is no dialogue"


def test_only_who_has_come_to_know_the_other_side_enters_office():
    base = lively(NO_TALKS | {"track_two.office": 1.0})
    rejected = base.with_settings({f"standing.'{ngo}'.'Party 1'.legitimacy": 0.0 for ngo in base.names["ngos"]})
    assert mt.simulate(base, runs=20)["entered_office"].min() > 0
    assert (mt.simulate(rejected, runs=20)["entered_office"] == 0).all()
    assert (mt.simulate(base.with_settings({"track_two.access": 0.0}), runs=20)["entered_office"] == 0).all()


def test_people_leave_office_with_the_leadership_that_called_them_or_when_nothing_is_left_to_negotiate():
    base = lively({"track_two.office": 0.2, "leaders.turnover": 0.03, "run.months": 240, "accord.withdrawal": 0.3})
    with_leader = with_talks = 0
    for seed in range(12):
        model = mt.PeaceProcess(base, seed=seed, collect=False)
        before = 0
        while model.month < model.months:
            was = model.tables.academics["in_office"].copy()
            model.step()
            world, at = model.tables, int(model.tables.tally["events"][0])
            month = world.events[before:at]
            before = at
            changed = month["who"][month["kind"] == Event.LEADER_CHANGED]
            left = month["who"][month["kind"] == Event.LEFT_OFFICE]
            gone = (was == 1) & np.isin(world.academics["party"], changed)
            assert set(np.flatnonzero(gone)) <= set(left)
            assert not (world.academics["in_office"][world.academics["party"] < 0]).any()
            with_leader += int(gone.sum())
            with_talks += len(set(left) - set(np.flatnonzero(gone)))
            serving = world.academics["in_office"] == 1
            for i, party in enumerate(world.governments):
                close = world.academics["closeness"][serving & (world.academics["party"] == i)]
                assert party["suspected"] == pytest.approx(1.0 - np.prod(1.0 - close))
    assert with_leader > 10 and with_talks > 10, "the scenario tests nothing"


def test_without_recognition_fewer_reports_are_heard():
    base = lively(NO_TALKS)
    unrecognised = base.with_settings({"dyads.'Party 1'.'Party 2'.recognition": 0.0})
    assert moved(measured(base, "reports_heard"), measured(unrecognised, "reports_heard")) < -4.0


def test_the_line_of_unofficial_dialogue_is_where_its_participants_stand():
    base = lively()
    issue = base.names["issues"][0]
    agreed = {f"positions.'{who}'.'{issue}'.position": 0.9 for who in base.names["academics"]}
    lines = column(base.with_settings(agreed), "issues", "line")
    assert lines[:, 0] == pytest.approx(0.9)
    assert (np.abs(lines[:, 1] - 0.9) > 0.05).all()


def test_socialisation_moves_what_a_faction_wants_and_never_a_total_one():
    limited = lively({"spoiling.socialisation": 1.0}, spoilers=1)
    total = lively({"spoiling.socialisation": 1.0}, spoilers=4)
    assert (column(total, "spoilers", "ideal")[:, 0] == 0.0).all()
    assert (column(limited, "spoilers", "ideal")[:, 0] > 0.05).all()
    inside = limited.with_settings(every(limited, "spoilers", "inside", 1))
    assert column(inside, "spoilers", "ideal")[:, 0].mean() > 1.3 * column(limited, "spoilers", "ideal")[:, 0].mean()


# --- agreements in steps


@pytest.fixture(scope="module")
def steps():
    settings = {"run.months": 300, "track_one.reopening": 0.05, "accord.withdrawal": 0.3, "accord.doubt": 0.12}
    return mt.run_ensemble(lively(settings, parties=4, spoilers=1), runs=150, seed=2, worlds=True)


def kinds(world):
    return [int(kind) for kind in world.events["kind"][: int(world.tally["events"][0])]]


def test_frameworks_come_first_and_some_become_comprehensive(steps):
    signed = agreements_frame(steps.entities("accords").query("signed >= 0"))
    accords = signed[signed["kind"] != "ceasefire"]
    first = accords.groupby("seed").first()
    assert (first["kind"] == "framework").mean() > 0.3
    later = accords[accords["kind"] == "comprehensive"]["seed"]
    assert later.isin(first[first["kind"] == "framework"].index).any(), "no step led on"


def test_what_is_agreed_is_frozen_and_an_accord_without_enough_signatories_falls(steps):
    """In every final world: who holds an accord is enough; what it covers is settled; nobody holds what has fallen."""
    some_left = some_partial = False
    for world in steps.worlds:
        p, process, parties = world.parameters[0], world.process[0], world.governments
        power = parties["power"] / parties["power"].sum()
        joined = parties["joined"] == 1
        some_left |= Event.PARTY_LEFT in kinds(world)
        if process["in_force"]:
            assert joined.sum() > 1 and power[joined].sum() >= p["track_one_participation_power"] - 1e-9
            assert (world.issues["settled"] >= world.issues["in_accord"]).all() and world.issues["in_accord"].any()
            covered = (world.stakes["salience"].reshape(len(parties), -1) @ world.issues["in_accord"]).sum() / len(
                parties
            )
            assert process["reach"] == pytest.approx(covered * power[joined].sum())
            some_partial |= process["reach"] < p["track_one_comprehensive"]
        else:
            assert not joined.any() and not world.issues["in_accord"].any() and process["reach"] == 0
            standing = (world.accords["in_force"] >= 0) & (world.accords["ended"] < 0) & (world.accords["kind"] > 1)
            assert not standing.any()
    assert some_left and some_partial, "the scenario tests nothing"


def test_only_signatories_owe_anything(steps):
    for world in steps.worlds:
        owing = world.provisions[world.provisions["due"] >= 0]
        assert world.governments["joined"][owing["party"]].all() and world.issues["in_accord"][owing["issue"]].all()


def test_months_add_up(steps):
    table = steps.table
    parts = [
        "months_under_accord",
        "months_after_ceasefire",
        "months_after_victory",
        "months_dormant",
        "months_of_fighting",
    ]
    assert table[parts].sum(axis=1).to_numpy() == pytest.approx(300.0)
    assert (table["options_known"] <= table["options_found"]).all()


def test_signatures_say_who_signed_and_who_left(steps):
    for world in steps.worlds:
        parties = len(world.governments)
        by_accord = world.signatures["signed"].reshape(-1, parties)
        assert ((by_accord >= 0).sum(axis=1) >= world.accords["signatories"]).all()
        assert (by_accord[world.accords["signed"] < 0] == -1).all()


# --- interventions in full


def test_scale_shift_add_and_remove_do_what_they_say():
    base = lively().with_settings({"academics.'Scholar of Party 1'.active": 0})
    changes = [
        {"month": 2, "scale": "track_two.funds", "by": 0.5},
        {"month": 3, "shift": "governments.*.hawkishness", "by": 0.1, "until": 6},
        {"month": 4, "add": "academics.'Scholar of Party 1'"},
        {"month": 5, "remove": "organisations.Mediator"},
        {"month": 7, "set": "communities.'Party 2'.fear", "to": 1.0},
    ]
    one, two = mt.PeaceProcess(base, seed=1), mt.PeaceProcess(base.with_interventions(changes), seed=1)
    hawks = []
    for month in range(8):
        one.step(), two.step()
        hawks.append(two.world.governments[0].base_hawkishness)
        expected = 0.1 if 3 <= month < 6 else 0.0
        if month < 4:
            assert two.world.governments[1].hawkishness == pytest.approx(
                one.world.governments[1].hawkishness + expected
            )
        fear = two.tables.communities["fear"][two.tables.communities["party"] == 1].mean()
    assert two.world.parameters[0].track_two_funds == pytest.approx(0.5 * one.world.parameters[0].track_two_funds)
    assert two.world.academics[0].active == 1 and one.world.academics[0].active == 0
    mediator = base.names["organisations"].index("Mediator")
    assert two.world.organisations[mediator].active == 0
    assert fear > 0.8 and one.tables.communities["fear"].mean() < 0.8


def test_a_change_for_a_time_gives_every_row_its_own_value_back():
    base = lively(parties=3)
    change = {"month": 3, "set": "academics.*.access", "to": 0.9, "until": 5}
    model = mt.PeaceProcess(base.with_interventions([change]), seed=1)
    before = model.tables.academics["access"].copy()
    for _ in range(4):
        model.step()
    assert (model.tables.academics["access"] == 0.9).all()
    model.step(), model.step()
    assert (model.tables.academics["access"] == before).all()


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"month": 1, "shift": "track_two.funds", "by": 5.0}, "plus 5"),
        ({"month": 1, "add": "academics.'Nobody'"}, "no such setting"),
        ({"month": 1, "remove": "organisations.Mediator", "by": 2}, "by and remove"),
        ({"month": 1, "set": "communities.'Party 9'.fear", "to": 0.5}, "no such setting"),
        ({"month": 1, "set": "dyads.*.*.trust", "to": 0.5}, "no such setting"),
        ({"month": 1, "scale": "funding.muted", "by": 2}, "is not a number"),
    ],
)
def test_interventions_that_make_no_sense_are_refused(change, said):
    with pytest.raises(mt.SettingError, match=said):
        lively().with_interventions([change])


def test_two_changes_of_one_cell_at_one_time_are_refused_however_they_are_written():
    with pytest.raises(mt.SettingError, match="another intervention"):
        lively().with_interventions(
            [
                {"month": 1, "set": "governments.*.hawkishness", "to": 0.5, "until": 9},
                {"month": 4, "shift": "governments.'Party 1'.hawkishness", "by": 0.1},
            ]
        )


def test_every_kind_of_event_happens_somewhere():
    """What can be logged is logged in some run of a few lively worlds."""
    seen: set[int] = set()
    worlds = [
        lively({"track_two.clash": 0.5, "cbm.erosion": 0.1, "track_two.channel": 0.5, "track_two.leak": 0.2}),
        lively({"conflict.incidents": 0.5, "run.months": 300, "track_one.reopening": 0.1}, spoilers=2, guarantee=0),
        lively({"run.months": 300, "accord.withdrawal": 0.3, "accord.doubt": 0.15}, parties=5, spoilers=1),
        lively(
            {"fighting.victory": 0.5, "fighting.petering_out": 0.05, "run.months": 300}, power_asymmetry=4, spoilers=1
        ),
        lively({"spoiling.socialisation": 1.0, "issues.'Security'.tabled": 0, "track_two.tabling": 0.5}, spoilers=1),
        lively({"track_two.budget": 0.0, "issues.'Security'.tabled": 0, "track_one.tabling": 0.2}),
        lively({"track_one.vote_base": -1.0} | every(lively(), "governments", "ratified_by", "referendum")),
    ]
    for scenario in worlds:
        scenario = scenario.with_interventions([{"month": 3, "set": "track_two.budget", "to": 2.0}])
        for world in mt.run_ensemble(scenario, runs=60, seed=4, worlds=True).worlds:
            seen.update(kinds(world))
    assert {Event(kind) for kind in set(range(1, len(Event))) - seen} == set()
    assert Event.MEASURE_RECOMMITTED_NOW in seen


def test_entities_of_final_worlds_are_a_table():
    result = mt.run_ensemble(lively(), runs=2, worlds=True)
    assert isinstance(result.entities("academics"), pd.DataFrame)
