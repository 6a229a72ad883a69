"""Arms as people write them: what is understood, and that everything wrong is said at once, with its place."""

import json

import pytest
from synthetic import NASTY

import multitrack_sim as mt
from multitrack_sim.designs.arms import ARMS, BASELINE, arm_named
from multitrack_sim.designs.as_written import MOST_ARMS, arms_given, read_arms
from multitrack_sim.designs.changes import changed
from multitrack_sim.designs.parts import PARTS, SWITCHES, TRACKS
from multitrack_sim.errors import SettingError
from multitrack_sim.scenario.codebook import Coded

FILE = """
[arms."no Track II"]
"track_two.budget" = 0

[arms."without quotes"]
track_two.budget = 0
organisations."Mediator: A, B".skill = 0.2

[arms."no guarantee"]

[arms]
"later" = "no workshops from month 24"

[arms."one month"]
[[arms."one month".interventions]]
month = 12
set = "track_two.budget"
to = 3.0
"""


@pytest.fixture(scope="module")
def scenario():
    text = """
    title = "Two"
    [[governments]]
    name = "North"
    [[governments]]
    name = "South"
    [[organisations]]
    name = "Mediator: A, B"
    [[interventions]]
    month = 3
    set = "cbm.budget"
    to = 0.5
    """
    return mt.loads(text)


def refusals(scenario, *texts, file=None):
    with pytest.raises(SettingError) as wrong:
        read_arms(scenario, texts, file)
    lines = str(wrong.value).splitlines()
    assert all(line.isprintable() for line in lines)
    return lines


def written(tmp_path, text):
    path = tmp_path / "arms.toml"
    path.write_text(text, "utf-8")
    return path


@pytest.mark.parametrize(
    ("text", "name", "changes"),
    [
        ("no Track II: track_two.budget=0", "no Track II", {"track_two.budget": 0}),
        ("two: track_two.budget=0, cbm.budget = 2", "two", {"track_two.budget": 0, "cbm.budget": 2}),
        ("quoted: organisations.'Mediator: A, B'.skill=0.1", "quoted", {"organisations.'Mediator: A, B'.skill": 0.1}),
        ("a word: funding.muted=moved", "a word", {"funding.muted": "moved"}),
    ],
)
def test_an_arm_on_the_command_line(scenario, text, name, changes):
    (arm,) = read_arms(scenario, [text])
    assert (arm.name, arm.changes) == (name, changes)
    assert arm.scenario == scenario.with_settings(changes) and arm.given == changes


def test_arms_of_a_file(scenario, tmp_path):
    arms = {arm.name: arm for arm in read_arms(scenario, [], written(tmp_path, FILE))}
    assert list(arms) == ["no Track II", "without quotes", "no guarantee", "later", "one month"]
    assert arms["no Track II"].scenario.value("track_two.budget") == 0
    assert arms["without quotes"].scenario.value("organisations.'Mediator: A, B'.skill") == 0.2
    assert arms["without quotes"].scenario.value("track_two.budget") == 0
    assert arms["no guarantee"].ready is not None and arms["later"].ready.month == 24
    assert [one["month"] for one in arms["one month"].scenario.interventions] == [3, 12]
    assert arms["one month"].changes["interventions"][0]["to"] == 3.0


def test_what_it_gives_is_what_compare_runs(scenario, tmp_path):
    short = scenario.with_settings({"run.months": 30, "society.communities": 10})
    arms = read_arms(short, ["half: track_two.budget=0.5", "no CBMs"], written(tmp_path, FILE))
    comparison = mt.compare(short, {arm.name: arm.given for arm in arms}, runs=1, seed=1)
    assert {arm.name: arm.scenario for arm in arms} == {
        name: one for name, one in comparison.arms.items() if name != BASELINE
    }
    assert {arm.name: arm.changes for arm in arms} == {
        name: one for name, one in comparison.changes.items() if name != BASELINE
    }


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("x: track_two.bugdet=0", "did you mean 'track_two.budget'?"),
        ("x: track_two.budget=-1", "0 to 10"),
        ("x: track_two.budget", "NAME=VALUE"),
        ("x: track_two.budget=1, track_two.budget=2", "each setting once"),
        ("track_two.budget=0", "has no name"),
        ("x:", "changes nothing"),
        ("x: ,,", "changes nothing"),
        (": track_two.budget=0", "is no name for an arm"),
        ("\x1b[31m: track_two.budget=0", "\\x1b[31m"),
        ("no workshop", "did you mean 'no workshops'?"),
        (f"{BASELINE}: track_two.budget=0", "is taken"),
        ("x: run.months=24", "arms that run equally long"),
        (NASTY, "has no name"),
        ("", "no ready-made arm"),
    ],
)
def test_what_is_wrong_with_an_arm(scenario, text, words):
    (line,) = refusals(scenario, text)
    assert words in line


