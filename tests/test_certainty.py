"""Nothing is certain from runs that are few or alike: every interval and p of the analyses, at the edge of the data."""

import dataclasses
import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import multitrack_sim as mt
from multitrack_sim.analysis.attribution import interactions, shapley
from multitrack_sim.analysis.bootstrap import resamples
from multitrack_sim.analysis.comparison import Comparison
from multitrack_sim.analysis.conditions import effect_by_point
from multitrack_sim.analysis.dose import decay, dose_response, timing
from multitrack_sim.analysis.effects import effects, pairing, quantile_effects
from multitrack_sim.analysis.intervals import alike_interval, skewed_mean, skewed_p, unseen_share
from multitrack_sim.analysis.necessity import necessity_of
from multitrack_sim.analysis.paired import paired_effect, paired_mean, paired_ratio, paired_score, paired_share, score_p
from multitrack_sim.analysis.precision import convergence, pairs_needed, runs_needed
from multitrack_sim.analysis.sensitivity import REPETITION, morris, sobol
from multitrack_sim.analysis.summary import paired_difference, summarise
from multitrack_sim.analysis.survival import cumulative_incidence
from multitrack_sim.analysis.verdicts import excludes, verdict_of
from multitrack_sim.designs.arms import BASELINE
from multitrack_sim.designs.design import DUMMY
from multitrack_sim.errors import MultitrackError
from multitrack_sim.running.ensemble import Ensemble
from multitrack_sim.schema.outcomes import SERIES_ROW

HORIZON = 120

# An outcome of every kind, and two values that it may have: 0 or 1, a share, months, a count, a month, a kind.
KINDS = {
    "agreed": (0.0, 1.0),
    "mean_trust": (0.25, 0.75),
    "months_under_accord": (10.0, 70.0),
    "attacks": (3.0, 5.0),
    "months_to_substantive": (20.0, 60.0),
    "ended_by": ("agreement", "none"),
}


def runs(value, count, start=0):
    """A table of runs that are all alike."""
    table = {name: [pair[value]] * count for name, pair in KINDS.items()}
    return pd.DataFrame({"seed": range(start, start + count), **table, "spent_track_two": 1.0})


def arms(baseline, arm):
    """A comparison of these runs: the first without money, the second with."""
    scenario = mt.scenario_from_codes({}).with_settings({"run.months": HORIZON, "track_two.budget": 0.0})
    scenarios = {BASELINE: scenario, "dear": scenario.with_settings({"track_two.budget": 1.0}), "never": scenario}
    scenarios["until month 12"] = scenario
    series = {}
    for name, level in [(BASELINE, 0.0), ("dear", 0.5), ("never", 0.25), ("until month 12", 0.5)]:
        series[name] = np.zeros((len(baseline), HORIZON), SERIES_ROW)
        series[name]["mean_trust"] = series[name]["from_accord"] = level
    tables = {BASELINE: baseline, "dear": arm, "never": baseline, "until month 12": arm}
    ensembles = {name: Ensemble(scenario, tables[name], series[name]) for name in scenarios}
    stop = {"interventions": [{"month": 12, "set": "track_two.budget", "to": 0.0}]}
    changes = {BASELINE: {}, "dear": {"track_two.budget": 1.0}, "never": {"cbm.budget": 1.0}, "until month 12": stop}
    return Comparison(scenario, scenarios, changes, ensembles, pd.concat(tables.values()), 1)


def of_effects(baseline, arm):
    found = effects(baseline, {"arm": arm}, list(KINDS), HORIZON)
    null = np.where(found["statistic"] == "ratio", 1.0, 0.0)
    return found["difference"], found["low"], found["high"], found["p"], null


def of_differences(baseline, arm):
    values = {name: "agreement" if name == "ended_by" else "" for name in KINDS}
    found = [paired_difference(arm, baseline, name, value, HORIZON) for name, value in values.items()]
    return *zip(*((one.difference, one.low, one.high, one.p) for one in found)), 0.0


def of_unpaired(baseline, arm):
    values = {name: "agreement" if name == "ended_by" else "" for name in KINDS}
    found = [paired_difference(arm, baseline, name, value, HORIZON) for name, value in values.items()]
    return [math.nan] * len(found), *zip(*((one.unpaired_low, one.unpaired_high) for one in found)), None, 0.0


def of_summary(baseline, arm):
    found = summarise(arm)
    found = found[~found["statistic"].str.startswith("median")]  # a median alone may be exact
    return found["estimate"], found["low"], found["high"], None, 0.0


