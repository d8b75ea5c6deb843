"""How every refusal of a use case is answered. Handlers match their success and leave the rest to this table."""

from collections.abc import Sequence

from frontrow.domain.booking import BookingKeyReused, BookingNotFound, SeatsNotInBooking
from frontrow.domain.hold import (
    BookingRunning,
    HoldGone,
    HoldNotComplete,
    HoldNotFound,
    KeyReused,
    OrphanSeats,
    SeatLimitReached,
    SeatsBusy,
    SeatsUnavailable,
)
from frontrow.domain.selection import (
    DuplicateSeats,
    EmptySelection,
    SelectionFault,
    TableOnlyWhole,
    TooManySeats,
    UnknownSeats,
)
from frontrow.http.problems import Code, FieldFault, Problem, SeatFault, invalid, not_found
from frontrow.services.best_seats import NoSuchPlace, NothingSuitable
from frontrow.services.outcomes import (
    CancellationClosed,
    DirectBookingNotAllowed,
    EventNotOnSale,
    NotFound,
    RoleMissing,
)
from frontrow.services.search_turns import SearchesBusy

MS_PER_SECOND = 1000

Refusal = (
    NotFound
    | EventNotOnSale
    | CancellationClosed
    | RoleMissing
    | DirectBookingNotAllowed
    | SelectionFault
    | NoSuchPlace
    | NothingSuitable
    | SearchesBusy
    | SeatsUnavailable
    | SeatLimitReached
    | OrphanSeats
    | SeatsBusy
    | BookingRunning
    | HoldNotFound
    | HoldNotComplete
    | HoldGone
    | KeyReused
    | BookingKeyReused
    | BookingNotFound
    | SeatsNotInBooking
)

SELECTION_CODES = frozenset(
    {
        Code.VALIDATION_FAILED,
        Code.UNKNOWN_SEATS,
        Code.DUPLICATE_SEATS,
        Code.TOO_MANY_SEATS,
        Code.TABLE_ONLY_WHOLE,
    }
)
"""What a choice of seats and tables can be refused with, whatever is to be done with it."""


def problem_of(refusal: Refusal, *, event_id: str = "") -> Problem:  # noqa: PLR0911, PLR0912 (one line for each outcome)
    """The answer to a use case's refusal. `event_id` is the event the request named."""
    match refusal:
        case SeatsUnavailable():
            return _seats_unavailable(refusal)
        case NothingSuitable():
            return _nothing_suitable(refusal)
        case SearchesBusy(retry_after_ms=wait_ms):
            detail = "too many searches for seats are waiting already; try again soon"
            return Problem(code=Code.RATE_LIMITED, detail=detail, retry_after_s=whole_seconds(wait_ms))
        case NoSuchPlace(category_id=category_id):
            field = "bestAvailable.section" if category_id is None else "bestAvailable.categoryId"
            kind = "section" if category_id is None else "category"
            return invalid(FieldFault(field, f"must be the id of a {kind} of this event's layout"))
        case SeatsBusy(seat_ids=seat_ids, retry_after_ms=wait_ms):
            what = f"a booking is being written for {listed(seat_ids)}"
            return Problem(
                code=Code.REQUEST_IN_PROGRESS, detail=what, seat_ids=seat_ids, retry_after_s=whole_seconds(wait_ms)
            )
        case BookingRunning(retry_after_ms=wait_ms):
            detail = "this very booking is still being written; ask again for its answer"
            return Problem(code=Code.REQUEST_IN_PROGRESS, detail=detail, retry_after_s=whole_seconds(wait_ms))
        case SeatLimitReached(held_count=count, seats_max=seats_max):
            seats_now = "1 seat" if count == 1 else f"{count} seats"
            detail = f"you hold {seats_now} of this event now; at most {seats_max} are allowed at once"
            return Problem(code=Code.SEAT_LIMIT_REACHED, detail=detail, held_count=count, seats_max=seats_max)
        case OrphanSeats(seat_ids=seat_ids):
            return Problem(code=Code.ORPHAN_SEATS, detail=_left_single(seat_ids), seat_ids=seat_ids)
        case HoldNotFound() | HoldGone():
            return Problem(
                code=Code.HOLD_NOT_FOUND, detail="you have no such hold: it was released, ran out, or never was yours"
            )
        case HoldNotComplete(seat_ids=seat_ids):
            detail = f"{listed(seat_ids)} moved to a newer hold of yours; book by that hold, or by seatIds"
            return Problem(code=Code.HOLD_NOT_COMPLETE, detail=detail, seat_ids=seat_ids)
        case KeyReused() | BookingKeyReused():
            detail = "this Idempotency-Key was used with another request; take a new key for a new request"
            return Problem(code=Code.IDEMPOTENCY_KEY_REUSED, detail=detail)
        case NotFound():
            return not_found(f"event {event_id}" if event_id else "such event")
        case EventNotOnSale(status=status):
            return Problem(code=Code.EVENT_NOT_ON_SALE, detail=f"the event is {status} now")
        case CancellationClosed():
            detail = "the event has begun, and its seats can't be given back any more; ask the organiser"
            return Problem(code=Code.CANCELLATION_CLOSED, detail=detail)
        case RoleMissing(role=role):
            return Problem(code=Code.ROLE_MISSING, detail=f"this needs a token with the role `{role}`")
        case DirectBookingNotAllowed():
            detail = "only tokens with the role `integrator` or `admin` may book without an order here"
            return Problem(code=Code.DIRECT_BOOKING_NOT_ALLOWED, detail=detail)
        case BookingNotFound():
            return not_found("such booking of yours")
        case SeatsNotInBooking(seat_ids=seat_ids):
            return invalid(FieldFault("seatIds", f"must be seats of this booking; it never had {listed(seat_ids)}"))
        case _:
            return _selection_problem(refusal)


