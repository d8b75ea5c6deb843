"""The Lua scripts, loaded once as package data and sent by their digests."""

import hashlib
from dataclasses import dataclass
from importlib.resources import files


@dataclass(frozen=True, slots=True)
class Script:
    """A script as it is sent: its file's name, its source and the SHA-1 of that in hex."""

    name: str
    source: bytes
    sha: str


def _loaded(name: str) -> Script:
    source = files("frontrow.adapters.redis").joinpath("lua", f"{name}.lua").read_bytes()
    return Script(name, source, hashlib.sha1(source, usedforsecurity=False).hexdigest())


ACQUIRE_HOLD = _loaded("acquire_hold")
EXTEND_HOLD = _loaded("extend_hold")
RELEASE_HOLD = _loaded("release_hold")
BEGIN_BOOKING = _loaded("begin_booking")
FINISH_BOOKING = _loaded("finish_booking")
ABORT_BOOKING = _loaded("abort_booking")
FREE_SEATS = _loaded("free_seats")
SET_BLOCKED = _loaded("set_blocked")
SWEEP_EXPIRED = _loaded("sweep_expired")
READ_SEAT_MAP = _loaded("read_seat_map")
READ_SEATS = _loaded("read_seats")
WARM_EVENT = _loaded("warm_event")
RETIRE_EVENT = _loaded("retire_event")
COUNT_CALLS = _loaded("rate_limits/count_calls")

ALL = (
    ACQUIRE_HOLD,
    EXTEND_HOLD,
    RELEASE_HOLD,
    BEGIN_BOOKING,
    FINISH_BOOKING,
    ABORT_BOOKING,
    FREE_SEATS,
    SET_BLOCKED,
    SWEEP_EXPIRED,
    READ_SEAT_MAP,
    READ_SEATS,
    WARM_EVENT,
    RETIRE_EVENT,
)
"""Every script on an event."""
