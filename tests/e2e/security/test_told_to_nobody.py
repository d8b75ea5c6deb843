"""What a server writes and shows beside its answers to the people concerned: nothing about them, and no secret.

Errors about settings are in tests/unit/test_unsaid_secrets.py, tracebacks and forged lines in tests/unit/test_logs.py,
the line of each request in tests/e2e/http/test_wire.py.
"""

import re
from pathlib import Path

import pytest

from tests.e2e.security.victim import CONTACT, NOTES, VICTIM
from tests.support.http_stack import EVENT, SECRET, Api, bearer, token
from tests.support.server import run_frontrow

CARD = "4242 4242 4242 4242"
DECLINED_CARD = "4000000000000002"
KEY = "key-of-the-victim-77"
BOSS = ("boss-5d21", "admin")
OVERHEARD = "hunter2-of-nobody"
"""A password that somebody types where none belongs."""
SETTINGS = {
    "FRONTROW_JWT_SECRET": "jwt-secret-0123456789-0123456789-0123456789",
    "FRONTROW_SMTP_URL": "smtp+starttls://mailer:smtp-secret-17@127.0.0.1:9",
    "FRONTROW_EMAIL_FROM": "Theatre <tickets@theatre.example>",
    "FRONTROW_WEBHOOK_URL": "https://hooks.example/frontrow?key=webhook-secret-17",
    "FRONTROW_WEBHOOK_SECRET": "whsec_d2ViaG9vay1zZWNyZXQtb2YtMjQtYnl0ZXM=",
    "FRONTROW_PAYMENT_GATEWAY": "stripe",
    "FRONTROW_STRIPE_SECRET_KEY": "sk_test_stripe-secret-17",
    "FRONTROW_STRIPE_PUBLISHABLE_KEY": "pk_test_17",
    "FRONTROW_STRIPE_WEBHOOK_SECRET": "whsec_stripe-webhook-secret-17",
    "FRONTROW_REDIS_URL": "redis://frontrow:redis-secret-17@127.0.0.1:9/0",
    "FRONTROW_DATABASE_URL": "postgresql://frontrow:ledger-secret-17@127.0.0.1:9/frontrow",
}
SECRETS_OF_SETTINGS = re.compile(r"[a-z]+-secret-\d+|d2ViaG9v")


async def lived_through(api: Api) -> list[str]:
    """All that happens to a buyer, some of it refused; returns what is theirs, or lets somebody be them."""
    by = (VICTIM,)
    keyed = {"idempotency-key": KEY}
    await api.hold("A1", by=by)
    assert (await api.post(f"/api/v1/events/{EVENT}/holds", {"seatIds": ["A1"]}, by=("eve",))).status == 409
    order = await api.post(
        "/api/v1/orders",
        {"eventId": EVENT, "holdId": (await api.hold("A2", by=by))["holdId"], "customer": CONTACT, "notes": NOTES},
        by=by,
        headers=keyed,
    )
    pay = f"/api/v1/orders/{order.body['orderId']}/payment"
    assert (await api.post(pay, {"card": {"number": DECLINED_CARD}}, by=by)).status == 402
    assert (await api.post(pay, {"card": {"number": CARD}}, by=by, headers=keyed)).status == 200
    paid = (await api.get(f"/api/v1/orders/{order.body['orderId']}", by=by)).body
    code = (await api.get("/api/v1/bookings", by=by)).body["items"][0]["ticketCode"]
    found = await api.post("/api/v1/bookings/find", {"code": code, "email": CONTACT["email"]}, by=None)
    assert found.status == 200
    assert (await api.post("/api/v1/bookings/find", {"code": "AAAA", "email": CONTACT["email"]}, by=None)).status >= 400
    unused = {"email": CONTACT["email"], "password": OVERHEARD, "name": CONTACT["name"]}
    assert (await api.post("/api/v1/bookings", unused, by=by)).status == 422
    assert (await api.get(f"/api/v1/events/{EVENT}?password={OVERHEARD}")).status == 200
    assert (await api.get(f"/no/such/{OVERHEARD}")).status == 404
    bad = {"authorization": f"Bearer {token(VICTIM)}x", "cookie": f"frontrow_session={OVERHEARD}"}
    assert (await api.get("/api/v1/holds", headers=bad)).status == 401
    assert (await api.post("/api/v1/webhooks/demo", {"password": OVERHEARD}, by=None)).status == 400
    assert (await api.get(f"/api/v1/events/{EVENT}/bookings?query={CONTACT['name']}", by=BOSS)).status == 200
    assert (await api.post(f"/api/v1/bookings/{paid['bookingId']}/cancel", by=by)).status == 200
    assert (await api.post(f"/api/v1/events/{EVENT}/reconciliation", {}, by=BOSS)).status == 200
    erased = await api.post("/api/v1/erasures", {"userId": VICTIM, "email": CONTACT["email"]}, by=BOSS)
    assert erased.status in (200, 409)
    return [
        *(
            VICTIM,
            BOSS[0],
            *CONTACT.values(),
            NOTES,
            CARD,
            CARD.replace(" ", ""),
            DECLINED_CARD,
            KEY,
            OVERHEARD,
            SECRET,
        ),
        *(code, code.replace("-", ""), token(VICTIM).split(".")[1], token(*BOSS).split(".")[1]),
    ]


async def test_neither_logs_nor_metrics_nor_readiness_tell_of_anybody(
    api: Api, capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    theirs = await lived_through(api)
    written = "".join(capsys.readouterr()) + "".join(record.getMessage() for record in caplog.records)
    assert "seats_held" in written and "refunded" in written, "the log was looked at"
    metrics = await api.client.get("/metrics", headers=bearer(*BOSS))
    ready = await api.client.get("/health/ready")
    assert (metrics.status_code, ready.status_code) == (200, 200)
    for said in theirs:
        for where, text in (("log", written), ("metrics", metrics.text), ("readiness", ready.text)):
            assert said not in text, (where, said)


@pytest.mark.parametrize("command", ["doctor", "serve"])
def test_no_command_prints_what_its_settings_keep_secret(command: str, tmp_path: Path) -> None:
    done = run_frontrow(command, data_dir=tmp_path, extra=SETTINGS)
    assert done.returncode != 0  # neither store is there
    assert "127.0.0.1" in done.stdout + done.stderr
    assert SECRETS_OF_SETTINGS.findall(done.stdout + done.stderr) == []
    assert "Traceback" not in done.stderr
