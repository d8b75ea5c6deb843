"""What dialect 002 answers: its envelope, what is inside it, and how it refuses."""

from typing import Annotated

import msgspec
from msgspec import UNSET, Meta, UnsetType, field

from frontrow.domain.booking import BookingStatus
from frontrow.domain.hold import SeatsUnavailable
from frontrow.domain.layout import Point
from frontrow.http.dialects.fields import Amount
from frontrow.http.fields import Time
from frontrow.http.operation import JSON_MEDIA_TYPE, Answer, Variant
from frontrow.http.problems import Code, ErrorStyle, Problem

Status = Annotated[str, Meta(description="`available`, `held`, `booked` or `blocked`")]


class HeldSeats(msgspec.Struct, frozen=True, rename="camel"):
    """The seats that are yours for a while, and what they cost together."""

    held_seats: tuple[str, ...]
    conflicting_seats: tuple[str, ...]
    total_amount: Amount


class SeatBookingHeld(msgspec.Struct, frozen=True, kw_only=True):
    """Every seat is held."""

    success: bool = True
    message: str
    data: HeldSeats


class ConflictingSeats(msgspec.Struct, frozen=True, rename="camel", omit_defaults=True):
    """Every seat that could not be had: held, booked or blocked. None where something else is in the way."""

    conflicting_seats: tuple[str, ...]
    orphan_seats: Annotated[
        tuple[str, ...], Meta(description="free seats that this choice would leave single, where that is refused")
    ] = ()


class SeatBookingConflict(msgspec.Struct, frozen=True, kw_only=True):
    """Nothing was held."""

    success: bool = False
    message: str
    data: ConflictingSeats


class Confirmed(msgspec.Struct, frozen=True, rename="camel"):
    """The booking."""

    booking_id: str
    total_amount: Amount


class BookingConfirmed(msgspec.Struct, frozen=True, kw_only=True):
    """The seats are sold."""

    success: bool = True
    message: str
    data: Confirmed


class ReleasedSeatIds(msgspec.Struct, frozen=True, rename="camel"):
    """The seats that are free again."""

    released_seats: tuple[str, ...]


class SeatBookingReleased(msgspec.Struct, frozen=True, kw_only=True):
    """The seats were given back."""

    success: bool = True
    message: str
    data: ReleasedSeatIds


class PricedCategory(msgspec.Struct, frozen=True):
    """A price class at what it costs in this event."""

    id: str
    name: str
    color: str
    price: Amount


class DrawnLayout(msgspec.Struct, frozen=True, rename="camel"):
    """The drawing itself."""

    id: str
    name: str
    canvas_w: float
    canvas_h: float
    categories: tuple[PricedCategory, ...]


class DrawnItem(msgspec.Struct, frozen=True):
    """Something drawn that is not a seat; `sc` is a table's number of seats."""

    id: str
    type: str
    pos: Point
    size: Point
    rot: float
    lbl: str
    shp: str
    sc: int


class DrawnSeat(msgspec.Struct, frozen=True, rename="camel"):
    """A seat where it stands."""

    id: str
    position: Point
    size: Point
    category_id: str
    rotation: float
    row_label: str
    seat_number: int | str


class SeatNow(DrawnSeat, frozen=True, rename="camel", kw_only=True):
    """A seat as it is now. Who holds or has booked it, when and for how much is told to that user and to admins."""

    status: Status
    booked_by: str | None = None
    held_by: str | None = None
    hold_expires_at: Time | None = None
    booked_at: Time | None = None
    booked_price: Amount | None = None


class StatusCount(msgspec.Struct, frozen=True):
    """How many seats of the whole event have a status."""

    status: Status = field(name="_id")
    count: int


class LayoutNow(msgspec.Struct, frozen=True):
    """The drawing with its seats as they are now, in the layout's order."""

    layout: DrawnLayout
    seats: tuple[SeatNow, ...]
    items: tuple[DrawnItem, ...]
    stats: tuple[StatusCount, ...]


