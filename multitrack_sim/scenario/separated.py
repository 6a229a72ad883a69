"""Tables as people have them: comma-, semicolon- or tab-separated, in any locale, from spreadsheets, R and pandas."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from ..errors import Problem, ScenarioError

__all__ = ["MISSING", "Separated", "as_name", "as_text", "named", "number_in", "plain_name", "separated"]

SEPARATORS = (",", ";", "\t")

# What stands for "not known": of spreadsheets, R, pandas and people. Capitals do not matter.
MISSING = frozenset(("", "na", "n/a", "#n/a", "nan", "null", "-", "--", "\u2013", "\u2014", "."))
_NUMBER = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]{1,3})?")
_DECIMAL_COMMA = re.compile(r"[+-]?[0-9]*,[0-9]+")
_THOUSANDS = re.compile(r"[+-]?[1-9][0-9]{0,2},[0-9]{3}")

# What a cell begins with that a spreadsheet would take for a formula; full-width signs count in some locales.
FORMULA = "=+\\-@\t\r\uff1d\uff0b\uff0d\uff20"

# A cell begins at its start, and for a spreadsheet that takes another sign for the separator, after that sign too.
_BEGINS = r"(^|[;\t\r\n])"
_LOOKS_LIKE_A_FORMULA = rf"'*(?:[^\S\t\r\n]|\")*[{FORMULA}]"
_UNSAFE = re.compile(rf"{_BEGINS}(?={_LOOKS_LIKE_A_FORMULA})")
_MADE_SAFE = re.compile(rf"{_BEGINS}'(?={_LOOKS_LIKE_A_FORMULA})")


def as_text(name: str) -> str:
    """A text as a cell that no spreadsheet takes for a formula: a `'` goes before what would be one, and `as_name` takes
    it away again. Holds where `;` or a tab separates cells too, and after quotes and blanks.

    >>> as_text("=1+1"), as_text(" -x"), as_text("a;=b"), as_text("Sea - land")
    ("'=1+1", "' -x", "a;'=b", 'Sea - land')
    """
    return _UNSAFE.sub(r"\1'", name)


def as_name(cell: str) -> str:
    """What `as_text` was given.

    >>> as_name("'=1+1"), as_name("'quoted'"), as_name(as_text("''=1"))
    ('=1+1', "'quoted'", "''=1")
    """
    return _MADE_SAFE.sub(r"\1", cell)


def number_in(text: str, separator: str = ",") -> float | None:
    """The number that a cell holds; None where it holds none. A comma may stand for the point where it can mean nothing
    else: between semicolons, or where it does not part thousands.

    >>> number_in(".5"), number_in("1,5"), number_in("12.0"), number_in("1,234"), number_in("1,234", ";"), number_in("1_0")
    (0.5, 1.5, 12.0, None, 1.234, None)
    """
    if _DECIMAL_COMMA.fullmatch(text) and (separator == ";" or not _THOUSANDS.fullmatch(text)):
        text = text.replace(",", ".")
    return float(text) if _NUMBER.fullmatch(text) else None


@dataclass(frozen=True)
class Separated:
    """A table as text: the names of its columns as they stand there, and its rows, each with the line it is on."""

    head: list[str]
    rows: list[tuple[str, list[str]]]
    separator: str


def separated(text: str, called: str, most_rows: int) -> Separated:
    """The cells of a text, blanks around them and empty lines left out. ScenarioError where it is no table or has more
    than `most_rows`. A row in which only cells at the end are too many has them taken off where they are empty.
    """
    separator, text = _separator(text)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    lines: list[tuple[str, list[str]]] = []
    try:
        for cells in reader:
            cells = [cell.strip() for cell in cells]
            if any(cells):
                lines.append((f"{called}, line {reader.line_num}", cells))
            if len(lines) > most_rows + 1:
                found = f"has more than {most_rows:,} cases"
                raise ScenarioError(Problem(called, found, f"up to {most_rows:,}"))
    except csv.Error as wrong:
        raise ScenarioError(Problem(f"{called}, line {reader.line_num}", f"cannot be read: {wrong}")) from None
    if not lines:
        raise ScenarioError(Problem(called, "is empty", "a table with the column `case` and the codes"))
    (_, head), *rows = lines
    head = _with_row_names(head, [cells for _, cells in rows])
    return Separated(head, [(where, _cut(cells, len(head))) for where, cells in rows], separator)


def _separator(text: str) -> tuple[str, str]:
    """What separates the cells: what its first line has most of, quotes aside; and the text without a line that says so
    (`sep=;`, as spreadsheets take it).
    """
    text = text.lstrip("\ufeff")
    said = re.match(r"\s*\"?sep=([,;\t])\"?[ \t]*[;,]*(?:\r\n|\r|\n)", text, re.IGNORECASE)
    if said:
        return said[1], "\n" + text[said.end() :]  # an empty line, so that lines are counted as they are
    first = re.split(r"[\r\n]", text.lstrip(" \r\n"), maxsplit=1)[0]
    bare = re.sub(r'"[^"]*"', "", first)
    return max(SEPARATORS, key=bare.count), text


def _with_row_names(head: list[str], rows: Sequence[list[str]]) -> list[str]:
    """The head with a nameless first column, where every row has a cell more: so R writes the names of rows."""
    wide = len(head) + 1
    if rows and all(len(cells) == wide for cells in rows) and any(cells[-1] for cells in rows):
        return ["", *head]
    return head


def _cut(cells: list[str], wide: int) -> list[str]:
    """A row without empty cells beyond the head, as spreadsheets leave them."""
    while len(cells) > wide and not cells[-1]:
        cells = cells[:-1]
    return cells


def plain_name(name: str) -> str:
    """A column's name without capitals, blanks and signs: what must agree for two names to be the same.

    >>> plain_name("Hurting stalemate") == plain_name("hurting_stalemate") == plain_name("Hurting.Stalemate")
    True
    """
    return "".join(c for c in name.casefold() if c.isalnum())


def named(head: Sequence[str], known: Sequence[str], is_empty: Callable[[int], bool]) -> dict[int, str]:
    """For each column that counts its name as it is known, or as it stands there: nameless columns are left out where
    they are empty, or hold the names of rows before everything else; as such they are the first of `known` if nothing
    else is.
    """
    names = {plain_name(name): name for name in known}
    found: dict[int, str] = {}
    for at, name in enumerate(head):
        if not _is_nameless(name, at):
            found[at] = names.get(plain_name(name), name)
        elif at and not is_empty(at):
            found[at] = ""
    if head and 0 not in found and known[0] not in found.values() and not is_empty(0):
        found = {0: known[0], **found}
    return found


def _is_nameless(name: str, at: int) -> bool:
    """Whether a column has no name of its own: pandas and R make one up."""
    made_up = re.fullmatch(r"Unnamed: [0-9]+|\.\.\.[0-9]+|X(?:\.[0-9]+)?", name)
    return not name or made_up is not None and (name[0] != "X" or not at or "." in name)
