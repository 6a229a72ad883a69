"""Track II: unofficial dialogue. Workshops, rapport, options, insight, reports, and the back channel.

What happens in here stays in here, unless it passes one of two gates: `track_two.access` (all that reaches officials)
and `track_two.publicity` (all that reaches publics and spoilers). What other phases read are only the columns written
behind a gate: `stakes.known_unofficial`, `dyads.contact`, `governments.endorsement`, `governments.suspected`,
`process.contact`, `process.channel`, `process.alarm` and what reports do to `dyads`.
"""

import math

from ..engine.compiled import part, phase, rule
from ..engine.random import chance
from ..schema.categories import Phase
from ..schema.draws import Draw
from ..schema.events import Event
from .basics import clip, dyad_row, record
from .funding import dialogue_share, grant, grassroots_share
from .office import fill_offices
from .workshops import hold_workshop, nearness


@rule(of="ngos")
def convene(me, money, p):
    """Receive the month's money, give a share of it to research, and hold a workshop when the rest suffices.

    A workshop costs less online. What is left when no more money comes is lost.
    """
    balance = me.granted_track_two - me.spent_track_two - me.burned_track_two
    if money <= 0.0:
        me.burned_track_two += balance
        return 0
    papers = p.track_two_research * money
    cost = p.track_two_workshop_cost * (1.0 - p.technology_saving * p.track_two_digital)
    me.granted_track_two += money
    me.spent_track_two += papers
    me.spent_research += papers
    if balance + money - papers < cost:
        return 0
    me.spent_track_two += cost
    return 1


@rule
def read_papers(dyad, reader, papers, p):
    """Research without meetings: papers lower misperception where a leadership reads them (gate: access)."""
    read = (
        p.track_two_access
        * p.track_two_research_effect
        * papers
        * (1.0 - p.track_two_hawk_deafness * reader.hawkishness)
    )
    dyad.misperception *= 1.0 - clip(read, 0.0, 1.0)


@rule
def fade_rapport(pair, p):
    """Rapport fades without meeting."""
    pair.months_since += 1
    if pair.months_since > 1:
        pair.trust *= 1.0 - p.track_two_rapport_fading


@rule
def note_closeness(one, two, pair):
    """How close participants are to another party: the one of its people whom they trust most."""
    if one.party >= 0 and two.party >= 0 and one.party != two.party:
        if pair.trust > one.closeness:
            one.closeness = pair.trust
        if pair.trust > two.closeness:
            two.closeness = pair.trust


@rule
def channel_hazard(least_readiness, contact, p):
    """Hazard that unofficial contact turns into an official back channel (contact is already behind the gate)."""
    return clip(p.track_two_channel * least_readiness * contact, 0.0, 1.0)


@rule
def leak_hazard(p):
    """Hazard that an open back channel becomes public."""
    exposed = 1.0 + p.technology_leaks * p.track_two_digital
    return clip(p.track_two_leak * exposed * (1.0 - p.track_two_leak_secrecy * p.track_two_confidentiality), 0.0, 1.0)


@part
def keep_contact(world):
    """Rapport fades; what living contact there is between parties is felt by officials, as far as the gate lets it."""
    academics, rapport, dyads, governments = world.academics, world.rapport, world.dyads, world.governments
    p, process = world.parameters[0], world.process[0]
    parties = len(governments)
    for row in range(len(dyads)):
        dyads[row].contact = 0.0
    for row in range(len(academics)):
        academics[row].closeness = 0.0
    at_table = process.phase == Phase.TALKS or process.talks_go_on or process.channel
    for row in range(len(rapport)):
        pair = rapport[row]
        one, two = academics[pair.one], academics[pair.two]
        if at_table and one.in_office and two.in_office:
            pair.months_since = 0  # they meet as officials
        fade_rapport(pair, p)
        note_closeness(one, two, pair)
        if pair.months_since <= p.track_two_living and one.party >= 0 and two.party >= 0 and one.party != two.party:
            felt = p.track_two_access * pair.trust * math.sqrt(nearness(one) * nearness(two))
            there, back = dyads[dyad_row(one.party, two.party, parties)], dyads[dyad_row(two.party, one.party, parties)]
            if felt > there.contact:
                there.contact = felt
                back.contact = felt
    process.contact = 0.0
    for i in range(parties):
        governments[i].endorsement = 0.0
    for row in range(len(dyads)):
        dyad = dyads[row]
        me, other = governments[dyad.of], governments[dyad.other]
        if dyad.contact > me.endorsement:
            me.endorsement = dyad.contact
        if me.required and other.required and dyad.contact > process.contact:
            process.contact = dyad.contact


@rule
def open_channel(process):
    """A back channel opens: delegations are assembled in secret, with fresh mandates."""
    process.channel = 1
    process.deadlock = 0.0
    process.fresh = 1
    process.assembled = 1.0


@part
def run_channel(world, month):
    """The back channel: opens out of contact and readiness; leaks, ends in nothing, or goes on (talks use it)."""
    p, process = world.parameters[0], world.process[0]
    key = process.key
    before_talks = (
        process.phase == Phase.FIGHTING or process.phase == Phase.PRETALKS or process.phase == Phase.SUSPENDED
    )
    if process.channel:
        if chance(key, Draw.CHANNEL_LEAKS, month, 0, 0) < leak_hazard(p):
            process.channel = 0
            process.backlash = clip(process.backlash + p.track_two_backlash, 0.0, 1.0)
            record(world, month, Event.CHANNEL_LEAKED, -1, -1, p.track_two_backlash)
        elif process.phase == Phase.DORMANT or chance(key, Draw.CHANNEL_ENDS, month, 0, 0) < p.track_two_channel_ends:
            process.channel = 0
            record(world, month, Event.CHANNEL_ENDED, -1, -1, 0.0)
    elif before_talks and chance(key, Draw.CHANNEL_OPENS, month, 0, 0) < channel_hazard(
        process.least_readiness, process.contact, p
    ):
        open_channel(process)
        record(world, month, Event.CHANNEL_OPENED, -1, -1, process.contact)


@phase
def track_two(world, month):
    """Workshops are held as money allows; contact is kept or fades; the back channel lives its own life."""
    p, process = world.parameters[0], world.process[0]
    ngos, issues, academics = world.ngos, world.issues, world.academics
    governments, dyads = world.governments, world.dyads
    public = 0.0
    for k in range(len(issues)):
        issues[k].found_unofficial *= 1.0 - p.track_two_option_fading
    for row in range(len(academics)):
        academics[row].closed *= 1.0 - p.track_two_softening
    papers = 0.0
    for host in range(len(ngos)):
        ngo = ngos[host]
        ngo.convenes = 0
        if not ngo.active:
            continue
        before = ngo.spent_research
        own, other = dialogue_share(ngo, p), grassroots_share(ngo, p)
        money = grant(own, p.track_two_budget, other, p.track_three_budget, process, p)
        convenes = convene(ngo, money, p)
        papers += ngo.spent_research - before
        if convenes == 1:
            voices = hold_workshop(world, host, month)
            public += 1.0 - p.track_two_voices + p.track_two_voices * 2.0 * voices
    for row in range(len(dyads)):
        read_papers(dyads[row], governments[dyads[row].of], papers, p)
    keep_contact(world)
    fill_offices(world, month)
    run_channel(world, month)
    in_public = p.track_two_publicity * (1.0 - p.track_two_confidentiality) * public
    process.momentum = clip(process.momentum + p.track_two_momentum * in_public * (1.0 - process.momentum), 0.0, 1.0)
    process.alarm = p.track_two_alarm * in_public
