"""Orders: buying what one holds. An order is placed on a hold, claims its seats, is paid, and becomes a booking.

Money taken means a booking or a refund, whoever dies between any two steps: what is to be done stands in the ledger
before it is begun, and whoever comes next goes on from there (order_steps.py, docs/orders.md).
"""

import contextlib

import msgspec

from frontrow.domain.booking import IdempotencyKey
from frontrow.domain.errors import PaymentUnavailable, StoreUnavailable
from frontrow.domain.event import SaleStatus
from frontrow.domain.hold import HoldNotComplete, HoldNotFound, SeatRefusal, SeatsUnavailable, Unavailable
from frontrow.domain.ids import EventId, HoldId, OrderId, UserId, event_number_of
from frontrow.domain.order import ENDED, Order, OrderState, amount_of
from frontrow.domain.order_decisions import PENDING_GRACE_MS, Standing, closing
from frontrow.domain.order_moves import OrderKeyReused, OrderMove
from frontrow.domain.pricing import sold_seats
from frontrow.ports import Clock, HoldStore, Ledger, OrderLedger
from frontrow.services.callers import ADMIN, INTEGRATOR, Caller
from frontrow.services.catalog import Catalog, Sale
from frontrow.services.earlier_bookings import refusals
from frontrow.services.gateways import Gateways
from frontrow.services.hold_display import show_hold
from frontrow.services.order_claims import OrderClaims
from frontrow.services.order_ids import ORDERS_PER_HOLD_MAX, OrderIds
from frontrow.services.order_outcomes import (
    CancelOrderAnswer,
    OrderNotCancellable,
    OrderNotFound,
    OrderPage,
    OrderShown,
    OrdersUsedUp,
    PayAnswer,
    PaymentNotConfigured,
    PayRequest,
    PlaceAnswer,
    PlaceRequest,
    ResolveAnswer,
    StatementNotAllowed,
)
from frontrow.services.order_payments import OrderPayments
from frontrow.services.order_showing import OrderShowing
from frontrow.services.order_steps import OrderSteps, Progress
from frontrow.services.outcomes import EventNotOnSale, HoldShown, RoleMissing

_NEVER_PAID = frozenset({OrderState.CANCELLED, OrderState.EXPIRED})
_OVER = _NEVER_PAID | {OrderState.REFUNDING, OrderState.REFUNDED}
_AWAY = (StoreUnavailable, PaymentUnavailable)


