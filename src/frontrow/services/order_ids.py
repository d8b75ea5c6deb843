"""Ids of orders and payments, and ticket codes, that a retry makes again, and nobody else can."""

import base64
import hashlib
from collections.abc import Iterator

import msgspec

from frontrow.domain.booking import IdempotencyKey
from frontrow.domain.ids import BookingId, HoldId, OrderId, PaymentId, UserId, event_number_of, id_of_digest
from frontrow.domain.order import Order
from frontrow.services.booking_ids import keyed_digest

ORDERS_PER_HOLD_MAX = 20
"""How many orders one hold may have without idempotency keys: each is kept for ever, and one more is made where the
earlier ones are closed, or were for other seats, another amount or another customer."""
BOOKING_ROUTE = "order"
"""The route of the idempotency keys under which orders make their bookings."""
_CODE_BYTES = 10


class OrderIds:
    """Derives everything an order is known by from what it is, under a secret of its own."""

    def __init__(self, secret: bytes) -> None:
        self._secret = secret

    def of_hold(self, hold_id: HoldId, user_id: UserId) -> Iterator[OrderId]:
        """The ids that the user's orders of this hold have, in the order they are placed; there are no more of them.

        `hold_id` has the form of one.
        """
        for before in range(ORDERS_PER_HOLD_MAX):
            yield OrderId(self._made(hold_id, "order", user_id, hold_id, before))

    def of_key(self, hold_id: HoldId, key: IdempotencyKey) -> OrderId:
        """The id of the one order that this user's key on this route can place on a hold of that event."""
        return OrderId(self._made(hold_id, "order", key.user_id, key.route, key.key))

    def nth_payment(self, order_id: OrderId, before: int) -> PaymentId:
        """The id of the order's next payment after this many, where the request has no key."""
        return PaymentId(self._made(order_id, "payment", order_id, before))

    def payment_of_key(self, order_id: OrderId, key: IdempotencyKey) -> PaymentId:
        """The id of the one payment that this user's key on this route can start."""
        return PaymentId(self._made(order_id, "payment", order_id, key.user_id, key.route, key.key))

    def ticket_code(self, booking_id: BookingId) -> str:
        """What the door asks for: 16 letters and digits (80 bits) in groups of four, the same for ever."""
        digest = keyed_digest(self._secret, "ticket", booking_id)
        code = base64.b32encode(digest[:_CODE_BYTES]).decode()
        return f"{code[:4]}-{code[4:8]}-{code[8:12]}-{code[12:]}"

    def _made(self, of: str, kind: str, *what: str | int) -> str:
        number = event_number_of(of)
        assert number is not None, f"{of} begins with its event's number"
        return id_of_digest(number, keyed_digest(self._secret, kind, msgspec.json.encode(what).decode()))


def booking_key(order: Order) -> IdempotencyKey:
    """The key that the id of the order's one booking is made of."""
    fingerprint = hashlib.sha256(order.order_id.encode()).hexdigest()
    return IdempotencyKey(user_id=order.user_id, route=BOOKING_ROUTE, key=order.order_id, fingerprint=fingerprint)
