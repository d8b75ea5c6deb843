"""Holds: the use cases of taking seats for a while, prolonging that, and giving them back."""

import asyncio
import hashlib
from collections.abc import Awaitable

import msgspec

from frontrow.domain.booking import IdempotencyKey
from frontrow.domain.errors import StoreUnavailable
from frontrow.domain.event import SaleStatus
from frontrow.domain.hold import (
    Cold,
    Hold,
    HoldAcquired,
    HoldExtended,
    HoldGone,
    HoldNotFound,
    HoldReleased,
    KeyReused,
    OrphanSeats,
    SeatLimitReached,
    SeatsBusy,
    SeatsUnavailable,
)
from frontrow.domain.ids import EventId, HoldId, SeatId, UserId, event_number_of, new_made_id
from frontrow.domain.orphan_rule import orphan_checks
from frontrow.domain.selection import EmptySelection, Selection, SelectionFault, select, split_whole_tables
from frontrow.ports import Clock, HoldStore
from frontrow.services.callers import ADMIN, Caller
from frontrow.services.catalog import Catalog, Sale
from frontrow.services.clock_watch import ClockWatch
from frontrow.services.hold_display import show_hold, show_new_hold
from frontrow.services.orphans import OrphanHolds
from frontrow.services.outcomes import (
    RELEASE_DELAY_MS_MAX,
    EventNotOnSale,
    ExtendAnswer,
    HoldAnswer,
    HoldRequest,
    HoldRules,
    HoldShown,
    NotFound,
    ReleaseAnswer,
    RoleMissing,
    require_duration,
)
from frontrow.services.refused_seats import RefusedSeats
from frontrow.services.seat_calls import SeatCalls

ADMIN_REASONS = frozenset({"admin_hold", "maintenance"})

Acquired = (
    HoldAcquired | SeatsUnavailable | SeatLimitReached | OrphanSeats | SeatsBusy | HoldNotFound | KeyReused | HoldGone
)


class _Wanted(msgspec.Struct, frozen=True, gc=False):
    selection: Selection
    hold_id: HoldId


