"""Dialect 000, its orders: customer and seats of a hold, then a payment that confirms them.

Source: seeds/000 (the complete journey), docs/dialects.md.
"""

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from frontrow.domain.booking import ContactInfo
from frontrow.domain.hold import BookingRunning, HoldNotComplete, HoldNotFound, SeatsBusy
from frontrow.domain.ids import HoldId, OrderId
from frontrow.domain.order import OrderStatus
from frontrow.domain.payment import Declined
from frontrow.http.dialects.fields import Amount, amount
from frontrow.http.dialects.hold_errors import ERRORS
from frontrow.http.dialects.holds import HOLD_ID, SEATS, TAG
from frontrow.http.fields import Email, PhoneNumber, RequiredText, Time, time_text
from frontrow.http.operation import Access, Answer, Call, Example, NamesUser, NoQuery, Operation, declared
from frontrow.http.problems import Code, Problem, not_found
from frontrow.http.refusals import listed, problem_of
from frontrow.http.services import Services
from frontrow.services.orders import (
    OrderCancelled,
    OrderClosed,
    OrderNotFound,
    OrderPaid,
    OrderPlaced,
    OrdersUsedUp,
    PaymentNotConfigured,
)

GATEWAY_RETRY_AFTER_S = 300
"""Somebody has to configure a gateway and start the server anew."""


class Customer(msgspec.Struct, frozen=True, omit_defaults=True):
    """Who buys, and is told about it."""

    name: RequiredText
    email: Email
    phone: PhoneNumber | None = None


class PlaceOrder(NamesUser, frozen=True, rename="camel"):
    """Order all seats of a hold of one's own; fields that are not known are ignored."""

    hold_id: str
    customer: Customer


class PlacedOrder(msgspec.Struct, frozen=True, rename="camel"):
    """An order, to be paid until then, while its hold lasts. `seatIds` are those left of it, all where none is."""

    order_id: str
    hold_id: str
    status: Literal["PENDING", "CONFIRMED", "CANCELLED"]
    seat_ids: tuple[str, ...]
    amount: Amount
    expires_at: Time


class Card(msgspec.Struct, frozen=True):
    """The card to pay with, for gateways that are told one. The demo's declines 4000 0000 0000 0002."""

    number: Annotated[str, Meta(min_length=1, max_length=40)]


class ConfirmPayment(NamesUser, frozen=True):
    """May be empty: then the gateway's default card pays. A card is sent as `{"card": {"number": "..."}}` and no other
    way; fields that are not known are ignored."""

    card: Card | None = None


class ConfirmedOrder(msgspec.Struct, frozen=True, rename="camel", omit_defaults=True):
    """The order is paid and its seats are sold; the same answer each time it is asked.

    Where some of them were given back since, `seatIds` are the others; where all were, it is CANCELLED and has no
    ticket.
    """

    order_id: str
    status: Literal["CONFIRMED", "CANCELLED"]
    ticket_code: str | None = None
    seat_ids: tuple[str, ...] = ()


_STATUS: dict[OrderStatus, Literal["PENDING", "CONFIRMED", "CANCELLED"]] = {
    OrderStatus.PENDING: "PENDING",
    OrderStatus.CONFIRMED: "CONFIRMED",
    OrderStatus.CANCELLED: "CANCELLED",
}


async def place_order(services: Services, call: Call[PlaceOrder, NoQuery]) -> Answer | Problem:
    """Order what a hold holds."""
    customer = call.body.customer
    contact = ContactInfo(customer.name, customer.email, customer.phone)
    outcome = await services.orders.place(call.user, HoldId(call.body.hold_id), contact)
    match outcome:
        case OrderPlaced(order=order):
            return Answer(
                body=PlacedOrder(
                    order_id=order.order_id,
                    hold_id=order.hold_id,
                    status=_STATUS[outcome.status],
                    seat_ids=outcome.seat_ids,
                    amount=amount(order.amount_minor, order.currency),
                    expires_at=time_text(outcome.expires_at_ms),
                )
            )
        case OrdersUsedUp(orders_max=orders_max):
            detail = (
                f"this hold was ordered {orders_max} times, the most it can be; release it, and hold the seats anew"
            )
            return Problem(code=Code.ORDER_STATE, detail=detail)
        case PaymentNotConfigured():
            return _not_configured()
        case HoldNotComplete(seat_ids=moved):
            detail = f"{listed(moved)} moved to a newer hold of yours; order that one, or hold all seats together again"
            return Problem(code=Code.HOLD_NOT_COMPLETE, detail=detail, seat_ids=moved)
        case HoldNotFound():
            return problem_of(outcome)


