"""Shapley values and interactions: they add up, and give what the axioms and hand-worked games say."""

import itertools

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import multitrack_sim as mt
from multitrack_sim.analysis.attribution import interactions, shapley
from multitrack_sim.designs.arms import PARTS, Part
from multitrack_sim.errors import MultitrackError
from multitrack_sim.studies.attribution import coalition_runs


def game(worth, parts, seeds=1):
    """The table of a game: `worth(inside, seed)` for every coalition."""
    rows = []
    for flags in itertools.product([0, 1], repeat=len(parts)):
        inside = {part for part, flag in zip(parts, flags) if flag}
        rows += [[*flags, seed, worth(inside, seed)] for seed in range(seeds)]
    return pd.DataFrame(rows, columns=[*parts, "seed", "attacks"])


@settings(deadline=None, max_examples=25)
@given(st.integers(0, 2**32 - 1), st.integers(1, 5))
def test_values_add_up(seed, count):
    rng, parts = np.random.default_rng(seed), "ABCDE"[:count]
    worth = {frozenset(c): rng.normal(0, 300, 7) for r in range(count + 1) for c in itertools.combinations(parts, r)}
    table = game(lambda inside, run: worth[frozenset(inside)][run], parts, seeds=7)
    found = shapley(table, list(parts), "attacks")
    total = (worth[frozenset(parts)] - worth[frozenset()]).mean()
    assert abs(found["estimate"][:-1].sum() - found["estimate"].iloc[-1]) < 1e-12
    assert abs(found["estimate"].iloc[-1] - total) < 1e-12


def test_the_gloves_by_hand():
    """One left glove (A), two right ones (B, C): Shapley gives 2/3, 1/6, 1/6."""
    table = game(lambda inside, _: float("A" in inside and bool(inside & {"B", "C"})), "ABC")
    assert shapley(table, list("ABC"), "attacks")["estimate"][:3].tolist() == pytest.approx([2 / 3, 1 / 6, 1 / 6])


def test_a_part_that_does_nothing_has_nothing_and_alike_parts_have_alike():
    table = game(lambda inside, _: 3.0 * len(inside & {"A", "B"}) ** 2, "ABC")
    a, b, dummy = shapley(table, list("ABC"), "attacks")["estimate"][:3]
    assert (dummy, a) == (0, pytest.approx(b))


def test_interactions_by_hand():
    """A product of all three: pairs interact by 1/2 (Grabisch and Roubens 1999), the three together by 1."""
    table = game(lambda inside, _: float(len(inside) == 3), "ABC")
    assert interactions(table, list("ABC"), "attacks")["estimate"].tolist() == pytest.approx([0.5] * 3)
    assert interactions(table, list("ABC"), "attacks", order=3)["estimate"].tolist() == pytest.approx([1])
    additive = game(lambda inside, _: float(len(inside)), "ABC")
    assert interactions(additive, list("ABC"), "attacks")["estimate"].tolist() == pytest.approx([0] * 3)


def test_the_error_is_that_of_pairs():
    """Noise that all coalitions of a seed share leaves no error at all."""
    noise = np.random.default_rng(1).normal(0, 50, 30)
    table = game(lambda inside, seed: noise[seed] + 2.0 * len(inside), "AB", seeds=30)
    found = shapley(table, ["A", "B"], "attacks")
    assert found["estimate"].tolist() == pytest.approx([2, 2, 4]) and (found["error"] < 1e-12).all()


@pytest.fixture(scope="module")
def attributed():
    scenario = mt.scenario_from_codes({"track2": 4, "hurting_stalemate": 4})
    scenario = scenario.with_settings({"run.months": 60, "society.communities": 20})
    outcomes = ["agreed", "violence_total", "months_to_talks"]
    return scenario, mt.attribute(scenario, runs=6, seed=2, outcomes=outcomes)


def test_the_model_s_values_add_up(attributed):
    scenario, found = attributed
    for _, rows in found.values.groupby("outcome", sort=False):
        assert abs(rows["estimate"].iloc[:-1].sum() - rows["estimate"].iloc[-1]) < 1e-12
    assert list(found.parts) == list(PARTS) and len(found.runs) == 32 * 6
    assert len(found.interactions) == 3 * 10 and "month 0" in found.estimand
    full = found.runs[found.runs["coalition"] == " + ".join(PARTS)]
    plain = mt.simulate(scenario, runs=6, seed=2)
    assert full["violence_total"].tolist() == plain["violence_total"].tolist()
    none = found.runs[found.runs["coalition"] == "none"]
    assert (none[["workshops", "measures_in_force"]] == 0).all().all()


def test_a_part_of_ones_own(attributed):
    scenario, _ = attributed
    spoilers = Part("spoilers", lambda s: {f"spoilers.'{row['name']}'.capacity": 0.0 for row in s.rows["spoilers"]})
    table = coalition_runs(scenario, ["Track II", spoilers], runs=2)
    assert list(table.columns[:3]) == ["coalition", "Track II", "spoilers"]
    assert set(table["coalition"]) == {"none", "Track II", "spoilers", "Track II + spoilers"}


def test_what_cannot_be_shared(attributed):
    scenario, found = attributed
    names = list(found.parts)
    for table, outcome, message in [
        (found.runs, "ended_by", "category"),
        (found.runs, "months_to_collapse", "missing in some runs"),
        (found.runs[found.runs["coalition"] != "none"], "agreed", "31 coalitions"),
        (found.runs.iloc[1:], "agreed", "same seeds"),
        (found.runs, "agred", "did you mean 'agreed'"),
    ]:
        with pytest.raises(MultitrackError, match=message):
            shapley(table, names, outcome)
    with pytest.raises(MultitrackError, match="did you mean 'mediation'"):
        mt.attribute(scenario, ["mediaton"], runs=1)
    with pytest.raises(MultitrackError, match="each once"):
        mt.attribute(scenario, ["mediation", "mediation"], runs=1)
