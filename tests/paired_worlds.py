"""Made-up pairs of arms of the kinds we have, each with the effect that is known: for tests of coverage."""

import math

import numpy as np

from multitrack_sim.analysis.effects import Pairs, compared
from multitrack_sim.schema.outcomes import OUTCOMES

HORIZON = 300


def few_differ(rng, runs, only_arm=0.02, only_baseline=0.01, both=0.3):
    """An outcome of 0 or 1 in which few pairs differ: the difference of shares, the ratio."""
    u = rng.random(runs)
    a = (u < both + only_arm).astype(float)
    b = ((u < both) | ((u >= both + only_arm) & (u < both + only_arm + only_baseline))).astype(float)
    known = {"share": only_arm - only_baseline, "ratio": (both + only_arm) / (both + only_baseline)}
    return _pairs("agreed", b, a), known


def mostly_zero(rng, runs, rarely=0.1):
    """A number that the arm adds to in few runs, and then much: skewed and zero-inflated."""
    change = np.where(rng.random(runs) < rarely, rng.gamma(1, 40, runs), 0.0)
    baseline = rng.gamma(9, 10, runs)
    return _pairs("violence_total", baseline, baseline + change), {"mean": rarely * 40}


def both_ways(rng, runs):
    """Rare large changes of either sign."""
    u = rng.random(runs)
    change = np.where(u < 0.06, rng.gamma(1, 60, runs), np.where(u < 0.1, -rng.gamma(1, 30, runs), 0.0))
    baseline = rng.gamma(4, 30, runs)
    return _pairs("months_under_accord", baseline, baseline + change), {"mean": 0.06 * 60 - 0.04 * 30}


def waiting(rng, runs, stay=0.7):
    """Months until something happens, never for some: exponential, means 120 and 180, equal in most pairs."""
    b, fresh = rng.exponential(120, runs), rng.exponential(180, runs)
    a = np.where(rng.random(runs) < stay, b, fresh)
    seen = [np.minimum(months, HORIZON) for months in (b, a)]

    def restricted(mean):
        return mean * (1 - math.exp(-HORIZON / mean))

    def median():
        low, high = 0.0, 1000.0
        for _ in range(60):
            m = (low + high) / 2
            low, high = (m, high) if stay * math.exp(-m / 120) + (1 - stay) * math.exp(-m / 180) > 0.5 else (low, m)
        return m - 120 * math.log(2)

    known = {"restricted mean months": (1 - stay) * (restricted(180) - restricted(120)), "median": median()}
    return _pairs("months_to_substantive", *seen), known


def _pairs(outcome, baseline, arm):
    return OUTCOMES[outcome], Pairs(baseline, arm, np.ones(len(arm), bool), "")


KINDS = {"few differ": few_differ, "mostly zero": mostly_zero, "both ways": both_ways, "waiting": waiting}


def coverage(kind, runs, times, seed=1):
    """The share of `times` repetitions in which each 95% interval holds the known effect."""
    rng, held = np.random.default_rng(seed), {}
    for _ in range(times):
        (outcome, pairs), known = KINDS[kind](rng, runs)
        for found in compared(pairs, outcome):
            held.setdefault(found.statistic, []).append(found.low <= known[found.statistic] <= found.high)
    return {statistic: float(np.mean(hits)) for statistic, hits in held.items()}
