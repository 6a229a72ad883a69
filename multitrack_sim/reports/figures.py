"""Figures made to be looked at: each function gives a figure and the caption that says what one sees in it.

Colours are those of Okabe and Ito (2008), which colour-blind readers can tell apart; line styles, hatches and labels on
the lines themselves carry the same message in grey. Nothing here touches matplotlib's global state (no pyplot).
"""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import matplotlib
import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure
from matplotlib.patches import Patch
from matplotlib.ticker import FuncFormatter, MaxNLocator, PercentFormatter

from ..analysis.intervals import paired_shares, wilson
from ..analysis.summary import paired_difference
from ..analysis.survival import cumulative_incidence
from ..schema.categories import Ending, Phase
from ..schema.outcomes import SERIES
from .style import BLACK, BLUE, GREEN, GREY, LEDGER_LOOKS, PHASE_LOOKS, PURPLE, STYLE, VERMILLION, YELLOW, Told, _drawn
from .words import for_figure, for_markdown, in_brackets, interval, month_name, percent, plain, points, signed

if TYPE_CHECKING:
    from ..running.ensemble import Ensemble

__all__ = ["all_figures", "comparison_figure", "process_figure", "save_figures", "trust_figure", "waiting_figure"]
_AT_PEACE = (Phase.IMPLEMENTATION, Phase.DURABLE, Phase.DORMANT)


@_drawn
def process_figure(ensemble: Ensemble, scenario: Any, arm: str = "") -> Told:
    """The process month by month: in which phase the runs are; violence, trust and support over the runs."""
    series = _series(ensemble)
    runs, months = series.shape
    time = np.arange(months)
    shares = np.array([(series["phase"] == k).mean(axis=0) for k in range(len(Phase.words()))])

    figure, rows = _panels((9.2, 9.6), 4, 1, right=0.765, height_ratios=[2.5, 1, 1, 1])
    _headline(figure, scenario, arm, f"month by month, {_count(runs, 'run')}")
    top: Axes = rows[0]
    bottom, handles = np.zeros(months), []
    for name, (colour, hatch) in PHASE_LOOKS.items():
        share = shares[Phase.words().index(name)]
        edge = (
            "#FFFFFF" if colour in (BLUE, GREEN, VERMILLION, BLACK, PURPLE) else "#8A7A00" if colour == YELLOW else GREY
        )
        looks: Any = {"facecolor": colour, "hatch": hatch, "edgecolor": edge, "linewidth": 0.0}
        if share.any():
            top.fill_between(time, bottom, bottom + share, **looks)
            top.plot(time, bottom + share, color="white", linewidth=0.5)
            _label_band(top, time, bottom, bottom + share, name)
        handles.append(Patch(label=name, **looks))
        bottom = bottom + share
    top.set(ylim=(0, 1), title="Share of runs in each phase")
    top.yaxis.set_major_formatter(PercentFormatter(1.0))
    top.grid(False)
    top.legend(
        handles=handles[::-1], loc="center left", bbox_to_anchor=(1.005, 0.5), handlelength=1.6, handleheight=1.3
    )

    for axes, (name, colour) in zip(
        rows[1:], [("violence", VERMILLION), ("mean_trust", BLUE), ("mean_support", GREEN)]
    ):
        _bands(axes, time, series[name], colour)
        axes.set_title(_sentence(SERIES[name].meaning, SERIES[name].unit))
    rows[1].set_ylim(0, None)
    rows[2].set_ylim(0, 1)
    rows[3].set_ylim(0, 1)
    lines, fills = rows[1].get_lines()[:1], rows[1].collections[::-1]
    rows[1].legend([*lines, *fills], ["median of the runs", "middle 50% of runs", "middle 90% of runs"],
                   loc="center left", bbox_to_anchor=(1.005, 0.5), handlelength=1.6)  # fmt: skip
    _months_axis(rows[-1], months, scenario)

    last = {name: int((series["phase"][:, -1] == Phase.words().index(name)).sum()) for name in Phase.words()}
    leading = sorted((name for name in last if last[name]), key=lambda name: -last[name])[:3]
    where = "; ".join(f"{name} {interval(last[name] / runs, *wilson(last[name], runs))}" for name in leading)
    medians = {name: np.nanmedian(series[name], axis=0) for name in ("violence", "mean_trust", "mean_support")}
    caption = (
        f"Each month, the share of {_count(runs, 'run')} in each phase. "
        f"In the last month{in_brackets(scenario.month_zero, months - 1)}: {where}. "
        + " ".join(
            f"Median {label} goes from {medians[name][0]:.2f} to {medians[name][-1]:.2f}."
            for name, label in [("violence", "violence"), ("mean_trust", "trust"), ("mean_support", "support")]
        )
        + (
            " Lines are medians over runs; dark bands hold the middle 50% of runs and light bands the middle 90%: they "
            "show how runs differ, not how sure we are of the model. No single run need look like the median."
            if runs > 1
            else " With one run there is no spread to show."
        )
    )
    return figure, caption


