"""How rules and phases are compiled, cached, and run again as plain Python.

A *rule* is a sentence about rows: arithmetic only. A *phase* is the loops and choices of one part of the month. Both
are ordinary functions compiled by numba without fast-math, so that compiled code and Python give the same bits.

The cache of machine code is keyed by a fingerprint of every source file that holds a rule (numba alone would look only
at the file of the function it loads and would silently serve stale code after an edit elsewhere).
"""

from __future__ import annotations

import hashlib
import inspect
import os
from collections.abc import Callable
from pathlib import Path
from types import FunctionType, ModuleType
from typing import Any

import numba
from numba.core.registry import CPUDispatcher

from .cache import COMPILED, PACKAGE, _cache_folder, _TolerantCache

__all__ = ["arithmetic", "kernel", "part", "phase", "python_twin", "rule"]

os.environ.setdefault("NUMBA_DISABLE_INTEL_SVML", "1")  # vector math of another library would change last bits

numba.config.DISABLE_INTEL_SVML = 1

OPTIONS = {"nogil": True, "error_model": "numpy", "fastmath": False, "_nrt": False, "no_cfunc_wrapper": True}


def _part(function: Callable) -> str:
    """Which part of the cache a kernel belongs to: the engine's, or one keyed by all files and numbers it is made of."""
    if _in_engine(plain(function)):
        return "engine"
    files, numbers, seen, waiting = set(), set(), set(), [plain(function)]
    while waiting:
        source = waiting.pop()
        if source in seen or _in_engine(source):
            continue
        seen.add(source)
        files.add(inspect.getsourcefile(source) or "")
        for name in source.__code__.co_names:
            target = source.__globals__.get(name)
            if isinstance(target, ModuleType):
                files.add(getattr(target, "__file__", None) or "")
            elif isinstance(plain(target), FunctionType):
                waiting.append(plain(target))
            elif isinstance(target, bool | int | float | str | tuple):  # frozen into the machine code
                numbers.add(f"{name}={target!r}")
    digest = hashlib.sha256("\n".join(sorted(numbers)).encode())
    for file in sorted(files):
        digest.update(file.encode() + b"\0" + (Path(file).read_bytes() if Path(file).is_file() else b""))
    return f"own-{digest.hexdigest()[:16]}"


def _in_engine(function: FunctionType) -> bool:
    return Path(inspect.getsourcefile(function) or "").is_relative_to(PACKAGE)


def kernel(function: Callable) -> Any:
    """Compile `function` and keep its machine code between sessions."""
    if not COMPILED:
        return function
    dispatcher = numba.njit(**OPTIONS)(function)
    dispatcher.__class__ = _Once
    folder = _cache_folder(_part(function))
    if folder is not None:
        before, numba.config.CACHE_DIR = numba.config.CACHE_DIR, str(folder)
        try:
            dispatcher._cache = _TolerantCache(function)
        except RuntimeError:  # a function typed at a prompt has no file to key by
            pass
        finally:
            numba.config.CACHE_DIR = before
    return dispatcher


def phase(function: Callable) -> Any:
    """A phase: loops and choices over the tables of a world; arithmetic lives in rules."""
    function.multitrack_kind = "phase"  # type: ignore[attr-defined]
    return kernel(function)


def part(function: Callable) -> Any:
    """A part of a phase, with loops and choices of its own, which only phases call (it costs less to compile)."""
    function.multitrack_kind = "phase"  # type: ignore[attr-defined]
    if not COMPILED:
        return function
    dispatcher = numba.njit(**OPTIONS, no_cpython_wrapper=True)(function)
    dispatcher.__class__ = _Part  # called from Python it would crash the interpreter: it has no way in
    return dispatcher


class _Once(CPUDispatcher):
    """Compiled once for all whole numbers: numba would compile it anew for every constant and every category."""

    def get_call_template(self, args, kws):
        return super().get_call_template(tuple(map(_number, args)), {name: _number(t) for name, t in kws.items()})

    def typeof_pyval(self, value):
        return _number(super().typeof_pyval(value))


def _number(given: Any) -> Any:
    """The type of a number as compiled code takes it: neither a constant's own nor a category's."""
    return given.dtype if isinstance(given, numba.types.IntEnumMember) else numba.types.unliteral(given)


class _Part(_Once):
    def __call__(self, *arguments: Any, **options: Any) -> Any:
        raise TypeError(
            f"{self.py_func.__name__} is a part of a phase: allowed are calls from phases, or of its py_func"
        )


def rule(function: Callable | None = None, *, of: str | None = None) -> Any:
    """A rule: one sentence about rows. With `of="communities"` it is a behaviour of that table's agents.

    >>> @rule
    ... def fade(value, rate):
    ...     return value * (1.0 - rate)
    >>> fade(2.0, 0.5)
    1.0
    """
    if function is None:
        return lambda f: rule(f, of=of)
    function.multitrack_kind = "rule"  # type: ignore[attr-defined]
    function.behaviour_of = of  # type: ignore[attr-defined]
    return written_out(function) if COMPILED else function


def written_out(function: Callable) -> Any:
    """Compile `function` by writing it out wherever it is called."""
    return numba.njit(**OPTIONS, inline="always")(function)


def arithmetic(function: Callable) -> Any:
    """A small rule used in many places: compiled once instead of being copied into each of them."""
    function.multitrack_kind = "rule"  # type: ignore[attr-defined]
    function.behaviour_of = None  # type: ignore[attr-defined]
    if not COMPILED:
        return function
    dispatcher = numba.njit(**OPTIONS)(function)
    dispatcher.__class__ = _Once
    return dispatcher


def plain(function: Any) -> Any:
    """The Python function under a compiled one (itself, with compilation off)."""
    return getattr(function, "py_func", function)


def python_twin(function: Any, replaced: dict[str, Callable]) -> Callable:
    """The same text of a phase, run by Python, with behaviours named in `replaced` bound to what is given.

    Everything the phase calls that takes rows becomes Python too; kernels on plain numbers (`chance`) stay compiled
    unless they are replaced as well.
    """
    done: dict[FunctionType, Callable] = {}

    def twin(function: Any) -> Callable:
        source = plain(function)
        if source not in done:
            names = dict(source.__globals__)
            copy = FunctionType(source.__code__, names, source.__name__, source.__defaults__)
            done[source] = copy
            for name in source.__code__.co_names:
                target = names.get(name)
                kind = getattr(plain(target), "multitrack_kind", None)
                behaves = kind == "rule" and plain(target).behaviour_of
                if name in replaced and (behaves or (kind is None and callable(target))):
                    names[name] = replaced[name]
                elif kind is not None:
                    names[name] = twin(target)
        return done[source]

    return twin(function)