def test_there_must_be_an_arm_and_not_too_many(scenario):
    assert "no arm to compare with" in refusals(scenario)[0]
    many = [f"arm {k}: track_two.budget=0" for k in range(MOST_ARMS + 1)]
    assert f"1 to {MOST_ARMS}" in refusals(scenario, *many)[0]


def test_all_problems_at_once_each_with_its_place(scenario, tmp_path):
    path = written(
        tmp_path,
        """
[arms."no Track II"]
"track_two.bugdet" = 0
"track_two.budget" = -1

[arms."later"]
[[arms."later".interventions]]
month = 400
set = "track_two.budget"
to = 0.0
[[arms."later".interventions]]
month = 4
set = "nothing.such"
to = 0.0

[armz."x"]
"cbm.budget" = 0
""",
    )
    lines = refusals(scenario, "first: a=1", "later: cbm.budget=0", file=path)
    assert len(lines) == 7
    for words in (
        "'a': no such setting", "line 3, ", "track_two.bugdet", "line 4, ", "found -1", "line 8, ", "0 to 119",
        "line 13, ", "nothing.such", "the name 'later' is taken", "armz: unknown name (did you mean 'arms'?)",
    ):  # fmt: skip
        assert any(words in line for line in lines), (words, lines)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "is empty"),
        ("[arms", "is not TOML"),
        ("arms = 3", "there are no arms in it"),
        ("[arms]", "there are no arms in it"),
        ("[arms.x]\n'a' = [", "is not TOML"),
        ("[arms]\nx = 3", "found 3"),
        ("[arms]\nx = 'no such thing'", "no ready-made arm 'no such thing'"),
        ("[arms.x]\ninterventions = 3", "found 3"),
        ("[arms.x]\ninterventions = []", "changes nothing"),
        ("[arms.x]\ninterventions = [3]", "found 3"),
        ("[arms.x]\n'track_two.budget' = 1\ntrack_two.budget = 1", "each setting once"),
        ("x = 1", "unknown name"),
    ],
)
def test_what_is_wrong_with_a_file(scenario, tmp_path, text, words):
    lines = refusals(scenario, file=written(tmp_path, text))
    assert words in lines[0] and "arms.toml" in lines[0] and len(lines) == 1


def test_a_file_that_is_not_there(scenario, tmp_path):
    written(tmp_path, FILE)
    assert "did you mean" in refusals(scenario, file=tmp_path / "arm.toml")[0]
    assert "is a directory" in refusals(scenario, file=tmp_path)[0]


def test_hostile_names_are_refused_or_kept_as_they_are(scenario, tmp_path):
    refused = written(tmp_path, f'[arms.{json.dumps(NASTY)}]\n"track_two.budget" = 0')
    assert "control characters" in refusals(scenario, file=refused)[0]
    name = "".join(c for c in NASTY if c.isprintable())[:80]
    kept = written(tmp_path, f'[arms.{json.dumps(name)}]\n"track_two.budget" = 0')
    assert [arm.name for arm in read_arms(scenario, [], kept)] == [name]


# --- one grammar, wherever an arm is written

# an arm in words -> the same arm as a table of a file, and as a value in Python
SAME = {
    "no Track II: track_two.budget=0": ('[arms."no Track II"]\n"track_two.budget" = 0', {"no Track II": {"track_two.budget": 0}}),
    "q: organisations.'Mediator: A, B'.skill=0.1": (
        "[arms.q]\norganisations.\"Mediator: A, B\".skill = 0.1", {"q": {"organisations.'Mediator: A, B'.skill": 0.1}},
    ),
    "a word: funding.muted=moved": ('[arms."a word"]\n"funding.muted" = "moved"', {"a word": "funding.muted=moved"}),
    "no workshops": ('[arms."no workshops"]', "no workshops"),
    "no Track II from month 2": ('[arms]\n"no Track II from month 2" = "no Track II from month 2"', ["no Track II from month 2"]),
    "late: no mediation from month 9, money moved": (
        '[arms]\nlate = "no mediation from month 9, money moved"', {"late": "no mediation from month 9, money moved"},
    ),
    "two: track_two.budget=0, cbm.budget=2": (
        '[arms]\ntwo = "track_two.budget=0, cbm.budget=2"', {"two": {"track_two.budget": 0, "cbm.budget": 2}},
    ),
}  # fmt: skip


