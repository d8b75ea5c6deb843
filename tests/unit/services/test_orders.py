"""Orders as people use them: placed, claimed, paid, given up; repeated, raced, and sold to somebody else."""

import asyncio

import msgspec
import pytest

from frontrow.domain.booking import Booking, BookingCancelled, BookingStatus, ContactInfo, PaymentInfo, SeatRowState
from frontrow.domain.charges import Charge, ChargeKind
from frontrow.domain.errors import PaymentUnavailable
from frontrow.domain.hold import HoldNotComplete, HoldNotFound, SeatLimitReached, SeatsUnavailable
from frontrow.domain.ids import HoldId, OrderId
from frontrow.domain.order import Order, OrderState
from frontrow.domain.order_moves import OrderKeyReused
from frontrow.domain.payment import (
    Payment,
    PaymentRequest,
    PaymentSeen,
    PaymentState,
    PaymentUnknown,
    RefundReason,
    RefundState,
)
from frontrow.services.callers import Caller
from frontrow.services.counts import Count
from frontrow.services.order_ids import ORDERS_PER_HOLD_MAX
from frontrow.services.order_outcomes import (
    OrderNotCancellable,
    OrderNotFound,
    OrderNotPayable,
    OrderShown,
    OrdersUsedUp,
    PaymentDeclined,
    PaymentNotConfigured,
    PayRequest,
    PlaceRequest,
    RequestRunning,
    StatementNotAllowed,
)
from frontrow.services.order_payments import LEASE_MS
from frontrow.services.ordering import PAYMENT_MS
from frontrow.services.outcomes import BookRequest, EventNotOnSale, HoldRequest, HoldRules, HoldShown, RoleMissing
from frontrow.services.recent_looks import LOOKS_PER_S_MAX
from tests.support.fake_clock import FakeClock
from tests.support.fake_hold_store import FakeHoldStore
from tests.support.fake_ledger import FakeLedger
from tests.support.house import CONTACT, EVENT, OTHER_EVENT, STANDARD_MINOR, House, key, seats, small_layout, user
from tests.support.simulated_gateway import Card, Fault, SimulatedGateway

ANN, BOB, ADMIN, SHOP = user("ann"), user("bob"), user("root", "admin"), user("shop", "integrator")
STATED = PaymentInfo("cash", "till-7")
PAYS, DECLINED = PayRequest(card_number=Card.PAYS), PayRequest(card_number=Card.DECLINED)
PLACE, PAY = "POST /orders", "POST /orders/payment"


class HangingBank(SimulatedGateway):
    """Answers no request to begin a payment."""

    def __init__(self, clock: FakeClock) -> None:
        super().__init__(clock)
        self.hangs = True
        self.was_asked = asyncio.Event()

    async def start(self, request: PaymentRequest) -> PaymentSeen:
        self.was_asked.set()
        if self.hangs:
            await asyncio.Event().wait()
        return await super().start(request)


class CountingBank(SimulatedGateway):
    """Counts how often it is asked how a payment stands."""

    looks = 0

    async def look_up(self, payment: Payment) -> PaymentSeen | PaymentUnknown:
        self.looks += 1
        return await super().look_up(payment)


async def placed(house: House, who: Caller = ANN, names: str = "A1 A2", *, claims: bool = True) -> Order:
    request = PlaceRequest(hold_id=await house.held(who, names), customer=CONTACT, claims=claims)
    shown = await house.orders.place(who, request)
    assert isinstance(shown, OrderShown), shown
    return shown.order


async def booked(house: House, names: str = "A1 A2") -> OrderShown:
    order = await placed(house, names=names)
    paid = await house.orders.pay(ANN, order.order_id, PAYS)
    assert isinstance(paid, OrderShown)
    assert paid.order.state is OrderState.BOOKED
    return paid


async def make_free(house: House, ledger: FakeLedger) -> None:
    event = await ledger.event(EVENT)
    assert event is not None
    free = dict.fromkeys(event.prices, 0)
    assert await ledger.update_event(msgspec.structs.replace(event, prices=free), expected=event)
    house.catalog.forget(EVENT)


async def state_of(house: House, order: Order) -> OrderState:
    stands = await house.order_ledger.order(order.order_id)
    assert stands is not None
    return stands.state


def is_taken(ledger: FakeLedger, names: str) -> set[tuple[SeatRowState, str]]:
    return {(row.state, row.owner_id) for name in seats(names) if (row := ledger.rows.get((EVENT, name))) is not None}


# Placing.


async def test_an_order_claims_what_its_hold_holds_and_ends_the_hold(house: House, ledger: FakeLedger) -> None:
    order = await placed(house)
    assert (order.state, order.seat_ids, order.amount_minor) == (OrderState.CLAIMED, seats("A1 A2"), 2 * STANDARD_MINOR)
    assert order.pay_until_ms == house.clock.now_ms() + PAYMENT_MS
    assert is_taken(ledger, "A1 A2") == {(SeatRowState.CLAIMED, order.order_id)}
    assert await house.store.read(EVENT, order.hold_id) is None
    refused = await house.hold(BOB, "A1")
    assert isinstance(refused, SeatsUnavailable)
    assert await house.broken_promises(ANN, BOB, settled=False) == []