class HoldService:
    """Everything people do with holds. Every method may raise StoreUnavailable and LedgerUnavailable."""

    def __init__(
        self,
        *,
        store: HoldStore,
        catalog: Catalog,
        calls: SeatCalls,
        clock: Clock,
        rules: HoldRules,
        orphans: OrphanHolds,
        clock_watch: ClockWatch,
        refused: RefusedSeats,
    ) -> None:
        self._store = store
        self._catalog = catalog
        self._calls = calls
        self._clock = clock
        self._rules = rules
        self._orphans = orphans
        self._clock_watch = clock_watch
        self._refused = refused

    async def hold(
        self, caller: Caller, event_id: EventId, request: HoldRequest, key: IdempotencyKey | None = None
    ) -> HoldAnswer:
        """Hold every seat asked for, or none.

        A seat of the caller's own older hold moves to this one. With a key, the same request answers with the same
        hold while it lives (`replayed`, its expiry as it was), HoldGone afterwards; another one KeyReused.

        Raises:
            StoreUnavailable: no answer within the deadline. With a key or `hold_id` the seats may be held: repeat
                the request. Without, they are given back in the background as soon as the store answers again.

        Source: seeds/000 (phases 1 and 2), seeds/002 (hold), docs/decisions/0001-holds-and-lock-keys.md.
        """
        sale = self._on_sale(await self._catalog.sale(event_id))
        if not isinstance(sale, Sale):
            return sale
        wanted = self._wanted(caller, sale, request)
        if not isinstance(wanted, _Wanted):
            return wanted
        self._clock_watch.require_agreement()
        outcome = await self._acquire(caller, sale, request, wanted, key)
        if isinstance(outcome, HoldAcquired):
            self._calls.heard(event_id, outcome)
            if request.hold_id is None and not outcome.replayed and outcome.expires_at_ms >= outcome.now_ms:
                return show_new_hold(sale, outcome)
            return await self._as_it_is_now(caller, sale, request, outcome, key)
        if isinstance(outcome, SeatsUnavailable):
            self._refused.note(event_id, outcome)
        return outcome

    async def hold_of_key(
        self, caller: Caller, event_id: EventId, key: IdempotencyKey
    ) -> HoldShown | HoldGone | KeyReused | None:
        """What has become of the hold that a request with this key made; None where none has. Nothing is written.

        For requests whose seats are chosen anew each time: `hold` would need seats to be asked.
        """
        sale = await self._catalog.sale(event_id)
        if sale is None:
            return None
        # The key is looked at before the hold that is to be added to, and there is none under a new id.
        nothing = HoldRequest(sale.layout.seat_ids[:1], hold_id=HoldId(new_made_id(sale.event.number)))
        selection = Selection(nothing.seat_ids, (), {})
        assert nothing.hold_id is not None
        outcome = await self._acquire(caller, sale, nothing, _Wanted(selection, nothing.hold_id), key)
        if isinstance(outcome, HoldAcquired):
            shown = await self._as_it_is_now(caller, sale, nothing, outcome, key)
            return HoldGone(outcome.hold_id, outcome.now_ms) if isinstance(shown, HoldNotFound) else shown
        return outcome if isinstance(outcome, HoldGone | KeyReused) else None

    async def hold_of(self, caller: Caller, event_id: EventId, hold_id: HoldId) -> HoldShown | HoldNotFound:
        """The hold as it is now, to its owner or an admin; HoldNotFound to everyone else."""
        sale = await self._catalog.sale(event_id)
        hold = None if sale is None else await self._read(sale, hold_id)
        if sale is None or hold is None or not caller.may_see(hold.user_id):
            return HoldNotFound(now_ms=self._clock.now_ms())
        return show_hold(sale, hold)

    async def my_holds(self, caller: Caller) -> list[HoldShown]:
        """The caller's holds in every event that hold a seat now, soonest to run out first.

        A hold outlives the end of its sale, and can be booked: events are looked at for as long as a hold may live.
        """
        now_ms = self._clock.now_ms()
        ended = await self._catalog.events_on_sale(now_ms - self._rules.lifetime_max_ms)
        events = (*ended, *await self._catalog.events_on_sale(now_ms))
        event_ids = list(dict.fromkeys(event.event_id for event in events))
        held = await self._store.user_seats(event_ids, caller.user_id)
        shown: list[HoldShown] = []
        for event_id, pairs in held:
            sale = await self._catalog.sale(event_id)
            if sale is None:
                continue
            hold_ids = dict.fromkeys(pair.hold_id for pair in pairs)
            holds = await asyncio.gather(*(self._store.read(event_id, hold_id) for hold_id in hold_ids))
            shown += [show_hold(sale, hold) for hold in holds if hold is not None and hold.held_seat_ids]
        return sorted(shown, key=lambda hold: (hold.expires_at_ms, hold.hold_id))

    async def extend(
        self, caller: Caller, event_id: EventId, hold_id: HoldId, duration_ms: int | None = None
    ) -> ExtendAnswer:
        """Let the caller's hold run out `duration_ms` (HOLD_MS_MIN to HOLD_MS_MAX, else the default) from now.

        Never sooner than before, and no seat past its lifetime cap. Safe to repeat.
        """
        require_duration(duration_ms)
        sale = self._on_sale(await self._catalog.sale(event_id))
        if not isinstance(sale, Sale):
            return sale
        if event_number_of(hold_id) != sale.event.number:
            return HoldNotFound(now_ms=self._clock.now_ms())
        extended = await self._extend(caller, event_id, hold_id, duration_ms or self._rules.hold_ms)
        if not isinstance(extended, HoldExtended):
            return extended
        hold = await self._read(sale, hold_id)
        return HoldNotFound(now_ms=extended.now_ms) if hold is None else show_hold(sale, hold)

    async def release(
        self,
        caller: Caller,
        event_id: EventId,
        hold_id: HoldId,
        seat_ids: tuple[SeatId, ...] | None = None,
        after_ms: int = 0,
    ) -> ReleaseAnswer:
        """Give back some or (None) all seats of the caller's hold, also when the event is no longer on sale.

        Args:
            seat_ids: seats of the hold; a `whole` table's all or none. One that this very hold does not
                hold now refuses the call.
            after_ms: 0, or up to RELEASE_DELAY_MS_MAX: only let the hold run out that soon, so that an extension
                may still cancel it.
        """
        sale = await self._catalog.sale(event_id)
        if sale is None:
            return NotFound()
        if event_number_of(hold_id) != sale.event.number:
            return HoldNotFound(now_ms=self._clock.now_ms())
        if seat_ids is not None:
            seat_ids = tuple(dict.fromkeys(seat_ids))
            if not seat_ids:
                return EmptySelection()
            known = (seat_id for seat_id in seat_ids if seat_id in sale.layout.index_of)
            split = split_whole_tables(sale.layout, known)
            if split is not None:
                return split
        return await self._release(
            caller.user_id, event_id, hold_id, seat_ids, min(max(after_ms, 0), RELEASE_DELAY_MS_MAX)
        )

    async def release_any(self, caller: Caller, event_id: EventId, hold_id: HoldId) -> ReleaseAnswer:
        """Give back anyone's hold, for admins."""
        if not caller.is_admin:
            return RoleMissing(ADMIN)
        sale = await self._catalog.sale(event_id)
        if sale is None:
            return NotFound()
        hold = await self._read(sale, hold_id)
        if hold is None:
            return HoldNotFound(now_ms=self._clock.now_ms())
        return await self._release(hold.user_id, event_id, hold_id, None, 0)

    def _on_sale(self, sale: Sale | None) -> Sale | NotFound | EventNotOnSale:
        if sale is None:
            return NotFound()
        status = sale.event.sale_status(self._clock.now_ms())
        return sale if status is SaleStatus.ON_SALE else EventNotOnSale(status)

    def _wanted(
        self, caller: Caller, sale: Sale, request: HoldRequest
    ) -> _Wanted | RoleMissing | SelectionFault | HoldNotFound:
        if request.reason in ADMIN_REASONS and not caller.is_admin:
            return RoleMissing(ADMIN)
        selection = select(sale.layout, request.seat_ids, request.table_ids)
        if not isinstance(selection, Selection):
            return selection
        if request.hold_id is None:
            return _Wanted(selection, HoldId(new_made_id(sale.event.number)))
        if event_number_of(request.hold_id) != sale.event.number:
            return HoldNotFound(now_ms=self._clock.now_ms())
        return _Wanted(selection, request.hold_id)

    async def _acquire(
        self, caller: Caller, sale: Sale, request: HoldRequest, wanted: _Wanted, key: IdempotencyKey | None
    ) -> Acquired:
        event_id, adds = sale.event.event_id, request.hold_id is not None
        checks = orphan_checks(sale.layout.rows, wanted.selection.seat_ids) if sale.event.orphan_rule else ()

        def acquire() -> Awaitable[Acquired | Cold]:
            return self._store.acquire(
                event_id,
                hold_id=wanted.hold_id,
                user_id=caller.user_id,
                seat_ids=wanted.selection.seat_ids,
                table_ids=wanted.selection.table_ids,
                table_of_seat=wanted.selection.table_of_seat,
                ttl_ms=request.duration_ms or self._rules.hold_ms,
                lifetime_max_ms=self._rules.lifetime_max_ms,
                seats_per_user_max=None if caller.is_admin else self._rules.seats_per_user_max,
                adds=adds,
                answer_key=None if key is None else _answer_key(key),
                fingerprint="" if key is None else key.fingerprint,
                orphan_checks=checks,
            )

        try:
            try:
                return await self._calls.ask(event_id, acquire)
            except StoreUnavailable:  # the answer may be all that is lost: under the same id it is given again
                return await self._calls.ask(event_id, acquire)
        except (StoreUnavailable, asyncio.CancelledError):
            if key is None and not adds:
                self._orphans.add(event_id, wanted.hold_id, caller.user_id)
            raise

    async def _as_it_is_now(
        self, caller: Caller, sale: Sale, request: HoldRequest, outcome: HoldAcquired, key: IdempotencyKey | None
    ) -> HoldShown | HoldNotFound:
        """A hold that is not just as it was made: it was there before, seats were added to it, or its time is up."""
        replayed = outcome.replayed and key is not None
        longer = 0
        if request.hold_id is not None and request.duration_ms is not None and not replayed:
            longer = request.duration_ms
        if outcome.now_ms + longer > outcome.expires_at_ms:
            extended = await self._extend(caller, sale.event.event_id, outcome.hold_id, longer)
            if not isinstance(extended, HoldExtended):
                return extended
        if request.hold_id is None and not outcome.replayed:
            return show_new_hold(sale, outcome)
        # The hold was made earlier: seats of it may have moved to another one since.
        hold = await self._read(sale, outcome.hold_id)
        if hold is None:
            return HoldNotFound(now_ms=outcome.now_ms)
        return msgspec.structs.replace(show_hold(sale, hold), replayed=replayed)

    async def _extend(
        self, caller: Caller, event_id: EventId, hold_id: HoldId, duration_ms: int
    ) -> HoldExtended | HoldNotFound:
        outcome: HoldExtended | SeatsUnavailable | HoldNotFound = await self._calls.ask(
            event_id,
            lambda: self._store.extend(
                event_id,
                hold_id=hold_id,
                user_id=caller.user_id,
                ttl_ms=duration_ms,
                lifetime_max_ms=self._rules.lifetime_max_ms,
            ),
        )
        if isinstance(outcome, SeatsUnavailable):
            return HoldNotFound(now_ms=outcome.now_ms)
        if isinstance(outcome, HoldExtended):
            self._calls.heard(event_id, outcome)
        return outcome

    async def _release(
        self, owner: UserId, event_id: EventId, hold_id: HoldId, seat_ids: tuple[SeatId, ...] | None, after_ms: int
    ) -> HoldReleased | SeatsUnavailable | SeatsBusy | HoldNotFound:
        outcome: HoldReleased | SeatsUnavailable | SeatsBusy | HoldNotFound = await self._calls.ask(
            event_id,
            lambda: self._store.release(event_id, hold_id=hold_id, user_id=owner, seat_ids=seat_ids, after_ms=after_ms),
        )
        if isinstance(outcome, HoldReleased):
            self._calls.heard(event_id, outcome)
        return outcome

    async def _read(self, sale: Sale, hold_id: HoldId) -> Hold | None:
        if event_number_of(hold_id) != sale.event.number:
            return None
        return await self._store.read(sale.event.event_id, hold_id)


def _answer_key(key: IdempotencyKey) -> str:
    """One name for (user, route, key), whatever characters they have: their lengths keep them apart."""
    parts = (key.user_id, key.route, key.key)
    return hashlib.sha256("".join(f"{len(part)}:{part}" for part in parts).encode()).hexdigest()
