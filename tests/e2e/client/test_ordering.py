"""The client orders, pays and finds again, against the real application with the demo's bank."""

import asyncio
import time

import pytest

from frontrow.adapters.payments.demo_callbacks import CallbackSeal
from frontrow.client import (
    AsyncClient,
    Charge,
    ChargeKind,
    Client,
    Contact,
    Forbidden,
    InvalidRequest,
    LineKind,
    Money,
    NotFound,
    OrderState,
    OrderStateConflict,
    Payment,
    PaymentDeclined,
    PaymentState,
    RefundReason,
    RefundState,
)
from frontrow.derived_keys import derived_key
from frontrow.domain.ids import PaymentId
from frontrow.domain.payment import GatewayCallback
from tests.support.eventually import eventually
from tests.support.http_stack import EVENT, SECRET, token

ADA = Contact("Ada Lovelace", "ada@example.com")
GOOD, BAD, LOST = "4242424242424242", "4000000000000002", "4000000000000119"
SEAL = CallbackSeal(derived_key(SECRET, "demo callbacks"))


def test_a_buyer_orders_pays_and_is_refunded(address: str) -> None:
    with Client(address, token=token("boss", "admin")) as office, Client(address, token=token("ada")) as ada:
        office.change_event(EVENT, charges=[Charge("Fee", ChargeKind.PER_SEAT, amount_minor=100)])
        hold = ada.hold_seats(EVENT, ["A1", "A2"])
        order = ada.place_order(EVENT, hold.hold_id, ADA, notes="aisle", idempotency_key="o")
        assert (order.status, order.seat_ids, order.notes) == (OrderState.CLAIMED, ("A1", "A2"), "aisle")
        assert [line.kind for line in order.lines] == [LineKind.SEAT, LineKind.SEAT, LineKind.CHARGE]
        assert order.total == Money(hold.total.amount_minor + 200, "USD")
        assert ada.place_order(EVENT, hold.hold_id, ADA, notes="aisle", idempotency_key="o") == order
        assert list(ada.orders(open_only=True, page_size=1)) == [order]
        with pytest.raises(PaymentDeclined) as declined:
            ada.pay_order(order.order_id, card_number=BAD)
        assert not declined.value.may_have_happened
        paid = ada.pay_order(order.order_id, card_number=GOOD)
        assert (paid.status, paid.booking_id is not None) == (OrderState.BOOKED, True)
        assert paid.payment is not None
        assert (paid.payment.status, paid.payment.amount) == (PaymentState.CAPTURED, order.total)
        with pytest.raises(OrderStateConflict) as stands:
            ada.cancel_order(order.order_id)
        assert stands.value.order_status == "booked"
        booking = ada.get_booking(str(paid.booking_id))
        assert (booking.order_id, booking.ticket_code) == (order.order_id, paid.ticket_code)
        cancelled = ada.cancel_booking(booking.booking_id, ["A2"])
        [refund] = cancelled.refunds
        assert (refund.reason, refund.status, refund.seat_ids) == (
            RefundReason.SEATS_CANCELLED,
            RefundState.DONE,
            ("A2",),
        )
        assert ada.get_order(order.order_id).refunded == refund.amount
        assert office.resolve_order(order.order_id).status is OrderState.BOOKED
        found = ada.with_token(None).find_booking(str(paid.ticket_code), "ADA@example.com")
        assert (found.booking, found.token) == (cancelled, None)
        with pytest.raises(NotFound):
            ada.find_booking(str(paid.ticket_code), "bob@example.com")


def test_an_order_is_given_up_and_nobody_else_sees_it(address: str) -> None:
    with Client(address, token=token("ada")) as ada:
        order = ada.place_order(EVENT, ada.hold_seats(EVENT, ["A1"]).hold_id, ADA)
        bob = ada.with_token(token("bob"))
        for call in (bob.get_order, bob.cancel_order, bob.pay_order):
            with pytest.raises(NotFound):
                call(order.order_id)
        with pytest.raises(Forbidden):
            ada.resolve_order(order.order_id)
        with pytest.raises(InvalidRequest) as strange:
            ada.pay_order(order.order_id, return_url="https://evil.example/")
        assert [error.field for error in strange.value.errors] == ["returnUrl"]
        assert ada.cancel_order(order.order_id).status is OrderState.CANCELLED
        assert bob.hold_seats(EVENT, ["A1"]).seat_ids == ("A1",)


def test_the_box_office_sells_to_somebody_else(address: str) -> None:
    with Client(address, token=token("till", "integrator")) as till:
        hold = till.hold_seats(EVENT, ["A1"])
        order = till.place_order(EVENT, hold.hold_id, ADA, user_id="ada")
        sold = till.pay_order(order.order_id, payment=Payment("cash", "till-7"))
        assert (sold.user_id, sold.status) == ("ada", OrderState.BOOKED)
        assert [it.seat_ids for it in till.with_token(token("ada")).bookings()] == [("A1",)]


async def test_the_async_client_goes_over_the_gateways_page_and_hears_by_its_callback(anyone: AsyncClient) -> None:
    ada = anyone.with_token(token("ada"))
    order = await ada.place_order(EVENT, (await ada.hold_seats(EVENT, ["A1"])).hold_id, ADA)
    begun = await ada.pay_order(order.order_id, return_url="/events")
    assert begun.status is OrderState.PAYING
    assert begun.payment is not None
    assert begun.payment.action is not None
    assert begun.payment.action.url == f"/pay/demo/{begun.payment.payment_id}"
    signed = SEAL.signed(GatewayCallback("cb", PaymentId(begun.payment.payment_id)), now_ms=time.time_ns() // 1_000_000)
    await anyone.deliver_callback("demo", signed.body, signed.headers)
    with pytest.raises(InvalidRequest) as forged:
        await anyone.deliver_callback("demo", signed.body + b" ", signed.headers)
    assert forged.value.code == "signature_invalid"
    assert [it.order_id async for it in ada.orders()] == [order.order_id]


async def test_a_payment_whose_answer_is_lost_is_learnt_by_its_own_retries(anyone: AsyncClient) -> None:
    ada = anyone.with_token(token("ada"))
    order = await ada.place_order(EVENT, (await ada.hold_seats(EVENT, ["A1"])).hold_id, ADA)
    assert (await ada.pay_order(order.order_id, card_number=LOST)).status is OrderState.BOOKED


async def test_many_payments_at_once_take_the_money_once(anyone: AsyncClient) -> None:
    ada = anyone.with_token(token("ada"))
    order = await ada.place_order(EVENT, (await ada.hold_seats(EVENT, ["A1"])).hold_id, ADA)
    await asyncio.gather(*(ada.pay_order(order.order_id, card_number=GOOD) for _ in range(5)), return_exceptions=True)

    async def booked() -> bool:
        return (await ada.get_order(order.order_id)).status is OrderState.BOOKED

    await eventually(booked, "one of them has paid")
    assert (await ada.get_order(order.order_id)).refunds == ()
    assert len((await ada.list_bookings()).items) == 1
