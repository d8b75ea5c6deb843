"""An event as this process shows it right now, and what every answer about its seats says of that moment."""

import msgspec

from frontrow.domain.errors import StoreUnavailable
from frontrow.domain.ids import EventId
from frontrow.http.services import Services
from frontrow.http.watching.places import epoch_of
from frontrow.services.catalog import Sale
from frontrow.services.live_view import LiveView

SHOWN_TRIES_MAX = 3


async def shown_event(services: Services, event_id: EventId) -> tuple[Sale, LiveView] | None:
    """The event and its view, on the same drawing: an event may be moved to a newer one between the two reads."""
    for _ in range(SHOWN_TRIES_MAX):
        sale = await services.catalog.sale(event_id)
        if sale is None:
            return None
        view = await services.live.view(event_id)
        if view.layout.version == sale.layout.version and view.layout.layout.id == sale.layout.layout.id:
            return Sale(event=sale.event, layout=view.layout), view
    raise StoreUnavailable(f"event {event_id} and its view are on different layout versions")


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
