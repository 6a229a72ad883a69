"""Mesa: agents are live handles on rows, their behaviours are the rules, and the model is a Mesa model like any other.

Everything here holds on Mesa 3.3 (Python 3.11) and on Mesa 3.5 (Python 3.12).
"""

import copy
import gc
import importlib
import pickle
import pkgutil
import sys
import weakref
from importlib.metadata import version

import mesa
import numpy as np
import pandas as pd
import pytest

import multitrack_sim as mt
from multitrack_sim import process
from multitrack_sim.agents import AGENTS, Handle
from multitrack_sim.engine import compiled
from multitrack_sim.engine.cache import COMPILED
from multitrack_sim.engine.compiled import plain, uses
from multitrack_sim.process.month import SCHEDULE
from multitrack_sim.running import agents_runs
from multitrack_sim.running.ensemble import run_ensemble
from multitrack_sim.schema.categories import Phase
from multitrack_sim.schema.outcomes import OUTCOMES, SERIES
from multitrack_sim.schema.tables import TABLES
from multitrack_sim.schema.world import differing_cells, same

BEFORE_RNG = tuple(map(int, version("mesa").split(".")[:2])) < (3, 4)
MONTHS = 18
CODES = {"parties": 3, "hurting_stalemate": 4, "track2": 4, "track3": 3, "cbm": 3, "mediation": 4, "spoilers": 3}
LIVELY = {
    "run.months": MONTHS, "society.communities": 9, "track_one.pretalks": 0.9, "track_one.opening": 0.9,
    "track_one.ready_threshold": 0.1, "conflict.exposure": 0.2, "track_two.transfer": 0.8, "cbm.review": 2,
    "track_one.attack_hardening": 0.2,  # so that talks know deadlock
}  # fmt: skip
SCENARIO = mt.scenario_from_codes(CODES).with_settings(LIVELY)


class TirelessMediator(mt.Organisation):
    """A mediator whom deadlock does not wear down."""

    def mediation_effort(self, process, p):
        return self.skill


class AsBefore(mt.Organisation):
    def mediation_effort(self, *arguments):
        return super().mediation_effort(*arguments)


class Counting(mt.PeaceProcess):
    """A user's own model, with a hook of its own after every month."""

    def __init__(self, *arguments, **options):
        self.seen = []
        super().__init__(*arguments, **options)

    def step(self):
        super().step()
        self.seen.append((self.month, self.phase))


def model(seed=3, months=0, **options):
    made = mt.PeaceProcess(SCENARIO, seed=seed, **options)
    for _ in range(months):
        made.step()
    return made


def equal(one, two):
    """Outcomes equal bit for bit, missing values included."""
    return list(one) == list(two) and all(a == b or a != a and b != b for a, b in zip(one.values(), two.values()))


def row_of(table, k):
    """A row of a run table as `model.outcomes()` would give it."""
    return {name: table[name].iloc[k] for name in OUTCOMES}


def rules_of_tables():
    """Every rule that is somebody's behaviour, by name."""
    found = {}
    for module in pkgutil.iter_modules(process.__path__):
        for name, thing in vars(importlib.import_module(f"{process.__name__}.{module.name}")).items():
            text = plain(thing)
            if getattr(text, "behaviour_of", None) and text.__name__ == name:
                found.setdefault((text.behaviour_of, name), set()).add(text)
    return found


# ---- live handles ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", AGENTS)
def test_attributes_read_and_write_the_table(kind):
    world = model(months=2)
    table = getattr(world.tables, kind.table)
    agents = world.agents_by_type[kind]
    assert len(agents) == len(table) > 0
    for agent in list(agents)[:3]:
        for column in TABLES[kind.table].columns:
            stored = table[column.name]
            value = getattr(agent, column.name)
            assert value == stored[agent.index] and type(value) is (int if column.whole else float)
            setattr(agent, column.name, 7)
            assert stored[agent.index] == 7 == getattr(agent.row, column.name)
            stored[agent.index] = 5
            assert getattr(agent, column.name) == 5
            agent.row[column.name] = value
            assert getattr(agent, column.name) == value
            assert column.meaning in getattr(kind, column.name).__doc__


