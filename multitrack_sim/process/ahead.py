"""The model compiled ahead of time: which of its kernels can be called without numba, and for which homes.

The text is made in a process of its own, for a generic processor. What it becomes is the same on every machine.
"""

from __future__ import annotations

import base64
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Any

from ..engine.sources import PACKAGE
from ..errors import MultitrackError, printable

__all__ = ["exports", "made", "webassembly"]

WEBASSEMBLY = "webassembly"


def entries() -> list[Any]:
    """The kernels that can be called from outside, with the numba types of their arguments."""
    import numba

    from ..engine.ahead import Entry
    from ..engine.random import fill_seeds
    from ..schema.outcomes import OUTCOME_ROW, SERIES_ROW
    from ..schema.world import empty_world
    from .initial import draw_world
    from .month import run_chunk, run_months
    from .observation import measure_month, measure_run

    world, whole, number = numba.typeof(empty_world({})), numba.int64, numba.float64
    outcomes, months = numba.from_dtype(OUTCOME_ROW), numba.from_dtype(SERIES_ROW)
    of_chunk = (
        world, number[::1], whole[::1], whole[::1], number[:, ::1], outcomes[::1], number[:, ::1], months[:, ::1],
        number[:, ::1],
    )  # fmt: skip
    return [
        Entry("run_chunk", run_chunk, of_chunk),
        Entry("draw_world", draw_world, (world,)),
        Entry("run_months", run_months, (world, whole, whole)),
        Entry("measure_month", measure_month, (world, months)),
        Entry("measure_run", measure_run, (world, outcomes, number[::1])),
        Entry("fill_seeds", fill_seeds, (whole, whole, whole[::1])),
    ]


def exports() -> dict[str, list[dict[str, Any]]]:
    """For each kernel that can be called the arguments of a call, in order: see `engine.ahead.Argument`.

    `slots` says what is handed over for each: p pointer, i whole number of 64 bits, f number. In WebAssembly a pointer is a
    number of 32 bits and a whole number a BigInt.
    """
    return made(())[1]


def webassembly() -> bytes:
    """The WebAssembly module of the model, which exports what `exports` tells of. It imports memory and a stack pointer from
    `env` (`__linear_memory`, `__stack_pointer`) and nothing else.
    """
    return made((WEBASSEMBLY,))[0][WEBASSEMBLY]


@cache
def made(homes: tuple[str, ...]) -> tuple[dict[str, bytes], dict[str, list[dict[str, Any]]]]:
    """What is made for each home (a name of `engine.ahead.PLATFORMS`, or webassembly), and how it is called."""
    from ..engine.ahead import SURROUNDINGS

    path = os.pathsep.join([str(PACKAGE.parent), *filter(None, [os.environ.get("PYTHONPATH")])])
    with tempfile.TemporaryDirectory() as place:  # code for a generic processor is of no use to this one
        surroundings = os.environ | SURROUNDINGS | {"PYTHONPATH": path, "MULTITRACK_CACHE_DIR": place}
        done = subprocess.run(
            [sys.executable, "-m", __name__, *homes], env=surroundings, stdin=subprocess.DEVNULL, capture_output=True
        )
    if done.returncode:
        lines = done.stderr.decode("utf-8", "replace").strip().splitlines() or ["it did not say why"]
        raise MultitrackError(f"the model could not be compiled ahead of time: {printable(lines[-1], 500)}")
    told = json.loads(done.stdout)
    return {home: base64.b64decode(content) for home, content in told["code"].items()}, told["entries"]


def main(homes: Sequence[str]) -> None:
    """Make code for these homes and print it as JSON."""
    from ..engine import ahead

    found = entries()
    text = ahead.linked(found) if homes else ""
    makers: Mapping[str, Callable[[], bytes]] = {
        WEBASSEMBLY: lambda: ahead.webassembly(text, [entry.name for entry in found]),
        **{name: lambda platform=kind: ahead.native(text, platform) for name, kind in ahead.PLATFORMS.items()},
    }
    code = {home: base64.b64encode(makers[home]()).decode("ascii") for home in homes}
    json.dump({"entries": ahead.described(found), "code": code}, sys.stdout)


if __name__ == "__main__":
    main(sys.argv[1:])
