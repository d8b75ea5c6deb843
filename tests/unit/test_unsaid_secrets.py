"""What is wrong with a setting is said without the setting, where that is, or may hide, a secret."""

from collections.abc import Awaitable, Callable

import pytest
from sqlalchemy.exc import DBAPIError

from frontrow.adapters.redis.client import connect
from frontrow.adapters.sql.engine import open_database
from frontrow.adapters.sql.faults import reason_of
from frontrow.domain.errors import FrontrowError
from frontrow.http.token_keys import SharedSecret
from frontrow.notices import configured_notices
from frontrow.payments import check_payments
from frontrow.settings import PaymentGatewayName, Settings, load

SAID = "hunter2"
"""A password, or a part of one."""
DATABASE_URLS = [
    f"postgresql//ann:{SAID}@127.0.0.1/db",
    f"postgresql://ann:{SAID}@127.0.0.1:none/db",
    f"postgresql://ann:{SAID}@[127.0.0.1/db",
    f"postgresql://ann:{SAID}@127.0.0.1:1/db",
    f"postgresql://ann:{SAID}@x@127.0.0.1:1/db",
    f"postgresql://127.0.0.1:1/db?user=ann&password={SAID}&sslmode=none",
    f"mysql://ann:{SAID}@127.0.0.1:none/db",
    f"mysql://127.0.0.1/db?password={SAID}",
    f"sqlite://ann:{SAID}@127.0.0.1",
    SAID,
]
STORE_URLS = [
    f"{scheme}{rest}"
    for scheme in ("redis://", "rediss://", "redis+cluster://", "redis+sentinel://", "redis+clustr://", "redis//", "")
    for rest in (f"ann:{SAID}@127.0.0.1:1/0", f"ann:{SAID}@127.0.0.1:none/0", f"ann:{SAID}@", f":{SAID}@[127.0.0.1:1")
]
OTHERS: list[Callable[[], object]] = [
    lambda: configured_notices(Settings(smtp_url=f"smtp//ann:{SAID}@mail", email_from="a@b.example"), key=bytes(32)),
    lambda: configured_notices(Settings(smtp_url=f"smtp://ann:{SAID}@", email_from="a@b.example"), key=bytes(32)),
    lambda: configured_notices(Settings(smtp_url=f"smtp://ann:{SAID}@m:x", email_from="a@b.example"), key=bytes(32)),
    lambda: configured_notices(Settings(public_url=f"https://ann:{SAID}@tickets.example"), key=bytes(32)),
    lambda: configured_notices(Settings(webhook_url=f"https://ann:{SAID}@hooks.example"), key=bytes(32)),
    lambda: configured_notices(Settings(webhook_url="https://a.example", webhook_secret=(SAID,)), key=bytes(32)),
    lambda: configured_notices(
        Settings(webhook_url="https://a.example", webhook_secret=(f"whsec_{SAID}",)), key=bytes(32)
    ),
    lambda: check_payments(
        Settings(
            payment_gateway=PaymentGatewayName.STRIPE,
            stripe_secret_key=SAID,
            stripe_publishable_key=SAID,
            stripe_webhook_secret=SAID,
        )
    ),
    lambda: check_payments(
        Settings(
            payment_gateway=PaymentGatewayName.STRIPE,
            stripe_secret_key=f"sk_test_{SAID}",
            stripe_publishable_key=f"sk_test_{SAID}",
            stripe_webhook_secret=SAID,
        )
    ),
    lambda: SharedSecret(f"-----BEGIN {SAID}"),
    lambda: load({"FRONTROW_JWT_SECRET": SAID, "FRONTROW_HOLD_MINUTES": "0"}),
]


async def refusal_of(open_it: Callable[[], Awaitable[object]]) -> str:
    with pytest.raises(FrontrowError) as refused:
        await open_it()
    return str(refused.value)


@pytest.mark.parametrize("url", DATABASE_URLS)
async def test_a_ledger_that_cannot_be_had_is_named_without_its_password(url: str) -> None:
    said = await refusal_of(lambda: open_database(url))
    assert SAID not in said and said


@pytest.mark.parametrize("url", STORE_URLS)
async def test_a_store_that_cannot_be_had_is_named_without_its_password(url: str) -> None:
    async def ping() -> None:
        client = connect(url)
        try:
            await client.execute("PING")
        finally:
            await client.close()

    assert SAID not in await refusal_of(ping)


@pytest.mark.parametrize("check", range(len(OTHERS)))
def test_a_setting_that_is_wrong_is_named_without_its_secret(check: int) -> None:
    with pytest.raises(FrontrowError) as refused:
        OTHERS[check]()
    assert SAID not in str(refused.value) and "FRONTROW_" in str(refused.value)


def test_a_row_that_the_ledger_refused_is_not_told() -> None:
    class Refused(Exception):
        sqlstate = "23502"

    driver = Refused(f'null value in column "name"\nDETAIL:  Failing row contains (Ada Lovelace, {SAID}).')
    error = DBAPIError("INSERT INTO bookings VALUES (...)", None, driver, hide_parameters=True)
    assert reason_of(error) == 'null value in column "name" (23502)'
