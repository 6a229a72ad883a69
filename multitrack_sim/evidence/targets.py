"""What the record says, as a table: every pattern, its value and interval, what it is used for, and how a model's runs
give the same number.

`calibrate` rows may be fitted, `predict` rows are only reported. Kinds: *observed*, the record's association, asked of
the model as it stands in a population where hard cases get helpers; *intervened*, an experiment, compared with the
model's own intervention; *order*, only a sign or ranking counts. Tags: D computed from a data file, S read in the cited
source, M from memory. PA-X is Bell and Badanjak 2019 (v10), UCDP conflict termination Kreutz 2010 (v3-2021), PAD the
UCDP Peace Agreement Dataset 22.1.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import pandas as pd

from .population import Record

__all__ = ["CALIBRATED", "IMPLAUSIBLE", "TARGETS", "Target", "compared", "measured", "spread_together"]

SPLITS = 16  # of the conflicts into halves
IMPLAUSIBLE = 3.0  # standard deviations: nearly all of any distribution with one peak lies within (Pukelsheim 1994)
YEAR, HALF, TWO_YEARS, FIVE_YEARS, TWENTY_YEARS, TEN_YEARS = 12, 6, 24, 60, 240, 120  # months


@dataclass(frozen=True)
class Target:
    """One pattern of the record. `low` and `high` are the ends of a 95% interval of it; `measure` gives the model's value
    from a population's runs (None: it needs an experiment of its own, named in `note`).
    """

    id: str
    pattern: str
    value: float
    low: float
    high: float
    kind: str
    use: str
    source: str
    tag: str
    measure: Callable[[Record], float] | None = None
    note: str = ""

    @property
    def error(self) -> float:
        """One standard deviation of the record's value: sampling and coding together."""
        return (self.high - self.low) / (2 * 1.96)


# ---- survival and shares ---------------------------------------------------------------------------------------------
def reached(months: pd.Series, until: pd.Series, by: float) -> float:
    """Kaplan-Meier: the share in which it has happened by so many months, with observation ending at `until`."""
    happened = months.notna() & (months <= until)
    times = np.where(happened, months, until).astype(float)
    left = 1.0
    for at in np.unique(times[happened.to_numpy() & (times <= by)]):
        left *= 1.0 - ((times == at) & happened.to_numpy()).sum() / (times >= at).sum()
    return 1.0 - left if len(times) else math.nan


def share(of: pd.Series) -> float:
    return float(of.mean()) if len(of) else math.nan


def quantile(of: pd.Series, at: float) -> float:
    known = of.dropna()
    return float(known.quantile(at)) if len(known) else math.nan


# ---- what the patterns are read from ---------------------------------------------------------------------------------
def _begun(record: Record) -> pd.DataFrame:
    """Processes: runs with an agreement of any kind."""
    return record.runs[record.runs["agreements"] > 0]


def _comprehensive_within(record: Record, months: float) -> float:
    begun = _begun(record)
    since = begun["months_to_comprehensive"] - begun["months_to_first_agreement"]
    return reached(since, record.months - begun["months_to_first_agreement"], months)


def _months_to_comprehensive(record: Record, at: float) -> float:
    begun = _begun(record)
    return quantile(begun["months_to_comprehensive"] - begun["months_to_first_agreement"], at)


def _first_kind(record: Record, kind: str) -> float:
    return share(_begun(record)["first_agreement"] == kind)


def _first_substantive_is_comprehensive(record: Record) -> float:
    agreed = record.runs[record.runs["agreed"] > 0]
    return share(agreed["months_to_comprehensive"] == agreed["months_to_substantive"])


def _stands(record: Record, kind: str, months: float) -> float:
    """Of the accords of a kind that came into force, those that stand so long (Kaplan-Meier)."""
    of = record.agreements[(record.agreements["kind"] == kind) & record.agreements["month_in_force"].notna()]
    return 1.0 - reached(of["month_ended"] - of["month_in_force"], record.months - of["month_in_force"], months)


