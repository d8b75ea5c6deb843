"""Answers of a server, for tests that need no server."""

from datetime import UTC, datetime
from typing import Any

import msgspec

from frontrow.client.exchange import Response
from frontrow.http.problems import KINDS, Code

AT = datetime(2026, 3, 1, 19, 30, tzinfo=UTC)
EVENT_ANSWER: dict[str, Any] = {
    "eventId": "gala",
    "name": "Gala",
    "layoutId": "hall",
    "layoutVersion": 1,
    "startsAt": "2099-03-01T19:30:00.000Z",
    "saleStatus": "on_sale",
    "currency": "USD",
    "prices": {"stalls": 7500},
}
HOLD_ANSWER: dict[str, Any] = {
    "holdId": "1-hold",
    "eventId": "gala",
    "seatIds": ["A1"],
    "tableIds": [],
    "expiresAt": "2099-03-01T19:30:00.000Z",
    "total": {"amountMinor": 7500, "currency": "USD"},
}
READY: dict[str, Any] = {"status": "not_ready", "stores": {"ledger": {"state": "down", "tookMs": 0.4}}}


def ok(body: object = None, *, status: int = 200) -> Response:
    """A success."""
    return Response(status=status, headers={}, body=b"" if body is None else msgspec.json.encode(body))


def problem_body(code: Code, **members: Any) -> dict[str, Any]:
    """The problem document of a code."""
    kind = KINDS[code]
    told = {"type": f"/docs#{code}", "title": kind.title, "status": kind.status, "detail": "because"}
    return told | {"code": str(code), "requestId": "r-1"} | members


def problem(code: Code, *, retry_after: str | None = None, **members: Any) -> Response:
    """A refusal."""
    return Response(
        status=KINDS[code].status,
        headers={} if retry_after is None else {"retry-after": retry_after},
        body=msgspec.json.encode(problem_body(code, **members)),
    )
