"""Codes from a file and from a table: read whole, refused whole, and what the model gives for them."""

import csv
import math
import os
import re
import tomllib
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from refusals import refused
from strategies import codes
from synthetic import NASTY, made_up_ensemble

import multitrack_sim as mt
from multitrack_sim.cli import main as cli
from multitrack_sim.engine import cache
from multitrack_sim.errors import ScenarioError, SettingError, StoreError
from multitrack_sim.evidence import validation as coded_cases
from multitrack_sim.evidence.validation import PREDICTION_COLUMNS, holding, prediction_text
from multitrack_sim.running.files import write_whole
from multitrack_sim.scenario import CODES, coded_text, load, loads, read_codes, scenario_from_codes
from multitrack_sim.scenario.code_files import RECORDED, read_cases
from multitrack_sim.scenario.codebook import LETTERS
from multitrack_sim.scenario.toml_text import key_lines

HEAD = "case,hurting_stalemate,track2,agreement,months,held_60"
TABLE = f"""{HEAD}
Camp David 1978,3,1,comprehensive,10,yes
Oslo 1993,2,4,framework,8,no
A sea,1,,none,,
"""
FULL = dict.fromkeys(CODES, 3)


# --- a scenario file from codes


@settings(max_examples=25, deadline=None)
@given(codes(most_parties=27))
def test_the_file_loads_back_to_the_scenario_of_the_codes(given_codes):
    assert loads(coded_text(given_codes, "A sea")) == scenario_from_codes(given_codes, "A sea")


def test_every_number_has_an_origin_and_codes_are_named_where_they_work():
    text = coded_text(FULL)
    numbers = [line for line in text.splitlines() if re.match(r"\w+ = -?[\d.]+ ", line)]
    assert len(numbers) > 40
    assert all(re.search(r"# (code [A-Z][A-Z0-9]=3|code parties=3|assumption)\b", line) for line in numbers)
    for line, letters in (  # one number of each code's
        ("stalemate = 1.0875", "HS"),
        ("violence = 0.75", "FL"),
        ("verification = 0.675", "CV"),
        ("skill = 0.75", "ME"),
        ("monitoring = 0.675", "TG"),
        ("hawkishness = 0.6749999999999999", "HA"),
        ("indivisibility = 0.825", "IN"),
    ):
        assert re.search(rf"^{re.escape(line)} +# code {letters}=3: ", text, re.MULTILINE), line
    assert re.search(r"^power = [\d.]+ +# code PA=3; code parties=3: ", text, re.MULTILINE)
    assert set(LETTERS) == set(CODES) - {"parties"} and len(set(LETTERS.values())) == 17


def test_what_says_assumption_is_moved_by_no_code():
    """Checked from the other side, at values that the writer does not try."""
    text = coded_text(FULL)
    data = tomllib.loads(text)
    lines = {path: text.splitlines()[line - 1] for path, line in key_lines(text).items()}
    assumed = [path for path, line in lines.items() if "# assumption: " in line]
    assert len(assumed) > 40
    for code in CODES:
        other = scenario_from_codes({**FULL, code: 3.5 if code != "parties" else 5})
        for table, at, column in assumed:
            mine = data[table][at]
            names = ("party", "issue") if table == "stakes" else ("name",)
            same = [row for row in other.rows[table] if all(row[name] == mine[name] for name in names)]
            assert all(row[column] == mine[column] for row in same), (code, table, column)


def test_missing_codes_are_said():
    text = coded_text({"track2": 4, "cbm": None, "secrecy": math.nan})
    assert "# codes: track2=4\n" in text
    assert re.search(r"# NOT CODED, taken at the middle: hurting_stalemate, .*\bcbm\b", text.replace("\n# ", " "))
    assert re.search(r"^push = 0.575 +# code CB=2 \(not given\): ", text, re.MULTILINE)
    assert "NOT CODED" not in coded_text(FULL) and "not given" not in coded_text(FULL)


