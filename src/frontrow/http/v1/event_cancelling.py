"""Cancelling an event, for admins: everybody gets everything back, and how far that has come."""

import msgspec

from frontrow.domain.ids import EventId
from frontrow.http.fields import Time, time_text
from frontrow.http.operation import Access, Answer, Call, Example, NoBody, NoQuery, Operation, declared
from frontrow.http.problems import Code, Problem, not_found
from frontrow.http.refusals import problem_of
from frontrow.http.services import Services
from frontrow.http.v1.events import PATH
from frontrow.services.event_cancelling import EventCancellation, EventNotCancelled


class BookingsBack(msgspec.Struct, frozen=True):
    """How many bookings the event has, and of how many every seat is given back."""

    total: int
    cancelled: int


class OrdersBack(msgspec.Struct, frozen=True, rename="camel"):
    """How many orders are still to be given up, and at how many somebody has to look."""

    open: int
    needing_attention: int


class RefundsBack(msgspec.Struct, frozen=True):
    """The event's refunds: on their way, given back, and refused by their gateway so often that nobody tries them
    any more unasked."""

    due: int
    done: int
    failed: int


class CancellationDocument(msgspec.Struct, frozen=True, rename="camel"):
    """How far the cancelling has come. `done`: nothing is left to be given back. `needsPerson`: what is left is not
    given back by itself."""

    event_id: str
    cancelled_at: Time
    bookings: BookingsBack
    orders: OrdersBack
    refunds: RefundsBack
    done: bool
    needs_person: bool


async def cancel_event(services: Services, call: Call[NoBody, NoQuery]) -> Answer | Problem:
    """Cancel the event for good, and give everything back in the background."""
    event_id = EventId(call.path["eventId"])
    outcome = await services.event_canceller.cancel(call.user, event_id)
    return _answer(outcome) if isinstance(outcome, EventCancellation) else problem_of(outcome, event_id=event_id[:64])


async def get_cancellation(services: Services, call: Call[NoBody, NoQuery]) -> Answer | Problem:
    """How far the cancelling has come."""
    event_id = EventId(call.path["eventId"])
    outcome = await services.event_canceller.progress(call.user, event_id)
    match outcome:
        case EventCancellation():
            return _answer(outcome)
        case EventNotCancelled():
            return not_found(f"cancellation of event {event_id}: it is not cancelled")
        case _:
            return problem_of(outcome, event_id=event_id[:64])


def _answer(cancellation: EventCancellation) -> Answer:
    return Answer(
        body=CancellationDocument(
            event_id=cancellation.event_id,
            cancelled_at=time_text(cancellation.cancelled_at_ms),
            bookings=BookingsBack(cancellation.bookings, cancellation.bookings_cancelled),
            orders=OrdersBack(cancellation.orders_open, cancellation.orders_needing_attention),
            refunds=RefundsBack(cancellation.refunds_due, cancellation.refunds_done, cancellation.refunds_failed),
            done=cancellation.is_done,
            needs_person=cancellation.is_at_rest and not cancellation.is_done,
        )
    )


_EXAMPLE = CancellationDocument(
    event_id="hamlet-2026-03-01",
    cancelled_at="2026-02-27T08:15:00.000Z",
    bookings=BookingsBack(total=412, cancelled=380),
    orders=OrdersBack(open=3, needing_attention=0),
    refunds=RefundsBack(due=12, done=355, failed=0),
    done=False,
    needs_person=False,
)

OPERATIONS = declared(
    Operation(
        name="cancelEvent",
        method="POST",
        path="/api/v1/events/{eventId}/cancel",
        summary="Cancel an event for good: nothing of it is sold any more, and everybody gets everything back",
        tag="Events",
        access=Access.ADMIN,
        handler=cancel_event,
        body=NoBody,
        query=NoQuery,
        answer=CancellationDocument,
        status=202,
        refusals=frozenset({Code.NOT_FOUND, Code.STORE_UNAVAILABLE}),
        example=Example(path=PATH, answer=_EXAMPLE),
    ),
    Operation(
        name="getCancellation",
        method="GET",
        path="/api/v1/events/{eventId}/cancellation",
        summary="How far giving everything back has come",
        tag="Events",
        access=Access.ADMIN,
        handler=get_cancellation,
        body=NoBody,
        query=NoQuery,
        answer=CancellationDocument,
        refusals=frozenset({Code.NOT_FOUND, Code.STORE_UNAVAILABLE}),
        example=Example(path=PATH, answer=_EXAMPLE),
    ),
)
