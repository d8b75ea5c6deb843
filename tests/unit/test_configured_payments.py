"""Which gateways a configuration makes, and what it is told where a key is missing."""

import subprocess
import sys

import pytest

from frontrow.domain.errors import ConfigurationError
from frontrow.payments import ConfiguredPayments, configured_payments
from frontrow.settings import PaymentGatewayName, Settings, load
from tests.support.demo_books import BooksInMemory
from tests.support.fake_clock import FakeClock

STRIPE = {
    "FRONTROW_PAYMENT_GATEWAY": "stripe",
    "FRONTROW_STRIPE_SECRET_KEY": "sk_test_1",
    "FRONTROW_STRIPE_PUBLISHABLE_KEY": "pk_test_1",
    "FRONTROW_STRIPE_WEBHOOK_SECRET": "whsec_1",
}


async def made(settings: Settings) -> ConfiguredPayments:
    async with configured_payments(settings, books=BooksInMemory(), clock=FakeClock(), key=b"k" * 32) as payments:
        return payments


@pytest.mark.parametrize(
    ("name", "for_buyers", "has_bank"),
    [("none", None, False), ("demo", "demo", True), ("external", "external", False), ("stripe", "stripe", False)],
)
async def test_buyers_pay_through_the_configured_gateway(name: str, for_buyers: str | None, has_bank: bool) -> None:
    payments = await made(load(STRIPE | {"FRONTROW_PAYMENT_GATEWAY": name}))
    assert payments.external.name == "external"
    assert (payments.for_buyers and payments.for_buyers.name) == for_buyers
    assert (payments.demo_bank is not None) == has_bank


@pytest.mark.parametrize("missing", [name for name in STRIPE if name != "FRONTROW_PAYMENT_GATEWAY"])
async def test_a_missing_key_is_named(missing: str) -> None:
    with pytest.raises(ConfigurationError, match=missing):
        await made(load({name: value for name, value in STRIPE.items() if name != missing}))


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("FRONTROW_STRIPE_SECRET_KEY", "pk_test_1"),
        ("FRONTROW_STRIPE_PUBLISHABLE_KEY", "sk_test_1"),
        ("FRONTROW_STRIPE_WEBHOOK_SECRET", "we_1"),
        ("FRONTROW_STRIPE_SECRET_KEY", "sk_live_1"),
        ("FRONTROW_STRIPE_API_URL", "api.stripe.com"),
    ],
)
async def test_a_key_of_another_kind_is_refused_by_its_variable(variable: str, value: str) -> None:
    with pytest.raises(ConfigurationError, match=variable):
        await made(load(STRIPE | {variable: value}))


def test_no_gateway_is_the_default() -> None:
    assert load({}).payment_gateway is PaymentGatewayName.NONE


def test_the_sdk_is_not_loaded_where_stripe_is_not_configured() -> None:
    script = "import sys, frontrow.app, frontrow.payments; sys.exit('stripe' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", script], check=False).returncode == 0
