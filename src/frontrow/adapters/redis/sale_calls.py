"""The scripts on sales, each as one typed call: bookings and blocks, the cache of the ledger, and its upkeep.

KEYS, ARGV and replies are documented in each script's head.
"""

from collections.abc import Sequence
from typing import Literal

from frontrow.adapters.redis import keys, scripts
from frontrow.adapters.redis.arguments import ListedHold, new_tag, numbered
from frontrow.adapters.redis.client import Argument, StoreClient
from frontrow.adapters.redis.replies import (
    Changed,
    cold_of,
    entries_of,
    pairs_of,
    refusals_of,
    seats_of,
    tables_of,
    words_of,
    written_of,
)
from frontrow.domain.booking import SeatRowState
from frontrow.domain.changes import Change, ChangeKind
from frontrow.domain.hold import (
    BookingBegun,
    BookingFinished,
    BookingRunning,
    Cold,
    HeldSeat,
    HoldNotComplete,
    HoldNotFound,
    SeatsBusy,
    SeatsUnavailable,
    Written,
)
from frontrow.domain.ids import BlockId, BookingId, EventId, HoldId, OrderId, SeatId, TableId, UserId


async def begin_booking(  # noqa: PLR0911  # a return for each documented reply
    client: StoreClient,
    *,
    event_id: EventId,
    booking_id: BookingId,
    user_id: UserId,
    by: Literal["hold", "seats"],
    holds: Sequence[ListedHold],
    held: Sequence[HeldSeat],
    guard_ms: int,
) -> BookingBegun | Changed | BookingRunning | SeatsBusy | HoldNotComplete | SeatsUnavailable | HoldNotFound | Cold:
    """Mark `held`, which is all that one hold lists ("hold") or seats across holds ("seats"), for a booking."""
    user, tag, of_event = keys.encoded_user(user_id), new_tag(), keys.of_event(event_id)
    number_of = numbered([hold.hold_id for hold in holds])
    names = [
        of_event.epoch,
        of_event.sold_seats,
        of_event.held_seats,
        of_event.booking_marks,
        of_event.seat_changes,
        keys.user_seats(event_id, user),
        *[keys.hold(event_id, hold.hold_id) for hold in holds],
        *of_event.seat_locks([pair.seat_id for pair in held]),
    ]
    arguments: list[Argument] = [user, booking_id, guard_ms, tag, by, len(holds), len(held)]
    for hold in holds:
        arguments += [hold.hold_id, ",".join(hold.seat_ids)]
    for pair in held:
        arguments += (pair.seat_id, number_of[pair.hold_id])
    reply = words_of(await client.script(scripts.BEGIN_BOOKING, names, arguments))
    now_ms: int = reply[1]
    match reply[0]:
        case b"begun":
            entries = entries_of(
                reply[5], epoch=reply[4], tag=tag, now_ms=now_ms, user_id=user_id, hold_ids=list(number_of)
            )
            return BookingBegun(tuple(held), tables_of(reply[3]), reply[2], now_ms, entries)
        case b"changed":
            return Changed(now_ms)
        case b"running":
            return BookingRunning(reply[2], now_ms)
        case b"busy":
            return SeatsBusy(seats_of(reply[3]), reply[2], now_ms)
        case b"not_complete":
            return HoldNotComplete(seats_of(reply[2]), now_ms)
        case b"unavailable":
            return SeatsUnavailable(refusals_of(reply[2:]), now_ms)
        case b"not_found":
            return HoldNotFound(now_ms)
    return cold_of(reply)


async def finish_booking(
    client: StoreClient,
    *,
    event_id: EventId,
    booking_id: str,
    state: SeatRowState,
    owner_id: str,
    user_id: UserId,
    seat_ids: Sequence[SeatId],
    held: Sequence[HeldSeat],
    table_ids: Sequence[TableId],
    replaces_claim: OrderId | None,
) -> BookingFinished:
    """Record committed seats as sold; see ports.HoldStore.finish_booking.

    Args:
        table_ids: the tables that the holds of `held` list, or just those of `held`: their markers go with their seats.
    """
    user, tag, of_event = keys.encoded_user(user_id), new_tag(), keys.of_event(event_id)
    number_of = numbered([pair.hold_id for pair in held])
    marked = {pair.seat_id: number_of[pair.hold_id] for pair in held}
    names = [
        of_event.epoch,
        of_event.sold_seats,
        of_event.held_seats,
        of_event.booking_marks,
        of_event.freed_seats,
        of_event.seat_changes,
        keys.user_seats(event_id, user),
        *[keys.hold(event_id, hold_id) for hold_id in number_of],
        *of_event.seat_locks(seat_ids),
        *[keys.table_lock(event_id, table_id) for table_id in table_ids],
    ]
    arguments: list[Argument] = [booking_id, state.value, owner_id, user, replaces_claim or "", tag]
    arguments += [len(number_of), len(seat_ids), len(table_ids), *number_of]
    for seat_id in seat_ids:
        arguments += (seat_id, marked.pop(seat_id, 0))
    arguments += marked  # what was marked and is not sold
    reply = words_of(await client.script(scripts.FINISH_BOOKING, names, arguments))
    now_ms: int = reply[1]
    return BookingFinished(
        skipped=seats_of(reply[2]),
        broken=tuple([HeldSeat(SeatId(seat_id), HoldId(hold_id)) for seat_id, hold_id in pairs_of(reply[3])]),
        now_ms=now_ms,
        entries=entries_of(
            reply[5],
            epoch=reply[4],
            tag=tag,
            now_ms=now_ms,
            user_id=user_id,
            hold_ids=list(number_of),
            other=Change(ChangeKind(state.value), (), user_id=user_id, owner_id=owner_id),
        ),
    )


