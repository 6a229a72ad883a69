"""The command `multitrack`: run | compare | demo | sweep | new | codes | info.

Whatever is slow to import is imported inside the commands, so that `--help` answers at once.
"""

from __future__ import annotations

import shutil
import sys
import textwrap
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from .errors import MultitrackError, Problem, ScenarioError, SettingError, nearest, printable

if TYPE_CHECKING:
    import pandas as pd

    from .analysis.comparison import Comparison
    from .analysis.written_arms import WrittenArm
    from .ensemble import Ensemble
    from .running.store import Plan, RunFolder
    from .scenario.schema import Scenario

__all__ = ["app", "main"]

REFUSED, INTERRUPTED = 2, 130
DEMO, DEMO_SUBJECT, DEMO_ARMS = "northern_ireland_1998", "Track II", ("with Track II", "without Track II")
DEMO_CHANGE = {"track_two.budget": 0.0}
DEMO_HANGS_ON = "track_two.transfer"
PREDICTION_CAVEAT = (
    "months to it: median of the runs with an accord. held 5 years: of the accords seen so long. Track II adds: points of "
    "accords, the same seeds with and without it. Intervals (95%) are for chance between runs only.\n"
    "Codes given by people who know how a case ended make no forecast, and no validation, of it."
)
PAGE = "comparison.html"
MOST_SERIES = 500_000_000  # bytes of monthly series kept for figures

app = typer.Typer(
    name="multitrack",
    help="Simulate peace processes, official and unofficial: what would have happened without this track?",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)


class _Interrupted(Exception):
    """Ctrl+C inside a command."""


def _command(function: Callable[..., None]) -> Callable[..., None]:
    @wraps(function)
    def guarded(*arguments: Any, **options: Any) -> None:
        try:
            function(*arguments, **options)
        except KeyboardInterrupt:
            raise _Interrupted from None

    app.command(name=function.__name__)(guarded)
    return guarded


def _show_version(asked: bool) -> None:
    if asked:
        from . import __version__

        print(f"multitrack_sim {__version__}")
        raise typer.Exit()


@app.callback()
def _front(
    version: Annotated[
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Print the version and stop.")
    ] = False,
) -> None:
    pass


Runs = Annotated[int, typer.Option(min=1, max=10_000_000, help="Number of runs.")]
Seed = Annotated[int, typer.Option(min=0, max=2**53 - 1, help="Seed of the whole: the same seed gives the same runs.")]
Threads = Annotated[int | None, typer.Option(min=1, max=1024, help="Threads to use; all cores if left out.")]
Story = Annotated[bool, typer.Option("--story", help="Tell one of the runs as a story, and explain how it came out.")]
StoryRun = Annotated[
    int, typer.Option(min=0, metavar="K", help="Which run --story tells, counted from 0.", show_default=True)
]
Svg = Annotated[bool, typer.Option("--svg", help="Write every figure as SVG too, for print.")]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Print nothing but errors.")]


@_command
def run(
    scenario: Annotated[str, typer.Argument(help="A scenario file, or the name of one that comes with the package.")],
    runs: Runs = 500,
    seed: Seed = 1,
    out: Annotated[
        Path | None,
        typer.Option(help="Folder for tables, figures and manifest; must be new, empty or this run's own."),
    ] = None,
    set_: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="NAME=VALUE", help="Change a setting: track_two.budget=0. May be repeated."),
    ] = None,
    story: Story = False,
    story_run: StoryRun = 0,
    threads: Threads = None,
    svg: Svg = False,
    quiet: Quiet = False,
) -> None:
    """Run a scenario many times; print what came out; write it to a folder."""
    found = _find(scenario)
    changes = _changes(set_ or [])
    if story and story_run >= runs:
        raise SettingError(Problem(f"--story-run {story_run}", "no such run", f"0 to {runs - 1}"))
    from .scenario.load import load

    loaded = load(found)
    if changes:
        loaded = loaded.with_settings(changes)
    command = ["multitrack", "run", scenario, "--runs", str(runs), "--seed", str(seed)]
    command += [part for change in set_ or [] for part in ("--set", change)]
    command += ["--out", str(out)] if out is not None else []
    command += ["--svg"] if svg else []
    command += ["--story", "--story-run", str(story_run)] if story else []
    plan = _plan([("all", loaded, found, changes)], runs, seed, command)
    folder = _folder(out, plan) if out is not None else None

    started = time.perf_counter()
    result = _ensemble(loaded, runs, seed, threads, quiet, series=folder is not None)
    told, told_in_markdown = _told(loaded, seed, story_run) if story else ("", "")
    if folder is not None:
        from .reports.figures import all_figures, save_figures
        from .running.store import write_outcomes

        drawn = _for_figures(result, runs, seed, threads)
        with folder.staged({"all": result.table}) as place:
            write_outcomes(result.table, place("outcomes.parquet"))
            place("scenario.toml").write_text(loaded.to_toml(), "utf-8")
            save_figures(all_figures(drawn, loaded), place, loaded.title, svg)
            if story:
                place("story.md").write_text(told_in_markdown, "utf-8")
    if not quiet:
        _print_results([(loaded.title, result)])
        if story:
            _say(f"{told}\n")
        took = time.perf_counter() - started
        _say(f"{runs:,} run{'' if runs == 1 else 's'} in {took:.1f} s." + (f" Written to {_shown(out)}" if out else ""))


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
    from .analysis.comparison import BASELINE, compare

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


