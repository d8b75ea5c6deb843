"""Tokens of an identity provider: its keys are read over HTTP from the address in the settings."""

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from jwt.algorithms import RSAAlgorithm

from tests.support.http_stack import Api, api_of, running_application
from tests.support.valkey import ValkeyServer

KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)


@contextmanager
def provider(status: int = 200) -> Iterator[str]:
    """An identity provider's key set on a real socket; yields its URL."""
    keys = {"keys": [RSAAlgorithm.to_jwk(KEY.public_key(), as_dict=True) | {"kid": "k1"}]}

    class Answers(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = json.dumps(keys).encode()
            self.send_response(status)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Nothing: the tests' output is not for this."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answers)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/keys"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def rs256(**claims: object) -> dict[str, str]:
    payload = {"sub": "ada", "exp": int(time.time()) + 60, "iss": "https://id.example", "aud": "frontrow"} | claims
    return {"authorization": "Bearer " + jwt.encode(payload, KEY, algorithm="RS256", headers={"kid": "k1"})}


async def my_holds(api: Api, headers: dict[str, str]) -> int:
    return (await api.get("/api/v1/holds", headers=headers)).status


async def test_a_token_of_the_provider_is_believed_for_this_service_only(folder: Path, valkey: ValkeyServer) -> None:
    with provider() as url:
        options = {"jwks_url": url, "jwt_issuer": "https://id.example", "jwt_audience": "frontrow"}
        async with running_application(valkey.url, folder, **options) as application, api_of(application) as api:
            assert await my_holds(api, rs256()) == 200
            assert await my_holds(api, rs256(aud="another service")) == 401
            assert await my_holds(api, rs256(iss="https://evil.example")) == 401
            guest = await api.post("/api/v1/guest-tokens", by=None)
            assert await my_holds(api, {"authorization": f"Bearer {guest.body['token']}"}) == 200


@pytest.mark.parametrize("status", [500, 404])
async def test_a_provider_that_gives_no_keys_is_an_outage_not_a_verdict(
    folder: Path, valkey: ValkeyServer, status: int
) -> None:
    with provider(status) as url:
        async with running_application(valkey.url, folder, jwks_url=url) as application, api_of(application) as api:
            answer = await api.get("/api/v1/holds", headers=rs256())
            assert (answer.status, answer.code, answer.headers["retry-after"]) == (503, "store_unavailable", "5")
