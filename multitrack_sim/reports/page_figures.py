"""The figures of the page: narrow enough for a telephone, as SVG that stands inside HTML and says what it shows.

The figures of `figures` are made for paper and slides; at 320 pixels nobody could read them.
"""

from __future__ import annotations

import io
import math
import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree

import numpy as np
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import FuncFormatter, MaxNLocator, PercentFormatter

from ..analysis.precision import convergence, pairs_needed
from ..analysis.run_tables import months_told
from ..schema.categories import Phase
from .axes import STEPS, _agreements, _last, _last_phases, _mark_months, _series, _share_axis
from .sentences import shown_end, shown_interval
from .style import (
    BLACK,
    BLUE,
    GREEN,
    GREY,
    LEDGER_LOOKS,
    ORANGE,
    PHASE_LOOKS,
    PURPLE,
    SKY,
    VERMILLION,
    Told,
    band_looks,
    drawn_with,
    own_style,
)
from .words import for_figure, in_brackets, interval, percent, plain, points, share_digits, signed

if TYPE_CHECKING:
    from ..analysis.comparison import Comparison
    from ..running.ensemble import Ensemble

__all__ = [
    "agreements_figure",
    "difference_figure",
    "inline_svg",
    "ledger",
    "ledger_figure",
    "phases_figure",
    "settling_figure",
]

WIDE = 4.3  # inches: at 330 pixels letters are 10 pixels high
MOST_BANDS = 3  # arms with bands in one panel: more hide one another
_COLOURS = (BLUE, VERMILLION, GREEN, PURPLE, ORANGE, BLACK, SKY, GREY)
_STROKES = ("-", "--", "-.", ":", (0, (6, 1, 1, 1, 1, 1)))
_MARKS = "osD^vPX*"
ON_PAGE = drawn_with({"font.size": 9, "axes.titlesize": 9.5})
_SVG, _XLINK = "http://www.w3.org/2000/svg", "http://www.w3.org/1999/xlink"


@ON_PAGE
def phases_figure(ensemble: Ensemble, scenario: Any, arm: str) -> Told:
    """In which phase the runs of one arm are, month by month; and the same in words."""
    phase = _series(ensemble)["phase"]
    runs, months = phase.shape
    shares = {name: (phase == code).mean(axis=0) for code, name in enumerate(Phase.words())}
    figure, axes = _panel(3.75, below=1.6)
    axes.set_title(for_figure(arm, 46))
    bottom, handles = np.zeros(months), []
    for name, (label, colour, hatch) in PHASE_LOOKS.items():
        looks = band_looks(colour, hatch)
        if shares[name].any():
            axes.fill_between(np.arange(months), bottom, bottom + shares[name], **looks)
            handles.append(Patch(label=label, **looks))
        bottom = bottom + shares[name]
    axes.set_ylim(0, 1)
    axes.grid(False)
    axes.yaxis.set_major_formatter(PercentFormatter(1.0))
    _time_axis(axes, months, scenario)
    _legend(figure, handles, 2)
    where = ", ".join(_last_phases(phase))
    return figure, f"{plain(arm)}: in the last month{in_brackets(scenario.month_zero, months - 1)}, {where}."


@ON_PAGE
def agreements_figure(ensembles: Mapping[str, Ensemble], scenario: Any) -> Told:
    """The share of runs that have signed an agreement by each month, every arm a line; and the same in words."""
    figure, axes = _panel(3.0 + 0.19 * len(ensembles), below=0.75 + 0.19 * len(ensembles))
    found = {name: _agreements(ensemble) for name, ensemble in ensembles.items()}
    last = {name: _last(one) for name, one in found.items()}
    digits = share_digits(*(share for share, _, _ in last.values()))
    months, handles = max(1, *map(len, found.values())), []
    for (name, one), (colour, stroke, _) in zip(found.items(), _looks(len(found))):
        if len(found) <= MOST_BANDS:
            axes.fill_between(one["month"], one["low"], one["high"], step="post", color=colour, alpha=0.15, lw=0)
        axes.step(one["month"], one["share"], where="post", color=colour, linestyle=stroke, linewidth=1.9)
        label = f"{for_figure(name, 40)}: {percent(last[name][0], digits)}"
        handles.append(Line2D([], [], color=colour, linestyle=stroke, linewidth=1.9, label=label))
    axes.set_title("Agreement signed by then (% of runs)")
    _share_axis(axes, max(0.05, *(high for _, _, high in last.values())))
    _time_axis(axes, months, scenario)
    _legend(figure, handles, 1)
    told = "; ".join(f"{plain(name)} {interval(share, low, high, digits)}" for name, (share, low, high) in last.items())
    when = f"within {months_told(months)}, by the last one{in_brackets(scenario.month_zero, months - 1)}"
    return figure, f"Share of runs that have signed an agreement, partial or comprehensive, {when}: {told}."


def ledger(ensemble: Ensemble) -> dict[str, float]:
    """What every source adds to trust in the last month, in log-odds: mean over runs and pairs of parties."""
    series = _series(ensemble)
    return {name: float(np.nanmean(series[name][:, -1])) for name in LEDGER_LOOKS}


