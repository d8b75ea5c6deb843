"""An event's stream without any I/O: what opens it, what its bytes say, and where to go on after it broke off."""

from collections.abc import Iterator

import msgspec

from frontrow.client.answers import SeatChanges, SeatSnapshot
from frontrow.client.errors import UnexpectedAnswer
from frontrow.client.exchange import Request, query_of, segment

SILENCE_S_MAX = 45.0
"""A stream that says nothing for this long is broken: the server's own heartbeat comes every 15 s."""
FRAME_BYTES_MAX = 4 * 1024 * 1024
"""A snapshot has a byte a seat."""
MEDIA_TYPE = "text/event-stream"
_SHOWN_CHARS_MAX = 200
RETRY_S = 3.0
RETRY_S_MAX = 60.0

SeatUpdate = SeatSnapshot | SeatChanges


class Watching:
    """One watcher's stream through all its connections. `last_event_id` is the last update's, where it goes on."""

    def __init__(self, event_id: str, last_event_id: str | None) -> None:
        self.last_event_id = last_event_id
        self.wait_s = RETRY_S
        """How long to stay away after the stream has ended, as the server asks."""
        self._path = f"/api/v1/events/{segment(event_id)}/changes"
        self._begun = b""
        self._forget_frame()

    def request(self) -> Request:
        """What opens the stream, from where it broke off."""
        return Request(
            operation="watchChanges", method="GET", path=self._path, query=query_of(lastEventId=self.last_event_id)
        )

    def begin(self, media_type: str) -> None:
        """A success of this Content-Type begins; whatever came of a frame before that is forgotten.

        Raises:
            UnexpectedAnswer: it is no stream of events, but, say, the page where a network asks people to sign in.
        """
        self._begun = b""
        self._forget_frame()
        if media_type.partition(";")[0].strip().lower() != MEDIA_TYPE:
            raise self._unexpected(f"is no {MEDIA_TYPE}, but {media_type[:_SHOWN_CHARS_MAX] or 'of no type'}")

    def received(self, content: bytes) -> Iterator[SeatUpdate]:
        """The updates that these bytes complete.

        Raises:
            UnexpectedAnswer: they are no stream of Frontrow's.
        """
        *lines, self._begun = (self._begun + content).split(b"\n")
        for line in lines:
            update = self._line(line.removesuffix(b"\r"))
            if update is not None:
                self.last_event_id = update.id
                yield update
        self._require_bounds(len(self._begun))

    def _line(self, line: bytes) -> SeatUpdate | None:
        if line:
            self._field(line)
            return None
        event, frame_id, data = self._event, self._id, b"\n".join(self._data)
        self._forget_frame()
        try:
            match event:
                case "snapshot":
                    return msgspec.structs.replace(msgspec.json.decode(data, type=SeatSnapshot), id=frame_id)
                case "changes":
                    return msgspec.structs.replace(msgspec.json.decode(data, type=SeatChanges), id=frame_id)
                case _:  # of a newer server
                    return None
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise self._unexpected(f"cannot be read: {error}") from None

    def _field(self, line: bytes) -> None:
        name, _, value = line.partition(b":")
        value = value.removeprefix(b" ")
        match name:
            case b"event":
                self._event = value.decode(errors="replace")
            case b"id":
                self._id = value.decode(errors="replace")
            case b"data":
                self._data.append(value)
                self._data_bytes += len(line)
                self._require_bounds()
            case b"retry" if value.isdigit():
                self.wait_s = min(RETRY_S_MAX, int(value) / 1000)

    def _forget_frame(self) -> None:
        self._event, self._id = "", ""
        self._data: list[bytes] = []
        self._data_bytes = 0

    def _require_bounds(self, line_bytes: int = 0) -> None:
        if self._data_bytes + line_bytes > FRAME_BYTES_MAX:
            raise self._unexpected(f"has a frame of over {FRAME_BYTES_MAX} bytes")

    def _unexpected(self, what: str) -> UnexpectedAnswer:
        return UnexpectedAnswer(f"GET {self._path}: the stream {what}", status=200, may_have_happened=False)


def changes(event_id: str, last_event_id: str | None = None) -> Watching:
    """The event's seats as they change, for ever: first a SeatSnapshot with all of them, then SeatChanges; now and
    then another snapshot, which goes before everything known.

    A stream that breaks off is opened again where it was, after the time the server asks for, so nothing is missed.

    Args:
        last_event_id: the `id` of the last update of an earlier iteration, to be told only what changed since.

    Raises:
        NotFound: there is no such event.
        TransportFailed, StoreUnavailable: the stream cannot be opened, nor be opened again, in as many tries as
            `retries` says; go on with the last update's `id`.
        UnexpectedAnswer: something answers that is no stream of Frontrow's, such as a network's sign-in page.
    """
    return Watching(event_id, last_event_id)
