"""The record's files: read and checked whole; figures of small made-up ones as found by hand; and the real ones, where they
lie beside the checkout, against what the package has.
"""

import json
import math

import numpy as np
import pandas as pd
import pytest
from record_files import USUAL, option, real_files, write_rows
from refusals import refused

from multitrack_sim.cli import main as cli
from multitrack_sim.errors import MultitrackError
from multitrack_sim.evidence import estimates, recomputed
from multitrack_sim.evidence.file_columns import FILES
from multitrack_sim.evidence.raw_files import read_agreements, read_mediation, read_pa_x, read_termination
from multitrack_sim.evidence.recorded_figures import ELSEWHERE, RECORDED_FIGURES, RecordedFigure
from multitrack_sim.evidence.targets import TARGETS
from multitrack_sim.scenario.validation import MOST_PROBLEMS

READERS = recomputed.READERS
REAL = real_files()
DAYS = 30.4375  # in a month


# ---- reading ---------------------------------------------------------------------------------------------------------
def test_termination_is_tidy(tmp_path):
    rows = [
        {"year": 1995, "confterm": 1, "ependdate": "03/04/1995", "outcome": "3.0", "incompatibility": 1},
        {"year": 1999, "type_of_conflict": 4, "intensity_level": 2, "location": "Sylvania, Freedonia"},
    ]
    table = read_termination(write_rows(tmp_path / "t.csv", "termination", rows), part=True)
    assert table["end"][0] == pd.Timestamp(1995, 4, 3) and pd.isna(table["end"][1])  # the day comes first
    assert list(table["outcome"]) == ["victory of the government", None]
    assert list(table["kind"]) == ["intrastate", "internationalised"]
    assert list(table["incompatibility"]) == ["territory", "government"]
    assert list(table["ends"]) == [True, False] and list(table["intensity"]) == ["minor", "war"]


def test_agreements_are_tidy(tmp_path):
    rows = [{"conflict_id": "372, 401.0", "ended": "1.0", "duration": "2003-05-06"}, {"paid": 2, "conflict_id": ""}]
    table = read_agreements(write_rows(tmp_path / "a.csv", "agreements", rows), part=True)
    assert list(table["conflicts"]) == [(372, 401), ()]
    assert list(table["ended"]) == [True, False]
    assert table["end"][0] == pd.Timestamp(2003, 5, 6) and table["kind"][0] == "comprehensive"


def test_pa_x_is_tidy(tmp_path):
    rows = [{"UcdpCon": "289", "Stage": "SubComp"}, {"AgtId": 2, "Agtp": "IntraLocal", "ImPK": 1}]
    table = read_pa_x(write_rows(tmp_path / "x.csv", "pa_x", rows), part=True)
    assert table["conflict"][0] == 289 and math.isnan(table["conflict"][1])
    assert list(table["stage"]) == ["comprehensive", "pre-negotiation"]
    assert list(table["peacekeepers"]) == [False, True]
    assert table["ucdp_agreement"][0] == ""


@pytest.mark.parametrize(
    ("cell", "date"),
    [
        ("7/21/46", "1946-07-21"),
        ("12/7/01", "2001-12-07"),
        ("6//1992", "1992-06-15"),
        ("//1999", "1999-06-15"),
        ("10/1/993", "1993-10-01"),
        ("?/?/2009", None),
        ("5/8/97??", None),
        (".", None),
        ("", None),
    ],
)
def test_dates_of_mediations(tmp_path, cell, date):
    table = read_mediation(write_rows(tmp_path / "m.csv", "mediation", [{"med.begins": cell}]), part=True)
    assert pd.isna(table["began"][0]) if date is None else table["began"][0] == pd.Timestamp(date)


