"""An integrator's server: takes webhooks over real HTTP and answers each as the test says."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import msgspec


class Received(msgspec.Struct, frozen=True):
    """One request: its headers, names in lower case, and its body as it came."""

    headers: dict[str, str]
    body: bytes

    @property
    def webhook_id(self) -> str:
        """The id that every attempt at one notice has."""
        return self.headers["webhook-id"]


class WebhookReceiver:
    """Answers 204 unless told otherwise. `received` are the requests so far, those not answered yet among them."""

    def __init__(self) -> None:
        self.received: list[Received] = []
        self.url = ""
        self.answer: Callable[[Received], Awaitable[bytes]] = answering(204)
        """The bytes that go back; the connection closes after them."""

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
            lines = (line.partition(":") for line in head.split("\r\n")[1:] if line)
            headers = {name.lower(): value.strip() for name, _, value in lines}
            request = Received(headers, await reader.readexactly(int(headers["content-length"])))
            self.received.append(request)
            writer.write(await self.answer(request))
            await writer.drain()
        except (OSError, asyncio.IncompleteReadError):
            pass  # who asked is gone
        finally:
            writer.close()


def answering(status: int, *headers: str, body: bytes = b"") -> Callable[[Received], Awaitable[bytes]]:
    """Answer so, always."""

    async def answer(_request: Received) -> bytes:
        lines = [f"HTTP/1.1 {status} Told", f"content-length: {len(body)}", "connection: close", *headers]
        return "\r\n".join((*lines, "", "")).encode() + body

    return answer


async def hanging(_request: Received) -> bytes:
    """Never answer."""
    await asyncio.Event().wait()
    return b""


@asynccontextmanager
async def webhook_receiver() -> AsyncIterator[WebhookReceiver]:
    """A receiver on a free port of the loopback."""
    receiver = WebhookReceiver()
    tasks: set[asyncio.Task[None]] = set()

    def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.create_task(receiver._serve(reader, writer))
        tasks.add(task)
        task.add_done_callback(tasks.discard)

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    receiver.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/frontrow"
    try:
        yield receiver
    finally:
        server.close()
        for task in tuple(tasks):
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
