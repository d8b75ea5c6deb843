"""Order ids and ticket codes that a retry makes again, and nobody else can."""

import base64
import hashlib
from collections.abc import Iterator

import msgspec

from frontrow.domain.booking import IdempotencyKey
from frontrow.domain.ids import BookingId, HoldId, OrderId, UserId, event_number_of, made_id
from frontrow.domain.order import Order
from frontrow.services.booking_ids import id_secret, keyed_digest

ORDERS_PER_HOLD_MAX = 20
"""How many orders one hold may have: each is kept for ever, and one more is made where the earlier ones are closed, or
were for other seats, another amount or another customer."""
BOOKING_ROUTE = "order"
"""The route of the idempotency keys under which orders make their bookings."""
_CODE_BYTES = 10
_CODE_GROUP = 4


class OrderIds:
    """Derives everything an order is known by from what it is, under a secret of its own."""

    def __init__(self, secret: bytes) -> None:
        self._secret = secret

    def of_hold(self, hold_id: HoldId, user_id: UserId) -> Iterator[OrderId]:
        """The ids that the user's orders of this hold have, in the order they are placed; there are no more of them.

        `hold_id` has the form of one.
        """
        number = event_number_of(hold_id)
        assert number is not None, "a hold's id begins with its event's number"
        for before in range(ORDERS_PER_HOLD_MAX):
            what = msgspec.json.encode((user_id, hold_id, before)).decode()
            yield OrderId(made_id(number, id_secret(keyed_digest(self._secret, "order", what))))

    def ticket_code(self, booking_id: BookingId) -> str:
        """What the door asks for: 16 letters and digits (80 bits) in groups of four, the same for ever."""
        digest = keyed_digest(self._secret, "ticket", booking_id)
        code = base64.b32encode(digest[:_CODE_BYTES]).decode()
        return "-".join(code[start : start + _CODE_GROUP] for start in range(0, len(code), _CODE_GROUP))


def booking_key(order: Order) -> IdempotencyKey:
    """The key under which the order makes its one booking, or spends it on none."""
    fingerprint = hashlib.sha256(msgspec.json.encode(order)).hexdigest()
    return IdempotencyKey(user_id=order.user_id, route=BOOKING_ROUTE, key=order.order_id, fingerprint=fingerprint)
