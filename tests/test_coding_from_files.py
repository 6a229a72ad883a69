"""The mechanical coding: every rule on made-up files, and on the real ones, where they lie beside the checkout, the very
cases of the trial that fixed the rules."""

import hashlib
from pathlib import Path

import pandas as pd
import pytest
from made_up_record import READERS, active, made_up_record

from docs.generate import coding
from multitrack_sim.errors import StoreError
from multitrack_sim.evidence.coding import CASE_COLUMNS, POPULATIONS, code_conflicts, told, write_cases
from multitrack_sim.evidence.coding_rules import NEVER_CODED, RULES, rules_table
from multitrack_sim.scenario.code_files import read_cases
from multitrack_sim.scenario.codebook import CODES

SOME = {"termination": active(1994, 1995)}
OTHER_WAR = {"conflict_id": 2, "side_b": "Red Coast", "incompatibility": 2, "territory_name": ""}
TEXT = {}  # an ordinary row of PA-X: it opens talks on 1 May 1996
LATER = {"Dat": "1996-06-01"}


def both(tmp_path, **rows):
    return code_conflicts(made_up_record(tmp_path, **{**SOME, **rows}))


def process(tmp_path, **rows) -> pd.Series:
    """The one process of these files."""
    table = both(tmp_path, **rows).processes
    assert len(table) == 1
    return table.iloc[0]