@pytest.mark.parametrize(
    "how", [{"encoding": "mac_roman"}, {"encoding": "utf-8-sig"}, {"separator": ";"}, {"newline": "\r\n"}]
)
def test_files_as_programs_save_them(tmp_path, how):
    """Civil War Mediation comes from a Mac, where c-cedilla and e-acute are bytes that Windows has no letter for."""
    rows = [{"name.of.third.party": "Gon\u00e7alves, \u00e9v\u00eaque"}]
    table = read_mediation(write_rows(tmp_path / "m.csv", "mediation", rows, **how), part=True)
    assert table["third_parties"][0] == "Gon\u00e7alves, \u00e9v\u00eaque"


def test_every_column_is_explained_once():
    for name, file in FILES.items():
        assert {column.name.casefold() for column in file.columns} <= {c.strip().casefold() for c in USUAL[name]}
        assert len({column.called for column in file.columns}) == len(file.columns)
        assert all(column.meaning for column in file.columns) and file.owner


# ---- what is refused -------------------------------------------------------------------------------------------------
def problems(name, path, part=True):
    with pytest.raises(MultitrackError) as refusal:
        READERS[name](path, part)
    return [str(problem) for problem in refusal.value.problems]


@pytest.mark.parametrize("given", list(FILES))
@pytest.mark.parametrize("asked", list(FILES))
def test_swapped_files_are_told_apart(tmp_path, given, asked):
    path = write_rows(tmp_path / "file.csv", given, [{}])
    if given == asked:
        assert len(READERS[asked](path, True)) == 1
        return
    (line,) = problems(asked, path)
    assert FILES[given].title in line and FILES[asked].title in line and f"it belongs to {option(given)}" in line


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "is empty"),
        (b" \n\n", "is empty"),
        (b"PK\x03\x04zip", "is an Excel workbook or a zip archive"),
        (b"<!DOCTYPE html><html>", "is a web page"),
        (b"a\0b", "is a binary file"),
        (b"one,two\n1,2\n", "is another file: found 2 columns ('one', 'two', ...)"),
    ],
)
def test_what_is_no_such_file(tmp_path, content, told):
    path = tmp_path / "file.csv"
    path.write_bytes(content)
    for name in FILES:
        (line,) = problems(name, path)
        assert told in line


def test_files_that_are_cut_short(tmp_path):
    rows = [{"AgtId": number} for number in range(1, 5)]
    whole = write_rows(tmp_path / "x.csv", "pa_x", rows).read_text()
    cut = tmp_path / "cut.csv"
    cut.write_text(whole[: whole.rindex("in two lines")])
    assert "ends within a quoted cell: it is cut short" in problems("pa_x", cut)[0]
    cut.write_text(whole[: whole.rindex("Intra")])
    (line,) = problems("pa_x", cut)
    assert ": the file is cut short" in line and "cells" in line
    (line,) = problems("pa_x", tmp_path / "x.csv", part=False)  # between two lines: only its owners' count tells
    assert "has 4 rows" in line and "2,257 rows or more" in line and "--part" in line
    cut.write_text(whole.splitlines()[0])
    assert "has a head and no rows" in problems("pa_x", cut)[0]


def test_the_nearest_column_is_named_and_all_that_are_missing(tmp_path):
    path = write_rows(tmp_path / "t.csv", "termination", [{}])
    path.write_text(path.read_text().replace("outcome", "outcomes").replace("ependdate", "ep_end_date"))
    told = problems("termination", path)
    assert len(told) == 2
    assert "has no column outcome" in told[1] and "did you mean 'outcomes'?" in told[1]
    assert "has no column ependdate" in told[0] and "did you mean 'ep_end_date'?" in told[0]


