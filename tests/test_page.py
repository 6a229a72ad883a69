"""The page: its numbers are those of the tables, strangers' names stay names, and it is fit to be read anywhere."""

import dataclasses
import re
from html.parser import HTMLParser

import numpy as np
import pandas as pd
import pytest
from synthetic import NASTY, made_up_ensemble

import multitrack_sim as mt
from multitrack_sim.analysis.comparison import Comparison
from multitrack_sim.analysis.verdicts import ANSWERS, verdict_of
from multitrack_sim.designs.arms import BASELINE
from multitrack_sim.reports.page import comparison_page
from multitrack_sim.reports.sentences import (
    SHOWN,
    comparison_paragraph,
    findings,
    findings_in_markdown,
    rarely_agreed_in,
    shown_end,
)
from multitrack_sim.reports.terminal import arms_table, effects_table
from multitrack_sim.running.ensemble import Ensemble
from multitrack_sim.schema.outcomes import OUTCOMES

ABOUT = {"Scenario": "somewhere.toml", "Runs of each arm": "60", "Made": "2026-01-01T00:00:00+00:00"}
VOID = {"meta", "link", "br", "path", "use", "rect"}
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


class Reader(HTMLParser):
    """What stands in a page: every element with its attributes and text, and the effects table."""

    def __init__(self, page):
        super().__init__()
        self.open, self.elements, self.cells, self.words = [], [], {}, {}
        self.group = self.row = None
        self.feed(page)
        assert not self.open, f"not closed: {self.open}"

    def handle_starttag(self, tag, attributes):
        given = dict(attributes)
        assert len(given) == len(attributes), f"{tag} has an attribute twice"
        element = {"tag": tag, "text": "", **given}
        self.elements.append(element)
        if tag not in VOID:
            self.open.append(element)
        if "data-outcome" in given:
            self.group = given["data-outcome"], given["data-value"]
        if "data-arm" in given:
            self.row = int(given["data-arm"])

    def handle_startendtag(self, tag, attributes):
        self.elements.append({"tag": tag, "text": "", **dict(attributes)})

    def handle_endtag(self, tag):
        if tag in VOID:
            return
        element = self.open.pop()
        assert element["tag"] == tag, f"{element['tag']} is closed by {tag}"
        if tag == "data":
            self.cells[self.row, *self.group, element["class"]] = float(element["value"]), element["text"]
        if "clear" in (element.get("class") or "").split():
            self.words[self.row, *self.group] = element["text"]

    def handle_data(self, text):
        for element in self.open:
            element["text"] += text

    def every(self, *tags):
        return [element for element in self.elements if element["tag"] in tags]


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


def test_the_answer_is_that_of_the_effects(comparison, page):
    effects = comparison.effects().set_index(["arm", "outcome", "statistic"])
    answers = [one["text"] for one in Reader(page).every("div") if one.get("class") == "answer"]
    assert len(answers) == 2
    for answer, arm in zip(answers, list(comparison.arms)[1:]):
        agreed = effects.loc[(arm, "agreed", "share")]
        means = [effects.loc[(arm, name, "mean")] for name in ("months_under_accord", "violence_total")]
        assert answer.count("95% interval") == 3 and len(re.findall(r"\.\s", answer)) == 3  # three sentences
        for row, statistic, scale in ((agreed, "share", 100), *((row, "mean", 1) for row in means)):
            for end in ("difference", "low", "high"):
                told = shown_end({**row, "statistic": statistic}, end)
                assert told in answer and read_number(told) == pytest.approx(scale * row[end], abs=0.0501)


