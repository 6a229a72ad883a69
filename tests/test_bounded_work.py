"""What is asked for is checked before it is read or made: no file, number or nesting keeps anybody waiting."""

import dataclasses
import itertools
import os
import socket
import time

import pandas as pd
import pytest
from refusals import refused

import multitrack_sim as mt
from multitrack_sim.cli import main as cli
from multitrack_sim.designs.as_written import read_arms
from multitrack_sim.designs.words import outside_quotes, settings_in_words
from multitrack_sim.errors import MultitrackError, printable
from multitrack_sim.scenario import coded_text, lay_out, loads
from multitrack_sim.scenario.interventions import MOST_CHANGED_CELLS
from multitrack_sim.scenario.layout import world_words

A_SECOND = (
    5.0  # for a second's work on a machine that has other work too; what is refused here took minutes, or all memory
)
BASE = mt.scenario_from_codes({})
RANGES = {"track_two.budget": (0, 3), "cbm.budget": (0, 3)}


@pytest.fixture
def soon():
    """Fails a test in which a refusal takes long. Everything is imported and compiled before."""
    lay_out(BASE)
    started = time.process_time()
    yield
    assert time.process_time() - started < A_SECOND


# --- files

COMMANDS = {
    "run": ["run", "{file}"],
    "compare": ["compare", "{file}", "--arm", "no workshops"],
    "arms": ["compare", "oslo_1993", "--arm-file", "{file}"],
    "sweep": ["sweep", "{file}", "--out", "{folder}/sweep"],
    "codes of a scenario": ["new", "{folder}/new.toml", "--codes", "{file}"],
    "cases": ["codes", "{file}"],
}


def special(kind, folder):
    """A file that is none."""
    path = folder / "special"
    if kind == "pipe":
        os.mkfifo(path)
    elif kind == "socket":
        with socket.socket(socket.AF_UNIX) as made:
            here = os.getcwd()
            os.chdir(folder)  # the name of a socket is short
            made.bind("special")
            os.chdir(here)
    elif kind == "directory":
        path.mkdir()
    elif kind == "device":
        return "/dev/zero"
    elif kind == "link to a device":
        path.symlink_to("/dev/zero")
    elif kind == "loop of links":
        path.symlink_to(path)
    elif kind == "too large":
        with open(path, "wb") as stream:
            stream.truncate(3_000_000_000)  # takes no place on the disk
    return path


SPECIAL = {
    "pipe": "is a pipe",
    "socket": "is a socket",
    "directory": "is a directory",
    "device": "is a device",
    "link to a device": "is a device",
    "loop of links": "symbolic links",
    "too large": "is too large",
}


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize("kind", SPECIAL)
def test_what_is_no_file_is_never_read(tmp_path, capsys, soon, kind, command):
    file = special(kind, tmp_path)
    before = sorted(os.listdir(tmp_path))
    (line,) = refused(capsys, *(part.format(file=file, folder=tmp_path) for part in COMMANDS[command]))
    assert SPECIAL[kind] in line and str(file) in line
    assert sorted(os.listdir(tmp_path)) == before


@pytest.mark.parametrize("command", [name for name in COMMANDS if name != "cases"])
@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"a = " + b"[" * 5000, "is nested too deeply"),
        (b"a." * 400_000 + b"a = 1", "is nested too deeply"),
        (b"x = {" + b"a." * 400_000 + b"a = 1}", "is nested too deeply"),
        (b"x = {" + b"a." * 5000 + b"a = 1}", "is nested too deeply"),
        (b"a = 1" + b"0" * 900_000, "a number of too many digits"),
        ("title = 'a'".encode("utf-16"), "it may be UTF-16"),
        (b'title = "\0"', "binary file"),
        (b'title = "\xe9"', "not UTF-8"),
    ],
    ids=itertools.count(),
)
def test_texts_that_never_end(tmp_path, capsys, soon, content, words, command):
    (tmp_path / "bad.toml").write_bytes(content)
    lines = refused(capsys, *(part.format(file=tmp_path / "bad.toml", folder=tmp_path) for part in COMMANDS[command]))
    assert any(words in line for line in lines) and os.listdir(tmp_path) == ["bad.toml"]


