"""Evidence that fades can be renewed, by people who know those they speak of; and talks are talks, under an accord too."""

import math

import numpy as np
import pytest

import multitrack_sim as mt
from multitrack_sim.engine.arithmetic import sigma
from multitrack_sim.engine.compiled import plain
from multitrack_sim.process.cbm import have_will
from multitrack_sim.process.funding import keep_giving
from multitrack_sim.process.publics import give_cue
from multitrack_sim.process.spoiling import feel_threatened
from multitrack_sim.process.trust import fade_belief
from multitrack_sim.process.workshops import insight_odds, learn_from_report, recall_company, weight_of_next_report
from multitrack_sim.schema.categories import Phase


def a_world():
    return mt.PeaceProcess(mt.scenario_from_codes({"track2": 4, "parties": 3}), seed=1).world


def hear(dyad, p, odds=0.5):
    """One more report of so much evidence at full weight; what it was worth."""
    weight = weight_of_next_report(dyad.reports, p)
    learn_from_report(dyad, odds * weight, weight, 0, 0.0, p)
    return weight


def test_what_is_forgotten_can_be_heard_anew_and_no_more():
    """After hearing the same for ever evidence is full; half forgotten, it is filled up again to where it was."""
    world = a_world()
    p, dyad = world.parameters[0], world.dyads[0]
    for _ in range(3000):
        hear(dyad, p)
    full = dyad.from_dialogue
    assert full == pytest.approx(0.5 / p.track_two_correlation, rel=0.01)
    assert hear(dyad, p) < 1e-4, "nothing new is left to say"
    while dyad.from_dialogue > 0.5 * full:
        fade_belief(dyad, p)
    assert dyad.from_dialogue == pytest.approx(0.5 * dyad.reports), "what was learnt and its weight fade alike"
    assert hear(dyad, p) > 0.1, "a dialogue renewed says something again"
    for _ in range(3000):
        hear(dyad, p)
    assert dyad.from_dialogue == pytest.approx(full, rel=0.01)


def test_evidence_of_a_sustained_dialogue_settles_where_what_is_heard_makes_up_for_what_is_forgotten():
    """One report every other month: reports x (1 - rho W)^2 / (1 - rho^2 W) a month against fading x W."""
    world = a_world()
    p, dyad = world.parameters[0], world.dyads[0]
    for _ in range(2000):
        hear(dyad, p)
        fade_belief(dyad, p)
        fade_belief(dyad, p)
    rho, worth = p.track_two_correlation, dyad.reports
    lost = 1.0 / (1.0 - p.trust_fading) ** 2 - 1.0
    heard_before = worth * (1.0 + lost)  # just after a report
    assert weight_of_next_report(worth, p) == pytest.approx(heard_before - worth, rel=1e-9)
    assert 0.5 / rho < worth < 1.0 / rho


def test_a_report_rests_on_the_reporters_own_rapport_with_those_it_speaks_of():
    """Three parties: who knows one side well and the other not at all brings insight into the one only."""
    world = a_world()
    academics, governments, rapport = world.academics, world.governments, world.rapport
    academics["attends"] = 1
    governments["delegates"] = [int((academics["party"] == j).sum()) for j in range(3)]
    reporter = int(np.flatnonzero(academics["party"] == 1)[0])
    rapport["trust"] = 0.4  # of others among themselves: nothing to do with it
    mine = (rapport["one"] == reporter) | (rapport["two"] == reporter)
    other = np.where(rapport["one"] == reporter, rapport["two"], rapport["one"])
    rapport["trust"][mine & (academics["party"][other] == 0)] = 0.8
    rapport["trust"][mine & (academics["party"][other] == 2)] = 0.0
    plain(recall_company)(world, reporter)
    assert governments["delegates_rapport"].tolist() == pytest.approx([0.8, 0.0, 0.0])
    away = int(np.flatnonzero(academics["party"] == 0)[0])
    academics["attends"][away] = 0
    governments["delegates"][0] -= 1
    plain(recall_company)(world, reporter)
    assert governments["delegates_rapport"][0] == pytest.approx(0.8), "of those only who are there"


def test_beliefs_from_renewed_dialogue_are_calibrated_while_nothing_is_forgotten():
    """Reports are the only source: mean belief stays, and a share p of those believed at p is reliable (4 standard errors)."""
    settings = {
        "trust.prior": math.log(1.5), "trust.hawk_prior": 0.0, "trust.reliable_share": 0.6, "trust.fading": 0.0,
        "trust.limit": 40.0, "leaders.turnover": 0.0, "leaders.turnover_low_support": 0.0, "cbm.budget": 0.0,
        "spoiling.control": 0.0, "track_one.pretalks": 0.0, "track_two.channel": 0.0, "track_two.transfer": 1.0,
        "track_two.insight": 0.95, "track_two.correlation": 0.05, "society.communities": 20,
    }  # fmt: skip
    scenario = mt.scenario_from_codes({"track2": 4, "hawkishness": 0, "parties": 3}).with_settings(settings)
    result = mt.run_ensemble(scenario, runs=1500, seed=29, worlds=True)
    dyads, governments = result.entities("dyads"), result.entities("governments")
    types = governments.set_index(["seed", "id"])["reliable"]
    dyads["reliable"] = types.loc[list(zip(dyads["seed"], dyads["other"], strict=True))].to_numpy()
    dyads["belief"] = 1.0 / (1.0 + np.exp(-dyads["trust"]))
    means = dyads.groupby("seed")["belief"].mean()
    assert dyads["belief"].std() > 0.08, "nothing was learnt: the test would be empty"
    assert abs(means.mean() - 0.6) < 4.0 * means.std() / math.sqrt(len(means))
    for _, part in dyads.groupby((dyads["belief"] * 10).astype(int).clip(0, 9)):
        gap = (part["reliable"] - part["belief"]).groupby(part["seed"]).mean()
        if len(gap) >= 30:
            assert abs(gap.mean()) < 4.0 * gap.std() / math.sqrt(len(gap)) + 1e-9, part["belief"].mean()


