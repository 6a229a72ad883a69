"""The figures of the search for harm and benefit, in the style of the project's figures."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from harms.read import BINS, best_pair, binned
from harms.space import MONTHS, parties_at, scale_of
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from multitrack_sim.analysis.intervals import mean_interval
from multitrack_sim.analysis.verdicts import excludes
from multitrack_sim.reports.style import BLUE, GREY, ORANGE, Told, drawn
from multitrack_sim.reports.words import signed

__all__ = ["draw", "pooled"]


def edges(dimension: int) -> list[str]:
    name, low, high = scale_of(dimension)
    if name == "code parties":
        return [f"around {parties_at(u)}" for u in (np.arange(BINS) + 0.5) / BINS]
    steps = np.linspace(low, high, BINS + 1)
    return [f"{a:.2g} to {b:.2g}" for a, b in zip(steps, steps[1:])]


@drawn
def map_figure(search: Any) -> Told:
    """Left: the mean effect over the two dimensions that explain most. Right: all points, against noise alone."""
    effect = search.pairs.mean(axis=1)
    across, up = best_pair(search.points, effect)
    cells = binned(search.points)
    figure = Figure(figsize=(10.2, 4.9))
    left, right = figure.subplots(
        1,
        2,
        gridspec_kw={
            "left": 0.11,
            "right": 0.985,
            "top": 0.8,
            "bottom": 0.14,
            "wspace": 0.26,
            "width_ratios": [1.25, 1],
        },
    )
    told = {}
    for i in range(BINS):
        for j in range(BINS):
            told[i, j] = mean_interval(effect[(cells[:, across] == i) & (cells[:, up] == j)], -MONTHS, MONTHS)[:3]
    most = max([abs(mean) for mean, _, _ in told.values() if mean == mean] + [1e-9])
    for (i, j), (mean, low, high) in told.items():
        strength = 0.75 * min(1.0, abs(mean) / most) if mean == mean else 0
        harm = bool(high < 0)
        looks = {"hatch": "////", "edgecolor": "white"} if harm else {"edgecolor": "white"}
        left.fill(
            [i, i + 1, i + 1, i], [j, j, j + 1, j + 1], facecolor=(BLUE if mean > 0 else ORANGE, strength), **looks
        )
        text = f"{signed(mean, 1)}\n({signed(low, 1)} to {signed(high, 1)})" if low == low else "few points"
        left.text(i + 0.5, j + 0.5, text, ha="center", va="center", fontsize=8.3,
                  bbox={"boxstyle": "round,pad=0.2", "facecolor": "white", "edgecolor": "none", "alpha": 0.78})  # fmt: skip
    middles = np.arange(BINS) + 0.5
    left.set_xticks(middles, edges(across), fontsize=8.5)
    left.set_yticks(middles, edges(up), fontsize=8.5, rotation=90, va="center")
    left.set(xlim=(0, BINS), ylim=(0, BINS), xlabel=scale_of(across)[0], ylabel=scale_of(up)[0])
    left.set_title("Mean effect, months under an agreement (95% interval over points)")
    left.grid(False)

    signs = np.random.default_rng(0).choice([-1.0, 1.0], search.pairs.shape)
    noise = (search.pairs * signs).mean(axis=1)
    reach = float(np.quantile(np.abs(np.concatenate([effect, noise])), 0.995)) or 1.0
    bins = np.linspace(-reach, reach, 42)
    inside = {"bins": bins, "weights": np.full(len(effect), 100 / len(effect))}
    right.hist(np.clip(effect, -reach, reach), **inside, color=BLUE, alpha=0.45, label="points")
    right.hist(np.clip(noise, -reach, reach), **inside, histtype="step", color=GREY, linewidth=1.5, linestyle="--",
               label="chance alone")  # fmt: skip
    right.axvline(0, color=GREY, linewidth=0.8)
    right.set_yscale("symlog", linthresh=1)
    right.set_yticks([0, 1, 10, 100], ["0", "1%", "10%", "100%"])
    right.set(xlabel="effect of Track II, months under an agreement", ylim=(0, 140))
    right.set_title("Share of points (log scale above 1%)")
    right.legend(loc="upper left", fontsize=8.5)
    top(figure, "Where Track II harms and where it helps",
        f"{len(effect):,} points of the space, {search.pairs.shape[1]} pairs of runs each")  # fmt: skip
    caption = (
        f"Left: mean effect of Track II (months under an agreement with it less without, same seeds) over the two dimensions that "
        f"explain most, {scale_of(across)[0]} and {scale_of(up)[0]}; blue helps, orange harms, hatched where the interval "
        "excludes no harm. Right: the effects at all points, and what they would look like had each pair's sign been tossed."
    ).replace("excludes no harm", "lies below 0")
    return figure, caption


def top(figure: Figure, title: str, below: str) -> None:
    figure.text(0.01, 0.98, title, va="top", fontsize=12, fontweight="bold")
    figure.text(0.01, 0.925, below, va="top", fontsize=10)


def pooled(ends: list[dict[str, Any]], name: str) -> tuple[float, float, float]:
    """What a mechanism's absence changes, over the points together: mean and 95% interval for chance between runs."""
    return mean_interval(np.mean([end["ablations"][name] for end in ends], axis=0), -MONTHS, MONTHS)[:3]


@drawn
def mechanism_figure(search: Any) -> Told:
    """What changes at the worst and at the best points when one mechanism is switched off."""
    figure = Figure(figsize=(10.2, 6.2))
    panels = figure.subplots(
        1, 2, sharey=True, gridspec_kw={"left": 0.23, "right": 0.985, "top": 0.83, "bottom": 0.1, "wspace": 0.08}
    )
    names = list(search.ends["harm"][0]["ablations"])
    order = sorted(names, key=lambda name: pooled(search.ends["harm"], name)[0])
    for axes, (word, title) in zip(
        panels, (("harm", "at the five worst points"), ("benefit", "at the five best points"))
    ):
        for at, name in enumerate(order):
            mean, low, high = pooled(search.ends[word], name)
            clear = bool(excludes(low, high))
            axes.plot([low, high], [at, at], color=BLUE if clear else GREY, linewidth=2.2 if clear else 1.2)
            axes.plot([mean], [at], "o" if clear else "o", markersize=5.5, color=BLUE if clear else GREY,
                      markerfacecolor=BLUE if clear else "white")  # fmt: skip
        whole = mean_interval(np.mean([end["pairs"].mean() for end in search.ends[word]], keepdims=True))[0]
        axes.axvline(0, color=GREY, linewidth=0.8)
        axes.set_title(f"{title} (mean effect {signed(whole, 1)})")
        axes.set_xlabel("change of the effect, months under an agreement")
        axes.grid(True, axis="x")
    panels[0].set_yticks(range(len(order)), order)
    top(figure, "What carries the harm, what carries the benefit",
        "each mechanism switched off alone, on the same seeds; 95% intervals, filled where they exclude 0")  # fmt: skip
    caption = (
        "How the effect of Track II changes when one mechanism is switched off, mean over five points, with 95% intervals "
        "for chance between runs. To the right of 0, the mechanism did harm (its absence raises the effect); to the left, good."
    )
    return figure, caption


def draw(search: Any, folder: Path) -> dict[str, str]:
    """Write both figures; their captions by file name."""
    captions = {}
    for name, make in (("where_track_two_harms", map_figure), ("what_carries_harm", mechanism_figure)):
        figure, captions[f"{name}.png"] = make(search)
        figure.set_dpi(150)
        FigureCanvasAgg(figure).print_png(folder / f"{name}.png", metadata={"Description": captions[f"{name}.png"]})
    return captions
