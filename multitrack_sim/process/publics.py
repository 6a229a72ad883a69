"""Publics: attitudes along ties, fear, grievance, support for a settlement, mobilisation.

Rules about neighbours read last month's attitudes, so the order of communities does not matter.
"""

from ..engine.arithmetic import exp, sigma
from ..engine.by_column import held
from ..engine.compiled import part, phase, rule
from ..engine.random import chance, standard_normal
from ..schema.categories import Phase
from ..schema.draws import Draw
from .basics import clip


@rule(of="communities")
def listen(me, neighbour, weight, p):
    """A community moves toward a neighbour it can still understand (bounded confidence; Deffuant et al. 2000)."""
    gap = neighbour.attitude_before - me.attitude_before
    step = p.publics_influence * weight * gap
    me.attitude += step if abs(gap) < p.publics_bound else 0.0  # no jump: processors guess it wrong


@rule(of="communities")
def feel(me, violence, strike, resentment, p):
    """Fear rises with violence and with attacks on one's own side, and fades slowly; grievance likewise, and with
    coercion of factions and what an accord leaves out.
    """
    kept = me.fear * (1.0 - p.publics_fear_fading)
    me.fear = kept + (1.0 - kept) * clip(p.publics_fear_violence * violence + strike, 0.0, 1.0)
    hurt = me.grievance * (1.0 - p.publics_grievance_fading)
    me.grievance = hurt + (1.0 - hurt) * clip(p.publics_grievance_violence * violence + resentment, 0.0, 1.0)
    changed = me.attitude - p.publics_attitude_fear * me.fear + p.publics_attitude_return * (me.home - me.attitude)
    me.attitude = clip(changed, 0.0, 1.0)


@rule(of="communities")
def enjoy_peace(me, carried_out, p):
    """A peace dividend is felt as far as provisions are carried out, and fades without."""
    me.dividend += p.accord_dividend * (carried_out - me.dividend)


@rule(of="communities")
def judge(me, reasons, p):
    """Support for a settlement follows attitude, fear, dividend and the reasons of the whole public, with inertia."""
    case = reasons + p.publics_attitude * (me.attitude + me.programme_effect - 0.5) - p.publics_fear * me.fear
    case += p.publics_dividend * me.dividend
    me.support += p.publics_inertia * (sigma(case) - me.support)


@rule(of="governments")
def give_cue(me, process, p):
    """What a leader says of a settlement, and the reasons a whole public has: burden, momentum, leaks, concessions seen,
    a delegation known for its ties to the other side (behind both gates of Track II).

    A leader speaks for a settlement when it sees a surplus in it, against it when hawkish and without one.
    """
    me.cue = clip(p.publics_cue_optimism * me.optimism - p.publics_cue_doubt - me.hawkishness, -1.0, 1.0)
    at_table = process.phase == Phase.TALKS or process.talks_go_on
    concessions = me.concession if at_table and not process.channel else 0.0
    me.reasons = p.publics_burden * clip(me.burden, 0.0, p.publics_burden_felt) + p.publics_momentum * process.momentum
    me.reasons += p.publics_cue * me.cue - p.publics_audience_cost * clip(
        concessions / p.publics_audience_step, 0.0, 1.0
    )
    me.reasons -= p.publics_backlash * process.backlash
    known = p.track_two_publicity * (1.0 - p.track_two_confidentiality)
    me.reasons -= p.track_two_captured_support * known * me.suspected


@rule(of="governments")
def mobilise(me, p):
    """Civil society mobilises for a settlement where most support it."""
    me.mobilisation = sigma(p.publics_mobilisation_steepness * (me.support - p.publics_mobilisation))


@rule(of="governments")
def hear_public(me, noise, p):
    """What a government takes its publics' support for: too low, and noisy, unless local organisations tell it.

    Leaders underrate how moderate their publics are; how well they are told grows with the work done in places.
    """
    untold = exp(-p.track_three_reports * me.programme_reach)
    error = untold * (p.publics_misreading_noise * noise - p.publics_misreading)
    me.perceived_support = clip(me.support + error, 0.0, 1.0)


@part
def strike_fear(world):
    """This month's attacks are felt by the communities of the other parties, as fear."""
    governments, spoilers = world.governments, world.spoilers
    p = world.parameters[0]
    parties = len(governments)
    for i in range(parties):
        governments[i].strike = 0.0
    for row in range(len(spoilers)):
        if spoilers[row].struck:
            for i in range(parties):
                if i != spoilers[row].party:
                    governments[i].strike += p.publics_fear_attack / (parties - 1)


@part
def tell_communities(world):
    """What a month brings to a whole public alike, each of its communities gets: attacks, resentment, reasons."""
    communities, governments = world.communities, world.governments
    for i in range(len(governments)):
        home = governments[i]
        strike, resentment, reasons = home.strike, home.resentment, home.reasons
        for row in range(home.first_community, home.first_community + home.count):
            me = communities[row]
            me.strike, me.resentment, me.reasons = strike, resentment, reasons


@part
def listen_to_neighbours(world):
    """Every community listens to those it has ties to."""
    communities, ties, p = world.communities, world.ties, held(world.parameters[0])
    for row in range(len(communities)):
        communities[row].attitude_before = communities[row].attitude
    for row in range(len(communities)):
        me = communities[row]
        for tie in range(me.first_tie, me.first_tie + me.ties):
            listen(me, communities[ties[tie].heard], ties[tie].weight, p)


@part
def feel_and_judge(world, carried_out):
    """What every community feels, gains and concludes. Loops over columns, without choices: several rows at once."""
    communities, p, violence = world.communities, held(world.parameters[0]), world.process[0].violence
    for row in range(len(communities)):
        me = communities[row]
        feel(me, violence, me.strike, me.resentment, p)
    for row in range(len(communities)):
        me = communities[row]
        enjoy_peace(me, carried_out, p)
        judge(me, me.reasons, p)


@part
def ask_communities(world):
    """Mean support and grievance of every party's public; a party without publics of its own hears those of all."""
    communities, governments = world.communities, world.governments
    all_support, all_grievance, people = 0.0, 0.0, 0
    for i in range(len(governments)):
        home = governments[i]
        support, grievance = 0.0, 0.0
        for row in range(home.first_community, home.first_community + home.count):
            support += communities[row].support
            grievance += communities[row].grievance
        home.support, home.grievance = support, grievance
        all_support += support
        all_grievance += grievance
        people += home.count
    for i in range(len(governments)):
        home = governments[i]
        if home.count > 0:
            home.support /= home.count
            home.grievance /= home.count
        elif people > 0:
            home.support = all_support / people
            home.grievance = all_grievance / people


@phase
def publics(world, month):
    """Communities listen, feel, judge; governments learn what their publics think."""
    governments = world.governments
    p, process = world.parameters[0], world.process[0]
    parties = len(governments)
    strike_fear(world)
    for i in range(parties):
        give_cue(governments[i], process, p)
    carried_out = process.carried_out if process.in_force else 0.0
    if process.in_force:
        for i in range(parties):
            left_out = p.accord_untabled_grievance * process.ownerless
            governments[i].resentment = clip(governments[i].resentment + left_out, 0.0, 1.0)
    tell_communities(world)
    listen_to_neighbours(world)
    feel_and_judge(world, carried_out)
    ask_communities(world)
    for i in range(parties):
        me = governments[i]
        mobilise(me, p)
        hear_public(me, standard_normal(chance(process.key, Draw.MISREADING, month, me.id, 0)), p)
    process.momentum *= 1.0 - p.publics_momentum_fading
    process.backlash *= 1.0 - p.publics_momentum_fading
