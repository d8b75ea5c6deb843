"""Every setting of a Frontrow process: one frozen struct, read once from FRONTROW_* variables.

Nothing else in the package reads the environment. A field `hold_minutes` is the variable `FRONTROW_HOLD_MINUTES`;
lists are separated by commas. docs/operations.md lists them all, and a test holds it against this file.
"""

import os
from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import msgspec
import platformdirs
from msgspec import Meta

from frontrow.domain.errors import ConfigurationError

PREFIX = "FRONTROW_"


class DirectBooking(StrEnum):
    """Who may book without paying through an order."""

    INTEGRATOR = "integrator"
    ANYONE = "anyone"


class PaymentGatewayName(StrEnum):
    """Who takes the money for orders."""

    NONE = "none"
    DEMO = "demo"
    STRIPE = "stripe"
    EXTERNAL = "external"


class EmailLanguage(StrEnum):
    """What mails to customers are written in."""

    EN = "en"
    DE = "de"
    AR = "ar"


class LogLevel(StrEnum):
    """The least important log line that is written."""

    DEBUG = "debug"
    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """What a process is told. `None` means: the embedded store, or not set."""

    data_dir: Annotated[Path | None, Meta(description="folder of the embedded stores and the generated secret")] = None
    redis_url: Annotated[
        str | None,
        Meta(
            description="hold store: redis://, rediss://, unix://, redis+cluster:// or redis+sentinel://; embedded "
            "Valkey when unset"
        ),
    ] = None
    hold_replicas: Annotated[
        int, Meta(ge=0, le=10, description="how many replicas of the store must have a hold before it is granted")
    ] = 0
    hold_replicas_wait_ms: Annotated[
        int, Meta(ge=1, le=1_000, description="how long replicas are waited for; a hold they lack then is refused")
    ] = 100
    database_url: Annotated[
        str | None,
        Meta(description="ledger: sqlite:///path or postgresql://...; a file in the data folder when unset"),
    ] = None
    database_connections: Annotated[
        int, Meta(ge=1, le=100, description="connections of one process to a PostgreSQL ledger; work waits for one")
    ] = 10
    jwt_secret: Annotated[
        str | None,
        Meta(description="HS256 secret, of 32 bytes or more; generated in the data folder when unset"),
    ] = None
    jwks_url: Annotated[str | None, Meta(description="RS256/ES256 public keys of your identity provider")] = None
    jwt_issuer: Annotated[str | None, Meta(description="required `iss` of every token")] = None
    jwt_audience: Annotated[str | None, Meta(description="required `aud` of every token")] = None
    direct_booking: Annotated[
        DirectBooking, Meta(description="who may book without an order: `integrator` or `anyone`")
    ] = DirectBooking.INTEGRATOR
    payment_gateway: Annotated[
        PaymentGatewayName,
        Meta(description="who takes the money of buyers: `none`, `demo` (which takes none), `stripe` or `external`"),
    ] = PaymentGatewayName.NONE
    stripe_secret_key: Annotated[str | None, Meta(description="Stripe's secret or restricted key, `sk_` or `rk_`")] = (
        None
    )
    stripe_publishable_key: Annotated[str | None, Meta(description="Stripe's publishable key, `pk_`")] = None
    stripe_webhook_secret: Annotated[
        str | None, Meta(description="signing secret of the webhook endpoint at Stripe, `whsec_`")
    ] = None
    stripe_api_url: Annotated[
        str | None, Meta(description="where Stripe's API is, `https://api.stripe.com` when unset: for a proxy")
    ] = None
    payment_minutes: Annotated[
        int, Meta(ge=1, le=120, description="how long an order's seats are kept for being paid")
    ] = 15
    guest_tokens: Annotated[bool, Meta(description="whether anyone may ask for a 24-hour guest token")] = True
    dialect_guests: Annotated[
        bool, Meta(description="whether the documents' dialects 000 and 004 serve guest sessions, without a token")
    ] = False
    hold_minutes: Annotated[int, Meta(ge=1, le=120, description="how long a hold lasts unless asked otherwise")] = 10
    hold_lifetime_minutes_max: Annotated[
        int, Meta(ge=1, le=1440, description="no hold lives longer, however often it is extended")
    ] = 120
    seats_per_user_max: Annotated[
        int, Meta(ge=1, le=1000, description="seats one user may hold at once per event; admins are exempt")
    ] = 50
    cors_origins: Annotated[
        tuple[str, ...], Meta(description="origins whose pages may call the API, or `*`; comma-separated")
    ] = ()
    rate_limit_enabled: Annotated[bool, Meta(description="whether calls are limited by user and by address")] = True
    rate_limit_user_holds_per_minute: Annotated[
        int, Meta(ge=1, le=1_000_000, description="calls that take seats, by one user in any 60 seconds")
    ] = 120
    rate_limit_user_calls_per_minute: Annotated[
        int, Meta(ge=1, le=1_000_000, description="all other calls by one user in any 60 seconds")
    ] = 600
    rate_limit_address_holds_per_minute: Annotated[
        int, Meta(ge=1, le=1_000_000, description="calls that take seats, from one address in any 60 seconds")
    ] = 3_000
    rate_limit_address_calls_per_minute: Annotated[
        int, Meta(ge=1, le=1_000_000, description="all other calls from one address in any 60 seconds")
    ] = 12_000
    rate_limit_address_finds_per_minute: Annotated[
        int,
        Meta(ge=1, le=1_000_000, description="looks for a booking by its code, from one address in any 60 s"),
    ] = 20
    rate_limit_email_finds_per_minute: Annotated[
        int, Meta(ge=1, le=1_000_000, description="looks for a booking of one e-mail address in any 60 seconds")
    ] = 5
    watchers_max: Annotated[
        int, Meta(ge=0, le=1_000_000, description="event streams open at once in one process; each is an open file")
    ] = 10_000
    watchers_per_address_max: Annotated[
        int, Meta(ge=1, le=1_000_000, description="event streams open at once from one address, in one process")
    ] = 2_500
    drain_seconds: Annotated[
        int,
        Meta(ge=0, le=600, description="how long a server that is to stop serves on while readiness answers 503"),
    ] = 0
    trusted_proxies: Annotated[
        tuple[str, ...],
        Meta(description="addresses or networks whose X-Forwarded-For is believed, or `unix`; comma-separated"),
    ] = ()
    metrics_from: Annotated[
        tuple[str, ...],
        Meta(description="addresses or networks that may read `/metrics` without a token, or `unix`; comma-separated"),
    ] = ("127.0.0.0/8", "::1")
    public_url: Annotated[
        str | None, Meta(description="this server's address as customers know it, for links in mails")
    ] = None
    server_url: Annotated[
        str | None, Meta(description="the running server that commands speak to where no --url is given")
    ] = None
    webhook_url: Annotated[
        str | None, Meta(description="where your server takes webhooks; none are sent when unset")
    ] = None
    webhook_secret: Annotated[
        tuple[str, ...],
        Meta(description="whsec_ and base64, signs webhooks; several, comma-separated, while one is replaced"),
    ] = ()
    smtp_url: Annotated[
        str | None,
        Meta(description="smtp://, smtps:// or smtp+starttls://user:password@host; no mails are sent when unset"),
    ] = None
    email_from: Annotated[str | None, Meta(description="whom mails come from: `Theatre <tickets@theatre.example>`")] = (
        None
    )
    email_language: Annotated[EmailLanguage, Meta(description="what mails are written in: `en`, `de` or `ar`")] = (
        EmailLanguage.EN
    )
    time_zone: Annotated[str, Meta(description="the zone of times in mails, such as Europe/Berlin")] = "UTC"
    log_level: Annotated[LogLevel, Meta(description="`debug`, `info`, `warning` or `error`")] = LogLevel.INFO

    @property
    def data_folder(self) -> Path:
        """The data folder, the platform's own unless set."""
        return self.data_dir or platformdirs.user_data_path("frontrow")

    @property
    def has_postgres(self) -> bool:
        """Whether the ledger is PostgreSQL, which several processes may write."""
        return (self.database_url or "").startswith(("postgresql://", "postgres://"))


