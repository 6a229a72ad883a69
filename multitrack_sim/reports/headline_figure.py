"""The figure of the headline: an effect under every variant of the rules, and how far each doubt spreads it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from matplotlib.axes import Axes

from .effect_figures import framed
from .style import BLACK, BLUE, GREY, LIGHT, Told, drawn
from .words import for_label, percent

__all__ = ["headline_figure"]

PANELS = {
    "agreed": ("Reaching an agreement", "more of 100 reach one", 100.0),
    "months_under_accord": ("Under an agreement", "months more", 1.0),
    "violence_total": ("Violence", "% more than without Track II", None),
}
DOUBTS = {
    "chance": "only chance",
    "chance, parameters": "chance and parameters",
    "chance, parameters, structure": "every doubt",
}
SHORT = {"chance": "chance", "parameters": "parameters", "structure": "form"}
ROW, ABOVE, BELOW = 0.27, 1.0, 0.9  # inches


@drawn
def headline_figure(found: Mapping[str, Any]) -> Told:
    """A panel for each outcome: above, the effect with only chance, with the parameters' doubt too, with every doubt;
    below, a row for each variant of the rules: its mean (dot), what 95 in 100 of the plausible sets give under it (thin),
    and the interval of its mean (thick).
    """
    outcomes = found["outcomes"]
    first: Mapping[str, Any] = next(iter(outcomes.values()))
    names = [row["variant"] for row in first["variants"]]
    rows = len(DOUBTS) + (len(names) if len(names) > 1 else 0)
    title = f"What Track II changes, over all plausible assumptions: {for_label(found['title'], 60, 60)}"
    below = f"{found['pairs']:,} pairs of runs over {found['months']} months, {found['sets']} sets of parameters, {len(names)} variants of the rules"  # fmt: skip # noqa: E501
    high = ABOVE + BELOW + ROW * (rows + 1)
    figure, axes = framed(
        (10.5, high), 1, len(outcomes), title, below, left=2.0, bottom=BELOW, sharey=True, wspace=0.12
    )
    for axis, (name, one) in zip(axes[0], outcomes.items()):
        _panel(axis, name, one, names if len(names) > 1 else [])
    labels = [*DOUBTS.values(), *(for_label(name, 40, 30) for name in (names if len(names) > 1 else []))]
    axes[0][0].set_yticks([_place(at) for at in range(rows)], labels)
    axes[0][0].set_ylim(_place(rows - 1) - 0.6, 0.6)
    return figure, _in_words(outcomes)


def _place(row: int) -> float:
    """Where a row stands: a gap parts the doubts from the variants."""
    return -row - (0.5 if row >= len(DOUBTS) else 0.0)


def _panel(axis: Axes, name: str, one: Mapping[str, Any], variants: Sequence[str]) -> None:
    title, label, scale = PANELS[name]
    if scale is None:
        scale = 100.0 / one["without"] if one["without"] else 0.0
    axis.axvline(0, color=BLACK, linewidth=0.8)
    for at, said in enumerate(DOUBTS):
        low, high = (scale * end for end in one["intervals"][said])
        axis.plot([low, high], [_place(at)] * 2, color=BLACK, linewidth=1.2 + 1.2 * (len(DOUBTS) - at), solid_capstyle="butt")  # fmt: skip # noqa: E501
        axis.plot(scale * one["effect"], _place(at), "D", color="white", markeredgecolor=BLACK, markersize=5)
    by_name = {row["variant"]: row for row in one["variants"]}
    for at, variant in enumerate(variants, len(DOUBTS)):
        row = by_name[variant]
        axis.plot([scale * row["sets_low"], scale * row["sets_high"]], [_place(at)] * 2, color=GREY, linewidth=1.0)
        axis.plot([scale * row["low"], scale * row["high"]], [_place(at)] * 2, color=BLUE, linewidth=3.5, solid_capstyle="butt")  # fmt: skip # noqa: E501
        axis.plot(scale * row["effect"], _place(at), "o", color=BLACK, markersize=4)
    axis.axhline(_place(len(DOUBTS) - 1) - 0.75, color=LIGHT, linewidth=0.8)
    axis.grid(True, axis="x")
    axis.grid(False, axis="y")
    axis.set_title(title)
    axis.set_xlabel(f"{label}\n{_parts(one)}")


def _parts(one: Mapping[str, Any]) -> str:
    """What share of the doubt each part is, where there is any."""
    shares = {said: share for said, share in one["shares"].items() if share is not None}
    told = [f"{percent(shares[said])} {called}" for said, called in SHORT.items() if said in shares]
    return f"doubt: {told[0]},\n{', '.join(told[1:])}" if told else ""


def _in_words(outcomes: Mapping[str, Any]) -> str:
    """What the figure shows, for those who do not see it."""
    told = []
    for name, one in outcomes.items():
        told.append(f"{PANELS[name][0]}: {one['effect']:.3g}, every doubt {one['low']:.3g} to {one['high']:.3g}")
    return "Effect of Track II. " + "; ".join(told) + "."
