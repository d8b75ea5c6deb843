"""An event in figures, what happened to its seats and which are wanted most, for those who run it."""

from datetime import datetime
from typing import Literal

import msgspec

from frontrow.client.answers import Money
from frontrow.client.exchange import Flow, Request, asked, query_of, segment
from frontrow.client.reading import PAGE_DEFAULT

StatsInterval = Literal["minute", "hour", "day"]


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
    """Bookings by when they were made, counted while seats of them stand: `buckets` are the intervals from `since` on,
    oldest first; without `last` only those with bookings."""

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


class RecentChange(msgspec.Struct, frozen=True, rename="camel"):
    """What happened to these seats, and the state it left them in. `cause` is `held`, `released`, `expired`, `claimed`,
    `booked`, `cancelled`, `blocked` or `unblocked`."""

    offset: str
    at: datetime
    seat_ids: tuple[str, ...]
    state: str
    cause: str


class RecentChangeList(msgspec.Struct, frozen=True, rename="camel"):
    """A page of changes, newest first; `next_cursor` is None where the kept history ends."""

    items: tuple[RecentChange, ...]
    next_cursor: str | None = None


class WantedSeat(msgspec.Struct, frozen=True, rename="camel"):
    """How often a seat was held, and how often somebody else had it when it was asked for."""

    seat_id: str
    holds: int
    refusals: int


class Demand(msgspec.Struct, frozen=True, rename="camel"):
    """Seats, the most wanted first. Holds count from `since` on, None where no change is kept; refusals are those of
    the one server process that answered."""

    event_id: str
    seats: tuple[WantedSeat, ...]
    since: datetime | None = None


def get_stats(event_id: str, *, interval: StatsInterval = "hour", last: int | None = None) -> Flow[EventStats]:
    """Seats by state, revenue, by category, and bookings over time, from one read. Needs the role `admin`.

    Args:
        interval: how long the buckets of `over_time` are.
        last: 1 to 500: exactly so many buckets up to now, empty ones too, as a chart needs them.

    Raises:
        Forbidden: the token lacks the role.
        NotFound: there is no such event.
    """
    return asked(
        Request(
            operation="getStats",
            method="GET",
            path=f"/api/v1/events/{segment(event_id)}/stats",
            query=query_of(interval=interval, last=last),
            needs_token=True,
        ),
        EventStats,
    )


def list_recent_changes(
    event_id: str, *, limit: int = PAGE_DEFAULT, cursor: str | None = None
) -> Flow[RecentChangeList]:
    """A page of what happened to the event's seats of late, newest first; none where the server's store has lost its
    history. Needs the role `admin`.

    Args:
        limit: 1 to 200. A page may have fewer and be followed by another.
        cursor: `next_cursor` of the page before.

    Raises:
        Forbidden: the token lacks the role.
        NotFound: there is no such event.
    """
    return asked(
        Request(
            operation="listRecentChanges",
            method="GET",
            path=f"/api/v1/events/{segment(event_id)}/recent-changes",
            query=query_of(limit=limit, cursor=cursor),
            needs_token=True,
        ),
        RecentChangeList,
    )


def get_demand(event_id: str, *, limit: int | None = None) -> Flow[Demand]:
    """The seats that people want most, over about the last 10,000 changes. Needs the role `admin`.

    Args:
        limit: 1 to 10,000 seats; the server's usual number when None.

    Raises:
        Forbidden: the token lacks the role.
        NotFound: there is no such event.
    """
    return asked(
        Request(
            operation="getDemand",
            method="GET",
            path=f"/api/v1/events/{segment(event_id)}/demand",
            query=query_of(limit=limit),
            needs_token=True,
        ),
        Demand,
    )