class OrderService:
    """What people do with orders. Every method may raise LedgerUnavailable and StoreUnavailable, and be repeated."""

    def __init__(
        self,
        *,
        store: HoldStore,
        ledger: Ledger,
        orders: OrderLedger,
        catalog: Catalog,
        gateways: Gateways,
        steps: OrderSteps,
        claims: OrderClaims,
        payments: OrderPayments,
        showing: OrderShowing,
        clock: Clock,
        order_ids: OrderIds,
        anyone_may_state: bool,
    ) -> None:
        self._store = store
        self._ledger = ledger
        self._orders = orders
        self._catalog = catalog
        self._gateways = gateways
        self._steps = steps
        self._claims = claims
        self._payments = payments
        self._showing = showing
        self._clock = clock
        self._order_ids = order_ids
        self._anyone_may_state = anyone_may_state

    async def place(  # noqa: PLR0911 (a return for each refusal)
        self, caller: Caller, request: PlaceRequest, key: IdempotencyKey | None = None
    ) -> PlaceAnswer:
        """Order all that a hold holds, at its prices of now and the event's charges; with `claims`, claim its seats.

        A hold granted while the event was on sale may be ordered until it runs out; an event that is cancelled takes no
        orders. With a key the first answer is given again for ever. Without one, the same hold with the same seats,
        amount and customer is the same order, also after it was paid; a hold has ORDERS_PER_HOLD_MAX of them at most.

        Raises:
            StoreUnavailable: nothing is claimed. LedgerUnavailable: the order may be placed, and its seats claimed.
                Repeat the request: it is still one order.

        Source: seeds/000 (the complete journey, step 3), docs/orders.md.
        """
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
            return self._no_hold() if order is None else await self._placed_first(sale, order, request)
        if sale.event.cancelled_at_ms is not None:
            return EventNotOnSale(SaleStatus.CANCELLED)
        draft = await self._draft(caller, owner, sale, request)
        if draft is None:
            before = await self._placed_before(sale, owner, request)
            return self._no_hold() if before is None else await self._shown(before)
        if isinstance(draft, HoldNotComplete):
            return draft
        if self._gateways.for_buyers is None and not (request.claims and self._may_state(caller)):
            return PaymentNotConfigured()
        if key is None:
            return await self._place_without_key(sale, draft, request)
        placed = await self._place_under(self._order_ids.of_key(request.hold_id, key), draft, key)
        return placed if isinstance(placed, OrderKeyReused) else await self._claimed(sale, placed, request)

    async def pay(
        self, caller: Caller, order_id: OrderId, request: PayRequest, key: IdempotencyKey | None = None
    ) -> PayAnswer:
        """Start a payment of the order, or say how the one under way stands; an order that is paid says so each time.

        A pending order claims its seats first. A declined payment leaves the order to be paid otherwise, until its
        window ends. With a key the first answer is given again for ever.

        Raises:
            PaymentUnavailable: the gateway gave no answer. The order may be paid: the background learns it, and
                repeating the request tells, or begins the same payment.

        Source: seeds/000 (the complete journey, steps 4 to 6), docs/orders.md.
        """
        order = await self._visible(caller, order_id)
        if order is None:
            return OrderNotFound()
        if request.stated is not None and not self._may_state(caller):
            return StatementNotAllowed()
        return await self._payments.pay(order, request, key)

    async def order(self, caller: Caller, order_id: OrderId) -> OrderShown | OrderNotFound:
        """The order as it stands, to whom it is for, who placed it, or an admin.

        One that is not ended is carried on first, as far as gateway and store answer: so who comes back from a
        gateway's page sees what came of the payment.
        """
        order = await self._visible(caller, order_id)
        if order is None:
            return OrderNotFound()
        progress: Progress | None = None
        if order.state not in ENDED:
            with contextlib.suppress(*_AWAY):
                progress = await self._steps.advance(order_id)
        return await self._shown(order) if progress is None else await self._progress(progress)

    async def order_of_hold(self, caller: Caller, event_id: EventId, hold_id: HoldId) -> OrderShown | OrderNotFound:
        """The newest order of the caller's on this hold."""
        order = await self._orders.order_of_hold(event_id, caller.user_id, hold_id)
        return OrderNotFound() if order is None else await self._shown(order)

    async def show(self, order: Order) -> OrderShown:
        """One of `my_orders`, with all that is shown of it; nobody is asked."""
        return await self._shown(order)

    async def my_orders(
        self,
        caller: Caller,
        *,
        open_only: bool = False,
        before: tuple[int, OrderId] | None = None,
        limit: int = 50,
    ) -> OrderPage:
        """The caller's orders in every event, newest first, up to `limit` (1 to 100) after `before`; with `open_only`
        those that are not ended."""
        found = await self._orders.orders_of(caller.user_id, open_only=open_only, before=before, limit=limit + 1)
        page = tuple(found[:limit])
        return OrderPage(page, (page[-1].created_at_ms, page[-1].order_id) if len(found) > limit else None)

    async def cancel(self, caller: Caller, order_id: OrderId) -> CancelOrderAnswer:
        """Give the order up: no payment is started any more, one under way is stopped or given back, and its seats are
        free as soon as none can be taken. Repeating it changes nothing more."""
        order = await self._visible(caller, order_id)
        if order is None:
            return OrderNotFound()
        order = await self._give_up(order)
        if order.closing is not OrderState.CANCELLED and order.state is not OrderState.CANCELLED:
            return OrderNotCancellable(await self._shown(order))
        with contextlib.suppress(*_AWAY):
            await self._steps.advance(order_id)
        return await self._shown(order)

    async def give_up_for_event(self, order_id: OrderId) -> None:
        """Give the order up because its event is cancelled, or carry its giving up on; what was paid is given back, or
        booked where it was too late. Repeating it changes nothing more.

        Raises:
            PaymentUnavailable: the gateway gave no answer; the background asks again, too.
        """
        order = await self._orders.order(order_id)
        if order is not None:
            await self._give_up(order)
            await self._steps.advance(order_id)

    async def resolve(self, caller: Caller, order_id: OrderId) -> ResolveAnswer:
        """Look again at an order that needs attention, and try its refunds again; admins only.

        Raises:
            PaymentUnavailable: the gateway still gives no answer.
        """
        if not caller.is_admin:
            return RoleMissing(ADMIN)
        progress = None if event_number_of(order_id) is None else await self._steps.look_again(order_id)
        return OrderNotFound() if progress is None else await self._progress(progress)

    async def _give_up(self, order: Order) -> Order:
        """The order on its way to being cancelled, or as it stands where it can't be given up."""
        while order.state in {OrderState.PENDING, OrderState.CLAIMED, OrderState.PAYING}:
            now_ms = self._clock.now_ms()
            if order.state is OrderState.PENDING:
                after = order.moved(OrderState.CANCELLED, now_ms=now_ms, due_at_ms=None, closing=OrderState.CANCELLED)
                order = await self._steps.write(OrderMove(before=order, after=after))
            else:
                order = await self._steps.write(closing(order, OrderState.CANCELLED, now_ms))
        return order

    def _may_state(self, caller: Caller) -> bool:
        return caller.is_admin or caller.is_integrator or self._anyone_may_state

    def _no_hold(self) -> HoldNotFound:
        return HoldNotFound(now_ms=self._clock.now_ms())

    async def _visible(self, caller: Caller, order_id: OrderId) -> Order | None:
        order = None if event_number_of(order_id) is None else await self._orders.order(order_id)
        if order is None or not (caller.may_see(order.user_id) or caller.user_id == order.sold_by):
            return None
        return order

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

    async def _place_without_key(self, sale: Sale, draft: Order, request: PlaceRequest) -> PlaceAnswer:
        """Under the first id of the hold's that is free, or is this very order's and not closed."""
        for order_id in self._order_ids.of_hold(draft.hold_id, draft.user_id):
            order = await self._orders.order(order_id)
            if order is None:
                placed = await self._place_under(order_id, draft, None)
                if isinstance(placed, OrderKeyReused):
                    return placed
                order = placed
            same = order.is_for(draft.seat_ids, draft.amount_minor, draft.currency, draft.customer)
            if same and order.state not in _OVER:
                return await self._claimed(sale, order, request)
        return OrdersUsedUp(ORDERS_PER_HOLD_MAX)

    async def _place_under(self, order_id: OrderId, draft: Order, key: IdempotencyKey | None) -> Order | OrderKeyReused:
        return await self._orders.place(msgspec.structs.replace(draft, order_id=order_id), key)

    async def _claimed(self, sale: Sale, order: Order, request: PlaceRequest) -> PlaceAnswer:
        if request.claims and order.state is OrderState.PENDING:
            answer = await self._claims.claim(sale, order)
            if not isinstance(answer, Order):
                return answer
            order = answer
        return self._no_hold() if order.state in _NEVER_PAID else await self._shown(order)

    async def _placed_first(self, sale: Sale, order: Order, request: PlaceRequest) -> PlaceAnswer:
        """What the key was answered first; an attempt that ended in between is carried on."""
        if not request.claims:
            return await self._showing.as_pending(order)
        if order.pay_until_ms is not None:
            return await self._showing.as_claimed(order)
        if order.state is OrderState.PENDING:
            return await self._claimed(sale, order, request)
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
        standing = await self._steps.standing(order.order_id)
        return await self._showing.shown(standing or Standing(order))

    async def _progress(self, progress: Progress) -> OrderShown:
        return await self._showing.shown(progress.standing, progress.action)