def test_a_nasty_title_stays_a_title():
    title = "".join(c for c in NASTY if c.isprintable())
    assert loads(coded_text({}, title)).title == title


CODED = 'title = "A sea"\nhurting_stalemate = 3\n[codes]\nparties = 3\n'


def test_new_from_codes(tmp_path, capsys):
    (tmp_path / "codes.toml").write_text("\ufeff" + CODED, "utf-8")
    path = tmp_path / "my.toml"
    assert cli.main(["new", str(path), "--codes", str(tmp_path / "codes.toml")]) == 0
    said = capsys.readouterr().out
    assert "Not coded, taken at the middle: power_asymmetry, " in said and "from 2 of 18 codes" in said
    assert load(path) == scenario_from_codes({"hurting_stalemate": 3, "parties": 3, "start": "talks"}, "A sea")
    assert re.search(
        r'^start = "talks" +# codes describe the opening of talks: ', path.read_text("utf-8"), re.MULTILINE
    )
    before = path.read_bytes()
    (line,) = refused(capsys, "new", path, "--codes", tmp_path / "codes.toml")
    assert "exists already and is left as it is" in line and path.read_bytes() == before
    assert sorted(os.listdir(tmp_path)) == ["codes.toml", "my.toml"]


BESIDE = """month_zero = "1996-06"
party_names = ["North", "South", "O'Brien & \\"Co\\""]
issues = ["Land", "Arms", "Water", "Courts"]
track2 = 3
"""


def test_what_may_stand_beside_codes(tmp_path):
    """Month zero, names of parties and issues; the names say how many there are; talks unless it says otherwise."""
    file, path = tmp_path / "codes.toml", tmp_path / "my.toml"
    file.write_text(BESIDE, "utf-8")
    assert (
        cli.main(
            [
                "new",
                str(path),
                "--codes",
                str(file),
            ]
        )
        == 0
    )
    made = load(path)
    assert made == scenario_from_codes(read_codes(file)[0]) and made.month_zero == "1996-06"
    assert made.names["governments"] == ("North", "South", 'O\'Brien & "Co"')
    assert made.names["issues"] == ("Land", "Arms", "Water", "Courts") and made.value("conflict.start") == "talks"
    hard = [row["indivisibility"] for row in made.rows["issues"]]
    assert hard == sorted(hard, reverse=True) and (hard[0], hard[-1]) == pytest.approx((0.7, 0.3))
    assert "parties" not in made.summary.partition("Not coded")[2]
    file.write_text(BESIDE + 'start = "fighting"\n', "utf-8")
    assert scenario_from_codes(read_codes(file)[0]).value("conflict.start") == "fighting"
    named = read_cases(pd.DataFrame({"case": ["A"], "start": ["Fighting"], "party_names": [["North", "South"]]}))[0]
    assert named.scenario.value("conflict.start") == "fighting" and named.scenario.names["governments"][1] == "South"
    assert "parties" not in named.missing


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('start = "talk"', "line 1, start: found 'talk'; allowed: fighting, pretalks, talks (did you mean 'talks'?)"),
        ('month_zero = "June 1996"', "line 1, month_zero: found 'June 1996'; allowed: a calendar month such as"),
        ('party_names = ["A"]', "line 1, party_names: found 1; allowed: 2 to 27 names"),
        ('party_names = ["A", "A"]', "line 1, party_names: found 'A' twice; allowed: each name once"),
        ('party_names = ["A", 3]', "line 1, party_names: found 3; allowed: names of 1 to 80 printable characters"),
        (
            'issues = ["A|B", "C"]',
            "line 1, issues: found 'A|B'; allowed: names of 1 to 80 printable characters without |",
        ),
        ('parties = 3\nparty_names = ["A", "B"]', "line 2, party_names: found 2 names where the code parties is 3"),
        ('party_name = ["A", "B"]', "line 1, party_name: unknown code (did you mean 'party_names'?)"),
    ],
)
def test_what_stands_beside_codes_is_refused_with_its_line(tmp_path, capsys, text, words):
    (tmp_path / "codes.toml").write_text(text, "utf-8")
    (line,) = refused(capsys, "new", tmp_path / "my.toml", "--codes", tmp_path / "codes.toml")
    assert words in line


