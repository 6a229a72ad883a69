"""Tables of cases as people have them, and cells that no spreadsheet takes for a formula."""

import csv
import io

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from multitrack_sim.errors import ScenarioError
from multitrack_sim.running.csv_text import csv_text
from multitrack_sim.running.parquet import write_effects
from multitrack_sim.scenario.code_files import read_cases
from multitrack_sim.scenario.separated import as_name, as_text

# What is written -> the name, the codes and what is recorded of its cases.
SAME = ("Oslo", {"cbm": 1.5, "track2": 2}, {"agreement": "none", "held_60": "no"})
GOOD = {
    "commas": ("case,cbm,track2,agreement,held_60\nOslo,1.5,2,none,no\n", [SAME]),
    "semicolons, decimal commas": ("case;cbm;track2;agreement;held_60\nOslo;1,5;2;none;no\n", [SAME]),
    "semicolons, decimal points": ("case;cbm;track2;agreement;held_60\nOslo;1.5;2;none;no\n", [SAME]),
    "tabs": ("case\tcbm\ttrack2\tagreement\theld_60\nOslo\t1.5\t2\tnone\tno\n", [SAME]),
    "tabs, decimal commas": ("case\tcbm\ttrack2\tagreement\theld_60\nOslo\t1,5\t2\tnone\tno\n", [SAME]),
    "quoted commas": ('"case","cbm","track2","agreement","held_60"\n"Oslo","1,5","2","none","no"\n', [SAME]),
    "carriage returns only": ("case,cbm,track2,agreement,held_60\rOslo,1.5,2,none,no\r", [SAME]),
    "both line ends": ("case,cbm,track2,agreement,held_60\r\nOslo,1.5,2,none,no\r\n", [SAME]),
    "a line that names the separator": ("sep=;\ncase;cbm;track2;agreement;held_60\nOslo;1,5;2;none;no\n", [SAME]),
    "capitals and blanks": ("Case , CBM,Track 2,Agreement,Held 60\n Oslo , 1.5 ,2, None ,NO\n", [SAME]),
    "points in names, as R makes them": ("case,cbm,track.2,agreement,held.60\nOslo,1.5,2,none,FALSE\n", [SAME]),
    "nameless columns at the end": ("case,cbm,track2,agreement,held_60,,\nOslo,1.5,2,none,0,,\n", [SAME]),
    "empty cells beyond the head": ("case,cbm,track2,agreement,held_60\nOslo,1.5,2,none,0,,,\n", [SAME]),
    "empty rows at the end": ("case,cbm,track2,agreement,held_60\nOslo,1.5,2,none,f\n,,,,\n\n,,,,\n", [SAME]),
    "row numbers of R": ('"","case","cbm","track2","agreement","held_60"\n"1","Oslo",1.5,2,"none","no"\n', [SAME]),
    "row names of R": ('"","cbm","track2","agreement","held_60"\n"Oslo",1.5,2,"none","no"\n', [SAME]),
    "row names of R, without a head": ("case,cbm,track2,agreement,held_60\n1,Oslo,1.5,2,none,no\n", [SAME]),
    "an index of pandas": ("Unnamed: 0,case,cbm,track2,agreement,held_60\n0,Oslo,1.5,2,none,0.0\n", [SAME]),
    "a nameless column in the middle": ("case,,cbm,track2,agreement,held_60\nOslo,,1.5,2,none,no\n", [SAME]),
    "what stands for missing": (
        "case,cbm,track2,track3,secrecy,spoilers,guarantee,agreement,months,held_60\n"
        "A,NA,N/A,n/a,,-,NaN,NA,nan,null\nNA,.5,2.,#N/A,.,–,NULL,,12.0,TRUE\n",
        [("A", {}, {}), ("NA", {"cbm": 0.5, "track2": 2}, {"months": 12, "held_60": "yes"})],
    ),
    "yes and no": (
        "case,held_60\n0,Yes\n1,FALSE\n007,1\n1993,0\n",
        [("0", {}, {"held_60": "yes"}), ("1", {}, {"held_60": "no"}), ("007", {}, {"held_60": "yes"})]
        + [("1993", {}, {"held_60": "no"})],
    ),
    "names made safe": ("case,cbm\n'=1+1,1\n'quoted',2\n", [("=1+1", {"cbm": 1}, {}), ("'quoted'", {"cbm": 2}, {})]),
}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("kind", GOOD)
def test_a_table_is_read_as_it_is_meant(tmp_path, kind, encoding):
    text, expected = GOOD[kind]
    (tmp_path / "cases.csv").write_bytes(text.encode(encoding))
    assert [(one.name, one.codes, one.recorded) for one in read_cases(tmp_path / "cases.csv")] == expected