@_drawn
def waiting_figure(ensemble: Ensemble, scenario: Any, arm: str = "") -> Told:
    """How long until an accord, or another end; and how long accords last."""
    table, series = ensemble.table, _series(ensemble)
    runs, months = series.shape
    horizon = months - 1
    figure, (left, right) = _panels((10.8, 4.6), 1, 2, right=0.98, between=0.5, sharex=False)
    _headline(figure, scenario, arm, f"how long it takes and how long it lasts, {_count(runs, 'run')}")

    signed = table["months_to_agreement"].to_numpy(float)
    agreed = ~np.isnan(signed)
    accord = cumulative_incidence(np.where(agreed, signed, horizon), agreed.astype(int), horizon)
    curves: list[tuple[str, Any, str, str]] = [("accord", accord, BLUE, "-")]
    ended = _first_end(series)
    codes = np.array([Ending.words().index(str(end)) for end in table["ended_by"]])
    codes = np.where(ended < months, codes, 0)
    looks = {"ceasefire": (GREEN, "--"), "victory": (VERMILLION, ":"), "low activity": (GREY, "-.")}
    for end, (colour, style) in looks.items():
        found = cumulative_incidence(np.minimum(ended, horizon), codes, horizon, Ending.words().index(end))
        curves.append((end, found, colour, style))
    _with_band(left, accord["month"], accord["share"], accord["low"], accord["high"], BLUE, "-")
    for _, found, colour, style in curves[1:]:
        left.step(found["month"], found["share"], where="post", color=colour, linestyle=style, linewidth=1.6)
    left.set(title="An accord, or another first end", ylabel="share of runs so far")
    _share_axis(left, max(float(found["share"].max()) for _, found, _, _ in curves) + 0.05)
    ends = [(float(found["share"].iloc[-1]), label, colour) for label, found, colour, _ in curves]
    _label_ends(left, [(f"{label} {percent(share)}", share, colour) for share, label, colour in ends])
    _months_axis(left, months, scenario)
    real = _real_month(scenario)
    if real is not None and 0 <= real < months:
        left.axvline(real, color=BLACK, linewidth=0.9, linestyle=(0, (1, 2)))
        label = f"what happened: {month_name(scenario.month_zero, real) or f'month {real:g}'}"
        place: Any = {"xycoords": ("data", "axes fraction"), "textcoords": "offset points"}
        left.annotate(label, (real, 1.0), (3, -3), va="top", fontsize=8.5, **place)

    last = in_brackets(scenario.month_zero, horizon)
    caption = f"Left: by the last month{last}, {interval(*_last(accord))} of runs have an accord "
    caption += "that was signed and then ratified"
    if agreed.any():
        caption += f" (half of those that have one had it after {np.median(signed[agreed]):.0f} months)"
    others = ", ".join(f"{label} {interval(*_last(found))}" for label, found, _, _ in curves[1:])
    both = int((agreed & np.isin(codes, [2, 3, 4])).sum())
    caption += f". Conflicts that first ended in another way: {others}; these ends compete (Aalen and Johansen 1978)"
    caption += f", and {_count(both, 'run')} came to an accord after such an end. " if both else ". "

    collapse = table["months_to_collapse"].to_numpy(float)[agreed]
    seen = horizon - signed[agreed]
    count, span = int(agreed.sum()), months
    right.set(title="Accords that have collapsed", ylabel="share of accords so far")
    if count:
        broken = ~np.isnan(collapse)
        found = cumulative_incidence(np.where(broken, collapse, seen), broken.astype(int), horizon)
        enough = found["at_risk"] >= max(1, min(5, count))
        found = found[enough]
        span = max(int(found["month"].max()) + 1, 12)
        _with_band(right, found["month"], found["share"], found["low"], found["high"], VERMILLION, "-")
        _share_axis(right, float(found["high"].max()))
        five = found[found["month"] <= 60].iloc[-1]
        caption += (
            f"Right: {interval(five['share'], five['low'], five['high'])} of the {_count(count, 'accord')} have "
            f"collapsed {int(five['month'])} months after signature (Kaplan and Meier 1958: accords signed late are "
            f"seen for fewer months; the curve stops where fewer than {max(1, min(5, count))} are left in sight). "
        )
    else:
        right.text(0.5, 0.5, "no accord in any run", ha="center", va="center", transform=right.transAxes, color=GREY)
        right.set_ylim(0, 1)
        right.yaxis.set_major_formatter(PercentFormatter(1.0))
        caption += "Right: empty, because no run came to an accord. "
    _months_axis(right, span, None, "months since signature")
    caption += "Bands are pointwise 95% intervals for what chance does between runs."
    if real is not None and 0 <= real < months:
        caption += " The dotted line marks what happened; one history is one draw, and says little about a share."
    return figure, caption