def test_the_two_views_of_the_world_are_one_memory():
    world = model()
    world.world.communities[0].support = 0.77
    assert world.tables.communities["support"][0] == 0.77
    assert pd.DataFrame(world.world.communities)["support"][0] == 0.77


def test_agents_know_their_names_and_rows():
    world = model()
    for kind in AGENTS:
        for at, agent in enumerate(world.handles[kind.table]):
            assert agent.index == at and agent.model is world and isinstance(agent, kind)
            assert agent.name and repr(agent) == f"<{kind.__name__} {agent.name!r}>"
    assert [agent.name for agent in world.handles["governments"]] == list(SCENARIO.names["governments"])
    ids = [agent.unique_id for agent in world.agents]
    assert len(set(ids)) == len(ids) == sum(len(getattr(world.tables, kind.table)) for kind in AGENTS)


def test_every_rule_of_a_table_is_a_behaviour_of_its_agents():
    by_table = {kind.table: kind for kind in AGENTS}
    rules = rules_of_tables()
    assert len(rules) > 25
    for (table, name), texts in rules.items():
        (text,) = texts
        method = getattr(by_table[table], name)
        assert plain(method.rule) is text
        assert method.__doc__ == text.__doc__ and text.__doc__.strip() and method.__name__ == name
    bound = {(kind.table, name) for kind in AGENTS for name in kind.behaviours()}
    assert bound == set(rules)


def test_names_of_behaviours_and_columns_are_free():
    names = [name for kind in AGENTS for name in kind.behaviours()]
    assert len(set(names)) == len(names), "phases know behaviours by name alone"
    taken = set(dir(mesa.Agent)) | {"model", "unique_id", "pos", "index"} | set(vars(Handle))
    for kind in AGENTS:
        columns = {column.name for column in TABLES[kind.table].columns}
        assert not columns & set(names) and not (columns | set(names)) & taken, kind


def test_a_behaviour_applies_its_rule_to_the_agents_own_row():
    world = model()
    first, second = world.handles["communities"][:2]
    first.dividend, second.dividend = 0.2, 0.3
    first.enjoy_peace(0.8, world.world.parameters[0])
    rate = SCENARIO.value("accord.dividend")
    assert first.dividend == 0.2 + rate * (0.8 - 0.2) and second.dividend == 0.3
    ngo = world.handles["ngos"][0]
    assert ngo.work_paid_for(0.3, world.world.parameters[0]) == pytest.approx(0.3)


# ---- what Mesa's users expect ----------------------------------------------------------------------------------------


def test_agent_sets_work():
    world = model(months=1)
    communities = world.agents_by_type[mt.Community]
    stored = world.tables.communities
    assert communities.agg("support", np.mean) == stored["support"].mean()
    assert sorted(communities.get("attitude")) == sorted(stored["attitude"].tolist())
    party = communities.select(lambda community: community.party == 0)
    assert len(party) == (stored["party"] == 0).sum() > 0
    party.set("fear", 0.5)
    assert (stored["fear"][stored["party"] == 0] == 0.5).all() and not (stored["fear"] == 0.5).all()
    before = stored["dividend"].copy()
    communities.do("enjoy_peace", 1.0, world.world.parameters[0])
    assert (stored["dividend"] > before).all()
    groups = communities.groupby("party").count()
    assert groups == {party: (stored["party"] == party).sum() for party in range(3)}
    assert len(world.agents) == sum(map(len, world.agents_by_type.values()))


def test_the_data_collector_has_a_row_for_every_month():
    world = model()
    assert world.run() == pytest.approx(world.outcomes(), nan_ok=True)
    frame = world.datacollector.get_model_vars_dataframe()
    assert len(frame) == MONTHS and set(frame.columns) == {*SERIES, *OUTCOMES}
    assert equal({name: frame[name].iloc[-1] for name in OUTCOMES}, world.outcomes())