# ---- rules: each line is a case, and what a code must then be ---------------------------------------------------------
IN_1996_WITHOUT_CONFLICT = {"termination": [], "pa_x": [{"UcdpCon": ""}]}
RULE_CASES = [
    ("hurting_stalemate", {"pa_x": [TEXT]}, 1 + 1.5 * 2 / 8),
    ("hurting_stalemate", {"pa_x": [TEXT], "termination": active(*range(1980, 1996))}, 2.5),
    ("hurting_stalemate", {"pa_x": [TEXT], "termination": active(1993, intensity_level=2)}, 1 + 1.5 / 8 + 1),
    ("hurting_stalemate", {"pa_x": [TEXT], "termination": active(1992, intensity_level=2)}, 1 + 1.5 / 8),
    ("hurting_stalemate", {"pa_x": [TEXT], "termination": active(1985)}, 1.0),
    ("hurting_stalemate", IN_1996_WITHOUT_CONFLICT, None),
    ("spoilers", {"pa_x": [TEXT]}, 1.0),
    ("spoilers", {"pa_x": [TEXT], "termination": [*active(1995), *active(1993, dyadcount=3)]}, 3.0),
    ("spoilers", {"pa_x": [TEXT], "termination": [*active(1995), *active(1992, dyadcount=3)]}, 1.0),
    ("spoilers", {"pa_x": [TEXT], "termination": active(1995, dyadcount=9)}, 4.0),
    ("spoilers", {"pa_x": [TEXT], "termination": [*active(1995), *active(1993, 1994, **OTHER_WAR)]}, 1.5),
    ("spoilers", {"pa_x": [TEXT], "termination": [*active(1995), *active(1992, 1996, **OTHER_WAR)]}, 1.0),
    (
        "spoilers",
        {"pa_x": [TEXT], "termination": [*active(1995, gwno_loc="900, 901"), *active(1995, **OTHER_WAR, gwno_loc="901")]},
        1.5,
    ),
    ("spoilers", {"pa_x": [TEXT], "termination": [*active(1995), *active(1995, **OTHER_WAR, gwno_loc="901")]}, 1.0),
    ("spoilers", IN_1996_WITHOUT_CONFLICT, None),
    ("guarantee", {"pa_x": [{"ImPK": 1, "ImUN": 1}]}, 3.0),
    ("guarantee", {"pa_x": [{"ImUN": 1, "ThrdPart": "Sylvania"}]}, 2.0),
    ("guarantee", {"pa_x": [{"ThrdPart": "Sylvania"}]}, 1.5),
    ("guarantee", {"pa_x": [{"ThrdPart": "N/A"}]}, 0.5),
    ("guarantee", {"mediation": [{"name.of.third.party": "the OAU"}]}, 1.5),
    ("guarantee", {"mediation": [{}]}, 1.0),
    ("guarantee", {"pa_x": [{"Stage": "SubPar", "ImPK": 1}]}, None),  # opened unrecorded: nothing of its text is used
    ("track2", {"pa_x": [{"ThrdPart": "Bishop of the Hills"}]}, 3.0),
    ("track2", {"pa_x": [{"ThrdPart": "Sylvania"}]}, None),
    ("track2", {"mediation": [{"name.of.third.party": "Quakers"}]}, 3.0),
    ("cbm", {"pa_x": [TEXT]}, 1.0),
    ("cbm", {"pa_x": [{"Ce": 2}]}, 2.0),
    ("cbm", {"pa_x": [{"TjPrire": 3}]}, 1.5),
    ("cbm", {"pa_x": [{"Ce": 1, "TjPrire": 1, "SsrGua": 1}]}, 3.0),
    ("cbm", {"mediation": [{}]}, None),
    ("cbm_verification", {"pa_x": [{"ImPK": 1, "ImE": 1}]}, 3.0),
    ("cbm_verification", {"pa_x": [{"ImUN": 1, "ImE": 1}]}, 2.5),
    ("cbm_verification", {"pa_x": [{"ImOth": 1}]}, 2.5),
    ("cbm_verification", {"pa_x": [{"ImE": 1}]}, 2.0),
    ("cbm_verification", {"pa_x": [TEXT]}, 0.5),
    ("cbm_verification", {"mediation": [{}]}, None),
    ("indivisibility", {"pa_x": [TEXT], "termination": active(1995, incompatibility=1)}, 3.0),
    ("indivisibility", {"pa_x": [TEXT], "termination": active(1995, incompatibility=2)}, 1.5),
    ("indivisibility", {"pa_x": [TEXT], "termination": active(1995, incompatibility=3)}, 2.5),
    (
        "indivisibility",
        {"pa_x": [TEXT], "termination": [*active(1994), *active(1995, incompatibility=3), *active(1997, incompatibility=2)]},
        2.5,
    ),
    ("indivisibility", {"termination": [], "pa_x": [{"UcdpCon": "", "Contp": "Government"}]}, 1.5),
    ("indivisibility", {"termination": [], "pa_x": [{"UcdpCon": "", "Contp": "Government/territory"}]}, 2.5),
    ("indivisibility", {"termination": [], "pa_x": [{"UcdpCon": "", "Contp": "Inter-group"}]}, 2.0),
    ("parties", {"pa_x": [TEXT]}, 2),
    ("parties", {"pa_x": [TEXT], "termination": [*active(1993, dyadcount=4), *active(1992, dyadcount=7)]}, 5),
    ("parties", {"pa_x": [TEXT], "termination": active(1995, dyadcount=90)}, 27),
    ("parties", IN_1996_WITHOUT_CONFLICT, 2),
    ("mediation", {"pa_x": [TEXT]}, 0.5),
    ("mediation", {"pa_x": [{"ThrdPart": "Sylvania"}]}, 2.0),
    ("mediation", {"pa_x": [{"ThrdPart": "Sylvania, United Nations"}]}, 3.0),
    ("mediation", {"mediation": [{"name.of.third.party": ""}]}, 2.0),  # dated: somebody mediated
    ("mediation", {"mediation": [{}, {"med.begins": "5/1/96", "name.of.third.party": "France"}]}, 3.0),
    ("mediation", {"mediation": [{}, {"med.begins": "5/2/96", "name.of.third.party": "France"}]}, 2.0),
    ("mediation", {"pa_x": [TEXT, {"ThrdPart": "UN"}]}, 0.5),  # another text of that day: not the one that opened
    ("mediation", {"agreements": [{"pa_type": 3}]}, None),
    ("fighting_level", {"pa_x": [TEXT]}, 2.0),
    ("fighting_level", {"pa_x": [TEXT], "termination": active(1995, intensity_level=2)}, 4.0),
    ("fighting_level", {"pa_x": [TEXT], "termination": active(1996, intensity_level=2)}, 4.0),  # begun this year
    ("fighting_level", {"pa_x": [TEXT], "termination": [*active(1995), *active(1996, intensity_level=2)]}, 2.0),
    ("fighting_level", {"pa_x": [TEXT], "termination": active(1994)}, 1.5),
    ("fighting_level", {"pa_x": [TEXT], "termination": active(1993, intensity_level=2)}, 2.5),
    ("fighting_level", {"pa_x": [TEXT], "termination": active(1992, intensity_level=2)}, 1.0),
    ("fighting_level", {"pa_x": [TEXT], "termination": active(1999)}, 1.0),
    ("fighting_level", IN_1996_WITHOUT_CONFLICT, 1.0),
    ("power_sharing", {"pa_x": [{"Polps": 1}]}, 1.5),
    ("power_sharing", {"pa_x": [{"Terps": 2, "Mps": 1}]}, 2.5),
    ("power_sharing", {"pa_x": [{"Eps": 3}]}, 3.5),
    ("power_sharing", {"pa_x": [TEXT]}, None),
    ("power_sharing", {"mediation": [{}]}, None),
    ("outside_pressure", {"pa_x": [TEXT]}, 2.0),
    ("outside_pressure", {"pa_x": [TEXT], "termination": active(1995, side_a_2nd="Government of Sylvania")}, 1.25),
    (
        "outside_pressure",
        {"pa_x": [TEXT], "termination": [*active(1993, side_a_2nd="Sylvania"), *active(1995, side_b_2nd="Ruritania")]},
        0.5,
    ),
    ("outside_pressure", {"pa_x": [TEXT], "termination": active(1992, side_a_2nd="Sylvania")}, 2.0),
    ("outside_pressure", {"pa_x": [{"ThrdPart": "NATO"}]}, 2.75),
    ("outside_pressure", {**IN_1996_WITHOUT_CONFLICT}, 2.0),
]  # fmt: skip


