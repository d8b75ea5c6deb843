"""Picking seats at an event: the best that are free now, and what is near seats that somebody else was faster for.

Picks are made from the live view, and are only proposals: the store judges when they are taken. Picks that this process
is trying to take are passed over by its other picks, so that people who ask at the same moment are not all given the
same seats to run for.
"""

import asyncio
import random
from collections.abc import Callable, Sequence
from types import TracebackType
from typing import Protocol, Self
from weakref import WeakKeyDictionary

import msgspec

from frontrow.domain.ids import CategoryId, EventId, SeatId, SectionId
from frontrow.domain.layout_index import LayoutIndex
from frontrow.domain.picking import ALTERNATIVES_MAX, Pick, pick, pick_together, suggest
from frontrow.domain.picking_cost import COUNT_MAX, Wish
from frontrow.domain.seat_groups import SeatGroups, seat_groups_of
from frontrow.domain.selection import UnknownSeats
from frontrow.services.catalog import Sale
from frontrow.services.live_view import LiveView
from frontrow.services.outcomes import NotFound
from frontrow.services.search_turns import SearchesBusy, SearchTurns

ALTERNATIVES_USUAL = 3
SEATS_SUGGESTED_MAX = 100
"""Seats in all the choices of one request: bounds what it costs, to some 200 ms where all of them have to be split."""
SUGGESTIONS_WAITING_MAX = 16
SPLITS_WAITING_MAX = 256
"""Some ten seconds at worst. More than suggestions: these are for seats that somebody is about to hold."""
SEARCHES_RACED_MAX = 3
"""How often a split party's seats are searched for again because others began to try for some of them meanwhile."""
_FREE, _TAKEN = ord("a"), ord("h")


