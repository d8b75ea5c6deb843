"""What anybody may read: events, drawings, seats as they are now, and whether the server is well."""

import json
from collections.abc import Iterator, Sequence

import msgspec

from frontrow.client.answers import (
    Alive,
    Event,
    EventList,
    LatestLayout,
    Readiness,
    SeatList,
    SeatState,
    SeatStates,
    Suggestions,
)
from frontrow.client.exchange import Flow, Request, answered, asked, decoded, query_of, segment
from frontrow.client.layouts import Layout
from frontrow.client.paging import pages

PAGE_DEFAULT = 50


def list_events(*, limit: int = PAGE_DEFAULT, cursor: str | None = None) -> Flow[EventList]:
    """A page of events in the order they were made; `events()` walks through all of them.

    Args:
        limit: 1 to 100.
        cursor: `next_cursor` of the page before.
    """
    query = query_of(limit=limit, cursor=cursor)
    return asked(Request(operation="listEvents", method="GET", path="/api/v1/events", query=query), EventList)


def events(*, page_size: int = PAGE_DEFAULT) -> Iterator[Flow[tuple[Event, ...]]]:
    """Every event in the order they were made, read a page of `page_size` (1 to 100) at a time while you iterate."""
    return pages(lambda cursor: list_events(limit=page_size, cursor=cursor))


def get_event(event_id: str) -> Flow[Event]:
    """One event with its prices and seat counts.

    Raises:
        NotFound: there is no such event.
    """
    return asked(Request(operation="getEvent", method="GET", path=_event(event_id)), Event)


def get_latest_layout(layout_id: str) -> Flow[LatestLayout]:
    """A layout's newest version.

    Raises:
        NotFound: there is no such layout.
    """
    path = f"/api/v1/layouts/{segment(layout_id)}"
    return asked(Request(operation="getLatestLayout", method="GET", path=path), LatestLayout)


def get_layout(layout_id: str, version: int) -> Flow[Layout]:
    """A version of a layout, 1 or more. It never changes, so it may be kept for ever.

    Raises:
        NotFound: there is no such version.
    """
    return asked(_layout(layout_id, version), Layout)


def get_layout_document(layout_id: str, version: int) -> Flow[bytes]:
    """The same as its JSON text, byte for byte as it was published."""
    return (yield from answered(_layout(layout_id, version))).body


def list_seats(
    event_id: str,
    *,
    viewport: tuple[float, float, float, float] | None = None,
    section: str | None = None,
    state: SeatState | str | None = None,
    known: SeatList | None = None,
) -> Flow[SeatList]:
    """Seats with place, price and state, in layout order: those that pass every filter.

    Args:
        viewport: x, y, width and height on the canvas; a seat is in it when its position is, edges included.
        section: a section's id.
        state: `available`, `held`, `booked` or `blocked`.
        known: an earlier answer to the same question. Where nothing has changed since, little is sent and `known`
            itself is returned.

    Raises:
        NotFound: there is no such event.
        InvalidRequest: the layout has no such section, or the state is none.
    """
    rectangle = None
    if viewport is not None:
        rectangle = json.dumps(dict(zip(("x", "y", "width", "height"), viewport, strict=True)))
    request = Request(
        operation="listSeats",
        method="GET",
        path=f"{_event(event_id)}/seats",
        query=query_of(viewport=rectangle, section=section, state=state),
        known_etag=None if known is None else known.etag,
    )
    response = yield from answered(request)
    if response.status == 304 and known is not None:
        return known
    return msgspec.structs.replace(decoded(request, response, SeatList), etag=response.headers.get("etag"))


def get_seat_states(event_id: str, *, known: SeatStates | None = None) -> Flow[SeatStates]:
    """Every seat's state, one character each, in layout order: the answer to poll.

    Args:
        known: an earlier answer for this event. Where nothing has changed since, next to nothing is sent and `known`
            itself is returned.

    Raises:
        NotFound: there is no such event.
    """
    request = Request(
        operation="getSeatStates",
        method="GET",
        path=f"{_event(event_id)}/seat-states",
        known_etag=None if known is None else known.etag,
    )
    response = yield from answered(request)
    if response.status == 304 and known is not None:
        return known
    return msgspec.structs.replace(decoded(request, response, SeatStates), etag=response.headers.get("etag"))


def suggest_seats(
    event_id: str, seat_ids: Sequence[str], *, count: int | None = None, alternatives: int | None = None
) -> Flow[tuple[tuple[str, ...], ...]]:
    """Free seats near the wanted ones, for when others were faster: side by side where possible, leaving no single
    seat behind where possible.

    Args:
        seat_ids: the seats that are wanted, 1 to 50, free or not.
        count: how many seats each suggestion has, 1 to 50; as many as are wanted when None.
        alternatives: how many suggestions at most; the server's usual number when None.

    Returns:
        Seats to hold instead, the best suggestion first, none with a seat of another. There may be none.

    Raises:
        NotFound: there is no such event.
        InvalidRequest: the layout has no such seat.
    """
    request = Request(
        operation="suggestSeats",
        method="GET",
        path=f"{_event(event_id)}/suggestions",
        query=query_of(seatIds=",".join(seat_ids), count=count, alternatives=alternatives),
    )
    return (yield from asked(request, Suggestions)).suggestions


def get_liveness() -> Flow[Alive]:
    """Whether the process runs."""
    return asked(Request(operation="getLiveness", method="GET", path="/health/live"), Alive)


def get_readiness() -> Flow[Readiness]:
    """Whether every store answers. A server that is not ready is an answer too, and no error."""
    return asked(Request(operation="getReadiness", method="GET", path="/health/ready", also=(503,)), Readiness)


def _event(event_id: str) -> str:
    return f"/api/v1/events/{segment(event_id)}"


def _layout(layout_id: str, version: int) -> Request:
    path = f"/api/v1/layouts/{segment(layout_id)}/versions/{version}"
    return Request(operation="getLayout", method="GET", path=path)
