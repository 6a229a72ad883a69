"""The text on the table: what it is worth to each party, demands, concessions, options, drafts."""

from ..engine.arithmetic import exp, power, sigma
from ..engine.compiled import part, rule
from .basics import clip, dyad_row
from .reliance import rely, takes_part, what_others_keep

QUIETEST, LOUDEST = 0.02, 50.0  # voices stay within these: guards against overflow


@rule
def loss_from_gap(gap, indivisibility, p):
    """What a position this far from the ideal loses: linear for a divisible issue, steep near the ideal for a sacred one."""
    return power(clip(gap, 0.0, 1.0), 1.0 - p.track_one_indivisibility_effect * indivisibility)


@rule
def loss_by_text(stake, issue, p):
    """What the text as it stands loses a party on one issue, remembered beside what it follows from: a draft that nobody
    moves costs nothing to read again.
    """
    gap, effect = abs(stake.ideal - issue.draft), p.track_one_indivisibility_effect * issue.indivisibility
    if gap != stake.gap_read or effect != stake.effect_read:
        stake.loss = loss_from_gap(gap, issue.indivisibility, p)
        stake.gap_read = gap
        stake.effect_read = effect
    return stake.loss


@rule
def value_on_issue(stake, issue, known, p):
    """Value of the text on one issue; options that all sides know cut the loss, up to the issue's potential."""
    return 1.0 - loss_by_text(stake, issue, p) * (1.0 - issue.potential * known)


@rule(of="governments")
def misperceive(me, misperception):
    """How wrongly a leadership sees the others, on average."""
    me.misperception = misperception


@rule
def exposure_to_others(guarantee, p):
    """What a party loses under an accord on everything that the others do not keep: less under guarantees from outside
    (Walter 1997) and in the text itself (Hartzell and Hoddie 2003).
    """
    return p.conflict_exposure * (1.0 - guarantee) * (1.0 - p.conflict_internal_guarantee)


@rule
def danger_of_accord(belief, guarantee, p):
    """What a party expects to lose under an accord on everything: what it expects the others not to keep x exposure. Under
    a perfect guarantee it does not depend on trust.
    """
    return (1.0 - belief) * exposure_to_others(guarantee, p)


@rule
def devaluation(misperception, fairness, p):
    """What words lose because they are the other side's: less where a skilled and impartial mediator makes them its own
    (Ross and Stillinger 1991).
    """
    return p.track_one_reactive_devaluation * misperception * (1.0 - p.track_one_honest_broker * fairness)


@rule
def value_of_signing(me, guarantee, bitterness, fairness, p):
    """Value of the whole text, less reactive devaluation, bitterness and the danger that the others do not keep it."""
    danger = danger_of_accord(me.belief, guarantee, p)
    return me.draft_value - devaluation(me.misperception, fairness, p) - danger - p.accord_bitterness * bitterness


@rule
def attraction_of_peace(motivation, misperception, fairness, p):
    """What settling anything is worth beside the text, per share of salience: the costs of fighting on that it spares,
    less what the other side's words lose because they are the other side's.
    """
    return p.track_one_war_cost * motivation - devaluation(misperception, fairness, p)


@rule
def price_of_coverage(covered, danger, demand, p):
    """What an accord costs besides its text: its danger and what is demanded of it grow faster than what it covers."""
    return danger * power(covered, p.track_one_danger_curve) + demand * power(covered, p.track_one_demand_curve)


@rule(of="governments")
def raise_voice(me, mean_gain, p):
    """Whom the text leaves worse off than others is heard more in the next draft (Raiffa 1982; Zeuthen 1930)."""
    behind = clip(p.track_one_response * (mean_gain - me.gain), -1.0, 1.0)
    me.voice = clip(me.voice * exp(behind), QUIETEST, LOUDEST)


@rule(of="governments")
def assess(me, guarantee, bitterness, fairness, p):
    """Perceived surplus of a text: value of signing less value of fighting on (a lottery over positions, less its costs)."""
    fighting_on = me.war_value - p.track_one_war_cost * me.motivation
    me.surplus = value_of_signing(me, guarantee, bitterness, fairness, p) - fighting_on


@rule(of="governments")
def get_ready(me, p):
    """Optimism = P(surplus > 0) given one's doubts; readiness = motivation^a x optimism^(1 - a) (Pruitt 2007)."""
    doubt = p.track_one_surplus_spread * (0.5 + me.misperception)
    me.optimism = sigma(me.surplus / doubt)
    share = p.track_one_motivation_share
    me.readiness = power(me.motivation, share) * power(me.optimism, 1.0 - share)


