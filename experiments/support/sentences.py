"""What the figures of the experiments share, in the look of `multitrack_sim.reports.figures`; and what an experiment
hands over: figures with captions, tables, and its finding in one paragraph made from the numbers.

Filled marks and blue (more) or orange (less) mean an interval that excludes zero; open grey marks one that holds it. Shape,
fill, hatch and numbers say in grey what the colours say.
"""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from multitrack_sim.analysis.effects import holm
from multitrack_sim.reports.saving import save_figures
from multitrack_sim.reports.style import Told
from multitrack_sim.reports.words import signed

__all__ = [
    "SHARES",
    "SIZES",
    "above_noise",
    "faded",
    "found_at",
    "in_points",
    "lasting",
    "months_beyond",
    "ranged",
    "said",
    "shares_in_points",
    "tally",
    "tell",
]


# --- numbers
def in_points(found: pd.DataFrame) -> pd.DataFrame:
    """Effects with those on shares in percentage points: columns `estimate`, `low`, `high`, `unit`."""
    share = found["statistic"] == "share"
    scale = np.where(share, 100.0, 1.0)
    numbers = {"estimate": found["difference"] * scale, "low": found["low"] * scale, "high": found["high"] * scale}
    return found.assign(**numbers, unit=found["unit"].where(~share, "points"))


def shares_in_points(found: pd.DataFrame) -> pd.DataFrame:
    """Shapley values and interactions with those of shares in percentage points."""
    found = found.reset_index(drop=True)
    share = found["unit"] == "0 or 1"
    numbers = [name for name in ("estimate", "low", "high", "error", "alone", "last") if name in found]
    found = found.assign(unit=found["unit"].where(~share, "points"))
    found.loc[share, numbers] *= 100
    return found


def said(row: Any, unit: str = "") -> str:
    """An effect with its interval, in words."""
    unit = unit or row.unit
    estimate, low, high = (_short(number) for number in (row.estimate, row.low, row.high))
    return f"{estimate} {unit} (95% interval {low} to {high})"


def _short(value: float) -> str:
    """A difference in three figures at most."""
    return signed(value, 1 if abs(value) >= 1 or value == 0 else 2)


def tally(found: pd.DataFrame, of: str) -> str:
    """How many of the rows are clear of zero on either side, and how many stand when all are tested at once (Holm 1979)."""
    above, below, stand = found["low"] > 0, found["high"] < 0, holm(found["p"].to_numpy(float)) < 0.05
    return (
        f"of {len(found)} {of}, {int(above.sum())} have an interval above zero and {int(below.sum())} below "
        f"({int((above & stand).sum())} and {int((below & stand).sum())} after correction for asking {len(found)} times)"
    )


def found_at(found: pd.DataFrame, largest: bool) -> pd.Series:
    """The row with the largest or the smallest effect."""
    return found.loc[found["estimate"].idxmax() if largest else found["estimate"].idxmin()]


def ranged(found: pd.DataFrame, of: str, where: Callable[[Any], str]) -> str:
    """The tally, then the smallest and the largest effect and where they are."""
    ends = [f"{said(row)} {where(row)}" for row in (found_at(found, False), found_at(found, True))]
    return f"{tally(found, of)}, from {ends[0]} to {ends[1]}."


def months_beyond(timed: pd.DataFrame, sign: int) -> str:
    """The earliest and the latest month in which an effect has this sign beyond chance, corrected for all months tried."""
    timed = timed.rename(columns={"effect": "estimate"})
    beyond = timed[(sign * timed["estimate"] > 0) & (timed["p_corrected"] < 0.05)]
    if beyond.empty:
        return f"in none of {len(timed)} months tried"
    ends = [f"month {row.month} ({said(row)})" for row in (beyond.iloc[0], beyond.iloc[-1])]
    return f"from {ends[0]} to {ends[1]}, in {len(beyond)} of {len(timed)} months tried"


def faded(series: str, stop: int, rows: pd.DataFrame) -> str:
    """How a difference fades after a stop, in words."""
    ends = [f"{row.gap:+.3f} ({row.low:+.3f} to {row.high:+.3f})" for row in (rows.iloc[0], rows.iloc[-1])]
    name = series.replace("_", " ")
    months = rows.iloc[-1].months_since
    return f"After a stop in month {stop} the difference in {name} goes from {ends[0]} to {ends[1]} in {months} months."


def above_noise(found: pd.DataFrame, outcome: str, index: str) -> str:
    """The settings whose index stands above the noise floor, the largest first, with intervals."""
    found = found[found["outcome"] == outcome]
    rows = found[found["above_noise"].eq(True)].sort_values(index, ascending=False).to_dict("records")
    if not rows:
        return f"none (floor {found['floor'].iloc[0]:.3g})"
    told = [
        f"{row['setting']} {row[index]:.3g} ({row[f'{index}_low']:.3g} to {row[f'{index}_high']:.3g})" for row in rows
    ]
    return f"{', '.join(told)} (floor {found['floor'].iloc[0]:.3g})"


def lasting(months: Iterable[float]) -> str:
    """Within how long every share and sum of a finding is meant.

    >>> lasting([120, 36])
    'Runs last 36 to 120 months: shares and sums are of what happens within them.'
    """
    ends = sorted({int(month) for month in months})
    span = f"{ends[0]}" if len(ends) == 1 else f"{ends[0]} to {ends[-1]}"
    return f"Runs last {span} months: shares and sums are of what happens within them."


# --- what an experiment hands over
def tell(folder: Path, figures: Mapping[str, Told], tables: Mapping[str, pd.DataFrame], finding: str) -> None:
    """Write figures with captions, tables and the finding into the folder, and print the finding."""
    folder.mkdir(parents=True, exist_ok=True)
    save_figures(figures, lambda name: folder / name, "What the figures show")
    for name, table in tables.items():
        table.to_csv(folder / f"{name}.csv", index=False, float_format="%.6g")
    text = " ".join(finding.split())
    (folder / "finding.md").write_text(textwrap.fill(text, 120) + "\n", "utf-8")
    print(textwrap.fill(text, 100))
    print(f"Figures, their captions and tables: {folder}")


# The words of `drivers_figure`: what is shown, along which axis, and how to read it.
SIZES = ("Morris's screening", "mean size of the effect (months)",
         "Mean change, in months, when a setting crosses its whole range, signs dropped (Morris 1991).")  # fmt: skip
SHARES = ("Sobol's indices of the settings largest in the screening", "share of variance",
          "Of the variance over all ranges, what a setting and its interactions explain (total index: Jansen 1999).")  # fmt: skip
Names = Mapping[str, str]  # outcomes and what they are called
