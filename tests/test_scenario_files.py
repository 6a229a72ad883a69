# ruff: noqa: E501  (one case a line)
"""Scenario files: what is read, what is refused and how it is said, and what is written back."""

import copy
import os
import pickle
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from strategies import scenarios

from multitrack_sim.errors import MultitrackError, ScenarioError, SettingError
from multitrack_sim.scenario import Scenario, load, loads, scenario_from_codes, template_text
from multitrack_sim.scenario.standard import standard
from multitrack_sim.scenario.toml_text import key_lines, split_name, write_key, write_value
from multitrack_sim.scenario.validation import IN_A_FILE, row_columns
from multitrack_sim.schema.categories import MeasureKind
from multitrack_sim.schema.parameters import PARAMETERS, SECTIONS
from multitrack_sim.schema.tables import NAMED

TWO = '[[governments]]\nname = "North"\n[[governments]]\nname = "South"\n'
ISSUES = '[[issues]]\nname = "Land"\n[[issues]]\nname = "Water"\n'
ANSI = "\\u001b[31m"

# A bad file and what its message must contain, line numbers included.
BAD = {
    "unknown section": (TWO + "[track_twoo]\nbudget = 1", ["line 5, track_twoo", "did you mean 'track_two'"]),
    "unknown parameter": (TWO + "[track_two]\nbugdet = 1", ["line 6, track_two.bugdet", "did you mean 'budget'"]),
    "parameter of another section": (TWO + "[run]\nstalemate = 1", ["line 6", "did you mean 'conflict.stalemate'"]),
    "unknown column": (TWO + "powr = 2", ["line 5, governments[1].powr", "did you mean 'power'"]),
    "unknown table": (TWO + '[[organizations]]\nname = "x"', ["line 5, organizations", "did you mean 'organisations'"]),
    "no nearest name": (TWO + "[run]\nqqq = 1", ["line 6, run.qqq", "allowed: months"]),
    "number out of range": (TWO + "power = 0.0", ["line 5, governments[1].power", "found 0.0", "0.001 to 1000"]),
    "share above one": (TWO + "[conflict]\nviolence = 1.5", ["line 6, conflict.violence", "found 1.5", "from 0 to 1 (share)"]),
    "run too short": (TWO + "[run]\nmonths = 11", ["line 6, run.months", "found 11", "whole number from 12 to 1200 (months)"]),
    "fraction for a whole number": (TWO + "[run]\nmonths = 24.0", ["run.months", "found 24.0", "whole number"]),
    "truth value for a number": (TWO + "power = true", ["line 5", "found True", "a number from"]),
    "truth value for a whole number": (TWO + "[run]\nmonths = true", ["found True", "whole number"]),
    "words for a number": (TWO + 'power = "2.0"', ["found '2.0'", "a number from"]),
    "number for a flag": (TWO + "required = 2", ["governments[1].required", "found 2", "true or false"]),
    "number for words": (TWO + ISSUES + "[[measures]]\nname = 3", ["measures[0].name", "found 3", "a name"]),
    "NaN": (TWO + "[conflict]\nviolence = nan", ["line 6", "found nan"]),
    "infinity": (TWO + "power = inf", ["line 5", "found inf"]),
    "absurdly large": (TWO + "power = 1" + "0" * 3000, ["line 5, governments[1].power", "0.001 to 1000"]),
    "too many digits": (TWO + "[run]\nmonths = 0x" + "f" * 9000, ["line 6, run.months", "something too large to show"]),
    "choice misspelt": (TWO + 'ratified_by = "parlament"', ["'parlament'", '"parliament"', "did you mean 'parliament'"]),
    "list for a value": (TWO + "power = [1, 2]", ["line 5, governments[1].power", "found [1, 2]"]),
    "name missing": (TWO + "[[governments]]\npower = 1", ["line 5, governments[2].name", "missing"]),
    "empty name": (TWO.replace("North", "  "), ["line 2, governments[0].name", "1 to 80 printable characters"]),
    "long name": (TWO.replace("North", "N" * 81), ["line 2, governments[0].name", "1 to 80"]),
    "escape sequence in a name": (TWO.replace("North", ANSI + "North"), ["line 2", "\\x1b[31mNorth", "no control characters"]),
    "line break in a name": (TWO.replace("North", "No\\nrth"), ["line 2", "No\\nrth", "no control characters"]),
    "invisible direction in a name": (TWO.replace("North", "No\\u202erth"), ["line 2", "\\u202e", "no control"]),
    "names twice": (TWO.replace("South", " North "), ["line 4, governments[1].name", "'North' is already in governments[0]"]),
    "ids twice": (TWO + "id = 0", ["line 5, governments[1].id", "0 is already in governments[0]"]),
    "id below zero": (TWO + "id = -1", ["line 5, governments[1].id", "0 to 999999"]),
    "one government": ('[[governments]]\nname = "A"', ["line 1, governments", "found 1 rows", "2 to 27"]),
    "28 governments": ("".join(f'[[governments]]\nname = "{i}"\n' for i in range(28)), ["found 28 rows", "2 to 27"]),
    "no governments": ('title = "x"', ["governments: missing", "[[governments]]"]),
    "single brackets": ('[governments]\nname = "A"', ["line 1, governments", "[[governments]] in double brackets"]),
    "double brackets": (TWO + "[[run]]\nmonths = 24", ["line 5, run", "one section [run]"]),
    "value for a table": (f"issues = 3\n{TWO}", ["line 1, issues", "[[issues]]"]),
    "no issues": (f"issues = []\n{TWO}", ["line 1, issues", "found 0 rows"]),
    "no active issue": (TWO + '[[issues]]\nname = "a"\nactive = false', ["issues: none is active"]),
    "weightless issues": (TWO + '[[issues]]\nname = "a"\nweight = 0', ["issues: all weights are 0"]),
    "too many rows": (TWO + "".join(f'[[academics]]\nname = "{i}"\n' for i in range(201)), ["found 201 rows", "0 to 200"]),
    "party of a stake": (TWO + ISSUES + '[[stakes]]\nparty = "Nort"\nissue = "Land"', ["line 10, stakes[0].party", "unknown government 'Nort'", "did you mean 'North'"]),
    "issue of a stake": (TWO + ISSUES + '[[stakes]]\nparty = "North"\nissue = "Lnd"', ["line 11, stakes[0].issue", "unknown issue 'Lnd'", "did you mean 'Land'"]),
    "stake without issue": (TWO + '[[stakes]]\nparty = "North"', ["line 5, stakes[0].issue", "missing"]),
    "stake twice": (TWO + ISSUES + 2 * '[[stakes]]\nparty = "North"\nissue = "Land"\n', ["line 14, stakes[1].issue", "already in stakes[0]"]),
    "party of an academic": (TWO + '[[academics]]\nname = "a"\nparty = "Soth"', ["line 7, academics[0].party", "did you mean 'South'"]),
    "party of an organisation": (TWO + '[[ngos]]\nname = "a"\nparty = "Narnia"', ["line 7, ngos[0].party", "allowed: 'North', 'South'"]),
    "spoiler of nobody": (TWO + '[[spoilers]]\nname = "a"', ["line 5, spoilers[0].party", "missing"]),
    "party of a spoiler": (TWO + '[[spoilers]]\nname = "a"\nparty = ["North"]', ["line 7, spoilers[0].party", "the governments"]),
    "issue of a spoiler": (TWO + ISSUES + '[[spoilers]]\nname = "a"\nparty = "North"\nkey_issue = "Watr"', ["line 12, spoilers[0].key_issue", "did you mean 'Water'"]),
    "party of a dyad": (TWO + '[[dyads]]\nof = "North"\nother = "Sauth"\nprior = 1', ["line 7, dyads[0].other", "did you mean 'South'"]),
    "dyad with itself": (TWO + '[[dyads]]\nof = "North"\nother = "North"\nprior = 1', ["line 7, dyads[0].other", "two parties"]),
    "prior out of range": (TWO + '[[dyads]]\nof = "North"\nother = "South"\nprior = 7', ["line 8, dyads[0].prior", "-6 to 6"]),
    "shares above one": (TWO + ISSUES + "".join(f'[[stakes]]\nparty = "North"\nissue = "{i}"\nsalience = 0.7\n' for i in ("Land", "Water")), ["line 16, stakes[1].salience", "saliences of 'North' add up to 1.4"]),
    "shares below one": (TWO + ISSUES + "".join(f'[[stakes]]\nparty = "North"\nissue = "{i}"\nsalience = 0.4\n' for i in ("Land", "Water")), ["line 16", "add up to 0.8", "1 over all its issues"]),
    "fewer communities than parties": (TWO.replace('"South"', '"South"\n[[governments]]\nname = "East"') + "[society]\ncommunities = 2", ["line 8, society.communities", "at least 3"]),
    "nobody lives there": (TWO.replace('h"', 'h"\npopulation = 0'), ["no party has a population"]),
    "nobody is required": (TWO.replace('h"', 'h"\nrequired = false'), ["fewer than two are both active and required"]),
    "month zero": ('month_zero = "June 1996"\n' + TWO, ["line 1, month_zero", "'June 1996'", '"1996-06"']),
    "title": (f'title = "{ANSI}"\n{TWO}', ["line 1, title", "\\x1b[31m"]),
    "date": (TWO + '[[history]]\ndate = "1998-02-30"\nwhat = "x"\nsource = "assumption"', ["line 6, history[0].date", "1998-04-10"]),
    "source unknown": (TWO + '[[history]]\ndate = "1998"\nwhat = "x"\nsource = "Smth"\n[sources]\nSmith = "S."', ["line 8, history[0].source", "did you mean 'Smith'"]),
    "source missing": (TWO + '[[history]]\ndate = 1998-04-10\nwhat = "x"', ["line 5, history[0].source", "missing"]),
    "source that is no text": (TWO + "[sources]\nSmith = 3", ["line 6, sources.Smith", "a citation in quotes"]),
    "record": (TWO + '[record]\nagreement = "peace"\nmonths = -1\nheld_60 = true', ["line 6, record.agreement", '"comprehensive"', "line 7, record.months", "line 8, record.held_60"]),
    "intervention: unknown setting": (TWO + '[[interventions]]\nmonth = 1\nset = "track_two.acess"\nto = 0', ["line 7, interventions[0].set", "no such setting", "did you mean 'track_two.access'"]),
    "intervention: unknown row": (TWO + "[[interventions]]\nmonth = 1\nset = \"governments.'Noth'.power\"\nto = 1", ["did you mean \"governments.'North'.power\""]),
    "intervention: value": (TWO + '[[interventions]]\nmonth = 1\nset = "track_two.access"\nto = 2', ["line 8, interventions[0].to", "found 2", "0 to 1"]),
    "intervention: structural": (TWO + '[[interventions]]\nmonth = 1\nset = "society.communities"\nto = 20', ["line 7, interventions[0].set", "shapes the tables"]),
    "intervention: after the end": (TWO + '[run]\nmonths = 12\n[[interventions]]\nmonth = 12\nset = "cbm.push"\nto = 0', ["line 8, interventions[0].month", "0 to 11"]),
    "intervention: ends before it begins": (TWO + '[[interventions]]\nmonth = 9\nset = "cbm.push"\nto = 0\nuntil = 9', ["line 9, interventions[0].until", "a month after 9"]),
    "intervention: nothing to do": (TWO + '[[interventions]]\nmonth = 9\nset = "cbm.push"', ["line 5, interventions[0]", "set (a setting) with to (a value)"]),
    "intervention: two at once": (TWO + 2 * '[[interventions]]\nmonth = 9\nset = "cbm.push"\nto = 0\n', ["line 9, interventions[1]", "another intervention changes 'cbm.push'"]),
    "intervention: scaled out of range": (TWO + '[[interventions]]\nmonth = 9\nscale = "cbm.push"\nby = 3', ["line 8, interventions[0].by", "0.5 times 3 is 1.5", "0 to 1"]),
    "intervention: scaled words": (TWO + "[[interventions]]\nmonth = 9\nscale = \"governments.'North'.ratified_by\"\nby = 3", ["line 7, interventions[0].scale", "is not a number"]),
    "intervention: endless setting": (TWO + '[[interventions]]\nmonth = 9\nset = "stakes.' + "a." * 400_000 + 'ideal"\nto = 1', ["line 7, interventions[0].set", "no such setting"]),
    "not TOML": (TWO + "power = = 2", ["line 5, column 9", "is not TOML"]),
    "key twice": (TWO + 'name = "x"', ["line 5", "is not TOML", "Cannot overwrite"]),
    "text without end": ('title = "x', ["line 1", "is not TOML"]),
    "nested without end": ("a = " + "[" * 20_000, ["nested too deeply"]),
    "nested deep in keys": (TWO + "power = {" + "a." * 5000 + "a = 1}", ["line 5, governments[1].power"]),
    "empty": ("  \n", ["is empty"]),
    "unknown key with an escape sequence": (TWO + f'"{ANSI}power" = 2', ["line 5", "\\x1b[31mpower", "did you mean 'power'"]),
}  # fmt: skip


