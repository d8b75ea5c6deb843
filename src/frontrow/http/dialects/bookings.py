"""Dialect 004, `bookings`: a show's status and summary, hold, confirm, in plain bodies with a `message`.

Source: seeds/004 (API reference, key features), docs/dialects.md.
"""

from typing import Annotated

import msgspec
from msgspec import Meta

from frontrow.domain.booking import BookingWritten, ContactInfo
from frontrow.domain.hold import SeatsUnavailable, Unavailable
from frontrow.domain.ids import BookingId, EventId, SeatId
from frontrow.domain.seat_map import SeatState
from frontrow.domain.texts import printable
from frontrow.http.dialects.fields import Id, seat_ids_of
from frontrow.http.fields import MS_PER_MINUTE, TEXT_CHARS_MAX, Time, time_text
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
from frontrow.http.problems import Code, ErrorStyle, FieldFault, Problem, invalid, not_found
from frontrow.http.refusals import SELECTION_CODES, listed, problem_of
from frontrow.http.services import Services
from frontrow.http.turns import in_turns
from frontrow.services.callers import Caller
from frontrow.services.confirming import SeatsAlreadyBooked, SeatsNotHeld
from frontrow.services.outcomes import HoldRequest, HoldShown

HOLD_MINUTES = 10

_TAG = "Dialect: bookings"
_WORDS = {
    ord(SeatState.AVAILABLE.value): "Available",
    ord(SeatState.HELD.value): "Held",
    ord(SeatState.BOOKED.value): "Booked",
    ord(SeatState.BLOCKED.value): "Booked",
}
_BAD_REQUESTS = SELECTION_CODES | {Code.PRICE_MISSING, Code.IDEMPOTENCY_KEY_REUSED}


class Message(msgspec.Struct, frozen=True, rename="camel", omit_defaults=True):
    """What happened, in a sentence. `seatNumbers` are the seats it is about, `bookingIds` the bookings of the user's
    that have them, where there are any."""

    message: str
    seat_numbers: tuple[str, ...] = ()
    booking_ids: tuple[str, ...] = ()


def _status_of(problem: Problem) -> int:
    return 400 if problem.code in _BAD_REQUESTS else problem.status


def _encode(problem: Problem, _request_id: str) -> bytes:
    seats = () if problem.code is Code.ORPHAN_SEATS else problem.seat_ids  # those are free: clients read them as taken
    return msgspec.json.encode(Message(problem.detail, seats))


ERRORS = ErrorStyle(media_type="application/json", encode=_encode, schema=Message, status_of=_status_of)


class SeatsOfShow(NamesUser, frozen=True, rename="camel"):
    """Seats of a show, for a user. Without `userId` the caller; fields that are not known are ignored."""

    show_id: Annotated[Id, Meta(description="text, or a number that stands for its decimal digits")]
    seat_number: Annotated[Id | tuple[Id, ...], Meta(description="one seat, or a list of 1 to 50")]

    @property
    def event_id(self) -> EventId:
        """The show."""
        return EventId(str(self.show_id))

    @property
    def seat_ids(self) -> tuple[SeatId, ...]:
        """The seats, one or more."""
        numbers = self.seat_number if isinstance(self.seat_number, tuple) else (self.seat_number,)
        return seat_ids_of(numbers)


class SeatStatus(msgspec.Struct, frozen=True, rename="camel"):
    """One seat and whether it can be had: `Available`, `Held` or `Booked` (withheld seats too)."""

    seat_number: str
    status: str


class ShowStatus(msgspec.Struct, frozen=True, rename="camel"):
    """Every seat of a show."""

    show_title: str
    total_seats: int
    seats: tuple[SeatStatus, ...]


class ShowSummary(msgspec.Struct, frozen=True, rename="camel"):
    """How many seats are in each state; seats withheld from sale count as booked."""

    movie_title: str
    total_seats: int
    booked_count: int
    held_count: int
    available_count: int
    message: str


class SeatsHeld(msgspec.Struct, frozen=True, rename="camel"):
    """The seats are held until then."""

    message: str
    expires_at: Time


class SeatsBooked(msgspec.Struct, frozen=True, rename="camel"):
    """The seats are sold."""

    message: str
    booking_id: str


async def get_status(services: Services, call: Call[NoBody, NoQuery]) -> Answer | Problem:
    """The live seat map."""
    shown = await services.live.shown(EventId(call.path["showId"]))
    if shown is None:
        return _no_show(call.path["showId"])
    sale, view = shown
    seat_ids, states = sale.layout.seat_ids, view.states()
    # Ids have no character that JSON escapes; a struct for each of an arena's seats would take ten times as long.
    parts: list[bytes] = []
    async for turn in in_turns(range(len(seat_ids))):
        texts = (f'{{"seatNumber":"{seat_ids[index]}","status":"{_WORDS[states[index]]}"}}' for index in turn)
        parts.append(",".join(texts).encode())
    title = msgspec.json.encode(sale.event.name)
    head = b'{"showTitle":%b,"totalSeats":%d,"seats":[' % (title, len(seat_ids))
    return Answer(body=head + b",".join(parts) + b"]}")


