"""The model compiled ahead of time: the same bits as numba's, without numba, and only if it is what was made."""

import shutil
import threading
from types import SimpleNamespace

import numpy as np
import pytest
from fresh import copy_package, run

import multitrack_sim as mt
from multitrack_sim.engine import ahead as engine_ahead
from multitrack_sim.engine import ready_made
from multitrack_sim.engine.cache import COMPILED
from multitrack_sim.engine.objects import Loaded, NotAsDescribed
from multitrack_sim.errors import MultitrackError
from multitrack_sim.process import ahead
from multitrack_sim.running import ensemble, published
from multitrack_sim.running.ensemble import run_ensemble, run_rows
from multitrack_sim.scenario.layout import lay_out
from multitrack_sim.scenario.library import as_scenario, scenario_file, scenario_names
from multitrack_sim.schema.outcomes import OUTCOME_ROW, SERIES_ROW
from multitrack_sim.schema.world import as_numbers, blank_rows

HERE = [home for home in ready_made.here() if home in engine_ahead.PLATFORMS]
pytestmark = pytest.mark.skipif(not COMPILED or not HERE, reason="no code is made for this machine ahead of time")


@pytest.fixture(scope="module")
def made():
    return ahead.made([HERE[0], ahead.WEBASSEMBLY])[HERE[0]]


@pytest.fixture(scope="module")
def model(made):
    return Loaded(*made)


def both(monkeypatch, model, scenario, **asked):
    """What an ensemble gives with the code made ahead, and with numba's: its bits."""
    for which in (model, None):
        monkeypatch.setattr(ensemble, "loaded", lambda which=which: which)
        found = run_ensemble(scenario, series=True, worlds=True, **asked)
        table = found.table.map(lambda x: x.hex() if isinstance(x, float) else str(x)).to_numpy().tolist()
        yield table, found.series.tobytes(), [world.words.tobytes() for world in found.worlds]


@pytest.mark.parametrize("name", scenario_names())
def test_every_case_has_the_bits_of_numba(monkeypatch, model, name):
    ready, numbas = both(monkeypatch, model, as_scenario(name), runs=2, seed=11, threads=1)
    assert ready == numbas and ready[2][0] != ready[2][1]


@pytest.mark.parametrize("threads", [1, 2])
def test_settings_that_differ_from_run_to_run(monkeypatch, model, threads):
    vary = {"track_two.budget": np.linspace(0, 2, 20), "cbm.budget": np.linspace(2, 0, 20)}
    scenario = as_scenario("northern_ireland_1998")
    ready, numbas = both(monkeypatch, model, scenario, runs=20, seed=2, threads=threads, vary=vary)
    assert ready == numbas


def test_published_bits(monkeypatch, model):
    monkeypatch.setattr(ensemble, "loaded", lambda: model)
    monkeypatch.setattr(ensemble, "run_chunk", None)
    here = published.measured(threads=1)
    monkeypatch.undo()
    assert here == published.measured(threads=1)
    if published.published()["model_version"] == published.model_version():
        assert published.check(here).same


def test_rows_of_one_thread(monkeypatch, model):
    layout, seeds = lay_out(as_scenario("oslo_1993")), np.array([3, 2**53 - 1])
    monkeypatch.setattr(ensemble, "loaded", lambda: model)
    ready = run_rows(layout, seeds, {"track_two.budget": [0.0, 1.0]}, series=True)
    monkeypatch.setattr(ensemble, "loaded", lambda: None)
    numbas = run_rows(layout, seeds, {"track_two.budget": [0.0, 1.0]}, series=True)
    assert [part.tobytes() for part in ready] == [part.tobytes() for part in numbas]


def chunk(scenario, runs):
    """Arguments of `run_chunk`."""
    layout = lay_out(scenario)
    outcomes = blank_rows(runs, OUTCOME_ROW)
    rows = (outcomes, as_numbers(outcomes), blank_rows((runs, 0), SERIES_ROW), np.zeros((runs, 0)))
    settings = (np.zeros(0, np.int64), np.zeros((runs, 0)))
    return (layout.new_world(), layout.world.words, np.arange(runs), *settings, *rows)


def test_other_threads_go_on_meanwhile(model):
    """A call lets go of the interpreter's lock: for a fifth of a second or more this thread would else stand still."""
    work = threading.Thread(target=model["run_chunk"], args=chunk(as_scenario("northern_ireland_1998"), 200))
    work.start()
    turns = 0
    while work.is_alive():
        turns += 1
    work.join()
    assert turns > 1000


def test_what_the_code_was_not_compiled_for_is_refused(model):
    call, good = model["run_chunk"], chunk(as_scenario("oslo_1993"), 2)
    call(*good)
    world, template, seeds, cells, values, outcomes, numbers, series, finals = good
    wrong = [
        (world, template.astype(np.float32), *good[2:]),
        (world, template, seeds.astype(np.int32), *good[3:]),
        (*good[:4], np.zeros((3, 2)).T, *good[5:]),
        (*good[:5], np.zeros(2, SERIES_ROW), *good[6:]),
        (world[:-1], *good[1:]),
        good[:-1],
        (world._replace(ties=world.communities), *good[1:]),
        (world._replace(ties=world.ties.packed()), *good[1:]),
    ]
    for given in wrong:
        with pytest.raises(NotAsDescribed, match="run_chunk takes"):
            call(*given)


# ---- kept


@pytest.fixture
def shelf(monkeypatch, tmp_path, made):
    """A cache of its own, with the code in it; and none with the package."""
    ready_made._sources()
    monkeypatch.setattr(ready_made, "_file", lambda home: tmp_path / "ahead" / f"{home}.object")
    monkeypatch.setattr(ready_made, "PACKAGE", tmp_path / "package")
    monkeypatch.setattr(ready_made, "keeps_code", lambda: True)
    assert ready_made.keep(HERE[0], made)
    return tmp_path / "ahead" / f"{HERE[0]}.object"


