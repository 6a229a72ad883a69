"""Agreements: signature, ratification, coming into force, accession; and what follows when a text or talks fail.

A text that would leave an accord short of comprehensive is signed by leaders and comes into force at once: its issues
freeze, talks on the others go on. One that makes it comprehensive is put to the vote of those who signed it.
"""

from ..engine.arithmetic import sigma
from ..engine.compiled import part, rule
from ..engine.random import chance
from ..schema.categories import Agreement, Phase, Ratifier
from ..schema.draws import Draw
from ..schema.events import Event
from .accord import power_of_holders, reach_as_far_as_it_does, schedule_provisions
from .bargaining import open_with, settle_issues
from .basics import clip, enter, record
from .scope import coverage, propose_whole


@rule(of="governments")
def ratification_probability(me, process, p):
    """Probability that the party ratifies (Putnam 1988): a leader if it still gains; a parliament or public by opinion.

    Opinion: support, legitimacy (less after a secret road or failed votes) and the memory of attacks.
    """
    if me.ratified_by == Ratifier.LEADER:
        return 1.0 if me.held >= 0.0 else 0.0
    opinion = me.support if me.ratified_by == Ratifier.REFERENDUM else 0.5 * (me.support + 0.5)
    odds = p.track_one_vote_base + p.track_one_vote_support * (opinion - 0.5)
    odds += p.track_one_vote_legitimacy * (process.legitimacy - 0.5) - p.track_one_vote_attacks * process.attack_memory
    return sigma(odds)


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
def weight_untabled(world):
    """Of the weight of all issues to the required parties, what was never tabled."""
    governments, issues, stakes = world.governments, world.issues, world.stakes
    agenda, weight, untabled = len(issues), 0.0, 0.0
    for k in range(agenda):
        for i in range(len(governments)):
            if governments[i].required:
                weight += stakes[i * agenda + k].salience
                if issues[k].active and not issues[k].tabled:
                    untabled += stakes[i * agenda + k].salience
    return untabled / weight if weight > 0.0 else 0.0


@part
def sign(world, month):
    """The text is signed by those who would: what it covers, how it came about, what was never tabled."""
    governments = world.governments
    p, process = world.parameters[0], world.process[0]
    reach = coverage(world, True) * power_of_holders(world, False)
    comprehensive = reach >= p.track_one_comprehensive
    process.secret = process.channel
    process.channel = 0
    process.talks_go_on = 0
    process.legitimacy = 1.0 - p.track_two_legitimacy_deficit * process.secret
    process.legitimacy = clip(process.legitimacy - process.failed_votes_now, 0.0, 1.0)
    process.ownerless = weight_untabled(world)
    process.ownership = own_accord(world)
    process.accord = Agreement.COMPREHENSIVE if comprehensive else Agreement.FRAMEWORK
    process.signed_month = month
    process.pending_reach = reach
    process.milestone = 0.0
    process.assembled = 1.0
    for i in range(len(governments)):
        if governments[i].signs:
            governments[i].motive = governments[i].motivation
    write_agreement(world, month, process.accord, coverage(world, True) - coverage(world, False), reach)
    if comprehensive:
        enter(process, Phase.SIGNED)
        record(world, month, Event.ACCORD_SIGNED, -1, -1, reach)
    else:
        record(world, month, Event.PART_SIGNED, -1, -1, reach)
        come_into_force(world, month)
        go_on(world, month)


@part
def write_agreement(world, month, kind, scope, reach):
    """A row for the agreement that is signed: what it is, what it covers; and who signed it."""
    governments, signatures = world.governments, world.signatures
    at, parties = world.tally[0].agreements_signed, len(governments)
    world.tally[0].agreements_signed += 1
    if at < len(world.accords):
        one = world.accords[at]
        one.kind, one.signed, one.scope, one.reach = kind, month, clip(scope, 0.0, 1.0), reach
        for i in range(parties):
            signs = governments[i].signs or (kind == Agreement.CEASEFIRE and governments[i].active)
            if signs:
                one.signatories += 1
                signatures[at * parties + i].signed = month


@part
def count_agreement(world, month, kind):
    """The last agreement signed is in force: its row says so, and outcomes are counted from it."""
    tally = world.tally[0]
    at = tally.agreements_signed - 1
    if at < len(world.accords):
        world.accords[at].in_force = month
    signed = world.process[0].signed_month if kind > Agreement.CEASEFIRE else month
    tally.agreements += 1
    if kind > tally.highest_agreement:
        tally.highest_agreement = kind
    if tally.month_first < 0:
        tally.month_first = signed
        tally.first_agreement = kind
    if kind > Agreement.CEASEFIRE and tally.month_agreed < 0:
        tally.month_agreed = signed
    if kind == Agreement.COMPREHENSIVE and tally.month_comprehensive < 0:
        tally.month_comprehensive = signed


