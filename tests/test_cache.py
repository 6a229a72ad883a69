"""The cache of machine code: never stale, damaged or another's; and what is not the cache's is never touched.

Small phases of a copy of the package are run in processes of their own, each with a cache of its own.
"""

import hashlib
import os
import pickle
import shutil
import subprocess
import tempfile
import time
from pathlib import Path
from textwrap import dedent

import pytest
from fresh import PACKAGE, run

from multitrack_sim.engine import cache
from multitrack_sim.engine.cache import KEPT_FINGERPRINTS
from multitrack_sim.engine.sources import fingerprint

needs_users = pytest.mark.skipif(not hasattr(os, "getuid"), reason="this system has no numbers of users")
needs_root = pytest.mark.skipif(
    not hasattr(os, "getuid") or os.getuid() != 0, reason="only root can make files of another user"
)
NOBODY = 65534

# A phase that is quick to compile, and how often its machine code came from the cache.
PHASE = """
    from multitrack_sim.process.observation import count
    from multitrack_sim.schema.world import empty_world

    world = empty_world({"governments": 2, "dyads": 2})
    world.dyads["prior"] = 0.25
    count(world, 6)
    hits = sum(count.stats.cache_hits.values()) if hasattr(count, "stats") else 0
    print(float(world.dyads["trust"][0]), float(world.process["month"][0]), hits)
"""
# A phase that calls a rule of another file.
ACROSS = """
    from multitrack_sim.process.track_three import track_three
    from multitrack_sim.schema.world import empty_world

    world = empty_world({"governments": 2, "communities": 1})
    world.communities["attitude"], world.communities["programme_effect"] = 0.5, 0.25
    track_three(world, 1)
    hits = sum(track_three.stats.cache_hits.values()) if hasattr(track_three, "stats") else 0
    print(float(world.communities["attitude"][0]), float(world.communities["programme_effect"][0]), hits)
"""


def old_folder(root, age):
    """A folder as the cache made it for a model of `age` hours ago."""
    old = root / f"{age:016x}-00000000"
    (old / "engine").mkdir(parents=True, mode=0o700)
    (old / "engine" / "old.nbc").touch(mode=0o600)
    (old / cache.MARKER).write_bytes(cache.MARK)
    for path in (root, old, old / "engine", old / cache.MARKER):
        path.chmod(path.stat().st_mode & ~0o022)
    os.utime(old, (time.time() - 3600 * (age + 1),) * 2)
    return old


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
from multitrack_sim.engine.cache import _cache_root, is_cold
from multitrack_sim.engine.compiled import kernel

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
    cache = copied / "deep" / "cache"
    run(f"import os; os.umask(0)\n{dedent(PHASE)}", copied, cache)
    assert machine_code(cache) and [path.name for path in cache.iterdir()] == ["compiled"]
    for path in [cache / "compiled", *(cache / "compiled").rglob("*")]:
        assert path.stat().st_mode & 0o777 == (0o700 if path.is_dir() else 0o600), path


@pytest.mark.skipif(not hasattr(os, "getuid"), reason="this system has no numbers of users")
def test_the_cache_of_another_user_is_not_touched(copied):
    (copied / "cache" / "compiled").mkdir(parents=True)
    done = run(f"import os; mine = os.getuid(); os.getuid = lambda: mine + 1\n{dedent(PHASE)}", copied)
    assert result(done) == (0.25, 7, 0)
    assert "belongs to another user" in done.stderr
    assert list((copied / "cache").rglob("*")) == [copied / "cache" / "compiled"]


def test_without_a_place_to_write_it_works_and_says_so_once(copied):
    (copied / "file").write_text("not a folder")
    code = (
        f"{dedent(PHASE)}\nfrom multitrack_sim.process import warmup\nwarmup.compile_phases = None\nwarmup.prepare()\n"
    )
    done = run(code, copied, copied / "file")
    assert result(done) == (0.25, 7, 0)
    (line,) = done.stderr.splitlines()
    assert line.startswith("multitrack: compiled code cannot be kept (") and "every start compiles anew" in line
    assert (copied / "file").read_text() == "not a folder"