def of_quantiles(baseline, arm):
    if len(arm) < 2:
        return [], [], [], None, 0.0
    found = pd.concat([quantile_effects(baseline, arm, name, horizon=HORIZON) for name in ("attacks", "mean_trust")])
    return found["difference"], found["low"], found["high"], None, 0.0


def of_doses(baseline, arm):
    found = pd.concat([dose_response(arms(baseline, arm), name) for name in KINDS if name != "ended_by"])
    after = found.dropna(subset=["marginal"])
    return after["marginal"], after["marginal_low"], after["marginal_high"], after["p"], 0.0


def of_levels_by_dose(baseline, arm):
    found = pd.concat([dose_response(arms(baseline, arm), name) for name in KINDS if name != "ended_by"])
    return found["estimate"], found["low"], found["high"], None, 0.0


def of_timing(baseline, arm):
    found = pd.concat([timing(arms(baseline, arm), name) for name in KINDS if name != "ended_by"])
    assert len(arm) > 5 or not found["useful"].any()
    return found["effect"], found["low"], found["high"], found["p"], 0.0


def of_decay(baseline, arm):
    found = pd.concat([decay(arms(baseline, arm), "until month 12", name) for name in ("mean_trust", "from_accord")])
    return found["gap"], found["low"], found["high"], None, 0.0


def of_shares_of_credit(baseline, arm):
    both = [arm.assign(A=a, B=b) if a or b else baseline.assign(A=a, B=b) for a in (0, 1) for b in (0, 1)]
    table, names = pd.concat(both), [name for name in KINDS if name != "ended_by"]
    found = [shapley(table, ["A", "B"], name, HORIZON) for name in names]
    found = pd.concat(found + [interactions(table, ["A", "B"], name, HORIZON) for name in names])
    return found["estimate"], found["low"], found["high"], found["p"], 0.0


def of_necessity(baseline, arm):
    found = necessity_of(baseline, arm, "agreed", horizon=HORIZON)
    known = found.dropna(subset=["share"])
    estimate, low, high = known["share"], known["low"], known["high"]
    least, most = known[["bound_low", "bound_high"]].to_numpy().T
    with_chance = [
        *zip(least, known["surely_from"], known["surely_to"]),
        *zip(most, known["surely_from"], known["surely_to"]),
    ]
    rows = [*zip(estimate, low, high), *with_chance]
    return *zip(*rows), None, 0.0


def of_convergence(baseline, arm):
    if len(arm) < 2:
        return [], [], [], None, 0.0
    names = [name for name in KINDS if name not in ("ended_by", "months_to_substantive")]
    found = [convergence(arm, name, baseline=baseline, at=[1, 2, len(arm)], horizon=HORIZON) for name in names]
    found = pd.concat(found + [convergence(arm, name, at=[1, 2, len(arm)], horizon=HORIZON) for name in names])
    return found["estimate"], found["low"], found["high"], None, 0.0


ANALYSES = [
    of_effects, of_differences, of_unpaired, of_summary, of_quantiles, of_doses, of_levels_by_dose, of_timing, of_decay,
    of_shares_of_credit, of_necessity, of_convergence,
]  # fmt: skip


@pytest.mark.parametrize("count", [1, 2, 3, 20])
@pytest.mark.parametrize("values", [(0, 0), (0, 1), (1, 0), (1, 1)], ids=["both low", "more", "less", "both high"])
@pytest.mark.parametrize("analysis", ANALYSES)
def test_no_interval_without_width_and_no_p_of_zero(analysis, values, count):
    estimate, low, high, p, null = analysis(*(runs(value, count) for value in values))
    estimate, low, high = (np.asarray(list(one), float) for one in (estimate, low, high))
    missing = np.isnan(low) | np.isnan(high)
    assert ((high - low)[~missing] > 0.01).all()  # wide for so few: 1% of what the unit allows, or more
    held = ~missing & ~np.isnan(estimate)
    assert (low[held] <= estimate[held] + 1e-9).all() and (estimate[held] <= high[held] + 1e-9).all()
    if p is not None:
        p = np.asarray(list(p), float)
        assert (p[~np.isnan(p)] > 1e-30).all()
        known = ~missing & ~np.isnan(p)
        assert (np.asarray(excludes(low, high, null))[known] == (p < 0.05)[known]).all()
        assert (p[missing & ~np.isnan(p)] == 1).all()


