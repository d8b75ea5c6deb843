"""The forms that JSON fields share, in v1 and the dialects: times, money, ids, texts, and the bounds requests keep."""

import functools
from datetime import UTC, datetime, timedelta
from typing import Annotated

import msgspec
from msgspec import Meta

from frontrow.domain.ids import CHOSEN_ID_FORM, CHOSEN_ID_PATTERN, SeatId, TableId
from frontrow.domain.texts import PRINTABLE_PATTERN

TEXT_CHARS_MAX = 200
LONG_TEXT_CHARS_MAX = 2000
EMAIL_CHARS_MAX = 254
MS_PER_SECOND = 1000
MS_PER_MINUTE = 60_000

_END = r"$(?!\n)"  # Python's `$` also matches before a last line break; JSON Schema's does not
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

Time = Annotated[
    str,
    Meta(
        extra_json_schema={"format": "date-time"}, description="RFC 3339 in UTC", examples=["2026-03-01T19:30:00.000Z"]
    ),
]
"""A time the server answers with."""

SentTime = Annotated[
    datetime,
    Meta(tz=True, description="RFC 3339 with its offset", examples=["2026-03-01T19:30:00Z"]),
]
"""A time a request gives."""

SeatIds = Annotated[tuple[SeatId, ...], Meta(description="seats of the event's layout")]
TableIds = Annotated[tuple[TableId, ...], Meta(description="whole tables of the event's layout")]
ChosenId = Annotated[
    str,
    Meta(
        pattern=CHOSEN_ID_PATTERN,
        extra={"form": CHOSEN_ID_FORM},
        description="chosen by you: 1 to 64 letters, digits, `_`, `.` or `-`; not `.` or `..`",
    ),
]
Text = Annotated[str, Meta(max_length=TEXT_CHARS_MAX, pattern=PRINTABLE_PATTERN)]
PhoneNumber = Annotated[str, Meta(max_length=40, pattern=PRINTABLE_PATTERN)]
RequiredText = Annotated[str, Meta(min_length=1, max_length=TEXT_CHARS_MAX, pattern=PRINTABLE_PATTERN)]
LongText = Annotated[str, Meta(max_length=LONG_TEXT_CHARS_MAX, pattern=PRINTABLE_PATTERN)]
Email = Annotated[
    str,
    Meta(
        min_length=3,
        max_length=EMAIL_CHARS_MAX,
        pattern=r"^[^@\s\x00-\x1f\x7f]+@[^@\s\x00-\x1f\x7f]+" + _END,
        extra={"form": f"an e-mail address of at most {EMAIL_CHARS_MAX} characters"},
    ),
]
_UNMAILABLE = r"@\s\x00-\x1f\x7f-\x9f\u00ad\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff"
ContactEmail = Annotated[
    str,
    Meta(
        min_length=3,
        max_length=EMAIL_CHARS_MAX,
        pattern=rf'^[^<>()\[\]\\,;:"{_UNMAILABLE}]+'
        rf"@[^.!-,/:-@\[-^`{{-~{_UNMAILABLE}]+(?:\.[^.!-,/:-@\[-^`{{-~{_UNMAILABLE}]+)*" + _END,
        extra={"form": f"an e-mail address of at most {EMAIL_CHARS_MAX} characters"},
    ),
]
"""Where somebody is written to: letters of every script, and dots wherever providers gave them out. `Email` is for
looking up what was given before."""
PersonName = Annotated[
    str,
    Meta(
        min_length=1,
        max_length=TEXT_CHARS_MAX,
        pattern=r"^[^\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]*" + _END,
        extra={"form": f"a name of 1 to {TEXT_CHARS_MAX} characters, without control characters"},
    ),
]
"""A person's name: marks and joiners that scripts need are in it, overrides of the writing's direction are not, which
have lists and files read otherwise than they are."""
EventsCursor = Annotated[
    str,
    Meta(
        pattern=r"^[0-9]{1,15}" + _END,
        extra={"form": "the `nextCursor` of an earlier page"},
        description="`nextCursor` of the page before",
    ),
]
BookingsCursor = Annotated[
    str,
    Meta(
        pattern=r"^[0-9]{1,15}\.[1-9][0-9]{0,17}-[A-Za-z0-9_-]{22}" + _END,
        extra={"form": "the `nextCursor` of an earlier page"},
        description="`nextCursor` of the page before",
    ),
]
ChangesCursor = Annotated[
    str,
    Meta(
        pattern=r"^[1-9][0-9]{0,18}-[0-9]{1,19}-[A-Za-z0-9_-]{1,64}" + _END,
        extra={"form": "the `nextCursor` of an earlier page"},
        description="`nextCursor` of the page before",
    ),
]
AmountMinor = Annotated[int, Meta(description="minor units of the currency: cents for USD, yen for JPY")]
Currency = Annotated[str, Meta(description="ISO 4217 code", examples=["USD"])]


class Money(msgspec.Struct, frozen=True, rename="camel"):
    """An amount in minor units of its currency."""

    amount_minor: AmountMinor
    currency: Currency


def time_text(at_ms: int) -> str:
    """Milliseconds since 1970 as RFC 3339 in UTC with milliseconds: `2026-03-01T19:30:00.000Z`."""
    seconds, milliseconds = divmod(at_ms, MS_PER_SECOND)
    return f"{_second_text(seconds)}.{milliseconds:03d}Z"


@functools.lru_cache(maxsize=4096)
def _second_text(at_s: int) -> str:
    # Holds made in one second run out in one second: most of the text is the same for all of them.
    return (_EPOCH + timedelta(seconds=at_s)).isoformat()[:-6]


def time_ms(at: datetime) -> int:
    """A time as milliseconds since 1970."""
    return (at - _EPOCH) // timedelta(milliseconds=1)
