"""Sensitivity, dose, timing and conditions: known answers, and what holds by construction."""

import math

import numpy as np
import pandas as pd
import pytest

import multitrack_sim as mt
from multitrack_sim.analysis.conditions import effect_by_point, find_conditions, share_changed
from multitrack_sim.analysis.dose import decay, dose_arms, dose_response, start_arms, stop_arms, timing, useful_starts
from multitrack_sim.analysis.sensitivity import REPETITION, morris, point_means, sobol
from multitrack_sim.designs.arms import BASELINE
from multitrack_sim.designs.design import DUMMY
from multitrack_sim.errors import MultitrackError

pytest.importorskip("SALib", reason="SALib is not installed")

# Ishigami and Homma (1990), a = 7, b = 0.1: the indices by integration (Saltelli et al. 2008, section 4.6)
A, B = 7.0, 0.1
FIRST_1, FIRST_2, BOTH_13 = 0.5 * (1 + B * math.pi**4 / 5) ** 2, A**2 / 8, B**2 * math.pi**8 * (1 / 18 - 1 / 50)
VARIANCE = FIRST_1 + FIRST_2 + BOTH_13
FIRST = [FIRST_1 / VARIANCE, FIRST_2 / VARIANCE, 0.0, 0.0]
TOTAL = [(FIRST_1 + BOTH_13) / VARIANCE, FIRST_2 / VARIANCE, BOTH_13 / VARIANCE, 0.0]
NAMES = ["x1", "x2", "x3", DUMMY]


def ishigami(x):
    return np.sin(x[:, 0]) + A * np.sin(x[:, 1]) ** 2 + B * x[:, 2] ** 4 * np.sin(x[:, 0])


def sampled(kind, base, **more):
    from SALib.sample import morris as trajectories
    from SALib.sample import sobol as saltelli

    problem = {"num_vars": 4, "names": NAMES, "bounds": [[-math.pi, math.pi]] * 4}
    points = {"sobol": saltelli, "morris": trajectories}[kind].sample(problem, base, seed=1, **more)
    return pd.DataFrame(points, columns=NAMES).assign(attacks=ishigami(points))


def test_ishigami_s_indices():
    found = sobol(sampled("sobol", 4096, calc_second_order=True), NAMES, "attacks", second_order=True)
    main, pairs = found.iloc[:4], found.iloc[4:].set_index("setting")
    assert main["first"].tolist() == pytest.approx(FIRST, abs=0.02)
    assert main["total"].tolist() == pytest.approx(TOTAL, abs=0.02)
    assert pairs.loc["x1 x x3", "first"] == pytest.approx(BOTH_13 / VARIANCE, abs=0.03)
    assert ((main["total_low"] - 0.01 <= TOTAL) & (TOTAL <= main["total_high"] + 0.01)).all()
    dummy = main.set_index("setting").loc[DUMMY]
    assert dummy["total_low"] <= 0 <= dummy["total_high"]
    assert main["above_noise"].tolist()[:3] == [True, True, True] and main["above_noise"].iloc[3] is None


def test_the_wrapper_says_what_salib_says():
    from SALib.analyze import sobol as salib

    table = sampled("sobol", 256, calc_second_order=False)
    direct = salib.analyze({"num_vars": 4, "names": NAMES}, table["attacks"].to_numpy(), False, 500, 0.95, seed=1)
    found = sobol(table, NAMES, "attacks")
    assert found["first"].tolist() == pytest.approx(direct["S1"].tolist(), abs=1e-12)
    assert (found["total_high"] - found["total"]).tolist() == pytest.approx(direct["ST_conf"].tolist(), abs=1e-12)


def test_noise_has_a_floor():
    """Runs with noise of their own: the repetition of points shows as much of it as a dummy setting does."""
    table, rng = sampled("sobol", 512, calc_second_order=False), np.random.default_rng(1)
    runs = table.loc[table.index.repeat(4)].assign(point=lambda t: t.index)
    runs["attacks"] += rng.normal(0, 4, len(runs))
    found = sobol(runs.sample(frac=1, random_state=1).sort_values("point", kind="stable"), NAMES, "attacks")
    found = found.set_index("setting")
    noise = 4.0 / (VARIANCE + 4.0)  # variance of the mean of 4 runs: 16 / 4
    assert found.loc[REPETITION, "total"] == pytest.approx(noise, rel=0.15)
    assert found.loc[DUMMY, "total"] == pytest.approx(noise, rel=0.15)
    assert found.loc["x1", "above_noise"] and found["floor"].iloc[0] > noise * 0.9
    assert set(point_means(runs, NAMES, "attacks").columns) == {*NAMES, "outcome", "spread"}


def test_morris_finds_the_dummy():
    found = morris(sampled("morris", 200, num_levels=8), NAMES, "attacks", levels=8).set_index("setting")
    assert found.loc[DUMMY, "size"] == 0 and found.loc[["x1", "x2", "x3"], "above_noise"].all()
    assert found.loc["x3", "spread"] > found.loc["x3", "size"] * 0.5  # it acts only together with x1
    linear = sampled("morris", 20)
    linear["attacks"] = 3 * linear["x1"] - 2 * linear["x2"]
    linear = morris(linear, NAMES, "attacks").set_index("setting")
    assert linear["mean"].tolist() == pytest.approx([3 * 2 * math.pi, -4 * math.pi, 0, 0])


