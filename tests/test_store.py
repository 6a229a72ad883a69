"""Tables of runs, and the folder that they and what is made from them lie in: complete or absent, its own or refused."""

import contextlib
import json
import os
import shutil
import sys

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from pyarrow import parquet
from synthetic import NASTY, made_up_ensemble

import multitrack_sim as mt
from multitrack_sim.designs import paired, replicates
from multitrack_sim.errors import StoreError
from multitrack_sim.running import files as one_file
from multitrack_sim.running import made_from_runs
from multitrack_sim.running.files import LOCK
from multitrack_sim.running.made_from_runs import MadeFromRuns
from multitrack_sim.running.parquet import read_outcomes, schema, write_outcomes
from multitrack_sim.schema.outcomes import OUTCOMES
from multitrack_sim.studies.kept import Keeping, ensembles_of, kept_runs

SCENARIO = mt.scenario_from_codes({}).with_settings({"run.months": 12, "society.communities": 20})
POSIX = pytest.mark.skipif(not hasattr(os, "symlink") or os.name == "nt", reason="needs symbolic links")


def run(path, runs=4, seed=1, scenario=SCENARIO, **more):
    """The runs of a command that keeps them in a folder which is its own alone."""
    keeping = Keeping(path, say=lambda line: None, strict=True, **more)
    return kept_runs(scenario, replicates(runs), seed, keeping)


@pytest.fixture(scope="module")
def ready(tmp_path_factory):
    """A folder with runs in it; tests work on copies."""
    run(tmp_path_factory.mktemp("runs") / "out", command="multitrack run 'a file.toml'")
    return tmp_path_factory.getbasetemp() / "runs0" / "out"


@pytest.fixture
def out(ready, tmp_path):
    shutil.copytree(ready, tmp_path / "out")
    return tmp_path / "out"


def write(path, text="hello"):
    with MadeFromRuns(path).staged() as place:
        place("note.txt").write_text(text)


def manifest(path):
    return json.loads((path / "manifest.json").read_text("utf-8"))


def contents(path):
    """All below a folder, but for the lock, which a program leaves."""
    found = {p.relative_to(path).as_posix(): p.read_bytes() if p.is_file() else None for p in sorted(path.rglob("*"))}
    return {name: content for name, content in found.items() if not name.endswith(LOCK)}


# --- the table


def test_the_schema_is_the_declared_one():
    found = schema()
    assert found.names == ["seed", *OUTCOMES]
    for name, outcome in OUTCOMES.items():
        kind = found.field(name).type
        assert pa.types.is_dictionary(kind) == bool(outcome.values) and (outcome.values or kind == pa.float64())
        assert found.field(name).metadata[b"missing"].decode() == outcome.missing


def test_a_table_comes_back_as_it_was(tmp_path):
    table = made_up_ensemble(runs=30).table
    write_outcomes(table, tmp_path / "t.parquet")
    assert parquet.read_schema(tmp_path / "t.parquet").equals(schema(), check_metadata=True)
    back = read_outcomes(tmp_path / "t.parquet")
    for name in table:
        if not OUTCOMES.get(name) or not OUTCOMES[name].values:
            pd.testing.assert_series_equal(back[name], table[name])
        else:
            assert back[name].tolist() == table[name].tolist()
            assert tuple(back[name].cat.categories) == OUTCOMES[name].values
    stored = parquet.read_table(tmp_path / "t.parquet")
    assert stored["months_to_substantive"].null_count == table["months_to_substantive"].isna().sum() > 0


def test_the_schema_does_not_hang_on_what_came_out(tmp_path):
    """A run in which nothing ever happened has the same columns and types."""
    table = made_up_ensemble(runs=3, months=3).table
    for name, outcome in OUTCOMES.items():
        table[name] = pd.Series([None] * 3, dtype=object) if outcome.values else np.nan
    write_outcomes(table, tmp_path / "t.parquet")
    assert parquet.read_schema(tmp_path / "t.parquet").equals(schema(), check_metadata=True)
    assert read_outcomes(tmp_path / "t.parquet")["highest_agreement"].isna().all()


def test_seeds_up_to_the_largest_are_kept(tmp_path):
    table = made_up_ensemble(runs=2).table.assign(seed=[0, 2**53 - 1])
    write_outcomes(table, tmp_path / "t.parquet")
    assert read_outcomes(tmp_path / "t.parquet")["seed"].tolist() == [0, 2**53 - 1]


