"""Drawings, events and the demo on a real ledger."""

from collections.abc import AsyncIterator
from pathlib import Path

import msgspec
import pytest

from frontrow.adapters.sql.engine import open_database
from frontrow.adapters.sql.ledger import SqlLedger
from frontrow.domain.layout import Layout
from frontrow.services.catalog import Catalog
from frontrow.services.layouts import LayoutPublished, LayoutService
from frontrow.services.seeding import Seeding
from tests.support import charts
from tests.support import layout_documents as documents
from tests.support.fake_clock import FakeClock


class Office:
    """Catalog, layouts and seeding over one ledger."""

    def __init__(self, ledger: SqlLedger, clock: FakeClock) -> None:
        self.ledger = ledger
        self.catalog = Catalog(ledger, clock=clock)
        self.layouts = LayoutService(ledger=ledger, catalog=self.catalog)
        self.seeding = Seeding(layouts=self.layouts, catalog=self.catalog, clock=clock)


@pytest.fixture
async def office(tmp_path: Path) -> AsyncIterator[Office]:
    """An empty SQLite ledger with its use cases."""
    clock = FakeClock()
    database = await open_database(f"sqlite:///{tmp_path / 'ledger.db'}")
    ledger = SqlLedger(database, clock)
    await ledger.upgrade()
    yield Office(ledger, clock)
    await ledger.close()
    await database.close()


async def test_a_drawing_read_back_from_the_ledger_equals_the_one_published(office: Office) -> None:
    document = documents.encoded(documents.document(items=[documents.table("t", 5, bookAs="whole")]))
    first = await office.layouts.publish(document)
    assert isinstance(first, LayoutPublished)
    assert await office.layouts.publish(document) == first
    stored = await office.ledger.layout(first.layout_id, first.version)
    assert stored is not None
    assert stored[0] == msgspec.json.decode(stored[1], type=Layout)


async def test_the_real_chart_of_8897_seats_goes_in_and_out_whole_and_only_once(office: Office) -> None:
    chart = charts.real_chart("sampleChartWithZones")
    first = await office.layouts.publish(chart, format="seatsio")
    assert isinstance(first, LayoutPublished)
    assert await office.layouts.publish(chart, format="seatsio") == first
    drawing = await office.catalog.drawing(first.layout_id, first.version)
    assert drawing is not None
    assert len(drawing.index.seat_ids) == 8_897


async def test_the_demo_is_seeded_and_seeded_again_without_a_change(office: Office) -> None:
    report = await office.seeding.load()
    assert await office.seeding.load() == report
    assert {version for _, version in report.layouts} == {1}
    assert [event.number for event in report.events] == list(range(1, len(report.events) + 1))