@_command
def demo(
    runs: Runs = 400,
    seed: Seed = 1,
    out: Annotated[Path, typer.Option(help="Folder for tables, figures and manifest.")] = Path("results") / "demo",
    threads: Threads = None,
    svg: Svg = False,
    quiet: Quiet = False,
) -> None:
    """Northern Ireland 1998 with and without Track II, on the same seeds; says in plain words what one sees."""
    from .running.cases import scenario_file
    from .scenario.load import load

    found = scenario_file(DEMO)
    with_it = load(found)
    without = with_it.with_settings(DEMO_CHANGE)
    command = ["multitrack", "demo", "--runs", str(runs), "--seed", str(seed), "--out", str(out)]
    command += ["--svg"] if svg else []
    arms: list[tuple[str, Scenario, Path, dict[str, Any]]] = [
        (DEMO_ARMS[0], with_it, found, {}),
        (DEMO_ARMS[1], without, found, DEMO_CHANGE),
    ]
    folder = _folder(out, _plan(arms, runs, seed, command))
    results = [_ensemble(arm, runs, seed, threads, quiet, name, series=True) for name, arm, _, _ in arms]

    from .reports.figures import all_figures, comparison_figure, save_figures
    from .reports.paragraph import comparison_paragraph
    from .reports.words import for_markdown
    from .running.store import write_outcomes

    one, two = (result.table for result in results)
    drawn = [_for_figures(result, runs, seed, threads) for result in results]
    told = comparison_paragraph(one, two, with_it, DEMO_ARMS, DEMO_SUBJECT, DEMO_HANGS_ON)
    figures = {"comparison": comparison_figure(drawn[0], drawn[1], with_it, DEMO_ARMS)}
    with folder.staged({name: result.table for (name, *_), result in zip(arms, results)}) as place:
        for (name, arm, _, _), result, seen in zip(arms, results, drawn):
            stem = name.lower().replace(" ", "_").replace("track_ii", "track_two")
            write_outcomes(result.table, place(f"outcomes_{stem}.parquet"))
            place(f"scenario_{stem}.toml").write_text(arm.to_toml(), "utf-8")
            figures |= all_figures(seen, arm, name, f"{stem}_")
        title = f"{with_it.title}, {DEMO_ARMS[0]} and {DEMO_ARMS[1]}"
        save_figures(figures, place, title, svg)
        place("what_one_sees.md").write_text(f"# {for_markdown(title, 200)}\n\n{for_markdown(told, 10_000)}\n", "utf-8")
    if not quiet:
        _print_results([(f"{with_it.title}, {name}", result) for (name, *_), result in zip(arms, results)])
        _say(textwrap.fill(told, min(100, shutil.get_terminal_size().columns), break_on_hyphens=False))
        _say(f"\nFigures, tables and manifest: {_shown(out)} (begin with {_shown(out / 'comparison.png')})")


