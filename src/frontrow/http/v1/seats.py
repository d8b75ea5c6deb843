"""Seats as they are now, with their places and prices: all of an event, or those of a viewport, section or state."""

from collections.abc import Iterable, Iterator, Mapping
from enum import StrEnum
from typing import Annotated

import msgspec
from msgspec import Meta

from frontrow.domain.ids import EventId, SectionId
from frontrow.domain.layout import Point
from frontrow.http.event_views import etag_of, head_of
from frontrow.http.fields import Money, Time, time_text
from frontrow.http.operation import (
    REVALIDATE,
    Access,
    Answer,
    Call,
    Example,
    NoBody,
    Operation,
    declared,
    not_modified,
)
from frontrow.http.problems import Code, FieldFault, Problem, invalid, not_found
from frontrow.http.services import Services
from frontrow.http.turns import in_turns
from frontrow.http.v1.events import PATH
from frontrow.http.v1.prepared_seats import PlacedSeat, PreparedSeats, prepared_seats
from frontrow.http.viewports import ViewportText, read_viewport


class SeatState(StrEnum):
    """What a seat is to everyone who looks."""

    AVAILABLE = "available"
    HELD = "held"
    BOOKED = "booked"
    BLOCKED = "blocked"


_LETTER = {SeatState.AVAILABLE: "a", SeatState.HELD: "h", SeatState.BOOKED: "b", SeatState.BLOCKED: "x"}
_ENDING = {letter: f',"state":"{state}"}}'.encode() for state, letter in _LETTER.items()}


class SeatsQuery(msgspec.Struct, frozen=True):
    """Which seats; all of them without a filter."""

    viewport: ViewportText | None = None
    section: Annotated[str, Meta(description="a section's id")] | None = None
    state: SeatState | None = None


class SeatDocument(PlacedSeat, frozen=True, rename="camel", omit_defaults=True, kw_only=True):
    """A seat as it is now. `holdExpiresAt` is there while it is held by a hold that will run out by itself."""

    state: SeatState
    hold_expires_at: Time | None = None


class SeatList(msgspec.Struct, frozen=True, rename="camel", omit_defaults=True):
    """The seats asked for, in layout order, at one position of the event's changes. `stale` says that the hold store
    does not answer at present: newer changes may be missing."""

    seats: tuple[SeatDocument, ...]
    epoch: str
    offset: str
    layout_version: int
    stale: bool = False


async def list_seats(services: Services, call: Call[NoBody, SeatsQuery]) -> Answer | Problem:
    """The seats that pass every filter."""
    event_id, query = EventId(call.path["eventId"]), call.query
    shown = await services.live.shown(event_id)
    if shown is None:
        return not_found(f"event {event_id}")
    sale, view = shown
    viewport = None if query.viewport is None else read_viewport(query.viewport)
    if isinstance(viewport, Problem):
        return viewport
    if query.section is not None and query.section not in sale.layout.sections:
        return invalid(FieldFault("section", "must be the id of a section of this event's layout"))
    prepared = prepared_seats(sale)
    etag = etag_of(view, prepared.revision)
    if call.has(etag):
        return not_modified(etag)
    # The view goes on changing at the next await: all that is shown of it is taken now.
    seat_ids, states, head = sale.layout.seat_ids, view.states().decode(), head_of(view, sale.layout.version)
    indexes = range(len(seat_ids)) if viewport is None else sale.layout.indexes_in(viewport)
    expiries = {index: view.expires_at_ms(seat_ids[index]) for index in indexes if states[index] == "h"}
    letter = None if query.state is None else _LETTER[query.state]
    section = None if query.section is None else SectionId(query.section)
    texts: list[bytes] = []
    async for turn in in_turns(indexes):
        texts += _texts(prepared, states, expiries, _chosen(prepared, states, turn, section, letter))
    return Answer(body=b'{"seats":[' + b",".join(texts) + b"]," + head[1:], headers=(("etag", etag),))


def _chosen(
    prepared: PreparedSeats, states: str, indexes: Iterable[int], section: SectionId | None, letter: str | None
) -> Iterator[int]:
    seats = prepared.layout.layout.seats
    for index in indexes:
        if (letter is None or states[index] == letter) and (section is None or seats[index].section_id == section):
            yield index


def _texts(
    prepared: PreparedSeats, states: str, expiries: Mapping[int, int | None], indexes: Iterable[int]
) -> Iterator[bytes]:
    for index in indexes:
        expires_at_ms = expiries.get(index)
        if expires_at_ms is None:
            yield prepared.text(index) + _ENDING[states[index]]
        else:
            held = f',"state":"held","holdExpiresAt":"{time_text(expires_at_ms)}"}}'
            yield prepared.text(index) + held.encode()


_EPOCH, _OFFSET = "u5Yc1s2k", "1767225600000-0-x7Qa"

OPERATIONS = declared(
    Operation(
        name="listSeats",
        method="GET",
        path="/api/v1/events/{eventId}/seats",
        summary="Seats with place, price and state, by viewport, section or state",
        tag="Seats",
        access=Access.PUBLIC,
        handler=list_seats,
        body=NoBody,
        query=SeatsQuery,
        answer=SeatList,
        has_etag=True,
        cache=REVALIDATE,
        refusals=frozenset({Code.NOT_FOUND, Code.VALIDATION_FAILED, Code.STORE_UNAVAILABLE}),
        example=Example(
            path=PATH,
            query={"viewport": '{"x":0,"y":0,"width":800,"height":600}', "state": "held"},
            answer=SeatList(
                seats=(
                    SeatDocument(
                        seat_id="A1",
                        position=Point(120, 80),
                        category_id="stalls",
                        row_label="A",
                        seat_number=1,
                        price=Money(amount_minor=15000, currency="USD"),
                        state=SeatState.HELD,
                        hold_expires_at="2026-02-20T12:10:00.000Z",
                    ),
                ),
                layout_version=1,
                epoch=_EPOCH,
                offset=_OFFSET,
            ),
        ),
    ),
)
