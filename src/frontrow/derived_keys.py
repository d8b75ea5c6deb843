"""Keys that come of the installation's one secret: one for each purpose, so that no two uses of it meet."""

import hashlib
import hmac


def derived_key(secret: str, purpose: str) -> bytes:
    """32 bytes that are always the same for this secret and purpose, and tell nothing of any other's."""
    return hmac.new(secret.encode(), purpose.encode(), hashlib.sha256).digest()
