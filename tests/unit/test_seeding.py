"""The demo's venues and events, loaded."""

import pytest

from frontrow.domain.event import SaleStatus
from frontrow.domain.ids import EventId, LayoutId
from frontrow.domain.venues.programme import DEMO_EVENTS
from frontrow.services.catalog import Catalog
from frontrow.services.event_rules import EventPatch
from frontrow.services.layouts import EventChanged, EventIdTaken, LayoutService
from frontrow.services.seeding import Seeding
from tests.support.fake_clock import FakeClock
from tests.support.fake_ledger import FakeLedger

DAY_MS = 86_400_000


class Demo:
    """An empty ledger to seed."""

    def __init__(self) -> None:
        self.clock = FakeClock()
        self.ledger = FakeLedger(self.clock)
        self.catalog = Catalog(self.ledger, clock=self.clock)
        self.layouts = LayoutService(ledger=self.ledger, catalog=self.catalog)
        self.seeding = Seeding(layouts=self.layouts, catalog=self.catalog, clock=self.clock)


@pytest.fixture
def demo() -> Demo:
    return Demo()


async def test_everything_is_on_sale_afterwards(demo: Demo) -> None:
    report = await demo.seeding.load()
    assert dict(report.layouts)[LayoutId("arena")] == 1
    assert [event.event_id for event in report.events] == [event.event_id for event in DEMO_EVENTS]
    now_ms = demo.clock.now_ms()
    assert {event.sale_status(now_ms) for event in report.events} == {SaleStatus.ON_SALE}
    assert len(await demo.catalog.events_on_sale(now_ms)) == len(DEMO_EVENTS)


async def test_the_documents_event_has_the_documents_prices(demo: Demo) -> None:
    await demo.seeding.load()
    sale = await demo.catalog.sale(EventId("64f123456789abcd12345678"))
    assert sale is not None
    assert sale.event.prices == {"vip": 15_000, "standard": 7_500}
    assert sale.event.currency == "USD"
    assert len(sale.layout.seat_ids) == 500


async def test_loading_again_changes_nothing(demo: Demo) -> None:
    first = await demo.seeding.load()
    demo.clock.advance(3 * DAY_MS)
    assert await demo.seeding.load() == first


async def test_what_an_operator_changed_stays(demo: Demo) -> None:
    await demo.seeding.load()
    await demo.layouts.change_event(EventId("42"), EventPatch(name="Late show"))
    report = await demo.seeding.load()
    assert next(event.name for event in report.events if event.event_id == "42") == "Late show"


async def test_events_that_are_over_are_put_on_again(demo: Demo) -> None:
    await demo.seeding.load()
    changed = await demo.layouts.change_event(EventId("42"), EventPatch(sales_end_ms=demo.clock.now_ms() + 1))
    assert isinstance(changed, EventChanged)
    demo.clock.advance(400 * DAY_MS)
    report = await demo.seeding.load()
    assert {event.sale_status(demo.clock.now_ms()) for event in report.events} == {SaleStatus.ON_SALE}


async def test_progress_is_told_step_by_step(demo: Demo) -> None:
    steps: list[tuple[int, int, str]] = []
    await demo.seeding.load(lambda done, of, what: steps.append((done, of, what)))
    count = 5 + len(DEMO_EVENTS)
    assert [(done, of) for done, of, _ in steps] == [(n, count) for n in range(count + 1)]
    assert steps[0][2] == "Lumière Cinema"
    assert steps[-1][2] == "done"


async def test_another_process_that_seeds_at_the_same_moment_is_no_trouble(
    demo: Demo, monkeypatch: pytest.MonkeyPatch
) -> None:
    create = demo.layouts.create_event

    async def late(new: object) -> object:
        await create(new)  # type: ignore[arg-type]
        return EventIdTaken(new.event_id)  # type: ignore[attr-defined]

    monkeypatch.setattr(demo.layouts, "create_event", late)
    report = await demo.seeding.load()
    assert len(report.events) == len(DEMO_EVENTS)
