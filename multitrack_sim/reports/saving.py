"""Figures into files: PNG with captions, SVG for print; the same bytes each time."""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure

from .style import Told, own_style
from .words import for_markdown

__all__ = ["png_bytes", "save_figures", "save_svg"]


def save_figures(figures: Mapping[str, Told], place: Callable[[str], Path], heading: str, svg: bool = False) -> None:
    """Write every figure as PNG (on wish also as SVG) and the captions as `captions.md`. `place(name)` says where.

    The same figures give the same bytes: no date, fixed ids. Text in the SVG stays text.
    """
    lines = [f"# {for_markdown(heading)}", ""]
    for name, (figure, caption) in figures.items():
        place(f"{name}.png").write_bytes(png_bytes(figure, caption))
        lines += [f"## {name}", "", f"![{name}]({name}.png)", "", for_markdown(caption, 5000), ""]
    place("captions.md").write_text("\n".join(lines), "utf-8")
    if svg:
        save_svg(figures, place)


def save_svg(figures: Mapping[str, Told], place: Callable[[str], Path]) -> None:
    """Write every figure as SVG. `place(name)` says where."""
    for name, (figure, caption) in figures.items():
        place(f"{name}.svg").write_bytes(_svg(figure, name, caption))


# straight to the writers: `savefig` draws everything twice
def png_bytes(figure: Figure, caption: str) -> bytes:
    """A figure as PNG with its caption in it; the same figure gives the same bytes."""
    stream = io.BytesIO()
    with own_style():
        figure.set_dpi(150)
        about = {"Description": caption}
        FigureCanvasAgg(figure).print_png(stream, metadata=about, pil_kwargs={"compress_level": 1})
    return stream.getvalue()


def _svg(figure: Figure, name: str, caption: str) -> bytes:
    stream = io.StringIO()
    with own_style({"svg.hashsalt": name, "svg.id": name}):
        about: Any = {"Date": None, "Title": name, "Description": caption}
        FigureCanvasSVG(figure).print_svg(stream, metadata=about)
    return stream.getvalue().encode("utf-8")
