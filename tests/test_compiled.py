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
from multitrack_sim.engine import compiled
from multitrack_sim.engine.random import standard_normal
from multitrack_sim.process import basics

PACKAGE = Path(multitrack_sim.__file__).parent
MARKS = {"rule", "phase", "part", "kernel", "arithmetic"}


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

# A phase that is quick to compile, and how often its machine code came from the cache.
PHASE = """
    from multitrack_sim.process.month import count
    from multitrack_sim.schema.tables import empty_world

    world = empty_world({"governments": 2, "dyads": 2})
    world.dyads["prior"] = 0.25
    count(world, 6)
    hits = sum(count.stats.cache_hits.values()) if hasattr(count, "stats") else 0
    print(float(world.dyads["trust"][0]), float(world.process["month"][0]), hits)
"""
# A phase that calls a rule of another file.
ACROSS = """
    from multitrack_sim.process.track_three import track_three
    from multitrack_sim.schema.tables import empty_world

    world = empty_world({"governments": 2, "communities": 1})
    world.communities["attitude"], world.communities["programme_effect"] = 0.5, 0.25
    grassroots(world, 1)
    hits = sum(grassroots.stats.cache_hits.values()) if hasattr(grassroots, "stats") else 0
    print(float(world.communities["attitude"][0]), float(world.communities["programme_effect"][0]), hits)
"""


def result(done):
    one, two, hits = done.stdout.split()
    return float(one), float(two), int(hits)


def machine_code(cache):
    return sorted(path for path in cache.rglob("*") if path.suffix in (".nbc", ".nbi"))


def test_an_edit_in_another_file_is_never_answered_by_stale_code(copied):
    *before, hits = result(run(ACROSS, copied))
    assert hits == 0 and machine_code(copied / "cache")
    basics_file = copied / "multitrack_sim" / "process" / "basics.py"
    text = basics_file.read_text("utf-8")
    edited = text.replace("        return high\n    return x\n", "        return high\n    return 0.5 * x\n")
    assert edited != text
    basics_file.write_text(edited, "utf-8")
    *after, hits = result(run(ACROSS, copied))
    assert after[0] == pytest.approx(before[0] / 2) and after[1] == before[1] and hits == 0
    assert result(run(ACROSS, copied, NUMBA_DISABLE_JIT="1")) == (*after, 0)


def test_a_damaged_cache_is_rebuilt(copied):
    code = f"""{dedent(PHASE)}
import os
from multitrack_sim.engine.compiled import _cache_root, is_cold, kernel

def again():
    fresh = kernel(count.py_func)  # as a new session would make it
    world.dyads["trust"] = 0.0
    fresh(world, 6)
    files = sorted(path for path in _cache_root().rglob("*.nb*"))
    sizes = sum(path.stat().st_size for path in files)
    print(float(world.dyads["trust"][0]), sum(fresh.stats.cache_hits.values()), len(files), round(sizes, -3))
    return files

for suffix, kept in [(".nbc", 0.5), (".nbi", 0.5), (".nbc", 0.0), (".nbi", 0.0)]:
    for path in again():
        if path.suffix == suffix:
            os.truncate(path, int(kept * path.stat().st_size))
    again()
"""
    first, *lines = run(code, copied).stdout.splitlines()
    found = [line.split() for line in lines]
    assert first == "0.25 7.0 0" and len(found) == 8
    assert [hits for _, hits, _, _ in found] == ["1", "0"] * 4
    assert {(trust, files, size) for trust, _, files, size in found} == {("0.25", *found[0][2:])}


def test_the_cache_is_the_users_own(copied):
    own = copied / "deep" / "cache" / "compiled"
    own.mkdir(parents=True)
    own.chmod(0o777)
    run(f"import os; os.umask(0)\n{dedent(PHASE)}", copied, own.parent)
    assert own.stat().st_mode & 0o777 == 0o700
    assert machine_code(own) and [path.name for path in own.parent.iterdir()] == ["compiled"]


