"""What the HTTP layer needs of the settings, filled in by the composition root."""

from enum import StrEnum
from typing import Literal

import msgspec

KIBIBYTE = 1024
PayPageName = Literal["demo", "stripe"]


class Checkout(StrEnum):
    """How a buyer's page turns held seats into a booking: what each event says, so that no page has to guess."""

    ORDERS = "orders"
    """By an order that is paid through this server's gateway."""
    DIRECT = "direct"
    """By booking at once: anybody may, and no gateway is configured."""
    NONE = "none"
    """Not at all: whoever runs the site takes the money, and books for the buyer."""


class HttpSettings(msgspec.Struct, frozen=True, kw_only=True):
    """Who may call and how much may be sent.

    `jwt_secret` verifies HS256 tokens and signs guest tokens; `jwks_url` gives the keys of RS256 and ES256 tokens.
    At least one of them is set. `guest_session_key` signs the cookies of guest sessions, which dialects have when
    `dialect_guests`; `fingerprint_key` keys what idempotency keys keep of their requests. `cors_origins` are origins
    such as `https://shop.example`, or `*`; `public_url` is this server as customers know it. `checkout` is what events
    say.
    """

    jwt_secret: str | None = None
    jwks_url: str | None = None
    jwt_issuer: str | None = None
    jwt_audience: str | None = None
    guest_tokens: bool = True
    dialect_guests: bool = False
    guest_session_key: bytes = b""
    fingerprint_key: bytes = b""
    cors_origins: tuple[str, ...] = ()
    public_url: str | None = None
    pay_page: PayPageName | None = None
    body_bytes_max: int = 64 * KIBIBYTE
    checkout: Checkout = Checkout.NONE
