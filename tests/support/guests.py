"""Many people at once over real sockets: each a guest of the server with a connection of their own."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

import httpx

CALL_SECONDS_MAX = 60.0


@asynccontextmanager
async def guests(url: str, count: int) -> AsyncIterator[list[httpx.AsyncClient]]:
    """Clients that each send a guest's token.

    A client for each: one client's pool looks at all its connections for every request and every answer.
    """
    async with AsyncExitStack() as stack:
        made: list[httpx.AsyncClient] = []
        for _ in range(count):
            client = await stack.enter_async_context(httpx.AsyncClient(base_url=url, timeout=CALL_SECONDS_MAX))
            token = (await client.post("/api/v1/guest-tokens")).raise_for_status().json()["token"]
            client.headers["Authorization"] = f"Bearer {token}"
            made.append(client)
        yield made
