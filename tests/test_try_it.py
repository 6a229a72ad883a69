"""What the report holds for "Try it": the variants as a page runs them, their levers, and the same numbers as the report."""

import base64
import hashlib
import json
import re

import numpy as np
import pytest
from page_in_node import in_node, needs_node, needs_text
from report_numbers import Reader

import multitrack_sim as mt
from multitrack_sim.browser.engine import page_engine
from multitrack_sim.browser.levers import levers_of
from multitrack_sim.browser.try_it import not_to_try, to_try
from multitrack_sim.browser.world import page_world, spare_world, unpacked, variant_world
from multitrack_sim.cli import main as cli
from multitrack_sim.cli import report as command
from multitrack_sim.designs.arms import ARMS
from multitrack_sim.errors import MultitrackError
from multitrack_sim.reports.page import More, comparison_page, handout_page
from multitrack_sim.reports.report_facts import Facts
from multitrack_sim.scenario.layout import lay_out
from multitrack_sim.scenario.library import as_scenario
from multitrack_sim.schema.parameters import PARAMETERS

assert command
CASES = ("oslo_1993", "northern_ireland_1998", "sudan_2005")
PAIRS = 30
HOSTILE = ("</script><b onclick='x()'>", '"><img src=x onerror=alert(1)>')


def small(names=("Hills", "Coast"), **settings):
    codes = {"track2": 4, "cbm": 3, "spoilers": 2, "hurting_stalemate": 3, "party_names": list(names)}
    coded = mt.scenario_from_codes(codes)
    return coded.with_settings({"run.months": 60, "society.communities": 12, **settings})


@pytest.fixture(scope="module")
def comparison():
    """Settings, a change in a later month, something added, and one that a page cannot run."""
    arms = [
        "no Track II",
        "no CBMs from month 6",
        "with a guarantor",
        "larger: society.communities=14",
        "half: track_two.budget=0.5",
    ]
    return mt.compare(small(), arms, runs=PAIRS, seed=5)


@pytest.fixture(scope="module")
def tried(comparison):
    return to_try(Facts(comparison), page_engine())


def data_of(tried):
    return json.loads(unpacked(tried.data))


@pytest.mark.parametrize("case", CASES)
def test_a_variant_is_its_scenario_to_the_bit(case):
    """The cells that a page writes into the baseline's template give that of the variant: whatever is added or left out."""
    base = as_scenario(case)
    template = spare_world(lay_out(base).world, 64)
    tested = 0
    for arm in (*ARMS.values(), *(mt.designs.arms.from_month(one, 24) for one in ARMS.values())):
        try:
            scenario = arm.scenario(base)
        except MultitrackError:  # not to be had in this case
            continue
        made = variant_world(base, scenario)
        words = np.asarray(template.wholes).copy()
        words[made["cells"]] = np.array(made["bits"], np.uint32).view(np.int64)
        laid = lay_out(scenario).world
        left = len(template.interventions) - len(laid.interventions)
        assert np.array_equal(words, np.asarray(spare_world(laid, left).wholes))
        tested += 1
    assert tested > 10


def test_a_variant_of_other_tables_is_refused():
    with pytest.raises(MultitrackError, match="how many there are"):
        variant_world(small(), small(**{"society.communities": 13}))


def levers(base, changes, assumptions=()):
    variant = base.with_settings({name: value for name, value in changes.items() if name != "interventions"})
    variant = variant.with_interventions(changes.get("interventions", []))
    known = frozenset(one["name"] for one in page_world(base)["settings"])
    return levers_of(base, variant, changes, assumptions, variant_world(base, variant)["own"], known)


def test_levers_come_from_the_table_of_parameters():
    changes = {
        "track_two.budget": 0,
        "funding.muted": "moved",
        "cbm.budget": 1,  # as it is: no lever
        "interventions": [
            {"month": 6, "set": "cbm.budget", "to": 0.5},
            {"month": 6, "set": "funding.muted", "to": "burned"},
        ],
    }
    base = small()
    found = levers(base, changes, ["track_two.transfer", "track_two.budget"])
    assert [one.settings or (one.part, *one.rows) for one in found] == [
        ("track_two.budget",), ("funding.muted",), ("value", 0), ("month", 0, 1), ("track_two.transfer",)
    ]  # fmt: skip
    budget, muted, value, month, transfer = found
    assert budget.label == PARAMETERS["track_two.budget"].meaning and budget.start == 0
    assert (budget.low, budget.high) == PARAMETERS["track_two.budget"].range
    assert muted.options == ("burned", "moved", "replaced") and muted.start == 1
    assert (value.start, month.start, month.high) == (0.5, 6, 59)
    assert transfer.both and transfer.start == base.value("track_two.transfer")
    for one in found:
        assert one.low <= one.start <= one.high or one.options
        if not one.options:  # where it stands is a notch, so a browser shows it as it is
            assert abs((one.start - one.low) / one.step - round((one.start - one.low) / one.step)) < 1e-6


