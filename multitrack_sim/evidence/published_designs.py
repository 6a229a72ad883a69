"""Four published analyses as declared designs: unit, sample, outcome, variables, what the originals report, and how designs
and originals differ.

What an original reports has a tag: S read in the source named, M from memory and not checked. Of none of the four could a
table of coefficients be read, so none is given: signs, orders and the counts in abstracts are compared.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import pandas as pd

from .population import Record
from .published_measures import (
    AREA,
    AREAS_APART,
    CORRELATION,
    HARD,
    HAS,
    HAZARD,
    ODDS,
    POINTS,
    SEEN,
    UNSEEN,
    WEAK,
    Found,
    boehmelt,
    boehmelt_groups,
    clayton,
    clayton_groups,
    guaranteed_success,
    included,
    nilsson,
    nilsson_groups,
    walter,
    walter_groups,
)  # fmt: skip

__all__ = ["DESIGNS", "Claim", "Design"]


@dataclass(frozen=True)
class Claim:
    """One line of a table: what is compared, and what the original says of it. `sign` is the side of no difference on which
    the original stands (0: it reports none). `size` is how many conflicts its sample had, where that is known: the model
    is then asked what samples of that size would say.
    """

    id: str
    what: str
    unit: str
    original: str
    tag: str
    sign: int
    size: int = 0
    small: Callable[[Record], Found] | None = None  # how such a sample is measured
    tried: bool = True  # whether it means anything where the model gives the variable by lot
    value: float = math.nan  # how large the original says it is, where a number follows from what was read


@dataclass(frozen=True)
class Design:
    """One published analysis: what was done there, what is done here, and how the two differ."""

    id: str
    paper: str
    read: str
    unit: str
    sample: str
    outcome: str
    variables: dict[str, str]
    estimator: str
    differs: tuple[str, ...]
    claims: tuple[Claim, ...]
    measure: Callable[[Record], dict[str, Found]]  # every claim by its id
    groups: Callable[[Record], dict[str, pd.Series]]  # the plain table: what happened, by who has what
    assigned: tuple[str, ...] = ()  # the codes that the model can give by lot


# fmt: off
DESIGNS: tuple[Design, ...] = (
    Design(
        "boehmelt_2010",
        "Böhmelt, T. 2010. The effectiveness of tracks of diplomacy strategies in third-party interventions. Journal of Peace Research 47(2): 167-178",
        "abstract (econpapers.repec.org); its tables could not be read",
        "a conflict",
        "all conflicts of the reference population; the outcome is read where a third party stepped in",
        "an agreement of any kind, a ceasefire too, within ten years",
        {"official only, unofficial only, both": f"mediation, track2: code {HAS} or more", "controls, in both equations": ", ".join(HARD)},
        "probit corrected for selection (whether any third party steps in), maximum likelihood; standard errors by conflict",
        (
            "The original's sample, controls and exclusion restriction could not be read. Here both equations have the same controls, so the correction rests on the normal distribution alone. The row without correction stands beside it; where the interval of the correlation spans nearly all values, the data cannot say what to correct.",
            "Mixed efforts (Track 1.5) are no kind of their own in the codebook: \"both\" is the two tracks side by side.",
            "The original counts interventions that took place. Here a track is what a conflict has for all 25 years.",
            "Who gets which track is drawn: mediators go to hard cases (correlation .4 with hardness), unofficial dialogue less so (.2). That favours unofficial dialogue in the comparison.",
        ),
        (
            Claim("unofficial_less_official", "unofficial only, less official only", POINTS, "official tends to be most effective", "S", -1),
            Claim("unofficial_less_official_plain", "the same, not corrected for selection", POINTS, "not read", "", -1),
            Claim("unofficial_less_official_weak", f"the same, corrected, counting a facilitator or occasional workshops (codes from {WEAK})", POINTS, "not read", "", -1),
            Claim("correlation", "correlation of the errors of selection and outcome (0: nothing to correct)", CORRELATION, "not read", "", 0, tried=False),
            Claim("both_less_official", "both, less official only", POINTS, "combined efforts can be more effective than single ones", "S", 1),
            Claim("both_less_unofficial", "both, less unofficial only", POINTS, "combined efforts can be more effective than single ones", "S", 1),
        ),
        boehmelt,
        boehmelt_groups,
        ("mediation", "track2"),
    ),
    Design(
        "walter_1997",
        "Walter, B. F. 1997. The critical barrier to civil war settlement. International Organization 51(3): 335-364",
        "opening pages (study text at is.muni.cz) and a summary of its variables (summaryhub.com); its tables could not be read",
        "a conflict",
        "conflicts in which official talks opened, at least 15 years before the run ends",
        "a partial or comprehensive agreement signed within ten years of the opening of talks that came into force and stood five years",
        {"guarantee": f"guarantee: code {HAS} or more (between observers and credible enforcement)", "controls": "fighting_level, hurting_stalemate (cost of war), indivisibility, power_asymmetry, mediation; identity is not coded"},
        "shares and their difference; logistic regression; standard errors by conflict",
        (
            "The original has 41 civil wars that ended between 1940 and 1990, with few guarantees among them; here there are hundreds, so a pattern of \"always\" against \"usually not\" would have to be a very strong one.",
            "The original codes a guarantee that was given in the course of talks. Here it is a third party's readiness, there from the start.",
            "The sign is built into the model (a guarantee lowers the danger that parties see in a deal and the risk of its collapse); its size, and whether hard cases hide it, are not.",
            "Guarantees go to hard cases (correlation .4 with hardness).",
            "By lot, too, only conflicts with talks are compared, but for one row: a guarantee opens talks that would not have been, and these count with the rest.",
        ),
        (
            Claim("success", "settled and stood, of conflicts with talks: with a guarantee less without", POINTS, "negotiations always succeeded v usually failed: at least 50 points (41 wars)", "S", 1, 41, guaranteed_success, value=50.0),
            Claim("success_all", "the same, of all conflicts, with talks or without", POINTS, "almost always fought to the finish unless an outside power guaranteed a deal", "S", 1),
            Claim("odds", "of conflicts with talks, with controls", ODDS, "holds regardless of goals, ideology, ethnicity", "S", 1),
            Claim("standing", "stood, of those signed: with a guarantee less without", POINTS, "almost always v rarely implemented", "M", 1),
        ),
        walter,
        walter_groups,
        ("guarantee",),
    ),
    Design(
        "nilsson_2012",
        "Nilsson, D. 2012. Anchoring the peace: civil society actors in peace accords and durable peace. International Interactions 38(2): 243-266",
        "the author's summary for Conciliation Resources (c-r.org, Accord 25); its tables could not be read",
        "an agreement",
        "partial and comprehensive agreements that came into force",
        "months until the agreement ends",
        {"civil society": f"track3: code {HAS} or more", "controls": "comprehensive, guarantee, power_sharing, fighting_level, indivisibility, parties"},
        "proportional hazards (Cox), ties after Efron; standard errors by conflict",
        (
            "The original reads from the text whether civil society had a part in the agreement (28 of 83). Agreements of the model name nobody: civil society stands for a dense one across the divide.",
            "There peace ends with 25 battle deaths in a year between the parties, here the agreement ends.",
            "By lot, too, only agreements that came about are compared: civil society may change which do.",
            "Civil society does not depend on hardness in the reference population: there is no selection that the design could fall for.",
        ),
        (
            Claim("hazard", "hazard of ending (below 1: lower): civil society strong against weak, with controls", HAZARD, "lower, by 64%", "S; size M", -1, 40, included, value=0.36),
            Claim("hazard_plain", "the same, without controls", HAZARD, "not read", "", -1),
        ),
        nilsson,
        nilsson_groups,
        ("track3",),
    ),
    Design(
        "clayton_gleditsch_2014",
        "Clayton, G. and Gleditsch, K. S. 2014. Will we see helping hands? Predicting civil war mediation and likely success. Conflict Management and Peace Science 31(3): 265-284",
        "abstract (prio.org); its tables could not be read",
        "a conflict",
        "all conflicts for whether mediation comes about, the mediated for its success",
        "mediation: official talks opened with a facilitator or better at hand; success: an agreement of any kind within ten years",
        {"known beforehand": ", ".join(SEEN), "hardly known beforehand": ", ".join(UNSEEN)},
        "logistic regression on ten folds of conflicts, each predicted by the nine others; area under the curve, interval by drawing conflicts anew",
        (
            "The original predicts years of pairs of opponents, later ones from earlier ones. Here a conflict is predicted once, from others.",
            "Whether a mediator is at hand is drawn in the reference population, loosely tied to hardness: most of that part is chance by construction. Only whether talks open is the model's.",
            "A logistic regression alone is used for both; the original's two stages could not be read.",
        ),
        (
            Claim("onset", "mediation comes about", AREA, "predicted relatively well", "S", 1),
            Claim("outcome", "mediation succeeds", AREA, "predicted notably less well", "S", 1),
            Claim("difference", "success less coming about", AREAS_APART, "lower", "S", -1),
            Claim("outcome_all", "mediation succeeds, every code known", AREA, "not asked", "", 0),
            Claim("unseen", "what knowing every code adds", AREAS_APART, "outcome hangs on what is not seen beforehand (their reading)", "S", 1),
        ),
        clayton,
        clayton_groups,
    ),
)
# fmt: on
