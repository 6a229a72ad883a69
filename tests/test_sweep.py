"""Sweeps: whatever happens to the program, the disk or the workers, the table is the same bit for bit, and nothing is run twice."""

import errno
import json
import os
import signal
import subprocess
import sys
import time

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import multitrack_sim as mt
from multitrack_sim import designs
from multitrack_sim.cli import main as cli
from multitrack_sim.errors import MultitrackError, SettingError, StoreError
from multitrack_sim.running import plan as sweep_plan
from multitrack_sim.running import runner as engine
from multitrack_sim.running import sweep_store
from multitrack_sim.running import worker as pieces
from multitrack_sim.running.files import LOCK
from multitrack_sim.running.plan import bind
from multitrack_sim.scenario.codebook import Coded

VARY = {"track_two.budget": (0, 3), "funding.muted": ["burned", "moved"]}


@pytest.fixture
def scenario():
    return mt.scenario_from_codes({"spoilers": 3}).with_settings({"run.months": 12, "society.communities": 20})


@pytest.fixture
def design():
    return designs.latin(VARY, points=6, runs=10)


@pytest.fixture(autouse=True)
def small_chunks(monkeypatch):
    monkeypatch.setattr(sweep_plan, "LONGEST_CHUNK", 13)


def quiet(line):
    pass


def run(scenario, design, out, **options):
    options = {"threads": 2, "say": quiet, **options}
    return mt.sweep(scenario, design, out=out, **options)


def same(one, other):
    pd.testing.assert_frame_equal(one, other, check_exact=True)


def files(out):
    return sorted(path.name for path in (out / "runs").iterdir())


# --- what a sweep gives


def test_the_table_is_what_single_ensembles_give(scenario, design, tmp_path):
    done = run(scenario, design.with_arms({"with": {}, "without": {"cbm.budget": 0}}), tmp_path / "out", seed=7)
    table = done.table()
    assert list(table.columns[:7]) == [
        "point",
        "arm",
        "track_two.budget",
        "funding.muted",
        "cbm.budget",
        "run",
        "seed",
    ]
    assert len(table) == 120 and table["cbm.budget"].eq((table["arm"] != "without").astype(float)).all()
    for (point, arm), part in table.groupby(["point", "arm"], observed=True):
        alone = mt.simulate(done.scenario(point, arm), runs=10, seed=7)
        same(part[list(alone.columns)].reset_index(drop=True), alone)


def test_backends_agree(scenario, design, tmp_path):
    from concurrent.futures import ThreadPoolExecutor

    one = run(scenario, design, tmp_path / "threads")
    same(run(scenario, design, tmp_path / "serial", backend="serial").table(), one.table())
    with ThreadPoolExecutor(3) as pool:
        same(run(scenario, design, tmp_path / "own", backend=pool).table(), one.table())
    assert files(tmp_path / "threads") == files(tmp_path / "serial") == files(tmp_path / "own")  # the very bytes


def test_what_needs_a_scenario_of_its_own_is_varied_too(tmp_path):
    vary = {"codes.track2": [0, 4], "codes.parties": [2, 3], "run.months": [12, 15], "track_two.budget": [0.5, 1.0]}
    base = Coded({"hurting_stalemate": 3}, settings={"society.communities": 20})
    done = run(base, designs.factorial(vary, runs=2), tmp_path / "out", series=True)
    table = done.table()
    assert len(table) == 32 and done.wrong == 0
    for point in (0, 7, 15):
        row = done.design.table().loc[point]
        codes = {"hurting_stalemate": 3, "track2": row["codes.track2"], "parties": int(row["codes.parties"])}
        rest = {"society.communities": 20, "run.months": row["run.months"], "track_two.budget": row["track_two.budget"]}
        alone = mt.simulate(mt.scenario_from_codes(codes).with_settings(rest), runs=2, seed=1)
        same(table[table["point"] == point][list(alone.columns)].reset_index(drop=True), alone)
    months = done.series().groupby(["point", "run"]).size()
    assert months.loc[0].eq(12).all() and set(months) == {12, 15}


