"""Track I: official talks. One perceived surplus drives readiness, opening, concessions and signature.

The surplus of a party is the value of signing the text less the value of fighting on, as that party sees it. Paths of
trust into it: `(1 - what the others keep) x exposure`, the doubt that others would keep the deal. Nothing adds directly
to a chance of agreement.
"""

from ..engine.arithmetic import power
from ..engine.compiled import part, phase, rule
from ..engine.random import chance
from ..schema.categories import Phase
from ..schema.draws import Draw
from ..schema.events import Event
from .agreement import hold_vote, leave_the_rest, let_accede, open_round, sign, take_up_the_rest, withdraw_text
from .bargaining import (
    compromise_on,
    concede,
    instruct,
    invent_officially,
    open_with,
    pace_of_table,
    raise_voice,
    read_text,
    redraft,
    settle_issues,
    share_options,
    still_open,
    take_in,
    taking_up_hazard,
    value_fighting_on,
)
from .basics import clip, enter, record, threshold
from .scope import (
    everybody_signs,
    is_whole,
    issue_in_turn,
    least_gain,
    propose_whole,
    suits_all,
    suits_fewer,
    value_issues,
    weigh_accord,
)
from .third_parties import gather_organisations


@rule
def breakdown_hazard(process, ready, p):
    """Hazard that a round fails: it grows with every month without progress, and mediation holds it together; and parties
    walk out of talks for which they are not ready, as they do of exploratory ones: back to the fighting, which is what
    they may hope for more from (Wagner 2000), so that where nobody fights there is nothing to walk out to.
    """
    growing = 1.0 + p.track_one_deadlock * process.deadlock
    falls_apart = p.track_one_breakdown * growing * (1.0 - p.track_one_mediation_hold * process.mediation)
    return falls_apart + p.track_one_walk_out * (1.0 - ready) * clip(process.violence, 0.0, 1.0)


@rule
def resumption_hazard(ready, p):
    """Hazard that suspended talks resume: with readiness."""
    return p.track_one_resumption * ready


@part
def work_on_text(world, month, required, pace):
    """Options are invented and taken in, the draft moves, on every issue that is still open, or on the one in turn."""
    governments, issues, stakes = world.governments, world.issues, world.stakes
    p, process = world.parameters[0], world.process[0]
    parties, agenda, turn = len(governments), len(issues), issue_in_turn(world)
    mean_belief, mean_misperception = 0.0, 0.0
    for i in range(parties):
        if governments[i].required and governments[i].active:
            mean_belief += governments[i].belief / required
            mean_misperception += governments[i].misperception / required
    for k in range(agenda):
        if still_open(issues[k]) and (turn < 0 or turn == k):
            invent_officially(issues[k], process.mediation, mean_belief, pace, p)
            brought = 0.0
            for i in range(parties):
                at_table = governments[i].required and governments[i].active
                if at_table and stakes[i * agenda + k].known_unofficial > brought:
                    brought = stakes[i * agenda + k].known_unofficial
            for i in range(parties):
                take_in(stakes[i * agenda + k], issues[k], brought, p)
            miss = p.track_one_draft_noise * p.track_one_drafting * mean_misperception
            miss *= 2.0 * chance(process.key, Draw.DRAFT, month, issues[k].id, 0) - 1.0
            redraft(issues[k], compromise_on(world, k), miss, pace, p)


@part
def concede_in_turn(world, required, pace):
    """Every party concedes as its instructions and what the others gave last month let it."""
    governments, p, process = world.governments, world.parameters[0], world.process[0]
    in_public = 0.0 if process.channel else 1.0
    total = 0.0
    for i in range(len(governments)):
        if governments[i].required and governments[i].active:
            total += governments[i].concession
    for i in range(len(governments)):
        me = governments[i]
        own = me.concession if me.required and me.active else 0.0
        me.others_concession = clip((total - own) / (required - 1), 0.0, 1.0) if required > 1 else 0.0
    for i in range(len(governments)):
        instruct(governments[i], p)
        concede(governments[i], process.attacks_now, in_public, pace, p)


