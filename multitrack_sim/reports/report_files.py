"""A report as a file other than a page: tables as text, and PDF by a browser that is there already."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from ..errors import MultitrackError, Problem, printable

if TYPE_CHECKING:
    import pandas as pd

    from ..analysis.comparison import Comparison
    from .page import More

__all__ = ["BROWSERS", "FORMATS", "browser_for_print", "print_page", "report_tables"]

FORMATS = ("html", "pdf", "csv", "handout")
BROWSERS = (
    "chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "microsoft-edge", "msedge",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome", "/Applications/Chromium.app/Contents/MacOS/Chromium",
)  # fmt: skip
LONGEST_WAIT = 300  # seconds


def browser_for_print() -> str:
    """A browser that prints without a window. MultitrackError, with what to do, where there is none."""
    found = next(filter(None, map(shutil.which, BROWSERS)), None)
    if found is None:
        names = "chromium, google-chrome, microsoft-edge"
        hint = "--format html, and print that page from any browser"
        raise MultitrackError(
            Problem("--format pdf", "there is no browser to print with", f"one of {names} on the PATH", hint)
        )
    return found


def print_page(page: str, target: Path, browser: str) -> None:
    """Print a page into a PDF file. The browser gets a profile of its own that is deleted, and asks nothing of any network.

    MultitrackError where it fails.
    """
    with tempfile.TemporaryDirectory(prefix="multitrack-print-") as place:
        source, made = Path(place) / "report.html", Path(place) / "report.pdf"
        source.write_text(page, "utf-8")
        command = [
            browser, "--headless", "--disable-gpu", "--disable-background-networking", "--no-first-run",
            "--no-default-browser-check", "--disable-extensions", f"--user-data-dir={Path(place) / 'profile'}",
            "--no-pdf-header-footer", f"--print-to-pdf={made}", source.as_uri(),
        ]  # fmt: skip
        if hasattr(os, "geteuid") and os.geteuid() == 0:
            command.insert(1, "--no-sandbox")  # as root a browser starts with none
        try:
            done = subprocess.run(command, capture_output=True, timeout=LONGEST_WAIT, check=False)
        except (OSError, subprocess.TimeoutExpired) as problem:
            raise MultitrackError(
                Problem(printable(browser, 200), f"did not print ({type(problem).__name__})")
            ) from None
        if not made.exists() or not made.stat().st_size:
            last = done.stderr.decode("utf-8", "replace").strip().splitlines()[-1:]
            raise MultitrackError(
                Problem(printable(browser, 200), "did not print", hint=printable(" ".join(last), 200))
            )
        shutil.copyfile(made, target)


def report_tables(comparison: Comparison, more: More) -> Mapping[str, pd.DataFrame]:
    """The tables behind a report, by the name of their file: effects, runs, and what else was asked for."""
    tables = {"effects": comparison.effects(), "runs": comparison.runs}
    if more.paths is not None:
        tables["paths"] = more.paths.table
    if more.assumptions is not None:
        tables["assumptions"] = more.assumptions.table.assign(arm=more.assumptions.arm)
    return tables
