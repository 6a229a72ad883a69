"""How rules and phases are compiled, cached, and run again as plain Python.

A *rule* is a sentence about rows: arithmetic only. A *phase* is the loops and choices of one part of the month. Both
are ordinary functions compiled by numba without fast-math, so that compiled code and Python give the same bits.

The cache of machine code (`cache`) is keyed by a fingerprint of every source file that holds a rule (numba alone would
look only at the file of the function it loads and would silently serve stale code after an edit elsewhere).

numba is imported when the first function is called or compiled: whoever finds code compiled ahead of time (`ahead`) need
not wait for it.
"""

from __future__ import annotations

import hashlib
import inspect
import os
import sys
from collections.abc import Callable, Container, Iterator, Mapping
from functools import cache, partial, update_wrapper
from pathlib import Path
from threading import RLock
from types import CodeType, FunctionType, MethodType, ModuleType
from typing import Any

import numpy as np

from .cache import COMPILED
from .sources import PACKAGE

__all__ = ["arithmetic", "kernel", "part", "phase", "python_twin", "rule", "uses"]

os.environ.setdefault("NUMBA_DISABLE_INTEL_SVML", "1")  # vector math of another library would change last bits

OPTIONS = {"nogil": True, "error_model": "numpy", "fastmath": False, "_nrt": False, "no_cfunc_wrapper": True}


def _part(function: Callable[..., Any]) -> str:
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


_making = RLock()


class Compiled:
    """A function to be compiled when it is first called, or needed by another that is. To numba it is the dispatcher that
    it then has.
    """

    def __init__(self, function: Callable[..., Any], *, keep: bool = False, once: bool = True, **options: Any):
        update_wrapper(self, function)
        self.py_func = function
        self._keep, self._once, self._options = keep, once, OPTIONS | options
        self._made: Any = None

    @property
    def dispatcher(self) -> Any:
        """numba's side of it."""
        if self._made is None:
            with _making:
                if self._made is None:
                    from .dispatchers import dispatcher

                    kept = _part(self.py_func) if self._keep else None
                    self._made = dispatcher(self.py_func, self._options, self._once, kept)
        return self._made

    def __call__(self, *arguments: Any, **named: Any) -> Any:
        return self.dispatcher(*arguments, **named)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):  # what copies and pickles ask for
            raise AttributeError(name)
        return getattr(self.dispatcher, name)

    def __get__(self, owner: Any, kind: Any = None) -> Any:
        return self if owner is None else MethodType(self, owner)

    def __reduce__(self) -> str:
        return str(self.__qualname__)


class _Part(Compiled):
    def __call__(self, *arguments: Any, **named: Any) -> Any:
        raise TypeError(
            f"{self.py_func.__name__} is a part of a phase: allowed are calls from phases, or of its py_func"
        )


def kernel(function: Callable[..., Any]) -> Any:
    """Compile `function` and keep its machine code between sessions."""
    return Compiled(function, keep=True) if COMPILED else function


def phase(function: Callable[..., Any]) -> Any:
    """A phase: loops and choices over the tables of a world; arithmetic lives in rules."""
    function.multitrack_kind = "phase"  # type: ignore[attr-defined]
    return kernel(function)


def part(function: Callable[..., Any]) -> Any:
    """A part of a phase, with loops and choices of its own, which only phases call (it costs less to compile)."""
    function.multitrack_kind = "phase"  # type: ignore[attr-defined]
    # called from Python it would crash the interpreter: it has no way in
    return _Part(function, no_cpython_wrapper=True) if COMPILED else function


def rule(function: Callable[..., Any] | None = None, *, of: str | None = None) -> Any:
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


def written_out(function: Callable[..., Any]) -> Any:
    """Compile `function` by writing it out wherever it is called."""
    return Compiled(function, once=False, inline="always")


def arithmetic(function: Callable[..., Any]) -> Any:
    """A small rule used in many places: compiled once instead of being copied into each of them."""
    function.multitrack_kind = "rule"  # type: ignore[attr-defined]
    function.behaviour_of = None  # type: ignore[attr-defined]
    return Compiled(function) if COMPILED else function


