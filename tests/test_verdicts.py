"""One verdict for tables, page, terminal, paragraph, figures and findings; it does not turn with the arms."""

import math
import re

import numpy as np
import pandas as pd
import pytest
from test_page import made_up_comparison

import multitrack_sim.analysis.verdicts as verdicts
from multitrack_sim.analysis.comparison import Comparison
from multitrack_sim.analysis.effects import effects
from multitrack_sim.analysis.summary import paired_difference
from multitrack_sim.analysis.verdicts import ANSWERS, excludes, levels_shown, verdict, verdict_in_words, verdict_of
from multitrack_sim.reports.page import comparison_page
from multitrack_sim.reports.sentences import SHOWN
from multitrack_sim.reports.terminal import effects_table, rarely_agreed_cases


@pytest.mark.parametrize(
    ("low", "high", "p_corrected", "pairs", "differ", "said"),
    [
        (0.01, 0.2, 0.01, 100, 20, "clear"),
        (-0.2, -0.01, 0.01, 100, 20, "clear"),
        (0.01, 0.2, 0.05, 100, 20, "suggestive"),
        (-0.2, -0.01, 0.3, 100, 20, "suggestive"),
        (0.01, 0.2, math.nan, 100, 20, "suggestive"),  # no p, none that passes
        (-0.01, 0.2, 0.3, 100, 20, "no clear difference"),
        (0.0, 0.2, 0.3, 100, 20, "no clear difference"),
        (-0.04, 0.04, 1.0, 100, 0, "identical"),
        (math.nan, math.nan, 1.0, 100, 0, "identical"),  # of numbers without bounds
        (math.nan, math.nan, math.nan, 100, 100, "too few"),
        (0.01, 0.2, 0.001, 5, 5, "too few"),
        (-0.4, 0.4, 1.0, 5, 0, "too few"),
        (math.nan, math.nan, math.nan, 0, 0, "too few"),
    ],
)
def test_verdicts(low, high, p_corrected, pairs, differ, said):
    assert verdict(low, high, p_corrected, pairs, differ) == said
    assert verdict(-high, -low, p_corrected, pairs, differ) == said  # arms exchanged
    assert said in ANSWERS and verdict_in_words(said)


def test_a_ratio_is_measured_against_one():
    assert verdict(1.1, math.inf, 0.01, 100, 20, null=1.0) == "clear"
    assert verdict(0.9, 1.1, 0.3, 100, 20, null=1.0) == "no clear difference"
    assert excludes(pd.Series([0.1, -0.1, np.nan]), pd.Series([0.2, 0.1, np.nan])).tolist() == [True, False, False]


def verdict_told(sentence):
    """The verdict that a sentence gives: a clear difference is told without one."""
    starts = {"No clear difference": "no clear difference", "Identical": "identical", "Too few": "too few"}
    found = [said for start, said in starts.items() if sentence.startswith(start)]
    return found[0] if found else "suggestive" if " Suggestive: " in sentence else "clear"


def text_of(renderable):
    from rich.console import Console

    console = Console(width=200)
    with console.capture() as captured:
        console.print(renderable)
    return captured.get()


def test_twelve_against_four_of_a_hundred_is_said_the_same_everywhere():
    """What began it: the figure said no, the page yes. Tango's interval is +0.2 to +16.6 points, p = 4.55%."""
    baseline = pd.DataFrame({"seed": range(100), "agreed": [0.0] * 12 + [1.0] * 4 + [0.0] * 84})
    arm = pd.DataFrame({"seed": range(100), "agreed": [1.0] * 12 + [0.0] * 4 + [0.0] * 84})
    for one, other, sign in ((baseline, arm, 1), (arm, baseline, -1)):
        share, ratio = effects(one, {"x": other}, ["agreed"]).to_dict("records")
        assert verdict_of(share) == verdict_of(ratio) == "clear"
        assert sorted(abs(share[end]) for end in ("low", "high")) == pytest.approx([0.0018, 0.1656], abs=1e-4)
        assert math.copysign(1, share["difference"]) == sign
        pair = paired_difference(other, one, "agreed")
        assert (pair.low, pair.high, pair.p, pair.verdict) == (share["low"], share["high"], share["p"], "clear")
        corrected = {**share, "p_corrected": 38 * share["p"]}
        assert verdict_of(corrected) == "suggestive"


