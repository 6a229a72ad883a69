"""What one leadership believes of another, and how evidence moves it: Bayes' rule or a rule of thumb, a limit, fading."""

from ..engine.arithmetic import log, sigma
from ..engine.compiled import arithmetic, rule
from .basics import clip, log_odds


@rule
def make_of_news(dyad, evidence, salience, p):
    """What news changes in a belief: by Bayes' rule its log-likelihood ratio. By a rule of thumb (`trust.rule_of_thumb`) good
    news moves the belief a share of the way to certainty, bad news a larger one the other way, however much the news
    really tells (Rescorla and Wagner 1972; bad weighs more than good: Slovic 1993), as far as it is salient. What tells
    nothing changes nothing by either.
    """
    if not p.trust_rule_of_thumb:
        return evidence
    if evidence == 0.0 or salience <= 0.0:
        return 0.0
    believed = sigma(dyad.trust)
    if evidence > 0.0:
        return log_odds(believed + p.trust_good_news * salience * (1.0 - believed)) - dyad.trust
    return log_odds(believed - p.trust_bad_news * salience * believed) - dyad.trust


@rule
def learn_from_accord(dyad, evidence, salience, p):
    """What is learnt from whether the other side did its share, and stayed."""
    learnt = make_of_news(dyad, evidence, salience, p)
    dyad.trust += learnt
    dyad.from_accord += learnt
    bound_belief(dyad, p)


@arithmetic
def bound_belief(dyad, p):
    """No belief goes beyond the limit; what is cut off stands in the ledger."""
    beyond = dyad.trust - clip(dyad.trust, -p.trust_limit, p.trust_limit)
    dyad.trust -= beyond
    dyad.from_limit -= beyond


@rule
def discount_belief(dyad, p):
    """What was known of a leadership that may be of a new type now, in probabilities: p <- (1 - r) p + r prior."""
    before = dyad.trust
    known = sigma(before)
    dyad.trust = log_odds((1.0 - p.leaders_renewal) * known + p.leaders_renewal * sigma(dyad.prior))
    dyad.from_leaders += dyad.trust - before
    dyad.reports *= 1.0 - p.leaders_renewal
    bound_belief(dyad, p)


@rule
def upset_relations(dyad, continuity, p):
    """Working relations suffer from a change at the top, less where measures and endorsed channels carry them over."""
    lost = p.leaders_upheaval * (1.0 - p.leaders_continuity * continuity)
    dyad.misperception += lost * (p.trust_misperception - dyad.misperception)


@rule
def evidence_of_conduct(seen, detection, reliable_complies, unreliable_complies):
    """The log-likelihood ratio, reliable against unreliable, of a violation seen or of none seen.

    From the same rates that produce the conduct. With no detection it is exactly 0.
    """
    if seen:
        return log(clip(1.0 - reliable_complies, 1e-12, 1.0) / clip(1.0 - unreliable_complies, 1e-12, 1.0))
    quiet_if_reliable = clip(1.0 - (1.0 - reliable_complies) * detection, 1e-12, 1.0)
    quiet_if_unreliable = clip(1.0 - (1.0 - unreliable_complies) * detection, 1e-12, 1.0)
    return log(quiet_if_reliable / quiet_if_unreliable)


@rule
def evidence_of_loyalty(left, reliable_leaves, unreliable_leaves):
    """The log-likelihood ratio, reliable against unreliable, of a month in which a signatory left an accord, or stayed.

    From the same probabilities that produce the conduct: observers know what the accord is worth to the signatory, not
    what it would do with the others' exposure.
    """
    if left:
        return log(clip(reliable_leaves, 1e-12, 1.0) / clip(unreliable_leaves, 1e-12, 1.0))
    return log(clip(1.0 - reliable_leaves, 1e-12, 1.0) / clip(1.0 - unreliable_leaves, 1e-12, 1.0))


@rule
def learn_from_conduct(dyad, evidence, salience, p):
    """What is learnt from the other side's conduct under a measure."""
    learnt = make_of_news(dyad, evidence, salience, p)
    dyad.trust += learnt
    dyad.from_measures += learnt
    bound_belief(dyad, p)


@rule
def fade_belief(dyad, p):
    """What was learnt fades, from every source in the same proportion, and so does the weight of the reports that taught
    it: what is forgotten can be heard anew. Without contact misperception returns.

    The belief that remains is the prior times the likelihood to a power below 1 (a forgetting factor; Kulhavy and Zarrop
    1993): Bayes' rule on evidence that counts less the older it is.
    """
    kept = 1.0 - p.trust_fading
    dyad.from_measures *= kept
    dyad.from_attacks *= kept
    dyad.from_dialogue *= kept
    dyad.reports *= kept
    dyad.from_accord *= kept
    dyad.from_leaders *= kept
    dyad.from_limit *= kept
    learnt = dyad.from_measures + dyad.from_attacks + dyad.from_dialogue + dyad.from_accord + dyad.from_leaders
    dyad.trust = dyad.prior + learnt + dyad.from_limit
    back = p.trust_misperception_return * (1.0 - dyad.contact)
    if dyad.misperception < p.trust_misperception:
        dyad.misperception += back * (p.trust_misperception - dyad.misperception)


@rule
def evidence_of_attack(attempt, attacked, kind_known, controllable, p):
    """Log-likelihood ratio, reliable against unreliable, of a month in which a faction could have attacked.

    Attacks work because they say something about will or control (Kydd and Walter 2002): c, perceived control, is
    `control` where the attack is known to have been one that could be foiled, 0 where it is known not to (explained),
    and their mixture where nothing is known. A quiet month at a time of threat is evidence too, by the same rule.
    """
    if attacked:
        if kind_known:
            foiled = p.spoiling_control if controllable else 0.0
        else:
            foiled = p.spoiling_control * p.spoiling_controllable
        return log(clip(1.0 - foiled, 1e-12, 1.0))
    by_reliable = attempt * (1.0 - p.spoiling_control * p.spoiling_controllable)
    return log(clip(1.0 - by_reliable, 1e-12, 1.0) / clip(1.0 - attempt, 1e-12, 1.0))


@rule
def learn_from_attack(dyad, evidence, salience, p):
    """What is learnt from an attack from the other side, or from its restraint."""
    learnt = make_of_news(dyad, evidence, salience, p)
    dyad.trust += learnt
    dyad.from_attacks += learnt
    bound_belief(dyad, p)
