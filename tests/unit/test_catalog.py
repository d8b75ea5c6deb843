"""Events and drawings, cached."""

import asyncio

import pytest

from frontrow.domain.errors import LedgerUnavailable
from frontrow.domain.event import Event, EventChanges
from frontrow.domain.ids import CategoryId, EventId, LayoutId
from frontrow.domain.layout import Layout
from frontrow.services import catalog as catalog_module
from frontrow.services.catalog import READY_AFTER_S, READY_EVERY_S, Catalog
from frontrow.services.event_news import EVENT_ASKED_EVERY_MS, EVENT_BELIEVED_MS, EVENT_FRESH_MS
from tests.support import layout_documents as documents
from tests.support.eventually import eventually
from tests.support.fake_clock import START_MS, FakeClock
from tests.support.fake_ledger import FakeLedger

GALA = EventId("gala")
HALL = LayoutId("hall")
PATIENCE_OF_TESTS_S = 30


class WatchedLedger(FakeLedger):
    """Counts reads of events and layouts, and notes from where on changes were asked for. Both can be made to wait or
    to fail."""

    def __init__(self, clock: FakeClock) -> None:
        super().__init__(clock)
        self.reads: list[str] = []
        self.asked_since: list[int | None] = []
        self.gate: asyncio.Event | None = None
        self.question_gate: asyncio.Event | None = None
        self.is_down = False

    async def _read(self, what: str) -> None:
        self.reads.append(what)
        if self.is_down:
            raise LedgerUnavailable("down for the test")

    async def _wait(self) -> None:
        if self.gate is not None:
            await self.gate.wait()

    async def event_changes(self, *, since: int | None) -> EventChanges:
        self.asked_since.append(since)
        if self.is_down:
            raise LedgerUnavailable("down for the test")
        changes = await super().event_changes(since=since)
        if self.question_gate is not None:
            await self.question_gate.wait()
        return changes

    async def event(self, event_id: EventId) -> Event | None:
        await self._read("event")
        event = await super().event(event_id)
        await self._wait()
        return event

    async def event_by_number(self, number: int) -> Event | None:
        await self._read("event_by_number")
        return await super().event_by_number(number)

    async def events(self, *, after_number: int, limit: int) -> list[Event]:
        await self._read("events")
        events = await super().events(after_number=after_number, limit=limit)
        await self._wait()
        return events

    async def layout(self, layout_id: LayoutId, version: int) -> tuple[Layout, bytes] | None:
        await self._read("layout")
        stored = await super().layout(layout_id, version)
        await self._wait()
        return stored


class Offer:
    """A ledger with one layout and one event on it, and a catalog before it."""

    def __init__(self) -> None:
        self.clock = FakeClock()
        self.ledger = WatchedLedger(self.clock)
        self.catalog = Catalog(self.ledger, clock=self.clock)

    async def add(self, event_id: str = GALA, *, starts_in_ms: int = 1_000_000) -> Event:
        event = await self.ledger.add_event(
            Event(
                event_id=EventId(event_id),
                number=0,
                name="Gala",
                layout_id=HALL,
                layout_version=1,
                starts_at_ms=START_MS + starts_in_ms,
                currency="USD",
                prices={CategoryId("vip"): 1, CategoryId("standard"): 1},
            )
        )
        assert event is not None
        return event

    async def rename(self, event: Event, name: str) -> None:
        renamed = Event(**{field: getattr(event, field) for field in event.__struct_fields__} | {"name": name})
        assert await self.ledger.update_event(renamed, expected=event)

    async def name(self) -> str:
        sale = await self.catalog.sale(GALA)
        assert sale is not None
        return sale.event.name


@pytest.fixture
async def offer() -> Offer:
    made = Offer()
    await made.ledger.add_layout(documents.layout(), b"the document")
    return made


async def test_a_sale_is_an_event_with_its_drawing(offer: Offer) -> None:
    event = await offer.add()
    sale = await offer.catalog.sale(GALA)
    assert sale is not None
    assert sale.event == event
    assert sale.layout.seat_ids == ("A1", "A2", "A3")
    by_number = await offer.catalog.sale_by_number(event.number)
    assert by_number is not None
    assert by_number.event == event


