"""Effects, arms, necessity and precision: intervals that keep their promise, identities, answers worked out by hand."""

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from paired_worlds import KINDS, coverage
from synthetic import made_up_ensemble

import multitrack_sim as mt
from multitrack_sim.analysis.effects import COLUMNS, effects, holm, pairing, quantile_effects
from multitrack_sim.analysis.intervals import Z, mean_interval, skewed_mean, skewed_p
from multitrack_sim.analysis.necessity import necessity_of, runs_that_turned
from multitrack_sim.analysis.paired import paired_ratio, paired_score, score_p
from multitrack_sim.analysis.precision import convergence, pairs_needed, runs_needed
from multitrack_sim.designs.arms import ARMS, BASELINE, PARTS, arm_named, from_month, with_money
from multitrack_sim.errors import MultitrackError, SettingError
from multitrack_sim.scenario.scenario import Scenario

SMALL = {"run.months": 60, "society.communities": 20}


@pytest.fixture(scope="module")
def small():
    return mt.scenario_from_codes({"track2": 4, "hurting_stalemate": 4}).with_settings(SMALL)


@pytest.fixture(scope="module")
def compared(small):
    arms = {
        "no Track II": {"track_two.budget": 0},
        "late": {"interventions": [_off(24)]},
        "ready": ARMS["no mediation"],
    }
    return mt.compare(small, arms, runs=40, seed=3, series=True)


def _off(month):
    return {"month": month, "set": "track_two.budget", "to": 0.0}


# --- intervals


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "waiting"])
def test_intervals_cover(kind):
    """1,000 repetitions of 1,000 pairs: between 93% and 97% hold the known effect (fair intervals: 1 time in 250 not)."""
    for statistic, share in coverage(kind, runs=1000, times=1000, seed=1).items():
        assert 0.93 <= share <= 0.97, statistic


@pytest.mark.slow
def test_intervals_of_waiting_times_cover():
    found = coverage("waiting", runs=200, times=1000, seed=1)
    assert 0.93 <= found["restricted mean months"] <= 0.97
    assert found["median"] >= 0.93  # the bootstrap of a median is wide


def test_symmetric_values_have_students_interval():
    values = np.r_[np.arange(-5, 6), 3.0, -3.0] + 2
    assert skewed_mean(values) == pytest.approx(mean_interval(values), abs=1e-9)
    assert skewed_mean([4, 4, 4])[0] == 4 and np.isnan(skewed_mean([4, 4, 4])[1:3]).all()
    assert math.isnan(skewed_mean([4])[1])


@given(st.lists(st.integers(-3, 9), min_size=4, max_size=40))
def test_p_and_interval_agree(values):
    _, low, high, error = skewed_mean(values)
    p = skewed_p(values)
    if error > 0 and abs(p - 0.05) > 1e-4:
        assert (p < 0.05) == (low > 0 or high < 0)


@given(st.integers(0, 12), st.integers(0, 12), st.integers(1, 40))
def test_the_score_interval_mirrors_and_holds_its_estimate(more, less, same):
    pairs = more + less + same
    estimate, low, high = paired_score(more, less, pairs)
    _, other_low, other_high = paired_score(less, more, pairs)
    assert low - 1e-9 <= estimate <= high + 1e-9
    assert (low, high) == pytest.approx((-other_high, -other_low), abs=1e-9)


def test_the_score_interval_without_pairs_that_differ():
    """Tango (1998): with none that differ it is z^2 / (n + z^2) to either side."""
    _, low, high = paired_score(0, 0, 50)
    assert (low, high) == pytest.approx((-Z * Z / (50 + Z * Z), Z * Z / (50 + Z * Z)), abs=1e-6)


def test_the_ratio_turns_over():
    ratio, low, high = paired_ratio(40, 12, 4)
    upside_down = paired_ratio(40, 4, 12)
    assert upside_down == pytest.approx((1 / ratio, 1 / high, 1 / low))
    assert paired_ratio(0, 3, 0)[0] == math.inf and math.isnan(paired_ratio(0, 0, 0)[0])


def test_p_of_the_score_by_hand():
    assert score_p(9, 1) == pytest.approx(math.erfc(8 / math.sqrt(10) / math.sqrt(2)))
    assert score_p(3, 3) == 1


def test_holm_by_hand():
    assert holm([0.02, 0.01, math.nan, 0.5])[[0, 1, 3]] == pytest.approx([0.04, 0.03, 0.5])
    assert math.isnan(holm([math.nan])[0])


# --- effects


