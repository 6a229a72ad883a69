"""Intervals that may be looked at all the time: they miss the truth at ANY look in at most 5% of sequences."""

import math

import numpy as np
import pytest

import multitrack_sim as mt
from multitrack_sim.analysis.intervals import mean_interval, wilson
from multitrack_sim.analysis.sequential import SURE, BoundedMean, Share, log_evidence
from multitrack_sim.errors import SettingError

# Of 1000 sequences, more than 5% + 2.33 standard errors would miss by bad luck in 1% of seeds; the seeds are fixed.
SEQUENCES = 1000
MOST_MISSES = math.floor(SEQUENCES * 0.05 + 2.33 * math.sqrt(SEQUENCES * 0.05 * 0.95))
LOOKS = range(20, 2001, 20)


@pytest.mark.parametrize("p", [0.03, 0.3, 0.5])
def test_a_share_is_covered_at_all_looks_at_once(p):
    chance, missed = np.random.default_rng(5), 0
    tuning = Share(0.05).tuning
    for _ in range(SEQUENCES):
        counts = np.cumsum(chance.random(LOOKS[-1]) < p)
        missed += any(log_evidence(p, int(counts[n - 1]), n, tuning) >= SURE for n in LOOKS)
    assert missed <= MOST_MISSES


def test_looking_naively_would_miss_far_more_often():
    """The trap that the rule is for: stop as soon as Wilson's interval leaves out the truth."""
    chance, missed = np.random.default_rng(5), 0
    runs = np.array(LOOKS)
    for _ in range(SEQUENCES):
        low, high = wilson(np.cumsum(chance.random(LOOKS[-1]) < 0.3)[runs - 1], runs)
        missed += bool(((low > 0.3) | (high < 0.3)).any())
    assert missed > 3 * MOST_MISSES


@pytest.mark.parametrize("p", [0.05, 0.4])
def test_where_the_rule_stops_the_interval_covers(p):
    chance, missed, stopped = np.random.default_rng(8), 0, []
    for _ in range(200):
        rule = mt.until("durable +- 0.05")
        rule.begin(1, 300)
        while not rule.met():
            rule.add(0, (chance.random(50) < p).astype(float))
        ((low, high, runs),) = rule.report()["intervals"]
        missed += not low <= p <= high
        stopped.append(runs)
    assert missed <= 18  # of 200: more by bad luck in 1% of seeds, were the chance of a miss 5%
    fixed = 1.96**2 * p * (1 - p) / 0.05**2
    assert np.mean(stopped) < 3.5 * fixed + 100  # what looking costs


@pytest.mark.parametrize("kind", ["uniform", "mostly nothing"])
def test_a_bounded_mean_is_covered_at_all_looks_at_once(kind):
    chance, missed, widths = np.random.default_rng(3), 0, []
    for _ in range(300):
        values = chance.random(2000) if kind == "uniform" else (chance.random(2000) < 0.05) * chance.random(2000)
        truth = 0.5 if kind == "uniform" else 0.025
        sequence, wrong = BoundedMean(300.0), False
        for part in np.split(300 * values, 40):
            sequence.add(part)
            low, high = sequence.interval()
            wrong = wrong or not low <= 300 * truth <= high
        missed += wrong
        widths.append(high - low)
    assert missed <= 24  # of 300, as above
    _, low, high, _ = mean_interval(300 * values)
    assert np.mean(widths) < 3 * (high - low)


def test_the_parts_in_which_values_come_do_not_matter():
    values = np.random.default_rng(1).random(500)
    one, many = BoundedMean(1.0), BoundedMean(1.0)
    one.add(values)
    for part in np.split(values, 50):
        many.add(part)
    assert np.allclose(one.interval(), many.interval(), rtol=1e-12)


def test_evidence_is_a_martingale():
    """Worked out exactly: the mean over what may come next is what it is now, under the truth."""
    for p, count, runs in ((0.2, 1, 9), (0.5, 7, 12), (0.9, 0, 3)):
        now = math.exp(log_evidence(p, count, runs, 6.0))
        next_ = (math.exp(log_evidence(p, count + c, runs + 1, 6.0)) * w for c, w in ((1, p), (0, 1 - p)))
        assert math.isclose(now, sum(next_), rel_tol=1e-9)


def test_at_the_edges():
    nothing = Share(0.01)
    assert nothing.interval() == (0.0, 1.0) and BoundedMean(5.0).interval() == (0.0, 5.0)
    nothing.add(np.zeros(5000))
    low, high = nothing.interval()
    assert low == 0 and 0 < high < 0.005
    BoundedMean(5.0).add(np.zeros(0))
    with pytest.raises(SettingError, match="0 to 5"):
        BoundedMean(5.0).add(np.array([6.0]))


def test_rules_are_read():
    kind = mt.until("highest_agreement=comprehensive ± 0.02")
    kind.begin(2, 300)
    kind.add(0, np.array([3.0, 0.0, 3.0, 1.0]))
    assert (kind.sequences[0].count, kind.sequences[0].runs) == (2, 4) and str(
        kind
    ) == "highest_agreement=comprehensive +- 0.02"
    months = mt.until("months_under_accord +/- 3")
    months.begin(1, 120)
    assert months.sequences[0].top == 120 and not months.met()
    for text, words in (
        ("durable", "is no rule"), ("durable +- -1", "above 0"), ("durable +- 0", "above 0"), ("durble +- 1", "did you mean"),
        ("attacks +- 1", "no upper bound"), ("highest_agreement=peace +- 1", "highest_agreement=comprehensive"),
        ("durable=1 +- 1", "durable"),
        ("durable +- 1e", "is no rule"),
    ):  # fmt: skip
        with pytest.raises(SettingError, match=words):
            mt.until(text)
