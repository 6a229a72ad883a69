"""The accord: provisions come due, are carried out or breached; signatories stay or leave; it becomes durable, or falls.

An accord has no hazard of its own. Each signatory weighs every month what it gains by it against what it would gain by
leaving, with doubts; for an unreliable leadership that includes exploiting the others, which pays while they are exposed
and little is carried out. When one leaves, the accord goes on as long as those who stay are enough.
"""

from ..engine.arithmetic import power, sigma
from ..engine.compiled import part, phase, rule
from ..engine.random import chance
from ..schema.categories import Ending, Phase
from ..schema.draws import Draw
from ..schema.events import Event
from .bargaining import exposure_to_others
from .basics import clip, dyad_row, enter, record
from .scope import coverage, enough_hold
from .trust import evidence_of_conduct, evidence_of_loyalty, learn_from_accord


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
def gain_by_exploiting(me, reliable, process, p):
    """What a signatory would gain by taking what the others have given and not giving its own: nothing for a reliable
    one; for another in proportion to what the others still stand to lose (Kydd 2005).
    """
    if reliable:
        return 0.0
    exposed = exposure_to_others(process.guarantee, p) * (1.0 - process.carried_out)
    return p.accord_temptation * exposed * power(me.covered, p.track_one_danger_curve)


@rule
def wish_to_leave(me, reliable, process, p):
    """Probability that a signatory would rather be out than in: what it would gain by leaving, against its doubts about
    what the accord is worth; attacks, opposition at home, an accord that leaves things out, that nobody owns or that
    came about in secret add to it.
    """
    covered = me.covered if me.covered > p.track_one_least_scope else p.track_one_least_scope
    doubt = p.accord_doubt * (0.5 + me.misperception) * covered
    odds = (gain_by_exploiting(me, reliable, process, p) - me.held) / (doubt + 1e-9)
    odds += p.accord_leaving_attacks * process.attack_memory - p.accord_leaving_support * (me.support - 0.5)
    odds += p.accord_leaving_ownerless * process.ownerless - p.accord_leaving_ownership * process.ownership
    return sigma(clip(odds - p.accord_leaving_legitimacy * process.legitimacy, -20.0, 20.0))


@rule(of="governments")
def withdrawal_probability(me, reliable, process, p):
    """Probability that a signatory of this type leaves the accord this month."""
    return p.accord_withdrawal * wish_to_leave(me, reliable, process, p)


@rule
def uncertainty(probability):
    """How far something hangs in the balance: 0 where it is certain, 1 where it is even."""
    return 4.0 * probability * (1.0 - probability)


@part
def schedule_provisions(world, month):
    """What each signatory owes on each issue of the accord falls due over the months of implementation, spread evenly;
    what was due or scheduled before stays.
    """
    provisions, issues, governments = world.provisions, world.issues, world.governments
    p, count = world.parameters[0], len(world.provisions)
    for row in range(count):
        item = provisions[row]
        owes = issues[item.issue].in_accord and governments[item.party].joined and governments[item.party].active
        if owes and item.due < 0:
            item.carried_out = 0
            item.due = month + 1 + int(p.accord_months * (row + 0.5) / count)


@part
def count_carried_out(world):
    """Of all provisions that those who hold the accord owe, the share carried out."""
    provisions, governments, process = world.provisions, world.governments, world.process[0]
    owed, done = 0, 0
    for row in range(len(provisions)):
        item = provisions[row]
        if item.due >= 0 and governments[item.party].joined:
            owed += 1
            if item.carried_out > 0:
                done += 1
    process.carried_out = done / owed if owed > 0 else 0.0


@part
def power_of_holders(world, joined):
    """Of the required parties' power, what those hold who have joined the accord (or would sign the text)."""
    governments = world.governments
    power, holding = 0.0, 0.0
    for i in range(len(governments)):
        me = governments[i]
        if me.required and me.active:
            inside = me.joined if joined else me.signs
            power += me.share_of_power
            holding += me.share_of_power if inside else 0.0
    return clip(holding / power, 0.0, 1.0) if power > 0.0 else 0.0


@rule
def go_back_to_war(world, month):
    """The conflict, which had ended, goes on."""
    process, tally = world.process[0], world.tally[0]
    process.ending = Ending.NONE
    if tally.month_recurred < 0:
        tally.month_recurred = month


@part
def reach_as_far_as_it_does(world, month):
    """What the accord in force settles, as parties sign, accede and leave; from some reach on the conflict has ended."""
    p, process, tally = world.parameters[0], world.process[0], world.tally[0]
    process.reach = coverage(world, False) * power_of_holders(world, True)
    if process.reach >= p.accord_settling and process.ending != Ending.AGREEMENT:
        process.ending = Ending.AGREEMENT
        process.month_ended = month
        process.ceasefire = 0
        process.ceasefire_months = 0
        if not tally.ended_by:
            tally.ended_by = Ending.AGREEMENT
            tally.month_ended_first = month
    elif process.reach < p.accord_settling and process.ending == Ending.AGREEMENT:
        go_back_to_war(world, month)


@rule
def which_accord(world):
    """Number of the accord in force, for addresses of draws: a fate goes with an accord and its age, not with a month
    of the calendar, so that arms that sign the same accord in other months meet the same fate.
    """
    return world.counts[Event.PART_SIGNED].times + world.counts[Event.ACCORD_RATIFIED].times


