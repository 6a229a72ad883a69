"""Cases beside history: every sentence follows from the numbers, and no case has words of its own."""

import importlib.util
import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from multitrack_sim.errors import ScenarioError
from multitrack_sim.evidence.beside_history import (
    Happened,
    Version,
    apart,
    differences,
    finding,
    happened,
    history,
    in_sequence,
    in_short,
    most_reach_one,
    of_the_same_order,
    times_history,
    without_track_two,
)
from multitrack_sim.scenario.load import loads

ROOT = Path(__file__).resolve().parents[1]
SCRIPT = ROOT / "experiments" / "cases_beside_history.py"
FRAMEWORK = Happened("framework", "no", (("framework", 8.0),))
COMPREHENSIVE = Happened("comprehensive", "yes", (("comprehensive", 22.0),))


def version(accords, runs=100, kind="comprehensive", opened=None, collapse=None, name="its file"):
    """A made-up version: the months of the accords, the other runs without one."""
    months = np.full(runs, np.nan)
    months[: len(accords)] = accords
    agreed = ~np.isnan(months)
    opened = agreed if opened is None else np.arange(runs) < opened
    table = pd.DataFrame(
        {
            "seed": np.arange(runs),
            "agreed": agreed.astype(float),
            "highest_agreement": np.where(agreed, kind, "none"),
            "talks_opened": opened.astype(float),
            "back_channels": 0.0,
            "months_to_substantive": months,
            "months_to_comprehensive": months if kind == "comprehensive" else np.full(runs, np.nan),
            "months_to_collapse": np.where(agreed, np.nan if collapse is None else float(collapse), np.nan),
            "months_under_accord": np.where(agreed, 300 - months, 0.0),
        }
    )
    return Version(name, table, 300)


@pytest.mark.parametrize(
    ("record", "words"),
    [
        (Happened(), "not recorded"),
        (Happened("none"), "no agreement"),
        (Happened("framework"), "a partial agreement"),
        (COMPREHENSIVE, "a comprehensive agreement after 22 months, which held for five years"),
        (Happened("ceasefire", "", (("ceasefire", 1.0),)), "a ceasefire after 1 month"),
        (
            Happened("comprehensive", "no", (("ceasefire", 0.0), ("framework", 3.0), ("comprehensive", 9.0))),
            "a partial agreement after 3 months, a comprehensive one after 9 months, which did not hold for five years",
        ),
    ],
)
def test_history_in_words(record, words):
    assert history(record) == words


def test_the_weakest_link_is_named():
    """Three ways to miss a framework, each with its own reason and its own number."""
    seldom_talks = differences(version([30] * 7, kind="framework", opened=20), FRAMEWORK)
    assert (
        "It misses the case (a partial agreement in 7% of the runs), because talks or a back channel open in only 20%"
        in seldom_talks
    )
    no_agreement = differences(version([30] * 9, kind="framework", opened=90), FRAMEWORK)
    assert "because of the runs in which talks or a back channel open, only 10% come to an agreement" in no_agreement
    other_kind = differences(version([30] * 95), FRAMEWORK)
    assert "because only 0% of the runs with an agreement come to that kind and no further" in other_kind
    assert "neither talks nor a back channel" in differences(version([], opened=0), FRAMEWORK)
    assert "none of the 40 runs" in differences(version([], opened=40), FRAMEWORK)


def test_what_agrees_is_said_too():
    good = version(list(range(11, 91)))
    assert finding(good, COMPREHENSIVE) == "as in history"
    told = differences(good, COMPREHENSIVE)
    for words in (
        "From its file the model gives a partial or comprehensive agreement within 300 months in 80% (95% interval 71% to 87%) "
        "of the runs, half of these by month 50; a comprehensive one in 80%, half of these by month 50",
        "As in history, most runs (80%) come to a comprehensive agreement at most, within 300 months",
        "The time fits: four fifths of the model's first agreements come between month 19 and month 82 (history: 22)",
        "by month 22, 12% of all runs have one",
        "As in history, most stand: 100%",
    ):
        assert words in told, told


def test_time_and_holding_may_differ_by_themselves():
    late, fallen = version([60] * 80), version([22] * 80, collapse=10)
    assert finding(late, COMPREHENSIVE) == "differs: time, time of a comprehensive one"
    assert "It comes later than in history" in differences(late, COMPREHENSIVE)
    assert "by month 22, none of all runs have one" in differences(late, COMPREHENSIVE)
    assert finding(fallen, COMPREHENSIVE) == "differs: holding"
    assert "In history it stood, in the model 0%" in differences(fallen, COMPREHENSIVE)
    assert finding(version([4] * 80), COMPREHENSIVE) == "differs: time, time of a comprehensive one"
    assert finding(version([60] * 80, kind="framework"), FRAMEWORK) == "differs: time, holding"


def test_no_agreement_is_compared_with_no_agreement():
    record = Happened("none")
    assert finding(version([50] * 10), record) == "as in history"
    assert finding(version([50] * 80), record) == "differs: agreement"
    assert "because an agreement comes in 80% of the runs where history had none" in differences(
        version([50] * 80), record
    )


def test_what_is_not_recorded_or_not_seen_is_not_compared():
    assert finding(version([50] * 80), Happened()) == "nothing recorded"
    assert finding(version([50] * 80), Happened("comprehensive")) == "as in history"
    assert finding(version([290] * 80), COMPREHENSIVE).startswith("differs: time")  # too late to see whether it holds
    assert "few agreements" in differences(version([22] * 5), COMPREHENSIVE)


