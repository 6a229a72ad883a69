"""A conflict in eighteen codes: what they mean, and the one mapping from codes to settings, the same for every case.

Below, x is a code divided by 4. The forms were taken over from a throw-away trial and are assumptions; no case has
numbers of its own. The issue that is hardest to divide is avoided where it is sacred and hawks lead: to offer a trade on
what is sacred is taboo (Tetlock et al. 2000; Atran and Axelrod 2008), and leaders who would be punished for it leave it
to unofficial dialogue (Saunders 1999). A code that is not given is taken at its middle, and the scenario's summary says so.
Beside the codes stands what is no judgement: where the run begins, its first month, the names of parties and issues
(`opening.BESIDE`).
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from ..errors import Problem, ScenarioError, did_you_mean, printable
from ..schema.categories import SpoilerKind
from ..schema.tables import SPARSE
from .by_name import ByName
from .opening import BESIDE, Opening, names_in, opening_of
from .read_only import ReadOnly
from .scenario import Scenario
from .standard import all_stakes, standard
from .validation import LONGEST_NAME, default_of, row_columns

__all__ = [
    "CODES",
    "LETTERS",
    "Code",
    "Coded",
    "check_codes",
    "checked_title",
    "codes_table",
    "counted_parties",
    "missing_codes",
    "scenario_from_codes",
]


@dataclass(frozen=True)
class Code:
    """One judgement about a conflict at the opening of talks. `sets` is what it becomes, with x = code / 4."""

    name: str
    none: str  # what 0 means
    middling: str  # what 2 means
    full: str  # what 4 means
    sets: str
    low: float = 0
    high: float = 4
    middle: float = 2
    whole: bool = False


# fmt: off
_ALL = [
    Code("hurting_stalemate", "fighting or stalemate costs nobody much", "costs felt, not decisive", "mutual, recognised, costly stalemate", "conflict.stalemate = .15 + 1.25 x"),
    Code("power_asymmetry", "balanced", "one side clearly stronger", "one side can dictate", "governments' power: the first has the share 1/n + (.9 - 1/n) x of n parties (.5 + .4 x of two), the others divide the rest"),
    Code("spoilers", "none to speak of", "factions able to disturb", "strong armed factions, total aims, sanctuary", "two spoilers, of the first and the last party, share a capacity of .6 x^1.5; limited below code 1.5, total from 3, else greedy"),
    Code("guarantee", "nobody", "observers, weak mandate", "credible enforcement by a committed third party", "organisations.'Guarantor': guarantee = monitoring = .9 x"),
    Code("track2", "none", "occasional workshops", "sustained dialogue with access to leaders", "track_two.funds = x; academics' access = .1 + .6 x"),
    Code("track3", "none", "local programmes", "dense civil society across the divide", "track_three.funds = x"),
    Code("cbm", "none", "several, some kept", "broad, sustained", "cbm.push = .15 + .85 x; from code 2 the 2 (code - 1) least sensitive measures are in force"),
    Code("cbm_verification", "none", "self-reporting, weak monitors", "intrusive third-party verification", "cbm.verification = .9 x"),
    Code("secrecy", "public talks only", "some private contact", "decisive secret channel", "track_two.confidentiality = x"),
    Code("indivisibility", "divisible matters", "mixed", "sacred or existential, all or nothing", "three issues, for no agenda is all sacred or all divisible: indivisibility .45 + .5 x, .25 + .5 x and .05 + .5 x (as many as are named, spread evenly from the first to the last); potential .85 - .35 indivisibility; from code 3, and hawkishness from 3, the first is avoided: not on the official agenda at the start"),
    Code("parties", "", "", "number of parties at the table, 2 and more (a count)", "the number of governments, with ideals spread evenly over [0, 1]", low=2, high=27, whole=True),
    Code("mediation", "none", "facilitator", "skilled mediator with leverage", "organisations.'Mediator': skill = x, leverage = .6 x, impartiality = .8"),
    Code("hawkishness", "doves lead", "mixed", "hawks lead on several sides", "governments' hawkishness = .15 + .7 x; with indivisibility, whether an issue is avoided"),
    Code("public_support", "publics hostile to a deal", "divided", "publics for a deal", "society.support = .25 + .45 x; society.attitude = .2 + .4 x"),
    Code("fighting_level", "none (a dispute)", "low-intensity", "war", "conflict.violence = x; conflict.exposure = .24 + .36 x: where nobody fights, a broken deal costs less"),
    Code("power_sharing", "winner takes all on offer", "some guarantees in the text", "entrenched sharing: mutual veto, quotas, integrated forces", "conflict.internal_guarantee = .8 x"),
    Code("outside_pressure", "patrons feed the conflict", "neutral or split", "patrons of both sides press for a deal", "pressure.outside = 2 x - 1"),
    Code("cost_of_no_deal", "none beyond the fighting", "felt", "heavy even without fighting (water, trade, shared systems)", "conflict.cost_of_no_deal = x^2"),
]

# fmt: on
CODES: dict[str, Code] = {code.name: code for code in _ALL}

# How comments in scenario files name the codes; parties are a count and go by their name.
LETTERS = {
    "hurting_stalemate": "HS", "power_asymmetry": "PA", "spoilers": "SP", "guarantee": "TG", "track2": "T2", "track3": "T3",
    "cbm": "CB", "cbm_verification": "CV", "secrecy": "SE", "indivisibility": "IN", "mediation": "ME", "hawkishness": "HA",
    "public_support": "PU", "fighting_level": "FL", "power_sharing": "PS", "outside_pressure": "OP", "cost_of_no_deal": "CN",
}  # fmt: skip
_DEFAULTS = {
    table: {c.name: default_of(table, c) for c in row_columns(table).values()}
    for table in ("governments", "spoilers", "organisations")
}


def codes_table() -> pd.DataFrame:
    """The codebook as a table (`codes_table()["track2"]` one of them): what each code means, and what it sets.

    >>> len(codes_table())
    18
    """
    columns = {
        "name": "code",
        "low": "from",
        "high": "to",
        "none": "0",
        "middling": "2",
        "full": "4",
        "middle": "if_missing",
        "sets": "sets",
    }
    return ByName(pd.DataFrame([{new: getattr(code, old) for old, new in columns.items()} for code in _ALL]))


def scenario_from_codes(codes: Mapping[str, Any], title: str | None = None) -> Scenario:
    """The scenario that these codes stand for. Codes between whole numbers are welcome; None and NaN count as missing.

    Beside codes it may say `start` (talks, pretalks or fighting; a file of codes or a table of cases that says nothing
    begins with talks), `month_zero` ("1996-06"), `party_names` and `issues`, the hardest first.

    ScenarioError lists every unknown code and every value out of range.

    >>> scenario = scenario_from_codes({"hurting_stalemate": 3, "track2": 4, "parties": 2})
    >>> scenario.settings["track_two.funds"], len(scenario.rows["governments"])
    (1.0, 2)
    """
    code, missing, opening = _checked(codes)
    title = checked_title(title) if title is not None else "A conflict in codes"
    x = {name: value / 4 for name, value in code.items()}
    n = int(code["parties"])
    parties = [*opening.party_names, *(f"Party {at + 1}" for at in range(n))][:n]
    share = 1 / n + (0.9 - 1 / n) * x["power_asymmetry"]
    issues = _agenda(opening.issues)
    hard = [base + 0.5 * x["indivisibility"] for base in _from_hard_to_easy(len(issues))]
    avoids = code["indivisibility"] >= 3 and code["hawkishness"] >= 3
    type_ = SpoilerKind.words()[0 if code["spoilers"] < 1.5 else 1 if code["spoilers"] < 3 else 2]
    faction = {
        "kind": type_,
        "capacity": 0.3 * x["spoilers"] * math.sqrt(x["spoilers"]),
        "key_issue": issues[0]["name"],
    }
    measures = sorted(standard("measures", parties), key=lambda row: row["sensitivity"])
    in_force = {row["name"] for row in measures[: int(2 * (code["cbm"] - 1)) if code["cbm"] >= 2 else 0]}
    mediator = {"kind": "mediator", "skill": x["mediation"], "leverage": 0.6 * x["mediation"], "impartiality": 0.8}
    guarantor = {"kind": "guarantor", "guarantee": 0.9 * x["guarantee"], "monitoring": 0.9 * x["guarantee"]}
    # power is on a scale on which the mean party has 1
    first, other = {"power": share * n}, {"power": (1 - share) * n / (n - 1)}
    rows: dict[str, Any] = {
        "governments": [
            _row("governments", at, name, **(other if at else first), hawkishness=0.15 + 0.7 * x["hawkishness"])
            for at, name in enumerate(parties)
        ],
        "issues": [
            {**row, "indivisibility": value, "potential": 0.85 - 0.35 * value, "tabled": int(not (avoids and at == 0))}
            for at, (row, value) in enumerate(zip(issues, hard))
        ],
        "stakes": all_stakes(parties, [row["name"] for row in issues]),
        "academics": [{**row, "access": 0.1 + 0.6 * x["track2"]} for row in standard("academics", parties)],
        "ngos": standard("ngos", parties),
        "spoilers": [
            _row("spoilers", at, _faction_of(party, n if at else 1), party=party, ideal=float(at), **faction)
            for at, party in enumerate((parties[0], parties[-1]))
        ],
        "measures": [{**row, "in_force": int(row["name"] in in_force)} for row in standard("measures", parties)],
        "organisations": [
            _row("organisations", 0, "Mediator", **mediator),
            _row("organisations", 1, "Guarantor", **guarantor),
        ],
        **dict.fromkeys(SPARSE, ()),
    }
    settings: dict[str, Any] = {
        "conflict.violence": x["fighting_level"],
        "conflict.exposure": 0.24 + 0.36 * x["fighting_level"],
        "conflict.stalemate": 0.15 + 1.25 * x["hurting_stalemate"],
        "conflict.cost_of_no_deal": x["cost_of_no_deal"] * x["cost_of_no_deal"],
        "conflict.internal_guarantee": 0.8 * x["power_sharing"],
        "society.attitude": 0.2 + 0.4 * x["public_support"],
        "society.support": 0.25 + 0.45 * x["public_support"],
        "pressure.outside": 2 * x["outside_pressure"] - 1,
        "track_two.funds": x["track2"],
        "track_two.confidentiality": x["secrecy"],
        "track_three.funds": x["track3"],
        "cbm.push": 0.15 + 0.85 * x["cbm"],
        "cbm.verification": 0.9 * x["cbm_verification"],
    }
    if opening.start:
        settings["conflict.start"] = opening.start
    coded = ", ".join(f"{name} {value:g}" for name, value in code.items() if name not in missing)
    summary = f"Made from the codebook: {coded or 'no codes'}."
    if missing:
        summary += f" Not coded, taken at the middle: {', '.join(missing)}."
    frozen = ReadOnly({table: tuple(map(ReadOnly, many)) for table, many in rows.items()})
    return Scenario(title, frozen, ReadOnly(settings), summary, opening.month_zero)


def _agenda(names: tuple[str, ...]) -> Sequence[Mapping[str, Any]]:
    """The issues that are named, or the standard cast's; no more than their names and order is known of those."""
    usual = standard("issues", [])
    return [{**usual[0], "name": name, "id": at} for at, name in enumerate(names)] if names else usual


