"""What a stream needs of the connection it is sent over, besides what ASGI gives it."""

from collections.abc import Callable
from typing import Protocol

EXTENSION = "frontrow.pushes"
"""Under this name a server that can push puts a PushSocket into the `extensions` of a request's ASGI scope."""


class PushSocket(Protocol):
    """A connection on which an answer is being streamed, in chunks, by whoever has something to send.

    ASGI's own `send` waits for a slow reader, so it needs a task for each; this says that the reader is slow instead.
    """

    def begin_pushing(self, when_lost: Callable[[], None]) -> None:
        """Allow pushes from now on, and bound what is buffered for this reader. `when_lost` is called when the
        connection is gone, at once where it is gone already."""

    def push(self, chunk: bytes) -> bool:
        """Send the chunk; False where the buffer is full, pushes are not allowed yet, or the connection is gone: then
        nothing was sent."""

    def hang_up(self) -> None:
        """Close the connection at once, whatever is still to be sent."""
