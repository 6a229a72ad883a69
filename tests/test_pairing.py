"""What common random numbers bring in the middle scenario (every code in the middle), with and without Track II."""

import pytest

import multitrack_sim as mt
from multitrack_sim.analysis.effects import pairing


@pytest.fixture(scope="module")
def found():
    compared = mt.compare(mt.scenario_from_codes({}), ["no workshops"], runs=2000, seed=1)
    outcomes = ["mean_trust", "mean_readiness", "months_under_accord", "durable"]
    return pairing(compared.table(), compared.table("no workshops"), outcomes).set_index("outcome")


@pytest.mark.slow
def test_pairing_takes_two_thirds_of_the_variance_away(found):
    assert (found.loc[["mean_trust", "mean_readiness", "months_under_accord"], "share_high"] < 1 / 3).all()


@pytest.mark.slow
def test_pairing_of_durable_is_near_its_floor(found):
    """The share is 1.46 times the least possible in 30,000 pairs; at this seed 1.45 (1.26 to 1.71)."""
    assert found.loc["durable", "over_least"] <= 1.5
