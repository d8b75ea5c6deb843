"""Cancelling an event: nothing of it is sold any more, and everybody gets everything back.

Marking the event is one write. What follows is carried out by every process, in rounds of bounded work: open orders are
given up, bookings are cancelled with refunds, until a whole pass finds neither. Each of those is safe to repeat, so the
work goes on wherever a process was killed, and how far it has come is counted in the ledger, not kept.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Protocol

import msgspec
import structlog

from frontrow.domain.booking import BookingStatus
from frontrow.domain.errors import LedgerUnavailable, PaymentUnavailable, StoreUnavailable
from frontrow.domain.event import Event
from frontrow.domain.ids import BookingId, EventId, OrderId, is_chosen_id
from frontrow.domain.order import Order, OrderState
from frontrow.domain.payment import RefundState
from frontrow.ports import Clock
from frontrow.services.callers import ADMIN, Caller
from frontrow.services.catalog import Catalog
from frontrow.services.outcomes import NotFound, RoleMissing
from frontrow.services.paced_reads import PacedReads

OPEN = (OrderState.PENDING, OrderState.CLAIMED, OrderState.PAYING, OrderState.PAID, OrderState.CANCELLING)
"""Orders that might still become bookings, or are being given up."""
PER_ROUND_MAX = 100
"""Orders or bookings of one round."""
AT_ONCE_MAX = 10
SETTLED_AFTER_MS = 60_000
"""Processes hear of a cancelled event within seconds, and what they had begun by then is written within half a minute:
a pass that finds nothing after this long was the last one."""
LOOK_AGAIN_S = 5.0
"""Between two looks for events that other processes have cancelled."""
PASS_PAUSE_S = 2.0
ROUND_PAUSE_S = 0.1
CHANGE_ATTEMPTS_MAX = 5

_log = structlog.get_logger(__name__)


class EventCancellation(msgspec.Struct, frozen=True, kw_only=True):
    """How far the cancelling of an event has come, as the ledger has it.

    Refunds are all those of the event; one that was refused is due as long as it is tried again unasked.
    """

    event_id: EventId
    cancelled_at_ms: int
    bookings: int
    bookings_cancelled: int
    orders_open: int
    orders_needing_attention: int
    refunds_due: int
    refunds_done: int
    refunds_failed: int

    @property
    def is_done(self) -> bool:
        """Whether nothing is left to be given back."""
        return self.is_at_rest and not self.refunds_failed and not self.orders_needing_attention

    @property
    def is_at_rest(self) -> bool:
        """Whether what is left, if anything is, needs a person."""
        return not self.orders_open and not self.refunds_due and self.bookings_cancelled == self.bookings


class EventNotCancelled(msgspec.Struct, frozen=True):
    """The event is not cancelled."""


class EventLedger(Protocol):
    """The ledger, as far as it is asked here."""

    async def event(self, event_id: EventId) -> Event | None: ...

    async def update_event(self, event: Event, *, expected: Event) -> bool: ...


class OrdersOfEvent(Protocol):
    """The ledger's orders, as far as they are asked for here."""

    async def orders_in(
        self, event_id: EventId, *, states: Sequence[OrderState] | None, before: tuple[int, OrderId] | None, limit: int
    ) -> list[Order]: ...

    async def order_counts(self, event_id: EventId) -> dict[OrderState, int]: ...


class BooksOfEvent(Protocol):
    """The ledger's counts and lists, as far as they are asked for here."""

    async def cancelled_events(self) -> list[EventId]: ...

    async def booking_counts(self, event_id: EventId) -> dict[BookingStatus, int]: ...

    async def refund_counts(self, event_id: EventId) -> dict[RefundState, int]: ...

    async def refunds_given_up(self, event_id: EventId) -> int: ...

    async def live_booking_ids(self, event_id: EventId, *, after: BookingId | None, limit: int) -> list[BookingId]: ...


