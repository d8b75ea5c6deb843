"""Orders as they were placed, and the lists of them."""

import asyncio

import msgspec
import pytest

from frontrow.domain.booking import IdempotencyKey, SoldSeat
from frontrow.domain.charges import Charge, ChargeKind
from frontrow.domain.event import Event
from frontrow.domain.ids import CategoryId, EventId, HoldId, OrderId, SeatId, TableId, UserId
from frontrow.domain.order import Order, OrderState
from frontrow.domain.order_moves import KeyUsed, OrderKeyReused
from tests.integration.ledger.drafts import booked, draft, event_on_sale, order
from tests.integration.ledger.order_steps import Books, step
from tests.support.fake_clock import START_MS, FakeClock

KEY = IdempotencyKey(UserId("ann"), "orders", "k", "body")


@pytest.mark.parametrize("phone", [None, "", "+44 20 7946 0000"])
async def test_an_order_comes_back_as_it_was_placed(phone: str | None, books: Books, show: Event) -> None:
    plain = order(show, "B7 A1 A2", phone=phone)
    full = msgspec.structs.replace(
        order(show, "A1"),
        seats=(SoldSeat(SeatId("A1"), CategoryId("standard"), 100, TableId("T1")),),
        table_ids=(TableId("T1"),),
        charges=(Charge("Fee", ChargeKind.PER_SEAT, amount_minor=50), Charge("VAT", ChargeKind.SHARE, basis_points=1)),
        notes="aisle, please",
        special_requests="wheelchair",
        holder_id=UserId("till"),
        sold_by=UserId("clerk"),
        pay_until_ms=START_MS + 1,
        due_at_ms=START_MS + 2,
        updated_at_ms=START_MS,
    )
    for placed in (plain, full):
        assert await books.orders.place(placed) == placed
        assert await books.orders.order(placed.order_id) == placed


async def test_everything_that_steps_change_comes_back(books: Books, show: Event) -> None:
    placed = await books.placed(show, "A1")
    stands = await books.moved(
        step(
            placed,
            OrderState.EXPIRED,
            closing=OrderState.CANCELLED,
            attention="look",
            due_at_ms=START_MS + 7,
            tries=3,
            expires_at_ms=START_MS + 9,
        )
    )
    assert (stands.closing, stands.attention, stands.tries) == (OrderState.CANCELLED, "look", 3)
    assert await books.orders.order(placed.order_id) == stands


async def test_the_first_order_under_an_id_stands(books: Books, show: Event) -> None:
    first = await books.placed(show, "A1")
    second = msgspec.structs.replace(first, amount_minor=1, created_at_ms=first.created_at_ms + 5)
    assert await books.orders.place(second) == first
    moved = await books.moved(step(first, OrderState.EXPIRED))
    assert await books.orders.place(first) == moved


async def test_of_orders_placed_at_once_under_one_id_one_stands(books: Books, show: Event) -> None:
    first = order(show, "A1")
    placed = [msgspec.structs.replace(first, amount_minor=amount) for amount in range(5)]
    stands = await asyncio.gather(*(books.orders.place(it) for it in placed))
    assert set(stands) == {await books.orders.order(first.order_id)}


async def test_an_order_placed_with_a_key_is_placed_once(books: Books, show: Event) -> None:
    first = order(show, "A1")
    for _ in range(2):
        assert await books.orders.place(first, KEY) == first
    assert await books.orders.key_used(KEY) == KeyUsed("body", first.order_id)
    another_body = msgspec.structs.replace(KEY, fingerprint="other")
    another = order(show, "A2")
    assert await books.orders.place(another, another_body) == OrderKeyReused()
    assert await books.orders.place(first, another_body) == OrderKeyReused()
    assert await books.orders.order(another.order_id) is None
    assert await books.orders.key_used(another_body) == KeyUsed("body", first.order_id)


@pytest.mark.parametrize("order_id", ["1-AAAAAAAAAAAAAAAAAAAAAA", "99-AAAAAAAAAAAAAAAAAAAAAA", "no id at all", ""])
async def test_an_order_that_is_not_there_is_none(order_id: str, books: Books, show: Event) -> None:
    await books.placed(show, "A1")
    assert await books.orders.order(OrderId(order_id)) is None
    assert await books.orders.payments_of(OrderId(order_id)) == []
    assert await books.orders.refunds_of(OrderId(order_id)) == []


async def test_an_order_is_its_events_alone(books: Books, show: Event) -> None:
    other = await event_on_sale(books.ledger, "matinee")
    mine, theirs = await books.placed(show, "A1"), await books.placed(other, "A1")
    assert await books.orders.orders_in(show.event_id, states=None, before=None, limit=5) == [mine]
    assert await books.orders.orders_in(other.event_id, states=None, before=None, limit=5) == [theirs]
    assert await books.orders.order_counts(other.event_id) == {OrderState.PENDING: 1}


