"""Through which way Track II works: each way closes what it says, all of them close everything, shares add up."""

import dataclasses
import importlib
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import multitrack_sim as mt
from multitrack_sim.analysis.paths import ALL_WAYS, ALONE, CLOSED, OTHERS, REST, TOGETHER
from multitrack_sim.analysis.verdicts import CLEAR, IDENTICAL
from multitrack_sim.cli.main import main
from multitrack_sim.designs.changes import changed
from multitrack_sim.designs.ways import WAYS, closing, idle, reachable
from multitrack_sim.errors import MultitrackError
from multitrack_sim.schema.events import Event
from multitrack_sim.schema.outcomes import OUTCOMES

CASES = sorted((Path(__file__).resolve().parents[1] / "scenarios").glob("*.toml"))
OFFICIAL = [name for name, outcome in OUTCOMES.items() if outcome.official and name != "reports_heard"]
SMALL = {"run.months": 60, "society.communities": 16}
MUTED = {"track_two.budget": 0.0}
# all ways are open here: strong workshops, an avoided issue, spoilers whose attacks suspend talks, measures
OPEN = {"track_two.access": 1.0, "track_two.publicity": 1.0, "track_two.confidentiality": 0.3, "track_two.funds": 1.0,
        "track_two.transfer": 0.8, "track_two.tabling": 0.2, "track_two.channel": 0.5, "track_two.office": 0.05,
        "track_one.suspension": 0.8, "spoiling.deterrence": 0.1}  # fmt: skip


def everything_open() -> mt.Scenario:
    scenario = mt.scenario_from_codes({"track2": 4, "spoilers": 3, "cbm": 3, "hurting_stalemate": 3})
    avoided = f"issues.{scenario.rows['issues'][0]['name']!r}.tabled"
    return scenario.with_settings({**SMALL, **OPEN, avoided: 0})


def asked(effects: pd.DataFrame, question: str, outcome: str = "", way: str = "") -> pd.DataFrame:
    """The rows of a question, for an outcome and a way where they are given."""
    rows = effects[effects["question"] == question]
    rows = rows[rows["outcome"] == outcome] if outcome else rows
    return rows[rows["way"] == way] if way else rows


def official(table: pd.DataFrame) -> pd.DataFrame:
    return table[["seed", *OFFICIAL]]


# --- completeness
@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_with_all_ways_closed_nothing_of_track_two_is_left(path):
    """Every official outcome, bit for bit; reports are heard, to no effect."""
    scenario = mt.load(path)
    closed, muted = (
        mt.simulate(changed(scenario, closing(WAYS)), 12, 3),
        mt.simulate(scenario.with_settings(MUTED), 12, 3),
    )
    pd.testing.assert_frame_equal(official(closed), official(muted), check_exact=True)
    assert closed["workshops"].sum() > 0 == muted["workshops"].sum()


def test_nor_month_by_month_where_all_ways_are_wide_open():
    scenario = everything_open()
    assert not any(idle(way, scenario) for way in WAYS.values())
    closed, muted = (
        mt.run_ensemble(one, 24, 5, series=True)
        for one in (changed(scenario, closing(WAYS)), scenario.with_settings(MUTED))
    )
    assert closed.series is not None and closed.series.tobytes() == muted.series.tobytes()
    assert closed.table["reports_heard"].sum() > 100


def test_no_way_is_opened_again_by_an_intervention():
    opens = [{"month": 6, "set": name, "to": value} for name, value in
             (("track_two.invention", 0.9), ("track_two.living", 60), ("track_two.insight", 0.9))]  # fmt: skip
    scenario = everything_open().with_interventions(opens)
    closed, muted = changed(scenario, closing(WAYS)), scenario.with_settings(MUTED)
    pd.testing.assert_frame_equal(official(mt.simulate(closed, 8, 3)), official(mt.simulate(muted, 8, 3)))


@pytest.mark.parametrize("muted", ["burned", "moved", "replaced"])
def test_nor_in_a_full_cast_but_for_what_its_money_does_elsewhere(monkeypatch, muted):
    """Four parties, all kinds of spoilers, organisations and programmes; the money that is moved helps another track."""
    monkeypatch.syspath_prepend(str(CASES[0].parents[1] / "experiments"))
    full_cast = importlib.import_module("support.worlds").full_cast()
    scenario = full_cast.with_settings({**SMALL, "funding.muted": muted})
    found = mt.paths(scenario, runs=12, seed=3, named=1, outcomes=["violence_total", "mean_attitude", "mean_support"])
    rest = asked(found.effects, REST)
    assert (set(rest["verdict"]) == {IDENTICAL}) == (muted == "burned")
    for outcome, rows in found.shares.groupby("outcome"):
        estimates = rows.set_index("way")["estimate"]
        whole = asked(found.effects, TOGETHER, outcome)["estimate"].item()
        assert estimates[ALL_WAYS] == pytest.approx(whole - asked(rest, REST, outcome)["estimate"].item(), abs=1e-9)


