"""Signature and ratification of a text, and what follows when they fail."""

from ..engine.arithmetic import sigma
from ..engine.compiled import part, rule
from ..engine.random import chance
from ..schema.categories import Agenda, Agreement, Ending, Phase, Ratifier
from ..schema.draws import Draw
from ..schema.events import Event
from .bargaining import negotiable, open_with
from .basics import clip, enter, record


@rule(of="governments")
def ratify(me, process, p):
    """Probability that the party ratifies (Putnam 1988): a leader if it still gains; a parliament or public by opinion.

    Opinion: support, legitimacy (less after a secret road or failed votes) and the memory of attacks.
    """
    if me.ratified_by == Ratifier.LEADER:
        return 1.0 if me.surplus >= 0.0 else 0.0
    opinion = me.support if me.ratified_by == Ratifier.REFERENDUM else 0.5 * (me.support + 0.5)
    odds = p.track_one_vote_base + p.track_one_vote_support * (opinion - 0.5)
    odds += p.track_one_vote_legitimacy * (process.legitimacy - 0.5) - p.track_one_vote_attacks * process.attack_memory
    return sigma(odds)


@part
def put_off(world):
    """A gradual agenda: the divisible issues first, the others later (all of them at once if none is divisible)."""
    issues = world.issues
    p = world.parameters[0]
    divisible = False
    for k in range(len(issues)):
        if issues[k].tabled and issues[k].active and issues[k].indivisibility <= p.track_one_interim_limit:
            divisible = True
    gradual = p.track_one_agenda == Agenda.GRADUAL and divisible
    for k in range(len(issues)):
        issues[k].deferred = 1 if gradual and issues[k].indivisibility > p.track_one_interim_limit else 0


@part
def own_accord(world):
    """How far groups that took part own an accord: civil society in motion, and communities that programmes reached."""
    governments = world.governments
    process = world.process[0]
    reached, parties = 0.0, 0
    for i in range(len(governments)):
        if governments[i].active:
            reached += governments[i].programme_reach
            parties += 1
    return 1.0 - (1.0 - process.momentum) * (1.0 - reached / parties)


@part
def sign(world, month):
    """The text is signed: what it covers, how it came about, and what is left out."""
    governments, issues, stakes = world.governments, world.issues, world.stakes
    p, process = world.parameters[0], world.process[0]
    agenda, weight, covered, put_off_some = len(issues), 0.0, 0.0, False
    for k in range(agenda):
        if issues[k].deferred and issues[k].tabled and issues[k].active:
            put_off_some = True
        issues[k].in_accord = 1 if negotiable(issues[k]) or (process.interim and issues[k].in_accord) else 0
        for i in range(len(governments)):
            if governments[i].required:
                weight += stakes[i * agenda + k].salience
                covered += stakes[i * agenda + k].salience * issues[k].in_accord
    if put_off_some:
        process.interim, process.interim_month = 1, month
        for k in range(agenda):
            issues[k].in_interim = issues[k].in_accord
    process.final_talks = 0
    process.secret = process.channel
    process.channel = 0
    process.legitimacy = 1.0 - p.track_two_legitimacy_deficit * process.secret
    process.legitimacy = clip(process.legitimacy - process.failed_votes_now, 0.0, 1.0)
    process.ownerless = 1.0 - covered / weight
    process.ownership = own_accord(world)
    process.accord = Agreement.COMPREHENSIVE if covered / weight >= p.track_one_comprehensive else Agreement.FRAMEWORK
    process.signed_month = month
    process.milestone = 0.0
    enter(process, Phase.SIGNED)
    write_accord(world, month, covered / weight)
    record(world, month, Event.ACCORD_SIGNED, -1, -1, covered / weight)


@part
def write_accord(world, month, scope):
    """A row for the agreement that is signed: what it is, what it covers, who signed it."""
    signed = world.counts[Event.ACCORD_SIGNED].times
    if signed < len(world.accords):
        one = world.accords[signed]
        one.kind, one.signed, one.scope = world.process[0].accord, month, scope
        for i in range(len(world.governments)):
            one.signatories += world.governments[i].required * world.governments[i].active


