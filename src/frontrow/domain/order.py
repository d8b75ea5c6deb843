"""Orders: one buyer's purchase of what a hold holds, as it was placed.

Nothing in an order ever changes: what became of it is told by the booking it made. Money is in minor units of the
currency; times are milliseconds since 1970 in UTC.
"""

from enum import StrEnum

import msgspec

from frontrow.domain.booking import ContactInfo
from frontrow.domain.ids import EventId, HoldId, OrderId, SeatId, UserId


class OrderStatus(StrEnum):
    """Pending until it is paid and its seats are sold, in one go; cancelled once all of them were given back."""

    PENDING = "pending"
    CONFIRMED = "confirmed"
    CANCELLED = "cancelled"


class Order(msgspec.Struct, frozen=True):
    """An order as it was placed: the seats of the hold then, at the prices of then, until the hold ran out then."""

    order_id: OrderId
    event_id: EventId
    hold_id: HoldId
    user_id: UserId
    seat_ids: tuple[SeatId, ...]
    customer: ContactInfo
    amount_minor: int
    currency: str
    created_at_ms: int
    expires_at_ms: int

    def is_for(self, seat_ids: tuple[SeatId, ...], amount_minor: int, currency: str, customer: ContactInfo) -> bool:
        """Whether just this was ordered, in whatever order the seats were named."""
        return (set(self.seat_ids), self.amount_minor, self.currency, self.customer) == (
            set(seat_ids),
            amount_minor,
            currency,
            customer,
        )