async def get_summary(services: Services, call: Call[NoBody, NoQuery]) -> Answer | Problem:
    """Counts of seats by status."""
    shown = await services.live.shown(EventId(call.path["showId"]))
    if shown is None:
        return _no_show(call.path["showId"])
    sale, view = shown
    counts = view.counts()
    total, available = sum(counts.values()), counts["available"]
    message = "Sold out" if available == 0 else f"{available} of {total} seats are available"
    return Answer(
        body=ShowSummary(
            movie_title=sale.event.name,
            total_seats=total,
            booked_count=counts["booked"] + counts["blocked"],
            held_count=counts["held"],
            available_count=available,
            message=message,
        )
    )


async def hold_seats(services: Services, call: Call[SeatsOfShow, NoQuery]) -> Answer | Problem:
    """Hold every seat named for ten minutes, or none."""
    seat_ids, event_id = call.body.seat_ids, call.body.event_id
    if not seat_ids:
        return _no_seats()
    request = HoldRequest(seat_ids=seat_ids, duration_ms=HOLD_MINUTES * MS_PER_MINUTE)
    outcome = await services.holds.hold(call.user, event_id, request)
    match outcome:
        case HoldShown():
            message = f"Held {listed(outcome.seat_ids)} for {HOLD_MINUTES} minutes"
            return Answer(body=SeatsHeld(message, time_text(outcome.expires_at_ms)))
        case SeatsUnavailable(refusals=refusals):
            sold = tuple(it.seat_id for it in refusals if it.reason in (Unavailable.BOOKED, Unavailable.BLOCKED))
            taken = tuple(it.seat_id for it in refusals)
            if sold:
                return _refused(400, f"Already booked: {listed(sold)}; no seat was held", taken)
            return _refused(409, f"Held by another user or another session: {listed(taken)}; no seat was held", taken)
    return problem_of(outcome, event_id=event_id)


async def confirm_seats(services: Services, call: Call[SeatsOfShow, NoQuery]) -> Answer | Problem:
    """Book every seat named, which the caller holds, or none."""
    body = call.body
    if not body.seat_ids:
        return _no_seats()
    contact = ContactInfo(name=_contact_name(call.user, body.user_id), email="")
    outcome = await services.confirmations.confirm(call.user, body.event_id, body.seat_ids, contact)
    match outcome:
        case BookingWritten(booking=booking, replayed=False):
            message = f"Booked {listed(booking.seat_ids)}"
            return Answer(status=201, body=SeatsBooked(message, booking.booking_id))
        case BookingWritten(booking=booking):
            return Answer(status=200, body=SeatsBooked("Already Booked", booking.booking_id))
        case SeatsAlreadyBooked(booking_ids=booking_ids):
            return _already_booked(body.seat_ids, booking_ids)
        case SeatsNotHeld():
            return _not_held(outcome)
    return problem_of(outcome, event_id=body.event_id)


def _already_booked(seat_ids: tuple[SeatId, ...], booking_ids: tuple[BookingId, ...]) -> Answer:
    """One booking is the answer again; of several, none is the one that was asked for."""
    if len(booking_ids) == 1:
        return Answer(status=200, body=SeatsBooked("Already Booked", booking_ids[0]))
    message = f"Already in {len(booking_ids)} bookings of yours: {listed(booking_ids)}; nothing was booked"
    return Answer(status=409, body=Message(message, seat_ids, booking_ids))


def _no_seats() -> Problem:
    return invalid(FieldFault("seatNumber", "name at least one seat"))


def _contact_name(caller: Caller, label: Id | None) -> str:
    """The one name that a request says, in the form that v1's contacts have: a token's subject may be any text."""
    return printable(caller.user_id if label is None else str(label))[:TEXT_CHARS_MAX]


def _not_held(refused: SeatsNotHeld) -> Answer:
    """What stands in the way most: sold seats never come back, held ones may, those that ran out can be held again."""
    nothing = "nothing was booked"
    if refused.sold:
        return _refused(400, f"Already booked: {listed(refused.sold)}; {nothing}", refused.sold)
    if refused.held:
        others = f"Held by another user or another session: {listed(refused.held)}"
        return _refused(403, f"{others}; {nothing}", refused.held)
    if refused.free:
        return _refused(410, f"Hold expired or not found: {listed(refused.free)}; {nothing}", refused.free)
    if refused.booked:
        return _refused(409, f"Already in a booking of yours: {listed(refused.booked)}; {nothing}", refused.booked)
    return _refused(409, f"These seats changed hands just now; {nothing}, confirm them again", refused.mine)


