"""The keys tokens are verified with: one algorithm for each key, and no other algorithm ever.

The shared secret verifies HS256 and nothing else. A published key (JWKS, RFC 7517) verifies RS256 when it is an RSA
key and ES256 when it is a P-256 key; symmetric keys in a published set are ignored. So a token cannot choose how its
signature is checked, and a public key can never serve as a secret (RFC 8725, section 3.1).
"""

import asyncio
import functools
from collections.abc import Awaitable, Callable
from urllib.parse import urlsplit

import jwt
import msgspec
from jwt.algorithms import HMACAlgorithm

from frontrow.domain.errors import ConfigurationError, FrontrowError
from frontrow.ports import Clock

KEYS_AGE_MS_MAX = 600_000
"""A published set is read again after ten minutes, so that a withdrawn key stops working by then."""
FETCH_PAUSE_MS = 5_000
"""Unknown key ids make the set be read again at most this often."""
_FETCH_TIMEOUT_S = 5.0
KEYS_BYTES_MAX = 1 << 20
"""More is no key set: a thousand keys with their certificates have less."""
_KEYS_MAX = 32
_SECRET_BYTES_GOOD = 32
_PEM_MARK = "-----BEGIN "
"""Alone it is what an environment file leaves of a key of several lines."""


class KeysUnavailable(FrontrowError):
    """No published key has ever been read, and the address does not give any now."""


class _HoldsSecret(HMACAlgorithm):
    """HS256 with its one secret checked when the process starts, instead of again for every token."""

    def __init__(self, secret: bytes) -> None:
        super().__init__(HMACAlgorithm.SHA256)
        self._secret = secret

    def prepare_key(self, key: str | bytes) -> bytes:
        return self._secret

    def check_key_length(self, key: bytes) -> str | None:
        return None


class SharedSecret:
    """Signs and verifies HS256 tokens."""

    def __init__(self, secret: str) -> None:
        """Raises ConfigurationError for a secret that is really a key, or a line of its file: it would be no secret."""
        if _PEM_MARK in secret:
            raise ConfigurationError(
                "FRONTROW_JWT_SECRET cannot be used: it is, or begins, a PEM file; set 32 random bytes or more, and "
                "name the public keys of an identity provider in FRONTROW_JWKS_URL"
            )
        try:
            checked = HMACAlgorithm(HMACAlgorithm.SHA256).prepare_key(secret)
        except jwt.InvalidKeyError as error:
            raise ConfigurationError(f"FRONTROW_JWT_SECRET cannot be used: {error}") from None
        self.is_short = len(checked) < _SECRET_BYTES_GOOD
        self._jws = jwt.PyJWS(algorithms=["HS256"])
        self._jws.unregister_algorithm("HS256")
        self._jws.register_algorithm("HS256", _HoldsSecret(checked))

    def sign(self, claims: msgspec.Struct) -> str:
        """The claims as a token."""
        return self._jws.encode(msgspec.json.encode(claims), "", algorithm="HS256")

    def payload(self, token: str) -> bytes:
        """What the token says; raises jwt.PyJWTError unless its signature is this secret's."""
        return bytes(self._jws.decode(token, "", algorithms=["HS256"]))


Fetch = Callable[[str], Awaitable[bytes]]


async def fetch_keys(url: str) -> bytes:
    """The document at `url`, and nowhere else: no redirect is followed.

    Raises httpx.HTTPError; TimeoutError when it takes longer than 5 s; ValueError past KEYS_BYTES_MAX.
    """
    import httpx  # noqa: PLC0415  # a good part of a start, for those who publish keys

    accepts = {"accept": "application/json"}
    async with (
        asyncio.timeout(_FETCH_TIMEOUT_S),
        httpx.AsyncClient(timeout=_FETCH_TIMEOUT_S) as client,
        client.stream("GET", url, headers=accepts, follow_redirects=False) as answer,
    ):
        answer.raise_for_status()
        content = bytearray()
        async for part in answer.aiter_bytes():
            content += part
            if len(content) > KEYS_BYTES_MAX:
                raise ValueError(f"expected a key set of at most {KEYS_BYTES_MAX} bytes at {url}, got more")
        return bytes(content)


