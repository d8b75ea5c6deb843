"""Giving money back: every refund that is owed, once, however often and by however many processes it is tried.

What is owed stands in the ledger before a gateway hears of it. The gateway is asked under a key that is made of the
refund and of how often it was definitely refused, so an answer that was lost is learnt by asking again. Past the time
that the provider remembers keys, its refunds are listed first.
"""

from collections.abc import Sequence

import msgspec
import structlog

from frontrow.domain.errors import PaymentUnavailable
from frontrow.domain.ids import PaymentId
from frontrow.domain.owed import TAKE_OVER_AFTER_MS
from frontrow.domain.payment import Payment, PaymentState, Refund, RefundSeen, RefundState
from frontrow.ports import Clock, OrderLedger, PaymentGateway
from frontrow.services.counts import Count, Counts
from frontrow.services.gateways import Gateways
from frontrow.services.notices import NoticeBoard

PAUSE_MS = 10_000
PAUSE_MS_MAX = 900_000
"""Between two tries of one refund that got no answer: doubled each time up to this."""
PROCESSING_PAUSE_MS = 300_000
"""Before a refund that the gateway has taken up is looked at again."""
FAILURES_MAX = 5
"""So many definite failures in a row, and nobody tries it until an operator asks for it."""

_ANSWERED = frozenset({RefundState.PROCESSING, RefundState.DONE})
"""Refunds that the gateway has said it took up."""

_log = structlog.get_logger(__name__)


