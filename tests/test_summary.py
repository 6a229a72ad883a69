"""Estimates and intervals against published and hand-worked answers."""

import math
from itertools import combinations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from synthetic import made_up_ensemble

from multitrack_sim.analysis.intervals import mean_interval, median_interval, t_quantile, unpaired_shares, wilson
from multitrack_sim.analysis.paired import paired_score
from multitrack_sim.analysis.run_tables import MAIN_OUTCOMES
from multitrack_sim.analysis.summary import paired_difference, summarise
from multitrack_sim.analysis.survival import cumulative_incidence
from multitrack_sim.errors import MultitrackError
from multitrack_sim.schema.categories import Agreement
from multitrack_sim.schema.outcomes import OUTCOMES


@pytest.mark.parametrize(
    ("count", "runs", "low", "high"),
    [  # Newcombe (1998), Statistics in Medicine 17, 857-872, table I, method 3
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0000, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ],
)
def test_wilson_as_published(count, runs, low, high):
    assert wilson(count, runs) == pytest.approx((low, high), abs=5e-5)


def test_wilson_takes_arrays_and_no_runs():
    low, high = wilson(np.array([0, 5, 10]), 10)
    assert low[0] == 0 and high[2] == 1 and (low < high).all()
    assert all(math.isnan(x) for x in wilson(0, 0))


