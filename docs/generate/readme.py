"""The headline in the README: a block between two marks, made of the results that come with the package."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from multitrack_sim.engine.sources import model_version
from multitrack_sim.errors import MultitrackError
from multitrack_sim.reports.headline_words import headline_lines
from multitrack_sim.reports.packaged_headline import packaged_headline
from multitrack_sim.running.files import write_whole

__all__ = ["block", "refresh_readme", "with_headline"]

README = Path(__file__).resolve().parents[2] / "README.md"
BEGIN, END = "<!-- headline: python -m docs.generate -->", "<!-- end of headline -->"
WIDTH = 120


def block(held: Mapping[str, Any] | None = None) -> str:
    """The headline of the population, as the README has it."""
    held = packaged_headline() if held is None else held
    found = held["population"]
    after = "" if held["model"] == model_version() else " The model has changed since: its numbers may differ now."
    made = (
        f"From {found['pairs']:,} pairs of runs of {found['conflicts']:,} conflicts of a stated population, with "
        f"{found['sets']} plausible sets of parameters and {found['variants']} variants of the rules in turn "
        f"(`multitrack headline`; all of it, and each case: [how far can it be trusted?](docs/evidence.md)).{after}"
    )
    lines = [*(f"- {line}" for line in headline_lines(found)), "", made]
    filled = [textwrap.fill(line, WIDTH, subsequent_indent="  " if line.startswith("- ") else "") for line in lines]
    return "\n".join([BEGIN, "", *filled, "", END])


def with_headline(text: str, made: str) -> str:
    """A text with this block in the place of its own."""
    before, mark, rest = text.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not mark or not end:
        raise MultitrackError(f"README.md: has no {BEGIN} ... {END}")
    return before + made + after


def refresh_readme() -> None:
    """Put the present block into the README."""
    text = README.read_text("utf-8")
    new = with_headline(text, block())
    if new != text:
        write_whole(README, new, replace=True)
