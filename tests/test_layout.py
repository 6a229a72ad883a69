"""From a scenario to the template of its worlds."""

from functools import reduce
from operator import add

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from strategies import scenarios

from multitrack_sim.errors import SettingError
from multitrack_sim.scenario import lay_out, loads, scenario_from_codes
from multitrack_sim.scenario.layout import adding_up_to_one, communities_of
from multitrack_sim.scenario.validation import row_columns
from multitrack_sim.schema.parameters import PARAMETERS
from multitrack_sim.schema.tables import NAMED, REFERS, TABLES
from multitrack_sim.schema.world import differing_cells, same

PARTS = {
    "governments": [
        'name = "A"\nid = 3\npower = 2\npopulation = 5\nhawkishness = 0.9\nratified_by = "referendum"',
        'name = "B"\nid = 10\npopulation = 0\nrequired = false',
        'name = "C"\nid = 11\npopulation = 1\noutside = -0.5',
    ],
    "issues": ['name = "Land"\nid = 7\nweight = 3', 'name = "Water"\nid = 9\ntabled = false\npotential = 0.2'],
    "academics": [
        'name = "P"\nid = 1\nparty = "A"',
        'name = "Q"\nid = 2\nkind = "exile"',
        'name = "R"\nid = 3\nparty = "C"',
        'name = "S"\nid = 8\nparty = "A"',
    ],
    "ngos": ['name = "N"\nid = 1\nparty = "C"', 'name = "O"\nid = 2'],
    "spoilers": [
        'name = "X"\nid = 2\nparty = "B"\nkey_issue = "Water"\nkind = "total"',
        'name = "Y"\nid = 4\nparty = "A"',
    ],
    "measures": ['name = "M1"\nid = 1\nkind = "communication"\nin_force = true', 'name = "M2"\nid = 5'],
    "organisations": ['name = "U"\nid = 1\nkind = "donor"', 'name = "V"\nid = 6\nskill = 0.4'],
    "stakes": ['party = "B"\nissue = "Land"\nideal = 0.8\nsalience = 0.2', 'party = "C"\nissue = "Water"\nideal = 0.1'],
    "dyads": ['of = "A"\nother = "C"\nprior = 1.5', 'of = "C"\nother = "B"\nmisperception = 0.3\nprior = -2'],
}
REST = """
[society]
communities = 13
ties = 3
[[interventions]]
month = 5
set = "governments.'C'.ratified_by"
to = "parliament"
[[interventions]]
month = 5
set = "spoilers.'Y'.key_issue"
to = "Water"
until = 9
[[interventions]]
month = 2
scale = "dyads.'C'.'B'.misperception"
by = 0.5
"""


def text_of(parts):
    return "\n".join(f"[[{table}]]\n{row}" for table, many in parts.items() for row in many) + REST


@pytest.fixture(scope="module")
def layout():
    return lay_out(loads(text_of(PARTS)))


def column(layout, table, name):
    return getattr(layout.world, table)[name].tolist()


def test_rows_lie_in_order_of_id_and_relations_name_rows(layout):
    assert layout.names["governments"] == ("A", "B", "C")
    assert column(layout, "governments", "id") == [3, 10, 11]
    assert column(layout, "academics", "party") == [0, -1, 2, 0]
    assert column(layout, "spoilers", "party") == [1, 0]
    assert column(layout, "spoilers", "key_issue") == [1, 0]
    assert column(layout, "spoilers", "kind") == [2, 0]
    assert column(layout, "governments", "ratified_by") == [2, 0, 0]
    assert column(layout, "issues", "tabled") == [1, 0]


@settings(max_examples=40, deadline=None)
@given(st.randoms(use_true_random=False))
def test_the_order_in_a_file_does_not_matter(random):
    parts = {table: random.sample(many, len(many)) for table, many in PARTS.items()}
    shuffled = dict(random.sample(list(parts.items()), len(parts)))
    scenario, original = loads(text_of(shuffled)), loads(text_of(PARTS))
    assert same(lay_out(scenario).world, lay_out(original).world)
    assert {**scenario.rows, "dyads": 0} == {**original.rows, "dyads": 0}


def test_dyads_are_all_ordered_pairs(layout):
    pairs = list(zip(column(layout, "dyads", "of"), column(layout, "dyads", "other")))
    assert pairs == [(i, j) for i in range(3) for j in range(3) if i != j]
    for row, (i, j) in enumerate(pairs):
        assert row == i * 2 + (j if j < i else j - 1)
    prior, misperception = layout.world.dyads["prior"], layout.world.dyads["misperception"]
    given_prior = {(0, 2): 1.5, (2, 1): -2.0}
    for row, pair in enumerate(pairs):
        assert prior[row] == given_prior[pair] if pair in given_prior else np.isnan(prior[row])
        assert misperception[row] == 0.3 if pair == (2, 1) else np.isnan(misperception[row])


def test_stakes_are_party_by_party_and_add_up_to_one(layout):
    assert column(layout, "stakes", "party") == [0, 0, 1, 1, 2, 2]
    assert column(layout, "stakes", "issue") == [0, 1, 0, 1, 0, 1]
    assert column(layout, "stakes", "ideal") == [0.0, 0.0, 0.8, 0.5, 1.0, 0.1]
    # A by the weights 3 : 1, B names one of two, C names none
    assert column(layout, "stakes", "salience") == pytest.approx([0.75, 0.25, 0.2, 0.8, 0.75, 0.25], abs=1e-15)


def test_rapport_is_between_those_not_of_one_side(layout):
    pairs = list(zip(column(layout, "rapport", "one"), column(layout, "rapport", "two")))
    assert pairs == [(0, 1), (0, 2), (1, 2), (1, 3), (2, 3)]  # P and S are both of A
    assert column(layout, "rapport", "id") == list(range(5))


