"""How the demo's bank signs its callbacks: an HMAC over the time and the raw body, by a key of the installation's."""

import hashlib
import hmac
from collections.abc import Mapping

import msgspec

from frontrow.domain.ids import PaymentId
from frontrow.domain.payment import CallbackRefused, GatewayCallback
from frontrow.ports.demo_bank import SignedCallback

SIGNATURE_HEADER = "frontrow-demo-signature"
TOLERANCE_S = 300
"""How far a callback's time may be from ours: a copy of one is worth nothing after five minutes."""


class _Body(msgspec.Struct, frozen=True, rename="camel"):
    callback_id: str
    payment_id: PaymentId


class CallbackSeal:
    """Signs and verifies; `key` is 32 random bytes that nothing else is signed with."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    def signed(self, callback: GatewayCallback, *, now_ms: int) -> SignedCallback:
        """The callback as it is sent. Its payment is one of ours."""
        assert callback.payment_id is not None
        body = msgspec.json.encode(_Body(callback.callback_id, callback.payment_id))
        at = str(now_ms // 1000)
        headers = {"content-type": "application/json", SIGNATURE_HEADER: f"t={at},v1={self._signature(at, body)}"}
        return SignedCallback(headers, body)

    def opened(self, headers: Mapping[str, str], body: bytes, *, now_ms: int) -> GatewayCallback | CallbackRefused:
        """What the callback says, once it is known to be the bank's and fresh."""
        at, _, signature = headers.get(SIGNATURE_HEADER, "").removeprefix("t=").partition(",v1=")
        if not (at.isascii() and at.isdigit() and len(at) <= 12):
            return CallbackRefused("no signature, or one of another form")
        if not hmac.compare_digest(signature.encode(), self._signature(at, body).encode()):
            return CallbackRefused("the signature is not that of this body")
        if abs(now_ms // 1000 - int(at)) > TOLERANCE_S:
            return CallbackRefused(f"signed more than {TOLERANCE_S} s ago, or in the future")
        try:
            said = msgspec.json.decode(body, type=_Body)
        except msgspec.DecodeError as error:
            return CallbackRefused(f"signed, but unreadable: {error}")
        return GatewayCallback(said.callback_id, said.payment_id)

    def _signature(self, at: str, body: bytes) -> str:
        return hmac.new(self._key, at.encode() + b"." + body, hashlib.sha256).hexdigest()
