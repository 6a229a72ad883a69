"""What a page computes is what `mt.simulate` computes, bit for bit: through node, and from the description in Python."""

import base64

import numpy as np
import pytest
from page_in_node import in_node, needs_node, needs_text, words_of

import multitrack_sim as mt
from multitrack_sim.browser.engine import data_bytes, page_engine
from multitrack_sim.browser.world import page_world, spare_world, unpacked
from multitrack_sim.running.ensemble import run_ensemble
from multitrack_sim.scenario.layout import lay_out
from multitrack_sim.scenario.library import as_scenario
from multitrack_sim.schema.outcomes import OUTCOME_ROW, OUTCOMES, SERIES_ROW
from multitrack_sim.schema.tables import TABLES
from multitrack_sim.schema.world import _world_on, as_numbers, sizes

pytestmark = needs_text
CASES = ("oslo_1993", "northern_ireland_1998", "korean_peninsula")
SHORT = {"society.communities": 60}
RUNS, SEED = 34, 5  # of each of four arms of three cases: 408 runs


def arms_of(case):
    """Four arms that move settings of every kind, and change some in later months."""
    names = case.names
    party, other, *_ = names["governments"]
    issue, person, host = names["issues"][0], names["academics"][0], names["ngos"][0]
    later = [
        {"month": 24, "set": "track_two.budget", "to": 0.0, "until": 60},
        {"month": 12, "scale": "cbm.budget", "by": 0.5},
        {"month": 30, "shift": f"governments.'{party}'.hawkishness", "by": 0.0},
        {"month": 36, "set": f"governments.'{party}'.ratified_by", "to": "parliament"},
        {"month": 40, "remove": f"academics.'{person}'", "until": 50},
    ]
    return [
        {},
        {"settings": {"track_two.budget": 0.0, "conflict.start": "talks", "run.months": 100}},
        {
            "settings": {
                "conflict.ceasefire_at_start": 1,
                "trust.prior": -0.25,
                "run.months": 96,
                f"governments.'{party}'.ratified_by": "referendum",
                f"governments.'{other}'.term": 24,
                f"stakes.'{party}'.'{issue}'.salience": 0.05,
                f"issues.'{issue}'.weight": 2.5,
                f"dyads.'{party}'.'{other}'.prior": 0.4,
                f"positions.'{person}'.'{issue}'.position": 0.9,
                f"standing.'{host}'.'{party}'.legitimacy": 0.5,
            }
        },
        {"settings": {"spoiling.recruits": 0.3}, "interventions": later},
    ]


def scenario_of(case, arm):
    return case.with_settings(arm.get("settings", {})).with_interventions(arm.get("interventions", []))


@needs_node
@pytest.mark.parametrize("name", CASES)
def test_runs_in_a_page_are_those_of_simulate(name):
    case = as_scenario(name).with_settings(SHORT)
    arms = arms_of(case)
    made = in_node(
        """const world = await page.openWorld(given.world); const engine = await engineOf(world);
        const seeds = Array.from({ length: given.runs }, (_, run) => page.runSeed(given.seed, run));
        return given.arms.map((arm) => { const { outcomes, series } = engine.runs({ writes: world.writes(arm), seeds,
          series: true });
          return [bits(outcomes), bits(series)]; });""",
        with_engine=True,
        world=page_world(case, spare=8),
        arms=arms,
        runs=RUNS,
        seed=SEED,
    )
    for arm, (outcomes, series) in zip(arms, made, strict=True):
        here = run_ensemble(scenario_of(case, arm), RUNS, SEED, threads=1, series=True)
        found = words_of(outcomes).view(OUTCOME_ROW)
        for outcome in OUTCOMES:
            column = here.table[outcome]
            expected = column.cat.codes if OUTCOMES[outcome].values else column
            assert found[outcome].tobytes() == np.asarray(expected, float).tobytes(), (outcome, arm)
        assert base64.b64decode(series) == np.asarray(here.series).tobytes(), arm


@needs_node
def test_a_run_month_by_month_is_that_run_with_all_its_tables_and_events():
    case = as_scenario("northern_ireland_1998").with_settings(SHORT | {"run.months": 60})
    model = mt.PeaceProcess(case, seed=11)
    model.run()
    made = in_node(
        """const world = await page.openWorld(given.world); const engine = await engineOf(world);
        const writes = world.writes({}); const life = engine.begin({ writes, seed: given.seed });
          const before = life.snapshot();
        const months = []; const half = [];
        while (!life.over) { life.step(); months.push(life.measured().violence);
          if (life.month === 30) half.push(life.snapshot()); }
        const end = bits(life.snapshot()); const outcomes = life.outcomes();
        life.restore(half[0]).step(1000); const again = bits(life.snapshot());
        life.restore(before).step(60); const third = bits(life.snapshot());
        const answer = { months, end, again, third, outcomes, month: life.month, events: life.events(),
          late: life.events(life.eventCount - 2).length,
          fear: bits(life.column("communities", "fear")), heard: [...life.column("ties", "heard")],
            readiness: [...life.column("governments", "readiness")],
          row: life.row("process", 0), rows: life.rows("dyads") };
        life.close(); let closed = ""; try { life.step(); } catch (problem) { closed = problem.message; }
        const next = engine.begin({ writes, seed: given.seed }); return { ...answer, closed, bytes: engine.bytes };""",
        with_engine=True,
        world=page_world(case),
        seed=11,
    )
    tables = model.tables
    assert made["end"] == made["again"] == made["third"]
    described = {one["name"]: one for one in page_world(case)["tables"]}
    words = words_of(made["end"])
    for name, table in described.items():
        start, length = table["offset"] // 8, table["rows"] * len(table["columns"])
        here = getattr(tables, name)
        if name != "interventions":
            cells = words[start : start + length]
            assert cells.tobytes() == np.asarray(here.view(np.int64)).tobytes(), name
    assert made["outcomes"]["violence_total"] == float(tables.tally["violence_total"][0])
    assert base64.b64decode(made["fear"]) == np.ascontiguousarray(tables.communities["fear"]).tobytes()
    assert made["heard"] == tables.ties["heard"].tolist()
    assert made["readiness"] == tables.governments["readiness"].tolist()
    assert made["row"]["phase"] == tables.process["phase"][0] and made["rows"] == len(tables.dyads)
    log = mt.event_log(model)
    assert [one["word"] for one in made["events"]] == log["event"].tolist()
    assert [one["month"] for one in made["events"]] == log["month"].tolist()
    told = [(one["who_name"], one["whom_name"]) for one in made["events"] if one["name"] != "INTERVENED"]
    assert told == log[log["event"] != "intervention"][["who", "whom"]].apply(tuple, axis=1).tolist()
    assert made["late"] == 2 and made["month"] == 60 and made["closed"] == "this world is closed"
    assert made["bytes"] < 16e6


