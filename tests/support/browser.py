"""A page that watches an event: a socket that can be full or break anywhere, and what the page makes of the bytes."""

import asyncio
from collections.abc import Callable

from frontrow.client import SeatChanges, SeatSnapshot
from frontrow.client.watching import SeatUpdate, Watching
from frontrow.http.watching.watchers import Admission, Watchers
from frontrow.services.live import LiveViews
from tests.support.live_stage import EVENT


class Browser:
    """Implements PushSocket. `updates` are what it was told, `letters` the seats as it shows them."""

    def __init__(self, live: LiveViews, watchers: Watchers, *, address: str = "10.0.0.1") -> None:
        self._live = live
        self._watchers = watchers
        self._address = address
        self._stream = Watching(EVENT, None)
        self._when_lost: Callable[[], None] | None = None
        self._task: asyncio.Task[None] | None = None
        self._bytes_until_break: int | None = None
        self.is_full = False
        self.is_broken = False
        self.was_hung_up = False
        self.chunks: list[bytes] = []
        self.updates: list[SeatUpdate] = []
        self.letters: dict[str, str] = {}

    @property
    def place(self) -> str | None:
        """Where it would go on."""
        return self._stream.last_event_id

    @property
    def has_ended(self) -> bool:
        """Whether the server has ended the stream, or heard that the connection is gone."""
        return self._task is not None and self._task.done()

    def forget(self, place: str | None) -> None:
        """Go on from this place the next time."""
        self._stream.last_event_id = place

    async def open(self, *, break_after_bytes: int | None = None) -> None:
        """Watch, from where it was."""
        self._bytes_until_break, self.is_broken, self.is_full, self._when_lost = break_after_bytes, False, False, None
        self._stream.begin("text/event-stream")
        assert self._stream.request().query == (() if self.place is None else (("lastEventId", self.place),))
        admission = self._watchers.admit(self._address)
        assert isinstance(admission, Admission), admission
        view = await self._live.view(EVENT)
        frames = self._watchers.stream(EVENT, view, shown=self.place, admission=admission, socket=self)

        async def read() -> None:
            async for frame in frames:
                self._deliver(frame)

        self._task = asyncio.create_task(read())
        await asyncio.sleep(0)

    def break_no_more(self) -> None:
        """Keep the connection that is open."""
        self._bytes_until_break = None

    async def close(self) -> None:
        """Go away."""
        self.hang_up()
        if self._task is not None:
            await self._task

    def begin_pushing(self, when_lost: Callable[[], None]) -> None:
        """See PushSocket."""
        self._when_lost = when_lost
        if self.is_broken:
            when_lost()

    def push(self, chunk: bytes) -> bool:
        """See PushSocket."""
        if self.is_broken or self.is_full or self._when_lost is None:
            return False
        self.chunks.append(chunk)
        size, _, rest = chunk.partition(b"\r\n")
        assert len(rest) == int(size, 16) + 2 and rest.endswith(b"\r\n")
        self._deliver(rest[:-2])
        return True

    def hang_up(self) -> None:
        """See PushSocket."""
        self.was_hung_up = self.is_broken = True
        if self._when_lost is not None:
            self._when_lost()

    def _deliver(self, content: bytes) -> None:
        if self.is_broken:
            return
        left = self._bytes_until_break
        if left is not None and len(content) >= left:
            content = content[:left]
            asyncio.get_running_loop().call_soon(self.hang_up)
        elif left is not None:
            self._bytes_until_break = left - len(content)
        for update in self._stream.received(content):
            self._show(update)
        if left is not None and len(content) == left:
            self.is_broken = True

    def _show(self, update: SeatUpdate) -> None:
        self.updates.append(update)
        match update:
            case SeatSnapshot(states=states, layout_version=version):
                layout = self._live_layout(version)
                self.letters = dict(zip(layout, states, strict=True))
            case SeatChanges(seats=seats):
                for letter, seat_ids in seats.items():
                    self.letters |= dict.fromkeys(seat_ids, letter)

    def _live_layout(self, version: int) -> tuple[str, ...]:
        followed = self._live._followed[EVENT].view
        assert followed is not None and followed.layout.version == version
        return followed.layout.seat_ids