@pytest.mark.parametrize(("code", "rows", "expected"), RULE_CASES)
def test_a_rule_gives_what_it_says(tmp_path, code, rows, expected):
    found = process(tmp_path, **rows)[code]
    assert pd.isna(found) if expected is None else found == expected


def test_every_rule_is_tried_and_what_no_rule_codes_is_missing(tmp_path):
    assert {code for code, _, _ in RULE_CASES} == set(RULES)
    assert set(NEVER_CODED) == set(CODES) - set(RULES)
    assert process(tmp_path, pa_x=[TEXT])[list(NEVER_CODED)].isna().all()


def test_earlier_texts_and_mediations_count_as_far_back_as_the_rules_say(tmp_path):
    """A process opens long before 2000; the conflict's own opening, in January 1999, looks back at it."""

    def at_1999(**rows):
        years = active(1999, start_date2="01/01/1999")
        return both(tmp_path, termination=years, **rows).conflicts.iloc[0]

    assert at_1999(pa_x=[{"Dat": "1997-01-01", "ThrdPart": "Church of the Hills, UN"}])["mediation"] == 3
    assert pd.isna(at_1999(pa_x=[{"Dat": "1996-12-31", "ThrdPart": "Church of the Hills, UN"}])["mediation"])
    assert at_1999(pa_x=[{"Dat": "1997-01-01", "ThrdPart": "Church of the Hills, UN"}])["track2"] == 3
    assert pd.isna(at_1999(pa_x=[{"Dat": "1996-12-31", "ThrdPart": "Church of the Hills, UN"}])["track2"])
    dated = {"episode.start.date": "1/1/98", "episode.end.date": "12/31/99", "name.of.third.party": "Quakers"}
    assert at_1999(mediation=[{**dated, "med.begins": "1/1/97"}])["mediation"] == 2
    assert pd.isna(at_1999(mediation=[{**dated, "med.begins": "12/31/96"}])["mediation"])
    assert at_1999(mediation=[{**dated, "med.begins": "1/1/94"}])["track2"] == 3
    assert pd.isna(at_1999(mediation=[{**dated, "med.begins": "12/31/93"}])["track2"])