@pytest.mark.parametrize(("count", "said"), [(2, "too few"), (5, "too few")])
def test_few_pairs_never_say_it_is_clear(count, said):
    found = effects(runs(0, count), {"arm": runs(1, count)}, list(KINDS), HORIZON)
    assert {verdict_of(row) for row in found.to_dict("records")} == {said}


def test_two_runs_that_differ_alike():
    """What began it: an interval of -1.0 to -1.0 and p = 0."""
    for top, interval in [(math.inf, None), (1.0, (-1.0, 0.552)), (300.0, (-233.1, 284.9))]:
        found = paired_mean([-1.0, -1.0], top)
        if interval is None:
            assert np.isnan([found.low, found.high, found.p]).all()
        else:
            unseen = 1 - math.sqrt(0.05)
            assert found[1:3] == pytest.approx((-1 - unseen * (top - 1), -1 + unseen * (top + 1)))
            assert found.p > 0.05 and found.low < found.high


def test_dose_response_and_effects_say_the_same():
    """0 of 20 is not 0% to 0%, and p is that of `effects` for the same pairs, whatever the outcome and the step."""
    rng = np.random.default_rng(1)
    baseline, arm = runs(0, 20), runs(0, 20)
    for name in ("attacks", "mean_trust", "months_under_accord"):
        arm[name] = arm[name] + rng.gamma(1, 0.1, 20)
    arm["agreed"] = [1.0] * 5 + [0.0] * 15
    comparison = arms(baseline, arm)
    for name in ("agreed", "attacks", "mean_trust", "months_under_accord", "months_to_substantive"):
        first, second = dose_response(comparison, name).to_dict("records")
        one = effects(baseline, {"arm": arm}, [name], HORIZON).iloc[0]
        told = [second[key] for key in ("marginal", "marginal_low", "marginal_high", "p")]
        assert told == pytest.approx(one[["difference", "low", "high", "p"]].tolist(), nan_ok=True)
        if name == "agreed":
            assert (first["low"], round(first["high"], 2)) == (0, 0.16)
        page = paired_difference(arm, baseline, name, horizon=HORIZON) if name != "months_to_substantive" else None
        if page:
            assert (page.low, page.high, page.p) == pytest.approx((one["low"], one["high"], one["p"]), nan_ok=True)


@pytest.mark.parametrize(
    ("runs_alike", "value", "least", "most"), [(20, 0.0, 0.0, 1.0), (20, -1.0, -60.0, 60.0), (1, 1.0, 0.0, 1.0)]
)
def test_what_was_never_seen_is_covered(runs_alike, value, least, most):
    """Of all populations the worst: a share at a bound. So many draws miss a larger share 1 time in 20 at most."""
    low, high = alike_interval(value, runs_alike, least, most)
    for share in np.linspace(0, 1, 2001):
        for bound in (least, most):
            truth = value + share * (bound - value)
            if not low - 1e-12 <= truth <= high + 1e-12:
                assert (1 - share) ** runs_alike <= 0.05 + 1e-9
    assert (1 - unseen_share(runs_alike)) ** runs_alike == pytest.approx(0.05)


# --- Tango's interval


@pytest.mark.parametrize(
    ("only_a", "only_b", "pairs", "low", "high"),
    [  # Fagerland, Lydersen and Laake (2014), Statistics in Medicine 33, 2850-2875: Bentur et al., Cavo et al.
        (1, 7, 21, -0.517, -0.026),
        (6, 16, 161, -0.124, -0.005),
    ],
)
def test_tango_as_published(only_a, only_b, pairs, low, high):
    found = paired_score(only_a, only_b, pairs)
    assert found == pytest.approx(((only_a - only_b) / pairs, low, high), abs=6e-4)


def test_the_ratio_as_published():
    """The same paper's score interval (Tang) of the ratio: airways, 1 both, 1 and 7 in one, of 21."""
    assert paired_ratio(1, 1, 7) == pytest.approx((0.25, 0.065, 0.907), abs=6e-4)


