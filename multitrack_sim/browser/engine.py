"""The compiled rules as a module for a page, and how each of its functions is called.

The module asks for nothing but memory and a stack. Its functions take what numba's take, written out: of a world the place
and length of each table, in all more than two hundred arguments. Where the tables of a scenario's worlds lie the page knows
from `browser.world`; which arguments there are besides is told here, as `process.ahead` found it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Any

import numpy as np

from ..engine import ready_made
from ..engine.cache import keeps_code
from ..errors import MultitrackError
from ..process import ahead
from ..schema.tables import TABLES
from .world import packed

__all__ = ["PageEngine", "can_be_kept", "is_made", "page_engine"]

_ANSWERS = ["answer", "failure"]  # pointers that begin every call
_DATA, _CONSTANT, _END = 11, 0x41, 0x0B  # of WebAssembly: the section of constants; a number as an address; its end


@dataclass(frozen=True)
class PageEngine:
    """A module: its `content` as bytes, and the arguments of its functions (`engine.ahead.described`)."""

    content: bytes
    described: Mapping[str, Sequence[Mapping[str, Any]]]

    @property
    def packed(self) -> str:
        """As a page holds it: base64 of gzip."""
        return packed(self.content)

    @cached_property
    def calls(self) -> dict[str, Any]:
        """The arguments of each function that it exports, a world being one, and how far its constants reach in memory."""
        exports = {name: _arguments(name, arguments) for name, arguments in self.described.items()}
        return {"exports": exports, "data_bytes": data_bytes(self.content)}


def is_made() -> bool:
    """Whether the module of this version of the model is there; otherwise it takes a minute to make it."""
    return ready_made.find(ahead.WEBASSEMBLY) is not None


def can_be_kept() -> bool:
    """Whether the module, once made, is found again: where nothing can be kept, each page would take that minute."""
    return keeps_code()


@cache
def page_engine() -> PageEngine:
    """The module of this version of the model."""
    return PageEngine(ahead.webassembly(), ahead.exports())


def _arguments(name: str, described: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The arguments as a page gives them: their names, what they are, and of an array the bytes of one cell."""
    if [one["name"] for one in described[:2]] != _ANSWERS:
        raise MultitrackError(f"{name} does not begin with {' and '.join(_ANSWERS)}")
    made: list[dict[str, Any]] = []
    tables = []
    for one in described[2:]:
        of, _, table = one["name"].partition(".")
        if table:
            tables.append((table, one["kind"]))
            if not made or made[-1]["name"] != of:
                made.append({"name": of, "kind": "world", "bytes": 0})
        else:
            made.append({"name": of, "kind": one["kind"], "bytes": _bytes(one)})
    if tables and tables != _tables_of_a_world():
        raise MultitrackError(f"{name} takes the tables of a world in another order than they lie in")
    return made


def _bytes(described: Mapping[str, Any]) -> int:
    """Of an array the bytes of one cell."""
    if described["kind"] != "array":
        return 0
    cell = described["dtype"]
    return np.dtype(cell if isinstance(cell, str) else [tuple(one) for one in cell]).itemsize


def _tables_of_a_world() -> list[tuple[str, str]]:
    """The tables as a page writes them out: in the order in which they lie, then all cells as numbers and as whole ones."""
    tables = [(name, "columns" if table.by_column else "array") for name, table in TABLES.items()]
    return [*tables, ("words", "array"), ("wholes", "array")]


def data_bytes(module: bytes) -> int:
    """How far from the beginning of memory a module's constants reach."""
    at = 8
    while at < len(module):
        kind = module[at]
        size, at = _number(module, at + 1)
        if kind == _DATA:
            return _end_of_data(module, at)
        at += size
    return 0


def _end_of_data(module: bytes, at: int) -> int:
    count, at = _number(module, at)
    end = 0
    for _ in range(count):
        flags, at = _number(module, at)
        is_placed = flags == 0 and module[at] == _CONSTANT
        start, at = _number(module, at + 1)
        if not is_placed or module[at] != _END:
            raise MultitrackError("the WebAssembly module keeps its constants in a way that pages cannot place")
        length, at = _number(module, at + 1)
        at += length
        end = max(end, start + length)
    return end


def _number(content: bytes, at: int) -> tuple[int, int]:
    """A whole number as WebAssembly writes it, and where the next thing begins.

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
