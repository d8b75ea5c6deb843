"""Tokens: who is believed, and every way of not being believed."""

import asyncio
import base64
import hashlib
import hmac
import json
import time
from typing import Any

import httpx
import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from jwt.algorithms import ECAlgorithm, RSAAlgorithm

from frontrow.domain.errors import ConfigurationError
from frontrow.http import auth
from frontrow.http.auth import Authenticator
from frontrow.http.guest_tokens import GUEST_TOKEN_MS, GuestTokens
from frontrow.http.problems import Code, Problem
from frontrow.http.settings import HttpSettings
from frontrow.http.token_keys import FETCH_PAUSE_MS, KEYS_AGE_MS_MAX, PublishedKeys, SharedSecret
from frontrow.services.callers import Caller

SECRET = "a secret of at least thirty-two bytes, for tests"
NOW_S = int(time.time())
RSA_KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
OTHER_RSA_KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
EC_KEY = ec.generate_private_key(ec.SECP256R1())


class SteppedClock:
    """A clock that only moves when told to."""

    def __init__(self) -> None:
        self.at_ms = NOW_S * 1000

    def now_ms(self) -> int:
        return self.at_ms

    def monotonic_ms(self) -> int:
        return self.at_ms


class KeyServer:
    """What stands at the JWKS address, and how often it was read."""

    def __init__(self, *keys: dict[str, Any]) -> None:
        self.keys = list(keys)
        self.reads = 0
        self.is_up = True

    async def fetch(self, _url: str) -> bytes:
        self.reads += 1
        if not self.is_up:
            raise httpx.ConnectError("refused")
        return json.dumps({"keys": self.keys}).encode()


def rsa_jwk(key: rsa.RSAPrivateKey, key_id: str, **extra: object) -> dict[str, Any]:
    return {**RSAAlgorithm.to_jwk(key.public_key(), as_dict=True), "kid": key_id, **extra}


def ec_jwk(key_id: str) -> dict[str, Any]:
    return {**ECAlgorithm.to_jwk(EC_KEY.public_key(), as_dict=True), "kid": key_id}


def claims(**changes: object) -> dict[str, Any]:
    return {"sub": "ada", "exp": NOW_S + 600} | changes


def signed(payload: dict[str, Any], key: Any = SECRET, algorithm: str = "HS256", key_id: str | None = None) -> str:
    # PyJWS, because PyJWT's own encode refuses to make most of the bad tokens.
    headers = {} if key_id is None else {"kid": key_id}
    return "Bearer " + jwt.PyJWS().encode(json.dumps(payload).encode(), key, algorithm=algorithm, headers=headers)


def handmade(header: dict[str, object], payload: bytes, secret: bytes) -> str:
    def part(content: bytes) -> str:
        return base64.urlsafe_b64encode(content).rstrip(b"=").decode()

    signing_input = f"{part(json.dumps(header).encode())}.{part(payload)}"
    return f"Bearer {signing_input}.{part(hmac.digest(secret, signing_input.encode(), hashlib.sha256))}"


def with_secret(**changes: Any) -> Authenticator:
    settings = HttpSettings(jwt_secret=SECRET, **changes)
    return Authenticator(settings, SteppedClock(), SharedSecret(SECRET), None)


def with_keys(server: KeyServer, clock: SteppedClock | None = None) -> Authenticator:
    clock = clock or SteppedClock()
    settings = HttpSettings(jwks_url="https://id.example/keys")
    return Authenticator(settings, clock, None, PublishedKeys("https://id.example/keys", clock, server.fetch))


async def refusal(authenticator: Authenticator, header: str | None) -> Code:
    outcome = await authenticator.verify(header)
    assert isinstance(outcome, Problem), outcome
    return outcome.code


async def accepted(authenticator: Authenticator, header: str) -> Caller:
    outcome = await authenticator.verify(header)
    assert isinstance(outcome, Caller), outcome
    return outcome


async def test_a_token_of_the_secret_names_its_user_and_roles() -> None:
    caller = await accepted(with_secret(), signed(claims(roles=["admin"])))
    assert caller == Caller(user_id=caller.user_id, roles=frozenset({"admin"}))
    assert caller.user_id == "ada"


async def test_an_integer_subject_is_a_user() -> None:
    assert (await accepted(with_secret(), signed(claims(sub=42)))).user_id == "42"


async def test_a_subject_of_255_bytes_is_a_user() -> None:
    assert (await accepted(with_secret(), signed(claims(sub="é" * 127 + "a")))).user_id == "é" * 127 + "a"


