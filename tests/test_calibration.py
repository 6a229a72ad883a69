"""What assumptions are varied between, emulators of patterns, where no pattern speaks against the settings, and waves that
go on where they were stopped.
"""

import json

import numpy as np
import pandas as pd
import pytest

from multitrack_sim.errors import MultitrackError, StoreError
from multitrack_sim.evidence import calibration
from multitrack_sim.evidence.calibration import Recipe, calibrate, held_against, pinned_down, run_wave
from multitrack_sim.evidence.early_cases import EarlyCases, early_cases, recorded_shares
from multitrack_sim.evidence.emulator import FEWEST, Emulator
from multitrack_sim.evidence.plausible_region import places_within, spread_of_misses
from multitrack_sim.evidence.prior import CHOICES, CONVENTIONS, from_places, prior, spread, to_places
from multitrack_sim.scenario.codebook import scenario_from_codes
from multitrack_sim.schema.parameters import PARAMETERS

# ---- the ranges ------------------------------------------------------------------------------------------------------


def test_what_is_varied_is_varied_within_what_is_allowed_and_around_the_default():
    for name, (low, high) in prior().items():
        p = PARAMETERS[name]
        assert p.low <= low < high <= p.high and low <= p.default <= high, name


def test_neither_choices_nor_conventions_nor_what_codes_say_is_varied():
    coded = scenario_from_codes({}).settings
    assert not set(prior()) & {*CHOICES, *CONVENTIONS, *coded}
    assert {*CHOICES, *CONVENTIONS} <= set(PARAMETERS)
    assert len(prior()) > 250, "nearly every assumption is in doubt"


def test_places_and_settings_are_two_ways_to_say_the_same():
    places = spread(50, seed=3)
    settings = from_places(places)
    whole = [PARAMETERS[name].whole for name in settings]
    back = to_places(settings)
    assert np.allclose(back[:, ~np.array(whole)], places[:, ~np.array(whole)], atol=1e-9)
    for name, (low, high) in prior().items():
        assert settings[name].between(low, high).all(), name


def test_half_and_double_odds_are_the_ends_and_the_default_lies_in_the_middle():
    assert PARAMETERS["track_one.honest_broker"].default == 0.5  # odds of 1: from 1/2 to 2, a third to two thirds
    assert prior()["track_one.honest_broker"] == pytest.approx((1 / 3, 2 / 3))
    at = list(prior()).index("track_one.honest_broker")
    assert to_places({})[0, at] == pytest.approx(0.5)


def test_a_spread_has_one_place_in_every_stratum():
    places = spread(20, seed=7)
    assert (np.sort(np.floor(places * 20), axis=0) == np.arange(20)[:, None]).all()


# ---- the emulator ----------------------------------------------------------------------------------------------------
def _made(count, seed, noise=0.05):
    rng = np.random.default_rng(seed)
    places = rng.random((count, 6))
    x = places - 0.5
    truth = {"straight": 2 * x[:, 0] - x[:, 1], "curved": x[:, 2] ** 2 + 2 * x[:, 0] * x[:, 3]}
    values = pd.DataFrame({name: one + noise * rng.standard_normal(count) for name, one in truth.items()})
    return places, values, pd.DataFrame(truth)


def test_an_emulator_finds_lines_curves_and_products_and_knows_how_well():
    """Its doubt covers the truth within two standard deviations in at least 80% of 400 fresh places (the misses of one
    emulator hang together, so that the share is far from exact; the seed is fixed).
    """
    places, values, _ = _made(300, seed=1)
    fresh, _, truth = _made(400, seed=2)
    middle, doubt = Emulator(places, values).at(fresh)
    for name in truth:
        assert np.corrcoef(middle[name], truth[name])[0, 1] > 0.98
        assert (np.abs(middle[name] - truth[name]) < 2 * doubt[name]).mean() > 0.8
    assert np.allclose(Emulator(places, values).expected(fresh), middle.to_numpy())


