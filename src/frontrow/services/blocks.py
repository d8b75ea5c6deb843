"""Blocks: seats that the organiser withholds from sale, and puts on sale again."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from functools import partial

import structlog

from frontrow.domain.booking import Block, LedgerSeat, SeatConflict, SeatRowState
from frontrow.domain.errors import LedgerUnavailable, StoreUnavailable
from frontrow.domain.hold import SeatRefusal, SeatsUnavailable, Unavailable, Written
from frontrow.domain.ids import BlockId, EventId, SeatId, new_made_id
from frontrow.domain.layout_index import LayoutIndex
from frontrow.domain.selection import DuplicateSeats, EmptySelection, SelectionFault, TooManySeats, UnknownSeats
from frontrow.ports import Clock, HoldStore, Ledger
from frontrow.services.background import Background
from frontrow.services.callers import ADMIN, Caller
from frontrow.services.catalog import Catalog
from frontrow.services.earlier_bookings import refusals
from frontrow.services.outcomes import BlockAnswer, BlockWritten, NotFound, RoleMissing, SeatsUnblocked, UnblockAnswer
from frontrow.services.relay import Relay
from frontrow.services.seat_calls import SeatCalls

SEATS_PER_BLOCK_MAX = 5_000
"""A large section. All of it is one transaction of the ledger, some 30 to 60 ms on SQLite."""
SEATS_PER_STEP_MAX = 1_000
"""Withheld by the store in one step: some 3 ms in which it answers nobody else."""
HOLDERS_PER_READ_MAX = 500
SETTLE_PAUSES_S = (0.5, 1.0, 2.0, 4.0, 8.0, 15.0, 30.0, 60.0, 120.0, 240.0)
"""When a block of unknown outcome is looked at again: for eight minutes. After that the reconciler's alarm tells."""

_log = structlog.get_logger(__name__)


