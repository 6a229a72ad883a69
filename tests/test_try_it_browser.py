"""Levers of a report moved in a real browser, from a file, without a network: the numbers are those of `mt.compare`."""

import time

import in_a_browser
import pytest
from test_try_it import HOSTILE, small

import multitrack_sim as mt
from multitrack_sim.browser.engine import page_engine
from multitrack_sim.browser.try_it import to_try
from multitrack_sim.reports.page import More, comparison_page
from multitrack_sim.reports.report_facts import Facts

pytestmark = pytest.mark.browser
PAIRS, SHOWN = 60, 3.0  # SHOWN: seconds from a move to numbers, on two cores
OVER = "place => place.querySelector('.try-live').textContent !== ''"


@pytest.fixture(scope="module")
def comparison():
    arms = {"no Track II": {"track_two.budget": 0}, HOSTILE[0]: {"cbm.budget": 0.5}}
    return mt.compare(small(HOSTILE), arms, runs=PAIRS, seed=5)


@pytest.fixture(scope="module")
def file(comparison, tmp_path_factory):
    path = tmp_path_factory.mktemp("try") / "comparison.html"
    tried = to_try(Facts(comparison), page_engine())
    path.write_text(comparison_page(comparison, comparison.ensembles, {}, more=More(try_it=tried)), "utf-8")
    return path


class Visit(in_a_browser.Visit):
    """A report whose levers are moved."""

    def __init__(self, browser, file, width=1000, **more):
        super().__init__(browser, file, width=width, **more)

    def variant(self, at):
        """What lets a reader try a variant, unfolded."""
        self.page.locator(".try summary").nth(at).click()
        return self.page.locator(".try-place").nth(at)

    def finished(self, place):
        self.page.wait_for_function(OVER, arg=place.element_handle(), timeout=60_000)

    def numbers(self, place):
        return [
            float(one) for one in place.locator("[data-yours] data").evaluate_all("all => all.map(one => one.value)")
        ]


def expected(comparison, arm):
    facts = Facts(comparison)
    rows = [facts.row(arm, name) for name in ("months_under_accord", "agreed")]
    columns = ("baseline_estimate", "arm_estimate", "difference", "low", "high")
    return pytest.approx([row[column] for row in rows for column in columns], rel=1e-9, abs=1e-9)


def test_nothing_runs_until_a_lever_is_moved(browser, file):
    with Visit(browser, file) as visit:
        visit.variant(0)
        visit.page.wait_for_timeout(300)
        assert visit.asked == [file.as_uri()] and visit.page.workers == []


def test_levers_left_alone_give_the_numbers_of_the_report(browser, file, comparison):
    with Visit(browser, file) as visit:
        place = visit.variant(0)
        place.locator(".try-reset").click()
        visit.finished(place)
        assert visit.numbers(place) == expected(comparison, "no Track II")
        bodies = place.locator(".try-found tbody")
        cells = [bodies.nth(at).locator("td").all_inner_texts() for at in (0, 1)]
        assert cells[0] == cells[1] and all(cells[0])  # as it was printed in the report


def test_a_move_is_answered_by_keyboard_and_the_last_one_counts(browser, file):
    with Visit(browser, file) as visit:
        place = visit.variant(0)
        lever = place.locator("input[type=range]").first
        lever.focus()
        began = time.perf_counter()
        for _ in range(3):
            visit.page.keyboard.press("ArrowRight")
        visit.page.wait_for_function("place => place.querySelector('[data-yours] data')", arg=place.element_handle())
        assert time.perf_counter() - began < SHOWN
        visit.finished(place)
        budget = float(lever.input_value())
        assert 0 < budget < 1 and float(place.locator("output").first.inner_text()) == budget
        moved = mt.compare(small(HOSTILE), {"moved": {"track_two.budget": budget}}, runs=PAIRS, seed=5)
        assert visit.numbers(place) == expected(moved, "moved")
        assert f"{PAIRS} pairs" in place.locator("[role=status]").inner_text()
        place.locator(".try-more").click()  # to 500 pairs
        visit.page.wait_for_function(
            OVER.replace("!== ''", ".includes('500 pairs')"), arg=place.element_handle(), timeout=60_000
        )
        place.locator(".try-reset").click()
        assert float(lever.input_value()) == 0


@pytest.mark.parametrize("width", [360, 1000])
def test_it_fits_and_can_be_touched(browser, file, width):
    with Visit(browser, file, width) as visit:
        place = visit.variant(1)
        place.locator("input[type=range]").first.fill("1.2")
        visit.finished(place)
        page = visit.page
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        high = "all => Math.min(...all.map(one => one.getBoundingClientRect().height).filter(Boolean))"
        assert page.locator(".try input, .try button, .try select, .try summary").evaluate_all(high) >= 44
        assert page.locator(".try input").evaluate_all("all => all.every(one => one.labels.length === 1)")


def test_without_scripts_the_report_says_what_is_missing(browser, file):
    with Visit(browser, file, java_script_enabled=False) as visit:
        assert visit.page.locator(".try-missing").is_visible()
        assert not visit.page.locator(".try details, .try-place").first.is_visible()
        assert visit.page.locator("#answer").is_visible()


def test_without_webassembly_too(browser, file):
    with Visit(browser, file) as visit:
        visit.page.add_init_script("delete globalThis.WebAssembly")
        visit.page.reload()
        assert visit.page.locator(".try-missing").is_visible()
        assert not visit.page.locator(".try details").first.is_visible()
