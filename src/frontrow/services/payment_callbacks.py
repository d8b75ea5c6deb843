"""What gateways tell: that something happened to a payment. What it was, they are asked; nobody is believed.

Callbacks come early, late, twice, out of order or never, and for payments of other installations. Each is remembered
once it was dealt with; what it names is looked up at the gateway, and the order carried on from there.
"""

from collections.abc import Mapping

import msgspec
import structlog

from frontrow.domain.payment import CallbackRefused, GatewayCallback
from frontrow.ports import Clock, OrderLedger
from frontrow.services.counts import Count, Counts
from frontrow.services.gateways import Gateways
from frontrow.services.order_steps import OrderSteps
from frontrow.services.refunding import Refunding

_log = structlog.get_logger(__name__)


class CallbackTaken(msgspec.Struct, frozen=True):
    """Dealt with, now or before; or about nothing of ours, which telling again would not change."""


class GatewayUnknown(msgspec.Struct, frozen=True):
    """No gateway of that name is configured."""


CallbackAnswer = CallbackTaken | CallbackRefused | GatewayUnknown


class PaymentCallbacks:
    """Takes gateways' callbacks."""

    def __init__(
        self,
        *,
        ledger: OrderLedger,
        gateways: Gateways,
        steps: OrderSteps,
        refunding: Refunding,
        clock: Clock,
        counts: Counts,
    ) -> None:
        self._ledger = ledger
        self._gateways = gateways
        self._steps = steps
        self._refunding = refunding
        self._clock = clock
        self._counts = counts

    async def told(self, gateway: str, headers: Mapping[str, str], body: bytes) -> CallbackAnswer:
        """Deal with one callback; `headers` have names in lower case, `body` is as it was received.

        Raises:
            LedgerUnavailable, StoreUnavailable, PaymentUnavailable: not dealt with; whoever told should tell again.
        """
        teller = self._gateways.find(gateway)
        if teller is None:
            return GatewayUnknown()
        callback = teller.callback(headers, body, now_ms=self._clock.now_ms())
        if isinstance(callback, CallbackRefused):
            self._counts.add(Count.CALLBACKS_REFUSED)
            _log.warning("callback_refused", gateway=gateway, reason=callback.reason)
            return callback
        if callback.payment_id is None or await self._ledger.callback_seen(gateway, callback.callback_id):
            return CallbackTaken()
        await self._look_up(gateway, callback)
        await self._ledger.note_callback(gateway, callback.callback_id)
        return CallbackTaken()

    async def _look_up(self, gateway: str, callback: GatewayCallback) -> None:
        payment_id = callback.payment_id
        payment = None if payment_id is None else await self._ledger.payment(payment_id)
        if payment is None or payment.gateway != gateway:
            self._counts.add(Count.CALLBACKS_UNKNOWN)
            _log.warning("callback_about_unknown_payment", gateway=gateway, payment_id=payment_id)
            return
        await self._refunding.look_again(payment.payment_id)
        await self._steps.advance(payment.order_id, look_at=payment.payment_id)
