"""Orders as CSV, one line for each (spreadsheets.py)."""

from collections.abc import AsyncIterator, Iterable

from frontrow.domain.charges import LineKind
from frontrow.domain.payment import PaymentState, RefundState
from frontrow.http.fields import time_text
from frontrow.http.v1.spreadsheets import csv_head, csv_lines, major_cell
from frontrow.services.order_outcomes import OrderShown

COLUMNS = (
    "orderId",
    "createdAt",
    "status",
    "name",
    "email",
    "phone",
    "seats",
    "tables",
    "seatsTotal",
    "charges",
    "total",
    "paid",
    "refundsOwed",
    "refunded",
    "currency",
    "gateway",
    "paymentId",
    "gatewayPaymentId",
    "paymentStatus",
    "bookingId",
    "ticketCode",
    "userId",
    "soldBy",
    "payUntil",
    "notes",
    "specialRequests",
    "attention",
)


async def csv_of(pieces: AsyncIterator[tuple[OrderShown, ...]]) -> AsyncIterator[bytes]:
    """The whole file, a part for each piece, an empty one for a piece without orders.

    Sums are in major units: `total` is `seatsTotal` and `charges`; `paid` is what was taken by all payments of the
    order, `refundsOwed` what goes back of it, of which `refunded` has been given.
    """
    yield csv_head(COLUMNS)
    async for orders in pieces:
        yield csv_lines(map(_cells, orders))


def _cells(shown: OrderShown) -> Iterable[str]:
    order, currency = shown.order, shown.order.currency
    payment = next((it for it in shown.payments if it.payment_id == order.payment_id), None)
    charged_minor = sum(line.amount_minor for line in order.lines if line.kind is LineKind.CHARGE)
    paid_minor = sum(it.captured_minor for it in shown.payments if it.state is PaymentState.CAPTURED)
    return (
        order.order_id,
        time_text(order.created_at_ms),
        order.state,
        order.customer.name,
        order.customer.email,
        order.customer.phone or "",
        " ".join(order.seat_ids),
        " ".join(order.table_ids),
        major_cell(order.amount_minor - charged_minor, currency),
        major_cell(charged_minor, currency),
        major_cell(order.amount_minor, currency),
        major_cell(paid_minor, currency),
        major_cell(sum(it.amount_minor for it in shown.refunds), currency),
        major_cell(sum(it.amount_minor for it in shown.refunds if it.state is RefundState.DONE), currency),
        currency,
        "" if payment is None else payment.gateway,
        "" if payment is None else payment.payment_id,
        "" if payment is None or payment.gateway_payment_id is None else payment.gateway_payment_id,
        "" if payment is None else payment.state,
        order.booking_id or "",
        shown.ticket_code or "",
        order.user_id,
        order.sold_by or "",
        "" if order.pay_until_ms is None else time_text(order.pay_until_ms),
        order.notes or "",
        order.special_requests or "",
        order.attention or "",
    )
