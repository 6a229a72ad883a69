"""Track II: unofficial dialogue. Workshops, rapport, options, insight, reports, and the back channel.

What happens in here stays in here, unless it passes one of two gates: `track_two.access` (all that reaches officials)
and `track_two.publicity` (all that reaches publics and spoilers). What other phases read are only the columns written
behind a gate: `stakes.known_unofficial`, `dyads.contact`, `governments.endorsement`, `process.contact`,
`process.channel`, `process.alarm` and what reports do to `dyads`.
"""

import math

from ..chance import (
    AGENDAS_CLASH,
    CHANNEL_ENDS,
    CHANNEL_LEAKS,
    CHANNEL_OPENS,
    INSIGHT,
    REPORT,
    TABLES_ISSUE,
    TAKES_PART,
    chance,
)
from ..compiled import part, phase, rule
from ..outcome_table import (
    CHANNEL_ENDED,
    CHANNEL_LEAKED,
    CHANNEL_OPENED,
    DORMANT,
    FIGHTING,
    ISSUE_TABLED,
    PRETALKS,
    REPORT_HEARD,
    SUSPENDED,
    WORKSHOP_HELD,
)
from .basics import bound_belief, clip, dyad_row, log_odds, record

LIVING = 12  # months after which a contact that has not met is no longer living


@rule(of="ngos")
def convene(me, p):
    """Receive the month's grant, and hold a workshop when the money suffices. A muted track's money is burned.

    A workshop costs one unit; the grant is workshops per month and convenor.
    """
    balance = me.granted_track_two - me.spent_track_two - me.burned_track_two
    if p.track_two_budget <= 0.0:
        me.burned_track_two += balance
        return 0
    grant = p.track_two_funds * p.track_two_budget * me.share_track_two * me.capacity
    me.granted_track_two += grant
    if balance + grant < 1.0:
        return 0
    me.spent_track_two += 1.0
    return 1


@rule(of="academics")
def attend(me, legitimacy, p):
    """Probability of accepting an invitation: openness, the host's legitimacy, and more where it stays confidential."""
    return clip(me.openness * legitimacy * (0.6 + 0.6 * p.track_two_confidentiality), 0.0, 1.0)


@rule
def meet(pair, one, two, skill, clash, p):
    """Rapport between two who meet: grows with facilitation, confidentiality and openness; a clash of agendas costs."""
    if clash:
        pair.trust *= 1.0 - p.track_two_clash_cost
    else:
        warmth = skill * (0.4 + 0.6 * p.track_two_confidentiality) * math.sqrt(one.openness * two.openness)
        pair.trust += p.track_two_rapport_gain * warmth * (1.0 - pair.trust)
    pair.months_since = 0


@rule(of="issues")
def invent_unofficially(me, rapport, diversity, p):
    """Options found in a workshop: rapport, variety of participants and confidentiality help (Fisher 1983, 2005)."""
    found = p.track_two_invention * rapport * diversity * (0.4 + 0.6 * p.track_two_confidentiality)
    me.found_unofficial += clip(found, 0.0, 1.0) * (1.0 - me.found_unofficial)


@rule(of="academics")
def report(me, government, p):
    """Probability that a participant's report gets through to the leadership: access x credibility x receptivity.

    Everything that reaches officials passes the gate `track_two.access`.
    """
    receptivity = 1.0 - p.track_two_hawk_deafness * government.hawkishness
    return clip(p.track_two_access * p.track_two_transfer * me.access * me.credibility * receptivity, 0.0, 1.0)


@rule(of="governments")
def hear_options(me, stake, issue, p):
    """A leadership that hears a report knows the unofficial options; good ones raise what it demands."""
    news = issue.found_unofficial - stake.known_unofficial
    if news > 0.0:
        stake.known_unofficial += news
        me.aspiration = clip(me.aspiration + p.track_two_raised_hopes * news * issue.potential, 0.0, 1.0)


