"""The page: its numbers are those of the tables, strangers' names stay names, and it is fit to be read anywhere."""

import dataclasses
import re

import pandas as pd
import pytest
from report_numbers import Reader, Tables, check_numbers
from synthetic import NASTY, made_up_ensemble

import multitrack_sim as mt
from multitrack_sim.analysis.comparison import Comparison
from multitrack_sim.analysis.verdicts import ANSWERS, verdict_of
from multitrack_sim.designs.arms import BASELINE
from multitrack_sim.reports.page import More, comparison_page, handout_page
from multitrack_sim.reports.report_answer import answers, plain_text
from multitrack_sim.reports.report_facts import Facts
from multitrack_sim.reports.report_policy import TryIt
from multitrack_sim.reports.sentences import (
    SHOWN,
    comparison_paragraph,
    findings,
    findings_in_markdown,
    rarely_agreed_in,
)
from multitrack_sim.reports.terminal import arms_table, effects_table
from multitrack_sim.running.ensemble import Ensemble
from multitrack_sim.schema.outcomes import OUTCOMES

ABOUT = {"Scenario": "somewhere.toml", "Runs of each variant": "60", "Made": "2026-01-01T00:00:00+00:00"}
ESTIMATES = ("baseline_estimate", "arm_estimate", "difference", "low", "high")


def made_up_comparison(names=(BASELINE, "no Track II"), runs=60, months=120, agree=0.012, title="A conflict"):
    """Arms with fewer and fewer agreements."""
    scenario = mt.scenario_from_codes({}).with_settings({"run.months": months})
    scenario = dataclasses.replace(scenario, title=title, month_zero="1996-06")
    ensembles, changes = {}, {}
    for at, name in enumerate(names):
        made = made_up_ensemble(runs=runs, months=months, agree=agree * 0.8**at)
        ensembles[name] = Ensemble(scenario, made.table, made.series)
        shift = {"month": 6, "shift": "cbm.budget", "by": 1.0, "why": name}
        changes[name] = {"track_two.budget": 0.0, "interventions": [shift]} if at else {}
    table = pd.concat([one.table.assign(arm=name) for name, one in ensembles.items()])
    return Comparison(scenario, dict.fromkeys(names, scenario), changes, ensembles, table, seed=1)


def page_of(comparison, about=ABOUT, command="multitrack compare somewhere.toml"):
    return comparison_page(comparison, comparison.ensembles, about, command)


@pytest.fixture(scope="module")
def comparison():
    return made_up_comparison((BASELINE, "no Track II", "more CBMs"))


@pytest.fixture(scope="module")
def page(comparison):
    return page_of(comparison)


def read_number(text):
    """A number as people read it: with commas, and a true minus."""
    return float(text.replace(",", "").replace("\N{MINUS SIGN}", "-"))


def test_the_numbers_of_the_page_are_those_of_the_effects(comparison, page):
    read = Reader(page)
    effects = comparison.effects()
    shown = effects[effects["statistic"].isin(SHOWN)]
    names = list(comparison.arms)
    expected = {}
    for row in shown.to_dict("records"):
        for name in ESTIMATES:
            if not pd.isna(row[name]):
                expected[names.index(row["arm"]), row["outcome"], row["value"], name] = row[name]
    assert {key: value for key, (value, _) in read.cells.items()} == expected  # every digit
    share = {name for name, outcome in OUTCOMES.items() if outcome.binary or outcome.values}
    for (_, outcome, _, _), (value, text) in read.cells.items():
        digits = len(text.rstrip("%").partition(".")[2])
        told = read_number(text.rstrip("%"))
        assert abs(told - value * (100 if outcome in share else 1)) <= 0.5001 * 10**-digits  # what people read
    for row in shown.to_dict("records"):
        assert read.words[names.index(row["arm"]), row["outcome"], row["value"]] == ANSWERS[verdict_of(row)]


