"""The classroom without a browser: codes become the same worlds, links and letters come back, sentences say what runs say."""

import base64
import hashlib
import html
import json
import random
import re
from functools import cache

import numpy as np
import pytest
from page_scripts import PAGE, called, needs_node

from multitrack_sim.browser import bundle, engine
from multitrack_sim.browser.bundle import one_page, one_script
from multitrack_sim.browser.classroom import CASES, SETTINGS, classroom_page
from multitrack_sim.browser.codes import PARTIES, coded_worlds, codes_as_data, mapping, together
from multitrack_sim.browser.world import SPARE, packed, spare_world, unpacked
from multitrack_sim.cli.main import main
from multitrack_sim.errors import MultitrackError
from multitrack_sim.scenario.codebook import CODES, check_codes, scenario_from_codes
from multitrack_sim.scenario.layout import lay_out
from multitrack_sim.schema.categories import Phase
from multitrack_sim.schema.outcomes import OUTCOMES

CODED = [name for name in CODES if name != "parties"]
LONGEST_SCRIPT = 400


@cache
def worlds():
    return coded_worlds(SETTINGS)


@cache
def moves(parties):
    return mapping(parties, worlds()[parties], SETTINGS)


@cache
def joint(parties):
    return together(parties, worlds()[parties], SETTINGS)


@pytest.mark.parametrize("parties", PARTIES)
def test_codes_added_up_are_the_codebook_bit_for_bit(parties):
    """Every code at a value of its own, many times: the table's moves give the world that Python makes of the codes."""
    described = worlds()[parties]
    cells = {
        one["name"]: (one["cell"], described["columns"][one["of"]]["cell_is_whole"]) for one in described["settings"]
    }
    draw = random.Random(parties)
    for _ in range(40):
        codes = {name: draw.choice([0, 1, 2, 3, 4]) for name in CODED}
        words = np.frombuffer(unpacked(described["template"])).copy()
        for code, value in codes.items():
            for name, number in moves(parties)[code][value].items():
                cell, whole = cells[name]
                words.view(np.int64)[cell] = number if whole else np.float64(number).view(np.int64)
        for pair in joint(parties):
            for name, number in pair["at"].get("".join(str(codes[code]) for code in pair["codes"]), {}).items():
                cell, whole = cells[name]
                words.view(np.int64)[cell] = number if whole else np.float64(number).view(np.int64)
        scenario = scenario_from_codes({"parties": parties, **codes}).with_settings(SETTINGS)
        meant = spare_world(lay_out(scenario).world, SPARE)
        assert words.tobytes() == np.asarray(meant.words).tobytes(), codes


def test_the_middle_moves_nothing_and_every_code_moves_something():
    for code in CODED:
        assert not moves(2)[code][2] and moves(2)[code][0] and moves(2)[code][4], code


def test_the_invented_cases_are_well_coded():
    assert not [problem for case in CASES.values() for problem in check_codes(case["codes"])]


# --- the command
@pytest.fixture
def no_engine(monkeypatch):
    """A module that holds nothing: what is written about the rest does not wait for a compiler."""
    empty = engine.PageEngine(b"\0asm\1\0\0\0", {})
    monkeypatch.setattr(engine, "page_engine", lambda: empty)


def test_the_command_writes_one_file_and_keeps_what_is_there(tmp_path, capsys, no_engine):
    place = tmp_path / "lesson.html"
    assert main(["classroom", "--out", str(place)]) == 0
    said = capsys.readouterr().out
    assert "lesson.html" in said and "no network" in said
    text = place.read_text("utf-8")
    assert text.startswith("<!doctype html>") and 100_000 < len(text) < 1_500_000
    assert main(["classroom", "--out", str(place)]) == 2 and place.read_text("utf-8") == text
    assert main(["classroom", "--out", str(tmp_path / "absent" / "a.html")]) == 2
    assert "exists already" in (error := capsys.readouterr().err) and "no folder" in error


def test_the_same_model_makes_the_same_page(no_engine):
    assert classroom_page(engine.page_engine()) == classroom_page(engine.page_engine())


# --- one page
def test_a_page_may_do_nothing_but_its_own_script_and_style():
    page = one_page(
        "classroom.html.j2", 'say("<&>");', ("style.css",), {"name": "</script><b>"}, title="<script>x</script>"
    )
    policy = html.unescape(re.search(r'Content-Security-Policy" content="([^"]*)"', page)[1])
    script = re.search(r"<script>(.*?)</script>", page, re.DOTALL)[1]
    style = re.search(r"<style>(.*?)</style>", page, re.DOTALL)[1]
    for text in (script, style):
        assert base64.b64encode(hashlib.sha256(text.encode()).digest()).decode() in policy
    assert policy.startswith("default-src 'none'") and "unsafe-inline" not in policy and "'unsafe-eval'" not in policy
    assert page.count("<script") == 2 and "<script>x" not in page
    data = re.search(r'id="data">([^<]*)<', page)[1]
    assert json.loads(unpacked(data)) == {"name": "</script><b>"} and packed(unpacked(data)) == data


