"""Bookings: seats finally sold, what is written to sell them, and every outcome of trying.

Money is in minor units of the event's currency; times are milliseconds since 1970 in UTC.
"""

from enum import StrEnum

import msgspec

from frontrow.domain.hold import HeldSeat
from frontrow.domain.ids import BlockId, BookingId, CategoryId, EventId, HoldId, OrderId, SeatId, TableId, UserId
from frontrow.domain.notice import Notice


class SeatRowState(StrEnum):
    """What a live ledger row says of its seat."""

    CLAIMED = "claimed"
    BOOKED = "booked"
    BLOCKED = "blocked"


class BookingStatus(StrEnum):
    """Booked until every seat has been cancelled. `aborted` was never a booking: its id is spent."""

    BOOKED = "booked"
    PARTLY_CANCELLED = "partly_cancelled"
    CANCELLED = "cancelled"
    ABORTED = "aborted"


class ContactInfo(msgspec.Struct, frozen=True):
    """Whom to tell."""

    name: str
    email: str
    phone: str | None = None


class PaymentInfo(msgspec.Struct, frozen=True, rename="camel"):
    """A payment made elsewhere, as the booker states it."""

    method: str
    transaction_id: str | None = None
    gateway: str | None = None


class SoldSeat(msgspec.Struct, frozen=True):
    """A seat at the price it is sold for."""

    seat_id: SeatId
    category_id: CategoryId
    price_minor: int
    table_id: TableId | None = None


class IdempotencyKey(msgspec.Struct, frozen=True):
    """A caller's key, the route it was used on and the fingerprint (64 hex digits) of the request's body."""

    user_id: UserId
    route: str
    key: str
    fingerprint: str


class Booking(msgspec.Struct, frozen=True):
    """A booking as the ledger has it. `seats` are those sold at first; `cancelled_seat_ids` those given back since."""

    booking_id: BookingId
    event_id: EventId
    user_id: UserId
    seats: tuple[SoldSeat, ...]
    table_ids: tuple[TableId, ...]
    total_minor: int
    currency: str
    status: BookingStatus
    contact_info: ContactInfo
    booked_at_ms: int
    hold_id: HoldId | None = None
    payment_info: PaymentInfo | None = None
    notes: str | None = None
    special_requests: str | None = None
    cancelled_seat_ids: tuple[SeatId, ...] = ()
    order_id: OrderId | None = None
    """The order that paid for it; None where it was booked directly."""

    @property
    def seat_ids(self) -> tuple[SeatId, ...]:
        """The ids of the seats sold at first, in the order they were asked for."""
        return tuple([seat.seat_id for seat in self.seats])

    @property
    def left_seat_ids(self) -> tuple[SeatId, ...]:
        """Those of them that were not given back."""
        cancelled = self.cancelled_seat_ids
        return tuple([seat.seat_id for seat in self.seats if seat.seat_id not in cancelled])


class BookingContact(msgspec.Struct, frozen=True, gc=False):
    """Of a booking what people look for it by."""

    booking_id: BookingId
    booked_at_ms: int
    name: str
    email: str


class BookingDraft(msgspec.Struct, frozen=True):
    """Everything one booking's transaction writes. `held` are the pairs begin_booking found, kept in the outbox row.

    `fingerprint` is the body's, idempotency key or not: the same id with another fingerprint is refused. `notices` tell
    of the booking.
    """

    booking: Booking
    held: tuple[HeldSeat, ...]
    fingerprint: str
    idempotency_key: IdempotencyKey | None = None
    notices: tuple[Notice, ...] = ()


class BookingWritten(msgspec.Struct, frozen=True):
    """The booking is committed, now or (`replayed`) by an earlier attempt under the same id or key.

    `task_ids` are the outbox rows this very call wrote with it: to be marked done once the store has it too.
    """

    booking: Booking
    replayed: bool = False
    task_ids: tuple[int, ...] = ()


class SeatConflict(msgspec.Struct, frozen=True):
    """These seats have live rows of other ids. Nothing was written."""

    seats: tuple["LedgerSeat", ...]


class BookingKeyReused(msgspec.Struct, frozen=True):
    """The idempotency key, or the booking id it makes, was used with another body. Nothing was written."""


class BookingIdSpent(msgspec.Struct, frozen=True):
    """An `aborted` row stands under this booking id: it will never be used again. Nothing was written."""


class GuardTooShort(msgspec.Struct, frozen=True):
    """Too little of the guard was left before the commit. Nothing was written: begin again."""


BookOutcome = BookingWritten | SeatConflict | BookingKeyReused | BookingIdSpent | GuardTooShort


class LedgerSeat(msgspec.Struct, frozen=True):
    """A live ledger row: the seat's state and the id (booking, order or block) that owns it."""

    seat_id: SeatId
    state: SeatRowState
    owner_id: str
    user_id: UserId | None = None
    price_minor: int = 0


class TakenSeats(msgspec.Struct, frozen=True):
    """Every live ledger row of an event at one moment, in columns, each seat once: what figures are made of.

    The n-th of `booked`, `booking_ids`, `prices_minor` and `booked_at_ms` tell of one sold seat.
    """

    booked: tuple[SeatId, ...] = ()
    booking_ids: tuple[BookingId, ...] = ()
    prices_minor: tuple[int, ...] = ()
    booked_at_ms: tuple[int, ...] = ()
    claimed: tuple[SeatId, ...] = ()
    blocked: tuple[SeatId, ...] = ()


class BookedSeat(msgspec.Struct, frozen=True):
    """A seat that is sold now: to whom, when, for how much."""

    seat_id: SeatId
    user_id: UserId
    booked_at_ms: int
    price_minor: int


class EndedSeat(msgspec.Struct, frozen=True):
    """A ledger row that is no longer live: `owner_id` gave the seat back."""

    seat_id: SeatId
    owner_id: str


class BookingCancelled(msgspec.Struct, frozen=True):
    """`freed` are the seats this call cancelled (none where they already were); `booking` is it now.

    `task_ids` are the outbox rows this very call wrote with it.
    """

    booking: Booking
    freed: tuple[SeatId, ...]
    task_ids: tuple[int, ...] = ()


class BookingNotFound(msgspec.Struct, frozen=True):
    """No booking under that id."""


class SeatsNotInBooking(msgspec.Struct, frozen=True):
    """Seats named for cancelling that the booking never had. Nothing was written."""

    seat_ids: tuple[SeatId, ...]


CancelOutcome = BookingCancelled | BookingNotFound | SeatsNotInBooking


class Block(msgspec.Struct, frozen=True):
    """Seats withheld from sale together, by whom and why."""

    block_id: BlockId
    event_id: EventId
    seat_ids: tuple[SeatId, ...]
    user_id: UserId
    reason: str | None = None


class OutboxKind(StrEnum):
    """What is still to be done in the store for a committed row."""

    FINISH = "finish"
    FREE = "free"


class OutboxTask(msgspec.Struct, frozen=True):
    """One committed piece of work that any process's relay may carry out, any number of times.

    `finish` sets the seats sold by `owner_id` (`state` booked or claimed), in place of the claim of `claim_id`; `free`
    frees what `owner_id` gave back.
    """

    task_id: int
    event_id: EventId
    kind: OutboxKind
    owner_id: str
    state: SeatRowState
    user_id: UserId
    seats: tuple[SeatId, ...]
    held: tuple[HeldSeat, ...]
    created_at_ms: int
    claim_id: OrderId | None = None
