"""Money that comes late, twice, wrong or not at all; refunds that fail; callbacks; what the background carries on."""

import msgspec
import pytest

from frontrow.domain.booking import LedgerSeat, PaymentInfo, SeatRowState
from frontrow.domain.errors import LedgerUnavailable, PaymentUnavailable, StoreUnavailable
from frontrow.domain.ids import PaymentId, UserId
from frontrow.domain.order import Order, OrderState
from frontrow.domain.order_decisions import ATTENTION_AFTER_MS, FORGOTTEN_AFTER_MS
from frontrow.domain.order_moves import OrderMove
from frontrow.domain.payment import (
    CallbackRefused,
    PaymentSeen,
    PaymentState,
    RefundReason,
    RefundState,
)
from frontrow.services.counts import Count
from frontrow.services.erasing import PSEUDONYM_PREFIX
from frontrow.services.order_outcomes import (
    OrderNotCancellable,
    OrderNotPayable,
    OrderShown,
    PaymentDeclined,
    PayRequest,
    PlaceRequest,
)
from frontrow.services.ordering import PAYMENT_MS
from frontrow.services.outcomes import HoldShown
from frontrow.services.payment_callbacks import CallbackTaken, GatewayUnknown
from frontrow.services.refunding import FAILURES_MAX
from tests.support.fake_clock import FakeClock
from tests.support.fake_hold_store import FakeHoldStore
from tests.support.fake_ledger import FakeLedger
from tests.support.faults import ProcessDied
from tests.support.house import CONTACT, EVENT, House, seats, user
from tests.support.simulated_gateway import KEY_LIFETIME_MS, SLOW_MS, BankPayment, Card, Fault, SimulatedGateway

ANN, BOB, ADMIN = user("ann"), user("bob"), user("root", "admin")
PAYS = PayRequest(card_number=Card.PAYS)


async def paying(house: House, names: str = "A1 A2", card: str | None = None) -> tuple[Order, BankPayment | None]:
    """An order with a payment under way; None where the bank has not heard of it."""
    placed = await house.orders.place(ANN, PlaceRequest(hold_id=await house.held(ANN, names), customer=CONTACT))
    assert isinstance(placed, OrderShown)
    await house.orders.pay(ANN, placed.order.order_id, PayRequest(card_number=card))
    (payment,) = house.bank.of_order(placed.order.order_id)
    return placed.order, payment


async def shown(house: House, order: Order) -> OrderShown:
    found = await house.orders.order(ANN, order.order_id)
    assert isinstance(found, OrderShown)
    return found


async def carry_on(house: House, clock: FakeClock, *, hours: int = 1) -> None:
    """Let time pass, with the background at it."""
    for _ in range(hours * 20):
        clock.advance(180_000)
        await house.order_keeper.keep_once()
        await house.relay.relay_once()


async def tell(house: House) -> list[object]:
    """Let every callback that the bank has sent arrive."""
    sent, house.bank.callbacks = list(house.bank.callbacks), []
    return [await house.callbacks.told("simulated", it.headers, it.body) for it in sent]


def captured_late(house: House, payment: BankPayment | None) -> None:
    """The bank takes, after all, what it had said it never would."""
    assert payment is not None
    payment.state, payment.captured_minor = PaymentState.CAPTURED, payment.request.amount_minor
    payment.captured_currency = payment.request.currency
    house.bank._send_callback(payment.request.payment_id)


# Late.


async def expired(house: House, clock: FakeClock) -> tuple[Order, BankPayment | None]:
    order, payment = await paying(house)
    clock.advance(PAYMENT_MS)
    await house.order_keeper.keep_once()
    assert (await shown(house, order)).order.state is OrderState.EXPIRED
    house.bank.callbacks.clear()
    return order, payment


async def test_a_late_payment_books_the_seats_where_they_are_free(house: House, clock: FakeClock) -> None:
    order, payment = await expired(house, clock)
    captured_late(house, payment)
    assert await tell(house) == [CallbackTaken()]
    found = await shown(house, order)
    assert (found.order.state, found.refunds) == (OrderState.BOOKED, ())
    await house.relay.relay_once()
    assert await house.broken_promises(ANN) == []