@pytest.mark.parametrize("kind", BAD)
def test_a_bad_file_is_refused_in_plain_words(kind):
    text, expected = BAD[kind]
    with pytest.raises(ScenarioError) as caught:
        loads(text, origin="bad.toml")
    message = str(caught.value)
    for words in expected:
        assert words in message, f"{words!r} not in:\n{message}"
    for line in message.splitlines():
        assert line.startswith("bad.toml") and line.isprintable() and len(line) < 1500


def test_all_problems_at_once_each_in_a_line_of_its_own():
    text = TWO + 'power = -1\nhawkishnes = 0.5\n[run]\nmonths = 1\n[[spoilers]]\nname = ""\nparty = "Eats"\n[tracks]\n'
    with pytest.raises(ScenarioError) as caught:
        loads(text, origin="bad.toml")
    where = [str(problem).split(":")[0] for problem in caught.value.problems]
    assert sorted(where) == sorted([
        "bad.toml, line 5, governments[1].power", "bad.toml, line 6, governments[1].hawkishnes",
        "bad.toml, line 8, run.months", "bad.toml, line 10, spoilers[0].name", "bad.toml, line 11, spoilers[0].party",
        "bad.toml, line 12, tracks",
    ])  # fmt: skip


def test_a_file_of_nothing_but_problems_is_told_in_part():
    with pytest.raises(ScenarioError) as caught:
        loads(TWO + "[run]\n" + "".join(f"a{i} = 1\n" for i in range(5000)))
    assert len(caught.value.problems) == 101 and "more than 100 problems" in str(caught.value)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "is empty"),
        (b"\x00\x01\x02toml", "is a binary file"),
        (b'title = "caf\xe9"', "line 1: is not UTF-8 text (byte 0xe9)"),
        (b"# " + b"x" * 1_000_000, "is too large; allowed: up to 1,000,000 bytes"),
        (b"\xff\xfet\x00", "is a binary file"),
        (b"title = '''a\rb'''", "is not TOML"),
    ],
)
def test_what_is_no_text_is_refused(tmp_path, content, words):
    path = tmp_path / "bad.toml"
    path.write_bytes(content)
    with pytest.raises(ScenarioError, match=re.escape(words)):
        load(path)