async def test_an_order_that_claims_nothing_leaves_its_seats_on_the_hold(house: House, ledger: FakeLedger) -> None:
    order = await placed(house, claims=False)
    assert order.state is OrderState.PENDING
    assert await house.store.read(EVENT, order.hold_id) is not None
    assert is_taken(ledger, "A1 A2") == set()


async def test_the_same_order_placed_again_is_the_same_before_and_after_it_is_paid(house: House) -> None:
    hold_id = await house.held(ANN, "A1")
    request = PlaceRequest(hold_id=hold_id, customer=CONTACT)
    first, again = await house.orders.place(ANN, request), await house.orders.place(ANN, request)
    assert isinstance(first, OrderShown)
    assert isinstance(again, OrderShown)
    assert again.order == first.order
    await house.orders.pay(ANN, first.order.order_id, PAYS)
    after = await house.orders.place(ANN, request)
    assert isinstance(after, OrderShown)
    assert (after.order.order_id, after.order.state) == (first.order.order_id, OrderState.BOOKED)


async def test_another_customer_of_a_claimed_hold_is_not_told_of_the_order(house: House) -> None:
    order = await placed(house)
    other = PlaceRequest(hold_id=order.hold_id, customer=ContactInfo("Jane", "jane@example.com"))
    assert isinstance(await house.orders.place(ANN, other), HoldNotFound)


async def test_a_hold_has_so_many_orders_and_no_more(house: House) -> None:
    hold_id = await house.held(ANN, "A1")
    for number in range(ORDERS_PER_HOLD_MAX):
        request = PlaceRequest(hold_id=hold_id, customer=ContactInfo(f"{number}", "a@example.com"), claims=False)
        assert isinstance(await house.orders.place(ANN, request), OrderShown)
    one_more = PlaceRequest(hold_id=hold_id, customer=CONTACT, claims=False)
    assert await house.orders.place(ANN, one_more) == OrdersUsedUp(ORDERS_PER_HOLD_MAX)


async def test_a_hold_of_somebody_else_or_of_nobody_is_not_ordered(house: House) -> None:
    hold_id = await house.held(ANN, "A1")
    for strange in (hold_id, HoldId("1-absent"), HoldId("999-5nYy3vS0T0mQ2b1c7JkR9w")):
        assert isinstance(await house.orders.place(BOB, PlaceRequest(hold_id=strange, customer=CONTACT)), HoldNotFound)


async def test_a_hold_that_lost_seats_to_a_newer_one_is_not_ordered(house: House) -> None:
    hold_id = await house.held(ANN, "A1 A2")
    await house.held(ANN, "A2")
    outcome = await house.orders.place(ANN, PlaceRequest(hold_id=hold_id, customer=CONTACT))
    assert isinstance(outcome, HoldNotComplete)
    assert outcome.seat_ids == seats("A2")


async def test_seats_that_the_ledger_has_sold_close_the_order_and_are_named(house: House, ledger: FakeLedger) -> None:
    hold_id = await house.held(ANN, "A1 A2")
    await house.real_store.free_seats(EVENT, owner_id="nobody", seat_ids=seats("A2"))
    other = await house.held(BOB, "A3")
    await house.book_hold(BOB, other)
    ledger.rows[EVENT, seats("A2")[0]] = ledger.rows[EVENT, seats("A3")[0]]
    outcome = await house.orders.place(ANN, PlaceRequest(hold_id=hold_id, customer=CONTACT))
    assert isinstance(outcome, SeatsUnavailable)
    (order,) = ledger.orders.placed.values()
    assert order.state is OrderState.CANCELLED
    assert house.counts.of(Count.HOLD_BROKEN) >= 1


async def test_an_order_placed_under_a_key_is_answered_alike_for_ever(house: House) -> None:
    request = PlaceRequest(hold_id=await house.held(ANN, "A1"), customer=CONTACT)
    first = await house.orders.place(ANN, request, key("k", ANN, route=PLACE))
    assert isinstance(first, OrderShown)
    await house.orders.pay(ANN, first.order.order_id, PAYS)
    again = await house.orders.place(ANN, request, key("k", ANN, route=PLACE))
    assert isinstance(again, OrderShown)
    assert again.replayed
    assert (again.order.order_id, again.order.state, again.booking) == (first.order.order_id, OrderState.CLAIMED, None)
    other = await house.orders.place(ANN, request, key("k", ANN, body="another", route=PLACE))
    assert other == OrderKeyReused()


async def test_an_order_whose_seats_were_gone_says_so_under_its_key_for_ever(house: House, ledger: FakeLedger) -> None:
    hold_id = await house.held(ANN, "A1")
    await house.book_hold(BOB, await house.held(BOB, "A3"))
    ledger.rows[EVENT, seats("A1")[0]] = ledger.rows[EVENT, seats("A3")[0]]
    request, with_key = PlaceRequest(hold_id=hold_id, customer=CONTACT), key("k", ANN, route=PLACE)
    assert isinstance(await house.orders.place(ANN, request, with_key), SeatsUnavailable)
    del ledger.rows[EVENT, seats("A1")[0]]
    assert isinstance(await house.orders.place(ANN, request, with_key), SeatsUnavailable)