def _from_hard_to_easy(count: int) -> list[float]:
    """What each issue's indivisibility starts from, the hardest first.

    >>> _from_hard_to_easy(3), _from_hard_to_easy(1)
    ([0.45, 0.25, 0.05], [0.25])
    """
    return [0.25] if count == 1 else [round(0.45 - 0.4 * at / (count - 1), 12) for at in range(count)]


def _faction_of(party: str, number: int) -> str:
    name = f"Faction of {party}"
    return name if len(name) <= LONGEST_NAME else f"Faction of party {number}"


def counted_parties(codes: Mapping[str, Any]) -> dict[str, Any]:
    """The codes, with the number of parties that are named where it is not given otherwise.

    >>> counted_parties({"party_names": "North | South | West"})["parties"]
    3
    """
    names = codes.get("party_names")
    if names and _is_missing(codes.get("parties")):
        return {**codes, "parties": len(names_in(names))}
    return dict(codes)


def checked_title(title: Any) -> str:
    """A title as a scenario holds it, or ScenarioError."""
    if not (isinstance(title, str) and 1 <= len(title.strip()) <= 200 and title.isprintable()):
        raise ScenarioError(Problem("title", f"found {printable(title)}", "1 to 200 printable characters"))
    return title.strip()


def check_codes(codes: Mapping[str, Any]) -> list[Problem]:
    """Every unknown code and every value out of range."""
    try:
        _checked(codes)
    except ScenarioError as wrong:
        return wrong.problems
    return []


