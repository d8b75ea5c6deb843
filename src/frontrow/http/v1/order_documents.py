"""Orders as v1 shows them: to their buyers, to those who sell for others, and in the operator's lists."""

from collections.abc import Sequence
from typing import Annotated

import msgspec
from msgspec import Meta

from frontrow.domain.charges import LineKind, OrderLine
from frontrow.domain.ids import OrderId
from frontrow.domain.layout_index import LayoutIndex
from frontrow.domain.notice_content import place_label, place_of
from frontrow.domain.order import OrderState
from frontrow.domain.payment import Payment, PaymentAction, PaymentState, Refund, RefundReason, RefundState
from frontrow.http.fields import BookingsCursor, Money, Time, time_text
from frontrow.http.v1.purchases import BookedContact, booked_contact
from frontrow.services.order_outcomes import OrderShown

OrdersCursor = BookingsCursor
"""Orders are paged as bookings are: by time and id, and their ids have one form."""


class OrderLineDocument(msgspec.Struct, frozen=True, rename="camel", omit_defaults=True, kw_only=True):
    """What one line of an order comes to. An `included` line is part of those above it, and not of the total."""

    kind: LineKind
    label: Annotated[str, Meta(description="where the seat is, such as `Row G, Seat 21`; or the charge's name")]
    amount: Money
    seat_id: str | None = None


class ActionDocument(msgspec.Struct, frozen=True, rename="camel", omit_defaults=True, kw_only=True):
    """What the buyer has to do for the payment to go on: open `url`, relative to this server; or confirm it by the
    gateway's own script with `clientSecret` and `publicKey`."""

    kind: Annotated[str, Meta(description="`redirect`, or the name of the gateway whose script it is")]
    url: str | None = None
    client_secret: str | None = None
    public_key: str | None = None


class PaymentDocument(msgspec.Struct, frozen=True, rename="camel", omit_defaults=True, kw_only=True):
    """The payment that is under way or that paid; the last one tried where there is none. `reason` says why it was
    declined."""

    payment_id: str
    gateway: str
    status: PaymentState
    amount: Money
    reason: str | None = None
    action: ActionDocument | None = None


class RefundDocument(msgspec.Struct, frozen=True, rename="camel", kw_only=True):
    """Money that goes back: `due` and `processing` are on their way, `done` is with the payer, and `failed` needs
    somebody to look. `seatIds` are the seats it is for, where it is for seats."""

    refund_id: str
    amount: Money
    reason: RefundReason
    status: RefundState
    seat_ids: tuple[str, ...]
    created_at: Time


class OrderDocument(msgspec.Struct, frozen=True, rename="camel", omit_defaults=True, kw_only=True):
    """An order: what was ordered, at the prices and charges of then, and how it stands. `payUntil` is the end of its
    payment window; `refunded` what is given back so far."""

    order_id: str
    event_id: str
    hold_id: str
    user_id: str
    status: OrderState
    seat_ids: tuple[str, ...]
    table_ids: tuple[str, ...]
    lines: tuple[OrderLineDocument, ...]
    total: Money
    customer: BookedContact
    created_at: Time
    refunds: tuple[RefundDocument, ...]
    refunded: Money
    notes: str | None = None
    special_requests: str | None = None
    pay_until: Time | None = None
    booking_id: str | None = None
    ticket_code: Annotated[str, Meta(description="what the door asks for")] | None = None
    payment: PaymentDocument | None = None
    attention: Annotated[str, Meta(description="for admins: why somebody has to look")] | None = None


class OrderList(msgspec.Struct, frozen=True, rename="camel"):
    """Orders, newest first; `nextCursor` is null on the last page."""

    items: tuple[OrderDocument, ...]
    next_cursor: str | None = None


def order_document(shown: OrderShown, layout: LayoutIndex | None = None, *, to_admin: bool = False) -> OrderDocument:
    """An order as v1 shows it, with what only admins are told where it is for one.

    Args:
        layout: the event's drawing, for the labels of seats; without one their ids stand in.
    """
    order = shown.order
    return OrderDocument(
        order_id=order.order_id,
        event_id=order.event_id,
        hold_id=order.hold_id,
        user_id=order.user_id,
        status=order.state,
        seat_ids=order.seat_ids,
        table_ids=order.table_ids,
        lines=tuple(_line(line, order.currency, layout) for line in order.lines),
        total=Money(amount_minor=order.amount_minor, currency=order.currency),
        customer=booked_contact(order.customer),
        created_at=time_text(order.created_at_ms),
        refunds=tuple(map(refund_document, shown.refunds)),
        refunded=Money(amount_minor=_refunded_minor(shown.refunds), currency=order.currency),
        notes=order.notes,
        special_requests=order.special_requests,
        pay_until=None if order.pay_until_ms is None else time_text(order.pay_until_ms),
        booking_id=order.booking_id,
        ticket_code=shown.ticket_code,
        payment=_payment(shown),
        attention=order.attention if to_admin else None,
    )


