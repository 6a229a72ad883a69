"""Track I: official talks. One perceived surplus drives readiness, opening, concessions and signature.

The surplus of a party is the value of signing the text less the value of fighting on, as that party sees it. Paths of
trust into it: `(1 - P(others reliable)) x exposure`, the doubt that others would keep the deal. Nothing adds directly
to a chance of agreement.
"""

import math

from ..chance import (
    BREAKDOWN,
    DEFERRED_TALKS,
    DRAFT,
    PRETALKS_END,
    RATIFICATION,
    RESUMPTION,
    SIGNATURE,
    SUSPENSION,
    TALKS_OPEN,
    chance,
)
from ..chance import (
    PRETALKS as PRETALKS_DRAW,
)
from ..compiled import part, phase, rule
from ..outcome_table import (
    ACCORD_RATIFIED,
    ACCORD_SIGNED,
    BY_AGREEMENT,
    COMPREHENSIVE,
    DEFERRED_TALKS_BEGAN,
    DORMANT,
    DURABLE,
    FIGHTING,
    FRAMEWORK,
    IMPLEMENTATION,
    PRETALKS,
    SIGNED,
    SOUNDINGS_BEGAN,
    SOUNDINGS_FAILED,
    SUSPENDED,
    TALKS,
    TALKS_BROKE_DOWN,
    TALKS_OPENED,
    TALKS_RESUMED,
    TALKS_SUSPENDED,
    VOTE_FAILED,
)
from .basics import clip, dyad_row, enter, record, sigma, threshold

LEADER, PARLIAMENT, REFERENDUM = range(3)
PACKAGE, GRADUAL = range(2)


@rule(of="organisations")
def mediate(me, process, p):
    """What a mediator puts in: its skill, worn down by months of deadlock."""
    return me.skill * math.exp(-p.track_one_mediator_fatigue * process.deadlock)


@rule(of="organisations")
def guarantee_accord(me, p):
    """How credibly the organisation would enforce an accord (Walter 1997, 2002)."""
    return me.guarantee


@rule
def loss_from_gap(gap, indivisibility, p):
    """What a position this far from the ideal loses: linear for a divisible issue, steep near the ideal for a sacred one."""
    return clip(gap, 0.0, 1.0) ** (1.0 - p.track_one_indivisibility_effect * indivisibility)


@rule
def value_on_issue(gap, issue, known, p):
    """Value of the text on one issue; options that all sides know cut the loss, up to the issue's potential."""
    return 1.0 - loss_from_gap(gap, issue.indivisibility, p) * (1.0 - issue.potential * known)


@rule(of="governments")
def believe(me, belief, misperception):
    """What a leadership makes of its dyads: mean probability that the others are reliable, mean misperception."""
    me.belief = belief
    me.misperception = misperception


@rule
def value_of_signing(me, guarantee, bitterness, p):
    """Value of the text, less reactive devaluation, less the danger that the others do not keep it.

    The danger is (1 - P(others reliable)) x exposure x (1 - guarantee) (1 - internal guarantee): under a perfect
    guarantee it does not depend on trust.
    """
    danger = (1.0 - me.belief) * p.conflict_exposure * (1.0 - guarantee) * (1.0 - p.conflict_internal_guarantee)
    return (
        me.draft_value - p.track_one_reactive_devaluation * me.misperception - danger - p.accord_bitterness * bitterness
    )


@rule(of="governments")
def assess(me, guarantee, bitterness, p):
    """Perceived surplus of a text: value of signing less value of fighting on (a lottery over positions, less its costs)."""
    fighting_on = me.war_value - p.track_one_war_cost * me.motivation
    me.surplus = value_of_signing(me, guarantee, bitterness, p) - fighting_on


@rule(of="governments")
def get_ready(me, p):
    """Optimism = P(surplus > 0) given one's doubts; readiness = motivation^a x optimism^(1 - a) (Pruitt 2007)."""
    doubt = p.track_one_surplus_spread * (0.5 + me.misperception)
    me.optimism = sigma(me.surplus / doubt)
    share = p.track_one_motivation_share
    me.readiness = me.motivation**share * me.optimism ** (1.0 - share)


@rule(of="governments")
def open_with(me, p):
    """Aspirations with which a leadership enters a round of talks."""
    demand = p.track_one_aspiration + p.track_one_aspiration_hawk * (me.hawkishness - 0.5) + me.patience
    me.aspiration = clip(demand, 0.0, 1.0)
    me.concession = 0.0