@pytest.mark.parametrize("header", [None, "", "Basic YTpi", "Bearer", "Bearer  "])
async def test_without_a_bearer_token_one_is_asked_for(header: str | None) -> None:
    assert await refusal(with_secret(), header) is Code.TOKEN_MISSING


@pytest.mark.parametrize(
    "payload",
    [
        claims(exp=NOW_S),
        claims(exp=NOW_S - 1),
        claims(exp=-1),
        claims(exp=None),
        claims(exp=str(NOW_S + 600)),
        claims(exp=True),
        {"sub": "ada"},
        {"exp": NOW_S + 600},
        claims(sub=""),
        claims(sub="a" * 256),
        claims(sub="é" * 128),
        claims(sub="x" * 300),
        claims(sub="a\0b"),
        claims(sub=1.5),
        claims(sub=True),
        claims(sub=None),
        claims(sub=["ada"]),
        claims(sub="\ud800"),
        claims(nbf=NOW_S + 60),
        claims(roles="admin"),
        claims(roles=None),
        claims(roles=[1]),
        claims(roles={"admin": True}),
        claims(roles=["r"] * 65),
    ],
)
async def test_claims_that_are_missing_or_wrong_are_refused(payload: dict[str, Any]) -> None:
    assert await refusal(with_secret(), signed(payload)) is Code.TOKEN_INVALID


@pytest.mark.parametrize(
    "payload",
    [b"not json", b'"ada"', b"[]", b'{"sub":"\xff\xfe","exp":99999999999}', b'{"sub":"ada","exp":1e999}', b"[" * 9000],
    ids=lambda payload: payload[:20],
)
async def test_a_payload_that_is_no_set_of_claims_is_refused(payload: bytes) -> None:
    header = handmade({"alg": "HS256"}, payload, SECRET.encode())
    assert len(header) > auth.TOKEN_CHARS_MAX or await refusal(with_secret(), header) is Code.TOKEN_INVALID
    assert await refusal(with_secret(), header) is Code.TOKEN_INVALID


async def test_a_token_of_another_secret_is_refused() -> None:
    assert await refusal(with_secret(), signed(claims(), "another secret of thirty-two bytes!")) is Code.TOKEN_INVALID


@pytest.mark.parametrize("algorithm", ["none", "None", "NONE", "nOnE", "HS384", "HS512", "RS256", "", 7, None])
async def test_a_token_cannot_choose_how_it_is_checked(algorithm: object) -> None:
    payload = json.dumps(claims()).encode()
    for authenticator in (with_secret(), with_keys(KeyServer(rsa_jwk(RSA_KEY, "k1")))):
        assert (
            await refusal(authenticator, handmade({"alg": algorithm}, payload, SECRET.encode())) is Code.TOKEN_INVALID
        )
    unsigned = handmade({"alg": algorithm}, payload, b"").rpartition(".")[0] + "."
    assert await refusal(with_secret(), unsigned) is Code.TOKEN_INVALID


@pytest.mark.parametrize("form", [serialization.Encoding.PEM, serialization.Encoding.DER])
async def test_a_public_key_never_serves_as_a_secret(form: serialization.Encoding) -> None:
    public = RSA_KEY.public_key().public_bytes(form, serialization.PublicFormat.SubjectPublicKeyInfo)
    forged = handmade({"alg": "HS256", "kid": "k1"}, json.dumps(claims(roles=["admin"])).encode(), public)
    assert await refusal(with_keys(KeyServer(rsa_jwk(RSA_KEY, "k1"))), forged) is Code.TOKEN_INVALID
    assert await refusal(with_secret(), forged) is Code.TOKEN_INVALID


async def test_a_secret_that_is_a_public_key_is_refused_at_start() -> None:
    pem = RSA_KEY.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    for secret in (pem.decode(), pem.decode().splitlines()[0]):
        with pytest.raises(ConfigurationError, match="FRONTROW_JWT_SECRET"):
            SharedSecret(secret)


async def test_an_endless_token_is_refused_before_it_is_read() -> None:
    assert await refusal(with_secret(), "Bearer " + "a" * 100_000) is Code.TOKEN_INVALID


