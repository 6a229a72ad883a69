"""The experiments run, small, and what they write is complete; random worlds hold together."""

import importlib
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from multitrack_sim.scenario import CODES
from multitrack_sim.scenario.validation import IN_A_FILE, row_columns
from multitrack_sim.schema.parameters import PARAMETERS

EXPERIMENTS = Path(__file__).resolve().parents[1] / "experiments"


@pytest.fixture
def experiment(monkeypatch):
    monkeypatch.syspath_prepend(str(EXPERIMENTS))
    return importlib.import_module


def test_in_the_full_cast_nothing_is_switched_off(experiment):
    scenario = experiment("support.worlds").full_cast()
    assert scenario.value("track_one.participation") == 0.75 and scenario.value("funding.muted") == "replaced"
    assert {row["kind"] for row in scenario.rows["spoilers"]} == {"limited", "greedy", "total"}
    assert {row["inside"] for row in scenario.rows["spoilers"]} == {0, 1}
    assert {row["programme"] for row in scenario.rows["ngos"]} == {"exchange", "education", "interfaith"}
    assert any(row["term"] for row in scenario.rows["governments"]) and len(scenario.rows["governments"]) == 4
    assert not all(row["tabled"] for row in scenario.rows["issues"])
    off = ("spoiling.payment", "spoiling.socialisation", "spoiling.coercion", "spoiling.departing_train",
           "track_one.technology", "track_two.digital", "track_three.digital", "pressure.outside")  # fmt: skip
    assert all(scenario.value(name) > 0 for name in off)
    for table in IN_A_FILE:  # every table has rows, so that every column can be turned
        assert scenario.rows[table], table


@pytest.mark.parametrize("scenarios", ["full cast", pytest.param("all", marks=pytest.mark.slow)])
def test_every_parameter_and_column_is_in_the_table_of_what_moves(experiment, monkeypatch, tmp_path, scenarios):
    moves, reference = experiment("what_each_parameter_moves"), experiment("support.worlds")
    if scenarios != "all":
        small = {"run.months": 36, "society.communities": 12}
        for other in set(reference.REFERENCE) - {scenarios}:
            monkeypatch.delitem(reference.REFERENCE, other)
        monkeypatch.setitem(reference.REFERENCE, scenarios, lambda: reference.full_cast().with_settings(small))
    moves.main(["--runs", "3", "--again", "3", "--out", str(tmp_path / "sensitivity.md")])
    table, text = pd.read_csv(tmp_path / "sensitivity.csv"), (tmp_path / "sensitivity.md").read_text("utf-8")
    columns = {f"{table}.{column}" for table in IN_A_FILE for column in row_columns(table)}
    assert set(table["name"]) == {*PARAMETERS, *columns} and table["name"].is_unique
    assert set(table["verdict"]) <= {"beyond noise", "within noise", "moves nothing", "not tried"}
    assert all(f"| `{name}`" in text for name in table["name"])
    assert ", nan" not in text


def test_what_cannot_be_moved_is_not_and_what_must_be_is(experiment):
    moves, middle = experiment("what_each_parameter_moves"), experiment("support.worlds").codebook_middle()
    floor, base = moves.Floor(32, 1), experiment("support.runs").measured(middle, 32, 1)
    knobs = {knob.name: knob for knob in moves.knobs(middle)}
    rows, _ = moves.turned(knobs["run.months"], "middle", middle, base, 32, 1, floor)
    assert max(row["statistic"] for row in rows) > 5  # twice as many months, more of nearly everything
    # when an accord is called durable cannot move the months until talks open
    rows, _ = moves.turned(knobs["accord.durable_months"], "middle", middle, base, 32, 1, floor)
    by = {row["outcome"]: row for row in rows}
    assert by["months_to_talks"]["statistic"] == 0 and by["months_to_talks"]["effect"] == 0
    assert by["months_to_talks"]["pairs_that_differ"] == 0


def test_the_floor_is_what_random_signs_give(experiment):
    """200 columns of pure noise: the largest statistic stays below the floor in 95% of repeats (seeds 0-99)."""
    moves = experiment("what_each_parameter_moves")
    above = 0
    for seed in range(100):
        floor = moves.Floor(40, seed)
        noise = np.random.default_rng([1, seed]).normal(size=(40, 200))
        above += floor.see(noise).max() > floor.height
    assert above <= 15  # exceeded by chance once in 10,000 such tests


