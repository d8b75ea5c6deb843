"""What the scripts answer, read into the domain's words. Every reply is a list: a status word, `now_ms`, then its own.

Lists of ids come joined by commas, as ids have none; users come percent-encoded. See docs/data-model.md.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast

from frontrow.adapters.redis.gathering import Reply
from frontrow.domain.changes import Change, ChangeKind, FeedEntry
from frontrow.domain.hold import Cold, SeatRefusal, Unavailable, Written
from frontrow.domain.ids import HoldId, SeatId, TableId, UserId

_REASONS = {reason.value: reason for reason in Unavailable}


@dataclass(frozen=True, slots=True)
class Changed:
    """What the script was given to compare is no longer so. Nothing was written: read again."""

    now_ms: int


def list_of(reply: Reply) -> list[Reply]:
    """An array reply."""
    return cast("list[Reply]", reply)


def int_of(reply: Reply) -> int:
    """An integer reply."""
    return cast(int, reply)


def text_of(reply: Reply) -> str:
    """A string reply."""
    return cast(bytes, reply).decode()


def texts_of(reply: Reply) -> list[str]:
    """An array of strings."""
    return [text_of(part) for part in list_of(reply)]


def pairs_of(reply: Reply) -> list[tuple[str, str]]:
    """An array of strings that come two by two."""
    texts = texts_of(reply)
    return list(zip(texts[::2], texts[1::2], strict=True))


def split_ids(listed: str) -> list[str]:
    """Ids joined by commas."""
    return listed.split(",") if listed else []


def seats_of(reply: Reply) -> tuple[SeatId, ...]:
    """Seat ids joined by commas."""
    return tuple(cast("list[SeatId]", split_ids(text_of(reply)))) if reply else ()


def tables_of(reply: Reply) -> tuple[TableId, ...]:
    """Table ids joined by commas."""
    return tuple(cast("list[TableId]", split_ids(text_of(reply)))) if reply else ()


def refusals_of(parts: list[Reply]) -> tuple[SeatRefusal, ...]:
    """Seats and reasons, two by two."""
    return tuple([SeatRefusal(SeatId(seat), _REASONS[reason]) for seat, reason in pairs_of(parts)])


def cold_of(reply: list[Reply]) -> Cold:
    """The last of the documented replies; anything else is a script that doesn't match this package."""
    assert reply[0] == b"cold", f"an undocumented reply: {reply!r}"
    return Cold(int_of(reply[1]))


def written_of(reply: list[Reply], *, tag: str, kind: ChangeKind, owner_id: str | None = None) -> Written:
    """{status, now_ms, seats, epoch, entries}, where each entry is a change of that kind and owner."""
    now_ms = int_of(reply[1])
    entries = tuple(
        FeedEntry(
            epoch=text_of(reply[3]),
            previous=text_of(previous),
            offset=f"{text_of(stream_id)}-{tag}",
            at_ms=now_ms,
            change=Change(kind, seats_of(seats), owner_id=owner_id),
        )
        for stream_id, previous, seats, _ in map(list_of, list_of(reply[4]))
    )
    return Written(seats_of(reply[2]), now_ms, entries)


def entries_of(
    appended: Reply,
    *,
    epoch: Reply,
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
    for stream_id, previous, listed, expiry, number in map(list_of, list_of(appended)):
        seats, expires_at_ms = seats_of(listed), int_of(expiry)
        if number:
            kind = ChangeKind.EXPIRY_CHANGED if expires_at_ms else ChangeKind.RELEASED
            change = Change(kind, seats, expires_at_ms, user_id, hold_ids[int_of(number) - 1])
        else:
            assert other is not None, "an entry about no hold"
            change = Change(other.kind, seats, user_id=other.user_id, owner_id=other.owner_id)
        entries.append(FeedEntry(text_of(epoch), text_of(previous), f"{text_of(stream_id)}-{tag}", now_ms, change))
    return tuple(entries)