async def test_issuer_and_audience_are_checked_where_they_are_set() -> None:
    authenticator = with_secret(jwt_issuer="https://id.example", jwt_audience="frontrow")
    good = claims(iss="https://id.example", aud="frontrow")
    await accepted(authenticator, signed(good))
    await accepted(authenticator, signed(good | {"aud": ["shop", "frontrow"]}))
    for bad in ({"iss": "https://evil.example"}, {"iss": None}, {"aud": "shop"}, {"aud": ["shop"]}, {"aud": None}):
        assert await refusal(authenticator, signed(good | bad)) is Code.TOKEN_INVALID


async def test_a_verified_token_is_known_until_it_expires() -> None:
    clock = SteppedClock()
    authenticator = Authenticator(HttpSettings(jwt_secret=SECRET), clock, SharedSecret(SECRET), None)
    header = signed(claims())
    assert authenticator.known(header) is None
    caller = await accepted(authenticator, header)
    assert authenticator.known(header) == caller
    clock.at_ms = (NOW_S + 600) * 1000
    assert authenticator.known(header) is None
    assert await refusal(authenticator, header) is Code.TOKEN_INVALID


async def test_refused_tokens_are_never_remembered() -> None:
    authenticator, header = with_secret(), signed(claims(roles="admin"))
    await refusal(authenticator, header)
    assert authenticator.known(header) is None


async def test_the_memory_of_tokens_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(auth, "VERIFIED_TOKENS_MAX", 3)
    authenticator = with_secret()
    headers = [signed(claims(sub=f"user-{number}")) for number in range(5)]
    for header in headers:
        await accepted(authenticator, header)
    assert [authenticator.known(header) is not None for header in headers] == [False, False, True, True, True]


