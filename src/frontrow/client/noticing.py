"""Notices: what was told to your server and to customers, and telling it again. For admins; Forbidden to others."""

from collections.abc import Iterator
from datetime import datetime
from enum import StrEnum

import msgspec

from frontrow.client.exchange import Flow, Request, asked, query_of, segment
from frontrow.client.paging import pages
from frontrow.client.reading import PAGE_DEFAULT

_PATH = "/api/v1/notices"


class NoticeState(StrEnum):
    """Whether a notice was delivered. `due` waits for its next attempt, or is being sent; `failed` was given up."""

    DUE = "due"
    DELIVERED = "delivered"
    FAILED = "failed"
    UNKNOWN = "unknown"

    @classmethod
    def _missing_(cls, value: object) -> "NoticeState":
        return cls.UNKNOWN


class NoticeSubject(msgspec.Struct, frozen=True, rename="camel"):
    """What a notice is about."""

    booking_id: str | None = None
    order_id: str | None = None
    refund_id: str | None = None
    hold_id: str | None = None
    user_id: str | None = None
    seat_ids: tuple[str, ...] = ()


class Notice(msgspec.Struct, frozen=True, rename="camel"):
    """One message to one channel (`webhook` or `email`), and how its delivery stands.

    `type` is such as `booking.confirmed`. `notice_id` is the webhook's `webhook-id`. `due_at` is when it is sent next,
    or when the attempt under way is given up; `last_status` and `last_error` are the HTTP or SMTP code of the last
    attempt, and why it failed.
    """

    notice_id: str
    event_id: str
    type: str
    channel: str
    subject: NoticeSubject
    state: NoticeState
    tries: int
    created_at: datetime
    due_at: datetime | None = None
    delivered_at: datetime | None = None
    last_status: int | None = None
    last_error: str | None = None


class NoticeList(msgspec.Struct, frozen=True, rename="camel"):
    """A page of notices, newest first; `next_cursor` is None on the last one."""

    items: tuple[Notice, ...]
    next_cursor: str | None = None


def list_notices(
    *, state: NoticeState | str | None = None, limit: int = PAGE_DEFAULT, cursor: str | None = None
) -> Flow[NoticeList]:
    """A page of webhooks and mails, newest first.

    Args:
        state: `due`, `delivered` or `failed`; all when None.
        limit: 1 to 100.
        cursor: `next_cursor` of the page before.
    """
    query = query_of(state=state, limit=limit, cursor=cursor)
    return asked(Request(operation="listNotices", method="GET", path=_PATH, query=query, needs_token=True), NoticeList)


def notices(
    *, state: NoticeState | str | None = None, page_size: int = PAGE_DEFAULT
) -> Iterator[Flow[tuple[Notice, ...]]]:
    """All webhooks and mails, newest first, read a page of `page_size` (1 to 100) at a time while you iterate.

    Args:
        state: `due`, `delivered` or `failed`; all when None.
    """
    return pages(lambda cursor: list_notices(state=state, limit=page_size, cursor=cursor))


def send_notice(notice_id: str) -> Flow[Notice]:
    """Have a webhook or mail sent again, whatever became of it: now, and with all its attempts before it anew.

    Raises:
        NotFound: there is no such notice.
    """
    path = f"{_PATH}/{segment(notice_id)}/send"
    return asked(Request(operation="sendNotice", method="POST", path=path, needs_token=True), Notice)
