"""Figures of the record, recomputed from its owners' files, as a table in a terminal and a few lines below it."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from .terminal import _table
from .words import counted, listing

if TYPE_CHECKING:
    import pandas as pd
    from rich.table import Table

__all__ = ["record_table", "told_agreement", "told_not_computed"]

NOT_COMPUTED = "not computed"


def record_table(figures: pd.DataFrame) -> Table:
    """The figures that the files gave, a row each, for a rich console."""
    from rich.markup import escape

    computed = figures[figures["agreement"] != NOT_COMPUTED]
    table = _table(f"{counted(len(computed), 'figure')} of the record, recomputed (below each its 95% interval)")
    table.add_column("figure: what it is (how many)", ratio=1, overflow="fold")
    for name in ("from the files", "on record"):
        table.add_column(name, justify="right", no_wrap=True)
    table.add_column("do they agree?", max_width=24, min_width=14)
    for row in computed.to_dict("records"):
        what = f"{row['figure']}: {row['pattern']}" + (f" ({row['of']})" if row["of"] else "")
        found = _with_ends(row, "value", "low", "high")
        recorded = _with_ends(row, "recorded", "recorded_low", "recorded_high")
        table.add_row(*map(escape, (what, found, recorded, row["agreement"])))
    return table


def _with_ends(row: dict[str, Any], value: str, low: str, high: str) -> str:
    """A figure, and on the next line the ends of its interval, as far as they are known."""
    shown = "" if math.isnan(row[value]) else _number(row[value])
    between = "" if math.isnan(row[low]) else f"{_number(row[low])} to {_number(row[high])}"
    return "\n".join(filter(None, (shown, between))) or "none"


def _number(value: float) -> str:
    """Three digits that count: figures of the record are shares, months, ratios and hazards.

    >>> _number(0.36111), _number(16.9034), _number(-0.0007), _number(0.5), _number(12.0)
    ('0.361', '16.9', '-0.0007', '0.5', '12')
    """
    shown = f"{value:.3f}" if 0.1 <= abs(value) < 10 else f"{value:.4f}" if abs(value) < 0.1 else f"{value:.1f}"
    return shown.rstrip("0").rstrip(".") if "." in shown else shown


def told_agreement(figures: pd.DataFrame) -> str:
    """In a sentence, how many figures came out as the record has them, and the names of those that did not."""
    computed = figures[figures["agreement"] != NOT_COMPUTED]
    words = computed["agreement"].str.split(";").str[0]
    same, within = int((words == "the same").sum()), int((words == "within its interval").sum())
    told = f"Of {counted(len(computed), 'figure')}, {same} came out the same, {within} within the record's interval"
    apart = computed.loc[words.isin(("differs", "outside its interval")), "figure"]
    told += f"; {len(apart)} did not: {listing(list(apart), 12)}." if len(apart) else ", none outside it."
    if new := int((words == "not in the record").sum()):
        told += f" {new} are not in the record."
    if few := int((words == "too few rows").sum()):
        told += f" For {few} the files have too few rows."
    return told


def told_not_computed(figures: pd.DataFrame) -> Iterator[str]:
    """Which figures need which files, a line for each set of files."""
    missing = figures[figures["agreement"] == NOT_COMPUTED]
    for needs, rows in missing.groupby("needs", sort=False):
        yield f"Not computed, for want of {needs}: {', '.join(rows['figure'])}."
