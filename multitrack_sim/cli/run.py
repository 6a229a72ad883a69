"""`multitrack run` and `multitrack demo`: one scenario, many times."""

from __future__ import annotations

import signal
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ..errors import Problem, SettingError
from ..reports.drawing import load_matplotlib
from ..reports.screen import console, print_note, showing
from .drawn import _note_missing_letters, _save_figures
from .options import (
    Plausible,
    Quiet,
    Runs,
    Seed,
    Story,
    StoryRun,
    Svg,
    Threads,
    Variants,
    _begin_with,
    _changes,
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

if TYPE_CHECKING:
    from ..designs.design import Design
    from ..running.ensemble import Ensemble
    from ..running.made_from_runs import MadeFromRuns
    from ..scenario.plausible import Doubts
    from ..scenario.scenario import Scenario

__all__ = []
DEMO, DEMO_SUBJECT, DEMO_ARMS = "northern_ireland_1998", "Track II", ("with Track II", "without Track II")
DEMO_CHANGE = {"track_two.budget": 0.0}
# of the ways out of Track II the only one that is clear in more than one case when closed (experiments/through_what.py)
DEMO_HANGS_ON = "track_two.invention"


@_command
def run(
    scenario: Annotated[str, typer.Argument(help="A scenario file, or the name of one that comes with the package.")],
    runs: Runs = 500,
    seed: Seed = 1,
    out: Annotated[
        Path | None,
        typer.Option(
            help="Folder for runs, tables, figures and manifest; must be new, empty or this run's own. Safe to interrupt: "
            "repeat to resume."
        ),
    ] = None,
    set_: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="NAME=VALUE", help="Change a setting: track_two.budget=0. May be repeated."),
    ] = None,
    story: Story = False,
    story_run: StoryRun = 0,
    parameters: Plausible = None,
    variants: Variants = None,
    threads: Threads = None,
    svg: Svg = False,
    quiet: Quiet = False,
) -> None:
    """Run a scenario many times; print what came out; write it to a folder."""
    found = _find(scenario)
    changes = _changes(set_ or [])
    if story and story_run >= runs:
        raise SettingError(Problem(f"--story-run {story_run}", "no such run", f"0 to {runs - 1}"))
    from ..scenario.load import load

    loaded = load(found)
    if changes:
        loaded = loaded.with_settings(changes)
    command = ["multitrack", "run", scenario, "--runs", str(runs), "--seed", str(seed)]
    command += [part for change in set_ or [] for part in ("--set", change)]
    command += _doubts_given(parameters, variants)
    command += ["--out", str(out)] if out is not None else []
    command += ["--svg"] if svg else []
    command += ["--story", "--story-run", str(story_run)] if story else []
    from ..scenario.plausible import doubts

    carried = doubts(parameters, _named_variants(variants))
    started = time.perf_counter()
    if out is None:
        result, made = _ensemble(loaded, runs, seed, threads, quiet, carried), None
    else:
        from ..designs.kinds import replicates
        from ..running.parquet import write_outcomes

        results, made = _kept({"": loaded}, replicates(runs), seed, threads, quiet, out, command, carried)
        result = results[""]
        with made.staged() as place:
            write_outcomes(result.table, place("outcomes.parquet"))
    with showing(out) as step:
        told, told_in_markdown = "", ""
        if story:
            with step("the story could not be told"):
                assumed = carried.settings(story_run, loaded.settings) if carried else {}
                told, told_in_markdown = _told(loaded.with_settings(assumed), seed, story_run, threads, quiet)
                told_in_markdown = _rare_first(result, loaded, told_in_markdown)
        if made is not None:
            with step("the figures could not be drawn"):
                load_matplotlib()
                from ..reports.figures import all_figures

                figures = all_figures(_for_figures(result, runs, seed, threads), loaded)
                _save_figures(figures, made, loaded.title, svg, step)
                if not quiet:
                    _note_missing_letters([loaded.title])
            if told_in_markdown:
                with step("the story could not be written"), made.staged(adding=True) as place:
                    place("story.md").write_text(told_in_markdown, "utf-8")
        if not quiet:
            with step("the results could not be printed"):
                _print_results([(loaded.title, result)])
            if told:
                _say(f"{told}\n")
            if carried:
                _say_filled(carried.in_words.replace(", the same in both runs of a pair", ""))
            took, where = time.perf_counter() - started, f" Written to {_shown(out)}" if out else ""
            _say(f"{runs:,} run{'' if runs == 1 else 's'} in {took:.1f} s.{where}")


