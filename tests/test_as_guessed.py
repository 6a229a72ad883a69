# ruff: noqa: E501  (one case a line)
"""The package used as one would guess it: it works, or says in words what would."""

import pandas as pd
import pytest

import multitrack_sim as mt
from multitrack_sim.errors import MultitrackError, ScenarioError
from multitrack_sim.scenario import loads
from multitrack_sim.scenario.library import scenario_names

SHORT = {"run.months": 24, "society.communities": 20}
BASE = mt.scenario_from_codes({}).with_settings(SHORT)


@pytest.fixture(scope="module")
def swept(tmp_path_factory):
    """A sweep of a screening."""
    ranges = {"conflict.violence": (0, 1), "conflict.stalemate": (0, 1.4), "track_two.budget": (0, 3)}
    scenario = BASE.with_settings({"run.months": 120})
    design = mt.designs.morris(ranges, points=6, runs=4)
    return mt.sweep(scenario, design, out=tmp_path_factory.mktemp("sweep") / "out", say=lambda line: None)


# --- a scenario by name or path, wherever one belongs


@pytest.mark.parametrize("name", scenario_names())
def test_a_scenario_comes_by_its_name(name):
    assert mt.load(name) == mt.load(f"{name}.toml") and mt.load(name).path.endswith(f"{name}.toml")


def test_a_file_that_exists_wins(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "oslo_1993").write_text(BASE.to_toml())
    assert mt.load("oslo_1993") == mt.load(tmp_path / "oslo_1993") == BASE != mt.load("oslo_1993.toml")
    (tmp_path / "kosovo_1999.toml").mkdir()
    for given, words in (
        ("oslo_1994", "did you mean oslo_1993"),
        (str(tmp_path / "osl.toml"), "no such scenario file"),
    ):
        with pytest.raises(ScenarioError, match=words):
            mt.load(given)
    with pytest.raises(ScenarioError, match="is a directory"):
        mt.load("kosovo_1999.toml")


TAKES_A_SCENARIO = {
    "simulate": lambda given, folder: mt.simulate(given, runs=3)["months_under_accord"].tolist(),
    "run_ensemble": lambda given, folder: mt.run_ensemble(given, runs=3).table["months_under_accord"].tolist(),
    "compare": lambda given, folder: mt.compare(given, "no workshops", runs=2).runs["violence_total"].tolist(),
    "attribute": lambda given, folder: mt.attribute(given, "Track II", runs=2).runs["violence_total"].tolist(),
    "PeaceProcess": lambda given, folder: mt.PeaceProcess(given, seed=1).conflict,
    "sweep": lambda given, folder: mt.sweep(given, mt.designs.replicates(3), out=folder / "out", say=lambda line: None).table()["violence_total"].tolist(),
}  # fmt: skip


@pytest.mark.parametrize("what", TAKES_A_SCENARIO)
def test_a_path_is_as_good_as_a_scenario(tmp_path, what):
    (tmp_path / "mine.toml").write_text(BASE.to_toml())
    use = TAKES_A_SCENARIO[what]
    for folder in "abc":
        (tmp_path / folder).mkdir()
    found = [
        use(given, tmp_path / f) for f, given in zip("abc", (BASE, tmp_path / "mine.toml", str(tmp_path / "mine.toml")))
    ]
    assert found[0] == found[1] == found[2]
    with pytest.raises(MultitrackError, match="did you mean oslo_1993"):
        use("oslo_1939", tmp_path)
    with pytest.raises(
        MultitrackError,
        match='found a (int|DataFrame); allowed: a Scenario, the path of a scenario file, or a name such as "oslo_1993"',
    ):
        use(pd.DataFrame() if what != "sweep" else 3, tmp_path)


def test_a_packaged_name_runs():
    assert len(mt.simulate("oslo_1993", runs=2)) == 2
    with pytest.raises(MultitrackError, match=r"of a dict of codes: mt\.scenario_from_codes"):
        mt.simulate({"track2": 4}, runs=2)