# --- every way closes what it says
def total(scenario: mt.Scenario, way: str, table: str, column: str) -> tuple[float, float]:
    """A column behind a way, summed over the final worlds: as it is, and with the way closed."""
    both = (scenario, changed(scenario, closing([way])))
    return tuple(float(np.abs(mt.run_ensemble(one, 12, 2, worlds=True).entities(table)[column]).sum()) for one in both)  # type: ignore[return-value]


@pytest.mark.parametrize(
    ("way", "table", "column"),
    [
        ("options", "stakes", "known_unofficial"),
        ("belief", "dyads", "from_dialogue"),
        ("contact", "dyads", "contact"),
        ("contact", "governments", "endorsement"),
        ("contact", "process", "contact"),
        ("alarm", "process", "alarm"),
        ("people in office", "academics", "in_office"),
        ("people in office", "governments", "suspected"),
    ],
)
def test_the_column_behind_a_closed_way_stays_at_zero(way, table, column):
    as_it_is, closed = total(everything_open(), way, table, column)
    assert as_it_is > 0 == closed


@pytest.mark.parametrize(
    ("way", "event"),
    [("tabling", Event.ISSUE_TABLED), ("back channel", Event.CHANNEL_OPENED), ("contact", Event.CHANNEL_OPENED),
     ("people in office", Event.ENTERED_OFFICE)],
)  # fmt: skip
def test_what_is_behind_a_closed_way_never_happens(way, event):
    def times(scenario: mt.Scenario) -> float:
        worlds = mt.run_ensemble(scenario, 12, 2, worlds=True).worlds
        return sum(int(world.counts[int(event)]["times"]) for world in worlds)

    scenario = everything_open()
    assert times(scenario) > 0 == times(changed(scenario, closing([way])))


def test_every_way_moves_something_when_it_alone_is_open():
    """No way is declared that leads nowhere; and each differs from that of what it needs."""
    scenario = everything_open().with_settings(
        {"spoiling.suspension": 1.0} if "spoiling.suspension" in OUTCOMES else {}
    )
    found = {}
    for way in WAYS.values():
        opened = reachable([way.name, way.needs] if way.needs else [way.name])
        for ways in (opened, opened - {way.name}):
            shut = closing(name for name in WAYS if name not in ways)
            found[ways] = official(mt.simulate(changed(scenario, shut), 200, 4))
        assert not found[opened].equals(found[opened - {way.name}]), way.name


def test_a_way_that_needs_another_is_closed_with_it():
    scenario = everything_open()
    one = mt.simulate(changed(scenario, closing(["contact"])), 12, 6)
    other = mt.simulate(
        changed(scenario, closing(name for name, way in WAYS.items() if "contact" in (name, way.needs))), 12, 6
    )
    pd.testing.assert_frame_equal(one, other)


# --- ways through which nothing can go
@pytest.mark.parametrize(
    ("settings", "ways", "reason"),
    [
        (MUTED, list(WAYS), "no money"),
        ({"track_two.access": 0.0}, [name for name, way in WAYS.items() if way.gate == "track_two.access"], "access is 0"),
        ({"track_two.publicity": 0.0}, ["publics", "alarm"], "publicity is 0"),
        ({"track_two.confidentiality": 1.0}, ["publics", "alarm"], "confidentiality is 1"),
        ({"track_two.transfer": 0.0}, ["belief", "misperception", "tabling"], "transfer is 0"),
        (
            {"track_two.transfer": 0.0, "track_two.office": 0.0},
            ["options", "belief", "misperception", "tabling", "people in office"],
            "is 0",
        ),
        ({"track_two.insight": 0.5}, ["belief"], "closed as it is"),
        ({"track_two.living": 0}, [name for name, way in WAYS.items() if "contact" in (name, way.needs)], "closed as it is"),
        ({"cbm.budget": 0.0}, ["proposals"], "cbm.budget is 0"),
        ({"track_two.office": 0.0}, ["people in office"], "closed as it is"),
        ({"track_two.research": 0.0}, ["papers"], "research is 0"),
    ],
)  # fmt: skip
def test_idle_ways_are_said_with_the_reason_and_truly_move_nothing(settings, ways, reason):
    scenario = everything_open().with_settings(settings)
    reasons = {name: why for name, way in WAYS.items() if (why := idle(way, scenario))}
    assert list(reasons) == ways and all(reason in why for why in reasons.values())
    pd.testing.assert_frame_equal(
        official(mt.simulate(scenario, 12, 3)), official(mt.simulate(changed(scenario, closing(reasons)), 12, 3))
    )


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_idle_ways_of_the_cases_move_nothing(path):
    scenario = mt.load(path)
    shut = [name for name, way in WAYS.items() if idle(way, scenario)]
    if not shut:
        pytest.skip("something may go through every way here")
    pd.testing.assert_frame_equal(
        official(mt.simulate(scenario, 12, 3)), official(mt.simulate(changed(scenario, closing(shut)), 12, 3))
    )


