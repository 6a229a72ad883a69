"""Figures of effects: forests, maps, ranked bars, lines with bands."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from ..analysis.sensitivity import REPETITION
from ..analysis.verdicts import excludes
from .style import BLACK, BLUE, GREEN, GREY, LIGHT, ORANGE, PURPLE, VERMILLION
from .words import signed

__all__ = [
    "clear",
    "effect_map",
    "explain_marks",
    "forest",
    "framed",
    "key_above",
    "lines",
    "marks_with_bounds",
    "matrix",
    "ranked_bars",
]

LOOKS = [(BLUE, "o", "-"), (VERMILLION, "s", "--"), (GREEN, "^", "-."), (PURPLE, "D", ":"), (BLACK, "v", "-")]


def clear(row: Any) -> bool:
    """Whether the interval excludes zero."""
    return bool(excludes(row.low, row.high))


# --- figures
def framed(
    size: tuple[float, float], rows: int, columns: int, title: str, below: str, **more: Any
) -> tuple[Figure, Any]:
    """A figure with its headline, and panels with room for their labels; `left` and `right` are margins in inches."""
    wide, high = size
    left, right, bottom = more.pop("left", 0.8), more.pop("right", 0.15), more.pop("bottom", 0.75)
    figure = Figure(figsize=size)
    figure.text(0.1 / wide, 1 - 0.1 / high, title, va="top", fontsize=12, fontweight="bold")
    figure.text(0.1 / wide, 1 - 0.38 / high, below, va="top", fontsize=10)
    margins = {
        "left": left / wide,
        "right": 1 - right / wide,
        "top": more.pop("top", 1 - 1.0 / high),
        "bottom": bottom / high,
    }
    shared = {name: more.pop(name) for name in ("sharex", "sharey") if name in more}
    spaces = {"wspace": 0.3, "hspace": 0.45, **more}
    return figure, figure.subplots(rows, columns, squeeze=False, gridspec_kw={**margins, **spaces}, **shared)


def forest(axes: Axes, found: Any, names: Sequence[str], title: str, label: str) -> None:
    """An effect with its interval for every name, the first on top."""
    for at, row in enumerate(found.itertuples()):
        colour = (BLUE if row.estimate > 0 else ORANGE) if clear(row) else GREY
        axes.plot([row.low, row.high], [at, at], color=colour, linewidth=2.2 if clear(row) else 1.3)
        face = colour if clear(row) else "white"
        axes.plot([row.estimate], [at], "o", markersize=6, color=colour, markerfacecolor=face)
    axes.axvline(0, color=BLACK, linewidth=0.9)
    axes.set_yticks(range(len(names)), names)
    axes.set_ylim(len(names) - 0.4, -0.6)
    axes.grid(True, axis="x")
    axes.grid(False, axis="y")
    axes.set(title=title, xlabel=label)


def explain_marks(figure: Figure) -> None:
    """The key to the marks of a forest, at the foot of the figure."""
    key = "filled, blue: interval above zero   |   filled, orange: below zero   |   open, grey: holds zero   (95%)"
    figure.text(0.995, 0.08 / figure.get_figheight(), key, ha="right", va="bottom", fontsize=8, color=GREY)


def marks_with_bounds(axes: Axes, needed: pd.DataFrame, names: Sequence[str], quantities: tuple[str, str]) -> None:
    """Shares of runs with their intervals, on grey bars: the bounds that hold under any coupling of the arms' noise."""
    for turn, (quantity, colour, mark) in enumerate(zip(quantities, (BLUE, ORANGE), "os")):
        rows = needed[needed["quantity"] == quantity]
        axes.plot([], [], mark, color=colour, markerfacecolor=colour if turn == 0 else "white", label=quantity)
        for at, row in enumerate(rows.itertuples()):
            y = at + 0.34 * (turn - 0.5)
            if not row.of:
                axes.text(0, y, f"{quantity}: no run with an agreement", va="center", fontsize=7.5, color=GREY)
                continue
            axes.plot(
                [100 * row.bound_low, 100 * row.bound_high], [y, y], color=LIGHT, linewidth=6, solid_capstyle="butt"
            )
            axes.plot([100 * row.low, 100 * row.high], [y, y], color=colour, linewidth=1.8)
            face = colour if turn == 0 else "white"
            axes.plot([100 * row.share], [y], mark, color=colour, markerfacecolor=face, markersize=5.5)
    axes.plot([], [], color=LIGHT, linewidth=6, label="bounds")
    axes.set(
        xlim=(-2, 102), title="Needed for, or in the way of, an agreement", xlabel="share of runs with an agreement (%)"
    )
    axes.grid(True, axis="x")
    axes.grid(False, axis="y")
    axes.legend(loc="lower right", bbox_to_anchor=(1.0, 1.06), ncols=3, fontsize=8.5, columnspacing=1.2, borderpad=0)