def test_the_sign_is_arm_minus_baseline():
    baseline = pd.DataFrame({"seed": range(50), "attacks": np.arange(50.0)})
    (row,) = effects(baseline, {"arm": baseline.assign(attacks=baseline["attacks"] + 2)}, ["attacks"]).itertuples()
    assert (row.difference, row.only_arm, row.only_baseline) == (2, 50, 0)
    assert np.isnan([row.low, row.high, row.p]).all()  # attacks have no largest number


def test_every_outcome_has_its_rows():
    one, two = made_up_ensemble(seed=1, agree=0.01).table, made_up_ensemble(seed=1, agree=0.006).table
    found = effects(one, {"two": two}, list(mt.outcomes().index), horizon=120)
    assert list(found.columns) == COLUMNS
    assert set(found["statistic"]) == {"share", "ratio", "mean", "median", "restricted mean months"}
    kept = found.dropna(subset=["difference", "low"])
    kept = kept[np.isfinite(kept["difference"])]
    assert (kept["low"] <= kept["difference"] + 1e-9).all() and (kept["difference"] <= kept["high"] + 1e-9).all()
    assert (kept["p_corrected"] >= kept["p"] - 1e-12).all()
    assert (found["pairs"] + found["left_out"] == len(one)).all()
    same = effects(one, {"two": two.sample(frac=1, random_state=1)}, horizon=120)
    pd.testing.assert_frame_equal(same, effects(one, {"two": two}, horizon=120))


def test_months_count_over_all_runs_and_durability_where_both_sign():
    baseline = pd.DataFrame({"seed": [1, 2, 3], "months_to_substantive": [10.0, 200.0, math.nan]})
    baseline["months_to_collapse"] = [math.nan, 20.0, math.nan]
    arm = baseline.assign(
        months_to_substantive=[10.0, math.nan, math.nan], months_to_collapse=[30.0, math.nan, math.nan]
    )
    found = effects(baseline, {"arm": arm}, ["months_to_substantive", "months_to_collapse"], horizon=240)
    waited = found[found["outcome"] == "months_to_substantive"].iloc[0]
    assert (waited["difference"], waited["pairs"]) == (pytest.approx(40 / 3), 3)
    stood = found[(found["outcome"] == "months_to_collapse") & (found["statistic"] == "restricted mean months")].iloc[0]
    assert (stood["baseline_estimate"], stood["arm_estimate"], stood["pairs"], stood["left_out"]) == (60, 30, 1, 2)
    assert "other pairs may differ" in stood["meaning"] and "both arms signed" in stood["meaning"]


def test_one_test_more_is_one_correction_more():
    one, two = made_up_ensemble(seed=1, agree=0.01).table, made_up_ensemble(seed=1, agree=0.004).table
    alone = effects(one, {"two": two}, ["agreed"]).iloc[0]
    both = effects(one, {"two": two}, ["agreed", "attacks"]).iloc[0]
    assert alone["p_corrected"] == alone["p"] and both["p_corrected"] >= both["p"]
    plain = effects(one, {"two": two}, ["agreed", "attacks"], correct="none")
    assert (plain["p"] == plain["p_corrected"]).all()


def test_what_effects_refuse():
    table = made_up_ensemble(runs=5).table
    for arm, outcomes, correct, message in [
        (table, ["agred"], "holm", "did you mean 'agreed'"),
        (table, ["agreed"], "bonferoni", "correct="),
        (table.assign(seed=table["seed"] + 1), ["agreed"], "holm", "same seeds"),
        (table.assign(seed=7), ["agreed"], "holm", "seed twice"),
    ]:
        with pytest.raises(MultitrackError, match=message):
            effects(table, {"arm": arm}, outcomes, correct=correct)
    with pytest.raises(MultitrackError, match="no quantiles"):
        quantile_effects(table, table, "agreed")


def test_pairing_has_a_floor():
    """No coupling of shares goes below d (1 - d): reached where all pairs that differ differ the same way."""
    rng = np.random.default_rng(1)
    u, v = rng.random(4000), rng.random(4000)
    baseline = pd.DataFrame({"seed": range(4000), "durable": (u < 0.4).astype(float)})
    monotone = pairing(baseline, baseline.assign(durable=(u < 0.3).astype(float)), ["durable"])["over_least"][0]
    apart = pairing(baseline, baseline.assign(durable=(v < 0.3).astype(float)), ["durable"])
    assert monotone == pytest.approx(1)
    assert apart["over_least"][0] > 3 and apart["share"][0] == pytest.approx(1, abs=0.06)


# --- arms and comparisons