def test_a_table_may_say_what_stands_beside_codes(tmp_path):
    text = "case;start;month_zero;party_names;issues\nA;;1996-06;North | South | West;Land | Water\nB;pretalks;;;\n"
    (tmp_path / "cases.csv").write_text(text, "utf-8")
    one, two = (case.scenario for case in read_cases(tmp_path / "cases.csv"))
    assert one.names["governments"] == ("North", "South", "West") and one.names["issues"] == ("Land", "Water")
    assert (one.month_zero, one.value("conflict.start"), two.value("conflict.start")) == (
        "1996-06",
        "talks",
        "pretalks",
    )
    (tmp_path / "cases.csv").write_text(text.replace("pretalks", "talking") + "C;;Jun-96;X;\n", "utf-8")
    with pytest.raises(ScenarioError) as wrong:
        read_cases(tmp_path / "cases.csv")
    told = [str(problem) for problem in wrong.value.problems]
    assert "line 3 ('B'), column start: found 'talking'" in told[0] and "did you mean 'talks'" in told[0]
    assert "line 4 ('C'), column month_zero: found 'Jun-96'" in told[1] and "column party_names: found 1" in told[2]


def test_new_refuses_all_that_is_wrong_with_codes_at_once(tmp_path, capsys):
    (tmp_path / "codes.toml").write_text(
        'title = 3\nhurting_stalemat = 3\ncbm = 7\nparties = 2.5\n[codes]\ncbm = 2\nsecrecy = "x"\n'
    )
    lines = refused(capsys, "new", tmp_path / "my.toml", "--codes", tmp_path / "codes.toml")
    expected = [
        "line 2, hurting_stalemat: unknown code (did you mean 'hurting_stalemate'?)",
        "line 3, cbm: found 7; allowed: a number from 0 to 4",
        "line 4, parties: found 2.5; allowed: a whole number from 2 to 27",
        "line 6, codes.cbm: this code is given twice",
        "line 7, codes.secrecy: found 'x'",
        "line 1, title: found 3",
    ]
    assert len(lines) == len(expected) and all(words in line for words, line in zip(expected, lines))
    assert os.listdir(tmp_path) == ["codes.toml"]


@pytest.mark.parametrize(
    ("content", "words"),
    [(b"", "is empty"), (b"a =", "is not TOML"), (b"\xff", "not UTF-8"), (b"\0", "binary"), (b"codes = 3", "codes")],
)
def test_files_that_hold_no_codes(tmp_path, capsys, content, words):
    (tmp_path / "codes.toml").write_bytes(content)
    (line,) = refused(capsys, "new", tmp_path / "my.toml", "--codes", tmp_path / "codes.toml")
    assert words in line and os.listdir(tmp_path) == ["codes.toml"]
    with pytest.raises(ScenarioError, match=r"did you mean .*codes\.toml"):
        read_codes(tmp_path / "code.toml")


# --- one file, whole or not at all


def test_a_file_is_written_whole_or_not_at_all(tmp_path, monkeypatch):
    write_whole(tmp_path / "a.txt", "é\n")
    assert (tmp_path / "a.txt").read_bytes() == "é\n".encode()
    for place, words in (
        (tmp_path / "a.txt", "exists already"),
        (tmp_path, "folder"),
        (tmp_path / "x" / "b", "no folder"),
    ):
        with pytest.raises(StoreError, match=words):
            write_whole(place, "new")
    write_whole(tmp_path / "a.txt", "new", replace=True)
    assert (tmp_path / "a.txt").read_text() == "new"

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(StoreError, match="No space left"):
        write_whole(tmp_path / "a.txt", "half", replace=True)
    assert os.listdir(tmp_path) == ["a.txt"] and (tmp_path / "a.txt").read_text() == "new"


