"""What happened to an event's seats of late, for admins: held, released, expired, booked, cancelled, withheld."""

from typing import Annotated

import msgspec
from msgspec import Meta

from frontrow.domain.ids import EventId
from frontrow.domain.seat_states import SeatState as SeatLetter
from frontrow.http.fields import ChangesCursor, Time, time_text
from frontrow.http.operation import Access, Answer, Call, Example, NoBody, Operation, declared
from frontrow.http.problems import Code, Problem
from frontrow.http.refusals import problem_of
from frontrow.http.services import Services
from frontrow.http.v1.events import PATH
from frontrow.http.v1.seats import SeatState
from frontrow.services.recent_changes import Cause, RecentChange, RecentChanges

PAGE_MAX = 200

_NAME = {
    SeatLetter.AVAILABLE: SeatState.AVAILABLE,
    SeatLetter.HELD: SeatState.HELD,
    SeatLetter.BOOKED: SeatState.BOOKED,
    SeatLetter.BLOCKED: SeatState.BLOCKED,
}


class RecentChangesQuery(msgspec.Struct, frozen=True):
    """Which page of changes."""

    limit: Annotated[int, Meta(ge=1, le=PAGE_MAX, description="how many at most")] = 50
    cursor: ChangesCursor | None = None


class RecentChangeDocument(msgspec.Struct, frozen=True, rename="camel"):
    """One change: what happened to these seats, and the state it left them in."""

    offset: Annotated[str, Meta(description="its place in the event's feed")]
    at: Time
    seat_ids: tuple[str, ...]
    state: SeatState
    cause: Annotated[Cause, Meta(description="`cancelled`: a booking gave them back; `unblocked`: a block did")]


class RecentChangeList(msgspec.Struct, frozen=True, rename="camel"):
    """Changes, newest first; `nextCursor` is null where the kept history ends."""

    items: tuple[RecentChangeDocument, ...]
    next_cursor: str | None = None


async def list_recent_changes(services: Services, call: Call[NoBody, RecentChangesQuery]) -> Answer | Problem:
    """A page of the feed's kept history, read backwards."""
    event_id = EventId(call.path["eventId"])
    outcome = await services.recent_changes.recent(
        call.user, event_id, limit=call.query.limit, before=call.query.cursor
    )
    if not isinstance(outcome, RecentChanges):
        return problem_of(outcome, event_id=event_id)
    return Answer(body=RecentChangeList(items=tuple(map(_document, outcome.changes)), next_cursor=outcome.next_before))


def _document(change: RecentChange) -> RecentChangeDocument:
    return RecentChangeDocument(
        offset=change.offset,
        at=time_text(change.at_ms),
        seat_ids=change.seat_ids,
        state=_NAME[change.state],
        cause=change.cause,
    )


OPERATIONS = declared(
    Operation(
        name="listRecentChanges",
        method="GET",
        path="/api/v1/events/{eventId}/recent-changes",
        summary="What happened to the event's seats of late, newest first",
        tag="Events",
        access=Access.ADMIN,
        handler=list_recent_changes,
        body=NoBody,
        query=RecentChangesQuery,
        answer=RecentChangeList,
        refusals=frozenset({Code.NOT_FOUND, Code.STORE_UNAVAILABLE}),
        example=Example(
            path=PATH,
            query={"limit": "20"},
            answer=RecentChangeList(
                items=(
                    RecentChangeDocument(
                        offset="1771589071007-0-5kQ2",
                        at="2026-02-20T12:04:31.007Z",
                        seat_ids=("A1", "A2", "A3"),
                        state=SeatState.BOOKED,
                        cause=Cause.BOOKED,
                    ),
                    RecentChangeDocument(
                        offset="1771588998120-0-Zr8w",
                        at="2026-02-20T12:03:18.120Z",
                        seat_ids=("F7",),
                        state=SeatState.AVAILABLE,
                        cause=Cause.CANCELLED,
                    ),
                ),
                next_cursor="1771588998120-0-Zr8w",
            ),
        ),
    ),
)
