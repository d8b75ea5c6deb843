"""Orders: money taken means a booking or a refund, wherever an attempt dies, and every request may be repeated."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable

import msgspec
import pytest

from frontrow.domain.booking import Booking, BookingWritten, ContactInfo
from frontrow.domain.errors import LedgerUnavailable, PaymentUnavailable, StoreUnavailable
from frontrow.domain.hold import HoldNotComplete, HoldNotFound
from frontrow.domain.ids import OrderId
from frontrow.domain.order import Order, OrderStatus
from frontrow.domain.payment import Declined
from frontrow.ports import ChargeGateway
from frontrow.services.booking_ids import BookingIds
from frontrow.services.booking_protocol import BookingProtocol
from frontrow.services.callers import Caller
from frontrow.services.order_ids import ORDERS_PER_HOLD_MAX, OrderIds
from frontrow.services.orders import (
    OrderCancelled,
    OrderClosed,
    OrderNotFound,
    OrderPaid,
    OrderPlaced,
    OrderService,
    OrdersUsedUp,
    PaymentNotConfigured,
)
from frontrow.services.outcomes import HoldRequest, HoldShown
from frontrow.services.relay import REFUND_PAUSE_MS, TAKE_OVER_AFTER_MS
from tests.support.fake_clock import FakeClock
from tests.support.fake_gateway import DECLINED, FakeGateway
from tests.support.faults import ProcessDied
from tests.support.house import CONTACT, EVENT, SECRET, STANDARD_MINOR, House, seats, user

ANN, BOB, ADMIN = user("ann"), user("bob"), user("root", "admin")


@pytest.fixture
def gateway(house: House) -> FakeGateway:
    return house.gateway


@pytest.fixture
def orders(house: House, clock: FakeClock, gateway: FakeGateway) -> OrderService:
    return order_service(house, clock, gateway)


def order_service(
    house: House,
    clock: FakeClock,
    gateway: ChargeGateway | None,
    sleep: Callable[[float], Awaitable[None]] | None = None,
) -> OrderService:
    ids = BookingIds(SECRET)
    protocol = BookingProtocol(
        store=house.store,
        ledger=house.ledger,
        calls=house.calls,
        relay=house.relay,
        clock=clock,
        ids=ids,
        notices=house.notices,
        counts=house.counts,
    )
    return OrderService(
        store=house.store,
        ledger=house.ledger,
        catalog=house.catalog,
        protocol=protocol,
        gateway=gateway,
        clock=clock,
        order_ids=OrderIds(SECRET),
        booking_ids=ids,
        background=house.background,
        sleep=sleep or clock.sleep,
    )


async def placed(orders: OrderService, house: House, names: str = "A1 A2") -> Order:
    answer = await orders.place(ANN, await house.held(ANN, names), CONTACT)
    assert isinstance(answer, OrderPlaced), answer
    return answer.order


async def add_to(house: House, order: Order, names: str) -> None:
    request = HoldRequest(seat_ids=seats(names), hold_id=order.hold_id)
    assert isinstance(await house.holds.hold(ANN, EVENT, request), HoldShown)


async def bookings_of(house: House) -> list[Booking]:
    return await house.real_ledger.bookings_of(ANN.user_id, before=None, limit=10)


async def test_an_order_is_what_the_hold_holds_at_the_servers_prices(orders: OrderService, house: House) -> None:
    order = await placed(orders, house)
    assert (order.seat_ids, order.amount_minor, order.currency) == (seats("A1 A2"), 2 * STANDARD_MINOR, "USD")
    assert (order.user_id, order.customer) == (ANN.user_id, CONTACT)


async def test_a_paid_order_is_a_booking_with_its_hold_customer_and_payment(
    orders: OrderService, house: House, gateway: FakeGateway
) -> None:
    order = await placed(orders, house)
    paid = await orders.pay(ANN, order.order_id)
    assert isinstance(paid, OrderPaid)
    (booking,) = await bookings_of(house)
    assert (booking.hold_id, booking.contact_info, booking.total_minor) == (order.hold_id, CONTACT, order.amount_minor)
    assert booking.payment_info is not None
    assert (booking.payment_info.gateway, booking.payment_info.transaction_id) == ("fake", f"tx-{order.order_id}")
    assert gateway.taken == {order.order_id: order.amount_minor}


async def test_a_payment_repeated_charges_and_books_once(
    orders: OrderService, house: House, gateway: FakeGateway
) -> None:
    order = await placed(orders, house)
    answers = [await orders.pay(ANN, order.order_id) for _ in range(3)]
    assert all(isinstance(answer, OrderPaid) and answer == answers[0] for answer in answers)
    assert (gateway.charges, gateway.refunds, len(await bookings_of(house))) == (1, 0, 1)


async def test_payments_at_the_same_moment_charge_and_book_once(
    orders: OrderService, house: House, gateway: FakeGateway
) -> None:
    order = await placed(orders, house)
    answers = await asyncio.gather(*(orders.pay(ANN, order.order_id) for _ in range(5)))
    await house.background.finished()
    assert any(isinstance(answer, OrderPaid) for answer in answers)
    assert not any(isinstance(answer, OrderClosed) for answer in answers)
    assert isinstance(await orders.pay(ANN, order.order_id), OrderPaid)
    assert (gateway.charges, gateway.refunds, len(await bookings_of(house))) == (1, 0, 1)


async def test_a_declined_card_leaves_the_order_to_another(
    orders: OrderService, house: House, gateway: FakeGateway
) -> None:
    order = await placed(orders, house)
    assert await orders.pay(ANN, order.order_id, DECLINED) == Declined("not today")
    assert gateway.taken == {}
    assert isinstance(await orders.pay(ANN, order.order_id, "another"), OrderPaid)


async def test_the_same_order_again_is_the_same_before_and_after_it_is_paid(orders: OrderService, house: House) -> None:
    order = await placed(orders, house)
    expected = OrderPlaced(order, OrderStatus.PENDING, order.expires_at_ms, order.seat_ids)
    assert await orders.place(ANN, order.hold_id, CONTACT) == expected
    await orders.pay(ANN, order.order_id)
    expected = msgspec.structs.replace(expected, status=OrderStatus.CONFIRMED)
    assert await orders.place(ANN, order.hold_id, CONTACT) == expected


async def test_an_order_can_be_paid_for_as_long_as_its_hold_lasts_now(
    orders: OrderService, house: House, clock: FakeClock
) -> None:
    order = await placed(orders, house)
    clock.advance(60_000)
    longer = await house.holds.extend(ANN, EVENT, order.hold_id)
    assert isinstance(longer, HoldShown)
    assert longer.expires_at_ms > order.expires_at_ms
    again = await orders.place(ANN, order.hold_id, CONTACT)
    assert again == OrderPlaced(order, OrderStatus.PENDING, longer.expires_at_ms, order.seat_ids)


async def test_a_hold_has_so_many_orders_and_no_more_whoever_is_named(
    orders: OrderService, house: House, gateway: FakeGateway
) -> None:
    order = await placed(orders, house)
    for number in range(ORDERS_PER_HOLD_MAX - 1):
        other = await orders.place(ANN, order.hold_id, ContactInfo(f"Nobody {number}", "nobody@example.com"))
        assert isinstance(other, OrderPlaced)
    last = ContactInfo("One Too Many", "nobody@example.com")
    assert await orders.place(ANN, order.hold_id, last) == OrdersUsedUp(ORDERS_PER_HOLD_MAX)
    again = await orders.place(ANN, order.hold_id, CONTACT)
    assert isinstance(again, OrderPlaced)
    assert again.order == order
    assert isinstance(await orders.pay(ANN, order.order_id), OrderPaid)
    assert isinstance(await orders.place(ANN, order.hold_id, last), HoldNotFound)


async def test_orders_closed_again_and_again_are_refused_for_what_they_are(orders: OrderService, house: House) -> None:
    order = await placed(orders, house)
    for _ in range(ORDERS_PER_HOLD_MAX):
        answer = await orders.place(ANN, order.hold_id, CONTACT)
        assert isinstance(answer, OrderPlaced)
        await add_to(house, order, "A3")
        assert await orders.pay(ANN, answer.order.order_id) == OrderClosed()
        await house.holds.release(ANN, EVENT, order.hold_id, seats("A3"))
    assert await orders.place(ANN, order.hold_id, CONTACT) == OrdersUsedUp(ORDERS_PER_HOLD_MAX)


async def test_orders_placed_at_once_for_several_customers_are_each_their_own(
    orders: OrderService, house: House
) -> None:
    hold_id = await house.held(ANN, "A1 A2")
    customers = [ContactInfo(f"Customer {number % 3}", "c@example.com") for number in range(9)]
    answers = await asyncio.gather(*(orders.place(ANN, hold_id, it) for it in customers))
    assert [it.order.customer for it in answers if isinstance(it, OrderPlaced)] == customers
    assert len({it.order.order_id for it in answers if isinstance(it, OrderPlaced)}) == 3


async def test_an_order_whose_booking_was_given_back_says_so_and_has_no_ticket(
    orders: OrderService, house: House
) -> None:
    order = await placed(orders, house)
    paid = await orders.pay(ANN, order.order_id)
    assert isinstance(paid, OrderPaid)
    await house.bookings.cancel(ANN, paid.booking.booking_id, seats("A1"))
    partly = await orders.pay(ANN, order.order_id)
    assert isinstance(partly, OrderPaid)
    assert (partly.ticket_code, partly.booking.left_seat_ids) == (paid.ticket_code, seats("A2"))
    again = await orders.place(ANN, order.hold_id, CONTACT)
    assert again == OrderPlaced(order, OrderStatus.CONFIRMED, order.expires_at_ms, seats("A2"))
    await house.bookings.cancel(ANN, paid.booking.booking_id)
    assert isinstance(await orders.pay(ANN, order.order_id), OrderCancelled)
    again = await orders.place(ANN, order.hold_id, CONTACT)
    assert again == OrderPlaced(order, OrderStatus.CANCELLED, order.expires_at_ms, order.seat_ids)


@pytest.mark.parametrize("caller", [BOB, ADMIN], ids=lambda caller: caller.user_id)
async def test_orders_and_holds_of_others_are_not_there(orders: OrderService, house: House, caller: Caller) -> None:
    order = await placed(orders, house)
    assert await orders.pay(caller, order.order_id) == OrderNotFound()
    assert isinstance(await orders.place(caller, order.hold_id, CONTACT), HoldNotFound)
    assert await orders.pay(caller, OrderId("no order")) == OrderNotFound()


async def test_a_hold_whose_seats_moved_on_is_not_ordered(orders: OrderService, house: House) -> None:
    older = await house.held(ANN, "A1 A2")
    await house.held(ANN, "A2")
    answer = await orders.place(ANN, older, CONTACT)
    assert isinstance(answer, HoldNotComplete)
    assert answer.seat_ids == seats("A2")


async def test_nothing_is_charged_when_the_hold_is_gone(
    orders: OrderService, house: House, gateway: FakeGateway
) -> None:
    order = await placed(orders, house)
    await house.holds.release(ANN, EVENT, order.hold_id)
    assert await orders.pay(ANN, order.order_id) == OrderClosed()
    assert gateway.charges == 0


async def test_nothing_is_charged_when_the_hold_grew_since(
    orders: OrderService, house: House, gateway: FakeGateway
) -> None:
    order = await placed(orders, house)
    await add_to(house, order, "A3")
    assert await orders.pay(ANN, order.order_id) == OrderClosed()
    again = await orders.place(ANN, order.hold_id, CONTACT)
    assert isinstance(again, OrderPlaced)
    assert isinstance(await orders.pay(ANN, again.order.order_id), OrderPaid)
    assert gateway.taken == {again.order.order_id: 3 * STANDARD_MINOR}


async def test_a_closed_order_is_placed_anew_under_another_id(orders: OrderService, house: House) -> None:
    order = await placed(orders, house)
    newer = await house.held(ANN, "A2")
    assert await orders.pay(ANN, order.order_id) == OrderClosed()
    await add_to(house, order, "A2")
    assert newer != order.hold_id
    again = await orders.place(ANN, order.hold_id, CONTACT)
    assert isinstance(again, OrderPlaced)
    assert again.order.order_id != order.order_id
    assert isinstance(await orders.pay(ANN, again.order.order_id), OrderPaid)
    assert await orders.pay(ANN, order.order_id) == OrderClosed()


async def test_a_hold_booked_otherwise_after_the_charge_is_refunded(
    orders: OrderService, house: House, gateway: FakeGateway
) -> None:
    order = await placed(orders, house)

    async def book_directly() -> None:
        assert isinstance(await house.book_hold(ANN, order.hold_id), BookingWritten)

    gateway.faults.after("charge", book_directly)
    assert await orders.pay(ANN, order.order_id) == OrderClosed(refunded=True)
    assert (gateway.charges, gateway.refunds, gateway.taken) == (1, 1, {})
    assert len(await bookings_of(house)) == 1


async def test_a_hold_that_goes_after_the_charge_is_refunded_and_said(
    orders: OrderService, house: House, gateway: FakeGateway
) -> None:
    order = await placed(orders, house)

    async def release() -> None:
        await house.holds.release(ANN, EVENT, order.hold_id)

    gateway.faults.after("charge", release)
    assert await orders.pay(ANN, order.order_id) == OrderClosed(refunded=True)
    assert gateway.taken == {}
    assert await orders.pay(ANN, order.order_id) == OrderClosed()


async def test_an_order_never_sells_more_seats_than_were_charged(
    orders: OrderService, house: House, gateway: FakeGateway
) -> None:
    order = await placed(orders, house)

    async def add_one() -> None:
        await add_to(house, order, "A3")

    gateway.faults.after("charge", add_one)
    assert await orders.pay(ANN, order.order_id) == OrderClosed(refunded=True)
    assert (gateway.taken, await bookings_of(house)) == ({}, [])
    assert await house.broken_promises(ANN, settled=False) == []


async def test_an_order_never_charges_for_a_seat_that_is_not_sold(
    orders: OrderService, house: House, gateway: FakeGateway
) -> None:
    order = await placed(orders, house)

    async def give_one_back() -> None:
        await house.holds.release(ANN, EVENT, order.hold_id, seats("A2"))

    gateway.faults.after("charge", give_one_back)
    assert await orders.pay(ANN, order.order_id) == OrderClosed(refunded=True)
    assert (gateway.taken, await bookings_of(house)) == ({}, [])


async def test_an_order_that_was_sold_and_the_store_does_not_know_yet_is_confirmed(
    orders: OrderService, house: House
) -> None:
    order = await placed(orders, house)
    house.store_faults.before("finish_booking", StoreUnavailable("away"))
    assert isinstance(await orders.pay(ANN, order.order_id), OrderPaid)
    again = await orders.place(ANN, order.hold_id, CONTACT)
    assert again == OrderPlaced(order, OrderStatus.CONFIRMED, order.expires_at_ms, order.seat_ids)


async def test_a_payment_repeated_while_a_store_is_away_is_finished_by_one_task(
    house: House, clock: FakeClock, gateway: FakeGateway
) -> None:
    is_back = asyncio.Event()

    async def until_it_is_back(_seconds: float) -> None:
        await is_back.wait()

    orders = order_service(house, clock, gateway, until_it_is_back)
    order = await placed(orders, house)
    house.store_faults.before("begin_booking", StoreUnavailable("away"), times=3)
    for _ in range(3):
        with pytest.raises(StoreUnavailable):
            await orders.pay(ANN, order.order_id)
    assert len([task for task in asyncio.all_tasks() if task.get_name() == f"order {order.order_id}"]) == 1
    is_back.set()
    await house.background.finished()
    assert len(await bookings_of(house)) == 1
    assert gateway.taken == {order.order_id: order.amount_minor}


async def test_without_a_gateway_nothing_is_ordered_and_what_was_paid_is_still_answered(
    orders: OrderService, house: House, clock: FakeClock
) -> None:
    paid, open_ = await placed(orders, house), await placed(orders, house, "A3")
    answer = await orders.pay(ANN, paid.order_id)
    without = order_service(house, clock, None)
    assert await without.pay(ANN, open_.order_id) == PaymentNotConfigured()
    assert await without.place(ANN, open_.hold_id, CONTACT) == PaymentNotConfigured()
    assert await without.pay(ANN, paid.order_id) == answer


# Seats given back are paid back, once.


async def test_cancelled_seats_are_paid_back_as_they_are_cancelled(
    orders: OrderService, house: House, gateway: FakeGateway
) -> None:
    order = await placed(orders, house, "A1 A2 A3")
    paid = await orders.pay(ANN, order.order_id)
    assert isinstance(paid, OrderPaid)
    await house.bookings.cancel(ANN, paid.booking.booking_id, seats("A2"))
    assert gateway.taken == {order.order_id: 2 * STANDARD_MINOR}
    await house.bookings.cancel(ADMIN, paid.booking.booking_id)
    await house.bookings.cancel(ANN, paid.booking.booking_id)
    assert gateway.taken == {order.order_id: 0}
    assert sorted(gateway.parts.values()) == [STANDARD_MINOR, 2 * STANDARD_MINOR]


async def test_what_was_paid_elsewhere_is_not_paid_back_here(house: House, gateway: FakeGateway) -> None:
    booked = await house.book_hold(ANN, await house.held(ANN, "A1"))
    assert isinstance(booked, BookingWritten)
    await house.bookings.cancel(ANN, booked.booking.booking_id)
    assert "refund_part" not in gateway.faults.calls


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("error", [ProcessDied, PaymentUnavailable])
@pytest.mark.parametrize(("where", "step"), [("store", "free_seats"), ("gateway", "refund_part")])
async def test_cancelled_seats_are_paid_back_once_wherever_the_cancelling_dies(
    *,
    where: str,
    step: str,
    when: str,
    error: type[BaseException],
    orders: OrderService,
    house: House,
    gateway: FakeGateway,
    clock: FakeClock,
) -> None:
    order = await placed(orders, house)
    paid = await orders.pay(ANN, order.order_id)
    assert isinstance(paid, OrderPaid)
    fault = ProcessDied() if error is ProcessDied else (StoreUnavailable if where == "store" else error)("away")
    faults = house.store_faults if where == "store" else gateway.faults
    (faults.before if when == "before" else faults.after)(step, fault)
    with contextlib.suppress(ProcessDied):
        await house.bookings.cancel(ANN, paid.booking.booking_id, seats("A1"))
    for _ in range(2):
        clock.advance(60_000)
        await house.relay.relay_once()
    assert gateway.taken == {order.order_id: STANDARD_MINOR}
    assert await house.real_ledger.outbox_of(paid.booking.booking_id) == []


async def test_a_gateway_that_stays_away_is_asked_now_and_then_and_keeps_no_other_work_waiting(
    orders: OrderService, house: House, gateway: FakeGateway, clock: FakeClock
) -> None:
    order = await placed(orders, house)
    paid = await orders.pay(ANN, order.order_id)
    assert isinstance(paid, OrderPaid)
    gateway.faults.take_down(PaymentUnavailable("away"))
    await house.bookings.cancel(ANN, paid.booking.booking_id)
    clock.advance(TAKE_OVER_AFTER_MS + 1)
    asked = len(gateway.faults.calls)
    for _ in range(5):
        await house.relay.relay_once()
    assert len(gateway.faults.calls) == asked + 1
    gateway.faults.bring_up()
    clock.advance(REFUND_PAUSE_MS)
    await house.relay.relay_once()
    assert gateway.taken == {order.order_id: 0}


# Wherever it dies or a store is away, and whatever becomes of the hold meanwhile.

STEPS = [
    ("ledger", "replay"),
    ("store", "read"),
    ("gateway", "charge"),
    ("store", "begin_booking"),
    ("ledger", "book"),
    ("store", "finish_booking"),
    ("ledger", "abort"),
    ("gateway", "refund"),
]


@pytest.mark.parametrize("hold_lasts", [True, False], ids=["hold lasts", "hold goes"])
@pytest.mark.parametrize("error", [ProcessDied, StoreUnavailable, LedgerUnavailable, PaymentUnavailable])
@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize(("where", "step"), STEPS, ids=[step for _, step in STEPS])
async def test_money_taken_is_a_booking_or_a_refund_wherever_an_attempt_dies(
    *,
    where: str,
    step: str,
    when: str,
    error: type[BaseException],
    hold_lasts: bool,
    orders: OrderService,
    house: House,
    gateway: FakeGateway,
    clock: FakeClock,
) -> None:
    order = await placed(orders, house)
    if not hold_lasts:

        async def lose_the_hold() -> None:
            await house.holds.release(ANN, EVENT, order.hold_id)

        gateway.faults.after("charge", lose_the_hold)
    fault = ProcessDied() if error is ProcessDied else error("away")
    faults = {"store": house.store_faults, "ledger": house.ledger_faults, "gateway": gateway.faults}[where]
    (faults.before if when == "before" else faults.after)(step, fault)
    with contextlib.suppress(ProcessDied, StoreUnavailable, LedgerUnavailable, PaymentUnavailable):
        await orders.pay(ANN, order.order_id)
    await house.background.finished()
    clock.advance(60_000)  # marks of the dead run out
    answer = await orders.pay(ANN, order.order_id)
    await house.background.finished()
    booked = await bookings_of(house)
    if isinstance(answer, OrderPaid):
        assert [it.booking_id for it in booked] == [answer.booking.booking_id]
        assert (gateway.charges - gateway.refunds, gateway.taken) == (1, {order.order_id: order.amount_minor})
    else:
        assert isinstance(answer, OrderClosed), answer
        assert booked == []
        assert gateway.taken == {}
    if hold_lasts:
        assert isinstance(answer, OrderPaid)
    assert await house.broken_promises(ANN, settled=False) == []


@pytest.mark.parametrize("when", ["before", "after"])
async def test_a_gateway_that_gives_no_answer_is_asked_again_in_the_background(
    when: str, orders: OrderService, house: House, gateway: FakeGateway
) -> None:
    order = await placed(orders, house)
    (gateway.faults.before if when == "before" else gateway.faults.after)("charge", PaymentUnavailable("no answer"))
    with pytest.raises(PaymentUnavailable):
        await orders.pay(ANN, order.order_id)
    await house.background.finished()
    assert len(await bookings_of(house)) == 1
    assert gateway.taken == {order.order_id: order.amount_minor}


@pytest.mark.parametrize("step", ["begin_booking", "finish_booking"])
async def test_what_a_store_interrupted_after_the_charge_is_finished_in_the_background(
    step: str, orders: OrderService, house: House, gateway: FakeGateway
) -> None:
    order = await placed(orders, house)
    house.store_faults.before(step, StoreUnavailable("away"), times=3)
    with contextlib.suppress(StoreUnavailable):
        await orders.pay(ANN, order.order_id)
    await house.background.finished()
    assert len(await bookings_of(house)) == 1
    assert gateway.taken == {order.order_id: order.amount_minor}