def test_every_number_of_the_prose_is_that_of_the_tables(comparison, page):
    assert check_numbers(Reader(page), Tables(comparison)) > 150


def test_numbers_of_other_comparisons_are_those_of_the_tables():
    """Few runs, no agreement, many arms, one arm, runs that are all alike: other sentences, the same rule."""
    names = (BASELINE, *(f"arm {k}" for k in range(8)))
    for made in (
        made_up_comparison(runs=7, months=24, agree=0.0),
        made_up_comparison(runs=400, agree=0.02),
        made_up_comparison(runs=400, agree=0.9),
        made_up_comparison(names, runs=40),
    ):
        assert check_numbers(Reader(page_of(made)), Tables(made)) > 40
        assert check_numbers(Reader(handout_page(made, ABOUT)), Tables(made)) > 8


def test_a_number_that_is_not_so_is_found(comparison, page):
    """The check of numbers can fail: a digit changed, a value changed, a number without an origin."""
    tables = Tables(comparison)
    told = re.search(r'<data value="([^"]+)" data-of="effect:1:months_under_accord::mean:difference">([^<]+)<', page)
    for wrong in (
        page.replace(told[0], told[0].replace(f">{told[2]}<", f">9{told[2].lstrip('−+')}<")),
        page.replace(told[0], told[0].replace(told[1], str(2 * float(told[1])))),
        page.replace("</h1>", " in 7 runs</h1>"),
    ):
        assert wrong != page
        with pytest.raises(AssertionError):
            check_numbers(Reader(wrong), tables)


def test_the_first_screen_answers(comparison, page):
    """Title, question, answer, what it depends on, how sure, a picture: before anything else, in this order."""
    facts = Facts(comparison)
    text = " ".join(Reader(page).every("main")[0]["text"].split())
    first = text[: text.index("What was compared")]
    wanted = [
        "The model’s answer",
        "runs of the baseline, about",
        "Bars: 95% intervals",
        "Depends on.",
        "How sure?",
        "pairs of runs: in",
    ]
    places = [first.index(words) for words in wanted]
    assert places == sorted(places)
    for name, told in answers(facts):
        assert " ".join(f"{plain_text(name)}. {plain_text(told)}".split()) in first
    title = Reader(page).every("h1")[0]["text"]
    assert title.startswith("A conflict: in the model, ")
    longest = max(len(one.split()) for one in re.split(r"[.;:] ", first))
    assert longest <= 45, longest  # words of a sentence, numbers and intervals included


def test_title_and_answer_turn_with_the_arms():
    """Arms exchanged, what was fewer is more: in the title, the answer and the ranking."""
    made = made_up_comparison(runs=400, agree=0.02)
    base, arm = made.arms
    turned = dataclasses.replace(
        made,
        arms={name: made.arms[name] for name in (arm, base)},
        changes={arm: {}, base: made.changes[arm]},
        ensembles={name: made.ensembles[name] for name in (arm, base)},
    )
    one, other = (Reader(page_of(each)).every("h1")[0]["text"] for each in (made, turned))
    assert "fewer" in one or "later" in one or "shorter" in one
    assert "more" in other or "sooner" in other or "longer" in other


def test_a_reader_finds_the_parts_in_order(page):
    read = Reader(page)
    assert len(read.every("h1")) == 1
    ids = [one.get("id") for one in read.every("h2")]
    assert ids == [
        "answer", "compared", "ranked", "sequence", "when", "violence", "way", "runs", "change", "doubt", "coded",
        "evidence", "effects", "glossary", "provenance",
    ]  # fmt: skip
    links = [one["href"].removeprefix("#") for one in read.every("a")]
    assert set(links) <= set(ids) and set(ids) - set(links) <= {"answer"}
    levels = [int(one["tag"][1]) for one in read.every("h1", "h2", "h3", "h4")]
    assert all(after - before <= 1 for before, after in zip(levels, levels[1:]))
    assert read.every("html")[0]["lang"] == "en" and len(read.every("main")) == 1
    text = " ".join(read.every("body")[0]["text"].split())
    for words in ("track_two.budget: 0", "in month 6: shift cbm.budget, by 1", "2026-01-01", "no forecast",
                  "multitrack compare somewhere.toml", "same random numbers"):  # fmt: skip
        assert words in text
    outside = re.sub(r"<(code|pre)[^>]*>.*?</\1>|<svg.*?</svg>|<[^>]*>", "", page[page.index("<body") :], flags=re.S)
    names = set(re.findall(r"\b[a-z]+_[a-z_]+\b", outside)) - {"multitrack_sim"}
    own = set(
        re.findall(r"\b[a-z]+_[a-z_]+\b", " ".join(one["text"] for one in read.elements if one.get("class") == "own"))
    )
    assert names <= own  # no names of variables in prose


