"""The steps of orders: one conditional update of the order's row, and with it everything that changes, or nothing.

The order's row is written first. Whoever finds it changed writes nothing else; whoever changes it has its lock until
the commit, so that a step whose COMMIT was lost has surely happened or surely not once it is written again.
"""

import hashlib
from collections.abc import Callable, Sequence

import msgspec
import sqlalchemy as sa

from frontrow.adapters.sql import keys, notices, outbox, sales
from frontrow.adapters.sql.inserts import Cell, insert_at_once, insert_missing_rows, put_rows
from frontrow.adapters.sql.order_tables import orders, payments, refunds
from frontrow.adapters.sql.orders import order_and_last_move, order_row
from frontrow.adapters.sql.payments import payment_row
from frontrow.adapters.sql.refunds import refund_row
from frontrow.adapters.sql.seats import end_seats, live_seats
from frontrow.adapters.sql.tables import outbox as outbox_table
from frontrow.adapters.sql.tables import seat_rows
from frontrow.domain.booking import IdempotencyKey, OutboxKind, OutboxTask, SeatConflict, SeatRowState
from frontrow.domain.hold import HeldSeat
from frontrow.domain.ids import SeatId
from frontrow.domain.order import Order
from frontrow.domain.order_moves import OrderMove, OrderMoved, OrderStands

Inserts = tuple[sa.Table, list[tuple[Cell, ...]]]

_CLAIMED = SeatRowState.CLAIMED
_BOOKED = SeatRowState.BOOKED

_MOVING = (
    *("expires_at_ms", "state", "version", "has_claim", "pay_until_ms", "closing", "payment_id", "booking_id"),
    *("attention", "due_at_ms", "tries", "updated_at_ms", "last_move"),
)
"""The columns that steps write. What was ordered, and by whom, they leave alone."""
_as_before = (
    orders.c.event_id == sa.bindparam("of_event"),
    orders.c.order_id == sa.bindparam("of_order"),
    orders.c.state == sa.bindparam("state_before"),
    orders.c.version == sa.bindparam("version_before"),
)
_move = sa.update(orders).where(*_as_before).values({name: sa.bindparam(name) for name in _MOVING})
_put_off = (
    sa.update(orders)
    .where(*_as_before, orders.c.tries == sa.bindparam("tries_before"))
    .values(due_at_ms=sa.bindparam("due_at_ms"), tries=sa.bindparam("tries"))
)


class StepTooLate(Exception):
    """The guard ran short while the step was written: ROLLBACK."""


def fingerprint(move: OrderMove) -> str:
    """What a step is known by, so that it is told from another one between the same two states."""
    return hashlib.sha256(msgspec.json.encode(move)).hexdigest()


def place_order(connection: sa.Connection, order: Order, key: IdempotencyKey | None) -> bool:
    """See OrderLedger.place. An order that is there stays as it is; whether none was.

    Raises:
        KeyTaken: the key was used for something else.
    """
    if key is not None:
        keys.use_key(connection, key, order.event_id, order.order_id, order.created_at_ms)
    return insert_missing_rows(connection, orders, [order_row(order)]) == 1


def write_moves(
    connection: sa.Connection,
    moves: Sequence[OrderMove],
    *,
    now_ms: int,
    may_take_up: Callable[[], bool],
    may_commit: Callable[[], bool],
) -> tuple[int, ...] | None:
    """Write the steps, which follow each other, and return the ids of their outbox rows; None where the order is not as
    before the first (any more). The order's row goes to where the last one leaves it in one update.

    Raises:
        KeyTaken, StepTooLate: to be rolled back. A conflict: a seat is taken.
        ValueError: rows that the order must have are not there, or the step is none. A fault of ours.
    """
    last = moves[-1]
    values = dict(zip(orders.columns.keys(), order_row(last.after), strict=True)) | {"last_move": fingerprint(last)}
    if connection.execute(_move, {name: values[name] for name in _MOVING} | _as(moves[0].before)).rowcount != 1:
        return None
    if not may_take_up():
        raise StepTooLate
    inserts: list[Inserts] = []
    tasks = [task for move in moves for task in _write_rest(connection, move, now_ms, inserts)]
    insert_at_once(connection, [*inserts, (outbox_table, [outbox.task_row(task) for task in tasks])])
    if not may_commit():
        raise StepTooLate
    return tuple(task.task_id for task in tasks)


def _write_rest(connection: sa.Connection, move: OrderMove, now_ms: int, inserts: list[Inserts]) -> list[OutboxTask]:
    """Everything that changes with the order's row; but what it inserts of seats goes to `inserts`, and the tasks that
    it leaves are returned, to be written at once."""
    before = move.before
    if move.key is not None:
        keys.use_key(connection, move.key, before.event_id, move.made_id, now_ms)
    tasks: list[OutboxTask] = []
    if move.claim is not None:
        inserts.append((seat_rows, _claimed_rows(before, now_ms)))
        tasks.append(_task(before, OutboxKind.FINISH, before.seat_ids, now_ms, held=move.claim.held))
    if move.drops_claim:
        _end_claim(connection, before, now_ms)
        tasks.append(_task(before, OutboxKind.FREE, before.seat_ids, now_ms))
    if move.booking is not None:
        tasks.append(_book(connection, move, now_ms, inserts))
    if move.cancels:
        tasks.append(_cancel(connection, move, now_ms))
    put_rows(connection, payments, [payment_row(it) for it in move.payments])
    insert_missing_rows(connection, refunds, [refund_row(it) for it in move.refunds])
    notices.write_notices(connection, move.notices)
    return tasks


