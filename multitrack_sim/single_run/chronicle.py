"""One run told as a chronicle: by chapters, with dates and names, repeats condensed."""

from __future__ import annotations

import math
import textwrap
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from ..model import PeaceProcess
from ..reports.filling import fill, span
from ..reports.words import capital, counted, for_markdown, listing, percent, plain
from ..schema.categories import Phase
from ..schema.event import chosen
from ..schema.events import Event
from .agreements import agreements_told
from .event_log import Happening, check_model, facts_of, happenings, is_cut_off, once_each, phrase, row_name, when

__all__ = [
    "CHAPTERS",
    "IN_MARKDOWN",
    "IN_TEXT",
    "WORDS",
    "chapters_told",
    "held_in_words",
    "outcome_in_words",
    "story",
    "story_in_markdown",
]

WIDTH = 100
MOST_LINES = 60  # about two pages
FEW = (3, 2, 1, 0)  # so many of a kind are told one by one; fewer if the story gets too long
AT_EITHER_END = 4  # chapters told in full when there are very many
QUIET = {Event.WORKSHOP_HELD, Event.VIOLATION_SEEN, Event.PROVISION_DONE}  # of interest only in numbers

NO_TALKS, TALKS, IN_FORCE, OVER = (
    "No official talks", "Official talks", "Agreement in force", "Fighting ended without an agreement on the issues"
)  # fmt: skip
CHAPTERS = {
    Phase.FIGHTING: NO_TALKS,
    Phase.PRETALKS: NO_TALKS,
    Phase.COLLAPSED: NO_TALKS,
    Phase.TALKS: TALKS,
    Phase.SUSPENDED: TALKS,
    Phase.SIGNED: TALKS,
    Phase.IMPLEMENTATION: IN_FORCE,
    Phase.DURABLE: IN_FORCE,
    Phase.DORMANT: OVER,
}
STANDS = {
    Phase.FIGHTING: "fighting, no official talks",
    Phase.PRETALKS: "exploratory talks",
    Phase.COLLAPSED: "the agreement has collapsed",
    Phase.TALKS: "official talks under way",
    Phase.SUSPENDED: "official talks suspended",
    Phase.SIGNED: "comprehensive agreement signed, not ratified",
    Phase.IMPLEMENTATION: "agreement in force",
    Phase.DURABLE: "agreement in force, {held}",
    Phase.DORMANT: "fighting ended without an agreement on the issues",
}
# What stands around the sentences of events; templates too, for a page tells runs in the same words.
WORDS: dict[str, str] = {
    "chapter": "{chapter} ({first})",
    "chapter_of_months": "{chapter} ({first} to {last})",
    "dated": "{sentence}.",
    "dated_followed": "{sentence} (what followed: {event}).",
    "also": "Also: {clauses}.",
    "only": "{clauses}.",
    "nothing": "Nothing was recorded.",
    "in_short": "{count} more chapters in short",
}
AGREEMENTS = "The agreements, one by one"
LONGEST = 200  # characters of a name or a reason from a file
Safe = Callable[[str], str]
IN_TEXT: Safe = partial(plain, longest=LONGEST)
IN_MARKDOWN: Safe = partial(for_markdown, longest=LONGEST)


@dataclass
class Chapter:
    """A stretch of the run: what is told month by month, and what is told in one sentence."""

    title: str
    first: int
    last: int = 0
    events: list[Happening] = field(default_factory=list)


def story(model: PeaceProcess) -> str:
    """The run so far as a chronicle, a page or two of plain text: what happened, month by month, and how it came out.

    Events of a kind that repeats within a chapter are counted instead of told; nothing is left out of the count. The
    model may be at any month. MultitrackError if `model` is no PeaceProcess.

    >>> import multitrack_sim as mt
    >>> model = mt.PeaceProcess(mt.scenario_from_codes({"track2": 4}).with_settings({"run.months": 12}), seed=1)
    >>> _ = model.run()
    >>> print(mt.story(model).splitlines()[0])
    A conflict in codes: one run of the model, seed 1
    """
    check_model(model)
    lines = [f"{IN_TEXT(model.conflict.title)}: one run of the model, seed {model.key}", _span(model)]
    for title, told, summary in chapters_told(model, IN_TEXT):
        lines += ["", title]
        for date, sentence in told:
            lines += _hanging(f"  {date:<15} ", sentence)
        lines += _hanging("  ", summary) if summary else []
    for number, sentence in enumerate(agreements_told(model, IN_TEXT)):
        lines += [*([] if number else ["", AGREEMENTS]), *_hanging("  ", sentence, "    ")]
    lines += ["", *_hanging("", outcome_in_words(model)), *_hanging("", _warning(model))]
    return "\n".join(lines)