@rule(of="governments")
def instruct(me, p):
    """A delegation acts on what its leadership wanted a while ago: the lag of instructions, shorter with technology."""
    lag = p.track_one_instruction_lag * (1.0 - p.technology_speed * p.track_one_technology)
    me.instructed += (me.readiness - me.instructed) / (1.0 + lag)


@rule(of="governments")
def concede(me, attacks, in_public, p):
    """Demands fall with readiness, faster when the others concede; hawks, opposition and attacks slow or reverse that,
    and so do factions of its own at the table. On a departing train attacks harden less.

    They never fall below the reservation value: an aspiration of 0 asks for no more than fighting on would give.
    """
    will = (1.0 - p.track_one_hawk_resistance * me.hawkishness) * (1.0 - me.restraint)
    freedom = 1.0 - in_public * p.track_one_opposition * (1.0 - me.perceived_support)
    step = (
        p.track_one_concession
        * me.instructed
        * will
        * freedom
        * (1.0 + p.track_one_reciprocity * me.others_concession / (p.track_one_concession + 1e-9))
    )
    before = me.aspiration
    hardening = p.track_one_attack_hardening * attacks * (1.0 - p.spoiling_departing_train)
    me.aspiration = clip(before - step + hardening, 0.0, 1.0)
    me.concession = before - me.aspiration


@rule(of="issues")
def invent_officially(me, mediation, mean_belief, p):
    """Options found by official talks, in a pool of their own: mediation and trust help."""
    found = p.track_one_invention * (0.35 + 0.65 * mediation) * (0.4 + mean_belief)
    me.found_official += clip(found, 0.0, 1.0) * (1.0 - me.found_official)


@rule
def take_in(stake, issue, p):
    """A delegation takes in the options that official talks have found."""
    stake.known_official += p.track_one_learning * (issue.found_official - stake.known_official)


@rule(of="issues")
def redraft(me, aim, miss, p):
    """The single negotiating text moves towards the compromise aimed at, and misses it by misperception."""
    step = p.track_one_drafting * (aim - me.draft)
    me.draft = clip(me.draft + step + miss, 0.0, 1.0)


@rule(of="governments")
def ratify(me, process, p):
    """Probability that the party ratifies (Putnam 1988): a leader if it still gains; a parliament or public by opinion.

    Opinion: support, legitimacy (less after a secret road or failed votes) and the memory of attacks.
    """
    if me.ratified_by == LEADER:
        return 1.0 if me.surplus >= 0.0 else 0.0
    opinion = me.support if me.ratified_by == REFERENDUM else 0.5 * (me.support + 0.5)
    odds = p.track_one_vote_base + p.track_one_vote_support * (opinion - 0.5)
    odds += p.track_one_vote_legitimacy * (process.legitimacy - 0.5) - p.track_one_vote_attacks * process.attack_memory
    return sigma(odds)


@part
def put_off(issues, process, p):
    """A gradual agenda: the divisible issues first, the others later (all of them at once if none is divisible)."""
    divisible = False
    for k in range(len(issues)):
        if issues[k].tabled and issues[k].active and issues[k].indivisibility <= p.track_one_interim_limit:
            divisible = True
    gradual = p.track_one_agenda == GRADUAL and divisible
    for k in range(len(issues)):
        issues[k].deferred = 1 if gradual and issues[k].indivisibility > p.track_one_interim_limit else 0


@rule
def negotiable(issue):
    """Whether the text on the table covers an issue: active, tabled, not put off."""
    return issue.active == 1 and issue.tabled == 1 and issue.deferred == 0


@part
def gather_organisations(organisations, process, p):
    """What mediators and guarantors bring this month: the best mediator leads, guarantees join."""
    process.mediation, process.leverage, process.fairness = 0.0, 0.0, 0.0
    unguarded, unseen = 1.0, 1.0
    for row in range(len(organisations)):
        me = organisations[row]
        if me.active:
            me.effort = mediate(me, process, p)
            if me.effort > process.mediation:
                process.mediation = me.effort
                process.fairness = me.effort * me.impartiality
            if me.leverage > process.leverage:
                process.leverage = me.leverage
            unguarded *= 1.0 - guarantee_accord(me, p)
            unseen *= 1.0 - me.monitoring
    process.guarantee = 1.0 - unguarded
    process.monitoring = 1.0 - unseen


