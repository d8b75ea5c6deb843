"""Every stream of this process: who may open one, what it begins with, and its end."""

import asyncio
import random
from collections import Counter
from collections.abc import AsyncIterator, Callable

import msgspec

from frontrow.domain.ids import EventId
from frontrow.http.problems import Code, Problem
from frontrow.http.watching.audience import Audience, Watcher
from frontrow.http.watching.frames import Frames, retry_hint
from frontrow.http.watching.sockets import PushSocket
from frontrow.ports import Clock
from frontrow.services.live import LiveViews
from frontrow.services.live_view import LiveView

HEARTBEAT_MS = 15_000
RETRY_MS = (1_000, 4_000)
"""When a stream has ended its page comes back after a time between these, so that thousands don't come at once."""
FULL_RETRY_S = 10


class WatcherLimits(msgspec.Struct, frozen=True, kw_only=True):
    """How many streams are open at once: in this process, and of those from one client address."""

    watchers_max: int = 10_000
    watchers_per_address_max: int = 2_500


class Admission:
    """Room for one stream, taken when it is given. A stream gives it back at its end; where none ever begins (a HEAD
    request, a client that is gone too soon), it is given back when nobody knows the admission any more."""

    def __init__(self, give_back: Callable[[], None]) -> None:
        self._give_back: Callable[[], None] | None = give_back

    def give_back(self) -> None:
        """Let somebody else have it; the second time this does nothing."""
        give_back, self._give_back = self._give_back, None
        if give_back is not None:
            give_back()

    def __del__(self) -> None:
        self.give_back()


class Watchers:
    """Streams by event. A stream needs a socket that can be pushed to; without one it ends after its first frame, and
    its page comes back for the next."""

    def __init__(
        self, live: LiveViews, clock: Clock, limits: WatcherLimits, *, heartbeat_ms: int = HEARTBEAT_MS
    ) -> None:
        self._live = live
        self._clock = clock
        self._limits = limits
        self._heartbeat_ms = heartbeat_ms
        self._audiences: dict[EventId, Audience] = {}
        self._by_address = Counter[str]()
        self._count = 0
        self._sends_away = False
        self._ended = False

    @property
    def count(self) -> int:
        """How many streams are open, or about to be."""
        return self._count

    def audience(self, event_id: EventId) -> Audience | None:
        """Who watches this event; None where nobody does."""
        return self._audiences.get(event_id)

    def admit(self, address: str) -> Admission | Problem:
        """Room for another stream of this address, or why it cannot have one now. It counts from now on, so that
        those who look their event up at the same time cannot pass the limits together."""
        limits = self._limits
        if self._ended:
            detail = "this process is stopping; come back in a moment"
        elif self._count >= limits.watchers_max:
            detail = "this process serves as many streams as it may; poll seat-states, or come back later"
        elif self._by_address[address] >= limits.watchers_per_address_max:
            detail = f"at most {limits.watchers_per_address_max} streams may be open from one address"
        else:
            self._count += 1
            self._by_address[address] += 1
            return Admission(lambda: self._leave(address))
        return Problem(code=Code.STREAM_UNAVAILABLE, detail=detail, retry_after_s=FULL_RETRY_S)

    async def stream(
        self, event_id: EventId, view: LiveView, *, shown: str | None, admission: Admission, socket: PushSocket | None
    ) -> AsyncIterator[bytes]:
        """The stream's first bytes; it goes on by pushes until this iterator ends.

        Ends after them where the client is to come back to another process.

        Args:
            view: the event's, looked at when the iterator begins.
            admission: given back when the iterator ends.
            shown: the id of the last frame the client has received; None, or anything else that is no id, for none.
        """
        try:
            if self._ended:
                return
            begin = retry_hint(random.randint(*RETRY_MS))  # nosec B311  # no secret
            if socket is None or self._sends_away:
                yield begin + Frames().step(view, shown).frame
                return
            audience = self.audience(event_id)
            if audience is None or audience.is_over:
                audience = self._gather(event_id, view)
            step = audience.frames.step(view, shown)
            watcher = Watcher(socket, step.place)
            audience.join(watcher)
            try:
                yield begin + step.frame
                socket.begin_pushing(watcher.note_gone)
                await watcher.over
            finally:
                audience.leave(watcher)
                if audience.is_empty and self.audience(event_id) is audience:
                    del self._audiences[event_id]
                    await audience.close()
        finally:
            admission.give_back()

    def send_away(self) -> None:
        """Let every stream end at once, and every later one after its first frame: other processes serve them."""
        self._sends_away = True
        for audience in list(self._audiences.values()):
            audience.end()

    def end(self) -> None:
        """Let every stream end at once, and begin no other: the process is stopping."""
        self._ended = True
        self.send_away()

    async def close(self) -> None:
        """End what is still open."""
        self.end()
        await asyncio.gather(*(audience.close() for audience in self._audiences.values()))

    def _leave(self, address: str) -> None:
        self._count -= 1
        self._by_address[address] -= 1
        if not self._by_address[address]:
            del self._by_address[address]

    def _gather(self, event_id: EventId, view: LiveView) -> Audience:
        audience = self._audiences[event_id] = Audience(
            event_id, view, live=self._live, clock=self._clock, heartbeat_ms=self._heartbeat_ms
        )
        return audience
