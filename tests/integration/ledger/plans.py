"""How the database finds the rows of every statement that a piece of work runs."""

from collections.abc import Awaitable, Callable

import sqlalchemy as sa

from frontrow.adapters.sql.database import Database


async def plans_of(database: Database, use: Callable[[], Awaitable[None]]) -> dict[str, list[str]]:
    """The steps of the plan of each SELECT, UPDATE and DELETE that `use` runs, by statement."""
    seen: dict[str, tuple[object, ...]] = {}

    def note(
        connection: sa.Connection, cursor: object, statement: str, parameters: tuple[object, ...], *_: object
    ) -> None:
        if statement.startswith(("SELECT", "UPDATE", "DELETE")):
            seen[statement] = parameters

    def listen(connection: sa.Connection) -> None:
        sa.event.listen(connection.engine, "before_cursor_execute", note)

    def explained(connection: sa.Connection) -> dict[str, list[str]]:
        sa.event.remove(connection.engine, "before_cursor_execute", note)
        rows = {
            statement: connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters).all()
            for statement, parameters in dict(seen).items()
        }
        return {statement: [row.detail for row in steps] for statement, steps in rows.items()}

    await database.read(listen)
    await use()
    return await database.read(explained)


def scans(plan: list[str]) -> list[str]:
    """Those of its steps that look through a whole table."""
    of_tables = [step for step in plan if not step.endswith(("CONSTANT ROW", "CONSTANT ROWS", "VALUES CLAUSE"))]
    return [step for step in of_tables if step.startswith("SCAN") and "INDEX" not in step]