def test_a_reader_finds_the_parts_in_order(page):
    read = Reader(page)
    assert [one["text"] for one in read.every("h1")] == ["A conflict"]
    assert [one["text"] for one in read.every("h2")] == [
        "The answer of the model", "The arms", "What the arms change", "Are these enough runs?",
        "Where the process stands, month by month",
        "How soon agreements come", "Where trust came from", "Where these numbers come from",
    ]  # fmt: skip
    levels = [int(one["tag"][1]) for one in read.every("h1", "h2", "h3", "h4")]
    assert all(after - before <= 1 for before, after in zip(levels, levels[1:]))
    assert read.every("html")[0]["lang"] == "en" and len(read.every("main")) == 1
    text = " ".join(read.every("body")[0]["text"].split())
    for words in ("track_two.budget: 0", "in month 6: shift cbm.budget, by 1", "2026-01-01", "not a forecast",
                  "multitrack compare somewhere.toml", "log-odds", "Average of all 60 pairs"):  # fmt: skip
        assert words in text


def test_those_who_cannot_see_are_told_the_same(page):
    read = Reader(page)
    assert all(one.get("scope") in ("col", "row", "rowgroup") for one in read.every("th"))
    ids = [one["id"] for one in read.elements if "id" in one]
    assert len(ids) == len(set(ids))
    figures = read.every("svg")
    assert len(figures) == 3 + 1 + 3 + 2
    for figure in figures:
        assert figure["role"] == "img"
        title, told = (
            next(one for one in read.elements if one.get("id") == id) for id in figure["aria-labelledby"].split()
        )
        assert (title["tag"], told["tag"]) == ("title", "desc") and title["text"] and len(told["text"]) > 60
    for scrolls in (one for one in read.elements if one.get("class") == "scroll"):
        assert scrolls["tabindex"] == "0" and scrolls["aria-labelledby"] in ids
    for element in read.elements:
        for name, value in element.items():
            for target in re.findall(r"url\(#([^)]+)\)", value or "") + (
                [value[1:]] if name == "href" and value[:1] == "#" else []
            ):
                assert target in ids


def test_nothing_comes_from_elsewhere_and_nothing_runs(page):
    assert not re.search(r"https?:|@import|<script|javascript:|\son\w+=", page)
    assert {one["href"] for one in Reader(page).every("link")} == {"data:,"}
    assert "default-src 'none'" in page and "nan" not in Reader(page).every("body")[0]["text"]
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
    assert read.every("title")[0]["text"].endswith(": arms compared")
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
        assert text.startswith(told or ("The answer", "Other", "A conflict")) and (
            bool(told) or "Nearly no run" not in text
        )


@pytest.mark.parametrize("name", [BASELINE, "no mediation from month 24", "x" * 80])
def test_no_figure_of_the_page_is_cut_off(name):
    from matplotlib.backends.backend_agg import FigureCanvasAgg

    from multitrack_sim.reports import page_figures
    from multitrack_sim.reports.style import own_style

    comparison = made_up_comparison((name, "other"), runs=30)
    found = comparison.effects(["agreed"]).to_dict("records")[:1]
    drawn = {
        "phases": page_figures.phases_figure(comparison.ensembles[name], comparison.scenario, name),
        "agreements": page_figures.agreements_figure(comparison.ensembles, comparison.scenario),
        "trust": page_figures.ledger_figure(comparison.ensembles),
        "settling": page_figures.settling_figure(comparison),
        "difference": page_figures.difference_figure([{**found[0], "arm": name}], "Agreement reached", "points", 100.0),
    }
    for called, (figure, _) in drawn.items():
        with own_style({"font.size": 9, "axes.titlesize": 9.5}):
            canvas = FigureCanvasAgg(figure)
            canvas.draw()
            pixels = np.asarray(canvas.buffer_rgba())[..., :3]
        for edge in (pixels[0], pixels[-1], pixels[:, 0], pixels[:, -1]):
            assert (edge == 255).all(), called


def test_many_arms_stay_one_light_page():
    names = (BASELINE, *(f"arm {k}" for k in range(20)))
    page = page_of(made_up_comparison(names, runs=30))
    assert len(page.encode()) < 1_000_000
    assert "13 more arms not drawn here" in page and len(Reader(page).every("svg")) == 3 + 1 + 8 + 2


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
    assert sorted(path.name for path in folder.iterdir()) == ["comparison.html.j2", "page.html.j2"]
    ignored = (Path(__file__).resolve().parents[1] / ".gitignore").read_text()
    assert "j2" not in ignored and "templates" not in ignored
