"""Tables of runs in Parquet, and of effects in CSV: fixed schemas, whole files."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from ..errors import Problem, StoreError, printable
from ..schema.outcomes import OUTCOMES, SERIES
from .plan import Varied

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow
    import pyarrow as pa

__all__ = ["read_outcomes", "schema", "write_effects", "write_outcomes"]


def schema() -> pyarrow.Schema:
    """The columns of `outcomes.parquet`: the seed, then every outcome as `OUTCOMES` declares it.

    Categories are strings from a dictionary, everything else is a float; a missing value is null. Unit, meaning and
    what missing means travel with each column.
    """
    import pyarrow as pa

    fields = [pa.field("seed", pa.int64(), nullable=False)]
    for name, outcome in OUTCOMES.items():
        kind = pa.dictionary(pa.int8(), pa.string()) if outcome.values else pa.float64()
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
        if c not in {"seed", *OUTCOMES}
    ]
    problems += [Problem(f"column {name}", "is missing") for name in ("seed", *OUTCOMES) if name not in table.columns]
    if problems:
        raise StoreError(problems)
    declared, columns = schema(), []
    for column in declared:
        values, outcome = table[column.name], OUTCOMES.get(column.name)
        try:
            if outcome is None:
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
                indices = pa.array(codes, pa.int8(), mask=codes < 0)
                columns.append(pa.DictionaryArray.from_arrays(indices, pa.array(outcome.values)))
            else:
                columns.append(pa.array(pd.to_numeric(values).to_numpy(float), column.type, from_pandas=True))
        except (ValueError, TypeError, pa.ArrowException) as problem:
            problems.append(Problem(f"column {column.name}", str(problem).splitlines()[0]))
    if problems:
        raise StoreError(problems)
    parquet.write_table(pa.Table.from_arrays(columns, schema=declared), path)


def write_effects(effects: pd.DataFrame, table: Path, exact: Path) -> None:
    """Write effects as comma-separated values for people, with all digits, and as Parquet.

    In `table` a name that a spreadsheet would take for a formula gets a `'` before it; in `exact` names are as they are.
    """
    import pandas as pd

    words = [name for name in effects.columns if not pd.api.types.is_numeric_dtype(effects[name])]
    safe = effects.assign(**{name: effects[name].map(_no_formula) for name in words})
    safe.to_csv(table, index=False, lineterminator="\n", encoding="utf-8")
    effects.astype(dict.fromkeys(words, "string")).to_parquet(exact, index=False)


def _no_formula(text: Any) -> str:
    return f"'{text}" if str(text)[:1] in ("=", "+", "-", "@", "\t", "\r") else str(text)


def read_outcomes(path: Path | str) -> pd.DataFrame:
    """The table of runs in a Parquet file, or in the `outcomes.parquet` of a folder, as `simulate` gave it."""
    import pandas as pd
    import pyarrow as pa
    from pyarrow import parquet

    path = Path(path)
    path = path / "outcomes.parquet" if path.is_dir() else path
    try:
        table = parquet.read_table(path).to_pandas()
    except (OSError, pa.ArrowException) as problem:
        raise StoreError(Problem(printable(path, 300), f"cannot be read: {str(problem).splitlines()[0]}")) from None
    for name, outcome in OUTCOMES.items():
        if outcome.values and name in table:
            table[name] = pd.Categorical(table[name], categories=outcome.values)
    return table


def _words(places: np.ndarray, words: tuple[str, ...]) -> Any:
    import pyarrow as pa

    missing = np.isnan(places)
    codes = np.where(missing, 0, places).astype(np.int32 if len(words) > 127 else np.int8)
    return pa.DictionaryArray.from_arrays(pa.array(codes, mask=missing), pa.array(words, pa.string()))


def _dictionary(words: tuple[str, ...]) -> Any:
    import pyarrow as pa

    return pa.dictionary(pa.int32() if len(words) > 127 else pa.int8(), pa.string())


def run_schema(varied: tuple[Varied, ...], arms: tuple[str, ...]) -> pa.Schema:
    """The columns of a file of runs: the same in every file of a sweep.

    `point`, `arm`, what is varied, `run` (its number within the cell), `seed`, every outcome, and `failure`: null, or why
    the run has no outcomes.
    """
    import pyarrow as pa

    said = [pa.field("point", pa.int64(), nullable=False), pa.field("arm", _dictionary(arms))]
    said += [pa.field(v.name, _dictionary(v.words) if v.words else pa.float64()) for v in varied]
    said.append(pa.field("run", pa.int64(), nullable=False))
    return pa.schema([*said, *schema(), pa.field("failure", pa.string())])


def series_schema(arms: tuple[str, ...]) -> pa.Schema:
    import pyarrow as pa

    said = [pa.field("point", pa.int64(), nullable=False), pa.field("arm", _dictionary(arms))]
    said += [pa.field("run", pa.int64(), nullable=False), pa.field("month", pa.int32(), nullable=False)]
    for name, outcome in SERIES.items():
        kind = pa.dictionary(pa.int8(), pa.string()) if outcome.values else pa.float64()
        said.append(pa.field(name, kind, metadata={"unit": outcome.unit, "meaning": outcome.meaning}))
    return pa.schema(said)