def test_somebody_who_is_quicker_is_not_overwritten(tmp_path, monkeypatch):
    sync = os.fsync

    def meanwhile(handle):
        sync(handle)
        (tmp_path / "a.txt").write_text("theirs")

    monkeypatch.setattr(os, "fsync", meanwhile)
    with pytest.raises(StoreError, match="exists already"):
        write_whole(tmp_path / "a.txt", "ours")
    assert os.listdir(tmp_path) == ["a.txt"] and (tmp_path / "a.txt").read_text() == "theirs"


# --- the table of cases


@pytest.mark.parametrize("mark", ["", "\ufeff"])
@pytest.mark.parametrize("separator", [",", ";"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_a_table_is_read_however_a_spreadsheet_saves_it(tmp_path, mark, separator, end):
    text = TABLE.replace("A sea,1,", '"A ""sea"", cold",1.5,').replace(",", separator)
    if separator == ";":
        text = text.replace("1.5", "1,5")
    (tmp_path / "cases.csv").write_bytes((mark + text.replace("\n", end) + end).encode())
    camp, oslo, sea = read_cases(tmp_path / "cases.csv")
    assert camp.codes == {"hurting_stalemate": 3, "track2": 1} and oslo.name == "Oslo 1993"
    assert camp.recorded == {"agreement": "comprehensive", "months": 10, "held_60": "yes"}
    assert sea.codes == {"hurting_stalemate": 1.5} and sea.recorded == {"agreement": "none"}
    assert sea.name == f'A "sea"{separator} cold' and "track2" in sea.missing and len(sea.missing) == 17


def test_names_are_text_and_nan_is_no_number(tmp_path):
    path = tmp_path / "cases.csv"
    path.write_text("case,cbm\n007,1\n1e3,2\n")
    assert [case.name for case in read_cases(path)] == ["007", "1e3"]
    path.write_text("case,cbm\nA,nan\nB,inf\nC,NA\nNA,1_0\n")
    with pytest.raises(ScenarioError) as wrong:
        read_cases(path)
    assert [str(problem).partition(", ")[2] for problem in wrong.value.problems] == [
        "line 3 ('B'), column cbm: found 'inf'; allowed: a number from 0 to 4",
        "line 5 ('NA'), column cbm: found '1_0'; allowed: a number from 0 to 4",
    ]


def test_a_frame_says_the_same_as_its_file(tmp_path):
    (tmp_path / "cases.csv").write_text(TABLE)
    frame = pd.read_csv(tmp_path / "cases.csv")
    assert read_cases(frame) == read_cases(tmp_path / "cases.csv")
    missing = pd.DataFrame({"case": ["A"], "cbm": [pd.NA], "track2": [np.int64(4)], "secrecy": [None], "months": [""]})
    (case,) = read_cases(missing)
    assert case.codes == {"track2": 4} and case.recorded == {}


def test_all_problems_of_a_table_at_once_with_row_and_column(tmp_path):
    path = tmp_path / "cases.csv"
    path.write_text(
        "case,hurting_stalemat,cbm,parties,agreement,months,held_60,cbm\n"
        "Camp David,1,5,2.5,framwork,-1,perhaps,1\n"
        "Camp David,1,x,2,none,,,1\n"
        ",1,2,2,,,,\n"
        "Short,1,2\n"
        "Long,1,2,2,,,,,9\n"
    )
    with pytest.raises(ScenarioError) as wrong:
        read_cases(path)
    told = str(wrong.value).splitlines()
    expected = [
        "column 'hurting_stalemat': unknown column (did you mean 'hurting_stalemate'?)",
        "column cbm: stands there twice; allowed: each column once",
        "line 2 ('Camp David'), column parties: found 2.5; allowed: a whole number from 2 to 27",
        "line 2 ('Camp David'), column agreement: found 'framwork'; allowed: none, ceasefire, framework, comprehensive, or empty"
        " (did you mean 'framework'?)",
        "line 2 ('Camp David'), column months: found -1.0",
        "line 2 ('Camp David'), column held_60: found 'perhaps'; allowed: yes, no, or empty",
        "line 3, column case: 'Camp David' stands in line 2 already; allowed: each case once",
        "line 4, column case: is empty",
        "line 5: has 3 cells; allowed: 8, as many as the head",
        "line 6: has 9 cells",
    ]
    for words in expected:
        assert any(words in line for line in told), (words, told)
    assert len(told) == len(expected)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "is empty"),
        ("\n \n", "is empty"),
        ("case,cbm\n", "has no cases"),
        ("cbm\n1\n", "has no column case"),
        ("case,,cbm\nA,1,2\n", "column 2: has no name"),
        ('case,cbm\n"A,1\n', "line 2: cannot be read"),
        ("case\n" + "x" * 81 + "\n", "1 to 80 printable"),
        ("case\n\x1b[31mred\n", "\\x1b[31mred"),
        ("case,cbm\nA,1\x1b[31m\n", "1\\x1b[31m"),
    ],
)
def test_tables_that_are_none(tmp_path, text, words):
    (tmp_path / "cases.csv").write_text(text)
    with pytest.raises(ScenarioError) as wrong:
        read_cases(tmp_path / "cases.csv")
    assert words in str(wrong.value) and all(line.isprintable() for line in str(wrong.value).splitlines())