def test_a_section_may_not_have_the_name_of_a_table():
    """TOML could not hold [spoilers] beside [[spoilers]]."""
    assert not set(SECTIONS) & set(IN_A_FILE)


def test_what_is_no_file_is_refused(tmp_path):
    (tmp_path / "northern.toml").write_text(TWO)
    with pytest.raises(ScenarioError, match=r"no such file \(did you mean .*northern.toml"):
        load(tmp_path / "nothern.toml")
    with pytest.raises(ScenarioError, match="is a directory"):
        load(str(tmp_path))
    with pytest.raises(ScenarioError, match="cannot be read|no such file"):
        load("a\0b")
    with pytest.raises(ScenarioError) as caught:
        load(tmp_path / "a\x1b[31mb" / "c.toml")
    assert str(caught.value).isprintable()
    if hasattr(os, "mkfifo"):
        os.mkfifo(tmp_path / "pipe")
        with pytest.raises(ScenarioError, match="not an ordinary file"):
            load(tmp_path / "pipe")


def test_other_line_ends_and_marks_are_read(tmp_path):
    path = tmp_path / "windows.toml"
    path.write_bytes(b"\xef\xbb\xbf" + TWO.replace("\n", "\r\n").encode())
    assert load(path) == loads(TWO) and load(path).path == str(path)
    with pytest.raises(ScenarioError, match="line 5, governments"):
        loads((TWO + "powr = 1").replace("\n", "\r\n"))


