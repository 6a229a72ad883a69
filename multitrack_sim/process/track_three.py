"""Track III: grassroots programmes between communities, what they move, and what is forgotten."""

from ..engine.arithmetic import exp
from ..engine.by_column import held
from ..engine.compiled import part, phase, rule
from ..engine.random import chance_in_loops as chance
from ..schema.categories import Programme
from ..schema.draws import Draw
from .basics import clip
from .funding import dialogue_share, grant, grassroots_share


@rule(of="ngos")
def work_paid_for(me, money, p):
    """How much grassroots work an organisation's money pays for: education and interfaith work cost less, and so does
    what is online.
    """
    cost = 1.0 - p.technology_saving * p.track_three_digital
    if me.programme == Programme.EDUCATION:
        cost *= p.track_three_education_cost
    elif me.programme == Programme.INTERFAITH:
        cost *= p.track_three_interfaith_cost
    return money / clip(cost, 0.01, 100.0)


@rule(of="communities")
def programme_probability(me, reach, p):
    """Probability that a programme comes to a community: more where need is, less where fear closes doors."""
    need = 1.0 + p.track_three_targeting * (1.0 - 2.0 * me.attitude)
    return clip(reach * (1.0 - p.track_three_fear_closes * me.fear) * need, 0.0, 1.0)


@rule(of="communities")
def take_part(me, p):
    """A month of a programme: contact moves those who take part a little, less under fear; or hardens them.

    Contact works (about .1 to .25 standard deviations: Lowe 2025; Paluck, Green and Green 2019) and can raise the
    salience of identity (Svensson and Brouneus 2013). Education works on grievance too, interfaith work on fear.
    """
    kind = abs(me.programme)
    gain = p.track_three_contact_gain * (1.0 - me.fear) * (1.0 - p.technology_shallowness * p.track_three_digital)
    gain *= p.track_three_education_depth if kind == 1 + Programme.EDUCATION else 1.0  # choices as values: no jumps
    gain *= p.track_three_interfaith_depth if kind == 1 + Programme.INTERFAITH else 1.0
    me.grievance *= 1.0 - p.track_three_education_grievance if me.programme == 1 + Programme.EDUCATION else 1.0
    me.fear *= 1.0 - p.track_three_interfaith_fear if me.programme == 1 + Programme.INTERFAITH else 1.0
    me.programme_effect = clip(me.programme_effect + (gain if me.programme > 0 else -gain), -1.0, 1.0)
    me.programme_months += 1.0


@rule(of="communities")
def backfire_probability(me, inequality, p):
    """Probability that contact hardens identities: where fear is, and where one side has the power (Maoz 2011)."""
    return clip(p.track_three_backfire * me.fear + p.track_three_unequal * inequality, 0.0, 1.0)


@rule(of="communities")
def forget_programme(me, p):
    """What a programme moved is partly forgotten within a year; little of it becomes an attitude to strangers."""
    lasting = p.track_three_consolidation * me.programme_effect
    me.attitude = clip(me.attitude + lasting, 0.0, 1.0)
    me.programme_effect *= 1.0 - p.track_three_forgetting


@part
def invite(world, month, funded):
    """Every so many months it is a community's turn: its programme ends, and perhaps another one comes."""
    communities, governments = world.communities, world.governments
    p, process = world.parameters[0], world.process[0]
    key, stay, people = process.key, int(p.track_three_programme_months), len(communities)
    first = (stay - month % stay) % stay
    turns = (people - first + stay - 1) // stay if people > first else 0
    for turn in range(turns):  # a loop of its own: several draws at once
        communities[turn].draw = chance(key, Draw.PROGRAMME, month, first + turn * stay, 0)
    for turn in range(turns):
        me, draw = communities[first + turn * stay], communities[turn].draw
        home = governments[me.party]
        joins = programme_probability(me, home.programme_reach, p)
        me.programme = 0
        if draw < joins:
            me.programme = 1
            if draw < joins * home.reach_education:
                me.programme = 1 + Programme.EDUCATION
            elif draw < joins * (home.reach_education + home.reach_interfaith):
                me.programme = 1 + Programme.INTERFAITH
            if chance(key, Draw.PROGRAMME_BACKFIRE, month, me.id, 0) < backfire_probability(me, process.inequality, p):
                me.programme = -me.programme
    if not funded:
        for row in range(people):
            communities[row].programme = 0


@part
def work_in_communities(world):
    """A month of every programme, and a month of forgetting. Gives how many communities take part."""
    communities, p = world.communities, held(world.parameters[0])
    taking_part = 0
    for row in range(len(communities)):
        me = communities[row]
        if me.programme != 0:
            take_part(me, p)
            taking_part += 1
    for row in range(len(communities)):
        forget_programme(communities[row], p)
    return taking_part


@phase
def track_three(world, month):
    """Money becomes programmes; programmes reach communities; effects come and fade."""
    communities, ngos, governments = world.communities, world.ngos, world.governments
    p, process = world.parameters[0], world.process[0]
    parties = len(governments)

    for j in range(parties):
        governments[j].programme_reach, governments[j].reach_education, governments[j].reach_interfaith = 0.0, 0.0, 0.0
    funded = False
    for row in range(len(ngos)):
        ngo = ngos[row]
        if ngo.active:
            own, other = grassroots_share(ngo, p), dialogue_share(ngo, p)
            money = grant(own, p.track_three_budget, other, p.track_two_budget, process, p)
            ngo.granted_track_three += money
            ngo.spent_track_three += money
            funded = funded or money > 0.0
            work = work_paid_for(ngo, money, p)
            for j in range(parties):
                part = work if ngo.party == j else work / parties if ngo.party < 0 else 0.0
                governments[j].programme_reach += part
                if ngo.programme == Programme.EDUCATION:
                    governments[j].reach_education += part
                elif ngo.programme == Programme.INTERFAITH:
                    governments[j].reach_interfaith += part
    for j in range(parties):
        me = governments[j]
        if me.programme_reach > 0.0:
            me.reach_education /= me.programme_reach
            me.reach_interfaith /= me.programme_reach
        # with more work the reach saturates at all communities
        me.programme_reach = clip(1.0 - exp(-p.track_three_reach * me.programme_reach), 0.0, 1.0)

    invite(world, month, funded)
    taking_part = work_in_communities(world)
    process.momentum += p.track_three_momentum * taking_part / (len(communities) + 1) * (1.0 - process.momentum)
