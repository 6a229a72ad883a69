"""`multitrack codes` and `multitrack new`: from codes to predictions and to scenario files."""

from __future__ import annotations

import time
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ..errors import Problem, SettingError
from ..reports.screen import console, showing
from .options import Quiet, Runs, Seed, Threads, _changes, _command, _say, _say_filled, _shown
from .progress import _announce_compiling, _progress

if TYPE_CHECKING:
    import pandas as pd

__all__ = []
PREDICTION_CAVEAT = (
    "All within {span}, from the opening of talks unless a case says otherwise. an agreement: partial or comprehensive, "
    "in force. months to it: median of the runs with one. held 5 years: of the agreements seen so long. Track II adds: "
    "points of runs with an agreement, with it minus without it in paired runs. Intervals (95%) cover random variation "
    "between runs only.\n"
    "Codes given by people who know how a case ended make no forecast, and no validation, of it."
)


@_command
def new(
    file: Annotated[Path, typer.Argument(help="The scenario file to write; must not exist yet.")],
    codes: Annotated[
        Path | None,
        typer.Option(
            help="A TOML file of codes (hurting_stalemate = 3 ...), and if one likes title, month_zero, party_names, issues: "
            'writes the scenario they give, from the opening of talks (start = "fighting" in the file: from before).'
        ),
    ] = None,
) -> None:
    """Write a scenario to start from: it runs as it is, and every line says what it means."""
    from ..running.files import check_place, write_whole
    from ..scenario.code_files import read_codes
    from ..scenario.codebook import CODES, missing_codes
    from ..scenario.templates import coded_text, template_text

    check_place(file)
    if codes is None:
        write_whole(file, template_text())
        _say(f"Written: {_shown(file)}. Change it, then: multitrack run {_shown(file)}")
        return
    given, title = read_codes(codes)
    write_whole(file, coded_text(given, title))
    missing = missing_codes(given)
    if missing:
        _say(f"Not coded, taken at the middle: {', '.join(missing)}.")
    count = f"{len(CODES) - len(missing)} of {len(CODES)} codes"
    _say(f"Written: {_shown(file)}, from {count}. To run it: multitrack run {_shown(file)}")


@_command
def codes(
    table: Annotated[
        Path | None,
        typer.Argument(
            help="Cases as comma- or semicolon-separated values: case, the codes, what happened; if one likes start, month_zero, "
            "party_names, issues."
        ),
    ] = None,
    list_: Annotated[bool, typer.Option("--list", help="Print the codebook: every code and what it means.")] = False,
    runs: Runs = 500,
    seed: Seed = 1,
    out: Annotated[
        Path | None, typer.Option(help="File for the predictions; must be new, or hold these very predictions.")
    ] = None,
    set_: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="NAME=VALUE", help="Change a setting for every case. May be repeated."),
    ] = None,
    threads: Threads = None,
    quiet: Quiet = False,
) -> None:
    """What the model gives for each coded case of a table, with and without Track II, beside what happened."""
    if list_ and table is None:
        from ..reports.lists import codes_listed

        _say("\n".join(codes_listed()))
        return
    if list_ or table is None:
        found = "found --list and a table" if list_ else "there is no table of cases"
        raise SettingError(Problem("multitrack codes", found, "a table of cases (CSV), or --list for the codebook"))
    changes = _changes(set_ or [])
    from ..evidence.validation import check_prediction_place, predict_cases, prediction_identity, prediction_text
    from ..running.files import check_place, write_whole
    from ..scenario.code_files import read_cases

    cases = read_cases(table)
    is_there = out is not None and check_prediction_place(out, prediction_identity(cases, changes, runs, seed))
    if out is not None and not is_there:
        check_place(out)
    _announce_compiling(quiet)
    started = time.perf_counter()
    with _progress(f"{len(cases)} cases", 2 * runs * len(cases), quiet) as report:
        prediction = predict_cases(cases, runs, seed, threads, settings=changes, progress=report)
    if out is not None:
        write_whole(out, prediction_text(prediction), replace=is_there)
    if not quiet:
        with showing(out) as step, step("the predictions could not be printed"):
            _print_prediction(prediction, runs, changes)
            took = time.perf_counter() - started
            _say(f"{2 * runs * len(cases):,} runs in {took:.1f} s." + (f" Written to {_shown(out)}" if out else ""))


def _print_prediction(prediction: pd.DataFrame, runs: int, changes: Mapping[str, Any]) -> None:
    from ..analysis.run_tables import HORIZON, months_told
    from ..reports.terminal import predictions_table, rarely_agreed_cases, told_missing

    months = float(changes.get("run.months", HORIZON))
    if rare := rarely_agreed_cases(prediction, months):
        _say_filled(f"{rare}\n")

    title = f"{len(prediction)} coded cases, {runs:,} paired runs with and without Track II"
    console().print(predictions_table(prediction, title))
    for line in told_missing(prediction):
        _say(line)
    _say(PREDICTION_CAVEAT.format(span=months_told(months)))
