"""However changes, questions about them and reads overtake each other, no event is served as it was too long ago."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from typing import TypeVar

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from frontrow.domain.event import Event, EventChanges
from frontrow.domain.ids import CategoryId, EventId, LayoutId
from frontrow.services import catalog as catalog_module
from frontrow.services import event_news
from frontrow.services.catalog import Catalog
from frontrow.services.event_news import EVENT_FRESH_MS
from frontrow.services.shared_reads import SharedReads
from tests.support import layout_documents as documents
from tests.support.fake_clock import START_MS, FakeClock
from tests.support.fake_ledger import FakeLedger

HALL = LayoutId("hall")
EVENTS = (EventId("one"), EventId("two"))
ANSWER_MS_MAX = 1_500
"""How long the ledger of this test keeps an answer back."""
TURNS = 12
"""Of the event loop, until everybody waits for the ledger or is done."""

T = TypeVar("T")
Step = tuple[str, int]


class _Call:
    """A call of the ledger: it looks, and later it answers what it saw."""

    def __init__(self, look: Callable[[], Awaitable[object]], sent_at_ms: int) -> None:
        self.sent_at_ms = sent_at_ms
        self._look = look
        self._seen: object = None
        self._has_looked = False
        self.answered = asyncio.Event()

    async def look(self) -> object:
        """What the ledger is when it is looked at first."""
        if not self._has_looked:
            self._seen, self._has_looked = await self._look(), True
        return self._seen


class SlowLedger(FakeLedger):
    """Each question and read looks, and answers, when the test says so."""

    def __init__(self, clock: FakeClock) -> None:
        super().__init__(clock)
        self.calls: list[_Call] = []
        self._time = clock

    async def _slowly(self, look: Callable[[], Awaitable[T]]) -> T:
        call = _Call(look, self._time.monotonic_ms())
        self.calls.append(call)
        await call.answered.wait()
        return await call.look()  # type: ignore[return-value]

    async def event_changes(self, *, since: int | None) -> EventChanges:
        return await self._slowly(lambda: FakeLedger.event_changes(self, since=since))

    async def event(self, event_id: EventId) -> Event | None:
        return await self._slowly(lambda: FakeLedger.event(self, event_id))

    async def events(self, *, after_number: int, limit: int) -> list[Event]:
        return await self._slowly(lambda: FakeLedger.events(self, after_number=after_number, limit=limit))


class Play:
    """One catalog before a slow ledger, and everybody who asked it with what they may be told.

    An event's name counts its changes.
    """

    def __init__(self) -> None:
        self.clock = FakeClock()
        self.ledger = SlowLedger(self.clock)
        self.catalog = Catalog(self.ledger, clock=self.clock)
        self._changed_at_ms: dict[EventId, list[int]] = {event_id: [0] for event_id in EVENTS}
        self._own: dict[EventId, int] = dict.fromkeys(EVENTS, 0)
        self._asking: list[tuple[asyncio.Task[dict[EventId, Event]], dict[EventId, int]]] = []

    async def begin(self) -> None:
        """Two events, and their drawing, which is no matter here."""
        await self.ledger.add_layout(documents.layout(), b"{}")
        await self.catalog.drawing(HALL, 1)
        for event_id in EVENTS:
            prices = {CategoryId("vip"): 1, CategoryId("standard"): 1}
            await self.ledger.add_event(
                Event(
                    event_id=event_id,
                    number=0,
                    name="0",
                    layout_id=HALL,
                    layout_version=1,
                    starts_at_ms=START_MS * 2,
                    currency="USD",
                    prices=prices,
                )
            )

    async def step(self, kind: str, which: int) -> None:
        """One thing happens."""
        event_id = EVENTS[which % len(EVENTS)]
        match kind:
            case "pass time":
                await self._let_pass(which)
            case "change":
                await self._change(event_id)
            case "change here":
                await self._change(event_id)
                self.catalog.forget(event_id)
                self._own[event_id] = len(self._changed_at_ms[event_id]) - 1
            case "want":
                self._ask(self._sale(event_id))
            case "want the list":
                self._ask(self._list())
            case "look" if self.ledger.calls:
                await self.ledger.calls[which % len(self.ledger.calls)].look()
            case "answer" if self.ledger.calls:
                await self._answer(self.ledger.calls[which % len(self.ledger.calls)])
        await self._judge()

    async def end(self) -> None:
        """Everything is answered; two seconds later both events, and the list, are what they are."""
        await self._let_pass(EVENT_FRESH_MS + 1)
        for kind, which in (("want", 0), ("want", 1), ("want the list", 0)):
            await self.step(kind, which)
        while self._asking:
            await self._answer(self.ledger.calls[0])
            await self._judge()
        names = {event_id: str(len(at_ms) - 1) for event_id, at_ms in self._changed_at_ms.items()}
        assert {event_id: kept.value.name for event_id, kept in self.catalog._events.items()} == names

    async def _let_pass(self, ms: int) -> None:
        while late := [
            it for it in self.ledger.calls if it.sent_at_ms + ANSWER_MS_MAX < self.clock.monotonic_ms() + ms
        ]:
            await self._answer(late[0])
            await self._judge()
        self.clock.advance(ms)

    async def _change(self, event_id: EventId) -> None:
        event = await FakeLedger.event(self.ledger, event_id)
        assert event is not None
        changed = msgspec.structs.replace(event, name=str(int(event.name) + 1))
        assert await self.ledger.update_event(changed, expected=event)
        self._changed_at_ms[event_id].append(self.clock.monotonic_ms())

    async def _answer(self, call: _Call) -> None:
        self.ledger.calls.remove(call)
        await call.look()
        call.answered.set()
        for _ in range(TURNS):
            await asyncio.sleep(0)

    def _ask(self, question: Awaitable[dict[EventId, Event]]) -> None:
        fresh_from_ms = self.clock.monotonic_ms() - EVENT_FRESH_MS
        known = {
            event_id: max(self._own[event_id], sum(at_ms < fresh_from_ms for at_ms in changed[1:]))
            for event_id, changed in self._changed_at_ms.items()
        }
        self._asking.append((asyncio.ensure_future(question), known))

    async def _sale(self, event_id: EventId) -> dict[EventId, Event]:
        sale = await self.catalog.sale(event_id)
        assert sale is not None
        return {event_id: sale.event}

    async def _list(self) -> dict[EventId, Event]:
        return {event.event_id: event for event in await self.catalog.events_on_sale(START_MS)}

    async def _judge(self) -> None:
        for _ in range(TURNS):
            await asyncio.sleep(0)
        done = [it for it in self._asking if it[0].done()]
        self._asking = [it for it in self._asking if not it[0].done()]
        for task, known in done:
            for event_id, event in task.result().items():
                assert int(event.name) >= known[event_id], f"{event_id}: change {known[event_id]} was not seen"


def played(*steps: Step) -> None:
    """Play them from a new catalog on; AssertionError where somebody was served what was too old."""

    async def play() -> None:
        it = Play()
        await it.begin()
        for step in steps:
            await it.step(*step)
        await it.end()

    asyncio.run(play())


@pytest.fixture(autouse=True, scope="module")
def _endless_patience() -> Iterator[None]:
    """Whoever waits too long is served what is kept: a matter of its own, and of the real time."""
    with pytest.MonkeyPatch.context() as patch:
        for module in (catalog_module, event_news):
            patch.setattr(module, "EVENT_PATIENCE_S", 3_600)
        yield


_STEPS = st.one_of(
    st.tuples(st.just("pass time"), st.sampled_from((1, 400, 999, 1_000, 1_001, 2_000, 2_001))),
    st.tuples(st.sampled_from(("change", "change", "change here", "want", "want", "want the list")), st.integers(0, 1)),
    st.tuples(st.sampled_from(("look", "answer", "answer")), st.integers(0, 3)),
)


@settings(max_examples=150, deadline=None)
@given(st.lists(_STEPS, max_size=60))
def test_nobody_is_served_an_event_that_changed_two_seconds_ago(steps: list[Step]) -> None:
    played(*steps)


_READ_BEFORE_AND_ANSWERED_AFTER_THE_CHANGE = (
    ("want", 0),
    ("answer", 0),  # the first question: no change yet
    ("look", 0),  # the event is read
    ("change", 0),
    ("pass time", 1_000),
    ("want", 1),  # which has the next question asked, and the other event read
    ("answer", 1),  # the question: one changed
    ("answer", 0),  # what it was before
)


def test_a_read_that_overtakes_a_change_is_not_believed() -> None:
    played(*_READ_BEFORE_AND_ANSWERED_AFTER_THE_CHANGE)


def test_a_catalog_that_goes_on_with_reads_that_are_under_way_is_found_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(SharedReads, "leave", lambda *_: None)
    with pytest.raises(AssertionError):
        played(*_READ_BEFORE_AND_ANSWERED_AFTER_THE_CHANGE)
