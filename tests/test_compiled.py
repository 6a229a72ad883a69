"""Compiled rules: the same bits as Python, and a cache that never serves what is stale, damaged or not ours.

Tests of the cache run small phases of a copy of the package in processes of their own, each with a cache of its own.
"""

import ast
import json
import os
import shutil
import struct
import subprocess
import sys
import time
from pathlib import Path
from textwrap import dedent

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import multitrack_sim
from multitrack_sim import compiled
from multitrack_sim.chance import standard_normal
from multitrack_sim.process import basics

PACKAGE = Path(multitrack_sim.__file__).parent
MARKS = {"rule", "phase", "kernel", "arithmetic"}


@pytest.fixture
def copied(tmp_path):
    """A copy of the package in a folder of its own."""
    shutil.copytree(PACKAGE, tmp_path / "multitrack_sim", ignore=shutil.ignore_patterns("__pycache__"))
    return tmp_path


def run(code, at, cache=None, **surroundings):
    """What `code` prints, run by a fresh Python that finds modules in `at`."""
    known = {"PYTHONPATH": str(at), "MULTITRACK_CACHE_DIR": str(cache or at / "cache"), "NUMBA_DISABLE_JIT": "0"}
    done = subprocess.run(
        [sys.executable, "-B", "-c", dedent(code)],
        env=os.environ | known | surroundings,
        cwd=at,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    return done


# ---- which sources a compiled model is made of -----------------------------------------------------------------------


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
    assert len(needed) > 12 and PACKAGE / "ensemble.py" in needed and PACKAGE / "outcome_table.py" in needed
    assert sorted(needed - set(compiled._engine_sources())) == []


def test_the_fingerprint_changes_with_every_source_and_with_nothing_else(copied):
    code = """
        import json
        from multitrack_sim import compiled

        def fingerprint():
            compiled.fingerprint.cache_clear()
            return compiled.fingerprint()

        found = {"": fingerprint()}
        for path in sorted(compiled.PACKAGE.rglob("*.py")):
            text = path.read_bytes()
            path.write_bytes(text + b"# edited")
            found[str(path.relative_to(compiled.PACKAGE))] = fingerprint()
            path.write_bytes(text)
        found["again"] = fingerprint()
        print(json.dumps(found))
    """
    found = json.loads(run(code, copied).stdout)
    before, again = found.pop(""), found.pop("again")
    assert before == again == compiled.fingerprint()
    changed = {name for name, now in found.items() if now != before}
    sources = sources_of_compiled_code() | {
        PACKAGE / f"{name}.py" for name in ("compiled", "tables", "parameter_table")
    }
    assert changed >= {str(path.relative_to(PACKAGE)) for path in sources}
    assert not changed & {"cli.py", "model.py", "agents.py", "errors.py", "reports/figures.py", "scenario/load.py"}
    assert len({found[name] for name in changed}) == len(changed)


# ---- the cache of machine code ---------------------------------------------------------------------------------------

# A phase of one file that calls a rule of another.
PHASE = """
    from multitrack_sim.process.circumstances import intervene
    from multitrack_sim.tables import cell, empty_world

    world = empty_world({"issues": 1, "interventions": 1})
    world.interventions["cell"] = cell(world, "issues", 0, "potential")
    world.interventions["value"] = 0.25
    intervene(world.interventions, world.words, world.wholes, world.process[0], world.events, 0)
    hits = sum(intervene.stats.cache_hits.values()) if hasattr(intervene, "stats") else 0
    print(float(world.issues["potential"][0]), float(world.events["amount"][0]), hits)
"""


def result(done):
    potential, amount, hits = done.stdout.split()
    return float(potential), float(amount), int(hits)


def machine_code(cache):
    return sorted(path for path in cache.rglob("*") if path.suffix in (".nbc", ".nbi"))


def test_an_edit_in_another_file_is_never_answered_by_stale_code(copied):
    assert result(run(PHASE, copied)) == (0.25, 0.25, 0)
    assert result(run(PHASE, copied)) == (0.25, 0.25, 1)
    basics_file = copied / "multitrack_sim" / "process" / "basics.py"
    text = basics_file.read_text("utf-8")
    edited = text.replace("event.amount = amount", "event.amount = 3.0 * amount")
    assert edited != text
    basics_file.write_text(edited, "utf-8")
    assert result(run(PHASE, copied)) == (0.25, 0.75, 0)
    assert result(run(PHASE, copied, NUMBA_DISABLE_JIT="1")) == (0.25, 0.75, 0)
    basics_file.write_text(text, "utf-8")
    assert result(run(PHASE, copied)) == (0.25, 0.25, 1)


def test_a_damaged_cache_is_rebuilt(copied):
    run(PHASE, copied)
    for suffix, kept in [(".nbc", 0.5), (".nbi", 0.5), (".nbc", 0.0), (".nbi", 0.0)]:
        before = [path.stat().st_size for path in machine_code(copied / "cache")]
        for path in machine_code(copied / "cache"):
            if path.suffix == suffix:
                os.truncate(path, int(kept * path.stat().st_size))
        done = run(PHASE, copied)
        assert result(done) == (0.25, 0.25, 0) and not done.stderr
        assert [path.stat().st_size for path in machine_code(copied / "cache")] == pytest.approx(before, rel=0.01)
    assert result(run(PHASE, copied)) == (0.25, 0.25, 1)


def test_the_cache_is_the_users_own(copied):
    cache = copied / "deep" / "cache"
    run(f"import os; os.umask(0)\n{dedent(PHASE)}", copied, cache)
    (own,) = cache.iterdir()
    assert own.stat().st_mode & 0o777 == 0o700
    assert machine_code(own)
    own.chmod(0o777)
    run(PHASE, copied, cache)
    assert own.stat().st_mode & 0o777 == 0o700


@pytest.mark.skipif(not hasattr(os, "getuid"), reason="this system has no numbers of users")
def test_the_cache_of_another_user_is_not_touched(copied):
    run(PHASE, copied)
    before = machine_code(copied / "cache")
    done = run(f"import os; mine = os.getuid(); os.getuid = lambda: mine + 1\n{dedent(PHASE)}", copied)
    assert result(done) == (0.25, 0.25, 0)
    assert "belongs to another user" in done.stderr
    assert machine_code(copied / "cache") == before


def test_without_a_place_to_write_it_works_and_says_so_once(copied):
    (copied / "file").write_text("not a folder")
    code = f"{dedent(PHASE)}\nfrom multitrack_sim import warming\nwarming.compile_phases = None\nwarming.prepare()\n"
    done = run(code, copied, copied / "file")
    assert result(done) == (0.25, 0.25, 0)
    (line,) = done.stderr.splitlines()
    assert line.startswith("multitrack: compiled code cannot be kept (") and "every start compiles anew" in line
    assert (copied / "file").read_text() == "not a folder"


def test_only_the_fingerprints_used_last_are_kept_and_nothing_else_is_touched(copied):
    cache = copied / "cache"
    for age in range(6):
        old = cache / "compiled" / f"{age:016x}-00000000"
        (old / "engine").mkdir(parents=True)
        (old / "engine" / "old.nbc").touch()
        os.utime(old, (time.time() - 3600 * (age + 1),) * 2)
    for age in range(6):
        (cache / f"holidays {age}").mkdir()
    run(PHASE, copied, cache)
    kept = {path.name for path in (cache / "compiled").iterdir()}
    assert len(kept) == compiled.KEPT_FINGERPRINTS
    assert {f"{age:016x}-00000000" for age in range(compiled.KEPT_FINGERPRINTS - 1)} < kept
    assert sum(name.startswith(compiled.fingerprint()) for name in kept) == 1
    assert len(list(cache.glob("holidays *"))) == 6


MINE = "from multitrack_sim.compiled import phase\nfrom theirs import RATE, grow\n\n\n"
MINE += "@phase\ndef year(x):\n    for _ in range(12):\n        x = grow(x) * RATE\n    return x\n"
THEIRS = "from multitrack_sim.compiled import rule\n\nRATE = {rate}\n\n\n"
THEIRS += "@rule\ndef grow(x):\n    return x + {step}\n"


def test_rules_of_a_users_own_are_never_stale_either(tmp_path):
    code = "from mine import year\nprint(year(0.0), sum(year.stats.cache_hits.values()))"
    cache, at = tmp_path / "cache", f"{tmp_path}{os.pathsep}{PACKAGE.parent}"
    (tmp_path / "mine.py").write_text(MINE)
    answers = []
    for values in ({}, {}, {"step": 2.0}, {"rate": 2.0}):
        (tmp_path / "theirs.py").write_text(THEIRS.format(**{"rate": 1.0, "step": 1.0} | values))
        answers.append(run(code, tmp_path, cache, PYTHONPATH=at).stdout.split())
    doubled = sum(2.0**n for n in range(1, 13))
    assert answers == [["12.0", "0"], ["12.0", "1"], ["24.0", "0"], [f"{doubled}", "0"]]


def test_many_rules_of_a_users_own_do_not_crowd_out_the_engine(tmp_path):
    for at in range(2 * compiled.KEPT_FINGERPRINTS):
        text = f"from multitrack_sim.compiled import phase\n\n\n@phase\ndef f(x):\n    return x + {at}\n"
        (tmp_path / f"own_{at}.py").write_text(text)
    code = "import multitrack_sim.chance\nimport " + ", ".join(path.stem for path in tmp_path.glob("own_*.py"))
    run(code, tmp_path, tmp_path / "cache", PYTHONPATH=f"{tmp_path}{os.pathsep}{PACKAGE.parent}")
    (engine,) = (tmp_path / "cache" / "compiled").iterdir()
    assert (engine / "engine").is_dir() and len(list(engine.iterdir())) == 1 + 2 * compiled.KEPT_FINGERPRINTS


# ---- the same bits from Python and from compiled code ----------------------------------------------------------------

ANY = st.floats(allow_nan=False)
SHARE = st.floats(0.0, 1.0)
SAME_BITS = {
    "clip": (basics.clip, st.tuples(ANY, ANY, ANY)),
    "sigma": (basics.sigma, st.tuples(ANY)),
    "log_odds": (basics.log_odds, st.tuples(ANY)),
    "threshold": (basics.threshold, st.tuples(SHARE | st.just(-0.0), st.floats(1e-3, 1.0), st.floats(1.0, 40.0))),
    "dyad_row": (basics.dyad_row, st.tuples(*[st.integers(0, 30)] * 2, st.integers(2, 31))),
    "standard_normal": (standard_normal, st.tuples(st.floats(2.0**-53, 1.0 - 2.0**-53))),
}


def bits(value):
    return struct.pack("d", value)


@pytest.mark.parametrize(("rule", "inputs"), SAME_BITS.values(), ids=SAME_BITS)
def test_compiled_rules_give_the_bits_of_their_text(rule, inputs):
    @settings(max_examples=300, deadline=None)
    @given(inputs)
    def agree(values):
        values = tuple(map(np.float64, values)) if rule is not basics.dyad_row else values
        with np.errstate(all="ignore"):
            assert bits(rule(*values)) == bits(compiled.plain(rule)(*values))

    agree()


RUN = """
    import hashlib, json
    import numpy as np
    import multitrack_sim as mt
    from multitrack_sim.ensemble import run_ensemble

    def digest(array):
        return hashlib.sha256(np.ascontiguousarray(array).tobytes()).hexdigest()

    quick = {
        "run.months": 12, "society.communities": 10, "track_one.pretalks": 0.9, "track_one.opening": 0.9,
        "track_one.war_cost": 1.0, "track_one.aspiration": 0.1, "track_one.ratification_months": 1, "cbm.review": 1,
        "accord.months": 6, "track_two.transfer": 0.9, "track_two.channel": 0.5, "spoiling.deterrence": 0.2,
        "conflict.exposure": 0.1, "accord.collapse": 0.05, "conflict.incidents": 0.5, "track_two.tabling": 0.5,
    }
    codes = {"parties": 3, "hurting_stalemate": 4, "track2": 4, "track3": 4, "cbm": 4, "mediation": 3, "spoilers": 3}
    scenario = mt.scenario_from_codes(codes).with_settings(quick)
    party = scenario.names["governments"][0]
    scenario = scenario.with_interventions(
        [
            {"month": 3, "set": "track_two.budget", "to": 0.0, "until": 6},
            {"month": 4, "set": f"governments.'{party}'.ratified_by", "to": "referendum"},
        ]
    )
    model = mt.PeaceProcess(scenario, seed=8)
    found = {name: value if isinstance(value, str) else value.hex() for name, value in model.run().items()}
    found["monthly"] = digest(model.datacollector.get_model_vars_dataframe()["violence"].to_numpy())
    found["world"] = digest(model.tables.words)
    many = run_ensemble(scenario, runs=3, seed=4, threads=2, series=True, worlds=True, vary={"cbm.budget": [0, 1, 2]})
    found["seeds"] = many.table["seed"].tolist()
    found["table"] = many.table.map(str).to_numpy().tolist()
    found["series"] = digest(many.series)
    found["worlds"] = [digest(world.words) for world in many.worlds]
    print(json.dumps(found))
"""


def test_with_compilation_off_everything_is_the_same_bit_for_bit(capsys, tmp_path):
    plain = json.loads(run(RUN, PACKAGE.parent, tmp_path, NUMBA_DISABLE_JIT="1").stdout)
    capsys.readouterr()
    exec(dedent(RUN), {})
    fast = json.loads(capsys.readouterr().out)
    assert fast["agreement"] and len(set(fast["worlds"])) == 3
    assert fast == plain


def test_whether_the_model_still_has_to_be_compiled_is_known(copied):
    code = "from multitrack_sim.compiled import is_cold\n"
    assert run(f"{code}print(is_cold('intervene'))", copied).stdout == "True\n"
    run(PHASE, copied)
    assert run(f"{code}print(is_cold('intervene'), is_cold())", copied).stdout == "False True\n"
    assert run(f"{code}print(is_cold())", copied, NUMBA_DISABLE_JIT="1").stdout == "False\n"
