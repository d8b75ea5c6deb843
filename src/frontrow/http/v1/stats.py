"""Figures of an event, for admins: seats by state, revenue, by category, bookings over time."""

from typing import Annotated

import msgspec
from msgspec import Meta

from frontrow.domain.ids import EventId
from frontrow.http.fields import Money, Time, time_text
from frontrow.http.operation import Access, Answer, Call, Example, NoBody, Operation, declared
from frontrow.http.problems import Code, Problem
from frontrow.http.refusals import problem_of
from frontrow.http.services import Services
from frontrow.http.v1.events import PATH
from frontrow.services.stats import SPANS_MAX, BookedInSpan, EventStats, Interval, SeatFigures, last_spans


class StatsQuery(msgspec.Struct, frozen=True):
    """How bookings over time are counted."""

    interval: Annotated[Interval, Meta(description="how long the buckets of `overTime` are")] = Interval.HOUR
    last: (
        Annotated[
            int,
            Meta(
                ge=1,
                le=SPANS_MAX,
                description="exactly so many buckets up to now, empty ones too, for a chart; without it, only those "
                f"with bookings, of the last {SPANS_MAX}",
            ),
        ]
        | None
    ) = None


class SeatStats(msgspec.Struct, frozen=True):
    """Seats by state, which always add up to `total`; `revenue` is what the booked ones were sold for."""

    total: int
    available: int
    held: int
    booked: int
    blocked: int
    revenue: Money


class BookedBefore(msgspec.Struct, frozen=True):
    """What was booked before the first bucket."""

    bookings: int
    seats: int
    revenue: Money


class BookedBucket(msgspec.Struct, frozen=True, rename="camel"):
    """What was booked in the interval that starts then."""

    starts_at: Time
    bookings: int
    seats: int
    revenue: Money


class BookingsOverTime(msgspec.Struct, frozen=True):
    """Bookings by when they were made, counted while seats of them stand. Intervals start at whole ones in UTC."""

    interval: Interval
    since: Annotated[Time, Meta(description="the start of the first interval that is told apart")]
    buckets: Annotated[
        tuple[BookedBucket, ...],
        Meta(description=f"oldest first: the last ones asked for, or of {SPANS_MAX} those with bookings"),
    ]
    earlier: BookedBefore


class EventStatsDocument(msgspec.Struct, frozen=True, rename="camel", omit_defaults=True):
    """An event in figures. `stale` says that the hold store does not answer at present: holds may have changed."""

    event_id: str
    total: int
    available: int
    held: int
    booked: int
    blocked: int
    revenue: Money
    by_category: Annotated[dict[str, SeatStats], Meta(description="by category id, in the layout's order")]
    over_time: BookingsOverTime
    stale: bool = False


async def get_stats(services: Services, call: Call[NoBody, StatsQuery]) -> Answer | Problem:
    """The event's figures as the ledger has them now."""
    event_id = EventId(call.path["eventId"])
    outcome = await services.stats.stats(call.user, event_id, call.query.interval)
    if not isinstance(outcome, EventStats):
        return problem_of(outcome, event_id=event_id)
    last = call.query.last
    return Answer(body=_document(outcome if last is None else last_spans(outcome, last)))


def _document(stats: EventStats) -> EventStatsDocument:
    currency, seats = stats.currency, stats.seats

    def figures(of: SeatFigures) -> SeatStats:
        revenue = Money(amount_minor=of.revenue_minor, currency=currency)
        return SeatStats(of.total, of.available, of.held, of.booked, of.blocked, revenue)

    def bucket(span: BookedInSpan) -> BookedBucket:
        revenue = Money(amount_minor=span.revenue_minor, currency=currency)
        return BookedBucket(time_text(span.starts_at_ms), span.bookings, span.seats, revenue)

    earlier = stats.earlier
    return EventStatsDocument(
        event_id=stats.event_id,
        total=seats.total,
        available=seats.available,
        held=seats.held,
        booked=seats.booked,
        blocked=seats.blocked,
        revenue=Money(amount_minor=seats.revenue_minor, currency=currency),
        by_category={str(category_id): figures(of) for category_id, of in stats.by_category.items()},
        over_time=BookingsOverTime(
            interval=stats.interval,
            since=time_text(stats.since_ms),
            buckets=tuple(map(bucket, stats.over_time)),
            earlier=BookedBefore(earlier.bookings, earlier.seats, Money(earlier.revenue_minor, currency)),
        ),
        stale=stats.is_stale,
    )


def _usd(amount_minor: int) -> Money:
    return Money(amount_minor=amount_minor, currency="USD")


OPERATIONS = declared(
    Operation(
        name="getStats",
        method="GET",
        path="/api/v1/events/{eventId}/stats",
        summary="Seats by state, revenue, by category, and bookings over time",
        tag="Events",
        access=Access.ADMIN,
        handler=get_stats,
        body=NoBody,
        query=StatsQuery,
        answer=EventStatsDocument,
        refusals=frozenset({Code.NOT_FOUND, Code.STORE_UNAVAILABLE}),
        example=Example(
            path=PATH,
            query={"interval": "hour", "last": "3"},
            answer=EventStatsDocument(
                event_id="hamlet-2026-03-01",
                total=504,
                available=431,
                held=12,
                booked=57,
                blocked=4,
                revenue=_usd(693_000),
                by_category={
                    "stalls": SeatStats(300, 260, 8, 30, 2, _usd(450_000)),
                    "balcony": SeatStats(204, 171, 4, 27, 2, _usd(243_000)),
                },
                over_time=BookingsOverTime(
                    interval=Interval.HOUR,
                    since="2026-02-20T10:00:00.000Z",
                    buckets=(
                        BookedBucket("2026-02-20T10:00:00.000Z", 0, 0, _usd(0)),
                        BookedBucket("2026-02-20T11:00:00.000Z", 7, 19, _usd(231_000)),
                        BookedBucket("2026-02-20T12:00:00.000Z", 12, 35, _usd(426_000)),
                    ),
                    earlier=BookedBefore(1, 3, _usd(36_000)),
                ),
            ),
        ),
    ),
)