def test_file_and_codes_side_by_side():
    one, two = version([50] * 80), version([50] * 40, name="its codes")
    assert apart(one, one)[0] and apart(one, one)[1].startswith("alike (+0 points")
    alike, words = apart(one, two)
    assert not alike and words.startswith("40 points more from its file")
    assert (
        "an agreement within 300 months in 80% (at most comprehensive 80%), half of these by month 50, 100% of them held"
        in in_short(one)
    )
    assert in_short(version([], opened=30)) == "talks or a back channel in 30%, no agreement within 300 months"


def test_track_two_in_a_sentence():
    one, two = version([50] * 80), version([50] * 60)
    assert "+20.0 points" in without_track_two(
        one, two
    ) and "20 runs reach one only with it, 0 only" in without_track_two(one, two)
    assert "the same of the 100 runs" in without_track_two(one, one) and "No run has more" in without_track_two(
        one, one
    )


@pytest.mark.parametrize(
    ("accords", "months", "most", "same_order"),
    [
        ([30] * 80, 30, True, True),
        ([10] * 50, 30, True, True),  # a third
        ([9] * 50, 30, True, False),
        ([90] * 49, 30, False, True),  # three times
        ([91] * 49, 30, False, False),
        ([], 30, False, False),
        ([5] * 60, 0, True, False),
        ([2] * 60, 0, True, True),  # within the month of the opening counts as one month
    ],
)
def test_how_many_reach_one_and_how_far_off_history(accords, months, most, same_order):
    one = version(accords, kind="framework")
    assert most_reach_one(one) == most and of_the_same_order(one.months, months) == same_order
    assert len(one.months_to("framework")) == len(accords) and not len(one.months_to("comprehensive"))


def test_like_is_compared_with_like():
    """A first agreement with history's first, a comprehensive one with its first comprehensive one."""
    record = Happened("comprehensive", "yes", (("framework", 2.0), ("comprehensive", 30.0)))
    one = version([30] * 80)
    assert finding(one, record) == "differs: time"
    one.table["months_to_substantive"] = np.where(one.table["agreed"] > 0, 2.0, np.nan)
    assert finding(one, record) == "as in history"
    assert "four fifths of the model's comprehensive agreements come between month 30 and month 30" in differences(
        one, record
    )
    assert times_history(one.months_to("framework"), record.month("framework")) == 1.0
    assert record.month("ceasefire") == 2.0 and Happened("framework").month("framework") is None


ROWS = """
title = "Sea"
month_zero = "1990-05"
governments = [{ name = "A" }, { name = "B" }]
[record]
agreement = "none"
held_60 = "no"
[sources]
key = "a book"
"""


def test_the_sequence_is_read_from_the_history():
    rows = ROWS
    for date, kind in (("1990-06-30", "framework"), ("1990-08", "ceasefire"), ("1993-11-18", "comprehensive")):
        rows += f'[[history]]\ndate = "{date}"\nwhat = "signed"\nagreement = "{kind}"\nsource = "key"\n'
    found = happened(loads(rows))
    assert found == Happened("comprehensive", "no", (("framework", 1.0), ("ceasefire", 3.0), ("comprehensive", 42.0)))
    assert in_sequence(found, "1990-05").startswith("Agreements: partial in month 1 (Jun 1990), ceasefire in month 3")
    assert happened(loads(ROWS)) == Happened("none", "no") and in_sequence(Happened("none"), "") == ""
    assert happened(loads(ROWS.replace('"none"', '"framework"\nmonths = 7'))).agreements == (("framework", 7.0),)


@pytest.mark.parametrize(("date", "kind"), [("1990", "framework"), ("1990-04-30", "framework"), ("1990-06", "none")])
def test_an_agreement_has_a_month_and_a_kind(date, kind):
    with pytest.raises(ScenarioError, match=r"line \d+, history\[0\]"):
        loads(ROWS + f'[[history]]\ndate = "{date}"\nwhat = "x"\nagreement = "{kind}"\nsource = "key"\n')


def script():
    spec = importlib.util.spec_from_file_location("cases_beside_history", SCRIPT)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_no_case_has_words_of_its_own():
    """Neither the script nor the sentences name a case, a part of its name, or a party."""
    texts = SCRIPT.read_text("utf-8") + (ROOT / "multitrack_sim" / "evidence" / "beside_history.py").read_text("utf-8")
    for path in (ROOT / "scenarios").glob("*.toml"):
        for word in path.stem.split("_"):
            if len(word) > 3 or word.isdigit():
                assert not re.search(rf"\b{word}\b", texts, re.IGNORECASE), word


def test_the_page_from_files(tmp_path, capsys):
    """The real thing, small: two files, one without codes and without a record, a nasty name."""
    rows = '[run]\nmonths = 24\n[society]\ncommunities = 10\n[[governments]]\nname = "A"\n[[governments]]\nname = "B"\n'
    codes = "# codes: hurting_stalemate=3 track2=4\n# codes: parties=2\n"
    (tmp_path / "a.toml").write_text(
        codes + 'title = "A | *sea*"\nmonth_zero = "1990-01"\n' + rows + '[record]\nagreement = "none"\n'
    )
    (tmp_path / "b.toml").write_text('title = "Hills"\n' + rows)
    out = tmp_path / "cases.md"
    script().main(["--runs", "4", "--months", "24", "--seed", "3", "--scenarios", str(tmp_path), "--out", str(out)])
    page = out.read_text("utf-8")
    assert "## A \\| \\*sea\\*" in page and "## Hills" in page and "--seed 3 --months 24" in page
    head, sea, hills = [line for line in page.splitlines() if line.startswith("| ")][:3]
    assert head.count("|") == sea.replace("\\|", "").count("|") == hills.count("|") == 8 and "within 24 months" in sea
    assert "no codes" in hills and "nothing recorded" in hills
    assert "From its codes the model gives" in page and "Month 0 is Jan 1990" in page
    assert "2 of 2: b" in capsys.readouterr().err
