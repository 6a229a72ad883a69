"""A folder of results: complete or absent, its own or refused."""

import json
import os
import sys

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from pyarrow import parquet
from synthetic import NASTY, made_up_ensemble

from multitrack_sim.errors import StoreError
from multitrack_sim.running import files as one_file
from multitrack_sim.running import run_folder as store
from multitrack_sim.running.parquet import read_outcomes, schema, write_outcomes
from multitrack_sim.running.plan import Arm, Plan
from multitrack_sim.running.run_folder import RunFolder
from multitrack_sim.schema.outcomes import OUTCOMES


def a_plan(**changes):
    arms = changes.pop(
        "arms", [Arm("all", "A conflict", "title = 'A conflict'", {"written": {"run.months": 240}}, "a.toml")]
    )
    command = ["multitrack", "run", "a file.toml", "--runs", "10"]
    return Plan(**{"arms": arms, "runs": 10, "seed": 1, "model_version": "f" * 16, "command": command, **changes})


def write(folder, text="hello"):
    with folder.staged() as place:
        place("note.txt").write_text(text)


def contents(path):
    return {p.relative_to(path).as_posix(): p.read_bytes() if p.is_file() else None for p in sorted(path.rglob("*"))}


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
    assert stored["months_to_agreement"].null_count == table["months_to_agreement"].isna().sum() > 0


def test_the_schema_does_not_hang_on_what_came_out(tmp_path):
    """A run in which nothing ever happened has the same columns and types."""
    table = made_up_ensemble(runs=3, months=3).table
    for name, outcome in OUTCOMES.items():
        table[name] = pd.Series([None] * 3, dtype=object) if outcome.values else np.nan
    write_outcomes(table, tmp_path / "t.parquet")
    assert parquet.read_schema(tmp_path / "t.parquet").equals(schema(), check_metadata=True)
    assert read_outcomes(tmp_path / "t.parquet")["agreement"].isna().all()


def test_seeds_up_to_the_largest_are_kept(tmp_path):
    table = made_up_ensemble(runs=2).table.assign(seed=[0, 2**53 - 1])
    write_outcomes(table, tmp_path / "t.parquet")
    assert read_outcomes(tmp_path / "t.parquet")["seed"].tolist() == [0, 2**53 - 1]


def test_what_does_not_fit_is_refused_all_at_once(tmp_path):
    table = made_up_ensemble(runs=2).table.astype({"agreement": str}).drop(columns="attacks")
    with pytest.raises(StoreError, match="attacks") as refused:
        write_outcomes(table.assign(**{NASTY: 1}), tmp_path / "t.parquet")
    assert len(refused.value.problems) == 2 and "\x1b" not in str(refused.value)
    table = made_up_ensemble(runs=2).table.astype({"agreement": str, "violence_total": object})
    table.loc[0, "agreement"], table.loc[0, "violence_total"] = NASTY, "much"
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


def test_a_new_folder_gets_everything_and_a_manifest(tmp_path):
    folder = RunFolder(tmp_path / "deep" / "new", a_plan())
    folder.check()
    table = made_up_ensemble(runs=10).table
    with folder.staged({"all": table}) as place:
        write_outcomes(table, place("outcomes.parquet"))
        assert all(name.startswith(".") for name in os.listdir(folder.path))  # hidden until all is there
    assert sorted(os.listdir(folder.path)) == ["manifest.json", "outcomes.parquet"]
    about = json.loads((folder.path / "manifest.json").read_text())
    assert about["made_by"] == "multitrack_sim" and about["identity"] == a_plan().identity
    assert (about["seed"], about["runs"], about["model_version"]) == (1, 10, "f" * 16)
    assert about["arms"][0]["scenario"] == "title = 'A conflict'" and about["arms"][0]["runs_done"] == 10
    assert about["arms"][0]["settings"] == {"written": {"run.months": 240}}
    assert "a file.toml" in about["command"] and "run_seed" in about["run_seeds"]
    assert {"python", "numpy", "numba", "mesa", "multitrack_sim"} <= set(about["versions"])
    assert about["versions"]["python"] == sys.version.split()[0]
    assert about["processor"] and about["processor_features"] and about["platform"] and about["libm"]
    assert about["started"] <= about["finished"]
    assert about["files"]["outcomes.parquet"]["bytes"] == (folder.path / "outcomes.parquet").stat().st_size