def test_very_many_problems_are_counted(tmp_path):
    (tmp_path / "cases.csv").write_text("case,cbm\n" + "".join(f"case {n},9\n" for n in range(130)))
    with pytest.raises(ScenarioError, match="30 more problems are not told") as wrong:
        read_cases(tmp_path / "cases.csv")
    assert len(wrong.value.problems) == 101


# --- predictions


def test_holding_by_hand():
    table = pd.DataFrame(
        {
            "months_to_substantive": [0.0, 40.0, 60.0, 60.0, 61.0, math.nan],
            "months_to_collapse": [math.nan, 59.0, 60.0, math.nan, 1.0, math.nan],
        }
    )
    assert holding(table, horizon=120) == (3, 4)  # 59 fell early; 60 held so long; 61 came too late to be seen
    assert holding(table, horizon=59) == (0, 0)


SHORT = {"run.months": 96, "society.communities": 20}


def test_predictions_are_those_of_the_runs():
    table = pd.DataFrame(
        {"case": ["A", "B"], "track2": [4, None], "fighting_level": [1, 4], "agreement": ["none", None]}
    )
    found = mt.predict_cases(table, runs=40, seed=3, settings=SHORT)
    assert list(found["case"]) == ["A", "B"] and list(found["recorded_agreement"].fillna("")) == ["none", ""]
    for row, given_codes in zip(found.to_dict("records"), ({"track2": 4, "fighting_level": 1}, {"fighting_level": 4})):
        scenario = mt.scenario_from_codes({**given_codes, "start": "talks"}).with_settings(SHORT)
        one = mt.simulate(scenario, runs=40, seed=3)
        two = mt.simulate(scenario.with_settings({"track_two.budget": 0}), runs=40, seed=3)
        assert row["agreed"] == one["agreed"].mean() and row["talks_opened"] == one["talks_opened"].mean()
        assert row["framework"] + row["comprehensive"] == pytest.approx(row["agreed"])
        assert row["months_under_accord"] == pytest.approx(one["months_under_accord"].mean())
        assert row["track_two_agreed"] == pytest.approx(100 * (one["agreed"].mean() - two["agreed"].mean()))
        gap = (one["months_under_accord"] - two["months_under_accord"]).mean()
        assert row["track_two_months_under_accord"] == pytest.approx(gap)
        assert row["agreed_low"] <= row["agreed"] <= row["agreed_high"]
        assert row["track_two_agreed_low"] <= row["track_two_agreed"] <= row["track_two_agreed_high"]
    assert found["missing_codes"].str.count(",").tolist() == [15, 16]
    again = mt.predict_cases(table, runs=40, seed=3, settings=SHORT)
    pd.testing.assert_frame_equal(found, again)
    alone = mt.predict_cases(table[1:], runs=40, seed=3, settings=SHORT)  # a case does not depend on its neighbours
    same = [name for name in found.columns if name != "identity"]
    pd.testing.assert_frame_equal(found[same][1:].reset_index(drop=True), alone[same], check_dtype=False)


