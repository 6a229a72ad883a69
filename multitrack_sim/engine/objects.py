"""Code compiled ahead of time, loaded and called: without numba, and without a linker.

A call hands over what numba would: every table and array as its parts (`engine/ahead` describes them). The interpreter's
lock is let go meanwhile, so that threads run side by side.
"""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from ..errors import MultitrackError
from .by_column import CELL, ByColumn

__all__ = ["Loaded", "NotAsDescribed", "Signature"]

_TYPES = {"p": ctypes.c_void_p, "i": ctypes.c_int64, "f": ctypes.c_double}


class NotAsDescribed(TypeError):
    """An argument is not what the code was compiled for."""


class Loaded:
    """An object in memory, ready to be called."""

    def __init__(self, content: bytes, entries: Mapping[str, Sequence[Mapping[str, Any]]]):
        import llvmlite.binding as llvm

        llvm.initialize_native_target()
        llvm.initialize_native_asmprinter()
        machine = llvm.Target.from_default_triple().create_target_machine(opt=0, reloc="pic")
        engine = llvm.create_mcjit_compiler(llvm.parse_assembly(""), machine)
        engine.add_object_file(llvm.ObjectFileRef.from_data(content))
        engine.finalize_object()
        self._engine = engine  # holds the code in memory
        self._calls = {name: _call(name, engine.get_function_address(name), told) for name, told in entries.items()}

    def __getitem__(self, name: str) -> Callable[..., None]:
        return self._calls[name]


class Signature:
    """What a call of a kernel hands over, from its description (`engine.ahead.described`)."""

    def __init__(self, name: str, described: Sequence[Mapping[str, Any]]):
        self.name = name
        self.slots = "".join(one["slots"] for one in described)
        self._asked = [(one["kind"], _dtype(one), one["dimensions"], tuple(one["columns"])) for one in described[2:]]

    def handed(self, *given: Any) -> list[Any]:
        """The arguments as the compiled code takes them, after the two pointers every call begins with. NotAsDescribed
        where it was compiled for others.
        """
        values = [one for value in given for one in (value if isinstance(value, tuple) else (value,))]
        if len(values) != len(self._asked):
            raise NotAsDescribed(f"{self.name} takes {len(self._asked)} arguments, not {len(values)}")
        handed: list[Any] = []
        for value, about in zip(values, self._asked):
            handed += _handed(self.name, value, *about)
        return handed


def _call(name: str, address: int, described: Sequence[Mapping[str, Any]]) -> Callable[..., None]:
    if not address:
        raise MultitrackError(f"the object does not hold {name}")
    signature = Signature(name, described)
    function = ctypes.CFUNCTYPE(ctypes.c_int32, *(_TYPES[letter] for letter in signature.slots))(address)

    def call(*given: Any) -> None:
        answer, failure = ctypes.c_void_p(), ctypes.c_void_p()
        status = function(ctypes.addressof(answer), ctypes.addressof(failure), *signature.handed(*given))
        if status:
            raise MultitrackError(f"{name} ended with status {status}")

    return call


def _dtype(described: Mapping[str, Any]) -> np.dtype[Any] | None:
    found = described["dtype"]
    return None if found is None else np.dtype(found if isinstance(found, str) else [tuple(one) for one in found])


def _handed(
    name: str, value: Any, kind: str, dtype: np.dtype[Any] | None, dimensions: int, columns: tuple[str, ...]
) -> Sequence[Any]:
    """The parts of an argument. NotAsDescribed where the code was compiled for another kind."""
    if kind == "array" and isinstance(value, np.ndarray) and not isinstance(value, ByColumn):
        if value.dtype == dtype and value.ndim == dimensions and value.flags.c_contiguous and value.flags.aligned:
            return (0, 0, value.size, value.itemsize, value.ctypes.data, *value.shape, *value.strides)
    elif kind == "columns" and isinstance(value, ByColumn):
        if value.dtype.names == columns and (not len(value) or value.strides == (CELL,)):
            return value.ctypes.data, len(value), (value.itemsize - CELL) // (CELL * max(1, len(columns) - 1))
    elif kind == "whole" and isinstance(value, int | np.integer):
        return (int(value),)
    elif kind == "number" and isinstance(value, float | np.floating):
        return (float(value),)
    elif kind == "row" and isinstance(value, np.void) and value.dtype == dtype:
        return (value.__array_interface__["data"][0],)
    raise NotAsDescribed(f"{name} takes a {kind} of {dtype or columns}, not {type(value).__name__}")
