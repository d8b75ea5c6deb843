"""What is said where an order refuses: in which state it is, what became of the money, and what to do."""

import msgspec
import pytest

from frontrow.domain.booking import ContactInfo
from frontrow.domain.ids import EventId, HoldId, OrderId, PaymentId, RefundId, UserId
from frontrow.domain.order import Order, OrderState
from frontrow.domain.payment import Refund, RefundReason, RefundState
from frontrow.http.order_refusals import order_problem
from frontrow.http.problems import Code
from frontrow.http.v1.order_documents import order_document
from frontrow.services.order_outcomes import (
    OrderNotCancellable,
    OrderNotPayable,
    OrderShown,
    PaymentDeclined,
    RequestRunning,
)


def order(state: OrderState) -> Order:
    return Order(
        order_id=OrderId("1-order"),
        event_id=EventId("gala"),
        hold_id=HoldId("1-hold"),
        user_id=UserId("ada"),
        seats=(),
        customer=ContactInfo("Ada", "ada@example.com"),
        amount_minor=7_500,
        currency="USD",
        created_at_ms=0,
        expires_at_ms=0,
        state=state,
        attention="look at the bank",
    )


def refund(state: RefundState) -> Refund:
    return Refund(
        refund_id=RefundId("1-refund"),
        order_id=OrderId("1-order"),
        event_id=EventId("gala"),
        payment_id=PaymentId("1-payment"),
        amount_minor=7_500,
        currency="USD",
        reason=RefundReason.GIVEN_UP,
        state=state,
    )


@pytest.mark.parametrize("state", OrderState)
def test_every_state_says_why_it_takes_no_payment_and_no_giving_up(state: OrderState) -> None:
    shown = OrderShown(order=order(state))
    for refusal in (OrderNotPayable(shown), OrderNotCancellable(shown)):
        problem = order_problem(refusal)
        assert (problem.code, problem.status, problem.order_status) == (Code.ORDER_STATE, 409, state)
        assert problem.detail


@pytest.mark.parametrize(
    ("state", "refunds", "said"),
    [
        (OrderState.EXPIRED, (), "nothing is charged"),
        (OrderState.BOOKED, (), "nothing more is charged"),
        (OrderState.REFUNDED, (refund(RefundState.DONE),), "your payment was refunded"),
        (OrderState.REFUNDING, (refund(RefundState.DUE),), "your payment is being refunded"),
        (OrderState.NEEDS_ATTENTION, (refund(RefundState.FAILED),), "your payment is being refunded"),
    ],
)
def test_a_buyer_is_told_what_became_of_the_money(state: OrderState, refunds: tuple[Refund, ...], said: str) -> None:
    problem = order_problem(OrderNotPayable(OrderShown(order=order(state), refunds=refunds)))
    assert problem.detail.endswith(said) or f"{said};" in problem.detail


def test_a_decline_says_whether_the_seats_are_still_kept() -> None:
    kept = order_problem(PaymentDeclined(OrderShown(order=order(OrderState.CLAIMED)), "the card was declined"))
    pending = order_problem(PaymentDeclined(OrderShown(order=order(OrderState.PENDING)), "the card was declined"))
    ended = order_problem(PaymentDeclined(OrderShown(order=order(OrderState.EXPIRED)), "the card was declined"))
    assert (kept.status, kept.order_status) == (402, OrderState.CLAIMED)
    assert "the seats are kept" in kept.detail
    assert "still pending" in pending.detail
    assert "can't be paid any more" in ended.detail


def test_what_is_running_says_when_to_ask_again() -> None:
    problem = order_problem(RequestRunning(1_200))
    assert (problem.code, problem.retry_after_s) == (Code.REQUEST_IN_PROGRESS, 2)


def test_only_admins_are_told_what_needs_attention() -> None:
    shown = OrderShown(order=order(OrderState.NEEDS_ATTENTION))
    assert b"bank" not in msgspec.json.encode(order_document(shown))
    assert order_document(shown, to_admin=True).attention == "look at the bank"


def test_what_is_given_back_counts_once_it_is_done() -> None:
    refunds = (refund(RefundState.DONE), refund(RefundState.PROCESSING), refund(RefundState.FAILED))
    document = order_document(OrderShown(order=order(OrderState.REFUNDING), refunds=refunds))
    assert document.refunded.amount_minor == 7_500
    assert [it.status for it in document.refunds] == [RefundState.DONE, RefundState.PROCESSING, RefundState.FAILED]
