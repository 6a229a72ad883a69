"""Two runs of one seed told side by side in the report: what they share, where they part, how each comes out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from markupsafe import Markup

from ..analysis.deciding_pairs import BASELINE, DecidingPair
from .report_facts import Facts
from .report_figures import Drawn
from .report_markup import number, own, say
from .report_months import strips_figure

__all__ = ["Side", "Story", "stories_told"]

WHAT = {
    "agreed": "an agreement is reached",
    "durable": "an agreement holds",
    "months_under_accord": "there are more months under an agreement",
}


class Line(Protocol):
    @property
    def month(self) -> int: ...
    @property
    def date(self) -> str: ...
    @property
    def told(self) -> str: ...


class Side(Protocol):
    """Two runs of one seed, as `single_run.side_by_side` tells them: the baseline's first."""

    @property
    def seed(self) -> int: ...
    @property
    def parts(self) -> int | None: ...
    @property
    def shared(self) -> Sequence[Line]: ...
    @property
    def own(self) -> tuple[Sequence[Line], Sequence[Line]]: ...
    @property
    def left_out(self) -> tuple[int, int, int]: ...
    @property
    def also(self) -> tuple[str, str]: ...
    @property
    def ends(self) -> tuple[str, str]: ...
    @property
    def phases(self) -> tuple[Sequence[str], Sequence[str]]: ...


@dataclass(frozen=True)
class Story:
    """A pair of runs in which a variant decided, and what happened in either."""

    arm: str
    pair: DecidingPair
    side: Side


def stories_told(facts: Facts, stories: Sequence[Story]) -> list[dict[str, Any]]:
    """What the template needs of each story."""
    return [_told(facts, story, f"story-{at}") for at, story in enumerate(stories)]


def _told(facts: Facts, story: Story, name: str) -> dict[str, Any]:
    side, pair = story.side, story.pair
    here = (
        Markup("only in the baseline")
        if pair.better == BASELINE
        else say("only {name}", name=facts.with_name(story.arm))
    )
    heading = say("{what} {here}", what=WHAT[pair.what][0].upper() + WHAT[pair.what][1:], here=here)
    if pair.what == "months_under_accord":
        where = Markup("in the baseline") if pair.better == BASELINE else facts.with_name(story.arm)
        heading = say("More months under an agreement {where}", where=where)
    at = facts.arms.index(story.arm)
    told = say(
        "Two runs with the same random numbers (seed {seed}): one of the baseline, one {name}. {n} of {of} pairs {go} this "
        "way{which}.",
        seed=own(side.seed), name=facts.with_name(story.arm), go="goes" if pair.pairs == 1 else "go",
        which="" if pair.pairs == 1 else "; of those, this one has the median difference in months under an agreement",
        n=number(pair.pairs, f"deciding:{at}:{pair.what}:{pair.better}"), of=facts.runs(),
    )  # fmt: skip
    strips = strips_figure(
        name, [("baseline", side.phases[0]), (story.arm, side.phases[1])], side.parts, facts.scenario.month_zero or ""
    )
    return {
        "key": name,
        "arm": at,
        "seed": side.seed,
        "heading": heading,
        "told": told,
        "figure": Drawn(*strips),
        "parts": _parting(side, name),
        "shared": _lines(side.shared),
        "shared_left": _left(side.left_out[0], "earlier"),
        "columns": [
            {
                "name": "Baseline" if not k else facts.name(story.arm),
                "lines": _lines(side.own[k]),
                "left": _left(side.left_out[k + 1], "later"),
                "also": own(side.also[k]) if side.also[k] else "",
                "end": own(side.ends[k]),
            }
            for k in (0, 1)
        ],
    }


def _parting(side: Side, name: str) -> Markup:
    if side.parts is None:
        return Markup("What moves the process is the same in both runs.")
    first = next(line for lines in side.own for line in lines if line.month == side.parts)
    if first.date == f"month {side.parts}":
        return say("They part in month {n}.", n=number(side.parts, f"{name}:parts"))
    return say("They part in {date} (month {n}).", date=own(first.date), n=number(side.parts, f"{name}:parts"))


def _lines(lines: Sequence[Line]) -> list[tuple[Markup, Markup]]:
    return [(own(line.date), own(line.told)) for line in lines]


def _left(count: int, which: str) -> Markup | str:
    return (
        say("{n} {which} event{s} not listed.", n=own(count), which=which, s=" is" if count == 1 else "s are")
        if count
        else ""
    )
