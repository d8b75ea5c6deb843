"""The HTTP/1.1 protocol of this server's sockets: uvicorn's own, with bounds on what comes before a body.

A request's head (its request line and headers) is read before anybody knows who asks. uvicorn's parser would collect
it without end, and longer and longer texts ever more slowly: 60 MB in one header stopped the event loop for 5 s.
"""

import asyncio
from http import HTTPStatus
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from frontrow.http.envelope import REQUEST_ID_HEADER, new_request_id
from frontrow.http.problems import PROBLEM_MEDIA_TYPE, Code, Problem, encode_problem

HEAD_BYTES_MAX = 65_536
"""Request line and headers together; nginx takes 40 kB unless told otherwise."""
HEAD_SECONDS_MAX = 30.0
"""How long a connection may take to send its first head, or to complete any head it has begun."""


class HeadTooLarge(Exception):
    """Stops the parser; the connection is answered 431 and closed."""


class BoundedHttp(HttpToolsProtocol):
    """Heads of at most HEAD_BYTES_MAX within HEAD_SECONDS_MAX; whatever cannot be read is answered with a problem."""

    def __init__(self, *args: Any, **settings: Any) -> None:
        super().__init__(*args, **settings)
        self._in_head = False
        self._moved_on = False
        self._parsed_bytes = 0
        self._arrived_bytes = 0
        self._head_is_too_large = False
        self._deadline: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Give the first head its time."""
        super().connection_made(transport)
        self._start_clock()

    def connection_lost(self, exc: Exception | None) -> None:
        """Nothing is waited for any more."""
        self._stop_clock()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Parse what came; give up on a head, or on the trailers of a body, that are too large before they end."""
        self._moved_on = False
        super().data_received(data)
        if self.transport.is_closing():
            return
        if not self._moved_on:
            # The parser shows a header when it is complete; of one that never is, only what arrived can be counted.
            self._arrived_bytes += len(data)
            if self._arrived_bytes > HEAD_BYTES_MAX:
                self._head_is_too_large = True
                self.send_400_response("")
                return
        if self._in_head and self._deadline is None:
            self._start_clock()

    def on_message_begin(self) -> None:
        """A head begins."""
        super().on_message_begin()
        self._in_head = self._moved_on = True
        self._parsed_bytes = self._arrived_bytes = 0

    def on_url(self, url: bytes) -> None:
        """A part of the request line."""
        self._count(len(url))
        super().on_url(url)

    def on_header(self, name: bytes, value: bytes) -> None:
        """One whole header."""
        self._count(len(name) + len(value))
        super().on_header(name, value)

    def on_headers_complete(self) -> None:
        """The head is there; what is counted from now on are trailers."""
        self._in_head = False
        self._moved_on = True
        self._arrived_bytes = 0
        self._stop_clock()
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        """A part of the body, which operations bound themselves."""
        self._moved_on = True
        super().on_body(body)

    def send_400_response(self, msg: str) -> None:
        """Answer what cannot be parsed, and hang up."""
        if self._head_is_too_large:
            detail = f"the request line and the headers may have {HEAD_BYTES_MAX} bytes together"
            problem = Problem(code=Code.HEAD_TOO_LARGE, detail=detail)
        else:
            problem = Problem(code=Code.MALFORMED, detail="this is no HTTP/1.1 request")
        request_id = new_request_id()
        body = encode_problem(problem, request_id)
        status = HTTPStatus(problem.status)
        head = (
            f"HTTP/1.1 {status.value} {status.phrase}",
            f"content-type: {PROBLEM_MEDIA_TYPE}",
            "cache-control: no-store",
            f"{REQUEST_ID_HEADER}: {request_id}",
            "x-content-type-options: nosniff",
            f"content-length: {len(body)}",
            "connection: close",
        )
        self._stop_clock()
        self.transport.write("\r\n".join((*head, "", "")).encode() + body)
        self.transport.close()

    def _count(self, size: int) -> None:
        self._parsed_bytes += size
        if self._parsed_bytes > HEAD_BYTES_MAX:
            self._head_is_too_large = True
            raise HeadTooLarge

    def _start_clock(self) -> None:
        self._deadline = self.loop.call_later(HEAD_SECONDS_MAX, self._give_up)

    def _stop_clock(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def _give_up(self) -> None:
        self._deadline = None
        self.transport.close()
