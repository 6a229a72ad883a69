"""What four published analyses find in the model's runs: their samples, outcomes and variables as they are read from runs of
a population, and their estimates. `published_designs` says what was published and how these differ from it.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from .estimators import NORMAL_95, areas, cox, logit, out_of_sample, probit, selected_probit
from .population import Record

__all__ = [
    "AREA", "AREAS_APART", "CORRELATION", "HARD", "HAS", "HAZARD", "NOTHING", "ODDS", "POINTS", "RATIOS", "SEEN", "UNSEEN",
    "WEAK", "Found", "accords", "agreed_in_time", "boehmelt", "boehmelt_groups", "clayton", "clayton_groups",
    "guaranteed_success", "has", "included", "mediated", "nilsson", "nilsson_groups", "settled", "tracks", "walter",
    "walter_groups",
]  # fmt: skip

HAS = 3  # a case has a guarantee, a mediator, unofficial dialogue or civil society where its code is this or more
WEAK = 2  # a lower bar, for a row that says whether the answer hangs on the bar
TEN_YEARS, FIVE_YEARS = 120, 60  # months
POINTS, ODDS, HAZARD, AREA, AREAS_APART, CORRELATION = (
    "points", "odds ratio", "hazard ratio", "area under the curve", "difference of areas", "correlation",
)  # fmt: skip
NOTHING = {
    POINTS: 0.0,
    ODDS: 1.0,
    HAZARD: 1.0,
    AREA: 0.5,
    AREAS_APART: 0.0,
    CORRELATION: 0.0,
}  # the value that says: no difference
RATIOS = (ODDS, HAZARD)


@dataclass(frozen=True)
class Found:
    """A number with its 95% interval, and how many rows and conflicts stand behind it."""

    value: float
    low: float
    high: float
    rows: int
    conflicts: int


# ---- what designs read from runs -------------------------------------------------------------------------------------
def has(rows: pd.DataFrame, code: str, bar: int = HAS) -> pd.Series:
    return rows[f"code_{code}"] >= bar


def agreed_in_time(runs: pd.DataFrame) -> pd.Series:
    """Whether an agreement of any kind, a ceasefire too, was signed within ten years."""
    return runs["months_to_first_agreement"] <= TEN_YEARS


def _codes(rows: pd.DataFrame, *names: str) -> pd.DataFrame:
    return pd.DataFrame({name: rows[f"code_{name}"].astype(float) for name in names}, index=rows.index)


def _found(fit: tuple[float, float], unit: str, rows: pd.DataFrame) -> Found:
    """An estimate and its standard error in the unit of its row: points of 100, or a ratio from its logarithm."""
    value, error = fit
    ends = [value, value - NORMAL_95 * error, value + NORMAL_95 * error]
    if unit in RATIOS:
        ends = [math.exp(min(end, 50.0)) for end in ends]
    elif unit == POINTS:
        ends = [100.0 * end for end in ends]
    return _counted(ends, rows)


def _counted(ends: Sequence[float], rows: pd.DataFrame) -> Found:
    return Found(float(ends[0]), float(ends[1]), float(ends[2]), len(rows), rows["conflict"].nunique())


def _difference(happened: pd.Series, group: pd.Series, rows: pd.DataFrame) -> Found:
    """The share in which it happened in the group less the rest: by least squares, standard error by conflict. A group of
    which all are alike has no spread: then the error is that of both with a yes and a no added (Agresti and Caffo 2000).
    """
    y, x = happened.astype(float), group.astype(float)
    if x.nunique() < 2:
        return _found((math.nan, math.nan), POINTS, rows)
    pulls = (y - y.groupby(x).transform("mean")) * (x - x.mean()) / ((x - x.mean()) ** 2).sum()
    sums = pulls.groupby(rows["conflict"]).sum()
    error = math.sqrt((sums**2).sum() * len(sums) / max(len(sums) - 1, 1))
    if y[group].nunique() < 2 or y[~group].nunique() < 2:
        shares = [((part.sum() + 1) / (len(part) + 2), len(part) + 2) for part in (y[group], y[~group])]
        error = math.sqrt(sum(share * (1 - share) / count for share, count in shares))
    return _found((float(y[group].mean() - y[~group].mean()), error), POINTS, rows)


# ---- Boehmelt 2010 ---------------------------------------------------------------------------------------------------
HARD = ("fighting_level", "indivisibility", "power_asymmetry", "parties")


def tracks(runs: pd.DataFrame, bar: int = HAS) -> pd.DataFrame:
    """Which tracks were at work: unofficial only, both, or official only (the two others are 0)."""
    official, unofficial = has(runs, "mediation", bar), has(runs, "track2", bar)
    return pd.DataFrame({"unofficial_only": (unofficial & ~official) * 1.0, "both": (unofficial & official) * 1.0})


ONLY_UNOFFICIAL, ONLY_OFFICIAL = {"unofficial_only": 1.0, "both": 0.0}, {"unofficial_only": 0.0, "both": 0.0}
BOTH = {"unofficial_only": 0.0, "both": 1.0}
_CONTRASTS = {
    "unofficial_less_official": (ONLY_UNOFFICIAL, ONLY_OFFICIAL),
    "both_less_official": (BOTH, ONLY_OFFICIAL),
    "both_less_unofficial": (BOTH, ONLY_UNOFFICIAL),
}


def boehmelt(record: Record) -> dict[str, Found]:
    runs, found = record.runs, {}
    happened = agreed_in_time(runs).astype(float)
    for bar, name in ((HAS, ""), (WEAK, "_weak")):
        by = tracks(runs, bar).join(_codes(runs, *HARD))
        chosen = has(runs, "mediation", bar) | has(runs, "track2", bar)
        inside = runs[chosen]
        fit = selected_probit(happened, by, chosen, _codes(runs, *HARD), runs["conflict"])
        plain = probit(happened[chosen], by[chosen], inside["conflict"])
        for way, (one, other) in _CONTRASTS.items():
            found[way + name] = _found(fit.shift(one, other), POINTS, inside)
            found[f"{way}{name}_plain"] = _found(plain.shift(one, other), POINTS, inside)
        value, error = fit.of("correlation")
        ends = [math.tanh(value + side * NORMAL_95 * error) for side in (0, -1, 1)]
        found[f"correlation{name}"] = _counted(ends, runs)
    return found


def boehmelt_groups(record: Record) -> dict[str, pd.Series]:
    runs = record.runs
    official, unofficial, happened = has(runs, "mediation"), has(runs, "track2"), agreed_in_time(runs)
    return {
        "neither": happened[~official & ~unofficial],
        "official only": happened[official & ~unofficial],
        "unofficial only": happened[~official & unofficial],
        "both": happened[official & unofficial],
    }


# ---- Walter 1997 -----------------------------------------------------------------------------------------------------
def settled(record: Record) -> pd.DataFrame:
    """Conflicts with official talks, seen long enough: whether a partial or comprehensive agreement was signed within ten
    years of their opening (`signed`), and whether it came into force and stood five years (`success`).
    """
    talks = record.runs[record.runs["talks_opened"] > 0]
    talks = talks[talks["months_to_talks"] + TEN_YEARS + FIVE_YEARS <= record.months]
    deals = record.agreements[record.agreements["kind"] != "ceasefire"].merge(
        talks[["run", "months_to_talks"]], on="run"
    )
    deals = deals[deals["month_signed"] - deals["months_to_talks"] <= TEN_YEARS]
    age = deals["month_ended"].fillna(math.inf) - deals["month_in_force"]
    stood = deals[deals["month_in_force"].notna() & (age >= FIVE_YEARS)]
    return talks.assign(signed=talks["run"].isin(deals["run"]), success=talks["run"].isin(stood["run"]))


def guaranteed_success(record: Record) -> Found:
    talks = settled(record)
    return _difference(talks["success"], has(talks, "guarantee"), talks)


def _guaranteed_of_all(record: Record) -> Found:
    """Of all conflicts, with talks or without."""
    talks = settled(record)
    return _difference(
        record.runs["run"].isin(talks["run"][talks["success"]]), has(record.runs, "guarantee"), record.runs
    )


def _guaranteed_standing(record: Record) -> Found:
    talks = settled(record)
    signed = talks[talks["signed"]]
    return _difference(signed["success"], has(signed, "guarantee"), signed)


def _guaranteed_odds(record: Record) -> Found:
    talks = settled(record)
    by = _codes(talks, "fighting_level", "hurting_stalemate", "indivisibility", "power_asymmetry", "mediation")
    by.insert(0, "guarantee", has(talks, "guarantee").astype(float))
    return _found(logit(talks["success"].astype(float), by, talks["conflict"]).of("guarantee"), ODDS, talks)


def walter(record: Record) -> dict[str, Found]:
    return {
        "success": guaranteed_success(record),
        "success_all": _guaranteed_of_all(record),
        "odds": _guaranteed_odds(record),
        "standing": _guaranteed_standing(record),
    }


def walter_groups(record: Record) -> dict[str, pd.Series]:
    talks = settled(record)
    guaranteed = has(talks, "guarantee")
    return {"without a guarantee": talks["success"][~guaranteed], "with a guarantee": talks["success"][guaranteed]}


# ---- Nilsson 2012 ----------------------------------------------------------------------------------------------------
def accords(record: Record) -> pd.DataFrame:
    """Partial and comprehensive agreements in force, with the codes of their conflict: how long they stood, in months
    (`stood`), and whether they `ended` before the run did.
    """
    deals = record.agreements[
        (record.agreements["kind"] != "ceasefire") & record.agreements["month_in_force"].notna()
    ].merge(record.runs.filter(regex="^(run|conflict|code_.*)$"), on="run")
    ended = deals["month_ended"].notna()
    stood = deals["month_ended"].fillna(record.months) - deals["month_in_force"]
    return deals.assign(stood=stood, ended=ended, comprehensive=(deals["kind"] == "comprehensive").astype(float))


def included(record: Record, controls: bool = False) -> Found:
    deals = accords(record)
    by = pd.DataFrame({"civil_society": has(deals, "track3").astype(float)}, index=deals.index)
    if controls:
        more = ("guarantee", "power_sharing", "fighting_level", "indivisibility", "parties")
        by = by.join(deals[["comprehensive"]]).join(_codes(deals, *more))
    fit = cox(deals["stood"], deals["ended"], by, deals["conflict"])
    return _found(fit.of("civil_society"), HAZARD, deals)


def nilsson(record: Record) -> dict[str, Found]:
    return {"hazard": included(record, controls=True), "hazard_plain": included(record)}


def nilsson_groups(record: Record) -> dict[str, pd.Series]:
    deals = accords(record)
    strong = has(deals, "track3")
    return {
        "agreements that ended, civil society weak": deals["ended"][~strong],
        "civil society strong": deals["ended"][strong],
    }


# ---- Clayton and Gleditsch 2014 --------------------------------------------------------------------------------------
SEEN = (
    "power_asymmetry", "parties", "indivisibility", "fighting_level", "hurting_stalemate", "spoilers", "outside_pressure",
)  # fmt: skip
UNSEEN = (
    "hawkishness", "public_support", "secrecy", "power_sharing", "cost_of_no_deal", "cbm", "cbm_verification", "guarantee",
    "track2", "track3", "mediation",
)  # fmt: skip


def mediated(runs: pd.DataFrame) -> pd.Series:
    """Official talks opened, with a facilitator or better at hand."""
    return (runs["talks_opened"] > 0) & has(runs, "mediation", WEAK)


def _predicted(rows: pd.DataFrame, happened: pd.Series, codes: tuple[str, ...]) -> pd.DataFrame:
    predicted = out_of_sample(happened, _codes(rows, *codes), rows["conflict"])
    return pd.DataFrame({"happened": happened.astype(int), "predicted": predicted, "cluster": rows["conflict"]})


def clayton(record: Record) -> dict[str, Found]:
    runs, inside = record.runs, record.runs[mediated(record.runs)]
    success = agreed_in_time(inside)
    tables = [
        _predicted(runs, mediated(runs), SEEN),
        _predicted(inside, success, SEEN),
        _predicted(inside, success, SEEN + UNSEEN),
    ]
    curves = areas(tables)
    onset, outcome, known = curves.T
    columns = {
        "onset": onset, "outcome": outcome, "difference": outcome - onset, "outcome_all": known, "unseen": known - outcome,
    }  # fmt: skip
    return {name: _of_draws(values, runs if name == "onset" else inside) for name, values in columns.items()}


def clayton_groups(record: Record) -> dict[str, pd.Series]:
    inside = mediated(record.runs)
    return {"mediated": inside, "success, of the mediated": agreed_in_time(record.runs[inside])}


def _of_draws(values: np.ndarray, rows: pd.DataFrame) -> Found:
    """A value (the first) with the middle 95% of what samples drawn anew give."""
    drawn = values[1:][np.isfinite(values[1:])]
    low, high = np.quantile(drawn, (0.025, 0.975)) if len(drawn) else (math.nan, math.nan)
    return _counted((values[0], low, high), rows)