NASTY = [
    "<b>bold</b>", "<script>alert(1)</script>", "$HOME", "=cmd|' /C calc'!A1", "../../etc/passwd", "[red]rich[/red]", "O'Brien",
    'say "no"', "both ' and \"", "a.b.c", "100%", "{name}", "\\n", "C:\\path", "#comment", "سلام", "北", "é", "name = 1",
]  # fmt: skip


@pytest.mark.parametrize("name", NASTY)
def test_nasty_names_are_plain_text(name):
    text = f"[[governments]]\nname = {write_value(name)}\n[[governments]]\nname = {write_value(name + '.')}\n"
    scenario = loads(text)
    assert scenario.names["governments"] == (name, name + ".")
    assert loads(scenario.to_toml()) == scenario
    setting = f"governments.{write_key(name)}.power"
    changed = scenario.with_settings({setting: 3})
    assert changed.value(setting) == 3.0 and changed.rows["governments"][1]["power"] == 1.0
    bare = f"governments.{name}.power"  # as a shell leaves it
    assert scenario.with_settings({bare: 3}) == changed
    made = scenario.with_interventions([{"month": 1, "set": setting, "to": 2}])
    assert loads(made.to_toml()) == made
    relation = f"dyads.{write_key(name)}.{write_key(name + '.')}.prior"
    assert scenario.with_settings({relation: 1.5}).value(relation) == 1.5
    assert name in scenario.rows["stakes"][0]["party"]


