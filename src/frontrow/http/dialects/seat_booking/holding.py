"""Dialect 002's holds: seats or a whole table for some minutes, and giving them back. Source: seeds/002 (1 to 5)."""

from collections.abc import Callable

from frontrow.domain.hold import SEATS_PER_HOLD_MAX, HoldReleased, SeatsUnavailable
from frontrow.domain.ids import EventId, TableId
from frontrow.domain.selection import TooManySeats
from frontrow.http.dialects.fields import amount, seat_ids_of
from frontrow.http.dialects.seat_booking.answers import (
    NOT_HELD,
    REFUSALS,
    STORE_CODES,
    ConflictingSeats,
    HeldSeats,
    ReleasedSeatIds,
    SeatBookingConflict,
    SeatBookingHeld,
    SeatBookingRefusal,
    SeatBookingReleased,
    not_held,
)
from frontrow.http.dialects.seat_booking.requests import (
    EVENT,
    EVENT_PATH,
    SEATS,
    TABLE_SEATS,
    TAG,
    SeatBookingHold,
    SeatBookingRelease,
    SeatBookingTableHold,
)
from frontrow.http.fields import MS_PER_MINUTE
from frontrow.http.operation import Access, Answer, Call, Example, NoQuery, Operation, Variant, declared
from frontrow.http.problems import Code, Problem
from frontrow.http.refusals import SELECTION_CODES, problem_of
from frontrow.http.services import Services
from frontrow.services.outcomes import HoldRequest, HoldShown

HOLD_MINUTES = 10
"""How long seats are held unless asked otherwise."""
TOO_MANY = f"Cannot hold more than {SEATS_PER_HOLD_MAX} seats at once"
TAKEN = "Some seats are already held by another user"


async def hold_seats(services: Services, call: Call[SeatBookingHold, NoQuery]) -> Answer | Problem:
    """Hold every seat, or none."""
    body = call.body
    if len(body.seat_ids) > SEATS_PER_HOLD_MAX:
        return Answer(status=400, body=SeatBookingRefusal(message=TOO_MANY))
    request = HoldRequest(
        seat_ids=seat_ids_of(body.seat_ids), duration_ms=_duration_ms(body.hold_duration_minutes), reason=body.reason
    )
    return await _hold(services, call, EventId(str(body.event_id)), request, _seats_held)


async def hold_table(services: Services, call: Call[SeatBookingTableHold, NoQuery]) -> Answer | Problem:
    """Hold the table with all its seats, or nothing."""
    body = call.body
    table_id = TableId(str(body.table_id))
    request = HoldRequest(
        table_ids=(table_id,), duration_ms=_duration_ms(body.hold_duration_minutes), reason=body.reason
    )
    return await _hold(
        services,
        call,
        EventId(str(body.event_id)),
        request,
        lambda hold: f"Successfully held table {table_id} with {len(hold.seat_ids)} seats",
    )


async def _hold(
    services: Services,
    call: Call[SeatBookingHold, NoQuery] | Call[SeatBookingTableHold, NoQuery],
    event_id: EventId,
    request: HoldRequest,
    message: Callable[[HoldShown], str],
) -> Answer | Problem:
    outcome = await services.holds.hold(call.user, event_id, request, call.key)
    match outcome:
        case HoldShown():
            total = amount(outcome.total_minor, outcome.currency)
            data = HeldSeats(held_seats=outcome.seat_ids, conflicting_seats=(), total_amount=total)
            return Answer(body=SeatBookingHeld(message=message(outcome), data=data))
        case SeatsUnavailable(refusals=refusals):
            conflicting = ConflictingSeats(conflicting_seats=tuple(it.seat_id for it in refusals))
            return Answer(status=409, body=SeatBookingConflict(message=TAKEN, data=conflicting))
        case TooManySeats():
            return Answer(status=400, body=SeatBookingRefusal(message=TOO_MANY))
    return problem_of(outcome, event_id=event_id)


def _seats_held(hold: HoldShown) -> str:
    return f"Successfully held {len(hold.seat_ids)} seats"


