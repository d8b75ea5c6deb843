"""The change feeds as the scripts write them: one stream per event, read from any offset, for many events at once."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import TypeVar, cast

from frontrow.adapters.redis import keys, scripts
from frontrow.adapters.redis.client import StoreClient
from frontrow.adapters.redis.gathering import Reply
from frontrow.domain.booking import SeatRowState
from frontrow.domain.changes import Change, ChangeKind, FeedEntry, Position
from frontrow.domain.errors import StoreUnavailable
from frontrow.domain.hold import Cold
from frontrow.domain.ids import EventId, HoldId, SeatId, UserId
from frontrow.domain.seat_map import SeatMapSnapshot

ENTRIES_PER_READ_MAX = 500
"""Entries of one event in one read: bounds a reply to about 1 MB where a feed is far ahead."""
HEADS_GRACE_S = 0.2
"""What slower nodes of a cluster are given once one has answered: the feeds of the others are not kept waiting."""

_Found = TypeVar("_Found")


class ValkeyChangeFeed:
    """Implements ports.ChangeFeed. Every call may raise StoreUnavailable; none writes anything."""

    def __init__(self, client: StoreClient) -> None:
        self._client = client

    async def read_map(self, event_id: EventId) -> SeatMapSnapshot | Cold:
        """The whole state of an event at one position, in one atomic read."""
        reply = _list(
            await self._client.script(
                scripts.READ_SEAT_MAP,
                [
                    keys.event_epoch(event_id),
                    keys.held_seats(event_id),
                    keys.sold_seats(event_id),
                    keys.seat_changes(event_id),
                ],
                [],
            )
        )
        now_ms = _int(reply[1])
        if reply[0] == b"cold":
            return Cold(now_ms=now_ms)
        held, sold = _texts(reply[4]), _texts(reply[5])
        owners: dict[SeatRowState, dict[SeatId, str]] = {state: {} for state in SeatRowState}
        for seat, sold_as in zip(sold[::2], sold[1::2], strict=True):
            state, _, owner_id = sold_as.partition(":")
            owners[SeatRowState(state)][SeatId(seat)] = owner_id
        return SeatMapSnapshot(
            position=Position(_text(reply[2]), _text(reply[3])),
            now_ms=now_ms,
            held={SeatId(seat): int(expires) for seat, expires in zip(held[::2], held[1::2], strict=True)},
            claimed=owners[SeatRowState.CLAIMED],
            booked=owners[SeatRowState.BOOKED],
            blocked=owners[SeatRowState.BLOCKED],
        )

    async def heads(self, event_ids: Sequence[EventId]) -> Mapping[EventId, Position | StoreUnavailable]:
        """Where each feed stands now: its last entry's epoch and offset. Events without a feed are left out."""
        asked = {
            event_id: asyncio.ensure_future(
                self._client.execute(("XREVRANGE", keys.seat_changes(event_id), "+", "-", "COUNT", 1))
            )
            for event_id in event_ids
        }
        heads: dict[EventId, Position | StoreUnavailable] = {}
        try:
            if asked:
                await asyncio.wait(asked.values(), return_when=asyncio.FIRST_COMPLETED)
                await asyncio.wait(asked.values(), timeout=HEADS_GRACE_S)
            for event_id, answer in asked.items():
                if not answer.done():
                    heads[event_id] = StoreUnavailable("no answer when others had one")
                elif isinstance(error := answer.exception(), StoreUnavailable):
                    heads[event_id] = error
                elif last := _list(answer.result()):
                    entry = _entry(last[0])
                    heads[event_id] = Position(entry.epoch, entry.offset)
        finally:  # also where whoever asked has given up
            for answer in asked.values():
                answer.cancel()
            await asyncio.gather(*asked.values(), return_exceptions=True)
        return _some_answered(heads, event_ids)

    async def read_after(
        self, offsets: Mapping[EventId, str], *, block_ms: int
    ) -> Mapping[EventId, list[FeedEntry] | StoreUnavailable]:
        """The entries after each offset, ENTRIES_PER_READ_MAX of each event at most, waiting up to `block_ms` for the
        first; 0 does not wait. Cancelling it while it waits may cost its connection."""
        event_of = {keys.seat_changes(event_id): event_id for event_id in offsets}
        streams = dict(zip(event_of, map(_stream_id, offsets.values()), strict=True))
        replies = await self._client.read_streams(streams, count=ENTRIES_PER_READ_MAX, block_ms=block_ms)
        found: dict[EventId, list[FeedEntry] | StoreUnavailable] = {
            event_of[name]: reply if isinstance(reply, StoreUnavailable) else [_entry(entry) for entry in _list(reply)]
            for name, reply in replies.items()
        }
        return _some_answered(found, list(offsets))

    async def read_before(self, event_id: EventId, before: str | None, *, limit: int) -> list[FeedEntry]:
        """Up to `limit` kept entries before the offset, newest first; ENTRIES_PER_READ_MAX at most."""
        end = "+" if before is None else f"({_stream_id(before)}"
        count = min(limit, ENTRIES_PER_READ_MAX)
        reply = await self._client.execute(("XREVRANGE", keys.seat_changes(event_id), end, "-", "COUNT", count))
        return [_entry(entry) for entry in _list(reply)]

    async def ends(self, event_id: EventId) -> tuple[FeedEntry, FeedEntry] | None:
        """The oldest and the newest entry that are kept, read at nearly one moment; None without a feed."""
        key = keys.seat_changes(event_id)
        oldest, newest = await asyncio.gather(
            self._client.execute(("XRANGE", key, "-", "+", "COUNT", 1)),
            self._client.execute(("XREVRANGE", key, "+", "-", "COUNT", 1)),
        )
        first, last = _list(oldest), _list(newest)
        return (_entry(first[0]), _entry(last[0])) if first and last else None


