"""Settings as people write them on a command line: `NAME=VALUE`, several with commas between them."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from typing import Any

from ..errors import Problem, printable

__all__ = ["outside_quotes", "settings_in_words", "value_in_words"]


def settings_in_words(texts: Sequence[str], option: str) -> tuple[dict[str, Any], list[Problem]]:
    """What `NAME=VALUE` texts say, and what is wrong with them. Values are TOML; a bare word is a word.

    >>> settings_in_words(["a.b=2", "c.d=referendum"], "--set")
    ({'a.b': 2, 'c.d': 'referendum'}, [])
    """
    changes: dict[str, Any] = {}
    problems = []
    for text in texts:
        name, equals, value = text.rpartition("=")
        name, value = name.strip(), value.strip()
        if not equals or not name or not value:
            problems.append(Problem(f"{option} {printable(text)}", "is no setting", "NAME=VALUE: track_two.budget=0"))
        elif name in changes:
            problems.append(Problem(f"{option} {printable(text)}", "sets it again", "each setting once"))
        else:
            try:
                changes[name] = value_in_words(value)
            except RecursionError:
                problems.append(Problem(f"{option} {printable(text)}", "is nested too deeply", "a number or a word"))
    return changes, problems


def value_in_words(text: str) -> Any:
    """What a value means: TOML where it is TOML, else the words as they are. RecursionError where it never ends.

    >>> value_in_words("0.5"), value_in_words("'a b'"), value_in_words("package")
    (0.5, 'a b', 'package')
    """
    if "\n" in text:
        return text
    try:
        return tomllib.loads(f"value = {text}")["value"]
    except ValueError:
        return text


def outside_quotes(text: str, sign: str = ",") -> list[str]:
    """The parts of a text between commas that stand in no quotes; a quote that never ends is a letter.

    >>> outside_quotes("a='x, y', b=2, c=O'Brien, d=1")
    ["a='x, y'", ' b=2', " c=O'Brien", ' d=1']
    """
    parts, first, at = [], 0, 0
    letters: set[str] = set()  # quotes that do not end from here on
    while at < len(text):
        if text[at] == sign:
            parts.append(text[first:at])
            first = at + 1
        elif text[at] in "\"'" and text[at] not in letters:
            end = _end_of_quote(text, at)
            if end < 0:
                letters.add(text[at])
            at = max(at, end)
        at += 1
    return [*parts, text[first:]]


def _end_of_quote(text: str, at: int) -> int:
    """Where the quote that begins here ends; -1 where it does not."""
    end = text.find(text[at], at + 1)
    while end > 0 and text[at] == '"' and _is_escaped(text, end):
        end = text.find('"', end + 1)
    return end


def _is_escaped(text: str, at: int) -> bool:
    """Whether an odd number of backslashes stands before it."""
    before = text[max(0, at - 100) : at]
    return (len(before) - len(before.rstrip("\\"))) % 2 == 1
