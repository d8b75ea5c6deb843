"""Taking a person out of the ledger: a bounded number of rows at a time, until none is left.

Each piece finds its rows by what it takes out of them, so that a process that dies in between leaves less to do. Of the
orders only closed ones are found: whoever pays for an open one has to be known. Keys go altogether: what they made is
known by its own id, which is made of the key, should the request ever be repeated.
"""

from collections.abc import Callable, Sequence
from typing import Any

import sqlalchemy as sa

from frontrow.adapters.sql.order_tables import notices, orders, payments
from frontrow.adapters.sql.tables import blocks, bookings, idempotency_keys, seat_rows
from frontrow.domain.ids import UserId
from frontrow.domain.order import CLOSED

ROWS_PER_PIECE_MAX = 100
"""Orders or bookings changed in one transaction, with their seats and payments: some milliseconds."""

Piece = Callable[[sa.Connection], tuple[int, bool]]
"""Changes some rows: how many orders and bookings, and whether there may be more."""

_wanted_user: sa.BindParameter[str] = sa.bindparam("wanted_user")
_wanted_email: sa.BindParameter[str] = sa.bindparam("wanted_email", type_=sa.Text)
_pseudonym: sa.BindParameter[str] = sa.bindparam("pseudonym")
_event: sa.BindParameter[str] = sa.bindparam("of_event")

_orders_found = sa.select(orders.c.event_id, orders.c.order_id.label("own_id"), orders.c.user_id).limit(
    ROWS_PER_PIECE_MAX
)
_is_closed = orders.c.state.in_([state.value for state in CLOSED])
# Locked, so that an order which is paid late meanwhile is not taken as the closed one that it was: its payments, seats
# and keys are changed by what is found here.
_closed_orders = _orders_found.where(_is_closed).with_for_update()
_orders_of_user = _closed_orders.where(orders.c.user_id == _wanted_user)
_orders_of_email = _closed_orders.where(sa.func.lower(orders.c.customer_email) == sa.func.lower(_wanted_email))
_bookings_found = (
    sa.select(bookings.c.event_id, bookings.c.booking_id.label("own_id"), bookings.c.user_id)
    .limit(ROWS_PER_PIECE_MAX)
    .with_for_update()
)
_bookings_of_user = _bookings_found.where(bookings.c.user_id == _wanted_user)
_bookings_of_email = _bookings_found.where(sa.func.lower(bookings.c.contact_email) == sa.func.lower(_wanted_email))

_empty_order = (
    sa.update(orders)
    .where(orders.c.event_id == _event, orders.c.order_id.in_(sa.bindparam("own_ids", expanding=True)), _is_closed)
    .values(
        user_id=_pseudonym,
        customer_name="",
        customer_email="",
        customer_phone=None,
        notes=None,
        special_requests=None,
        # A step that was prepared with the person in it is not written any more.
        version=orders.c.version + 1,
    )
)
_empty_payment = (
    sa.update(payments)
    .where(payments.c.event_id == _event, payments.c.order_id.in_(sa.bindparam("own_ids", expanding=True)))
    .values(stated=None, answered=None)
)
_empty_booking = (
    sa.update(bookings)
    .where(bookings.c.event_id == _event, bookings.c.booking_id.in_(sa.bindparam("own_ids", expanding=True)))
    .values(
        user_id=_pseudonym,
        contact_name="",
        contact_email="",
        contact_phone=None,
        payment_info=None,
        notes=None,
        special_requests=None,
    )
)
_rename_seats = (
    sa.update(seat_rows)
    .where(seat_rows.c.event_id == _event, seat_rows.c.owner_id.in_(sa.bindparam("own_ids", expanding=True)))
    .values(user_id=_pseudonym)
)
_drop_keys_of = sa.delete(idempotency_keys).where(
    idempotency_keys.c.user_id == _wanted_user,
    idempotency_keys.c.made_id.in_(sa.bindparam("own_ids", expanding=True)),
)
_payments_found = sa.select(payments.c.order_id, payments.c.payment_id).where(
    payments.c.event_id == _event, payments.c.order_id.in_(sa.bindparam("own_ids", expanding=True))
)
_keys_found = (
    sa.select(idempotency_keys.c.route, idempotency_keys.c.key)
    .where(idempotency_keys.c.user_id == _wanted_user)
    .limit(ROWS_PER_PIECE_MAX)
)
_drop_keys = sa.delete(idempotency_keys).where(
    idempotency_keys.c.user_id == _wanted_user,
    sa.tuple_(idempotency_keys.c.route, idempotency_keys.c.key).in_(sa.bindparam("keys", expanding=True)),
)
_blocks_found = (
    sa.select(blocks.c.event_id, blocks.c.block_id.label("own_id"), blocks.c.user_id)
    .where(blocks.c.user_id == _wanted_user)
    .limit(1)  # a block may have thousands of seats
)
_rename_block = (
    sa.update(blocks)
    .where(blocks.c.event_id == _event, blocks.c.block_id.in_(sa.bindparam("own_ids", expanding=True)))
    .values(user_id=_pseudonym)
)
_notices_found = (
    sa.select(notices.c.event_id, notices.c.notice_id.label("own_id"), notices.c.user_id)
    .where(notices.c.user_id == _wanted_user)
    .limit(ROWS_PER_PIECE_MAX)
)
_rename_notices = (
    sa.update(notices)
    .where(notices.c.event_id == _event, notices.c.notice_id.in_(sa.bindparam("own_ids", expanding=True)))
    .values(user_id=_pseudonym)
)


