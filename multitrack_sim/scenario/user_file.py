"""The one place where a file of a user's is opened: checked before it is read, never read further than its limit."""

from __future__ import annotations

import codecs
import os
import stat
from os import PathLike
from pathlib import Path

from ..errors import Problem, ScenarioError, nearest, printable

__all__ = ["LARGEST_FILE", "LARGEST_TABLE", "read_content", "read_text"]

LARGEST_FILE = 1_000_000  # bytes of a file in TOML: a scenario, codes, arms
LARGEST_TABLE = 10_000_000  # of a table of cases

# a pipe would wait for somebody to write into it, a terminal would become ours
_FLAGS = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_NOCTTY", 0) | getattr(os, "O_BINARY", 0)
_KINDS = (
    (stat.S_ISDIR, "is a directory"),
    (stat.S_ISFIFO, "is a pipe, not an ordinary file"),
    (stat.S_ISSOCK, "is a socket, not an ordinary file"),
    (stat.S_ISCHR, "is a device, not an ordinary file"),
    (stat.S_ISBLK, "is a device, not an ordinary file"),
)
_UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_UTF_32 = (codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)  # its first begins as that of UTF-16 does


def read_text(
    path: str | PathLike[str], wanted: str, kind: str, largest: int = LARGEST_FILE, utf_16: bool = False
) -> str:
    """The text of a file in UTF-8, with or without a mark at its start; `wanted` and `kind` say what it should be.

    Whatever is no ordinary file, or larger than `largest` bytes, is refused before a byte is read. With `utf_16`, UTF-16
    with its mark is read too: spreadsheets save it as "Unicode text".
    """
    return _decoded(read_content(path, wanted, largest), printable(Path(path), 200), kind, utf_16)


def read_content(path: str | PathLike[str], wanted: str, largest: int = LARGEST_FILE) -> bytes:
    """The bytes of a file, with the checks of `read_text`."""
    if not isinstance(path, str | PathLike):
        raise ScenarioError(Problem(wanted, f"found a {type(path).__name__}", "the path of a file"))
    file = Path(path)
    called = printable(file, 200)
    try:
        return _content(file, called, wanted, largest)
    except (OSError, ValueError) as wrong:
        why = getattr(wrong, "strerror", None) or printable(wrong)
        raise ScenarioError(Problem(called, f"cannot be read: {why}")) from None


def _content(file: Path, called: str, wanted: str, largest: int) -> bytes:
    """The bytes of an ordinary file that is not too large. It is looked at before it is opened and once more after."""
    try:
        if found := _instead_of_a_file(os.stat(file)):
            raise ScenarioError(Problem(called, found, wanted))
        handle = os.open(file, _FLAGS)
    except FileNotFoundError:
        raise ScenarioError(Problem(called, "no such file", "", _nearest_file(file))) from None
    with os.fdopen(handle, "rb") as stream:
        now = os.fstat(handle)
        if found := _instead_of_a_file(now):
            raise ScenarioError(Problem(called, found, wanted))
        content = stream.read(largest + 1) if now.st_size <= largest else b""
    if max(now.st_size, len(content)) > largest:
        raise ScenarioError(Problem(called, "is too large", f"up to {largest:,} bytes, found {now.st_size:,}"))
    return content


def _instead_of_a_file(about: os.stat_result) -> str:
    """What it is, in words, where it is no ordinary file."""
    if stat.S_ISREG(about.st_mode):
        return ""
    return next((words for is_kind, words in _KINDS if is_kind(about.st_mode)), "is not an ordinary file")


def _nearest_file(file: Path) -> str:
    """A hint at the file beside it whose name is most like this one's."""
    alike = [other.name for other in file.parent.glob(f"*{file.suffix}")] if file.parent.is_dir() else []
    near = nearest(file.name, alike)
    return f"did you mean {printable(file.with_name(near), 200)}?" if near else ""


def _decoded(content: bytes, called: str, kind: str, utf_16: bool) -> str:
    """The bytes as text."""
    if content.startswith(_UTF_16) and not content.startswith(_UTF_32) and utf_16:
        try:
            text = content.decode("utf-16")
        except UnicodeDecodeError:
            raise ScenarioError(Problem(called, "is damaged UTF-16 text", kind, "save it as UTF-8")) from None
        if "\0" not in text:
            return text
    if b"\0" in content:
        hint = "it may be UTF-16 text: save it as UTF-8" if _looks_like_utf_16(content) else ""
        raise ScenarioError(Problem(called, "is a binary file", kind, hint))
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as wrong:
        line = content.count(b"\n", 0, wrong.start) + 1
        found = f"is not UTF-8 text (byte {content[wrong.start]:#04x})"
        raise ScenarioError(Problem(f"{called}, line {line}", found, "a text file saved as UTF-8")) from None


def _looks_like_utf_16(content: bytes) -> bool:
    """Whether it has a mark of UTF-16 or UTF-32, or every other byte is zero, as in Latin letters without a mark."""
    return (
        content.startswith(_UTF_16) or max(content[:1000][at::2].count(0) for at in (0, 1)) > len(content[:1000]) // 4
    )
