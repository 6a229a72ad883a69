"""Mediators, guarantors, organisations and donors: what they bring this month."""

from ..engine.arithmetic import exp
from ..engine.compiled import part, rule


@part
def gather_support(world):
    """What organisations do besides mediating and guaranteeing: press for talks (publicity adds), propose measures and
    lend their standing to hosts, where the strongest counts; and pay, where all add up.
    """
    organisations = world.organisations
    p, process = world.parameters[0], world.process[0]
    process.pressure, process.proposers, process.hosting, process.sponsors = 0.0, 0.0, 0.0, 0.0
    for row in range(len(organisations)):
        me = organisations[row]
        if me.active:
            pressure = me.pressure * (1.0 - p.pressure_publicity_share * (1.0 - process.momentum))
            if pressure > process.pressure:
                process.pressure = pressure
            if me.proposes > process.proposers:
                process.proposers = me.proposes
            if me.hosting > process.hosting:
                process.hosting = me.hosting
            process.sponsors += me.funding


@rule(of="organisations")
def mediation_effort(me, process, p):
    """What a mediator puts in: its skill, worn down by months of deadlock."""
    return me.skill * exp(-p.track_one_mediator_fatigue * process.deadlock)


@rule(of="organisations")
def guarantee_offered(me, p):
    """How credibly the organisation would enforce an accord (Walter 1997, 2002)."""
    return me.guarantee


@part
def gather_organisations(world):
    """What mediators and guarantors bring this month: the best mediator leads, guarantees join."""
    organisations = world.organisations
    p, process = world.parameters[0], world.process[0]
    process.mediation, process.leverage, process.fairness = 0.0, 0.0, 0.0
    unguarded, unseen = 1.0, 1.0
    for row in range(len(organisations)):
        me = organisations[row]
        if me.active:
            me.effort = mediation_effort(me, process, p)
            if me.effort > process.mediation:
                process.mediation = me.effort
                process.fairness = me.effort * me.impartiality
            if me.leverage > process.leverage:
                process.leverage = me.leverage
            unguarded *= 1.0 - guarantee_offered(me, p)
            unseen *= 1.0 - me.monitoring
    process.guarantee = 1.0 - unguarded
    process.monitoring = 1.0 - unseen
