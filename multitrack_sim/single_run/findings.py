"""What lies behind the outcome of one run, as rows of tables: readiness, trust, options, attacks, and what-ifs."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from ..engine.arithmetic import sigma
from ..engine.compiled import python_twin
from ..model import PeaceProcess
from ..process.bargaining import settle_issues
from ..process.month import SCHEDULE
from ..schema.categories import Phase
from ..schema.events import Event
from ..schema.tables import LEDGER
from .agreements import signed_agreements
from .counterfactuals import Candidate, Effort, Rerun, candidates, chosen, order_of_kinds
from .event_log import Happening, happenings, row_name
from .readiness import parts_of_readiness

__all__ = ["COMPARED", "Findings", "alike", "outcome_month"]

# What of a run counts as its outcome.
COMPARED = (
    "highest_agreement", "ended_by", "months_to_substantive", "months_to_comprehensive", "durable", "collapses",
    "months_to_collapse",
)  # fmt: skip
READINESS = ("party", "month", "readiness", "motivation", "burden", "pressure", "mobilisation", "optimism",
             "belief", "guarantee", "options", "misperception")  # fmt: skip
TRUST = ("party", "other", "month", "probability", "log_odds", "prior", *LEDGER)
TRUST_STEPS = ("month", "party", "other", "source", "change", "events")
ISSUES = ("issue", "tabled", "tabled_after_report_of", "settled", "known", "known_official", "known_unofficial",
          "opened_by", "in_agreement")  # fmt: skip
ATTACKS = ("month", "faction", "broke", "then")
MEASURED = ("months_to_substantive", "months_to_comprehensive", "months_under_accord")  # what makes a change large
STEPS = ("month", "event", "who", "whom", "change", "changed", *COMPARED, "months_under_accord")


def outcome_month(model: PeaceProcess) -> int:
    """The month in which the run came out as it did: signature of the first comprehensive agreement, else of the first
    partial one, another end that still holds, or the last month.
    """
    process, tally = model.tables.process[0], model.tables.tally[0]
    for name in ("month_comprehensive", "month_agreed"):
        if tally[name] >= 0:
            return int(tally[name])
    if process["phase"] == Phase.DORMANT:
        return int(process["month_ended"])
    return max(0, model.month - 1)


class Findings:
    """Everything that is found out about a run, as rows of tables."""

    def __init__(self, model: PeaceProcess, effort: Effort):
        self.model = model
        self.log = happenings(model)
        self.month = outcome_month(model)
        self.watch = _Watch(model)
        found = candidates(model, self.log, self._last_month())
        self.tried = chosen(found, self.month, effort.most(False))
        opening = int(model.tables.tally["month_talks"][0])
        self.rerun = Rerun(model, {one.happening.month for one in self.tried} | {opening}, self.watch)
        if self.rerun.own_agents:
            self.tried = self.tried[: effort.most(True)]
        if not self.rerun.exact:
            self.tried = []
        self.possible = len(found)
        self.note = self._note()
        self.readiness = self._readiness(opening)
        self.trust = self._trust()
        self.trust_steps = self._trust_steps()
        self.signed = [one for one in signed_agreements(model) if one.substantive and one.in_force >= 0]
        self.last_signed = max((one.signed for one in self.signed), default=self.month)
        self.issues = self._issues()
        self.attacks = self._attacks()
        self.fact = model.outcomes()
        self.stuck = 0  # events that happened all the same
        self.not_begun = 0  # replays for which there was no time
        self.steps = self._steps(effort)

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
        """Up to when events may have decided the outcome: a collapse is one too, and that nothing comprehensive followed."""
        tally = self.model.tables.tally[0]
        if tally["month_agreed"] >= 0 and tally["month_comprehensive"] < 0:
            return max(0, self.model.month - 1)
        return max(self.month, int(tally["month_collapsed"]))

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
            for phase in list(SCHEDULE)[: list(SCHEDULE).index("track_one")]:
                bench.pass_phase(phase)
        else:
            return []
        return [{**row, "month": month} for row in parts_of_readiness(self.rerun.bench)]

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
            "from_measures": {Event.VIOLATION_SEEN},
            "from_attacks": {Event.ATTACKED},
            "from_dialogue": {Event.REPORT_HEARD},
            "from_accord": {Event.PROVISION_DONE, Event.PROVISION_BREACHED},
            "from_leaders": {Event.LEADER_CHANGED},
        }[source]
        events = [
            one.event.word
            for one in self.log
            if one.month == month
            and one.kind in kinds
            and (one.whom == of if one.kind == Event.REPORT_HEARD else _party_behind(one) == other)
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
            reported = next((one for one in self.log if one.kind == Event.ISSUE_TABLED and one.whom == k), None)
            taken_up = next((one for one in self.log if one.kind == Event.ISSUE_TAKEN_UP and one.who == k), None)
            tabled = reported or taken_up
            now = self.model.tables.issues[k]
            row: dict[str, Any] = {
                "issue": name,
                "tabled": tabled.month if tabled else 0 if now["tabled"] else None,
                "tabled_after_report_of": row_name(self.model, "academics", reported.who) if reported else "",
                **dict.fromkeys(ISSUES[3:]),
            }
            if self.rerun.exact:
                row |= self.watch.settled(k, self.last_signed)  # of an agreement that came into force, or the outcome
                row["in_agreement"] = self.watch.in_agreement(k)
            rows.append(row)
        return rows

    # -- which attack broke which round

    def _attacks(self) -> list[dict[str, Any]]:
        return [
            {
                "month": one.month,
                "faction": row_name(self.model, "spoilers", one.who),
                "broke": one.followed.event.word,
                "then": one.followed.followed.event.word if one.followed.followed else "",
            }
            for one in self.log
            if one.kind == Event.ATTACKED
            and one.followed
            and one.followed.kind in (Event.TALKS_SUSPENDED, Event.CEASEFIRE_BROKEN)
        ]

    # -- the decisive step

    def _steps(self, effort: Effort) -> list[dict[str, Any]]:
        rows = []
        replays = self.rerun.without_each(self.tried, effort)
        self.not_begun = len(self.tried) - len(replays)
        for one, other in zip(self.tried, replays):
            if other is None:
                self.stuck += 1
            else:
                rows.append(self._step(one, other))
        order = order_of_kinds()
        rows.sort(
            key=lambda row: (
                -row["changed"],
                -row["change"],
                row["candidate"].happening.kind == Event.WORKSHOP_HELD,  # what happened there says more exactly what counted
                row["month"],
                order.index(row["candidate"].happening.kind),
            )
        )  # fmt: skip
        return rows

    def _step(self, one: Candidate, other: dict[str, Any]) -> dict[str, Any]:
        who = one.happening
        names = [*COMPARED]
        if not self.fact["agreed"] and not other["agreed"]:
            names.append("months_to_talks")
        return {
            "candidate": one,
            "month": who.month,
            "event": who.event.word,
            "who": row_name(self.model, who.event.who, who.who),
            "whom": row_name(self.model, who.event.whom, who.whom),
            "change": max(*(self._months_between(other, name) for name in MEASURED)),
            "changed": any(not alike(self.fact[name], other[name]) for name in names),
            **other,
        }

    def _months_between(self, other: dict[str, Any], name: str) -> int:
        """The difference in months; what did not happen counts as the whole run."""
        one, two = (self.model.month if math.isnan(run[name]) else run[name] for run in (self.fact, other))
        return round(abs(one - two))


def alike(one: Any, two: Any) -> bool:
    return one == two or one != one and two != two


def _party_behind(one: Happening) -> int:
    """The party whose conduct an event shows."""
    return one.whom if one.kind == Event.ATTACKED else one.who


class _Watch:
    """What the rerun is watched for, month by month. `dyads` begins with how things stood at the start."""

    def __init__(self, model: PeaceProcess):
        self.dyads: list[np.ndarray] = []
        self.readiness: list[float] = []  # of the least ready
        self.known: list[np.ndarray] = []  # options known to all required parties: all, official, unofficial
        self.covered = np.zeros(len(model.tables.issues), bool)  # by an agreement that came into force
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
        self.covered |= tables.issues["in_accord"] == 1
        settled = tables.issues["settled"] == 1
        newly = np.flatnonzero(settled & ~self.was_settled)
        if len(newly):
            needed = _options_needed(bench, official, unofficial)
            self.opened |= {(month, int(k)): needed[k] for k in newly if needed[k]}
        self.was_settled = settled

    def in_agreement(self, k: int) -> bool:
        """Whether an agreement that came into force covered the issue."""
        return bool(self.covered[k])

    def settled(self, k: int, until: int) -> dict[str, Any]:
        """When all were content with the issue for the last time before the outcome, and by which options."""
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
    """Of every issue, which options it needs for all to be content with the text as it stands: tried with fewer of them.
    Empty where not all are: then it is settled because an agreement covers it.
    """
    before, world, settle = bench.snapshot(), bench.world, python_twin(settle_issues, {})
    known = bench.tables.issues["known"].copy()

    def settled_with(known: Any) -> np.ndarray:
        bench.tables.issues["known"] = known
        bench.tables.issues["in_accord"] = 0
        settle(world)
        return bench.tables.issues["settled"] == 1

    with_all, with_none, with_official, with_unofficial = map(settled_with, (known, 0.0, official, unofficial))
    bench.restore(before)
    words = {(True, True): "either", (True, False): "official", (False, True): "unofficial", (False, False): "both"}
    return [
        "" if not all_ else "none" if none else words[bool(one), bool(two)]
        for all_, none, one, two in zip(with_all, with_none, with_official, with_unofficial)
    ]
