"""Orders: one buyer's purchase of what a hold holds, as a written state machine.

An order is one row with a state and a version. Every step is a conditional write of both, in the transaction that
changes its seats (order_moves.py); which steps there are says TRANSITIONS, and docs/orders.md draws it. Money is in
minor units of the currency; times are milliseconds since 1970 in UTC.
"""

from enum import StrEnum
from typing import Any

import msgspec

from frontrow.domain.booking import ContactInfo, SoldSeat
from frontrow.domain.charges import Charge, OrderLine, lines_total, order_lines
from frontrow.domain.ids import BookingId, EventId, HoldId, OrderId, PaymentId, SeatId, TableId, UserId


class OrderState(StrEnum):
    """Where an order stands."""

    PENDING = "pending"
    """Placed; its seats are only on their hold."""
    CLAIMED = "claimed"
    """Its seats are claimed in the ledger: it may be paid until `pay_until_ms`."""
    PAYING = "paying"
    """A payment was started, and is neither taken nor declined as far as is known."""
    PAID = "paid"
    """The money is taken; the booking is still to be written."""
    BOOKED = "booked"
    """Its booking is written."""
    CANCELLING = "cancelling"
    """To be given up: no payment is started any more, and those that were are being stopped."""
    CANCELLED = "cancelled"
    """Given up by somebody, or never claimed; nothing is owed."""
    EXPIRED = "expired"
    """Never paid in time; nothing is owed."""
    REFUNDING = "refunding"
    """Everything that was taken is being given back."""
    REFUNDED = "refunded"
    """Everything that was taken is given back, as far as it was to be."""
    NEEDS_ATTENTION = "needs_attention"
    """Somebody has to look; `attention` says at what. Claims and payments stay as they are meanwhile."""


TRANSITIONS: dict[OrderState, dict[OrderState, str]] = {
    OrderState.PENDING: {
        OrderState.CLAIMED: "seats claimed in the ledger",
        OrderState.CANCELLED: "given up, or the seats are gone",
        OrderState.EXPIRED: "the hold ran out",
    },
    OrderState.CLAIMED: {
        OrderState.PAYING: "payment started",
        OrderState.PAID: "nothing to pay, or a late answer says captured",
        OrderState.CANCELLING: "given up, or the payment window ended",
    },
    OrderState.PAYING: {
        OrderState.CLAIMED: "declined: the claim stays",
        OrderState.PAID: "captured",
        OrderState.CANCELLING: "given up, or the payment window ended",
        OrderState.NEEDS_ATTENTION: "the gateway's answers make no sense",
    },
    OrderState.PAID: {
        OrderState.BOOKED: "booking written",
        OrderState.REFUNDING: "the seats are somebody else's by now",
        OrderState.NEEDS_ATTENTION: "neither booked nor refundable",
    },
    OrderState.BOOKED: {
        OrderState.REFUNDING: "every seat cancelled",
        OrderState.CANCELLED: "every seat cancelled, and nothing was paid",
    },
    OrderState.CANCELLING: {
        OrderState.CANCELLED: "nothing pending at the gateway: seats dropped",
        OrderState.EXPIRED: "the same, and the window had ended",
        OrderState.PAID: "it had been captured, before the window's end was carried out",
        OrderState.REFUNDING: "it had been captured, and was given up: seats dropped",
        OrderState.NEEDS_ATTENTION: "the gateway does not say; the claim is kept",
    },
    OrderState.CANCELLED: {OrderState.PAID: "paid late"},
    OrderState.EXPIRED: {OrderState.PAID: "paid late"},
    OrderState.REFUNDING: {
        OrderState.REFUNDED: "all of it given back",
        OrderState.NEEDS_ATTENTION: "a refund keeps failing",
    },
    OrderState.REFUNDED: {},
    OrderState.NEEDS_ATTENTION: {
        OrderState.PAYING: "look again, asked by an operator",
        OrderState.PAID: "look again, asked by an operator",
        OrderState.CANCELLING: "look again, asked by an operator",
        OrderState.REFUNDING: "look again, asked by an operator",
    },
}
"""Every step there is, and why it is taken. A write that changes no state (a payment looked at, a refund added) is
allowed in each of them."""

