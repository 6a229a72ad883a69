"""Timing what is compared side by side, and what a measurement is."""

from __future__ import annotations

import gc
import os
import platform
import statistics
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

__all__ = [
    "Bar", "Figure", "Part", "Table", "Turns", "busy_seconds", "cpu_clock", "interleaved", "machine", "median", "speed_now",
]  # fmt: skip

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


_best = float("inf")


def pace() -> float:
    """Seconds that a fixed piece of Python takes now: on a shared machine a core may run at half its speed for a while."""
    global _best
    began, x = cpu_clock(), 0.0
    for i in range(40_000):
        x += i * 0.5
    took = cpu_clock() - began
    _best = min(_best, took)
    return took


def at_full_speed(took: float) -> bool:
    return took < 1.2 * _best


def speed_now() -> float:
    """The speed of the core now, against the best seen by this process."""
    return _best / median(pace() for _ in range(25))


@dataclass(frozen=True)
class Turns:
    """Seconds of every rival in every turn, and whether the core ran at full speed then."""

    seconds: dict[str, list[float]]
    full_speed: dict[str, list[bool]]

    def of(self, name: str) -> list[float]:
        """The turns at full speed; all of them where there was none."""
        kept = [s for s, full in zip(self.seconds[name], self.full_speed[name]) if full]
        return kept or self.seconds[name]

    def median(self, name: str) -> float:
        return median(self.of(name))

    def ratio(self, one: str, other: str) -> float:
        """The median of the ratios within turns (all of them: a slow core slows both)."""
        return median(a / b for a, b in zip(self.seconds[one], self.seconds[other]))

    def how(self) -> str:
        turns = len(next(iter(self.seconds.values())))
        kept = [sum(full) for full in self.full_speed.values()]
        if min(kept) == 0:
            return f"median of {turns} turns, at times at less than full speed of the core"
        return f"median of {min(kept)} turns or more of {turns}, those at full speed of the core"


def interleaved(rivals: Mapping[str, Callable[[], float | None]], repeats: int) -> Turns:
    """Times the rivals in turns: at least `repeats`, and up to three times as many while too few are at full speed.

    A rival that returns a number has measured itself (what it prepares does not count).
    """
    seconds: dict[str, list[float]] = {name: [] for name in rivals}
    paces: dict[str, list[float]] = {name: [] for name in rivals}
    collecting = gc.isenabled()
    gc.disable()
    try:
        for turn in range(3 * repeats):
            if turn >= repeats and all(2 * sum(map(at_full_speed, took)) > repeats for took in paces.values()):
                break
            for name, rival in rivals.items():
                gc.collect()
                before, start = pace(), cpu_clock()
                own = rival()
                seconds[name].append(cpu_clock() - start if own is None else own)
                paces[name].append(max(before, pace()))
    finally:
        if collecting:
            gc.enable()
    return Turns(seconds, {name: list(map(at_full_speed, took)) for name, took in paces.items()})


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

    from multitrack_sim.engine.cache import fingerprint

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