def test_what_does_not_fit_is_refused_all_at_once(tmp_path):
    table = made_up_ensemble(runs=2).table.astype({"highest_agreement": str}).drop(columns="attacks")
    with pytest.raises(StoreError, match="attacks") as refused:
        write_outcomes(table.assign(**{NASTY: 1}), tmp_path / "t.parquet")
    assert len(refused.value.problems) == 2 and "\x1b" not in str(refused.value)
    table = made_up_ensemble(runs=2).table.astype({"highest_agreement": str, "violence_total": object})
    table.loc[0, "highest_agreement"], table.loc[0, "violence_total"] = NASTY, "much"
    with pytest.raises(StoreError, match="is no value of it") as refused:
        write_outcomes(table, tmp_path / "t.parquet")
    assert len(refused.value.problems) == 2 and "\x1b" not in str(refused.value)
    assert not (tmp_path / "t.parquet").exists()


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs pipes and links")
@pytest.mark.parametrize(
    "harm", ["no seed", "an outcome less", "cut", "a byte", "a pipe", "a device", "a folder", "removed"]
)
def test_what_is_no_table_of_runs_is_a_line(tmp_path, harm):
    path = tmp_path / "outcomes.parquet"
    write_outcomes(made_up_ensemble(runs=5).table, path)
    whole = path.read_bytes()
    if harm in ("no seed", "an outcome less"):
        parquet.write_table(parquet.read_table(path).drop_columns(["seed" if harm == "no seed" else "attacks"]), path)
    else:
        path.unlink()
    {
        "cut": lambda: path.write_bytes(whole[:-40]),
        "a byte": lambda: path.write_bytes(whole[:-30] + b"\xff" * 10 + whole[-20:]),
        "a pipe": lambda: os.mkfifo(path),
        "a device": lambda: path.symlink_to("/dev/zero"),
        "a folder": lambda: path.mkdir(),
    }.get(harm, lambda: None)()
    with pytest.raises(StoreError, match="cannot be read") as refused:
        read_outcomes(tmp_path)
    assert len(refused.value.problems) == 1 and str(refused.value).isprintable()


@pytest.mark.parametrize("content", [b"", b"PAR1", b"not parquet at all"])
def test_what_is_no_table_is_refused(tmp_path, content):
    (tmp_path / "outcomes.parquet").write_bytes(content)
    with pytest.raises(StoreError, match="cannot be read"):
        read_outcomes(tmp_path)


# --- the folder


def test_a_folder_has_its_runs_what_was_made_from_them_and_one_manifest(out):
    write(out)
    about = manifest(out)
    assert set(contents(out)) >= {"manifest.json", "scenario.toml", "points.parquet", "note.txt", "runs"}
    assert about["made_by"] == "multitrack_sim" and about["command"] == "multitrack run 'a file.toml'"
    assert (about["sweep"]["seed"], about["sweep"]["runs"]) == (1, 4) and "run_seed" in about["run_seeds"]
    assert {"python", "numpy", "numba", "mesa", "multitrack_sim"} <= set(about["versions"])
    assert about["versions"]["python"] == sys.version.split()[0]
    assert about["processor"] and about["processor_features"] and about["platform"] and about["libm"]
    assert about["started"] <= about["written"]
    assert about["files"]["note.txt"]["bytes"] == (out / "note.txt").stat().st_size
    assert mt.load(out / "scenario.toml") == SCENARIO


def test_what_is_kept_is_what_memory_gives_bit_for_bit(tmp_path):
    done = run(tmp_path / "out", runs=9, seed=5, series=True)
    (kept,) = ensembles_of(done, {"": SCENARIO}).values()
    once = mt.run_ensemble(SCENARIO, 9, seed=5, series=True)
    pd.testing.assert_frame_equal(kept.table, once.table, check_exact=True)
    assert kept.series.tobytes() == once.series.tobytes()


def test_an_empty_folder_and_what_the_system_leaves_are_fine(tmp_path):
    (tmp_path / ".DS_Store").write_bytes(b"x")
    run(tmp_path)
    write(tmp_path)
    run(tmp_path)
    assert (tmp_path / "note.txt").read_text() == "hello" and (tmp_path / ".DS_Store").read_bytes() == b"x"


def test_the_same_run_is_written_again(out):
    write(out, "first")
    runs = sorted(os.listdir(out / "runs"))
    run(out, command="other words")
    with MadeFromRuns(out).staged() as place:
        place("other.txt").write_text("second")
    assert sorted(os.listdir(out / "runs")) == runs and (out / "other.txt").read_text() == "second"
    assert not (out / "note.txt").exists() and list(manifest(out)["files"]) == [
        "other.txt"
    ]  # what it no longer has is gone


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"seed": 2}, "seed 1, not 2"),
        ({"runs": 11}, "4 runs of each point, not 11"),
        ({"series": True}, "series False, not True"),
        ({"scenario": SCENARIO.with_settings({"cbm.budget": 2})}, "another scenario, other points or other settings"),
    ],
)
def test_another_run_is_refused_and_nothing_is_touched(out, change, reason):
    write(out)
    before = contents(out)
    with pytest.raises(StoreError, match=f"holds another run .{reason}"):
        run(out, **change)
    assert contents(out) == before