def alternatives_for(count: int) -> int:
    """How many choices of `count` seats (1 to COUNT_MAX) may be asked for at once."""
    return min(ALTERNATIVES_MAX, SEATS_SUGGESTED_MAX // count)


class Views(Protocol):
    """Shows events as they are now (services/live.py)."""

    async def view(self, event_id: EventId) -> LiveView: ...


class Sales(Protocol):
    """Knows events with their drawings (services/catalog.py)."""

    async def sale(self, event_id: EventId) -> Sale | None: ...


class BestAvailable(msgspec.Struct, frozen=True):
    """How many seats somebody wants, 1 to COUNT_MAX, and which; the engine chooses."""

    count: int
    category_id: CategoryId | None = None
    section_id: SectionId | None = None
    accessible: bool = False


class StoreNews(msgspec.Struct):
    """What the store said of seats while somebody was trying to take some: it may be ahead of the view."""

    taken: set[SeatId] = msgspec.field(default_factory=set)
    free: set[SeatId] = msgspec.field(default_factory=set)


class Attempt:
    """Seats that somebody is about to take; a context: until it is left, other picks pass them over."""

    def __init__(self, seat_ids: tuple[SeatId, ...], under_way: "_UnderWay") -> None:
        self.seat_ids = seat_ids
        self._under_way = under_way

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._under_way.end(self.seat_ids)


class SeatPicking:
    """Chooses seats for people. Every method may raise StoreUnavailable and LedgerUnavailable, where the event is not
    followed yet and cannot be read; a view that is stale is good enough to propose seats from.

    After a lost race seats are picked in a random part of the house, each time in a smaller one: those who lost against
    each other, in any number of processes, do not all meet again.
    """

    def __init__(self, *, catalog: Sales, live: Views, dice: random.Random | None = None) -> None:
        self._catalog = catalog
        self._live = live
        self._dice = dice or random.Random()  # nosec B311  # no secret
        self._groups: WeakKeyDictionary[LayoutIndex, SeatGroups] = WeakKeyDictionary()
        self._preparing = asyncio.Lock()
        self._suggesting = SearchTurns()
        self._splitting = SearchTurns()
        self._under_way: dict[EventId, _UnderWay] = {}

    async def suggestions(
        self,
        event_id: EventId,
        wanted: Sequence[SeatId],
        count: int | None = None,
        alternatives_max: int | None = None,
        *,
        waiting_max: int = SUGGESTIONS_WAITING_MAX,
    ) -> tuple[tuple[SeatId, ...], ...] | NotFound | UnknownSeats | SearchesBusy:
        """Free seats near wanted ones, the best choice first: fewer than asked for, or none, where there are no more.

        Choices share no seat, and each is judged as if it alone were taken: seats side by side where that can be, none
        left single beside them, of the wanted seats' categories rather than others, free wanted seats among them.
        Accessible and companions' seats are proposed only where an accessible one is wanted.

        Args:
            wanted: one seat or more, free or not.
            count: how many seats each choice is to have, 1 to COUNT_MAX; as many as are wanted by default.
            alternatives_max: 1 to `alternatives_for(count)`; ALTERNATIVES_USUAL by default, or what that allows.
            waiting_max: how many others may wait for their suggestions already; where more do, SearchesBusy at once.

        Returns:
            The choices; UnknownSeats where the event's layout lacks a wanted seat, as it is when they are searched for.
        """
        seats = min(len(wanted), COUNT_MAX) if count is None else count
        most = alternatives_for(seats)
        alternatives = min(ALTERNATIVES_USUAL, most) if alternatives_max is None else alternatives_max
        if not 1 <= alternatives <= most:
            raise ValueError(f"1 to {most} alternatives of {seats} seats were expected, got {alternatives}")
        sale = await self._catalog.sale(event_id)
        if sale is None:
            return NotFound()
        if self._suggesting.waiting >= waiting_max:
            return SearchesBusy()
        # In a thread, for many choices for a large party take hundreds of milliseconds; in one, so that the loop's own
        # thread has half of the processor at least.
        async with self._suggesting:
            view, groups = await self._shown(event_id)
            unknown = tuple(seat_id for seat_id in wanted if seat_id not in groups.index_of)
            if unknown:
                return UnknownSeats(unknown, ())
            wish = Wish(
                count=seats,
                accessible=any(groups.seat(seat_id).accessible for seat_id in wanted),
                near=tuple(wanted),
                orphans_allowed=not sale.event.orphan_rule,
            )
            states = view.states()
            found = await asyncio.to_thread(lambda: tuple(suggest(groups, states, wish, alternatives)))
        return tuple(choice.seat_ids for choice in found)

    async def attempt(
        self, sale: Sale, best: BestAvailable, news: StoreNews, races_lost: int
    ) -> Attempt | SearchesBusy | None:
        """Seats to try to take, which nobody else in this process is trying for; None where none suit.

        Where all that suit are being tried for, waits for what becomes of those. A party that can sit together is
        seated at once; for one that has to be split, seats are searched for in a thread, and where others begin to try
        for some of those meanwhile, again: after SEARCHES_RACED_MAX times they are proposed all the same.

        Args:
            news: what the store said of seats in the attempts before.
            races_lost: how many attempts others were faster at.
        """
        event_id = sale.event.event_id
        wish = Wish(
            count=best.count,
            category_id=best.category_id,
            section_id=best.section_id,
            accessible=best.accessible,
            orphans_allowed=not sale.event.orphan_rule,
        )
        searches_raced = 0
        while True:
            view, groups = await self._shown(event_id)
            states = _with_news(view.states(), groups, news)
            hidden = self._attempts(event_id).hidden_in(states, groups)
            found = self._together(groups, hidden, wish, races_lost)
            if found is not None:
                return self._begun(event_id, found)
            if self._splitting.waiting >= SPLITS_WAITING_MAX:
                return SearchesBusy()
            async with self._splitting:
                view, groups = await self._shown(event_id)
                states = _with_news(view.states(), groups, news)
                under_way = self._attempts(event_id)
                are_some_hidden, ended = bool(under_way.seat_ids), under_way.ended
                found = await asyncio.to_thread(pick, groups, under_way.hidden_in(states, groups), wish)
                if found is not None:
                    if (
                        self._attempts(event_id).seat_ids.isdisjoint(found.seat_ids)
                        or searches_raced == SEARCHES_RACED_MAX
                    ):
                        return self._begun(event_id, found)
                    searches_raced += 1
                    continue
                if not are_some_hidden or await asyncio.to_thread(pick, groups, states, wish) is None:
                    return None
            await ended.wait()

    def _together(self, groups: SeatGroups, states: bytes, wish: Wish, races_lost: int) -> Pick | None:
        if races_lost:
            numbers = len(groups.groups)
            part = frozenset(self._dice.sample(range(numbers), max(1, numbers >> races_lost)))
            found = pick_together(groups, states, wish, part)
            if found is not None and found.cost.orphans == 0:
                return found
        return pick_together(groups, states, wish)

    def _attempts(self, event_id: EventId) -> "_UnderWay":
        return self._under_way.get(event_id) or _UnderWay(lambda: None)

    def _begun(self, event_id: EventId, found: Pick) -> Attempt:
        under_way = self._under_way.get(event_id)
        if under_way is None:
            under_way = self._under_way[event_id] = _UnderWay(lambda: self._under_way.pop(event_id, None))
        return under_way.begin(found.seat_ids)

    async def _shown(self, event_id: EventId) -> tuple[LiveView, SeatGroups]:
        """The view and its drawing's groups, both as of now: use them before the next await."""
        while True:
            view = await self._live.view(event_id)
            groups = self._groups.get(view.layout)
            if groups is not None:
                return view, groups
            async with self._preparing:
                if view.layout not in self._groups:
                    self._groups[view.layout] = await asyncio.to_thread(seat_groups_of, view.layout)


class _UnderWay:
    """The attempts on one event's seats that are under way in this process; at the end of the last, `on_empty`."""

    def __init__(self, on_empty: Callable[[], object]) -> None:
        self.seat_ids: set[SeatId] = set()
        self._attempts = 0
        self._on_empty = on_empty
        self.ended = asyncio.Event()
        """Set at the end of the next attempt to end; then another takes its place."""

    def begin(self, seat_ids: tuple[SeatId, ...]) -> Attempt:
        self.seat_ids |= set(seat_ids)
        self._attempts += 1
        return Attempt(seat_ids, self)

    def end(self, seat_ids: tuple[SeatId, ...]) -> None:
        self.seat_ids -= set(seat_ids)
        self._attempts -= 1
        self.ended.set()
        self.ended = asyncio.Event()
        if not self._attempts:
            self._on_empty()

    def hidden_in(self, states: bytes, groups: SeatGroups) -> bytes:
        return _marked(states, groups, self.seat_ids, _TAKEN)


def _with_news(states: bytes, groups: SeatGroups, news: StoreNews) -> bytes:
    return _marked(_marked(states, groups, news.free, _FREE), groups, news.taken, _TAKEN)


def _marked(states: bytes, groups: SeatGroups, seat_ids: set[SeatId], letter: int) -> bytes:
    if not seat_ids:
        return states
    letters = bytearray(states)
    for seat_id in seat_ids:
        index = groups.index_of.get(seat_id)
        if index is not None:
            letters[index] = letter
    return bytes(letters)
