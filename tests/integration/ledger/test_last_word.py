"""The unique index is the last word: races for one seat, and the same races where the index is gone."""

import asyncio

import sqlalchemy as sa

from frontrow.adapters.sql.database import Database
from frontrow.adapters.sql.ledger import SqlLedger
from frontrow.adapters.sql.tables import live_seats_index
from frontrow.domain.booking import BookingWritten, BookOutcome, SeatConflict
from frontrow.domain.event import Event
from tests.integration.ledger.drafts import block, booked, draft, guard, live
from tests.support.fake_clock import FakeClock

WRITERS = 50


async def race(ledger: SqlLedger, clock: FakeClock, gala: Event) -> list[BookOutcome]:
    """Fifty users write a booking of the same seat, each with another seat of their own."""
    drafts = [draft(gala, f"A1 B{number}", user=f"user-{number}", key="k") for number in range(WRITERS)]
    return await asyncio.gather(*(ledger.book(it, guard_until_ms=guard(clock)) for it in drafts))


async def without_index(database: Database) -> None:
    """Take the last word away."""

    def drop(connection: sa.Connection) -> None:
        live_seats_index.drop(connection)

    await database.write(drop)


async def test_fifty_writers_of_one_seat_have_one_winner(ledger: SqlLedger, clock: FakeClock, gala: Event) -> None:
    outcomes = await race(ledger, clock, gala)
    winners = [it for it in outcomes if isinstance(it, BookingWritten)]
    assert len(winners) == 1
    conflicts = [it for it in outcomes if isinstance(it, SeatConflict)]
    assert len(conflicts) == WRITERS - 1
    assert {seat.owner_id for it in conflicts for seat in it.seats} == {winners[0].booking.booking_id}
    assert sorted(await live(ledger, gala)) == sorted(winners[0].booking.seat_ids)


async def test_without_the_index_the_same_race_sells_the_seat_again_and_again(
    ledger: SqlLedger, database: Database, clock: FakeClock, gala: Event
) -> None:
    await without_index(database)
    outcomes = await race(ledger, clock, gala)
    assert len([it for it in outcomes if isinstance(it, BookingWritten)]) > 1


async def test_bookings_and_blocks_race_under_the_same_index(ledger: SqlLedger, clock: FakeClock, gala: Event) -> None:
    withheld = [block(gala, f"A1 B{number}") for number in range(5)]
    sold = [draft(gala, f"A1 C{number}") for number in range(5)]
    blocked, written = await asyncio.gather(
        asyncio.gather(*(ledger.add_block(it) for it in withheld)),
        asyncio.gather(*(ledger.book(it, guard_until_ms=guard(clock)) for it in sold)),
    )
    won: list[str] = [it.block_id for it, outcome in zip(withheld, blocked, strict=True) if outcome is None]
    won += [it.booking.booking_id for it in written if isinstance(it, BookingWritten)]
    assert len(won) == 1
    assert set((await live(ledger, gala)).values()) == set(won)


async def test_cancelling_twice_at_once_frees_once(ledger: SqlLedger, clock: FakeClock, gala: Event) -> None:
    wanted = draft(gala, "A1 A2")
    await booked(ledger, clock, wanted)
    outcomes = await asyncio.gather(*(ledger.cancel(wanted.booking.booking_id, None) for _ in range(5)))
    assert sorted(len(getattr(it, "freed", ())) for it in outcomes) == [0, 0, 0, 0, 2]
