"""Inserts of many rows in one statement.

One statement a table is what makes group commit fast: the driver takes the interpreter's lock back after every
statement it steps, and beside a busy event loop each of those waits for the switch interval. Row by row
(`executemany`) 64 bookings took 200 statements and a tenth of the speed (docs/decisions/0004-sqlite-mode.md).
"""

from collections.abc import Sequence
from functools import cache
from itertools import chain

import sqlalchemy as sa

Cell = str | int | None

PARAMETERS_MAX = 30_000
"""Parameters of one statement. SQLite refuses more than 32,766, asyncpg more than 32,767."""


def insert_rows(connection: sa.Connection, table: sa.Table, rows: Sequence[tuple[Cell, ...]]) -> None:
    """Insert all rows, each with a value for every column of `table` in the table's order."""
    rows_max = PARAMETERS_MAX // len(table.columns)
    for start in range(0, len(rows), rows_max):
        part = rows[start : start + rows_max]
        values = ", ".join([_row(table)] * len(part))
        connection.exec_driver_sql(_prefix(table) + values, tuple(chain.from_iterable(part)))


@cache
def _prefix(table: sa.Table) -> str:
    return f"INSERT INTO {table.name} ({', '.join(column.name for column in table.columns)}) VALUES "


@cache
def _row(table: sa.Table) -> str:
    return "(" + ", ".join("?" * len(table.columns)) + ")"
