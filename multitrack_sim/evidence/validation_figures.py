"""Figures of a validation: every pattern on one scale of implausibility; scored cases, their calibration and their rivals."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from ..reports.effect_figures import framed
from ..reports.style import BLACK, BLUE, GREY, LIGHT, VERMILLION, Told, drawn
from ..reports.words import counted, for_figure
from .scores import log_odds_of
from .targets import spread_together
from .validation_terms import IMPLAUSIBLE, LAST_YEAR_FITTED, OUTCOMES_SCORED, Beside, Scored, ScoredOutcome
from .validation_words import DIRECTIONS, GROUPS, grouped, in_short, number, what_was_run

__all__ = ["beside_record_figure", "cases_figure"]

ROW, HEAD, FOOT, KEY = 0.225, 1.0, 0.6, 1.5  # inches: of a pattern, above and below the panels, the key's
LABELS, PANEL, NUMBERS = 5.1, 2.6, 1.35  # inches, from left to right within a column
FARTHEST = (
    7.0  # standard deviations that are drawn; what lies beyond is an arrow at the edge, with its number beside it
)


@drawn
def beside_record_figure(found: Beside) -> Told:
    """Every pattern of the record: the record's interval and the model's, in standard deviations of both together."""
    parts = grouped(found.table)
    left, right = parts.get("fitted"), [(name, parts[name]) for name in ("predicted", "direction") if name in parts]
    tall_right = sum(len(rows) for _, rows in right) * ROW + 1.0 * max(0, len(right) - 1)
    tall = HEAD + max(len(left) * ROW if left is not None else 0.0, tall_right + KEY) + FOOT
    column = LABELS + PANEL + NUMBERS
    wide = 2 * column
    figure = Figure(figsize=(wide, tall))
    figure.text(0.1 / wide, 1 - 0.1 / tall, "The model beside the record", va="top", fontsize=13, fontweight="bold")
    figure.text(0.1 / wide, 1 - 0.4 / tall, in_short(found), va="top", fontsize=9)
    reach = _reach(pd.concat([rows for name, rows in parts.items() if name in ("fitted", "predicted")]))
    if left is not None:
        _misses(_panel(figure, 0.0, HEAD, len(left)), left, GROUPS["fitted"], reach)
    top = HEAD
    for name, rows in right:
        axes = _panel(figure, column, top, len(rows))
        if name == "direction":
            _directions(axes, rows, GROUPS[name])
        else:
            _misses(axes, rows, GROUPS[name], reach)
        top += len(rows) * ROW + 1.0
    not_asked = ", ".join(parts["not asked"].index) if "not asked" in parts else "none"
    key = [
        "How to read this",
        "grey bar: 95% interval of the record",
        "line: 95% interval of the model",
        f"blue dot: within {IMPLAUSIBLE:g} standard deviations (dashed)",
        "orange square: beyond",
        "arrow: outside the panel; its number stands beside it",
        f"not asked of the model: {not_asked}",
    ]
    place = (column + LABELS) / wide
    figure.text(place, 0.1 / tall, "\n".join(key), va="bottom", fontsize=8.5, color=GREY, linespacing=1.5)
    caption = (
        f"{what_was_run(found)} Each pattern's miss in standard deviations of record and model together: 0 is the record, beyond "
        f"{IMPLAUSIBLE:g} (dashed) the model misses it. {in_short(found)} "
        "Where only a direction counts, the model's value is in its own "
        f"standard errors, to the right as in the record. Not asked of the model: {not_asked}."
    )
    return figure, caption


def _panel(figure: Figure, left: float, top: float, rows: int) -> Axes:
    wide, tall = figure.get_size_inches()
    high = rows * ROW
    return figure.add_axes(((left + LABELS) / wide, 1 - (top + high) / tall, PANEL / wide, high / tall))


def _reach(rows: pd.DataFrame) -> float:
    """How far the panels go on either side: all that is near, so that what is far does not squeeze the rest."""
    spread = spread_together(rows["record_error"], rows["model_error"])
    ends = rows["miss"].abs() + 1.96 * rows["model_error"].fillna(0.0) / spread
    return float(min(FARTHEST, max(IMPLAUSIBLE + 1.2, ends.max(skipna=True) + 0.2))) if len(rows) else IMPLAUSIBLE + 1.2


def _misses(axes: Axes, rows: pd.DataFrame, title: str, reach: float) -> None:
    for at, row in enumerate(rows.itertuples()):
        spread = spread_together(row.record_error, row.model_error)
        half = 1.96 * row.record_error / spread
        axes.plot([-half, half], [at, at], color=LIGHT, linewidth=6, solid_capstyle="butt", zorder=1)
        cells = [number(row.record), number(row.model) or "?", ""]
        if not math.isnan(row.miss):
            _mark(axes, at, row.miss, 1.96 * np.nan_to_num(row.model_error) / spread, row.miss, reach)
            cells[2] = f"{row.miss:+.1f}".replace("-", "\u2212")
        _beside(axes, at, cells, row.implausibility > IMPLAUSIBLE)
    for limit in (-IMPLAUSIBLE, IMPLAUSIBLE):
        axes.axvline(limit, color=BLACK, linewidth=0.9, linestyle="--")
    axes.axvline(0, color=BLACK, linewidth=0.9)
    axes.set_xlim(-reach, reach)
    names = [row.pattern + (" (experiment)" if row.kind == "intervened" else "") for row in rows.itertuples()]
    _rows(axes, rows, names, title, "miss, in standard deviations of record and model together")
    _beside(axes, -0.95, ["record", "model", "miss"], colour=GREY)


def _beside(axes: Axes, at: float, cells: list[str], bold: bool = False, colour: str = BLACK) -> None:
    """Numbers in columns to the right of a row."""
    for cell, place in zip(cells, (30, 66, 90)):
        axes.annotate(cell, (1.0, at), (place, 0), xycoords=("axes fraction", "data"), textcoords="offset points", va="center",
                      ha="right", fontsize=7.5, fontweight="bold" if bold else "normal", color=colour,
                      annotation_clip=False)  # fmt: skip


def _mark(axes: Axes, at: int, place: float, half: float, value: float, reach: float) -> None:
    """The model's dot with its interval; an arrow at the edge where it lies outside."""
    beyond = abs(value) > IMPLAUSIBLE
    colour, mark = (VERMILLION, "s") if beyond else (BLUE, "o")
    axes.plot([place - half, place + half], [at, at], color=colour, linewidth=1.8, zorder=3)
    if abs(place) > reach:
        place, mark = math.copysign(0.965 * reach, place), "<" if place < 0 else ">"
    axes.plot([place], [at], mark, color=colour, markersize=5.5, zorder=4, clip_on=False)


