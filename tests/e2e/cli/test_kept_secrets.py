"""Commands that end with an error say nothing that their settings keep secret.

Each setting by itself is in tests/unit/test_unsaid_secrets.py; what a running server writes in
tests/e2e/http/test_no_personal_data.py.
"""

import re
from pathlib import Path

import pytest

from tests.support.server import run_frontrow

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
SECRETS = re.compile(r"[a-z]+-secret-\d+|d2ViaG9v")


@pytest.mark.parametrize("command", ["doctor", "serve"])
def test_no_command_prints_what_its_settings_keep_secret(command: str, tmp_path: Path) -> None:
    done = run_frontrow(command, data_dir=tmp_path, extra=SETTINGS)
    assert done.returncode != 0  # neither store is there
    assert "127.0.0.1" in done.stdout + done.stderr
    assert SECRETS.findall(done.stdout + done.stderr) == []
    assert "Traceback" not in done.stderr