async def test_what_is_not_there_is_none_and_asked_for_anew_each_time(offer: Offer) -> None:
    assert await offer.catalog.sale(GALA) is None
    assert await offer.catalog.sale_by_number(7) is None
    assert await offer.catalog.drawing(HALL, 2) is None
    await offer.add()
    assert await offer.catalog.sale(GALA) is not None


@pytest.mark.parametrize("event_id", ["", "..", "ga\0la", "x" * 65])
async def test_the_ledger_is_never_asked_for_what_is_no_event_id(offer: Offer, event_id: str) -> None:
    assert await offer.catalog.sale(EventId(event_id)) is None
    assert offer.ledger.reads == []


async def test_events_and_drawings_are_read_once_while_they_are_fresh(offer: Offer) -> None:
    await offer.add()
    for _ in range(3):
        await offer.catalog.sale(GALA)
        offer.clock.advance(EVENT_FRESH_MS // 3)
    assert offer.ledger.reads == ["event", "layout"]


async def test_another_processs_change_is_seen_after_two_seconds(offer: Offer) -> None:
    event = await offer.add()
    assert await offer.name() == "Gala"
    await offer.rename(event, "Ball")
    offer.clock.advance(EVENT_FRESH_MS)
    assert await offer.name() == "Gala"
    offer.clock.advance(1)
    assert await offer.name() == "Ball"


async def test_this_processs_change_is_seen_at_once(offer: Offer) -> None:
    event = await offer.add()
    assert await offer.name() == "Gala"
    assert len(await offer.catalog.events_on_sale(START_MS)) == 1
    await offer.rename(event, "Ball")
    offer.catalog.forget(GALA)
    assert await offer.name() == "Ball"
    assert [it.name for it in await offer.catalog.events_on_sale(START_MS)] == ["Ball"]


async def test_a_read_that_began_before_a_change_is_not_kept_after_it(offer: Offer) -> None:
    event = await offer.add()
    offer.ledger.gate = asyncio.Event()
    early = asyncio.create_task(offer.name())
    early_list = asyncio.create_task(offer.catalog.events_on_sale(START_MS))
    await eventually(lambda: sorted(offer.ledger.reads) == ["event", "events"], "both are being read")
    await offer.rename(event, "Ball")
    offer.catalog.forget(GALA)
    offer.ledger.gate.set()
    assert await early == "Gala"
    assert [it.name for it in await early_list] == ["Gala"]
    assert await offer.name() == "Ball"
    assert [it.name for it in await offer.catalog.events_on_sale(START_MS)] == ["Ball"]


async def test_of_thousands_of_events_in_use_one_question_every_other_second_is_asked(offer: Offer) -> None:
    events = [await offer.add(f"e{n}") for n in range(2_000)]
    sales = [await offer.catalog.sale(event.event_id) for event in events]
    assert offer.ledger.reads.count("event") == len(events)
    for _ in range(3):
        for n, event in enumerate(events):
            if n % 200 == 0:
                offer.clock.advance(EVENT_FRESH_MS // 10)
                await asyncio.sleep(0)  # the question's turn
            assert await offer.catalog.sale(event.event_id) is sales[n]
    assert 3 <= len(offer.ledger.asked_since) <= 1 + 2 * 3
    assert offer.ledger.reads.count("event") == len(events)


async def test_of_all_events_only_those_that_changed_are_read_anew(offer: Offer) -> None:
    gala, ball = await offer.add(), await offer.add("ball")
    before = [await offer.catalog.sale(it.event_id) for it in (gala, ball)]
    assert len(await offer.catalog.events_on_sale(START_MS)) == 2
    await offer.rename(gala, "Another")
    offer.clock.advance(EVENT_FRESH_MS + 1)
    after = [await offer.catalog.sale(it.event_id) for it in (gala, ball)]
    assert after[0] != before[0]
    assert after[1] is before[1]
    assert offer.ledger.reads.count("event") == 3
    assert {it.name for it in await offer.catalog.events_on_sale(START_MS)} == {"Another", "Gala"}
    assert offer.ledger.reads.count("events") == 2


async def test_news_are_asked_for_before_anybody_has_to_wait_for_them(offer: Offer) -> None:
    await offer.add()
    await offer.name()
    offer.clock.advance(EVENT_ASKED_EVERY_MS)
    offer.ledger.question_gate = asyncio.Event()
    for _ in range(3):
        assert await offer.name() == "Gala"
        await asyncio.sleep(0)
        assert len(offer.ledger.asked_since) == 2
    offer.ledger.question_gate.set()
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    offer.clock.advance(EVENT_FRESH_MS)
    offer.ledger.question_gate.clear()
    assert await offer.name() == "Gala"  # with the news from then
    assert offer.ledger.reads == ["event", "layout"]


async def test_a_question_that_fails_beside_the_requests_is_not_repeated_by_each_of_them(offer: Offer) -> None:
    await offer.add()
    await offer.name()
    offer.ledger.is_down = True
    offer.clock.advance(EVENT_ASKED_EVERY_MS)
    for _ in range(3):
        assert await offer.name() == "Gala"
        await asyncio.sleep(0)
    assert len(offer.ledger.asked_since) == 2
    offer.clock.advance(EVENT_ASKED_EVERY_MS)
    offer.ledger.is_down = False
    assert await offer.name() == "Gala"
    await asyncio.sleep(0)
    assert len(offer.ledger.asked_since) == 3


async def test_what_may_have_changed_and_has_not_is_the_same_sale_as_before(offer: Offer) -> None:
    await offer.add()
    before = await offer.catalog.sale(GALA)
    offer.ledger.forget_changes()  # as a backup, or a standby that took over, may have
    offer.clock.advance(EVENT_FRESH_MS + 1)
    assert await offer.catalog.sale(GALA) is before
    assert offer.ledger.reads == ["event", "layout", "event"]


async def test_after_ten_minutes_everything_is_read_anew_whatever_is_told(offer: Offer) -> None:
    await offer.add()
    before = await offer.catalog.sale(GALA)
    for _ in range(EVENT_BELIEVED_MS // EVENT_ASKED_EVERY_MS):
        offer.clock.advance(EVENT_ASKED_EVERY_MS)
        assert await offer.catalog.sale(GALA) is before
        await asyncio.sleep(0)
        await asyncio.sleep(0)
    assert offer.ledger.asked_since.count(None) == 2
    assert await offer.catalog.sale(GALA) is before
    assert offer.ledger.reads == ["event", "layout", "event"]


async def test_many_doubts_are_settled_by_reading_the_list(offer: Offer) -> None:
    events = [await offer.add(f"e{n}") for n in range(5)]
    await offer.catalog.read_ahead()
    offer.ledger.forget_changes()
    await offer.rename(events[0], "Another")
    offer.clock.advance(EVENT_FRESH_MS + 1)
    await offer.catalog.read_ahead()
    sales = [await offer.catalog.sale(event.event_id) for event in events]
    assert [sale.event.name for sale in sales if sale is not None] == ["Another", *["Gala"] * 4]
    assert "event" not in offer.ledger.reads


async def test_many_who_want_the_same_at_once_wait_for_one_read(offer: Offer) -> None:
    await offer.add()
    sales = await asyncio.gather(*(offer.catalog.sale(GALA) for _ in range(20)))
    assert len({id(sale.layout) for sale in sales if sale is not None}) == 1
    assert offer.ledger.reads == ["event", "layout"]


async def test_who_gives_up_waiting_takes_nothing_from_the_others(offer: Offer) -> None:
    await offer.add()
    offer.ledger.gate = asyncio.Event()
    hasty, patient = asyncio.create_task(offer.name()), asyncio.create_task(offer.name())
    await asyncio.sleep(0)
    hasty.cancel()
    offer.ledger.gate.set()
    assert await patient == "Gala"
    assert offer.ledger.reads == ["event", "layout"]
    with pytest.raises(asyncio.CancelledError):
        await hasty


async def test_a_failed_read_that_nobody_waits_for_any_more_is_silent(offer: Offer) -> None:
    await offer.add()
    offer.ledger.is_down = True
    lost = asyncio.create_task(offer.name())
    await asyncio.sleep(0)
    lost.cancel()
    with pytest.raises(asyncio.CancelledError):
        await lost
    offer.ledger.is_down = False
    assert await offer.name() == "Gala"


async def test_while_the_ledger_is_away_what_was_read_before_is_served(offer: Offer) -> None:
    await offer.add()
    await offer.name()
    await offer.catalog.events_on_sale(START_MS)
    offer.ledger.is_down = True
    offer.clock.advance(EVENT_FRESH_MS * 10)
    assert await offer.name() == "Gala"
    assert len(await offer.catalog.events_on_sale(START_MS)) == 1


async def test_a_ledger_that_hangs_keeps_nobody_waiting_for_news_of_what_was_read_before(offer: Offer) -> None:
    event = await offer.add()
    assert await offer.name() == "Gala"
    await offer.rename(event, "Ball")
    offer.ledger.question_gate = asyncio.Event()
    offer.clock.advance(EVENT_FRESH_MS + 1)
    assert [await offer.name() for _ in range(3)] == ["Gala"] * 3
    assert len(offer.ledger.asked_since) == 2  # those who come next do not wait as well
    offer.clock.advance(EVENT_FRESH_MS + 1)
    assert await offer.name() == "Gala"  # for the same question again
    assert len(offer.ledger.asked_since) == 2
    offer.ledger.question_gate.set()
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    assert await offer.name() == "Ball"


async def test_a_ledger_that_hangs_keeps_nobody_waiting_for_an_event_that_changed(offer: Offer) -> None:
    event = await offer.add()
    assert await offer.name() == "Gala"
    await offer.rename(event, "Ball")
    offer.ledger.gate = asyncio.Event()
    offer.clock.advance(EVENT_FRESH_MS + 1)
    assert [await offer.name() for _ in range(3)] == ["Gala"] * 3
    assert offer.ledger.reads.count("event") == 2
    offer.ledger.gate.set()
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    assert await offer.name() == "Ball"


async def test_a_ledger_that_hangs_keeps_nobody_waiting_for_the_list_either(offer: Offer) -> None:
    async def listed() -> list[str]:
        async with asyncio.timeout(PATIENCE_OF_TESTS_S):
            return [it.name for it in await offer.catalog.events_on_sale(START_MS)]

    event = await offer.add()
    assert await listed() == ["Gala"]
    await offer.rename(event, "Ball")
    offer.ledger.gate = asyncio.Event()
    offer.clock.advance(EVENT_FRESH_MS + 1)
    assert [await listed() for _ in range(3)] == [["Gala"]] * 3
    assert offer.ledger.reads.count("events") == 2
    offer.clock.advance(EVENT_FRESH_MS + 1)
    assert await listed() == ["Gala"]  # for the same read again
    assert offer.ledger.reads.count("events") == 2
    offer.ledger.gate.set()
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    assert await listed() == ["Ball"]


async def test_whoever_was_not_answered_by_the_ledger_keeps_the_next_from_asking_at_once(offer: Offer) -> None:
    await offer.add()
    await offer.catalog.events_on_sale(START_MS)
    offer.ledger.is_down = True
    offer.clock.advance(EVENT_FRESH_MS + 1)
    for _ in range(3):
        assert len(await offer.catalog.events_on_sale(START_MS)) == 1
    assert len(offer.ledger.asked_since) == 2


async def test_while_the_ledger_is_away_what_was_never_read_is_unavailable(offer: Offer) -> None:
    await offer.add()
    offer.ledger.is_down = True
    with pytest.raises(LedgerUnavailable):
        await offer.catalog.sale(GALA)
    with pytest.raises(LedgerUnavailable):
        await offer.catalog.events_on_sale(START_MS)
    with pytest.raises(LedgerUnavailable):
        await offer.catalog.sale_by_number(1)


async def test_an_event_without_its_layout_says_so_instead_of_being_unknown(offer: Offer) -> None:
    await offer.add()
    offer.ledger._layouts.clear()
    with pytest.raises(LedgerUnavailable, match="layout hall version 1 is missing"):
        await offer.catalog.sale(GALA)


async def test_events_on_sale_are_those_whose_time_it_is(offer: Offer) -> None:
    await offer.add("soon", starts_in_ms=10)
    await offer.add("later", starts_in_ms=1_000)
    on_sale = await offer.catalog.events_on_sale(START_MS + 10)
    assert [event.event_id for event in on_sale] == ["later"]


async def test_events_on_sale_are_read_page_by_page(offer: Offer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(catalog_module, "_EVENTS_PER_READ", 2)
    for n in range(5):
        await offer.add(f"e{n}")
    assert len(await offer.catalog.events_on_sale(START_MS)) == 5
    assert offer.ledger.reads == ["events"] * 3


async def test_a_page_of_events_is_the_ledgers_own(offer: Offer) -> None:
    first, second = await offer.add("a"), await offer.add("b")
    assert await offer.catalog.page(after_number=0, limit=1) == [first]
    assert await offer.catalog.page(after_number=first.number, limit=5) == [second]


async def test_drawings_are_dropped_when_they_have_too_many_seats_together(
    offer: Offer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(catalog_module, "CACHED_SEATS_MAX", 7)
    for _ in range(2):
        await offer.ledger.add_layout(documents.layout(), b"")
    for version in (1, 2, 1, 3, 1, 2):
        drawing = await offer.catalog.drawing(HALL, version)
        assert drawing is not None
        assert drawing.index.version == version
    # Version 2 was the one not used for longest when 3 came.
    assert offer.ledger.reads == ["layout"] * 4


async def test_events_are_dropped_when_there_are_too_many(offer: Offer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(catalog_module, "EVENTS_CACHED_MAX", 2)
    for name in ("a", "b", "c"):
        await offer.add(name)
    for name in ("a", "b", "c", "c", "a"):
        assert await offer.catalog.sale(EventId(name)) is not None
    assert offer.ledger.reads.count("event") == 4


async def test_what_is_on_sale_is_read_ahead_and_served_when_the_ledger_goes_away_before_anybody_asked(
    offer: Offer,
) -> None:
    event = await offer.add()
    over = await offer.add("over", starts_in_ms=-1)
    await offer.catalog.read_ahead()
    offer.ledger.is_down = True
    offer.clock.advance(EVENT_FRESH_MS + 1)
    assert await offer.name() == "Gala"
    assert await offer.catalog.sale_by_number(event.number) is not None
    with pytest.raises(LedgerUnavailable):
        await offer.catalog.sale(over.event_id)


async def test_what_an_event_was_before_it_was_changed_here_is_not_kept_by_reading_ahead(offer: Offer) -> None:
    event = await offer.add()
    other = await offer.add("matinee")
    offer.ledger.gate = asyncio.Event()
    reading = asyncio.create_task(offer.catalog.read_ahead())
    await eventually(lambda: "events" in offer.ledger.reads, "the list is being read")
    offer.ledger.gate.set()
    offer.ledger.gate = asyncio.Event()
    await eventually(lambda: "layout" in offer.ledger.reads, "the first event's drawing is being read")
    await offer.rename(other, "Another")
    offer.catalog.forget(other.event_id)
    offer.ledger.gate.set()
    await reading
    sale = await offer.catalog.sale(other.event_id)
    assert sale is not None
    assert sale.event.name == "Another"
    assert event.number < other.number


async def test_reading_ahead_goes_on_whatever_one_round_came_to(offer: Offer) -> None:
    rounds: list[float] = []

    async def sleep(seconds: float) -> None:
        rounds.append(seconds)
        offer.ledger.is_down = len(rounds) == 1
        if len(rounds) == 4:
            raise asyncio.CancelledError

    catalog = Catalog(offer.ledger, clock=offer.clock, sleep=sleep)
    await offer.add()
    with pytest.raises(asyncio.CancelledError):
        await catalog.run()
    assert rounds == [READY_AFTER_S, READY_EVERY_S, READY_EVERY_S, READY_EVERY_S]
    offer.ledger.is_down = True
    assert await catalog.sale(GALA) is not None
