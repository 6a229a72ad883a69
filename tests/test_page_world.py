"""What a page makes of a scenario without an engine: the same cells as `with_settings` and `with_interventions`."""

import json
import math

import numpy as np
import pytest
from page_in_node import in_node, needs_node, words_of
from synthetic import NASTY

from multitrack_sim.browser.world import packed, page_world, spare_world, unpacked
from multitrack_sim.engine.random import run_seed
from multitrack_sim.errors import MultitrackError
from multitrack_sim.scenario import scenario_from_codes
from multitrack_sim.scenario.layout import adding_up_to_one, lay_out
from multitrack_sim.scenario.library import as_scenario
from multitrack_sim.schema.tables import TABLES
from multitrack_sim.schema.world import World, sizes

CASES = ("oslo_1993", "northern_ireland_1998", "sudan_2005")
SPARE = 8


def number_of(rng, column, names):
    """A value that a setting of this column may have."""
    if column["kind"] in ("word", "row"):
        return str(rng.choice(column["words"] or names[column["refers"]]))
    low, high = column["sweep"]
    if column["kind"] in ("yes", "whole"):
        return int(rng.integers(math.ceil(low), min(math.floor(high), 1000), endpoint=True))
    return float(rng.uniform(low, high))


def random_changes(case, described, rng, count=6):
    """Settings that Python allows together, and a change in a later month."""
    names = described["names"]
    while True:
        chosen = rng.choice(len(described["settings"]), count, replace=False)
        told = [described["settings"][at] for at in chosen]
        settings = {one["name"]: number_of(rng, described["columns"][one["of"]], names) for one in told}
        settings.pop("run.months", None)
        one = described["settings"][int(rng.integers(len(described["settings"])))]
        column = described["columns"][one["of"]]
        changes = [
            {"month": int(rng.integers(60)), "set": one["name"], "to": number_of(rng, column, names), "until": 70}
        ]
        if not column["may_change"]:
            continue
        try:
            case.with_settings(settings).with_interventions(changes)
        except MultitrackError:
            continue
        return {"settings": settings, "interventions": changes}


def cells(world: World):
    return np.asarray(world.words).view(np.int64)


@needs_node
@pytest.mark.parametrize("name", CASES)
def test_changes_write_the_cells_that_python_writes(name):
    case = as_scenario(name)
    described, rng = page_world(case, SPARE), np.random.default_rng(7)
    changes = [random_changes(case, described, rng) for _ in range(40)]
    made = in_node(
        "const world = await page.openWorld(given.world); return given.changes.map((one) => bits(world.words(one)));",
        world=described,
        changes=changes,
    )
    for one, found in zip(changes, made, strict=True):
        scenario = case.with_settings(one["settings"]).with_interventions(one["interventions"])
        world = lay_out(scenario).world
        here = spare_world(world, described["interventions"]["spare"] - _more(case, scenario))
        assert (words_of(found) == cells(here)).all(), one


def _more(case, scenario):
    """How many more rows of interventions one scenario has than the other."""
    return len(lay_out(scenario).world.interventions) - len(lay_out(case).world.interventions)


@needs_node
def test_what_people_set_follows_through():
    """Of a party's attention that is set, the others share what is left; weights count where none was written."""
    case = as_scenario("oslo_1993")
    described = page_world(case, SPARE)
    salience = [one["name"] for one in described["settings"] if one["derives"] == "salience"]
    weight = [one["name"] for one in described["settings"] if one["derives"] == "weight"]
    changes = [
        {"settings": {salience[0]: 0.1}},
        {"settings": {salience[0]: 0.1, salience[1]: 0.3, weight[0]: 3.0}},
        {"settings": {weight[0]: 0.0, weight[1]: 0.7}},
        {"settings": {salience[0]: 1.0}},
    ]
    made = in_node(
        "const world = await page.openWorld(given.world); return given.changes.map((one) => bits(world.words(one)));",
        world=described,
        changes=changes,
    )
    for one, found in zip(changes, made, strict=True):
        here = spare_world(lay_out(case.with_settings(one["settings"])).world, SPARE)
        assert (words_of(found) == cells(here)).all(), one


@needs_node
def test_shares_add_up_as_in_python():
    rng = np.random.default_rng(3)
    lists = [rng.uniform(0, 1, int(rng.integers(1, 9))).tolist() for _ in range(400)]
    lists += [[1e16, 1.0, -1e16, 2.0], [0.1] * 10, [1e-320, 1.0, 1e308], []]
    sums, shares = in_node(
        "return [given.lists.map((one) => bits(Float64Array.of(page.exactSum(one)))),"
        " given.lists.map((one) => one.length && one.every((x) => x > 0)"
        " ? bits(Float64Array.from(page.addingUpToOne(one))) : '')];",
        lists=lists,
    )
    for one, found, shared in zip(lists, sums, shares, strict=True):
        assert words_of(found).view(float)[0] == math.fsum(one)
        if shared:
            assert words_of(shared).view(float).tolist() == adding_up_to_one(one)


@needs_node
def test_seeds_are_those_of_python():
    asked = [(1, 0), (0, 0), (2**53 - 1, 2**33 + 5), (7, 4_294_967_295), (7, 4_294_967_296), (2**40 + 3, 12)]
    asked += [(seed, run) for seed in (1, 5) for run in range(50)]
    made = in_node("return given.asked.map(([seed, run]) => page.runSeed(seed, run));", asked=asked)
    assert made == [run_seed(seed, run) for seed, run in asked]
    refused = "try { page.runSeed(...given.asked); } catch (problem) { return problem.message; }"
    for wrong in ((-1, 0), (2**53, 0), (1.5, 0)):
        assert "allowed: whole numbers" in in_node(refused, asked=wrong)


