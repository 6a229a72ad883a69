"""Coded cases: the probabilities that the model gives, beside what happened, and how good they are.

A missing code is drawn from the reference population given the others, many times (`missing_codes.complete_codes`), so that
ignorance widens the prediction. The model is never fitted to a case here. Scores are held beside those of whoever
knows only how often it happened, of one code, and of a regression on the same codes, fitted to other cases.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import asdict, dataclass
from os import PathLike
from typing import Any

import numpy as np
import pandas as pd

from ..engine.random import run_seed
from ..engine.resources import available_cores
from ..engine.sources import model_version
from ..errors import MultitrackError, Problem, SettingError, printable
from ..running.ensemble import check_asked, outcome_frame, run_rows
from ..scenario.code_files import AT_THE_OPENING, FIRST_AGREEMENT, CodedCase, read_cases
from ..scenario.codebook import CODES, scenario_from_codes
from ..scenario.layout import lay_out
from .missing_codes import complete_codes
from .population import COMMUNITIES
from .rivals import fitted_before, one_code, predicted_by_others, regression
from .scores import (
    Area,
    Recalibration,
    area_under_curve,
    base_rate_brier,
    brier,
    calibration_bins,
    decomposition,
    recalibration,
    scikit_learn,
    score_difference,
)
from .validation import holding
from .validation_terms import (
    BASE,
    CODE,
    DRAWS,
    HELD,
    LAST_YEAR_FITTED,
    ONE_CODE,
    OUTCOMES_SCORED,
    REGRESSION,
    RUNS,
    WITHIN,
    Forecast,
    ScoredOutcome,
    score_rows,
)

__all__ = ["ScoredCases", "happened", "scored", "validate_cases"]

HORIZON = 240  # months of a run
WEIGHT = 10.0  # agreements
MOST_RUNS = 2_000_000


@dataclass(frozen=True)
class ScoredCases:
    """`table`: a row a case, probabilities beside what happened. `outcomes`: how good they are, over all cases and, where it
    is known when cases began, over those begun after 2005. `about`: what was run.
    """

    table: pd.DataFrame
    outcomes: list[ScoredOutcome]
    about: dict[str, Any]
    notes: list[str]

    @property
    def scores(self) -> pd.DataFrame:
        """The scores as a long table: outcome, among, forecast, measure, value, low, high, verdict."""
        return pd.DataFrame([row for one in self.outcomes for row in score_rows(one)])

    def figure(self) -> Any:
        """The figure (matplotlib's) and its caption."""
        from .validation_figures import cases_figure

        return cases_figure(self)

    def markdown(self) -> str:
        """In words and tables."""
        from .validation_words import markdown_of_cases

        return markdown_of_cases(self)

    def to_json(self) -> dict[str, Any]:
        """All of it, for machines: what is missing is null."""
        from .validation_words import for_machines

        told = [asdict(one) | {"verdict": one.verdict, "bins": one.bins.to_dict("records")} for one in self.outcomes]
        for one, scored in zip(told, self.outcomes):
            for rival, made in zip(one["rivals"], scored.rivals):
                rival["verdict"] = made.difference.verdict
        cases = self.table.to_dict("records")
        return for_machines({"about": self.about, "notes": self.notes, "outcomes": told, "cases": cases})


def validate_cases(
    table: pd.DataFrame | str | PathLike[str] | Sequence[CodedCase],
    draws: int = DRAWS,
    runs: int = RUNS,
    seed: int = 1,
    threads: int | None = None,
    *,
    settings: Mapping[str, Any] | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> ScoredCases:
    """Score the model's probabilities for a table of coded cases (`read_cases` says which columns) against what happened.

    `agreement` none: nothing happened; an agreement without `months` happened within the window. Runs begin at the
    opening of talks, unless a column `start` says otherwise. Each case has so many draws of its missing codes, each so
    many runs. `month_zero` lets the regression be fitted to cases begun up to 2005 and tested on later ones.

    >>> few = pd.DataFrame({"case": ["Sea", "Hills"], "mediation": [1, 4], "agreement": ["none", "comprehensive"]})
    >>> found = validate_cases(few, draws=2, runs=1)
    >>> found.table[["case", "comprehensive_happened"]].values.tolist()
    [['Sea', 0.0], ['Hills', 1.0]]
    >>> found.outcomes[0].verdict
    'too few cases to tell'
    """
    scikit_learn()
    cases = read_cases(table) if isinstance(table, pd.DataFrame | str | PathLike) else list(table)
    if not cases:
        raise MultitrackError("there are no cases; allowed: one row for each case")
    if not (isinstance(draws, int) and not isinstance(draws, bool) and draws >= 1):
        raise MultitrackError(f"draws={printable(draws)}; allowed: whole numbers from 1")
    small = {"society.communities": COMMUNITIES, "run.months": HORIZON} | dict(settings or {})
    changed = cases[0].scenario.with_settings(small)
    check_asked(changed, runs, seed, threads)
    if changed.value("run.months") < HORIZON:
        found = f"found {changed.value('run.months'):g}"
        raise SettingError(Problem("run.months", found, f"from {HORIZON}: an agreement must be seen to hold"))
    if len(cases) * draws * runs > MOST_RUNS:
        found = f"{len(cases):,} cases x {draws:,} draws x {runs:,} are {len(cases) * draws * runs:,} runs"
        raise SettingError(Problem("runs", found, f"up to {MOST_RUNS:,}", "fewer draws or runs of each case"))
    odds = _probabilities(cases, draws, runs, seed, threads or available_cores(), small, progress)
    rows = pd.DataFrame([_told(case) | given for case, given in zip(cases, odds)])
    rows["held"] = _held(rows["held_runs"].to_numpy(float), rows["agreed_runs"].to_numpy(float))
    notes = _notes(cases, rows)
    about = {
        "what": "coded cases scored", "cases": len(cases), "draws": draws, "runs_of_each_draw": runs, "seed": seed,
        "settings": dict(settings or {}), "within_months": WITHIN,
        "months_of_a_run": float(changed.value("run.months")), "model": model_version(),
    }  # fmt: skip
    return ScoredCases(rows, scored(rows, notes, seed), about, notes)


# ---- the model's probabilities ---------------------------------------------------------------------------------------
def _probabilities(
    cases: list[CodedCase],
    draws: int,
    runs: int,
    seed: int,
    threads: int,
    settings: Mapping[str, Any],
    progress: Callable[[int, int], None] | None,
) -> list[dict[str, float]]:
    """Of every case, in its order. All cases have the same chance, in what nobody coded and in their runs: what sets them
    apart is their codes, and the numbers of a case hang on nothing but these and the seed.
    """
    found: list[dict[str, float]] = [{} for _ in cases]
    with ThreadPoolExecutor(threads) as pool:
        jobs = {pool.submit(_of_case, case, draws, runs, seed, settings): at for at, case in enumerate(cases)}
        try:
            for done, job in enumerate(as_completed(jobs), 1):
                found[jobs[job]] = job.result()
                if progress:
                    progress(done, len(cases))
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise
    return found


def _of_case(case: CodedCase, draws: int, runs: int, seed: int, settings: Mapping[str, Any]) -> dict[str, float]:
    made, numbers, last = [], [], float(HORIZON)
    for at, codes in enumerate(complete_codes({**AT_THE_OPENING, **case.codes, **case.beside}, draws, seed)):
        layout = lay_out(scenario_from_codes(codes, case.name).with_settings(settings))
        seeds = np.array([run_seed(seed, at * runs + k) for k in range(runs)], np.int64)
        made.append(run_rows(layout, seeds)[0])
        numbers.append(seeds)
        last = float(layout.world.parameters["run_months"][0])
    table = outcome_frame(np.concatenate(numbers), np.concatenate(made))
    held, seen = holding(table, last, HELD)
    return {
        "comprehensive": float((table["months_to_comprehensive"] <= WITHIN).mean()),
        "any": float((table["months_to_substantive"] <= WITHIN).mean()),
        "runs": len(table),
        "agreed_runs": seen,
        "held_runs": held,
    }


def _held(held: np.ndarray, agreed: np.ndarray) -> np.ndarray:
    """The probability that an agreement holds, case by case. A case in few of whose runs there is one tells little: its
    share is drawn to that of all cases by the weight of so many agreements; missing where there are none at all.

    >>> _held(np.array([0.0, 90.0]), np.array([1.0, 99.0])).round(2).tolist()
    [0.82, 0.91]
    """
    all_cases = held.sum() / agreed.sum() if agreed.sum() else math.nan
    return np.asarray((held + WEIGHT * all_cases) / (agreed + WEIGHT))


# ---- what happened ---------------------------------------------------------------------------------------------------
def happened(recorded: Mapping[str, Any]) -> dict[str, float]:
    """What is known of the three outcomes, 0 or 1; missing where it is not.

    >>> list(happened({"agreement": "framework", "months": 30, "held_60": "no"}).values())
    [0.0, 1.0, 0.0]
    >>> happened({"agreement": "comprehensive", "months": 192})  # a partial one may have come before
    {'comprehensive': 0.0, 'any': nan, 'held': nan}
    >>> happened({"agreement": "comprehensive", "months": 192, "months_to_any": 65})
    {'comprehensive': 0.0, 'any': 1.0, 'held': nan}
    """
    kind, months, first = (recorded.get(name) for name in ("agreement", "months", FIRST_AGREEMENT))
    if kind is None:
        return dict.fromkeys(OUTCOMES_SCORED, math.nan)
    soon = float(months is None or months <= WITHIN)
    whole = soon if kind == "comprehensive" else 0.0
    some = soon if kind in ("framework", "comprehensive") else 0.0
    if kind == "comprehensive" and not soon:
        some = math.nan if first is None else float(first <= WITHIN)
    elif some == 0.0 and kind == "framework" and first is not None:
        some = float(first <= WITHIN)
    held = recorded.get("held_60") if kind in ("framework", "comprehensive") else None
    return {"comprehensive": whole, "any": some, "held": {"yes": 1.0, "no": 0.0}.get(str(held), math.nan)}


def _told(case: CodedCase) -> dict[str, Any]:
    known = happened(case.recorded)
    begun = case.beside.get("month_zero")
    return {
        "case": case.name,
        "start": case.beside.get("start", AT_THE_OPENING["start"]),
        "month_zero": begun,
        "year": float(str(begun)[:4]) if begun else math.nan,
        **{f"{name}_happened": known[name] for name in OUTCOMES_SCORED},
        "codes_given": len(CODES) - len(case.missing),
        **{f"code_{name}": float(case.codes.get(name, math.nan)) for name in CODES},
    }


def _notes(cases: list[CodedCase], rows: pd.DataFrame) -> list[str]:
    notes = []
    agreed = [case for case in cases if case.recorded.get("agreement") in ("framework", "comprehensive")]
    undated = [case for case in agreed if case.recorded.get("months") is None]
    late = [case for case in agreed if math.isnan(happened(case.recorded)["any"])]
    unknown = sum("agreement" not in case.recorded for case in cases)
    if unknown:
        notes.append(f"{_cases(unknown)} without `agreement`: what happened is not known there; predicted, not scored.")
    if undated:
        notes.append(f"{_cases(len(undated))} with an agreement without months: taken as within {WITHIN} months.")
    if late:
        notes.append(
            f"{_cases(len(late))} with a comprehensive agreement after month {WITHIN}: whether a partial one came before is not "
            "recorded, so they are left out of the second outcome."
        )
    never = int((rows["held_happened"].notna() & rows["held"].isna()).sum())
    if never:
        notes.append(
            f"{_cases(never)} whose agreement is known to have held or not, and no run of any case agrees: left out "
            "of the third outcome."
        )
    if rows["year"].isna().all():
        notes.append("No case says when it begins (month_zero): nothing is split at 2005.")
    elif rows["year"].isna().any():
        notes.append(
            f"{_cases(int(rows['year'].isna().sum()))} without month_zero: left out where cases are split at 2005."
        )
    return notes


def _cases(count: int) -> str:
    return f"{count} case{'' if count == 1 else 's'}"


# ---- scores ----------------------------------------------------------------------------------------------------------
def scored(rows: pd.DataFrame, notes: list[str], seed: int = 1) -> list[ScoredOutcome]:
    """Every outcome over all cases in which it is known, then over those begun after 2005."""
    found = []
    for name in OUTCOMES_SCORED:
        known = rows[rows[f"{name}_happened"].notna() & rows[name].notna()].reset_index(drop=True)
        found.append(_score(name, known, None, seed))
    for name in OUTCOMES_SCORED:
        known = rows[rows[f"{name}_happened"].notna() & rows[name].notna() & rows["year"].notna()]
        if (known["year"] > LAST_YEAR_FITTED).any():
            early = (known["year"] <= LAST_YEAR_FITTED).to_numpy()
            found.append(_score(name, known.reset_index(drop=True), early, seed))
    return found


def _score(name: str, known: pd.DataFrame, early: np.ndarray | None, seed: int) -> ScoredOutcome:
    """One outcome. With `early`, rivals are fitted to those cases and all are scored on the others."""
    test = np.ones(len(known), bool) if early is None else ~early
    p, y = known.loc[test, name].to_numpy(float), known.loc[test, f"{name}_happened"].to_numpy(float)
    trials = known.loc[test, "agreed_runs" if name == "held" else "runs"].to_numpy(float) + (
        WEIGHT if name == "held" else 0.0
    )
    among = "all cases" if early is None else f"cases begun after {LAST_YEAR_FITTED}"
    if not len(y):
        nothing = calibration_bins(np.array([0.5]), np.array([0.0])).iloc[:0]
        none = Recalibration(why_not="no case in which it is known")
        nan = math.nan
        return ScoredOutcome(
            name,
            among,
            0,
            0,
            nan,
            nan,
            nan,
            Area(nan, nan, nan),
            None,
            none,
            nothing,
            [],
            ["No case in which it is known."],
        )
    notes = []
    if y.sum() in (0, len(y)):
        how = "It happened in every one of these cases" if y.sum() else "It happened in none of these cases"
        notes.append(f"{how}: scores cannot be told apart.")
    rivals = _rivals(name, known, early, p, y, notes, seed)
    with np.errstate(invalid="ignore", divide="ignore"):
        chance = float(np.mean(np.where(trials > 1, p * (1 - p) / (trials - 1), math.nan)))
    return ScoredOutcome(
        name, among, len(y), int(y.sum()), float(p.mean()), brier(p, y), chance, area_under_curve(p, y),
        decomposition(p, y) if len(y) >= 2 else None, recalibration(p, y, trials), calibration_bins(p, y), rivals, notes,
    )  # fmt: skip


def _rivals(
    name: str, known: pd.DataFrame, early: np.ndarray | None, p: np.ndarray, y: np.ndarray, notes: list[str], seed: int
) -> list[Forecast]:
    """Base rate, one code, regression: each with its score and the model's difference from it."""
    codes = known[[f"code_{code}" for code in CODES]].rename(columns=lambda column: column.removeprefix("code_"))
    whole = known[f"{name}_happened"].to_numpy(float)
    rivals: list[tuple[str, np.ndarray | None]] = []
    if early is None:
        made = [predicted_by_others(make, codes[names], whole) for make, names in _makers(codes)]
        rivals.append((BASE, None))
    else:
        made = [fitted_before(make, codes[names], whole, early) for make, names in _makers(codes)]
        if early.any():
            rivals.append((f"{BASE} up to {LAST_YEAR_FITTED}", np.full(len(y), whole[early].mean())))
        rivals.append((f"{BASE} of these cases", None))
    for called, given in zip((CODE, REGRESSION), made):
        if given is None:
            notes.append(
                f"{called[:1].upper()}{called[1:]}: too few cases with the codes, or of one outcome, to fit it."
            )
        else:
            rivals.append((called, given))
    found = []
    for called, given in rivals:
        score = base_rate_brier(y) if given is None else brier(given, y)
        area = math.nan if given is None else area_under_curve(given, y).value
        found.append(Forecast(called, score, area, score_difference(p, given, y, seed)))
    return found


def _makers(codes: pd.DataFrame) -> list[tuple[Any, list[str]]]:
    return [(one_code, [ONE_CODE]), (regression, list(codes))]
