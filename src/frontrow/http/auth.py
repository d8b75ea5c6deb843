"""Who is calling: the bearer token of a request, verified once and remembered until it runs out."""

import hashlib
from typing import Annotated

import jwt
import msgspec
from msgspec import Meta

from frontrow.domain.ids import SESSION_USER_PREFIX, USER_ID_BYTES_MAX, UserId, is_session_user, is_user_id
from frontrow.http.problems import Code, Problem
from frontrow.http.settings import HttpSettings
from frontrow.http.token_keys import KEYS_AGE_MS_MAX, KeysUnavailable, PublishedKeys, SharedSecret
from frontrow.ports import Clock
from frontrow.services.callers import ROLES, Caller

MS_PER_SECOND = 1000
TOKEN_CHARS_MAX = 8192
HEADER_CHARS_MAX = len("Bearer ") + TOKEN_CHARS_MAX
NOTED_CHARS_MAX = 1_024
VERIFIED_TOKENS_MAX = 20_000
"""At most 1 kB each. Past it the oldest are forgotten, which costs a verification, never an answer."""
_ROLES_MAX = 64
_EXPIRES_S_MAX = 10.0**12
"""A larger `exp` counts as this: some thirty thousand years, and still an exact number of milliseconds."""


class _Claims(msgspec.Struct, frozen=True):
    """The claims that are read. Anything of another type makes the token invalid; other claims are ignored."""

    sub: str | int
    exp: int | float
    nbf: int | float = 0
    roles: Annotated[tuple[str, ...], Meta(max_length=_ROLES_MAX)] = ()
    iss: str | None = None
    aud: str | list[str] | None = None


class _Header(msgspec.Struct, frozen=True):
    alg: str
    kid: str | None = None


class _Verified(msgspec.Struct, frozen=True, gc=False):
    caller: Caller
    until_ms: int


class Authenticator:
    """Turns an Authorization header into a caller.

    Verifying costs 20 to 100 microseconds, so verified tokens are remembered until they expire; those verified by
    published keys no longer than such keys are. A digest of the token is kept, for 1 microsecond a call: one token can
    be written in many ways, with spaces around it or in its signature's base64, and some are long.
    """

    def __init__(self, settings: HttpSettings, clock: Clock, secret: SharedSecret | None, keys: PublishedKeys | None):
        self._issuer = settings.jwt_issuer
        self._audience = settings.jwt_audience
        self._clock = clock
        self._secret = secret
        self._keys = keys
        self._verified: dict[bytes, _Verified] = {}
        self._by_header: dict[str | None, _Verified] = {}
        self._claims = msgspec.json.Decoder(_Claims)

    def known(self, header: str | None) -> Caller | None:
        """The caller when this token was verified before and has not run out since."""
        verified = self._by_header.get(header)
        if verified is None:
            token = _token_in(header)
            verified = self._verified.get(_digest(token)) if isinstance(token, str) else None
            self._note_header(header, verified)
        return verified.caller if verified is not None and verified.until_ms > self._clock.now_ms() else None

    def _note_header(self, header: str | None, verified: _Verified | None) -> None:
        """Save the next call with this very header the digest. Whoever writes a token in many ways only makes others'
        next calls cost one."""
        if header is None or verified is None or len(header) > NOTED_CHARS_MAX:
            return
        if len(self._by_header) >= VERIFIED_TOKENS_MAX:
            self._by_header.clear()
        self._by_header[header] = verified

    async def verify(self, header: str | None) -> Caller | Problem:
        """The caller the header's token speaks for, or why it is refused."""
        token = _token_in(header)
        if isinstance(token, Problem):
            return token
        try:
            algorithm, payload = await self._payload(token)
            claims = self._claims.decode(payload)
        except KeysUnavailable as error:
            return Problem(code=Code.STORE_UNAVAILABLE, detail=str(error), retry_after_s=5)
        except (jwt.PyJWTError, msgspec.MsgspecError, UnicodeError, ValueError, RecursionError):
            return _refused("its signature, form or claims are not valid here")
        checked = self._checked(claims)
        if isinstance(checked, Caller):
            self._remember(token, checked, _until_ms(claims.exp, algorithm, self._clock.now_ms()))
        return checked

    async def _payload(self, token: str) -> tuple[str, bytes]:
        header = msgspec.convert(jwt.get_unverified_header(token), _Header)
        match header.alg:
            case "HS256" if self._secret is not None:
                return header.alg, self._secret.payload(token)
            case "RS256" | "ES256" if self._keys is not None:
                return header.alg, await self._keys.payload(token, header.alg, header.kid)
            case _:
                raise jwt.InvalidAlgorithmError("the algorithm is not one of this server's")

    def _checked(self, claims: _Claims) -> Caller | Problem:
        now_s = self._clock.now_ms() / MS_PER_SECOND
        if not claims.exp > now_s:
            return _refused("it has expired")
        if claims.nbf > now_s:
            return _refused("it is not valid yet")
        if self._issuer is not None and claims.iss != self._issuer:
            return _refused("its issuer (`iss`) is not the one trusted here")
        audiences = claims.aud if isinstance(claims.aud, list) else [claims.aud]
        if self._audience is not None and self._audience not in audiences:
            return _refused("it is not meant for this service (`aud`)")
        return _caller_of(claims)

    def _remember(self, token: str, caller: Caller, until_ms: int) -> None:
        self._verified[_digest(token)] = _Verified(caller, until_ms)
        while len(self._verified) > VERIFIED_TOKENS_MAX:
            del self._verified[next(iter(self._verified))]


def _token_in(header: str | None) -> str | Problem:
    """The token of an Authorization header, which is bounded before anything else is done with it."""
    if header is None:
        return Problem(code=Code.TOKEN_MISSING, detail="send `Authorization: Bearer <token>`")
    if len(header) > HEADER_CHARS_MAX:
        return _refused(f"it is longer than {TOKEN_CHARS_MAX} characters")
    scheme, _, token = header.partition(" ")
    token = token.strip()
    if scheme.lower() != "bearer" or not token:
        return Problem(code=Code.TOKEN_MISSING, detail="the Authorization header must be `Bearer <token>`")
    return token


def _digest(token: str) -> bytes:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()


def _caller_of(claims: _Claims) -> Caller | Problem:
    subject = str(claims.sub)
    if not is_user_id(subject):
        return _refused(f"its subject (`sub`) must be 1 to {USER_ID_BYTES_MAX} bytes of text, or an integer")
    if is_session_user(subject):
        return _refused(f"its subject (`sub`) begins with `{SESSION_USER_PREFIX}`, as only guest sessions' users do")
    return Caller(user_id=UserId(subject), roles=ROLES.intersection(claims.roles))


def _until_ms(expires_s: float, algorithm: str, now_ms: int) -> int:
    until_ms = now_ms + KEYS_AGE_MS_MAX
    expires_ms = int(min(expires_s, _EXPIRES_S_MAX) * MS_PER_SECOND)
    return expires_ms if algorithm == "HS256" else min(expires_ms, until_ms)


def _refused(why: str) -> Problem:
    return Problem(code=Code.TOKEN_INVALID, detail=f"the token is refused: {why}")
