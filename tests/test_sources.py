"""What decides results and what decides machine code: lists of files that are rules, so that none is forgotten."""

import ast

import pytest
from fresh import PACKAGE, copy_package

from multitrack_sim.engine import sources

MARKS = {"rule", "phase", "part", "kernel", "arithmetic"}


def marked_functions(tree):
    """Functions that are compiled: decorated, or given to `kernel`."""
    given = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") in MARKS:
            given |= {name.id for name in node.args if isinstance(name, ast.Name)}
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef):
            marks = [mark.func if isinstance(mark, ast.Call) else mark for mark in node.decorator_list]
            if node.name in given or any(isinstance(mark, ast.Name) and mark.id in MARKS for mark in marks):
                yield node


def sources_of_compiled_code():
    """Every file that holds a compiled function, and every file one takes a name from."""
    found = set()
    for path in PACKAGE.rglob("*.py"):
        tree = ast.parse(path.read_text("utf-8"))
        functions = list(marked_functions(tree))
        if not functions or path.name == "compiled.py":
            continue
        found.add(path)
        used = {node.id for function in functions for node in ast.walk(function) if isinstance(node, ast.Name)}
        for node in ast.walk(tree):
            if isinstance(node, ast.ImportFrom) and node.level and used & {a.asname or a.name for a in node.names}:
                found.add((path.parents[node.level - 1] / node.module.replace(".", "/")).with_suffix(".py"))
    return found


def test_the_fingerprint_covers_every_file_that_compiled_code_is_made_of():
    needed = sources_of_compiled_code()
    assert len(needed) > 12 and {PACKAGE / "process" / "month.py", PACKAGE / "schema" / "categories.py"} < needed
    assert sorted(needed - set(sources._engine_sources())) == []


# What a run with a given scenario, codes and seed begins with, and what of all they import changes no number of it.
BEGINNINGS = ("model", "running.ensemble", "scenario.load", "scenario.codebook", "scenario.code_files")
CHANGES_NOTHING = {
    "errors", "engine/sources", "engine/cache", "engine/kept_code", "engine/resources", "engine/ahead", "engine/objects",
    "engine/ready_made", "engine/wasm", "process/ahead", "process/warmup", "running/memory",
}  # fmt: skip