def test_little_is_enough_and_the_standard_cast_fills_in():
    scenario = loads(TWO)
    assert scenario.title == "Untitled" and not scenario.settings
    count = {table: len(rows) for table, rows in scenario.rows.items()}
    assert count == {"governments": 2, "issues": 3, "stakes": 6, "academics": 8, "ngos": 3, "spoilers": 0,
                     "measures": 8, "organisations": 0, "dyads": 0, "positions": 0, "standing": 0}  # fmt: skip
    assert {row["kind"] for row in scenario.rows["measures"]} == set(MeasureKind.words())
    for party in ("North", "South"):
        kinds = [row["kind"] for row in scenario.rows["academics"] if row["party"] == party]
        assert len(set(kinds)) == 3
        assert [row["party"] for row in scenario.rows["ngos"]].count(party) == 1
    for table in NAMED:
        for row in scenario.rows[table]:
            assert set(row) >= {"name", "id", *row_columns(table)}
    ideals = {row["party"]: row["ideal"] for row in scenario.rows["stakes"]}
    assert ideals == {"North": 0.0, "South": 1.0}


def test_an_empty_table_is_not_the_standard_cast():
    scenario = loads("measures = []\nacademics = []\nngos = []\n" + TWO)
    assert not any(scenario.rows[table] for table in ("measures", "academics", "ngos"))
    assert loads(scenario.to_toml()) == scenario


def test_names_of_the_standard_cast_stay_legal_and_distinct():
    parties = ["P" * 79 + end for end in "ab"]
    names = [row["name"] for row in standard("academics", parties)]
    assert len(set(names)) == len(names) and max(map(len, names)) <= 80


def test_flags_are_truth_values_or_numbers():
    for word in ("false", "0"):
        assert loads(f"{TWO}[[governments]]\nname = 'East'\nrequired = {word}").rows["governments"][2]["required"] == 0


