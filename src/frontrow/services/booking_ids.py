"""Booking ids that a retry makes again: the same request is the same booking, whatever process it reaches."""

import hmac
from functools import lru_cache

from frontrow.domain.booking import IdempotencyKey
from frontrow.domain.ids import BookingId, HoldId, UserId, id_of_digest, new_made_id

_SECRET_BYTES_MIN = 16


class BookingIds:
    """Makes ids by HMAC-SHA256, cut to 128 bits: nobody without the secret can tell which request made which id."""

    def __init__(self, secret: bytes) -> None:
        if len(secret) < _SECRET_BYTES_MIN:
            raise ValueError(f"a secret of at least {_SECRET_BYTES_MIN} bytes was expected, got {len(secret)}")
        self._secret = secret

    def of_key(self, event_number: int, key: IdempotencyKey) -> BookingId:
        """The id of the one booking that this user's key on this route can make at the event."""
        digest = keyed_digest(self._secret, "key", key.user_id, key.route, key.key)
        return BookingId(id_of_digest(event_number, digest))

    def of_hold(self, event_number: int, owner: UserId, hold_id: HoldId) -> BookingId:
        """The id of a hold's booking where the request had no key."""
        return BookingId(id_of_digest(event_number, keyed_digest(self._secret, "hold", owner, hold_id)))

    def fresh(self, event_number: int) -> BookingId:
        """An id that no other request makes."""
        return BookingId(new_made_id(event_number))


def keyed_digest(secret: bytes, *parts: str) -> bytes:
    """What these very parts make under the secret, 32 bytes (HMAC-SHA256); nobody without it can tell or make it."""
    message = ""
    for part in parts:
        message += f"{len(part)}:{part}"  # with its length: ("ab", "c") and ("a", "bc") must not make one digest
    keyed = _keyed(secret).copy()
    keyed.update(message.encode())
    return keyed.digest()


@lru_cache(maxsize=16)
def _keyed(secret: bytes) -> hmac.HMAC:
    """What has taken in the secret already: a copy of it costs a third of beginning anew."""
    return hmac.new(secret, digestmod="sha256")