def variable_of(field: str) -> str:
    """The environment variable of a field."""
    return PREFIX + field.upper()


def load(environ: Mapping[str, str] = os.environ) -> Settings:
    """The settings of this environment; empty variables count as unset.

    Raises:
        ConfigurationError: a value is out of its bounds; the message names the variable and what it may be.
    """
    values: dict[str, Any] = {}
    for field in msgspec.structs.fields(Settings):
        text = environ.get(variable_of(field.name), "").strip()
        if text:
            values[field.name] = _parsed(field.name, field.type, text)
    return Settings(**values)


def unknown_variables(environ: Mapping[str, str] = os.environ) -> list[str]:
    """FRONTROW_* variables that no setting reads: most often a typing error worth a warning."""
    known = {variable_of(field.name) for field in msgspec.structs.fields(Settings)}
    return sorted(name for name in environ if name.startswith(PREFIX) and name not in known)


def _parsed(field: str, expected: Any, text: str) -> Any:
    plain = getattr(expected, "__origin__", expected)
    is_list = plain == tuple[str, ...]
    value: object = [part.strip() for part in text.split(",") if part.strip()] if is_list else text
    if plain is bool:
        value = {"on": True, "yes": True, "off": False, "no": False}.get(text.lower(), text)
    try:
        return msgspec.convert(value, expected, strict=False, dec_hook=_decode_path)
    except msgspec.ValidationError as error:
        meaning = next(part.description for part in expected.__metadata__ if isinstance(part, Meta))
        raise ConfigurationError(f"{variable_of(field)}={text!r} ({meaning}): {str(error).lower()}") from None


def _decode_path(expected: type, value: object) -> object:
    if expected is Path and isinstance(value, str):
        return Path(value).expanduser()
    raise TypeError(expected)


def is_set(field: str, environ: Mapping[str, str] = os.environ) -> bool:
    """Whether the environment says anything about this field; a command with other defaults asks."""
    return bool(environ.get(variable_of(field), "").strip())
