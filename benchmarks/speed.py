"""What a month costs: per community, per phase, per government, per run, and on two threads."""

from __future__ import annotations

import ctypes
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numba
import numpy as np

from multitrack_sim import Scenario, load, scenario_from_codes
from multitrack_sim.engine.compiled import kernel
from multitrack_sim.engine.random import run_seed
from multitrack_sim.engine.resources import available_cores
from multitrack_sim.process.initial import draw_world
from multitrack_sim.process.month import SCHEDULE, pass_month, run_chunk
from multitrack_sim.process.publics import publics
from multitrack_sim.process.track_three import track_three
from multitrack_sim.process.warmup import prepare
from multitrack_sim.running.ensemble import run_ensemble
from multitrack_sim.scenario.layout import lay_out
from multitrack_sim.schema.outcomes import OUTCOME_ROW, SERIES_ROW
from multitrack_sim.schema.world import World, as_numbers, restore, snapshot

from .measure import QUIET, Bar, Figure, Gain, Part, Table, cpu_clock, interleaved, median, one_two_two_one, undisturbed

__all__ = ["measure"]

SCENARIO = Path(__file__).resolve().parents[1] / "scenarios" / "northern_ireland_1998.toml"
SIZES = (200, 500, 1000, 2000, 5000)
GOVERNMENTS = (2, 5, 10, 27)
MONTHS, RUN = 180, 300


@kernel
def growing_phases(world, months):
    """The phases whose work grows with communities, on their own."""
    for month in range(months):
        track_three(world, month)
        publics(world, month)


@kernel
def whole_months(world, months):
    for month in range(months):
        pass_month(world, month)


def northern_ireland(communities: int) -> Scenario:
    return load(SCENARIO).with_settings({"society.communities": communities, "run.months": RUN})


def coded(governments: int, communities: int = 200) -> Scenario:
    settings = {"society.communities": communities, "run.months": RUN}
    return scenario_from_codes({"parties": governments}).with_settings(settings)


def starts(scenario: Scenario, worlds: int) -> tuple[World, list[np.ndarray]]:
    """One world, and the furnished starts of several seeds to put into it."""
    layout = lay_out(scenario)
    world, found = layout.new_world(), []
    for run in range(worlds):
        restore(world, layout.world.words)
        world.process["key"] = run_seed(1, run)
        draw_world(world)
        found.append(snapshot(world))
    return world, found


def over(months: int, work: Callable, world: World, begins: list[np.ndarray]) -> Callable[[], float]:
    """Seconds per month of `work`, the mean over all starts (the course of a run changes what a month costs)."""

    def timed() -> float:
        took = 0.0
        for begin in begins:
            restore(world, begin)
            began = cpu_clock()
            work(world, months)
            took += cpu_clock() - began
        return took / len(begins) / months

    timed()
    return timed


# ---------------------------------------------------------------- communities


def communities(repeats: int) -> Part:
    rivals = {}
    for size in SIZES:
        world, begins = starts(northern_ireland(size), 4)
        rivals[f"phases {size}"] = over(MONTHS, growing_phases, world, begins)
        rivals[f"month {size}"] = over(MONTHS, whole_months, world, begins)
    turns = interleaved(rivals, repeats)
    phases, month = ([turns.median(f"{kind} {size}") * 1e9 for size in SIZES] for kind in ("phases", "month"))

    weights = 1 / np.array(phases)  # relative distances count, so that small worlds count as much as large ones
    each, fixed = np.polyfit(SIZES, phases, 1, w=weights)
    line = fixed + each * np.array(SIZES)
    off = float(np.abs(np.array(phases) / line - 1).max())
    at = dict(zip(SIZES, range(len(SIZES))))
    marginal = (month[at[2000]] - month[at[200]]) / 1800
    unit, below = "ns per community and month", Bar("below", 60)
    return Part(
        "communities",
        f"Northern Ireland, {MONTHS} months, mean of 4 seeds, one core; {turns.how()}. The phases that grow with "
        "communities are grassroots and publics, run alone; a further community costs the difference of whole months at "
        "2,000 and at 200, divided by 1,800.",
        [
            Figure("grassroots + publics at 2,000 communities", phases[at[2000]] / 2000, unit, below),
            Figure("grassroots + publics at 200 communities", phases[at[200]] / 200, unit),
            Figure("whole month, a further community", marginal, unit, below),
            Figure("whole month at 2,000 communities", month[at[2000]] / 2000, unit),
            Figure("whole month at 200 communities", month[at[200]] / 200, unit),
            Figure("farthest from a straight line in communities", 100 * off, "%", Bar("below", 15)),
        ],
        [
            Table(
                f"Cost against communities: {fixed:,.0f} ns + {each:.1f} ns a community, for the phases that grow",
                (
                    "communities",
                    "phases, ns",
                    "the line, ns",
                    "ns per community",
                    "whole month, ns",
                    "ns per community",
                ),
                tuple((n, p, fit, p / n, m, m / n) for n, p, fit, m in zip(SIZES, phases, line, month)),
            )
        ],
    )


