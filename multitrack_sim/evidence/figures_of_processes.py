"""Figures of PA-X: how far processes get, and how soon.

Processes are those of agreements neither local nor purely between states. A substantive agreement is a partial or a
comprehensive one. Agreements of one day count in the order of PA-X's numbers.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from .estimates import Columns, Estimate, drawn, happened_by, months_between, share

__all__ = ["SUBSTANTIVE", "figures_of_processes", "first_signed", "texts_of_processes"]

LEVELS = ("intrastate", "mixed")  # neither local nor interstate
SUBSTANTIVE = ("partial", "comprehensive")
STARTS = {
    "T1-before 2006": (0, 2005),
    "T1-1990 to 1994": (1990, 1994),
    "T1-1995 to 2014": (1995, 2014),
    "T1-2015 and later": (2015, 9999),
}
QUARTILES = (0.25, 0.5, 0.75)
Named = Iterator[tuple[str, Estimate]]


def texts_of_processes(pa_x: pd.DataFrame) -> pd.DataFrame:
    """The agreements that count, in their order."""
    return pa_x[pa_x["level"].isin(LEVELS)].sort_values(["process", "signed", "agreement"], ignore_index=True)


def first_signed(texts: pd.DataFrame, *stages: str) -> pd.Series:
    """The day of each process's first agreement of these stages, of those that have one; of any where none is named."""
    of_stage = texts[texts["stage"].isin(stages)] if stages else texts
    return of_stage.groupby("process")["signed"].min()


def figures_of_processes(pa_x: pd.DataFrame) -> Named:
    """T1, T1', T2, T2', T2'', T18, T19 and T20."""
    texts = texts_of_processes(pa_x)
    seen_until = pa_x["signed"].max()
    yield from _reached(texts, seen_until)
    yield from _at_first(texts)
    yield from _highest(texts)
    yield "T19-PA-X", _partial_to_full(texts, seen_until)
    yield from _from_talks(texts, seen_until)


def _until(first: pd.Series, then: pd.Series, seen_until: pd.Timestamp) -> tuple[pd.Series, pd.Series]:
    """Months from the one day to the other or to the end of the record, and whether the other came."""
    then = then.reindex(first.index)
    return months_between(first, then.fillna(seen_until)), then.notna()


def _quartiles(columns: Columns) -> list[float]:
    return np.quantile(columns["months"], QUARTILES).tolist()


def _with_quartiles(months: pd.Series) -> list[Estimate]:
    """The quartiles of the months of those processes that get there."""
    return drawn({"months": months}, months.index, _quartiles, f"{len(months)} processes", "processes")


def _reached(texts: pd.DataFrame, seen_until: pd.Timestamp) -> Named:
    first, full = first_signed(texts), first_signed(texts, "comprehensive")
    months, came = _until(first, full, seen_until)
    yield "T1-ever", share(came)
    for name, (begin, end) in STARTS.items():
        yield name, share(came[first.dt.year.between(begin, end)])
    for by in (12, 24, 60, 240):
        yield f"T1'-{by}", happened_by(months, came, by)
    yield from zip(("T2-25", "T2-50", "T2-75"), _with_quartiles(months[came]))
    yield "T2-at once", share(months[came] <= 0)
    yield "T2'-of all", share(came & (months <= 0))


def _at_first(texts: pd.DataFrame) -> Named:
    """Of what kind the first agreement is; of two substantive ones of one day the comprehensive one counts."""
    substantive = texts[texts["stage"].isin(SUBSTANTIVE)]
    that_day = substantive[substantive["signed"] == substantive.groupby("process")["signed"].transform("min")]
    yield "T2'", share((that_day["stage"] == "comprehensive").groupby(that_day["process"]).any())
    first = texts[texts["stage"].isin(("ceasefire", *SUBSTANTIVE))].groupby("process")["stage"].first()
    for stage, name in (("ceasefire", "ceasefire"), ("partial", "framework"), ("comprehensive", "comprehensive")):
        yield f"T2''-{name}", share(first == stage)


def _highest(texts: pd.DataFrame) -> Named:
    """The highest stage that a process reaches; renewals and implementation are none."""
    stages = ("pre-negotiation", "ceasefire", *SUBSTANTIVE)
    height = texts["stage"].map({stage: place for place, stage in enumerate(stages)}).fillna(-1)
    highest = height.groupby(texts["process"]).max().astype(int)
    for stage, name in (("partial", "framework"), ("ceasefire", "ceasefire"), ("pre-negotiation", "pre-negotiation")):
        yield f"T18-{name}", share(highest == stages.index(stage))


def _partial_to_full(texts: pd.DataFrame, seen_until: pd.Timestamp) -> Estimate:
    """Processes that had a partial agreement before any comprehensive one: a comprehensive one within 60 months."""
    partial_first, full = first_signed(texts, "partial"), first_signed(texts, "comprehensive")
    partial_first = partial_first[~(full.reindex(partial_first.index) <= partial_first)]
    return happened_by(*_until(partial_first, full, seen_until), 60)


def _from_talks(texts: pd.DataFrame, seen_until: pd.Timestamp) -> Named:
    """Processes whose first text of all is about pre-negotiation: from there to the first substantive and the first
    comprehensive agreement.
    """
    opened = texts.groupby("process").first()
    opened = opened.loc[opened["stage"] == "pre-negotiation", "signed"]
    for name, stages in (("first", SUBSTANTIVE), ("full", ("comprehensive",))):
        months, came = _until(opened, first_signed(texts, *stages), seen_until)
        yield from zip((f"T20-{name}-{at}" for at in QUARTILES), _with_quartiles(months[came]))
        yield f"T20-{name}-reached", share(came)
        yield f"T20-{name}-by 240", happened_by(months, came, 240)
