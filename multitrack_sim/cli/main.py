"""The command `multitrack`; `multitrack --help` lists what it can do.

Whatever is slow to import is imported inside the commands, so that `--help` answers at once.

Every command that computes goes in one order: compute; write tables and manifest; draw figures and pages; print. What is
written does not hang on what is shown: a figure, a page or a story that fails is a line, and the exit code stays 0.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Annotated

import typer

from ..errors import MultitrackError
from ..reports.screen import guarded_streams, print_note
from . import cases, classroom, compare, evidence, headline, info, lists, paths, report, run, sweep, validate  # noqa: F401 - each adds its commands
from .options import INTERRUPTED, NOT_WRITTEN, REFUSED, _Interrupted, app

__all__ = ["main"]
COMMANDS = (
    "run",
    "compare",
    "report",
    "paths",
    "headline",
    "demo",
    "sweep",
    "new",
    "codes",
    "evidence",
    "validate",
    "classroom",
    "arms",
    "parameters",
    "outcomes",
    "info",
)  # as --help lists them


def _show_version(asked: bool) -> None:
    if asked:
        from .. import __version__

        print(f"multitrack_sim {__version__}")
        raise typer.Exit()


@app.callback()
def _front(
    version: Annotated[
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Print the version and stop.")
    ] = False,
) -> None:
    pass


app.registered_commands.sort(
    key=lambda command: COMMANDS.index(name) if (name := str(command.name)) in COMMANDS else len(COMMANDS)
)


def main(arguments: Sequence[str] | None = None) -> int:
    """The command line; gives the exit code. Problems are lines on stderr: 2 refused, 130 interrupted, 1 what is printed
    could not be written (a reader who has had enough, as in `| head -1`, is none: 0).
    """
    with guarded_streams() as (out, _):
        code = _exit_code(arguments)
        out.flush()
        if out.lost is not None and not out.reader_left:
            print_note(f"multitrack: what is printed could not be written: {out.reason}")
            code = code or NOT_WRITTEN
    return code


def _exit_code(arguments: Sequence[str] | None) -> int:
    """Do what the command line says; problems become lines."""
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
