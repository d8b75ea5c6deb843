"""Erasing a person: nothing of them is left in any order, booking or key, and what was sold when, for how much, is."""

import msgspec
import pytest
import sqlalchemy as sa

from frontrow.adapters.sql import erasing
from frontrow.adapters.sql.database import Database
from frontrow.adapters.sql.ledger import SqlLedger
from frontrow.domain.booking import BookingWritten, ContactInfo, IdempotencyKey, PaymentInfo
from frontrow.domain.event import Event
from frontrow.domain.ids import UserId
from frontrow.domain.notice import NoticeSubject
from frontrow.domain.order import Order, OrderState
from frontrow.domain.order_moves import OrderStands
from tests.integration.ledger.drafts import block, booked, draft, guard, order, seats
from tests.integration.ledger.order_steps import (
    Books,
    drop,
    notice,
    pay,
    pay_key,
    payment,
    step,
)
from tests.support.fake_clock import START_MS, FakeClock

ANN, BOB, GONE = UserId("ann"), UserId("bob"), UserId("erased:1")
NOBODY = ContactInfo("", "")
EMAIL = "ann@example.com"


async def test_a_users_orders_and_bookings_forget_them(books: Books, show: Event, clock: FakeClock) -> None:
    placed = await books.placed(show, "C1", notes="call me", special_requests="ramp")
    placed = await books.moved(step(placed, OrderState.EXPIRED))
    bought, of_order = await books.booked(show, "A1", clock)
    direct = msgspec.structs.replace(draft(show, "A2", key="k").booking, notes="call", special_requests="ramp")
    wanted = msgspec.structs.replace(draft(show, "A2", key="k"), booking=direct)
    await booked(books.ledger, clock, wanted)
    await books.ledger.cancel(direct.booking_id, seats("A2"))
    others = await books.placed(show, "C2", user_id=BOB)
    assert await books.orders.erase_person(user_id=ANN, email=None, pseudonym=GONE) == 4
    for before in (placed, bought):
        after = await books.orders.order(before.order_id)
        assert after is not None
        assert after == forgotten(before, version=after.version)
    for booking_id in (of_order.booking.booking_id, direct.booking_id):
        booking = await books.ledger.booking(booking_id)
        assert booking is not None
        assert (booking.user_id, booking.contact_info, booking.payment_info) == (GONE, NOBODY, None)
        assert (booking.notes, booking.special_requests) == (None, None)
        assert booking.total_minor > 0
    assert {row.user_id for row in await books.ledger.live_seats(show.event_id)} == {GONE}
    assert wanted.idempotency_key is not None
    assert await books.orders.key_used(wanted.idempotency_key) is None
    repeated = await books.ledger.book(wanted, guard_until_ms=guard(clock))
    assert isinstance(repeated, BookingWritten)
    assert (repeated.replayed, repeated.booking.user_id) == (True, GONE)
    assert await books.orders.order(others.order_id) == others
    assert await books.orders.erase_person(user_id=ANN, email=None, pseudonym=GONE) == 0
    assert await books.orders.erase_person(user_id=GONE, email=None, pseudonym=GONE) == 0


async def test_whoever_gave_the_address_is_forgotten_in_whatever_case(
    books: Books, show: Event, clock: FakeClock
) -> None:
    wanted = draft(show, "A1", user="agency", key="k")
    await booked(books.ledger, clock, wanted)
    theirs = await books.claimed(show, "A2", clock, user_id=BOB, customer=ContactInfo("Ann", "Ann@Example.com"))
    keys = [pay_key("bob"), pay_key("bob", key="unrelated")]
    await given_up(books, await books.moved(pay(theirs, payment(theirs), key=keys[0])))
    await books.orders.place(order(show, "A4", user="bob"), keys[1])
    other = await books.placed(show, "A3", customer=ContactInfo("Bob", "bob@example.com"))
    assert await books.orders.erase_person(user_id=None, email="ANN@example.COM", pseudonym=GONE) == 2
    after = await books.orders.order(theirs.order_id)
    assert after is not None
    assert (after.user_id, after.customer) == (GONE, NOBODY)
    booking = await books.ledger.booking(wanted.booking.booking_id)
    assert booking is not None
    assert (booking.user_id, booking.contact_info) == (GONE, NOBODY)
    assert [await books.orders.key_used(key) is None for key in keys] == [True, False]
    assert wanted.idempotency_key is not None
    assert await books.orders.key_used(wanted.idempotency_key) is None
    assert await books.orders.order(other.order_id) == other
    assert await books.orders.bookings_by_email(EMAIL, after=None, limit=5) == []


@pytest.mark.parametrize("email", [None, ""])
async def test_nobody_and_no_address_erase_nothing(
    books: Books, show: Event, clock: FakeClock, email: str | None
) -> None:
    nameless = await books.placed(show, "A1", customer=NOBODY)
    assert await books.orders.erase_person(user_id=None, email=email, pseudonym=GONE) == 0
    assert await books.orders.order(nameless.order_id) == nameless


async def test_a_step_that_was_prepared_with_the_person_in_it_is_not_written(books: Books, show: Event) -> None:
    expired = await books.moved(step(await books.placed(show, "A1"), OrderState.EXPIRED))
    await books.orders.erase_person(user_id=ANN, email=None, pseudonym=GONE)
    stands = await books.orders.order(expired.order_id)
    assert stands is not None
    assert stands.user_id == GONE
    assert await books.orders.move(step(expired, OrderState.PAID)) == OrderStands(stands)


