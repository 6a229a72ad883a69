"""Variants brought back to the record: the method on known answers, and what it has made."""

import json

import numpy as np
import pytest

from multitrack_sim.evidence import recentring
from multitrack_sim.evidence.recentring import VARIED
from multitrack_sim.scenario.variants import FILE, VARIANTS, Variant
from multitrack_sim.schema.parameters import PARAMETERS

NAMES = list(VARIED)
SLOPES = np.random.default_rng(3).normal(size=(40, len(VARIED)))
MADE_UP = Variant("made up", "?", "!", {"publics.bound": 1.0}, "nobody")


@pytest.fixture
def linear(monkeypatch):
    """Patterns that are linear in the parameters, met at `there` (in steps); how many settings were looked at."""
    there, asked = np.zeros(len(VARIED)), []

    def misses(population, settings, spread, threads):
        assert settings["publics.bound"] == 1.0, "the switch stays as the variant sets it"
        asked.append(settings)
        here = {name: settings.get(name, PARAMETERS[name].default) for name in NAMES}
        return SLOPES @ (recentring._places(here) - there)

    monkeypatch.setattr(recentring, "_misses", misses)
    return there, asked


def test_what_is_linear_is_met(linear):
    there, _ = linear
    there[NAMES.index("track_one.concession")] = 0.8
    there[NAMES.index("accord.doubt")] = -0.6
    before = np.square(SLOPES @ there).mean()
    found = recentring.recentre(MADE_UP, 0.03 * before, None, None, None, 1)
    moved = recentring._places({name: found.get(name, PARAMETERS[name].default) for name in NAMES})
    assert np.square(SLOPES @ (moved - there)).mean() <= 0.03 * before
    assert np.abs(moved).sum() < 1.5 * np.abs(there).sum(), "no further than needed"


def test_a_variant_that_meets_the_record_stays_where_it_is(linear):
    there, asked = linear
    there[0] = 0.1
    assert recentring.recentre(MADE_UP, 10.0, None, None, None, 1) == {} and len(asked) == 1


def test_no_parameter_leaves_its_range(linear):
    there, _ = linear
    there[:] = 50.0 * np.sign(np.arange(len(there)) % 2 - 0.5)
    for name, value in recentring.recentre(MADE_UP, 0.0, None, None, None, 1).items():
        low, high = PARAMETERS[name].range
        assert min(low, PARAMETERS[name].default) <= value <= max(high, PARAMETERS[name].default), name


def test_designs_vary_everything_at_once():
    for factors in (1, 7, 27, 31):
        levels = recentring.design(factors)
        assert set(levels.flat) == {-1, 1} and (levels.sum(axis=0) == 0).all()
        assert (levels.T @ levels == len(levels) * np.eye(factors)).all() and len(levels) <= 2 * factors + 2


def test_what_comes_with_the_package_is_of_this_model():
    whole = json.loads(FILE.read_text("utf-8"))
    assert whole["defaults"] == recentring.defaults_of_fitted(), (
        "the defaults have changed: run python -m multitrack_sim.evidence.recentring"
    )
    assert list(whole["variants"]) == list(VARIANTS)
    for made in whole["variants"].values():
        assert made["miss_after"] <= made["miss_before"] + 0.05
        for name, value in made["settings"].items():
            assert name in VARIED and PARAMETERS[name].low <= value <= PARAMETERS[name].high


def test_the_command_writes_what_runs_give(monkeypatch, tmp_path):
    """A tiny one: two variants, few conflicts, a file of its own."""
    monkeypatch.setattr(recentring, "FILE", tmp_path / "variants.json")
    monkeypatch.setattr(recentring, "VARIANTS", {name: VARIANTS[name] for name in ("as it is", "weak transfer")})
    monkeypatch.setattr(recentring, "WAVES", 1)
    recentring.main(["--conflicts", "6", "--seed", "5", "--threads", "1"])
    whole = json.loads((tmp_path / "variants.json").read_text())
    made = whole["variants"]
    assert list(made) == ["as it is", "weak transfer"] and whole["recipe"]["seeds"] == [5, 6, 7]
    assert made["as it is"]["settings"] == {} and made["as it is"]["miss_before"] == made["as it is"]["miss_after"]
