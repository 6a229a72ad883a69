"""Necessity and sufficiency of what an arm lacks: by seed under the model's coupling of noise, and under any coupling.

Both arms of a pair draw the same random numbers wherever they draw for the same purpose. That coupling is the model's
choice: which runs "would have gone otherwise" depends on it, and data could never tell. So the shares that it gives
always stand beside the bounds that hold under any coupling of the same two arms.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd

from ..errors import MultitrackError
from ..schema.outcomes import OUTCOMES
from .effects import paired_values
from .intervals import LEVEL, Z, wilson
from .run_tables import HORIZON, chosen_outcomes, on_same_seeds

if TYPE_CHECKING:
    from .comparison import Comparison

__all__ = ["necessity", "necessity_of", "runs_that_turned"]

DRAWS = 2000
DRAWS_SEED = 1
JEFFREYS = 0.5  # pairs
WITH, WITHOUT = "only in the baseline", "only in the arm"


class Counts(NamedTuple):
    """Pairs by what they have: in both arms, only in the baseline, only in the arm, in neither. Numbers or arrays."""

    both: np.ndarray
    only_baseline: np.ndarray
    only_arm: np.ndarray
    neither: np.ndarray

    def mirrored(self) -> Counts:
        """The same with the arms exchanged."""
        return Counts(self.both, self.only_arm, self.only_baseline, self.neither)


def necessity(comparison: Comparison, outcome: str = "agreed", value: str = "") -> pd.DataFrame:
    """How often what each arm lacks was necessary, sufficient, or both for an outcome, and how often it prevented it.

    See `necessity_of`, of which this is the table for every arm, column `arm` first. `mt.story` on a seed from the
    column `seeds`, in either arm's scenario, tells how such a run went.

    >>> import multitrack_sim as mt
    >>> scenario = mt.scenario_from_codes({}).with_settings({"run.months": 24, "society.communities": 20})
    >>> found = necessity(mt.compare(scenario, ["no workshops"], runs=8, seed=7), "talks_opened")
    >>> found["quantity"].tolist()[:3]
    ['necessity', 'sufficiency', 'necessity and sufficiency']
    """
    tables = []
    for arm in list(comparison.arms)[1:]:
        found = necessity_of(comparison.table(), comparison.table(arm), outcome, value, comparison.horizon)
        found.insert(0, "arm", arm)
        tables.append(found)
    return pd.concat(tables, ignore_index=True)


def necessity_of(
    baseline: pd.DataFrame, arm: pd.DataFrame, outcome: str, value: str = "", horizon: int = HORIZON
) -> pd.DataFrame:
    """Probabilities of causation (Pearl 1999; Pearl 2009, chapter 9) of what `baseline` has and `arm` lacks.

    Six rows by `quantity`:

    - "necessity": of the runs of the baseline with the outcome, the share that would not have had it in the arm.
    - "sufficiency": of the runs of the arm without it, the share that the baseline would have turned.
    - "necessity and sufficiency": of all pairs, those with it in the baseline only.
    - "prevention", "sufficient prevention", "prevention of both kinds": the same the other way round: how far what the
      arm lacks kept the outcome from happening.

    `share`, with Wilson's (1927) interval `low` to `high`, holds under the model's coupling of noise. `bound_low` and
    `bound_high` hold under any coupling with the same shares p1 (baseline) and p0 (arm), none of them assumed monotone:
    max(0, (p1 - p0) / p1) <= PN <= min(1, (1 - p0) / p1) and the corresponding ones (Tian and Pearl 2000, equations 13
    to 16; the arms are randomised, so nothing confounds). `surely_from` to `surely_to` is the same with chance between
    runs: of the shares that such counts leave likely (Jeffreys's prior, half a pair for each kind of pair: Brown, Cai
    and DasGupta 2001), so that a kind of pair that was never met is not taken to be impossible. `of` is what the share
    is of, `count` how many had it; `error` its standard error; `seeds` the pairs in question, to be opened in both
    arms; `sentence` says share and bounds together.

    >>> baseline = pd.DataFrame({"seed": range(10), "agreed": [1.0] * 6 + [0.0] * 4})
    >>> arm = pd.DataFrame({"seed": range(10), "agreed": [1.0] * 4 + [0.0] * 6})
    >>> found = necessity_of(baseline, arm, "agreed")
    >>> found[["quantity", "share", "bound_low", "bound_high", "seeds"]].round(2).values.tolist()[0]
    ['necessity', 0.33, 0.33, 1.0, (4, 5)]
    """
    b, a, seeds, meaning = _both(baseline, arm, outcome, value, horizon)
    if not len(b):
        raise MultitrackError(f"there is no pair in which {outcome} is known in both arms")
    counts = _counts(b, a)
    drawn = Counts(*np.random.default_rng(DRAWS_SEED).dirichlet(np.array(counts) + JEFFREYS, size=DRAWS).T)
    helped, hindered = tuple(seeds[b & ~a].tolist()), tuple(seeds[~b & a].tolist())
    rows = []
    for names, here, there, of in (
        (("necessity", "sufficiency", "necessity and sufficiency"), counts, drawn, helped),
        (
            ("prevention", "sufficient prevention", "prevention of both kinds"),
            counts.mirrored(),
            drawn.mirrored(),
            hindered,
        ),
    ):
        for kind, name in enumerate(names):
            count, out_of = _share_of(here, kind)
            share = count / out_of if out_of else np.nan
            interval = [float(end) for end in wilson(count, out_of)]
            bounds = [float(end) for end in _bounds(here, kind)]
            surely = _surely(there, kind, bounds)
            error = float(np.sqrt(share * (1 - share) / out_of)) if out_of else np.nan
            error = error or (interval[1] - interval[0]) / (2 * Z)  # where all are alike
            said = _said(name, count, out_of, bounds)
            rows.append(
                [
                    outcome,
                    value,
                    name,
                    share,
                    *interval,
                    error,
                    *bounds,
                    *surely,
                    out_of,
                    count,
                    len(b),
                    of,
                    said,
                    meaning,
                ]
            )
    columns = [
        "outcome", "value", "quantity", "share", "low", "high", "error", "bound_low", "bound_high", "surely_from",
        "surely_to", "of", "count", "pairs", "seeds", "sentence", "meaning",
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=columns)


_SENTENCES = {
    "necessity": "Of {of} baseline runs that had it, {count} ({share}) did not have it in their pair with the change",
    "sufficiency": "Of {of} runs with the change that did not have it, {count} ({share}) had it in their baseline pair",
    "necessity and sufficiency": "Of {of} pairs, {count} ({share}) had it only in the baseline",
    "prevention": "Of {of} runs with the change that had it, {count} ({share}) did not have it in their baseline pair",
    "sufficient prevention": "Of {of} baseline runs that did not have it, {count} ({share}) had it in their pair with the change",
    "prevention of both kinds": "Of {of} pairs, {count} ({share}) had it only with the change",
}


def _said(quantity: str, count: int, of: int, bounds: list[float]) -> str:
    """The share under the model's coupling, never without the bounds under any."""
    if not of:
        return "There is no run of which it could be asked."
    first = _SENTENCES[quantity].format(count=f"{count:,}", of=f"{of:,}", share=f"{100 * count / of:.1f}%")
    low, high = (f"{100 * bound:.1f}%" for bound in bounds)
    return f"{first}. Other pairings of chance allow {low} to {high}."


