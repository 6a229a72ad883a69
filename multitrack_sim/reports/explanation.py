"""The chain behind the outcome of one run: readiness, trust, options, attacks, and the decisive step.

What is said of the decisive step is no reading of the log: the run is made again without the event and compared.
"""

from __future__ import annotations

import math
import textwrap
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from ..compiled import python_twin
from ..model import PeaceProcess
from ..outcome_table import (
    ATTACKED,
    CEASEFIRE_BROKEN,
    DORMANT,
    DURABLE,
    FIGHTING,
    ISSUE_TABLED,
    LEADER_CHANGED,
    PHASES,
    PROVISION_BREACHED,
    PROVISION_DONE,
    REPORT_HEARD,
    SERIES,
    TALKS_SUSPENDED,
    VIOLATION_SEEN,
)
from ..process.basics import sigma
from ..process.month import SCHEDULE
from ..process.talks import settle_issues
from ..tables import LEDGER
from .events import Happening, check_model, happenings, is_cut_off, phrase, row_name, when
from .story import outcome_in_words
from .what_ifs import MOST_WHAT_IFS, MOST_WITH_AGENTS, Candidate, Rerun, candidates, chosen
from .words import count_name, for_markdown, listing, percent, plain

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Explanation", "explain"]

WIDTH = 100
MOST_STEPS = 5  # what-ifs told in the text
MOST_ISSUES = 8
MOST_TRUST = 3
DECISIVE_MONTHS = 12
BEFORE_TALKS = ("fighting", "pretalks", "dormant")  # when the text is the compromise to be expected
Safe = Callable[[str], str]

# What of a run counts as its outcome.
COMPARED = ("agreement", "ended_by", "months_to_agreement", "durable", "collapses", "months_to_collapse")


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


def explain(model: PeaceProcess) -> Explanation:
    """The chain behind the outcome of a run so far, with the counterfactual of the decisive step.

    The run is made again from its seed, on a bench of its own: the model given is not touched. Then single events are
    taken out, each in the month in which it happened, and the run goes on from there with the same chance. At most 100
    events are tried: of every kind in turn, first those that something is known to have come of, then those nearest
    before the outcome. MultitrackError if `model` is no PeaceProcess.

    >>> import multitrack_sim as mt
    >>> model = mt.PeaceProcess(mt.scenario_from_codes({"track2": 4}).with_settings({"run.months": 6}), seed=1)
    >>> _ = model.run()
    >>> why = mt.explain(model)
    >>> why.exact, str(why).splitlines()[0]
    (True, 'Conflict from codes: why it came out as it did (seed 1)')
    """
    check_model(model)
    found = _Findings(model)
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


def outcome_month(model: PeaceProcess) -> int:
    """The month in which the run came out as it did: signature, another end that still holds, or the last month."""
    process = model.tables.process[0]
    if process["month_agreed"] >= 0:
        return int(process["month_agreed"])
    if process["phase"] == DORMANT:
        return int(process["month_ended"])
    return max(0, model.month - 1)


# ---- what is found ---------------------------------------------------------------------------------------------------

READINESS = ("party", "month", "readiness", "motivation", "burden", "pressure", "mobilisation", "optimism",
             "belief", "guarantee", "options", "misperception")  # fmt: skip
TRUST = ("party", "other", "month", "probability", "log_odds", "prior", *LEDGER)
TRUST_STEPS = ("month", "party", "other", "source", "change", "events")
ISSUES = ("issue", "tabled", "tabled_after_report_of", "settled", "known", "known_official", "known_unofficial",
          "opened_by")  # fmt: skip
ATTACKS = ("month", "faction", "broke", "then")
STEPS = ("month", "event", "who", "whom", "change", "changed", *COMPARED, "months_at_peace")


