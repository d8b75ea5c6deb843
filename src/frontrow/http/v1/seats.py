"""Seats as they are now: with their places and prices, or one character each."""

import hashlib
from enum import StrEnum
from typing import Annotated

import msgspec
from msgspec import Meta

from frontrow.domain.errors import StoreUnavailable
from frontrow.domain.event import Event
from frontrow.domain.ids import EventId, SeatId, SectionId, is_chosen_id
from frontrow.domain.layout import Point
from frontrow.domain.layout_index import LayoutIndex, Viewport
from frontrow.http.faults import faults_of
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
from frontrow.http.problems import Code, FieldFault, Problem, invalid, not_found
from frontrow.http.services import Services
from frontrow.http.v1.events import PATH
from frontrow.http.v1.fields import Money, Time, time_text
from frontrow.services.catalog import Sale
from frontrow.services.live_view import LiveView

SHOWN_TRIES_MAX = 3
PREPARED_EVENTS_MAX = 64
"""Events whose seats are kept encoded, about 250 bytes a seat that was ever asked for."""


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

    viewport: (
        Annotated[str, Meta(description='a rectangle of the canvas as JSON: {"x","y","width","height"}')] | None
    ) = None
    section: Annotated[str, Meta(description="a section's id")] | None = None
    state: SeatState | None = None