@given(st.integers(0, 12), st.integers(0, 12), st.integers(0, 40))
def test_tango_solves_its_quartic(more, less, same):
    """Yang, Sun and Hardin (2013) write the ends as roots of a polynomial: a way to them without iteration."""
    pairs = more + less + same
    if not pairs:
        return
    g, d = 1.959963984540054**2, more - less
    quartic = [
        pairs**2 * (pairs / g + 1) ** 2,
        -pairs * d * (pairs / g + 1) * (4 * pairs / g + 1),
        2 * pairs * d**2 * (3 * pairs / g + 2) / g - pairs**2 * ((more + less) / g + 1),
        pairs * d * (2 * (more + less) / g + 1) - d**3 * (4 * pairs / g + 1) / g,
        d**2 * (d**2 / g - (more + less)) / g,
    ]
    _, low, high = paired_score(more, less, pairs)
    size = sum(abs(one) for one in quartic)
    for end in (low, high):
        if -1 < end < 1 and abs(end) < 1 - 1e-9:
            assert abs(np.polyval(quartic, end)) < 1e-7 * size


@given(st.integers(0, 40), st.integers(0, 40), st.integers(0, 40), st.integers(0, 40))
def test_difference_ratio_and_p_never_contradict(both, more, less, neither):
    pairs = both + more + less + neither
    if not pairs:
        assert np.isnan(paired_share(0, 0, 0)).all()
        return
    effect, (_, low, high) = paired_share(more, less, pairs), paired_ratio(both, more, less)
    assert bool(excludes(effect.low, effect.high)) == bool(excludes(low, high, 1.0)) == (effect.p < 0.05)
    swapped = paired_share(less, more, pairs)
    assert (swapped.estimate, swapped.p) == (-effect.estimate, effect.p)
    assert (swapped.low, swapped.high) == pytest.approx((-effect.high, -effect.low), abs=1e-9)


def test_many_months_at_once_are_each_month():
    more, less = np.arange(0, 40), np.arange(40, 0, -1)
    together = np.array(paired_score(more, less, 100)).T
    assert together.tolist() == [list(paired_score(a, b, 100)) for a, b in zip(more, less)]
    assert score_p(more, less).tolist() == [score_p(a, b) for a, b in zip(more, less)]


@given(st.lists(st.floats(0, 1), min_size=1, max_size=30), st.floats(0.001, 1000))
def test_an_effect_turns_with_its_arms(values, scale):
    baseline, arm = np.array(values) * scale, np.array(values[::-1]) * scale
    one, other = paired_effect(baseline, arm, False, scale), paired_effect(arm, baseline, False, scale)
    assert (one.estimate, one.low, one.high) == pytest.approx((-other.estimate, -other.high, -other.low), nan_ok=True)
    assert one.p == pytest.approx(other.p, nan_ok=True)


@pytest.mark.parametrize("size", [1e-320, 1e-221, 1e-150, 1e-105, 1e-99])
@pytest.mark.parametrize("values", [(0.0, 1.0), (1.0, 2.0, 4.0)], ids=["two", "three"])
def test_differences_too_small_to_be_squared_are_no_error(values, size):
    differences = np.array(values) * size
    mean, low, high, error = skewed_mean(differences, -1.0, 1.0)
    assert low <= mean <= high and error > 0
    assert 0 < skewed_p(differences, -1.0, 1.0) <= 1


# --- others


@pytest.mark.parametrize(
    ("months", "causes", "month", "low", "high"),
    [
        ([50] * 20, [0] * 20, 50, 0.0, 0.161),  # nothing ever happened: Wilson
        ([50], [0], 50, 0.0, 0.794),
        ([3] * 20, [1] * 20, 50, 0.839, 1.0),  # it happened in all
        ([1] * 19 + [2], [0] * 19 + [1], 50, 0.207, 1.0),  # 19 left our sight before: one of one
        ([1] * 19 + [2], [0] * 20, 50, 0.0, 0.161),
        ([3] * 10 + [4] * 10, [2] * 20, 50, 0.0, None),  # another cause took all
    ],
)
def test_waiting_times_without_events_or_with_nothing_else(months, causes, month, low, high):
    found = cumulative_incidence(months, causes, 60).iloc[month]
    assert found["low"] == pytest.approx(low, abs=1e-3)
    assert found["high"] - found["low"] > 0.1
    if high is not None and found["at_risk"] != 0:
        assert found["high"] == pytest.approx(high, abs=1e-3)


