"""Where a client's picture of an event stands, as one text: the id of a stream's frames and of every read of seats.

`<epoch>:<offset>` is the place in the feed. The epoch that clients are shown also names the drawing, because what a
picture shows is a matter of both: after a change of the drawing the same place in the feed is another picture.
"""

from frontrow.domain.changes import Position
from frontrow.services.live_view import LiveView

PLACE_CHARS_MAX = 200
"""Whatever is longer is no place: one has a layout's id (64 at most) and some 60 characters besides."""


def epoch_of(view: LiveView) -> str:
    """The epoch as clients are shown it."""
    return view.position.epoch + _drawing(view)


def place_of(view: LiveView) -> str:
    """Where a client stands that shows this view as it is now."""
    return f"{epoch_of(view)}:{view.position.offset}"


def position_of(view: LiveView, place: str) -> Position | None:
    """The place's position in the feed; None where it is of another drawing, or no place at all."""
    if len(place) > PLACE_CHARS_MAX:
        return None
    epoch, _, offset = place.partition(":")
    drawing = _drawing(view)
    return Position(epoch.removesuffix(drawing), offset) if epoch.endswith(drawing) else None


def _drawing(view: LiveView) -> str:
    return f".{view.layout.layout.id}.{view.layout.version}"