class BlockService:
    """Withholds seats, for admins. Every method may raise StoreUnavailable and LedgerUnavailable."""

    def __init__(
        self,
        *,
        store: HoldStore,
        ledger: Ledger,
        catalog: Catalog,
        calls: SeatCalls,
        relay: Relay,
        clock: Clock,
        background: Background,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._store = store
        self._ledger = ledger
        self._catalog = catalog
        self._calls = calls
        self._relay = relay
        self._clock = clock
        self._background = background
        self._sleep = sleep

    async def block(
        self, caller: Caller, event_id: EventId, seat_ids: tuple[SeatId, ...], reason: str | None = None
    ) -> BlockAnswer:
        """Withhold 1 to SEATS_PER_BLOCK_MAX free seats from sale, all or none. Some seats of a table are enough.

        Held and sold seats refuse it. First the store, so that nobody can hold the seats meanwhile, then the ledger.
        The store is asked in steps of SEATS_PER_STEP_MAX seats: where one is refused, those before it were withheld
        for a moment.

        Raises:
            StoreUnavailable: nothing is withheld, or will not be for long: it is taken back in the background.
            LedgerUnavailable: unless it surely was not written, the seats may be withheld: settled in the background.
        """
        if not caller.is_admin:
            return RoleMissing(ADMIN)
        sale = await self._catalog.sale(event_id)
        if sale is None:
            return NotFound()
        fault = _fault(sale.layout, seat_ids)
        if fault is not None:
            return fault
        block_id = BlockId(new_made_id(sale.event.number))
        block = Block(block_id, event_id, seat_ids, caller.user_id, reason)
        try:
            withheld = await self._withhold(block)
        except StoreUnavailable:
            self._background.start(self._take_back(block), name="take back a block")
            raise
        if isinstance(withheld, SeatsUnavailable):
            return withheld
        try:
            conflict = await self._ledger.add_block(block)
        except LedgerUnavailable as error:
            settling = self._take_back(block) if error.surely_not_written else self._settle(block)
            self._background.start(settling, name="settle a block")
            raise
        if conflict is None:
            return BlockWritten(block)
        await self._refuse(block, conflict)
        return SeatsUnavailable(refusals(seat_ids, conflict.seats), withheld.now_ms)

    async def unblock(self, caller: Caller, event_id: EventId, seat_ids: tuple[SeatId, ...]) -> UnblockAnswer:
        """Put withheld seats on sale again; seats that are not withheld stay as they are. Safe to repeat.

        Also frees what only the store has as withheld: a block whose process died before the ledger heard of it.
        """
        if not caller.is_admin:
            return RoleMissing(ADMIN)
        sale = await self._catalog.sale(event_id)
        if sale is None:
            return NotFound()
        fault = _fault(sale.layout, seat_ids)
        if fault is not None:
            return fault
        dropped = await self._ledger.drop_blocks(event_id, seat_ids)
        for owner_id in dict.fromkeys(ended.owner_id for ended in dropped):
            await self._relay.catch_up(owner_id)
        freed = {ended.seat_id for ended in dropped}
        for owner_id, of_owner in (await self._withheld_by_store_alone(event_id, seat_ids)).items():
            self._calls.heard(event_id, await self._store.free_seats(event_id, owner_id=owner_id, seat_ids=of_owner))
            freed.update(of_owner)
        return SeatsUnblocked(tuple(seat_id for seat_id in seat_ids if seat_id in freed))

    async def _withhold(self, block: Block) -> Written | SeatsUnavailable:
        """Have the store withhold all seats, step by step, or none; the last step's answer, or every seat refused."""
        event_id, seat_ids, done = block.event_id, block.seat_ids, 0
        while True:
            step, rest = seat_ids[done : done + SEATS_PER_STEP_MAX], seat_ids[done + SEATS_PER_STEP_MAX :]
            outcome: Written | SeatsUnavailable = await self._calls.ask(
                event_id, partial(self._store.set_blocked, event_id, block_id=block.block_id, seat_ids=step)
            )
            if isinstance(outcome, SeatsUnavailable):
                if done:
                    await self._free(block)
                return SeatsUnavailable((*outcome.refusals, *await self._not_free(event_id, rest)), outcome.now_ms)
            self._calls.heard(event_id, outcome)
            if not rest:
                return outcome
            done += len(step)

    async def _not_free(self, event_id: EventId, seat_ids: Sequence[SeatId]) -> list[SeatRefusal]:
        """Those of the seats that are held or sold now, and which of it."""
        if not seat_ids:
            return []
        sold = await self._calls.ask(event_id, lambda: self._store.sold_seats(event_id))
        held: set[SeatId] = set()
        for first in range(0, len(seat_ids), HOLDERS_PER_READ_MAX):
            held.update(await self._store.holders(event_id, seat_ids[first : first + HOLDERS_PER_READ_MAX]))
        held.difference_update(sold)
        rows = [LedgerSeat(seat_id, state, owner_id) for seat_id, (state, owner_id) in sold.items()]
        return [*refusals(seat_ids, rows), *(SeatRefusal(it, Unavailable.HELD) for it in seat_ids if it in held)]

    async def _withheld_by_store_alone(self, event_id: EventId, seat_ids: Sequence[SeatId]) -> dict[str, list[SeatId]]:
        sold = await self._calls.ask(event_id, lambda: self._store.sold_seats(event_id))
        live = {row.seat_id: row.owner_id for row in await self._ledger.live_seats(event_id, seat_ids)}
        seats_of: dict[str, list[SeatId]] = {}
        for seat_id in seat_ids:
            state, owner_id = sold.get(seat_id, (None, ""))
            if state is SeatRowState.BLOCKED and live.get(seat_id) != owner_id:
                seats_of.setdefault(owner_id, []).append(seat_id)
        return seats_of

    async def _refuse(self, block: Block, conflict: SeatConflict) -> None:
        """The ledger has sold some of the seats: free what the store withheld, and tell it whose those are."""
        try:
            await self._free(block)
            for owner_id in dict.fromkeys(row.owner_id for row in conflict.seats):
                await self._relay.catch_up(owner_id)
            await self._relay.set_sold(block.event_id, conflict.seats)
        except (StoreUnavailable, LedgerUnavailable):
            self._background.start(self._take_back(block), name="take back a block")

    async def _free(self, block: Block) -> None:
        freed = await self._store.free_seats(block.event_id, owner_id=block.block_id, seat_ids=block.seat_ids)
        self._calls.heard(block.event_id, freed)

    async def _take_back(self, block: Block) -> None:
        """Free what the store may withhold for a block that is surely not in the ledger."""
        for pause_s in SETTLE_PAUSES_S:
            try:
                await self._free(block)
            except StoreUnavailable:
                await self._sleep(pause_s)
            else:
                return
        _log.error("block_not_taken_back", event_id=block.event_id, block_id=block.block_id)

    async def _settle(self, block: Block) -> None:
        """Learn by writing again under the same id whether the block stands; where it cannot, take it back."""
        for pause_s in SETTLE_PAUSES_S:
            try:
                conflict = await self._ledger.add_block(block)
            except LedgerUnavailable:
                await self._sleep(pause_s)
            else:
                if conflict is not None:
                    await self._take_back(block)
                return
        _log.error("block_not_settled", event_id=block.event_id, block_id=block.block_id)


def _fault(layout: LayoutIndex, seat_ids: tuple[SeatId, ...]) -> SelectionFault | None:
    if not seat_ids:
        return EmptySelection()
    if len(seat_ids) > SEATS_PER_BLOCK_MAX:
        return TooManySeats(count=len(seat_ids), seats_max=SEATS_PER_BLOCK_MAX)
    unknown = tuple(dict.fromkeys(seat_id for seat_id in seat_ids if seat_id not in layout.index_of))
    if unknown:
        return UnknownSeats(seat_ids=unknown, table_ids=())
    repeated = tuple(seat_id for seat_id, count in Counter(seat_ids).items() if count > 1)
    return DuplicateSeats(repeated) if repeated else None
