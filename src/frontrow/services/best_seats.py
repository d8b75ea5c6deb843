"""Holding the best seats there are: picked in this process, taken in the store, picked again where a race was lost."""

import msgspec

from frontrow.domain.booking import IdempotencyKey
from frontrow.domain.event import SaleStatus
from frontrow.domain.hold import HoldGone, KeyReused, OrphanSeats, SeatsBusy, SeatsUnavailable
from frontrow.domain.ids import CategoryId, EventId, SeatId, SectionId
from frontrow.domain.orphan_rule import orphan_checks
from frontrow.ports import Clock
from frontrow.services.callers import Caller
from frontrow.services.catalog import Catalog, Sale
from frontrow.services.holds import HoldService
from frontrow.services.outcomes import EventNotOnSale, HoldAnswer, HoldRequest, HoldShown, NotFound
from frontrow.services.picking import Attempt, BestAvailable, SeatPicking, StoreNews
from frontrow.services.search_turns import SearchesBusy

ATTEMPTS_MAX = 8
"""How often seats are picked for one request, each further time because others were faster."""


class NothingSuitable(msgspec.Struct, frozen=True):
    """No such `count` seats are free, or (`was_raced`) others took those picked ATTEMPTS_MAX times. Nothing is held."""

    count: int
    was_raced: bool


class NoSuchPlace(msgspec.Struct, frozen=True):
    """The event's layout has no such category, or no such section. Nothing was written."""

    category_id: CategoryId | None
    section_id: SectionId | None


BestAnswer = HoldAnswer | NothingSuitable | NoSuchPlace | SearchesBusy


class BestSeats:
    """Holds of seats that the engine chooses."""

    def __init__(self, *, holds: HoldService, picking: SeatPicking, catalog: Catalog, clock: Clock) -> None:
        self._holds = holds
        self._picking = picking
        self._catalog = catalog
        self._clock = clock

    async def hold(
        self,
        caller: Caller,
        event_id: EventId,
        best: BestAvailable,
        request: HoldRequest,
        key: IdempotencyKey | None = None,
    ) -> BestAnswer:
        """Hold the best free seats of that kind, or none.

        What is best is said in domain/picking_cost.py; where the event has the orphan rule, no single seat is left.
        Where somebody was faster, other seats are tried, ATTEMPTS_MAX times in all. With a key, the same request
        answers with the hold it made, whatever is free now.

        Args:
            request: the hold's duration, the open hold to add to, the reason; its own seats and tables are not used.

        Raises:
            StoreUnavailable, LedgerUnavailable: as HoldService.hold, or the event's seats cannot be read for the first
                time.
        """
        sale = await self._catalog.sale(event_id)
        if sale is None:
            return NotFound()
        status = sale.event.sale_status(self._clock.now_ms())
        if status is not SaleStatus.ON_SALE:
            return EventNotOnSale(status)
        unknown = _unknown(sale, best)
        if unknown is not None:
            return unknown
        news = StoreNews()
        for races_lost in range(ATTEMPTS_MAX):
            attempt = await self._picking.attempt(sale, best, news, races_lost)
            if not isinstance(attempt, Attempt):
                refusal = attempt or NothingSuitable(best.count, was_raced=False)
                return await self._replayed(caller, event_id, key) or refusal
            with attempt:
                wanted = msgspec.structs.replace(request, seat_ids=attempt.seat_ids, table_ids=())
                answer = await self._holds.hold(caller, event_id, wanted, key)
            match answer:
                case SeatsUnavailable(refusals=refusals):
                    news.taken.update(refusal.seat_id for refusal in refusals)
                case SeatsBusy(seat_ids=seat_ids):
                    news.taken.update(seat_ids)
                case OrphanSeats(seat_ids=seat_ids):
                    _learn(news, sale, attempt.seat_ids, seat_ids)
                case _:
                    return answer
        return NothingSuitable(best.count, was_raced=True)

    async def _replayed(
        self, caller: Caller, event_id: EventId, key: IdempotencyKey | None
    ) -> HoldShown | HoldGone | KeyReused | None:
        return None if key is None else await self._holds.hold_of_key(caller, event_id, key)


def _unknown(sale: Sale, best: BestAvailable) -> NoSuchPlace | None:
    category_id = best.category_id if best.category_id not in sale.layout.categories else None
    section_id = best.section_id if best.section_id not in sale.layout.sections else None
    return None if category_id is None and section_id is None else NoSuchPlace(category_id, section_id)


def _learn(news: StoreNews, sale: Sale, picked: tuple[SeatId, ...], orphans: tuple[SeatId, ...]) -> None:
    """The store says that these would be left single: they are free, and what is beyond them is not."""
    news.free.update(orphans)
    for check in orphan_checks(sale.layout.rows, picked):
        if check.seat_id in orphans and check.beyond is not None:
            news.taken.add(check.beyond)
