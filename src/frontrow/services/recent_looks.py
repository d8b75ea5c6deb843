"""What gateways said a moment ago, and how often readers may have them asked.

A page that waits for a payment asks every second, in every tab, and who has many orders could use up what a provider
answers an account.
"""

from collections import OrderedDict

import msgspec

from frontrow.domain.ids import OrderId
from frontrow.domain.order import Order
from frontrow.domain.payment import PaymentAction
from frontrow.ports import Clock

FRESH_MS = 1_000
"""For how long an order that has not moved is not asked about again, in this process."""
KEPT_MAX = 10_000
LOOKS_PER_S_MAX = 20
"""How often readers have gateways asked in this process; beyond it they are told what the ledger says, and the
background looks. Stripe, say, answers an account 100 reads a second in all."""


class Look(msgspec.Struct, frozen=True):
    """What the buyer had to do, when the gateway was last asked about the order at this version."""

    version: int
    at_ms: int
    action: PaymentAction | None


class RecentLooks:
    """The last looks of this process."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._looks: OrderedDict[OrderId, Look] = OrderedDict()
        self._left = float(LOOKS_PER_S_MAX)
        self._counted_at_ms = clock.monotonic_ms()

    def may_ask(self) -> bool:
        """Whether a gateway may be asked for a reader now; counts as asked where it may."""
        now_ms = self._clock.monotonic_ms()
        refilled = self._left + (now_ms - self._counted_at_ms) * LOOKS_PER_S_MAX / 1_000
        self._left, self._counted_at_ms = min(float(LOOKS_PER_S_MAX), refilled), now_ms
        if self._left < 1:
            return False
        self._left -= 1
        return True

    def note(self, order: Order, action: PaymentAction | None) -> None:
        """The gateway was asked about the order as it stands."""
        self._looks[order.order_id] = Look(order.version, self._clock.monotonic_ms(), action)
        self._looks.move_to_end(order.order_id)
        while len(self._looks) > KEPT_MAX:
            self._looks.popitem(last=False)

    def of(self, order: Order) -> Look | None:
        """The look at this very version, while it is fresh."""
        look = self._looks.get(order.order_id)
        if look is None or look.version != order.version or self._clock.monotonic_ms() - look.at_ms >= FRESH_MS:
            return None
        return look
