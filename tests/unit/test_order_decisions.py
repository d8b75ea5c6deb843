"""What is to be done next with an order, and what a gateway's answer makes of it: every rule by itself."""

from collections.abc import Callable
from typing import Any

import msgspec
import pytest

from frontrow.domain.booking import ContactInfo, SoldSeat
from frontrow.domain.ids import BookingId, CategoryId, EventId, HoldId, OrderId, PaymentId, SeatId, UserId
from frontrow.domain.order import TRANSITIONS, Order, OrderState
from frontrow.domain.order_decisions import (
    ATTENTION_AFTER_MS,
    PENDING_GRACE_MS,
    Ask,
    Asking,
    Book,
    GiveBack,
    Rest,
    SeeHold,
    Standing,
    Write,
    is_stuck,
    look_pause_ms,
    looked_again,
    next_step,
    recorded,
)
from frontrow.domain.order_moves import OrderMove
from frontrow.domain.owed import seats_refund, whole_refund
from frontrow.domain.payment import Payment, PaymentSeen, PaymentState, Refund, RefundReason, RefundState

NOW_MS, UNTIL_MS = 1_000_000, 2_000_000
ORDER_ID, PAYMENT_ID = OrderId("7-Qm4c8TzPp0a1x2K9sLw3vA"), PaymentId("7-5nYy3vS0T0mQ2b1c7JkR9w")


def order(state: OrderState, **changes: Any) -> Order:
    made = Order(
        order_id=ORDER_ID,
        event_id=EventId("e"),
        hold_id=HoldId("7-1nYy3vS0T0mQ2b1c7JkR9w"),
        user_id=UserId("ann"),
        seats=(SoldSeat(SeatId("A1"), CategoryId("c"), 500),),
        customer=ContactInfo("Ann", "ann@example.com"),
        amount_minor=500,
        currency="USD",
        created_at_ms=0,
        expires_at_ms=NOW_MS + 1,
        state=state,
        has_claim=state in {OrderState.CLAIMED, OrderState.PAYING, OrderState.PAID, OrderState.CANCELLING},
        pay_until_ms=None if state is OrderState.PENDING else UNTIL_MS,
        payment_id=PAYMENT_ID,
        updated_at_ms=NOW_MS,
    )
    return msgspec.structs.replace(made, **changes)


def payment(state: PaymentState, **changes: Any) -> Payment:
    is_captured = state is PaymentState.CAPTURED
    made = Payment(
        payment_id=PAYMENT_ID,
        order_id=ORDER_ID,
        event_id=EventId("e"),
        gateway="bank",
        amount_minor=500,
        currency="USD",
        state=state,
        captured_minor=500 if is_captured else 0,
        captured_currency="USD" if is_captured else None,
    )
    return msgspec.structs.replace(made, **changes)


def refund(reason: RefundReason = RefundReason.PAID_LATE, **changes: Any) -> Refund:
    made = whole_refund(payment(PaymentState.CAPTURED), reason, now_ms=NOW_MS)
    assert made is not None
    return msgspec.structs.replace(made, **({"tries": 1} | changes))


def decided(at: Order, *payments: Payment, refunds: tuple[Refund, ...] = (), **facts: Any) -> object:
    known: dict[str, Any] = {"now_ms": NOW_MS, "event_is_cancelled": False} | facts
    return next_step(Standing(at, payments, refunds), **known)


def goes_to(step: object) -> OrderState:
    assert isinstance(step, Write), step
    return step.move.after.state


def seen(state: PaymentState, captured_minor: int = 500, currency: str = "USD") -> PaymentSeen:
    if state is not PaymentState.CAPTURED:
        return PaymentSeen(state=state)
    return PaymentSeen(state=state, captured_minor=captured_minor, captured_currency=currency)


STARTED, WAITING = payment(PaymentState.STARTED), payment(PaymentState.ACTION_REQUIRED)
CAPTURED, DECLINED = payment(PaymentState.CAPTURED), payment(PaymentState.DECLINED)
DONE = refund(state=RefundState.DONE)
ENDED = (OrderState.BOOKED, OrderState.CANCELLED, OrderState.EXPIRED, OrderState.REFUNDED)