# ---------------------------------------------------------------- phases


def _clock() -> tuple[Callable, float]:
    """A system clock that compiled code can call with a place (two whole numbers) for its answer; nanoseconds per tick."""
    if sys.platform == "win32":
        library = ctypes.WinDLL("kernel32")
        read, frequency = library.QueryPerformanceCounter, ctypes.c_int64()
        library.QueryPerformanceFrequency(ctypes.byref(frequency))
        read.argtypes, read.restype = (ctypes.c_void_p,), ctypes.c_int
        return read, 1e9 / frequency.value
    read = ctypes.CDLL(None).clock_gettime
    read.argtypes, read.restype = (ctypes.c_int, ctypes.c_void_p), ctypes.c_int
    return read, 1.0


def phase_timer() -> Callable:
    """Compiled months that add up ticks per phase, and last those of reading the clock: (world, months, ticks, place)."""
    clock, _ = _clock()
    windows, monotonic = sys.platform == "win32", getattr(time, "CLOCK_MONOTONIC", 0)
    read = "clock(place.ctypes)" if windows else f"clock({monotonic}, place.ctypes)"
    now = "place[0]" if windows else "place[0] * 1_000_000_000 + place[1]"
    lines = ["def timed(world, months, ticks, place):", " for month in range(months):", f"  {read}", f"  last = {now}"]
    for at, name in enumerate([*SCHEDULE, "nothing"]):
        call = [f"  {name}(world, month)"] if name in SCHEDULE else []
        lines += [*call, f"  {read}", f"  now = {now}", f"  ticks[{at}] += now - last", "  last = now"]
    names = {**SCHEDULE, "clock": clock}
    exec("\n".join(lines), names)
    return numba.njit(nogil=True)(names["timed"])  # not kept: it holds an address of this process


def phases(repeats: int) -> Part:
    timer, (_, tick) = phase_timer(), _clock()
    cases = {"2 governments": coded(2), "Northern Ireland": northern_ireland(200)}
    rounds: dict[str, list[np.ndarray]] = {title: [] for title in cases}

    def timed(title: str) -> Callable[[], None]:
        (world, begins), place = starts(cases[title], 8), np.zeros(2, np.int64)

        def go() -> None:
            ticks = np.zeros(len(SCHEDULE) + 1, np.int64)
            for begin in begins:
                restore(world, begin)
                timer(world, RUN, ticks, place)
            rounds[title].append(ticks * tick / RUN / len(begins))

        go()
        rounds[title].clear()
        return go

    turns = interleaved({title: timed(title) for title in cases}, repeats)
    cells: list[list[str | float]] = [[name] for name in (*SCHEDULE, "the month")]
    for title in cases:
        kept = [found for found, full in zip(rounds[title], turns.full_speed[title]) if full] or rounds[title]
        found = np.median(kept, axis=0)
        each = np.maximum(found[:-1] - found[-1], 0.0)
        for row, value in zip(cells, [*each, each.sum()]):
            row += [value, f"{100 * value / each.sum():.0f}%"]
    header = ("phase", *(text for title in cases for text in (f"{title}: ns per call", "share")))
    return Part(
        "phases",
        f"200 communities, {RUN} months, 8 seeds, {turns.how()}: a clock read between the phases inside a compiled month, "
        "its own cost taken off. Northern Ireland has 10 governments; the other is the codebook's middle case.",
        [],
        [Table("Time per phase of the month", header, tuple(map(tuple, cells)))],
    )