def test_two_neutral_participants_may_meet():
    layout = lay_out(scenario_from_codes({"parties": 2}))
    neutral = [row for row, party in enumerate(column(layout, "academics", "party")) if party == -1]
    assert (neutral[0], neutral[1]) in zip(column(layout, "rapport", "one"), column(layout, "rapport", "two"))


def test_communities_go_by_population_and_have_ties(layout):
    assert column(layout, "communities", "party") == [0] * 11 + [2] * 2  # 13 times 5 to 0 to 1
    assert column(layout, "communities", "first_tie") == [3 * row for row in range(13)]
    assert set(column(layout, "communities", "ties")) == {3} and len(layout.world.ties) == 39


def test_commitments_and_provisions(layout):
    assert list(zip(column(layout, "commitments", "measure"), column(layout, "commitments", "party"))) == [
        (measure, party) for measure in range(2) for party in range(3)
    ]
    assert list(zip(column(layout, "provisions", "issue"), column(layout, "provisions", "party"))) == [
        (issue, party) for issue in range(2) for party in range(3)
    ]


def test_interventions_name_cells_in_order_of_month(layout):
    change = layout.world.interventions
    assert change["month"].tolist() == [2, 5, 5] and change["until"].tolist() == [-1, -1, 9]
    assert change["kind"].tolist() == [1, 0, 0] and change["value"].tolist() == [0.5, 1.0, 1.0]
    assert change["cell_is_whole"].tolist() == [0, 1, 1]
    names = ["dyads.'C'.'B'.misperception", "governments.'C'.ratified_by", "spoilers.'Y'.key_issue"]
    assert change["cell"].tolist() == [layout.address(name)[0] for name in names]
    layout = lay_out(loads(text_of(PARTS)))
    layout.world.words[layout.world.interventions["cell"][0]] = 0.9
    assert layout.world.dyads["misperception"][5] == 0.9


def test_settings_reach_the_parameters():
    scenario = scenario_from_codes({}).with_settings({"track_two.budget": 2.5, "run.months": 99})
    parameters = lay_out(scenario).world.parameters[0]
    assert parameters["track_two_budget"] == 2.5 and parameters["run_months"] == 99
    for name, p in PARAMETERS.items():
        assert parameters[p.column] == (p.choices.index(scenario.value(name)) if p.choices else scenario.value(name))


def test_every_setting_has_an_address_of_its_own(layout):
    names = {f"{t}.'{name}'.{column}" for t in NAMED for name in layout.names[t] for column in row_columns(t)}
    names |= {f"stakes.'{a}'.'{b}'.ideal" for a in layout.names["governments"] for b in layout.names["issues"]}
    names |= {f"dyads.'{a}'.'{b}'.prior" for a in "ABC" for b in "ABC" if a != b} | set(PARAMETERS)
    found = {name: layout.address(name) for name in names}
    assert len({cell for cell, _ in found.values()}) == len(names)
    for name, (cell, whole) in found.items():
        table, column = (
            ("parameters", PARAMETERS[name].column)
            if name in PARAMETERS
            else (name.split(".")[0], name.rsplit(".")[-1])
        )
        assert whole == TABLES[table].column(column).whole
        changed = layout.new_world()
        changed.wholes[cell] += 1
        assert differing_cells(layout.world, changed) in ([f"{table}.{column}"], []), name  # [] where NaN stays NaN
    with pytest.raises(SettingError, match="did you mean \"governments.'A'.power\""):
        layout.address("governments.'A'.powr")
    with pytest.raises(SettingError):
        layout.address("governments.'A'.readiness")  # what the month computes is not set
    with pytest.raises(SettingError):
        layout.address("dyads.'A'.'A'.prior")


def test_new_worlds_share_nothing(layout):
    world = layout.new_world()
    world.governments["power"][:] = 9
    assert layout.world.governments["power"][0] == 2.0
    assert same(layout.world_on(layout.world.words.copy()), layout.world)


@given(
    st.integers(27, 3000), st.lists(st.sampled_from([0.0, 0.01, 1.0, 3.0, 1000.0]), min_size=2, max_size=27).filter(any)
)
def test_communities_are_all_given_out(communities, populations):
    counts = communities_of(communities, populations)
    assert sum(counts) == communities
    for count, population in zip(counts, populations):
        assert (count > 0) == (population > 0)


@given(st.lists(st.floats(0, 1), min_size=1, max_size=30).filter(lambda values: sum(values) > 1e-6))
def test_shares_add_up_to_exactly_one(values):
    made = adding_up_to_one(values)
    assert reduce(add, made) == reduce(add, reversed(made)) == 1.0 and min(made) >= 0
    assert made == pytest.approx([value / sum(values) for value in values], abs=1e-12)
    assert adding_up_to_one(made) == made


@settings(max_examples=60, deadline=None)
@given(scenarios())
def test_any_valid_scenario_makes_a_world_within_the_tables(scenario):
    layout = lay_out(scenario)
    rows = {table: len(getattr(layout.world, table)) for table in NAMED}
    for name, table in TABLES.items():
        array = getattr(layout.world, name)
        for c in table.columns:
            values = array[c.name]
            known = ~np.isnan(values) if not c.whole else np.ones(len(values), bool)
            assert known.all() or (name, c.name) in {
                ("dyads", "prior"),
                ("dyads", "misperception"),
                ("positions", "position"),
            }
            assert (values[known] >= c.low).all() and (values[known] <= c.high).all(), (name, c.name)
            if c.name in REFERS and len(values):
                assert values.max() < rows[REFERS[c.name]]
    assert len(layout.world.communities) == scenario.value("society.communities")
    assert same(layout.world, lay_out(loads(scenario.to_toml())).world)
