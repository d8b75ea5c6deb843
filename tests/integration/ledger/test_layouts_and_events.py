"""Layouts are immutable versions; events have short numbers and change only from a state that was seen."""

import asyncio

import msgspec
import pytest

from frontrow.adapters.sql.ledger import SqlLedger
from frontrow.domain.ids import CategoryId, EventId, LayoutId
from tests.integration.ledger.drafts import event, event_on_sale, layout


async def test_a_layout_is_kept_as_versions_counted_from_1(ledger: SqlLedger) -> None:
    hall = layout(name="The hall")
    rebuilt = layout(name="The hall, rebuilt")
    assert await ledger.add_layout(hall, b"first document") == 1
    assert await ledger.add_layout(rebuilt, b"second document") == 2
    assert await ledger.layout(hall.id, 1) == (hall, b"first document")
    assert await ledger.layout(hall.id, 2) == (rebuilt, b"second document")
    assert await ledger.latest_layout_version(hall.id) == 2


async def test_a_layout_that_is_not_there_is_none(ledger: SqlLedger) -> None:
    await ledger.add_layout(layout(), b"{}")
    assert await ledger.layout(LayoutId("hall"), 2) is None
    assert await ledger.layout(LayoutId("barn"), 1) is None
    assert await ledger.latest_layout_version(LayoutId("barn")) is None


async def test_layouts_are_listed_once_with_their_newest_version_and_name(ledger: SqlLedger) -> None:
    assert await ledger.layouts() == []
    await ledger.add_layout(layout("hall", "The hall"), b"{}")
    await ledger.add_layout(layout("barn", "The barn"), b"{}")
    await ledger.add_layout(layout("hall", "The new hall"), b"{}")
    assert await ledger.layouts() == [("barn", 1, "The barn"), ("hall", 2, "The new hall")]


async def test_layouts_published_at_once_get_a_version_each(ledger: SqlLedger) -> None:
    versions = await asyncio.gather(*(ledger.add_layout(layout(), b"%d" % n) for n in range(5)))
    assert sorted(versions) == [1, 2, 3, 4, 5]


async def test_an_event_comes_back_as_it_was_stored_with_a_number(ledger: SqlLedger) -> None:
    await ledger.add_layout(layout(), b"{}")
    wanted = msgspec.structs.replace(event(), sales_start_ms=1, sales_end_ms=2, orphan_rule=True)
    stored = await ledger.add_event(wanted)
    assert stored == msgspec.structs.replace(wanted, number=1)
    assert await ledger.event(EventId("gala")) == stored
    assert await ledger.event_by_number(1) == stored


async def test_an_event_that_is_not_there_is_none(ledger: SqlLedger) -> None:
    assert await ledger.event(EventId("gala")) is None
    assert await ledger.event_by_number(1) is None


async def test_an_event_id_is_taken_once(ledger: SqlLedger) -> None:
    first = await event_on_sale(ledger, "gala")
    again = event("gala", layout_id="gala-hall")
    assert await ledger.add_event(msgspec.structs.replace(again, name="An impostor")) is None
    assert await ledger.event(EventId("gala")) == first


async def test_an_event_on_a_layout_that_is_not_there_is_refused(ledger: SqlLedger) -> None:
    with pytest.raises(ValueError, match="layout 'barn' has no version 1"):
        await ledger.add_event(event("gala", layout_id="barn"))
    assert await ledger.event(EventId("gala")) is None


async def test_event_numbers_grow_and_page_the_events(ledger: SqlLedger) -> None:
    stored = [await event_on_sale(ledger, name) for name in ("one", "two", "three")]
    assert [it.number for it in stored] == [1, 2, 3]
    assert await ledger.events(after_number=0, limit=2) == stored[:2]
    assert await ledger.events(after_number=2, limit=2) == stored[2:]
    assert await ledger.events(after_number=3, limit=2) == []


async def test_an_event_is_replaced_where_it_is_still_what_was_seen(ledger: SqlLedger) -> None:
    seen = await event_on_sale(ledger)
    changed = msgspec.structs.replace(seen, name="Autumn gala", sales_end_ms=5, prices={CategoryId("standard"): 1})
    assert await ledger.update_event(changed, expected=seen)
    assert await ledger.event(seen.event_id) == changed


async def test_an_event_somebody_else_changed_is_left_alone(ledger: SqlLedger) -> None:
    seen = await event_on_sale(ledger)
    theirs = msgspec.structs.replace(seen, sales_start_ms=7)
    assert await ledger.update_event(theirs, expected=seen)
    ours = msgspec.structs.replace(seen, name="Autumn gala")
    assert not await ledger.update_event(ours, expected=seen)
    assert await ledger.event(seen.event_id) == theirs


async def test_the_order_of_prices_does_not_make_an_event_another(ledger: SqlLedger) -> None:
    seen = await event_on_sale(ledger)
    reordered = msgspec.structs.replace(seen, prices=dict(reversed(seen.prices.items())))
    changed = msgspec.structs.replace(seen, name="Autumn gala")
    assert await ledger.update_event(changed, expected=reordered)
