"""Addressed chance: the published generator, its draws uniform and independent along every part of an address.

Statistical tests draw from fixed addresses, so they pass or fail for good. All of them together, over every case, would
reject a perfect generator with probability below 0.001 (Bonferroni over the CHECKS made).
"""

import ast
from collections import Counter
from pathlib import Path
from statistics import NormalDist

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from multitrack_sim.engine import random as module
from multitrack_sim.engine.random import chance, chance_reference, philox_reference, run_seed, standard_normal
from multitrack_sim.schema.draws import Draw

PACKAGE = Path(module.__file__).parents[1]
ONES = 0xFFFFFFFF
WORDS = st.sampled_from([0, 1, 2**31 - 1, 2**31, ONES - 1, ONES]) | st.integers(0, ONES)
SEEDS = st.sampled_from([0, 1, ONES, 2**32, 2**53 - 1]) | st.integers(0, 2**53 - 1)

# Random123, kat_vectors: philox4x32, rounds, counter, key, answer
KNOWN = [
    (7, "00000000 00000000 00000000 00000000", "00000000 00000000", "5f6fb709 0d893f64 4f121f81 4f730a48"),
    (7, "ffffffff ffffffff ffffffff ffffffff", "ffffffff ffffffff", "5207ddc2 45165e59 4d8ee751 8c52f662"),
    (7, "243f6a88 85a308d3 13198a2e 03707344", "a4093822 299f31d0", "4dfccaba 190a87f0 c47362ba b6b5242a"),
    (10, "00000000 00000000 00000000 00000000", "00000000 00000000", "6627e8d5 e169c58d bc57ac4c 9b00dbd8"),
    (10, "ffffffff ffffffff ffffffff ffffffff", "ffffffff ffffffff", "408f276d 41c83b0e a20bc7c6 6d5451fd"),
    (10, "243f6a88 85a308d3 13198a2e 03707344", "a4093822 299f31d0", "d16cfe09 94fdcceb 5001e420 24126ea1"),
]


def words(text):
    return tuple(int(word, 16) for word in text.split())


# ---- the published generator -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(("rounds", "counter", "key", "answer"), KNOWN)
def test_philox_gives_the_published_answers(rounds, counter, key, answer):
    assert philox_reference(words(counter), words(key), rounds) == words(answer)


@pytest.mark.parametrize(("rounds", "counter", "key", "answer"), [case for case in KNOWN if case[0] == 10])
def test_chance_is_the_first_52_bits_of_the_published_answer(rounds, counter, key, answer):
    (k0, k1), (x0, x1, _, _) = words(key), words(answer)
    expected = ((x0 << 20 | x1 >> 12) + 0.5) / 2**52
    assert chance(np.uint64(k0 | k1 << 32), *words(counter)) == expected
    assert chance_reference(k0 | k1 << 32, *words(counter)) == expected


@settings(max_examples=500, deadline=None)
@given(SEEDS, WORDS, WORDS, WORDS, WORDS)
def test_compiled_chance_is_the_reference_and_lies_strictly_inside(key, purpose, month, id, partner):
    drawn = chance(key, purpose, month, id, partner)
    assert drawn == chance_reference(key, purpose, month, id, partner)
    assert 0.0 < drawn < 1.0


@pytest.mark.parametrize("extreme", [0, ONES])
def test_even_the_most_extreme_word_gives_a_number_strictly_inside(monkeypatch, extreme):
    monkeypatch.setattr(module, "philox_reference", lambda counter, key: (extreme,) * 4)
    assert 0.0 < chance_reference(1, 2, 3, 4, 5) < 1.0


@given(SEEDS, WORDS, WORDS, WORDS, WORDS, st.integers(0, 4))
def test_every_part_of_the_address_matters(key, purpose, month, id, partner, part):
    address = [key, purpose, month, id, partner]
    other = list(address)
    other[part] ^= 1
    assert chance_reference(*address) != chance_reference(*other)  # equal by accident: once in 2**52


# ---- uniformity and independence -------------------------------------------------------------------------------------

DRAWS = 20_000
AXES = ("seed", "purpose", "month", "id", "partner")
SPOTS = [(0, 1, 0, 0, 0), (20_261_122, 120, 59, 17, 3), (2**53 - 30_001, 60, 299, 4_000, 1)]
CELLS = 64
SIDE = 12
CHECKS = 5 * len(AXES) * len(SPOTS) + 4
FAMILY_WISE = 0.001
LIMIT = NormalDist().inv_cdf(1 - FAMILY_WISE / CHECKS / 2)


def drawn_along(axis, spot, count=DRAWS, other=()):
    """Draws at consecutive addresses along one part of the address; `other` moves further parts."""
    address = list(spot)
    for part, step in other:
        address[part] += step
    found = np.empty(count)
    for n in range(count):
        found[n] = chance(*address)
        address[axis] += 1
    return found


def deviation(counts):
    """How far counts lie from equal ones, as a standard normal (Wilson and Hilferty 1931); two-sided: too even is odd too."""
    counts = np.asarray(counts, float).ravel()
    expected, free = counts.sum() / len(counts), len(counts) - 1
    chi_square = ((counts - expected) ** 2 / expected).sum()
    spread = 2 / (9 * free)
    return ((chi_square / free) ** (1 / 3) - (1 - spread)) / spread**0.5


def pairs(one, two):
    return deviation(np.histogram2d(one, two, bins=SIDE, range=((0, 1), (0, 1)))[0])


def correlation(one, two):
    return np.corrcoef(one, two)[0, 1] * len(one) ** 0.5


