"""The chain behind the outcome of one run: readiness, trust, options, attacks, and what single events changed.

What is said of single events is no reading of the log: the run is made again without the event and compared.
"""

from __future__ import annotations

import math
import textwrap
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from ..model import PeaceProcess
from ..reports.words import capital, count_name, counted, listing, percent, signed
from ..schema.categories import Agreement
from ..schema.outcomes import SERIES
from ..schema.tables import LEDGER
from .agreements import CALLED
from .chronicle import IN_MARKDOWN, IN_TEXT, held_in_words, outcome_in_words
from .counterfactuals import Effort
from .event_log import check_model, is_cut_off, phrase, when
from .findings import Findings, alike
from .readiness import LESS_MOTIVATION, LESS_OPTIMISM

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Explanation", "explain"]

WIDTH = 100
MOST_STEPS = 5  # what-ifs told in the text
MOST_ALIKE = 3
MOST_ISSUES = 8
MOST_TRUST = 3
DECISIVE_MONTHS = 12
Safe = Callable[[str], str]


@dataclass(frozen=True)
class Explanation:
    """Why a run came out as it did. `str()` gives the text; the tables hold the numbers behind it.

    - `readiness`: a row per required party, when talks opened (or when the least ready was readiest): shares of its
      motivation owed to burden, pressure and mobilisation, and what belief, guarantee, options and misperception add to
      its optimism (in probability), each found by taking it out.
    - `trust`: a row per ordered pair at the month of the outcome: the ledger, in log-odds.
    - `trust_steps`: the largest monthly changes in it.
    - `issues`: a row per issue: tabled, settled, options known at that time, and which of them it needed.
    - `attacks`: a row per attack after which talks were suspended or a ceasefire ended in the month after.
    - `steps`: a row per event that was taken out: what the run would have come to; largest change first.
    - `exact`: whether the run could be repeated bit for bit; if not, `note` says why and there are no what-ifs.
    """

    text: str
    readiness: pd.DataFrame
    trust: pd.DataFrame
    trust_steps: pd.DataFrame
    issues: pd.DataFrame
    attacks: pd.DataFrame
    steps: pd.DataFrame
    exact: bool
    note: str
    markdown: str = field(repr=False)

    def __str__(self) -> str:
        return self.text

    def _repr_markdown_(self) -> str:
        return self.markdown


def explain(
    model: PeaceProcess,
    *,
    replays: int | None = None,
    seconds: float | None = None,
    threads: int | None = None,
    progress: Callable[[int, int], None] | None = None,
    stop: Callable[[], bool] | None = None,
) -> Explanation:
    """The chain behind the outcome of a run so far, with replays that show what single events changed.

    The run is made again from its seed, on a bench of its own: the model given is not touched. Then single events are
    taken out, each in the month in which it happened, and the run goes on from there with the same chance. At most 100
    events are tried: of every kind in turn, first those that something is known to have come of, then those nearest
    before the outcome. MultitrackError if `model` is no PeaceProcess.

    >>> import multitrack_sim as mt
    >>> model = mt.PeaceProcess(mt.scenario_from_codes({"track2": 4}).with_settings({"run.months": 12}), seed=1)
    >>> _ = model.run()
    >>> why = mt.explain(model)
    >>> why.exact, str(why).splitlines()[0]
    (True, 'A conflict in codes: why it came out as it did (seed 1)')
    """
    check_model(model)
    found = Findings(model, Effort(replays, seconds, threads, progress, stop))
    return Explanation(
        text=_as_text(model, found),
        markdown=_as_markdown(model, found),
        exact=found.rerun.exact,
        note=found.note,
        **{name: _frame(rows, columns) for name, (rows, columns) in found.tables().items()},
    )


def _frame(rows: Sequence[dict[str, Any]], columns: Sequence[str]) -> pd.DataFrame:
    import pandas as pd

    return pd.DataFrame(rows, columns=list(columns))


# ---- in words --------------------------------------------------------------------------------------------------------
def _as_text(model: PeaceProcess, found: Findings) -> str:
    lines = [f"{IN_TEXT(model.conflict.title)}: why it came out as it did (seed {model.key})", ""]
    for title, sentences in _paragraphs(model, found, IN_TEXT):
        lines += [title] if title else []
        start = "  " if title else ""
        for sentence in sentences:
            lines += textwrap.wrap(
                sentence, WIDTH, initial_indent=start, subsequent_indent=start + "  ", break_on_hyphens=False
            )
        lines.append("")
    return "\n".join(lines).rstrip()


