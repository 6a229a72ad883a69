"""The first screen of the report: a title that says what was found, the question, the answer, how sure it is."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence

from markupsafe import Markup

from ..analysis.verdicts import IDENTICAL, NO_CLEAR_DIFFERENCE, TOO_FEW
from ..errors import MultitrackError
from .report_facts import Facts
from .report_markup import and_list, number, own, say, sentence
from .words import plain

__all__ = ["answers", "by_size", "headline", "how_sure", "opening", "plain_text", "question"]

MOST_TOLD = 3  # variants told one by one on the first screen
MOST_CLAUSES = 2  # of what differs, in the title
Clause = tuple[str, ...]
# What a word in a variant's name means to the model, where the variant changes such settings.
MEANT = {
    "track_two": (r"Track II\b", "unofficial dialogue"),
    "track_three": (r"Track III\b", "grassroots work"),
    "cbm": (r"\b(?<!building )measures\b", "confidence-building"),
}


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
    groups = _alike(shown, {arm: found[arm][:MOST_CLAUSES] for arm in shown})
    if len(groups) > 1 and all(facts.is_clear(arm, "months_under_accord") for arm in shown):
        groups = _alike(
            shown, {arm: (_time_under(facts, arm),) for arm in shown}
        )  # one thing told of all is read sooner
    parts = [
        say(
            "{names}, {clauses}",
            names=and_list([facts.with_name(arm) for arm in arms], "or"),
            clauses=and_list(clauses),
        )
        for clauses, arms in groups.items()
    ]
    return say("{title}: in the model, {said}", title=title, said=Markup("; ").join(parts))


def _alike(arms: Sequence[str], clauses: Mapping[str, Clause]) -> dict[Clause, list[str]]:
    """Variants of which the same is said."""
    groups: dict[Clause, list[str]] = {}
    for arm in arms:
        groups.setdefault(clauses[arm], []).append(arm)
    return groups


def _time_under(facts: Facts, arm: str) -> str:
    longer, shorter = "time under an agreement is longer", "time under an agreement is shorter"
    return _either(facts, arm, "months_under_accord", longer, shorter)


def _clear_clauses(facts: Facts, arm: str) -> Clause:
    """What differs clearly, in a few short clauses."""
    said = []
    if facts.is_clear(arm, "agreed"):
        said.append(_either(facts, arm, "agreed", "more runs reach an agreement", "fewer runs reach an agreement"))
    elif facts.is_clear(arm, "months_to_substantive"):
        said.append(_either(facts, arm, "months_to_substantive", "agreement comes later", "agreement comes sooner"))
    if facts.is_clear(arm, "months_under_accord"):
        said.append(_time_under(facts, arm))
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
    names = [facts.with_name(arm) + _meant(facts, arm) for arm in facts.variants[:6]]
    more = len(facts.variants) - len(names)
    names += [say("in one of {n} more variants", n=number(more, "run:more_variants"))] if more else []
    calendar = facts.calendar()
    when = say(" ({calendar})", calendar=own(calendar)) if calendar else ""
    return say("What changes over {span}{when} {names}?", span=facts.span(), when=when, names=and_list(names, "or"))


def _meant(facts: Facts, arm: str) -> Markup:
    """In brackets, what a word of its name stands for."""
    changed = {setting.partition(".")[0] for setting in facts.comparison.changes[arm]}
    found = [meant for section, (word, meant) in MEANT.items() if section in changed and re.search(word, arm)]
    return say(" ({meant})", meant=and_list(found)) if found else Markup("")


def opening(facts: Facts) -> Markup:
    """How many of a hundred runs reach an agreement: in the baseline, and in variants where no difference is told."""
    base = facts.comparison.table()
    share, digits = float(base["agreed"].mean()), 1
    said = "Of {hundred} runs of the baseline, about {n} reach an agreement within {span}"
    many = "Every run of the baseline reaches an agreement within {span}"
    none = "No run of the baseline reaches an agreement within {span}"
    first = say(
        many if share == 1 else none if share == 0 else said,
        hundred="100", n=number(share, "mean:0:agreed", 0 if 0.01 <= share <= 0.99 else digits, 100), span=facts.span(),
    )  # fmt: skip
    unclear = [arm for arm in by_size(facts)[:MOST_TOLD] if facts.verdict(arm, "agreed") == NO_CLEAR_DIFFERENCE]
    if not unclear:
        return first + "."
    base_row = facts.row(unclear[0], "agreed")
    told = [
        say(
            "{one}{name} ({n} points; 95% interval {low} to {high})",
            one=facts.level(row, "arm_estimate"), n=facts.n(row, "difference", "both"),
            name="" if len(unclear) == 1 else " " + facts.with_name(arm),
            low=facts.n(row, "low", "both"), high=facts.n(row, "high", "both"),
        )
        for arm, row in ((arm, facts.row(arm, "agreed")) for arm in unclear)
    ]  # fmt: skip
    return first + say(
        ". No clear difference in that {names}: {told}, against {base} in the baseline.",
        names=and_list([facts.with_name(arm) for arm in unclear], "or"), told=and_list(told),
        base=facts.level(base_row, "baseline_estimate"),
    )  # fmt: skip


def answers(facts: Facts) -> list[tuple[Markup, Markup]]:
    """The variants that change most, each with what it changes: agreements of a hundred, when they come, months under one."""
    told, explained = [], False
    for arm in by_size(facts)[:MOST_TOLD]:
        told.append((sentence(facts.with_name(arm)), answer(facts, arm, explained)))
        explained = explained or facts.tells(arm, "violence_total")
    return told


def answer(facts: Facts, arm: str, explained: bool = False) -> Markup:
    """What a variant changes, in two or three sentences; what is told apart first. `explained`: what violence is was said."""
    if arm not in facts.variants:
        raise MultitrackError("no such variant")
    first = _agreed(facts, arm) if facts.tells(arm, "agreed") else _durable(facts, arm) or _agreed(facts, arm)
    said = [one for one in (first, _time(facts, arm), _violence(facts, arm, explained)) if one]
    if not said:
        if facts.verdict(arm, "agreed") == TOO_FEW:
            return Markup("Too few runs to tell.")
        row = facts.row(arm, "months_under_accord")
        return say("No clear difference in months under an agreement: {n}{between}.",
                   n=facts.n(row, "difference", "both"), between=facts.between(row))  # fmt: skip
    return Markup(" ").join(sentence(one) + "." for one in said)


def _agreed(facts: Facts, arm: str) -> Markup:
    """How many more or fewer of a hundred reach an agreement; nothing where that is not told apart."""
    row, verdict = facts.row(arm, "agreed"), facts.verdict(arm, "agreed")
    if verdict == IDENTICAL:
        return Markup("exactly the same runs reach an agreement")
    if not facts.tells(arm, "agreed"):
        return Markup("")
    direction = "more" if row["difference"] > 0 else "fewer"
    return say(
        "of {hundred} runs, {n} {direction} reach an agreement{between}: {one}, against {other}",
        hundred="100", n=facts.n(row, "difference"), direction=direction,
        between=facts.between(row, unit=direction, note=facts.doubt(arm, "agreed")),
        one=facts.level(row, "arm_estimate"), other=facts.level(row, "baseline_estimate"),
    )  # fmt: skip


def _durable(facts: Facts, arm: str) -> Markup:
    """How many more or fewer of a hundred have an agreement that held; nothing where that is not told apart."""
    if not facts.tells(arm, "durable"):
        return Markup("")
    row = facts.row(arm, "durable")
    direction = "more" if row["difference"] > 0 else "fewer"
    return say(
        "of {hundred} runs, {n} {direction} have an agreement that holds {held}{between}",
        hundred="100", n=facts.n(row, "difference"), direction=direction, held=facts.held(),
        between=facts.between(row, unit=direction, note=facts.doubt(arm, "durable")),
    )  # fmt: skip


def _time(facts: Facts, arm: str) -> Markup:
    """When an agreement comes, and months under one, in one sentence; what is not told apart is left out."""
    parts = []
    if facts.tells(arm, "months_to_substantive"):
        row = facts.row(arm, "months_to_substantive")
        parts.append(
            say(
                "agreement comes {n} months {direction} on average{between}",
                n=facts.n(row, "difference"), direction="later" if row["difference"] > 0 else "sooner",
                between=facts.between(row, note=facts.doubt(arm, "months_to_substantive")),
            )
        )  # fmt: skip
    verdict = facts.verdict(arm, "months_under_accord")
    row = facts.row(arm, "months_under_accord")
    if facts.tells(arm, "months_under_accord"):
        direction = "more" if row["difference"] > 0 else "fewer"
        parts.append(
            say(
                "{are}{n} {direction} months under an agreement{between}",
                are="" if parts else "there are ", n=facts.n(row, "difference"), direction=direction,
                between=facts.between(row, named=not parts, note=facts.doubt(arm, "months_under_accord")),
            )
        )  # fmt: skip
    elif verdict == IDENTICAL:
        parts.append(Markup("months under an agreement are the same in every pair of runs"))
    return Markup("; ").join(parts)


def _violence(facts: Facts, arm: str, explained: bool) -> Markup:
    if not facts.tells(arm, "violence_total"):
        return Markup("")
    row = facts.row(arm, "violence_total")
    direction = "higher" if row["difference"] > 0 else "lower"
    return say(
        "violence{what} is {n} {direction}{between}, against {level} in the baseline",
        what="" if explained else " (its monthly level from 0 to 1, added up)", n=facts.n(row, "difference"), direction=direction,
        between=facts.between(row, note=facts.doubt(arm, "violence_total")), level=facts.level(row, "baseline_estimate"),
    )  # fmt: skip


# --- how sure
def _covered(facts: Facts) -> Markup:
    """What the intervals of this report are intervals of."""
    carried = facts.comparison.carried
    if carried is None:
        return Markup("Intervals cover random variation between runs, not doubt about rules and assumptions.")
    sets, variants = carried.counts
    return say(
        "Assumptions vary from pair to pair ({sets} plausible sets of parameters, {variants} variants of the rules): "
        "differences are averages over them, and intervals say how well so many runs show these averages.",
        sets=number(sets, "run:plausible_sets"),
        variants=number(variants, "run:variants_of_rules"),
    )


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
        _covered(facts),
        *limits,
    ]
    return Markup(" ").join(told)
