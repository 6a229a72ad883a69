"""The model beside the record, and scored cases, in words: for terminals, Markdown and machines."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from ..analysis.intervals import share_interval
from ..reports.terminal import _table
from ..reports.words import capital, for_markdown, interval, percent, with_ends
from .validation_terms import (
    CODE,
    COMPATIBLE,
    IMPLAUSIBLE,
    LAST_YEAR_FITTED,
    MISSED,
    NOT_ASKED_OF_IT,
    OUTCOMES_SCORED,
    REGRESSION,
    Beside,
    Forecast,
    Scored,
    ScoredOutcome,
)

if TYPE_CHECKING:
    from rich.table import Table

__all__ = [
    "GROUPS", "HINDSIGHT", "for_machines", "grouped", "in_short", "markdown_beside_record", "markdown_of_cases",
    "outcome_sentences", "rivals_table", "scores_table", "sets_sentence", "targets_tables",
]  # fmt: skip

GROUPS = {
    "fitted": "May be fitted (calibrate)",
    "predicted": "Never fitted, only predicted",
    "direction": "Only the direction counts",
    "not asked": "Not asked of the model",
}
HINDSIGHT = (
    "The model is not fitted to any case; how many conflicts begun up to 2005 came to an agreement, all and mediated, was one "
    "constraint of its calibration, so cases of those years are no test of it. When its defaults were last moved, how well the 155 "
    "mechanically coded conflicts of UCDP are predicted was seen, later ones too: they hold nothing back any more. "
    "Codes given by people who know how a case ended make no validation of it. "
    "The base rate in these cases is known only afterwards, so it is hard to beat; whatever is fitted is fitted to other cases."
)
ABOUT_SCORES = (
    "happened and model: share and mean probability; 95% intervals in brackets; "
    "area: under the curve, 0.5 tells nothing apart; slope: of calibration, 1 is right"
)
DIRECTIONS = {"same direction": "as in the record", "opposite direction": "the other direction"}


# ---- for machines ----------------------------------------------------------------------------------------------------
def for_machines(value: Any) -> Any:
    """A value as JSON has it: what is missing, or endless, is None.

    >>> for_machines({"a": np.float64("nan"), "b": [np.int64(3), math.inf]})
    {'a': None, 'b': [3, None]}
    """
    if isinstance(value, dict):
        return {str(name): for_machines(one) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [for_machines(one) for one in value]
    if isinstance(value, np.generic):
        value = value.item()
    if value is None or value is pd.NA or isinstance(value, float) and not math.isfinite(value):
        return None
    return value if isinstance(value, bool | int | float | str) else str(value)


# ---- the model beside the record -------------------------------------------------------------------------------------
def grouped(table: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """The targets in groups, those that are not there left out."""
    not_asked = table["verdict"] == NOT_ASKED_OF_IT
    order = (table["kind"] == "order") & ~not_asked
    fitted = (table["use"] == "calibrate") & ~not_asked & ~order
    parts = {"fitted": fitted, "predicted": ~fitted & ~order & ~not_asked, "direction": order, "not asked": not_asked}
    return {name: table[rows] for name, rows in parts.items() if rows.any()}


def number(value: float) -> str:
    """A value of the record or the model: shares with two digits, hazards with what it takes, months whole or half.

    >>> number(0.153), number(0.00142), number(34.5), number(math.nan)
    ('0.15', '0.0014', '34.5', '')
    """
    if math.isnan(value):
        return ""
    if math.isinf(value):
        return "any"
    if abs(value) >= 10 or value == 0:
        return f"{value:.4g}".replace("-", "\u2212")
    return (f"{value:.2f}" if abs(value) >= 0.1 else f"{value:.2g}").replace("-", "\u2212")


def targets_tables(found: Beside) -> Iterator[Table]:
    """For a rich console: a table a group."""
    from rich.markup import escape

    for name, rows in grouped(found.table).items():
        table = _table(GROUPS[name])
        table.add_column("pattern", ratio=1)
        if name == "not asked":
            table.add_column("why", ratio=1)
        else:
            if name != "direction":
                table.add_column("record", justify="right", no_wrap=True)
            table.add_column("model", justify="right", no_wrap=True)
            table.add_column("" if name == "direction" else "miss", justify="right", no_wrap=True)
        for row in rows.itertuples():
            pattern = escape(f"{row.Index}: {row.pattern}" + (" (experiment)" if row.kind == "intervened" else ""))
            if name == "not asked":
                table.add_row(pattern, escape(row.note))
            elif name == "direction":
                table.add_row(pattern, number(row.model), DIRECTIONS.get(row.verdict, row.verdict))
            else:
                ends = f"{number(row.record)} ({number(row.record_low)} to {number(row.record_high)})"
                mark = " !" if row.verdict == MISSED else "  "
                table.add_row(pattern, ends, number(row.model), (_miss(row.miss) or row.verdict) + mark)
        yield table


def _miss(value: float) -> str:
    return "" if math.isnan(value) else f"{value:+.1f}".replace("-", "\u2212")


def _word(row: Any) -> str:
    return MISSED.upper() if row.verdict == MISSED and row.use == "calibrate" else row.verdict


def in_short(found: Beside) -> str:
    """How many patterns are compatible, told apart by what they are used for."""
    parts = grouped(found.table)
    told = []
    for name, called in (("fitted", "that may be fitted"), ("predicted", "that are only predicted")):
        rows = parts.get(name, found.table.iloc[:0])
        judged = rows[rows["implausibility"].notna()]
        fine = int((judged["verdict"] == COMPATIBLE).sum())
        told.append(f"{fine} of {len(judged)} patterns {called}")
    text = f"Within {IMPLAUSIBLE:g} standard deviations of record and model together: {told[0]}, and {told[1]}. "
    if found.missed:
        rows = found.table.loc[found.missed]
        named = ", ".join(f"{row.Index} ({row.implausibility:.1f})" for row in rows.itertuples())
        text += f"Missed of those that may be fitted: {named}."
    else:
        fitted = found.table[found.table["use"] == "calibrate"]["implausibility"].dropna()
        text += "None of those that may be fitted is missed"
        text += f"; the largest is {fitted.idxmax()} ({fitted.max():.1f})." if len(fitted) else "."
    return text


def what_was_run(found: Beside) -> str:
    about = found.about
    what = (
        f"{about['conflicts']:,} conflicts of the reference population"
        if about["population"] == "reference"
        else f"{about['conflicts']:,} given conflicts ({about['drawn_conflicts']:,} with missing codes drawn)"
    )
    times = "" if about["runs_of_each"] == 1 else f", {about['runs_of_each']:,} runs of each"
    return f"{what}{times}, {about['months']} months, seed {about['seed']}."


def sets_sentence(found: Beside) -> str:
    """How many of the plausible sets pass."""
    if found.sets is None:
        return ""
    passed, count = int(found.sets["passed"].sum()), len(found.sets)
    share = interval(*share_interval(passed, count))
    text = f"Of {count} parameter sets, {passed} ({share}) miss no pattern that may be fitted, experiments aside"
    text += f" (largest implausibility {IMPLAUSIBLE:g} or less)."
    failed = found.sets[~found.sets["passed"]]
    if len(failed):
        worst = failed["of"].value_counts()
        text += f" Missed most often: {', '.join(f'{name} ({times})' for name, times in worst.head(3).items())}."
    return text


def markdown_beside_record(found: Beside) -> str:
    lines = [
        "# The model beside the record",
        "",
        capital(what_was_run(found)),
        "",
        for_markdown(in_short(found), 5000),
        "",
    ]
    if found.sets is not None:
        lines += [for_markdown(sets_sentence(found), 2000), ""]
    lines += [
        "The miss is in standard deviations of record and model together; its size is the implausibility. Wide intervals "
        "are easily met. Tags: D computed from a data file, S read in the source, M from memory.",
        "",
    ]
    for name, rows in grouped(found.table).items():
        lines += [f"## {GROUPS[name]}", ""]
        if name == "not asked":
            lines += [
                f"- {row.Index}: {for_markdown(row.pattern, 300)}: {for_markdown(row.note, 500)}."
                for row in rows.itertuples()
            ]
            lines += [""]
            continue
        lines += ["| | pattern | kind | record | 95% interval | model (error) | miss | | source |",
                  "|---|---|---|---|---|---|---|---|---|"]  # fmt: skip
        for row in rows.itertuples():
            of_record = ("", "") if name == "direction" else (
                number(row.record), f"{number(row.record_low)} to {number(row.record_high)}"
            )  # fmt: skip
            word = DIRECTIONS.get(row.verdict, _word(row))
            cells = [row.Index, row.pattern, row.kind, *of_record, f"{number(row.model)} ({number(row.model_error)})",
                     _miss(row.miss), word, f"{row.source} ({row.tag})"]  # fmt: skip
            lines.append("| " + " | ".join(for_markdown(cell, 300) for cell in cells) + " |")
        told = [f"- {row.Index}: {for_markdown(row.note, 500)}." for row in rows.itertuples() if row.note]
        lines += ["", *told, ""] if told else [""]
    lines += [f"- {for_markdown(note, 500)}" for note in found.notes]
    return "\n".join(lines).rstrip() + "\n"


# ---- scored cases ----------------------------------------------------------------------------------------------------
def three(value: float) -> str:
    """A score with three digits.

    >>> three(0.1716), three(math.nan)
    ('0.172', '')
    """
    return "" if math.isnan(value) else f"{value:.3f}".replace("-", "\u2212")


def _two(value: float) -> str:
    return f"{value:.2f}".replace("-", "\u2212")


def _in_brackets(low: float, high: float, digits: int = 2) -> str:
    if math.isnan(low):
        return ""
    return f" ({low:.{digits}f} to {high:.{digits}f})".replace("-", "\u2212")


def scores_table(found: Scored) -> Table:
    """For a rich console: how good the model's probabilities are."""
    table = _table(
        "The model's probabilities beside what happened",
        caption=ABOUT_SCORES,
        caption_justify="left",
    )
    for name, looks in {
        "outcome": {"min_width": 14}, "cases": {"justify": "right"}, "happened": {"justify": "right"},
        "model": {"justify": "right"}, "Brier": {"justify": "right"}, "area": {"justify": "right"},
        "slope": {"justify": "right"},
    }.items():  # fmt: skip
        table.add_column(name, **looks)  # type: ignore[arg-type]
    for one in found.outcomes:
        line, area = one.recalibration, one.area
        slope = "" if math.isnan(line.slope) else f"{_two(line.slope)}{_in_brackets(line.slope_low, line.slope_high)}"
        under = "" if math.isnan(area.value) else f"{area.value:.2f}{_in_brackets(area.low, area.high)}"
        share = percent(one.happened / one.cases) if one.cases else ""
        given = "" if math.isnan(one.predicted) else percent(one.predicted)
        table.add_row(_called(one), str(one.cases), share, given, three(one.brier), under, slope)
    return table