async def test_a_users_orders_come_newest_first_in_pages(books: Books, show: Event) -> None:
    other = await event_on_sale(books.ledger, "matinee")
    placed = [await books.placed(it, "A1", created_at_ms=START_MS + at) for at, it in enumerate([show, other] * 2)]
    placed += [await books.placed(show, "A1", created_at_ms=START_MS) for _ in range(2)]
    await books.placed(show, "A1", user_id=UserId("bob"))
    wanted = sorted(placed, key=newness, reverse=True)
    assert await books.orders.orders_of(UserId("ann"), open_only=False, before=None, limit=9) == wanted
    paged, before = [], None
    while page := await books.orders.orders_of(UserId("ann"), open_only=False, before=before, limit=2):
        paged += page
        before = newness(page[-1])
    assert paged == wanted


async def test_open_orders_are_those_that_are_not_ended(books: Books, show: Event) -> None:
    ended = await books.placed(show, "A1")
    await books.moved(step(ended, OrderState.CANCELLED))
    still_open = await books.placed(show, "A1", created_at_ms=START_MS - 5)
    assert await books.orders.orders_of(UserId("ann"), open_only=True, before=None, limit=9) == [still_open]
    page = await books.orders.orders_of(UserId("ann"), open_only=True, before=newness(still_open), limit=9)
    assert page == []


async def test_claimed_seats_of_unpaid_orders_are_counted(books: Books, show: Event, clock: FakeClock) -> None:
    own = await books.claimed(show, "A1 A2", clock)
    await books.moved(step(own, OrderState.CANCELLING))
    await books.claimed(show, "A3", clock)
    await books.claimed(show, "A4", clock, sold_by=UserId("clerk"))
    await books.placed(show, "A5")
    await books.booked(show, "A6", clock)
    for user, names in (("guest:s", "B1"), ("guest:s:ann", "B2 B3"), ("guest:so", "B4"), ("guest:S:ann", "B5")):
        await books.claimed(show, names, clock, user_id=UserId(user))
    counted = books.orders.claimed_seats_of
    nothing = OrderId("1-none")
    assert await counted(show.event_id, own.user_id, besides=nothing) == 3
    assert await counted(show.event_id, own.user_id, besides=own.order_id) == 1
    assert await counted(EventId("another"), own.user_id, besides=nothing) == 0
    for guest in ("guest:s", "guest:s:ann", "guest:s:bob"):
        assert await counted(show.event_id, UserId(guest), besides=nothing) == 3
    assert await counted(show.event_id, UserId("guest:so:x"), besides=nothing) == 1


async def test_an_events_orders_are_listed_and_counted_by_state(books: Books, show: Event) -> None:
    placed = [await books.placed(show, "A1", created_at_ms=START_MS + at) for at in range(6)]
    expired = [await books.moved(step(it, OrderState.EXPIRED)) for it in placed[:2]]
    cancelled = await books.moved(step(placed[2], OrderState.CANCELLED))
    assert await books.orders.order_counts(show.event_id) == {
        OrderState.EXPIRED: 2,
        OrderState.CANCELLED: 1,
        OrderState.PENDING: 3,
    }
    closed = [OrderState.EXPIRED, OrderState.CANCELLED]
    page = await books.orders.orders_in(show.event_id, states=closed, before=None, limit=2)
    assert page == [cancelled, expired[1]]
    rest = await books.orders.orders_in(show.event_id, states=closed, before=newness(page[-1]), limit=2)
    assert rest == [expired[0]]
    assert await books.orders.orders_in(show.event_id, states=[], before=None, limit=2) == []
    everyone = await books.orders.orders_in(show.event_id, states=None, before=newness(placed[4]), limit=2)
    assert everyone == [placed[3], cancelled]


async def test_the_newest_order_of_a_hold_is_found(books: Books, show: Event) -> None:
    hold_id = HoldId(f"{show.number}-mine")
    older = await books.placed(show, "A1", hold_id=hold_id)
    newer = await books.placed(show, "A1", hold_id=hold_id, created_at_ms=older.created_at_ms + 1)
    await books.placed(show, "A1", created_at_ms=older.created_at_ms + 2)
    ann = UserId("ann")
    assert await books.orders.order_of_hold(show.event_id, ann, hold_id) == newer
    assert await books.orders.order_of_hold(show.event_id, UserId("bob"), hold_id) is None
    other = await event_on_sale(books.ledger, "matinee")
    assert await books.orders.order_of_hold(other.event_id, ann, hold_id) is None


async def test_a_booking_made_without_an_order_has_none(books: Books, show: Event, clock: FakeClock) -> None:
    written = await booked(books.ledger, clock, draft(show, "A1"))
    assert await books.orders.order_of_booking(written.booking) is None


async def test_bookings_are_found_by_the_address_they_gave(books: Books, show: Event, clock: FakeClock) -> None:
    made = []
    for number in range(3):
        wanted = draft(show, f"A{number}")
        made.append((await booked(books.ledger, clock, wanted)).booking)
    await books.ledger.abort(draft(show, "B1"))
    made.sort(key=lambda it: it.booking_id)
    find = books.orders.bookings_by_email
    assert await find("ANN@example.COM", after=None, limit=2) == made[:2]
    assert await find("ann@example.com", after=made[1].booking_id, limit=2) == made[2:]
    assert await find("ann@example.org", after=None, limit=2) == []
    assert await find("%", after=None, limit=2) == []
    assert await find("", after=None, limit=2) == []


def newness(of: Order) -> tuple[int, OrderId]:
    """What lists of orders are in the order of, the newest last."""
    return of.created_at_ms, of.order_id
