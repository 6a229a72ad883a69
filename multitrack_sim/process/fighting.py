"""Fighting and the hurting stalemate: violence, incidents, burden, motivation, and ends without an accord."""

from ..engine.arithmetic import exp
from ..engine.compiled import phase, rule
from ..engine.random import chance, standard_normal
from ..schema.categories import Ending, Phase
from ..schema.draws import Draw
from ..schema.events import Event
from .basics import clip, enter, record


@rule
def fight(process, noise, p):
    """Violence of a month: the conflict's level, less in talks, under a ceasefire, and least where it has ended."""
    level = p.conflict_violence * exp(p.fighting_noise * noise)
    if (
        process.phase == Phase.SIGNED
        or process.phase == Phase.IMPLEMENTATION
        or process.phase == Phase.DURABLE
        or process.phase == Phase.DORMANT
    ):
        level *= p.accord_residual_violence
    else:
        if process.phase == Phase.TALKS or process.phase == Phase.SUSPENDED:
            level *= p.fighting_talks_effect
        if process.ceasefire:
            level *= p.fighting_ceasefire_effect
    process.violence = clip(level, 0.0, 2.0)


@rule
def escalate(process, misperception, p):
    """Probability that an incident escalates: with misperception, less with hotlines and any living contact.

    Official talks and an open back channel are contact; unofficial contact counts as far as officials feel it.
    """
    contact = 1.0 if process.phase == Phase.TALKS or process.channel else process.contact
    damping = (1.0 - p.fighting_hotline_damping * process.hotline) * (1.0 - p.fighting_contact_damping * contact)
    return clip(p.fighting_escalation * misperception * damping, 0.0, 1.0)


@rule(of="governments")
def suffer(me, violence, no_deal, p):
    """Burden grows with violence and with the cost of having no deal, and is slowly forgotten."""
    cost = p.fighting_cost_rate * violence + p.fighting_no_deal_rate * no_deal
    me.burden = me.burden * (1.0 - p.fighting_forgetting) + cost


@rule(of="governments")
def want_out(me, p):
    """Motivation to end the conflict, 1 - exp(-(burden x stalemate + pressure)) (Zartman 2000; Pruitt 2007).

    The balance of power is not in here: it enters the value of fighting on and the hazard of victory, once.
    """
    push = me.burden * p.conflict_stalemate * me.stalemate + me.pressure + p.pressure_mobilisation * me.mobilisation
    me.motivation = 1.0 - exp(-clip(push, 0.0, 50.0))


@rule
def end_by_victory(superiority, violence, p):
    """Hazard of victory: with violence and with the square of the first party's lead in power over the second."""
    return clip(p.fighting_victory * superiority * superiority * clip(violence, 0.0, 1.0), 0.0, 1.0)


@rule
def peter_out(burden, p):
    """Hazard that fighting sinks below the threshold of an armed conflict: exhaustion, where nobody talks."""
    return clip(p.fighting_petering_out * (0.5 + 0.5 * burden), 0.0, 1.0)


@rule
def flare_up(process, month, p):
    """Hazard that a conflict which ended without an accord is active again, falling over the years."""
    quiet = float(month - process.month_ended)
    return clip(p.fighting_recurrence * (0.5 + exp(-quiet / 36.0)), 0.0, 1.0)


@rule
def stop_shooting(least_motivation, mediation, in_talks, p):
    """Hazard of a ceasefire: the least motivated party decides; mediation and talks help."""
    return clip(p.fighting_ceasefire * least_motivation * (1.0 + mediation + in_talks), 0.0, 1.0)


@rule
def resume_shooting(process, p):
    """Hazard that a ceasefire ends: attacks and escalations multiply it, monitoring lowers it."""
    shocks = process.attacks_now + process.escalations_now
    return clip(
        p.fighting_ceasefire_ends * (1.0 + p.fighting_ceasefire_shock * shocks) * (1.0 - 0.5 * process.monitoring),
        0.0,
        1.0,
    )


