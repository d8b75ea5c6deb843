"""The HTTP/1.1 protocol of this server's sockets: uvicorn's own, with bounds on heads, and on how slowly bodies come
and answers are taken.

A request's head (its request line and headers) is read before anybody knows who asks. uvicorn's parser would collect
it without end, and longer and longer texts ever more slowly: 60 MB in one header stopped the event loop for 5 s.
A body's size is bounded by each operation; its time is bounded here, for the framework waits for a body's first bytes
before it looks at a token. A plain deadline would refuse a large drawing over a slow line, so each part that arrives
buys time, as in Apache's mod_reqtimeout. An answer's reader is judged the same way: who asks for a drawing and then
reads a byte now and then would keep its bytes here for as long as it likes, over as many connections as it likes.
"""

import asyncio
import socket
from collections import deque
from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

from frontrow.http.envelope import REQUEST_ID_HEADER, new_request_id
from frontrow.http.problems import PROBLEM_MEDIA_TYPE, Code, Problem, encode_problem
from frontrow.http.watching.sockets import EXTENSION
from frontrow.http.whole_answers import WholeAnswers

HEAD_BYTES_MAX = 65_536
"""Request line and headers together; nginx takes 40 kB unless told otherwise."""
HEADERS_MAX = 128
"""Headers, those after a body included: thousands of short ones fit into 64 KiB, and each costs time wherever it is
passed on; Apache takes 100."""
HEAD_SECONDS_MAX = 30.0
"""How long a connection may take to send its first head, or to complete any head it has begun."""
BODY_SECONDS_MAX = 30.0
"""How long a body may take, whatever its size, and besides that a second for each BODY_BYTES_PER_SECOND_MIN of it.

With the largest body of most operations (64 KiB) that is 34 s, with the largest drawing (32 MiB) 35 minutes."""
BODY_BYTES_PER_SECOND_MIN = 16_384
READER_SECONDS_MAX = 30.0
"""How often a reader that has not taken a large answer is judged, streams aside: those have their own bounds."""
READER_BYTES_PER_SECOND_MIN = 1_024
"""What it must have taken since: a drawing of 1 MB may take a quarter of an hour."""
PUSHED_BYTES_MAX = 16_384
"""What is buffered for the reader of a stream before it counts as slow, besides the chunk that went past it."""
PUSHED_KERNEL_BYTES_MAX = 131_072
"""What the system buffers for it; left alone, Linux would take 4 MB for each reader that has stopped."""
UNACKNOWLEDGED_MS_MAX = 60_000
"""A peer that has not acknowledged what was sent for this long, or has had no room for it, is gone; Linux's own answer
is 15 minutes, and never where the peer only has no room."""


class HeadTooLarge(Exception):
    """Stops the parser; the connection is answered 431 and closed."""


