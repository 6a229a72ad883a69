"""What was on record about a case before it opened: all that its codes may be made from. No hindsight."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from .coding_matches import is_unofficial, third_party_kind
from .coding_openings import Opening, Sources

__all__ = ["Known", "known_at"]

MONTHS_OF_TEXTS = 24  # how far back third parties count: mediations and earlier texts
MONTHS_OF_UNOFFICIAL = 60  # mediations by somebody unofficial


@dataclass(frozen=True)
class Known:
    """What was on record about a case before it opened, and the text that opened it.

    `past` holds UCDP's active years before the year of the opening (up to that year where there is none before), or is None
    where UCDP has no such conflict.
    """

    year: int
    past: pd.DataFrame | None
    other_conflicts: int  # of the same country, active in the three years before
    incompatibility: str
    third_parties: frozenset[str]  # kinds of those named in the two years before and in the opening text
    unofficial: bool  # one of those, or of the mediators of the five years before, speaks for no state
    text: pd.Series | None

    def last(self, years: int) -> pd.DataFrame:
        """The active years among so many before the opening; none where UCDP has no such conflict."""
        return pd.DataFrame() if self.past is None else self.past[self.past.index >= self.year - years]

    def says(self, provision: str) -> int:
        """How strongly the opening text has a provision: 0 where it has it not, up to 3."""
        return 0 if self.text is None else int(self.text[provision])


def known_at(opening: Opening, sources: Sources) -> Known:
    """What was known when this case opened."""
    year = opening.date.year
    past, others = None, 0
    if not isinstance(opening.unit, str):
        past, others = _past(sources.years[opening.unit], year), _other_conflicts(opening.unit, year, sources)
    mediated = sources.mediations[
        (sources.mediations["unit"] == opening.unit) & (sources.mediations["date"] <= opening.date)
    ]
    texts = sources.texts[(sources.texts["unit"] == opening.unit) & (sources.texts["date"] < opening.date)]
    texts = texts[texts["date"] >= opening.date - pd.DateOffset(months=MONTHS_OF_TEXTS)]
    recently = mediated[mediated["date"] >= opening.date - pd.DateOffset(months=MONTHS_OF_TEXTS)]
    within_5_years = mediated[mediated["date"] >= opening.date - pd.DateOffset(months=MONTHS_OF_UNOFFICIAL)]
    in_texts = [*texts["third_parties"], *([] if opening.text is None else [opening.text["third_parties"]])]
    # a dated mediation had a mediator, named or not
    kinds = {third_party_kind(named) or "other" for named in recently["third_parties"]}
    kinds |= {kind for named in in_texts if (kind := third_party_kind(named))}
    return Known(
        year,
        past,
        others,
        _incompatibility(opening, sources, past),
        frozenset(kinds),
        is_unofficial(" ; ".join([*within_5_years["third_parties"], *in_texts])),
        opening.text,
    )


def _past(years: pd.DataFrame, year: int) -> pd.DataFrame:
    """The active years before; where there is none, the conflict began in this year, and it counts."""
    before = years[years.index < year]
    return before if len(before) else years[years.index <= year]


def _other_conflicts(conflict: int, year: int, sources: Sources) -> int:
    """How many other conflicts of the same country were active in the three years before this one."""
    others = set().union(*(sources.conflicts_of[country] for country in sources.countries_of[conflict])) - {conflict}
    return sum(any(year - 3 <= active < year for active in sources.years[other].index) for other in others)


def _incompatibility(opening: Opening, sources: Sources, past: pd.DataFrame | None) -> str:
    """What is fought over, as the last year before the opening has it, or the first agreement of the process."""
    if past is None or isinstance(opening.unit, str):
        texts = sources.texts[sources.texts["process"] == opening.unit]
        return texts.sort_values("date", kind="stable")["incompatibility"].iloc[0]
    rows = past if len(past) else sources.years[opening.unit]
    return rows["incompatibility"].iloc[-1]
