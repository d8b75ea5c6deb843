"""Holds by seats: prolonging and giving back what a caller holds by naming seats, or all of them, whichever hold has
them. For clients that know seats and no hold ids."""

import asyncio
from collections.abc import Sequence

from frontrow.domain.event import SaleStatus
from frontrow.domain.hold import (
    SEATS_PER_HOLD_MAX,
    HeldSeat,
    Hold,
    HoldExtended,
    HoldNotFound,
    HoldReleased,
    SeatLimitReached,
    SeatRefusal,
    SeatsBusy,
    SeatsUnavailable,
    Unavailable,
)
from frontrow.domain.ids import EventId, HoldId, SeatId, UserId
from frontrow.domain.selection import Selection, TableOnlyWhole, select
from frontrow.ports import Clock, HoldStore
from frontrow.services.callers import Caller
from frontrow.services.catalog import Catalog, Sale
from frontrow.services.outcomes import (
    EventNotOnSale,
    ExtendMineAnswer,
    ExtendSeatsAnswer,
    HoldRules,
    HoldsExtended,
    MySeats,
    NotFound,
    OpenHold,
    ReleaseSeatsAnswer,
    require_duration,
)
from frontrow.services.seat_calls import SeatCalls

RELEASES_MAX = 4
"""How often all of a caller's seats are looked up to be released; each further time some ran out or moved meanwhile."""
LOOKS_MAX = 2
"""How often a seat's hold is looked up; the second time because the seat changed hands between the two reads."""


