"""Dialect 000, `holds`: several seats held together for five minutes, looked at, given back, and a show's seat map.

Source: seeds/000 (holding seats, seats on hold), docs/dialects.md. Its orders are in orders.py.
"""

import asyncio
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from frontrow.domain.booking import Booking
from frontrow.domain.hold import HoldReleased, SeatsUnavailable
from frontrow.domain.ids import CategoryId, EventId, HoldId, LayoutId, SeatId, event_number_of
from frontrow.domain.layout import Category, Layout, Point, Seat
from frontrow.domain.order import Order
from frontrow.http.dialects.fields import Id, SeatIds, seat_ids_of
from frontrow.http.dialects.hold_errors import ERRORS, ErrorBody, error_body, example_error
from frontrow.http.fields import MS_PER_MINUTE, Time, time_text
from frontrow.http.operation import (
    Access,
    Answer,
    Call,
    Example,
    NamesUser,
    NoBody,
    NoQuery,
    Operation,
    Variant,
    declared,
)
from frontrow.http.order_refusals import order_problem
from frontrow.http.problems import Code, FieldFault, Problem, invalid, not_found
from frontrow.http.refusals import SELECTION_CODES, problem_of
from frontrow.http.services import Services
from frontrow.http.turns import in_turns
from frontrow.services.order_outcomes import OrderShown, RequestRunning
from frontrow.services.outcomes import HoldRequest, HoldShown

HOLD_MINUTES = 5
STOPPING_MS = 1_000
"""When to ask again about an order whose payment is being stopped."""
_SOLD_OR_BLOCKED, _HELD = b"bx", ord("h")
TAG = "Dialect: holds and orders"


class HoldSeatsTogether(NamesUser, frozen=True, rename="camel"):
    """Seats of a show to hold together; fields that are not known are ignored."""

    show_id: Id
    seat_ids: SeatIds
    quantity: Annotated[int, Meta(description="how many seats these are, as a check")] | None = None


class ForUser(NamesUser, frozen=True):
    """Whom a hold belongs to, where it was made with a `userId`."""


class HeldTogether(msgspec.Struct, frozen=True, rename="camel"):
    """A hold. Once its seats are sold it is CONFIRMED and runs out no more; CANCELLED when they were given back."""

    hold_id: str
    show_id: str
    seat_ids: tuple[str, ...]
    status: Literal["HELD", "CONFIRMED", "CANCELLED"]
    expires_at: Time | None


class HoldGivenBack(msgspec.Struct, frozen=True, rename="camel"):
    """The seats are free again."""

    hold_id: str
    status: Literal["RELEASED"]
    released_seats: tuple[str, ...]


class SeatMapOfShow(msgspec.Struct, frozen=True, rename="camel"):
    """A show's drawing and the seats of it that can't be had: sold or withheld ones, and those on hold."""

    show_id: str
    layout: Annotated[Layout, Meta(description="the drawing, as `/api/v1/layouts` gives it")]
    unavailable_seat_ids: tuple[str, ...]
    held_seat_ids: tuple[str, ...]


async def hold_seats(services: Services, call: Call[HoldSeatsTogether, NoQuery]) -> Answer | Problem:
    """Hold every seat, or none."""
    body = call.body
    seat_ids = seat_ids_of(body.seat_ids)
    if body.quantity is not None and body.quantity != len(seat_ids):
        return invalid(FieldFault("quantity", f"must be the number of seatIds, {len(seat_ids)}; got {body.quantity}"))
    event_id = EventId(str(body.show_id))
    request = HoldRequest(seat_ids=seat_ids, duration_ms=HOLD_MINUTES * MS_PER_MINUTE)
    outcome = await services.holds.hold(call.user, event_id, request)
    match outcome:
        case HoldShown():
            return Answer(body=_held(outcome))
        case SeatsUnavailable(refusals=refusals):
            taken = tuple(refusal.seat_id for refusal in refusals)
            return Answer(status=409, body=error_body(f"SORRY! Seat {taken[0]} is already taken", taken))
    return problem_of(outcome, event_id=event_id)


