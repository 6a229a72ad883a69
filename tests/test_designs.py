"""Designs are values: the same call gives the same points, and the points are what the design's name promises."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from multitrack_sim.designs.design.design import Design, run_identity

from multitrack_sim import designs
from multitrack_sim.errors import SettingError

VARY = {"track_two.budget": (0, 3), "cbm.budget": (0.5, 2), "funding.muted": ["burned", "moved"]}


@settings(max_examples=25, deadline=None)
@given(st.integers(1, 60), st.integers(0, 1000))
def test_every_part_of_every_range_is_met_once(points, seed):
    table = designs.latin({"track_two.budget": (0, 3), "cbm.budget": (0.5, 2)}, points=points, seed=seed).table()
    for name, (low, high) in (("track_two.budget", (0, 3)), ("cbm.budget", (0.5, 2))):
        parts = np.floor((table[name] - low) / (high - low) * points).astype(int)
        assert sorted(parts) == list(range(points))


def test_sobol_is_saltellis_arrangement():
    """Between the two halves of the base, each further point takes one column from the other."""
    table = designs.sobol({"track_two.budget": (0, 3), "cbm.budget": (0.5, 2)}, points=8, seed=3).table().to_numpy()
    blocks = table.reshape(8, 4, 2)
    a, b = blocks[:, 0], blocks[:, 3]
    assert np.array_equal(blocks[:, 1], np.column_stack([b[:, 0], a[:, 1]]))
    assert np.array_equal(blocks[:, 2], np.column_stack([a[:, 0], b[:, 1]]))
    assert designs.sobol(VARY, points=8, second_order=True).points == 8 * (2 * 3 + 2)


def test_a_step_of_morris_changes_one_setting():
    table = designs.morris({"track_two.budget": (0, 3), "cbm.budget": (0.5, 2)}, points=9).table().to_numpy()
    for trajectory in table.reshape(9, 3, 2):
        changed = [np.flatnonzero(x != y) for x, y in itertools.pairwise(trajectory)]
        assert sorted(at.item() for at in changed) == [0, 1]


def test_levels_and_whole_numbers_are_met_equally_often():
    vary = {"funding.muted": ["burned", "moved"], "cbm.review": (1, 4), "codes.parties": (2, 4)}
    table = designs.latin(vary, points=120).table()
    assert table["funding.muted"].value_counts().eq(60).all()
    assert table["cbm.review"].value_counts().to_dict() == dict.fromkeys([1, 2, 3, 4], 30)
    assert table["codes.parties"].value_counts().to_dict() == dict.fromkeys([2, 3, 4], 40)


def test_factorial_dose_and_one_at_a_time():
    full = designs.factorial({"a": [0, 1], "b": ["x", "y", "z"]})
    assert full.table().to_numpy().tolist() == [[x, y] for x in (0, 1) for y in "xyz"]
    assert designs.dose_response({"b": ["x", "y"]}).columns == {"b": ("x", "y")}
    assert designs.dose_response({"cbm.review": (1, 3)}, points=7).columns["cbm.review"] == (1.0, 2.0, 3.0)
    with pytest.raises(SettingError, match="found 2 settings"):
        designs.dose_response({"a": (0, 1), "b": (0, 1)})
    with pytest.raises(SettingError, match="base of 'b'"):
        designs.one_at_a_time({"a": (0, 1), "b": (0, 1)}, base={"a": 0})


def test_coalitions_are_all_subsets_and_mute_the_others():
    made = designs.coalitions()
    tracks = list(designs.TRACKS)
    assert len(made.arms) == 2 ** len(tracks) and made.arms[" + ".join(tracks)] == {}
    for name, settings_ in made.arms.items():
        inside = set(name.split(" + ")) & set(tracks)
        assert set(settings_) == {s for track in tracks if track not in inside for s in designs.TRACKS[track]}


def test_a_design_is_a_value():
    for make, options in ((designs.latin, {}), (designs.sobol, {}), (designs.morris, {})):
        one, two, other = make(VARY, seed=5, **options), make(VARY, seed=5, **options), make(VARY, seed=6, **options)
        assert one.columns == two.columns and one.identity == two.identity
        assert one.columns != other.columns and one.identity != other.identity
        before = np.random.get_state()[1].tolist()  # noqa: NPY002
        make(VARY, seed=5, **options)
        assert np.random.get_state()[1].tolist() == before  # noqa: NPY002  other people's chance is left alone
    assert one.identity != one.with_arms({"a": {}, "b": {"cbm.budget": 0}}).identity
    assert len(one.with_arms({"a": {}, "b": {}})) == 2 * len(one)


def test_what_makes_no_design_is_told_at_once():
    with pytest.raises(SettingError) as said:
        designs.factorial({"a": (1, 0), "b": [], "c": [1, 1], "d": "words", "e": [0, "x"], "f": (0, float("inf"))})
    assert len(said.value.problems) == 6
    for call, words in (
        (lambda: designs.sobol(VARY, points=10), "a power of 2"),
        (lambda: designs.morris(VARY, levels=3), "an even number"),
        (lambda: designs.latin({}, points=3), "names no setting"),
        (lambda: designs.replicates(0), "a whole number from 1"),
        (lambda: designs.factorial({str(n): list(range(10)) for n in range(9)}), "up to 10,000,000"),
        (lambda: designs.coalitions({}), "found 0 tracks"),
        (lambda: Design("own", {"a": (1,), "b": (1, 2)}), "differ in length"),
        (lambda: designs.paired({}), "at least one"),
    ):
        with pytest.raises(SettingError, match=words):
            call()


@given(
    st.dictionaries(st.sampled_from("abcd"), st.integers(0, 3)),
    st.dictionaries(st.sampled_from("abcd"), st.integers(0, 3)),
)
def test_runs_are_the_same_if_and_only_if_what_decides_them_is(one, two):
    assert (run_identity("s", one, 1, "m") == run_identity("s", two, 1, "m")) == (one == two)
    assert (
        len(
            {
                run_identity(*parts)
                for parts in (("s", one, 1, "m"), ("s", one, 2, "m"), ("t", one, 1, "m"), ("s", one, 1, "n"))
            }
        )
        == 4
    )
