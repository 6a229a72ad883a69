"""The tables: every concept declared once and used, every world one buffer that is copied, restored and addressed."""

import copy
import pickle
import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from test_mechanisms import LIVELY

import multitrack_sim as mt
from multitrack_sim.process.initial import draw_world
from multitrack_sim.process.month import SCHEDULE
from multitrack_sim.process.observation import measure_month, measure_run
from multitrack_sim.scenario import lay_out
from multitrack_sim.schema.events import Event
from multitrack_sim.schema.outcomes import OUTCOME_ROW, OUTCOMES, SERIES, SERIES_ROW
from multitrack_sim.schema.parameters import PARAMETERS, SECTIONS
from multitrack_sim.schema.tables import LEDGER, SIZES, TABLES
from multitrack_sim.schema.world import (
    as_numbers,
    blank_rows,
    cell,
    differing_cells,
    empty_world,
    records,
    restore,
    same,
    sizes,
    snapshot,
)

PACKAGE = Path(mt.__file__).parent
ROWS = {name: at % 3 + 1 for at, name in enumerate(TABLES)}
COLUMNS = [(name, column.name) for name, table in TABLES.items() for column in table.columns]


@pytest.fixture
def world():
    return empty_world(ROWS)


@pytest.fixture(scope="module")
def furnished():
    """A world of three parties, furnished, before its first month."""
    scenario = mt.scenario_from_codes({"parties": 3, "track2": 3, "cbm": 3, "spoilers": 3})
    layout = lay_out(scenario.with_settings({"society.communities": 9, "run.months": 30}))
    layout.world.process["key"] = 11
    draw_world(layout.world)
    return layout.world


def pass_months(world, months):
    for month in range(months):
        for phase in SCHEDULE.values():
            phase(world, month)


def text_of(*paths):
    return "\n".join(path.read_text("utf-8") for name in paths for path in sorted(PACKAGE.glob(name)))


# ---- what is declared ------------------------------------------------------------------------------------------------

DECLARED = [
    *(("parameter", p.name, p.meaning, p.unit) for p in PARAMETERS.values()),
    *(("outcome", o.name, o.meaning, o.unit) for o in OUTCOMES.values()),
    *(("series", o.name, o.meaning, o.unit) for o in SERIES.values()),
    *((f"table {t.name}", c.name, c.meaning, c.unit) for t in TABLES.values() for c in t.columns),
]


def test_everything_has_a_meaning_a_unit_and_a_name_of_its_own():
    assert [declared for declared in DECLARED if not all(text.strip() for text in declared)] == []
    assert len({declared[:2] for declared in DECLARED}) == len(DECLARED)
    assert all(table.meaning.strip() for table in TABLES.values())
    assert len({event.word for event in Event}) == len(Event)


def test_names_can_be_written_as_attributes_and_settings():
    assert all(re.fullmatch(r"[a-z]+(_[a-z]+)*", name) for _, name, _, _ in DECLARED if "." not in name)
    assert all(re.fullmatch(r"[a-z_]+\.[a-z_]+", name) for name in PARAMETERS)
    assert {name.partition(".")[0] for name in PARAMETERS} == set(SECTIONS)


def test_every_parameter_has_a_column_of_its_own():
    columns = [p.column for p in PARAMETERS.values()]
    assert len(set(columns)) == len(columns)
    assert columns == [c.name for c in TABLES["parameters"].columns]


def test_every_parameter_says_where_its_value_comes_from():
    assert [p.name for p in PARAMETERS.values() if not p.source.strip()] == []


@pytest.mark.parametrize("p", PARAMETERS.values(), ids=PARAMETERS)
def test_a_default_lies_in_what_is_allowed_and_a_sweep_within_it(p):
    assert p.low <= p.range[0] < p.range[1] <= p.high
    assert p.low <= p.default <= p.high
    assert p.range[0] <= p.default <= p.range[1], "a study would not visit the default"
    if p.whole:
        assert all(value == int(value) for value in (p.default, *p.range))


