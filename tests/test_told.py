"""Sentences about differences: variants exchanged, each turns round; numbers, verdicts and words agree with the row."""

import math
import re

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from multitrack_sim.analysis.run_tables import MAIN_OUTCOMES
from multitrack_sim.analysis.told import EARLY_ON, PHRASES, difference_told, in_variant, pairs_told
from multitrack_sim.analysis.verdicts import CLEAR, IDENTICAL, NO_CLEAR_DIFFERENCE, SUGGESTIVE, TOO_FEW, verdict_of
from multitrack_sim.schema.outcomes import OUTCOMES

VARIANT, BASELINE = "without Track II", "in the baseline"
TURNED = {"more": "fewer", "later": "sooner", "higher": "lower", "+": "\N{MINUS SIGN}"}
TURNED |= {after: before for before, after in TURNED.items()}
DIRECTIONS = "more|fewer|later|sooner|higher|lower"
NUMBER = r"[+\u2212]?\d(?:[\d.,]*\d)?"
# words that the project replaced, in no sentence that people read
REPLACED = (
    r"\b(arms?|accords?|muted|burned|told apart|credible|luck|dice|seed by seed|durable|soundings|works in both)\b"
)


def statistic_of(outcome):
    if outcome == EARLY_ON or OUTCOMES[outcome].binary or OUTCOMES[outcome].values:
        return "share"
    return "restricted mean months" if OUTCOMES[outcome].event else "mean"


@st.composite
def effects(draw):
    """A row of effects that could have come of pairs of runs."""
    outcome = draw(st.sampled_from(sorted({*MAIN_OUTCOMES, *PHRASES})))
    statistic = statistic_of(outcome)
    most = 1.0 if statistic == "share" else draw(st.sampled_from([1.0, 12.0, 300.0]))
    base, arm = (most * draw(st.integers(0, 1000)) / 1000 for _ in range(2))
    low_width, high_width = (most * draw(st.integers(1, 400)) / 1000 for _ in range(2))
    pairs = draw(st.integers(1, 500))
    more = draw(st.integers(0, pairs))
    less = draw(st.integers(0, pairs - more))
    known = draw(st.integers(0, 9)) > 0
    difference = round(arm - base, 9)
    values = OUTCOMES[outcome].values if outcome in OUTCOMES else ()
    return {
        "outcome": outcome, "value": draw(st.sampled_from(values)) if values else "", "statistic": statistic,
        "unit": OUTCOMES[outcome].unit if outcome in OUTCOMES else "0 or 1", "baseline_estimate": base,
        "arm_estimate": arm, "difference": difference, "low": round(difference - low_width, 9) if known else math.nan,
        "high": round(difference + high_width, 9) if known else math.nan, "p_corrected": draw(st.sampled_from([0.001, 0.2])),
        "pairs": pairs, "left_out": draw(st.integers(0, 3)), "only_arm": more, "only_baseline": less,
    }  # fmt: skip


def turned(row):
    """The same effect seen from the other side."""
    return row | {
        "baseline_estimate": row["arm_estimate"], "arm_estimate": row["baseline_estimate"], "difference": -row["difference"],
        "low": -row["high"], "high": -row["low"], "only_arm": row["only_baseline"], "only_baseline": row["only_arm"],
    }  # fmt: skip


def turned_words(told):
    """A sentence with every word of direction, every sign, the ends of its interval and both levels exchanged."""
    told = re.sub(rf"({NUMBER}%?) against ({NUMBER}%?)", r"\2 against \1", told)
    told = re.sub(rf"interval ({NUMBER}) to ({NUMBER})(?![\d.,]*\d| (?:{DIRECTIONS}))", r"interval \2 to \1", told)
    told = re.sub(r"(\S+) (in the baseline), (\S+) (without Track II) \(", r"\3 \2, \1 \4 (", told)
    return re.sub(rf"\b(?:{DIRECTIONS})\b|[+\u2212](?=\d)", lambda sign: TURNED[sign[0]], told)


@settings(max_examples=400, deadline=None)
@given(effects())
def test_variants_exchanged_every_sentence_turns_round(row):
    assume(row["difference"])
    one = difference_told(row, VARIANT, BASELINE, 38, 300)
    other = difference_told(turned(row), VARIANT, BASELINE, 38, 300)
    if verdict_of(row) in (CLEAR, SUGGESTIVE):
        assert one != other and turned_words(one) == other
    if verdict_of(row) in (NO_CLEAR_DIFFERENCE, TOO_FEW):
        levels = re.compile(rf": (\S+) {VARIANT}, (\S+) {BASELINE} \(")
        assert levels.search(one).groups() == levels.search(other).groups()[::-1]
        assert turned_words(levels.sub(" (", one)) == levels.sub(" (", other)
    if verdict_of(row) == IDENTICAL:
        assert one.startswith("Identical") and other.startswith("Identical")
    pairs, exchanged = pairs_told(row, VARIANT, BASELINE), pairs_told(turned(row), BASELINE, VARIANT)
    assert sorted(re.findall(r"\d+", pairs)) == sorted(re.findall(r"\d+", exchanged))


@settings(max_examples=300, deadline=None)
@given(effects())
def test_a_sentence_says_what_its_row_says(row):
    told, said = difference_told(row, VARIANT, BASELINE, 38, 300), verdict_of(row)
    starts = {
        NO_CLEAR_DIFFERENCE: "No clear difference in ",
        IDENTICAL: "Identical in every pair",
        TOO_FEW: "Too few runs",
    }
    assert all(told.startswith(start) == (said == verdict) for verdict, start in starts.items())
    assert told.endswith("p fails Holm's correction for 38 comparisons.") == (said == SUGGESTIVE)
    if said in (CLEAR, SUGGESTIVE):
        more, less = ("more", "later", "higher"), ("fewer", "sooner", "lower")
        words = re.findall(r"\b(more|fewer|later|sooner|higher|lower)\b", told)
        assert words and set(words) <= set(more if row["difference"] > 0 else less)
        (ends,) = re.findall(r"95% interval ([\d.,]+) to ([\d.,]+) ", told)
        low, high = (float(end.replace(",", "")) for end in ends)
        assert 0 < low <= high and told.startswith("Without Track II, ")
    assert not re.search(REPLACED, f"{told} {pairs_told(row, VARIANT, BASELINE)}")
    assert "{" not in told and "nan" not in told and re.search(r"-\d", told) is None and told.endswith(".")


def test_every_main_outcome_has_words():
    assert set(PHRASES) - {EARLY_ON} <= set(OUTCOMES)
    assert set(MAIN_OUTCOMES) - set(PHRASES) == {"ended_by"}
    for name, phrase in PHRASES.items():
        assert phrase.topic and (phrase.did or statistic_of(name) == "mean")


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("no workshops from month 24", "without workshops from month 24"),
        ("without Track II", "without Track II"),
        ("nobody listens", "with \u201cnobody listens\u201d"),
        ("a\x1b[31m", "with \u201ca\\x1b[31m\u201d"),
    ],
)
def test_a_variant_in_a_sentence(name, said):
    assert in_variant(name) == said