@pytest.mark.parametrize(
    "found",
    [
        {"thesis.docx": "years of work"},
        {".hidden": ""},
        {"outcomes.parquet": "of whom?"},
        {"manifest.json": "{}"},
        {"manifest.json": "[" * 100_000},
        {"manifest.json": '{"made_by": "multitrack_sim", "files": ["no"]}'},
        {"manifest.json": "\0\xff"},
        {NASTY.replace("/", "-").replace("\0", ""): ""},
        {"sub/file": ""},
    ],
)
def test_strange_things_are_refused_and_not_touched(tmp_path, found):
    for name, text in found.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    before = contents(tmp_path)
    with pytest.raises(StoreError, match="holds no run of ours") as refused:
        run(tmp_path)
    assert str(refused.value).isprintable()
    with pytest.raises(StoreError):
        write(tmp_path)
    assert contents(tmp_path) == before


@pytest.mark.parametrize("name", ["my notes.txt", "sub/file", ".hidden", "scenario.txt"])
def test_our_run_with_strange_things_beside_it_is_refused(out, name):
    write(out)
    (out / name).parent.mkdir(exist_ok=True)
    (out / name).write_text("years of work")
    before = contents(out)
    with pytest.raises(StoreError, match="what is not of it .*" + name.partition("/")[0]):
        run(out)
    assert contents(out) == before


def test_a_file_and_a_place_below_a_file_are_refused(tmp_path):
    (tmp_path / "file").write_text("x")
    for path in (tmp_path / "file", tmp_path / "file" / "below"):
        with pytest.raises(StoreError, match="is not a folder|cannot be"):
            run(path)


@POSIX
def test_a_link_that_leads_nowhere_is_refused(tmp_path):
    (tmp_path / "link").symlink_to(tmp_path / "nowhere")
    with pytest.raises(StoreError, match="leads nowhere"):
        run(tmp_path / "link")


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="needs a user whom permissions bind")
def test_a_place_without_permission_is_refused_before_the_run(tmp_path):
    (tmp_path / "closed").mkdir(mode=0o500)
    with pytest.raises(StoreError, match="no permission"):
        run(tmp_path / "closed" / "new")


@pytest.mark.parametrize("problem", [KeyboardInterrupt(), RuntimeError("bug"), OSError(28, "No space left on device")])
@pytest.mark.parametrize("existing", [False, True])
def test_an_interrupted_write_leaves_what_was_there(out, problem, existing):
    if existing:
        write(out, "first")
    before = contents(out)
    with pytest.raises(StoreError if isinstance(problem, OSError) else type(problem)):
        with MadeFromRuns(out).staged() as place:
            place("note.txt").write_text("half of")
            place("more.txt").write_text("")
            raise problem
    assert contents(out) == before


def test_a_failure_at_the_last_step_leaves_nothing(out, monkeypatch):
    def refuse(*_):
        raise OSError(5, "Input/output error")

    before = contents(out)
    monkeypatch.setattr(one_file.os, "fsync", refuse)
    with pytest.raises(StoreError, match="Input/output error"):
        write(out)
    assert contents(out) == before


@pytest.mark.parametrize("when", ["before the manifest", "before the first file", "between the files"])
def test_killed_while_files_take_their_places(out, monkeypatch, when):
    """Whenever the machine stops, the folder is known again, and the same command makes all of it."""
    write(out, "first")

    class Killed(BaseException):
        pass

    replaced, replace = [], os.replace

    def dying(*arguments):
        replaced.append(arguments)
        if when != "between the files" or len(replaced) > 1:
            raise Killed
        replace(*arguments)

    with monkeypatch.context() as now:
        if when == "before the manifest":
            now.setattr(made_from_runs, "put", dying)
        now.setattr(made_from_runs.os, "replace", dying)
        with pytest.raises(Killed), MadeFromRuns(out).staged() as place:
            place("note.txt").write_text("second")
            place("page.html").write_text("page")
    run(out)
    with MadeFromRuns(out).staged() as place:
        place("note.txt").write_text("second")
        place("page.html").write_text("page")
    assert ((out / "note.txt").read_text(), (out / "page.html").read_text()) == ("second", "page")
    assert set(manifest(out)["files"]) == {"note.txt", "page.html"} and not (out / "set_aside").exists()


def test_what_a_killed_run_left_half_written_goes(out):
    half = out / ".multitrack-partial-0123456789ab-note.txt"
    half.write_text("x")
    run(out)
    assert not half.exists()


