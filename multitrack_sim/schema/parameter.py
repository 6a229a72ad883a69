"""What a parameter is, and the words in which they are declared."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["FITTED", "MONTHLY", "ODDS", "RATE", "SHARE", "TRIAL", "Parameter", "word"]


@dataclass(frozen=True)
class Parameter:
    """One setting of the whole scenario.

    `low` and `high` bound what is allowed; `sweep` is the range in which a study would vary it (default: what is
    allowed). `structural` parameters shape the tables and are fixed once a world is laid out.
    """

    name: str  # section.key
    default: float
    low: float
    high: float
    unit: str
    meaning: str
    source: str = "assumption"
    sweep: tuple[float, float] | None = None
    structural: bool = False
    whole: bool = False
    choices: tuple[str, ...] = ()  # of a setting that is a word: its numbers are their places

    @property
    def column(self) -> str:
        """The name of its column in the table of parameters."""
        return self.name.replace(".", "_", 1)

    @property
    def value(self) -> float | int | str:
        """The default, as a scenario would write it."""
        return self.choices[int(self.default)] if self.choices else self.default

    @property
    def range(self) -> tuple[float, float]:
        return self.sweep or (self.low, self.high)


SHARE, MONTHLY, RATE, ODDS = "share", "share per month", "probability per month", "log-odds"
TRIAL = "trial"
FITTED = "coarse fit"


def word(name: str, default: str, choices: tuple[str, ...], meaning: str) -> Parameter:
    """A setting that is one of a few words."""
    return Parameter(name, choices.index(default), 0, len(choices) - 1, "kind", meaning, whole=True, choices=choices)
