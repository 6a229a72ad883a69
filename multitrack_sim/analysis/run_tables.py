"""Tables of runs: which of their outcomes are meant, what a column holds as numbers, and two tables paired by seed."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import pandas as pd

from ..errors import MultitrackError, Problem, did_you_mean, printable
from ..schema.outcomes import OUTCOMES, Outcome
from ..schema.parameters import PARAMETERS

__all__ = [
    "HORIZON",
    "MAIN_OUTCOMES",
    "chosen_outcomes",
    "largest",
    "months_told",
    "on_same_seeds",
    "runs_in",
    "share_like",
    "values_of",
    "within",
]

# What people look at first, in the order in which a process lives.
MAIN_OUTCOMES = (
    "talks_opened", "months_to_talks", "agreed", "comprehensive", "months_to_substantive", "months_to_comprehensive",
    "durable", "months_to_collapse", "ended_by", "months_under_accord", "violence_total", "attacks", "mean_trust",
    "mean_support",
)  # fmt: skip
HORIZON = int(PARAMETERS["run.months"].value)  # months that runs last where nothing else is said


def runs_in(given: Any, called: str) -> pd.DataFrame:
    """A table of runs, or what holds one as its `table`; MultitrackError for anything else."""
    table = given if isinstance(given, pd.DataFrame) else getattr(given, "table", None)
    if isinstance(table, pd.DataFrame):
        return table
    made = "a table of runs, as mt.simulate(...), or comparison.table(arm) gives it"
    raise MultitrackError(Problem(called, f"found a {type(given).__name__}", made))


def chosen_outcomes(
    outcomes: str | Iterable[str] | None, tables: Sequence[pd.DataFrame], usual: Iterable[str] = MAIN_OUTCOMES
) -> list[str]:
    """The outcomes that are named, all of which the tables must have; where none is named, the `usual` ones they have."""
    have = [name for name in OUTCOMES if all(name in table.columns for table in tables)]
    if outcomes is None:
        return [name for name in usual if name in have]
    if not isinstance(outcomes, Iterable):
        raise MultitrackError(
            Problem("outcomes", f"found {printable(outcomes)}", 'a name or a list of names: "agreed"')
        )
    chosen = [outcomes] if isinstance(outcomes, str) else list(outcomes)
    for name in chosen:
        if name not in have:
            hint = did_you_mean(str(name), have) or "mt.outcomes() lists them"
            raise MultitrackError(
                Problem("outcomes", f"no outcome {printable(name)} in all tables", ", ".join(have), hint)
            )
    return chosen


def on_same_seeds(
    baseline: pd.DataFrame, table: pd.DataFrame, names: tuple[str, str] = ("the baseline's table", "the other table")
) -> pd.DataFrame:
    """`table` in the order of the baseline's seeds; refused where they cannot be paired. `names` are what they are called."""
    for one, name in zip((baseline, table), names):
        if "seed" not in one.columns:
            raise MultitrackError(f"{name} has no column seed, so its runs cannot be paired")
        if one["seed"].duplicated().any():
            raise MultitrackError(f"{name} has a seed twice, so its runs cannot be paired")
    first, second = set(baseline["seed"]), set(table["seed"])
    if first != second:
        counts = f"{len(first):,} and {len(second):,} runs share {len(first & second):,}"
        found = f"the tables were not run on the same seeds ({counts})"
        raise MultitrackError(f"{found}; give both arms the same seed and runs")
    return table.set_index("seed").loc[baseline["seed"]].reset_index()


def values_of(table: pd.DataFrame, outcome: Outcome, value: str = "") -> np.ndarray:
    """The column as numbers, NaN where missing; a category becomes 1 where it is `value`."""
    column = table[outcome.name]
    if outcome.values:
        return np.asarray(column.astype(object) == value, float)
    return np.asarray(pd.to_numeric(column).to_numpy(dtype=float, na_value=math.nan))


def share_like(outcome: Outcome) -> bool:
    """Whether the outcome is compared by the share of runs that have it, or a value of it."""
    return outcome.binary or bool(outcome.values)


def largest(outcome: Outcome, horizon: float = math.inf) -> float:
    """The largest value that the outcome can have (the smallest is 0 where there is one); infinite where none is known.

    >>> largest(OUTCOMES["mean_trust"]), largest(OUTCOMES["months_under_accord"], 120), largest(OUTCOMES["attacks"], 120)
    (1.0, 120.0, inf)
    """
    if share_like(outcome) or outcome.unit in ("share", "probability"):
        return 1.0
    return float(horizon) if outcome.unit == "months" else math.inf


def months_told(months: float) -> str:
    """A span of months as people read it: long ones in years as well.

    >>> months_told(120), months_told(30), months_told(1)
    ('120 months (10 years)', '30 months', '1 month')
    """
    told = f"{months:,g} month{'' if months == 1 else 's'}"
    return f"{told} ({months / 12:g} years)" if months >= 24 and months % 12 == 0 else told


def within(meaning: str, months: float) -> str:
    """What an outcome means, with the months that the runs lasted where the declaration says "the horizon".

    >>> within("official talks opened by the horizon", 120)
    'official talks opened within 120 months'
    >>> within("mean belief, at the horizon, that another leadership is reliable", 30)
    'mean belief, after 30 months, that another leadership is reliable'
    """
    span = f"{months:,g} month{'' if months == 1 else 's'}"
    for written, read in (
        ("by the horizon", f"within {span}"),
        ("at the horizon", f"after {span}"),
        ("before the horizon", f"before the end of the {span}"),
    ):
        meaning = meaning.replace(written, read)
    return meaning