@phase
def fighting(world, month):
    """Violence and incidents; what they cost; ceasefire, victory, petering out and recurrence."""
    governments, dyads = world.governments, world.dyads
    p, process = world.parameters[0], world.process[0]
    tally = world.tally[0]
    key, parties = process.key, len(governments)

    last_attacks = process.attack_violence
    fight(process, standard_normal(chance(key, Draw.VIOLENCE, month, 0, 0)), p)
    misperception = 0.0
    for row in range(len(dyads)):
        misperception += dyads[row].misperception
    misperception /= len(dyads)

    resumes = process.ceasefire and chance(key, Draw.CEASEFIRE_ENDS, month, 0, 0) < resume_shooting(process, p)
    process.escalations_now = 0
    incident = chance(key, Draw.INCIDENT, month, 0, 0) < p.conflict_incidents
    escalates = chance(key, Draw.ESCALATION, month, 0, 0) < escalate(process, misperception, p)
    if incident and escalates:
        process.violence += p.fighting_escalation_size
        process.escalations_now = 1
        record(world, month, Event.ESCALATED, -1, -1, p.fighting_escalation_size)

    no_deal = (
        0.0 if process.phase == Phase.IMPLEMENTATION or process.phase == Phase.DURABLE else p.conflict_cost_of_no_deal
    )
    least_motivation, burden, most, second = 1.0, 0.0, 0.0, 0.0
    for i in range(parties):
        me = governments[i]
        suffer(me, process.violence + last_attacks, no_deal, p)
        want_out(me, p)
        burden += me.burden / parties
        if me.required and me.active and me.motivation < least_motivation:
            least_motivation = me.motivation
        if me.share_of_power > most:
            most, second = me.share_of_power, most
        elif me.share_of_power > second:
            second = me.share_of_power

    process.inequality = clip(most - second, 0.0, 1.0)
    at_war = process.phase == Phase.FIGHTING or process.phase == Phase.PRETALKS
    open_conflict = at_war or process.phase == Phase.TALKS or process.phase == Phase.SUSPENDED
    in_talks = 1.0 if process.phase == Phase.TALKS else 0.0
    if resumes:
        process.ceasefire = 0
        process.ceasefire_months = 0
        record(world, month, Event.CEASEFIRE_BROKEN, -1, -1, 0.0)
    stops = chance(key, Draw.CEASEFIRE, month, 0, 0) < stop_shooting(least_motivation, process.mediation, in_talks, p)
    if stops and open_conflict and not process.ceasefire and not resumes and p.conflict_violence > 0.0:
        process.ceasefire = 1
        process.milestone = 0.0
        record(world, month, Event.CEASEFIRE_MADE, -1, -1, 0.0)
    if process.ceasefire:
        process.ceasefire_months += 1

    wins = chance(key, Draw.VICTORY, month, 0, 0) < end_by_victory(most - second, process.violence, p)
    peters_out = chance(key, Draw.PETERING_OUT, month, 0, 0) < peter_out(burden, p)
    if at_war and p.conflict_violence > 0.0:
        ended = 0
        if wins:
            ended = Ending.VICTORY
            record(world, month, Event.VICTORY_WON, -1, -1, most - second)
        elif (
            process.ceasefire
            and process.phase == Phase.FIGHTING
            and process.ceasefire_months >= p.fighting_quiet_months
        ):
            ended = Ending.CEASEFIRE
            record(world, month, Event.CEASEFIRE_HELD, -1, -1, float(process.ceasefire_months))
        elif peters_out and process.phase == Phase.FIGHTING and not process.channel:
            ended = Ending.LOW_ACTIVITY
            record(world, month, Event.PETERED_OUT, -1, -1, burden)
        if ended:
            enter(process, Phase.DORMANT)
            if not tally.ended_by:
                tally.ended_by = ended
                tally.month_ended_first = month
            process.month_ended = month
    elif process.phase == Phase.DORMANT:
        if chance(key, Draw.RECURRENCE, month, 0, 0) < flare_up(process, month, p):
            enter(process, Phase.FIGHTING)
            process.ceasefire = 0
            process.ceasefire_months = 0
            if tally.month_recurred < 0:
                tally.month_recurred = month
            record(world, month, Event.ACTIVE_AGAIN, -1, -1, 0.0)
    tally.violence_total += process.violence