class _Findings:
    """Everything that is found out about a run, as rows of tables."""

    def __init__(self, model: PeaceProcess):
        self.model = model
        self.log = happenings(model)
        self.month = outcome_month(model)
        self.watch = _Watch(model)
        tried = candidates(model, self.log, self._last_month())
        opening = int(model.tables.process["month_talks"][0])
        months = {one.happening.month for one in tried} | {opening}
        self.rerun = Rerun(model, months, self.watch)
        self.possible = tried if self.rerun.exact else []
        most = MOST_WITH_AGENTS if self.rerun.own_agents else MOST_WHAT_IFS
        self.tried = chosen(self.possible, self.month, most)
        self.note = self._note()
        self.readiness = self._readiness(opening)
        self.trust = self._trust()
        self.trust_steps = self._trust_steps()
        self.issues = self._issues()
        self.attacks = self._attacks()
        self.fact = model.outcomes()
        self.stuck = 0  # events that happened all the same
        self.steps = self._steps()

    def tables(self) -> dict[str, tuple[list[dict[str, Any]], Sequence[str]]]:
        """Rows and columns of every table of an Explanation."""
        return {
            "readiness": (self.readiness, READINESS),
            "trust": (self.trust, TRUST),
            "trust_steps": (self.trust_steps, TRUST_STEPS),
            "issues": (self.issues, ISSUES),
            "attacks": (self.attacks, ATTACKS),
            "steps": (self.steps, STEPS),
        }

    def _last_month(self) -> int:
        """Up to when events may have decided the outcome: a collapse is one too."""
        return max(self.month, int(self.model.tables.process["month_collapsed"][0]))

    def _note(self) -> str:
        if self.rerun.exact:
            return ""
        cells = self.rerun.differs
        where = f" (different: {', '.join(cells[:3])}{' and more' if len(cells) > 3 else ''})" if cells else ""
        why = "its agents remember things of their own, or it" if self.rerun.own_agents else "it"
        return (
            f"The same seed does not give this run again{where}: {why} was changed by hand after it was made. What "
            "stands here is read from the log and from the last month; nothing could be taken out and tried."
        )

    # -- what made readiness

    def _readiness(self, opening: int) -> list[dict[str, Any]]:
        """When talks opened; if they never did, when the least ready was readiest. As it decided: in that month's talks."""
        if not self.rerun.exact:
            self.rerun.bench.restore(self.model.snapshot())
            month = max(0, self.model.month - 1)
        elif self.watch.readiness:
            month = opening if opening >= 0 else int(np.argmax(self.watch.readiness))
            bench = self.rerun.go_to(month)
            for phase in list(SCHEDULE)[: list(SCHEDULE).index("talks")]:
                bench.pass_phase(phase)
        else:
            return []
        return [{**row, "month": month} for row in _parts_of_readiness(self.rerun.bench)]

    # -- what moved trust

    def _trust(self) -> list[dict[str, Any]]:
        month, dyads = max(0, self.model.month - 1), self.model.tables.dyads
        if self.rerun.exact and self.model.month:
            month, dyads = self.month, self.watch.dyads[self.month + 1]
        return [
            {
                "party": row_name(self.model, "governments", int(dyad["of"])),
                "other": row_name(self.model, "governments", int(dyad["other"])),
                "month": month,
                "probability": sigma(float(dyad["trust"])),
                "log_odds": float(dyad["trust"]),
                "prior": float(dyad["prior"]),
                **{source: float(dyad[source]) for source in LEDGER},
            }
            for dyad in dyads
        ]

    def _trust_steps(self) -> list[dict[str, Any]]:
        """The largest change of every month, source and party trusted; the largest of all first."""
        if not self.rerun.exact:
            return []
        rows = []
        for month, (before, after) in enumerate(zip(self.watch.dyads, self.watch.dyads[1 : self.month + 2])):
            for source in LEDGER[:-1]:
                change = after[source] - before[source]
                for other in np.unique(after["other"]):
                    seen = np.flatnonzero(after["other"] == other)
                    largest = seen[np.argmax(np.abs(change[seen]))]
                    if abs(change[largest]) > 0.05:
                        rows.append((float(change[largest]), month, source, int(after["of"][largest]), int(other)))
        rows.sort(key=lambda row: (-abs(row[0]), row[1]))
        return [self._trust_step(*row) for row in rows[:20]]

    def _trust_step(self, change: float, month: int, source: str, of: int, other: int) -> dict[str, Any]:
        kinds = {
            "from_measures": {VIOLATION_SEEN},
            "from_attacks": {ATTACKED},
            "from_dialogue": {REPORT_HEARD},
            "from_accord": {PROVISION_DONE, PROVISION_BREACHED},
            "from_leaders": {LEADER_CHANGED},
        }[source]
        events = [
            one.event.name
            for one in self.log
            if one.month == month
            and one.kind in kinds
            and (one.whom == of if one.kind == REPORT_HEARD else _party_behind(one) == other)
        ]
        return {
            "month": month,
            "party": row_name(self.model, "governments", of),
            "other": row_name(self.model, "governments", other),
            "source": source,
            "change": change,
            "events": ", ".join(dict.fromkeys(events)) or "no breach seen",
        }

    # -- which options opened which issue

    def _issues(self) -> list[dict[str, Any]]:
        rows = []
        for k, name in enumerate(self.model.names["issues"]):
            tabled = next((one for one in self.log if one.kind == ISSUE_TABLED and one.whom == k), None)
            now = self.model.tables.issues[k]
            row: dict[str, Any] = {
                "issue": name,
                "tabled": tabled.month if tabled else 0 if now["tabled"] else None,
                "tabled_after_report_of": row_name(self.model, "academics", tabled.who) if tabled else "",
                **dict.fromkeys(ISSUES[3:]),
            }
            if self.rerun.exact:
                row |= self.watch.settled(k, self.month)
            rows.append(row)
        return rows

    # -- which attack broke which round

    def _attacks(self) -> list[dict[str, Any]]:
        return [
            {
                "month": one.month,
                "faction": row_name(self.model, "spoilers", one.who),
                "broke": one.followed.event.name,
                "then": one.followed.followed.event.name if one.followed.followed else "",
            }
            for one in self.log
            if one.kind == ATTACKED and one.followed and one.followed.kind in (TALKS_SUSPENDED, CEASEFIRE_BROKEN)
        ]

    # -- the decisive step

    def _steps(self) -> list[dict[str, Any]]:
        rows = []
        for one in self.tried:
            other = self.rerun.without(one)
            if other is None:
                self.stuck += 1
            else:
                rows.append(self._step(one, other))
        rows.sort(key=lambda row: (-row["changed"], -row["change"], row["month"]))
        return rows

    def _step(self, one: Candidate, other: dict[str, Any]) -> dict[str, Any]:
        who = one.happening
        names = [*COMPARED]
        if not self.fact["agreed"] and not other["agreed"]:
            names.append("months_to_talks")
        return {
            "candidate": one,
            "month": who.month,
            "event": who.event.name,
            "who": row_name(self.model, who.event.who, who.who),
            "whom": row_name(self.model, who.event.whom, who.whom),
            "change": max(
                self._months_between(other, "months_to_agreement"), self._months_between(other, "months_at_peace")
            ),
            "changed": any(not _alike(self.fact[name], other[name]) for name in names),
            **other,
        }

    def _months_between(self, other: dict[str, Any], name: str) -> int:
        """The difference in months; what did not happen counts as the whole run."""
        one, two = (self.model.month if math.isnan(run[name]) else run[name] for run in (self.fact, other))
        return int(abs(one - two))