@pytest.mark.skipif(not hasattr(os, "getuid"), reason="this system has no numbers of users")
def test_the_cache_of_another_user_is_not_touched(copied):
    (copied / "cache" / "compiled").mkdir(parents=True)
    done = run(f"import os; mine = os.getuid(); os.getuid = lambda: mine + 1\n{dedent(PHASE)}", copied)
    assert result(done) == (0.25, 7, 0)
    assert "belongs to another user" in done.stderr
    assert list((copied / "cache").rglob("*")) == [copied / "cache" / "compiled"]


def test_without_a_place_to_write_it_works_and_says_so_once(copied):
    (copied / "file").write_text("not a folder")
    code = f"{dedent(PHASE)}\nfrom multitrack_sim import warming\nwarming.compile_phases = None\nwarming.prepare()\n"
    done = run(code, copied, copied / "file")
    assert result(done) == (0.25, 7, 0)
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


MINE = "import theirs\nfrom multitrack_sim.engine.compiled import phase\nfrom theirs import RATE, grow\n\n\n"
MINE += "@phase\ndef year(x):\n    for _ in range(12):\n        x = grow(x) * RATE\n    return x\n"
THEIRS = "from multitrack_sim.engine.compiled import rule\n\nRATE = {rate}\n\n\n"
THEIRS += "@rule\ndef grow(x):\n    return x + {step}\n"


def test_rules_of_a_users_own_are_never_stale_either(tmp_path):
    (tmp_path / "mine.py").write_text(MINE)
    code = f"""
from importlib import reload
from pathlib import Path

theirs = Path("theirs.py")
theirs.write_text({THEIRS.format(rate=1.0, step=1.0)!r})
import mine
for text in {[THEIRS.format(rate=rate, step=step) for rate, step in ((1.0, 1.0), (1.0, 2.0), (2.0, 1.0))]!r}:
    print(mine.year(0.0), sum(mine.year.stats.cache_hits.values()))
    theirs.write_text(text)
    reload(mine.theirs)
    reload(mine)
print(mine.year(0.0), sum(mine.year.stats.cache_hits.values()))
"""
    done = run(code, tmp_path, PYTHONPATH=f"{tmp_path}{os.pathsep}{PACKAGE.parent}")
    doubled = sum(2.0**n for n in range(1, 13))
    assert done.stdout.splitlines() == ["12.0 0", "12.0 1", "24.0 0", f"{doubled} 0"]


def test_many_rules_of_a_users_own_do_not_crowd_out_the_engine(tmp_path):
    for at in range(2 * compiled.KEPT_FINGERPRINTS):
        text = f"from multitrack_sim.engine.compiled import phase\n\n\n@phase\ndef f(x):\n    return x + {at}\n"
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
    from multitrack_sim.running.ensemble import run_ensemble

    def digest(array):
        return hashlib.sha256(np.ascontiguousarray(array).tobytes()).hexdigest()

    quick = {
        "run.months": 12, "society.communities": 10, "track_one.pretalks": 0.9, "track_one.opening": 0.9,
        "track_one.war_cost": 1.0, "track_one.aspiration": 0.1, "track_one.ratification_months": 1, "cbm.review": 1,
        "accord.months": 6, "track_two.transfer": 0.9, "track_two.channel": 0.5, "spoiling.deterrence": 0.2,
        "conflict.exposure": 0.1, "accord.doubt": 0.2, "conflict.incidents": 0.5, "track_two.tabling": 0.5,
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
    assert fast["highest_agreement"] and len(set(fast["worlds"])) == 3
    assert fast == plain


def test_whether_the_model_still_has_to_be_compiled_is_known(copied):
    code = "from multitrack_sim.engine.compiled import is_cold\n"
    code += f"print(is_cold('count'))\n{dedent(PHASE)}\nprint(is_cold('count'), is_cold())"
    assert run(code, copied).stdout.split() == ["True", "0.25", "7.0", "0", "False", "True"]
    assert run(code, copied, NUMBA_DISABLE_JIT="1").stdout.split() == ["False", "0.25", "7.0", "0", "False", "False"]


@pytest.mark.skipif(not compiled.COMPILED, reason="compilation is off")
def test_a_part_of_a_phase_cannot_be_called_from_python():
    """It has no way in from Python, and without a guard the interpreter would crash."""
    from multitrack_sim.process.month import pass_month

    with pytest.raises(TypeError, match="pass_month is a part of a phase"):
        pass_month(None, 0)
