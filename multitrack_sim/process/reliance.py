"""On whom a deal hangs: whether those who keep it are enough, and what a party that keeps it can count on.

A deal among two holds if both keep it. One among many survives that some break it, as long as the others are enough by
the rule by which an accord stands or falls; whoever breaks it still costs those who keep it their share.
"""

from ..engine.arithmetic import sigma
from ..engine.compiled import part, rule
from .basics import dyad_row

ROUNDING = 1e-12  # shares that add up may fall short by rounding


@rule
def suffice(number, power, parties, total, share, p):
    """Whether so many parties of so much power are enough of all that are required: more than one, a share of their number,
    and one of their power. Treaties count parties; what holds by itself needs the strong (Barrett 2003).
    """
    strong = power >= p.track_one_participation_power * total - ROUNDING
    return number > 1 and strong and number >= share * parties - ROUNDING


@rule
def takes_part(party, holders):
    """Whether a party counts for a deal: all that are required; for one with holders, those who hold or would sign it."""
    return party.required and party.active and (not holders or party.joined or party.signs)


@rule(of="governments")
def rely(me, belief):
    """What a leadership takes the others' word to be worth."""
    me.belief = belief


@part
def count_keepers(world, i, but, holders):
    """How likely it is, as one party sees it, that so many of the others keep a deal (row by row: none, one, two, ...), and
    the power that they would then have, times that probability. How many others there are at most; one is left out.
    """
    governments, dyads, parties = world.governments, world.dyads, len(world.governments)
    governments[0].so_many, governments[0].their_power = 1.0, 0.0
    most = 0
    for j in range(parties):
        if j != i and j != but and takes_part(governments[j], holders):
            keeps = sigma(dyads[dyad_row(i, j, parties)].trust)
            most += 1
            governments[most].so_many, governments[most].their_power = 0.0, 0.0
            for number in range(most, 0, -1):
                here, fewer = governments[number], governments[number - 1]
                joining = fewer.their_power + fewer.so_many * governments[j].share_of_power
                here.their_power = (1.0 - keeps) * here.their_power + keeps * joining
                here.so_many = (1.0 - keeps) * here.so_many + keeps * fewer.so_many
            governments[0].so_many *= 1.0 - keeps
    return most


@part
def what_others_keep(world, i, holders):
    """What a party that keeps a deal expects the others to keep of it, by their power: nothing where those who keep it are
    too few and it falls, else the share of those who do. With one other party, and where all are needed, it is the
    probability that they are reliable.

    Parties are taken to be reliable independently of one another (Poisson's binomial distribution). The power of so many
    keepers is taken at its mean, beside that of the strongest, who is counted apart: exact where the rest are equals, and
    where all are needed.
    """
    governments, dyads, parties = world.governments, world.dyads, len(world.governments)
    p = world.parameters[0]
    required, total, others, strongest = 0, 0.0, 0.0, -1
    for j in range(parties):
        one = governments[j]
        if one.required and one.active:
            required += 1
            total += one.share_of_power
        if j != i and takes_part(one, holders):
            others += one.share_of_power
            if strongest < 0 or one.share_of_power > governments[strongest].share_of_power:
                strongest = j
    if strongest < 0 or others <= 0.0:
        return 0.0
    me, strong = governments[i], governments[strongest].share_of_power
    own = 1 if me.required and me.active else 0
    trusted = sigma(dyads[dyad_row(i, strongest, parties)].trust)
    kept = 0.0
    for number in range(count_keepers(world, i, strongest, holders) + 1):
        chance = governments[number].so_many
        if chance > 0.0:
            power = governments[number].their_power / chance
            mine = own * me.share_of_power + power
            if suffice(own + number + 1, mine + strong, required, total, p.accord_holding, p):
                kept += trusted * chance * (power + strong) / others
            if suffice(own + number, mine, required, total, p.accord_holding, p):
                kept += (1.0 - trusted) * chance * power / others
    return kept


@part
def rely_on_signatories(world):
    """What every leadership that would sign makes of the others that would."""
    for i in range(len(world.governments)):
        if world.governments[i].signs:
            rely(world.governments[i], what_others_keep(world, i, 1))