def _alike(one: Any, two: Any) -> bool:
    return one == two or one != one and two != two


def _party_behind(one: Happening) -> int:
    """The party whose conduct an event shows."""
    return one.whom if one.kind == ATTACKED else one.who


class _Watch:
    """What the rerun is watched for, month by month. `dyads` begins with how things stood at the start."""

    def __init__(self, model: PeaceProcess):
        self.dyads: list[np.ndarray] = []
        self.readiness: list[float] = []  # of the least ready
        self.known: list[np.ndarray] = []  # options known to all required parties: all, official, unofficial
        self.opened: dict[tuple[int, int], str] = {}  # month and issue -> which options it needed
        self.was_settled = np.zeros(len(model.tables.issues), bool)

    def __call__(self, bench: PeaceProcess) -> None:
        tables, month = bench.tables, bench.month - 1
        self.dyads.append(tables.dyads.copy())
        if month < 0:
            return
        self.readiness.append(float(tables.process["least_readiness"][0]))
        official, unofficial = (_known_to_all(tables, pool) for pool in ("known_official", "known_unofficial"))
        self.known.append(np.array([tables.issues["known"], official, unofficial]))
        settled = tables.issues["settled"] == 1
        newly = np.flatnonzero(settled & ~self.was_settled)
        if len(newly):
            needed = _options_needed(bench, official, unofficial)
            self.opened |= {(month, int(k)): needed[k] for k in newly}
        self.was_settled = settled

    def settled(self, k: int, until: int) -> dict[str, Any]:
        """When the issue was settled for the last time before the outcome, and by which options."""
        months = [month for month, issue in self.opened if issue == k and month <= until]
        if not months:
            return {}
        month = max(months)
        known, official, unofficial = map(float, self.known[month][:, k])
        return {
            "settled": month,
            "known": known,
            "known_official": official,
            "known_unofficial": unofficial,
            "opened_by": self.opened[month, k],
        }