def test_a_comparison_is_what_it_says(compared, small):
    assert list(compared.arms) == [BASELINE, "no Track II", "late", "ready"]
    assert compared.arms[BASELINE] == small and compared.pairs == 40 and len(compared.runs) == 160
    assert list(compared.runs.columns)[:2] == ["arm", "seed"]
    assert len({tuple(compared.table(arm)["seed"]) for arm in compared.arms}) == 1
    found = compared.effects(["agreed", "attacks"])
    assert set(found["arm"]) == {"no Track II", "late", "ready"}
    other = compared.effects(["attacks"], baseline="late").set_index("arm")
    assert other.loc[BASELINE, "difference"] == pytest.approx(
        -found.set_index(["arm", "outcome"]).loc[("late", "attacks"), "difference"]
    )
    assert compared.ensembles["late"].series["violence"].shape == (40, 60)


def test_the_estimand_is_said(compared):
    said = compared.estimand("no Track II")
    for part in ("track_two.budget at 0 instead of 1", "month 0", "all 40 pairs of runs", "60 months", "goes unused"):
        assert part in said
    assert "from month 24 on (until then both are the same runs" in compared.estimand("late")
    assert "no mediation" in compared.estimand("ready") and "unused" not in compared.estimand("ready")
    assert "baseline" in compared.estimand(BASELINE)
    with pytest.raises(MultitrackError, match="did you mean 'late'"):
        compared.estimand("latr")


def test_findings_have_intervals(compared):
    said = compared.finding("no Track II", "agreed")
    assert "95% interval" in said and "of 40 pairs" in said.lower()
    assert "(victory)" in compared.finding("no Track II", "ended_by", "victory")
    with pytest.raises(MultitrackError, match="needs a value"):
        compared.finding("no Track II", "ended_by")
    with pytest.raises(MultitrackError, match="is the baseline"):
        compared.finding(BASELINE, "agreed")


def test_until_its_month_an_arm_is_the_baseline(compared):
    a, b = compared.ensembles["late"].series, compared.ensembles[BASELINE].series
    assert all((a[name][:, :24] == b[name][:, :24]).all() for name in ("violence", "mean_trust", "contact"))


def test_ready_made_arms_switch_off(small):
    organisations = [row["name"] for row in small.rows["organisations"]]
    for name in [name for name, arm in ARMS.items() if not arm.adds]:
        made = arm_named(name).scenario(small)
        assert isinstance(made, Scenario) and made != small
    quiet = arm_named("no mediation").scenario(small)
    assert all(quiet.value(f"organisations.'{name}'.skill") == 0 for name in organisations)
    assert arm_named("no unofficial channel").scenario(small).value("track_two.channel") == 0
    assert with_money("no workshops", "moved").scenario(small).value("funding.muted") == "moved"
    assert set(PARTS) == {"Track II", "Track III", "CBMs", "mediation", "guarantee"}
    assert from_month("no CBMs", 12).scenario(small).interventions[0]["month"] == 12
    for wrong, message in [("no wokshops", "did you mean 'no workshops'"), ("no CBMs, money kept", "money=")]:
        with pytest.raises(SettingError, match=message):
            arm_named(wrong)


def test_a_ready_made_arm_stays_off(small):
    """The scenario's own later change of the same setting would switch it on again; plain settings keep it, and say so."""
    renewed = small.with_interventions([{"month": 12, "set": "track_two.budget", "to": 2.0, "until": 30}])
    assert not arm_named("no workshops").scenario(renewed).interventions
    late = arm_named("no workshops from month 24").scenario(renewed)
    assert [(one["month"], one["until"], one["to"]) for one in late.interventions] == [(12, None, 2.0), (24, None, 0.0)]
    found = mt.compare(renewed, {"plain": {"track_two.budget": 0}, "ready": "no workshops"}, runs=4)
    assert found.table("ready")["workshops"].sum() == 0 and found.table("plain")["workshops"].sum() > 0
    assert "1 later change of" in found.estimand("plain") and "later change" not in found.estimand("ready")


def test_what_compare_refuses(small):
    for arms, message in [
        ({}, "no arm"),
        ({BASELINE: {}}, "name of the baseline"),
        ({"x": {"track_two.bugdet": 0}}, "arm 'x'.*did you mean 'track_two.budget'"),
        ({"x": 7}, "arm 'x'.*a int"),
        (["no worshops"], "did you mean"),
    ]:
        with pytest.raises(MultitrackError, match=message):
            mt.compare(small, arms, runs=2)


# --- necessity


def tables(both, only_baseline, only_arm, neither):
    b = [1.0] * (both + only_baseline) + [0.0] * (only_arm + neither)
    a = [1.0] * both + [0.0] * only_baseline + [1.0] * only_arm + [0.0] * neither
    return [pd.DataFrame({"seed": range(len(b)), "agreed": values}) for values in (b, a)]


