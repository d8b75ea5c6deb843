"""Every seat of an event in one character each: what pages poll."""

import msgspec

from frontrow.domain.ids import EventId
from frontrow.http.event_views import etag_of, head_of, shown_event
from frontrow.http.operation import (
    REVALIDATE,
    Access,
    Answer,
    Call,
    Example,
    NoBody,
    NoQuery,
    Operation,
    declared,
    not_modified,
)
from frontrow.http.problems import Code, Problem, not_found
from frontrow.http.services import Services
from frontrow.http.v1.events import PATH


class SeatStates(msgspec.Struct, frozen=True, rename="camel", omit_defaults=True):
    """Every seat in layout order, one character each: `a` available, `h` held, `b` booked, `x` blocked."""

    epoch: str
    offset: str
    layout_version: int
    states: str
    stale: bool = False


async def get_seat_states(services: Services, call: Call[NoBody, NoQuery]) -> Answer | Problem:
    """The whole event in as many bytes as it has seats."""
    event_id = EventId(call.path["eventId"])
    shown = await shown_event(services, event_id)
    if shown is None:
        return not_found(f"event {event_id}")
    sale, view = shown
    etag = etag_of(view, f"{sale.event.layout_id}.{sale.layout.version}")
    if call.has(etag):
        return not_modified(etag)
    head = head_of(view, sale.layout.version)
    return Answer(body=head[:-1] + b',"states":"' + view.states() + b'"}', headers=(("etag", etag),))


OPERATIONS = declared(
    Operation(
        name="getSeatStates",
        method="GET",
        path="/api/v1/events/{eventId}/seat-states",
        summary="Every seat's state, one character each, in layout order",
        tag="Seats",
        access=Access.PUBLIC,
        handler=get_seat_states,
        body=NoBody,
        query=NoQuery,
        answer=SeatStates,
        has_etag=True,
        cache=REVALIDATE,
        refusals=frozenset({Code.NOT_FOUND, Code.STORE_UNAVAILABLE}),
        example=Example(
            path=PATH,
            answer=SeatStates(layout_version=1, states="hhhaabx", epoch="u5Yc1s2k", offset="1767225600000-0-x7Qa"),
        ),
    ),
)
