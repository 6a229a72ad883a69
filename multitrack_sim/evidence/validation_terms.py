"""What validations share: thresholds, the words of their answers, scored outcomes as values."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass, field
from typing import Any, Protocol

import pandas as pd

from ..analysis.intervals import share_interval
from .scores import Area, Decomposition, Difference, Recalibration
from .targets import IMPLAUSIBLE

__all__ = [
    "BASE", "CODE", "COMPATIBLE", "DRAWS", "HELD", "IMPLAUSIBLE", "LAST_YEAR_FITTED", "MISSED", "NOT_ASKED_OF_IT", "NOT_MEASURED",
    "ONE_CODE", "OUTCOMES_SCORED", "REGRESSION", "RUNS", "WITHIN", "Beside", "Forecast", "Scored", "ScoredOutcome",
    "score_rows",
]  # fmt: skip

COMPATIBLE, MISSED, NOT_MEASURED, NOT_ASKED_OF_IT = "compatible", "missed", "not measured", "not asked of the model"

DRAWS, RUNS = 128, 8  # of each coded case, and of each draw: few draws do, spread evenly
WITHIN, HELD = 120, 60  # months: in which an agreement counts; for which it must hold
LAST_YEAR_FITTED = 2005
ONE_CODE = "mediation"
BASE, CODE, REGRESSION = "base rate", f"{ONE_CODE} alone", "regression on the codes"
OUTCOMES_SCORED = {
    "comprehensive": f"a comprehensive agreement within {WITHIN} months",
    "any": f"a partial or comprehensive agreement within {WITHIN} months",
    "held": f"an agreement that holds {HELD} months, of those agreed",
}


class Beside(Protocol):
    """The model beside the record: a row a target, what was run, which patterns that may be fitted are missed."""

    @property
    def table(self) -> pd.DataFrame: ...

    @property
    def about(self) -> dict[str, Any]: ...

    @property
    def sets(self) -> pd.DataFrame | None: ...

    @property
    def notes(self) -> list[str]: ...

    @property
    def missed(self) -> list[str]: ...


@dataclass(frozen=True)
class Forecast:
    """A way of predicting, its score, and the model's score less its: below 0, the model is better."""

    name: str
    brier: float
    area: float
    difference: Difference


@dataclass(frozen=True)
class ScoredOutcome:
    """The model's probabilities of one outcome, scored over the cases in which it is known."""

    name: str
    among: str  # all cases, or those begun later
    cases: int
    happened: int
    predicted: float  # mean probability
    brier: float
    chance: float  # of the Brier score, what comes from the number of runs
    area: Area
    parts: Decomposition | None
    recalibration: Recalibration
    bins: pd.DataFrame
    rivals: list[Forecast]
    notes: list[str] = field(default_factory=list)

    @property
    def verdict(self) -> str:
        """Against the base rate."""
        return self.rivals[0].difference.verdict if self.rivals else "too few cases to tell"


def score_rows(one: ScoredOutcome) -> list[dict[str, Any]]:
    """One outcome's scores as rows."""

    def row(
        forecast: str, measure: str, value: float, low: float = math.nan, high: float = math.nan, verdict: str = ""
    ) -> dict[str, Any]:
        return {"outcome": one.name, "among": one.among, "cases": one.cases, "forecast": forecast, "measure": measure,
                "value": value, "low": low, "high": high, "verdict": verdict}  # fmt: skip

    line, rows = one.recalibration, [row("model", "Brier score", one.brier)]
    rows.append(row("model", "area under the curve", one.area.value, one.area.low, one.area.high))
    rows.append(row("model", "mean probability", one.predicted))
    if one.cases:
        rows.append(row("record", "share in which it happened", *_happened(one)))
    rows.append(row("model", "calibration slope", line.slope, line.slope_low, line.slope_high, line.why_not))
    rows.append(row("model", "calibration intercept", line.intercept, line.intercept_low, line.intercept_high))
    if one.parts is not None:
        rows += [row("model", name.replace("_", " "), value) for name, value in asdict(one.parts).items()]
    for rival in one.rivals:
        rows.append(row(rival.name, "Brier score", rival.brier))
        rows.append(row(rival.name, "area under the curve", rival.area))
        gap = rival.difference
        rows.append(row(rival.name, "model's Brier score less its", gap.value, gap.low, gap.high, gap.verdict))
    return rows


def _happened(one: ScoredOutcome) -> tuple[float, float, float]:
    """In what share of the cases it happened, with Wilson's interval."""
    return share_interval(one.happened, one.cases)


class Scored(Protocol):
    """Coded cases and the scores of the model's probabilities."""

    @property
    def outcomes(self) -> list[ScoredOutcome]: ...

    @property
    def about(self) -> dict[str, Any]: ...

    @property
    def notes(self) -> list[str]: ...
