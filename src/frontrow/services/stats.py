"""An event in figures: how many seats are in which state, what was sold for how much, by category and over time.

The ledger decides what is sold, claimed and blocked, in one read; which of the other seats are held, this process's
view of the event says. The view is looked at first: a seat that changes hands between the two is counted as what the
ledger has it as, and none is counted twice. So available + held + booked + blocked is the number of seats, always.

Source: seeds/002 (section 9).
"""

import asyncio
import functools
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable
from enum import StrEnum
from itertools import compress
from typing import Protocol

import msgspec

from frontrow.domain.booking import TakenSeats
from frontrow.domain.ids import CategoryId, EventId, SeatId
from frontrow.domain.layout_index import LayoutIndex
from frontrow.domain.seat_states import HELD_ALONE
from frontrow.ports import Clock
from frontrow.services.callers import ADMIN, Caller
from frontrow.services.catalog import Catalog
from frontrow.services.live_view import LiveView
from frontrow.services.outcomes import NotFound, RoleMissing
from frontrow.services.paced_reads import PacedReads

SPANS_MAX = 500
"""Spans that are told apart, up to now: 8 hours of minutes, 20 days of hours, 16 months of days."""


class Interval(StrEnum):
    """How long the spans are in which bookings are counted. They start at whole ones in UTC."""

    MINUTE = "minute"
    HOUR = "hour"
    DAY = "day"

    @property
    def ms(self) -> int:
        """The span's length in milliseconds."""
        return _INTERVAL_MS[self]


_INTERVAL_MS = {Interval.MINUTE: 60_000, Interval.HOUR: 3_600_000, Interval.DAY: 86_400_000}


class SeatFigures(msgspec.Struct, frozen=True):
    """Seats by state; `total` is the sum of the four. `revenue_minor` is what the booked ones were sold for."""

    total: int
    available: int
    held: int
    booked: int
    blocked: int
    revenue_minor: int


class BookedInSpan(msgspec.Struct, frozen=True):
    """What was booked in one span of time and still stands. `starts_at_ms` is 0 for everything before the spans."""

    starts_at_ms: int
    bookings: int
    seats: int
    revenue_minor: int


class EventStats(msgspec.Struct, frozen=True):
    """An event in figures at one moment. Cancelled seats are in none of them.

    `by_category` goes by the drawing: where a seat's category was changed after it was sold, its sale counts where the
    seat is now. A sold seat that the drawing has no more counts in `seats.revenue_minor` and `over_time` alone.
    `over_time` has the spans with bookings from `since_ms` on, oldest first, at most SPANS_MAX up to the one that goes
    on now and began at `until_ms`; `earlier` is all that was booked before. `is_stale` says that the hold store does
    not answer: holds may have changed.
    """

    event_id: EventId
    currency: str
    seats: SeatFigures
    by_category: dict[CategoryId, SeatFigures]
    interval: Interval
    since_ms: int
    until_ms: int
    over_time: tuple[BookedInSpan, ...]
    earlier: BookedInSpan
    is_stale: bool = False


class HasTakenSeats(Protocol):
    """The ledger, as far as it is asked here."""

    async def taken_seats(self, event_id: EventId) -> TakenSeats: ...


class Views(Protocol):
    """Knows what is held (services/live.py)."""

    async def view(self, event_id: EventId) -> LiveView: ...


