"""Files and folders of results: each file whole or not at all, never through a link, one program at a time.

A file is made under a hidden name and renamed into its place. A rename replaces a link that stands there and leaves what
the link leads to as it was.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import json
import os
import secrets
import signal
import stat
from collections.abc import Callable, Iterator
from io import BufferedReader
from pathlib import Path
from typing import Any

from ..errors import Problem, StoreError, printable
from .signals import ending_signals, received_by

__all__ = [
    "ADVICE",
    "LOCK",
    "MANIFEST",
    "OF_THE_SYSTEM",
    "PARTIAL",
    "SET_ASIDE",
    "alone",
    "check_place",
    "disk",
    "look_into",
    "made_by_us",
    "may_write",
    "opened_file",
    "partial",
    "put",
    "read_json",
    "real_folder",
    "seal_folder",
    "sealed",
    "set_aside",
    "undisturbed",
    "write_whole",
]

MANIFEST = "manifest.json"
LOCK = ".multitrack-lock"
PARTIAL = ".multitrack-partial-"
OF_THE_SYSTEM = {".DS_Store", "Thumbs.db", "desktop.ini"}  # appear by themselves where people look at pictures
SET_ASIDE = "set_aside"  # the folder, beside the others, of what was not what its name said
LARGEST_MANIFEST = 100_000_000  # bytes
ADVICE = "choose another folder, or delete this one if nothing in it is needed"
_NO_LINK, _NO_WAIT = getattr(os, "O_NOFOLLOW", 0), getattr(os, "O_NONBLOCK", 0)


# --- one file, for people
def check_place(path: Path | str) -> None:
    """Refuse, before any work is done for it, a file that exists already or cannot be written."""
    path = Path(path)
    shown = printable(path, 300)
    try:
        if path.is_dir():
            raise StoreError(Problem(shown, "is a folder", "the name of a file", "choose another name"))
        if os.path.lexists(path):
            raise _there_already(shown)
        parent = path.absolute().parent
        if not parent.is_dir():
            raise StoreError(Problem(shown, f"cannot be written: there is no folder {printable(parent, 300)}"))
        if not may_write(parent):
            raise StoreError(Problem(shown, f"cannot be written: no permission in {printable(parent, 300)}"))
    except (OSError, ValueError) as problem:
        raise StoreError(Problem(shown, f"cannot be written: {_why(problem)}")) from None


def write_whole(path: Path | str, text: str, replace: bool = False) -> None:
    """Write a file in UTF-8. What is there already is refused and left as it is, unless `replace`.

    Whatever goes wrong, there is the whole file or what was there before.

    >>> import tempfile
    >>> folder = Path(tempfile.mkdtemp())
    >>> write_whole(folder / "note.txt", "hello")
    >>> [path.name for path in folder.iterdir()]
    ['note.txt']
    """
    path = Path(path)
    if not replace:
        check_place(path)
    shown = printable(path, 300)
    try:
        content = text.encode("utf-8")
        take = os.replace if replace else _take_place
        put(path.parent, lambda waiting: waiting.write_bytes(content), lambda _: path.name, take)
    except FileExistsError:
        raise _there_already(shown) from None
    except (OSError, ValueError) as problem:
        raise StoreError(Problem(shown, f"cannot be written: {_why(problem)}")) from None


def _take_place(waiting: Path, path: Path) -> None:
    """Rename, unless somebody was quicker: a link is refused where a file is, a rename would replace it."""
    try:
        os.link(waiting, path)
    except FileExistsError:
        raise
    except OSError:  # a disk that knows no links
        if os.path.lexists(path):
            raise FileExistsError from None
        os.replace(waiting, path)


def _there_already(shown: str) -> StoreError:
    return StoreError(Problem(shown, "exists already and is left as it is", hint="choose another name"))


def _why(problem: Exception) -> str:
    return printable(getattr(problem, "strerror", None) or str(problem), 200).strip("'\"")


# --- writing
def partial(folder: Path, name: str = "") -> Path:
    """A hidden, empty file, made new in a folder: it was nobody's, and is no link. To be filled, then renamed."""
    path = folder / f"{PARTIAL}{secrets.token_hex(6)}{name}"
    os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | _NO_LINK, 0o666))
    return path


def put(
    folder: Path,
    fill: Callable[[Path], Any],
    named: Callable[[str], str],
    take: Callable[[Path, Path], None] = os.replace,
) -> str:
    """Fill a hidden file; when it is on the disk, give it the name that `named` makes of its hash. Gives the hash."""
    waiting = partial(folder)
    try:
        fill(waiting)
        digest = str(sealed(waiting)["sha256"])
        take(waiting, folder / named(digest))
        seal_folder(folder)
    finally:
        with contextlib.suppress(OSError):
            waiting.unlink()
    return digest


def sealed(path: Path) -> dict[str, Any]:
    """Force a finished file onto the disk; its size and hash."""
    with open(path, "rb+") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
        os.fsync(file.fileno())
        return {"bytes": file.seek(0, os.SEEK_END), "sha256": digest}


def seal_folder(path: Path) -> None:
    """Force the names in a folder onto the disk."""
    if os.name == "nt":  # Windows cannot sync a folder
        return
    try:
        handle = os.open(path, os.O_RDONLY)
    except PermissionError:  # files can be made in it, but it cannot be read
        return
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def set_aside(folder: Path, path: Path) -> Path:
    """Move a file that is not what its name says out of the way, beside earlier ones; nothing is deleted."""
    aside = real_folder(folder / SET_ASIDE)
    names = (path.name if at == 0 else f"{path.name}.{at}" for at in range(10**6))
    target = next(aside / name for name in names if not os.path.lexists(aside / name))
    os.rename(path, target)
    return target