def test_the_search_for_harm_writes_its_page_and_figures(experiment, monkeypatch, tmp_path):
    search = experiment("where_track_two_harms")
    monkeypatch.setattr(experiment("harms.space"), "MONTHS", 60)
    few = ["--points", "40", "--runs", "4", "--candidates", "5", "--final", "6"]
    search.main([*few, "--out", str(tmp_path / "where_track_two_harms.md")])
    text = (tmp_path / "where_track_two_harms.md").read_text("utf-8")
    table = pd.read_csv(tmp_path / "where_track_two_harms.csv")
    assert table["end"].tolist() == ["harm"] * 5 + ["benefit"] * 5
    assert set(CODES) <= set(table.columns) and {f"without {name}" for name in search.ABLATIONS} <= set(table.columns)
    assert (table["low"] <= table["effect"]).all() and (table["effect"] <= table["high"]).all()
    for picture in ("where_track_two_harms.png", "what_carries_harm.png"):
        assert (tmp_path / "images" / picture).stat().st_size > 10_000 and f"images/{picture}" in text


def test_both_ends_of_the_search_mirror_each_other(experiment):
    """What is called credible depends on the size of an effect only, never on its sign."""
    search = experiment("harms.read")
    pairs = np.random.default_rng(3).normal(0.4, 1, (50, 64)) * np.linspace(-1, 1, 50)[:, None]
    one, other = search.chance_of_noise(pairs), search.chance_of_noise(-pairs)
    assert np.array_equal(one, other) and np.array_equal(search.credible(one), search.credible(other))
    null = np.random.default_rng(4).normal(0, 1, (2000, 64))
    assert search.credible(search.chance_of_noise(null)).sum() <= 3


def test_the_tree_finds_a_rule_that_is_there(experiment):
    read = experiment("harms.read")
    rng = np.random.default_rng(5)
    points = rng.random((800, 6))
    effect = np.where((points[:, 2] > 0.5) & (points[:, 4] < 0.25), -8.0, 1.0) + rng.normal(0, 2, 800)
    assert set(read.best_pair(points, effect)) == {2, 4}
    worst = read.honest_rules(points, effect)[0]
    assert {(2, True, 0.5), (4, False, 0.25)} <= set(worst.rule) and worst.low < -8.0 + 0.6 and worst.high < -7


def test_random_worlds_hold_together(experiment, tmp_path, capsys):
    worlds = experiment("random_worlds")
    worlds.main(["--worlds", "60", "--runs", "2", "--seed", "7", "--out", str(tmp_path / "offenders.csv")])
    found = pd.read_csv(tmp_path / "offenders.csv")
    wrong = {kind for many in found["wrong"] for kind in many.split("; ")}
    assert wrong == set()
    assert "60 random worlds" in capsys.readouterr().out


def test_a_broken_world_is_found(experiment):
    import multitrack_sim as mt

    worlds = experiment("random_worlds")
    scenario = mt.scenario_from_codes({}).with_settings({"run.months": 24, "society.communities": 12})
    ensemble = mt.run_ensemble(scenario, 1, 1, worlds=True)
    world, row = ensemble.worlds[0], ensemble.table.iloc[0].copy()
    world.communities["fear"][0], world.dyads["trust"][0] = 1.5, 3.0
    world.ngos["granted_track_two"][0], world.ngos["spent_track_two"][0] = 1.0, 99.0
    row["mean_fear"], row["months_to_talks"], row["talks_opened"] = 1.2, np.nan, 1.0
    found = [
        *worlds.bad_cells(world),
        *worlds.bad_ledger(world),
        *worlds.bad_money(world, row),
        *worlds.bad_outcomes(row, 24),
    ]
    for part in ("communities.fear is beyond 0 to 1", "the ledger does not add up", "more was spent and burned on track_two",
                 "outcome mean_fear is beyond 0 to 1", "months_to_talks is missing without a reason"):  # fmt: skip
        assert any(part in one for one in found), part