@part
def value_fighting_on(governments, stakes, issues, p):
    """What each party expects of fighting on: a lottery over all parties' positions, by their power (Fearon 1995)."""
    parties, agenda = len(governments), len(issues)
    total = 0.0
    for i in range(parties):
        if governments[i].active:
            total += governments[i].power
    for i in range(parties):
        governments[i].share_of_power = governments[i].power / total if governments[i].active else 0.0
    for i in range(parties):
        me = governments[i]
        me.war_value = 0.0
        for k in range(agenda):
            stake = stakes[i * agenda + k]
            stake.war_value = 0.0
            for j in range(parties):
                gap = abs(stake.ideal - stakes[j * agenda + k].ideal)
                stake.war_value += governments[j].share_of_power * (
                    1.0 - loss_from_gap(gap, issues[k].indivisibility, p)
                )
            me.war_value += stake.salience * stake.war_value


@part
def compromise_on(governments, stakes, issues, k, process):
    """The compromise aimed at on one issue: positions weighted by power and salience; mediation moves it to the fair point."""
    agenda = len(issues)
    by_power, powers, fair, weights = 0.0, 0.0, 0.0, 0.0
    for i in range(len(governments)):
        me, stake = governments[i], stakes[i * agenda + k]
        if me.active and me.required:
            by_power += me.share_of_power * stake.salience * stake.ideal
            powers += me.share_of_power * stake.salience
            fair += stake.salience * stake.ideal
            weights += stake.salience
    if weights <= 0.0:
        return issues[k].draft
    return (1.0 - process.fairness) * by_power / powers + process.fairness * fair / weights


@part
def readiness_of_quorum(governments, quorum):
    """The readiness that so many required parties reach: that of the least ready, where all are needed."""
    reached = 0.0
    for i in range(len(governments)):
        if governments[i].required and governments[i].active and governments[i].readiness > reached:
            as_ready = 0
            for j in range(len(governments)):
                other = governments[j]
                if other.required and other.active and other.readiness >= governments[i].readiness:
                    as_ready += 1
            if as_ready >= quorum - 1e-9:
                reached = governments[i].readiness
    return reached


@part
def read_text(governments, dyads, issues, stakes, process, p, anticipated):
    """What every party makes of the text: known options, value, surplus, readiness. An avoided issue stays as fighting leaves it.

    Before talks the text is the compromise to be expected, with the share of options that parties anticipate.
    """
    parties, agenda = len(governments), len(issues)
    for k in range(agenda):
        official, unofficial = 1.0, 1.0
        for i in range(parties):
            if governments[i].required and governments[i].active:
                stake = stakes[i * agenda + k]
                if stake.known_official < official:
                    official = stake.known_official
                if stake.known_unofficial < unofficial:
                    unofficial = stake.known_unofficial
        issues[k].known = 1.0 - (1.0 - official) * (1.0 - unofficial)
    process.least_surplus, required = 99.0, 0
    for i in range(parties):
        me = governments[i]
        me.draft_value = 0.0
        for k in range(agenda):
            stake, issue = stakes[i * agenda + k], issues[k]
            if negotiable(issue):
                known = issue.known
                if anticipated:
                    known = known + (1.0 - known) * p.track_one_anticipation
                me.draft_value += stake.salience * value_on_issue(abs(stake.ideal - issue.draft), issue, known, p)
            else:
                me.draft_value += stake.salience * stake.war_value
        belief, misperception, others = 0.0, 0.0, 0
        for j in range(parties):
            if j != i and governments[j].required and governments[j].active:
                dyad = dyads[dyad_row(i, j, parties)]
                belief += sigma(dyad.trust)
                misperception += dyad.misperception
                others += 1
        if others > 0:
            believe(me, belief / others, misperception / others)
        assess(me, process.guarantee, process.bitterness, p)
        get_ready(me, p)
        if me.required and me.active:
            required += 1
            if me.surplus < process.least_surplus:
                process.least_surplus = me.surplus
    process.least_readiness = readiness_of_quorum(governments, p.track_one_quorum * required)