async def test_one_of_two_placings_at_once_claims_and_the_other_waits_or_sees_it(house: House) -> None:
    request = PlaceRequest(hold_id=await house.held(ANN, "A1"), customer=CONTACT)
    with_key = key("k", ANN, route=PLACE)
    answers = await asyncio.gather(*(house.orders.place(ANN, request, with_key) for _ in range(2)))
    assert any(isinstance(answer, OrderShown) for answer in answers)
    assert all(isinstance(answer, OrderShown | RequestRunning) for answer in answers)


# Paying.


async def test_a_paid_order_is_a_booking_with_its_ticket(house: House, ledger: FakeLedger) -> None:
    paid = await booked(house)
    booking = paid.booking
    assert booking is not None
    assert (booking.order_id, booking.total_minor, booking.hold_id) == (
        paid.order.order_id,
        2 * STANDARD_MINOR,
        paid.order.hold_id,
    )
    assert booking.payment_info == PaymentInfo("card", f"bank-{paid.payments[0].payment_id}", "simulated")
    assert paid.ticket_code is not None
    assert is_taken(ledger, "A1 A2") == {(SeatRowState.BOOKED, booking.booking_id)}
    await house.relay.relay_once()
    assert await house.broken_promises(ANN) == []


async def test_a_pending_order_is_claimed_before_it_is_paid(house: House) -> None:
    order = await placed(house, claims=False)
    paid = await house.orders.pay(ANN, order.order_id, PAYS)
    assert isinstance(paid, OrderShown)
    assert paid.order.state is OrderState.BOOKED


async def test_a_pending_order_whose_hold_ran_out_is_not_charged(house: House, clock: FakeClock) -> None:
    order = await placed(house, claims=False)
    clock.advance(700_000)
    refused = await house.orders.pay(ANN, order.order_id, PAYS)
    assert isinstance(refused, OrderNotPayable)
    assert refused.shown.order.state is OrderState.EXPIRED
    assert house.bank.calls == []


async def test_a_payment_again_charges_and_books_once(house: House) -> None:
    order = await placed(house)
    first, again = [await house.orders.pay(ANN, order.order_id, PAYS) for _ in range(2)]
    assert first == again
    assert house.bank.captured_minor(order.order_id) == order.amount_minor


async def test_payments_from_two_tabs_at_once_charge_once(house: House) -> None:
    order = await placed(house)
    await asyncio.gather(*(house.orders.pay(ANN, order.order_id, PAYS) for _ in range(3)))
    await house.orders.pay(ANN, order.order_id, PAYS)
    assert await state_of(house, order) is OrderState.BOOKED
    assert house.bank.captured_minor(order.order_id) == order.amount_minor


async def test_a_declined_payment_keeps_the_claim_for_another(house: House, clock: FakeClock) -> None:
    order = await placed(house)
    refused = await house.orders.pay(ANN, order.order_id, DECLINED)
    assert isinstance(refused, PaymentDeclined)
    assert (refused.reason, refused.shown.order.state) == ("the bank said no", OrderState.CLAIMED)
    clock.advance(1)
    paid = await house.orders.pay(ANN, order.order_id, PAYS)
    assert isinstance(paid, OrderShown)
    assert [it.state for it in paid.payments] == [PaymentState.DECLINED, PaymentState.CAPTURED]


async def test_a_payment_that_waits_for_the_buyer_is_resumed_from_another_tab(house: House) -> None:
    order = await placed(house)
    first, other = [await house.orders.pay(ANN, order.order_id, PayRequest()) for _ in range(2)]
    assert isinstance(first, OrderShown)
    assert isinstance(other, OrderShown)
    assert first.order.state is OrderState.PAYING
    assert first.action is not None
    assert (other.action, other.order.payment_id) == (first.action, first.order.payment_id)
    house.bank.act(first.payments[0].payment_id)
    seen = await house.orders.order(ANN, order.order_id)
    assert isinstance(seen, OrderShown)
    assert seen.order.state is OrderState.BOOKED


async def test_a_reserved_amount_is_captured(house: House) -> None:
    order = await placed(house)
    await house.orders.pay(ANN, order.order_id, PayRequest(card_number=Card.RESERVES))
    assert await state_of(house, order) is OrderState.BOOKED
    assert house.bank.calls == ["start", "capture"]


@pytest.mark.parametrize("fault", [Fault.LOST_REQUEST, Fault.LOST_ANSWER])
async def test_an_answer_that_is_lost_is_learnt_by_asking_again_under_the_same_id(house: House, fault: Fault) -> None:
    order = await placed(house)
    house.bank.will(fault, call="start")
    with pytest.raises(PaymentUnavailable):
        await house.orders.pay(ANN, order.order_id, PAYS)
    assert await state_of(house, order) is OrderState.PAYING
    await house.orders.pay(ANN, order.order_id, PAYS)
    assert await state_of(house, order) is OrderState.BOOKED
    assert len(house.bank.payments) == 1


