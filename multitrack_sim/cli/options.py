"""What all commands share: options, how a command ends, how names of settings and scenarios are looked up."""

from __future__ import annotations

import shutil
import textwrap
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ..errors import SettingError, printable
from ..reports.screen import print_note

if TYPE_CHECKING:
    from ..analysis.comparison import ArmRuns
    from ..running.ensemble import Ensemble
    from ..scenario.scenario import Scenario

__all__ = ["app"]

NOT_WRITTEN, REFUSED, INTERRUPTED = 1, 2, 130
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
    """Ctrl+C, SIGTERM or a hang-up inside a command."""


def _command(function: Callable[..., None]) -> Callable[..., None]:
    @wraps(function)
    def guarded(*arguments: Any, **options: Any) -> None:
        from ..running.signals import like_ctrl_c

        try:
            with like_ctrl_c():
                function(*arguments, **options)
        except KeyboardInterrupt:
            raise _Interrupted from None

    app.command(name=function.__name__)(guarded)
    return guarded


Runs = Annotated[int, typer.Option(min=1, max=10_000_000, help="Number of runs.")]
Seed = Annotated[int, typer.Option(min=0, max=2**53 - 1, help="Seed of the whole: the same seed gives the same runs.")]
Threads = Annotated[int | None, typer.Option(min=1, max=1024, help="Threads to use; all cores if left out.")]
Story = Annotated[bool, typer.Option("--story", help="Tell one of the runs as a story, and explain how it came out.")]
StoryRun = Annotated[
    int, typer.Option(min=0, metavar="K", help="Which run --story tells, counted from 0.", show_default=True)
]
Plausible = Annotated[
    str | None,
    typer.Option("--parameters", metavar="plausible", help="Give every run one of the plausible sets of parameters."),
]
Variants = Annotated[
    str | None,
    typer.Option(
        "--variants",
        metavar="all|NAME, ...",
        help="Give every run one of the variants of the rules: all, or some by name.",
    ),
]
Svg = Annotated[bool, typer.Option("--svg", help="Write every figure as SVG too, for print.")]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Print nothing but errors.")]


# --- what the commands share
def _named_variants(given: str | None) -> str | list[str] | None:
    """Which variants `--variants` names."""
    if given is None or given.strip() == "all":
        return given and "all"
    return [name.strip() for name in given.split(",") if name.strip()]


def _doubts_given(parameters: str | None, variants: str | None) -> list[str]:
    """These options, as they were given."""
    said = ["--parameters", parameters] if parameters is not None else []
    return [*said, "--variants", variants] if variants is not None else said


def _find(given: str) -> Path:
    """The file meant: a path, or the name of a scenario that comes with the package."""
    from ..scenario.library import find_scenario

    return find_scenario(given)


def _changes(given: Sequence[str]) -> dict[str, Any]:
    """What `--set` says; all problems at once."""
    from ..designs.words import settings_in_words

    changes, problems = settings_in_words(given, "--set")
    if problems:
        raise SettingError(problems)
    return changes


@contextmanager
def _resumable() -> Iterator[None]:
    """Where runs are kept: stopped, a command says what is there and that the same command goes on."""
    from ..running.runner import SweepInterrupted

    try:
        yield
    except SweepInterrupted as stopped:
        print_note(f"multitrack: {stopped}")
        raise typer.Exit(INTERRUPTED) from None


def _said(quiet: bool) -> Callable[[str], None]:
    """What is said about a folder of runs, where anything is."""
    return (lambda line: None) if quiet else print_note


def _most_drawn(scenario: Scenario) -> int:
    """How many runs the figures can hold in memory, month by month."""
    from ..schema.outcomes import SERIES_ROW

    return int(MOST_SERIES // (scenario.value("run.months") * SERIES_ROW.itemsize))


def _for_figures(result: ArmRuns, runs: int, seed: int, threads: int | None) -> Ensemble:
    """The runs with their months; of very many runs, the first so many again (the figures say how many they show)."""
    from ..running.ensemble import Ensemble, run_ensemble

    if result.series is not None:
        return Ensemble(result.scenario, result.table, result.series)
    runs = min(runs, _most_drawn(result.scenario))
    carried = getattr(result, "doubts", None)
    sets, names = (None, None) if carried is None else carried.asked_for
    return run_ensemble(result.scenario, runs, seed, threads, series=True, parameters=sets, variants=names)


def _shown(path: Path | str) -> str:
    """A path as the reader would type it, with control characters made visible."""
    return printable(Path(path), 300)


def _begin_with(path: Path) -> str:
    """Which file to look at first, if it is there."""
    return f" (begin with {_shown(path)})" if path.exists() else ""


def _say(text: str) -> None:
    print(text)


def _say_filled(text: str) -> None:
    """A paragraph in lines that are not too long to be read; what ends with an empty line keeps it."""
    wide = max(20, min(100, shutil.get_terminal_size().columns))
    end = text[len(text.rstrip("\n")) :]
    _say(textwrap.fill(text, wide, break_on_hyphens=False) + end)
