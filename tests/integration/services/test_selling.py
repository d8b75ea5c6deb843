"""Selling seats on real stores, with a fault at every step of a booking: what was sold stays sold, once."""

import asyncio
import signal

import pytest
import redis
from msgspec.structs import replace

from frontrow.domain.booking import BookingWritten, SeatRowState
from frontrow.domain.errors import StoreUnavailable
from frontrow.domain.hold import BookingRunning, HoldNotFound, SeatRefusal, SeatsUnavailable, Unavailable
from frontrow.domain.ids import LayoutId, SeatId
from frontrow.services.counts import Count
from frontrow.services.outcomes import BlockWritten, HoldRequest, HoldShown, SeatsUnblocked
from frontrow.services.reconcile import SUSPECT_MS
from frontrow.services.relay import TAKE_OVER_AFTER_MS
from tests.integration.services.conftest import Process
from tests.support.eventually import eventually
from tests.support.fake_clock import SkippingClock
from tests.support.faults import Faults, ProcessDied
from tests.support.house import EVENT, House, key, seats, small_layout, tables, user
from tests.support.valkey import ValkeyServer

ANN, BOB, ADMIN = user("ann: 100% {b}"), user("bob"), user("root", "admin")


def raw(valkey: ValkeyServer) -> "redis.Redis":
    return redis.Redis(unix_socket_path=str(valkey.socket), decode_responses=True)


def flush(valkey: ValkeyServer) -> None:
    client = raw(valkey)
    client.flushall()
    client.close()


def restart(valkey: ValkeyServer) -> None:
    """Kill it as one whose disk keeps up, and start it again: on a slow one its last writes may be lost with it."""
    with redis.Redis(unix_socket_path=str(valkey.socket)) as client:
        client.set("written before it is killed", "")
        client.execute_command("WAITAOF", 1, 0, 0)
    valkey.kill()
    valkey.start()


def written(answer: object) -> BookingWritten:
    assert isinstance(answer, BookingWritten), answer
    return answer


async def settle(house: House, clock: SkippingClock) -> None:
    """Let a relay take over what is left, load a cold event, and compare."""
    clock.skip(TAKE_OVER_AFTER_MS + 1)
    await house.relay.relay_once()
    await house.hold(user("someone else"), "B10")
    await house.reconciler.reconcile(EVENT)


async def test_seats_and_tables_are_sold_and_nobody_can_have_them_again(house: House, clock: SkippingClock) -> None:
    hold = await house.holds.hold(ANN, EVENT, HoldRequest(seats("A1 A2"), tables("R")))
    assert isinstance(hold, HoldShown)
    booking = written(await house.book_hold(ANN, hold.hold_id)).booking
    assert booking.seat_ids == seats("A1 A2 R1 R2 R3 R4")
    assert booking.table_ids == tables("R")
    assert await house.holds.my_holds(ANN) == []
    refused = await house.hold(BOB, "A2 R1 A3")
    assert isinstance(refused, SeatsUnavailable)
    assert refused.refusals == tuple(SeatRefusal(it, Unavailable.BOOKED) for it in seats("A2 R1"))
    await settle(house, clock)
    assert await house.broken_promises(ANN, BOB) == []


async def test_after_flushall_a_sold_seat_is_still_refused(
    house: House, valkey: ValkeyServer, clock: SkippingClock
) -> None:
    await house.sold(ANN, "A1 A2")
    assert isinstance(await house.blocks.block(ADMIN, EVENT, seats("A3")), BlockWritten)
    lost = await house.held(BOB, "A4")
    flush(valkey)
    refused = await house.hold(BOB, "A1 A2 A3 A5")
    assert isinstance(refused, SeatsUnavailable)
    assert [(it.seat_id, it.reason) for it in refused.refusals] == [
        ("A1", "booked"),
        ("A2", "booked"),
        ("A3", "blocked"),
    ]
    assert isinstance(await house.book_hold(BOB, lost), HoldNotFound)
    written(await house.book_hold(BOB, await house.held(BOB, "A4")))
    await settle(house, clock)
    assert await house.broken_promises(ANN, BOB, ADMIN) == []


STEPS = [
    ("store", "before", "begin_booking"),
    ("store", "after", "begin_booking"),
    ("ledger", "before", "book"),
    ("ledger", "after", "book"),
    ("store", "before", "finish_booking"),
    ("store", "after", "finish_booking"),
]