async def test_what_nobody_asks_again_about_the_background_learns(house: House, clock: FakeClock) -> None:
    order = await placed(house)
    house.bank.will(Fault.LOST_ANSWER, call="start")
    with pytest.raises(PaymentUnavailable):
        await house.orders.pay(ANN, order.order_id, PAYS)
    clock.advance(60_000)
    await house.order_keeper.keep_once()
    assert await state_of(house, order) is OrderState.BOOKED


async def test_a_payment_that_never_reached_the_gateway_makes_room_for_another(house: House, clock: FakeClock) -> None:
    order = await placed(house)
    house.bank.will(Fault.LOST_REQUEST, call="start")
    with pytest.raises(PaymentUnavailable):
        await house.orders.pay(ANN, order.order_id, PAYS)
    for _ in range(3):
        clock.advance(130_000)
        await house.order_keeper.keep_once()
    assert await state_of(house, order) is OrderState.CLAIMED
    await house.orders.pay(ANN, order.order_id, PAYS)
    assert await state_of(house, order) is OrderState.BOOKED


async def test_the_first_answer_of_a_payments_key_is_given_again_for_ever(house: House) -> None:
    order = await placed(house)
    with_key = key("p", ANN, route=PAY)
    first = await house.orders.pay(ANN, order.order_id, PayRequest(), with_key)
    assert isinstance(first, OrderShown)
    house.bank.act(first.payments[0].payment_id)
    await house.orders.order(ANN, order.order_id)
    again = await house.orders.pay(ANN, order.order_id, PayRequest(), with_key)
    assert isinstance(again, OrderShown)
    assert again.replayed
    assert (again.order.state, again.action) == (OrderState.PAYING, first.action)
    reused = await house.orders.pay(ANN, order.order_id, PAYS, key("p", ANN, body="another", route=PAY))
    assert reused == OrderKeyReused()


async def test_a_decline_is_given_again_under_its_key_and_another_key_pays(house: House) -> None:
    order = await placed(house)
    first = await house.orders.pay(ANN, order.order_id, DECLINED, key("p1", ANN, route=PAY))
    await house.orders.pay(ANN, order.order_id, PAYS, key("p2", ANN, route=PAY))
    again = await house.orders.pay(ANN, order.order_id, DECLINED, key("p1", ANN, route=PAY))
    assert isinstance(first, PaymentDeclined)
    assert isinstance(again, PaymentDeclined)
    assert (again.reason, again.replayed) == (first.reason, True)
    booked_again = await house.orders.pay(ANN, order.order_id, PAYS, key("p2", ANN, route=PAY))
    assert isinstance(booked_again, OrderShown)
    assert (booked_again.replayed, booked_again.order.state) == (True, OrderState.BOOKED)


async def test_a_key_that_was_told_of_anothers_payment_begins_none_when_it_comes_again(house: House) -> None:
    order = await placed(house)
    first, second = key("k1", ANN, route=PAY), key("k2", ANN, route=PAY)
    await house.orders.pay(ANN, order.order_id, PayRequest(), first)
    told = await house.orders.pay(ANN, order.order_id, PayRequest(), second)
    assert isinstance(told, OrderShown)
    (payment,) = house.bank.of_order(order.order_id)
    house.bank.act(payment.request.payment_id, pays=False)
    again = await house.orders.pay(ANN, order.order_id, PayRequest(), second)
    assert isinstance(again, OrderShown)
    assert (again.order.state, again.action, again.replayed) == (OrderState.PAYING, told.action, True)
    other = await house.orders.pay(ANN, order.order_id, PAYS, key("k2", ANN, body="another", route=PAY))
    assert isinstance(other, OrderKeyReused)
    assert len(house.bank.of_order(order.order_id)) == 1


@pytest.mark.parametrize("is_free", [False, True])
async def test_a_key_that_found_the_order_paid_stands_for_that(house: House, ledger: FakeLedger, is_free: bool) -> None:
    if is_free:
        await make_free(house, ledger)
    order = await placed(house)
    await house.orders.pay(ANN, order.order_id, PayRequest(), key("first", ANN, route=PAY))
    for payment in house.bank.of_order(order.order_id):
        house.bank.act(payment.request.payment_id)
    late = key("late", ANN, route=PAY)
    for replayed in (False, True):
        told = await house.orders.pay(ANN, order.order_id, PAYS, late)
        assert isinstance(told, OrderShown)
        assert (told.order.state, told.replayed) == (OrderState.BOOKED, replayed)
    other = await house.orders.pay(ANN, order.order_id, PAYS, key("late", ANN, body="another", route=PAY))
    assert isinstance(other, OrderKeyReused)


