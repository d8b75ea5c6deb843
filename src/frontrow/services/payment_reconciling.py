"""Comparing what the ledger says of an event with the store and with the gateways, and healing what can be healed.

Five stages, each a walk through a list of the ledger, in pieces of bounded work: the seats; the orders that are not
ended; the payments that are not; the refunds that are not done; and, where asked for, the payments that are: those
captured against their gateway's books, those stopped because they may have been taken after all. Whatever is healed is
healed as always: by carrying orders on (order_steps.py), by carrying refunds out (refunding.py) and by the reconciler
of seats. So it can be broken off, repeated, and run beside everything else.
"""

from collections.abc import AsyncIterator
from typing import Protocol

import msgspec
import structlog

from frontrow.domain.errors import PaymentUnavailable
from frontrow.domain.ids import EventId, OrderId, PaymentId, RefundId
from frontrow.domain.order import Order, OrderState
from frontrow.domain.payment import (
    PAYMENT_ENDED,
    Payment,
    PaymentSeen,
    PaymentState,
    PaymentUnknown,
    Refund,
    RefundState,
)
from frontrow.domain.pricing import amount_text
from frontrow.ports import Clock, OrderLedger
from frontrow.ports.event_books import EventBooks
from frontrow.services.callers import ADMIN, Caller
from frontrow.services.catalog import Catalog
from frontrow.services.gateways import Gateways
from frontrow.services.money_findings import (
    Finding,
    Outcome,
    ReconcilePoint,
    Reconciliation,
    Stage,
    of_order,
    of_payment,
    of_refund,
    of_seats,
    undone,
)
from frontrow.services.order_steps import OrderSteps
from frontrow.services.outcomes import NotFound, RoleMissing
from frontrow.services.reconcile import Reconciled
from frontrow.services.refunding import Refunding

LOOKED_AT_MAX = 100
"""Orders, payments and refunds that one call looks at."""
WORK_MS_MAX = 10_000
"""A call that has taken this long ends with what it is at: gateways may be slow."""
PER_PAGE = 25

_UNENDED_ORDERS = (
    OrderState.PENDING,
    OrderState.CLAIMED,
    OrderState.PAYING,
    OrderState.PAID,
    OrderState.CANCELLING,
    OrderState.REFUNDING,
    OrderState.NEEDS_ATTENTION,
)
_UNENDED_PAYMENTS = tuple(state for state in PaymentState if state not in PAYMENT_ENDED)
_TAKEN_OR_STOPPED = (PaymentState.CAPTURED, PaymentState.CANCELLED)
_UNDONE_REFUNDS = (RefundState.DUE, RefundState.PROCESSING, RefundState.FAILED)

_log = structlog.get_logger(__name__)


class ReconcilesSeats(Protocol):
    """The reconciler of seats."""

    async def reconcile(self, event_id: EventId) -> Reconciled: ...


class _Item(msgspec.Struct, frozen=True):
    point: ReconcilePoint
    subject: EventId | Order | Payment | Refund


