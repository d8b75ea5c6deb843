"""Dialect 003: a showtime's seats are locked for 15 minutes of silence, unlocked, extended and looked at.

Answers are `{success, message, data}` with snake_case inside. Every lock, unlock or extend call prolongs all locks
that the caller has in the showtime. Source: seeds/003, docs/dialects.md.
"""

import contextlib
from collections.abc import Collection, Mapping, Sequence
from itertools import compress
from typing import Annotated

import msgspec
from msgspec import Meta

from frontrow.domain.errors import LedgerUnavailable, StoreUnavailable
from frontrow.domain.hold import HoldExtended, HoldReleased, OrphanSeats, SeatsUnavailable, Unavailable
from frontrow.domain.ids import EventId, SeatId
from frontrow.domain.seat_states import HELD_ALONE
from frontrow.domain.selection import (
    DuplicateSeats,
    EmptySelection,
    SelectionFault,
    TableOnlyWhole,
    TooManySeats,
    UnknownSeats,
)
from frontrow.http.dialects.fields import Id, seat_ids_of
from frontrow.http.dialects.showtime_answers import (
    REFUSALS,
    UNAVAILABLE,
    Conflict,
    Conflicts,
    ExtendedSeats,
    LockedSeats,
    LocksExtended,
    Refusal,
    RefusalData,
    SeatsConflict,
    SeatsLocked,
    SeatStatus,
    SeatsUnlocked,
    ShowtimeStatus,
    StatusShown,
    UnlockedSeats,
)
from frontrow.http.fields import time_text
from frontrow.http.operation import (
    Access,
    Answer,
    Call,
    Example,
    NamesUser,
    NoBody,
    NoQuery,
    Operation,
    Variant,
    declared,
)
from frontrow.http.problems import Code, FieldFault, Problem, invalid, not_found
from frontrow.http.refusals import problem_of
from frontrow.http.services import Services
from frontrow.http.turns import in_turns
from frontrow.services.live_view import order_of
from frontrow.services.outcomes import HoldShown, MySeats

LOCK_MS = 15 * 60_000
"""How long locks outlive their holder's last call."""
TAKEN = "Some seats are already locked by other users"
SEARCHES_AHEAD_MAX = 4
"""A refusal waits for suggestions behind so many other searches at most, each of up to some 200 ms."""

_STATUS = {ord("a"): "available", ord("h"): "locked", ord("b"): "occupied", ord("x"): "occupied"}
_CONFLICT_STATUS = {
    Unavailable.HELD: "locked",
    Unavailable.BOOKED: "occupied",
    Unavailable.BLOCKED: "occupied",
    Unavailable.NOT_YOURS: "available",
}


class Seats(NamesUser, frozen=True):
    """The seats meant, 1 to 50 of the showtime's."""

    seats: Annotated[tuple[Id, ...], Meta(description="seat codes")] = ()

    @property
    def seat_ids(self) -> tuple[SeatId, ...]:
        """The codes as the engine has them; a number is its decimal text."""
        return seat_ids_of(self.seats)


async def lock_seats(services: Services, call: Call[Seats, NoQuery]) -> Answer | Problem:
    """Lock every seat, or none."""
    event_id, seat_ids = EventId(call.path["showtimeId"]), call.body.seat_ids
    outcome = await services.active_holds.hold(call.user, event_id, seat_ids, duration_ms=LOCK_MS)
    match outcome:
        case HoldShown():
            data = LockedSeats(locked_seats=seat_ids, expires_at=time_text(outcome.expires_at_ms))
            return Answer(body=SeatsLocked(message=f"{_counted(seat_ids)} locked for 15 minutes", data=data))
        case SeatsUnavailable():
            conflicts = Conflicts(_conflicts(outcome), await _suggestions(services, event_id, seat_ids))
            return Answer(status=409, body=SeatsConflict(message=TAKEN, data=conflicts))
        case OrphanSeats(seat_ids=orphans):
            left_single = RefusalData(
                code=Code.ORPHAN_SEATS,
                orphan_seats=orphans,
                conflicts=(),
                suggestions=await _suggestions(services, event_id, seat_ids),
            )
            return Answer(status=409, body=Refusal(message=problem_of(outcome).detail, data=left_single))
        case EmptySelection() | UnknownSeats() | DuplicateSeats() | TooManySeats() | TableOnlyWhole():
            return _invalid(outcome)
    return problem_of(outcome, event_id=event_id)


