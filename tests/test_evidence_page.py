"""`docs/evidence.md`, the README's headline and the classroom's: what they say follows from numbers, whatever these are."""

import ast
import json
import math
import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from docs.generate import __main__ as command
from docs.generate.evidence import COMMAND, PICTURES
from docs.generate.evidence_parts import IMPOSED, Sources, evidence_page
from docs.generate.pages import stamp
from docs.generate.readme import BEGIN, END, README, block, with_headline
from multitrack_sim.browser.classroom import headline_for_students
from multitrack_sim.engine.sources import model_version
from multitrack_sim.errors import MultitrackError
from multitrack_sim.evidence.beside_record import BesideRecord, beside_record
from multitrack_sim.evidence.packaged_scores import (
    EARLY,
    FILE,
    KEPT,
    _without_cases,
    files_in,
    packaged_figures,
    packaged_scores,
    what_are,
)
from multitrack_sim.evidence.recomputed import recompute
from multitrack_sim.evidence.scored_cases import ScoredCases, scored
from multitrack_sim.evidence.targets import TARGETS
from multitrack_sim.evidence.validation_words import for_machines, outcome_sentences
from multitrack_sim.reports.packaged_headline import packaged_headline
from multitrack_sim.scenario.codebook import CODES

ROOT = Path(__file__).resolve().parents[1]


# --- made-up sources
def made_up_scores(cases=60, seed=2):
    random = np.random.default_rng(seed)
    given = random.uniform(0.05, 0.95, cases)
    happened = (random.random(cases) < given).astype(float)
    rows = {"case": [f"Secret war {k}" for k in range(cases)], "year": np.where(np.arange(cases) % 3, 1995.0, 2008.0),
            "runs": 90, "agreed_runs": 40, "held_runs": 20, "comprehensive": given, "any": given, "held": given,
            **{f"{name}_happened": happened for name in ("comprehensive", "any", "held")},
            **{f"code_{name}": random.integers(0, 5, cases).astype(float) for name in CODES}}  # fmt: skip
    about = {"what": "coded cases scored", "cases": cases, "draws": 30, "runs_of_each_draw": 3, "seed": 1}
    about |= {"settings": {}, "within_months": 120, "months_of_a_run": 240.0, "model": "0" * 16}
    return ScoredCases(pd.DataFrame(rows), scored(pd.DataFrame(rows), []), about, ["A note."])


def made_up_record():
    """The model meets every target but one: T23."""
    found = pd.DataFrame({"model": {t.id: t.value for t in TARGETS.values() if t.measure is not None}, "error": 0.001})
    found.loc["T23", "model"] = 5.0
    about = {
        "population": "reference",
        "conflicts": 800,
        "drawn_conflicts": 800,
        "runs_of_each": 1,
        "months": 300,
        "seed": 7,
    }
    return BesideRecord(beside_record(found), about)


@pytest.fixture(scope="module")
def held():
    """The packaged file's form, through JSON."""
    part = _without_cases(made_up_scores())
    figures = recompute({})[list(KEPT)].head(3)
    figures.loc[0, ["value", "low", "high", "agreement"]] = [0.9, 0.8, 0.95, "outside its interval"]
    scores = {"conflicts": part, EARLY: part, "processes": part}
    return json.loads(
        json.dumps({"scores": scores, "figures": for_machines(figures.to_dict("records")), "model": "0" * 16})
    )


@pytest.fixture(scope="module")
def page(held):
    sources = Sources(
        made_up_record(),
        packaged_scores(held),
        packaged_figures(held),
        ["## Published analyses re-run"],
        packaged_headline(),
    )
    return evidence_page(sources, dict.fromkeys(PICTURES, "What it shows"), COMMAND)


# --- the page
def test_the_page_has_its_parts_in_order_and_says_what_made_it(page):
    heads = re.findall(r"^## (.*)$", page, re.MULTILINE)
    assert heads == [
        "What is matched, and what is not", "Imposed by construction", "Never tried", "From memory", "Calibration",
        "Variants of the rules", "Coded conflicts beside what happened", "Published analyses re-run",
        "The record's figures, computed anew from their owners' files",
        "The headline: Track II over all plausible assumptions", "How to make all of it again",
    ]  # fmt: skip
    assert stamp(page)[:2] == (COMMAND, model_version())
    assert "nan" not in re.sub(r"`[^`]*`", "", page) and "None |" not in page
    for name in PICTURES:
        assert f"](images/{name})" in page


def test_what_is_missed_is_not_among_what_is_matched(page):
    matched = page[page.index("### Matched: patterns that are only predicted") :]
    matched, _, missed = matched.partition("### Not matched: patterns that are only predicted (1)")
    assert "| T23 |" in missed.partition("###")[0] and "| T23 |" not in matched
    assert "### Not matched: patterns that may be fitted (0)" in page
    assert "Missed, of those that nothing was fitted to:** T23" in page


def test_every_pattern_of_the_record_stands_on_the_page(page):
    said = (
        page[: page.index("## Imposed by construction")]
        + page[page.index("## Never tried") : page.index("## From memory")]
    )
    for name in TARGETS:
        assert f"| {name} |" in said or f"- {name}: " in said, name


