"""The reconciler: compares what the store has as sold with the ledger, heals what is safe, and raises the alarm.

It reads the store first and the ledger second. A booking reaches the ledger before the store, so an id that the
store had and the ledger, read later, does not know is no race: it is an alarm, and nothing is released for it. Only
a block reaches the store first; it is suspected once and reported when it is still unknown later.
"""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping, Sequence
from itertools import islice

import msgspec
import structlog

from frontrow.domain.booking import EndedSeat, LedgerSeat, SeatRowState
from frontrow.domain.errors import LedgerUnavailable, StoreUnavailable
from frontrow.domain.hold import Cold
from frontrow.domain.ids import EventId, OrderId, SeatId
from frontrow.ports import Clock, HoldStore, Ledger
from frontrow.services.activity import Activity
from frontrow.services.catalog import Catalog
from frontrow.services.counts import Count, Counts
from frontrow.services.relay import Relay
from frontrow.services.seat_calls import SeatCalls

SUSPECT_MS = 15_000
"""How long a block may be known to the store alone before it is an alarm."""
ALARM_REPEAT_MS = 600_000
ROTATION_PAUSE_S = 10.0
"""Between two events of the slow rotation, while nothing else is to be done."""
PASS_PAUSE_S = 0.5
WORK_SHARE_MAX = 0.05
"""Of a process's time: after a comparison that took a second, nothing is compared for twenty."""
REST_S_MAX = 30.0
"""However long a comparison took: most of that was waiting, and what is astray has to be healed."""
FAILED_PAUSE_S = 2.0
"""After one that a store left without an answer, which may have taken all of its time-outs and no work."""
OWNERS_HEALED_MAX = 200
SEATS_PER_SLICE = 2_000

_log = structlog.get_logger(__name__)


class Reconciled(msgspec.Struct, frozen=True):
    """What one comparison found: seats healed, seats freed, and seats sold by ids the ledger does not know."""

    healed: tuple[SeatId, ...] = ()
    freed: tuple[SeatId, ...] = ()
    unknown: tuple[SeatId, ...] = ()


