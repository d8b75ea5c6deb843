"""Holds: take seats for a few minutes, look at what is held, prolong it, give it back."""

from typing import Annotated

import msgspec
from msgspec import Meta

from frontrow.domain.hold import SEATS_PER_HOLD_MAX, HoldReleased
from frontrow.domain.ids import CategoryId, EventId, HoldId, SeatId, SectionId
from frontrow.http.fields import (
    MS_PER_MINUTE,
    MS_PER_SECOND,
    Money,
    SeatIds,
    TableIds,
    Text,
    Time,
    time_text,
)
from frontrow.http.operation import Access, Answer, Call, Example, NoBody, NoQuery, Operation, declared
from frontrow.http.problems import Code, FieldFault, Problem, invalid
from frontrow.http.refusals import SELECTION_CODES, problem_of
from frontrow.http.services import Services
from frontrow.services.best_seats import BestAnswer
from frontrow.services.outcomes import RELEASE_DELAY_MS_MAX, HoldRequest, HoldShown
from frontrow.services.picking import BestAvailable

REPLAYED = (("idempotency-replayed", "true"),)
_RELEASE_DELAY_S_MAX = RELEASE_DELAY_MS_MAX // MS_PER_SECOND

DurationMinutes = Annotated[int, Meta(ge=1, le=120, description="minutes from now; the server's default when absent")]


class BestAvailableSeats(msgspec.Struct, frozen=True, rename="camel", forbid_unknown_fields=True, omit_defaults=True):
    """The best free seats, together where possible, leaving no single seat behind where possible.

    `accessible` asks for at least one accessible seat; else those, and companions' seats, are kept back.
    """

    count: Annotated[int, Meta(ge=1, le=SEATS_PER_HOLD_MAX)]
    category_id: Annotated[str, Meta(description="a category of the event's layout; any when absent")] | None = None
    section: Annotated[str, Meta(description="a section's id; any when absent")] | None = None
    accessible: bool = False


class HoldSeats(msgspec.Struct, frozen=True, rename="camel", forbid_unknown_fields=True, omit_defaults=True):
    """Seats and whole tables to hold together, 1 to 50 seats in all; or `bestAvailable`, and the server chooses them.

    With `holdId` they are added to that hold.
    """

    seat_ids: SeatIds = ()
    table_ids: TableIds = ()
    best_available: BestAvailableSeats | None = None
    duration_minutes: DurationMinutes | None = None
    hold_id: Annotated[str, Meta(description="your open hold to add to")] | None = None
    reason: Annotated[Text, Meta(description="why; `admin_hold` and `maintenance` need the admin role")] | None = None


class ExtendHold(msgspec.Struct, frozen=True, rename="camel", forbid_unknown_fields=True, omit_defaults=True):
    """How long the hold is to last from now."""

    duration_minutes: DurationMinutes | None = None


class ReleaseSeats(msgspec.Struct, frozen=True, rename="camel", forbid_unknown_fields=True, omit_defaults=True):
    """Some seats of the hold, or all of them; at once, or after a delay that an extension cancels."""

    seat_ids: SeatIds | None = None
    after_seconds: Annotated[int, Meta(ge=0, le=_RELEASE_DELAY_S_MAX)] = 0


class HoldDocument(msgspec.Struct, frozen=True, rename="camel", omit_defaults=True):
    """A hold of yours. `movedSeatIds` are seats it was made for that a newer hold of yours has now."""

    hold_id: str
    event_id: str
    seat_ids: tuple[str, ...]
    table_ids: tuple[str, ...]
    expires_at: Time
    total: Money
    moved_seat_ids: tuple[str, ...] = ()


class HoldList(msgspec.Struct, frozen=True):
    """Your open holds in every event, the one that runs out first before the others."""

    items: tuple[HoldDocument, ...]


class ReleasedSeats(msgspec.Struct, frozen=True, rename="camel"):
    """The seats given back, and when others can take them."""

    hold_id: str
    event_id: str
    seat_ids: tuple[str, ...]
    expires_at: Time


def hold_document(hold: HoldShown) -> HoldDocument:
    """A hold as v1 shows it."""
    return HoldDocument(
        hold_id=hold.hold_id,
        event_id=hold.event_id,
        seat_ids=hold.seat_ids,
        table_ids=hold.table_ids,
        expires_at=time_text(hold.expires_at_ms),
        total=Money(amount_minor=hold.total_minor, currency=hold.currency),
        moved_seat_ids=hold.moved_seat_ids,
    )