def what_stands(
    connection: sa.Connection, moves: Sequence[OrderMove]
) -> OrderMoved | OrderStands | SeatConflict | None:
    """What stands where the steps were to be written; None where nothing does (any more): they can be written again.

    Raises:
        ValueError: there is no such order, or its booking is there without it. A fault of ours.
    """
    before, last = moves[0].before, moves[-1]
    found = order_and_last_move(connection, before.event_id, before.order_id)
    if found is None:
        raise ValueError(f"order {before.order_id} was never placed")
    order, last_move = found
    if (order.state, order.version) != (before.state, before.version):
        is_this = order.version == last.after.version and last_move == fingerprint(last)
        return OrderMoved(order) if is_this else OrderStands(order)
    wanted = before.seat_ids if moves[0].claim is not None else ()
    if last.booking is not None:
        wanted = last.booking.draft.booking.seat_ids
    own = before.order_id if before.has_claim else None
    taken = [seat for seat in live_seats(connection, before.event_id, wanted) if seat.owner_id != own]
    if taken:
        return SeatConflict(tuple(taken))
    if last.booking is not None and sales.is_spent(connection, last.booking.draft.booking):
        raise ValueError(f"booking {last.booking.draft.booking.booking_id} is written already")
    return None


def put_off(connection: sa.Connection, order: Order, due_at_ms: int) -> None:
    """See OrderLedger.put_off."""
    values = {"tries_before": order.tries, "tries": order.tries + 1, "due_at_ms": due_at_ms}
    connection.execute(_put_off, values | _as(order))


def _as(order: Order) -> dict[str, Cell]:
    return {
        "of_event": order.event_id,
        "of_order": order.order_id,
        "state_before": order.state.value,
        "version_before": order.version,
    }


def _book(connection: sa.Connection, move: OrderMove, now_ms: int, inserts: list[Inserts]) -> OutboxTask:
    assert move.booking is not None
    draft, claimed = move.booking.draft, move.before.has_claim
    booking = draft.booking
    if claimed:
        _end_claim(connection, move.before, now_ms)
    if draft.idempotency_key is not None:
        keys.use_key(connection, draft.idempotency_key, booking.event_id, booking.booking_id, booking.booked_at_ms)
    inserts += sales.booking_rows([draft])
    notices.write_notices(connection, draft.notices)
    task = _task(move.before, OutboxKind.FINISH, booking.seat_ids, now_ms, held=draft.held)
    claim_id = move.before.order_id if claimed else None
    return msgspec.structs.replace(
        task, owner_id=booking.booking_id, state=_BOOKED, user_id=booking.user_id, claim_id=claim_id
    )


def _cancel(connection: sa.Connection, move: OrderMove, now_ms: int) -> OutboxTask:
    order = move.after
    if order.booking_id is None:
        raise ValueError(f"order {order.order_id} has no booking to cancel seats of")
    sales.lock_booking(connection, order.event_id, order.booking_id)
    ended = end_seats(connection, order.event_id, order.booking_id, move.cancels, now_ms)
    if ended != len(move.cancels):
        raise ValueError(f"booking {order.booking_id} has {ended} of the {len(move.cancels)} seats to be cancelled")
    sales.set_status_by_seats(connection, order.event_id, order.booking_id)
    task = _task(order, OutboxKind.FREE, move.cancels, now_ms)
    return msgspec.structs.replace(task, owner_id=order.booking_id, state=_BOOKED, user_id=order.user_id)


def _end_claim(connection: sa.Connection, order: Order, now_ms: int) -> None:
    ended = end_seats(connection, order.event_id, order.order_id, order.seat_ids, now_ms)
    if ended != len(order.seats):
        raise ValueError(f"order {order.order_id} has claimed {ended} of its {len(order.seats)} seats")


def _claimed_rows(order: Order, now_ms: int) -> list[tuple[Cell, ...]]:
    """The cells of each row in the order of the table's columns, the rows in one order for all writers."""
    return sorted(
        (
            (
                order.event_id,
                order.order_id,
                seat.seat_id,
                _CLAIMED.value,
                order.user_id,
                position,
                seat.category_id,
                seat.price_minor,
                seat.table_id,
                now_ms,
                None,
            )
            for position, seat in enumerate(order.seats)
        ),
        key=lambda row: str(row[2]),
    )


def _task(
    order: Order, kind: OutboxKind, seats: tuple[SeatId, ...], now_ms: int, *, held: tuple[HeldSeat, ...] = ()
) -> OutboxTask:
    return OutboxTask(
        task_id=outbox.new_task_ids(now_ms, 1)[0],
        event_id=order.event_id,
        kind=kind,
        owner_id=order.order_id,
        state=_CLAIMED,
        user_id=order.hold_user_id,
        seats=seats,
        held=held,
        created_at_ms=now_ms,
    )
