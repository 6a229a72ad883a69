"""A difference in a sentence: direction, size, clarity. Whatever tells an effect in words tells it by these functions.

Variants exchanged, every sentence turns round: more becomes fewer, later becomes sooner, and the levels change places.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, NamedTuple

from ..designs.arms import BASELINE
from ..errors import plain
from ..schema.outcomes import OUTCOMES
from .verdicts import (
    IDENTICAL,
    NO_CLEAR_DIFFERENCE,
    SUGGESTIVE,
    TOO_FEW,
    digits_shown,
    levels_shown,
    signed_number,
    verdict_of,
)

__all__ = [
    "EARLY_ON",
    "PHRASES",
    "Phrase",
    "difference_told",
    "in_variant",
    "in_variant_parts",
    "pairs_told",
    "topic_of",
]

EARLY_ON = "agreed within five years"  # no outcome of its own, but told as one
LONGEST = 80  # characters of a variant's name


class Phrase(NamedTuple):
    """How an outcome stands in a sentence. `topic` is what it is about ("reaching agreement"). `did` is, of an outcome of 0
    or 1, what such runs did ("reached agreement"); of a month, what came ("the first agreement"); of a number that counts
    things, the things ("attacks"); of another number nothing: it is higher or lower.
    """

    topic: str
    did: str = ""


# Where an outcome has none, its meaning is its topic.
PHRASES: dict[str, Phrase] = {
    "talks_opened": Phrase("opening official talks", "opened official talks"),
    "months_to_talks": Phrase("when official talks open", "official talks"),
    "agreed": Phrase("reaching agreement", "reached agreement"),
    EARLY_ON: Phrase("agreement within five years", "agreed within five years"),
    "comprehensive": Phrase("reaching a comprehensive agreement", "reached a comprehensive agreement"),
    "months_to_first_agreement": Phrase("when the first agreement comes", "the first agreement"),
    "months_to_substantive": Phrase("when agreement comes", "agreement"),
    "months_to_comprehensive": Phrase("when a comprehensive agreement comes", "a comprehensive agreement"),
    "months_to_collapse": Phrase(
        "months without a collapse in the five years after signing",
        "months without a collapse in the five years after signing",
    ),
    "durable": Phrase("having an agreement that held", "had an agreement that held"),
    "ratified": Phrase("ratification of the last text", "ratified the last text"),
    "recurred": Phrase("return to fighting within five years", "went back to fighting within five years"),
    "months_under_accord": Phrase("months under an agreement", "months under an agreement"),
    "months_after_ceasefire": Phrase("months after a ceasefire that held", "months after a ceasefire that held"),
    "months_after_victory": Phrase("months after a victory", "months after a victory"),
    "months_dormant": Phrase("months after the fighting faded out", "months after the fighting faded out"),
    "months_of_fighting": Phrase("months of open conflict", "months of open conflict"),
    "months_without_fighting": Phrase("months at peace", "months at peace"),
    "months_in_talks": Phrase("months in official talks", "months in official talks"),
    "months_without_channel": Phrase("months without any contact", "months without any contact"),
    "violence_total": Phrase("violence over the run"),
    "attacks": Phrase("attacks", "attacks"),
    "attacks_foiled": Phrase("attacks foiled", "attacks foiled"),
    "escalations": Phrase("incidents that escalated", "incidents that escalated"),
    "breakdowns": Phrase("breakdowns of talks", "breakdowns of talks"),
    "collapses": Phrase("collapses of agreements", "collapses of agreements"),
    "reach": Phrase("the share of the conflict covered by agreements at the end"),
    "mean_trust": Phrase("trust between leaderships at the end"),
    "mean_support": Phrase("support for a settlement at the end"),
    "mean_attitude": Phrase("attitudes to the other side at the end"),
    "mean_fear": Phrase("fear at the end"),
    "workshops": Phrase("workshops", "workshops"),
    "reports_heard": Phrase("reports that reached leaders", "reports that reached leaders"),
    "back_channels": Phrase("back channels", "back channels"),
}


def topic_of(row: Mapping[str, Any]) -> str:
    """What an effect is about, in plain words; of a category, with the value that is meant."""
    outcome = str(row["outcome"])
    told = PHRASES[outcome].topic if outcome in PHRASES else OUTCOMES[outcome].meaning.replace("the horizon", "the end")
    return f"{told} ({row['value']})" if row["value"] else told


def in_variant(name: str, baseline: str = BASELINE) -> str:
    """A variant as part of a sentence.

    >>> [in_variant(name) for name in ("no Track II", "with a guarantor", "more CBMs", "baseline")]
    ['without Track II', 'with a guarantor', 'with “more CBMs”', 'in the baseline']
    """
    if name == BASELINE:
        return "in the baseline"
    how, told, quoted = in_variant_parts(name, baseline)
    return f"{how} \N{LEFT DOUBLE QUOTATION MARK}{told}\N{RIGHT DOUBLE QUOTATION MARK}" if quoted else f"{how} {told}"


def in_variant_parts(name: str, baseline: str = BASELINE) -> tuple[str, str, bool]:
    """The same in parts: "with", "without" or "in", what follows of the name, and whether that stands in quotation marks.

    >>> in_variant_parts("no Track II"), in_variant_parts("more CBMs")
    (('without', 'Track II', False), ('with', 'more CBMs', True))
    """
    told = plain(name, LONGEST)
    how, _, what = told.partition(" ")
    if how in ("with", "without", "in") and what:
        return how, what, False
    if how == "no" and what and name != baseline:
        return "without", what, False
    return ("in" if name == baseline else "with"), told, True


class _Numbers(NamedTuple):
    """What a sentence says of an effect, as text."""

    size: str
    signed: str
    sizes: str  # of the ends of an interval that excludes zero, the smaller first
    ends: str  # of the interval, with their signs
    arm: str
    baseline: str
    more: bool
    interval: bool


def _numbers(row: Mapping[str, Any]) -> _Numbers:
    share = row["statistic"] == "share"
    scale = 100.0 if share else 1.0
    value, low, high = (scale * float(row[name]) for name in ("difference", "low", "high"))
    digits = digits_shown(value, low, high)
    sizes = sorted((abs(low), abs(high)))
    told = " to ".join(f"{size:,.{digits}f}" for size in sizes)
    ends = " to ".join(signed_number(end, digits) for end in (low, high))
    arm, baseline = levels_shown(float(row["arm_estimate"]), float(row["baseline_estimate"]), share)
    known = not (math.isnan(low) or math.isnan(high))
    size = f"{abs(value):,.{digits}f}"
    return _Numbers(size, signed_number(value, digits), told, ends, arm, baseline, value > 0, known)


def difference_told(
    row: Mapping[str, Any], arm: str, baseline: str, compared: int = 0, months: float = math.nan
) -> str:
    """A row of effects as a sentence: what a variant changes, by how much, how surely.

    `arm` and `baseline` are phrases ("without Track II", "in the baseline"); `compared` is the number of comparisons for
    which p was corrected, `months` how long the runs are.

    >>> row = {"outcome": "months_under_accord", "value": "", "statistic": "mean", "unit": "months", "difference": -12.8,
    ...        "low": -17.0, "high": -9.0, "arm_estimate": 233.2, "baseline_estimate": 246.0, "p_corrected": 0.001,
    ...        "pairs": 200, "only_arm": 34, "only_baseline": 118}
    >>> difference_told(row, "without Track II", "in the baseline")
    'Without Track II, runs averaged 12.8 fewer months under an agreement (95% interval 9.0 to 17.0 fewer; 233 against 246).'
    """
    said, topic = verdict_of(row), topic_of(row)
    if not row["pairs"]:
        return f"Nothing can be said of {topic}: there is no pair of runs in which it can be compared."
    found, unit = _numbers(row), _unit(row)
    interval = f"; 95% interval {found.ends}" if found.interval else ""
    if said == IDENTICAL:
        level = found.arm if row["statistic"] == "share" else f"{found.arm}{unit}"
        ends = f", 95% interval {found.ends}{unit}" if found.interval else ""
        return f"Identical in every pair of runs in {topic}: {level} in both (difference 0{ends})."
    if said in (NO_CLEAR_DIFFERENCE, TOO_FEW):
        start = "No clear difference in" if said == NO_CLEAR_DIFFERENCE else "Too few runs to tell of"
        return f"{start} {topic}: {found.arm} {arm}, {found.baseline} {baseline} ({found.signed}{unit}{interval})."
    told = _sized(row, found, arm, months)
    return told + (_suggestive(compared) if said == SUGGESTIVE else "")


def _comes(row: Mapping[str, Any]) -> bool:
    """Whether it is about when something comes; of collapses it is how long none comes."""
    return str(row["statistic"]) == "restricted mean months" and str(row["outcome"]) != "months_to_collapse"


def _unit(row: Mapping[str, Any]) -> str:
    if row["statistic"] == "share":
        return " points"
    return f" {row['unit']}" if row["unit"] in ("months", "attacks", "workshops", "reports") else ""


def _suggestive(compared: int) -> str:
    of = f"Holm's correction for {compared} comparisons" if compared > 1 else "the correction for all comparisons"
    return f" Suggestive: the interval excludes zero, but p fails {of}."


def _sized(row: Mapping[str, Any], found: _Numbers, arm: str, months: float) -> str:
    """A difference that the interval tells from zero."""
    outcome, start = str(row["outcome"]), f"{arm[:1].upper()}{arm[1:]}"
    phrase = PHRASES.get(outcome, Phrase(""))
    levels = f"{found.arm} against {found.baseline}"
    fewer = "more" if found.more else "fewer"
    if row["statistic"] == "share":
        did = phrase.did if phrase.did and not row["value"] else f"had this: {topic_of(row)}"
        between = f"95% interval {found.sizes} {fewer}"
        return f"{start}, {found.size} {fewer} of every 100 runs {did} ({levels}; {between})."
    if _comes(row):
        later = "later" if found.more else "sooner"
        whole = f", counting runs without it as {months:g} months" if not math.isnan(months) else ""
        what = phrase.did or topic_of(row)
        return (
            f"{start}, {what} came {found.size} months {later} on average (95% interval {found.sizes} {later}{whole})."
        )
    if phrase.did:
        return (
            f"{start}, runs averaged {found.size} {fewer} {phrase.did} (95% interval {found.sizes} {fewer}; {levels})."
        )
    higher = "higher" if found.more else "lower"
    between = f"95% interval {found.sizes} {higher}; {levels}"
    return f"{start}, {topic_of(row)} was {found.size}{_unit(row)} {higher} on average ({between})."


def pairs_told(row: Mapping[str, Any], arm: str, baseline: str) -> str:
    """In how many pairs of runs the variant has more, and in how many less; how many were left out.

    >>> row = {"outcome": "agreed", "value": "", "statistic": "share", "pairs": 400, "only_arm": 1, "only_baseline": 5}
    >>> pairs_told({**row, "left_out": 0}, "without Track II", "in the baseline")
    'Of 400 pairs, 5 reached agreement only in the baseline, 1 only without Track II, 394 alike.'
    """
    pairs, more, less = (int(row[name]) for name in ("pairs", "only_arm", "only_baseline"))
    if not pairs:
        return ""
    left = f" Only these pairs can be compared; the other {row['left_out']:,} may differ." if row["left_out"] else ""
    same = pairs - more - less
    phrase = PHRASES.get(str(row["outcome"]), Phrase(""))
    if row["statistic"] == "share":
        did = phrase.did if phrase.did and not row["value"] else "had it"
        return f"Of {pairs:,} pairs, {less:,} {did} only {baseline}, {more:,} only {arm}, {same:,} alike.{left}"
    what = "it later, {:,} sooner" if _comes(row) else "more of it, {:,} less"
    return f"Of {pairs:,} pairs, {more:,} had {what.format(less)} {arm}, {same:,} the same.{left}"