@part
def judge_text(world, required):
    """What everybody gains by the whole of what is open: progress or deadlock, and whose voice must be heard more. The
    gain of the party that gains least.
    """
    governments, p, process = world.governments, world.parameters[0], world.process[0]
    propose_whole(world)
    everybody_signs(world)
    least, mean = least_gain(world), 0.0
    for i in range(len(governments)):
        if governments[i].signs:
            mean += governments[i].gain / required
    for i in range(len(governments)):
        if governments[i].signs:
            raise_voice(governments[i], mean, p)
    if process.fresh or least > process.best_gap + p.track_one_progress:
        process.best_gap = least
        process.deadlock = 0.0
        process.fresh = 0
    else:
        process.deadlock += 1.0
    process.progress = clip(1.0 + 2.0 * least, 0.0, 1.0)
    return least


@part
def bargain(world, month):
    """A month at the table (or in the back channel): options, drafts, concessions, deadlock, and perhaps a signature
    under the whole text or under the part of it that suits. Those who hold an accord need not wait for others to go on.
    """
    governments, p, process = world.governments, world.parameters[0], world.process[0]
    required = 0
    for i in range(len(governments)):
        required += governments[i].required * governments[i].active
    if required < 2:
        return
    pace = pace_of_table(required, p)
    work_on_text(world, month, required, pace)
    concede_in_turn(world, required, pace)
    read_text(world, 0)
    settle_issues(world)
    value_issues(world)
    least = judge_text(world, required)
    draw = chance(process.key, Draw.SIGNATURE, month, 0, 0)
    if least >= 0.0 and draw < p.track_one_signature and is_whole(world):
        sign(world, month)
    elif draw < p.track_one_partial and (suits_all(world) or (process.in_force and suits_fewer(world))):
        sign(world, month)
    else:
        withdraw_text(world)


@part
def go_on_as_assembled(world, month):
    """Delegations that are assembled, with fresh mandates, sign texts on how to go on; each keeps them together for the
    next, until they have dispersed. A text signed is no deadlock.
    """
    p, process = world.parameters[0], world.process[0]
    together = process.phase == Phase.TALKS or process.talks_go_on or process.in_force
    signs = chance(process.key, Draw.PROCEDURE, month, 0, 0) < p.track_one_procedure * process.assembled
    if together and signs:
        record(world, month, Event.PROCEDURE_SIGNED, -1, -1, process.assembled)
        process.assembled = 1.0
        process.deadlock = 0.0
        process.milestone = 0.0
    else:
        process.assembled *= 1.0 - p.track_one_dispersal


@part
def take_up_avoided(world, month):
    """Parties that talk, or that live with an accord, may take up an issue they had avoided."""
    issues, p, process = world.issues, world.parameters[0], world.process[0]
    if process.phase != Phase.TALKS and not process.in_force:
        return
    hazard = taking_up_hazard(process.least_readiness, process.mediation, p)
    for k in range(len(issues)):
        avoided = issues[k].active and not issues[k].tabled
        if avoided and chance(process.key, Draw.TAKES_UP_ISSUE, month, issues[k].id, 0) < hazard:
            issues[k].tabled = 1
            record(world, month, Event.ISSUE_TAKEN_UP, k, -1, process.least_readiness)


@part
def break_down(world, month):
    """A round fails: misperception grows, part of what was settled and learnt is lost. A secret channel is there for just
    this and goes on (Pruitt 2015).
    """
    issues, stakes, dyads = world.issues, world.stakes, world.dyads
    p, process = world.parameters[0], world.process[0]
    if not process.channel:
        process.assembled = 0.0
    enter(process, Phase.FIGHTING)
    for row in range(len(dyads)):
        dyads[row].misperception += p.track_one_failed_talks * (1.0 - dyads[row].misperception)
    for k in range(len(issues)):
        issues[k].found_official *= 1.0 - p.track_one_unsettling
        issues[k].settled = 0
    for row in range(len(stakes)):
        stakes[row].known_official *= 1.0 - p.track_one_unsettling
    share_options(world)
    record(world, month, Event.TALKS_BROKE_DOWN, -1, -1, process.deadlock)


@part
def go_on_without(world, month):
    """Before talks of all fail, the others may go on without those that hold out: the last resort of a table that works
    by consensus. True if they sign.
    """
    value_issues(world)
    if suits_fewer(world):
        sign(world, month)
        return True
    withdraw_text(world)
    return False


@part
def anticipate(world):
    """Before talks the text is the compromise to be expected."""
    issues = world.issues
    for k in range(len(issues)):
        if still_open(issues[k]):
            issues[k].draft = compromise_on(world, k)


