"""Answers that are written whole: head and body in one system call, where the server would make two.

uvicorn writes an answer's head as soon as it has it, for it cannot know when a body follows. Over the loopback or a
fast line each write costs more than everything else that is done with a small answer: the peer is woken for it.
Nearly all answers here have their whole body at hand, so the head waits for it. Streams, parts of files and whatever
closes its connection are uvicorn's own. What this is worth: docs/decisions/0019-whole-answers.md.
"""

from collections.abc import Mapping
from itertools import chain
from typing import cast

from uvicorn._types import ASGISendEvent, HTTPResponseBodyEvent, HTTPResponseStartEvent
from uvicorn.protocols.http.httptools_impl import HEADER_VALUE_RE, STATUS_LINE, RequestResponseCycle

BODY_BYTES_MAX = 65_536
"""A larger body is not copied to stand behind its head."""
_BODILESS = (204, 304)
_LENGTH = b"content-length"
_OF_THE_CONNECTION = (b"connection", b"transfer-encoding")


class WholeAnswers(RequestResponseCycle):
    """A request and its answer, as uvicorn's cycle; begin with `take_over`, for uvicorn makes its cycles itself."""

    _waiting: tuple[HTTPResponseStartEvent, dict[bytes, bytes]] | None = None
    """The head, and its headers by name."""

    @classmethod
    def take_over(cls, cycle: RequestResponseCycle) -> None:
        """Have this cycle's answer written whole. It has not been started yet."""
        cycle.__class__ = cls

    async def send(self, message: ASGISendEvent) -> None:
        """Keep a head that says how long its body is; write it with the body, if that is all of it."""
        if message["type"] == "http.response.start":
            named = dict(message["headers"])
            if self.scope["method"] != "HEAD" and (message["status"] in _BODILESS or _LENGTH in named):
                self._waiting = message, named
                return
        elif self._waiting is not None:
            (start, named), self._waiting = self._waiting, None
            if self._is_ready and self._wrote(start, named, cast(HTTPResponseBodyEvent, message)):
                return
            await super().send(start)
        await super().send(message)

    @property
    def _is_ready(self) -> bool:
        return self.keep_alive and not (self.disconnected or self.flow.write_paused or self.access_log)

    def _wrote(
        self, start: HTTPResponseStartEvent, named: Mapping[bytes, bytes], message: HTTPResponseBodyEvent
    ) -> bool:
        """Write all of it; False, and nothing written, where there is more of it than a write should have, or a header
        is one that uvicorn looks at or refuses."""
        body = message.get("body", b"")
        if message.get("more_body", False) or len(body) > BODY_BYTES_MAX:
            return False
        headers = [*self.default_headers, *start["headers"]]
        length = b"%d" % len(body) if body or start["status"] not in _BODILESS else None
        if named.get(_LENGTH) != length or not named.keys().isdisjoint(_OF_THE_CONNECTION):
            return False
        if HEADER_VALUE_RE.search(b"\t".join(chain.from_iterable(headers))) is not None:
            return False
        lines = b"\r\n".join(map(b": ".join, headers))
        self.response_started = self.response_complete = True
        self.waiting_for_100_continue = False
        self.transport.write(b"".join((STATUS_LINE[start["status"]], lines, b"\r\n\r\n", body)))
        self.message_event.set()
        self.on_response()
        return True