def test_the_data_collector_sees_what_the_ensemble_sees():
    many = run_ensemble(SCENARIO, runs=1, seed=9, series=True)
    world = mt.PeaceProcess(SCENARIO, seed=int(many.table["seed"][0]))
    world.run()
    frame = world.datacollector.get_model_vars_dataframe()
    for name, series in SERIES.items():
        stored = many.series[name][0]
        expected = [Phase.words()[int(code)] for code in stored] if series.values else stored.tolist()
        assert [str(x) for x in frame[name]] == [str(x) for x in expected], name


def test_collecting_can_be_left_out():
    quiet = model(collect=False)
    assert quiet.datacollector is None and equal(quiet.run(), model().run())


def test_collectors_of_agents_work_too():
    world = model(collect=False)
    collector = mesa.DataCollector(
        model_reporters={"phase": "phase"}, agenttype_reporters={mt.Government: {"readiness": "readiness"}}
    )
    for _ in range(3):
        world.step()
        collector.collect(world)
    frame = collector.get_agenttype_vars_dataframe(mt.Government)
    assert len(frame) == 3 * len(world.tables.governments)
    assert frame["readiness"].iloc[-1] == world.tables.governments["readiness"][-1]


@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::FutureWarning")
def test_batch_run_gives_the_rows_of_simulate():
    expected = mt.simulate(SCENARIO, runs=3, seed=2)
    seeds = [int(seed) for seed in expected["seed"]]
    parameters, options = {"scenario": SCENARIO}, {"display_progress": False, "data_collection_period": -1}
    if BEFORE_RNG:
        parameters["seed"] = seeds
    else:
        options["rng"] = seeds
    rows = pd.DataFrame(mesa.batch_run(mt.PeaceProcess, parameters, number_processes=1, max_steps=1000, **options))
    rows = rows.set_index("seed").loc[seeds]
    for k in range(len(seeds)):
        assert equal(row_of(rows, k), row_of(expected, k))


def test_the_model_runs_to_its_end_and_not_beyond():
    world = model()
    assert (world.month, world.months, world.phase) == (0, MONTHS, "fighting") and world.running
    world.step()
    assert world.month == 1 and world.steps == 1
    world.run_model()
    assert world.month == MONTHS and not world.running
    before = world.snapshot()
    with pytest.raises(mt.MultitrackError, match=f"ended after {MONTHS} months"):
        world.step()
    assert np.array_equal(before.view(np.int64), world.tables.wholes)
    assert equal(world.run(), world.outcomes())


def test_outcomes_are_the_outcome_table():
    found = model(months=3).outcomes()
    assert list(found) == list(OUTCOMES) == list(mt.outcomes().index)
    for name, outcome in OUTCOMES.items():
        assert found[name] in outcome.values if outcome.values else type(found[name]) is float


# ---- seeds -----------------------------------------------------------------------------------------------------------


def test_the_seed_is_kept_also_when_it_is_0():
    assert [model(seed=seed).key for seed in (0, np.int64(5), 2**53 - 1)] == [0, 5, 2**53 - 1]
    assert same(model(seed=0).tables, model(seed=0).tables) and not same(model(seed=0).tables, model(seed=1).tables)
    assert mt.PeaceProcess(SCENARIO, rng=0).key == 0
    assert same(mt.PeaceProcess(SCENARIO, rng=4).tables, model(seed=4).tables)


def test_without_a_seed_every_model_is_another():
    keys = {mt.PeaceProcess(SCENARIO).key for _ in range(5)}
    assert len(keys) == 5 and all(0 <= key < 2**53 for key in keys)
    drawn = [mt.PeaceProcess(SCENARIO, rng=np.random.default_rng(1)).key for _ in range(2)]
    assert drawn[0] == drawn[1]


@pytest.mark.parametrize("seed", [-1, 2**53, 1.0, 1.5, True, "1", float("nan"), [1]])
def test_bad_seeds_are_refused(seed):
    with pytest.raises(mt.MultitrackError, match="allowed: whole numbers from 0"):
        mt.PeaceProcess(SCENARIO, seed=seed)
    with pytest.raises(mt.MultitrackError, match="allowed: whole numbers from 0"):
        mt.simulate(SCENARIO, runs=1, seed=seed)


