"""The mechanical coding: what happened after a case opened, and how names find their conflicts, and
the command. Made-up files."""

import pandas as pd
import pytest
from made_up_record import active, made_up_files, made_up_record
from test_coding_from_files import OTHER_WAR, TEXT, both

from multitrack_sim.cli.main import main
from multitrack_sim.evidence.coding_matches import is_unofficial, matched_conflicts, third_party_kind
from multitrack_sim.scenario.code_files import read_cases

PARTIAL, FULL = {"Stage": "SubPar", "Dat": "1997-05-01"}, {"Stage": "SubComp", "Dat": "2000-05-01"}
NOTHING = ("none", None, None, None)


def preceded(*dates):
    """Texts that keep a process going, and a comprehensive agreement on the last of these days."""
    return [*({"Dat": date} for date in dates[:-1]), {**FULL, "Dat": dates[-1]}]


def signed_in_2000(held, **rows):
    """A comprehensive agreement after 48 months, what else is in the files, and whether it held five years."""
    return {"pa_x": [FULL], **rows}, ("comprehensive", 48.0, held, 48.0)


def again_in(year):
    return [*active(1994, 1995), *active(year)]


def same_agreement(signed="2000-05-20", **more):
    """UCDP's row of an agreement of that time."""
    return [{"pa_date": signed, **more}]


ANSWERS = {
    "nothing": ({}, NOTHING),
    "a ceasefire is no agreement": ({"pa_x": [{"Stage": "Cea", "Dat": "1997-01-01"}]}, NOTHING),
    "a partial one": ({"pa_x": [PARTIAL]}, ("framework", 12.0, "yes", 12.0)),
    "the higher one counts": ({"pa_x": [PARTIAL, FULL]}, ("comprehensive", 48.0, "yes", 12.0)),
    "UCDP's full one": signed_in_2000("yes", pa_x=[], agreements=same_agreement("2000-05-01", pa_type=1)),
    "UCDP's of a process is none": ({"agreements": same_agreement("2000-05-01", pa_type=3)}, NOTHING),
    "twenty years": (
        {"pa_x": preceded("2000-01-01", "2004-01-01", "2008-01-01", "2012-01-01", "2016-05-01")},
        ("comprehensive", 240.0, None, 240.0),
    ),
    "after twenty years": (
        {"pa_x": preceded("2000-01-01", "2004-01-01", "2008-01-01", "2012-01-01", "2016-05-02")},
        NOTHING,
    ),
    "of the next process": ({"pa_x": preceded("2005-01-01", "2006-01-01")}, NOTHING),
    "fighting in the same year": signed_in_2000("yes", termination=again_in(2000)),
    "fighting in the next": signed_in_2000("no", termination=again_in(2001)),
    "fighting within five years": signed_in_2000("no", termination=again_in(2005)),
    "fighting after five years": signed_in_2000("yes", termination=again_in(2006)),
    "UCDP's end counts before fighting": signed_in_2000("yes", termination=again_in(2001), agreements=same_agreement()),
    "ended within five years": signed_in_2000("no", agreements=same_agreement(ended=1, duration="2005-05-20")),
    "ended after five years": signed_in_2000("yes", agreements=same_agreement(ended=1, duration="2005-05-21")),
    "ended nobody knows when": signed_in_2000("no", termination=again_in(2001), agreements=same_agreement(ended=1)),
    "a month apart": signed_in_2000("no", agreements=same_agreement("2000-06-01", ended=1, duration="2001-01-01")),
    "more apart": signed_in_2000("yes", agreements=same_agreement("2000-06-02", ended=1, duration="2001-01-01")),
    "the nearest in time": signed_in_2000(
        "no", agreements=[*same_agreement("2000-05-28"), *same_agreement("2000-05-05", ended=1, duration="2001-01-01")]
    ),
    "seen by fighting to 2015": (
        {"pa_x": preceded("2001-01-01", "2005-12-01", "2010-11-01", "2015-01-01")},
        ("comprehensive", 224.0, "yes", 224.0),
    ),
    "and no later": (
        {"pa_x": preceded("2001-01-01", "2005-12-01", "2010-11-01", "2015-01-01", "2016-01-01")},
        ("comprehensive", 236.0, None, 236.0),
    ),
    "by UCDP's end to 2016": (
        {
            "pa_x": preceded("2001-01-01", "2005-12-01", "2010-11-01", "2015-01-01", "2016-04-01"),
            "agreements": same_agreement("2016-04-02"),
        },
        ("comprehensive", 239.0, "yes", 239.0),
    ),
    "without a UCDP conflict": (
        {"termination": [], "pa_x": [{"UcdpCon": ""}, {**FULL, "UcdpCon": ""}]},
        ("comprehensive", 48.0, None, 48.0),
    ),
}


@pytest.mark.parametrize(("rows", "expected"), ANSWERS.values(), ids=ANSWERS)
def test_what_happened(tmp_path, rows, expected):
    """Talks open on 1 May 1996; then come these rows."""
    texts = rows.get("pa_x", [])
    texts = texts if texts and texts[0].get("UcdpCon") == "" else [TEXT, *texts]
    found = both(tmp_path, **{**rows, "pa_x": texts}).processes.iloc[0]
    told_of = ("agreement", "months", "held_60", "months_to_any")
    assert tuple(None if pd.isna(found[name]) else found[name] for name in told_of) == expected


