"""`python -m benchmarks.booking_parts`: what a confirmation costs the process itself, without sockets or the servers.

One hold is booked in earnest. The store's answers to that are at hand for all others, and the ledger answers at once,
so that what is left is Python: the least of many short runs, which other load on the machine hardly disturbs.
"""

import asyncio
import itertools
import tempfile
from collections.abc import Awaitable, Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from unittest.mock import patch

import uvloop

from benchmarks.booking_drafts import CONTACT, SEATS_PER_BOOKING
from benchmarks.hold_parts import EVENT, microseconds, over, put_on_sale, request
from benchmarks.house import seat_id
from benchmarks.serving import SECRET, token
from frontrow.adapters.redis import scripts
from frontrow.adapters.redis.client import Argument, StoreClient, connect
from frontrow.adapters.redis.embedded import EmbeddedValkey
from frontrow.adapters.redis.gathering import Answer, Replicas
from frontrow.adapters.redis.granted_holds import GrantedHolds
from frontrow.adapters.redis.hold_store import ValkeyHoldStore
from frontrow.adapters.redis.servers import OneServer
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
_HEAD_BYTES = 80
"""Of a call as it is sent: a script's digest is in them."""
_SEATS = tuple(map(seat_id, range(SEATS_PER_BOOKING)))


def main() -> None:
    """Print what each part takes, in microseconds, and how often a booking asks the store."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="frontrow-bench-")))
        server = stack.enter_context(EmbeddedValkey(folder))
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            runner.run(_measure(folder, server.url))


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
        booking, answers = application.services.bookings, _Answers()
        drafts = list[BookingDraft]()
        hold = await application.services.holds.hold(caller, EVENT, HoldRequest(seat_ids=_SEATS))
        assert isinstance(hold, HoldShown), hold
        confirmation = BookRequest(EVENT, CONTACT, hold_id=hold.hold_id)
        for script in (scripts.BEGIN_BOOKING, scripts.FINISH_BOOKING):
            await client.execute(("SCRIPT", "LOAD", script.source))
        with answers.kept(), _ledger_answering(drafts):
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


class _Answers:
    """What the store first says to a call that a booking makes is the answer to all others of its kind, in no time."""

    _DIGESTS = (scripts.BEGIN_BOOKING.sha.encode(), scripts.FINISH_BOOKING.sha.encode())

    def __init__(self) -> None:
        self.asked = 0
        self._known = dict[bytes, Answer]()

    @contextmanager
    def kept(self) -> Iterator[None]:
        """Inside the block."""
        ask, answers = OneServer.ask, self

        async def answered(
            self: OneServer, sent: bytes, key: Argument | None, replicas: Replicas | None = None
        ) -> Answer:
            kind = next((it for it in answers._DIGESTS if it in sent[:_HEAD_BYTES]), None)
            if kind is None:
                return await ask(self, sent, key, replicas)
            answers.asked += 1
            if kind not in answers._known:
                answers._known[kind] = await ask(self, sent, key, replicas)
            return answers._known[kind]

        # The hold is granted once, and booked again and again.
        with patch.object(OneServer, "ask", answered), patch.object(GrantedHolds, "take", lambda *_: _SEATS):
            yield


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