def test_only_the_fingerprints_used_last_are_kept_and_nothing_else_is_touched(copied):
    place = copied / "cache"
    for age in range(6):
        old_folder(place / "compiled", age)
    for age in range(6):
        (place / f"holidays {age}").mkdir()
    run(PHASE, copied, place)
    kept = {path.name for path in (place / "compiled").iterdir()}
    assert len(kept) == KEPT_FINGERPRINTS
    assert {f"{age:016x}-00000000" for age in range(KEPT_FINGERPRINTS - 1)} < kept
    assert sum(name.startswith(fingerprint()) for name in kept) == 1
    assert len(list(place.glob("holidays *"))) == 6


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
    for at in range(2 * KEPT_FINGERPRINTS):
        text = f"from multitrack_sim.engine.compiled import phase\n\n\n@phase\ndef f(x):\n    return x + {at}\n"
        (tmp_path / f"own_{at}.py").write_text(text)
    own = [path.stem for path in tmp_path.glob("own_*.py")]
    code = "from multitrack_sim.engine.random import chance\nchance(1, 2, 3, 4, 5)\n"
    code += "".join(f"import {name}\n{name}.f(1.0)\n" for name in own)
    run(code, tmp_path, tmp_path / "cache", PYTHONPATH=f"{tmp_path}{os.pathsep}{PACKAGE.parent}")
    (engine,) = (tmp_path / "cache" / "compiled").iterdir()  # in it a marker, the engine, and what is the user's own
    assert (engine / "engine").is_dir() and len(list(engine.iterdir())) == 2 + 2 * KEPT_FINGERPRINTS


def test_whether_the_model_still_has_to_be_compiled_is_known(copied):
    code = "from multitrack_sim.engine.cache import is_cold\n"
    code += f"print(is_cold('count'))\n{dedent(PHASE)}\nprint(is_cold('count'), is_cold())"
    assert run(code, copied).stdout.split() == ["True", "0.25", "7.0", "0", "False", "True"]
    assert run(code, copied, NUMBA_DISABLE_JIT="1").stdout.split() == ["False", "0.25", "7.0", "0", "False", "False"]


# ---- damage ----------------------------------------------------------------------------------------------------------

# How a session of its own would begin: `session(folder)` says whether what it drew is right and how much came from the cache.
SESSIONS = """
    import os, sys
    from multitrack_sim.engine import cache, random as chance
    from multitrack_sim.engine.compiled import kernel

    def session(folder):
        os.environ["MULTITRACK_CACHE_DIR"] = str(folder)
        cache._place.cache_clear()
        fresh = kernel(chance._chance)
        drawn = fresh(1, 2, 3, 4, 5)
        return drawn == chance.chance(1, 2, 3, 4, 5), sum(fresh.stats.cache_hits.values())
"""


def test_one_wrong_bit_is_found_before_the_code_is_run(copied):
    """In machine code it would end the interpreter: each of these files is damaged in many places, one at a time."""
    code = f"""{dedent(SESSIONS)}
import random
from pathlib import Path

place = Path("kept").absolute()
session(place)
dice, head = random.Random(1), len(cache._SEAL)
for suffix in (".nbc", ".nbi"):
    (file,) = place.rglob(f"*_chance-*{{suffix}}")
    size = file.stat().st_size
    bits = [0, 8 * head, 8 * (head + 32), 8 * size - 1, *(dice.randrange(8 * size) for _ in range(8))]
    for bit in bits:
        whole = bytearray(file.read_bytes())
        whole[bit // 8] ^= 1 << bit % 8
        file.write_bytes(whole)
        print(suffix, bit, *session(place), *session(place))
    for change in (b"", whole[:-1], bytes(whole) + b"x", b"x" * len(whole)):
        file.write_bytes(change)
        print(suffix, "cut", *session(place), *session(place))
"""
    done = run(code, copied)
    lines = [line.split() for line in done.stdout.splitlines()]
    assert len(lines) == 2 * (12 + 4)
    for suffix, bit, *found in lines:  # compiled again, and kept again
        assert found == ["True", "0", "True", "1"], (suffix, bit)
    assert not done.stderr


def test_damage_costs_the_damaged_kernel_only(copied):
    first = result(run(PHASE, copied))
    run(ACROSS, copied)
    files = {path: path.stat().st_mtime_ns for path in machine_code(copied / "cache")}
    (damaged,) = (path for path in files if "count" in path.name and path.suffix == ".nbc")
    damaged.write_bytes(b"\0" * 1000)
    assert result(run(PHASE, copied)) == first
    after = {path: path.stat().st_mtime_ns for path in machine_code(copied / "cache")}
    assert after.keys() == files.keys() and len(files) > 3
    assert all(after[path] == files[path] for path in files if "count" not in path.name)


