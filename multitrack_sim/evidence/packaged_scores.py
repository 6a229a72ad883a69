"""What needs the owners' files, kept as scores: how good the model's probabilities for coded conflicts are, and which figures
of the record came out anew.

The files are not in the project, and no row of them is kept: only scores over many cases, shares in bins of ten cases or
more, and the record's own figures. `make evidence` makes them where the files lie beside the checkout.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import pandas as pd

from ..engine.sources import model_version
from ..errors import MultitrackError, Problem
from .coding import CASE_COLUMNS, POPULATIONS, CodedConflicts, code_conflicts
from .recomputed import read_files, recompute
from .scored_cases import ScoredCases, scored, validate_cases
from .scores import Area, Decomposition, Difference, Recalibration
from .validation_terms import DRAWS, LAST_YEAR_FITTED, RUNS, Forecast, ScoredOutcome
from .validation_words import for_machines

__all__ = ["FILE", "NAMES", "KeptScores", "files_in", "packaged_figures", "packaged_scores", "scored_anew", "what_are"]

FILE = Path(__file__).with_name("scores_of_coded_cases.json")
COMMAND = "python -m docs.generate.evidence"
# As their owners name them.
NAMES = {
    "termination": "ucdp-term-acd-3-2021.csv",
    "agreements": "ucdp_pad_v22.1.csv",
    "pa_x": "pax_all_agreements_v10.csv",
    "mediation": "CWM.csv",
}
SEED = 1
KEPT = (
    "figure",
    "pattern",
    "value",
    "low",
    "high",
    "of",
    "recorded",
    "recorded_low",
    "recorded_high",
    "agreement",
    "needs",
)
EARLY = f"conflicts begun up to {LAST_YEAR_FITTED}"

Report = Callable[[str, int, int], None] | None


@dataclass(frozen=True)
class KeptScores:
    """The scores of one set of coded cases, as `ScoredCases` has them, without the cases."""

    outcomes: list[ScoredOutcome]
    about: dict[str, Any]
    notes: list[str]


def files_in(folder: Path) -> dict[str, Path] | None:
    """The four files of the record in a folder; None where one is missing."""
    found = {name: folder / file for name, file in NAMES.items()}
    return found if all(path.is_file() for path in found.values()) else None


# ---- made anew -------------------------------------------------------------------------------------------------------
def scored_anew(
    paths: Mapping[str, Path], draws: int = DRAWS, runs: int = RUNS, seed: int = SEED, threads: int | None = None,
    progress: Report = None,
) -> dict[str, Any]:  # fmt: skip
    """All that the packaged file holds. `progress(what, done, total)` counts cases."""
    tables = read_files(dict(paths))
    coded = code_conflicts(tables)
    parts = {}
    for name, found in _scored(coded, draws, runs, seed, threads, progress):
        parts[name] = _without_cases(found)
    figures = recompute(tables)[list(KEPT)].to_dict("records")
    return {"made_by": COMMAND, "model": model_version(), "scores": parts, "figures": for_machines(figures)}


def _scored(
    coded: CodedConflicts, draws: int, runs: int, seed: int, threads: int | None, progress: Report
) -> Iterator[tuple[str, ScoredCases]]:
    """Conflicts, those of them begun early, and processes."""
    for name in ("conflicts", "processes"):
        told = None if progress is None else lambda done, total, what=name: progress(what, done, total)
        cases = coded.of(name)[list(CASE_COLUMNS)]
        found = validate_cases(cases, draws, runs, seed, threads, progress=told)
        yield name, found
        if name == "conflicts":
            early = found.table[found.table["year"] <= LAST_YEAR_FITTED].reset_index(drop=True)
            about = {**found.about, "cases": len(early)}
            yield EARLY, ScoredCases(early, scored(early, [], seed), about, [])


def _without_cases(found: ScoredCases) -> dict[str, Any]:
    told = found.to_json()
    return {"about": told["about"], "notes": told["notes"], "outcomes": told["outcomes"]}


# ---- read back -------------------------------------------------------------------------------------------------------
def _held() -> dict[str, Any]:
    try:
        held: dict[str, Any] = json.loads(FILE.read_text("utf-8"))
    except (OSError, ValueError) as problem:
        raise MultitrackError(Problem(FILE.name, f"cannot be read: {problem}", hint=f"{COMMAND} makes it")) from None
    return held


def packaged_scores(held: Mapping[str, Any] | None = None) -> dict[str, KeptScores]:
    """Of every set of cases (conflicts, those begun early, processes) the scores that come with the package.

    >>> sorted(packaged_scores())
    ['conflicts', 'conflicts begun up to 2005', 'processes']
    """
    found = (held or _held())["scores"]
    return {
        name: KeptScores([_outcome(one) for one in part["outcomes"]], part["about"], part["notes"])
        for name, part in found.items()
    }


def packaged_figures(held: Mapping[str, Any] | None = None) -> pd.DataFrame:
    """The record's figures recomputed, as they come with the package: the columns of `recomputed.COLUMNS` but one."""
    table = pd.DataFrame((held or _held())["figures"], columns=list(KEPT))
    numbers = ["value", "low", "high", "recorded", "recorded_low", "recorded_high"]
    return table.assign(**{name: table[name].astype(float) for name in numbers})


def what_are(name: str) -> str:
    """Which cases these are, in words."""
    return f"{POPULATIONS['conflicts']}; only {EARLY}" if name == EARLY else POPULATIONS[name]


def _outcome(one: Mapping[str, Any]) -> ScoredOutcome:
    known = {field.name: one[field.name] for field in fields(ScoredOutcome)}
    parts = None if known["parts"] is None else _made(Decomposition, known["parts"])
    bins = pd.DataFrame(known["bins"], columns=["cases", "predicted", "happened", "low", "high"])
    rivals = [
        Forecast(rival["name"], _number(rival["brier"]), _number(rival["area"]), _made(Difference, rival["difference"]))
        for rival in known["rivals"]
    ]
    numbers = {name: _number(known[name]) for name in ("predicted", "brier", "chance")}
    area, line = _made(Area, known["area"]), _made(Recalibration, known["recalibration"])
    return ScoredOutcome(
        **{**known, **numbers, "parts": parts, "bins": bins, "rivals": rivals, "area": area, "recalibration": line}
    )


def _made(kind: Any, values: Mapping[str, Any]) -> Any:
    return kind(**{name: _number(value) for name, value in values.items()})


def _number(value: Any) -> Any:
    """What is missing is null in JSON."""
    return math.nan if value is None else value
