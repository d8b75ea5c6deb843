"""Signing webhooks, so that their receiver knows who sent them and when.

Source: Standard Webhooks, https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
(symmetric signatures).
"""

import base64
import binascii
import hashlib
import hmac
from collections.abc import Sequence

from frontrow.domain.errors import ConfigurationError

SECRET_PREFIX = "whsec_"
SECRET_BYTES_MIN = 24
SECRET_BYTES_MAX = 64


class WebhookSigner:
    """Signs with every secret it is given, so that one can be replaced by another without a gap."""

    def __init__(self, secrets: Sequence[str]) -> None:
        """Take secrets of the form `whsec_<base64 of 24 to 64 bytes>`.

        Raises:
            ConfigurationError: one is not of that form. The message does not repeat it.
        """
        self._keys = tuple(map(_key_of, secrets))

    def headers(self, message_id: str, body: bytes, *, now_ms: int) -> dict[str, str]:
        """What goes with the body: its id (which has no dot), the time in whole seconds, a signature by each secret."""
        timestamp = str(now_ms // 1000)
        signed = f"{message_id}.{timestamp}.".encode() + body
        digests = (hmac.new(key, signed, hashlib.sha256).digest() for key in self._keys)
        return {
            "webhook-id": message_id,
            "webhook-timestamp": timestamp,
            "webhook-signature": " ".join(f"v1,{base64.b64encode(digest).decode()}" for digest in digests),
        }


def secret_of(key: bytes) -> str:
    """A secret as its receiver is given it."""
    return SECRET_PREFIX + base64.b64encode(key).decode()


def _key_of(secret: str) -> bytes:
    text = secret.removeprefix(SECRET_PREFIX)
    try:
        key = b"" if text == secret else base64.b64decode(text, validate=True)
    except binascii.Error:
        key = b""
    if not SECRET_BYTES_MIN <= len(key) <= SECRET_BYTES_MAX:
        raise ConfigurationError(
            f"FRONTROW_WEBHOOK_SECRET: expected `{SECRET_PREFIX}` and the base64 of {SECRET_BYTES_MIN} to "
            f"{SECRET_BYTES_MAX} random bytes; `openssl rand -base64 32` prints such"
        )
    return key
