"""The promises of the product, checked after the fact: what the ledger and the store say must agree, seat by seat.

Works on any adapters: `broken_promises` asks the two ports and names everything that is wrong.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from frontrow.domain.booking import Booking
from frontrow.domain.hold import Cold
from frontrow.domain.ids import EventId, SeatId, UserId
from frontrow.ports import HoldStore, Ledger


async def broken_promises(
    store: HoldStore,
    ledger: Ledger,
    event_id: EventId,
    *,
    seat_ids: Sequence[SeatId],
    user_ids: Iterable[UserId],
    settled: bool = True,
) -> list[str]:
    """Every promise the event breaks now, in words; empty when all are kept.

    Args:
        seat_ids: every seat of the event. user_ids: everyone who may have booked or held.
        settled: nothing is under way and the relay has run, so the store must also know all that is sold.
    """
    rows = {row.seat_id: row for row in await ledger.live_seats(event_id)}
    bookings = [it for it in await _bookings_of(ledger, set(user_ids)) if it.event_id == event_id]
    owner_of = {seat_id: row.owner_id for seat_id, row in rows.items()}
    faults = [*_one_booking_a_seat(bookings), *_bookings_are_whole(bookings, owner_of)]
    sold = await store.sold_seats(event_id)
    if isinstance(sold, Cold):
        return faults
    holders = await store.holders(event_id, seat_ids)
    for seat_id, (state, owner_id) in sold.items():
        row = rows.get(seat_id)
        if row is None or (row.owner_id, row.state) != (owner_id, state):
            faults.append(f"{seat_id}: the store has {state} by {owner_id}, the ledger {row}")
    if settled:
        faults += [f"{seat_id}: sold in the ledger and not in the store" for seat_id in rows if seat_id not in sold]
        faults += [f"{seat_id}: sold and held by {holders[seat_id]}" for seat_id in rows if seat_id in holders]
        waiting = await ledger.outbox(older_than_ms=2**60, limit=1000)
        faults += [f"outbox task {task.task_id} of {task.owner_id} is undone" for task in waiting]
    return faults


async def _bookings_of(ledger: Ledger, user_ids: set[UserId]) -> list[Booking]:
    return [booking for it in user_ids for booking in await ledger.bookings_of(it, before=None, limit=10_000)]


def _one_booking_a_seat(bookings: Iterable[Booking]) -> list[str]:
    live = Counter(it for booking in bookings for it in booking.seat_ids if it not in booking.cancelled_seat_ids)
    return [f"{seat_id}: in {count} live bookings" for seat_id, count in live.items() if count > 1]


def _bookings_are_whole(bookings: Iterable[Booking], owner_of: Mapping[SeatId, str]) -> list[str]:
    return [
        f"{seat_id}: in booking {booking.booking_id}, its row belongs to {owner_of.get(seat_id)}"
        for booking in bookings
        for seat_id in booking.seat_ids
        if seat_id not in booking.cancelled_seat_ids and owner_of.get(seat_id) != booking.booking_id
    ]
