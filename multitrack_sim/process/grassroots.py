"""Track III: grassroots programmes between communities, what they move, and what is forgotten."""

import math

from ..chance import PROGRAMME, PROGRAMME_BACKFIRE, chance
from ..compiled import phase, rule
from .basics import clip

PROGRAMME_MONTHS = 6  # a programme stays in a place for half a year


@rule(of="ngos")
def work_in_places(me, p):
    """How much grassroots work an organisation does: its capacity and reach, as far as there is money."""
    funds = clip(p.track_three_funds * p.track_three_budget, 0.0, 10.0)
    return funds * (1.0 - me.share_track_two) * me.capacity * me.reach


@rule(of="communities")
def join_programme(me, reach, p):
    """Probability that a programme comes to a community: more where need is, less where fear closes doors."""
    return clip(reach * (1.0 - 0.5 * me.fear) * (0.5 + (1.0 - me.attitude)), 0.0, 1.0)


@rule(of="communities")
def take_part(me, p):
    """A month of a programme: contact moves those who take part a little, less under fear; or hardens them.

    Contact works (about .1 to .25 standard deviations: Lowe 2025; Paluck, Green and Green 2019) and can raise the
    salience of identity (Svensson and Brouneus 2013).
    """
    gain = p.track_three_contact_gain * (1.0 - me.fear)
    me.programme_effect = clip(me.programme_effect + gain * me.programme, -1.0, 1.0)
    me.programme_months += 1.0


@rule(of="communities")
def forget_programme(me, p):
    """What a programme moved is partly forgotten within a year; little of it becomes an attitude to strangers."""
    lasting = p.track_three_consolidation * me.programme_effect
    me.attitude = clip(me.attitude + lasting, 0.0, 1.0)
    me.programme_effect *= 1.0 - p.track_three_forgetting


@phase
def grassroots(world, month):
    """Money becomes programmes; programmes reach communities; effects come and fade."""
    communities, ngos, governments = world.communities, world.ngos, world.governments
    p, process = world.parameters[0], world.process[0]
    key, parties = process.key, len(governments)

    for j in range(parties):
        governments[j].programme_reach = 0.0
    for row in range(len(ngos)):
        ngo = ngos[row]
        if ngo.active:
            work = work_in_places(ngo, p)
            ngo.granted_track_three += work
            ngo.spent_track_three += work
            for j in range(parties):
                if ngo.party == j:
                    governments[j].programme_reach += work
                elif ngo.party < 0:
                    governments[j].programme_reach += work / parties
    for j in range(parties):  # with more work the reach saturates at all communities
        share = 1.0 - math.exp(-4.0 * p.track_three_reach * governments[j].programme_reach)
        governments[j].programme_reach = clip(share, 0.0, 1.0)

    taking_part = 0
    for row in range(len(communities)):
        me = communities[row]
        if (month + me.id) % PROGRAMME_MONTHS == 0:
            joins = chance(key, PROGRAMME, month, me.id, 0) < join_programme(
                me, governments[me.party].programme_reach, p
            )
            me.programme = 0
            if joins:
                hardens = chance(key, PROGRAMME_BACKFIRE, month, me.id, 0) < p.track_three_backfire * me.fear
                me.programme = -1 if hardens else 1
        if p.track_three_budget <= 0.0:
            me.programme = 0
        if me.programme != 0:
            take_part(me, p)
            taking_part += 1
        if me.programme_effect != 0.0:
            forget_programme(me, p)
    process.momentum += p.track_three_momentum * taking_part / (len(communities) + 1) * (1.0 - process.momentum)