@part
def settle_issues(governments, stakes, issues, process, p):
    """Which issues every required party can live with, and how far that gets the parties."""
    agenda, weight, settled = len(issues), 0.0, 0.0
    for k in range(agenda):
        issue, content, salience = issues[k], negotiable(issues[k]), 0.0
        for i in range(len(governments)):
            me, stake = governments[i], stakes[i * agenda + k]
            if me.required and me.active:
                salience += stake.salience
                gain = value_on_issue(abs(stake.ideal - issue.draft), issue, issue.known, p) - stake.war_value
                if gain + p.track_one_war_cost * me.motivation < p.track_one_margin * me.aspiration:
                    content = False
        issue.settled = 1 if content else 0
        weight += salience
        settled += salience * issue.settled
    process.settled = settled / weight if weight > 0.0 else 0.0


@part
def bargain(governments, dyads, issues, stakes, process, events, p, month):
    """A month at the table (or in the back channel): options, drafts, concessions, deadlock, and perhaps a signature."""
    key, parties, agenda = process.key, len(governments), len(issues)

    mean_belief, mean_misperception, required = 0.0, 0.0, 0
    for i in range(parties):
        if governments[i].required and governments[i].active:
            mean_belief += governments[i].belief
            mean_misperception += governments[i].misperception
            required += 1
    mean_belief /= required
    mean_misperception /= required
    for k in range(agenda):
        if negotiable(issues[k]):
            invent_officially(issues[k], process.mediation, mean_belief, p)
            for i in range(parties):
                take_in(stakes[i * agenda + k], issues[k], p)
            miss = p.track_one_draft_noise * p.track_one_drafting * mean_misperception
            miss *= 2.0 * chance(key, DRAFT, month, issues[k].id, 0) - 1.0
            redraft(issues[k], compromise_on(governments, stakes, issues, k, process), miss, p)

    in_public = 0.0 if process.channel else 1.0
    total = 0.0
    for i in range(parties):
        if governments[i].required and governments[i].active:
            total += governments[i].concession
    for i in range(parties):
        me = governments[i]
        own = me.concession if me.required and me.active else 0.0
        me.others_concession = clip((total - own) / (required - 1), 0.0, 1.0) if required > 1 else 0.0
    for i in range(parties):
        instruct(governments[i], p)
        concede(governments[i], process.attacks_now, in_public, p)

    read_text(governments, dyads, issues, stakes, process, p, 0)
    settle_issues(governments, stakes, issues, process, p)
    content, least_gap = 0, 99.0
    for i in range(parties):
        me = governments[i]
        if me.required and me.active:
            gap = me.surplus - p.track_one_margin * me.aspiration
            if gap >= 0.0:
                content += 1
            if gap < least_gap:
                least_gap = gap
    if least_gap > process.best_gap + 0.002:
        process.best_gap = least_gap
        process.deadlock = 0.0
    else:
        process.deadlock += 1.0
    process.progress = clip(1.0 + 2.0 * least_gap, 0.0, 1.0)
    signs = chance(key, SIGNATURE, month, 0, 0) < p.track_one_signature
    if signs and content >= p.track_one_quorum * required - 1e-9:
        sign(governments, issues, stakes, process, events, p, month)


@part
def own_accord(governments, process):
    """How far groups that took part own an accord: civil society in motion, and communities that programmes reached."""
    reached, parties = 0.0, 0
    for i in range(len(governments)):
        if governments[i].active:
            reached += governments[i].programme_reach
            parties += 1
    return 1.0 - (1.0 - process.momentum) * (1.0 - reached / parties)


@part
def sign(governments, issues, stakes, process, events, p, month):
    """The text is signed: what it covers, how it came about, and what is left out."""
    agenda, weight, covered, put_off_some = len(issues), 0.0, 0.0, False
    for k in range(agenda):
        if issues[k].deferred and issues[k].tabled and issues[k].active:
            put_off_some = True
        issues[k].in_accord = 1 if negotiable(issues[k]) or (process.interim and issues[k].in_accord) else 0
        for i in range(len(governments)):
            if governments[i].required:
                weight += stakes[i * agenda + k].salience
                covered += stakes[i * agenda + k].salience * issues[k].in_accord
    if put_off_some:
        process.interim, process.interim_month = 1, month
        for k in range(agenda):
            issues[k].in_interim = issues[k].in_accord
    process.final_talks = 0
    process.secret = process.channel
    process.channel = 0
    process.legitimacy = 1.0 - p.track_two_legitimacy_deficit * process.secret
    process.legitimacy = clip(process.legitimacy - process.failed_votes_now, 0.0, 1.0)
    process.ownerless = 1.0 - covered / weight
    process.ownership = own_accord(governments, process)
    process.accord = COMPREHENSIVE if covered / weight >= p.track_one_comprehensive else FRAMEWORK
    process.signed_month = month
    process.milestone = 0.0
    enter(process, SIGNED)
    record(process, events, month, ACCORD_SIGNED, -1, -1, covered / weight)


