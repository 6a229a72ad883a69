"""Rows of `Comparison.effects` as words: the same on a page and in a terminal."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from ..analysis.effects import holm
from ..analysis.intervals import share_interval
from ..analysis.paired import Effect, paired_share
from ..analysis.run_tables import MAIN_OUTCOMES, months_told
from ..analysis.summary import PairedDifference, paired_difference
from ..analysis.verdicts import digits_shown, levels_shown, verdict, verdict_in_words
from ..designs.arms import INTERVENTIONS
from ..schema.parameters import PARAMETERS
from .words import (
    counted,
    for_markdown,
    interval,
    month_name,
    percent,
    percents,
    plain,
    points,
    share_digits,
    with_ends,
)

if TYPE_CHECKING:
    import pandas as pd

    from ..analysis.comparison import Comparison

__all__ = [
    "NO_FORECAST",
    "SHOWN",
    "Change",
    "comparison_paragraph",
    "findings",
    "findings_in_markdown",
    "main_effects",
    "rarely_agreed",
    "rarely_agreed_in",
    "shown_difference",
    "shown_end",
    "shown_estimate",
    "shown_interval",
    "told_changes",
]

# Of the statistics of an effect, those that people are shown first, and what they are; files hold the others too.
SHOWN = {
    "share": "share of runs",
    "restricted mean months": "mean months over all runs",
    "mean": "mean",
}
LONGEST = 200  # letters of what was changed


class Change(NamedTuple):
    """One thing that an arm changes, in words."""

    what: str
    to: str


def told_changes(changes: Mapping[str, Any]) -> list[Change]:
    """What an arm changes, line by line.

    >>> told_changes({"track_two.budget": 0.0, "interventions": [{"month": 6, "set": "cbm.budget", "to": 2.0}]})
    [Change(what='track_two.budget', to='0'), Change(what='in month 6', to='set cbm.budget, to 2')]
    """
    lines = [Change(plain(name, LONGEST), _value(value)) for name, value in changes.items() if name != INTERVENTIONS]
    for one in changes.get(INTERVENTIONS, ()):
        said = ", ".join(f"{key} {_value(value)}" for key, value in one.items() if value is not None and key != "month")
        lines.append(Change(f"in month {_value(one.get('month', ''))}", said))
    return lines


def _value(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return f"{value:g}" if isinstance(value, float) else plain(value, LONGEST)


def main_effects(effects: pd.DataFrame, arm: str) -> pd.DataFrame:
    """The effects of one arm that people look at first, in the order in which a process lives."""
    order = {name: at for at, name in enumerate(MAIN_OUTCOMES)}
    shown = effects[(effects["arm"] == arm) & effects["outcome"].isin(list(order)) & effects["statistic"].isin(SHOWN)]
    return shown.sort_values("outcome", key=lambda names: names.map(order), kind="stable")


def shown_estimate(row: Mapping[str, Any], which: str) -> str:
    """What the baseline or the arm has, as people read it: in as many digits as tell the two apart, shares in percent."""
    shown = levels_shown(row["baseline_estimate"], row["arm_estimate"], row["statistic"] == "share")
    return shown[("baseline_estimate", "arm_estimate").index(which)]


def shown_difference(row: Mapping[str, Any]) -> str:
    """A difference as people read it: of shares in percentage points.

    >>> shown_difference({"statistic": "share", "difference": -0.05})
    '-5.0 points'
    """
    points = " points" if row["statistic"] == "share" and not math.isnan(row["difference"]) else ""
    return shown_end(row, "difference") + points


def shown_interval(row: Mapping[str, Any]) -> str:
    """Its interval; empty where there is none."""
    if math.isnan(row["low"]) or math.isnan(row["high"]):
        return ""
    return f"{shown_end(row, 'low')} to {shown_end(row, 'high')}"


def shown_end(row: Mapping[str, Any], which: str) -> str:
    """A difference or an end of its interval: with its sign, and no more digits than its interval lets one read.

    >>> row = {"statistic": "mean", "low": -3.14159, "difference": 0.01234, "high": 1234.5}
    >>> [shown_end(row, which) for which in ("low", "difference", "high")]
    ['-3', '+0', '+1,234']
    >>> shown_end({"statistic": "share", "difference": 0.05123, "low": -0.01, "high": 0.11}, "difference")
    '+5.1'
    """
    scale = 100 if row["statistic"] == "share" else 1
    value = scale * row[which]
    if math.isnan(value):
        return "unknown"
    low, high = (scale * row.get(end, math.nan) for end in ("low", "high"))
    return f"{value:+,.{digits_shown(scale * row['difference'], low, high)}f}" if value else "0"


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
ASKED = ("agreed", "months_under_accord", "violence_total")  # what a finding is about
RARELY = 0.05  # of the runs: with fewer, what changes agreements cannot be seen
SIGNED = {"framework": "months_to_substantive", "comprehensive": "months_to_comprehensive"}
RECORDED = {"framework": "partial agreement (framework)", "comprehensive": "comprehensive agreement"}


def rarely_agreed(arms: Mapping[str, pd.DataFrame], months: float) -> str:
    """One line where nearly no run of an arm reaches an agreement, with how many do; else nothing. It is to be read first.

    >>> import pandas as pd
    >>> rarely_agreed({"": pd.DataFrame({"agreed": [0.0] * 400})}, 120)
    'Nearly no run reaches an agreement, partial or comprehensive, within 120 months (10 years): 0 of 400 runs (0%, 95% interval 0% to 1%).'
    >>> rarely_agreed({"": pd.DataFrame({"agreed": [1.0, 0.0]})}, 120)
    ''
    """  # noqa: E501
    few = {name: table["agreed"] for name, table in arms.items() if table["agreed"].mean() < RARELY}
    if not few:
        return ""
    told = []
    for name, agreed in few.items():
        share, low, high = share_interval(float(agreed.sum()), len(agreed))
        count = f"{int(agreed.sum()):,} of {counted(len(agreed), 'run')}"
        told.append(
            f"{count}{f' {name}' if name else ''} ({percent(share)}, 95% interval {percent(low)} to {percent(high)})"
        )
    where = f" in {len(few)} of {len(arms)} arms" if len(few) < len(arms) else ""
    reaches = f"Nearly no run reaches an agreement, partial or comprehensive, within {months_told(months)}"
    return f"{reaches}{where}: {'; '.join(told)}."


def rarely_agreed_in(comparison: Comparison) -> str:
    """The same of a comparison's arms."""
    names = {
        name: f"with \N{LEFT DOUBLE QUOTATION MARK}{plain(name)}\N{RIGHT DOUBLE QUOTATION MARK}"
        for name in comparison.arms
    }
    names[comparison.baseline] = "in the baseline"
    tables = {told: comparison.table(name) for name, told in names.items()}
    return rarely_agreed(tables, comparison.horizon)


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
    told = filter(None, [rarely_agreed_in(comparison), *findings(comparison)])
    return "\n\n".join([heading, *(for_markdown(one, 10_000) for one in told)]) + "\n"


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
    agreed, under, violence = (
        paired_difference(table_a, table_b, name, horizon=months)
        for name in ("agreed", "months_under_accord", "violence_total")
    )
    early = _early(table_a, table_b)
    by_agreed, by_under, by_violence, by_early = _verdicts(
        [*((one, one.only_a + one.only_b) for one in (agreed, under, violence)), early], runs
    )
    zero = scenario.month_zero
    span = f", {month_name(zero, 0)} to {month_name(zero, months - 1)}" if month_name(zero, 0) else ""
    arms = {a: table_a, b: table_b}

    told = [
        rarely_agreed(arms, months),
        f"{plain(scenario.title)}, run {runs:,} times {a} and {runs:,} times {b}, on the same seeds, "
        f"for {months_told(months)}{span}.",
        f"Under the stated assumptions, a partial or comprehensive agreement was reached within that time in "
        f"{_shares(arms)}.",
        f"Seed by seed the difference is {points(agreed.difference, agreed.low, agreed.high)}, {by_agreed}.",
        _both_ways(agreed, names, subject),
    ]
    if months > EARLY:
        told.append(_told_early(table_a, table_b, names, early[0], by_early))
    told.append(
        f"Months under an agreement, each weighted by the share of the conflict that it settles, differ by "
        f"{with_ends(under.difference, under.low, under.high)} of {months_told(months)}, {by_under}; violence, summed over "
        f"the run, by {with_ends(violence.difference, violence.low, violence.high)}, {by_violence}; both {a} minus {b}."
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


def _shares(arms: Mapping[str, pd.DataFrame]) -> str:
    """In how many runs of each arm there was an agreement: arms that differ do not read alike."""
    found = {name: share_interval(float(table["agreed"].sum()), len(table)) for name, table in arms.items()}
    digits = share_digits(*(share for share, _, _ in found.values()), least=1)
    (a, first), (b, second) = found.items()
    return f"{interval(*first, digits)} of the runs {a} and in {interval(*second, digits)} {b}"


def _verdicts(found: Sequence[tuple[Any, int]], pairs: int) -> list[str]:
    """What each difference lets one say, as ends of sentences; p is corrected for all of them (Holm 1979)."""
    corrected = holm([one.p for one, _ in found])
    return [
        verdict_in_words(verdict(one.low, one.high, p, pairs, differ)) for (one, differ), p in zip(found, corrected)
    ]


def _signed_early(table: pd.DataFrame) -> np.ndarray:
    return (table["months_to_substantive"] <= EARLY).to_numpy()


def _early(table_a: pd.DataFrame, table_b: pd.DataFrame) -> tuple[Effect, int]:
    """Whether it comes sooner, which the state at the end does not show; and how many pairs differ in that."""
    a, b = _signed_early(table_a), _signed_early(table_b)
    return paired_share(int((a & ~b).sum()), int((~a & b).sum()), len(a)), int((a != b).sum())


def _told_early(table_a: pd.DataFrame, table_b: pd.DataFrame, names: tuple[str, str], found: Effect, said: str) -> str:
    shares = percents(*(float(_signed_early(table).mean()) for table in (table_a, table_b)), least=1)
    return (
        f"By month {EARLY} one is signed in {shares[0]} {names[0]} against {shares[1]} {names[1]}: a difference of "
        f"{points(found.estimate, found.low, found.high)}, {said}."
    )


def _both_ways(found: PairedDifference, names: tuple[str, str], subject: str) -> str:
    if not found.only_a and not found.only_b:
        return f"No pair of runs differed in whether there was an agreement: here {subject} decided nothing about that."
    changed = percent((found.only_a + found.only_b) / found.pairs)
    counts = f"{found.only_a} had an agreement only {names[0]}, {found.only_b} only {names[1]}"
    text = f"{subject} changed that in {changed} of the pairs: {counts}"
    text += ", so it works in both directions." if found.only_a and found.only_b else "."
    if found.narrower > 0.05:
        text += f" (On the same seeds the interval is {percent(found.narrower)} narrower than on independent ones.)"
    return text


def _what_happened(table: pd.DataFrame, scenario: Any, name: str) -> str:
    record = getattr(scenario, "record", None) or {}
    months, kind = record.get("months"), record.get("agreement")
    if not isinstance(months, (int, float)) or isinstance(months, bool) or kind not in RECORDED:
        return ""
    calendar = month_name(scenario.month_zero, months)
    told = f"What happened: a {RECORDED[kind]} was signed after {months:g} months" + (
        f", in {calendar}" if calendar else ""
    )
    reached = table[SIGNED[kind]].dropna()
    if len(reached):
        told += f"; {len(reached):,} of {len(table):,} runs {name} signed one as far-reaching or more, half of them by month "
        told += f"{reached.median():.0f}"
    return told + "."