def _as_markdown(model: PeaceProcess, found: Findings) -> str:
    parts = [f"# {IN_MARKDOWN(model.conflict.title)}: why it came out as it did (seed {model.key})"]
    for title, sentences in _paragraphs(model, found, IN_MARKDOWN):
        parts += [f"## {title}"] if title else []
        parts.append("\n".join(f"- {sentence}" for sentence in sentences) if title else " ".join(sentences))
    return "\n\n".join(filter(None, parts)) + "\n"


def _paragraphs(model: PeaceProcess, found: Findings, safe: Safe) -> list[tuple[str, list[str]]]:
    """Titles and their sentences."""
    told = [
        ("", [outcome_in_words(model), *([found.note] if found.note else [])]),
        ("What made the parties ready", _readiness_told(model, found, safe)),
        ("What moved trust", _trust_told(model, found, safe)),
        ("Which options opened which issue", _issues_told(model, found, safe)),
        ("Attacks followed by suspended talks or a broken ceasefire", _attacks_told(model, found, safe)),
        ("What if one event had not happened?", _steps_told(model, found, safe)),
    ]
    return [(title, sentences) for title, sentences in told if sentences]


def _readiness_told(model: PeaceProcess, found: Findings, safe: Safe) -> list[str]:
    if not found.readiness:
        return []
    rows = sorted(found.readiness, key=lambda row: row["readiness"])
    month = when(model, rows[0]["month"])
    if not found.rerun.exact:
        start = f"In {month}"
    elif model.tables.tally["month_talks"][0] >= 0:
        start = f"When talks opened, in {month},"
    else:
        start = f"Talks never opened; they were nearest in {month}, when"
    told = [f"{start} the least ready of those whose signature is needed was {_party_told(rows[0], safe)}"]
    if len(rows) > 1:
        told.append(f"The readiest was {_party_told(rows[-1], safe)}")
    return told


def _party_told(row: dict[str, Any], safe: Safe) -> str:
    parts = ", ".join(f"{percent(row[part])} {part}" for part in LESS_MOTIVATION)
    by_size = sorted(LESS_OPTIMISM, key=lambda part: -abs(row[part]))
    first, *others = (f"{_WHAT[part]} {signed(100 * row[part], 0)}" for part in by_size)
    return (
        f"{safe(row['party'])}: readiness {row['readiness']:.2f} (of 1). Motivation {row['motivation']:.2f}: {parts}. "
        f"Optimism {row['optimism']:.2f} (of 1): {', '.join([f'{first} points', *others])} (tested singly; need not add up)."
    )


_WHAT = {
    "belief": "doubt of the others",
    "guarantee": "guarantees",
    "options": "options",
    "misperception": "misperception",
}


def _trust_told(model: PeaceProcess, found: Findings, safe: Safe) -> list[str]:
    if not found.trust:
        return []
    mean = {name: float(np.mean([row[name] for row in found.trust])) for name in ("probability", "prior", *LEDGER)}
    sources = sorted(LEDGER, key=lambda source: -abs(mean[source]))
    parts = ", ".join(f"{_source(source)} {signed(mean[source])}" for source in sources if abs(mean[source]) >= 0.005)
    told = [
        f"In {when(model, found.trust[0]['month'])} the parties gave each other on average a probability of "
        f"{mean['probability']:.2f} of being reliable. In log-odds that is the prior {signed(mean['prior'])}"
        + (f" and, learnt since: {parts}." if parts else "; nothing was learnt since.")
    ]
    for row in found.trust_steps[:MOST_TRUST]:
        way = "rose" if row["change"] > 0 else "fell"
        told.append(
            f"In {when(model, row['month'])} the trust of {safe(row['party'])} in {safe(row['other'])} {way} by "
            f"{abs(row['change']):.2f} ({_source(row['source'])}: {row['events']})."
        )
    return told


def _source(source: str) -> str:
    """What a column of the ledger is called, as the series of the same name say."""
    meaning = SERIES[source].meaning if source in SERIES else "owed to the limit of belief"
    return meaning.partition("owed to ")[2].replace(" and to ", " and ")


