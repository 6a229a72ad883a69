"""`multitrack evidence`: the record's figures, computed anew from the files of its owners."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ..errors import Problem, SettingError
from ..reports.screen import console, print_note, showing
from .options import Quiet, _command, _say, _say_filled, _shown

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

__all__ = []


@_command
def evidence(
    ucdp_termination: Annotated[
        Path | None, typer.Option(help="UCDP Conflict Termination, conflict level (v3-2021), as CSV.")
    ] = None,
    ucdp_agreements: Annotated[Path | None, typer.Option(help="UCDP Peace Agreements (22.1), as CSV.")] = None,
    pa_x: Annotated[Path | None, typer.Option(help="PA-X, all agreements (v10), as CSV.")] = None,
    mediation: Annotated[Path | None, typer.Option(help="Civil War Mediation, as CSV.")] = None,
    part: Annotated[
        bool, typer.Option("--part", help="The files are parts on purpose: do not count their rows.")
    ] = False,
    out: Annotated[Path | None, typer.Option(help="File for the figures, as CSV; must not exist yet.")] = None,
    json_: Annotated[
        Path | None, typer.Option("--json", help="The same as JSON, for machines; must not exist yet.")
    ] = None,
    quiet: Quiet = False,
) -> None:
    """Recompute the record's figures from its owners' files, beside what this package has of them.

    Give one file or more; figures that need another are named. The files come from their owners, not with this package:
    UCDP (ucdp.uu.se), to be used with attribution; PA-X (peaceagreements.org), for non-commercial use with attribution, shared
    alike; Civil War Mediation (DeRouen, Bercovitch and Pospieszna 2011).
    """
    from ..evidence.recomputed import figures_json, figures_text, read_files, recompute
    from ..running.files import check_place, write_whole

    _check_places(out, json_)
    for place in filter(None, (out, json_)):
        check_place(place)
    paths = {
        "termination": ucdp_termination,
        "agreements": ucdp_agreements,
        "pa_x": pa_x,
        "mediation": mediation,
    }
    tables = read_files(paths, part)
    if not quiet:
        print_note("Computing figures and their intervals ...")
    figures = recompute(tables)
    if out is not None:
        write_whole(out, figures_text(figures))
    if json_ is not None:
        write_whole(json_, figures_json(figures, tables))
    if not quiet:
        with showing(out or json_) as step, step("the figures could not be printed"):
            _print_figures(figures, tables)
            if written := [_shown(place) for place in (out, json_) if place is not None]:
                _say(f"Written: {', '.join(written)}.")


def _check_places(out: Path | None, json_: Path | None) -> None:
    """Two results do not go into one file."""
    if out is not None and json_ is not None and out.absolute() == json_.absolute():
        raise SettingError(
            Problem("multitrack evidence", f"--out and --json are both {_shown(out)}", "a file for each")
        )


def _print_figures(figures: pd.DataFrame, tables: Mapping[str, pd.DataFrame]) -> None:
    from ..evidence.file_columns import FILES
    from ..reports.record_table import record_table, told_agreement, told_not_computed

    console().print(record_table(figures))
    _say_filled(told_agreement(figures))
    for line in told_not_computed(figures):
        _say_filled(line)
    _say("\nThe files belong to their owners; please name them:")
    for name in tables:
        _say_filled(f"- {FILES[name].title}: {FILES[name].owner}")
