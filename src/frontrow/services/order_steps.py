"""Carrying an order on, from wherever it stands to where nothing is to be done: one function for everybody.

Requests, callbacks, redirects back and the background all call `advance`. It reads the order, decides by pure code
(domain/order_decisions.py), does that one thing, and begins anew. Each step is one write of the ledger, conditional on
what was read; whoever was slower decides upon what stands then. So any number of processes may carry the same order on
at the same moment, and each of them may die anywhere.
"""

import msgspec
import structlog

from frontrow.domain.booking import Booking
from frontrow.domain.errors import LedgerUnavailable
from frontrow.domain.ids import OrderId, PaymentId
from frontrow.domain.order import Order, OrderState
from frontrow.domain.order_decisions import (
    FORGOTTEN_AFTER_MS,
    TAKE_OVER_AFTER_MS,
    Ask,
    Asking,
    Book,
    GiveBack,
    NextStep,
    Rest,
    SeeHold,
    Standing,
    Write,
    look_pause_ms,
    looked_again,
    needs_attention,
    next_step,
    recorded,
)
from frontrow.domain.order_moves import OrderMove, OrderMoved, OrderStands
from frontrow.domain.payment import Payment, PaymentAction, PaymentSeen, PaymentState, PaymentUnknown, RefundReason
from frontrow.ports import Clock, HoldStore, OrderLedger
from frontrow.services.catalog import Catalog
from frontrow.services.counts import Count, Counts
from frontrow.services.gateways import Gateways
from frontrow.services.late_payments import LatePayments
from frontrow.services.order_bookings import OrderBookings, unexpected
from frontrow.services.refunding import Refunding
from frontrow.services.seat_marking import SeatMarking

STEPS_MAX = 40
"""Steps of one call: far more than any order needs, so that a fault of ours ends."""

_ALARMS = {
    RefundReason.PAID_LATE: (Count.PAYMENTS_LATE, "paid_too_late"),
    RefundReason.WRONG_AMOUNT: (Count.PAYMENTS_WRONG, "paid_wrong_amount"),
    RefundReason.PAID_TWICE: (Count.PAYMENTS_TWICE, "paid_twice"),
}
_log = structlog.get_logger(__name__)


class Progress(msgspec.Struct, frozen=True):
    """How far an order was carried on, and when it needs somebody again: `due_at_ms`, None where nobody.

    `action` is what the buyer has to do next, where the gateway was asked and said so; `booking` the order's, where
    this very call wrote it.
    """

    standing: Standing
    due_at_ms: int | None = None
    action: PaymentAction | None = None
    booking: Booking | None = None

    @property
    def order(self) -> Order:
        """The order as it stands."""
        return self.standing.order


