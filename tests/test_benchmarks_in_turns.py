"""What benchmarks compare is comparable: the C twin gives the same numbers, trees run their own code, drift cancels."""

import re
import shutil

import numpy as np
import pytest

import multitrack_sim as mt
from benchmarks import against, column_twin
from benchmarks.column_twin import Columns, NoCompiler, build, worst_difference
from benchmarks.measure import interleaved, one_two_two_one
from benchmarks.speed import growing_phases, starts
from benchmarks.trees import ROOT, find_tree, workers
from multitrack_sim.errors import MultitrackError
from multitrack_sim.schema.categories import Phase

in_repository = pytest.mark.skipif(not (ROOT / ".git").exists(), reason="not a git repository")
with_compiler = pytest.mark.skipif(shutil.which("cc") is None, reason="there is no C compiler `cc`")
MONTHS, NAN = 14, float("nan")


def coded(**codes):
    return mt.scenario_from_codes(codes).with_settings({"society.communities": 61})


def case_file(name, communities=80):
    path = ROOT / "scenarios" / f"{name}.toml"
    return mt.load(path).with_settings({"society.communities": communities})


def under_fire(world):
    world.spoilers["struck"], world.process["violence"], world.process["backlash"] = 1, 0.7, 0.2


def in_public_talks(world):
    world.process["phase"], world.process["channel"], world.governments["concession"] = Phase.TALKS, 0, 0.04


def under_an_accord(world):
    world.process["phase"], world.process["carried_out"], world.process["ownerless"] = Phase.IMPLEMENTATION, 0.6, 0.3


def at_peace(world):
    world.process["phase"], world.process["carried_out"] = Phase.DURABLE, 1.0


def unfunded_from_now_on(world):
    world.communities["programme"], world.ngos["active"] = 2, 0


def hardening(world):
    world.process["inequality"], world.parameters["track_three_backfire"] = 1.0, 0.9


def all_in_education(world):
    world.ngos["programme"] = 1
    hardening(world)


def with_fewer_ties(world):
    world.communities["ties"] = np.arange(len(world.communities)) % (world.communities["ties"] + 1)


def of_one_party(world):  # the others have no communities
    world.communities["party"] = 0
    world.governments["count"], world.governments["first_community"] = 0, len(world.communities)
    world.governments["count"][0], world.governments["first_community"][0] = len(world.communities), 0


WORLDS = {
    "two governments": (coded, {}, None),
    "five governments": (lambda: coded(parties=5), {}, None),
    "under fire": (lambda: case_file("northern_ireland_1998"), {}, under_fire),
    "in public talks": (lambda: case_file("northern_ireland_1998"), {}, in_public_talks),
    "under an accord": (lambda: case_file("oslo_1993"), {}, under_an_accord),
    "at peace": (lambda: case_file("south_africa_1994"), {}, at_peace),
    "interfaith work": (lambda: case_file("sudan_2005"), {"track_three.budget": 3}, None),
    "online": (lambda: case_file("sudan_2005"), {"track_three.digital": 1, "track_three.budget": 3}, hardening),
    "money moved": (coded, {"funding.muted": 1, "track_two.budget": 0.2}, under_fire),
    "money replaced": (coded, {"funding.muted": 2, "track_three.budget": 0.2}, None),
    "money gone": (lambda: case_file("northern_ireland_1998"), {}, unfunded_from_now_on),
    "contact hardens": (lambda: case_file("northern_ireland_1998"), {"track_three.budget": 3}, hardening),
    "education": (lambda: case_file("oslo_1993"), {"track_three.budget": 3}, all_in_education),
    "fewer ties": (coded, {}, with_fewer_ties),
    "parties without communities": (lambda: coded(parties=3), {}, of_one_party),
}


@with_compiler
@pytest.mark.parametrize("name", WORLDS)
def test_the_c_twin_gives_the_same_numbers(name):
    scenario, settings, happens = WORLDS[name]
    world, _ = starts(scenario().with_settings(settings), 1)
    if happens is not None:
        happens(world)
    columns, twin = Columns(world), build(world)
    growing_phases(world, MONTHS)
    assert worst_difference(columns, world)[0] > 0.001  # the months do something
    twin(columns.for_c, MONTHS)
    difference, where = worst_difference(columns, world)
    assert difference < 1e-12, where
    columns.restore()
    twin(columns.for_c, MONTHS)
    assert worst_difference(columns, world)[0] == difference  # and again from the same start