def _end_hazard(record: Record, after: float, until: float) -> float:
    """Monthly hazard of a full accord's end between two ages: ends over months at risk."""
    full = record.agreements[
        (record.agreements["kind"] == "comprehensive") & record.agreements["month_in_force"].notna()
    ]
    age = full["month_ended"].fillna(record.months) - full["month_in_force"]
    at_risk = (age.clip(upper=until) - after).clip(lower=0).sum()
    ends = (full["month_ended"].notna() & (age >= after) & (age < until)).sum()
    return ends / at_risk if at_risk > 0 else math.nan


def _ended(record: Record, how: str) -> float:
    ended = record.runs[record.runs["ended_by"] != "none"]
    return share(ended["ended_by"] == how)


def _recurred(record: Record, how: str) -> float:
    return share(record.runs[record.runs["ended_by"] == how]["recurred"].dropna())


def _attacked(record: Record, processes: bool) -> float:
    """Of the accords (of the processes with one), those struck by an attack within a year of signature."""
    accords = record.agreements[record.agreements["kind"] != "ceasefire"]
    months = {run: part.to_numpy() for run, part in record.attacks.groupby("run")["month"]}
    none = np.zeros(0)
    struck = pd.Series(
        [
            bool(((months.get(run, none) >= at) & (months.get(run, none) <= at + YEAR)).any())
            for run, at in zip(accords["run"], accords["month_signed"], strict=True)
        ],
        index=accords.index,
        dtype=bool,
    )
    return share(struck.groupby(accords["run"]).any() if processes else struck)


def _highest(record: Record, kind: str) -> float:
    return share(_begun(record)["highest_agreement"] == kind)


def _partial_to_full(record: Record) -> float:
    first = record.agreements[record.agreements["kind"] == "framework"].groupby("run")["month_signed"].min()
    runs = record.runs.set_index("run").loc[first.index]
    since = runs["months_to_comprehensive"] - first
    return reached(since.where(since >= 0), record.months - first, FIVE_YEARS)


def _since_talks(record: Record, outcome: str) -> pd.DataFrame:
    """Processes whose talks opened: months from the opening to an agreement, and how long they were seen."""
    talks = record.runs[record.runs["talks_opened"] > 0]
    since = (talks[outcome] - talks["months_to_talks"]).clip(lower=0)
    return pd.DataFrame({"since": since, "seen": record.months - talks["months_to_talks"]})


def _talks_to(record: Record, outcome: str, at: float) -> float:
    return quantile(_since_talks(record, outcome)["since"], at)


def _talks_reach(record: Record, outcome: str) -> float:
    found = _since_talks(record, outcome)
    return reached(found["since"], found["seen"], TWENTY_YEARS)


def signing_hazard(record: Record, after: float, until: float) -> float:
    """Monthly hazard of the next signing of anything between two times since the last: signings over months at risk."""
    texts = record.texts
    gap = texts.groupby("run")["month"].diff(-1).mul(-1)
    last = gap.isna()
    waited = gap.where(~last, record.months - texts["month"])
    at_risk = (waited.clip(upper=until) - after).clip(lower=0).sum()
    signed = (~last & (waited > after) & (waited <= until)).sum()
    if after == 0:  # two texts of one month: both signed, no month at risk
        signed += (~last & (waited == 0)).sum()
    return signed / at_risk if at_risk > 0 else math.nan


def _burst_ratio(record: Record) -> float:
    late = signing_hazard(record, TWO_YEARS, FIVE_YEARS)
    return signing_hazard(record, 0, HALF) / late if late > 0 else math.nan


def _odds_ratio(one: pd.Series, other: pd.Series) -> float:
    """Odds ratio of two groups of yes and no, a half added to each count."""
    a, b, c, d = one.sum() + 0.5, (1 - one).sum() + 0.5, other.sum() + 0.5, (1 - other).sum() + 0.5
    return (a / b) / (c / d)


def _split(record: Record, code: str, at: float) -> tuple[pd.DataFrame, pd.DataFrame]:
    high = record.runs[f"code_{code}"] >= at
    return record.runs[high], record.runs[~high]


def _settled(runs: pd.DataFrame) -> pd.Series:
    return runs["ended_by"].isin(["agreement", "ceasefire"]).astype(float)


def _mediated(record: Record) -> float:
    with_it, without = _split(record, "mediation", 2)
    return share(_settled(with_it)) - share(_settled(without))