def test_what_is_said_of_evidence_fits_the_case():
    """Known end: coded with hindsight. A conflict of today, or an invented one: not that sentence."""
    made = made_up_comparison()
    record = mt.load("northern_ireland_1998").record
    cases = {
        "knew how it went on": dataclasses.replace(made.scenario, record=record),
        "No outcome is recorded": dataclasses.replace(made.scenario, month_zero="2024-01"),
        "no date and no record": dataclasses.replace(made.scenario, month_zero=""),
    }
    for words, scenario in cases.items():
        one = dataclasses.replace(made, scenario=scenario)
        text = Reader(page_of(one)).every("main")[0]["text"]
        assert [other for other in cases if other in text] == [words]
        assert check_numbers(Reader(page_of(one)), Tables(one))


def test_every_doubt_is_that_of_the_case_or_of_the_population():
    """One of the ten as it is: its own. Any other scenario, a changed case among them: the population's, and that is said."""
    made, oslo = made_up_comparison(), mt.load("oslo_1993")
    for scenario, own in ((oslo, True), (oslo.with_settings({"track_two.budget": 2.0}), False), (made.scenario, False)):
        one = dataclasses.replace(made, scenario=scenario)
        read = Reader(page_of(one))
        origins = {n["data-of"].split(":")[1] for n in read.numbers if n["data-of"].startswith("headline:")}
        assert origins == {"oslo_1993" if own else "population"}
        assert check_numbers(read, Tables(one))
        text = " ".join(read.every("main")[0]["text"].split())
        assert ("numbers of this very case" in text) == own
        assert ("reference population of armed conflicts" in text) == (not own)
        assert "no result of the runs above" in text


def test_those_who_cannot_see_are_told_the_same(page):
    read = Reader(page)
    assert all(one.get("scope") in ("col", "row", "rowgroup") for one in read.every("th"))
    ids = [one["id"] for one in read.elements if "id" in one]
    assert len(ids) == len(set(ids))
    figures = read.every("svg")
    assert len(figures) == 1 + 1 + 1 + 2 + 1 + 3 + 2  # months, agreements, kinds, dots, when, phases, violence
    for figure in figures:
        assert figure["role"] == "img"
        title, told = (
            next(one for one in read.elements if one.get("id") == id) for id in figure["aria-labelledby"].split()
        )
        assert (title["tag"], told["tag"]) == ("title", "desc") and title["text"] and len(told["text"]) > 60
    for scrolls in (one for one in read.elements if one.get("class") == "scroll"):
        assert scrolls["tabindex"] == "0" and (scrolls.get("aria-label") or scrolls["aria-labelledby"] in ids)
    for element in read.elements:
        for name, value in element.items():
            for target in re.findall(r"url\(#([^)]+)\)", value or "") + (
                [value[1:]] if name == "href" and value[:1] == "#" else []
            ):
                assert target in ids


def test_nothing_comes_from_elsewhere_and_nothing_runs(page):
    assert not re.search(r"https?:(?!//www.w3.org/2000/svg)|@import|<script|javascript:|\s(on\w+|style)=", page)
    assert {one["href"] for one in Reader(page).every("link")} == {"data:,"}
    assert "default-src &#39;none&#39;" in page and "unsafe" not in page
    assert "nan" not in Reader(page).every("body")[0]["text"]
    assert len(page.encode()) < 1_000_000