@pytest.mark.parametrize("by", ["held", "booked"])
async def test_a_late_payment_of_seats_that_are_somebody_elses_goes_back_once(
    house: House, clock: FakeClock, by: str
) -> None:
    order, payment = await expired(house, clock)
    hold_id = await house.held(BOB, "A2")
    if by == "booked":
        await house.book_hold(BOB, hold_id)
    captured_late(house, payment)
    await tell(house)
    captured_late(house, payment)
    await tell(house)
    found = await shown(house, order)
    assert (found.order.state, found.refunds[0].reason) == (OrderState.REFUNDED, RefundReason.PAID_LATE)
    assert house.bank.refunded_minor(order.order_id) == order.amount_minor
    assert house.counts.of(Count.PAYMENTS_LATE) == 1


@pytest.mark.parametrize("is_away", [False, True])
async def test_seats_that_are_not_to_be_had_with_the_others_are_given_back_at_once(
    house: House, clock: FakeClock, ledger: FakeLedger, store: FakeHoldStore, is_away: bool
) -> None:
    order, payment = await expired(house, clock)
    ledger.rows[EVENT, seats("A2")[0]] = LedgerSeat(seats("A2")[0], SeatRowState.BOOKED, "1-other", BOB.user_id, 1)
    if is_away:
        house.store_faults.before("release", StoreUnavailable("away"))
    captured_late(house, payment)
    await tell(house)
    assert (await shown(house, order)).order.state is OrderState.REFUNDED
    again = await house.hold(BOB, "A1")
    assert isinstance(again, HoldShown) is not is_away


async def test_a_late_payment_that_nobody_told_of_is_found_by_one_more_look(house: House, clock: FakeClock) -> None:
    order, payment = await expired(house, clock)
    captured_late(house, payment)
    house.bank.callbacks.clear()
    await carry_on(house, clock, hours=2)
    assert (await shown(house, order)).order.state is OrderState.BOOKED
    assert house.bank.captured_minor(order.order_id) == order.amount_minor


async def test_a_second_payment_that_nobody_told_of_is_found_and_given_back(house: House, clock: FakeClock) -> None:
    order, payment = await paying(house)
    await house.orders.pay(ADMIN, order.order_id, PayRequest(stated=PaymentInfo("cash", "receipt-1")))
    assert (await shown(house, order)).order.state is OrderState.BOOKED
    captured_late(house, payment)
    house.bank.callbacks.clear()
    await carry_on(house, clock, hours=2)
    found = await shown(house, order)
    assert (found.order.state, found.refunds[0].reason) == (OrderState.BOOKED, RefundReason.PAID_TWICE)
    assert house.bank.refunded_minor(order.order_id) == order.amount_minor


async def test_a_stopped_payment_is_looked_at_once_more_and_never_again(house: House, clock: FakeClock) -> None:
    order, _ = await expired(house, clock)
    looks = house.bank.calls.count("look_up")
    await carry_on(house, clock, hours=6)
    assert house.bank.calls.count("look_up") == looks + 1
    found = (await shown(house, order)).order
    assert (found.state, found.due_at_ms) == (OrderState.EXPIRED, None)


async def test_the_last_look_waits_for_a_gateway_that_is_away_but_not_for_ever(house: House, clock: FakeClock) -> None:
    order, payment = await expired(house, clock)
    house.bank.is_down = True
    await carry_on(house, clock, hours=2)
    house.bank.is_down = False
    captured_late(house, payment)
    house.bank.callbacks.clear()
    await carry_on(house, clock)
    assert (await shown(house, order)).order.state is OrderState.BOOKED


async def test_a_gateway_that_stays_away_is_not_asked_about_a_stopped_payment_for_ever(
    house: House, clock: FakeClock
) -> None:
    order, _ = await expired(house, clock)
    house.bank.is_down = True
    await carry_on(house, clock, hours=6)
    found = (await shown(house, order)).order
    assert (found.state, found.due_at_ms) == (OrderState.EXPIRED, None)


async def test_a_late_payment_waits_for_the_store(house: House, clock: FakeClock) -> None:
    order, payment = await expired(house, clock)
    captured_late(house, payment)
    house.store_faults.take_down(StoreUnavailable("away"))
    with pytest.raises(StoreUnavailable):
        await tell(house)
    assert (await shown(house, order)).order.state is OrderState.PAID
    house.store_faults.bring_up()
    await carry_on(house, clock)
    assert (await shown(house, order)).order.state is OrderState.BOOKED


