"""The figures of the experiments, each with the caption that says what one sees in it."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
from shown import (
    Told,
    drawn,
    effect_map,
    explain_marks,
    forest,
    framed,
    key_above,
    lines,
    marks_with_bounds,
    matrix,
    ranked_bars,
)

__all__ = [
    "SHARES",
    "SIZES",
    "credit_figure",
    "dose_figure",
    "drivers_figure",
    "factions_figure",
    "map_figure",
    "matter_figure",
    "secrecy_figure",
]
# The words of `drivers_figure`: what is shown, along which axis, and how to read it.
SIZES = ("Morris's screening", "mean size of the effect (months)",
         "Mean change, in months, when a setting crosses its whole range, signs dropped (Morris 1991).")  # fmt: skip
SHARES = ("Sobol's indices of the settings largest in the screening", "share of variance",
          "Of the variance over all ranges, what a setting and its interactions explain (total index: Jansen 1999).")  # fmt: skip
Names = Mapping[str, str]  # outcomes and what they are called


@drawn
def matter_figure(effects: pd.DataFrame, needed: pd.DataFrame) -> Told:
    pairs, cases = int(effects["pairs"].max()), list(effects["case"].unique())
    below = f"each case with its workshops less the same without, {pairs:,} pairs of runs on the same seeds"
    made, ((one, two, three),) = framed(
        (13.2, 5.6), 1, 3, "Does Track II matter?", below, left=2.9, sharey=True, wspace=0.1
    )
    forest(one, effects[effects["outcome"] == "agreed"], cases, "An accord", "effect (percentage points)")
    forest(two, effects[effects["outcome"] == "months_at_peace"], cases, "Months at peace", "effect (months)")
    marks_with_bounds(three, needed, cases, ("necessity", "prevention"))
    explain_marks(made)
    caption = (
        f"Left and middle: the effect of workshops on having an accord and on months at peace, with 95% intervals for chance "
        f"between {pairs:,} pairs of runs. Right: necessity, the share of runs with an accord that would have none without "
        "workshops, and prevention, the share of runs with an accord without workshops that would have none with them. Dots "
        "with 95% intervals hold under the model's coupling of noise; grey bars are the bounds under any coupling (Tian and "
        "Pearl 2000). No interval covers doubt about the model's rules and numbers."
    )
    return made, caption


@drawn
def map_figure(effects: pd.DataFrame, across: str, up: str, names: Names) -> Told:
    pairs = int(effects["pairs"].max())
    below = f"effect of workshops (with less without), {pairs:,} pairs of runs in every cell"
    made, (panels,) = framed((13.2, 5.8), 1, 2, "When does Track II matter?", below, wspace=0.16)
    labels = ("hurting stalemate (code: 0 none, 4 mutual and felt)", "spoilers (code: 0 none, 4 strong, total aims)")
    for axes, (outcome, title) in zip(panels, names.items()):
        effect_map(axes, effects[effects["outcome"] == outcome], across, up, title, labels)
    caption = (
        "In every cell the paired effect of workshops, and below it its 95% interval for chance between runs. Hatched: the "
        "interval holds zero. Blue: above zero, orange: below, the stronger the larger. Cells are tested one by one: among "
        f"{len(effects)} cells without any effect about {max(1, round(len(effects) / 20))} would be coloured by chance. "
        "All other codes are at 2 of 4."
    )
    return made, caption


@drawn
def dose_figure(found: Mapping[str, pd.DataFrame], names: Names, series_names: Names) -> Told:
    doses, starts, stops, left = found.values()
    pairs = int(doses["pairs"].max())
    below = f"paired effects against never having it, {pairs:,} pairs of runs at every mark, all codes in the middle"
    made, ((one, two), (three, four)) = framed(
        (11.6, 8.6), 2, 2, "Dose and timing of Track II", below, top=0.84, hspace=0.5
    )
    by_outcome = {name: doses[doses["outcome"] == outcome] for outcome, name in names.items()}
    lines(
        one,
        by_outcome,
        "dose",
        "How much: effect of so much money against none",
        ("times the scenario's money", "effect"),
    )
    starting = {"started in the month": starts, "stopped in the month": stops}
    labels = ("month of the start, or of the stop", "effect against never (months)")
    lines(two, starting, "month", "When: months at peace", labels)
    for axes, (series, title) in zip((three, four), series_names.items()):
        curves = {f"stopped in month {stop}": rows for stop, rows in left[left["series"] == series].groupby("stop")}
        lines(axes, curves, "months_since", f"What is left: {title}", ("months since the stop", "difference to never"))
    caption = (
        "Top left: the effect of a multiple of the scenario's money for workshops, against none. Top right: the effect on "
        "months at peace of starting in a month (0: from the beginning), and of stopping in it, against never. Bottom: how "
        "much of the difference in contact and misperception is left so many months after a stop. Bars are 95% intervals, marks "
        "are filled where they exclude zero. Marks are moved a little apart sideways."
    )
    return made, caption


@drawn
def credit_figure(title: str, values: pd.DataFrame, pairs: pd.DataFrame, names: Names) -> Told:
    runs = int(values["seeds"].max())
    below = f"Shapley values of five parts, {runs:,} runs of each of 32 coalitions"
    made, (above, lower) = framed(
        (11.6, 8.4), 2, 2, f"Who gets the credit? {title}", below, top=0.85, left=1.5, wspace=0.42
    )
    parts = list(values["part"].unique())
    for turn, (outcome, name) in enumerate(names.items()):
        unit = values.loc[values["outcome"] == outcome, "unit"].iloc[0]
        rows = values[values["outcome"] == outcome]
        forest(above[turn], rows, parts, name, f"part in the effect ({unit})")
        for column, mark, label in (("alone", "<", "alone"), ("last", ">", "added last")):
            above[turn].plot(
                rows[column][:-1], np.arange(len(rows) - 1) + 0.24, mark, color="black", markersize=4, label=label
            )
        key_above(above[turn])
        matrix(lower[turn], pairs[pairs["outcome"] == outcome], parts[:-1], f"Interactions, {name.lower()} ({unit})")
    explain_marks(made)
    caption = (
        "Above: the part of every track in the effect of all five together, its mean contribution over all orders in which they "
        "could have come, with 95% intervals (Monte Carlo error over seeds); triangles show its effect without any of the others "
        "and with all of them. Below: interactions of pairs, above zero where two do more together, below where one stands in "
        "for the other, with 95% intervals; hatched where they hold zero."
    )
    return made, caption


@drawn
def factions_figure(title: str, none: str, effects: pd.DataFrame, across: str, names: Names) -> Told:
    pairs = int(effects["pairs"].max())
    below = f"paired effects against {none}, {pairs:,} pairs of runs at every mark"
    made, (panels,) = framed((14.6, 5.0), 1, 3, title, below, wspace=0.24, top=0.72)
    for axes, (outcome, name) in zip(panels, names.items()):
        curves = {
            arm: effects[(effects["outcome"] == outcome) & (effects["arm"] == arm)] for arm in effects["arm"].unique()
        }
        lines(
            axes,
            curves,
            across,
            name,
            (across, f"effect against {none}"),
            keys=2,
        )
    caption = (
        f"Effects against {none} on durable accords, attacks and months at peace, as the factions' capacity grows. Bars are 95% "
        "intervals for chance between pairs of runs; marks are filled where they exclude zero and moved a little apart sideways."
    )
    return made, caption


@drawn
def secrecy_figure(effects: pd.DataFrame, across: str, gate: str, names: Names) -> Told:
    pairs = int(effects["pairs"].max())
    below = f"paired effects, {pairs:,} pairs of runs at every mark; lines: how far the gate to publics and spoilers is open"
    made, grid = framed((14.6, 8.8), 2, 3, "Public or secret?", below, wspace=0.24, hspace=0.55, top=0.84)
    for panels, question in zip(grid, effects["question"].unique()):
        for axes, (outcome, name) in zip(panels, names.items()):
            rows = effects[(effects["question"] == question) & (effects["outcome"] == outcome)]
            curves = {f"publicity {value:g}": some for value, some in rows.groupby(gate)}
            lines(
                axes,
                curves,
                across,
                f"Effect of {question} on {name}",
                ("confidentiality (share: 0 open, 1 private)", "effect"),
            )
    caption = (
        "Above: the effect of workshops against none, both without a back channel. Below: what the back channel adds to workshops, "
        "or takes away. Across: how private workshops are. Lines: the gate through which they reach publics (momentum) and "
        "spoilers (alarm); at confidentiality 1 nothing is left to pass it. Bars are 95% intervals, filled marks exclude zero."
    )
    return made, caption


@drawn
def drivers_figure(found: pd.DataFrame, index: str, words: tuple[str, str, str], names: Names) -> Told:
    high = 2.2 + 0.3 * found["setting"].nunique()
    made, (panels,) = framed((11.6, high), 1, 2, "What drives the model?", words[0], left=1.9, wspace=0.55)
    for axes, (outcome, name) in zip(panels, names.items()):
        ranked_bars(axes, found[found["outcome"] == outcome].sort_values(index, ascending=False), index, name, words[1])
    return (
        made,
        words[2]
        + " The dashed line is the noise floor; filled marks have 95% intervals above it, open grey ones do not.",
    )
