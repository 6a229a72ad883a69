"""Colours, marks and the way every figure is drawn."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from matplotlib.figure import Figure

import warnings
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import wraps
from typing import Any, TypeAlias

import matplotlib
from matplotlib.font_manager import FontProperties, findfont, get_font

from .words import plain

__all__ = ["band_looks", "drawn", "drawn_with", "missing_letters", "own_style"]

Told: TypeAlias = "tuple[Figure, str]"

BLACK, ORANGE, SKY, GREEN, YELLOW, BLUE, VERMILLION, PURPLE = (
    "#000000", "#E69F00", "#56B4E9", "#009E73", "#F0E442", "#0072B2", "#D55E00", "#CC79A7",
)  # fmt: skip
GREY, LIGHT = "#5A5A5A", "#C8C8C8"

# From bottom to top: an agreement, the way to one, fighting, an end without one. Neighbours differ in grey too.
PHASE_LOOKS = {  # what readers call it, its looks; no hatch of dots: one of them is a quarter of a megabyte of SVG
    "durable": ("agreement that lasts", BLUE, ""), "implementation": ("agreement in force", SKY, ""),
    "signed": ("signed, to be ratified", GREEN, "||||"), "talks": ("official talks", YELLOW, ""),
    "suspended": ("talks suspended", PURPLE, "\\\\\\\\"), "pretalks": ("exploratory talks", ORANGE, "////"),
    "fighting": ("fighting", VERMILLION, ""), "collapsed": ("agreement collapsed", BLACK, ""),
    "dormant": ("ended otherwise", LIGHT, "---"),
}  # fmt: skip
LEDGER_LOOKS = {
    "from_prior": ("what they believed before", LIGHT, ""), "from_measures": ("confidence-building measures", BLUE, ""),
    "from_dialogue": ("unofficial dialogue", ORANGE, "////"), "from_accord": ("carrying out the agreement", SKY, "---"),
    "from_attacks": ("attacks and restraint", VERMILLION, "\\\\\\\\"),
    "from_leaders": ("changes of leadership", PURPLE, "xxxx"),
}  # fmt: skip

STYLE: Any = {
    "font.size": 9.5, "axes.titlesize": 10, "axes.titlelocation": "left", "axes.titley": 1.0, "axes.spines.top": False,
    "axes.spines.right": False, "axes.edgecolor": GREY, "xtick.color": GREY, "ytick.color": GREY,
    "xtick.labelcolor": "#222222", "ytick.labelcolor": "#222222", "axes.grid": True, "axes.grid.axis": "y",
    "axes.axisbelow": True, "grid.color": "#E4E4E4", "grid.linewidth": 0.8, "hatch.linewidth": 0.7,
    "figure.facecolor": "white", "legend.frameon": False, "svg.fonttype": "none", "text.parse_math": True,
}  # fmt: skip
_NO_LOOKS = ("backend", "backend_fallback", "interactive")  # settings of a session, not of a figure


@contextmanager
def own_style(more: Any = None) -> Iterator[None]:
    """Draw in our style only, and leave the reader's settings as they were.

    Everything that a matplotlibrc, a style sheet or a notebook may have set (TeX, fonts, formats) is put back to
    matplotlib's defaults inside, so that nobody's settings change or break a figure. A letter that the font lacks is
    drawn as a box, in silence: `missing_letters` says which. `more` are further settings, by matplotlib's names.
    """
    with matplotlib.rc_context(), warnings.catch_warnings():
        warnings.filterwarnings("ignore", category=matplotlib.MatplotlibDeprecationWarning)
        warnings.filterwarnings("ignore", message="Glyph .* missing from")
        looks: Any = {name: value for name, value in matplotlib.rcParamsDefault.items() if name not in _NO_LOOKS}
        matplotlib.rcParams.update({**looks, **STYLE, **(more or {})})
        yield


def missing_letters(texts: Iterable[str]) -> str:
    """The letters of `texts` that the font of our figures lacks, each once, in the order in which they come.

    >>> missing_letters(["Slobodan Milo\u0161evi\u0107", "\u6f22 and \u6f22"])
    '\u6f22'
    """
    with own_style():
        known = get_font(findfont(FontProperties())).get_charmap()
    return "".join(dict.fromkeys(letter for text in texts for letter in plain(text) if ord(letter) not in known))


def drawn_with(more: Any = None) -> Callable[[Callable[..., Told]], Callable[..., Told]]:
    """Draw in our style, with `more` settings, and leave the reader's as they were."""

    def decorate(function: Callable[..., Told]) -> Callable[..., Told]:
        @wraps(function)
        def draw(*arguments: Any, **named: Any) -> Told:
            with own_style(more):
                return function(*arguments, **named)

        return draw

    return decorate


drawn = drawn_with()


def band_looks(colour: str, hatch: str) -> dict[str, Any]:
    """How a band of this colour is filled: the hatch in white on what is dark, in grey on what is light."""
    edge = "#FFFFFF" if colour in (BLUE, GREEN, VERMILLION, BLACK, PURPLE) else GREY
    return {"facecolor": colour, "hatch": hatch, "edgecolor": edge, "linewidth": 0.0}
