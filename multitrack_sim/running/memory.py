"""How much memory runs need and the machine has, known before anything is begun: what cannot fit is refused at once."""

from __future__ import annotations

import math

from ..engine.resources import available_memory
from ..errors import MultitrackError, Problem
from ..schema.outcomes import OUTCOME_ROW, SERIES_ROW

__all__ = ["check_memory", "check_table", "memory_needed"]

# measured at the peak: outcomes as they are written, as columns, and as a table
COPIES = 3
OF_A_RUN = 60  # bytes: its seed, as a number of Python and in two arrays
OF_A_WORLD = 160_000  # bytes: the arrays and names of a world that is kept, beside its cells, and once more for people
INSTEAD = "or mt.sweep, `multitrack sweep`, which keep runs in a folder"


def memory_needed(
    runs: int, *, arms: int = 1, months: int = 0, varied: int = 0, worlds: bool = False, words: int = 0
) -> int:
    """Bytes that so many runs of every arm take at the peak, with `months` of series, `varied` settings, and final `worlds`
    of so many `words`.

    >>> memory_needed(2_000) == 2 * memory_needed(1_000) == memory_needed(1_000, arms=2)
    True
    """
    each = COPIES * OUTCOME_ROW.itemsize + OF_A_RUN + months * SERIES_ROW.itemsize + 16 * varied
    if worlds:
        each += 8 * words + OF_A_WORLD
    return int(runs) * arms * each


def check_memory(needed: int, runs: int, instead: str = "") -> None:
    """Refuse what needs more memory than there is, in words that say how much, and what would do."""
    available = available_memory()
    if available is not None and needed > available:
        fewer = f"fewer runs, up to {_count(available * runs // needed)}; {INSTEAD}"
        found = f"{_count(runs)} runs need about {_size(needed)} of memory, and {_size(available)} are free"
        raise MultitrackError(Problem("runs", found, instead or fewer))


def check_table(rows: int, columns: int) -> None:
    """Refuse to read a table of numbers into memory that does not fit there."""
    check_memory(8 * rows * columns * COPIES, rows, "reading the Parquet files in the folder one by one")


def _count(number: int) -> str:
    """A whole number as people write it; of an endless one how long it is.

    >>> _count(12345), _count(10**5000)
    ('12,345', 'some 10**5000')
    """
    return f"{number:,}" if number < 10**18 else f"some 10**{int(math.log10(number))}"


def _size(count: int) -> str:
    """Bytes as people say them."""
    if count >= 10**18:
        return f"{_count(count // 10**12)} TB"
    for unit, size in (("TB", 10**12), ("GB", 10**9)):
        if count >= size:
            return f"{count / size:,.1f} {unit}"
    return f"{count / 10**6:,.0f} MB"