def test_the_template_runs_and_shows_every_parameter():
    text = template_text()
    scenario = loads(text)
    assert [len(scenario.rows[t]) for t in ("governments", "issues", "spoilers", "organisations")] == [2, 2, 1, 1]
    shown = dict(re.findall(r"^(?:# )?(\w+) += (\S+)", text.split("# ---- [[governments]]")[0], re.MULTILINE))
    assert set(shown) >= {name.partition(".")[2] for name in PARAMETERS}
    # every commented parameter, freed of its #, is a legal setting at its default
    free = re.sub(r"^# (\w+ = \S+ +# )", r"\1", text.split("# ---- [[governments]]")[0], flags=re.MULTILINE)
    freed = loads(free + TWO)
    for name, p in PARAMETERS.items():
        assert name == "society.communities" or freed.settings[name] == p.value
    for table in NAMED:
        for column in row_columns(table).values():
            assert re.search(rf"^#   {column.name}\b.*# .*{re.escape(column.meaning)}", text, re.MULTILINE), column
    examples = text[text.index("# [[interventions]]") :]
    examples = "\n".join(line.removeprefix("# ") for line in examples.splitlines() if not line.startswith("# ----"))
    full = loads(text[: text.index("# ---- What changes")] + examples)
    assert full.interventions and full.history and full.record and full.sources


def test_a_scenario_is_a_value():
    scenario = scenario_from_codes({"track2": 3})
    again = loads(scenario.to_toml())
    assert again == scenario and hash(again) == hash(scenario) and len({again, scenario}) == 1
    assert pickle.loads(pickle.dumps(scenario)) == scenario == copy.deepcopy(scenario)
    assert again.text == scenario.to_toml() and again.path is None
    with pytest.raises(AttributeError):
        scenario.title = "other"
    with pytest.raises(TypeError):
        iter(scenario)
    for change in (lambda: scenario.settings.update(a=1), lambda: scenario.rows["issues"][0].pop("weight")):
        with pytest.raises(TypeError, match="with_settings"):
            change()
    with pytest.raises(TypeError):
        scenario.rows["issues"] = ()
    assert "\x1b" not in repr(scenario_from_codes({}, title="<i>"))


def test_the_text_of_a_file_stays_until_something_changes():
    text = "# a comment\n" + TWO
    scenario = loads(text)
    assert scenario.text == text
    changed = scenario.with_settings({"track_two.budget": 0})
    assert changed.text != text and loads(changed.text) == changed


def test_settings_by_both_kinds_of_names():
    scenario = loads(TWO + ISSUES)
    changed = scenario.with_settings({
        "track_two.budget": 2, "run.months": 24.0, "governments.'North'.ratified_by": "referendum",
        "spoiling.steepness": 3, "issues.Water.tabled": False, "stakes.North.Land.ideal": 0.3,
    })  # fmt: skip
    assert changed.settings == {"track_two.budget": 2.0, "run.months": 24, "spoiling.steepness": 3.0}
    assert changed.rows["governments"][0]["ratified_by"] == "referendum"
    assert changed.value("issues.'Water'.tabled") == 0 and changed.value("stakes.'North'.'Land'.ideal") == 0.3
    assert scenario.value("track_two.budget") == 1.0 and not scenario.settings
    assert loads(changed.to_toml()) == changed


@pytest.mark.parametrize(
    ("setting", "value", "words"),
    [
        ("track_two.bugdet", 1, "'track_two.bugdet': no such setting (did you mean 'track_two.budget'?)"),
        ("track_two.budget", -1, "found -1; allowed: a number from 0 to 10 (multiplier)"),
        ("track_two.budget", float("nan"), "found nan"),
        ("track_two.budget", "much", "found 'much'"),
        ("track_two.budget", True, "found True"),
        ("run.months", 20.5, "whole number from 12 to 1200"),
        ("society.communities", 1, "whole number from 2"),
        ("governments.'Nrth'.power", 1, "did you mean \"governments.'North'.power\""),
        ("governments.'North'.pover", 1, "did you mean \"governments.'North'.power\""),
        ("goverments.North.power", 1, "did you mean \"governments.'North'.power\""),
        ("governments.'North'.name", "x", "no such setting"),
        ("governments.'North'.ratified_by", "parlament", "did you mean 'parliament'?"),
        ("governments.'North'.required", 0, "fewer than two are both active and required"),
        ("stakes.'North'.'Laand'.ideal", 1, "did you mean \"stakes.'North'.'Land'.ideal\""),
        ("dyads.'North'.'North'.prior", 1, "no such setting"),
        ("dyads.'North'.'South'.prior", 9, "-6 to 6"),
        ("nonsense", 1, "no such setting; allowed: see mt.parameters()"),
        ("\x1b[31m", 1, "\\x1b[31m"),
    ],
)
def test_a_bad_setting_is_refused(setting, value, words):
    with pytest.raises(SettingError) as caught:
        loads(TWO + ISSUES).with_settings({setting: value})
    assert words in str(caught.value) and str(caught.value).isprintable()


