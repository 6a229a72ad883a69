"""`multitrack classroom`: one page with the model in it, for a lesson without a server."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Annotated

import typer

from ..reports.screen import print_note
from .options import Quiet, _command, _say, _shown

__all__ = []


@_command
def classroom(
    out: Annotated[Path, typer.Option(help="The page to write; must not exist yet.")] = Path("classroom.html"),
    show: Annotated[bool, typer.Option("--open", help="Open it in the browser.")] = False,
    quiet: Quiet = False,
) -> None:
    """Write one HTML file with the model in it: for students' own devices, without a network, a server or an install."""
    from ..browser.classroom import classroom_page
    from ..browser.engine import page_engine
    from ..engine import ready_made
    from ..process.ahead import WEBASSEMBLY
    from ..running.files import check_place, write_whole

    check_place(out)
    if not quiet and ready_made.find(WEBASSEMBLY) is None:
        print_note("Compiling the model for pages, once (it takes a minute) ...")
    started = time.perf_counter()
    page = classroom_page(page_engine())
    write_whole(out, page)
    if not quiet:
        about = f"{len(page.encode()) / 1e6:.1f} MB, {time.perf_counter() - started:.0f} s"
        _say(f"Written to {_shown(out)} ({about}). It needs no network: open it in a browser, or send it.")
    if show:
        typer.launch(str(out.resolve()))