@part
def come_into_force(world, month):
    """The text becomes part of the accord in force; what it settles is frozen, what it asks for falls due."""
    governments, issues = world.governments, world.issues
    p, process = world.parameters[0], world.process[0]
    if not process.in_force:
        process.carried_out = 0.0
        process.stands_since = process.signed_month
    process.in_force = 1
    process.accord_month = month
    for k in range(len(issues)):
        if issues[k].in_scope:
            issues[k].in_accord = 1
        issues[k].in_scope = 0
    for i in range(len(governments)):
        if governments[i].signs:
            governments[i].joined = 1
        governments[i].signs = 0
    count_agreement(world, month, process.accord)
    schedule_provisions(world, month)
    settle_issues(world)
    process.failed_votes_now = 0.0
    old = month - process.stands_since >= p.accord_durable_months
    enter(process, Phase.DURABLE if old else Phase.IMPLEMENTATION)
    reach_as_far_as_it_does(world, month)


@part
def withdraw_text(world):
    """No text is proposed."""
    governments, issues = world.governments, world.issues
    for k in range(len(issues)):
        issues[k].in_scope = 0
    for i in range(len(governments)):
        governments[i].signs = 0


@part
def hold_vote(world, month):
    """Ratification: every party that signed, by its own way; a failed vote returns the text to the table."""
    governments = world.governments
    p, process, tally = world.parameters[0], world.process[0], world.tally[0]
    passed = True
    for i in range(len(governments)):
        me = governments[i]
        yes = chance(process.key, Draw.RATIFICATION, month, me.id, 0) < ratification_probability(me, process, p)
        if me.signs and me.active and not yes:
            passed = False
            record(world, month, Event.VOTE_FAILED, i, -1, me.support)
    tally.ratified = 1 if passed else 0
    if passed:
        come_into_force(world, month)
        record(world, month, Event.ACCORD_RATIFIED, -1, -1, process.legitimacy)
        return
    tally.votes_failed += 1
    cost = 0.5 * p.track_one_failed_vote
    process.failed_votes_now = clip(process.failed_votes_now + cost, 0.0, 1.0)
    for i in range(len(governments)):
        me = governments[i]
        me.aspiration = clip(me.aspiration + cost * p.track_one_aspiration, 0.0, 1.0)
        me.hardline = clip(me.hardline + cost * p.track_one_aspiration, 0.0, 1.0)
    withdraw_text(world)
    if process.in_force:
        enter(process, Phase.IMPLEMENTATION)
        go_on(world, month)
    else:
        open_round(world, month)


@rule
def begin_round(world, month):
    """A round begins: the clock of deadlock starts again, delegations are assembled."""
    process, tally = world.process[0], world.tally[0]
    process.deadlock = 0.0
    process.fresh = 1
    process.milestone = 0.0
    process.assembled = 1.0
    if tally.month_talks < 0:
        tally.month_talks = month


@rule
def open_round(world, month):
    """Official talks open or go on."""
    enter(world.process[0], Phase.TALKS)
    begin_round(world, month)


@part
def go_on(world, month):
    """Under an accord in force, talks go on over what it leaves open, if it leaves anything open."""
    process = world.process[0]
    if propose_whole(world) > 0:
        process.talks_go_on = 1
        begin_round(world, month)
    withdraw_text(world)


@part
def take_up_the_rest(world, month):
    """Under an accord in force, talks begin anew on what it leaves open, with demands as at an opening."""
    governments = world.governments
    p, process = world.parameters[0], world.process[0]
    go_on(world, month)
    if process.talks_go_on:
        for i in range(len(governments)):
            open_with(governments[i], p)
        record(world, month, Event.TALKS_REOPENED, -1, -1, process.least_readiness)


@part
def leave_the_rest(world, month):
    """Talks on what an accord leaves open end in nothing: misperception grows, the accord stays in force."""
    dyads = world.dyads
    p, process = world.parameters[0], world.process[0]
    process.talks_go_on = 0
    for row in range(len(dyads)):
        dyads[row].misperception += p.track_one_failed_talks * (1.0 - dyads[row].misperception)
    record(world, month, Event.TALKS_ON_REST_ENDED, -1, -1, process.deadlock)


@part
def let_accede(world, month):
    """Parties outside an accord in force join it once they would gain by it."""
    governments, process = world.governments, world.process[0]
    p, parties = world.parameters[0], len(world.governments)
    joined = False
    for i in range(parties):
        me = governments[i]
        joins = chance(process.key, Draw.ACCESSION, month, me.id, 0) < p.track_one_accession
        if me.required and me.active and joins and not me.joined and me.held >= 0.0:
            me.joined = 1
            me.motive = me.motivation
            joined = True
            for at in range(len(world.accords)):
                one = world.accords[at]
                if one.kind > Agreement.CEASEFIRE and one.in_force >= 0 and one.ended < 0:
                    world.signatures[at * parties + i].signed = month
                    world.signatures[at * parties + i].left = -1
            record(world, month, Event.PARTY_ACCEDED, i, -1, me.held)
    if joined:
        schedule_provisions(world, month)
        reach_as_far_as_it_does(world, month)
