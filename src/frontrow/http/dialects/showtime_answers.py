"""What dialect 003 answers: its envelope, what is inside it, and how it refuses."""

from typing import Annotated

import msgspec
from msgspec import UNSET, Meta, UnsetType

from frontrow.http.fields import Time
from frontrow.http.operation import JSON_MEDIA_TYPE
from frontrow.http.problems import KINDS, Code, ErrorStyle, Problem

Status = Annotated[str, Meta(description="`available`, `occupied`, `locked` (by others) or `selected` (by you)")]


class LockedSeats(msgspec.Struct, frozen=True):
    """The seats named, all of them yours until then."""

    locked_seats: tuple[str, ...]
    expires_at: Time


class SeatsLocked(msgspec.Struct, frozen=True, kw_only=True):
    """The seats are locked."""

    success: bool = True
    message: str
    data: LockedSeats


class UnlockedSeats(msgspec.Struct, frozen=True):
    """Those of the seats named that were yours and are free now."""

    unlocked_seats: tuple[str, ...]


class SeatsUnlocked(msgspec.Struct, frozen=True, kw_only=True):
    """The seats are given back."""

    success: bool = True
    message: str
    data: UnlockedSeats


class ExtendedSeats(msgspec.Struct, frozen=True):
    """The seats named, and when the first of them runs out."""

    extended_seats: tuple[str, ...]
    new_expiry: Time


class LocksExtended(msgspec.Struct, frozen=True, kw_only=True):
    """The locks last longer."""

    success: bool = True
    message: str
    data: ExtendedSeats


class SeatStatus(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """One seat; `expires_at` while it is locked by a lock that will run out by itself."""

    seat: str
    status: Status
    expires_at: Time | None = None


class ShowtimeStatus(msgspec.Struct, frozen=True):
    """Every seat in the order of the drawing, and the same seats by status.

    `last_updated` is now, or, while the hold store does not answer, the last change that was seen.
    """

    showtime_id: str
    seats: tuple[SeatStatus, ...]
    seat_status: dict[str, list[str]]
    last_updated: Time


class StatusShown(msgspec.Struct, frozen=True, kw_only=True):
    """The showtime's seats."""

    success: bool = True
    message: str
    data: ShowtimeStatus


class Conflict(msgspec.Struct, frozen=True):
    """A seat that could not be had, or is not the caller's."""

    seat: str
    status: Annotated[str, Meta(description="`locked`, `occupied`, or `available` for a lost lock that nobody has")]
    message: str


class Conflicts(msgspec.Struct, frozen=True):
    """Every seat that could not be had, and other seats near those asked for."""

    conflicts: tuple[Conflict, ...]
    suggestions: tuple[tuple[str, ...], ...] = ()


class SeatsConflict(msgspec.Struct, frozen=True, kw_only=True):
    """Nothing was locked or given back."""

    success: bool = False
    message: str
    data: Conflicts


class RefusalData(msgspec.Struct, frozen=True, omit_defaults=True):
    """What helps a program: for a request that is not valid the messages by field, else the code.

    `conflicts` and `suggestions` come with every 409, empty where no seat is in the way; `orphan_seats` are the free
    seats that a choice would leave single, where that is refused.
    """

    errors: dict[str, list[str]] | None = None
    code: Annotated[str, Meta(description="the engine's name of the refusal, as v1 answers it")] = ""
    orphan_seats: tuple[str, ...] = ()
    held_count: int | None = None
    seats_max: int | None = None
    conflicts: tuple[Conflict, ...] | UnsetType = UNSET
    suggestions: tuple[tuple[str, ...], ...] | UnsetType = UNSET


class Refusal(msgspec.Struct, frozen=True, kw_only=True):
    """Any other refusal."""

    success: bool = False
    message: str
    data: RefusalData


UNAVAILABLE = "temporarily unavailable"
"""What others read of a seat that is locked. Source: seeds/003 (AC1)."""
_encoder = msgspec.json.Encoder()


def _in_the_way(seat_id: str) -> Conflict:
    return Conflict(seat=seat_id, status="locked", message=UNAVAILABLE)


def _encoded(problem: Problem, _request_id: str) -> bytes:
    if KINDS[problem.code].status == 422:
        errors: dict[str, list[str]] = {}
        for fault in problem.errors:
            errors.setdefault(fault.field.partition("[")[0].partition(".")[0], []).append(fault.message)
        data = RefusalData(errors=errors or {"seats": [problem.detail]})
    else:
        is_conflict, is_orphan = problem.status == 409, problem.code is Code.ORPHAN_SEATS
        in_the_way = () if is_orphan else tuple(map(_in_the_way, problem.seat_ids))
        data = RefusalData(
            code=problem.code,
            orphan_seats=problem.seat_ids if is_orphan else (),
            held_count=problem.held_count,
            seats_max=problem.seats_max,
            conflicts=in_the_way if is_conflict else UNSET,
            suggestions=() if is_conflict else UNSET,
        )
    return _encoder.encode(Refusal(message=problem.detail, data=data))


REFUSALS = ErrorStyle(media_type=JSON_MEDIA_TYPE, encode=_encoded, schema=Refusal)
"""`{success: false, message, data}`, with `data.errors` by field where the request is not valid."""
