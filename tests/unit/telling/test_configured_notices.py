"""Which channels the settings ask for, and what they hear where they ask wrongly."""

from typing import Any

import pytest

from frontrow.adapters.notices.signatures import WebhookSigner
from frontrow.adapters.notices.smtp import mail_server_of
from frontrow.domain.errors import ConfigurationError
from frontrow.domain.notice import NoticeChannel
from frontrow.notices import configured_notices, webhook_secrets
from frontrow.settings import Settings

KEY = bytes(range(32))
MAILED: dict[str, Any] = {"smtp_url": "smtps://ada:s3cret@mail.example", "email_from": "tickets@theatre.example"}
TOLD: dict[str, Any] = {"webhook_url": "https://shop.example/hook"}


def test_nobody_is_told_by_default() -> None:
    assert configured_notices(Settings(), key=KEY).channels == frozenset()


async def test_each_channel_has_its_settings() -> None:
    assert configured_notices(Settings(**TOLD), key=KEY).channels == {NoticeChannel.WEBHOOK}
    assert configured_notices(Settings(**MAILED), key=KEY).channels == {NoticeChannel.EMAIL}


def test_the_public_address_has_no_slash_at_its_end() -> None:
    told = configured_notices(Settings(public_url="https://tickets.example/shop/"), key=KEY)
    assert told.public_url == "https://tickets.example/shop"


def test_a_secret_is_made_where_none_is_configured() -> None:
    [made] = webhook_secrets(Settings(), key=KEY)
    WebhookSigner([made])
    assert webhook_secrets(Settings(webhook_secret=("whsec_a", "whsec_b")), key=KEY) == ("whsec_a", "whsec_b")


@pytest.mark.parametrize(
    ("settings", "named"),
    [
        ({"webhook_url": "shop.example/s3cret"}, "FRONTROW_WEBHOOK_URL"),
        ({"webhook_url": "ftp://shop.example/s3cret"}, "FRONTROW_WEBHOOK_URL"),
        ({"webhook_url": "https://ada:s3cret@shop.example"}, "FRONTROW_WEBHOOK_URL"),
        ({"webhook_url": "https://"}, "FRONTROW_WEBHOOK_URL"),
        (TOLD | {"webhook_secret": ("s3cret",)}, "FRONTROW_WEBHOOK_SECRET"),
        ({"smtp_url": "smtps://ada:s3cret@mail.example"}, "FRONTROW_EMAIL_FROM"),
        (MAILED | {"email_from": "nobody"}, "FRONTROW_EMAIL_FROM"),
        (MAILED | {"time_zone": "Mars/Olympus"}, "FRONTROW_TIME_ZONE"),
        (MAILED | {"time_zone": "../../etc/passwd"}, "FRONTROW_TIME_ZONE"),
        (MAILED | {"smtp_url": "https://ada:s3cret@mail.example"}, "FRONTROW_SMTP_URL"),
        (MAILED | {"smtp_url": "smtps://ada:s3cret@mail.example:many"}, "FRONTROW_SMTP_URL"),
        (MAILED | {"smtp_url": "smtps://ada:s3cret@mail.example/inbox"}, "FRONTROW_SMTP_URL"),
        (MAILED | {"smtp_url": "smtps://s3cret@mail.example"}, "FRONTROW_SMTP_URL"),
        (MAILED | {"smtp_url": "smtp://ada:s3cret@mail.example"}, "in the clear"),
        ({"public_url": "tickets.example"}, "FRONTROW_PUBLIC_URL"),
        ({"public_url": "https://tickets.example/?a=b"}, "FRONTROW_PUBLIC_URL"),
    ],
)
def test_what_is_wrong_is_named_at_the_start_and_no_secret_is_repeated(settings: dict[str, Any], named: str) -> None:
    with pytest.raises(ConfigurationError, match=named) as refused:
        configured_notices(Settings(**settings), key=KEY)
    assert "s3cret" not in str(refused.value)


@pytest.mark.parametrize(
    ("url", "port"),
    [("smtp://mail.example", 25), ("smtps://mail.example", 465), ("smtp+starttls://mail.example", 587)],
)
def test_a_mail_servers_port_follows_from_how_it_is_spoken_to(url: str, port: int) -> None:
    assert mail_server_of(url).port == port
    assert mail_server_of(f"{url}:2525").port == 2525


def test_user_and_password_are_decoded_and_not_shown() -> None:
    server = mail_server_of("smtp://a%40b:p%40ss%2Fword@127.0.0.1")
    assert (server.user, server.password) == ("a@b", "p@ss/word")
    assert "ss" not in repr(server)
