"""`multitrack compare`: a scenario with and without something, on the same seeds."""

from __future__ import annotations

import shutil
import textwrap
import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ..errors import SettingError
from .options import (
    Quiet,
    Runs,
    Seed,
    Svg,
    Threads,
    _command,
    _find,
    _folder,
    _for_figures,
    _most_drawn,
    _plan,
    _say,
    _shown,
)
from .progress import _announce_compiling, _progress

if TYPE_CHECKING:
    from ..analysis.comparison import Comparison
    from ..designs.as_written import WrittenArm
    from ..running.run_folder import RunFolder
    from ..scenario.scenario import Scenario

__all__ = []
PAGE = "comparison.html"


@_command
def compare(
    scenario: Annotated[str, typer.Argument(help="A scenario file, or the name of one that comes with the package.")],
    arm: Annotated[
        list[str] | None,
        typer.Option(
            "--arm",
            metavar="NAME: SETTING=VALUE, ...",
            help="What to compare: 'no Track II: track_two.budget=0'; or a ready-made arm: 'no workshops'. "
            "May be repeated.",
        ),
    ] = None,
    arm_file: Annotated[
        Path | None, typer.Option(help='A TOML file of arms: [arms."NAME"] with lines "SETTING" = VALUE below it.')
    ] = None,
    runs: Runs = 500,
    seed: Seed = 1,
    out: Annotated[
        Path | None,
        typer.Option(
            help="Folder for page, tables, figures and manifest; must be new, empty or this comparison's own."
        ),
    ] = None,
    set_: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="NAME=VALUE", help="Change a setting in every arm. May be repeated."),
    ] = None,
    threads: Threads = None,
    svg: Svg = False,
    quiet: Quiet = False,
) -> None:
    """Compare arms with the scenario on the same seeds; print the effects; write them, and a page to read."""
    found = _find(scenario)
    base, arms = _arms(found, arm or [], arm_file, set_ or [])
    command = ["multitrack", "compare", scenario]
    command += [part for text in arm or [] for part in ("--arm", text)]
    command += ["--arm-file", str(arm_file)] if arm_file is not None else []
    command += ["--runs", str(runs), "--seed", str(seed)]
    command += [part for change in set_ or [] for part in ("--set", change)]
    command += ["--out", str(out)] if out is not None else []
    command += ["--svg"] if svg else []
    from ..analysis.comparison import compare
    from ..designs.arms import BASELINE

    planned = [(BASELINE, base, found, {}), *((one.name, one.scenario, found, one.changes) for one in arms)]
    plan = _plan(planned, runs, seed, command)
    folder = _folder(out, plan) if out is not None else None

    started = time.perf_counter()
    _announce_compiling(quiet)
    kept = folder is not None and runs * len(planned) <= _most_drawn(base)
    with _progress(f"{len(planned)} arms", runs * len(planned), quiet) as report:
        comparison = compare(
            base, {one.name: one.given for one in arms}, runs, seed, threads, series=kept, progress=report
        )
    if folder is not None:
        _write_comparison(comparison, folder, threads, svg)
    if not quiet:
        _print_comparison(comparison)
        took = time.perf_counter() - started
        _say(f"{runs * len(planned):,} runs in {took:.1f} s.")
        if out is not None:
            _say(f"Page, tables, figures and manifest: {_shown(out)} (begin with {_shown(out / PAGE)})")


def _arms(
    found: Path, texts: Sequence[str], file: Path | None, given: Sequence[str]
) -> tuple[Scenario, list[WrittenArm]]:
    """The scenario with what `--set` says, and its arms; all problems of all of them at once."""
    from ..designs.as_written import read_arms, settings_in_words
    from ..scenario.load import load

    base = load(found)
    changes, problems = settings_in_words(given, "--set")
    arms: list[WrittenArm] = []
    try:
        base = base.with_settings(changes) if changes else base
    except SettingError as wrong:
        problems += wrong.problems
    try:
        arms = read_arms(base, texts, file)
    except SettingError as wrong:
        problems += wrong.problems
    if problems:
        raise SettingError(problems)
    return base, arms


def _write_comparison(comparison: Comparison, folder: RunFolder, threads: int | None, svg: bool) -> None:
    """Everything that `compare` leaves in its folder."""
    from dataclasses import replace

    from ..reports.figures import all_figures, comparison_figure, save_figures
    from ..reports.page import comparison_page
    from ..reports.sentences import findings_in_markdown
    from ..reports.words import file_stems, plain
    from ..running.parquet import write_effects, write_outcomes
    from ..running.provenance import provenance

    runs, seed, title = comparison.pairs, comparison.seed, comparison.scenario.title
    most = _most_drawn(comparison.scenario) // len(comparison.arms)
    drawn = {name: _for_figures(one, min(runs, most), seed, threads) for name, one in comparison.ensembles.items()}
    stems = dict(zip(comparison.arms, file_stems(comparison.arms)))
    (first, base), *others = drawn.items()
    figures = {
        f"comparison_{stems[name]}": comparison_figure(one, base, comparison.scenario, (name, first))
        for name, one in others
    }
    with folder.staged({name: one.table for name, one in comparison.ensembles.items()}) as place:
        for name, one in comparison.ensembles.items():
            write_outcomes(one.table, place(f"outcomes_{stems[name]}.parquet"))
            place(f"scenario_{stems[name]}.toml").write_text(one.scenario.to_toml(), "utf-8")
            figures |= all_figures(drawn[name], one.scenario, name, f"{stems[name]}_")
        write_effects(comparison.effects(), place("effects.csv"), place("effects.parquet"))
        save_figures(figures, place, f"{plain(title)}: arms compared", svg)
        place("what_one_sees.md").write_text(findings_in_markdown(comparison), "utf-8")
        whole = {name: replace(one, table=comparison.ensembles[name].table) for name, one in drawn.items()}
        about, command = provenance(folder.plan, folder.started)
        place(PAGE).write_text(comparison_page(comparison, whole, about, command), "utf-8")


def _print_comparison(comparison: Comparison) -> None:
    from rich.console import Console

    from ..reports.sentences import findings
    from ..reports.terminal import arms_table, effects_table

    console = Console()
    console.print(arms_table(comparison))
    effects = comparison.effects()
    for name in list(comparison.arms)[1:]:
        console.print(effects_table(effects, name, next(iter(comparison.arms))))
    for told in findings(comparison):
        _say(textwrap.fill(told, min(100, shutil.get_terminal_size().columns), break_on_hyphens=False) + "\n")
