"""What is read from the four files of the record: each column under its owner's name and under ours, and what it means."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from ..scenario.separated import MISSING

__all__ = ["FILES", "Column", "Reader", "RecordFile"]


# ---- cells -----------------------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Reader:
    """What a cell may hold. `read` gives its value, None where it is missing, and ValueError where it cannot be."""

    read: Callable[[str], Any]
    allowed: str
    dtype: Any


def _is_missing(cell: str) -> bool:
    return cell.casefold() in MISSING


def _whole(cell: str) -> int:
    """A whole number, also as R and pandas write one (`3.0`)."""
    if not re.fullmatch(r"[+-]?[0-9]{1,12}(\.0+)?", cell):
        raise ValueError
    return int(float(cell))


def number(least: int, most: int) -> Reader:
    """A whole number that must be there."""

    def read(cell: str) -> int:
        value = _whole(cell)
        if not least <= value <= most:
            raise ValueError
        return value

    return Reader(read, f"a whole number from {least:,} to {most:,}", "int64")


def number_if_known(least: int, most: int) -> Reader:
    """A whole number, or nothing."""
    there = number(least, most)
    return Reader(lambda cell: None if _is_missing(cell) else there.read(cell), f"{there.allowed}, or empty", "float64")


def coded(words: Mapping[str, str], may_be_missing: bool = False) -> Reader:
    """A code of the owner's, given as a word."""

    def read(cell: str) -> str | None:
        if may_be_missing and _is_missing(cell):
            return None
        code = re.sub(r"\.0+$", "", cell)
        if code not in words:
            raise ValueError
        return words[code]

    told = ", ".join(f"{code} ({word})" if code != word else code for code, word in words.items())
    return Reader(read, told + (", or empty" if may_be_missing else ""), "object")


def yes_or_no(may_be_missing: bool = False) -> Reader:
    """1 or 0; where it may be missing, nothing counts as no."""

    def read(cell: str) -> bool:
        if may_be_missing and _is_missing(cell):
            return False
        if (value := _whole(cell)) not in (0, 1):
            raise ValueError
        return bool(value)

    return Reader(read, "1, 0 or empty" if may_be_missing else "1 or 0", "bool")


def known_yes_or_no() -> Reader:
    """1, 0 or nothing, which stays unknown."""
    there = yes_or_no()
    return Reader(lambda cell: None if _is_missing(cell) else float(there.read(cell)), "1, 0 or empty", "float64")


def date(may_be_missing: bool = False) -> Reader:
    """A day: year-month-day, or day/month/year as UCDP's tables have it."""

    def read(cell: str) -> pd.Timestamp | None:
        if may_be_missing and _is_missing(cell):
            return None
        if found := re.fullmatch(r"(\d{4})-(\d{1,2})-(\d{1,2})(?:[T ][\d:.]+)?", cell):
            year, month, day = map(int, found.groups())
        elif found := re.fullmatch(r"(\d{1,2})/(\d{1,2})/(\d{4})", cell):
            day, month, year = map(int, found.groups())
        else:
            raise ValueError
        return pd.Timestamp(year=year, month=month, day=day)

    allowed = "a date such as 2005-01-09 or, day first, 09/01/2005"
    return Reader(read, allowed + (", or empty" if may_be_missing else ""), "datetime64[ns]")


MIDDLE_MONTH, MIDDLE_DAY, LAST_DAY = 6, 15, 28
FIRST_OF_THE_CENTURY = 20  # of two digits: 21 to 99 are of the 1900s


def american_date() -> Reader:
    """month/day/year as Civil War Mediation has it: years of two to four digits, a month or a day that is not known left
    out (then its middle is taken); what its coders marked with a question mark is missing.
    """

    def read(cell: str) -> pd.Timestamp | None:
        if _is_missing(cell) or "?" in cell:
            return None
        found = re.fullmatch(r"(\d{0,2})/(\d{0,2})/(\d{2,4})", cell)
        if not found:
            raise ValueError
        month, day = int(found[1] or MIDDLE_MONTH), int(found[2] or MIDDLE_DAY)
        year = int(found[3])
        if year < 100:
            year += 1900 if year > FIRST_OF_THE_CENTURY else 2000
        elif 900 <= year < 1000:  # one row has 993 for 1993
            year += 1000
        return pd.Timestamp(year=year, month=month, day=min(day, LAST_DAY) if day <= 31 else day)

    return Reader(read, "a date such as 6/30/1992, 6/30/92, 6//1992 or //1992, or empty", "datetime64[ns]")


def _numbers(cell: str) -> tuple[int, ...]:
    return tuple(_whole(part.strip()) for part in re.split("[,;]", cell) if part.strip()) if cell else ()


