"""Whole confirmations per second without HTTP on PostgreSQL, against pgbench inserting the rows that they write."""

import asyncio
import itertools
import tempfile
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import ExitStack, asynccontextmanager
from pathlib import Path

import msgspec
from tests.support.postgres import running_postgres

from benchmarks.booking_drafts import CALLERS, CONTACT, SEATS_PER_BOOKING
from benchmarks.bookings_on_postgres import FLOOR_NAME, PgBench
from benchmarks.house import YEAR_2090_MS, house, seat_id
from benchmarks.scenario import Scenario
from frontrow.adapters.redis.embedded import EmbeddedValkey
from frontrow.app import Application
from frontrow.cli.process_setup import set_process_up
from frontrow.cli.starting import begin_start, end_start
from frontrow.domain.booking import BookingWritten
from frontrow.domain.ids import EventId, HoldId, LayoutId, UserId
from frontrow.http.services import Services
from frontrow.services.callers import Caller
from frontrow.services.event_rules import NewEvent
from frontrow.services.layouts import EventCreated, LayoutPublished
from frontrow.services.outcomes import BookRequest, HoldRequest, HoldShown
from frontrow.settings import DirectBooking, LogLevel, Settings
from frontrow.stores import Stores

BOOKINGS_PER_ROUND = 3_200
_LAYOUT = LayoutId("bench")


@asynccontextmanager
async def opened() -> AsyncIterator[Scenario]:
    """The whole application of a process set up as `frontrow serve` does, background work included; embedded Valkey."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="frontrow-bench-")))
        store = stack.enter_context(EmbeddedValkey(folder))
        server = stack.enter_context(running_postgres(fsync=True))
        floor = await PgBench.prepared(server)
        stores = Stores(store.url, server.new_database(), secret="a secret for this benchmark alone, long enough")
        settings = Settings(data_dir=folder, direct_booking=DirectBooking.ANYONE, log_level=LogLevel.WARNING)
        set_process_up(settings)
        begin_start()
        async with Application.running(settings, stores) as application:
            confirming = Confirming(application.services)
            await confirming.prepare()
            end_start()
            yield Scenario(
                name="whole confirmations on PostgreSQL",
                floor_name=FLOOR_NAME,
                subject_name=f"begin, ledger, finish; {CALLERS} callers, {SEATS_PER_BOOKING} seats each",
                aim=0.5,
                floor=floor.bookings_per_s,
                subject=confirming.bookings_per_s,
            )


class Confirming:
    """Rounds of confirmations by the use cases themselves, each round at an event of its own."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._numbers = itertools.count(1)

    async def prepare(self) -> None:
        """Publish the drawing of every round's event."""
        published = await self._services.layouts.publish(
            msgspec.json.encode(house(_LAYOUT, BOOKINGS_PER_ROUND * SEATS_PER_BOOKING))
        )
        assert isinstance(published, LayoutPublished), published

    async def bookings_per_s(self) -> float:
        """One round: its holds are made first and not counted."""
        event_id = EventId(f"bench-{next(self._numbers)}")
        new = NewEvent(event_id, _LAYOUT, YEAR_2090_MS, "USD", event_id=event_id)
        assert isinstance(await self._services.layouts.create_event(new), EventCreated)
        callers = [Caller(UserId(f"user-{number}"), frozenset({"admin"})) for number in range(CALLERS)]
        held = await asyncio.gather(
            *(
                self._hold(caller, event_id, range(first, BOOKINGS_PER_ROUND, CALLERS))
                for first, caller in enumerate(callers)
            )
        )
        started = time.perf_counter()
        await asyncio.gather(
            *(self._confirm(caller, event_id, hold_ids) for caller, hold_ids in zip(callers, held, strict=True))
        )
        return BOOKINGS_PER_ROUND / (time.perf_counter() - started)

    async def _hold(self, caller: Caller, event_id: EventId, numbers: Sequence[int]) -> list[HoldId]:
        hold_ids = []
        for number in numbers:
            seat_ids = tuple(map(seat_id, range(number * SEATS_PER_BOOKING, (number + 1) * SEATS_PER_BOOKING)))
            hold = await self._services.holds.hold(caller, event_id, HoldRequest(seat_ids=seat_ids))
            assert isinstance(hold, HoldShown), hold
            hold_ids.append(hold.hold_id)
        return hold_ids

    async def _confirm(self, caller: Caller, event_id: EventId, hold_ids: Sequence[HoldId]) -> None:
        for hold_id in hold_ids:
            answer = await self._services.bookings.book(caller, BookRequest(event_id, CONTACT, hold_id=hold_id))
            assert isinstance(answer, BookingWritten), answer
