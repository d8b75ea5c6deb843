"""Everyone who watches one event through this process, brought up to date in rounds by one task.

A watcher costs no task of its own to be served, no timer and no queue: only where it stands. A round looks where each
one stands and pushes the one frame that is missing. Whoever reads too slowly is passed over; when it reads again it is
brought from where it stands to where the others are, in one frame.
"""

import asyncio
from contextvars import Context

import structlog

from frontrow.domain.errors import LedgerUnavailable, StoreUnavailable
from frontrow.domain.ids import EventId
from frontrow.http.watching.frames import HEARTBEAT, Frames, chunked
from frontrow.http.watching.places import place_of
from frontrow.http.watching.sockets import PushSocket
from frontrow.ports import Clock
from frontrow.services.live import LiveViews
from frontrow.services.live_view import LiveView

PUSHES_PER_TURN = 64
"""Pushed before other requests have their turn: about a millisecond."""
LOOK_EVERY_S = 1.0
"""How soon a change of the drawing, or the event's end, reaches those who watch, when no seat changes."""
LOOK_AT_SLOW_EVERY_S = 0.25
PAUSE_MS_MAX = 100
"""Between two rounds there is as long a pause as the first has taken, this at most: others have half of the time."""
SLOW_MS_MAX = 60_000
"""Whoever takes nothing for this long is disconnected."""

_HEARTBEAT_CHUNK = chunked(HEARTBEAT)
_log = structlog.get_logger(__name__)


class Watcher:
    """One connection that shows an event. `over` is set when its stream is to end."""

    __slots__ = ("over", "place", "slow_since_ms", "socket")

    def __init__(self, socket: PushSocket, place: str) -> None:
        self.socket = socket
        self.place = place
        self.slow_since_ms: int | None = None
        self.over: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def end(self) -> None:
        """Let its stream end; a connection that takes nothing any more is closed."""
        if self.slow_since_ms is not None:
            self.socket.hang_up()
        self.note_gone()

    def note_gone(self) -> None:
        """The connection is gone."""
        if not self.over.done():
            self.over.set_result(None)


class Audience:
    """The watchers of one event, and the task that serves them all."""

    def __init__(self, event_id: EventId, view: LiveView, *, live: LiveViews, clock: Clock, heartbeat_ms: int) -> None:
        self._event_id = event_id
        self._live = live
        self._clock = clock
        self._heartbeat_ms = heartbeat_ms
        self._heartbeat_due_ms = clock.monotonic_ms() + heartbeat_ms
        self._watchers: dict[Watcher, None] = {}
        self._slow: set[Watcher] = set()
        # In a context of its own: it outlives the request it begins in, whose id its log lines must not carry.
        self._task = asyncio.create_task(self._run(view), name=f"watchers of {event_id}", context=Context())
        self.frames = Frames()

    @property
    def is_empty(self) -> bool:
        """Whether nobody watches."""
        return not self._watchers

    @property
    def slow_count(self) -> int:
        """How many of them do not take what they are sent."""
        return len(self._slow)

    @property
    def is_over(self) -> bool:
        """Whether nobody is served any more: the event is gone, or something went wrong."""
        return self._task.done()

    def join(self, watcher: Watcher) -> None:
        """Keep the watcher up to date from now on."""
        self._watchers[watcher] = None

    def leave(self, watcher: Watcher) -> None:
        """The connection is gone, or its stream has ended."""
        self._watchers.pop(watcher, None)
        self._slow.discard(watcher)

    def end(self) -> None:
        """Let every stream end."""
        for watcher in list(self._watchers):
            watcher.end()

    async def close(self) -> None:
        """End the task."""
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)

    async def _run(self, view: LiveView) -> None:
        with self._live.watching(self._event_id):
            try:
                await self._serve(view)
            except LookupError:
                _log.info("watched_event_gone", event_id=self._event_id, watchers=len(self._watchers))
            except Exception as error:  # they come back, and are told what is wrong then
                _log.error("watching_failed", event_id=self._event_id, exc_info=error)
            finally:
                self.frames.forget()  # whoever has not left yet keeps the audience, and needs none of them
            self.end()

    async def _serve(self, view: LiveView) -> None:
        while True:
            shown, began_ms = view.position, self._clock.monotonic_ms()
            await self._bring_up(view)
            await asyncio.sleep(min(PAUSE_MS_MAX, self._clock.monotonic_ms() - began_ms) / 1000)
            within_s = LOOK_AT_SLOW_EVERY_S if self._slow else min(LOOK_EVERY_S, self._heartbeat_ms / 1000)
            try:
                view = await self._live.moved(self._event_id, shown, within_s=within_s)
            except (StoreUnavailable, LedgerUnavailable):  # what they show is all there is to show for now
                await asyncio.sleep(within_s)
            now_ms = self._clock.monotonic_ms()
            if now_ms >= self._heartbeat_due_ms:
                self._heartbeat_due_ms = now_ms + self._heartbeat_ms
                await self._beat(now_ms)

    async def _bring_up(self, view: LiveView) -> None:
        """One round: everyone who can take it is brought to where the view stands now."""
        place, now_ms = place_of(view), self._clock.monotonic_ms()
        behind = [watcher for watcher in self._watchers if watcher.place != place]
        # Taken now, for the view goes on changing while others have their turn: so all of them go the same step.
        places = {watcher.place for watcher in behind if watcher not in self._slow}
        steps = {shown: self.frames.step(view, shown) for shown in places}
        for number, watcher in enumerate(behind, start=1):
            if number % PUSHES_PER_TURN == 0:
                await asyncio.sleep(0)
            if watcher not in self._watchers:
                continue
            if watcher in self._slow:
                self._try_again(watcher, view, now_ms)
                continue
            step = steps[watcher.place]
            if watcher.socket.push(step.chunk):
                watcher.place = step.place
            else:
                self._is_slow(watcher, now_ms)
        for watcher in [slow for slow in self._slow if slow.place == place]:
            self._try_again(watcher, view, now_ms)

    async def _beat(self, now_ms: int) -> None:
        for number, watcher in enumerate(list(self._watchers), start=1):
            if number % PUSHES_PER_TURN == 0:
                await asyncio.sleep(0)
            if watcher in self._watchers and watcher not in self._slow and not watcher.socket.push(_HEARTBEAT_CHUNK):
                self._is_slow(watcher, now_ms)

    def _is_slow(self, watcher: Watcher, now_ms: int) -> None:
        self._slow.add(watcher)
        watcher.slow_since_ms = now_ms

    def _try_again(self, watcher: Watcher, view: LiveView, now_ms: int) -> None:
        assert watcher.slow_since_ms is not None
        if watcher.socket.push(_HEARTBEAT_CHUNK):  # it reads again: now its frame is worth being made
            self._slow.discard(watcher)
            watcher.slow_since_ms = None
            step = self.frames.step(view, watcher.place)
            if not step.frame:
                return
            if watcher.socket.push(step.chunk):
                watcher.place = step.place
            else:
                self._is_slow(watcher, now_ms)
        elif now_ms - watcher.slow_since_ms >= SLOW_MS_MAX:
            _log.info("slow_watcher_disconnected", event_id=self._event_id)
            watcher.end()