@pytest.mark.parametrize("table", TABLES.values(), ids=TABLES)
def test_columns_start_within_their_limits(table):
    for column in table.columns:
        assert column.low <= column.high
        assert column.low <= column.default <= column.high
        if column.choices:
            assert column.whole and (column.low, column.high) == (0, len(column.choices) - 1)
            assert len(set(column.choices)) == len(column.choices)


def test_trust_has_a_column_for_each_of_its_sources():
    assert {column.name for column in TABLES["dyads"].columns} >= {"trust", "prior", *LEDGER}


def test_a_missing_value_is_explained_where_there_can_be_one():
    for outcome in [*OUTCOMES.values(), *SERIES.values()]:
        assert outcome.missing.strip()
        assert not (outcome.values and outcome.missing != "never missing"), "a category has no NaN"
        assert not outcome.event or outcome.missing != "never missing", "a time may not come"


@pytest.mark.parametrize("table", [mt.parameters, mt.outcomes])
def test_the_tables_can_be_read_as_data_frames(table):
    frame = table()
    assert isinstance(frame, pd.DataFrame) and frame.index.is_unique
    assert list(frame.index) == list(PARAMETERS if table is mt.parameters else OUTCOMES)
    assert frame["meaning"].str.len().min() > 0


# ---- what is declared is used ----------------------------------------------------------------------------------------


def test_every_parameter_is_read_somewhere_in_the_model():
    model = text_of("process/*.py")
    layout = text_of("scenario/layout.py", "scenario/scenario.py")
    unread = [
        p.name
        for p in PARAMETERS.values()
        if not re.search(rf"\.{p.column}\b", model) and not (p.structural and f'"{p.name}"' in layout)
    ]
    assert unread == []


def test_every_column_is_read_or_written_somewhere_in_the_model():
    model = text_of("process/*.py", "scenario/layout.py")
    unused = [
        f"{table}.{name}"
        for table, name in COLUMNS
        if table != "parameters" and not re.search(rf"\.{name}\b|\"{name}\"", model)
    ]
    assert unused == []


def moving_scenarios():
    """Scenarios in which, between them, every parameter has something to move."""
    codes = {"hurting_stalemate": 3, "track2": 4, "track3": 3, "cbm": 3, "mediation": 3, "guarantee": 2, "secrecy": 2}
    codes |= {"cost_of_no_deal": 2, "fighting_level": 2, "hawkishness": 3, "outside_pressure": 3}
    quick = {
        "track_one.pretalks": 0.9, "track_one.opening": 0.9, "track_one.war_cost": 1.0, "track_one.aspiration": 0.1,
        "track_one.ratification_months": 1, "track_one.vote_base": 0.5, "track_one.suspension": 1.0,
        "conflict.exposure": 0.1, "accord.months": 6, "accord.durable_months": 12, "accord.doubt": 0.2,
        "cbm.proposal": 0.6, "cbm.review": 1, "trust.reliable_share": 0.4, "spoiling.deterrence": 0.2,
        "track_two.channel": 0.9, "track_two.leak": 0.3, "track_two.tabling": 0.01, "track_two.rapport_gain": 0.4,
        "track_two.office": 0.3, "track_two.officials_attend": 0.5,
        "conflict.incidents": 0.5, "fighting.petering_out": 0.1, "fighting.ceasefire": 0.2, "fighting.quiet_months": 3,
        "track_one.participation": 0.6, "track_one.participation_power": 0.6,
        "track_one.comprehensive": 0.3, "run.months": 90, "society.communities": 9,
    }  # fmt: skip
    three = mt.scenario_from_codes({**codes, "parties": 3, "spoilers": 3})
    two = mt.scenario_from_codes({**codes, "parties": 2, "spoilers": 1, "power_asymmetry": 4})
    voting = {f"governments.'{name}'.ratified_by": "referendum" for name in three.names["governments"]}
    avoided = {f"issues.'{three.names['issues'][-1]}'.tabled": 0}
    inside = {
        f"spoilers.'{name}'.{key}": x for name in two.names["spoilers"] for key, x in (("inside", 1), ("ideal", 0.5))
    }
    everything = {
        "track_one.reopening": 0.5, "track_one.accession": 0.5, "accord.withdrawal": 0.5, "track_two.digital": 0.5,
        "track_three.digital": 0.5, "track_one.technology": 0.5, "funding.muted": "replaced", "track_two.budget": 0.5,
        "spoiling.payment": 0.5, "spoiling.socialisation": 0.5, "spoiling.departing_train": 0.5, "spoiling.coercion": 0.1,
        "cbm.funds": 2.0, "cbm.erosion": 0.2, "run.months": 90, "society.communities": 9, "track_two.channel": 0.5,
    }  # fmt: skip
    columns = {
        "governments": {"term": 12, "interests": 0.5, "military": 0.5},
        "organisations": {"pressure": 0.5, "proposes": 0.5},
        "ngos": {"programme": "education"},
    }
    everything |= {
        f"{table}.'{name}'.{key}": x
        for table, said in columns.items()
        for name in two.names[table]
        for key, x in said.items()
    }
    everything |= {
        f"ngos.'{two.names['ngos'][0]}'.programme": "interfaith",
        f"dyads.'{two.names['governments'][0]}'.'{two.names['governments'][1]}'.recognition": 0.3,
    }
    return [
        three.with_settings(quick | voting | avoided),
        two.with_settings(everything | inside),
        two.with_settings(quick | everything | inside),
        mt.scenario_from_codes({**codes, "spoilers": 2.5}).with_settings({**everything, **quick, "funding.muted": 0}),
        two.with_settings(quick | inside | {"spoiling.deterrence": 0.0, "track_one.aspiration": 0.6}),
        three.with_settings({"run.months": 90, "society.communities": 9}),
        mt.scenario_from_codes({**codes, "parties": 6}).with_settings({"run.months": 60, "society.communities": 9}),
        two.with_settings({"run.months": 90, "society.communities": 9}),
        two.with_settings({"run.months": 90, "society.communities": 9, "trust.rule_of_thumb": 1}),
        # nothing is signed but where talks of all would fail
        mt.scenario_from_codes({**LIVELY, "parties": 5}).with_settings(
            {"run.months": 240, "society.communities": 10, "track_one.signature": 0.0, "track_one.partial": 0.0}
        ),
        two.with_settings(
            {"run.months": 90, "society.communities": 9, "pressure.base": 1.0, "pressure.outside_effect": 1.0}
        ),
    ]


