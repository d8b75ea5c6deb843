"""Between an attempt and httpx: what both clients send, and what they make of httpx's answers and failures."""

import httpx

from frontrow import __version__
from frontrow.client.exchange import Response
from frontrow.client.retrying import Attempt, Lost
from frontrow.client.watching import SILENCE_S_MAX

USER_AGENT = f"frontrow-python/{__version__}"
TIMEOUT_S = 10.0
NEVER_LEFT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError, httpx.UnsupportedProtocol)


def address_of(base_url: str) -> str:
    """The server's address without a slash at its end.

    Raises:
        ValueError: it is no http or https address.
    """
    parsed = httpx.URL(base_url)
    if parsed.scheme not in ("http", "https") or not parsed.host:
        raise ValueError(f"an address such as https://tickets.example.com was expected, got {base_url!r}")
    return base_url.rstrip("/")


def headers_of(attempt: Attempt, token: str | None) -> dict[str, str]:
    """The headers of an attempt."""
    request = attempt.request
    headers = {"Accept": "application/json", "User-Agent": USER_AGENT, "X-Request-Id": attempt.request_id}
    if request.body is not None:
        headers["Content-Type"] = "application/json"
    if token is not None:
        headers["Authorization"] = f"Bearer {token}"
    if request.idempotency_key is not None:
        headers["Idempotency-Key"] = request.idempotency_key
    if request.known_etag is not None:
        headers["If-None-Match"] = request.known_etag
    return {**headers, **dict(request.headers)}


def headers_of_stream(attempt: Attempt) -> dict[str, str]:
    """The headers of an attempt to open a stream."""
    return {**headers_of(attempt, None), "Accept": "text/event-stream", "Cache-Control": "no-store"}


def stream_timeout(timeout_s: float) -> httpx.Timeout:
    """A stream's parts may be as far apart as its heartbeats are."""
    return httpx.Timeout(timeout_s, read=max(timeout_s, SILENCE_S_MAX))


def began(answer: httpx.Response) -> Response:
    """An answer that is only about to be read."""
    return Response(status=answer.status_code, headers={}, body=b"")


def response_of(answer: httpx.Response) -> Response:
    """An answer that has been read."""
    headers = {name.lower(): value for name, value in answer.headers.items()}
    return Response(status=answer.status_code, headers=headers, body=answer.content)


def lost(error: httpx.RequestError) -> Lost:
    """No answer, and whether the request can have left."""
    return Lost(error, never_left=isinstance(error, NEVER_LEFT))
