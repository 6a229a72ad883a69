"""How many runs are enough? Intervals that hold however often one looks at them, and may stop when they please.

An ordinary 95% interval is for one look at a number of runs fixed before. Looking again and again, and stopping when it is
narrow, makes it miss more often than it says. A *confidence sequence* covers the truth at all looks at once with
probability 95%, so that the interval at whatever moment one stopped is still one of 95% (Robbins 1970, "Statistical methods
related to the law of the iterated logarithm"; Howard, Ramdas, McAuliffe and Sekhon 2021, "Time-uniform, nonparametric,
nonasymptotic confidence sequences").

Shares: the beta-binomial mixture (Robbins 1970; Howard et al. 2021), tuned to be narrowest about where it will stop.
Means of what is bounded: the empirical Bernstein sequence with predictable weights (Waudby-Smith and Ramdas 2024,
"Estimating means of bounded random variables by betting", theorem 2). Nothing is assumed of the distribution in either.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from ..errors import Problem, SettingError, did_you_mean, printable
from ..schema.outcomes import OUTCOMES
from .intervals import LEVEL

__all__ = ["BoundedMean", "Share", "StopRule", "log_evidence", "until"]

RULE = "95% confidence sequence, valid under optional stopping"
BOUNDED = {"share": 1.0, "probability": 1.0, "months": None}  # None: as long as a run
SURE = math.log(1 / (1 - LEVEL))
FARTHEST_BET = 0.5  # the largest weight of one value; Waudby-Smith and Ramdas advise 1/2 or 3/4


def log_evidence(p: float, count: int, runs: int, tuning: float) -> float:
    """The logarithm of the evidence against a share `p`: a martingale that starts at 1 if `p` is the truth, so that it ever
    exceeds 20 with probability 1/20 at most (Ville 1939). `tuning` is the weight of the mixture, in runs.

    >>> log_evidence(0.5, 0, 0, 10.0)
    0.0
    """
    if (p <= 0 and count > 0) or (p >= 1 and count < runs):
        return math.inf
    if p <= 0 or p >= 1:
        return 0.0
    q, missed = 1 - p, runs - count
    a, b = tuning * p, tuning * q
    return (
        math.lgamma(a + count) - math.lgamma(a) + math.lgamma(b + missed) - math.lgamma(b)
        + math.lgamma(tuning) - math.lgamma(tuning + runs) - count * math.log(p) - missed * math.log(q)
    )  # fmt: skip


class Share:
    """The confidence sequence of a share, to be narrowed to `half` to either side.

    >>> sequence = Share(0.05)
    >>> sequence.add(np.repeat([1.0, 0.0], 500))
    >>> [round(x, 2) for x in sequence.interval()]
    [0.45, 0.55]
    """

    def __init__(self, half: float):
        # narrowest when the runs are some 8 times the tuning (Howard et al. 2021, section 3.5), for a share of one half
        self.tuning = max(1.0, 2.05 / (half * half) / 8)
        self.count = self.runs = 0

    def add(self, values: np.ndarray) -> None:
        """Further values, 0 or 1."""
        self.count += int(values.sum())
        self.runs += len(values)

    def interval(self) -> tuple[float, float]:
        """All shares against which there is not enough evidence."""
        if self.runs == 0:
            return 0.0, 1.0
        seen = self.count / self.runs
        return self._end(seen, 0.0), self._end(seen, 1.0)

    def _end(self, inside: float, outside: float) -> float:
        if log_evidence(outside, self.count, self.runs, self.tuning) < SURE:
            return outside
        for _ in range(50):
            middle = (inside + outside) / 2
            if log_evidence(middle, self.count, self.runs, self.tuning) < SURE:
                inside = middle
            else:
                outside = middle
        return outside


class BoundedMean:
    """The confidence sequence of the mean of values between 0 and `top`.

    >>> sequence = BoundedMean(10.0)
    >>> sequence.add(np.tile([4.0, 6.0], 5000))
    >>> low, high = sequence.interval()
    >>> 4.9 < low < 5 < high < 5.1
    True
    """

    def __init__(self, top: float):
        self.top, self.runs = top, 0
        self.sum, self.spread = 0.5, 0.25  # a guess worth one value
        self.weights = self.weighted = self.noise = 0.0

    def add(self, values: np.ndarray) -> None:
        """Further values, in order: each is weighed by what was known before it."""
        x = np.asarray(values, float) / self.top
        if not len(x):
            return
        if x.min() < 0 or x.max() > 1:
            raise SettingError(Problem("values", f"found {values.min():g} to {values.max():g}", f"0 to {self.top:g}"))
        t = self.runs + np.arange(1, len(x) + 1)
        sums = self.sum + np.concatenate([[0.0], np.cumsum(x)])
        before, after = sums[:-1] / t, sums[1:] / (t + 1)
        spreads = self.spread + np.concatenate([[0.0], np.cumsum((x - after) ** 2)])
        bet = np.sqrt(2 * math.log(2 / (1 - LEVEL)) / (spreads[:-1] * np.log1p(t)))
        bet = np.minimum(bet, FARTHEST_BET)
        self.weights += float(bet.sum())
        self.weighted += float((bet * x).sum())
        self.noise += float(((x - before) ** 2 * (-np.log1p(-bet) - bet)).sum())
        self.sum, self.spread, self.runs = float(sums[-1]), float(spreads[-1]), self.runs + len(x)

    def interval(self) -> tuple[float, float]:
        """Low and high."""
        if self.runs == 0:
            return 0.0, self.top
        middle = self.weighted / self.weights
        half = (math.log(2 / (1 - LEVEL)) + self.noise) / self.weights
        return self.top * max(0.0, middle - half), self.top * min(1.0, middle + half)


@dataclass
class StopRule:
    """Run until the interval of an outcome is `half` wide to either side, in every point and arm."""

    outcome: str
    half: float
    value: str | None = None  # of an outcome that is a kind: the share of this one
    sequences: list[Share | BoundedMean] = field(default_factory=list)

    def __str__(self) -> str:
        return f"{self.outcome}{f'={self.value}' if self.value else ''} +- {self.half:g}"

    def begin(self, cells: int, months: int) -> None:
        """Forget everything; there are so many cells (points in arms), and runs are so many months long."""
        known = OUTCOMES[self.outcome]
        if known.binary or self.value:
            self.sequences = [Share(self.half) for _ in range(cells)]
        else:
            self.sequences = [BoundedMean(BOUNDED[known.unit] or float(months)) for _ in range(cells)]

    def add(self, cell: int, values: np.ndarray) -> None:
        """Further values of a cell; words as their places. Missing values are left out by who calls."""
        if self.value:
            values = (values == OUTCOMES[self.outcome].values.index(self.value)).astype(float)
        self.sequences[cell].add(values)

    def met(self) -> bool:
        """Whether all intervals are narrow enough."""
        return all(high - low <= 2 * self.half for low, high in map(_interval, self.sequences))

    def report(self) -> dict[str, Any]:
        """The widest interval and all of them (of at most 1000 cells)."""
        found = [_interval(one) for one in self.sequences]
        return {
            "rule": f"{self}: {RULE}",
            "widest": max(high - low for low, high in found) / 2,
            "intervals": [[low, high, one.runs] for (low, high), one in zip(found, self.sequences)][:1000],
        }


def _interval(sequence: Share | BoundedMean) -> tuple[float, float]:
    return sequence.interval()


def until(text: str) -> StopRule:
    """The rule that a text says: `durable +- 0.01`, `months_under_accord +- 2`, `highest_agreement=comprehensive +- 0.02`.

    SettingError for what is no outcome, or none with bounds.

    >>> until("durable +- 0.01").half
    0.01
    """
    match = re.fullmatch(r"\s*(\w+)\s*(?:=\s*([\w ]+?)\s*)?(?:\+-|\+/-|±)\s*([0-9.eE-]+)\s*", text)
    try:
        if match is None:
            raise ValueError
        name, value, half = match[1], match[2], float(match[3])
    except ValueError:
        found = Problem(f"--until {printable(text)}", "is no rule", "OUTCOME +- NUMBER: durable +- 0.01")
        raise SettingError(found) from None
    where = f"--until {printable(text)}"
    outcome = OUTCOMES.get(name)
    if outcome is None:
        hint = did_you_mean(name, OUTCOMES)
        raise SettingError(Problem(where, "no such outcome", "" if hint else "see mt.outcomes()", hint))
    if bool(outcome.values) != (value is not None) or (value is not None and value not in outcome.values):
        said = " or ".join(f"{name}={kind}" for kind in outcome.values) if outcome.values else f"{name} +- NUMBER"
        raise SettingError(Problem(where, "is no rule for this outcome", said))
    if not outcome.binary and not outcome.values and outcome.unit not in BOUNDED:
        allowed = ", ".join(o.name for o in OUTCOMES.values() if o.binary or o.unit in BOUNDED)
        raise SettingError(Problem(where, f"{name} has no upper bound, which the interval needs", allowed))
    if not 0 < half < math.inf:
        raise SettingError(Problem(where, f"found {half:g}", "a number above 0"))
    return StopRule(name, half, value)
