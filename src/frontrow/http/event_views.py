"""What every answer about an event's seats says of the moment at which its view is shown."""

import msgspec

from frontrow.http.watching.places import epoch_of
from frontrow.services.live_view import LiveView


class _Head(msgspec.Struct, frozen=True, rename="camel", omit_defaults=True):
    epoch: str
    offset: str
    layout_version: int
    stale: bool = False


def head_of(view: LiveView, layout_version: int) -> bytes:
    """`epoch`, `offset`, `layoutVersion` and, while it is, `stale` as one JSON object."""
    return msgspec.json.encode(_Head(epoch_of(view), view.position.offset, layout_version, view.stale))


def etag_of(view: LiveView, revision: str) -> str:
    """The ETag of an answer made from the view and from what `revision` names."""
    position = view.position
    return f'"{position.epoch}:{position.offset}:{revision}{"~" if view.stale else ""}"'
