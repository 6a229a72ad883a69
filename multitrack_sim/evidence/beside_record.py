"""The model beside the record: every target, over a reference population that chose nothing, with how far the two are apart.

*Implausibility* is the size of the miss in standard deviations of record and model together; beyond 3 the model misses the
pattern. Patterns that may be fitted (calibrate) and those that are only predicted are told apart, and so is what the record
saw (observed) from experiments (intervened) and mere directions (order).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from os import PathLike
from typing import Any

import pandas as pd

from ..engine.random import run_seed
from ..engine.resources import available_cores
from ..engine.sources import model_version
from ..errors import MultitrackError, Problem, SettingError, printable
from ..running.ensemble import check_asked
from ..scenario.code_files import CodedCase, read_cases
from ..scenario.codebook import scenario_from_codes
from ..scenario.plausible import plausible_sets
from .experiments import NOT_ASKED, STEPS, Tried, direction_of, try_experiments
from .misses import fitted_misses, spread_of
from .missing_codes import complete_codes
from .population import COMMUNITIES, MONTHS, Population, Record
from .targets import CALIBRATED, TARGETS, Target, compared, spread_together
from .validation_terms import COMPATIBLE, IMPLAUSIBLE, MISSED, NOT_ASKED_OF_IT, NOT_MEASURED

__all__ = ["BesideRecord", "beside_record", "validate"]

FRESH = 20_261  # a seed that no calibration has used
FEWEST, MOST = 20, 20_000  # conflicts: errors come from leaving out a twentieth of them
SETS_CONFLICTS = 800  # of each plausible set, at most


@dataclass(frozen=True)
class BesideRecord:
    """`table`: a row a target. `sets`: of plausible parameter sets (if asked for), how each does. `about`: what was run."""

    table: pd.DataFrame
    about: dict[str, Any]
    sets: pd.DataFrame | None = None
    notes: list[str] = field(default_factory=list)

    @property
    def missed(self) -> list[str]:
        """Patterns that may be fitted, and that the model misses all the same: the worst first."""
        fitted = self.table[(self.table["use"] == "calibrate") & (self.table["implausibility"] > IMPLAUSIBLE)]
        return list(fitted.sort_values("implausibility", ascending=False).index)

    @property
    def passed(self) -> bool:
        return not self.missed

    def figure(self) -> Any:
        """The figure (matplotlib's) and its caption."""
        from .validation_figures import beside_record_figure

        return beside_record_figure(self)

    def markdown(self) -> str:
        """In words and tables."""
        from .validation_words import markdown_beside_record

        return markdown_beside_record(self)

    def to_json(self) -> dict[str, Any]:
        """All of it, for machines: what is missing, or has no end, is null."""
        from .validation_words import for_machines

        told = {"about": self.about, "passed": self.passed, "missed": self.missed, "notes": self.notes,
                "targets": self.table.reset_index().to_dict("records")}  # fmt: skip
        if self.sets is not None:
            told["plausible_sets"] = self.sets.reset_index().to_dict("records")
        return for_machines(told)


def validate(
    conflicts: int = 800,
    runs: int = 1,
    seed: int = FRESH,
    threads: int | None = None,
    *,
    population: pd.DataFrame | str | PathLike[str] | Sequence[CodedCase] | None = None,
    settings: Mapping[str, Any] | None = None,
    sets: pd.DataFrame | str | None = None,
    experiments: bool = True,
    progress: Callable[[int, int], None] | None = None,
) -> BesideRecord:
    """Every target of the record beside the model's runs of a fresh reference population of so many conflicts.

    `population` is a table of codes (`read_cases` says how), a conflict a row, in place of the drawn one; missing codes are
    drawn given the others, each conflict as often as makes about `conflicts` of them. `sets` are parameter sets to judge
    too ("plausible", or a table with a column per parameter). `experiments` are those of the record that the model can do.

    >>> found = validate(conflicts=20, seed=3, settings={"run.months": 240}, experiments=False)
    >>> found.table.loc["T4-victory", ["use", "kind"]].tolist()
    ['calibrate', 'observed']
    >>> found.passed == (not found.missed)
    True
    """
    if not (isinstance(conflicts, int) and not isinstance(conflicts, bool) and FEWEST <= conflicts <= MOST):
        raise MultitrackError(f"conflicts={printable(conflicts)}; allowed: whole numbers from {FEWEST} to {MOST:,}")
    changed = dict(settings or {})
    judged = _parameter_sets(sets)
    probe = scenario_from_codes({}).with_settings({"society.communities": COMMUNITIES, **changed})
    check_asked(probe, runs, seed, threads)
    months = int(changed.get("run.months", MONTHS))
    if months < 240:
        found = f"found {months}"
        raise SettingError(Problem("run.months", found, "from 240: patterns look twenty years ahead"))
    cores = threads or available_cores()
    people, sources = _population(population, conflicts, seed, months, changed)
    count = len(people.layouts)
    of_sets = min(count, SETS_CONFLICTS) if judged is not None else 0
    total = count + STEPS * experiments * count // 20 + ((len(judged) + 1) * of_sets if judged is not None else 0)
    seen = [0]

    def told(step: int) -> None:
        seen[0] = min(total, seen[0] + step)
        if progress:
            progress(seen[0], total)

    def one_more(_: int, __: int) -> None:
        told(1)

    record = people.run(runs=runs, threads=cores, progress=one_more)
    record.runs["conflict"] %= sources
    tried: list[Tried] = []
    if experiments:
        tried = try_experiments(people.given, seed, changed, cores, lambda: told(count // 20))
    table = beside_record(compared(record), tried)
    found_sets = None
    if judged is not None:
        fewer = Population(people.given[:of_sets], seed, months, changed)
        found_sets = _judge_sets(fewer, judged, runs, cores, one_more)
    told(total)
    about = {
        "what": "the model beside the record", "conflicts": sources, "drawn_conflicts": count, "runs_of_each": runs, "seed": seed,
        "months": months, "settings": changed, "population": "given" if population is not None else "reference",
        "implausible_above": IMPLAUSIBLE, "model": model_version(),
    }  # fmt: skip
    return BesideRecord(table, about, found_sets, _notes(record, experiments))


# ---- the population --------------------------------------------------------------------------------------------------
def _population(
    table: Any, conflicts: int, seed: int, months: int, settings: Mapping[str, Any]
) -> tuple[Population, int]:
    """The population, and how many different conflicts it has: what lies so many rows on is the same, drawn again."""
    if table is None:
        return Population(conflicts, seed, months, settings), conflicts
    cases = read_cases(table) if isinstance(table, pd.DataFrame | str | PathLike) else list(table)
    if len(cases) < FEWEST:
        found = f"{len(cases)} conflict{'' if len(cases) == 1 else 's'}"
        hint = "an interval comes from leaving out a twentieth of them; multitrack validate --cases scores few"
        raise MultitrackError(Problem("population", found, f"{FEWEST} conflicts or more", hint))
    times = max(1, round(conflicts / len(cases)))
    each = [
        complete_codes({**case.codes, **case.beside}, times, run_seed(seed, at)) for at, case in enumerate(cases)
    ]  # their runs begin in the fighting, as the record's conflicts do, unless the table says otherwise
    return Population([one[turn] for turn in range(times) for one in each], seed, months, settings), len(cases)


# ---- side by side ----------------------------------------------------------------------------------------------------
def beside_record(found: pd.DataFrame, tried: Sequence[Tried] = ()) -> pd.DataFrame:
    """Every target with the model's value (`found`: what `targets.compared` gives; `tried`: experiments), in the order of
    the targets. A pattern of which only the direction counts has no implausibility.
    """
    done = {one.id: one for one in tried}
    rows = []
    for target in TARGETS.values():
        row: dict[str, Any] = {
            "id": target.id, "pattern": target.pattern, "use": target.use, "kind": target.kind, "record": target.value,
            "record_low": target.low, "record_high": target.high, "record_error": target.error, "model": math.nan,
            "model_error": math.nan, "miss": math.nan, "implausibility": math.nan, "verdict": NOT_MEASURED,
            "source": target.source, "tag": target.tag, "note": target.note,
        }  # fmt: skip
        if target.id in done:
            one = done[target.id]
            row |= {"model": one.value, "model_error": one.error, "note": one.told}
        elif target.id in found.index:
            row |= {"model": float(found.loc[target.id, "model"]), "model_error": float(found.loc[target.id, "error"])}
        elif target.measure is None:
            row |= {
                "verdict": NOT_ASKED_OF_IT,
                "note": NOT_ASKED.get(target.id, "an experiment, not done here").removeprefix(f"{NOT_ASKED_OF_IT}: "),
            }
        if not math.isnan(row["model"]):
            row |= _judged(target, row, done.get(target.id))
        rows.append(row)
    return pd.DataFrame(rows).set_index("id")


def _judged(target: Target, row: Mapping[str, Any], tried: Tried | None) -> dict[str, Any]:
    if target.kind == "order":
        direction = tried.direction if tried is not None else ""
        sign = math.copysign(1.0, target.value)
        return {"verdict": direction or direction_of(row["model"], row["model_error"], sign)}
    miss = float((row["model"] - target.value) / spread_together(target.error, row["model_error"]))
    return {
        "miss": miss,
        "implausibility": abs(miss),
        "verdict": COMPATIBLE if abs(miss) <= IMPLAUSIBLE else MISSED,
    }


def _notes(record: Record, experiments: bool) -> list[str]:
    notes = []
    if not experiments:
        notes.append("Experiments were left out.")
    if not record.runs["votes_failed"].any():
        notes.append("Nobody votes on accords in coded conflicts (leaders ratify): T14 is 0 by construction.")
    return notes


# ---- plausible sets --------------------------------------------------------------------------------------------------
def _parameter_sets(sets: pd.DataFrame | str | None) -> pd.DataFrame | None:
    if sets is None or isinstance(sets, pd.DataFrame):
        return sets
    if sets != "plausible":
        raise MultitrackError(f"sets={printable(sets)}; allowed: 'plausible', or a table with a column per parameter")
    return plausible_sets()


def _judge_sets(
    people: Population, sets: pd.DataFrame, runs: int, threads: int, progress: Callable[[int, int], None]
) -> pd.DataFrame:
    """Of every set: how many patterns that may be fitted it misses, the largest implausibility and of which pattern."""
    spread = spread_of(compared(people.run({}, runs, threads, progress), CALIBRATED))
    rows = []
    for name, row in sets.iterrows():
        record = people.run({str(k): float(v) for k, v in row.items()}, runs, threads, progress)
        miss = fitted_misses(record, spread).abs()
        largest = float(miss.max())
        rows.append({"set": name, "missed": int((miss > IMPLAUSIBLE).sum()), "largest": largest,
                     "of": str(miss.idxmax()), "passed": largest <= IMPLAUSIBLE})  # fmt: skip
    return pd.DataFrame(rows).set_index("set")
