"""Spoilers: threat, attacks, and what others conclude from an attack, or from none, about the leadership behind."""

from ..engine.arithmetic import exp, sigma
from ..engine.compiled import part, phase, rule
from ..engine.random import chance
from ..schema.categories import Phase, SpoilerKind
from ..schema.draws import Draw
from ..schema.events import Event
from .basics import clip, dyad_row, record
from .trust import evidence_of_attack, learn_from_attack


@rule(of="spoilers")
def feel_threatened(me, draft, process, p):
    """Threat rises with progress of talks, once something is signed with how far it hangs in the balance (an attack is
    tried where it can change something; talks on the rest stand and fall with what they build on), with the distance of
    the text from what the faction wants, around milestones and with public dialogue. For a total spoiler any accord is as
    far away as can be; a greedy one minds distance less.
    """
    distance = abs(draft - me.ideal)
    if me.kind == SpoilerKind.TOTAL:
        distance = 1.0
    elif me.kind == SpoilerKind.GREEDY:
        distance *= p.spoiling_greedy_distance
    stage = 0.0
    if process.phase == Phase.TALKS:
        stage = process.progress
    elif process.in_force or process.phase == Phase.SIGNED:
        stage = process.fragility
    near_milestone = stage * p.spoiling_milestone * exp(-p.spoiling_milestone_fading * process.milestone)
    me.threat = stage * (p.spoiling_progress + p.spoiling_distance * distance) + near_milestone + process.alarm
    if not me.inside:  # left behind by a train that departs without it
        me.threat += stage * p.spoiling_departing_train * p.spoiling_train_threat


@rule(of="spoilers")
def attack_probability(me, p):
    """Probability that the faction attempts an attack: capacity x sigma(steepness (threat - deterrence)), less at the
    table.
    """
    restraint = 1.0 - p.spoiling_inside_restraint if me.inside else 1.0
    return clip(me.capacity * restraint * sigma(p.spoiling_steepness * (me.threat - p.spoiling_deterrence)), 0.0, 1.0)


@rule(of="governments")
def foiling_probability(me, p):
    """Probability that a leadership foils an attack of its own side that it could foil: only a reliable one tries."""
    return p.spoiling_control if me.reliable else 0.0


@rule(of="spoilers")
def grow(me, grievance, support, draft_gap, p):
    """Capacity: recruits from grieved communities, in proportion to the faction's base; drained by coercion, by public
    support for a settlement, and for a limited faction at the table by a text that meets it.
    """
    recruits = p.spoiling_recruits * grievance * me.base_capacity
    recruits += p.spoiling_payment_lure * p.spoiling_payment * me.base_capacity  # who is paid is copied
    drained = p.spoiling_coercion + p.spoiling_isolation * clip(support - 0.5, 0.0, 0.5)
    if me.kind == SpoilerKind.GREEDY:
        drained += p.spoiling_payment_effect * p.spoiling_payment
    elif me.kind == SpoilerKind.LIMITED:
        drained += p.spoiling_limited_payment * p.spoiling_payment_effect * p.spoiling_payment
    if me.kind == SpoilerKind.LIMITED and me.inside:
        drained += p.spoiling_inclusion * (1.0 - draft_gap) * (1.0 if draft_gap < p.spoiling_near else 0.0)
    me.capacity = clip(me.capacity + recruits - drained * me.capacity, 0.0, 1.0)


@rule(of="spoilers")
def come_round(me, draft, p):
    """Socialisation: what a faction wants moves towards the text, faster at the table; not a total one's."""
    if me.kind != SpoilerKind.TOTAL:
        speed = p.spoiling_socialisation * p.spoiling_socialisation_effect
        me.ideal += (speed if me.inside else p.spoiling_outside_socialisation * speed) * (draft - me.ideal)


@part
def conclude(world, row, attempt, attacked, controllable, month):
    """What the other parties conclude from a faction's attack, whose kind is explained to some of them, or from none."""
    governments, dyads, me = world.governments, world.dyads, world.spoilers[row]
    p, process = world.parameters[0], world.process[0]
    parties = len(governments)
    unexplained = evidence_of_attack(attempt, attacked, False, controllable, p)
    explained = evidence_of_attack(attempt, attacked, True, controllable, p) if attacked else unexplained
    silence = 1.0 - p.cbm_explanation * process.hotline
    for i in range(parties):
        if i != me.party and governments[i].active:
            dyad, known = dyads[dyad_row(i, me.party, parties)], False
            if attacked:
                told = 1.0 - silence * (1.0 - p.track_two_explanation * dyad.contact)
                known = chance(process.key, Draw.ATTACK_REVEALED, month, me.id, governments[i].id) < told
            learn_from_attack(dyad, explained if known else unexplained, 1.0 if attacked else 0.0, p)


@phase
def spoiling(world, month):
    """Every faction may attack; publics remember; the other sides learn about the leadership behind it."""
    spoilers, governments, issues = world.spoilers, world.governments, world.issues
    p, process = world.parameters[0], world.process[0]
    tally = world.tally[0]
    key, parties = process.key, len(governments)

    process.attacks_now = 0
    process.attack_violence = 0.0
    process.attack_memory *= p.spoiling_memory
    for row in range(len(spoilers)):
        me = spoilers[row]
        host, draft = governments[me.party], issues[me.key_issue].draft
        feel_threatened(me, draft, process, p)
        me.struck = 0
        if not me.active:
            continue
        attempt = attack_probability(me, p)
        tries = chance(key, Draw.ATTACK, month, me.id, 0) < attempt
        controllable = tries and chance(key, Draw.ATTACK_KIND, month, me.id, 0) < p.spoiling_controllable
        foiled = controllable and chance(key, Draw.ATTACK_FOILED, month, me.id, 0) < foiling_probability(host, p)
        attacked = tries and not foiled
        if foiled:
            record(world, month, Event.ATTACK_FOILED_NOW, row, me.party, me.threat)
        if attacked:
            me.struck = 1
            me.attacks += 1
            process.attacks_now += 1
            process.attack_violence += p.spoiling_violence
            process.attack_memory = clip(
                process.attack_memory + p.spoiling_mark * (1.0 - process.attack_memory), 0.0, 1.0
            )
            record(world, month, Event.ATTACKED, row, me.party, me.threat)
        if attempt > 0.0:
            conclude(world, row, attempt, attacked, controllable, month)
    process.violence += process.attack_violence
    tally.violence_total += process.attack_violence

    for i in range(parties):
        governments[i].resentment, governments[i].restraint = 0.0, 0.0
    for row in range(len(spoilers)):
        me = spoilers[row]
        host, draft = governments[me.party], issues[me.key_issue].draft
        far = abs(draft - me.ideal) > p.spoiling_near
        bred = p.spoiling_coercion_grievance * p.spoiling_coercion * me.capacity
        host.resentment = clip(host.resentment + bred, 0.0, 1.0)
        if me.active:
            come_round(me, draft, p)
        gap = abs(draft - me.ideal)
        if far and gap <= p.spoiling_near and me.active:
            record(world, month, Event.FACTION_SOCIALISED, row, me.party, gap)
        grow(me, host.grievance, host.support, gap, p)
        if me.active and me.inside:
            host.restraint = clip(
                host.restraint + p.spoiling_inside_veto * me.capacity * gap, 0.0, p.spoiling_most_veto
            )