async def unlock_seats(services: Services, call: Call[Seats, NoQuery]) -> Answer | Problem:
    """Give back those of the seats that the caller has locked; with a seat of somebody else's among them, none."""
    event_id, seat_ids = EventId(call.path["showtimeId"]), call.body.seat_ids
    outcome = await services.active_holds.release(call.user, event_id, seat_ids, duration_ms=LOCK_MS)
    match outcome:
        case HoldReleased():
            data = UnlockedSeats(unlocked_seats=outcome.seat_ids)
            return Answer(body=SeatsUnlocked(message=f"{_counted(outcome.seat_ids)} unlocked", data=data))
        case SeatsUnavailable():
            return _not_yours(outcome)
        case EmptySelection() | UnknownSeats() | DuplicateSeats() | TooManySeats() | TableOnlyWhole():
            return _invalid(outcome)
    return problem_of(outcome, event_id=event_id)


async def extend_locks(services: Services, call: Call[Seats, NoQuery]) -> Answer | Problem:
    """Let the locks of these seats, and all others of the caller's in the showtime, last 15 minutes from now."""
    event_id, seat_ids = EventId(call.path["showtimeId"]), call.body.seat_ids
    outcome = await services.active_holds.extend(call.user, event_id, seat_ids, duration_ms=LOCK_MS)
    match outcome:
        case HoldExtended():
            data = ExtendedSeats(extended_seats=seat_ids, new_expiry=time_text(outcome.expires_at_ms))
            return Answer(body=LocksExtended(message=f"{_counted(seat_ids)} locked for longer", data=data))
        case SeatsUnavailable():
            return _not_yours(outcome)
        case EmptySelection() | UnknownSeats() | DuplicateSeats() | TooManySeats() | TableOnlyWhole():
            return _invalid(outcome)
    return problem_of(outcome, event_id=event_id)


async def seat_status(services: Services, call: Call[NoBody, NoQuery]) -> Answer | Problem:
    """Every seat of the showtime as it is now, to this caller."""
    event_id = EventId(call.path["showtimeId"])
    mine: frozenset[SeatId] = frozenset()
    if call.caller is not None:
        held = await services.seat_holds.my_seats(call.caller, event_id)
        mine = frozenset(pair.seat_id for pair in held.held) if isinstance(held, MySeats) else mine
    shown = await services.live.shown(event_id)
    if shown is None:
        return not_found(f"showtime {event_id}")
    _, view = shown
    # The view goes on changing at the next await: all that is shown of it is taken now.
    seat_ids, states = view.layout.seat_ids, view.states()
    expiries = {it: view.expires_at_ms(it) for it in compress(seat_ids, states.translate(HELD_ALONE))}
    # While the store is away the view stands where it last changed.
    updated_ms = order_of(view.position.offset)[0] if view.stale else services.clock.now_ms()
    parts: list[bytes] = []
    by_status: dict[str, list[str]] = {status: [] for status in ("available", "occupied", "locked", "selected")}
    async for turn in in_turns(range(len(seat_ids))):
        seats = [_seat(seat_ids[index], states[index], mine, expiries) for index in turn]
        for seat in seats:
            by_status[seat.status].append(seat.seat)
        parts.append(msgspec.json.encode(seats)[1:-1])
    body = (
        b'{"success":true,"message":%b,"data":{"showtime_id":%b,"seats":[%b],"seat_status":%b,"last_updated":%b}}'
        % (
            msgspec.json.encode(f"{_counted(seat_ids)} in this showtime"),
            msgspec.json.encode(event_id),
            b",".join(parts),
            msgspec.json.encode(by_status),
            msgspec.json.encode(time_text(updated_ms)),
        )
    )
    return Answer(body=body)


