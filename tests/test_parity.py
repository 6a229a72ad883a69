"""One model, three ways to run it: compiled months, behaviours through agents, and the ensemble. The same bits.

Bit for bit means every outcome and every cell of every final table, missing values included.
"""

import dataclasses
from functools import lru_cache
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from strategies import full_cast, scenarios

import multitrack_sim as mt
from multitrack_sim.engine.random import run_seed
from multitrack_sim.running.ensemble import RUNS_AT_ONCE, run_ensemble
from multitrack_sim.schema.events import Event
from multitrack_sim.schema.outcomes import OUTCOMES, SERIES
from multitrack_sim.schema.tables import TABLES
from multitrack_sim.schema.world import differing_cells, same

CASES = sorted((Path(__file__).parents[1] / "scenarios").glob("*.toml"))

# Rates at which nearly everything that can happen happens within three years.
HURRIED = {
    "track_one.ready_threshold": 0.15, "track_one.pretalks": 0.9, "track_one.pretalks_fail": 1.0,
    "track_one.opening": 0.9, "track_one.war_cost": 1.0, "track_one.aspiration": 0.1, "track_one.concession": 0.1,
    "track_one.signature": 0.9, "track_one.ratification_months": 1, "track_one.vote_base": -0.5,
    "track_one.breakdown": 0.15, "track_one.suspension": 0.9, "track_one.resumption": 0.9,
    "track_one.abandonment": 0.2, "conflict.exposure": 0.1, "conflict.incidents": 0.5, "accord.months": 6,
    "accord.durable_months": 12, "accord.doubt": 0.2, "accord.compliance": 0.6, "cbm.proposal": 0.6,
    "cbm.review": 1, "cbm.temptation": 1.0, "cbm.verification": 0.9, "cbm.erosion": 0.1, "trust.reliable_share": 0.4,
    "track_two.channel": 0.9, "track_two.leak": 0.3, "track_two.channel_ends": 0.2, "track_two.tabling": 0.7,
    "track_two.office": 0.5, "track_two.officials_attend": 0.5,
    "track_two.transfer": 0.9, "track_two.rapport_gain": 0.8, "fighting.escalation": 1.0, "fighting.victory": 0.15,
    "fighting.petering_out": 0.15, "fighting.ceasefire": 0.1, "fighting.ceasefire_ends": 0.2,
    "fighting.quiet_months": 3, "fighting.recurrence": 0.1, "spoiling.deterrence": 0.0, "spoiling.control": 0.9,
    "spoiling.controllable": 0.9, "leaders.turnover": 0.03, "track_two.clash": 0.4, "track_two.hardening": 0.5,
    "track_one.reopening": 0.5, "track_one.partial": 0.6, "track_one.least_scope": 0.1, "track_one.signing_cost": 0.0,
    "track_one.accession": 0.4, "track_one.procedure": 0.6, "accord.withdrawal": 0.2, "cbm.recommitment": 0.4,
}  # fmt: skip


@st.composite
def eventful_scenarios(draw):
    """Random valid scenarios, in most of which much happens: some rates are hurried, the last issue is avoided."""
    scenario = draw(scenarios(months=(12, 40), communities=(4, 12)))
    hurried = {name: value for name, value in HURRIED.items() if draw(st.integers(0, 3))}
    return scenario.with_settings({**hurried, f"issues.'{scenario.names['issues'][-1]}'.tabled": 0})


@lru_cache
def lively(**more):
    codes = {"parties": 3, "hurting_stalemate": 3, "track2": 4, "track3": 3, "cbm": 3, "mediation": 3, "spoilers": 3}
    return mt.scenario_from_codes(codes | more).with_settings({"run.months": 30, "society.communities": 12})


def equal(one, two):
    return all(one[name] == two[name] or one[name] != one[name] and two[name] != two[name] for name in OUTCOMES)


def test_three_ways_agree_where_every_mechanism_is_at_work():
    for parties in (2, 5):
        for hurry in ({}, HURRIED):
            agree(full_cast(parties).with_settings(hurry | {"run.months": 60, "society.communities": 12}), 7)


def agree(scenario, seed):
    """Run a scenario the three ways; give back the final world, once they agree."""
    table = mt.simulate(scenario, runs=1, seed=seed, threads=1, worlds=True)
    row, world = table.iloc[0], table["world"][0]
    for through_agents in (False, True):
        model = mt.PeaceProcess(scenario, seed=int(row["seed"]), through_agents=through_agents, collect=False)
        outcomes = model.run()
        assert same(model.tables, world), differing_cells(model.tables, world)
        assert equal(outcomes, row)
        assert equal(model.outcomes(), row)
    return world


