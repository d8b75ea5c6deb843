"""All that a store keeps of one event, as one value, beside what the specification says it must be keeping.

What has run out is left out on both sides: whether a store still has it is the store's own business.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import cast

import redis

from frontrow.adapters.redis import keys
from frontrow.domain.ids import EventId
from frontrow.domain.seat_map import SeatMap
from frontrow.domain.seat_records import SeatLock

Value = str | Mapping[str, str] | Mapping[str, int]
Entry = tuple[Value, int]
"""A key's value, and when it runs out (ms since 1970; -1 for never)."""
Kept = dict[str, Entry]

_DUMP = """#!lua flags=no-writes
local time, found = redis.call('TIME'), {}
for _, key in ipairs(redis.call('KEYS', '*')) do
  local kind, value = redis.call('TYPE', key).ok, nil
  if kind == 'string' then value = redis.call('GET', key) end
  if kind == 'hash' then value = redis.call('HGETALL', key) end
  if kind == 'zset' then value = redis.call('ZRANGE', key, 0, -1, 'WITHSCORES') end
  if kind == 'stream' then value = {redis.call('XLEN', key), redis.call('XREVRANGE', key, '+', '-', 'COUNT', 1)[1]} end
  found[#found + 1] = {key, kind, value, redis.call('PEXPIRETIME', key)}
end
return {time[1] * 1000 + math.floor(time[2] / 1000), found}
"""


@dataclass(frozen=True)
class Stored:
    """Everything in the store at one moment of its clock. `feed` is the feed's length and its last offset."""

    now_ms: int
    kept: Kept
    feed: tuple[int, str]


class StoredEvent:
    """Looks at the only event of a store. Costs one call."""

    def __init__(self, raw: redis.Redis, event_id: EventId) -> None:
        self._raw = raw
        self._event_id = event_id
        self._sha = raw.script_load(_DUMP)

    def read(self) -> Stored:
        """What is stored now."""
        now_ms, found = cast("tuple[int, list[tuple[str, str, object, int]]]", self._raw.evalsha(self._sha, 0))
        kept: Kept = {}
        feed = (0, "")
        for key, kind, value, expires_at_ms in found:
            if kind == "stream":
                assert key == keys.seat_changes(self._event_id)
                feed = _end_of(value)
            elif not 0 < expires_at_ms <= now_ms:
                kept[key] = (_value_of(kind, value), expires_at_ms)
        held = cast("Mapping[str, int]", kept.get(keys.held_seats(self._event_id), ({}, -1))[0])
        live = {key: self._alive(key, value, held, now_ms) for key, value in kept.items()}
        return Stored(now_ms, {key: value for key, value in live.items() if value is not None}, feed)

    def _alive(
        self, key: str, entry: tuple[Value, int], held: Mapping[str, int], now_ms: int
    ) -> tuple[Value, int] | None:
        """The entry without what ran out or was never promised; None where nothing is left of it."""
        value, expires_at_ms = entry
        match key.partition(":")[0], value:
            case "booking_marks", dict():
                marks = cast("dict[str, str]", value)
                value = {seat: mark for seat, mark in marks.items() if int(mark.rpartition(":")[2]) > now_ms}
            case "user_seats", dict():
                value = {seat: at_ms for seat, at_ms in cast("dict[str, int]", value).items() if at_ms > now_ms}
            case "seat_lock", _:
                return entry if held.get(key.rpartition(":")[2], 0) > now_ms else None
            case "hold_answer", dict():
                value = {name: cast("dict[str, str]", value)[name] for name in ("fingerprint", "hold")}
        return (value, expires_at_ms) if value else None


def expected(spec: SeatMap, event_id: EventId, now_ms: int) -> Kept:
    """What the specification says is stored at that moment."""
    sold = {str(seat): f"{sale.state}:{sale.owner_id}" for seat, sale in spec.sales.items()}
    kept: Kept = {
        keys.held_seats(event_id): ({str(seat): at_ms for seat, at_ms in spec.held.items()}, -1),
        keys.sold_seats(event_id): (sold, -1),
        keys.freed_seats(event_id): ({f"{owner}/{seat}": at_ms for (owner, seat), at_ms in spec._freed.items()}, -1),
        keys.booking_marks(event_id): (
            {
                str(seat): f"{mark.booking_id}:{mark.deadline_ms}"
                for seat, mark in spec._marks.items()
                if mark.deadline_ms > now_ms
            },
            -1,
        ),
        keys.event_epoch(event_id): (spec.position.epoch, -1),
    }
    for seat_id, expires_at_ms in spec.held.items():
        if expires_at_ms > now_ms:
            kept[keys.seat_lock(event_id, seat_id)] = (_lock(spec._locks[seat_id]), expires_at_ms)
    for table_id, marker in spec._table_locks.items():
        if marker.expires_at_ms > now_ms:
            kept[keys.table_lock(event_id, table_id)] = (_lock(marker.lock), marker.expires_at_ms)
    for user_id, seats in spec._user_seats.items():
        live = {str(seat): at_ms for seat, at_ms in seats.items() if at_ms > now_ms}
        if live:
            kept[keys.user_seats(event_id, keys.encoded_user(user_id))] = (live, max(live.values()))
    for hold_id, record in spec._records.items():
        if record.kept_until_ms > now_ms:
            kept[keys.hold(event_id, hold_id)] = (
                {
                    "user": keys.encoded_user(record.user_id),
                    "seats": ",".join(record.seat_ids),
                    "tables": ",".join(record.table_ids),
                    "first_locked_at_ms": str(record.first_locked_at_ms),
                    "expires_at_ms": str(record.expires_at_ms),
                },
                record.kept_until_ms,
            )
    for answer_key, answer in spec._answers.items():
        if answer.kept_until_ms > now_ms:
            kept[keys.hold_answer(event_id, answer_key)] = (
                {"fingerprint": answer.fingerprint, "hold": answer.hold_id},
                answer.kept_until_ms,
            )
    return {key: entry for key, entry in kept.items() if entry[0]}


def _lock(lock: SeatLock) -> str:
    table = f":table:{lock.table_id}" if lock.table_id else ""
    return f"{keys.encoded_user(lock.user_id)}:{lock.hold_id}:{lock.locked_at_ms}{table}"


def _value_of(kind: str, value: object) -> Value:
    if kind == "string":
        return cast(str, value)
    flat = cast("list[str]", value)
    pairs = zip(flat[::2], flat[1::2], strict=True)
    return dict(pairs) if kind == "hash" else {member: int(score) for member, score in pairs}


def _end_of(value: object) -> tuple[int, str]:
    length, (stream_id, fields) = cast("tuple[int, tuple[str, list[str]]]", value)
    return length, f"{stream_id}-{fields[fields.index('tag') + 1]}"