# --- what is written on a command line


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("track_two.budget=" + "[" * 5000, "is nested too deeply"),
        ("track_two.budget=" + "{a=" * 5000, "NAME=VALUE"),
        ("track_two.budget=" + "9" * 100_000, "found '999"),
        ("track_two.budget=0x" + "f" * 100_000, "something too large to show"),
        ("track_two.budget=1e" + "9" * 100_000, "found inf"),
        ("a." + " " * 1900 + "'=1", "no such setting"),
        ("x" * 100_000 + "=1", "no such setting"),
        ("." * 100_000 + "=1", "no such setting"),
        ("'" * 100_001 + "=1", "no such setting"),
        ('"\\' * 50_000 + "=1", "no such setting"),
    ],
    ids=itertools.count(),
)
@pytest.mark.parametrize("option", ["--set", "--arm"])
def test_settings_that_never_end(capsys, soon, text, words, option):
    text = text if option == "--set" else f"arm: {text}"
    lines = refused(capsys, "compare", "oslo_1993", *(() if option == "--arm" else ("--arm", "no CBMs")), option, text)
    assert any(words in line for line in lines) and all(len(line) < 1000 for line in lines)


def test_the_parts_of_an_arm_are_found_in_one_pass(soon):
    quoted = 'x="' + '\\"' * 200_000
    assert outside_quotes(quoted + ",b") == [quoted, "b"]
    assert outside_quotes("a=\"b, \\\"c\", d='e, f', g=O'Brien, h") == ['a="b, \\"c"', " d='e, f'", " g=O'Brien", " h"]
    named = loads("title = 'T'\n[[governments]]\nname = 'A, B'\n[[governments]]\nname = 'C'")
    for for_design in (False, True):
        (arm,) = read_arms(named, ["x: governments.'A, B'.population=0.5"], for_design=for_design)
        assert arm.in_design == {"governments.'A, B'.population": 0.5}
        with pytest.raises(MultitrackError, match=r"a\.b=2': sets it again"):
            read_arms(named, ["x: a.b=1, a.b=2"], for_design=for_design)
    assert settings_in_words(["a=" + "[" * 5000], "--set")[0] == {}


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--design", "latin", "--points", "1000000000"], "1,000,000,000 in all; allowed: up to 10,000,000"),
        (["--design", "sobol", "--points", str(2**40)], "4,398,046,511,104 in all"),
        (["--design", "morris", "--points", "1000000000"], "3,000,000,000 in all"),
        (["--design", "one-at-a-time", "--points", "1000000000"], "2,000,000,001 in all"),
        (["--design", "latin", "--points", "1000000", "--runs", "10000000"], "10,000,000,000,000 runs in all"),
        (["--design", "factorial", "--vary", "cbm.sharing=0:1:10000", "--runs", "10000000"], "400,000,000,000 runs"),
        (["--design", "latin", "--runs", "10000000000"], "less than or equal to 10000000"),
    ],
)
def test_sweeps_without_end(tmp_path, capsys, soon, options, words):
    vary = ["--vary", "track_two.budget=0:3", "--vary", "cbm.budget=0:3"]
    capsys.readouterr()
    assert cli.main(["sweep", "oslo_1993", "--out", str(tmp_path / "out"), *vary, *options]) == 2
    said = " ".join(capsys.readouterr().err.replace("│", " ").split())
    assert words in said and "Traceback" not in said and os.listdir(tmp_path) == []


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda d: d.replicates(10**10), "10,000,000,000 runs in all"),
        (lambda d: d.replicates(10**5000), r"some 10\*\*5000 runs"),
        (lambda d: d.dose_response({"track_two.budget": (0, 3)}, 10**9), "1,000,000,000 in all"),
        (lambda d: d.morris(RANGES, 4, levels=10**9), "an even number up to 1,000"),
        (lambda d: d.factorial({f"x{n}": [0, 1, 2] for n in range(1000)}), r"some 10\*\*477 in all"),
        (lambda d: d.factorial({"track_two.budget": itertools.count()}), "more than 1,000,000 levels"),
        (lambda d: d.latin({"run.months": (0, 1e300)}), "too many whole numbers"),
        (lambda d: d.latin(RANGES, 8, seed=-1), "seed: found -1"),
        (lambda d: d.coalitions({f"part {n}": {"cbm.budget": 0} for n in range(40)}), "found 40 tracks"),
        (lambda d: d.paired({f"arm {n}": {} for n in range(20_000)}), "there are 20,000; allowed: up to 10,000"),
    ],
)
def test_designs_without_end(soon, make, words):
    with pytest.raises(MultitrackError, match=words):
        make(mt.designs)