def _placed_by(column: sa.Column[Any]) -> tuple[sa.Select[*tuple[Any, ...]], sa.Update]:
    found = _orders_found.where(column == _wanted_user)
    rename = (
        sa.update(orders)
        .where(orders.c.event_id == _event, orders.c.order_id.in_(sa.bindparam("own_ids", expanding=True)))
        .values({column: _pseudonym, orders.c.version: orders.c.version + 1})
    )
    return found, rename


_HOLDERS = _placed_by(orders.c.holder_id)
_SELLERS = _placed_by(orders.c.sold_by)


def pieces(*, user_id: UserId | None, email: str | None, pseudonym: UserId) -> list[Piece]:
    """What there is to do, each to be repeated in transactions of its own until it says that there is no more."""
    values = {"pseudonym": pseudonym}
    by_email = values | {"wanted_email": email}
    by_user = values | {"wanted_user": user_id}
    done: list[Piece] = []
    if email:
        done += [
            lambda connection: _erase(connection, _orders_of_email, _ORDER, by_email, drops_keys=True),
            lambda connection: _erase(connection, _bookings_of_email, _BOOKING, by_email, drops_keys=True),
        ]
    if user_id and user_id != pseudonym:
        done += [
            lambda connection: _erase(connection, _orders_of_user, _ORDER, by_user),
            lambda connection: _erase(connection, _HOLDERS[0], (_HOLDERS[1],), by_user),
            lambda connection: _erase(connection, _SELLERS[0], (_SELLERS[1],), by_user),
            lambda connection: _erase(connection, _bookings_of_user, _BOOKING, by_user),
            lambda connection: (0, _erase(connection, _blocks_found, (_rename_block, _rename_seats), by_user)[1]),
            lambda connection: (0, _erase(connection, _notices_found, (_rename_notices,), by_user)[1]),
            lambda connection: (0, _drop_some_keys(connection, by_user)),
        ]
    return done


_ORDER = (_empty_order, _empty_payment, _rename_seats)
_BOOKING = (_empty_booking, _rename_seats)


def _erase(
    connection: sa.Connection,
    found: sa.Select[*tuple[Any, ...]],
    changes: Sequence[sa.Update],
    values: dict[str, Any],
    *,
    drops_keys: bool = False,
) -> tuple[int, bool]:
    """Change what was found, event by event in one order for all writers."""
    rows = connection.execute(found, values).all()
    own_ids: dict[str, list[str]] = {}
    for row in sorted(rows, key=lambda row: (row.event_id, row.own_id)):
        own_ids.setdefault(row.event_id, []).append(row.own_id)
    for event_id, ids in own_ids.items():
        for change in changes:
            connection.execute(change, {"pseudonym": values["pseudonym"], "of_event": event_id, "own_ids": ids})
    if drops_keys:
        _drop_keys_that_made(connection, rows, own_ids)
    return len(rows), bool(rows)


def _drop_keys_that_made(
    connection: sa.Connection,
    rows: Sequence[sa.Row[*tuple[Any, ...]]],
    own_ids: dict[str, list[str]],
) -> None:
    """The keys that made these, the payments of orders among them: each key of whoever made them is looked at."""
    user_of = {row.own_id: row.user_id for row in rows}
    for event_id, ids in own_ids.items():
        for paid in connection.execute(_payments_found, {"of_event": event_id, "own_ids": ids}):
            user_of[paid.payment_id] = user_of[paid.order_id]
    for user_id in sorted(set(user_of.values())):
        made = [made_id for made_id, user in user_of.items() if user == user_id]
        connection.execute(_drop_keys_of, {"wanted_user": user_id, "own_ids": made})


def _drop_some_keys(connection: sa.Connection, values: dict[str, Any]) -> bool:
    keys = [tuple(row) for row in connection.execute(_keys_found, {"wanted_user": values["wanted_user"]})]
    if keys:
        connection.execute(_drop_keys, {"wanted_user": values["wanted_user"], "keys": keys})
    return bool(keys)
