"""What an idempotency key's request is known by: the same for the same path and body, and telling nothing of them.

It is kept for long, and a body may have a card's number in it, of which there are few enough to try them all: so it is
keyed, and worth nothing to whoever has the ledger alone.
"""

import hmac

import msgspec

_ENCODER = msgspec.json.Encoder(order="deterministic")


def fingerprint_of(path: dict[str, str], body: msgspec.Struct, *, key: bytes) -> str:
    """64 hex digits: HMAC-SHA-256 under the installation's own key."""
    return hmac.digest(key, _ENCODER.encode((path, body)), "sha256").hex()
