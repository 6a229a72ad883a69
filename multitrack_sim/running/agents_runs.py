"""Runs whose agents have behaviours of their own: one after the other, through the Mesa model, with progress shown."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

import numpy as np

from ..model import PeaceProcess
from ..process.observation import measure_month, measure_run
from ..scenario.scenario import Scenario
from ..schema.world import as_numbers

__all__ = ["progress_of_agents", "run_through_agents"]

Progress = Callable[[int, int], None]
WORTH_SAYING = 2.0  # seconds


def run_through_agents(
    scenario: Scenario,
    seeds: np.ndarray,
    agents: Mapping[type, type],
    cells: np.ndarray,
    values: np.ndarray,
    outcomes: np.ndarray,
    series: np.ndarray,
    finals: np.ndarray,
    progress: Progress | None,
) -> None:
    """Fill the rows of these runs (see `run_chunk`): every run is a model of its own."""
    for run, seed in enumerate(seeds):
        model = PeaceProcess(scenario, seed=int(seed), agents=agents, settings=(cells, values[run]), collect=False)
        for month in range(model.months):
            model.step()
            if series.shape[1] > 0:
                measure_month(model.tables, series[run, month])
        measure_run(model.tables, outcomes[run], as_numbers(outcomes)[run])
        if finals.shape[1] > 0:
            finals[run, :] = model.tables.words
        if progress is not None:
            progress(run + 1, len(seeds))


@contextmanager
def progress_of_agents(given: Progress | None, runs: int) -> Iterator[Progress | None]:
    """The progress that is asked for; else, on a terminal, a bar, and once a line that says how long it will take."""
    if given is not None or not _on_a_terminal():
        yield given
        return
    from rich.console import Console
    from rich.progress import Progress as Bar

    with Bar(console=Console(stderr=True), transient=True) as bar:
        task, last = bar.add_task("runs through agents", total=runs), time.monotonic()

        def report(done: int, total: int) -> None:
            nonlocal last
            took, last = time.monotonic() - last, time.monotonic()
            left = took * (total - done)
            if done == 2 and left >= WORTH_SAYING:  # the first may have waited for the compiler
                bar.console.print(f"{total:,} runs through agents, in Python: about {left:.0f} s left", highlight=False)
            bar.update(task, completed=done)

        yield report


def _on_a_terminal() -> bool:
    try:
        return sys.stderr is not None and sys.stderr.isatty()
    except ValueError:  # closed
        return False
