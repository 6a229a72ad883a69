"""Rows of `Comparison.effects` as words: the same on a page and in a terminal. Sentences are those of `analysis.told`."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from ..analysis.effects import holm
from ..analysis.intervals import share_interval
from ..analysis.paired import paired_share
from ..analysis.run_tables import MAIN_OUTCOMES, months_told
from ..analysis.summary import PairedDifference, paired_difference
from ..analysis.told import EARLY_ON, difference_told, in_variant, pairs_told
from ..analysis.verdicts import digits_shown, levels_shown, signed_number
from ..designs.arms import INTERVENTIONS
from ..schema.parameters import PARAMETERS
from .words import capital, counted, for_markdown, month_name, percent, plain

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
    names = ("baseline_estimate", "arm_estimate")
    one, other = (float(row[name]) for name in names)
    return levels_shown(one, other, row["statistic"] == "share")[names.index(which)]


def shown_difference(row: Mapping[str, Any]) -> str:
    """A difference as people read it: of shares in percentage points.

    >>> shown_difference({"statistic": "share", "difference": -0.05})
    '−5.0 points'
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
    ['−3', '0', '+1,234']
    >>> shown_end({"statistic": "share", "difference": 0.05123, "low": -0.01, "high": 0.11}, "difference")
    '+5.1'
    """
    scale = 100 if row["statistic"] == "share" else 1
    value = scale * row[which]
    if math.isnan(value):
        return "unknown"
    low, high = (scale * row.get(end, math.nan) for end in ("low", "high"))
    return signed_number(value, digits_shown(scale * row["difference"], low, high)) if value else "0"


EARLY = 60  # months
CAVEAT = (
    "A model result, not a forecast or evidence about the real conflict: most of the model's numbers are assumptions that no "
    "data have tested, and the scenario was written by people who knew how it ended. Intervals cover random variation, not "
    "untested assumptions."
)

NO_FORECAST = (
    "A model result, not a forecast or evidence about the real conflict: most of the model's numbers are assumptions that no "
    "data have tested, and a scenario is written by people who know how its conflict ended. Intervals (95%) cover random "
    "variation between runs, not untested assumptions. Of many outcomes compared, some differ by chance alone."
)
ASKED = ("agreed", "months_under_accord", "violence_total")  # what a finding is about
RARELY = 0.05  # of the runs: with fewer, what changes agreements cannot be seen
SIGNED = {"framework": "months_to_substantive", "comprehensive": "months_to_comprehensive"}
RECORDED = {"framework": "partial agreement", "comprehensive": "comprehensive agreement"}


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
    where = f" in {len(few)} of {len(arms)} variants" if len(few) < len(arms) else ""
    reaches = f"Nearly no run reaches an agreement, partial or comprehensive, within {months_told(months)}"
    return f"{reaches}{where}: {'; '.join(told)}."


def rarely_agreed_in(comparison: Comparison) -> str:
    """The same of a comparison's arms."""
    tables = {in_variant(name, comparison.baseline): comparison.table(name) for name in comparison.arms}
    return rarely_agreed(tables, comparison.horizon)


def findings(comparison: Comparison) -> list[str]:
    """What was found for every variant, a paragraph each: the answer, then what it is an average of; last what it is not."""
    told = []
    for arm in list(comparison.arms)[1:]:
        found = " ".join(comparison.finding(arm, outcome) for outcome in ASKED)
        told.append(f"{capital(plain(arm))}. {found} {comparison.estimand(arm)}")
    return [*told, NO_FORECAST]


def findings_in_markdown(comparison: Comparison) -> str:
    """The same as a file."""
    heading = f"# {for_markdown(comparison.scenario.title, 200)}: variants compared"
    told = filter(None, [rarely_agreed_in(comparison), *findings(comparison)])
    return "\n\n".join([heading, *(for_markdown(one, 10_000) for one in told)]) + "\n"