def test_nothing_that_came_after_the_opening_decides_a_code(tmp_path):
    before = {"pa_x": [{"ThrdPart": "Sylvania", "Ce": 1}], "mediation": [{"med.begins": "4/1/96"}]}
    after = {
        "termination": [
            *SOME["termination"],
            *active(1996, 1997, intensity_level=2, dyadcount=9, incompatibility=2, side_a_2nd="Sylvania"),
            *active(1996, 1997, **OTHER_WAR),
        ],
        "pa_x": [*before["pa_x"], {**LATER, "Stage": "SubComp", "ImPK": 1, "Polps": 3, "ThrdPart": "UN, Bishop"}],
        "mediation": [*before["mediation"], {"med.begins": "6/1/96", "name.of.third.party": "UN, Quakers"}],
        "agreements": [{"pa_date": "1997-01-01", "pa_type": 1}],
    }
    alone = process(tmp_path, **before)
    followed = both(tmp_path, **after).processes.set_index("unit").loc[1]
    pd.testing.assert_series_equal(followed[list(CODES)], alone[list(CODES)], check_names=False)
    assert followed["agreement"] == "comprehensive" and alone["agreement"] == "none"


# ---- cases ------------------------------------------------------------------------------------------------------------
def test_a_process_is_a_spell_of_signals(tmp_path):
    dates = ["1989-01-01", "1996-05-01", "2001-04-30", "2006-06-01"]  # the third: a day under five years after
    found = both(tmp_path, pa_x=[{"Dat": date} for date in dates]).processes
    assert found["case"].tolist() == [f"Freedonia: Hills ({year})" for year in (1989, 1996, 2006)]
    assert found["month_zero"].tolist() == ["1989-01", "1996-05", "2006-06"]
    assert set(found["start"]) == {"talks"}
    assert found["watched_months"].iloc[1] == round(
        (pd.Timestamp("2006-06-01") - pd.Timestamp("1996-05-01")).days / 30.4375, 1
    )


def test_every_kind_of_signal_opens_a_process(tmp_path):
    opened = {
        "pa_x": process(tmp_path, pa_x=[TEXT]),
        "mediation": process(tmp_path, mediation=[{}]),
        "agreements": process(tmp_path, agreements=[{"pa_type": 3}]),
    }
    assert {name: row["first_file"] for name, row in opened.items()} == {name: name for name in opened}
    assert not any(row["assumed"] for row in opened.values())


@pytest.mark.parametrize(
    "rows",
    [
        {"pa_x": [{"Agtp": "IntraLocal"}]},
        {"pa_x": [{"Agtp": "Inter"}]},
        {"pa_x": [{"Dat": "1988-12-31"}]},
        {"mediation": [{"Med_yes.no": 0}]},
        {"mediation": [{"med.begins": ""}]},
        {"mediation": [{"country": "Ruritania"}]},
        {"agreements": [{"conflict_id": 7}]},
        {"termination": active(1994, 1995, type_of_conflict=2), "agreements": [{}]},
    ],
)
def test_what_is_no_signal(tmp_path, rows):
    assert both(tmp_path, **rows).processes.empty


@pytest.mark.parametrize(
    ("rows", "assumed"),
    [
        ({"pa_x": [{"Stage": "SubPar"}]}, True),
        ({"pa_x": [{"Stage": "SubComp"}]}, True),
        ({"agreements": [{"pa_date": "1996-05-01", "pa_type": 1}]}, True),
        ({"pa_x": [TEXT], "agreements": [{"pa_date": "1996-05-01", "pa_type": 2}]}, True),  # on the same day
        ({"pa_x": [{"Stage": "Cea"}]}, False),
        ({"pa_x": [{"Stage": "Imp"}]}, False),
    ],
)
def test_before_a_first_agreement_a_year_is_assumed(tmp_path, rows, assumed):
    found = process(tmp_path, **rows)
    assert found["assumed"] == assumed
    assert found["opened"] == pd.Timestamp("1995-05-01" if assumed else "1996-05-01")
    dated = both(tmp_path, **rows).of("dated")
    assert len(dated) == (not assumed)


