"""What sweeping costs beside the bare engine, beside Mesa's `batch_run`, on two threads, and in memory."""

from __future__ import annotations

import contextlib
import io
import os
import subprocess
import sys
import tempfile
import time
import warnings
from pathlib import Path

import numpy as np

from multitrack_sim import designs, load, run_ensemble, scenario_from_codes
from multitrack_sim.engine.random import run_seed
from multitrack_sim.engine.resources import available_cores
from multitrack_sim.running.sweep import sweep
from multitrack_sim.scenario import Scenario

from .measure import Bar, Figure, Part, Table, median, one_two_two_one, undisturbed

__all__ = ["measure"]

SCENARIO = Path(__file__).resolve().parents[1] / "scenarios" / "northern_ireland_1998.toml"
VARY = {"track_two.budget": (0, 3), "track_three.budget": (0, 3), "cbm.budget": (0, 3), "track_one.leverage": (0, 1)}
RUNS = 512  # of a turn
MESA_RUNS = 2
FEW, MANY = 10_000, 100_000
MEMORY = """
import resource, sys
from multitrack_sim import designs, scenario_from_codes
from multitrack_sim.running.sweep import sweep
scenario = scenario_from_codes({}).with_settings({"run.months": 12, "society.communities": 10})
vary = {"track_two.budget": (0, 3), "cbm.budget": (0, 3)}
sweep(scenario, designs.latin(vary, points=int(sys.argv[1]) // 10, runs=10), out=sys.argv[2], say=lambda line: None)
try:  # a child's maximum begins with that of its parent where it comes from getrusage
    print(next(line.split()[1] for line in open("/proc/self/status") if line.startswith("VmHWM")))
except OSError:
    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""


def _design(runs: int) -> designs.Design:
    """Every run a point of its own: what asks most of the runner."""
    return designs.latin(VARY, points=runs)


def _clocked(work) -> tuple[float, float]:
    """Wall seconds and processor seconds of all threads."""
    began, before = time.perf_counter(), time.process_time()
    work()
    return time.perf_counter() - began, time.process_time() - before


def _swept(scenario: Scenario, runs: int, threads: int) -> tuple[float, float]:
    with tempfile.TemporaryDirectory() as folder:
        design = _design(runs)
        return _clocked(
            lambda: sweep(scenario, design, out=Path(folder) / "out", threads=threads, say=lambda line: None)
        )


def _bare(scenario: Scenario, runs: int, threads: int) -> tuple[float, float]:
    vary = {name: list(values) for name, values in _design(runs).columns.items()}
    return _clocked(lambda: run_ensemble(scenario, runs, seed=1, threads=threads, vary=vary))


def _overhead(scenario: Scenario, runs: int, repeats: int) -> list[tuple[float, float]]:
    """Sweep over bare engine, in turns: wall and processor time, on one thread and a writer."""
    pairs = []
    for _ in range(repeats):
        (wall, work), (bare_wall, bare_work) = _swept(scenario, runs, 1), _bare(scenario, runs, 1)
        pairs.append((wall / bare_wall, work / bare_work))
    return pairs


def _mesa(scenario: Scenario) -> float:
    """Seconds per run of Mesa's own `batch_run`, over the model with its agents."""
    import mesa

    from multitrack_sim import PeaceProcess

    seeds = [run_seed(1, k) for k in range(MESA_RUNS)]
    before_rng = tuple(map(int, mesa.__version__.split(".")[:2])) < (3, 5)
    parameters = {"scenario": scenario} | ({"seed": seeds} if before_rng else {})
    options = {} if before_rng else {"rng": seeds}
    with warnings.catch_warnings(), contextlib.redirect_stdout(io.StringIO()):
        warnings.simplefilter("ignore")
        took, _ = _clocked(
            lambda: mesa.batch_run(
                PeaceProcess, parameters, number_processes=1, max_steps=10_000, data_collection_period=-1,
                display_progress=False, **options,
            )
        )  # fmt: skip
    return took / MESA_RUNS


def _peak(runs: int) -> float:
    """Peak memory, in MB, of a program that does nothing but sweep."""
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-c", MEMORY, str(runs), str(Path(folder) / "out")]
        here = os.pathsep.join([str(SCENARIO.parents[1]), *filter(None, [os.environ.get("PYTHONPATH")])])
        said = subprocess.run(
            command, capture_output=True, text=True, check=True, env=os.environ | {"PYTHONPATH": here}
        )
    return float(said.stdout) / (1024 if sys.platform != "darwin" else 1024 * 1024)


def measure(repeats: int) -> Part:
    ireland = load(SCENARIO)
    short = scenario_from_codes({}).with_settings({"run.months": 36})
    coded = scenario_from_codes({})
    run_ensemble(short, 8)
    repeats = min(repeats, 5)
    cases = {
        "Northern Ireland": (ireland, RUNS // 4),
        "2 governments": (coded, 2 * RUNS),
        "2 governments, 36 months": (short, 4 * RUNS),
    }
    found = {title: _overhead(scenario, runs, repeats) for title, (scenario, runs) in cases.items()}
    rows = tuple(
        (title, cases[title][1], median(w for w, _ in pairs), median(c for _, c in pairs))
        for title, pairs in found.items()
    )
    cost = 100 * (median(c for _, c in found["2 governments"]) - 1)
    shortest = 100 * (median(c for _, c in found["2 governments, 36 months"]) - 1)
    turns = range(repeats if available_cores() > 1 else 0)
    gains = undisturbed([one_two_two_one(lambda threads: _swept(ireland, RUNS, threads)) for _ in turns])
    mesa_run = median(_mesa(coded) for _ in range(min(repeats, 3)))
    ours = median(_swept(coded, RUNS // 4, 1)[0] for _ in range(min(repeats, 3))) / (RUNS // 4)
    few, many = _peak(FEW), _peak(MANY)
    figures = [
        Figure("sweep over bare engine, processor time", cost, "% more", Bar("below", 10)),
        Figure("the same with runs of 36 months", shortest, "% more", Bar("below", 10)),
        Figure("mesa.batch_run / sweep, per run, one core", mesa_run / ours, "times"),
        Figure(f"peak memory, {MANY:,} runs / {FEW:,}", many / few, "times", Bar("below", 1.2)),
    ]
    if gains:
        speed = median(gain.speed for gain in gains)
        figures.append(Figure("sweep on two threads / one, speed", speed, "times", Bar("at least", 1.7)))
    idle = [gain.others for gain in gains if gain.others is not None]
    return Part(
        "sweep",
        f"`sweep` of a Latin hypercube of four settings, every run a point of its own, into Parquet, beside `run_ensemble` "
        f"of the very same runs, in {repeats} turns (medians). Memory: peak of a program that sweeps short runs, {few:,.0f} MB "
        f"and {many:,.0f} MB. Two threads, in turns of one, two, two and one, mean little unless two cores are idle"
        + (f": other programs took {100 * float(np.median(idle)):.0f}% of a core." if idle else "."),
        figures,
        [Table("Sweep over bare engine", ("world", "runs", "wall time, times", "processor time, times"), rows)],
    )
