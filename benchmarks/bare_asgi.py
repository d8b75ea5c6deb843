"""The floor of the HTTP scenarios: a bare ASGI function that runs the same 3-seat hold script and checks nothing.

No token, no parsing, no validation, no layout, no live view, one fixed answer. uvicorn serves it as it serves Frontrow.
"""

import os
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from benchmarks.hold_script import IN_A_LARGE_HOUSE, IN_A_SMALL_HOUSE, hold, refusal
from frontrow.adapters.redis.client import connect
from frontrow.adapters.redis.hold_store import ValkeyHoldStore
from frontrow.domain.ids import EventId

Message = MutableMapping[str, Any]

_EVENTS = list(map(EventId, os.environ["BENCH_EVENTS"].split(",")))
_IS_REFUSED = os.environ["BENCH_REFUSED"] == "1"
_HEADERS = [(b"content-type", b"application/json")]
_GRANTED = b'{"holdId":"1-0000000000000000000000","seatIds":["S0","S1","S2"],"expiresAt":"2030-01-01T00:00:00.000Z"}'
_REFUSED = b'{"error":"seats_unavailable","seatIds":["S0","S1","S2"]}'
_status, _body, _attempt = (409, _REFUSED, refusal) if _IS_REFUSED else (201, _GRANTED, hold)
_turns = (
    (event_id, user, seats)
    for user, seats in (IN_A_LARGE_HOUSE if len(_EVENTS) == 1 else IN_A_SMALL_HOUSE).turns()
    for event_id in _EVENTS
)
_stores: list[ValkeyHoldStore] = []


async def app(
    _scope: Message, receive: Callable[[], Awaitable[Message]], send: Callable[[Message], Awaitable[None]]
) -> None:
    """Hold the next three seats and answer 201, or be refused them and answer 409."""
    if not _stores:
        _stores.append(ValkeyHoldStore(connect(os.environ["BENCH_REDIS_URL"])))
    await receive()
    event_id, user, seats = next(_turns)
    await _attempt(_stores[0], event_id, user, seats)
    await send({"type": "http.response.start", "status": _status, "headers": _HEADERS})
    await send({"type": "http.response.body", "body": _body})