def _refused(status: int, message: str, seat_ids: tuple[SeatId, ...]) -> Answer:
    return Answer(status=status, body=Message(message, seat_ids))


def _no_show(show_id: str) -> Problem:
    return not_found(f"show {show_id}")


_SHOW = "6968c63750fc5afb14f89c46"
_PATH = {"showId": _SHOW}
_BODY = SeatsOfShow(show_id=_SHOW, seat_number=("S1", "S2"), user_id="john123")
_BOOKING_ID = "6-5nYy3vS0T0mQ2b1c7JkR9w"
_OF_READS = frozenset({Code.NOT_FOUND, Code.STORE_UNAVAILABLE})
_OF_WRITES = SELECTION_CODES | {Code.NOT_FOUND, Code.REQUEST_IN_PROGRESS}

OPERATIONS = declared(
    Operation(
        name="bookingsStatus",
        method="GET",
        path="/status/{showId}",
        summary="View live seat map (Available/Held/Booked)",
        tag=_TAG,
        access=Access.PUBLIC,
        handler=get_status,
        body=NoBody,
        query=NoQuery,
        answer=ShowStatus,
        errors=ERRORS,
        refusals=_OF_READS,
        example=Example(
            path=_PATH,
            answer=ShowStatus(
                show_title="Matinee at the Studio",
                total_seats=3,
                seats=(SeatStatus("S1", "Held"), SeatStatus("S2", "Booked"), SeatStatus("S3", "Available")),
            ),
        ),
    ),
    Operation(
        name="bookingsSummary",
        method="GET",
        path="/summary/{showId}",
        summary="Get counts of seats by status",
        tag=_TAG,
        access=Access.PUBLIC,
        handler=get_summary,
        body=NoBody,
        query=NoQuery,
        answer=ShowSummary,
        errors=ERRORS,
        refusals=_OF_READS,
        example=Example(
            path=_PATH,
            answer=ShowSummary(
                movie_title="Matinee at the Studio",
                total_seats=50,
                booked_count=3,
                held_count=2,
                available_count=45,
                message="45 of 50 seats are available",
            ),
        ),
    ),
    Operation(
        name="bookingsHold",
        method="POST",
        path="/hold",
        summary="Place 10-minute hold",
        tag=_TAG,
        access=Access.GUEST,
        handler=hold_seats,
        body=SeatsOfShow,
        query=NoQuery,
        answer=SeatsHeld,
        errors=ERRORS,
        counts_as="hold",
        refusals=_OF_WRITES | {Code.EVENT_NOT_ON_SALE, Code.SEAT_LIMIT_REACHED, Code.ORPHAN_SEATS},
        variants=(
            Variant(
                status=400,
                answer=Message,
                description="A seat is sold; nothing was held",
                example=Message("Already booked: S2; no seat was held", ("S2",)),
            ),
            Variant(
                status=409,
                answer=Message,
                description="A seat is held by another user or another session; nothing was held",
                example=Message("Held by another user or another session: S1; no seat was held", ("S1",)),
            ),
        ),
        example=Example(
            body=_BODY,
            answer=SeatsHeld("Held S1, S2 for 10 minutes", "2026-02-20T12:10:00.000Z"),
        ),
    ),
    Operation(
        name="bookingsConfirm",
        method="POST",
        path="/confirm",
        summary="Finalize the booking of held seats",
        tag=_TAG,
        access=Access.GUEST,
        handler=confirm_seats,
        body=SeatsOfShow,
        query=NoQuery,
        answer=SeatsBooked,
        status=201,
        errors=ERRORS,
        refusals=_OF_WRITES | {Code.DIRECT_BOOKING_NOT_ALLOWED, Code.EVENT_NOT_ON_SALE},
        variants=(
            Variant(
                status=200,
                answer=SeatsBooked,
                description="The seats are in this user's booking already",
                example=SeatsBooked("Already Booked", _BOOKING_ID),
            ),
            Variant(
                status=400,
                answer=Message,
                description="A seat is sold to somebody else",
                example=Message("Already booked: S2; nothing was booked", ("S2",)),
            ),
            Variant(
                status=403,
                answer=Message,
                description="A seat is held by another user or another session",
                example=Message("Held by another user or another session: S1; nothing was booked", ("S1",)),
            ),
            Variant(
                status=409,
                answer=Message,
                description="Some seats, not all, are in this user's booking, or all of them in several",
                example=Message("Already in a booking of yours: S1; nothing was booked", ("S1",)),
            ),
            Variant(
                status=410,
                answer=Message,
                description="Nobody holds a seat: the session ran out",
                example=Message("Hold expired or not found: S1; nothing was booked", ("S1",)),
            ),
        ),
        example=Example(body=_BODY, answer=SeatsBooked("Booked S1, S2", _BOOKING_ID)),
    ),
)
