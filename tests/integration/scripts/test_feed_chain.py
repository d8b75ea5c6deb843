"""Every entry of a feed names the one before it, also where one script appends several: readers see no gap."""

from typing import Any

from frontrow.adapters.redis import keys
from frontrow.domain.hold import HoldReleased
from frontrow.domain.ids import EventId
from tests.support.event_on_valkey import EVENT, EventOnValkey


def assert_each_follows_the_one_before(event: EventOnValkey) -> None:
    entries: Any = event.raw.xrange(keys.seat_changes(EventId(EVENT)))
    offsets = [f"{stream_id}-{fields['tag']}" for stream_id, fields in entries]
    assert [fields["prev"] for _, fields in entries] == ["", *offsets[:-1]]


async def test_entries_that_one_script_appends_follow_one_another(event: EventOnValkey) -> None:
    await event.acquired("anna", "1-h1", "A1 A2")
    await event.acquired("anna", "1-h2", "A3")
    released = await event.release_seats("anna", "A1 A3")
    assert isinstance(released, HoldReleased)
    first, second = released.entries
    assert second.previous == first.offset
    assert event.kinds()[-2:] == ["released", "released"]
    assert_each_follows_the_one_before(event)


async def test_entries_of_different_scripts_follow_one_another(event: EventOnValkey) -> None:
    await event.acquired("anna", "1-h1", "A1 A2")
    begun = await event.begun("anna", "1-b1", hold="1-h1")
    await event.finish("anna", "1-b1", "A1 A2", held=begun.held)
    await event.free("1-b1", "A2")
    await event.block("1-x1", "A2")
    assert_each_follows_the_one_before(event)
