"""The chronicle that a page writes is the one that Python writes: the same sentences, from the same data."""

import json
import shutil
import subprocess
from pathlib import Path

import pytest

import multitrack_sim as mt
from multitrack_sim.browser import chronicle as data
from multitrack_sim.reports.filling import FORMATS, fill
from multitrack_sim.reports.words import listing, percent
from multitrack_sim.schema.events import Event
from multitrack_sim.single_run.chronicle import IN_TEXT, chapters_told

PAGE = Path(data.__file__).parent / "page" / "chronicle.js"
NODE = shutil.which("node")
CASES = sorted(path.stem for path in (Path(__file__).parents[1] / "scenarios").glob("*.toml"))
NEEDS_NODE = pytest.mark.skipif(NODE is None, reason="node is not installed: the page's script cannot be run here")


@pytest.fixture(scope="module")
def script(tmp_path_factory):
    """The page's script under a name by which every node knows a module."""
    path = tmp_path_factory.mktemp("page") / "chronicle.mjs"
    path.write_text(PAGE.read_text("utf-8"), "utf-8")
    return path


def told_by_node(script, expression, given):
    """What JavaScript makes of data: `expression` may use the script's own functions and `given`."""
    code = (
        f"import * as page from {json.dumps(script.as_uri())};\n"
        "import { readFileSync } from 'node:fs';\n"
        "const given = JSON.parse(readFileSync(0, 'utf-8'));\n"
        f"process.stdout.write(JSON.stringify({expression}));\n"
    )
    done = subprocess.run(
        [NODE, "--input-type=module", "-e", code],
        input=json.dumps(given), capture_output=True, text=True, encoding="utf-8", timeout=60,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def run_of(scenario, seed):
    model = mt.PeaceProcess(scenario, seed=seed, collect=False)
    model.run()
    return model


def as_lists(told):
    return [{"title": title, "told": [list(line) for line in lines], "summary": end} for title, lines, end in told]


HASTY = {"run.months": 400, "track_one.breakdown": 0.5, "fighting.petering_out": 0.0, "track_one.signature": 0.0}
VOTES = {"track_one.vote_base": 0.5, "track_one.partial": 0.6, "track_one.reopening": 0.2, "run.months": 240}


@NEEDS_NODE
def test_both_tell_the_ten_cases_alike(script):
    assert len(CASES) == 10
    scenarios = [mt.load(case) for case in CASES]
    scenarios += [
        mt.scenario_from_codes({"hurting_stalemate": 4, "parties": 4}).with_settings(s) for s in (HASTY, VOTES)
    ]
    runs = [run_of(scenario, seed) for scenario in scenarios for seed in (1, 2)]
    given = {"words": data.words_as_data(), "runs": [data.run_as_data(model) for model in runs]}
    found = told_by_node(script, "given.runs.map((run) => page.chronicle(run, given.words))", given)
    for model, told in zip(runs, found, strict=True):
        assert told == as_lists(chapters_told(model, IN_TEXT)), model.conflict.title


@NEEDS_NODE
def test_every_sentence_and_format_is_filled_alike(script):
    """Also those that happen in none of the runs."""
    numbers = [0, 0.002, 0.004, 0.345, 0.335, 0.5, 0.125, 0.999, 1, 2, 7, 12, 13, 60, 240, 1234]
    facts = [
        {"who": "A {who} & $&", "whom": "B", "number": n, "count": 2 + int(n), "in_force": k, "durable_months": m}
        for n in numbers for k, m in ((0, 60), (1, 30))
    ]  # fmt: skip
    sentences = [form for event in Event for form in (event.told, event.had, event.many)]
    sentences += [f"{{number:{name}}}" for name in FORMATS]
    expected = [[fill(sentence, one) for one in facts] for sentence in sentences]
    given = {"sentences": sentences, "facts": facts, "words": data.words_as_data()}
    code = "given.sentences.map((one) => given.facts.map((facts) => page.fill(one, facts, given.words)))"
    assert told_by_node(script, code, given) == expected


@NEEDS_NODE
def test_shares_and_names_are_written_alike(script):
    shares = [k / 2048 for k in range(2049)] + [k / 1000 for k in range(1001)] + [0.0949999, 0.99051, 1e-7]
    names = [[], ["a"], ["a", "b"], ["a", "b", "a"], list("abcde"), [*"abcd", "a"], ["P 1", "P 1", "P 2"], ["x"] * 3]
    given = {"shares": shares, "names": names, "words": data.words_as_data()}
    assert told_by_node(script, "given.shares.map(page.percent)", given) == [percent(share) for share in shares]
    code = "given.names.map((names) => page.listing(names, given.words))"
    assert told_by_node(script, code, given) == [listing(some) for some in names]