@ON_PAGE
def ledger_figure(ensembles: Mapping[str, Ensemble]) -> Told:
    """Where trust came from, source by source, every arm a mark; and the same in words."""
    parts = {name: ledger(ensemble) for name, ensemble in ensembles.items()}
    sources = list(LEDGER_LOOKS)
    figure, axes = _panel(2.9 + 0.19 * len(parts), left=1.95, below=0.62 + 0.19 * len(parts))
    handles = []
    step = 0.6 / max(1, len(parts))
    for at, ((name, part), (colour, _, mark)) in enumerate(zip(parts.items(), _looks(len(parts)))):
        heights = np.arange(len(sources)) + (at - (len(parts) - 1) / 2) * step
        looks: Any = {"color": colour, "marker": mark, "markersize": 5, "linestyle": "none"}
        axes.hlines(heights, 0, [part[source] for source in sources], color=colour, linewidth=1.2)
        axes.plot([part[source] for source in sources], heights, **looks)
        handles.append(Line2D([], [], label=f"{for_figure(name, 40)}: {signed(sum(part.values()))}", **looks))
    axes.axvline(0, color=GREY, linewidth=0.9)
    labels = [LEDGER_LOOKS[source][0].replace("confidence-building ", "") for source in sources]
    axes.set_yticks(range(len(sources)), labels)
    axes.set_ylim(len(sources) - 0.5, -0.5)
    axes.xaxis.set_major_locator(MaxNLocator(5))
    axes.grid(axis="x")
    axes.set_xlabel("contribution to trust (log-odds)")
    _legend(figure, handles, 1)
    told = "; ".join(
        f"{plain(name)} {sum(part.values()):+.2f} altogether, "
        + ", ".join(f"{LEDGER_LOOKS[source][0]} {part[source]:+.2f}" for source in sources)
        for name, part in parts.items()
    )
    return figure, f"Mean trust in the last month by source, in log-odds: {told}."


@ON_PAGE
def difference_figure(rows: Sequence[Mapping[str, Any]], title: str, unit: str, scale: float = 1.0) -> Told:
    """One outcome: what every arm has more than the baseline, a dot with its interval; and the same in words."""
    figure, axes = _panel(1.1 + 0.42 * len(rows), left=0.25, below=0.55)
    for at, row in enumerate(rows):
        value, low, high = (scale * row[name] for name in ("difference", "low", "high"))
        axes.hlines(at, low, high, color=BLUE, linewidth=2.2)
        axes.plot([value], [at], marker="o", color=BLUE, markersize=6)
        axes.annotate(for_figure(row["arm"], 46), (0.0, at), (2, 9), xycoords=("axes fraction", "data"),
                      textcoords="offset points", va="center", color="#222222")  # fmt: skip
    ends = [abs(scale * row[name]) for row in rows for name in ("difference", "low", "high")]
    reach = 1.1 * max([end for end in ends if math.isfinite(end)] + [1e-9])
    axes.axvline(0, color=BLACK, linewidth=0.9)
    axes.set(title=title, xlabel=unit, xlim=(-reach, reach), ylim=(len(rows) - 0.4, -0.75))
    axes.set_yticks([])
    axes.spines["left"].set_visible(False)
    axes.xaxis.set_major_locator(MaxNLocator(5))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:+g}" if abs(value) > 1e-12 else "0"))
    axes.grid(axis="x")
    told = "; ".join(
        f"{plain(row['arm'])} {shown_end(row, 'difference')}"
        + (f" ({between})" if (between := shown_interval(row)) else "")
        for row in rows
    )
    return figure, f"{title}, {unit}: {told}."


@ON_PAGE
def settling_figure(comparison: Comparison) -> Told:
    """How the effects on agreements settled as pairs of runs came in, every arm a line; and in words how many pairs a
    narrower interval would take.
    """
    others = [name for name in comparison.arms if name != comparison.baseline]
    figure, axes = _panel(3.0 + 0.19 * len(others), below=0.75 + 0.19 * len(others))
    base, horizon, told, handles, reach = comparison.table(), comparison.horizon, [], [], 1.0
    for name, (colour, stroke, _) in zip(others, _looks(len(others))):
        found = convergence(comparison.table(name), "agreed", baseline=base, horizon=horizon)
        runs, effect, low, high = (found[column].to_numpy() for column in ("runs", "estimate", "low", "high"))
        if len(others) <= MOST_BANDS:
            axes.fill_between(runs, 100 * low, 100 * high, color=colour, alpha=0.15, lw=0)
        axes.plot(runs, 100 * effect, color=colour, linestyle=stroke, linewidth=1.9)
        handles.append(Line2D([], [], color=colour, linestyle=stroke, linewidth=1.9, label=for_figure(name, 40)))
        reach = max(
            reach, *np.nan_to_num(np.abs(100 * np.append(low[runs >= 30], high[runs >= 30]))), abs(100 * effect[-1])
        )
        needed = pairs_needed(base, comparison.table(name), "agreed", 0.01, horizon=horizon)
        told.append(
            f"{plain(name)} {points(effect[-1], low[-1], high[-1])}; plus or minus 1 point takes about {needed:,} pairs"
        )
    axes.axhline(0, color=BLACK, linewidth=0.9)
    axes.set_title("Difference in runs with an agreement, in points")
    axes.set(xscale="log", xlabel="pairs of runs, on a log scale", ylim=(-1.1 * reach, 1.1 * reach))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.0f}"))
    _legend(figure, handles, 1)
    return figure, f"Share of runs with an agreement, minus the baseline, after all pairs: {'; '.join(told)}."