async def release_seats(services: Services, call: Call[SeatBookingRelease, NoQuery]) -> Answer | Problem:
    """Give back these seats, all or none, or everything that the caller holds in the event."""
    event_id = EventId(call.path["eventId"])
    # Named twice is given back once; an empty list names none.
    seat_ids = tuple(dict.fromkeys(seat_ids_of(call.body.seat_ids or ()))) or None
    outcome = await services.seat_holds.release_seats(call.user, event_id, seat_ids)
    match outcome:
        case HoldReleased(seat_ids=released):
            message = f"Successfully released {len(released)} seats"
            return Answer(body=SeatBookingReleased(message=message, data=ReleasedSeatIds(released_seats=released)))
        case SeatsUnavailable():
            return not_held(outcome)
    return problem_of(outcome, event_id=event_id)


def _duration_ms(minutes: int | None) -> int:
    return (HOLD_MINUTES if minutes is None else minutes) * MS_PER_MINUTE


_HOLD_CODES = (
    STORE_CODES
    | SELECTION_CODES
    | {
        Code.ROLE_MISSING,
        Code.HOLD_NOT_FOUND,
        Code.SEAT_LIMIT_REACHED,
        Code.EVENT_NOT_ON_SALE,
        Code.ORPHAN_SEATS,
        Code.REQUEST_IN_PROGRESS,
        Code.IDEMPOTENCY_KEY_REUSED,
    }
)
_CONFLICT = Variant(
    status=409,
    answer=SeatBookingConflict,
    description="Some seats cannot be had; none was held",
    example=SeatBookingConflict(message=TAKEN, data=ConflictingSeats(conflicting_seats=("seat_A2",))),
)

OPERATIONS = declared(
    Operation(
        name="holdSeatBookingSeats",
        method="POST",
        path="/seat-booking/hold-seats",
        summary="Hold seats for some minutes, all or none",
        tag=TAG,
        access=Access.USER,
        handler=hold_seats,
        counts_as="hold",
        body=SeatBookingHold,
        query=NoQuery,
        answer=SeatBookingHeld,
        variants=(_CONFLICT,),
        takes_key=True,
        errors=REFUSALS,
        refusals=_HOLD_CODES,
        example=Example(
            body=SeatBookingHold(event_id=EVENT, seat_ids=SEATS, hold_duration_minutes=10, reason="payment_processing"),
            answer=SeatBookingHeld(
                message="Successfully held 3 seats",
                data=HeldSeats(held_seats=SEATS, conflicting_seats=(), total_amount=450.0),
            ),
        ),
    ),
    Operation(
        name="holdSeatBookingTable",
        method="POST",
        path="/seat-booking/hold-table",
        summary="Hold a table with all its seats",
        tag=TAG,
        access=Access.USER,
        handler=hold_table,
        counts_as="hold",
        body=SeatBookingTableHold,
        query=NoQuery,
        answer=SeatBookingHeld,
        variants=(_CONFLICT,),
        takes_key=True,
        errors=REFUSALS,
        refusals=_HOLD_CODES,
        example=Example(
            body=SeatBookingTableHold(
                event_id=EVENT, table_id="table_VIP_001", hold_duration_minutes=15, reason="payment_processing"
            ),
            answer=SeatBookingHeld(
                message="Successfully held table table_VIP_001 with 8 seats",
                data=HeldSeats(held_seats=TABLE_SEATS, conflicting_seats=(), total_amount=1200.0),
            ),
        ),
    ),
    Operation(
        name="releaseSeatBookingSeats",
        method="DELETE",
        path="/seat-booking/release-seats/{eventId}",
        summary="Give back held seats, all of yours when none are named",
        tag=TAG,
        access=Access.USER,
        handler=release_seats,
        body=SeatBookingRelease,
        body_optional=True,
        query=NoQuery,
        answer=SeatBookingReleased,
        variants=(NOT_HELD,),
        errors=REFUSALS,
        refusals=STORE_CODES | SELECTION_CODES | {Code.REQUEST_IN_PROGRESS},
        example=Example(
            path=EVENT_PATH,
            body=SeatBookingRelease(seat_ids=SEATS[:2]),
            answer=SeatBookingReleased(
                message="Successfully released 2 seats", data=ReleasedSeatIds(released_seats=SEATS[:2])
            ),
        ),
    ),
)
