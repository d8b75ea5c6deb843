"""Notices for those who run the place: listed page by page, sent again, and shown to nobody else."""

import msgspec
import pytest

from frontrow.domain.ids import NoticeId
from frontrow.domain.notice import Notice, NoticeState
from frontrow.services.notice_office import NoticeNotFound, NoticeOffice, NoticePage
from frontrow.services.outcomes import RoleMissing
from tests.support.fake_clock import START_MS, FakeClock
from tests.support.fake_ledger import FakeLedger
from tests.support.fake_order_ledger import FakeOrderLedger
from tests.support.house import user
from tests.support.told import AT_MS, notice

ADMIN, INTEGRATOR, ANN = user("boss", "admin"), user("shop", "integrator"), user("ann")


@pytest.fixture
def ledger() -> FakeOrderLedger:
    return FakeLedger(FakeClock()).orders


@pytest.fixture
def office(ledger: FakeOrderLedger) -> NoticeOffice:
    return NoticeOffice(ledger=ledger, clock=FakeClock())


def failed(number: int) -> Notice:
    made = notice(name=f"n{number}", due_at_ms=None)
    return msgspec.structs.replace(made, state=NoticeState.FAILED, tries=13, created_at_ms=AT_MS + number)


async def test_pages_go_from_the_newest_on_and_may_be_of_one_state(
    office: NoticeOffice, ledger: FakeOrderLedger
) -> None:
    made = [failed(number) for number in range(5)]
    await ledger.add_notices([*made, notice(name="due")])
    first = await office.page(ADMIN, state=NoticeState.FAILED, limit=3)
    assert isinstance(first, NoticePage)
    second = await office.page(ADMIN, state=NoticeState.FAILED, before=first.next_before, limit=3)
    assert isinstance(second, NoticePage)
    assert [*first.notices, *second.notices] == made[::-1]
    assert second.next_before is None
    everything = await office.page(ADMIN)
    assert isinstance(everything, NoticePage)
    assert len(everything.notices) == 6


@pytest.mark.parametrize("state", [NoticeState.FAILED, NoticeState.DELIVERED])
async def test_a_notice_is_sent_again_whatever_became_of_it(
    office: NoticeOffice, ledger: FakeOrderLedger, state: NoticeState
) -> None:
    told = msgspec.structs.replace(failed(1), state=state)
    await ledger.add_notices([told])
    again = await office.send_again(ADMIN, told.notice_id)
    assert isinstance(again, Notice)
    assert again == ledger.notes[told.notice_id]
    assert (again.state, again.tries, again.due_at_ms) == (NoticeState.DUE, 0, START_MS)


async def test_a_notice_that_is_none_is_not_found(office: NoticeOffice) -> None:
    assert await office.send_again(ADMIN, NoticeId("7-n")) == NoticeNotFound()


@pytest.mark.parametrize("caller", [INTEGRATOR, ANN], ids=["integrator", "buyer"])
async def test_nobody_else_may_look_or_send(office: NoticeOffice, caller: object) -> None:
    assert isinstance(await office.page(caller), RoleMissing)  # type: ignore[arg-type]
    assert isinstance(await office.send_again(caller, NoticeId("7-n")), RoleMissing)  # type: ignore[arg-type]
