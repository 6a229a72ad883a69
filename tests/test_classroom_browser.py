"""The classroom in a real browser, from a file, without a network. The first tests are short; the others are marked.

Expected numbers are made by `mt.simulate`: what the page computes must be the same bits.
"""

import os
import re
import time

import in_a_browser
import pytest
from synthetic import NASTY

import multitrack_sim as mt
from multitrack_sim.analysis.effects import effects, holm
from multitrack_sim.analysis.verdicts import ANSWERS, digits_shown, verdict_of
from multitrack_sim.browser.classroom import CASES, SETTINGS, classroom_page
from multitrack_sim.browser.engine import page_engine

USABLE, SHOWN = 3.0, 3.0  # seconds, on two cores
SCREENS = [*(f"tour.{step}" for step in range(1, 10)), "watch", "what-if", "your-conflict", "steer", "board"]
RUNS = 100
NO_TALKS = "b=3220040202"  # a lever of "What if" at none: unofficial dialogue


@pytest.fixture(scope="module")
def file(browser, tmp_path_factory):
    path = tmp_path_factory.mktemp("classroom") / "classroom.html"
    path.write_text(classroom_page(page_engine()), "utf-8")
    return path


@pytest.fixture(scope="module")
def large_file(browser, tmp_path_factory):
    """The same with as many communities as scenarios usually have."""
    path = tmp_path_factory.mktemp("classroom") / "large.html"
    path.write_text(classroom_page(page_engine(), SETTINGS | {"society.communities": 200}), "utf-8")
    return path


class Visit(in_a_browser.Visit):
    """A screen of the classroom, from when it is drawn."""

    def open(self, link):
        super().open(link)
        self.page.locator("main h2").wait_for()

    def __enter__(self):
        return self.page


def done(page, pairs):
    page.locator(".status", has_text=f"{pairs:,} pairs, {2 * pairs:,} runs").wait_for(timeout=60_000)


def counts(page):
    """The four boxes: both, only A, only B, neither."""
    text = page.locator(".answer").first.text_content()
    found = re.search(
        r"Of ([\d,]+) pairs of runs, (\d+) .* both ways, (\d+) only with A, (\d+) only with B, (\d+)", text
    )
    return [int(number.replace(",", "")) for number in found.groups()]


def scenario(settings=SETTINGS, **codes):
    return mt.scenario_from_codes({"parties": 2} | CASES["tour"]["codes"] | codes).with_settings(settings)


def test_the_first_what_if_comes_soon_and_is_what_python_computes(browser, large_file):
    """From opening to the end of 100 pairs of ten years with 200 communities; the same bits."""
    started = time.perf_counter()
    with Visit(browser, large_file, f"#what-if?n={RUNS}") as page:
        page.locator(".result figure").first.wait_for()
        usable = time.perf_counter() - started
        done(page, RUNS)
        shown = time.perf_counter() - started
        numbers = page.evaluate(
            """async () => {
                const { world } = await classroom.living(2), { state } = classroom;
                const arms = [classroom.changes(state.a), classroom.changes(state.b)];
                const asked = classroom.ask(2, { arms, runs: 100, seed: 1 });
                const answer = await asked.finished;
                return answer.arms.map((runs) => Object.fromEntries(world.description.outcomes.map((one) => [one.name,
                    Array.from(runs.column(one.name), (x) => Number.isNaN(x) ? null : x)])));
            }"""
        )
        boxes = counts(page)
    settings = SETTINGS | {"society.communities": 200}
    arms = [mt.simulate(scenario(settings, **codes), runs=RUNS, seed=1) for codes in ({}, {"track2": 0})]
    for table, found in zip(arms, numbers, strict=True):
        for name, values in found.items():
            column = table[name].cat.codes if str(table[name].dtype) == "category" else table[name]
            meant = [None if value != value else float(value) for value in column]
            assert values == meant, name
    a, b = (table["agreed"].to_numpy() > 0 for table in arms)
    assert boxes == [RUNS, int((a & b).sum()), int((a & ~b).sum()), int((~a & b).sum()), int((~a & ~b).sum())]
    if os.getloadavg()[0] < 1.5 * (os.cpu_count() or 1):  # on a machine that does nothing else
        assert usable < USABLE and shown < SHOWN, (usable, shown)


