"""`multitrack report`: the report of a comparison, made anew from the folder of its runs."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ..errors import MultitrackError, Problem, did_you_mean, printable
from ..reports.report_files import FORMATS, browser_for_print, print_page, report_tables
from ..reports.screen import print_note
from .options import Quiet, Threads, _command, _say, _shown
from .progress import _announce_compiling, _announce_page_engine, _progress

if TYPE_CHECKING:
    from ..analysis.assumptions import Assumptions
    from ..analysis.comparison import Comparison
    from ..analysis.paths import Paths
    from ..reports.page import More
    from ..reports.report_policy import TryIt
    from ..reports.report_stories import Story
    from ..reports.screen import Step
    from ..running.made_from_runs import MadeFromRuns
    from ..scenario.scenario import Scenario

__all__ = []
PAGE, HANDOUT, PRINTED = "comparison.html", "handout.html", "comparison.pdf"
MOST_MONTHS = 2000  # runs of each arm whose months are drawn
MOST_STORIES = 2  # variants of whose runs two are told side by side
PATHS_RUNS = 200

Format = Annotated[
    str,
    typer.Option("--format", metavar="|".join(FORMATS), help="html: a page; pdf: the page printed by a browser that is there; "
                 "csv: the tables; handout: one page to print."),
]  # fmt: skip
Ways = Annotated[
    bool,
    typer.Option(
        "--paths", help=f"Also: through which way Track II works, from up to {PATHS_RUNS} runs of each set of ways."
    ),
]
Tried = Annotated[
    int,
    typer.Option("--assumptions", metavar="N", min=0, max=100_000, help="Also: N pairs of runs at either end of the plausible "
                 "range of each of some ten assumptions. 0: none."),
]  # fmt: skip


@_command
def report(
    folder: Annotated[
        Path, typer.Argument(help="A folder that `compare --out` made, or a sweep of arms or of few points.")
    ],
    format_: Format = "html",
    out: Annotated[
        Path | None,
        typer.Option(
            help="File for the report (csv: a new folder); must not exist yet. If left out: into the folder of runs."
        ),
    ] = None,
    ways: Ways = False,
    assumptions: Tried = 0,
    point: Annotated[int, typer.Option(min=0, help="Of a sweep with arms, which of its points.")] = 0,
    threads: Threads = None,
    quiet: Quiet = False,
) -> None:
    """Make the report of a comparison anew from its kept runs: a page, a PDF, tables, or a handout."""
    browser = _checked_format(format_)
    from ..running.files import check_place
    from ..running.made_from_runs import MadeFromRuns
    from ..running.provenance import provenance
    from ..studies.kept_comparison import open_comparison

    if out is not None:
        check_place(out)
    started = time.perf_counter()
    comparison, done = open_comparison(folder, MOST_MONTHS, point)
    more = _more(comparison, folder, ways, assumptions, threads, quiet)
    if format_ == "html":
        more = replace(more, try_it=_try_it(comparison, more.assumptions, quiet, done.manifest["model"]))
    about, command = provenance(done.manifest, str(done.path / "scenario.toml"))
    drawn: Mapping[str, Any] = comparison.ensembles
    where = _write_report(comparison, drawn, about, command, more, format_, MadeFromRuns(folder), browser, out)
    if not quiet:
        _say(f"{len(comparison.runs):,} runs, report in {time.perf_counter() - started:.1f} s: {_shown(where)}")


def _checked_format(given: str) -> str:
    """The browser that is needed for this format; empty where none is. MultitrackError for formats that do not exist."""
    if given not in FORMATS:
        hint = did_you_mean(given, FORMATS)
        raise MultitrackError(Problem("--format", f"found {printable(given)}", ", ".join(FORMATS), hint))
    return browser_for_print() if given == "pdf" else ""


def _more(
    comparison: Comparison, folder: Path, ways: bool, runs: int, threads: int | None, quiet: bool, told: bool = True
) -> More:
    """What was asked for beside the comparison: runs are made for it now. `told`: two runs of one seed too."""
    from ..reports.page import More
    from ..reports.report_answer import by_size
    from ..reports.report_facts import Facts

    _announce_compiling(quiet)
    ordered = by_size(Facts(comparison))
    by_paths = _paths(comparison, threads, quiet) if ways else None
    by_assumptions = _assumptions(comparison, ordered[0], runs, threads, quiet) if runs else None
    stories = _stories(comparison, ordered) if told else []
    return More(by_paths, by_assumptions, stories, folder=_shown(folder))


def _more_in_steps(
    comparison: Comparison, folder: Path, ways: bool, runs: int, threads: int | None, quiet: bool, step: Step
) -> More:
    """The same where the comparison must not hang on it: what cannot be made is a line, and the report goes without."""
    from ..reports.page import More

    more = More(folder=_shown(folder))
    with step("what the report has beside the comparison could not be made"):
        more = _more(comparison, folder, ways, runs, threads, quiet)
    with step("the levers of the report could not be made"):
        more = replace(more, try_it=_try_it(comparison, more.assumptions, quiet))
    return more


def _try_it(comparison: Comparison, assumptions: Assumptions | None, quiet: bool, version: str = "") -> TryIt:
    """Levers below each variant, and the model that runs in the page; where that cannot be made, a line that says so.

    `version` is that of the model which made the runs, where that may have been another.
    """
    from ..browser.engine import can_be_kept, is_made, page_engine
    from ..browser.try_it import not_to_try, to_try
    from ..engine.sources import model_version
    from ..reports.report_facts import Facts

    if comparison.carried:
        return not_to_try("each of its runs has assumptions of its own, and levers move those of all runs at once")
    if version and version != model_version():
        return not_to_try("its runs were made by another version of the model")
    if not is_made() and not can_be_kept():
        return not_to_try("making it takes a minute, and nothing can be kept on this machine")
    _announce_page_engine(quiet)
    try:
        engine = page_engine()
    except MultitrackError as problem:
        print_note(f"The report has no levers to try: {problem}")
        return not_to_try("it could not be made for pages on the machine that wrote this report")
    return to_try(Facts(comparison), engine, assumptions)


def _paths(comparison: Comparison, threads: int | None, quiet: bool) -> Paths:
    from ..studies.paths import paths

    some = min(comparison.pairs, PATHS_RUNS)
    with _progress("ways of Track II", some, quiet) as report:
        sets, variants = comparison.carried.asked_for if comparison.carried else (None, None)
        return paths(
            comparison.scenario, some, comparison.seed, threads=threads, progress=report, parameters=sets,
            variants=variants,
        )  # fmt: skip


def _assumptions(comparison: Comparison, arm: str, runs: int, threads: int | None, quiet: bool) -> Assumptions:
    from ..studies.assumptions import assumptions

    if comparison.carried:
        found, allowed = "its runs vary all assumptions already", "a comparison without --parameters and --variants"
        raise MultitrackError(Problem("--assumptions", found, allowed))
    with _progress("assumptions", runs, quiet) as report:
        return assumptions(comparison, arm, runs, threads, report)


def _stories(comparison: Comparison, ordered: list[str]) -> list[Story]:
    """Two runs of one seed, for the variants that change most, in both directions where there are both."""
    from ..analysis.deciding_pairs import deciding_pairs
    from ..reports.report_stories import Story
    from ..single_run.side_by_side import side_by_side

    base, found = comparison.baseline, []
    for arm in ordered[:MOST_STORIES]:
        for pair in deciding_pairs(comparison.table(), comparison.table(arm)):
            one, other = (_as_run(comparison, name, pair.seed) for name in (base, arm))
            side = side_by_side(one, other, pair.seed)
            found.append(Story(arm, pair, side))
    return found


def _as_run(comparison: Comparison, arm: str, seed: int) -> Scenario:
    """The scenario of an arm with the assumptions that its run of this seed has."""
    scenario, carried = comparison.arms[arm], comparison.carried
    if carried is None:
        return scenario
    run = int((comparison.table(arm)["seed"] == seed).to_numpy().argmax())
    return scenario.with_settings(carried.settings(run, scenario.settings))


# --- into files
def _write_report(
    comparison: Comparison,
    drawn: Mapping[str, Any],
    about: Mapping[str, str],
    command: str,
    more: More,
    format_: str,
    made: MadeFromRuns,
    browser: str = "",
    out: Path | None = None,
) -> Path:
    """The report in one of its formats, into the folder of the runs or into a file (of tables: a folder) of its own."""
    from ..reports.page import comparison_page, handout_page

    if format_ == "csv":
        return _write_tables(comparison, more, made, out)
    if format_ == "handout":
        return _write(handout_page(comparison, about, more), HANDOUT, made, out)
    text = comparison_page(comparison, drawn, about, command, more)
    return _write(text, PRINTED if format_ == "pdf" else PAGE, made, out, browser)


def _write(text: str, name: str, made: MadeFromRuns, out: Path | None, browser: str = "") -> Path:
    from ..running.files import write_whole

    if out is None:
        with made.staged(adding=True) as place:
            _fill(text, place(name), browser)
        return made.path / name
    if browser:
        print_page(text, out, browser)
    else:
        write_whole(out, text)
    return out


def _fill(text: str, path: Path, browser: str) -> None:
    if browser:
        print_page(text, path, browser)
    else:
        path.write_text(text, "utf-8")


def _write_tables(comparison: Comparison, more: More, made: MadeFromRuns, out: Path | None) -> Path:
    """Every table as a file."""
    from ..running.csv_text import csv_text

    texts = {f"report_{name}.csv": csv_text(table) for name, table in report_tables(comparison, more).items()}
    if out is None:
        with made.staged(adding=True) as place:
            for name, text in texts.items():
                place(name).write_text(text, "utf-8")
        return made.path
    out.mkdir()
    for name, text in texts.items():
        (out / name).write_text(text, "utf-8")
    return out
