"""The identifiers of the domain: their types, their form, and how the server makes them.

Event, layout, seat, table and category ids are chosen by people. Hold, booking and block ids are made by the
server: 132 random bits behind the short number of their event, so that one id alone says where to look.
"""

import base64
import os
import re
from typing import NewType

EventId = NewType("EventId", str)
LayoutId = NewType("LayoutId", str)
SectionId = NewType("SectionId", str)
SeatId = NewType("SeatId", str)
TableId = NewType("TableId", str)
CategoryId = NewType("CategoryId", str)
UserId = NewType("UserId", str)
HoldId = NewType("HoldId", str)
BookingId = NewType("BookingId", str)
OrderId = NewType("OrderId", str)
BlockId = NewType("BlockId", str)
PaymentId = NewType("PaymentId", str)
RefundId = NewType("RefundId", str)
NoticeId = NewType("NoticeId", str)

CHOSEN_ID_PATTERN = r"^(?!\.{1,2}$)[A-Za-z0-9_.\-]{1,64}$"
"""The form of every id a person may choose, as a regular expression for JSON Schema.

`.` and `..` are none: clients and proxies take them out of a path before it is sent (RFC 3986, section 5.2.4).
"""
CHOSEN_ID_FORM = "1 to 64 of A-Z a-z 0-9 _ . - (but not . or ..)"
"""The same for people."""

USER_ID_BYTES_MAX = 255
"""A token's subject may be this long in UTF-8 (RFC 7519 sets no bound; the key space needs one)."""

SESSION_USER_PREFIX = "guest:"
"""How the user ids of guest sessions begin, and nobody else's."""

_CHOSEN_ID = re.compile(r"(?!\.{1,2}\Z)[A-Za-z0-9_.\-]{1,64}\Z")
_MADE_ID = re.compile(r"[1-9][0-9]{0,17}-[A-Za-z0-9_-]{22}\Z")
_SECRET_CHARS = 22
_DIGEST_BYTES = 16
_SECRETS_DRAWN = 256
_BYTES_DRAWN = _SECRETS_DRAWN * _SECRET_CHARS * 3 // 4
_drawn: list[str] = []
os.register_at_fork(after_in_child=_drawn.clear)  # a child must not give the ids that its parent gives


def is_chosen_id(text: str) -> bool:
    """Whether `text` has the form of an event, layout, section, seat, table or category id."""
    return _CHOSEN_ID.match(text) is not None


def is_user_id(text: str) -> bool:
    """Whether `text` can be a user's id: 1 to USER_ID_BYTES_MAX bytes of UTF-8 without a null character."""
    try:
        encoded = text.encode()
    except UnicodeEncodeError:  # half of a surrogate pair: a command line's bytes that are no UTF-8
        return False
    return 1 <= len(encoded) <= USER_ID_BYTES_MAX and b"\0" not in encoded


def is_session_user(user_id: str) -> bool:
    """Whether a user's id is that of a guest session, or of somebody within one: no token may speak for those."""
    return user_id.startswith(SESSION_USER_PREFIX)


def capped_as(user_id: UserId) -> UserId:
    """Whose cap on held seats counts what this user holds: everybody's own, but one for all of a guest session.

    A session's users are `guest:<session>` and, for each name said in it, `guest:<session>:<name>`. Anyone may say any
    number of names.
    """
    return UserId(":".join(user_id.split(":", 2)[:2])) if is_session_user(user_id) else user_id


def new_made_id(event_number: int) -> str:
    """A fresh unguessable id for a hold, booking, order or block of the event with this number (>= 1)."""
    return made_id(event_number, _fresh_secret())


def made_id(event_number: int, secret: str) -> str:
    """The id `<event number>-<secret>`, where `secret` is 22 characters of URL-safe base64."""
    return f"{event_number}-{secret}"


def id_of_digest(event_number: int, digest: bytes) -> str:
    """The id whose secret stands for the digest's first 128 bits: what makes the same digest makes the same id."""
    return made_id(event_number, base64.urlsafe_b64encode(digest[:_DIGEST_BYTES])[:_SECRET_CHARS].decode())


def _fresh_secret() -> str:
    """22 characters of URL-safe base64 from the operating system's generator, given once.

    Drawn by the hundred: asked for each, the system call took 5 of a hold's 170 microseconds.
    """
    while True:
        try:
            return _drawn.pop()  # which two threads never get the same of
        except IndexError:
            text = base64.urlsafe_b64encode(os.urandom(_BYTES_DRAWN)).decode()
            _drawn.extend(text[first : first + _SECRET_CHARS] for first in range(0, len(text), _SECRET_CHARS))


def event_number_of(made: str) -> int | None:
    """The event number in a server-made id, or None where `made` has not the form of one."""
    return int(made.partition("-")[0]) if _MADE_ID.match(made) else None