async def hold_seats(services: Services, call: Call[HoldSeats, NoQuery]) -> Answer | Problem:
    """Hold every seat named, or the best there are, or none."""
    body, event_id = call.body, EventId(call.path["eventId"])
    minutes = body.duration_minutes
    request = HoldRequest(
        seat_ids=body.seat_ids,
        table_ids=body.table_ids,
        duration_ms=None if minutes is None else minutes * MS_PER_MINUTE,
        hold_id=None if body.hold_id is None else HoldId(body.hold_id),
        reason=body.reason,
    )
    wish = body.best_available
    outcome: BestAnswer
    if wish is None:
        outcome = await services.holds.hold(call.user, event_id, request, call.key)
    elif body.seat_ids or body.table_ids:
        return invalid(FieldFault("bestAvailable", "name seats and tables, or let us choose: not both in one request"))
    else:
        best = BestAvailable(
            count=wish.count,
            category_id=None if wish.category_id is None else CategoryId(wish.category_id),
            section_id=None if wish.section is None else SectionId(wish.section),
            accessible=wish.accessible,
        )
        outcome = await services.best_seats.hold(call.user, event_id, best, request, call.key)
    if isinstance(outcome, HoldShown):
        replayed = outcome.replayed and call.key is not None
        return Answer(body=hold_document(outcome), headers=REPLAYED if replayed else ())
    return problem_of(outcome, event_id=event_id)


async def list_holds(services: Services, call: Call[NoBody, NoQuery]) -> Answer | Problem:
    """Everything the caller holds now."""
    holds = await services.holds.my_holds(call.user)
    return Answer(body=HoldList(items=tuple(map(hold_document, holds))))


async def get_hold(services: Services, call: Call[NoBody, NoQuery]) -> Answer | Problem:
    """The hold as it is now."""
    outcome = await services.holds.hold_of(call.user, EventId(call.path["eventId"]), HoldId(call.path["holdId"]))
    return Answer(body=hold_document(outcome)) if isinstance(outcome, HoldShown) else problem_of(outcome)


async def delete_hold(services: Services, call: Call[NoBody, NoQuery]) -> Answer | Problem:
    """Give the whole hold back; an admin anyone's."""
    event_id, hold_id = EventId(call.path["eventId"]), HoldId(call.path["holdId"])
    release = services.holds.release_any if call.user.is_admin else services.holds.release
    outcome = await release(call.user, event_id, hold_id)
    return Answer() if isinstance(outcome, HoldReleased) else problem_of(outcome, event_id=event_id)


async def extend_hold(services: Services, call: Call[ExtendHold, NoQuery]) -> Answer | Problem:
    """Let the hold last longer; never shorter, never past its lifetime cap."""
    event_id, minutes = EventId(call.path["eventId"]), call.body.duration_minutes
    duration_ms = None if minutes is None else minutes * MS_PER_MINUTE
    outcome = await services.holds.extend(call.user, event_id, HoldId(call.path["holdId"]), duration_ms)
    if isinstance(outcome, HoldShown):
        return Answer(body=hold_document(outcome))
    return problem_of(outcome, event_id=event_id)


async def release_seats(services: Services, call: Call[ReleaseSeats, NoQuery]) -> Answer | Problem:
    """Give back some seats of the hold, or all."""
    event_id, hold_id = EventId(call.path["eventId"]), HoldId(call.path["holdId"])
    after_ms = call.body.after_seconds * MS_PER_SECOND
    outcome = await services.holds.release(call.user, event_id, hold_id, call.body.seat_ids, after_ms)
    if isinstance(outcome, HoldReleased):
        return Answer(
            body=ReleasedSeats(
                hold_id=hold_id,
                event_id=event_id,
                seat_ids=outcome.seat_ids,
                expires_at=time_text(outcome.expires_at_ms),
            )
        )
    return problem_of(outcome, event_id=event_id)


_HOLD_ID = "1-5nYy3vS0T0mQ2b1c7JkR9w"
_PATH = {"eventId": "hamlet-2026-03-01"}
_HOLD_PATH = {**_PATH, "holdId": _HOLD_ID}
EXAMPLE = HoldDocument(
    hold_id=_HOLD_ID,
    event_id="hamlet-2026-03-01",
    seat_ids=("A1", "A2", "A3"),
    table_ids=(),
    expires_at="2026-02-20T12:10:00.000Z",
    total=Money(amount_minor=45000, currency="USD"),
)
_SEATS = (SeatId("A1"), SeatId("A2"), SeatId("A3"))
_OF_STORE = frozenset({Code.STORE_UNAVAILABLE})