def _selection_problem(fault: SelectionFault) -> Problem:
    match fault:
        case EmptySelection():
            return invalid(FieldFault("seatIds", "name at least one seat"))
        case UnknownSeats(seat_ids=seat_ids, table_ids=table_ids):
            names = listed((*seat_ids, *table_ids))
            detail = f"this event's layout has no {names}"
            return Problem(code=Code.UNKNOWN_SEATS, detail=detail, seat_ids=seat_ids, table_ids=table_ids)
        case DuplicateSeats(seat_ids=seat_ids):
            each = "is named more than once, by itself or with its table"
            detail = f"{listed(seat_ids)} {each}" if len(seat_ids) == 1 else f"each of {listed(seat_ids)} {each}"
            return Problem(code=Code.DUPLICATE_SEATS, detail=detail, seat_ids=seat_ids)
        case TooManySeats(count=count, seats_max=seats_max):
            detail = f"{count} seats are named, those of the tables included; at most {seats_max} go in one request"
            return Problem(code=Code.TOO_MANY_SEATS, detail=detail, count=count, seats_max=seats_max)
        case TableOnlyWhole(seat_ids=seat_ids, table_ids=table_ids):
            detail = f"{listed(table_ids)} is only taken and given back as a whole; name all its seats"
            return Problem(code=Code.TABLE_ONLY_WHOLE, detail=detail, seat_ids=seat_ids, table_ids=table_ids)


def _left_single(seat_ids: Sequence[str]) -> str:
    one = len(seat_ids) == 1
    left, too = ("a single seat", "it") if one else ("single seats", "them")
    return f"{listed(seat_ids)} would be left as {left}; choose seats that leave none, or take {too} too"


def _seats_unavailable(refusal: SeatsUnavailable) -> Problem:
    seats = tuple([SeatFault(seat.seat_id, seat.reason) for seat in refusal.refusals])
    seat_ids = tuple([seat.seat_id for seat in refusal.refusals])
    detail = f"{listed(seat_ids)} cannot be had; nothing was changed"
    return Problem(code=Code.SEATS_UNAVAILABLE, detail=detail, seats=seats, seat_ids=seat_ids)


def _nothing_suitable(refusal: NothingSuitable) -> Problem:
    if refusal.was_raced:
        detail = "others were faster every time; ask again"
    elif refusal.count == 1:
        detail = "no such seat is free"
    else:
        detail = f"no {refusal.count} such seats are free; ask for fewer, or with fewer conditions"
    return Problem(code=Code.SEATS_UNAVAILABLE, detail=detail, seats=(), seat_ids=())


def listed(names: Sequence[str], shown_max: int = 10) -> str:
    """Ids for a sentence: the first few, each cut at 64 characters, and how many more there are."""
    shown = ", ".join([name[:64] for name in names[:shown_max]])
    return shown if len(names) <= shown_max else f"{shown} and {len(names) - shown_max} more"


def whole_seconds(wait_ms: int) -> int:
    """Milliseconds to wait as Retry-After says them: rounded up, 1 or more."""
    return max(1, -(-wait_ms // MS_PER_SECOND))
