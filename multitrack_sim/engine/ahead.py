"""Compiled ahead of time: from the LLVM text of kernels to code for machines that need neither numba nor a linker.

numba writes each kernel as LLVM text, with all rules in it. The same text becomes a native object for each kind of
processor and system, and WebAssembly for a page; all give the same bits, since their arithmetic is portable
(`engine/arithmetic`) and nothing may reorder it. The text must be made for a generic processor, before LLVM suits it to one
(`SURROUNDINGS`): what suits this machine need not run on another, and pointers of WebAssembly have four bytes.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import llvmlite.binding as llvm

from ..errors import MultitrackError
from .wasm import imports, module_with_exports

__all__ = ["PLATFORMS", "SURROUNDINGS", "Argument", "Entry", "Platform", "linked", "native", "webassembly"]

# What the process that writes the text must have been started with.
SURROUNDINGS = {"NUMBA_CPU_NAME": "generic", "NUMBA_CPU_FEATURES": "", "NUMBA_OPT": "0", "NUMBA_DISABLE_JIT": "0"}


@dataclass(frozen=True)
class Platform:
    """A kind of machine that objects are made for."""

    triple: str
    processor: str
    features: str = ""
    addresses: str = "pic"  # wherever the code is loaded to


_WASM = Platform(
    "wasm32-unknown-unknown",
    "generic",
    "+simd128,+bulk-memory,+nontrapping-fptoint,+sign-ext,+mutable-globals",
    addresses="static",
)
PLATFORMS = {
    "linux-x86-64": Platform("x86_64-unknown-linux-gnu", "x86-64"),
    "linux-x86-64-v3": Platform("x86_64-unknown-linux-gnu", "x86-64-v3"),
    "linux-aarch64": Platform("aarch64-unknown-linux-gnu", "generic"),
    "macos-arm64": Platform("arm64-apple-darwin", "apple-m1"),
    "windows-x86-64": Platform("x86_64-pc-windows-msvc-elf", "x86-64"),  # llvmlite's loader takes no other there
}
# What code may ask of the system it runs on. Of mathematics only what is exact: systems differ in the last bits of the rest.
ALLOWED = {"memcpy", "memmove", "memset", "sqrt"}
WASM_ALLOWED = {"__linear_memory": "memory", "__stack_pointer": "global"}


@dataclass(frozen=True)
class Argument:
    """One argument of a kernel, and what stands for it in a call of its compiled code:

    - `array`: two pointers that are not used, how many items, bytes of one, pointer to the first, then for each dimension
      its length and after them for each dimension the bytes from one item to the next;
    - `columns`: a table that lies by columns: pointer to its first cell, how many rows, cells from a column to the next;
    - `row`: a pointer;
    - `whole` and `number`: the value, of 64 bits;
    - `pointer`: where the answer is written (first in every call), and where a pointer to what failed (second).
    """

    name: str
    kind: str
    dtype: Any = None  # of an array: as numpy describes it
    dimensions: int = 0
    columns: tuple[str, ...] = ()

    @property
    def slots(self) -> str:
        """Each value that is handed over, as a letter: p pointer, i whole number, f number."""
        return {
            "array": "ppiip" + "ii" * self.dimensions,
            "columns": "pii",
            "row": "p",
            "pointer": "p",
            "whole": "i",
            "number": "f",
        }[self.kind]


@dataclass(frozen=True)
class Entry:
    """A kernel that can be called from outside, and the numba types of its arguments."""

    name: str
    kernel: Any
    types: tuple[Any, ...]

    def arguments(self) -> list[Argument]:
        """What a call hands over, in order."""
        names = self.kernel.py_func.__code__.co_varnames
        return [
            Argument("answer", "pointer"),
            Argument("failure", "pointer"),
            *(one for name, kind in zip(names, self.types, strict=False) for one in _flattened(name, kind)),
        ]


def _flattened(name: str, kind: Any) -> Iterator[Argument]:
    from numba import types
    from numba.np.numpy_support import as_dtype

    from .column_types import ColumnTable

    if isinstance(kind, types.NamedTuple):
        for field, inner in zip(kind.fields, kind.types, strict=True):
            yield from _flattened(f"{name}.{field}", inner)
    elif isinstance(kind, ColumnTable):
        yield Argument(name, "columns", columns=tuple(kind.places))
    elif isinstance(kind, types.Array):
        row = as_dtype(kind.dtype)
        yield Argument(name, "array", row.descr if row.names else row.str, kind.ndim)
    elif isinstance(kind, types.Record):
        yield Argument(name, "row", as_dtype(kind).descr)
    elif kind == types.int64 or kind == types.float64:
        yield Argument(name, "whole" if kind == types.int64 else "number")
    else:
        raise MultitrackError(f"{name} is {kind}: no rule says how code compiled ahead of time takes it")


def described(entries: Sequence[Entry]) -> dict[str, list[dict[str, Any]]]:
    """The arguments of all entries, as JSON takes them."""
    return {entry.name: [asdict(one) | {"slots": one.slots} for one in entry.arguments()] for entry in entries}


def linked(entries: Sequence[Entry]) -> str:
    """One LLVM text of all these kernels, each under the name of its entry; all else in it is its own affair."""
    whole: Any = None
    for entry in entries:
        module = _text(entry)
        if whole is None:
            whole = module
        else:
            whole.link_in(module)
    names = {entry.name for entry in entries}
    for kept in [*whole.functions, *whole.global_variables]:
        if not kept.is_declaration and kept.name not in names:
            kept.linkage = "internal"
    return str(whole)


def _text(entry: Entry) -> Any:
    """The LLVM module of one kernel; its function has the entry's name and is all that can be seen of it."""
    entry.kernel.compile(entry.types)
    result = entry.kernel.overloads[entry.types]
    module = llvm.parse_assembly(result.library.get_llvm_str())
    try:
        function = module.get_function(result.fndesc.llvm_func_name)
    except NameError:
        raise MultitrackError(f"numba's text of {entry.name} does not hold its function") from None
    _check_call(entry, function)
    taken = [one.name for one in [*module.functions, *module.global_variables] if one.name == entry.name]
    if taken:
        raise MultitrackError(f"numba's text of {entry.name} holds something else by that name")
    for other in module.functions:
        if not other.is_declaration and other.linkage == llvm.Linkage.external:
            other.linkage = "internal"  # ways in from Python, which only numba needs
    function.name = entry.name
    function.linkage = "external"
    return module