def test_series_are_those_of_the_ensemble(scenario, tmp_path):
    done = run(scenario, designs.replicates(20), tmp_path / "out", series=True)
    kept = mt.run_ensemble(scenario, runs=20, seed=1, series=True).series
    found = done.series()
    assert np.array_equal(found["violence"].to_numpy().reshape(20, 12), kept["violence"])
    assert found["phase"].cat.codes.to_numpy().reshape(20, 12).tolist() == kept["phase"].astype(int).tolist()


def test_opened_again_it_is_the_same(scenario, design, tmp_path):
    done = run(scenario, design, tmp_path / "out")
    again = mt.open_sweep(tmp_path / "out")
    same(again.table(), done.table())
    row = done.table().iloc[5].to_dict()
    assert again.identity(row) == done.identity(row) != done.identity({**row, "seed": 1})
    assert again.design.identity == design.identity and again.done == 60
    same(again.load(), done.load())
    with pytest.raises(MultitrackError, match="no months"):
        done.series()


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.integers(1, 4), st.integers(1, 3), st.integers(1, 9), st.integers(1, 11), st.data())
def test_runs_are_numbered_so_that_nothing_is_lost(scenario, points, arms, runs, chunk, data):
    vary = {"track_two.budget": list(range(points))}
    made = designs.factorial(vary, runs=runs).with_arms({f"arm {a}": {} for a in range(arms)})
    plan = bind(scenario, made, 1)
    object.__setattr__(plan, "chunk_runs", chunk)
    rounds = data.draw(st.sampled_from([d for d in range(1, runs + 1) if runs % d == 0]))
    object.__setattr__(plan, "rounds", rounds)
    object.__setattr__(plan, "round_runs", runs // rounds)
    spans = [plan.span(c) for r in range(rounds) for c in plan.chunks(r)]
    assert [n for start, stop in spans for n in range(start, stop)] == list(range(plan.runs))
    where = set(zip(*(part.tolist() for part in plan.places(np.arange(plan.runs)))))
    assert where == {(p, a, k) for p in range(points) for a in range(arms) for k in range(runs)}


# --- going on


def test_it_goes_on_where_it_was(scenario, design, tmp_path, monkeypatch):
    whole = run(scenario, design, tmp_path / "whole").table()
    asked = []
    real = pieces.run_piece

    def counted(piece):
        asked.append(len(piece.seeds))
        return real(piece)

    monkeypatch.setattr(engine, "run_piece", counted)

    def stop(done, total):
        if done >= 26:
            raise RuntimeError("the lights go out")

    with pytest.raises(RuntimeError):
        run(scenario, design, tmp_path / "out", progress=stop, backend="serial")
    kept = len(files(tmp_path / "out"))
    assert 0 < kept < 5
    asked.clear()
    said = []
    again = run(scenario, design, tmp_path / "out", say=said.append)
    assert sum(asked) == 60 - 13 * kept and any("are there already" in line for line in said)
    same(again.table(), whole)
    asked.clear()
    same(run(scenario, design, tmp_path / "out").table(), whole)
    assert asked == []


@pytest.mark.parametrize("harm", ["truncated", "changed", "emptied", "removed"])
def test_a_damaged_file_is_found_said_and_run_again(scenario, design, tmp_path, harm):
    whole = run(scenario, design, tmp_path / "out", series=True)
    table, months = whole.table(), whole.series()
    for folder in ("runs", "series"):
        victim = sorted((tmp_path / "out" / folder).iterdir())[2 if folder == "runs" else 3]
        content = bytearray(victim.read_bytes())
        content[len(content) // 2] ^= 1
        {
            "truncated": lambda victim=victim: victim.write_bytes(victim.read_bytes()[:-20]),
            "changed": lambda victim=victim, content=content: victim.write_bytes(content),
            "emptied": lambda victim=victim: victim.write_bytes(b""),
            "removed": lambda victim=victim: victim.unlink(),
        }[harm]()
    said = []
    again = run(scenario, design, tmp_path / "out", series=True, say=said.append)
    same(again.table(), table)
    same(again.series(), months)
    assert any("it is run again" in line for line in said)


def test_a_folder_of_something_else_is_refused_and_left(scenario, design, tmp_path, monkeypatch):
    run(scenario, design, tmp_path / "out")
    before = {path: path.stat().st_mtime_ns for path in (tmp_path / "out").rglob("*")}
    for other, word in (
        (lambda: run(scenario, design, tmp_path / "out", seed=2), "seed 1, not 2"),
        (lambda: run(scenario, designs.replicates(60), tmp_path / "out"), "design"),
        (lambda: run(scenario, design, tmp_path / "out", series=True), "series"),
        (lambda: run(scenario.with_settings({"cbm.budget": 2}), design, tmp_path / "out"), "another scenario"),
    ):
        with pytest.raises(StoreError, match=word):
            other()
    monkeypatch.setattr(sweep_plan, "model_version", lambda: "0" * 16)
    monkeypatch.setattr(sweep_store, "model_version", lambda: "0" * 16)
    with pytest.raises(StoreError, match="made by another version of the model \\("):
        run(scenario, design, tmp_path / "out")
    monkeypatch.undo()
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.txt").write_text("mine")
    with pytest.raises(StoreError, match="not empty and holds no sweep"):
        run(scenario, design, tmp_path / "mine")
    lock = tmp_path / "out" / LOCK
    assert {p: p.stat().st_mtime_ns for p in (tmp_path / "out").rglob("*") if p != lock} == {
        p: t for p, t in before.items() if p != lock
    }


def test_two_programs_do_not_share_a_folder(scenario, design, tmp_path):
    fcntl = pytest.importorskip("fcntl")
    run(scenario, design, tmp_path / "out")
    with open(tmp_path / "out" / LOCK, "w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        with pytest.raises(StoreError, match="another program"):
            run(scenario, design, tmp_path / "out")


def test_a_full_disk_is_said_and_the_sweep_goes_on_later(scenario, design, tmp_path, monkeypatch):
    from pyarrow import parquet

    whole = run(scenario, design, tmp_path / "whole").table()
    real, written = parquet.write_table, []

    def full(table, path, **more):
        if len(written) == 3:  # the points, two files of runs
            path.write(b"half of it")
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        written.append(path)
        real(table, path, **more)

    monkeypatch.setattr(parquet, "write_table", full)
    with pytest.raises(StoreError, match="No space left on device.*run the same command again"):
        run(scenario, design, tmp_path / "out")
    assert len(files(tmp_path / "out")) == 2
    monkeypatch.undo()  # which brings larger chunks for new sweeps, too
    same(run(scenario, design, tmp_path / "out").table(), whole)
    assert len(files(tmp_path / "out")) == 5


# --- runs that fail


def test_a_failing_run_is_a_record_and_can_be_tried_again(scenario, design, tmp_path, monkeypatch):
    whole = run(scenario, design, tmp_path / "whole", series=True)
    bad = set(whole.table()["seed"][[3, 4, 17, 44]])
    real = pieces.run_rows

    def sometimes(layout, seeds, *more, **options):
        if bad & set(seeds.tolist()):
            raise ArithmeticError("a rule broke")
        return real(layout, seeds, *more, **options)

    monkeypatch.setattr(pieces, "run_rows", sometimes)
    done = run(scenario, design, tmp_path / "out", series=True)
    failed = done.failed()
    assert done.wrong == len(failed) == whole.table()["seed"].isin(bad).sum()
    assert set(failed["seed"]) == bad and set(failed["stage"]) == {"running"}
    assert failed["error"].str.contains("ArithmeticError: a rule broke").all()
    assert failed["traceback"].str.contains("in sometimes").all() and failed["identity"].is_unique
    rest = whole.table()
    same(done.table(), rest[~rest["seed"].isin(bad)].reset_index(drop=True))
    monkeypatch.undo()
    assert run(scenario, design, tmp_path / "out", series=True).wrong == len(failed)  # only when asked
    asked = []
    counted = pieces.run_piece
    monkeypatch.setattr(engine, "run_piece", lambda piece: asked.append(len(piece.seeds)) or counted(piece))
    again = run(scenario, design, tmp_path / "out", series=True, retry_failed=True)
    assert sum(asked) == len(failed) and again.wrong == 0 and again.failed().empty
    same(again.table(), whole.table())
    same(again.series(), whole.series())
    assert len(files(tmp_path / "out")) == 5


def test_a_point_that_makes_no_scenario_fails_alone(scenario, tmp_path):
    parties = [f"governments.'{name}'.population" for name in scenario.names["governments"]]
    done = run(scenario, designs.factorial(dict.fromkeys(parties, [0, 1]), runs=3), tmp_path / "out")
    assert done.wrong == 3 and set(done.failed()["stage"]) == {"making the scenario"}
    assert done.failed()["error"].str.contains("no party has a population").all() and len(done.table()) == 9


class KilledWorker(Exception):
    """As dask raises it for work that ended its workers several times; told by its name, dask need not be there."""


def test_a_run_that_kills_its_worker_is_a_record(scenario, design, tmp_path):
    from multitrack_sim.running.backends import Serial

    whole = run(scenario, design, tmp_path / "whole").table()
    bad = int(whole["seed"][7])

    class Deadly(Serial):
        def submit(self, function, piece):
            def work(piece):
                if bad in piece.seeds.tolist():
                    raise KilledWorker("attempted to run it on 4 workers")
                return function(piece)

            return super().submit(work, piece)

    done = run(scenario, design, tmp_path / "out", backend=Deadly(), threads=3)
    assert set(done.failed()["seed"]) == {bad} and set(done.failed()["stage"]) == {"the worker died"}
    same(done.table(), whole[whole["seed"] != bad].reset_index(drop=True))


def test_lost_workers_are_said_and_the_sweep_goes_on_later(scenario, design, tmp_path):
    from multitrack_sim.running.backends import Serial

    class Lost(Serial):
        left = 4

        def submit(self, function, piece):
            self.left -= 1
            if self.left == 0:
                raise RuntimeError("cannot schedule new futures after shutdown")
            return super().submit(function, piece)

    with pytest.raises(MultitrackError, match="are lost .*what is finished is kept"):
        run(scenario, design, tmp_path / "out", backend=Lost(), threads=1)
    assert len(run(scenario, design, tmp_path / "out").table()) == 60


# --- stopping


def test_ctrl_c_finishes_what_was_begun(scenario, tmp_path):
    design = designs.latin(VARY, points=60, runs=10)
    whole = run(scenario, design, tmp_path / "whole").table()
    before = signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell's background ignores it

    def interrupt(done, total):
        if done >= 20 and not sent:
            sent.append(done)
            os.kill(os.getpid(), signal.SIGINT)

    sent = []
    with pytest.raises(engine.SweepInterrupted, match=r"of 600 runs, all kept; the same command goes on"):
        run(scenario, design, tmp_path / "out", progress=interrupt)
    about = json.loads((tmp_path / "out" / "manifest.json").read_text())["state"]
    kept = len(files(tmp_path / "out"))
    assert 1 <= kept < 47 and not about["complete"] and len(about["files"]) == kept
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
    signal.signal(signal.SIGINT, before)
    same(run(scenario, design, tmp_path / "out").table(), whole)


def test_until_stops_at_the_same_run_whatever_happens(scenario, tmp_path):
    done = run(scenario, designs.replicates(5000), tmp_path / "out", until=mt.until("talks_opened +- 0.03"))
    assert done.until["widest"] <= 0.03 and done.done < 5000 and done.done == len(done.table())
    low, high, count = done.until["intervals"][0]
    table = done.table()
    assert low <= table["talks_opened"].mean() <= high and count == done.done
    again = run(scenario, designs.replicates(5000), tmp_path / "out", until=mt.until("talks_opened +- 0.03"))
    assert again.done == done.done and again.until["intervals"] == done.until["intervals"]
    other = run(
        scenario, designs.replicates(5000), tmp_path / "b", until=mt.until("talks_opened +- 0.03"), backend="serial"
    )
    same(other.table(), table)
    same(mt.open_sweep(tmp_path / "out").table(), table)
    more = run(scenario, designs.replicates(5000), tmp_path / "out", until=mt.until("talks_opened +- 0.025"))
    assert more.done > done.done
    same(more.table().head(done.done), table)


# --- being killed

SCRIPT = """
import sys
import multitrack_sim as mt
from multitrack_sim import designs
from multitrack_sim.running import plan as sweep_plan
sweep_plan.LONGEST_CHUNK = 50
scenario = mt.scenario_from_codes({"spoilers": 3}).with_settings({"run.months": 60, "society.communities": 50})
design = designs.latin({"track_two.budget": (0, 3), "run.months": [48, 60]}, points=200, runs=10)
if __name__ == "__main__":
    options = {"backend": "dask"} if "dask" in sys.argv else {}
    print("begun", flush=True)
    mt.sweep(scenario, design, out=sys.argv[1], seed=3, threads=2, **options)
"""


def started(tmp_path, *arguments):
    script = tmp_path / "script.py"
    script.write_text(SCRIPT)
    command = [sys.executable, str(script), *map(str, arguments)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)


def runs_there(out):
    return len(list((out / "runs").glob("runs-*"))) if (out / "runs").is_dir() else 0


@pytest.mark.slow
def test_killed_at_any_moment_the_table_is_the_same(tmp_path):
    assert started(tmp_path, tmp_path / "whole").wait() == 0
    whole = mt.open_sweep(tmp_path / "whole").table()
    assert len(whole) == 2000
    chance, before = np.random.default_rng(11), -1
    for _ in range(10):
        child = started(tmp_path, tmp_path / "out")
        child.stdout.readline()
        goal = runs_there(tmp_path / "out") + int(chance.integers(1, 4))
        while child.poll() is None and runs_there(tmp_path / "out") < goal:
            time.sleep(0.002)
        time.sleep(float(chance.uniform(0, 0.1)))
        child.kill()
        child.wait()
        assert runs_there(tmp_path / "out") >= before
        before = runs_there(tmp_path / "out")
    assert started(tmp_path, tmp_path / "out").wait() == 0
    same(mt.open_sweep(tmp_path / "out").table(), whole)
    assert files(tmp_path / "out") == files(tmp_path / "whole")


@pytest.mark.slow
def test_a_dask_worker_killed_in_the_middle(tmp_path):
    distributed = pytest.importorskip("distributed")
    namespace = {}
    exec(SCRIPT.replace("__main__", "not this"), {"__name__": "here", **namespace}, namespace)
    whole = run(namespace["scenario"], namespace["design"], tmp_path / "whole", seed=3)
    with distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, dashboard_address=None, silence_logs=50, host="127.0.0.1"
    ) as cluster:
        killed = []

        def kill_one(done, total):
            if done > 300 and not killed:
                killed.append(next(iter(cluster.workers.values())).pid)
                os.kill(killed[0], signal.SIGKILL)

        address = cluster.scheduler_address
        done = run(
            namespace["scenario"], namespace["design"], tmp_path / "out", seed=3, cluster=address, progress=kill_one
        )
    assert killed and done.wrong == 0
    same(done.table(), whole.table())


def test_dask_without_a_cluster_to_reach(scenario, design, tmp_path, monkeypatch):
    pytest.importorskip("distributed")
    from multitrack_sim.running import backends

    monkeypatch.setattr(backends, "CONNECT", 0.5)
    with pytest.raises(MultitrackError, match="cannot be reached"):
        run(scenario, design, tmp_path / "out", cluster="tcp://127.0.0.1:9")
    with pytest.raises(MultitrackError, match="threads, serial, dask"):
        run(scenario, design, tmp_path / "out", backend="carrier pigeons")


# --- what is refused


def test_everything_that_does_not_fit_is_told_at_once(scenario, tmp_path):
    wrong = designs.factorial(
        {
            "track_two.bugdet": [0, 1],
            "cbm.budget": [0, 99],
            "funding.muted": ["burned", "movd"],
            "codes.track2": [0, 1],
        }
    )
    with pytest.raises(SettingError) as said:
        run(scenario, wrong, tmp_path / "out")
    text = str(said.value)
    assert (
        len(said.value.problems) == 4 and "did you mean 'track_two.budget'" in text and "did you mean 'moved'" in text
    )
    assert "found 99" in text and "not made from codes" in text and not (tmp_path / "out").exists()


# --- the command


def test_the_command_from_a_file_to_a_table(tmp_path, capsys, scenario):
    (tmp_path / "small.toml").write_text(scenario.to_toml())
    (tmp_path / "codes.toml").write_text("spoilers = 3\n")
    out = str(tmp_path / "out")
    asked = [
        "sweep",
        str(tmp_path / "small.toml"),
        "--design",
        "sobol",
        "--vary",
        "track_two.budget=0:3",
        "--points",
        "4",
    ]
    asked += ["--arm", "with:", "--arm", "without: cbm.budget=0", "--runs", "2", "--out", out]
    assert cli.main(asked) == 0
    said = capsys.readouterr().out
    assert "48 runs in" in said and "What drives " in said
    written = pd.read_csv(tmp_path / "out" / "sensitivity.csv")
    again = mt.sensitivity(mt.open_sweep(out), written["outcome"][0])
    kept = written[written["outcome"] == written["outcome"][0]].reset_index(drop=True)
    assert kept["total"].to_numpy() == pytest.approx(again["total"].to_numpy())
    table = mt.open_sweep(out).table()
    assert len(table) == 48 and set(table["arm"]) == {"with", "without"}
    assert cli.main(asked) == 0
    assert "48 of 48 runs are there already" in capsys.readouterr().err
    coded = [
        "sweep",
        str(tmp_path / "codes.toml"),
        "--design",
        "dose-response",
        "--vary",
        "codes.track2=0:4",
        "--points",
        "3",
    ]
    small = ["--set", "run.months=12", "--set", "society.communities=20", "--runs", "3"]
    assert cli.main([*coded, *small, "--out", str(tmp_path / "coded"), "--quiet"]) == 0
    assert mt.open_sweep(tmp_path / "coded").table()["codes.track2"].unique().tolist() == [0.0, 2.0, 4.0]
    many = ["sweep", str(tmp_path / "small.toml"), "--until", "talks_opened +- 0.1", "--out", str(tmp_path / "until")]
    assert cli.main(many) == 0
    assert "confidence sequence" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--vary", "track_two.bugdet=0:1", "--design", "factorial"], "did you mean 'track_two.budget'"),
        (["--vary", "x", "--vary", "y=1:2:3:4"], "is no range"),
        (["--design", "sobl", "--vary", "cbm.budget=0:1"], "did you mean sobol"),
        (["--design", "paired"], "has no arms"),
        (["--design", "sobol"], "names no setting"),
        (["--until", "durble +- 0.01"], "did you mean 'durable'"),
        (["--until", "attacks +- 1"], "no upper bound"),
        (["--until", "highest_agreement +- 1"], "highest_agreement=comprehensive"),
        (["--design", "sobol", "--vary", "cbm.budget=0:1", "--points", "5"], "a power of 2"),
        (["--design", "replicates", "--vary", "cbm.budget=0:1"], "of no use"),
        (["--arm", "without"], "is no arm"),
        (["--backend", "abacus"], "threads, serial, dask"),
        (["--design", "factorial", "--vary", "codes.track2=0:4"], "not made from codes"),
    ],
)
def test_the_command_refuses_in_lines(options, words, tmp_path, capsys):
    assert cli.main(["sweep", "oslo_1993", "--runs", "1", "--out", str(tmp_path / "out"), *options]) == 2
    said = capsys.readouterr().err
    assert words in said and "Traceback" not in said


