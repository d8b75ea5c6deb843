"""How dialect 000 refuses: `{"error": {"message", "timestamp"}}`, and `seatIds` where seats are meant.

Source: docs/dialects.md, "Holds and orders".
"""

import time

import msgspec

from frontrow.http.fields import Time, time_text
from frontrow.http.problems import Code, ErrorStyle, Problem
from frontrow.http.refusals import SELECTION_CODES

_NS_PER_MS = 1_000_000


class Error(msgspec.Struct, frozen=True, rename="camel", omit_defaults=True):
    """What went wrong, in a sentence, and when. `seatIds` are the seats it is about, where there are any."""

    message: str
    timestamp: Time
    seat_ids: tuple[str, ...] = ()


class ErrorBody(msgspec.Struct, frozen=True):
    """The body of every refusal."""

    error: Error


def error_body(message: str, seat_ids: tuple[str, ...] = ()) -> ErrorBody:
    """A refusal made now."""
    return ErrorBody(Error(message, time_text(time.time_ns() // _NS_PER_MS), seat_ids))


def example_error(message: str, seat_ids: tuple[str, ...] = ()) -> ErrorBody:
    """A refusal for the documentation."""
    return ErrorBody(Error(message, "2025-12-17T15:25:00.000Z", seat_ids))


def _status_of(problem: Problem) -> int:
    return 400 if problem.code in SELECTION_CODES else problem.status


def _message_of(problem: Problem) -> str:
    return "Hold not found or expired" if problem.code is Code.HOLD_NOT_FOUND else problem.detail


def _seats_of(problem: Problem) -> tuple[str, ...]:
    # Seats that would be left single are free, and clients read these as taken.
    return () if problem.code is Code.ORPHAN_SEATS else problem.seat_ids


def _encode(problem: Problem, _request_id: str) -> bytes:
    return msgspec.json.encode(error_body(_message_of(problem), _seats_of(problem)))


def _encode_example(problem: Problem, _request_id: str) -> bytes:
    return msgspec.json.encode(example_error(_message_of(problem), _seats_of(problem)))


ERRORS = ErrorStyle(
    media_type="application/json",
    encode=_encode,
    schema=ErrorBody,
    status_of=_status_of,
    encode_example=_encode_example,
)
