"""The compiled rules as a module for a page, and how each of its functions is called.

The module is what `engine.ahead` makes of the text of the kernels. It asks for nothing but memory and a stack. Its
functions take what numba's take, written out: of a world each table's place and length. That follows from the layout of
the world, which the page knows (`browser.world`); which arguments there are is said here, once.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from ..engine.compiled import plain
from ..errors import MultitrackError
from ..process.initial import draw_world
from ..process.month import run_chunk, run_months
from ..process.observation import measure_month, measure_run
from ..schema.outcomes import OUTCOME_ROW, SERIES_ROW
from .world import packed

__all__ = ["EXPORTS", "PageEngine"]

# What the page calls, by the names of its kernels.
EXPORTS = {
    kernel.__name__: plain(kernel) for kernel in map(plain, (run_chunk, run_months, draw_world, measure_month, measure_run))
}
_WORLD, _ARRAY, _ROW, _NUMBER = "world", "array", "row", "number"
# Of every argument by its name: what it is, and of an array how many bytes a cell of it has.
_ARGUMENTS: dict[str, tuple[str, int]] = {
    "world": (_WORLD, 0),
    "row": (_ROW, 0),
    "first": (_NUMBER, 8),
    "last": (_NUMBER, 8),
    "outcomes": (_ARRAY, OUTCOME_ROW.itemsize),
    "series": (_ARRAY, SERIES_ROW.itemsize),
    **dict.fromkeys(("template", "seeds", "cells", "values", "numbers", "finals"), (_ARRAY, 8)),
}
_DATA, _CONSTANT, _END = 11, 0x41, 0x0B


@dataclass(frozen=True)
class PageEngine:
    """A module: its `content` as bytes, and how it is called."""

    content: bytes

    @property
    def packed(self) -> str:
        """As a page holds it: base64 of gzip."""
        return packed(self.content)

    @cached_property
    def calls(self) -> dict[str, Any]:
        """The arguments of each function that it exports, and how many bytes of memory its constants take."""
        exports = {}
        for name, function in EXPORTS.items():
            given = function.__code__.co_varnames[: function.__code__.co_argcount]
            exports[name] = [dict(zip(("name", "kind", "bytes"), (one, *_ARGUMENTS[one]))) for one in given]
        return {"exports": exports, "data_bytes": data_bytes(self.content)}


def data_bytes(module: bytes) -> int:
    """How far from the beginning of memory a module's constants reach."""
    end, at = 0, 8
    while at < len(module):
        kind = module[at]
        size, at = _number(module, at + 1)
        if kind == _DATA:
            end = max(end, _end_of_data(module, at))
        at += size
    return end


def _end_of_data(module: bytes, at: int) -> int:
    count, at = _number(module, at)
    end = 0
    for _ in range(count):
        flags, at = _number(module, at)
        if flags != 0 or module[at] != _CONSTANT:
            raise MultitrackError("the WebAssembly module keeps its constants in a way that pages cannot place")
        start, at = _number(module, at + 1)
        if module[at] != _END:
            raise MultitrackError("the WebAssembly module places its constants by a sum; allowed: a number")
        length, at = _number(module, at + 1)
        at += length
        end = max(end, start + length)
    return end


def _number(content: bytes, at: int) -> tuple[int, int]:
    """A whole number from 0 as WebAssembly writes it, and where the next thing begins.

    >>> _number(bytes([0xAC, 0x02]), 0)
    (300, 2)
    """
    found = shift = 0
    while True:
        byte = content[at]
        at += 1
        found |= (byte & 0x7F) << shift
        shift += 7
        if not byte & 0x80:
            return found, at
