"""The rules of the mechanical coding: what each code is made from, in words and as a function.

They were written before any association of a code with an outcome, and any run, had been looked at, and were not changed
after. No rule reads what came after the opening. A code whose rule gives nothing is missing, and so are those that no file
tells of: `missing_codes` draws them. Steps between whole numbers are what a file's few grades allow. `rules_table` is what
documentation is made from: each rule's words are its docstring.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pandas as pd

from ..scenario.codebook import CODES
from .coding_known import Known
from .coding_matches import third_party_kind

__all__ = ["NEVER_CODED", "RULES", "Rule", "coded", "rules_table"]

UCDP, PA_X, MEDIATION = "UCDP Conflict Termination", "PA-X", "Civil War Mediation"
MOST_PARTIES = 27


@dataclass(frozen=True)
class Rule:
    """How one code is made: in words, from which files, what it gives, and the function that gives it (None: missing)."""

    code: str
    words: str
    files: tuple[str, ...]
    gives: str
    of: Callable[[Known], float | None]


RULES: dict[str, Rule] = {}


def _rule(code: str, files: tuple[str, ...], gives: str) -> Callable[[Callable], Callable]:
    """The function below is the rule of this code, and its docstring the rule in words."""

    def as_rule(function: Callable[[Known], float | None]) -> Callable[[Known], float | None]:
        RULES[code] = Rule(code, " ".join((function.__doc__ or "").split()), files, gives, function)
        return function

    return as_rule


@_rule(
    "hurting_stalemate", (UCDP,), "1 + 1.5 min(1, active years / 8), and 1 more after war; no UCDP conflict: missing"
)
def _hurting_stalemate(known: Known) -> float | None:
    """How long and how hard it was fought: the active years of the last ten, and war (1,000 dead in a year) in one of the
    last three.
    """
    if known.past is None:
        return None
    war = bool((known.last(3)["intensity"] == "war").any())
    return 1.0 + 1.5 * min(1.0, len(known.last(10)) / 8) + (1.0 if war else 0.0)


@_rule("spoilers", (UCDP,), "1 + (groups - 1) + .5 for each other conflict, at most 4; no UCDP conflict: missing")
def _spoilers(known: Known) -> float | None:
    """How many others fight: the most armed groups of one of the last three years, beyond the first, and other conflicts of
    the country that were active in those years.
    """
    if known.past is None:
        return None
    return min(4.0, 1.0 + (_most_groups(known) - 1) + 0.5 * known.other_conflicts)


@_rule(
    "guarantee",
    (PA_X, MEDIATION),
    "with a text: an international mission 3, else a role of the United Nations 2, else a third party named 1.5, else .5; "
    "without: mediated by a great power, the United Nations or a regional body 1.5, by another 1; nobody: missing",
)
def _guarantee(known: Known) -> float | None:
    """Who is to watch over what is agreed, as the opening text has it; without one, who mediated in the two years before."""
    if known.text is None:
        return None if not known.third_parties else 1.5 if "power" in known.third_parties else 1.0
    if known.says("peacekeepers"):
        return 3.0
    if known.says("united_nations"):
        return 2.0
    return 1.5 if third_party_kind(known.text["third_parties"]) else 0.5


@_rule("track2", (PA_X, MEDIATION), "3; nobody: missing")
def _track_two(known: Known) -> float | None:
    """Someone who speaks for no state (church, organisation, scholar, former leader) is named as third party in the opening
    text or a text of the two years before, or as mediator in the five years before.
    """
    return 3.0 if known.unofficial else None


@_rule("cbm", (PA_X,), "1, with a ceasefire 1 more, prisoners .5, security guarantees .5; no text: missing")
def _cbm(known: Known) -> float | None:
    """Which measures the opening text has: a ceasefire, the release of prisoners, security guarantees."""
    if known.text is None:
        return None
    measures = {"ceasefire": 1.0, "prisoners": 0.5, "security_guarantees": 0.5}
    return 1.0 + sum(worth for measure, worth in measures.items() if known.says(measure))


@_rule(
    "cbm_verification",
    (PA_X,),
    "an international mission 3, else a role of the United Nations or another international body 2.5, else a mechanism of "
    "enforcement 2, else .5; no text: missing",
)
def _cbm_verification(known: Known) -> float | None:
    """Who verifies, as the opening text has it."""
    if known.text is None:
        return None
    if known.says("peacekeepers"):
        return 3.0
    if known.says("united_nations") or known.says("other_international"):
        return 2.5
    return 2.0 if known.says("enforcement") else 0.5


@_rule("indivisibility", (UCDP, PA_X), "territory 3, both 2.5, government 1.5; between groups, or other 2")
def _indivisibility(known: Known) -> float | None:
    """What is fought over, as UCDP's last year before the opening has it; without a UCDP conflict, PA-X's first text."""
    return {"territory": 3.0, "both": 2.5, "government": 1.5}.get(known.incompatibility, 2.0)


@_rule("parties", (UCDP,), f"1 + groups, from 2 to {MOST_PARTIES}; no UCDP conflict: 2")
def _parties(known: Known) -> float | None:
    """The government, and the most armed groups that fought it in one of the last three years."""
    return min(MOST_PARTIES, max(2, 1 + _most_groups(known)))


@_rule(
    "mediation",
    (PA_X, MEDIATION),
    "a great power, the United Nations or a regional body 3, another 2, an opening text that names nobody .5; nobody and no "
    "text: missing",
)
def _mediation(known: Known) -> float | None:
    """Who mediated in the two years before, or is named as third party in the opening text or a text of those years."""
    if known.third_parties:
        return 3.0 if "power" in known.third_parties else 2.0
    return None if known.text is None else 0.5


@_rule(
    "fighting_level",
    (UCDP,),
    "active the year before, or begun in this one: war 4, minor 2; two or three years before: war 2.5, minor 1.5; longer "
    "ago, or no UCDP conflict: 1",
)
def _fighting_level(known: Known) -> float | None:
    """When it was last fought before the opening, and how hard."""
    if known.past is None or known.past.empty or (last := known.past.index.max()) < known.year - 3:
        return 1.0
    war = known.past["intensity"].iloc[-1] == "war"
    if last >= known.year - 1:
        return 4.0 if war else 2.0
    return 2.5 if war else 1.5


@_rule("power_sharing", (PA_X,), "PA-X's 1, 2, 3 give 1.5, 2.5, 3.5; none, or no text: missing")
def _power_sharing(known: Known) -> float | None:
    """The strongest power-sharing in the opening text: political, territorial, military or economic."""
    kinds = ("political_sharing", "territorial_sharing", "military_sharing", "economic_sharing")
    return {0: None, 1: 1.5, 2: 2.5, 3: 3.5}[max(map(known.says, kinds))]


@_rule(
    "outside_pressure",
    (UCDP, PA_X, MEDIATION),
    "2, less .75 for each side with such troops, and .75 more with such a mediator",
)
def _outside_pressure(known: Known) -> float | None:
    """Whose troops came from abroad in the last three years, and whether a great power, the United Nations or a regional
    body mediates (as in the code mediation).
    """
    last = known.last(3)
    sides = sum(bool((last[side] != "").any()) for side in ("support_a", "support_b") if len(last))
    return 2.0 - 0.75 * sides + (0.75 if "power" in known.third_parties else 0.0)


def _most_groups(known: Known) -> int:
    """The most armed groups that fought the government in one of the last three years; one where none did."""
    last = known.last(3)
    return int(last["dyads"].max()) if len(last) else 1


NEVER_CODED = tuple(code for code in CODES if code not in RULES)


def coded(known: Known) -> dict[str, float | None]:
    """Every code of the codebook for a case of which this is known; None where it is missing."""
    return {code: RULES[code].of(known) if code in RULES else None for code in CODES}


def rules_table() -> pd.DataFrame:
    """The rules, one row per code in the codebook's order: the rule in words, from which files, what it gives.

    >>> rules_table().loc["parties", "gives"]
    '1 + groups, from 2 to 27; no UCDP conflict: 2'
    """
    rows = []
    for code in CODES:
        rule = RULES.get(code)
        nothing = ("No file tells of it.", "", "missing")
        rows.append((rule.words, ", ".join(rule.files), rule.gives) if rule else nothing)
    return pd.DataFrame(rows, columns=["rule", "files", "gives"], index=pd.Index(CODES, name="code"))
