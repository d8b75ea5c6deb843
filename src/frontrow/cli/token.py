"""`frontrow token`: a JWT for the configured secret, printed alone so that a shell can use it."""

import time
from enum import StrEnum
from typing import Annotated

import msgspec
import typer

from frontrow.cli.console import err
from frontrow.cli.options import DataDir, Demo, secret_of, settings_with
from frontrow.domain.ids import SESSION_USER_PREFIX, USER_ID_BYTES_MAX, is_session_user, is_user_id
from frontrow.services.callers import ADMIN, INTEGRATOR
from frontrow.settings import Settings

SECONDS_PER_MINUTE = 60


class Role(StrEnum):
    """The roles there are."""

    ADMIN = ADMIN
    INTEGRATOR = INTEGRATOR


class _Claims(msgspec.Struct, frozen=True, omit_defaults=True):
    sub: str
    roles: list[str]
    iat: int
    exp: int
    iss: str | None = None
    aud: str | None = None


def token(
    user: Annotated[str, typer.Option("--user", help="Who the token is for (its `sub`).")],
    role: Annotated[list[Role] | None, typer.Option("--role", help="A role to grant; may be repeated.")] = None,
    ttl_minutes: Annotated[
        int, typer.Option("--ttl-minutes", min=1, max=525_600, help="Minutes until the token runs out.")
    ] = 720,
    data_dir: DataDir = None,
    demo: Demo = False,
) -> None:
    """Print a token that this installation accepts."""
    settings = settings_with(data_dir, demo=demo)
    if not is_user_id(user):
        raise typer.BadParameter(f"1 to {USER_ID_BYTES_MAX} bytes of UTF-8", param_hint="--user")
    if is_session_user(user):
        raise typer.BadParameter(f"only guest sessions' users begin with `{SESSION_USER_PREFIX}`", param_hint="--user")
    typer.echo(sign_token(settings, user=user, roles=list[str](role or ()), ttl_minutes=ttl_minutes))


def sign_token(settings: Settings, *, user: str, roles: list[str], ttl_minutes: int) -> str:
    """An HS256 token of this installation for `user` with `roles`, valid for `ttl_minutes` from now.

    Raises:
        ConfigurationError: the secret is none; the server would refuse to start with it as well.
    """
    from frontrow.http.token_keys import shared_secret

    secret = shared_secret(secret_of(settings))
    if secret.is_short:
        err.print("[yellow]note:[/] FRONTROW_JWT_SECRET has under 32 bytes: it can be guessed from one token")
    now_s = int(time.time())
    return secret.sign(
        _Claims(
            sub=user,
            roles=roles,
            iat=now_s,
            exp=now_s + ttl_minutes * SECONDS_PER_MINUTE,
            iss=settings.jwt_issuer,
            aud=settings.jwt_audience,
        )
    )
