"""Compiling the model for the first time: once per machine and version, on two cores where there are two."""

from __future__ import annotations

import gc
import os
import subprocess
import sys
from collections.abc import Callable
from functools import cache

from ..engine.cache import is_cold, keeps_code
from ..engine.resources import available_cores, available_memory
from ..engine.sources import PACKAGE
from ..schema.outcomes import OUTCOME_ROW, SERIES_ROW
from ..schema.world import empty_world
from .initial import draw_world
from .month import SCHEDULE
from .observation import measure_month, measure_run

__all__ = ["prepare"]

COMPILER_MEMORY = 500 << 20  # bytes that one of two processes may take: 360 MB measured, and some to spare
_ELSEWHERE = (
    "track_one",
    "track_two",
    "draw_world",
    "measure_month",
    "measure_run",
)  # about half of the compiler's work


def _jobs() -> dict[str, tuple[Callable, tuple]]:
    """Every phase with the types of its arguments, which are the same for all worlds."""
    import numba

    world, number = numba.typeof(empty_world({})), numba.int64
    jobs: dict[str, tuple[Callable, tuple]] = {name: (phase, (world, number)) for name, phase in SCHEDULE.items()}
    jobs["draw_world"] = draw_world, (world,)
    jobs["measure_month"] = measure_month, (world, numba.from_dtype(SERIES_ROW))
    jobs["measure_run"] = measure_run, (world, numba.from_dtype(OUTCOME_ROW), numba.float64[::1])
    return jobs


def compile_phases(elsewhere: bool) -> None:
    """Compile one half of the phases, without running them."""
    collects = gc.isenabled()
    gc.disable()  # a compiler makes millions of objects that live to its end: looking for garbage costs a tenth
    try:
        _compile(elsewhere)
    finally:
        if collects:
            gc.enable()


def _compile(elsewhere: bool) -> None:
    for name, (phase, types) in _jobs().items():
        if (name in _ELSEWHERE) == elsewhere:
            phase.compile(types)  # type: ignore[attr-defined]


@cache
def prepare() -> None:
    """Compile all phases if that is still to be done: one half here, one half in a process of its own (which is of use
    only where compiled code can be kept).
    """
    if not is_cold("track_one") or not keeps_code():
        return
    code = f"from {__name__} import compile_phases; compile_phases(elsewhere=True)"
    path = os.pathsep.join([str(PACKAGE.parent), *filter(None, [os.environ.get("PYTHONPATH")])])
    helper = None
    if _has_room_for_two():
        quiet, surroundings = subprocess.DEVNULL, os.environ | {"PYTHONPATH": path}
        helper = subprocess.Popen(
            [sys.executable, "-c", code], stdin=quiet, stdout=quiet, stderr=quiet, env=surroundings
        )
    try:
        compile_phases(elsewhere=False)
        if helper is not None:
            helper.wait()  # what it could not do is compiled here, when it is needed
    finally:
        if helper is not None and helper.poll() is None:  # we were asked to stop
            helper.kill()
            helper.wait()


def _has_room_for_two() -> bool:
    """Whether a second process may compile: a core for it, and memory for both."""
    memory = available_memory()
    return available_cores() > 1 and (memory is None or memory >= 2 * COMPILER_MEMORY)