def _check_call(entry: Entry, function: Any) -> None:
    """Refuse a function that takes other than what we would hand over: a release of numba with ways of its own."""
    letters = {"ptr": "p", "i64": "i", "double": "f"}
    found = "".join(letters.get(str(one.type), "?") for one in function.arguments)
    expected = "".join(one.slots for one in entry.arguments())
    if function.is_declaration or found != expected:
        raise MultitrackError(f"{entry.name} takes its arguments in a way that is not known ({found}, not {expected})")


def native(text: str, platform: Platform) -> bytes:
    """An object of this text for a kind of machine, to be loaded without a linker."""
    return _object(text, platform)


def webassembly(text: str, exported: Sequence[str]) -> bytes:
    """A WebAssembly module of this text. It imports memory and a pointer to its stack, and nothing else."""
    module = module_with_exports(_object(text, _WASM, in_pieces=True), exported)
    asked = {name: kind for name, kind in imports(module).items() if WASM_ALLOWED.get(name) != kind}
    if asked:
        raise MultitrackError(f"the WebAssembly module asks for {', '.join(asked)}, which a page does not have")
    return module


def _object(text: str, platform: Platform, in_pieces: bool = False) -> bytes:
    llvm.initialize_all_targets()
    llvm.initialize_all_asmprinters()
    machine = llvm.Target.from_triple(platform.triple).create_target_machine(
        cpu=platform.processor, features=platform.features, opt=3, reloc=platform.addresses
    )
    module = llvm.parse_assembly(text)
    module.triple, module.data_layout = platform.triple, str(machine.target_data)
    module.verify()
    if in_pieces:
        _keep_apart(module, machine)
    _optimise(module, machine)
    asked = [one.name for one in module.functions if one.is_declaration and not one.name.startswith("llvm.")]
    if missing := sorted(set(asked) - ALLOWED):
        raise MultitrackError(f"code for {platform.triple} asks its system for {', '.join(missing)}")
    return bytes(machine.emit_object(module))


def _optimise(module: Any, machine: Any) -> None:
    options = llvm.create_pipeline_tuning_options(speed_level=3)
    builder = llvm.create_pass_builder(machine, options)
    builder.getModulePassManager().run(module, builder)


def _keep_apart(module: Any, machine: Any) -> None:
    """Write small functions out where they are called, and keep the others apart: browsers compile one function of a whole
    month worse than its phases one by one (a run took 1.2 times as long).
    """
    inner = [one for one in module.functions if not one.is_declaration and one.linkage == llvm.Linkage.internal]
    for function in inner:
        function.linkage = "linkonce_odr"  # so that LLVM does not write out a large one because it is called once
    _optimise(module, machine)
    for function in module.functions:
        if not function.is_declaration and function.linkage == llvm.Linkage.linkonce_odr:
            function.linkage = "internal"
            function.add_function_attribute("noinline")
