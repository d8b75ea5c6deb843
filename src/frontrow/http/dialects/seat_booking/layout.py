"""Dialect 002's layout: the drawing with every seat as it is now, or the seats of a viewport.

Seats are encoded ahead but for their status, so a read costs one look at each seat that is asked for; whole venues are
put together in slices, with a turn for other requests in between. Source: seeds/002 (sections 4 and 8).
"""

from collections.abc import Mapping, Sequence
from typing import Annotated

import msgspec
from msgspec import Meta

from frontrow.domain.booking import BookedSeat
from frontrow.domain.ids import EventId, SeatId, UserId
from frontrow.domain.layout import Item
from frontrow.http.dialects.fields import amount
from frontrow.http.dialects.seat_booking.answers import (
    REFUSALS,
    DrawnItem,
    DrawnLayout,
    DrawnSeat,
    LayoutNow,
    LayoutShown,
    PricedCategory,
    SeatNow,
    StatusCount,
)
from frontrow.http.dialects.seat_booking.requests import EVENT, TAG
from frontrow.http.fields import time_text
from frontrow.http.operation import Access, Answer, Call, Example, NoBody, Operation, declared
from frontrow.http.per_sale import PerSale
from frontrow.http.problems import Code, Problem, not_found
from frontrow.http.services import Services
from frontrow.http.turns import in_turns
from frontrow.http.viewports import ViewportText, read_viewport
from frontrow.services.catalog import Sale
from frontrow.services.seat_owners import KnownOwners

_HELD, _BOOKED = ord("h"), ord("b")
_NOBODY = KnownOwners({}, {})
_encoder = msgspec.json.Encoder()


class LayoutQuery(msgspec.Struct, frozen=True):
    """Which seats; all of them without a viewport."""

    viewport: Annotated[ViewportText | None, Meta(description="only seats whose position is in it")] = None


class _Now(msgspec.Struct, frozen=True, rename="camel"):
    """What changes about a seat, in the order of SeatNow."""

    status: str
    booked_by: UserId | None = None
    held_by: UserId | None = None
    hold_expires_at: str | None = None
    booked_at: str | None = None
    booked_price: float | None = None

    def ending(self) -> bytes:
        """The rest of a seat's JSON object."""
        return b"," + _encoder.encode(self)[1:]


_ENDINGS = {ord(letter): _Now(status).ending() for letter, status in
            (("a", "available"), ("h", "held"), ("b", "booked"), ("x", "blocked"))}  # fmt: skip


class _Prepared:
    """What never changes about an event's layout, encoded: the drawing, its items, and each seat that was asked for."""

    def __init__(self, sale: Sale) -> None:
        drawing, event = sale.layout.layout, sale.event
        self.seats = drawing.seats
        self.layout = _encoder.encode(
            DrawnLayout(
                id=drawing.id,
                name=drawing.name,
                canvas_w=drawing.canvas_w,
                canvas_h=drawing.canvas_h,
                categories=tuple(
                    PricedCategory(it.id, it.name, it.color, amount(event.prices[it.id], event.currency))
                    for it in drawing.categories
                ),
            )
        )
        self.items = _encoder.encode([_drawn(item) for item in drawing.items])
        self._texts: list[bytes | None] = [None] * len(drawing.seats)

    def text(self, index: int) -> bytes:
        """The seat's JSON object without what changes and its closing brace; about 200 bytes."""
        text = self._texts[index]
        if text is None:
            seat = self.seats[index]
            drawn = DrawnSeat(
                id=seat.id,
                position=seat.position,
                size=seat.size,
                category_id=seat.category_id,
                rotation=seat.rotation,
                row_label=seat.row_label,
                seat_number=seat.seat_number,
            )
            text = self._texts[index] = _encoder.encode(drawn)[:-1]
        return text


_prepared = PerSale(_Prepared)