@part
def fall_back(issues, stakes, process):
    """The final text failed: the interim accord stays in force, with what it covers."""
    weight, covered = 0.0, 0.0
    for k in range(len(issues)):
        issues[k].in_accord = issues[k].in_interim
        for row in range(k, len(stakes), len(issues)):
            weight += stakes[row].salience
            covered += stakes[row].salience * issues[k].in_accord
    process.ownerless = 1.0 - covered / weight
    process.signed_month = process.interim_month
    process.accord = FRAMEWORK
    enter(process, IMPLEMENTATION)
    process.months_in_phase = 1  # what it provides for is already on its way


@part
def hold_vote(governments, issues, stakes, process, events, p, month):
    """Ratification: every required party by its own way; a failed vote returns the text to the table."""
    passed = True
    for i in range(len(governments)):
        me = governments[i]
        yes = chance(process.key, RATIFICATION, month, me.id, 0) < ratify(me, process, p)
        if me.required and me.active and not yes:
            passed = False
            record(process, events, month, VOTE_FAILED, i, -1, me.support)
    process.ratified = 1 if passed else 0
    if not passed:
        process.votes_failed += 1
        process.failed_votes_now = clip(process.failed_votes_now + 0.5 * p.track_one_failed_vote, 0.0, 1.0)
        for i in range(len(governments)):
            governments[i].aspiration = clip(
                governments[i].aspiration + 0.5 * p.track_one_failed_vote * p.track_one_aspiration, 0.0, 1.0
            )
        if process.interim and process.interim_month != process.signed_month:
            fall_back(issues, stakes, process)
        else:
            process.interim = 0
            open_round(process, month)
        return
    if process.interim and process.interim_month != process.signed_month:
        process.interim = 0
    if process.accord > process.agreement:
        process.agreement = process.accord
    if process.month_agreed < 0:
        process.month_agreed = process.signed_month
        process.months_of_round = process.signed_month - process.month_round
    if not process.ended_by:
        process.ended_by = BY_AGREEMENT
        process.month_ended_first = month
    process.month_ended = month
    process.ceasefire = 0
    process.ceasefire_months = 0
    process.failed_votes_now = 0.0
    enter(process, IMPLEMENTATION)
    record(process, events, month, ACCORD_RATIFIED, -1, -1, process.legitimacy)


@rule
def open_round(process, month):
    """Official talks open or go on: the clock of deadlock starts again."""
    enter(process, TALKS)
    process.deadlock = 0.0
    process.best_gap = -99.0
    process.milestone = 0.0
    if process.month_talks < 0:
        process.month_talks = month


@part
def break_down(issues, stakes, dyads, process, events, p, month):
    """A round fails: misperception grows, part of what was settled and learnt is lost."""
    process.breakdowns += 1
    process.channel = 0
    enter(process, FIGHTING)
    for row in range(len(dyads)):
        dyads[row].misperception += p.track_one_failed_talks * (1.0 - dyads[row].misperception)
    for k in range(len(issues)):
        issues[k].found_official *= 1.0 - p.track_one_unsettling
        issues[k].settled = 0
    for row in range(len(stakes)):
        stakes[row].known_official *= 1.0 - p.track_one_unsettling
    record(process, events, month, TALKS_BROKE_DOWN, -1, -1, process.deadlock)


@part
def take_up_the_rest(governments, issues, process, events, p, month):
    """Under an interim accord talks begin on what was put off."""
    process.final_talks = 1
    process.deadlock = 0.0
    process.best_gap = -99.0
    process.milestone = 0.0
    for k in range(len(issues)):
        issues[k].deferred = 0
    for i in range(len(governments)):
        open_with(governments[i], p)
    record(process, events, month, DEFERRED_TALKS_BEGAN, -1, -1, process.least_readiness)


@part
def leave_the_rest(issues, dyads, process, events, p, month):
    """Talks on what was put off end in nothing: misperception grows, the interim accord stays in force."""
    process.final_talks = 0
    process.breakdowns += 1
    for k in range(len(issues)):
        issues[k].deferred = 0 if issues[k].in_interim else 1
    for row in range(len(dyads)):
        dyads[row].misperception += p.track_one_failed_talks * (1.0 - dyads[row].misperception)
    record(process, events, month, TALKS_BROKE_DOWN, -1, -1, process.deadlock)


