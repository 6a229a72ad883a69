"""Figures made to be looked at: each function gives a figure and the caption that says what one sees in it.

Colours are those of Okabe and Ito (2008), which colour-blind readers can tell apart; line styles, hatches and labels on
the lines themselves carry the same message in grey. Nothing here touches matplotlib's global state (no pyplot).
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Patch
from matplotlib.ticker import FuncFormatter, PercentFormatter

from ..analysis.intervals import mean_interval, wilson
from ..analysis.paired import paired_mean, paired_score
from ..analysis.run_tables import months_told
from ..analysis.summary import paired_difference
from ..analysis.survival import cumulative_incidence
from ..schema.categories import Ending, Phase
from ..schema.outcomes import SERIES
from .axes import (
    _agreements,
    _bands,
    _count,
    _free_height,
    _headline,
    _label_band,
    _label_ends,
    _last,
    _last_phases,
    _months_axis,
    _panels,
    _real_month,
    _sentence,
    _series,
    _share_axis,
    _with_band,
)
from .style import BLACK, BLUE, GREEN, GREY, LEDGER_LOOKS, PHASE_LOOKS, SKY, VERMILLION, Told, band_looks, drawn
from .words import (
    capital,
    for_figure,
    for_label,
    in_brackets,
    interval,
    month_name,
    percents,
    plain,
    points,
    signed,
    with_ends,
)

if TYPE_CHECKING:
    from ..running.ensemble import Ensemble

__all__ = ["all_figures", "comparison_figure", "process_figure", "trust_figure", "waiting_figure"]


@drawn
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
    for name, (label, colour, hatch) in PHASE_LOOKS.items():
        share = shares[Phase.words().index(name)]
        looks = band_looks(colour, hatch)
        if share.any():
            top.fill_between(time, bottom, bottom + share, **looks)
            top.plot(time, bottom + share, color="white", linewidth=0.5)
            _label_band(top, time, bottom, bottom + share, label)
        handles.append(Patch(label=label, **looks))
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

    where = "; ".join(_last_phases(series["phase"]))
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


@drawn
def waiting_figure(ensemble: Ensemble, scenario: Any, arm: str = "") -> Told:
    """How long until an agreement, partial or comprehensive, or another end; and how long agreements last."""
    table, series = ensemble.table, _series(ensemble)
    runs, months = series.shape
    horizon = months - 1
    figure, (left, right) = _panels((10.8, 4.6), 1, 2, right=0.98, between=0.56, sharex=False)
    _headline(figure, scenario, arm, f"how long it takes and how long it lasts, {_count(runs, 'run')}")

    signed = table["months_to_substantive"].to_numpy(float)
    agreed = ~np.isnan(signed)
    agreement = _agreements(ensemble)
    whole = _agreements(ensemble, "months_to_comprehensive")
    curves: list[tuple[str, Any, str, Any]] = [("agreement", agreement, BLUE, "-")]
    curves.append(("comprehensive", whole, SKY, (0, (6, 1))))
    ended = _first_dormant(series)
    codes = np.array([Ending.words().index(str(end)) for end in table["ended_by"]])
    codes = np.where(ended < months, codes, 0)
    looks = {"ceasefire": (GREEN, "--"), "victory": (VERMILLION, ":"), "low activity": (GREY, "-.")}
    for end, (colour, style) in looks.items():
        found = cumulative_incidence(np.minimum(ended, horizon), codes, horizon, Ending.words().index(end))
        curves.append((end, found, colour, style))
    _with_band(left, agreement["month"], agreement["share"], agreement["low"], agreement["high"], BLUE, "-")
    for _, found, colour, style in curves[1:]:
        left.step(found["month"], found["share"], where="post", color=colour, linestyle=style, linewidth=1.6)
    left.set(title="Agreement, or conflict ended otherwise", ylabel="runs by then (%)")
    _share_axis(left, max(float(found["share"].max()) for _, found, _, _ in curves) + 0.05)
    ends = [(float(found["share"].iloc[-1]), label, colour) for label, found, colour, _ in curves]
    told = percents(*(share for share, _, _ in ends))
    _label_ends(left, [(f"{label} {text}", share, colour) for (share, label, colour), text in zip(ends, told)])
    _months_axis(left, months, scenario)
    real = _real_month(scenario)
    if real is not None and 0 <= real < months:
        left.axvline(real, color=BLACK, linewidth=0.9, linestyle=(0, (1, 2)))
        label = f"what happened: {month_name(scenario.month_zero, real) or f'month {real:g}'}"
        left.annotate(
            label, (real, _free_height(left, real)), (3, 0), va="center", fontsize=8.5, textcoords="offset points"
        )

    last = in_brackets(scenario.month_zero, horizon)
    caption = f"Left: within {months_told(months)}, by the last one{last}, {interval(*_last(agreement))} of runs have reached "
    caption += "a partial or comprehensive agreement"
    if agreed.any():
        caption += f" (half of those had signed it by month {np.median(signed[agreed]):.0f})"
    caption += f", {interval(*_last(whole))} a comprehensive one"
    others = ", ".join(f"{label} {interval(*_last(found))}" for label, found, _, _ in curves[2:])
    both = int((agreed & np.isin(codes, [2, 3, 4])).sum())
    caption += f". Conflicts that had ended otherwise first: {others}; these ends compete (Aalen and Johansen 1978)"
    caption += f", and {_count(both, 'run')} with such an end have an agreement as well. " if both else ". "

    collapse = table["months_to_collapse"].to_numpy(float)[agreed]
    seen = horizon - signed[agreed]
    count, span = int(agreed.sum()), months
    right.set(title="First agreements that have collapsed by then")
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
            f"Right: {interval(five['share'], five['low'], five['high'])} of the {_count(count, 'first agreement')} have "
            f"collapsed {int(five['month'])} months after signature (Kaplan and Meier 1958: agreements signed late are "
            f"seen for fewer months; the curve stops where fewer than {max(1, min(5, count))} are left in sight). "
        )
    else:
        right.text(0.5, 0.5, "no agreement in any run", ha="center", va="center", transform=right.transAxes, color=GREY)
        right.set_ylim(0, 1)
        right.yaxis.set_major_formatter(PercentFormatter(1.0))
        caption += "Right: empty, because no run reached an agreement. "
    _months_axis(right, span, None, "months since signature")
    caption += "Bands are 95% intervals, month by month, of random variation between runs."
    if real is not None and 0 <= real < months:
        caption += " The dotted line marks what happened; one history is one draw, and says little about a share."
    return figure, caption


@drawn
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
        looks = band_looks(colour, hatch)
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
    told = "; ".join(f"{LEDGER_LOOKS[name][0]} {signed(parts[name][-1])}" for name in moved) or "nothing else moved it"
    caption = (
        "Trust as each leadership's belief, in log-odds, that another one is reliable: mean over all pairs of parties "
        f"and {_count(runs, 'run')}. It starts at {signed(total[0])} and is {signed(total[-1])} in the last "
        f"month{in_brackets(scenario.month_zero, months - 1)}: {signed(parts['from_prior'][-1])} from what they believed before, "
        f"and {told}. Sources above zero add to trust, sources below take from it; the black line is their sum. What is "
        "learnt fades, from every source alike. This is book-keeping: it says through which door belief changed, not "
        "what would have been without that source; only a comparison of variants says that. "
        "Means hide spread: runs with and without an agreement differ much."
    )
    return figure, caption


@drawn
def comparison_figure(a: Ensemble, b: Ensemble, scenario: Any, names: tuple[str, str] = ("with", "without")) -> Told:
    """A variant and its baseline in paired runs: agreements signed and months under one in both, and the first minus the second."""
    first, second = _series(a), _series(b)
    if first.shape != second.shape or list(a.table["seed"]) != list(b.table["seed"]):
        raise ValueError("the arms need the same months and the same seeds in the same order")
    runs, months = first.shape
    time = np.arange(months)
    shown = [for_figure(name, 40) for name in names]
    names = (plain(names[0], 40), plain(names[1], 40))

    def signed_by(ensemble: Ensemble) -> np.ndarray:
        signed = ensemble.table["months_to_substantive"].to_numpy(float)
        return (signed[:, None] <= time[None, :]).astype(float)  # a missing month is never reached

    panels = [
        ("Agreement signed, partial or comprehensive", signed_by(a), signed_by(b), True),
        ("Under an agreement: mean reach", first["reach"], second["reach"], False),
    ]
    figure, grid = _panels((10.8, 6.4), 2, 2, right=0.828, between=0.79, height_ratios=[1.5, 1])
    _headline(figure, scenario, "", f"{shown[0]} and {shown[1]}, {_count(runs, 'paired run')}")
    last, told, reach = in_brackets(scenario.month_zero, months - 1), [], 5.0
    for column, (title, in_a, in_b, yes_or_no) in enumerate(panels):
        above, below = grid[0, column], grid[1, column]
        highest = 0.0
        shares = float(in_a[:, -1].mean()), float(in_b[:, -1].mean())
        texts = percents(*shares, least=1)
        for values, colour, style in [(in_a, BLUE, "-"), (in_b, VERMILLION, "--")]:
            share, low, high = _levels(values, yes_or_no)
            _with_band(above, time, share, low, high, colour, style)
            highest = max(highest, float(np.nanmax([share, high])))
        above.set_title(title.partition(",")[0])
        _share_axis(above, highest)
        ends = zip(names, texts, shares, (BLUE, VERMILLION))
        _label_ends(
            above, [(for_label(f"{name} {text}", longest=50), share, colour) for name, text, share, colour in ends]
        )
        gap, low, high = _differences(in_a, in_b, yes_or_no)
        below.axhline(0, color=BLACK, linewidth=0.9)
        _with_band(below, time, 100 * gap, 100 * low, 100 * high, BLACK, "-")
        reach = max(reach, 108 * float(np.nanmax(np.abs([gap, low, high]))))
        below.set(title=f"{capital(shown[0])} minus {shown[1]}")
        below.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:+.0f}" if value else "0"))
        _months_axis(below, months, scenario)
        more, less = int((in_a[:, -1] > in_b[:, -1]).sum()), int((in_a[:, -1] < in_b[:, -1]).sum())
        (differ,) = percents((more + less) / runs)
        counts = "only" if yes_or_no else "more"
        told.append(
            f"{title}, within {months_told(months)}, in the last one{last}: {texts[0]} {names[0]} against {texts[1]} "
            f"{names[1]}, a difference of {points(gap[-1], low[-1], high[-1])}; {differ} of the pairs differ "
            f"({more} {counts} {names[0]}, {less} {counts} {names[1]})."
        )
    for below in grid[1]:
        below.set_ylim(-reach, reach)  # one scale, so that the two may be compared
    grid[0, 0].set_ylabel("runs by then (%)")
    grid[1, 0].set_ylabel("difference (points)")
    found = paired_difference(a.table, b.table, "months_under_accord", horizon=months)
    caption = (
        " ".join(told)
        + " Reach is the share of the whole conflict that the agreements in force settle, 0 where none is. Months under an "
        f"agreement, so weighted, differ by {with_ends(found.difference, found.low, found.high)} on average. "
        + f"{_count(runs, 'paired run')}: the same random numbers, so that only the change and its consequences differ. Bands "
        "are 95% intervals, month by month (shares: Wilson 1927, Tango 1998; means: Student, corrected for skewness); where "
        "the one below includes zero, no clear difference that month (uncorrected across months). Intervals cover random "
        "variation, not untested assumptions."
    )
    return figure, caption


def all_figures(ensemble: Ensemble, scenario: Any, arm: str = "", prefix: str = "") -> dict[str, Told]:
    """The figures of one arm, by file name without ending; `arm` is named in their titles."""
    return {
        f"{prefix}process": process_figure(ensemble, scenario, arm),
        f"{prefix}waiting": waiting_figure(ensemble, scenario, arm),
        f"{prefix}trust": trust_figure(ensemble, scenario, arm),
    }


# --- what the figures share
def _levels(values: np.ndarray, share: bool) -> tuple[Any, Any, Any]:
    """Month by month, the mean over runs and its interval; `values` (runs x months) lie between 0 and 1."""
    if share:
        return values.mean(axis=0), *wilson(values.sum(axis=0), len(values))
    mean, low, high, _ = np.array([mean_interval(month, 0.0, 1.0) for month in values.T]).T
    return mean, np.clip(low, 0.0, 1.0), np.clip(high, 0.0, 1.0)


def _differences(one: np.ndarray, other: np.ndarray, share: bool) -> tuple[Any, Any, Any]:
    """Month by month, the paired difference of the first and the second and its interval."""
    if share:
        return paired_score((one > other).sum(axis=0), (one < other).sum(axis=0), len(one))
    found = np.array([paired_mean(month, 1.0)[:3] for month in (one - other).T])
    return found[:, 0], found[:, 1], found[:, 2]


def _first_dormant(series: np.ndarray) -> np.ndarray:
    """The month in which each run's conflict was first over without an agreement; after the last if it never was."""
    dormant = series["phase"] == Phase.DORMANT
    return np.where(dormant.any(axis=1), dormant.argmax(axis=1), series.shape[1])
