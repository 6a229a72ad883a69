"""Progress bars and what a first start says."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from ..reports.screen import console, print_note

__all__ = []


def _announce_compiling(quiet: bool, one_run: bool = False) -> None:
    """Say that one has to wait for a compiler: for many runs where none were made ready, for a single one of Mesa's too."""
    from ..engine import cache
    from ..process.ahead import must_compile

    if not quiet and (cache.is_cold("track_one") if one_run else must_compile()):
        print_note("Compiling the model for this machine, once (it takes up to a minute) ...")


def _announce_page_engine(quiet: bool) -> None:
    """Say that one has to wait for the module of pages to be made, where it is not there."""
    from ..browser.engine import is_made

    if not quiet and not is_made():
        print_note("Making the model ready to run in pages, once (it takes up to a minute) ...")


@contextmanager
def _progress(name: str, runs: int, quiet: bool) -> Iterator[Callable[[int, int], None] | None]:
    """A bar on a terminal, a line per quarter elsewhere, either with an estimate of what is left."""
    if quiet:
        yield None
    elif sys.stderr.isatty():
        from rich import progress

        columns = (
            progress.TextColumn("{task.description}", markup=False),
            progress.BarColumn(),
            progress.MofNCompleteColumn(),
            progress.TimeElapsedColumn(),
            progress.TextColumn("left:"),
            progress.TimeRemainingColumn(),
        )
        with progress.Progress(*columns, console=console(1, stderr=True), transient=True) as bar:
            task = bar.add_task(name, total=runs)
            yield lambda done, total: bar.update(task, completed=done, total=total)
    else:
        said, started = 0, time.perf_counter()

        def report(done: int, total: int) -> None:
            nonlocal said
            if done and 4 * done // total > said:
                said = 4 * done // total
                left = (time.perf_counter() - started) * (total - done) / done
                print_note(f"{name}: {done:,} of {total:,}" + (f", about {left:.0f} s left" if done < total else ""))

        yield report


@contextmanager
def _sweep_progress(quiet: bool) -> Iterator[Callable[[int, int], None] | None]:
    """A line in place (on a terminal), or one every so often: runs, rate since the start, and what is left at that rate."""
    if quiet:
        yield None
        return
    live = sys.stderr.isatty()
    started, first, said = time.perf_counter(), -1, 0.0

    def report(done: int, total: int) -> None:
        nonlocal first, said
        now = time.perf_counter() - started
        first = done if first < 0 else first
        if now - said < (0.2 if live else 30.0) and (done < total or not live):
            return
        said, rate = now, (done - first) / now
        left = f", about {_duration((total - done) / rate)} left" if rate and done < total else ""
        text = f"{done:,} of {total:,} runs, {rate:,.1f} a second{left}"
        print(f"\r{text:<78}" if live else text, end="" if live else "\n", file=sys.stderr, flush=True)

    try:
        yield report
    finally:
        if live and said:
            print(file=sys.stderr)


def _duration(seconds: float) -> str:
    """Seconds as people say them: 45 s, 12 min, 3.5 h."""
    return (
        f"{seconds:.0f} s"
        if seconds < 90
        else f"{seconds / 60:.0f} min"
        if seconds < 5400
        else f"{seconds / 3600:.1f} h"
    )