def test_the_same_runs_give_the_same_bytes(page):
    again = page_of(made_up_comparison((BASELINE, "no Track II", "more CBMs")))
    assert again == page
    later = page_of(made_up_comparison((BASELINE, "no Track II", "more CBMs")), {**ABOUT, "Made": "later"})
    assert later == page.replace(ABOUT["Made"], "later")


def test_hostile_names_stay_names():
    comparison = made_up_comparison((BASELINE, NASTY), title=NASTY)
    page = page_of(comparison, {"Scenario": NASTY}, f"multitrack compare {NASTY}")
    read = Reader(page)
    assert not read.every("script") and "\x1b" not in page and "\u202e" not in page and "\0" not in page
    assert "alert(1)" in read.every("h1")[0]["text"] and "{{7*7}}" in read.every("h1")[0]["text"]
    assert "alert(1)" in read.every("title")[0]["text"]
    assert "alert(1)" in handout_page(comparison, {"Scenario": NASTY}) and check_numbers(read, Tables(comparison))
    told = findings_in_markdown(comparison)
    assert "<script" not in told.replace("\\<", "") and "\x1b" not in told


def test_hostile_names_in_a_terminal(capsys):
    from rich.console import Console

    comparison = made_up_comparison((BASELINE, NASTY), title=NASTY)
    console = Console(width=80)
    console.print(arms_table(comparison))
    console.print(effects_table(comparison.effects(), NASTY, BASELINE))
    said = capsys.readouterr().out
    assert "\x1b" not in said and "\u202e" not in said and "[bold red]" in said.replace("\n", "")
    assert all("\x1b" not in told for told in findings(comparison))


@pytest.mark.parametrize(("runs", "agree"), [(1, 0.0), (2, 0.012), (7, 0.0)])
def test_few_runs_and_no_agreement(runs, agree):
    page = page_of(made_up_comparison(runs=runs, months=24, agree=agree))
    text = Reader(page).every("body")[0]["text"]
    assert "nan" not in text and "inf " not in text
    assert "unknown" in text or runs > 1


RARE = "Nearly no run reaches an agreement, partial or comprehensive, within 120 months (10 years)"


@pytest.mark.parametrize(
    ("agree", "other", "told"),
    [
        (0.0, 0.0, f"{RARE}: 0 of 100 runs in the baseline (0%, 95% interval 0% to 4%); 0 of 100 runs with"),
        (0.0, 0.5, f"{RARE} in 1 of 2 variants: 0 of 100 runs in the baseline"),
        (0.5, 0.0, f"{RARE} in 1 of 2 variants: 0 of 100 runs with \u201cother\u201d"),
        (0.04, 0.06, f"{RARE} in 1 of 2 variants: 4 of 100 runs in the baseline"),
        (0.05, 0.05, ""),
    ],
)
def test_where_nearly_no_run_agrees_that_is_said_first(agree, other, told):
    comparison = made_up_comparison((BASELINE, "other"), runs=100)
    for name, share in zip(comparison.arms, (agree, other)):
        comparison.table(name)["agreed"] = [1.0] * round(100 * share) + [0.0] * (100 - round(100 * share))
    assert rarely_agreed_in(comparison).startswith(told) and bool(rarely_agreed_in(comparison)) == bool(told)
    body = Reader(page_of(comparison)).every("main")[0]["text"].strip()
    markdown = findings_in_markdown(comparison).split("\n\n")[1]
    tables = [comparison.table(name) for name in comparison.arms]
    paragraph = comparison_paragraph(*tables, comparison.scenario, ("in the baseline", "with \u201cother\u201d"), "It")
    for text in (body, markdown.replace("\\", ""), paragraph):
        assert text.startswith(told or ("The model", "Other", "A conflict")) and (
            bool(told) or "Nearly no run" not in text
        )


