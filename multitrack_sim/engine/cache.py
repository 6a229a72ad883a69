"""The cache of machine code: this user's own files, kept between sessions.

Machine code is kept as pickles, and loading one runs what is in it. So nothing is read, changed or deleted but what we
wrote: our folders bear a known name and a marker, belong to this user and cannot be written by others, and are no links;
every file begins with the hash of the rest, since one wrong bit in machine code ends the interpreter. What is damaged is
deleted and compiled anew. What cannot be written, ready machine code on a read-only disk, is used as it is.
"""

from __future__ import annotations

import hashlib
import os
import platform
import re
import secrets
import shutil
import stat
import sys
from collections.abc import Iterator
from contextlib import suppress
from functools import cache
from importlib import metadata
from pathlib import Path

import platformdirs

from ..errors import printable
from .sources import fingerprint

__all__ = ["COMPILED", "KEPT_FINGERPRINTS", "is_cold", "keeps_code"]


def _is_compiled() -> bool:
    """Whether rules are compiled: numba says so, or would once it is imported."""
    if "numba" in sys.modules:
        import numba

        return not numba.config.DISABLE_JIT
    with suppress(ValueError):
        return not int(os.environ.get("NUMBA_DISABLE_JIT") or 0)
    return True


COMPILED = _is_compiled()
KEPT_FINGERPRINTS = 4
MARKER = "CACHEDIR.TAG"  # a name that programs for backups know
MARK = (
    b"Signature: 8a477f597d28d172789f06886806bc55\n"
    b"# Machine code made by multitrack_sim for this machine. It may be deleted at any time.\n"
)
_OURS = re.compile(r"[0-9a-f]{16}-[0-9a-f]{8}")  # the name of a folder of one fingerprint
_KNOWN_FILES = re.compile(rf"({re.escape(MARKER)}|.+\.(?:nb[ic]|object)|\.probe-\d+)(\.tmp\.[0-9a-f]+)?")
_SEAL = b"multitrack_sim machine code 1\n"  # begins every file, then the hash of the rest


# --- whose a file or folder is
def _fault(about: os.stat_result, is_folder: bool = False) -> str:
    """Why we keep off the file (or folder) that `os.lstat` told us of; empty where it is this user's alone."""
    is_junction = getattr(about, "st_file_attributes", 0) & stat.FILE_ATTRIBUTE_REPARSE_POINT  # Windows
    if stat.S_ISLNK(about.st_mode) or is_junction:
        return "is a link"
    if not (stat.S_ISDIR if is_folder else stat.S_ISREG)(about.st_mode):
        return "is not a folder" if is_folder else "is not a file"
    if hasattr(os, "getuid"):
        if about.st_uid != os.getuid():
            return "belongs to another user"
        if about.st_mode & (stat.S_IWGRP | stat.S_IWOTH):
            return "may be written by other users"
    return ""


def _check_folder(folder: Path) -> None:
    """PermissionError where a folder is not this user's alone."""
    if fault := _fault(os.lstat(folder), is_folder=True):
        raise PermissionError(f"{printable(folder, 300)} {fault}")


def _make_folder(folder: Path) -> None:
    """A folder of this user's own: made, or found to be so."""
    if not os.path.lexists(folder):
        with suppress(FileExistsError):  # another process was quicker
            folder.mkdir(mode=0o700)
    _check_folder(folder)


def _within(folder: Path) -> Iterator[tuple[str, os.stat_result]]:
    """Everything in a folder and the folders in it, by its name there, without following a link."""
    for entry in os.scandir(folder):
        yield entry.name, (about := os.lstat(entry.path))
        if stat.S_ISDIR(about.st_mode):
            yield from _within(Path(entry.path))


def _holds_only_ours(folder: Path) -> bool:
    """Whether nothing is in there but folders and files as the cache makes them, all of this user's alone."""
    for name, about in _within(folder):
        if stat.S_ISDIR(about.st_mode):
            if _fault(about, is_folder=True):
                return False
        elif _fault(about) or not _KNOWN_FILES.fullmatch(name):
            return False
    return True


# --- files: written whole and sealed, read only if whole and ours
class _Damaged(Exception):
    """A file of ours that is not what we wrote."""


def _write(path: Path, content: bytes) -> None:
    """Write a file of this user's own, or none; what stands there and is not ours stays."""
    if os.path.lexists(path) and _fault(os.lstat(path)):
        raise PermissionError(f"{printable(path, 300)} is not ours")
    waiting = path.with_name(f"{path.name}.tmp.{secrets.token_hex(8)}")
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
    try:
        with open(os.open(waiting, flags, 0o600), "wb") as file:
            file.write(content)
        os.replace(waiting, path)
    except BaseException:
        with suppress(OSError):
            waiting.unlink()
        raise


