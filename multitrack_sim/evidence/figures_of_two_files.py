"""Figures that need more than one file of the record: mediation and how episodes ended, texts and how long accords stood,
signals of talks and what came of them.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from .coding import code_conflicts
from .coding_matches import is_unofficial, matched_conflicts
from .estimates import Columns, Estimate, difference, drawn, hazard_ratio, share, still_standing
from .figures_of_ucdp import SINCE, WITHIN_STATES, ended_episodes, standing

__all__ = ["figures_of_mediated_episodes", "figures_of_mediations", "figures_of_signals", "figures_of_texts"]

LAST_MEDIATED = 2009  # the year up to which Civil War Mediation looks
MOST_APART = pd.Timedelta(days=31)  # dates of one agreement in two files
IN_THE_TEXT = {"civil_society": "give civil society a role", "peacekeepers": "name a mission or force"}
SETTLED = ("agreement", "ceasefire")
Named = Iterator[tuple[str, Estimate]]


# ---- mediation -------------------------------------------------------------------------------------------------------
def figures_of_mediations(mediation: pd.DataFrame) -> Named:
    """T28, of mediations whose third party is named."""
    named = mediation[(mediation["mediated"] == 1) & (mediation["third_parties"] != "")]
    yield "T28-mediations", share(named["third_parties"].map(is_unofficial).astype(bool))


def figures_of_mediated_episodes(mediation: pd.DataFrame, termination: pd.DataFrame) -> Named:
    """T8 and T15'. An episode is mediated if a dated mediation of its conflict began in its first year or later, up to the
    day on which it ended. T8: episodes that ended in 1990 to 2009; T15': all up to 2009.
    """
    episodes = _mediated(mediation, termination)
    settled = episodes["outcome"].isin(SETTLED)
    any_at_all = episodes["official"] | episodes["unofficial"]
    recent = episodes["year"] >= SINCE
    yield "T8-mediated", share(settled[recent & any_at_all])
    yield "T8-not mediated", share(settled[recent & ~any_at_all])
    yield "T8", difference(settled[recent & any_at_all], settled[recent & ~any_at_all])
    yield "T15'-none", share(settled[~any_at_all])
    yield "T15'-unofficial only", share(settled[episodes["unofficial"] & ~episodes["official"]])
    yield "T15'-official only", share(settled[episodes["official"] & ~episodes["unofficial"]])
    yield "T15'-both", share(settled[episodes["official"] & episodes["unofficial"]])
    # the target asks for Track II strong less weak: of mediated episodes, one named less none
    unofficial, rest = episodes["unofficial"], episodes["official"] & ~episodes["unofficial"]
    yield "T15'", difference(settled[unofficial], settled[rest])


def _mediated(mediation: pd.DataFrame, termination: pd.DataFrame) -> pd.DataFrame:
    """Episodes that ended, with who mediated in them."""
    within = termination[termination["kind"].isin(WITHIN_STATES)]
    rows = mediation.assign(
        conflict=matched_conflicts(mediation, within), unofficial=mediation["third_parties"].map(is_unofficial)
    )
    rows = rows[(rows["mediated"] == 1) & rows["began"].notna() & rows["conflict"].notna()]
    episodes = ended_episodes(termination)
    episodes = episodes[episodes["year"] <= LAST_MEDIATED]
    pairs = rows[["conflict", "began", "unofficial"]].merge(
        episodes[["conflict", "episode", "first_year", "end"]], on="conflict"
    )
    inside = pairs[(pairs["began"].dt.year >= pairs["first_year"]) & (pairs["began"] <= pairs["end"])]
    unofficial = inside["unofficial"].astype(bool)
    return episodes.assign(
        unofficial=episodes["episode"].isin(inside.loc[unofficial, "episode"]),
        official=episodes["episode"].isin(inside.loc[~unofficial, "episode"]),
    )


# ---- texts and how long they stood -----------------------------------------------------------------------------------
def figures_of_texts(pa_x: pd.DataFrame, agreements: pd.DataFrame) -> Named:
    """T9' and T24: UCDP's full and partial agreements with what PA-X says of the text of the same agreement. Full and
    partial ones have baselines of their own.
    """
    for linked, ratios in (
        (_linked_by_number(pa_x, agreements), ("T9'-hazard ratio", "T24")),
        (_linked_by_date(pa_x, agreements), ("T9'-linked by date", "T24-linked by date")),
    ):
        columns = {"months": linked["months"], "ended": linked["came_to_an_end"]}
        columns["full"] = linked["kind"] == "comprehensive"
        for column, what, ratio in zip(IN_THE_TEXT, IN_THE_TEXT.values(), ratios):
            columns["exposed"] = linked[column].astype(bool)
            ended, exposed = int(columns["ended"].sum()), int(columns["exposed"].sum())
            of = f"{ended} of {len(linked)} ended; {exposed} {what}"
            ratio_and_difference = drawn(columns, linked["conflicts"], _with_and_without, of, "conflicts")
            yield from zip((ratio, "T9'") if ratio == "T9'-hazard ratio" else (ratio,), ratio_and_difference)


def _full_and_partial(agreements: pd.DataFrame) -> pd.DataFrame:
    known = standing(agreements)
    return known[known["kind"].isin(("comprehensive", "partial"))].drop(columns="peacekeepers")


def _linked_by_number(pa_x: pd.DataFrame, agreements: pd.DataFrame) -> pd.DataFrame:
    """By UCDP's number of the agreement, which PA-X gives."""
    texts = pa_x[["ucdp_agreement", *IN_THE_TEXT]]
    texts = texts.assign(agreement=texts["ucdp_agreement"].str.findall(r"\d+")).explode("agreement")
    texts = texts.dropna(subset=["agreement"])
    texts = texts.assign(agreement=texts["agreement"].astype(int)).drop_duplicates("agreement")
    return _full_and_partial(agreements).merge(texts, on="agreement")