@with_compiler
def test_the_worlds_of_the_twin_meet_every_kind_of_programme():
    kinds = set()
    for scenario, settings, happens in WORLDS.values():
        world, _ = starts(scenario().with_settings(settings), 1)
        if happens is not None:
            happens(world)
        growing_phases(world, MONTHS)
        kinds |= set(world.communities["programme"].tolist())
    assert kinds == {-3, -2, -1, 0, 1, 2, 3}


@with_compiler
def test_a_twin_with_other_numbers_is_not_timed(tmp_path, monkeypatch):
    wrong = tmp_path / "wrong.c"
    wrong.write_text(
        column_twin.SOURCE.read_text("utf-8").replace("- 0.5) - by_fear", "- 0.500001) - by_fear"), "utf-8"
    )
    monkeypatch.setattr(column_twin, "SOURCE", wrong)
    monkeypatch.setattr(column_twin, "CASES", {"2 governments": lambda: coded()})
    part = column_twin.measure(1)
    assert [figure.bar.met(figure.value) for figure in part.figures] == [False] and not part.tables
    assert "communities." in part.figures[0].name or "governments." in part.figures[0].name


@pytest.mark.parametrize(
    ("twin", "ours", "apart"),
    [
        ([1.0, 2.0], [1.0, 2.5], 0.5),
        ([1.0, NAN], [1.0, NAN], 0.0),
        ([NAN], [1.0], np.inf),
        ([0.0], [NAN], np.inf),
        ([], [], 0.0),
    ],
)
def test_missing_numbers_differ_from_numbers(twin, ours, apart):
    assert column_twin._apart(np.array(twin), np.array(ours)) == apart


def test_without_a_compiler_the_benchmark_says_so(monkeypatch):
    monkeypatch.setenv("PATH", "")
    assert column_twin.measure(1).how == "Not measured: there is no C compiler `cc` on this machine."


@with_compiler
def test_a_compiler_that_refuses_is_quoted(monkeypatch):
    world, _ = starts(coded(), 1)
    monkeypatch.setattr(column_twin, "FLAGS", ("-march=abacus",))
    with pytest.raises(NoCompiler, match="abacus"):
        build(world)


# ---------------------------------------------------------------- turns


@pytest.mark.parametrize("drift", [-0.2, 0.0, 0.3])
@pytest.mark.parametrize("gain", [0.8, 1.0, 1.9])
def test_an_even_drift_of_the_clock_cancels_between_threads(drift, gain):
    slowness = iter([1.0, 1.0 + drift, 1.0 + 2 * drift, 1.0 + 3 * drift])

    def once(threads):
        took = next(slowness) / (1.0 if threads == 1 else gain)
        return took, took * threads

    found = one_two_two_one(once)
    assert found.speed == pytest.approx(gain) and found.work == pytest.approx(2 / gain)


def test_every_other_turn_goes_backwards():
    order = []
    turns = interleaved({name: lambda name=name: order.append(name) or 1.0 for name in "ab"}, 3)
    assert "".join(order).startswith("abbaab") and turns.ratio("a", "b") == 1.0


def test_a_turn_goes_through_all_trees_and_back():
    class Drifting:  # a tree with `work` to do, on a machine that slows down by the same step with every batch
        batches = 0

        def __init__(self, work):
            self.work = work

        def batch(self, case, runs, seed):
            Drifting.batches += 1
            return {"seconds": self.work * (1.0 + 0.1 * Drifting.batches)}

    one, two, three = against.there_and_back([Drifting(1.0), Drifting(0.6), Drifting(2.0)], "2 governments", 1, 1)
    assert two / one == pytest.approx(0.6) and three / one == pytest.approx(2.0)


# ---------------------------------------------------------------- trees


