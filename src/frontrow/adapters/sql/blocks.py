"""Blocks: seats withheld from sale, under the same unique index as those that are sold."""

from collections import defaultdict
from collections.abc import Sequence
from operator import itemgetter

import sqlalchemy as sa

from frontrow.adapters.sql import outbox
from frontrow.adapters.sql.inserts import insert_rows
from frontrow.adapters.sql.seats import in_parts, live_seats
from frontrow.adapters.sql.tables import blocks, seat_rows
from frontrow.adapters.sql.tables import outbox as outbox_table
from frontrow.domain.booking import Block, EndedSeat, SeatConflict, SeatRowState
from frontrow.domain.ids import EventId, SeatId, UserId

_BLOCKED = SeatRowState.BLOCKED.value

_is_written = sa.select(blocks.c.block_id).where(
    blocks.c.event_id == sa.bindparam("event_id"), blocks.c.block_id == sa.bindparam("block_id")
)
_drop = (
    sa.update(seat_rows)
    .where(
        seat_rows.c.event_id == sa.bindparam("of_event"),
        seat_rows.c.seat_id.in_(sa.bindparam("seat_ids", expanding=True)),
        seat_rows.c.ended_at_ms.is_(None),
        seat_rows.c.state == _BLOCKED,
    )
    .values(ended_at_ms=sa.bindparam("now_ms"))
    .returning(seat_rows.c.seat_id, seat_rows.c.owner_id, seat_rows.c.user_id)
)


def write_block(connection: sa.Connection, block: Block, now_ms: int) -> None:
    """Insert the block's rows; a taken seat is a conflict."""
    insert_rows(connection, blocks, [(block.event_id, block.block_id, block.user_id, block.reason, now_ms)])
    rows = [
        (block.event_id, block.block_id, seat_id, _BLOCKED, block.user_id, position, None, 0, None, now_ms, None)
        for position, seat_id in sorted(enumerate(block.seat_ids), key=itemgetter(1))
    ]
    insert_rows(connection, seat_rows, rows)


def standing(connection: sa.Connection, block: Block) -> SeatConflict | bool:
    """What stands where `block` was to be written: True for itself, other owners' seats, or False for nothing."""
    key = {"event_id": block.event_id, "block_id": block.block_id}
    if connection.execute(_is_written, key).one_or_none() is not None:
        return True
    taken = live_seats(connection, block.event_id, block.seat_ids)
    return SeatConflict(tuple(taken)) if taken else False


def drop_blocks(
    connection: sa.Connection, event_id: EventId, seat_ids: Sequence[SeatId], now_ms: int
) -> list[EndedSeat]:
    """See Ledger.drop_blocks. In the order asked."""
    owner_of: dict[SeatId, tuple[str, UserId]] = {}
    for part in in_parts(seat_ids):
        values = {"of_event": event_id, "seat_ids": part, "now_ms": now_ms}
        for row in connection.execute(_drop, values):
            owner_of[row.seat_id] = (row.owner_id, row.user_id)
    ended = [seat_id for seat_id in dict.fromkeys(seat_ids) if seat_id in owner_of]
    seats_of: dict[tuple[str, UserId], list[SeatId]] = defaultdict(list)
    for seat_id in ended:
        seats_of[owner_of[seat_id]].append(seat_id)
    tasks = [
        outbox.free_task(
            event_id, owner_id=owner_id, state=SeatRowState.BLOCKED, user_id=user_id, seats=seats, now_ms=now_ms
        )
        for (owner_id, user_id), seats in seats_of.items()
    ]
    insert_rows(connection, outbox_table, [outbox.task_row(task) for task in tasks])
    return [EndedSeat(seat_id, owner_of[seat_id][0]) for seat_id in ended]