@pytest.mark.parametrize("rng", [-1, 2**53, 1.5, "1"])
def test_bad_generators_are_refused(rng):
    with pytest.raises(mt.MultitrackError, match="allowed"):
        mt.PeaceProcess(SCENARIO, rng=rng)


def test_other_wrong_arguments_are_refused():
    with pytest.raises(mt.MultitrackError, match="both seed and rng"):
        mt.PeaceProcess(SCENARIO, seed=1, rng=1)
    with pytest.raises(mt.MultitrackError, match="scenario: found a int; allowed: a Scenario"):
        mt.PeaceProcess(1993)
    with pytest.raises(mt.MultitrackError, match="no such scenario file .did you mean oslo_1993"):
        mt.PeaceProcess("oslo_1939.toml")


# ---- what an override takes out of the compiled engine ----------------------------------------------------------------

BEHAVIOURS = [(kind, name) for kind in AGENTS for name in kind.behaviours()]


def as_before(kind, name):
    """A class that overrides one behaviour and does the same."""

    def method(self, *arguments):
        return getattr(kind, name)(self, *arguments)

    return type(f"{kind.__name__}WithIts{name}", (kind,), {name: method})


@pytest.mark.parametrize(("kind", "name"), BEHAVIOURS, ids=[name for _, name in BEHAVIOURS])
def test_an_override_that_changes_nothing_gives_the_same_bits(kind, name):
    """Only what uses the behaviour runs in Python, between compiled parts."""
    usual, mixed = model(months=MONTHS), model(months=MONTHS, agents={kind: as_before(kind, name)}, collect=False)
    assert same(usual.tables, mixed.tables), differing_cells(usual.tables, mixed.tables)
    assert [in_python for _, in_python in mixed._schedule()].count(True) == sum(
        uses(phase, {name}) for phase in SCHEDULE.values()
    )


@pytest.mark.skipif(not COMPILED, reason="with compilation off all is Python")
def test_parts_that_do_not_use_what_is_overridden_stay_compiled():
    world = model(months=1, agents={mt.Organisation: TirelessMediator}, collect=False)
    twin, in_python = world._schedule()[list(SCHEDULE).index("track_one")]
    assert in_python and "py_func" not in dir(twin)
    kept = {name for name, thing in twin.__globals__.items() if getattr(thing, "__name__", "") == "compiled_part"}
    assert {"read_text", "bargain", "value_fighting_on"} <= kept and "gather_organisations" not in kept


@compiled.part
def halve(world, row):
    row.readiness *= 0.5
    return world.governments[0].readiness


def halve_the_first(world):
    return halve(world, world.governments[0])


def test_a_part_that_is_given_rows_runs_in_python():
    world = model()
    world.tables.governments["readiness"][0] = 0.5
    assert compiled.python_twin(halve_the_first, {}, world.tables)(world.world) == 0.25


def test_progress_of_runs_through_agents_is_shown_on_a_terminal_alone(capsys, monkeypatch):
    tired = {mt.Organisation: TirelessMediator}
    mt.simulate(SCENARIO, runs=2, seed=2, agents=tired)
    assert capsys.readouterr() == ("", "")
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    monkeypatch.setattr(agents_runs, "WORTH_SAYING", 0.0)
    table = mt.simulate(SCENARIO, runs=3, seed=2, agents=tired)
    said = capsys.readouterr()
    assert said.out == "" and said.err.count("3 runs through agents, in Python: about") == 1
    asked = []
    again = mt.simulate(SCENARIO, runs=3, seed=2, agents=tired, progress=lambda *at: asked.append(at))
    assert asked == [(1, 3), (2, 3), (3, 3)] and again.equals(table) and capsys.readouterr() == ("", "")


# ---- copies, branches, release ---------------------------------------------------------------------------------------

