"""What the scripts answer, read into the domain's words. Every reply is a list: a status word, `now_ms`, then its own.

Lists of ids come joined by commas, as ids have none; users come percent-encoded. See docs/data-model.md.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from frontrow.adapters.redis.gathering import Reply
from frontrow.domain.changes import Change, ChangeKind, FeedEntry
from frontrow.domain.hold import Cold, SeatRefusal, Unavailable, Written
from frontrow.domain.ids import HoldId, SeatId, TableId, UserId

_REASONS = {reason.value: reason for reason in Unavailable}


@dataclass(frozen=True, slots=True)
class Changed:
    """What the script was given to compare is no longer so. Nothing was written: read again."""

    now_ms: int


Words = list[Any]
"""An array reply, as its script's head documents it: integers, strings as bytes, and such arrays."""


def words_of(reply: Reply) -> Words:
    """An array reply."""
    assert isinstance(reply, list), f"an undocumented reply: {reply!r}"
    return reply


def texts_of(reply: Reply) -> list[str]:
    """An array of strings."""
    return [word.decode() for word in words_of(reply)]


def pairs_of(reply: Reply) -> list[tuple[str, str]]:
    """An array of strings that come two by two."""
    texts = texts_of(reply)
    return list(zip(texts[::2], texts[1::2], strict=True))


def seats_of(listed: bytes) -> tuple[SeatId, ...]:
    """Seat ids joined by commas."""
    seat_ids: Any = listed.decode().split(",") if listed else ()
    return tuple(seat_ids)


def tables_of(listed: bytes) -> tuple[TableId, ...]:
    """Table ids joined by commas."""
    table_ids: Any = listed.decode().split(",") if listed else ()
    return tuple(table_ids)


def refusals_of(words: Words) -> tuple[SeatRefusal, ...]:
    """Seats and reasons, two by two."""
    return tuple([SeatRefusal(SeatId(seat), _REASONS[reason]) for seat, reason in pairs_of(words)])


def cold_of(words: Words) -> Cold:
    """The last of the documented replies; anything else is a script that doesn't match this package."""
    assert words[0] == b"cold", f"an undocumented reply: {words!r}"
    return Cold(words[1])


def written_of(words: Words, *, tag: str, kind: ChangeKind, owner_id: str | None = None) -> Written:
    """{status, now_ms, seats, epoch, entries}, where each entry is a change of that kind and owner."""
    _, now_ms, freed, epoch, appended = words
    entries = tuple(
        FeedEntry(
            epoch=epoch.decode(),
            previous=previous.decode(),
            offset=f"{stream_id.decode()}-{tag}",
            at_ms=now_ms,
            change=Change(kind, seats_of(seats), owner_id=owner_id),
        )
        for stream_id, previous, seats, _ in appended
    )
    return Written(seats_of(freed), now_ms, entries)


def entries_of(
    appended: Words,
    *,
    epoch: bytes,
    tag: str,
    now_ms: int,
    user_id: UserId,
    hold_ids: Sequence[HoldId],
    other: Change | None = None,
) -> tuple[FeedEntry, ...]:
    """The entries that a script over numbered holds says it appended: {stream id, previous offset, seats, expiry, h}.

    Entry h is about the user's hold `hold_ids[h - 1]`: released where the expiry is 0, else running out at it. Entry
    0 is about none of them: `other` with that entry's seats.
    """
    entries = []
    for stream_id, previous, listed, expires_at_ms, number in appended:
        seats = seats_of(listed)
        if number:
            kind = ChangeKind.EXPIRY_CHANGED if expires_at_ms else ChangeKind.RELEASED
            change = Change(kind, seats, expires_at_ms, user_id, hold_ids[number - 1])
        else:
            assert other is not None, "an entry about no hold"
            change = Change(other.kind, seats, user_id=other.user_id, owner_id=other.owner_id)
        entries.append(FeedEntry(epoch.decode(), previous.decode(), f"{stream_id.decode()}-{tag}", now_ms, change))
    return tuple(entries)