def happened(world):
    return {Event(kind).word for kind in world.events["kind"][: min(int(world.tally["events"][0]), len(world.events))]}


def within_the_tables(world):
    """Every cell lies in what its column allows, whatever happened."""
    for name, table in TABLES.items():
        for column in table.columns:
            values = np.asarray(getattr(world, name)[column.name])
            if not (name == "interventions" and column.name in ("value", "saved")):
                assert ((values >= column.low) & (values <= column.high)).all(), (name, column.name)


def outcomes_mean_what_they_say(row):
    """Shares lie between 0 and 1, and only what may be missing is missing."""
    for name, outcome in OUTCOMES.items():
        value = row[name]
        if outcome.values:
            assert value in outcome.values
        elif value != value:
            assert outcome.missing != "never missing", name
        else:
            assert 0.0 <= value <= (1.0 if outcome.unit in ("share", "probability", "0 or 1") else np.inf), name


def test_three_ways_agree_on_any_scenario():
    seen = set()

    @settings(max_examples=50, derandomize=True, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    @given(eventful_scenarios(), st.integers(0, 2**53 - 1))
    def agreed(scenario, seed):
        seen.update(happened(agree(scenario, seed)))

    agreed()
    assert len(seen) >= 25, (
        f"too little happens in these worlds to compare: not {sorted({event.word for event in Event} - seen)}"
    )


@pytest.mark.parametrize("hurried", [False, True], ids=["as it is", "hurried"])
@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_three_ways_agree_on_the_cases(path, hurried):
    scenario = mt.load(path).with_settings(HURRIED if hurried else {})
    if len(scenario.rows["governments"]) > 12:  # in plain Python 27 parties take minutes a year
        early = tuple(change for change in scenario.interventions if change["month"] < 25)
        scenario = dataclasses.replace(scenario, interventions=early)
    months = max(24, *(change["month"] + 6 for change in scenario.interventions), 0)
    communities = max(12, len(scenario.rows["governments"]))
    scenario = scenario.with_settings({"run.months": months, "society.communities": communities})
    agree(scenario, 1998)


def test_there_are_cases():
    assert len(CASES) >= 3


@settings(max_examples=100, derandomize=True, deadline=None)
@given(eventful_scenarios(), st.integers(0, 2**53 - 1))
def test_worlds_and_outcomes_stay_within_what_is_declared(scenario, seed):
    table = mt.simulate(scenario, runs=2, seed=seed, threads=1, worlds=True)
    for k in range(2):
        outcomes_mean_what_they_say(table.iloc[k])
        within_the_tables(table["world"][k])


# ---- what must not matter --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("runs", [1, 2, RUNS_AT_ONCE, RUNS_AT_ONCE + 1, 3 * RUNS_AT_ONCE, 5 * RUNS_AT_ONCE + 3])
def test_threads_do_not_matter(runs):
    reports = []
    one = run_ensemble(lively(), runs, seed=6, threads=1, series=True, worlds=True)
    for threads in (2, 3, None):
        other = run_ensemble(
            lively(), runs, seed=6, threads=threads, series=True, worlds=True, progress=lambda *at: reports.append(at)
        )
        assert other.table.equals(one.table)
        assert np.array_equal(one.series.view(np.int64), other.series.view(np.int64))
        assert all(map(same, one.worlds, other.worlds))
        assert reports[-1] == (runs, runs)
    assert (one.table["mean_support"] > 0).all(), "every run was run"


def test_more_runs_begin_with_the_rows_of_fewer():
    few, many = (mt.simulate(lively(), runs=runs, seed=6, worlds=True) for runs in (10, 20))
    columns = [name for name in few.columns if name != "world"]
    assert many[columns].head(10).equals(few[columns])
    assert all(map(same, few["world"], many["world"]))
    assert few["seed"].tolist() == [run_seed(6, run) for run in range(10)]
    assert not many[columns].tail(10).reset_index(drop=True).equals(few[columns])


def test_another_seed_gives_other_runs():
    one, two = (mt.simulate(lively(), runs=5, seed=seed) for seed in (6, 7))
    assert not set(one["seed"]) & set(two["seed"]) and not set(one["mean_trust"]) & set(two["mean_trust"])


def test_asking_for_series_and_worlds_does_not_matter():
    full = run_ensemble(lively(), 5, seed=6, series=True, worlds=True)
    bare = run_ensemble(lively(), 5, seed=6)
    assert full.table.equals(bare.table)
    assert bare.series is None and bare.worlds == []
    for name in SERIES.keys() & OUTCOMES.keys():
        assert np.array_equal(full.series[name][:, -1], full.table[name]), name


def test_entities_of_all_final_worlds_are_one_table():
    full = run_ensemble(lively(), 3, seed=6, worlds=True)
    frame = full.entities("governments")
    assert len(frame) == 9 and frame["seed"].nunique() == 3
    assert frame["readiness"].tolist() == [x for world in full.worlds for x in world.governments["readiness"]]
    with pytest.raises(mt.SettingError, match="no table 'tribes'"):
        full.entities("tribes")
    with pytest.raises(mt.MultitrackError, match="worlds=True"):
        run_ensemble(lively(), 1).entities("issues")


# ---- settings that differ between runs -------------------------------------------------------------------------------

VARIED = {
    "track_two.budget": [0.0, 0.5, 3.0],
    "conflict.violence": [0.0, 0.3, 1.0],
    "conflict.ceasefire_at_start": [1, 0, 1],
    "cbm.review": [1, 3, 12],
    "governments.'Party 1'.hawkishness": [0.0, 0.5, 1.0],
    "governments.'Party 2'.required": [1, 1, 0],
    "spoilers.'Faction of Party 1'.active": [0, 1, 0],
    "dyads.'Party 1'.'Party 2'.prior": [-2.0, 0.0, 2.0],
    "dyads.'Party 1'.'Party 2'.misperception": [0.0, 0.5, 1.0],
}


@pytest.mark.parametrize("name", VARIED)
@pytest.mark.parametrize("agents", [None, {mt.Organisation: type("Mine", (mt.Organisation,), {})}], ids=["", "agents"])
def test_varying_a_setting_is_setting_it(name, agents):
    table = mt.simulate(lively(), runs=3, seed=6, vary={name: VARIED[name]}, agents=agents, worlds=True)
    for k, value in enumerate(VARIED[name]):
        scenario = lively().with_settings({name: value})
        model = mt.PeaceProcess(scenario, seed=int(table["seed"][k]), collect=False)
        assert equal(model.run(), table.iloc[k])
        assert same(model.tables, table["world"][k]), differing_cells(model.tables, table["world"][k])


def test_many_settings_vary_together():
    runs = 2 * RUNS_AT_ONCE + 3
    draws = np.random.default_rng(1).random((2, runs))
    vary = {"track_two.budget": 3 * draws[0], "governments.'Party 1'.power": 0.5 + draws[1]}
    table = mt.simulate(lively(), runs=runs, seed=6, vary=vary)
    assert table.equals(mt.simulate(lively(), runs=runs, seed=6, threads=1, vary=vary))
    for k in (0, 17, runs - 1):
        scenario = lively().with_settings({name: values[k] for name, values in vary.items()})
        assert equal(mt.PeaceProcess(scenario, seed=int(table["seed"][k]), collect=False).run(), table.iloc[k])


@pytest.mark.parametrize(
    ("vary", "message"),
    [
        ({"track_two.bugdet": [1, 1, 1]}, "did you mean 'track_two.budget'"),
        ({"track_two.budget": [1, 1]}, "one value per run"),
        ({"track_two.budget": [1, 1, 11]}, "found 11; allowed: numbers from 0 to 10"),
        ({"track_two.budget": [1, np.nan, 1]}, "found nan; allowed"),
        ({"cbm.review": [1, 2.5, 3]}, "found 2.5; allowed: whole numbers"),
        ({"governments.'Party 1'.required": [1, 0, 2]}, "found 2; allowed: whole numbers from 0 to 1"),
        ({"run.months": [20, 30, 40]}, "shapes the world"),
        ({"society.communities": [20, 30, 40]}, "shapes the world"),
        ({"governments.'Party 1'.population": [1, 2, 3]}, "shapes the world"),
        ({"spoilers.'Faction of Party 1'.key_issue": [0, 1, 10**9]}, "shapes the world"),
    ],
)
def test_settings_that_cannot_vary_are_refused(vary, message):
    with pytest.raises(mt.MultitrackError) as refused:
        mt.simulate(lively(), runs=3, seed=6, vary=vary)
    assert message in str(refused.value)


@pytest.mark.parametrize(
    "wrong", [{"runs": 0}, {"runs": -1}, {"runs": 2.5}, {"runs": True}, {"threads": 0}, {"threads": 1.5}]
)
def test_numbers_of_runs_and_threads_that_make_no_sense_are_refused(wrong):
    with pytest.raises(mt.MultitrackError, match="allowed: whole numbers from 1"):
        mt.simulate(lively(), **({"runs": 2, "seed": 1} | wrong))


def test_progress_can_stop_an_ensemble():
    class Enough(Exception):
        pass

    def stop(done, total):
        raise Enough

    with pytest.raises(Enough):
        mt.simulate(lively(), runs=5 * RUNS_AT_ONCE, seed=1, threads=2, progress=stop)
