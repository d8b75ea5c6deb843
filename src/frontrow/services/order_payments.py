"""Paying an order: a payment is written down, then begun at its gateway, and what the gateway says is carried on.

One payment is under way at a time. Who asks again meanwhile, from another tab or because an answer was lost, is told
how that one stands; a payment that was declined makes room for another. The payment's id is made of the request's
idempotency key, else of how many payments the order had, so that a repeated request begins nothing twice.
"""

import contextlib

import msgspec
import structlog

from frontrow.domain.booking import IdempotencyKey
from frontrow.domain.errors import LedgerUnavailable, PaymentUnavailable
from frontrow.domain.hold import SeatLimitReached, SeatsBusy
from frontrow.domain.ids import PaymentId
from frontrow.domain.order import Order, OrderState
from frontrow.domain.order_decisions import TAKE_OVER_AFTER_MS, Standing, is_whole
from frontrow.domain.order_moves import OrderKeyReused, OrderMove, OrderMoved, OrderStands
from frontrow.domain.payment import Payment, PaymentRequest, PaymentState
from frontrow.ports import Clock, OrderLedger, PaymentGateway
from frontrow.services.catalog import Catalog
from frontrow.services.gateways import Gateways
from frontrow.services.order_bookings import unexpected
from frontrow.services.order_claims import OrderClaims
from frontrow.services.order_ids import OrderIds
from frontrow.services.order_outcomes import (
    OrderNotPayable,
    OrderShown,
    PaymentDeclined,
    PaymentNotConfigured,
    PayRequest,
    RequestRunning,
)
from frontrow.services.order_showing import OrderShowing, kept
from frontrow.services.order_steps import OrderSteps, Progress

LEASE_MS = 30_000
"""For how long whoever began a payment is let alone with it."""
ROUNDS_MAX = 8
PAYMENTS_PER_ORDER_MAX = 50

_log = structlog.get_logger(__name__)

Paying = (
    OrderShown
    | PaymentDeclined
    | OrderNotPayable
    | OrderKeyReused
    | RequestRunning
    | SeatLimitReached
    | SeatsBusy
    | PaymentNotConfigured
)


