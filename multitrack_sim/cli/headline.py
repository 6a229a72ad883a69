"""`multitrack headline`: what Track II does over the plausible ranges of all assumptions."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Annotated

import typer

from ..errors import MultitrackError, Problem
from ..reports.drawing import load_matplotlib
from ..reports.screen import showing
from .options import Quiet, Seed, Threads, _command, _find, _say, _say_filled, _shown
from .progress import _announce_compiling, _progress

__all__ = []
FIGURE, TABLE, PAIRS = "headline.png", "headline.json", "pairs.csv"


@_command
def headline(
    case: Annotated[
        str | None,
        typer.Option(
            metavar="NAME|FILE", help="One case instead of the reference population: a scenario file or a name."
        ),
    ] = None,
    conflicts: Annotated[
        int | None, typer.Option(min=1, max=100_000, help="Conflicts of the reference population (600).")
    ] = None,
    runs: Annotated[
        int | None,
        typer.Option(min=1, max=1_000_000, help="Pairs of runs of each conflict (400), or of the case (6,000)."),
    ] = None,
    seed: Seed = 1,
    out: Annotated[
        Path | None, typer.Option(help="A new folder for the figure, the results (JSON) and the pairs of runs (CSV).")
    ] = None,
    json_: Annotated[
        Path | None, typer.Option("--json", help="File for the results (JSON); must not exist yet.")
    ] = None,
    threads: Threads = None,
    quiet: Quiet = False,
) -> None:
    """What Track II does over the plausible ranges of all assumptions, and what the doubt about it is made of."""
    if case is not None and conflicts is not None:
        raise MultitrackError(Problem("--conflicts", "found beside --case", "one of them"))
    found = None if case is None else _find(case)
    from ..evidence import headline as evidence
    from ..running.csv_text import csv_text
    from ..running.files import check_place, write_whole
    from ..scenario.load import load

    for place in (out, json_):
        if place is not None:
            check_place(place)
    conflicts = evidence.CONFLICTS if conflicts is None else conflicts
    total = (evidence.CASE_PAIRS if runs is None else runs) if case else conflicts * (runs or evidence.PAIRS)
    started = time.perf_counter()
    _announce_compiling(quiet)
    with _progress("pairs of runs", total, quiet) as report:
        made = evidence.headline(None if found is None else load(found), conflicts, runs, seed, threads, report)
    text = json.dumps(made.found, indent=1) + "\n"
    if json_ is not None:
        write_whole(json_, text)
    if out is not None:
        out.mkdir(parents=True)
        write_whole(out / TABLE, text)
        write_whole(out / PAIRS, csv_text(made.pairs))
    with showing(out) as step:
        if out is not None:
            with step("the figure could not be drawn"):
                load_matplotlib()
                made.figure().savefig(out / FIGURE, dpi=150)
        if quiet:
            return
        for line in made.lines:
            _say_filled(line + "\n")
        where = [_shown(place) for place in (out, json_) if place is not None]
        took = f"{2 * len(made.pairs):,} runs in {time.perf_counter() - started:.1f} s."
        _say(took + (f" Written to {', '.join(where)}" if where else ""))