def _known_to_all(tables: Any, pool: str) -> np.ndarray:
    """Options of one pool that every required party knows, issue by issue."""
    needed = (tables.governments["required"] == 1) & (tables.governments["active"] == 1)
    known = tables.stakes[pool].reshape(len(tables.governments), len(tables.issues))
    return known[needed].min(axis=0) if needed.any() else np.zeros(len(tables.issues))


def _options_needed(bench: PeaceProcess, official: np.ndarray, unofficial: np.ndarray) -> list[str]:
    """Of every issue, which options it needs to be settled as the text stands: tried with fewer of them."""
    before, world, settle = bench.snapshot(), bench.world, python_twin(settle_issues, {})

    def settled_with(known: Any) -> np.ndarray:
        bench.tables.issues["known"] = known
        settle(world.governments, world.stakes, world.issues, world.process[0], world.parameters[0])
        return bench.tables.issues["settled"] == 1

    with_none, with_official, with_unofficial = map(settled_with, (0.0, official, unofficial))
    bench.restore(before)
    words = {(True, True): "either", (True, False): "official", (False, True): "unofficial", (False, False): "both"}
    return [
        "none" if none else words[bool(one), bool(two)]
        for none, one, two in zip(with_none, with_official, with_unofficial)
    ]


# ---- what readiness is made of ---------------------------------------------------------------------------------------

FULL_TRUST = 40.0  # log-odds


def _parts_of_readiness(bench: PeaceProcess) -> list[dict[str, Any]]:
    """What each part adds, found by taking it out and letting the talks phase read the text again."""
    before = bench.snapshot()
    base = _read_again(bench, before)
    optimism = {part: _read_again(bench, before, change)["optimism"] for part, change in _LESS_OPTIMISM.items()}
    push = {part: _push_without(bench, before, part) for part in ("", "burden", "pressure", "mobilisation")}
    bench.restore(before)
    rows = []
    for i, me in enumerate(bench.tables.governments):
        if me["required"] and me["active"]:
            whole = push[""][i]
            rows.append(
                {
                    "party": row_name(bench, "governments", i),
                    **{name: float(base[name][i]) for name in ("readiness", "motivation", "optimism")},
                    **{part: (whole - push[part][i]) / whole if whole > 0 else 0.0 for part in push if part},
                    **{part: float(base["optimism"][i] - without[i]) for part, without in optimism.items()},
                }
            )
    return rows


