"""Inserts of many rows in one statement, or in few.

Few statements a table are what make group commit fast: the driver takes the interpreter's lock back after every
statement it steps, and beside a busy event loop each of those waits for the switch interval. Row by row
(`executemany`) 64 bookings took 200 statements and a tenth of the speed (docs/decisions/0004-sqlite-mode.md).
"""

from collections.abc import Iterator, Sequence
from functools import cache
from itertools import chain

import sqlalchemy as sa

Cell = str | int | None

_ARRAYS = {sa.Text: "text[]", sa.Integer: "integer[]", sa.BigInteger: "bigint[]"}

ROWS_WHOLE = 16
ROWS_MAX = 128
"""To SQLite rows go in whole sixteens, ROWS_MAX at once, and what is left over in one more statement: 23 texts a table
instead of one for every number of rows, so that they are found prepared. A row has at most 30,000 / ROWS_MAX columns,
for SQLite takes 32,766 parameters. To PostgreSQL each column goes as one array: one statement, planned once, whatever
the number of rows."""


def insert_rows(connection: sa.Connection, table: sa.Table, rows: Sequence[tuple[Cell, ...]]) -> None:
    """Insert all rows, each with a value for every column of `table` in its order; a taken key is a conflict."""
    _insert(connection, table, rows, "")


def insert_at_once(connection: sa.Connection, inserts: Sequence[tuple[sa.Table, Sequence[tuple[Cell, ...]]]]) -> None:
    """The same for several tables, none twice: to PostgreSQL all of them go as one statement, which takes the tables in
    this order."""
    inserts = [(table, rows) for table, rows in inserts if rows]
    if connection.dialect.name != "postgresql" or len(inserts) < 2:
        for table, rows in inserts:
            insert_rows(connection, table, rows)
        return
    columns = tuple(list(cells) for _, rows in inserts for cells in zip(*rows, strict=True))
    connection.exec_driver_sql(_into_several(tuple(table for table, _ in inserts)), columns)


def insert_missing_rows(connection: sa.Connection, table: sa.Table, rows: Sequence[tuple[Cell, ...]]) -> int:
    """The same, but rows whose primary key is there stay as they are; how many were inserted."""
    return _insert(connection, table, rows, _unless_there(table))


def put_rows(connection: sa.Connection, table: sa.Table, rows: Sequence[tuple[Cell, ...]]) -> None:
    """The same, but rows whose primary key is there are replaced."""
    _insert(connection, table, rows, _in_place_of(table))


def _insert(connection: sa.Connection, table: sa.Table, rows: Sequence[tuple[Cell, ...]], otherwise: str) -> int:
    if not rows:
        return 0
    if connection.dialect.name == "postgresql":
        columns = tuple(list(cells) for cells in zip(*rows, strict=True))
        return connection.exec_driver_sql(_prefix(table) + _from_arrays(table) + otherwise, columns).rowcount
    inserted = 0
    for part in _parts(rows):
        statement = _from_values(table, len(part)) + otherwise
        inserted += connection.exec_driver_sql(statement, tuple(chain.from_iterable(part))).rowcount
    return inserted


def _parts(rows: Sequence[tuple[Cell, ...]]) -> Iterator[Sequence[tuple[Cell, ...]]]:
    start = 0
    while left := len(rows) - start:
        count = min(left - left % ROWS_WHOLE, ROWS_MAX) or left
        yield rows[start : start + count]
        start += count


@cache
def _prefix(table: sa.Table) -> str:
    return f"INSERT INTO {table.name} ({', '.join(column.name for column in table.columns)}) "


@cache
def _from_values(table: sa.Table, rows: int) -> str:
    row = "(" + ", ".join("?" * len(table.columns)) + ")"
    return _prefix(table) + "VALUES " + ", ".join([row] * rows)


@cache
def _into_several(tables: tuple[sa.Table, ...]) -> str:
    """The insert into the first table, with those into the others before it, the last one first.

    The manual promises no order. The server runs the statement itself first and then what stands before it from the
    last one on; in another order, writers of one and the same booking could come to wait for each other crosswise,
    which the server ends as the conflict that it is.
    """
    parts, place = [], 1
    for table in tables:
        parts.append(_prefix(table) + _from_arrays(table, place))
        place += len(table.columns)
    others = ", ".join(
        f"{table.name}_rows AS ({part})" for table, part in zip(tables[:0:-1], parts[:0:-1], strict=True)
    )
    return f"WITH {others} {parts[0]}"  # nosec B608  # as below


@cache
def _from_arrays(table: sa.Table, first_place: int = 1) -> str:
    """The rows in the order they are given in, for which they are locked in it."""
    arrays = (f"${place}::{_ARRAYS[type(column.type)]}" for place, column in enumerate(table.columns, first_place))
    return f"SELECT * FROM unnest({', '.join(arrays)})"  # nosec B608  # from our own tables' columns


@cache
def _unless_there(table: sa.Table) -> str:
    return f" ON CONFLICT ({_key(table)}) DO NOTHING"


@cache
def _in_place_of(table: sa.Table) -> str:
    values = ", ".join(f"{it.name} = excluded.{it.name}" for it in table.columns if not it.primary_key)
    return f" ON CONFLICT ({_key(table)}) DO UPDATE SET {values}"  # nosec B608  # as above


def _key(table: sa.Table) -> str:
    return ", ".join(column.name for column in table.primary_key.columns)
