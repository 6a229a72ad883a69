"""Whether a file of a sweep holds what its name says: the runs (or the months) of that chunk of that sweep, each once.

A file says in its metadata of which sweep and chunk it is; what it holds is worked out again from the plan and compared. So a
file that was renamed, copied over another, cut, sorted anew, or brought from another sweep is found, whatever its hash.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from .plan import SweepPlan

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["KEYS", "MONTH_KEYS", "SIGNATURE", "months_fault", "runs_fault", "signature", "signature_fault", "signed_by"]

SIGNATURE = b"multitrack_sweep"  # the key in a file's metadata
KEYS = ("point", "arm", "run", "seed")  # what says which run a row is; beside it what is varied, and `failure`
MONTH_KEYS = ("point", "arm", "run", "month")


def signature(identity: str, plan: SweepPlan, chunk: int, rows: int) -> dict[bytes, bytes]:
    """What a file says of itself: its sweep, how that is cut into chunks, which chunk it is, and its length."""
    about = {"identity": identity, "chunk_runs": plan.chunk_runs, "chunk": chunk, "rows": rows}
    return {SIGNATURE: json.dumps(about).encode()}


def signed_by(metadata: Mapping[bytes, bytes] | None) -> dict[str, Any]:
    """The signature in a file's metadata; empty where there is none."""
    try:
        said = json.loads((metadata or {})[SIGNATURE])
    except (KeyError, ValueError, RecursionError):
        return {}
    return said if isinstance(said, dict) else {}


def signature_fault(
    metadata: Mapping[bytes, bytes] | None, identity: str, plan: SweepPlan, chunk: int, rows: int
) -> str:
    """What is wrong with the signature of a file that should be this chunk's; empty where nothing is."""
    said = signed_by(metadata)
    ours = signed_by(signature(identity, plan, chunk, rows))
    for name, words in (
        ("identity", "it is not signed" if not said else "it is of another sweep"),
        ("chunk_runs", "it is of chunks of another length"),
        ("chunk", f"it is chunk {said.get('chunk')!r:.20}"),
        ("rows", f"it has {rows:,} rows, not {said.get('rows')!r:.20}"),
    ):
        if said.get(name) != ours[name]:
            return words
    return ""


def runs_fault(plan: SweepPlan, chunk: int, table: pa.Table) -> str:
    """What is wrong with the rows of a chunk's runs, which must be exactly the plan's, in its order."""
    start, stop = plan.span(chunk)
    if table.num_rows != stop - start:
        return f"it has {table.num_rows:,} runs, not {stop - start:,}"
    point, arm, run = plan.places(np.arange(start, stop))
    values = plan.values(point, arm)
    due = {"point": point, "run": run, "seed": plan.seeds(run), "arm": arm}
    due |= {v.name: values[:, at] for at, v in enumerate(plan.varied)}
    words = {v.name: v.words for v in plan.varied} | {"arm": plan.arm_names}
    for name, expected in due.items():
        found = _numbers(table[name], words.get(name, ()))
        wrong = np.flatnonzero((found != expected) & ~(np.isnan(found) & np.isnan(expected.astype(float))))
        if len(wrong):
            return f"its row {wrong[0]} is of another run ({name} is not the one of run {start + int(wrong[0]):,})"
    return ""


def months_fault(plan: SweepPlan, chunk: int, table: pa.Table, failed: np.ndarray) -> str:
    """What is wrong with the rows of a chunk's months: of every run that did not fail, all from the first on, in order."""
    start, stop = plan.span(chunk)
    place = {name: _numbers(table[name], plan.arm_names if name == "arm" else ()) for name in MONTH_KEYS}
    first = np.flatnonzero(place["month"] == 0)
    numbers = np.flatnonzero(~failed) + start
    if len(first) != len(numbers) or (table.num_rows and (not len(first) or first[0] != 0)):
        return f"it has the months of {len(first):,} runs, not of {len(numbers):,}"
    lengths = np.diff([*first, table.num_rows])
    point, arm, run = (np.repeat(one, lengths) for one in plan.places(numbers))
    month = np.arange(table.num_rows) - np.repeat(first, lengths)
    for name, expected in (("point", point), ("arm", arm), ("run", run), ("month", month)):
        wrong = np.flatnonzero(place[name] != expected)
        if len(wrong):
            return f"its row {wrong[0]} is of another run or month"
    short = np.flatnonzero(lengths != plan.months_of(numbers))
    return f"it has {lengths[short[0]]} months of run {numbers[short[0]]:,}" if len(short) else ""


def _numbers(column: Any, words: tuple[str, ...]) -> np.ndarray:
    """A column as numbers: words as their places in `words` (another word: -1), NaN where missing."""
    if not words:
        return np.asarray(column.to_numpy(), float) if column.null_count else np.asarray(column.to_numpy())
    place = {word: float(at) for at, word in enumerate(words)}
    column = column.combine_chunks()
    parts = column.chunks if hasattr(column, "chunks") else [column]
    found = [np.zeros(0)]
    for part in parts:
        known = np.array([*(place.get(word, -1.0) for word in part.dictionary.to_pylist()), np.nan])
        codes = part.indices.to_numpy(zero_copy_only=False)
        found.append(known[np.where(np.isnan(codes), len(known) - 1, codes).astype(int)])
    return np.concatenate(found)
