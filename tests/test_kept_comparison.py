"""A comparison whose runs are kept in a folder: the same bits as in memory, and never lost, however it is ended."""

import json
import os
import signal
import subprocess
import sys
import time

import pandas as pd
import pytest
from foreground import fresh_signals

import multitrack_sim as mt
from multitrack_sim.designs import Design, factorial, paired
from multitrack_sim.designs.arms import ARMS
from multitrack_sim.errors import MultitrackError, SettingError, StoreError
from multitrack_sim.running import plan as sweep_plan
from multitrack_sim.running import worker
from multitrack_sim.running.plan import bind

LATER = [{"month": 9, "set": "track_two.budget", "to": 0.0}]
BACK = {"month": 12, "set": "track_two.budget", "to": 2.0, "until": 20}

# every way in which an arm can change a scenario
CHANGES = {
    "settings": {"track_two.budget": 0, "cbm.budget": 2},
    "a word": {"funding.muted": "moved"},
    "a setting that shapes the world": {"issues.'Security'.weight": 0.3},
    "a salience, of which the others get the rest": {"stakes.'North'.'Security'.salience": 0.9},
    "unquoted": {"stakes.North.Security.salience": 0.9},
    "people": {"society.communities": 14},
    "another length": {"run.months": 18},
    "interventions": {"interventions": LATER},
    "one intervention alone": {"interventions": LATER[0]},
    "interventions beside settings": {"cbm.budget": 0.5, "interventions": LATER},
    "times what is set": {
        "track_two.budget": 3,
        "interventions": [{"month": 4, "scale": "track_two.budget", "by": 0.5}],
    },
    "until": {"interventions": [{"month": 4, "set": "cbm.budget", "to": 0.0, "until": 8}]},
    "nothing": {},
    "in words": "track_two.budget=0, cbm.budget=2",
    **{name: name for name in ARMS},
    "late": "no mediation from month 6",
    "money": "no Track II from month 3, money moved",
}


@pytest.fixture(scope="module")
def scenario():
    text = """
    title = "Two"
    [run]
    months = 24
    [society]
    communities = 12
    [[governments]]
    name = "North"
    [[governments]]
    name = "South"
    [[issues]]
    name = "Land"
    [[issues]]
    name = "Security"
    [[issues]]
    name = "Water"
    [[organisations]]
    name = "Mediator"
    skill = 0.8
    """
    return mt.loads(text).with_interventions([BACK])


def same(one, other):
    """Two comparisons, to the last bit."""
    assert list(one.arms) == list(other.arms)
    assert (one.arms, one.changes, one.sentences) == (other.arms, other.changes, other.sentences)
    pd.testing.assert_frame_equal(one.runs, other.runs, check_exact=True)
    for name in one.arms:
        assert one.ensembles[name].series.tobytes() == other.ensembles[name].series.tobytes(), name


def test_in_a_folder_and_in_memory_all_arms_give_the_same_bits(scenario, tmp_path):
    once = mt.compare(scenario, CHANGES, runs=5, seed=3, series=True)
    kept = mt.compare(scenario, CHANGES, runs=5, seed=3, series=True, out=tmp_path / "out")
    same(kept, once)
    opened = mt.open_sweep(tmp_path / "out")
    table = opened.table()
    for name in kept.arms:  # each run can be found again, and repeated
        assert opened.scenario(0, name) == kept.arms[name]
        row = table[table["arm"] == name].iloc[2]
        model = mt.PeaceProcess(opened.scenario(0, name), seed=int(row["seed"]))
        assert model.run()["violence_total"] == row["violence_total"]


def test_runs_of_different_interventions_have_different_identities(scenario, tmp_path):
    arms = {"a": {"interventions": LATER}, "b": {"interventions": [{**LATER[0], "month": 10}]}, "c": "no workshops"}
    mt.compare(scenario, {**arms, "d": {"track_two.budget": 0}}, runs=3, out=tmp_path / "out")
    opened = mt.open_sweep(tmp_path / "out")
    rows = opened.table().to_dict("records")
    assert len({opened.identity(row) for row in rows}) == len(rows) == 15


@pytest.mark.parametrize("chunk", [1, 3, 7, 100])
def test_however_it_is_cut_into_files(scenario, tmp_path, monkeypatch, chunk):
    arms = {name: CHANGES[name] for name in ("interventions", "people", "late", "settings", "another length")}
    once = mt.compare(scenario, arms, runs=4, seed=2, series=True)
    monkeypatch.setattr(sweep_plan, "LONGEST_CHUNK", chunk)
    same(mt.compare(scenario, arms, runs=4, seed=2, series=True, threads=2, out=tmp_path / "out"), once)
    same(mt.compare(scenario, arms, runs=4, seed=2, series=True, out=tmp_path / "out"), once)  # nothing is run again
    assert len(list((tmp_path / "out" / "runs").glob("*.parquet"))) == -(-24 // chunk)


def test_points_and_arms_with_interventions_in_one_design(scenario, tmp_path):
    arms = {
        "plain": {},
        "late": {"interventions": LATER},
        "off": {"track_two.budget": 0, "held": {"track_two.budget": 0}},
    }
    design = factorial({"cbm.budget": [0.0, 2.0], "society.communities": [10, 12]}, runs=3).with_arms(arms)
    done = mt.sweep(scenario, design, out=tmp_path / "out", say=lambda line: None)
    table = done.table()
    for point in range(4):
        for arm in arms:
            made = done.scenario(point, arm)
            assert len(made.interventions) == {"plain": 1, "late": 2, "off": 0}[arm]
            own = table[(table["point"] == point) & (table["arm"] == arm)]
            assert own["violence_total"].tolist() == mt.simulate(made, 3)["violence_total"].tolist()


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"interventions": [{"month": 99, "set": "cbm.budget", "to": 0}]}, "arm 'x': .*0 to 23"),
        ({"interventions": [{"month": 3, "set": "cbm.bugdet", "to": 0}]}, "arm 'x': .*cbm.bugdet"),
        ({"interventions": "later"}, "arm 'x': "),
        ({"interventions": 3}, "arm 'x': "),
        ({"held": {"cbm.bugdet": 0}}, "arm 'x': .*did you mean 'cbm.budget'"),
        ({"held": {"cbm.budget": -1}}, "arm 'x': held: found"),
        ({"held": ["cbm.budget"]}, "arm 'x': held: found"),
    ],
)
def test_what_an_arm_of_a_design_cannot_change(scenario, changes, words):
    with pytest.raises(SettingError, match=words) as wrong:
        bind(scenario, paired({"x": changes}), 1)
    assert len(wrong.value.problems) == 1 and str(wrong.value).isprintable()