@part
def open_with_demands(world):
    """Every leadership enters a round with its opening demands."""
    for i in range(len(world.governments)):
        open_with(world.governments[i], world.parameters[0])


@rule
def brought_together(rate, ready, mediation, p):
    """Hazard that soundings begin, or talks out of them: ripe leaders need somebody who carries the first message, for
    neither can be seen to ask (Touval and Zartman 1985; Princen 1992).
    """
    return clip(rate * ready * (1.0 + p.track_one_good_offices * mediation), 0.0, 1.0)


@phase
def track_one(world, month):
    """Where the process stands, and where it goes this month."""
    p, process = world.parameters[0], world.process[0]
    key = process.key

    process.months_in_phase += 1
    process.milestone += 1.0
    gather_organisations(world)
    value_fighting_on(world)
    before = process.phase == Phase.FIGHTING or process.phase == Phase.PRETALKS or process.phase == Phase.DORMANT
    if before and not process.channel:
        anticipate(world)
    read_text(world, 1 if before and not process.channel else 0)
    if process.in_force or process.phase == Phase.SIGNED:
        weigh_accord(world)

    # leverage lowers the readiness that talks need
    needed = p.track_one_ready_threshold * (1.0 - p.track_one_leverage * process.leverage)
    ready = threshold(process.least_readiness, needed, p.track_one_ready_steepness)
    stops = p.track_one_suspension * (1.0 - p.spoiling_departing_train)
    suspends = chance(key, Draw.SUSPENSION, month, 0, 0) < 1.0 - power(1.0 - stops, process.attacks_now)
    fails = chance(key, Draw.BREAKDOWN, month, 0, 0) < breakdown_hazard(process, ready, p)

    if process.phase == Phase.FIGHTING:
        if chance(key, Draw.PRETALKS, month, 0, 0) < brought_together(
            p.track_one_pretalks, ready, process.mediation, p
        ):
            enter(process, Phase.PRETALKS)
            record(world, month, Event.SOUNDINGS_BEGAN, -1, -1, process.least_readiness)
    elif process.phase == Phase.PRETALKS:
        opens = chance(key, Draw.TALKS_OPEN, month, 0, 0) < brought_together(
            p.track_one_opening, ready, process.mediation, p
        )
        gives_up = chance(key, Draw.PRETALKS_END, month, 0, 0) < p.track_one_pretalks_fail * (1.0 - ready)
        if opens or (month == 0 and p.conflict_start == Phase.TALKS):
            open_round(world, month)
            open_with_demands(world)
            record(world, month, Event.TALKS_OPENED, -1, -1, process.least_readiness)
        elif gives_up:
            enter(process, Phase.FIGHTING)
            record(world, month, Event.SOUNDINGS_FAILED, -1, -1, process.least_readiness)
    elif process.phase == Phase.TALKS:
        if suspends:
            enter(process, Phase.SUSPENDED)
            record(world, month, Event.TALKS_SUSPENDED, -1, -1, float(process.attacks_now))
        elif fails and not go_on_without(world, month):
            break_down(world, month)
    elif process.phase == Phase.SUSPENDED:
        draw = chance(key, Draw.RESUMPTION, month, 0, 0)
        if draw < resumption_hazard(ready, p):
            open_round(world, month)
            record(world, month, Event.TALKS_RESUMED, -1, -1, process.least_readiness)
        elif draw > 1.0 - p.track_one_abandonment:
            break_down(world, month)
    elif process.phase == Phase.SIGNED:
        if process.months_in_phase >= p.track_one_ratification_months:
            hold_vote(world, month)
    elif process.talks_go_on:
        if suspends or fails:
            leave_the_rest(world, month)
    elif process.in_force:
        if chance(key, Draw.TALKS_REOPEN, month, 0, 0) < p.track_one_reopening * ready:
            take_up_the_rest(world, month)
    if process.in_force and process.phase != Phase.SIGNED:
        let_accede(world, month)

    if process.channel and process.fresh and world.tally[0].month_talks < 0:
        open_with_demands(world)
    take_up_avoided(world, month)
    secretly = process.channel and process.phase != Phase.TALKS and process.phase <= Phase.SUSPENDED
    if process.phase == Phase.TALKS or process.talks_go_on or secretly:
        bargain(world, month)
    go_on_as_assembled(world, month)
