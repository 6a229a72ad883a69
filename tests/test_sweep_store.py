"""The folder of a sweep, disturbed in every way we could think of: rows are never doubled, never lost in silence."""

import hashlib
import json
import os
import shutil
import stat
import tempfile
import warnings
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from pyarrow import parquet

import multitrack_sim as mt
from multitrack_sim import designs
from multitrack_sim.cli import main as cli
from multitrack_sim.errors import MultitrackError, StoreError
from multitrack_sim.running import plan as sweep_plan
from multitrack_sim.running import runner as engine
from multitrack_sim.running import worker as pieces
from multitrack_sim.running.files import LOCK, alone, set_aside, write_whole
from multitrack_sim.running.sweep_store import kept_of

ARMS = {"with": {}, "without": {"cbm.budget": 0}}
POSIX = pytest.mark.skipif(os.name == "nt", reason="needs links and permissions")


@pytest.fixture(autouse=True)
def small_chunks(monkeypatch):
    monkeypatch.setattr(sweep_plan, "LONGEST_CHUNK", 7)


@pytest.fixture(scope="module")
def scenario():
    return mt.scenario_from_codes({"spoilers": 3}).with_settings({"run.months": 12, "society.communities": 20})


@pytest.fixture(scope="module")
def design():
    vary = {"track_two.budget": (0, 3), "funding.muted": ["burned", "moved"]}
    return designs.latin(vary, points=3, runs=6).with_arms(ARMS)  # 36 runs, 6 chunks