def missing_codes(codes: Mapping[str, Any]) -> list[str]:
    """The codes that are not given, or given as None or NaN: they are taken at their middle."""
    counted = counted_parties(codes)
    return [name for name in CODES if _is_missing(counted.get(name))]


def _is_missing(value: Any) -> bool:
    return value is None or value is pd.NA or value != value


def _checked(codes: Mapping[str, Any]) -> tuple[dict[str, float], list[str], Opening]:
    """Every code's value, which were missing, and what is given beside them."""
    problems: list[Problem] = []
    good: dict[str, float] = {}
    opening = opening_of(codes, problems)
    for name, value in codes.items():
        if name in BESIDE:
            continue
        if isinstance(value, np.generic):
            value = value.item()
        code = CODES.get(name)
        if code is None:
            hint = did_you_mean(str(name), (*CODES, *BESIDE))
            few = "" if hint else ", ".join((*CODES, *BESIDE))
            problems.append(Problem(printable(name), "unknown code", few, hint))
        elif _is_missing(value):
            continue
        elif type(value) in (int, float) and code.low <= value <= code.high and (not code.whole or value % 1 == 0):
            good[name] = float(value)
        else:
            kind = "a whole number" if code.whole else "a number"
            problems.append(Problem(name, f"found {printable(value)}", f"{kind} from {code.low:g} to {code.high:g}"))
    named = len(opening.party_names)
    if named and good.setdefault("parties", float(named)) != named:
        found = f"found {named} names where the code parties is {good['parties']:g}"
        problems.append(Problem("party_names", found, "as many as there are parties"))
    if problems:
        raise ScenarioError(problems)
    missing = [name for name in CODES if name not in good]
    return {name: good.get(name, code.middle) for name, code in CODES.items()}, missing, opening


def _row(table: str, at: int, name: str, **given: Any) -> dict[str, Any]:
    return {"name": name, "id": at, **_DEFAULTS[table], **given}


@dataclass(frozen=True)
class Coded:
    """A scenario that is still codes, so that codes can be varied; settings come after them."""

    codes: Mapping[str, Any]
    title: str | None = None
    settings: Mapping[str, Any] = field(default_factory=dict)

    def scenario(self, codes: Mapping[str, Any] | None = None) -> Scenario:
        """What the codes stand for, some of them changed."""
        return scenario_from_codes({**self.codes, **(codes or {})}, self.title).with_settings(self.settings)
