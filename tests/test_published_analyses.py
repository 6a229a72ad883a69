"""Published analyses re-run on model output: estimators find what is known, samples are read right, words follow numbers."""

import math

import numpy as np
import pandas as pd
import pytest
from scipy.stats import multivariate_normal, norm

from multitrack_sim.evidence.estimators import areas, binormal, cox, logit, out_of_sample, probit, selected_probit
from multitrack_sim.evidence.population import Population, Record
from multitrack_sim.evidence.published_analyses import (
    COLUMNS,
    by_lot,
    main,
    page,
    published_analyses,
    recovered_in_words,
    sign_in_words,
)
from multitrack_sim.evidence.published_designs import DESIGNS, Claim
from multitrack_sim.evidence.published_measures import HAZARD, POINTS, Found, accords, settled, walter

# Estimates are compared with the truth at 4 standard errors, seeds fixed: a right estimator fails one coefficient in
# 16,000 such tests.
ERRORS = 4.0
CASES = 4_000


@pytest.fixture(scope="module")
def known():
    """Made-up cases: two in a cluster share a shock, and who is selected hangs together with what happens."""
    rng = np.random.default_rng(20)
    clusters = pd.Series(np.arange(CASES) // 2)
    x = pd.DataFrame({"given": rng.integers(0, 2, CASES) * 1.0, "hard": rng.normal(size=CASES)})
    return rng, x, clusters


def close(fit, name, truth):
    value, error = fit.of(name)
    assert error < 0.25
    return abs(value - truth) < ERRORS * error


def test_logit_and_probit_find_the_truth(known):
    rng, x, clusters = known
    index = -0.3 + 0.8 * x["given"] - 0.6 * x["hard"]
    chosen = pd.Series((rng.random(CASES) < 1 / (1 + np.exp(-index))) * 1.0)
    fit = logit(chosen, x, clusters)
    assert close(fit, "given", 0.8) and close(fit, "hard", -0.6) and close(fit, "constant", -0.3)
    fit = probit(pd.Series((index + rng.normal(size=CASES) > 0) * 1.0), x, clusters)
    assert close(fit, "given", 0.8) and close(fit, "hard", -0.6) and close(fit, "constant", -0.3)


def test_cox_finds_the_truth_with_ties_and_censoring(known):
    rng, x, clusters = known
    time = rng.exponential(30 * np.exp(0.7 * x["given"] - 0.4 * x["hard"]))
    fit = cox(pd.Series(np.minimum(time, 60.0)).round(1), pd.Series(time < 60.0), x, clusters)
    assert close(fit, "given", -0.7) and close(fit, "hard", 0.4)


def test_probit_corrected_for_selection_finds_what_the_plain_one_misses(known):
    rng, x, clusters = known
    errors = rng.multivariate_normal([0, 0], [[1, 0.7], [0.7, 1]], CASES)
    by = x.assign(asked=rng.normal(size=CASES))
    selected = pd.Series(0.2 + 0.7 * by["hard"] + 0.9 * by["asked"] + errors[:, 1] > 0)
    happened = pd.Series((-0.2 - 0.5 * x["given"] + 0.4 * x["hard"] + errors[:, 0] > 0) * 1.0)
    fit = selected_probit(happened, x, selected, by[["hard", "asked"]], clusters)
    truth = {"given": -0.5, "hard": 0.4, "constant": -0.2, "selection: hard": 0.7, "selection: asked": 0.9}
    assert all(close(fit, name, value) for name, value in truth.items())
    assert close(fit, "correlation", math.atanh(0.7))
    plain = probit(happened[selected], x[selected], clusters[selected])
    assert not close(plain, "constant", -0.2)


def test_the_mean_difference_of_a_probit_is_that_of_its_probabilities(known):
    rng, x, clusters = known
    fit = probit(pd.Series((0.5 * x["given"] + rng.normal(size=CASES) > 0) * 1.0), x[["given"]], clusters)
    constant, given = fit.of("constant")[0], fit.of("given")[0]
    low, high = norm.cdf(constant), norm.cdf(constant + given)
    assert fit.shift({"given": 1.0}, {"given": 0.0})[0] == pytest.approx(high - low, abs=1e-9)


def test_copies_of_a_cluster_tell_nothing_new(known):
    """The same rows four times over, in the same clusters: nearly the same standard errors, not half of them."""
    _, x, _ = known
    some, copies = x.head(400), pd.concat([x.head(400)] * 4, ignore_index=True)
    happened = (some["hard"] + some["given"] + np.random.default_rng(3).logistic(size=400) > 0) * 1.0
    time = np.random.default_rng(4).permutation(np.arange(1.0, 401.0))
    one, four = pd.Series(range(400)), pd.Series(list(range(400)) * 4)
    pairs = [
        (logit(happened, some, one), logit(pd.concat([happened] * 4, ignore_index=True), copies, four)),
        (
            cox(pd.Series(time), pd.Series([True] * 400), some, one),
            cox(pd.Series(np.tile(time, 4)), pd.Series([True] * 1600), copies, four),
        ),
    ]
    for first, second in pairs:
        assert second.of("hard")[1] == pytest.approx(first.of("hard")[1], rel=0.03)


@pytest.mark.parametrize("correlation", [-0.95, -0.4, 0.0, 0.6, 0.99])
def test_two_normals_together(correlation):
    points = [(0.0, 0.0), (1.0, -2.0), (-0.5, -0.5), (2.0, 0.1), (0.0, 1.3), (-3.0, 1.0)]
    found = binormal(*np.array(points).T, correlation)
    truth = [multivariate_normal.cdf(p, cov=[[1, correlation], [correlation, 1]]) for p in points]
    assert found == pytest.approx(truth, abs=1e-6)


@pytest.mark.parametrize("happened", [[1.0] * 12, [0.0] * 12, [0.0] * 6 + [1.0] * 6, []])
def test_what_cannot_be_estimated_is_missing(happened):
    """All alike, none, perfect separation, nobody."""
    count = len(happened)
    by = pd.DataFrame({"given": [0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0][:count]})
    y, clusters = pd.Series(happened, dtype=float), pd.Series(range(count))
    fits = [logit(y, by, clusters), probit(y, by, clusters), selected_probit(y, by, y > 0, by, clusters)]
    fits += [cox(y + 1, y * 0 > 1, by, clusters)]
    assert all(math.isnan(number) for fit in fits for number in fit.of("given"))
    assert math.isnan(fits[1].shift({"given": 1.0}, {"given": 0.0})[0])


def test_prediction_has_not_seen_the_conflict():
    """Noise that repeats within a conflict: learnt by heart it would be predicted, out of sample it is not."""
    rng = np.random.default_rng(8)
    by = pd.DataFrame(np.repeat(rng.normal(size=(60, 30)), 10, axis=0))
    happened, clusters = pd.Series(np.repeat(rng.integers(0, 2, 60), 10)), pd.Series(np.repeat(np.arange(60), 10))

    def area(groups):
        predicted = out_of_sample(happened, by, groups)
        table = pd.DataFrame({"happened": happened, "predicted": predicted, "cluster": clusters})
        return areas([table], draws=0)[0, 0]

    assert area(clusters) < 0.7 < 0.9 < area(pd.Series(range(600)))


def test_areas_of_tables_known_by_hand():
    table = pd.DataFrame({"happened": [0, 1, 0, 1], "predicted": [0.1, 0.4, 0.6, 0.9], "cluster": [1, 2, 3, 4]})
    found = areas([table, table.assign(predicted=table["happened"])], draws=50)
    assert found[0].tolist() == [0.75, 1.0]
    assert found.shape == (51, 2) and np.nanmax(found) <= 1.0
    assert set(found[1:, 1][np.isfinite(found[1:, 1])]) == {1.0}


# ---- what is read from runs ------------------------------------------------------------------------------------------
def made_up(deals, codes=(), months=300):
    """A record of one run a conflict. A deal: run, kind, signed, in force, ended; talks open in month 0 of every run."""
    table = pd.DataFrame(deals, columns=["run", "kind", "month_signed", "month_in_force", "month_ended"])
    count = len(codes)
    runs = pd.DataFrame({"run": range(count), "conflict": range(count), "talks_opened": 1.0, "months_to_talks": 0.0})
    for name in ("guarantee", "fighting_level", "hurting_stalemate", "indivisibility", "power_asymmetry", "mediation"):
        runs[f"code_{name}"] = codes if name == "guarantee" else 2
    empty = pd.DataFrame({"run": [], "month": []})
    return Record(runs, table, empty, empty, months)


def test_success_is_a_deal_in_force_that_stood_five_years():
    none = math.nan
    deals = [
        (0, "framework", 10, 12, none),  # stands
        (1, "comprehensive", 10, 12, 71),  # fell after 59 months
        (2, "comprehensive", 10, 12, 72),  # after 60
        (3, "ceasefire", 10, 10, none),  # a ceasefire is no settlement
        (4, "framework", 121, 122, none),  # too late
        (5, "framework", 10, none, none),  # never in force
    ]
    found = settled(made_up(deals, codes=[0] * 7)).set_index("run")
    assert found.index[found["signed"]].tolist() == [0, 1, 2, 5]
    assert found.index[found["success"]].tolist() == [0, 2]


def test_talks_too_late_to_be_judged_are_left_out():
    record = made_up([], codes=[0, 0, 0])
    record.runs["months_to_talks"] = [120.0, 121.0, 0.0]
    record.runs["talks_opened"] = [1.0, 1.0, 0.0]
    assert settled(record)["run"].tolist() == [0]


def test_of_all_conflicts_those_without_talks_count_too():
    record = made_up([(0, "framework", 5, 5, math.nan)], codes=[3, 3, 0, 0])
    record.runs["talks_opened"] = [1.0, 0.0, 1.0, 0.0]
    assert walter(record)["success_all"].value == 50.0
    assert walter(record)["success"].value == 100.0


def test_walter_by_hand():
    """Three of four with a guarantee, one of four without: 50 points, with the error of two shares."""
    deals = [(run, "framework", 5, 5, math.nan) for run in (0, 1, 2, 4)]
    found = walter(made_up(deals, codes=[3, 3, 4, 4, 0, 1, 2, 0]))["success"]
    assert found.value == 50.0 and found.rows == 8
    # variance of a difference of two shares of .75 and .25 of four, with the correction for eight clusters
    error = 100 * math.sqrt(2 * 0.75 * 0.25 / 4 * 8 / 7)
    assert (found.high - found.low) / (2 * 1.96) == pytest.approx(error, rel=0.001)


def test_a_group_of_which_all_are_alike_still_has_an_error():
    deals = [(run, "framework", 5, 5, math.nan) for run in (0, 1, 2, 3)]
    found = walter(made_up(deals, codes=[3, 3, 4, 4, 0, 1, 2, 0]))["success"]
    assert found.value == 100.0 and 30 < found.high - found.low < 150


def test_accords_stand_until_they_end_or_the_run_does():
    deals = [(0, "framework", 5, 10, 50), (1, "comprehensive", 5, 10, math.nan), (1, "ceasefire", 1, 1, 9)]
    found = accords(made_up(deals, codes=[0, 0]))
    assert found["stood"].tolist() == [40, 290] and found["ended"].tolist() == [True, False]


# ---- by lot ----------------------------------------------------------------------------------------------------------
@pytest.fixture(scope="module")
def tiny():
    return Population(12, seed=5, months=240)


def test_by_lot_changes_nothing_but_what_it_gives(tiny):
    pd.testing.assert_frame_equal(by_lot(tiny, (), 12, threads=1).runs, tiny.run(threads=1).runs)
    runs = by_lot(tiny, ("guarantee", "track2"), 6, threads=1).runs
    assert runs.groupby(["conflict"])["seed"].nunique().eq(1).all() and runs["run"].is_unique
    has = pd.DataFrame({name: runs[f"code_{name}"] >= 3 for name in ("guarantee", "track2")})
    assert has.value_counts().tolist() == [6, 6, 6, 6]
    others = [name for name in runs if name.startswith("code_") and name not in ("code_guarantee", "code_track2")]
    assert (runs.groupby("conflict")[others].nunique() == 1).all(axis=None)


def test_a_tiny_population_gives_every_line(tiny, tmp_path):
    record = tiny.run(threads=1)
    tried = {design.id: by_lot(tiny, design.assigned, 6, threads=1) for design in DESIGNS if design.assigned}
    table = published_analyses(record, tried, samples=3)
    assert list(table) == list(COLUMNS)
    assert table["claim"].tolist() == [claim.id for design in DESIGNS for claim in design.claims]
    assert set(table["in_words"]) <= {
        "same sign", "same sign, weaker", "same sign, stronger", "opposite", "cannot tell", "nothing to compare",
    }  # fmt: skip
    text = "\n".join(page(table, record, tried))
    assert all(design.paper in text and each in text for design in DESIGNS for each in design.differs)
    out = tmp_path / "page.md"
    main(["--out", str(out), "--conflicts", "12", "--tried", "4", "--samples", "3", "--threads", "1"])
    assert out.read_text("utf-8").startswith("# Published analyses")


# ---- words -----------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("sign", "size", "low", "high", "unit", "words"),
    [
        (1, math.nan, 2.0, 8.0, POINTS, "same sign"),
        (1, 50.0, 2.0, 8.0, POINTS, "same sign, weaker"),
        (1, 5.0, 2.0, 8.0, POINTS, "same sign"),
        (1, 1.0, 2.0, 8.0, POINTS, "same sign, stronger"),
        (-1, math.nan, 2.0, 8.0, POINTS, "opposite"),
        (1, math.nan, -2.0, 8.0, POINTS, "cannot tell"),
        (1, math.nan, math.nan, math.nan, POINTS, "cannot tell"),
        (-1, 0.36, 0.5, 0.9, HAZARD, "same sign, weaker"),
        (-1, 0.36, 0.1, 0.3, HAZARD, "same sign, stronger"),
        (-1, 0.36, 1.1, 1.9, HAZARD, "opposite"),
        (0, math.nan, 2.0, 8.0, POINTS, "nothing to compare"),
    ],
)
def test_words_follow_from_numbers(sign, size, low, high, unit, words):
    claim = Claim("", "", unit, "", "", sign, value=size)
    assert sign_in_words(claim, Found((low + high) / 2, low, high, 10, 10)) == words


@pytest.mark.parametrize(
    ("found", "lot", "unit", "words"),
    [
        ((5, 3, 7), (6, 4, 8), POINTS, "within chance of it"),
        ((5, 3, 7), (15, 13, 17), POINTS, "too low"),
        ((15, 13, 17), (5, 3, 7), POINTS, "too high"),
        ((-5, -7, -3), (5, 3, 7), POINTS, "opposite sign"),
        ((0.5, 0.4, 0.625), (2.0, 1.6, 2.5), HAZARD, "opposite sign"),
        ((0.9, 0.5, 1.62), (1.1, 0.6, 2.0), HAZARD, "within chance of it"),
        ((5, math.nan, math.nan), (5, 3, 7), POINTS, "cannot tell"),
    ],
)
def test_what_a_design_recovers_in_words(found, lot, unit, words):
    assert recovered_in_words(Found(*found, 10, 10), Found(*lot, 10, 10), unit) == words


def test_originals_are_tagged_where_they_say_something():
    claims = [claim for design in DESIGNS for claim in design.claims]
    for claim in claims:
        assert bool(claim.tag) == (claim.original not in ("not read", "not asked"))
    assert all("not be read" in design.read for design in DESIGNS)