@pytest.mark.parametrize("then", ["nothing", "FLUSHALL", "kill -9"])
@pytest.mark.parametrize("step", STEPS, ids=" ".join)
async def test_a_process_that_dies_at_any_step_of_a_booking_neither_sells_twice_nor_loses_a_sale(
    house: House, process: Process, valkey: ValkeyServer, clock: SkippingClock, *, step: tuple[str, str, str], then: str
) -> None:
    port, when, method = step
    hold_id = await house.held(ANN, "A1 A2")
    faults: Faults = house.store_faults if port == "store" else house.ledger_faults
    strike = faults.before if when == "before" else faults.after
    strike(method, ProcessDied())
    with pytest.raises(ProcessDied):
        await house.book_hold(ANN, hold_id, key("k", ANN))
    if then == "FLUSHALL":
        flush(valkey)
    elif then == "kill -9":
        restart(valkey)
    after = await process()
    await settle(after, clock)
    was_written = STEPS.index(step) >= STEPS.index(("ledger", "after", "book"))
    again = await after.book_hold(ANN, hold_id, key("k", ANN))
    theirs = await after.hold(BOB, "A1 A2")
    if was_written:
        assert written(again).replayed
        assert isinstance(theirs, SeatsUnavailable)
    elif then == "FLUSHALL":
        assert isinstance(again, HoldNotFound)
        assert isinstance(theirs, HoldShown)
    else:
        marked = step != STEPS[0]
        assert isinstance(again, BookingRunning if marked else BookingWritten)
        assert isinstance(theirs, SeatsUnavailable)
    await settle(after, clock)
    assert await after.broken_promises(ANN, BOB) == []


async def test_a_key_has_its_first_answer_for_ever(house: House, process: Process, valkey: ValkeyServer) -> None:
    hold_id = await house.held(ANN, "A1")
    first = written(await house.book_hold(ANN, hold_id, key("k", ANN)))
    flush(valkey)
    other = await process()
    assert written(await other.book_hold(ANN, hold_id, key("k", ANN))).booking == first.booking
    await other.bookings.cancel(ANN, first.booking.booking_id)
    await other.sold(BOB, "A1")
    valkey.kill()
    again = written(await other.book_hold(ANN, hold_id, key("k", ANN)))
    valkey.start()
    assert again.replayed
    assert again.booking == first.booking
    assert await other.broken_promises(ANN, BOB, settled=False) == []


async def test_any_relay_finishes_what_a_dead_process_sold(
    house: House, process: Process, clock: SkippingClock
) -> None:
    hold_id = await house.held(ANN, "A1 A2 A3")
    house.ledger_faults.after("book", ProcessDied())
    with pytest.raises(ProcessDied):
        await house.book_hold(ANN, hold_id)
    after = await process()
    running = asyncio.create_task(after.relay.run())
    clock.skip(TAKE_OVER_AFTER_MS)
    await eventually(lambda: after.counts.of(Count.RELAY_TASKS) == 1, "the relay has finished the booking")
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert await after.holds.my_holds(ANN) == []
    assert await after.broken_promises(ANN) == []


async def test_a_killed_store_is_unavailable_and_recovers_by_itself(
    house: House, valkey: ValkeyServer, clock: SkippingClock
) -> None:
    await house.sold(ANN, "A1")
    hold_id = await house.held(ANN, "A2")
    valkey.kill(signal.SIGKILL)
    with pytest.raises(StoreUnavailable):
        await house.hold(BOB, "A3")
    with pytest.raises(StoreUnavailable):
        await house.book_hold(ANN, hold_id, key("k", ANN))
    valkey.start()
    assert isinstance(await house.hold(BOB, "A1"), SeatsUnavailable)
    await house.background.finished()
    written(await house.book_hold(ANN, hold_id, key("k", ANN)))
    await house.held(BOB, "A3")
    await settle(house, clock)
    assert await house.broken_promises(ANN, BOB) == []


async def test_a_store_that_hangs_costs_no_seat(house: House, valkey: ValkeyServer, clock: SkippingClock) -> None:
    await house.sold(ANN, "A1")
    valkey.kill(signal.SIGSTOP)
    with pytest.raises(StoreUnavailable):
        await house.hold(BOB, "A2 A3")
    valkey.kill(signal.SIGCONT)
    # Both acquires are done now, in one hold of which nobody was told; it is given back.
    await house.background.finished()
    await eventually(lambda: is_free(house, "A2 A3"), "the unknown hold is released")
    await house.sold(ANN, "A2 A3")


