"""Code compiled ahead of time, kept: this user's own, and what came with the package.

It is made once for each version of the rules, and of the way it is made. A file holds the hashes of the sources of both, how
the code is called, and the code, behind the hash of all that. What is damaged, of another version or another's is not used.
"""

from __future__ import annotations

import json
import platform
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from .cache import _cache_folder, _Damaged, _fault, _make_folder, _read, _sealed, _unsealed, _write, keeps_code
from .sources import PACKAGE, _digest, fingerprint

__all__ = ["Made", "find", "here", "keep", "packed", "write_into_package"]

SUFFIX = ".object"
WITH_THE_PACKAGE = "compiled"  # the folder in the package that the build of a wheel fills
LEVEL_3 = {"avx", "avx2", "bmi", "bmi2", "f16c", "fma", "lzcnt", "movbe"}  # of x86-64, as LLVM names them

Described = dict[str, list[dict[str, Any]]]


class Made(NamedTuple):
    """Code for one home, and the arguments of each kernel in it (`engine.ahead.described`)."""

    code: bytes
    entries: Described


def here() -> tuple[str, ...]:
    """The names of `engine.ahead.PLATFORMS` that this machine can run, best first."""
    system = {"Linux": "linux", "Darwin": "macos", "Windows": "windows"}.get(platform.system(), "")
    machine = platform.machine().lower()
    kind = {"amd64": "x86-64", "x86_64": "x86-64", "arm64": "arm64", "aarch64": "aarch64"}.get(machine, "")
    if (system, kind) == ("linux", "x86-64"):
        import llvmlite.binding as llvm

        features = llvm.get_host_cpu_features()
        better = all(features.get(one) for one in LEVEL_3)
        return ("linux-x86-64-v3", "linux-x86-64") if better else ("linux-x86-64",)
    return (f"{system}-{kind}",) if system and kind else ()


@cache
def _sources() -> str:
    """What the code is made from, and how: two hashes."""
    ways = ("engine/ahead.py", "engine/wasm.py", "process/ahead.py")
    return f"{fingerprint()} {_digest(PACKAGE / way for way in ways)}"


def packed(home: str, made: Made) -> bytes:
    """A file of it."""
    about = {"home": home, "sources": _sources(), "entries": made.entries}
    return _sealed(json.dumps(about).encode("ascii") + b"\0" + made.code)


def _unpacked(home: str, content: bytes) -> Made | None:
    """What a file holds, or None where it is of other sources. _Damaged where it is not what was written."""
    about, _, code = _unsealed(content).partition(b"\0")
    told = json.loads(about)
    return Made(code, told["entries"]) if (told["home"], told["sources"]) == (home, _sources()) else None


def find(home: str) -> Made | None:
    """The code for a home, made from the sources that are here: as it came with the package, or from this user's cache."""
    with suppress(OSError, _Damaged):
        came = _unpacked(home, (PACKAGE / WITH_THE_PACKAGE / f"{home}{SUFFIX}").read_bytes())
        if came is not None:
            return came
    kept = _file(home)
    if kept is None:
        return None
    try:
        return _unpacked(home, _read(kept))
    except _Damaged:
        with suppress(OSError):
            if not _fault(kept.lstat()):
                kept.unlink()
    except OSError:  # nothing there, or nothing of ours
        pass
    return None


def keep(home: str, made: Made) -> bool:
    """Keep it in this user's cache, where that can be written."""
    path = _file(home)
    if path is None or not keeps_code():
        return False
    with suppress(OSError):
        _make_folder(path.parent)
        _write(path, packed(home, made))
        return True
    return False


def write_into_package(home: str, made: Made, package: Path) -> Path:
    """Write it where an installed package looks for it."""
    folder = package / WITH_THE_PACKAGE
    folder.mkdir(exist_ok=True)
    path = folder / f"{home}{SUFFIX}"
    path.write_bytes(packed(home, made))
    return path


def _file(home: str) -> Path | None:
    folder = _cache_folder("ahead")
    return folder and folder / f"{home}{SUFFIX}"
