"""The Lua scripts, loaded once as package data and sent by their digests.

What several of them do is a function in `lua/shared/`, one a file. A script names those it calls in a line
`-- Shared: clock_ms, feed_end`, and is sent with that line replaced by the functions, in that order and on that one
line: an error's line is the line of the script's own file. Source: docs/decisions/0011-shared-functions-in-scripts.md.
"""

import hashlib
import re
from dataclasses import dataclass
from importlib.resources import files

_LUA = files("frontrow.adapters.redis").joinpath("lua")
_SHARED = re.compile(r"^-- Shared: (.+)$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Script:
    """A script as it is sent: its file's name, its source with the shared functions, and the SHA-1 of that in hex."""

    name: str
    source: bytes
    sha: str


def _loaded(name: str) -> Script:
    text = _LUA.joinpath(f"{name}.lua").read_text(encoding="utf-8")
    source = _SHARED.sub(lambda line: " ".join(map(_on_one_line, line[1].split(", "))), text).encode()
    return Script(name, source, hashlib.sha1(source, usedforsecurity=False).hexdigest())


def _on_one_line(function: str) -> str:
    """A shared function without its comments, which are lines of their own."""
    lines = map(str.strip, _LUA.joinpath("shared", f"{function}.lua").read_text(encoding="utf-8").splitlines())
    return " ".join(line for line in lines if line and not line.startswith("--"))


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