@needs_node
@pytest.mark.parametrize(
    "changes, told",
    [
        ({"settings": {"track_two.bugdet": 1}}, 'did you mean "track_two.budget"'),
        ({"settings": {"track_two.budget": 11}}, "allowed: a number from 0 to 10"),
        ({"settings": {"track_two.budget": "1"}}, "allowed: a number from 0 to 10"),
        ({"settings": {"track_two.budget": None}}, "allowed: a number from 0 to 10"),
        ({"settings": {"conflict.start": "peace"}}, "allowed: one of fighting, pretalks, talks"),
        ({"settings": {"run.months": 12.5}}, "allowed: a whole number from 12 to 1200"),
        ({"settings": {"conflict.ceasefire_at_start": 2}}, "allowed: yes or no"),
        ({"settings": {"society.communities": 300}}, "no such setting"),
        ({"settings": {"governments.'Party 1'.active": 0}}, "at least two parties"),
        ({"interventions": [{"month": 3}]}, "an intervention says one of set, scale, shift, add, remove"),
        ({"interventions": [{"month": 200, "set": "track_two.budget", "to": 1}]}, "allowed: 0 to 119, within run.months"),
        ({"interventions": [{"month": 3, "until": 3, "set": "cbm.budget", "to": 1}]}, "allowed: a month after 3"),
        ({"interventions": [{"month": 3, "set": "run.months", "to": 60}]}, "shapes the tables"),
        ({"interventions": [{"month": 3, "scale": "conflict.start", "by": 2}]}, "is not a number"),
        ({"interventions": [{"month": 3, "set": "cbm.budget", "to": 1}] * 2}, "another intervention changes cbm.budget"),
        ({"interventions": [{"month": m, "set": "cbm.budget", "to": 1} for m in range(10)]}, "allowed: up to 8"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused(changes, told):
    made = in_node(
        "const world = await page.openWorld(given.world); let thrown = ''; try { world.words(given.changes); }"
        " catch (problem) { thrown = problem.message; } return [world.check(given.changes), thrown];",
        world=page_world(scenario_from_codes({"parties": 2}), SPARE),
        changes=changes,
    )
    assert told in " ".join(made[0]) and told in made[1]


@needs_node
def test_changes_have_one_form():
    first, second = in_node(
        "const world = await page.openWorld(given.world); return given.changes.map((one) => JSON.stringify(world.normal(one)));",
        world=page_world(scenario_from_codes({}), SPARE),
        changes=[
            {"settings": {"track_two.budget": 0, "cbm.budget": 1, "conflict.start": 2}},
            {"settings": {"conflict.start": "talks", "track_two.budget": 0.0}, "interventions": []},
        ],
    )
    assert first == second == '{"settings":{"conflict.start":"talks","track_two.budget":0},"interventions":[]}'


@needs_node
def test_tables_are_written_as_python_writes_them():
    import pandas as pd

    from multitrack_sim.running.csv_text import csv_text

    texts = [
        "=1+1",
        " -x",
        "a;=b",
        "Sea - land",
        'say "no"',
        "a,b",
        "\t@x",
        "''=1",
        "\uff1dx",
        "a\r\n+b",
        NASTY,
        "\xa0-x",
        "",
    ]
    rows = [[text, at + 0.1, at] for at, text in enumerate(texts)]
    made = in_node("return page.csvText(given.head, given.rows);", head=["=arm", "x", "y"], rows=rows)
    assert made == csv_text(pd.DataFrame(rows, columns=["=arm", "x", "y"]))


def test_a_description_is_json_and_the_same_twice():
    case = scenario_from_codes({"spoilers": 4}).with_interventions(
        [{"month": 3, "scale": "governments.*.burden", "by": 2}]
    )
    first, second = (json.dumps(page_world(case), allow_nan=False) for _ in range(2))
    assert first == second
    described = json.loads(first)
    assert [len(one["cells"]) for one in described["interventions"]["own"]] == [2]
    assert np.frombuffer(unpacked(described["template"])).size == described["words"]
    assert packed(b"") == packed(b"")


@pytest.mark.parametrize("communities", [200, 2000])
def test_worlds_of_any_size_are_described(communities):
    case = as_scenario("korean_peninsula").with_settings({"society.communities": communities})
    described = page_world(case)
    world = lay_out(case).world
    assert {one["name"]: one["rows"] for one in described["tables"]} == sizes(world) | {
        "interventions": len(world.interventions) + 64
    }
    assert [one["name"] for one in described["tables"]] == list(TABLES)
    assert len(described["template"]) < 150_000


def test_every_setting_that_differs_between_runs_can_be_moved():
    """And no other, but for what follows from others and the length of the run."""
    from multitrack_sim.running.ensemble import can_vary
    from multitrack_sim.scenario.settings import find_setting

    case = as_scenario("oslo_1993")
    described, layout = page_world(case), lay_out(case)
    for one in described["settings"]:
        setting = find_setting(case.names, one["name"])
        assert setting.name == one["name"]
        assert can_vary(setting) or one["derives"] or one["name"] == "run.months" or setting.column.refers
        assert layout.address(one["name"]) == (one["cell"], described["columns"][one["of"]]["cell_is_whole"])


def test_spare_rows_happen_in_no_month():
    world = lay_out(scenario_from_codes({})).world
    wider = spare_world(world, 5)
    assert wider.interventions["month"].tolist() == [-1] * 5 and wider.interventions["until"].tolist() == [-1] * 5
    with pytest.raises(MultitrackError, match="allowed: 0 to 10000"):
        page_world(scenario_from_codes({}), spare=-1)