async def test_a_late_payment_takes_its_own_seats_though_the_store_has_not_heard_that_they_are_free(
    house: House, clock: FakeClock
) -> None:
    order, payment = await paying(house)
    clock.advance(PAYMENT_MS)
    house.store_faults.before("free_seats", StoreUnavailable("away"))
    await house.order_keeper.keep_once()
    captured_late(house, payment)
    await tell(house)
    assert (await shown(house, order)).order.state is OrderState.BOOKED


async def test_a_late_payment_that_another_process_has_booked_is_no_alarm(house: House, clock: FakeClock) -> None:
    order, payment = await expired(house, clock)
    captured_late(house, payment)

    async def is_booked_elsewhere() -> None:
        await house.orders.order(ANN, order.order_id)

    house.store_faults.before("acquire", is_booked_elsewhere)
    await tell(house)
    found = await shown(house, order)
    assert (found.order.state, found.refunds) == (OrderState.BOOKED, ())
    assert house.counts.of(Count.PAYMENTS_LATE) == 0


async def test_a_late_payment_is_recorded_whatever_else_is_written_of_its_order(house: House, clock: FakeClock) -> None:
    order, payment = await expired(house, clock)
    captured_late(house, payment)

    async def order_is_written() -> None:
        stands = await house.order_ledger.order(order.order_id)
        assert stands is not None
        after = stands.moved(stands.state, now_ms=clock.now_ms(), due_at_ms=None)
        await house.real_ledger.orders.move(OrderMove(before=stands, after=after))

    house.ledger_faults.before("move", order_is_written)
    await tell(house)
    assert (await shown(house, order)).order.state is OrderState.BOOKED


async def test_a_late_payment_of_an_erased_person_goes_back(house: House, clock: FakeClock) -> None:
    order, payment = await expired(house, clock)
    pseudonym = UserId(f"{PSEUDONYM_PREFIX}nobody")
    await house.order_ledger.erase_person(user_id=ANN.user_id, email=None, pseudonym=pseudonym)
    captured_late(house, payment)
    await tell(house)
    stands = await house.order_ledger.order(order.order_id)
    assert stands is not None
    assert (stands.state, stands.booking_id) == (OrderState.REFUNDED, None)
    assert house.bank.refunded_minor(order.order_id) == order.amount_minor


async def test_an_order_given_up_and_then_booked_by_a_late_payment_says_that_it_is_not_given_up(house: House) -> None:
    order, payment = await paying(house)
    await house.orders.cancel(ANN, order.order_id)
    captured_late(house, payment)
    await tell(house)
    refused = await house.orders.cancel(ANN, order.order_id)
    assert isinstance(refused, OrderNotCancellable)
    assert refused.shown.order.state is OrderState.BOOKED


# Twice, and wrong.


async def test_a_second_payment_goes_back_and_the_booking_stays(
    house: House, clock: FakeClock, ledger: FakeLedger
) -> None:
    order, first = await paying(house, card=Card.DECLINED)
    await house.orders.pay(ANN, order.order_id, PAYS)
    captured_late(house, first)
    await tell(house)
    found = await shown(house, order)
    assert found.order.state is OrderState.BOOKED
    assert [(it.reason, it.state) for it in found.refunds] == [(RefundReason.PAID_TWICE, RefundState.DONE)]
    assert house.bank.captured_minor(order.order_id) - house.bank.refunded_minor(order.order_id) == order.amount_minor
    assert house.counts.of(Count.PAYMENTS_TWICE) == 1


async def test_a_payment_left_over_by_one_that_came_late_is_stopped_by_whoever_comes_next(
    house: House, clock: FakeClock, ledger: FakeLedger
) -> None:
    order, first = await paying(house, card=Card.DECLINED)
    clock.advance(1)
    second = await house.orders.pay(ANN, order.order_id, PayRequest())
    assert isinstance(second, OrderShown)
    captured_late(house, first)
    house.bank.will(Fault.LOST_REQUEST, call="cancel", times=3)
    with pytest.raises(PaymentUnavailable):
        await tell(house)
    assert ledger.orders.placed[order.order_id].state is OrderState.BOOKED
    await carry_on(house, clock)
    found = await shown(house, order)
    assert [it.state for it in found.payments] == [PaymentState.CAPTURED, PaymentState.CANCELLED]
    assert not house.bank.act(found.payments[1].payment_id)


