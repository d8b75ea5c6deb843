"""Suggestions: free seats near those somebody wants, for when others were faster."""

from typing import Annotated

import msgspec
from msgspec import Meta

from frontrow.domain.hold import SEATS_PER_HOLD_MAX
from frontrow.domain.ids import EventId, SeatId
from frontrow.domain.picking import ALTERNATIVES_MAX
from frontrow.http.operation import Access, Answer, Call, Example, NoBody, Operation, declared
from frontrow.http.problems import Code, FieldFault, Problem, invalid
from frontrow.http.refusals import problem_of
from frontrow.http.services import Services
from frontrow.http.v1.events import PATH
from frontrow.services.picking import ALTERNATIVES_USUAL, SEATS_SUGGESTED_MAX, alternatives_for

_SEAT_ID_CHARS_MAX = 64
_NAMES_CHARS_MAX = SEATS_PER_HOLD_MAX * (_SEAT_ID_CHARS_MAX + 1)


class SuggestionsQuery(msgspec.Struct, frozen=True, rename="camel"):
    """Which seats are wanted, free or not, and how many."""

    seat_ids: Annotated[
        str,
        Meta(max_length=_NAMES_CHARS_MAX, description="1 to 50 seats of the event's layout, separated by commas"),
    ]
    count: (
        Annotated[
            int,
            Meta(ge=1, le=SEATS_PER_HOLD_MAX, description="seats in each; as many as are wanted when absent"),
        ]
        | None
    ) = None
    alternatives: (
        Annotated[
            int,
            Meta(
                ge=1,
                le=ALTERNATIVES_MAX,
                description=f"suggestions at most, {SEATS_SUGGESTED_MAX} seats in all of them together; "
                f"{ALTERNATIVES_USUAL}, or as many as that allows, when absent",
            ),
        ]
        | None
    ) = None


class Suggestions(msgspec.Struct, frozen=True):
    """Seats to hold instead, the best suggestion first, none with a seat of another. There may be fewer, or none."""

    suggestions: tuple[tuple[str, ...], ...]


async def suggest_seats(services: Services, call: Call[NoBody, SuggestionsQuery]) -> Answer | Problem:
    """Free seats near the wanted ones, side by side where possible, leaving no single seat behind."""
    event_id, query = EventId(call.path["eventId"]), call.query
    wanted = tuple(dict.fromkeys(SeatId(name) for name in query.seat_ids.split(",") if name))
    if not 1 <= len(wanted) <= SEATS_PER_HOLD_MAX:
        return invalid(FieldFault("seatIds", f"name 1 to {SEATS_PER_HOLD_MAX} seats, separated by commas"))
    count = len(wanted) if query.count is None else query.count
    most = alternatives_for(count)
    if query.alternatives is not None and query.alternatives > most:
        expected = f"at most {most} where each has {count}: {SEATS_SUGGESTED_MAX} seats in all; ask for fewer"
        return invalid(FieldFault("alternatives", expected))
    found = await services.picking.suggestions(event_id, wanted, count, query.alternatives)
    return Answer(body=Suggestions(found)) if isinstance(found, tuple) else problem_of(found, event_id=event_id)


OPERATIONS = declared(
    Operation(
        name="suggestSeats",
        method="GET",
        path="/api/v1/events/{eventId}/suggestions",
        summary="Free seats near wanted ones, side by side where possible",
        tag="Seats",
        access=Access.PUBLIC,
        handler=suggest_seats,
        body=NoBody,
        query=SuggestionsQuery,
        answer=Suggestions,
        refusals=frozenset({Code.NOT_FOUND, Code.VALIDATION_FAILED, Code.UNKNOWN_SEATS, Code.STORE_UNAVAILABLE}),
        example=Example(
            path=PATH,
            query={"seatIds": "A1,A2", "count": "2"},
            answer=Suggestions(suggestions=(("A3", "A4"), ("B1", "B2"), ("B3", "B4"))),
        ),
    ),
)
