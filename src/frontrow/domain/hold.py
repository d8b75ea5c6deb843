"""Holds: temporary claims on seats, and every outcome that asking for one can have.

Times are milliseconds since 1970 by the store's own clock. `now_ms` in an outcome is the clock its script read;
`entries` is what the script appended to the feed, oldest first (empty where nothing changed).
"""

from enum import StrEnum

import msgspec

from frontrow.domain.changes import FeedEntry
from frontrow.domain.ids import HoldId, SeatId, TableId, UserId

SEATS_PER_HOLD_MAX = 50
BOOKING_GUARD_MS = 30_000
"""How long a booking mark protects its seats from begin_booking on."""
SEATS_EXTENDED_MAX = 500
"""Seats of all the holds that one call extends: bounds how long the store is at it."""
ORPHAN_CHECKS_MAX = 2 * SEATS_PER_HOLD_MAX
"""How many seats a hold can leave alone: at most one on either side of each seat it takes."""


class Unavailable(StrEnum):
    """Why a seat could not be had."""

    HELD = "held"
    BOOKED = "booked"
    BLOCKED = "blocked"
    NOT_YOURS = "not_yours"


class SeatRefusal(msgspec.Struct, frozen=True):
    """One seat that could not be had, and why."""

    seat_id: SeatId
    reason: Unavailable


class HeldSeat(msgspec.Struct, frozen=True):
    """A seat as the hold that has it now: the pair that release, extend and finish compare."""

    seat_id: SeatId
    hold_id: HoldId


class Hold(msgspec.Struct, frozen=True):
    """A live hold as its record says. `seat_ids` are all listed seats, those of `table_ids` included.

    `held_seat_ids` are the listed seats whose lock names this hold now; the others were lost by a move to
    another hold of the same user.
    """

    hold_id: HoldId
    user_id: UserId
    seat_ids: tuple[SeatId, ...]
    table_ids: tuple[TableId, ...]
    held_seat_ids: tuple[SeatId, ...]
    first_locked_at_ms: int
    expires_at_ms: int


class HoldAcquired(msgspec.Struct, frozen=True):
    """Every seat is held. `seat_ids` and `table_ids` are the hold's whole list, in the order it was made.

    `replayed` says that an idempotency key (or the same hold id) found the hold as it already was.
    """

    hold_id: HoldId
    seat_ids: tuple[SeatId, ...]
    table_ids: tuple[TableId, ...]
    expires_at_ms: int
    now_ms: int
    entries: tuple[FeedEntry, ...] = ()
    replayed: bool = False


class HoldExtended(msgspec.Struct, frozen=True):
    """The seats run out at `expires_at_ms` now, the earliest over the holds concerned."""

    seat_ids: tuple[SeatId, ...]
    expires_at_ms: int
    now_ms: int
    entries: tuple[FeedEntry, ...] = ()


class HoldReleased(msgspec.Struct, frozen=True):
    """`seat_ids` were given back, at once or (delayed) at `expires_at_ms`."""

    seat_ids: tuple[SeatId, ...]
    expires_at_ms: int
    now_ms: int
    entries: tuple[FeedEntry, ...] = ()


class SeatsUnavailable(msgspec.Struct, frozen=True):
    """Every seat that could not be had and why, in the order asked. Nothing was written."""

    refusals: tuple[SeatRefusal, ...]
    now_ms: int


class SeatLimitReached(msgspec.Struct, frozen=True):
    """The user would hold more than `seats_max` seats of the event at once; or holds more in the holds to be extended
    than one call extends (SEATS_EXTENDED_MAX). Nothing was written."""

    held_count: int
    seats_max: int
    now_ms: int


class OrphanCheck(msgspec.Struct, frozen=True):
    """A seat that a hold must not leave alone: `beside` are its wanted neighbours, one or two, `beyond` the other one.

    `beyond` is None where the row ends there, or where that neighbour is wanted too: then the seat is stranded as soon
    as it is free. Where the user has all that is `beside` it already, the hold leaves the seat as it was, and it is not
    the hold's fault. See domain/orphan_rule.py.
    """

    seat_id: SeatId
    beside: tuple[SeatId, ...]
    beyond: SeatId | None = None


class OrphanSeats(msgspec.Struct, frozen=True):
    """The hold would leave these single free seats behind, which the event's orphan rule forbids. Nothing was written.

    In the order of the checks.
    """

    seat_ids: tuple[SeatId, ...]
    now_ms: int


class SeatsBusy(msgspec.Struct, frozen=True):
    """A booking is being written for some of these seats; ask again after `retry_after_ms`. Nothing was written."""

    seat_ids: tuple[SeatId, ...]
    retry_after_ms: int
    now_ms: int


class HoldNotFound(msgspec.Struct, frozen=True):
    """No live hold of this user under that id: absent, foreign, released or run out."""

    now_ms: int


class HoldNotComplete(msgspec.Struct, frozen=True):
    """The hold lists seats that have moved to another hold of the same user, or, where its seats were said beforehand,
    it has others now: `seat_ids`. Nothing was written.
    """

    seat_ids: tuple[SeatId, ...]
    now_ms: int


class KeyReused(msgspec.Struct, frozen=True):
    """The idempotency key was used with another request. Nothing was written."""

    now_ms: int


class HoldGone(msgspec.Struct, frozen=True):
    """The idempotency key's hold is no longer alive. Nothing was written."""

    hold_id: HoldId
    now_ms: int


class Cold(msgspec.Struct, frozen=True):
    """The event's cache is not loaded: warm it and ask again. Nothing was written."""

    now_ms: int


class BookingBegun(msgspec.Struct, frozen=True):
    """Each seat is marked with the booking until `deadline_ms`; `held` are the pairs found."""

    held: tuple[HeldSeat, ...]
    table_ids: tuple[TableId, ...]
    deadline_ms: int
    now_ms: int
    entries: tuple[FeedEntry, ...] = ()


class BookingRunning(msgspec.Struct, frozen=True):
    """A live mark of the same booking: an earlier attempt is still running. Nothing was written."""

    retry_after_ms: int
    now_ms: int


class BookingFinished(msgspec.Struct, frozen=True):
    """The seats are sold in the store too. `skipped` had been freed meanwhile or belong to another id.

    `broken` are seats on which another user's live hold was found: the ledger decides, that hold is lost.
    """

    skipped: tuple[SeatId, ...]
    broken: tuple[HeldSeat, ...]
    now_ms: int
    entries: tuple[FeedEntry, ...] = ()


class Written(msgspec.Struct, frozen=True):
    """Done (or nothing left to do): `seat_ids` are those it changed."""

    seat_ids: tuple[SeatId, ...]
    now_ms: int
    entries: tuple[FeedEntry, ...] = ()


AcquireOutcome = (
    HoldAcquired
    | SeatsUnavailable
    | SeatLimitReached
    | OrphanSeats
    | SeatsBusy
    | HoldNotFound
    | KeyReused
    | HoldGone
    | Cold
)
ExtendOutcome = HoldExtended | SeatsUnavailable | HoldNotFound | Cold
ExtendSeatsOutcome = ExtendOutcome | SeatLimitReached
ReleaseOutcome = HoldReleased | SeatsUnavailable | SeatsBusy | HoldNotFound | Cold
BeginOutcome = BookingBegun | SeatsUnavailable | HoldNotComplete | HoldNotFound | BookingRunning | SeatsBusy | Cold
BlockOutcome = Written | SeatsUnavailable | Cold
