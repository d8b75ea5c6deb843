"""Webhooks' signatures, held against another implementation of Standard Webhooks."""

import base64
import time

import pytest
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from frontrow.adapters.notices.signatures import WebhookSigner, secret_of
from frontrow.domain.errors import ConfigurationError

KEY, OTHER = secret_of(bytes(range(32))), secret_of(bytes(range(32, 64)))
BODY = '{"type":"booking.confirmed","name":"Ünal"}'.encode()


def now_ms() -> int:
    return time.time_ns() // 1_000_000


def test_a_receiver_that_knows_the_secret_accepts_the_signature() -> None:
    headers = WebhookSigner([KEY]).headers("7-abc", BODY, now_ms=now_ms())
    assert Webhook(KEY).verify(BODY, headers) == {"type": "booking.confirmed", "name": "Ünal"}


def test_while_a_secret_is_replaced_both_the_old_and_the_new_one_are_accepted() -> None:
    headers = WebhookSigner([KEY, OTHER]).headers("7-abc", BODY, now_ms=now_ms())
    assert len(headers["webhook-signature"].split()) == 2
    Webhook(KEY).verify(BODY, headers)
    Webhook(OTHER).verify(BODY, headers)


@pytest.mark.parametrize("changed", ["body", "webhook-id", "webhook-timestamp", "secret", "age"])
def test_whatever_is_changed_on_the_way_is_noticed(changed: str) -> None:
    sent_ms = now_ms() - (600_000 if changed == "age" else 0)
    headers = WebhookSigner([OTHER if changed == "secret" else KEY]).headers("7-abc", BODY, now_ms=sent_ms)
    if changed == "webhook-id":
        headers["webhook-id"] = "7-abd"
    if changed == "webhook-timestamp":
        headers["webhook-timestamp"] = str(int(headers["webhook-timestamp"]) + 1)
    with pytest.raises(WebhookVerificationError):
        Webhook(KEY).verify(BODY + b" " if changed == "body" else BODY, headers)


@pytest.mark.parametrize(
    "secret",
    ["", "a secret", "whsec_", "whsec_not base64!", "whsec_" + base64.b64encode(b"short").decode(), KEY + KEY[6:] * 2],
)
def test_a_secret_of_another_form_is_refused_without_repeating_it(secret: str) -> None:
    with pytest.raises(ConfigurationError, match="FRONTROW_WEBHOOK_SECRET: expected `whsec_`") as refused:
        WebhookSigner([secret])
    assert not secret or len(secret) < 8 or secret not in str(refused.value)
