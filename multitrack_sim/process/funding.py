"""Money for unofficial work: what donors give, and what becomes of the money of a muted track."""

from ..engine.compiled import arithmetic, rule
from ..schema.categories import MutedMoney, Phase
from .basics import clip


@arithmetic
def dialogue_share(ngo, p):
    """An organisation's monthly grant for unofficial dialogue at budget 1 and full interest of donors."""
    return p.track_two_funds * ngo.share_track_two * ngo.capacity


@arithmetic
def grassroots_share(ngo, p):
    """An organisation's monthly grant for grassroots work at budget 1 and full interest of donors."""
    return p.track_three_funds * (1.0 - ngo.share_track_two) * ngo.capacity * ngo.reach


@arithmetic
def grant(own, own_budget, other, other_budget, process, p):
    """What donors give a track this month, by its own share and that of the other unofficial track.

    The money a track misses for a budget below 1 is burned, moved to the other track (if that one is not muted itself)
    or replaced in part by other donors: three uses, hence three different questions about a muted track.
    """
    given = own * own_budget
    if p.funding_muted == MutedMoney.REPLACED:
        given += p.funding_replacement * own * clip(1.0 - own_budget, 0.0, 1.0)
    elif p.funding_muted == MutedMoney.MOVED and own_budget > 0.0:
        given += other * clip(1.0 - other_budget, 0.0, 1.0)
    return given * (1.0 + process.sponsors) * process.interest * (1.0 + p.funding_publicity * process.momentum)


@rule
def keep_giving(process, p):
    """Interest of donors: lost while nothing moves, partly brought back by every milestone. Talks that are deadlocked do
    not move, be they on everything or on what an accord leaves open; an accord that is carried out does.
    """
    at_table = process.phase == Phase.TALKS or process.talks_go_on
    stuck = (
        process.phase == Phase.FIGHTING
        or process.phase == Phase.SUSPENDED
        or process.phase == Phase.DORMANT
        or (at_table and process.deadlock >= p.funding_patience)
    )
    if process.milestone <= 1.0:
        process.interest += p.funding_renewal * (1.0 - process.interest)
    elif stuck and process.interest > p.funding_least:
        process.interest -= p.funding_fatigue * (process.interest - p.funding_least)
