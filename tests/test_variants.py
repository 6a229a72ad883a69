"""Structural variants: what each switches, and that the model's truths hold in every one of them.

Beliefs that are Bayes' rule are true of the model as it is, not of a rule of thumb; all else that logic imposes
(`test_truths.py`) must hold whatever the rules.
"""

import math

import numpy as np
import pytest
from strategies import full_cast
from test_parity import HURRIED, agree
from test_truths import OFFICIAL, PERMUTED, full_information, lively

import multitrack_sim as mt
from multitrack_sim.engine.arithmetic import sigma
from multitrack_sim.engine.compiled import python_twin
from multitrack_sim.process.trust import make_of_news
from multitrack_sim.scenario.variants import VARIANTS, find_variant
from multitrack_sim.schema.parameters import PARAMETERS
from multitrack_sim.schema.tables import LEDGER
from multitrack_sim.schema.world import differing_cells

OTHERS = [name for name in VARIANTS if name != "as it is"]
every_variant = pytest.mark.parametrize("name", OTHERS)


def switched(name, scenario=None):
    return (scenario or lively()).with_settings(VARIANTS[name].settings)


# ---- the table


def test_every_variant_changes_parameters_within_their_ranges():
    assert next(iter(VARIANTS)) == "as it is" and not VARIANTS["as it is"].settings
    assert not VARIANTS["as it is"].recentred
    for variant in VARIANTS.values():
        assert variant.question and variant.answer and variant.source
        for name, value in variant.all_settings.items():
            p = PARAMETERS[name]
            assert p.low <= value <= p.high, (variant.name, name)
        assert variant.name == "as it is" or any(PARAMETERS[n].default != v for n, v in variant.settings.items())
    table = mt.variants()
    assert list(table.index) == list(VARIANTS)
    assert table["weak transfer"]["settings"] == {"track_two.transfer": 0.05}


def test_an_unknown_variant_is_refused_with_the_nearest():
    with pytest.raises(mt.SettingError, match="did you mean 'weak transfer'"):
        find_variant("weak transfers")


@every_variant
def test_a_variant_changes_runs_and_may_differ_from_run_to_run(name):
    """Paired runs with the switch and without, in one call: a switch is a setting like others."""
    settings, base = VARIANTS[name].settings, lively()
    table = mt.simulate(base, runs=40, seed=3, vary={n: [base.value(n)] * 20 + [v] * 20 for n, v in settings.items()})
    plain = mt.simulate(base, runs=40, seed=3)
    other = mt.simulate(switched(name), runs=40, seed=3)
    assert table.head(20).equals(plain.head(20)) and table.tail(20).equals(other.tail(20))
    assert not plain.equals(other)


# ---- the rules, by hand


class Row:
    def __init__(self, **values):
        self.__dict__.update(values)


def thumb(good=0.1, bad=0.2):
    return Row(trust_rule_of_thumb=1, trust_good_news=good, trust_bad_news=bad)


def test_a_rule_of_thumb_takes_steps_of_its_own_size():
    """From a belief of .4: good news .1 of the way to 1, bad news .2 of the way to 0, however strong the evidence."""
    news, dyad = python_twin(make_of_news, {}), Row(trust=math.log(0.4 / 0.6))
    for evidence in (0.01, 3.0):
        up = news(dyad, evidence, 1.0, thumb())
        down = news(dyad, -evidence, 1.0, thumb())
        assert sigma(dyad.trust + up) == pytest.approx(0.4 + 0.1 * 0.6)
        assert sigma(dyad.trust + down) == pytest.approx(0.4 - 0.2 * 0.4)
    half = news(dyad, 1.0, 0.5, thumb())
    assert sigma(dyad.trust + half) == pytest.approx(0.4 + 0.05 * 0.6)
    assert news(dyad, 0.0, 1.0, thumb()) == 0.0 and news(dyad, 1.0, 0.0, thumb()) == 0.0
    assert news(dyad, 1.3, 0.2, Row(trust_rule_of_thumb=0)) == 1.3
    for trust in (-40.0, 0.0, 40.0):
        for evidence in (-1.0, 1.0):
            assert math.isfinite(news(Row(trust=trust), evidence, 1.0, thumb(1.0, 1.0)))


def test_with_one_pool_nothing_is_found_beside_it():
    result = mt.run_ensemble(switched("one pool of options"), runs=30, seed=2, worlds=True)
    issues, stakes = result.entities("issues"), result.entities("stakes")
    assert (issues["found_unofficial"] == 0.0).all() and (stakes["known_unofficial"] == 0.0).all()
    assert result.table["workshops"].min() > 0 and issues["found_official"].max() > 0.0