class MoneyReconciler:
    """Compares and heals, for admins. May raise LedgerUnavailable and StoreUnavailable: what was healed stays so."""

    def __init__(
        self,
        *,
        orders: OrderLedger,
        books: EventBooks,
        steps: OrderSteps,
        refunding: Refunding,
        gateways: Gateways,
        seats: ReconcilesSeats,
        catalog: Catalog,
        clock: Clock,
    ) -> None:
        self._orders = orders
        self._books = books
        self._steps = steps
        self._refunding = refunding
        self._gateways = gateways
        self._seats = seats
        self._catalog = catalog
        self._clock = clock

    async def reconcile(
        self, caller: Caller, event_id: EventId, point: ReconcilePoint | None = None, *, with_captured: bool = True
    ) -> Reconciliation | NotFound | RoleMissing:
        """Compare a piece of the event, from `point` (None: from the beginning) on, and heal what can be healed.

        Args:
            with_captured: ask the gateways about every payment that was captured and every refund of it, too: two
                calls for each, or three; and about every payment that was stopped: one for each.
        """
        if not caller.is_admin:
            return RoleMissing(ADMIN)
        if await self._catalog.sale(event_id) is None:
            return NotFound()
        began_ms, looked_at, findings = self._clock.monotonic_ms(), 0, list[Finding]()
        async for item in self._items(event_id, point or ReconcilePoint(), with_captured=with_captured):
            if looked_at == LOOKED_AT_MAX or self._clock.monotonic_ms() - began_ms >= WORK_MS_MAX:
                return Reconciliation(tuple(findings), looked_at, point)
            looked_at += 1
            findings += await self._judged(item)
            point = item.point
        if findings:
            _log.warning("money_reconciled", event_id=event_id, findings=len(findings))
        return Reconciliation(tuple(findings), looked_at, None)

    async def _items(self, event_id: EventId, start: ReconcilePoint, *, with_captured: bool) -> AsyncIterator[_Item]:
        """Everything to be looked at after `start`, each with the point that stands behind it."""
        stages = list(Stage)
        for stage in stages[stages.index(start.stage) :]:
            after = start if stage is start.stage else ReconcilePoint(stage)
            match stage:
                case Stage.SEATS:
                    if after.after_id is None:
                        yield _Item(ReconcilePoint(Stage.SEATS, after_id=event_id), event_id)
                case Stage.ORDERS:
                    async for item in self._open_orders(event_id, after):
                        yield item
                case Stage.PAYMENTS:
                    async for item in self._payments(event_id, after, _UNENDED_PAYMENTS):
                        yield item
                case Stage.REFUNDS:
                    async for item in self._refunds(event_id, after):
                        yield item
                case Stage.CAPTURED if with_captured:
                    async for item in self._payments(event_id, after, _TAKEN_OR_STOPPED):
                        yield item

    async def _open_orders(self, event_id: EventId, after: ReconcilePoint) -> AsyncIterator[_Item]:
        before = None
        if after.after_ms is not None and after.after_id is not None:
            before = (after.after_ms, OrderId(after.after_id))
        while True:
            page = await self._orders.orders_in(event_id, states=_UNENDED_ORDERS, before=before, limit=PER_PAGE)
            for order in page:
                before = (order.created_at_ms, order.order_id)
                yield _Item(ReconcilePoint(after.stage, *before), order)
            if len(page) < PER_PAGE:
                return

    async def _payments(
        self, event_id: EventId, after: ReconcilePoint, states: tuple[PaymentState, ...]
    ) -> AsyncIterator[_Item]:
        last = None if after.after_id is None else PaymentId(after.after_id)
        while True:
            page = await self._books.payments_in(event_id, states=states, after=last, limit=PER_PAGE)
            for payment in page:
                last = payment.payment_id
                yield _Item(ReconcilePoint(after.stage, after_id=last), payment)
            if len(page) < PER_PAGE:
                return

    async def _refunds(self, event_id: EventId, after: ReconcilePoint) -> AsyncIterator[_Item]:
        last = None if after.after_id is None else RefundId(after.after_id)
        while True:
            page = await self._books.refunds_in(event_id, states=_UNDONE_REFUNDS, after=last, limit=PER_PAGE)
            for refund in page:
                last = refund.refund_id
                yield _Item(ReconcilePoint(after.stage, after_id=last), refund)
            if len(page) < PER_PAGE:
                return

    async def _judged(self, item: _Item) -> list[Finding]:
        match item.subject:
            case Order() as order:
                return await self._judge_order(order)
            case Payment(state=PaymentState.CAPTURED) as payment:
                return await self._judge_captured(payment)
            case Payment() as payment:
                return await self._judge_payment(payment)
            case Refund() as refund:
                return await self._judge_refund(refund)
            case event_id:
                return of_seats(await self._seats.reconcile(event_id))

    async def _judge_order(self, order: Order) -> list[Finding]:
        needed_attention = order.state is OrderState.NEEDS_ATTENTION
        carry_on = self._steps.look_again if needed_attention else self._steps.advance
        try:
            progress = await carry_on(order.order_id)
        except PaymentUnavailable as error:
            return [of_order(order, Outcome.WAITING, f"it is {order.state}, and its gateway gives no answer: {error}")]
        now = order if progress is None else progress.order
        if now.state is OrderState.NEEDS_ATTENTION:
            return [of_order(order, Outcome.PERSON, f"it needs attention: {now.attention}")]
        if now.state is not order.state:
            is_under_way = now.state is OrderState.REFUNDING
            outcome = Outcome.WAITING if is_under_way else Outcome.HEALED
            return [of_order(order, outcome, f"it was {order.state} and is {now.state}")]
        return []

    async def _judge_payment(self, payment: Payment) -> list[Finding]:
        """Ask the gateway, through the order's own steps: what it says is recorded, and acted upon."""
        try:
            progress = await self._steps.advance(payment.order_id, look_at=payment.payment_id)
        except PaymentUnavailable as error:
            said = f"it is {payment.state}, and its gateway gives no answer: {error}"
            return [of_payment(payment, Outcome.WAITING, said)]
        now = await self._orders.payment(payment.payment_id)
        if progress is None or now is None:
            return [of_payment(payment, Outcome.PERSON, "the order it is for is not in the ledger")]
        if now.state is not payment.state:
            said = f"the ledger had it as {payment.state}, the gateway has it as {now.state}"
            return [of_payment(payment, Outcome.HEALED, said)]
        if now.has_ended:
            return []
        if progress.order.payment_id != payment.payment_id or progress.order.state not in _UNENDED_ORDERS:
            said = f"it is {now.state}, though its order is {progress.order.state}: it is being stopped"
            return [of_payment(payment, Outcome.WAITING, said)]
        return []

    async def _judge_refund(self, refund: Refund) -> list[Finding]:
        if refund.is_given_up:
            await self._refunding.try_again(refund)
            refund = await self._orders.refund(refund.refund_id) or refund
        elif refund.due_at_ms is not None and refund.due_at_ms > self._clock.now_ms():
            return [of_refund(refund, _of_undone(refund), undone(refund))] if refund.failures or refund.tries else []
        after = await self._refunding.carry_out(refund)
        await self._steps.advance(refund.order_id)
        if after.state is RefundState.DONE:
            return [of_refund(refund, Outcome.HEALED, "it was owed, and is given back")]
        return [of_refund(after, _of_undone(after), undone(after))]

    async def _judge_captured(self, payment: Payment) -> list[Finding]:
        """Hold the ledger's sums against the gateway's."""
        gateway = self._gateways.find(payment.gateway)
        if gateway is None:
            return [of_payment(payment, Outcome.PERSON, f"its gateway {payment.gateway} is not configured any more")]
        before = await self._refunds_of(payment)
        try:
            await self._refunding.look_again(payment.payment_id)
            seen = await gateway.look_up(payment)
            given_back = await gateway.refunds_of(payment)
        except PaymentUnavailable as error:
            return [of_payment(payment, Outcome.WAITING, f"its gateway gives no answer: {error}")]
        mine = await self._refunds_of(payment)
        found = [_of_seen(it, it_was) for it, it_was in zip(mine, before, strict=False) if it.state is not it_was.state]
        if isinstance(seen, PaymentUnknown) or not _is_as_captured(payment, seen):
            has = "knows no such payment" if isinstance(seen, PaymentUnknown) else f"has {_sum_of(seen)}"
            found.append(of_payment(payment, Outcome.PERSON, f"the ledger has {_sum_of(payment)}, the gateway {has}"))
        if gateway is not self._gateways.external:
            at_gateway = sum(it.amount_minor for it in given_back if it.state is not RefundState.FAILED)
            done = sum(it.amount_minor for it in mine if it.state is RefundState.DONE)
            owed = sum(it.amount_minor for it in mine)
            if not done <= at_gateway <= owed:
                told = [amount_text(it, payment.currency) for it in (done, owed, at_gateway)]
                said = "the ledger has refunds of {} done and {} owed, the gateway gave back {}".format(*told)
                found.append(of_payment(payment, Outcome.PERSON, said))
        return found

    async def _refunds_of(self, payment: Payment) -> list[Refund]:
        return [it for it in await self._orders.refunds_of(payment.order_id) if it.payment_id == payment.payment_id]


def _of_undone(refund: Refund) -> Outcome:
    return Outcome.PERSON if refund.is_given_up else Outcome.WAITING


def _of_seen(refund: Refund, was: Refund) -> Finding:
    """What of the refund only the gateway knew."""
    if refund.state is RefundState.DONE:
        return of_refund(refund, Outcome.HEALED, f"the ledger had it as {was.state}, the gateway has done it")
    return of_refund(refund, _of_undone(refund), f"the ledger had it as {was.state}; {undone(refund)}")


def _is_as_captured(payment: Payment, seen: PaymentSeen) -> bool:
    taken = (seen.state, seen.captured_minor, seen.captured_currency)
    return taken == (PaymentState.CAPTURED, payment.captured_minor, payment.captured_currency)


def _sum_of(payment: Payment | PaymentSeen) -> str:
    if payment.state is not PaymentState.CAPTURED:
        return f"it as {payment.state}"
    return amount_text(payment.captured_minor, payment.captured_currency or "")
