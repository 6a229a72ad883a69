"""Which source files decide what: the machine code, and the numbers of a run.

Both lists are rules about rooms of the package, never lists of files: what is added, moved or renamed is covered unless
its room is named here as one that decides nothing.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from functools import cache
from pathlib import Path

__all__ = ["PACKAGE", "fingerprint", "model_sources", "model_version"]

PACKAGE = Path(__file__).parents[__name__.count(".") - 1]

# Rooms and modules that choose, keep, show or explain runs, or help to compile them: no number of a run with a given
# scenario, codes and seed comes from them.
_DECIDES_NOTHING = {
    "__init__", "__main__", "errors", "designs", "running", "analysis", "studies", "reports", "single_run", "evidence",
    "browser", "cli", "scenario/files", "engine/sources", "engine/cache", "engine/kept_code", "engine/resources",
    "engine/ahead", "engine/objects", "engine/ready_made", "engine/wasm", "process/ahead", "process/warmup",
    "scenario/plausible", "scenario/variants",  # runs that carry them name them and their fingerprints beside the version
}  # fmt: skip
_DECIDES_YET = {"running/ensemble", "running/agents_runs"}  # in a room of the former, but they seed and start every run

# Of what decides numbers, what only Python reads: it is compiled where it holds rules.
_MAKES_WORLDS = ("scenario", "agents", "model")
_MARKED = re.compile(rb"^@(rule|phase|part|kernel|arithmetic)\b", re.MULTILINE)


def model_sources() -> list[Path]:
    """Every file that can change a number of a run with a given scenario, codes and seed, in a fixed order."""
    found = (path for kind in ("*.py", "*.toml") for path in PACKAGE.rglob(kind))
    return sorted((path for path in found if _decides(path)), key=_name)


def _engine_sources() -> list[Path]:
    """Every file that holds rules or what rules read, in a fixed order."""
    return [path for path in model_sources() if path.suffix == ".py" and _is_compiled(path)]


def _name(path: Path) -> str:
    return path.relative_to(PACKAGE).as_posix()


def _decides(path: Path) -> bool:
    name = _name(path)
    rooms = name.rpartition(".")[0].split("/")
    if any(room.startswith(".") for room in rooms):  # an editor's own
        return False
    above = {"/".join(rooms[:depth]) for depth in range(1, len(rooms) + 1)}
    return bool(above & _DECIDES_YET) or not above & _DECIDES_NOTHING


def _is_compiled(path: Path) -> bool:
    room = _name(path).partition("/")[0].removesuffix(".py")
    return room not in _MAKES_WORLDS or bool(_MARKED.search(path.read_bytes()))


def _digest(paths: Iterable[Path]) -> str:
    """A hash of these files' names and texts, the same on every system (a checkout may have ends of lines of its own)."""
    digest = hashlib.sha256()
    for path in paths:
        text = path.read_bytes().replace(b"\r\n", b"\n")
        digest.update(f"{_name(path)}\0{len(text)}\0".encode() + text)
    return digest.hexdigest()[:16]


@cache
def fingerprint() -> str:
    """The hash of all sources of compiled code: two equal fingerprints are the same machine code on one machine.

    >>> len(fingerprint())
    16
    """
    return _digest(_engine_sources())


@cache
def model_version() -> str:
    """The hash of all sources that decide results: equal versions give equal numbers for equal scenarios and seeds.

    >>> len(model_version())
    16
    """
    return _digest(model_sources())
