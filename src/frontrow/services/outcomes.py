"""What people ask of holds, bookings and blocks, and the answers that only the use cases can give.

The other answers are the domain's own: hold.py (of the store), booking.py (of the ledger), selection.py (of the
drawing). Times are milliseconds since 1970 in UTC, money is in minor units.
"""

import msgspec

from frontrow.domain.booking import (
    Block,
    Booking,
    BookingCancelled,
    BookingKeyReused,
    BookingNotFound,
    BookingWritten,
    ContactInfo,
    PaymentInfo,
    SeatsNotInBooking,
)
from frontrow.domain.event import SaleStatus
from frontrow.domain.hold import (
    BookingRunning,
    HeldSeat,
    HoldExtended,
    HoldGone,
    HoldNotComplete,
    HoldNotFound,
    HoldReleased,
    KeyReused,
    OrphanSeats,
    SeatLimitReached,
    SeatsBusy,
    SeatsUnavailable,
)
from frontrow.domain.ids import BookingId, EventId, HoldId, SeatId, TableId, UserId
from frontrow.domain.selection import EmptySelection, SelectionFault, TableOnlyWhole

HOLD_MS_MIN = 60_000
HOLD_MS_MAX = 7_200_000
RELEASE_DELAY_MS_MAX = 120_000


class HoldRules(msgspec.Struct, frozen=True):
    """How long holds last and how many seats one user may hold.

    `hold_ms` is the duration unless asked otherwise; no seat stays held past `lifetime_max_ms` from its first
    lock, however often its hold is extended; `seats_per_user_max` counts per event, admins are exempt.
    """

    hold_ms: int = 600_000
    lifetime_max_ms: int = 7_200_000
    seats_per_user_max: int = 50


class HoldRequest(msgspec.Struct, frozen=True):
    """Seats to hold: single ones and whole tables, together 1 to SEATS_PER_HOLD_MAX seats.

    `duration_ms` is HOLD_MS_MIN to HOLD_MS_MAX, None for the default; with `hold_id`, the seats are added to that
    hold of the caller's, and the whole hold is extended where a duration reaches further than it had left.
    """

    seat_ids: tuple[SeatId, ...] = ()
    table_ids: tuple[TableId, ...] = ()
    duration_ms: int | None = None
    hold_id: HoldId | None = None
    reason: str | None = None

    def __post_init__(self) -> None:
        require_duration(self.duration_ms)


def require_duration(duration_ms: int | None) -> None:
    """Raise ValueError for a duration out of bounds; the edges answer people before it comes to that."""
    if duration_ms is not None and not HOLD_MS_MIN <= duration_ms <= HOLD_MS_MAX:
        raise ValueError(f"a duration of {HOLD_MS_MIN} to {HOLD_MS_MAX} ms was expected, got {duration_ms}")


class HoldShown(msgspec.Struct, frozen=True):
    """A hold as its owner sees it: `seat_ids` are the seats it holds now, `total_minor` is what they all cost.

    `moved_seat_ids` are seats it was made for that a newer hold of the same user holds now: while there are any,
    the hold cannot be booked as a whole. `replayed` says that an earlier answer was given again.
    """

    hold_id: HoldId
    event_id: EventId
    seat_ids: tuple[SeatId, ...]
    table_ids: tuple[TableId, ...]
    expires_at_ms: int
    total_minor: int
    currency: str
    replayed: bool = False
    moved_seat_ids: tuple[SeatId, ...] = ()


class BookRequest(msgspec.Struct, frozen=True):
    """What to book: one hold with all its seats, or seats and tables across the user's holds; exactly one of both.

    `user_id` is whose hold it is, when the caller books for someone else.
    """

    event_id: EventId
    contact_info: ContactInfo
    hold_id: HoldId | None = None
    seat_ids: tuple[SeatId, ...] = ()
    table_ids: tuple[TableId, ...] = ()
    payment_info: PaymentInfo | None = None
    notes: str | None = None
    special_requests: str | None = None
    user_id: UserId | None = None

    def __post_init__(self) -> None:
        if self.hold_id is not None and (self.seat_ids or self.table_ids):
            raise ValueError("either a hold or seats and tables were expected, got both")


class MySeats(msgspec.Struct, frozen=True):
    """The seats a caller holds in one event now and the holds that have them, soonest to run out first."""

    held: tuple[HeldSeat, ...]


class OpenHold(msgspec.Struct, frozen=True):
    """A hold of the caller's: the seats it holds now, and when it runs out: `left_ms` from now by the store's clock."""

    hold_id: HoldId
    seat_ids: tuple[SeatId, ...]
    expires_at_ms: int
    left_ms: int


class HoldsExtended(msgspec.Struct, frozen=True):
    """Every hold the caller has in one event, extended; none when nothing is held."""

    holds: tuple[OpenHold, ...]


class NotFound(msgspec.Struct, frozen=True):
    """No event under that id."""


class EventNotOnSale(msgspec.Struct, frozen=True):
    """The event is not on sale now."""

    status: SaleStatus


class RoleMissing(msgspec.Struct, frozen=True):
    """The caller has not the role this needs."""

    role: str


class DirectBookingNotAllowed(msgspec.Struct, frozen=True):
    """Only integrators and admins book without paying through an order here."""


class CancellationClosed(msgspec.Struct, frozen=True):
    """The event has begun: only integrators and admins give seats of it back now. Nothing was written."""


class BookingPage(msgspec.Struct, frozen=True):
    """Bookings, newest first. `next_before` asks for the next page; None when this is the last."""

    bookings: tuple[Booking, ...]
    next_before: tuple[int, BookingId] | None


class BlockWritten(msgspec.Struct, frozen=True):
    """The seats are withheld from sale."""

    block: Block


class SeatsUnblocked(msgspec.Struct, frozen=True):
    """`seat_ids` were withheld and are on sale again, in the order asked; the others named were not withheld."""

    seat_ids: tuple[SeatId, ...]


HoldAnswer = (
    HoldShown
    | NotFound
    | EventNotOnSale
    | RoleMissing
    | SelectionFault
    | SeatsUnavailable
    | SeatLimitReached
    | OrphanSeats
    | SeatsBusy
    | HoldNotFound
    | HoldGone
    | KeyReused
)
ExtendAnswer = HoldShown | NotFound | EventNotOnSale | HoldNotFound
ExtendSeatsAnswer = HoldExtended | NotFound | EventNotOnSale | SelectionFault | SeatsUnavailable | SeatLimitReached
ExtendMineAnswer = HoldsExtended | NotFound | EventNotOnSale
ReleaseSeatsAnswer = HoldReleased | NotFound | SelectionFault | SeatsUnavailable | SeatsBusy
ReleaseAnswer = (
    HoldReleased
    | NotFound
    | HoldNotFound
    | EmptySelection
    | TableOnlyWhole
    | SeatsUnavailable
    | SeatsBusy
    | RoleMissing
)
BookAnswer = (
    BookingWritten
    | NotFound
    | EventNotOnSale
    | SelectionFault
    | SeatsUnavailable
    | HoldNotComplete
    | HoldNotFound
    | BookingKeyReused
    | BookingRunning
    | SeatsBusy
    | DirectBookingNotAllowed
    | RoleMissing
)
CancelAnswer = (
    BookingCancelled | BookingNotFound | SeatsNotInBooking | EmptySelection | TableOnlyWhole | CancellationClosed
)
BlockAnswer = BlockWritten | NotFound | RoleMissing | SelectionFault | SeatsUnavailable
UnblockAnswer = SeatsUnblocked | NotFound | RoleMissing | SelectionFault
