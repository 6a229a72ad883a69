"""Timing what is compared side by side, and what a measurement is."""

from __future__ import annotations

import gc
import operator
import os
import platform
import statistics
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

__all__ = [
    "Bar", "Figure", "Gain", "Part", "Table", "Turns", "cpu_clock", "interleaved", "machine", "median", "one_two_two_one",
    "speed_now", "undisturbed",
]  # fmt: skip

# A thread's own processor time leaves out what other programs take, but some systems count it too coarsely.
_fine = time.get_clock_info("thread_time").resolution < 1e-6
cpu_clock: Callable[[], float] = time.thread_time if _fine else time.perf_counter
median = statistics.median
QUIET = 0.1  # of a core, what other programs may take while threads are compared


@dataclass(frozen=True)
class Bar:
    """What a figure has to reach: `Bar("at least", 100)`, `Bar("at most", 1.5)`, `Bar("below", 60)`."""

    kind: str
    value: float

    def met(self, value: float) -> bool:
        """Whether it does.

        >>> Bar("at least", 100).met(99), Bar("at most", 1.5).met(1.5), Bar("below", 60).met(60)
        (False, True, False)
        """
        return {"at least": operator.ge, "at most": operator.le, "below": operator.lt}[self.kind](value, self.value)

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

    Every other turn goes backwards, so that a clock that drifts favours nobody.
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
            for name, rival in list(rivals.items())[:: -1 if turn % 2 else 1]:
                gc.collect()
                before, start = pace(), cpu_clock()
                own = rival()
                seconds[name].append(cpu_clock() - start if own is None else own)
                paces[name].append(max(before, pace()))
    finally:
        if collecting:
            gc.enable()
    return Turns(seconds, {name: list(map(at_full_speed, took)) for name, took in paces.items()})


@dataclass(frozen=True)
class Gain:
    """Two threads against one, in one turn."""

    others: float | None  # of a core, what other programs took meanwhile; None where the system does not tell
    speed: float
    work: float  # processor time of two threads against that of one


def one_two_two_one(once: Callable[[int], tuple[float, float]]) -> Gain:
    """What a second thread gains: one thread, two, two, one, so that a clock that drifts evenly cancels out.

    `once(threads)` does the same work on so many threads and tells its wall and its processor seconds.
    """
    wall, work = {1: 0.0, 2: 0.0}, {1: 0.0, 2: 0.0}
    before = busy_seconds()
    for threads in (1, 2, 2, 1):
        took, worked = once(threads)
        wall[threads] += took
        work[threads] += worked
    after = busy_seconds()
    total, ours = sum(wall.values()), sum(work.values())
    others = None if before is None or after is None else (after - before - ours) / total
    return Gain(others, wall[1] / wall[2], work[2] / work[1])


def undisturbed(gains: Sequence[Gain], most: float = QUIET) -> list[Gain]:
    """The turns that had the machine to themselves; all of them where there was none.

    >>> [gain.speed for gain in undisturbed([Gain(0.5, 1.2, 1.0), Gain(0.01, 1.9, 1.0)])]
    [1.9]
    """
    return [gain for gain in gains if gain.others is None or gain.others < most] or list(gains)


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

    from multitrack_sim.engine.resources import available_cores
    from multitrack_sim.engine.sources import model_version

    load = f"{os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else "unknown"
    return {
        "processor": f"{_processor()}, {available_cores()} of {os.cpu_count()} cores allowed",
        "system": f"{platform.system()} {platform.machine()}",
        "Python": platform.python_version(),
        "numba": numba.__version__,
        "numpy": numpy.__version__,
        "Mesa": mesa.__version__,
        "model version": model_version(),
        "load when it began": f"{load} programs waiting or running on average in the last minute",
    }


def _processor() -> str:
    try:
        with open("/proc/cpuinfo", encoding="utf-8") as file:
            return next(line.split(":", 1)[1].strip() for line in file if line.startswith("model name"))
    except (OSError, StopIteration):
        return platform.processor() or platform.machine()