@pytest.mark.parametrize("name", ["../up.txt", "a/b.txt", ".hidden", "", "..", NASTY + "/x", "manifest.json"])
def test_only_plain_names_are_staged(out, name):
    before = contents(out)
    with pytest.raises(StoreError, match="no plain file name"):
        with MadeFromRuns(out).staged() as place:
            place(name)
    assert contents(out) == before


def test_nothing_is_made_where_there_are_no_runs(tmp_path):
    with pytest.raises(StoreError, match="holds no sweep"):
        write(tmp_path)
    assert os.listdir(tmp_path) == [LOCK]


def test_nasty_names_go_through_the_manifest(tmp_path):
    name = "".join(c for c in NASTY if c.isprintable())[:80]
    keeping = Keeping(tmp_path / "out", say=lambda line: None, command=NASTY, strict=True)
    kept_runs(SCENARIO, paired({name: {}, "b": {"cbm.budget": 0}}, 2), 1, keeping)
    text = (tmp_path / "out" / "manifest.json").read_text("utf-8")
    assert text.isascii() and "\x1b" not in text
    assert list(manifest(tmp_path / "out")["sweep"]["arms"]) == [name, "b"]


def test_a_lost_manifest_is_made_anew_and_what_stands_in_the_way_is_kept(out):
    write(out, "first")
    (out / "manifest.json").unlink()
    run(out)
    write(out, "second")
    assert (out / "note.txt").read_text() == "second" and (out / "set_aside" / "note.txt").read_text() == "first"
    run(out)  # what was set aside is not strange


# --- links


@POSIX
@pytest.mark.parametrize("name", ["note.txt", "manifest.json", "more.txt", "scenario.toml", "runs"])
def test_nothing_is_written_through_a_link(out, tmp_path, name):
    """A link in the place of a file of ours is refused; one that comes while we run is replaced, or refused."""
    precious = tmp_path / "precious"
    precious.mkdir() if name == "runs" else precious.write_text("years of work")
    write(out)
    if (out / name).is_dir():
        shutil.rmtree(out / name)
    (out / name).unlink(missing_ok=True)
    (out / name).symlink_to(precious)
    before = contents(precious) if name == "runs" else precious.read_text()
    with pytest.raises(StoreError) if name != "manifest.json" else contextlib.nullcontext():
        run(out)  # a manifest that is none is set aside, and made anew from the runs
    try:
        write(out, "through")
    except StoreError:
        pass
    assert (contents(precious) if name == "runs" else precious.read_text()) == before


@POSIX
def test_a_hidden_file_is_made_new(out, tmp_path, monkeypatch):
    """Whoever guesses the hidden name and puts a link there gets a refusal, not our file."""
    precious = tmp_path / "precious"
    precious.write_text("years of work")
    monkeypatch.setattr(one_file.secrets, "token_hex", lambda length: "0" * 2 * length)
    for name in ("-note.txt", ""):
        (out / f".multitrack-partial-{'0' * 12}{name}").symlink_to(precious)
    with pytest.raises(StoreError, match="File exists"):
        write(out)
    with pytest.raises(StoreError, match="exists already"):
        one_file.write_whole(out / "new.txt", "text")
    assert precious.read_text() == "years of work"


@POSIX
@pytest.mark.parametrize("replace", [False, True])
def test_one_file_replaces_a_link_or_refuses_it(tmp_path, replace):
    precious = tmp_path / "precious"
    precious.write_text("years of work")
    (tmp_path / "link").symlink_to(precious)
    if replace:
        one_file.write_whole(tmp_path / "link", "new", replace=True)
        assert (tmp_path / "link").read_text() == "new" and not (tmp_path / "link").is_symlink()
    else:
        with pytest.raises(StoreError, match="exists already"):
            one_file.write_whole(tmp_path / "link", "new")
    assert precious.read_text() == "years of work"


def test_no_file_is_staged_twice(out):
    before = contents(out)
    with pytest.raises(StoreError, match="would be written twice"):
        with MadeFromRuns(out).staged() as place:
            place("arm_a.png"), place("ARM_A.png")
    assert contents(out) == before


def test_files_can_be_added_to_a_folder_and_what_is_there_stays(out):
    made, before = MadeFromRuns(out), set(contents(out))
    with made.staged() as stage:
        stage("table").write_text("1")
    with made.staged(adding=True) as stage:
        stage("picture").write_text("2")
    with pytest.raises(RuntimeError), made.staged(adding=True) as stage:
        stage("page").write_text("3")
        raise RuntimeError
    assert set(contents(out)) - before == {"table", "picture"}
    assert {name: file["bytes"] for name, file in manifest(out)["files"].items()} == {"table": 1, "picture": 1}
    with made.staged() as stage:  # written anew, what is not of it goes
        stage("table").write_text("4")
    assert set(contents(out)) - before == {"table"}
