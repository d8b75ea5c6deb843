"""One log line for each thing that happens to seats: taken, prolonged, given back, run out, refused.

Every line names the event and the seats, at most SEATS_LOGGED_MAX of them, and how many there are. The request that
caused it is in the line by `request_id`, bound where requests are read. Never whose the seats are.
"""

import logging
from collections.abc import Sequence

import structlog

from frontrow.domain.changes import ChangeKind, FeedEntry
from frontrow.domain.hold import OrphanSeats, SeatLimitReached, SeatsBusy, SeatsUnavailable
from frontrow.domain.ids import EventId, SeatId

SEATS_LOGGED_MAX = 50

REFUSALS = (SeatsUnavailable, SeatsBusy, SeatLimitReached, OrphanSeats)
"""The outcomes `log_refusal` has a line for."""

_WORDS = {
    ChangeKind.HELD: "seats_held",
    ChangeKind.EXPIRY_CHANGED: "hold_expiry_changed",
    ChangeKind.RELEASED: "seats_released",
    ChangeKind.CLAIMED: "seats_claimed",
    ChangeKind.BOOKED: "seats_booked",
    ChangeKind.BLOCKED: "seats_blocked",
    ChangeKind.FREED: "seats_freed",
}
_log = structlog.get_logger(__name__)


def log_changes(event_id: EventId, entries: Sequence[FeedEntry]) -> None:
    """What a call of this process has done; `hold_id` for holds, `owner_id` for bookings, orders and blocks."""
    if not _log.is_enabled_for(logging.INFO):
        return
    for entry in entries:
        change = entry.change
        word = _WORDS.get(change.kind)
        if word is None:
            continue
        if change.hold_id is None:
            _log.info(
                word,
                event_id=event_id,
                owner_id=change.owner_id,
                seats=change.seats[:SEATS_LOGGED_MAX],
                seat_count=len(change.seats),
            )
        else:
            _log.info(
                word,
                event_id=event_id,
                hold_id=change.hold_id,
                seats=change.seats[:SEATS_LOGGED_MAX],
                seat_count=len(change.seats),
                expires_at_ms=change.expires_at_ms,
            )


def log_expiry(event_id: EventId, seat_ids: Sequence[SeatId]) -> None:
    """Seats whose hold ran out. The store no longer knows which hold that was: the seat's last line before says it."""
    _log.info("seats_expired", event_id=event_id, seats=tuple(seat_ids[:SEATS_LOGGED_MAX]), seat_count=len(seat_ids))


def log_refusal(event_id: EventId, refusal: SeatsUnavailable | SeatsBusy | SeatLimitReached | OrphanSeats) -> None:
    """Seats that could not be had, given back or booked, and why, by reason."""
    if not _log.is_enabled_for(logging.INFO):
        return
    seats: dict[str, list[SeatId]] = {}
    count = 0
    match refusal:
        case SeatsUnavailable(refusals=refusals):
            count = len(refusals)
            for refused in refusals[:SEATS_LOGGED_MAX]:
                seats.setdefault(refused.reason.value, []).append(refused.seat_id)
        case SeatsBusy(seat_ids=seat_ids):
            seats, count = {"busy": list(seat_ids[:SEATS_LOGGED_MAX])}, len(seat_ids)
        case OrphanSeats(seat_ids=seat_ids):
            seats, count = {"orphan": list(seat_ids[:SEATS_LOGGED_MAX])}, len(seat_ids)
        case SeatLimitReached(held_count=held, seats_max=seats_max):
            _log.info("seats_refused", event_id=event_id, reason="seat_limit", held_count=held, seats_max=seats_max)
            return
    reason = next(iter(seats), "held") if len(seats) == 1 else "several"
    _log.info("seats_refused", event_id=event_id, reason=reason, seats=seats, seat_count=count)
