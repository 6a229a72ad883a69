"""Tables that lie by columns, as compiled code knows them: a row is the table and a place in it, a column a stretch of cells.

The compiler is told that two columns never share a cell, so that it may work on several rows at once.
"""

from __future__ import annotations

import operator
from typing import Any

from llvmlite import ir
from numba.core import cgutils, types
from numba.core.imputils import lower_getattr_generic, lower_setattr_generic
from numba.core.typing.templates import AbstractTemplate, AttributeTemplate, infer_getattr, infer_global, signature
from numba.extending import NativeValue, lower_builtin, models, register_model, typeof_impl, unbox

from .by_column import CELL, ByColumn, held

__all__ = ["ColumnTable"]


class ColumnTable(types.Type):
    """What compiled code knows of such a table: its columns, and which of them hold whole numbers."""

    def __init__(self, columns: tuple[tuple[str, bool], ...]):
        self.places = {name: (at, types.int64 if whole else types.float64) for at, (name, whole) in enumerate(columns)}
        super().__init__("by_column(" + ",".join(f"{name}:{'i' if whole else 'f'}" for name, whole in columns) + ")")


class ColumnRow(types.Type):
    """One row of it: the table and where in it."""

    def __init__(self, table: ColumnTable):
        self.table = table
        super().__init__(f"row of {table.name}")


_TABLE = [("cells", types.CPointer(types.float64)), ("rows", types.intp), ("apart", types.intp)]  # type: ignore[attr-defined]


@register_model(ColumnTable)
class _TableModel(models.StructModel):
    def __init__(self, manager: Any, kind: ColumnTable):
        super().__init__(manager, kind, _TABLE)


@register_model(ColumnRow)
class _RowModel(models.StructModel):
    def __init__(self, manager: Any, kind: ColumnRow):
        super().__init__(manager, kind, [*_TABLE, ("at", types.intp)])


@typeof_impl.register(ByColumn)
def _type_of_table(table: ByColumn, _: Any) -> ColumnTable:
    fields: Any = table.dtype.fields
    return ColumnTable(tuple((name, fields[name][0].kind == "i") for name in table.dtype.names or ()))


_CELLS = types.Array(types.uint8, 1, "A")


@unbox(ColumnTable)
def _unbox_table(kind: ColumnTable, table: Any, c: Any) -> NativeValue:
    """From Python: where the cells begin, how many rows there are, and how many cells the columns stand apart."""
    array = c.context.make_array(_CELLS)(c.context, c.builder)
    place = c.builder.bitcast(array._getpointer(), c.pyapi.voidptr)
    if c.context.enable_nrt:  # a user's own compiled function, which counts references: the caller holds the table
        failed = c.pyapi.nrt_adapt_ndarray_from_python(table, place)
        with c.builder.if_then(cgutils.is_null(c.builder, failed)):
            c.context.nrt.decref(c.builder, _CELLS, array._getvalue())
    else:
        failed = c.pyapi.numba_array_adaptor(table, place)
    native = cgutils.create_struct_proxy(kind)(c.context, c.builder)
    native.cells = c.builder.bitcast(array.data, native.cells.type)
    native.rows = array.nitems
    reach = c.builder.sub(array.itemsize, c.context.get_constant(types.intp, CELL))
    steps = c.context.get_constant(types.intp, CELL * max(1, len(kind.places) - 1))
    native.apart = c.builder.sdiv(reach, steps)
    return NativeValue(native._getvalue(), is_error=cgutils.is_not_null(c.builder, failed))


@infer_global(len)
class _Length(AbstractTemplate):
    def generic(self, given: Any, named: Any) -> Any:
        if isinstance(given[0], ColumnTable):
            return signature(types.intp, *given)
        return None


@lower_builtin(len, ColumnTable)
def _length(context: Any, builder: Any, signature: Any, given: Any) -> Any:
    return cgutils.create_struct_proxy(signature.args[0])(context, builder, given[0]).rows


@infer_global(operator.getitem)
class _RowAt(AbstractTemplate):
    def generic(self, given: Any, named: Any) -> Any:
        if isinstance(given[0], ColumnTable) and isinstance(given[1], types.Integer):
            return signature(ColumnRow(given[0]), given[0], types.intp)
        return None


@lower_builtin(operator.getitem, ColumnTable, types.intp)
def _row_at(context: Any, builder: Any, signature: Any, given: Any) -> Any:
    table = cgutils.create_struct_proxy(signature.args[0])(context, builder, given[0])
    row = cgutils.create_struct_proxy(signature.return_type)(context, builder)
    row.cells, row.rows, row.apart, row.at = table.cells, table.rows, table.apart, given[1]
    return row._getvalue()


@infer_getattr
class _Cells(AttributeTemplate):
    key = ColumnRow

    def generic_resolve(self, row: ColumnRow, name: str) -> Any:
        return row.table.places[name][1] if name in row.table.places else None


def _address(context: Any, builder: Any, kind: ColumnRow, row: Any, name: str) -> Any:
    """Where a cell lies: first the column, which does not change from row to row, then the row."""
    at, number = kind.table.places[name]
    row = cgutils.create_struct_proxy(kind)(context, builder, row)
    column = builder.gep(row.cells, [builder.mul(row.apart, context.get_constant(types.intp, at))], inbounds=True)
    return builder.bitcast(builder.gep(column, [row.at], inbounds=True), context.get_value_type(number).as_pointer())


def _shares_nothing(builder: Any, access: Any, kind: ColumnRow, name: str) -> None:
    """Tell LLVM that cells of this column are never those of another one of the table (scoped no-alias metadata)."""
    module = builder.module
    domain = module.add_metadata([ir.MetaDataString(module, f"columns of {kind.table.name}")])
    scopes = {other: module.add_metadata([ir.MetaDataString(module, other), domain]) for other in kind.table.places}
    access.set_metadata("alias.scope", module.add_metadata([scopes.pop(name)]))
    access.set_metadata("noalias", module.add_metadata(list(scopes.values())))


@lower_getattr_generic(ColumnRow)
def _read(context: Any, builder: Any, kind: ColumnRow, row: Any, name: str) -> Any:
    value = builder.load(_address(context, builder, kind, row, name))
    _shares_nothing(builder, value, kind, name)
    return value


@lower_setattr_generic(ColumnRow)
def _write(context: Any, builder: Any, signature: Any, given: Any, name: str) -> None:
    kind, (row, value) = signature.args[0], given
    _shares_nothing(builder, builder.store(value, _address(context, builder, kind, row, name)), kind, name)


# ---- a row that nothing writes to meanwhile
@infer_global(held)
class _Held(AbstractTemplate):
    def generic(self, given: Any, named: Any) -> Any:
        return signature(given[0], given[0]) if isinstance(given[0], types.Record) else None


@lower_builtin(held, types.Record)
def _held(context: Any, builder: Any, signature: Any, given: Any) -> Any:
    """A copy of the row that only this function knows, of which LLVM keeps the cells that are read."""
    kind = signature.return_type
    copy = cgutils.alloca_once(builder, context.get_data_type(kind))
    cgutils.raw_memcpy(builder, copy, given[0], context.get_constant(types.intp, kind.size), 1)
    return copy
