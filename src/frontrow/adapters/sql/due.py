"""Rows that somebody has to carry on, given to one process at a time.

Whoever takes a row puts its `due_at_ms` off in the same statement that makes sure it still was due: of two processes
that saw it at once, the second finds it put off. One that dies gives its rows back by the lease's end.
"""

from typing import Any

import sqlalchemy as sa


class DueRows:
    """The due rows of one table with an index over `due_at_ms`, its second key column the rows' own id; or those among
    them that are `which`: soonest by a column that stands before it in the index, else every due row is looked at."""

    def __init__(self, table: sa.Table, which: sa.ColumnElement[bool] | None = None) -> None:
        event_id, self._own_id = table.primary_key.columns
        due = table.c.due_at_ms
        key = sa.tuple_(event_id, self._own_id)
        self._due = (
            sa.select(event_id, self._own_id.label("own_id"))
            .where(due <= sa.bindparam("now_ms"), sa.true() if which is None else which)
            .order_by(due)
            .limit(sa.bindparam("limit"))
        )
        # Where the database can, those that another process is taking are passed over, and others taken meanwhile.
        self._free = self._due.with_for_update(skip_locked=True)
        self._take = (
            sa.update(table)
            .where(key.in_(sa.bindparam("keys", expanding=True)), due <= sa.bindparam("now_ms"))
            .values(due_at_ms=sa.bindparam("until_ms"))
            .returning(*table.columns)
        )

    def any_due(self, connection: sa.Connection, now_ms: int) -> bool:
        """Whether there is one: a read, where to take them is a write."""
        return connection.execute(self._due, {"now_ms": now_ms, "limit": 1}).first() is not None

    def take(
        self, connection: sa.Connection, *, now_ms: int, until_ms: int, limit: int
    ) -> list[sa.Row[*tuple[Any, ...]]]:
        """Up to `limit` due rows, longest first, as they are once they are put off until `until_ms`."""
        due = connection.execute(self._free, {"now_ms": now_ms, "limit": limit}).all()
        if not due:
            return []
        keys = [(row.event_id, row.own_id) for row in due]
        taken = connection.execute(self._take, {"keys": keys, "now_ms": now_ms, "until_ms": until_ms}).all()
        row_of = {(row.event_id, getattr(row, self._own_id.name)): row for row in taken}
        return [row_of[key] for key in keys if key in row_of]
