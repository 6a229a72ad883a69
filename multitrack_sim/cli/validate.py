"""`multitrack validate`: the model beside the record, or its probabilities for coded cases beside what happened."""

from __future__ import annotations

import hashlib
import json
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ..errors import MultitrackError, Problem, did_you_mean, printable
from ..reports.drawing import load_matplotlib
from ..reports.screen import console, print_note, showing
from .options import NOT_WRITTEN, Quiet, Svg, Threads, _changes, _command, _say, _say_filled, _shown
from .progress import _announce_compiling, _progress

if TYPE_CHECKING:
    from ..evidence.beside_record import BesideRecord
    from ..evidence.scored_cases import ScoredCases
    from ..reports.screen import Step
    from ..scenario.code_files import CodedCase

__all__ = []
MISSED_ONE = NOT_WRITTEN  # the exit code where a pattern that may be fitted is missed
CASES_SEED = 1


@_command
def validate(
    cases: Annotated[
        Path | None,
        typer.Option(
            help="A table of coded cases, as `multitrack codes` reads it: scores probabilities against what happened."
        ),
    ] = None,
    population: Annotated[
        Path | None,
        typer.Option(
            help="A table of codes, a conflict a row, in place of the drawn reference population. Missing codes are drawn."
        ),
    ] = None,
    conflicts: Annotated[
        int | None,
        typer.Option(min=20, max=20_000, help="How many conflicts to draw (800); of a --population, about so many."),
    ] = None,
    draws: Annotated[
        int | None, typer.Option(min=1, max=10_000, help="With --cases: draws of the missing codes of each case (200).")
    ] = None,
    runs: Annotated[
        int | None, typer.Option(min=1, max=10_000, help="Runs of each conflict (1), or of each draw of a case (1).")
    ] = None,
    seed: Annotated[
        int | None,
        typer.Option(min=0, max=2**53 - 1, help="Seed of the whole. If left out: one that no calibration used."),
    ] = None,
    set_: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="NAME=VALUE", help="Change a setting everywhere. May be repeated."),
    ] = None,
    sets: Annotated[
        str | None,
        typer.Option(metavar="plausible", help="Also: how many of the plausible parameter sets miss nothing."),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(help="Folder for tables, figure, JSON and page; must be new, empty or hold this very validation."),
    ] = None,
    threads: Threads = None,
    svg: Svg = False,
    quiet: Quiet = False,
) -> None:
    """Hold the model beside the record: every pattern, or coded cases. Exit code 1 if a pattern that may be fitted is missed."""
    changes = _changes(set_ or [])
    _check_options(cases is not None, {"--population": population, "--conflicts": conflicts, "--sets": sets}, draws)
    given = {"--cases": cases, "--population": population, "--conflicts": conflicts, "--draws": draws, "--runs": runs,
             "--seed": seed, "--sets": sets, "--out": out}  # fmt: skip
    command = [
        "multitrack",
        "validate",
        *(part for name, value in given.items() if value is not None for part in (name, str(value))),
    ]
    command += [part for change in set_ or [] for part in ("--set", change)] + (["--svg"] if svg else [])
    if cases is not None:
        _validate_cases(cases, draws, runs, seed, changes, out, threads, svg, quiet, command)
    else:
        _validate_record(
            population, conflicts or 800, runs or 1, seed, changes, sets, out, threads, svg, quiet, command
        )


def _check_options(cases: bool, of_population: Mapping[str, Any], draws: int | None) -> None:
    """Options that belong to the other question are refused, all at once."""
    problems = []
    if cases:
        wrong = [name for name, value in of_population.items() if value is not None]
        problems = [
            Problem(name, "found beside --cases, which it does not belong to", "without --cases") for name in wrong
        ]
    elif draws is not None:
        problems = [Problem("--draws", "found without --cases, which it belongs to", "--cases FILE")]
    sets = of_population["--sets"]
    if sets not in (None, "plausible"):
        problems.append(Problem("--sets", f"found {printable(sets)}", "plausible", did_you_mean(sets, ["plausible"])))
    if problems:
        raise MultitrackError(problems)


# --- every pattern of the record
def _validate_record(
    file: Path | None, conflicts: int, runs: int, seed: int | None, changes: Mapping[str, Any], sets: str | None,
    out: Path | None, threads: int | None, svg: bool, quiet: bool, command: list[str],
) -> None:  # fmt: skip
    from ..evidence.beside_record import FRESH
    from ..evidence.beside_record import validate as ask
    from ..scenario.code_files import read_cases

    seed = FRESH if seed is None else seed
    given = None if file is None else read_cases(file)
    asked = _asked("the record", given, changes, {"conflicts": conflicts, "runs": runs, "seed": seed, "sets": sets})
    _check_out(out, asked)
    started = time.perf_counter()
    _announce_compiling(quiet)
    with _progress("patterns of the record", conflicts, quiet) as report:
        found = ask(conflicts, runs, seed, threads, population=given, settings=changes, sets=sets, progress=report)
    texts = {
        "targets.csv": _csv(found.table.reset_index()), "validation.json": _json(found), "validation.md": found.markdown()
    }  # fmt: skip
    if found.sets is not None:
        texts["plausible_sets.csv"] = _csv(found.sets.reset_index())
    _finish(found, texts, "beside_the_record", out, asked, command, svg, quiet, started)
    if found.missed:
        named = ", ".join(f"{name} ({found.table.loc[name, 'implausibility']:.1f})" for name in found.missed)
        print_note(f"multitrack: implausible, of the patterns that may be fitted: {named}")
        raise typer.Exit(MISSED_ONE)


