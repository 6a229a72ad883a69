"""Words and tables that the parts of `docs/evidence.md` share."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from multitrack_sim.reports.words import for_markdown

__all__ = ["md", "picture", "table_of"]

LONG = 5000  # letters of a sentence that is not cut


def table_of(head: Sequence[str], rows: Sequence[Sequence[object]]) -> list[str]:
    told = ["| " + " | ".join(str(cell) for cell in row) + " |" for row in rows]
    return [f"| {' | '.join(head)} |", f"|{'---|' * len(head)}", *told, ""]


def md(text: object) -> str:
    return for_markdown(text, LONG)


def picture(name: str, captions: Mapping[str, str]) -> str:
    told = captions[name].replace("[", "(").replace("]", ")").replace("\n", " ")
    return f"![{told}](images/{name})"