@_drawn
def trust_figure(ensemble: Ensemble, scenario: Any, arm: str = "") -> Told:
    """Where trust came from: the ledger, source by source, as means over runs and pairs of parties."""
    series = _series(ensemble)
    runs, months = series.shape
    time = np.arange(months)
    parts = {name: np.nanmean(series[name], axis=0) for name in LEDGER_LOOKS}
    total = np.sum(list(parts.values()), axis=0)

    figure, axes = _panels((9.8, 4.8), 1, 1, right=0.59)
    _headline(figure, scenario, arm, f"where trust came from, mean of {_count(runs, 'run')}")
    up, down, handles = np.zeros(months), np.zeros(months), []
    for name, part in parts.items():
        label, colour, hatch = LEDGER_LOOKS[name]
        edge = "#FFFFFF" if colour in (BLUE, VERMILLION, PURPLE) else GREY
        looks: Any = {"facecolor": colour, "hatch": hatch, "edgecolor": edge, "linewidth": 0.0}
        more, less = np.maximum(part, 0), np.minimum(part, 0)
        if more.any():
            axes.fill_between(time, up, up + more, **looks)
        if less.any():
            axes.fill_between(time, down, down + less, **looks)
        up, down = up + more, down + less
        handles.append(Patch(label=f"{label} ({signed(part[-1])})", **looks))
    (line,) = axes.plot(time, total, color=BLACK, linewidth=2.2, label=f"all together ({signed(total[-1])})")
    axes.axhline(0, color=GREY, linewidth=0.9)
    axes.set_title("Belief that another leadership is reliable, by source; in brackets: in the last month")
    axes.set_ylabel("contribution to trust (log-odds)")
    legend = [line, *handles]
    axes.legend(handles=legend, loc="upper left", bbox_to_anchor=(1.13, 1.0), handlelength=1.8, handleheight=1.3)
    odds = axes.secondary_yaxis("right")
    low, high = axes.get_ylim()
    round_ones = (0.02, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.98)
    ticks = {math.log(p / (1 - p)): f"{p:.0%}" for p in round_ones if low < math.log(p / (1 - p)) < high}
    odds.set_yticks(list(ticks), list(ticks.values()))
    odds.set_ylabel("the same as a probability")
    _months_axis(axes, months, scenario)

    ranked = sorted((name for name in parts if name != "from_prior"), key=lambda name: -abs(parts[name][-1]))
    moved = [name for name in ranked if abs(parts[name][-1]) >= 0.005]
    told = "; ".join(f"{LEDGER_LOOKS[name][0]} {parts[name][-1]:+.2f}" for name in moved) or "nothing else moved it"
    caption = (
        "Trust as each leadership's belief, in log-odds, that another one is reliable: mean over all pairs of parties "
        f"and {_count(runs, 'run')}. It starts at {total[0]:+.2f} and is {total[-1]:+.2f} in the last "
        f"month{in_brackets(scenario.month_zero, months - 1)}: {parts['from_prior'][-1]:+.2f} from what they believed before, and "
        f"{told}. Sources above zero add to trust, sources below take from it; the black line is their sum. What is "
        "learnt fades, from every source alike. This is book-keeping: it says through which door belief changed, not "
        "what would have been without that source; only a comparison of arms says that. "
        "Means hide spread: runs with and without an accord differ much."
    )
    return figure, caption


