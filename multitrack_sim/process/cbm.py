"""Confidence-building measures: proposed, kept or violated, seen or not, and what is learnt from it (Bayes; Kydd 2005)."""

from ..engine.compiled import part, phase, rule
from ..engine.random import chance
from ..schema.categories import MeasureKind, Phase
from ..schema.draws import Draw
from ..schema.events import Event
from .basics import clip, dyad_row, record
from .trust import evidence_of_conduct, learn_from_conduct


@rule(of="governments")
def have_will(me, process, p):
    """Political will for co-operation: readiness, more once talks are under way and under an accord, less under hawks."""
    together = process.phase == Phase.TALKS or process.phase == Phase.SIGNED or process.in_force
    wish = me.readiness + (p.cbm_will_in_talks if together else 0.0)
    me.will = clip(wish * (p.cbm_will_dove - p.cbm_will_hawk * me.hawkishness), 0.0, 1.0)


@rule
def proposal_probability(measure, least_will, light, contact, organisations, p):
    """Probability that a measure is agreed this month: push, contacts and organisations that propose, and will above
    sensitivity. Light measures in force open the way for heavier ones, their absence bars it; non-traditional ones are
    open even when relations are frozen.
    """
    rate = p.cbm_proposal * p.cbm_budget * p.cbm_push
    rate *= 1.0 + p.track_two_proposals * contact + p.cbm_organisations * organisations
    if measure.kind == MeasureKind.NON_TRADITIONAL:
        return clip(p.cbm_frozen_rate * rate, 0.0, 1.0)
    will = least_will + p.cbm_will_margin + p.cbm_sequence * (light - 0.5)
    above = clip(p.cbm_will_steepness * (will - measure.sensitivity), 0.0, 1.0)
    return clip(rate * above, 0.0, 1.0)


@rule
def recommitment_probability(measure, least_will, p):
    """Probability that a measure which had lapsed is recommitted to, as will allows."""
    will = least_will + p.cbm_will_margin - p.cbm_recommitment_sensitivity * measure.sensitivity
    return clip(p.cbm_recommitment * clip(will, 0.0, 1.0), 0.0, 1.0)


@rule
def compliance_by_type(reliable, sensitivity, will, p):
    """Probability of complying for a review period, by type.

    An unreliable leadership complies more where little is at stake, so cheap measures cannot separate types.
    """
    if reliable:
        return p.cbm_compliance
    return clip(p.cbm_compliance - p.cbm_temptation * sensitivity * (1.0 - p.cbm_will_restraint * will), 0.0, 1.0)


@rule(of="governments")
def compliance_probability(me, measure, p):
    """Probability that this leadership complies with a measure, by its hidden type and present will."""
    return compliance_by_type(me.reliable, measure.sensitivity, me.will, p)


@rule
def detection_probability(measure, p):
    """Probability that a violation is seen: 1 - (1 - own) (1 - verification)."""
    return 1.0 - (1.0 - p.cbm_own_detection) * (1.0 - p.cbm_verification * measure.verifiable)


@part
def share_of_lighter_in_force(world, sensitivity):
    """Of the active measures lighter than this one, the share in force (a half where there is none)."""
    measures = world.measures
    lighter, working = 0, 0
    for m in range(len(measures)):
        if measures[m].active and measures[m].sensitivity < sensitivity:
            lighter += 1
            working += measures[m].in_force
    return working / lighter if lighter > 0 else 0.5


@part
def observe(world, m, j, complies, month):
    """What the others learn of one party's conduct. One violation is one event: who sees it is drawn once per observer,
    and each learns from its own eyes.
    """
    governments, dyads, measure, p = world.governments, world.dyads, world.measures[m], world.parameters[0]
    actor, key, parties = governments[j], world.process[0].key, len(governments)
    detected = detection_probability(measure, p)
    reliable = compliance_by_type(1, measure.sensitivity, actor.will, p)
    unreliable = compliance_by_type(0, measure.sensitivity, actor.will, p)
    nothing_seen = evidence_of_conduct(False, detected, reliable, unreliable)
    violation_seen = nothing_seen if complies else evidence_of_conduct(True, detected, reliable, unreliable)
    seen_by_any = False
    for i in range(parties):
        if i != j and governments[i].active:
            address = actor.id * parties + governments[i].id
            seen = not complies and chance(key, Draw.MEASURE_DETECTED, month, measure.id, address) < detected
            evidence, salience = (violation_seen, 1.0) if seen else (nothing_seen, detected)
            learn_from_conduct(dyads[dyad_row(i, j, parties)], evidence, salience, p)
            if seen:
                seen_by_any = True
                record(world, month, Event.VIOLATION_SEEN, j, i, violation_seen)
    return seen_by_any


