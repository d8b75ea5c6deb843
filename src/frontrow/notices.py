"""The composition root's part for notices: the channels of these settings, from the adapters."""

from dataclasses import dataclass
from datetime import UTC, tzinfo
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from frontrow.adapters.notices.signatures import secret_of
from frontrow.domain.errors import ConfigurationError
from frontrow.domain.notice import NoticeChannel
from frontrow.ports import NoticeSender
from frontrow.settings import Settings


@dataclass(frozen=True, slots=True)
class ConfiguredNotices:
    """Who sends what, and this server's address as customers know it: without a slash at its end, None if not set."""

    senders: tuple[NoticeSender, ...]
    public_url: str | None

    @property
    def channels(self) -> frozenset[NoticeChannel]:
        """The channels that somebody is told through."""
        return frozenset(sender.channel for sender in self.senders)


def configured_notices(settings: Settings, *, key: bytes) -> ConfiguredNotices:
    """The channels these settings ask for; none by default.

    Args:
        key: 32 bytes, which sign webhooks where no secret is configured.

    Raises:
        ConfigurationError: a setting is missing or wrong. The message names the variable and repeats no secret.
    """
    senders: list[NoticeSender] = []
    if settings.webhook_url is not None:
        from frontrow.adapters.notices.webhook import WebhookSender  # noqa: PLC0415  # its client is a part of a start

        senders.append(WebhookSender(settings.webhook_url, webhook_secrets(settings, key=key)))
    if settings.smtp_url is not None:
        senders.append(_mail_sender(settings, settings.smtp_url))
    return ConfiguredNotices(tuple(senders), _public_url(settings))


def webhook_secrets(settings: Settings, *, key: bytes) -> tuple[str, ...]:
    """What webhooks are signed with, the newest first: what is configured, else what `key` makes."""
    return settings.webhook_secret or (secret_of(key),)


def _mail_sender(settings: Settings, smtp_url: str) -> NoticeSender:
    # Writing mails takes a good part of a start to load, so it is for those who send some.
    from frontrow.adapters.notices.mail_message import MailStyle, sender_of  # noqa: PLC0415
    from frontrow.adapters.notices.mail_words import LANGUAGES  # noqa: PLC0415
    from frontrow.adapters.notices.smtp import MailSender, mail_server_of  # noqa: PLC0415

    server = mail_server_of(smtp_url)
    if settings.email_from is None:
        raise ConfigurationError(
            "FRONTROW_SMTP_URL is set, so FRONTROW_EMAIL_FROM is needed too: whom mails come from, "
            "such as `Grand Theatre <tickets@theatre.example>`"
        )
    zone = _zone(settings.time_zone)
    return MailSender(server, MailStyle(sender_of(settings.email_from), LANGUAGES[settings.email_language.value], zone))


def _zone(name: str) -> tzinfo:
    if name == "UTC":  # also where no database of zones is installed
        return UTC
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ConfigurationError(
            f"FRONTROW_TIME_ZONE={name!r}: expected a zone of the IANA database, such as Europe/Berlin"
        ) from None


def _public_url(settings: Settings) -> str | None:
    if settings.public_url is None:
        return None
    parts = urlsplit(settings.public_url)
    if parts.scheme not in ("http", "https") or not parts.netloc or parts.query or parts.fragment or parts.username:
        raise ConfigurationError(
            "FRONTROW_PUBLIC_URL: expected an address such as https://tickets.example, without query, user or password"
        )
    return settings.public_url.rstrip("/")
