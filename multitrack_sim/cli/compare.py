"""`multitrack compare`: a scenario with and without something, in paired runs."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ..errors import MultitrackError, Problem, SettingError
from ..reports.drawing import load_matplotlib
from ..reports.screen import console, showing
from .drawn import _note_missing_letters, _save_figures
from .options import (
    Plausible,
    Quiet,
    Runs,
    Seed,
    Svg,
    Threads,
    Variants,
    _begin_with,
    _command,
    _doubts_given,
    _find,
    _for_figures,
    _most_drawn,
    _named_variants,
    _resumable,
    _said,
    _say,
    _say_filled,
    _shown,
)
from .progress import _announce_compiling, _progress
from .report import PAGE, Format, Tried, Ways, _checked_format, _more_in_steps, _write_report

if TYPE_CHECKING:
    from ..analysis.comparison import Comparison
    from ..designs.as_written import WrittenArm
    from ..reports.screen import Step
    from ..running.ensemble import Ensemble
    from ..running.made_from_runs import MadeFromRuns
    from ..scenario.scenario import Scenario

__all__ = []


@_command
def compare(
    scenario: Annotated[str, typer.Argument(help="A scenario file, or the name of one that comes with the package.")],
    arm: Annotated[
        list[str] | None,
        typer.Option(
            "--arm",
            metavar="NAME: SETTING=VALUE, ...",
            help="A variant: 'no Track II: track_two.budget=0'; or a ready-made one: 'no workshops', 'with a guarantor' "
            "(multitrack arms lists them). May be repeated.",
        ),
    ] = None,
    arm_file: Annotated[
        Path | None, typer.Option(help='A TOML file of variants: [arms."NAME"] with lines "SETTING" = VALUE below it.')
    ] = None,
    runs: Runs = 500,
    seed: Seed = 1,
    out: Annotated[
        Path | None,
        typer.Option(
            help="Folder for runs, page, tables, figures and manifest; must be new, empty or this comparison's own. "
            "Safe to interrupt: repeat to resume."
        ),
    ] = None,
    set_: Annotated[
        list[str] | None,
        typer.Option(
            "--set", metavar="NAME=VALUE", help="Change a setting in the baseline and every variant. May be repeated."
        ),
    ] = None,
    format_: Format = "html",
    ways: Ways = False,
    assumptions: Tried = 0,
    parameters: Plausible = None,
    variants: Variants = None,
    threads: Threads = None,
    svg: Svg = False,
    quiet: Quiet = False,
) -> None:
    """Compare variants with the baseline in paired runs; print the differences; write them, and a page to read."""
    browser = _checked_format(format_)
    if out is None and (ways or assumptions or format_ != "html"):
        raise MultitrackError(Problem("--out", "there is no folder for the report to go to", "--out FOLDER"))
    found = _find(scenario)
    base, arms = _arms(found, arm or [], arm_file, set_ or [])
    command = ["multitrack", "compare", scenario]
    command += [part for text in arm or [] for part in ("--arm", text)]
    command += ["--arm-file", str(arm_file)] if arm_file is not None else []
    command += ["--runs", str(runs), "--seed", str(seed)]
    command += [part for change in set_ or [] for part in ("--set", change)]
    command += _doubts_given(parameters, variants)
    command += ["--out", str(out)] if out is not None else []
    command += ["--format", format_] if format_ != "html" else []
    command += ["--paths"] if ways else []
    command += ["--assumptions", str(assumptions)] if assumptions else []
    command += ["--svg"] if svg else []
    from ..running.ensemble import check_asked
    from ..running.made_from_runs import MadeFromRuns
    from ..running.provenance import in_a_shell, provenance
    from ..scenario.plausible import doubts
    from ..studies import comparison as studies
    from ..studies.kept import Keeping

    carried = doubts(parameters, _named_variants(variants))
    if carried and assumptions:
        raise MultitrackError(Problem("--assumptions", "all assumptions are varied already", "without --parameters"))
    total, started = runs * (1 + len(arms)), time.perf_counter()
    series = out is not None and total <= _most_drawn(base)
    made: MadeFromRuns | None = None
    manifest: Mapping[str, Any] = {}
    _announce_compiling(quiet)
    with _progress("baseline and variants", total, quiet) as report:
        if out is None:
            given = {one.name: one.given for one in arms}
            comparison = studies.compare(
                base, given, runs, seed, threads, progress=report, parameters=parameters,
                variants=_named_variants(variants),
            )  # fmt: skip
        else:
            check_asked(base, runs, seed, threads, 1 + len(arms), series=series)
            keeping = Keeping(out, threads, series, report, _said(quiet), in_a_shell(command), True, carried)
            with _resumable():
                done = studies.kept_arms(base, arms, runs, seed, keeping)
            comparison = studies.compared(base, arms, done, seed)
            made, manifest = MadeFromRuns(out), done.manifest
    if made is not None:
        _write_comparison(comparison, made)
    with showing(out) as step:
        if made is not None:
            drawn = _draw_comparison(comparison, made, threads, svg, quiet, step)
            more = _more_in_steps(comparison, made.path, ways, assumptions, threads, quiet, step)
            with step("the page could not be written"):
                about, repeat = provenance(manifest, str(found))
                _write_report(comparison, drawn, about, repeat, more, "html", made)
                if format_ != "html":
                    _write_report(comparison, drawn, about, repeat, more, format_, made, browser)
        if not quiet:
            _print_comparison(comparison, step)
            took = time.perf_counter() - started
            _say(f"{len(comparison.runs):,} runs in {took:.1f} s.")
            if out is not None:
                _say(f"Page, tables, figures and manifest: {_shown(out)}{_begin_with(out / PAGE)}")


def _arms(
    found: Path, texts: Sequence[str], file: Path | None, given: Sequence[str]
) -> tuple[Scenario, list[WrittenArm]]:
    """The scenario with what `--set` says, and its arms; all problems of all of them at once."""
    from ..designs.as_written import read_arms
    from ..designs.words import settings_in_words
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


def _write_comparison(comparison: Comparison, made: MadeFromRuns) -> None:
    """The tables that `compare` leaves in its folder."""
    from ..reports.words import file_stems
    from ..running.parquet import write_effects, write_outcomes

    with made.staged() as place:
        for stem, one in zip(file_stems(comparison.arms), comparison.ensembles.values()):
            write_outcomes(one.table, place(f"outcomes_{stem}.parquet"))
            place(f"scenario_{stem}.toml").write_text(one.scenario.to_toml(), "utf-8")
        write_effects(comparison.effects(), place("effects.csv"), place("effects.parquet"))


def _draw_comparison(
    comparison: Comparison,
    made: MadeFromRuns,
    threads: int | None,
    svg: bool,
    quiet: bool,
    step: Step,
) -> dict[str, Ensemble]:
    """Figures and findings in words, beside the tables of `compare`; gives the arms with the months that were drawn."""
    from dataclasses import replace

    title = comparison.scenario.title
    drawn: dict[str, Ensemble] = {}
    with step("the figures could not be drawn"):
        load_matplotlib()
        from ..reports.figures import all_figures, comparison_figure
        from ..reports.words import file_stems, plain

        runs = min(comparison.pairs, _most_drawn(comparison.scenario) // len(comparison.arms))
        drawn = {name: _for_figures(one, runs, comparison.seed, threads) for name, one in comparison.ensembles.items()}
        stems = dict(zip(comparison.arms, file_stems(comparison.arms)))
        (first, base), *others = drawn.items()
        figures = {
            f"comparison_{stems[name]}": comparison_figure(one, base, comparison.scenario, (name, first))
            for name, one in others
        }
        for name, one in drawn.items():
            figures |= all_figures(one, one.scenario, name, f"{stems[name]}_")
        _save_figures(figures, made, f"{plain(title)}: variants compared", svg, step)
        if not quiet:
            _note_missing_letters([title, *drawn])
    with step("the findings could not be written"):
        from ..reports.sentences import findings_in_markdown

        text = findings_in_markdown(comparison)
        with made.staged(adding=True) as place:
            place("what_one_sees.md").write_text(text, "utf-8")
    return {name: replace(one, table=comparison.ensembles[name].table) for name, one in drawn.items()}


def _print_comparison(comparison: Comparison, step: Step) -> None:
    from ..reports.sentences import findings, rarely_agreed_in
    from ..reports.terminal import arms_table, effects_table

    with step("the results could not be printed"):
        screen = console()
        if rare := rarely_agreed_in(comparison):
            _say_filled(f"{rare}\n")
        screen.print(arms_table(comparison))
        effects = comparison.effects()
        for name in list(comparison.arms)[1:]:
            screen.print(effects_table(effects, name, next(iter(comparison.arms))))
        for told in findings(comparison):
            _say_filled(told + "\n")
        for told in _doubts_told(comparison):
            _say_filled(told + "\n")


def _doubts_told(comparison: Comparison) -> list[str]:
    """Of runs that carry doubts: what the doubt about each variant's effect is made of."""
    from ..reports.headline_words import shares_told
    from ..reports.words import plain, with_ends

    if comparison.carried is None:
        return []
    lines = [comparison.carried.in_words]
    for name in list(comparison.arms)[1:]:
        found = comparison.doubt(name)
        change = with_ends(found.effect, *found.interval, " months under an agreement").replace(
            "95% interval", "plausible"
        )
        made_of = shares_told({"shares": found.shares, "unclear": found.unclear})
        lines.append(f"{plain(name)}, with every doubt: {change}. {made_of}")
    return lines