def _directions(axes: Axes, rows: pd.DataFrame, title: str) -> None:
    reach = 6.0
    for at, row in enumerate(rows.itertuples()):
        sign = math.copysign(1.0, row.record)
        place = sign * row.model / row.model_error if row.model_error > 0 else math.copysign(math.inf, sign * row.model)
        right = row.verdict == "same direction"
        colour, mark = (
            (BLUE, "o") if right else (VERMILLION, "s") if row.verdict.startswith("opposite") else (GREY, "D")
        )
        if not math.isnan(place):
            if abs(place) > reach:
                place, mark = math.copysign(0.965 * reach, place), "<" if place < 0 else ">"
            axes.plot([place], [at], mark, color=colour, markersize=5.5, clip_on=False, zorder=4)
        beside = DIRECTIONS.get(row.verdict, row.verdict)
        axes.annotate(beside, (1.0, at), (6, 0), xycoords=("axes fraction", "data"), textcoords="offset points", va="center",
                      fontsize=7.5, annotation_clip=False)  # fmt: skip
    axes.axvspan(-1.96, 1.96, color=LIGHT, alpha=0.5, linewidth=0, zorder=0)
    axes.axvline(0, color=BLACK, linewidth=0.9)
    axes.set_xlim(-reach, reach)
    label = "the model's value in its standard errors (right: as in the record; grey: no clear direction)"
    _rows(axes, rows, list(rows["pattern"]), title, label)
    axes.xaxis.label.set_horizontalalignment("right")
    axes.xaxis.label.set_x(1.3)


def _rows(axes: Axes, rows: pd.DataFrame, names: list[str], title: str, label: str) -> None:
    labels = [f"{for_figure(name, 90)}   {for_figure(id_)}" for name, id_ in zip(names, rows.index)]
    axes.set_yticks(range(len(rows)), labels, fontsize=7)
    axes.set_ylim(len(rows) - 0.4, -0.6)
    axes.tick_params(axis="y", length=0)
    axes.tick_params(axis="x", labelsize=8)
    axes.grid(True, axis="x")
    axes.grid(False, axis="y")
    axes.set_title(title, fontsize=10.5, fontweight="bold")
    axes.set_xlabel(label, fontsize=8)


# ---- scored cases ----------------------------------------------------------------------------------------------------
NAMES = {"comprehensive": "Comprehensive agreement", "any": "Any agreement", "held": "Held 60 months, of those agreed"}


