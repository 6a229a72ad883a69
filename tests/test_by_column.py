"""Tables that lie by columns: for people a table like any other, for rules rows, in memory columns."""

import copy
import pickle

import numba
import numpy as np
import pandas as pd
import pytest

import multitrack_sim as mt
from multitrack_sim.engine.by_column import ByColumn, by_column, held
from multitrack_sim.engine.cache import COMPILED
from multitrack_sim.engine.compiled import OPTIONS, python_twin, rule
from multitrack_sim.engine.random import chance
from multitrack_sim.process.month import SCHEDULE
from multitrack_sim.schema.draws import Draw
from multitrack_sim.schema.tables import TABLES
from multitrack_sim.schema.world import blank_rows, empty_world, records, same

ROW = np.dtype([("fear", "f8"), ("kind", "i8"), ("before", "f8"), ("support", "f8")])
NAMES = [table.name for table in TABLES.values() if table.by_column]


def table(rows):
    """Cells that all differ: words 0, 1, 2 ... as numbers, `kind` as whole numbers."""
    words = np.arange(4.0 * rows)
    made = by_column(words, ROW, rows)
    made["kind"] = np.arange(rows) % 3
    return words, made


# ---- for people ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("rows", [0, 1, 2, 7])
def test_cells_lie_column_after_column(rows):
    words, made = table(rows)
    assert len(made) == rows and made.nbytes == words.nbytes
    assert made["support"].tolist() == list(range(3 * rows, 4 * rows))
    for row in range(rows):
        made[row].before = -1.0 - row
        made["fear"][row] = 0.5
    assert words[2 * rows : 3 * rows].tolist() == [-1.0 - row for row in range(rows)]
    assert words[:rows].tolist() == [0.5] * rows
    assert [made[row]["before"] for row in range(rows)] == words[2 * rows : 3 * rows].tolist()


COPIES = {
    "copy": lambda made: made.copy(),
    "copy.copy": copy.copy,
    "copy.deepcopy": copy.deepcopy,
    "pickle": lambda made: pickle.loads(pickle.dumps(made)),
    "pickle, newest": lambda made: pickle.loads(pickle.dumps(made, pickle.HIGHEST_PROTOCOL)),
    "packed": lambda made: made.packed(),
    "a mask": lambda made: made[np.ones(len(made), bool)],
    "some rows": lambda made: made[np.arange(len(made))],
    "a list of rows": lambda made: made[list(range(len(made)))],
    "some columns": lambda made: made[["fear", "kind", "before", "support"]],
}


@pytest.mark.parametrize("way", COPIES.values(), ids=COPIES)
def test_a_copy_is_an_ordinary_table_and_no_larger_than_its_cells(way):
    words, made = table(5000)  # rows as numpy sees them reach over 120 kB: 600 MB, were they copied
    taken = way(made)
    assert not isinstance(taken, ByColumn) and taken.nbytes == words.nbytes
    assert taken.dtype.names == ROW.names and taken.tolist() == made.tolist()
    before = words.copy()
    taken["fear"] = -1.0
    assert np.array_equal(words, before)


def test_a_slice_is_the_same_memory():
    words, made = table(9)
    made[2:5]["support"] = -1.0
    assert words[27:].tolist() == [27, 28, -1, -1, -1, 32, 33, 34, 35]
    assert pd.DataFrame(made[2:5])["kind"].tolist() == [2, 0, 1]


def test_communities_and_ties_lie_by_columns():
    world = empty_world({"communities": 4, "ties": 6})
    assert {"communities", "ties"} <= set(NAMES)
    for name in NAMES:
        made = getattr(world, name)
        assert isinstance(made, ByColumn) and isinstance(getattr(records(world), name), ByColumn)
        assert all(made[column].flags["C_CONTIGUOUS"] for column in made.dtype.names)
    world.communities[2].fear = 0.75
    assert records(world).communities[2].fear == 0.75
    assert repr(world.communities[0]) and str(world.communities)


# ---- for compiled code -----------------------------------------------------------------------------------------------


@rule
def worry(me, neighbour, p):
    me.fear += 0.5 * (neighbour.before - me.before) if me.kind > 0 else 0.25
    me.kind = me.kind + 1
    me.support = me.fear * p.before


def worry_all(rows, p):
    p = held(p)
    for row in range(len(rows)):
        worry(rows[row], rows[(row + 1) % len(rows)], p)
    total = 0.0
    for row in range(len(rows)):
        total += rows[row].support
    return total


def one_row():
    """A row of an ordinary table, as the engine hands it to rules."""
    rows = blank_rows(1, ROW)
    rows[0] = (0.1, 2, 0.3, 0.4)
    return rows[0]


def as_record(row):
    """A row whose columns are attributes, as Python needs it."""
    return np.array([row], ROW).view(np.recarray)[0]


def compiled(function, **options):
    return numba.njit(**OPTIONS | options)(function) if COMPILED else function


@pytest.mark.parametrize("counts_references", [False, True], ids=["as the engine", "as a user's own function"])
@pytest.mark.parametrize("rows", [0, 1, 2, 7, 64])
def test_compiled_code_and_python_see_the_same_rows(rows, counts_references):
    options = {"_nrt": True} if counts_references else {}
    (words, made), (expected, theirs) = table(rows), table(rows)
    sums = compiled(worry_all, **options)(made, one_row()), python_twin(worry_all, {})(theirs, as_record(one_row()))
    assert sums[0] == sums[1] and words.tobytes() == expected.tobytes()


def test_compiled_code_sees_part_of_a_table():
    (words, made), (expected, theirs) = table(9), table(9)
    compiled(worry_all)(made[3:7], one_row())
    python_twin(worry_all, {})(theirs[3:7], as_record(one_row()))
    assert words.tobytes() == expected.tobytes() != table(9)[0].tobytes()