async def get_hold(services: Services, call: Call[NoBody, ForUser]) -> Answer | Problem:
    """The hold as it is now, or what became of it."""
    hold_id = HoldId(call.path["holdId"])
    event_id = await event_of_hold(services, hold_id)
    if event_id is None:
        return _hold_not_found()
    hold = await services.holds.hold_of(call.user, event_id, hold_id)
    if isinstance(hold, HoldShown) and hold.seat_ids:
        return Answer(body=_held(hold))
    ordered = await services.orders.order_of_hold(call.user, event_id, hold_id)
    if isinstance(ordered, OrderShown) and ordered.order.has_claim:
        return Answer(body=_claimed(ordered.order))
    booking = await services.bookings.booking_of_hold(call.user, event_id, hold_id)
    return Answer(body=_sold(hold_id, booking)) if isinstance(booking, Booking) else _hold_not_found()


async def release_hold(services: Services, call: Call[ForUser, NoQuery]) -> Answer | Problem:
    """Give the whole hold back."""
    hold_id = HoldId(call.path["holdId"])
    event_id = await event_of_hold(services, hold_id)
    if event_id is None:
        return _hold_not_found()
    outcome = await services.holds.release(call.user, event_id, hold_id)
    if isinstance(outcome, HoldReleased):
        if not outcome.seat_ids:  # they had all moved to a newer hold, by being held again
            return _hold_not_found()
        return Answer(body=HoldGivenBack(hold_id, "RELEASED", outcome.seat_ids))
    ordered = await services.orders.order_of_hold(call.user, event_id, hold_id)
    if isinstance(ordered, OrderShown) and ordered.order.has_claim:
        given_up = await services.orders.cancel(call.user, ordered.order.order_id)
        if isinstance(given_up, OrderShown) and given_up.order.has_claim:  # until the gateway says what came of it
            return order_problem(RequestRunning(STOPPING_MS))
        if isinstance(given_up, OrderShown):
            return Answer(body=HoldGivenBack(hold_id, "RELEASED", given_up.order.seat_ids))
    return problem_of(outcome, event_id=event_id)


async def get_seat_map(services: Services, call: Call[NoBody, NoQuery]) -> Answer | Problem:
    """The drawing with the seats that cannot be had."""
    show_id = EventId(call.path["showId"])
    shown = await services.live.shown(show_id)
    drawing = (
        None if shown is None else await services.catalog.drawing(shown[0].event.layout_id, shown[0].layout.version)
    )
    if shown is None or drawing is None:
        return not_found(f"show {show_id}")
    sale, view = shown
    seat_ids, states = sale.layout.seat_ids, view.states()
    unavailable: list[SeatId] = []
    held: list[SeatId] = []
    async for turn in in_turns(range(len(seat_ids))):
        unavailable += (seat_ids[index] for index in turn if states[index] in _SOLD_OR_BLOCKED)
        held += (seat_ids[index] for index in turn if states[index] == _HELD)
    body = b'{"showId":%b,"layout":%b,"unavailableSeatIds":%b,"heldSeatIds":%b}' % (
        msgspec.json.encode(show_id),
        await asyncio.to_thread(drawing.document),
        msgspec.json.encode(unavailable),
        msgspec.json.encode(held),
    )
    return Answer(body=body)


async def event_of_hold(services: Services, hold_id: HoldId) -> EventId | None:
    """The event that a hold's id says it belongs to; None where there is no such event."""
    number = event_number_of(hold_id)
    sale = None if number is None else await services.catalog.sale_by_number(number)
    return None if sale is None else sale.event.event_id


def _held(hold: HoldShown) -> HeldTogether:
    return HeldTogether(hold.hold_id, hold.event_id, hold.seat_ids, "HELD", time_text(hold.expires_at_ms))


def _claimed(order: Order) -> HeldTogether:
    """The hold's order keeps its seats now, for being paid."""
    until_ms = order.pay_until_ms or order.expires_at_ms
    return HeldTogether(order.hold_id, order.event_id, order.seat_ids, "HELD", time_text(until_ms))


