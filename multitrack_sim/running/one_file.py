"""One file, written whole or not at all: under a hidden name first, then put in its place."""

from __future__ import annotations

import contextlib
import os
import secrets
from pathlib import Path

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