def test_more_settings_leave_less_doubt_and_settings_without_a_value_are_passed_over():
    places, values, _ = _made(400, seed=3)
    few, many = (Emulator(places[:n], values[:n]).at(places[:5])[1].mean().mean() for n in (60, 400))
    assert many < 0.7 * few
    values.loc[::2, "straight"] = np.nan
    assert np.isfinite(Emulator(places, values).expected(places)).all()


def test_too_few_settings_are_refused():
    places, values, _ = _made(FEWEST - 1, seed=4)
    with pytest.raises(MultitrackError, match=f"needs {FEWEST}"):
        Emulator(places, values)


# ---- the region ------------------------------------------------------------------------------------------------------
def test_places_are_spread_evenly_over_where_no_pattern_is_implausible():
    """Known answer: a pattern x within .2 of .3 leaves .1 to .5 of one parameter, evenly, and all of the others.

    The mean of 400 even places over a width of .4 has a standard error of .006; four of them are allowed.
    """
    rng = np.random.default_rng(5)
    places = rng.random((300, 5))
    emulator = Emulator(places, pd.DataFrame({"first": places[:, 0] + 0.001 * rng.standard_normal(300)}))
    held = {"first": (0.3, 0.1)}
    found = places_within(emulator, held, places, 400, seed=6, cutoff=2.0)
    assert np.abs(spread_of_misses(emulator, held, found)).max() <= 2.01
    assert found[:, 0].mean() == pytest.approx(0.3, abs=0.024)
    assert found[:, 0].std() == pytest.approx(0.4 / np.sqrt(12), rel=0.15)
    assert (np.abs(found[:, 1:].mean(axis=0) - 0.5) < 0.06).all()
    width = found.std(axis=0) * np.sqrt(12)
    assert width[0] < 0.5 and (width[1:] > 0.85).all()


def test_weighted_places_lie_where_the_record_is_met_well():
    """Known answer: a normal of standard deviation .1 around .5, whose mean has a standard error of .006 over 300
    places; four of them are allowed.
    """
    rng = np.random.default_rng(5)
    places = rng.random((300, 3))
    emulator = Emulator(places, pd.DataFrame({"first": places[:, 0] + 0.001 * rng.standard_normal(300)}))
    found = places_within(emulator, {"first": (0.5, 0.1)}, places, 300, seed=6, cutoff=3.0, weighted=True)
    assert found[:, 0].mean() == pytest.approx(0.5, abs=0.024)
    assert found[:, 0].std() == pytest.approx(0.1, rel=0.2)


# ---- conflicts coded from the record ---------------------------------------------------------------------------------
CASES = """case,start,month_zero,mediation,indivisibility,agreement,months,months_to_any
Early and mediated,pretalks,1990-05,3,1.5,comprehensive,60,20
Early and not,fighting,2005-12,,3,framework,130,110
Early and nothing,fighting,1995-01,,3,none,,
Later,fighting,2006-01,3,3,comprehensive,10,10
"""


@pytest.fixture
def cases_file(tmp_path):
    file = tmp_path / "cases.csv"
    file.write_text(CASES)
    return file


def test_later_conflicts_are_never_looked_at(cases_file):
    assert [case.name for case in early_cases(cases_file)] == [
        "Early and mediated",
        "Early and not",
        "Early and nothing",
    ]


def test_what_happened_by_hand(cases_file):
    found = recorded_shares(early_cases(cases_file))
    shares = {name: value for name, (value, _) in found.items()}
    assert shares == pytest.approx(
        {
            "any, all": 2 / 3, "any, mediated": 1, "any, not mediated": 1 / 2,
            "comprehensive, all": 1 / 3, "comprehensive, mediated": 1, "comprehensive, not mediated": 0,
        }
    )  # fmt: skip
    assert all(error > 0 for _, error in found.values())