class Refunding:
    """Carries out refunds. Every method may raise LedgerUnavailable, and be repeated."""

    def __init__(
        self, *, ledger: OrderLedger, gateways: Gateways, notices: NoticeBoard, clock: Clock, counts: Counts
    ) -> None:
        self._ledger = ledger
        self._gateways = gateways
        self._notices = notices
        self._clock = clock
        self._counts = counts

    async def carry_out(self, refund: Refund) -> Refund:
        """Ask the gateway for the refund, and write down what it said; the refund as it stands then.

        A gateway that gives no answer leaves it due later.
        """
        payment = await self._ledger.payment(refund.payment_id)
        if payment is None or refund.state is RefundState.DONE:
            return refund
        try:
            gateway = self._gateways.of_payment(payment.gateway, payment.payment_id)
            seen = await self._seen(gateway, payment, refund)
        except PaymentUnavailable as error:
            return await self._put_off(refund, str(error))
        if seen is None:
            return await self._ledger.refund(refund.refund_id) or refund
        return await self._write(*seen)

    async def look_again(self, payment_id: PaymentId) -> None:
        """A gateway tells that something happened to the payment: one of its refunds may have ended, or have come back
        from the buyer's bank after it had counted as done. That one is owed again.

        Raises:
            PaymentUnavailable: nothing is known.
        """
        payment = await self._ledger.payment(payment_id)
        if payment is None or payment.state is not PaymentState.CAPTURED:
            return
        refunds = await self._ledger.refunds_of(payment.order_id)
        mine = {it.gateway_refund_id: it for it in refunds if it.payment_id == payment_id and it.state in _ANSWERED}
        if not mine:
            return
        for seen in await self._gateways.of_payment(payment.gateway, payment_id).refunds_of(payment):
            refund = mine.get(seen.gateway_refund_id)
            if refund is not None and seen.state is not refund.state and seen.state is not RefundState.PROCESSING:
                await self._write(refund, seen)

    async def try_again(self, refund: Refund) -> None:
        """An operator wants it tried again: it is due now."""
        if refund.state is not RefundState.DONE:
            await self._update(refund, due_at_ms=self._clock.now_ms())

    async def _seen(
        self, gateway: PaymentGateway, payment: Payment, refund: Refund
    ) -> tuple[Refund, RefundSeen] | None:
        """What the gateway says of the refund, asked for it where that is safe; None where somebody else is at it."""
        now_ms, asked_at_ms = self._clock.now_ms(), refund.first_asked_at_ms
        is_forgotten = asked_at_ms is not None and now_ms - asked_at_ms >= gateway.key_lifetime_ms
        if is_forgotten or refund.state is RefundState.PROCESSING:
            listed = await gateway.refunds_of(payment)
            others = {it.gateway_refund_id for it in await self._ledger.refunds_of(refund.order_id)}
            known = _own(refund, listed, others - {None, refund.gateway_refund_id})
            if known is not None:
                return refund, known
        if asked_at_ms is None or is_forgotten:
            # Written before it is asked: whoever comes later must know how old the key is.
            asking = await self._update(refund, first_asked_at_ms=now_ms, due_at_ms=now_ms + TAKE_OVER_AFTER_MS)
            if asking is None:
                return None
            refund = asking
        return refund, await gateway.refund(payment, refund)

    async def _write(self, refund: Refund, seen: RefundSeen) -> Refund:
        now_ms = self._clock.now_ms()
        what = {"order_id": refund.order_id, "refund_id": refund.refund_id, "event_id": refund.event_id}
        match seen.state:
            case RefundState.DONE:
                order = await self._ledger.order(refund.order_id)
                done = {
                    "state": RefundState.DONE,
                    "gateway_refund_id": seen.gateway_refund_id or refund.gateway_refund_id,
                }
                if order is not None:
                    # Before the refund is written as done, so that whoever dies in between tells it once more.
                    await self._ledger.add_notices(self._notices.order_refunded(order, refund))
                changed = await self._update(refund, due_at_ms=None, last_error=None, **done)
                if changed is not None:
                    _log.info("refunded", amount_minor=refund.amount_minor, reason=refund.reason.value, **what)
            case RefundState.FAILED:
                failures = refund.failures + 1
                changed = await self._update(
                    refund,
                    state=RefundState.FAILED,
                    failures=failures,
                    first_asked_at_ms=None,
                    gateway_refund_id=None,
                    last_error=seen.reason or "the gateway refused it",
                    due_at_ms=None if failures % FAILURES_MAX == 0 else now_ms + _pause_ms(failures),
                )
                if changed is not None:
                    self._counts.add(Count.REFUND_FAILURES)
                    _log.error("refund_failed", failures=failures, reason=seen.reason, **what)
            case _:
                changed = await self._update(
                    refund,
                    state=RefundState.PROCESSING,
                    gateway_refund_id=seen.gateway_refund_id or refund.gateway_refund_id,
                    due_at_ms=now_ms + PROCESSING_PAUSE_MS,
                )
        return changed or await self._ledger.refund(refund.refund_id) or refund

    async def _put_off(self, refund: Refund, why: str) -> Refund:
        refund = await self._ledger.refund(refund.refund_id) or refund
        pause_ms = _pause_ms(refund.tries)
        self._counts.add(Count.REFUNDS_PUT_OFF)
        _log.warning("refund_put_off", refund_id=refund.refund_id, order_id=refund.order_id, why=why, pause_ms=pause_ms)
        changed = await self._update(
            refund, tries=refund.tries + 1, last_error=why, due_at_ms=self._clock.now_ms() + pause_ms
        )
        return changed or await self._ledger.refund(refund.refund_id) or refund

    async def _update(self, refund: Refund, **changes: object) -> Refund | None:
        """The refund changed; None where somebody else changed it meanwhile."""
        after = msgspec.structs.replace(
            refund, version=refund.version + 1, updated_at_ms=self._clock.now_ms(), **changes
        )
        return after if await self._ledger.update_refund(after) else None


def _own(refund: Refund, listed: Sequence[RefundSeen], others: set[str | None]) -> RefundSeen | None:
    """The one of the gateway's refunds that is this one: by its own id, else by its key, else by its amount."""
    for seen in listed:
        if seen.gateway_refund_id is not None and seen.gateway_refund_id == refund.gateway_refund_id:
            return seen
    for seen in listed:
        if seen.key == refund.key:
            return seen
    unnamed = (it for it in listed if it.key is None and it.gateway_refund_id not in others)
    return next((it for it in unnamed if it.amount_minor == refund.amount_minor), None)


def _pause_ms(tries: int) -> int:
    return min(PAUSE_MS << min(tries, 10), PAUSE_MS_MAX)