def test_cells_that_cannot_be_are_all_named(tmp_path):
    rows = [{"year": 1995, "outcome": 9}, {"year": "199x", "ependdate": "31/02/1999"}, {"year": 1997, "confterm": ""}]
    told = problems("termination", write_rows(tmp_path / "t.csv", "termination", rows))
    assert len(told) == 4
    assert any("line 2, column outcome: found '9'; allowed: 1 (agreement), 2 (ceasefire)" in line for line in told)
    assert any("line 3, column year: found '199x'" in line for line in told)
    assert any("line 3, column ependdate: found '31/02/1999'; allowed: a date such as" in line for line in told)
    assert any("line 4, column confterm: found ''; allowed: 1 or 0" in line for line in told)


def test_rows_that_stand_there_twice(tmp_path):
    told = problems("pa_x", write_rows(tmp_path / "x.csv", "pa_x", [{}, {"AgtId": 2}, {}]))
    assert len(told) == 1 and "the same AgtId as a row before" in told[0] and "line 7" in told[0]


def test_no_more_problems_than_anybody_reads(tmp_path):
    rows = [{"AgtId": number, "Stage": "?"} for number in range(1, 200)]
    told = problems("pa_x", write_rows(tmp_path / "x.csv", "pa_x", rows))
    assert len(told) == MOST_PROBLEMS + 1 and "more problems are not told" in told[-1]


# ---- statistics, against known answers -------------------------------------------------------------------------------
# Freireich et al. (1963): weeks in remission of leukaemia, with 6-mercaptopurine and without; the textbook example.
TREATED = [6, 6, 6, 7, 10, 13, 16, 22, 23], [6, 9, 10, 11, 17, 19, 20, 25, 32, 32, 34, 35]  # relapsed, last seen well
PLACEBO = [1, 1, 2, 2, 3, 4, 4, 5, 5, 8, 8, 8, 8, 11, 11, 12, 12, 15, 17, 22, 23], []


def in_remission(relapsed, well):
    return pd.Series([*relapsed, *well], dtype=float), pd.Series([True] * len(relapsed) + [False] * len(well))


def test_kaplan_meier_as_in_the_textbook():
    found = estimates.stands(*in_remission(*TREATED), 23)
    assert found.value == pytest.approx(0.448, abs=5e-4)
    at_six = estimates.stands(*in_remission(*TREATED), 6)
    # Kalbfleisch and Prentice: 0.857; log-log interval as R's survfit gives it
    assert (at_six.value, at_six.low, at_six.high) == pytest.approx((0.857, 0.620, 0.952), abs=5e-4)
    assert estimates.happened_by(*in_remission(*TREATED), 6).low == pytest.approx(1 - 0.952, abs=5e-4)


def test_hazard_ratio_as_in_the_textbook():
    months, ended = (pd.concat(pair, ignore_index=True) for pair in zip(in_remission(*TREATED), in_remission(*PLACEBO)))
    placebo = np.arange(42) >= 21
    ratio = estimates.hazard_ratio(months.to_numpy(), ended.to_numpy(), placebo, np.zeros(42))
    assert math.log(ratio) == pytest.approx(1.509, abs=5e-4)  # R's coxph with ties = "breslow"
    twice = [np.concatenate([each, each]) for each in (months, ended, placebo)]
    strata = np.repeat([0, 1], 42)
    assert estimates.hazard_ratio(*twice, strata) == pytest.approx(ratio)  # the same in both strata


def test_shares_and_rates_as_published():
    less = estimates.difference(pd.Series([True] * 56 + [False] * 14), pd.Series([True] * 48 + [False] * 32))
    assert (less.value, less.low, less.high) == pytest.approx((0.2, 0.0524, 0.3339), abs=5e-5)  # Newcombe 1998, (a) 10
    ten = estimates.hazard(pd.Series([1.0] * 10), pd.Series([True] * 10), 0, 2)
    assert (ten.low * 10, ten.high * 10) == pytest.approx((4.795, 18.390), abs=5e-4)  # Garwood 1936