def test_a_text_without_a_conflict_goes_where_most_of_its_process_go_or_by_its_name(tmp_path):
    years = [*active(1995), *active(1995, **OTHER_WAR)]
    texts = [
        {"PPName": "Mixed", "UcdpCon": 2},
        {"PPName": "Mixed", "UcdpCon": 2},
        {"PPName": "Mixed", "UcdpCon": 1},
        {"PPName": "Mixed", "UcdpCon": "", "Dat": "1990-01-01"},
        {"PPName": "Coast congress", "UcdpCon": 77, "Con": "Ruritania"},
    ]
    found = both(tmp_path, termination=years, pa_x=texts).processes.set_index("case")
    assert {case: row["unit"] for case, row in found.iterrows()} == {
        "Freedonia: government (1990)": 2,
        "Freedonia: government (1996)": 2,
        "Freedonia: Hills (1996)": 1,
        "Coast congress (1996)": "Coast congress",
    }
    assert found.loc["Coast congress (1996)", "country"] == "Ruritania"


def test_conflicts_open_with_fighting_talks_or_none(tmp_path):
    years = [
        *active(1980, 1988, conflict_id=1),  # over before
        *active(1987, 1990, conflict_id=2, start_date2="05/03/1987"),
        *active(2004, 2005, conflict_id=3, start_date2="09/08/2004"),
        *active(2016, conflict_id=4),
        *active(1989, conflict_id=6, start_date2="01/02/1989"),
        *active(2015, conflict_id=7, start_date2="01/02/2015"),
        *active(1995, conflict_id=5, type_of_conflict=2),
    ]
    found = both(tmp_path, termination=years, pa_x=[TEXT]).conflicts
    assert found["unit"].tolist() == [2, 6, 3, 7]
    assert found["month_zero"].tolist() == ["1989-01", "1989-02", "2004-08", "2015-02"]
    assert set(found["start"]) == {"fighting"} and set(found["agreement"]) == {"none"}


def test_cases_of_one_name_are_numbered_and_accents_left_out(tmp_path):
    years = [*active(1995, territory_name="Côte"), *active(1995, conflict_id=2, territory_name="Côte")]
    found = both(tmp_path, termination=years, pa_x=[TEXT, {**LATER, "UcdpCon": 2}]).processes
    assert found["case"].tolist() == ["Freedonia: Cote (1996) 1", "Freedonia: Cote (1996) 2"]


# ---- tables and files -------------------------------------------------------------------------------------------------
def test_the_table_of_rules_has_every_code():
    table = rules_table()
    assert table.index.tolist() == list(CODES)
    assert (table != "").drop(columns="files").all().all()
    assert (table["files"] == "").sum() == len(NEVER_CODED)


def test_the_file_is_a_table_of_cases(tmp_path):
    table = both(tmp_path, pa_x=[{"ThrdPart": "UN"}, {"Stage": "SubComp", "Dat": "2000-05-01"}]).processes
    path = tmp_path / "cases.csv"
    assert write_cases(path, table)
    assert not write_cases(path, table)  # there already
    (case,) = read_cases(path)
    row = table.iloc[0]
    assert case.codes == {code: row[code] for code in CODES if pd.notna(row[code])}
    assert case.beside == {"start": "talks", "month_zero": "1996-05"}
    assert case.recorded == {name: row[name] for name in ("agreement", "months", "held_60", "months_to_any")}
    path.write_text("mine\n")
    with pytest.raises(StoreError, match="holds something else"):
        write_cases(path, table)
    assert path.read_text() == "mine\n"


def test_what_was_coded_is_told(tmp_path):
    found = both(tmp_path, pa_x=[{"Stage": "SubPar", "Dat": "1997-05-01"}])
    lines = "\n".join(told(found.processes, "processes"))
    assert "1 case, opened May 1996" in lines
    assert f"Never coded, for no file tells of it: {', '.join(NEVER_CODED)}." in lines
    assert "an agreement is the first sign" in lines
    assert set(POPULATIONS) == {"conflicts", "processes", "dated"}


