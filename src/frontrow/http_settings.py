"""The composition root's part for HTTP: what the layer is told of the settings."""

from frontrow.derived_keys import derived_key
from frontrow.http.settings import Checkout, HttpSettings
from frontrow.payments import PAY_PAGES
from frontrow.settings import DirectBooking, Settings
from frontrow.stores import Stores


def http_settings(settings: Settings, stores: Stores) -> HttpSettings:
    """What the HTTP layer needs of these settings."""
    # With published keys configured, tokens come from the identity provider alone, unless a secret is set as well.
    # Guest tokens need a secret of ours either way.
    wants_secret = settings.jwks_url is None or settings.jwt_secret is not None or settings.guest_tokens
    return HttpSettings(
        jwt_secret=stores.secret if wants_secret else None,
        jwks_url=settings.jwks_url,
        jwt_issuer=settings.jwt_issuer,
        jwt_audience=settings.jwt_audience,
        guest_tokens=settings.guest_tokens,
        dialect_guests=settings.dialect_guests,
        guest_session_key=derived_key(stores.secret, "guest sessions"),
        fingerprint_key=derived_key(stores.secret, "request fingerprints"),
        cors_origins=settings.cors_origins,
        public_url=settings.public_url,
        pay_page=PAY_PAGES.get(settings.payment_gateway),
        checkout=_checkout(settings),
    )


def _checkout(settings: Settings) -> Checkout:
    """Money first: where there is a gateway that buyers pay at, their pages use it, whoever else may book directly."""
    if settings.payment_gateway in PAY_PAGES:
        return Checkout.ORDERS
    return Checkout.DIRECT if settings.direct_booking is DirectBooking.ANYONE else Checkout.NONE
