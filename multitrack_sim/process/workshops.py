"""One workshop: who comes, who gets on, what is invented, what is reported home."""

import math

from ..engine.arithmetic import sigma
from ..engine.compiled import part, rule
from ..engine.random import chance
from ..schema.categories import AcademicKind
from ..schema.draws import Draw
from ..schema.events import Event
from .basics import clip, dyad_row, log_odds, record
from .trust import bound_belief, make_of_news

KINDS = len(AcademicKind.words())


@rule(of="academics")
def attendance_probability(me, legitimacy, workshops, p):
    """Probability of coming: openness, the host's standing, confidentiality; continuity asks those who came before. Who
    sits in a delegation comes only as far as meetings are mixed (Track 1.5).
    """
    company = p.track_two_attendance + p.track_two_attendance_secrecy * p.track_two_confidentiality
    willing = me.openness * (1.0 - me.closed) * legitimacy * company
    if workshops > 0 and me.invited > 0:
        willing *= 1.0 + p.track_two_known_guests * p.track_two_continuity
    elif workshops > 0:
        willing *= 1.0 - p.track_two_new_guests * p.track_two_continuity
    if me.in_office:
        willing *= p.track_two_officials_attend
    return clip(willing, 0.0, 1.0)


@rule(of="academics")
def harden(me, p):
    """A clash hardens: less open from now on, and this time's report makes the other side look worse."""
    me.closed = me.closed + p.track_two_hardening_cost * (1.0 - me.closed)
    me.hardened = 1


@rule
def frankness(officials, p):
    """How freely people speak in a workshop (0 to 1): part of it needs closed doors, and officials who come in a private
    capacity are on their guard, the more of those present they are (Cuhadar and Dayton 2012).
    """
    guarded = p.track_two_officials_frankness * officials
    return (1.0 - p.track_two_frankness_secrecy * (1.0 - p.track_two_confidentiality)) * (1.0 - guarded)


@rule(of="academics")
def nearness(me):
    """How near a participant is to its leadership: at no remove in its delegation."""
    return 1.0 if me.in_office else me.access


@rule
def meet(pair, one, two, skill, frank, clash, p):
    """Rapport between two who meet: grows with facilitation, confidentiality and openness; a clash of agendas costs."""
    if clash:
        pair.trust *= 1.0 - p.track_two_clash_cost
    else:
        warmth = skill * frank * math.sqrt(one.openness * two.openness)
        warmth *= math.sqrt((1.0 - one.closed) * (1.0 - two.closed))
        warmth *= 1.0 - p.technology_shallowness * p.track_two_digital
        pair.trust += p.track_two_rapport_gain * warmth * (1.0 - pair.trust)
    pair.months_since = 0


@rule(of="issues")
def invent_unofficially(me, rapport, diversity, scholars, frank, p):
    """Options found in a workshop: rapport, variety of participants, scholars and confidentiality help (Fisher 1983,
    2005). Where both tracks work on one pool, they stand in it as far as the gate `track_two.access` lets them.
    """
    found = p.track_two_invention * rapport * diversity * frank
    found *= 1.0 + p.track_two_scholarship * scholars
    if p.track_two_shared_pool:
        me.found_official += p.track_two_access * clip(found, 0.0, 1.0) * (1.0 - me.found_official)
    else:
        me.found_unofficial += clip(found, 0.0, 1.0) * (1.0 - me.found_unofficial)


@rule(of="academics")
def report_probability(me, government, recognition, distance, p):
    """Probability that a report gets through to the leadership: access x credibility x receptivity x consistency.

    Former officials and officers, and those whom the leadership endorses, are believed more. Hawks do not listen, nor
    do leaderships that do not recognise the other side. A line far from the official text is not taken up where the
    tracks are not coordinated. Everything that reaches officials passes the gate `track_two.access`.
    """
    credibility = me.credibility
    if me.kind == AcademicKind.FORMER_OFFICIAL or me.kind == AcademicKind.FORMER_OFFICER:
        credibility += p.track_two_officials_ear * (1.0 - credibility)
    credibility += p.track_two_endorsement * government.endorsement * (1.0 - credibility)
    receptivity = 1.0 - p.track_two_hawk_deafness * government.hawkishness
    receptivity *= 1.0 - p.track_two_unrecognised * (1.0 - recognition)
    consistency = clip(1.0 - p.track_two_contradiction * (1.0 - p.track_two_coordination) * distance, 0.0, 1.0)
    heard = p.track_two_access * p.track_two_transfer * nearness(me) * credibility * receptivity * consistency
    return clip(heard, 0.0, 1.0)


@rule
def hear_options(stake, issue, p):
    """A leadership that hears a report knows the unofficial options; where there is one pool for both tracks, all of it."""
    if issue.found_unofficial > stake.known_unofficial:
        stake.known_unofficial = issue.found_unofficial
    if p.track_two_shared_pool and issue.found_official > stake.known_official:
        stake.known_official = issue.found_official