@pytest.mark.parametrize(
    ("table", "ways"),
    [
        ("spoilers", ["explanations", "alarm"]),
        ("measures", ["proposals"]),
        ("ngos", list(WAYS)),
        ("academics", [name for name, way in WAYS.items() if way.meeting]),
    ],
)
def test_without_the_rows_that_a_way_takes_it_is_idle(table, ways):
    scenario = everything_open()
    assert scenario.rows[table]
    without = dataclasses.replace(scenario, rows={**scenario.rows, table: ()})
    assert [name for name, way in WAYS.items() if idle(way, without)] == ways


def test_a_setting_that_an_intervention_changes_leaves_no_way_idle():
    later = {"month": 12, "set": "track_two.insight", "to": 0.9}
    scenario = everything_open().with_settings({"track_two.insight": 0.5})
    assert idle(WAYS["belief"], scenario)
    assert not idle(WAYS["belief"], scenario.with_interventions([later]))


# --- the study
@pytest.fixture(scope="module")
def found():
    return mt.paths(
        everything_open(), runs=40, seed=3, named=3, outcomes=["violence_total", "months_in_talks", "agreed"]
    )


def test_shares_add_up_to_the_whole_which_is_track_two(found):
    for outcome, rows in found.shares.groupby("outcome"):
        whole = rows.set_index("way")["estimate"]
        (muted,) = asked(found.effects, TOGETHER, outcome)["estimate"]
        assert whole.drop(ALL_WAYS).sum() == pytest.approx(whole[ALL_WAYS], abs=1e-9)
        assert whole[ALL_WAYS] == pytest.approx(muted, abs=1e-9)
    assert len(found.named) == 3 and found.shares["way"].unique().tolist() == [*found.named, OTHERS, ALL_WAYS]
    assert set(asked(found.effects, REST)["verdict"]) == {IDENTICAL}


def test_effects_are_those_of_the_runs(found):
    """Every estimate again by hand from the long table of runs."""
    every = found.runs.set_index("seed")
    ways = list(WAYS)

    def mean(open_ways):
        flags = [int(name in open_ways) for name in ways]
        rows = every[(every[ways] == flags).all(axis=1) & (every["muted"] == 0)]
        assert len(rows) == 40
        return rows["violence_total"].sort_index()

    for way in found.ways:
        closed, alone = (
            asked(found.effects, question, "violence_total", way)["estimate"].item() for question in (CLOSED, ALONE)
        )
        assert closed == pytest.approx((mean(set(ways)) - mean(reachable(set(ways) - {way}))).mean(), abs=1e-9)
        assert alone == pytest.approx((mean({way, WAYS[way].needs}) - mean(())).mean(), abs=1e-9)


def test_where_one_way_is_open_it_has_all_of_the_effect():
    shut = {name for name in WAYS if name != "options"}
    scenario = changed(everything_open(), {name: value for name, value in closing(shut).items() if name != "held"})
    one = mt.paths(scenario, runs=60, seed=5, outcomes="months_under_accord")
    assert one.ways == one.named == ("options",) and set(one.idle) == shut
    shares = one.shares.set_index("way")["estimate"]
    effects = one.effects.set_index("question")["estimate"]
    same = [shares["options"], shares[ALL_WAYS], effects[TOGETHER], effects[CLOSED], effects[ALONE]]
    assert same == pytest.approx([same[0]] * 5, abs=1e-9) and same[0] != 0
    assert "Nothing can go through" in one.sentence


def test_the_sentence_follows_the_verdicts(found):
    for outcome in found.effects["outcome"].unique():
        rows = asked(found.effects, CLOSED, outcome)
        rows = rows[rows["verdict"] == CLEAR]
        said = found.told(outcome, "what is asked")
        assert ("no single way" in said) == rows.empty and "what is asked" in said
        assert all(f"{way} (" in said for way in rows["way"])
        parts = found.shares[(found.shares["outcome"] == outcome) & (found.shares["verdict"] == CLEAR)]
        also = set(parts["way"]) - {ALL_WAYS, *rows["way"]}
        assert ("Averaged over all orders" in said) == bool(also) and all(f"{way} " in said for way in also)