def test_every_parameter_moves_something_in_some_world():
    """Read is not yet used: at one end or the other of its range, each changes an outcome of some run."""
    waiting = [p for p in PARAMETERS.values() if not p.structural]
    runs = 16
    for scenario in moving_scenarios():
        before = mt.simulate(scenario, runs=runs, seed=5)
        still = []
        for p in waiting:
            ends = np.where(np.arange(runs) % 2, *p.range)
            if mt.simulate(scenario, runs=runs, seed=5, vary={p.name: ends}).equals(before):
                still.append(p)
        waiting = still
    assert [p.name for p in waiting] == []


SENTINEL = np.uint64(0x7FF8_0000_DEAD_BEEF)  # a NaN that no computation gives


@pytest.mark.parametrize("months", [0, 1, 30])
@pytest.mark.parametrize(
    ("measure", "row"), [(measure_run, OUTCOME_ROW), (measure_month, SERIES_ROW)], ids=["run", "month"]
)
def test_measuring_fills_every_field(furnished, months, measure, row):
    world = copy.deepcopy(furnished)
    pass_months(world, months)
    rows = blank_rows(1, row)
    rows.view(np.uint64)[:] = SENTINEL
    measure(world, rows[0], *([as_numbers(rows)[0]] if measure is measure_run else []))
    unfilled = [name for name in row.names if rows[name].view(np.uint64)[0] == SENTINEL]
    assert unfilled == []


# ---- one world, one buffer -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("table", TABLES.values(), ids=TABLES)
def test_every_column_has_eight_bytes_and_nothing_lies_between(table):
    assert all(table.dtype[name].itemsize == 8 for name in table.dtype.names)
    assert table.dtype.itemsize == 8 * len(table.columns)
    assert table.dtype.names == tuple(column.name for column in table.columns)
    for column in table.columns:
        assert table.dtype[column.name] == (np.int64 if column.whole else np.float64)


