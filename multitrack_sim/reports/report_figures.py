"""The report's pictures of effects: intervals, a hundred pairs of runs as dots, how far agreements went, when they came."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from markupsafe import Markup

from ..analysis.told import in_variant
from .report_answer import by_size, plain_text
from .report_facts import Facts, times
from .report_markup import and_list, number, say
from .report_ranking import KINDS, kind_shares, pair_counts, pairs_told
from .report_svg import COLOURS, DASHES, INK, LINE, QUIET, WIDE, Picture, axis_marks, fitted, mark_told, step_path
from .words import month_name, signed

__all__ = ["Drawn", "Row", "dots_figure", "effect_figure", "intervals", "kinds_figure", "time_axis", "when_figure"]

MOST_LINES = 6  # arms in one panel: more cannot be told apart
LOOKS = {"none": ("#ffffff", "/"), "ceasefire": ("#d9d9d4", ""), "framework": ("#56B4E9", "-"),
         "comprehensive": ("#0072B2", "")}  # fmt: skip


class Drawn(NamedTuple):
    """A picture and the caption below it."""

    svg: Markup
    caption: Markup


class Row(NamedTuple):
    """One line of a picture of intervals; `at` is the place of the arm, whose mark it bears."""

    label: str
    value: float
    low: float
    high: float
    at: int = 1
    told: str = ""


def drawn(picture: Picture, caption: Markup) -> Drawn:
    picture.told = plain_text(caption)
    return Drawn(picture.svg(), caption)


# --- effects with their intervals
def intervals(picture: Picture, rows: Sequence[Row], unit: str, less: str = "fewer", more: str = "more") -> None:
    """A row for each effect: its name, a mark and its interval, around a line at zero."""
    ends = [end for row in rows for end in (row.value, row.low, row.high) if math.isfinite(end)]
    low, high = min([0.0, *ends]), max([0.0, *ends])
    room = 0.06 * max(high - low, 1e-9)
    low, high = low - room, high + room
    left, right = 8.0, WIDE - 46.0

    def x(value: float) -> float:
        return left + (right - left) * (value - low) / (high - low)

    top, step = picture.high + 20, 34.0
    bottom = top + step * len(rows) + 4
    marks = axis_marks(low, high)
    for value in marks:
        picture.line(x(value), top - 4, x(value), bottom, LINE)
        picture.text(x(value), bottom + 13, mark_told(value, marks), "middle", 10.5, fill=QUIET)
    picture.line(x(0), top - 6, x(0), bottom, INK, 1.2)
    if low < -room and x(0) - left > 60:
        picture.text(x(0) - 5, top - 8, f"{less} ◂", "end", 10.5, fill=QUIET)
    if high > room and right - x(0) > 60:
        picture.text(x(0) + 5, top - 8, f"▸ {more}", "start", 10.5, fill=QUIET)
    for at, row in enumerate(rows):
        y = top + step * at + 24
        picture.text(left, y - 11, fitted(row.label, WIDE - 2 * left), over=True)
        if math.isfinite(row.low) and math.isfinite(row.high):
            picture.line(x(row.low), y, x(row.high), y, INK, 2.2)
            for end in (row.low, row.high):
                picture.line(x(end), y - 4, x(end), y + 4, INK, 1.4)
        if math.isfinite(row.value):
            picture.mark(x(row.value), y, row.at)
            picture.text(WIDE - 2, y + 4, row.told or signed(row.value, 1), "end", 11, "bold", over=True)
    picture.text((left + right) / 2, bottom + 28, unit, "middle", 10.5, fill=QUIET)
    picture.high = bottom + 34


def effect_figure(
    facts: Facts, outcome: str, name: str, title: str, unit: str, less: str = "fewer", more: str = "more"
) -> Drawn:
    """What every variant has more of an outcome than the baseline, the largest change first."""
    picture = Picture(name, title, "")
    found = [facts.row(arm, outcome) for arm in by_size(facts)]
    rows = [
        Row(
            row["arm"],
            times(row) * row["difference"],
            times(row) * row["low"],
            times(row) * row["high"],
            facts.arms.index(row["arm"]),
            plain_text(facts.n(row, "difference", "both")),
        )  # fmt: skip
        for row in found
    ]
    intervals(picture, rows, unit, less, more)
    level = facts.level(found[0], "baseline_estimate")
    told = [
        say("{name} {n}{between}", name=facts.name(row["arm"]), n=facts.n(row, "difference", "both"),
            between=facts.ends(row)) for row in found[:4]
    ]  # fmt: skip
    caption = say(
        "{title}, variant minus baseline{unit}: {told}. The baseline has {level}. Bars: 95% intervals of {runs} pairs of runs.",
        title=title, unit=f", {unit}" if unit not in title else "", told=Markup("; ").join(told), level=level, runs=facts.runs(),
    )  # fmt: skip
    return drawn(picture, caption)


# --- a hundred pairs of runs
DOTS = (("both", "agreement in both"), ("baseline", "only in the baseline"), ("variant", "only in the variant"),
        ("neither", "in neither"))  # fmt: skip


def of_a_hundred(counts: Mapping[str, int]) -> dict[str, int]:
    """Counts as parts of a hundred that add up to it (largest remainders); what is there at all gets at least one.

    >>> of_a_hundred({"a": 2, "b": 1, "c": 997})
    {'a': 1, 'b': 1, 'c': 98}
    """
    total = max(1, sum(counts.values()))
    exact = {name: 100 * count / total for name, count in counts.items()}
    parts = {name: max(int(share), 1 if counts[name] else 0) for name, share in exact.items()}
    while sum(parts.values()) != 100:
        missing = sum(parts.values()) < 100
        gap = {name: exact[name] - parts[name] for name in parts if counts[name] and (missing or parts[name] > 1)}
        if not gap:
            break
        name = max(gap, key=gap.__getitem__) if missing else min(gap, key=gap.__getitem__)
        parts[name] += 1 if missing else -1
    return parts


def dots_figure(facts: Facts, arm: str, name: str) -> Drawn:
    """A hundred pairs of runs as dots: in which both runs of a pair reach an agreement, one, or neither."""
    counts = pair_counts(facts, arm)
    parts = of_a_hundred(counts)
    picture = Picture(name, f"A hundred pairs of runs, in the baseline and {in_variant(arm, facts.arms[0])}"[:100], "")
    at, across, step, top = 0, 20, 16.4, 28
    picture.text(8, 14, fitted(arm, WIDE - 16), weight="bold")
    for kind, _ in DOTS:
        for _ in range(parts[kind]):
            x, y = 12 + step * (at % across), top + step * (at // across)
            _dot(picture, kind, x, y)
            at += 1
    y = top + step * 5 + 12
    for k, (kind, label) in enumerate(DOTS):
        x = 12.0 + 168 * (k % 2)
        _dot(picture, kind, x, y + 17 * (k // 2))
        picture.text(x + 11, y + 17 * (k // 2) + 4, f"{label}: {parts[kind]}")
    picture.high = y + 17 + 14
    told = say("Each mark stands for one in a hundred pairs of runs. {pairs}", pairs=pairs_told(facts, arm))
    return drawn(picture, told)


def _dot(picture: Picture, kind: str, x: float, y: float) -> None:
    if kind == "both":
        picture.add("circle", cx=x, cy=y, r=4.6, fill=QUIET)
    elif kind == "neither":
        picture.add("circle", cx=x, cy=y, r=4.2, fill="#ffffff", stroke=QUIET, stroke_width=1.0)
    else:
        picture.mark(x, y, 0 if kind == "baseline" else 1, 5.0)


# --- how far agreements went
def kinds_figure(facts: Facts) -> Drawn:
    """The most far-reaching agreement of each run, a bar for every arm."""
    picture = Picture("kinds", "How far agreements went", "")
    left, wide, y = 8.0, WIDE - 16, 6.0
    for at, arm in enumerate(facts.arms):
        picture.text(left, y + 10, fitted("baseline" if not at else arm, wide))
        x = left
        for kind, share in kind_shares(facts, arm).items():
            fill = picture.pattern(kind, *LOOKS[kind])
            picture.box(x, y + 15, wide * share, 18, fill, INK)
            if share >= 0.09:
                dark = kind == "comprehensive"
                if not dark and LOOKS[kind][1]:
                    picture.box(x + wide * share / 2 - 14, y + 17.5, 28, 13, LOOKS[kind][0])
                picture.text(x + wide * share / 2, y + 28, f"{100 * share:.0f}%", "middle", 10.5,
                             fill="#ffffff" if dark else INK)  # fmt: skip
            x += wide * share
        y += 42
    for k, (kind, label) in enumerate(KINDS.items()):
        x, place = left + 146 * (k % 2), y + 8 + 17 * (k // 2)
        picture.box(x, place, 16, 10, picture.pattern(kind, *LOOKS[kind]), INK)
        picture.text(x + 21, place + 9, label)
    picture.high = y + 46
    base = kind_shares(facts, facts.arms[0])
    told = [
        say("{n} {kind}", n=number(share, f"kind:0:{kind}", 1, 100, mark="%"), kind=KINDS[kind])
        for kind, share in base.items()
    ]
    caption = say("The most far-reaching agreement that came into force in each run. Baseline: {told}. The table has the "
                  "other variants.", told=and_list(told))  # fmt: skip
    return drawn(picture, caption)


# --- when
def time_axis(picture: Picture, months: int, left: float, right: float, top: float, bottom: float, zero: str) -> None:
    """Marks at whole years, with the calendar year below where it is known."""
    step = next((step for step in (6, 12, 24, 36, 60, 120, 240) if months / step <= 6), 480)
    for month in range(0, months + 1, step):
        x = left + (right - left) * month / max(1, months)
        picture.line(x, top, x, bottom, LINE)
        place, anchor = (WIDE - 2, "end") if x > WIDE - 16 else (2.0, "start") if x < 14 else (x, "middle")
        picture.text(place, bottom + 13, str(month), anchor, 10.5, fill=QUIET)
        if called := month_name(zero, month):
            picture.text(place, bottom + 25, called.split()[-1], anchor, 9.5, fill=QUIET)
    below = bottom + (38 if zero else 27)
    picture.text((left + right) / 2, below, "months since the start", "middle", 10.5, fill=QUIET)


def legend(picture: Picture, labels: Iterable[str], top: float) -> float:
    """Who is who among the lines, one below the other; gives where it ends."""
    y = top
    for at, label in enumerate(labels):
        colour, dash = COLOURS[at % len(COLOURS)], DASHES[at % len(DASHES)]
        picture.line(10, y, 36, y, colour, 2.4, dash)
        picture.mark(23, y, at, 3.8)
        picture.text(43, y + 4, fitted(label, WIDE - 48))
        y += 16
    return y


def when_figure(facts: Facts) -> Drawn:
    """The share of runs that have signed an agreement by each month, every arm a line."""
    months, arms = facts.horizon, facts.arms[:MOST_LINES]
    picture = Picture("when", "Agreement signed by then", "")
    left, right, top, bottom = 38.0, WIDE - 12, 8.0, 170.0
    for percent in (0, 25, 50, 75, 100):
        y = bottom - (bottom - top) * percent / 100
        picture.line(left, y, right, y, LINE)
        picture.text(left - 5, y + 4, f"{percent}%", "end", 10.5, fill=QUIET)
    zero = facts.scenario.month_zero or ""
    time_axis(picture, months, left, right, top, bottom, zero)
    told: list[Any] = []
    for at, arm in enumerate(arms):
        share = signed_by(facts, arm)
        xs = left + (right - left) * np.arange(len(share)) / max(1, months)
        ys = bottom - (bottom - top) * share
        picture.path(step_path(xs.tolist(), ys.tolist()), COLOURS[at], 2.2, DASHES[at % len(DASHES)])
        for part in (0.3, 0.7):
            month = int(part * (len(share) - 1)) + 3 * at
            month = min(month, len(share) - 1)
            picture.mark(float(xs[month]), float(ys[month]), at, 3.8)
        end = number(float(share[-1]), f"signed:{at}:{len(share) - 1}", 1, 100, mark="%")
        name = facts.name(arm) if at else "baseline"
        told.append(say("{name} {n}", name=name, n=end))
    labels = ["baseline", *arms[1:]]
    picture.high = legend(picture, labels, bottom + (54 if zero else 42)) + 2
    more = len(facts.arms) - len(arms)
    left_out = say(" {n} more variants are in the table.", n=number(more, "when:left_out")) if more else ""
    caption = say("Runs that have signed an agreement, partial or comprehensive, by each month. By the end ({span}): {told}.{more}",
                  span=facts.span(), told=Markup("; ").join(told), more=left_out)  # fmt: skip
    return drawn(picture, caption)


def signed_by(facts: Facts, arm: str) -> np.ndarray:
    """The share of all runs that have signed by each month."""
    signed_in = facts.comparison.table(arm)["months_to_substantive"].to_numpy(float)
    counts = np.bincount(signed_in[~np.isnan(signed_in)].astype(int), minlength=facts.horizon)
    return np.cumsum(counts)[: facts.horizon] / max(1, len(signed_in))
