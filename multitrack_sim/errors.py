"""One family of errors: each says where, what was found, what is allowed, and how to mend it."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass

__all__ = [
    "MultitrackError",
    "Problem",
    "RecordError",
    "ScenarioError",
    "SettingError",
    "StoreError",
    "did_you_mean",
    "nearest",
    "plain",
    "printable",
]


def printable(value: object, longest: int = 80) -> str:
    """`value` as safe text for a terminal: control characters shown as escapes, long text cut. Never fails.

    >>> printable("a\\x1b[31mred")
    "'a\\\\x1b[31mred'"
    """
    try:
        text = repr(value[: longest + 1]) if isinstance(value, str) else str(value)
    except (ValueError, RecursionError):  # numbers of thousands of digits, endless nesting
        return "something too large to show"
    text = "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text[: longest + 1])
    return text if len(text) <= longest else text[: longest - 3] + "..."


def plain(text: object, longest: int = 80) -> str:
    """The same without quotes around it: a name as one line of visible characters.

    >>> print(plain("Ulster\\x1b[31m"), plain("Queen's"))
    Ulster\\x1b[31m Queen's
    """
    shown = printable(str(text), longest + 2)
    quote = shown[:1]
    if quote not in ("'", '"'):
        return shown
    return shown[1:].removesuffix(quote).replace(f"\\{quote}", quote)


def nearest(name: str, choices: Iterable[str]) -> str | None:
    """The choice most like `name`, or None where nothing is near.

    >>> nearest("track_two.bugdet", ["track_two.budget", "track_two.access"])
    'track_two.budget'
    """
    choices = list(choices)
    found = difflib.get_close_matches(name, choices, n=1, cutoff=0.6)
    if not found:
        folded = {c.casefold(): c for c in choices}
        found = [folded[m] for m in difflib.get_close_matches(name.casefold(), folded, n=1, cutoff=0.6)]
    return found[0] if found else None


def did_you_mean(name: object, choices: Iterable[str]) -> str:
    """The nearest choice as a hint; empty where nothing is near, or where `name` is no text.

    >>> did_you_mean("agred", ["agreed", "durable"]), did_you_mean(3, ["agreed"])
    ("did you mean 'agreed'?", '')
    """
    found = nearest(name, choices) if isinstance(name, str) else None
    return f"did you mean {printable(found)}?" if found else ""


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong, in one line."""

    where: str  # file, line, key path: what the reader can go to
    found: str
    allowed: str = ""
    hint: str = ""

    def __str__(self) -> str:
        text = f"{self.where}: {self.found}" if self.where else self.found
        if self.allowed:
            text += f"; allowed: {self.allowed}"
        if self.hint:
            text += f" ({self.hint})"
        return text


class MultitrackError(Exception):
    """Anything this package refuses. `problems` lists every reason found, each a line."""

    def __init__(self, problems: str | Problem | Iterable[Problem]):
        if isinstance(problems, str):
            problems = Problem("", problems)
        self.problems = [problems] if isinstance(problems, Problem) else list(problems)
        super().__init__("\n".join(str(p) for p in self.problems))

    def __reduce__(self) -> tuple[type[MultitrackError], tuple[list[Problem]]]:
        return type(self), (self.problems,)


class ScenarioError(MultitrackError):
    """A scenario file or table of codes cannot be read."""


class RecordError(MultitrackError):
    """A file of the record (UCDP, PA-X, Civil War Mediation) cannot be read, or is not what it should be."""


class SettingError(MultitrackError, KeyError):
    """A setting that does not exist or is out of range."""

    __str__ = Exception.__str__  # KeyError would show the message in quotes


class StoreError(MultitrackError):
    """A folder of results cannot be written or does not belong to this run."""