@_command
def sweep(
    scenario: Annotated[
        str,
        typer.Argument(help="A scenario file, a file of codes, or the name of a scenario that comes with the package."),
    ],
    out: Annotated[Path, typer.Option(help="Folder for the runs; the same command again goes on where it was.")],
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
            help="What is varied: a range, track_two.budget=0:3; levels, track_one.agenda=package,gradual or cbm.budget=0:3:4; "
            "a code, codes.track2=0:4. May be repeated.",
        ),
    ] = None,
    arm: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME:...",
            help='An arm, on the same seeds as the others: "without: track_two.budget=0". For coalitions: a track, and what '
            "mutes it. May be repeated.",
        ),
    ] = None,
    points: Annotated[
        int | None, typer.Option(min=1, help="Points of the sample (of sobol its base, of morris its trajectories).")
    ] = None,
    runs: Annotated[
        int | None, typer.Option(min=1, max=10_000_000, help="Runs of each point and arm; with --until the most.")
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
    """Run a design into a folder: many points, arms and runs, on threads or a cluster. Ended at any moment, it goes on."""
    found = _find(scenario)
    changes = _changes(set_ or [])
    from .running.asked import asked_design, base_of, read_arms, read_vary
    from .running.sweep import SweepInterrupted
    from .running.sweep import sweep as run_sweep

    varied, arms, rule = read_vary(vary or []), read_arms(arm or []), None
    if until is not None:
        from .analysis.sequential import until as rule_of

        rule = rule_of(until)
    base = base_of(found, changes)
    asked = asked_design(design, varied, arms, points, runs, seed, base, until is not None)
    options: dict[str, Any] = {
        "backend": backend, "cluster": cluster, "threads": threads, "series": series, "retry_failed": retry_failed,
    }  # fmt: skip
    _announce_compiling(quiet)
    say, started = (lambda line: None) if quiet else _note, time.perf_counter()
    try:
        with _sweep_progress(quiet) as report:
            done = run_sweep(base, asked, out=out, seed=seed, until=rule, progress=report, say=say, **options)
    except SweepInterrupted as stopped:
        _note(f"multitrack: {stopped}")
        raise typer.Exit(INTERRUPTED) from None
    if not quiet:
        _say(f"{done.done:,} runs in {_shown(out)} ({time.perf_counter() - started:.1f} s).")
        if done.until:
            low, high = done.until["intervals"][0][:2]
            one = f": {low:.4f} to {high:.4f}" if len(done.until["intervals"]) == 1 else ""
            _say(f"{done.until['rule']}{one}, widest +- {done.until['widest']:.4g}.")
    if not done.wrong and done.design.kind in ("sobol", "morris"):
        _write_sensitivity(done, quiet)
    if done.wrong:
        _note(
            f"multitrack: {done.wrong:,} of them failed (mt.open_sweep(...).failed() says why; --retry-failed runs them again)"
        )


@_command
def new(
    file: Annotated[Path, typer.Argument(help="The scenario file to write; must not exist yet.")],
    codes: Annotated[
        Path | None,
        typer.Option(
            help="A TOML file of codes (hurting_stalemate = 3 ...) and a title: writes the scenario they give."
        ),
    ] = None,
) -> None:
    """Write a scenario to start from: it runs as it is, and every line says what it means."""
    from .running.one_file import check_place, write_whole
    from .scenario.codebook import CODES, missing_codes
    from .scenario.coded_file import coded_text, read_codes
    from .scenario.template import template_text

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
        Path, typer.Argument(help="Cases as comma- or semicolon-separated values: case, the codes, what happened.")
    ],
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
    changes = _changes(set_ or [])
    from .analysis.coded_cases import check_prediction_place, predict_cases, prediction_identity, prediction_text
    from .running.one_file import check_place, write_whole
    from .scenario.case_table import read_cases

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
        _print_prediction(prediction, runs)
        took = time.perf_counter() - started
        _say(f"{2 * runs * len(cases):,} runs in {took:.1f} s." + (f" Written to {_shown(out)}" if out else ""))


@_command
def info() -> None:
    """Print versions, cores, the model's fingerprint and where compiled code is kept."""
    from . import compiled
    from .running.cases import scenario_names
    from .running.store import machine

    about = machine()
    lines = {
        **about["versions"],
        "platform": about["platform"],
        "mathematical library": about["libm"],
        "processor": f"{about['processor']} ({about['processor_kind']})",
        "cores": about["cores"],
        "fingerprint of the model": compiled.fingerprint(),
        "compiled code": _cache(compiled),
        "scenarios": ", ".join(scenario_names()) or "none found",
    }
    wide = max(map(len, lines))
    for name, value in lines.items():
        print(f"{name:<{wide}}  {printable(value, 1000).strip(chr(39))}")