def test_issue_by_issue_options_are_invented_on_the_smallest_issue_that_is_not_settled():
    scenario = switched("issue by issue", lively(parties=2, indivisibility=3))
    worked = 0
    for seed in range(8):
        model = mt.PeaceProcess(scenario, seed=seed, collect=False)
        while model.month < model.months:
            before = model.tables.issues["found_official"].copy()
            settled = model.tables.issues["settled"].copy()
            model.step()
            world = model.tables
            moved = np.flatnonzero(world.issues["found_official"] > before)
            open_before = np.flatnonzero((settled == 0) & (world.issues["tabled"] == 1))
            if len(open_before):
                salience = world.stakes["salience"].reshape(len(world.governments), -1)
                lost = (1.0 - world.stakes["war_value"]).reshape(salience.shape)
                stake = (salience * lost).sum(axis=0)
                assert len(moved) <= 1, "one issue at a time"
                if len(moved):
                    assert stake[moved[0]] <= stake[open_before].min() + 1e-12
                    worked += 1
    assert worked > 50, "the scenario tests nothing"


def test_a_leadership_of_factions_demands_at_least_what_its_harder_wing_does():
    scenario = switched("leaders as factions")
    one, two = (
        mt.run_ensemble(other.with_settings({"run.months": 60}), runs=40, seed=4, worlds=True).entities("governments")
        for other in (lively(), scenario)
    )
    assert (one["hardline"] == one["aspiration"]).all() and one["aspiration"].max() > 0.0
    assert (two["hardline"] >= two["aspiration"]).all() and (two["hardline"] > two["aspiration"]).mean() > 0.2


# ---- what must be true in all of them (the numbers are those of test_truths.py)


@every_variant
def test_three_ways_agree(name):
    world = agree(
        full_cast(2).with_settings(HURRIED | {"run.months": 40, "society.communities": 12} | VARIANTS[name].settings), 7
    )
    assert int(world.tally["events"][0]) > 10


@every_variant
def test_no_rule_reads_a_future_setting(name):
    scenario = switched(name, full_cast()).with_settings({"society.communities": 20})
    muted = scenario.with_interventions([{"month": 30, "set": "track_two.access", "to": 0.0}])
    one, two = (mt.PeaceProcess(s, seed=8, collect=False) for s in (scenario, muted))
    for _ in range(30):
        one.step(), two.step()
    assert {cell for cell in differing_cells(one.tables, two.tables) if not cell.startswith("interv")} == set()
    for _ in range(12):
        one.step(), two.step()
    assert {cell for cell in differing_cells(one.tables, two.tables) if not cell.startswith("interv")}


@every_variant
def test_with_both_gates_closed_no_official_outcome_differs_from_no_track_two(name):
    closed = {"track_two.access": 0.0, "track_two.publicity": 0.0}
    for scenario in (lively(), full_cast()):
        with_track = mt.simulate(switched(name, scenario).with_settings(closed), runs=100, seed=11)
        without = mt.simulate(switched(name, scenario).with_settings({"track_two.budget": 0.0}), runs=100, seed=11)
        assert with_track["workshops"].gt(0).all() and without["workshops"].eq(0).all()
        for outcome in OFFICIAL:
            assert with_track[outcome].equals(without[outcome]), outcome


@every_variant
def test_without_detection_measures_leave_no_entry_in_the_ledger(name):
    blind = lively(cbm=4).with_settings({"cbm.own_detection": 0.0, "cbm.verification": 0.0})
    result = mt.run_ensemble(switched(name, blind), runs=20, seed=3, worlds=True)
    assert result.table["measures_in_force"].gt(0).all()
    assert (result.entities("dyads")["from_measures"] == 0.0).all()


@every_variant
def test_without_burden_and_pressure_there_are_never_talks(name):
    nothing = {
        "fighting.cost_rate": 0.0, "fighting.no_deal_rate": 0.0, "pressure.base": 0.0, "pressure.outside_effect": 0.0,
        "pressure.mobilisation": 0.0,
    }  # fmt: skip
    table = mt.simulate(switched(name, lively(hurting_stalemate=4)).with_settings(nothing), runs=60, seed=5)
    assert table["talks_opened"].eq(0).all() and table["agreed"].eq(0).all()


@every_variant
def test_the_ledger_adds_up_and_shares_stay_shares(name):
    result = mt.run_ensemble(switched(name, full_cast()), runs=20, seed=6, worlds=True)
    dyads, governments = result.entities("dyads"), result.entities("governments")
    total = dyads["prior"] + dyads[list(LEDGER)].sum(axis=1)
    assert (total - dyads["trust"]).abs().max() < 1e-9
    assert governments["hardline"].between(0.0, 1.0).all()
    assert result.entities("issues")["found_official"].between(0.0, 1.0).all()


@every_variant
def test_rational_parties_with_nothing_hidden_always_agree(name):
    """Fearon: full information, divisible issues, honoured deals and a cost of war."""
    ideal = full_information(parties=2, asymmetry=3)
    assert mt.simulate(switched(name, ideal), runs=50, seed=6)["agreed"].eq(1).all()


@every_variant
def test_names_and_the_order_of_rows_do_not_matter(name):
    text = PERMUTED.format(a=0, b=1)
    blocks = text.split("[[")
    swapped = "[[".join([blocks[0], blocks[2], blocks[1], *blocks[3:]])
    renamed = text.replace('"A"', '"Zebra"').replace('"first"', '"anything"')
    one, two, three = (mt.simulate(switched(name, mt.loads(t)), runs=20, seed=4) for t in (text, renamed, swapped))
    assert one.equals(two) and one.equals(three)
