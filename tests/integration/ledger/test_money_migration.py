"""From schema 0003 to 0004: what was there stays, and every order is told by what became of it."""

import json
from typing import Any

import pytest
import sqlalchemy as sa

from frontrow.adapters.sql import migrating
from frontrow.adapters.sql.database import Database
from frontrow.adapters.sql.ledger import SqlLedger
from frontrow.domain.booking import BookingIdSpent, BookingWritten, IdempotencyKey, OutboxTask, SoldSeat
from frontrow.domain.ids import BookingId, CategoryId, EventId, OrderId, SeatId, UserId, made_id
from frontrow.domain.order import Order, OrderState
from tests.integration.ledger.drafts import layout
from tests.integration.ledger.order_steps import Books, claim, step
from tests.support.fake_clock import FakeClock

FAR_MS = 4_000_000_000_000
"""A time in 2096: what runs out then has not run out when the migration is run."""
LONG_AGO_MS = 1_700_000_000_000
MANY_MORE = (
    "WITH RECURSIVE counted(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM counted WHERE n < 1199) "
    "INSERT INTO orders SELECT event_id, order_id || n, hold_id, user_id, seat_ids, customer_name, customer_email,"
    " customer_phone, amount_minor, currency, created_at_ms, expires_at_ms FROM orders CROSS JOIN counted"
    " WHERE seat_ids LIKE '%n1%'"
)
"""More orders than one statement takes: the one of n1 again and again."""


def an_id(letter: str) -> str:
    """The id of something of the one event, all of one letter."""
    return made_id(1, letter * 22)


def of_letter(letter: str) -> str:
    """Its booking's."""
    return an_id(letter.upper())


def build_0003(connection: sa.Connection) -> None:
    """An event with a booking, its key and task, as the release before left them."""
    migrating.upgrade(connection, "0003")
    drawing = b"{}"
    insert(connection, "layouts", layout_id="hall", version=1, name="Hall", drawing=drawing, document=drawing)
    insert(
        connection,
        "events",
        event_id="gala",
        name="Gala",
        layout_id="hall",
        layout_version=1,
        starts_at_ms=FAR_MS,
        currency="USD",
        prices='{"standard":4500}',
        orphan_rule=False,
    )
    add_booking(connection, "z", "booked", route="POST /api/v1/bookings", key="k")
    task = {"kind": "finish", "state": "booked", "seats": '["z1","z2"]', "held": "[]", "created_at_ms": LONG_AGO_MS}
    insert(connection, "outbox", event_id="gala", owner_id=of_letter("z"), task_id=7, user_id="ann", **task)
    insert(connection, "blocks", event_id="gala", block_id=an_id("b"), user_id="admin", created_at_ms=LONG_AGO_MS)


def add_order(connection: sa.Connection, letter: str, seats: list[Any], *, expires_at_ms: int = FAR_MS) -> None:
    """An order for 7,501 of two seats, as it was placed."""
    insert(
        connection,
        "orders",
        event_id="gala",
        order_id=an_id(letter),
        hold_id=an_id("h"),
        user_id="ann",
        seat_ids=json.dumps(seats),
        customer_name="Zoë",
        customer_email="zoë@example.com",
        customer_phone="1",
        amount_minor=7_501,
        currency="USD",
        created_at_ms=LONG_AGO_MS,
        expires_at_ms=expires_at_ms,
    )


def add_booking(
    connection: sa.Connection, letter: str, status: str, *, route: str = "order", key: str | None = None
) -> None:
    """A booking of two seats and the key that made it: an order's own id, unless another is said."""
    booking_id = of_letter(letter)
    insert(
        connection,
        "bookings",
        event_id="gala",
        booking_id=booking_id,
        user_id="ann",
        status=status,
        fingerprint="body",
        table_ids='["T1"]',
        total_minor=7_501,
        currency="USD",
        contact_name="Zoë",
        contact_email="zoë@example.com",
        booked_at_ms=LONG_AGO_MS + 5,
    )
    insert(
        connection,
        "idempotency_keys",
        user_id="ann",
        route=route,
        key=key or an_id(letter),
        fingerprint="body",
        event_id="gala",
        booking_id=booking_id,
        created_at_ms=LONG_AGO_MS + 5,
    )
    for place in (1, 2) if status != "aborted" else ():
        insert(
            connection,
            "seat_rows",
            event_id="gala",
            owner_id=booking_id,
            seat_id=f"{letter}{place}",
            state="booked",
            user_id="ann",
            position=place,
            category_id="standard",
            price_minor=3_750,
            created_at_ms=LONG_AGO_MS + 5,
            ended_at_ms=LONG_AGO_MS + 9 if status == "cancelled" else None,
        )


def insert(connection: sa.Connection, table: str, **values: Any) -> None:
    """One row."""
    columns, places = ", ".join(values), ", ".join(f":{name}" for name in values)
    connection.execute(sa.text(f"INSERT INTO {table} ({columns}) VALUES ({places})"), values)


def priced(letter: str) -> list[dict[str, Any]]:
    """Two seats as the last version before kept them."""
    return [
        {"seat_id": f"{letter}{place}", "category_id": "standard", "price_minor": 3_750, "table_id": None}
        for place in (1, 2)
    ]