async def test_a_token_is_remembered_once_however_it_is_written(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(auth, "VERIFIED_TOKENS_MAX", 2)
    authenticator, first = with_secret(), signed(claims(sub="bob"))
    await accepted(authenticator, first)
    for spaces in range(1, 50):
        written = signed(claims()).replace("Bearer ", "bEARER" + " " * spaces)
        await accepted(authenticator, written + " ")
    assert authenticator.known(first) is not None
    assert authenticator.known(signed(claims())) is not None


async def test_a_header_is_bounded_before_its_token_is_looked_for() -> None:
    authenticator, header = with_secret(), signed(claims())
    await accepted(authenticator, header)
    longest = header + " " * (auth.HEADER_CHARS_MAX - len(header))
    assert authenticator.known(longest) is not None
    assert authenticator.known(longest + " ") is None
    assert await refusal(authenticator, longest + " ") is Code.TOKEN_INVALID
    assert await refusal(authenticator, "Bearer" + " " * 60_000 + header.removeprefix("Bearer ")) is Code.TOKEN_INVALID


async def test_only_roles_that_mean_something_are_kept() -> None:
    caller = await accepted(with_secret(), signed(claims(roles=["admin", "r" * 5000, "integrator"])))
    assert caller.roles == {"admin", "integrator"}


@pytest.mark.parametrize("subject", ["guest:", "guest:5nYy3vS0T0mQ2b1c7JkR9w", "guest:5nYy3vS0T0mQ2b1c7JkR9w:john"])
async def test_no_token_speaks_for_a_guest_session(subject: str) -> None:
    outcome = await with_secret().verify(signed(claims(sub=subject)))
    assert isinstance(outcome, Problem)
    assert outcome.code is Code.TOKEN_INVALID
    assert "guest session" in outcome.detail


async def test_published_rsa_and_ec_keys_verify_their_own_algorithm() -> None:
    authenticator = with_keys(KeyServer(rsa_jwk(RSA_KEY, "r"), ec_jwk("e")))
    assert (await accepted(authenticator, signed(claims(), RSA_KEY, "RS256", "r"))).user_id == "ada"
    assert (await accepted(authenticator, signed(claims(), EC_KEY, "ES256", "e"))).user_id == "ada"
    assert (await accepted(authenticator, signed(claims(), RSA_KEY, "RS256"))).user_id == "ada"


@pytest.mark.parametrize("algorithm", ["RS384", "RS512", "PS256"])
async def test_other_algorithms_of_a_published_key_are_refused(algorithm: str) -> None:
    authenticator = with_keys(KeyServer(rsa_jwk(RSA_KEY, "r")))
    assert await refusal(authenticator, signed(claims(), RSA_KEY, algorithm, "r")) is Code.TOKEN_INVALID


@pytest.mark.parametrize(
    "published",
    [
        rsa_jwk(OTHER_RSA_KEY, "r"),
        rsa_jwk(RSA_KEY, "other"),
        rsa_jwk(RSA_KEY, "r", use="enc"),
        rsa_jwk(RSA_KEY, "r", alg="RS512"),
        {"kty": "RSA", "kid": "r", "n": "!", "e": "AQAB"},
        {"kty": "oct", "kid": "r", "k": "c2VjcmV0"},
        {"kid": "r"},
    ],
    ids=["wrong key", "wrong id", "for encryption", "for another algorithm", "broken", "symmetric", "untyped"],
)
async def test_keys_that_do_not_fit_verify_nothing(published: dict[str, Any]) -> None:
    header = signed(claims(), RSA_KEY, "RS256", "r")
    assert await refusal(with_keys(KeyServer(published)), header) is Code.TOKEN_INVALID


async def test_a_symmetric_published_key_verifies_nothing() -> None:
    server = KeyServer({"kty": "oct", "kid": "s", "k": base64.urlsafe_b64encode(SECRET.encode()).decode()})
    assert await refusal(with_keys(server), signed(claims(), SECRET, "HS256", "s")) is Code.TOKEN_INVALID


async def test_the_key_set_is_read_once_for_many_tokens() -> None:
    server = KeyServer(rsa_jwk(RSA_KEY, "r"))
    authenticator = with_keys(server)
    headers = [signed(claims(sub=str(number)), RSA_KEY, "RS256", "r") for number in range(5)]
    await asyncio.gather(*(accepted(authenticator, header) for header in headers))
    assert server.reads == 1


async def test_a_new_key_is_found_but_unknown_ids_cannot_make_the_set_be_read_at_will() -> None:
    clock, server = SteppedClock(), KeyServer(rsa_jwk(RSA_KEY, "old"))
    authenticator = with_keys(server, clock)
    await accepted(authenticator, signed(claims(), RSA_KEY, "RS256", "old"))
    server.keys.append(rsa_jwk(OTHER_RSA_KEY, "new"))
    header = signed(claims(), OTHER_RSA_KEY, "RS256", "new")
    assert await refusal(authenticator, header) is Code.TOKEN_INVALID
    assert server.reads == 1
    clock.at_ms += FETCH_PAUSE_MS
    await accepted(authenticator, header)
    assert server.reads == 2


async def test_a_withdrawn_key_stops_working_when_the_set_is_read_again() -> None:
    clock, server = SteppedClock(), KeyServer(rsa_jwk(RSA_KEY, "r"))
    authenticator = with_keys(server, clock)
    header = signed(claims(exp=NOW_S + 7200), RSA_KEY, "RS256", "r")
    await accepted(authenticator, header)
    server.keys.clear()
    clock.at_ms += KEYS_AGE_MS_MAX + 1
    assert authenticator.known(header) is None
    assert await refusal(authenticator, header) is Code.TOKEN_INVALID


async def test_known_keys_stay_in_use_while_their_address_is_down() -> None:
    clock, server = SteppedClock(), KeyServer(rsa_jwk(RSA_KEY, "r"))
    authenticator = with_keys(server, clock)
    await accepted(authenticator, signed(claims(), RSA_KEY, "RS256", "r"))
    server.is_up = False
    clock.at_ms += KEYS_AGE_MS_MAX + 1
    await accepted(authenticator, signed(claims(sub="bob", exp=NOW_S + 7200), RSA_KEY, "RS256", "r"))


async def test_without_any_key_set_nobody_is_judged() -> None:
    server = KeyServer(rsa_jwk(RSA_KEY, "r"))
    server.is_up = False
    problem = await with_keys(server).verify(signed(claims(), RSA_KEY, "RS256", "r"))
    assert isinstance(problem, Problem)
    assert (problem.code, problem.retry_after_s) == (Code.STORE_UNAVAILABLE, 5)


async def test_a_guest_token_speaks_for_a_new_user_for_a_day() -> None:
    clock = SteppedClock()
    settings = HttpSettings(jwt_secret=SECRET, jwt_issuer="https://box.example", jwt_audience="frontrow")
    secret = SharedSecret(SECRET)
    guests = GuestTokens(settings, clock, secret)
    guest, other = guests.issue(), guests.issue()
    assert guest.user_id != other.user_id
    assert guest.expires_at_ms == clock.at_ms + GUEST_TOKEN_MS
    caller = await accepted(Authenticator(settings, clock, secret, None), f"Bearer {guest.token}")
    assert caller == Caller(user_id=guest.user_id, roles=frozenset())