def main(arguments: Sequence[str] | None = None) -> int:
    """The command line; gives the exit code. Problems are lines on stderr: 2 refused, 130 interrupted."""
    try:
        app(list(arguments) if arguments is not None else None)
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else 0 if end.code is None else 1
    except MultitrackError as refused:
        for problem in refused.problems:
            print(f"multitrack: {problem}", file=sys.stderr)
        return REFUSED
    except (_Interrupted, KeyboardInterrupt):
        print("\nmultitrack: interrupted; nothing is left half-written", file=sys.stderr)
        return INTERRUPTED
    return 0


# --- what the commands share


def _find(given: str) -> Path:
    """The file meant: a path, or the name of a scenario that comes with the package."""
    from .running.cases import scenario_file, scenario_names

    path = Path(given)
    try:
        if path.exists():
            return path
    except (OSError, ValueError):  # a name no file can have
        pass
    names = scenario_names()
    if path.name == given and path.name.removesuffix(".toml") in names:
        return scenario_file(path.name.removesuffix(".toml"))
    near = nearest(path.name.removesuffix(".toml"), names)
    hint = f"did you mean {near}?" if near else f"by name there are: {', '.join(names)}" if names else ""
    raise ScenarioError(Problem(_shown(given), "no such scenario file", hint=hint))


def _changes(given: Sequence[str]) -> dict[str, Any]:
    """What `--set` says; all problems at once."""
    from .scenario.written import settings_in_words

    changes, problems = settings_in_words(given, "--set")
    if problems:
        raise SettingError(problems)
    return changes


def _arms(
    found: Path, texts: Sequence[str], file: Path | None, given: Sequence[str]
) -> tuple[Scenario, list[WrittenArm]]:
    """The scenario with what `--set` says, and its arms; all problems of all of them at once."""
    from .analysis.written_arms import read_arms
    from .scenario.load import load
    from .scenario.written import settings_in_words

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


def _plan(arms: Sequence[tuple[str, Scenario, Path, dict[str, Any]]], runs: int, seed: int, command: list[str]) -> Plan:
    from .compiled import fingerprint
    from .running.store import Arm, Plan

    described = [
        Arm(name, arm.title, arm.to_toml(), {"written": dict(arm.settings), "changed": changes}, str(path))
        for name, arm, path, changes in arms
    ]
    return Plan(described, runs, seed, fingerprint(), command)


def _folder(path: Path, plan: Plan) -> Any:
    from .running.store import RunFolder

    folder = RunFolder(path, plan)
    folder.check()
    return folder


def _ensemble(
    scenario: Scenario, runs: int, seed: int, threads: int | None, quiet: bool, name: str = "runs", series: bool = False
) -> Ensemble:
    from .ensemble import run_ensemble

    _announce_compiling(quiet)
    series = series and runs <= _most_drawn(scenario)
    with _progress(name, runs, quiet) as report:
        return run_ensemble(scenario, runs=runs, seed=seed, threads=threads, series=series, progress=report)


def _announce_compiling(quiet: bool) -> None:
    from .compiled import is_cold

    if not quiet and is_cold():
        _note("Compiling the model for this machine, once (it takes up to a minute) ...")


def _told(scenario: Scenario, seed: int, run: int) -> tuple[str, str]:
    """One of the runs as a story with its explanation: as text and as Markdown."""
    from .chance import run_seed
    from .model import PeaceProcess
    from .reports.explanation import explain
    from .reports.story import story, story_in_markdown

    model = PeaceProcess(scenario, seed=run_seed(seed, run), collect=False)
    model.run()
    why = explain(model)
    heading = f"Run {run} of --seed {seed}"
    return f"{heading}\n{story(model)}\n\n{why}", f"{story_in_markdown(model)}\n{why.markdown}"


