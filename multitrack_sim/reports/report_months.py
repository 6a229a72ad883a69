"""The report's pictures of months: where the process stands, violence, and two runs of one seed side by side."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
from markupsafe import Markup

from ..schema.categories import Phase
from .report_facts import Facts
from .report_figures import MOST_LINES, Drawn, drawn, legend, time_axis
from .report_markup import number, own, say
from .report_svg import COLOURS, DASHES, INK, LINE, QUIET, WIDE, Picture, axis_marks, band_path, fitted
from .words import plain

if TYPE_CHECKING:
    from ..running.ensemble import Ensemble

__all__ = ["PHASES", "months_of", "phases_figure", "strips_figure", "violence_figure"]

# From bottom to top, with looks in which neighbours differ in grey too.
PHASES = {
    "durable": ("agreement that held", "#0072B2", ""),
    "implementation": ("agreement in force", "#56B4E9", ""),
    "signed": ("signed, not yet ratified", "#009E73", "|"),
    "talks": ("official talks", "#F0E442", ""),
    "suspended": ("talks suspended", "#CC79A7", "\\"),
    "pretalks": ("exploratory talks", "#E69F00", "/"),
    "fighting": ("fighting, no talks", "#D55E00", ""),
    "collapsed": ("agreement collapsed", "#000000", ""),
    "dormant": ("conflict ended otherwise", "#d9d9d4", "-"),
}


def months_of(ensemble: Ensemble, name: str) -> np.ndarray | None:
    """A monthly series, runs by months; None where the months were not kept."""
    series = ensemble.series
    return None if series is None or series.shape[1] == 0 else series[name]


def phases_figure(facts: Facts, ensemble: Ensemble, at: int) -> Drawn:
    """In which phase the runs of one arm are, month by month."""
    phase = months_of(ensemble, "phase")
    if phase is None:
        raise ValueError("the months of these runs were not kept")
    runs, months = phase.shape
    picture = Picture(f"phases-{at}", "Where the process stands, month by month", "")
    left, right, top, bottom = 38.0, WIDE - 12, 26.0, 180.0
    name = "baseline" if not at else facts.arms[at]
    picture.text(left, 14, fitted(name, right - left), weight="bold")
    edges = (left + (right - left) * np.arange(months + 1) / months).tolist()
    below, there = np.zeros(months), []
    for called, (label, colour, hatch) in PHASES.items():
        share = (phase == Phase.words().index(called)).mean(axis=0)
        if not share.any():
            continue
        above = below + share
        heights = [np.round(bottom - (bottom - top) * end, 1).tolist() for end in (above, below)]
        picture.path(band_path(edges, *heights), fill=picture.pattern(called, colour, hatch))
        there.append((called, label, colour, hatch, float(share[-1])))
        below = above
    for percent in (0, 50, 100):
        y = bottom - (bottom - top) * percent / 100
        picture.text(left - 5, y + 4, f"{percent}%", "end", 10.5, fill=QUIET)
    zero = facts.scenario.month_zero or ""
    time_axis(picture, months, left, right, bottom, bottom, zero)
    y = bottom + (52 if zero else 40)
    for k, (called, label, colour, hatch, _) in enumerate(there):
        x, place = 8 + 166 * (k % 2), y + 16 * (k // 2)
        picture.box(x, place - 9, 16, 10, picture.pattern(called, colour, hatch), INK)
        picture.text(x + 21, place, label)
    picture.high = y + 16 * ((len(there) + 1) // 2)
    last = [
        say("{label} {n}", label=label, n=number(share, f"phase:{at}:{called}", 1, 100, mark="%"))
        for called, label, _, _, share in sorted(there, key=lambda one: -one[4])
        if share > 0
    ]
    caption = say("{name}: share of runs in each phase, month by month. In the last month: {last}.{some}",
                  name=own(plain(name, 60)), last=Markup(", ").join(last), some=_of_which(facts, runs))  # fmt: skip
    return drawn(picture, caption)


def _of_which(facts: Facts, runs: int) -> Markup:
    return Markup("") if runs >= facts.pairs else say(" The first {n} runs.", n=number(runs, "run:drawn"))


def violence_figure(facts: Facts, ensembles: Mapping[str, Ensemble]) -> Drawn | None:
    """Mean violence in each month, every arm a line; None where the months were not kept."""
    found = [(name, months_of(one, "violence")) for name, one in list(ensembles.items())[:MOST_LINES]]
    lines = [(name, months.mean(axis=0)) for name, months in found if months is not None]
    if not lines:
        return None
    months = len(lines[0][1])
    picture = Picture("violence", "Violence month by month", "")
    left, right, top, bottom = 38.0, WIDE - 12, 8.0, 150.0
    most = max(float(line.max()) for _, line in lines) * 1.05 or 1.0
    for value in axis_marks(0, most, 4):
        y = bottom - (bottom - top) * value / most
        picture.line(left, y, right, y, LINE)
        picture.text(left - 5, y + 4, f"{value:g}", "end", 10.5, fill=QUIET)
    zero = facts.scenario.month_zero or ""
    time_axis(picture, months, left, right, top, bottom, zero)
    xs = left + (right - left) * np.arange(months) / max(1, months - 1)
    told = []
    for at, (name, line) in enumerate(lines):
        ys = bottom - (bottom - top) * line / most
        picture.path(
            "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in zip(xs, ys)), COLOURS[at], 2, DASHES[at % len(DASHES)]
        )
        where = min(months - 1, int(0.5 * months) + 4 * at)
        picture.mark(float(xs[where]), float(ys[where]), at, 3.8)
        end = number(float(line[-1]), f"violence_last:{at}", 2)
        told.append(say("{name} {n}", name=facts.name(name) if at else "baseline", n=end))
    picture.high = legend(picture, ["baseline", *(name for name, _ in lines[1:])], bottom + (54 if zero else 42)) + 2
    caption = say(
        "Mean level of violence, from 0 to 1, in each month. In the last month: {told}.", told=Markup("; ").join(told)
    )
    return drawn(picture, caption)


def strips_figure(name: str, rows: Sequence[tuple[str, Sequence[str]]], parts: int | None, zero: str) -> Drawn:
    """Runs of one seed as strips of phases; a line marks the month in which they part."""
    months = max(len(phases) for _, phases in rows)
    picture = Picture(name, "Two runs of one seed, side by side", "")
    left, right, y = 8.0, WIDE - 8, 4.0
    there: list[str] = []
    for label, phases in rows:
        picture.text(left, y + 10, fitted(label, right - left))
        start = 0
        for at in range(1, len(phases) + 1):
            if at < len(phases) and phases[at] == phases[start]:
                continue
            x, end = (left + (right - left) * month / months for month in (start, at))
            _, colour, hatch = PHASES[phases[start]]
            picture.box(x, y + 15, end - x, 18, picture.pattern(phases[start], colour, hatch))
            there += [phases[start]] if phases[start] not in there else []
            start = at
        picture.add("rect", x=left, y=y + 15, width=right - left, height=18, fill="none", stroke=INK)
        if parts is not None:
            x = left + (right - left) * parts / months
            picture.line(x, y + 11, x, y + 37, INK, 2.2, "4 3")
        y += 40
    time_axis(picture, months, left, right, y, y, zero)
    y += 52 if zero else 40
    for k, called in enumerate(there):
        x, place = 8 + 166 * (k % 2), y + 16 * (k // 2)
        picture.box(x, place - 9, 16, 10, picture.pattern(called, *PHASES[called][1:]), INK)
        picture.text(x + 21, place, PHASES[called][0])
    picture.high = y + 16 * ((len(there) + 1) // 2)
    where = Markup("the two are alike throughout")
    if parts is not None:
        where = say("the broken line marks month {n}, in which they part", n=number(parts, f"{name}:parts"))
    return drawn(picture, say("Where each of the two runs stands, month by month; {where}.", where=where))