def story_in_markdown(model: PeaceProcess) -> str:
    """The same as Markdown, with every name made safe for it."""
    check_model(model)
    title = IN_MARKDOWN(model.conflict.title)
    parts = [f"# {title}: one run of the model, seed {model.key}", _span(model)]
    for title, told, summary in chapters_told(model, IN_MARKDOWN):
        parts.append(f"## {title}")
        parts.append("\n".join(f"- **{date}**: {sentence}" for date, sentence in told))
        parts.append(summary)
    signed = agreements_told(model, IN_MARKDOWN)
    parts += [f"## {AGREEMENTS}", "\n".join(f"- {sentence}" for sentence in signed)] if signed else []
    parts += ["## In the end", outcome_in_words(model), _warning(model)]
    return "\n\n".join(filter(None, parts)) + "\n"


def _hanging(start: str, sentence: str, then: str | None = None) -> list[str]:
    following = " " * len(start) if then is None else then
    return textwrap.wrap(sentence, WIDTH, initial_indent=start, subsequent_indent=following, break_on_hyphens=False)


def _span(model: PeaceProcess) -> str:
    count = counted(model.month, "month")
    if model.month == 0 or not model.conflict.month_zero:
        return f"{count} of {model.months}." if model.month < model.months else f"{count}."
    left = f" of {model.months}" if model.month < model.months else ""
    return f"{count}{left}, {when(model, 0)} to {when(model, model.month - 1)}."


def _warning(model: PeaceProcess) -> str:
    if not is_cut_off(model):
        return ""
    kept, all_ = len(model.tables.events), int(model.tables.tally["events"][0])
    last = when(model, int(model.tables.events["month"][-1]))
    return f"The log holds the first {kept:,} of {all_:,} events: what is told breaks off in {last}."


# ---- chapters --------------------------------------------------------------------------------------------------------
def chapters_told(model: PeaceProcess, safe: Safe) -> list[tuple[str, list[tuple[str, str]], str]]:
    """Title, dated sentences and summary of every chapter, in as much detail as two pages hold."""
    chapters = _chapters(model)
    for few in FEW:
        told = [_tell(model, chapter, few, safe) for chapter in chapters]
        if _length(told) <= MOST_LINES:
            return told
    if len(told) <= 2 * AT_EITHER_END:
        return told
    first, middle, last = (
        told[:AT_EITHER_END],
        chapters[AT_EITHER_END:-AT_EITHER_END],
        told[-AT_EITHER_END:],
    )
    return [*first, _in_short(model, middle, safe), *last]


