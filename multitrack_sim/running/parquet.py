"""Tables of runs as Parquet: their columns, written and read, and whether a sweep's file holds the runs that its name says."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from io import BufferedWriter
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from ..errors import Problem, StoreError, printable
from ..scenario.plausible import DOUBT_COLUMNS, VARIANT
from ..schema.outcomes import OUTCOMES, SERIES
from .csv_text import csv_text
from .files import opened_file
from .plan import SweepPlan, Varied

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

__all__ = [
    "PARQUET_PROBLEMS",
    "as_categories",
    "read_outcomes",
    "read_table",
    "run_schema",
    "run_table",
    "schema",
    "series_schema",
    "series_table",
    "why_unread",
    "word_column",
    "write_effects",
    "write_into",
    "write_outcomes",
]

# what pyarrow and pandas raise over files that are damaged, odd, or of somebody else
PARQUET_PROBLEMS = (
    OSError,
    ValueError,
    TypeError,
    KeyError,
    IndexError,
    OverflowError,
    NotImplementedError,
    MemoryError,
)


def write_into(path: Path, write: Callable[[BufferedWriter], None]) -> None:
    """Write a file that is opened here: pyarrow itself opens no path that is not UTF-8."""
    with open(path, "wb") as file:
        write(file)


def schema() -> pa.Schema:
    """The columns of `outcomes.parquet`: the seed, then every outcome as `OUTCOMES` declares it.

    Categories are strings from a dictionary, everything else is a float; a missing value is null. Unit, meaning and
    what missing means travel with each column.
    """
    import pyarrow as pa

    fields = [pa.field("seed", pa.int64(), nullable=False)]
    for name, outcome in OUTCOMES.items():
        kind = word_type(outcome.values) if outcome.values else pa.float64()
        about = {"unit": outcome.unit, "meaning": outcome.meaning, "missing": outcome.missing}
        fields.append(pa.field(name, kind, metadata=about))
    return pa.schema(fields)


def write_outcomes(table: pd.DataFrame, path: Path) -> None:
    """Write a table of runs as Parquet, in the declared schema. Values that do not fit it are refused."""
    import pandas as pd
    import pyarrow as pa
    from pyarrow import parquet

    problems = [
        Problem(f"column {printable(str(c))}", "is not an outcome")
        for c in table.columns
        if c not in {"seed", *DOUBT_COLUMNS, *OUTCOMES}
    ]
    problems += [Problem(f"column {name}", "is missing") for name in ("seed", *OUTCOMES) if name not in table.columns]
    if problems:
        raise StoreError(problems)
    carried = [
        pa.field(name, pa.string() if name == VARIANT else pa.int64()) for name in DOUBT_COLUMNS if name in table
    ]
    declared, columns = pa.schema([*list(schema())[:1], *carried, *list(schema())[1:]]), []
    for column in declared:
        values, outcome = table[column.name], OUTCOMES.get(column.name)
        try:
            if column.name == VARIANT:
                columns.append(pa.array(values.astype(str).to_numpy(object), column.type))
            elif outcome is None:
                columns.append(pa.array(values.to_numpy(), column.type))
            elif outcome.values:
                unknown = sorted({str(v) for v in values.dropna().unique()} - set(outcome.values))
                if unknown:
                    problems.append(
                        Problem(
                            f"column {column.name}",
                            f"{printable(unknown[0])} is no value of it",
                            ", ".join(outcome.values),
                        )
                    )
                    continue
                codes = pd.Categorical(values, categories=outcome.values).codes
                columns.append(word_column(np.where(codes < 0, np.nan, codes), outcome.values))
            else:
                columns.append(pa.array(pd.to_numeric(values).to_numpy(float), column.type, from_pandas=True))
        except (ValueError, TypeError, pa.ArrowException) as problem:
            problems.append(Problem(f"column {column.name}", str(problem).splitlines()[0]))
    if problems:
        raise StoreError(problems)
    with open(path, "wb") as file:  # pyarrow itself opens no path that is not UTF-8
        parquet.write_table(pa.Table.from_arrays(columns, schema=declared), file)


def write_effects(effects: pd.DataFrame, table: Path, exact: Path) -> None:
    """Write effects as comma-separated values for people, with all digits, and as Parquet.

    In `table` a name that a spreadsheet would take for a formula gets a `'` before it; in `exact` names are as they are.
    """
    import pandas as pd

    words = [name for name in effects.columns if not pd.api.types.is_numeric_dtype(effects[name])]
    table.write_text(csv_text(effects), "utf-8", newline="\n")
    with open(exact, "wb") as file:
        effects.astype(dict.fromkeys(words, "string")).to_parquet(file, index=False)


def read_table(path: Path, columns: list[str] | None = None, hint: str = "") -> pa.Table:
    """A Parquet file as a table. StoreError, in one line, where it cannot be read or has no such columns."""
    import pyarrow as pa
    from pyarrow import parquet

    try:
        with opened_file(path) as file:
            held = parquet.ParquetFile(file)
            if missing := sorted(set(columns or ()) - set(held.schema_arrow.names)):
                raise ValueError(f"it has no column {printable(missing[0])}")
            return held.read(columns=columns)
    except (*PARQUET_PROBLEMS, pa.ArrowException) as problem:
        raise StoreError(Problem(printable(path, 300), f"cannot be read: {why_unread(problem)}", hint=hint)) from None


def why_unread(problem: BaseException) -> str:
    """Why a file could not be read, in one line."""
    return printable(
        (getattr(problem, "strerror", None) or str(problem) or "no reason given").splitlines()[0], 200
    ).strip("'\"")


def read_outcomes(path: Path | str) -> pd.DataFrame:
    """The table of runs in a Parquet file, or in the `outcomes.parquet` of a folder, as `simulate` gave it."""
    path = Path(path)
    path = path / "outcomes.parquet" if path.is_dir() else path
    table = read_table(path)
    if missing := [name for name in ("seed", *OUTCOMES) if name not in table.column_names]:
        raise StoreError(Problem(printable(path, 300), f"cannot be read: it has no column {printable(missing[0])}"))
    asked = ["seed", *(name for name in DOUBT_COLUMNS if name in table.column_names), *OUTCOMES]
    return as_categories(table.select(asked).to_pandas())


def as_categories(table: pd.DataFrame) -> pd.DataFrame:
    """The same table, with the outcomes that are words as categories in their order, as `simulate` gives them."""
    import pandas as pd

    for name, outcome in OUTCOMES.items():
        if outcome.values and name in table:
            table[name] = pd.Categorical(table[name], categories=outcome.values, ordered=True)
    return table


def word_column(places: np.ndarray, words: tuple[str, ...]) -> Any:
    """Places in a list of words (NaN: missing) as a column of words."""
    import pyarrow as pa

    missing = np.isnan(places)
    codes = np.where(missing, 0, places).astype(np.int32 if len(words) > 127 else np.int8)
    return pa.DictionaryArray.from_arrays(pa.array(codes, mask=missing), pa.array(words, pa.string()))


def word_type(words: tuple[str, ...]) -> Any:
    """The type of such a column."""
    import pyarrow as pa

    return pa.dictionary(pa.int32() if len(words) > 127 else pa.int8(), pa.string())


def run_schema(varied: tuple[Varied, ...], arms: tuple[str, ...]) -> pa.Schema:
    """The columns of a file of runs: the same in every file of a sweep.

    `point`, `arm`, what is varied, `run` (its number within the cell), `seed`, every outcome, and `failure`: null, or why
    the run has no outcomes.
    """
    import pyarrow as pa

    said = [pa.field("point", pa.int64(), nullable=False), pa.field("arm", word_type(arms))]
    said += [pa.field(v.name, word_type(v.words) if v.words else pa.float64()) for v in varied]
    said.append(pa.field("run", pa.int64(), nullable=False))
    return pa.schema([*said, *schema(), pa.field("failure", pa.string())])


def series_schema(arms: tuple[str, ...]) -> pa.Schema:
    """The columns of a file of months, the same in every file of a sweep."""
    import pyarrow as pa

    said = [pa.field("point", pa.int64(), nullable=False), pa.field("arm", word_type(arms))]
    said += [pa.field("run", pa.int64(), nullable=False), pa.field("month", pa.int32(), nullable=False)]
    for name, outcome in SERIES.items():
        kind = word_type(outcome.values) if outcome.values else pa.float64()
        said.append(pa.field(name, kind, metadata={"unit": outcome.unit, "meaning": outcome.meaning}))
    return pa.schema(said)


def run_table(
    plan: SweepPlan, numbers: np.ndarray, outcomes: np.ndarray, failures: Mapping[int, Mapping[str, str]]
) -> pa.Table:
    """The rows of these runs, in the declared schema. Of a failed run, all outcomes are null."""
    import pyarrow as pa

    point, arm, run = plan.places(numbers)
    values = plan.values(point, arm)
    failed = np.zeros(len(numbers), bool)
    failed[list(failures)] = True
    columns = [pa.array(point), word_column(arm, plan.arm_names)]
    for at, v in enumerate(plan.varied):
        columns.append(word_column(values[:, at], v.words) if v.words else pa.array(values[:, at], from_pandas=True))
    columns += [pa.array(run), pa.array(plan.seeds(run))]
    for name, outcome in OUTCOMES.items():
        given = np.where(failed, np.nan, outcomes[name])
        columns.append(word_column(given, outcome.values) if outcome.values else pa.array(given, from_pandas=True))
    told = [json.dumps(failures[at]) if at in failures else None for at in range(len(numbers))] if failures else None
    columns.append(pa.array(told, pa.string()) if told else pa.nulls(len(numbers), pa.string()))
    return pa.Table.from_arrays(columns, schema=run_schema(plan.varied, plan.arm_names))


def series_table(plan: SweepPlan, numbers: np.ndarray, series: np.ndarray) -> pa.Table:
    """The months of these runs, one row each; a run that failed has none."""
    import pyarrow as pa

    point, arm, run = plan.places(numbers)
    at, month = np.nonzero(~np.isnan(series["phase"]))
    columns = [pa.array(point[at]), word_column(arm[at], plan.arm_names), pa.array(run[at])]
    columns.append(pa.array(month.astype(np.int32)))
    for name, outcome in SERIES.items():
        given = series[name][at, month]
        columns.append(word_column(given, outcome.values) if outcome.values else pa.array(given, from_pandas=True))
    return pa.Table.from_arrays(columns, schema=series_schema(plan.arm_names))
