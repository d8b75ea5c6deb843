"""Every seat of an event in one character each: what pages poll.

The answer is made once for as long as the view stands still: most of those who ask between two changes are sent the
same bytes.
"""

from weakref import WeakKeyDictionary

import msgspec

from frontrow.domain.changes import Position
from frontrow.domain.ids import EventId
from frontrow.domain.layout_index import LayoutIndex
from frontrow.http.event_views import etag_of, head_of
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
from frontrow.services.live_view import LiveView


class SeatStates(msgspec.Struct, frozen=True, rename="camel", omit_defaults=True):
    """Every seat in layout order, one character each: `a` available, `h` held, `b` booked, `x` blocked."""

    epoch: str
    offset: str
    layout_version: int
    states: str
    stale: bool = False


class _Made(msgspec.Struct, frozen=True):
    """The answer for a view, and all of the view that it was made from."""

    position: Position
    layout: LayoutIndex
    stale: bool
    etag: str
    answer: Answer


_made: WeakKeyDictionary[LiveView, _Made] = WeakKeyDictionary()


async def get_seat_states(services: Services, call: Call[NoBody, NoQuery]) -> Answer | Problem:
    """The whole event in as many bytes as it has seats."""
    event_id = EventId(call.path["eventId"])
    shown = await services.live.shown(event_id)
    if shown is None:
        return not_found(f"event {event_id}")
    _, view = shown
    made = _made.get(view)
    if made is None or made.position is not view.position or made.layout is not view.layout or made.stale != view.stale:
        made = _made[view] = _make(view)
    return not_modified(made.etag) if call.has(made.etag) else made.answer


def _make(view: LiveView) -> _Made:
    layout = view.layout
    etag = etag_of(view, f"{layout.layout.id}.{layout.version}")
    body = head_of(view, layout.version)[:-1] + b',"states":"' + view.states() + b'"}'
    return _Made(view.position, layout, view.stale, etag, Answer(body=body, headers=(("etag", etag),)))


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
