"""An event in figures, for those who run it."""

from datetime import datetime
from typing import Literal

import msgspec

from frontrow.client.answers import Money
from frontrow.client.exchange import Flow, Request, asked, query_of, segment

StatsInterval = Literal["hour", "day"]


class SeatStats(msgspec.Struct, frozen=True):
    """Seats by state, which add up to `total`; `revenue` is what the booked ones were sold for."""

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

    starts_at: datetime
    bookings: int
    seats: int
    revenue: Money


class BookingsOverTime(msgspec.Struct, frozen=True):
    """Bookings by when they were made, counted while seats of them stand: `buckets` are the intervals with bookings
    after `since`, oldest first."""

    interval: str
    since: datetime
    buckets: tuple[BookedBucket, ...]
    earlier: BookedBefore


class EventStats(msgspec.Struct, frozen=True, rename="camel"):
    """An event in figures; `by_category` by category id. `stale`: holds may have changed, because the server's hold
    store does not answer at present."""

    event_id: str
    total: int
    available: int
    held: int
    booked: int
    blocked: int
    revenue: Money
    by_category: dict[str, SeatStats]
    over_time: BookingsOverTime
    stale: bool = False


def get_stats(event_id: str, *, interval: StatsInterval = "hour") -> Flow[EventStats]:
    """Seats by state, revenue, by category, and bookings over time, from one read. Needs the role `admin`.

    Args:
        interval: how long the buckets of `over_time` are.

    Raises:
        Forbidden: the token lacks the role.
        NotFound: there is no such event.
    """
    return asked(
        Request(
            operation="getStats",
            method="GET",
            path=f"/api/v1/events/{segment(event_id)}/stats",
            query=query_of(interval=interval),
            needs_token=True,
        ),
        EventStats,
    )