@contextlib.contextmanager
def undisturbed(*signals: int) -> Iterator[None]:
    """Let no Ctrl+C (and its like) in between while files take their places: then it is too late to stop, and all is
    done. What is started meanwhile never hears of these signals.
    """
    with received_by(signal.SIG_IGN, signals or ending_signals()):
        yield


@contextlib.contextmanager
def disk(shown: str) -> Iterator[None]:
    """Problems with the disk as a line that says what is left and how to go on."""
    try:
        yield
    except OSError as problem:
        why = problem.strerror or str(problem).splitlines()[0]
        hint = "what is finished is kept; when that is mended, run the same command again: it goes on where it was"
        raise StoreError(Problem(shown, f"cannot be written: {why}", hint=hint)) from problem


# --- folders
def may_write(folder: Path) -> bool:
    """Whether files may be made in a folder, by whoever this program runs as."""
    return os.access(folder, os.W_OK | os.X_OK, effective_ids=os.access in os.supports_effective_ids)


def look_into(path: Path) -> dict[str, os.DirEntry[str]]:
    """What lies in a folder of results, by name, without what is passed over (locks, half-written files, the system's).

    Empty, too, where the folder is still to be made and can be. StoreError where it can be no folder of ours.
    """
    shown = printable(path, 300)
    if not path.exists():
        if path.is_symlink():
            raise StoreError(Problem(shown, "is a link that leads nowhere", hint="choose another folder"))
        _check_parent(path, shown)
        return {}
    if not path.is_dir():
        raise StoreError(Problem(shown, "is not a folder", hint="choose another name"))
    passed = (PARTIAL, LOCK)
    return {e.name: e for e in os.scandir(path) if not e.name.startswith(passed) and e.name not in OF_THE_SYSTEM}


def _check_parent(path: Path, shown: str) -> None:
    for parent in path.absolute().parents:
        if parent.exists():
            if not parent.is_dir():
                raise StoreError(Problem(shown, f"cannot be made: {printable(parent, 300)} is not a folder"))
            if not may_write(parent):
                raise StoreError(Problem(shown, f"cannot be made: no permission in {printable(parent, 300)}"))
            return


def real_folder(path: Path) -> Path:
    """A folder within a folder of results, made if need be. A link is refused: files would be written elsewhere."""
    path.mkdir(exist_ok=True)
    if path.is_symlink():
        hint = "put a folder in its place; nothing is written through links"
        raise StoreError(Problem(printable(path, 300), "is a link", "a folder", hint))
    return path


@contextlib.contextmanager
def alone(folder: Path, shown: str) -> Iterator[None]:
    """Two programs in one folder would run everything twice. The lock goes with the program, however it ends.

    The file of the lock is made or opened, never emptied; a link in its place is refused, not followed.
    """
    try:
        import fcntl
    except ImportError:  # Windows: there, nothing stops a second program
        yield
        return
    handle = _lock_file(folder / LOCK, shown)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise StoreError(
                Problem(shown, "another program is running this sweep", hint="wait for it, or stop it")
            ) from None
        except OSError:  # a network disk that knows no locks
            pass
        yield
    finally:
        os.close(handle)


def _lock_file(path: Path, shown: str) -> int:
    """The lock's file, opened; a file that somebody else made may be one that we can only read."""
    flags = _NO_LINK | _NO_WAIT | os.O_CLOEXEC
    try:
        try:
            handle = os.open(path, os.O_RDWR | os.O_CREAT | flags, 0o666)
        except PermissionError:
            handle = os.open(path, os.O_RDONLY | flags)
    except OSError as problem:
        if problem.errno == errno.ELOOP:
            raise _strange_lock(shown, "a link") from None
        if problem.errno in (errno.EISDIR, errno.ENXIO):
            raise _strange_lock(shown, "no ordinary file") from None
        raise StoreError(Problem(shown, f"cannot be locked: {problem.strerror or problem}")) from None
    if not stat.S_ISREG(os.fstat(handle).st_mode):
        os.close(handle)
        raise _strange_lock(shown, "no ordinary file")
    return handle


def _strange_lock(shown: str, what: str) -> StoreError:
    return StoreError(Problem(shown, f"its {LOCK} is {what}; it is left as it is", hint="remove it, and try again"))


# --- reading
@contextlib.contextmanager
def opened_file(path: Path) -> Iterator[BufferedReader]:
    """An ordinary file, to be read; OSError for anything else (a pipe would never answer, a device never end)."""
    handle = os.open(path, os.O_RDONLY | _NO_WAIT | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_BINARY", 0))
    with open(handle, "rb") as file:
        if not stat.S_ISREG(os.fstat(handle).st_mode):
            raise OSError(errno.EINVAL, "is no ordinary file")
        yield file


def read_json(path: Path) -> Any:
    """What a JSON file says. ValueError, in words, where it cannot be read or is too large; FileNotFoundError."""
    try:
        with opened_file(path) as file:
            if os.fstat(file.fileno()).st_size > LARGEST_MANIFEST:
                raise ValueError(f"it is larger than {LARGEST_MANIFEST:,} bytes")
            content = file.read(LARGEST_MANIFEST)
    except FileNotFoundError:
        raise
    except OSError as problem:
        raise ValueError(problem.strerror or str(problem)) from None
    if not content.strip():
        raise ValueError("it is empty")
    try:
        return json.loads(content)
    except (ValueError, RecursionError):
        raise ValueError("it is not JSON") from None


def made_by_us(held: Any) -> bool:
    """Whether what a manifest says is said by this package."""
    return isinstance(held, dict) and held.get("made_by") == "multitrack_sim"
