"""Which seats of an event people want most, for admins."""

from typing import Annotated

import msgspec
from msgspec import Meta

from frontrow.domain.ids import EventId
from frontrow.http.fields import Time, time_text
from frontrow.http.operation import Access, Answer, Call, Example, NoBody, Operation, declared
from frontrow.http.problems import Code, Problem
from frontrow.http.refusals import problem_of
from frontrow.http.services import Services
from frontrow.http.v1.events import PATH
from frontrow.services.demand import Demand

SEATS_MAX = 10_000
SEATS_UNLESS_ASKED = 2_000


class DemandQuery(msgspec.Struct, frozen=True):
    """How much of it."""

    limit: Annotated[int, Meta(ge=1, le=SEATS_MAX, description="how many seats at most")] = SEATS_UNLESS_ASKED


class WantedSeatDocument(msgspec.Struct, frozen=True, rename="camel"):
    """How often a seat was held, and how often it was asked for when somebody else had it."""

    seat_id: str
    holds: int
    refusals: Annotated[int, Meta(description="as this server process has answered them since its start")]


class DemandDocument(msgspec.Struct, frozen=True, rename="camel"):
    """Seats, the most wanted first; those that nobody asked for are left out."""

    event_id: str
    seats: tuple[WantedSeatDocument, ...]
    since: Annotated[Time | None, Meta(description="the oldest change that is kept; null when none is")]


async def get_demand(services: Services, call: Call[NoBody, DemandQuery]) -> Answer | Problem:
    """Holds counted over the feed's kept history, with the refusals this process knows of."""
    event_id = EventId(call.path["eventId"])
    outcome = await services.demand.demand(call.user, event_id, limit=call.query.limit)
    if not isinstance(outcome, Demand):
        return problem_of(outcome, event_id=event_id)
    seats = tuple(WantedSeatDocument(seat.seat_id, seat.holds, seat.refusals) for seat in outcome.seats)
    since = None if outcome.since_ms is None else time_text(outcome.since_ms)
    return Answer(body=DemandDocument(event_id=event_id, seats=seats, since=since))


OPERATIONS = declared(
    Operation(
        name="getDemand",
        method="GET",
        path="/api/v1/events/{eventId}/demand",
        summary="The most wanted seats: how often each was held, and refused",
        tag="Events",
        access=Access.ADMIN,
        handler=get_demand,
        body=NoBody,
        query=DemandQuery,
        answer=DemandDocument,
        refusals=frozenset({Code.NOT_FOUND, Code.STORE_UNAVAILABLE}),
        example=Example(
            path=PATH,
            query={"limit": "500"},
            answer=DemandDocument(
                event_id="hamlet-2026-03-01",
                seats=(WantedSeatDocument("A7", 9, 14), WantedSeatDocument("A8", 8, 11)),
                since="2026-02-20T09:15:02.410Z",
            ),
        ),
    ),
)
