"""The scripts on holds, each as one typed call: acquire_hold, extend_hold, release_hold.

KEYS, ARGV and replies are documented in each script's head. What a script must be given to compare was read before
(seat_reads.py); where that no longer stands it writes nothing and the call answers `Changed`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from frontrow.adapters.redis import keys, scripts
from frontrow.adapters.redis.arguments import ListedHold, ListedSeat, ListedTable, new_tag, numbered
from frontrow.adapters.redis.client import Argument, StoreClient
from frontrow.adapters.redis.gathering import Replicas
from frontrow.adapters.redis.replication import replicated_script
from frontrow.adapters.redis.replies import (
    Changed,
    Words,
    cold_of,
    entries_of,
    refusals_of,
    seats_of,
    tables_of,
    words_of,
)
from frontrow.domain.changes import Change, ChangeKind, FeedEntry
from frontrow.domain.hold import (
    Cold,
    HoldAcquired,
    HoldExtended,
    HoldNotFound,
    HoldReleased,
    KeyReused,
    OrphanCheck,
    OrphanSeats,
    SeatLimitReached,
    SeatsBusy,
    SeatsUnavailable,
)
from frontrow.domain.ids import EventId, HoldId, SeatId, TableId, UserId


@dataclass(frozen=True, slots=True)
class KeyAnswered:
    """The idempotency key has made this hold before; whether it still lives is to be read. Nothing was written."""

    hold_id: HoldId
    now_ms: int


NotAcquired = (
    KeyAnswered | SeatsUnavailable | SeatsBusy | SeatLimitReached | OrphanSeats | HoldNotFound | KeyReused | Cold
)
"""What acquire_hold answers where it writes nothing; a hold that was there is HoldAcquired too, replayed."""


async def acquire_hold(
    client: StoreClient,
    *,
    event_id: EventId,
    hold_id: HoldId,
    user_id: UserId,
    seat_ids: Sequence[SeatId],
    table_ids: Sequence[TableId],
    table_of_seat: Mapping[SeatId, TableId],
    ttl_ms: int,
    lifetime_max_ms: int,
    seats_per_user_max: int | None,
    adds: bool,
    answer_key: str | None,
    fingerprint: str,
    orphan_checks: Sequence[OrphanCheck],
    replicas: Replicas | None = None,
) -> HoldAcquired | NotAcquired:
    """Hold every seat or none; see ports.HoldStore.acquire. One round trip.

    With `replicas` a new hold is answered when they have it (replication.py); one that was there is answered at once.
    """
    user, tag, of_event = keys.encoded_user(user_id), new_tag(), keys.of_event(event_id)
    names = [
        of_event.epoch,
        of_event.sold_seats,
        of_event.held_seats,
        of_event.booking_marks,
        of_event.seat_changes,
        keys.user_seats(event_id, user),
        keys.hold(event_id, hold_id),
        *of_event.seat_locks(seat_ids),
    ]
    if table_ids:
        names += [keys.table_lock(event_id, table_id) for table_id in table_ids]
    if answer_key is not None:
        names.append(keys.hold_answer(event_id, answer_key))
    arguments: list[Argument] = [
        user,
        hold_id,
        ttl_ms,
        lifetime_max_ms,
        seats_per_user_max or 0,
        "1" if adds else "0",
        fingerprint if answer_key is not None else "",
        tag,
        len(seat_ids),
        len(table_ids),
        len(orphan_checks),
        *seat_ids,
    ]
    if orphan_checks:
        place_of = {seat_id: place for place, seat_id in enumerate(seat_ids, start=1)}
        for check in orphan_checks:
            arguments += [check.seat_id, check.beyond or ""]
        for check in orphan_checks:
            arguments += [place_of[check.beside[0]], place_of[check.beside[-1]]]
    if table_ids:
        arguments += table_ids
        arguments += [table_of_seat.get(seat_id, "") for seat_id in seat_ids]
    reply = await replicated_script(
        client, scripts.ACQUIRE_HOLD, names, arguments, replicas=replicas, written=b"acquired"
    )
    if reply[0] == b"acquired":
        return _acquired(reply, tag=tag, seat_ids=tuple(seat_ids), user_id=user_id, hold_id=hold_id)
    return _not_acquired(reply, hold_id)


def _acquired(
    reply: Words, *, tag: str, seat_ids: tuple[SeatId, ...], user_id: UserId, hold_id: HoldId
) -> HoldAcquired:
    _, now_ms, expires_at_ms, seats, tables, epoch, previous, stream_id = reply
    entry = FeedEntry(
        epoch=epoch.decode(),
        previous=previous.decode(),
        offset=f"{stream_id.decode()}-{tag}",
        at_ms=now_ms,
        change=Change(ChangeKind.HELD, seat_ids, expires_at_ms, user_id, hold_id),
    )
    return HoldAcquired(hold_id, seats_of(seats), tables_of(tables), expires_at_ms, now_ms, entries=(entry,))


def _not_acquired(  # noqa: PLR0911  # a return for each documented reply
    reply: Words, hold_id: HoldId
) -> HoldAcquired | NotAcquired:
    now_ms: int = reply[1]
    match reply[0]:
        case b"replayed":
            seats, tables = seats_of(reply[3]), tables_of(reply[4])
            return HoldAcquired(hold_id, seats, tables, reply[2], now_ms, replayed=True)
        case b"answered":
            return KeyAnswered(HoldId(reply[2].decode()), now_ms)
        case b"unavailable":
            return SeatsUnavailable(refusals_of(reply[2:]), now_ms)
        case b"busy":
            return SeatsBusy(seats_of(reply[3]), reply[2], now_ms)
        case b"limit":
            return SeatLimitReached(reply[2], reply[3], now_ms)
        case b"orphans":
            return OrphanSeats(seats_of(reply[2]), now_ms)
        case b"not_found":
            return HoldNotFound(now_ms)
        case b"key_reused":
            return KeyReused(now_ms)
    return cold_of(reply)


async def extend_hold(
    client: StoreClient,
    *,
    event_id: EventId,
    user_id: UserId,
    by: Literal["hold", "seats"],
    holds: Sequence[ListedHold],
    seats: Sequence[ListedSeat],
    tables: Sequence[ListedTable],
    ttl_ms: int,
    lifetime_max_ms: int,
    replicas: Replicas | None = None,
) -> HoldExtended | Changed | HoldNotFound | Cold:
    """Let everything that these holds hold run out `ttl_ms` from now, within the bounds of ports.HoldStore.extend.

    Args:
        by: "hold" for the one hold that was named, "seats" for the holds of some seats.
        seats: all that the holds list; meant are those that were read to be held by that hold.
        replicas: that are to have it before it is answered (replication.py).
    """
    user, tag = keys.encoded_user(user_id), new_tag()
    number_of = numbered(hold.hold_id for hold in holds)
    names = [
        keys.event_epoch(event_id),
        keys.held_seats(event_id),
        keys.seat_changes(event_id),
        keys.user_seats(event_id, user),
        *(keys.hold(event_id, hold.hold_id) for hold in holds),
        *(keys.seat_lock(event_id, seat.seat_id) for seat in seats),
        *(keys.table_lock(event_id, table.table_id) for table in tables),
    ]
    arguments: list[Argument] = [user, ttl_ms, lifetime_max_ms, tag, by, len(holds), len(seats), len(tables)]
    for hold in holds:
        arguments += [hold.hold_id, ",".join(hold.seat_ids)]
    for seat in seats:
        arguments += [seat.seat_id, number_of[seat.hold_id], "1" if seat.is_meant else "0"]
    arguments += [number_of[table.hold_id] for table in tables]
    reply = await replicated_script(
        client, scripts.EXTEND_HOLD, names, arguments, replicas=replicas, written=b"extended"
    )
    now_ms: int = reply[1]
    match reply[0]:
        case b"extended":
            entries = entries_of(
                reply[5], epoch=reply[4], tag=tag, now_ms=now_ms, user_id=user_id, hold_ids=list(number_of)
            )
            return HoldExtended(seats_of(reply[3]), reply[2], now_ms, entries)
        case b"changed":
            return Changed(now_ms)
        case b"not_found":
            return HoldNotFound(now_ms)
    return cold_of(reply)


async def release_hold(
    client: StoreClient,
    *,
    event_id: EventId,
    user_id: UserId,
    by: Literal["whole", "named", "seats"],
    holds: Sequence[ListedHold],
    seats: Sequence[ListedSeat],
    tables: Sequence[ListedTable],
    after_ms: int,
) -> HoldReleased | Changed | SeatsUnavailable | SeatsBusy | HoldNotFound | Cold:
    """Give back the seats meant, at once or (`after_ms` > 0) by shortening their expiry to that.

    Args:
        by: "whole" for one hold, what it has lost passed over; "named" for some seats of one hold, refused where it
            doesn't hold one of them; "seats" for seats across holds, `Changed` where one has moved.
        seats: those of one hold with everything else it lists, not meant; only those meant across holds.
    """
    user, tag = keys.encoded_user(user_id), new_tag()
    number_of = numbered(hold.hold_id for hold in holds)
    names = [
        keys.event_epoch(event_id),
        keys.held_seats(event_id),
        keys.booking_marks(event_id),
        keys.seat_changes(event_id),
        keys.user_seats(event_id, user),
        *(keys.hold(event_id, hold.hold_id) for hold in holds),
        *(keys.seat_lock(event_id, seat.seat_id) for seat in seats),
        *(keys.table_lock(event_id, table.table_id) for table in tables),
    ]
    arguments: list[Argument] = [user, after_ms, tag, by, len(holds), len(seats), len(tables)]
    for hold in holds:
        arguments += [hold.hold_id, ",".join(hold.seat_ids)]
    for seat in seats:
        arguments += [seat.seat_id, number_of[seat.hold_id], "1" if seat.is_meant else "0"]
    for table in tables:
        arguments += [table.table_id, number_of[table.hold_id]]
    reply = words_of(await client.script(scripts.RELEASE_HOLD, names, arguments))
    now_ms: int = reply[1]
    match reply[0]:
        case b"released":
            entries = entries_of(
                reply[5], epoch=reply[4], tag=tag, now_ms=now_ms, user_id=user_id, hold_ids=list(number_of)
            )
            return HoldReleased(seats_of(reply[3]), reply[2], now_ms, entries)
        case b"changed":
            return Changed(now_ms)
        case b"unavailable":
            return SeatsUnavailable(refusals_of(reply[2:]), now_ms)
        case b"busy":
            return SeatsBusy(seats_of(reply[3]), reply[2], now_ms)
        case b"not_found":
            return HoldNotFound(now_ms)
    return cold_of(reply)