@_command
def demo(
    runs: Runs = 400,
    seed: Seed = 1,
    out: Annotated[Path, typer.Option(help="Folder for tables, figures and manifest.")] = Path("results") / "demo",
    threads: Threads = None,
    svg: Svg = False,
    quiet: Quiet = False,
) -> None:
    """Northern Ireland 1998 with and without Track II, in paired runs; says in plain words what one sees."""
    from ..scenario.library import scenario_file
    from ..scenario.load import load

    found = scenario_file(DEMO)
    with_it = load(found)
    without = with_it.with_settings(DEMO_CHANGE)
    command = ["multitrack", "demo", "--runs", str(runs), "--seed", str(seed), "--out", str(out)]
    command += ["--svg"] if svg else []
    from ..designs.kinds import paired
    from ..running.parquet import write_outcomes

    scenarios = dict(zip(DEMO_ARMS, (with_it, without)))
    design = paired(dict(zip(DEMO_ARMS, ({}, DEMO_CHANGE))), runs)
    results, made = _kept(scenarios, design, seed, threads, quiet, out, command)
    stems = [name.lower().replace(" ", "_").replace("track_ii", "track_two") for name in DEMO_ARMS]
    with made.staged() as place:
        for stem, result in zip(stems, results.values()):
            write_outcomes(result.table, place(f"outcomes_{stem}.parquet"))
            place(f"scenario_{stem}.toml").write_text(result.scenario.to_toml(), "utf-8")
    title, told = f"{with_it.title}, {DEMO_ARMS[0]} and {DEMO_ARMS[1]}", ""
    with showing(out) as step:
        with step("the figures could not be drawn"):
            load_matplotlib()
            from ..reports.figures import all_figures, comparison_figure

            drawn = [_for_figures(result, runs, seed, threads) for result in results.values()]
            figures = {"comparison": comparison_figure(drawn[1], drawn[0], with_it, DEMO_ARMS[::-1])}
            for stem, (name, arm), seen in zip(stems, scenarios.items(), drawn):
                figures |= all_figures(seen, arm, name, f"{stem}_")
            _save_figures(figures, made, title, svg, step)
        with step("what one sees could not be told"):
            from ..reports.sentences import comparison_paragraph
            from ..reports.words import for_markdown

            one, two = (result.table for result in results.values())
            told = comparison_paragraph(one, two, with_it, DEMO_ARMS, DEMO_SUBJECT, DEMO_HANGS_ON)
            text = f"# {for_markdown(title, 200)}\n\n{for_markdown(told, 10_000)}\n"
            with made.staged(adding=True) as place:
                place("what_one_sees.md").write_text(text, "utf-8")
        if not quiet:
            with step("the results could not be printed"):
                _print_results([(f"{with_it.title}, {name}", result) for name, result in results.items()])
            _say_filled(told)
            _say(f"\nFigures, tables and manifest: {_shown(out)}{_begin_with(out / 'comparison.png')}")


def _ensemble(
    scenario: Scenario, runs: int, seed: int, threads: int | None, quiet: bool, carried: Doubts | None
) -> Ensemble:
    from ..running.ensemble import run_ensemble

    _announce_compiling(quiet)
    with _progress("runs", runs, quiet) as report:
        sets, names = (None, None) if carried is None else carried.asked_for
        return run_ensemble(scenario, runs, seed, threads, progress=report, parameters=sets, variants=names)


