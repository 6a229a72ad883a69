"""Figures of PA-X: how signings follow each other, and where an unofficial third party is named."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np
import pandas as pd

from .coding_matches import is_unofficial
from .estimates import Columns, Estimate, difference, drawn, monthly, months_between, share
from .figures_of_processes import first_signed, texts_of_processes

__all__ = ["figures_of_signings"]

KINDS = ("pre-negotiation", "ceasefire", "partial")
# what a day counts as on which several texts were signed: the last of these
ORDER = ("other", "pre-negotiation", "ceasefire", "renewal", "implementation", "partial", "comprehensive")
EARLY, LATE = (0, 6), (24, 60)  # months since the last signing
NAMED_WITHIN, AGREED_WITHIN = 24, 120  # months from the first agreement
Named = Iterator[tuple[str, Estimate]]


def figures_of_signings(pa_x: pd.DataFrame) -> Named:
    """T21, T28 and T29."""
    texts = texts_of_processes(pa_x)
    yield from _gaps(texts, pa_x["signed"].max())
    named = texts["third_parties"].map(is_unofficial).astype(bool)
    yield "T28", share(named)
    yield "T28-processes", share(named.groupby(texts["process"]).any())
    yield from _after_naming(texts, named, pa_x["signed"].max())


def _gaps(texts: pd.DataFrame, seen_until: pd.Timestamp) -> Named:
    height = texts["stage"].map({stage: place for place, stage in enumerate(ORDER)})
    days = height.groupby([texts["process"], texts["signed"]]).max().reset_index()
    following = days.groupby("process")["signed"].shift(-1)
    waits = {
        "months": months_between(days["signed"], following.fillna(seen_until)),
        "signed_again": following.notna(),
        "kind": days["stage"],  # its place in ORDER
    }
    names = ["T21-early", "T21-late", "T21-ratio", "T21-gap"]
    names += [f"T21-{kind}-{when}" for kind in KINDS for when in ("early", "late")]
    of = f"{len(days):,} days of signing in {days['process'].nunique()} processes"
    yield from zip(names, drawn(waits, days["process"], _hazards, of, "processes"))


def _hazards(waits: Columns) -> list[float]:
    months, again = waits["months"], waits["signed_again"]
    early, late = monthly(months, again, *EARLY), monthly(months, again, *LATE)
    gap = float(np.median(months[again])) if again.any() else math.nan
    by_kind = []
    for kind in KINDS:
        of_kind = waits["kind"] == ORDER.index(kind)
        by_kind += [monthly(months[of_kind], again[of_kind], *span) for span in (EARLY, LATE)]
    return [early, late, early / late if late else math.nan, gap, *by_kind]


def _after_naming(texts: pd.DataFrame, named: pd.Series, seen_until: pd.Timestamp) -> Named:
    """Processes seen for 120 months that did not begin with a comprehensive agreement: one within 120 months, where an
    unofficial third party was named in the first 24 and before it, and where none was.
    """
    first, full = first_signed(texts), first_signed(texts, "comprehensive")
    full = full.reindex(first.index)
    begun = texts["process"].map(first)
    before = ~(texts["signed"] >= texts["process"].map(full))
    early = texts[named & before & (months_between(begun, texts["signed"]) <= NAMED_WITHIN)]
    counts = (first <= seen_until - pd.DateOffset(months=AGREED_WITHIN)) & ~(full <= first)
    came = months_between(first, full) <= AGREED_WITHIN
    with_one = first.index.isin(early["process"])
    yield "T29-named", share(came[counts & with_one])
    yield "T29-not named", share(came[counts & ~with_one])
    yield "T29", difference(came[counts & with_one], came[counts & ~with_one])