def test_scripts_reach_no_address():
    text = one_script("start", "worker")
    found = set(re.findall(r"https?://[^\s\"'`]+", text))
    assert found <= {"http://www.w3.org/2000/svg"}
    for banned in ("fetch(", "XMLHttpRequest", "eval(", "innerHTML", "localStorage", "document.cookie", "sendBeacon"):
        assert banned not in text, banned


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ('import * as a from "./b.js";\n', "allowed: import { a }"),
        ("export default 1;\n", "allowed: import { a }"),
        ('import { nothing } from "./dom.js";\n', "exports no such name"),
        ('import { a } from "./absent.js";\n', "no such module"),
        ('import { a } from "./mine.js";\nexport const a = 1;\n', "a circle of modules: mine -> mine"),
    ],
)
def test_a_module_that_cannot_be_bundled_is_refused(tmp_path, monkeypatch, text, fault):
    (tmp_path / "mine.js").write_text(text)
    (tmp_path / "dom.js").write_text((PAGE / "dom.js").read_text("utf-8"))
    monkeypatch.setattr(bundle, "PAGE", tmp_path)
    with pytest.raises(MultitrackError, match=re.escape(fault)):
        one_script("mine")


def test_no_script_is_too_long():
    long = {path.name: len(path.read_text("utf-8").splitlines()) for path in PAGE.glob("*.js")}
    assert {name: lines for name, lines in long.items() if lines > LONGEST_SCRIPT} == {}


# --- through node: what the scripts make of states, links and numbers
def page_data():
    first = worlds()[2]
    return {
        "model": "0123456789abcdef", "shared": {}, "worlds": {2: first}, "codes": codes_as_data(), "cases": CASES,
        "mapping": {2: moves(2)}, "together": {2: joint(2)},
    }  # fmt: skip


STATE = {
    "screen": "what-if", "step": 1, "seed": 7, "runs": 200, "run": 22, "beside": True, "plan": ["40200", "00000"],
    "guesses": {"sign": "yes", "boxes": "11.3.0.6"}, "a": [3, 2, 2, 4, 3, 4, 2, 2, 0, 2], "b": [0, 1, 2, 3, 4, 0, 1, 2, 3, 4],
}  # fmt: skip


def state(**changed):
    codes = {name: CASES["tour"]["codes"].get(name) for name in CODED}
    return {**STATE, "setup": {"parties": 2, "codes": codes, "names": ["Hills <b>&", "#?a=1"]}, **changed}


@needs_node
def test_a_link_holds_what_it_was_made_of():
    cases = [
        [page_data(), state(screen=screen, step=step)] for screen, step in (("what-if", 1), ("tour", 4), ("steer", 1))
    ]
    otherwise = "{...c[1], codes: {}, a: [], b: [], guesses: {}, plan: [], run: null, runs: 200}"
    asked = f'm.fromLink(c[0], m.toLink(c[0], c[1]), {otherwise}, ["tour", "what-if", "steer"])'
    for (_, given), found in zip(cases, called("levers.js", asked, cases), strict=True):
        assert {name: found[name] for name in given} == given and found["otherRules"] is False


@needs_node
@pytest.mark.parametrize(
    "link",
    [
        "",
        "#",
        "#nowhere?a=9",
        "#what-if?a=12&b=xx&s=-1&n=1e9&c=9999",
        "#tour.77?s=abc",
        "#what-if?c=2" + "7" * 17,
        "#%%%?%E0",
    ],
)
def test_a_damaged_link_falls_back_part_by_part(link):
    (found,) = called("levers.js", 'm.fromLink(c[0], c[1], c[2], ["tour", "what-if"])', [[page_data(), link, state()]])
    for name in ("a", "b", "seed", "runs", "setup"):
        assert found[name] == state()[name], name
    assert found["screen"] in ("tour", "what-if") and 1 <= found["step"] <= 9


@needs_node
def test_a_link_of_other_rules_says_so():
    (found,) = called(
        "levers.js", 'm.fromLink(c[0], "#what-if?m=fedcba9876543210", c[1], ["what-if"])', [[page_data(), state()]]
    )
    assert found["otherRules"] is True


@needs_node
def test_letters_read_aloud_come_back_and_a_wrong_one_is_noticed():
    draw = random.Random(3)
    cases = [
        [[draw.randrange(5) for _ in range(10)], [draw.randrange(5) for _ in range(10)], draw.randint(1, 11)]
        for _ in range(40)
    ]
    letters = called("levers.js", "m.toSpoken(...c)", cases)
    assert {len(word) for word in letters} == {11} and not set("".join(letters)) & set("IO01")
    back = called(
        "levers.js", "m.fromSpoken(c[0].toLowerCase().slice(0, 6) + ' ' + c[0].slice(6))", [[word] for word in letters]
    )
    assert [[one["a"], one["b"], one["seed"]] for one in back] == cases
    wrong = [[word[:at] + ("A" if word[at] != "A" else "B") + word[at + 1 :]] for at, word in enumerate(letters[:10])]
    noticed = sum(one is None for one in called("levers.js", "m.fromSpoken(c[0])", wrong))
    assert noticed >= 9  # a sum modulo 31 misses hardly any single letter
    assert called("levers.js", "m.fromSpoken(c[0])", [[""], ["ABC"], ["I" * 11]]) == [None, None, None]


