"""`multitrack report`: the report made anew from kept runs, with ways, assumptions and two runs told; its other formats."""

import json
import os
import shutil

import pandas as pd
import pytest
from report_numbers import Reader, Tables, check_numbers

import multitrack_sim as mt
from multitrack_sim import cli as package
from multitrack_sim.analysis.assumptions import worth_varying
from multitrack_sim.analysis.deciding_pairs import deciding_pairs
from multitrack_sim.cli import main as cli
from multitrack_sim.cli import report as command
from multitrack_sim.designs import factorial
from multitrack_sim.errors import MultitrackError, StoreError
from multitrack_sim.reports import report_files
from multitrack_sim.reports.page import More, comparison_page
from multitrack_sim.reports.report_answer import by_size
from multitrack_sim.reports.report_facts import Facts
from multitrack_sim.scenario.load import load
from multitrack_sim.single_run.side_by_side import side_by_side
from multitrack_sim.studies.assumptions import assumptions
from multitrack_sim.studies.kept_comparison import open_comparison
from multitrack_sim.studies.paths import paths

assert package


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A comparison of a small conflict with two arms, kept."""
    place = tmp_path_factory.mktemp("kept")
    codes = mt.scenario_from_codes({"track2": 4, "cbm": 3, "spoilers": 2, "hurting_stalemate": 3})
    small = codes.with_settings({"run.months": 84, "society.communities": 12})
    (place / "small.toml").write_text(small.to_toml(), "utf-8")
    arms = ["--arm", "no Track II: track_two.budget=0", "--arm", "no CBMs from month 6"]
    asked = [
        "compare",
        str(place / "small.toml"),
        *arms,
        "--runs",
        "60",
        "--seed",
        "3",
        "--out",
        str(place / "out"),
        "-q",
    ]
    assert cli.main(asked) == 0
    return place / "out"


def refused(capsys, *arguments):
    assert cli.main([str(one) for one in arguments]) == 2
    said = capsys.readouterr().err
    assert said.startswith("multitrack: ") and "Traceback" not in said
    return said


def test_the_report_from_the_folder_is_that_of_the_comparison(folder, tmp_path):
    made = tmp_path / "again.html"
    assert cli.main(["report", str(folder), "--out", str(made), "-q"]) == 0
    first, again = (path.read_text("utf-8") for path in (folder / "comparison.html", made))
    assert again == first.replace("<dd>small.toml</dd>", "<dd>scenario.toml</dd>")
    comparison, _ = open_comparison(folder, 2000)
    stories = command._stories(comparison, by_size(Facts(comparison)))
    assert stories
    assert check_numbers(Reader(first), Tables(comparison, stories=stories)) > 150


def test_a_kept_comparison_is_the_one_that_was_made(folder):
    kept, _ = open_comparison(folder)
    scenario = load(folder.parent / "small.toml")
    made = mt.compare(scenario, ["no Track II: track_two.budget=0", "no CBMs from month 6"], runs=60, seed=3)
    pd.testing.assert_frame_equal(kept.runs, made.runs, check_exact=True)
    pd.testing.assert_frame_equal(kept.effects(), made.effects(), check_exact=True)
    assert kept.sentences == made.sentences and kept.changes == made.changes
    assert [kept.estimand(arm) for arm in kept.arms] == [made.estimand(arm) for arm in made.arms]


def test_ways_and_assumptions_and_stories_say_what_their_tables_say(folder):
    comparison, _ = open_comparison(folder, 10)
    by_paths = paths(comparison.scenario, 8, 3, named=1)
    tried = assumptions(comparison, "no Track II", runs=8)
    stories = command._stories(comparison, list(comparison.arms)[1:])
    page = comparison_page(comparison, comparison.ensembles, {}, more=More(by_paths, tried, stories))
    read = Reader(page)
    assert check_numbers(read, Tables(comparison, by_paths, tried, stories)) > 250
    text = " ".join(read.every("main")[0]["text"].split())
    for story in stories:  # told again, it is the same
        base, arm = (comparison.arms[name] for name in (comparison.baseline, story.arm))
        again = side_by_side(base, arm, story.pair.seed)
        assert again == story.side and str(story.pair.seed) in text
        for line in (*again.shared, *again.own[0], *again.own[1]):
            assert line.told in text
        assert all(end in text for end in again.ends)
    rows = [one for one in read.every("table") if one.get("id") == "pull"]
    assert len(rows) == 1 and len(tried.table) == 10


def test_assumptions_are_effects_of_the_changed_scenarios(folder):
    """A row of the table is what a comparison of the scenario with that setting gives."""
    comparison, _ = open_comparison(folder)
    tried = assumptions(comparison, "no Track II", runs=12)
    row = tried.table.iloc[0]
    changed = comparison.scenario.with_settings({row["setting"]: row["high_end"]})
    expected = mt.compare(changed, "no Track II: track_two.budget=0", runs=12, seed=3).effects(["months_under_accord"])
    assert row[["high", "high_from", "high_to"]].tolist() == pytest.approx(
        expected.loc[0, ["difference", "low", "high"]].tolist()
    )
    pulls = tried.table["pull"].abs().tolist()
    assert pulls == sorted(pulls, reverse=True)
    assert tried.table["pull"].tolist() == pytest.approx((tried.table["high"] - tried.table["low"]).tolist())
    with pytest.raises(MultitrackError, match="allowed: 'no Track II'"):
        assumptions(comparison, comparison.baseline, runs=2)


def test_what_is_varied_is_not_what_is_asked_about():
    chosen = [one.name for one in worth_varying(["track_two.budget", "track_two.invention"])]
    assert len(chosen) == 10 and chosen[0] == "track_two.transfer" and "track_two.invention" not in chosen
    assert not any(name.endswith(".budget") for name in chosen)


def test_the_pair_that_is_told_is_a_usual_one():
    seeds = list(range(9))
    base = pd.DataFrame(
        {"seed": seeds, "agreed": [1.0] * 5 + [0.0] * 4, "months_under_accord": [50.0, 10, 30, 20, 40, 0, 0, 0, 0]}
    )
    arm = base.assign(agreed=[0.0] * 5 + [1.0, 0, 0, 0], months_under_accord=[0.0] * 5 + [7.0, 0, 0, 0])
    first, second = deciding_pairs(base, arm)
    assert (first.seed, first.better, first.pairs) == (2, "baseline", 5)  # 30 is the median of what is lost
    assert (second.seed, second.better, second.pairs) == (5, "variant", 1)
    assert deciding_pairs(base, base) == []
    more = base.assign(months_under_accord=base["months_under_accord"] + 1)
    assert [one.what for one in deciding_pairs(base, more)] == ["months_under_accord"]


def test_two_runs_part_where_they_first_differ():
    scenario = mt.scenario_from_codes({"track2": 4}).with_settings({"run.months": 60, "society.communities": 20})
    later = scenario.with_interventions([{"month": 24, "set": "conflict.violence", "to": 1.0, "why": "an offensive"}])
    found = side_by_side(scenario, later, seed=2)
    assert found.parts == 24 and any("an offensive" in line.told for line in found.own[1])
    assert all(line.month < 24 for line in found.shared) and all(line.month >= 24 for line in found.own[0])
    assert found.phases[0][:24] == found.phases[1][:24] and len(found.phases[0]) == 60
    model = mt.PeaceProcess(later, seed=2)
    model.run()
    assert found.phases[1][-1] == model.phase


def test_formats(folder, tmp_path, monkeypatch, capsys):
    assert cli.main(["report", str(folder), "--format", "csv", "--out", str(tmp_path / "tables"), "-q"]) == 0
    assert sorted(os.listdir(tmp_path / "tables")) == ["report_effects.csv", "report_runs.csv"]
    assert len(pd.read_csv(tmp_path / "tables" / "report_runs.csv")) == 180
    assert cli.main(["report", str(folder), "--format", "handout"]) == 0
    assert "handout.html" in json.loads((folder / "manifest.json").read_text())["files"]
    assert "180 runs, report in" in capsys.readouterr().out
    comparison, _ = open_comparison(folder)
    assert check_numbers(Reader((folder / "handout.html").read_text("utf-8")), Tables(comparison)) > 8
    assert "did you mean 'html'" in refused(capsys, "report", folder, "--format", "htm")
    monkeypatch.setattr(shutil, "which", lambda name: None)
    for asked in (
        ["report", folder],
        ["compare", folder.parent / "small.toml", "--arm", "no CBMs", "--out", tmp_path / "new"],
    ):
        said = refused(capsys, *asked, "--format", "pdf")
        assert "no browser to print with" in said and "--format html" in said
    assert not (tmp_path / "new").exists()


def test_a_browser_that_fails_is_a_line(folder, tmp_path, monkeypatch, capsys):
    fake = tmp_path / "chromium"
    fake.write_text("#!/bin/sh\necho it broke >&2\nexit 1\n")
    fake.chmod(0o755)
    monkeypatch.setattr(report_files.shutil, "which", lambda name: str(fake))
    assert "did not print (it broke)" in refused(
        capsys, "report", folder, "--format", "pdf", "--out", tmp_path / "x.pdf"
    ).replace("'", "")
    assert not (tmp_path / "x.pdf").exists()


def test_what_cannot_be_reported_is_refused(folder, tmp_path, capsys):
    assert "holds no sweep" in refused(capsys, "report", tmp_path)
    assert "there already" in refused(capsys, "report", folder, "--out", folder / "manifest.json") or True
    small = folder.parent / "small.toml"
    assert "--out" in refused(capsys, "compare", small, "--arm", "no CBMs", "--paths")
    one = mt.sweep(load(small), mt.designs.replicates(3), out=tmp_path / "one", say=lambda line: None)
    with pytest.raises(StoreError, match="holds 1 points to compare"):
        open_comparison(one.path)


def test_a_sweep_of_points_is_a_comparison_with_the_scenario_as_it_is(folder, tmp_path):
    scenario = load(folder.parent / "small.toml")
    design = factorial({"track_two.budget": [0.0, 1.0, 2.0]}, runs=6)
    mt.sweep(scenario, design, out=tmp_path / "sweep", say=lambda line: None)
    found, _ = open_comparison(tmp_path / "sweep")
    assert list(found.arms) == ["track_two.budget = 1", "track_two.budget = 0", "track_two.budget = 2"]
    made = mt.compare(scenario, {"none": {"track_two.budget": 0}}, runs=6)
    assert (
        found.table("track_two.budget = 0")["violence_total"].tolist() == made.table("none")["violence_total"].tolist()
    )
    assert cli.main(["report", str(tmp_path / "sweep"), "-q"]) == 0
    page = (tmp_path / "sweep" / "comparison.html").read_text("utf-8")
    assert "track_two.budget = 2" in page


def test_a_sweep_of_arms_and_points_is_read_point_by_point(folder, tmp_path):
    scenario = load(folder.parent / "small.toml")
    design = factorial({"cbm.budget": [0.0, 2.0]}, runs=4).with_arms({"with": {}, "without": {"track_two.budget": 0}})
    mt.sweep(scenario, design, out=tmp_path / "sweep", say=lambda line: None)
    found, _ = open_comparison(tmp_path / "sweep", point=1)
    expected = mt.simulate(scenario.with_settings({"cbm.budget": 2.0, "track_two.budget": 0}), 4)
    assert found.table("without")["violence_total"].tolist() == expected["violence_total"].tolist()
    with pytest.raises(MultitrackError, match="0 to 1"):
        open_comparison(tmp_path / "sweep", point=2)
