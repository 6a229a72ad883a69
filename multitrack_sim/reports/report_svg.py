"""Small drawings as SVG that stands in a page: no style of its own, nothing referred to outside itself, texts escaped.

Units are those of a telephone's screen: 340 wide, letters 11 high.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import Any

from markupsafe import Markup

from .words import plain, signed

__all__ = ["COLOURS", "DASHES", "INK", "LINE", "WIDE", "Picture", "axis_marks", "band_path", "mark_told", "step_path"]

WIDE = 340.0
INK, QUIET, LINE = "#1b1b1b", "#5a5a5a", "#d9d9d4"
COLOURS = ("#0072B2", "#E69F00", "#009E73", "#CC79A7", "#D55E00", "#56B4E9", "#000000", "#5A5A5A")  # A blue, B orange
DASHES = ("", "7 3", "2 3", "9 3 2 3", "12 4")
MARKS = "odsv^"  # circle, diamond, square, triangles
LETTER = 5.9  # how wide a letter of 11 is, on average and a little more


def fitted(text: object, wide: float, size: float = 11) -> str:
    """A text cut so that it fits."""
    return plain(text, max(4, int(wide / (LETTER * size / 11))))


class Picture:
    """A drawing that grows downwards. `name` is different for every figure of a page."""

    def __init__(self, name: str, title: str, told: str, high: float = 0.0):
        self.name, self.title, self.told, self.high = name, title, told, high
        self._parts: list[Markup] = []
        self._patterns: list[Markup] = []

    def add(self, tag: str, text: object = None, **given: Any) -> None:
        """An element; `_` in names of attributes stands for `-`."""
        inside = Markup("").join(
            Markup(' {}="{}"').format(key.rstrip("_").replace("_", "-"), _short(value))
            for key, value in given.items()
            if value not in (None, "")
        )
        whole = Markup("<{0}{1}/>") if text is None else Markup("<{0}{1}>{2}</{0}>")
        self._parts.append(whole.format(Markup(tag), inside, "" if text is None else text))

    def line(
        self, x1: float, y1: float, x2: float, y2: float, stroke: str = INK, width: float = 1.0, dash: str = ""
    ) -> None:
        self.add("line", x1=x1, y1=y1, x2=x2, y2=y2, stroke=stroke, stroke_width=width, stroke_dasharray=dash)

    def text(self, x: float, y: float, text: object, anchor: str = "start", size: float = 11, weight: str = "", fill: str = INK, over: bool = False) -> None:  # fmt: skip  # noqa: E501
        """A text; `over` what is drawn below it, it has a white edge."""
        told = _visible(text)
        halo = {"paint_order": "stroke", "stroke": "#ffffff", "stroke_width": 3.0} if over else {}
        self.add("text", told, x=x, y=y, font_size=size, text_anchor=None if anchor == "start" else anchor,
                 font_weight=weight, fill=fill, **halo)  # fmt: skip

    def box(self, x: float, y: float, wide: float, high: float, fill: str, stroke: str = "") -> None:
        self.add("rect", x=x, y=y, width=max(0.0, wide), height=high, fill=fill, stroke=stroke)

    def path(self, d: str, stroke: str = "none", width: float = 1.6, dash: str = "", fill: str = "none", opacity: float | None = None) -> None:  # fmt: skip  # noqa: E501
        self.add("path", d=d, fill=fill, stroke=stroke, stroke_width=None if stroke == "none" else width,
                 stroke_dasharray=dash, fill_opacity=opacity)  # fmt: skip

    def mark(self, x: float, y: float, at: int = 0, size: float = 4.6, hollow: bool = False) -> None:
        """A mark of its own shape and colour for every arm, with a dark edge, so that grey paper shows it too."""
        colour = "#ffffff" if hollow else COLOURS[at % len(COLOURS)]
        edge = {"fill": colour, "stroke": INK, "stroke_width": 1.1}
        shape = MARKS[at % len(MARKS)]
        if shape == "o":
            self.add("circle", cx=x, cy=y, r=size, **edge)
        elif shape == "s":
            self.add("rect", x=x - size * 0.85, y=y - size * 0.85, width=1.7 * size, height=1.7 * size, **edge)
        else:
            r = size * 1.2
            corners = {
                "d": [(x, y - r), (x + r, y), (x, y + r), (x - r, y)],
                "v": [(x - r, y - r * 0.8), (x + r, y - r * 0.8), (x, y + r)],
                "^": [(x - r, y + r * 0.8), (x + r, y + r * 0.8), (x, y - r)],
            }[shape]
            self.add("polygon", points=" ".join(f"{_short(a)},{_short(b)}" for a, b in corners), **edge)

    def pattern(self, key: str, fill: str, hatch: str = "") -> str:
        """What to fill with: a colour, or the colour with lines on it, so that neighbours differ in grey as well."""
        if not hatch:
            return fill
        id_ = f"{self.name}-{key}"
        strokes = {"/": "M0 6L6 0", "\\": "M0 0L6 6", "|": "M3 0V6", "-": "M0 3H6", "x": "M0 0L6 6M0 6L6 0"}[hatch]
        made = Markup(
            '<pattern id="{id}" width="6" height="6" patternUnits="userSpaceOnUse"><rect width="6" height="6" fill="{fill}"/>'
            '<path d="{d}" stroke="{ink}" stroke-width="1" fill="none"/></pattern>'
        ).format(id=id_, fill=fill, d=strokes, ink=INK)
        if made not in self._patterns:
            self._patterns.append(made)
        return f"url(#{id_})"

    def svg(self) -> Markup:
        """The whole, with a title and what it shows for those who cannot see it."""
        defs = Markup("<defs>{}</defs>").format(Markup("").join(self._patterns)) if self._patterns else ""
        return Markup(
            '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {wide} {high}" role="img" '
            'aria-labelledby="{name}-title {name}-desc"><title id="{name}-title">{title}</title>'
            '<desc id="{name}-desc">{told}</desc>{defs}{parts}</svg>'
        ).format(
            wide=f"{WIDE:g}", high=f"{self.high:g}",
            name=self.name, title=_visible(self.title), told=_visible(self.told), defs=defs,
            parts=Markup("\n").join(self._parts),
        )  # fmt: skip


def _visible(text: object) -> str:
    """A text without what nobody sees."""
    return "".join(letter for letter in str(text) if letter.isprintable())


def _short(value: Any) -> str:
    """A number with no more decimals than anybody sees."""
    if isinstance(value, float):
        text = f"{value:.2f}".rstrip("0").rstrip(".")
        return "0" if text in ("-0", "") else text
    return str(value)


def axis_marks(low: float, high: float, most: int = 5) -> list[float]:
    """Round numbers between two ends.

    >>> axis_marks(-41, 3), axis_marks(0, 1)
    ([-40.0, -30.0, -20.0, -10.0, 0.0], [0.0, 0.25, 0.5, 0.75, 1.0])
    """
    span = max(high - low, 1e-12)
    power = 10.0 ** math.floor(math.log10(span))
    steps = [power * factor for factor in (0.1, 0.2, 0.25, 0.5, 1.0, 2.0, 2.5, 5.0)]
    step = next((one for one in steps if math.floor(high / one) - math.ceil(low / one) + 1 <= most), 10 * power)
    first = math.ceil(low / step - 1e-9)
    last = math.floor(high / step + 1e-9)
    return [round(at * step, 10) for at in range(first, last + 1)]


def mark_told(value: float, marks: Sequence[float]) -> str:
    """A mark of an axis of differences, all of them with as many digits as the finest needs.

    >>> marks = axis_marks(-6, 4)
    >>> [mark_told(value, marks) for value in marks], mark_told(-30.0, [-30.0, 0.0])
    (['−5.0', '−2.5', '0', '+2.5'], '−30')
    """
    digits = next((at for at in range(4) if all(abs(one - round(one, at)) < 1e-9 for one in marks)), 4)
    return signed(value, digits) if value else "0"


def band_path(edges: Sequence[float], above: Sequence[float], below: Sequence[float]) -> str:
    """The outline of a band in steps: between two edges it has one height above and one below.

    >>> band_path([0.0, 1.0, 2.0], [5.0, 4.0], [9.0, 9.0])
    'M0 5H1V4H2V9H0Z'
    """
    told = f"M{_short(float(edges[0]))} {_short(float(above[0]))}"
    for at in range(1, len(above)):
        if above[at] != above[at - 1]:
            told += f"H{_short(float(edges[at]))}V{_short(float(above[at]))}"
    told += f"H{_short(float(edges[-1]))}V{_short(float(below[-1]))}"
    for at in range(len(below) - 1, 0, -1):
        if below[at] != below[at - 1]:
            told += f"H{_short(float(edges[at]))}V{_short(float(below[at - 1]))}"
    return told + f"H{_short(float(edges[0]))}Z"


def step_path(xs: Sequence[float], ys: Iterable[float]) -> str:
    """A line that goes in steps, as short as it can be written."""
    told, before = "", None
    for x, y in zip(xs, ys):
        if before is None:
            told = f"M{_short(float(x))} {_short(float(y))}"
        elif y != before:
            told += f"H{_short(float(x))}V{_short(float(y))}"
        before = y
    return told + f"H{_short(float(xs[-1]))}" if told else ""
