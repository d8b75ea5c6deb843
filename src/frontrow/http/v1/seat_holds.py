"""Who holds a seat: for its holder, and for admins at the desk who are asked why a seat cannot be had."""

import msgspec

from frontrow.domain.hold import Hold
from frontrow.domain.ids import EventId, SeatId
from frontrow.http.fields import Time, time_text
from frontrow.http.operation import Access, Answer, Call, Example, NoBody, NoQuery, Operation, declared
from frontrow.http.problems import Code, Problem, not_found
from frontrow.http.refusals import problem_of
from frontrow.http.services import Services
from frontrow.http.v1.events import PATH
from frontrow.services.outcomes import NotFound


class SeatHoldDocument(msgspec.Struct, frozen=True, rename="camel"):
    """Who holds a seat now, since when, in which hold, and until when."""

    seat_id: str
    event_id: str
    hold_id: str
    user_id: str
    held_at: Time
    expires_at: Time


async def get_seat_hold(services: Services, call: Call[NoBody, NoQuery]) -> Answer | Problem:
    """The seat's hold, to its owner or an admin."""
    event_id, seat_id = EventId(call.path["eventId"]), SeatId(call.path["seatId"])
    outcome = await services.seat_holds.hold_of_seat(call.user, event_id, seat_id)
    match outcome:
        case Hold():
            return Answer(
                body=SeatHoldDocument(
                    seat_id=seat_id,
                    event_id=event_id,
                    hold_id=outcome.hold_id,
                    user_id=outcome.user_id,
                    held_at=time_text(outcome.first_locked_at_ms),
                    expires_at=time_text(outcome.expires_at_ms),
                )
            )
        case NotFound():
            return not_found(f"seat {seat_id[:64]} of an event {event_id[:64]}")
        case _:
            return problem_of(outcome)


OPERATIONS = declared(
    Operation(
        name="getSeatHold",
        method="GET",
        path="/api/v1/events/{eventId}/seats/{seatId}/hold",
        summary="Who holds a seat, to that user or an admin",
        tag="Holds",
        access=Access.USER,
        handler=get_seat_hold,
        body=NoBody,
        query=NoQuery,
        answer=SeatHoldDocument,
        refusals=frozenset({Code.NOT_FOUND, Code.HOLD_NOT_FOUND, Code.STORE_UNAVAILABLE}),
        example=Example(
            path={**PATH, "seatId": "A1"},
            answer=SeatHoldDocument(
                seat_id="A1",
                event_id="hamlet-2026-03-01",
                hold_id="1-5nYy3vS0T0mQ2b1c7JkR9w",
                user_id="ada",
                held_at="2026-02-20T12:00:00.000Z",
                expires_at="2026-02-20T12:10:00.000Z",
            ),
        ),
    ),
)
