"""The record as its owners publish it: four files, read whole and checked whole.

`read_termination`, `read_agreements`, `read_pa_x` and `read_mediation` each give a table with one row per row of the file
and plain names of columns; `FILES` declares what is read, under which name, and what it means. Columns that nothing here
needs are passed over. RecordError lists everything that is wrong with a file: a wrong or empty one, one of the other three,
one that is cut short, a column that is missing (with the nearest name), a cell that cannot be.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from contextlib import suppress
from os import PathLike
from pathlib import Path

import pandas as pd

from ..errors import MultitrackError, Problem, RecordError, did_you_mean, printable
from ..scenario.separated import SEPARATORS
from ..scenario.user_file import read_content
from ..scenario.validation import MOST_PROBLEMS
from .file_columns import FILES, Column, RecordFile

__all__ = ["read_agreements", "read_mediation", "read_pa_x", "read_termination"]

LARGEST = 50_000_000  # bytes
LONGEST_CELL = 1_000_000  # characters
AS_TEXT = "a text file with commas, as its owners publish it"
Row = tuple[int, list[str]]  # the line it is on, and its cells


def read_termination(path: str | PathLike[str], part: bool = False) -> pd.DataFrame:
    """UCDP Conflict Termination (v3-2021, conflict level): one row per conflict and year in which it was active.

    With `part`, the file may hold fewer rows than its owners published.
    """
    return _read(path, FILES["termination"], part)


def read_agreements(path: str | PathLike[str], part: bool = False) -> pd.DataFrame:
    """UCDP Peace Agreements (22.1): one row per agreement; `conflicts` is a tuple of UCDP's numbers."""
    return _read(path, FILES["agreements"], part)


def read_pa_x(path: str | PathLike[str], part: bool = False) -> pd.DataFrame:
    """PA-X (v10, all agreements): one row per agreement."""
    return _read(path, FILES["pa_x"], part)


def read_mediation(path: str | PathLike[str], part: bool = False) -> pd.DataFrame:
    """Civil War Mediation: one row per mediation, or per episode without one."""
    return _read(path, FILES["mediation"], part)


def _read(path: str | PathLike[str], file: RecordFile, part: bool) -> pd.DataFrame:
    """A file's table, or everything that is wrong with it."""
    try:
        content = read_content(path, file.title, LARGEST)
    except MultitrackError as wrong:
        raise RecordError(wrong.problems) from None
    called = printable(Path(path), 200)
    head, rows = _rows(_text(content, called, file), called)
    at = _places(head, called, file)
    ragged = list(_ragged(head, rows, called))
    if ragged:
        raise RecordError(_told(ragged, called))
    frame, problems = _columns(at, rows, called, file)
    problems += _repeated(frame, rows, called, file)
    if not part:
        problems += _cut_short(frame, called, file)
    if problems:
        raise RecordError(_told(problems, called))
    return frame


def _text(content: bytes, called: str, file: RecordFile) -> str:
    """The bytes as text; what is plainly something else is named."""
    begin = content[:2000].lstrip()
    if not content.strip():
        raise RecordError(Problem(called, "is empty", file.title))
    if begin.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        raise RecordError(Problem(called, "is an Excel workbook or a zip archive", AS_TEXT, "save the table as CSV"))
    if begin[:1] == b"<":
        raise RecordError(Problem(called, "is a web page", file.title, "download the file itself"))
    if b"\0" in content:
        raise RecordError(Problem(called, "is a binary file", AS_TEXT))
    for encoding in ("utf-8-sig", "cp1252"):  # the second as Excel saves on Windows
        with suppress(UnicodeDecodeError):
            return content.decode(encoding)
    return content.decode("mac_roman")  # Civil War Mediation; reads any byte


def _rows(text: str, called: str) -> tuple[list[str], list[Row]]:
    """The head and the rows, empty lines left out."""
    first = text.lstrip().split("\n", 1)[0]
    separator = max(SEPARATORS, key=first.count)
    limit = csv.field_size_limit(LONGEST_CELL)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    found: list[Row] = []
    try:
        found = [(reader.line_num, cells) for cells in reader if any(map(str.strip, cells))]
    except csv.Error as wrong:
        why = (
            "ends within a quoted cell: it is cut short" if "end of data" in str(wrong) else f"cannot be read: {wrong}"
        )
        raise RecordError(Problem(f"{called}, line {reader.line_num}", why, AS_TEXT)) from None
    finally:
        csv.field_size_limit(limit)
    (_, head), rows = found[0], found[1:]
    return [name.strip() for name in head], rows


