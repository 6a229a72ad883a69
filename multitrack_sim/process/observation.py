"""What a month adds to a run's outcomes and series."""

import math

import numpy as np

from ..engine.arithmetic import sigma
from ..engine.compiled import phase, rule
from ..schema.categories import Ending, Phase
from ..schema.outcomes import OUTCOMES
from .trust import fade_belief

MISSING = math.nan


LIVING_CONTACT = 0.05  # unofficial contact below this is no channel


@rule
def count_months(process, tally):
    """A month is under an accord as far as it reaches; the rest of it is after a ceasefire or a victory, dormant, or one
    of open conflict. Together they make the month.
    """
    reach = process.reach if process.in_force else 0.0
    tally.months_under_accord += reach
    if process.ending == Ending.CEASEFIRE:
        tally.months_after_ceasefire += 1
    elif process.ending == Ending.VICTORY:
        tally.months_after_victory += 1
    elif process.ending == Ending.LOW_ACTIVITY:
        tally.months_dormant += 1.0 - reach
    else:
        tally.months_of_fighting += 1.0 - reach
    if process.in_force or process.ending != Ending.NONE:
        tally.months_without_fighting += 1
    if process.phase == Phase.TALKS or process.talks_go_on:
        tally.months_in_talks += 1


@phase
def count(world, month):
    """Beliefs fade; the month is added to what the run's outcomes are counted from."""
    process, p, dyads, governments = world.process[0], world.parameters[0], world.dyads, world.governments
    tally = world.tally[0]
    for row in range(len(dyads)):
        fade_belief(dyads[row], p)
    count_months(process, tally)
    before = (
        process.phase == Phase.FIGHTING
        or process.phase == Phase.PRETALKS
        or process.phase == Phase.SUSPENDED
        or process.phase == Phase.COLLAPSED
    )
    if before and not process.channel and process.contact < LIVING_CONTACT:
        tally.months_without_channel += 1
    if not tally.ended_by:
        readiness = 0.0
        for i in range(len(governments)):
            readiness += governments[i].readiness
        tally.readiness_total += readiness / len(governments)
        tally.readiness_months += 1
    process.month = month + 1


@phase
def measure_month(world, row):
    """Fill one row of the monthly series from the world as it stands."""
    process, governments, dyads, communities = world.process[0], world.governments, world.dyads, world.communities
    row.phase = process.phase
    row.violence = process.violence
    row.mean_trust, row.mean_misperception = 0.0, 0.0
    row.from_measures, row.from_attacks, row.from_dialogue = 0.0, 0.0, 0.0
    row.from_accord, row.from_leaders, row.from_prior = 0.0, 0.0, 0.0
    pairs = len(dyads)
    for d in range(pairs):
        dyad = dyads[d]
        row.mean_trust += sigma(dyad.trust)
        row.mean_misperception += dyad.misperception
        row.from_measures += dyad.from_measures / pairs
        row.from_attacks += dyad.from_attacks / pairs
        row.from_dialogue += dyad.from_dialogue / pairs
        row.from_accord += dyad.from_accord / pairs
        row.from_leaders += (dyad.from_leaders + dyad.from_limit) / pairs
        row.from_prior += dyad.prior / pairs
    row.mean_trust /= pairs
    row.mean_misperception /= pairs
    support, attitude = 0.0, 0.0
    for c in range(len(communities)):
        support += communities[c].support
        attitude += communities[c].attitude
    row.mean_support = support / len(communities)
    row.mean_attitude = attitude / len(communities)
    readiness = 0.0
    for i in range(len(governments)):
        readiness += governments[i].readiness
    row.readiness = readiness / len(governments)
    row.least_surplus = process.least_surplus
    row.share_settled = process.settled
    in_force = 0
    for m in range(len(world.measures)):
        in_force += world.measures[m].in_force
    row.measures = in_force
    row.attacks_now = process.attacks_now
    row.contact = process.contact
    known = 0.0
    for k in range(len(world.issues)):
        known += world.issues[k].known
    row.options_known = known / len(world.issues)
    row.reach = process.reach
    row.carried_out = process.carried_out if process.in_force else MISSING