@rule
def insight_odds(rapport, reports, p):
    """Log-odds that the next report on a leadership's type is right, after so many reports already heard.

    n reports of correlation rho count as n / (1 + (n - 1) rho) independent ones (design effect, Kish 1965), so the
    next one adds only the difference; a single one is right with the accuracy that rapport allows.
    """
    accuracy = 0.5 + (p.track_two_insight - 0.5) * rapport
    after, rho = reports + 1.0, p.track_two_correlation
    weight = after / (1.0 + (after - 1.0) * rho)
    if reports > 1.0:
        weight -= reports / (1.0 + (reports - 1.0) * rho)
    else:
        weight -= reports
    return weight * log_odds(accuracy)


@rule
def learn_from_report(dyad, evidence, p):
    """Bayes' rule on an unofficial report about the other's type, and a clearer view of what the other means."""
    dyad.trust += evidence
    dyad.from_dialogue += evidence
    dyad.reports += 1.0
    dyad.misperception *= 1.0 - p.track_two_understanding
    bound_belief(dyad, p)


@rule
def fade_rapport(pair, p):
    """Rapport fades without meeting."""
    pair.months_since += 1
    if pair.months_since > 1:
        pair.trust *= 1.0 - p.track_two_rapport_fading


@rule
def open_channel(least_readiness, contact, p):
    """Hazard that unofficial contact turns into an official back channel (contact is already behind the gate)."""
    return clip(p.track_two_channel * least_readiness * contact, 0.0, 1.0)


@rule
def leak(p):
    """Hazard that an open back channel becomes public."""
    return clip(p.track_two_leak * (1.0 - 0.5 * p.track_two_confidentiality), 0.0, 1.0)


@part
def hold_workshop(ngo, host, academics, rapport, governments, dyads, stakes, issues, process, events, p, month):
    """One workshop: who comes, who gets on, what is invented, what is reported home."""
    key, parties, agenda = process.key, len(governments), len(issues)
    present = 0
    for row in range(len(academics)):
        me = academics[row]
        comes = chance(key, TAKES_PART, month, me.id, ngo.id) < attend(me, ngo.legitimacy, p)
        me.attends = 1 if comes and me.active else 0
        present += me.attends
    kinds, sides = 0, 0  # variety of walks of life and of parties around the table
    for row in range(len(academics)):
        if academics[row].attends:
            new_kind, new_side = 1, 1
            for earlier in range(row):
                if academics[earlier].attends:
                    if academics[earlier].kind == academics[row].kind:
                        new_kind = 0
                    if academics[earlier].party == academics[row].party:
                        new_side = 0
            kinds += new_kind
            if academics[row].party >= 0:
                sides += new_side
    ngo.convenes = 1
    process.workshops += 1
    record(process, events, month, WORKSHOP_HELD, host, -1, float(present))
    if sides < 2:
        return

    warmth, pairs = 0.0, 0
    for row in range(len(rapport)):
        pair = rapport[row]
        one, two = academics[pair.one], academics[pair.two]
        if one.attends and two.attends:
            clash = chance(key, AGENDAS_CLASH, month, pair.id, ngo.id) < p.track_two_clash
            meet(pair, one, two, ngo.skill, clash, p)
            warmth += pair.trust
            pairs += 1
    warmth /= pairs
    diversity = clip(0.25 + 0.25 * kinds, 0.0, 1.0)
    for k in range(agenda):
        if issues[k].active:
            invent_unofficially(issues[k], warmth, diversity, p)

    for row in range(len(academics)):
        me = academics[row]
        if not me.attends or me.party < 0:
            continue
        home = governments[me.party]
        heard = chance(key, REPORT, month, me.id, ngo.id) < report(me, home, p)
        if not heard:
            continue
        process.reports_heard += 1
        record(process, events, month, REPORT_HEARD, row, me.party, warmth)
        for k in range(agenda):
            stake = stakes[me.party * agenda + k]
            hear_options(home, stake, issues[k], p)
            tables = chance(key, TABLES_ISSUE, month, me.id, issues[k].id) < p.track_two_tabling
            if tables and not issues[k].tabled:
                issues[k].tabled = 1
                record(process, events, month, ISSUE_TABLED, row, k, 0.0)
        for j in range(parties):
            others = 0
            for other in range(len(academics)):
                if academics[other].attends and academics[other].party == j:
                    others += 1
            if j != me.party and others > 0:
                dyad = dyads[dyad_row(me.party, j, parties)]
                odds = insight_odds(warmth, dyad.reports, p)
                right = chance(key, INSIGHT, month, me.id * parties + j, ngo.id) < 1.0 / (1.0 + math.exp(-odds))
                learn_from_report(dyad, odds if right == (governments[j].reliable == 1) else -odds, p)