@pytest.fixture(scope="module")
def finished(scenario, design, tmp_path_factory):
    """One sweep with its months, whole; tests work on copies."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sweep_plan, "LONGEST_CHUNK", 7)
        return sweep(scenario, design, tmp_path_factory.mktemp("sweep") / "out", series=True)


@pytest.fixture
def out(finished, tmp_path):
    shutil.copytree(finished.path, tmp_path / "out")
    return tmp_path / "out"


def sweep(scenario, design, out, **options):
    return mt.sweep(scenario, design, out=out, **{"threads": 2, "say": lambda line: None, **options})


def same(one, other):
    pd.testing.assert_frame_equal(one, other, check_exact=True)


def files(out, kind="runs"):
    return sorted((out / kind).glob(f"{kind}-*.parquet"))


def contents(path):
    return {p.relative_to(path).as_posix(): p.read_bytes() for p in sorted(path.rglob("*")) if p.is_file()}


def renamed(file, chunk=None, turn=None):
    """The name a file would have as another chunk or turn, with its true hash."""
    kept = kept_of(file.name)
    hashed = hashlib.sha256(file.read_bytes()).hexdigest()[:32]
    chunk = kept.chunk if chunk is None else chunk
    return file.with_name(f"{kept.kind}-{chunk:06d}.{kept.turn if turn is None else turn}.{hashed}.parquet")


def rewritten(file, change):
    """Put another table into a file, under a name with the right hash."""
    table = change(parquet.read_table(file))
    file.unlink()
    made = file.with_name("new")
    parquet.write_table(table, made)
    kept = kept_of(file.name)
    made.rename(renamed_as(made, kept))


def renamed_as(made, kept):
    hashed = hashlib.sha256(made.read_bytes()).hexdigest()[:32]
    return made.with_name(f"{kept.kind}-{kept.chunk:06d}.{kept.turn}.{hashed}.parquet")


def signed_for(table, chunk, rows=None):
    """The table with a signature that claims to be this chunk."""
    about = json.loads(table.schema.metadata[b"multitrack_sweep"])
    about |= {"chunk": chunk, "rows": len(table) if rows is None else rows}
    return table.replace_schema_metadata({b"multitrack_sweep": json.dumps(about).encode()})


def permuted(table):
    return table.take(list(reversed(range(len(table)))))


def doubled(table):
    return signed_for(table.take([0, 0, *range(2, len(table))]), 2)


def another(column):
    def change(table):
        at = table.column_names.index(column)
        values = table[column].to_pylist()
        made = pa.array([v + 1 for v in values], table.schema.field(column).type)
        return table.set_column(at, table.schema.field(column), made)

    return change


def swapped_words(column, words):
    def change(table):
        at = table.column_names.index(column)
        values = [words[v] for v in table[column].to_pylist()]
        made = pa.DictionaryArray.from_arrays(
            pa.array([list(words).index(v) for v in values], pa.int8()), pa.array(list(words))
        )
        return table.set_column(at, table.schema.field(column), made)

    return change


DISTURBANCES = {
    "removed": lambda f: f[2].unlink(),
    "renamed to another chunk": lambda f: f[2].rename(renamed(f[2], chunk=40)),
    "copied over another": lambda f: (shutil.copy(f[1], renamed(f[1], chunk=2)), f[2].unlink()),
    "copied over another under its very name": lambda f: shutil.copy(f[1], f[2]),
    "copied beside it as a later turn": lambda f: (shutil.copy(f[1], renamed(f[1], chunk=2, turn=5)), f[2].unlink()),
    "swapped with another": lambda f: (f[1].rename(renamed(f[1], chunk=2)), f[2].rename(renamed(f[2], chunk=1))),
    "cut short": lambda f: f[2].write_bytes(f[2].read_bytes()[:-30]),
    "emptied": lambda f: f[2].write_bytes(b""),
    "no Parquet, right hash": lambda f: (f[2].write_bytes(b"PAR1 hello PAR1"), f[2].rename(renamed(f[2]))),
    "rows in another order": lambda f: rewritten(f[2], permuted),
    "a row doubled, one lost": lambda f: rewritten(f[2], doubled),
    "rows missing": lambda f: rewritten(f[2], lambda t: t.slice(0, len(t) - 1)),
    "rows missing, signed": lambda f: rewritten(f[2], lambda t: signed_for(t.slice(0, len(t) - 1), 2)),
    "no rows": lambda f: rewritten(f[2], lambda t: t.slice(0, 0)),
    "another chunk, signed for this": lambda f: rewritten(f[2], lambda t: signed_for(parquet.read_table(f[1]), 2)),
    "not signed": lambda f: rewritten(f[2], lambda t: t.replace_schema_metadata(None)),
    "signed oddly": lambda f: rewritten(f[2], lambda t: t.replace_schema_metadata({b"multitrack_sweep": b"[" * 9999})),
    "of another sweep": lambda f: rewritten(
        f[2], lambda t: t.replace_schema_metadata({b"multitrack_sweep": b'{"identity": "other"}'})
    ),
    "a column less": lambda f: rewritten(f[2], lambda t: t.drop_columns(["run"])),
    "a column more": lambda f: rewritten(f[2], lambda t: t.append_column("more", pa.array([1.0] * len(t)))),
    "another type": lambda f: rewritten(
        f[2], lambda t: t.cast(pa.schema([x.with_type(pa.int32()) if x.name == "run" else x for x in t.schema]))
    ),
    "other runs": lambda f: rewritten(f[2], another("run")),
    "other points": lambda f: rewritten(f[2], another("point")),
    "other arms": lambda f: rewritten(f[2], swapped_words("arm", {"with": "without", "without": "with"})),
    "a folder in its place": lambda f: (f[2].unlink(), f[2].mkdir()),
}
OF_RUNS = {
    "other seeds": lambda f: rewritten(f[2], another("seed")),
    "other settings": lambda f: rewritten(f[2], another("track_two.budget")),
    "other words": lambda f: rewritten(f[2], swapped_words("funding.muted", {"burned": "moved", "moved": "burned"})),
}
OF_MONTHS = {"other months": lambda f: rewritten(f[2], another("month"))}
UNIX_ONLY = {
    "a pipe in its place": lambda f: (f[2].unlink(), os.mkfifo(f[2])),
    "a link that leads nowhere": lambda f: (f[2].unlink(), f[2].symlink_to(f[2].parent / "nowhere")),
    "a link to another chunk": lambda f: (f[2].unlink(), f[2].symlink_to(f[1])),
    "a link to a device": lambda f: (f[2].unlink(), f[2].symlink_to("/dev/zero")),
}
CASES = [("runs", name, harm) for name, harm in (DISTURBANCES | OF_RUNS).items()]
CASES += [("series", name, harm) for name, harm in (DISTURBANCES | OF_MONTHS).items()]
CASES += [(kind, name, harm) for kind in ("runs", "series") for name, harm in UNIX_ONLY.items() if os.name != "nt"]


@pytest.mark.parametrize(("kind", "harm"), [(k, h) for k, _, h in CASES], ids=[f"{k}: {n}" for k, n, _ in CASES])
def test_a_file_that_is_not_what_its_name_says(kind, harm, scenario, design, finished, out):
    before = {hashlib.sha256(p.read_bytes()).hexdigest() for p in files(out, kind)}
    harm(files(out, kind))
    odd = {p for p in files(out, kind) if p.is_file() and not p.is_symlink()}
    held = {hashlib.sha256(p.read_bytes()).hexdigest() for p in odd} | before

    opened = mt.open_sweep(out)  # reading refuses, says which runs are lost, and gives the rest on wish
    read = opened.table if kind == "runs" else opened.series
    with pytest.raises(StoreError, match=r"of 36 runs are lost \(runs .* to .*run the same command again") as refused:
        read()
    assert len(refused.value.problems) == 1 and "\n" not in str(refused.value)
    with pytest.warns(UserWarning, match="are lost"):
        rest = read(whole=False)
    whole = finished.table() if kind == "runs" else finished.series()
    keys = ["point", "arm", "run"] + (["month"] if kind == "series" else [])
    assert not rest.duplicated(keys).any() and 0 < len(rest) < len(whole)
    same(rest, whole.merge(rest[keys], on=keys)[rest.columns].astype(rest.dtypes.to_dict()))

    said = []  # the same command sets it aside and runs it again
    again = sweep(scenario, design, out, series=True, say=said.append)
    same(again.table(), finished.table())
    same(again.series(), finished.series())
    same(mt.open_sweep(out).table(), finished.table())
    assert any("again" in line or "29 of 36 runs are there already" in line for line in said)
    kept = {hashlib.sha256(p.read_bytes()).hexdigest() for p in out.rglob("*.parquet*") if p.is_file()}
    assert {hashlib.sha256(p.read_bytes()).hexdigest() for p in files(out, kind)} == before
    assert held - before <= kept  # nothing is deleted


def test_only_what_is_disturbed_is_run_again(scenario, design, out, monkeypatch):
    asked, real = [], pieces.run_piece
    monkeypatch.setattr(engine, "run_piece", lambda piece: asked.append(len(piece.seeds)) or real(piece))
    sweep(scenario, design, out, series=True)
    assert asked == []
    DISTURBANCES["copied over another"](files(out))
    sweep(scenario, design, out, series=True)
    assert sum(asked) == 7


# --- the manifest

BROKEN = {
    "removed": None,
    "empty": b"",
    "cut short": lambda text: text[: len(text) // 2],
    "not text": b"\0\xff\xfe" * 100,
    "a list": b"[]",
    "null": b"null",
    "a number": b"NaN",
    "an empty table": b"{}",
    "somebody's": b'{"name": "my web app", "files": {}}',
    "deep": b"[" * 200_000,
    "deep tables": b'{"a":' * 100_000,
    "a very long number": b'{"seed": ' + b"9" * 100_000 + b"}",
    "only ours by name": b'{"made_by": "multitrack_sim", "sweep": null}',
    "huge": "sparse",
    "a pipe": "pipe",
    "a folder": "folder",
    "a link to a device": "device",
}
WRONG_VALUES = [
    (("identity",), 7), (("identity",), None), (("model",), []), (("format",), "two"), (("format",), 0),
    (("chunk_runs",), 0), (("chunk_runs",), -7), (("chunk_runs",), 2.5), (("chunk_runs",), "7"), (("chunk_runs",), True),
    (("chunk_runs",), 10**40), (("sweep",), []), (("sweep", "seed"), None), (("sweep", "seed"), float("nan")),
    (("sweep", "seed"), -1), (("sweep", "series"), "yes"), (("sweep", "design"), 3), (("sweep", "arms"), {}),
    (("sweep", "arms"), ["with"]), (("sweep", "arms"), {"with": 1}), (("sweep", "arms"), {"with": {"cbm.budget": [1]}}),
    (("sweep", "runs"), 0), (("sweep", "runs"), 1e300), (("sweep", "options"), None), (("sweep", "columns"), "all"),
    (("sweep", "columns"), [1]), (("sweep", "rounds"), 3), (("sweep", "rounds"), [1, "2"]), (("sweep", "rounds"), [[], {}]),
    (("sweep", "codes"), [1]), (("sweep", "codes_title"), 1), (("state",), None), (("state", "done"), "all"),
    (("state", "done"), float("inf")), (("state", "complete"), None), (("state", "failed"), {}),
]  # fmt: skip


def broken(out, how):
    path = out / "manifest.json"
    text = path.read_bytes()
    path.unlink()
    if how == "sparse":
        with open(path, "wb") as file:
            file.truncate(20_000_000_000)
    elif how == "pipe":
        os.mkfifo(path)
    elif how == "folder":
        path.mkdir()
    elif how == "device":
        path.symlink_to("/dev/zero")
    elif how is not None:
        path.write_bytes(how(text) if callable(how) else how)


def changed(out, path, value):
    held = json.loads((out / "manifest.json").read_text())
    inner = held
    for key in path[:-1]:
        inner = inner[key]
    inner[path[-1]] = value
    (out / "manifest.json").write_text(json.dumps(held))


def refused(read):
    """What a refusal says: one line, of no more than a screen."""
    with pytest.raises(MultitrackError) as said:
        read()
    assert len(said.value.problems) == 1 and str(said.value).isprintable() and len(str(said.value)) < 700
    return str(said.value)


@POSIX
@pytest.mark.parametrize("how", BROKEN.values(), ids=BROKEN)
def test_a_manifest_is_made_anew_from_the_runs(how, scenario, design, finished, out, monkeypatch):
    broken(out, how)
    assert "run the same command again" in refused(lambda: mt.open_sweep(out))
    asked, real = [], pieces.run_piece
    monkeypatch.setattr(engine, "run_piece", lambda piece: asked.append(len(piece.seeds)) or real(piece))
    monkeypatch.setattr(sweep_plan, "LONGEST_CHUNK", 11)  # the files say how they were cut
    said = []
    again = sweep(scenario, design, out, series=True, say=said.append)
    same(again.table(), finished.table())
    same(mt.open_sweep(out).series(), finished.series())
    assert asked == [] and any("manifest.json" in line for line in said)
    if how is not None:
        assert os.path.lexists(out / "set_aside" / "manifest.json")  # whatever it was


@pytest.mark.parametrize(("path", "value"), WRONG_VALUES, ids=lambda part: repr(part)[:40])
def test_a_wrong_value_in_a_manifest(path, value, scenario, design, finished, out):
    changed(out, path, value)
    assert ".".join(path) in refused(lambda: mt.open_sweep(out))
    same(sweep(scenario, design, out, series=True).table(), finished.table())
    same(mt.open_sweep(out).table(), finished.table())


@pytest.mark.parametrize(
    "path", [("identity",), ("chunk_runs",), ("sweep", "seed"), ("sweep", "arms"), ("state", "done")]
)
def test_a_value_missing_in_a_manifest(path, scenario, design, finished, out):
    held = json.loads((out / "manifest.json").read_text())
    del (held if len(path) == 1 else held[path[0]])[path[-1]]
    (out / "manifest.json").write_text(json.dumps(held))
    assert f"{'.'.join(path)} is missing" in refused(lambda: mt.open_sweep(out))
    same(sweep(scenario, design, out, series=True).table(), finished.table())


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("sweep", "seed"), 8), (("sweep", "runs"), 5), (("sweep", "runs"), 10**15), (("chunk_runs",), 6),
        (("sweep", "columns"), ["nobody.knows"]), (("sweep", "arms"), {"with": {}, "other": {}}),
        (("sweep", "arms"), {"with": {}, "without": {"no.such": 1}}), (("sweep", "codes"), {"no_such_code": 1}),
        (("sweep", "codes"), {}), (("sweep", "rounds"), [6, 2]), (("identity",), "another"), (("format",), 3),
        (("inputs",), {"scenario.toml": "0" * 64, "points.parquet": 3}),
    ],
    ids=lambda part: repr(part)[:40],
)  # fmt: skip
def test_a_manifest_of_something_else_gives_no_wrong_rows(path, value, out):
    """Values that could be, and are not those of the files: a line, never rows that are doubled or missing in silence."""
    changed(out, path, value)
    refused(lambda: mt.open_sweep(out).table())


def test_an_altered_cut_strands_nothing(scenario, design, finished, out, monkeypatch):
    changed(out, ("chunk_runs",), 6)
    monkeypatch.setattr(engine, "run_piece", None)  # nothing is run
    same(sweep(scenario, design, out, series=True).table(), finished.table())


@pytest.mark.parametrize("name", ["scenario.toml", "points.parquet"])
@pytest.mark.parametrize("harm", [None, b"", b"title = 'another'", b"PAR1PAR1", b"\xff" * 5000])
def test_what_was_run_is_made_anew(name, harm, scenario, design, finished, out):
    whole = contents(finished.path)[name]
    (out / name).unlink()
    if harm is not None:
        (out / name).write_bytes(harm)
    assert name in refused(lambda: mt.open_sweep(out))
    same(sweep(scenario, design, out, series=True).table(), finished.table())
    assert (out / name).read_bytes() == whole
    assert harm is None or (out / "set_aside" / name).read_bytes() == harm
    same(mt.open_sweep(out).table(), finished.table())


def test_no_manifest_and_runs_of_another_command(scenario, design, out):
    (out / "manifest.json").unlink()
    before = contents(out)
    assert "holds no sweep of this command" in refused(lambda: sweep(scenario, design, out, seed=2, series=True))
    assert "of this command" in refused(lambda: sweep(scenario, designs.replicates(36), out))
    assert contents(out) == before


BEGUN = ["runs", "scenario.toml", "points.parquet", "runs/.multitrack-partial-0123456789ab"]


@pytest.mark.parametrize("far", range(len(BEGUN) + 1))
def test_a_sweep_killed_before_its_manifest_goes_on(scenario, design, finished, tmp_path, far):
    """Whatever a program had made when it was killed as it began."""
    begun = tmp_path / "begun"
    begun.mkdir()
    for name in BEGUN[:far]:
        if name == "runs":
            (begun / name).mkdir()
        elif name.startswith("runs/"):
            (begun / name).write_bytes(b"half of")
        else:
            shutil.copy(finished.path / name, begun / name)
    same(sweep(scenario, design, begun, series=True).table(), finished.table())


@pytest.mark.parametrize(
    "name", ["scenario.toml", "runs/notes.txt", "series/notes.txt", "points.parquet", "set_aside/x"]
)
def test_what_a_sweep_did_not_begin_is_refused(scenario, design, tmp_path, name):
    (tmp_path / name).parent.mkdir(exist_ok=True)
    (tmp_path / name).write_bytes(b"mine")
    assert "holds no sweep" in refused(lambda: sweep(scenario, design, tmp_path))
    assert contents(tmp_path) == {name: b"mine"}


def test_somebodys_folder_is_refused_and_left(scenario, design, tmp_path):
    for name, content in {"manifest.json": b"{}", "scenario.toml": b"mine", "runs/notes.txt": b"mine"}.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(content)
        before = contents(tmp_path)
        assert "holds no sweep" in refused(lambda: sweep(scenario, design, tmp_path))
        assert contents(tmp_path) == before
        refused(lambda: mt.open_sweep(tmp_path))
    assert "no such folder" in refused(lambda: mt.open_sweep(tmp_path / "nowhere"))


def test_a_sweep_that_is_not_finished_says_so(scenario, design, out):
    held = json.loads((out / "manifest.json").read_text())
    held["state"] = {"complete": False, "done": 0, "failed": 0}  # as a killed program leaves it
    (out / "manifest.json").write_text(json.dumps(held))
    files(out)[3].unlink()
    opened = mt.open_sweep(out)
    assert opened.done == 29
    with pytest.warns(UserWarning, match="not finished: 29 of 36 runs are there; the same command goes on"):
        assert len(opened.table()) == 29


def test_a_sweep_of_the_first_format_is_read_and_goes_on(scenario, design, finished, out):
    """Files from before files were signed: what they hold is compared with the plan all the same."""
    for file in [*files(out), *files(out, "series")]:
        rewritten(file, lambda table: table.replace_schema_metadata(None))
    held = json.loads((out / "manifest.json").read_text())
    held |= {"format": 1, "state": held["state"] | {"files": [file.name for file in files(out)]}}
    del held["inputs"]
    (out / "manifest.json").write_text(json.dumps(held))
    same(mt.open_sweep(out).table(), finished.table())
    DISTURBANCES["copied over another"](files(out))
    assert "7 of 36 runs are lost" in refused(mt.open_sweep(out).table)
    same(sweep(scenario, design, out, series=True).table(), finished.table())
    same(mt.open_sweep(out).series(), finished.series())


# --- links, locks, permissions


@POSIX
def test_a_lock_that_is_a_link_is_refused_and_its_target_left(scenario, design, out, tmp_path):
    precious = tmp_path / "precious.txt"
    precious.write_text("years of work")
    for name, make in {
        "link": lambda lock: lock.symlink_to(precious),
        "dangling": lambda lock: lock.symlink_to(tmp_path / "new.txt"),
        "pipe": os.mkfifo,
        "folder": Path.mkdir,
        "hard link": lambda lock: os.link(precious, lock),
    }.items():
        lock = out / LOCK
        lock.unlink()
        make(lock)
        if name == "hard link":
            sweep(scenario, design, out, series=True)
        else:
            assert LOCK in refused(lambda: sweep(scenario, design, out, series=True))
        assert precious.read_text() == "years of work" and not (tmp_path / "new.txt").exists()
        lock.rmdir() if name == "folder" else lock.unlink()
        lock.touch()


@POSIX
@pytest.mark.parametrize("name", ["manifest.json", "scenario.toml", "points.parquet", "sensitivity.csv"])
def test_a_link_is_replaced_and_its_target_left(name, scenario, design, finished, out, tmp_path):
    precious = tmp_path / "precious"
    precious.write_text("years of work")
    (out / name).unlink(missing_ok=True)
    (out / name).symlink_to(precious)
    sweep(scenario, design, out, series=True)
    if name == "sensitivity.csv":
        write_whole(out / name, "indices", replace=True)
    assert precious.read_text() == "years of work" and not (out / name).is_symlink()
    same(mt.open_sweep(out).table(), finished.table())


@POSIX
@pytest.mark.parametrize("kind", ["runs", "series", "set_aside"])
def test_a_folder_that_is_a_link_is_not_written_through(kind, scenario, design, out, tmp_path):
    elsewhere = tmp_path / "elsewhere"
    if kind == "set_aside":
        elsewhere.mkdir()
        files(out)[0].write_bytes(b"")
    else:
        (out / kind).rename(elsewhere)
    (out / kind).symlink_to(elsewhere)
    before = contents(elsewhere)
    assert "is a link" in refused(lambda: sweep(scenario, design, out, series=True))
    assert contents(elsewhere) == before


@POSIX
def test_a_sweep_of_links_can_be_read(finished, out):
    """As data managers keep large files: elsewhere, with links in their places."""
    store = out.parent / "annex"
    store.mkdir()
    for file in [*files(out), out / "manifest.json", out / "points.parquet"]:
        file.rename(store / file.name)
        file.symlink_to(store / file.name)
    same(mt.open_sweep(out).table(), finished.table())


@contextmanager
def somebody_without_rights():
    """A user whom permissions bind, in a place that user can reach."""
    place = Path(tempfile.mkdtemp(dir="/tmp"))
    place.chmod(0o755)
    user = os.geteuid()
    try:
        if user == 0:
            os.seteuid(65534)
        yield place
    finally:
        os.seteuid(user)
        for folder in [place, *place.rglob("*")]:
            if folder.is_dir() and not folder.is_symlink():
                folder.chmod(0o755)
        shutil.rmtree(place)


def closed(out):
    for path in [*out.rglob("*"), out]:
        path.chmod(0o555 if path.is_dir() else 0o444)


@POSIX
def test_a_finished_sweep_that_cannot_be_written_can_be_read(scenario, design, finished, out, monkeypatch):
    place = Path(tempfile.mkdtemp(dir="/tmp"))
    shutil.copytree(out, place / "out")
    place.chmod(0o755)
    closed(place / "out")
    before, table, months = contents(place / "out"), finished.table(), finished.series()
    try:
        with somebody_without_rights():
            same(mt.open_sweep(place / "out").table(), table)
            same(mt.open_sweep(place / "out").series(), months)
            monkeypatch.setattr(engine, "run_piece", None)
            same(sweep(scenario, design, place / "out", series=True).table(), table)
            assert "another sweep" in refused(lambda: sweep(scenario, design, place / "out", series=True, seed=9))
        assert contents(place / "out") == before
        files(place / "out")[1].write_bytes(b"damaged")
        with somebody_without_rights():
            told = refused(lambda: sweep(scenario, design, place / "out", series=True))
            assert "cannot be written, and 7 runs are missing" in told
            refused(mt.open_sweep(place / "out").table)
        assert len(files(place / "out")) == 6
    finally:
        shutil.rmtree(place)


@POSIX
@pytest.mark.parametrize("what", ["manifest.json", "runs", "scenario.toml", "points.parquet", ""])
def test_what_cannot_be_read_is_a_line(what, scenario, design, out):
    place = Path(tempfile.mkdtemp(dir="/tmp"))
    shutil.copytree(out, place / "out")
    place.chmod(0o755)
    closed(place / "out")
    (place / "out" / what).chmod(0)
    try:
        with somebody_without_rights():
            refused(lambda: mt.open_sweep(place / "out").table())
            if what in ("manifest.json", "runs", ""):  # the others are known from the command
                refused(lambda: sweep(scenario, design, place / "out", series=True))
    finally:
        shutil.rmtree(place)


@POSIX
def test_a_new_sweep_without_permission_is_refused_before_it_runs(scenario, design, monkeypatch):
    monkeypatch.setattr(engine, "run_piece", None)
    with somebody_without_rights() as place:
        assert "no permission" in refused(lambda: sweep(scenario, design, place / "new"))


# --- the helpers


def test_what_is_set_aside_replaces_nothing(tmp_path):
    for content in "abc":
        (tmp_path / "x").write_text(content)
        set_aside(tmp_path, tmp_path / "x")
    assert [p.read_text() for p in sorted((tmp_path / "set_aside").iterdir())] == ["a", "b", "c"]


@POSIX
def test_a_lock_excludes_and_ends(tmp_path):
    with alone(tmp_path, "here"):
        with pytest.raises(StoreError, match="another program"):
            with alone(tmp_path, "here"):
                pass
    with alone(tmp_path, "here"):
        assert stat.S_ISREG((tmp_path / LOCK).stat().st_mode)


@pytest.mark.parametrize("arms", [2, 130])
def test_many_arms_and_missing_values_fit_their_files(arms, scenario, tmp_path):
    """Words of more than a byte, settings that only some arms have: what was written is what is read."""
    names = {f"arm {at}": {"funding.muted": "moved"} if at % 2 else {} for at in range(arms)}
    done = sweep(scenario, designs.paired(names, runs=1), tmp_path / "out")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert len(mt.open_sweep(tmp_path / "out").table()) == arms
    assert done.table()["arm"].nunique() == arms
    assert np.array_equal(done.table()["run"], np.zeros(arms))


def test_the_command_says_it_in_a_line(out, capsys):
    (out / "manifest.json").write_text("null")
    code = cli.main(["sweep", "oslo_1993", "--runs", "3", "--out", str(out), "--quiet"])
    told = capsys.readouterr().err
    assert code == 2 and "holds no sweep of this command" in told and len(told.splitlines()) == 1