def _agreement_where_indivisible(record: Record) -> float:
    hard, other = _split(record, "indivisibility", 3)
    ends = [part[part["ended_by"] != "none"] for part in (hard, other)]
    return _odds_ratio(*((part["ended_by"] == "agreement").astype(float) for part in ends))


def _agreed_where_one_sided(record: Record) -> float:
    weak, other = _split(record, "power_asymmetry", 3)
    by = [(part["months_to_first_agreement"] <= TEN_YEARS).mean() for part in (weak, other)]
    return by[0] - by[1]


def _guaranteed_ending(record: Record) -> float:
    """Hazard ratio of the end of accords where guarantees are strong, against the others (ends over months)."""
    rates = []
    strong = set(_split(record, "guarantee", 2)[0]["run"])
    accords = record.agreements[
        (record.agreements["kind"] != "ceasefire") & record.agreements["month_in_force"].notna()
    ]
    for inside in (True, False):
        part = accords[accords["run"].isin(strong) == inside]
        months = (part["month_ended"].fillna(record.months) - part["month_in_force"]).sum()
        rates.append((part["month_ended"].notna().sum() + 0.5) / (months + 1))
    return rates[0] / rates[1]


def _attacked_in_talks(record: Record) -> float:
    """Share of talks that come to a substantive agreement, where attacks fell in the year after their opening, less
    where none did.
    """
    talks = record.runs[record.runs["talks_opened"] > 0]
    struck = record.attacks.merge(talks[["run", "months_to_talks"]], on="run")
    inside = struck["month"].between(struck["months_to_talks"], struck["months_to_talks"] + YEAR)
    hit = talks["run"].isin(struck[inside]["run"])
    return share(talks[hit]["agreed"]) - share(talks[~hit]["agreed"])


def _civil_society(record: Record) -> float:
    """Share of accords that stand, where Track III is strong, less where it is weak."""
    strong = _split(record, "track3", 3)[0]["run"]
    accords = record.agreements[record.agreements["kind"] != "ceasefire"]
    held = accords["month_ended"].isna().astype(float)
    inside = accords["run"].isin(strong)
    return share(held[inside]) - share(held[~inside])


def _unofficial(record: Record) -> float:
    strong, weak = _split(record, "track2", 3)
    return share(_settled(strong)) - share(_settled(weak))


def _votes_failed(record: Record) -> float:
    voted = record.runs.dropna(subset=["ratified"])
    return share((voted["votes_failed"] > 0).astype(float))


def _workshops_a_year(record: Record) -> float:
    """Workshops a year and convenor, where dialogue is sustained."""
    sustained = record.runs[record.runs["code_track2"] >= 3]
    return float((sustained["workshops"] / record.months * YEAR / CONVENORS).mean())


def _participants_into_office(record: Record) -> float:
    """Times that somebody came into office, per participant who has a party, where dialogue is sustained."""
    sustained = record.runs[record.runs["code_track2"] >= 3]
    return float((sustained["entered_office"] / (PARTICIPANTS * sustained["code_parties"])).mean())


CONVENORS = 2  # that a scenario made from codes has for unofficial dialogue
PARTICIPANTS = 3  # of each party in such a scenario