def test_the_bootstrap_draws_whole_clusters():
    """Twenty copies of one conflict tell no more than one of it; with one cluster nothing is known."""
    yes = np.array([True, False, True, True, False])
    once = estimates.drawn({"yes": yes}, range(5), lambda table: [table["yes"].mean()], "", "conflicts")
    copied = {"yes": np.repeat(yes, 20)}
    often = estimates.drawn(copied, np.repeat(range(5), 20), lambda table: [table["yes"].mean()], "", "conflicts")
    assert (often[0].low, often[0].high) == (once[0].low, once[0].high)
    (alone,) = estimates.drawn(copied, [1] * 100, lambda table: [table["yes"].mean()], "", "conflicts")
    assert alone.value == 0.6 and math.isnan(alone.low)


# ---- figures of made-up files, found by hand -------------------------------------------------------------------------
def computed(tmp_path, **files):
    """The figures of these rows, by their names."""
    paths = {name: write_rows(tmp_path / f"{name}.csv", name, rows) for name, rows in files.items()}
    return recomputed.recompute(recomputed.read_files(paths, part=True)).set_index("figure")


TEXTS = [
    {"AgtId": 1, "PPName": "A", "Dat": "2000-01-01", "Stage": "Pre", "ThrdPart": "Community of Sant'Egidio"},
    {"AgtId": 2, "PPName": "A", "Dat": "2001-01-01", "Stage": "SubPar"},
    {"AgtId": 3, "PPName": "A", "Dat": "2003-01-01", "Stage": "SubComp"},
    {"AgtId": 4, "PPName": "B", "Dat": "2000-01-01", "Stage": "Cea"},
    {"AgtId": 5, "PPName": "B", "Dat": "2000-07-01", "Stage": "SubComp"},
    {"AgtId": 6, "PPName": "C", "Dat": "2000-01-01", "Stage": "SubComp"},
    {"AgtId": 7, "PPName": "D", "Dat": "2006-01-01", "Stage": "Pre"},
    {"AgtId": 8, "PPName": "D", "Dat": "2006-03-01", "Stage": "Cea"},
    {"AgtId": 9, "PPName": "E", "Dat": "2020-01-01", "Stage": "SubComp", "Agtp": "IntraLocal"},  # only ends the record
]


def test_figures_of_made_up_texts(tmp_path):
    found = computed(tmp_path, pa_x=TEXTS)["value"]
    by_hand = {
        "T1-ever": 3 / 4,
        "T1-before 2006": 1,
        "T1'-12": 1 - 3 / 4 * 2 / 3,  # C at once, B after half a year; A and D are left
        "T1'-60": 1 - 3 / 4 * 2 / 3 * 1 / 2,  # A; D was watched for 168 months
        "T2-50": 182 / DAYS,
        "T2-at once": 1 / 3,
        "T2'": 2 / 3,  # of A, B, C
        "T2'-of all": 1 / 4,
        "T2''-ceasefire": 2 / 4,
        "T2''-framework": 1 / 4,
        "T18-framework": 0,
        "T18-ceasefire": 1 / 4,
        "T19-PA-X": 1,
        "T20-first-0.5": 366 / DAYS,
        "T20-first-reached": 1 / 2,  # of A and D
        "T20-full-0.5": 1096 / DAYS,
        # B and D sign again within 6 months, after 182 and 59 days; A twice and then all four wait for 6 months or more
        "T21-early": 2 / (6 * 6 + (182 + 59) / DAYS),
        "T21-late": 0 / 1,
        "T28": 1 / 8,
        "T28-processes": 1 / 4,
        "T29-named": 1,  # A
        "T29-not named": 1 / 2,  # B and D; C had it at once
        "T29": 1 / 2,
    }
    assert {name: found[name] for name in by_hand} == pytest.approx(by_hand)


def ending(conflict, episode, day, outcome, **more):
    """The row of the year in which an episode ends; `day` as UCDP writes it."""
    row = {"conflict_id": conflict, "conflictep_id": episode, "year": int(day[-4:]), "confterm": 1}
    return {**row, "ependdate": day, "outcome": outcome, **more}