def test_what_is_recorded_changes_no_number():
    plain = pd.DataFrame({"case": ["A"], "cbm": [1]})
    told = plain.assign(agreement="comprehensive", months=7, held_60="no")
    one, two = (mt.predict_cases(table, runs=4, seed=1, settings=SHORT) for table in (plain, told))
    rest = [name for name in one.columns if not name.startswith("recorded") and name != "identity"]
    pd.testing.assert_frame_equal(one[rest], two[rest])


def test_a_setting_that_does_not_fit_is_refused_once():
    table = pd.DataFrame({"case": ["A", "B"], "cbm": [1, 2]})
    with pytest.raises(SettingError) as wrong:
        mt.predict_cases(table, runs=2, settings={"track_two.bugdet": 1})
    assert len(wrong.value.problems) == 1 and "track_two.budget" in str(wrong.value)


def test_every_column_says_what_it_is():
    found = mt.predict_cases(pd.DataFrame({"case": ["A"]}), runs=2, settings=SHORT)
    for name in found.columns:
        assert name.removesuffix("_low").removesuffix("_high") in PREDICTION_COLUMNS or name in PREDICTION_COLUMNS
    assert {f"recorded_{name}" for name in RECORDED} <= set(found.columns)


# --- the command


@pytest.fixture
def calls(monkeypatch):
    """A made-up engine that answers at once; the list of what it was asked."""
    asked = []

    def quick(scenario, runs, seed, threads=None, series=False, progress=None):
        asked.append(SimpleNamespace(scenario=scenario, runs=runs, seed=seed, threads=threads))
        for done in range(1, runs + 1):
            if progress:
                progress(done, runs)
        muted = scenario.settings.get("track_two.budget") == 0
        return made_up_ensemble(runs=runs, months=96, seed=seed, agree=0.004 if muted else 0.01)

    monkeypatch.setattr(coded_cases, "run_ensemble", quick)
    monkeypatch.setattr(cache, "is_cold", lambda *last: False)
    return asked


