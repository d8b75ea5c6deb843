"""A cancelled event gives everything back, whatever fails and whoever dies meanwhile."""

import msgspec
import pytest

from frontrow.domain.booking import BookingStatus
from frontrow.domain.charges import Charge, ChargeKind
from frontrow.domain.errors import LedgerUnavailable, StoreUnavailable
from frontrow.domain.order import Order, OrderState
from frontrow.domain.payment import RefundReason, RefundState
from frontrow.services import event_cancelling
from frontrow.services.event_cancelling import (
    LOOK_AGAIN_S,
    PASS_PAUSE_S,
    SETTLED_AFTER_MS,
    EventCancellation,
    EventCanceller,
    EventNotCancelled,
)
from frontrow.services.event_giving_back import EventGivingBack
from frontrow.services.order_outcomes import OrderShown, PayRequest, PlaceRequest
from frontrow.services.outcomes import EventNotOnSale, NotFound, RoleMissing
from frontrow.services.refunding import FAILURES_MAX
from tests.support.fake_clock import FakeClock
from tests.support.fake_event_books import FakeEventBooks
from tests.support.fake_hold_store import FakeHoldStore
from tests.support.fake_ledger import FakeLedger
from tests.support.faults import ProcessDied, faulty
from tests.support.house import CONTACT, EVENT, House, user
from tests.support.simulated_gateway import Card, Fault

ADMIN, SHOP = user("root", "admin"), user("shop", "integrator")
ANN, BOB, CAT = user("ann"), user("bob"), user("cat")
FEE = Charge("Fee", ChargeKind.PER_SEAT, amount_minor=150, refundable=False)


def canceller(house: House, ledger: FakeLedger, clock: FakeClock) -> EventCanceller:
    """One process's."""
    return EventCanceller(
        ledger=house.ledger,
        orders=house.order_ledger,
        books=faulty(FakeEventBooks(ledger), house.ledger_faults),
        machine=EventGivingBack(house.orders, house.bookings),
        catalog=house.catalog,
        clock=clock,
        sleep=clock.sleep,
    )


async def charged(house: House) -> None:
    event = await house.real_ledger.event(EVENT)
    assert event is not None
    await house.real_ledger.update_event(msgspec.structs.replace(event, charges=(FEE,)), expected=event)
    house.catalog.forget(EVENT)


async def ordered(house: House, who: object, names: str, card: str | None = None) -> Order:
    caller = who if isinstance(who, type(ANN)) else ANN
    placed = await house.orders.place(caller, PlaceRequest(hold_id=await house.held(caller, names), customer=CONTACT))
    assert isinstance(placed, OrderShown), placed
    if card is not None:
        await house.orders.pay(caller, placed.order.order_id, PayRequest(card_number=card))
    order = await house.order_ledger.order(placed.order.order_id)
    assert order is not None
    return order


async def until_settled(*cancellers: EventCanceller, clock: FakeClock, house: House, steps_max: int = 200) -> None:
    """Carry on, the processes in turns, with the orders' own background beside them, until none finds anything."""
    clock.advance(SETTLED_AFTER_MS)
    for _ in range(steps_max):
        pauses = []
        for one in cancellers:
            try:
                pauses.append(await one.step())
            except (LedgerUnavailable, StoreUnavailable):
                pauses.append(0.0)
        await house.relay.relay_once()
        if all(pause_s == LOOK_AGAIN_S for pause_s in pauses):
            await house.reconciler.reconcile(EVENT)
            return
        clock.advance(30_000)
        await house.order_keeper.keep_once()
    raise AssertionError("it is not settled")


async def progress(one: EventCanceller) -> EventCancellation:
    found = await one.progress(ADMIN, EVENT)
    assert isinstance(found, EventCancellation)
    return found


async def state_of(house: House, order: Order) -> OrderState:
    found = await house.order_ledger.order(order.order_id)
    assert found is not None
    return found.state