class LayoutShown(msgspec.Struct, frozen=True, kw_only=True):
    """The event's layout."""

    success: bool = True
    data: LayoutNow


class CategorySales(msgspec.Struct, frozen=True):
    """A category in figures."""

    total: int
    booked: int
    revenue: Amount


class EventSales(msgspec.Struct, frozen=True, rename="camel"):
    """An event in figures. Blocked seats are in none of the three states."""

    event_id: str
    total_seats: int
    booked_seats: int
    held_seats: int
    available_seats: int
    revenue: Amount
    category_breakdown: dict[str, CategorySales]


class StatsShown(msgspec.Struct, frozen=True, kw_only=True):
    """The event's figures."""

    success: bool = True
    data: EventSales


class OwnBooking(msgspec.Struct, frozen=True, rename="camel"):
    """A booking of the caller's; `seatIds` and `totalAmount` are those it was made with."""

    booking_id: str
    event_id: str
    seat_ids: tuple[str, ...]
    table_ids: tuple[str, ...]
    total_amount: Amount
    status: BookingStatus
    booked_at: Time


class OwnBookings(msgspec.Struct, frozen=True, rename="camel", omit_defaults=True):
    """Bookings, newest first; `nextCursor` where there are more."""

    bookings: tuple[OwnBooking, ...]
    next_cursor: str | None = None


class BookingsShown(msgspec.Struct, frozen=True, kw_only=True):
    """The caller's bookings."""

    success: bool = True
    data: OwnBookings


class SeatBookingRefusal(msgspec.Struct, frozen=True, kw_only=True):
    """Why nothing was done. `data` comes with 409, but for seats that are not held."""

    success: bool = False
    message: str
    data: ConflictingSeats | UnsetType = UNSET


_encoder = msgspec.json.Encoder()


def _message(problem: Problem) -> str:
    invalid = [
        f"Invalid {kind} IDs: {', '.join(ids)}"
        for kind, ids in (("seat", problem.seat_ids), ("table", problem.table_ids))
        if ids and problem.code is Code.UNKNOWN_SEATS
    ]
    return "; ".join(invalid) or problem.detail


def _status(problem: Problem) -> int:
    if problem.code is Code.IDEMPOTENCY_KEY_REUSED:
        return 409
    return 400 if problem.status == 422 else problem.status


def _conflicting(problem: Problem) -> ConflictingSeats | UnsetType:
    """What a client that is answered 409 looks into, whatever the conflict is."""
    if _status(problem) != 409:
        return UNSET
    if problem.code is Code.ORPHAN_SEATS:
        return ConflictingSeats((), orphan_seats=problem.seat_ids)
    return ConflictingSeats(problem.seat_ids)


def _encoded(problem: Problem, _request_id: str) -> bytes:
    return _encoder.encode(SeatBookingRefusal(message=_message(problem), data=_conflicting(problem)))


REFUSALS = ErrorStyle(media_type=JSON_MEDIA_TYPE, encode=_encoded, schema=SeatBookingRefusal, status_of=_status)
"""`{success: false, message}`, with `data.conflictingSeats` where it is 409; what is wrong with a request is 400."""

STORE_CODES = frozenset({Code.NOT_FOUND, Code.STORE_UNAVAILABLE})
"""What every operation on an event can be refused with."""
NOT_HELD = Variant(
    status=409,
    answer=SeatBookingRefusal,
    description="Some seats are not held by the caller; nothing was done",
    example=SeatBookingRefusal(message="User does not hold all required seats: seat_A1, seat_A2"),
)


def not_held(refused: SeatsUnavailable) -> Answer:
    """The answer that names every seat the caller does not hold."""
    seat_ids = ", ".join(refusal.seat_id for refusal in refused.refusals)
    return Answer(status=409, body=SeatBookingRefusal(message=f"User does not hold all required seats: {seat_ids}"))
