"""Connections that take leave: each is closed after its next answer, which says so, as HTTP/1.1 asks for.

A server that closes connections while their clients may be sending loses requests that nobody may send again unasked.
So whoever is about to stop tells its clients first: `Connection: close` on every answer, and they open their next
connection elsewhere.
"""

from uvicorn.server import ServerState

from frontrow.http.wire import BoundedHttp


class Connections(ServerState):
    """What the connections of one server share."""

    def __init__(self) -> None:
        super().__init__()
        self.are_parting = False

    def part(self) -> None:
        """Close every connection after the answer it is at or, where it is idle, after its next one."""
        self.are_parting = True
        for connection in self.connections:
            if isinstance(connection, PartingHttp) and connection.cycle is not None:
                connection.cycle.keep_alive = False


class PartingHttp(BoundedHttp):
    """The protocol of a server with `Connections`."""

    def on_headers_complete(self) -> None:
        """A request: the last one of its connection, where the server is parting."""
        super().on_headers_complete()
        if isinstance(self.server_state, Connections) and self.server_state.are_parting:
            self.cycle.keep_alive = False
