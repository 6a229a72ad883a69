"""The model compiled ahead of time: which kernels can be called without numba, and for which homes they are made.

A home is a kind of machine (`engine.ahead.PLATFORMS`), or a page (`webassembly`). The text is made in a process of its own,
for a generic processor, and becomes the same code on every machine; what is made is kept.

`python -m multitrack_sim.process.ahead` makes what this machine can use. Given the folder of a package it makes code for
every home and writes it there: the build of a wheel does so.
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
from pathlib import Path
from threading import Lock
from typing import Any

from ..engine import cache as kept
from ..engine import ready_made
from ..engine.ready_made import Made
from ..engine.sources import PACKAGE
from ..errors import MultitrackError, printable

__all__ = ["exports", "loaded", "made", "must_compile", "webassembly"]

WEBASSEMBLY = "webassembly"
_MODULE = f"{__package__}.ahead"  # also where it is run as a program
WITHOUT = "MULTITRACK_WITHOUT_OBJECTS"  # set, the model is compiled by numba even where there is code made ahead


def _entries() -> list[Any]:
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


def webassembly() -> bytes:
    """The WebAssembly module of the model, which exports what `exports` tells of. It imports memory and a stack pointer from
    `env` (`__linear_memory`, `__stack_pointer`) and nothing else.
    """
    return made([WEBASSEMBLY])[WEBASSEMBLY].code


def exports() -> dict[str, list[dict[str, Any]]]:
    """For each kernel in the WebAssembly module the arguments of a call, in order: see `engine.ahead.Argument`.

    `slots` says what is handed over for each: p pointer, i whole number of 64 bits, f number. In WebAssembly a pointer is a
    number of 32 bits and a whole number a BigInt.
    """
    return made([WEBASSEMBLY])[WEBASSEMBLY].entries


def loaded() -> Any:
    """The model as it was compiled ahead of time for this machine (kernels by name), or None where there is no such code."""
    with _loading:
        return _loaded()


_loading = Lock()


@cache
def _loaded() -> Any:
    if not kept.COMPILED or os.environ.get(WITHOUT):
        return None
    for home in ready_made.here():
        found = ready_made.find(home)
        if found is not None:
            from ..engine.objects import Loaded

            return Loaded(found.code, found.entries)
    return None


def must_compile() -> bool:
    """Whether many runs have to wait for numba to compile the model."""
    return loaded() is None and kept.is_cold()


def made(homes: Sequence[str]) -> dict[str, Made]:
    """The code for these homes: found, or made and kept. It takes a minute. MultitrackError if it cannot be made."""
    there = {home: found for home in homes if (found := ready_made.find(home)) is not None}
    missing = [home for home in homes if home not in there]
    for home, made in (_make(missing) if missing else {}).items():
        ready_made.keep(home, made)
        there[home] = made
    return there


def _make(homes: Sequence[str]) -> dict[str, Made]:
    from ..engine.ahead import SURROUNDINGS

    path = os.pathsep.join([str(PACKAGE.parent), *filter(None, [os.environ.get("PYTHONPATH")])])
    with tempfile.TemporaryDirectory() as place:  # machine code for a generic processor is of no use here
        surroundings = os.environ | SURROUNDINGS | {"PYTHONPATH": path, "MULTITRACK_CACHE_DIR": place}
        code = f"from {_MODULE} import _print_made; _print_made({list(homes)})"
        done = subprocess.run(
            [sys.executable, "-c", code], env=surroundings, stdin=subprocess.DEVNULL, capture_output=True
        )
    if done.returncode:
        lines = done.stderr.decode("utf-8", "replace").strip().splitlines() or ["it did not say why"]
        raise MultitrackError(f"the model could not be compiled ahead of time: {printable(lines[-1], 500)}")
    told = json.loads(done.stdout)
    return {home: Made(base64.b64decode(content), told["entries"]) for home, content in told["code"].items()}


def _print_made(homes: Sequence[str]) -> None:
    """In the process that makes it: code for these homes, as JSON."""
    from ..engine import ahead

    entries = _entries()
    text = ahead.linked(entries)
    makers: Mapping[str, Callable[[], bytes]] = {
        WEBASSEMBLY: lambda: ahead.webassembly(text, [entry.name for entry in entries]),
        **{name: lambda platform=kind: ahead.native(text, platform) for name, kind in ahead.PLATFORMS.items()},
    }
    code = {home: base64.b64encode(makers[home]()).decode("ascii") for home in homes}
    json.dump({"entries": ahead.described(entries), "code": code}, sys.stdout)


def main(package: Path | None = None) -> int:
    """Make code for this machine unless it is there, or all code for a package; exit code 1 where that is impossible."""
    from ..engine.ahead import PLATFORMS

    best = [home for home in ready_made.here() if home in PLATFORMS][:1]
    try:
        for home, one in made([*(best if package is None else PLATFORMS), WEBASSEMBLY]).items():
            if package is not None:
                ready_made.write_into_package(home, one, package)
    except MultitrackError as problem:
        print(f"multitrack: {problem}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(*map(Path, sys.argv[1:2])))