def test_indices_of_what_moves_nothing_or_always_the_same():
    from SALib.sample import morris as morris_points
    from SALib.sample import sobol as sobol_points

    problem = {"num_vars": 3, "names": ["a", "b", DUMMY], "bounds": [[0, 1]] * 3}
    points = pd.DataFrame(sobol_points.sample(problem, 16, calc_second_order=False), columns=problem["names"])
    found = sobol(points.assign(attacks=points["a"]), problem["names"], "attacks").set_index("setting")
    assert found.loc["b", "total"] == 0 and found.loc["b", "total_high"] > 0.05
    assert found.loc["b", "first_low"] < 0 < found.loc["b", "first_high"]
    assert found.loc[DUMMY, "total_high"] == 0 and found["above_noise"].tolist() == [True, False, None]
    for trajectories in (1, 10):
        points = pd.DataFrame(morris_points.sample(problem, trajectories, seed=1), columns=problem["names"])
        found = morris(points.assign(attacks=2 * points["a"]), problem["names"], "attacks").set_index("setting")
        assert (found.loc["a", "size_high"] - found.loc["a", "size_low"]) > 0.1
        assert found.loc["b", "size_low"] == 0 and found.loc["b", "size_high"] > 0.1
    again = points.loc[points.index.repeat(2)].assign(point=np.repeat(points.index, 2))
    found = morris(again.assign(attacks=again["a"]), problem["names"], "attacks").set_index("setting")
    assert found.loc[REPETITION, "size"] == 0 and found.loc[REPETITION, "size_high"] > 0


def test_how_many_more_runs_are_needed_is_not_known_from_runs_that_are_alike():
    table = runs(1, 20)
    assert runs_needed(table, "mean_trust", 0.01) > 1000 and runs_needed(table, "agreed", 0.01) > 1000
    assert pairs_needed(table, table, "months_under_accord", 1.0, horizon=HORIZON) > 1000
    for asked in (lambda: runs_needed(table, "attacks", 1.0), lambda: pairs_needed(table, table, "attacks", 1.0)):
        with pytest.raises(MultitrackError, match="alike in all 20 runs"):
            asked()


def test_spread_of_runs_that_are_alike_is_missing():
    table = runs(0, 4).assign(point=0, arm="with", **{"codes.track2": 1})
    other = runs(1, 4).assign(point=0, arm="without", **{"codes.track2": 1})
    found = effect_by_point(pd.concat([table, other]), ["codes.track2"], "attacks", "without", "with")
    assert found["effect"][0] == 2 and math.isnan(found["error"][0])
    shares = pairing(runs(0, 10), runs(1, 10), ["agreed", "attacks"])
    assert shares[["share_low", "share_high", "over_least_low", "over_least_high"]].isna().all(axis=None)


def test_necessity_at_the_edge_is_as_wide_as_its_shares():
    """Of 20 runs that all have it in both arms, none needed it: but 0 of 20 is 0% to 16%, for the bounds as well."""
    found = necessity_of(runs(1, 20), runs(1, 20), "agreed").set_index("quantity")
    assert found.loc["necessity", ["share", "bound_low", "bound_high", "surely_from"]].tolist() == [0, 0, 0, 0]
    assert 0.1 < found.loc["necessity", "surely_to"] < 0.2
    nothing = found.loc["sufficiency"]  # there is no run without it
    assert nothing["of"] == 0 and np.isnan(nothing[["share", "low", "high", "surely_from", "surely_to"]].tolist()).all()


# --- the bootstrap


def test_blocks_of_resamples_are_the_resamples(monkeypatch):
    from multitrack_sim.analysis import bootstrap

    whole = np.random.default_rng(bootstrap.SEED).integers(37, size=(bootstrap.DRAWS, 37))
    for block in (1, 37, 1000, 10**9):
        monkeypatch.setattr(bootstrap, "BLOCK", block)
        assert (np.concatenate(list(resamples(37))) == whole).all()


def test_many_runs_need_no_more_memory():
    """Of 100,000 runs, 1000 resamples at once would take 800 MB as places alone."""
    assert max(block.nbytes for block, _ in zip(resamples(100_000), range(3))) <= 8_000_000


def test_a_comparison_asks_once(monkeypatch):
    from multitrack_sim.analysis import comparison

    asked = []
    monkeypatch.setattr(comparison, "effects", lambda *given: asked.append(given[2]) or effects(*given))
    found = arms(runs(0, 20), runs(1, 20))
    first = found.effects()
    first["low"] = 0.0  # what a reader does to a table is not what the next one gets
    assert not (found.effects()["low"] == 0).all()
    for outcome in ("agreed", "months_under_accord"):
        found.finding("dear", outcome)
    assert len(asked) == 1
    found.effects(["attacks"]), found.effects(("attacks",)), found.effects(correct="none")
    assert len(asked) == 3
    assert dataclasses.replace(found, seed=2).effects() is not None and len(asked) == 4
