"""The accord: provisions come due, are carried out or breached; it holds, becomes durable, or collapses."""

from ..engine.arithmetic import exp
from ..engine.compiled import part, phase, rule
from ..engine.random import chance
from ..schema.categories import Phase
from ..schema.draws import Draw
from ..schema.events import Event
from .basics import clip, dyad_row, enter, record
from .trust import evidence_of_conduct, learn_from_accord


@rule
def carrying_out(reliable, will, guarantee, p):
    """Probability that a provision is carried out, by type; political will and pressure move an unreliable leadership,
    a guarantee either type.
    """
    alone = p.accord_compliance if reliable else clip(p.accord_compliance_unreliable + p.accord_will * will, 0.0, 1.0)
    return (
        alone + (p.accord_compliance_guaranteed - alone) * guarantee
        if p.accord_compliance_guaranteed > alone
        else alone
    )


@rule(of="governments")
def carry_out(me, will, guarantee, p):
    """Probability that this leadership carries out a provision that is due, by its hidden type."""
    return carrying_out(me.reliable, will, guarantee, p)


@rule
def will_or_pressure(me):
    """What moves a leadership to do its share for other than its type: its own will, or pressure if that is more."""
    return me.will if me.will > me.pressure else clip(me.pressure, 0.0, 1.0)


@rule
def collapse(process, trust, support, tempted, months, p):
    """Hazard of collapse: trust, support, legitimacy, ownership and implementation protect; breaches, attacks, issues
    left out and leaderships that would gain by fighting on endanger; early months are the most dangerous; a guarantee
    cuts it (Walter 2002; Hartzell and Hoddie 2003).
    """
    odds = -p.accord_collapse_trust * trust - p.accord_collapse_support * (support - 0.5)
    odds += p.accord_collapse_breach * (process.breached - 0.3) + p.accord_collapse_attacks * process.attack_memory
    odds += p.accord_collapse_grievance * process.ownerless - p.accord_ownership * process.ownership
    odds += p.accord_collapse_commitment * tempted
    odds -= p.accord_collapse_carried_out * process.carried_out + p.accord_collapse_legitimacy * process.legitimacy
    early = 1.6 * exp(-months / p.accord_early_months) + 0.35
    return clip(
        p.accord_collapse
        * exp(clip(odds, -20.0, 20.0))
        * early
        * (1.0 - p.accord_collapse_guarantee * process.guarantee),
        0.0,
        1.0,
    )


@part
def schedule_provisions(world, month):
    """What each party owes on each issue of the accord falls due over the months of implementation, spread evenly."""
    provisions, issues, governments = world.provisions, world.issues, world.governments
    p, process, tally = world.parameters[0], world.process[0], world.tally[0]
    count = len(provisions)
    tally.provisions_due, tally.provisions_done = 0, 0
    process.carried_out, process.breached = 0.0, 0.0
    for row in range(count):
        item = provisions[row]
        item.carried_out = 0
        item.due = -1
        if issues[item.issue].in_accord and governments[item.party].active:
            item.due = month + 1 + int(p.accord_months * (row + 0.5) / count)


@part
def which_accord(world):
    """Number of the accord in force, for addresses of draws: a fate goes with an accord and its age, not with a month
    of the calendar, so that arms that sign the same accord in other months meet the same fate.
    """
    return 2 * world.counts[Event.ACCORD_COLLAPSED].times + world.process[0].interim


@part
def do_ones_share(world, month):
    """Provisions due this month: carried out or breached, by type and guarantee; the others see it, or not, and learn."""
    provisions, governments, dyads = world.provisions, world.governments, world.dyads
    p, process, tally = world.parameters[0], world.process[0], world.tally[0]
    key, parties = process.key, len(governments)
    age, which = month - process.signed_month, which_accord(world)
    detected = 1.0 - (1.0 - p.accord_own_detection) * (1.0 - process.monitoring)
    breached = 0
    for row in range(len(provisions)):
        item = provisions[row]
        if item.due != month:
            continue
        actor = governments[item.party]
        will = will_or_pressure(actor)
        done = chance(key, Draw.PROVISION, age, item.id, which) < carry_out(actor, will, process.guarantee, p)
        item.carried_out = 1 if done else -1
        tally.provisions_due += 1
        tally.provisions_done += 1 if done else 0
        record(
            world,
            month,
            Event.PROVISION_DONE if done else Event.PROVISION_BREACHED,
            item.party,
            item.issue,
            0.0,
        )
        for i in range(parties):
            if i != item.party and governments[i].active:
                sees = chance(key, Draw.PROVISION_DETECTED, month, item.id, governments[i].id) < detected
                evidence = evidence_of_conduct(
                    sees and not done,
                    detected,
                    carrying_out(1, will, process.guarantee, p),
                    carrying_out(0, will, process.guarantee, p),
                )
                learn_from_accord(dyads[dyad_row(i, item.party, parties)], evidence, p)
    in_all = 0
    for row in range(len(provisions)):
        if provisions[row].due >= 0:
            in_all += 1
            if provisions[row].carried_out < 0:
                breached += 1
    if in_all > 0:
        process.carried_out = tally.provisions_done / in_all
        process.breached = breached / in_all


@phase
def accord(world, month):
    """A month under an accord, if there is one."""
    governments, dyads = world.governments, world.dyads
    p, process = world.parameters[0], world.process[0]
    tally = world.tally[0]
    parties = len(governments)
    process.bitterness *= 1.0 - p.accord_bitterness_fading
    if process.phase == Phase.COLLAPSED:
        enter(process, Phase.FIGHTING)
    if process.phase != Phase.IMPLEMENTATION and process.phase != Phase.DURABLE:
        return
    if process.phase == Phase.IMPLEMENTATION and process.months_in_phase == 0:
        schedule_provisions(world, month)
    do_ones_share(world, month)

    trust, support, tempted, pairs, required = 0.0, 0.0, 0, 0, 0
    for i in range(parties):
        if governments[i].required and governments[i].active:
            support += governments[i].support
            tempted += 1.0 if governments[i].surplus < 0.0 else 0.0
            required += 1
            for j in range(parties):
                if j != i and governments[j].required and governments[j].active:
                    trust += dyads[dyad_row(i, j, parties)].trust
                    pairs += 1
    months = month - process.signed_month
    trust = trust / pairs if pairs > 0 else 0.0
    hazard = collapse(process, trust, support / required, tempted / required, float(months), p)
    if chance(process.key, Draw.COLLAPSE, months, which_accord(world), 0) < hazard:
        if tally.month_collapsed < 0:
            tally.month_collapsed = month
        if tally.month_recurred < 0:
            tally.month_recurred = month
        process.bitterness = 1.0
        process.interim, process.final_talks = 0, 0
        for row in range(len(world.accords)):
            if world.accords[row].in_force >= 0 and world.accords[row].ended < 0:
                world.accords[row].ended = month
        record(world, month, Event.ACCORD_COLLAPSED, -1, -1, trust)
        enter(process, Phase.COLLAPSED)
    elif process.phase == Phase.IMPLEMENTATION and months >= p.accord_durable_months:
        tally.durable = 1
        enter(process, Phase.DURABLE)
        record(world, month, Event.PEACE_DURABLE, -1, -1, trust)
