"""One call of every kind to a hold store, so that every script has run."""

from frontrow.domain.hold import BookingBegun, HoldExtended, HoldReleased, Written
from frontrow.domain.ids import HoldId
from tests.support.event_on_valkey import EVENT, EventOnValkey


async def everything_done_once(event: EventOnValkey) -> None:
    """One call of every kind."""
    event.lose_epoch()
    await event.warm()
    await event.acquired("john", "1-h", "A1 A2", tables={"T1": "A3"}, key="k", fingerprint="f")
    await event.acquired("john", "1-h2", "A2")
    await event.acquired("john", "1-h2", "A4", adds=True)
    assert isinstance(await event.extend("john", "1-h", ttl_ms=700_000), HoldExtended)
    assert isinstance(await event.extend_seats("john", "A2"), HoldExtended)
    assert isinstance(await event.release("john", "1-h2", "A2", after_ms=15_000), HoldReleased)
    assert isinstance(await event.release_seats("john", "A2"), HoldReleased)
    begun = await event.begin("john", "1-b", names="A1 A4")
    assert isinstance(begun, BookingBegun)
    await event.abort("john", "1-b", begun.held)
    begun = await event.begin("john", "1-b", hold="1-h2")
    assert isinstance(begun, BookingBegun)
    await event.finish("john", "1-b", "A4", held=begun.held)
    assert isinstance(await event.block("1-x", "A5"), Written)
    await event.free("1-x", "A5")
    await event.sweep()
    await event.store.sold_seats(EVENT)
    assert await event.store.read(EVENT, HoldId("1-h")) is not None
    await event.store.retire(EVENT)