def _read(path: Path) -> bytes:
    """The content of a file of this user's own. OSError where there is none or it is not ours."""
    flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
    with open(os.open(path, flags), "rb") as file:
        if fault := _fault(os.fstat(file.fileno())):
            raise PermissionError(f"{printable(path, 300)} {fault}")
        return file.read()


def _sealed(content: bytes) -> bytes:
    return _SEAL + hashlib.sha256(content).digest() + content


def _unsealed(sealed: bytes) -> bytes:
    content = sealed[len(_SEAL) + 32 :]
    if sealed != _sealed(content):
        raise _Damaged
    return content


# --- where it is kept
def _compiler() -> str:
    """The release of numba, which need not be imported for that."""
    with suppress(metadata.PackageNotFoundError):
        return metadata.version("numba")
    return "none"


def _folder_name() -> str:
    """The name of the folder of this model, compiled by this Python and numba on this kind of machine."""
    versions = f"{platform.python_version()}-{_compiler()}-{platform.machine()}"
    return f"{fingerprint()}-{hashlib.sha256(versions.encode()).hexdigest()[:8]}"


@cache
def _place() -> tuple[Path | None, bool]:
    """The folder of this fingerprint, None where nothing can be kept or used, and whether it can be written."""
    given = Path(os.environ.get("MULTITRACK_CACHE_DIR") or platformdirs.user_cache_dir("multitrack_sim"))
    try:
        root = given.absolute() / "compiled"
        folder = root / _folder_name()
    except OSError as problem:  # the folder we stand in is gone
        return _nothing_kept(problem)
    try:
        root.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        _make_folder(root)
        _make_folder(folder)
        _mark(folder)
        probe = folder / f".probe-{os.getpid()}"
        _write(probe, b"")
        probe.unlink()
        os.utime(folder)
    except OSError as problem:
        return (folder, False) if _is_ready(root, folder) else _nothing_kept(problem)
    _prune(root)
    return folder, True


def _nothing_kept(problem: OSError) -> tuple[None, bool]:
    print(f"multitrack: compiled code cannot be kept ({problem}); every start compiles anew", file=sys.stderr)
    return None, False


def _mark(folder: Path) -> None:
    """Mark a folder as ours, unless there is more in it than we wrote."""
    with suppress(OSError):
        if _read(folder / MARKER) == MARK:
            return
    if not _holds_only_ours(folder):
        raise PermissionError(f"{printable(folder, 300)} holds what is not of this cache")
    _write(folder / MARKER, MARK)


def _is_ready(root: Path, folder: Path) -> bool:
    """Whether a folder that cannot be written is one of ours that holds machine code."""
    try:
        _check_folder(root)
        _check_folder(folder)
        return _read(folder / MARKER) == MARK and any(any(folder.rglob(f"*.{kind}")) for kind in ("nbc", "object"))
    except OSError:
        return False


def _cache_root() -> Path | None:
    """A folder of this user's own, or None."""
    return _place()[0]


def _cache_folder(part: str = "engine") -> Path | None:
    """Where machine code is kept: the engine's, or that of a user's own kernels, which goes when their engine goes."""
    root = _cache_root()
    return root and root / part


def _prune(root: Path) -> None:
    """Only the fingerprints used last are kept; a folder that is not ours from end to end stays as it is."""
    found = []
    with suppress(OSError):  # another process is pruning
        for path in root.iterdir():
            if _OURS.fullmatch(path.name) and _is_prunable(path):
                found.append((path.lstat().st_mtime, path))
    for _, stale in sorted(found)[:-KEPT_FINGERPRINTS]:
        shutil.rmtree(stale, ignore_errors=True)


def _is_prunable(folder: Path) -> bool:
    try:
        _check_folder(folder)
        return _read(folder / MARKER) == MARK and _holds_only_ours(folder)
    except OSError:
        return False


def keeps_code() -> bool:
    """Whether machine code can be kept between sessions."""
    return COMPILED and _place()[1]


def is_cold(last: str = "run_chunk") -> bool:
    """Whether the model still has to be compiled: `last`, the kernel that needs all others, is not in the cache."""
    folder = _cache_folder() if COMPILED else None
    return COMPILED and (folder is None or not any(folder.rglob(f"*.{last}-*.nbc")))
