"""`multitrack info`: what is installed, which model it is, and whether it gives the published numbers here."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from ..errors import printable
from .options import _command, _say, _shown
from .progress import _announce_compiling

__all__ = []
DIFFERS = 1


@_command
def info(
    check: Annotated[
        bool,
        typer.Option("--check", help="Make the published short runs here and compare them with what was published."),
    ] = False,
) -> None:
    """Print versions, cores, the model's version and where compiled code is kept."""
    _print_about()
    if check:
        _check()


def _print_about() -> None:
    from ..engine import cache
    from ..engine.sources import model_version
    from ..process.ahead import loaded
    from ..running.provenance import machine
    from ..scenario.library import scenario_names

    about = machine()
    lines = {
        **about["versions"],
        "platform": about["platform"],
        "mathematical library": about["libm"],
        "processor": f"{about['processor']} ({about['processor_kind']})",
        "cores": about["cores"],
        "model version": model_version(),
        "made ahead of time": "yes: many runs need no compiler" if loaded() is not None else "no",
        "compiled code": _cache(cache),
        "scenarios": ", ".join(scenario_names()) or "none found",
    }
    wide = max(map(len, lines))
    for name, value in lines.items():
        print(f"{name:<{wide}}  {printable(value, 1000).strip(chr(39))}")


def _cache(cache: Any) -> str:
    folder = cache._cache_folder()
    if folder is None:
        return "cannot be kept; every start compiles anew"
    state = "empty: the first run compiles" if cache.is_cold() else "ready"
    return f"{_shown(folder)} ({state}{'' if cache.keeps_code() else '; cannot be written'})"


def _check() -> None:
    """Say whether the published numbers come out here; exit code 1 if they do not."""
    from ..running.published import check

    _announce_compiling(quiet=False)
    found = check()
    _say(f"\n{found.verdict[0].upper()}{found.verdict[1:]}.")
    for line in found.differences:
        _say(f"  {line}")
    if not found.same:
        raise typer.Exit(DIFFERS)