def test_a_pending_order_waits_for_its_hold_and_is_looked_at_when_that_ran_out() -> None:
    pending = order(OrderState.PENDING)
    assert decided(pending) == Rest(NOW_MS + 1 + PENDING_GRACE_MS)
    assert decided(pending, now_ms=NOW_MS + 1) == SeeHold()
    assert goes_to(decided(pending, event_is_cancelled=True)) is OrderState.CANCELLED


@pytest.mark.parametrize("state", [OrderState.CLAIMED, OrderState.PAYING])
def test_an_order_is_closed_when_its_window_or_its_event_is_over(state: OrderState) -> None:
    for facts, into in (
        ({"now_ms": UNTIL_MS}, OrderState.EXPIRED),
        ({"event_is_cancelled": True}, OrderState.CANCELLED),
    ):
        step = decided(order(state), WAITING, **facts)
        assert goes_to(step) is OrderState.CANCELLING
        assert isinstance(step, Write)
        assert (step.move.after.closing, step.move.after.has_claim) == (into, True)


def test_a_claimed_order_rests_until_its_window_ends() -> None:
    assert decided(order(OrderState.CLAIMED), DECLINED) == Rest(UNTIL_MS)


def test_a_payment_under_way_is_looked_up_but_for_its_lease_and_captured_where_it_is_reserved() -> None:
    paying = order(OrderState.PAYING)
    leased = payment(PaymentState.STARTED, lease_until_ms=NOW_MS + 9)
    assert decided(paying, leased) == Rest(NOW_MS + 9)
    assert decided(paying, STARTED) == Ask(STARTED, Asking.LOOK_UP)
    assert decided(paying, WAITING) == Ask(WAITING, Asking.LOOK_UP)
    reserved = payment(PaymentState.AUTHORISED)
    assert decided(paying, reserved) == Ask(reserved, Asking.CAPTURE)


def test_a_payment_that_the_order_does_not_wait_for_is_stopped() -> None:
    stray = payment(PaymentState.PROCESSING, payment_id=PaymentId("7-9nYy3vS0T0mQ2b1c7JkR9w"))
    assert decided(order(OrderState.PAYING), WAITING, stray) == Ask(stray, Asking.CANCEL)
    assert decided(order(OrderState.CLAIMED), stray) == Ask(stray, Asking.CANCEL)
    for state in ENDED:
        assert decided(order(state), stray) == Ask(stray, Asking.CANCEL)
        assert decided(order(state), DECLINED) == Rest()


def test_a_paid_order_is_booked_unless_its_event_is_cancelled() -> None:
    assert decided(order(OrderState.PAID), CAPTURED) == Book()
    step = decided(order(OrderState.PAID), CAPTURED, event_is_cancelled=True)
    assert goes_to(step) is OrderState.REFUNDING
    assert isinstance(step, Write)
    assert (step.move.drops_claim, step.move.refunds[0].reason) == (True, RefundReason.EVENT_CANCELLED)


def test_an_order_being_closed_stops_what_is_under_way_before_it_drops_its_claim() -> None:
    closing = order(OrderState.CANCELLING, closing=OrderState.EXPIRED)
    assert decided(closing, WAITING) == Ask(WAITING, Asking.CANCEL)
    for into in (OrderState.EXPIRED, OrderState.CANCELLED):
        step = decided(msgspec.structs.replace(closing, closing=into), DECLINED)
        assert goes_to(step) is into
        assert isinstance(step, Write)
        assert (step.move.drops_claim, step.move.refunds) == (True, ())


def test_what_was_captured_before_the_end_is_booked_and_after_giving_up_goes_back() -> None:
    run_out = order(OrderState.CANCELLING, closing=OrderState.EXPIRED)
    assert goes_to(decided(run_out, CAPTURED)) is OrderState.PAID
    for is_off, reason in ((False, RefundReason.GIVEN_UP), (True, RefundReason.EVENT_CANCELLED)):
        given_up = msgspec.structs.replace(run_out, closing=OrderState.CANCELLED)
        step = decided(given_up, CAPTURED, event_is_cancelled=is_off)
        assert goes_to(step) is OrderState.REFUNDING
        assert isinstance(step, Write)
        assert (step.move.drops_claim, [it.reason for it in step.move.refunds]) == (True, [reason])


