"""Where compiled code is kept, and what it is keyed by."""

from __future__ import annotations

import hashlib
import os
import platform
import shutil
import sys
from functools import cache
from pathlib import Path

import numba
import platformdirs
from numba.core.caching import FunctionCache

__all__ = ["fingerprint"]
COMPILED = not numba.config.DISABLE_JIT
PACKAGE = Path(__file__).parents[1]
KEPT_FINGERPRINTS = 4


def _engine_sources() -> list[Path]:
    """Every file that holds rules or what rules read, in a fixed order."""
    rooms = [PACKAGE / room for room in ("engine", "schema", "process")]
    return [path for room in rooms for path in sorted(room.glob("*.py"))] + [PACKAGE / "running" / "ensemble.py"]


@cache
def fingerprint() -> str:
    """The hash of all engine sources and of the compiler: two equal fingerprints are the same model.

    >>> len(fingerprint())
    16
    """
    digest = hashlib.sha256()
    for path in _engine_sources():
        digest.update(path.name.encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()[:16]


@cache
def _cache_root() -> Path | None:
    """A folder of this user's own (machine code is kept as pickles, so never in a shared place), or None."""
    given = os.environ.get("MULTITRACK_CACHE_DIR") or platformdirs.user_cache_dir("multitrack_sim")
    root = Path(given) / "compiled"  # nothing else lies in there, so that it can be locked and pruned
    versions = f"{platform.python_version()}-{numba.__version__}-{platform.machine()}"
    folder = root / f"{fingerprint()}-{hashlib.sha256(versions.encode()).hexdigest()[:8]}"
    try:
        root.mkdir(parents=True, exist_ok=True, mode=0o700)
        if hasattr(os, "getuid"):
            if root.stat().st_uid != os.getuid():
                raise PermissionError(f"{root} belongs to another user")
            root.chmod(0o700)
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        probe = folder / f".probe-{os.getpid()}"
        probe.touch()
        probe.unlink()
        os.utime(folder)
    except OSError as problem:
        print(f"multitrack: compiled code cannot be kept ({problem}); every start compiles anew", file=sys.stderr)
        return None
    _prune(root)
    return folder


def _cache_folder(part: str = "engine") -> Path | None:
    """Where machine code is kept: the engine's, or that of a user's own kernels, which goes when their engine goes."""
    root = _cache_root()
    return root and root / part


def _prune(root: Path) -> None:
    """Only the fingerprints used last are kept."""
    try:
        by_use = sorted((p for p in root.iterdir() if p.is_dir()), key=lambda p: p.stat().st_mtime)
    except OSError:  # another process is pruning
        return
    for stale in by_use[:-KEPT_FINGERPRINTS]:
        shutil.rmtree(stale, ignore_errors=True)


class _TolerantCache(FunctionCache):
    """numba's cache, but a damaged file is deleted and compiled again instead of ending the program."""

    def load_overload(self, sig, target_context):
        try:
            return super().load_overload(sig, target_context)
        except Exception:
            self._drop()
            return None

    def save_overload(self, sig, data):
        try:
            super().save_overload(sig, data)
        except Exception:  # a full disk or a damaged index must not cost the answer
            self._drop()

    def _drop(self) -> None:
        for path in Path(self._cache_path).glob(f"{self._impl.filename_base}*"):
            path.unlink(missing_ok=True)


def keeps_code() -> bool:
    """Whether machine code can be kept between sessions."""
    return COMPILED and _cache_folder() is not None


def is_cold(last: str = "run_chunk") -> bool:
    """Whether the model still has to be compiled: `last`, the kernel that needs all others, is not in the cache."""
    folder = _cache_folder() if COMPILED else None
    return COMPILED and (folder is None or not any(folder.rglob(f"*.{last}-*.nbc")))