async def is_free(house: House, names: str) -> bool:
    return await house.real_store.holders(EVENT, seats(names)) == {}


async def test_cancelled_seats_are_sold_again_and_late_repeats_change_nothing(
    house: House, process: Process, clock: SkippingClock
) -> None:
    hold_id = await house.held(ANN, "A1 A2")
    house.store_faults.before("finish_booking", StoreUnavailable("cut"))
    booking = written(await house.book_hold(ANN, hold_id)).booking
    tasks = await house.real_ledger.outbox_of(booking.booking_id)
    await house.bookings.cancel(ANN, booking.booking_id, seats("A1"))
    await house.bookings.cancel(ANN, booking.booking_id)
    await settle(house, clock)
    await house.sold(BOB, "A1")
    for task in tasks:  # a relay that was stopped in between goes on
        await house.real_store.finish_booking(
            EVENT,
            booking_id=booking.booking_id,
            state=SeatRowState.BOOKED,
            owner_id=booking.booking_id,
            user_id=ANN.user_id,
            seat_ids=task.seats,
            held=task.held,
        )
    await settle(house, clock)
    assert await house.broken_promises(ANN, BOB) == []


async def test_the_reconciler_heals_frees_and_raises_the_alarm(
    house: House, valkey: ValkeyServer, clock: SkippingClock
) -> None:
    await house.sold(ANN, "A1 A2")
    cancelled = await house.sold(ANN, "A3")
    await house.relay.relay_once()
    client = raw(valkey)
    sold_key = next(name for name in client.scan_iter("sold_seats:*"))
    ghost, kept = "booked:1-ghost", client.hget(sold_key, "A3")
    await house.bookings.cancel(ANN, cancelled.booking_id)
    await house.relay.relay_once()
    client.hdel(sold_key, "A1")
    client.hset(sold_key, "A3", kept)
    client.hset(sold_key, "B1", ghost)
    client.hset(sold_key, "B2", "blocked:1-ghost")
    found = await house.reconciler.reconcile(EVENT)
    assert (found.healed, found.freed, found.unknown) == (seats("A1"), seats("A3"), seats("B1"))
    clock.skip(SUSPECT_MS)
    assert set((await house.reconciler.reconcile(EVENT)).unknown) == set(seats("B1 B2"))
    assert client.hget(sold_key, "B1") == ghost
    client.hdel(sold_key, "B1", "B2")
    client.close()
    assert house.counts.of(Count.OWNERS_UNKNOWN) == 2
    assert isinstance(await house.hold(BOB, "A1"), SeatsUnavailable)
    await house.sold(BOB, "A3")
    await settle(house, clock)
    assert await house.broken_promises(ANN, BOB) == []


async def test_every_unavailable_seat_of_a_withheld_row_is_named(house: House, valkey: ValkeyServer) -> None:
    row = tuple(SeatId(f"A{number}") for number in range(1, 11))
    assert isinstance(await house.blocks.block(ADMIN, EVENT, row), BlockWritten)
    refused = await house.hold(BOB, " ".join(row))
    assert isinstance(refused, SeatsUnavailable)
    assert [it.seat_id for it in refused.refusals] == list(row)
    await house.blocks.unblock(ADMIN, EVENT, row)
    await house.held(BOB, " ".join(row))
    assert await house.broken_promises(ADMIN) == []


async def test_a_block_of_a_thousand_seats_is_withheld_healed_and_given_back(
    house: House, valkey: ValkeyServer, process: Process
) -> None:
    layout = small_layout(seats_per_row=500)
    version = await house.real_ledger.add_layout(replace(layout, id=LayoutId("large-house")), b"{}")
    sale = await house.catalog.sale(EVENT)
    assert sale is not None
    larger = replace(sale.event, layout_id=LayoutId("large-house"), layout_version=version)
    assert await house.real_ledger.update_event(larger, expected=sale.event)
    after = await process()
    row = tuple(SeatId(f"{name}{number}") for name in "AB" for number in range(1, 501))
    assert isinstance(await after.blocks.block(ADMIN, EVENT, row), BlockWritten)
    client = raw(valkey)
    client.delete(next(name for name in client.scan_iter("sold_seats:*")))
    client.close()
    assert set((await after.reconciler.reconcile(EVENT)).healed) == set(row)
    assert await after.blocks.unblock(ADMIN, EVENT, row) == SeatsUnblocked(row)
    assert await after.broken_promises(ADMIN, layout=layout) == []