@phase
def talks(world, month):
    """Where the process stands, and where it goes this month."""
    governments, dyads, issues, stakes = world.governments, world.dyads, world.issues, world.stakes
    p, process = world.parameters[0], world.process[0]
    key, events = process.key, world.events

    process.months_in_phase += 1
    process.milestone += 1.0
    gather_organisations(world.organisations, process, p)
    value_fighting_on(governments, stakes, issues, p)
    if not process.interim:
        put_off(issues, process, p)
    before = process.phase == FIGHTING or process.phase == PRETALKS or process.phase == DORMANT
    if before and not process.channel:
        for k in range(len(issues)):
            issues[k].draft = compromise_on(governments, stakes, issues, k, process)
    read_text(governments, dyads, issues, stakes, process, p, 1 if before and not process.channel else 0)

    # leverage lowers the readiness that talks need
    needed = p.track_one_ready_threshold * (1.0 - p.track_one_leverage * process.leverage)
    ready = threshold(process.least_readiness, needed, p.track_one_ready_steepness)
    sounds = chance(key, PRETALKS_DRAW, month, 0, 0) < p.track_one_pretalks * ready
    gives_up = chance(key, PRETALKS_END, month, 0, 0) < p.track_one_pretalks_fail * (1.0 - ready)
    opens = chance(key, TALKS_OPEN, month, 0, 0) < p.track_one_opening * ready
    fails = chance(key, BREAKDOWN, month, 0, 0) < p.track_one_breakdown * (
        1.0 + p.track_one_deadlock * process.deadlock
    ) * (1.0 - 0.5 * process.mediation)
    stops = p.track_one_suspension * (1.0 - p.spoiling_departing_train)
    suspends = chance(key, SUSPENSION, month, 0, 0) < 1.0 - (1.0 - stops) ** process.attacks_now
    draw = chance(key, RESUMPTION, month, 0, 0)
    resumption = clip(
        p.track_one_resumption * ready * (1.0 + p.track_one_resumption_contact * process.contact), 0.0, 1.0
    )

    takes_up = chance(key, DEFERRED_TALKS, month, 0, 0) < p.track_one_deferred * ready

    if process.phase == FIGHTING or process.phase == DORMANT:
        if sounds and process.phase == FIGHTING:
            enter(process, PRETALKS)
            record(process, events, month, SOUNDINGS_BEGAN, -1, -1, process.least_readiness)
    elif process.phase == PRETALKS:
        if opens or (month == 0 and p.conflict_start == TALKS):
            open_round(process, month)
            process.month_round = month
            for i in range(len(governments)):
                open_with(governments[i], p)
            record(process, events, month, TALKS_OPENED, -1, -1, process.least_readiness)
        elif gives_up:
            enter(process, FIGHTING)
            record(process, events, month, SOUNDINGS_FAILED, -1, -1, process.least_readiness)
    elif process.phase == TALKS:
        if suspends:
            enter(process, SUSPENDED)
            record(process, events, month, TALKS_SUSPENDED, -1, -1, float(process.attacks_now))
        elif fails:
            break_down(issues, stakes, dyads, process, events, p, month)
    elif process.phase == SUSPENDED:
        if draw < resumption:
            open_round(process, month)
            record(process, events, month, TALKS_RESUMED, -1, -1, process.contact)
        elif draw > 1.0 - p.track_one_abandonment:
            break_down(issues, stakes, dyads, process, events, p, month)
    elif process.interim and (process.phase == IMPLEMENTATION or process.phase == DURABLE):
        if process.final_talks and (suspends or fails):
            leave_the_rest(issues, dyads, process, events, p, month)
        elif takes_up and not process.final_talks:
            take_up_the_rest(governments, issues, process, events, p, month)
    elif process.phase == SIGNED and process.months_in_phase >= p.track_one_ratification_months:
        hold_vote(governments, issues, stakes, process, events, p, month)

    if process.channel and process.month_talks < 0 and process.deadlock == 0.0 and process.best_gap == -99.0:
        for i in range(len(governments)):
            open_with(governments[i], p)
    at_table = process.phase == TALKS or process.final_talks
    if at_table or (
        process.channel and (process.phase == FIGHTING or process.phase == PRETALKS or process.phase == SUSPENDED)
    ):
        bargain(governments, dyads, issues, stakes, process, events, p, month)