ENDINGS = [
    ending(1, 101, "31/12/1995", 1, incompatibility=1),
    ending(1, 102, "31/12/1999", 5, incompatibility=1, start_date2="01/02/1999"),
    {"conflict_id": 2, "conflictep_id": 201, "year": 2000, "location": "Sylvania"},
    ending(2, 201, "01/06/2001", 2, location="Sylvania"),
    ending(3, 301, "01/06/2010", 4, location="Ruritania"),
    ending(4, 401, "01/06/1999", 1, type_of_conflict=2),  # between states
    {"conflict_id": 5, "conflictep_id": 501, "year": 2018, "location": "Ruritania", "side_b": "Others"},
]


def test_figures_of_made_up_endings(tmp_path):
    figures = computed(tmp_path, termination=ENDINGS)
    by_hand = {
        "T4-agreement": 1 / 4,  # the one between states is none of these
        "T4-low activity": 1 / 4,
        "T4-ceasefire": 1 / 4,
        "T4-victory": 1 / 4,
        "T4-actor gone": 0,
        "T5-agreement": 1,  # 1995, again in 1999
        "T5-ceasefire": 0,
        "T5-low activity": 0,
        "T22-territory": 1 / 2,
        "T22-government": 0,
        "T22": (1.5 / 1.5) / (0.5 / 2.5),
    }
    assert {name: figures["value"][name] for name in by_hand} == pytest.approx(by_hand)
    assert (figures["low"]["T22-territory"], figures["high"]["T22-territory"]) == pytest.approx(
        (0.0945, 0.9055), abs=1e-4
    )


ACCORDS = [
    {"paid": 11, "conflict_id": "1", "pa_date": "2000-01-01", "ended": 1, "duration": "2000-04-01"},
    {"paid": 12, "conflict_id": "2", "pa_date": "2000-01-01"},
    {"paid": 13, "conflict_id": "3", "pa_date": "2010-01-01", "ended": 1, "duration": "2012-01-01"},
    {"paid": 14, "conflict_id": "3", "pa_date": "2014-01-01", "ended": 1},  # nobody knows when
    {
        "paid": 15,
        "dyad_name": "Government of Freedonia - FPF, Government of Freedonia - FLF",
        "conflict_id": "1, 9",
        "pa_date": "1999-01-01",
        "pa_type": 2,
    },
    {"paid": 16, "conflict_id": "4", "pa_date": "2015-06-01", "pa_type": 3},
    {
        "paid": 17,
        "conflict_id": "5",
        "pa_date": "2001-01-01",
        "ended": 1,
        "duration": "2001-02-01",
        "dyad_name": "Government of Freedonia - Government of Sylvania",
    },
]


def test_figures_of_made_up_accords(tmp_path):
    found = computed(tmp_path, agreements=ACCORDS)["value"]
    first, third = 91 / DAYS, 730 / DAYS
    by_hand = {
        "T3'-full-12": 2 / 3,
        "T3'-full-60": 2 / 3 * 1 / 2,
        "T3'-partial-60": 1,
        "T17-0-6": 1 / (first + 6 + 6),
        "T17-6-12": 0,
        "T17-12-24": 1 / (12 + third - 12),
        "T17-24-60": 0 / 36,
        "T19-UCDP": 1 / 2,  # conflict 1, a year later; not conflict 9
    }
    assert {name: found[name] for name in by_hand} == pytest.approx(by_hand)


