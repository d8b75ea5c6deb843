"""Live views on a real server: two processes' views end with exactly the server's state, whatever happens to it."""

import asyncio
import contextlib
import signal
from collections.abc import AsyncIterator

import pytest_asyncio
from hypothesis import HealthCheck, Phase, example, given, settings
from hypothesis import strategies as st

from frontrow.adapters.clock import SystemClock
from frontrow.adapters.redis import keys
from frontrow.domain.booking import LedgerSeat, SeatRowState
from frontrow.domain.errors import StoreUnavailable
from frontrow.domain.event import Event
from frontrow.domain.hold import Cold, HoldAcquired
from frontrow.domain.ids import EventId, HoldId, LayoutId, SeatId
from frontrow.domain.layout_index import index_layout
from frontrow.services.catalog import Sale
from frontrow.services.live import LiveViews
from frontrow.services.live_view import LiveView
from frontrow.services.sweeping import Sweeper
from frontrow.services.warming import Warmer
from tests.support.eventually import eventually, in_time
from tests.support.house import seats, small_layout
from tests.support.store_on_valkey import EVENT, USER, StoreOnValkey
from tests.support.valkey import ValkeyServer

NAMES = ("A1", "A2", "A3", "B1", "B2", "R1")
LAYOUT = index_layout(small_layout(), 1)


class Sales:
    """One event on sale."""

    async def sale(self, event_id: EventId) -> Sale:
        return Sale(Event(event_id, 1, "Gala", LayoutId("small-house"), 1, 2**53, "USD", {}), LAYOUT)

    async def events_on_sale(self, now_ms: int) -> list[Event]:
        return []


class Sold:
    """The ledger, as far as warming asks."""

    def __init__(self) -> None:
        self.rows: dict[str, LedgerSeat] = {}

    async def live_seats(self, event_id: EventId) -> list[LedgerSeat]:
        return list(self.rows.values())