def plain(function: Any) -> Any:
    """The Python function under a compiled one (itself, with compilation off)."""
    return getattr(function, "py_func", function)


def python_twin(function: Any, replaced: Mapping[str, Callable[..., Any]], tables: Any = None) -> Callable[..., Any]:
    """The same text of a phase, run by Python, with behaviours named in `replaced` bound to what is given.

    Everything the phase calls that takes rows becomes Python too; kernels on plain numbers (`chance`) stay compiled
    unless they are replaced as well. With `tables`, the same memory as the world that the twin will be called with, parts
    that use nothing of what is replaced stay compiled and work on them.
    """
    done: dict[FunctionType, Callable[..., Any]] = {}
    known: dict[FunctionType, bool] = {}

    def twin(function: Any) -> Callable[..., Any]:
        source = plain(function)
        if source not in done:
            names = dict(source.__globals__)
            copy = FunctionType(source.__code__, names, source.__name__, source.__defaults__)
            done[source] = copy
            for name, target in _called(source):
                if name in replaced and _is_replaceable(target):
                    names[name] = replaced[name]
                elif tables is not None and _takes_world(target) and not uses(target, replaced, known):
                    names[name] = _on_tables(target, tables, partial(twin, target))
                elif _kind(target) is not None:
                    names[name] = twin(target)
        return done[source]

    return twin(function)


def uses(function: Any, replaced: Container[str], known: dict[FunctionType, bool] | None = None) -> bool:
    """Whether a function uses something that is replaced, directly or through others. `known` keeps what was found."""
    known = {} if known is None else known
    source = plain(function)
    if source not in known:
        known[source] = False  # while what it calls is looked through
        known[source] = any(
            (name in replaced and _is_replaceable(target))
            or (_kind(target) is not None and uses(target, replaced, known))
            for name, target in _called(source)
        )
    return known[source]


def _called(source: FunctionType) -> Iterator[tuple[str, Any]]:
    """Every global that the text of a function names, with what it stands for there."""
    for name in _names_in(source.__code__):
        if name in source.__globals__:
            yield name, source.__globals__[name]


def _names_in(code: CodeType) -> set[str]:
    """Every global name and attribute in the text of a function, in its comprehensions too."""
    inner = (_names_in(one) for one in code.co_consts if isinstance(one, CodeType))
    return set(code.co_names).union(*inner)


def _kind(target: Any) -> str | None:
    return getattr(plain(target), "multitrack_kind", None)


def _is_replaceable(target: Any) -> bool:
    """Whether a name may be bound to something else: the behaviour of an agent, or a kernel on plain numbers."""
    kind = _kind(target)
    return callable(target) if kind is None else kind == "rule" and bool(plain(target).behaviour_of)


def _takes_world(target: Any) -> bool:
    """Whether this is a compiled part that takes a world first, as parts do."""
    return isinstance(target, _Part) and plain(target).__code__.co_varnames[:1] == ("world",)


def _on_tables(function: Any, tables: Any, in_python: Callable[[], Callable[..., Any]]) -> Callable[..., Any]:
    """A compiled part as Python calls it: with these tables in the place of the world, and plain numbers beside it. Where
    it is given rows, which Python cannot hand over, it runs in Python.
    """
    entry = _entry(function)

    def compiled_part(world: Any, *given: Any) -> Any:
        numbers = [float(x) if isinstance(x, float) else int(x) for x in given if isinstance(x, _NUMBERS)]
        return entry(tables, *numbers) if len(numbers) == len(given) else in_python()(world, *given)

    return compiled_part


_NUMBERS = (bool, int, float, np.bool_, np.integer)


@cache
def _entry(function: Any) -> Any:
    """A part with a way in from Python: compiled once more, when it is first called so, and kept."""
    return kernel(plain(function))


if COMPILED and "numba" in sys.modules:  # a user's own compiled functions take our tables too
    from . import dispatchers  # noqa: F401