# ---- names ------------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("named", "kind", "unofficial"),
    [
        ("", None, False), ("/", None, False), ("None", None, False), ("Sylvania", "other", False),
        ("the U.S. ambassador", "power", False), ("Unity party", "other", False), ("African Union", "power", False),
        ("community of Sant'Egidio", "other", True), ("NGOs", "other", True), ("a businessman", "other", True),
    ],
)  # fmt: skip
def test_third_parties(named, kind, unofficial):
    assert third_party_kind(named) == kind
    assert is_unofficial(named) == unofficial


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ({"sideb": "Free Hills"}, 1),
        ({"sideb": "Red Coast", "territory": "Freedonia"}, 2),
        ({"sideb": "Somebody", "territory": "Hills"}, 1),
        ({"sideb": "Red Coast", "territory": "Hills"}, 2),  # names of side B count for more
        ({"sideb": "Liberation Front", "territory": "Freedonia"}, None),  # two conflicts, nothing in common
        ({"sideb": "Somebody", "country": "Ruritania", "territory": ""}, 3),  # the country's only one
        ({"sideb": "Somebody", "country": "Sylvania", "territory": ""}, None),
        ({"sideb": "Free Hills", "episode.start.date": "2/1/97", "episode.end.date": "12/31/98"}, None),  # another time
        ({"sideb": "Free Hills", "episode.start.date": "2/1/96", "episode.end.date": "12/31/98"}, 1),  # a year later
        ({"sideb": "Free Hills", "country": "Myanmar"}, 4),
    ],
)
def test_mediations_find_their_conflict(tmp_path, row, expected):
    years = [
        *active(1990, 1995), *active(1990, 1995, **OTHER_WAR), *active(1995, conflict_id=3, location="Ruritania"),
        *active(1995, conflict_id=4, location="Myanmar (Burma)"),
    ]  # fmt: skip
    record = made_up_record(tmp_path, termination=years, mediation=[row])
    within = record["termination"][record["termination"]["kind"] == "intrastate"]
    found = matched_conflicts(record["mediation"], within)[-1]
    assert pd.isna(found) if expected is None else found == expected


# ---- the command ------------------------------------------------------------------------------------------------------
def command(files, *more):
    options = {
        "--ucdp-termination": "termination", "--ucdp-agreements": "agreements", "--pa-x": "pa_x", "--mediation": "mediation",
    }  # fmt: skip
    named = [word for option, name in options.items() if name in files for word in (option, str(files[name]))]
    return main(["evidence", *named, "--part", *map(str, more)])


@pytest.fixture
def files(tmp_path):
    years = [*active(1994, 1995, start_date2="01/03/1994"), *active(1990, **OTHER_WAR, start_date2="01/03/1990")]
    return made_up_files(tmp_path, termination=years, pa_x=[TEXT, PARTIAL])


@pytest.mark.parametrize(
    ("population", "expected"),
    [
        (None, {"Freedonia: government (1990)": "fighting", "Freedonia: Hills (1994)": "fighting"}),
        ("processes", {"Freedonia: Hills (1996)": "talks"}),
        ("dated", {"Freedonia: Hills (1996)": "talks"}),
    ],
)
def test_the_command_writes_a_table_of_cases(tmp_path, files, capsys, population, expected):
    out = tmp_path / "cases.csv"
    more = ["--population", population] if population else []
    assert command(files, "--code-conflicts", out, *more) == 0
    assert {case.name: case.beside["start"] for case in read_cases(out)} == expected
    said = " ".join(capsys.readouterr().out.split())
    assert "Never coded, for no file tells of it: power_asymmetry" in said
    assert "PA-X is for non-commercial use" in said and "UCDP's data may be used with attribution" in said
    assert command(files, "--code-conflicts", out, *more) == 0
    assert "These very cases are in" in " ".join(capsys.readouterr().out.split())


@pytest.mark.parametrize(
    ("more", "told"),
    [
        (["--population", "process"], "did you mean 'processes'?"),
        (["--json", "figures.json"], "one of them at a time"),
    ],
)
def test_the_command_refuses_what_it_cannot_mean(tmp_path, files, capsys, more, told):
    assert command(files, "--code-conflicts", tmp_path / "cases.csv", *more) == 2
    assert told in capsys.readouterr().err
    assert not (tmp_path / "cases.csv").exists()


def test_the_command_needs_all_files_and_leaves_others_alone(tmp_path, files, capsys):
    mine = tmp_path / "mine.csv"
    mine.write_text("mine\n")
    assert command(files, "--code-conflicts", mine) == 2
    assert "holds something else" in capsys.readouterr().err
    assert mine.read_text() == "mine\n"
    without = {name: path for name, path in files.items() if name not in ("pa_x", "mediation")}
    assert command(without, "--code-conflicts", tmp_path / "cases.csv") == 2
    assert "there is no --pa-x, no --mediation; allowed: all four files" in capsys.readouterr().err
    assert command(files, "--population", "dated") == 2
    assert "together with --code-conflicts" in capsys.readouterr().err
    nothing = made_up_files(tmp_path)
    assert command(nothing, "--code-conflicts", tmp_path / "cases.csv", "--population", "dated") == 2
    assert "have no case of this kind" in capsys.readouterr().err