class Process:
    """One process's live views and sweeper over its own connection to the store."""

    def __init__(self, server: ValkeyServer, sold: Sold) -> None:
        self.store = StoreOnValkey.of(server)
        clock = SystemClock()
        self.sweeper = Sweeper(store=self.store.holds, catalog=Sales(), clock=clock)
        self.warmer = Warmer(store=self.store.holds, ledger=sold)
        self.live = LiveViews(
            feed=self.store.feed, catalog=Sales(), warmer=self.warmer, sweeper=self.sweeper, clock=clock
        )
        self._tasks = [asyncio.create_task(self.live.run()), asyncio.create_task(self.sweeper.run())]

    async def close(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self.live.close()
        await self.store.client.close()

    async def view(self) -> LiveView:
        return await self.live.view(EVENT)

    async def shows_the_servers_state(self) -> bool:
        view = await self.view()
        server = await self.store.feed.read_map(EVENT)
        if isinstance(server, Cold) or view.stale:
            return False
        shown = view.snapshot()
        return (shown.position, shown.held, shown.claimed, shown.booked, shown.blocked) == (
            server.position,
            server.held,
            server.claimed,
            server.booked,
            server.blocked,
        )


class TwoProcesses:
    """Two processes over one server and one ledger."""

    def __init__(self, server: ValkeyServer) -> None:
        self.server = server
        self.sold = Sold()
        self.one, self.other = Process(server, self.sold), Process(server, self.sold)
        self._holds = 0

    async def close(self) -> None:
        await self.one.close()
        await self.other.close()

    async def hold(self, process: Process, names: str, *, ttl_ms: int = 600_000) -> None:
        """Hold what is free, as a service does: warm first where that is needed, and note what was appended."""
        self._holds += 1
        for _ in range(2):
            outcome = await process.store.holds.acquire(
                EVENT,
                hold_id=HoldId(f"1-{self._holds}"),
                user_id=USER,
                seat_ids=seats(names),
                table_ids=[],
                table_of_seat={},
                ttl_ms=ttl_ms,
                lifetime_max_ms=7_200_000,
                seats_per_user_max=None,
            )
            match outcome:
                case Cold():
                    await process.warmer.ensure_warm(EVENT)
                case HoldAcquired():
                    process.live.note(EVENT, outcome.entries)
                    process.sweeper.note_expiry(EVENT, outcome.expires_at_ms)
                    return
                case _:
                    return

    async def book(self, process: Process, name: str) -> None:
        """Sell a seat: the ledger first, then the store."""
        self.sold.rows[name] = LedgerSeat(SeatId(name), SeatRowState.BOOKED, f"1-{name}")
        outcome = await process.store.holds.finish_booking(
            EVENT,
            booking_id=f"1-{name}",
            state=SeatRowState.BOOKED,
            owner_id=f"1-{name}",
            user_id=USER,
            seat_ids=seats(name),
            held=[],
        )
        process.live.note(EVENT, outcome.entries)

    async def release(self, process: Process, name: str) -> None:
        """Give a seat back if it is held."""
        outcome = await process.store.holds.release_seats(EVENT, seat_ids=seats(name), user_id=USER)
        process.live.note(EVENT, getattr(outcome, "entries", ()))

    async def converged(self) -> None:
        for name, process in (("one", self.one), ("other", self.other)):
            try:
                await eventually(process.shows_the_servers_state, f"{name} shows the server's state")
            except AssertionError:
                view, server = await process.view(), await process.store.feed.read_map(EVENT)
                raise AssertionError(f"{name} shows {view.snapshot()}, stale {view.stale}, of {server}") from None


@pytest_asyncio.fixture
async def processes(valkey: ValkeyServer) -> AsyncIterator[TwoProcesses]:
    processes = TwoProcesses(valkey)
    yield processes
    await processes.close()


async def test_a_processs_reads_include_every_change_it_has_answered(processes: TwoProcesses) -> None:
    await processes.one.view()
    for number in range(1, 11):
        await processes.hold(processes.one if number % 2 else processes.other, f"A{number}")
        if number % 2:
            assert (await processes.one.view()).state_of(SeatId(f"A{number}")) == "h"
    await processes.converged()


async def test_other_processes_follow_within_a_quarter_of_a_second(processes: TwoProcesses) -> None:
    await processes.other.view()
    await eventually(processes.other.shows_the_servers_state, "the other process follows")

    async def follows(number: int) -> None:
        await processes.hold(processes.one, f"A{number}")
        await eventually(processes.other.shows_the_servers_state, "the other process shows the hold")

    await in_time(follows, "the other process shows the hold", seconds_max=0.25)


async def test_a_hold_that_runs_out_leaves_every_view_by_itself(processes: TwoProcesses) -> None:
    await processes.one.view()
    await processes.other.view()

    async def is_free() -> bool:
        views = [await processes.one.view(), await processes.other.view()]
        return all(view.state_of(SeatId("A1")) == "a" for view in views)

    async def runs_out(_: int) -> None:
        await processes.hold(processes.one, "A1", ttl_ms=200)
        await eventually(is_free, "both views show the seat as available")

    await in_time(runs_out, "both views show the seat as available", seconds_max=1.2)


async def test_an_expiry_known_from_the_feed_alone_is_swept_in_time(processes: TwoProcesses) -> None:
    await processes.other.view()
    await processes.one.close()

    async def runs_out(_: int) -> None:
        before = (await processes.other.view()).position
        granting = Process(processes.server, processes.sold)
        await processes.hold(granting, "A1", ttl_ms=300)
        await granting.close()  # the process that granted it is gone

        async def is_free_again() -> bool:
            view = await processes.other.view()
            return view.position != before and view.state_of(SeatId("A1")) == "a"

        await eventually(is_free_again, "the view shows the seat as available")

    await in_time(runs_out, "the view shows the seat as available", seconds_max=1.2)


async def test_after_flushall_a_sold_seat_is_still_shown_as_sold(processes: TwoProcesses) -> None:
    await processes.one.view()
    await processes.hold(processes.one, "A1")
    await processes.book(processes.one, "A2")
    await processes.one.store.client.execute(("FLUSHALL",))
    await processes.converged()
    assert (await processes.one.view()).states().startswith(b"ab")


async def test_a_killed_server_that_comes_back_is_followed_again(processes: TwoProcesses) -> None:
    await processes.one.view()
    await processes.hold(processes.one, "A1")
    view = await processes.one.view()
    processes.server.kill()
    try:
        await eventually(lambda: view.stale, "the view is stale")
        assert (await processes.one.view()).state_of(SeatId("A1")) == "h"
    finally:
        processes.server.start()
    await processes.converged()
    await processes.hold(processes.one, "A2")
    await processes.converged()


async def test_a_server_that_hangs_leaves_views_stale_until_it_goes_on(processes: TwoProcesses) -> None:
    view = await processes.one.view()
    processes.server.kill(signal.SIGSTOP)
    try:
        await eventually(lambda: view.stale, "the view is stale")
    finally:
        processes.server.kill(signal.SIGCONT)
    await processes.converged()


STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("hold"), st.sampled_from(["one", "other"]), st.sampled_from([*NAMES, "A1 B1", "A2 R1"])),
        st.tuples(st.just("short hold"), st.sampled_from(["one", "other"]), st.sampled_from(NAMES)),
        st.tuples(st.just("book"), st.sampled_from(["one", "other"]), st.sampled_from(NAMES)),
        st.tuples(st.just("release"), st.sampled_from(["one", "other"]), st.sampled_from(NAMES)),
        st.tuples(st.sampled_from(["read", "trim", "flush", "lose the feed", "lose the epoch", "pause"])),
    ),
    min_size=5,
    max_size=25,
)


