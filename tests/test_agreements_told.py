"""A run with several agreements is told agreement by agreement: who signed, joined and left, what each settles, its end."""

import functools
import re

import pytest

import multitrack_sim as mt
from multitrack_sim.schema.categories import Agreement, Phase
from multitrack_sim.schema.event import texts
from multitrack_sim.schema.events import Event
from multitrack_sim.single_run.agreements import agreements_told, signed_agreements
from multitrack_sim.single_run.chronicle import IN_TEXT, outcome_in_words
from multitrack_sim.single_run.event_log import happenings, row_name, when

CODES = {"parties": 4, "hurting_stalemate": 4, "fighting_level": 3, "mediation": 4, "guarantee": 3}
QUICK = {
    "society.communities": 9, "track_one.pretalks": 0.9, "track_one.opening": 0.9, "track_one.ready_threshold": 0.2,
    "track_one.concession": 0.15,
}  # fmt: skip
ALL_VOTE = {f"governments.'Party {number}'.ratified_by": "referendum" for number in range(1, 5)}
KINDS_OF_RUN = {
    "as it is": {},
    "few sign": {
        "track_one.participation": 0.3, "track_one.participation_power": 0.3, "track_one.accession": 0.4,
        "track_one.aspiration": 0.8,
    },
    "many leave": {"accord.withdrawal": 0.4, "accord.temptation": 4.0, "track_one.accession": 0.3},
    "votes fail": {**ALL_VOTE, "track_one.vote_base": 0.5, "track_one.partial": 0.6, "track_one.reopening": 0.2},
    "soon durable": {**ALL_VOTE, "accord.durable_months": 12, "track_one.vote_base": 0.0, "track_one.reopening": 0.2},
    "partial ones only": {"track_one.signature": 0.0, "track_one.least_scope": 0.5, "track_one.partial": 0.6},
    "ceasefires only": {"track_one.signature": 0.0, "track_one.partial": 0.0, "fighting.ceasefire": 0.3,
                        "fighting.ceasefire_ends": 0.2},
    "nothing": {"track_one.signature": 0.0, "track_one.partial": 0.0, "fighting.ceasefire": 0.0},
}  # fmt: skip
SEEDS = range(4)
EVERY_RUN = pytest.mark.parametrize(("name", "seed"), [(name, seed) for name in KINDS_OF_RUN for seed in SEEDS])


@functools.cache
def watched(name, seed):
    """A run, and month by month: the phase before it, and who had joined and what was settled after it."""
    scenario = mt.scenario_from_codes(CODES).with_settings({**QUICK, **KINDS_OF_RUN[name], "run.months": 90})
    model = mt.PeaceProcess(scenario, seed=seed, collect=False)
    phases, joined, reach = [], [], []
    for _ in range(model.months):
        phases.append(model.phase)
        model.step()
        joined.append({i for i, one in enumerate(model.tables.governments) if one["joined"]})
        reach.append(float(model.tables.process["reach"][0]))
    return model, phases, joined, reach


def moved(model, kind, month):
    return {one.who for one in happenings(model) if one.kind == kind and one.month == month}


def test_the_runs_hold_everything_that_can_be_told():
    """What the other tests are about does happen in these runs."""
    kinds, happened, endings = set(), set(), set()
    for name in KINDS_OF_RUN:
        for seed in SEEDS:
            model = watched(name, seed)[0]
            log = happenings(model)
            happened |= {one.event for one in log}
            endings |= {(one.kind, one.in_force >= 0, one.ended >= 0) for one in signed_agreements(model)}
            kinds.add(model.outcomes()["highest_agreement"])
            happened |= {"vote under an agreement" for one in log if one.kind == Event.VOTE_FAILED and one.in_force}
    assert kinds == set(Agreement.words())
    assert {Event.PARTY_ACCEDED, Event.PARTY_LEFT, Event.ACCORD_COLLAPSED, "vote under an agreement"} <= happened
    partial, whole, ceasefire = Agreement.FRAMEWORK, Agreement.COMPREHENSIVE, Agreement.CEASEFIRE
    assert {(partial, True, False), (partial, True, True), (whole, True, False), (whole, False, False)} <= endings
    assert {(ceasefire, True, True)} <= endings


@EVERY_RUN
def test_the_log_says_where_the_process_stood(name, seed):
    model, stood, *_ = watched(name, seed)
    first: dict[int, str] = {}
    for one in happenings(model):
        first.setdefault(one.month, one.phase)
    assert [(month, stood[month], phase) for month, phase in first.items() if stood[month] != phase] == []


@EVERY_RUN
def test_who_signed_is_who_has_joined_when_it_comes_into_force(name, seed):
    model, _, joined, reach = watched(name, seed)
    for one in signed_agreements(model):
        if not one.substantive or one.in_force < 0:
            continue
        month = one.in_force
        came, went = (moved(model, kind, month) for kind in (Event.PARTY_ACCEDED, Event.PARTY_LEFT))
        if one.ended == month or went:
            continue
        assert set(one.signatories) == joined[month] - came
        if not came:
            assert reach[month] == pytest.approx(one.reach)