def _without_belief(tables: Any) -> None:
    tables.dyads["trust"] = FULL_TRUST


def _without_guarantee(tables: Any) -> None:
    tables.organisations["guarantee"] = 0.0
    tables.parameters["conflict_internal_guarantee"] = 0.0


def _without_options(tables: Any) -> None:
    tables.stakes["known_official"] = tables.stakes["known_unofficial"] = 0.0
    tables.parameters["track_one_anticipation"] = 0.0


def _without_misperception(tables: Any) -> None:
    tables.dyads["misperception"] = 0.0


_LESS_OPTIMISM: dict[str, Callable[[Any], None]] = {
    "belief": _without_belief,
    "guarantee": _without_guarantee,
    "options": _without_options,
    "misperception": _without_misperception,
}


def _read_again(bench: PeaceProcess, words: np.ndarray, change: Callable[[Any], None] | None = None) -> np.ndarray:
    """How ready governments are if one thing is changed: the talks phase, so that it reads the text and does no more."""
    bench.restore(words)
    tables = bench.tables
    at_the_table = tables.process["channel"][0] or PHASES[int(tables.process["phase"][0])] not in BEFORE_TALKS
    tables.process["phase"] = DURABLE if at_the_table else FIGHTING  # nobody bargains in either
    tables.parameters["track_one_pretalks"] = 0.0
    if change is not None:
        change(tables)
    bench.pass_phase("talks")
    return tables.governments[["readiness", "motivation", "optimism"]].copy()


def _push_without(bench: PeaceProcess, words: np.ndarray, part: str) -> list[float]:
    """The push behind each government's motivation, 1 - exp(-push), without a part of it."""
    bench.restore(words)
    if part:
        bench.tables.governments[part] = 0.0
    for government in bench.handles["governments"]:
        government.want_out(bench.world.parameters[0])  # type: ignore[attr-defined]
    return [-math.log(max(1e-300, 1.0 - motivation)) for motivation in bench.tables.governments["motivation"]]


# ---- in words --------------------------------------------------------------------------------------------------------


def _as_text(model: PeaceProcess, found: _Findings) -> str:
    lines = [f"{plain(model.conflict.title)}: why it came out as it did (seed {model.key})", ""]
    for title, sentences in _paragraphs(model, found, plain):
        lines += [title] if title else []
        start = "  " if title else ""
        for sentence in sentences:
            lines += textwrap.wrap(
                sentence, WIDTH, initial_indent=start, subsequent_indent=start + "  ", break_on_hyphens=False
            )
        lines.append("")
    return "\n".join(lines).rstrip()


def _as_markdown(model: PeaceProcess, found: _Findings) -> str:
    parts = [f"# {for_markdown(model.conflict.title)}: why it came out as it did (seed {model.key})"]
    for title, sentences in _paragraphs(model, found, for_markdown):
        parts += [f"## {title}"] if title else []
        parts.append("\n".join(f"- {sentence}" for sentence in sentences) if title else " ".join(sentences))
    return "\n\n".join(filter(None, parts)) + "\n"


def _paragraphs(model: PeaceProcess, found: _Findings, safe: Safe) -> list[tuple[str, list[str]]]:
    """Titles and their sentences."""
    told = [
        ("", [outcome_in_words(model), *([found.note] if found.note else [])]),
        ("What made the parties ready", _readiness_told(model, found, safe)),
        ("What moved trust", _trust_told(model, found, safe)),
        ("Which options opened which issue", _issues_told(model, found, safe)),
        ("Which attack broke which round", _attacks_told(model, found, safe)),
        ("The decisive step", _steps_told(model, found, safe)),
    ]
    return [(title, sentences) for title, sentences in told if sentences]