def test_an_empty_folder_and_what_the_system_leaves_are_fine(tmp_path):
    (tmp_path / ".DS_Store").write_bytes(b"x")
    folder = RunFolder(tmp_path, a_plan())
    folder.check()
    write(folder)
    assert (tmp_path / "note.txt").read_text() == "hello"


def test_the_same_run_is_written_again(tmp_path):
    write(RunFolder(tmp_path, a_plan()), "first")
    again = RunFolder(tmp_path, a_plan(command=("other", "words")))
    again.check()
    with again.staged() as place:
        place("other.txt").write_text("second")
    assert sorted(os.listdir(tmp_path)) == ["manifest.json", "other.txt"]  # what this run no longer has is gone


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"seed": 2}, "seed 1, not 2"),
        ({"runs": 11}, "10 runs, not 11"),
        ({"model_version": "e" * 16}, "another version of the model"),
        ({"arms": [Arm("all", "A conflict", "title = 'B'", {})]}, "another scenario or other settings"),
    ],
)
def test_another_run_is_refused_and_nothing_is_touched(tmp_path, change, reason):
    write(RunFolder(tmp_path, a_plan()))
    before = contents(tmp_path)
    other = RunFolder(tmp_path, a_plan(**change))
    with pytest.raises(StoreError, match=reason):
        other.check()
    with pytest.raises(StoreError, match="another run"):  # also when it came while we were running
        write(other, "mine")
    assert contents(tmp_path) == before


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
    folder = RunFolder(tmp_path, a_plan())
    with pytest.raises(StoreError, match="holds no run of ours") as refused:
        folder.check()
    assert str(refused.value).isprintable()
    with pytest.raises(StoreError):
        write(folder)
    assert contents(tmp_path) == before


def test_our_run_with_strange_things_beside_it_is_refused(tmp_path):
    write(RunFolder(tmp_path, a_plan()))
    (tmp_path / "my notes.txt").write_text("years of work")
    before = contents(tmp_path)
    with pytest.raises(StoreError, match="what is not of it .*my notes.txt"):
        RunFolder(tmp_path, a_plan()).check()
    assert contents(tmp_path) == before


def test_a_file_and_a_place_below_a_file_are_refused(tmp_path):
    (tmp_path / "file").write_text("x")
    for path, message in [
        (tmp_path / "file", "is not a folder"),
        (tmp_path / "file" / "below", "is not a folder|cannot be"),
    ]:
        with pytest.raises(StoreError, match=message):
            RunFolder(path, a_plan()).check()


@pytest.mark.skipif(not hasattr(os, "symlink") or os.name == "nt", reason="needs symbolic links")
def test_a_link_that_leads_nowhere_is_refused(tmp_path):
    (tmp_path / "link").symlink_to(tmp_path / "nowhere")
    with pytest.raises(StoreError, match="leads nowhere"):
        RunFolder(tmp_path / "link", a_plan()).check()


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="needs a user whom permissions bind")
def test_a_place_without_permission_is_refused_before_the_run(tmp_path):
    (tmp_path / "closed").mkdir(mode=0o500)
    with pytest.raises(StoreError, match="no permission"):
        RunFolder(tmp_path / "closed" / "new", a_plan()).check()


@pytest.mark.parametrize("problem", [KeyboardInterrupt(), RuntimeError("bug"), OSError(28, "No space left on device")])
@pytest.mark.parametrize("existing", [False, True])
def test_an_interrupted_write_leaves_nothing(tmp_path, problem, existing):
    path = tmp_path / "a" / "b"
    if existing:
        write(RunFolder(path, a_plan()), "first")
    before = contents(tmp_path)
    with pytest.raises(StoreError if isinstance(problem, OSError) else type(problem)):
        with RunFolder(path, a_plan()).staged() as place:
            place("note.txt").write_text("half of")
            place("more.txt").write_text("")
            raise problem
    assert contents(tmp_path) == before  # made folders are gone too; what was there is as it was


def test_a_failure_at_the_last_step_leaves_nothing(tmp_path, monkeypatch):
    def refuse(*_):
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(store.os, "fsync", refuse)
    with pytest.raises(StoreError, match="Input/output error"):
        write(RunFolder(tmp_path / "new", a_plan()))
    assert not (tmp_path / "new").exists()