def test_figures_of_made_up_mediations(tmp_path):
    mediations = [
        {"med.begins": "6/1/95", "name.of.third.party": "Bishop Romero"},
        {"med.begins": "", "name.of.third.party": "UN envoy"},  # undated: in no episode
        {"med.begins": "7/1/01", "country": "Sylvania", "name.of.third.party": "UN envoy"},  # after the end
        {"Med_yes.no": 0, "country": "Ruritania"},
    ]
    found = computed(tmp_path, mediation=mediations, termination=ENDINGS)["value"]
    by_hand = {
        "T8-mediated": 1,
        "T8-not mediated": 1 / 2,  # 1999 and 2001; Civil War Mediation does not look at 2010
        "T8": 1 / 2,
        "T15'-unofficial only": 1,
        "T15'-none": 1 / 2,
        "T28-mediations": 1 / 3,
    }
    assert {name: found[name] for name in by_hand} == pytest.approx(by_hand)
    assert math.isnan(found["T15'-both"])


def test_figures_of_made_up_texts_and_accords(tmp_path):
    """By hand: of two accords with peacekeepers and two without, one of the former ends first and then one of the latter, so
    that 1 - 2r / (2r + 2) - r / (r + 2) = 0 at a ratio r of the root of 2.
    """
    ends = {20: "2000-02-01", 21: "2000-03-01", 22: "", 23: ""}
    accords = [
        {"paid": paid, "conflict_id": paid, "pa_date": "2000-01-01", "ended": 1 if end else "", "duration": end}
        for paid, end in ends.items()
    ]
    texts = [
        {"AgtId": paid, "UcdpAgr": paid, "ImPK": int(paid in (20, 22)), "Civso": int(paid in (22, 23))} for paid in ends
    ]
    figures = computed(tmp_path, agreements=accords, pa_x=texts)
    assert figures["value"]["T24"] == pytest.approx(math.sqrt(2))
    assert figures["value"]["T9'"] == 1  # both with civil society in the text stand, neither of the others
    assert figures["agreement"]["T9'-hazard ratio"] == "too few rows"  # none of those with it ended


# ---- beside what the package has -------------------------------------------------------------------------------------
def test_every_figure_of_the_targets_that_comes_from_data_is_recomputed():
    from_data = {name for name, target in TARGETS.items() if target.tag == "D"}
    covered = {figure.target for figure in RECORDED_FIGURES.values()}
    assert from_data <= covered and covered - {""} <= set(TARGETS)
    assert {name for name, figure in RECORDED_FIGURES.items() if not figure.files} == set(ELSEWHERE)


@pytest.mark.parametrize(
    ("recorded", "value", "words"),
    [
        ((0.36, 0.30, 0.42), 0.3612, "the same"),
        ((0.36, 0.30, 0.42), 0.40, "within its interval"),
        ((0.36, 0.30, 0.42), 0.43, "outside its interval"),
        ((0.36, math.nan, math.nan), 0.40, "differs"),
        ((0.5, 0.4, 0.6), 0.52, "within its interval"),
        ((17, 9, 30), 16.9, "the same"),
        ((0.0255, 0.01, 0.04), 0.0259, "within its interval"),
        ((2.1, math.nan, math.nan), 2.14, "the same"),
        ((math.nan, 0.3, 0.4), 0.35, "within its interval"),
        ((math.nan, math.nan, math.nan), 0.35, "not in the record"),
        ((0.36, 0.30, 0.42), math.nan, "too few rows"),
    ],
)
def test_agreement_in_words(recorded, value, words):
    found = estimates.Estimate(value, value - 0.01, value + 0.01, "", "")
    assert recomputed._agreement(RecordedFigure("T", "", (), *recorded), found) == words


def test_an_interval_that_promises_too_much_is_told():
    found = estimates.Estimate(0.36, 0.2, 0.5, "", "")
    assert "narrower" in recomputed._agreement(RecordedFigure("T", "", (), 0.36, 0.3, 0.4), found)