# --- arms


@pytest.mark.parametrize(
    "arms", ["no workshops", ["no workshops"], ("no workshops",), {"no workshops": "no workshops"}]
)
def test_one_arm_or_a_list_or_a_dict(arms):
    assert list(mt.compare(BASE, arms, runs=2).arms) == ["baseline", "no workshops"]


# What was meant -> what the message says would do.
REFUSED = {
    "an arm misspelt": (lambda: mt.compare(BASE, "no workshop", runs=2), "did you mean 'no workshops'"),
    "settings for arms": (lambda: mt.compare(BASE, {"track_two.budget": 0}, runs=2), "a name for the arm: {\"my arm\": {'track_two.budget'"),
    "a number for arms": (lambda: mt.compare(BASE, 3, runs=2), "found a int; allowed: {name: {setting: value}}"),
    "a number for an arm": (lambda: mt.compare(BASE, {"half": 0.5}, runs=2), "allowed: a dict of settings, or a ready-made arm"),
    "a setting misspelt": (lambda: BASE.with_settings({"track_two.bugdet": 1}), "did you mean 'track_two.budget'"),
    "words for settings": (lambda: BASE.with_settings("track_two.budget=0"), 'allowed: names with values: {"track_two.budget": 0}'),
    "words for interventions": (lambda: BASE.with_interventions("track_two.budget"), 'allowed: a list of {"month": 24'),
    "an outcome misspelt": (lambda: mt.summarise(mt.simulate(BASE, 2), "agred"), "did you mean 'agreed'"),
    "no table": (lambda: mt.summarise(BASE, "agreed"), "found a Scenario; allowed: a table of runs"),
    "other seeds": (lambda: mt.paired_difference(mt.simulate(BASE, 2, seed=1), mt.simulate(BASE, 3, seed=2), "agreed"), "(2 and 3 runs share 0); give both arms the same seed"),
    "more runs": (lambda: mt.paired_difference(mt.simulate(BASE, 2), mt.simulate(BASE, 3), "agreed"), "(2 and 3 runs share 2)"),
    "no outcome": (lambda: mt.paired_difference(mt.simulate(BASE, 2), mt.simulate(BASE, 2)), 'allowed: the name of one: "months_under_accord"'),
    "no seeds": (lambda: mt.paired_difference(*2 * [mt.simulate(BASE, 2).drop(columns="seed")], "agreed"), "no column seed"),
    "no parameter": (lambda: mt.parameters()["track_two.bugdet"], "did you mean 'track_two.budget'"),
    "no such outcome": (lambda: mt.outcomes()["agred"], "did you mean 'agreed'"),
    "no code": (lambda: mt.codes_table()["track_2"], "did you mean 'track2'"),
    "a story of a scenario": (lambda: mt.story(BASE), "allowed: a PeaceProcess that has run: model = mt.PeaceProcess("),
    "an explanation of a scenario": (lambda: mt.explain(BASE), "allowed: a PeaceProcess that has run"),
    "events of a scenario": (lambda: mt.event_log(BASE), "allowed: a PeaceProcess that has run"),
    "no design": (lambda: mt.sweep(BASE, "sobol", out="never"), "found 'sobol'; allowed: a design: mt.designs.replicates"),
    "no sweep": (lambda: mt.sensitivity("out", "agreed"), "found a str; allowed: a sweep, as mt.sweep"),
    "a path that is none": (lambda: mt.load(3), "found a int; allowed: a path, or a name"),
}  # fmt: skip


@pytest.mark.parametrize("kind", REFUSED)
def test_what_does_not_work_says_what_would(kind):
    use, words = REFUSED[kind]
    with pytest.raises(MultitrackError) as wrong:
        use()
    assert words in str(wrong.value) and "\n" not in str(wrong.value)


# --- tables


