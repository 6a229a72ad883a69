"""Made-up files of the same form as the record's four: rows say what matters, the rest is ordinary."""

import csv
from pathlib import Path
from typing import Any

import pandas as pd

from multitrack_sim.evidence.file_columns import FILES
from multitrack_sim.evidence.raw_files import read_agreements, read_mediation, read_pa_x, read_termination

READERS = {
    "termination": read_termination,
    "agreements": read_agreements,
    "pa_x": read_pa_x,
    "mediation": read_mediation,
}
ORDINARY: dict[str, dict[str, Any]] = {
    "termination": {
        "conflict_id": 1, "conflictep_id": 1, "year": 1995, "location": "Freedonia", "gwno_loc": "900",
        "side_b": "Free Hills", "incompatibility": 1, "territory_name": "Hills", "dyadcount": 1, "intensity_level": 1,
        "type_of_conflict": 3, "start_date": "01/02/1990", "start_date2": "01/03/1990", "confterm": 0,
        "version": 3,
    },
    "agreements": {"conflict_id": 1, "pa_date": "1998-06-01", "pa_type": 2, "procid": 1, "version": "22.1"},
    "pa_x": {
        "PPName": "Hills process", "Con": "Freedonia", "Contp": "Territory", "Dat": "1996-05-01", "Agtp": "Intra",
        "Stage": "Pre", "UcdpCon": 1, "Ver": 10,
        **dict.fromkeys(("Ce", "TjPrire", "SsrGua", "Polps", "Terps", "Mps", "Eps", "ImUN", "ImOth", "ImPK", "ImE", "Civso"), 0),
    },
    "mediation": {
        "country": "Freedonia", "sideb": "Free Hills", "Med_yes.no": 1, "territory": "Hills",
        "episode.start.date": "2/1/90", "episode.end.date": "12/31/98", "med.begins": "5/1/96",
        "name.of.third.party": "Sylvania",
    },
}  # fmt: skip
NUMBERED = {"agreements": "paid", "pa_x": "AgtId"}  # each row has a number of its own


def active(*years: int, **more: Any) -> list[dict[str, Any]]:
    """Rows of UCDP Conflict Termination: a conflict active in these years."""
    return [{"year": year, **more} for year in years]


def made_up_files(folder: Path, **rows: list[dict[str, Any]]) -> dict[str, Path]:
    """Files of these rows, in the columns that their owners have; a file without rows has one that counts for nothing."""
    idle = {
        "termination": active(1950, conflict_id=999, location="Nowhere", gwno_loc="999", type_of_conflict=2),
        "agreements": [{"conflict_id": 999, "pa_date": "1976-01-01"}],
        "pa_x": [{"Agtp": "Inter", "UcdpCon": "", "PPName": "Nowhere process", "Dat": "2025-12-01"}],
        "mediation": [{"country": "Nowhere", "Med_yes.no": 0, "med.begins": "", "name.of.third.party": ""}],
    }
    paths = {}
    for name, file in FILES.items():
        paths[name] = folder / f"{name}.csv"
        with open(paths[name], "w", newline="", encoding="utf-8") as out:
            writer = csv.DictWriter(out, [column.name for column in file.columns])
            writer.writeheader()
            for number, row in enumerate([*idle[name], *rows.get(name, [])], 1):
                numbered = {NUMBERED[name]: number} if name in NUMBERED else {}
                writer.writerow({**numbered, **ORDINARY[name], **row})
    return paths


def made_up_record(folder: Path, **rows: list[dict[str, Any]]) -> dict[str, pd.DataFrame]:
    """The same, read."""
    return {name: READERS[name](path, part=True) for name, path in made_up_files(folder, **rows).items()}
