"""What one sees in two arms, in one paragraph of plain words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..analysis.intervals import paired_shares, wilson
from ..analysis.summary import PairedDifference, paired_difference
from ..parameter_table import PARAMETERS
from .words import interval, month_name, percent, plain

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["comparison_paragraph"]

EARLY = 60  # months


def comparison_paragraph(
    table_a: pd.DataFrame,
    table_b: pd.DataFrame,
    scenario: Any,
    names: tuple[str, str],
    subject: str,
    hangs_on: str = "",
) -> str:
    """One paragraph about two arms run on the same seeds: what differs, how surely, and what that does not mean.

    `names` are the arms ("with Track II", "without Track II"), `subject` what the second lacks ("Track II");
    `hangs_on` names the setting on which the size of the difference hangs most.
    """
    table_b = table_b.set_index("seed").loc[table_a["seed"]].reset_index()
    runs = len(table_a)
    accord = paired_difference(table_a, table_b, "agreed")
    peace = paired_difference(table_a, table_b, "months_at_peace")
    violence = paired_difference(table_a, table_b, "violence_total")
    months = int(scenario.settings.get("run.months", PARAMETERS["run.months"].default))
    zero = scenario.month_zero
    span = f" ({month_name(zero, 0)} to {month_name(zero, months - 1)})" if zero else ""

    told = [
        f"{plain(scenario.title)}, run {runs:,} times {names[0]} and {runs:,} times {names[1]}, on the same seeds, for {months} months{span}.",
        f"Under the stated assumptions, an accord was signed and ratified in {_share(table_a)} of the runs {names[0]} and in "
        f"{_share(table_b)} {names[1]}.",
        f"Seed by seed the difference is {_points(accord)}, {_verdict(accord.low, accord.high)}.",
        _both_ways(accord, names, subject),
        *([_early(table_a, table_b, names)] if months > EARLY else []),
        f"Months at peace differ by {_amount(peace)}, {_verdict(peace.low, peace.high)}; violence, summed over the run, by {_amount(violence)}, "
        f"{_verdict(violence.low, violence.high)} (each {names[0]} less {names[1]}).",
    ]
    real = _what_happened(scenario)
    if real:
        median = table_a["months_to_agreement"].median()
        told.append(
            f"{real}; in the runs {names[0]} that reached an accord, half had it by month {median:.0f}."
            if median == median
            else f"{real}."
        )
    told.append(
        f"What this is not: a forecast, or evidence of what {subject} did in the real conflict. Most of the model's numbers are "
        "assumptions that no data have tested, the scenario was written by people who knew how it ended, and the intervals "
        "cover chance between runs only, not doubt about the rules."
    )
    if hangs_on:
        parameter = PARAMETERS[hangs_on]
        low, high = parameter.range
        told.append(
            f"The size of the difference hangs on assumptions too, first of all on {hangs_on} ({parameter.meaning}; here "
            f"{scenario.settings.get(hangs_on, parameter.default):g}, to be tried from {low:g} to {high:g}): change it and see."
        )
    return " ".join(told)


def _share(table: pd.DataFrame) -> str:
    count = float(table["agreed"].sum())
    return interval(count / len(table), *wilson(count, len(table)))


def _points(found: PairedDifference) -> str:
    return f"{100 * found.difference:+.1f} points (95% interval {100 * found.low:+.1f} to {100 * found.high:+.1f})"


def _amount(found: PairedDifference) -> str:
    return f"{found.difference:+.1f} (95% interval {found.low:+.1f} to {found.high:+.1f})"


def _verdict(low: float, high: float) -> str:
    return (
        "more than chance between runs explains"
        if low > 0 or high < 0
        else "which so many runs cannot tell from nothing"
    )


def _early(table_a: pd.DataFrame, table_b: pd.DataFrame, names: tuple[str, str]) -> str:
    """Whether it comes sooner, which the state at the end does not show."""
    a = (table_a["months_to_agreement"] <= EARLY).to_numpy()
    b = (table_b["months_to_agreement"] <= EARLY).to_numpy()
    gap, low, high = paired_shares((a & ~b).sum(), (~a & b).sum(), len(a))
    return (
        f"By month {EARLY} it is {percent(a.mean())} {names[0]} against {percent(b.mean())} {names[1]}, a difference of "
        f"{100 * gap:+.1f} points (95% interval {100 * low:+.1f} to {100 * high:+.1f}), {_verdict(low, high)}."
    )


def _both_ways(found: PairedDifference, names: tuple[str, str], subject: str) -> str:
    if not found.only_a and not found.only_b:
        return f"No single pair of runs differed in whether there was an accord: here {subject} decided nothing about that."
    changed = percent((found.only_a + found.only_b) / found.pairs)
    text = f"{subject} changed that in {changed} of the pairs: {found.only_a} had an accord only {names[0]}, {found.only_b} only {names[1]}"
    text += ", so it works in both directions. " if found.only_a and found.only_b else ". "
    if found.narrower > 0.05:
        text += (
            f"(Using the same seeds made this interval {percent(found.narrower)} narrower than independent runs would.)"
        )
    return text.strip()


def _what_happened(scenario: Any) -> str:
    record = getattr(scenario, "record", None) or {}
    months, kind = record.get("months"), record.get("agreement")
    if not isinstance(months, (int, float)) or isinstance(months, bool) or kind not in ("framework", "comprehensive"):
        return ""
    name = month_name(scenario.month_zero, months)
    when = f"after {months:g} months" + (f", in {name}" if name else "")
    return f"What happened: a {kind} accord was signed {when}"