# --- coded cases
def _validate_cases(
    file: Path, draws: int | None, runs: int | None, seed: int | None, changes: Mapping[str, Any], out: Path | None,
    threads: int | None, svg: bool, quiet: bool, command: list[str],
) -> None:  # fmt: skip
    from ..evidence.scored_cases import validate_cases as ask
    from ..evidence.scores import scikit_learn
    from ..evidence.validation_terms import DRAWS, RUNS
    from ..scenario.code_files import read_cases

    scikit_learn()
    draws, runs, seed = draws or DRAWS, runs or RUNS, CASES_SEED if seed is None else seed
    cases = read_cases(file)
    asked = _asked("coded cases", cases, changes, {"draws": draws, "runs": runs, "seed": seed})
    _check_out(out, asked)
    started = time.perf_counter()
    _announce_compiling(quiet)
    with _progress(f"{len(cases)} cases", len(cases), quiet) as report:
        found = ask(cases, draws, runs, seed, threads, settings=changes, progress=report)
    import pandas as pd

    bins = [one.bins.assign(outcome=one.name, among=one.among) for one in found.outcomes if one.cases]
    texts = {
        "cases.csv": _csv(found.table), "scores.csv": _csv(found.scores), "validation.json": _json(found),
        "validation.md": found.markdown(),
    }  # fmt: skip
    if bins:
        texts["calibration.csv"] = _csv(pd.concat(bins, ignore_index=True))
    _finish(found, texts, "coded_cases", out, asked, command, svg, quiet, started)


# --- what both do
def _asked(
    what: str, cases: list[CodedCase] | None, changes: Mapping[str, Any], more: Mapping[str, Any]
) -> dict[str, Any]:
    """The question, as a folder's manifest says it: two that are asked alike have the same answer."""
    from ..engine.sources import model_version

    told = None
    if cases is not None:
        lines = [[one.name, *(sorted(part.items()) for part in (one.codes, one.recorded, one.beside))] for one in cases]
        told = hashlib.sha256(json.dumps(lines, default=str).encode("utf-8", "surrogatepass")).hexdigest()[:32]
    settings = {name: str(value) for name, value in sorted(changes.items())}
    return {"validation": what, "table": told, "settings": settings, "model": model_version(), **more}


def _check_out(out: Path | None, asked: Mapping[str, Any]) -> None:
    if out is not None:
        from ..running.answer_folder import check_answer_folder

        check_answer_folder(out, asked)


def _finish(
    found: BesideRecord | ScoredCases, texts: Mapping[str, str], figure: str, out: Path | None, asked: Mapping[str, Any],
    command: list[str], svg: bool, quiet: bool, started: float,
) -> None:  # fmt: skip
    """Write everything, with a figure if it can be drawn; then print."""
    from ..running.answer_folder import fill_answer_folder
    from ..running.provenance import in_a_shell

    if out is not None:
        fill_answer_folder(out, texts, asked, in_a_shell(command))
    with showing(out) as step:
        if out is not None:
            with step("the figure could not be drawn"):
                pictures = _drawn(found, figure, svg)
                fill_answer_folder(out, {**texts, **pictures}, asked, in_a_shell(command))
        if not quiet:
            _print(found, step)
            took = time.perf_counter() - started
            _say(
                f"{took:.1f} s."
                + (f" Written to {_shown(out)} (begin with {_shown(out / f'{figure}.png')})" if out else "")
            )


def _drawn(found: BesideRecord | ScoredCases, name: str, svg: bool) -> dict[str, bytes]:
    load_matplotlib()
    from ..reports.saving import save_figures

    with tempfile.TemporaryDirectory() as place:
        save_figures({name: found.figure()}, lambda file: Path(place) / file, "Validation", svg)
        return {file.name: file.read_bytes() for file in sorted(Path(place).iterdir())}


def _print(found: Any, step: Step) -> None:
    from ..evidence import validation_words as words
    from ..evidence.beside_record import BesideRecord

    with step("the results could not be printed"):
        screen = console()
        if isinstance(found, BesideRecord):
            _say_filled(words.what_was_run(found) + "\n")
            for table in words.targets_tables(found):
                screen.print(table)
            for text in (words.in_short(found), words.sets_sentence(found), *found.notes):
                if text:
                    _say_filled(text + "\n")
            return
        screen.print(words.scores_table(found))
        screen.print(words.rivals_table(found))
        for one in found.outcomes:
            _say_filled(words.outcome_sentences(one) + "\n")
        for text in (*found.notes, words.HINDSIGHT):
            _say_filled(text + "\n")


def _csv(table: Any) -> str:
    from ..running.csv_text import csv_text

    return csv_text(table, digits=8)


def _json(found: BesideRecord | ScoredCases) -> str:
    return json.dumps(found.to_json(), indent=1, allow_nan=False) + "\n"
