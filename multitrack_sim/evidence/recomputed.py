"""The figures of the record computed anew from its owners' files, beside what this package has of them."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterator, Mapping
from os import PathLike
from typing import Any

import pandas as pd

from ..errors import MultitrackError, Problem, RecordError
from ..running.csv_text import csv_text
from .estimates import Estimate
from .figures_of_processes import figures_of_processes
from .figures_of_signings import figures_of_signings
from .figures_of_two_files import (
    figures_of_mediated_episodes,
    figures_of_mediations,
    figures_of_signals,
    figures_of_texts,
)
from .figures_of_ucdp import figures_of_agreements, figures_of_endings
from .file_columns import FILES
from .raw_files import read_agreements, read_mediation, read_pa_x, read_termination
from .recorded_figures import ELSEWHERE, RECORDED_FIGURES, RULES_SOUGHT, RecordedFigure

__all__ = ["COLUMNS", "figures_json", "figures_text", "read_files", "recompute"]

READERS = {
    "termination": read_termination,
    "agreements": read_agreements,
    "pa_x": read_pa_x,
    "mediation": read_mediation,
}
# What computes figures, and from which files. Each gives pairs of the figure's id and the figure.
SUBJECTS: tuple[tuple[Callable[..., Iterator[tuple[str, Estimate]]], tuple[str, ...]], ...] = (
    (figures_of_processes, ("pa_x",)),
    (figures_of_signings, ("pa_x",)),
    (figures_of_endings, ("termination",)),
    (figures_of_agreements, ("agreements",)),
    (figures_of_mediations, ("mediation",)),
    (figures_of_mediated_episodes, ("mediation", "termination")),
    (figures_of_texts, ("pa_x", "agreements")),
    (figures_of_signals, ("termination", "agreements", "pa_x", "mediation")),
)
# Every column of the result, in order.
COLUMNS = {
    "figure": "the figure; the part before the first - is its row in the record",
    "pattern": "what it is",
    "value": "as the files give it",
    "low": "lower end of its 95% interval",
    "high": "upper end",
    "of": "how many rows it is of",
    "interval": "how the interval was found",
    "recorded": "what this package has",
    "recorded_low": "lower end of the interval that it has",
    "recorded_high": "upper end",
    "agreement": "whether the two agree, in words",
    "needs": "options for files that it needs and were not given",
}
NARROW = 0.75  # of the width that the files give: an interval below it promises more than they hold


def read_files(paths: Mapping[str, str | PathLike[str] | None], part: bool = False) -> dict[str, pd.DataFrame]:
    """The files that are given, by their names in `FILES`. RecordError lists what is wrong with any of them."""
    tables, problems = {}, []
    for name, path in paths.items():
        if path is None:
            continue
        try:
            tables[name] = READERS[name](path, part)
        except MultitrackError as wrong:
            problems += wrong.problems
    if not tables and not problems:
        options = ", ".join(file.option for file in FILES.values())
        problems.append(Problem("multitrack evidence", "there is no file", f"one or more of {options}"))
    if problems:
        raise RecordError(problems)
    return tables


def recompute(tables: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """A row for every figure of the record, in the columns of `COLUMNS`. `tables`: as `read_files` gives them."""
    found: dict[str, Estimate] = {}
    for figures, files in SUBJECTS:
        if all(name in tables for name in files):
            found.update(figures(*(tables[name] for name in files)))
    return pd.DataFrame(
        [_row(figure, found.get(name), tables) for name, figure in RECORDED_FIGURES.items()], columns=list(COLUMNS)
    )


def _row(figure: RecordedFigure, found: Estimate | None, tables: Mapping[str, pd.DataFrame]) -> dict[str, Any]:
    needs = [FILES[name].option for name in figure.files if name not in tables]
    elsewhere = ELSEWHERE.get(figure.id, "")
    shown = found or Estimate(math.nan, math.nan, math.nan, "", "")
    return {
        "figure": figure.id,
        "pattern": figure.pattern,
        **{name: getattr(shown, name) for name in ("value", "low", "high", "of", "interval")},
        "recorded": figure.value,
        "recorded_low": figure.low,
        "recorded_high": figure.high,
        "agreement": _agreement(figure, shown) if not needs and not elsewhere else "not computed",
        "needs": elsewhere or ", ".join(needs),
    }


def _agreement(figure: RecordedFigure, found: Estimate) -> str:
    """Whether a figure is what the record has, in words."""
    if math.isnan(found.value):
        return "too few rows"
    if math.isnan(figure.value) and math.isnan(figure.low):
        return "not in the record"
    if round(found.value, _decimals(figure.value)) == figure.value:
        words = "the same"
    elif figure.low <= found.value <= figure.high:
        words = "within its interval"
    elif math.isnan(figure.low):
        words = "differs"
    else:
        words = "outside its interval"
    if figure.high - figure.low < NARROW * (found.high - found.low) and not math.isnan(figure.value):
        words += "; the interval on record is narrower than the file allows"
    return words


def _decimals(value: float) -> int:
    """Decimals that a recorded value is given in: whole months, or hundredths and more."""
    if math.isnan(value) or value >= 2 and value == int(value):
        return 0
    return max(2 if value < 2 else 1, len(f"{value:.10f}".rstrip("0").split(".")[1]))


# ---- files -----------------------------------------------------------------------------------------------------------
def figures_text(figures: pd.DataFrame) -> str:
    """The table as comma-separated values."""
    return csv_text(figures)


def figures_json(figures: pd.DataFrame, tables: Mapping[str, pd.DataFrame]) -> str:
    """The table for machines, with its columns explained and the owners of the files named."""
    rows = [
        {name: None if isinstance(cell, float) and math.isnan(cell) else cell for name, cell in row.items()}
        for row in figures.to_dict("records")
    ]
    whole = {
        "made_by": "multitrack_sim",
        "columns": COLUMNS,
        "note": RULES_SOUGHT,
        "files": {
            name: {"title": FILES[name].title, "owner": FILES[name].owner, "rows": len(t)} for name, t in tables.items()
        },
        "figures": rows,
    }
    return json.dumps(whole, indent=2, ensure_ascii=False) + "\n"