def _readiness_told(model: PeaceProcess, found: _Findings, safe: Safe) -> list[str]:
    if not found.readiness:
        return []
    rows = sorted(found.readiness, key=lambda row: row["readiness"])
    month = when(model, rows[0]["month"])
    if not found.rerun.exact:
        start = f"In {month}"
    elif model.tables.process["month_talks"][0] >= 0:
        start = f"When talks opened, in {month},"
    else:
        start = f"Talks never opened; they were nearest in {month}, when"
    told = [f"{start} the least ready of those whose signature is needed was {_party_told(rows[0], safe)}"]
    if len(rows) > 1:
        told.append(f"The readiest was {_party_told(rows[-1], safe)}")
    return told


def _party_told(row: dict[str, Any], safe: Safe) -> str:
    parts = ", ".join(f"{percent(row[part])} {part}" for part in ("burden", "pressure", "mobilisation"))
    adds = ", ".join(f"{_WHAT[part]} {100 * row[part]:+.0f}" for part in _LESS_OPTIMISM)
    return (
        f"{safe(row['party'])}: readiness {row['readiness']:.2f}, from motivation {row['motivation']:.2f} ({parts}) and "
        f"optimism {row['optimism']:.2f} (in points: {adds})."
    )


_WHAT = {
    "belief": "doubt of the others",
    "guarantee": "guarantees",
    "options": "options",
    "misperception": "misperception",
}