def _length(told: Sequence[tuple[str, list, str]]) -> int:
    return sum(2 + len(sentences) + -(-len(summary) // WIDTH) for _, sentences, summary in told)


def _chapters(model: PeaceProcess) -> list[Chapter]:
    """What opens a chapter stands in it: no talks open under "No official talks"; nor is there a chapter of no time."""
    chapters = [Chapter(NO_TALKS, 0)]
    for one in once_each(happenings(model)):
        title = _chapter_of(one)
        if title != chapters[-1].title:
            if not one.month and not chapters[-1].events:
                chapters.pop()
            chapters.append(Chapter(title, one.month))
        chapters[-1].events.append(one)
        chapters[-1].last = one.month
    for chapter, following in zip(chapters, chapters[1:]):
        chapter.last = max(chapter.first, chapter.last, following.first - 1)
    chapters[-1].last = max(chapters[-1].first, model.month - 1)
    return chapters


def _chapter_of(one: Happening) -> str:
    """Under an agreement in force a further text that awaits ratification opens no chapter of talks."""
    phase = Phase[(one.opens or one.phase).upper()]
    return IN_FORCE if phase == Phase.SIGNED and one.in_force else CHAPTERS[phase]


def _tell(model: PeaceProcess, chapter: Chapter, few: int, safe: Safe) -> tuple[str, list[tuple[str, str]], str]:
    count = Counter(one.kind for one in chapter.events)
    told = []
    counted: dict[int, list[Happening]] = defaultdict(list)
    seen: set[tuple[int, str]] = set()
    for one in chapter.events:
        notable = one.followed is not None and few > 1 and count[one.kind] <= 4 * few
        if one.opens or one.kind not in QUIET and (count[one.kind] <= few or notable):
            sentence = _sentence(model, one, safe)
            if (one.month, sentence) not in seen:  # one change from outside may touch many rows
                told.append((when(model, one.month), sentence))
            seen.add((one.month, sentence))
        else:
            counted[one.kind].append(one)
    clauses = "; ".join(_several(model, events, safe) for events in counted.values())
    summary = WORDS["also" if told else "only"] if clauses else "" if told else WORDS["nothing"]
    return _title(model, chapter), told, capital(fill(summary, {"clauses": clauses}))


def _title(model: PeaceProcess, chapter: Chapter) -> str:
    first, last = when(model, chapter.first), when(model, chapter.last)
    form = "chapter" if first == last else "chapter_of_months"
    return fill(WORDS[form], {"chapter": chapter.title, "first": first, "last": last})


def _sentence(model: PeaceProcess, one: Happening, safe: Safe) -> str:
    sentence, later = phrase(model, one, "told", safe), one.followed
    if later is not None and not one.opens and later.month <= one.month + 1:
        return fill(WORDS["dated_followed"], {"sentence": sentence, "event": later.event.word})
    return fill(WORDS["dated"], {"sentence": sentence})


def _several(model: PeaceProcess, events: Sequence[Happening], safe: Safe) -> str:
    """Events of one kind in a few words."""
    first = events[0]
    if len(events) == 1:
        facts = facts_of(model, first, safe)
        text = chosen(first.event.told, facts)
        return fill(text if text.startswith("{") else text[:1].lower() + text[1:], facts)
    who = listing(safe(row_name(model, first.event.who, one.who)) for one in events)
    whom = listing(safe(row_name(model, first.event.whom, one.whom)) for one in events)
    facts = {**facts_of(model, first, safe), "count": len(events), "who": who, "whom": whom}
    return fill(first.event.many, facts)


def _in_short(model: PeaceProcess, chapters: Sequence[Chapter], safe: Safe) -> tuple[str, list[tuple[str, str]], str]:
    """Many chapters in one sentence."""
    events = sorted((one for chapter in chapters for one in chapter.events), key=lambda one: one.kind)
    kinds = defaultdict(list)
    for one in events:
        kinds[one.kind].append(one)
    title = fill(WORDS["in_short"], {"count": len(chapters)})
    clauses = "; ".join(_several(model, some, safe) for some in kinds.values())
    whole = Chapter(title, chapters[0].first, chapters[-1].last)
    return _title(model, whole), [], fill(WORDS["only"], {"clauses": clauses})


# ---- how it came out -------------------------------------------------------------------------------------------------
def outcome_in_words(model: PeaceProcess) -> str:
    """How the run has come out so far."""
    found = model.outcomes()
    if not found["agreed"]:
        return _without_accord(model, found)
    first, whole = found["months_to_substantive"], found["months_to_comprehensive"]
    if math.isnan(whole):
        told = f"Partial agreement: first signed in {when(model, int(first))}; "
        told += f"no comprehensive one came into force in {_so_far(model)}"
    else:
        told = f"Comprehensive agreement: signed in {when(model, int(whole))}, then ratified"
        told += f"; the first partial one in {when(model, int(first))}" if first < whole else ""
    if not math.isnan(found["months_to_collapse"]):
        later = int(first + found["months_to_collapse"])
        first_time = "first " if found["collapses"] > 1 else ""
        told += f"; what was in force {first_time}collapsed in {when(model, later)}"
    if found["durable"]:
        told += f"; an agreement {held_in_words(model)}"
    return f"{told}. {_where_it_stands(model)}"


def _so_far(model: PeaceProcess) -> str:
    return counted(model.month, "month")


def _without_accord(model: PeaceProcess, found: dict[str, Any]) -> str:
    how = {
        "ceasefire": "by a ceasefire that held",
        "victory": "by the victory of one side",
        "low activity": "because the fighting faded out",
    }
    told = f"No agreement in {_so_far(model)}"
    if found["agreements"]:
        told += " beyond a ceasefire" if found["agreements"] == 1 else " beyond ceasefires"
    if found["ended_by"] in how:
        first = when(model, int(model.tables.tally["month_ended_first"][0]))
        told += f"; the conflict first ended in {first}, {how[found['ended_by']]}"
    return f"{told}. {_where_it_stands(model)}"


def _where_it_stands(model: PeaceProcess) -> str:
    at = f"In {when(model, model.month - 1)}" if model.month else "At the start"
    process = model.tables.process[0]
    stands = STANDS[Phase(process["phase"])].format(held=held_in_words(model))
    if process["in_force"]:
        further = "; a comprehensive one is signed, not ratified" if process["phase"] == Phase.SIGNED else ""
        stands = stands if not further else "agreement in force"
        talks = "; talks go on over what it leaves open" if process["talks_go_on"] else ""
        stands += f" (it covers {percent(float(process['reach']))} of what is at stake){talks}{further}"
    return f"{at}: {stands}."


def held_in_words(model: PeaceProcess) -> str:
    """What an agreement has done that counts as durable: "held five years"."""
    return f"held {span(int(model.tables.parameters['accord_durable_months'][0]))}"
