"""Results as a table in a terminal."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from ..analysis.paths import ALONE, CLOSED, SHARE, TOGETHER, difference_shown
from ..analysis.run_tables import HORIZON, MAIN_OUTCOMES, months_told, within
from ..analysis.verdicts import ANSWERS, verdict_of
from .sentences import RARELY, main_effects, shown_end, shown_estimate, shown_interval, told_changes
from .words import counted, percent, plain, signed

if TYPE_CHECKING:
    import pandas as pd
    from rich.table import Table

    from ..analysis.comparison import Comparison
    from ..analysis.paths import Paths

__all__ = [
    "arms_table",
    "effects_table",
    "predictions_table",
    "rarely_agreed_cases",
    "results_table",
    "sensitivity_table",
    "told_missing",
    "ways_table",
]


def _table(title: str, **looks: Any) -> Table:
    """An empty table as all of ours look; its title is text, not markup."""
    from rich.box import SIMPLE_HEAD
    from rich.markup import escape
    from rich.table import Table

    return Table(title=escape(title), title_justify="left", box=SIMPLE_HEAD, pad_edge=False, **looks)


def results_table(
    summary: pd.DataFrame, title: str, outcomes: Sequence[str] = MAIN_OUTCOMES, months: float = HORIZON
) -> Table:
    """The main outcomes of a `summarise` table of runs that lasted so many `months`, for a rich console. The title may come
    from a file.
    """
    from rich.markup import escape

    table = _table(
        plain(title, 120), caption=f"all within {months_told(months)}, the length of a run", caption_justify="left"
    )
    table.add_column("outcome", no_wrap=True)
    table.add_column("estimate", justify="right", no_wrap=True)
    table.add_column("95% interval", justify="right", no_wrap=True)
    table.add_column("what it is", ratio=1)
    for name in outcomes:
        for number, row in enumerate(summary[summary["outcome"] == name].itertuples()):
            share = row.statistic == "share of runs"
            shown = percent if share else _number
            between = "unknown" if math.isnan(row.low) else f"{shown(row.low)} to {shown(row.high)}"
            what = within(_what(row), months) if number == 0 else ""
            table.add_row(
                escape(f"{name}: {row.value}" if row.value else name), shown(row.estimate), between, escape(what)
            )
    return table


def arms_table(comparison: Comparison) -> Table:
    """The variants of a comparison and what each changes, for a rich console. Names may come from a file."""
    from rich.markup import escape

    runs = f"{counted(comparison.pairs, 'paired run')} of the baseline and each variant"
    title = plain(f"{comparison.scenario.title}: {runs}", 160)
    table = _table(title, min_width=len(title))
    table.add_column("variant", overflow="fold")
    table.add_column("what was changed", overflow="fold", ratio=1)
    for name in comparison.arms:
        changed = [f"{line.what}: {line.to}" for line in told_changes(comparison.changes[name])]
        table.add_row(escape(plain(name)), escape("\n".join(changed) or "nothing"))
    return table


def effects_table(effects: pd.DataFrame, arm: str, baseline: str) -> Table:
    """What one variant changes in the main outcomes, for a rich console. Names may come from a file."""
    from rich.markup import escape

    note = "shares in points; clear: interval excludes zero, and p corrected for all comparisons is below 5%"
    title = f"{plain(arm, 60)} minus {plain(baseline, 60)}"
    table = _table(title, caption=note, caption_justify="left", padding=0)
    table.add_column("outcome", no_wrap=True)
    for name in ("baseline", "variant", "differ-\nence", "95% interval"):
        table.add_column(name, justify="right", no_wrap=True)
    table.add_column("clear?", no_wrap=True)
    for row in main_effects(effects, arm).to_dict("records"):
        name = f"{row['outcome']}: {row['value']}" if row["value"] else row["outcome"]
        table.add_row(
            escape(name), shown_estimate(row, "baseline_estimate"), shown_estimate(row, "arm_estimate"),
            shown_end(row, "difference"), shown_interval(row) or "unknown", ANSWERS[verdict_of(row)],
        )  # fmt: skip
    return table


def sensitivity_table(indices: pd.DataFrame, outcome: str) -> Table:
    """Indices of `analysis.sensitivity` for one outcome, for a rich console."""
    from rich.markup import escape

    index, what = ("total", "total Sobol' index") if "total" in indices else ("size", "mean absolute effect (Morris)")
    rows = indices[indices[index].notna()].sort_values(index, ascending=False, kind="stable")
    table = _table(f"What drives {outcome}: {what}")
    names = ["arm"] if "arm" in rows else []
    for name in (*names, "setting"):
        table.add_column(name)
    table.add_column("index", justify="right")
    table.add_column("95% interval", justify="right")
    table.add_column("beyond noise?")
    verdicts = {True: "yes", False: "no"}
    for row in rows.to_dict("records"):
        ends = f"{_number(row[f'{index}_low'])} to {_number(row[f'{index}_high'])}"
        named = [escape(plain(row[name])) for name in (*names, "setting")]
        table.add_row(*named, _number(row[index]), ends, verdicts.get(row["above_noise"], ""))
    return table


def ways_table(found: Paths, outcome: str) -> Table:
    """What each way out of Track II adds to an outcome, for a rich console."""
    from rich.markup import escape

    every = found.table
    every = every[every["outcome"] == outcome]
    unit = difference_shown(every.iloc[0])[-1]
    note = "clear: interval excludes zero and p, corrected, is below 5%. part of all: Shapley value, of the ways that do most"
    title = f"Through what Track II works on {outcome} ({unit}; 95% intervals in brackets)"
    table = _table(title, caption=note, caption_justify="left", padding=0)
    table.add_column("way", no_wrap=True)
    table.add_column("adds, others open", justify="right")
    table.add_column("clear?", no_wrap=True)
    for name in ("adds alone", "part of all"):
        table.add_column(name, justify="right")
    for way in every["way"].unique():
        rows = {row["question"]: row for row in every[every["way"] == way].to_dict("records")}
        first = rows.get(CLOSED) or rows.get(TOGETHER)
        shown = [_in_brackets(row) if row else "" for row in (first, rows.get(ALONE), rows.get(SHARE))]
        table.add_row(escape(way), shown[0], ANSWERS[first["verdict"]] if first else "", *shown[1:])
    return table


def _in_brackets(row: dict[str, Any]) -> str:
    """A difference with its interval behind it."""
    value, low, high, _ = difference_shown(row)
    return f"{value} ({low}, {high})"


def predictions_table(prediction: pd.DataFrame, title: str) -> Table:
    """A table of `predict_cases` for a rich console: the model beside what happened. Names may come from a file."""
    from rich.markup import escape

    table = _table(plain(title, 120))
    table.add_column("case", ratio=1, overflow="fold")
    for name in ("talks open", "an agreement", "months to it", "held 5 years", "Track II adds"):
        table.add_column(name, justify="right")
    table.add_column("history", min_width=11, overflow="fold")
    for row in prediction.to_dict("records"):
        table.add_row(
            escape(plain(row["case"])),
            _with_ends(row, "talks_opened", percent),
            _with_ends(row, "agreed", percent),
            _with_ends(row, "months_to_substantive", _number),
            _with_ends(row, "held_60", percent),
            _with_ends(row, "track_two_agreed", lambda points: signed(points, 1)),
            escape(_happened(row)),
        )
    return table


def rarely_agreed_cases(prediction: pd.DataFrame, months: float) -> str:
    """One line about the cases in which nearly no run reaches an agreement, to be read first; nothing where there is none."""
    rare = prediction[prediction["agreed"] < RARELY]
    if rare.empty:
        return ""
    reaches = f"Nearly no run reaches an agreement, partial or comprehensive, within {months_told(months)}"
    told = ", ".join(f"{plain(row['case'])} ({percent(row['agreed'])})" for row in rare.to_dict("records"))
    return f"{reaches} in {len(rare)} of {counted(len(prediction), 'case')}: {told}."


def _with_ends(row: dict[str, Any], name: str, shown: Callable[[float], str]) -> str:
    """An estimate, and on the next line the ends of its interval."""
    value, low, high = (row[f"{name}{end}"] for end in ("", "_low", "_high"))
    if math.isnan(value):
        return "none"
    return shown(value) + ("" if math.isnan(low) else f"\n{shown(low)} to {shown(high)}")


def _happened(row: dict[str, Any]) -> str:
    """What is known to have happened, in a few words."""
    kind, months, held = (row[f"recorded_{name}"] for name in ("agreement", "months", "held_60"))
    text = "" if _unknown(kind) else "no agreement" if kind == "none" else str(kind)
    text += "" if _unknown(months) else f"{', ' if text else ''}month {months:g}"
    return text + ("" if _unknown(held) else f", held: {held}")


def _unknown(value: Any) -> bool:
    import pandas as pd

    return bool(pd.isna(value))


def told_missing(prediction: pd.DataFrame) -> list[str]:
    """Which codes were taken at their middle, in lines: first those that no case has."""
    missing = [set(filter(None, text.split(", "))) for text in prediction["missing_codes"]]
    everywhere = set.intersection(*missing) if missing else set()
    lines = []
    if everywhere and len(missing) > 1:
        named = [name for name in prediction["missing_codes"].iloc[0].split(", ") if name in everywhere]
        lines.append(f"Coded for no case, taken at the middle: {', '.join(named)}.")
    else:
        everywhere = set()
    for case, text in zip(prediction["case"], prediction["missing_codes"]):
        named = [name for name in text.split(", ") if name and name not in everywhere]
        if named:
            lines.append(f"{plain(case)}: not coded, taken at the middle: {', '.join(named)}.")
    return lines


def _what(row: Any) -> str:
    """In a few words, what a row of the summary is."""
    if row.statistic == "share of runs":
        text = f"share of runs: {row.meaning}" if row.value else row.meaning
    elif row.statistic == "mean":
        text = row.meaning if row.meaning.startswith("mean ") else f"mean: {row.meaning}"
        text += "" if row.unit in row.meaning or row.unit == "share" else f" ({row.unit})"
    else:
        text = f"{row.unit} {row.meaning}: median of the runs in which it happened"
    return text + (f" ({row.runs:,} of {row.runs + row.missing:,})" if row.missing else "")


def _number(value: float) -> str:
    if math.isnan(value):
        return "none"
    return (
        f"{value:,.0f}"
        if abs(value) >= 100 or value == int(value)
        else f"{value:.1f}"
        if abs(value) >= 10
        else f"{value:.2f}"
    )
