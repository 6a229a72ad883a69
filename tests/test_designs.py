"""Designs are values: the same call gives the same points, and the points are what the design's name promises."""

import dataclasses
import itertools
import re

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import multitrack_sim as mt
from multitrack_sim import designs
from multitrack_sim.analysis.attribution import interactions
from multitrack_sim.designs.arms import ARMS, Part
from multitrack_sim.designs.as_written import read_arms
from multitrack_sim.designs.design import Design, run_identity
from multitrack_sim.errors import MultitrackError, SettingError
from multitrack_sim.reports.words import file_stems
from multitrack_sim.studies.attribution import coalition_runs

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


# --- names that would coincide

COINCIDE = {
    "a part is called as two others together": (["a", "b", "a + b"], "'a + b'"),
    "two pairs": (["a", "b + c", "a + b", "c"], "'a + b + c'"),
    "three and two": (["x", "y", "z", "x + y", "y + z"], "would both be called"),
    "a part is called none": (["none", "a"], "the empty coalition"),
    "a part without a name": (["", "a"], "has no name"),
    "one name twice": (["a", "a"], "the name of another"),
    "ends in a plus": (["a +", "a", "+ a"], "would both be called"),
}


@pytest.mark.parametrize(("parts", "words"), COINCIDE.values(), ids=COINCIDE)
def test_coalitions_of_one_name_are_refused_with_both(parts, words, tmp_path):
    with pytest.raises(SettingError, match=re.escape(words)) as said:
        designs.parts.coalition_names(parts)
    assert len(said.value.problems) == 1 and str(said.value).isprintable()
    if len(set(parts)) == len(parts):
        muted = ["track_two.budget", "track_three.budget", "cbm.budget", "track_two.access", "track_two.transfer"]
        with pytest.raises(SettingError, match=re.escape(words)):
            designs.coalitions({part: {name: 0} for part, name in zip(parts, muted)})
        table = pd.DataFrame({part: [0, 1] for part in parts})
        with pytest.raises(SettingError, match=re.escape(words)):
            interactions(table.assign(seed=1, attacks=0.0), parts, "attacks")
    chosen = [Part(part, lambda scenario: {"cbm.budget": 0.0}) for part in parts]
    with pytest.raises(MultitrackError):
        coalition_runs(mt.scenario_from_codes({}), chosen, runs=1)


@pytest.mark.parametrize("names", [["a", "A"], ["é", "e\u0301"], ["a b", "a_b"], ["+", "++"], ["none ", "None"]])
def test_names_that_look_alike_keep_their_coalitions(names):
    assert (
        len(designs.parts.coalition_names(names))
        == len(set(designs.parts.coalition_names(names).values()))
        == 2 ** len(names)
    )
    made = designs.coalitions(dict(zip(names, [{"track_two.budget": 0}, {"cbm.budget": 0}])))
    assert len(made.arms) == 4 and len({str(settings) for settings in made.arms.values()}) == 4


@pytest.mark.parametrize("name", ["seed", "coalition", "attacks", "all parts together"])
def test_a_part_called_as_a_column_is_refused(name):
    with pytest.raises(MultitrackError, match=f"'{name}', is taken"):
        coalition_runs(mt.scenario_from_codes({}), [Part(name, lambda scenario: {"cbm.budget": 0.0})], runs=1)


def test_tracks_that_mute_one_setting_differently_are_refused():
    with pytest.raises(SettingError, match="'a' sets 'cbm.budget' to 0, 'b' to 0.5; allowed: one value"):
        designs.coalitions({"a": {"cbm.budget": 0}, "b": {"cbm.budget": 0.5}})
    assert len(designs.coalitions({"a": {"cbm.budget": 0}, "b": {"cbm.budget": 0.0}}).arms) == 4


def test_two_arms_of_one_name_are_refused():
    scenario = mt.scenario_from_codes({}).with_settings({"run.months": 12, "society.communities": 20})
    for arms in (["no workshops"] * 2, ["no workshops", dataclasses.replace(ARMS["no CBMs"], name="no workshops")]):
        with pytest.raises(MultitrackError, match="two arms are called 'no workshops'"):
            mt.compare(scenario, arms, runs=1)
    assert list(mt.compare(scenario, ["no workshops", "no Track II"], runs=1).arms)[1:] == [
        "no workshops",
        "no Track II",
    ]
    with pytest.raises(SettingError, match="cbm.budget=1': sets it again"):
        read_arms(scenario, ["a: cbm.budget=0, cbm.budget=1"], for_design=True)


def test_every_arm_has_files_of_its_own():
    """Whatever arms are called, no two of the files that `compare` writes have one name, on any system."""
    names = ["a", "A", "a!", "a_2", "é", "e\u0301", "漢", "字", "comparison", "Comparison", "comparison_a", "process", "trust",
             "a process", "2 trust", "x" * 60, "x" * 61, "con", "nul", "..", "/", "", " "]  # fmt: skip
    stems = file_stems(names)
    assert len(set(stems)) == len(names) and all(re.fullmatch("[a-z0-9_]+", stem) for stem in stems)
    made = [f"{stem}_{figure}" for stem in stems for figure in ("process", "waiting", "trust")]
    made += [f"comparison_{stem}" for stem in stems[1:]] + ["effects", "captions", "comparison", "what_one_sees"]
    made += [f"{kind}_{stem}" for kind in ("outcomes", "scenario") for stem in stems]
    figures = {name for name in made if not name.startswith(("outcomes_", "scenario_"))}
    assert len(figures) == 4 * len(stems) - 1 + 4 and len(set(made)) == len(made)
