"""Influentials who become officials: participants of unofficial dialogue in their party's delegation.

What they carry in (Kelman 1995; Fisher 2005; Cuhadar 2009): the options they know, and the people of the other side whom
they know, at no remove from the leadership. What it costs: they are suspected of having been won over by the other side
(re-entry, Kelman 1993), and workshops miss them, unless they go on coming in a private capacity (Track 1.5), less frank.
"""

from ..engine.compiled import part, rule
from ..engine.random import chance
from ..schema.categories import Phase
from ..schema.draws import Draw
from ..schema.events import Event
from .basics import clip, record
from .workshops import bring_options


@rule(of="academics")
def office_hazard(me, government, p):
    """Hazard of being taken into the party's delegation: nearness to a leadership that has an ear for such people.
    Passes the gate `track_two.access`.
    """
    receptivity = 1.0 - p.track_two_hawk_deafness * government.hawkishness
    return clip(p.track_two_access * p.track_two_office * me.access * receptivity, 0.0, 1.0)


@rule(of="governments")
def suspect(me, insider, p):
    """A party suspects its delegation the more people from unofficial dialogue sit in it, and the closer each is to the
    other side (Kelman 1993).
    """
    me.suspected += p.track_two_access * insider.closeness * (1.0 - me.suspected)


@part
def delegations_sit(process):
    """Whether parties have delegations: until nothing is left to negotiate."""
    if process.phase == Phase.SIGNED or process.talks_go_on:
        return True
    return process.phase != Phase.DORMANT and not process.in_force


@part
def fill_offices(world, month):
    """Who comes from unofficial dialogue into a delegation, of those who have come to know somebody of another party; and
    who leaves it: with the leadership that called them, or when nothing is left to negotiate. Who comes tells what
    workshops have found. How far each delegation is suspected.
    """
    academics, governments = world.academics, world.governments
    p, process = world.parameters[0], world.process[0]
    sit = delegations_sit(process)
    for i in range(len(governments)):
        governments[i].suspected = 0.0
    for row in range(len(academics)):
        me = academics[row]
        if me.party < 0:
            continue
        home = governments[me.party]
        serves = sit and me.active and home.active
        if me.in_office:
            if not serves or home.months_in_office == 0.0:
                me.in_office = 0
                record(world, month, Event.LEFT_OFFICE, row, me.party, me.closeness)
        elif serves and me.closeness > 0.0:
            if chance(process.key, Draw.ENTERS_OFFICE, month, me.id, 0) < office_hazard(me, home, p):
                me.in_office = 1
                record(world, month, Event.ENTERED_OFFICE, row, me.party, me.closeness)
                bring_options(world, row)
        if me.in_office:
            suspect(home, me, p)
