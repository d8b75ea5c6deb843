"""What is due in the ledger and not done yet: how much, and since when."""

import msgspec
import sqlalchemy as sa

from frontrow.adapters.sql.order_tables import notices, orders, refunds
from frontrow.adapters.sql.tables import outbox
from frontrow.domain.notice import NoticeChannel

COUNTED_MAX = 10_000
"""Of each kind: what is beyond takes long to count, and says nothing more."""


class Waiting(msgspec.Struct, frozen=True):
    """How many wait, COUNTED_MAX at most, and since when the first of them does; None where none does."""

    count: int
    since_ms: int | None


class Backlog(msgspec.Struct, frozen=True):
    """What waits in the outbox, and what is due of orders, refunds and each channel's notices, not counting what some
    process has taken just now."""

    outbox: Waiting
    orders: Waiting
    refunds: Waiting
    notices: dict[NoticeChannel, Waiting]


def _of(column: sa.ColumnElement[int], *conditions: sa.ColumnElement[bool], first: sa.ColumnElement[int]) -> sa.Select:  # type: ignore[type-arg]
    found = sa.select(column.label("since_ms")).where(*conditions).order_by(first).limit(COUNTED_MAX).subquery()
    return sa.select(sa.func.count(), sa.func.min(found.c.since_ms)).select_from(found)


_now: sa.BindParameter[int] = sa.bindparam("now_ms")
_outbox = _of(outbox.c.created_at_ms, first=outbox.c.task_id)  # ids grow with time
_orders = _of(orders.c.due_at_ms, orders.c.due_at_ms <= _now, first=orders.c.due_at_ms)
_refunds = _of(refunds.c.due_at_ms, refunds.c.due_at_ms <= _now, first=refunds.c.due_at_ms)
_notices = _of(
    notices.c.due_at_ms,
    notices.c.channel == sa.bindparam("channel"),
    notices.c.due_at_ms <= _now,
    first=notices.c.due_at_ms,
)


def backlog(connection: sa.Connection, *, now_ms: int) -> Backlog:
    """What waits at this time: some small reads of indexes."""
    return Backlog(
        outbox=_waiting(connection, _outbox, {}),
        orders=_waiting(connection, _orders, {"now_ms": now_ms}),
        refunds=_waiting(connection, _refunds, {"now_ms": now_ms}),
        notices={
            channel: _waiting(connection, _notices, {"now_ms": now_ms, "channel": channel.value})
            for channel in NoticeChannel
        },
    )


def _waiting(connection: sa.Connection, counting: sa.Select, values: dict[str, object]) -> Waiting:  # type: ignore[type-arg]
    count, since_ms = connection.execute(counting, values).one()
    return Waiting(count, since_ms)