_OPENED = {
    "none": "it needed no options",
    "official": "it needed the official ones",
    "unofficial": "it needed those of unofficial dialogue",
    "either": "either would have done",
    "both": "it needed both",
}


def _issues_told(model: PeaceProcess, found: Findings, safe: Safe) -> list[str]:
    if not found.rerun.exact:
        return []
    settled = sorted((row for row in found.issues if row["settled"] is not None), key=lambda row: row["settled"])
    told = [
        f"{safe(row['issue'])}: {_tabled_told(model, row, safe)}settled in {when(model, row['settled'])}, when all knew "
        f"{percent(row['known_official'])} of the options from official talks and {percent(row['known_unofficial'])} "
        f"from unofficial dialogue; {_OPENED[row['opened_by']]}{_left_out_told(found, row)}."
        for row in settled[:MOST_ISSUES]
    ]
    if len(settled) > MOST_ISSUES:
        told.append(f"{count_name(len(settled) - MOST_ISSUES).capitalize()} more were settled.")
    return [*told, *_unsettled_told(found, safe)]


def _left_out_told(found: Findings, row: dict[str, Any]) -> str:
    """Parties may be content with an issue and yet sign without it."""
    if row["in_agreement"] or not found.signed:
        return ""
    return f"; {'the agreement leaves' if len(found.signed) == 1 else 'all agreements leave'} it out"


def _unsettled_told(found: Findings, safe: Safe) -> list[str]:
    """Issues that were not settled: an agreement may cover them, if it was worth signing as a whole."""
    rest = [row for row in found.issues if row["settled"] is None]
    within = [safe(row["issue"]) for row in rest if row["in_agreement"]]
    without = [safe(row["issue"]) for row in rest if not row["in_agreement"]]
    one = len(found.signed) == 1
    told = [
        f"In {'the' if one else 'an'} agreement, though not all whose signature is needed were content with this part: "
        f"{listing(within, MOST_ISSUES)}."
    ]  # fmt: skip
    left_out = "Left out of the agreement" if one else "Left out of all agreements"
    start = left_out if found.signed else "Not settled before the outcome"
    return (told if within else []) + ([f"{start}: {listing(without, MOST_ISSUES)}."] if without else [])


def _tabled_told(model: PeaceProcess, row: dict[str, Any], safe: Safe) -> str:
    if not row["tabled_after_report_of"]:
        return ""
    return f"tabled in {when(model, row['tabled'])} after a report of {safe(row['tabled_after_report_of'])}, "


def _attacks_told(model: PeaceProcess, found: Findings, safe: Safe) -> list[str]:
    if not found.attacks:
        return ["None."]
    told = []
    for row in found.attacks[:MOST_STEPS]:
        then = f"; then: {row['then']}" if row["then"] else ""
        told.append(
            f"{capital(when(model, row['month']))}: {safe(row['faction'])}; the month after: {row['broke']}{then}."
        )
    if len(found.attacks) > MOST_STEPS:
        told.append(f"And {count_name(len(found.attacks) - MOST_STEPS)} more.")
    return told


def _steps_told(model: PeaceProcess, found: Findings, safe: Safe) -> list[str]:
    if not found.rerun.exact:
        return []
    changed = [row for row in found.steps if row["changed"]]
    if not found.steps:
        return [
            "No replay was made." if found.not_begun else "Nothing has happened that could be taken out.",
            *_limits(model, found),
        ]
    told = [_tried_told(found, len(changed)), *_limits(model, found)]
    if not changed:
        told.append("Nothing that could be taken out alone changes the outcome.")
    elif not _is_decisive(found.fact, changed[0]):
        told.append("No single event decided it: what changes is mainly the date.")
    same: dict[str, list[str]] = {}
    for row in changed:
        happening = row["candidate"].happening
        had = f"{phrase(model, happening, 'had', safe)} in {when(model, happening.month)}"
        same.setdefault(_difference(model, found.fact, row), []).append(had)
    told += [f"{_had(causes)}: {difference}." for difference, causes in list(same.items())[:MOST_STEPS]]
    return told


def _tried_told(found: Findings, changed: int) -> str:
    """How many replays there were, of how many events, and how many changed the outcome."""
    tried, possible = len(found.steps), found.possible - found.stuck
    of_all = f"{tried:,} of {possible:,} events were tried" if possible > tried else "every event was tried"
    alone = f"; {count_name(found.stuck)} more would have happened all the same" if found.stuck else ""
    return (
        f"Of {counted(tried, 'replay')}, each without one event and with the same chance in all else, {changed:,} changed "
        f"the outcome ({of_all}{alone})."
    )