def test_necessity_by_hand():
    found = necessity_of(*tables(30, 20, 5, 45), "agreed").set_index("quantity")
    assert found["share"].round(4).to_dict() == {
        "necessity": 0.4, "sufficiency": round(20 / 65, 4), "necessity and sufficiency": 0.2,
        "prevention": round(5 / 35, 4), "sufficient prevention": 0.1, "prevention of both kinds": 0.05,
    }  # fmt: skip
    # p1 = .5, p0 = .35: Tian and Pearl's formulas
    assert found.loc["necessity", ["bound_low", "bound_high"]].tolist() == pytest.approx([0.15 / 0.5, 1.0])
    assert found.loc["sufficiency", ["bound_low", "bound_high"]].tolist() == pytest.approx([0.15 / 0.65, 0.5 / 0.65])
    both = found.loc["necessity and sufficiency", ["bound_low", "bound_high"]].tolist()
    assert both == pytest.approx([0.15, 0.5])
    assert found.loc["necessity", "seeds"] == tuple(range(30, 50))
    assert found.loc["prevention", "seeds"] == tuple(range(50, 55))


@settings(deadline=None, max_examples=30)
@given(st.tuples(*[st.integers(0, 20)] * 4).filter(any))
def test_no_coupling_leaves_the_bounds(counts):
    found = necessity_of(*tables(*counts), "agreed").dropna(subset=["share"])
    assert (found["bound_low"] <= found["share"] + 1e-12).all() and (
        found["share"] <= found["bound_high"] + 1e-12
    ).all()
    assert (found["surely_from"] <= found["bound_low"] + 0.35).all()
    assert found[["bound_low", "bound_high", "low", "high"]].stack().between(0, 1).all()


def test_seeds_can_be_opened(compared):
    turned = runs_that_turned(compared.table(), compared.table("no Track II"), "talks_opened")
    found = mt.necessity(compared, "talks_opened")
    assert set(found["arm"]) == {"no Track II", "late", "ready"}
    seeds = found[found["arm"] == "no Track II"].set_index("quantity")["seeds"]
    assert len(turned) == len(seeds["necessity"]) + len(seeds["prevention"])
    for row in turned.head(2).itertuples():
        opened = [mt.PeaceProcess(compared.arms[arm], seed=row.seed).run() for arm in (BASELINE, "no Track II")]
        assert [one["talks_opened"] for one in opened] == ([1, 0] if "baseline" in row.happened else [0, 1])
    with pytest.raises(MultitrackError, match="0 or 1"):
        mt.necessity(compared, "attacks")


# --- precision


def test_so_many_runs_give_such_an_interval():
    rng = np.random.default_rng(1)
    first = pd.DataFrame({"seed": range(200), "attacks": rng.gamma(2, 3, 200)})
    needed = runs_needed(first, "attacks", 0.25)
    again = pd.DataFrame({"seed": range(needed), "attacks": rng.gamma(2, 3, needed)})
    assert convergence(again, "attacks").iloc[-1]["error"] * Z == pytest.approx(0.25, rel=0.15)
    shares = pd.DataFrame({"seed": range(100), "agreed": [0.0] * 100})
    assert runs_needed(shares, "agreed", 0.01) > 1000  # none in a hundred is not never
    missing = first.assign(recurred=[1.0, 0.0, math.nan, math.nan] * 50)
    assert runs_needed(missing, "recurred", 0.05) == pytest.approx(2 * 385, abs=2)


def test_pairs_need_fewer_runs_than_arms_apart():
    rng = np.random.default_rng(2)
    baseline = pd.DataFrame({"seed": range(300), "attacks": rng.gamma(2, 3, 300)})
    arm = baseline.assign(attacks=baseline["attacks"] + rng.normal(1, 0.5, 300))
    assert pairs_needed(baseline, arm, "attacks", 0.1) < runs_needed(baseline, "attacks", 0.1) / 10
    with pytest.raises(MultitrackError, match="half_width"):
        runs_needed(baseline, "attacks", 0)


def test_convergence_ends_at_the_estimate():
    table, other = made_up_ensemble(runs=80, seed=1).table, made_up_ensemble(runs=80, seed=1, agree=0.004).table
    last = convergence(table, "agreed").iloc[-1]
    assert last["runs"] == 80 and last["estimate"] == table["agreed"].mean()
    effect = convergence(other, "agreed", baseline=table).iloc[-1]
    whole = effects(table, {"x": other}, ["agreed"]).iloc[0]
    assert effect[["estimate", "low", "high"]].tolist() == whole[["difference", "low", "high"]].tolist()
    assert convergence(table, "ended_by", "victory", at=[5, 500])["runs"].tolist() == [5]