def _trust_told(model: PeaceProcess, found: _Findings, safe: Safe) -> list[str]:
    if not found.trust:
        return []
    mean = {name: float(np.mean([row[name] for row in found.trust])) for name in ("probability", "prior", *LEDGER)}
    sources = sorted(LEDGER, key=lambda source: -abs(mean[source]))
    parts = ", ".join(f"{_source(source)} {mean[source]:+.2f}" for source in sources if abs(mean[source]) >= 0.005)
    told = [
        f"In {when(model, found.trust[0]['month'])} the parties gave each other on average a probability of "
        f"{mean['probability']:.2f} of being reliable. In log-odds that is the prior {mean['prior']:+.2f}"
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


def _issues_told(model: PeaceProcess, found: _Findings, safe: Safe) -> list[str]:
    if not found.rerun.exact:
        return []
    settled = sorted((row for row in found.issues if row["settled"] is not None), key=lambda row: row["settled"])
    told = [
        f"{safe(row['issue'])}: {_tabled_told(model, row, safe)}settled in {when(model, row['settled'])}, when all knew "
        f"{percent(row['known_official'])} of the options from official talks and {percent(row['known_unofficial'])} "
        f"from unofficial dialogue; {_OPENED[row['opened_by']]}."
        for row in settled[:MOST_ISSUES]
    ]
    if len(settled) > MOST_ISSUES:
        told.append(f"{count_name(len(settled) - MOST_ISSUES).capitalize()} more were settled.")
    rest = [safe(row["issue"]) for row in found.issues if row["settled"] is None]
    return [*told, f"Not settled before the outcome: {listing(rest, MOST_ISSUES)}."] if rest else told


def _tabled_told(model: PeaceProcess, row: dict[str, Any], safe: Safe) -> str:
    if not row["tabled_after_report_of"]:
        return ""
    return f"tabled in {when(model, row['tabled'])} after a report of {safe(row['tabled_after_report_of'])}, "


def _attacks_told(model: PeaceProcess, found: _Findings, safe: Safe) -> list[str]:
    if not found.attacks:
        return ["No attack broke a round of talks or a ceasefire."]
    told = []
    for row in found.attacks[:MOST_STEPS]:
        then = f"; then: {row['then']}" if row["then"] else ""
        told.append(f"{when(model, row['month'])}: {safe(row['faction'])}; the month after: {row['broke']}{then}.")
    if len(found.attacks) > MOST_STEPS:
        told.append(f"And {count_name(len(found.attacks) - MOST_STEPS)} more.")
    return told


def _steps_told(model: PeaceProcess, found: _Findings, safe: Safe) -> list[str]:
    if not found.rerun.exact:
        return []
    changed = [row for row in found.steps if row["changed"]]
    tried, possible = len(found.steps), len(found.possible)
    if not tried:
        return ["Nothing has happened that could be taken out."]
    told = [
        f"{count_name(tried).capitalize()} single events{_of_all(tried, possible)} were taken out, one at a time, and the "
        f"run made again from that month with the same chance; in {count_name(len(changed)) if changed else 'none'} of them the outcome changed."
    ]
    if not changed:
        told.append("Nothing that could be taken out alone changes the outcome.")
    elif not _is_decisive(found.fact, changed[0]):
        told.append("None was decisive: what changes is mainly the date.")
    for row in changed[:MOST_STEPS]:
        happening = row["candidate"].happening
        cause = phrase(model, happening, "cause", safe)
        told.append(f"Without {cause} in {when(model, happening.month)}: {_difference(model, found.fact, row)}.")
    if is_cut_off(model):
        told.append("The log is full: what happened after it was cut off could not be taken out.")
    return told


def _of_all(tried: int, possible: int) -> str:
    return f" of {possible:,}" if possible > tried else ""


def _is_decisive(fact: dict[str, Any], row: dict[str, Any]) -> bool:
    """Whether something else than the date changes, or the date by a year."""
    return row["change"] >= DECISIVE_MONTHS or any(
        fact[name] != row[name] for name in ("agreement", "ended_by", "durable")
    )


def _difference(model: PeaceProcess, fact: dict[str, Any], other: dict[str, Any]) -> str:
    """What another run came to, where it differs."""
    parts = [_agreement_told(model, fact, other)]
    if fact["agreed"] and other["agreed"] and fact["agreement"] != other["agreement"]:
        parts.append(f"a {other['agreement']} agreement instead of a {fact['agreement']} one")
    if other["agreed"]:
        parts.append(_holding_told(fact, other))
    if fact["ended_by"] != other["ended_by"] and not (fact["agreed"] and other["agreed"]):
        parts.append(_ending_told(other))
    if not any(parts) and not _alike(fact["months_to_talks"], other["months_to_talks"]):
        parts.append(_talks_told(model, other))
    return "; ".join(filter(None, parts)) or "another course to the same end"


def _agreement_told(model: PeaceProcess, fact: dict[str, Any], other: dict[str, Any]) -> str:
    one, two = fact["months_to_agreement"], other["months_to_agreement"]
    if _alike(one, two):
        return ""
    if math.isnan(two):
        return f"no agreement in {model.month} months"
    named = f"month {two:.0f}"
    date = when(model, int(two))
    named += f" ({date})" if date != named else ""
    if math.isnan(one):
        return f"an agreement in {named}"
    gap = f"{abs(two - one):.0f} month{'' if abs(two - one) == 1 else 's'}"
    return (
        f"no agreement until {named}, {gap} later" if two > one else f"an agreement already in {named}, {gap} earlier"
    )


def _holding_told(fact: dict[str, Any], other: dict[str, Any]) -> str:
    after = other["months_to_collapse"]
    if not math.isnan(after):
        before = fact["months_to_collapse"]
        return "" if _alike(before, after) else f"it collapses {after:.0f} months after the signature"
    if not math.isnan(fact["months_to_collapse"]):
        return "it does not collapse"
    if fact["agreed"] and fact["durable"] != other["durable"]:
        return "it becomes durable" if other["durable"] else "it is not yet durable at the end"
    return ""


def _ending_told(other: dict[str, Any]) -> str:
    return {
        "none": "the conflict does not end",
        "agreement": "",
        "ceasefire": "the conflict ends by a ceasefire",
        "victory": "the conflict ends by victory",
        "low activity": "the fighting peters out",
    }[other["ended_by"]]


def _talks_told(model: PeaceProcess, other: dict[str, Any]) -> str:
    if math.isnan(other["months_to_talks"]):
        return "no talks"
    return f"talks open in {when(model, int(other['months_to_talks']))}"