ENDED = frozenset(
    {OrderState.BOOKED, OrderState.CANCELLED, OrderState.EXPIRED, OrderState.REFUNDED, OrderState.NEEDS_ATTENTION}
)
"""States that nobody has to carry on."""

CLOSED = ENDED - {OrderState.NEEDS_ATTENTION}
"""States in which nobody, people included, has anything to do for the order: its person may be erased."""

CLAIMING = frozenset({OrderState.CLAIMED, OrderState.PAYING, OrderState.CANCELLING})
"""States in which the order's claimed rows are live. PAID and NEEDS_ATTENTION may have them too: `has_claim` says."""


class Order(msgspec.Struct, frozen=True, kw_only=True):
    """An order: what was ordered, at the prices and charges of then (never changed), and how it stands.

    `hold_id` is the hold it was placed on, `holder_id` whose hold that was where not `user_id`'s own, and `sold_by` who
    placed it for somebody else. `expires_at_ms` is when a pending order runs out.
    """

    order_id: OrderId
    event_id: EventId
    hold_id: HoldId
    user_id: UserId
    seats: tuple[SoldSeat, ...]
    customer: ContactInfo
    amount_minor: int
    currency: str
    created_at_ms: int
    expires_at_ms: int
    table_ids: tuple[TableId, ...] = ()
    charges: tuple[Charge, ...] = ()
    notes: str | None = None
    special_requests: str | None = None
    holder_id: UserId | None = None
    sold_by: UserId | None = None
    state: OrderState = OrderState.PENDING
    version: int = 1
    """Grows by one with every write of the order, its payments or its refunds."""
    has_claim: bool = False
    """Whether its claimed rows are live."""
    pay_until_ms: int | None = None
    """The end of the payment window; from the claim on."""
    closing: OrderState | None = None
    """What CANCELLING ends in: CANCELLED or EXPIRED."""
    payment_id: PaymentId | None = None
    """The payment that is under way or that paid; the last one tried where none is."""
    booking_id: BookingId | None = None
    """The booking it made."""
    attention: str | None = None
    """Why it needs attention: a sentence for operators."""
    due_at_ms: int | None = None
    """When somebody has to carry it on unasked; None where nobody has to."""
    tries: int = 0
    """How often it was carried on in vain since its last step."""
    updated_at_ms: int = 0

    @property
    def seat_ids(self) -> tuple[SeatId, ...]:
        """The ids of its seats, in the order they were asked for."""
        return tuple(seat.seat_id for seat in self.seats)

    @property
    def lines(self) -> tuple[OrderLine, ...]:
        """What its amount is made of."""
        return order_lines(self.seats, self.charges)

    @property
    def hold_user_id(self) -> UserId:
        """Whose hold its seats were on."""
        return self.holder_id or self.user_id

    def is_for(self, seat_ids: tuple[SeatId, ...], amount_minor: int, currency: str, customer: ContactInfo) -> bool:
        """Whether just this was ordered, in whatever order the seats were named."""
        return (set(self.seat_ids), self.amount_minor, self.currency, self.customer) == (
            set(seat_ids),
            amount_minor,
            currency,
            customer,
        )

    def moved(self, to: OrderState, *, now_ms: int, due_at_ms: int | None, **changes: Any) -> "Order":
        """The order a step further: another version, its `tries` begun anew where the state changes.

        Raises:
            ValueError: TRANSITIONS has no such step. A fault of ours.
        """
        if to is not self.state and to not in TRANSITIONS[self.state]:
            raise ValueError(f"an order does not go from {self.state} to {to}")
        fresh = {} if to is self.state else {"tries": 0, "attention": None}
        if to is OrderState.PAID:
            fresh["closing"] = None  # it is not being given up any more
        every = {"state": to, "version": self.version + 1, "updated_at_ms": now_ms, "due_at_ms": due_at_ms}
        return msgspec.structs.replace(self, **(fresh | every | changes))


def amount_of(seats: tuple[SoldSeat, ...], charges: tuple[Charge, ...]) -> int:
    """What an order of these seats costs with its charges."""
    return lines_total(order_lines(seats, charges))
