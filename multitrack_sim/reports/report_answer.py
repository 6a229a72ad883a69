"""The first screen of the report: a title that says what was found, the question, the answer, how sure it is."""

from __future__ import annotations

import math
from collections.abc import Sequence

from markupsafe import Markup

from ..analysis.verdicts import CLEAR, IDENTICAL, NO_CLEAR_DIFFERENCE, SUGGESTIVE, TOO_FEW
from ..errors import MultitrackError
from .report_facts import Facts
from .report_markup import and_list, number, own, say, sentence
from .words import plain

__all__ = ["answers", "by_size", "headline", "how_sure", "plain_text", "question"]

MOST_TOLD = 3  # variants told one by one on the first screen
MOST_CLAUSES = 2  # of what differs, in the title
NOT_CLEAR = "; suggestive, not clear after correction for all comparisons"
Clause = tuple[str, ...]


def plain_text(told: Markup) -> str:
    """A sentence without its marks.

    >>> plain_text(say("with {n} runs", n=number(1200, "x")))
    'with 1,200 runs'
    """
    return told.striptags()


def by_size(facts: Facts) -> list[str]:
    """The variants, the largest change in months under an agreement first; those that cannot be compared last."""

    def size(arm: str) -> float:
        difference = abs(float(facts.row(arm, "months_under_accord")["difference"]))
        return -1.0 if math.isnan(difference) else difference

    return sorted(facts.variants, key=size, reverse=True)


# --- the title
def headline(facts: Facts) -> Markup:
    """What was found, in a line: what differs clearly, variant by variant; nothing where nothing does."""
    title = own(plain(facts.scenario.title, 120))
    ordered = by_size(facts)
    found = {arm: _clear_clauses(facts, arm) for arm in ordered}
    told = [arm for arm in ordered if found[arm]]
    if not told:
        names = and_list([facts.with_name(arm) for arm in ordered[:MOST_TOLD]], "or")
        few = all(facts.verdict(arm, "agreed") == TOO_FEW for arm in ordered)
        said = "too few runs to tell what changes" if few else "no clear difference"
        where = names if len(ordered) <= MOST_TOLD else "in any variant"
        return say("{title}: in the model, {said} {where}", title=title, said=said, where=where)
    shown = told[:MOST_TOLD]
    shared = tuple(clause for clause in found[shown[0]] if all(clause in found[arm] for arm in shown))
    if shared:
        found = dict.fromkeys(shown, shared)
    groups: dict[Clause, list[str]] = {}
    for arm in shown:
        groups.setdefault(found[arm][:MOST_CLAUSES], []).append(arm)
    parts = [
        say(
            "{names}, {clauses}",
            names=and_list([facts.with_name(arm) for arm in arms], "or"),
            clauses=and_list(clauses),
        )
        for clauses, arms in groups.items()
    ]
    return say("{title}: in the model, {said}", title=title, said=Markup("; ").join(parts))


def _clear_clauses(facts: Facts, arm: str) -> Clause:
    """What differs clearly, in a few short clauses."""
    said = []
    if facts.is_clear(arm, "agreed"):
        said.append(
            _either(facts, arm, "agreed", "more conflicts reach an agreement", "fewer conflicts reach an agreement")
        )
    elif facts.is_clear(arm, "months_to_substantive"):
        said.append(_either(facts, arm, "months_to_substantive", "agreement comes later", "agreement comes sooner"))
    if facts.is_clear(arm, "months_under_accord"):
        longer, shorter = "time under an agreement is longer", "time under an agreement is shorter"
        said.append(_either(facts, arm, "months_under_accord", longer, shorter))
    if facts.is_clear(arm, "violence_total"):
        said.append(_either(facts, arm, "violence_total", "violence is higher", "violence is lower"))
    if not said and facts.is_clear(arm, "attacks"):
        said.append(_either(facts, arm, "attacks", "there are more attacks", "there are fewer attacks"))
    return tuple(said)


def _either(facts: Facts, arm: str, outcome: str, more: str, less: str) -> str:
    return more if facts.row(arm, outcome)["difference"] > 0 else less


# --- question and answer
def question(facts: Facts) -> Markup:
    """What was asked, in a sentence."""
    names = [facts.with_name(arm) for arm in facts.variants[:6]]
    more = len(facts.variants) - len(names)
    names += [say("in one of {n} more variants", n=number(more, "run:more_variants"))] if more else []
    calendar = facts.calendar()
    when = say(" ({calendar})", calendar=own(calendar)) if calendar else ""
    return say("What changes over {span}{when} {names}?", span=facts.span(), when=when, names=and_list(names, "or"))


def answers(facts: Facts) -> list[tuple[Markup, Markup]]:
    """The variants that change most, each with what it changes: agreements of a hundred, when they come, months under one."""
    return [(sentence(facts.with_name(arm)), answer(facts, arm)) for arm in by_size(facts)[:MOST_TOLD]]


