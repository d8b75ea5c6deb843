"""`frontrow token`: a JWT for the configured secret, printed alone so that a shell can use it."""

import time
from typing import Annotated

import jwt
import typer

from frontrow.cli.options import DataDir, secret_of, settings_with
from frontrow.domain.ids import USER_ID_BYTES_MAX, is_user_id
from frontrow.settings import Settings

SECONDS_PER_MINUTE = 60


def token(
    user: Annotated[str, typer.Option("--user", help="Who the token is for (its `sub`).")],
    role: Annotated[
        list[str] | None, typer.Option("--role", help="A role to grant: admin or integrator; may be repeated.")
    ] = None,
    ttl_minutes: Annotated[
        int, typer.Option("--ttl-minutes", min=1, max=525_600, help="Minutes until the token runs out.")
    ] = 720,
    data_dir: DataDir = None,
) -> None:
    """Print a token that this installation accepts."""
    if not is_user_id(user):
        raise typer.BadParameter(f"1 to {USER_ID_BYTES_MAX} bytes of UTF-8", param_hint="--user")
    typer.echo(sign_token(settings_with(data_dir), user=user, roles=role or [], ttl_minutes=ttl_minutes))


def sign_token(settings: Settings, *, user: str, roles: list[str], ttl_minutes: int) -> str:
    """An HS256 token of this installation for `user` with `roles`, valid for `ttl_minutes` from now."""
    now_s = int(time.time())
    claims: dict[str, object] = {
        "sub": user,
        "roles": roles,
        "iat": now_s,
        "exp": now_s + ttl_minutes * SECONDS_PER_MINUTE,
    }
    if settings.jwt_issuer:
        claims["iss"] = settings.jwt_issuer
    if settings.jwt_audience:
        claims["aud"] = settings.jwt_audience
    return jwt.encode(claims, secret_of(settings), algorithm="HS256")
