"""What the model gives for a table of coded cases: one row per case, every number with its 95% interval.

The intervals are for chance between runs. They say nothing about whether the mapping from codes or the model is right.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
from collections.abc import Callable, Mapping, Sequence
from os import PathLike
from pathlib import Path
from typing import Any

import pandas as pd

from ..analysis.intervals import mean_interval, median_interval, share_interval
from ..analysis.summary import paired_difference
from ..designs.design import MOST_RUNS
from ..engine.sources import model_version
from ..errors import Problem, ScenarioError, SettingError, StoreError, printable
from ..running.csv_text import csv_text
from ..running.ensemble import check_asked, run_ensemble
from ..scenario.code_files import RECORDED, CodedCase, read_cases
from ..scenario.scenario import Scenario
from ..scenario.user_file import LARGEST_TABLE, read_text

__all__ = [
    "PREDICTION_COLUMNS",
    "check_prediction_place",
    "holding",
    "predict_cases",
    "prediction_identity",
    "prediction_text",
]

MUTED = {"track_two.budget": 0.0}
YEARS_5 = 60  # months

# Every column of a prediction, in order. Columns that end in _low and _high are the ends of a 95% interval.
PREDICTION_COLUMNS = {
    "case": "name of the case",
    **{f"recorded_{name}": f"what is known to have happened: {name}, as the table of cases says" for name in RECORDED},
    "start": "where runs begin: talks, pretalks or fighting",
    "month_zero": "the calendar month in which they begin, where it is given",
    "talks_opened": "share of runs in which official talks opened by the horizon",
    "agreed": "share of runs in which a partial or comprehensive agreement came into force by the horizon",
    "framework": "share of runs whose most far-reaching agreement by the horizon is a partial one",
    "comprehensive": "share of runs in which a comprehensive agreement came into force by the horizon",
    "months_to_substantive": "median over the runs that reached a partial or comprehensive agreement (not over all runs)",
    "durable": "share of all runs in which an agreement stood for accord.durable_months",
    "held_60": "of those signed at least 60 months before the horizon, the share with no collapse in the 60 months after",
    "held_60_agreements": "number of agreements behind held_60",
    "months_under_accord": "mean over all runs of the months under an agreement, each weighted by its reach",
    "track_two_agreed": "agreed with Track II less agreed without, on the same seeds, in percentage points",
    "track_two_months_under_accord": "months_under_accord with Track II less without, on the same seeds",
    "missing_codes": "codes that were not given and taken at their middle",
    "runs": "runs of each of the two arms",
    "seed": "seed of the whole: run k has the seed run_seed(seed, k) in both arms of every case",
    "settings": "settings changed for every case",
    "model": "model version: a hash of all sources that decide results",
    "identity": "hash of all that decides these numbers: cases, codes, settings, runs, seed and model",
}
_WITH_INTERVAL = (
    "talks_opened", "agreed", "framework", "comprehensive", "months_to_substantive", "durable", "held_60",
    "months_under_accord", "track_two_agreed", "track_two_months_under_accord",
)  # fmt: skip
_HEAD = [
    name
    for column in PREDICTION_COLUMNS
    for name in ([column, f"{column}_low", f"{column}_high"] if column in _WITH_INTERVAL else [column])
]


def predict_cases(
    table: pd.DataFrame | str | PathLike[str] | Sequence[CodedCase],
    runs: int = 500,
    seed: int = 1,
    threads: int | None = None,
    *,
    settings: Mapping[str, Any] | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> pd.DataFrame:
    """Run every case of a table with Track II and with Track II muted, on the same seeds: one row per case.

    `table` is a DataFrame or a file (or what `read_cases` made of one) with the columns `case`, the eighteen codes, and
    where known `agreement`, `months` and `held_60`; a missing code is its middle and stands in `missing_codes`. Runs begin
    at the opening of talks, which codes describe, unless a column `start` says otherwise.
    `settings` are changed for every case. `PREDICTION_COLUMNS` says what the columns of the answer mean. What is
    recorded is copied beside it and read by nothing.

    >>> few = pd.DataFrame({"case": ["Sea", "Hills"], "track2": [1, 4], "agreement": ["none", None]})
    >>> found = predict_cases(few, runs=2, seed=7, settings={"run.months": 12})
    >>> found[["case", "runs", "seed"]].values.tolist()
    [['Sea', 2, 7], ['Hills', 2, 7]]
    """
    cases = read_cases(table) if isinstance(table, pd.DataFrame | str | PathLike) else list(table)
    changed = dict(settings or {})
    scenarios = _scenarios(cases, changed)
    if scenarios:
        check_asked(scenarios[0], runs, seed, threads)
    if 2 * runs * len(cases) > MOST_RUNS:
        found = f"{len(cases):,} cases x 2 x {runs:,} are {2 * runs * len(cases):,} runs"
        raise SettingError(Problem("runs", found, f"up to {MOST_RUNS:,}", "fewer runs of each case"))
    identity = prediction_identity(cases, changed, runs, seed)
    total, rows = 2 * runs * len(cases), []

    def run(scenario: Scenario, before: int) -> pd.DataFrame:
        report = (lambda done, _: progress(before + done, total)) if progress else None
        return run_ensemble(scenario, runs, seed, threads, progress=report).table

    for at, (case, scenario) in enumerate(zip(cases, scenarios)):
        with_it = run(scenario, 2 * runs * at)
        without = run(scenario.with_settings(MUTED), 2 * runs * at + runs)
        written = ", ".join(f"{name}={value}" for name, value in changed.items())
        rows.append(
            {
                "case": case.name,
                **{f"recorded_{name}": case.recorded.get(name) for name in RECORDED},
                "start": scenario.value("conflict.start"),
                "month_zero": scenario.month_zero,
                **_outcomes(with_it, scenario.value("run.months")),
                **_effect(with_it, without, scenario.value("run.months")),
                "missing_codes": ", ".join(case.missing),
                "runs": runs, "seed": seed, "settings": written, "model": model_version(), "identity": identity,
            }
        )  # fmt: skip
    prediction = pd.DataFrame(rows, columns=_HEAD)
    for name in ("recorded_agreement", "recorded_held_60"):  # the same kind of column, whatever is known
        prediction[name] = prediction[name].astype("string")
    return prediction.astype({"recorded_months": float})


def prediction_identity(cases: list[CodedCase], settings: Mapping[str, Any], runs: int, seed: int) -> str:
    """A hash of all that decides a prediction: two with the same identity hold the same numbers."""
    told = [[case.name, *(sorted(part.items()) for part in (case.codes, case.recorded, case.beside))] for case in cases]
    content = [told, sorted(settings.items()), runs, seed, model_version()]
    return hashlib.sha256(json.dumps(content, default=str).encode()).hexdigest()[:32]


def _scenarios(cases: list[CodedCase], settings: Mapping[str, Any]) -> list[Scenario]:
    """Every case as a scenario; settings that do not fit are told for the first case that they do not fit."""
    made: list[Scenario] = []
    problems: list[Problem] = []
    for case in cases:
        try:
            made.append(case.scenario.with_settings(settings))
        except SettingError as wrong:
            told = {(problem.found, problem.where) for problem in problems}
            problems += [problem for problem in wrong.problems if (problem.found, problem.where) not in told]
    if problems:
        raise SettingError(problems)
    return made


def _outcomes(table: pd.DataFrame, horizon: float) -> dict[str, float]:
    found: dict[str, float] = {}
    for name in ("talks_opened", "agreed", "durable"):
        found |= _share(name, int(table[name].sum()), len(table))
    for kind in ("framework", "comprehensive"):
        found |= _share(kind, int((table["highest_agreement"] == kind).sum()), len(table))
    found |= _measured("months_to_substantive", median_interval(table["months_to_substantive"].dropna()))
    held, seen = holding(table, horizon)
    found |= _share("held_60", held, seen) | {"held_60_agreements": seen}
    return found | _measured("months_under_accord", mean_interval(table["months_under_accord"], 0.0, horizon))


def holding(table: pd.DataFrame, horizon: float, months: int = YEARS_5) -> tuple[int, int]:
    """Of the first partial or comprehensive agreements signed early enough for it to be seen, after how many nothing had
    collapsed in so many months.

    >>> months, fell = [10.0, 10.0, 90.0, None], [5.0, None, None, None]
    >>> signed = pd.DataFrame({"months_to_substantive": months, "months_to_collapse": fell})
    >>> holding(signed, horizon=120)
    (1, 2)
    """
    seen = table[table["months_to_substantive"] + months <= horizon]
    fell = seen["months_to_collapse"] < months
    return int((~fell).sum()), len(seen)


def _effect(with_it: pd.DataFrame, without: pd.DataFrame, horizon: float) -> dict[str, float]:
    agreed = paired_difference(with_it, without, "agreed")
    months = paired_difference(with_it, without, "months_under_accord", horizon=horizon)
    points = [100 * value for value in (agreed.difference, agreed.low, agreed.high)]
    return _measured("track_two_agreed", points) | _measured(
        "track_two_months_under_accord", (months.difference, months.low, months.high)
    )


def _share(name: str, count: int, runs: int) -> dict[str, float]:
    return _measured(name, share_interval(count, runs))


def _measured(name: str, found: Any) -> dict[str, float]:
    return {name: found[0], f"{name}_low": found[1], f"{name}_high": found[2]}


# --- the file
def prediction_text(prediction: pd.DataFrame) -> str:
    """A prediction as comma-separated values. A name that a spreadsheet would take for a formula gets a `'` before it,
    which `read_cases` takes away again.
    """
    return csv_text(prediction, digits=6)


def check_prediction_place(path: Path, identity: str) -> bool:
    """Whether the file holds this very prediction already; a file that holds anything else is refused."""
    if not path.is_file():
        return False
    held = _identity_in(path)
    if held != identity:
        found = f"exists already and holds {'another prediction' if held else 'something else'}"
        hint = "choose another name, or delete this file if nothing in it is needed"
        raise StoreError(Problem(printable(path, 300), found, hint=hint))
    return True


def _identity_in(path: Path) -> str | None:
    """The identity of the prediction in a file; None where it holds something else."""
    try:
        text = read_text(path, "a prediction", "a text file", LARGEST_TABLE)
        rows = csv.DictReader(io.StringIO(text, newline=""))
        if rows.fieldnames != _HEAD:
            return None
        found = {row["identity"] for row in rows}
    except (ScenarioError, csv.Error):
        return None
    return found.pop() if len(found) == 1 else None