class OrderSteps:
    """Carries orders on. Every method may raise LedgerUnavailable, StoreUnavailable and PaymentUnavailable: what was
    done so far stays done, and repeating it goes on from there."""

    def __init__(
        self,
        *,
        ledger: OrderLedger,
        store: HoldStore,
        catalog: Catalog,
        gateways: Gateways,
        marking: SeatMarking,
        bookings: OrderBookings,
        late_payments: LatePayments,
        refunding: Refunding,
        clock: Clock,
        counts: Counts,
    ) -> None:
        self._ledger = ledger
        self._store = store
        self._catalog = catalog
        self._gateways = gateways
        self._marking = marking
        self._bookings = bookings
        self._late_payments = late_payments
        self._refunding = refunding
        self._clock = clock
        self._counts = counts

    async def advance(  # noqa: PLR0912 (a branch for each kind of step)
        self,
        order_id: OrderId,
        *,
        standing: Standing | None = None,
        look_at: PaymentId | None = None,
        seen: PaymentSeen | None = None,
    ) -> Progress | None:
        """Do everything that can be done for the order now; None where there is no such order.

        `standing` is how the order was read or written just now: it is decided upon, and not read again.
        `look_at` names a payment of the order that the gateway is asked about in any case, whatever its state: somebody
        says that it has changed. With `seen`, the gateway was asked just now and said that.
        """
        action = None if seen is None else seen.action
        asked: set[tuple[str, str]] = set()
        booking: Booking | None = None
        for _ in range(STEPS_MAX):
            standing = standing or await self._ledger.standing(order_id)
            if standing is None:
                return None
            step: NextStep | None = None
            if look_at is not None:
                payment = standing.payment(look_at)
                look_at = None
                step = None if payment is None else Ask(payment, Asking.LOOK_UP)
            if step is None:
                step = await self._next(standing)
            match step:
                case Rest(until_ms=until_ms):
                    return Progress(standing, until_ms, action, booking)
                case Ask(payment=payment, what=what):
                    if seen is None and (payment.payment_id, what) in asked:
                        return Progress(standing, self._next_look_ms(standing.order), action)
                    asked.add((payment.payment_id, what))
                    answer = await self._ask(standing, payment, what) if seen is None else seen
                    seen = None
                    if isinstance(answer, Rest):
                        return Progress(standing, answer.until_ms, action)
                    if isinstance(answer, PaymentSeen):
                        action = answer.action
                        standing, booking = await self._record(standing, payment, answer)
                    else:
                        standing = None
                case GiveBack(refund=refund):
                    if (refund.refund_id, "refund") in asked:
                        return Progress(standing, refund.due_at_ms, action)
                    asked.add((refund.refund_id, "refund"))
                    await self._refunding.carry_out(refund)
                    standing = None
                case Write(move=move):
                    standing = await self._written(standing, move)
                case Book() if standing.order.has_claim:
                    standing, booking = await self._bookings.of_claim(standing) or (None, None)
                case _:
                    resting = await self._do(standing, step)
                    if resting is not None:
                        return Progress(standing, resting.until_ms, action)
                    standing = None
        raise LedgerUnavailable(f"order {order_id} did not come to rest in {STEPS_MAX} steps")

    async def standing(self, order_id: OrderId) -> Standing | None:
        """The order with its payments and refunds. Payments and refunds may be newer than the order: every change of
        theirs that an order's step depends on has the order's version with it."""
        return await self._ledger.standing(order_id)

    async def standing_of(self, order: Order) -> Standing:
        """The same of an order just read or written: one that never had a payment has nothing else to be read."""
        if order.payment_id is None:
            return Standing(order)
        return await self._ledger.standing(order.order_id) or Standing(order)

    async def write(self, move: OrderMove) -> Order:
        """Write one step that changes no seats or drops the claim; the order as it stands then, whoever wrote it."""
        before = move.before
        outcome = await self._ledger.move(move)
        match outcome:
            case OrderMoved(order=order, task_ids=task_ids):
                self._tell(move)
                if move.drops_claim:
                    await self._marking.free(
                        order.event_id, owner_id=order.order_id, seat_ids=before.seat_ids, task_ids=task_ids
                    )
                return order
            case OrderStands(order=order):
                return order
        raise unexpected(before, outcome)

    async def stop(self, standing: Standing, payment: Payment) -> bool:
        """Have a payment under way stopped, so that another can be started; whether it has ended, whatever way."""
        answer = await self._ask(standing, payment, Asking.CANCEL)
        if isinstance(answer, PaymentSeen):
            await self._record(standing, payment, answer)
        stands = await self._ledger.payment(payment.payment_id)
        return stands is not None and stands.has_ended

    async def look_again(self, order_id: OrderId) -> Progress | None:
        """An operator wants an order that needs attention tried again, its refunds too."""
        standing = await self.standing(order_id)
        if standing is None:
            return None
        for refund in standing.refunds:
            await self._refunding.try_again(refund)
        if standing.order.state is OrderState.NEEDS_ATTENTION:
            await self.write(looked_again(standing, now_ms=self._clock.now_ms()))
        progress = await self.advance(order_id)
        for refund in () if progress is None else progress.standing.refunds:
            await self._refunding.carry_out(refund)
        return await self.advance(order_id)

    async def _next(self, standing: Standing) -> NextStep:
        sale = await self._catalog.sale(standing.order.event_id)
        is_cancelled = sale is not None and sale.event.cancelled_at_ms is not None
        return next_step(standing, now_ms=self._clock.now_ms(), event_is_cancelled=is_cancelled)

    async def _do(self, standing: Standing, step: SeeHold | Book) -> Rest | None:
        """Do it; Rest where it can't be done yet, None: decide anew."""
        order = standing.order
        match step:
            case SeeHold():
                hold = await self._store.read(order.event_id, order.hold_id)
                if hold is not None:
                    return Rest(hold.expires_at_ms + TAKE_OVER_AFTER_MS)
                after = order.moved(OrderState.EXPIRED, now_ms=self._clock.now_ms(), due_at_ms=None)
                await self.write(OrderMove(before=order, after=after))
            case Book():
                sale = await self._catalog.sale(order.event_id)
                if sale is None:
                    raise LedgerUnavailable(f"event {order.event_id} of order {order.order_id} is missing")
                settled = await self._late_payments.settle(sale, standing)
                if isinstance(settled, Rest):
                    return settled
                if settled is not None:
                    await self.write(settled)
        return None

    async def _ask(self, standing: Standing, payment: Payment, what: Asking) -> PaymentSeen | Rest | None:
        """What the gateway says; Rest where that is nothing yet, None where the order was moved on because of it."""
        gateway = self._gateways.of_payment(payment.gateway, payment.payment_id)
        answer: PaymentSeen | PaymentUnknown
        match what:
            case Asking.LOOK_UP:
                answer = await gateway.look_up(payment)
                if isinstance(answer, PaymentUnknown) and payment.state is PaymentState.STARTED:
                    if payment.lease_until_ms > self._clock.now_ms():
                        return Rest(payment.lease_until_ms)
                    answer = await gateway.cancel(payment)
            case Asking.CAPTURE:
                answer = await gateway.capture(payment)
            case Asking.CANCEL:
                answer = await gateway.cancel(payment)
        if isinstance(answer, PaymentSeen):
            return answer
        now_ms = self._clock.now_ms()
        if payment.has_ended:
            return Rest(standing.order.due_at_ms)
        if payment.state is not PaymentState.STARTED:
            return await self._nonsense(standing, payment)
        # From when it was begun last: of a payment that was only started, nothing else is ever written.
        if now_ms - payment.updated_at_ms < FORGOTTEN_AFTER_MS:
            return Rest(payment.updated_at_ms + FORGOTTEN_AFTER_MS)
        return PaymentSeen(state=PaymentState.CANCELLED, reason="the payment was never begun")

    async def _nonsense(self, standing: Standing, payment: Payment) -> Rest | None:
        """The gateway does not know any more what it knew."""
        order = standing.order
        _log.error("payment_unknown", order_id=order.order_id, payment_id=payment.payment_id, gateway=payment.gateway)
        if order.state not in {OrderState.PAYING, OrderState.CANCELLING}:
            return Rest(self._next_look_ms(order))
        why = f"the gateway {payment.gateway} does not know a payment any more that it knew"
        await self.write(needs_attention(order, why, self._clock.now_ms()))
        return None

    async def _written(self, standing: Standing, move: OrderMove) -> Standing | None:
        """What stands once the step is written; None where that has to be read: somebody was faster, or refunds, which
        change without their order, go with it."""
        is_so = await self.write(move) == move.after
        return standing.after(move) if is_so and not (standing.refunds or move.refunds) else None

    async def _record(
        self, standing: Standing, payment: Payment, seen: PaymentSeen
    ) -> tuple[Standing | None, Booking | None]:
        """Write down what the gateway said; that it was captured, over whatever others write of the order meanwhile:
        nobody asks again about a payment that counts as ended. What stands then, None where that has to be read, and
        the booking where that could be written with it."""
        for _ in range(STEPS_MAX):
            move = recorded(standing, payment, seen, now_ms=self._clock.now_ms())
            if move is None:
                return standing, None
            paid = standing.after(move)
            if move.after.state is OrderState.PAID and await self._is_to_be_booked(paid):
                booked = await self._bookings.of_claim(paid, paid_by=move)
                if booked is not None:
                    self._tell(move)
                    return booked
            written = await self._written(standing, move)
            if written is not None or seen.state is not PaymentState.CAPTURED:
                return written, None
            stands = await self.standing(standing.order.order_id)
            now = None if stands is None else stands.payment(payment.payment_id)
            if stands is None or now is None:
                return None, None
            standing, payment = stands, now
        raise LedgerUnavailable(f"order {standing.order.order_id} kept moving")

    async def _is_to_be_booked(self, paid: Standing) -> bool:
        """Whether a claim's booking is all that the order lacks once it is paid, as far as can be said."""
        if not paid.order.has_claim or paid.refunds:
            return False
        try:
            return isinstance(await self._next(paid), Book)
        except LedgerUnavailable:  # of the event: that the order is paid is written all the same
            return False

    def _next_look_ms(self, order: Order) -> int:
        due_at_ms = self._clock.now_ms() + look_pause_ms(order.tries)
        return due_at_ms if order.state is not OrderState.PAYING else min(due_at_ms, order.pay_until_ms or due_at_ms)

    def _tell(self, move: OrderMove) -> None:
        """The log's line and the alarms of a committed step."""
        before, after = move.before, move.after
        what = {"order_id": after.order_id, "event_id": after.event_id}
        if after.state is not before.state:
            _log.info("order_moved", before=before.state.value, after=after.state.value, **what)
        if after.state is OrderState.NEEDS_ATTENTION and before.state is not after.state:
            self._counts.add(Count.ORDERS_NEED_ATTENTION)
            _log.error("order_needs_attention", why=after.attention, **what)
        for refund in move.refunds:
            count, word = _ALARMS.get(refund.reason, (None, ""))
            if count is not None:
                self._counts.add(count)
                _log.error(word, payment_id=refund.payment_id, amount_minor=refund.amount_minor, **what)
