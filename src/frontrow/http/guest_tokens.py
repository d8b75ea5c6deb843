"""Guest tokens: a user of one's own for a day, without signing up. Anyone may ask for one while they are on."""

import re
import secrets

import msgspec

from frontrow.domain.ids import UserId
from frontrow.http.settings import HttpSettings
from frontrow.http.token_keys import SharedSecret
from frontrow.ports import Clock

GUEST_TOKEN_MS = 24 * 60 * 60 * 1000
_MS_PER_SECOND = 1000
_PREFIX = "guest-"
_ID_BYTES = 16
_GUEST = re.compile(_PREFIX + r"[A-Za-z0-9_-]{22}\Z")


class GuestToken(msgspec.Struct, frozen=True):
    """A fresh user and the token that speaks for it until `expires_at_ms`."""

    token: str
    user_id: UserId
    expires_at_ms: int


class _Claims(msgspec.Struct, frozen=True, omit_defaults=True):
    sub: str
    iat: int
    exp: int
    roles: tuple[str, ...]
    iss: str | None = None
    aud: str | None = None


def is_guest(user_id: UserId) -> bool:
    """Whether this user came into being by a guest token."""
    return _GUEST.match(user_id) is not None


class GuestTokens:
    """Issues guest tokens. They carry the issuer and audience this server asks of every token."""

    def __init__(self, settings: HttpSettings, clock: Clock, secret: SharedSecret) -> None:
        self._settings = settings
        self._clock = clock
        self._secret = secret

    def issue(self) -> GuestToken:
        """A token of a user nobody had before."""
        return self.renew(UserId(f"{_PREFIX}{secrets.token_urlsafe(_ID_BYTES)}"))

    def renew(self, user_id: UserId) -> GuestToken:
        """A fresh token of a guest who showed in another way to be this user."""
        issued_s = self._clock.now_ms() // _MS_PER_SECOND
        expires_s = issued_s + GUEST_TOKEN_MS // _MS_PER_SECOND
        token = self._secret.sign(
            _Claims(
                sub=user_id,
                iat=issued_s,
                exp=expires_s,
                roles=(),
                iss=self._settings.jwt_issuer,
                aud=self._settings.jwt_audience,
            )
        )
        return GuestToken(token=token, user_id=user_id, expires_at_ms=expires_s * _MS_PER_SECOND)