COPIES = {"deepcopy": copy.deepcopy, "pickle": lambda made: pickle.loads(pickle.dumps(made))}
KINDS = {
    "compiled": lambda: model(months=5),
    "through agents": lambda: model(months=5, through_agents=True),
    "overridden": lambda: model(months=5, agents={mt.Organisation: TirelessMediator}),
}


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
@pytest.mark.parametrize("copied", COPIES.values(), ids=COPIES)
def test_a_copy_in_mid_run_goes_on_bit_for_bit(copied, kind):
    original = kind()
    other = copied(original)
    assert other.handles["governments"][0].model is other
    assert not np.shares_memory(original.tables.words, other.tables.words)
    assert np.shares_memory(other.world.words, other.tables.words)
    one, two = original.run(), other.run()
    assert equal(one, two) and same(original.tables, other.tables), differing_cells(original.tables, other.tables)
    frames = [made.datacollector.get_model_vars_dataframe() for made in (original, other)]
    assert len(frames[1]) == MONTHS and frames[0].equals(frames[1])
    assert original.steps == other.steps == MONTHS
    agent = other.agents_by_type[mt.Community].select(at_most=1)
    agent.set("fear", 0.123)
    assert (other.tables.communities["fear"] == 0.123).sum() == 1
    assert not (original.tables.communities["fear"] == 0.123).any()


def test_a_snapshot_is_a_branch_point():
    world = model(months=6)
    handle, branch = world.handles["governments"][0], world.snapshot()
    one = world.run()
    world.restore(branch)
    assert (world.month, world.running) == (6, True)
    world.tables.parameters["track_two_budget"] = 0.0
    other = world.run()
    assert not equal(one, other)
    world.restore(branch)
    assert equal(world.run(), one)
    assert handle.readiness == world.tables.governments["readiness"][0]


@pytest.mark.parametrize("months", [0, 5, MONTHS])
@pytest.mark.parametrize(
    "options", [{}, {"through_agents": True}, {"agents": {mt.Organisation: TirelessMediator}}, {"collect": False}]
)
def test_a_model_is_released(months, options):
    made = model(months=months, **options)
    made.outcomes()
    gone = [weakref.ref(made), weakref.ref(made.handles["communities"][0])]
    del made
    gc.collect()
    assert [ref() for ref in gone] == [None, None]


def test_copies_and_ensembles_release_their_models(monkeypatch):
    made = [model(months=4)]
    made += [copied(made[0]) for copied in COPIES.values()]
    made[1].step()
    gone = [weakref.ref(one) for one in made]
    init = mt.PeaceProcess.__init__

    def watched(self, *arguments, **options):
        init(self, *arguments, **options)
        gone.append(weakref.ref(self))

    monkeypatch.setattr(mt.PeaceProcess, "__init__", watched)
    mt.simulate(SCENARIO, runs=2, seed=1, agents={mt.Organisation: TirelessMediator})
    made.clear()
    gc.collect()
    assert [ref() for ref in gone] == [None] * 5


# ---- behaviours of one's own -----------------------------------------------------------------------------------------


def test_an_overridden_behaviour_changes_what_happens():
    changed = [
        not equal(model(seed=seed).run(), model(seed=seed, agents={mt.Organisation: TirelessMediator}).run())
        for seed in range(6)
    ]
    assert any(changed)


def test_an_overridden_behaviour_changes_an_ensemble_alike():
    plain_runs = mt.simulate(SCENARIO, runs=12, seed=4, worlds=True)
    tireless = mt.simulate(SCENARIO, runs=12, seed=4, worlds=True, agents={mt.Organisation: TirelessMediator})
    assert list(tireless["seed"]) == list(plain_runs["seed"])
    assert not tireless.drop(columns="world").equals(plain_runs.drop(columns="world"))
    for k, seed in enumerate(tireless["seed"]):
        alone = mt.PeaceProcess(SCENARIO, seed=int(seed), agents={mt.Organisation: TirelessMediator})
        assert equal(alone.run(), row_of(tireless, k)) and same(alone.tables, tireless["world"][k])


def test_a_behaviour_that_does_as_before_gives_the_same_bits():
    for seed in range(3):
        one, two = model(seed=seed), model(seed=seed, agents={mt.Organisation: AsBefore})
        assert equal(one.run(), two.run()) and same(one.tables, two.tables)
    kept = mt.simulate(SCENARIO, runs=4, seed=4)
    assert mt.simulate(SCENARIO, runs=4, seed=4, agents={mt.Organisation: AsBefore}).equals(kept)


