"""Settings: what the environment may say, and what it hears when it says something else."""

import re
from pathlib import Path

import msgspec
import pytest

from frontrow.domain.errors import ConfigurationError
from frontrow.settings import (
    DirectBooking,
    EmailLanguage,
    LogLevel,
    PaymentGatewayName,
    Settings,
    load,
    unknown_variables,
    variable_of,
)

OPERATIONS_PAGE = Path(__file__).parents[2] / "docs" / "operations.md"


def test_an_empty_environment_gives_the_defaults() -> None:
    assert load({}) == Settings()


def test_empty_variables_count_as_unset() -> None:
    assert load({"FRONTROW_HOLD_MINUTES": " ", "FRONTROW_REDIS_URL": ""}) == Settings()


EVERY_SETTING = {
    "data_dir": ("/srv/frontrow", Path("/srv/frontrow")),
    "redis_url": ("redis://localhost", "redis://localhost"),
    "hold_replicas": ("1", 1),
    "hold_replicas_wait_ms": ("50", 50),
    "database_url": ("sqlite:///ledger", "sqlite:///ledger"),
    "database_connections": ("20", 20),
    "jwt_secret": ("a secret", "a secret"),
    "jwks_url": ("https://id.example/keys", "https://id.example/keys"),
    "jwt_issuer": ("https://id.example", "https://id.example"),
    "jwt_audience": ("frontrow", "frontrow"),
    "direct_booking": ("anyone", DirectBooking.ANYONE),
    "payment_gateway": ("demo", PaymentGatewayName.DEMO),
    "stripe_secret_key": ("sk_test_1", "sk_test_1"),
    "stripe_publishable_key": ("pk_test_1", "pk_test_1"),
    "stripe_webhook_secret": ("whsec_1", "whsec_1"),
    "stripe_api_url": ("https://proxy.example", "https://proxy.example"),
    "payment_minutes": ("20", 20),
    "guest_tokens": ("off", False),
    "dialect_guests": ("on", True),
    "hold_minutes": ("15", 15),
    "hold_lifetime_minutes_max": ("60", 60),
    "seats_per_user_max": ("8", 8),
    "cors_origins": ("https://a.example, https://b.example", ("https://a.example", "https://b.example")),
    "rate_limit_enabled": ("off", False),
    "rate_limit_user_holds_per_minute": ("7", 7),
    "rate_limit_user_calls_per_minute": ("8", 8),
    "rate_limit_address_holds_per_minute": ("9", 9),
    "rate_limit_address_calls_per_minute": ("10", 10),
    "rate_limit_address_finds_per_minute": ("3", 3),
    "rate_limit_email_finds_per_minute": ("4", 4),
    "watchers_max": ("11", 11),
    "watchers_per_address_max": ("12", 12),
    "drain_seconds": ("30", 30),
    "trusted_proxies": ("10.0.0.0/8, unix", ("10.0.0.0/8", "unix")),
    "metrics_from": ("10.1.2.3, unix", ("10.1.2.3", "unix")),
    "public_url": ("https://tickets.example", "https://tickets.example"),
    "server_url": ("http://localhost:8000", "http://localhost:8000"),
    "webhook_url": ("https://shop.example/hook", "https://shop.example/hook"),
    "webhook_secret": ("whsec_new, whsec_old", ("whsec_new", "whsec_old")),
    "smtp_url": ("smtp://mail.example", "smtp://mail.example"),
    "email_from": ("tickets@theatre.example", "tickets@theatre.example"),
    "email_language": ("de", EmailLanguage.DE),
    "time_zone": ("Europe/Berlin", "Europe/Berlin"),
    "log_level": ("warning", LogLevel.WARNING),
}


def test_every_setting_is_tried_here() -> None:
    assert list(EVERY_SETTING) == [field.name for field in msgspec.structs.fields(Settings)]


@pytest.mark.parametrize("field", EVERY_SETTING)
def test_every_setting_is_read_from_its_variable(field: str) -> None:
    text, expected = EVERY_SETTING[field]
    assert getattr(load({variable_of(field): text}), field) == expected


@pytest.mark.parametrize("text", ["true", "1", "on", "yes"])
def test_switches_can_be_said_in_several_ways(text: str) -> None:
    assert load({"FRONTROW_GUEST_TOKENS": text}).guest_tokens is True


@pytest.mark.parametrize(
    ("variable", "text", "said"),
    [
        ("FRONTROW_HOLD_MINUTES", "0", ">= 1"),
        ("FRONTROW_HOLD_MINUTES", "121", "<= 120"),
        ("FRONTROW_HOLD_MINUTES", "soon", "expected `int`"),
        ("FRONTROW_DIRECT_BOOKING", "nobody", "`integrator` or `anyone`"),
        ("FRONTROW_GUEST_TOKENS", "perhaps", "expected `bool`"),
        ("FRONTROW_RATE_LIMIT_USER_HOLDS_PER_MINUTE", "0", ">= 1"),
        ("FRONTROW_LOG_LEVEL", "loud", "`debug`, `info`, `warning` or `error`"),
    ],
)
def test_a_bad_value_is_refused_naming_the_variable_and_what_it_may_be(variable: str, text: str, said: str) -> None:
    with pytest.raises(ConfigurationError) as refusal:
        load({variable: text})
    assert variable in str(refusal.value)
    assert said in str(refusal.value)


def test_a_variable_that_no_setting_reads_is_named() -> None:
    assert unknown_variables({"FRONTROW_HOLD_MINUTS": "5", "FRONTROW_HOLD_MINUTES": "5", "PATH": "/bin"}) == [
        "FRONTROW_HOLD_MINUTS"
    ]


def test_the_operations_page_lists_exactly_the_settings() -> None:
    documented = re.findall(r"^\| `(FRONTROW_[A-Z_]+)` \|", OPERATIONS_PAGE.read_text(encoding="utf-8"), re.MULTILINE)
    assert documented == [variable_of(field.name) for field in msgspec.structs.fields(Settings)]