# What the experiments are tried with here: as little as still gives a figure and a finding.
SMALL = {"society.communities": 12, "run.months": 36}
SHORT = {
    "when_does_it_matter": ([], {"levels": (0, 4)}),
    "spoilers_and_cbms": ([], {"levels": (0.0, 0.3)}),
    "public_or_secret": ([], {"levels": (0.0, 1.0)}),
    "what_drives_the_model": (["--points", "8"], {}),
    "does_track_two_matter": ([], {}),
    "who_gets_the_credit": ([], {}),
    "dose_and_timing": ([], {}),
    "through_what": ([], {}),
}


@pytest.mark.parametrize("name", SHORT)
def test_an_experiment_goes_from_design_to_figure_and_finds_its_runs_again(
    experiment, monkeypatch, tmp_path, capsys, name
):
    from multitrack_sim.running import runner as sweeping

    more, arguments = SHORT[name]
    script, reference = experiment(name), experiment("support.worlds")
    small = reference.codebook_middle().with_settings(SMALL)
    monkeypatch.setattr(script, "codebook_middle", lambda: small, raising=False)
    if name == "when_does_it_matter":
        monkeypatch.setattr(script, "BASE", type(script.BASE)({}, "small", SMALL))
    if name == "what_drives_the_model":
        monkeypatch.setattr(script, "PRIORS", script.PRIORS[:3])
        monkeypatch.setattr(script, "KEPT", 2)
        only = {"months_under_accord": "Months under an agreement"}
        monkeypatch.setattr(script, "OUTCOMES", only)  # an effect of a few runs may be none
    if name == "dose_and_timing":
        monkeypatch.setattr(script, "STARTS", (12,))
        monkeypatch.setattr(script, "STOPS", (12, 24))
        monkeypatch.setattr(script, "FOLLOWED", (12,))
    if name in ("does_track_two_matter", "through_what"):
        (tmp_path / "small.toml").write_text(small.to_toml(), "utf-8")
        arguments = {"cases": [tmp_path / "small.toml"]}
    if name == "who_gets_the_credit":
        arguments = {"only": {"small": small}}
    given = ["--runs", "4", "--out", str(tmp_path / "out"), *more]
    script.main(given, **arguments)
    said, folder = capsys.readouterr().out, tmp_path / "out"
    assert "95%" in said or "noise floor" in said
    assert "Runs last 36 months" in " ".join(said.split())
    pictures, tables = list(folder.glob("*.png")), list(folder.glob("*.csv"))
    assert pictures and all(picture.stat().st_size > 10_000 for picture in pictures)
    assert tables and all(len(pd.read_csv(table)) for table in tables)
    captions = (folder / "captions.md").read_text("utf-8")
    assert all(picture.name in captions for picture in pictures)

    def never(*anything):
        raise AssertionError("runs that are there were made again")

    monkeypatch.setattr(sweeping, "run_piece", never)
    script.main(given, **arguments)
    assert capsys.readouterr().out == said


def test_an_experiment_says_what_it_found_whatever_its_sign(experiment):
    """The same words for benefit and harm: mirrored effects give the mirrored sentence."""
    shown = experiment("support.sentences")
    found = pd.DataFrame({"estimate": [2.0, 5.0], "low": [-1.0, 3.0], "high": [5.0, 7.0], "unit": "months"})
    found = found.assign(p=[0.4, 0.01], p_corrected=[0.4, 0.02])
    mirrored = found.assign(estimate=-found["estimate"], low=-found["high"], high=-found["low"])
    assert "1 have an interval above zero and 0 below (1 and 0 after" in shown.tally(found, "cells")
    assert "0 have an interval above zero and 1 below (0 and 1 after" in shown.tally(mirrored, "cells")
    timed = found.assign(month=[12, 24])
    assert shown.months_beyond(timed, 1) == shown.months_beyond(mirrored.assign(month=[12, 24]), -1).replace(
        "\N{MINUS SIGN}5.0 months (95% interval \N{MINUS SIGN}7.0 to \N{MINUS SIGN}3.0)",
        "+5.0 months (95% interval +3.0 to +7.0)",
    )
    assert "in none of 2" in shown.months_beyond(timed, -1)