def runs_that_turned(
    baseline: pd.DataFrame, arm: pd.DataFrame, outcome: str, value: str = "", horizon: int = HORIZON
) -> pd.DataFrame:
    """The pairs in which the arms differ: `seed`, and `happened` "only in the baseline" or "only in the arm".

    >>> baseline = pd.DataFrame({"seed": [7, 8], "agreed": [1.0, 0.0]})
    >>> runs_that_turned(baseline, baseline.assign(agreed=[0.0, 0.0]), "agreed").values.tolist()
    [[7, 'only in the baseline']]
    """
    b, a, seeds, _ = _both(baseline, arm, outcome, value, horizon)
    differ = b != a
    return pd.DataFrame({"seed": seeds[differ], "happened": np.where(b[differ], WITH, WITHOUT)})


def _both(
    baseline: pd.DataFrame, arm: pd.DataFrame, outcome: str, value: str, horizon: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray, str]:
    """Whether it happened in the baseline and in the arm, the seeds, and what "it" is."""
    (name,) = chosen_outcomes([outcome], [baseline, arm])
    declared = OUTCOMES[name]
    if not declared.binary and not (declared.values and value in declared.values):
        allowed = "outcomes of 0 or 1, or a category with one of its values"
        raise MultitrackError(
            f"{name}, value {value!r}: a run has it or not only for outcomes that say so; allowed: {allowed}"
        )
    arm = on_same_seeds(baseline, arm)
    pairs = paired_values(baseline, arm, declared, value, horizon)
    known = pairs.known
    return pairs.baseline == 1, pairs.arm == 1, baseline["seed"].to_numpy()[known], pairs.meaning


def _counts(b: np.ndarray, a: np.ndarray) -> Counts:
    return Counts(*(np.asarray(int(hit.sum())) for hit in (b & a, b & ~a, ~b & a, ~b & ~a)))


def _share_of(counts: Counts, kind: int) -> tuple[int, int]:
    """How many of how many: necessity, sufficiency, both."""
    turned = counts.only_baseline
    of = (counts.both + turned, turned + counts.neither, sum(counts))[kind]
    return int(turned), int(of)


def _bounds(counts: Counts, kind: int) -> tuple[np.ndarray, np.ndarray]:
    """What any coupling with these shares allows (Tian and Pearl 2000)."""
    pairs = sum(counts)
    with_it = (counts.both + counts.only_baseline) / pairs
    without_it = (counts.both + counts.only_arm) / pairs
    least = np.maximum(0.0, with_it - without_it)  # of all pairs, turned at least
    most = np.minimum(with_it, 1 - without_it)
    of = (with_it, 1 - without_it, np.ones_like(with_it))[kind]
    with np.errstate(invalid="ignore", divide="ignore"):
        return least / of, most / of


def _surely(drawn: Counts, kind: int, bounds: list[float]) -> tuple[float, float]:
    """The bounds with chance between runs: the lower end of the lower one, the upper end of the upper one."""
    if np.isnan(bounds).any():
        return np.nan, np.nan  # there is no run of which it could be asked
    low, high = _bounds(drawn, kind)
    ends = np.quantile(low, (1 - LEVEL) / 2), np.quantile(high, (1 + LEVEL) / 2)
    return min(float(ends[0]), bounds[0]), max(float(ends[1]), bounds[1])
