"""`multitrack sweep`: a design run into a folder."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Annotated, Any

import typer

from ..errors import StoreError
from ..reports.screen import console, print_note, showing
from .options import Quiet, Seed, Threads, _changes, _command, _find, _resumable, _said, _say, _shown
from .progress import _announce_compiling, _sweep_progress

__all__ = []


@_command
def sweep(
    scenario: Annotated[
        str,
        typer.Argument(help="A scenario file, a file of codes, or the name of a scenario that comes with the package."),
    ],
    out: Annotated[Path, typer.Option(help="Folder for the runs. Safe to interrupt: repeat to resume.")],
    design: Annotated[
        str,
        typer.Option(
            help="replicates, factorial, latin, sobol, morris, one-at-a-time, dose-response, paired or coalitions."
        ),
    ] = "replicates",
    vary: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME=...",
            help="What is varied: a range, track_two.budget=0:3; levels, funding.muted=burned,moved or cbm.budget=0:3:4; "
            "a code, codes.track2=0:4. May be repeated.",
        ),
    ] = None,
    arm: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME: SETTING=VALUE, ...",
            help="A variant, in runs paired with the others: 'without: track_two.budget=0'; nothing after the colon is the "
            "baseline; or a ready-made one: 'no workshops' (multitrack arms lists them). For coalitions: a track, and what "
            "switches it off. May be repeated.",
        ),
    ] = None,
    arm_file: Annotated[
        Path | None, typer.Option(help='A TOML file of variants: [arms."NAME"] with lines "SETTING" = VALUE below it.')
    ] = None,
    points: Annotated[
        int | None, typer.Option(min=1, help="Points of the sample (of sobol its base, of morris its trajectories).")
    ] = None,
    runs: Annotated[
        int | None, typer.Option(min=1, max=10_000_000, help="Runs of each point and variant; with --until the most.")
    ] = None,
    seed: Seed = 1,
    set_: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="NAME=VALUE", help="Change a setting everywhere. May be repeated."),
    ] = None,
    until: Annotated[
        str | None,
        typer.Option(
            metavar="OUTCOME +- X",
            help='Run until the interval of an outcome is so narrow: "durable +- 0.01". The interval is valid however often '
            "one looks.",
        ),
    ] = None,
    backend: Annotated[str, typer.Option(help="threads, serial or dask. The results are the same.")] = "threads",
    cluster: Annotated[
        str | None,
        typer.Option(metavar="tcp://HOST:PORT", help="A dask cluster that runs already; on trusted networks only."),
    ] = None,
    threads: Threads = None,
    series: Annotated[
        bool, typer.Option("--series", help="Keep every month of every run too, in files of its own.")
    ] = False,
    retry_failed: Annotated[bool, typer.Option("--retry-failed", help="Run again what failed.")] = False,
    quiet: Quiet = False,
) -> None:
    """Run a design into a folder: many points, variants and runs, on threads or a cluster. Safe to interrupt: repeat to resume."""
    found = _find(scenario)
    changes = _changes(set_ or [])
    from ..designs.as_written import read_arms
    from ..designs.from_options import base_of, design_from_options, read_vary
    from ..running.sweep import sweep as run_sweep

    varied, rule = read_vary(vary or []), None
    if until is not None:
        from ..analysis.sequential import until as rule_of

        rule = rule_of(until)
    base = base_of(found, changes)
    arms = {one.name: one.in_design for one in read_arms(base, arm or [], arm_file, (), for_design=True)}
    chosen = design_from_options(design, varied, arms, points, runs, seed, base, until is not None)
    options: dict[str, Any] = {
        "backend": backend, "cluster": cluster, "threads": threads, "series": series, "retry_failed": retry_failed,
    }  # fmt: skip
    _announce_compiling(quiet)
    say, started = _said(quiet), time.perf_counter()
    with _resumable(), _sweep_progress(quiet) as report:
        done = run_sweep(base, chosen, out=out, seed=seed, until=rule, progress=report, say=say, **options)
    if not quiet:
        _say(f"{done.done:,} runs in {_shown(out)} ({time.perf_counter() - started:.1f} s).")
        if done.until:
            low, high = done.until["intervals"][0][:2]
            one = f": {low:.4f} to {high:.4f}" if len(done.until["intervals"]) == 1 else ""
            _say(f"{done.until['rule']}{one}, widest +- {done.until['widest']:.4g}.")
    if not done.wrong and done.design.kind in ("sobol", "morris"):
        _write_sensitivity(done, quiet)
    if done.wrong:
        print_note(
            f"multitrack: {done.wrong:,} of them failed (mt.open_sweep(...).failed() says why; --retry-failed runs them again)"
        )


def _write_sensitivity(done: Any, quiet: bool) -> None:
    """Indices of the main outcomes, into the sweep's folder; those of months under an agreement on the screen."""
    from ..analysis.sensitivity import main_sensitivities
    from ..reports.terminal import sensitivity_table
    from ..running.csv_text import csv_text
    from ..running.made_from_runs import MadeFromRuns

    found = main_sensitivities(done)
    if found.empty:  # nothing differs between the points
        return
    written = True
    try:
        with MadeFromRuns(done.path).staged() as place:
            place("sensitivity.csv").write_text(csv_text(found), "utf-8", newline="\n")
    except StoreError as problem:  # a finished sweep may lie where nothing can be written
        written = False
        print_note(f"multitrack: {problem}")
    if not quiet:
        with showing(done.path) as step, step("what drives the outcomes could not be printed"):
            outcomes = set(found["outcome"])
            outcome = "months_under_accord" if "months_under_accord" in outcomes else found["outcome"].iloc[0]
            console().print(sensitivity_table(found[found["outcome"] == outcome], outcome))
        if written:
            _say(f"Main outcomes: {_shown(done.path / 'sensitivity.csv')}")