def test_without_any_way_it_says_so():
    none = mt.paths(everything_open().with_settings(MUTED), runs=8)
    assert none.ways == () and none.shares.empty and "nothing of Track II can reach" in none.sentence


def test_kept_runs_give_the_same_and_are_not_made_again(tmp_path, monkeypatch):
    given = {"runs": 6, "seed": 2, "outcomes": "violence_total", "named": 1}
    scenario, seen = everything_open(), []
    in_memory = mt.paths(scenario, **given, progress=lambda done, most: seen.append((done, most)))
    assert seen == sorted(seen, key=lambda one: one[0]) and seen[-1][0] == seen[-1][1] == len(in_memory.runs)
    kept = mt.paths(scenario, **given, out=tmp_path / "kept")
    monkeypatch.setattr("multitrack_sim.running.runner.run_piece", None)
    again = mt.paths(scenario, **given, out=tmp_path / "kept")
    for other in (kept, again):
        for name in ("effects", "shares", "runs"):
            pd.testing.assert_frame_equal(getattr(in_memory, name), getattr(other, name), check_exact=True)


@pytest.mark.parametrize(
    ("wrong", "part"),
    [
        ({"outcomes": "agred"}, "agreed"),
        ({"outcomes": ["agreed", "ended_by"]}, "ended_by is a category"),
        ({"outcomes": "recurred"}, "missing in some runs"),
        ({"outcomes": "months_to_collapse"}, "missing in some runs"),
        ({"outcomes": []}, "found none"),
        ({"outcomes": 3}, "outcomes"),
        ({"outcomes": None}, "outcomes"),
        ({"named": 0}, "named=0"),
        ({"named": 10}, "1 to 9"),
        ({"named": True}, "named=True"),
        ({"runs": 0}, "runs=0"),
        ({"seed": -1}, "seed=-1"),
        ({"threads": 0}, "threads=0"),
    ],
)
def test_what_makes_no_sense_is_refused_before_anything_is_run(wrong, part, monkeypatch):
    monkeypatch.setattr("multitrack_sim.studies.paths.run_ensemble", None)
    with pytest.raises(MultitrackError) as refused:
        mt.paths(everything_open(), **wrong)
    assert part in str(refused.value) and len(str(refused.value).splitlines()) == 1


def test_an_outcome_that_was_not_asked_for_is_not_told(found):
    with pytest.raises(MultitrackError, match="durable.*violence_total"):
        found.told("durable")


# --- the command
@pytest.fixture
def written(tmp_path):
    path = tmp_path / "open.toml"
    path.write_text(everything_open().to_toml(), "utf-8")
    return path


def test_the_command_prints_and_writes_what_the_study_finds(written, tmp_path, capsys):
    out = tmp_path / "ways.csv"
    command = ["paths", str(written), "--runs", "8", "--outcome", "violence_total", "--set", "track_two.publicity=0"]
    assert main([*command, "--out", str(out)]) == 0
    said = " ".join(capsys.readouterr().out.split())
    scenario = mt.load(written).with_settings({"track_two.publicity": 0})
    ways = mt.paths(scenario, runs=8, outcomes="violence_total")
    assert ways.sentence in said and f"{len(ways.runs):,} runs in" in said
    table = pd.read_csv(out)
    pd.testing.assert_frame_equal(table, ways.table, check_dtype=False, rtol=1e-8)
    before = out.read_bytes()
    assert main([*command, "--out", str(out)]) == 2 and out.read_bytes() == before
    assert main([*command, "-q"]) == 0
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize(
    ("more", "part"),
    [
        (["--outcome", "agred"], "agreed"),
        (["--outcome", "ended_by"], "category"),
        (["--set", "track_two.budgt=0"], "track_two.budget"),
        (["--set", "track_two.budget=-3"], "track_two.budget"),
        (["--out", "nowhere/at/all.csv"], "nowhere"),
    ],
)
def test_the_command_refuses_in_one_line_and_leaves_nothing(written, tmp_path, monkeypatch, capsys, more, part):
    monkeypatch.chdir(tmp_path)
    before = sorted(tmp_path.rglob("*"))
    assert main(["paths", str(written), "--runs", "4", *more]) == 2
    said = capsys.readouterr()
    lines = [line for line in said.err.splitlines() if not line.startswith("Compiling")]
    assert part in lines[-1] and "Traceback" not in said.err and sorted(tmp_path.rglob("*")) == before
