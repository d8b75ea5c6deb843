"""An answer in many parts that nobody needs any more once its client has gone."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping

Receive = Callable[[], Awaitable[Mapping[str, object]]]
"""What is heard from the client, by ASGI. What is left of its request's body is dropped."""


async def while_there(parts: AsyncIterator[bytes], receive: Receive) -> AsyncIterator[bytes]:
    """The parts, until the client has gone: servers let `send` go on in silence then. After that no further part is
    asked for."""
    gone = asyncio.create_task(_gone(receive), name="client of a download")
    try:
        async for part in parts:
            if gone.done():
                return
            yield part
    finally:
        gone.cancel()


async def _gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