CASES = [(axis, spot) for axis in range(5) for spot in SPOTS]
NAMES = [f"{AXES[axis]}-{at}" for axis in range(5) for at in range(len(SPOTS))]


@pytest.mark.parametrize(("axis", "spot"), CASES, ids=NAMES)
def test_uniform_along_every_part_of_the_address(axis, spot):
    drawn = drawn_along(axis, spot)
    assert abs(deviation(np.histogram(drawn, CELLS, (0, 1))[0])) < LIMIT
    low_bits = np.floor(drawn * 2**52).astype(np.int64) % CELLS
    assert abs(deviation(np.bincount(low_bits, minlength=CELLS))) < LIMIT


@pytest.mark.parametrize(("axis", "spot"), CASES, ids=NAMES)
def test_neighbours_along_every_part_of_the_address_are_independent(axis, spot):
    drawn = drawn_along(axis, spot)
    assert abs(pairs(drawn[::2], drawn[1::2])) < LIMIT
    assert abs(correlation(drawn[:-1], drawn[1:])) < LIMIT


@pytest.mark.parametrize(("axis", "spot"), CASES, ids=NAMES)
def test_two_streams_that_differ_in_one_other_part_are_independent(axis, spot):
    beside = drawn_along(axis, spot, other=[((axis + 1) % 5, 1)])
    assert abs(pairs(drawn_along(axis, spot), beside)) < LIMIT


def test_the_two_directions_of_a_pair_are_independent():
    there = [chance(9, 80, 12, i, j) for i in range(150) for j in range(i)]
    back = [chance(9, 80, 12, j, i) for i in range(150) for j in range(i)]
    assert abs(pairs(there, back)) < LIMIT


def test_the_purposes_of_one_month_are_independent_of_one_another():
    drawn = np.array([[chance(3, purpose, 7, id, 0) for purpose in Draw] for id in range(1_000)])
    assert abs(pairs(drawn[:, :-1].ravel(), drawn[:, 1:].ravel())) < LIMIT


def test_runs_of_one_ensemble_are_uniform_and_independent():
    drawn = np.array([chance(run_seed(1, run), 30, 0, 0, 0) for run in range(DRAWS)])
    assert abs(deviation(np.histogram(drawn, CELLS, (0, 1))[0])) < LIMIT
    assert abs(pairs(drawn[::2], drawn[1::2])) < LIMIT


@pytest.mark.parametrize(
    "drawn", [np.full(DRAWS, 0.3), np.arange(DRAWS) / DRAWS, np.random.default_rng(1).random(DRAWS) ** 1.1]
)
def test_the_measure_of_uniformity_finds_what_is_not_uniform(drawn):
    assert abs(deviation(np.histogram(drawn, CELLS, (0, 1))[0])) > LIMIT


# ---- purposes --------------------------------------------------------------------------------------------------------


def test_purposes_have_numbers_of_their_own():
    assert len(set(Draw)) == len(Draw) > 40
    assert all(0 <= number <= ONES for number in Draw)


def drawn_purposes():
    """The purpose of every draw in the text of the model, by its name."""
    found = Counter()
    for path in (PACKAGE / "process").glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "chance":
                found[node.args[1].attr] += 1
    return found


def test_no_two_draws_share_a_purpose():
    drawn = drawn_purposes()
    assert set(drawn) <= set(Draw.__members__)
    assert len(drawn) > 40
    assert [name for name, times in drawn.items() if times > 1] == []


# ---- seeds of runs ---------------------------------------------------------------------------------------------------


def test_seeds_of_runs_are_pinned():
    """Every stored result hangs on them: never renewed."""
    assert [run_seed(1, run) for run in range(3)] == [8018741759353153, 247267747975244, 8134739360849336]
    largest = [run_seed(2**53 - 1, run) for run in (0, 1, 2**32)]
    assert largest == [2908431798376323, 7364195037919799, 164933360248447]


def test_seeds_of_runs_are_distinct_and_can_be_given_to_a_model():
    found = [run_seed(seed, run) for seed in (0, 1, 2, 2**32) for run in range(5_000)]
    assert len(set(found)) == len(found)  # by accident: once in 45 million
    assert all(type(seed) is int and 0 <= seed < 2**53 for seed in found)


@given(SEEDS, st.integers(0, 2**40))
def test_the_seed_of_a_run_depends_on_nothing_else(seed, run):
    assert run_seed(seed, run) == run_seed(np.int64(seed), np.int64(run))


# ---- the normal quantile ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("u", "quantile"),
    [
        (0.5, 0.0),
        (0.975, 1.959963984540054),
        (0.95, 1.6448536269514722),
        (0.99, 2.3263478740408408),
        (0.995, 2.5758293035489004),
        (0.75, 0.6744897501960817),
        (0.001, -3.090232306167813),
        (1e-9, -5.9978070150076865),
        (2.0**-53, -8.209536151601387),
    ],
)
def test_known_quantiles_of_the_normal_distribution(u, quantile):
    assert standard_normal(u) == pytest.approx(quantile, rel=1.2e-9, abs=1e-12)


@settings(deadline=None)
@given(st.floats(2.0**-53, 1.0 - 2.0**-53))
def test_the_quantile_is_that_of_the_standard_library(u):
    assert standard_normal(u) == pytest.approx(NormalDist().inv_cdf(u), rel=1.2e-9, abs=1e-9)


def test_every_draw_gives_a_finite_deviate():
    extremes = [2.0**-53, 0.02425, 0.97575, 1.0 - 2.0**-53]
    assert all(np.isfinite(standard_normal(u)) for u in extremes)