@rule(of="governments")
def open_with(me, p):
    """Aspirations with which a leadership enters a round of talks, and with which its harder wing does."""
    demand = p.track_one_aspiration + p.track_one_aspiration_hawk * (me.hawkishness - 0.5) + me.patience
    me.aspiration = clip(demand, 0.0, 1.0)
    me.hardline = clip(demand + p.track_one_aspiration_hawk * p.leaders_factions, 0.0, 1.0)
    me.concession = 0.0


@rule(of="governments")
def demand_of_all(me):
    """What a text must leave a party for its leadership and the harder wing of it, which can veto what its own side signs
    (Putnam 1988; Bakke, Cunningham and Seymour 2012; Cunningham 2013).
    """
    return me.hardline if me.hardline > me.aspiration else me.aspiration


@rule(of="governments")
def instruct(me, p):
    """A delegation acts on what its leadership wanted a while ago: the lag of instructions, shorter with technology."""
    lag = p.track_one_instruction_lag * (1.0 - p.technology_speed * p.track_one_technology)
    me.instructed += (me.readiness - me.instructed) / (1.0 + lag)


@rule(of="governments")
def give_way(me, hawkishness, freedom, pace, p):
    """How far demands fall in a month, of a leadership or a wing of it that is so hawkish."""
    will = (1.0 - p.track_one_hawk_resistance * hawkishness) * (1.0 - me.restraint)
    will *= 1.0 - p.track_two_captured_concessions * hawkishness * me.suspected
    return (
        p.track_one_concession
        * pace
        * me.instructed
        * will
        * freedom
        * (1.0 + p.track_one_reciprocity * me.others_concession / (p.track_one_concession + 1e-9))
    )


@rule(of="governments")
def concede(me, attacks, in_public, pace, p):
    """Demands fall with readiness, faster when the others concede; hawks, opposition and attacks slow or reverse that,
    and so do factions of its own at the table, and hawks who take its delegation to be won over by the other side. On a
    departing train attacks harden less. A crowded table is slower.

    They never fall below the reservation value: an aspiration of 0 asks for no more than fighting on would give. A harder
    wing concedes as hawkish as it is.
    """
    freedom = 1.0 - in_public * p.track_one_opposition * (1.0 - me.perceived_support)
    step = give_way(me, me.hawkishness, freedom, pace, p)
    before = me.aspiration
    hardening = p.track_one_attack_hardening * attacks * (1.0 - p.spoiling_departing_train)
    me.aspiration = clip(before - step + hardening, 0.0, 1.0)
    me.concession = before - me.aspiration
    harder = clip(me.hawkishness + p.leaders_factions, 0.0, 1.0)
    me.hardline = clip(me.hardline - give_way(me, harder, freedom, pace, p) + hardening, 0.0, 1.0)


@rule
def pace_of_table(parties, p):
    """How fast a table works, against one of two parties: every word has to pass more delegations."""
    return power(2.0 / parties, p.track_one_crowding) if parties > 2 else 1.0


@rule(of="issues")
def invent_officially(me, mediation, mean_belief, pace, p):
    """Options found by official talks, in a pool of their own: mediation and trust help."""
    helped = p.track_one_invention_alone + (1.0 - p.track_one_invention_alone) * mediation
    found = p.track_one_invention * pace * helped * (p.track_one_invention_distrust + mean_belief)
    me.found_official += clip(found, 0.0, 1.0) * (1.0 - me.found_official)


@rule
def take_in(stake, issue, brought, p):
    """A delegation takes in the options that official talks have found, and those that any other brings to the table from
    unofficial ones: what is tabled is known to all who sit there.
    """
    stake.known_official += p.track_one_learning * (issue.found_official - stake.known_official)
    if brought > stake.known_unofficial:
        stake.known_unofficial += p.track_one_learning * (brought - stake.known_unofficial)


@rule
def taking_up_hazard(least_readiness, mediation, p):
    """Hazard that an avoided issue is taken up at the table: the least ready party decides; mediation helps."""
    return clip(p.track_one_tabling * least_readiness * (1.0 + mediation), 0.0, 1.0)


@rule(of="issues")
def redraft(me, aim, miss, pace, p):
    """The single negotiating text moves towards the compromise aimed at, and misses it by misperception."""
    step = p.track_one_drafting * pace * (aim - me.draft)
    me.draft = clip(me.draft + step + miss, 0.0, 1.0)


@rule
def negotiable(issue):
    """Whether parties would settle an issue at all: active and tabled."""
    return issue.active == 1 and issue.tabled == 1


@rule
def still_open(issue):
    """Whether the text on the table covers an issue: no accord in force has settled and frozen it."""
    return issue.active == 1 and issue.tabled == 1 and issue.in_accord == 0


