"""Small rules that every phase uses: bounded shares, log-odds, the event log."""

from ..engine.arithmetic import log, power
from ..engine.compiled import arithmetic, part

TINY = 1e-12  # keeps a logarithm or a division finite, and is too small to matter


@arithmetic
def clip(x, low, high):
    """x, held between low and high (written out: `min` and `max` differ between Python and compiled code at -0.0)."""
    if x < low:
        return low
    if x > high:
        return high
    return x


@arithmetic
def log_odds(probability):
    """log(p / (1 - p)), for p held off 0 and 1."""
    p = clip(probability, TINY, 1.0 - TINY)
    return log(p / (1.0 - p))


@arithmetic
def threshold(x, middle, steepness):
    """How far x is over a threshold: 0 at x = 0 exactly, 1/2 at the middle, towards 1 beyond (Hill function)."""
    if x <= 0.0:
        return 0.0
    return 1.0 / (1.0 + power(middle / x, steepness))


@arithmetic
def dyad_row(of, other, parties):
    """The row of the dyad in which party `of` sees party `other`."""
    return of * (parties - 1) + (other if other < of else other - 1)


@part
def record(world, month, kind, who, whom, amount):
    """Count an event and write it into the log (the first so many are kept; all are counted)."""
    world.counts[kind].times += 1
    tally = world.tally[0]
    if tally.events < len(world.events):
        event = world.events[tally.events]
        event.month = month
        event.kind = kind
        event.who = who
        event.whom = whom
        event.amount = amount
    tally.events += 1


@arithmetic
def enter(process, phase):
    """The process enters another phase."""
    process.phase = phase
    process.months_in_phase = 0