def answer(facts: Facts, arm: str) -> Markup:
    """What a variant changes, in two or three sentences."""
    if arm not in facts.variants:
        raise MultitrackError("no such variant")
    said = [_agreed(facts, arm), _months(facts, arm)]
    if facts.tells(arm, "violence_total"):
        said.append(_violence(facts, arm))
    return Markup(" ").join(sentence(one) + "." for one in said)


def _agreed(facts: Facts, arm: str) -> Markup:
    """How many of a hundred reach an agreement, and when, where that is told apart."""
    row = facts.row(arm, "agreed")
    verdict = facts.verdict(arm, "agreed")
    levels = {"one": facts.level(row, "arm_estimate"), "other": facts.level(row, "baseline_estimate")}
    if verdict in (CLEAR, SUGGESTIVE):
        digits = facts.per_hundred_digits(row)
        direction = "more" if row["difference"] > 0 else "fewer"
        told = say(
            "in {hundred} such conflicts, {n} {direction} reach an agreement within {span}{between}: {one} of runs, against "
            "{other} in the baseline{doubt}",
            hundred="100", n=facts.n(row, "difference", digits=digits), direction=direction, span=facts.span(),
            between=facts.between(row, digits=digits, unit=direction), doubt=_doubt(verdict), **levels,
        )  # fmt: skip
    elif verdict == IDENTICAL:
        told = say("exactly the same runs reach an agreement within {span}: {one}", span=facts.span(), **levels)
    elif verdict == NO_CLEAR_DIFFERENCE:
        told = say(
            "no clear difference in how many of 100 such conflicts reach an agreement within {span}: {one} of runs, against "
            "{other} in the baseline{between}",
            span=facts.span(), between=facts.between(row, unit="points"), **levels,
        )  # fmt: skip
    else:
        told = say(
            "too few runs to tell how many reach an agreement: {one} of runs, against {other} in the baseline", **levels
        )
    return told + _when(facts, arm)


def _when(facts: Facts, arm: str) -> Markup:
    if not facts.tells(arm, "months_to_substantive"):
        return Markup("")
    row = facts.row(arm, "months_to_substantive")
    return say(
        ". Agreement comes {n} months {direction} on average{between}, counting runs without one as {months} months{doubt}",
        n=facts.n(row, "difference"), direction="later" if row["difference"] > 0 else "sooner",
        between=facts.between(row, named=False), months=number(facts.horizon, "run:months"),
        doubt=_doubt(facts.verdict(arm, "months_to_substantive")),
    )  # fmt: skip


def _months(facts: Facts, arm: str) -> Markup:
    """Months under an agreement."""
    row, verdict = facts.row(arm, "months_under_accord"), facts.verdict(arm, "months_under_accord")
    if verdict == IDENTICAL:
        return say("months under an agreement are the same in every pair of runs")
    level = facts.level(row, "baseline_estimate")
    if verdict == TOO_FEW:
        return say("too few runs to tell of months under an agreement (baseline {level})", level=level)
    if verdict == NO_CLEAR_DIFFERENCE:
        said = "no clear difference in months under an agreement: {n}{between}, against {level} in the baseline"
        return say(said, n=facts.n(row, "difference", "both"), between=facts.between(row), level=level)
    direction = "more" if row["difference"] > 0 else "fewer"
    return say(
        "{n} {direction} months under an agreement{between} than the baseline's {level}{doubt}",
        n=facts.n(row, "difference"), direction=direction, between=facts.between(row, unit=direction), level=level,
        doubt=_doubt(verdict),
    )  # fmt: skip


def _violence(facts: Facts, arm: str) -> Markup:
    row = facts.row(arm, "violence_total")
    direction = "higher" if row["difference"] > 0 else "lower"
    return say(
        "violence, summed over all months, is {n} {direction}{between} than the baseline's {level}{doubt}",
        n=facts.n(row, "difference"), direction=direction, between=facts.between(row, named=False),
        level=facts.level(row, "baseline_estimate"), doubt=_doubt(facts.verdict(arm, "violence_total")),
    )  # fmt: skip


def _doubt(verdict: str) -> str:
    return NOT_CLEAR if verdict == SUGGESTIVE else ""


# --- how sure
def how_sure(facts: Facts, limits: Sequence[str | Markup]) -> Markup:
    """What the intervals cover, and what they do not."""
    compared = facts.effects[~facts.effects["statistic"].isin(["ratio"])]["p"].notna().sum()
    told = [
        say(
            "{runs} pairs of runs: in each pair the same random numbers, so that only the change and its consequences differ.",
            runs=facts.runs(),
        ),
        say(
            "A difference is called clear where its 95% interval excludes zero and it passes a correction for all {n} "
            "comparisons made here.",
            n=number(int(compared), "run:comparisons"),
        ),
        Markup("Intervals cover random variation between runs, not doubt about rules and assumptions."),
        *limits,
    ]
    return Markup(" ").join(told)