def test_what_is_from_memory_is_said(page):
    part = page[page.index("## From memory") : page.index("## Calibration")]
    for target in TARGETS.values():
        assert (f"- {target.id}: " in part) == (target.tag == "M"), target.id


def test_every_test_of_what_is_imposed_is_there():
    for name in IMPOSED.values():
        file, test = name.split("::")
        tree = ast.parse((ROOT / file).read_text("utf-8"))
        assert test in {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}, name


def test_base_rates_are_those_of_the_cases_scored(page, held):
    """Of cases begun later the table has the base rate that is known only afterwards, not that of earlier cases."""
    later = next(
        one for one in packaged_scores(held)["conflicts"].outcomes if one.among != "all cases" and one.name == "any"
    )
    (row,) = (line for line in page.splitlines() if line.startswith("| conflicts, begun after 2005 | any agreement"))
    gap = next(rival.difference for rival in later.rivals if rival.name == "base rate of these cases")
    assert f"{gap.value:.3f}".replace("-", "−") in row.split(" | ")[8] and "( to )" not in page


def test_tables_have_as_many_cells_as_heads(page):
    for table in re.findall(r"(?:^\|.*\n)+", page, re.MULTILINE):
        rows = table.splitlines()
        cells = {len(re.findall(r"(?<!\\)\|", row)) for row in rows}
        assert len(cells) == 1, rows[0]


# --- scores that are kept
def test_scores_come_back_as_they_were_and_no_case_is_kept(held):
    found, kept = made_up_scores(), packaged_scores(held)["conflicts"]
    assert "Secret war" not in json.dumps(held)
    assert [outcome_sentences(one) for one in kept.outcomes] == [outcome_sentences(one) for one in found.outcomes]
    for one, other in zip(kept.outcomes, found.outcomes, strict=True):
        pd.testing.assert_frame_equal(one.bins, other.bins, check_dtype=False)
    assert kept.notes == ["A note."]


def test_what_cannot_be_told_comes_back_as_missing():
    rows = made_up_scores(12).table.assign(any_happened=0.0)
    found = ScoredCases(rows, scored(rows, []), {}, [])
    part = json.loads(json.dumps({**_without_cases(found), "about": {}}))
    kept = packaged_scores({"scores": {"conflicts": part}})["conflicts"]
    one = next(one for one in kept.outcomes if one.name == "any")
    assert math.isnan(one.area.value) and math.isnan(one.recalibration.slope) and one.recalibration.why_not


def test_the_packaged_scores_hold_no_row_of_the_owners():
    text, kept = FILE.read_text("utf-8"), packaged_scores()
    assert set(kept) == {"conflicts", EARLY, "processes"}
    assert '"case"' not in text and '"month_zero"' not in text and len(text) < 150_000
    assert kept[EARLY].about["cases"] < kept["conflicts"].about["cases"]
    assert all(what_are(name) for name in kept)
    assert not packaged_figures().empty


def test_a_folder_without_all_files_is_none(tmp_path):
    assert files_in(tmp_path) is None


# --- the README
def test_the_headline_of_the_readme_is_the_packaged_one():
    text = README.read_text("utf-8")
    assert with_headline(text, block()) == text, "run python -m docs.generate"


def test_a_readme_without_marks_is_refused():
    with pytest.raises(MultitrackError, match="has no <!--"):
        with_headline("# A\n", "made")
    assert with_headline(f"a\n{BEGIN}\nold\n{END}\nb", "new") == "a\nnew\nb"


def test_the_block_says_when_the_model_has_changed():
    held = packaged_headline()
    assert "The model has changed since" in " ".join(block({**held, "model": "0" * 16}).split())
    assert "The model has changed since" not in " ".join(block({**held, "model": model_version()}).split())


def test_the_option_of_the_command():
    assert command._record(["evidence", "--record", "there"]) == (["evidence"], ["--record", "there"])
    assert command._record(["odd"]) == (["odd"], [])
    with pytest.raises(MultitrackError, match="--record FOLDER"):
        command._record(["--record"])


# --- the classroom
@pytest.mark.parametrize(
    ("low", "high", "said"),
    [(-0.02, 0.05, "cannot say whether"), (0.01, 0.05, "add agreements"), (-0.05, -0.01, "cost agreements")],
)
def test_students_are_told_what_the_numbers_say(low, high, said):
    one = {
        "effect": (low + high) / 2,
        "low": low,
        "high": high,
        "shares": {"chance": 0.2, "parameters": 0.5, "structure": 0.3},
    }
    found = {"conflicts": 600, "sets": 100, "variants": 8, "months": 120, "outcomes": {"agreed": one}}
    told = headline_for_students({"population": found, "model": model_version()})
    assert said in told[1] and "80%" in told[2] and len(told) == 3
    ends = [f"{abs(100 * end):.1f} {'more' if end > 0 else 'fewer'}" for end in (low, high)]
    assert all(end in told[1] for end in ends)
    certain = {**one, "shares": {"chance": 0.9, "parameters": 0.1, "structure": 0.0}}
    other = headline_for_students({"population": {**found, "outcomes": {"agreed": certain}}, "model": "0" * 16})
    assert "more runs" not in " ".join(other) and other[-1].startswith("The model has changed since")
