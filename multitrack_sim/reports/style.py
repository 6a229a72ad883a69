"""Colours, marks and the way every figure is drawn."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from matplotlib.figure import Figure

from collections.abc import Callable
from typing import Any, TypeAlias

import matplotlib

__all__ = []

Told: TypeAlias = "tuple[Figure, str]"

BLACK, ORANGE, SKY, GREEN, YELLOW, BLUE, VERMILLION, PURPLE = (
    "#000000", "#E69F00", "#56B4E9", "#009E73", "#F0E442", "#0072B2", "#D55E00", "#CC79A7",
)  # fmt: skip
GREY, LIGHT = "#5A5A5A", "#C8C8C8"

# From bottom to top: an accord, the way to one, fighting, an end without an accord. Neighbours differ in grey too.
PHASE_LOOKS = {  # no hatch of dots: one of them is a quarter of a megabyte of SVG
    "durable": (BLUE, ""), "implementation": (SKY, ""), "signed": (GREEN, "||||"), "talks": (YELLOW, ""),
    "suspended": (PURPLE, "\\\\\\\\"), "pretalks": (ORANGE, "////"), "fighting": (VERMILLION, ""),
    "collapsed": (BLACK, ""), "dormant": (LIGHT, "---"),
}  # fmt: skip
LEDGER_LOOKS = {
    "from_prior": ("what they believed before", LIGHT, ""), "from_measures": ("confidence-building measures", BLUE, ""),
    "from_dialogue": ("unofficial dialogue", ORANGE, "////"), "from_accord": ("carrying out the accord", SKY, "---"),
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


def _drawn(function: Callable[..., Told]) -> Callable[..., Told]:
    """Draw in our style and leave the reader's settings as they were."""
    from functools import wraps

    @wraps(function)
    def draw(*arguments: Any, **named: Any) -> Told:
        with matplotlib.rc_context(STYLE):
            return function(*arguments, **named)

    return draw