async def test_orders_are_given_up_and_bookings_cancelled_with_all_that_was_paid(
    house: House, ledger: FakeLedger, clock: FakeClock
) -> None:
    await charged(house)
    bought = await ordered(house, ANN, "A1 A2", Card.PAYS)
    assert bought.booking_id is not None
    await house.bookings.cancel(ANN, bought.booking_id, (bought.seat_ids[0],))
    claimed, waiting = await ordered(house, BOB, "A3"), await ordered(house, BOB, "A4", Card.SECOND_STEP)
    direct = await house.sold(CAT, "A5")
    one = canceller(house, ledger, clock)
    assert isinstance(await one.progress(ADMIN, EVENT), EventNotCancelled)
    begun = await one.cancel(ADMIN, EVENT)
    assert isinstance(begun, EventCancellation)
    assert (begun.bookings, begun.bookings_cancelled, begun.orders_open, begun.is_done) == (2, 0, 2, False)
    await until_settled(one, clock=clock, house=house)
    now = await progress(one)
    assert (now.is_done, now.bookings_cancelled, now.orders_open, now.refunds_done) == (True, 2, 0, 2)
    assert [await state_of(house, it) for it in (bought, claimed, waiting)] == [
        OrderState.REFUNDED,
        OrderState.CANCELLED,
        OrderState.CANCELLED,
    ]
    refunds = await house.order_ledger.refunds_of(bought.order_id)
    assert [it.reason for it in refunds] == [RefundReason.SEATS_CANCELLED, RefundReason.EVENT_CANCELLED]
    assert house.bank.refunded_minor(bought.order_id) == bought.amount_minor  # the fees, too
    booking = await house.ledger.booking(direct.booking_id)
    assert booking is not None
    assert booking.status is BookingStatus.CANCELLED
    assert await house.broken_promises(ANN, BOB, CAT) == []


async def test_a_process_that_has_not_heard_of_it_keeps_nothing_either(
    house: House, ledger: FakeLedger, clock: FakeClock
) -> None:
    await charged(house)
    bought = await ordered(house, ANN, "A1 A2", Card.PAYS)
    event = await ledger.event(EVENT)
    assert bought.booking_id is not None and event is not None
    await ledger.update_event(msgspec.structs.replace(event, cancelled_at_ms=clock.now_ms()), expected=event)
    sale = await house.catalog.sale(EVENT)
    assert sale is not None and sale.event.cancelled_at_ms is None
    await house.bookings.cancel(ANN, bought.booking_id, (bought.seat_ids[0],))
    await house.bookings.cancel(ANN, bought.booking_id)
    assert house.bank.refunded_minor(bought.order_id) == bought.amount_minor  # the fees, too


async def test_nothing_of_a_cancelled_event_is_sold(house: House, ledger: FakeLedger, clock: FakeClock) -> None:
    hold_id = await house.held(ANN, "A1")
    claimed = await ordered(house, BOB, "A2")
    await canceller(house, ledger, clock).cancel(ADMIN, EVENT)
    assert isinstance(await house.hold(ANN, "A3"), EventNotOnSale)
    assert isinstance(await house.book_hold(ANN, hold_id), EventNotOnSale)
    assert isinstance(await house.orders.place(ANN, PlaceRequest(hold_id=hold_id, customer=CONTACT)), EventNotOnSale)
    await house.orders.pay(BOB, claimed.order_id, PayRequest(card_number=Card.PAYS))
    assert house.bank.captured_minor(claimed.order_id) == 0


async def test_it_is_for_admins_of_events_there_are_and_says_the_same_when_repeated(
    house: House, ledger: FakeLedger, clock: FakeClock
) -> None:
    one = canceller(house, ledger, clock)
    assert isinstance(await one.cancel(SHOP, EVENT), RoleMissing)
    assert isinstance(await one.progress(SHOP, EVENT), RoleMissing)
    for event_id in ("none", "no/id"):
        assert isinstance(await one.cancel(ADMIN, type(EVENT)(event_id)), NotFound)
    first = await one.cancel(ADMIN, EVENT)
    clock.advance(5_000)
    assert await one.cancel(ADMIN, EVENT) == first


async def test_a_change_at_the_same_moment_is_not_lost(house: House, ledger: FakeLedger, clock: FakeClock) -> None:
    async def renamed() -> None:
        event = await ledger.event(EVENT)
        assert event is not None
        await ledger.update_event(msgspec.structs.replace(event, name="Ball"), expected=event)

    house.ledger_faults.before("update_event", renamed)
    assert isinstance(await canceller(house, ledger, clock).cancel(ADMIN, EVENT), EventCancellation)
    event = await ledger.event(EVENT)
    assert event is not None
    assert (event.name, event.cancelled_at_ms is not None) == ("Ball", True)