def test_all_classes_can_be_replaced_at_once():
    def same_again(name):
        return lambda self, *arguments: getattr(super(type(self), self), name)(*arguments)

    agents = {}
    for base in AGENTS:
        agents[base] = type(f"My{base.__name__}", (base,), {name: same_again(name) for name in base.behaviours()})
    one, two = model(), model(agents=agents)
    assert equal(one.run(), two.run()) and same(one.tables, two.tables)
    assert {type(agent) for agent in two.agents} == set(agents.values())


def in_python(made):
    return [name for name, (_, python) in zip(SCHEDULE, made._schedule()) if python]


def overriding(base, name):
    return {base: type("Mine", (base,), {name: lambda self, *arguments: getattr(base, name)(self, *arguments)})}


@pytest.mark.parametrize(
    ("agents", "phases"),
    [
        ({}, []),
        ({mt.Organisation: type("Mine", (mt.Organisation,), {})}, []),
        ({mt.Organisation: TirelessMediator}, ["track_one"]),
        (overriding(mt.Community, "listen"), ["publics"]),
        (overriding(mt.Spoiler, "grow"), ["spoiling"]),
        (overriding(mt.NGO, "convene"), ["track_two"]),
        (overriding(mt.Government, "suffer") | {mt.Organisation: TirelessMediator}, ["fighting", "track_one"]),
    ],
)
def test_only_phases_that_use_an_overridden_behaviour_run_in_python(agents, phases):
    assert in_python(model(agents=agents)) == phases


def test_through_agents_every_phase_with_behaviours_runs_in_python():
    assert set(in_python(model(through_agents=True))) == set(SCHEDULE) - {"count"}


def test_a_behaviour_sees_its_agent_and_the_model():
    seen = []

    class Watched(mt.Community):
        def judge(self, reasons, p):
            seen.append((self.model.month, self.index, self.party))
            super().judge(reasons, p)

    made = model(agents={mt.Community: Watched}, months=2)
    parties = made.tables.communities["party"].tolist()
    assert seen == [(month, row, party) for month in range(2) for row, party in enumerate(parties)]


@pytest.mark.parametrize(
    "agents",
    [
        {"Organisation": TirelessMediator},
        {mt.Organisation: mt.NGO},
        {mt.Organisation: 3},
        {mt.Organisation: object.__new__(TirelessMediator)},
        {TirelessMediator: TirelessMediator},
        {mesa.Agent: TirelessMediator},
        [TirelessMediator],
        TirelessMediator,
    ],
)
def test_wrong_classes_are_refused(agents):
    with pytest.raises(mt.MultitrackError, match="^agents.*allowed: .*Organisation"):
        mt.PeaceProcess(SCENARIO, seed=1, agents=agents)
    with pytest.raises(mt.MultitrackError, match="^agents.*allowed: .*Organisation"):
        mt.simulate(SCENARIO, runs=1, seed=1, agents=agents)


# ---- a model of one's own --------------------------------------------------------------------------------------------


def test_a_subclass_with_a_step_of_its_own_works():
    mine, plain_model = Counting(SCENARIO, seed=3), model()
    assert equal(mine.run(), plain_model.run()) and same(mine.tables, plain_model.tables)
    assert [month for month, _ in mine.seen] == list(range(1, MONTHS + 1))
    assert mine.steps == MONTHS


@pytest.mark.parametrize("copied", COPIES.values(), ids=COPIES)
def test_copies_of_a_subclass_keep_its_hook(copied):
    mine = Counting(SCENARIO, seed=3)
    mine.step()
    other = copied(mine)
    other.run()
    assert len(other.seen) == MONTHS and len(mine.seen) == 1
    mine.run()
    assert mine.seen == other.seen


def test_a_hook_may_change_the_world():
    class Muting(mt.PeaceProcess):
        def step(self):
            if self.month == 8:
                self.tables.parameters["track_two_budget"] = 0.0
            super().step()

    muted = SCENARIO.with_interventions([{"month": 8, "set": "track_two.budget", "to": 0.0}])
    assert equal(Muting(SCENARIO, seed=3).run(), mt.PeaceProcess(muted, seed=3).run())