@given(st.integers(1, 400).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_wilson_holds_the_share_and_mirrors(case):
    count, runs = case
    low, high = wilson(count, runs)
    assert 0 <= low <= count / runs <= high <= 1
    other_low, other_high = wilson(runs - count, runs)
    assert (other_low, other_high) == pytest.approx((1 - high, 1 - low), abs=1e-12)


@pytest.mark.parametrize(
    ("freedom", "t"),  # any table of Student's distribution
    [
        (1, 12.706),
        (2, 4.303),
        (3, 3.182),
        (5, 2.571),
        (9, 2.262),
        (30, 2.042),
        (60, 2.000),
        (120, 1.980),
        (100_000, 1.960),
    ],
)
def test_t_as_tabled(freedom, t):
    assert t_quantile(freedom) == pytest.approx(t, abs=6e-4)


def test_t_is_continuous_where_its_formula_changes():
    assert t_quantile(500) == pytest.approx(t_quantile(501), abs=1e-5)
    assert t_quantile(500) > t_quantile(501) > t_quantile(502)


@pytest.mark.parametrize(
    ("runs", "rank"),  # ranks of the 95% interval for a median: Conover (1999), table A3; Gardner and Altman (1989)
    [(6, 1), (8, 1), (9, 2), (10, 2), (12, 3), (15, 4), (20, 6), (25, 8), (50, 18), (100, 40)],
)
def test_median_interval_as_tabled(runs, rank):
    assert median_interval(np.arange(1, runs + 1))[1:3] == (rank, runs - rank + 1)


def test_median_interval_of_few_and_of_very_many():
    assert math.isnan(median_interval([1, 2, 3, 4, 5])[1])
    assert all(math.isnan(x) for x in median_interval([]))
    median, low, high, error = median_interval(np.arange(100_000))
    assert high - low == pytest.approx(2 * 1.96 * 0.5 * math.sqrt(100_000), rel=0.01)
    assert error == pytest.approx(0.5 * math.sqrt(100_000), rel=0.01)


def test_median_interval_covers():
    """Exact: at least 95% of samples hold the true median (2000 samples: a fault shows at 93.5%)."""
    draws = np.sort(np.random.default_rng(1).exponential(size=(2000, 25)), axis=1)
    held = [low <= math.log(2) <= high for low, high in (median_interval(row)[1:3] for row in draws)]
    assert np.mean(held) > 0.935


def test_mean_interval_by_hand():
    mean, low, high, error = mean_interval([4, 6, 8])  # sd 2, t(2) = 4.303
    assert (mean, error) == (6, pytest.approx(2 / math.sqrt(3)))
    assert (low, high) == pytest.approx((6 - 4.3027 * 2 / math.sqrt(3), 6 + 4.3027 * 2 / math.sqrt(3)), abs=1e-3)
    assert mean_interval([7])[0] == 7 and math.isnan(mean_interval([7])[1])


def test_unpaired_shares_by_hand():
    a, b = 61 / 102, 41 / 102
    half = 1.959964 * math.sqrt((a * (1 - a) + b * (1 - b)) / 102)
    assert unpaired_shares(60, 40, 100) == pytest.approx((0.2, a - b - half, a - b + half), abs=1e-6)


@pytest.mark.parametrize(("share", "together"), [(0.1, 0.5), (0.5, 0.9), (0.02, 0.0)])
def test_paired_shares_cover(share, together):
    """4000 draws of 100 pairs; a fair 95% interval fails below 94% about once in a thousand times."""
    draw = np.random.default_rng(2)
    first = draw.random((4000, 100)) < share
    second = np.where(draw.random((4000, 100)) < together, first, draw.random((4000, 100)) < share)
    _, low, high = paired_score((first & ~second).sum(1), (~first & second).sum(1), 100)
    assert np.mean((low <= 0) & (high >= 0)) > 0.94


# --- the table


def test_every_outcome_is_summarised():
    table = made_up_ensemble().table
    found = summarise(table)
    assert set(found["outcome"]) == set(OUTCOMES)
    assert list(found.loc[found["outcome"] == "highest_agreement", "value"]) == list(Agreement.words())
    assert found.loc[found["outcome"] == "highest_agreement", "estimate"].sum() == pytest.approx(1)
    assert set(MAIN_OUTCOMES) <= set(OUTCOMES)
    known = found.dropna(subset=["low"])
    assert (known["low"] <= known["estimate"]).all() and (known["estimate"] <= known["high"]).all()
    assert (found["runs"] + found["missing"] == len(table)).all()


def test_months_are_medians_where_it_happened():
    table = pd.DataFrame({"seed": range(20), "months_to_substantive": [*range(10, 20), *[math.nan] * 10]})
    (row,) = summarise(table).itertuples()
    assert (row.statistic, row.estimate, row.low, row.high) == ("median where it happened", 14.5, 11, 18)
    assert (row.runs, row.missing, row.missing_means) == (10, 10, "none by the horizon")


def test_what_never_happened_and_what_cannot_be():
    table = pd.DataFrame(
        {"seed": [1, 2], "months_to_talks": [math.nan] * 2, "attacks": [0.0, 1.0], "mean_trust": [0.1, 0.9]}
    )
    found = summarise(table).set_index("outcome")
    assert math.isnan(found.loc["months_to_talks", "estimate"]) and found.loc["months_to_talks", "missing"] == 2
    assert found.loc["attacks", "low"] == 0
    assert (found.loc["mean_trust", "low"], found.loc["mean_trust", "high"]) == (0, 1)


def test_one_run_has_no_spread():
    found = summarise(made_up_ensemble(runs=1).table).set_index(["outcome", "value"])
    assert math.isnan(found.loc[("attacks", ""), "low"])
    assert found.loc[("agreed", ""), "high"] > 0.7  # Wilson has an answer for one run


def test_an_empty_table_is_refused():
    with pytest.raises(MultitrackError, match="no runs"):
        summarise(pd.DataFrame({"seed": [], "agreed": []}))


def test_the_monte_carlo_error_shrinks_with_runs():
    few = summarise(made_up_ensemble(runs=40).table).set_index(["outcome", "value"])["error"]
    many = summarise(made_up_ensemble(runs=640).table).set_index(["outcome", "value"])["error"]
    assert many["violence_total", ""] == pytest.approx(few["violence_total", ""] / 4, rel=0.3)


# --- two arms


def test_a_paired_difference_of_numbers():
    a = pd.DataFrame({"seed": [1, 2, 3, 4], "attacks": [3.0, 5.0, 7.0, 9.0]})
    b = pd.DataFrame({"seed": [4, 3, 2, 1], "attacks": [8.0, 6.0, 4.0, 2.0]})
    found = paired_difference(a, b, "attacks")
    assert (found.mean_a, found.mean_b, found.difference) == (6, 5, 1)
    assert math.isnan(found.low) and math.isnan(found.p)  # every pair says the same: nothing is known of chance
    assert (found.only_a, found.only_b, found.clear, found.verdict) == (4, 0, False, "too few")


def test_a_paired_difference_of_shares_and_of_categories():
    a = pd.DataFrame({"seed": range(100), "agreed": [1.0] * 60 + [0.0] * 40})
    b = pd.DataFrame({"seed": range(100), "agreed": [1.0] * 50 + [0.0] * 48 + [1.0] * 2})
    found = paired_difference(a, b, "agreed")
    assert (found.only_a, found.only_b, found.difference) == (10, 2, pytest.approx(0.08))
    assert (found.low, found.high) == pytest.approx(paired_score(10, 2, 100)[1:])
    assert 0.3 < found.narrower < 0.7
    one, two = made_up_ensemble(seed=1, agree=0.01).table, made_up_ensemble(seed=1, agree=0.005).table
    by_value = sum(paired_difference(one, two, "highest_agreement", value).difference for value in Agreement.words())
    assert by_value == pytest.approx(0, abs=1e-12)


def test_pairs_with_a_missing_month_are_left_out_and_counted():
    a = pd.DataFrame({"seed": [1, 2, 3], "months_to_talks": [3.0, math.nan, 8.0]})
    b = pd.DataFrame({"seed": [1, 2, 3], "months_to_talks": [2.0, 4.0, 6.0]})
    found = paired_difference(a, b, "months_to_talks")
    assert (found.pairs, found.left_out, found.difference) == (2, 1, 1.5)
    nothing = paired_difference(a.assign(months_to_talks=math.nan), b, "months_to_talks")
    assert nothing.pairs == 0 and math.isnan(nothing.difference) and not nothing.clear


def test_what_cannot_be_paired_is_refused():
    table = made_up_ensemble(runs=5).table
    for other, outcome, value, message in [
        (table.assign(seed=table["seed"] + 1), "agreed", "", "same seeds"),
        (table.assign(seed=7), "agreed", "", "seed twice"),
        (table, "agred", "", "nearest that both tables have is 'agreed'"),
        (table, "highest_agreement", "", "needs a value"),
        (table, "agreed", "none", "is a number"),
        (table, "\x1b[31m", "", r"\\x1b"),
    ]:
        with pytest.raises(MultitrackError, match=message):
            paired_difference(table, other, outcome, value)


# --- waiting times

# weeks in remission under 6-MP, + censored (Freireich et al. 1963; Kalbfleisch and Prentice 1980)
REMISSION = [(6, 1), (6, 1), (6, 1), (6, 0), (7, 1), (9, 0), (10, 1), (10, 0), (11, 0), (13, 1), (16, 1), (17, 0),
             (19, 0), (20, 0), (22, 1), (23, 1), (25, 0), (32, 0), (32, 0), (34, 0), (35, 0)]  # fmt: skip


def test_kaplan_and_meier_as_published():
    months, causes = zip(*REMISSION)
    found = cumulative_incidence(months, causes, horizon=35).set_index("month")
    published = {6: 0.857, 7: 0.807, 10: 0.753, 13: 0.690, 16: 0.627, 22: 0.538, 23: 0.448}
    for month, still in published.items():
        assert 1 - found.loc[month, "share"] == pytest.approx(still, abs=6e-4)
    assert list(found.loc[[6, 7, 10, 13, 16, 22, 23], "at_risk"]) == [21, 17, 15, 12, 11, 7, 6]
    # Greenwood's standard errors, as printed in the same book (0.0764 at 6, 0.1346 at 23), on the log(-log) scale
    for month, error in [(6, 0.0764), (23, 0.1346)]:
        still = published[month]
        spread = 1.959964 * error / (still * -math.log(still))
        expected = (1 - still ** math.exp(-spread), 1 - still ** math.exp(spread))
        assert (found.loc[month, "low"], found.loc[month, "high"]) == pytest.approx(expected, abs=2e-3)


def test_without_censoring_it_is_the_plain_share():
    rng = np.random.default_rng(3)
    months, causes = rng.integers(0, 50, 200), rng.integers(1, 4, 200)
    for cause in (1, 2, 3):
        found = cumulative_incidence(months, causes, 50, cause)
        shares = np.array([((months <= m) & (causes == cause)).mean() for m in range(51)])
        assert found["share"].to_numpy() == pytest.approx(shares)
        # and its variance is the binomial one: at month 20 the interval is that of share (1 - share) / n
        share, low, high = found.loc[20, ["share", "low", "high"]]
        spread = 1.959964 * math.sqrt(share * (1 - share) / 200) / ((1 - share) * -math.log(1 - share))
        expected = (1 - (1 - share) ** math.exp(-spread), 1 - (1 - share) ** math.exp(spread))
        assert (low, high) == pytest.approx(expected, rel=1e-6)


def test_competing_causes_add_up_to_any_cause():
    rng = np.random.default_rng(4)
    months, causes = rng.integers(1, 60, 300), rng.integers(0, 4, 300)
    apart = sum(cumulative_incidence(months, causes, 60, cause)["share"] for cause in (1, 2, 3))
    together = cumulative_incidence(months, (causes > 0).astype(int), 60)["share"]
    assert apart.to_numpy() == pytest.approx(together.to_numpy())


def test_variance_by_hand_with_competing_causes():
    """Marubini and Valsecchi's formula written as the double sum it is."""
    rng = np.random.default_rng(5)
    months, causes = rng.integers(1, 12, 40), rng.integers(0, 3, 40)
    found = cumulative_incidence(months, causes, 12)
    share = found["share"].to_numpy()
    risk = found["at_risk"].to_numpy().astype(float)
    still, before = 1.0, []
    for month in range(13):
        before.append(still)
        still *= 1 - ((months == month) & (causes > 0)).sum() / max(risk[month], 1)
    now, total = 8, 0.0
    for then in range(now + 1):
        d, dk, n = ((months == then) & (causes > 0)).sum(), ((months == then) & (causes == 1)).sum(), risk[then]
        gap = share[now] - share[then]
        total += (
            gap**2 * d / (n * (n - d)) + before[then] ** 2 * dk * (n - dk) / n**3 - 2 * gap * before[then] * dk / n**2
        )
    spread = 1.959964 * math.sqrt(total) / ((1 - share[now]) * -math.log(1 - share[now]))
    assert found.loc[now, "high"] == pytest.approx(1 - (1 - share[now]) ** math.exp(spread), rel=1e-6)


def test_nothing_and_everything():
    nothing = cumulative_incidence([24] * 10, [0] * 10, 24)
    assert (nothing["share"] == 0).all() and (nothing["low"] == 0).all() and nothing["high"].iloc[-1] > 0.2
    everything = cumulative_incidence([3] * 10, [1] * 10, 24)
    assert everything["share"].iloc[-1] == 1 and everything["high"].iloc[-1] == 1 and everything["low"].iloc[-1] < 0.8
    nobody = cumulative_incidence([], [], 24)
    assert len(nobody) == 25 and nobody["share"].isna().all()
    late = cumulative_incidence([30], [1], 24)
    assert (late["share"] == 0).all()


def test_bands_hold_the_curve_and_curves_only_rise():
    months, causes = zip(*REMISSION)
    for cause, horizon in combinations((1, 2, 20, 35), 2):
        found = cumulative_incidence(months, causes, horizon, cause)
        assert (found["low"] <= found["share"] + 1e-12).all() and (found["share"] <= found["high"] + 1e-12).all()
        assert (found["share"].diff().dropna() >= 0).all()