def test_another_comparison_is_refused_and_agents_of_ones_own_are_not_kept(scenario, tmp_path):
    out = tmp_path / "out"
    mt.compare(scenario, {"late": {"interventions": LATER}}, runs=2, out=out)
    other = {"late": {"interventions": [{**LATER[0], "month": 10}]}}
    for call in (
        lambda: mt.compare(scenario, other, runs=2, out=out),
        lambda: mt.compare(scenario, "no workshops", runs=2, out=out),
        lambda: mt.compare(scenario, {"late": {"interventions": LATER}}, runs=2, out=out, baseline="as it is"),
    ):
        with pytest.raises(StoreError, match="holds another sweep"):
            call()
    with pytest.raises(MultitrackError, match="without out"):
        mt.compare(scenario, "no workshops", runs=2, out=tmp_path / "new", agents={mt.NGO: mt.NGO})
    assert not (tmp_path / "new").exists()


def test_runs_that_fail_are_said_and_run_again(scenario, tmp_path, monkeypatch):
    out, real = tmp_path / "out", worker.run_rows

    def failing(layout, seeds, vary, **more):
        if mt.run_seed(1, 1) in seeds.tolist():
            raise RuntimeError("something broke")
        return real(layout, seeds, vary, **more)

    with monkeypatch.context() as now:
        now.setattr(worker, "run_rows", failing)
        with pytest.raises(MultitrackError, match="2 of 6 runs failed, the first with 'RuntimeError: something broke'"):
            mt.compare(scenario, "no workshops", runs=3, out=out)
    found = mt.compare(scenario, "no workshops", runs=3, out=out)
    pd.testing.assert_frame_equal(found.runs, mt.compare(scenario, "no workshops", runs=3).runs, check_exact=True)


@pytest.mark.skipif(os.name == "nt", reason="needs POSIX signals")
@pytest.mark.parametrize("ended_by", ["SIGKILL", "SIGINT", "SIGTERM", "SIGHUP"])
def test_a_command_that_is_killed_goes_on(scenario, tmp_path, ended_by):
    (tmp_path / "two.toml").write_text(scenario.to_toml())
    command = [
        sys.executable,
        "-m",
        "multitrack_sim",
        "compare",
        "two.toml",
        "--arm",
        "late: no workshops from month 6",
    ]
    command += ["--arm", "half: track_two.budget=0.5", "--threads", "1"]

    def started(runs, out, **more):
        asked = [*command, "--runs", str(runs), "--out", out]
        return subprocess.Popen(asked, cwd=tmp_path, stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True, **more)

    begun = started(9000, "out", preexec_fn=fresh_signals)
    try:
        limit = time.monotonic() + 300
        while not list((tmp_path / "out").glob("runs/runs-*.parquet")):
            assert begun.poll() is None and time.monotonic() < limit, begun.communicate()
            time.sleep(0.02)
        begun.send_signal(getattr(signal, ended_by))
        _, told = begun.communicate(timeout=300)
    finally:
        begun.kill()
    assert begun.returncode == (-9 if ended_by == "SIGKILL" else 130) and "Traceback" not in told
    kept = {path.name for path in (tmp_path / "out" / "runs").glob("runs-*.parquet")}
    opened = mt.open_sweep(tmp_path / "out")
    assert 0 < opened.done < 27_000 and not (tmp_path / "out" / "effects.csv").exists()
    with pytest.warns(UserWarning, match="the same command goes on"):
        table = opened.table()
    expected = mt.simulate(opened.scenario(0, table["arm"].iloc[0]), 40)
    assert table["violence_total"].tolist()[:40] == expected["violence_total"].tolist()
    assert kept == {path.name for path in (tmp_path / "out" / "runs").glob("runs-*.parquet")}
    assert json.loads((tmp_path / "out" / "manifest.json").read_text())["command"].startswith(
        "multitrack compare two.toml"
    )


def test_designs_say_what_their_arms_change(scenario):
    one = Design("paired", arms={"a": {"cbm.budget": 0, "interventions": LATER}}, runs=1)
    other = Design("paired", arms={"a": {"cbm.budget": 0, "interventions": [{**LATER[0], "month": 8}]}}, runs=1)
    assert one.names == ("cbm.budget",) and one.identity != other.identity
    assert one.settings(0, "a") == {"cbm.budget": 0, "interventions": LATER}