async def test_a_payment_still_being_begun_is_running_and_its_successor_finishes_it(
    house: House, store: FakeHoldStore, ledger: FakeLedger, clock: FakeClock
) -> None:
    order, bank = await placed(house), HangingBank(clock)
    dying = House(store, ledger, clock, sleep=clock.sleep, gateway=bank)
    begun = asyncio.create_task(dying.orders.pay(ANN, order.order_id, PAYS, key("p", ANN, route=PAY)))
    await bank.was_asked.wait()
    other = House(store, ledger, clock, sleep=clock.sleep, gateway=bank)
    running = await other.orders.pay(ANN, order.order_id, PAYS, key("p", ANN, route=PAY))
    assert running == RequestRunning(LEASE_MS)
    begun.cancel()
    with pytest.raises(asyncio.CancelledError):
        await begun
    bank.hangs = False
    clock.advance(LEASE_MS)
    finished = await other.orders.pay(ANN, order.order_id, PAYS, key("p", ANN, route=PAY))
    assert isinstance(finished, OrderShown)
    assert finished.order.state is OrderState.BOOKED
    assert len(bank.payments) == 1


async def test_an_order_of_free_seats_needs_no_payment(house: House, ledger: FakeLedger) -> None:
    await make_free(house, ledger)
    order = await placed(house)
    paid = await house.orders.pay(ANN, order.order_id, PayRequest(), key("p", ANN, route=PAY))
    assert isinstance(paid, OrderShown)
    assert (paid.order.state, paid.payments, house.bank.calls) == (OrderState.BOOKED, (), [])
    again = await house.orders.pay(ANN, order.order_id, PayRequest(), key("p", ANN, route=PAY))
    assert isinstance(again, OrderShown)
    assert (again.replayed, again.booking) == (True, paid.booking)


# Given up, and run out.


async def test_an_order_given_up_frees_its_seats_once(house: House, ledger: FakeLedger) -> None:
    order = await placed(house)
    first, again = [await house.orders.cancel(ANN, order.order_id) for _ in range(2)]
    assert isinstance(first, OrderShown)
    assert first == again
    assert first.order.state is OrderState.CANCELLED
    assert is_taken(ledger, "A1 A2") == set()
    assert isinstance(await house.hold(BOB, "A1"), HoldShown)
    assert isinstance(await house.orders.pay(ANN, order.order_id, PAYS), OrderNotPayable)


async def test_an_order_given_up_while_its_payment_is_at_the_gateway_is_stopped_there(house: House) -> None:
    order = await placed(house)
    paying = await house.orders.pay(ANN, order.order_id, PayRequest())
    assert isinstance(paying, OrderShown)
    await house.orders.cancel(ANN, order.order_id)
    assert await state_of(house, order) is OrderState.CANCELLED
    assert not house.bank.act(paying.payments[0].payment_id), "the bank takes nothing any more"


async def test_what_was_taken_before_it_could_be_stopped_goes_back(house: House) -> None:
    order = await placed(house)
    paying = await house.orders.pay(ANN, order.order_id, PayRequest())
    assert isinstance(paying, OrderShown)
    house.bank.act(paying.payments[0].payment_id)
    shown = await house.orders.cancel(ANN, order.order_id)
    assert isinstance(shown, OrderShown)
    assert (shown.order.state, shown.refunds[0].reason) == (OrderState.REFUNDED, RefundReason.GIVEN_UP)
    assert house.bank.refunded_minor(order.order_id) == order.amount_minor


async def test_a_booked_order_is_not_given_up(house: House) -> None:
    paid = await booked(house)
    assert isinstance(await house.orders.cancel(ANN, paid.order.order_id), OrderNotCancellable)


async def test_an_order_not_paid_in_time_expires_and_frees_its_seats(
    house: House, clock: FakeClock, ledger: FakeLedger
) -> None:
    order = await placed(house)
    clock.advance(PAYMENT_MS)
    await house.order_keeper.keep_once()
    assert await state_of(house, order) is OrderState.EXPIRED
    assert is_taken(ledger, "A1 A2") == set()


async def test_what_was_captured_before_the_window_ended_is_booked(house: House, clock: FakeClock) -> None:
    order = await placed(house)
    paying = await house.orders.pay(ANN, order.order_id, PayRequest())
    assert isinstance(paying, OrderShown)
    house.bank.act(paying.payments[0].payment_id)
    clock.advance(PAYMENT_MS)
    await house.order_keeper.keep_once()
    assert await state_of(house, order) is OrderState.BOOKED


async def test_readers_have_the_gateway_asked_so_often_and_no_more(
    store: FakeHoldStore, ledger: FakeLedger, clock: FakeClock
) -> None:
    bank = CountingBank(clock)
    house = House(store, ledger, clock, sleep=clock.sleep, gateway=bank)
    await house.open(small_layout(seats_per_row=LOOKS_PER_S_MAX + 5))
    waiting = [await placed(house, names=f"A{number}") for number in range(1, LOOKS_PER_S_MAX + 6)]
    for order in waiting:
        shown = await house.orders.pay(ANN, order.order_id, PayRequest(card_number=Card.SECOND_STEP))
        assert isinstance(shown, OrderShown)
        assert shown.order.state is OrderState.PAYING

    async def asked_by_readers() -> int:
        before = bank.looks
        for order in waiting:
            shown = await house.orders.order(ANN, order.order_id)
            assert isinstance(shown, OrderShown)
            assert shown.order.state is OrderState.PAYING
        return bank.looks - before

    assert await asked_by_readers() == LOOKS_PER_S_MAX
    clock.advance(100)
    assert await asked_by_readers() == 2
    await house.ordering.steps.advance(waiting[-1].order_id)
    assert bank.looks == LOOKS_PER_S_MAX + 3
    clock.advance(60_000)
    assert await asked_by_readers() == LOOKS_PER_S_MAX


