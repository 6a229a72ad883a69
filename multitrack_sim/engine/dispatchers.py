"""numba's side of compiled functions; numba is imported here, and only when something has to be compiled."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import IntEnum
from typing import Any

import numba
from numba.core.registry import CPUDispatcher

from . import column_types  # noqa: F401 - numba learns of tables that lie by columns
from .kept_code import _cache_of

__all__ = ["dispatcher"]

numba.config.DISABLE_INTEL_SVML = 1  # vector math of another library would change last bits


def dispatcher(function: Callable[..., Any], options: Mapping[str, Any], once: bool, part: str | None) -> Any:
    """A function as numba compiles it: `once` for all whole numbers; its code kept in this `part` of the cache, if any."""
    made = numba.njit(**options)(function)
    if once:
        made.__class__ = _Once
    kept = None if part is None else _cache_of(function, part)
    if kept is not None:
        made._cache = kept
    return made


class _Once(CPUDispatcher):
    """Compiled once for all whole numbers: numba would compile it anew for every constant and every category."""

    def get_call_template(self, args: Any, kws: Any) -> Any:
        return super().get_call_template(tuple(map(_number, args)), {name: _number(t) for name, t in kws.items()})

    def typeof_pyval(self, value: Any) -> Any:
        if isinstance(value, IntEnum):  # numba would look at every member of the category, at every call
            return numba.int64
        return _number(super().typeof_pyval(value))


def _number(given: Any) -> Any:
    """The type of a number as compiled code takes it: neither a constant's own nor a category's."""
    return given.dtype if isinstance(given, numba.types.IntEnumMember) else numba.types.unliteral(given)
