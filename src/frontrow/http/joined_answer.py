"""An answer's head and the first of its body in one write, where the server would make two.

A write is a system call, and on a fast line it wakes the reader: two of them are a tenth of what a small answer costs
(docs/benchmarks.md, "Where the time goes"). The server writes the head at once because it cannot know whether a body
follows; here the head waits for what is written next, which is the same turn of the loop for every whole answer.
"""

import asyncio


class JoinedAnswer:
    """What an answer is written to: its connection's transport, but that the head waits for the body's beginning.

    Whoever begins an answer and has no body for it yet calls `flush`, as does whoever ends one.
    """

    __slots__ = ("_head", "_is_begun", "_transport")

    def __init__(self, transport: asyncio.Transport) -> None:
        self._transport = transport
        self._head = b""
        self._is_begun = False

    def write(self, data: bytes) -> None:
        """The head, then parts of the body. Interim answers (RFC 9110, section 15.2) are none of either."""
        if self._head:
            head, self._head = self._head, b""
            self._transport.writelines((head, data))
        elif self._is_begun or data.startswith(b"HTTP/1.1 1"):
            self._transport.write(data)
        else:
            self._is_begun = True
            self._head = data

    def flush(self) -> None:
        """Send the head, where it is still here."""
        if self._head:
            head, self._head = self._head, b""
            self._transport.write(head)

    def close(self) -> None:
        """Send what there is and close the connection."""
        self.flush()
        self._transport.close()

    def is_closing(self) -> bool:
        """Whether the connection is closed, or about to be."""
        return self._transport.is_closing()
