"""A run in a page beside the same run here, and how long a reader waits for a hundred pairs."""

from __future__ import annotations

import json
import shutil
import subprocess
import tempfile
from pathlib import Path

from multitrack_sim.browser.engine import page_engine
from multitrack_sim.browser.world import page_world
from multitrack_sim.running.ensemble import run_rows
from multitrack_sim.scenario.layout import lay_out
from multitrack_sim.scenario.library import as_scenario

from .measure import Bar, Figure, Part, cpu_clock, interleaved, median

__all__ = ["measure"]

CASE, RUNS, PAIRS = "oslo_1993", 50, 100
NATIVE, PAGE = "here", "in a page"


def measure(repeats: int = 11) -> Part:
    """Oslo, 200 communities, 120 months; the page's engine under node, processor time side by side."""
    node = shutil.which("node")
    if node is None:
        return Part("page", "not measured: there is no node to run the page's scripts")
    scenario = as_scenario(CASE).with_settings({"society.communities": 200, "run.months": 120})
    with tempfile.TemporaryDirectory() as folder:
        module, about = Path(folder) / "page.wasm", Path(folder) / "about.json"
        module.write_bytes(page_engine().content)
        about.write_text(json.dumps({"calls": page_engine().calls, "world": page_world(scenario)}))
        script = Path(__file__).with_suffix(".mjs")
        with subprocess.Popen(
            [node, "--no-warnings", str(script), str(module), str(about)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        ) as page:
            figures, how = _measured(page, scenario, repeats)
            page.stdin.close()  # type: ignore[union-attr]
    return Part("page", f"{CASE}, 200 communities, 120 months, {RUNS} runs at once; {how}", figures)


def _measured(page: subprocess.Popen[str], scenario, repeats: int) -> tuple[list[Figure], str]:
    layout = lay_out(scenario)
    world, seeds = layout.new_world(), list(range(1, RUNS + 1))

    def ask(line: str) -> str:
        page.stdin.write(f"{line}\n")  # type: ignore[union-attr]
        page.stdin.flush()  # type: ignore[union-attr]
        return page.stdout.readline()  # type: ignore[union-attr]

    def native() -> float:
        began = cpu_clock()
        run_rows(layout, seeds, world=world)
        return cpu_clock() - began

    for _ in range(5):  # a browser compiles well what it has seen at work
        ask(f"runs {RUNS}")
        native()
    turns = interleaved({NATIVE: native, PAGE: lambda: float(ask(f"runs {RUNS}"))}, repeats)
    waits = [[float(one) for one in ask(f"pairs {PAIRS}").split()] for _ in range(min(repeats, 5))]
    took, first = (median(column) for column in zip(*waits))
    return [
        Figure("a run in a page against one here", turns.ratio(PAGE, NATIVE), "times", Bar("at most", 1.5)),
        Figure("a run here", 1e3 * turns.median(NATIVE) / RUNS, "ms"),
        Figure("a run in a page", 1e3 * turns.median(PAGE) / RUNS, "ms"),
        Figure(f"{PAIRS} pairs on two workers, from opening the pool", took, "s", Bar("at most", 3.0)),
        Figure("the first of them", first, "s", Bar("at most", 1.0)),
    ], turns.how()