def _kept(
    scenarios: Mapping[str, Scenario],
    design: Design,
    seed: int,
    threads: int | None,
    quiet: bool,
    out: Path,
    command: Sequence[str],
    carried: Doubts | None = None,
) -> tuple[dict[str, Ensemble], MadeFromRuns]:
    """The runs of each arm of a design, kept in a folder; and that folder, for what is made from them."""
    from ..running.ensemble import check_asked
    from ..running.made_from_runs import MadeFromRuns
    from ..running.provenance import in_a_shell
    from ..studies.kept import Keeping, ensembles_of, kept_runs

    base = next(iter(scenarios.values()))
    series = len(design) <= _most_drawn(base)
    check_asked(base, design.runs, seed, threads, len(scenarios), series=series)
    _announce_compiling(quiet)
    with _progress("runs", len(design), quiet) as report, _resumable():
        keeping = Keeping(out, threads, series, report, _said(quiet), in_a_shell(command), True, carried)
        done = kept_runs(base, design, seed, keeping)
    return ensembles_of(done, scenarios), MadeFromRuns(out)


def _told(scenario: Scenario, seed: int, run: int, threads: int | None, quiet: bool) -> tuple[str, str]:
    """One of the runs as a story with its explanation: as text and as Markdown. Ctrl-C ends the replays, not the story."""
    from ..engine.random import run_seed
    from ..model import PeaceProcess
    from ..running.signals import received_by
    from ..single_run.chronicle import story, story_in_markdown
    from ..single_run.explanation import explain

    _announce_compiling(quiet, one_run=True)
    model = PeaceProcess(scenario, seed=run_seed(seed, run), collect=False)
    model.run()
    enough = _Enough()
    with _progress("replays", 1, quiet) as report, received_by(enough, (signal.SIGINT,)):
        why = explain(model, threads=threads, progress=report, stop=enough.is_asked_for)
    heading = f"Run {run} of --seed {seed}"
    return f"{heading}\n{story(model)}\n\n{why}", f"{story_in_markdown(model)}\n{why.markdown}"


def _rare_first(result: Ensemble, scenario: Scenario, story: str) -> str:
    """A story for a file; where nearly no run reaches an agreement, that stands below its heading, before all else."""
    from ..reports.sentences import rarely_agreed
    from ..reports.words import for_markdown

    rare = rarely_agreed({"": result.table}, float(scenario.value("run.months")))
    heading, _, rest = story.partition("\n\n")
    return f"{heading}\n\n{for_markdown(rare, 1000)}\n\n{rest}" if rare else story


class _Enough:
    """Ctrl-C the first time asks for an end of the replays; the second time it ends the command, as elsewhere."""

    def __init__(self) -> None:
        self.asked = False

    def is_asked_for(self) -> bool:
        return self.asked

    def __call__(self, number: int, frame: Any) -> None:
        if self.asked:
            raise KeyboardInterrupt
        self.asked = True
        print_note("\nmultitrack: no more replays; what was found is told (Ctrl-C again ends the command)")


def _print_results(arms: Sequence[tuple[str, Ensemble]]) -> None:
    from ..analysis.summary import summarise
    from ..reports.sentences import rarely_agreed
    from ..reports.terminal import results_table
    from ..reports.words import plain

    screen = console()
    months = float(arms[0][1].scenario.value("run.months"))
    if rare := rarely_agreed({f"of {plain(title)}" if len(arms) > 1 else "": one.table for title, one in arms}, months):
        _say_filled(f"{rare}\n")
    for title, result in arms:
        count = len(result.table)
        told = f"{title}: {count:,} run{'' if count == 1 else 's'}"
        screen.print(results_table(summarise(result.table, horizon=months), told, months=months))
