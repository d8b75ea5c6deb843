"""Notices for those who run the place: which were delivered, which were not and why, and sending one again."""

import msgspec

from frontrow.domain.ids import NoticeId
from frontrow.domain.notice import Notice, NoticeState
from frontrow.ports import Clock, OrderLedger
from frontrow.services.callers import ADMIN, Caller
from frontrow.services.outcomes import RoleMissing

NoticePoint = tuple[int, NoticeId]
"""The notice a page begins after: its `created_at_ms` and id."""


class NoticePage(msgspec.Struct, frozen=True):
    """Notices, newest first. `next_before` asks for the next page; None when this is the last."""

    notices: tuple[Notice, ...]
    next_before: NoticePoint | None


class NoticeNotFound(msgspec.Struct, frozen=True):
    """No notice under that id."""


class NoticeOffice:
    """Lists notices and has them sent again, for admins. Every method may raise LedgerUnavailable."""

    def __init__(self, *, ledger: OrderLedger, clock: Clock) -> None:
        self._ledger = ledger
        self._clock = clock

    async def page(
        self, caller: Caller, *, state: NoticeState | None = None, before: NoticePoint | None = None, limit: int = 50
    ) -> NoticePage | RoleMissing:
        """Up to `limit` (1 to 100) notices in this state (None: any) after `before`, newest first."""
        if not caller.is_admin:
            return RoleMissing(ADMIN)
        found = await self._ledger.notices(state=state, before=before, limit=limit + 1)
        page = tuple(found[:limit])
        return NoticePage(page, (page[-1].created_at_ms, page[-1].notice_id) if len(found) > limit else None)

    async def send_again(self, caller: Caller, notice_id: NoticeId) -> Notice | NoticeNotFound | RoleMissing:
        """Have the notice sent (again) now, whatever became of it, with all its attempts before it anew.

        It keeps its id, and says what is true when it is sent. Where its channel is no longer configured it waits until
        it is.
        """
        if not caller.is_admin:
            return RoleMissing(ADMIN)
        notice = await self._ledger.notice(notice_id)
        if notice is None:
            return NoticeNotFound()
        due = msgspec.structs.replace(
            notice, state=NoticeState.DUE, tries=0, due_at_ms=self._clock.now_ms(), delivered_at_ms=None
        )
        await self._ledger.update_notice(due)
        return due
