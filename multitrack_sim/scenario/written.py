"""Settings as people write them on a command line."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from typing import Any

from ..errors import Problem, printable

__all__ = ["settings_in_words"]


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
                changes[name] = tomllib.loads(f"value = {value}")["value"] if "\n" not in value else value
            except ValueError:
                changes[name] = value
    return changes, problems
