"""Notices: their rows, and how their delivery stands."""

from collections.abc import Sequence
from typing import Any

import msgspec
import sqlalchemy as sa

from frontrow.adapters.sql.due import DueRows
from frontrow.adapters.sql.events import event_id_of
from frontrow.adapters.sql.inserts import Cell, insert_missing_rows
from frontrow.adapters.sql.order_tables import notices
from frontrow.domain.ids import NoticeId
from frontrow.domain.notice import Notice, NoticeChannel, NoticeKind, NoticeState, NoticeSubject

_encoder = msgspec.json.Encoder()
_subject_decoder = msgspec.json.Decoder(NoticeSubject)

due_notices = {channel: DueRows(notices, notices.c.channel == channel.value) for channel in NoticeChannel}

_by_id = sa.select(notices).where(
    notices.c.event_id == sa.bindparam("event_id"), notices.c.notice_id == sa.bindparam("notice_id")
)
_page = (
    sa.select(notices).order_by(notices.c.created_at_ms.desc(), notices.c.notice_id.desc()).limit(sa.bindparam("limit"))
)
_page_in_state = _page.where(notices.c.state == sa.bindparam("state"))
_is_before = sa.tuple_(notices.c.created_at_ms, notices.c.notice_id) < sa.tuple_(
    sa.bindparam("before_ms", type_=sa.BigInteger), sa.bindparam("before_id", type_=sa.Text)
)
_DELIVERY = ("state", "tries", "due_at_ms", "last_status", "last_error", "delivered_at_ms")
_replace = (
    sa.update(notices)
    .where(
        notices.c.event_id == sa.bindparam("of_event"),
        notices.c.notice_id == sa.bindparam("of_notice"),
        sa.or_(notices.c.state != NoticeState.DELIVERED.value, sa.bindparam("is_anew", type_=sa.Integer) == 1),
    )
    .values({name: sa.bindparam(name) for name in _DELIVERY})
)

_delivered_before = (
    sa.select(notices.c.event_id, notices.c.notice_id)
    .where(
        notices.c.state == NoticeState.DELIVERED.value,
        notices.c.kind == sa.bindparam("kind"),
        notices.c.delivered_at_ms < sa.bindparam("before_ms"),
    )
    .order_by(notices.c.delivered_at_ms)
    .limit(sa.bindparam("limit"))
)
_drop = sa.delete(notices).where(
    sa.tuple_(notices.c.event_id, notices.c.notice_id).in_(sa.bindparam("keys", expanding=True)),
    notices.c.state == NoticeState.DELIVERED.value,
)


def delivered_before(
    connection: sa.Connection, *, kind: NoticeKind, before_ms: int, limit: int
) -> list[tuple[str, str]]:
    """The keys of notices of the kind that were delivered before then, longest first."""
    rows = connection.execute(_delivered_before, {"kind": kind.value, "before_ms": before_ms, "limit": limit})
    return [(row.event_id, row.notice_id) for row in rows]


def drop_delivered(connection: sa.Connection, keys: Sequence[tuple[str, str]]) -> None:
    """Delete those of them that still are delivered."""
    connection.execute(_drop, {"keys": list(keys)})


def write_notices(connection: sa.Connection, wanted: Sequence[Notice]) -> None:
    """Insert those that are not there yet, in one order for all writers."""
    if wanted:
        insert_missing_rows(connection, notices, sorted((_row(it) for it in wanted), key=lambda row: row[:2]))


def notice(connection: sa.Connection, notice_id: NoticeId) -> Notice | None:
    """See OrderLedger.notice."""
    event_id = event_id_of(connection, notice_id)
    if event_id is None:
        return None
    row = connection.execute(_by_id, {"event_id": event_id, "notice_id": notice_id}).one_or_none()
    return None if row is None else notice_of(row)


def newest_notices(
    connection: sa.Connection, *, state: NoticeState | None, before: tuple[int, NoticeId] | None, limit: int
) -> list[Notice]:
    """See OrderLedger.notices."""
    page = _page
    values: dict[str, object] = {"limit": limit}
    if state is not None:
        page, values = _page_in_state, values | {"state": state.value}
    if before is not None:
        page, values = page.where(_is_before), values | {"before_ms": before[0], "before_id": before[1]}
    return [notice_of(row) for row in connection.execute(page, values)]


def replace_notice(connection: sa.Connection, notice: Notice) -> None:
    """See OrderLedger.update_notice."""
    values = {name: getattr(notice, name) for name in _DELIVERY} | {"state": notice.state.value}
    of = {"of_event": notice.event_id, "of_notice": notice.notice_id, "is_anew": int(notice.tries == 0)}
    connection.execute(_replace, values | of)


def notice_of(row: sa.Row[*tuple[Any, ...]]) -> Notice:
    """The notice of a row of `notices`."""
    return Notice(
        notice_id=row.notice_id,
        event_id=row.event_id,
        kind=NoticeKind(row.kind),
        channel=NoticeChannel(row.channel),
        subject=msgspec.structs.replace(_subject_decoder.decode(row.subject), user_id=row.user_id),
        state=NoticeState(row.state),
        tries=row.tries,
        due_at_ms=row.due_at_ms,
        last_status=row.last_status,
        last_error=row.last_error,
        created_at_ms=row.created_at_ms,
        delivered_at_ms=row.delivered_at_ms,
    )


def _row(notice: Notice) -> tuple[Cell, ...]:
    """The cells in the order of the table's columns. The subject's user is kept apart, where it can be erased."""
    return (
        notice.event_id,
        notice.notice_id,
        notice.kind.value,
        notice.channel.value,
        _encoder.encode(msgspec.structs.replace(notice.subject, user_id=None)).decode(),
        notice.subject.user_id,
        notice.state.value,
        notice.tries,
        notice.due_at_ms,
        notice.last_status,
        notice.last_error,
        notice.created_at_ms,
        notice.delivered_at_ms,
    )
