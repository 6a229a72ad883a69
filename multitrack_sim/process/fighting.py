"""Fighting and the hurting stalemate: violence, incidents, burden, motivation, and ends without an accord."""

from ..engine.arithmetic import exp
from ..engine.compiled import part, phase, rule
from ..engine.random import chance, standard_normal
from ..schema.categories import Agreement, Ending, Phase
from ..schema.draws import Draw
from ..schema.events import Event
from .accord import go_back_to_war
from .agreement import count_agreement, write_agreement
from .basics import clip, enter, record


@rule
def talking(process):
    """Whether the parties talk: officially, in exploratory talks, in a back channel, or over what an accord leaves open."""
    at_table = process.phase == Phase.PRETALKS or process.phase == Phase.TALKS or process.phase == Phase.SUSPENDED
    return at_table or process.talks_go_on or process.channel


@rule
def openness_of_conflict(process):
    """The share of the conflict over which fighting goes on as before: none once it has ended, what an accord in force
    (or a text that awaits ratification) does not reach, all of it otherwise.
    """
    if process.ending == Ending.NONE or process.ending == Ending.AGREEMENT:
        reach = process.reach if process.in_force else 0.0
        if process.phase == Phase.SIGNED and process.pending_reach > reach:
            reach = process.pending_reach
        return 1.0 - reach
    return 0.0


@rule
def fight(process, noise, p):
    """Violence of a month: the conflict's level over what is open, less in talks and under a ceasefire; a residue over
    what has ended or is settled.
    """
    level = p.conflict_violence * exp(p.fighting_noise * noise)
    open_part = openness_of_conflict(process)
    held_back = 1.0
    if process.phase == Phase.TALKS or process.phase == Phase.SUSPENDED or process.talks_go_on:
        held_back *= p.fighting_talks_effect
    if process.ceasefire:
        held_back *= p.fighting_ceasefire_effect
    process.violence = clip(level * (open_part * held_back + (1.0 - open_part) * p.accord_residual_violence), 0.0, 2.0)


@rule
def escalation_probability(process, misperception, p):
    """Probability that an incident escalates: with misperception, less with hotlines and any living contact.

    Official talks and an open back channel are contact; unofficial contact counts as far as officials feel it.
    """
    together = process.phase == Phase.TALKS or process.talks_go_on or process.channel
    contact = 1.0 if together else process.contact
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
def victory_hazard(superiority, violence, p):
    """Hazard of victory: with violence and with the square of the first party's lead in power over the second."""
    return clip(p.fighting_victory * superiority * superiority * clip(violence, 0.0, 1.0), 0.0, 1.0)


@rule
def petering_out_hazard(burden, p):
    """Hazard that fighting sinks below the threshold of an armed conflict: exhaustion, whether or not anybody talks."""
    return clip(p.fighting_petering_out * (1.0 - p.fighting_exhaustion + p.fighting_exhaustion * burden), 0.0, 1.0)


@rule
def recurrence_hazard(process, month, p):
    """Hazard that a conflict which ended without an accord is active again, falling over the years."""
    quiet = float(month - process.month_ended)
    passing = exp(-quiet / p.fighting_recurrence_months)
    return clip(p.fighting_recurrence * (p.fighting_recurrence_lasting + passing), 0.0, 1.0)


@rule
def ceasefire_hazard(least_motivation, mediation, in_talks, p):
    """Hazard of a ceasefire: the least motivated party decides; mediation and talks help."""
    return clip(p.fighting_ceasefire * least_motivation * (1.0 + mediation + in_talks), 0.0, 1.0)


@rule
def end_of_ceasefire_hazard(process, p):
    """Hazard that a ceasefire ends: attacks and escalations multiply it, monitoring lowers it."""
    shocks = process.attacks_now + process.escalations_now
    shaken = p.fighting_ceasefire_ends * (1.0 + p.fighting_ceasefire_shock * shocks)
    return clip(shaken * (1.0 - p.fighting_truce_monitoring * process.monitoring), 0.0, 1.0)


@part
def make_ceasefire(world, month):
    """A ceasefire holds from now on; between parties that talk it is an agreement of its own."""
    process = world.process[0]
    process.ceasefire = 1
    process.milestone = 0.0
    if talking(process):
        process.assembled = 1.0
        write_agreement(world, month, Agreement.CEASEFIRE, 0.0, 0.0)
        count_agreement(world, month, Agreement.CEASEFIRE)
    record(world, month, Event.CEASEFIRE_MADE, -1, -1, 0.0)