@part
def prospects_changed(world):
    """Whether anything that the value of fighting on follows from is not as it was when it was last worked out: shares of
    power, ideals, indivisibility, its effect. They seldom change, and all is remembered beside the value.
    """
    governments, stakes, issues = world.governments, world.stakes, world.issues
    process, effect = world.process[0], world.parameters[0].track_one_indivisibility_effect
    agenda, changed = len(issues), process.month == 0
    for i in range(len(governments)):
        me = governments[i]
        if me.share_weighed != me.share_of_power:
            changed = True
        me.share_weighed = me.share_of_power
        for k in range(agenda):
            stake = stakes[i * agenda + k]
            weighed = effect * issues[k].indivisibility
            if stake.ideal_weighed != stake.ideal or stake.effect_weighed != weighed:
                changed = True
            stake.ideal_weighed = stake.ideal
            stake.effect_weighed = weighed
    return changed


@part
def value_fighting_on(world):
    """What each party expects of fighting on: a lottery over all parties' positions, by their power (Fearon 1995)."""
    governments, stakes, issues = world.governments, world.stakes, world.issues
    p = world.parameters[0]
    parties, agenda = len(governments), len(issues)
    total = 0.0
    for i in range(parties):
        if governments[i].active:
            total += governments[i].power
    for i in range(parties):
        governments[i].share_of_power = governments[i].power / total if governments[i].active else 0.0
    if not prospects_changed(world):
        return
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
def compromise_on(world, k):
    """The compromise aimed at on one issue: positions weighted by power, salience and voice; mediation moves it to the
    fair point.
    """
    governments, stakes, issues = world.governments, world.stakes, world.issues
    process = world.process[0]
    agenda = len(issues)
    by_power, powers, fair, weights = 0.0, 0.0, 0.0, 0.0
    for i in range(len(governments)):
        me, stake = governments[i], stakes[i * agenda + k]
        if me.active and me.required:
            weight = me.voice * stake.salience
            by_power += me.share_of_power * weight * stake.ideal
            powers += me.share_of_power * weight
            fair += weight * stake.ideal
            weights += weight
    if weights <= 0.0:
        return issues[k].draft
    return (1.0 - process.fairness) * by_power / powers + process.fairness * fair / weights


@part
def share_options(world):
    """The options on every issue that all required parties know, from either pool: only these can lower its cost."""
    governments, issues, stakes = world.governments, world.issues, world.stakes
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


@part
def read_text(world, anticipated):
    """What every party makes of the whole text: known options, value, surplus, readiness. An avoided issue stays as
    fighting leaves it.

    Before talks the text is the compromise to be expected, with the share of options that parties anticipate.
    """
    governments, dyads, issues, stakes = world.governments, world.dyads, world.issues, world.stakes
    p, process = world.parameters[0], world.process[0]
    parties, agenda = len(governments), len(issues)
    share_options(world)
    seen = False
    for i in range(parties):
        me = governments[i]
        me.draft_value = 0.0
        for k in range(agenda):
            stake, issue = stakes[i * agenda + k], issues[k]
            if negotiable(issue):
                known = issue.known
                if anticipated:
                    known = known + (1.0 - known) * p.track_one_anticipation
                me.draft_value += stake.salience * value_on_issue(stake, issue, known, p)
            else:
                me.draft_value += stake.salience * stake.war_value
        misperception, others = 0.0, 0
        for j in range(parties):
            if j != i and takes_part(governments[j], 0):
                misperception += dyads[dyad_row(i, j, parties)].misperception
                others += 1
        if others > 0:
            misperceive(me, misperception / others)
            rely(me, what_others_keep(world, i, 0))
        assess(me, process.guarantee, process.bitterness, process.fairness, p)
        get_ready(me, p)
        if me.required and me.active:
            if not seen or me.surplus < process.least_surplus:
                process.least_surplus = me.surplus
            if not seen or me.readiness < process.least_readiness:
                process.least_readiness = me.readiness
            seen = True


@part
def settle_issues(world):
    """Which issues are agreed on, or such that every required party can live with the text on them."""
    governments, stakes, issues = world.governments, world.stakes, world.issues
    p, process = world.parameters[0], world.process[0]
    agenda, weight, settled = len(issues), 0.0, 0.0
    for k in range(agenda):
        issue, content, salience = issues[k], negotiable(issues[k]), 0.0
        agreed = issue.in_accord == 1
        for i in range(len(governments)):
            me, stake = governments[i], stakes[i * agenda + k]
            if me.required and me.active:
                salience += stake.salience
                gain = value_on_issue(stake, issue, issue.known, p) - stake.war_value
                if gain + p.track_one_war_cost * me.motivation < p.track_one_margin * demand_of_all(me):
                    content = False
        issue.settled = 1 if content or agreed else 0
        weight += salience
        settled += salience * issue.settled
    process.settled = settled / weight if weight > 0.0 else 0.0
