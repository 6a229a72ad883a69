"""Which part of a text would suit whom: the scope of an agreement, and the coalition that signs it.

What a party gains by adding the issues in scope to the accord in force, c of its salience covered before and C after:
the sum over these issues of salience x (value of the text - value of fighting on + what fighting on costs - devaluation
- bitterness), less danger x (C^danger_curve - c^danger_curve), less demand x (C^demand_curve - c^demand_curve), less
what signing costs at all. For a whole text with nothing in force this is the surplus of `value_of_signing`, less demand
and that cost.
"""

from ..engine.compiled import part
from .bargaining import (
    attraction_of_peace,
    danger_of_accord,
    demand_of_all,
    price_of_coverage,
    still_open,
    value_on_issue,
)
from .reliance import rely_on_signatories, suffice, what_others_keep


@part
def value_issues(world):
    """What every party would gain on every issue by the text as it stands, before demands and dangers."""
    governments, stakes, issues = world.governments, world.stakes, world.issues
    p, process = world.parameters[0], world.process[0]
    agenda = len(issues)
    for i in range(len(governments)):
        me = governments[i]
        peace = attraction_of_peace(me.motivation, me.misperception, process.fairness, p) - p.accord_bitterness * process.bitterness
        for k in range(agenda):
            issue, stake = issues[k], stakes[i * agenda + k]
            value = value_on_issue(stake, issue, issue.known, p)
            stake.worth = stake.salience * (value - stake.war_value + peace)


@part
def gain_of_scope(world, i):
    """What one party gains by adding the issues in scope to the accord in force (all it covers, for one outside it)."""
    governments, stakes, issues = world.governments, world.stakes, world.issues
    p, process = world.parameters[0], world.process[0]
    me, agenda = governments[i], len(issues)
    gain, before, after = 0.0, 0.0, 0.0
    for k in range(agenda):
        stake = stakes[i * agenda + k]
        if issues[k].in_accord and me.joined:
            before += stake.salience
            after += stake.salience
        elif issues[k].in_accord or issues[k].in_scope:
            after += stake.salience
            gain += stake.worth
    danger, demand = danger_of_accord(me.belief, process.guarantee, p), p.track_one_margin * demand_of_all(me)
    gain -= price_of_coverage(after, danger, demand, p) - price_of_coverage(before, danger, demand, p)
    return gain - p.track_one_signing_cost * p.conflict_exposure


@part
def least_gain(world):
    """The gain of the signatory that gains least by the scope proposed; all their gains are written down."""
    governments = world.governments
    least, seen = 0.0, False
    for i in range(len(governments)):
        me = governments[i]
        if me.signs:
            me.gain = gain_of_scope(world, i)
            if not seen or me.gain < least:
                least, seen = me.gain, True
    return least


@part
def coverage(world, with_scope):
    """Of the weight of all issues to the required parties, what the accord in force covers (and the scope adds)."""
    governments, stakes, issues = world.governments, world.stakes, world.issues
    agenda, weight, covered = len(issues), 0.0, 0.0
    for k in range(agenda):
        inside = issues[k].in_accord or (with_scope and issues[k].in_scope)
        for i in range(len(governments)):
            if governments[i].required and governments[i].active:
                weight += stakes[i * agenda + k].salience
                covered += stakes[i * agenda + k].salience if inside else 0.0
    return covered / weight if weight > 0.0 else 0.0


@part
def at_stake(world, k):
    """What a fight over an issue would cost the required parties together, by what it matters to them."""
    governments, stakes, agenda = world.governments, world.stakes, len(world.issues)
    lost = 0.0
    for i in range(len(governments)):
        if governments[i].required and governments[i].active:
            lost += stakes[i * agenda + k].salience * (1.0 - stakes[i * agenda + k].war_value)
    return lost


@part
def issue_in_turn(world):
    """The row of the issue that talks are about, where they take one after another (`track_one.issue_by_issue`): of those
    that are open and on which not all can live with the text, the smallest (Fisher 1964). -1 where talks are about all.
    """
    issues = world.issues
    turn, least = -1, 0.0
    if world.parameters[0].track_one_issue_by_issue:
        for k in range(len(issues)):
            if still_open(issues[k]) and not issues[k].settled:
                stake = at_stake(world, k)
                if turn < 0 or stake < least:
                    turn, least = k, stake
    return turn