def test_a_row_that_is_held_is_read_anew_in_every_call():
    first, p = compiled(lambda p: held(p).before), one_row()
    assert first(p) == 0.3
    p["before"] = 0.7
    assert first(p) == 0.7


@pytest.mark.skipif(not COMPILED, reason="compilation is off")
def test_a_loop_over_columns_becomes_vector_code():
    """Rules of several rows at once, whose cells are side by side and need not be gathered: what columns are for."""

    def fade(rows, p):
        p = held(p)
        for row in range(len(rows)):
            rows[row].fear *= 1.0 - p.fear
            rows[row].support += p.support * (rows[row].fear - rows[row].before)

    def code(rows):
        function = numba.njit(**OPTIONS)(fade)
        function(rows, np.zeros(1, ROW)[0])
        return next(iter(function.inspect_llvm().values()))

    assert "x double>" in code(table(8)[1]) and "gather" not in code(table(8)[1])


@pytest.mark.skipif(not COMPILED, reason="compilation is off")
@pytest.mark.parametrize("text", ["rows[0].colour", "rows['fear']", "rows[0.5]"])
def test_what_a_table_does_not_have_is_refused(text):
    with pytest.raises(numba.core.errors.TypingError):
        numba.njit(eval(f"lambda rows: {text}"))(table(3)[1])


# ---- draws that nobody uses ------------------------------------------------------------------------------------------

CODES = {"parties": 3, "track2": 4, "cbm": 3, "spoilers": 3, "hurting_stalemate": 3}
NAMED = mt.scenario_from_codes(CODES).names
MEASURES = [
    Draw.MEASURE_PROPOSED, Draw.MEASURE_RECOMMITTED, Draw.MEASURE_COMPLIED, Draw.MEASURE_DETECTED, Draw.MEASURE_ERODES,
    Draw.MEASURE_SUSPENDED,
]  # fmt: skip


def each(table, column, value):
    return {f"{table}.'{name}'.{column}": value for name in NAMED[table]}


OPEN = {"track_two.access": 1.0, "track_two.publicity": 1.0}
KEEN = {"cbm.proposal": 1.0, "cbm.review": 1, "cbm.funds": 50.0, "cbm.recommitment": 1.0, "cbm.will_margin": 1.0}
LAX = KEEN | {"cbm.compliance": 0.5, "cbm.erosion": 0.5, "cbm.suspension": 0.5, "cbm.own_detection": 0.9}
# settings under which nobody needs these draws, others under which somebody does; the phase, the draws
IDLE = {
    "elections": ({}, each("governments", "term", 2), "circumstances", [Draw.ELECTION]),
    "the back channel": (
        {"track_two.access": 0.0},
        OPEN
        | {"track_two.channel": 1.0, "track_two.leak": 0.0, "track_one.pretalks": 0.0, "pressure.base": 1.0}
        | {"fighting.victory": 0.0, "fighting.petering_out": 0.0},
        "track_two",
        [Draw.CHANNEL_LEAKS, Draw.CHANNEL_ENDS],
    ),
    "taking up what was avoided": (
        {},
        each("issues", "tabled", 0) | {"conflict.start": "talks", "track_one.tabling": 0.001, "track_two.access": 0.0},
        "track_one",
        [Draw.TAKES_UP_ISSUE],
    ),
    "tabling": ({}, OPEN | each("issues", "tabled", 0) | {"track_two.tabling": 0.01}, "track_two", [Draw.TABLES_ISSUE]),
    "people in office": (
        {"track_two.budget": 0.0},
        OPEN | {"fighting.victory": 0.0, "fighting.petering_out": 0.0},
        "track_two",
        [Draw.ENTERS_OFFICE],
    ),
    "attacks": (
        each("spoilers", "capacity", 0.0),
        each("spoilers", "capacity", 1.0) | {"spoiling.deterrence": 0.0, "spoiling.controllable": 1.0},
        "spoiling",
        [Draw.ATTACK_KIND, Draw.ATTACK_FOILED],
    ),
    "what an attack says": (
        each("spoilers", "capacity", 0.0),
        each("spoilers", "capacity", 1.0) | {"spoiling.deterrence": 0.0, "spoiling.control": 0.0},
        "spoiling",
        [Draw.ATTACK_REVEALED],
    ),
    "measures without money": ({"cbm.budget": 0.0}, LAX, "cbm", MEASURES),
    "violations where all comply": (
        KEEN | {"cbm.compliance": 1.0, "cbm.temptation": 0.0},
        LAX,
        "cbm",
        [Draw.MEASURE_DETECTED, Draw.MEASURE_SUSPENDED],
    ),
}


@pytest.mark.parametrize(("nobody", "somebody", "phase", "draws"), IDLE.values(), ids=IDLE)
def test_what_nobody_uses_is_not_drawn(nobody, somebody, phase, draws):
    small = {"society.communities": 9, "run.months": 24}
    assert not drawn(mt.scenario_from_codes(CODES).with_settings(small | nobody), phase) & set(draws)
    assert drawn(mt.scenario_from_codes(CODES).with_settings(small | somebody), phase) >= set(draws)


def drawn(scenario, phase):
    """The purposes of a phase's draws in a run, which goes on as it does unwatched."""
    watched, plain = (mt.PeaceProcess(scenario, seed=5, collect=False) for _ in range(2))
    purposes = set()

    def watch(key, purpose, month, id, partner):
        purposes.add(Draw(purpose))
        return chance(key, purpose, month, id, partner)

    while watched.month < watched.months:
        for name in SCHEDULE:
            watched.pass_phase(name, watch if name == phase else None)
        plain.step()
    assert same(watched.tables, plain.tables)
    return purposes