def _linked_by_date(pa_x: pd.DataFrame, agreements: pd.DataFrame) -> pd.DataFrame:
    """The text of the same conflict that is nearest in time, within a month."""
    known = _full_and_partial(agreements)
    texts = pa_x.dropna(subset=["conflict"])[["conflict", "signed", *IN_THE_TEXT]]
    pairs = known[["agreement", "conflicts", "signed"]].explode("conflicts").dropna(subset=["conflicts"])
    pairs = pairs.assign(conflict=pairs["conflicts"].astype(float)).merge(texts, on="conflict", suffixes=("", "_text"))
    pairs = pairs.assign(apart=(pairs["signed_text"] - pairs["signed"]).abs())
    pairs = pairs[pairs["apart"] <= MOST_APART].sort_values("apart", kind="stable").drop_duplicates("agreement")
    return known.merge(pairs[["agreement", *IN_THE_TEXT]], on="agreement")


def _with_and_without(columns: Columns) -> list[float]:
    """Hazard ratio of the end, and the share that stands five years: with it in the text less without."""
    months, ended, exposed = columns["months"], columns["ended"], columns["exposed"]
    still = [still_standing(months[these], ended[these], [60])[0] for these in (exposed, ~exposed)]
    return [hazard_ratio(months, ended, exposed, columns["full"]), still[0] - still[1]]


# ---- signals of talks ------------------------------------------------------------------------------------------------
def figures_of_signals(
    termination: pd.DataFrame, agreements: pd.DataFrame, pa_x: pd.DataFrame, mediation: pd.DataFrame
) -> Named:
    """T20 from the first signal of talks in any file, as the mechanical coding finds it, of processes whose opening is on
    record.
    """
    tables = {"termination": termination, "agreements": agreements, "pa_x": pa_x, "mediation": mediation}
    processes = code_conflicts(tables).of("dated")
    full = processes.loc[processes["agreement"] == "comprehensive", "months"]
    for name, months in (("any", processes["months_to_any"]), ("full", full)):
        known = months.astype(float).dropna()
        of = f"{len(known)} of {len(processes)} processes"
        yield from zip((f"T20-signal to {name}",), drawn({"months": known}, known.index, _median, of, "processes"))


def _median(columns: Columns) -> list[float]:
    return [float(np.median(columns["months"]))]