def comparison_paragraph(
    baseline: pd.DataFrame,
    variant: pd.DataFrame,
    scenario: Any,
    names: tuple[str, str],
    subject: str,
    hangs_on: str = "",
) -> str:
    """One paragraph about a variant and its baseline, run on the same seeds: what differs, how surely, and what that is not.

    `names` say where ("with Track II", "without Track II"), `subject` is what the variant lacks ("Track II"); `hangs_on` is
    a setting on which the size of the difference hangs.
    """
    variant = variant.set_index("seed").loc[baseline["seed"]].reset_index()
    runs, months = len(baseline), int(_setting(scenario, "run.months"))
    rows = [_row(paired_difference(variant, baseline, name, horizon=months)) for name in ASKED]
    early = _early(baseline, variant) if months > EARLY else None
    rows += [early] if early else []
    for row, p in zip(rows, holm([row["p"] for row in rows])):
        row["p_corrected"] = p
    zero = scenario.month_zero
    span = f", {month_name(zero, 0, True)} to {month_name(zero, months - 1, True)}" if month_name(zero, 0) else ""
    where, other = names[1], names[0]
    said = [difference_told(row, where, other, len(rows), months) for row in rows]
    told = [
        rarely_agreed({other: baseline, where: variant}, months),
        f"{plain(scenario.title)}: {counted(runs, 'pair')} of runs over {months_told(months)}{span}, {other} and {where}; in a "
        "pair the random numbers are the same, and only the change and its consequences differ.",
        said[0],
        _both_ways(rows[0], names, subject),
        *said[3:],
        *said[1:3],
        _what_happened(baseline, scenario, other),
        CAVEAT,
    ]
    if hangs_on:
        parameter = PARAMETERS[hangs_on]
        low, high = parameter.range
        told.append(
            f"The difference depends on assumptions, first of all on this one: {parameter.meaning} ({hangs_on}; here "
            f"{_setting(scenario, hangs_on):g}, plausible range {low:g} to {high:g}). Change it and see."
        )
    return " ".join(filter(None, told))


def _row(found: PairedDifference) -> dict[str, Any]:
    """A paired difference as a row of effects, *variant minus baseline*."""
    share = found.unit == "0 or 1"
    return {
        "outcome": found.outcome, "value": found.value, "statistic": "share" if share else "mean", "unit": found.unit,
        "arm_estimate": found.mean_a, "baseline_estimate": found.mean_b, "difference": found.difference, "low": found.low,
        "high": found.high, "p": found.p, "pairs": found.pairs, "left_out": found.left_out, "only_arm": found.only_a,
        "only_baseline": found.only_b,
    }  # fmt: skip


def _setting(scenario: Any, name: str) -> float:
    return scenario.settings.get(name, PARAMETERS[name].value)


def _early(baseline: pd.DataFrame, variant: pd.DataFrame) -> dict[str, Any]:
    """Whether agreement comes within five years, as a row of effects: sooner or later is not seen in the state at the end."""
    a, b = ((table["months_to_substantive"] <= EARLY).to_numpy() for table in (variant, baseline))
    more, less = int((a & ~b).sum()), int((~a & b).sum())
    found = paired_share(more, less, len(a))
    return {
        "outcome": EARLY_ON, "value": "", "statistic": "share", "unit": "0 or 1", "arm_estimate": float(a.mean()),
        "baseline_estimate": float(b.mean()), "difference": found.estimate, "low": found.low, "high": found.high,
        "p": found.p, "pairs": len(a), "left_out": 0, "only_arm": more, "only_baseline": less,
    }  # fmt: skip


def _both_ways(row: Mapping[str, Any], names: tuple[str, str], subject: str) -> str:
    if not row["only_arm"] and not row["only_baseline"]:
        return f"No pair of runs differed in whether there was an agreement: here {subject} decided nothing about that."
    depends = " These counts depend on how the model pairs chance." if row["only_arm"] and row["only_baseline"] else ""
    return pairs_told(row, names[1], names[0]) + depends


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
        told += f"; {len(reached):,} of {len(table):,} runs {name} signed one as far-reaching or more, half of those by month "
        told += f"{reached.median():.0f}"
    return told + "."