@needs_node
def test_levers_as_the_codes_have_them_change_nothing_more_than_the_codes():
    asked = "m.changesOf(c[0], m.setupOf(c[0], c[1])).settings"
    (found,) = called("levers.js", asked, [[page_data(), CASES["tour"]["codes"]]])
    meant = {}
    for code, value in CASES["tour"]["codes"].items():
        meant |= moves(2)[code][value]
    assert found == meant


@needs_node
def test_every_arm_of_the_tour_and_of_a_plan_is_allowed():
    """The settings that the screens name are there, and their values in range."""
    opened = """await (async () => {
        const { openWorld } = await import(new URL("world.js", base));
        const { setupOf } = await import(new URL("levers.js", base));
        const world = await openWorld(c[0].worlds[2]);
        return ARMS.flatMap((arm) => world.check(arm));
    })()"""
    tour = opened.replace("ARMS", "m.SCREENS.slice(0, 8).flatMap((id) => m.armsOf(c[0], id))")
    steer = opened.replace("ARMS", "[m.planChanges(c[0], setupOf(c[0], c[0].cases.tour.codes), c[1])]")
    assert called("tour.js", tour, [[page_data()]]) == [[]]
    plans = [
        [page_data(), ["60000", "06000", "00600", "00060", "00006", "11112", "60000", "06000", "00600", "00060"]],
        [page_data(), []],
    ]
    assert called("steer.js", steer, plans) == [[], []]


ENDS = (
    (0.15, 0.08, 0.21, "clear"),
    (0.03, -0.02, 0.08, "no clear difference"),
    (0.06, 0.001, 0.12, "suggestive"),
    (0.0, -0.02, 0.02, "identical"),
)
EFFECTS = [
    {"estimate": d, "low": low, "high": high, "baseline": 0.5, "arm": 0.5 + d, "more": 40, "less": 10, "pairs": 200}
    | {"verdict": said}
    for d, low, high, said in ENDS
]


@needs_node
@pytest.mark.parametrize("share", [True, False])
def test_exchanged_arms_flip_every_sentence(share):
    """B against A says the same as A against B with the names exchanged: same numbers, the other word."""
    cases = []
    for effect in EFFECTS:
        effect = {**effect, "share": share}
        mirror = {**effect, "estimate": -effect["estimate"], "low": -effect["high"], "high": -effect["low"],
                  "baseline": effect["arm"], "arm": effect["baseline"], "more": effect["less"], "less": effect["more"]}  # fmt: skip
        cases += [[effect, {"what": "agree", "a": "A", "b": "B"}], [mirror, {"what": "agree", "a": "B", "b": "A"}]]
    said = called("sentences.js", "m.effectSentence(...c)", cases)
    for (effect, _), one, other in zip(cases[::2], said[::2], said[1::2], strict=True):
        numbers = [sorted(re.findall(r"\d+\.\d+", line)) for line in (one, other)]
        assert numbers[0] == numbers[1], (one, other)
        if effect["verdict"] in ("clear", "suggestive"):
            assert ("more" in one) != ("more" in other) and ("fewer" in one) != ("fewer" in other)
        assert ("no clear difference" in one) == (effect["verdict"] == "no clear difference")


@needs_node
def test_words_are_there_for_all_that_is_said():
    asked = """({
        questions: Object.keys(m.words.conflict.questions), short: Object.keys(m.words.conflict.short),
        phases: Object.keys(m.words.phases), official: Object.keys(m.words.watch.month.official),
        levers: Object.values(m.words.levers).map((one) => one.notches.length), order: m.words.leverOrder,
        outcomes: Object.keys(m.words.outcomes), verdicts: Object.keys(m.words.verdicts) })"""
    (found,) = called("words.js", asked, [[]])
    (levers,) = called("levers.js", "m.LEVERS.map((lever) => lever.key)", [[]])
    assert sorted(found["questions"]) == sorted(found["short"]) == sorted(CODED)
    assert set(found["phases"]) == set(Phase.words()) == set(found["official"]) - {"rest"}
    assert found["order"] == levers and found["levers"] == [5] * 10
    assert set(found["outcomes"]) <= set(OUTCOMES)
    from multitrack_sim.analysis.verdicts import ANSWERS

    assert set(found["verdicts"]) == set(ANSWERS)


@needs_node
def test_a_sentence_with_a_place_left_open_is_an_error():
    (found,) = called(
        "dom.js",
        '(() => { try { return m.say("{a} {b}", { a: "{b}" }); } catch (wrong) { return wrong.message; } })()',
        [[]],
    )
    assert "no value for {b}" in found
    assert called("dom.js", 'm.say("{a}", { a: c[0] })', [["$& {x} <b>"]]) == ["$& {x} <b>"]