def test_what_the_report_holds(comparison, tried):
    page = comparison_page(comparison, comparison.ensembles, {}, more=More(try_it=tried))
    read = Reader(page)
    assert len(page.encode()) < 1_500_000
    policy = next(one["content"] for one in read.every("meta") if "http-equiv" in one)
    assert "script-src 'sha256-" in policy and "'wasm-unsafe-eval'" in policy and "worker-src blob:" in policy
    assert "unsafe-inline" not in policy and "'unsafe-eval'" not in policy and "connect-src" not in policy
    for text in re.findall(r"<script>(.*?)</script>", page, re.S):
        assert base64.b64encode(hashlib.sha256(text.encode()).digest()).decode() in policy
    assert not re.search(r"\son\w+=", page) and " style=" not in page
    assert [one["data-variant"] for one in read.every("div") if "data-variant" in one] == ["1", "2", "3", "5"]
    assert "it changes how many there are of something" in page  # of the fourth, which stays a line
    held = data_of(tried)
    assert held["seed"] == 5 and [one is None for one in held["variants"]] == [True, False, False, False, True, False]
    assert to_try(Facts(comparison), page_engine()).data == tried.data  # the same text again
    handout = handout_page(comparison, {}, More(try_it=tried))
    assert "try-data" not in handout and "<script" not in handout


def test_without_the_model_the_report_says_so(comparison):
    page = comparison_page(comparison, comparison.ensembles, {}, more=More(try_it=not_to_try("it <could> not be made")))
    assert "Try it: not in this report" in page and "it &lt;could&gt; not be made." in page and "<script" not in page


def test_runs_of_other_seeds_cannot_be_made_again(comparison):
    turned = comparison.ensembles["baseline"].table.iloc[::-1].reset_index(drop=True)
    facts = Facts(comparison)

    class Other:
        seed = comparison.seed

        def table(self):
            return turned

    facts.comparison = Other()
    assert "not the first of one seed" in to_try(facts, page_engine()).note


def test_names_are_text():
    """Whoever wrote the scenario and the variants: a name ends no element, no script and no attribute."""
    base = small(HOSTILE)
    power = next(
        one["name"] for one in page_world(base)["settings"] if "<img" in one["name"] and one["name"].endswith(".power")
    )
    arms = {HOSTILE[1]: {"track_two.budget": 0}, HOSTILE[0]: {power: 0.1}}
    named = mt.compare(base, arms, runs=6, seed=1)
    page = comparison_page(named, named.ensembles, {}, more=More(try_it=to_try(Facts(named), page_engine())))
    read = Reader(page)  # which checks that all that is opened is closed
    assert len(read.every("script")) == 2 and not read.every("img", "iframe", "b")


@needs_node
@needs_text
def test_levers_left_alone_give_the_numbers_of_the_report(comparison, tried):
    """In node, by the page's own scripts: the same pairs, so the same estimates and, rounded, the same text."""
    given = [one for one in range(1, 6) if data_of(tried)["variants"][one]]
    found = in_node(
        """const base = await page.openWorld(given.data.world), tool = await at("try_it"), answers = [];
        const arms = { description: base.description, plan: base.plan, template: base.template,
          writes: ({ world, changes }) => world.writes(changes, base) };
        const pool = await poolOf(arms, { workers: 0 });
        for (const one of given.which) {
          const world = base.variant(given.data.variants[one]);
          const changes = tool.changesOf(given.data.levers[one].levers, new Map(), world.description.interventions.own);
          const answer = await pool.ask({ arms: [{ world: base, changes: changes.base }, { world, changes: changes.variant }],
            runs: given.runs, seed: given.data.seed }).finished;
          const effects = tool.effectsOf(answer, world.held("run.months"));
          for (const effect of Object.values(effects)) effect.written = tool.written(effect);
          answers.push(effects);
        }
        return answers;""",
        with_engine=True,
        data=data_of(tried),
        which=given,
        runs=PAIRS,
    )
    facts = Facts(comparison)
    for at, answer in zip(given, found):
        arm = facts.arms[at]
        for outcome, effect in answer.items():
            row = facts.row(arm, outcome)
            expected = [row[name] for name in ("baseline_estimate", "arm_estimate", "difference", "low", "high")]
            got = [effect[name] for name in ("baseline", "arm", "estimate", "low", "high")]
            assert got == pytest.approx(expected, rel=1e-9, abs=1e-9), (arm, outcome)
            told = effect["written"]
            assert told["baseline"] == facts.level(row, "baseline_estimate").striptags()
            assert told["arm"] == facts.level(row, "arm_estimate").striptags()
            ends = f" ({told['low']} to {told['high']})"
            assert told["signed"] + ends == (facts.n(row, "difference", "both") + facts.ends(row)).striptags()