def inline_svg(figure: Figure, name: str, title: str, told: str) -> str:
    """A figure as SVG to stand inside HTML: its own ids, no fixed size, and `title` and `told` for those who cannot see.

    The same figure gives the same text. `name` must be different for every figure of a page: letters and hyphens.
    """
    stream = io.StringIO()
    with own_style({"svg.hashsalt": name}):
        about: Any = {"Date": None, "Creator": None, "Format": None, "Type": None}
        FigureCanvasSVG(figure).print_svg(stream, metadata=about)
    root = ElementTree.fromstring(stream.getvalue())
    _strip(root)
    _own_ids(root, name)
    for key in ("width", "height", "version"):
        root.attrib.pop(key, None)
    root.set("role", "img")
    root.set("aria-labelledby", f"{name}-title {name}-desc")
    for at, (tag, text) in enumerate([("title", title), ("desc", told)]):
        element = ElementTree.Element(f"{{{_SVG}}}{tag}", {"id": f"{name}-{tag}"})
        element.text = "".join(c for c in text if c.isprintable())
        root.insert(at, element)
    text = ElementTree.tostring(root, "unicode")
    # inside HTML names need no prefixes
    text = re.sub(r"(</?)ns\d+:", r"\1", re.sub(r' xmlns:ns\d+="[^"]*"', "", text))
    return re.sub(r"\s*\n\s*", "\n", text)


# --- what they share
def _strip(root: ElementTree.Element) -> None:
    """Without what a page does not need: metadata, fonts and a style that are the page's to say, a third decimal."""
    for parent in list(root.iter()):
        for child in list(parent):
            if child.tag in (f"{{{_SVG}}}metadata", f"{{{_SVG}}}style"):
                parent.remove(child)
        for key in ("d", "x", "y", "transform", "points"):
            if key in parent.attrib:
                parent.set(key, re.sub(r"-?\d+\.\d{2,}", _shorter, parent.get(key, "")))
        if "font-family" in parent.get("style", ""):
            parent.set("style", re.sub(r"font-family: [^;]+;? ?", "", parent.get("style", "")))


def _shorter(number: re.Match[str]) -> str:
    short = f"{float(number[0]):.2f}".rstrip("0").rstrip(".")
    return "0" if short == "-0" else short


def _own_ids(root: ElementTree.Element, name: str) -> None:
    """Keep the ids that something refers to, with this figure's name before them; drop the others."""
    referred: set[str] = set()
    for element in root.iter():
        link = element.attrib.pop(f"{{{_XLINK}}}href", None)
        if link:
            element.set("href", link)
            referred.add(link.removeprefix("#"))
        for value in element.attrib.values():
            referred.update(re.findall(r"url\(#([^)]+)\)", value))
    for element in root.iter():
        if element.get("id") in referred:
            element.set("id", f"{name}-{element.get('id')}")
        else:
            element.attrib.pop("id", None)
        for key, value in element.attrib.items():
            if key == "href":
                element.set(key, f"#{name}-{value[1:]}")
            elif "url(#" in value:
                element.set(key, value.replace("url(#", f"url(#{name}-"))


def _panel(high: float, left: float = 0.5, below: float = 0.8) -> tuple[Figure, Any]:
    """One panel with room around it in inches."""
    figure = Figure(figsize=(WIDE, high))
    sides = [left / WIDE, below / high, 1 - (left + 0.3) / WIDE, 1 - (below + 0.3) / high]
    return figure, figure.add_axes(tuple(sides))  # type: ignore[arg-type]


def _looks(count: int) -> list[tuple[str, Any, str]]:
    """Colour, stroke and mark of every arm."""
    return [(_COLOURS[k % 8], _STROKES[k % 5], _MARKS[k % 8]) for k in range(count)]


def _legend(figure: Figure, handles: Sequence[Any], columns: int) -> None:
    figure.legend(
        handles=handles, loc="lower left", bbox_to_anchor=(0.01, 0.0), ncols=columns, handlelength=1.8, borderpad=0.2,
        columnspacing=1.2, labelspacing=0.3,
    )  # fmt: skip


def _time_axis(axes: Any, months: int, scenario: Any) -> None:
    """Few ticks, at whole years, with the calendar month below where it is known."""
    step = next((step for step in STEPS if months / step <= 5), 480)
    _mark_months(axes, months, step, scenario, "months since the start", 8.5)