def test_a_link_gives_the_same_numbers_to_whoever_opens_it(browser, file):
    with Visit(browser, file, "#what-if?n=40") as page:
        done(page, 40)
        page.get_by_label("B: Unofficial dialogue").fill("2")
        page.locator("output", has_text="now and then").first.wait_for()
        page.get_by_text("On the ground").click()
        page.get_by_label("A: Programmes in communities").fill("4")
        done(page, 40)
        page.wait_for_timeout(300)
        first, link = counts(page), page.evaluate("location.hash")
    with Visit(browser, file, link) as page:
        done(page, 40)
        assert counts(page) == first
        assert page.get_by_label("A: Programmes in communities").input_value() == "4"


@pytest.mark.browser
def test_every_number_of_the_table_is_that_of_the_analysis(browser, file):
    """Differences, intervals and verdicts as `analysis.effects` finds them in the same runs, as they are shown."""
    with Visit(browser, file, "#what-if?n=200") as page:
        done(page, 200)
        rows = page.locator("main table", has_text="Clear?").locator("tbody tr").all()
        shown = [row.locator("th, td").all_text_contents() for row in rows]
        names = page.evaluate("classroom.lookedAt")
    a, b = (mt.simulate(scenario(**codes), runs=200, seed=1) for codes in ({}, {"track2": 0}))
    table = effects(a, {"B": b}, names, horizon=int(SETTINGS["run.months"]))
    found = {row["outcome"]: row for row in table.to_dict("records") if row["statistic"] not in ("ratio", "median")}
    corrected = dict(zip(names, holm([found[name]["p"] for name in names]), strict=True))
    for name, (_, one, other, difference, clear) in zip(names, shown, strict=True):
        row = found[name] | {"p_corrected": corrected[name]}
        scale = 100 if row["statistic"] == "share" else 1
        numbers = [scale * row[end] for end in ("difference", "low", "high")]
        digits = digits_shown(*numbers)
        read = [
            float(x) for x in re.findall(r"[-+]?[\d.]+", difference.replace("\N{MINUS SIGN}", "-").replace(",", ""))
        ]
        assert read == pytest.approx([round(x, digits) for x in numbers], abs=1.01 * 10**-digits), name
        levels = [scale * row[end] for end in ("baseline_estimate", "arm_estimate")]
        assert [float(x.strip("%").replace(",", "")) for x in (one, other)] == pytest.approx(levels, abs=10**-digits), (
            name
        )
        assert clear == ANSWERS[verdict_of(row)], name


@pytest.mark.browser
@pytest.mark.parametrize("width", [360, 768, 1280, 1920])
@pytest.mark.parametrize("screen", SCREENS)
def test_every_screen_fits_and_complains_of_nothing(browser, file, screen, width):
    with Visit(browser, file, f"#{screen}?n=20", width, reduced_motion="reduce") as page:
        for name in ("See without a guess", "See what the model makes of it"):
            if page.get_by_role("button", name=name).count():
                page.get_by_role("button", name=name).click()
                page.locator(".result .answer").first.wait_for(timeout=60_000)
        page.wait_for_timeout(600)
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        small = "Array.from(document.querySelectorAll('svg text')).map((e) => e.getBoundingClientRect().height).filter(Boolean)"
        assert min(page.evaluate(small), default=12) >= 8


@pytest.mark.browser
def test_without_workers_it_takes_turns_with_the_page(browser, file):
    """Some browsers allow none in a file: the same numbers, and the page says why it is slower."""
    with Visit(browser, file, f"#what-if?n=40&{NO_TALKS}") as page:
        done(page, 40)
        meant = counts(page)
    with Visit(browser, file, f"#what-if?n=40&{NO_TALKS}", script="delete globalThis.Worker") as page:
        done(page, 40)
        assert counts(page) == meant
        page.get_by_text("allows no workers").wait_for()


@pytest.mark.browser
def test_a_guess_is_kept_and_answered(browser, file):
    with Visit(browser, file, "#tour.1") as page:
        page.get_by_label("No", exact=True).check()
        page.get_by_role("button", name="See", exact=True).click()
        page.locator(".reply", has_text="You guessed: No").wait_for()
        assert page.locator(".reply").count() == 1
        page.get_by_role("button", name="Screen 9: Yours").click()
        page.locator(".found li", has_text="You guessed: No").wait_for()


@pytest.mark.browser
def test_hands_of_a_class_stand_beside_the_answer(browser, file):
    with Visit(browser, file, "#tour.1") as page:
        page.get_by_text("count hands").click()
        page.get_by_label("Hands for: Yes").fill("12")
        page.get_by_label("Hands for: No").fill("9")
        page.get_by_role("button", name="See", exact=True).click()
        page.locator(".reply", has_text="Show of hands: Yes 12 and No 9.").wait_for()
        assert "12" not in page.evaluate("location.hash")


