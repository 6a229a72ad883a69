"""The command `multitrack`: run | compare | demo | sweep | new | codes | info.

Whatever is slow to import is imported inside the commands, so that `--help` answers at once.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Annotated, Any

import typer

from ..errors import MultitrackError, printable
from . import cases, compare, run, sweep  # noqa: F401 - each adds its commands  # noqa: F401 - each adds its commands  # noqa: F401 - each adds its commands  # noqa: F401 - each adds its commands  # noqa: F401 - each adds its commands
from .options import INTERRUPTED, REFUSED, _command, _Interrupted, app

__all__ = ["main"]


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


@_command
def info() -> None:
    """Print versions, cores, the model's fingerprint and where compiled code is kept."""
    from ..engine import compiled
    from ..running.provenance import machine
    from ..scenario.library import scenario_names

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


def _cache(compiled: Any) -> str:
    folder = compiled._cache_folder()
    if folder is None:
        return "cannot be kept; every start compiles anew"
    return f"{folder} ({'empty: the first run compiles' if compiled.is_cold() else 'ready'})"