@drawn
def cases_figure(found: Scored) -> Told:
    """For each outcome: in what share of the cases it happened where the model gave so much; and the model's Brier score
    less others'.
    """
    whole = {one.name: one for one in found.outcomes if one.among == "all cases"}
    later = {one.name: one for one in found.outcomes if one.among != "all cases"}
    longest = max((len(_gaps(whole[n], later.get(n))) for n in whole), default=1)
    tall = 5.6 + 0.3 * max(longest, 2)
    about = found.about
    below = f"{about['cases']} coded cases, {about['draws']} draws of what is not coded, "
    below += f"{counted(about['runs_of_each_draw'], 'run')} of each; "
    below += "bars and lines: 95% intervals"
    figure, panels = framed(
        (15.0, tall), 2, len(OUTCOMES_SCORED), "The model's probabilities beside what happened", below, left=2.55,
        right=0.75, bottom=0.6, wspace=1.0, hspace=0.42, height_ratios=(3.3, max(0.3 * longest, 0.6)),
    )  # fmt: skip
    for at, name in enumerate(OUTCOMES_SCORED):
        _calibration(panels[0][at], whole[name])
        _rivals(panels[1][at], _gaps(whole[name], later.get(name)))
    told = "; ".join(
        f"{NAMES[name].lower()}: Brier score {one.brier:.3f}, {one.verdict} against the base rate"
        for name, one in whole.items()
        if one.cases
    )
    caption = (
        "Above: cases in bins of equally many, by the probability that the model gives; the diagonal is right, the "
        "dashed curve is the logistic recalibration. Below: the model's Brier score less others', with paired "
        f"bootstrap intervals over cases; to the left of 0 the model is better. {told}."
    )
    return figure, caption


def _calibration(axes: Axes, one: ScoredOutcome) -> None:
    axes.plot([0, 1], [0, 1], color=GREY, linewidth=1.0)
    for row in one.bins.itertuples():
        axes.plot([row.predicted] * 2, [row.low, row.high], color=BLUE, linewidth=1.8)
        axes.plot([row.predicted], [row.happened], "o", color=BLUE, markersize=6)
    line = one.recalibration
    if not math.isnan(line.slope):
        given = np.linspace(one.bins["predicted"].min(), one.bins["predicted"].max(), 200)
        fitted = 1.0 / (1.0 + np.exp(-(line.intercept + line.slope * log_odds_of(given))))
        axes.plot(given, fitted, color=VERMILLION, linestyle="--", linewidth=1.5)
    axes.set(
        xlim=(-0.02, 1.02),
        ylim=(-0.03, 1.03),
        xlabel="probability given by the model",
        ylabel="share in which it happened",
    )
    told = f"{one.happened} of {one.cases} cases" if one.cases else "no case in which it is known"
    if not math.isnan(line.slope):
        told += f"; slope {line.slope:.2f} ({line.slope_low:.2f} to {line.slope_high:.2f})".replace("-", "\u2212")
    axes.set_title(f"{NAMES[one.name]}\n{told}", fontsize=9)


def _gaps(one: ScoredOutcome, later: ScoredOutcome | None) -> list[tuple[str, Any]]:
    rows = [(rival.name, rival.difference) for rival in one.rivals]
    if later is not None and later.cases:
        rows += [(f"after {LAST_YEAR_FITTED}: {rival.name}", rival.difference) for rival in later.rivals]
    return rows


def _rivals(axes: Axes, rows: list[tuple[str, Any]]) -> None:
    for at, (_, gap) in enumerate(rows):
        clear = gap.verdict in ("better", "worse")
        colour = {"better": BLUE, "worse": VERMILLION}.get(gap.verdict, GREY)
        mark = {"better": "o", "worse": "s"}.get(gap.verdict, "D")
        if not math.isnan(gap.low):
            axes.plot([gap.low, gap.high], [at, at], color=colour, linewidth=2.2 if clear else 1.3)
        axes.plot([gap.value], [at], mark, color=colour, markersize=5.5, markerfacecolor=colour if clear else "white")
    axes.axvline(0, color=BLACK, linewidth=0.9)
    axes.set_yticks(range(len(rows)), [_label(name) for name, _ in rows], fontsize=8)
    axes.set_ylim(max(len(rows), 1) - 0.4, -0.6)
    axes.grid(True, axis="x")
    axes.grid(False, axis="y")
    axes.locator_params(axis="x", nbins=5, prune="upper")  # a label at the edge would be cut
    axes.tick_params(axis="x", labelsize=8)
    axes.set_title("Brier score: model less ...", fontsize=9.5)
    axes.set_xlabel("\u2190 model better    worse \u2192", fontsize=8.5)


def _label(name: str) -> str:
    return for_figure(name.replace("regression on the codes", "regression"), 60)
