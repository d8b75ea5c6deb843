"""Notices, for admins: what was told to the integrator's server and to customers, and telling it again."""

from typing import Annotated

import msgspec
from msgspec import Meta

from frontrow.domain.ids import NoticeId
from frontrow.domain.notice import Notice, NoticeChannel, NoticeKind, NoticeState, NoticeSubject
from frontrow.http.fields import BookingsCursor, Time, time_text
from frontrow.http.operation import Access, Answer, Call, Example, NoBody, NoQuery, Operation, declared
from frontrow.http.problems import Code, Problem, not_found
from frontrow.http.refusals import problem_of
from frontrow.http.services import Services
from frontrow.http.v1.bookings import PAGE_MAX
from frontrow.services.notice_office import NoticeNotFound, NoticePage, NoticePoint
from frontrow.services.outcomes import RoleMissing


class NoticesQuery(msgspec.Struct, frozen=True):
    """Which notices."""

    state: (
        Annotated[
            NoticeState, Meta(description="`due` (waiting, or being sent), `delivered`, or `failed`; all where absent")
        ]
        | None
    ) = None
    limit: Annotated[int, Meta(ge=1, le=PAGE_MAX, description="how many at most")] = 50
    cursor: BookingsCursor | None = None


class NoticeSubjectDocument(msgspec.Struct, frozen=True, rename="camel", omit_defaults=True):
    """What a notice is about."""

    booking_id: str | None = None
    order_id: str | None = None
    refund_id: str | None = None
    hold_id: str | None = None
    user_id: str | None = None
    seat_ids: tuple[str, ...] = ()


class NoticeDocument(msgspec.Struct, frozen=True, rename="camel", omit_defaults=True):
    """One message to one channel, and how its delivery stands. `noticeId` is the webhook's `webhook-id`.

    `dueAt` is when it is sent next, or when the attempt under way is given up; `lastStatus` and `lastError` are the
    HTTP or SMTP code of the last attempt, and why it failed.
    """

    notice_id: str
    event_id: str
    type: NoticeKind
    channel: NoticeChannel
    subject: NoticeSubjectDocument
    state: NoticeState
    tries: int
    created_at: Time
    due_at: Time | None = None
    delivered_at: Time | None = None
    last_status: int | None = None
    last_error: str | None = None


class NoticeList(msgspec.Struct, frozen=True, rename="camel"):
    """Notices, newest first; `nextCursor` is null on the last page."""

    items: tuple[NoticeDocument, ...]
    next_cursor: str | None = None


async def list_notices(services: Services, call: Call[NoBody, NoticesQuery]) -> Answer | Problem:
    """A page of notices."""
    query = call.query
    page = await services.notices.page(call.user, state=query.state, before=_point_of(query.cursor), limit=query.limit)
    if not isinstance(page, NoticePage):
        return problem_of(page)
    following = page.next_before
    return Answer(
        body=NoticeList(
            items=tuple(map(notice_document, page.notices)),
            next_cursor=None if following is None else f"{following[0]}.{following[1]}",
        )
    )


async def send_notice(services: Services, call: Call[NoBody, NoQuery]) -> Answer | Problem:
    """Have a notice sent (again)."""
    match await services.notices.send_again(call.user, NoticeId(call.path["noticeId"])):
        case Notice() as notice:
            return Answer(body=notice_document(notice))
        case NoticeNotFound():
            return not_found("such notice")
        case RoleMissing() as refusal:
            return problem_of(refusal)


def notice_document(notice: Notice) -> NoticeDocument:
    """A notice as v1 shows it."""
    return NoticeDocument(
        notice_id=notice.notice_id,
        event_id=notice.event_id,
        type=notice.kind,
        channel=notice.channel,
        subject=_subject_document(notice.subject),
        state=notice.state,
        tries=notice.tries,
        created_at=time_text(notice.created_at_ms),
        due_at=None if notice.due_at_ms is None else time_text(notice.due_at_ms),
        delivered_at=None if notice.delivered_at_ms is None else time_text(notice.delivered_at_ms),
        last_status=notice.last_status,
        last_error=notice.last_error,
    )


def _subject_document(subject: NoticeSubject) -> NoticeSubjectDocument:
    return NoticeSubjectDocument(
        booking_id=subject.booking_id,
        order_id=subject.order_id,
        refund_id=subject.refund_id,
        hold_id=subject.hold_id,
        user_id=subject.user_id,
        seat_ids=subject.seat_ids,
    )


def _point_of(cursor: BookingsCursor | None) -> NoticePoint | None:
    if cursor is None:
        return None
    at_ms, _, notice_id = cursor.partition(".")
    return (int(at_ms), NoticeId(notice_id))


EXAMPLE = NoticeDocument(
    notice_id="1-J6rUWcfKBKz9mBj6NTz96w",
    event_id="hamlet-2026-03-01",
    type=NoticeKind.BOOKING_CONFIRMED,
    channel=NoticeChannel.WEBHOOK,
    subject=NoticeSubjectDocument(booking_id="1-Qm4c8TzPp0a1x2K9sLw3vA"),
    state=NoticeState.FAILED,
    tries=13,
    created_at="2026-02-20T12:04:31.007Z",
    last_status=500,
    last_error="the receiver answered 500",
)

OPERATIONS = declared(
    Operation(
        name="listNotices",
        method="GET",
        path="/api/v1/notices",
        summary="Webhooks and mails: delivered, waiting or given up, newest first",
        tag="Notices",
        access=Access.ADMIN,
        handler=list_notices,
        body=NoBody,
        query=NoticesQuery,
        answer=NoticeList,
        refusals=frozenset({Code.STORE_UNAVAILABLE}),
        example=Example(
            query={"state": "failed", "limit": "20"},
            answer=NoticeList(items=(EXAMPLE,), next_cursor="1771589071007.1-J6rUWcfKBKz9mBj6NTz96w"),
        ),
    ),
    Operation(
        name="sendNotice",
        method="POST",
        path="/api/v1/notices/{noticeId}/send",
        summary="Send a webhook or mail again, whatever became of it",
        tag="Notices",
        access=Access.ADMIN,
        handler=send_notice,
        body=NoBody,
        query=NoQuery,
        answer=NoticeDocument,
        refusals=frozenset({Code.NOT_FOUND, Code.STORE_UNAVAILABLE}),
        example=Example(
            path={"noticeId": "1-J6rUWcfKBKz9mBj6NTz96w"},
            answer=msgspec.structs.replace(EXAMPLE, state=NoticeState.DUE, tries=0, due_at="2026-02-23T09:12:00.000Z"),
        ),
    ),
)