async def test_an_order_that_is_open_keeps_its_person(books: Books, show: Event, clock: FakeClock) -> None:
    pending = await books.placed(show, "A1")
    claimed = await books.claimed(show, "A2", clock)
    stated = payment(claimed, stated=PaymentInfo("transfer", "Ann Lee 17"))
    paying = await books.moved(pay(claimed, stated))
    paid, _ = await books.paid(show, "A3", clock)
    odd = await books.moved(step(paid, OrderState.NEEDS_ATTENTION))
    rows = await books.ledger.live_seats(show.event_id)
    assert await books.orders.erase_person(user_id=None, email=pending.customer.email, pseudonym=GONE) == 0
    assert await books.orders.erase_person(user_id=ANN, email=None, pseudonym=GONE) == 0
    for before in (pending, paying, odd):
        assert await books.orders.order(before.order_id) == before
    assert await books.orders.payments_of(claimed.order_id) == [stated]
    assert await books.ledger.live_seats(show.event_id) == rows


async def test_an_open_order_is_not_emptied_though_it_was_found(
    ledger: SqlLedger, database: Database, gala: Event
) -> None:
    pending = await Books(ledger, ledger.orders).placed(gala, "A1")
    found = {"of_event": pending.event_id, "own_ids": [pending.order_id], "pseudonym": GONE}
    await database.write(lambda connection: connection.execute(erasing._empty_order, found).rowcount)
    assert await ledger.orders.order(pending.order_id) == pending


async def test_what_was_stated_of_payments_goes_with_their_order(books: Books, show: Event, clock: FakeClock) -> None:
    claimed = await books.claimed(show, "A1", clock)
    stated = payment(claimed, stated=PaymentInfo("transfer", "Ann Lee 17"), answered='{"name":"Ann Lee"}')
    await given_up(books, await books.moved(pay(claimed, stated, key=pay_key())))
    await books.orders.erase_person(user_id=ANN, email=None, pseudonym=GONE)
    (after,) = await books.orders.payments_of(claimed.order_id)
    assert after == msgspec.structs.replace(stated, stated=None, answered=None)
    assert await books.orders.key_used(pay_key()) is None


async def test_whoever_sold_or_held_for_others_is_forgotten_there_and_the_others_are_not(
    books: Books, show: Event
) -> None:
    sold = await books.placed(show, "A1", user_id=BOB, sold_by=ANN, holder_id=ANN)
    await books.orders.erase_person(user_id=ANN, email=None, pseudonym=GONE)
    after = await books.orders.order(sold.order_id)
    assert after is not None
    assert (after.user_id, after.customer) == (BOB, sold.customer)
    assert (after.sold_by, after.holder_id) == (GONE, GONE)


async def test_notices_name_the_pseudonym(books: Books, show: Event) -> None:
    told = notice(show, subject=NoticeSubject(user_id=ANN, seat_ids=seats("A1")))
    await books.orders.add_notices([told])
    await books.orders.erase_person(user_id=ANN, email=None, pseudonym=GONE)
    after = await books.orders.notice(told.notice_id)
    assert after is not None
    assert after.subject == NoticeSubject(user_id=GONE, seat_ids=seats("A1"))


async def test_no_column_of_any_table_has_the_person_left(
    ledger: SqlLedger, database: Database, gala: Event, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However many rows there are: a piece at a time."""
    monkeypatch.setattr(erasing, "ROWS_PER_PIECE_MAX", 2)
    person = UserId("zq-user")
    contact = ContactInfo("zq-name", "zq-mail@example.com", "zq-phone")
    books = Books(ledger, ledger.orders)
    for number in range(5):
        placed = await books.placed(
            gala, f"A{number}", user_id=person, customer=contact, notes="zq-notes", special_requests="zq-ramp"
        )
        key = IdempotencyKey(person, "orders", f"k{number}", "body")
        keyed = await ledger.orders.place(order(gala, "Z1", user=person), key)
        assert isinstance(keyed, Order)
        await books.moved(step(keyed, OrderState.EXPIRED))
        await books.moved(step(placed, OrderState.EXPIRED))
        wanted = draft(gala, f"B{number}", user=person)
        booking = msgspec.structs.replace(wanted.booking, contact_info=contact, notes="zq-notes")
        await booked(ledger, clock, msgspec.structs.replace(wanted, booking=booking))
        withheld = msgspec.structs.replace(block(gala, f"C{number} D{number}"), user_id=person)
        await ledger.add_block(withheld)
    tasks = await ledger.outbox(older_than_ms=START_MS + 1, limit=50)
    await ledger.outbox_done([task.task_id for task in tasks])
    assert await database.read(cells_with_zq) > 20
    assert await ledger.orders.erase_person(user_id=person, email="zq-mail@example.com", pseudonym=GONE) == 15
    assert await database.read(cells_with_zq) == 0


async def given_up(books: Books, paying: Order) -> None:
    """Cancel an order that is being paid."""
    await books.moved(drop(await books.moved(step(paying, OrderState.CANCELLING))))


def cells_with_zq(connection: sa.Connection) -> int:
    """In how many values of the whole database the person is found."""
    tables = sa.inspect(connection).get_table_names()
    rows = [row for name in tables for row in connection.exec_driver_sql(f"SELECT * FROM {name}")]
    return sum("zq-" in str(value) for row in rows for value in row)


def forgotten(before: Order, *, version: int) -> Order:
    """The order as it is once its user is erased."""
    return msgspec.structs.replace(
        before, user_id=GONE, customer=NOBODY, notes=None, special_requests=None, version=version
    )