def _seat(seat_id: SeatId, letter: int, mine: Collection[SeatId], expiries: Mapping[SeatId, int | None]) -> SeatStatus:
    status = _STATUS[letter]
    if status == "occupied" or (status == "available" and seat_id not in mine):
        return SeatStatus(seat_id, status)
    expires_at_ms = expiries.get(seat_id)
    expires_at = None if expires_at_ms is None else time_text(expires_at_ms)
    return SeatStatus(seat_id, "selected" if seat_id in mine else status, expires_at)


async def _suggestions(
    services: Services, event_id: EventId, seat_ids: Sequence[SeatId]
) -> tuple[tuple[SeatId, ...], ...]:
    """None where they cannot be had, or would be long in coming: the refusal stands without."""
    with contextlib.suppress(StoreUnavailable, LedgerUnavailable):
        found = await services.picking.suggestions(event_id, seat_ids, waiting_max=SEARCHES_AHEAD_MAX)
        if isinstance(found, tuple):
            return found
    return ()


def _not_yours(refused: SeatsUnavailable) -> Answer:
    data = Conflicts(conflicts=_conflicts(refused), suggestions=())
    return Answer(status=409, body=SeatsConflict(message="Some seats are not locked by you", data=data))


def _conflicts(refused: SeatsUnavailable) -> tuple[Conflict, ...]:
    return tuple(
        Conflict(
            seat=refusal.seat_id,
            status=_CONFLICT_STATUS[refusal.reason],
            message="no longer locked by you" if refusal.reason is Unavailable.NOT_YOURS else UNAVAILABLE,
        )
        for refusal in refused.refusals
    )


def _invalid(fault: SelectionFault) -> Problem:
    return invalid(*(FieldFault("seats", message) for message in _messages(fault)))


def _messages(fault: SelectionFault) -> list[str]:
    match fault:
        case EmptySelection():
            return ["name at least one seat"]
        case UnknownSeats(seat_ids=seat_ids):
            return [f"{seat_id[:64]} is no seat of this showtime" for seat_id in seat_ids]
        case DuplicateSeats(seat_ids=seat_ids):
            return [f"{seat_id} is named more than once" for seat_id in seat_ids]
        case TooManySeats(count=count, seats_max=seats_max):
            return [f"{count} seats are named; at most {seats_max} go in one request"]
        case TableOnlyWhole(table_ids=table_ids):
            return [f"{table_id} is only taken and given back whole: name all its seats" for table_id in table_ids]


def _counted(seat_ids: Sequence[str]) -> str:
    return f"{len(seat_ids)} seat{'' if len(seat_ids) == 1 else 's'}"


_PATH = {"showtimeId": "42"}
_SEATS = Seats(seats=("A1", "A2"))
_ENDS = "2026-02-20T12:15:00.000Z"
_COMMON = frozenset({Code.VALIDATION_FAILED, Code.NOT_FOUND, Code.STORE_UNAVAILABLE})
_ON_SALE = _COMMON | {Code.EVENT_NOT_ON_SALE}


def _conflict(message: str, description: str, *suggestions: tuple[str, ...]) -> Variant:
    conflict = Conflict(seat="A1", status="locked", message=UNAVAILABLE)
    data = Conflicts(conflicts=(conflict,), suggestions=suggestions)
    example = SeatsConflict(message=message, data=data)
    return Variant(status=409, answer=SeatsConflict, description=description, example=example)