class Reconciler:
    """Compares one event at a time. Any number of processes run one each; healing twice changes nothing."""

    def __init__(
        self,
        *,
        store: HoldStore,
        ledger: Ledger,
        catalog: Catalog,
        calls: SeatCalls,
        relay: Relay,
        activity: Activity,
        clock: Clock,
        counts: Counts,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._store = store
        self._ledger = ledger
        self._catalog = catalog
        self._calls = calls
        self._relay = relay
        self._activity = activity
        self._clock = clock
        self._counts = counts
        self._sleep = sleep
        self._suspected_at_ms: dict[tuple[EventId, EndedSeat], int] = {}
        self._alarmed_at_ms: dict[tuple[EventId, EndedSeat], int] = {}
        self._rotation: deque[EventId] = deque()
        self._rotates_at_ms = 0

    async def run(self) -> None:
        """Compare until cancelled: warmed events at once, changed ones after some seconds, the others in rotation."""
        while True:
            began_ms = self._clock.monotonic_ms()
            try:
                await self.step()
            except (StoreUnavailable, LedgerUnavailable) as error:
                _log.warning("reconcile_waits", reason=str(error))
                await self._sleep(FAILED_PAUSE_S)
            else:
                took_s = (self._clock.monotonic_ms() - began_ms) / 1000
                await self._sleep(min(max(PASS_PAUSE_S, took_s / WORK_SHARE_MAX), REST_S_MAX))

    async def step(self) -> None:
        """Compare the one event that is most due, if any is.

        Raises:
            StoreUnavailable, LedgerUnavailable: the event is still due.
        """
        event_id = self._activity.take() or await self._next_in_rotation()
        if event_id is None:
            return
        try:
            await self.reconcile(event_id)
        except (StoreUnavailable, LedgerUnavailable):
            self._activity.note_changed(event_id)
            raise

    async def reconcile(self, event_id: EventId) -> Reconciled:
        """Compare one event and heal what is safe: nothing on a cold one, which is loaded from the ledger anyway.

        - Sold in the ledger, not in the store, and no outbox task is still to do it: set sold.
        - Booked in the ledger and still claimed in the store: the claim becomes that booking, free at no moment.
        - Sold in the store by an id whose row the ledger holds as ended: freed.
        - Sold in the store by an id the ledger does not know: counted and logged, never released.

        Raises:
            StoreUnavailable, LedgerUnavailable: what was healed stays healed.
        """
        sold = await self._store.sold_seats(event_id)
        if isinstance(sold, Cold):
            return Reconciled()
        rows = {row.seat_id: row for row in await self._ledger.live_seats(event_id)}
        astray = await self._astray(sold, rows)
        ended = await self._ledger.ended_rows(event_id, astray) if astray else set()
        # A claim that has become a booking gives way to it where that is healed; freed, somebody could hold the seat.
        claims = [it for it in astray if it in ended and _has_become_booking(sold[it.seat_id], rows.get(it.seat_id))]
        freed = await self._free(event_id, [pair for pair in astray if pair in ended and pair not in claims])
        unknown = self._judge_unknown(event_id, sold, [pair for pair in astray if pair not in ended])
        healed = await self._heal(event_id, await self._missing(sold, rows), {it.seat_id: it.owner_id for it in claims})
        found = Reconciled(healed=healed, freed=freed, unknown=tuple(pair.seat_id for pair in unknown))
        self._counts.add(Count.EVENTS_RECONCILED)
        if healed or freed:
            _log.warning("reconciled", event_id=event_id, healed=len(healed), freed=len(freed))
        return found

    async def _next_in_rotation(self) -> EventId | None:
        now_ms = self._clock.monotonic_ms()
        if now_ms < self._rotates_at_ms:
            return None
        self._rotates_at_ms = now_ms + int(ROTATION_PAUSE_S * 1000)
        if not self._rotation:
            events = await self._catalog.events_on_sale(self._clock.now_ms())
            self._rotation.extend(event.event_id for event in events)
        return self._rotation.popleft() if self._rotation else None

    async def _astray(
        self, sold: Mapping[SeatId, tuple[SeatRowState, str]], rows: Mapping[SeatId, LedgerSeat]
    ) -> list[EndedSeat]:
        """What the store has as sold by someone who has no live row for it."""
        found: list[EndedSeat] = []
        async for seat_ids in _sliced(sold):
            for seat_id in seat_ids:
                owner_id = sold[seat_id][1]
                row = rows.get(seat_id)
                if row is None or row.owner_id != owner_id:
                    found.append(EndedSeat(seat_id, owner_id))
        return found

    async def _missing(
        self,
        sold: Mapping[SeatId, tuple[SeatRowState, str]],
        rows: Mapping[SeatId, LedgerSeat],
    ) -> list[LedgerSeat]:
        """Live rows that the store does not have, or has as someone else's."""
        found: list[LedgerSeat] = []
        async for seat_ids in _sliced(rows):
            for seat_id in seat_ids:
                row, kept = rows[seat_id], sold.get(seat_id)
                if kept is None or kept[1] != row.owner_id:
                    found.append(row)
        return found

    async def _free(self, event_id: EventId, pairs: Sequence[EndedSeat]) -> tuple[SeatId, ...]:
        seats_of: dict[str, list[SeatId]] = {}
        for pair in pairs:
            seats_of.setdefault(pair.owner_id, []).append(pair.seat_id)
        freed: list[SeatId] = []
        for owner_id, seat_ids in seats_of.items():
            outcome = await self._store.free_seats(event_id, owner_id=owner_id, seat_ids=seat_ids)
            self._calls.heard(event_id, outcome)
            freed += outcome.seat_ids
        self._counts.add(Count.SEATS_FREED, len(freed))
        return tuple(freed)

    async def _heal(
        self, event_id: EventId, rows: Sequence[LedgerSeat], claims: Mapping[SeatId, str]
    ) -> tuple[SeatId, ...]:
        """Set them sold, at most OWNERS_HEALED_MAX owners at a time; what has an undone task is the relay's.

        `claims` are the orders that the store still has as claiming some of the seats.
        """
        rows_of: dict[tuple[str, str | None], list[LedgerSeat]] = {}
        for row in rows:
            rows_of.setdefault((row.owner_id, claims.get(row.seat_id)), []).append(row)
        healed: list[SeatId] = []
        for (owner_id, claim_id), owned in list(rows_of.items())[:OWNERS_HEALED_MAX]:
            if await self._ledger.outbox_of(owner_id):
                continue
            replaces_claim = None if claim_id is None else OrderId(claim_id)
            healed += await self._relay.set_sold(event_id, owned, replaces_claim=replaces_claim)
        self._counts.add(Count.SEATS_HEALED, len(healed))
        if len(rows_of) > OWNERS_HEALED_MAX:
            self._activity.note_changed(event_id)
        return tuple(healed)

    def _judge_unknown(
        self, event_id: EventId, sold: Mapping[SeatId, tuple[SeatRowState, str]], pairs: Sequence[EndedSeat]
    ) -> list[EndedSeat]:
        """The alarms among what the ledger does not know; a block is first only suspected."""
        now_ms = self._clock.monotonic_ms()
        suspects = {(event_id, pair) for pair in pairs if sold[pair.seat_id][0] is SeatRowState.BLOCKED}
        self._suspected_at_ms = {
            suspect: at_ms
            for suspect, at_ms in self._suspected_at_ms.items()
            if suspect[0] != event_id or suspect in suspects
        }
        unknown: list[EndedSeat] = []
        for pair in pairs:
            key = (event_id, pair)
            if key in suspects and now_ms - self._suspected_at_ms.setdefault(key, now_ms) < SUSPECT_MS:
                self._activity.note_changed(event_id)
                continue
            unknown.append(pair)
        self._alarm(event_id, unknown, now_ms)
        return unknown

    def _alarm(self, event_id: EventId, unknown: Sequence[EndedSeat], now_ms: int) -> None:
        """Count and log each seat once, and again only while it lasts and ALARM_REPEAT_MS have passed."""
        keys = {(event_id, pair) for pair in unknown}
        self._alarmed_at_ms = {
            key: at_ms for key, at_ms in self._alarmed_at_ms.items() if key[0] != event_id or key in keys
        }
        fresh = [
            pair
            for pair in unknown
            if now_ms - self._alarmed_at_ms.get((event_id, pair), now_ms - ALARM_REPEAT_MS) >= ALARM_REPEAT_MS
        ]
        if fresh:
            self._alarmed_at_ms.update({(event_id, pair): now_ms for pair in fresh})
            self._counts.add(Count.OWNERS_UNKNOWN, len(fresh))
            owners = {pair.seat_id: pair.owner_id for pair in fresh}
            _log.error("sold_by_unknown_owner", event_id=event_id, owners=owners)


def _has_become_booking(sold: tuple[SeatRowState, str], row: LedgerSeat | None) -> bool:
    """Whether what the store has is a claim, and the ledger has the seat booked."""
    return sold[0] is SeatRowState.CLAIMED and row is not None and row.state is SeatRowState.BOOKED


async def _sliced(seat_ids: Iterable[SeatId]) -> AsyncIterator[list[SeatId]]:
    """A whole venue in parts, with a turn of the event loop between them."""
    remaining = iter(seat_ids)
    while part := list(islice(remaining, SEATS_PER_SLICE)):
        yield part
        await asyncio.sleep(0)
