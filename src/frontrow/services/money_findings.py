"""What comparing the ledger with the store and the gateways finds, and where it goes on."""

from enum import StrEnum

import msgspec

from frontrow.domain.ids import OrderId, PaymentId, RefundId, SeatId
from frontrow.domain.order import Order
from frontrow.domain.payment import Payment, Refund, RefundState
from frontrow.domain.pricing import amount_text
from frontrow.services.reconcile import Reconciled


class Stage(StrEnum):
    """What is compared, one after the other."""

    SEATS = "seats"
    ORDERS = "orders"
    PAYMENTS = "payments"
    REFUNDS = "refunds"
    CAPTURED = "captured"


class ReconcilePoint(msgspec.Struct, frozen=True):
    """Where to go on: a stage, and the last one of its list that was looked at."""

    stage: Stage = Stage.SEATS
    after_ms: int | None = None
    after_id: str | None = None


class Outcome(StrEnum):
    """What became of a difference."""

    HEALED = "healed"
    WAITING = "waiting"
    """Nothing is wrong that will not be tried again by itself."""
    PERSON = "person"
    """Somebody has to look."""


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that differed, in a sentence for operators, and what became of it."""

    stage: Stage
    outcome: Outcome
    said: str
    order_id: OrderId | None = None
    payment_id: PaymentId | None = None
    refund_id: RefundId | None = None
    seat_ids: tuple[SeatId, ...] = ()


class Reconciliation(msgspec.Struct, frozen=True):
    """What one call found, and where the next one goes on; None at the end."""

    findings: tuple[Finding, ...]
    looked_at: int
    next_point: ReconcilePoint | None


def of_seats(seats: Reconciled) -> list[Finding]:
    """What comparing the seats has found."""
    found = []
    if seats.healed:
        said = "sold in the ledger and not in the store"
        found.append(Finding(stage=Stage.SEATS, outcome=Outcome.HEALED, said=said, seat_ids=seats.healed))
    if seats.freed:
        said = "sold in the store, and given back in the ledger"
        found.append(Finding(stage=Stage.SEATS, outcome=Outcome.HEALED, said=said, seat_ids=seats.freed))
    if seats.unknown:
        said = "sold in the store by somebody whom the ledger does not know"
        found.append(Finding(stage=Stage.SEATS, outcome=Outcome.PERSON, said=said, seat_ids=seats.unknown))
    return found


def undone(refund: Refund) -> str:
    """What is still owed, and why."""
    why = "" if refund.last_error is None else f": {refund.last_error}"
    amount = amount_text(refund.amount_minor, refund.currency)
    is_tried = refund.state is RefundState.FAILED and not refund.is_given_up
    stands = "refused, and tried again" if is_tried else refund.state
    return f"{amount} is owed, the refund is {stands}{why}"


def of_order(order: Order, outcome: Outcome, said: str) -> Finding:
    """A finding about this order."""
    return Finding(stage=Stage.ORDERS, outcome=outcome, said=said, order_id=order.order_id)


def of_payment(payment: Payment, outcome: Outcome, said: str) -> Finding:
    """A finding about this payment: of the stage that looks at its state."""
    stage = Stage.CAPTURED if payment.has_ended else Stage.PAYMENTS
    return Finding(stage=stage, outcome=outcome, said=said, order_id=payment.order_id, payment_id=payment.payment_id)


def of_refund(refund: Refund, outcome: Outcome, said: str) -> Finding:
    """A finding about this refund."""
    return Finding(
        stage=Stage.REFUNDS,
        outcome=outcome,
        said=said,
        order_id=refund.order_id,
        payment_id=refund.payment_id,
        refund_id=refund.refund_id,
    )