class SeatHolds:
    """What people do with the seats they hold, by seats. Every method may raise StoreUnavailable and LedgerUnavailable;
    what it asked may then have happened, and every one may be repeated."""

    def __init__(self, *, store: HoldStore, catalog: Catalog, calls: SeatCalls, clock: Clock, rules: HoldRules) -> None:
        self._store = store
        self._catalog = catalog
        self._calls = calls
        self._clock = clock
        self._rules = rules

    async def my_seats(self, caller: Caller, event_id: EventId) -> MySeats | NotFound:
        """The seats the caller holds now and the holds that have them, soonest to run out first."""
        if await self._catalog.sale(event_id) is None:
            return NotFound()
        return MySeats(tuple(await self._held(event_id, caller.user_id)))

    async def holders(
        self, event_id: EventId, seat_ids: Sequence[SeatId]
    ) -> dict[SeatId, tuple[UserId, HoldId]] | NotFound:
        """Who holds each of these seats now, and in which hold; free, sold and unknown seats are left out."""
        if await self._catalog.sale(event_id) is None:
            return NotFound()
        return await self._store.holders(event_id, seat_ids) if seat_ids else {}

    async def hold_of_seat(self, caller: Caller, event_id: EventId, seat_id: SeatId) -> Hold | NotFound | HoldNotFound:
        """The hold that has this seat now, to its owner or an admin; NotFound where the event has no such seat."""
        sale = await self._catalog.sale(event_id)
        if sale is None or seat_id not in sale.layout.index_of:
            return NotFound()
        for _ in range(LOOKS_MAX):
            holder = (await self._store.holders(event_id, [seat_id])).get(seat_id)
            if holder is None or not caller.may_see(holder[0]):
                break
            hold = await self._store.read(event_id, holder[1])
            if hold is not None and seat_id in hold.held_seat_ids:
                return hold
        return HoldNotFound(now_ms=self._clock.now_ms())

    async def extend_seats(
        self, caller: Caller, event_id: EventId, seat_ids: Sequence[SeatId], duration_ms: int | None = None
    ) -> ExtendSeatsAnswer:
        """Let the holds that have these seats run out `duration_ms` (HOLD_MS_MIN to HOLD_MS_MAX, else the default)
        from now, each of them whole; all or none.

        Never sooner than before, and no seat past its lifetime cap. One step of the store, however many holds.

        Args:
            seat_ids: 1 to SEATS_PER_HOLD_MAX distinct seats of the event.

        Returns:
            HoldExtended with every seat of those holds, or SeatsUnavailable naming each seat that the caller does not
            hold and what it is instead, or SeatLimitReached where those holds have more than SEATS_EXTENDED_MAX seats.
        """
        require_duration(duration_ms)
        sale = await self._on_sale(event_id)
        if not isinstance(sale, Sale):
            return sale
        chosen = select(sale.layout, seat_ids, ())
        # Extending some seats of a table takes nothing apart: their hold is extended whole.
        if not isinstance(chosen, Selection | TableOnlyWhole):
            return chosen
        outcome: HoldExtended | SeatsUnavailable | SeatLimitReached | HoldNotFound = await self._calls.ask(
            event_id,
            lambda: self._store.extend_seats(
                event_id,
                seat_ids=seat_ids,
                user_id=caller.user_id,
                ttl_ms=duration_ms or self._rules.hold_ms,
                lifetime_max_ms=self._rules.lifetime_max_ms,
            ),
        )
        match outcome:
            case HoldExtended():
                self._calls.heard(event_id, outcome)
            case HoldNotFound(now_ms=now_ms):
                return SeatsUnavailable(tuple(SeatRefusal(it, Unavailable.NOT_YOURS) for it in seat_ids), now_ms)
        return outcome

    async def extend_mine(self, caller: Caller, event_id: EventId, duration_ms: int | None = None) -> ExtendMineAnswer:
        """Let every hold of the caller's in the event run out `duration_ms` from now, as `extend_seats` does.

        Each hold is extended in one step of the store, all of them in the same round trips. A hold that ran out
        meanwhile is left out of the answer, so a caller without holds is answered with none.
        """
        require_duration(duration_ms)
        sale = await self._on_sale(event_id)
        if not isinstance(sale, Sale):
            return sale
        held = await self._held(event_id, caller.user_id)
        hold_ids = tuple(dict.fromkeys(pair.hold_id for pair in held))
        outcomes = await asyncio.gather(
            *(
                self._extend(event_id, hold_id, caller.user_id, duration_ms or self._rules.hold_ms)
                for hold_id in hold_ids
            )
        )
        return HoldsExtended(
            tuple(
                OpenHold(hold_id, outcome.seat_ids, outcome.expires_at_ms, outcome.expires_at_ms - outcome.now_ms)
                for hold_id, outcome in zip(hold_ids, outcomes, strict=True)
                if isinstance(outcome, HoldExtended)
            )
        )

    async def release_seats(
        self, caller: Caller, event_id: EventId, seat_ids: Sequence[SeatId] | None = None
    ) -> ReleaseSeatsAnswer:
        """Give back these seats, all or none, or (None) everything the caller holds in the event.

        Also when the event is no longer on sale.

        Args:
            seat_ids: 1 to SEATS_PER_HOLD_MAX distinct seats; a `whole` table's all or none. One that the caller does
                not hold refuses the call.

        Returns:
            HoldReleased with the seats given back, none of them when nothing was named and nothing held;
            SeatsUnavailable naming each seat that the caller does not hold and what it is instead; SeatsBusy while a
            booking of the caller's is being written for one of them. With None, seats may have been given back then.
        """
        sale = await self._catalog.sale(event_id)
        if sale is None:
            return NotFound()
        if seat_ids is None:
            return await self._release_mine(event_id, caller.user_id)
        chosen = select(sale.layout, seat_ids, ())
        return await self._release(event_id, seat_ids, caller.user_id) if isinstance(chosen, Selection) else chosen

    async def _on_sale(self, event_id: EventId) -> Sale | NotFound | EventNotOnSale:
        sale = await self._catalog.sale(event_id)
        if sale is None:
            return NotFound()
        status = sale.event.sale_status(self._clock.now_ms())
        return sale if status is SaleStatus.ON_SALE else EventNotOnSale(status)

    async def _held(self, event_id: EventId, user_id: UserId) -> list[HeldSeat]:
        held = await self._store.user_seats([event_id], user_id)
        return held[0][1] if held else []

    async def _extend(
        self, event_id: EventId, hold_id: HoldId, user_id: UserId, ttl_ms: int
    ) -> HoldExtended | SeatsUnavailable | HoldNotFound:
        outcome: HoldExtended | SeatsUnavailable | HoldNotFound = await self._calls.ask(
            event_id,
            lambda: self._store.extend(
                event_id,
                hold_id=hold_id,
                user_id=user_id,
                ttl_ms=ttl_ms,
                lifetime_max_ms=self._rules.lifetime_max_ms,
            ),
        )
        if isinstance(outcome, HoldExtended):
            self._calls.heard(event_id, outcome)
        return outcome

    async def _release(
        self, event_id: EventId, seat_ids: Sequence[SeatId], user_id: UserId
    ) -> HoldReleased | SeatsUnavailable | SeatsBusy:
        outcome: HoldReleased | SeatsUnavailable | SeatsBusy | HoldNotFound = await self._calls.ask(
            event_id, lambda: self._store.release_seats(event_id, seat_ids=seat_ids, user_id=user_id)
        )
        match outcome:
            case HoldReleased():
                self._calls.heard(event_id, outcome)
            case HoldNotFound(now_ms=now_ms):
                return SeatsUnavailable(tuple(SeatRefusal(it, Unavailable.NOT_YOURS) for it in seat_ids), now_ms)
        return outcome

    async def _release_mine(self, event_id: EventId, user_id: UserId) -> HoldReleased | SeatsUnavailable | SeatsBusy:
        """Seats in as few steps as a step takes seats; those that ran out or moved on the way are looked up again."""
        released: list[SeatId] = []
        now_ms, refused = self._clock.now_ms(), None
        for _ in range(RELEASES_MAX):
            refused = None
            held = [pair.seat_id for pair in await self._held(event_id, user_id)]
            for first in range(0, len(held), SEATS_PER_HOLD_MAX):
                outcome = await self._release(event_id, held[first : first + SEATS_PER_HOLD_MAX], user_id)
                if isinstance(outcome, SeatsBusy):
                    return outcome
                now_ms = outcome.now_ms
                if isinstance(outcome, HoldReleased):
                    released += outcome.seat_ids
                else:
                    refused = outcome
            if refused is None:
                return HoldReleased(tuple(released), now_ms, now_ms)
        assert refused is not None, "every look-up but the last ends with an answer"
        return refused
