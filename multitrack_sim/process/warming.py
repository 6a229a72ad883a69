"""Compiling the month for the first time: once per machine and version, on two cores where there are two."""

from __future__ import annotations

import os
import subprocess
import sys
from functools import cache

import numba

from ..compiled import PACKAGE, _cache_folder, is_cold
from ..tables import empty_world
from .month import SCHEDULE

__all__ = ["prepare"]

_ELSEWHERE = ("dialogue", "confidence", "talks")  # about half of the compiler's work


def compile_phases(elsewhere: bool) -> None:
    """Compile one half of the phases for the types that every world has, without running them."""
    types = (numba.typeof(empty_world({})), numba.int64)
    for name, phase in SCHEDULE.items():
        if (name in _ELSEWHERE) == elsewhere:
            phase.compile(types)


@cache
def prepare() -> None:
    """Compile all phases if that is still to be done: one half here, one half in a process of its own (which is of use
    only where compiled code can be kept).
    """
    if not is_cold("talks") or _cache_folder() is None:
        return
    code = f"from {__name__} import compile_phases; compile_phases(elsewhere=True)"
    path = os.pathsep.join([str(PACKAGE.parent), *filter(None, [os.environ.get("PYTHONPATH")])])
    helper = None
    if (os.cpu_count() or 1) > 1:
        quiet, surroundings = subprocess.DEVNULL, os.environ | {"PYTHONPATH": path}
        helper = subprocess.Popen(
            [sys.executable, "-c", code], stdin=quiet, stdout=quiet, stderr=quiet, env=surroundings
        )
    compile_phases(elsewhere=False)
    if helper is not None:
        helper.wait()  # what it could not do is compiled here, when it is needed
