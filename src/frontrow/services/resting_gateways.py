"""Gateways as the background asks them: one that hangs is let alone for a while, so that it costs little.

A call that ended without an answer, and only after HANGS_AFTER_MS, has its gateway rest: for REST_MS nobody asks it,
and then one call alone finds out whether it answers again. Buyers and operators ask as always.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import TypeVar

import structlog

from frontrow.domain.errors import PaymentUnavailable
from frontrow.domain.payment import (
    CallbackRefused,
    GatewayCallback,
    Payment,
    PaymentRequest,
    PaymentSeen,
    PaymentUnknown,
    Refund,
    RefundSeen,
)
from frontrow.ports import Clock, PaymentGateway

HANGS_AFTER_MS = 5_000
"""A gateway that is away says so sooner, and one that works answers sooner."""
REST_MS = 30_000

T = TypeVar("T")
_log = structlog.get_logger(__name__)


class RestingGateway:
    """ports.PaymentGateway over another one; PaymentUnavailable at once while that rests."""

    def __init__(self, gateway: PaymentGateway, clock: Clock) -> None:
        self._gateway = gateway
        self._clock = clock
        self._rests_until_ms: int | None = None
        self._is_tried = False

    @property
    def name(self) -> str:
        """See PaymentGateway.name."""
        return self._gateway.name

    @property
    def key_lifetime_ms(self) -> int:
        """See PaymentGateway.key_lifetime_ms."""
        return self._gateway.key_lifetime_ms

    async def start(self, request: PaymentRequest) -> PaymentSeen:
        """See PaymentGateway.start."""
        return await self._asked(lambda: self._gateway.start(request))

    async def look_up(self, payment: Payment) -> PaymentSeen | PaymentUnknown:
        """See PaymentGateway.look_up."""
        return await self._asked(lambda: self._gateway.look_up(payment))

    async def capture(self, payment: Payment) -> PaymentSeen:
        """See PaymentGateway.capture."""
        return await self._asked(lambda: self._gateway.capture(payment))

    async def cancel(self, payment: Payment) -> PaymentSeen | PaymentUnknown:
        """See PaymentGateway.cancel."""
        return await self._asked(lambda: self._gateway.cancel(payment))

    async def refund(self, payment: Payment, refund: Refund) -> RefundSeen:
        """See PaymentGateway.refund."""
        return await self._asked(lambda: self._gateway.refund(payment, refund))

    async def refunds_of(self, payment: Payment) -> Sequence[RefundSeen]:
        """See PaymentGateway.refunds_of."""
        return await self._asked(lambda: self._gateway.refunds_of(payment))

    def callback(self, headers: Mapping[str, str], body: bytes, *, now_ms: int) -> GatewayCallback | CallbackRefused:
        """See PaymentGateway.callback."""
        return self._gateway.callback(headers, body, now_ms=now_ms)

    async def _asked(self, call: Callable[[], Awaitable[T]]) -> T:
        began_ms, until_ms = self._clock.monotonic_ms(), self._rests_until_ms
        if until_ms is not None:
            if self._is_tried or began_ms < until_ms:
                raise PaymentUnavailable(f"the gateway {self.name} rests: it did not answer in time")
            self._is_tried = True
        try:
            answer = await call()
        except PaymentUnavailable:
            now_ms = self._clock.monotonic_ms()
            if now_ms - began_ms >= HANGS_AFTER_MS:
                self._rests_until_ms = now_ms + REST_MS
                _log.warning("gateway_rests", gateway=self.name, waited_ms=now_ms - began_ms, rest_ms=REST_MS)
            elif until_ms is not None:
                self._rests_until_ms = None
            raise
        else:
            if until_ms is not None:
                self._rests_until_ms = None
            return answer
        finally:
            if until_ms is not None:
                self._is_tried = False
