"""`multitrack paths`: through which way Track II works in a scenario."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Annotated

import typer

from ..reports.screen import console, showing
from .options import (
    Plausible,
    Quiet,
    Runs,
    Seed,
    Threads,
    Variants,
    _changes,
    _command,
    _find,
    _named_variants,
    _say,
    _say_filled,
    _shown,
)
from .progress import _announce_compiling, _progress

__all__ = []


@_command
def paths(
    scenario: Annotated[str, typer.Argument(help="A scenario file, or the name of one that comes with the package.")],
    runs: Runs = 200,
    seed: Seed = 1,
    outcome: Annotated[
        list[str] | None,
        typer.Option(
            help="An outcome to look at; may be repeated. If left out: agreed, comprehensive, months_under_accord, "
            "violence_total."
        ),
    ] = None,
    out: Annotated[Path | None, typer.Option(help="File for the table (CSV); must not exist yet.")] = None,
    set_: Annotated[
        list[str] | None, typer.Option("--set", metavar="NAME=VALUE", help="Change a setting. May be repeated.")
    ] = None,
    parameters: Plausible = None,
    variants: Variants = None,
    threads: Threads = None,
    quiet: Quiet = False,
) -> None:
    """Through which way Track II works: every way out of it closed alone, open alone, and its share in the whole."""
    found = _find(scenario)
    changes = _changes(set_ or [])
    from ..reports.terminal import ways_table
    from ..running.files import check_place, write_whole
    from ..scenario.load import load
    from ..studies import paths as studies

    base = load(found).with_settings(changes)
    if out is not None:
        check_place(out)
    started = time.perf_counter()
    _announce_compiling(quiet)
    with _progress("ways of Track II", runs, quiet) as report:
        ways = studies.paths(
            base, runs, seed, outcome or studies.MAIN, threads, report,
            parameters=parameters, variants=_named_variants(variants),
        )  # fmt: skip
    if out is not None:
        write_whole(out, ways.table.to_csv(index=False, float_format="%.10g"))
    if quiet:
        return
    with showing(out) as step, step("the results could not be printed"):
        for name in ways.effects["outcome"].unique():
            console().print(ways_table(ways, name))
            _say_filled(ways.told(name) + "\n")
        took = time.perf_counter() - started
        _say(f"{len(ways.runs):,} runs in {took:.1f} s." + (f" Written to {_shown(out)}" if out else ""))
