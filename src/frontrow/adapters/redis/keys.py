"""The names of the store's keys, and how users are written in them.

The braces are literal: they are a cluster's hash tag, so that all keys of one event, and all counts of calls, have one
slot.
docs/data-model.md describes each key.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import quote, unquote

from frontrow.domain.ids import SESSION_USER_PREFIX, UserId, capped_as

_SESSION_USER = quote(SESSION_USER_PREFIX, safe="")


def event_epoch(event_id: str) -> str:
    return f"event_epoch:{{{event_id}}}"


@dataclass(frozen=True, slots=True)
class EventKeys:
    """The names that nearly every script on an event is given, made once."""

    epoch: str
    sold_seats: str
    held_seats: str
    booking_marks: str
    freed_seats: str
    seat_changes: str
    _seat_lock: str
    """That of a seat without a name."""

    def seat_locks(self, seat_ids: Iterable[str]) -> list[str]:
        return [self._seat_lock + seat_id for seat_id in seat_ids]


@lru_cache(maxsize=16_384)
def of_event(event_id: str) -> EventKeys:
    return EventKeys(
        epoch=event_epoch(event_id),
        sold_seats=sold_seats(event_id),
        held_seats=held_seats(event_id),
        booking_marks=booking_marks(event_id),
        freed_seats=freed_seats(event_id),
        seat_changes=seat_changes(event_id),
        _seat_lock=seat_lock(event_id, ""),
    )


def event_warming(event_id: str) -> str:
    return f"event_warming:{{{event_id}}}"


def sold_seats(event_id: str) -> str:
    return f"sold_seats:{{{event_id}}}"


def held_seats(event_id: str) -> str:
    return f"held_seats:{{{event_id}}}"


def booking_marks(event_id: str) -> str:
    return f"booking_marks:{{{event_id}}}"


def freed_seats(event_id: str) -> str:
    return f"freed_seats:{{{event_id}}}"


def seat_changes(event_id: str) -> str:
    return f"seat_changes:{{{event_id}}}"


def seat_lock(event_id: str, seat_id: str) -> str:
    return f"seat_lock:{{{event_id}}}:{seat_id}"


def table_lock(event_id: str, table_id: str) -> str:
    return f"table_lock:{{{event_id}}}:{table_id}"


def hold(event_id: str, hold_id: str) -> str:
    return f"hold:{{{event_id}}}:{hold_id}"


def hold_answer(event_id: str, answer_key: str) -> str:
    return f"hold_answer:{{{event_id}}}:{answer_key}"


def replica_check(event_id: str) -> str:
    return f"replica_check:{{{event_id}}}"


def user_seats(event_id: str, user: str) -> str:
    """What the cap counts for an encoded user: one key for all users of a guest session."""
    if user.startswith(_SESSION_USER):
        user = encoded_user(capped_as(UserId(user_of(user))))
    return f"user_seats:{{{event_id}}}:{user}"


def call_count(minute: int, counted: str) -> str:
    """How often one user or address called in that minute since 1970; `counted` as the limiter names it, encoded."""
    return f"call_count:{{calls}}:{minute}:{counted}"


def encoded_counted(counted: str) -> str:
    """What the limiter counts as its key names it: percent-encoded but for slashes and colons."""
    return quote(counted, safe="/:")


@lru_cache(maxsize=16_384)
def encoded_user(user_id: str) -> str:
    """The user as keys and locks name it: percent-encoded, so that no colon of it can shift a field."""
    return quote(user_id, safe="")


def user_of(encoded: str) -> str:
    """The user that `encoded_user` wrote."""
    return unquote(encoded)