@part
def review(world, m, month):
    """One review of one measure: every party complied or not; every other party saw it or not, and learns."""
    governments, commitments = world.governments, world.commitments
    p, process = world.parameters[0], world.process[0]
    measure = world.measures[m]
    key, parties = process.key, len(governments)
    seen_by_any = False
    for j in range(parties):
        actor, commitment = governments[j], commitments[m * parties + j]
        reviewed = measure.months_in_force > int(p.cbm_review)
        if reviewed and chance(key, Draw.MEASURE_PERSISTS, month, measure.id, actor.id) < p.cbm_persistence:
            continue  # conduct as in the last period: nothing new to see, nothing new to learn
        complies = chance(key, Draw.MEASURE_COMPLIED, month, measure.id, actor.id) < compliance_probability(
            actor, measure, p
        )
        commitment.complied = 1 if complies else 0
        if not complies:
            commitment.violations += 1
        if actor.active and observe(world, m, j, complies, month):
            seen_by_any = True
    return seen_by_any


@part
def agreement_on(world, m, least_will, month):
    """Whether a measure is agreed this month, and if not, whether one that had lapsed is recommitted to."""
    measure, p, process = world.measures[m], world.parameters[0], world.process[0]
    light = share_of_lighter_in_force(world, measure.sensitivity)
    agreed = chance(process.key, Draw.MEASURE_PROPOSED, month, measure.id, 0) < proposal_probability(
        measure, least_will, light, process.contact, process.proposers, p
    )
    recommitted = False
    if measure.lapsed and not agreed:
        draw = chance(process.key, Draw.MEASURE_RECOMMITTED, month, measure.id, 0)
        recommitted = draw < recommitment_probability(measure, least_will, p)
    return agreed, recommitted


@phase
def cbm(world, month):
    """Measures are agreed, reviewed, suspended or dropped; those in force do their work."""
    governments, dyads, measures = world.governments, world.dyads, world.measures
    p, process = world.parameters[0], world.process[0]
    tally = world.tally[0]
    key = process.key

    least_will = 1.0
    for i in range(len(governments)):
        have_will(governments[i], process, p)
        if governments[i].required and governments[i].active and governments[i].will < least_will:
            least_will = governments[i].will

    cost, funds = 0.0, p.cbm_funds * p.cbm_budget
    for m in range(len(measures)):
        cost += measures[m].cost * measures[m].in_force
    review_months = int(p.cbm_review)
    in_force, off_transparency, off_hotline, off_cooperation = 0, 1.0, 1.0, 1.0
    for m in range(len(measures)):
        measure = measures[m]
        if measure.in_force and p.cbm_budget <= 0.0:
            measure.in_force = 0
        elif measure.in_force:
            measure.months_in_force += 1
            tally.spent_measures += p.cbm_cost * measure.cost
            if (month + measure.id) % review_months == 0:
                violated = review(world, m, month)
                if violated and chance(key, Draw.MEASURE_SUSPENDED, month, measure.id, 0) < p.cbm_suspension:
                    measure.in_force, measure.lapsed = 0, 1
                    record(world, month, Event.MEASURE_SUSPENDED_NOW, m, -1, measure.sensitivity)
            if measure.in_force and chance(key, Draw.MEASURE_ERODES, month, measure.id, 0) < p.cbm_erosion * (
                1.0 - p.cbm_verification * measure.verifiable
            ):
                measure.in_force, measure.lapsed = 0, 1
                record(world, month, Event.MEASURE_DROPPED, m, -1, measure.sensitivity)
            if not measure.in_force:
                cost -= measure.cost
        elif measure.active and p.cbm_budget > 0.0 and cost + measure.cost <= funds:
            agreed, recommitted = agreement_on(world, m, least_will, month)
            if agreed or recommitted:
                measure.in_force = 1
                measure.months_in_force = 0
                cost += measure.cost
                kind = Event.MEASURE_AGREED if agreed else Event.MEASURE_RECOMMITTED_NOW
                record(world, month, kind, m, -1, measure.sensitivity)
        if measure.in_force:
            in_force += 1
            strength = clip(p.cbm_strength + p.cbm_strength_sensitivity * measure.sensitivity, 0.0, 1.0)
            if measure.kind == MeasureKind.TRANSPARENCY:
                off_transparency *= 1.0 - strength
            elif measure.kind == MeasureKind.COMMUNICATION:
                off_hotline *= 1.0 - strength
            else:  # cooperation and non-traditional work are what publics see
                off_cooperation *= 1.0 - strength
    process.transparency = 1.0 - off_transparency
    process.hotline = 1.0 - off_hotline
    process.cooperation = 1.0 - off_cooperation
    tally.measures_total += in_force
    process.momentum += p.cbm_cooperation * process.cooperation * (1.0 - process.momentum)
    unclear = 1.0 - p.cbm_transparency * process.transparency
    for row in range(len(dyads)):
        dyads[row].misperception *= unclear
