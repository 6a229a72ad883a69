"""Commands that show what there is: complete, plain, at most 80 columns wide, and a wrong name gets the nearest."""

import dataclasses
import re

import pytest
from synthetic import NASTY

import multitrack_sim as mt
from multitrack_sim.analysis.comparison import Comparison
from multitrack_sim.cli.main import main
from multitrack_sim.designs.additions import ADDITIONS
from multitrack_sim.designs.arms import ARMS, arm_named
from multitrack_sim.designs.as_written import arms_given
from multitrack_sim.reports.lists import arms_listed
from multitrack_sim.scenario import CODES, library
from multitrack_sim.schema.outcomes import OUTCOMES
from multitrack_sim.schema.parameters import PARAMETERS

SCENARIO = mt.scenario_from_codes({"guarantee": 1, "mediation": 1, "track2": 1, "track3": 1, "cbm": 1})


@pytest.mark.parametrize(
    ("command", "names"),
    [
        (["arms"], ARMS), (["arms", "northern_ireland_1998"], ARMS), (["parameters"], PARAMETERS),
        (["outcomes"], OUTCOMES), (["codes", "--list"], CODES),
    ],
)  # fmt: skip
def test_everything_is_listed_in_eighty_plain_columns(command, names, capsys):
    assert main(command) == 0
    lines = capsys.readouterr().out.splitlines()
    heads = [re.split(r" = |   \(", line)[0] for line in lines if line and not line.startswith(" ")]
    assert [head for head in heads if head in names] == list(names)
    assert max(map(len, lines)) < 80 and all(line.isprintable() for line in lines)


@pytest.mark.parametrize(
    ("command", "said"),
    [
        (["parameters", "track_two.bugdet"], "did you mean 'track_two.budget'?"),
        (["parameters", "publicty"], "did you mean 'publicity'?"),
        (["outcomes", "agred"], "did you mean 'agreed'?"),
        (["arms", "northern_irland_1998"], "northern_ireland_1998"),
        (["codes"], "there is no table of cases"),
        (["codes", "cases.csv", "--list"], "found --list and a table"),
        (["compare", "northern_ireland_1998", "--arm", "with a garantor", "--runs", "2"], "'with a guarantor'"),
    ],
)
def test_what_is_not_there_is_refused_with_the_nearest(command, said, capsys):
    assert main(command) == 2
    shown = capsys.readouterr()
    assert said in shown.err and not shown.out and "Traceback" not in shown.err


@pytest.mark.parametrize(
    ("pattern", "found"),
    [("track_two.budget", ["track_two.budget"]), ("BUDGET", ["track_two.budget", "track_three.budget", "cbm.budget"]),
     ("cbm.rev*", ["cbm.review"])],
)  # fmt: skip
def test_a_part_of_a_name_and_a_pattern_find(pattern, found, capsys):
    assert main(["parameters", pattern]) == 0
    assert re.findall(r"^([a-z_]+\.[a-z_]+) = ", capsys.readouterr().out, re.MULTILINE) == found


def test_hostile_names_are_text():
    hostile = [{**row, "name": NASTY[:40] + str(at)} for at, row in enumerate(SCENARIO.rows["organisations"])]
    lines = arms_listed(dataclasses.replace(SCENARIO, title=NASTY, rows={**SCENARIO.rows, "organisations": hostile}))
    assert all(line.isprintable() and len(line) < 80 for line in lines)


# ---- arms that add something


@pytest.mark.parametrize("addition", ADDITIONS, ids=lambda one: one.arm)
@pytest.mark.parametrize("case", library.scenario_names())
def test_an_addition_adds_or_says_why_not(case, addition):
    scenario = mt.load(case)
    try:
        made = arm_named(addition.arm).scenario(scenario)
    except mt.SettingError as refused:
        assert [problem.where for problem in refused.problems] == [f"arm '{addition.arm}'"]
        return
    sets = addition.on(scenario)
    for name, value in sets.items():
        assert made.value(name) == value and (value > scenario.value(name) or name.endswith(".active"))
    model = mt.PeaceProcess(made, seed=1, collect=False)
    model.step()
    assert model.month == 1


def test_what_an_addition_sets_is_what_the_codebook_sets():
    codes = ("guarantee", "mediation", "track2", "track3", "cbm", "cbm_verification")
    fully = mt.scenario_from_codes(dict.fromkeys(codes, 4))
    for addition in ADDITIONS:
        made = arm_named(addition.arm).scenario(SCENARIO)
        for name in addition.on(SCENARIO):
            assert made.value(name) == fully.value(name), name


@pytest.mark.parametrize(
    ("arm", "table", "said"),
    [
        ("with a guarantor", "organisations", "no organisation that could do it"),
        ("with a mediator", "organisations", "no organisation that could do it"),
        ("with workshops", "ngos", "no ngos at the start"),
        ("with verified measures", "measures", "no measures at the start"),
    ],
)
def test_what_a_scenario_has_nobody_for_is_refused(arm, table, said):
    bare = mt.loads(f'title = "Bare"\n{table} = []\n[[governments]]\nname = "A"\n[[governments]]\nname = "B"\n')
    with pytest.raises(mt.SettingError, match=said):
        arms_given(bare, arm)
    full = mt.scenario_from_codes(dict.fromkeys(("guarantee", "mediation", "track2", "cbm", "cbm_verification"), 4))
    with pytest.raises(mt.SettingError, match="has all of that already"):
        arms_given(full, arm)


def test_an_addition_stays_where_the_scenario_would_take_it_away():
    weaker = {"month": 12, "set": "organisations.'Guarantor'.guarantee", "to": 0.1}
    goes = {"month": 20, "remove": "organisations.'Guarantor'"}
    (arm,) = arms_given(SCENARIO.with_interventions([weaker, goes]), "with a guarantor")
    assert not arm.scenario.interventions and arm.scenario.value("organisations.'Guarantor'.active") == 1


def test_an_addition_frees_no_money():
    (late,) = arms_given(SCENARIO.with_settings({"track_two.budget": 0.5}), "with workshops from month 24")
    assert {one["set"] for one in late.changes["interventions"]} >= {"track_two.funds", "track_two.budget"}
    assert "funding.muted" not in late.changes
    with pytest.raises(mt.SettingError, match="no money is left over"):
        arm_named("with workshops, money moved")
    base = SCENARIO.with_settings({"track_two.budget": 0.5, "run.months": 12, "society.communities": 9})
    found: Comparison = mt.compare(base, ["with workshops from month 6", "no workshops"], runs=2)
    assert "money" not in found.estimand("with workshops from month 6").partition(" from month 6")[2]
    assert "its money goes unused" in found.estimand("no workshops")
