"""`python -m benchmarks.booking_parts`: what a confirmation costs the process itself, without sockets or the servers.

One hold is booked in earnest. The store's answers to that are at hand for all others, and the ledger answers at once,
so that what is left is Python: the least of many short runs, which other load on the machine hardly disturbs.
"""

import itertools
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from unittest.mock import patch

from benchmarks.booking_drafts import CONTACT, SEATS_PER_BOOKING
from benchmarks.hold_parts import EVENT, FirstAnswers, microseconds, over, put_on_sale, request, run_beside_store
from benchmarks.house import seat_id
from benchmarks.serving import SECRET, token
from frontrow.adapters.redis import scripts
from frontrow.adapters.redis.client import StoreClient, connect
from frontrow.adapters.redis.granted_holds import GrantedHolds
from frontrow.adapters.redis.hold_store import ValkeyHoldStore
from frontrow.adapters.sql import sales
from frontrow.adapters.sql.writer import BookingWriter
from frontrow.app import Application
from frontrow.cli.process_setup import set_process_up
from frontrow.cli.starting import begin_start, end_start
from frontrow.domain.booking import BookingDraft, BookingWritten, SeatRowState
from frontrow.domain.hold import BOOKING_GUARD_MS, BookingBegun, HeldSeat
from frontrow.domain.ids import BookingId, HoldId, UserId, new_made_id
from frontrow.http.parting import PartingHttp
from frontrow.services.callers import Caller
from frontrow.services.outcomes import BookRequest, HoldRequest, HoldShown
from frontrow.settings import DirectBooking, LogLevel, Settings
from frontrow.stores import Stores

_PATH = "/api/v1/bookings"
_USER = UserId("user-0")
_BATCH = 32
_SEATS = tuple(map(seat_id, range(SEATS_PER_BOOKING)))


def main() -> None:
    """Print what each part takes, in microseconds, and how often a booking asks the store."""
    run_beside_store(_measure)


async def _measure(folder: Path, redis_url: str) -> None:
    settings = Settings(
        data_dir=folder, rate_limit_enabled=False, log_level=LogLevel.WARNING, direct_booking=DirectBooking.ANYONE
    )
    stores = Stores(redis_url, f"sqlite:///{folder / 'ledger.sqlite3'}", SECRET)
    set_process_up(settings)
    begin_start()
    async with Application.running(settings, stores) as application:
        await put_on_sale(application)
        client, caller = connect(redis_url), Caller(_USER)
        booking, answers = application.services.bookings, FirstAnswers(scripts.BEGIN_BOOKING, scripts.FINISH_BOOKING)
        drafts = list[BookingDraft]()
        hold = await application.services.holds.hold(caller, EVENT, HoldRequest(seat_ids=_SEATS))
        assert isinstance(hold, HoldShown), hold
        confirmation = BookRequest(EVENT, CONTACT, hold_id=hold.hold_id)
        for script in (scripts.BEGIN_BOOKING, scripts.FINISH_BOOKING):
            await client.execute(("SCRIPT", "LOAD", script.source))
        # The hold is granted once, and booked again and again.
        booked_again = patch.object(GrantedHolds, "take", lambda *_: _SEATS)
        with answers.kept(), booked_again, _ledger_answering(drafts):
            assert isinstance(await booking.book(caller, confirmation), BookingWritten)
            print(f"{'round trips to the store':<40} {answers.asked:6}")
            end_start()
            sent = [request(_PATH, token(_USER), _document(hold.hold_id))]
            adapter = _Adapter(client, hold.hold_id)
            for what, call in (
                ("the store's adapter: begin", adapter.begin),
                ("the store's adapter: finish", adapter.finish),
                ("the use case, ledger left out", lambda: booking.book(caller, confirmation)),
                ("a booking, ledger left out", over(PartingHttp, application.http, sent)),
            ):
                print(f"{what:<40} {await microseconds(call):6.1f}")
            rows = await microseconds(_rows_of([drafts[0]] * _BATCH))
            print(f"{f'its rows, one of {_BATCH} bookings':<40} {rows / _BATCH:6.1f}")
        await client.close()


class _Adapter:
    """The calls on the store that a booking makes, by themselves."""

    def __init__(self, client: StoreClient, hold_id: HoldId) -> None:
        self._store = ValkeyHoldStore(client)
        self._hold_id = hold_id
        self._booking_id = BookingId(new_made_id(1))
        self._held = tuple(HeldSeat(seat, hold_id) for seat in _SEATS)

    async def begin(self) -> None:
        begun = await self._store.begin_booking(
            EVENT,
            booking_id=self._booking_id,
            user_id=_USER,
            hold_id=self._hold_id,
            seat_ids=None,
            guard_ms=BOOKING_GUARD_MS,
        )
        assert isinstance(begun, BookingBegun), begun

    async def finish(self) -> None:
        await self._store.finish_booking(
            EVENT,
            booking_id=self._booking_id,
            state=SeatRowState.BOOKED,
            owner_id=self._booking_id,
            user_id=_USER,
            seat_ids=_SEATS,
            held=self._held,
            table_ids=(),
        )


@contextmanager
def _ledger_answering(drafts: list[BookingDraft]) -> Iterator[None]:
    """Every booking is written in no time, without being written; `drafts` gets the first."""
    tasks = itertools.count(1)

    async def book(_self: BookingWriter, draft: BookingDraft, *, guard_until_ms: int) -> BookingWritten:
        if not drafts:
            drafts.append(draft)
        return BookingWritten(draft.booking, task_ids=(next(tasks),))

    async def outbox_done(_self: BookingWriter, _task_ids: object) -> None:
        return None

    with patch.object(BookingWriter, "book", book), patch.object(BookingWriter, "outbox_done", outbox_done):
        yield


def _rows_of(drafts: list[BookingDraft]) -> Callable[[], Awaitable[None]]:
    async def call() -> None:
        with patch.object(sales, "insert_at_once", lambda *_: None):
            sales.write_bookings(None, drafts, 0)  # type: ignore[arg-type]  # nothing is sent

    return call


def _document(hold_id: HoldId) -> dict[str, object]:
    return {"eventId": EVENT, "holdId": hold_id, "contactInfo": {"name": CONTACT.name, "email": CONTACT.email}}


if __name__ == "__main__":
    main()
