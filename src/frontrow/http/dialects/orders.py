"""Dialect 000, its orders: customer and seats of a hold, then a payment that confirms them.

Source: seeds/000 (the complete journey), docs/dialects.md.
"""

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from frontrow.domain.booking import ContactInfo
from frontrow.domain.ids import HoldId, OrderId
from frontrow.domain.order import OrderState
from frontrow.http.dialects.fields import Amount, amount
from frontrow.http.dialects.hold_errors import ERRORS
from frontrow.http.dialects.holds import HOLD_ID, SEATS, TAG
from frontrow.http.fields import ContactEmail, PersonName, PhoneNumber, Time, time_text
from frontrow.http.operation import Access, Answer, Call, Example, NamesUser, NoQuery, Operation, declared
from frontrow.http.order_refusals import order_problem
from frontrow.http.problems import Code, Problem
from frontrow.http.services import Services
from frontrow.services.order_outcomes import (
    OrderNotPayable,
    OrderShown,
    PaymentDeclined,
    PayRequest,
    PlaceRequest,
)
from frontrow.services.outcomes import HoldShown

DEFAULT_CARD = "4242424242424242"
"""Pays where no card is named, at gateways that are told one."""


Status = Literal["PENDING", "CONFIRMED", "CANCELLED"]


class Customer(msgspec.Struct, frozen=True, omit_defaults=True):
    """Who buys, and is told about it."""

    name: PersonName
    email: ContactEmail
    phone: PhoneNumber | None = None


class PlaceOrder(NamesUser, frozen=True, rename="camel"):
    """Order all seats of a hold of one's own; fields that are not known are ignored."""

    hold_id: str
    customer: Customer


class PlacedOrder(msgspec.Struct, frozen=True, rename="camel"):
    """An order, to be paid until then, while its hold lasts. `seatIds` are those left of it, all where none is."""

    order_id: str
    hold_id: str
    status: Status
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
    ticket. PENDING: the gateway is still at it, so ask again; first send the buyer to `paymentUrl`, where there is one.
    """

    order_id: str
    status: Status
    ticket_code: str | None = None
    seat_ids: tuple[str, ...] = ()
    payment_url: str | None = None


_GIVEN_UP = frozenset({OrderState.CANCELLING, OrderState.CANCELLED, OrderState.EXPIRED})


async def place_order(services: Services, call: Call[PlaceOrder, NoQuery]) -> Answer | Problem:
    """Order what a hold holds."""
    customer = call.body.customer
    contact = ContactInfo(customer.name, customer.email, customer.phone)
    request = PlaceRequest(hold_id=HoldId(call.body.hold_id), customer=contact, claims=False)
    outcome = await services.orders.place(call.user, request)
    if not isinstance(outcome, OrderShown):
        return order_problem(outcome)
    order = outcome.order
    hold = await services.holds.hold_of(call.user, order.event_id, order.hold_id)
    expires_at_ms = order.expires_at_ms
    if isinstance(hold, HoldShown):
        expires_at_ms = hold.expires_at_ms
    elif order.has_claim and order.pay_until_ms is not None:
        expires_at_ms = order.pay_until_ms
    return Answer(
        body=PlacedOrder(
            order_id=order.order_id,
            hold_id=order.hold_id,
            status=_status(outcome),
            seat_ids=_seats_left(outcome) or order.seat_ids,
            amount=amount(order.amount_minor, order.currency),
            expires_at=time_text(expires_at_ms),
        )
    )


async def confirm_payment(services: Services, call: Call[ConfirmPayment, NoQuery]) -> Answer | Problem:
    """Pay, and sell the seats."""
    order_id, card = OrderId(call.path["orderId"]), call.body.card
    request = PayRequest(card_number=DEFAULT_CARD if card is None else card.number)
    outcome = await services.orders.pay(call.user, order_id, request)
    match outcome:
        case OrderShown():
            return Answer(body=_paid(outcome))
        case OrderNotPayable(shown=shown) if shown.booking is not None:
            return Answer(body=_paid(shown))
        case PaymentDeclined(reason=reason):
            detail = f"Payment declined: {reason}; the order is still pending"
            return Problem(code=Code.PAYMENT_DECLINED, detail=detail)
    return order_problem(outcome)


def _paid(shown: OrderShown) -> ConfirmedOrder:
    order_id, status, booking = shown.order.order_id, _status(shown), shown.booking
    if status == "PENDING":
        return ConfirmedOrder(order_id, status, payment_url=None if shown.action is None else shown.action.url)
    if booking is None or status == "CANCELLED":
        return ConfirmedOrder(order_id, status)
    left = booking.left_seat_ids if booking.cancelled_seat_ids else ()
    return ConfirmedOrder(order_id, status, shown.ticket_code, left)


def _seats_left(shown: OrderShown) -> tuple[str, ...]:
    return () if shown.booking is None else shown.booking.left_seat_ids


def _status(shown: OrderShown) -> Status:
    """As this dialect says it: what is being paid, or looked at, is pending."""
    if shown.booking is not None:
        return "CONFIRMED" if shown.booking.left_seat_ids else "CANCELLED"
    return "CANCELLED" if shown.order.state in _GIVEN_UP else "PENDING"


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
            {
                Code.HOLD_NOT_FOUND,
                Code.HOLD_NOT_COMPLETE,
                Code.EVENT_NOT_ON_SALE,
                Code.ORDER_STATE,
                Code.PAYMENT_NOT_CONFIGURED,
            }
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
                Code.SEAT_LIMIT_REACHED,
                Code.ORDER_STATE,
                Code.REQUEST_IN_PROGRESS,
                Code.PAYMENT_UNAVAILABLE,
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