@pytest.mark.parametrize(
    "make",
    [
        lambda runs: mt.simulate(BASE, runs),
        lambda runs: mt.run_ensemble(BASE, runs, worlds=True),
        lambda runs: mt.run_ensemble(BASE, runs, series=True),
        lambda runs: mt.compare(BASE, "no workshops", runs),
        lambda runs: mt.attribute(BASE, runs=runs),
        lambda runs: mt.predict_cases(pd.DataFrame({"case": ["A"]}), runs),
    ],
)
@pytest.mark.parametrize("runs", [10**12, 10**5000], ids=["many", "endless"])
def test_runs_that_no_memory_holds(soon, make, runs):
    with pytest.raises(
        MultitrackError, match=r" of memory, and .* are free; allowed: fewer runs, up to [0-9,]+; .*multitrack sweep"
    ):
        make(runs)


# --- scenarios

WIDE = loads(
    "".join(f'[[governments]]\nname = "G{n}"\n' for n in range(27))
    + "".join(f'[[issues]]\nname = "I{n}"\n' for n in range(200))
)


def everywhere(count):
    """So many changes of all stakes of all parties."""
    return [{"month": month, "scale": "stakes.'*'.'*'.ideal", "by": 0.99} for month in range(1, count + 1)]


def test_interventions_on_all_cells_of_large_tables_take_no_time(soon):
    world = lay_out(WIDE.with_interventions(everywhere(3))).world
    assert len(world.interventions) == 3 * 27 * 200
    assert sorted(set(world.interventions["month"].tolist())) == [1, 2, 3]


def test_how_many_cells_change_is_bounded(soon):
    most = MOST_CHANGED_CELLS // (27 * 200)
    with pytest.raises(MultitrackError, match=r"change 253,800 cells; allowed: up to 250,000 in all"):
        WIDE.with_interventions(everywhere(most + 1))
    many = BASE.with_settings({"society.communities": 200_000})
    shock = {"month": 1, "set": "communities.'*'.fear", "to": 0.5}
    assert len(lay_out(many.with_interventions([shock])).world.interventions) == 200_000
    with pytest.raises(MultitrackError, match="400,002 cells"):
        many.with_interventions([shock, {**shock, "month": 2}])


