"""Booking ids that a retry makes again: the same request is the same booking, whatever process it reaches."""

import base64
import hmac
from functools import lru_cache

from frontrow.domain.booking import IdempotencyKey
from frontrow.domain.ids import BookingId, HoldId, UserId, made_id, new_made_id

_SECRET_BYTES_MIN = 16
_ID_BYTES = 16


class BookingIds:
    """Makes ids by HMAC-SHA256, cut to 128 bits: nobody without the secret can tell which request made which id."""

    def __init__(self, secret: bytes) -> None:
        if len(secret) < _SECRET_BYTES_MIN:
            raise ValueError(f"a secret of at least {_SECRET_BYTES_MIN} bytes was expected, got {len(secret)}")
        self._secret = secret

    def of_key(self, event_number: int, key: IdempotencyKey) -> BookingId:
        """The id of the one booking that this user's key on this route can make at the event."""
        return self._made(event_number, "key", key.user_id, key.route, key.key)

    def of_hold(self, event_number: int, owner: UserId, hold_id: HoldId) -> BookingId:
        """The id of a hold's booking where the request had no key."""
        return self._made(event_number, "hold", owner, hold_id)

    def fresh(self, event_number: int) -> BookingId:
        """An id that no other request makes."""
        return BookingId(new_made_id(event_number))

    def _made(self, event_number: int, *parts: str) -> BookingId:
        return BookingId(made_id(event_number, id_secret(keyed_digest(self._secret, *parts))))


def keyed_digest(secret: bytes, *parts: str) -> bytes:
    """What these very parts make under the secret, 32 bytes (HMAC-SHA256); nobody without it can tell or make it."""
    # Lengths before the parts: ("ab", "c") and ("a", "bc") must not make one digest.
    message = "".join([f"{len(part)}:{part}" for part in parts]).encode()
    keyed = _keyed(secret).copy()
    keyed.update(message)
    return keyed.digest()


@lru_cache(maxsize=16)
def _keyed(secret: bytes) -> hmac.HMAC:
    """What has taken in the secret already: a copy of it costs a third of beginning anew."""
    return hmac.new(secret, digestmod="sha256")


def id_secret(digest: bytes) -> str:
    """The secret part of a made id: 22 characters for the digest's first 128 bits."""
    return base64.urlsafe_b64encode(digest[:_ID_BYTES])[:22].decode()