@_drawn
def comparison_figure(a: Ensemble, b: Ensemble, scenario: Any, names: tuple[str, str] = ("with", "without")) -> Told:
    """Two arms on the same seeds: accords and peace in both, and what the first has more than the second."""
    first, second = _series(a), _series(b)
    if first.shape != second.shape or list(a.table["seed"]) != list(b.table["seed"]):
        raise ValueError("the arms need the same months and the same seeds in the same order")
    runs, months = first.shape
    time = np.arange(months)
    shown = [for_figure(name, 40) for name in names]
    names = (plain(names[0], 40), plain(names[1], 40))

    def accord_by(ensemble: Ensemble) -> np.ndarray:
        signed = ensemble.table["months_to_agreement"].to_numpy(float)
        return signed[:, None] <= time[None, :]  # a missing month is never reached

    panels = [
        ("Accord signed and then ratified", accord_by(a), accord_by(b)),
        ("At peace in the month", np.isin(first["phase"], _AT_PEACE), np.isin(second["phase"], _AT_PEACE)),
    ]
    figure, grid = _panels((10.8, 6.4), 2, 2, right=0.845, between=0.66, height_ratios=[1.5, 1])
    _headline(figure, scenario, "", f"{shown[0]} and {shown[1]}, {_count(runs, 'pair')} of runs on the same seeds")
    told, reach = [], 5.0
    for column, (title, in_a, in_b) in enumerate(panels):
        above, below = grid[0, column], grid[1, column]
        highest = 0.0
        ends = []
        for name, held, colour, style in [(shown[0], in_a, BLUE, "-"), (shown[1], in_b, VERMILLION, "--")]:
            count = held.sum(axis=0)
            low, high = wilson(count, runs)
            _with_band(above, time, count / runs, low, high, colour, style)
            ends.append((f"{name} {percent(float(count[-1] / runs))}", float(count[-1] / runs), colour))
            highest = max(highest, float(high.max()))
        above.set_title(title)
        _share_axis(above, highest)
        _label_ends(above, ends)
        more, less = (in_a & ~in_b).sum(axis=0), (~in_a & in_b).sum(axis=0)
        gap, low, high = paired_shares(more, less, runs)
        below.axhline(0, color=BLACK, linewidth=0.9)
        _with_band(below, time, 100 * gap, 100 * low, 100 * high, BLACK, "-")
        reach = max(reach, 108 * float(np.abs([low, high]).max()))
        below.set(title=f"{shown[0]} less {shown[1]}, paired")
        below.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:+.0f}" if value else "0"))
        _months_axis(below, months, scenario)
        differ = percent(float((more[-1] + less[-1]) / runs))
        told.append(
            f"{title}, last month{in_brackets(scenario.month_zero, months - 1)}: {percent(float(in_a[:, -1].mean()))} {names[0]} "
            f"against {percent(float(in_b[:, -1].mean()))} {names[1]}; paired difference "
            f"{points(gap[-1], low[-1], high[-1])}; the arms differ in {differ} of the pairs "
            f"({int(more[-1])} only {names[0]}, {int(less[-1])} only {names[1]})."
        )
    for below in grid[1]:
        below.set_ylim(-reach, reach)  # one scale, so that the two may be compared
    grid[0, 0].set_ylabel("share of runs")
    grid[1, 0].set_ylabel("difference (percentage points)")
    found = paired_difference(a.table, b.table, "months_at_peace")
    caption = (
        " ".join(told)
        + f" Months at peace differ by {found.difference:+.1f} on average"
        + (f" (95% interval {found.low:+.1f} to {found.high:+.1f}). " if found.pairs > 1 else ". ")
        + f"Both arms run on the same {_count(runs, 'seed')}, so that only the arm differs; bands are pointwise 95% "
        "intervals for chance between runs (above: Wilson 1927; below: Bonett and Price 2012). Where the band below "
        "holds zero, so many runs cannot tell the arms apart. The intervals do not cover doubt about the model's rules "
        "and numbers."
    )
    return figure, caption


def all_figures(ensemble: Ensemble, scenario: Any, arm: str = "", prefix: str = "") -> dict[str, Told]:
    """The figures of one arm, by file name without ending; `arm` is named in their titles."""
    return {
        f"{prefix}process": process_figure(ensemble, scenario, arm),
        f"{prefix}waiting": waiting_figure(ensemble, scenario, arm),
        f"{prefix}trust": trust_figure(ensemble, scenario, arm),
    }