class _ViewportJson(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    x: float
    y: float
    width: Annotated[float, Meta(ge=0)]
    height: Annotated[float, Meta(ge=0)]


class PlacedSeat(msgspec.Struct, frozen=True, rename="camel", omit_defaults=True):
    """A seat where it stands, at its price in this event."""

    seat_id: str
    position: Point
    category_id: str
    row_label: str
    seat_number: int | str
    price: Money
    section_id: str | None = None
    table_id: str | None = None
    accessible: bool = False
    companion: bool = False
    restricted_view: bool = False


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


class SeatStates(msgspec.Struct, frozen=True, rename="camel", omit_defaults=True):
    """Every seat in layout order, one character each: `a` available, `h` held, `b` booked, `x` blocked."""

    epoch: str
    offset: str
    layout_version: int
    states: str
    stale: bool = False


class _PreparedSeats:
    """One event's seats encoded up to their state; each seat when it is first asked for."""

    def __init__(self, sale: Sale) -> None:
        self.event: Event = sale.event
        self.layout: LayoutIndex = sale.layout
        self.revision = hashlib.sha256(msgspec.json.encode(sale.event)).hexdigest()[:12]
        self._texts: list[bytes | None] = [None] * len(sale.layout.seat_ids)

    def text(self, index: int) -> bytes:
        """The seat's JSON object without its closing brace."""
        text = self._texts[index]
        if text is None:
            seat, event = self.layout.layout.seats[index], self.event
            placed = PlacedSeat(
                seat_id=seat.id,
                position=seat.position,
                category_id=seat.category_id,
                row_label=seat.row_label,
                seat_number=seat.seat_number,
                price=Money(amount_minor=event.prices[seat.category_id], currency=event.currency),
                section_id=seat.section_id,
                table_id=seat.table_id,
                accessible=seat.accessible,
                companion=seat.companion,
                restricted_view=seat.restricted_view,
            )
            text = self._texts[index] = msgspec.json.encode(placed)[:-1]
        return text


_prepared: dict[EventId, _PreparedSeats] = {}


def _prepare(sale: Sale) -> _PreparedSeats:
    event_id = sale.event.event_id
    known = _prepared.get(event_id)
    if known is not None and known.event == sale.event and known.layout is sale.layout:
        return known
    while len(_prepared) >= PREPARED_EVENTS_MAX:
        del _prepared[next(iter(_prepared))]
    made = _prepared[event_id] = _PreparedSeats(sale)
    return made


async def list_seats(services: Services, call: Call[NoBody, SeatsQuery]) -> Answer | Problem:
    """The seats that pass every filter."""
    event_id, query = EventId(call.path["eventId"]), call.query
    shown = await _shown(services, event_id)
    if shown is None:
        return not_found(f"event {event_id}")
    sale, view = shown
    viewport = None if query.viewport is None else _viewport(query.viewport)
    if isinstance(viewport, Problem):
        return viewport
    if query.section is not None and query.section not in sale.layout.sections:
        return invalid(FieldFault("section", "must be the id of a section of this event's layout"))
    prepared = _prepare(sale)
    etag = _etag(view, prepared.revision)
    if call.has(etag):
        return not_modified(etag)
    indexes = range(len(sale.layout.seat_ids)) if viewport is None else sale.layout.indexes_in(viewport)
    section = None if query.section is None else SectionId(query.section)
    seats = _seats(prepared, view, indexes, section, query.state)
    head = _head(view, sale.layout.version)
    return Answer(body=b'{"seats":[' + b",".join(seats) + b"]," + head[1:], headers=(("etag", etag),))


async def _shown(services: Services, event_id: EventId) -> tuple[Sale, LiveView] | None:
    """The event and its view, on the same drawing: an event may be moved to a newer one between the two reads."""
    if not is_chosen_id(event_id):
        return None
    for _ in range(SHOWN_TRIES_MAX):
        sale = await services.catalog.sale(event_id)
        if sale is None:
            return None
        view = await services.live.view(event_id)
        if view.layout.version == sale.layout.version and view.layout.layout.id == sale.layout.layout.id:
            return Sale(event=sale.event, layout=view.layout), view
    raise StoreUnavailable(f"event {event_id} and its view are on different layout versions")


def _seats(
    prepared: _PreparedSeats,
    view: LiveView,
    indexes: "range | list[int]",
    section: SectionId | None,
    state: SeatState | None,
) -> list[bytes]:
    layout, states = prepared.layout.layout, view.states().decode()
    wanted = None if state is None else _LETTER[state]
    texts: list[bytes] = []
    for index in indexes:
        letter = states[index]
        if wanted is not None and letter != wanted:
            continue
        if section is not None and layout.seats[index].section_id != section:
            continue
        ending = _ENDING[letter] if letter != "h" else _held_ending(view, layout.seats[index].id)
        texts.append(prepared.text(index) + ending)
    return texts


def _held_ending(view: LiveView, seat_id: SeatId) -> bytes:
    expires_at_ms = view.expires_at_ms(seat_id)
    if expires_at_ms is None:
        return _ENDING["h"]
    return f',"state":"held","holdExpiresAt":"{time_text(expires_at_ms)}"}}'.encode()


async def get_seat_states(services: Services, call: Call[NoBody, NoQuery]) -> Answer | Problem:
    """The whole event in as many bytes as it has seats."""
    event_id = EventId(call.path["eventId"])
    shown = await _shown(services, event_id)
    if shown is None:
        return not_found(f"event {event_id}")
    sale, view = shown
    etag = _etag(view, str(sale.layout.version))
    if call.has(etag):
        return not_modified(etag)
    head = _head(view, sale.layout.version)
    return Answer(body=head[:-1] + b',"states":"' + view.states() + b'"}', headers=(("etag", etag),))


class _Head(msgspec.Struct, frozen=True, rename="camel", omit_defaults=True):
    epoch: str
    offset: str
    layout_version: int
    stale: bool = False


def _head(view: LiveView, layout_version: int) -> bytes:
    position = view.position
    return msgspec.json.encode(_Head(position.epoch, position.offset, layout_version, view.stale))


def _etag(view: LiveView, revision: str) -> str:
    position = view.position
    return f'"{position.epoch}:{position.offset}:{revision}{"~" if view.stale else ""}"'


def _viewport(text: str) -> Viewport | Problem:
    expected = 'must be JSON such as {"x":0,"y":0,"width":800,"height":600}'
    try:
        value = msgspec.json.decode(text)
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        return invalid(FieldFault("viewport", expected))
    if not isinstance(value, dict):
        return invalid(FieldFault("viewport", expected))
    faults = faults_of(value, _ViewportJson)
    if faults:
        return invalid(*(FieldFault(f"viewport.{fault.field}", fault.message) for fault in faults))
    shape = msgspec.convert(value, _ViewportJson)
    return Viewport(x=shape.x, y=shape.y, width=shape.width, height=shape.height)


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
        example=Example(path=PATH, answer=SeatStates(layout_version=1, states="hhhaabx", epoch=_EPOCH, offset=_OFFSET)),
    ),
)