OPERATIONS = declared(
    Operation(
        name="lockShowtimeSeats",
        method="POST",
        path="/api/v1/showtimes/{showtimeId}/seats/lock",
        summary="Lock seats until 15 minutes after your last lock, unlock or extension, all or none",
        tag="Dialect 003: showtimes",
        access=Access.USER,
        handler=lock_seats,
        counts_as="hold",
        body=Seats,
        body_optional=True,
        query=NoQuery,
        answer=SeatsLocked,
        variants=(
            _conflict(
                TAKEN,
                "Some seats cannot be had; none was locked",
                ("A4", "A5"),
            ),
        ),
        errors=REFUSALS,
        refusals=_ON_SALE | {Code.SEAT_LIMIT_REACHED, Code.ORPHAN_SEATS, Code.REQUEST_IN_PROGRESS},
        example=Example(
            path=_PATH,
            body=_SEATS,
            answer=SeatsLocked(
                message="2 seats locked for 15 minutes",
                data=LockedSeats(locked_seats=("A1", "A2"), expires_at=_ENDS),
            ),
        ),
    ),
    Operation(
        name="unlockShowtimeSeats",
        method="DELETE",
        path="/api/v1/showtimes/{showtimeId}/seats/unlock",
        summary="Give locked seats back",
        tag="Dialect 003: showtimes",
        access=Access.USER,
        handler=unlock_seats,
        body=Seats,
        body_optional=True,
        query=NoQuery,
        answer=SeatsUnlocked,
        variants=(
            _conflict("Some seats are not locked by you", "Some seats are somebody else's; none was given back"),
        ),
        errors=REFUSALS,
        refusals=_COMMON | {Code.REQUEST_IN_PROGRESS},
        example=Example(
            path=_PATH,
            body=_SEATS,
            answer=SeatsUnlocked(message="2 seats unlocked", data=UnlockedSeats(unlocked_seats=("A1", "A2"))),
        ),
    ),
    Operation(
        name="extendShowtimeLocks",
        method="PUT",
        path="/api/v1/showtimes/{showtimeId}/seats/extend-lock",
        summary="Let your locks last 15 minutes from now",
        tag="Dialect 003: showtimes",
        access=Access.USER,
        handler=extend_locks,
        body=Seats,
        body_optional=True,
        query=NoQuery,
        answer=LocksExtended,
        variants=(_conflict("Some seats are not locked by you", "Some seats are not locked by the caller any more"),),
        errors=REFUSALS,
        refusals=_ON_SALE | {Code.SEAT_LIMIT_REACHED},
        example=Example(
            path=_PATH,
            body=_SEATS,
            answer=LocksExtended(
                message="2 seats locked for longer",
                data=ExtendedSeats(extended_seats=("A1", "A2"), new_expiry=_ENDS),
            ),
        ),
    ),
    Operation(
        name="getShowtimeSeatStatus",
        method="GET",
        path="/api/v1/showtimes/{showtimeId}/seats/status",
        summary="Every seat as it is now; with a token, your own locks as selected",
        tag="Dialect 003: showtimes",
        access=Access.OPTIONAL,
        handler=seat_status,
        body=NoBody,
        query=NoQuery,
        answer=StatusShown,
        errors=REFUSALS,
        refusals=frozenset({Code.NOT_FOUND, Code.STORE_UNAVAILABLE}),
        example=Example(
            path=_PATH,
            answer=StatusShown(
                message="4 seats in this showtime",
                data=ShowtimeStatus(
                    showtime_id="42",
                    seats=(
                        SeatStatus("A1", "available"),
                        SeatStatus("A2", "occupied"),
                        SeatStatus("A3", "locked", _ENDS),
                        SeatStatus("A4", "selected", _ENDS),
                    ),
                    seat_status={"available": ["A1"], "occupied": ["A2"], "locked": ["A3"], "selected": ["A4"]},
                    last_updated="2026-02-20T12:00:00.000Z",
                ),
            ),
        ),
    ),
)