def _sold(hold_id: HoldId, booking: Booking) -> HeldTogether:
    still = booking.left_seat_ids
    if not still:
        return HeldTogether(hold_id, booking.event_id, booking.seat_ids, "CANCELLED", None)
    return HeldTogether(hold_id, booking.event_id, still, "CONFIRMED", None)


def _hold_not_found() -> Problem:
    return Problem(code=Code.HOLD_NOT_FOUND, detail="you have no such hold")


_SHOW_PATH = {"showId": "movie123"}
HOLD_ID = "7-5nYy3vS0T0mQ2b1c7JkR9w"
_HOLD_PATH = {"holdId": HOLD_ID}
SEATS = ("A5", "A6", "A7")
_EXAMPLE = HeldTogether(HOLD_ID, "movie123", SEATS, "HELD", "2025-12-17T15:30:00.000Z")
_DRAWING = Layout(
    id=LayoutId("cinema"),
    name="Cinema",
    canvas_w=400,
    canvas_h=300,
    categories=(Category(CategoryId("standard"), "Standard", "#4caf50", 12.0),),
    seats=(Seat(SeatId("A5"), Point(100, 100), CategoryId("standard"), "A", 5),),
)
_OF_HOLD = frozenset({Code.HOLD_NOT_FOUND})

OPERATIONS = declared(
    Operation(
        name="holdsHold",
        method="POST",
        path="/holds",
        summary="Hold these seats together for five minutes, all or none",
        tag=TAG,
        access=Access.GUEST,
        handler=hold_seats,
        body=HoldSeatsTogether,
        query=NoQuery,
        answer=HeldTogether,
        errors=ERRORS,
        counts_as="hold",
        refusals=SELECTION_CODES
        | {
            Code.NOT_FOUND,
            Code.EVENT_NOT_ON_SALE,
            Code.SEAT_LIMIT_REACHED,
            Code.ORPHAN_SEATS,
            Code.REQUEST_IN_PROGRESS,
        },
        variants=(
            Variant(
                status=409,
                answer=ErrorBody,
                description="A seat is taken; nothing was held",
                example=example_error("SORRY! Seat F5 is already taken", ("F5", "F6")),
            ),
        ),
        example=Example(body=HoldSeatsTogether("movie123", SEATS, 3), answer=_EXAMPLE),
    ),
    Operation(
        name="holdsGet",
        method="GET",
        path="/holds/{holdId}",
        summary="A hold as it is now, or as what it was sold",
        tag=TAG,
        access=Access.GUEST,
        handler=get_hold,
        body=NoBody,
        query=ForUser,
        answer=HeldTogether,
        errors=ERRORS,
        refusals=_OF_HOLD,
        example=Example(path=_HOLD_PATH, answer=_EXAMPLE),
    ),
    Operation(
        name="holdsRelease",
        method="POST",
        path="/holds/{holdId}/release",
        summary="Give a hold back",
        tag=TAG,
        access=Access.GUEST,
        handler=release_hold,
        body=ForUser,
        body_optional=True,
        query=NoQuery,
        answer=HoldGivenBack,
        errors=ERRORS,
        refusals=_OF_HOLD | {Code.NOT_FOUND, Code.REQUEST_IN_PROGRESS},
        example=Example(path=_HOLD_PATH, body=ForUser(), answer=HoldGivenBack(HOLD_ID, "RELEASED", SEATS)),
    ),
    Operation(
        name="holdsSeatMap",
        method="GET",
        path="/shows/{showId}/seatmap",
        summary="A show's drawing, and its seats that are sold or on hold",
        tag=TAG,
        access=Access.PUBLIC,
        handler=get_seat_map,
        body=NoBody,
        query=NoQuery,
        answer=SeatMapOfShow,
        errors=ERRORS,
        refusals=frozenset({Code.NOT_FOUND, Code.STORE_UNAVAILABLE}),
        example=Example(
            path=_SHOW_PATH,
            answer=SeatMapOfShow("movie123", _DRAWING, (), ("A5",)),
        ),
    ),
)
