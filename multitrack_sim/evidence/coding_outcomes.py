"""What came after a case opened: read by nothing that makes a code.

Looked at are twenty years, up to the next process of the same conflict. An agreement is what PA-X calls a substantive one,
partial or comprehensive, and what UCDP calls a partial or a full one.
"""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from .coding_openings import AGREEMENTS, MONTH, Opening, Sources

__all__ = ["Outcome", "outcome_of"]

LOOKED_AT = 240  # months
HELD = 60  # months
SAME = pd.Timedelta(days=31)  # signatures of one agreement in the two files lie no further apart
LAST_SEEN = pd.Timestamp("2016-12-31")  # an agreement signed later was not watched for five years by UCDP's
LAST_ACTIVE = 2015  # nor, by the years in which its conflict was active, one signed later than this


@dataclass(frozen=True)
class Outcome:
    """What came: the highest agreement and the months to it (to the first of its kind), whether it held five years and by
    what that is told, the months to the first partial or comprehensive one, and how many months the record watched.
    """

    agreement: str
    months: float | None
    held_60: str | None
    held_by: str | None
    months_to_any: float | None
    watched_months: float


def outcome_of(opening: Opening, sources: Sources) -> Outcome:
    """What came of this case."""
    signals = opening.signals
    ahead = signals[(signals["date"] >= opening.date) & (signals["date"] < opening.until)]
    ahead = ahead[ahead["date"] <= opening.date + pd.DateOffset(months=LOOKED_AT)]
    partial, comprehensive = (_first(ahead, kind) for kind in ("partial", "comprehensive"))
    signed = comprehensive or partial
    first = min((date for date in (partial, comprehensive) if date), default=None)
    held, told_by = _held(opening, signed, sources) if signed else (None, None)
    return Outcome(
        "comprehensive" if comprehensive else "framework" if partial else "none",
        _months(opening, signed),
        held,
        told_by,
        _months(opening, first),
        round((min(sources.last_day, opening.until) - opening.date).days / MONTH, 1),
    )


def _first(signals: pd.DataFrame, kind: str) -> pd.Timestamp | None:
    """The day of the first agreement of this kind."""
    of_kind = signals.loc[signals["kind"] == kind, "date"]
    return None if of_kind.empty else of_kind.min()


def _months(opening: Opening, date: pd.Timestamp | None) -> float | None:
    return None if date is None else round((date - opening.date).days / MONTH, 1)


def _held(opening: Opening, signed: pd.Timestamp, sources: Sources) -> tuple[str | None, str | None]:
    """Whether an agreement held five years ("yes", "no", or None where nobody can say), and by what that is told: the end that
    UCDP has of the same agreement; else whether the conflict was active again in the five calendar years after.
    """
    if signed > LAST_SEEN or isinstance(opening.unit, str):
        return None, None
    same = _same_agreement(opening, signed, sources)
    if same is not None:
        fell = pd.notna(same["end"]) and same["end"] <= same["signed"] + pd.DateOffset(months=HELD)
        return ("no" if fell else "yes"), "UCDP Peace Agreements"
    if signed.year > LAST_ACTIVE:
        return None, None
    active = sources.years[opening.unit].index
    again = any(signed.year < year <= signed.year + HELD // 12 for year in active)
    return ("no" if again else "yes"), "UCDP Conflict Termination"


def _same_agreement(opening: Opening, signed: pd.Timestamp, sources: Sources) -> pd.Series | None:
    """UCDP's row of the same agreement, the nearest in time; one that ended nobody knows when tells nothing."""
    rows = sources.agreements
    rows = rows[(rows["unit"] == opening.unit) & rows["kind"].isin(AGREEMENTS) & ~(rows["ended"] & rows["end"].isna())]
    apart = (rows["signed"] - signed).abs().reset_index(drop=True)
    return rows.iloc[int(apart.idxmin())] if len(rows) and apart.min() <= SAME else None