@needs_node
def test_worlds_of_two_thousand_communities_run_too():
    case = as_scenario("oslo_1993").with_settings({"society.communities": 2000, "run.months": 24})
    made = in_node(
        """const world = await page.openWorld(given.world); const engine = await engineOf(world);
        const { outcomes } = engine.runs({ writes: world.writes({}), seeds: [0, 1, 2].map((run) => page.runSeed(1,
          run)) }); return bits(outcomes);""",
        with_engine=True,
        world=page_world(case),
    )
    here = mt.simulate(case, runs=3, seed=1, threads=1)
    found = words_of(made).view(OUTCOME_ROW)
    for outcome in ("violence_total", "mean_attitude", "mean_fear", "mean_trust"):
        assert found[outcome].tolist() == here[outcome].tolist()


@pytest.mark.parametrize("name", CASES)
def test_the_description_alone_runs_in_python(name):
    """Without JavaScript: template, cells and offsets of the description, and the module, by wasmtime."""
    pytest.importorskip("wasmtime")
    from test_webassembly import Page

    case = as_scenario(name).with_settings(SHORT | {"run.months": 100})
    described, at_work, runs = page_world(case, spare=3), Page(page_engine().content), 12
    cells = np.frombuffer(unpacked(described["template"]))
    rows = {one["name"]: one["rows"] for one in described["tables"]}
    assert rows == sizes(spare_world(lay_out(case).world, 3))
    settings = {"track_two.budget": 0.25, "trust.prior": -0.5, f"governments.'{case.names['governments'][1]}'.term": 24}
    template, words = at_work.array(len(cells)), at_work.array(len(cells))
    template[:] = cells
    for one in described["settings"]:
        if one["name"] in settings:
            whole = described["columns"][one["of"]]["cell_is_whole"]
            view = template.view(np.int64) if whole else template
            view[one["cell"]] = settings[one["name"]]
    words[:] = template
    seeds = at_work.array(runs, "i8")
    seeds[:] = run_ensemble(case, runs, SEED, threads=1).table["seed"]
    outcomes, series = at_work.array(runs, OUTCOME_ROW), at_work.array((runs, 100), SERIES_ROW)
    none, nothing = at_work.array(0, "i8"), at_work.array((runs, 0))
    world = _world_on(words, rows)
    given = (world, template, seeds, none, nothing, outcomes, as_numbers(outcomes), series, nothing)
    assert at_work.call("run_chunk", *given) == 0
    here = run_ensemble(case.with_settings(settings), runs, SEED, threads=1, series=True)
    assert series.tobytes() == np.asarray(here.series).tobytes()
    assert outcomes["violence_total"].tobytes() == np.asarray(here.table["violence_total"]).tobytes()


def test_calls_are_told_as_numba_takes_them():
    calls = page_engine().calls["exports"]
    assert {"run_chunk", "run_months", "draw_world", "measure_month", "measure_run"} <= set(calls)
    assert [one["name"] for one in calls["run_chunk"]] == [
        "world", "template", "seeds", "cells", "values", "outcomes", "numbers", "series", "finals",
    ]  # fmt: skip
    assert calls["run_chunk"][5] == {"name": "outcomes", "kind": "array", "bytes": OUTCOME_ROW.itemsize}
    by_column = sum(table.by_column for table in TABLES.values())
    flat = 2 + 3 * by_column + 7 * (len(TABLES) + 2 - by_column)
    assert sum(len(one["slots"]) for one in page_engine().described["draw_world"]) == flat


def test_constants_of_a_module_are_measured():
    module = (
        b"\0asm\1\0\0\0"
        + bytes([1, 0])
        + bytes([11, 17, 2, 0, 0x41, 8, 0x0B, 3, 1, 2, 3, 0, 0x41, 0x90, 3, 0x0B, 2, 9, 9])
    )
    assert data_bytes(module) == 400 + 2
    assert data_bytes(b"\0asm\1\0\0\0") == 0
    with pytest.raises(mt.MultitrackError, match="that pages cannot place"):
        data_bytes(b"\0asm\1\0\0\0" + bytes([11, 4, 1, 1, 1, 9]))


def test_the_module_is_small_enough_to_send():
    assert len(page_engine().packed) < 80_000