async def abort_booking(
    client: StoreClient, *, event_id: EventId, booking_id: BookingId, user_id: UserId, held: Sequence[HeldSeat]
) -> Written:
    """Take back a booking's own marks; see ports.HoldStore.abort_booking."""
    user, tag = keys.encoded_user(user_id), new_tag()
    number_of = numbered(pair.hold_id for pair in held)
    names = [
        keys.event_epoch(event_id),
        keys.held_seats(event_id),
        keys.booking_marks(event_id),
        keys.seat_changes(event_id),
        keys.user_seats(event_id, user),
        *(keys.hold(event_id, hold_id) for hold_id in number_of),
        *(keys.seat_lock(event_id, pair.seat_id) for pair in held),
    ]
    arguments: list[Argument] = [booking_id, user, tag, len(number_of), len(held), *number_of]
    for pair in held:
        arguments += [pair.seat_id, number_of[pair.hold_id]]
    reply = words_of(await client.script(scripts.ABORT_BOOKING, names, arguments))
    now_ms: int = reply[1]
    entries = entries_of(
        reply[4],
        epoch=reply[3],
        tag=tag,
        now_ms=now_ms,
        user_id=user_id,
        hold_ids=list(number_of),
        other=Change(ChangeKind.EXPIRED, ()),
    )
    return Written(seats_of(reply[2]), now_ms, entries)


async def free_seats(client: StoreClient, *, event_id: EventId, owner_id: str, seat_ids: Sequence[SeatId]) -> Written:
    """Free for good what an owner had; see ports.HoldStore.free_seats."""
    tag = new_tag()
    names = [
        keys.event_epoch(event_id),
        keys.sold_seats(event_id),
        keys.freed_seats(event_id),
        keys.seat_changes(event_id),
    ]
    reply = words_of(await client.script(scripts.FREE_SEATS, names, [owner_id, tag, *seat_ids]))
    return written_of(reply, tag=tag, kind=ChangeKind.FREED, owner_id=owner_id)


async def set_blocked(
    client: StoreClient, *, event_id: EventId, block_id: BlockId, seat_ids: Sequence[SeatId]
) -> Written | SeatsUnavailable | Cold:
    """Withhold free seats, all or none; see ports.HoldStore.set_blocked."""
    tag = new_tag()
    names = [
        keys.event_epoch(event_id),
        keys.sold_seats(event_id),
        keys.held_seats(event_id),
        keys.booking_marks(event_id),
        keys.seat_changes(event_id),
    ]
    reply = words_of(await client.script(scripts.SET_BLOCKED, names, [block_id, tag, *seat_ids]))
    match reply[0]:
        case b"blocked":
            return written_of(reply, tag=tag, kind=ChangeKind.BLOCKED, owner_id=block_id)
        case b"unavailable":
            return SeatsUnavailable(refusals_of(reply[2:]), reply[1])
    return cold_of(reply)


async def sweep_expired(client: StoreClient, *, event_id: EventId, seats_max: int) -> Written:
    """Tell the feed which holds ran out; see ports.HoldStore.sweep_expired."""
    tag = new_tag()
    names = [
        keys.event_epoch(event_id),
        keys.held_seats(event_id),
        keys.booking_marks(event_id),
        keys.freed_seats(event_id),
        keys.seat_changes(event_id),
    ]
    reply = words_of(await client.script(scripts.SWEEP_EXPIRED, names, [seats_max, tag]))
    return written_of(reply, tag=tag, kind=ChangeKind.EXPIRED)


async def retire_event(client: StoreClient, *, event_id: EventId) -> None:
    """Remove the keys that have no lifetime of their own."""
    names = [
        keys.event_epoch(event_id),
        keys.sold_seats(event_id),
        keys.held_seats(event_id),
        keys.booking_marks(event_id),
        keys.freed_seats(event_id),
        keys.seat_changes(event_id),
        keys.event_warming(event_id),
    ]
    await client.script(scripts.RETIRE_EVENT, names, [])
