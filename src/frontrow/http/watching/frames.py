"""The frames of an event's stream (WHATWG HTML, "Server-sent events"), each encoded once for all who go that step."""

import msgspec

from frontrow.http.watching.places import epoch_of, place_of, position_of
from frontrow.services.live_view import LiveView

HEARTBEAT = b":\n\n"
"""A comment: nothing for the page, and a sign of life for everything on the way to it."""
STEPS_KEPT_MAX = 4_096
"""Frames kept for one place; those who come back from further places have theirs encoded again."""
BYTES_KEPT_MAX = 33_554_432
"""Of all those frames together: at an event of 50,000 seats one alone may have 800 kB."""

_encode = msgspec.json.encode


class SnapshotFrame(msgspec.Struct, frozen=True, rename="camel"):
    """The data of `event: snapshot`: every seat in layout order, one character each."""

    epoch: str
    offset: str
    layout_id: str
    layout_version: int
    states: str


class ChangesFrame(msgspec.Struct, frozen=True):
    """The data of `event: changes`: seats by their new state."""

    offset: str
    seats: dict[str, tuple[str, ...]]


class Step(msgspec.Struct, frozen=True):
    """A frame that brings whoever receives it to `place`; empty where there is nothing to be told. `chunk` is the
    frame as a chunk of an HTTP/1.1 body."""

    frame: bytes
    chunk: bytes
    place: str


class Frames:
    """The frames of one event. A step from any place ends where the view stands when it is asked for."""

    def __init__(self) -> None:
        self._place = ""
        self._steps: dict[str | None, Step] = {}
        self._bytes = 0

    def step(self, view: LiveView, shown: str | None) -> Step:
        """What a client that shows `shown` needs to show the view as it is now: what changed since, or a snapshot
        where that is not known or None is shown. The same step is the same value until the view moves on."""
        place = place_of(view)
        if place != self._place or len(self._steps) > STEPS_KEPT_MAX or self._bytes > BYTES_KEPT_MAX:
            self.forget()
            self._place = place
        step = self._steps.get(shown)
        if step is None:
            frame = _changes(view, shown, place)
            if not frame and shown != place:
                # Nothing is kept by an id that is unknown here: it is whatever text a client has sent.
                return self._snapshot(view, place)
            step = self._kept(shown, frame)
        return step

    def forget(self) -> None:
        """Let go of every frame; they are encoded again for whoever asks."""
        self._steps, self._bytes = {}, 0

    def _snapshot(self, view: LiveView, place: str) -> Step:
        step = self._steps.get(None)
        if step is None:
            step = self._kept(None, _snapshot(view, place))
        return step

    def _kept(self, shown: str | None, frame: bytes) -> Step:
        step = self._steps[shown] = Step(frame, chunked(frame), self._place)
        self._bytes += len(step.frame) + len(step.chunk)
        return step


def chunked(content: bytes) -> bytes:
    """The content as a chunk of an HTTP/1.1 body (RFC 9112, section 7.1)."""
    return b"%x\r\n%b\r\n" % (len(content), content)


def retry_hint(wait_ms: int) -> bytes:
    """How long a browser waits before it comes back after the stream has ended."""
    return b"retry: %d\n\n" % wait_ms


def _snapshot(view: LiveView, place: str) -> bytes:
    data = SnapshotFrame(
        epoch=epoch_of(view),
        offset=view.position.offset,
        layout_id=view.layout.layout.id,
        layout_version=view.layout.version,
        states=view.states().decode(),
    )
    return _frame(b"snapshot", place, _encode(data))


def _changes(view: LiveView, shown: str | None, place: str) -> bytes:
    """Nothing where nothing is to be told, and also where it is not known."""
    if shown is None or shown == place or (position := position_of(view, shown)) is None:
        return b""
    changes = view.changes_since(position)
    if changes is None:
        return b""
    seats: dict[str, tuple[str, ...]] = {state.value: seat_ids for state, seat_ids in changes.seats.items()}
    return _frame(b"changes", place, _encode(ChangesFrame(changes.position.offset, seats)))


def _frame(name: bytes, place: str, data: bytes) -> bytes:
    return b"event: %b\nid: %b\ndata: %b\n\n" % (name, place.encode(), data)
