"""Measurements as people read them, and as programs do."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict
from typing import Any

from multitrack_sim.running.provenance import made_by

from .measure import Figure, Part, Table

__all__ = ["as_json", "as_markdown", "as_text", "number"]


def number(value: str | float) -> str:
    """Three figures are enough, and whole numbers keep theirs.

    >>> [number(v) for v in (182.714, 1234.5, 31.66, 0.0412, 1.1e-16, 200, "talks")]
    ['183', '1,234', '31.7', '0.041', '1.1e-16', '200', 'talks']
    """
    if isinstance(value, str):
        return value
    size = abs(value)
    if isinstance(value, int) or size >= 100:
        return f"{value:,.0f}"
    if 0 < size < 0.001:
        return f"{value:.1e}"
    return f"{value:.1f}" if size >= 10 else f"{value:.2f}" if size >= 0.1 else f"{value:.3f}"


def _figure(figure: Figure) -> tuple[str, str, str, str, str]:
    verdict = "" if figure.bar is None else "met" if figure.bar.met(figure.value) else "MISSED"
    return figure.name, number(figure.value), figure.unit, str(figure.bar or ""), verdict


_COLUMNS = ("measured", "value", "unit", "bar", "")


def _ratios_first(figures: Iterable[Figure]) -> list[Figure]:
    return sorted(figures, key=lambda figure: figure.unit != "times")


def _text_table(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    cells = [list(columns), *map(list, rows)]
    widths = [max(len(row[at]) for row in cells) for at in range(len(columns))]
    lines = [
        "  ".join([row[0].ljust(widths[0]), *(c.rjust(w) for c, w in zip(row[1:], widths[1:]))]).rstrip()
        for row in cells
    ]
    return [lines[0], "-" * max(map(len, lines)), *lines[1:]]


def as_text(part: Part) -> str:
    """One part for the terminal."""
    lines = [part.name, "=" * len(part.name), part.how, ""]
    if part.figures:
        lines += [*_text_table(_COLUMNS, map(_figure, part.figures)), ""]
    for table in part.tables:
        lines += [table.title, *_text_table(table.columns, [[number(cell) for cell in row] for row in table.rows]), ""]
    return "\n".join(lines)


def _markdown_table(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    bar = "|---" + "|--:" * (len(columns) - 1) + "|"
    return [f"| {' | '.join(columns)} |", bar, *(f"| {' | '.join(row)} |" for row in rows), ""]


def as_markdown(parts: Sequence[Part], machine: dict[str, str], command: str) -> str:
    """All parts as a document: what can be compared between machines first."""
    lines = ["# Benchmarks", "", made_by(command), ""]
    figures = _ratios_first(figure for part in parts for figure in part.figures)
    lines += [*_markdown_table(_COLUMNS, map(_figure, figures)), "## The machine", ""]
    lines += [*(f"- {name}: {text}" for name, text in machine.items()), ""]
    for part in parts:
        lines += [f"## {part.name.capitalize()}", "", part.how, ""]
        for table in part.tables:
            rows = [[number(cell) for cell in row] for row in table.rows]
            lines += [f"{table.title}:", "", *_markdown_table(table.columns, rows)]
    return "\n".join(lines).rstrip() + "\n"


def as_json(parts: Sequence[Part], machine: dict[str, str]) -> dict[str, Any]:
    """All parts as data, bars and verdicts included."""

    def figure(found: Figure) -> dict[str, Any]:
        return asdict(found) | {"met": None if found.bar is None else found.bar.met(found.value)}

    def table(found: Table) -> dict[str, Any]:
        return {"title": found.title, "columns": found.columns, "rows": found.rows}

    def found(part: Part) -> dict[str, Any]:
        tables = list(map(table, part.tables))
        return {"name": part.name, "how": part.how, "figures": list(map(figure, part.figures)), "tables": tables}

    return {"machine": machine, "parts": list(map(found, parts))}