def test_page_terminal_and_findings_agree():
    comparison = made_up_comparison(runs=200, agree=0.02)
    (arm,) = list(comparison.arms)[1:]
    found = comparison.effects()
    page = comparison_page(comparison, comparison.ensembles, {})
    terminal = text_of(effects_table(found, arm, comparison.baseline))
    said = {row["outcome"]: verdict_of(row) for row in found.to_dict("records") if row["statistic"] in SHOWN}
    assert len(set(said.values())) > 1
    for outcome in ("agreed", "months_under_accord"):
        assert verdict_told(comparison.finding(arm, outcome)) == said[outcome]
        line = next(line for line in terminal.splitlines() if line.strip().startswith(outcome))
        assert line.split()[-1] == ANSWERS[said[outcome]]
        cell = re.search(rf'data-outcome="{outcome}".*?class="clear">([^<]*)<', page, re.S)
        assert cell and cell[1] == ANSWERS[said[outcome]]


def test_exchanged_arms_say_the_same_with_the_other_sign():
    comparison = made_up_comparison(runs=200, agree=0.02)
    base, arm = comparison.arms
    turned = Comparison(
        comparison.scenario,
        {name: comparison.arms[name] for name in (arm, base)},
        {arm: {}, base: comparison.changes[arm]},
        {name: comparison.ensembles[name] for name in (arm, base)},
        comparison.runs,
        1,
    )
    one, other = comparison.effects(), turned.effects()
    assert [verdict_of(row) for row in one.to_dict("records")] == [verdict_of(row) for row in other.to_dict("records")]
    differences = one["statistic"] != "ratio"
    for here, there in (("difference", "difference"), ("low", "high"), ("high", "low")):
        assert one[here][differences].tolist() == pytest.approx((-other[there][differences]).tolist(), nan_ok=True)
    for outcome in ("agreed", "months_under_accord", "attacks", "mean_trust"):
        told = [c.finding(list(c.arms)[1], outcome) for c in (comparison, turned)]
        assert len(set(map(verdict_told, told))) == 1


def test_nobody_else_decides():
    """No other file of the package compares an end of an interval, or a corrected p, with a number."""
    from pathlib import Path

    package = Path(verdicts.__file__).parents[1]
    deciding = re.compile(
        r"\b(low|high)\b[\w\"'\]\)]*\s*(<=?|>=?)\s*0\b|\b0\s*(<=?|>=?)\s*\S*\b(low|high)\b|p_corrected\"?\]?\s*<"
    )
    found = {
        f"{path.name}: {line.strip()}"
        for folder in ("analysis", "reports")
        for path in (package / folder).rglob("*.py")
        for line in path.read_text("utf-8").splitlines()
        if deciding.search(line) and path.name != "verdicts.py"
    }
    assert {one for one in found if "stands" not in one and "low_b > 0" not in one} == set()


@pytest.mark.parametrize(
    ("one", "other", "share", "told"),
    [
        (0.98, 0.985, True, ["98.0%", "98.5%"]),
        (0.98, 0.9804, True, ["98.00%", "98.04%"]),  # of 10,000 runs
        (0.0, 0.0004, True, ["0.00%", "0.04%"]),
        (1.0, 0.9996, True, ["100.00%", "99.96%"]),
        (0.3, 0.3, True, ["30.0%", "30.0%"]),
        (246.2, 246.4, False, ["246.2", "246.4"]),
        (0.5660, 0.5647, False, ["0.566", "0.565"]),  # not 0.57 and 0.56: their difference is 0.0013
        (12.0, 9.0, False, ["12", "9"]),
        (math.nan, 0.5, True, ["unknown", "50.0%"]),
    ],
)
def test_levels_that_differ_read_as_different_as_they_are(one, other, share, told):
    assert levels_shown(one, other, share) == told and levels_shown(other, one, share) == told[::-1]


@pytest.mark.parametrize("share", [True, False])
def test_no_two_levels_read_alike_that_differ(share):
    rng = np.random.default_rng(1)
    for one, gap in zip(rng.random(300), 10.0 ** rng.uniform(-5, -1, 300)):
        scale = 1.0 if share else 300.0
        read = [
            float(text.rstrip("%")) / (100 if share else 1)
            for text in levels_shown(scale * one, scale * one + gap, share)
        ]
        assert read[1] - read[0] == pytest.approx(gap, rel=0.26, abs=1e-8)


def test_coded_cases_in_which_nearly_no_run_agrees_are_named_first():
    cases = pd.DataFrame({"case": ["Sea", "Hills", "Plain"], "agreed": [0.0, 0.049, 0.05]})
    told = rarely_agreed_cases(cases, 120)
    assert told.endswith("within 120 months (10 years) in 2 of 3 cases: Sea (0%), Hills (5%).") and "\n" not in told
    assert rarely_agreed_cases(cases[cases["agreed"] >= 0.05], 120) == ""
