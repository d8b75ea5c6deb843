"""The composition root's part for payments: the gateways of these settings, from the adapters.

The Stripe SDK is imported only where Stripe is configured: it takes 0.4 seconds and 25 MB, and is an extra.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from frontrow.adapters.payments.demo import DemoBooks, DemoPayments
from frontrow.adapters.payments.external import ExternalPayments
from frontrow.domain.errors import ConfigurationError
from frontrow.ports import Clock, PaymentGateway
from frontrow.ports.demo_bank import DemoBank
from frontrow.settings import PaymentGatewayName, Settings, variable_of

if TYPE_CHECKING:
    from frontrow.adapters.payments.stripe import StripeKeys

PAY_PAGES: dict[PaymentGatewayName, Literal["demo", "stripe"]] = {
    PaymentGatewayName.DEMO: "demo",
    PaymentGatewayName.STRIPE: "stripe",
}
"""Which page buyers pay at; the others have none."""

_PREFIXES = {
    "stripe_secret_key": ("sk_", "rk_"),
    "stripe_publishable_key": ("pk_",),
    "stripe_webhook_secret": ("whsec_",),
}
"""How each of Stripe's keys begins: they are easily mixed up."""


@dataclass(frozen=True, slots=True)
class ConfiguredPayments:
    """The gateways of a process. `for_buyers` is the configured one, None where buyers pay nothing here; `demo_bank` is
    its card page's side where that is the demo."""

    external: PaymentGateway
    for_buyers: PaymentGateway | None = None
    demo_bank: DemoBank | None = None


@asynccontextmanager
async def configured_payments(
    settings: Settings, *, books: DemoBooks, clock: Clock, key: bytes
) -> AsyncIterator[ConfiguredPayments]:
    """The gateways these settings ask for, let go at the end.

    Args:
        books: where the demo's bank keeps its payments.
        key: 32 bytes that the demo's bank signs its callbacks with, and nothing else is.

    Raises:
        ConfigurationError: a key of Stripe's is missing or another one's; the message names the variable.
    """
    external = ExternalPayments()
    match settings.payment_gateway:
        case PaymentGatewayName.NONE:
            yield ConfiguredPayments(external)
        case PaymentGatewayName.EXTERNAL:
            yield ConfiguredPayments(external, for_buyers=external)
        case PaymentGatewayName.DEMO:
            demo = DemoPayments(books, clock=clock, key=key)
            yield ConfiguredPayments(external, for_buyers=demo, demo_bank=demo)
        case PaymentGatewayName.STRIPE:
            keys = _stripe_keys(settings)
            from frontrow.adapters.payments.stripe import StripePayments  # noqa: PLC0415

            gateway = StripePayments(
                keys,
                clock=clock,
            )
            try:
                yield ConfiguredPayments(external, for_buyers=gateway)
            finally:
                await gateway.close()


def check_payments(settings: Settings) -> None:
    """Look at the settings of the configured gateway, without making it.

    Raises:
        ConfigurationError: as `configured_payments` does.
    """
    if settings.payment_gateway is PaymentGatewayName.STRIPE:
        _stripe_keys(settings)


def _stripe_keys(settings: Settings) -> "StripeKeys":
    keys = {field: _stripe_key(settings, field) for field in _PREFIXES}
    if ("_live_" in keys["stripe_secret_key"]) != ("_live_" in keys["stripe_publishable_key"]):
        raise ConfigurationError(
            "FRONTROW_STRIPE_SECRET_KEY and FRONTROW_STRIPE_PUBLISHABLE_KEY are of different modes: "
            "both have to be test keys, or both live ones"
        )
    if settings.stripe_api_url is not None and not settings.stripe_api_url.startswith(("https://", "http://")):
        raise ConfigurationError("FRONTROW_STRIPE_API_URL has to begin with https://")
    try:
        from frontrow.adapters.payments.stripe import StripeKeys  # noqa: PLC0415
    except ModuleNotFoundError as error:
        raise ConfigurationError(
            "FRONTROW_PAYMENT_GATEWAY=stripe needs Stripe's SDK: pip install 'frontrow[stripe]'"
        ) from error
    return StripeKeys(
        secret_key=keys["stripe_secret_key"],
        webhook_secret=keys["stripe_webhook_secret"],
        publishable_key=keys["stripe_publishable_key"],
        api_url=settings.stripe_api_url,
    )


def _stripe_key(settings: Settings, field: str) -> str:
    value: str | None = getattr(settings, field)
    prefixes = _PREFIXES[field]
    if value is None:
        raise ConfigurationError(f"FRONTROW_PAYMENT_GATEWAY=stripe needs {variable_of(field)}: {prefixes[0]}...")
    if not value.startswith(prefixes):
        raise ConfigurationError(f"{variable_of(field)} has to begin with {' or '.join(prefixes)}: is it another key?")
    return value
