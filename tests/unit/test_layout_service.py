"""Publishing layouts, creating and changing events."""

import asyncio
import json
import threading
from typing import Any

import msgspec
import pytest

from frontrow.domain.booking import LedgerSeat, SeatRowState
from frontrow.domain.event import Event
from frontrow.domain.ids import CategoryId, EventId, LayoutId, SeatId, is_chosen_id
from frontrow.domain.layout import Layout
from frontrow.services import layouts as layouts_module
from frontrow.services.catalog import Catalog
from frontrow.services.event_rules import EventFaulty, EventPatch, NewEvent, PricesMissing
from frontrow.services.layouts import (
    EventChanged,
    EventCreated,
    EventIdTaken,
    EventUnknown,
    LayoutFaulty,
    LayoutInUse,
    LayoutPublished,
    LayoutService,
    LayoutUnknown,
)
from tests.support import charts
from tests.support import layout_documents as documents
from tests.support.fake_clock import FakeClock
from tests.support.fake_ledger import FakeLedger

HALL, GALA = LayoutId("hall"), EventId("gala")
VIP, STANDARD = CategoryId("vip"), CategoryId("standard")
NEW = NewEvent(event_id=GALA, name="Gala", layout_id=HALL, starts_at_ms=2_000_000_000_000, currency="USD")


class Office:
    """The service with a ledger in memory."""

    def __init__(self) -> None:
        clock = FakeClock()
        self.ledger = FakeLedger(clock)
        self.catalog = Catalog(self.ledger, clock=clock)
        self.service = LayoutService(ledger=self.ledger, catalog=self.catalog)

    async def publish(self, **members: Any) -> LayoutPublished:
        outcome = await self.service.publish(documents.encoded(documents.document(**members)))
        assert isinstance(outcome, LayoutPublished), outcome
        return outcome

    async def create(self, **members: Any) -> Event:
        outcome = await self.service.create_event(msgspec.structs.replace(NEW, **members))
        assert isinstance(outcome, EventCreated), outcome
        return outcome.event

    def sell(self, *seat_ids: str, state: SeatRowState = SeatRowState.BOOKED) -> None:
        for seat_id in seat_ids:
            self.ledger.rows[GALA, SeatId(seat_id)] = LedgerSeat(SeatId(seat_id), state, "1-owner")


@pytest.fixture
async def office() -> Office:
    made = Office()
    await made.publish()
    return made


def fault_fields(outcome: object) -> list[str]:
    assert isinstance(outcome, EventFaulty), outcome
    return [fault.path for fault in outcome.faults]


# --- layouts ----------------------------------------------------------------------------------------------------


async def test_every_drawing_published_is_the_next_version_and_stays_as_it_was(office: Office) -> None:
    second = await office.publish(name="Hall, rebuilt")
    assert (second.layout_id, second.version) == (HALL, 2)
    first = await office.service.document(HALL, 1)
    assert first is not None
    assert json.loads(first)["name"] == "Hall"
    assert await office.service.document(HALL, 3) is None


async def test_publishing_the_latest_drawing_again_is_that_version(office: Office) -> None:
    assert (await office.publish()).version == 1
    assert (await office.publish(name="Other")).version == 2
    assert (await office.publish()).version == 3


async def test_the_document_served_is_complete(office: Office) -> None:
    published = await office.publish(items=[documents.table("t", 2)])
    document = await office.service.document(HALL, published.version)
    assert document is not None
    assert [seat["id"] for seat in json.loads(document)["seats"]][-2:] == ["seat_t_0", "seat_t_1"]


async def test_a_faulty_drawing_is_refused_with_every_fault_and_not_stored(office: Office) -> None:
    bad = documents.document(canvasW=0, seats=[documents.seat("A1", categoryId="gold")])
    outcome = await office.service.publish(documents.encoded(bad))
    assert isinstance(outcome, LayoutFaulty)
    assert [fault.path for fault in outcome.faults] == ["$.canvasW", "$.seats[0].categoryId"]
    assert await office.ledger.latest_layout_version(HALL) == 1