def test_a_worker_runs_the_runs_it_is_told():
    with workers([str(ROOT)]) as (worker,):
        answer = worker.batch("2 governments", 3, seed=5, outcomes=True)
        again = worker.batch("2 governments", 3, seed=5)
    scenario = mt.scenario_from_codes({"parties": 2}).with_settings({"run.months": 300, "society.communities": 200})
    table = mt.simulate(scenario, runs=3, seed=5, threads=1)
    assert answer["seconds"] > 0 and "outcomes" not in again
    assert set(answer["outcomes"]) == set(table.columns)
    for name, told in answer["outcomes"].items():
        assert told == [None if value != value else value for value in table[name].tolist()], name


@in_repository
def test_a_commit_is_unpacked_whole_and_once(tmp_path):
    tree = find_tree("HEAD", tmp_path)
    assert re.fullmatch("[0-9a-f]{40}", tree.commit) and tree.folder == tmp_path / tree.commit
    assert (tree.folder / "scenarios" / "northern_ireland_1998.toml").is_file() and tmp_path in tree.cache.parents
    (tree.folder / "mark").touch()
    assert find_tree(tree.commit[:9], tmp_path).folder == tree.folder and (tree.folder / "mark").exists()
    assert sorted(path.name for path in tmp_path.iterdir()) == [tree.commit]


def package(folder, text):
    (folder / "multitrack_sim").mkdir(parents=True)
    (folder / "multitrack_sim" / "__init__.py").write_text(text, "utf-8")
    return str(folder)


REFUSED = {
    "nothing of this name": (lambda folder: "no-such-thing", "found 'no-such-thing'; allowed: a commit"),
    "a folder without the model": (str, "allowed: a commit of this repository, or a folder that holds multitrack_sim"),
    "a name in colours": (lambda folder: "\x1b[31mred", r"found '\x1b[31mred'"),
    "a tree that does not import": (lambda folder: package(folder, "import nowhere_at_all"), "nowhere_at_all"),
    "a tree that lacks what is asked": (lambda folder: package(folder, ""), "scenario_from_codes"),
    "a tree that ends at once": (lambda folder: package(folder, "import os; os._exit(3)"), "it said nothing"),
}


@pytest.mark.parametrize("kind", REFUSED)
def test_what_is_no_tree_is_refused_in_one_line(kind, tmp_path, capfd):
    make, words = REFUSED[kind]
    assert against.main([str(ROOT), make(tmp_path), "--repeats", "1", "--runs", "1"]) == 2
    out, err = capfd.readouterr()
    assert out == "" and len(err.splitlines()) == 1 and words in err and "Traceback" not in err


@pytest.mark.parametrize("wrong", [["--runs", "0"], ["--repeats", "-1"], ["--repeats", "many"], []])
def test_wrong_numbers_are_refused(wrong, capsys):
    with pytest.raises(SystemExit) as ended:
        against.main([*(["HEAD"] if wrong else []), *wrong])
    assert ended.value.code == 2 and "Traceback" not in capsys.readouterr().err


@in_repository
def test_the_nearest_name_of_a_branch_is_told(tmp_path):
    from benchmarks.trees import _git

    known = (_git("for-each-ref", "--format=%(refname:short)") or "").splitlines()
    long_enough = next((name for name in known if len(name) > 3), None)
    if long_enough is None:
        pytest.skip("no branch to misspell")
    with pytest.raises(MultitrackError, match="the nearest is"):
        find_tree(long_enough + "_", tmp_path)


def test_without_the_commit_of_the_bars_the_benchmark_says_so(monkeypatch):
    monkeypatch.setattr(against, "YARDSTICK", "no-such-commit")
    part = against.measure(1)
    assert part.how.startswith("Not measured: ") and not part.figures


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ({"a": [1.0, 2.0]}, {"a": [1.0, 2.0]}, "same"),
        ({"a": [1.0, None]}, {"a": [1.0, 2.0]}, "differ in 1 of 2 runs"),
        ({"a": [1.0], "word": ["talks"]}, {"a": [1.0], "word": ["war"]}, "differ in 1 of 1 runs"),
        ({"gone": [1.0], "a": [1.0]}, {"a": [1.0], "new": [2.0]}, "same"),
    ],
)
def test_numbers_are_compared_over_what_both_have(old, new, told):
    assert against.shared_numbers(old, new) == told