def test_all_bad_settings_at_once():
    with pytest.raises(SettingError) as caught:
        loads(TWO).with_settings({"a.b": 1, "track_two.budget": 11, "cbm.push": 0.5, "cbm.pus": 0.5})
    assert len(caught.value.problems) == 3 and isinstance(caught.value, KeyError)
    assert isinstance(pickle.loads(pickle.dumps(caught.value)), MultitrackError)


def test_a_salience_that_is_set_leaves_the_rest_to_the_others():
    scenario = loads(TWO + ISSUES + '[[issues]]\nname = "Sea"\nweight = 2')
    changed = scenario.with_settings({"stakes.'North'.'Land'.salience": 0.4})
    north = [changed.value(f"stakes.'North'.'{issue}'.salience") for issue in ("Land", "Water", "Sea")]
    assert north == pytest.approx([0.4, 0.2, 0.4])
    assert changed.value("stakes.'South'.'Land'.salience") == 0.25
    heavier = scenario.with_settings({"issues.'Land'.weight": 3, "stakes.'South'.'Sea'.salience": 0.0})
    assert heavier.value("stakes.'North'.'Land'.salience") == 0.5
    assert heavier.value("stakes.'South'.'Land'.salience") == pytest.approx(0.75)
    assert loads(changed.to_toml()) == changed
    for wrong in ({"Land": 0.9, "Water": 0.9}, {"Land": 0.1, "Water": 0.1, "Sea": 0.1}):
        with pytest.raises(SettingError, match="saliences of 'North' add up to"):
            scenario.with_settings({f"stakes.'North'.'{issue}'.salience": value for issue, value in wrong.items()})


def test_saliences_that_are_missing_share_the_rest():
    text = TWO + ISSUES + '[[issues]]\nname = "Sea"\n[[stakes]]\nparty = "North"\nissue = "Land"\nsalience = 0.5'
    scenario = loads(text)
    assert [scenario.value(f"stakes.North.{issue}.salience") for issue in ("Land", "Water", "Sea")] == [0.5, 0.25, 0.25]


def test_interventions_are_kept_in_order_and_may_follow_one_another():
    changes = [
        {"month": 36, "set": "track_two.budget", "to": 0.5, "why": "less"},
        {"month": 12, "scale": "track_two.budget", "by": 2.0, "until": 36},
        {"month": 3, "set": "governments.North.hawkishness", "to": 1},
    ]
    scenario = loads(TWO).with_interventions(changes)
    assert [one["month"] for one in scenario.interventions] == [3, 12, 36]
    assert scenario.interventions[0]["set"] == "governments.'North'.hawkishness"
    assert loads(scenario.to_toml()) == scenario
    more = scenario.with_interventions([{"month": 3, "set": "cbm.push", "to": 0.0}])
    assert len(more.interventions) == 4 and more.with_interventions([]) == more
    with pytest.raises(SettingError, match=r"interventions\[1\].month: found 36; allowed: 0 to 35"):
        loads(TWO).with_interventions([changes[2], changes[0]]).with_settings({"run.months": 36})


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"month": -1, "set": "cbm.push", "to": 0}, "interventions[0].month: found -1"),
        ({"month": 300, "set": "cbm.push", "to": 0}, "0 to 119"),
        ({"month": 1.5, "set": "cbm.push", "to": 0}, "found 1.5"),
        ({"set": "cbm.push", "to": 0}, "interventions[0].month: missing"),
        ({"month": 1, "set": "cbm.psh", "to": 0}, "did you mean 'cbm.push'"),
        ({"month": 1, "set": "cbm.push", "to": 2}, "interventions[0].to: found 2"),
        ({"month": 1, "set": "run.months", "to": 20}, "shapes the tables"),
        ({"month": 1, "set": "cbm.push", "by": 2}, "found by and set"),
        ({"month": 1, "set": "cbm.push", "to": 0, "untill": 3}, "did you mean 'until'"),
        ({"month": 1, "scale": "cbm.push", "by": float("inf")}, "found inf"),
        ("cbm.push", "found 'cbm.push'; allowed: keys and values"),
    ],
)
def test_a_bad_intervention_is_refused(change, words):
    with pytest.raises(SettingError) as caught:
        loads(TWO).with_interventions([change])
    assert words in str(caught.value)


