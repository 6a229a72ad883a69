"""Effects: what an arm has more than the baseline on the same seeds, outcome by outcome, with intervals.

A difference is always *arm minus baseline*. Every row says how many pairs of runs it rests on, its Monte Carlo error, and
by how much pairing on seeds narrowed its interval. The intervals cover chance between runs, not doubt about the rules.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from ..errors import MultitrackError, printable
from ..schema.outcomes import OUTCOMES, Outcome
from .bootstrap import DRAWS, resampled_quantiles, resamples
from .intervals import LEVEL
from .paired import Effect, paired_effect, paired_ratio, score_p, unpaired_interval
from .run_tables import (
    HORIZON,
    chosen_outcomes,
    largest,
    months_told,
    on_same_seeds,
    share_like,
    values_of,
    within,
)

__all__ = [
    "COLUMNS",
    "Pairs",
    "compared",
    "effects",
    "holm",
    "main_difference",
    "main_effect",
    "paired_values",
    "pairing",
    "quantile_effects",
]

STANDS = 60  # months after the first signature in which a collapse is looked for
CORRECTIONS = ("holm", "none")
COLUMNS = [
    "arm", "outcome", "value", "unit", "statistic", "baseline_estimate", "arm_estimate", "difference", "low", "high",
    "error", "p", "p_corrected", "pairs", "left_out", "only_arm", "only_baseline", "narrower", "meaning",
]  # fmt: skip
STRATUM = "; only in pairs in which {both} (other pairs may differ)"


class Found(NamedTuple):
    """One comparison: the numbers of a row."""

    statistic: str
    baseline: float
    arm: float
    difference: float
    low: float
    high: float
    error: float
    p: float
    narrower: float


def effects(
    baseline: pd.DataFrame,
    arms: Mapping[str, pd.DataFrame],
    outcomes: Iterable[str] | None = None,
    horizon: int = HORIZON,
    correct: str = "holm",
) -> pd.DataFrame:
    """The paired effect of every arm on every outcome, *arm minus baseline*: a tidy table with the columns `COLUMNS`.

    `baseline` and `arms` (name -> table) are tables of runs on the same seeds, `horizon` the months they ran. Rows by
    `statistic`:

    - "share" (outcomes of 0 or 1, and every `value` of a category): difference of shares, the score interval of Tango
      (1998), p of the same score (McNemar 1947, without correction). 0.05 is 5 points.
    - "ratio" beside it: `difference` holds the *ratio* arm / baseline (1 = no effect), the score interval of Nam and
      Blackwelder (2002); p is that of the share.
    - "restricted mean months" (months until something happens): the difference of mean months spent without it up to
      the horizon, over all runs, those that never get there at the horizon (restricted mean survival time: Royston and
      Parmar 2013). "median" beside it, runs that never get there again at the horizon; its interval is the
      percentile bootstrap over pairs (Efron 1979), which is wide rather than narrow: it covers in some 97%; it is
      missing where all resamples are alike.
    - "mean" (everything else). Intervals of means are Student's with half of Hall's (1992) correction for skewness;
      where all pairs differ alike, `analysis.intervals` says what can still be said.

    An interval leaves no effect out exactly where its p is below 5%. `analysis.verdicts` says what a row lets one say.

    `months_to_collapse` becomes the restricted mean months without a collapse in the 60 after the first substantive
    agreement was signed, in the pairs in which both arms signed one at least 60 months before the horizon. This and every
    outcome that some runs lack are compared in the pairs in which both arms have it, a principal stratum (Frangakis and
    Rubin 2002), and `meaning` says so; `left_out` counts the others. `only_arm` and `only_baseline` count the pairs in
    which one arm has it, or more of it.
    `narrower` is the share by which the interval is narrower than that of arms on seeds of their own.
    `p_corrected` is Holm's (1979) over all rows of this table (ratios are not counted again); with `correct="none"` it
    repeats p. `error` is the standard error of the difference: what more runs would shrink.

    >>> table = pd.DataFrame({"seed": range(100), "agreed": [1.0] * 40 + [0.0] * 60})
    >>> without = pd.DataFrame({"seed": range(100), "agreed": [1.0] * 30 + [0.0] * 70})
    >>> found = effects(table, {"no workshops": without}, ["agreed"])
    >>> found[["statistic", "difference", "low", "high", "only_baseline"]].round(3).values.tolist()
    [['share', -0.1, -0.174, -0.055, 10], ['ratio', 0.75, 0.598, 0.858, 10]]
    """
    if correct not in CORRECTIONS:
        raise MultitrackError(f"correct={printable(correct)}; allowed: {', '.join(map(repr, CORRECTIONS))}")
    names = chosen_outcomes(outcomes, [baseline, *arms.values()])
    rows = []
    for arm, table in arms.items():
        table = on_same_seeds(baseline, table)
        for name in names:
            for value in OUTCOMES[name].values or ("",):
                rows += [[arm, name, value, *row] for row in _rows(baseline, table, OUTCOMES[name], value, horizon)]
    found = pd.DataFrame(rows, columns=[column for column in COLUMNS if column != "p_corrected"])
    found.insert(COLUMNS.index("p_corrected"), "p_corrected", _corrected(found, correct))
    return found


class Pairs(NamedTuple):
    """The values of the pairs that can be compared, and what they mean."""

    baseline: np.ndarray
    arm: np.ndarray
    known: np.ndarray  # of all pairs, whether this one is among them
    meaning: str
    top: float = math.inf  # the largest value there can be; the smallest is 0

    @property
    def only_arm(self) -> int:
        return int((self.arm > self.baseline).sum())

    @property
    def only_baseline(self) -> int:
        return int((self.arm < self.baseline).sum())

    @property
    def left_out(self) -> int:
        return int((~self.known).sum())


def paired_values(
    baseline: pd.DataFrame, table: pd.DataFrame, outcome: Outcome, value: str = "", horizon: int = HORIZON
) -> Pairs:
    """What is compared of this outcome in either arm, over the pairs in which it can be (same seeds, same order)."""
    if outcome.name == "months_to_collapse":
        return _months_stood(baseline, table, horizon)
    b, a = values_of(baseline, outcome, value), values_of(table, outcome, value)
    if outcome.event:
        meaning = f"months {outcome.meaning}, runs that never got there counted as {months_told(horizon)}"
        return Pairs(_restricted(b, horizon), _restricted(a, horizon), np.ones(len(a), bool), meaning, float(horizon))
    both = ~np.isnan(b) & ~np.isnan(a)
    meaning = within(outcome.meaning, horizon) + (f": {value}" if value else "")
    if not both.all():
        meaning += STRATUM.format(both=f"neither arm lacks it ({within(outcome.missing, horizon)})")
    return Pairs(b[both], a[both], both, meaning, largest(outcome, horizon))


def _restricted(months: np.ndarray, horizon: float) -> np.ndarray:
    return np.minimum(np.where(np.isnan(months), horizon, months), horizon)


def _months_stood(baseline: pd.DataFrame, table: pd.DataFrame, horizon: int) -> Pairs:
    """How long no agreement collapsed after the first was signed, in pairs in which both arms signed early enough to see."""
    signed = [one["months_to_substantive"].to_numpy(float) <= horizon - STANDS for one in (baseline, table)]
    both = signed[0] & signed[1]
    b, a = (_restricted(one["months_to_collapse"].to_numpy(float)[both], STANDS) for one in (baseline, table))
    meaning = (
        f"months without a collapse, of the {STANDS} after the first agreement, partial or comprehensive, was signed"
    )
    meaning += STRATUM.format(
        both=f"both arms signed one at least {STANDS} months before the end of the {months_told(horizon)}"
    )
    return Pairs(b, a, both, meaning, float(STANDS))


def _rows(baseline: pd.DataFrame, table: pd.DataFrame, outcome: Outcome, value: str, horizon: int) -> list[list[Any]]:
    pairs = paired_values(baseline, table, outcome, value, horizon)
    counts = [len(pairs.arm), pairs.left_out, pairs.only_arm, pairs.only_baseline]
    found = compared(pairs, outcome)
    return [_row(one, "times" if one.statistic == "ratio" else outcome.unit, counts, pairs.meaning) for one in found]


def compared(pairs: Pairs, outcome: Outcome) -> list[Found]:
    """Every statistic that fits this kind of outcome, the difference of shares or means first."""
    first = main_difference(pairs, outcome)
    if share_like(outcome):
        return [first, _ratio(pairs)]
    if not outcome.event or outcome.name == "months_to_collapse":  # most agreements hold for all of it: no median
        return [first]
    return [first, _quantile(pairs, 0.5, "median")]


def main_difference(pairs: Pairs, outcome: Outcome) -> Found:
    """The difference of shares, of means, or of restricted mean months: what an effect on this outcome is first of all."""
    if share_like(outcome):
        return _difference("share", pairs, share=True)
    return _difference("restricted mean months" if outcome.event else "mean", pairs, share=False)


def main_effect(pairs: Pairs, outcome: Outcome) -> Effect:
    """Its estimate, interval, error and p alone: what every table and figure of this effect shows."""
    return paired_effect(pairs.baseline, pairs.arm, share_like(outcome), pairs.top)


def _row(found: Found, unit: str, counts: list[int], meaning: str) -> list[Any]:
    return [unit, *found[:-1], *counts, found.narrower, meaning]


_NOTHING = (math.nan,) * 8


def _difference(statistic: str, pairs: Pairs, share: bool) -> Found:
    """The paired difference of shares or means, and by how much pairing narrowed its interval."""
    if not len(pairs.arm):
        return Found(statistic, *_NOTHING)
    effect = paired_effect(pairs.baseline, pairs.arm, share, pairs.top)
    low, high = unpaired_interval(pairs.baseline, pairs.arm, share)
    means = float(pairs.baseline.mean()), float(pairs.arm.mean())
    return Found(statistic, *means, *effect, _narrower(effect.high - effect.low, high - low))


def _ratio(pairs: Pairs) -> Found:
    runs = len(pairs.arm)
    if not runs:
        return Found("ratio", *_NOTHING)
    more, less = pairs.only_arm, pairs.only_baseline
    both = int((pairs.arm * pairs.baseline).sum())
    ratio, low, high = paired_ratio(both, more, less)
    a, b = both + more, both + less
    known = a and b and more + less
    error = ratio * math.sqrt(more + less) / math.sqrt(a * b) if known else math.nan  # the delta method
    apart = math.sqrt((1 - a / runs) / a + (1 - b / runs) / b) if a and b else math.nan
    narrower = _narrower(math.sqrt(more + less), apart * math.sqrt(a * b)) if a and b else math.nan
    shares = float(pairs.baseline.mean()), float(pairs.arm.mean())
    return Found("ratio", *shares, ratio, low, high, error, float(score_p(more, less)), narrower)


def _narrower(paired: float, apart: float) -> float:
    return 1 - paired / apart if apart > 0 else 0.0 if apart == 0 else math.nan


def _quantile(pairs: Pairs, share: float, statistic: str) -> Found:
    """The difference of quantiles, with the percentile bootstrap over pairs (Efron 1979), between order statistics so that
    it leaves zero out exactly where p is below 5%. Resamples that are all alike tell nothing of chance.
    """
    runs = len(pairs.arm)
    if runs < 2:
        return Found(statistic, *_NOTHING)
    at = np.quantile(pairs.baseline, share), np.quantile(pairs.arm, share)
    b, a = resampled_quantiles(pairs.baseline, pairs.arm, share)
    numbers = float(at[0]), float(at[1]), float(at[1] - at[0])
    if np.ptp(a - b) == 0:
        return Found(statistic, *numbers, math.nan, math.nan, math.nan, math.nan if (a - b).any() else 1.0, math.nan)
    apart = a - np.roll(b, 1)  # the same quantiles, of independent draws
    low = np.quantile(a - b, (1 - LEVEL) / 2, method="lower")
    high = np.quantile(a - b, (1 + LEVEL) / 2, method="higher")
    p = min(1.0, 2 * (1 + min(np.sum(a <= b), np.sum(a >= b))) / (DRAWS + 1))
    narrower = _narrower(float((a - b).std()), float(apart.std()))
    return Found(statistic, *numbers, float(low), float(high), float((a - b).std(ddof=1)), p, narrower)


def quantile_effects(
    baseline: pd.DataFrame,
    table: pd.DataFrame,
    outcome: str,
    quantiles: Sequence[float] = (0.1, 0.25, 0.5, 0.75, 0.9),
    horizon: int = HORIZON,
) -> pd.DataFrame:
    """The difference of quantiles of a number, *arm minus baseline*: columns `quantile`, `baseline_estimate`,
    `arm_estimate`, `difference`, `low`, `high`, `error`, `pairs`; intervals by the bootstrap over pairs (Efron 1979).

    Months until something happens are restricted at the horizon. These are differences of quantiles, not quantiles of
    differences: no run need move by so much. The interval is missing where all resamples are alike.

    >>> baseline = pd.DataFrame({"seed": range(200), "attacks": np.arange(200.0)})
    >>> arm = baseline.assign(attacks=baseline["attacks"] + [4.0, 6.0] * 100)
    >>> quantile_effects(baseline, arm, "attacks", [0.5])[["difference", "low", "high"]].values.tolist()
    [[5.0, 4.0, 6.0]]
    """
    (name,) = chosen_outcomes([outcome], [baseline, table])
    if OUTCOMES[name].values or OUTCOMES[name].binary:
        raise MultitrackError(f"{name} has no quantiles worth comparing; allowed: outcomes that are numbers")
    pairs = paired_values(baseline, on_same_seeds(baseline, table), OUTCOMES[name], "", horizon)
    rows = []
    for share in quantiles:
        found = _quantile(pairs, share, "quantile")
        rows.append([share, *found[1:7], len(pairs.arm)])
    columns = ["quantile", "baseline_estimate", "arm_estimate", "difference", "low", "high", "error", "pairs"]
    return pd.DataFrame(rows, columns=columns)


def holm(p: Sequence[float] | np.ndarray) -> np.ndarray:
    """p values corrected for their number, so that the chance of any false one stays what it was (Holm 1979).

    >>> holm([0.01, 0.04, 0.03]).round(3).tolist()
    [0.03, 0.06, 0.06]
    """
    p = np.asarray(p, float)
    known = np.flatnonzero(~np.isnan(p))
    order = known[np.argsort(p[known], kind="stable")]
    left = len(known) - np.arange(len(known))
    corrected = np.full(len(p), math.nan)
    corrected[order] = np.minimum(1.0, np.maximum.accumulate(left * p[order])) if len(order) else []
    return corrected


def _corrected(found: pd.DataFrame, correct: str) -> np.ndarray:
    """Holm's p for all rows; a ratio is the same test as its share."""
    p = np.asarray(found["p"], float)
    if correct == "none":
        return p
    ratio = (found["statistic"] == "ratio").to_numpy()
    corrected = np.full(len(p), math.nan)
    corrected[~ratio] = holm(p[~ratio])
    corrected[ratio] = corrected[np.flatnonzero(ratio) - 1]  # the row of its share stands above it
    return corrected