def test_times_of_files_do_not_matter_to_the_engine(copied):
    """Copying an image or a wheel changes them; what counts is what the sources say."""
    run(PHASE, copied)
    for path in (copied / "multitrack_sim").rglob("*.py"):
        os.utime(path, (1e9, 1e9))
    assert result(run(PHASE, copied)) == (0.25, 7, 1)


# ---- what is not the cache's -----------------------------------------------------------------------------------------


def everything(folder):
    """All that is in a folder: what it is, what is in it, how it is guarded, when it was changed."""
    found = {}
    for path in [folder, *sorted(folder.rglob("*"))]:
        about = path.lstat()
        what = os.readlink(path) if path.is_symlink() else path.read_bytes() if path.is_file() else None
        when = None if path.is_dir() and not path.is_symlink() else about.st_mtime_ns
        found[path] = (about.st_mode, about.st_uid, when, what)
    return found


def ready(root):
    """The folder of this model, as the cache makes it."""
    made = root / cache._folder_name()
    made.mkdir(mode=0o700)
    (made / cache.MARKER).write_bytes(cache.MARK)
    (made / cache.MARKER).chmod(0o600)
    return made


def letters(folder):
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "letters.txt").write_text("dear")
    return folder


def of_the_users_own(root, home):
    for name in ("build", "old", "0123456789abcdef", "wheels-1", ".hidden", "x" * 16 + "-00000000"):
        letters(root / name)


def of_the_known_name(root, home):
    for age in range(9):
        letters(root / f"{age:016x}-00000000")


def with_another_marker(root, home):
    for age in range(9):
        (old_folder(root, age) / cache.MARKER).write_text("Signature: 8a477f597d28d172789f06886806bc55\n")


def with_something_in_it(root, home):
    for age in range(9):
        letters(old_folder(root, age) / "engine")


def with_a_link_in_it(root, home):
    for age in range(9):
        old = old_folder(root, age)
        (old / "engine" / "more.nbc").symlink_to(letters(home / "far") / "letters.txt")
        (old / "there").symlink_to(home / "far")


def with_a_marker_that_is_a_link(root, home):
    for age in range(9):
        old = old_folder(root, age)
        (old / cache.MARKER).rename(home / f"marker {age}")
        (old / cache.MARKER).symlink_to(home / f"marker {age}")


def links_of_the_known_name(root, home):
    for age in range(9):
        (root / f"{age:016x}-00000000").symlink_to(old_folder(home / "far", age))


def that_others_may_write(root, home):
    for age in range(9):
        old_folder(root, age).chmod(0o770)


def with_a_file_that_others_may_write(root, home):
    for age in range(9):
        (old_folder(root, age) / "engine" / "old.nbc").chmod(0o666)


def the_root_a_link(root, home):
    root.rmdir()
    far = letters(home / "far")
    for age in range(9):
        old_folder(far, age)
    root.symlink_to(far)


def the_root_a_broken_link(root, home):
    root.rmdir()
    root.symlink_to(home / "nowhere")


def the_root_a_file(root, home):
    root.rmdir()
    root.write_text("mine")


def the_root_open_to_others(root, home):
    of_the_users_own(root, home)
    for age in range(9):
        old_folder(root, age)
    root.chmod(0o777)


def the_root_open_to_a_group(root, home):
    root.chmod(0o770)


def our_folder_a_link(root, home):
    (root / cache._folder_name()).symlink_to(letters(home / "far"))


def our_folder_with_something_in_it(root, home):
    letters(root / cache._folder_name())


def our_folder_open_to_others(root, home):
    ready(root).chmod(0o777)


def the_engine_a_link(root, home):
    (ready(root) / "engine").symlink_to(letters(home / "far"))


def the_engine_a_file(root, home):
    (ready(root) / "engine").write_text("mine")


def the_engine_open_to_others(root, home):
    letters(ready(root) / "engine").chmod(0o777)


REFUSED = {
    the_root_a_link: "is a link", the_root_a_broken_link: "is a link", the_root_a_file: "is not a folder",
    the_root_open_to_others: "may be written by other users", the_root_open_to_a_group: "may be written by other users",
    our_folder_a_link: "is a link", our_folder_with_something_in_it: "holds what is not of this cache",
    our_folder_open_to_others: "may be written by other users",
}  # fmt: skip
LEFT_ALONE = [
    of_the_users_own, of_the_known_name, with_another_marker, with_something_in_it, with_a_link_in_it,
    with_a_marker_that_is_a_link, links_of_the_known_name, that_others_may_write, with_a_file_that_others_may_write,
    the_engine_a_link, the_engine_a_file, the_engine_open_to_others, *REFUSED,
]  # fmt: skip


