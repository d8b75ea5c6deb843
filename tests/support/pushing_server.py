"""An application behind the program's own HTTP protocol, in the test's loop: it pushes streams, as the program does."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import uvicorn
from uvicorn.server import ServerState

from frontrow.app import Application
from frontrow.http.wire import BoundedHttp
from tests.support.eventually import eventually


@asynccontextmanager
async def listening(app: Any) -> AsyncIterator[tuple[str, int]]:
    """The ASGI application on a free port of the loopback; nothing of it is left open at the end."""
    config = uvicorn.Config(app, lifespan="off", http=BoundedHttp, ws="none", log_config=None)
    config.load()
    state = ServerState()
    server = await asyncio.get_running_loop().create_server(
        lambda: BoundedHttp(config=config, server_state=state, app_state={}), "127.0.0.1", 0
    )
    try:
        yield server.sockets[0].getsockname()
    finally:
        server.close()
        for connection in list(state.connections):
            connection.transport.abort()
        await eventually(lambda: not state.tasks, "every request has ended")


@asynccontextmanager
async def pushing(application: Application) -> AsyncIterator[str]:
    """The application's URL."""
    async with listening(application.http) as (host, port):
        yield f"http://{host}:{port}"