@part
def end_ceasefire(world, month):
    """No ceasefire holds any more, and the agreements that were no more than that are at an end."""
    process, accords = world.process[0], world.accords
    process.ceasefire = 0
    process.ceasefire_months = 0
    for row in range(len(accords)):
        if accords[row].kind == Agreement.CEASEFIRE and accords[row].ended < 0:
            accords[row].ended = month


@rule
def end_conflict(world, month, how):
    """The conflict ends for now, other than by an accord."""
    process, tally = world.process[0], world.tally[0]
    process.ending = how
    process.month_ended = month
    if not tally.ended_by:
        tally.ended_by = how
        tally.month_ended_first = month


@part
def end_or_go_on(world, month, lead, burden):
    """Victory, a ceasefire that has held, fighting that peters out; and what had ended may become active again.

    Fighting can peter out while parties talk: low activity is counted by deaths alone (Kreutz 2010). Talks go on then.
    """
    p, process = world.parameters[0], world.process[0]
    key = process.key
    at_war = process.phase == Phase.FIGHTING or process.phase == Phase.PRETALKS
    wins = chance(key, Draw.VICTORY, month, 0, 0) < victory_hazard(lead, process.violence, p)
    peters_out = chance(key, Draw.PETERING_OUT, month, 0, 0) < petering_out_hazard(burden, p)
    if process.ending == Ending.NONE and at_war and wins:
        end_conflict(world, month, Ending.VICTORY)
        enter(process, Phase.DORMANT)
        record(world, month, Event.VICTORY_WON, -1, -1, lead)
    elif (
        process.ending == Ending.NONE
        and process.phase == Phase.FIGHTING
        and process.ceasefire_months >= p.fighting_quiet_months
    ):
        end_conflict(world, month, Ending.CEASEFIRE)
        enter(process, Phase.DORMANT)
        record(world, month, Event.CEASEFIRE_HELD, -1, -1, float(process.ceasefire_months))
    elif process.ending == Ending.NONE and peters_out:
        end_conflict(world, month, Ending.LOW_ACTIVITY)
        if process.phase == Phase.FIGHTING and not process.channel:
            enter(process, Phase.DORMANT)
            record(world, month, Event.PETERED_OUT, -1, -1, burden)
        else:
            record(world, month, Event.FELL_QUIET, -1, -1, burden)
    elif process.ending == Ending.LOW_ACTIVITY and process.phase == Phase.FIGHTING and not process.channel:
        enter(process, Phase.DORMANT)  # it had fallen quiet before, and nobody talks any more
        record(world, month, Event.PETERED_OUT, -1, -1, burden)
    elif process.ending > Ending.AGREEMENT:
        if chance(key, Draw.RECURRENCE, month, 0, 0) < recurrence_hazard(process, month, p):
            go_back_to_war(world, month)
            if process.phase == Phase.DORMANT:
                enter(process, Phase.FIGHTING)
                end_ceasefire(world, month)
                record(world, month, Event.ACTIVE_AGAIN, -1, -1, 0.0)
            else:
                record(world, month, Event.FLARED_UP, -1, -1, 0.0)


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

    resumes = process.ceasefire and chance(key, Draw.CEASEFIRE_ENDS, month, 0, 0) < end_of_ceasefire_hazard(process, p)
    process.escalations_now = 0
    incident = chance(key, Draw.INCIDENT, month, 0, 0) < p.conflict_incidents
    escalates = chance(key, Draw.ESCALATION, month, 0, 0) < escalation_probability(process, misperception, p)
    if incident and escalates:
        process.violence += p.fighting_escalation_size
        process.escalations_now = 1
        record(world, month, Event.ESCALATED, -1, -1, p.fighting_escalation_size)

    no_deal = p.conflict_cost_of_no_deal * (1.0 - process.reach)
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
    is_open = process.ending == Ending.NONE and process.phase != Phase.SIGNED and process.phase != Phase.COLLAPSED
    in_talks = 1.0 if process.phase == Phase.TALKS or process.talks_go_on else 0.0
    if resumes:
        end_ceasefire(world, month)
        record(world, month, Event.CEASEFIRE_BROKEN, -1, -1, 0.0)
    stops = chance(key, Draw.CEASEFIRE, month, 0, 0) < ceasefire_hazard(
        least_motivation, process.mediation, in_talks, p
    )
    if stops and is_open and not process.ceasefire and not resumes and p.conflict_violence > 0.0:
        make_ceasefire(world, month)
    if process.ceasefire:
        process.ceasefire_months += 1
    if p.conflict_violence > 0.0:
        end_or_go_on(world, month, most - second, burden)
    tally.violence_total += process.violence