async def take(processes: TwoProcesses, step: tuple[str, ...]) -> None:
    client = processes.one.store.client
    match step:
        case ("hold" | "short hold" as kind, which, names):
            process = processes.one if which == "one" else processes.other
            await processes.hold(process, names, ttl_ms=60_000 if kind == "hold" else 5)
        case ("book", which, name):
            await processes.book(processes.one if which == "one" else processes.other, name)
        case ("release", which, name):
            await processes.release(processes.one if which == "one" else processes.other, name)
        case ("read",):
            await asyncio.gather(processes.one.view(), processes.other.view())
        case ("trim",):
            await client.execute(("XTRIM", keys.seat_changes(EVENT), "MAXLEN", 1))
        case ("flush",):
            await client.execute(("FLUSHALL",))
        case ("lose the feed",):
            await client.execute(("DEL", keys.seat_changes(EVENT)))
        case ("lose the epoch",):  # found by the next call that writes
            await client.execute(("DEL", keys.event_epoch(EVENT)))
            await processes.hold(processes.one, "B3")
        case _:
            await asyncio.sleep(0.02)


@settings(
    max_examples=60,
    deadline=None,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(STEPS)
@example([("lose the feed",), ("read",), ("hold", "one", "B1"), *[("short hold", "one", "A2")] * 2, ("lose the feed",)])
def test_views_converge_whatever_the_server_goes_through(valkey: ValkeyServer, steps: list[tuple[str, ...]]) -> None:
    async def play() -> None:
        processes = TwoProcesses(valkey)
        try:
            await processes.one.store.client.execute(("FLUSHALL",))
            await processes.one.view()
            for step in steps:
                await take(processes, step)
            await processes.converged()
        finally:
            await processes.close()

    asyncio.run(play())


async def test_views_converge_after_the_server_was_killed_under_load(processes: TwoProcesses) -> None:
    await asyncio.gather(processes.one.view(), processes.other.view())

    async def shop(process: Process) -> None:
        for round_number in range(40):
            for name in NAMES:
                with contextlib.suppress(StoreUnavailable):
                    await processes.hold(process, name, ttl_ms=5)
                if round_number == 39:
                    with contextlib.suppress(StoreUnavailable):
                        await processes.hold(process, name)

    shoppers = [asyncio.create_task(shop(process)) for process in (processes.one, processes.other)]
    await eventually(lambda: processes.one.store.client.calls_sent > 50, "the shoppers are at work")
    processes.server.kill()
    processes.server.start()
    await asyncio.gather(*shoppers)
    await processes.converged()