class OrderPayments:
    """Starts and resumes payments. Every method may raise LedgerUnavailable, StoreUnavailable and PaymentUnavailable:
    the payment may have been taken, the background learns it, and repeating the request tells."""

    def __init__(
        self,
        *,
        ledger: OrderLedger,
        catalog: Catalog,
        gateways: Gateways,
        steps: OrderSteps,
        claims: OrderClaims,
        showing: OrderShowing,
        clock: Clock,
        order_ids: OrderIds,
    ) -> None:
        self._ledger = ledger
        self._catalog = catalog
        self._gateways = gateways
        self._steps = steps
        self._claims = claims
        self._showing = showing
        self._clock = clock
        self._order_ids = order_ids

    async def pay(
        self, standing: Standing, request: PayRequest, key: IdempotencyKey | None, *, is_capped: bool
    ) -> Paying:
        """Pay the order, which was read just now, or say how the payment that is under way stands. `is_capped`: see
        OrderClaims.claim."""
        order = standing.order
        if key is not None and (used := await self._ledger.key_used(key)) is not None:
            if used.fingerprint != key.fingerprint:
                return OrderKeyReused()
            return await self._replayed(order, request, used.made_id)
        answer, payment_id = await self._paid(standing, request, key, is_capped=is_capped)
        if key is None:
            return answer
        if payment_id != self._order_ids.payment_of_key(order.order_id, key):
            return await self._adopted(order, answer, payment_id, key)
        return await self._kept(order, answer, payment_id)

    async def _replayed(self, order: Order, request: PayRequest, made_id: str) -> Paying:
        """What the key's payment was answered first; else what it comes to now, which is the first answer then."""
        payment_id = PaymentId(made_id)
        standing = await self._standing(order)
        payment = standing.payment(payment_id)
        if payment is None:  # nothing was to be paid
            progress = await self._steps.advance(order.order_id) or Progress(standing)
            is_booked = progress.order.booking_id is not None
            return await (self._showing.as_booked if is_booked else self._showing.shown)(progress.standing)
        if payment.answered is not None:
            return await self._showing.as_answered(standing, payment.answered)
        answer: Paying
        if await self._may_begin(standing, payment):
            answer = await self._begun(standing, payment, request)
        else:
            progress = await self._steps.advance(order.order_id) or Progress(standing)
            answer = await self._answer(progress, payment_id)
        return await self._kept(order, answer, payment_id)

    async def _paid(  # noqa: PLR0911 (a return for each state)
        self, read: Standing, request: PayRequest, key: IdempotencyKey | None, *, is_capped: bool
    ) -> tuple[Paying, PaymentId | None]:
        order, known = read.order, iter((read,))
        for _ in range(ROUNDS_MAX):
            standing = next(known, None) or await self._standing(order)
            current = standing.current
            same = current if current is not None and self._is_through(current, request) else None
            if same is not None and await self._may_begin(standing, same):
                return await self._begun(standing, same, request), same.payment_id
            progress = await self._steps.advance(order.order_id, standing=standing) or Progress(standing)
            stands, current = progress.order, progress.standing.current
            match stands.state:
                case OrderState.PENDING if stands.amount_minor and self._gateway_for(request) is None:
                    return PaymentNotConfigured(), None
                case OrderState.PENDING:
                    refused = await self._claim(stands, is_capped=is_capped)
                    if refused is not None:
                        return refused, None
                case OrderState.CLAIMED:
                    started = await self._start(progress.standing, request, key)
                    if not isinstance(started, OrderStands):
                        return started
                case OrderState.PAYING if current is not None and not self._is_through(current, request):
                    stopped = await self._steps.stop(progress.standing, current)
                    if not stopped:
                        return RequestRunning(TAKE_OVER_AFTER_MS), None
                case OrderState.PAYING | OrderState.PAID | OrderState.BOOKED if _is_beside(current, request):
                    return OrderNotPayable(await self._showing.shown(progress.standing)), None
                case OrderState.PAYING | OrderState.PAID | OrderState.BOOKED:
                    shown = await self._showing.shown(progress.standing, progress.action, progress.booking)
                    return shown, stands.payment_id
                case _:
                    return OrderNotPayable(await self._showing.shown(progress.standing)), None
        raise LedgerUnavailable(f"order {order.order_id} kept moving", surely_not_written=True)

    async def _claim(
        self, order: Order, *, is_capped: bool
    ) -> OrderNotPayable | SeatLimitReached | SeatsBusy | RequestRunning | None:
        """Claim what is still on its hold; None: it is claimed, or moved on."""
        sale = await self._catalog.sale(order.event_id)
        claimed = None if sale is None else await self._claims.claim(sale, order, is_capped=is_capped)
        if isinstance(claimed, Order):
            return None
        if isinstance(claimed, SeatLimitReached | SeatsBusy | RequestRunning):
            return claimed
        return OrderNotPayable(await self._showing.shown(await self._standing(order)))

    async def _start(  # noqa: PLR0911 (a return for each reason not to)
        self, standing: Standing, request: PayRequest, key: IdempotencyKey | None
    ) -> tuple[Paying, PaymentId | None] | OrderStands:
        """Write a payment down and begin it; OrderStands where somebody moved the order on."""
        order, now_ms = standing.order, self._clock.now_ms()
        if order.amount_minor == 0:
            after = order.moved(OrderState.PAID, now_ms=now_ms, due_at_ms=now_ms + TAKE_OVER_AFTER_MS)
            free = OrderMove(before=order, after=after, key=key)
            outcome = await self._ledger.move(free)
            if isinstance(outcome, OrderStands | OrderKeyReused):
                return outcome if isinstance(outcome, OrderStands) else (outcome, None)
            paid = standing.after(free)
            progress = await self._steps.advance(order.order_id, standing=paid) or Progress(paid)
            return await self._showing.shown(progress.standing, booking=progress.booking), None
        gateway = self._gateway_for(request)
        if gateway is None:
            return PaymentNotConfigured(), None
        if len(standing.payments) >= PAYMENTS_PER_ORDER_MAX:
            return OrderNotPayable(await self._showing.shown(standing)), None
        ids = self._order_ids
        payment = Payment(
            payment_id=ids.nth_payment(order.order_id, len(standing.payments))
            if key is None
            else ids.payment_of_key(order.order_id, key),
            order_id=order.order_id,
            event_id=order.event_id,
            gateway=gateway.name,
            amount_minor=order.amount_minor,
            currency=order.currency,
            stated=request.stated,
            lease_until_ms=now_ms + LEASE_MS,
            created_at_ms=now_ms,
            updated_at_ms=now_ms,
        )
        after = order.moved(
            OrderState.PAYING, now_ms=now_ms, due_at_ms=now_ms + LEASE_MS, payment_id=payment.payment_id
        )
        start = OrderMove(before=order, after=after, payments=(payment,), key=key)
        outcome = await self._ledger.move(start)
        match outcome:
            case OrderMoved():
                begun = await self._ask(gateway, standing.after(start), payment, request)
                return begun, payment.payment_id
            case OrderStands():
                return outcome
            case OrderKeyReused():
                return outcome, None
        raise unexpected(order, outcome)

    async def _may_begin(self, standing: Standing, payment: Payment) -> bool:
        """Whether nobody knows if the gateway has heard of this payment, and it may still be begun."""
        order = standing.order
        if order.state is not OrderState.PAYING or payment.state is not PaymentState.STARTED:
            return False
        sale = await self._catalog.sale(order.event_id)
        is_cancelled = sale is None or sale.event.cancelled_at_ms is not None
        return not is_cancelled and self._clock.now_ms() < (order.pay_until_ms or 0)

    async def _begun(self, standing: Standing, payment: Payment, request: PayRequest) -> Paying:
        """Begin a payment again whose beginning got no answer: under the same id, which begins it once."""
        now_ms, order = self._clock.now_ms(), standing.order
        if payment.lease_until_ms > now_ms:
            return RequestRunning(payment.lease_until_ms - now_ms)
        gateway = self._gateways.of_payment(payment.gateway, payment.payment_id)
        leased = msgspec.structs.replace(payment, lease_until_ms=now_ms + LEASE_MS, updated_at_ms=now_ms)
        after = order.moved(order.state, now_ms=now_ms, due_at_ms=now_ms + LEASE_MS)
        lease = OrderMove(before=order, after=after, payments=(leased,))
        if not isinstance(await self._ledger.move(lease), OrderMoved):
            return RequestRunning(TAKE_OVER_AFTER_MS)
        return await self._ask(gateway, standing.after(lease), leased, request)

    async def _ask(
        self, gateway: PaymentGateway, standing: Standing, payment: Payment, request: PayRequest
    ) -> OrderShown | PaymentDeclined | OrderNotPayable:
        order = standing.order
        sale = await self._catalog.sale(order.event_id)
        try:
            seen = await gateway.start(
                PaymentRequest(
                    payment_id=payment.payment_id,
                    order_id=order.order_id,
                    amount_minor=payment.amount_minor,
                    currency=payment.currency,
                    description=order.event_id if sale is None else sale.event.name,
                    email=order.customer.email,
                    return_url=request.return_url,
                    card_number=request.card_number,
                    stated=payment.stated,
                )
            )
        except PaymentUnavailable:
            await self._end_lease(order, payment)
            raise
        progress = await self._steps.advance(order.order_id, standing=standing, look_at=payment.payment_id, seen=seen)
        return await self._answer(progress or Progress(standing), payment.payment_id)

    async def _end_lease(self, order: Order, payment: Payment) -> None:
        """Nobody is at it any more: let whoever repeats the request, or the background, learn what came of it."""
        now_ms = self._clock.now_ms()
        after = order.moved(order.state, now_ms=now_ms, due_at_ms=now_ms + TAKE_OVER_AFTER_MS)
        ended = msgspec.structs.replace(payment, lease_until_ms=0)
        with contextlib.suppress(LedgerUnavailable):
            await self._ledger.move(OrderMove(before=order, after=after, payments=(ended,)))

    async def _answer(
        self, progress: Progress, payment_id: PaymentId
    ) -> OrderShown | PaymentDeclined | OrderNotPayable:
        """What is said of this payment of the order."""
        order, payment = progress.order, progress.standing.payment(payment_id)
        shown = await self._showing.shown(progress.standing, progress.action, progress.booking)
        if order.state is OrderState.BOOKED or payment is None:
            return shown
        if payment.state in {PaymentState.DECLINED, PaymentState.CANCELLED}:
            return PaymentDeclined(shown, payment.reason or "the payment was stopped")
        if payment.state is PaymentState.CAPTURED and not is_whole(payment):
            return PaymentDeclined(shown, "another amount was taken than asked for; it is given back")
        if order.state in {OrderState.PAYING, OrderState.PAID}:
            return shown
        return OrderNotPayable(shown)

    async def _kept(self, order: Order, answer: Paying, payment_id: PaymentId | None) -> Paying:
        """The answer, once it is kept for those who repeat the request; the one that was kept first, if any was."""
        if not isinstance(answer, OrderShown | PaymentDeclined) or payment_id is None:
            return answer
        shown = answer.shown if isinstance(answer, PaymentDeclined) else answer
        known = iter((Standing(shown.order, shown.payments, shown.refunds),))
        for _ in range(ROUNDS_MAX):
            standing = next(known, None) or await self._standing(order)
            payment = standing.payment(payment_id)
            if payment is None:
                return answer
            if payment.answered is not None:
                return await self._showing.as_answered(standing, payment.answered)
            stands = standing.order
            after = stands.moved(stands.state, now_ms=self._clock.now_ms(), due_at_ms=stands.due_at_ms)
            move = OrderMove(before=stands, after=after, payments=(_answered(payment, answer),))
            if isinstance(await self._ledger.move(move), OrderMoved):
                return answer
        raise LedgerUnavailable(f"order {order.order_id} kept moving")

    async def _adopted(self, order: Order, answer: Paying, payment_id: PaymentId | None, key: IdempotencyKey) -> Paying:
        """The answer about a payment that another request began, once the key stands for that; or for the order, where
        that is booked or cost nothing. So whoever repeats the request begins no other payment, and another body is
        refused."""
        if not isinstance(answer, OrderShown | PaymentDeclined):
            return answer
        for _ in range(ROUNDS_MAX):
            standing = await self._standing(order)
            stands, payment = standing.order, None if payment_id is None else standing.payment(payment_id)
            if stands.payment_id != payment_id:
                return answer
            after = stands.moved(stands.state, now_ms=self._clock.now_ms(), due_at_ms=stands.due_at_ms)
            is_booked = isinstance(answer, OrderShown) and answer.order.state is OrderState.BOOKED
            payments = () if payment is None or is_booked else (_answered(payment, answer),)
            outcome = await self._ledger.move(OrderMove(before=stands, after=after, payments=payments, key=key))
            if isinstance(outcome, OrderMoved | OrderKeyReused):
                return answer if isinstance(outcome, OrderMoved) else outcome
        raise LedgerUnavailable(f"order {order.order_id} kept moving")

    def _gateway_for(self, request: PayRequest) -> PaymentGateway | None:
        return self._gateways.external if request.stated is not None else self._gateways.for_buyers

    def _is_through(self, payment: Payment, request: PayRequest) -> bool:
        gateway = self._gateway_for(request)
        return gateway is None or gateway.name == payment.gateway

    async def _standing(self, order: Order) -> Standing:
        standing = await self._steps.standing(order.order_id)
        if standing is None:
            raise LedgerUnavailable(f"order {order.order_id} is not there any more")
        return standing


def _answered(payment: Payment, answer: OrderShown | PaymentDeclined) -> Payment:
    """The payment with what is kept of its first answer: this one, unless there was one before."""
    if payment.answered is not None:
        return payment
    shown = answer.shown if isinstance(answer, PaymentDeclined) else answer
    then = Standing(shown.order, shown.payments).payment(payment.payment_id) or payment
    return msgspec.structs.replace(payment, answered=kept(answer, then))


def _is_beside(current: Payment | None, request: PayRequest) -> bool:
    """Whether money was taken elsewhere, as the request states, for an order that another payment pays: who took it
    has to hear that it is one too many."""
    return request.stated is not None and current is not None and current.stated != request.stated