@part
def keep_contact(academics, rapport, dyads, governments, process, p):
    """Rapport fades; what living contact there is between parties is felt by officials, as far as the gate lets it."""
    parties = len(governments)
    for row in range(len(dyads)):
        dyads[row].contact = 0.0
    for row in range(len(rapport)):
        pair = rapport[row]
        fade_rapport(pair, p)
        one, two = academics[pair.one], academics[pair.two]
        if pair.months_since <= LIVING and one.party >= 0 and two.party >= 0 and one.party != two.party:
            felt = p.track_two_access * pair.trust * math.sqrt(one.access * two.access)
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


@part
def run_channel(process, events, p, month):
    """The back channel: opens out of contact and readiness; leaks, ends in nothing, or goes on (talks use it)."""
    key = process.key
    opens = chance(key, CHANNEL_OPENS, month, 0, 0) < open_channel(process.least_readiness, process.contact, p)
    leaks = chance(key, CHANNEL_LEAKS, month, 0, 0) < leak(p)
    ends = chance(key, CHANNEL_ENDS, month, 0, 0) < p.track_two_channel_ends
    before_talks = process.phase == FIGHTING or process.phase == PRETALKS or process.phase == SUSPENDED
    if process.channel:
        if leaks:
            process.channel = 0
            process.backlash = clip(process.backlash + p.track_two_backlash, 0.0, 1.0)
            record(process, events, month, CHANNEL_LEAKED, -1, -1, p.track_two_backlash)
        elif ends or process.phase == DORMANT:
            process.channel = 0
            record(process, events, month, CHANNEL_ENDED, -1, -1, 0.0)
    elif opens and before_talks:
        process.channel = 1
        process.back_channels += 1
        process.deadlock = 0.0
        process.best_gap = -99.0
        record(process, events, month, CHANNEL_OPENED, -1, -1, process.contact)


@phase
def dialogue(world, month):
    """Workshops are held as money allows; contact is kept or fades; the back channel lives its own life."""
    p, process, events = world.parameters[0], world.process[0], world.events
    ngos, issues, academics, rapport = world.ngos, world.issues, world.academics, world.rapport
    governments, dyads = world.governments, world.dyads
    held = 0
    for k in range(len(issues)):
        issues[k].found_unofficial *= 1.0 - p.track_two_option_fading
    for host in range(len(ngos)):
        ngos[host].convenes = 0
        if ngos[host].active and convene(ngos[host], p) == 1:
            hold_workshop(
                ngos[host],
                host,
                academics,
                rapport,
                governments,
                dyads,
                world.stakes,
                issues,
                process,
                events,
                p,
                month,
            )
            held += 1
    keep_contact(academics, rapport, dyads, governments, process, p)
    run_channel(process, events, p, month)
    in_public = p.track_two_publicity * (1.0 - p.track_two_confidentiality) * held
    process.momentum = clip(process.momentum + p.track_two_momentum * in_public * (1.0 - process.momentum), 0.0, 1.0)
    process.alarm = p.track_two_alarm * in_public