TEXT = Reader(lambda cell: "" if cell.casefold() in {"na", "n/a", "nan"} else cell, "text", "object")
NUMBERS = Reader(_numbers, "whole numbers with commas between them", "object")


# ---- files -----------------------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Column:
    """One column: as its owner writes it, what it is called here, what a cell may hold, and what it means."""

    name: str
    called: str
    reader: Reader
    meaning: str


@dataclass(frozen=True)
class RecordFile:
    """One file of the record, and how its owners want to be named."""

    title: str
    option: str  # of the command line
    columns: tuple[Column, ...]
    rows: Mapping[str, int]  # that each version has at least; "" is of a file that tells no version
    owner: str  # citation and terms
    key: tuple[str, ...] = ()  # columns (as they are called here) that no two rows share
    names: frozenset[str] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "names", frozenset(column.name.casefold() for column in self.columns))

    def rows_published(self, frame: pd.DataFrame) -> int:
        """How many rows the version has that this table is of; 0 where that is not known."""
        version = str(frame["version"].max()) if "version" in frame else ""
        return self.rows.get(version, 0)


TERMINATION = RecordFile(
    "UCDP Conflict Termination (v3-2021, conflict level)",
    "--ucdp-termination",
    (
        Column("conflict_id", "conflict", number(1, 10**6), "UCDP's number of the conflict"),
        Column("conflictep_id", "episode", number(1, 10**9), "number of the episode"),
        Column("year", "year", number(1900, 2100), "a year in which the conflict was active"),
        Column("location", "location", TEXT, "country, or countries with commas"),
        Column("gwno_loc", "countries", TEXT, "the same in Gleditsch and Ward's numbers"),
        Column("side_b", "side_b", TEXT, "names of those who fight the government"),
        Column("side_a_2nd", "support_a", TEXT, "states whose troops fight on the government's side"),
        Column("side_b_2nd", "support_b", TEXT, "states whose troops fight on the other side"),
        Column("incompatibility", "incompatibility", coded({"1": "territory", "2": "government", "3": "both"}), "what is fought over"),
        Column("territory_name", "territory", TEXT, "name of the territory"),
        Column("dyadcount", "dyads", number(1, 1000), "pairs of fighting parties in the year"),
        Column("intensity_level", "intensity", coded({"1": "minor", "2": "war"}), "war: 1,000 battle deaths in the year, or more"),
        Column("type_of_conflict", "kind", coded({"1": "colonial", "2": "interstate", "3": "intrastate", "4": "internationalised"}), "internationalised: within a state, with foreign troops"),
        Column("start_date", "conflict_started", date(), "first battle death of the conflict"),
        Column("start_date2", "episode_started", date(), "25th battle death of the episode's first year"),
        Column("confterm", "ends", yes_or_no(), "the episode ends in this year"),
        Column("ependdate", "end", date(may_be_missing=True), "day on which the episode ended"),
        Column("outcome", "outcome", coded({"1": "agreement", "2": "ceasefire", "3": "victory of the government", "4": "victory of the rebels", "5": "low activity", "6": "an actor ceased to exist"}, may_be_missing=True), "how the episode ended"),
        Column("version", "version", number(1, 100), "version of the file"),
    ),
    {"3": 2506},
    "Kreutz, J. (2010), How and when armed conflicts end: introducing the UCDP Conflict Termination dataset, Journal of Peace Research 47(2). UCDP's data may be used with attribution (ucdp.uu.se).",
    ("conflict", "year"),
)  # fmt: skip
AGREEMENTS = RecordFile(
    "UCDP Peace Agreements (22.1)",
    "--ucdp-agreements",
    (
        Column("paid", "agreement", number(1, 10**6), "UCDP's number of the agreement"),
        Column("conflict_id", "conflicts", NUMBERS, "UCDP's numbers of its conflicts"),
        Column("dyad_name", "sides", TEXT, "the pairs of warring sides, with commas between them"),
        Column("pa_name", "name", TEXT, "name of the agreement"),
        Column("pa_date", "signed", date(), "day of the (last) signature"),
        Column("ended", "ended", yes_or_no(may_be_missing=True), "a party left it or took up arms again"),
        Column("duration", "end", date(may_be_missing=True), "day on which it ended"),
        Column("pa_type", "kind", coded({"1": "comprehensive", "2": "partial", "3": "process"}), "UCDP's full, partial and peace process agreements"),
        Column("procid", "process", number(0, 10**6), "UCDP's number of the peace process"),
        Column("pko", "peacekeepers", yes_or_no(may_be_missing=True), "the text provides for a peacekeeping operation"),
        Column("version", "version", TEXT, "version of the file"),
    ),
    {"22.1": 341},
    "Pettersson, T., S. Högbladh and M. Öberg (2019), Organized violence, 1989-2018 and peace agreements, Journal of Peace Research 56(4). UCDP's data may be used with attribution (ucdp.uu.se).",
    ("agreement",),
)  # fmt: skip
PROVISION = number(0, 3)
PA_X = RecordFile(
    "PA-X (v10, all agreements)",
    "--pa-x",
    (
        Column("AgtId", "agreement", number(1, 10**6), "PA-X's number of the agreement"),
        Column("PPName", "process", TEXT, "name of the peace process"),
        Column("Con", "country", TEXT, "country or entity"),
        Column("Contp", "incompatibility", coded({"Government": "government", "Territory": "territory", "Government/territory": "both", "Inter-group": "between groups", "Other": "other"}), "what the conflict is about"),
        Column("Agt", "name", TEXT, "name of the agreement"),
        Column("Dat", "signed", date(), "day of the agreement"),
        Column("Status", "status", TEXT, "signed or agreed by several parties, unilateral, unclear"),
        Column("Agtp", "level", coded({"Intra": "intrastate", "InterIntra": "mixed", "IntraLocal": "local", "Inter": "interstate"}), "kind of conflict and level"),
        Column("Stage", "stage", coded({"Pre": "pre-negotiation", "Cea": "ceasefire", "SubPar": "partial", "SubComp": "comprehensive", "Imp": "implementation", "Ren": "renewal", "Oth": "other"}), "stage of the process"),
        Column("Part", "parties", TEXT, "who signed"),
        Column("ThrdPart", "third_parties", TEXT, "third parties, as the text names them"),
        Column("UcdpCon", "conflict", number_if_known(1, 10**6), "UCDP's number of the conflict"),
        Column("UcdpAgr", "ucdp_agreement", TEXT, "UCDP's number (paid) of the same agreement"),
        Column("Civso", "civil_society", yes_or_no(), "the text gives civil society a role"),
        Column("Ce", "ceasefire", PROVISION, "a ceasefire in the text"),
        Column("TjPrire", "prisoners", PROVISION, "release of prisoners"),
        Column("SsrGua", "security_guarantees", PROVISION, "security guarantees"),
        Column("Polps", "political_sharing", PROVISION, "political power-sharing"),
        Column("Terps", "territorial_sharing", PROVISION, "territorial power-sharing"),
        Column("Mps", "military_sharing", PROVISION, "military power-sharing"),
        Column("Eps", "economic_sharing", PROVISION, "economic power-sharing"),
        Column("ImUN", "united_nations", yes_or_no(), "a role of the United Nations in implementation"),
        Column("ImOth", "other_international", yes_or_no(), "a role of another international body"),
        Column("ImPK", "peacekeepers", yes_or_no(), "an international mission or force"),
        Column("ImE", "enforcement", yes_or_no(), "a mechanism of enforcement"),
        Column("Ver", "version", number(1, 100), "version of PA-X in which the agreement was added"),
    ),
    {"1": 1517, "2": 1789, "3": 1832, "4": 1868, "5": 1915, "6": 1959, "7": 2003, "8": 2055, "9": 2144, "10": 2257},
    "Bell, C. and S. Badanjak (2019), Introducing PA-X: a new peace agreement database and dataset, Journal of Peace Research 56(3). PA-X is for non-commercial use with attribution, shared alike (peaceagreements.org): so is what is made from it.",
    ("agreement",),
)  # fmt: skip
MEDIATION = RecordFile(
    "Civil War Mediation",
    "--mediation",
    (
        Column("country", "country", TEXT, "country"),
        Column("sideb", "side_b", TEXT, "who fights the government"),
        Column("Med_yes.no", "mediated", known_yes_or_no(), "a mediation (1), or an episode without one (0)"),
        Column("year_term", "year_ended", number_if_known(1900, 2100), "year in which the episode ended"),
        Column("territory", "territory", TEXT, "territory, or the country"),
        Column("episode.start.date", "episode_started", american_date(), "first day of the episode"),
        Column("episode.end.date", "episode_ended", american_date(), "last day of the episode"),
        Column("med.begins", "began", american_date(), "first day of the mediation"),
        Column("med.ends", "ended", american_date(), "last day of the mediation"),
        Column("name.of.third.party", "third_parties", TEXT, "who mediated"),
    ),
    {"": 762},
    "DeRouen, K., J. Bercovitch and P. Pospieszna (2011), Introducing the Civil Wars Mediation (CWM) dataset, Journal of Peace Research 48(5).",
)  # fmt: skip
FILES: dict[str, RecordFile] = {
    "termination": TERMINATION,
    "agreements": AGREEMENTS,
    "pa_x": PA_X,
    "mediation": MEDIATION,
}
