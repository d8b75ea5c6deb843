"""One seat's history, for admins: every change of it, who and when."""

from typing import Annotated

import msgspec
from msgspec import Meta

from frontrow.domain.ids import EventId, SeatId
from frontrow.http.fields import ChosenId, Money, Time, time_text
from frontrow.http.operation import Access, Answer, Call, Example, NoBody, Operation, declared
from frontrow.http.problems import Code, Problem, not_found
from frontrow.http.refusals import problem_of
from frontrow.http.services import Services
from frontrow.http.v1.events import PATH
from frontrow.services.seat_history import SeatChange, SeatChangeKind, SeatHistory, UnknownSeat


class SeatHistoryQuery(msgspec.Struct, frozen=True, rename="camel"):
    """Whose history."""

    seat_id: ChosenId


class SeatChangeDocument(msgspec.Struct, frozen=True, rename="camel", omit_defaults=True, kw_only=True):
    """One change: `ownerId` is the booking, order or block, `price` what it has the seat for. Whose a hold was that was
    released or ran out says the line of its beginning."""

    at: Time
    change: Annotated[
        SeatChangeKind,
        Meta(description="`dropped`: an order gave the seat back, or became its booking in the same moment"),
    ]
    user_id: str | None = None
    hold_id: str | None = None
    owner_id: str | None = None
    price: Money | None = None


class SeatHistoryDocument(msgspec.Struct, frozen=True, rename="camel"):
    """The seat's last changes, newest first. What was sold, claimed and withheld is kept for ever; holds are known
    `holdsSince` then, and not at all where it is null."""

    event_id: str
    seat_id: str
    items: tuple[SeatChangeDocument, ...]
    holds_since: Time | None = None


async def get_seat_history(services: Services, call: Call[NoBody, SeatHistoryQuery]) -> Answer | Problem:
    """Everything that happened to a seat."""
    event_id, seat_id = EventId(call.path["eventId"]), SeatId(call.query.seat_id)
    outcome = await services.seat_history.history(call.user, event_id, seat_id)
    match outcome:
        case SeatHistory(changes=changes, holds_since_ms=since_ms):
            sale = await services.catalog.sale(event_id)
            currency = "" if sale is None else sale.event.currency
            return Answer(
                body=SeatHistoryDocument(
                    event_id=event_id,
                    seat_id=seat_id,
                    items=tuple(_document(change, currency) for change in changes),
                    holds_since=None if since_ms is None else time_text(since_ms),
                )
            )
        case UnknownSeat():
            return not_found(f"seat {seat_id} in event {event_id}")
        case _:
            return problem_of(outcome, event_id=event_id[:64])


def _document(change: SeatChange, currency: str) -> SeatChangeDocument:
    return SeatChangeDocument(
        at=time_text(change.at_ms),
        change=change.kind,
        user_id=change.user_id,
        hold_id=change.hold_id,
        owner_id=change.owner_id,
        price=None if change.price_minor is None else Money(amount_minor=change.price_minor, currency=currency),
    )


OPERATIONS = declared(
    Operation(
        name="getSeatHistory",
        method="GET",
        path="/api/v1/events/{eventId}/history",
        summary="Every change of one seat, who and when",
        tag="Events",
        access=Access.ADMIN,
        handler=get_seat_history,
        body=NoBody,
        query=SeatHistoryQuery,
        answer=SeatHistoryDocument,
        refusals=frozenset({Code.NOT_FOUND, Code.STORE_UNAVAILABLE}),
        example=Example(
            path=PATH,
            query={"seatId": "A1"},
            answer=SeatHistoryDocument(
                event_id="hamlet-2026-03-01",
                seat_id="A1",
                items=(
                    SeatChangeDocument(
                        at="2026-02-20T12:04:31.007Z",
                        change=SeatChangeKind.BOOKED,
                        user_id="ada",
                        owner_id="1-Qm4c8TzPp0a1x2K9sLw3vA",
                        price=Money(15000, "USD"),
                    ),
                    SeatChangeDocument(
                        at="2026-02-20T12:01:02.450Z",
                        change=SeatChangeKind.HELD,
                        user_id="ada",
                        hold_id="1-5nYy3vS0T0mQ2b1c7JkR9w",
                    ),
                ),
                holds_since="2026-02-19T17:00:00.000Z",
            ),
        ),
    ),
)
