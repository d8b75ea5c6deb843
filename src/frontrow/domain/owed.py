"""What is to be given back: refunds, whose ids follow from what they give back, so that nothing is owed twice."""

import hashlib
from collections.abc import Collection

import msgspec

from frontrow.domain.booking import SoldSeat
from frontrow.domain.charges import Charge, kept_minor
from frontrow.domain.ids import RefundId, SeatId, id_of_digest
from frontrow.domain.payment import Payment, Refund, RefundReason

TAKE_OVER_AFTER_MS = 30_000
"""A refund this old is carried out by whoever sees it; before that whoever owed it most likely is at it."""


def whole_refund(payment: Payment, reason: RefundReason, *, now_ms: int, less_minor: int = 0) -> Refund | None:
    """Everything that the payment took and that was not given back yet (`less_minor`); None where that is nothing.

    One payment has one such refund, whatever its reason.
    """
    currency = payment.captured_currency or payment.currency
    return _refund(payment, (), payment.captured_minor - less_minor, currency, reason=reason, now_ms=now_ms)


def seats_refund(
    payment: Payment, seat_ids: tuple[SeatId, ...], *, amount_minor: int, reason: RefundReason, now_ms: int
) -> Refund | None:
    """What just these seats of a booking give back; None where that is nothing."""
    return _refund(payment, seat_ids, amount_minor, payment.currency, reason=reason, now_ms=now_ms)


def given_back_minor(
    seats: tuple[SoldSeat, ...],
    charges: tuple[Charge, ...],
    *,
    left: Collection[SeatId],
    cancelled: Collection[SeatId],
) -> int:
    """What cancelling these seats gives back, of an order whose seats `left` were kept until now."""
    still = [seat_id for seat_id in left if seat_id not in cancelled]
    return kept_minor(seats, charges, left) - kept_minor(seats, charges, still)


def _refund(
    payment: Payment,
    seat_ids: tuple[SeatId, ...],
    amount_minor: int,
    currency: str,
    *,
    reason: RefundReason,
    now_ms: int,
) -> Refund | None:
    if amount_minor <= 0:
        return None
    # A payment's id is a secret of 128 bits, so what is made of it is one too.
    digest = hashlib.sha256(msgspec.json.encode(("refund", payment.payment_id, sorted(seat_ids)))).digest()
    return Refund(
        refund_id=RefundId(id_of_digest(int(payment.payment_id.partition("-")[0]), digest)),
        order_id=payment.order_id,
        event_id=payment.event_id,
        payment_id=payment.payment_id,
        amount_minor=amount_minor,
        currency=currency,
        reason=reason,
        seat_ids=seat_ids,
        due_at_ms=now_ms + TAKE_OVER_AFTER_MS,
        created_at_ms=now_ms,
        updated_at_ms=now_ms,
    )
