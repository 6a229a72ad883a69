"""The estimators of the page are those of `analysis`, over tables of cases."""

import math

import numpy as np
import pytest
from page_scripts import called, needs_node

from multitrack_sim.analysis.effects import holm
from multitrack_sim.analysis.intervals import share_interval, t_probability, t_quantile
from multitrack_sim.analysis.paired import paired_effect, paired_mean, paired_share
from multitrack_sim.analysis.verdicts import digits_shown, verdict

pytestmark = needs_node
NAMES = ("estimate", "low", "high", "error", "p")
CLOSE = {"rel": 1e-9, "abs": 1e-12, "nan_ok": True}


def numbers(found):
    return [found[name] for name in NAMES]


def test_shares_in_pairs():
    cases = [
        [a, b, n] for n in (1, 5, 20, 200, 1000) for a in range(0, n + 1, max(1, n // 7)) for b in (0, 1, n // 9, n - a)
    ]
    cases = [case for case in cases if case[0] + case[1] <= case[2]]
    for case, found in zip(cases, called("statistics.js", "m.pairedShare(...c)", cases), strict=True):
        assert numbers(found) == pytest.approx(list(paired_share(*case)), **CLOSE), case


def draws():
    generator = np.random.default_rng(5)
    for runs in (2, 7, 20, 200, 1000):
        yield generator.normal(0.3, 1, runs).tolist(), math.inf
        yield np.where(generator.random(runs) < 0.05, generator.exponential(30, runs), 0.0).tolist(), 120.0
        yield np.where(generator.random(runs) < 0.1, -generator.gamma(0.5, 20, runs), 0.0).tolist(), 120.0
    for value in (0.0, 3.0, -1.0):
        for top in (math.inf, 120.0, 1.0):
            yield [value] * 20, top
            yield [value], top
    yield [], 1.0


def test_means_of_pairs():
    cases = list(draws())
    sent = [[values, "inf" if math.isinf(top) else top] for values, top in cases]
    for (values, top), found in zip(cases, called("statistics.js", "m.pairedMean(...c)", sent), strict=True):
        assert numbers(found) == pytest.approx(list(paired_mean(values, top)), rel=1e-7, abs=1e-12, nan_ok=True), (
            values[:5]
        )


def test_effects_leave_out_pairs_that_lack_a_value():
    generator = np.random.default_rng(8)
    baseline, arm = generator.random((2, 50)).round(1)
    arm[3] = math.nan
    sent = [[baseline.tolist(), ["nan" if math.isnan(x) else x for x in arm]]]
    (found,) = called("statistics.js", "m.pairedEffect(...c)", sent)
    both = ~np.isnan(arm)
    assert numbers(found) == pytest.approx(list(paired_effect(baseline[both], arm[both], share=False)), rel=1e-7)
    assert found["pairs"] == 49 and found["more"] == int((arm > baseline).sum())


def test_intervals_of_shares_and_student():
    cases = [[k, n] for n in (0, 1, 10, 200) for k in (0, n // 3, n)]
    for case, found in zip(cases, called("statistics.js", "m.shareInterval(...c)", cases), strict=True):
        assert [found["estimate"], found["low"], found["high"]] == pytest.approx(list(share_interval(*case)), **CLOSE)
    degrees = [[n] for n in (1, 2, 3, 10, 199, 500, 501, 999)]
    assert called("statistics.js", "m.tQuantile(...c)", degrees) == pytest.approx(
        [t_quantile(*n) for n in degrees], rel=1e-9
    )
    cases = [[t, n] for t in (0.0, 0.5, 2.0, 6.0, 40.0) for n in (1, 2, 19, 999, 6000)]
    assert called("statistics.js", "m.tProbability(...c)", cases) == pytest.approx(
        [t_probability(*case) for case in cases], rel=1e-9, abs=1e-14
    )


def test_the_complement_of_the_error_function():
    cases = [[x] for x in (-3.0, -0.1, 0.0, 1e-9, 0.5, 1.99, 2.0, 2.01, 5.0, 10.0, 26.0)]
    assert called("statistics.js", "m.erfc(...c)", cases) == pytest.approx([math.erfc(*x) for x in cases], rel=2e-13)


def test_holm():
    cases = [[[0.01, 0.04, 0.03]], [[0.5]], [[]], [["nan", 0.02, 0.02, 1.0]]]
    for (given,), found in zip(cases, called("statistics.js", "m.holm(...c)", cases), strict=True):
        assert found == pytest.approx(list(holm([float(x) for x in given])), nan_ok=True)


def test_verdicts_and_digits():
    cases = []
    for low, high in ((0.002, 0.166), (-0.04, 0.04), (-0.2, -0.1), (math.nan, math.nan), (0.00002, 3.0), (4.0, 170.0)):
        for p in (0.001, 0.2):
            for pairs, more in ((5, 5), (100, 0), (100, 16)):
                cases.append((low, high, p, pairs, more))
    sent = [["nan" if isinstance(x, float) and math.isnan(x) else x for x in case] for case in cases]
    asked = "m.verdict({low: c[0], high: c[1], pairs: c[3], more: c[4], less: 0}, c[2])"
    assert called("statistics.js", asked, sent) == [verdict(*case) for case in cases]
    digits = called("statistics.js", "m.digitsShown((c[0] + c[1]) / 2, c[0], c[1])", sent)
    assert digits == [digits_shown((low + high) / 2, low, high) for low, high, *_ in cases]