async def test_a_chart_is_imported_under_its_name_or_the_id_asked_for(office: Office) -> None:
    chart = charts.encoded(charts.chart(rows=[charts.row("A")], booths=[{}]))
    named = await office.service.publish(chart, format="seatsio")
    assert isinstance(named, LayoutPublished)
    assert (named.layout_id, named.version) == ("Corn-Exchange", 1)
    assert named.warnings[0] == "1 booth: left out, as only numbered places are sold"
    chosen = await office.service.publish(chart, format="seatsio", layout_id=HALL)
    assert isinstance(chosen, LayoutPublished)
    assert (chosen.layout_id, chosen.version) == (HALL, 2)


async def test_a_document_may_be_published_under_another_id(office: Office) -> None:
    outcome = await office.service.publish(documents.encoded(documents.document()), layout_id=LayoutId("copy"))
    assert outcome == LayoutPublished(LayoutId("copy"), 1)
    refused = await office.service.publish(b"{}", layout_id=LayoutId("a copy"))
    assert isinstance(refused, LayoutFaulty)
    assert refused.faults[0].path == "layoutId"


async def test_a_corrupt_chart_is_refused(office: Office) -> None:
    outcome = await office.service.publish(b"\x00\x01", format="seatsio")
    assert isinstance(outcome, LayoutFaulty)