def rivals_table(found: Scored) -> Table:
    """For a rich console: what the model is held beside."""
    table = _table("The model's Brier score beside others' (below 0: the model is better)")
    table.add_column("beside", min_width=25)
    table.add_column("its score", justify="right", min_width=5)
    table.add_column("model less it", justify="right", no_wrap=True)
    table.add_column("the model is", min_width=9)
    for one in found.outcomes:
        table.add_row(f"{_called(one)}:", "", "", "")
        for rival in one.rivals:
            gap = rival.difference
            told = three(gap.value) + _in_brackets(gap.low, gap.high, 3)
            table.add_row(f" {_brief(rival.name)}", three(rival.brier), told, rival.difference.verdict)
    return table


def _brief(name: str) -> str:
    return name.replace(REGRESSION, "regression")


def _called(one: ScoredOutcome) -> str:
    what = {"comprehensive": "comprehensive", "any": "any agreement", "held": "held 60 months"}[one.name]
    return what if one.among == "all cases" else f"{what}, after {LAST_YEAR_FITTED}"


def outcome_sentences(one: ScoredOutcome) -> str:
    """One outcome's scores in plain words."""
    what = capital(OUTCOMES_SCORED[one.name]) + ("" if one.among == "all cases" else f", {one.among}")
    if not one.cases:
        return f"{what}: no case in which it is known."
    share = share_interval(one.happened, one.cases)
    told = [
        f"{what}: it happened in {one.happened} of {one.cases} cases, {interval(*share)}; the model gives "
        f"{percent(one.predicted)} on average, Brier score {three(one.brier)}."
    ]
    told += [_against(rival) for rival in one.rivals]
    if not math.isnan(one.area.value):
        told.append(
            f"Area under the curve {one.area.value:.2f}{_in_brackets(one.area.low, one.area.high)}: "
            f"{_ranks(one.area.low, one.area.high)}."
        )
    line = one.recalibration
    if line.why_not:
        told.append(f"Calibration slope: {line.why_not}.")
    else:
        told.append(
            f"Calibration slope {_two(line.slope)}{_in_brackets(line.slope_low, line.slope_high)}, intercept "
            f"{_two(line.intercept)}{_in_brackets(line.intercept_low, line.intercept_high)}: "
            f"{_confidence(line.slope_low, line.slope_high)}."
        )
    if one.parts is not None:
        parts = one.parts
        bins = f"{parts.bins} bin{'' if parts.bins == 1 else 's'}"
        told.append(
            f"Brier = reliability {three(parts.reliability)} \u2212 resolution {three(parts.resolution)} + uncertainty "
            f"{three(parts.uncertainty)} + within bins {three(parts.within)} ({bins}); without the bias "
            f"of few cases, reliability {three(parts.reliability_corrected)} and resolution {three(parts.resolution_corrected)}."
        )
    if one.chance > 0:
        told.append(f"Of the score, about {three(one.chance)} is chance between the model's runs.")
    return " ".join(told + one.notes)