@pytest.mark.parametrize("method", ["move", "cancel", "live_booking_ids", "orders_in", "booking"])
@pytest.mark.parametrize("is_done", [False, True], ids=["before", "after"])
async def test_another_process_goes_on_where_one_died(
    store: FakeHoldStore, ledger: FakeLedger, clock: FakeClock, method: str, is_done: bool
) -> None:
    house = House(store, ledger, clock, sleep=clock.sleep)
    await house.open()
    bought, other = await ordered(house, ANN, "A1 A2", Card.PAYS), await ordered(house, BOB, "A3", Card.SECOND_STEP)
    await house.sold(CAT, "A5")
    one = canceller(house, ledger, clock)
    await one.cancel(ADMIN, EVENT)
    strike = house.ledger_faults.after if is_done else house.ledger_faults.before
    strike(method, ProcessDied())
    with pytest.raises(ProcessDied):
        await until_settled(one, clock=clock, house=house)
    survivor = House(store, ledger, clock, sleep=clock.sleep, gateway=house.bank)
    another = canceller(survivor, ledger, clock)
    await until_settled(another, clock=clock, house=survivor)
    assert (await progress(another)).is_done
    assert house.bank.refunded_minor(bought.order_id) == house.bank.captured_minor(bought.order_id) > 0
    assert house.bank.captured_minor(other.order_id) == 0
    assert await survivor.broken_promises(ANN, BOB, CAT) == []


async def test_two_processes_at_once_give_nothing_back_twice(
    store: FakeHoldStore, ledger: FakeLedger, house: House, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(event_cancelling, "PER_ROUND_MAX", 2)
    bought = [await ordered(house, ANN, f"A{n}", Card.PAYS) for n in range(1, 6)]
    second = House(store, ledger, clock, sleep=clock.sleep, gateway=house.bank)
    both = canceller(house, ledger, clock), canceller(second, ledger, clock)
    await both[0].cancel(ADMIN, EVENT)
    await until_settled(*both, clock=clock, house=house)
    assert [house.bank.refunded_minor(order.order_id) for order in bought] == [bought[0].amount_minor] * 5
    assert (await progress(both[1])).is_done


async def test_a_gateway_that_is_away_keeps_one_order_and_nobody_else(
    house: House, ledger: FakeLedger, clock: FakeClock
) -> None:
    waiting = await ordered(house, ANN, "A1", Card.SECOND_STEP)
    direct = await house.sold(BOB, "A2")
    one = canceller(house, ledger, clock)
    await one.cancel(ADMIN, EVENT)
    house.bank.will(Fault.LOST_REQUEST, times=1_000)
    pauses = [await one.step() for _ in range(3)]
    assert PASS_PAUSE_S in pauses
    booking = await house.ledger.booking(direct.booking_id)
    assert booking is not None
    assert booking.status is BookingStatus.CANCELLED
    assert (await state_of(house, waiting), (await progress(one)).orders_open) == (OrderState.CANCELLING, 1)
    house.bank.heal()
    await until_settled(one, clock=clock, house=house)
    assert await state_of(house, waiting) is OrderState.CANCELLED


async def test_a_refused_refund_needs_a_person_only_when_nobody_tries_it_any_more(
    house: House, ledger: FakeLedger, clock: FakeClock
) -> None:
    await ordered(house, ANN, "A1", Card.PAYS)
    house.bank.refund_ends.extend([RefundState.FAILED] * FAILURES_MAX)
    one = canceller(house, ledger, clock)
    await one.cancel(ADMIN, EVENT)
    for _ in range(3):
        await one.step()
    refused_once = await progress(one)
    assert (refused_once.refunds_due, refused_once.refunds_failed, refused_once.is_at_rest) == (1, 0, False)
    for _ in range(FAILURES_MAX):
        clock.advance(3_600_000)
        await house.order_keeper.keep_once()
    given_up = await progress(one)
    assert (given_up.refunds_due, given_up.refunds_failed, given_up.is_at_rest) == (0, 1, True)
    assert not given_up.is_done


async def test_what_was_sold_by_a_process_that_had_not_heard_of_it_goes_back_too(
    store: FakeHoldStore, ledger: FakeLedger, house: House, clock: FakeClock
) -> None:
    late = House(store, ledger, clock, sleep=clock.sleep, gateway=house.bank)
    hold_id = await late.held(ANN, "A1")
    one = canceller(house, ledger, clock)
    await one.cancel(ADMIN, EVENT)
    assert await one.step() < LOOK_AGAIN_S
    assert await one.step() == LOOK_AGAIN_S
    await late.book_hold(ANN, hold_id)
    assert (await progress(one)).bookings == 1
    await until_settled(one, clock=clock, house=house)
    assert (await progress(one)).bookings_cancelled == 1
