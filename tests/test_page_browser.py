"""The page in a real browser without a network: nothing is asked for, nothing complains, nothing scrolls sideways."""

import json

import pytest
from synthetic import NASTY
from test_page import made_up_comparison, page_of

import multitrack_sim as mt
from multitrack_sim.cli import report
from multitrack_sim.designs.arms import BASELINE
from multitrack_sim.reports.page import More, comparison_page
from multitrack_sim.scenario.load import loads
from multitrack_sim.studies.assumptions import assumptions
from multitrack_sim.studies.paths import paths

pytestmark = pytest.mark.browser
LONG = "x" * 80


@pytest.fixture(scope="module", params=["plain", "hostile", "many", "whole"])
def page_file(request, tmp_path_factory):
    path = tmp_path_factory.mktemp("page") / "comparison.html"
    if request.param == "whole":
        path.write_text(whole_report(), "utf-8")
        return path
    names = {
        "plain": (BASELINE, "no Track II"),
        "hostile": (BASELINE, NASTY, LONG),
        "many": (BASELINE, *(f"arm {k}" for k in range(12))),
    }[request.param]
    title = {"plain": "A conflict", "hostile": NASTY, "many": LONG}[request.param]
    text = page_of(made_up_comparison(names, runs=20, title=title), {"Scenario": title * 3}, f"multitrack {title * 3}")
    path.write_text(text, "utf-8")
    return path


def whole_report():
    """A report with everything in it: ways, assumptions, two runs told, of a conflict in which every name is hostile."""
    name = "".join(letter for letter in NASTY if letter.isprintable())[:60]
    codes = mt.scenario_from_codes({"track2": 4, "cbm": 3, "spoilers": 2, "hurting_stalemate": 3})
    text = codes.with_settings({"run.months": 60, "society.communities": 12}).to_toml()
    scenario = loads(text.replace('"Party 1"', json.dumps(name)))
    made = mt.compare(scenario, {name: {"track_two.budget": 0}}, runs=16, series=True)
    more = More(paths(scenario, 4, named=1), assumptions(made, name, 4), report._stories(made, [name]), folder=name)
    return comparison_page(made, made.ensembles, {"Scenario": name}, f"multitrack {name}", more)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 768, 1200])
def test_it_opens_without_a_network(browser, page_file, width, scheme):
    context = browser.new_context(viewport={"width": width, "height": 800}, color_scheme=scheme, offline=True)
    page, asked, said = context.new_page(), [], []
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("dialog", lambda dialog: said.append(dialog.message))
    page.goto(page_file.as_uri(), wait_until="networkidle")
    assert asked == [page_file.as_uri()] and not said
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    outside = """Array.from(document.querySelectorAll("body *")).filter(e => !e.closest(".scroll") && !e.closest("svg")
        && e.getBoundingClientRect().right > innerWidth + 1).map(e => e.tagName)"""
    assert page.evaluate(outside) == []
    small = """Array.from(document.querySelectorAll("svg text")).map(e => e.getBoundingClientRect().height).filter(h => h)"""
    assert min(page.evaluate(small)) >= 8  # letters in figures that can be read on a telephone
    context.close()


def test_rows_are_lines_on_a_telephone_and_still_a_table(browser, page_file):
    context = browser.new_context(viewport={"width": 360, "height": 800}, offline=True)
    page = context.new_page()
    page.goto(page_file.as_uri())
    fits = (
        "Array.from(document.querySelectorAll('.effects')).every(e => e.scrollWidth <= e.parentElement.clientWidth + 1)"
    )
    assert page.evaluate(fits)
    assert page.get_by_role("table").count() in (4, 5)  # changes, ranking, kinds, effects; of a whole one, assumptions
    assert page.get_by_role("columnheader", name="95% interval").count() == 1
    narrow = (
        "Array.from(document.querySelectorAll('.cards')).every(e => e.scrollWidth <= e.parentElement.clientWidth + 1)"
    )
    assert page.evaluate(narrow)
    assert page.get_by_role("img").count() >= 6
    context.close()


def test_on_paper_it_is_dark_on_white_and_whole(browser, page_file):
    context = browser.new_context(color_scheme="dark", offline=True)
    page = context.new_page()
    page.goto(page_file.as_uri())
    page.emulate_media(media="print")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    assert page.evaluate("getComputedStyle(document.querySelector('.scroll')).overflowX") == "visible"
    assert page.pdf(format="A4")[:4] == b"%PDF"
    page.set_viewport_size({"width": 680, "height": 1000})  # A4 less its margins, in pixels of CSS
    tall = "Math.max(...Array.from(document.querySelectorAll('figure')).map(e => e.getBoundingClientRect().height))"
    assert page.evaluate(tall) < 900  # no figure is longer than a page
    kept = "Array.from(document.querySelectorAll('figure')).every(e => getComputedStyle(e).breakInside == 'avoid')"
    assert page.evaluate(kept)
    context.close()


def test_the_whole_page_goes_by_keyboard(browser, page_file):
    """Tab reaches the way to the answer first, then every part and every region that scrolls; what has the focus is seen."""
    context = browser.new_context(viewport={"width": 900, "height": 800}, offline=True)
    page = context.new_page()
    page.goto(page_file.as_uri())
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.getAttribute('href')") == "#answer"
    reached = []
    for _ in range(60):
        page.keyboard.press("Tab")
        at = page.evaluate(
            "[document.activeElement.tagName, document.activeElement.getAttribute('href') || document.activeElement.className]"
        )
        if at[0] == "BODY":
            break
        reached.append(at[1])
    scrolled = page.evaluate("document.querySelectorAll('.scroll').length")
    assert reached.count("scroll") == scrolled and "#provenance" in reached
    context.close()