@pytest.mark.parametrize("name", ["no mediation from month 24", "W" * 80])
def test_no_text_of_a_figure_is_cut_off(name):
    """Every text stands inside its figure, at the width that letters take."""
    made = made_up_comparison((BASELINE, name, "other"), runs=30)
    for svg in re.findall(r"<svg.*?</svg>", page_of(made), re.S):
        wide, high = map(float, re.search(r'viewBox="0 0 ([\d.]+) ([\d.]+)"', svg).groups())
        for given, told in re.findall(r"<text ([^>]*)>([^<]*)</text>", svg):
            at = dict(re.findall(r'([\w-]+)="([^"]*)"', given))
            size, x = float(at["font-size"]), float(at["x"])
            length = len(told) * size * (0.86 if set(told) == {"W", "."} else 0.56)
            left = x - {"start": 0.0, "middle": 0.5, "end": 1.0}[at.get("text-anchor", "start")] * length
            assert left > -4 and (left + length < wide + 12 or "W" in told) and size / 2 < float(at["y"]) < high, told


def test_what_a_reader_may_try_has_one_place_and_a_hash():
    """The hook for levers: HTML below each variant, scripts and styles as they are, allowed by their hashes alone."""
    import base64
    import hashlib

    from markupsafe import Markup

    script = "document.title = 'tried' && 1 < 2;"
    tried = TryIt(
        {"no Track II": Markup('<div id="levers"></div>')}, (script,), ("#levers {}",), {"worker-src": ("blob:",)}
    )
    made = made_up_comparison()
    page = comparison_page(made, made.ensembles, ABOUT, more=More(try_it=tried))
    hashed = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    policy = next(one["content"] for one in Reader(page).every("meta") if "http-equiv" in one)
    assert f"script-src 'sha256-{hashed}'" in policy and "worker-src blob:" in policy and "unsafe" not in policy
    assert f"<script>{script}</script>" in page and page.count('<div id="levers"></div>') == 1
    style = re.search(r"<style>(.*?)</style>", page, re.S)[1]
    assert base64.b64encode(hashlib.sha256(style.encode()).digest()).decode() in policy


def test_many_arms_stay_one_light_page():
    names = (BASELINE, *(f"arm {k}" for k in range(20)))
    page = page_of(made_up_comparison(names, runs=30))
    assert len(page.encode()) < 1_000_000
    text = " ".join(Reader(page).every("main")[0]["text"].split())
    assert "13 more not drawn here" in text and "17 more variants: see the ranking" in text
    assert len(Reader(page).every("svg")) == 1 + 1 + 1 + 3 + 1 + 8 + 2


def luminance(colour):
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def test_contrast_is_at_least_aa_in_light_and_dark(page):
    schemes = [dict(re.findall(r"--(\w+): (#\w{6})", block)) for block in re.findall(r":root \{([^}]*)\}", page)]
    assert len(schemes) == 2
    for scheme in schemes:
        for ink in ("ink", "quiet", "accent"):
            for ground in ("paper", "panel"):
                light, dark = sorted((luminance(scheme[ink]), luminance(scheme[ground])), reverse=True)
                assert (light + 0.05) / (dark + 0.05) >= 4.5, (ink, ground)


def test_the_templates_travel_with_the_package():
    """The wheel takes whole folders of the package; nothing here may be ignored by git, or it would stay behind."""
    from pathlib import Path

    from multitrack_sim.reports import page

    folder = Path(page.__file__).parent / "templates"
    assert sorted(path.name for path in folder.iterdir()) == [
        "comparison.html.j2", "first.html.j2", "handout.css", "handout.html.j2", "page.html.j2", "report.css",
    ]  # fmt: skip
    ignored = (Path(__file__).resolve().parents[1] / ".gitignore").read_text()
    assert "j2" not in ignored and "templates" not in ignored
