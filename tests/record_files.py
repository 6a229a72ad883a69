"""Small made-up files of the form in which the record's owners publish theirs, and where the real ones may lie."""

import csv
import subprocess
from pathlib import Path

from multitrack_sim.evidence.file_columns import FILES

ROOT = Path(__file__).resolve().parents[1]
REAL_NAMES = {
    "termination": "ucdp-term-acd-3-2021.csv",
    "agreements": "ucdp_pad_v22.1.csv",
    "pa_x": "pax_all_agreements_v10.csv",
    "mediation": "CWM.csv",
}
# What a row has where a test says nothing of it, by the owners' names; the first are columns that nobody reads.
USUAL = {
    "termination": {
        "": 0, "ependprec": "", "conflict_id": 1, "conflictep_id": 101, "year": 2000, "location": "Freedonia",
        "gwno_loc": "999", "side_b": "FPF", "side_a_2nd": "", "side_b_2nd": "", "incompatibility": 2,
        "territory_name": "", "dyadcount": 1, "intensity_level": 1, "type_of_conflict": 3,
        "start_date": "01/01/1990", "start_date2": "01/02/1995", "confterm": 0, "ependdate": "", "outcome": "",
        "version": 3,
    },
    "agreements": {
        "region": 4, "paid": 1, "conflict_id": "1", "dyad_name": "Government of Freedonia - FPF", "pa_name": "An accord",
        "pa_date": "2000-01-01", "ended": "", "duration": "", "ref ": 0, "pa_type": 1, "procID": 7, "pko": 0,
        "version": "22.1",
    },
    "pa_x": {
        "PP": 1, "Lgt": 12, "AgtId": 1, "PPName": "A process", "Con": "Freedonia", "Contp": "Government",
        "Agt": "An accord,\nin two lines", "Dat": "2000-01-01", "Status": "Multiparty signed/agreed", "Agtp": "Intra",
        "Stage": "Pre", "Part": "", "ThrdPart": "", "UcdpCon": "NA", "UcdpAgr": "NA", "Civso": 0, "Ce": 0,
        "TjPrire": 0, "SsrGua": 0, "Polps": 0, "Terps": 0, "Mps": 0, "Eps": 0, "ImUN": 0, "ImOth": 0, "ImPK": 0,
        "ImE": 0, "Ver": 10,
    },
    "mediation": {
        "country": "Freedonia", "sidea": "Freedonia", "sideb": "FPF", "Med_yes.no": 1, "year_term": "NA",
        "territory": "Freedonia", "episode.start.date": "", "episode.end.date": "", "med.begins": "", "med.ends": "",
        "name.of.third.party": "",
    },
}  # fmt: skip


def write_rows(path, name, rows, encoding="utf-8", separator=",", newline="\n"):
    """One of the four files, with these rows."""
    with open(path, "w", encoding=encoding, newline="") as file:
        writer = csv.DictWriter(file, list(USUAL[name]), delimiter=separator, lineterminator=newline)
        writer.writeheader()
        writer.writerows({**USUAL[name], **row} for row in rows)
    return path


def option(name):
    return FILES[name].option


def real_files():
    """The real files, where they lie beside the checkout, or beside the one that this is a work tree of."""
    common = subprocess.run(
        ["git", "rev-parse", "--path-format=absolute", "--git-common-dir"], cwd=ROOT, capture_output=True, text=True
    )
    checkouts = [ROOT] + ([Path(common.stdout.strip()).parent] if common.returncode == 0 else [])
    for checkout in checkouts:
        folder = checkout.parent / "shared" / "evidence" / "data"
        if all((folder / name).is_file() for name in REAL_NAMES.values()):
            return {name: folder / file for name, file in REAL_NAMES.items()}
    return None
