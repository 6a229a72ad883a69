"""Circumstances: scheduled interventions, leaderships that come and go, pressure from outside, donors."""

from ..engine.compiled import part, phase, rule
from ..engine.random import chance, standard_normal
from ..schema.categories import InterventionKind
from ..schema.draws import Draw
from ..schema.events import Event
from .basics import clip, dyad_row, record
from .funding import keep_giving
from .third_parties import gather_support
from .trust import discount_belief, upset_relations


@rule(of="governments")
def leaving_hazard(me, p):
    """Probability that a leadership is replaced this month: higher where support is low."""
    return clip(p.leaders_turnover + p.leaders_turnover_low_support * (1.0 - me.support), 0.0, 1.0)


@rule(of="governments")
def faces_election(me, month):
    """Whether a term ends this month; leaderships without terms never face one."""
    if me.term <= 0:
        return False
    first = me.next_election if me.next_election > 0 else me.term
    return month >= first and (month - first) % me.term == 0


@rule(of="governments")
def defeat_probability(me, p):
    """Probability of losing office at the end of a term: more for a leadership whose public does not follow it."""
    return clip(p.leaders_election + p.leaders_election_swing * (0.5 - me.support), 0.0, 1.0)


@rule(of="governments")
def take_office(me, new_type, is_reliable, hawkishness, p):
    """A new leadership of the party: perhaps of a new type, near its party's line, with its opening demands."""
    if new_type:
        me.reliable = is_reliable
    me.hawkishness = clip(me.base_hawkishness + p.leaders_hawk_spread * hawkishness, 0.0, 1.0)
    me.months_in_office = 0.0


@rule(of="governments")
def feel_pressure(me, violence, organisations, noise, p):
    """Pressure to talk from outside: what is always there, patrons of all and its own, organised interests (more where
    no deal is costly), the military (as violence is high), organisations; and the month's noise.
    """
    patrons = clip(p.pressure_outside + me.outside, -1.0, 1.0)
    me.pressure = p.pressure_base + p.pressure_outside_effect * patrons
    me.pressure += (
        p.pressure_interests * me.interests * (1.0 - p.pressure_no_deal_share * (1.0 - p.conflict_cost_of_no_deal))
    )
    me.pressure += p.pressure_military * me.military * clip(violence, 0.0, 1.0)
    me.pressure += p.pressure_organisations * organisations
    if me.pressure > 0.0:
        noisy = me.pressure + p.pressure_noise * noise
        me.pressure = noisy if noisy > 0.0 else 0.0


@part
def intervene(world, month):
    """Scheduled changes: set or scale any cell, and give back the old value when the time is over."""
    interventions = world.interventions
    words, wholes = world.words, world.wholes
    for row in range(len(interventions)):
        change = interventions[row]
        if change.month == month:
            if change.cell_is_whole:
                change.saved = float(wholes[change.cell])
            else:
                change.saved = words[change.cell]
            value = change.value
            if change.kind == InterventionKind.SCALE:
                value = change.saved * change.value
            elif change.kind == InterventionKind.SHIFT:
                value = change.saved + change.value
            value = clip(value, change.low, change.high)
            if change.cell_is_whole:
                wholes[change.cell] = int(value)
            else:
                words[change.cell] = value
            record(world, month, Event.INTERVENED, row, -1, value)
        if change.until == month:
            if change.cell_is_whole:
                wholes[change.cell] = int(change.saved)
            else:
                words[change.cell] = change.saved


@phase
def circumstances(world, month):
    """Interventions, donors, pressure, changes of leadership."""
    governments, dyads = world.governments, world.dyads
    p, process = world.parameters[0], world.process[0]
    intervene(world, month)
    keep_giving(process, p)
    gather_support(world)
    key, parties = process.key, len(world.governments)
    for j in range(parties):
        me = governments[j]
        me.months_in_office += 1.0
        feel_pressure(
            me, process.violence, process.pressure, standard_normal(chance(key, Draw.PRESSURE, month, me.id, 0)), p
        )
        if not me.active:
            continue
        leaves = chance(key, Draw.LEADER_CHANGE, month, me.id, 0) < leaving_hazard(me, p)
        if faces_election(me, month):
            leaves = leaves or chance(key, Draw.ELECTION, month, me.id, 0) < defeat_probability(me, p)
        if leaves:
            new_type = chance(key, Draw.LEADER_TYPE_CHANGES, month, me.id, 0) < p.leaders_renewal
            is_reliable = chance(key, Draw.LEADER_NEW_TYPE, month, me.id, 0) < p.trust_reliable_share
            hawkishness = standard_normal(chance(key, Draw.LEADER_NEW_HAWK, month, me.id, 0))
            take_office(me, new_type, is_reliable, hawkishness, p)
            saved_by_measures = 1.0 - (1.0 - process.transparency) * (1.0 - process.hotline)
            for i in range(parties):
                if i != j:
                    seen, sees = dyads[dyad_row(i, j, parties)], dyads[dyad_row(j, i, parties)]
                    discount_belief(seen, p)
                    continuity = 1.0 - (1.0 - saved_by_measures) * (1.0 - me.endorsement * seen.contact)
                    upset_relations(seen, continuity, p)
                    upset_relations(sees, continuity, p)
            record(world, month, Event.LEADER_CHANGED, j, -1, me.hawkishness)
