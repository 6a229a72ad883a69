"""The published numbers come out here: compiled or not, on any number of threads, for any processor, on any Python."""

import copy
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from fresh import PACKAGE

import multitrack_sim as mt
from multitrack_sim.cli import main as cli
from multitrack_sim.engine.sources import model_version
from multitrack_sim.errors import MultitrackError
from multitrack_sim.running import published
from multitrack_sim.schema.categories import Phase
from multitrack_sim.schema.events import Event

GROUPS = published.GROUPS
MEASURE = "import json; from multitrack_sim.running.published import *; print(json.dumps(measured({groups})))"
# the same, and which functions of the process were called
MEASURE_AND_WATCH = """
import importlib, json, pkgutil, sys, threading
from multitrack_sim import process
from multitrack_sim.engine.compiled import plain
from multitrack_sim.running.published import measured
called = set()
def watch(frame, event, argument):
    if event == "call":
        called.add(frame.f_code)
threading.setprofile(watch)
found = measured(threads=1)
threading.setprofile(None)
silent = set()
for module in pkgutil.iter_modules(process.__path__):
    for value in vars(importlib.import_module("multitrack_sim.process." + module.name)).values():
        if getattr(value, "multitrack_kind", None) and plain(value).__code__ not in called:
            silent.add(value.__name__)
print(json.dumps([found, sorted(silent)]))
"""


@pytest.fixture(scope="module")
def here():
    """The runs as this very process makes them."""
    return published.measured()