def _some_answered(
    found: dict[EventId, _Found | StoreUnavailable], asked: Sequence[EventId]
) -> dict[EventId, _Found | StoreUnavailable]:
    """What was found, unless there is no answer for any event that was asked for.

    Raises:
        StoreUnavailable: there is none.
    """
    lost = [answer for answer in found.values() if isinstance(answer, StoreUnavailable)]
    if lost and len(lost) == len(asked):
        raise lost[0]
    return found


def _stream_id(offset: str) -> str:
    """The stream's part of `<stream id>-<tag>`; the start of the stream for the empty offset."""
    milliseconds, _, rest = offset.partition("-")
    return f"{milliseconds}-{rest.partition('-')[0]}" if offset else "0"


def _entry(reply: Reply) -> FeedEntry:
    stream_id, pairs = _list(reply)
    texts = _texts(pairs)
    fields = dict(zip(texts[::2], texts[1::2], strict=True))
    seats = fields["seats"]
    return FeedEntry(
        epoch=fields["epoch"],
        previous=fields["prev"],
        offset=f"{_text(stream_id)}-{fields['tag']}",
        at_ms=int(fields["at"]),
        change=Change(
            kind=ChangeKind(fields["kind"]),
            seats=tuple(map(SeatId, seats.split(","))) if seats else (),
            expires_at_ms=int(fields.get("expires", 0)),
            user_id=UserId(keys.user_of(fields["user"])) if "user" in fields else None,
            hold_id=HoldId(fields["hold"]) if "hold" in fields else None,
            owner_id=fields.get("owner"),
        ),
    )


def _list(reply: Reply) -> list[Reply]:
    assert isinstance(reply, list), f"expected a list, got {reply!r}"
    return reply


def _int(reply: Reply) -> int:
    assert isinstance(reply, int), f"expected an integer, got {reply!r}"
    return reply


def _text(reply: Reply) -> str:
    assert isinstance(reply, bytes), f"expected a string, got {reply!r}"
    return reply.decode()


def _texts(reply: Reply) -> list[str]:
    return [cast(bytes, text).decode() for text in _list(reply)]