@rule
def weight_of_next_report(heard, p):
    """How many independent reports the next one is worth, when those heard and not forgotten are worth so many.

    n reports of correlation rho are worth n / (1 + (n - 1) rho) independent ones (design effect, Kish 1965), and the next
    one adds the difference to n + 1, here written by the worth of those before: the first is worth 1, and together they
    never get beyond 1 / rho. Forgetting lowers the worth in the same proportion as what was learnt, so that renewed
    dialogue renews evidence, and no more than was forgotten.
    """
    new = 1.0 - p.track_two_correlation * heard
    if new <= 0.0:
        return 0.0
    return new * new / (1.0 - p.track_two_correlation * p.track_two_correlation * heard)


@rule
def insight_odds(rapport, weight, p):
    """Log-odds that a report on a leadership's type is right, from somebody of so much rapport with its people.

    A report of weight 1 is right with the accuracy that this rapport allows; a correlated one tells less, as its weight
    says. It is drawn right with these odds and believed by these odds, whatever it says, and both depend only on what
    was known before it was heard: beliefs are Bayes' rule, and their mean stays where it was.
    """
    return weight * log_odds(0.5 + (p.track_two_insight - 0.5) * rapport)


@rule
def learn_from_report(dyad, evidence, weight, hardened, distance, p):
    """What is learnt from an unofficial report about the other's type, and a clearer view of what the other means.

    From somebody who came away hardened the view gets darker instead; and a line that contradicts the official text
    confuses where the tracks are not coordinated.
    """
    learnt = make_of_news(dyad, evidence, weight, p)
    dyad.trust += learnt
    dyad.from_dialogue += learnt
    dyad.reports += weight
    if hardened:
        dyad.misperception += p.track_two_understanding * (1.0 - dyad.misperception)
    else:
        dyad.misperception *= 1.0 - p.track_two_understanding
    confusion = clip(p.track_two_divergence * (1.0 - p.track_two_coordination) * distance, 0.0, 1.0)
    dyad.misperception += confusion * (1.0 - dyad.misperception)
    bound_belief(dyad, p)


@part
def bring_options(world, row):
    """A leadership learns from a participant all that workshops have found."""
    me, issues, p, agenda = world.academics[row], world.issues, world.parameters[0], len(world.issues)
    for k in range(agenda):
        hear_options(world.stakes[me.party * agenda + k], issues[k], p)


@part
def seat(world, host, month):
    """Who comes to a workshop: how many, and their reach to publics on average. Where more would come than there is
    room for, fewer of all are asked.
    """
    academics, standing = world.academics, world.standing
    p, process = world.parameters[0], world.process[0]
    parties, ngo = len(world.governments), world.ngos[host]
    workshops = world.counts[Event.WORKSHOP_HELD].times
    present, voices, would_come = 0, 0.0, 0.0
    invited_by = ngo.legitimacy + process.hosting * (1.0 - ngo.legitimacy)
    for row in range(len(academics)):
        me = academics[row]
        legitimacy = invited_by
        if me.party >= 0:
            legitimacy *= standing[host * parties + me.party].legitimacy
        me.willing = attendance_probability(me, legitimacy, workshops, p) if me.active else 0.0
        would_come += me.willing
    asked = p.track_two_seats / would_come if would_come > p.track_two_seats else 1.0
    for row in range(len(academics)):
        me = academics[row]
        comes = me.active and chance(process.key, Draw.TAKES_PART, month, me.id, ngo.id) < asked * me.willing
        me.attends = 1 if comes else 0
        me.hardened = 0
        if me.attends:
            present += 1
            voices += me.reach
    for row in range(len(academics)):
        if academics[row].attends:
            academics[row].invited += 1
    return present, voices / present if present > 0 else 0.0


@part
def draw_a_line(world):
    """Where those present would settle every issue: the line of unofficial dialogue, and how far it is from the text."""
    academics, positions, issues, stakes = world.academics, world.positions, world.issues, world.stakes
    parties = len(world.governments)
    agenda, distance, weight = len(issues), 0.0, 0.0
    for k in range(agenda):
        total, present = 0.0, 0
        for row in range(len(academics)):
            if academics[row].attends:
                total += positions[row * agenda + k].position
                present += 1
        if present > 0:
            issues[k].line = total / present
        for i in range(parties):
            weight += stakes[i * agenda + k].salience
            distance += stakes[i * agenda + k].salience * abs(issues[k].line - issues[k].draft)
    return distance / weight if weight > 0.0 else 0.0