def test_the_page_has_the_rules_as_they_are():
    page = Path(__file__).resolve().parents[1] / "docs" / "coding.md"
    assert coding.page() == page.read_text("utf-8"), "stale: run python -m docs.generate"


# ---- the real files ---------------------------------------------------------------------------------------------------
NAMES = {
    "termination": "ucdp-term-acd-3-2021.csv",
    "agreements": "ucdp_pad_v22.1.csv",
    "pa_x": "pax_all_agreements_v10.csv",
    "mediation": "CWM.csv",
}
BESIDE = [parent / "shared" / "evidence" / "data" for parent in Path(__file__).resolve().parents]
REAL = next((folder for folder in BESIDE if all((folder / name).is_file() for name in NAMES.values())), None)

# Of each column, the hash of its values in the order of the cases' names: made from the trial's own two tables.
TRIAL = {
    "processes": {
        "case": "434de62070fd",
        "hurting_stalemate": "7ecb8aa2b5d2",
        "power_asymmetry": "2e9d8c4859ab",
        "spoilers": "82f9467cf809",
        "guarantee": "a40d35798a62",
        "track2": "135a794618dc",
        "track3": "2e9d8c4859ab",
        "cbm": "ec4e66d9eeca",
        "cbm_verification": "a1eae1309d02",
        "secrecy": "2e9d8c4859ab",
        "indivisibility": "d962a9fc37cd",
        "parties": "8d560150a452",
        "mediation": "9209447f2cda",
        "hawkishness": "2e9d8c4859ab",
        "public_support": "2e9d8c4859ab",
        "fighting_level": "5e12dbbee387",
        "power_sharing": "5143a7ddc89f",
        "outside_pressure": "77f82fe01911",
        "cost_of_no_deal": "2e9d8c4859ab",
        "agreement": "c0031d019495",
        "months": "2046f3c3ce56",
        "held_60": "5a593957f467",
        "months_to_any": "71c365906948",
        "month_zero": "8c1a4b007e1e",
    },
    "conflicts": {
        "case": "761b4e49897e",
        "hurting_stalemate": "914cbe3c2baf",
        "power_asymmetry": "547272f39fec",
        "spoilers": "605772de5ada",
        "guarantee": "953c8989fbff",
        "track2": "2ef3331062a4",
        "track3": "547272f39fec",
        "cbm": "547272f39fec",
        "cbm_verification": "547272f39fec",
        "secrecy": "547272f39fec",
        "indivisibility": "dd7ac1f03078",
        "parties": "ff6b2c2f6abf",
        "mediation": "ead7e5a1d97a",
        "hawkishness": "547272f39fec",
        "public_support": "547272f39fec",
        "fighting_level": "f06c9b30b51e",
        "power_sharing": "547272f39fec",
        "outside_pressure": "493cd08bfa41",
        "cost_of_no_deal": "547272f39fec",
        "agreement": "5c028a8f5730",
        "months": "59696c9f0022",
        "held_60": "2ea88b22472f",
        "months_to_any": "0b6bdeefd4c0",
        "month_zero": "745eccccb6bd",
    },
}  # fmt: skip


def column_hashes(table: pd.DataFrame) -> dict[str, str]:
    """A short hash of each column, cases in the order of their names."""
    cells = table.sort_values("case")
    texts = {
        name: "\n".join(
            "" if pd.isna(cell) else f"{cell:.6g}" if isinstance(cell, float | int) else str(cell)
            for cell in cells[name]
        )
        for name in table
    }
    return {name: hashlib.sha256(text.encode()).hexdigest()[:12] for name, text in texts.items()}


@pytest.mark.skipif(REAL is None, reason="the real files are not beside the checkout")
def test_the_real_files_give_the_trial_s_cases():
    found = code_conflicts({name: READERS[name](REAL / file) for name, file in NAMES.items()})
    assert (len(found.processes), len(found.conflicts)) == (172, 155)
    for population, expected in TRIAL.items():
        assert column_hashes(found.of(population)[list(expected)]) == expected
        cases = read_cases(found.of(population)[list(CASE_COLUMNS)])
        assert len({case.name for case in cases}) == len(found.of(population))