def test_what_a_killed_run_left_is_no_obstacle_and_goes_in_time(tmp_path):
    old, young = (tmp_path / f".multitrack-partial-{name}-note.txt" for name in ("old", "young"))
    old.write_text("x")
    young.write_text("x")
    os.utime(old, (1, 1))
    folder = RunFolder(tmp_path, a_plan())
    folder.check()
    write(folder)
    assert not old.exists() and young.exists()  # the young one may be somebody's who is writing now


@pytest.mark.parametrize("name", ["../up.txt", "a/b.txt", ".hidden", "", "..", NASTY + "/x"])
def test_only_plain_names_are_staged(tmp_path, name):
    with pytest.raises(StoreError, match="no plain file name"):
        with RunFolder(tmp_path / "new", a_plan()).staged() as place:
            place(name)
    assert not (tmp_path / "new").exists()


def test_nasty_names_go_through_the_manifest(tmp_path):
    plan = a_plan(
        arms=[Arm("all", NASTY, f"title = {NASTY!r}", {"changed": {f"issues.{NASTY}.weight": 1}}, NASTY)],
        command=["x", NASTY],
    )
    write(RunFolder(tmp_path, plan))
    text = (tmp_path / "manifest.json").read_text("utf-8")
    assert text.isascii() and "\x1b" not in text
    assert json.loads(text)["arms"][0]["title"] == NASTY


def test_identity_is_of_content_only():
    assert a_plan().identity == a_plan(command=("x",)).identity
    assert a_plan(runs=1, seed=11).identity != a_plan(runs=11, seed=1).identity


# --- links


@pytest.mark.skipif(os.name == "nt", reason="needs symbolic links")
@pytest.mark.parametrize("name", ["note.txt", "manifest.json", "more.txt"])
def test_nothing_is_written_through_a_link(tmp_path, name):
    """A link in the place of a file of ours is refused; one that comes while we run is replaced, or refused."""
    precious = tmp_path / "precious"
    precious.write_text("years of work")
    folder = RunFolder(tmp_path / "out", a_plan())
    write(folder)
    (folder.path / name).unlink(missing_ok=True)
    (folder.path / name).symlink_to(precious)
    before = os.listdir(folder.path)
    with pytest.raises(StoreError):
        folder.check()
    with pytest.raises(StoreError):
        write(folder, "through")
    assert precious.read_text() == "years of work" and os.listdir(folder.path) == before


@pytest.mark.skipif(os.name == "nt", reason="needs symbolic links")
def test_a_hidden_file_is_made_new(tmp_path, monkeypatch):
    """Whoever guesses the hidden name and puts a link there gets a refusal, not our file."""
    precious = tmp_path / "precious"
    precious.write_text("years of work")
    monkeypatch.setattr(one_file.secrets, "token_hex", lambda length: "0" * 2 * length)
    (tmp_path / "out").mkdir()
    for name in ("-note.txt", ""):
        (tmp_path / "out" / f".multitrack-partial-{'0' * 12}{name}").symlink_to(precious)
    with pytest.raises(StoreError, match="File exists"):
        write(RunFolder(tmp_path / "out", a_plan()))
    with pytest.raises(StoreError, match="exists already"):
        one_file.write_whole(tmp_path / "out" / "new.txt", "text")
    assert precious.read_text() == "years of work"


@pytest.mark.skipif(os.name == "nt", reason="needs symbolic links")
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


def test_no_file_is_staged_twice(tmp_path):
    with pytest.raises(StoreError, match="would be written twice"):
        with RunFolder(tmp_path / "new", a_plan()).staged() as place:
            place("arm_a.png"), place("ARM_A.png")
    assert not (tmp_path / "new").exists()


def test_files_can_be_added_to_a_folder_and_what_is_there_stays(tmp_path):
    folder = RunFolder(tmp_path / "out", Plan([Arm("all", "A", "title = 'A'", {})], 1, 1, "f"))
    with folder.staged() as stage:
        stage("table").write_text("1")
    with folder.staged(adding=True) as stage:
        stage("picture").write_text("2")
    with pytest.raises(RuntimeError), folder.staged(adding=True) as stage:
        stage("page").write_text("3")
        raise RuntimeError
    assert {path.name for path in folder.path.iterdir()} == {"manifest.json", "table", "picture"}
    about = json.loads((folder.path / "manifest.json").read_text("utf-8"))
    assert {name: file["bytes"] for name, file in about["files"].items()} == {"table": 1, "picture": 1}
    with folder.staged() as stage:  # written anew, what is not of it goes
        stage("table").write_text("4")
    assert {path.name for path in folder.path.iterdir()} == {"manifest.json", "table"}