def elsewhere(code, python=sys.executable, **surroundings):
    """What another Python process prints as JSON."""
    surroundings = {"PYTHONPATH": str(PACKAGE.parent)} | surroundings
    done = subprocess.run([python, "-c", code], env=os.environ | surroundings, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def compared(these, those):
    """The lines in which some runs differ from others."""
    return published.check(these, {"model_version": model_version(), "runs": those}).differences


# --- the numbers


def test_they_are_of_this_model_version():
    assert published.published()["model_version"] == model_version(), f"stale: run {published.RENEW} (make published)"


def test_they_come_out_here(here):
    found = published.check(here)
    assert found.same, "\n".join([found.verdict, *found.differences])
    assert found.runs == len(here) == 20


@pytest.mark.parametrize("threads", [1, 2])
def test_threads_do_not_matter(here, threads):
    assert not compared(published.measured(threads=threads), here)


def test_the_same_with_compilation_off(here):
    """Without Northern Ireland, whose ten governments take Python longer than all others together."""
    found = elsewhere(MEASURE.format(groups="GROUPS[:3]"), NUMBA_DISABLE_JIT="1")
    assert len(found) == 12 and not compared(found, {name: here[name] for name in found})


@pytest.mark.slow
def test_all_the_same_with_compilation_off_and_nearly_every_rule_is_used(here):
    found, silent = elsewhere(MEASURE_AND_WATCH, NUMBA_DISABLE_JIT="1")
    assert not compared(found, here)
    assert len(silent) <= 4, silent


@pytest.mark.slow
def test_the_same_for_a_generic_processor(here, tmp_path):
    found = elsewhere(MEASURE.format(groups=""), NUMBA_CPU_NAME="generic", MULTITRACK_CACHE_DIR=str(tmp_path))
    assert not compared(found, here)


def another_python():
    """The other supported version of Python with all that we need, or None. MULTITRACK_OTHER_PYTHON names one."""
    other = "python3.12" if sys.version_info[:2] == (3, 11) else "python3.11"
    for python in (os.environ.get("MULTITRACK_OTHER_PYTHON"), shutil.which(other)):
        needs = [python, "-c", "import mesa, numba, numpy, pandas, pyarrow, pydantic, typer, SALib"]
        if python and subprocess.run(needs, capture_output=True).returncode == 0:
            return python
    return None


@pytest.mark.slow
def test_the_same_on_the_other_version_of_python(here, tmp_path):
    python = another_python()
    if python is None:
        pytest.skip("no other Python has the packages; MULTITRACK_OTHER_PYTHON may name one")
    assert not compared(elsewhere(MEASURE.format(groups=""), python, MULTITRACK_CACHE_DIR=str(tmp_path)), here)


def test_they_see_all_phases_and_nearly_all_kinds_of_events():
    phases, events = set(), 0
    for group in GROUPS:
        result = mt.run_ensemble(group.made(), published.RUNS_OF_A_GROUP, published.SEED, series=True, worlds=True)
        phases |= set(result.series["phase"].astype(int).ravel())
        events = events + sum(np.asarray(world.counts["times"]) for world in result.worlds)
    assert phases == {int(phase) for phase in Phase}
    unseen = [event.name for event in list(Event)[1:] if not events[event]]
    assert len(unseen) <= len(Event) // 10, unseen


# --- what is said of them

NAME = "Oslo, seed 1"
RUN = {
    "outcomes": "a", "series": "b", "values": {"attacks": 4.0, "agreed": 0.0, "ratified": None}, "months": ["1", "2"],
}  # fmt: skip


def changed(**parts):
    return copy.deepcopy(RUN) | parts


@pytest.mark.parametrize(
    ("there", "found", "said"),
    [
        ({NAME: RUN}, {NAME: RUN}, None),
        (
            {NAME: RUN},
            {NAME: changed(outcomes="c", values=RUN["values"] | {"attacks": 5.0})},
            "1 outcome differs, most of all attacks: 5.0, published 4.0 (25% off)",
        ),
        (
            {NAME: RUN},
            {NAME: changed(outcomes="c", values=RUN["values"] | {"attacks": 5.0, "agreed": 1.0})},
            "2 outcomes differ, most of all agreed: 1.0, published 0.0",
        ),
        (
            {NAME: RUN},
            {NAME: changed(outcomes="c", values=RUN["values"] | {"ratified": 1.0})},
            "1 outcome differs, most of all ratified: 1.0, published missing",
        ),
        (
            {NAME: RUN},
            {NAME: changed(outcomes="c", values={"attacks": 4.0, "agreed": 0.0})},
            "outcomes differ in the sign of a zero",
        ),
        ({NAME: RUN}, {NAME: changed(series="c", months=["1", "3"])}, "months differ from month 1 on"),
        ({NAME: RUN}, {NAME: changed(series="c", months=["1", "2", "3"])}, "months differ from month 2 on"),
        ({NAME: RUN}, {}, "published, but not made here"),
        ({}, {NAME: RUN}, "not among the published runs"),
    ],
)  # fmt: skip
def test_what_differs_is_said(there, found, said):
    result = published.check(found, {"model_version": model_version(), "runs": there})
    assert result.differences == (() if said is None else (f"{NAME}: {said}",))
    assert result.verdict.startswith("same numbers as published" if said is None else "other numbers than published")
    other = published.check(found, {"model_version": "0" * 16, "runs": there}).verdict
    assert ("0" * 16 in other and "other model version" in other) or (said is None and "0" * 16 in other)


@pytest.mark.parametrize("text", [None, "", "{", "[]", "{}", '{"model_version": "x", "runs": {}}',
                                  '{"model_version": "x", "runs": {"a": {}}}', '{"model_version": 1, "runs": []}'])  # fmt: skip
def test_a_damaged_file_is_refused(monkeypatch, tmp_path, capsys, text):
    file = tmp_path / "published.json"
    if text is not None:
        file.write_text(text, "utf-8")
    monkeypatch.setattr(published, "FILE", file)
    with pytest.raises(MultitrackError, match=published.RENEW):
        published.published()
    assert cli.main(["info", "--check"]) == 2
    assert len(capsys.readouterr().err.splitlines()) == 1


def test_the_command_says_so_and_its_exit_code_too(monkeypatch, tmp_path, capsys, here):
    monkeypatch.setattr(published, "measured", lambda: here)
    monkeypatch.setattr(published, "FILE", tmp_path / "published.json")
    published.publish(published.FILE)
    assert cli.main(["info", "--check"]) == 0
    assert "Same numbers as published: 20 runs, bit for bit." in capsys.readouterr().out
    other = json.loads(published.FILE.read_text("utf-8"))
    first = next(iter(other["runs"]))
    other["runs"][first]["values"]["violence_total"] *= 1 + 1e-12
    other["runs"][first]["outcomes"] = "0" * 16
    published.FILE.write_text(json.dumps(other), "utf-8")
    assert cli.main(["info", "--check"]) == 1
    said = capsys.readouterr().out
    assert "1 of 20 runs differ" in said and f"{first}: 1 outcome differs, most of all violence_total" in said
    published.FILE.write_text(json.dumps(other | {"model_version": "f" * 16}), "utf-8")
    assert cli.main(["info", "--check"]) == 1
    assert "belong to another model version (ffffffffffffffff" in capsys.readouterr().out


def test_they_come_with_the_package():
    assert published.FILE.is_relative_to(PACKAGE) and Path(published.FILE).is_file()