def pairing(
    baseline: pd.DataFrame, table: pd.DataFrame, outcomes: Iterable[str] | None = None, horizon: int = HORIZON
) -> pd.DataFrame:
    """What common random numbers bring, outcome by outcome (Glasserman and Yao 1992; Law 2015, section 11.2).

    Columns: `outcome`, `effect` (arm minus baseline), `variance` of one pair's difference, `independent` (that of arms
    on seeds of their own: the sum of both variances), `share` = variance / independent; for outcomes of 0 or 1 also
    `least` = d (1 - d), d the size of the effect, which no coupling of the arms can go below, and `over_least` =
    variance / least. `_low` and `_high` are bootstrap intervals over pairs (Efron 1979).

    >>> table = pd.DataFrame({"seed": range(4), "durable": [1.0, 1.0, 0.0, 0.0]})
    >>> other = pd.DataFrame({"seed": range(4), "durable": [1.0, 0.0, 0.0, 0.0]})
    >>> pairing(table, other, ["durable"]).loc[0, ["effect", "variance", "independent", "least"]].tolist()
    [-0.25, 0.1875, 0.4375, 0.1875]
    """
    table, rows = on_same_seeds(baseline, table), []
    for name in chosen_outcomes(outcomes, [baseline, table]):
        if OUTCOMES[name].values:
            continue
        pairs = paired_values(baseline, table, OUTCOMES[name], "", horizon)
        if not len(pairs.arm):
            rows.append([name, *[math.nan] * 10])
            continue
        binary = OUTCOMES[name].binary
        found = _variances(pairs.baseline, pairs.arm, binary)
        resampled = (draw for draws in resamples(len(pairs.arm)) for draw in draws)
        drawn = np.array([_variances(pairs.baseline[draw], pairs.arm[draw], binary) for draw in resampled])
        low, high = np.quantile(drawn, [(1 - LEVEL) / 2, (1 + LEVEL) / 2], axis=0)
        low, high = (np.where(np.ptp(drawn, axis=0) > 0, end, math.nan) for end in (low, high))  # alike: no interval
        rows.append([name, *found[:4], low[3], high[3], *found[4:], low[5], high[5]])
    columns = [
        "outcome", "effect", "variance", "independent", "share", "share_low", "share_high", "least", "over_least",
        "over_least_low", "over_least_high",
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=columns)


def _variances(baseline: np.ndarray, arm: np.ndarray, binary: bool) -> tuple[float, ...]:
    """Effect, variance of the difference, that of independent arms, their ratio, the least there can be, over it."""
    effect = float(arm.mean() - baseline.mean())
    variance, independent = float((arm - baseline).var()), float(arm.var() + baseline.var())
    least = abs(effect) * (1 - abs(effect)) if binary else math.nan
    share = variance / independent if independent > 0 else math.nan
    return effect, variance, independent, share, least, variance / least if least > 0 else math.nan