# Outcomes that count events: their columns, and the kinds they count.
_COUNTING = np.array([at for at, outcome in enumerate(OUTCOMES.values()) if outcome.counts is not None])
_COUNTED = np.array([int(outcome.counts) for outcome in OUTCOMES.values() if outcome.counts is not None])


@phase
def measure_run(world, row, numbers):
    """Fill one row of outcomes from a world at its horizon: `row` by name, and the same memory as plain `numbers`."""
    for at in range(len(_COUNTING)):
        numbers[_COUNTING[at]] = world.counts[_COUNTED[at]].times
    process = world.process[0]
    tally = world.tally[0]
    months = process.month
    row.first_agreement = tally.first_agreement
    row.highest_agreement = tally.highest_agreement
    row.agreements = tally.agreements
    row.agreed = 1.0 if tally.month_agreed >= 0 else 0.0
    row.ended_by = tally.ended_by
    row.talks_opened = 1.0 if tally.month_talks >= 0 else 0.0
    row.months_to_talks = tally.month_talks if tally.month_talks >= 0 else MISSING
    row.months_to_first_agreement = tally.month_first if tally.month_first >= 0 else MISSING
    row.months_to_substantive = tally.month_agreed if tally.month_agreed >= 0 else MISSING
    row.months_to_comprehensive = tally.month_comprehensive if tally.month_comprehensive >= 0 else MISSING
    row.comprehensive = 1.0 if tally.month_comprehensive >= 0 else 0.0
    row.reach = process.reach
    row.ratified = tally.ratified if tally.ratified >= 0 else MISSING
    row.votes_failed = tally.votes_failed
    row.durable = tally.durable
    row.months_to_collapse = tally.month_collapsed - tally.month_agreed if tally.month_collapsed >= 0 else MISSING
    row.recurred = MISSING
    if tally.ended_by != Ending.NONE:
        if tally.month_recurred >= 0 and tally.month_recurred - tally.month_ended_first <= 60:
            row.recurred = 1.0
        elif tally.month_recurred >= 0 or months - tally.month_ended_first >= 60:
            row.recurred = 0.0
    row.months_under_accord = tally.months_under_accord
    row.months_after_ceasefire = tally.months_after_ceasefire
    row.months_after_victory = tally.months_after_victory
    row.months_dormant = tally.months_dormant
    row.months_of_fighting = tally.months_of_fighting
    row.months_without_fighting = tally.months_without_fighting
    row.months_in_talks = tally.months_in_talks
    row.months_without_channel = tally.months_without_channel
    row.share_settled = process.settled
    row.implementation = tally.provisions_done / tally.provisions_due if tally.provisions_due > 0 else MISSING
    row.violence_total = tally.violence_total
    pairs, trust, misperception = len(world.dyads), 0.0, 0.0
    for d in range(pairs):
        trust += sigma(world.dyads[d].trust)
        misperception += world.dyads[d].misperception
    row.mean_trust = trust / pairs
    row.mean_misperception = misperception / pairs
    people, support, attitude, fear = len(world.communities), 0.0, 0.0, 0.0
    for c in range(people):
        support += world.communities[c].support
        attitude += world.communities[c].attitude
        fear += world.communities[c].fear
    row.mean_support = support / people
    row.mean_attitude = attitude / people
    row.mean_fear = fear / people
    row.mean_readiness = tally.readiness_total / tally.readiness_months if tally.readiness_months > 0 else MISSING
    row.measures_in_force = tally.measures_total / months if months > 0 else 0.0
    found, known, agenda = 0.0, 0.0, len(world.issues)
    for k in range(agenda):
        issue = world.issues[k]
        options = 1.0 - (1.0 - issue.found_official) * (1.0 - issue.found_unofficial)
        found += options
        known += issue.known if issue.known < options else options  # what officials remember may be forgotten elsewhere
    row.options_found = found / agenda
    row.options_known = known / agenda
    rapport, acquainted = 0.0, len(world.rapport)
    for r in range(acquainted):
        rapport += world.rapport[r].trust
    row.mean_rapport = rapport / acquainted if acquainted > 0 else 0.0
    two, three = 0.0, 0.0
    for n in range(len(world.ngos)):
        two += world.ngos[n].spent_track_two
        three += world.ngos[n].spent_track_three
    row.spent_track_two = two
    row.spent_track_three = three
    row.spent_measures = tally.spent_measures
