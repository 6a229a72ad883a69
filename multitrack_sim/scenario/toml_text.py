"""TOML as text: on which line a key stands, how a value is written, how a dotted name is split."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from typing import Any

from ..errors import printable

__all__ = ["key_lines", "key_path", "overlong_key", "split_name", "write_key", "write_value"]

MOST_PARTS = 32  # of a name with dots between them: time and memory of a reader grow with their square
MOST_INSIDE = 6000  # of one within {}, which is refused with its place once it is read

KeyPath = tuple[str | int, ...]

_QUOTED = r'"(?:\\.|[^"\\\n])*"|' + r"'[^'\n]*'"
_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")
_TOKEN = re.compile(
    r'"""(?:\\.|[^\\])*?"{3,5}|' + r"'''.*?'{3,5}|" + _QUOTED + r"|#[^\n]*|\n|[\[\]{}=,.]|[^\s\[\]{}=,.#\"']+",
    re.DOTALL,
)

# possessive: what matched once is not tried again in other lengths, which would take the cube of the length
_NAME = re.compile(rf"\s*+({_QUOTED}|[^.\"']*+)\s*+(\.|$)")
_SHORT_QUOTED = r'"(?:\\.|[^"\\\n]){0,200}+"|' + r"'[^'\n]{0,200}+'"  # longer ones are too few to matter
_ONE_PART = rf"(?:[A-Za-z0-9_-]++|{_SHORT_QUOTED})"
_FURTHER_PART = rf"[ \t]*+\.[ \t]*+{_ONE_PART}"
_OVERLONG = re.compile(
    rf"^[ \t]*+\[{{0,2}}+[ \t]*+{_ONE_PART}(?:{_FURTHER_PART}){{{MOST_PARTS}}}"
    rf"|[{{,][ \t]*+{_ONE_PART}(?:{_FURTHER_PART}){{{MOST_INSIDE}}}",
    re.MULTILINE,
)


def key_lines(text: str) -> dict[KeyPath, int]:
    """The line of every key and row in a text that tomllib has already accepted.

    >>> key_lines("a = 1\\n[[b]]\\nc = [2,\\n3]\\n")
    {('a',): 1, ('b',): 2, ('b', 0): 2, ('b', 0, 'c'): 3, ('b', 0, 'c', 0): 3, ('b', 0, 'c', 1): 4}
    """
    tokens, line = [], 1
    for match in _TOKEN.finditer(text):
        if not match[0].startswith("#"):
            tokens.append((match[0], line))
        line += match[0].count("\n")
    tokens.append(("\n", line))

    lines: dict[KeyPath, int] = {}
    rows: dict[KeyPath, int] = {}  # how many rows an array of tables has so far
    at = 0

    def key(end: str) -> list[str]:
        nonlocal at
        parts = []
        while tokens[at][0] != end:
            if tokens[at][0] != ".":
                parts.append(_unquoted(tokens[at][0]))
            at += 1
        return parts

    def under(table: KeyPath, parts: Iterable[str]) -> KeyPath:
        """The path of a key, going into the last row of every array of tables on the way."""
        for part in parts:
            table = (*table, part)
            if table in rows:
                table = (*table, rows[table] - 1)
        return table

    def value(path: KeyPath) -> None:
        nonlocal at
        opening = tokens[at][0]
        if opening not in ("[", "{"):
            while tokens[at][0] not in ("\n", ",", "]", "}"):
                at += 1
            return
        closing, count = {"[": "]", "{": "}"}[opening], 0
        at += 1
        while tokens[at][0] != closing:
            if tokens[at][0] in ("\n", ","):
                at += 1
                continue
            line = tokens[at][1]
            if opening == "[":
                inner: KeyPath = (*path, count)
            else:
                inner = (*path, *key("="))
                at += 1
            lines.setdefault(inner, line)
            value(inner)
            count += 1
        at += 1

    table: KeyPath = ()
    while at < len(tokens):
        token, line = tokens[at]
        if token == "\n":
            at += 1
        elif token == "[":
            many = tokens[at + 1][0] == "["
            at += 2 if many else 1
            parts = key("]")
            at += 2 if many else 1
            if many:
                array = (*under((), parts[:-1]), parts[-1])
                rows[array] = rows.get(array, 0) + 1
                lines.setdefault(array, line)
            table = under((), parts)
            lines.setdefault(table, line)
        else:
            path = (*table, *key("="))
            at += 1
            lines.setdefault(path, line)
            value(path)
    return lines


def overlong_key(text: str) -> int:
    """The line of the first name that has too many parts to be read; 0 where there is none.

    >>> overlong_key("a = 1\\n" + "b." * 32 + "b = 1"), overlong_key("a.b.c = 1.5")
    (2, 0)
    """
    found = _OVERLONG.search(text)
    return text.count("\n", 0, found.start()) + 1 if found else 0


def _unquoted(part: str) -> str:
    return tomllib.loads(f"k = {part}")["k"] if part[0] in "\"'" else part


def key_path(path: KeyPath) -> str:
    """A path as people read it.

    >>> key_path(("governments", 2, "power"))
    'governments[2].power'
    """
    text = ""
    for part in path:
        if isinstance(part, int):
            text += f"[{part}]"
        else:
            text += ("." if text else "") + (part if _BARE_KEY.fullmatch(part) and len(part) <= 80 else printable(part))
    return text


def split_name(name: str) -> list[str] | None:
    """The parts of a dotted name, quoted parts as what they stand for; None where the quotes do not fit.

    >>> split_name("organisations.'George Mitchell'.skill")
    ['organisations', 'George Mitchell', 'skill']
    """
    parts, at = [], 0
    while match := _NAME.match(name, at):
        try:
            parts.append(_unquoted(match[1].strip()) if match[1].strip() else "")
        except tomllib.TOMLDecodeError:
            return None
        if not match[2]:
            return parts
        at = match.end()
    return None


def write_string(text: str) -> str:
    short = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\t": "\\t", "\r": "\\r"}
    return '"' + "".join(short.get(c) or (c if c >= " " and c != "\x7f" else f"\\u{ord(c):04x}") for c in text) + '"'


def write_key(key: str) -> str:
    """
    >>> print(write_key("power"), write_key("O'Brien & Co."))
    power "O'Brien & Co."
    """
    return key if _BARE_KEY.fullmatch(key) else write_string(key)


def write_value(value: Any) -> str:
    """A string, number or truth value as TOML.

    >>> write_value("a \\"b\\""), write_value(True), write_value(1e-7)
    ('"a \\\\"b\\\\""', 'true', '1e-07')
    """
    if isinstance(value, str):
        return write_string(value)
    return str(value).lower() if isinstance(value, bool) else repr(value)


def write_lines(header: str, values: Mapping[str, Any]) -> str:
    """A table, without what is None.

    >>> print(write_lines("[run]", {"months": 12, "extra": None}))
    [run]
    months = 12
    <BLANKLINE>
    """
    body = [f"{write_key(key)} = {write_value(value)}" for key, value in values.items() if value is not None]
    return "\n".join([header, *body, ""])