async def confirm_payment(services: Services, call: Call[ConfirmPayment, NoQuery]) -> Answer | Problem:
    """Pay, and sell the seats."""
    card = call.body.card
    outcome = await services.orders.pay(
        call.user, OrderId(call.path["orderId"]), card_number=None if card is None else card.number
    )
    match outcome:
        case OrderPaid() | OrderCancelled():
            return Answer(body=_paid(outcome))
        case Declined(reason=reason):
            detail = f"Payment declined: {reason}; the order is still pending"
            return Problem(code=Code.PAYMENT_DECLINED, detail=detail)
        case OrderClosed(refunded=refunded):
            what = "your payment was refunded" if refunded else "nothing is charged"
            detail = f"This order can't be paid any more, because its seats are no longer on its hold; {what}"
            return Problem(code=Code.ORDER_STATE, detail=detail)
        case OrderNotFound():
            return not_found("such order of yours")
        case PaymentNotConfigured():
            return _not_configured()
        case BookingRunning() | SeatsBusy():
            return problem_of(outcome)


def _paid(outcome: OrderPaid | OrderCancelled) -> ConfirmedOrder:
    if isinstance(outcome, OrderCancelled):
        return ConfirmedOrder(outcome.order.order_id, "CANCELLED")
    booking = outcome.booking
    left = booking.left_seat_ids if booking.cancelled_seat_ids else ()
    return ConfirmedOrder(outcome.order.order_id, "CONFIRMED", outcome.ticket_code, left)


def _not_configured() -> Problem:
    detail = "orders cannot be paid at present: this server has no payment gateway"
    return Problem(code=Code.PAYMENT_NOT_CONFIGURED, detail=detail, retry_after_s=GATEWAY_RETRY_AFTER_S)


_ORDER_ID = "7-Qm4c8TzPp0a1x2K9sLw3vA"

OPERATIONS = declared(
    Operation(
        name="holdsPlaceOrder",
        method="POST",
        path="/orders",
        summary="Order the seats of a hold",
        tag=TAG,
        access=Access.GUEST,
        handler=place_order,
        body=PlaceOrder,
        query=NoQuery,
        answer=PlacedOrder,
        status=201,
        errors=ERRORS,
        refusals=frozenset(
            {Code.HOLD_NOT_FOUND, Code.HOLD_NOT_COMPLETE, Code.ORDER_STATE, Code.PAYMENT_NOT_CONFIGURED}
        ),
        example=Example(
            body=PlaceOrder(HOLD_ID, Customer("John Smith", "john@example.com", "+15550123")),
            answer=PlacedOrder(_ORDER_ID, HOLD_ID, "PENDING", SEATS, 36.0, "2025-12-17T15:30:00.000Z"),
        ),
    ),
    Operation(
        name="holdsConfirmPayment",
        method="POST",
        path="/orders/{orderId}/confirm-payment",
        summary="Pay an order, which sells its seats",
        tag=TAG,
        access=Access.GUEST,
        handler=confirm_payment,
        body=ConfirmPayment,
        body_optional=True,
        query=NoQuery,
        answer=ConfirmedOrder,
        errors=ERRORS,
        refusals=frozenset(
            {
                Code.NOT_FOUND,
                Code.PAYMENT_DECLINED,
                Code.ORDER_STATE,
                Code.REQUEST_IN_PROGRESS,
                Code.PAYMENT_NOT_CONFIGURED,
            }
        ),
        example=Example(
            path={"orderId": _ORDER_ID},
            body=ConfirmPayment(),
            answer=ConfirmedOrder(_ORDER_ID, "CONFIRMED", "QX7K-2M4N-ABCD-EF23"),
        ),
    ),
)