@pytest.mark.parametrize("card", [Card.TOO_LITTLE, Card.OTHER_CURRENCY])
async def test_a_wrong_amount_goes_back_and_the_order_may_be_paid_again(house: House, card: Card) -> None:
    placed = await house.orders.place(ANN, PlaceRequest(hold_id=await house.held(ANN, "A1"), customer=CONTACT))
    assert isinstance(placed, OrderShown)
    refused = await house.orders.pay(ANN, placed.order.order_id, PayRequest(card_number=card))
    assert isinstance(refused, PaymentDeclined)
    found = await shown(house, placed.order)
    assert (found.order.state, found.refunds[0].reason) == (OrderState.CLAIMED, RefundReason.WRONG_AMOUNT)
    assert house.bank.refunded_minor(placed.order.order_id) == house.bank.captured_minor(placed.order.order_id)
    assert house.counts.of(Count.PAYMENTS_WRONG) == 1
    await house.orders.pay(ANN, placed.order.order_id, PAYS)
    assert (await shown(house, placed.order)).order.state is OrderState.BOOKED


# Callbacks.


async def test_a_callback_only_names_a_payment_and_the_gateway_is_asked(house: House) -> None:
    order, payment = await paying(house)
    assert payment is not None
    house.bank.act(payment.request.payment_id)
    answers = await tell(house)
    assert set(map(type, answers)) == {CallbackTaken}
    assert (await shown(house, order)).order.state is OrderState.BOOKED


async def test_a_callback_again_asks_nobody(house: House) -> None:
    await paying(house)
    sent = list(house.bank.callbacks)
    await tell(house)
    asked = len(house.bank.calls)
    for callback in sent:
        assert await house.callbacks.told("simulated", callback.headers, callback.body) == CallbackTaken()
    assert len(house.bank.calls) == asked


async def test_forged_and_strange_callbacks_change_nothing(house: House, clock: FakeClock) -> None:
    await paying(house)
    (callback, *_) = house.bank.callbacks
    forged = await house.callbacks.told("simulated", {"bank-signature": "0"}, callback.body)
    assert isinstance(forged, CallbackRefused)
    assert await house.callbacks.told("stripe", callback.headers, callback.body) == GatewayUnknown()
    house.bank.callbacks = []
    house.bank._send_callback(PaymentId("1-5nYy3vS0T0mQ2b1c7JkR9w"))
    assert await tell(house) == [CallbackTaken()]
    clock.advance(KEY_LIFETIME_MS)
    stale = await house.callbacks.told("simulated", callback.headers, callback.body)
    assert isinstance(stale, CallbackRefused)
    counted = (house.counts.of(Count.CALLBACKS_REFUSED), house.counts.of(Count.CALLBACKS_UNKNOWN))
    assert counted == (2, 1)


async def test_a_callback_that_could_not_be_dealt_with_is_dealt_with_when_told_again(house: House) -> None:
    order, payment = await paying(house)
    assert payment is not None
    house.bank.act(payment.request.payment_id)
    sent = list(house.bank.callbacks)
    house.bank.is_down = True
    with pytest.raises(PaymentUnavailable):
        await tell(house)
    house.bank.is_down = False
    house.bank.callbacks = sent
    await tell(house)
    assert (await shown(house, order)).order.state is OrderState.BOOKED


# Nobody tells.


async def test_a_payment_that_nobody_tells_of_is_looked_up(house: House, clock: FakeClock) -> None:
    order, _ = await paying(house, card=Card.SLOW)
    clock.advance(SLOW_MS)
    await house.order_keeper.keep_once()
    stands = await house.order_ledger.order(order.order_id)
    assert stands is not None
    assert stands.state is OrderState.BOOKED


async def test_a_payment_begun_again_counts_as_stopped_only_when_that_request_is_old_too(
    clock: FakeClock, store: FakeHoldStore, ledger: FakeLedger
) -> None:
    bank = SimulatedGateway(clock, refuses_cancelled=False)
    house = House(store, ledger, clock, sleep=clock.sleep, gateway=bank)
    await house.open()
    placed = await house.orders.place(ANN, PlaceRequest(hold_id=await house.held(ANN, "A1"), customer=CONTACT))
    assert isinstance(placed, OrderShown)
    bank.will(Fault.LOST_REQUEST, call="start")
    with pytest.raises(PaymentUnavailable):
        await house.orders.pay(ANN, placed.order.order_id, PAYS)
    clock.advance(FORGOTTEN_AFTER_MS - 1)
    bank.will(Fault.DELAYED, call="start")
    with pytest.raises(PaymentUnavailable):
        await house.orders.pay(ANN, placed.order.order_id, PAYS)
    clock.advance(1)
    await house.orders.cancel(ANN, placed.order.order_id)
    clock.advance(bank.delay_ms)
    bank.pass_time()
    bank.callbacks.clear()
    await carry_on(house, clock)
    assert bank.captured_minor(placed.order.order_id) == bank.refunded_minor(placed.order.order_id) > 0