# ---------------------------------------------------------------- runs, governments, threads


def runs(repeats: int) -> Part:
    count = 8

    def batch(scenario: Scenario) -> Callable[[], None]:
        layout = lay_out(scenario)
        world, seeds = layout.new_world(), np.array([run_seed(1, run) for run in range(count)], np.int64)
        cells, values = np.zeros(0, np.int64), np.zeros((count, 0))
        outcomes, series, finals = np.zeros(count, OUTCOME_ROW), np.zeros((count, 0), SERIES_ROW), np.zeros((count, 0))
        return lambda: run_chunk(
            world, layout.world.words, seeds, cells, values, outcomes, as_numbers(outcomes), series, finals
        )

    cases = {"Northern Ireland (10 governments)": batch(northern_ireland(200))}
    cases |= {f"{n} governments": batch(coded(n)) for n in GOVERNMENTS}
    for go in cases.values():
        go()
    turns = interleaved(cases, repeats)
    each = {title: turns.median(title) * 1e3 / count for title in cases}
    return Part(
        "runs",
        f"Runs of {RUN} months with 200 communities, the world furnished and the outcomes measured, one core; {count} runs a "
        f"turn, {turns.how()}.",
        [Figure(f"one run, {title}", ms, "ms") for title, ms in list(each.items())[:2]],
        [
            Table(
                "Cost against governments",
                ("world", "ms per run", "microseconds per month", "runs per second and core"),
                tuple((title, ms, ms * 1e3 / RUN, 1e3 / ms) for title, ms in each.items()),
            )
        ],
    )


def threads(repeats: int, longest: float = 180.0) -> Part:
    """Turns are taken until enough of them had the machine to themselves, or for so many seconds."""
    part = Part("threads", "")
    if available_cores() < 2:
        part.how = "Not measured: this machine has one core."
        return part
    scenario, count = northern_ireland(200), 64

    def once(many: int) -> tuple[float, float]:
        began, before = time.perf_counter(), time.process_time()
        run_ensemble(scenario, count, seed=1, threads=many)
        return time.perf_counter() - began, time.process_time() - before

    once(2)
    gains: list[Gain] = []
    started = time.perf_counter()
    while len(gains) < repeats or time.perf_counter() - started < longest:
        gains.append(one_two_two_one(once))
        if sum(gain.others is None or gain.others < QUIET for gain in gains) >= repeats:
            break
    kept = undisturbed(gains)
    speeds = [gain.speed for gain in kept]
    taken = [gain.others for gain in kept if gain.others is not None]
    busy = f", in which other programs took {100 * median(taken):.0f}% of a core (median)" if taken else ""
    part.how = (
        f"`run_ensemble`, {count} runs of {RUN} months with 200 communities of Northern Ireland, wall time; a turn is one "
        f"thread, two, two and one; median of {len(kept)} turns of {len(gains)}{busy}; from {min(speeds):.2f} to "
        f"{max(speeds):.2f}. Means little unless two cores are idle; what two threads cost in processor time can be told on "
        "a busy machine too."
    )
    part.figures.append(Figure("two threads / one, speed", median(speeds), "times", Bar("at least", 1.8)))
    part.figures.append(Figure("two threads / one, processor time", median(gain.work for gain in kept), "times"))
    return part


def measure(repeats: int = 9) -> list[Part]:
    prepare()
    return [communities(repeats), phases(repeats), runs(repeats), threads(repeats)]
