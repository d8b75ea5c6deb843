"""Order ids and ticket codes that a retry makes again, and nobody else can."""

import base64
import hashlib

import msgspec

from frontrow.domain.booking import IdempotencyKey
from frontrow.domain.ids import BookingId, OrderId, made_id
from frontrow.domain.order import Order
from frontrow.services.booking_ids import id_secret, keyed_digest

BOOKING_ROUTE = "order"
"""The route of the idempotency keys under which orders make their bookings."""
_CODE_BYTES = 10
_CODE_GROUP = 4


class OrderIds:
    """Derives everything an order is known by from what it is, under a secret of its own."""

    def __init__(self, secret: bytes) -> None:
        self._secret = secret

    def of(self, event_number: int, draft: Order, closed_count: int = 0) -> OrderId:
        """The id of the one order with this user, hold, seats, amount and customer; `draft.order_id` is ignored.

        Args:
            closed_count: how many such orders were placed and closed before.
        """
        of_hold = (draft.user_id, draft.hold_id, draft.seat_ids, closed_count)
        what = (*of_hold, draft.amount_minor, draft.currency, draft.customer)
        digest = keyed_digest(self._secret, "order", msgspec.json.encode(what).decode())
        return OrderId(made_id(event_number, id_secret(digest)))

    def ticket_code(self, booking_id: BookingId) -> str:
        """What the door asks for: 16 letters and digits (80 bits) in groups of four, the same for ever."""
        digest = keyed_digest(self._secret, "ticket", booking_id)
        code = base64.b32encode(digest[:_CODE_BYTES]).decode()
        return "-".join(code[start : start + _CODE_GROUP] for start in range(0, len(code), _CODE_GROUP))


def booking_key(order: Order) -> IdempotencyKey:
    """The key under which the order makes its one booking, or spends it on none."""
    fingerprint = hashlib.sha256(msgspec.json.encode(order)).hexdigest()
    return IdempotencyKey(user_id=order.user_id, route=BOOKING_ROUTE, key=order.order_id, fingerprint=fingerprint)