def test_tables_lie_on_one_buffer_side_by_side(world):
    assert sum(getattr(world, name).nbytes for name in TABLES) == world.words.nbytes == world.wholes.nbytes
    for at, name in enumerate(TABLES):
        getattr(world, name).view(np.int64)[:] = at + 1
    counts = [len(getattr(world, name)) * len(table.columns) for name, table in TABLES.items()]
    assert np.array_equal(world.wholes, np.repeat(np.arange(len(TABLES)) + 1, counts))
    world.words[:] = 0.5
    assert all((getattr(world, name).view(float) == 0.5).all() for name in TABLES)


@given(st.sampled_from(COLUMNS), st.data())
def test_a_cell_has_an_address(place, data):
    table, column = place
    world = empty_world(ROWS)
    row = data.draw(st.integers(0, sizes(world)[table] - 1))
    at = cell(world, table, row, column)
    before = world.wholes.copy()
    (world.wholes if TABLES[table].column(column).whole else world.words)[at] = 7
    assert getattr(world, table)[column][row] == 7
    assert getattr(records(world), table)[row][column] == 7
    before[at] = world.wholes[at]
    assert np.array_equal(before, world.wholes)
    getattr(world, table)[column][row] = 3
    assert (world.wholes if TABLES[table].column(column).whole else world.words)[at] == 3


def test_there_is_no_address_where_there_is_nothing(world):
    with pytest.raises(KeyError):
        cell(world, "tribes", 0, "id")
    with pytest.raises(ValueError):
        cell(world, "issues", 0, "colour")


def test_a_new_world_holds_the_defaults(world):
    assert sizes(world) == ROWS | SIZES
    for name, table in TABLES.items():
        for column in table.columns:
            values = getattr(world, name)[column.name]
            if column.name == "id":
                assert values.tolist() == list(range(len(values)))
            elif name != "events":
                assert (values == column.default).all(), (name, column.name)


def test_a_snapshot_is_a_copy_and_restoring_keeps_every_view(furnished):
    world = copy.deepcopy(furnished)
    governments, row, kept = world.governments, records(world).governments[0], snapshot(world)
    before = copy.deepcopy(world)
    pass_months(world, 12)
    assert not same(world, before) and world.process["month"][0] == 12
    later = copy.deepcopy(world)
    restore(world, kept)
    assert same(world, before)
    assert governments is world.governments and np.shares_memory(governments, world.words)
    world.words[cell(world, "governments", 0, "readiness")] = 0.123
    assert governments["readiness"][0] == row.readiness == 0.123
    restore(world, kept)
    pass_months(world, 12)
    assert same(world, later)


@pytest.mark.parametrize("view", [lambda world: world, records], ids=["plain", "records"])
@pytest.mark.parametrize(
    "copied", [copy.deepcopy, lambda world: pickle.loads(pickle.dumps(world))], ids=["deepcopy", "pickle"]
)
def test_copies_keep_their_tables_together_and_share_nothing(furnished, view, copied):
    original = view(furnished)
    other = copied(original)
    assert same(original, other) and type(other) is type(original)
    assert type(other.governments) is type(original.governments)
    assert not np.shares_memory(original.words, other.words)
    for name in TABLES:
        assert not len(getattr(other, name)) or np.shares_memory(getattr(other, name), other.words)
    other.governments["power"][0] = 99.0
    assert other.words[cell(other, "governments", 0, "power")] == 99.0
    assert original.governments["power"][0] != 99.0
    assert differing_cells(original, other) == ["governments.power"]


def test_worlds_of_different_shape_are_not_the_same(world):
    assert not same(world, empty_world(ROWS | {"issues": 9}))


@pytest.mark.parametrize("view", [lambda world: world, records], ids=["plain", "records"])
@pytest.mark.parametrize("name", TABLES)
def test_a_table_is_a_data_frame(furnished, view, name):
    table = getattr(view(furnished), name)
    frame = pd.DataFrame(table)
    assert list(frame.columns) == [column.name for column in TABLES[name].columns]
    assert len(frame) == len(table)
    for column in TABLES[name].columns:
        assert np.array_equal(frame[column.name], np.asarray(table[column.name]), equal_nan=not column.whole)