@EVERY_RUN
def test_who_joined_and_left_explains_who_is_in_it_at_the_end(name, seed):
    model, _, joined, _ = watched(name, seed)
    standing = [one for one in signed_agreements(model) if one.substantive and one.in_force >= 0 and one.ended < 0]
    for one in standing:
        inside = set(one.signatories)
        later = [(other.in_force, 0, set(other.signatories)) for other in standing if other.in_force > one.in_force]
        moves = [(move.month, 1 if move.kind == Event.PARTY_ACCEDED else 2, {move.who}) for move in one.moves]
        for _, what, parties in sorted(later + moves, key=lambda change: change[:2]):
            inside = inside - parties if what == 2 else inside | parties  # who signs a later one is in this one as well
        assert inside == joined[-1]


@EVERY_RUN
def test_every_agreement_and_its_end_are_told(name, seed):
    model = watched(name, seed)[0]
    told, signed = agreements_told(model, IN_TEXT), signed_agreements(model)
    accords = [one for one in signed if one.substantive]
    story = " ".join(mt.story(model).split())
    for sentence, one in zip(told, accords[:6]):
        kind = "Partial" if one.kind == Agreement.FRAMEWORK else "Comprehensive"
        assert sentence.startswith(f"{kind} agreement, signed in {when(model, one.signed)} by ") and sentence in story
        assert all(row_name(model, "governments", i) in sentence.partition(".")[0] for i in one.signatories)
        assert ("was not ratified" in sentence or "awaits" in sentence) == (one.in_force < 0)
        assert (f"collapsed in {when(model, one.ended)}" in sentence) == (one.ended >= 0)
    ceasefires = [sentence for sentence in told if sentence.startswith("Ceasefire")]
    full = int(model.tables.tally["agreements_signed"][0]) > len(signed)
    assert full == any(sentence.startswith("The table of agreements is full") for sentence in told)
    assert len(ceasefires) == (len(accords) < len(signed))
    assert len(told) == len(ceasefires) + min(len(accords), 7 if len(accords) > 6 else 6) + full


@EVERY_RUN
def test_the_outcome_in_words_is_that_of_the_run(name, seed):
    model = watched(name, seed)[0]
    found, told = model.outcomes(), outcome_in_words(model)
    starts = {
        "none": r"No agreement in 90 months[.;]",
        "ceasefire": r"No agreement in 90 months beyond (a ceasefire|ceasefires)[.;]",
        "framework": r"Partial agreement: first signed in month \d+; no comprehensive one came into force in 90 months[.;]",
        "comprehensive": r"Comprehensive agreement: signed in month \d+, then ratified[.;]",
    }
    assert re.match(starts[found["highest_agreement"]], told)
    assert ("collapsed" in told.partition(". In month")[0]) == (found["collapses"] > 0)
    process = model.tables.process[0]
    assert ("of what is at stake)" in told) == bool(process["in_force"])
    assert ("talks go on over what it leaves open" in told) == bool(process["talks_go_on"])
    assert "accord" not in told


@EVERY_RUN
def test_what_is_settled_whole_is_never_said_to_be_left_open(name, seed):
    model = watched(name, seed)[0]
    why = " ".join(mt.explain(model, replays=0).text.split())
    whole = [one for one in signed_agreements(model) if one.substantive and one.in_force >= 0 and one.reach > 1 - 1e-9]
    any_ = [one for one in signed_agreements(model) if one.substantive and one.in_force >= 0]
    assert not (
        whole and ("Not settled" in why or "Left out of" in why or "leave it out" in why or "leaves it out" in why)
    )
    assert not (any_ and "Not settled" in why)


def test_no_sentence_of_an_event_speaks_of_accords():
    """One word for one thing, in every form that is shown."""
    for event in Event:
        assert not re.search(
            r"\baccords?\b|soundings|violat",
            " ".join([event.word, *texts(event.told), event.had, event.many, event.amount]),
        ), event


@pytest.mark.parametrize("phase", list(Phase), ids=lambda phase: phase.word)
def test_what_opens_under_an_agreement_is_no_chapter_of_talks(phase):
    """A text that awaits a vote while an earlier one is in force leaves the chapter as it is."""
    from multitrack_sim.single_run.chronicle import CHAPTERS, IN_FORCE, _chapter_of
    from multitrack_sim.single_run.event_log import Happening

    one = Happening(1, Event.LEADER_CHANGED, 0, -1, 0.0, phase=phase.word, in_force=phase == Phase.SIGNED)
    assert _chapter_of(one) == (IN_FORCE if phase == Phase.SIGNED else CHAPTERS[phase])
