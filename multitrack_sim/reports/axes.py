"""What panels of figures share: headings, axes, bands, labels."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator, PercentFormatter

from ..analysis.intervals import share_interval
from ..analysis.survival import cumulative_incidence
from ..schema.categories import Phase
from .style import BLACK, PHASE_LOOKS
from .words import counted, for_figure, interval, month_name

if TYPE_CHECKING:
    import pandas as pd

    from ..running.ensemble import Ensemble

__all__ = []
STEPS = (3, 6, 12, 24, 36, 48, 60, 120, 240)  # months between marks

_count = counted


def _sentence(meaning: str, unit: str) -> str:
    return f"{meaning[:1].upper()}{meaning[1:]} ({unit})"


def _panels(
    size: tuple[float, float], rows: int, columns: int, right: float, between: float = 0.0, **more: Any
) -> tuple[Figure, Any]:
    """A figure with room around its panels fixed by hand: laying it out automatically takes longer than drawing it."""
    figure = Figure(figsize=size)
    wide, high = size
    margins = {
        "left": 0.78 / wide,
        "right": right,
        "top": 1 - 0.92 / high,
        "bottom": 0.62 / high,
        "wspace": between,
        "hspace": 0.25,
    }
    shared = {"sharex": more.pop("sharex", True), "squeeze": True}
    return figure, figure.subplots(rows, columns, gridspec_kw={**margins, **more}, **shared)


def _headline(figure: Figure, scenario: Any, arm: str, what: str) -> None:
    """Whose figure it is, and below it what it shows."""
    left, inch = 0.1 / figure.get_figwidth(), 1 / figure.get_figheight()
    told = f"{for_figure(arm, 40)}: {what}" if arm else what
    title = figure.text(left, 1 - 0.1 * inch, "", va="top", fontsize=12, fontweight="bold")
    for longest in (75, 60, 50, 40):  # letters differ in width: cut until it fits
        title.set_text(for_figure(scenario.title, longest))
        if title.get_window_extent(FigureCanvasAgg(figure).get_renderer()).x1 < figure.bbox.width * (1 - left):
            break
    figure.text(left, 1 - 0.36 * inch, f"{told[:1].upper()}{told[1:]}", va="top", fontsize=10.5)


def _series(ensemble: Ensemble) -> np.ndarray:
    """The months of the runs."""
    if ensemble.series is None or ensemble.series.shape[1] == 0:
        raise ValueError("figures need the monthly series: series=True for run_ensemble or compare")
    return ensemble.series


def _agreements(ensemble: Ensemble, outcome: str = "months_to_substantive") -> pd.DataFrame:
    """By which month how many runs had signed an agreement, partial or comprehensive, that then came into force: all runs
    of the table, whether their months were kept or not.
    """
    signed = ensemble.table[outcome].to_numpy(float)
    horizon = _series(ensemble).shape[1] - 1
    agreed = ~np.isnan(signed)
    return cumulative_incidence(np.where(agreed, signed, horizon), agreed.astype(int), horizon)


def _last_phases(phases: np.ndarray) -> list[str]:
    """The three phases in which most runs are in the last month, with their shares, in words."""
    runs = len(phases)
    count = {name: int((phases[:, -1] == code).sum()) for code, name in enumerate(Phase.words())}
    leading = sorted((name for name in count if count[name]), key=lambda name: -count[name])[:3]
    return [f"{PHASE_LOOKS[name][0]} {interval(*share_interval(count[name], runs))}" for name in leading]


def _last(found: Any) -> tuple[float, float, float]:
    row = found.iloc[-1]
    return float(row["share"]), float(row["low"]), float(row["high"])


def _real_month(scenario: Any) -> float | None:
    """After how many months an agreement was signed in reality, where the scenario records one."""
    record = getattr(scenario, "record", None) or {}
    months = record.get("months")
    if not isinstance(months, (int, float)) or isinstance(months, bool) or not math.isfinite(months):
        return None
    return float(months) if record.get("agreement") in ("framework", "comprehensive") else None


def _months_axis(axes: Axes, months: int, scenario: Any, label: str = "months since the start") -> None:
    """Whole numbers of years along the bottom, with the calendar month below where it is known."""
    place = axes.get_subplotspec()
    wide = place is None or place.get_gridspec().ncols == 1
    inches = axes.get_position().width * axes.figure.get_figure(root=True).get_figwidth()
    most = inches / (0.72 if wide else 0.58)  # the room that a calendar month takes at its size
    steps = [step for step in STEPS if months / step <= most] or [480]
    step = next((step for step in steps if months % step == 0 and months / step > most / 3), steps[0])
    _mark_months(axes, months, step, scenario, label, 9.5 if wide else 8)


def _mark_months(axes: Axes, months: int, step: int, scenario: Any, label: str, letters: float) -> None:
    """Every so many months a number, with the calendar month below where it is known."""
    ticks = list(range(0, months + 1, step))
    zero = getattr(scenario, "month_zero", None)
    named = [month_name(zero, tick) for tick in ticks]
    labels = [f"{tick}\n{name}" if name else f"{tick}" for tick, name in zip(ticks, named)]
    axes.set_xticks(ticks, labels, fontsize=letters)
    axes.set_xlim(0, max(months, 1))
    axes.set_xlabel(label)


def _share_axis(axes: Axes, highest: float) -> None:
    axes.set_ylim(0, 1 if highest > 0.6 or math.isnan(highest) else max(0.1, math.ceil(highest * 11) / 10))
    axes.yaxis.set_major_locator(MaxNLocator(5, steps=[1, 2, 5, 10]))
    axes.yaxis.set_major_formatter(PercentFormatter(1.0, decimals=0))


def _with_band(axes: Axes, time: Any, share: Any, low: Any, high: Any, colour: str, style: str) -> None:
    axes.fill_between(time, low, high, step="post", color=colour, alpha=0.16, linewidth=0)
    axes.step(time, share, where="post", color=colour, linestyle=style, linewidth=1.9)


def _bands(axes: Axes, time: np.ndarray, values: np.ndarray, colour: str) -> None:
    """Median and the middle 50% and 90% over runs."""
    low, lower, middle, upper, high = np.nanpercentile(values, [5, 25, 50, 75, 95], axis=0)
    axes.fill_between(time, low, high, color=colour, alpha=0.18, linewidth=0)
    axes.fill_between(time, lower, upper, color=colour, alpha=0.36, linewidth=0)
    axes.plot(time, middle, color=BLACK, linewidth=1.6)


def _label_band(axes: Axes, time: np.ndarray, low: np.ndarray, high: np.ndarray, label: str) -> None:
    """Write a band's name where it is thickest, if there is room for it."""
    reach = max(1, len(time) * len(label) // 150)  # half the width of the word, in months
    if len(time) <= 2 * reach + 1:
        return
    centres = np.arange(reach, len(time) - reach)
    windows = [slice(c - reach, c + reach + 1) for c in centres]
    floor, ceiling = np.array([low[w].max() for w in windows]), np.array([high[w].min() for w in windows])
    best = int(np.argmax(ceiling - floor))
    if ceiling[best] - floor[best] > 0.055:
        x, y = time[centres[best]], (floor[best] + ceiling[best]) / 2
        box = {"boxstyle": "round,pad=0.15", "facecolor": "white", "edgecolor": "none", "alpha": 0.82}
        axes.text(x, y, label, ha="center", va="center", fontsize=9, bbox=box)


def _free_height(axes: Axes, month: float, wide: float = 0.42) -> float:
    """The middle of the highest free room beside a month, for a label that takes so much of the panel's width."""
    low, high = axes.get_ylim()
    until = month + wide * (axes.get_xlim()[1] - axes.get_xlim()[0])
    heights = [low, high]
    for line in axes.get_lines():
        along, values = (np.asarray(data, float) for data in line.get_data())
        heights += list(values[(along >= month) & (along <= until)])
    ordered = np.sort(np.clip(heights, low, high))
    at = int(np.argmax(np.diff(ordered)))
    return float(ordered[at] + ordered[at + 1]) / 2


def _label_ends(axes: Axes, ends: list[tuple[str, float, str]]) -> None:
    """Name lines at their right ends, moved apart where they would overlap."""
    low, high = axes.get_ylim()
    lines = max(label.count("\n") + 1 for label, _, _ in ends)
    room = 0.062 * (high - low) * (1.5 if len(axes.figure.axes) > 2 else 1.0) * lines
    ordered = sorted(enumerate(ends), key=lambda end: (end[1][1], -end[0]))  # of equals, the first on top
    places: list[float] = []
    for _, (_, value, _) in ordered:
        places.append(max(value, places[-1] + room) if places else value)
    over = places[-1] + (lines - 1) * room / lines / 2 - high
    if over > 0:
        places = [place - over for place in places]
    for (_, (label, _, colour)), place in zip(ordered, places):
        axes.annotate(label, (1.0, place), (5, 0), xycoords=("axes fraction", "data"), textcoords="offset points",
                      va="center", color=colour, annotation_clip=False)  # fmt: skip
