"""What a command shows, made safe: a result that is there already must not hang on how it is shown.

`guarded_streams` makes printing unable to fail: letters that the terminal does not know are replaced, and output that
nobody takes (a closed pipe, a full disk) is dropped and remembered. `showing` runs the steps that show a result, each of
which may fail and is then one line.
"""

from __future__ import annotations

import codecs
import contextlib
import errno
import os
import re
import sys
import traceback
import unicodedata
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO, TypeAlias

from ..errors import MultitrackError, printable

if TYPE_CHECKING:
    from rich.console import Console

__all__ = ["Guarded", "Step", "console", "guarded_streams", "print_note", "showing"]

DEBUG = "MULTITRACK_DEBUG"  # set to 1: a step that fails shows its traceback too
NARROWEST, WIDEST = 60, 250  # columns: below, tables would lose numbers; above, they fill the memory with spaces
Step: TypeAlias = Callable[[str], AbstractContextManager[None]]
_READER_LEFT = {errno.EPIPE, errno.ECONNRESET, errno.ESHUTDOWN, errno.EBADF} | (
    {errno.EINVAL} if os.name == "nt" else set()
)
_PLAIN_SIGNS = {"\u2212": "-", "\u2013": "-", "\u2014": "-", "\u2018": "'", "\u2019": "'", "\u201c": '"', "\u201d": '"',
                "\u2026": "...", "\u00b1": "+-", "\u00d7": "x"}  # fmt: skip


def plain_letters(text: str) -> str:
    """A text in ASCII for a terminal that knows no more: letters without their marks, `?` where there is no such letter.

    >>> plain_letters("Milo\\u0161evi\\u0107, \\u22125, \\u6f22")
    'Milosevic, -5, ?'
    """
    return "".join(_PLAIN_SIGNS.get(letter) or _without_marks(letter) for letter in text)


def _without_marks(letter: str) -> str:
    return unicodedata.normalize("NFKD", letter).encode("ascii", "ignore").decode() or "?"


def _replace_letters(problem: UnicodeError) -> tuple[str, int]:
    """An error handler for codecs: the letters that an encoding lacks, in ASCII."""
    if not isinstance(problem, UnicodeEncodeError):
        raise problem
    return plain_letters(problem.object[problem.start : problem.end]), problem.end


class Guarded:
    """A stream of text that never raises when it is written to; everything else is as of the stream behind it.

    `lost` is why nothing more can be written, or None while it can.
    """

    def __init__(self, stream: TextIO):
        self.stream = stream
        self.lost: Exception | None = None
        self.was_a_terminal = self.isatty()

    def __getattr__(self, name: str) -> Any:
        if name in ("buffer", "detach"):  # a way around us
            raise AttributeError(name)
        return getattr(self.stream, name)

    def write(self, text: str) -> int:
        """Write what can be written."""
        if self.lost is None:
            try:
                self._write(text)
            except (OSError, ValueError) as problem:
                self._lose(problem)
        return len(text)

    def writelines(self, lines: Any) -> None:
        for line in lines:
            self.write(line)

    def flush(self) -> None:
        if self.lost is None:
            try:
                self.stream.flush()
            except (OSError, ValueError) as problem:
                self._lose(problem)

    def isatty(self) -> bool:
        try:
            return self.stream.isatty()
        except (OSError, ValueError):
            return False

    @property
    def reason(self) -> str:
        """Why nothing more can be written, in a few words."""
        return printable(getattr(self.lost, "strerror", None) or str(self.lost), 200).strip("'\"")

    @property
    def reader_left(self) -> bool:
        """Whether it was the reader who had enough (`| head -1`, a terminal that was closed)."""
        number = getattr(self.lost, "errno", None)
        return number in _READER_LEFT or (number == errno.EIO and self.was_a_terminal)

    def _write(self, text: str) -> None:
        encoding = getattr(self.stream, "encoding", None) or "utf-8"
        try:  # by ourselves first: an encoder that failed may have lost its place (the mark at the beginning of UTF-16)
            text.encode(encoding, getattr(self.stream, "errors", None) or "strict")
        except UnicodeEncodeError:
            codecs.register_error("multitrack", _replace_letters)
            text = text.encode(encoding, "multitrack").decode(encoding)
        self.stream.write(text)

    def _lose(self, problem: Exception) -> None:
        """Give up; what still waits in buffers goes nowhere, so that the interpreter can flush them at its end."""
        self.lost = problem
        with contextlib.suppress(OSError, ValueError):
            number = self.stream.fileno()
            nowhere = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nowhere, number)
            os.close(nowhere)
        with contextlib.suppress(OSError, ValueError):
            self.stream.flush()


@contextlib.contextmanager
def guarded_streams() -> Iterator[tuple[Guarded, Guarded]]:
    """Standard output and standard error that cannot fail, for the time of a command."""
    _occupy_closed_files()
    before = sys.stdout, sys.stderr
    with open(os.devnull, "w", encoding="utf-8") as nowhere:
        out, err = Guarded(before[0] or nowhere), Guarded(before[1] or nowhere)
        sys.stdout, sys.stderr = out, err  # type: ignore[assignment]
        try:
            yield out, err
        finally:
            out.flush()
            err.flush()
            sys.stdout, sys.stderr = before


def _occupy_closed_files() -> None:
    """Let no result be opened under the number of a stream that was closed (`>&-`): what is printed would land in it."""
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:
            with contextlib.suppress(OSError):
                os.open(os.devnull, os.O_RDWR)  # gets the lowest free number, which is this one


def print_note(text: str) -> None:
    """A line for the reader that is no result."""
    print(text, file=sys.stderr, flush=True)


def console(narrowest: int = NARROWEST, stderr: bool = False) -> Console:
    """A rich console of a width that tables can be read in, whatever COLUMNS says."""
    from rich.console import Console

    wrong = {name for name in ("COLUMNS", "LINES") if not re.fullmatch("[0-9]{1,9}", os.environ.get(name, ""))}
    made = Console(stderr=stderr, _environ={name: value for name, value in os.environ.items() if name not in wrong})
    made.width = max(narrowest, min(made.width, WIDEST))
    return made


@contextlib.contextmanager
def showing(kept: Path | str | None) -> Iterator[Step]:
    """Give `step`, to be used as `with step("the page could not be written"):` around each step that shows a result.

    Whatever fails in a step becomes one line with the reason, once. `kept` is where the result is kept; where it is kept
    nowhere, what a step shows is all there is, and after all steps SystemExit(1) is raised if one of them failed.
    """
    said: set[str] = set()

    @contextlib.contextmanager
    def step(what: str) -> Iterator[None]:
        try:
            yield
        except Exception as problem:
            where = f": the tables are in {printable(Path(kept), 300)}" if kept is not None else ""
            line = f"multitrack: {what} ({_reason(problem)}){where}"
            if line not in said:
                said.add(line)
                print_note(line)
            if os.environ.get(DEBUG, "0") not in ("", "0"):
                traceback.print_exc()

    try:
        yield step
    except KeyboardInterrupt:
        if kept is not None:
            print_note(f"\nmultitrack: the tables are in {printable(Path(kept), 300)} already")
        raise
    if said and kept is None:
        raise SystemExit(1)


def _reason(problem: Exception) -> str:
    """An exception in a line."""
    if isinstance(problem, MultitrackError):
        return "; ".join(map(str, problem.problems))
    told = printable(" ".join(str(problem).split()) or "no reason given", 200).strip("'\"")
    return f"{type(problem).__name__}: {told}"