def test_refunding_ends_with_the_last_refund_and_needs_people_where_one_is_given_up() -> None:
    refunding = order(OrderState.REFUNDING, has_claim=False)
    failed = refund(state=RefundState.FAILED, due_at_ms=None, last_error="no")
    assert goes_to(decided(refunding, CAPTURED, refunds=(DONE,))) is OrderState.REFUNDED
    assert goes_to(decided(refunding, CAPTURED, refunds=(DONE, failed))) is OrderState.NEEDS_ATTENTION
    waiting = decided(refunding, CAPTURED, refunds=(refund(state=RefundState.PROCESSING),))
    assert isinstance(waiting, Rest)


def test_a_fresh_refund_is_carried_out_before_anything_else() -> None:
    fresh = refund(tries=0)
    for state in OrderState:
        assert decided(order(state), CAPTURED, refunds=(fresh,)) == GiveBack(fresh)


def test_what_needs_attention_is_left_alone_until_its_refunds_are_done() -> None:
    attention = order(OrderState.NEEDS_ATTENTION, has_claim=False)
    assert decided(attention, WAITING) == Rest()
    assert goes_to(decided(attention, CAPTURED, refunds=(DONE,))) is OrderState.REFUNDING


# What gateways say.


def moved(at: Order, said: PaymentSeen, *payments: Payment, refunds: tuple[Refund, ...] = ()) -> OrderMove | None:
    return recorded(Standing(at, payments, refunds), payments[0], said, now_ms=NOW_MS)


@pytest.mark.parametrize(
    ("state", "said", "to"),
    [
        (OrderState.PAYING, PaymentState.CAPTURED, OrderState.PAID),
        (OrderState.PAYING, PaymentState.DECLINED, OrderState.CLAIMED),
        (OrderState.PAYING, PaymentState.CANCELLED, OrderState.CLAIMED),
        (OrderState.PAYING, PaymentState.PROCESSING, OrderState.PAYING),
        (OrderState.PAYING, PaymentState.AUTHORISED, OrderState.PAYING),
        (OrderState.CLAIMED, PaymentState.CAPTURED, OrderState.PAID),
        (OrderState.CANCELLING, PaymentState.CAPTURED, OrderState.CANCELLING),
        (OrderState.CANCELLED, PaymentState.CAPTURED, OrderState.PAID),
        (OrderState.EXPIRED, PaymentState.CAPTURED, OrderState.PAID),
        (OrderState.NEEDS_ATTENTION, PaymentState.CAPTURED, OrderState.PAID),
    ],
)
def test_what_a_gateway_says_moves_the_order(state: OrderState, said: PaymentState, to: OrderState) -> None:
    move = moved(order(state), seen(said), WAITING)
    assert move is not None
    assert (move.after.state, move.payments[0].state, move.refunds) == (to, said, ())
    assert move.after.version == move.before.version + 1


def test_the_same_answer_again_is_no_step() -> None:
    assert moved(order(OrderState.PAYING), seen(PaymentState.ACTION_REQUIRED), WAITING) is None


@pytest.mark.parametrize("said", list(PaymentState))
def test_what_is_captured_stays_captured(said: PaymentState) -> None:
    assert moved(order(OrderState.BOOKED), seen(said), CAPTURED) is None


@pytest.mark.parametrize("state", [*ENDED, OrderState.PAID, OrderState.REFUNDING])
def test_a_payment_that_nobody_needs_goes_back_and_moves_nothing(state: OrderState) -> None:
    other = payment(PaymentState.CAPTURED, payment_id=PaymentId("7-9nYy3vS0T0mQ2b1c7JkR9w"))
    at = order(state, booking_id=BookingId("7-2nYy3vS0T0mQ2b1c7JkR9w"))
    move = moved(at, seen(PaymentState.CAPTURED), WAITING, other)
    assert move is not None
    assert (move.after.state, [it.reason for it in move.refunds]) == (state, [RefundReason.PAID_TWICE])