def sessions(folders):
    """What a session in each of these folders gives and says, one after the other in one fresh Python."""
    code = f"""{dedent(SESSIONS)}
for folder in {[str(folder) for folder in folders]!r}:
    print(*session(folder), flush=True)
    print("----", file=sys.stderr, flush=True)
"""
    with tempfile.TemporaryDirectory() as first:
        done = run(code, PACKAGE.parent, first)
    return list(zip([line.split() for line in done.stdout.splitlines()], done.stderr.split("----\n")))


@needs_users
def test_what_is_not_the_caches_is_neither_deleted_nor_changed_nor_used(tmp_path):
    homes = {made: tmp_path / made.__name__ for made in LEFT_ALONE}
    for made, home in homes.items():
        root = home / "mine" / "compiled"
        root.mkdir(parents=True, mode=0o755)
        made(root, home)
    before = {made: everything(home) for made, home in homes.items()}
    places = [home / "mine" for home in homes.values()]
    unusable = (the_engine_a_link, the_engine_a_file, the_engine_open_to_others)
    for again, found in enumerate((sessions(places), sessions(places))):
        for (made, home), (answer, said) in zip(homes.items(), found, strict=True):
            after = everything(home)
            assert {path: after.get(path) for path in before[made]} == before[made], made.__name__
            kept = made not in REFUSED and made not in unusable
            assert answer == ["True", str(int(again and kept))], made.__name__
            if made in REFUSED:
                assert after == before[made], made.__name__
                assert said.startswith(f"multitrack: compiled code cannot be kept ({home / 'mine' / 'compiled'}")
                assert (
                    REFUSED[made] in said and said.endswith("; every start compiles anew\n") and said.count("\n") == 1
                )
            else:
                assert not said, made.__name__


@needs_users
def test_a_file_of_code_that_is_not_ours_alone_is_not_read_and_not_replaced(tmp_path):
    changes = {
        "link": lambda file: (file.rename(file.parents[4] / "kept"), file.symlink_to(file.parents[4] / "kept")),
        "pipe": lambda file: (file.unlink(), os.mkfifo(file, 0o600)),
        "folder": lambda file: (file.unlink(), file.mkdir(mode=0o700)),
        "open to a group": lambda file: file.chmod(0o660),
        "open to all": lambda file: file.chmod(0o606),
    }
    places = {(how, suffix): tmp_path / f"{how} {suffix}" for how in changes for suffix in (".nbi", ".nbc")}
    assert [answer for answer, _ in sessions(places.values())] == [["True", "0"]] * len(places)
    files = {}
    for (how, suffix), place in places.items():
        (file,) = place.rglob(f"*_chance-*{suffix}")
        changes[how](file)
        files[how, suffix] = file, file.lstat()
    for _ in range(2):
        for case, (answer, said) in zip(files, sessions(places.values()), strict=True):
            file, about = files[case]
            assert answer == ["True", "0"] and not said, case
            assert (file.lstat().st_mode, file.lstat().st_ino) == (about.st_mode, about.st_ino), case


# ---- users -----------------------------------------------------------------------------------------------------------