class StatsService:
    """Figures for admins. Every method may raise StoreUnavailable and LedgerUnavailable."""

    def __init__(
        self,
        *,
        ledger: HasTakenSeats,
        catalog: Catalog,
        live: Views,
        clock: Clock,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._ledger = ledger
        self._catalog = catalog
        self._live = live
        self._clock = clock
        self._reads = PacedReads[tuple[EventId, Interval], EventStats](clock, sleep=sleep)

    async def stats(
        self, caller: Caller, event_id: EventId, interval: Interval = Interval.HOUR
    ) -> EventStats | NotFound | RoleMissing:
        """The event as it is now; every change that this process has answered is in it.

        Costs the ledger one statement over the event's sold and blocked seats, 30 to 110 ms for 50,000 of them on two
        busy cores, with pauses of four times as long as the whole answer takes: who asks meanwhile shares the next.
        """
        if not caller.is_admin:
            return RoleMissing(ADMIN)
        if await self._catalog.sale(event_id) is None:
            return NotFound()
        return await self._reads.read((event_id, interval), lambda: self._read(event_id, interval))

    async def _read(self, event_id: EventId, interval: Interval) -> EventStats:
        sale = await self._catalog.sale(event_id)
        assert sale is not None, "events are never removed"
        view = await self._live.view(event_id)
        layout, letters, is_stale = view.layout, view.states(), view.stale
        this_span = self._clock.now_ms() // interval.ms
        since_ms = max(0, this_span + 1 - SPANS_MAX) * interval.ms
        taken = await self._ledger.taken_seats(event_id)
        by_category = await asyncio.to_thread(figures, layout, letters, taken)
        spans = await asyncio.to_thread(booked_in_spans, taken, since_ms=since_ms, span_ms=interval.ms)
        return EventStats(
            event_id=event_id,
            currency=sale.event.currency,
            seats=_summed(by_category.values(), sum(span.revenue_minor for span in spans)),
            by_category=by_category,
            interval=interval,
            since_ms=since_ms,
            until_ms=this_span * interval.ms,
            over_time=tuple(span for span in spans if span.starts_at_ms >= since_ms),
            earlier=next((span for span in spans if span.starts_at_ms < since_ms), BookedInSpan(0, 0, 0, 0)),
            is_stale=is_stale,
        )


def last_spans(stats: EventStats, count: int) -> EventStats:
    """The same with exactly the last `count` (1 to SPANS_MAX) spans, those without bookings too: what a chart draws.

    What was booked before them is in `earlier`.
    """
    span_ms = stats.interval.ms
    until_ms = max([stats.until_ms, *(span.starts_at_ms for span in stats.over_time[-1:])])
    since_ms = max(0, until_ms - (count - 1) * span_ms)
    booked = {span.starts_at_ms: span for span in stats.over_time}
    before = [stats.earlier, *(span for span in stats.over_time if span.starts_at_ms < since_ms)]
    return msgspec.structs.replace(
        stats,
        since_ms=since_ms,
        until_ms=until_ms,
        over_time=tuple(
            booked.get(at_ms, BookedInSpan(at_ms, 0, 0, 0)) for at_ms in range(since_ms, until_ms + 1, span_ms)
        ),
        earlier=BookedInSpan(
            0,
            sum(span.bookings for span in before),
            sum(span.seats for span in before),
            sum(span.revenue_minor for span in before),
        ),
    )


def figures(layout: LayoutIndex, letters: bytes, taken: TakenSeats) -> dict[CategoryId, SeatFigures]:
    """Each category's figures, in the drawing's order. Costs about 0.4 ms per thousand seats.

    Args:
        letters: each seat's state as the view had it, in layout order.
        taken: the event's live rows as the ledger had them afterwards.
    """
    category_of = _categories_by_seat(layout)
    held_seats = set(compress(layout.seat_ids, letters.translate(HELD_ALONE)))
    held_seats.difference_update(taken.booked, taken.blocked)
    held_seats.update(taken.claimed)
    held, blocked = (Counter(map(category_of.get, seat_ids)) for seat_ids in (held_seats, taken.blocked))
    sold = Counter(zip(map(category_of.get, taken.booked), taken.prices_minor, strict=True))
    booked, revenue = Counter[CategoryId | None](), Counter[CategoryId | None]()
    for (category_id, price_minor), count in sold.items():
        booked[category_id] += count
        revenue[category_id] += count * price_minor
    return {
        category_id: SeatFigures(
            total=total,
            available=total - held[category_id] - booked[category_id] - blocked[category_id],
            held=held[category_id],
            booked=booked[category_id],
            blocked=blocked[category_id],
            revenue_minor=revenue[category_id],
        )
        for category_id, total in layout.seats_by_category.items()
    }


def booked_in_spans(taken: TakenSeats, *, since_ms: int, span_ms: int) -> list[BookedInSpan]:
    """What was booked in each span from `since_ms` on, and before it in one, oldest first; spans without are left out.

    A booking counts once in its span, however many seats of it stand.
    """
    starts = [at_ms - at_ms % span_ms if at_ms >= since_ms else 0 for at_ms in taken.booked_at_ms]
    bookings = Counter(dict(zip(taken.booking_ids, starts, strict=True)).values())
    seats, revenue = Counter(starts), Counter[int]()
    for (starts_at_ms, price_minor), count in Counter(zip(starts, taken.prices_minor, strict=True)).items():
        revenue[starts_at_ms] += count * price_minor
    return [BookedInSpan(at_ms, bookings[at_ms], seats[at_ms], revenue[at_ms]) for at_ms in sorted(seats)]


@functools.lru_cache(maxsize=4)
def _categories_by_seat(layout: LayoutIndex) -> dict[SeatId, CategoryId | None]:
    return {seat.id: seat.category_id for seat in layout.layout.seats}


def _summed(figures_of: Iterable[SeatFigures], revenue_minor: int) -> SeatFigures:
    every = list(figures_of)
    return SeatFigures(
        total=sum(it.total for it in every),
        available=sum(it.available for it in every),
        held=sum(it.held for it in every),
        booked=sum(it.booked for it in every),
        blocked=sum(it.blocked for it in every),
        revenue_minor=revenue_minor,
    )