class BoundedHttp(HttpToolsProtocol):
    """Heads of at most HEAD_BYTES_MAX and HEADERS_MAX within HEAD_SECONDS_MAX, bodies within BODY_SECONDS_MAX and what
    they bought, and answers read at READER_BYTES_PER_SECOND_MIN.

    Whatever cannot be read is answered with a problem, and the connection is closed.
    """

    def __init__(self, *args: Any, **settings: Any) -> None:
        super().__init__(*args, **settings)
        self._in_head = False
        self._moved_on = False
        self._chunk_bytes = 0
        self._arrived_bytes = 0
        """Of the head that is being read, or of trailers: at most so much, with all of the chunk it began in."""
        self._head_is_too_large = False
        self._in_body = False
        self._body_bytes = 0
        self._body_began_s = 0.0
        self._deadline: asyncio.TimerHandle | None = None
        self._reader_deadline: asyncio.TimerHandle | None = None
        self._unread_bytes = 0
        self._unanswered: deque[RequestResponseCycle] = deque()
        self._when_lost: Callable[[], None] | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Give the first head its time."""
        super().connection_made(transport)
        self._start_clock()
        peer: socket.socket | None = transport.get_extra_info("socket")
        if (
            peer is not None
            and hasattr(socket, "TCP_USER_TIMEOUT")
            and peer.family in (socket.AF_INET, socket.AF_INET6)
        ):
            peer.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, UNACKNOWLEDGED_MS_MAX)

    def connection_lost(self, exc: Exception | None) -> None:
        """Nothing is waited for nor answered any more; uvicorn itself tells only the last of several requests."""
        self._stop_clock()
        self._stop_reader_clock()
        super().connection_lost(exc)
        for cycle in self._unanswered:
            cycle.disconnected = True
            cycle.message_event.set()
        self._unanswered.clear()
        if self._when_lost is not None:
            self._when_lost()

    def data_received(self, data: bytes) -> None:
        """Parse what came; give up on a head, or on the trailers of a body, that are too large before they end."""
        self._moved_on = False
        self._chunk_bytes = len(data)
        self._arrived_bytes += self._chunk_bytes
        super().data_received(data)
        if self.transport.is_closing():
            return
        if not self._moved_on and self._arrived_bytes > HEAD_BYTES_MAX:
            # The parser shows a header when it is complete; of one that never is, only what arrived can be counted.
            self._head_is_too_large = True
            self.send_400_response("")
            return
        if self._deadline is None:
            if self._in_head:
                self._start_clock()
            elif self._in_body:  # what came with its head, as nearly every body does, needs no clock
                self._start_body_clock()

    def on_message_begin(self) -> None:
        """A head begins."""
        super().on_message_begin()
        self._in_head = self._moved_on = True
        self._arrived_bytes = self._chunk_bytes

    def on_headers_complete(self) -> None:
        """The head is there; what is counted from now on are trailers."""
        if self._arrived_bytes > HEAD_BYTES_MAX:
            self._bound_head_bytes()
        self._bound_headers()
        self._in_head = False
        self._in_body = self._moved_on = True
        self._arrived_bytes = self._body_bytes = 0
        self._stop_clock()
        self.scope["extensions"] = {EXTENSION: self}  # type: ignore[dict-item] # ASGI's extensions are dicts of what can be sent to another process
        super().on_headers_complete()
        WholeAnswers.take_over(self.cycle)
        self._unanswered.append(self.cycle)

    def on_body(self, body: bytes) -> None:
        """A part of the body, which operations bound themselves."""
        self._moved_on = True
        self._arrived_bytes = 0
        self._body_bytes += len(body)
        super().on_body(body)

    def on_message_complete(self) -> None:
        """The body is there, with its trailers."""
        self._bound_headers()
        self._in_body = False
        self._stop_clock()
        super().on_message_complete()

    def on_response_complete(self) -> None:
        """The oldest request is answered: answers are given in the order of requests."""
        if self._unanswered:
            self._unanswered.popleft()
        self._when_lost = None
        super().on_response_complete()

    def pause_writing(self) -> None:
        """The reader is behind: from now on it is judged."""
        super().pause_writing()
        if self._when_lost is None and self._reader_deadline is None:
            self._start_reader_clock()

    def resume_writing(self) -> None:
        """The reader has caught up."""
        super().resume_writing()
        self._stop_reader_clock()

    def begin_pushing(self, when_lost: Callable[[], None]) -> None:
        """See PushSocket."""
        if self.transport.is_closing():
            when_lost()
            return
        self._when_lost = when_lost
        self.transport.set_write_buffer_limits(high=PUSHED_BYTES_MAX)
        peer: socket.socket | None = self.transport.get_extra_info("socket")
        if peer is not None:
            peer.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, PUSHED_KERNEL_BYTES_MAX)

    def push(self, chunk: bytes) -> bool:
        """See PushSocket."""
        if self._when_lost is None or self.flow.write_paused or self.transport.is_closing():
            return False
        self.transport.write(chunk)
        return True

    def hang_up(self) -> None:
        """See PushSocket."""
        self.transport.abort()

    def send_400_response(self, msg: str) -> None:
        """Answer what cannot be parsed, and hang up."""
        if self._head_is_too_large:
            detail = (
                f"there may be {HEADERS_MAX} headers, and they and the request line may have {HEAD_BYTES_MAX} bytes "
                "together"
            )
            self._refuse(Problem(code=Code.HEAD_TOO_LARGE, detail=detail))
        else:
            self._refuse(Problem(code=Code.MALFORMED, detail="this is no HTTP/1.1 request"))

    def _refuse(self, problem: Problem) -> None:
        """Answer with this problem, whatever the application does, and hang up."""
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

    def _bound_head_bytes(self) -> None:
        if len(self.url) + sum(len(name) + len(value) for name, value in self.headers) > HEAD_BYTES_MAX:
            self._head_is_too_large = True
            raise HeadTooLarge

    def _bound_headers(self) -> None:
        if len(self.headers) > HEADERS_MAX:
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

    def _start_body_clock(self) -> None:
        self._body_began_s = self.loop.time()
        self._deadline = self.loop.call_later(BODY_SECONDS_MAX, self._judge_body)

    def _judge_body(self) -> None:
        if self.flow.read_paused:  # it is this side that does not read: an earlier answer is still being made
            self._start_body_clock()
            return
        due_s = self._body_began_s + BODY_SECONDS_MAX + self._body_bytes / BODY_BYTES_PER_SECOND_MIN
        if due_s > self.loop.time():
            self._deadline = self.loop.call_at(due_s, self._judge_body)
            return
        self._deadline = None
        if self.pipeline or self.cycle.response_started:
            self.transport.close()
            return
        detail = f"a body has {BODY_SECONDS_MAX:g} s and a second for every {BODY_BYTES_PER_SECOND_MIN} bytes"
        self._refuse(Problem(code=Code.BODY_TOO_SLOW, detail=detail))

    def _start_reader_clock(self) -> None:
        self._unread_bytes = self.transport.get_write_buffer_size()
        self._reader_deadline = self.loop.call_later(READER_SECONDS_MAX, self._judge_reader)

    def _stop_reader_clock(self) -> None:
        if self._reader_deadline is not None:
            self._reader_deadline.cancel()
            self._reader_deadline = None

    def _judge_reader(self) -> None:
        """Nothing is added while it is behind, so what is missing is what it has taken."""
        taken_bytes = self._unread_bytes - self.transport.get_write_buffer_size()
        if taken_bytes < READER_SECONDS_MAX * READER_BYTES_PER_SECOND_MIN:
            self._reader_deadline = None
            self.transport.abort()
        else:
            self._start_reader_clock()
