"""The mechanical coding: processes and conflicts in the codes of the codebook, at their opening, from the record alone.

Rules stand in `coding_rules`, openings in `coding_openings`, what was known then in `coding_known`, what came after in
`coding_outcomes`. Nobody judges anything, and nothing that came after the opening decides a code.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from ..errors import Problem, RecordError, StoreError, printable
from ..running.csv_text import csv_text
from ..running.files import check_place, write_whole
from ..scenario.code_files import FIRST_AGREEMENT, RECORDED
from ..scenario.codebook import CODES
from .coding_known import known_at
from .coding_openings import LAST, Opening, Sources, openings_of_conflicts, openings_of_talks
from .coding_outcomes import outcome_of
from .coding_rules import NEVER_CODED, coded

__all__ = ["CASE_COLUMNS", "POPULATIONS", "CodedConflicts", "cases_text", "code_conflicts", "told", "write_cases"]

CASE_COLUMNS = (
    "case",
    "start",
    "month_zero",
    *CODES,
    *RECORDED,
    FIRST_AGREEMENT,
)  # of the file: as tables of cases are read
COLUMNS = (*CASE_COLUMNS, "held_by", "watched_months", "opened", "assumed", "unit", "country", "first_file")
POPULATIONS = {
    "conflicts": "every conflict within a state active in 1989 to 2015, talks or none, from the start of fighting",
    "processes": "every process since 1989, from its first signal of talks, or a year before where that is an agreement",
    "dated": "every process that opened in 1989 to 2015, its opening on record: no agreement is the first sign of it",
}


@dataclass(frozen=True)
class CodedConflicts:
    """Both populations, a row each case: the columns of a table of cases, and beside them `opened` (the day), `assumed`
    (whether that day is a year before the first sign, an agreement), `unit` (UCDP's number, or the name of a PA-X process),
    `country`, `first_file` (that has the first sign), `held_by` and `watched_months` (from the opening to the next process, or
    the end of the record).
    """

    processes: pd.DataFrame
    conflicts: pd.DataFrame

    def of(self, population: str) -> pd.DataFrame:
        """One population, by its name in `POPULATIONS`."""
        if population == "conflicts":
            return self.conflicts
        if population == "dated":  # and watched for ten years
            seen = ~self.processes["assumed"] & (self.processes["opened"].dt.year <= LAST)
            return self.processes[seen].reset_index(drop=True)
        return self.processes


def code_conflicts(tables: Mapping[str, pd.DataFrame]) -> CodedConflicts:
    """Both populations coded. `tables`: "termination", "agreements", "pa_x" and "mediation", as `raw_files` reads them."""
    sources = Sources(tables)
    return CodedConflicts(
        _table(openings_of_talks(sources), "talks", sources),
        _table(openings_of_conflicts(sources), "fighting", sources),
    )


def _table(openings: Iterable[Opening], start: str, sources: Sources) -> pd.DataFrame:
    """The cases in the order in which they opened, each with a name of its own."""
    rows = [_row(opening, start, sources) for opening in openings]
    table = pd.DataFrame(rows, columns=COLUMNS).astype({"opened": "datetime64[ns]", "assumed": bool})
    table = table.sort_values(["opened", "case"], ignore_index=True)
    again = table["case"].duplicated(keep=False)
    number = table.groupby("case").cumcount() + 1
    table["case"] = table["case"].where(~again, table["case"] + " " + number.astype(str))
    return table


def _row(opening: Opening, start: str, sources: Sources) -> dict[str, object]:
    if isinstance(opening.unit, str):
        name = opening.unit
        texts = sources.texts[sources.texts["process"] == opening.unit]
        country = texts["country"].iloc[0]
    else:
        years = sources.years[opening.unit]
        country = years["location"].iloc[0]
        name = f"{country}: {years['territory'].iloc[0] or 'government'}"
    outcome = outcome_of(opening, sources)
    return {
        "case": _printed(f"{name} ({opening.date.year})"),
        "start": start,
        "month_zero": f"{opening.date:%Y-%m}",
        **coded(known_at(opening, sources)),
        **vars(outcome),
        "opened": opening.date,
        "assumed": opening.assumed,
        "unit": opening.unit,
        "country": country,
        "first_file": opening.file,
    }


def _printed(name: str) -> str:
    """A name in printable ASCII, accents left out.

    >>> _printed("Côte d’Ivoire (2002)")
    'Cote dIvoire (2002)'
    """
    letters = unicodedata.normalize("NFKD", name)
    return "".join(letter for letter in letters if " " <= letter <= "~")


# ---- the file --------------------------------------------------------------------------------------------------------
def cases_text(table: pd.DataFrame) -> str:
    """A population as comma-separated values, in the columns that `multitrack codes` and `multitrack validate` read."""
    return csv_text(table[list(CASE_COLUMNS)])


def write_cases(path: Path, table: pd.DataFrame) -> bool:
    """Write a population to a new file. False where it holds these very cases already; StoreError where anything else."""
    if table.empty:
        raise RecordError(Problem("the files", "have no case of this kind", "the files as their owners publish them"))
    text = cases_text(table)
    if path.is_file():
        if path.read_bytes() == text.encode():
            return False
        hint = "choose another name, or delete this file if nothing in it is needed"
        raise StoreError(Problem(printable(path, 300), "exists already and holds something else", hint=hint))
    check_place(path)
    write_whole(path, text)
    return True


def told(table: pd.DataFrame, population: str) -> list[str]:
    """What was coded and what never, in a few lines."""
    shares = {code: float(table[code].notna().mean()) for code in CODES}
    always = [code for code, share in shares.items() if share == 1]
    partly = [f"{code} {share:.0%}" for code, share in shares.items() if 0 < share < 1]
    unseen = [code for code, share in shares.items() if share == 0 and code not in NEVER_CODED]
    came = table["agreement"].value_counts()
    kinds = {"comprehensive": "a comprehensive agreement", "framework": "a partial one at most", "none": "none"}
    opened = f"{table['opened'].min():%B %Y} to {table['opened'].max():%B %Y}"
    lines = [
        f"{len(table)} case{'s' if len(table) != 1 else ''}, opened {opened}: {POPULATIONS[population]}.",
        f"Coded in all: {', '.join(always)}. In some: {', '.join(partly)}.",
        f"Never coded, for no file tells of it: {', '.join(NEVER_CODED)}."
        + (f" Nor here, where no text opens a process: {', '.join(unseen)}." if unseen else ""),
        f"Within 20 years: {', '.join(f'{came.get(kind, 0)} {name}' for kind, name in kinds.items())}.",
    ]
    if assumed := int(table["assumed"].sum()):
        lines.append(f"Of {assumed} an agreement is the first sign; they are taken to have opened a year before it.")
    return lines
