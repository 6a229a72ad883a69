"""The world as a set of tables: every column, declared once.

Every table is a numpy structured array with one row per entity and columns of eight bytes. All tables of a world are
views on one flat buffer, so that a snapshot is one copy, a comparison of worlds one comparison, and any cell has an
address: that is how settings and interventions reach it. Rows lie in the order of their permanent `id`; relations
(`row`, `party`, `of` ...) name rows.
"""

from __future__ import annotations

from .columns import Column, Table
from .events import Event
from .parameters import PARAMETERS
from .tables_of_parties import LEDGER, PARTIES
from .tables_of_process import PROCESS

__all__ = ["LEDGER", "NAMED", "REFERS", "SPARSE", "TABLES", "Column", "Table"]

_ALL = [*PARTIES, *PROCESS]
_PARAMETERS = Table(
    "parameters",
    "one row: the settings of the run",
    tuple(
        Column(
            p.column,
            p.meaning,
            p.low,
            p.high,
            p.default,
            given=True,
            whole=bool(p.choices),  # the others are floats, so that they may be scaled
            choices=p.choices,
            unit=p.unit,
            shapes=p.structural,
        )
        for p in PARAMETERS.values()
    ),
)  # fmt: skip
TABLES: dict[str, Table] = {table.name: table for table in [_PARAMETERS, *_ALL]}
NAMED = tuple(table.name for table in _ALL if table.named)
SPARSE = tuple(table.name for table in _ALL if table.sparse)
# the tables that a scenario's words refer to, by column: one name, one table
REFERS = {c.name: c.refers for table in _ALL if table.named or table.relation for c in table.columns if c.refers}
MOST_EVENTS, MOST_ACCORDS = 4000, 24
# Tables of one size in every world.
SIZES = {
    "parameters": 1,
    "process": 1,
    "tally": 1,
    "counts": len(Event),
    "accords": MOST_ACCORDS,
    "events": MOST_EVENTS,
}