async def test_drawings_are_read_in_a_thread(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    threads: list[int] = []
    prepared = layouts_module._prepared

    def noted(document: bytes, *rest: Any) -> Any:
        threads.append(threading.get_ident())
        return prepared(document, *rest)

    monkeypatch.setattr(layouts_module, "_prepared", noted)
    await office.publish()
    assert threads
    assert threads[0] != threading.get_ident()


async def test_the_real_chart_of_8897_seats_is_published_and_served_whole(office: Office) -> None:
    published = await office.service.publish(charts.real_chart("sampleChartWithZones"), format="seatsio")
    assert isinstance(published, LayoutPublished)
    document = await office.service.document(published.layout_id, published.version)
    assert document is not None
    assert len(msgspec.json.decode(document, type=Layout).seats) == 8_897


# --- creating events --------------------------------------------------------------------------------------------


async def test_an_event_has_the_drawings_prices_in_minor_units_and_the_latest_version(office: Office) -> None:
    await office.publish(name="Hall, rebuilt")
    event = await office.create()
    assert event.prices == {VIP: 15_000, STANDARD: 7_550}
    assert event.layout_version == 2
    assert event.number == 1
    sale = await office.catalog.sale(GALA)
    assert sale is not None
    assert sale.event == event


async def test_an_event_may_have_its_own_prices_and_an_older_version(office: Office) -> None:
    await office.publish(name="Hall, rebuilt")
    event = await office.create(prices={VIP: 1}, layout_version=1, currency="JPY")
    assert event.prices == {VIP: 1, STANDARD: 76}
    assert event.layout_version == 1


async def test_a_category_without_a_price_is_named(office: Office) -> None:
    unpriced = [{"id": "vip", "name": "VIP", "color": "#FFD700"}, {"id": "standard", "name": "S", "color": "#4CAF50"}]
    await office.publish(categories=unpriced)
    outcome = await office.service.create_event(msgspec.structs.replace(NEW, prices={VIP: 1}))
    assert outcome == PricesMissing((STANDARD,))
    assert await office.ledger.event(GALA) is None


async def test_an_event_without_an_id_is_given_one(office: Office) -> None:
    one, other = await office.create(event_id=None), await office.create(event_id=None)
    assert is_chosen_id(one.event_id)
    assert one.event_id != other.event_id


async def test_creating_the_same_event_again_changes_nothing_and_another_one_is_refused(office: Office) -> None:
    event = await office.create()
    assert await office.service.create_event(NEW) == EventCreated(event, replayed=True)
    outcome = await office.service.create_event(msgspec.structs.replace(NEW, name="Ball"))
    assert outcome == EventIdTaken(GALA)
    assert await office.ledger.event(GALA) == event


@pytest.mark.parametrize(
    ("members", "fields"),
    [
        ({"event_id": EventId("a/b")}, ["eventId"]),
        ({"event_id": EventId("")}, ["eventId"]),
        ({"event_id": EventId("..")}, ["eventId"]),
        ({"name": "  "}, ["name"]),
        ({"name": "Ga\0la"}, ["name"]),
        ({"name": "x" * 201}, ["name"]),
        ({"currency": "usd"}, ["currency"]),
        ({"currency": "XAU", "name": ""}, ["name", "currency"]),
        ({"starts_at_ms": -1}, ["startsAt"]),
        ({"starts_at_ms": 10**15}, ["startsAt"]),
        ({"sales_end_ms": -5}, ["salesEnd"]),
        ({"sales_start_ms": 2_000_000_000_000}, ["salesStart"]),
        ({"sales_start_ms": 100, "sales_end_ms": 100}, ["salesEnd"]),
        ({"prices": {CategoryId("gold"): 1, VIP: -1}}, ["prices.gold", "prices.vip"]),
        ({"prices": {VIP: 10**13}, "name": ""}, ["name", "prices.vip"]),
    ],
)
async def test_every_field_that_cannot_be_is_named(office: Office, members: dict[str, Any], fields: list[str]) -> None:
    outcome = await office.service.create_event(msgspec.structs.replace(NEW, **members))
    assert fault_fields(outcome) == fields
    assert await office.ledger.events(after_number=0, limit=1) == []


async def test_an_event_on_a_layout_that_is_not_there_is_refused(office: Office) -> None:
    ghost = LayoutId("ghost")
    odd = LayoutId("gh\0st")
    assert await office.service.create_event(msgspec.structs.replace(NEW, layout_id=odd)) == LayoutUnknown(odd, None)
    assert await office.service.create_event(msgspec.structs.replace(NEW, layout_id=ghost)) == LayoutUnknown(
        ghost, None
    )
    assert await office.service.create_event(msgspec.structs.replace(NEW, layout_version=2)) == LayoutUnknown(HALL, 2)


# --- changing events --------------------------------------------------------------------------------------------


async def test_a_change_changes_only_what_it_names(office: Office) -> None:
    event = await office.create(sales_start_ms=5, prices={VIP: 1})
    patch = EventPatch(name="Ball", sales_start_ms=None, sales_end_ms=9, prices={STANDARD: 2}, orphan_rule=True)
    outcome = await office.service.change_event(GALA, patch)
    assert outcome == EventChanged(
        msgspec.structs.replace(
            event,
            name="Ball",
            sales_start_ms=None,
            sales_end_ms=9,
            prices={VIP: 1, STANDARD: 2},
            orphan_rule=True,
        )
    )
    sale = await office.catalog.sale(GALA)
    assert sale is not None
    assert sale.event.name == "Ball"


async def test_a_change_of_nothing_is_no_change(office: Office) -> None:
    event = await office.create()
    assert await office.service.change_event(GALA, EventPatch()) == EventChanged(event)


async def test_an_event_that_is_not_there_cannot_be_changed(office: Office) -> None:
    assert await office.service.change_event(GALA, EventPatch(name="x")) == EventUnknown(GALA)


async def test_a_change_that_cannot_be_is_refused_whole(office: Office) -> None:
    event = await office.create()
    patch = EventPatch(name="", sales_start_ms=9, sales_end_ms=8, prices={CategoryId("gold"): 1})
    assert fault_fields(await office.service.change_event(GALA, patch)) == ["name", "salesEnd", "prices.gold"]
    assert await office.ledger.event(GALA) == event


async def test_a_new_version_keeps_the_events_prices_and_takes_those_of_new_categories(office: Office) -> None:
    await office.create(prices={VIP: 1})
    categories = [*documents.document()["categories"], {"id": "box", "name": "Box", "color": "#111111", "price": 9}]
    await office.publish(categories=[categories[0], categories[2]], seats=[documents.seat("A1", categoryId="box")])
    outcome = await office.service.change_event(GALA, EventPatch(layout_version=2))
    assert isinstance(outcome, EventChanged)
    assert outcome.event.layout_version == 2
    assert outcome.event.prices == {VIP: 1, CategoryId("box"): 900}


async def test_a_change_to_another_layout_takes_its_latest_version(office: Office) -> None:
    await office.create()
    await office.publish(id="other")
    await office.publish(id="other", name="Other, rebuilt")
    outcome = await office.service.change_event(GALA, EventPatch(layout_id=LayoutId("other")))
    assert isinstance(outcome, EventChanged)
    assert (outcome.event.layout_id, outcome.event.layout_version) == ("other", 2)
    assert await office.service.change_event(GALA, EventPatch(layout_version=9)) == LayoutUnknown(LayoutId("other"), 9)


@pytest.mark.parametrize("state", list(SeatRowState))
async def test_a_new_version_must_keep_every_seat_that_is_sold_claimed_or_blocked(
    office: Office, state: SeatRowState
) -> None:
    event = await office.create()
    await office.publish(seats=[documents.seat("A1", categoryId="vip"), documents.seat("B9")])
    office.sell("A1", "A2", "A3", state=state)
    patch = EventPatch(layout_version=2)
    assert await office.service.change_event(GALA, patch) == LayoutInUse((SeatId("A2"), SeatId("A3")))
    assert await office.ledger.event(GALA) == event
    del office.ledger.rows[GALA, SeatId("A2")], office.ledger.rows[GALA, SeatId("A3")]
    assert isinstance(await office.service.change_event(GALA, patch), EventChanged)


async def test_a_seat_sold_while_its_drawing_changes_takes_the_change_back(office: Office) -> None:
    before = await office.create()
    await office.publish(seats=[documents.seat("A1", categoryId="vip")])
    update = office.ledger.update_event

    async def sold_meanwhile(event: Event, *, expected: Event) -> bool:
        office.ledger.update_event = update  # type: ignore[method-assign]
        office.sell("A3")
        return await update(event, expected=expected)

    office.ledger.update_event = sold_meanwhile  # type: ignore[method-assign]
    outcome = await office.service.change_event(GALA, EventPatch(layout_version=2))
    assert outcome == LayoutInUse((SeatId("A3"),))
    assert await office.ledger.event(GALA) == before


async def test_two_changes_at_once_are_both_made(office: Office) -> None:
    await office.create()
    await asyncio.gather(
        office.service.change_event(GALA, EventPatch(name="Ball")),
        office.service.change_event(GALA, EventPatch(orphan_rule=True)),
    )
    event = await office.ledger.event(GALA)
    assert event is not None
    assert (event.name, event.orphan_rule) == ("Ball", True)


async def test_a_change_that_never_gets_its_turn_is_refused(office: Office) -> None:
    await office.create()

    async def always_late(event: Event, *, expected: Event) -> bool:
        return False

    office.ledger.update_event = always_late  # type: ignore[method-assign]
    assert fault_fields(await office.service.change_event(GALA, EventPatch(name="Ball"))) == ["eventId"]


async def test_another_currency_needs_the_price_of_every_category_with_it(office: Office) -> None:
    event = await office.create(prices={VIP: 1})
    alone = await office.service.change_event(GALA, EventPatch(currency="JPY"))
    assert alone == PricesMissing((VIP, STANDARD), "JPY")
    in_part = await office.service.change_event(GALA, EventPatch(currency="JPY", prices={VIP: 15_000}))
    assert in_part == PricesMissing((STANDARD,), "JPY")
    assert await office.ledger.event(GALA) == event
    assert await office.service.change_event(GALA, EventPatch(currency="USD")) == EventChanged(event)


async def test_the_currency_changes_with_new_prices_until_something_is_sold(office: Office) -> None:
    await office.create(prices={VIP: 1})
    prices = {VIP: 15_000, STANDARD: 7_600}
    outcome = await office.service.change_event(GALA, EventPatch(currency="JPY", prices=prices))
    assert isinstance(outcome, EventChanged)
    assert (outcome.event.currency, outcome.event.prices) == ("JPY", prices)
    office.sell("A1", state=SeatRowState.BLOCKED)
    back = EventPatch(currency="USD", prices=prices)
    assert isinstance(await office.service.change_event(GALA, back), EventChanged)
    office.sell("A1")
    euros = EventPatch(currency="EUR", prices=prices)
    assert fault_fields(await office.service.change_event(GALA, euros)) == ["currency"]
