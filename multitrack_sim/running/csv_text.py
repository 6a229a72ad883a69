"""Tables of ours as comma-separated values: the one way, safe in every spreadsheet and locale."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..scenario.separated import as_text

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["csv_text"]

QUOTED = frozenset(',;"\t\r\n')  # also what separates cells elsewhere


def csv_text(table: pd.DataFrame, digits: int | None = None) -> str:
    """A table without its index. Numbers stay numbers, with all their digits or so many; what is missing is empty; of a
    text that a spreadsheet would take for a formula, `scenario.separated.as_name` gives the text as it was.

    >>> import pandas as pd
    >>> print(csv_text(pd.DataFrame({"arm": ["=1+1", "a, b"], "difference": [-0.5, None]})), end="")
    arm,difference
    '=1+1,-0.5
    "a, b",
    """
    rows = [list(map(str, table.columns)), *table.itertuples(index=False, name=None)]
    return "".join(",".join(_cell(cell, digits) for cell in row) + "\n" for row in rows)


def _cell(cell: Any, digits: int | None) -> str:
    if isinstance(cell, str):
        text = as_text(cell)
        return '"' + text.replace('"', '""') + '"' if QUOTED & set(text) else text
    if cell is None or str(cell) in ("nan", "<NA>", "NaT"):
        return ""
    if isinstance(cell, float):
        return f"{cell:.{digits}g}" if digits else repr(float(cell))
    return str(cell)