class GivesBack(Protocol):
    """The order machine, as far as it is asked here. Repeating either call changes nothing more."""

    async def give_up_for_event(self, order_id: OrderId) -> None:
        """Give the order up, or carry its giving up on; one that was paid becomes a booking, or is refunded."""
        ...

    async def cancel_for_event(self, booking_id: BookingId) -> None:
        """Cancel every seat of the booking that is left, and owe everything that was paid and is not given back."""
        ...


class _Pass:
    """One way through an event's open orders, and then its bookings."""

    def __init__(self) -> None:
        self.orders_before: tuple[int, OrderId] | None = None
        self.orders_done = False
        self.bookings_after: BookingId | None = None
        self.found = 0


class EventCanceller:
    """Cancels events, for admins, and carries out what that means, in the background of every process."""

    def __init__(
        self,
        *,
        ledger: EventLedger,
        orders: OrdersOfEvent,
        books: BooksOfEvent,
        machine: GivesBack,
        catalog: Catalog,
        clock: Clock,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._ledger = ledger
        self._orders = orders
        self._books = books
        self._machine = machine
        self._catalog = catalog
        self._clock = clock
        self._sleep = sleep
        self._counts = PacedReads[EventId, EventCancellation](clock, sleep=sleep)
        self._passes: dict[EventId, _Pass] = {}
        self._settled: set[EventId] = set()
        self._wanted = asyncio.Event()

    async def cancel(self, caller: Caller, event_id: EventId) -> EventCancellation | NotFound | RoleMissing:
        """Cancel the event, for good: from now on nothing of it is held, ordered, paid or booked, and everything that
        was goes back. Repeating it says how far that has come.

        Raises:
            LedgerUnavailable: it may be cancelled; repeat the call.
        """
        if not caller.is_admin:
            return RoleMissing(ADMIN)
        for _ in range(CHANGE_ATTEMPTS_MAX):
            event = await self._ledger.event(event_id) if is_chosen_id(event_id) else None
            if event is None:
                return NotFound()
            if event.cancelled_at_ms is not None:
                return await self._counted(event_id, event.cancelled_at_ms)
            cancelled_at_ms = self._clock.now_ms()
            cancelled = msgspec.structs.replace(event, cancelled_at_ms=cancelled_at_ms)
            if await self._ledger.update_event(cancelled, expected=event):
                self._catalog.forget(event_id)
                self._wanted.set()
                _log.warning("event_cancelled", event_id=event_id)
                return await self._counted(event_id, cancelled_at_ms)
        raise LedgerUnavailable("others are changing this event all the time", surely_not_written=True)

    async def progress(
        self, caller: Caller, event_id: EventId
    ) -> EventCancellation | EventNotCancelled | NotFound | RoleMissing:
        """How far the cancelling has come."""
        if not caller.is_admin:
            return RoleMissing(ADMIN)
        event = await self._ledger.event(event_id) if is_chosen_id(event_id) else None
        if event is None:
            return NotFound()
        if event.cancelled_at_ms is None:
            return EventNotCancelled()
        return await self._counted(event_id, event.cancelled_at_ms)

    async def run(self) -> None:
        """Carry out what cancelled events mean, until cancelled."""
        while True:
            pause_s = LOOK_AGAIN_S
            self._wanted.clear()
            try:
                pause_s = await self.step()
            except (LedgerUnavailable, StoreUnavailable) as error:
                _log.warning("cancelling_waits", reason=str(error))
            if pause_s < LOOK_AGAIN_S:
                await self._sleep(pause_s)
            else:
                await self._woken()

    async def step(self) -> float:
        """One round of every event that is not settled; for how many seconds there is nothing more to do.

        Raises:
            LedgerUnavailable, StoreUnavailable: what is done stays done.
        """
        pause_s = LOOK_AGAIN_S
        for event_id in await self._books.cancelled_events():
            if event_id not in self._settled:
                pause_s = min(pause_s, await self._round(event_id))
        return pause_s

    async def _round(self, event_id: EventId) -> float:
        going = self._passes.setdefault(event_id, _Pass())
        if not going.orders_done:
            await self._give_up_orders(event_id, going)
        elif not await self._cancel_bookings(event_id, going):
            del self._passes[event_id]
            if going.found:
                return PASS_PAUSE_S
            event = await self._ledger.event(event_id)
            cancelled_at_ms = None if event is None else event.cancelled_at_ms
            if cancelled_at_ms is None or self._clock.now_ms() - cancelled_at_ms >= SETTLED_AFTER_MS:
                self._settled.add(event_id)
            return LOOK_AGAIN_S
        return ROUND_PAUSE_S

    async def _give_up_orders(self, event_id: EventId, going: _Pass) -> None:
        orders = await self._orders.orders_in(event_id, states=OPEN, before=going.orders_before, limit=PER_ROUND_MAX)
        going.found += len(orders)
        await self._each(event_id, [order.order_id for order in orders], self._machine.give_up_for_event)
        if len(orders) < PER_ROUND_MAX:
            going.orders_done = True
        else:
            going.orders_before = (orders[-1].created_at_ms, orders[-1].order_id)

    async def _cancel_bookings(self, event_id: EventId, going: _Pass) -> bool:
        """Whether there may be more of them."""
        found = await self._books.live_booking_ids(event_id, after=going.bookings_after, limit=PER_ROUND_MAX)
        going.found += len(found)
        await self._each(event_id, found, self._machine.cancel_for_event)
        if len(found) < PER_ROUND_MAX:
            return False
        going.bookings_after = found[-1]
        return True

    async def _each(
        self, event_id: EventId, ids: Sequence[OrderId] | Sequence[BookingId], work: Callable[..., Awaitable[None]]
    ) -> None:
        """Do it to all of them, some at once. One that fails by itself keeps nobody else from it: the next pass finds
        it again. A store that is away ends the round."""
        for start in range(0, len(ids), AT_ONCE_MAX):
            part = ids[start : start + AT_ONCE_MAX]
            results = await asyncio.gather(*(work(it) for it in part), return_exceptions=True)
            for id_, error in zip(part, results, strict=True):
                if isinstance(error, LedgerUnavailable) or (error is not None and not isinstance(error, Exception)):
                    raise error
                if isinstance(error, (PaymentUnavailable, StoreUnavailable)):
                    _log.warning("giving_back_waits", event_id=event_id, id=id_, reason=str(error))
                elif error is not None:
                    _log.error("giving_back_failed", event_id=event_id, id=id_, exc_info=error)

    async def _counted(self, event_id: EventId, cancelled_at_ms: int) -> EventCancellation:
        return await self._counts.read(event_id, lambda: self._count(event_id, cancelled_at_ms))

    async def _count(self, event_id: EventId, cancelled_at_ms: int) -> EventCancellation:
        bookings = await self._books.booking_counts(event_id)
        orders = await self._orders.order_counts(event_id)
        given_up = await self._books.refunds_given_up(event_id)
        refunds = await self._books.refund_counts(event_id)
        done = refunds.get(RefundState.DONE, 0)
        return EventCancellation(
            event_id=event_id,
            cancelled_at_ms=cancelled_at_ms,
            bookings=sum(bookings.values()),
            bookings_cancelled=bookings.get(BookingStatus.CANCELLED, 0),
            orders_open=sum(orders.get(state, 0) for state in OPEN),
            orders_needing_attention=orders.get(OrderState.NEEDS_ATTENTION, 0),
            refunds_due=max(0, sum(refunds.values()) - done - given_up),
            refunds_done=done,
            refunds_failed=given_up,
        )

    async def _woken(self) -> None:
        """Return when an event is cancelled here, or after LOOK_AGAIN_S."""
        waiting = [asyncio.ensure_future(self._wanted.wait()), asyncio.ensure_future(self._sleep(LOOK_AGAIN_S))]
        try:
            await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in waiting:
                task.cancel()