@part
def comes_later(world, k, turn):
    """Whether an issue is to be taken up only when the one in turn is settled: nothing is traded between what has had its
    turn and what has not (Fershtman 1990).
    """
    if turn < 0 or k == turn:
        return False
    mine, its = at_stake(world, k), at_stake(world, turn)
    return mine > its or (mine == its and k > turn)


@part
def is_whole(world):
    """Whether the scope is all that is open."""
    issues = world.issues
    for k in range(len(issues)):
        if still_open(issues[k]) and not issues[k].in_scope:
            return False
    return True


@part
def propose_whole(world):
    """The scope is all that is open and has had its turn. How many issues that is."""
    issues = world.issues
    left, turn = 0, issue_in_turn(world)
    for k in range(len(issues)):
        issues[k].in_scope = 1 if still_open(issues[k]) and not comes_later(world, k, turn) else 0
        left += issues[k].in_scope
    return left


@part
def narrow(world):
    """Drop issues from the text, each time the one without which the signatory that gains least gains most, until all
    signatories gain. True if what is left is worth a signature (Fisher 1964, fractionating conflict).
    """
    issues, p = world.issues, world.parameters[0]
    left = propose_whole(world)
    least = least_gain(world)
    while least < 0.0 and left > 1:
        best, which = 0.0, -1
        for k in range(len(issues)):
            if issues[k].in_scope:
                issues[k].in_scope = 0
                gain = least_gain(world)
                issues[k].in_scope = 1
                if which < 0 or gain > best:
                    best, which = gain, k
        issues[which].in_scope = 0
        left -= 1
        least = least_gain(world)
    return least >= 0.0 and left > 0 and coverage(world, True) - coverage(world, False) >= p.track_one_least_scope


@part
def enough_hold(world, joined):
    """Whether those who have joined the accord are enough for it to stand, or those who would sign the text for a signature:
    a treaty does not end because fewer hold it than it took to conclude it (Vienna Convention 1969, article 55).
    """
    governments, p = world.governments, world.parameters[0]
    power, holding, parties, holders = 0.0, 0.0, 0, 0
    for i in range(len(governments)):
        me = governments[i]
        if me.required and me.active:
            power += me.share_of_power
            parties += 1
            inside = me.joined if joined else me.signs
            if inside:
                holding += me.share_of_power
                holders += 1
    share = p.accord_holding if joined else p.track_one_participation
    return suffice(holders, holding, parties, power, share, p)


@part
def suits_all(world):
    """Whether all required parties can sign the text, or a part of it that is worth a signature: the scope of that."""
    everybody_signs(world)
    return narrow(world)


@part
def suits_fewer(world):
    """Whether the others can, without those that lose most by the whole text, as long as they are enough (Nilsson 2008,
    partial peace; Barrett 2003). They rely on one another only. Those who hold the accord in force already go on together.
    """
    governments = world.governments
    everybody_signs(world)
    while True:
        propose_whole(world)
        least_gain(world)
        least, which = 0.0, -1
        for i in range(len(governments)):
            me = governments[i]
            if me.signs and not me.joined and (which < 0 or me.gain < least):
                least, which = me.gain, i
        if which < 0:
            return False
        governments[which].signs = 0
        if not enough_hold(world, False):
            return False
        rely_on_signatories(world)
        if narrow(world):
            return True


@part
def everybody_signs(world):
    """A text for all required parties."""
    governments = world.governments
    for i in range(len(governments)):
        governments[i].signs = 1 if governments[i].required and governments[i].active else 0


@part
def weigh_accord(world):
    """What every party to the accord in force, or to the text that awaits ratification, gains by it, without what it
    still demands: the war to come weighs as it did at signature, not as it is remembered; what is carried out already
    is in no danger.
    """
    governments, stakes, issues = world.governments, world.stakes, world.issues
    p, process = world.parameters[0], world.process[0]
    agenda = len(issues)
    for i in range(len(governments)):
        me = governments[i]
        me.held, me.covered = 0.0, 0.0
        motive = me.motive if me.motive > me.motivation else me.motivation
        peace = attraction_of_peace(motive, me.misperception, process.fairness, p)
        for k in range(agenda):
            issue, stake = issues[k], stakes[i * agenda + k]
            if issue.in_accord or (issue.in_scope and me.signs):
                value = value_on_issue(stake, issue, issue.known, p)
                me.held += stake.salience * (value - stake.war_value + peace)
                me.covered += stake.salience
        danger = danger_of_accord(what_others_keep(world, i, 1), process.guarantee, p) * (1.0 - process.carried_out)
        me.held -= price_of_coverage(me.covered, danger, 0.0, p)
