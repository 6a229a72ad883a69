"""How long one waits: the first start ever, a later start, and help."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from multitrack_sim.process.ahead import WITHOUT

from .measure import Bar, Figure, Part, median, speed_now

__all__ = ["measure"]

FIRST = "first start ever, nothing made ahead: one `simulate`, all compiled"
MADE = "made ahead of time, as by `make install`: for this machine and for pages"
ONE, RUN, BY_NUMBA = "one `simulate`", "`multitrack run` of one run", "by numba"
ROOT = Path(__file__).resolve().parents[1]
SCENARIO = ROOT / "scenarios" / "northern_ireland_1998.toml"


def seconds(arguments: list[str], cache: Path, **more: str) -> tuple[float, float]:
    """Wall and processor time of a Python process with its cache of compiled code in `cache`."""
    path = os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH")]))
    surroundings = os.environ | {"MULTITRACK_CACHE_DIR": str(cache), "PYTHONPATH": path} | more
    began, before = time.perf_counter(), os.times()
    done = subprocess.run([sys.executable, *arguments], env=surroundings, capture_output=True, text=True)
    took, after = time.perf_counter() - began, os.times()
    if done.returncode:
        raise RuntimeError(f"python {' '.join(arguments)} ended with {done.returncode}:\n{done.stderr.strip()[-2000:]}")
    work = after.children_user + after.children_system - before.children_user - before.children_system
    return took, work


def measure(repeats: int = 5) -> Part:
    with tempfile.TemporaryDirectory() as folder:
        cache, out = Path(folder) / "cache", Path(folder) / "out"
        simulate = ["-c", f"import multitrack_sim as mt; mt.simulate(mt.load({str(SCENARIO)!r}), runs=1)"]
        run = ["-m", "multitrack_sim", "run", str(SCENARIO), "--runs", "1", "--seed", "1"]
        speeds = [speed_now()]
        once = {FIRST: [seconds(simulate, cache, **{WITHOUT: "1"})]}
        speeds.append(speed_now())
        once[MADE] = [seconds(["-m", "multitrack_sim.process.ahead"], cache)]
        warm: dict[str, list[tuple[float, float]]] = {}
        for turn in range(repeats + 1):
            found = {
                ONE: seconds(simulate, cache),
                f"{ONE}, {BY_NUMBA}": seconds(simulate, cache, **{WITHOUT: "1"}),
                RUN: seconds(run, cache),
                f"{RUN}, {BY_NUMBA}": seconds(run, cache, **{WITHOUT: "1"}),
                "`multitrack run --out` of one run, with figures": seconds([*run, "--out", str(out)], cache),
                "`multitrack --help`": seconds(["-m", "multitrack_sim", "--help"], cache),
            }
            shutil.rmtree(out)
            if turn:  # the first may still compile something
                for name, both in found.items():
                    warm.setdefault(name, []).append(both)
    bars = {FIRST: Bar("below", 60), RUN: Bar("below", 1.5), "`multitrack --help`": Bar("below", 1)}
    figures = []
    for name, times in (once | warm).items():
        wall, work = (median(both[which] for both in times) for which in (0, 1))
        figures += [Figure(name, wall, "s", bars.get(name)), Figure(f"{name}: processor time", work, "s")]
    for name in (ONE, RUN):
        ratio = median(ready[1] / numbas[1] for ready, numbas in zip(warm[name], warm[f"{name}, {BY_NUMBA}"]))
        figures.append(Figure(f"{name}: processor time, ahead of time / {BY_NUMBA}", ratio, "times", Bar("below", 0.6)))
    load = f", load of the machine {os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else ""
    return Part(
        "start",
        "Processes started anew, wall time; what is made once is made once, beginning with an empty cache of compiled code, "
        f"the others are medians of {repeats}. They use the model as it was compiled ahead of time, but where it says so: those "
        "use numba, and what it has kept. Processor time is of all processes and leaves out what other programs take. The "
        f"core ran at {100 * speeds[0]:.0f}% of its best speed before the first start and {100 * speeds[1]:.0f}% after it{load}.",
        figures,
    )
