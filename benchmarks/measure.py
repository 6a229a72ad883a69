"""Timing what is compared side by side, and what a measurement is."""

from __future__ import annotations

import gc
import os
import platform
import statistics
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

__all__ = ["Bar", "Figure", "Part", "Table", "busy_seconds", "cpu_clock", "interleaved", "machine", "median"]

# A thread's own processor time leaves out what other programs take, but some systems count it too coarsely.
_fine = time.get_clock_info("thread_time").resolution < 1e-6
cpu_clock: Callable[[], float] = time.thread_time if _fine else time.perf_counter
median = statistics.median


@dataclass(frozen=True)
class Bar:
    """What a figure has to reach: `Bar("at least", 100)`, `Bar("below", 60)`."""

    kind: str
    value: float

    def met(self, value: float) -> bool:
        """Whether it does.

        >>> Bar("at least", 100).met(99), Bar("below", 60).met(59)
        (False, True)
        """
        return value >= self.value if self.kind == "at least" else value < self.value

    def __str__(self) -> str:
        return f"{self.kind} {self.value:g}"


@dataclass(frozen=True)
class Figure:
    name: str
    value: float
    unit: str
    bar: Bar | None = None
    note: str = ""


@dataclass(frozen=True)
class Table:
    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str | float, ...], ...]


@dataclass
class Part:
    """What one part of the benchmarks found."""

    name: str
    how: str
    figures: list[Figure] = field(default_factory=list)
    tables: list[Table] = field(default_factory=list)


def interleaved(
    rivals: Mapping[str, Callable[[], float | None]], repeats: int, clock: Callable[[], float] = cpu_clock
) -> dict[str, list[float]]:
    """Seconds of each rival, in turns, so that a machine that slows down slows all of them.

    A rival that returns a number has measured itself (what it prepares does not count).
    """
    seconds: dict[str, list[float]] = {name: [] for name in rivals}
    collecting = gc.isenabled()
    gc.disable()
    try:
        for _ in range(repeats):
            for name, rival in rivals.items():
                gc.collect()
                start = clock()
                own = rival()
                seconds[name].append(clock() - start if own is None else own)
    finally:
        if collecting:
            gc.enable()
    return seconds


def busy_seconds() -> float | None:
    """Processor time that all programs have taken since the system began, where the system tells."""
    try:
        with open("/proc/stat", encoding="utf-8") as file:
            user, nice, system, _idle, _wait, *interrupts = map(int, file.readline().split()[1:9])
    except (OSError, ValueError):
        return None
    return (user + nice + system + sum(interrupts)) / os.sysconf("SC_CLK_TCK")


def machine() -> dict[str, str]:
    """What the figures depend on."""
    import mesa
    import numba
    import numpy

    from multitrack_sim.compiled import fingerprint

    load = f"{os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else "unknown"
    return {
        "processor": f"{_processor()}, {os.cpu_count()} cores seen by the system",
        "system": f"{platform.system()} {platform.machine()}",
        "Python": platform.python_version(),
        "numba": numba.__version__,
        "numpy": numpy.__version__,
        "Mesa": mesa.__version__,
        "engine": fingerprint(),
        "load when it began": f"{load} programs waiting or running on average in the last minute",
    }


def _processor() -> str:
    try:
        with open("/proc/cpuinfo", encoding="utf-8") as file:
            return next(line.split(":", 1)[1].strip() for line in file if line.startswith("model name"))
    except (OSError, StopIteration):
        return platform.processor() or platform.machine()