def order_list(orders: Sequence[OrderDocument], next_before: tuple[int, OrderId] | None) -> OrderList:
    """A page of orders as v1 shows it; `next_before` is where the next one begins."""
    return OrderList(
        items=tuple(orders),
        next_cursor=None if next_before is None else f"{next_before[0]}.{next_before[1]}",
    )


def order_point_of(cursor: OrdersCursor | None) -> tuple[int, OrderId] | None:
    """The order that a page's cursor says to go on after."""
    if cursor is None:
        return None
    at_ms, _, order_id = cursor.partition(".")
    return (int(at_ms), OrderId(order_id))


def refund_document(refund: Refund) -> RefundDocument:
    """A refund as v1 shows it."""
    return RefundDocument(
        refund_id=refund.refund_id,
        amount=Money(amount_minor=refund.amount_minor, currency=refund.currency),
        reason=refund.reason,
        status=refund.state,
        seat_ids=refund.seat_ids,
        created_at=time_text(refund.created_at_ms),
    )


def _line(line: OrderLine, currency: str, layout: LayoutIndex | None) -> OrderLineDocument:
    label = line.label
    if layout is not None and line.seat_id is not None:
        label = place_label(place_of(layout, line.seat_id))
    return OrderLineDocument(
        kind=line.kind,
        label=label,
        amount=Money(amount_minor=line.amount_minor, currency=currency),
        seat_id=line.seat_id,
    )


def _refunded_minor(refunds: Sequence[Refund]) -> int:
    return sum(refund.amount_minor for refund in refunds if refund.state is RefundState.DONE)


def _payment(shown: OrderShown) -> PaymentDocument | None:
    wanted = shown.order.payment_id
    payment: Payment | None = next((it for it in shown.payments if it.payment_id == wanted), None)
    if payment is None:
        return None
    return PaymentDocument(
        payment_id=payment.payment_id,
        gateway=payment.gateway,
        status=payment.state,
        amount=Money(amount_minor=payment.amount_minor, currency=payment.currency),
        reason=payment.reason,
        action=None if shown.action is None else _action(shown.action),
    )


def _action(action: PaymentAction) -> ActionDocument:
    return ActionDocument(
        kind=action.kind, url=action.url, client_secret=action.client_secret, public_key=action.public_key
    )


EXAMPLE = OrderDocument(
    order_id="1-hR2vZs0bUeKq3mXy7TgN1w",
    event_id="hamlet-2026-03-01",
    hold_id="1-5nYy3vS0T0mQ2b1c7JkR9w",
    user_id="ada",
    status=OrderState.CLAIMED,
    seat_ids=("A1", "A2"),
    table_ids=(),
    lines=(
        OrderLineDocument(kind=LineKind.SEAT, label="Row A, Seat 1", amount=Money(15000, "USD"), seat_id="A1"),
        OrderLineDocument(kind=LineKind.SEAT, label="Row A, Seat 2", amount=Money(15000, "USD"), seat_id="A2"),
        OrderLineDocument(kind=LineKind.CHARGE, label="Booking fee", amount=Money(500, "USD")),
    ),
    total=Money(30500, "USD"),
    customer=BookedContact(name="Ada Lovelace", email="ada@example.com"),
    created_at="2026-02-20T12:03:11.450Z",
    refunds=(),
    refunded=Money(0, "USD"),
    pay_until="2026-02-20T12:18:11.450Z",
)
PAID_EXAMPLE = msgspec.structs.replace(
    EXAMPLE,
    status=OrderState.BOOKED,
    booking_id="1-Qm4c8TzPp0a1x2K9sLw3vA",
    ticket_code="QX7K-2M4N-ABCD-EF23",
    payment=PaymentDocument(
        payment_id="1-Zk8dW2sPq0c1x9K4fLw6vB",
        gateway="demo",
        status=PaymentState.CAPTURED,
        amount=Money(30500, "USD"),
    ),
)
REFUND_EXAMPLE = RefundDocument(
    refund_id="1-tB5rXq7nLe2w8Yz0aVc4dG",
    amount=Money(15000, "USD"),
    reason=RefundReason.SEATS_CANCELLED,
    status=RefundState.DONE,
    seat_ids=("A2",),
    created_at="2026-02-21T09:12:45.120Z",
)
