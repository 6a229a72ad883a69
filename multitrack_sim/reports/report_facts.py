"""What the report's sentences, tables and figures are made from: one comparison, its effects, and how each is called."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from markupsafe import Markup

from ..analysis.told import in_variant_parts
from ..analysis.verdicts import CLEAR, SUGGESTIVE, digits_shown, excludes, verdict_of
from .report_markup import number, own, say
from .sentences import SHOWN
from .words import month_name, plain

if TYPE_CHECKING:
    import pandas as pd

    from ..analysis.comparison import Comparison

__all__ = ["MONEY", "TOLD", "Facts", "Outcome", "span_told"]

MONEY = ("spent_track_two", "spent_track_three", "spent_measures")
NOT_CLEAR = "suggestive, not clear after correction"
LONGEST = 60  # letters of a variant's name in a sentence


class Outcome(NamedTuple):
    """How an outcome is called, what more and less of it are called, and which of the two is the better (0: neither)."""

    label: str
    more: str
    less: str
    better: int
    unit: str = ""


TOLD = {
    "talks_opened": Outcome("runs with official talks", "more", "fewer", 1),
    "months_to_talks": Outcome("official talks", "later", "sooner", -1, "months"),
    "agreed": Outcome("runs with an agreement", "more", "fewer", 1),
    "comprehensive": Outcome("runs with a comprehensive agreement", "more", "fewer", 1),
    "months_to_substantive": Outcome("agreement", "later", "sooner", -1, "months"),
    "months_to_comprehensive": Outcome("comprehensive agreement", "later", "sooner", -1, "months"),
    "durable": Outcome("runs with an agreement that held", "more", "fewer", 1),
    "months_to_collapse": Outcome("months before a collapse", "more", "fewer", 1, "months"),
    "months_under_accord": Outcome("months under an agreement", "more", "fewer", 1, "months"),
    "violence_total": Outcome("violence", "higher", "lower", -1),
    "attacks": Outcome("attacks", "more", "fewer", -1),
    "mean_trust": Outcome("trust between leaderships at the end", "higher", "lower", 1, "of 1"),
    "mean_support": Outcome("public support for a settlement at the end", "higher", "lower", 1, "of 1"),
}


class Facts:
    """One comparison, looked up by variant and outcome."""

    def __init__(self, comparison: Comparison):
        self.comparison = comparison
        self.scenario = comparison.scenario
        self.arms = list(comparison.arms)
        self.variants = self.arms[1:]
        self.pairs, self.horizon = comparison.pairs, comparison.horizon
        self.effects: pd.DataFrame = comparison.effects()
        self._rows = {
            (row["arm"], row["outcome"], row["value"]): row
            for row in self.effects.to_dict("records")
            if row["statistic"] in SHOWN
        }

    # --- numbers
    def has(self, arm: str, outcome: str) -> bool:
        return (arm, outcome, "") in self._rows

    def row(self, arm: str, outcome: str, value: str = "") -> Mapping[str, Any]:
        """The row of the effects table: differences of shares, of means, of restricted means."""
        return self._rows[arm, outcome, value]

    def verdict(self, arm: str, outcome: str) -> str:
        return verdict_of(self.row(arm, outcome))

    def tells(self, arm: str, outcome: str) -> bool:
        """Whether the interval excludes zero, corrected or not."""
        return self.has(arm, outcome) and self.verdict(arm, outcome) in (CLEAR, SUGGESTIVE)

    def is_clear(self, arm: str, outcome: str) -> bool:
        return self.has(arm, outcome) and self.verdict(arm, outcome) == CLEAR

    def doubt(self, arm: str, outcome: str) -> str:
        """What an interval that excludes zero must have beside it where the corrected p does not pass."""
        return NOT_CLEAR if self.verdict(arm, outcome) == SUGGESTIVE else ""

    def of(self, row: Mapping[str, Any], column: str) -> str:
        """Where a number stands in the table of effects."""
        at = self.arms.index(row["arm"])
        return f"effect:{at}:{row['outcome']}:{row['value']}:{row['statistic']}:{column}"

    def digits(self, row: Mapping[str, Any]) -> int:
        """Digits of a difference and its interval: of shares, in points."""
        return digits_shown(*(times(row) * float(row[name]) for name in ("difference", "low", "high")))

    def n(
        self, row: Mapping[str, Any], column: str, sign: str = "size", digits: int | None = None, mark: str = ""
    ) -> Markup:
        """A number of the effects table."""
        digits = self.digits(row) if digits is None else digits
        return number(row[column], self.of(row, column), digits, times(row), sign, mark)

    def level(self, row: Mapping[str, Any], column: str) -> Markup:
        """What the baseline or the variant has of an outcome."""
        share = row["statistic"] == "share"
        size = abs(float(row[column]))
        digits = max(1, self.digits(row)) if share else 0 if size >= 100 else self.digits(row)
        return self.n(row, column, "minus", digits, "%" if share else "")

    def between(self, row: Mapping[str, Any], named: bool = True, unit: str = "", note: str = "") -> Markup:
        """The interval in brackets: the sizes, the smaller first, where it excludes zero; else both ends with their signs.
        A `note` stands behind it."""
        if math.isnan(row["low"]) or math.isnan(row["high"]):
            return Markup("")
        first = "95% interval " if named else ""
        if not excludes(row["low"], row["high"]):
            low, high = self.n(row, "low", "both"), self.n(row, "high", "both")
        else:
            ends = ("low", "high") if row["difference"] > 0 else ("high", "low")
            low, high = (self.n(row, end) for end in ends)
        unit, note = f" {unit}" if unit else "", f"; {note}" if note else ""
        return say(" ({first}{low} to {high}{unit}{note})", first=first, low=low, high=high, unit=unit, note=note)

    def ends(self, row: Mapping[str, Any]) -> Markup:
        """The interval in brackets with its signs, where the difference has its sign too."""
        if math.isnan(row["low"]) or math.isnan(row["high"]):
            return Markup("")
        return say(" ({low} to {high})", low=self.n(row, "low", "both"), high=self.n(row, "high", "both"))

    def runs(self) -> Markup:
        return number(self.pairs, "run:pairs")

    def span(self) -> Markup:
        return span_told(self.horizon)

    # --- names
    def name(self, arm: str) -> Markup:
        """A variant by itself."""
        return own(plain(arm, LONGEST))

    def with_name(self, arm: str) -> Markup:
        """A variant as part of a sentence: "without Track II", "with a guarantor", "with “more measures”", "in the baseline"."""
        if arm == self.arms[0]:
            return Markup("in the baseline")
        how, name, quoted = in_variant_parts(plain(arm, LONGEST), self.arms[0])
        return say("{how} “{name}”" if quoted else "{how} {name}", how=how, name=own(name))

    def calendar(self) -> str:
        """The first and the last month by name; empty where the calendar is not known."""
        zero = self.scenario.month_zero
        first, last = month_name(zero, 0, full=True), month_name(zero, self.horizon - 1, full=True)
        return f"{first} to {last}" if first else ""

    def held(self) -> Markup:
        """How long an agreement must have stood to count as held."""
        return span_told(int(self.scenario.value("accord.durable_months")), "setting:accord.durable_months")


def times(row: Mapping[str, Any]) -> float:
    """What a number is multiplied by to be read: shares in percent or points."""
    return 100.0 if row["statistic"] == "share" else 1.0


def span_told(months: int, of: str = "run:months") -> Markup:
    """A span: in years where they are whole.

    >>> print(span_told(18, "x"))
    <data value="18.0" data-of="x">18</data> months
    """
    if months >= 24 and months % 12 == 0:
        return say("{n} years", n=number(months / 12, f"{of}/12"))
    return say("{n} {unit}", n=number(months, of), unit="month" if months == 1 else "months")
