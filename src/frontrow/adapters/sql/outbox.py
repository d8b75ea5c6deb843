"""The outbox: what is still to be done in the store for rows that are committed.

A row is written in the transaction of what it announces and deleted when done; a done task is of no more use, the
seat rows are the history.
"""

import secrets
from collections.abc import Sequence
from typing import Any

import msgspec
import sqlalchemy as sa

from frontrow.adapters.sql.events import event_id_of
from frontrow.adapters.sql.inserts import Cell
from frontrow.adapters.sql.tables import outbox
from frontrow.domain.booking import OutboxKind, OutboxTask, SeatRowState
from frontrow.domain.hold import HeldSeat
from frontrow.domain.ids import EventId, SeatId, UserId

_TASK_RANDOM_BITS = 21
"""Below the 42 bits of a time in milliseconds: unique enough within one millisecond, for the key also has the owner."""

_encoder = msgspec.json.Encoder()
_seats_decoder = msgspec.json.Decoder(tuple[SeatId, ...])
_held_decoder = msgspec.json.Decoder(tuple[HeldSeat, ...])


def new_task_ids(now_ms: int, count: int) -> list[int]:
    """Task ids that sort by time. Made here, not by the database: no counter is shared by every booking."""
    first = now_ms << _TASK_RANDOM_BITS | secrets.randbits(_TASK_RANDOM_BITS)
    return list(range(first, first + count))


def task_row(task: OutboxTask) -> tuple[Cell, ...]:
    """The task as a row of `outbox`."""
    return (
        task.event_id,
        task.owner_id,
        task.task_id,
        task.kind.value,
        task.state.value,
        task.user_id,
        _encoder.encode(task.seats).decode(),
        _encoder.encode(task.held).decode(),
        task.created_at_ms,
        task.claim_id,
    )


def free_task(
    event_id: EventId,
    *,
    owner_id: str,
    state: SeatRowState,
    user_id: UserId,
    seats: Sequence[SeatId],
    now_ms: int,
) -> OutboxTask:
    """The task that frees in the store what `owner_id` gave back in the ledger."""
    return OutboxTask(
        task_id=new_task_ids(now_ms, 1)[0],
        event_id=event_id,
        kind=OutboxKind.FREE,
        owner_id=owner_id,
        state=state,
        user_id=user_id,
        seats=tuple(seats),
        held=(),
        created_at_ms=now_ms,
    )


_oldest = (
    sa.select(outbox)
    .where(outbox.c.created_at_ms < sa.bindparam("older_than_ms"))
    .order_by(outbox.c.task_id)
    .limit(sa.bindparam("limit"))
)
_of_owner = (
    sa.select(outbox)
    .where(outbox.c.event_id == sa.bindparam("event_id"), outbox.c.owner_id == sa.bindparam("owner_id"))
    .order_by(outbox.c.task_id)
)
_done = sa.delete(outbox).where(outbox.c.task_id.in_(sa.bindparam("task_ids", expanding=True)))
_done_on_postgres = "DELETE FROM outbox WHERE task_id = ANY($1::bigint[])"
"""One statement, planned once, whatever the number of tasks: there is one in every few batches of bookings."""


def tasks(connection: sa.Connection, *, older_than_ms: int, limit: int) -> list[OutboxTask]:
    """See Ledger.outbox."""
    return [_task(row) for row in connection.execute(_oldest, {"older_than_ms": older_than_ms, "limit": limit})]


def tasks_of(connection: sa.Connection, owner_id: str) -> list[OutboxTask]:
    """See Ledger.outbox_of."""
    event_id = event_id_of(connection, owner_id)
    if event_id is None:
        return []
    return [_task(row) for row in connection.execute(_of_owner, {"event_id": event_id, "owner_id": owner_id})]


def delete_tasks(connection: sa.Connection, task_ids: Sequence[int]) -> None:
    """See Ledger.outbox_done."""
    if not task_ids:
        return
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql(_done_on_postgres, (sorted(task_ids),))
    else:
        connection.execute(_done, {"task_ids": sorted(task_ids)})


def _task(row: sa.Row[*tuple[Any, ...]]) -> OutboxTask:
    return OutboxTask(
        task_id=row.task_id,
        event_id=row.event_id,
        kind=OutboxKind(row.kind),
        owner_id=row.owner_id,
        state=SeatRowState(row.state),
        user_id=row.user_id,
        seats=_seats_decoder.decode(row.seats),
        held=_held_decoder.decode(row.held),
        created_at_ms=row.created_at_ms,
        claim_id=row.claim_id,
    )