def test_coded_conflicts_run_with_any_settings(cases_file):
    early = EarlyCases(early_cases(cases_file), seed=3)
    settings = from_places(spread(1, seed=1)).iloc[0].to_dict()
    assert early.shares(settings) == early.shares(settings)
    assert set(early.shares({})) == set(recorded_shares(early_cases(cases_file)))
    assert all(0 <= share <= 1 for share in early.shares({}).values())


# ---- waves -----------------------------------------------------------------------------------------------------------
SMALL = {
    "waves": (45, 3), "conflicts": 12, "cutoffs": (3.0, 3.0), "candidates": (3, 2), "fresh_conflicts": (12, 12, 15), "sets": 2,
    "seed": 2,
}  # fmt: skip


@pytest.fixture
def in_this_process(monkeypatch):
    """Workers are this process: a test need not compile the model for others."""

    class Here:
        def __init__(self, prepare, with_):
            prepare(*with_)

        def __enter__(self):
            return self

        def __exit__(self, *_):
            return None

        def map(self, function, *rows):
            return map(function, *rows)

    monkeypatch.setattr(calibration, "_workers", lambda count, prepare, *with_: Here(prepare, with_))
    monkeypatch.setattr("multitrack_sim.evidence.plausible_region.STEPS", 20)
    # of so few conflicts many patterns have no value, and what has one is far off: what is tested is the order of work
    monkeypatch.setattr("multitrack_sim.evidence.emulator.FEWEST", 5)
    monkeypatch.setattr(calibration, "standing", lambda misses: np.ones(len(misses), bool))


def test_a_wave_that_was_killed_in_the_middle_of_a_line_goes_on_and_gives_the_same(tmp_path, in_this_process):
    recipe = Recipe(**SMALL | {"waves": (4, 3)})
    places, whole = run_wave(tmp_path / "a", 0, recipe)
    run_wave(tmp_path / "b", 0, recipe)
    file = tmp_path / "b" / "wave_0.jsonl"
    lines = file.read_text().splitlines(keepends=True)
    file.write_text("".join(lines[:2]) + lines[2][:30])
    again = run_wave(tmp_path / "b", 0, recipe)
    assert again[1].equals(whole) and (again[0] == places).all() and len(whole) == 4
    assert file.read_text() == (tmp_path / "a" / "wave_0.jsonl").read_text()
    assert list(whole) == list(held_against(recipe))


@pytest.mark.slow
def test_a_calibration_stopped_and_resumed_gives_the_same_sets(tmp_path, in_this_process, monkeypatch):
    recipe = Recipe(**SMALL)
    whole, told = calibrate(tmp_path / "whole", recipe)
    seen = 0

    def stop(what, done, of):
        nonlocal seen
        seen += 1
        if seen in (20, 46):
            raise KeyboardInterrupt

    monkeypatch.setattr(calibration, "_tell", stop)
    for _ in range(2):
        with pytest.raises(KeyboardInterrupt):
            calibrate(tmp_path / "stopped", recipe)
    again, told_again = calibrate(tmp_path / "stopped", recipe)
    pd.testing.assert_frame_equal(again, whole)
    assert told_again == told and told["candidates"] == 5 and len(whole) == 2


def test_a_folder_with_another_calibration_is_left_alone(tmp_path):
    (tmp_path / "recipe.json").write_text(json.dumps({"seed": 5}))
    with pytest.raises(StoreError, match="another calibration"):
        calibrate(tmp_path, Recipe(**SMALL))
    assert json.loads((tmp_path / "recipe.json").read_text()) == {"seed": 5}


def test_how_far_the_record_pins_parameters_down():
    even = spread(400, seed=9)
    even[:, 0] = 0.5
    width = pinned_down(even)
    assert list(width) == list(prior())
    assert width[next(iter(prior()))] == 0 and list(width.values())[1] == pytest.approx(1, abs=0.02)