@pytest.mark.browser
def test_steering_ends_with_what_would_have_happened(browser, file):
    with Visit(browser, file, "#steer") as page:
        for year in range(1, 11):
            page.get_by_text(f"Year {year}: 6 of 6" if year == 1 else f"Year {year}:").first.wait_for()
            if year == 1:
                page.get_by_label("Unofficial dialogue").fill("4")
            page.get_by_role("button", name="Spend, and let a year pass").click()
        page.get_by_role("table", name="Where it turned").wait_for(timeout=30_000)
        page.get_by_role("button", name="Try the plan on 200 other dice").click()
        page.locator("figure").first.wait_for(timeout=30_000)


@pytest.mark.browser
def test_two_histories_of_the_same_dice_part(browser, file):
    with Visit(browser, file, "#what-if") as page:
        done(page, 200)
        page.get_by_role("button", name="Show me a run where it decided").click()
        page.get_by_role("button", name="Go there").wait_for()
        assert page.locator(".living").count() == 2
        page.get_by_role("button", name="Play").click()
        page.get_by_role("button", name="Pause").wait_for()
        before = page.locator(".scrubber").input_value()
        page.wait_for_timeout(1500)
        assert int(page.locator(".scrubber").input_value()) > int(before)


@pytest.mark.browser
def test_the_board_adds_up_equal_set_ups(browser, file):
    with Visit(browser, file, "#board") as page:
        lines = [
            f"#what-if?{NO_TALKS}&s=1&n=40",
            f"#what-if?{NO_TALKS}&s=2&n=40",
            "nonsense",
            f"#what-if?{NO_TALKS}&s=2&n=40",
        ]
        page.get_by_label("Links").fill("\n".join(lines))
        page.get_by_role("button", name="Show all together").click()
        row = page.get_by_role("row", name=re.compile(r"1, 2, 3 \(dice 1, 2\)"))
        row.wait_for(timeout=30_000)
        assert row.locator("td").nth(1).text_content() == "80"


@pytest.mark.browser
def test_hostile_names_are_text(browser, file):
    with Visit(browser, file, "#your-conflict") as page:
        page.get_by_label("Name of party 1").fill(NASTY[:40])
        page.get_by_label("Name of party 2").fill("$& <img src=x onerror=alert(1)>")
        page.get_by_role("button", name="See what the model makes of it").click()
        page.get_by_role("button", name="Watch one history").click()
        page.locator(".living text", has_text="$& <img src=x").first.wait_for()
        assert page.locator("main img, main script").count() == 0
        link = page.evaluate("location.hash")
    with Visit(browser, file, link) as page:
        page.locator(".living text", has_text="$& <img src=x").first.wait_for()


@pytest.mark.browser
def test_a_hundred_moves_of_a_lever_leave_memory_bounded(browser, file):
    with Visit(browser, file, "#what-if?n=200") as page:
        lever = page.get_by_label("B: Doors of the dialogue")
        used = []
        for move in range(100):
            lever.fill(str(move % 5))
            page.wait_for_timeout(30)
            if move in (20, 99):
                used.append(page.evaluate("performance.memory ? performance.memory.usedJSHeapSize : 0"))
        done(page, 200)
    assert used[1] < used[0] + 60e6, used


@pytest.mark.browser
def test_the_whole_of_what_if_by_keyboard(browser, file):
    with Visit(browser, file, "#tour.1") as page:
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.textContent") == "Skip to the content"
        for _ in range(40):
            page.keyboard.press("Tab")
            if page.evaluate("document.activeElement.dataset.screen") == "what-if":
                break
        page.keyboard.press("Enter")
        done(page, 200)
        for _ in range(60):
            page.keyboard.press("Tab")
            if page.evaluate("document.activeElement.id") == "lever-secrecy-b":
                break
        page.keyboard.press("ArrowLeft")
        page.locator(".lever.differs", has_text="Doors of the dialogue").wait_for()
        assert page.evaluate("document.activeElement.id") == "lever-secrecy-b"  # the lever keeps the focus


@pytest.mark.browser
def test_it_prints(browser, file):
    with Visit(browser, file, "#what-if?n=40") as page:
        done(page, 40)
        page.emulate_media(media="print")
        assert page.evaluate("getComputedStyle(document.querySelector('.menu')).display") == "none"
        assert page.pdf(format="A4")[:4] == b"%PDF"