OPERATIONS = declared(
    Operation(
        name="holdSeats",
        counts_as="hold",
        method="POST",
        path="/api/v1/events/{eventId}/holds",
        summary="Hold seats and tables, or the best available, all or none",
        tag="Holds",
        access=Access.USER,
        handler=hold_seats,
        body=HoldSeats,
        query=NoQuery,
        answer=HoldDocument,
        status=201,
        takes_key=True,
        refusals=SELECTION_CODES
        | {
            Code.NOT_FOUND,
            Code.HOLD_NOT_FOUND,
            Code.ROLE_MISSING,
            Code.EVENT_NOT_ON_SALE,
            Code.SEATS_UNAVAILABLE,
            Code.SEAT_LIMIT_REACHED,
            Code.ORPHAN_SEATS,
            Code.REQUEST_IN_PROGRESS,
            Code.STORE_UNAVAILABLE,
        },
        example=Example(
            path=_PATH,
            body=HoldSeats(seat_ids=_SEATS, duration_minutes=10),
            answer=EXAMPLE,
        ),
    ),
    Operation(
        name="listHolds",
        method="GET",
        path="/api/v1/holds",
        summary="Your open holds in every event",
        tag="Holds",
        access=Access.USER,
        handler=list_holds,
        body=NoBody,
        query=NoQuery,
        answer=HoldList,
        refusals=_OF_STORE,
        example=Example(answer=HoldList(items=(EXAMPLE,))),
    ),
    Operation(
        name="getHold",
        method="GET",
        path="/api/v1/events/{eventId}/holds/{holdId}",
        summary="A hold as it is now",
        tag="Holds",
        access=Access.USER,
        handler=get_hold,
        body=NoBody,
        query=NoQuery,
        answer=HoldDocument,
        refusals=_OF_STORE | {Code.HOLD_NOT_FOUND},
        example=Example(path=_HOLD_PATH, answer=EXAMPLE),
    ),
    Operation(
        name="deleteHold",
        method="DELETE",
        path="/api/v1/events/{eventId}/holds/{holdId}",
        summary="Give a hold back; an admin may give back anyone's",
        tag="Holds",
        access=Access.USER,
        handler=delete_hold,
        body=NoBody,
        query=NoQuery,
        status=204,
        refusals=_OF_STORE | {Code.NOT_FOUND, Code.HOLD_NOT_FOUND, Code.REQUEST_IN_PROGRESS},
        example=Example(path=_HOLD_PATH),
    ),
    Operation(
        name="extendHold",
        method="POST",
        path="/api/v1/events/{eventId}/holds/{holdId}/extend",
        summary="Let a hold last longer, counted from now",
        tag="Holds",
        access=Access.USER,
        handler=extend_hold,
        body=ExtendHold,
        body_optional=True,
        query=NoQuery,
        answer=HoldDocument,
        refusals=_OF_STORE | {Code.NOT_FOUND, Code.HOLD_NOT_FOUND, Code.EVENT_NOT_ON_SALE},
        example=Example(path=_HOLD_PATH, body=ExtendHold(duration_minutes=15), answer=EXAMPLE),
    ),
    Operation(
        name="releaseSeats",
        method="POST",
        path="/api/v1/events/{eventId}/holds/{holdId}/release",
        summary="Give back some or all seats of a hold, at once or after a delay",
        tag="Holds",
        access=Access.USER,
        handler=release_seats,
        body=ReleaseSeats,
        body_optional=True,
        query=NoQuery,
        answer=ReleasedSeats,
        refusals=_OF_STORE
        | {
            Code.NOT_FOUND,
            Code.HOLD_NOT_FOUND,
            Code.SEATS_UNAVAILABLE,
            Code.TABLE_ONLY_WHOLE,
            Code.REQUEST_IN_PROGRESS,
            Code.VALIDATION_FAILED,
        },
        example=Example(
            path=_HOLD_PATH,
            body=ReleaseSeats(seat_ids=(SeatId("A3"),)),
            answer=ReleasedSeats(
                hold_id=_HOLD_ID,
                event_id="hamlet-2026-03-01",
                seat_ids=("A3",),
                expires_at="2026-02-20T12:00:03.120Z",
            ),
        ),
    ),
)