def _most_drawn(scenario: Scenario) -> int:
    """How many runs the figures can hold in memory, month by month."""
    from .outcome_table import SERIES_ROW

    return int(MOST_SERIES // (scenario.value("run.months") * SERIES_ROW.itemsize))


def _for_figures(result: Ensemble, runs: int, seed: int, threads: int | None) -> Ensemble:
    """The runs with their months; of very many runs, the first so many again (the figures say how many they show)."""
    if result.series is not None:
        return result
    from .ensemble import run_ensemble

    runs = min(runs, _most_drawn(result.scenario))
    return run_ensemble(result.scenario, runs=runs, seed=seed, threads=threads, series=True)


@contextmanager
def _progress(name: str, runs: int, quiet: bool) -> Iterator[Callable[[int, int], None] | None]:
    """A bar on a terminal, a line per quarter elsewhere, either with an estimate of what is left."""
    if quiet:
        yield None
    elif sys.stderr.isatty():
        from rich import progress
        from rich.console import Console

        columns = (
            progress.TextColumn("{task.description}", markup=False),
            progress.BarColumn(),
            progress.MofNCompleteColumn(),
            progress.TimeElapsedColumn(),
            progress.TextColumn("left:"),
            progress.TimeRemainingColumn(),
        )
        with progress.Progress(*columns, console=Console(stderr=True), transient=True) as bar:
            task = bar.add_task(name, total=runs)
            yield lambda done, total: bar.update(task, completed=done)
    else:
        said, started = 0, time.perf_counter()

        def report(done: int, total: int) -> None:
            nonlocal said
            if 4 * done // total > said:
                said = 4 * done // total
                left = (time.perf_counter() - started) * (total - done) / done
                _note(f"{name}: {done:,} of {total:,}" + (f", about {left:.0f} s left" if done < total else ""))

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


def _write_sensitivity(done: Any, quiet: bool) -> None:
    """Indices of the main outcomes, into the sweep's folder; those of months at peace on the screen."""
    from rich.console import Console

    from .analysis.sensitivity import main_sensitivities
    from .reports.terminal import sensitivity_table
    from .running.one_file import write_whole

    found = main_sensitivities(done)
    if found.empty:  # nothing differs between the points
        return
    write_whole(done.path / "sensitivity.csv", found.to_csv(index=False), replace=True)
    if not quiet:
        outcomes = set(found["outcome"])
        outcome = "months_at_peace" if "months_at_peace" in outcomes else found["outcome"].iloc[0]
        Console().print(sensitivity_table(found[found["outcome"] == outcome], outcome))
        _say(f"Main outcomes: {_shown(done.path / 'sensitivity.csv')}")


def _print_results(arms: Sequence[tuple[str, Ensemble]]) -> None:
    from rich.console import Console

    from .analysis.summary import summarise
    from .reports.terminal import results_table

    console = Console()
    for title, result in arms:
        count = len(result.table)
        console.print(results_table(summarise(result.table), f"{title}: {count:,} run{'' if count == 1 else 's'}"))


def _write_comparison(comparison: Comparison, folder: RunFolder, threads: int | None, svg: bool) -> None:
    """Everything that `compare` leaves in its folder."""
    from dataclasses import replace

    from .reports.figures import all_figures, comparison_figure, save_figures
    from .reports.page import comparison_page
    from .reports.paragraph import findings_in_markdown
    from .reports.words import file_stems, plain
    from .running.store import provenance, write_effects, write_outcomes

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

    from .reports.paragraph import findings
    from .reports.terminal import arms_table, effects_table

    console = Console()
    console.print(arms_table(comparison))
    effects = comparison.effects()
    for name in list(comparison.arms)[1:]:
        console.print(effects_table(effects, name, next(iter(comparison.arms))))
    for told in findings(comparison):
        _say(textwrap.fill(told, min(100, shutil.get_terminal_size().columns), break_on_hyphens=False) + "\n")


def _print_prediction(prediction: pd.DataFrame, runs: int) -> None:
    from rich.console import Console

    from .reports.terminal import predictions_table, told_missing

    title = f"{len(prediction)} coded cases, {runs:,} runs with and {runs:,} without Track II, on the same seeds"
    Console().print(predictions_table(prediction, title))
    for line in told_missing(prediction):
        _say(line)
    _say(PREDICTION_CAVEAT)


def _cache(compiled: Any) -> str:
    folder = compiled._cache_folder()
    if folder is None:
        return "cannot be kept; every start compiles anew"
    return f"{folder} ({'empty: the first run compiles' if compiled.is_cold() else 'ready'})"


def _shown(path: Path | str) -> str:
    """A path as the reader would type it, with control characters made visible."""
    return printable(Path(path), 300)


def _say(text: str) -> None:
    print(text)


def _note(text: str) -> None:
    print(text, file=sys.stderr, flush=True)