def test_a_sweep_goes_into_its_indices_and_a_dummy_does_nothing(tmp_path, scenario):
    """The dummy may be varied like a setting, by numbers; an index from the sweep is that of SALib's own sample."""
    design = designs.sobol({"cbm.budget": (0, 3), "dummy": (0, 1)}, points=8, runs=2)
    swept = mt.sweep(scenario, design, out=tmp_path / "sobol", say=print)
    table = swept.table()
    assert table["dummy"].nunique() > 4 and "dummy" not in swept.scenario(3).to_toml()
    same = table.groupby(["cbm.budget", "run"])["spent_measures"].nunique()
    assert (same == 1).all()
    found = mt.sensitivity(swept, "spent_measures").set_index("setting")
    assert found.loc["dummy", "total"] == 0 and found.loc["cbm.budget", "total"] > 0.5
    twin = table.drop_duplicates(["cbm.budget", "run"])
    assert len({swept.identity(row) for row in table.to_dict("records")}) == len(twin)
    with pytest.raises(mt.SettingError, match="numbers"):
        mt.sweep(scenario, designs.factorial({"dummy": ["a", "b"]}), out=tmp_path / "words", say=print)
    other = mt.sweep(scenario, designs.replicates(4), out=tmp_path / "other", say=print)
    with pytest.raises(mt.MultitrackError, match="replicates; allowed: sobol, morris"):
        mt.sensitivity(other, "attacks")
