"""The story of a run and the chain behind its outcome: names come out right, and every what-if is real."""

import ast
import string
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from synthetic import NASTY

import multitrack_sim as mt
from multitrack_sim.cli import main as cli
from multitrack_sim.cli import run as run_command
from multitrack_sim.process.month import SCHEDULE
from multitrack_sim.reports.words import plain
from multitrack_sim.scenario import layout as build
from multitrack_sim.schema import tables
from multitrack_sim.schema.categories import Phase
from multitrack_sim.schema.event import NEVER, texts
from multitrack_sim.schema.events import Event
from multitrack_sim.schema.tables import TABLES
from multitrack_sim.schema.world import same
from multitrack_sim.single_run import chronicle as story
from multitrack_sim.single_run import counterfactuals as what_ifs
from multitrack_sim.single_run import findings as chain
from multitrack_sim.single_run.event_log import Happening, happenings, once_each

CODES = {"parties": 3, "hurting_stalemate": 4, "track2": 4, "track3": 3, "cbm": 3, "mediation": 4, "spoilers": 4}
LIVELY = {
    "run.months": 60, "society.communities": 9, "track_one.pretalks": 0.9, "track_one.opening": 0.9,
    "track_one.ready_threshold": 0.2, "conflict.exposure": 0.3, "track_two.transfer": 0.8, "cbm.review": 2,
    "spoiling.deterrence": 0.2, "track_one.suspension": 0.6,
}  # fmt: skip
SCENARIO = mt.scenario_from_codes(CODES).with_settings(LIVELY)
NOTHING_SIGNED = {"track_one.signature": 0.0, "track_one.partial": 0.0}

# One issue stands between the parties and an accord, nobody has tabled it, and one scholar can bring it up.
ONE_THING = """
title = "One thing"
month_zero = "1996-06"
issues = [{ name = "Border", tabled = 0, indivisibility = 0.0, potential = 1.0 }]
measures = []
spoilers = []
[run]
months = 60
[society]
communities = 6
[conflict]
violence = 0.6
exposure = 0.5
[track_one]
pretalks = 1.0
opening = 1.0
ready_threshold = 0.05
breakdown = 0.0
aspiration = 0.2
surplus_spread = 1.0
invention = 0.5
ready_steepness = 10.0
concession = 0.06
learning = 0.3
[track_two]
tabling = 1.0
transfer = 0.4
[fighting]
victory = 0.0
petering_out = 0.0
ceasefire = 0.0
[leaders]
turnover = 0.0
turnover_low_support = 0.0
[[governments]]
name = "London"
[[governments]]
name = "Dublin"
[[academics]]
name = "The Scholar"
party = "London"
access = 1.0
credibility = 1.0
[[academics]]
name = "Her Colleague"
party = "Dublin"
access = 0.0
"""


def run_of(scenario, seed=1, months=None, **options):
    model = mt.PeaceProcess(scenario, seed=seed, collect=False, **options)
    for _ in range(model.months if months is None else months):
        model.step()
    return model


@pytest.fixture(scope="module")
def lively():
    return run_of(SCENARIO, seed=6)


@pytest.fixture(scope="module")
def lively_why(lively):
    return mt.explain(lively)


# ---- the table of events ---------------------------------------------------------------------------------------------


def fields(template):
    return {name for _, name, _, _ in string.Formatter().parse(template) if name is not None}


@pytest.mark.parametrize("event", list(Event)[1:], ids=lambda event: event.word)
def test_every_kind_of_event_can_be_told(event):
    for table in (event.who, event.whom):
        assert not table or table in TABLES
    told = texts(event.told)
    always = {"durable_months", "in_force"} | {name for name in ("who", "whom") if getattr(event, name)}
    always |= {"number"} if event.amount else set()
    for form in (*told, event.had, event.many):
        assert form.strip() == form != "" and not form.endswith(".")
        assert fields(form) <= always | ({"count"} if form == event.many else set())
    assert "count" in fields(event.many)
    assert all(("who" in fields(form)) == bool(event.who) for form in told)
    if not isinstance(event.told, str):
        *before, (last, _) = event.told
        assert last == {} and all(conditions and set(conditions) <= always for conditions, _ in before)
    assert not event.opens or event.opens in Phase.words()
    assert bool(event.unit) <= bool(event.amount)