def save_figures(figures: Mapping[str, Told], place: Callable[[str], Path], heading: str, svg: bool = False) -> None:
    """Write every figure as PNG (on wish also as SVG) and the captions as `captions.md`. `place(name)` says where.

    The same figures give the same bytes: no date, fixed ids. Text in the SVG stays text.
    """
    lines = [f"# {for_markdown(heading)}", ""]
    for name, (figure, caption) in figures.items():
        with matplotlib.rc_context({**STYLE, "svg.hashsalt": name, "svg.id": name}), warnings.catch_warnings():
            warnings.filterwarnings("ignore", message="Glyph .* missing from")  # the SVG has it: its text stays text
            # straight to the writers: `savefig` draws everything twice
            figure.set_dpi(150)
            FigureCanvasAgg(figure).print_png(
                place(f"{name}.png"), metadata={"Description": caption}, pil_kwargs={"compress_level": 1}
            )
            if svg:
                about = {"Date": None, "Title": name, "Description": caption}
                FigureCanvasSVG(figure).print_svg(place(f"{name}.svg"), metadata=about)
        lines += [f"## {name}", "", f"![{name}]({name}.png)", "", for_markdown(caption, 5000), ""]
    place("captions.md").write_text("\n".join(lines), "utf-8")


# --- what the figures share
def _series(ensemble: Ensemble) -> np.ndarray:
    if ensemble.series is None or ensemble.series.shape[1] == 0:
        raise ValueError("figures need the monthly series: run_ensemble(..., series=True)")
    return ensemble.series


def _count(number: int, what: str) -> str:
    return f"{number:,} {what}{'' if number == 1 else 's'}"


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


def _last(found: Any) -> tuple[float, float, float]:
    row = found.iloc[-1]
    return float(row["share"]), float(row["low"]), float(row["high"])


def _first_end(series: np.ndarray) -> np.ndarray:
    """The month in which each run's conflict first ended, by an accord or otherwise; after the last if it did not."""
    ended = np.isin(series["phase"], _AT_PEACE)
    return np.where(ended.any(axis=1), ended.argmax(axis=1), series.shape[1])


def _real_month(scenario: Any) -> float | None:
    """After how many months an accord was signed in reality, where the scenario records one."""
    record = getattr(scenario, "record", None) or {}
    months = record.get("months")
    if not isinstance(months, (int, float)) or isinstance(months, bool) or not math.isfinite(months):
        return None
    return float(months) if record.get("agreement") in ("framework", "comprehensive") else None


def _months_axis(axes: Axes, months: int, scenario: Any, label: str = "months since the start") -> None:
    """Whole numbers of years along the bottom, with the calendar month below where it is known."""
    place = axes.get_subplotspec()
    wide = place is None or place.get_gridspec().ncols == 1
    most = 10 if wide else 5
    steps = [step for step in (3, 6, 12, 24, 36, 48, 60, 120, 240) if months / step <= most] or [480]
    step = next((step for step in steps if months % step == 0 and months / step > most / 3), steps[0])
    ticks = list(range(0, months + 1, step))
    zero = getattr(scenario, "month_zero", None)
    named = [month_name(zero, tick) for tick in ticks]
    labels = [f"{tick}\n{name}" if name else f"{tick}" for tick, name in zip(ticks, named)]
    axes.set_xticks(ticks, labels, fontsize=9.5 if wide else 8)
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


def _label_ends(axes: Axes, ends: list[tuple[str, float, str]]) -> None:
    """Name lines at their right ends, moved apart where they would overlap."""
    low, high = axes.get_ylim()
    room = 0.062 * (high - low) * (1.5 if len(axes.figure.axes) > 2 else 1.0)
    ordered = sorted(enumerate(ends), key=lambda end: (end[1][1], -end[0]))  # of equals, the first on top
    places: list[float] = []
    for _, (_, value, _) in ordered:
        places.append(max(value, places[-1] + room) if places else value)
    over = places[-1] - high
    if over > 0:
        places = [place - over for place in places]
    for (_, (label, _, colour)), place in zip(ordered, places):
        axes.annotate(label, (1.0, place), (5, 0), xycoords=("axes fraction", "data"), textcoords="offset points",
                      va="center", color=colour, annotation_clip=False)  # fmt: skip
