"""Placing orders: what a hold holds, at the prices of now, becomes an order; and, where asked, claims its seats.

The order's id is made of the request's idempotency key, else of the hold and a number, so that a request that is
repeated, whoever died in between, finds what it placed and goes on from there.
"""

import msgspec

from frontrow.domain.booking import IdempotencyKey
from frontrow.domain.event import SaleStatus
from frontrow.domain.hold import HoldNotComplete, HoldNotFound, SeatRefusal, SeatsUnavailable, Unavailable
from frontrow.domain.ids import HoldId, OrderId, UserId, event_number_of
from frontrow.domain.order import Order, OrderState, amount_of
from frontrow.domain.order_decisions import PENDING_GRACE_MS
from frontrow.domain.order_moves import OrderKeyReused
from frontrow.domain.pricing import sold_seats
from frontrow.ports import Clock, HoldStore, Ledger, OrderLedger
from frontrow.services.callers import INTEGRATOR, Caller
from frontrow.services.catalog import Catalog, Sale
from frontrow.services.earlier_bookings import refusals
from frontrow.services.hold_display import show_hold
from frontrow.services.order_claims import OrderClaims
from frontrow.services.order_ids import ORDERS_PER_HOLD_MAX, OrderIds
from frontrow.services.order_outcomes import (
    OrderShown,
    OrdersUsedUp,
    PaymentNotConfigured,
    PlaceAnswer,
    PlaceRequest,
)
from frontrow.services.order_showing import OrderShowing
from frontrow.services.order_steps import OrderSteps
from frontrow.services.outcomes import EventNotOnSale, HoldShown, RoleMissing

_NEVER_PAID = frozenset({OrderState.CANCELLED, OrderState.EXPIRED})
_OVER = _NEVER_PAID | {OrderState.REFUNDING, OrderState.REFUNDED}