# ---- the command -----------------------------------------------------------------------------------------------------
def test_the_command_writes_and_prints(tmp_path, capsys):
    path = write_rows(tmp_path / "x.csv", "pa_x", TEXTS)
    out, machine = tmp_path / "figures.csv", tmp_path / "figures.json"
    assert cli.main(["evidence", "--pa-x", str(path), "--part", "--out", str(out), "--json", str(machine)]) == 0
    said = capsys.readouterr().out
    assert "T1-ever" in said and "Not computed, for want of --ucdp-agreements" in said
    assert "Non-State Actor data" in said
    assert "Bell, C. and S. Badanjak" in said and "non-commercial" in said and "Kreutz" not in said
    table = pd.read_csv(out)
    assert list(table.columns) == list(recomputed.COLUMNS) and len(table) == len(RECORDED_FIGURES)
    held = json.loads(machine.read_text())
    assert held["files"]["pa_x"]["rows"] == len(TEXTS)
    assert {row["figure"]: row["value"] for row in held["figures"]}["T1-ever"] == 0.75
    assert refused(capsys, "evidence", "--pa-x", path, "--part", "--out", out) and len(pd.read_csv(out)) == len(table)


def test_the_command_names_everything_that_is_wrong(tmp_path, capsys):
    texts = write_rows(tmp_path / "x.csv", "pa_x", TEXTS)
    lines = refused(
        capsys, "evidence", "--mediation", texts, "--pa-x", tmp_path / "y.csv", "--out", tmp_path / "out.csv"
    )
    assert len(lines) == 2 and "it belongs to --pa-x" in lines[1] and "did you mean" in lines[0]
    assert not (tmp_path / "out.csv").exists()
    assert "one or more of --ucdp-termination" in refused(capsys, "evidence")[0]
    both = refused(capsys, "evidence", "--pa-x", texts, "--out", tmp_path / "o", "--json", tmp_path / "o")
    assert "a file for each" in both[0]


# ---- the real files --------------------------------------------------------------------------------------------------
@pytest.fixture(scope="module")
def real():
    if REAL is None:
        pytest.skip("the record's files do not lie beside the checkout")
    return recomputed.recompute(recomputed.read_files(REAL)).set_index("figure")


def test_the_real_files_give_what_the_package_has(real):
    words = real["agreement"].str.split(";").str[0]
    assert set(words[list(ELSEWHERE)]) == {"not computed"}
    rest = words.drop(list(ELSEWHERE))
    # the record's .19 is of episodes that ended in 1989 or later
    assert set(rest.drop("T22-government")) <= {"the same", "within its interval", "not in the record"}
    assert (rest == "the same").sum() >= 65


def test_all_that_is_computed_is_declared_and_the_other_way_round(monkeypatch):
    if REAL is None:
        pytest.skip("the record's files do not lie beside the checkout")
    monkeypatch.setattr(estimates, "DRAWS", 2)
    tables = recomputed.read_files(REAL)
    computed = [name for figures, files in recomputed.SUBJECTS for name, _ in figures(*(tables[f] for f in files))]
    assert sorted(computed) == sorted(set(RECORDED_FIGURES) - set(ELSEWHERE))


@pytest.mark.parametrize(
    ("figure", "of"),
    [
        ("T1-ever", "52 of 144"),
        ("T1-before 2006", "38 of 90"),
        ("T2''-comprehensive", "20 of 137"),
        ("T3'-full-60", "17 of 71 ended"),
        ("T4-agreement", "279 episodes of 145 conflicts"),
        ("T15'-none", "42 of 269"),
        ("T28-processes", "49 of 144"),
    ],
)
def test_the_real_files_have_the_rows_that_the_record_says(real, figure, of):
    assert real["of"][figure] == of


def test_a_real_file_that_is_cut_off_is_refused(tmp_path):
    if REAL is None:
        pytest.skip("the record's files do not lie beside the checkout")
    for name, path in REAL.items():
        content = path.read_bytes()
        for cut in (content[: len(content) // 2], b"\n".join(content.split(b"\n")[:300])):
            short = tmp_path / "short.csv"
            short.write_bytes(cut)
            assert any("cut short" in line for line in problems(name, short, part=False)), name
