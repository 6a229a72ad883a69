"""Figures of UCDP's two files: how episodes within states ended, whether they came back, and how long accords stood."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pandas as pd

from .estimates import Columns, Estimate, drawn, happened_by, hazard, months_between, odds_ratio, share, still_standing

__all__ = ["ended_episodes", "figures_of_agreements", "figures_of_endings", "standing"]

WITHIN_STATES = ("intrastate", "internationalised")
SINCE = 1990
VICTORIES = ("victory of the government", "victory of the rebels")
ENDINGS = {
    "low activity": ("low activity",),
    "ceasefire": ("ceasefire",),
    "victory": VICTORIES,
    "agreement": ("agreement",),
    "actor gone": ("an actor ceased to exist",),
}
YEARS_WATCHED = 5
STANDS_AT = (12, 24, 60)  # months
GOVERNMENT_AND_REST = re.compile(", (?=Government of )")  # parts the pairs of sides
AGES = ((0, 6), (6, 12), (12, 24), (24, 60))  # months
Named = Iterator[tuple[str, Estimate]]


# ---- episodes --------------------------------------------------------------------------------------------------------
def ended_episodes(termination: pd.DataFrame) -> pd.DataFrame:
    """Episodes within states that ended, a row each, with their `first_year`."""
    within = termination[termination["kind"].isin(WITHIN_STATES)]
    first = within.groupby("episode")["year"].min()
    ended = within[within["ends"] & within["outcome"].notna()]
    return ended.assign(first_year=ended["episode"].map(first))


def figures_of_endings(termination: pd.DataFrame) -> Named:
    """T4, T5 and T22: episodes within states that ended in 1990 or later."""
    ended = ended_episodes(termination)
    ended = ended[ended["year"] >= SINCE]
    of = f"{len(ended)} episodes of {ended['conflict'].nunique()} conflicts"
    each = {how: ended["outcome"].isin(outcomes) for how, outcomes in ENDINGS.items()}
    yield from zip((f"T4-{how}" for how in ENDINGS), drawn(each, ended["conflict"], _shares, of, "conflicts"))
    yield from _recurring(ended, termination)
    by_agreement = ended["outcome"] == "agreement"
    territory, government = (by_agreement[ended["incompatibility"] == what] for what in ("territory", "government"))
    yield "T22-territory", share(territory)
    yield "T22-government", share(government)
    yield "T22", odds_ratio(territory, government)


def _shares(each: Columns) -> list[float]:
    return [float(yes.mean()) for yes in each.values()]


def _recurring(ended: pd.DataFrame, termination: pd.DataFrame) -> Named:
    """Whether the conflict was active again in the five calendar years after the one in which the episode ended, where the
    file covers all five.
    """
    within = termination[termination["kind"].isin(WITHIN_STATES)]
    active = set(zip(within["conflict"], within["year"]))
    watched = ended[ended["year"] + YEARS_WATCHED <= termination["year"].max()]
    again = pd.Series(
        [
            any((conflict, year + ahead) in active for ahead in range(1, YEARS_WATCHED + 1))
            for conflict, year in zip(watched["conflict"], watched["year"])
        ],
        index=watched.index,
        dtype=bool,
    )
    for how in ("agreement", "ceasefire", "low activity"):
        yield f"T5-{how}", share(again[watched["outcome"] == how])


# ---- accords ---------------------------------------------------------------------------------------------------------
def accords_within_states(agreements: pd.DataFrame) -> pd.DataFrame:
    """Agreements that are not only between governments: UCDP's file has both kinds, the record looks at these."""
    pairs = agreements["sides"].str.split(GOVERNMENT_AND_REST)
    between = pairs.map(lambda each: all(pair.count("Government of") > 1 for pair in each if pair))
    return agreements[~between | (agreements["sides"] == "")]


def _last_day(agreements: pd.DataFrame) -> pd.Timestamp:
    """The end of the last year in the file: until then agreements were watched."""
    return pd.Timestamp(year=int(agreements["signed"].max().year), month=12, day=31)


def standing(agreements: pd.DataFrame) -> pd.DataFrame:
    """How long each agreement stood (`months`: until it ended, or the end of the last year in the file) and whether it ended.
    Those between states are left out, and those that ended nobody knows when.
    """
    agreements = accords_within_states(agreements)
    known = agreements[~agreements["ended"] | agreements["end"].notna()]
    last_day = _last_day(agreements)
    months = months_between(known["signed"], known["end"].fillna(last_day)).clip(lower=0)
    return known.assign(months=months, came_to_an_end=known["end"].notna())


def figures_of_agreements(agreements: pd.DataFrame) -> Named:
    """T3', T17 and T19."""
    known = standing(agreements)
    for kind, name in (("comprehensive", "full"), ("partial", "partial")):
        of_kind = known[known["kind"] == kind]
        of = f"{int(of_kind['came_to_an_end'].sum())} of {len(of_kind)} ended"
        names = (f"T3'-{name}-{months}" for months in STANDS_AT)
        stood = {name: of_kind[name] for name in ("months", "came_to_an_end")}
        yield from zip(names, drawn(stood, of_kind["conflicts"], _still_standing, of, "conflicts"))
    full = known[known["kind"] == "comprehensive"]
    for after, until in AGES:
        yield f"T17-{after}-{until}", hazard(full["months"], full["came_to_an_end"], after, until)
    yield "T19-UCDP", _partial_to_full(agreements)


def _still_standing(accords: Columns) -> list[float]:
    return still_standing(accords["months"], accords["came_to_an_end"], STANDS_AT)


def _partial_to_full(agreements: pd.DataFrame) -> Estimate:
    """Conflicts that had a partial agreement before any full one: a full one within 60 months."""
    each = accords_within_states(agreements).explode("conflicts")
    first = {kind: rows.groupby("conflicts")["signed"].min() for kind, rows in each.groupby("kind")}
    none = pd.Series(dtype="datetime64[ns]")
    partial, full = (
        first.get("partial", none),
        first.get("comprehensive", none).reindex(first.get("partial", none).index),
    )
    partial, full = partial[~(full <= partial)], full[~(full <= partial)]
    return happened_by(months_between(partial, full.fillna(_last_day(agreements))), full.notna(), 60)
