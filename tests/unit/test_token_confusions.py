"""Tokens made to be taken for what they are not: by their header, their form, their signature or their claims.

What a plain bad token is told, and how keys are read, is in test_tokens.py.
"""

import base64
import json
from typing import Any

import httpx
import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from jwt.algorithms import RSAAlgorithm
from jwt.warnings import InsecureKeyLengthWarning

from frontrow.http.problems import Code
from frontrow.http.token_keys import KEYS_BYTES_MAX, fetch_keys, is_read_in_clear
from tests.unit.test_tokens import (
    EC_KEY,
    NOW_S,
    OTHER_RSA_KEY,
    RSA_KEY,
    SECRET,
    KeyServer,
    accepted,
    claims,
    ec_jwk,
    handmade,
    refusal,
    rsa_jwk,
    signed,
    with_keys,
    with_secret,
)

ADMIN = claims(sub="boss", roles=["admin"])
ADMINS = json.dumps(ADMIN).encode()


def part(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


def parts_of(header: str) -> list[str]:
    return header.removeprefix("Bearer ").split(".")


@pytest.mark.parametrize(
    "key_id",
    ["/dev/null", "../../../../dev/null", "file:///dev/null", "' UNION SELECT '' --", "r\0", "", "|whoami", "k" * 5000],
)
async def test_a_key_id_is_compared_and_never_followed(key_id: str) -> None:
    server = KeyServer(rsa_jwk(RSA_KEY, "r"))
    for secret in (b"", b"\0", SECRET.encode()):
        forged = handmade({"alg": "HS256", "kid": key_id}, ADMINS, secret)
        assert await refusal(with_keys(server), forged) is Code.TOKEN_INVALID
    assert await refusal(with_keys(server), signed(ADMIN, RSA_KEY, "RS256", key_id)) is Code.TOKEN_INVALID
    assert await refusal(with_secret(), handmade({"alg": "HS256", "kid": key_id}, ADMINS, b"")) is Code.TOKEN_INVALID


@pytest.mark.parametrize("key_id", [["r"], {"r": 1}, 1, True, 1.5])
async def test_a_key_id_that_is_no_text_is_refused(key_id: object) -> None:
    for authenticator in (with_secret(), with_keys(KeyServer(rsa_jwk(RSA_KEY, "r")))):
        forged = handmade({"alg": "HS256", "kid": key_id}, ADMINS, SECRET.encode())
        assert await refusal(authenticator, forged) is Code.TOKEN_INVALID


async def test_no_token_brings_its_own_key() -> None:
    server = KeyServer(rsa_jwk(RSA_KEY, "r"))
    attackers: dict[str, Any] = RSAAlgorithm.to_jwk(OTHER_RSA_KEY.public_key(), as_dict=True)
    brought: list[dict[str, object]] = [
        {"jwk": attackers, "kid": "mine"},
        {"jwk": attackers},
        {"jku": "https://evil.example/keys", "kid": "mine"},
        {"x5u": "https://evil.example/chain.pem"},
        {"x5c": ["MIIB"]},
    ]
    for headers in brought:
        for algorithm in ("RS256", "ES256"):
            key = OTHER_RSA_KEY if algorithm == "RS256" else ec.generate_private_key(ec.SECP256R1())
            forged = jwt.PyJWS().encode(ADMINS, key, algorithm=algorithm, headers=headers)
            assert await refusal(with_keys(server), f"Bearer {forged}") is Code.TOKEN_INVALID
    symmetric: dict[str, object] = {"alg": "HS256", "jwk": {"kty": "oct", "k": part(b"mine")}}
    assert await refusal(with_secret(), handmade(symmetric, ADMINS, b"mine")) is Code.TOKEN_INVALID


@pytest.mark.parametrize(
    "header",
    [
        {"alg": "HS256", "crit": ["exp"]},
        {"alg": "HS256", "crit": []},
        {"alg": "HS256", "crit": ["http://example.com/unheard-of"], "http://example.com/unheard-of": True},
        {"alg": "HS256", "crit": ["b64"], "b64": False},
        {"alg": "HS256", "b64": False},
        {"alg": ["HS256"]},
        {"alg": {"HS256": 1}},
        {"ALG": "HS256"},
        {},
    ],
    ids=str,
)
async def test_a_header_that_asks_for_more_than_is_understood_is_refused(header: dict[str, object]) -> None:
    assert await refusal(with_secret(), handmade(header, ADMINS, SECRET.encode())) is Code.TOKEN_INVALID


async def test_of_a_header_that_says_two_things_neither_weakens_the_other() -> None:
    for said in (b'{"alg":"none","alg":"HS256"}', b'{"alg":"HS256","alg":"none"}'):
        for signature in ("", part(b"\0" * 32)):
            assert await refusal(with_secret(), f"Bearer {part(said)}.{part(ADMINS)}.{signature}") is Code.TOKEN_INVALID


async def test_of_a_claim_that_is_there_twice_the_last_counts_everywhere() -> None:
    twice = f'{{"sub":"eve","sub":"ada","exp":{NOW_S - 1},"exp":{NOW_S + 600},"roles":["admin"],"roles":[]}}'.encode()
    caller = await accepted(with_secret(), handmade({"alg": "HS256"}, twice, SECRET.encode()))
    assert (caller.user_id, caller.is_admin) == ("ada", False)
    over = f'{{"sub":"ada","exp":{NOW_S + 600},"exp":{NOW_S - 1}}}'.encode()
    assert await refusal(with_secret(), handmade({"alg": "HS256"}, over, SECRET.encode())) is Code.TOKEN_INVALID


async def test_a_token_of_another_form_is_none() -> None:
    good = signed(ADMIN)
    head, body, signature = parts_of(good)
    forms = [
        f"{head}.{body}",
        f"{head}.{body}.",
        f"{head}..{signature}",
        f".{body}.{signature}",
        f"{head}.{body}.{signature}.",
        f"{head}.{body}.{signature}.{signature}",
        f"{head}.{part(b'key')}.{part(b'iv')}.{body}.{signature}",
        json.dumps({"payload": body, "signatures": [{"protected": head, "signature": signature}]}),
        json.dumps({"payload": body, "protected": head, "signature": signature}),
        f"{head}.{body}.{signature}, {head}.{body}.{signature}",
        f"{head}.{body}.{signature[:-8]}",
        f"{head}.{body}.{part(bytes(32))}",
        f"{head}.{part(ADMINS.replace(b'boss', b'root'))}.{signature}",
        f'{part(b"""{"alg":"HS256","typ":"JWE","zip":"DEF"}""")}.{body}.{signature}',
    ]
    await accepted(with_secret(), good)
    for form in forms:
        assert await refusal(with_secret(), f"Bearer {form}") is Code.TOKEN_INVALID, form


@pytest.mark.parametrize("signature", [bytes(64), bytes(63), b"", bytes(31) + b"\1" + bytes(32), b"\xff" * 64])
async def test_an_empty_elliptic_signature_is_none(signature: bytes) -> None:
    forged = f"Bearer {part(json.dumps({'alg': 'ES256', 'kid': 'e'}).encode())}.{part(ADMINS)}.{part(signature)}"
    assert await refusal(with_keys(KeyServer(ec_jwk("e"))), forged) is Code.TOKEN_INVALID


async def test_a_key_serves_its_own_algorithm_only() -> None:
    server = KeyServer(rsa_jwk(RSA_KEY, "k"), ec_jwk("k"))
    await accepted(with_keys(server), signed(ADMIN, RSA_KEY, "RS256", "k"))
    await accepted(with_keys(server), signed(ADMIN, EC_KEY, "ES256", "k"))
    for algorithm, key in (("RS256", EC_KEY), ("ES256", RSA_KEY)):
        head, body, signature = parts_of(signed(ADMIN, key, "ES256" if key is EC_KEY else "RS256", "k"))
        other = part(json.dumps({"alg": algorithm, "kid": "k"}).encode())
        assert await refusal(with_keys(server), f"Bearer {other}.{body}.{signature}") is Code.TOKEN_INVALID, head


async def test_a_published_key_that_is_too_short_verifies_nothing() -> None:
    short = rsa.generate_private_key(65_537, 1024)
    with pytest.warns(InsecureKeyLengthWarning):  # of the test itself, which signs with it
        forged = signed(ADMIN, short, "RS256", "k")
    assert await refusal(with_keys(KeyServer(rsa_jwk(short, "k"))), forged) is Code.TOKEN_INVALID


@pytest.mark.parametrize("roles", [["Admin"], ["ADMIN"], ["admin "], ["admin\0"], ["admin,integrator"], ["*"], [""]])
async def test_a_role_is_its_exact_word(roles: list[str]) -> None:
    assert not (await accepted(with_secret(), signed(claims(roles=roles)))).roles


async def test_other_claims_give_no_rights() -> None:
    said = {"role": "admin", "scope": "admin", "scp": ["admin"], "admin": True, "groups": ["admin"], "Roles": ["admin"]}
    caller = await accepted(with_secret(), signed(claims(**said)))
    assert not caller.roles


async def test_a_number_without_end_is_no_user() -> None:
    for number in ("9" * 300, "9" * 5000, "-" + "9" * 300):
        payload = f'{{"sub":{number},"exp":{NOW_S + 600}}}'.encode()
        assert await refusal(with_secret(), handmade({"alg": "HS256"}, payload, SECRET.encode())) is Code.TOKEN_INVALID


class _Site:
    """What stands at the address of the keys, asked over httpx itself."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, answer: httpx.Response) -> None:
        self.asked: list[str] = []

        def handle(request: httpx.Request) -> httpx.Response:
            self.asked.append(str(request.url))
            return answer

        client = httpx.AsyncClient

        def with_site(**options: Any) -> httpx.AsyncClient:
            return client(transport=httpx.MockTransport(handle), **options)

        monkeypatch.setattr(httpx, "AsyncClient", with_site)


async def test_the_keys_address_leads_nowhere_else(monkeypatch: pytest.MonkeyPatch) -> None:
    site = _Site(monkeypatch, httpx.Response(302, headers={"location": "http://169.254.169.254/latest/meta-data"}))
    with pytest.raises(httpx.HTTPStatusError):
        await fetch_keys("https://id.example/keys")
    assert site.asked == ["https://id.example/keys"]


async def test_a_key_set_without_end_is_not_read_to_it(monkeypatch: pytest.MonkeyPatch) -> None:
    _Site(monkeypatch, httpx.Response(200, content=b" " * (KEYS_BYTES_MAX + 1)))
    with pytest.raises(ValueError, match="at most"):
        await fetch_keys("https://id.example/keys")


def test_keys_that_come_without_tls_are_known_as_such() -> None:
    assert is_read_in_clear("http://id.example/keys")
    assert not is_read_in_clear("https://id.example/keys")
    assert not is_read_in_clear("http://127.0.0.1:8080/keys")