# fmt: off
def _rows() -> Iterator[Target]:
    fit, look = "calibrate", "predict"
    talks = "PA-X v10, the 56 processes whose first text is a pre-negotiation one"
    pax, pad, term = "PA-X v10, 144 processes, neither local nor purely between states", "PAD 22.1", "UCDP termination v3, n = 279, episodes of one conflict hang together (design effect 2)"
    for months, value, low, high in ((12, 0.15, 0.10, 0.22), (24, 0.20, 0.13, 0.27), (60, 0.29, 0.22, 0.37), (240, 0.38, 0.30, 0.47)):
        yield Target(f"T1'-{months}", f"comprehensive within {months} months of the first agreement", value, low, high, "observed", fit, pax, "D", partial(_comprehensive_within, months=months))
    yield Target("T2-50", "months from the first agreement to a comprehensive one, median of those that get there", 17, 9, 30, "observed", fit, pax, "D", partial(_months_to_comprehensive, at=0.5))
    yield Target("T2-75", "the same, upper quartile", 57, 42, 75, "observed", fit, pax, "D", partial(_months_to_comprehensive, at=0.75))
    yield Target("T2'", "the first substantive agreement is comprehensive, of those who have one", 0.23, 0.16, 0.31, "observed", fit, pax, "D", _first_substantive_is_comprehensive)
    for kind, value, low, high in (("ceasefire", 0.34, 0.26, 0.42), ("framework", 0.52, 0.43, 0.60), ("comprehensive", 0.15, 0.10, 0.22)):
        yield Target(f"T2''-{kind}", f"the first agreement (of three kinds) is a {kind}", value, low, high, "observed", fit, pax + ", n = 137", "D", partial(_first_kind, kind=kind))
    for months, value, low, high in ((12, 0.82, 0.72, 0.93), (24, 0.80, 0.70, 0.91), (60, 0.77, 0.68, 0.89)):
        yield Target(f"T3'-full-{months}", f"full accords that stand {months} months", value, low, high, "observed", fit, pad + ", n = 71", "D", partial(_stands, kind="comprehensive", months=months))
    for months, value, low, high in ((12, 0.77, 0.66, 0.88), (24, 0.71, 0.59, 0.83), (60, 0.69, 0.56, 0.81)):
        yield Target(f"T3'-partial-{months}", f"partial accords that stand {months} months", value, low, high, "observed", fit, pad + ", n = 189", "D", partial(_stands, kind="framework", months=months))
    for how, value, low, high in (("low activity", 0.49, 0.41, 0.57), ("ceasefire", 0.17, 0.11, 0.23), ("victory", 0.16, 0.10, 0.22), ("agreement", 0.12, 0.07, 0.18)):
        yield Target(f"T4-{how}", f"conflicts that ended did so by {how}", value, low, high, "observed", fit, term, "D", partial(_ended, how=how), "the record's .05 in which an actor ceased to exist is none of these")
    for how, value, low, high in (("agreement", 0.35, 0.21, 0.52), ("ceasefire", 0.51, 0.36, 0.66), ("low activity", 0.63, 0.53, 0.73)):
        yield Target(f"T5-{how}", f"active again within 5 years of an end by {how}", value, low, high, "observed", fit, "UCDP termination v3", "D", partial(_recurred, how=how))
    yield Target("T6", "agreed, where attacks fall in the first year of talks, less where none do", -0.35, -0.75, 0.05, "order", look, "Kydd and Walter 2002 (25% v 60%, n = 14)", "M", _attacked_in_talks)
    yield Target("T7", "a guarantee's effect on implementation", 1, 0, math.inf, "order", look, "Walter 1997", "S", None, "an intervention: tests/test_mechanisms.py")
    yield Target("T8", "ended by agreement or ceasefire: mediated less others", 0.34, 0.20, 0.48, "observed", look, "Civil War Mediation x UCDP, to 2009 (.57 v .23)", "D", _mediated)
    yield Target("T9'", "accords that stand: civil society strong less weak", 0.0, -0.15, 0.15, "observed", look, "PA-X x PAD (no sign; Nilsson 2012 is not reproduced)", "D", _civil_society)
    yield Target("T10", "contact programme on attitudes, right after, in standard deviations", 0.1, 0.05, 0.25, "intervened", fit, "Lowe 2025; Paluck, Green and Green 2019", "S", None, "an experiment: experiments/what_each_parameter_moves.py")
    yield Target("T11", "effect on strangers below that on those met", 1, 0, math.inf, "order", look, "Mousa 2020", "S", None, "an experiment")
    yield Target("T12", "a local attack before a vote, points for hardliners", 1.35, 0.5, 2.5, "intervened", fit, "Berrebi and Klor 2008", "S", None, "an experiment: experiments/what_each_parameter_moves.py")
    yield Target("T13", "dialogue raises trust and ethnic salience at once", 1, 0, math.inf, "order", look, "Svensson and Brouneus 2013", "S", None, "an experiment")
    yield Target("T14", "votes on accords fail", 0.43, 0.15, 0.75, "observed", look, "7 referendums; Collin 2020", "M", _votes_failed, "the record is of referendums; in coded conflicts leaders ratify")
    yield Target("T15'", "ended by agreement or ceasefire: Track II strong less weak", 0.13, -0.13, 0.35, "order", look, "Civil War Mediation 1946-2009: any unofficial mediator less official ones only (18 and 56 episodes: too few)", "D", _unofficial)
    yield Target("T16-accords", "accords attacked within a year", 0.216, 0.17, 0.27, "observed", fit, "Reiter 2016 (65 of 301)", "S", partial(_attacked, processes=False))
    yield Target("T16-processes", "processes with such an accord", 0.333, 0.26, 0.42, "observed", fit, "Reiter 2016 (46 of 138)", "S", partial(_attacked, processes=True))
    for after, until, value, low, high in ((0, 6, 0.0255, 0.0122, 0.0469), (6, 12, 0.0085, 0.0017, 0.0248), (12, 24, 0.0014, 0.0000, 0.0080), (24, 60, 0.0010, 0.0001, 0.0037)):
        yield Target(f"T17-{after}-{until}", f"monthly hazard of a full accord's end in months {after} to {until}", value, low, high, "observed", fit, pad + ", n = 71; exact Poisson intervals for 10, 3, 1 and 2 ends", "D", partial(_end_hazard, after=after, until=until))
    for kind, value, low, high in (("framework", 0.50, 0.42, 0.58), ("ceasefire", 0.09, 0.05, 0.15)):
        yield Target(f"T18-{kind}", f"the highest stage reached is a {kind}", value, low, high, "observed", fit, pax, "D", partial(_highest, kind=kind))
    yield Target("T19", "first partial to full within 60 months", 0.31, 0.11, 0.60, "observed", fit, "PA-X .18 [.11-.27], PAD .44 [.30-.60]", "D", _partial_to_full)
    for at, value, low, high in ((0.25, 6.3, 3.5, 10), (0.5, 13.8, 10, 20), (0.75, 30.7, 19, 50)):
        yield Target(f"T20-first-{at}", f"months from talks to the first substantive agreement, quantile {at}", value, low, high, "observed", fit, talks, "D", partial(_talks_to, outcome="months_to_substantive", at=at))
    yield Target("T20-first-reached", "talks that come to a substantive agreement", 0.88, 0.75, 0.96, "observed", fit, talks, "D", partial(_talks_reach, outcome="months_to_substantive"))
    for at, value, low, high in ((0.25, 13.6, 5.5, 34), (0.5, 34.9, 14, 52), (0.75, 54.9, 40, 81)):
        yield Target(f"T20-full-{at}", f"months from talks to a comprehensive agreement, quantile {at}", value, low, high, "observed", fit, talks, "D", partial(_talks_to, outcome="months_to_comprehensive", at=at))
    yield Target("T20-full-reached", "talks that come to a comprehensive agreement", 0.43, 0.30, 0.57, "observed", fit, talks, "D", partial(_talks_reach, outcome="months_to_comprehensive"))
    yield Target("T21-early", "monthly hazard of the next signing, 0-6 months after the last", 0.206, 0.16, 0.27, "observed", look, pax + " (.28 after pre-negotiation, .30 ceasefire, .16 partial)", "D", partial(signing_hazard, after=0, until=6))
    yield Target("T21-late", "the same, 24-60 months after the last", 0.0112, 0.0085, 0.0146, "observed", look, pax, "D", partial(signing_hazard, after=24, until=60))
    yield Target("T21-ratio", "by how much it falls", 18.3, 12.7, 28.1, "observed", look, pax, "D", _burst_ratio)
    yield Target("T22", "ends in agreement where issues are indivisible, against others (odds ratio)", 0.33, 0.16, 0.69, "observed", look, "UCDP: over territory v over government", "D", _agreement_where_indivisible, "territory stands in the model's codes as indivisibility, roughly")
    yield Target("T23", "any agreement within 120 months: one side much weaker less the rest", -0.39, -0.58, -0.20, "observed", look, "UCDP x Non-State Actor data 3.4 (.18 v .57)", "D", _agreed_where_one_sided)
    yield Target("T24", "peacekeepers in the text and its ending (hazard ratio)", 2.08, 1.15, 3.77, "observed", look, "PA-X x PAD (hard cases get them)", "D", _guaranteed_ending)
    yield Target("T25", "rounds of a sustained dialogue a year", 2.8, 1.5, 5.0, "observed", fit, "sustaineddialogue.org; chaophrayadialogue.net", "S", _workshops_a_year, "track_two.workshop_cost is set by it alone")
    yield Target("T26", "participants who become delegates", 0.25, 0.1, 0.45, "observed", look, "sustaineddialogue.org (3 of 10-14)", "S", _participants_into_office, "one dialogue; the model counts who comes back twice")
    yield Target("T27", "pre-negotiation helps agreement", 0, -1, 1, "order", look, "Doyle and Hegele", "S", None, "little evidence")
    yield Target("T28", "an unofficial third party is named in an agreement", 0.11, 0.09, 0.12, "observed", look, "PA-X, text search", "D", None, "texts of the model name nobody")
    yield Target("T29", "comprehensive by 120 months: unofficial third party named early less not", 0.06, -0.13, 0.25, "observed", look, "PA-X", "D", lambda record: share((_split(record, "track2", 3)[0]["months_to_comprehensive"] <= TEN_YEARS).astype(float)) - share((_split(record, "track2", 3)[1]["months_to_comprehensive"] <= TEN_YEARS).astype(float)))
    yield Target("T30", "predictability of mediation's onset and outcome", 0, -1, 1, "order", "benchmark", "Clayton and Gleditsch 2014", "S", None, "a benchmark for coded cases")
    yield Target("T31", "a workshop a year later: empathy up, trust unchanged", 0, -1, 1, "order", look, "Malhotra and Liyanage 2005", "S", None, "an experiment")
    yield Target("T32", "what is transferred: process more than outcome", 0, -1, 1, "order", look, "Cuhadar 2009", "S", None, "not measured")


