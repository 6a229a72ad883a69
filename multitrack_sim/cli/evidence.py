"""`multitrack evidence`: the record's figures, computed anew from the files of its owners, and conflicts coded from them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ..errors import Problem, SettingError, did_you_mean, printable
from ..reports.screen import console, print_note, showing
from .options import Quiet, _command, _say, _say_filled, _shown

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

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
    code_conflicts: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="Instead of figures, code conflicts by rules, without hindsight: writes a table of cases (CSV). Needs all "
            "four files; must not exist yet, or hold these very cases.",
        ),
    ] = None,
    population: Annotated[
        str | None,
        typer.Option(
            help="Which cases --code-conflicts codes: conflicts (begun by fighting; the default), processes (begun by talks), or "
            "dated (processes whose opening is on record, to 2015)."
        ),
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

    paths = {
        "termination": ucdp_termination,
        "agreements": ucdp_agreements,
        "pa_x": pa_x,
        "mediation": mediation,
    }
    if code_conflicts is not None:
        if out is not None or json_ is not None:
            problem = "writes cases, and --out and --json write figures"
            raise SettingError(Problem("--code-conflicts", problem, "one of them at a time"))
        _code_conflicts(code_conflicts, population, paths, part, quiet)
        return
    if population is not None:
        raise SettingError(Problem("--population", "says which cases to code", "together with --code-conflicts FILE"))
    _check_places(out, json_)
    for place in filter(None, (out, json_)):
        check_place(place)
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


def _code_conflicts(
    place: Path, population: str | None, paths: Mapping[str, Path | None], part: bool, quiet: bool
) -> None:
    """Write the cases of one population as the rules code them, and say what was coded."""
    from ..evidence.coding import POPULATIONS, code_conflicts, told, write_cases
    from ..evidence.file_columns import FILES
    from ..evidence.recomputed import read_files
    from ..running.files import check_place

    population = population or next(iter(POPULATIONS))
    if population not in POPULATIONS:
        hint = did_you_mean(population, POPULATIONS)
        raise SettingError(Problem("--population", f"found {printable(population)}", ", ".join(POPULATIONS), hint))
    if without := [FILES[name].option for name, path in paths.items() if path is None]:
        raise SettingError(Problem("--code-conflicts", f"there is no {', no '.join(without)}", "all four files"))
    if not place.is_file():
        check_place(place)
    if not quiet:
        print_note("Coding ...")
    table = code_conflicts(read_files(paths, part)).of(population)
    is_new = write_cases(place, table)
    if quiet:
        return
    with showing(place) as step, step("what was coded could not be printed"):
        for line in told(table, population):
            _say_filled(line)
        _say_filled(
            f"{'Written to' if is_new else 'These very cases are in'} {_shown(place)}. To hold the model against them: "
            f"multitrack validate --cases {_shown(place)}"
        )
        _print_owners(paths)


def _check_places(out: Path | None, json_: Path | None) -> None:
    """Two results do not go into one file."""
    if out is not None and json_ is not None and out.absolute() == json_.absolute():
        raise SettingError(
            Problem("multitrack evidence", f"--out and --json are both {_shown(out)}", "a file for each")
        )


def _print_figures(figures: pd.DataFrame, tables: Mapping[str, pd.DataFrame]) -> None:
    from ..evidence.recorded_figures import RULES_SOUGHT
    from ..reports.record_table import record_table, told_agreement, told_not_computed

    console().print(record_table(figures))
    _say_filled(told_agreement(figures))
    _say_filled(RULES_SOUGHT)
    for line in told_not_computed(figures):
        _say_filled(line)
    _print_owners(tables)


def _print_owners(names: Iterable[str]) -> None:
    from ..evidence.file_columns import FILES

    _say("\nThe files belong to their owners; please name them:")
    for name in names:
        _say_filled(f"- {FILES[name].title}: {FILES[name].owner}")