def recorded():
    """Every call of `record` in the rules: the names of the kinds, and what stands for who, whom and amount."""
    for path in sorted((Path(mt.__file__).parent / "process").glob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "record":
                kinds = [one.attr for one in ast.walk(node.args[2]) if isinstance(one, ast.Attribute)]
                yield from ((kind, *map(ast.unparse, node.args[3:6])) for kind in kinds)


def test_what_rules_record_is_what_the_table_declares():
    calls = list(recorded())
    assert len(calls) > 30
    for kind, who, whom, amount in calls:
        event = Event[kind]
        assert (who == "-1") == (event.who == "") and (whom == "-1") == (event.whom == ""), kind
        assert (amount == "0.0") == (event.amount == ""), kind


def test_what_is_taken_out_is_declared_once_and_exists():
    for event in Event:
        how = event.undoing
        if how is None:
            continue
        assert how.phase in SCHEDULE, event.word
        assert {how.id, how.partner} <= {"", "any", "who", "whom", "host", "provision"}


# ---- the log ---------------------------------------------------------------------------------------------------------


def test_the_log_is_a_table_of_all_events(lively):
    log = mt.event_log(lively)
    assert len(log) == lively.tables.tally["events"][0] > 50
    assert log["month"].is_monotonic_increasing and set(log["phase"]) <= set(Phase.words())
    counts = log["event"].value_counts()
    found = lively.outcomes()
    assert counts["attack"] == found["attacks"] and counts["report got through"] == found["reports_heard"]
    assert counts["workshop held"] == found["workshops"] and counts["leadership changed"] == found["leader_changes"]
    people = set(SCENARIO.names["academics"])
    reports = log[log["event"] == "report got through"]
    assert set(reports["who"]) <= people and set(reports["whom"]) <= set(SCENARIO.names["governments"])
    assert log[log["meaning"] == ""]["amount"].isna().all() and (log["date"] == "").all()


def test_the_log_says_where_the_process_stood():
    model = mt.PeaceProcess(SCENARIO, seed=3, collect=False)
    stood = []
    for _ in range(model.months):
        stood.append(model.phase)
        model.step()
    log = mt.event_log(model)
    first = log.groupby("month")["phase"].first()
    wrong = [(month, stood[month], phase) for month, phase in first.items() if stood[month] != phase]
    assert not wrong


def test_what_followed_is_known(lively):
    log = mt.event_log(lively)
    suspended = log[log["event"] == "talks suspended"]
    assert len(suspended) > 0
    for month in suspended["month"]:
        attacks = log[(log["event"] == "attack") & (log["month"] == month - 1)]
        assert len(attacks) > 0 and (attacks["followed"] == "talks suspended").all()
    assert set(suspended["followed"]) <= {
        "talks resumed", "talks broke down", "agreement signed", "partial agreement signed", "",
    }  # fmt: skip


def test_dates_stand_where_the_calendar_is_known():
    model = run_of(mt.loads(ONE_THING), months=20)
    log = mt.event_log(model)
    assert log["date"].iloc[0] == f"1996-{6 + log['month'].iloc[0]:02d}"


# ---- the story -------------------------------------------------------------------------------------------------------


def test_a_story_is_short_and_loses_no_event(lively):
    told = mt.story(lively)
    assert len(told.splitlines()) < 100 and max(map(len, told.splitlines())) <= 100
    assert "Official talks opened." in told and "Talks were suspended" in told
    assert told == mt.story(run_of(SCENARIO, seed=6)), "the same run, the same story"


@pytest.mark.parametrize("path", sorted((Path(__file__).parents[1] / "scenarios").glob("*.toml")), ids=lambda p: p.stem)
def test_the_cases_can_be_told(path):
    scenario = mt.load(path)
    for seed in range(3):
        told = mt.story(run_of(scenario, seed=seed)).splitlines()
        assert len(told) < 120 and told[0].startswith(scenario.title)


def test_very_many_rounds_still_make_a_short_story():
    hasty = {"run.months": 400, "track_one.breakdown": 1.0, "fighting.petering_out": 0.0, **NOTHING_SIGNED}
    model = run_of(SCENARIO.with_settings(hasty), seed=1)
    assert model.outcomes()["breakdowns"] > 20
    told = mt.story(model)
    assert "more chapters in short" in told and len(told.splitlines()) < 120


def test_an_end_by_a_ceasefire_that_held_is_told():
    quiet = {
        "fighting.ceasefire": 0.5,
        "fighting.ceasefire_ends": 0.0,
        "fighting.quiet_months": 6,
        "fighting.recurrence": 0.0,
        "track_one.pretalks": 0.0,
    }
    model = run_of(SCENARIO.with_settings(quiet), seed=1)
    assert model.outcomes()["ended_by"] == "ceasefire"
    told = mt.story(model)
    assert told.count("The ceasefire had held") >= 1 and "by a ceasefire that held" in told
    months = [line for line in told.splitlines() if line.startswith("Fighting ended without an agreement")]
    assert len(months) == 1 and f"(month {model.tables.tally['month_ended_first'][0]} to" in months[0]
    assert set(mt.event_log(model)["phase"].tail(5)) == {"dormant"}


@pytest.mark.parametrize("months", [0, 1, 7])
def test_unfinished_runs_can_be_told_and_explained(months):
    model = run_of(SCENARIO, seed=3, months=months)
    assert f"{months} month{'' if months == 1 else 's'} of 60" in mt.story(model)
    why = mt.explain(model)
    assert why.exact and f"No agreement in {months} month" in why.text
    assert (why.steps["month"] < max(1, months)).all()


def test_a_full_log_is_said_to_be_full(monkeypatch):
    monkeypatch.setitem(tables.SIZES, "events", 40)
    build._blank.cache_clear()
    try:
        model = run_of(SCENARIO, seed=3)
        assert "The log holds the first 40 of" in mt.story(model) and len(mt.event_log(model)) == 40
        why = mt.explain(model)
        assert "The log is full" in why.text and why.exact
    finally:
        build._blank.cache_clear()


def test_nasty_names_do_no_harm(tmp_path):
    scenario = SCENARIO
    rows = dict(scenario.rows)
    for table in ("governments", "academics", "spoilers", "ngos", "issues", "measures"):
        rows[table] = [
            {**row, "name": f"{NASTY[:60].replace(chr(10), ' ')} {at}"} for at, row in enumerate(rows[table])
        ]
    hostile = run_of(scenario, seed=3)
    hostile.names = {table: tuple(row["name"] for row in rows[table]) for table in scenario.names}
    for text in (mt.story(hostile), mt.explain(hostile).text):
        assert all(c.isprintable() or c == "\n" for c in text)
        assert plain(hostile.names["governments"][0])[:20] in text
    for text in (story.story_in_markdown(hostile), mt.explain(hostile).markdown):
        assert all(c.isprintable() or c == "\n" for c in text)
        assert "<script" not in text.replace(r"\<", "") and "**|" not in text.replace(r"\*", "")


# ---- the chain behind the outcome ------------------------------------------------------------------------------------


def test_explaining_touches_nothing_and_is_deterministic(lively, lively_why):
    before, running = lively.snapshot(), lively.running
    again = mt.explain(lively)
    assert np.array_equal(before.view(np.int64), lively.snapshot().view(np.int64)) and lively.running == running
    assert again.text == lively_why.text and again.steps.equals(lively_why.steps)
    assert str(again) == again.text


def test_readiness_is_what_decided(lively, lively_why):
    opened = next(one for one in happenings(lively) if one.kind == Event.TALKS_OPENED)
    assert lively_why.readiness["readiness"].min() == pytest.approx(opened.amount, rel=1e-12)
    shares = lively_why.readiness[["burden", "pressure", "mobilisation"]].sum(axis=1)
    assert shares.to_numpy() == pytest.approx(1.0, abs=1e-9)
    assert (lively_why.readiness["belief"] <= 0).all() and (lively_why.readiness["misperception"] <= 0).all()
    assert (lively_why.readiness["guarantee"] >= 0).all()


def test_the_ledger_adds_up(lively_why):
    trust = lively_why.trust
    whole = trust["prior"] + trust[list(tables.LEDGER)].sum(axis=1)
    assert whole.to_numpy() == pytest.approx(trust["log_odds"].to_numpy(), abs=1e-9)
    assert lively_why.trust_steps["change"].abs().is_monotonic_decreasing


def test_every_attack_that_broke_something_is_listed(lively, lively_why):
    log = mt.event_log(lively)
    broke = log[(log["event"] == "attack") & log["followed"].isin(["talks suspended", "ceasefire ended"])]
    assert lively_why.attacks["month"].tolist() == broke["month"].tolist() != []
    assert lively_why.attacks["faction"].tolist() == broke["who"].tolist()


def test_a_round_that_is_run_again_unchanged_is_the_same(lively):
    rerun = what_ifs.Rerun(lively, [5, 20], lambda bench: None)
    assert rerun.exact
    for month in (5, 20):
        for phase in SCHEDULE:
            bench = rerun.go_to(month)
            nothing = what_ifs.Altered(phase, 9999, None, None, NEVER)
            for name in SCHEDULE:
                bench.pass_phase(name, nothing if name == phase else None)
            rerun._go_on_to(rerun.bench, rerun.until)
            assert same(bench.tables, lively.tables), (month, phase)


@pytest.mark.parametrize("seed", [3, 4])
def test_what_is_taken_out_does_not_happen(seed):
    model = run_of(SCENARIO, seed=seed)
    log = happenings(model)
    found = what_ifs.candidates(model, log, model.month)
    rerun = what_ifs.Rerun(model, [one.happening.month for one in found], lambda bench: None)
    latest = {(one.happening.kind, one.altered and one.altered.draw): one for one in found}
    assert len(latest) > 12
    still = [one.happening.event.word for one in latest.values() if rerun.without(one) is None]
    assert not still


def test_chosen_takes_of_every_kind_in_turn(lively):
    found = what_ifs.candidates(lively, happenings(lively), lively.month)
    few = what_ifs.chosen(found, 30, 24)
    kinds = {one.happening.kind for one in found}
    assert 12 < len(kinds) <= 24 and {one.happening.kind for one in few} == kinds
    assert len({id(one) for one in few}) == 24


class Silent(mt.Academic):
    """A scholar whose report of one month does not get through."""

    month = -1

    def report_probability(self, *arguments):
        return 0.0 if self.model.month == type(self).month else super().report_probability(*arguments)


def decisive_seed(scenario):
    """A seed with exactly one report that got through before an accord."""
    for seed in range(60):
        model = run_of(scenario, seed=seed)
        reports = [one for one in happenings(model) if one.kind == Event.REPORT_HEARD]
        signed = model.outcomes()["months_to_substantive"]
        if signed == signed and sum(one.month <= signed for one in reports) == 1:
            return model, reports[0]
    raise AssertionError("no such seed")


def test_the_decisive_step_is_found_and_real():
    scenario = mt.loads(ONE_THING)
    model, report = decisive_seed(scenario)
    why = mt.explain(model)
    most = why.steps[why.steps["change"] == why.steps["change"].iloc[0]]
    assert ((most["month"] == report.month) & (most["who"] == "The Scholar")).any()
    assert "ad the report of The Scholar not reached London in " in " ".join(why.text.split())
    reported = why.steps[why.steps["event"] == "report got through"].iloc[0]

    class Unheard(Silent):
        month = report.month

    without = run_of(scenario, seed=model.key, agents={mt.Academic: Unheard}).outcomes()
    assert reported["changed"] and without["months_to_substantive"] != model.outcomes()["months_to_substantive"]
    for name in chain.COMPARED:
        assert reported[name] == without[name] or reported[name] != reported[name] and without[name] != without[name]


def test_an_issue_names_the_report_that_tabled_it():
    model, report = decisive_seed(mt.loads(ONE_THING))
    (row,) = mt.explain(model).issues.to_dict("records")
    assert row["tabled"] == report.month and row["tabled_after_report_of"] == "The Scholar"
    assert row["settled"] >= row["tabled"] and row["opened_by"] in ("none", "official", "unofficial", "either", "both")


def test_a_change_from_outside_can_be_taken_out():
    shock = {"month": 12, "scale": "governments.*.hawkishness", "by": 0.5, "why": "A thaw"}
    model = run_of(SCENARIO.with_interventions([shock]), seed=3)
    assert mt.story(model).count("A thaw") == 1
    steps = mt.explain(model).steps
    (row,) = steps[steps["event"] == "intervention"].to_dict("records")
    plain_run = run_of(SCENARIO, seed=3).outcomes()
    assert row["who"] == "A thaw" and row["months_under_accord"] == plain_run["months_under_accord"]


def test_permuted_ids_give_the_same_names_and_what_ifs():
    ids = {"London": 9, "Dublin": 4, "The Scholar": 7, "Her Colleague": 2}
    text = ONE_THING
    for name, number in ids.items():
        text = text.replace(f'name = "{name}"', f'name = "{name}"\nid = {number}')
    model, report = decisive_seed(mt.loads(text))
    why = mt.explain(model)
    of_scholar = why.steps[why.steps["who"] == "The Scholar"]
    assert why.exact and report.month in set(of_scholar["month"])
    assert set(why.readiness["party"]) == {"London", "Dublin"}


def test_a_run_changed_by_hand_is_explained_without_what_ifs():
    model = run_of(SCENARIO, seed=3, months=20)
    model.tables.communities["fear"][0] = 0.9
    for _ in range(20):
        model.step()
    why = mt.explain(model)
    assert (
        not why.exact
        and why.steps.empty
        and "was changed by hand" in why.note
        and why.note in " ".join(why.text.split())
    )
    assert len(why.readiness) and len(why.trust)


class TirelessMediator(mt.Organisation):
    def mediation_effort(self, *arguments):
        return self.skill


class Forgetful(mt.Organisation):
    """A mediator who remembers something that no table holds."""

    def mediation_effort(self, *arguments):
        self.calls = getattr(self, "calls", 0) + 1
        return self.skill / self.calls


def test_agents_of_ones_own_are_run_again_too():
    model = run_of(SCENARIO, seed=3, months=15, agents={mt.Organisation: TirelessMediator})
    why = mt.explain(model)
    assert why.exact and 0 < len(why.steps) <= what_ifs.MOST_WITH_AGENTS
    forgetful = run_of(SCENARIO, seed=3, months=8, agents={mt.Organisation: Forgetful})
    assert not mt.explain(forgetful).exact


# ---- how much is tried ------------------------------------------------------------------------------------------------


def test_threads_do_not_matter_to_what_is_found(lively, lively_why):
    for threads in (1, 2, 3):
        again = mt.explain(lively, threads=threads)
        assert again.text == lively_why.text and again.steps.equals(lively_why.steps)


def test_a_bound_leaves_out_the_least_promising_and_is_said(lively, lively_why):
    asked = []
    few = mt.explain(lively, replays=7, progress=lambda done, total: asked.append((done, total)))
    assert asked == [(done, 7) for done in range(1, 8)] and len(few.steps) <= 7
    found = what_ifs.candidates(
        lively, happenings(lively), chain.Findings(lively, what_ifs.Effort(replays=0))._last_month()
    )
    first = what_ifs.chosen(found, chain.outcome_month(lively), 7)
    assert set(few.steps["month"]) <= {one.happening.month for one in first}
    told = " ".join(few.text.split())
    assert f"Of {len(few.steps)} replays" in told and f"{len(few.steps)} of " in told and "events were tried" in told
    assert len(lively_why.steps) > 7


@pytest.mark.parametrize("threads", [1, 2])
def test_replays_end_when_asked_to_and_keep_what_is_there(lively, threads):
    done = []
    why = mt.explain(lively, threads=threads, progress=lambda *at: done.append(at), stop=lambda: len(done) >= 5)
    assert 5 <= len(done) <= 4 + threads and len(why.steps) <= len(done)
    left = done[0][1] - len(done)
    assert f"The replays were ended early: {left} more had been planned." in " ".join(why.text.split())
    none = mt.explain(lively, threads=threads, seconds=0)
    assert none.steps.empty and "No replay was made." in none.text and none.readiness.equals(why.readiness)


@pytest.mark.parametrize(
    "wrong",
    [{"replays": -1}, {"replays": 1.5}, {"replays": True}, {"threads": 0}, {"threads": "2"}, {"seconds": -1},
     {"seconds": float("nan")}, {"seconds": "5"}, {"seconds": True}],
)  # fmt: skip
def test_an_effort_that_makes_no_sense_is_refused(lively, wrong):
    with pytest.raises(mt.MultitrackError, match=f"{next(iter(wrong))}=.*; allowed: "):
        mt.explain(lively, **wrong)


def test_a_fault_in_progress_is_not_swallowed(lively):
    def fail(done, total):
        raise ZeroDivisionError

    for threads in (1, 2):
        with pytest.raises(ZeroDivisionError):
            mt.explain(lively, threads=threads, progress=fail)


# ---- what a country expert reads --------------------------------------------------------------------------------------

SEEN = Event.VIOLATION_SEEN


@pytest.mark.parametrize(
    ("lines", "breaches"),
    [
        ([], 0),
        ([(3, SEEN, 0, 1, 0.5)], 1),
        ([(3, SEEN, 0, 1, 0.5), (3, SEEN, 0, 2, 0.5)], 1),  # two saw it
        ([(3, SEEN, 0, 1, 0.5), (3, SEEN, 0, 2, 0.4)], 2),  # of another measure
        ([(3, SEEN, 0, 2, 0.5), (3, SEEN, 0, 1, 0.5)], 2),  # two measures alike: those who saw begin anew
        ([(3, SEEN, 0, 2, 0.5), (3, SEEN, 1, 2, 0.5)], 2),  # by another party
        ([(3, SEEN, 0, 1, 0.5), (4, SEEN, 0, 2, 0.5)], 2),  # in another month
        ([(3, SEEN, 0, 1, 0.5), (3, Event.ATTACKED, 0, 1, 0.5), (3, SEEN, 0, 2, 0.5)], 3),
        ([(3, Event.ATTACKED, 0, 1, 0.5), (3, Event.ATTACKED, 0, 2, 0.5)], 2),  # has no line for each witness
    ],
)
def test_what_several_saw_is_one_happening(lines, breaches):
    assert len(once_each(Happening(*line) for line in lines)) == breaches


def test_breaches_are_counted_as_committed():
    model = run_of(
        SCENARIO.with_settings({"cbm.verification": 1.0, "cbm.own_detection": 1.0, "run.months": 120}), seed=3
    )
    commitments = int(model.tables.commitments["violations"].sum())
    log = mt.event_log(model)
    seen = once_each(one for one in happenings(model) if one.kind == SEEN)
    assert 1 < len(seen) <= commitments < (log["event"] == "breach detected").sum()


@pytest.mark.parametrize("seed", range(4))
def test_what_opens_a_chapter_stands_in_it(seed):
    chapters = story._chapters(run_of(SCENARIO, seed=seed))
    assert len(chapters) > 1 and chapters[0].title == story.NO_TALKS
    for chapter in chapters:
        for one in chapter.events:
            assert not one.opens or story._chapter_of(one) == chapter.title
            assert not one.in_force or chapter.title == story.IN_FORCE
            assert one.kind != Event.TALKS_OPENED or chapter.title == story.TALKS


def test_what_an_agreement_covers_is_not_said_to_be_left_out():
    """An agreement may be worth signing as a whole, with an issue in it on which not all are content."""
    scenario, told = mt.load("northern_ireland_1998").with_settings({"run.months": 60}), set()
    for run in range(4):
        why = mt.explain(run_of(scenario, seed=mt.run_seed(1, run)), replays=0)
        text = " ".join(why.text.split())
        for row in why.issues.to_dict("records"):
            if row["settled"] != row["settled"]:
                agreed = "No agreement in" not in text
                without = "Left out of the agreement: " if agreed else "Not settled before the outcome: "
                start = "were content with this part: " if row["in_agreement"] else without
                assert row["issue"] in text.partition(start)[2].partition(".")[0]
                told.add(start)
    assert "were content with this part: " in told


@pytest.mark.parametrize(("months", "held"), [(60, "held five years"), (12, "held one year"), (30, "held 30 months")])
def test_durable_is_said_in_years(months, held):
    model = run_of(SCENARIO.with_settings({"accord.durable_months": months}), months=0)
    assert story.held_in_words(model) == held


@pytest.mark.parametrize("phase", list(Phase), ids=lambda phase: phase.word)
def test_every_phase_has_words(phase):
    model = run_of(SCENARIO, months=3)
    model.tables.process["phase"] = phase
    told = story.outcome_in_words(model)
    assert told.split(". ")[-1].startswith("In month 2: ") and "{" not in told and phase in story.CHAPTERS


def test_a_run_without_agreement_is_explained():
    model = run_of(SCENARIO.with_settings(NOTHING_SIGNED), seed=3)
    why = mt.explain(model)
    assert "No agreement in 60 months" in why.text and why.exact and not why.steps.empty


@pytest.mark.parametrize("ask", [mt.story, mt.explain, mt.event_log])
def test_what_is_no_model_is_refused(ask):
    with pytest.raises(mt.MultitrackError, match="allowed: a PeaceProcess"):
        ask(SCENARIO)


# ---- the command -----------------------------------------------------------------------------------------------------


def test_the_command_tells_a_run(tmp_path, capsys):
    path, out = tmp_path / "one.toml", tmp_path / "out"
    path.write_text(ONE_THING)
    wanted = ["run", str(path), "--runs", "3", "--seed", "5", "--story", "--story-run", "2", "--out", str(out)]
    assert cli.main(wanted) == 0
    said = capsys.readouterr().out
    model = run_of(mt.loads(ONE_THING), seed=mt.run_seed(5, 2))
    assert mt.story(model) in said and mt.explain(model).text in said
    written = (out / "story.md").read_text("utf-8")
    assert written.startswith("# One thing: one run of the model") and "why it came out as it did" in written
    assert cli.main([*wanted[:6], "--story", "--story-run", "3"]) == 2
    assert "--story-run 3" in capsys.readouterr().err


def test_where_nearly_no_run_agrees_the_written_story_says_so_first():
    """The run that is told may be the one in a hundred."""
    for agreed, first in (([0.0] * 99 + [1.0], "Nearly no run reaches an agreement"), ([1.0] * 100, "It began.")):
        runs = SimpleNamespace(table=pd.DataFrame({"agreed": agreed}))
        told = run_command._rare_first(runs, SCENARIO, "# A sea\n\nIt began.\n")
        assert told.split("\n\n")[0] == "# A sea" and told.split("\n\n")[1].startswith(first) and "It began." in told


def test_ctrl_c_ends_the_replays_and_not_the_story(tmp_path):
    """The first one keeps what there is; told in a process of its own, as a person would."""
    path = tmp_path / "lively.toml"
    path.write_text(SCENARIO.with_settings({"run.months": 300}).to_toml(), "utf-8")
    code = (
        "import os, signal, sys\n"
        "from multitrack_sim.cli import main as cli\n"
        "from multitrack_sim.single_run import counterfactuals\n"
        "plain = counterfactuals.Rerun.without\n"
        "def without(self, one, bench=None):\n"
        "    os.kill(os.getpid(), signal.SIGINT) if one.happening is self.first else None\n"
        "    return plain(self, one, bench)\n"
        "def each(self, tried, effort, old=counterfactuals.Rerun.without_each):\n"
        "    self.first = tried[4].happening\n"
        "    return old(self, tried, effort)\n"
        "counterfactuals.Rerun.without, counterfactuals.Rerun.without_each = without, each\n"
        f"sys.exit(cli.main(['run', {str(path)!r}, '--runs', '2', '--story', '--threads', '2']))\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, encoding="utf-8", timeout=300)
    assert done.returncode == 0, done.stderr
    assert "no more replays" in done.stderr and "Traceback" not in done.stderr
    assert "The replays were ended early" in " ".join(done.stdout.split()) and "Of " in done.stdout