# fmt: on
TARGETS: dict[str, Target] = {target.id: target for target in _rows()}
# What a population's runs can be fitted to; experiments are judged elsewhere.
CALIBRATED = tuple(t for t in TARGETS.values() if t.use == "calibrate" and t.measure is not None)


def measured(record: Record, targets: tuple[Target, ...] | None = None, errors: bool = True) -> pd.DataFrame:
    """The model's value of every target that a population's runs give, and its standard error: one row per target.

    The error is half of what two halves of the conflicts differ by, over many splits (balanced repeated replication, McCarthy
    1969): right for quantiles too, for which leaving out a few conflicts at a time is not.
    """
    wanted = targets or tuple(target for target in TARGETS.values() if target.measure is not None)
    values = {target.id: float(target.measure(record)) for target in wanted}  # type: ignore[misc]
    frame = pd.DataFrame({"model": values})
    if errors:
        halves = []
        for kept in _splits(record.runs["conflict"].to_numpy()):
            one, other = (record.of(inside) for inside in (kept, ~kept))
            apart = {target.id: float(target.measure(one)) - float(target.measure(other)) for target in wanted}  # type: ignore[misc]
            halves.append({name: value / 2 for name, value in apart.items()})
        frame["error"] = np.sqrt((pd.DataFrame(halves) ** 2).mean())
    return frame


