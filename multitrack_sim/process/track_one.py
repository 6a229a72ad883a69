"""Track I: official talks. One perceived surplus drives readiness, opening, concessions and signature.

The surplus of a party is the value of signing the text less the value of fighting on, as that party sees it. Paths of
trust into it: `(1 - P(others reliable)) x exposure`, the doubt that others would keep the deal. Nothing adds directly
to a chance of agreement.
"""

from ..engine.arithmetic import power
from ..engine.compiled import part, phase
from ..engine.random import chance
from ..schema.categories import Phase
from ..schema.draws import Draw
from ..schema.events import Event
from .agreement import hold_vote, leave_the_rest, open_round, put_off, sign, take_up_the_rest
from .bargaining import (
    compromise_on,
    concede,
    instruct,
    invent_officially,
    negotiable,
    open_with,
    read_text,
    redraft,
    settle_issues,
    take_in,
    value_fighting_on,
)
from .basics import clip, enter, record, threshold
from .third_parties import gather_organisations


@part
def bargain(world, month):
    """A month at the table (or in the back channel): options, drafts, concessions, deadlock, and perhaps a signature."""
    governments, issues, stakes = world.governments, world.issues, world.stakes
    p, process = world.parameters[0], world.process[0]
    key, parties, agenda = process.key, len(governments), len(issues)

    mean_belief, mean_misperception, required = 0.0, 0.0, 0
    for i in range(parties):
        if governments[i].required and governments[i].active:
            mean_belief += governments[i].belief
            mean_misperception += governments[i].misperception
            required += 1
    mean_belief /= required
    mean_misperception /= required
    for k in range(agenda):
        if negotiable(issues[k]):
            invent_officially(issues[k], process.mediation, mean_belief, p)
            for i in range(parties):
                take_in(stakes[i * agenda + k], issues[k], p)
            miss = p.track_one_draft_noise * p.track_one_drafting * mean_misperception
            miss *= 2.0 * chance(key, Draw.DRAFT, month, issues[k].id, 0) - 1.0
            redraft(issues[k], compromise_on(world, k), miss, p)

    in_public = 0.0 if process.channel else 1.0
    total = 0.0
    for i in range(parties):
        if governments[i].required and governments[i].active:
            total += governments[i].concession
    for i in range(parties):
        me = governments[i]
        own = me.concession if me.required and me.active else 0.0
        me.others_concession = clip((total - own) / (required - 1), 0.0, 1.0) if required > 1 else 0.0
    for i in range(parties):
        instruct(governments[i], p)
        concede(governments[i], process.attacks_now, in_public, p)

    read_text(world, 0)
    settle_issues(world)
    content, least_gap = 0, 99.0
    for i in range(parties):
        me = governments[i]
        if me.required and me.active:
            gap = me.surplus - p.track_one_margin * me.aspiration
            if gap >= 0.0:
                content += 1
            if gap < least_gap:
                least_gap = gap
    if least_gap > process.best_gap + 0.002:
        process.best_gap = least_gap
        process.deadlock = 0.0
    else:
        process.deadlock += 1.0
    process.progress = clip(1.0 + 2.0 * least_gap, 0.0, 1.0)
    signs = chance(key, Draw.SIGNATURE, month, 0, 0) < p.track_one_signature
    if signs and content >= p.track_one_quorum * required - 1e-9:
        sign(world, month)


@part
def break_down(world, month):
    """A round fails: misperception grows, part of what was settled and learnt is lost."""
    issues, stakes, dyads = world.issues, world.stakes, world.dyads
    p, process = world.parameters[0], world.process[0]
    process.channel = 0
    enter(process, Phase.FIGHTING)
    for row in range(len(dyads)):
        dyads[row].misperception += p.track_one_failed_talks * (1.0 - dyads[row].misperception)
    for k in range(len(issues)):
        issues[k].found_official *= 1.0 - p.track_one_unsettling
        issues[k].settled = 0
    for row in range(len(stakes)):
        stakes[row].known_official *= 1.0 - p.track_one_unsettling
    record(world, month, Event.TALKS_BROKE_DOWN, -1, -1, process.deadlock)


