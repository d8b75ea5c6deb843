"""The floor of the HTTP scenario: a bare ASGI function that runs the same 3-seat hold script and checks nothing.

No token, no parsing, no validation, no layout, no live view, one fixed answer. uvicorn serves it as it serves Frontrow.
"""

import os
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from benchmarks.hold_script import hold, turns
from frontrow.adapters.redis.client import connect
from frontrow.adapters.redis.hold_store import ValkeyHoldStore
from frontrow.domain.ids import EventId

Message = MutableMapping[str, Any]

_EVENT = EventId(os.environ["BENCH_EVENT"])
_HEADERS = [(b"content-type", b"application/json")]
_BODY = b'{"holdId":"1-0000000000000000000000","seatIds":["S0","S1","S2"],"expiresAt":"2030-01-01T00:00:00.000Z"}'
_turns = turns()
_stores: list[ValkeyHoldStore] = []


async def app(
    _scope: Message, receive: Callable[[], Awaitable[Message]], send: Callable[[Message], Awaitable[None]]
) -> None:
    """Hold the next three seats and answer 201."""
    if not _stores:
        _stores.append(ValkeyHoldStore(connect(os.environ["BENCH_REDIS_URL"])))
    await receive()
    user, seats = next(_turns)
    await hold(_stores[0], _EVENT, user, seats)
    await send({"type": "http.response.start", "status": 201, "headers": _HEADERS})
    await send({"type": "http.response.body", "body": _BODY})