# The cap on seats.


@pytest.fixture
async def capped(store: FakeHoldStore, ledger: FakeLedger, clock: FakeClock) -> House:
    """A house where a user may have three seats of an event at once."""
    made = House(store, ledger, clock, sleep=clock.sleep, rules=HoldRules(seats_per_user_max=3))
    await made.open()
    return made


async def test_a_users_unpaid_orders_have_no_more_seats_than_one_may_hold(capped: House) -> None:
    first = await placed(capped, ANN, "A1 A2")
    request = PlaceRequest(hold_id=await capped.held(ANN, "A3 A4"), customer=CONTACT)
    refused = await capped.orders.place(ANN, request)
    assert refused == SeatLimitReached(2, 3, capped.clock.now_ms())
    assert isinstance(await capped.orders.place(ANN, request, key("k", ANN, PLACE)), SeatLimitReached)
    left = await capped.store.read(EVENT, request.hold_id)
    assert left is not None
    elsewhere = PlaceRequest(hold_id=await capped.held(ANN, "A1 A2", event_id=OTHER_EVENT), customer=CONTACT)
    assert isinstance(await capped.orders.place(ANN, elsewhere), OrderShown)
    await placed(capped, BOB, "B1 B2 B3")
    assert isinstance(await capped.orders.pay(ANN, first.order_id, PAYS), OrderShown)
    assert isinstance(await capped.orders.place(ANN, request), OrderShown)


async def test_an_order_that_waits_on_its_hold_is_capped_when_it_is_paid(capped: House) -> None:
    await placed(capped, user("guest:s:ann"), "A1 A2")
    for guest in (user("guest:s"), user("guest:s:bob")):
        waiting = await placed(capped, guest, "A3", claims=False)
        more = await placed(capped, guest, "B1", claims=False)
        assert isinstance(await capped.orders.pay(guest, waiting.order_id, DECLINED), PaymentDeclined)
        assert isinstance(await capped.orders.pay(guest, more.order_id, PAYS), SeatLimitReached)
        assert await state_of(capped, more) is OrderState.PENDING
        assert isinstance(await capped.orders.pay(guest, waiting.order_id, PAYS), OrderShown)
        await capped.holds.release(guest, EVENT, more.hold_id)
        await capped.bookings.cancel(guest, (await shown_booking(capped, guest, waiting)).booking_id)
    await placed(capped, user("guest:other"), "B2 B3")


async def shown_booking(house: House, who: Caller, order: Order) -> Booking:
    shown = await house.orders.order(who, order.order_id)
    assert isinstance(shown, OrderShown)
    assert shown.booking is not None
    return shown.booking


async def test_sales_to_somebody_and_admins_own_are_not_capped(capped: House) -> None:
    for names in ("A1 A2", "A3 A4"):
        sold = PlaceRequest(hold_id=await capped.held(SHOP, names), customer=CONTACT, user_id=ANN.user_id)
        assert isinstance(await capped.orders.place(SHOP, sold), OrderShown)
    await placed(capped, ANN, "B1 B2 B3")
    for names in ("A5 A6", "A7 A8"):
        await placed(capped, ADMIN, names)


# For somebody else.


async def test_an_integrator_orders_from_a_hold_of_its_own_for_somebody_and_states_the_payment(house: House) -> None:
    hold_id = await house.held(SHOP, "A1")
    request = PlaceRequest(hold_id=hold_id, customer=CONTACT, user_id=ANN.user_id)
    sold = await house.orders.place(SHOP, request)
    assert isinstance(sold, OrderShown)
    order = sold.order
    assert (order.user_id, order.holder_id, order.sold_by) == (ANN.user_id, SHOP.user_id, SHOP.user_id)
    paid = await house.orders.pay(SHOP, order.order_id, PayRequest(stated=STATED))
    assert isinstance(paid, OrderShown)
    assert paid.booking is not None
    assert (paid.booking.user_id, paid.booking.payment_info) == (ANN.user_id, PaymentInfo("cash", "till-7", "external"))
    await house.relay.relay_once()
    assert await house.broken_promises(ANN, SHOP) == []


async def test_an_integrator_orders_from_the_users_own_hold(house: House) -> None:
    hold_id = await house.held(ANN, "A1")
    request = PlaceRequest(hold_id=hold_id, customer=CONTACT, user_id=ANN.user_id)
    sold = await house.orders.place(SHOP, request)
    assert isinstance(sold, OrderShown)
    assert (sold.order.holder_id, sold.order.sold_by) == (None, SHOP.user_id)
    assert isinstance(await house.orders.order(ANN, sold.order.order_id), OrderShown)


