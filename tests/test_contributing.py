"""The examples of docs/contributing.md, applied to a copy of the package: so many files by hand, and they work."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from fresh import copy_package, run

ROOT = Path(__file__).resolve().parents[1]
TEXT = (ROOT / "docs" / "contributing.md").read_text("utf-8")
FOUND = re.findall(r"^## Example: ([^(\n]+) \((\d+) files?\)\n.*?^```diff\n(.*?)^```", TEXT, re.MULTILINE | re.DOTALL)
EXAMPLES = {name: (int(files), diff) for name, files, diff in FOUND}
MOST = {
    "a parameter": 2,
    "an outcome that counts events": 1,
    "a mechanism with a column, an event and an outcome": 7,
    "a command": 3,
}

SMALL = """
import multitrack_sim as mt
codes = {"cbm": 4, "cbm_verification": 4, "hawkishness": 4, "parties": 2, "spoilers": 4}
small = {"run.months": 24, "society.communities": 6, "cbm.temptation": 1.0, "cbm.review": 2, "conflict.start": "talks",
         "track_one.suspension": 1.0}
scenario = mt.scenario_from_codes(codes).with_settings(small)
"""
WORKS = {
    "a parameter": SMALL
    + """
assert mt.parameters().loc["cbm.press", "high"] == 1
blind = scenario.with_settings({"cbm.own_detection": 0.0, "cbm.verification": 0.0})
seen = [mt.simulate(blind.with_settings({"cbm.press": p}), runs=3, seed=1)["violations_seen"].sum() for p in (0, 1)]
assert 0 == seen[0] < seen[1], seen
""",
    "an outcome that counts events": SMALL
    + """
assert mt.outcomes().loc["suspensions", "unit"] == "suspensions"
runs = mt.run_ensemble(scenario, runs=12, seed=1, worlds=True)
from multitrack_sim.schema.events import Event
happened = [int(world.counts[Event.TALKS_SUSPENDED]["times"]) for world in runs.worlds]
assert runs.table["suspensions"].tolist() == happened and sum(happened) > 0, happened
""",
    "a mechanism with a column, an event and an outcome": SMALL
    + """
assert {"cbm.apology", "cbm.forgiveness"} < set(mt.parameters().index) and "apologies" in mt.outcomes().index
model = mt.PeaceProcess(scenario.with_settings({"cbm.apology": 1.0}), seed=3)
model.run()
from multitrack_sim.schema.events import Event
counted = int(model.tables.counts[Event.APOLOGISED]["times"])
apologies = int(model.outcomes()["apologies"])
assert apologies == counted == model.tables.commitments["apologies"].sum() > 0, (apologies, counted)
assert "apolog" in str(mt.story(model)) and (mt.event_log(model)["meaning"] == "trust won back").sum() == apologies
""",
    "a command": """
from multitrack_sim.cli.main import main
assert main(["settings", "--help"]) == 0 and main(["settings", "press"]) == 0
assert main(["--help"]) == 0
""",
}


def files_of(diff):
    return re.findall(r"^\+\+\+ b/(\S+)$", diff, re.MULTILINE)


def apply(diff, to):
    """Apply a diff in a folder that is no part of a repository, whatever lies above it."""
    alone = os.environ | {"GIT_DIR": str(to / "no repository")}
    asked = {"input": diff, "cwd": to, "env": alone, "capture_output": True, "text": True, "encoding": "utf-8"}
    done = subprocess.run(["git", "apply", "-"], **asked)
    assert done.returncode == 0, done.stderr


def test_all_four_are_there_and_touch_few_files():
    assert set(EXAMPLES) == set(MOST)
    for name, (said, diff) in EXAMPLES.items():
        assert len(set(files_of(diff))) == len(files_of(diff)) == said <= MOST[name], name


@pytest.mark.skipif(shutil.which("git") is None, reason="needs git, to apply diffs")
@pytest.mark.parametrize("name", MOST)
def test_an_example_applies_and_works(name, tmp_path):
    """With compilation off, on a tiny world; its own test passes, and the documents follow by themselves."""
    diff = EXAMPLES[name][1]
    copy = copy_package(tmp_path / "copy")
    shutil.copytree(ROOT / "docs", copy / "docs", ignore=shutil.ignore_patterns("__pycache__"))
    (copy / "tests").mkdir()
    apply(diff, copy)
    run(WORKS[name], copy, NUMBA_DISABLE_JIT="1")
    for file in files_of(diff):
        if file.startswith("tests/"):
            command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--noconftest", file]
            alone = {"PYTHONPATH": str(copy), "NUMBA_DISABLE_JIT": "1", "PYTEST_ADDOPTS": ""}
            done = subprocess.run(command, cwd=copy, env=os.environ | alone, capture_output=True, text=True)
            assert done.returncode == 0, done.stdout
    run("from docs.generate.odd import main; main(['docs/odd.md'])", copy, NUMBA_DISABLE_JIT="1")
    page = (copy / "docs" / "odd.md").read_text("utf-8")
    for new in re.findall(r'^\+ +(?:Parameter|Outcome|count)\("([\w.]+)"', diff, re.MULTILINE):
        assert f"| `{new}` |" in page, new


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("git") is None, reason="needs git, to apply diffs")
def test_all_examples_together_compile(tmp_path):
    copy = copy_package(tmp_path / "copy")
    (copy / "tests").mkdir()
    for _, diff in EXAMPLES.values():
        apply(diff, copy)
    for code in WORKS.values():
        run(code, copy)
