"""The draws that make a world of a template: hidden types, attitudes, who hears whom."""

from ..engine.compiled import part, phase, rule
from ..engine.random import chance, standard_normal
from ..schema.categories import Phase
from ..schema.draws import Draw
from .basics import TINY, clip
from .track_two import open_channel

LEAST_FORGETTING = 0.01  # so that a world which forgets nothing can begin


@rule
def settle_in(me, home, attitude, support, fear, grievance, p):
    """A community at the start: attitudes around its party's mean, support that leans with them, fear from violence."""
    me.attitude = clip(p.society_attitude + home.attitude + p.society_attitude_spread * attitude, 0.0, 1.0)
    me.attitude_before = me.attitude
    me.home = me.attitude
    me.support = clip(
        p.society_support
        + p.society_support_attitude * (me.attitude - p.society_attitude)
        + p.society_support_spread * support,
        0.0,
        1.0,
    )
    scarred = p.society_scars * p.conflict_violence
    me.fear = clip(scarred * (0.5 + fear), 0.0, 1.0)
    me.grievance = clip(scarred * (0.5 + grievance), 0.0, 1.0)


@rule
def neighbour_within(place, tie, count, kind, where, p):
    """Which community of the same party a tie leads to: mostly the next ones around, sometimes any."""
    if count <= 1:
        return 0
    if kind < p.society_strangers:
        return (place + 1 + int(where * (count - 1))) % count
    step = 1 + tie // 2
    return (place + step) % count if tie % 2 == 0 else (place - step) % count


@part
def own_position(world, me, k):
    """Where a participant would settle an issue: its party's ideal, towards the middle the more open it is."""
    governments, stakes = world.governments, world.stakes
    agenda = len(world.issues)
    middle = 0.0
    for i in range(len(governments)):
        middle += stakes[i * agenda + k].ideal / len(governments)
    if me.party < 0:
        return middle
    home = stakes[me.party * agenda + k].ideal
    return home + world.parameters[0].society_openness * me.openness * (middle - home)


@phase
def draw_world(world):
    """Draw everything about a world that the scenario leaves to chance. The seed stands in `process.key`."""
    governments, dyads, communities, ties = world.governments, world.dyads, world.communities, world.ties
    p, process = world.parameters[0], world.process[0]
    key, parties, people = process.key, len(governments), len(communities)

    steady = p.fighting_cost_rate * p.conflict_violence + p.fighting_no_deal_rate * p.conflict_cost_of_no_deal
    lasting = steady / (p.fighting_forgetting + LEAST_FORGETTING)  # the burden that would not change any more
    for i in range(parties):
        me = governments[i]
        me.base_hawkishness = me.hawkishness
        me.reliable = 1 if chance(key, Draw.WORLD_TYPE, 0, me.id, 0) < p.trust_reliable_share else 0
        spread = chance(key, Draw.WORLD_MOTIVATION, 0, me.id, 0)
        me.burden = (p.society_burden + p.society_burden_spread * spread) * lasting
        me.support = p.society_support
        me.perceived_support = clip(p.society_support - p.publics_misreading, 0.0, 1.0)
        me.count = 0
    for row in range(len(dyads)):
        dyad = dyads[row]
        if dyad.prior != dyad.prior:  # not given
            dyad.prior = p.trust_prior + p.trust_hawk_prior * (governments[dyad.other].hawkishness - 0.5)
        dyad.trust = dyad.prior
        if dyad.misperception != dyad.misperception:
            dyad.misperception = p.trust_misperception
    for row in range(len(world.positions)):
        if world.positions[row].position != world.positions[row].position:  # not given
            me, k = world.academics[world.positions[row].academic], world.positions[row].issue
            world.positions[row].position = own_position(world, me, k)
    for row in range(len(world.spoilers)):
        world.spoilers[row].base_capacity = world.spoilers[row].capacity
    process.ceasefire = int(p.conflict_ceasefire_at_start)
    process.channel = int(p.conflict_channel_at_start)
    if process.channel:
        open_channel(process)
    process.phase = (
        Phase.FIGHTING if p.conflict_start == Phase.FIGHTING else Phase.PRETALKS
    )  # talks open in the first month

    for row in range(people):
        home = governments[communities[row].party]
        if home.count == 0:
            home.first_community = row
        home.count += 1
    for row in range(people):
        me = communities[row]
        home = governments[me.party]
        settle_in(
            me,
            home,
            standard_normal(chance(key, Draw.WORLD_ATTITUDE, 0, me.id, 0)),
            standard_normal(chance(key, Draw.WORLD_SUPPORT, 0, me.id, 0)),
            chance(key, Draw.WORLD_FEAR, 0, me.id, 0),
            chance(key, Draw.WORLD_GRIEVANCE, 0, me.id, 0),
            p,
        )
        others = people - home.count
        place = row - home.first_community
        for t in range(me.ties):
            kind = chance(key, Draw.WORLD_TIE_KIND, 0, me.id, t)
            where = chance(key, Draw.WORLD_TIE_NEIGHBOUR, 0, me.id, t)
            tie = ties[me.first_tie + t]
            tie.weight = 1.0 / me.ties
            if kind < p.society_cross_ties and others > 0:
                heard = int(where * others)
                tie.heard = heard if heard < home.first_community else heard + home.count
            else:
                kind = (kind - p.society_cross_ties) / (1.0 - p.society_cross_ties + TINY)
                tie.heard = home.first_community + neighbour_within(place, t, home.count, kind, where, p)