def test_codes_writes_a_row_per_case(tmp_path, calls, capsys):
    (tmp_path / "cases.csv").write_text(TABLE)
    out = tmp_path / "predictions.csv"
    asked = ["codes", str(tmp_path / "cases.csv"), "--runs", "20", "--seed", "5", "--out", str(out), "--threads", "2"]
    assert cli.main([*asked, "--set", "track_two.transfer=0.5"]) == 0
    assert [(c.runs, c.seed, c.threads) for c in calls] == [(20, 5, 2)] * 6
    assert [c.scenario.settings.get("track_two.budget", 1) for c in calls] == [1, 0] * 3
    assert {c.scenario.settings["track_two.transfer"] for c in calls} == {0.5}
    with open(out, encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert [row["case"] for row in rows] == ["Camp David 1978", "Oslo 1993", "A sea"]
    assert rows[0]["recorded_agreement"] == "comprehensive" and rows[2]["recorded_months"] == ""
    assert rows[0]["settings"] == "track_two.transfer=0.5" and rows[0]["runs"] == "20"
    said = capsys.readouterr()
    assert "3 coded cases" in said.out and "history" in said.out
    assert re.search(r"^ A sea\b.*\bno( agreement)? *$", said.out, re.MULTILINE), "words are wrapped, never cut"
    assert "Coded for no case, taken at the middle: power_asymmetry" in said.out
    assert "A sea: not coded, taken at the middle: track2." in said.out
    assert re.search(r"3 cases: 3\d of 120, about \d+ s left", said.err) and "3 cases: 120 of 120" in said.err
    assert sorted(os.listdir(tmp_path)) == ["cases.csv", "predictions.csv"]


def test_the_same_predictions_again_are_fine_and_others_are_refused(tmp_path, calls, capsys):
    (tmp_path / "cases.csv").write_text(TABLE)
    asked = ["codes", tmp_path / "cases.csv", "--runs", "6", "--quiet", "--out", tmp_path / "p.csv"]
    assert cli.main([str(a) for a in asked]) == cli.main([str(a) for a in asked]) == 0
    assert capsys.readouterr() == ("", "")
    before, count = (tmp_path / "p.csv").read_bytes(), len(calls)
    for change in (["--seed", "2"], ["--runs", "7"], ["--set", "track_two.funds=0.1"]):
        (line,) = refused(capsys, *asked, *change)
        assert "exists already and holds another prediction" in line
    (tmp_path / "thesis.txt").write_text("years of work")
    (line,) = refused(capsys, *asked[:-1], tmp_path / "thesis.txt")
    assert "holds something else" in line and (tmp_path / "thesis.txt").read_text() == "years of work"
    assert "is a folder" in refused(capsys, *asked[:-1], tmp_path)[0]
    assert "no folder" in refused(capsys, *asked[:-1], tmp_path / "no" / "p.csv")[0]
    assert len(calls) == count and (tmp_path / "p.csv").read_bytes() == before


def test_an_interrupted_prediction_leaves_nothing(tmp_path, calls, capsys, monkeypatch):
    def stopped(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr(coded_cases, "run_ensemble", stopped)
    (tmp_path / "cases.csv").write_text(TABLE)
    assert cli.main(["codes", str(tmp_path / "cases.csv"), "--out", str(tmp_path / "p.csv")]) == 130
    assert os.listdir(tmp_path) == ["cases.csv"] and "interrupted" in capsys.readouterr().err


def test_a_bad_table_gives_all_its_problems_and_runs_nothing(tmp_path, calls, capsys):
    (tmp_path / "cases.csv").write_text("case,trac2\nA,1\nA,2\n")
    lines = refused(capsys, "codes", tmp_path / "cases.csv", "--out", tmp_path / "p.csv")
    assert len(lines) == 2 and "did you mean 'track2'" in lines[0] and "column case" in lines[1]
    assert "no such file" in refused(capsys, "codes", tmp_path / "case.csv")[0]
    assert not calls and os.listdir(tmp_path) == ["cases.csv"]


def test_nasty_names_go_through(tmp_path, calls, capsys):
    name = "".join(c for c in NASTY if c.isprintable())[:80]
    with open(tmp_path / "cases.csv", "w", encoding="utf-8", newline="") as stream:
        csv.writer(stream).writerows([["case", "cbm"], [name, 1]])
    assert cli.main(["codes", str(tmp_path / "cases.csv"), "--runs", "6", "--out", str(tmp_path / "p.csv")]) == 0
    said = capsys.readouterr()
    assert "\x1b" not in said.out + said.err and "[bold" in said.out
    (row,) = csv.DictReader((tmp_path / "p.csv").read_text("utf-8").splitlines())
    assert row["case"] == "'" + name  # no spreadsheet takes it for a formula


def test_a_prediction_as_text_has_empty_cells_for_what_is_unknown():
    found = mt.predict_cases(pd.DataFrame({"case": ["A"]}), runs=1, settings={"run.months": 12})
    lines = prediction_text(found).splitlines()
    assert len(lines) == 2 and "nan" not in lines[1].lower() and lines[1].startswith("A,,,,")
