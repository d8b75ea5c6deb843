"""Orders: buying what one holds. An order is placed on a hold, claims its seats, is paid, and becomes a booking.

Money taken means a booking or a refund, whoever dies between any two steps: what is to be done stands in the ledger
before it is begun, and whoever comes next goes on from there (order_steps.py, docs/orders.md).
"""

import contextlib

from frontrow.domain.booking import IdempotencyKey
from frontrow.domain.errors import PaymentUnavailable, StoreUnavailable
from frontrow.domain.ids import EventId, HoldId, OrderId, event_number_of
from frontrow.domain.order import ENDED, Order, OrderState
from frontrow.domain.order_decisions import Standing, closing
from frontrow.domain.order_moves import OrderMove
from frontrow.ports import Clock, OrderLedger
from frontrow.services.callers import ADMIN, Caller
from frontrow.services.gateways import Gateways
from frontrow.services.order_outcomes import (
    CancelOrderAnswer,
    OrderNotCancellable,
    OrderNotFound,
    OrderPage,
    OrderShown,
    PayAnswer,
    PayRequest,
    PlaceAnswer,
    PlaceRequest,
    ResolveAnswer,
    StatementNotAllowed,
)
from frontrow.services.order_payments import OrderPayments
from frontrow.services.order_placing import OrderPlacing
from frontrow.services.order_showing import OrderShowing
from frontrow.services.order_steps import OrderSteps, Progress
from frontrow.services.outcomes import RoleMissing
from frontrow.services.recent_looks import RecentLooks

_AWAY = (StoreUnavailable, PaymentUnavailable)
_ASKS_GATEWAY = frozenset({OrderState.PAYING, OrderState.CANCELLING, OrderState.REFUNDING})
"""States whose carrying on asks a gateway."""


class OrderService:
    """What people do with orders. Every method may raise LedgerUnavailable and StoreUnavailable, and be repeated."""

    def __init__(
        self,
        *,
        orders: OrderLedger,
        gateways: Gateways,
        steps: OrderSteps,
        placing: OrderPlacing,
        payments: OrderPayments,
        showing: OrderShowing,
        clock: Clock,
        anyone_may_state: bool,
    ) -> None:
        self._orders = orders
        self._gateways = gateways
        self._steps = steps
        self._placing = placing
        self._payments = payments
        self._showing = showing
        self._clock = clock
        self._anyone_may_state = anyone_may_state
        self._looks = RecentLooks(clock)

    async def place(self, caller: Caller, request: PlaceRequest, key: IdempotencyKey | None = None) -> PlaceAnswer:
        """Order all that a hold holds, at its prices of now and the event's charges; with `claims`, claim its seats.

        A hold granted while the event was on sale may be ordered until it runs out; an event that is cancelled takes no
        orders. With a key the first answer is given again for ever. Without one, the same hold with the same seats,
        amount and customer is the same order, also after it was paid; a hold has ORDERS_PER_HOLD_MAX of them at most.

        Raises:
            StoreUnavailable: nothing is claimed. LedgerUnavailable: the order may be placed, and its seats claimed.
                Repeat the request: it is still one order.

        Source: seeds/000 (the complete journey, step 3), docs/orders.md.
        """
        can_be_paid = self._gateways.for_buyers is not None or (request.claims and self._may_state(caller))
        return await self._placing.place(caller, request, key, can_be_paid=can_be_paid)

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
        standing = await self._visible(caller, order_id)
        if standing is None:
            return OrderNotFound()
        if request.stated is not None and not self._may_state(caller):
            return StatementNotAllowed()
        return await self._payments.pay(standing, request, key, is_capped=not caller.is_admin)

    async def order(self, caller: Caller, order_id: OrderId) -> OrderShown | OrderNotFound:
        """The order as it stands, to whom it is for, who placed it, or an admin.

        One that is not ended is carried on first, as far as gateway and store answer: so who comes back from a
        gateway's page sees what came of the payment. Past LOOKS_PER_S_MAX it is shown as the ledger has it.
        """
        standing = await self._visible(caller, order_id)
        if standing is None:
            return OrderNotFound()
        order = standing.order
        if order.state in ENDED:
            return await self._showing.shown(standing)
        look = self._looks.of(order)
        if look is not None:
            return await self._showing.shown(standing, look.action)
        if order.state in _ASKS_GATEWAY and not self._looks.may_ask():
            return await self._showing.shown(standing)
        progress: Progress | None = None
        with contextlib.suppress(*_AWAY):
            progress = await self._steps.advance(order_id, standing=standing)
        if progress is None:
            return await self._shown_anew(order)
        self._looks.note(progress.order, progress.action)
        return await self._progress(progress)

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
        standing = await self._visible(caller, order_id)
        if standing is None:
            return OrderNotFound()
        order = await self._give_up(standing.order)
        if order.closing is not OrderState.CANCELLED and order.state is not OrderState.CANCELLED:
            return OrderNotCancellable(await self._shown(order))
        with contextlib.suppress(*_AWAY):
            progress = await self._steps.advance(order_id)
            if progress is not None:
                return await self._progress(progress)
        return await self._shown_anew(order)

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

    async def _visible(self, caller: Caller, order_id: OrderId) -> Standing | None:
        standing = None if event_number_of(order_id) is None else await self._steps.standing(order_id)
        if standing is None:
            return None
        order = standing.order
        return standing if caller.may_see(order.user_id) or caller.user_id == order.sold_by else None

    async def _shown_anew(self, order: Order) -> OrderShown:
        """The order as it stands by now: it may have been carried on, part of the way."""
        return await self._showing.shown(await self._steps.standing(order.order_id) or Standing(order))

    async def _shown(self, order: Order) -> OrderShown:
        return await self._showing.shown(await self._steps.standing_of(order))

    async def _progress(self, progress: Progress) -> OrderShown:
        return await self._showing.shown(progress.standing, progress.action, progress.booking)