def test_what_was_kept_is_found(shelf, made):
    assert ready_made.find(HERE[0]) == made
    assert shelf.stat().st_mode & 0o077 == 0 and shelf.parent.stat().st_mode & 0o077 == 0
    assert ready_made.find("linux-of-tomorrow") is None


@pytest.mark.parametrize("damage", ["a bit", "cut", "empty", "longer", "another file"])
def test_what_is_damaged_is_deleted_and_made_anew(shelf, made, monkeypatch, damage):
    whole = shelf.read_bytes()
    middle = len(whole) // 2
    flipped = whole[:middle] + bytes([whole[middle] ^ 1]) + whole[middle + 1 :]
    damaged = {"a bit": flipped, "cut": whole[:-1], "empty": b"", "longer": whole + b"\0", "another file": b"ELF" * 99}
    shelf.write_bytes(damaged[damage])
    assert ready_made.find(HERE[0]) is None and not shelf.exists()
    monkeypatch.setattr(ahead, "_make", lambda homes: dict.fromkeys(homes, made))
    assert ahead.made([HERE[0]]) == {HERE[0]: made} and shelf.read_bytes() == whole


def test_code_of_other_rules_or_another_home_is_not_used(shelf, made, monkeypatch):
    monkeypatch.setattr(ready_made, "_sources", lambda: "0123456789abcdef 0123456789abcdef")
    assert ready_made.find(HERE[0]) is None
    monkeypatch.undo()
    assert ready_made._unpacked("another-home", ready_made.packed(HERE[0], made)) is None


def test_code_that_others_could_have_written_is_not_used(shelf):
    shelf.chmod(0o666)
    assert ready_made.find(HERE[0]) is None and shelf.exists()
    shelf.chmod(0o600)
    real = shelf.rename(shelf.with_name("real"))
    shelf.symlink_to(real)
    assert ready_made.find(HERE[0]) is None and real.exists()


def test_it_can_be_switched_off(monkeypatch):
    monkeypatch.setenv(ahead.WITHOUT, "1")
    assert ahead._loaded.__wrapped__() is None


# ---- without numba

WITHOUT_NUMBA = """
    import sys
    import multitrack_sim as mt
    from multitrack_sim.cli.main import main

    quick = mt.load("oslo_1993").with_settings({"society.communities": 20})
    table = mt.simulate(quick, runs=4, seed=5, threads=2)
    mt.run_ensemble(quick, runs=2, series=True, worlds=True, vary={"track_two.budget": [0, 1]})
    mt.compare(quick, "no Track II: track_two.budget=0", runs=4)
    mt.sweep(quick, mt.designs.replicates(4), out="sweep", seed=3, threads=2)
    assert main(["run", "oslo_1993", "--runs", "2", "--quiet"]) == 0
    assert main(["demo", "--runs", "4", "--quiet", "--out", "demo"]) == 0
    print(table["violence_total"].sum().hex(), "numba" in sys.modules, "mesa" in sys.modules)
"""


def test_many_runs_need_no_numba(tmp_path, made):
    """As in an installed wheel: the code came with the package, and the cache is empty and stays so."""
    copy_package(tmp_path)
    shutil.copytree(scenario_file("oslo_1993").parent, tmp_path / "multitrack_sim" / "scenario" / "files")
    ready_made.write_into_package(HERE[0], made, tmp_path / "multitrack_sim")
    violence, *imported = run(WITHOUT_NUMBA, tmp_path).stdout.split()
    assert imported == ["False", "False"]
    assert not list((tmp_path / "cache").rglob("*.nbc"))
    quick = mt.load("oslo_1993").with_settings({"society.communities": 20})
    assert violence == mt.simulate(quick, runs=4, seed=5)["violence_total"].sum().hex()


# ---- how it is made


def test_a_kernel_numba_calls_in_another_way_is_refused():
    numba = pytest.importorskip("numba")
    entry = engine_ahead.Entry("fill_seeds", SimpleNamespace(py_func=lambda seed: None), (numba.int64,))
    argument = SimpleNamespace(type="float")
    for function in (
        SimpleNamespace(arguments=[argument], is_declaration=False),
        SimpleNamespace(arguments=[], is_declaration=False),
    ):
        with pytest.raises(MultitrackError, match="fill_seeds takes its arguments in a way that is not known"):
            engine_ahead._check_call(entry, function)


def test_an_argument_nobody_foresaw_is_refused():
    numba = pytest.importorskip("numba")
    entry = engine_ahead.Entry("f", SimpleNamespace(py_func=lambda name: None), (numba.types.unicode_type,))
    with pytest.raises(MultitrackError, match="name is unicode_type"):
        entry.arguments()


def test_a_model_that_cannot_be_compiled_is_one_line(monkeypatch, capsys):
    monkeypatch.setattr(ahead, "_MODULE", "multitrack_sim.nowhere")
    monkeypatch.setattr(ready_made, "find", lambda home: None)
    with pytest.raises(MultitrackError, match="could not be compiled ahead of time: .*nowhere"):
        ahead.made([HERE[0]])
    assert ahead.main() == 1 and capsys.readouterr().err.count("\n") == 1


@pytest.mark.slow
def test_code_for_every_home(tmp_path):
    assert ahead.main(tmp_path) == 0
    found = {path.stem: path.stat().st_size for path in (tmp_path / "compiled").iterdir()}
    assert set(found) == {*engine_ahead.PLATFORMS, ahead.WEBASSEMBLY}
    assert all(50_000 < size < 1_500_000 for size in found.values())