class OrderPlacing:
    """Places orders. May raise LedgerUnavailable and StoreUnavailable, and be repeated."""

    def __init__(
        self,
        *,
        store: HoldStore,
        ledger: Ledger,
        orders: OrderLedger,
        catalog: Catalog,
        steps: OrderSteps,
        claims: OrderClaims,
        showing: OrderShowing,
        clock: Clock,
        order_ids: OrderIds,
    ) -> None:
        self._store = store
        self._ledger = ledger
        self._orders = orders
        self._catalog = catalog
        self._steps = steps
        self._claims = claims
        self._showing = showing
        self._clock = clock
        self._order_ids = order_ids

    async def place(  # noqa: PLR0911 (a return for each refusal)
        self, caller: Caller, request: PlaceRequest, key: IdempotencyKey | None, *, can_be_paid: bool
    ) -> PlaceAnswer:
        """See OrderService.place. Where `can_be_paid` is not so, nothing is placed, and what was is still shown."""
        number = event_number_of(request.hold_id)
        sale = None if number is None else await self._catalog.sale_by_number(number)
        if sale is None:
            return self._no_hold()
        owner = request.user_id or caller.user_id
        if owner != caller.user_id and not (caller.is_integrator or caller.is_admin):
            return RoleMissing(INTEGRATOR)
        if key is not None and (used := await self._orders.key_used(key)) is not None:
            if used.fingerprint != key.fingerprint:
                return OrderKeyReused()
            order = await self._orders.order(OrderId(used.made_id))
            return self._no_hold() if order is None else await self._placed_first(caller, sale, order, request)
        if sale.event.cancelled_at_ms is not None:
            return EventNotOnSale(SaleStatus.CANCELLED)
        draft = await self._draft(caller, owner, sale, request)
        if draft is None:
            before = await self._placed_before(sale, owner, request)
            return self._no_hold() if before is None else await self._shown(before)
        if isinstance(draft, HoldNotComplete):
            return draft
        if not can_be_paid:
            return PaymentNotConfigured()
        if key is None:
            return await self._place_without_key(caller, sale, draft, request)
        placed = await self._place_under(self._order_ids.of_key(request.hold_id, key), draft, key)
        return placed if isinstance(placed, OrderKeyReused) else await self._claimed(caller, sale, placed, request)

    def _no_hold(self) -> HoldNotFound:
        return HoldNotFound(now_ms=self._clock.now_ms())

    async def _draft(
        self, caller: Caller, owner: UserId, sale: Sale, request: PlaceRequest
    ) -> Order | HoldNotComplete | None:
        """What would be placed now; None where the hold is none of theirs."""
        shown, holder = await self._hold(caller, owner, sale, request.hold_id)
        if shown is None or not shown.seat_ids:
            return None
        gone = tuple(it for it in shown.seat_ids if it not in sale.layout.index_of)
        if shown.moved_seat_ids or gone:
            return HoldNotComplete((*shown.moved_seat_ids, *gone), self._clock.now_ms())
        seats = sold_seats(sale.event, sale.layout, shown.seat_ids, shown.table_ids)
        now_ms = self._clock.now_ms()
        return Order(
            order_id=OrderId(""),
            event_id=sale.event.event_id,
            hold_id=request.hold_id,
            user_id=owner,
            seats=seats,
            customer=request.customer,
            amount_minor=amount_of(seats, sale.event.charges),
            currency=sale.event.currency,
            created_at_ms=now_ms,
            expires_at_ms=shown.expires_at_ms,
            table_ids=shown.table_ids,
            charges=sale.event.charges,
            notes=request.notes,
            special_requests=request.special_requests,
            holder_id=None if holder == owner else holder,
            sold_by=None if caller.user_id == owner else caller.user_id,
            due_at_ms=shown.expires_at_ms + PENDING_GRACE_MS,
            updated_at_ms=now_ms,
        )

    async def _hold(
        self, caller: Caller, owner: UserId, sale: Sale, hold_id: HoldId
    ) -> tuple[HoldShown | None, UserId]:
        hold = await self._store.read(sale.event.event_id, hold_id)
        if hold is None or hold.user_id not in {owner, caller.user_id}:
            return None, owner
        return show_hold(sale, hold), hold.user_id

    async def _place_without_key(self, caller: Caller, sale: Sale, draft: Order, request: PlaceRequest) -> PlaceAnswer:
        """Under the first id of the hold's that is free, or is this very order's and not closed. Which it is, placing
        it tells: most holds have one order."""
        for order_id in self._order_ids.of_hold(draft.hold_id, draft.user_id):
            order = await self._place_under(order_id, draft, None)
            if isinstance(order, OrderKeyReused):
                return order
            same = order.is_for(draft.seat_ids, draft.amount_minor, draft.currency, draft.customer)
            if same and order.state not in _OVER:
                return await self._claimed(caller, sale, order, request)
        return OrdersUsedUp(ORDERS_PER_HOLD_MAX)

    async def _place_under(self, order_id: OrderId, draft: Order, key: IdempotencyKey | None) -> Order | OrderKeyReused:
        return await self._orders.place(msgspec.structs.replace(draft, order_id=order_id), key)

    async def _claimed(self, caller: Caller, sale: Sale, order: Order, request: PlaceRequest) -> PlaceAnswer:
        if request.claims and order.state is OrderState.PENDING:
            answer = await self._claims.claim(sale, order, is_capped=not caller.is_admin)
            if not isinstance(answer, Order):
                return answer
            order = answer
        return self._no_hold() if order.state in _NEVER_PAID else await self._shown(order)

    async def _placed_first(self, caller: Caller, sale: Sale, order: Order, request: PlaceRequest) -> PlaceAnswer:
        """What the key was answered first; an attempt that ended in between is carried on."""
        if not request.claims:
            return await self._showing.as_pending(order)
        if order.pay_until_ms is not None:
            return await self._showing.as_claimed(order)
        if order.state is OrderState.PENDING:
            return await self._claimed(caller, sale, order, request)
        if order.state is OrderState.EXPIRED:
            return self._no_hold()
        rows = await self._ledger.live_seats(order.event_id, order.seat_ids)
        taken = refusals(order.seat_ids, rows)
        nobodys = tuple(SeatRefusal(seat_id, Unavailable.NOT_YOURS) for seat_id in order.seat_ids)
        return SeatsUnavailable(taken or nobodys, self._clock.now_ms())

    async def _placed_before(self, sale: Sale, owner: UserId, request: PlaceRequest) -> Order | None:
        """The order that took this hold's seats, when it was this very one."""
        order = await self._orders.order_of_hold(sale.event.event_id, owner, request.hold_id)
        if order is None or order.customer != request.customer:
            return None
        was_claimed = order.pay_until_ms is not None
        return order if was_claimed and (order.booking_id is not None or order.state not in _NEVER_PAID) else None

    async def _shown(self, order: Order) -> OrderShown:
        return await self._showing.shown(await self._steps.standing_of(order))