def is_read_in_clear(url: str) -> bool:
    """Whether keys come over the network without TLS: then whoever is on the way chooses who is believed."""
    parts = urlsplit(url)
    return parts.scheme != "https" and parts.hostname not in ("localhost", "127.0.0.1", "::1")


class _KeySetDocument(msgspec.Struct, frozen=True):
    keys: list[dict[str, object]]


class PublishedKeys:
    """The keys at one address, read when first needed, then again when they are old or a token names a new one.

    When the address stops answering, the keys known stay in use.
    """

    def __init__(self, url: str, clock: Clock, fetch: Fetch = fetch_keys) -> None:
        self._url = url
        self._clock = clock
        self._fetch = fetch
        self._keys: tuple[jwt.PyJWK, ...] = ()
        self._read_at_ms: int | None = None
        self._tried_at_ms: int | None = None
        self._reading = asyncio.Lock()
        self._jws = jwt.PyJWS(algorithms=["RS256", "ES256"], options={"enforce_minimum_key_length": True})

    async def payload(self, token: str, algorithm: str, key_id: str | None) -> bytes:
        """What the token says; raises jwt.PyJWTError unless a published key of `algorithm` signed it.

        Raises KeysUnavailable when there is no key set to judge by.
        """
        candidates = await self._candidates(algorithm, key_id)
        for key in candidates:
            try:
                return bytes(self._jws.decode(token, key, algorithms=[algorithm]))
            except jwt.PyJWTError:
                continue
        raise jwt.InvalidSignatureError("no published key signed this token")

    async def _candidates(self, algorithm: str, key_id: str | None) -> list[jwt.PyJWK]:
        if self._is_old():
            await self._read()
        found = self._matching(algorithm, key_id)
        if not found:
            await self._read()
            found = self._matching(algorithm, key_id)
        if self._read_at_ms is None:
            raise KeysUnavailable("the address of the token keys (FRONTROW_JWKS_URL) gives no keys")
        return found

    def _matching(self, algorithm: str, key_id: str | None) -> list[jwt.PyJWK]:
        return [
            key for key in self._keys if key.algorithm_name == algorithm and (key_id is None or key.key_id == key_id)
        ]

    def _is_old(self) -> bool:
        return self._read_at_ms is None or self._clock.monotonic_ms() - self._read_at_ms > KEYS_AGE_MS_MAX

    async def _read(self) -> None:
        import httpx  # noqa: PLC0415

        async with self._reading:
            now_ms = self._clock.monotonic_ms()
            if self._tried_at_ms is not None and now_ms - self._tried_at_ms < FETCH_PAUSE_MS:
                return
            self._tried_at_ms = now_ms
            try:
                document = msgspec.json.decode(await self._fetch(self._url), type=_KeySetDocument)
            except (httpx.HTTPError, OSError, msgspec.MsgspecError, ValueError):
                return
            self._keys = tuple(key for entry in document.keys[:_KEYS_MAX] if (key := _usable(entry)) is not None)
            self._read_at_ms = now_ms


def _usable(entry: dict[str, object]) -> jwt.PyJWK | None:
    algorithm = {"RSA": "RS256", "EC": "ES256"}.get(str(entry.get("kty")))
    if algorithm is None or entry.get("use", "sig") != "sig" or entry.get("alg", algorithm) != algorithm:
        return None
    if algorithm == "ES256" and entry.get("crv") != "P-256":
        return None
    try:
        return jwt.PyJWK(entry, algorithm)
    except (jwt.PyJWTError, ValueError, TypeError):
        return None


@functools.lru_cache(maxsize=8)
def shared_secret(secret: str) -> SharedSecret:
    """The secret checked and prepared, once in the process's life."""
    return SharedSecret(secret)