@pytest.fixture
def theirs():
    """A folder of a user who is not root (if root runs the tests; otherwise of the user who does)."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)
        if os.getuid() == 0:
            os.chown(folder, NOBODY, NOBODY)
        yield folder
        for path in [folder, *folder.rglob("*")]:
            if path.is_dir():
                path.chmod(0o700)


def as_nobody(code, at, **surroundings):
    """What `code` prints after `session` is there, by a user to whom modes of files mean something."""
    become = "if os.getuid() == 0:\n    os.setgroups([]); os.setgid(65534); os.setuid(65534)\n"
    imports = "session('first')  # what compiling imports may lie where only root can read\n"
    return run(f"{dedent(SESSIONS)}{imports}{become}{dedent(code)}", at, PYTHONPATH=str(PACKAGE.parent), **surroundings)


@needs_users
@pytest.mark.parametrize("closed", ["all", "the root", "our folder", "the engine"])
def test_ready_code_that_cannot_be_written_is_used_in_silence(tmp_path, theirs, closed):
    as_nobody(f"session({str(theirs)!r})", tmp_path)
    root = theirs / "compiled"
    (ours,) = root.iterdir()
    chosen = {"all": [theirs, *theirs.rglob("*")], "the root": [root], "our folder": [ours]}.get(closed)
    for path in chosen or [ours / "engine", *(ours / "engine").iterdir()]:
        path.chmod(path.stat().st_mode & ~0o222)
    before = everything(theirs)
    code = f"print(*session({str(theirs)!r}), cache.keeps_code(), cache.is_cold('_chance'))"
    done = as_nobody(code, tmp_path)
    assert done.stdout.split() == ["True", "1", str(closed not in ("all", "our folder")), "False"]
    assert not done.stderr and everything(theirs) == before


@needs_users
def test_where_nothing_can_be_kept_or_used_one_line_says_so(tmp_path, theirs):
    theirs.chmod(0o555)
    done = as_nobody(f"print(*session({str(theirs)!r}), cache.keeps_code(), cache.is_cold('_chance'))", tmp_path)
    assert done.stdout.split() == ["True", "0", "False", "True"] and not list(theirs.iterdir())
    (line,) = done.stderr.splitlines()
    assert line.startswith("multitrack: compiled code cannot be kept (") and "Permission denied" in line


@needs_users
def test_damaged_code_that_cannot_be_written_is_compiled_in_silence(tmp_path, theirs):
    as_nobody(f"session({str(theirs)!r})", tmp_path)
    (file,) = theirs.rglob("*_chance-*.nbc")
    whole = bytearray(file.read_bytes())
    whole[len(whole) // 2] ^= 1
    file.write_bytes(whole)
    for path in [theirs, *theirs.rglob("*")]:
        path.chmod(path.stat().st_mode & ~0o222)
    before = everything(theirs)
    done = as_nobody(f"print(*session({str(theirs)!r}))", tmp_path)
    assert done.stdout.split() == ["True", "0"] and not done.stderr and everything(theirs) == before


@needs_root
def test_ready_code_on_a_read_only_disk_is_used_in_silence(copied):
    if shutil.which("unshare") is None or subprocess.run(["unshare", "-m", "true"], capture_output=True).returncode:
        pytest.skip("mounting is not allowed here")
    place = copied / "cache"
    run(PHASE, copied, place)
    before = everything(place)
    mount = f"""
import os, subprocess, sys
mount = ["sh", "-c", 'mount --bind "$0" "$0" && mount -o remount,bind,ro "$0"', {str(place)!r}]
os.unshare(os.CLONE_NEWNS) if hasattr(os, "unshare") else __import__("ctypes").CDLL(None).unshare(0x00020000)
subprocess.run(["mount", "--make-rprivate", "/"], check=True)
subprocess.run(mount, check=True)
try:
    open({str(place / "probe")!r}, "w")
except OSError as problem:
    print(problem.errno, end=" ")
"""
    done = run(mount + dedent(PHASE), copied, place)
    assert done.stdout.split() == ["30", "0.25", "7.0", "1"] and not done.stderr
    assert everything(place) == before


@needs_root
@pytest.mark.parametrize("whose", ["the root", "our folder", "the engine", "the index", "the code"])
def test_code_of_another_user_is_never_unpickled(tmp_path, theirs, whose):
    """A pickle that would write a file when it is loaded, sealed as ours are, lies where the code should."""
    as_nobody(f"session({str(theirs)!r})", tmp_path)
    (ours,) = (theirs / "compiled").iterdir()
    (index,) = theirs.rglob("*_chance-*.nbi")
    (code,) = theirs.rglob("*_chance-*.nbc")
    bait = theirs / "eaten"

    class Bait:
        def __reduce__(self):
            return Path.touch, (bait,)

    content = pickle.dumps(Bait())
    taken = code if whose == "the code" else index
    taken.write_bytes(cache._SEAL + hashlib.sha256(content).digest() + content)
    foreign = {"the root": ours.parent, "our folder": ours, "the engine": ours / "engine"}.get(whose, taken)
    os.chown(foreign, 0, 0)
    foreign.chmod(0o755 if foreign.is_dir() else 0o644)
    before = everything(theirs)
    done = as_nobody(f"print(*session({str(theirs)!r}))", tmp_path)
    assert done.stdout.split() == ["True", "0"] and not bait.exists()
    assert {path: everything(theirs).get(path) for path in before} == before
    assert ("belongs to another user" in done.stderr) == (whose in ("the root", "our folder"))
    if whose == "the index":  # the bait is one: without its owner it would be taken
        os.chown(taken, NOBODY, NOBODY)
        as_nobody(f"session({str(theirs)!r})", tmp_path)
        assert bait.exists()