@pytest.mark.parametrize("text", SAME)
def test_an_arm_is_the_same_wherever_it_is_written(scenario, tmp_path, text):
    table, in_python = SAME[text]
    file = written(tmp_path, table)
    ways = {
        "compare": read_arms(scenario, [text]),
        "compare, a file": read_arms(scenario, [], file),
        "sweep": read_arms(scenario, [text], for_design=True, taken=()),
        "sweep, a file": read_arms(scenario, [], file, for_design=True, taken=()),
        "Python, words": arms_given(scenario, text),
        "Python, a list": arms_given(scenario, [text]),
        "Python": arms_given(scenario, in_python),
    }
    (first,) = ways["compare"]
    for way, (arm,) in ways.items():
        assert (arm.name, arm.changes, arm.scenario) == (first.name, first.changes, first.scenario), way
        assert arm.in_design == first.in_design and changed(scenario, arm.in_design) == arm.scenario, way
        assert (arm.ready and (arm.ready.sentence, arm.ready.month)) == (
            first.ready and (first.ready.sentence, first.ready.month)
        ), way


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("x: no workshop", "no setting and no ready-made arm; allowed: NAME=VALUE"),
        ("x: no workshop", "(did you mean 'no workshops'?)"),
        ("no workshops from month x", "is no arm: no ready-made arm"),
        ("no workshops, money kept", "is no arm: money='kept'"),
        ("x: track_two.bugdet=0", "did you mean 'track_two.budget'"),
        ("track_two.budget=0", "has no name"),
        (": cbm.budget=0", "is no name for an arm"),
        ("x: held=0", "held"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_alike(scenario, text, words):
    for read in (
        lambda: read_arms(scenario, [text]),
        lambda: read_arms(scenario, [text], for_design=True),
        lambda: arms_given(scenario, text),
        lambda: arms_given(scenario, [text]),
    ):
        with pytest.raises(SettingError) as wrong:
            read()
        assert words in str(wrong.value) and len(wrong.value.problems) == 1 and str(wrong.value).isprintable()


def test_only_a_design_has_arms_that_change_nothing_codes_and_other_lengths(scenario, tmp_path):
    coded = Coded({"track2": 3})
    texts = ["with:", "dummy: dummy=1", "short: run.months=24", "coded: codes.track2=0"]
    arms = read_arms(coded, texts, for_design=True, taken=())
    assert [arm.in_design for arm in arms] == [{}, {"dummy": 1}, {"run.months": 24}, {"codes.track2": 0}]
    assert arms[3].scenario == coded.scenario({"track2": 0})
    (bare,) = read_arms(scenario, [], written(tmp_path, "[arms.with]"), for_design=True)
    assert bare.in_design == {}
    for text, words in zip(texts, ("changes nothing", "no such setting", "equally long", "no such setting")):
        assert words in refusals(scenario, text)[0]
    with pytest.raises(SettingError, match="not made from codes"):
        read_arms(scenario, ["x: codes.track2=0"], for_design=True)
    with pytest.raises(SettingError, match="0 to 4"):
        read_arms(coded, ["x: codes.track2=9"], for_design=True)


def test_one_list_of_parts():
    """What mutes a track is said once: parts, ready-made arms and coalitions have it from there."""
    assert [name for name, arm in ARMS.items() if not arm.adds] == [part.arm for part in SWITCHES] and set(PARTS) < {
        part.name for part in SWITCHES
    }
    scenario = mt.load("northern_ireland_1998")
    for part in SWITCHES:
        assert arm_named(f"no {part.name}").sets is part.off is ARMS[part.arm].sets
        assert not set(part.off(scenario).values()) - {0.0}
    assert set(TRACKS) < set(PARTS) and all(PARTS[name].off(scenario) == muted for name, muted in TRACKS.items())
    none = mt.designs.coalitions({name: part.off(scenario) for name, part in PARTS.items()}).arms["none"]
    assert none == {name: 0.0 for part in PARTS.values() for name in part.off(scenario)}


def test_coalitions_of_ready_made_arms(scenario):
    arms = {
        arm.name: arm.in_design
        for arm in read_arms(scenario, ["a: no workshops from month 24", "b: no CBMs"], for_design=True)
    }
    both = mt.designs.coalitions(arms).arms["none"]
    made = changed(scenario, both)
    assert made.value("cbm.budget") == 0 and [one["month"] for one in made.interventions] == [24]
    with pytest.raises(SettingError, match="one value of a setting"):
        mt.designs.coalitions({**arms, "c": {"cbm.budget": 1}})
