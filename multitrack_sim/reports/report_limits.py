"""The report on its own limits, as they fit this case: who coded it, what can be disputed, what it is no evidence of."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import numpy as np
from markupsafe import Markup

from ..analysis.intervals import share_interval
from .report_facts import Facts
from .report_markup import and_list, number, own, say
from .report_ranking import KINDS
from .sentences import SIGNED
from .words import month_name, plain

__all__ = ["GLOSSARY", "coded", "first_limits", "limits"]

MOST_NAMED = 10
LAST_MONTH = "months_to_substantive"

GLOSSARY = {
    "Agreement": "A text that is signed and ratified. Partial: it settles less than the share of the conflict from which the "
    "scenario calls an agreement comprehensive. A ceasefire alone is not counted as one.",
    "Baseline": "The scenario unchanged, with which every variant is compared.",
    "Clear": "The 95% interval excludes zero, and the test still passes after correction for all comparisons made (Holm 1979). "
    "Clear does not mean large; no clear difference does not mean no effect.",
    "Held": "An agreement in force for so long as the scenario asks, counted from its signature.",
    "Interval (95%)": "If the whole computation were repeated with new random numbers, 95 in 100 such intervals would contain "
    "the result of endless runs.",
    "Months under an agreement": "Months in which an agreement is in force, each weighted by the share of the conflict that it "
    "settles: by the issues it covers and the power of those who signed.",
    "Pair of runs": "A run of the baseline and one of the variant with the same random numbers, so that only the change and its "
    "consequences differ.",
    "Plausible range": "Values of an assumption worth testing. It is no interval: nobody measured it.",
    "Points": "Percentage points: from 60% to 55% is 5 points fewer.",
    "Suggestive": "The interval excludes zero, but the test does not pass the correction.",
    "Track I, II, III": "Official talks; unofficial dialogue (scholars, former officials, others); grassroots work in communities.",
    "Variant": "The scenario with one stated change.",
    "Violence": "The monthly level, from 0 to 1, summed over all months.",
}


def _record(facts: Facts) -> tuple[str, float | None]:
    """The kind of agreement that the scenario records, and in which month."""
    record: Mapping[str, Any] = facts.scenario.record
    months = record.get("months")
    number_ = isinstance(months, int | float) and not isinstance(months, bool)
    return str(record.get("agreement") or ""), float(months) if isinstance(months, int | float) and number_ else None


def _is_over(facts: Facts) -> bool:
    """Whether the scenario says what happened, or what happened later: those who coded it knew."""
    return bool(_record(facts)[0] or facts.scenario.history)


def _began(facts: Facts) -> bool:
    """Whether the scenario has a calendar."""
    return bool(month_name(facts.scenario.month_zero, 0))


def _reaches_beyond_today(facts: Facts) -> bool:
    year, month = map(int, str(facts.scenario.month_zero).split("-")[:2])
    today = datetime.now(UTC)
    return year * 12 + month - 1 + facts.horizon > today.year * 12 + today.month


def first_limits(facts: Facts) -> list[Markup]:
    """What the first screen says about evidence: one sentence that fits this case."""
    if _is_over(facts):
        said = "The case was coded by people who knew how it went on: this is no forecast, and no evidence about the real conflict."
    elif _began(facts):
        said = ("No outcome is recorded in this scenario and none was compared: this is no forecast, and no evidence about the "
                "real conflict.")  # fmt: skip
    else:
        said = "The conflict is described by codes or invented, with no date and no record: this says what the assumptions imply."
    return [Markup(said)]


def limits(facts: Facts) -> list[Markup]:
    """Evidence and limits of this case, a paragraph each."""
    told = [*first_limits(facts)]
    kind, months = _record(facts)
    if _is_over(facts):
        told += _beside_history(facts, kind, months)
    if _began(facts) and not _is_over(facts) and _reaches_beyond_today(facts):
        told.append(Markup("Part of the time simulated lies ahead: what will happen then is not known to anybody."))
    told.append(
        Markup(
            "Rules are mechanisms from the literature, each with its source in the parameter table; most sizes are assumptions, "
            "some a coarse fit to many conflicts together, none to this case. No rule was chosen so that a track helps."
        )
    )
    told.append(
        Markup(
            "Comparisons and replays show causes inside the model. Whether the real conflict has those mechanisms is a question "
            "for evidence from outside it."
        )
    )
    return told


def _beside_history(facts: Facts, kind: str, months: float | None) -> list[Markup]:
    """What the record says, and how many baseline runs went as far by the end."""
    if kind not in KINDS or kind == "none":
        note = facts.scenario.record.get("note", "")
        return (
            [say("The scenario records no agreement for the real conflict. {note}", note=own(plain(note, 300)))]
            if kind
            else []
        )
    column = SIGNED.get(kind, LAST_MONTH)
    table = facts.comparison.table()
    reached = table[column].dropna() if column in table else table[LAST_MONTH].dropna()
    share, low, high = share_interval(float(len(reached)), len(table))
    n = {
        name: number(value, f"record:{column}:{name}", 1, 100, mark="%")
        for name, value in (("share", share), ("low", low), ("high", high))
    }
    when = (
        say(" after {n} months", n=number(months, "record:months", 0 if months == int(months) else 1))
        if months is not None
        else ""
    )
    told = say(
        "What happened, by the scenario’s record: a {kind} was signed{when}. {share} of baseline runs (95% interval {low} to "
        "{high}) sign {one}",
        one="a comprehensive one too" if kind == "comprehensive" else "one as far-reaching, or a more far-reaching one",
        kind=KINDS[kind], when=when, **n,
    )  # fmt: skip
    if len(reached):
        middle = float(np.median(reached))
        told += say(", half of those by month {n}", n=number(middle, f"record:{column}:median"))
    return [told + "."]


# --- how it was coded
def coded(facts: Facts) -> list[Markup]:
    """Whose judgement the scenario is, and what anybody who knows the conflict can dispute."""
    scenario = facts.scenario
    rows = scenario.rows
    parties = [own(plain(row["name"], 60)) for row in rows["governments"]]
    issues = [own(plain(row["name"], 60)) for row in rows["issues"]]
    told = []
    if scenario.summary:
        told.append(own(plain(scenario.summary, 600)))
    told.append(
        say(
            "The scenario has {parties} parties that can sign ({who}) and {issues} issues ({which}). Who takes part, what is at "
            "stake, where each party stands and how much it cares are judgements: whoever knows the conflict can dispute them, "
            "line by line, and run the comparison again.",
            parties=number(len(parties), "rows:governments"), who=_some(parties), issues=number(len(issues), "rows:issues"),
            which=_some(issues),
        )
    )  # fmt: skip
    if scenario.sources:
        told.append(
            say(
                "The scenario file names {n} sources. What has none is a judgement or an assumption.",
                n=number(len(scenario.sources), "rows:sources"),
            )
        )
    else:
        told.append(Markup("The scenario file names no sources."))
    return told


def _some(names: list[Markup]) -> Markup:
    more = len(names) - MOST_NAMED
    return and_list(names if more <= 0 else [*names[:MOST_NAMED], Markup("others")])