def test_what_sensitivity_refuses():
    table = sampled("sobol", 8, calc_second_order=False)
    for wrong, settings, message in [
        (table.iloc[1:], NAMES, "multiple of 6"),
        (table.assign(attacks=1.0), NAMES, "same at all points"),
        (table, [*NAMES, "x9"], "no column"),
        (table.assign(attacks=[math.nan, *table["attacks"][1:]]), NAMES, "missing in some runs"),
        (table, [*NAMES[:3], "x1"], "twice"),
    ]:
        with pytest.raises(MultitrackError, match=message):
            sobol(wrong, settings, "attacks")


# --- dose and timing


@pytest.fixture(scope="module")
def scenario():
    codes = {"track2": 4, "hurting_stalemate": 4}
    return mt.scenario_from_codes(codes).with_settings({"run.months": 60, "society.communities": 20})


def test_marginal_effects_add_up_to_the_whole(scenario):
    found = dose_response(mt.compare(scenario, dose_arms([0, 0.5, 3]), runs=12), "reports_heard")
    assert found["dose"].tolist() == [0, 0.5, 1, 3] and found["arm"].tolist()[2] == BASELINE
    whole = found["estimate"].iloc[-1] - found["estimate"].iloc[0]
    assert (found["marginal"] * found["dose"].diff()).sum() == pytest.approx(whole)
    money = (found["per_money"] * found["spent"].diff()).sum()
    assert money == pytest.approx(whole) and found["spent"].is_monotonic_increasing
    with pytest.raises(MultitrackError, match="at least two"):
        dose_response(mt.compare(scenario, {"x": {"cbm.budget": 0}}, runs=2), "agreed")


def test_later_starts_do_less_and_never_does_nothing(scenario):
    compared = mt.compare(scenario, start_arms([0, 30, 59]), runs=30)
    found = timing(compared, "workshops")
    assert found["month"].tolist() == [0, 0, 30, 59]
    assert found["effect"].iloc[0] == found["effect"].iloc[1] > found["effect"].iloc[2] > found["effect"].iloc[3]
    assert useful_starts(found)[0] == 0 and useful_starts(found)[1] >= 30
    assert not timing(compared, "workshops", better="less")["useful"].any()
    assert math.isnan(useful_starts(found.assign(useful=False))[0])


def test_contact_decays_after_a_stop(scenario):
    compared = mt.compare(scenario, stop_arms([30]), runs=30, series=True)
    found = decay(compared, "until month 30", "contact", step=1)
    assert found["months_since"].tolist() == list(range(30))
    assert found["left"].iloc[0] == 1 and found["left"].iloc[-1] < 0.7
    assert timing(compared, "workshops")["month"].tolist() == [0, 30]
    with pytest.raises(MultitrackError, match="no series of numbers"):
        decay(compared, "until month 30", "phase")
    with pytest.raises(MultitrackError, match="no monthly series"):
        decay(mt.compare(scenario, stop_arms([30]), runs=2), "until month 30")


# --- conditions

pytest.importorskip("sklearn", reason="scikit-learn is not installed (the extra discovery)")


def test_a_box_is_found_and_stands():
    rng = np.random.default_rng(1)
    points = pd.DataFrame(rng.uniform(0, 4, (1000, 4)), columns=["track2", "spoilers", "guarantee", "power"])
    effect = np.where((points["track2"] > 2.5) & (points["spoilers"] < 1.5), 0.3, 0.0) + rng.normal(0, 0.05, 1000)
    found = find_conditions(points, list(points), share_changed(points.assign(effect=effect), 0.15), depth=2)
    best = found.iloc[0]
    assert best["stands"] and best["density"] > 0.9 and best["coverage"] > 0.9
    assert "track2 > 2.5" in best["rule"] and "spoilers <= 1.5" in best["rule"]


def test_rules_out_of_noise_do_not_stand():
    """200 tables of noise: Holm's correction lets a rule stand in at most one table of twenty (here up to 9%)."""
    rng, stood = np.random.default_rng(2), 0
    for seed in range(200):
        points = pd.DataFrame(rng.random((150, 5)), columns=list("abcde"))
        found = find_conditions(points, list("abcde"), rng.random(150) < 0.3, seed=seed)
        stood += bool(found["stands"].any())
    assert stood <= 18


def test_effects_of_points():
    table = pd.DataFrame(
        {"point": np.repeat([0, 1], 4), "arm": ["a", "a", "b", "b"] * 2, "seed": [1, 2] * 4, "x": np.repeat([5, 6], 4)}
    ).assign(agreed=[1.0, 1, 0, 1, 0, 0, 0, 0])
    found = effect_by_point(table, ["x"], "agreed", "b", "a")
    assert found[["x", "effect", "pairs", "changed"]].values.tolist() == [[5, -0.5, 2, 0.5], [6, 0, 2, 0]]
    with pytest.raises(MultitrackError, match="no pairs"):
        effect_by_point(table, ["x"], "agreed", "c", "a")
    assert not len(find_conditions(found.loc[[0] * 30], ["x"], [True] * 30))