async def get_layout(services: Services, call: Call[NoBody, LayoutQuery]) -> Answer | Problem:
    """The layout with its seats as they are now, owners only to whom they concern."""
    event_id = EventId(call.path["eventId"])
    text = call.query.viewport
    viewport = None if text is None else read_viewport(text, ignores_unknown=True)
    if isinstance(viewport, Problem):
        return viewport
    shown = await services.live.shown(event_id)
    if shown is None:
        return not_found(f"event {event_id}")
    # The view goes on changing at the next await: all that is shown of it is taken now.
    sale, view = shown
    letters, stats, seat_ids = view.states(), _stats(view.counts()), sale.layout.seat_ids
    indexes = range(len(seat_ids)) if viewport is None else sale.layout.indexes_in(viewport)
    held = {seat_ids[index]: view.expires_at_ms(seat_ids[index]) for index in indexes if letters[index] == _HELD}
    owners = _NOBODY
    if call.caller is not None:
        booked = [seat_ids[index] for index in indexes if letters[index] == _BOOKED]
        owners = await services.seat_owners.owners(call.caller, event_id, held=list(held), booked=booked)
    prepared = _prepared.of(sale)
    seats: list[bytes] = []
    async for turn in in_turns(indexes):
        for index in turn:
            letter = letters[index]
            if letter == _HELD or (letter == _BOOKED and owners.booked):
                ending = _ending(seat_ids[index], letter, held, owners, sale)
            else:
                ending = _ENDINGS[letter]
            seats.append(prepared.text(index) + ending)
    parts = (prepared.layout, b",".join(seats), prepared.items, stats)
    return Answer(body=b'{"success":true,"data":{"layout":%b,"seats":[%b],"items":%b,"stats":%b}}' % parts)


def _ending(seat_id: SeatId, letter: int, held: Mapping[SeatId, int | None], owners: KnownOwners, sale: Sale) -> bytes:
    if letter == _HELD:
        expires_at_ms = held[seat_id]
        expires_at = None if expires_at_ms is None else time_text(expires_at_ms)
        return _Now("held", held_by=owners.held_by.get(seat_id), hold_expires_at=expires_at).ending()
    sold: BookedSeat | None = owners.booked.get(seat_id)
    if sold is None:
        return _ENDINGS[letter]
    price = amount(sold.price_minor, sale.event.currency)
    return _Now("booked", sold.user_id, booked_at=time_text(sold.booked_at_ms), booked_price=price).ending()


def _drawn(item: Item) -> DrawnItem:
    return DrawnItem(item.id, item.type, item.pos, item.size, item.rot, item.lbl, item.shp, item.sc)


def _stats(counts: Mapping[str, int]) -> bytes:
    """The whole event by status; `blocked` only where seats are."""
    statuses: Sequence[str] = ("available", "booked", "held", *(("blocked",) if counts["blocked"] else ()))
    return _encoder.encode([StatusCount(status, counts[status]) for status in statuses])


def _example() -> LayoutShown:
    def seat(number: int, status: str, **now: object) -> SeatNow:
        fields = {"id": f"seat_A{number}", "position": {"x": 70.0 + 30 * number, "y": 50.0}, "seatNumber": number}
        drawn = {"size": {"x": 24.0, "y": 24.0}, "categoryId": "vip", "rotation": 0.0, "rowLabel": "A"}
        return msgspec.convert({**fields, **drawn, "status": status, **now}, SeatNow)

    table = {"id": "table_VIP_001", "type": "table", "lbl": "VIP Table 1", "rot": 0.0, "shp": "round", "sc": 8}
    return LayoutShown(
        data=LayoutNow(
            layout=DrawnLayout(
                id=EVENT,
                name="Grand Theater Main Hall",
                canvas_w=1200.0,
                canvas_h=800.0,
                categories=(
                    PricedCategory("vip", "VIP", "#FFD700", 150.0),
                    PricedCategory("standard", "Standard", "#4CAF50", 75.0),
                ),
            ),
            seats=(
                seat(1, "available"),
                seat(2, "held", heldBy="64f111222333abcd11122233", holdExpiresAt="2026-10-22T15:45:00.000Z"),
                seat(
                    3,
                    "booked",
                    bookedBy="64f444555666abcd44455566",
                    bookedAt="2026-10-22T14:30:00.000Z",
                    bookedPrice=150.0,
                ),
            ),
            items=(
                msgspec.convert({**table, "pos": {"x": 300.0, "y": 100.0}, "size": {"x": 80.0, "y": 80.0}}, DrawnItem),
            ),
            stats=(StatusCount("available", 443), StatusCount("booked", 45), StatusCount("held", 12)),
        )
    )


OPERATIONS = declared(
    Operation(
        name="getSeatBookingLayout",
        method="GET",
        path="/seat-booking/layout/{eventId}",
        summary="The layout with its seats as they are now, or those of a viewport",
        tag=TAG,
        access=Access.OPTIONAL,
        handler=get_layout,
        body=NoBody,
        query=LayoutQuery,
        answer=LayoutShown,
        errors=REFUSALS,
        refusals=frozenset({Code.NOT_FOUND, Code.VALIDATION_FAILED, Code.STORE_UNAVAILABLE}),
        example=Example(
            path={"eventId": EVENT},
            query={"viewport": '{"x":0,"y":0,"width":800,"height":600}'},
            answer=_example(),
        ),
    ),
)