def imported(path):
    """Files of the package that a file imports, wherever in it that stands."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.level:
            base = path.parents[node.level - 1].joinpath(*(node.module or "").split("."))
            for at in (base, *(base / alias.name for alias in node.names)):
                yield from (file for file in (at.with_suffix(".py"), at / "__init__.py") if file.is_file())


def everything_behind_a_run():
    found, waiting = set(), [PACKAGE / f"{name.replace('.', '/')}.py" for name in BEGINNINGS]
    while waiting:
        path = waiting.pop()
        if path not in found and path.relative_to(PACKAGE).with_suffix("").as_posix() not in CHANGES_NOTHING:
            found.add(path)
            waiting += imported(path)
    return found - {PACKAGE / "__init__.py"}


# runs that carry sets and variants name them, and what they hold, beside the model version
NAMED_BESIDE = {"scenario/plausible.py", "scenario/variants.py"}


def test_the_model_version_covers_everything_that_a_run_is_made_of():
    needed = everything_behind_a_run()
    assert len(needed) > 25 and {PACKAGE / "scenario" / "layout.py", PACKAGE / "running" / "ensemble.py"} < needed
    assert sorted(needed - set(sources.model_sources()) - {PACKAGE / name for name in NAMED_BESIDE}) == []
    assert PACKAGE / "scenario" / "standard.toml" in sources.model_sources()
    assert set(sources._engine_sources()) < set(sources.model_sources())


@pytest.fixture
def elsewhere(tmp_path, monkeypatch):
    """A copy of the package that the two hashes are made of."""
    monkeypatch.setattr(sources, "PACKAGE", copy_package(tmp_path) / "multitrack_sim")
    return sources.PACKAGE


def hashes():
    return sources.fingerprint.__wrapped__(), sources.model_version.__wrapped__()


def test_every_source_changes_the_hashes_that_it_should_and_no_other(elsewhere):
    code, model = before = hashes()
    assert before == (sources.fingerprint(), sources.model_version())
    found = {}
    for path in sorted([*elsewhere.rglob("*.py"), *elsewhere.rglob("*.toml"), *elsewhere.rglob("*.j2")]):
        text = path.read_bytes()
        path.write_bytes(text + b"\n# edited")
        found[path.relative_to(elsewhere).as_posix()] = hashes()
        path.write_bytes(text)
    assert hashes() == before
    compiled = {name for name, (now, _) in found.items() if now != code}
    decides = {name for name, (_, now) in found.items() if now != model}
    declared = {"engine/compiled.py", "schema/tables.py", "schema/parameters.py"}
    assert compiled >= {path.relative_to(PACKAGE).as_posix() for path in sources_of_compiled_code()} | declared
    assert (
        decides
        >= compiled | {path.relative_to(PACKAGE).as_posix() for path in everything_behind_a_run()} - NAMED_BESIDE
    )
    assert not compiled & {"model.py", "agents.py", "scenario/load.py", "scenario/layout.py", "scenario/standard.toml"}
    rooms = (
        "cli/",
        "designs/",
        "running/",
        "analysis/",
        "studies/",
        "reports/",
        "single_run/",
        "evidence/",
        "browser/",
    )
    files = {"__init__.py", "__main__.py", "errors.py", *NAMED_BESIDE, *(f"{name}.py" for name in CHANGES_NOTHING)}
    quiet = {name for name in found if name.startswith(rooms) or name in files} - {
        "running/ensemble.py",
        "running/agents_runs.py",
    }
    assert not decides & quiet and decides | quiet == set(found)
    assert len({found[name] for name in decides}) == len(decides)


@pytest.mark.parametrize(
    ("file", "code", "model"),
    [
        ("engine/arithmetic.py", True, True),  # rooms of tomorrow
        ("engine/random.py", True, True),
        ("engine/cache.py", False, False),
        ("engine/resources.py", False, False),
        ("schema/events.py", True, True),
        ("schema/notes.toml", False, True),
        ("process/initial.py", True, True),
        ("process/deep/inside.py", True, True),
        ("process/warmup.py", False, False),
        ("arithmetic.py", True, True),
        ("a_room_nobody_thought_of/new.py", True, True),
        ("scenario/layout.py", False, True),
        ("scenario/cast.toml", False, True),
        ("scenario/files/oslo_1993.toml", False, False),  # of an installed package: cases, not the model
        ("scenario/.#load.py", False, False),  # an editor's
        ("running/ensemble.py", True, True),
        ("running/runner.py", False, False),
        ("studies/comparison.py", False, False),
        ("cli/run.py", False, False),
        ("single_run/chronicle.py", False, False),
        ("scenario/notes.md", False, False),
    ],
)
def test_a_new_file_counts_unless_its_room_decides_nothing(elsewhere, file, code, model):
    before = hashes()
    (elsewhere / file).parent.mkdir(parents=True, exist_ok=True)
    (elsewhere / file).write_text("NEW = 1\n")
    after = hashes()
    assert (before[0] != after[0], before[1] != after[1]) == (code, model)


def test_a_file_of_worlds_counts_as_compiled_once_it_holds_a_rule(elsewhere):
    (elsewhere / "scenario" / "layout.py").write_text("@rule\ndef f(x):\n    return x\n")
    assert hashes()[0] != sources.fingerprint()


def test_a_moved_file_and_swapped_texts_change_the_hash(elsewhere):
    before = hashes()
    track_one, publics = elsewhere / "process" / "track_one.py", elsewhere / "process" / "publics.py"
    one, other = track_one.read_bytes(), publics.read_bytes()
    track_one.write_bytes(other)
    publics.write_bytes(one)
    assert hashes()[0] != before[0] and hashes()[1] != before[1]


def test_ends_of_lines_make_no_other_model(elsewhere):
    """A checkout on Windows has lines of its own."""
    before = hashes()
    for path in elsewhere.rglob("*.py"):
        path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    assert hashes() == before