def ranked_bars(axes: Axes, found: pd.DataFrame, index: str, title: str, label: str) -> None:
    """An index with its interval for every setting, beside the noise floor."""
    for at, row in enumerate(found.to_dict("records")):
        beyond = row["above_noise"] is True
        colour = BLUE if beyond else GREY
        axes.plot([row[f"{index}_low"], row[f"{index}_high"]], [at, at], color=colour, linewidth=2.2 if beyond else 1.3)
        axes.plot([row[index]], [at], "o", markersize=6, color=colour, markerfacecolor=colour if beyond else "white")
    axes.axvline(found["floor"].iloc[0], color=VERMILLION, linestyle="--", linewidth=1.3)
    axes.set_yticks(range(len(found)), [f"{name} (noise)" if name == REPETITION else name for name in found["setting"]])
    axes.set_ylim(len(found) - 0.4, -0.6)
    axes.grid(True, axis="x")
    axes.grid(False, axis="y")
    axes.set(title=title, xlabel=label)


def _cell(axes: Axes, corner: tuple[int, int], row: Any, most: float, letters: float) -> None:
    """An effect and its interval as numbers in a square: coloured by size of `most`, or hatched where it holds zero."""
    i, j = corner
    looks: Any = {"facecolor": "white", "edgecolor": LIGHT, "hatch": "////"}
    if clear(row):
        colour = (BLUE if row.estimate > 0 else ORANGE, 0.12 + 0.68 * abs(row.estimate) / most)
        looks = {"facecolor": colour, "edgecolor": "white"}
    axes.fill([i, i + 1, i + 1, i], [j, j, j + 1, j + 1], linewidth=1.0, **looks)
    text = f"{signed(row.estimate, 1)}\n{signed(row.low, 1)} to {signed(row.high, 1)}"
    box = {"boxstyle": "round,pad=0.2", "facecolor": "white", "edgecolor": "none", "alpha": 0.85}
    axes.text(i + 0.5, j + 0.5, text, ha="center", va="center", fontsize=letters, bbox=box)


def effect_map(axes: Axes, found: pd.DataFrame, across: str, up: str, title: str, labels: tuple[str, str]) -> None:
    """Cells of a design: the effect and its interval as numbers, colour by size, hatched where the interval holds zero."""
    columns, rows = sorted(found[across].unique()), sorted(found[up].unique())
    most = max(float(found["estimate"].abs().max()), 1e-9)
    for row, x, y in zip(found.itertuples(), found[across], found[up]):
        _cell(axes, (columns.index(x), rows.index(y)), row, most, 8)
    axes.set_xticks(np.arange(len(columns)) + 0.5, [f"{value:g}" for value in columns])
    axes.set_yticks(np.arange(len(rows)) + 0.5, [f"{value:g}" for value in rows])
    axes.set(xlim=(0, len(columns)), ylim=(0, len(rows)), title=title, xlabel=labels[0], ylabel=labels[1])
    axes.grid(False)


def key_above(axes: Axes, columns: int = 3) -> None:
    """The key between the panel and its title, where it hides nothing."""
    rows = -(-len(axes.get_legend_handles_labels()[1]) // columns)
    axes.set_title(axes.get_title(loc="left"), pad=7 + 15 * rows)
    axes.legend(loc="lower left", bbox_to_anchor=(-0.01, 0.99), ncols=columns, fontsize=8.5, columnspacing=1.2,
                borderaxespad=0.2, handlelength=2.4)  # fmt: skip


def matrix(axes: Axes, pairs: pd.DataFrame, names: Sequence[str], title: str) -> None:
    """What pairs of parts do together, as a triangle of numbers; hatched where the interval holds zero."""
    most = max(float(pairs["estimate"].abs().max()), 1e-9)
    for row in pairs.itertuples():
        one, two = sorted(names.index(name) for name in row.parts.split(" + "))
        _cell(axes, (one, two), row, most, 7)
    last = len(names) - 1
    axes.set_xticks(np.arange(last) + 0.5, names[:last], fontsize=8.5)
    axes.set_yticks(np.arange(1, last + 1) + 0.5, names[1:], fontsize=8.5)
    axes.set(xlim=(0, last), ylim=(last + 1, 1), title=title)
    axes.grid(False)


def lines(
    axes: Axes, curves: Mapping[str, Any], across: str, title: str, labels: tuple[str, str], keys: int = 3
) -> None:
    """A curve with intervals for every name: marks filled where the interval excludes zero, moved apart a little."""
    renamed = {"effect": "estimate", "gap": "estimate"}
    curves = {name: found.rename(columns=renamed) for name, found in curves.items()}
    places = sorted({value for found in curves.values() for value in found[across]})
    apart = 0.012 * (places[-1] - places[0] or 1.0)
    for turn, (name, found) in enumerate(curves.items()):
        colour, mark, style = LOOKS[turn % len(LOOKS)]
        shift = (turn - (len(curves) - 1) / 2) * apart
        at = found[across].to_numpy(float) + shift
        axes.plot(at, found["estimate"], linestyle=style, color=colour, linewidth=1.6, marker=mark, markersize=6,
                  markerfacecolor="white", label=name)  # fmt: skip
        axes.vlines(at, found["low"], found["high"], color=colour, linewidth=1.3)
        solid = excludes(found["low"], found["high"]).to_numpy()
        axes.plot(
            at[solid], found["estimate"].to_numpy()[solid], linestyle="none", color=colour, marker=mark, markersize=6
        )
    axes.axhline(0, color=BLACK, linewidth=0.9)
    axes.set(title=title, xlabel=labels[0], ylabel=labels[1])
    if len(curves) > 1:
        key_above(axes, keys)
