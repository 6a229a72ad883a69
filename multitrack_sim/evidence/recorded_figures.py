"""Every figure of the record that was computed from a data file: what it is, what it was found to be, and from which files.

Where `targets` has a row for it, value and interval are that row's; the others stand in the record's table only.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

from .targets import TARGETS

__all__ = ["ELSEWHERE", "RECORDED_FIGURES", "RULES_SOUGHT", "RecordedFigure"]

NOT_GIVEN = math.nan
# What needs a file that the command does not read.
ELSEWHERE = {
    "T23": "the Non-State Actor data 3.4 (Cunningham, Gleditsch and Salehyan), which this command does not read"
}
# Rows of which the record's table does not say by which rule they were found.
RULES_SOUGHT = (
    "Of T8, T9', T15', T19-UCDP, T20, T24 and T29 the record gives figures but not the rule. Several rules were tried, and the "
    'one is used that gives its figures (T9\', T24: nearly): there, "the same" says that they can be found again, not that '
    'another rule would agree. T24 hangs on how texts are linked: see "T24-linked by date".'
)


@dataclass(frozen=True)
class RecordedFigure:
    """One figure. `files`: all that it needs, by their names in `file_columns.FILES`. `target`: the row of `targets` that
    has its value, or that it is a part of.
    """

    id: str
    pattern: str
    files: tuple[str, ...]
    value: float = NOT_GIVEN
    low: float = NOT_GIVEN
    high: float = NOT_GIVEN
    target: str = ""


def _target(id: str, *files: str) -> RecordedFigure:
    """A figure that `targets` has."""
    target = TARGETS[id]
    return RecordedFigure(id, target.pattern, files, target.value, target.low, target.high, id)


def _rows() -> Iterator[RecordedFigure]:
    pax, termination, agreements, mediation = "pa_x", "termination", "agreements", "mediation"
    other = RecordedFigure

    yield other("T1-ever", "processes with an agreement that ever reach a comprehensive one", (pax,), 0.36)
    yield other("T1-before 2006", "the same, of those begun before 2006", (pax,), 0.42)
    yield other("T1-1990 to 1994", "the same, of those begun in 1990 to 1994", (pax,), 0.50, 0.36, 0.64)
    yield other("T1-1995 to 2014", "the same, of those begun in 1995 to 2014", (pax,), NOT_GIVEN, 0.31, 0.44)
    yield other("T1-2015 and later", "the same, of those begun in 2015 or later", (pax,), 0.12)
    for months in (12, 24, 60, 240):
        yield _target(f"T1'-{months}", pax)
    yield other(
        "T2-25",
        "months from the first agreement to a comprehensive one, lower quartile of those that get there",
        (pax,),
        4,
    )
    yield _target("T2-50", pax)
    yield _target("T2-75", pax)
    yield other("T2-at once", "the first agreement of all is comprehensive, of those that get to one", (pax,), 0.23)
    yield _target("T2'", pax)
    yield other("T2'-of all", "the first agreement of all is comprehensive, of all processes", (pax,), 0.083)
    for kind in ("ceasefire", "framework", "comprehensive"):
        yield _target(f"T2''-{kind}", pax)
    for kind in ("full", "partial"):
        for months in (12, 24, 60):
            yield _target(f"T3'-{kind}-{months}", agreements)
    for how in ("low activity", "ceasefire", "victory", "agreement"):
        yield _target(f"T4-{how}", termination)
    yield other("T4-actor gone", "conflicts that ended did so because an actor ceased to exist", (termination,), 0.05)
    for how in ("agreement", "ceasefire", "low activity"):
        yield _target(f"T5-{how}", termination)
    yield _target("T8", mediation, termination)
    yield other(
        "T8-mediated",
        "mediated episodes that ended by agreement or ceasefire",
        (mediation, termination),
        0.57,
        0.44,
        0.69,
    )
    yield other(
        "T8-not mediated",
        "other episodes that ended by agreement or ceasefire",
        (mediation, termination),
        0.23,
        0.17,
        0.31,
    )
    yield _target("T9'", pax, agreements)
    yield other(
        "T9'-hazard ratio",
        "civil society in the text, and the accord's end (hazard ratio)",
        (pax, agreements),
        1.05,
        0.62,
        1.80,
        "T9'",
    )
    yield other(
        "T9'-linked by date",
        "the same, texts and accords linked by conflict and date instead of UCDP's number",
        (pax, agreements),
        target="T9'",
    )
    yield _target("T15'", mediation, termination)
    for who, value, low, high in (
        ("none", 0.16, NOT_GIVEN, NOT_GIVEN),
        ("unofficial only", 0.56, 0.27, 0.81),
        ("official only", 0.48, NOT_GIVEN, NOT_GIVEN),
        ("both", 0.67, 0.35, 0.88),
    ):
        yield other(
            f"T15'-{who}",
            f"ended by agreement or ceasefire, mediators: {who}",
            (mediation, termination),
            value,
            low,
            high,
            "T15'",
        )
    for age in ("0-6", "6-12", "12-24", "24-60"):
        yield _target(f"T17-{age}", agreements)
    yield _target("T18-framework", pax)
    yield _target("T18-ceasefire", pax)
    yield other("T18-pre-negotiation", "the highest stage reached is pre-negotiation", (pax,), 0.04)
    yield other(
        "T19-PA-X", "first partial to full within 60 months, processes of PA-X", (pax,), 0.18, 0.11, 0.27, "T19"
    )
    yield other(
        "T19-UCDP", "first partial to full within 60 months, conflicts of UCDP", (agreements,), 0.44, 0.30, 0.60, "T19"
    )
    for outcome in ("first", "full"):
        for at in (0.25, 0.5, 0.75):
            yield _target(f"T20-{outcome}-{at}", pax)
        yield _target(f"T20-{outcome}-reached", pax)
    yield other(
        "T20-first-by 240", "talks that come to a substantive agreement within 240 months (Kaplan-Meier)", (pax,)
    )
    yield other(
        "T20-full-by 240", "talks that come to a comprehensive agreement within 240 months (Kaplan-Meier)", (pax,)
    )
    every = (termination, agreements, pax, mediation)
    yield other(
        "T20-signal to any",
        "months from the first signal of talks to an agreement, median of those that get there",
        every,
        12,
        7,
        20,
    )
    yield other("T20-signal to full", "the same, to a comprehensive agreement", every, 27, 12, 46)
    for when in ("early", "late", "ratio"):
        yield _target(f"T21-{when}", pax)
    for kind, early, late in (("pre-negotiation", 0.28, 0.014), ("ceasefire", 0.30, 0.012), ("partial", 0.16, 0.010)):
        yield other(
            f"T21-{kind}-early",
            f"monthly hazard of the next signing, 0-6 months after a text of kind {kind}",
            (pax,),
            early,
        )
        yield other(f"T21-{kind}-late", "the same, 24-60 months after", (pax,), late)
    yield other("T21-gap", "months between two signings, median", (pax,), 2.1)
    yield _target("T22", termination)
    yield other("T22-territory", "episodes over territory that ended by agreement", (termination,), 0.07)
    yield other("T22-government", "episodes over government that ended by agreement", (termination,), 0.19)
    yield _target("T23")
    yield _target("T24", pax, agreements)
    yield other(
        "T24-linked by date",
        "the same, texts and accords linked by conflict and date instead of UCDP's number",
        (pax, agreements),
        target="T24",
    )
    yield _target("T28", pax)
    yield other("T28-processes", "an unofficial third party is named in a process", (pax,), 0.34, 0.27, 0.42, "T28")
    yield other(
        "T28-mediations", "an unofficial third party is named in a mediation", (mediation,), 0.13, 0.10, 0.16, "T28"
    )
    yield _target("T29", pax)
    yield other(
        "T29-named",
        "comprehensive by 120 months: an unofficial third party named in the first 24",
        (pax,),
        0.33,
        0.17,
        0.55,
        "T29",
    )
    yield other("T29-not named", "comprehensive by 120 months: none named", (pax,), 0.27, 0.19, 0.37, "T29")


RECORDED_FIGURES: dict[str, RecordedFigure] = {figure.id: figure for figure in _rows()}