@pytest.mark.parametrize(("minor", "currency"), [(499, "USD"), (501, "USD"), (500, "EUR")])
def test_what_is_not_just_what_was_asked_for_goes_back_as_it_was_taken(minor: int, currency: str) -> None:
    move = moved(order(OrderState.PAYING), seen(PaymentState.CAPTURED, minor, currency), WAITING)
    assert move is not None
    (owed,) = move.refunds
    assert (owed.reason, owed.amount_minor, owed.currency) == (RefundReason.WRONG_AMOUNT, minor, currency)
    assert move.after.state is OrderState.CLAIMED


def test_an_order_whose_booking_was_given_back_is_not_booked_again_by_a_second_payment() -> None:
    at = order(OrderState.CANCELLED, booking_id=BookingId("7-2nYy3vS0T0mQ2b1c7JkR9w"), has_claim=False)
    move = moved(at, seen(PaymentState.CAPTURED), WAITING)
    assert move is not None
    assert (move.after.state, move.refunds[0].reason) == (OrderState.CANCELLED, RefundReason.PAID_TWICE)


# People look again.


@pytest.mark.parametrize(
    ("changes", "payments", "refunds", "to"),
    [
        ({"has_claim": True}, (WAITING,), (), OrderState.PAYING),
        ({"has_claim": True, "closing": OrderState.EXPIRED}, (WAITING,), (), OrderState.CANCELLING),
        ({"has_claim": True}, (CAPTURED,), (), OrderState.PAID),
        ({"has_claim": True, "closing": OrderState.CANCELLED}, (CAPTURED,), (), OrderState.CANCELLING),
        ({}, (CAPTURED,), (refund(),), OrderState.REFUNDING),
        ({"has_claim": True}, (DECLINED,), (), OrderState.CANCELLING),
    ],
)
def test_an_order_looked_at_again_goes_on_where_it_stands(
    changes: dict[str, Any], payments: tuple[Payment, ...], refunds: tuple[Refund, ...], to: OrderState
) -> None:
    at = order(OrderState.NEEDS_ATTENTION, **changes)
    assert looked_again(Standing(at, payments, refunds), now_ms=NOW_MS).after.state is to
    assert to in TRANSITIONS[OrderState.NEEDS_ATTENTION]


@pytest.mark.parametrize(
    ("standing", "is_so"),
    [
        (Standing(order(OrderState.CANCELLING), (WAITING,)), True),
        (Standing(order(OrderState.PAID), (CAPTURED,)), True),
        (Standing(order(OrderState.REFUNDING), (CAPTURED,), (refund(),)), True),
        (Standing(order(OrderState.REFUNDING), (CAPTURED,), (refund(state=RefundState.PROCESSING),)), False),
        (Standing(order(OrderState.CLAIMED)), False),
    ],
)
def test_people_look_at_what_nobody_could_carry_on_for_hours(standing: Standing, is_so: bool) -> None:
    assert not is_stuck(standing, now_ms=NOW_MS + ATTENTION_AFTER_MS - 1)
    assert is_stuck(standing, now_ms=NOW_MS + ATTENTION_AFTER_MS) is is_so


def test_a_payment_is_looked_at_ever_more_seldom() -> None:
    pauses = [look_pause_ms(tries) for tries in range(20)]
    assert pauses[:4] == [10_000, 20_000, 40_000, 80_000]
    assert pauses == sorted(pauses)
    assert pauses[-1] == 120_000


# What is owed.


def test_a_payment_is_owed_back_whole_once_whatever_the_reason() -> None:
    ids = {refund(reason).refund_id for reason in RefundReason}
    assert len(ids) == 1
    assert whole_refund(payment(PaymentState.DECLINED), RefundReason.PAID_LATE, now_ms=NOW_MS) is None


def test_every_set_of_seats_is_owed_by_itself_in_whatever_order_they_are_named() -> None:
    def owed(*names: str) -> str:
        seat_ids = tuple(map(SeatId, names))
        make: Callable[..., Refund | None] = seats_refund
        made = make(CAPTURED, seat_ids, amount_minor=5, reason=RefundReason.SEATS_CANCELLED, now_ms=NOW_MS)
        assert made is not None
        return made.refund_id

    assert owed("A1", "A2") == owed("A2", "A1")
    assert len({owed("A1"), owed("A2"), owed("A1", "A2"), refund().refund_id}) == 4
