"""One file, written whole or not at all: under a hidden name first, then put in its place."""

from __future__ import annotations

import contextlib
import hashlib
import os
import secrets
import signal
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ..errors import Problem, StoreError, printable

__all__ = ["check_place", "write_whole"]


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
        if not os.access(parent, os.W_OK | os.X_OK):
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
    waiting = path.parent / f".multitrack-partial-{secrets.token_hex(6)}"
    try:
        with open(waiting, "x", encoding="utf-8", newline="\n") as stream:
            stream.write(text)
            stream.flush()
            os.fsync(stream.fileno())
        if replace:
            os.replace(waiting, path)
        else:
            _take_place(waiting, path)
    except FileExistsError:
        raise _there_already(shown) from None
    except (OSError, ValueError) as problem:
        raise StoreError(Problem(shown, f"cannot be written: {_why(problem)}")) from None
    finally:
        with contextlib.suppress(OSError, ValueError):
            waiting.unlink(missing_ok=True)


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


MANIFEST = "manifest.json"
_PARTIAL = ".multitrack-partial-"
_OF_THE_SYSTEM = {".DS_Store", "Thumbs.db", "desktop.ini"}  # appear by themselves where people look at pictures


def _sealed(path: Path) -> dict[str, Any]:
    """Force a finished file onto the disk; its size and hash."""
    with open(path, "rb+") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
        os.fsync(file.fileno())
        return {"bytes": file.seek(0, os.SEEK_END), "sha256": digest}


def _seal_folder(path: Path) -> None:
    if os.name != "nt":  # Windows cannot sync a folder
        handle = os.open(path, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


@contextlib.contextmanager
def _undisturbed() -> Iterator[None]:
    """Let no Ctrl+C in between while files take their places: then it is too late to stop, and all is done."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


# --- the disk
LOCK = ".multitrack-lock"


@contextlib.contextmanager
def _disk(shown: str) -> Iterator[None]:
    """Problems with the disk as a line that says what is left and how to go on."""
    try:
        yield
    except OSError as problem:
        why = problem.strerror or str(problem).splitlines()[0]
        hint = "what is finished is kept; when that is mended, run the same command again: it goes on where it was"
        raise StoreError(Problem(shown, f"cannot be written: {why}", hint=hint)) from problem


@contextlib.contextmanager
def _alone(folder: Path, shown: str) -> Iterator[None]:
    """Two programs in one folder would run everything twice. The lock goes with the program, however it ends."""
    try:
        import fcntl
    except ImportError:  # Windows: there, nothing stops a second program
        yield
        return
    with open(folder / LOCK, "w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise StoreError(
                Problem(shown, "another program is running this sweep", hint="wait for it, or stop it")
            ) from None
        except OSError:  # a network disk that knows no locks
            pass
        yield