async def test_an_order_that_the_gateway_says_nothing_of_keeps_its_claim_and_needs_attention(
    house: House, clock: FakeClock, ledger: FakeLedger
) -> None:
    order, payment = await paying(house, card=Card.SLOW)
    assert payment is not None
    house.bank.is_down = True
    await carry_on(house, clock, hours=2 + ATTENTION_AFTER_MS // 3_600_000)
    stands = await house.order_ledger.order(order.order_id)
    assert stands is not None
    assert (stands.state, stands.has_claim) == (OrderState.NEEDS_ATTENTION, True)
    assert stands.attention is not None
    assert house.counts.of(Count.ORDERS_NEED_ATTENTION) == 1
    assert ledger.rows[EVENT, seats("A1")[0]].state is SeatRowState.CLAIMED
    with pytest.raises(PaymentUnavailable):
        await house.orders.resolve(ADMIN, order.order_id)
    house.bank.is_down = False
    house.bank.callbacks.clear()
    resolved = await house.orders.resolve(ADMIN, order.order_id)
    assert isinstance(resolved, OrderShown)
    assert resolved.order.state is OrderState.BOOKED


async def test_a_callback_ends_the_attention_that_an_order_needed(house: House, clock: FakeClock) -> None:
    order, payment = await paying(house, card=Card.SLOW)
    assert payment is not None
    house.bank.is_down = True
    await carry_on(house, clock, hours=2 + ATTENTION_AFTER_MS // 3_600_000)
    house.bank.is_down = False
    house.bank.callbacks.clear()
    house.bank._send_callback(payment.request.payment_id)
    await tell(house)
    assert (await shown(house, order)).order.state is OrderState.BOOKED


async def test_a_gateway_that_forgot_a_payment_is_a_matter_for_people(house: House, clock: FakeClock) -> None:
    order, payment = await paying(house)
    assert payment is not None
    del house.bank.payments[payment.request.payment_id]
    found = await shown(house, order)
    assert (found.order.state, found.order.has_claim) == (OrderState.NEEDS_ATTENTION, True)


async def test_a_gateway_that_is_not_configured_any_more_is_an_alarm(
    house: House, store: FakeHoldStore, ledger: FakeLedger, clock: FakeClock
) -> None:
    order, _ = await paying(house)
    other = House(store, ledger, clock, sleep=clock.sleep, has_gateway=False)
    clock.advance(PAYMENT_MS)
    await other.order_keeper.keep_once()
    stands = await other.order_ledger.order(order.order_id)
    assert stands is not None
    assert (stands.state, stands.has_claim) == (OrderState.CANCELLING, True)
    assert other.counts.of(Count.GATEWAYS_MISSING) >= 1
    await carry_on(house, clock)
    assert (await shown(house, order)).order.state is OrderState.EXPIRED


# Refunds.


async def cancelled(house: House) -> tuple[Order, OrderShown]:
    order, _ = await paying(house, card=Card.PAYS)
    found = await shown(house, order)
    assert found.booking is not None
    await house.bookings.cancel(ANN, found.booking.booking_id)
    return order, await shown(house, order)


@pytest.mark.parametrize("fault", [Fault.LOST_REQUEST, Fault.LOST_ANSWER, Fault.DELAYED])
async def test_a_refund_that_got_no_answer_is_asked_for_again_under_its_key(
    house: House, clock: FakeClock, fault: Fault
) -> None:
    house.bank.will(fault, call="refund", times=3)
    order, found = await cancelled(house)
    assert (found.order.state, found.refunds[0].state) == (OrderState.REFUNDING, RefundState.DUE)
    await carry_on(house, clock)
    assert (await shown(house, order)).order.state is OrderState.REFUNDED
    assert house.bank.refunded_minor(order.order_id) == order.amount_minor


async def test_a_refused_refund_is_asked_for_again_under_another_key(house: House, clock: FakeClock) -> None:
    house.bank.refund_ends.append(RefundState.FAILED)
    order, found = await cancelled(house)
    refund = found.refunds[0]
    assert (refund.state, refund.failures, refund.last_error) == (RefundState.FAILED, 1, "the bank said no")
    assert house.counts.of(Count.REFUND_FAILURES) == 1
    await carry_on(house, clock)
    assert (await shown(house, order)).order.state is OrderState.REFUNDED


async def test_a_refund_refused_again_and_again_is_left_to_people_and_tried_when_they_ask(
    house: House, clock: FakeClock
) -> None:
    house.bank.refund_ends.extend([RefundState.FAILED] * FAILURES_MAX)
    order, _ = await cancelled(house)
    await carry_on(house, clock, hours=2)
    found = await shown(house, order)
    assert (found.order.state, found.refunds[0].is_given_up) == (OrderState.NEEDS_ATTENTION, True)
    resolved = await house.orders.resolve(ADMIN, order.order_id)
    assert isinstance(resolved, OrderShown)
    assert resolved.order.state is OrderState.REFUNDED


async def test_a_refused_refund_is_one_alarm_whoever_else_hears_of_it(house: House, ledger: FakeLedger) -> None:
    async def is_refused_elsewhere() -> None:
        (refund,) = ledger.orders.refunds.values()
        await house.ordering.refunding.carry_out(refund)

    house.bank.refund_ends.append(RefundState.FAILED)
    house.ledger_faults.before("update_refund", lambda: None)
    house.ledger_faults.before("update_refund", is_refused_elsewhere)
    _, found = await cancelled(house)
    assert (found.refunds[0].state, found.refunds[0].failures) == (RefundState.FAILED, 1)
    assert house.counts.of(Count.REFUND_FAILURES) == 1


async def test_a_slow_refund_is_looked_at_until_it_is_done(house: House, clock: FakeClock) -> None:
    house.bank.refund_ends.append(RefundState.PROCESSING)
    order, found = await cancelled(house)
    assert found.refunds[0].state is RefundState.PROCESSING
    await carry_on(house, clock)
    assert (await shown(house, order)).order.state is OrderState.REFUNDED
    assert house.bank.refunded_minor(order.order_id) == order.amount_minor


async def test_a_slow_refund_is_done_when_the_gateway_tells(house: House, clock: FakeClock) -> None:
    house.bank.refund_ends.append(RefundState.PROCESSING)
    order, _ = await cancelled(house)
    house.bank.callbacks.clear()
    clock.advance(SLOW_MS)
    house.bank.pass_time()
    await tell(house)
    found = await shown(house, order)
    assert (found.order.state, found.refunds[0].state) == (OrderState.REFUNDED, RefundState.DONE)


async def test_a_refund_that_came_back_from_the_buyers_bank_is_owed_again(house: House, clock: FakeClock) -> None:
    order, _ = await cancelled(house)
    (payment,) = house.bank.of_order(order.order_id)
    house.bank.callbacks.clear()
    payment.refunds[0].state = RefundState.FAILED
    house.bank._send_callback(payment.request.payment_id)
    await tell(house)
    assert house.counts.of(Count.REFUND_FAILURES) == 1
    await carry_on(house, clock)
    assert house.bank.refunded_minor(order.order_id) == order.amount_minor
    found = await shown(house, order)
    assert (found.order.state, found.refunds[0].state) == (OrderState.REFUNDED, RefundState.DONE)


async def test_past_the_lifetime_of_its_key_a_refund_is_looked_for_before_it_is_asked_for(
    house: House, clock: FakeClock
) -> None:
    house.bank.will(Fault.LOST_ANSWER, call="refund")
    order, _ = await cancelled(house)
    clock.advance(KEY_LIFETIME_MS)
    await house.order_keeper.keep_once()
    assert (await shown(house, order)).order.state is OrderState.REFUNDED
    assert house.bank.refunded_minor(order.order_id) == order.amount_minor
    assert house.bank.calls.count("refund") == 1


async def test_a_refund_is_told_of_when_it_is_done(house: House, ledger: FakeLedger) -> None:
    order, _ = await cancelled(house)
    kinds = {it.kind.value for it in ledger.orders.notes.values() if it.subject.order_id == order.order_id}
    assert kinds == {"booking.confirmed", "booking.cancelled", "order.refunded"}


# The background.


async def test_an_order_whose_placer_died_before_it_claimed_runs_out_with_its_hold(
    house: House, clock: FakeClock
) -> None:
    request = PlaceRequest(hold_id=await house.held(ANN, "A1"), customer=CONTACT)
    house.store_faults.before("begin_booking", ProcessDied())
    with pytest.raises(ProcessDied):
        await house.orders.place(ANN, request)
    await carry_on(house, clock)
    (order,) = (await house.orders.my_orders(ANN)).orders
    assert order.state is OrderState.EXPIRED


async def test_an_order_fails_by_itself_and_keeps_no_other_waiting(
    house: House, clock: FakeClock, ledger: FakeLedger
) -> None:
    bad, _ = await paying(house, "A1", Card.SLOW)
    good, _ = await paying(house, "A2", Card.SLOW)
    ledger.orders.placed[bad.order_id] = msgspec.structs.replace(
        ledger.orders.placed[bad.order_id], payment_id=PaymentId("1-of-nobody")
    )
    clock.advance(SLOW_MS)
    await house.order_keeper.keep_once()
    assert ledger.orders.placed[good.order_id].state is OrderState.BOOKED


async def test_a_ledger_that_is_away_stops_the_round_and_the_next_one_goes_on(house: House, clock: FakeClock) -> None:
    order, _ = await paying(house, card=Card.SLOW)
    clock.advance(SLOW_MS)
    house.ledger_faults.take_down(LedgerUnavailable("away"))
    with pytest.raises(LedgerUnavailable):
        await house.order_keeper.keep_once()
    house.ledger_faults.bring_up()
    await carry_on(house, clock)
    assert (await shown(house, order)).order.state is OrderState.BOOKED


async def test_what_was_read_of_an_order_that_has_moved_on_since_is_not_acted_on(house: House) -> None:
    """Whoever carries on what it read before another one gave the order up takes no money and books nothing."""
    placed = await house.orders.place(ANN, PlaceRequest(hold_id=await house.held(ANN, "A1"), customer=CONTACT))
    assert isinstance(placed, OrderShown)
    order_id, steps = placed.order.order_id, house.ordering.steps
    was_claimed = await steps.standing(order_id)
    await house.orders.pay(ANN, order_id, PayRequest())
    was_paying = await steps.standing(order_id)
    assert was_claimed is not None and was_paying is not None
    await house.orders.cancel(ANN, order_id)
    stands = await steps.standing(order_id)
    (payment,) = was_paying.payments
    seen = PaymentSeen(state=PaymentState.PROCESSING)
    progress = await steps.advance(order_id, standing=was_paying, look_at=payment.payment_id, seen=seen)
    assert progress is not None
    assert progress.standing == stands == await steps.standing(order_id)
    refused = await house.ordering.service._payments.pay(was_claimed, PAYS, None, is_capped=True)
    assert isinstance(refused, OrderNotPayable)
    assert await steps.standing(order_id) == stands
    assert len(house.bank.of_order(order_id)) == 1


async def test_what_was_captured_is_written_though_its_booking_cannot_be(house: House, ledger: FakeLedger) -> None:
    """Somebody took the claim's seats in the ledger by hand: that it is paid stands, and people look at it."""
    order, payment = await paying(house, "A1")
    assert payment is not None
    stranger = LedgerSeat(order.seat_ids[0], SeatRowState.BOOKED, "1-stranger", UserId("eve"), 1)
    ledger.rows[order.event_id, order.seat_ids[0]] = stranger
    captured_late(house, payment)
    await tell(house)
    found = await shown(house, order)
    assert found.order.state is OrderState.NEEDS_ATTENTION
    assert [it.state for it in found.payments] == [PaymentState.CAPTURED]


async def test_what_was_captured_is_written_though_its_event_cannot_be_read(house: House, ledger: FakeLedger) -> None:
    order, payment = await paying(house, "A1")
    house.catalog.forget(order.event_id)
    for _ in range(2):
        house.ledger_faults.before("event", LedgerUnavailable("away"))
    captured_late(house, payment)
    with pytest.raises(LedgerUnavailable):
        await tell(house)
    assert ledger.orders.placed[order.order_id].state is OrderState.PAID


async def test_what_the_gateway_says_again_is_not_written_again(house: House, clock: FakeClock) -> None:
    order, _ = await paying(house)
    versions = set()
    for _ in range(3):
        versions.add((await shown(house, order)).order.version)
        clock.advance(1)
    assert len(versions) == 1
