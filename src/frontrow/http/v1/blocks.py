"""Blocks: seats an admin withholds from sale, and lets go again."""

from typing import Annotated

import msgspec
from msgspec import Meta

from frontrow.domain.hold import SeatsUnavailable, Unavailable
from frontrow.domain.ids import EventId, SeatId
from frontrow.domain.selection import TooManySeats, UnknownSeats
from frontrow.http.fields import SeatIds, Text
from frontrow.http.operation import Access, Answer, Call, Example, NoQuery, Operation, declared
from frontrow.http.problems import Code, Problem
from frontrow.http.refusals import SELECTION_CODES, Refusal, problem_of
from frontrow.http.services import Services
from frontrow.http.v1.events import PATH
from frontrow.services.blocks import SEATS_PER_BLOCK_MAX
from frontrow.services.outcomes import BlockWritten, SeatsUnblocked


class BlockSeats(msgspec.Struct, frozen=True, rename="camel", forbid_unknown_fields=True, omit_defaults=True):
    """The seats, and why."""

    seat_ids: Annotated[SeatIds, Meta(description=f"1 to {SEATS_PER_BLOCK_MAX:,} seats of the event's layout")]
    reason: Annotated[Text, Meta(description="why, for the record")] | None = None


BODY_BYTES_MAX = 512 * 1024
"""SEATS_PER_BLOCK_MAX of the longest ids, and more."""


class BlockDocument(msgspec.Struct, frozen=True, rename="camel", omit_defaults=True):
    """Seats withheld from sale together."""

    block_id: str
    event_id: str
    seat_ids: tuple[str, ...]
    reason: str | None = None


class UnblockedSeats(msgspec.Struct, frozen=True, rename="camel"):
    """The seats that are on sale again; others that were named were not withheld."""

    event_id: str
    seat_ids: tuple[str, ...]


async def block_seats(services: Services, call: Call[BlockSeats, NoQuery]) -> Answer | Problem:
    """Withhold free seats, all or none."""
    event_id = EventId(call.path["eventId"])
    outcome = await services.blocks.block(call.user, event_id, call.body.seat_ids, call.body.reason)
    if isinstance(outcome, BlockWritten):
        block = outcome.block
        return Answer(
            body=BlockDocument(
                block_id=block.block_id, event_id=block.event_id, seat_ids=block.seat_ids, reason=block.reason
            )
        )
    return _problem(outcome, event_id)


async def unblock_seats(services: Services, call: Call[BlockSeats, NoQuery]) -> Answer | Problem:
    """Put withheld seats on sale again."""
    event_id = EventId(call.path["eventId"])
    outcome = await services.blocks.unblock(call.user, event_id, call.body.seat_ids)
    if isinstance(outcome, SeatsUnblocked):
        return Answer(body=UnblockedSeats(event_id=event_id, seat_ids=outcome.seat_ids))
    return _problem(outcome, event_id)


def _problem(refusal: Refusal, event_id: EventId) -> Problem:
    """A refusal with what an admin can do about it."""
    problem = problem_of(refusal, event_id=event_id)
    match refusal:
        case TooManySeats(count=count, seats_max=seats_max):
            detail = f"seatIds has {count:,} seats; at most {seats_max:,} go in one request: send several"
        case SeatsUnavailable(refusals=refusals):
            reasons = {refusal.reason for refusal in refusals}
            remedies = [remedy for reason, remedy in _REMEDIES.items() if reason in reasons]
            detail = f"{problem.detail}: {', '.join(remedies)}, or leave them out of seatIds"
        case UnknownSeats():
            detail = f"{problem.detail}; seatIds takes ids of the drawing that the event is on now"
        case _:
            return problem
    return msgspec.structs.replace(problem, detail=detail)


_REMEDIES = {
    Unavailable.HELD: "release or wait for the holds",
    Unavailable.BOOKED: "cancel the bookings",
    Unavailable.BLOCKED: "unblock what is withheld already",
}
_CODES = SELECTION_CODES | {Code.NOT_FOUND, Code.STORE_UNAVAILABLE}

OPERATIONS = declared(
    Operation(
        name="blockSeats",
        method="POST",
        path="/api/v1/events/{eventId}/blocks",
        summary="Withhold free seats from sale",
        tag="Blocks",
        access=Access.ADMIN,
        handler=block_seats,
        body=BlockSeats,
        body_bytes_max=BODY_BYTES_MAX,
        query=NoQuery,
        answer=BlockDocument,
        status=201,
        refusals=_CODES | {Code.SEATS_UNAVAILABLE},
        example=Example(
            path=PATH,
            body=BlockSeats(seat_ids=(SeatId("H1"), SeatId("H2")), reason="camera position"),
            answer=BlockDocument(
                block_id="1-b9Jx0Zr2Lk3vT8yWq1mNpA",
                event_id="hamlet-2026-03-01",
                seat_ids=("H1", "H2"),
                reason="camera position",
            ),
        ),
    ),
    Operation(
        name="unblockSeats",
        method="DELETE",
        path="/api/v1/events/{eventId}/blocks",
        summary="Put withheld seats on sale again",
        tag="Blocks",
        access=Access.ADMIN,
        handler=unblock_seats,
        body=BlockSeats,
        body_bytes_max=BODY_BYTES_MAX,
        query=NoQuery,
        answer=UnblockedSeats,
        refusals=_CODES,
        example=Example(
            path=PATH,
            body=BlockSeats(seat_ids=(SeatId("H1"), SeatId("H2"))),
            answer=UnblockedSeats(event_id="hamlet-2026-03-01", seat_ids=("H1", "H2")),
        ),
    ),
)
