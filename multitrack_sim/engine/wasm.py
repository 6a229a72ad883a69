"""From a WebAssembly object, as LLVM writes it for a linker, to a module that runs: no linker is needed.

An object is a valid module but for its exports: its functions are numbered, and the names stand in the section `linking`.
So the exports are inserted where modules have them, and sections that only linkers and debuggers read are dropped. What a
module asks of whoever runs it (memory, a pointer to its stack) stays among its imports.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ..errors import MultitrackError

__all__ = ["imports", "module_with_exports"]

MAGIC = b"\0asm\1\0\0\0"
CUSTOM, IMPORTS, EXPORTS = 0, 2, 7
COMES_AFTER_EXPORTS = (8, 9, 12, 10, 11)  # start, elements, how many data, code, data
SYMBOLS = 8  # the part of `linking` that holds them
IS_FUNCTION, IS_DATA, IS_SECTION = 0, 1, 3
IS_UNDEFINED, HAS_NAME_OF_ITS_OWN = 0x10, 0x40
KINDS = {0: "function", 1: "table", 2: "memory", 3: "global"}


class _Reader:
    """Bytes, read from front to end."""

    def __init__(self, content: bytes):
        self.content, self.at = content, 0

    def __bool__(self) -> bool:
        return self.at < len(self.content)

    def byte(self) -> int:
        return self.take(1)[0]

    def take(self, count: int) -> bytes:
        if self.at + count > len(self.content):
            raise MultitrackError("a WebAssembly object ends too early")
        self.at += count
        return self.content[self.at - count : self.at]

    def number(self) -> int:
        """A whole number as WebAssembly writes it: seven bits a byte, the last without the eighth."""
        found = shift = 0
        while True:
            byte = self.byte()
            found |= (byte & 0x7F) << shift
            shift += 7
            if not byte & 0x80:
                return found

    def counted(self) -> bytes:
        return self.take(self.number())

    def name(self) -> str:
        return self.counted().decode("utf-8")


def _number(value: int) -> bytes:
    """As `_Reader.number` reads it.

    >>> _number(0), _number(300)
    (b'\\x00', b'\\xac\\x02')
    """
    written = bytearray()
    while value > 0x7F:
        written.append(value & 0x7F | 0x80)
        value >>= 7
    written.append(value)
    return bytes(written)


def _counted(content: bytes) -> bytes:
    return _number(len(content)) + content


def _sections(module: bytes) -> Iterator[tuple[int, bytes]]:
    if not module.startswith(MAGIC):
        raise MultitrackError("not a WebAssembly object")
    reader = _Reader(module[len(MAGIC) :])
    while reader:
        yield reader.byte(), reader.counted()


def _functions(object_code: bytes) -> dict[str, int]:
    """The functions that an object defines: their numbers by name."""
    found: dict[str, int] = {}
    for kind, content in _sections(object_code):
        reader = _Reader(content)
        if kind != CUSTOM or reader.name() != "linking":
            continue
        reader.number()  # the version of the section
        while reader:
            part, inner = reader.byte(), _Reader(reader.counted())
            if part == SYMBOLS:
                found |= _named_functions(inner)
    return found


def _named_functions(symbols: _Reader) -> dict[str, int]:
    found = {}
    for _ in range(symbols.number()):
        kind, flags = symbols.byte(), symbols.number()
        is_defined = not flags & IS_UNDEFINED
        if kind == IS_SECTION:
            symbols.number()
        elif kind == IS_DATA:
            symbols.name()
            if is_defined:
                for _ in ("segment", "offset", "size"):
                    symbols.number()
        else:
            number = symbols.number()
            name = symbols.name() if is_defined or flags & HAS_NAME_OF_ITS_OWN else ""
            if kind == IS_FUNCTION and is_defined:
                found[name] = number
    return found


def module_with_exports(object_code: bytes, exported: Iterable[str]) -> bytes:
    """The module that exports these functions of an object. MultitrackError if it does not define them all."""
    functions, exported = _functions(object_code), list(exported)
    if missing := [name for name in exported if name not in functions]:
        raise MultitrackError(f"the WebAssembly object defines no {', '.join(missing)}")
    entries = [_counted(name.encode()) + b"\0" + _number(functions[name]) for name in exported]
    exports = bytes([EXPORTS]) + _counted(_number(len(entries)) + b"".join(entries))
    written, is_to_come = bytearray(MAGIC), True
    for kind, content in _sections(object_code):
        if kind == CUSTOM:
            continue
        if is_to_come and kind in COMES_AFTER_EXPORTS:
            written += exports
            is_to_come = False
        written += bytes([kind]) + _counted(content)
    return bytes(written)


def imports(module: bytes) -> dict[str, str]:
    """What a module asks of whoever runs it, all from `env`: name -> function, table, memory or global."""
    found = {}
    for section, content in _sections(module):
        reader = _Reader(content)
        if section != IMPORTS:
            continue
        for _ in range(reader.number()):
            reader.name()
            name, kind = reader.name(), KINDS.get(reader.byte(), "")
            found[name] = kind
            if kind == "function":
                reader.number()
            elif kind in ("table", "memory"):
                if kind == "table":
                    reader.byte()
                has_most = reader.number() & 1
                for _ in range(1 + has_most):
                    reader.number()
            elif kind == "global":
                reader.take(2)
            else:
                raise MultitrackError(f"WebAssembly imports a {name} of unknown kind")
    return found