@part
def do_ones_share(world, month):
    """Provisions due this month: carried out or breached, by type and guarantee; the others see it, or not, and learn."""
    provisions, governments, dyads = world.provisions, world.governments, world.dyads
    p, process, tally = world.parameters[0], world.process[0], world.tally[0]
    key, parties = process.key, len(governments)
    age, which = month - process.accord_month, which_accord(world)
    detected = 1.0 - (1.0 - p.accord_own_detection) * (1.0 - process.monitoring)
    for row in range(len(provisions)):
        item = provisions[row]
        actor = governments[item.party]
        if item.due != month or not actor.joined:
            continue
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
                salience = 1.0 if sees else detected
                learn_from_accord(dyads[dyad_row(i, item.party, parties)], evidence, salience, p)
    count_carried_out(world)


@part
def hang_in_the_balance(world):
    """How far the accord in force, or the text that awaits ratification, depends on a signatory that wavers most."""
    governments, p, process = world.governments, world.parameters[0], world.process[0]
    process.fragility = 0.0
    for i in range(len(governments)):
        me = governments[i]
        if me.required and me.active and (me.joined or me.signs):
            hangs = uncertainty(wish_to_leave(me, me.reliable, process, p))
            if hangs > process.fragility:
                process.fragility = hangs


@part
def stay_or_leave(world, month):
    """Every signatory stays or leaves; from either the others learn about its type, knowing what it gains by the accord
    (Bayes' rule, with the rates that produce the conduct). How many left.
    """
    governments, dyads = world.governments, world.dyads
    p, process, parties = world.parameters[0], world.process[0], len(world.governments)
    age, which, leavers = month - process.accord_month, which_accord(world), 0
    for i in range(parties):
        me = governments[i]
        if not (me.required and me.active and me.joined):
            continue
        if_reliable = withdrawal_probability(me, 1, process, p)
        if_not = withdrawal_probability(me, 0, process, p)
        leaves = chance(process.key, Draw.WITHDRAWAL, age, me.id, which) < (if_reliable if me.reliable else if_not)
        evidence = evidence_of_loyalty(leaves, if_reliable, if_not)
        for j in range(parties):
            if j != i and governments[j].active:
                learn_from_accord(dyads[dyad_row(j, i, parties)], evidence, 1.0 if leaves else 0.0, p)
        if leaves:
            leavers += 1
            record(world, month, Event.PARTY_LEFT, i, -1, me.held)
            leave(world, month, i)
    return leavers


@part
def leave(world, month, i):
    """One party is out: what it owes falls away, its signatures are void."""
    provisions, signatures, parties = world.provisions, world.signatures, len(world.governments)
    world.governments[i].joined = 0
    for row in range(len(provisions)):
        if provisions[row].party == i:
            provisions[row].due = -1
            provisions[row].carried_out = 0
    for at in range(len(world.accords)):
        one, mine = world.accords[at], signatures[at * parties + i]
        if one.in_force >= 0 and one.ended < 0 and mine.signed >= 0 and mine.left < 0:
            mine.left = month


@part
def fall(world, month, trust):
    """The accord collapses, with all that it was built on: the memory is bitter, the conflict goes on."""
    governments, issues, provisions = world.governments, world.issues, world.provisions
    process, tally = world.process[0], world.tally[0]
    if tally.month_collapsed < 0:
        tally.month_collapsed = month
    if process.ending != Ending.NONE and tally.month_recurred < 0:
        tally.month_recurred = month
    process.ending = Ending.NONE
    process.bitterness = 1.0
    process.in_force, process.talks_go_on = 0, 0
    process.reach, process.fragility, process.carried_out = 0.0, 0.0, 0.0
    process.stands_since = -1
    for i in range(len(governments)):
        governments[i].joined, governments[i].signs = 0, 0
        governments[i].held, governments[i].covered = 0.0, 0.0
    for k in range(len(issues)):
        issues[k].in_accord, issues[k].in_scope, issues[k].settled = 0, 0, 0
    for row in range(len(provisions)):
        provisions[row].due, provisions[row].carried_out = -1, 0
    for row in range(len(world.accords)):
        if world.accords[row].in_force >= 0 and world.accords[row].ended < 0:
            world.accords[row].ended = month
    record(world, month, Event.ACCORD_COLLAPSED, -1, -1, trust)
    enter(process, Phase.COLLAPSED)


@part
def mean_trust_of_required(world):
    """Mean log-odds that the required parties give to one another's being reliable."""
    governments, dyads, parties = world.governments, world.dyads, len(world.governments)
    trust, pairs = 0.0, 0
    for i in range(parties):
        for j in range(parties):
            both = (
                governments[i].required and governments[i].active and governments[j].required and governments[j].active
            )
            if i != j and both:
                trust += dyads[dyad_row(i, j, parties)].trust
                pairs += 1
    return trust / pairs if pairs > 0 else 0.0


@phase
def accord(world, month):
    """A month under an accord, if there is one."""
    p, process = world.parameters[0], world.process[0]
    process.bitterness *= 1.0 - p.accord_bitterness_fading
    if process.phase == Phase.COLLAPSED:
        enter(process, Phase.FIGHTING)
    process.fragility = 0.0
    if process.in_force or process.phase == Phase.SIGNED:
        hang_in_the_balance(world)
    if not process.in_force:
        return
    do_ones_share(world, month)
    if stay_or_leave(world, month) > 0:
        if not enough_hold(world, True):
            fall(world, month, mean_trust_of_required(world))
            return
        reach_as_far_as_it_does(world, month)
    if process.phase == Phase.IMPLEMENTATION and month - process.stands_since >= p.accord_durable_months:
        world.tally[0].durable = 1
        enter(process, Phase.DURABLE)
        record(world, month, Event.PEACE_DURABLE, -1, -1, mean_trust_of_required(world))
