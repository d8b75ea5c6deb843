"""How the database finds the rows of every statement that a piece of work runs.

Plans and statements are told in SQLite's words, whichever database they are of: `SEARCH orders USING INDEX
ix_orders_of_user (user_id=?)`, and `?` for every value.
"""

import json
import re
from collections.abc import Awaitable, Callable, Iterator
from typing import Any

import sqlalchemy as sa

from frontrow.adapters.sql.database import Database
from tests.integration.ledger.many_rows import fill

_IS_READ_OR_CHANGED = ("SELECT", "UPDATE", "DELETE")
_PLACEHOLDER = re.compile(r"\$\d+(::\w+)?")
_COMPARISON = re.compile(r"(lower\()?\(?(\w+)\)*(?:::text\)?)* (=|<|>|<=|>=) ")


async def plans_of(database: Database, use: Callable[[], Awaitable[None]]) -> dict[str, list[str]]:
    """The steps of the plan of each SELECT, UPDATE and DELETE that `use` runs, by statement.

    PostgreSQL plans by what it knows of the rows, so there are many beside those that are used.
    """
    seen: dict[str, tuple[object, ...]] = {}

    def note(
        connection: sa.Connection, cursor: object, statement: str, parameters: tuple[object, ...], *_: object
    ) -> None:
        if statement.startswith(_IS_READ_OR_CHANGED) and "pg_catalog" not in statement:
            seen[statement] = parameters

    def listen(connection: sa.Connection) -> str:
        sa.event.listen(connection.engine, "before_cursor_execute", note)
        return connection.dialect.name

    def explained(connection: sa.Connection) -> dict[str, list[str]]:
        sa.event.remove(connection.engine, "before_cursor_execute", note)
        explain = _postgres_steps if connection.dialect.name == "postgresql" else _sqlite_steps
        return {
            _PLACEHOLDER.sub("?", statement): explain(connection, statement, parameters)
            for statement, parameters in dict(seen).items()
        }

    if await database.read(listen) == "postgresql":
        await database.migrate(fill)
    await use()
    return await database.read(explained)


def scans(plan: list[str]) -> list[str]:
    """Those of its steps that look through a whole table."""
    of_tables = [step for step in plan if not step.endswith(("CONSTANT ROW", "CONSTANT ROWS", "VALUES CLAUSE"))]
    return [step for step in of_tables if step.startswith("SCAN") and "INDEX" not in step]


def _sqlite_steps(connection: sa.Connection, statement: str, parameters: tuple[object, ...]) -> list[str]:
    return [row.detail for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)]


def _postgres_steps(connection: sa.Connection, statement: str, parameters: tuple[object, ...]) -> list[str]:
    plan = connection.exec_driver_sql(f"EXPLAIN (FORMAT JSON) {statement}", parameters).scalar_one()
    [whole] = json.loads(plan) if isinstance(plan, str) else plan
    return list(_steps(whole["Plan"], of_table=None, sorted_by_index="ORDER BY" in statement))


def _steps(node: dict[str, Any], *, of_table: str | None, sorted_by_index: bool) -> Iterator[str]:
    table = node.get("Relation Name", of_table)
    index = node.get("Index Name")
    if index is not None and "Index Cond" in node:
        found_by = " AND ".join(
            f"{'<expr>' if expression else column}{operator[0]}?"
            for expression, column, operator in _COMPARISON.findall(node["Index Cond"])
        )
        yield f"SEARCH {table} USING INDEX {index} ({found_by})"
    elif index is not None and sorted_by_index:
        yield f"SCAN {table} USING INDEX {index}"
    elif index is not None or node["Node Type"] == "Seq Scan":
        yield f"SCAN {table}"
    elif "Sort" in node["Node Type"]:
        yield "USE TEMP B-TREE FOR ORDER BY"
    for part in node.get("Plans", ()):
        yield from _steps(part, of_table=table, sorted_by_index=sorted_by_index)