def _splits(conflicts: np.ndarray) -> Iterator[np.ndarray]:
    """Which runs are in one half: of every two neighbouring conflicts one, another each time."""
    names, at = np.unique(conflicts, return_inverse=True)
    for split in range(SPLITS):
        pairs = np.random.default_rng([SPLITS, split]).integers(0, 2, len(names) // 2 + 1)
        half = (np.arange(len(names)) + pairs[np.arange(len(names)) // 2]) % 2 == 0
        yield half[at]


def spread_together(record_error: Any, model_error: Any) -> Any:
    """One standard deviation of a miss, record and model together; a model's error that nothing gives counts as none."""
    return np.hypot(record_error, np.nan_to_num(model_error))


def compared(record: Record, targets: tuple[Target, ...] | None = None) -> pd.DataFrame:
    """Model beside record: both values, both errors, and the miss in standard deviations of the two together."""
    frame = measured(record, targets)
    known = [TARGETS[name] for name in frame.index]
    frame.insert(0, "record", [t.value for t in known])
    frame.insert(1, "record_error", [t.error for t in known])
    frame["miss"] = (frame["model"] - frame["record"]) / spread_together(frame["record_error"], frame["error"])
    frame["use"] = [t.use for t in known]
    frame["pattern"] = [t.pattern for t in known]
    return frame
