"""Many people's HTTP in one process. aiohttp, because httpx spends more on a request than the server does."""

from collections.abc import Mapping
from types import TracebackType
from typing import Any, Self

import aiohttp
import msgspec


class Answer(msgspec.Struct, frozen=True):
    """A whole answer."""

    status_code: int
    content: bytes

    def json(self) -> Any:
        """The body, decoded."""
        return msgspec.json.decode(self.content)

    def expected(self) -> Self:
        """This answer, where it is a success; the load ends otherwise."""
        if self.status_code >= 400:
            raise SystemExit(f"unexpected answer: {self.status_code} {self.content[:500]!r}")
        return self


class Crowd:
    """A context that sends requests over up to `connections` connections, each with the headers it is given alone."""

    def __init__(self, url: str, *, connections: int) -> None:
        self._url = url
        self._connections = connections
        self._session: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> Self:
        self._session = aiohttp.ClientSession(
            self._url,
            connector=aiohttp.TCPConnector(limit=self._connections),
            cookie_jar=aiohttp.DummyCookieJar(),
            timeout=aiohttp.ClientTimeout(total=None, sock_read=60),
        )
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        if self._session is not None:
            await self._session.close()

    async def ask(
        self, method: str, path: str, body: object = None, headers: Mapping[str, str] | None = None
    ) -> Answer:
        """Send a request, with `body` as JSON unless it is None, and read its whole answer."""
        assert self._session is not None, "a crowd is a context"
        data = None if body is None else msgspec.json.encode(body)
        sent = dict(headers or {}) if data is None else {**(headers or {}), "content-type": "application/json"}
        async with self._session.request(method, path, data=data, headers=sent) as answer:
            return Answer(answer.status, await answer.read())

    async def get(self, path: str, headers: Mapping[str, str] | None = None) -> Answer:
        """GET."""
        return await self.ask("GET", path, headers=headers)

    async def post(self, path: str, body: object, headers: Mapping[str, str] | None = None) -> Answer:
        """POST."""
        return await self.ask("POST", path, body, headers)