@part
def recognition_by(world, of):
    """How far a party recognises the others, on average."""
    dyads = world.dyads
    parties = len(world.governments)
    total = 0.0
    for other in range(parties):
        if other != of:
            total += dyads[dyad_row(of, other, parties)].recognition
    return total / (parties - 1)


@part
def recall_company(world, reporter):
    """What rapport one who was at the workshop has with those of every other party who were, on average."""
    academics, rapport, governments = world.academics, world.rapport, world.governments
    me = academics[reporter]
    for j in range(len(governments)):
        governments[j].delegates_rapport = 0.0
    for row in range(me.first_pair + me.pairs):  # behind its own pairs it stands in none
        pair = rapport[row]
        if pair.one == reporter or pair.two == reporter:
            other = academics[pair.two if pair.one == reporter else pair.one]
            if other.attends and other.party >= 0:
                home = governments[other.party]
                home.delegates_rapport += pair.trust / home.delegates


@part
def hold_workshop(world, host, month):
    """One workshop: who comes, who gets on, what is invented, what is reported home. Gives the reach of those present."""
    academics, rapport, governments = world.academics, world.rapport, world.governments
    dyads, stakes, issues = world.dyads, world.stakes, world.issues
    p, process = world.parameters[0], world.process[0]
    ngo = world.ngos[host]
    key, parties, agenda = process.key, len(governments), len(issues)
    present, voices = seat(world, host, month)
    for i in range(parties):
        governments[i].delegates = 0
    kinds, sides, scholars, officials = 0, 0, 0, 0  # variety of walks of life and of parties around the table
    for row in range(len(academics)):
        me = academics[row]
        if me.attends:
            if me.kind == AcademicKind.SCHOLAR or me.kind == AcademicKind.THINK_TANK:
                scholars += 1
            officials += me.in_office
            if me.party >= 0:
                governments[me.party].delegates += 1
                if governments[me.party].delegates == 1:
                    sides += 1
    for kind in range(KINDS):
        for row in range(len(academics)):
            if academics[row].attends and academics[row].kind == kind:
                kinds += 1
                break
    ngo.convenes = 1
    record(world, month, Event.WORKSHOP_HELD, host, -1, float(present))
    if sides < 2:
        return voices

    frank = frankness(officials / present, p)
    warmth, pairs, quarrels = 0.0, 0, 0
    for first in range(len(academics)):
        one = academics[first]
        if not one.attends:
            continue
        for row in range(one.first_pair, one.first_pair + one.pairs):
            pair = rapport[row]
            two = academics[pair.two]
            if not two.attends:
                continue
            clash = chance(key, Draw.AGENDAS_CLASH, month, pair.id, ngo.id) < p.track_two_clash
            meet(pair, one, two, ngo.skill, frank, clash, p)
            if clash and chance(key, Draw.HARDENED, month, pair.id, ngo.id) < p.track_two_hardening:
                harden(one, p)
                harden(two, p)
                quarrels += 1
            warmth += pair.trust
            pairs += 1
    if quarrels > 0:
        record(world, month, Event.PARTICIPANTS_HARDENED, host, -1, float(quarrels))
    warmth /= pairs
    distance = draw_a_line(world)
    diversity = clip(p.track_two_diversity * (1.0 + kinds), 0.0, 1.0)
    for k in range(agenda):
        if issues[k].active:
            invent_unofficially(issues[k], warmth, diversity, scholars / present, frank, p)

    for row in range(len(academics)):
        me = academics[row]
        if not me.attends or me.party < 0:
            continue
        home = governments[me.party]
        recognition = recognition_by(world, me.party)
        draw = chance(key, Draw.REPORT, month, me.id, ngo.id)
        if me.in_office and draw < p.track_two_access:
            bring_options(world, row)
        if not draw < report_probability(me, home, recognition, distance, p):
            continue
        record(world, month, Event.REPORT_HEARD, row, me.party, warmth)
        for k in range(agenda):
            stake = stakes[me.party * agenda + k]
            hear_options(stake, issues[k], p)
            if (
                not issues[k].tabled
                and chance(key, Draw.TABLES_ISSUE, month, me.id, issues[k].id) < p.track_two_tabling
            ):
                issues[k].tabled = 1
                record(world, month, Event.ISSUE_TABLED, row, k, 0.0)
        recall_company(world, row)
        for j in range(parties):
            if j != me.party and governments[j].delegates > 0:
                dyad = dyads[dyad_row(me.party, j, parties)]
                weight = weight_of_next_report(dyad.reports, p)
                odds = insight_odds(governments[j].delegates_rapport, weight, p)
                right = chance(key, Draw.INSIGHT, month, me.id * parties + j, ngo.id) < sigma(odds)
                evidence = odds if right == (governments[j].reliable == 1) else -odds
                learn_from_report(dyad, evidence, weight, me.hardened, distance, p)
    return voices
