"""What one sees in two arms, in one paragraph of plain words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..analysis.intervals import paired_shares, wilson
from ..analysis.summary import PairedDifference, paired_difference
from ..parameter_table import PARAMETERS
from .words import for_markdown, interval, month_name, percent, plain, points

if TYPE_CHECKING:
    import pandas as pd

    from ..analysis.comparison import Comparison

__all__ = ["NO_FORECAST", "comparison_paragraph", "findings", "findings_in_markdown"]

EARLY = 60  # months
CAVEAT = (
    "What this is not: a forecast, or evidence of what {subject} did in the real conflict. Most of the model's numbers "
    "are assumptions that no data have tested, the scenario was written by people who knew how it ended, and the "
    "intervals cover chance between runs only, not doubt about the rules."
)

NO_FORECAST = (
    "This is no forecast, and no evidence of what happened in a real conflict. It shows what follows from stated "
    "assumptions: most of the model's numbers have been tested by no data, and a scenario is written by people who know "
    "how its conflict ended. The intervals (95%) cover chance between runs, which more runs make small; they do not "
    "cover doubt about the rules and the numbers. Of many outcomes compared, some differ by chance alone."
)
ASKED = ("agreed", "months_at_peace")  # what a finding is about: accords, and how long there was peace


def findings(comparison: Comparison) -> list[str]:
    """What was found for every arm, a paragraph each: whose effect it is, what it is; and last what it is not."""
    told = []
    for arm in list(comparison.arms)[1:]:
        found = " ".join(comparison.finding(arm, outcome) for outcome in ASKED)
        told.append(f"{plain(arm)}. {comparison.estimand(arm)} {found}")
    return [*told, NO_FORECAST]


def findings_in_markdown(comparison: Comparison) -> str:
    """The same as a file."""
    heading = f"# {for_markdown(comparison.scenario.title, 200)}: arms compared"
    return "\n\n".join([heading, *(for_markdown(told, 10_000) for told in findings(comparison))]) + "\n"


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
    `hangs_on` names a setting on which the size of the difference hangs.
    """
    table_b = table_b.set_index("seed").loc[table_a["seed"]].reset_index()
    a, b = names
    runs, months = len(table_a), int(_setting(scenario, "run.months"))
    accord = paired_difference(table_a, table_b, "agreed")
    peace = paired_difference(table_a, table_b, "months_at_peace")
    violence = paired_difference(table_a, table_b, "violence_total")
    zero = scenario.month_zero
    span = f" ({month_name(zero, 0)} to {month_name(zero, months - 1)})" if zero else ""

    told = [
        f"{plain(scenario.title)}, run {runs:,} times {a} and {runs:,} times {b}, on the same seeds, "
        f"for {months} months{span}.",
        f"Under the stated assumptions, an accord was signed and ratified in {_share(table_a)} of the runs {a} and in "
        f"{_share(table_b)} {b}.",
        f"Seed by seed the difference is {_points(accord.difference, accord.low, accord.high)}.",
        _both_ways(accord, names, subject),
    ]
    if months > EARLY:
        told.append(_early(table_a, table_b, names))
    told.append(
        f"Months at peace differ by {_amount(peace)}; violence, summed over the run, by {_amount(violence)}; "
        f"both {a} less {b}."
    )
    told.append(_what_happened(table_a, scenario, a))
    told.append(CAVEAT.format(subject=subject))
    if hangs_on:
        parameter = PARAMETERS[hangs_on]
        low, high = parameter.range
        told.append(
            f"The size of the difference hangs on assumptions too, first of all on {hangs_on} ({parameter.meaning}; "
            f"here {_setting(scenario, hangs_on):g}, to be tried from {low:g} to {high:g}): change it and see."
        )
    return " ".join(filter(None, told))


def _setting(scenario: Any, name: str) -> float:
    return scenario.settings.get(name, PARAMETERS[name].value)


def _share(table: pd.DataFrame) -> str:
    count = float(table["agreed"].sum())
    return interval(count / len(table), *wilson(count, len(table)))


def _points(gap: float, low: float, high: float) -> str:
    return f"{points(gap, low, high)}, {_verdict(low, high)}"


def _amount(found: PairedDifference) -> str:
    if found.pairs < 2:
        return f"{found.difference:+.1f}"
    numbers = f"{found.difference:+.1f} (95% interval {found.low:+.1f} to {found.high:+.1f})"
    return f"{numbers}, {_verdict(found.low, found.high)}"


def _verdict(low: float, high: float) -> str:
    if low > 0 or high < 0:
        return "more than chance between runs explains"
    return "which so many runs cannot tell from nothing"


def _early(table_a: pd.DataFrame, table_b: pd.DataFrame, names: tuple[str, str]) -> str:
    """Whether it comes sooner, which the state at the end does not show."""
    a = (table_a["months_to_agreement"] <= EARLY).to_numpy()
    b = (table_b["months_to_agreement"] <= EARLY).to_numpy()
    difference = _points(*paired_shares((a & ~b).sum(), (~a & b).sum(), len(a)))
    return (
        f"By month {EARLY} there is one in {percent(a.mean())} {names[0]} against {percent(b.mean())} {names[1]}: "
        f"a difference of {difference}."
    )


def _both_ways(found: PairedDifference, names: tuple[str, str], subject: str) -> str:
    if not found.only_a and not found.only_b:
        return f"No pair of runs differed in whether there was an accord: here {subject} decided nothing about that."
    changed = percent((found.only_a + found.only_b) / found.pairs)
    counts = f"{found.only_a} had an accord only {names[0]}, {found.only_b} only {names[1]}"
    text = f"{subject} changed that in {changed} of the pairs: {counts}"
    text += ", so it works in both directions." if found.only_a and found.only_b else "."
    if found.narrower > 0.05:
        text += f" (On the same seeds the interval is {percent(found.narrower)} narrower than on independent ones.)"
    return text


def _what_happened(table: pd.DataFrame, scenario: Any, name: str) -> str:
    record = getattr(scenario, "record", None) or {}
    months, kind = record.get("months"), record.get("agreement")
    if not isinstance(months, (int, float)) or isinstance(months, bool) or kind not in ("framework", "comprehensive"):
        return ""
    calendar = month_name(scenario.month_zero, months)
    told = f"What happened: a {kind} accord was signed after {months:g} months" + (
        f", in {calendar}" if calendar else ""
    )
    reached = table["months_to_agreement"].dropna()
    if len(reached):
        told += f"; in the runs {name} that reached an accord, half had it by month {reached.median():.0f}"
    return told + "."