# What cannot be understood, and where it is said to stand.
BAD = {
    "a thousand or 1.234": ('case,months\nA,"1,234"\n', ["line 2 ('A'), column months: found '1,234'"]),
    "digits parted": ("case,months\nA,1_0\n", ["line 2 ('A'), column months: found '1_0'"]),
    "other digits": ("case,cbm\nA,\u0661\n", ["line 2 ('A'), column cbm: found '\u0661'"]),
    "yes in a language of its own": (
        "case,held_60\nA,ja\n",
        ["column held_60: found 'ja'; allowed: yes, no, or empty"],
    ),
    "the same name": ("case,cbm\n0,1\n 0,2\n", ["line 3, column case: '0' stands in line 2 already"]),
    "no name": ("case,cbm\n,1\n", ["line 2, column case: is empty"]),
    "the same column": ("case,CBM,cbm\nA,1,2\n", ["column cbm: stands there twice"]),
    "a nameless column that holds something": ("case,,cbm\nA,x,1\n", ["column 2: has no name"]),
    "two things at once": (
        "case;cbm;parties\nA;1,2,3;2,5\n",
        ["column cbm: found '1,2,3'", "column parties: found 2.5"],
    ),
    "lines are counted as they are": ("sep=;\ncase;cbm\nA;9\n", ["line 3 ('A'), column cbm: found 9.0"]),
    "Latin-1": ("case,cbm\nCôte,1\n".encode("latin-1"), ["line 2: is not UTF-8 text (byte 0xf4)", "saved as UTF-8"]),
    "UTF-16 without a mark": ("case,cbm\nA,1\n".encode("utf-16-le"), ["binary file", "it may be UTF-16"]),
    "UTF-32": ("case,cbm\nA,1\n".encode("utf-32"), ["binary file"]),
    "half of UTF-16": ("case\nA".encode("utf-16")[:-1], ["damaged UTF-16"]),
    "too many": ("case\n" + "".join(f"{n}\n" for n in range(5001)), ["more than 5,000 cases; allowed: up to 5,000"]),
    "too large": ("case\n" + " " * 10_000_001, ["is too large; allowed: up to 10,000,000 bytes"]),
    "columns without end": (
        "case" + ",x" * 200_000 + "\nA" + ",1" * 200_000,
        ["unknown column", "problems are not told"],
    ),
}


@pytest.mark.parametrize("kind", BAD)
def test_what_cannot_be_understood_is_refused_with_its_place(tmp_path, kind):
    text, expected = BAD[kind]
    (tmp_path / "cases.csv").write_bytes(text if isinstance(text, bytes) else text.encode())
    with pytest.raises(ScenarioError) as wrong:
        read_cases(tmp_path / "cases.csv")
    assert len(wrong.value.problems) <= 101
    for words in expected:
        assert words in str(wrong.value)


def test_a_frame_is_read_as_it_is_meant():
    frame = pd.DataFrame(
        {
            "Unnamed: 0": [0, 1, 2, 3],
            "case": [0, 1993.0, "A", None],
            "Hurting stalemate": ["NA", 1, np.float64(2), None],
            "held_60": [True, np.bool_(False), 1.0, None],
            "months": ["12,5", np.int64(3), "-", np.nan],
        }
    )
    with pytest.raises(ScenarioError, match="row 4, column case: is empty"):
        read_cases(frame)
    zero, year, letter = read_cases(frame[:3])
    assert (zero.name, zero.codes, zero.recorded) == ("0", {}, {"months": 12.5, "held_60": "yes"})
    assert (year.name, year.codes, year.recorded) == ("1993", {"hurting_stalemate": 1}, {"months": 3, "held_60": "no"})
    assert (letter.name, letter.codes, letter.recorded) == ("A", {"hurting_stalemate": 2}, {"held_60": "yes"})


def test_thousands_of_rows_are_read(tmp_path):
    (tmp_path / "cases.csv").write_text("case,cbm,months\n" + "".join(f"case {n},1.5,{n}\n" for n in range(5000)))
    cases = read_cases(tmp_path / "cases.csv")
    assert len(cases) == 5000 and cases[-1].recorded == {"months": 4999}


# --- cells of ours

FORMULAS = [
    "=1+1",
    "+1",
    "-1",
    "@a",
    "\t=1",
    "\r=1",
    " =1",
    '"=1',
    "'=1",
    "''=1",
    "\uff1d1",
    "\u00a0=1",
    "a;=1",
    'a;" =1',
    "a\n=1",
]
HARMLESS = ["Oslo 1993", "Sea - land", "a=b", "'quoted'", "O'Brien", "x; y", "a, -5", ""]


def begins_a_formula(text):
    """Whether a spreadsheet computes something, wherever it takes a cell to begin."""
    for sign in ";\t\r\n":
        text = text.replace(sign, "\0")
    return any(cell.strip(' "\u00a0')[:1] in tuple("=+-@\uff1d\uff0b\uff0d\uff20") for cell in text.split("\0"))


@pytest.mark.parametrize("text", FORMULAS)
def test_no_cell_is_a_formula(text):
    assert not begins_a_formula(as_text(text)) and as_name(as_text(text)) == text != as_text(text)


@pytest.mark.parametrize("text", HARMLESS)
def test_what_is_no_formula_stays_as_it_is(text):
    assert as_text(text) == text == as_name(text)


@given(st.text(st.sampled_from("=+-@\t\r\n \"';,a\u00a0\uff1d"), max_size=12))
def test_every_text_comes_back_and_none_is_a_formula(text):
    assert as_name(as_text(text)) == text and not begins_a_formula(as_text(text))
    table = pd.DataFrame({"arm": [text, "next"], "value": [-0.1, None], "count": [-3, 4]})
    rows = list(csv.reader(io.StringIO(csv_text(table), newline="")))
    assert rows[0] == ["arm", "value", "count"] and [len(row) for row in rows[1:]] == [3, 3]
    assert as_name(rows[1][0]) == text and rows[1][1:] == ["-0.1", "-3"] and rows[2][1:] == ["", "4"]


def test_effects_are_written_safely(tmp_path):
    effects = pd.DataFrame({"arm": FORMULAS, "difference": np.linspace(-1, 1, len(FORMULAS)) / 3})
    write_effects(effects, tmp_path / "effects.csv", tmp_path / "effects.parquet")
    with open(tmp_path / "effects.csv", encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert [as_name(row["arm"]) for row in rows] == FORMULAS
    assert [float(row["difference"]) for row in rows] == effects["difference"].tolist()
    assert pd.read_parquet(tmp_path / "effects.parquet")["arm"].tolist() == FORMULAS