# phase, accord in force, talks on the rest go on -> will is added, concessions are seen, deadlock tires donors, and what
# makes factions feel threatened
WHERE = {
    "fighting": (Phase.FIGHTING, 0, 0, False, False, True, "nothing"),
    "soundings": (Phase.PRETALKS, 0, 0, False, False, False, "nothing"),
    "talks": (Phase.TALKS, 0, 0, True, True, True, "progress"),
    "talks suspended": (Phase.SUSPENDED, 0, 0, False, False, True, "nothing"),
    "a text awaits ratification": (Phase.SIGNED, 0, 0, True, False, False, "fragility"),
    "a text awaits it under a partial accord": (Phase.SIGNED, 1, 0, True, False, False, "fragility"),
    "talks go on under a partial accord": (Phase.IMPLEMENTATION, 1, 1, True, True, True, "fragility"),
    "a partial accord, no talks": (Phase.IMPLEMENTATION, 1, 0, True, False, False, "fragility"),
    "a durable accord, talks on the rest": (Phase.DURABLE, 1, 1, True, True, True, "fragility"),
    "a durable accord": (Phase.DURABLE, 1, 0, True, False, False, "fragility"),
    "dormant": (Phase.DORMANT, 0, 0, False, False, True, "nothing"),
}


@pytest.mark.parametrize("where", WHERE)
def test_talks_are_talks_under_an_accord_too(where):
    phase, in_force, go_on, together, seen, stuck, what_threatens = WHERE[where]
    world = a_world()
    p, process, me, faction = world.parameters[0], world.process[0], world.governments[0], world.spoilers[0]
    process.phase, process.in_force, process.talks_go_on = phase, in_force, go_on
    me.readiness, me.hawkishness = 0.4, 0.0
    have_will(me, process, p)
    assert me.will == pytest.approx(p.cbm_will_dove * (0.4 + (p.cbm_will_in_talks if together else 0.0)))

    me.concession = 0.0
    give_cue(me, process, p)
    silent = me.reasons
    me.concession = p.publics_audience_step
    give_cue(me, process, p)
    assert silent - me.reasons == pytest.approx(p.publics_audience_cost if seen else 0.0)

    process.interest, process.milestone, process.deadlock = 1.0, 10.0, 24.0
    keep_giving(process, p)
    assert (process.interest < 1.0) == stuck

    for name, progress, fragility in (("progress", 0.9, 0.0), ("fragility", 0.0, 0.9)):
        process.progress, process.fragility, process.alarm = progress, fragility, 0.0
        feel_threatened(faction, 0.5, process, p)
        assert (faction.threat > 0.0) == (name == what_threatens)


def test_what_one_party_brings_to_the_table_all_who_sit_there_come_to_know():
    """Only one of three has heard of an option: it is known to no pair before talks, and to all at the table after some."""
    scenario = mt.scenario_from_codes({"parties": 3, "track2": 0, "spoilers": 0}).with_settings(
        {"conflict.start": "talks", "track_one.invention": 0.0, "track_one.breakdown": 0.0, "track_one.walk_out": 0.0,
         "track_one.signature": 0.0, "track_one.partial": 0.0, "spoiling.deterrence": 3.0}
    )  # fmt: skip
    model = mt.PeaceProcess(scenario, seed=1)
    stakes, issues = model.world.stakes, model.world.issues
    model.step()
    stakes["known_unofficial"][0] = 0.8  # the first party, on the first issue
    for _ in range(12):
        model.step()
    p, heard = model.world.parameters[0], stakes["known_unofficial"].reshape(3, -1)
    assert heard[:, 0] == pytest.approx([0.8] + [0.8 * (1.0 - (1.0 - p.track_one_learning) ** 12)] * 2)
    assert (heard[:, 1:] == 0.0).all() and issues["known"][0] > 0.7


def test_insight_needs_rapport():
    """Without rapport a report is right as often as not, and moves nothing."""
    p = a_world().parameters[0]
    odds = [insight_odds(rapport, 1.0, p) for rapport in (0.0, 0.5, 1.0)]
    assert odds[0] == 0.0 < odds[1] < odds[2] and sigma(odds[2]) == pytest.approx(p.track_two_insight)