def _against(rival: Forecast) -> str:
    gap, name = rival.difference, rival.name if rival.name == CODE else f"the {rival.name}"
    if math.isnan(gap.low):
        return f"Beside {name} ({three(rival.brier)}): {gap.verdict}."
    words = {"better": f"better than {name}", "worse": f"worse than {name}"}
    told = words.get(gap.verdict, f"no clear difference from {name}")
    return f"{capital(told)} ({three(rival.brier)}): {with_ends(gap.value, gap.low, gap.high)}."


def _ranks(low: float, high: float) -> str:
    if low > 0.5:
        return "it gives more to cases in which it happened than to others"
    return "it gives less to cases in which it happened" if high < 0.5 else "no clear sign that it tells cases apart"


def _confidence(low: float, high: float) -> str:
    if high < 1:
        return "overconfident (1 is right)"
    return "too cautious (1 is right)" if low > 1 else "no clear difference from 1, which is right"


def markdown_of_cases(found: Scored) -> str:
    about = found.about
    run = f"{about['draws']} draws of missing codes, {about['runs_of_each_draw']} runs of each"
    lines = [
        "# Coded cases beside what happened", "",
        f"{about['cases']} cases, {run}, seed {about['seed']}, model version `{about['model']}`.", "", HINDSIGHT, "",
    ]  # fmt: skip
    for one in found.outcomes:
        lines += [f"## {capital(_called(one))}", "", for_markdown(outcome_sentences(one), 5000), ""]
        if one.rivals:
            lines += ["| beside | its Brier score | its area | model less it | 95% interval | the model is |",
                      "|---|---|---|---|---|---|"]  # fmt: skip
            for rival in one.rivals:
                gap = rival.difference
                ends = "" if math.isnan(gap.low) else f"{three(gap.low)} to {three(gap.high)}"
                cells = [rival.name, three(rival.brier), three(rival.area), three(gap.value), ends, gap.verdict]
                lines.append("| " + " | ".join(cells) + " |")
            lines.append("")
    lines += [f"- {for_markdown(note, 500)}" for note in found.notes]
    return "\n".join(lines).rstrip() + "\n"
