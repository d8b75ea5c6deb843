"""An event's bookings, for admins: listed, searched by name, e-mail or code, exported for spreadsheets."""

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from frontrow.domain.ids import EventId
from frontrow.http.fields import BookingsCursor, Text
from frontrow.http.operation import Access, Answer, Call, Example, NoBody, Operation, declared
from frontrow.http.problems import Code, Problem
from frontrow.http.refusals import problem_of
from frontrow.http.services import Services
from frontrow.http.v1.booking_export import csv_of
from frontrow.http.v1.bookings import EXAMPLE, PAGE_MAX, BookingList, booking_list, page_point_of
from frontrow.http.v1.events import PATH
from frontrow.http.v1.spreadsheets import CSV_MEDIA_TYPE, attachment
from frontrow.services.booking_search import BookingsExport
from frontrow.services.outcomes import BookingPage


class EventBookingsQuery(msgspec.Struct, frozen=True):
    """Which bookings, and how they are written."""

    query: Annotated[
        Text,
        Meta(
            description="words that name or e-mail address contain, what the booking's id begins with, or 8 letters or"
            " more of its ticket code; all if empty"
        ),
    ] = ""
    format: Annotated[
        Literal["json", "csv"], Meta(description="`csv` exports all of them, whatever `limit` and `cursor` say")
    ] = "json"
    limit: Annotated[int, Meta(ge=1, le=PAGE_MAX, description="how many at most")] = 50
    cursor: BookingsCursor | None = None


async def list_event_bookings(services: Services, call: Call[NoBody, EventBookingsQuery]) -> Answer | Problem:
    """A page of the event's bookings, or all of them as CSV."""
    event_id, query = EventId(call.path["eventId"]), call.query
    if query.format == "csv":
        export = await services.booking_search.export(call.user, event_id, query=query.query)
        if not isinstance(export, BookingsExport):
            return problem_of(export, event_id=event_id)
        named, pieces = attachment(f"bookings-{event_id}"), export.pieces
        show = services.booking_display.show_all
        return Answer(stream=lambda _socket: csv_of(pieces, show), media_type=CSV_MEDIA_TYPE, headers=(named,))
    before = page_point_of(query.cursor)
    page = await services.booking_search.page(call.user, event_id, query=query.query, before=before, limit=query.limit)
    if not isinstance(page, BookingPage):
        return problem_of(page, event_id=event_id)
    return Answer(body=await booking_list(services, page))


OPERATIONS = declared(
    Operation(
        name="listEventBookings",
        method="GET",
        path="/api/v1/events/{eventId}/bookings",
        summary="An event's bookings: newest first, by name, e-mail or code, or all of them as CSV",
        tag="Events",
        access=Access.ADMIN,
        handler=list_event_bookings,
        body=NoBody,
        query=EventBookingsQuery,
        answer=BookingList,
        answers_text=("text/csv",),
        refusals=frozenset({Code.NOT_FOUND, Code.STORE_UNAVAILABLE}),
        example=Example(
            path=PATH,
            query={"query": "lovelace", "format": "json", "limit": "20"},
            answer=BookingList(items=(EXAMPLE,)),
        ),
    ),
)