def test_tables_may_be_in_any_order_and_ensembles_are_tables_too():
    one, two = mt.run_ensemble(BASE, 6), mt.run_ensemble(BASE.with_settings({"conflict.violence": 0}), 6)
    found = mt.paired_difference(one.table, two.table, "violence_total")
    assert mt.paired_difference(one, two.table[::-1], "violence_total") == found
    assert mt.paired_difference(two, one, "violence_total").difference == -found.difference
    everything = mt.summarise(one.table)
    for asked in ("agreed", ["agreed"], ("agreed", "durable")):
        named = [asked] if isinstance(asked, str) else list(asked)
        expected = everything[everything["outcome"].isin(named)].reset_index(drop=True)
        pd.testing.assert_frame_equal(mt.summarise(one, asked), expected)


@pytest.mark.parametrize(
    ("table", "name", "column"),
    [
        (mt.outcomes, "agreed", "meaning"),
        (mt.parameters, "track_two.budget", "default"),
        (mt.codes_table, "track2", "sets"),
    ],
)
def test_a_row_is_found_by_its_name(table, name, column):
    found = table()
    key = found.index if found.index.name else found["code"]
    assert found[name][column] == found[column].iloc[list(key).index(name)]
    assert found[[column]].shape == (len(found), 1) and found[found[column] == found[name][column]].shape[0] >= 1
    assert type(found[[column]]) is pd.DataFrame and found.to_dict("records") and str(found)


def test_one_intervention_alone_is_a_list_of_one():
    change = {"month": 3, "set": "track_two.budget", "to": 0}
    assert BASE.with_interventions(change) == BASE.with_interventions([change])


# --- sensitivity of a category


def test_a_category_is_explained_value_by_value(swept):
    table = swept.table()
    found = mt.sensitivity(swept, "ended_by")
    assert list(found.columns)[:2] == ["value", "setting"] and set(found["value"]) <= set(table["ended_by"])
    for value in found["value"].unique():
        alone = mt.sensitivity(swept, "ended_by", value)
        own = found[found["value"] == value].drop(columns="value").reset_index(drop=True)
        pd.testing.assert_frame_equal(alone.reset_index(drop=True), own, check_dtype=False)
        means = table.assign(share=(table["ended_by"] == value).astype(float)).groupby("point")["share"].mean()
        assert means.nunique() > 1
    same_everywhere = set(table["ended_by"].cat.categories) - set(found["value"])
    for value in same_everywhere:
        with pytest.raises(MultitrackError, match="is the same at all points"):
            mt.sensitivity(swept, "ended_by", value)


@pytest.mark.parametrize(
    ("outcome", "value", "words"),
    [
        ("ended", "", "did you mean 'ended_by'"),
        ("conflict.violence", "", "no outcome 'conflict.violence'"),
        (["agreed"], "", "no outcome"),
        ("ended_by", "agreemnt", "no value 'agreemnt' of ended_by; allowed: "),
        ("attacks", "agreement", "attacks is a number"),
        ("months_to_substantive", "", "is missing in some runs"),
    ],
)
def test_what_cannot_be_explained(swept, outcome, value, words):
    with pytest.raises(MultitrackError) as wrong:
        mt.sensitivity(swept, outcome, value)
    assert words in str(wrong.value)


def test_a_category_in_a_table_says_what_would_do():
    from multitrack_sim.analysis.sensitivity import morris

    runs = pd.DataFrame({"a": [0, 1], "ended_by": pd.Categorical(["x", "y"])})
    with pytest.raises(
        MultitrackError, match=r"ended_by: is a category; allowed: numbers: mt\.sensitivity\(sweep, 'ended_by'\)"
    ):
        morris(runs, ["a"], "ended_by")


def test_a_text_that_is_a_name_is_still_a_text():
    with pytest.raises(ScenarioError, match="is not TOML"):
        loads("oslo_1993")