def _places(head: Sequence[str], called: str, file: RecordFile) -> dict[str, int]:
    """Where each column stands; RecordError where one is missing, and whose file it is instead."""
    folded: dict[str, list[int]] = {}
    for place, name in enumerate(head):
        folded.setdefault(name.casefold(), []).append(place)
    missing = [column for column in file.columns if column.name.casefold() not in folded]
    if missing:
        for other in FILES.values():
            if other is not file and all(column.name.casefold() in folded for column in other.columns):
                raise RecordError(
                    Problem(called, f"is the file {other.title}", file.title, f"it belongs to {other.option}")
                )
        if len(missing) > len(file.columns) // 2:
            found = f"found {len(head)} columns ({', '.join(map(printable, head[:5]))}, ...)"
            wanted = f"{file.title}, with columns such as {', '.join(column.name for column in file.columns[:5])}"
            raise RecordError(Problem(called, f"is another file: {found}", wanted))
        unused = [name for name in head if name and name.casefold() not in file.names]
        raise RecordError(
            Problem(called, f"has no column {column.name} ({column.meaning})", "", did_you_mean(column.name, unused))
            for column in missing
        )
    twice = [column for column in file.columns if len(folded[column.name.casefold()]) > 1]
    if twice:
        raise RecordError(
            Problem(f"{called}, column {column.name}", "stands there twice", "each column once") for column in twice
        )
    return {column.name: folded[column.name.casefold()][0] for column in file.columns}


def _ragged(head: Sequence[str], rows: Sequence[Row], called: str) -> Iterator[Problem]:
    """Rows with too few or too many cells; the last one tells of a file that is cut short."""
    if not rows:
        yield Problem(called, "has a head and no rows", "the file as its owners publish it")
    for line, cells in rows:
        if len(cells) != len(head):
            short = ": the file is cut short" if line == rows[-1][0] and len(cells) < len(head) else ""
            yield Problem(
                f"{called}, line {line}", f"has {len(cells)} cells{short}", f"{len(head)}, as many as the head"
            )


def _columns(
    at: dict[str, int], rows: Sequence[Row], called: str, file: RecordFile
) -> tuple[pd.DataFrame, list[Problem]]:
    """Every column as what it means, and every cell that cannot be."""
    table, problems = {}, []
    for column in file.columns:
        cells = [row[at[column.name]].strip() for _, row in rows]
        values, wrong = _values(column, set(cells))
        problems += [
            Problem(f"{called}, line {line}, column {column.name}", f"found {printable(cell)}", column.reader.allowed)
            for (line, _), cell in zip(rows, cells)
            if cell in wrong
        ]
        dtype = object if wrong else column.reader.dtype
        table[column.called] = pd.Series([values.get(cell) for cell in cells], dtype=dtype)
    return pd.DataFrame(table), problems


def _values(column: Column, cells: set[str]) -> tuple[dict[str, object], set[str]]:
    """What each different cell means, and those that mean nothing."""
    values: dict[str, object] = {}
    wrong = set()
    for cell in cells:
        try:
            values[cell] = column.reader.read(cell)
        except ValueError:
            wrong.add(cell)
    return values, wrong


def _repeated(frame: pd.DataFrame, rows: Sequence[Row], called: str, file: RecordFile) -> list[Problem]:
    """Rows that stand there twice."""
    if not file.key:
        return []
    again = frame.duplicated(list(file.key))
    names = [column.name for column in file.columns if column.called in file.key]
    found = f"the same {' and '.join(names)} as a row before"
    return [Problem(f"{called}, line {rows[place][0]}", found, "each once") for place in again.to_numpy().nonzero()[0]]


def _cut_short(frame: pd.DataFrame, called: str, file: RecordFile) -> list[Problem]:
    """Fewer rows than the owners published in that version."""
    published = file.rows_published(frame)
    if len(frame) >= published:
        return []
    found = f"has {len(frame):,} rows: it is cut short, or a part"
    hint = "download it again; if it is a part on purpose, say so: --part"
    return [Problem(called, found, f"{published:,} rows or more, as in {file.title}", hint)]


def _told(problems: Sequence[Problem], called: str) -> list[Problem]:
    """As many problems as anybody reads, and how many more there are."""
    more = len(problems) - MOST_PROBLEMS
    rest = [Problem(called, f"{more} more problems are not told")] if more > 0 else []
    return [*problems[:MOST_PROBLEMS], *rest]