def _limits(model: PeaceProcess, found: Findings) -> list[str]:
    """What kept events from being tried."""
    early = f"The replays were ended early: {count_name(found.not_begun)} more had been planned."
    full = "The log is full: what happened after it was cut off could not be taken out."
    return [early] * bool(found.not_begun) + [full] * is_cut_off(model)


def _had(causes: Sequence[str]) -> str:
    """Causes that come to the same, the first few of them: "Had talks not opened in May, or had ..."."""
    left = len(causes) - MOST_ALIKE
    named = causes if left == 1 else causes[:MOST_ALIKE]
    others = f", or without any one of {count_name(left)} other events" if left > 1 else ""
    return f"Had {', or had '.join(named)}{others}"


def _is_decisive(fact: dict[str, Any], row: dict[str, Any]) -> bool:
    """Whether something else than the date changes, or the date by a year."""
    return row["change"] >= DECISIVE_MONTHS or any(
        fact[name] != row[name] for name in ("highest_agreement", "ended_by", "durable")
    )


def _difference(model: PeaceProcess, fact: dict[str, Any], other: dict[str, Any]) -> str:
    """What another run came to, where it differs."""
    parts = [_agreement_told(model, fact, other)]
    if fact["agreed"] and other["agreed"]:
        parts.append(_whole_told(model, fact, other))
    if other["agreed"]:
        parts.append(_holding_told(model, fact, other))
    if fact["ended_by"] != other["ended_by"] and not (fact["agreed"] and other["agreed"]):
        parts.append(_ending_told(other))
    if not any(parts) and not alike(fact["months_to_talks"], other["months_to_talks"]):
        parts.append(_talks_told(model, other))
    return "; ".join(filter(None, parts)) or "another course to the same end"


def _agreement_told(model: PeaceProcess, fact: dict[str, Any], other: dict[str, Any]) -> str:
    one, two = fact["months_to_substantive"], other["months_to_substantive"]
    if alike(one, two):
        return ""
    if math.isnan(two):
        beyond = " beyond a ceasefire" if other["highest_agreement"] == "ceasefire" else ""
        return f"no agreement in {counted(model.month, 'month')}{beyond}"
    if math.isnan(one):
        return f"{CALLED[Agreement[other['highest_agreement'].upper()]]} in {when(model, int(two))} instead of none"
    return f"first agreement in {when(model, int(two))}, {_apart(one, two)}"


def _whole_told(model: PeaceProcess, fact: dict[str, Any], other: dict[str, Any]) -> str:
    """Whether, and when, there is a comprehensive agreement."""
    one, two = fact["months_to_comprehensive"], other["months_to_comprehensive"]
    if alike(one, two):
        return ""
    if math.isnan(two):
        return "no comprehensive agreement"
    told = f"comprehensive agreement in {when(model, int(two))}"
    return f"{told} instead of partial ones only" if math.isnan(one) else f"{told}, {_apart(one, two)}"


def _apart(one: float, two: float) -> str:
    return f"{counted(int(abs(two - one)), 'month')} {'later' if two > one else 'earlier'}"


def _holding_told(model: PeaceProcess, fact: dict[str, Any], other: dict[str, Any]) -> str:
    after = other["months_to_collapse"]
    if not math.isnan(after):
        before = fact["months_to_collapse"]
        return "" if alike(before, after) else f"a collapse {counted(int(after), 'month')} after the first signature"
    if not math.isnan(fact["months_to_collapse"]):
        return "no collapse"
    if fact["agreed"] and fact["durable"] != other["durable"]:
        held = held_in_words(model)
        return f"an agreement has {held}" if other["durable"] else f"none has {held} by the end"
    return ""


def _ending_told(other: dict[str, Any]) -> str:
    return {
        "none": "",
        "agreement": "",
        "ceasefire": "the conflict ends by a ceasefire",
        "victory": "the conflict ends by victory",
        "low activity": "the fighting fades out",
    }[other["ended_by"]]


def _talks_told(model: PeaceProcess, other: dict[str, Any]) -> str:
    if math.isnan(other["months_to_talks"]):
        return "no official talks"
    return f"official talks open in {when(model, int(other['months_to_talks']))}"
