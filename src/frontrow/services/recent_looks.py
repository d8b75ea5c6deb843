"""What gateways said a moment ago: a page that waits for a payment asks every second, in every tab."""

from collections import OrderedDict

import msgspec

from frontrow.domain.ids import OrderId
from frontrow.domain.order import Order
from frontrow.domain.payment import PaymentAction
from frontrow.ports import Clock

FRESH_MS = 1_000
"""For how long an order that has not moved is not asked about again, in this process."""
KEPT_MAX = 10_000


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
