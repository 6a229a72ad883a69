"""Sentences of the report as safe HTML, in which every number carries its whole value and says which number it is.

A number for people is rounded; the `<data>` around it has all its digits, what they are multiplied by to be read (100 for
percent), and in `data-of` where it stands in the tables: so a page can be read back and held against them.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable
from typing import Any

from markupsafe import Markup, escape

__all__ = ["UNKNOWN", "and_list", "number", "own", "say", "sentence"]

UNKNOWN = Markup("unknown")


def number(
    value: float, of: str, digits: int = 0, times: float = 1.0, sign: str = "size", mark: str = ""
) -> Markup:  # fmt: skip
    """A number as people read it. `sign` is "size" (none: the words around it say more or fewer), "both" (plus and minus) or
    "minus"; `mark` stands behind it.

    >>> print(number(-12.75, "effect:1:x", 1, sign="both"))
    <data value="-12.75" data-of="effect:1:x">−12.8</data>
    """
    value = float(value)
    if math.isnan(value):
        return UNKNOWN
    shown = round(times * value, 9) * (1 + 1e-12)  # 96.5 is about 97
    text = f"{abs(shown):,.{digits}f}"
    nothing = not text.strip("0.,")
    if sign != "size" and not nothing:
        text = f"{'−' if shown < 0 else '+' if sign == 'both' else ''}{text}"
    scale = Markup(' data-times="{}"').format(f"{times:g}") if times != 1 else ""
    exact = json.dumps(value) if math.isfinite(value) else str(value)
    return Markup('<data value="{}" data-of="{}"{}>{}{}</data>').format(exact, of, scale, text, mark)


def say(template: str, **parts: Any) -> Markup:
    """A sentence; what is put into it is escaped unless it is markup already.

    >>> print(say("with {name}", name="<b>"))
    with &lt;b&gt;
    """
    return Markup(template).format(**parts)


def own(text: object) -> Markup:
    """A text that is not ours, a name or a path: digits in it are no numbers of the report's.

    >>> print(own("arm <3>"))
    <span class="own">arm &lt;3&gt;</span>
    """
    return Markup('<span class="own">{}</span>').format(text)


def and_list(parts: Iterable[Any], last: str = "and") -> Markup:
    """Several in a row.

    >>> print(and_list(["a", "b", "c"]), and_list(["a"], "or"))
    a, b and c a
    """
    found = [escape(part) for part in parts]
    if len(found) < 2:
        return Markup("").join(found)
    return Markup(", ").join(found[:-1]) + Markup(" {} ").format(last) + found[-1]


def sentence(text: Any) -> Markup:
    """With a capital letter at the beginning, though a name or a number may stand there.

    >>> print(sentence(say("in {n} runs", n=number(3, "x"))))
    In <data value="3.0" data-of="x">3</data> runs
    """
    told = str(escape(text))
    at = 0
    while told[at : at + 1] == "<":  # what is marked up keeps its marks
        at = told.index(">", at) + 1
    return Markup(told[:at] + told[at : at + 1].upper() + told[at + 1 :])