@phase
def track_one(world, month):
    """Where the process stands, and where it goes this month."""
    governments, issues = world.governments, world.issues
    p, process = world.parameters[0], world.process[0]
    tally = world.tally[0]
    key = process.key

    process.months_in_phase += 1
    process.milestone += 1.0
    gather_organisations(world)
    value_fighting_on(world)
    if not process.interim:
        put_off(world)
    before = process.phase == Phase.FIGHTING or process.phase == Phase.PRETALKS or process.phase == Phase.DORMANT
    if before and not process.channel:
        for k in range(len(issues)):
            issues[k].draft = compromise_on(world, k)
    read_text(world, 1 if before and not process.channel else 0)

    # leverage lowers the readiness that talks need
    needed = p.track_one_ready_threshold * (1.0 - p.track_one_leverage * process.leverage)
    ready = threshold(process.least_readiness, needed, p.track_one_ready_steepness)
    sounds = chance(key, Draw.PRETALKS, month, 0, 0) < p.track_one_pretalks * ready
    gives_up = chance(key, Draw.PRETALKS_END, month, 0, 0) < p.track_one_pretalks_fail * (1.0 - ready)
    opens = chance(key, Draw.TALKS_OPEN, month, 0, 0) < p.track_one_opening * ready
    fails = chance(key, Draw.BREAKDOWN, month, 0, 0) < p.track_one_breakdown * (
        1.0 + p.track_one_deadlock * process.deadlock
    ) * (1.0 - 0.5 * process.mediation)
    stops = p.track_one_suspension * (1.0 - p.spoiling_departing_train)
    suspends = chance(key, Draw.SUSPENSION, month, 0, 0) < 1.0 - power(1.0 - stops, process.attacks_now)
    draw = chance(key, Draw.RESUMPTION, month, 0, 0)
    resumption = clip(
        p.track_one_resumption * ready * (1.0 + p.track_one_resumption_contact * process.contact), 0.0, 1.0
    )

    takes_up = chance(key, Draw.DEFERRED_TALKS, month, 0, 0) < p.track_one_deferred * ready

    if process.phase == Phase.FIGHTING or process.phase == Phase.DORMANT:
        if sounds and process.phase == Phase.FIGHTING:
            enter(process, Phase.PRETALKS)
            record(world, month, Event.SOUNDINGS_BEGAN, -1, -1, process.least_readiness)
    elif process.phase == Phase.PRETALKS:
        if opens or (month == 0 and p.conflict_start == Phase.TALKS):
            open_round(world, month)
            process.month_round = month
            for i in range(len(governments)):
                open_with(governments[i], p)
            record(world, month, Event.TALKS_OPENED, -1, -1, process.least_readiness)
        elif gives_up:
            enter(process, Phase.FIGHTING)
            record(world, month, Event.SOUNDINGS_FAILED, -1, -1, process.least_readiness)
    elif process.phase == Phase.TALKS:
        if suspends:
            enter(process, Phase.SUSPENDED)
            record(world, month, Event.TALKS_SUSPENDED, -1, -1, float(process.attacks_now))
        elif fails:
            break_down(world, month)
    elif process.phase == Phase.SUSPENDED:
        if draw < resumption:
            open_round(world, month)
            record(world, month, Event.TALKS_RESUMED, -1, -1, process.contact)
        elif draw > 1.0 - p.track_one_abandonment:
            break_down(world, month)
    elif process.interim and (process.phase == Phase.IMPLEMENTATION or process.phase == Phase.DURABLE):
        if process.final_talks and (suspends or fails):
            leave_the_rest(world, month)
        elif takes_up and not process.final_talks:
            take_up_the_rest(world, month)
    elif process.phase == Phase.SIGNED and process.months_in_phase >= p.track_one_ratification_months:
        hold_vote(world, month)

    if process.channel and tally.month_talks < 0 and process.deadlock == 0.0 and process.best_gap == -99.0:
        for i in range(len(governments)):
            open_with(governments[i], p)
    at_table = process.phase == Phase.TALKS or process.final_talks
    if at_table or (
        process.channel
        and (process.phase == Phase.FIGHTING or process.phase == Phase.PRETALKS or process.phase == Phase.SUSPENDED)
    ):
        bargain(world, month)
