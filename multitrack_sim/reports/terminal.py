"""Results as a table in a terminal."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from ..analysis.summary import MAIN_OUTCOMES
from .words import percent, plain

if TYPE_CHECKING:
    import pandas as pd
    from rich.table import Table

__all__ = ["results_table"]


def results_table(summary: pd.DataFrame, title: str, outcomes: Sequence[str] = MAIN_OUTCOMES) -> Table:
    """The main outcomes of a `summarise` table, for a rich console. The title may come from a file."""
    from rich.box import SIMPLE_HEAD
    from rich.markup import escape
    from rich.table import Table

    table = Table(title=escape(plain(title, 120)), title_justify="left", box=SIMPLE_HEAD, pad_edge=False)
    table.add_column("outcome", no_wrap=True)
    table.add_column("estimate", justify="right", no_wrap=True)
    table.add_column("95% interval", justify="right", no_wrap=True)
    table.add_column("what it is", ratio=1)
    for name in outcomes:
        for number, row in enumerate(summary[summary["outcome"] == name].itertuples()):
            share = row.statistic == "share of runs"
            shown = percent if share else _number
            between = "unknown" if math.isnan(row.low) else f"{shown(row.low)} to {shown(row.high)}"
            what = _what(row) if number == 0 else ""
            table.add_row(
                escape(f"{name}: {row.value}" if row.value else name), shown(row.estimate), between, escape(what)
            )
    return table


def _what(row: Any) -> str:
    """In a few words, what a row of the summary is."""
    if row.statistic == "share of runs":
        text = f"share of runs: {row.meaning}" if row.value else row.meaning
    elif row.statistic == "mean":
        text = row.meaning if row.meaning.startswith("mean ") else f"mean: {row.meaning}"
        text += "" if row.unit in row.meaning or row.unit == "share" else f" ({row.unit})"
    else:
        text = f"median {row.unit} {row.meaning}"
    return text + (f"; in {row.runs:,} of {row.runs + row.missing:,} runs" if row.missing else "")


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
