"""The log lines about seats carry the request that caused them, by the id its answer has."""

import structlog
from structlog.testing import LogCapture
from structlog.types import EventDict

from tests.support.http_stack import EVENT, Api

HOLDS = f"/api/v1/events/{EVENT}/holds"


async def test_every_line_about_seats_has_the_request_id_of_the_call_that_caused_it(api: Api) -> None:
    captured = LogCapture()
    before = structlog.get_config()["processors"]
    structlog.configure(processors=[structlog.contextvars.merge_contextvars, captured])
    try:
        held = await api.post(HOLDS, {"seatIds": ["A1"]}, headers={"x-request-id": "the-buyers-own-1"})
        refused = await api.post(HOLDS, {"seatIds": ["A1"]}, by=("bob",))
        path = f"{HOLDS}/{held.body['holdId']}"
        extended = await api.post(f"{path}/extend", {"durationMinutes": 30})
        released = await api.ask("DELETE", path)
    finally:
        structlog.configure(processors=before)
    lines: list[EventDict] = [line for line in captured.entries if line["event"].startswith(("seats_", "hold_expiry"))]
    assert [(line["event"], line["request_id"]) for line in lines] == [
        ("seats_held", "the-buyers-own-1"),
        ("seats_refused", refused.headers["x-request-id"]),
        ("hold_expiry_changed", extended.headers["x-request-id"]),
        ("seats_released", released.headers["x-request-id"]),
    ]
    assert "buyer'" not in str(lines)
    assert "bob" not in str(lines)