@pytest.fixture
async def upgraded(database: Database, clock: FakeClock) -> SqlLedger:
    """A ledger that came from the schema before with orders of every fate."""

    def old(connection: sa.Connection) -> None:
        build_0003(connection)
        add_order(connection, "p", priced("p"))
        add_order(connection, "e", priced("e"), expires_at_ms=LONG_AGO_MS)
        add_order(connection, "i", ["i1", "i2"])
        for letter, status in (("s", "booked"), ("t", "partly_cancelled"), ("c", "cancelled"), ("a", "aborted")):
            add_order(connection, letter, [f"{letter}1", f"{letter}2"])
            add_booking(connection, letter, status)
        add_order(connection, "n", priced("n"), expires_at_ms=LONG_AGO_MS)
        connection.exec_driver_sql(MANY_MORE)

    await database.write(old)
    ledger = SqlLedger(database, clock)
    await ledger.upgrade()
    await ledger.ping()
    return ledger


async def order_in(ledger: SqlLedger, letter: str) -> Order:
    """What became of the order."""
    found = await ledger.orders.order(OrderId(an_id(letter)))
    assert found is not None
    return found


async def test_every_order_is_told_by_what_became_of_it(upgraded: SqlLedger) -> None:
    letters = {letter: await order_in(upgraded, letter) for letter in "peistca"}
    assert {letter: (it.state.value, it.booking_id) for letter, it in letters.items()} == {
        "p": ("pending", None),
        "e": ("expired", None),
        "i": ("expired", None),
        "s": ("booked", of_letter("s")),
        "t": ("booked", of_letter("t")),
        "c": ("cancelled", of_letter("c")),
        "a": ("cancelled", None),
    }
    counts = await upgraded.orders.order_counts(EventId("gala"))
    assert sum(counts.values()) == 1_207


async def test_an_order_that_is_pending_runs_out_when_it_would_have(upgraded: SqlLedger, clock: FakeClock) -> None:
    pending = await order_in(upgraded, "p")
    assert (pending.due_at_ms, pending.expires_at_ms, pending.version) == (FAR_MS, FAR_MS, 1)
    assert pending.seats == tuple(
        SoldSeat(SeatId(f"p{place}"), CategoryId("standard"), 3_750, None) for place in (1, 2)
    )
    assert (pending.customer.name, pending.customer.phone, pending.amount_minor) == ("Zoë", "1", 7_501)
    taken = await upgraded.orders.take_due_orders(now_ms=FAR_MS, until_ms=FAR_MS + 1, limit=9)
    assert [it.order_id for it in taken] == [pending.order_id]
    books = Books(upgraded, upgraded.orders)
    claimed = await books.moved(claim(pending, clock))
    await books.moved(step(claimed, OrderState.CANCELLING))


async def test_seats_that_were_kept_without_prices_share_the_amount(upgraded: SqlLedger) -> None:
    of_ids = await order_in(upgraded, "i")
    assert [(seat.seat_id, seat.price_minor) for seat in of_ids.seats] == [("i1", 3_751), ("i2", 3_750)]
    booked = await order_in(upgraded, "s")
    assert [(seat.seat_id, seat.category_id, seat.price_minor) for seat in booked.seats] == [
        ("s1", "standard", 3_750),
        ("s2", "standard", 3_750),
    ]
    assert booked.table_ids == ("T1",)


async def test_bookings_know_the_orders_that_paid_for_them(upgraded: SqlLedger) -> None:
    for letter in "stc":
        booking = await upgraded.booking(BookingId(of_letter(letter)))
        assert booking is not None
        assert booking.order_id == an_id(letter)
        assert await upgraded.orders.order_of_booking(booking) == await order_in(upgraded, letter)
    direct = await upgraded.booking(BookingId(of_letter("z")))
    assert direct is not None
    assert direct.order_id is None


async def test_everything_else_is_as_it_was(upgraded: SqlLedger) -> None:
    gala = await upgraded.event(EventId("gala"))
    assert gala is not None
    assert (gala.charges, gala.cancelled_at_ms, gala.number) == ((), None, 1)
    key = IdempotencyKey(UserId("ann"), "POST /api/v1/bookings", "k", "body")
    answer = await upgraded.replay(key)
    assert isinstance(answer, BookingWritten)
    assert answer.booking.booking_id == of_letter("z")
    spent = IdempotencyKey(UserId("ann"), "order", an_id("a"), "body")
    assert await upgraded.replay(spent) == BookingIdSpent()
    (task,) = await upgraded.outbox_of(of_letter("z"))
    assert isinstance(task, OutboxTask)
    assert (task.task_id, task.claim_id) == (7, None)
    assert len(await upgraded.live_seats(EventId("gala"))) == 6
    assert await upgraded.add_layout(layout(), b"{}") == 2


async def test_a_migration_that_fails_leaves_everything_as_it_was(database: Database, clock: FakeClock) -> None:
    def broken(connection: sa.Connection) -> None:
        build_0003(connection)
        add_order(connection, "p", priced("p"))
        connection.exec_driver_sql("UPDATE orders SET seat_ids = 'no JSON'")

    await database.write(broken)
    ledger = SqlLedger(database, clock)
    with pytest.raises(ValueError, match="Expecting value"):
        await ledger.upgrade()
    assert await ledger.schema_version() == "0003"
    seats = await database.read(lambda connection: connection.exec_driver_sql("SELECT seat_ids FROM orders").all())
    assert [row.seat_ids for row in seats] == ["no JSON"]