@pytest.mark.parametrize(
    "change",
    [
        {"month": 1, "set": "stakes.'*'.'I3'.ideal", "to": 0.25},
        {"month": 1, "set": "stakes.'G2'.'*'.ideal", "to": 0.25},
        {"month": 1, "shift": "dyads.'*'.'G1'.misperception", "by": 0.1},
        {"month": 1, "shift": "dyads.'G1'.'*'.misperception", "by": 0.1},
        {"month": 1, "set": "dyads.'*'.'*'.misperception", "to": 0.1},
        {"month": 1, "set": "communities.'G4'.fear", "to": 0.5},
        {"month": 1, "set": "issues.'*'.potential", "to": 0.5},
        {"month": 1, "set": "track_two.budget", "to": 0.5},
    ],
)
def test_a_star_means_each_row_by_its_own_name(change):
    """The rows of one change with a star are those of as many changes with names."""
    verb = next(word for word in ("set", "shift") if word in change)
    names = {
        table: [f"{letter}{n}" for n in range(count)] for table, letter, count in (("g", "G", 27), ("i", "I", 200))
    }
    wide = change[verb].split(".")
    first = "i" if wide[0] == "issues" else "g"
    tables = [first, "g" if wide[0] == "dyads" else "i"][: len(wide) - 2] if "'" in change[verb] else []
    choices = [names[t] if key == "'*'" else [key.strip("'")] for t, key in zip(tables, wide[1:-1])]
    each = [
        {**change, verb: ".".join([wide[0], *(f"'{key}'" for key in keys), wide[-1]])}
        for keys in itertools.product(*choices)
        if wide[0] != "dyads" or keys[0] != keys[1]
    ][:900]
    one, many = (lay_out(WIDE.with_interventions(given)).world.interventions for given in ([change], each))
    for name in one.dtype.names:
        if name not in ("id", "cell"):
            assert one[name][: len(many)].tolist() == many[name].tolist()
    # the table of interventions itself may be longer: cells before it lie at the same places
    assert one["cell"][: len(many)].tolist() == many["cell"].tolist()


def test_many_settings_at_once_take_no_time(soon):
    names = [f"stakes.G{g}.I{i}.ideal" for g in range(27) for i in range(200)]
    made = WIDE.with_settings(dict.fromkeys(names, 0.25))
    assert {row["ideal"] for row in made.rows["stakes"]} == {0.25}
    with pytest.raises(MultitrackError, match="100 problems, the rest is not told"):
        WIDE.with_settings({name.replace("ideal", "ideel"): 0.25 for name in names})
    with pytest.raises(MultitrackError, match="more than 1,000; allowed: up to 1,000"):
        WIDE.with_interventions({"month": 1, "set": name, "to": 0.5} for name in names)
    with pytest.raises(MultitrackError, match="more than 100 problems"):
        WIDE.with_interventions([{"month": 1, "set": f"{name}x", "to": 0.5} for name in names[:1000]])


def test_too_many_arms_are_refused_before_any_is_tried(tmp_path, capsys, soon):
    (tmp_path / "arms.toml").write_text("".join(f'[arms."{n}"]\n"track_two.budgte" = 0\n' for n in range(20_000)))
    (line,) = refused(capsys, "compare", "oslo_1993", "--arm-file", tmp_path / "arms.toml")
    assert "there are 20,000; allowed: 1 to 20" in line


def test_a_world_is_counted_before_it_is_made(soon):
    for scenario in (BASE, WIDE, WIDE.with_interventions(everywhere(3)), loads(coded_text({"parties": 27}))):
        words = len(lay_out(scenario).world.words)
        assert words <= world_words(scenario) <= 1.3 * words
    rows = dict(BASE.rows)
    rows["academics"] = tuple(
        type(row)({**row, "name": f"{n}", "id": n}) for row in BASE.rows["academics"][:1] for n in range(20_000)
    )
    crowd = dataclasses.replace(BASE, rows=type(BASE.rows)(rows))
    with pytest.raises(MultitrackError, match=r"GB of memory \(199,990,000 rapport.*allowed: up to 1\.1 GB"):
        lay_out(crowd)


@pytest.mark.parametrize(
    "value", [10**100_000, [[]] * 3, "x" * 10**7, {"a": "\x1b"}, -(10**5000)], ids=itertools.count()
)
def test_anything_can_be_shown(value):
    assert len(printable(value)) <= 80 and printable(value).isprintable()
