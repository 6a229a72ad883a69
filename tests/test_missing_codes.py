"""What was not coded is drawn from the reference population given what was: known answers, and rejection from the
population itself beside it."""

import math

import numpy as np
import pandas as pd
import pytest

from multitrack_sim.errors import ScenarioError
from multitrack_sim.evidence.missing_codes import complete_codes
from multitrack_sim.evidence.population import HARDNESS, PARTIES, POPULATION, conflict_codes
from multitrack_sim.scenario.codebook import CODES, scenario_from_codes

DRAWS = 10_000
# Each share is compared with this many standard errors: some 90 comparisons of one kind, fixed seeds; by chance one
# of them would fail in one seed of 100.
WIDE = 4.0


@pytest.fixture(scope="module")
def population() -> pd.DataFrame:
    return conflict_codes(400_000, seed=11)


def drawn(codes: dict, seed: int = 1) -> pd.DataFrame:
    return pd.DataFrame(complete_codes(codes, DRAWS, seed))


def test_of_a_case_without_codes_come_the_population_s_shares():
    found = drawn({})
    for name, shares in POPULATION.items():
        for code, percent in enumerate(shares):
            share = percent / 100
            error = math.sqrt(share * (1 - share) / DRAWS)
            assert abs((found[name] == code).mean() - share) <= WIDE * error, (name, code)
    for parties, share in PARTIES.items():
        assert abs((found["parties"] == parties).mean() - share) <= WIDE * math.sqrt(share * (1 - share) / DRAWS)


@pytest.mark.parametrize(
    "given",
    [
        {"spoilers": 4},
        {"spoilers": 4, "indivisibility": 3},
        {"public_support": 4, "fighting_level": 1},
        {"spoilers": 3, "public_support": 1, "mediation": 0},  # they contradict each other
    ],
    ids=lambda given: ", ".join(given),
)
def test_given_codes_move_the_others_as_rejection_from_the_population_does(population, given):
    kept = population[np.logical_and.reduce([population[name] == code for name, code in given.items()])]
    found = drawn(given)
    assert len(kept) > 1000
    for name in POPULATION.keys() - given.keys():
        error = math.sqrt(kept[name].var() / len(kept) + found[name].var() / DRAWS)
        assert abs(found[name].mean() - kept[name].mean()) <= WIDE * error, name
    # and how the missing hang together, which is not in their means
    both = found["fighting_level"] if "fighting_level" not in given else found["hawkishness"]
    there = kept["fighting_level"] if "fighting_level" not in given else kept["hawkishness"]
    together, expected = both.corr(found["guarantee"]), there.corr(kept["guarantee"])
    assert abs(together - expected) <= WIDE * math.sqrt(1 / len(kept) + 1 / DRAWS)


def test_a_hard_code_moves_what_is_tied_to_it_up_and_what_is_tied_the_other_way_down():
    usual, hard = drawn({}).mean(), drawn({"spoilers": 4, "indivisibility": 4, "fighting_level": 4}).mean()
    for name, tie in HARDNESS.items():
        if name not in ("spoilers", "indivisibility", "fighting_level"):
            assert np.sign(hard[name] - usual[name]) == np.sign(tie), name


def test_a_code_between_two_is_between_them():
    """2.5 is the upper half of 2 and the lower half of 3: what comes with it lies between what comes with each."""
    low, between, high = (drawn({"spoilers": code, "indivisibility": code}) for code in (2, 2.5, 3))
    for name in ("fighting_level", "hawkishness"):
        assert low[name].mean() < between[name].mean() < high[name].mean()


@pytest.mark.parametrize("name", ["cost_of_no_deal", "parties"])
def test_a_code_without_a_tie_tells_nothing_of_the_others(name):
    tells, without = complete_codes({name: 3}, 50, 2), complete_codes({}, 50, 2)
    assert [{**case, name: None} for case in tells] == [{**case, name: None} for case in without]


def test_a_code_that_the_population_never_has_is_read_as_the_nearest():
    """The population has no conflict without fighting."""
    never, nearest = (complete_codes({"fighting_level": code}, 50, 3) for code in (0, 1))
    assert [{**case, "fighting_level": 1.0} for case in never] == nearest


def test_given_codes_and_what_stands_beside_them_are_kept():
    given = {"spoilers": 2.25, "mediation": 0, "parties": 5, "start": "fighting", "month_zero": "1996-06"}
    for case in complete_codes({**given, "cbm": None, "track2": math.nan}, 20, 4):
        assert {name: case[name] for name in given} == given
        assert set(case) == {*CODES, "start", "month_zero"}
        scenario_from_codes(case)  # whatever is drawn is in range


def test_all_codes_given_leave_nothing_to_draw():
    given = {name: float(code.middle) for name, code in CODES.items()}
    assert complete_codes(given, 3, 5) == [given] * 3


def test_draws_depend_on_the_case_and_the_seed_alone():
    case, other = {"spoilers": 3}, {"mediation": 4}
    alone = complete_codes(case, 20, 6)
    complete_codes(other, 7, 6)
    assert complete_codes(case, 20, 6) == alone
    assert complete_codes(case, 5, 6) == alone[:5]
    assert complete_codes(dict(reversed({**case, "cbm": 1}.items())), 5, 6) == complete_codes({"cbm": 1, **case}, 5, 6)
    assert complete_codes(case, 20, 7) != alone


@pytest.mark.parametrize(
    ("codes", "draws", "seed", "told"),
    [
        ({"spoiler": 3}, 5, 1, "spoilers"),
        ({"spoilers": 5}, 5, 1, "a number from 0 to 4"),
        ({}, 0, 1, "a whole number from 1 to 10,000"),
        ({}, True, 1, "a whole number from 1 to 10,000"),
        ({}, 5, -1, "a whole number from 0"),
    ],
)
def test_what_is_wrong_is_told(codes, draws, seed, told):
    with pytest.raises(ScenarioError, match=told):
        complete_codes(codes, draws, seed)
