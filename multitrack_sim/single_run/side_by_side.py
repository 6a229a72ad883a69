"""Two runs of one seed told side by side: what they share until they part, and what each does afterwards."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from ..model import PeaceProcess
from ..reports.words import capital
from ..scenario.scenario import Scenario
from ..schema.events import Event
from .chronicle import IN_TEXT, Safe, _several, outcome_in_words
from .event_log import Happening, happenings, once_each, phrase, when

__all__ = ["SideBySide", "Line", "side_by_side"]

# Beside events that open a phase, those that move a process; the others are told in numbers.
MOVES = frozenset({
    Event.INTERVENED, Event.ISSUE_TABLED, Event.CHANNEL_OPENED, Event.CHANNEL_LEAKED,
    Event.CEASEFIRE_BROKEN, Event.VOTE_FAILED, Event.TALKS_REOPENED, Event.TALKS_ON_REST_ENDED, Event.PARTY_ACCEDED,
    Event.PARTY_LEFT, Event.FELL_QUIET, Event.FLARED_UP, Event.FACTION_SOCIALISED,
})  # fmt: skip
# Of those, the kinds whose numbers say most.
COUNTED = frozenset({
    Event.WORKSHOP_HELD, Event.REPORT_HEARD, Event.MEASURE_AGREED, Event.VIOLATION_SEEN, Event.ATTACKED, Event.LEADER_CHANGED,
})  # fmt: skip
MOST_SHARED, MOST_OWN = 12, 16  # events told before and after the parting


@dataclass(frozen=True)
class Line:
    """One event: its month, that month in words, and a sentence."""

    month: int
    date: str
    told: str


@dataclass(frozen=True)
class SideBySide:
    """Two runs of one seed. `parts` is the first month in which what moves the process differs (None: never); `shared` are
    the events before it, `own` those of each run from then on; `left_out` how many more there were, before it and in each;
    `also` what else happened in each run, in numbers; `ends` how each came out; `phases` where each stood, month by month.
    """

    seed: int
    parts: int | None
    shared: tuple[Line, ...]
    own: tuple[tuple[Line, ...], tuple[Line, ...]]
    left_out: tuple[int, int, int]
    also: tuple[str, str]
    ends: tuple[str, str]
    phases: tuple[tuple[str, ...], tuple[str, ...]]


def side_by_side(one: Scenario, other: Scenario, seed: int, safe: Safe = IN_TEXT) -> SideBySide:
    """Run both scenarios with this seed and tell them beside one another.

    They part in the first month whose events differ, of those that open a phase or move the process otherwise; reports,
    measures, attacks, workshops and changes of leadership, which differ from the first months on, are counted.

    >>> from multitrack_sim.scenario import scenario_from_codes
    >>> scenario = scenario_from_codes({"track2": 4}).with_settings({"run.months": 24, "society.communities": 20})
    >>> side_by_side(scenario, scenario, seed=1).parts is None
    True
    """
    runs = [_run(scenario, seed) for scenario in (one, other)]
    models = [model for model, _ in runs]
    logs = [once_each(happenings(model)) for model in models]
    told = [_lines(model, [one for one in log if _moves(one)], safe) for model, log in zip(models, logs)]
    parts = _parting(told[0], told[1])
    shared = [line for line in told[0] if parts is None or line.month < parts]
    after = [[line for line in lines if parts is not None and line.month >= parts] for lines in told]
    return SideBySide(
        seed,
        parts,
        tuple(shared[-MOST_SHARED:]),
        (tuple(after[0][:MOST_OWN]), tuple(after[1][:MOST_OWN])),
        (
            max(0, len(shared) - MOST_SHARED),
            max(0, len(after[0]) - MOST_OWN),
            max(0, len(after[1]) - MOST_OWN),
        ),
        (_also(models[0], logs[0], safe), _also(models[1], logs[1], safe)),
        (outcome_in_words(models[0]), outcome_in_words(models[1])),
        (runs[0][1], runs[1][1]),
    )


def _run(scenario: Scenario, seed: int) -> tuple[PeaceProcess, tuple[str, ...]]:
    """A run to its end, and where it stood after each month."""
    model, phases = PeaceProcess(scenario, seed=seed), []
    while model.running:
        model.step()
        phases.append(model.phase)
    return model, tuple(phases)


def _moves(one: Happening) -> bool:
    return bool(one.opens) or one.kind in MOVES


def _lines(model: PeaceProcess, events: Sequence[Happening], safe: Safe) -> list[Line]:
    """Events as sentences, each once a month."""
    lines = [Line(one.month, when(model, one.month), f"{phrase(model, one, 'told', safe)}.") for one in events]
    return list(dict.fromkeys(lines))


def _parting(one: Sequence[Line], other: Sequence[Line]) -> int | None:
    """The first month in which they do not tell the same."""
    for a, b in zip(one, other):
        if a != b:
            return min(a.month, b.month)
    longer = one if len(one) > len(other) else other
    at = min(len(one), len(other))
    return longer[at].month if len(longer) > at else None


def _also(model: PeaceProcess, log: Sequence[Happening], safe: Safe) -> str:
    """What is not told one by one, kind by kind, where its number says something."""
    kinds: dict[int, list[Happening]] = defaultdict(list)
    for one in log:
        if one.kind in COUNTED:
            kinds[one.kind].append(one)
    clauses = [_several(model, kinds[kind], safe) for kind in sorted(kinds)]
    return f"{capital('; '.join(clauses))}." if clauses else ""