async def test_a_buyer_orders_for_nobody_else_and_states_no_payment(house: House) -> None:
    request = PlaceRequest(hold_id=await house.held(ANN, "A1"), customer=CONTACT, user_id=BOB.user_id)
    assert isinstance(await house.orders.place(ANN, request), RoleMissing)
    order = await placed(house, names="A2")
    assert await house.orders.pay(ANN, order.order_id, PayRequest(stated=STATED)) == StatementNotAllowed()


async def test_money_taken_elsewhere_for_an_order_that_is_paid_is_one_too_many(house: House) -> None:
    paid = await booked(house)
    again = await house.orders.pay(ADMIN, paid.order.order_id, PayRequest(stated=STATED))
    assert isinstance(again, OrderNotPayable)
    order = await placed(house, names="A3")
    for _ in range(2):
        assert isinstance(await house.orders.pay(ADMIN, order.order_id, PayRequest(stated=STATED)), OrderShown)
    other = PayRequest(stated=PaymentInfo("cash", "till-8"))
    assert isinstance(await house.orders.pay(ADMIN, order.order_id, other), OrderNotPayable)


async def test_a_stated_payment_takes_the_place_of_one_that_waits(house: House, clock: FakeClock) -> None:
    order = await placed(house)
    waiting = await house.orders.pay(ANN, order.order_id, PayRequest())
    assert isinstance(waiting, OrderShown)
    clock.advance(1)
    paid = await house.orders.pay(ADMIN, order.order_id, PayRequest(stated=STATED))
    assert isinstance(paid, OrderShown)
    assert paid.order.state is OrderState.BOOKED
    assert [it.state for it in paid.payments] == [PaymentState.CANCELLED, PaymentState.CAPTURED]
    assert not house.bank.act(waiting.payments[0].payment_id)


async def test_orders_of_others_are_not_there(house: House) -> None:
    order = await placed(house)
    for strange in (order.order_id, OrderId("1-absent")):
        assert await house.orders.order(BOB, strange) == OrderNotFound()
        assert await house.orders.pay(BOB, strange, PAYS) == OrderNotFound()
        assert await house.orders.cancel(BOB, strange) == OrderNotFound()
    assert isinstance(await house.orders.resolve(BOB, order.order_id), RoleMissing)
    assert isinstance(await house.orders.order(ADMIN, order.order_id), OrderShown)


async def test_orders_are_listed_newest_first_page_by_page(house: House, clock: FakeClock) -> None:
    made = []
    for name in ("A1", "A2", "A3"):
        made.append((await placed(house, names=name)).order_id)
        clock.advance(1)
    await house.orders.cancel(ANN, made[0])
    first = await house.orders.my_orders(ANN, limit=2)
    rest = await house.orders.my_orders(ANN, before=first.next_before, limit=2)
    assert [it.order_id for it in (*first.orders, *rest.orders)] == made[::-1]
    assert rest.next_before is None
    assert len((await house.orders.my_orders(ANN, open_only=True)).orders) == 2


async def test_without_a_gateway_buyers_order_nothing_and_integrators_do(
    store: FakeHoldStore, ledger: FakeLedger, clock: FakeClock
) -> None:
    house = House(store, ledger, clock, sleep=clock.sleep, has_gateway=False)
    await house.open()
    request = PlaceRequest(hold_id=await house.held(ANN, "A1"), customer=CONTACT)
    assert await house.orders.place(ANN, request) == PaymentNotConfigured()
    order = await placed(house, SHOP, "A2")
    assert await house.orders.pay(SHOP, order.order_id, PayRequest()) == PaymentNotConfigured()
    assert isinstance(await house.orders.pay(SHOP, order.order_id, PayRequest(stated=STATED)), OrderShown)


# Events.


async def cancel_event(house: House, ledger: FakeLedger) -> None:

    event = await ledger.event(EVENT)
    assert event is not None
    cancelled = msgspec.structs.replace(event, cancelled_at_ms=house.clock.now_ms())
    assert await ledger.update_event(cancelled, expected=event)
    house.catalog.forget(EVENT)


async def test_a_cancelled_event_takes_no_orders_and_no_payments(house: House, ledger: FakeLedger) -> None:
    order, hold_id = await placed(house), await house.held(BOB, "A3")
    await cancel_event(house, ledger)
    outcome = await house.orders.place(BOB, PlaceRequest(hold_id=hold_id, customer=CONTACT))
    assert isinstance(outcome, EventNotOnSale)
    refused = await house.orders.pay(ANN, order.order_id, PAYS)
    assert isinstance(refused, OrderNotPayable)
    assert (refused.shown.order.state, house.bank.calls) == (OrderState.CANCELLED, [])


async def test_money_for_a_cancelled_event_goes_back_whole(house: House, ledger: FakeLedger) -> None:
    order = await placed(house)
    paying = await house.orders.pay(ANN, order.order_id, PayRequest())
    assert isinstance(paying, OrderShown)
    await cancel_event(house, ledger)
    house.bank.act(paying.payments[0].payment_id)
    shown = await house.orders.order(ANN, order.order_id)
    assert isinstance(shown, OrderShown)
    assert (shown.order.state, shown.refunds[0].reason) == (OrderState.REFUNDED, RefundReason.EVENT_CANCELLED)
    assert house.bank.refunded_minor(order.order_id) == order.amount_minor