def test_overlapping_interventions_are_refused():
    first = {"month": 10, "set": "cbm.push", "to": 0.0, "until": 20}
    for month in (10, 15, 19):
        with pytest.raises(SettingError, match="another intervention changes 'cbm.push' at that time"):
            loads(TWO).with_interventions([first, {"month": month, "set": "cbm.push", "to": 1.0}])
    with pytest.raises(SettingError, match="another intervention"):
        loads(TWO).with_interventions([first]).with_interventions(
            [{"month": 5, "set": "cbm.push", "to": 1, "until": 11}]
        )
    assert loads(TWO).with_interventions([first, {"month": 20, "set": "cbm.push", "to": 1.0}])


def test_history_and_record_are_kept():
    text = TWO + (
        '[[history]]\ndate = 1998-04-10\nwhat = "Agreement\\n  signed"\nsource = "S"\n'
        '[[history]]\ndate = "1999"\nwhat = "b"\nsource = "Assumption: x"\n'
        '[record]\nagreement = "framework"\nmonths = 22\nheld_60 = ""\n[sources]\nS = """\nA long\ncitation"""\n'
    )
    scenario = loads(text)
    assert scenario.history[0] == {"date": "1998-04-10", "what": "Agreement signed", "source": "S"}
    assert scenario.record == {"agreement": "framework", "months": 22, "held_60": ""}
    assert scenario.sources == {"S": "A long citation"}
    assert loads(scenario.to_toml()) == scenario


def test_lines_of_keys_in_any_style():
    text = '''a.b = 1 # c = 2
"d e" = """
x = 1
""" # f
[g]
h = [ # one
  { i = 1, j = { k = 2 } },
  { i = "[[" },
]
[[l."m n"]]
o = \'\'\'
p = 1\'\'\'
[[l."m n"]]
q = 1979-05-27T07:32:00Z
[l."m n".r]
s = [[1], [2]]
'''
    lines = key_lines(text)
    expected = {
        ("a", "b"): 1, ("d e",): 2, ("g",): 5, ("g", "h"): 6, ("g", "h", 0): 7, ("g", "h", 0, "j", "k"): 7,
        ("g", "h", 1, "i"): 8, ("l", "m n", 0): 10, ("l", "m n", 0, "o"): 11, ("l", "m n", 1): 13,
        ("l", "m n", 1, "q"): 14, ("l", "m n", 1, "r"): 15, ("l", "m n", 1, "r", "s"): 16,
    }  # fmt: skip
    assert {path: lines.get(path) for path in expected} == expected


@given(st.lists(st.text(), min_size=1, max_size=4))
def test_names_can_be_quoted_and_split_again(parts):
    assert split_name(".".join(write_value(part) for part in parts)) == parts


@given(st.text(max_size=200))
def test_any_text_is_read_or_refused_with_reasons(text):
    try:
        loads(TWO + text)
    except ScenarioError as wrong:
        assert wrong.problems and all(str(problem).isprintable() for problem in wrong.problems)


@settings(max_examples=100, deadline=None)
@given(scenarios())
def test_any_valid_scenario_round_trips(scenario):
    again = loads(scenario.to_toml())
    assert isinstance(again, Scenario) and again == scenario and hash(again) == hash(scenario)
    assert again.to_toml() == scenario.to_toml() or sorted(again.to_toml()) == sorted(scenario.to_toml())
