"""How long one waits: the first start ever, a later start, and help."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from .measure import Bar, Figure, Part, median

__all__ = ["measure"]

ROOT = Path(__file__).resolve().parents[1]
SCENARIO = ROOT / "scenarios" / "northern_ireland_1998.toml"


def seconds(arguments: list[str], cache: Path) -> float:
    """Wall time of a Python process with its cache of compiled code in `cache`."""
    path = os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH")]))
    surroundings = os.environ | {"MULTITRACK_CACHE_DIR": str(cache), "PYTHONPATH": path}
    began = time.perf_counter()
    done = subprocess.run([sys.executable, *arguments], env=surroundings, capture_output=True, text=True)
    took = time.perf_counter() - began
    if done.returncode:
        raise RuntimeError(f"python {' '.join(arguments)} ended with {done.returncode}:\n{done.stderr.strip()[-2000:]}")
    return took


def measure(repeats: int = 5) -> Part:
    with tempfile.TemporaryDirectory() as folder:
        cache, out = Path(folder) / "cache", Path(folder) / "out"
        code = f"import multitrack_sim as mt; mt.simulate(mt.load({str(SCENARIO)!r}), runs=1)"
        cold, again = seconds(["-c", code], cache), median(seconds(["-c", code], cache) for _ in range(repeats))
        command = ["-m", "multitrack_sim", "run", str(SCENARIO), "--runs", "1", "--seed", "1", "--out", str(out)]
        times = []
        for turn in range(repeats + 1):
            times.append(seconds(command, cache))
            shutil.rmtree(out)
        help_ = median(seconds(["-m", "multitrack_sim", "--help"], cache) for _ in range(repeats))
    return Part(
        "start",
        f"Processes started anew, wall time; the first start once, with an empty cache of compiled code, the others medians of "
        f"{repeats}. `multitrack run` writes its folder with figures.",
        [
            Figure("first start ever: one `simulate`, all compiled", cold, "s", Bar("below", 60)),
            Figure("the same again", again, "s"),
            Figure("`multitrack run` of one run", median(times[1:]), "s", Bar("below", 4)),
            Figure("`multitrack --help`", help_, "s", Bar("below", 1)),
        ],
    )
