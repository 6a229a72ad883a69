"""Figures of a command: drawn after tables and manifest are written, into the same folder."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from ..reports.screen import print_note

if TYPE_CHECKING:
    from ..reports.screen import Step
    from ..reports.style import Told
    from ..running.made_from_runs import MadeFromRuns

__all__ = []


def _save_figures(
    figures: Mapping[str, Told],
    made: MadeFromRuns,
    heading: str,
    svg: bool,
    step: Step,
) -> None:
    """Put figures beside the tables."""
    from ..reports.saving import save_figures, save_svg

    with made.staged(adding=True) as place:
        save_figures(figures, place, heading)
    if svg:
        with step("the figures could not be written as SVG"), made.staged(adding=True) as place:
            save_svg(figures, place)


def _note_missing_letters(names: Iterable[str]) -> None:
    """A line where the font of the figures lacks letters of the names in them."""
    from ..reports.style import missing_letters

    missing = missing_letters(names)
    if missing:
        some = ", ".join(f"U+{ord(letter):04X}" for letter in missing[:5]) + (", ..." if len(missing) > 5 else "")
        print_note(
            f"multitrack: the font of the figures lacks letters of the names ({some}); the PNG show boxes for them"
        )