@needs_node
@needs_text
def test_a_lever_that_is_moved_is_that_scenario(comparison, tried):
    """A setting of the variant, the month of its change, and an assumption of both: what `mt.compare` finds of them."""
    data = data_of(tried)
    first, second = (data["levers"][at]["levers"] for at in (1, 2))
    budget = next(at for at, one in enumerate(first) if one["settings"] == ["track_two.budget"])
    month = next(at for at, one in enumerate(second) if one["part"] == "month")
    assumed = next(at for at, one in enumerate(second) if one["both"])
    asked = [[1, [[budget, 0.75]]], [2, [[month, 18], [assumed, 0.4]]]]
    found = in_node(
        """const base = await page.openWorld(given.data.world), tool = await at("try_it"), answers = [];
        const arms = { description: base.description, plan: base.plan, template: base.template,
          writes: ({ world, changes }) => world.writes(changes, base) };
        const pool = await poolOf(arms, { workers: 0 });
        for (const [one, moved] of given.asked) {
          const world = base.variant(given.data.variants[one]);
          const changes = tool.changesOf(given.data.levers[one].levers, new Map(moved), world.description.interventions.own);
          const answer = await pool.ask({ arms: [{ world: base, changes: changes.base }, { world, changes: changes.variant }],
            runs: given.runs, seed: given.data.seed }).finished;
          answers.push(answer.arms.map((runs) => Array.from(runs.column("months_under_accord"))));
        }
        return answers;""",
        with_engine=True,
        data=data,
        asked=asked,
        runs=PAIRS,
    )
    changed = small(**{second[assumed]["settings"][0]: 0.4})
    no_talks = mt.compare(small(), "no Track II", runs=1, seed=5).changes["no Track II"]
    expected = [
        mt.compare(small(), {"moved": no_talks | {"track_two.budget": 0.75}}, runs=PAIRS, seed=5),
        mt.compare(changed, "no CBMs from month 18", runs=PAIRS, seed=5),
    ]
    for one, (here, there) in zip(expected, found):
        assert one.table()["months_under_accord"].tolist() == here
        assert one.table(list(one.arms)[1])["months_under_accord"].tolist() == there


def test_the_command_writes_it_or_says_why_not(tmp_path, capsys, monkeypatch):
    (tmp_path / "small.toml").write_text(small().to_toml(), "utf-8")
    asked = [
        "compare",
        str(tmp_path / "small.toml"),
        "--arm",
        "no Track II",
        "--runs",
        "8",
        "--out",
        str(tmp_path / "out"),
    ]
    assert cli.main([*asked, "-q"]) == 0
    assert "try-data" in (tmp_path / "out" / "comparison.html").read_text("utf-8")
    from multitrack_sim.browser import engine

    def fails():
        raise MultitrackError("no compiler here")

    monkeypatch.setattr(engine, "page_engine", fails)
    assert cli.main(["report", str(tmp_path / "out"), "--out", str(tmp_path / "without.html")]) == 0
    assert "no levers to try: no compiler here" in capsys.readouterr().err
    assert "Try it: not in this report" in (tmp_path / "without.html").read_text("utf-8")
    monkeypatch.setattr(engine, "is_made", lambda: False)
    monkeypatch.setattr(engine, "can_be_kept", lambda: False)
    assert cli.main(["report", str(tmp_path / "out"), "--out", str(tmp_path / "unkept.html"), "-q"]) == 0
    assert "nothing can be kept on this machine" in (tmp_path / "unkept.html").read_text("utf-8")