@part
def fall_back(world):
    """The final text failed: the interim accord stays in force, with what it covers."""
    issues, stakes = world.issues, world.stakes
    process = world.process[0]
    weight, covered = 0.0, 0.0
    for k in range(len(issues)):
        issues[k].in_accord = issues[k].in_interim
        for row in range(k, len(stakes), len(issues)):
            weight += stakes[row].salience
            covered += stakes[row].salience * issues[k].in_accord
    process.ownerless = 1.0 - covered / weight
    process.signed_month = process.interim_month
    process.accord = Agreement.FRAMEWORK
    enter(process, Phase.IMPLEMENTATION)
    process.months_in_phase = 1  # what it provides for is already on its way


@part
def hold_vote(world, month):
    """Ratification: every required party by its own way; a failed vote returns the text to the table."""
    governments = world.governments
    p, process, tally = world.parameters[0], world.process[0], world.tally[0]
    passed = True
    for i in range(len(governments)):
        me = governments[i]
        yes = chance(process.key, Draw.RATIFICATION, month, me.id, 0) < ratify(me, process, p)
        if me.required and me.active and not yes:
            passed = False
            record(world, month, Event.VOTE_FAILED, i, -1, me.support)
    tally.ratified = 1 if passed else 0
    if not passed:
        tally.votes_failed += 1
        process.failed_votes_now = clip(process.failed_votes_now + 0.5 * p.track_one_failed_vote, 0.0, 1.0)
        for i in range(len(governments)):
            governments[i].aspiration = clip(
                governments[i].aspiration + 0.5 * p.track_one_failed_vote * p.track_one_aspiration, 0.0, 1.0
            )
        if process.interim and process.interim_month != process.signed_month:
            fall_back(world)
        else:
            process.interim = 0
            open_round(world, month)
        return
    if process.interim and process.interim_month != process.signed_month:
        process.interim = 0
    if process.accord > tally.agreement:
        tally.agreement = process.accord
    if tally.month_agreed < 0:
        tally.month_agreed = process.signed_month
        tally.months_of_round = process.signed_month - process.month_round
    if not tally.ended_by:
        tally.ended_by = Ending.AGREEMENT
        tally.month_ended_first = month
    process.month_ended = month
    process.ceasefire = 0
    process.ceasefire_months = 0
    process.failed_votes_now = 0.0
    enter(process, Phase.IMPLEMENTATION)
    signed = world.counts[Event.ACCORD_SIGNED].times
    if signed <= len(world.accords):
        world.accords[signed - 1].in_force = month
    record(world, month, Event.ACCORD_RATIFIED, -1, -1, process.legitimacy)


@rule
def open_round(world, month):
    """Official talks open or go on: the clock of deadlock starts again."""
    process, tally = world.process[0], world.tally[0]
    enter(process, Phase.TALKS)
    process.deadlock = 0.0
    process.best_gap = -99.0
    process.milestone = 0.0
    if tally.month_talks < 0:
        tally.month_talks = month


@part
def take_up_the_rest(world, month):
    """Under an interim accord talks begin on what was put off."""
    governments, issues = world.governments, world.issues
    p, process = world.parameters[0], world.process[0]
    process.final_talks = 1
    process.deadlock = 0.0
    process.best_gap = -99.0
    process.milestone = 0.0
    for k in range(len(issues)):
        issues[k].deferred = 0
    for i in range(len(governments)):
        open_with(governments[i], p)
    record(world, month, Event.DEFERRED_TALKS_BEGAN, -1, -1, process.least_readiness)


@part
def leave_the_rest(world, month):
    """Talks on what was put off end in nothing: misperception grows, the interim accord stays in force."""
    issues, dyads = world.issues, world.dyads
    p, process = world.parameters[0], world.process[0]
    process.final_talks = 0
    for k in range(len(issues)):
        issues[k].deferred = 0 if issues[k].in_interim else 1
    for row in range(len(dyads)):
        dyads[row].misperception += p.track_one_failed_talks * (1.0 - dyads[row].misperception)
    record(world, month, Event.TALKS_BROKE_DOWN, -1, -1, process.deadlock)
