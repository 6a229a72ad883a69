"""`multitrack arms`, `multitrack parameters` and `multitrack outcomes`: what there is."""

from __future__ import annotations

from typing import Annotated

import typer

from .options import _command, _find, _say

__all__ = []
Pattern = Annotated[
    str, typer.Argument(metavar="[PATTERN]", help="A part of a name, or a pattern with *; all if left out.")
]


@_command
def arms(
    scenario: Annotated[
        str | None,
        typer.Argument(
            help="A scenario file, or the name of one that comes with the package: what each changes there."
        ),
    ] = None,
) -> None:
    """List the ready-made arms, those that switch something off and those that add something."""
    from ..reports.lists import arms_listed
    from ..scenario.load import load

    _say("\n".join(arms_listed(load(_find(scenario)) if scenario is not None else None)))


@_command
def parameters(pattern: Pattern = "") -> None:
    """List the parameters: default, what is allowed, unit, meaning and source."""
    from ..reports.lists import parameters_listed

    _say("\n".join(parameters_listed(pattern)))


@_command
def outcomes(pattern: Pattern = "") -> None:
    """List the outcomes of a run, and what each means."""
    from ..reports.lists import outcomes_listed

    _say("\n".join(outcomes_listed(pattern)))