async def test_a_booking_of_a_cancelled_event_gives_everything_back(house: House) -> None:
    paid = await booked(house)
    assert paid.booking is not None
    await house.bookings.cancel(ANN, paid.booking.booking_id, seats("A1"))
    for _ in range(2):
        await house.bookings.cancel_for_event(paid.booking.booking_id)
    assert house.bank.refunded_minor(paid.order.order_id) == paid.order.amount_minor
    assert await state_of(house, paid.order) is OrderState.REFUNDED


async def test_who_cancels_before_a_cancelled_event_does_gets_the_fees_back_too(
    house: House, ledger: FakeLedger
) -> None:
    event = await ledger.event(EVENT)
    assert event is not None
    fee = Charge("Service fee", ChargeKind.PER_SEAT, amount_minor=150, refundable=False)
    charging = msgspec.structs.replace(event, charges=(fee,))
    assert await ledger.update_event(charging, expected=event)
    house.catalog.forget(EVENT)
    paid = await booked(house)
    assert paid.booking is not None
    assert await ledger.update_event(msgspec.structs.replace(charging, cancelled_at_ms=1), expected=charging)
    house.catalog.forget(EVENT)
    await house.bookings.cancel(ANN, paid.booking.booking_id, seats("A1"))
    await house.bookings.cancel(ANN, paid.booking.booking_id)
    assert house.bank.refunded_minor(paid.order.order_id) == paid.order.amount_minor == 2 * (STANDARD_MINOR + 150)


async def test_a_hold_granted_while_on_sale_is_ordered_after_the_sale_closed(house: House, ledger: FakeLedger) -> None:

    hold_id = await house.held(ANN, "A1")
    event = await ledger.event(EVENT)
    assert event is not None
    closed = msgspec.structs.replace(event, sales_end_ms=house.clock.now_ms() - 1)
    assert await ledger.update_event(closed, expected=event)
    house.catalog.forget(EVENT)
    refused = await house.holds.hold(ANN, EVENT, HoldRequest(seat_ids=seats("A5")))
    assert isinstance(refused, EventNotOnSale)
    assert isinstance(await house.orders.place(ANN, PlaceRequest(hold_id=hold_id, customer=CONTACT)), OrderShown)


# Cancelling what an order paid for.


async def test_cancelled_seats_give_back_what_they_cost_once(house: House) -> None:
    paid = await booked(house)
    assert paid.booking is not None
    for _ in range(2):
        await house.bookings.cancel(ANN, paid.booking.booking_id, seats("A1"))
    assert house.bank.refunded_minor(paid.order.order_id) == STANDARD_MINOR
    assert await state_of(house, paid.order) is OrderState.BOOKED
    await house.bookings.cancel(ANN, paid.booking.booking_id)
    shown = await house.orders.order(ANN, paid.order.order_id)
    assert isinstance(shown, OrderShown)
    assert shown.booking is not None
    assert (shown.order.state, shown.booking.status) == (OrderState.REFUNDED, BookingStatus.CANCELLED)
    assert [(it.amount_minor, it.state) for it in shown.refunds] == [(STANDARD_MINOR, RefundState.DONE)] * 2


async def test_cancellations_at_once_give_every_seat_back_once(house: House) -> None:
    paid = await booked(house)
    assert paid.booking is not None
    booking_id = paid.booking.booking_id
    await asyncio.gather(
        house.bookings.cancel(ANN, booking_id, seats("A1")),
        house.bookings.cancel(ANN, booking_id, seats("A2")),
        house.bookings.cancel(ANN, booking_id),
    )
    assert house.bank.refunded_minor(paid.order.order_id) == paid.order.amount_minor
    assert house.bank.misuse == []


async def test_a_seat_cancelled_by_another_process_in_between_is_not_given_back_twice(house: House) -> None:
    paid = await booked(house)
    assert paid.booking is not None
    booking_id = paid.booking.booking_id

    async def a_seat_is_cancelled_elsewhere() -> None:
        await house.bookings.cancel(ANN, booking_id, seats("A1"))

    house.ledger_faults.after("booking", lambda: None)
    house.ledger_faults.after("booking", a_seat_is_cancelled_elsewhere)
    cancelled = await house.bookings.cancel(ANN, booking_id)
    assert isinstance(cancelled, BookingCancelled)
    assert cancelled.freed == seats("A2")
    assert house.bank.refunded_minor(paid.order.order_id) == paid.order.amount_minor
    assert house.bank.misuse == []


async def test_what_was_booked_directly_is_cancelled_without_a_refund(house: House) -> None:
    request = BookRequest(EVENT, CONTACT, hold_id=await house.held(ANN, "A1"))
    await house.bookings.book(ANN, request)
    (booking,) = (await house.bookings.my_bookings(ANN)).bookings
    await house.bookings.cancel(ANN, booking.booking_id)
    assert house.bank.calls == []
