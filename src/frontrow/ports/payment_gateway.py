"""The port to a payment gateway."""

from collections.abc import Mapping, Sequence
from typing import Protocol

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


class PaymentGateway(Protocol):
    """Takes money and gives it back.

    Every call may be repeated: a payment goes by its id, a refund by its key, and each happens once under it. Every
    call but `callback` may raise PaymentUnavailable, and nothing else; what it asked may then have happened. What a
    gateway *says* (a decline, a refused refund) is returned.
    """

    @property
    def name(self) -> str:
        """What payments say they were made through; also the last part of the callback's path."""
        ...

    @property
    def key_lifetime_ms(self) -> int:
        """For how long the provider remembers a refund's key. After that its refunds are listed before one is asked for
        again."""
        ...

    async def start(self, request: PaymentRequest) -> PaymentSeen:
        """Begin the payment, or learn how it stands where it was begun before."""
        ...

    async def look_up(self, payment: Payment) -> PaymentSeen | PaymentUnknown:
        """How the payment stands."""
        ...

    async def capture(self, payment: Payment) -> PaymentSeen:
        """Take what is authorised; how the payment stands then."""
        ...

    async def cancel(self, payment: Payment) -> PaymentSeen | PaymentUnknown:
        """Stop the payment if it can still be stopped; how it stands then. CAPTURED: it was too late.

        After CANCELLED or DECLINED nothing is ever taken under its id. PaymentUnknown promises that only where the
        gateway also refuses to begin it later.
        """
        ...

    async def refund(self, payment: Payment, refund: Refund) -> RefundSeen:
        """Give back `refund.amount_minor` of the captured payment, once under `refund.key`."""
        ...

    async def refunds_of(self, payment: Payment) -> Sequence[RefundSeen]:
        """Every refund of the payment that the gateway knows, with the key each was asked under."""
        ...

    def callback(self, headers: Mapping[str, str], body: bytes, *, now_ms: int) -> GatewayCallback | CallbackRefused:
        """Verify a callback by its signature over the raw body and its age; header names are in lower case."""
        ...
