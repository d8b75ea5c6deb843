"""Streams of two processes over one store: whatever happens to the store, everyone who watches ends with its state."""

import asyncio
import contextlib
import signal
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

import pytest
import redis

from frontrow.adapters.redis import keys
from frontrow.client import AsyncClient, Retries, SeatChanges, SeatSnapshot
from frontrow.domain.ids import EventId
from tests.support.eventually import eventually
from tests.support.house import small_layout
from tests.support.http_stack import EVENT, Api, api_of, copied, prepared_folder, running_application
from tests.support.pushing_server import pushing
from tests.support.valkey import ValkeyServer, running_valkey

SEAT_IDS = [seat.id for seat in small_layout().seats]
SECONDS_MAX = 30.0


class Page:
    """A client that watches for as long as it is open, and goes on where it was when it is opened again."""

    def __init__(self, url: str) -> None:
        self._client = AsyncClient(url, retries=Retries(tries_max=100, wait_max_s=0.2, first_wait_s=0.01))
        self._task: asyncio.Task[None] | None = None
        self.place: str | None = None
        self.letters: dict[str, str] = {}
        self.kinds: list[type] = []

    def open(self) -> None:
        self._task = asyncio.create_task(self._watch())

    async def close(self) -> None:
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
        self._task = None

    async def end(self) -> None:
        await self.close()
        await self._client.close()

    async def _watch(self) -> None:
        async for update in self._client.changes(EVENT, last_event_id=self.place):
            self.kinds.append(type(update))
            self.place = update.id
            match update:
                case SeatSnapshot(states=states):
                    self.letters = dict(zip(SEAT_IDS, states, strict=True))
                case SeatChanges(seats=seats):
                    for letter, seat_ids in seats.items():
                        self.letters |= dict.fromkeys(seat_ids, letter)


class House:
    """Two processes on one store and one ledger, and a page at each."""

    def __init__(self, server: ValkeyServer, apis: list[Api], pages: list[Page]) -> None:
        self.server = server
        self.apis = apis
        self.pages = pages

    async def hold(self, process: int, *seat_ids: str) -> None:
        """Hold the seats through this process, as soon as its store answers."""

        async def held() -> bool:
            answer = await self.apis[process].post(f"/api/v1/events/{EVENT}/holds", {"seatIds": seat_ids})
            return answer.status == 201

        await eventually(held, f"{seat_ids} are held", seconds_max=SECONDS_MAX)

    async def agree(self, **expected: str) -> None:
        """Both pages show what both processes read, and these seats in these states."""

        async def shown() -> bool:
            states = [await api.states() for api in self.apis]
            return (
                all(page.letters == states[0] for page in self.pages)
                and states[0] == states[1]
                and expected.items() <= states[0].items()
            )

        await eventually(shown, f"all show {expected}", seconds_max=SECONDS_MAX)

    def trim(self) -> None:
        with self._store() as store:
            store.xtrim(keys.seat_changes(EventId(EVENT)), maxlen=0, approximate=False)

    def empty(self) -> None:
        with self._store() as store:
            store.flushall()

    def restart(self) -> None:
        self.server.kill(signal.SIGKILL)
        self.server.start()

    @contextlib.contextmanager
    def _store(self) -> Iterator["redis.Redis"]:
        store = redis.Redis(unix_socket_path=str(self.server.socket))
        try:
            yield store
        finally:
            store.close()


@pytest.fixture(scope="module")
def server() -> Iterator[ValkeyServer]:
    with running_valkey() as server:
        yield server


@pytest.fixture(scope="module")
def prepared(server: ValkeyServer, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return prepared_folder(server.url, tmp_path_factory.mktemp("prepared"))


@pytest.fixture
async def house(server: ValkeyServer, prepared: Path, tmp_path: Path) -> AsyncIterator[House]:
    async with contextlib.AsyncExitStack() as stack:
        pages, apis = [], []
        for process in ("one", "other"):
            # The ledger's file is one process's: each has a copy of its own, which holds do not touch.
            folder = copied(prepared, tmp_path / process)
            application = await stack.enter_async_context(running_application(server.url, folder))
            apis.append(await stack.enter_async_context(api_of(application)))
            page = Page(await stack.enter_async_context(pushing(application)))
            stack.push_async_callback(page.end)
            page.open()
            pages.append(page)
        house = House(server, apis, pages)
        house.empty()  # of what another test has left
        yield house


@pytest.mark.parametrize("trouble", [House.trim, House.empty, House.restart], ids=["trimmed", "emptied", "killed"])
async def test_everyone_who_watches_ends_with_the_stores_state_whatever_happened_to_it(
    house: House, trouble: Callable[[House], None]
) -> None:
    await house.agree(A1="a")
    await house.hold(0, "A1")
    await house.agree(A1="h")
    away = house.pages[1]
    await away.close()
    await asyncio.to_thread(trouble, house)
    await house.hold(1, "B1")
    away.open()
    await house.agree(B1="h")
    await house.hold(0, "B2")
    await house.agree(B1="h", B2="h")


async def test_a_page_that_comes_back_to_another_process_is_told_only_what_it_missed(house: House) -> None:
    await house.agree(A1="a")
    page, other = house.pages
    await page.close()
    await house.hold(1, "A1")
    await eventually(lambda: other.letters["A1"] == "h", "the other process knows")
    other_place, other.place = other.place, page.place
    await other.close()
    other.letters, seen = dict(page.letters), len(other.kinds)
    other.open()
    await eventually(lambda: other.place == other_place, "it is where it was")
    assert (other.letters["A1"], other.kinds[seen:]) == ("h", [SeatChanges])
