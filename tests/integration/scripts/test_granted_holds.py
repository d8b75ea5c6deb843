"""A booking of a hold that this process granted asks the store once, whatever became of the hold meanwhile.

What is remembered of a hold is only a guess: where another process has changed it, the outcome is that of a process
which knows nothing.
"""

from collections.abc import AsyncIterator

import pytest_asyncio

from frontrow.domain.hold import Cold, HoldNotComplete, HoldNotFound
from tests.support.event_on_valkey import EventOnValkey
from tests.support.one_event import pairs, seats
from tests.support.valkey import StoreServer


@pytest_asyncio.fixture
async def elsewhere(event: EventOnValkey, server: StoreServer) -> AsyncIterator[EventOnValkey]:
    """The same event by another process."""
    other = EventOnValkey(server)
    yield other
    await other.close()


async def test_a_hold_granted_here_is_begun_without_being_read(event: EventOnValkey, elsewhere: EventOnValkey) -> None:
    for process, first in ((event, "1-e"), (elsewhere, "1-f")):  # either has met its server, and that the script
        await process.acquired("jane", first, f"Z{first}")
        await process.begun("jane", f"{first}b", hold=first)
    for process, calls in ((event, 1), (elsewhere, 2)):
        hold, booking = f"1-h{calls}", f"1-b{calls}"
        await event.acquired("john", hold, f"A{calls} B{calls}", tables={f"T{calls}": f"C{calls}"})
        sent = process.client.calls_sent
        begun = await process.begun("john", booking, hold=hold)
        assert process.client.calls_sent - sent == calls
        assert (begun.held, begun.table_ids) == (pairs(f"A{calls} B{calls} C{calls}", hold), (f"T{calls}",))


async def test_seats_added_or_given_back_elsewhere_are_seen(event: EventOnValkey, elsewhere: EventOnValkey) -> None:
    await event.acquired("john", "1-h", "A1 A2")
    await elsewhere.acquired("john", "1-h", "A3", adds=True)
    await event.acquired("jane", "1-j", "B1 B2")
    await elsewhere.release("jane", "1-j", "B1")
    assert (await event.begun("john", "1-b", hold="1-h")).held == pairs("A1 A2 A3", "1-h")
    assert (await event.begun("jane", "1-c", hold="1-j")).held == pairs("B2", "1-j")
    assert set(event.marks()) == {"A1", "A2", "A3", "B2"}


async def test_seats_added_here_are_remembered_with_the_first(event: EventOnValkey) -> None:
    await event.acquired("john", "1-first", "B1")
    await event.begun("john", "1-a", hold="1-first")  # the server has met the script
    await event.acquired("john", "1-h", "A1")
    await event.acquired("john", "1-h", "A2", adds=True)
    sent = event.client.calls_sent
    assert (await event.begun("john", "1-b", hold="1-h")).held == pairs("A1 A2", "1-h")
    assert event.client.calls_sent - sent == 1


async def test_a_hold_that_lost_seats_elsewhere_is_refused_naming_them(
    event: EventOnValkey, elsewhere: EventOnValkey
) -> None:
    await event.acquired("john", "1-h", "A1 A2")
    await elsewhere.acquired("john", "1-h2", "A2")
    outcome = await event.begin("john", "1-b", hold="1-h")
    assert isinstance(outcome, HoldNotComplete) and outcome.seat_ids == seats("A2")
    assert not event.marks()


async def test_a_hold_that_is_gone_or_somebody_elses_is_not_found(
    event: EventOnValkey, elsewhere: EventOnValkey
) -> None:
    await event.acquired("john", "1-given", "A1")
    await elsewhere.release("john", "1-given")
    await event.acquired("john", "1-old", "A2")
    event.pass_ms(3_600_000)
    await event.acquired("john", "1-johns", "A3")
    for user, hold in (("john", "1-given"), ("john", "1-old"), ("jane", "1-johns")):
        assert isinstance(await event.begin(user, "1-b", hold=hold), HoldNotFound), hold
    assert not event.marks()


async def test_a_store_that_was_emptied_is_cold(event: EventOnValkey) -> None:
    await event.acquired("john", "1-h", "A1")
    event.lose_epoch()
    assert isinstance(await event.begin("john", "1-b", hold="1-h"), Cold)
