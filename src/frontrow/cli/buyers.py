"""Simulated buyers for the demo: they look, take, exchange, give back, order, pay and book over the public HTTP API.

What people are like is in `buyer_profiles`, what they find in a house in `buyer_houses`; here is what they do.
"""

import asyncio
import random
import time
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress

import httpx

from frontrow.cli.buyer_houses import Choice, House
from frontrow.cli.buyer_profiles import PROFILES, Profile, Wish
from frontrow.client import AsyncClient, Contact, FrontrowError, Hold, RateLimited, Retries, SeatStates
from frontrow.client.errors import OrphanSeats, PaymentDeclined, SeatsUnavailable

Sleep = Callable[[float], Awaitable[None]]
Seconds = Callable[[], float]

_BOOKED_SHARE_MAX = 0.55
"""Above this share of booked seats whoever has a booking there cancels it."""
_TAKEN_SHARE_MAX = 0.7
"""Above this share of seats held or booked, one's own among them, buyers think better of it. Whoever books has looked
after holding, so no more is ever booked than this: the demo does not sell out."""
_SEATS_PER_VISITOR_MIN = 10
"""So many seats of a house to each simulated visitor: there is always room for whoever opens the map."""
_BOOKINGS_KEPT_MAX = 40
_HOLD_MINUTES = 2
_FIRST_ARRIVAL_S = 3.0
"""On average; the first of a dozen are there at once."""
_WAVE_S = 30.0
_WAVE_LENGTH_S = 6.0
_RETURNS_SOON_SHARE = 0.6
"""Of those who are done; the others come back with the next wave."""
_REST_S = (1.0, 8.0)
_INTEREST = (4.0, 4.0, 3.0)
"""How many people want to see each of the first houses, relative to one another."""
_INTEREST_ELSEWHERE = 0.5
_CLICK_S = (0.5, 1.5)
_REACTION_S = (0.6, 2.5)
_LEAVES_PAGE_SHARE = 0.4
"""Of those who give up: the seats come back after the page's grace instead of at once."""
_PAGE_GRACE_S = 15
_PATIENCE = Retries(tries_max=10_000, wait_max_s=60.0)
"""While the server is away or wants no more calls, a buyer waits for hours."""
_WAIT_S_DEFAULT = 5.0
"""After a refusal for calling too often that does not say how long."""
_ORDERS_SHARE = 0.85
"""Of those who buy: they order and pay; the others book directly, as if they had paid elsewhere."""
_THINKS_BETTER_SHARE = 0.1
"""Of those who have ordered: they give the order up, unpaid."""
_DECLINED_SHARE = 0.15
"""Of those who pay: their first card is declined."""
_OTHER_CARD_SHARE = 0.7
"""Of those whose card is declined: they pay with another one; the rest give the order up."""
_CARD, _CARD_DECLINED = "4242 4242 4242 4242", "4000 0000 0000 0002"
"""Of the demo's bank, docs/payments.md."""
_NAMES = ("Ada Demo", "Ben Demo", "Chloe Demo", "Dev Demo", "Elif Demo", "Femi Demo", "Grace Demo", "Hugo Demo")


async def simulate_buyers(
    url: str,
    event_ids: Sequence[str],
    count: int,
    *,
    http: httpx.AsyncClient | None = None,
    with_orders: bool = True,
    sleep: Sleep = asyncio.sleep,
    seconds: Seconds = time.monotonic,
    seed: int | None = None,
) -> None:
    """Run `count` buyers against the server at `url` until cancelled. Refusals and outages are part of their day.

    Args:
        event_ids: what is on, most wanted first.
        with_orders: most buyers order, and pay with cards of the demo's bank; else all of them book directly.
        seconds: a clock that `sleep` moves on; waves of visitors come by it.
        seed: makes the same choices again, as far as the server's answers and this clock allow.
    """
    if count == 0:
        return
    async with AsyncClient(url, retries=_PATIENCE, http=http) as client, asyncio.TaskGroup() as group:
        town = _Town([House(event_id, await client.seat_layout(event_id)) for event_id in event_ids])
        luck = random.Random(seed)  # nosec B311  # what simulated buyers do is no secret
        orders_share = _ORDERS_SHARE if with_orders else 0.0
        for _ in range(count):
            own_luck = random.Random(luck.random())  # nosec B311  # as above
            buyer = _Buyer(client, town, own_luck, sleep, seconds, orders_share=orders_share)
            group.create_task(buyer.live())


class _Town:
    """The houses, and how many visitors are in each."""

    def __init__(self, houses: Sequence[House]) -> None:
        self._visitors = dict.fromkeys(houses, 0)

    def enter(self, luck: random.Random) -> House | None:
        """A house with room for one more, the first ones the most probably; None where all are full."""
        open_houses = [
            (house, _INTEREST[place] if place < len(_INTEREST) else _INTEREST_ELSEWHERE)
            for place, (house, visitors) in enumerate(self._visitors.items())
            if (visitors + 1) * _SEATS_PER_VISITOR_MIN <= house.seat_count
        ]
        if not open_houses:
            return None
        [house] = luck.choices([house for house, _ in open_houses], [weight for _, weight in open_houses])
        self._visitors[house] += 1
        return house

    def leave(self, house: House) -> None:
        self._visitors[house] -= 1


class _Buyer:
    """One person after another with the same account: each visit is somebody's of another profile."""

    def __init__(
        self,
        anyone: AsyncClient,
        town: _Town,
        luck: random.Random,
        sleep: Sleep,
        seconds: Seconds,
        *,
        orders_share: float,
    ) -> None:
        self._anyone = anyone
        self._town = town
        self._luck = luck
        self._sleep = sleep
        self._seconds = seconds
        self._orders_share = orders_share
        name = luck.choice(_NAMES)
        self._contact = Contact(name, f"{name.split()[0].lower()}@demo.invalid")
        self._bookings: list[tuple[str, str]] = []
        """(event, booking), oldest first."""

    async def live(self) -> None:
        await self._sleep(self._luck.expovariate(1 / _FIRST_ARRIVAL_S))
        me: AsyncClient | None = None
        while True:
            try:
                if me is None:
                    me = self._anyone.with_token((await self._anyone.create_guest_token()).token)
                await self._visit_somewhere(me)
            except RateLimited as limited:
                await self._sleep(limited.retry_after_s or _WAIT_S_DEFAULT)
                continue
            except FrontrowError:
                pass  # the server is away, or something ran out meanwhile: try again later
            await self._sleep(self._rest_s())

    def _rest_s(self) -> float:
        if self._luck.random() < _RETURNS_SOON_SHARE:
            return self._luck.uniform(*_REST_S)
        until_wave_s = _WAVE_S - self._seconds() % _WAVE_S
        return until_wave_s + self._luck.uniform(0.0, _WAVE_LENGTH_S)

    async def _visit_somewhere(self, me: AsyncClient) -> None:
        house = self._town.enter(self._luck)
        if house is None:
            return
        try:
            [profile] = self._luck.choices(PROFILES, [profile.weight for profile in PROFILES])
            await self._visit(me, house, profile)
        finally:
            self._town.leave(house)

    async def _visit(self, me: AsyncClient, house: House, profile: Profile) -> None:
        seen = await me.get_seat_states(house.event_id)
        for _ in range(self._luck.randint(*profile.looks) - 1):
            await self._wait(profile.look_s)
            seen = await me.get_seat_states(house.event_id, known=seen)
        if _share(seen, "b") > _BOOKED_SHARE_MAX and (
            here := [booking for booking in self._bookings if booking[0] == house.event_id]
        ):
            await self._cancel(me, here[0])
            return
        choice = house.choose(profile.wish, self._luck.choice(profile.party_sizes), seen.states, self._luck)
        await self._wait(profile.look_s)  # what was seen free is aimed at, and may be gone by now
        hold = None if choice is None else await self._take(me, house, profile, choice)
        if hold is not None:
            await self._keep(me, house, profile, hold)

    async def _take(self, me: AsyncClient, house: House, profile: Profile, choice: Choice) -> Hold | None:
        """Hold the choice, or what is suggested instead as often as this profile puts up with it."""
        wanted: Choice | None = choice
        for _ in range(1 + profile.alternatives_max):
            if wanted is None:
                return None
            try:
                return await self._hold(me, house, profile, wanted)
            except (SeatsUnavailable, OrphanSeats):
                await self._wait(_REACTION_S)
                wanted = await self._alternative(me, house, wanted)
        return None

    async def _hold(self, me: AsyncClient, house: House, profile: Profile, choice: Choice) -> Hold:
        event_id, minutes = house.event_id, _HOLD_MINUTES
        if choice.table_id is not None:
            return await me.hold_seats(event_id, table_ids=[choice.table_id], duration_minutes=minutes)
        if not profile.seat_by_seat:
            return await me.hold_seats(event_id, choice.seat_ids, duration_minutes=minutes)
        hold = await me.hold_seats(event_id, choice.seat_ids[:1], duration_minutes=minutes)
        for seat_id in choice.seat_ids[1:]:
            await self._wait(_CLICK_S)
            try:
                hold = await me.hold_seats(event_id, [seat_id], hold_id=hold.hold_id, duration_minutes=minutes)
            except FrontrowError:
                await me.delete_hold(event_id, hold.hold_id)  # together or not at all
                raise
        return hold

    async def _alternative(self, me: AsyncClient, house: House, refused: Choice) -> Choice | None:
        if refused.table_id is not None:
            states = (await me.get_seat_states(house.event_id)).states
            return house.choose(Wish.TABLE, len(refused.seat_ids), states, self._luck)
        suggestions = await me.suggest_seats(house.event_id, refused.seat_ids)
        return Choice(suggestions[0]) if suggestions else None

    async def _keep(self, me: AsyncClient, house: House, profile: Profile, hold: Hold) -> None:
        """What happens to seats once they are held: perhaps one is exchanged, then they are booked or given back."""
        seen = await me.get_seat_states(house.event_id)
        if self._luck.random() < profile.swaps_share and (swap := house.swap(hold.seat_ids, seen.states)):
            await self._wait(_REACTION_S)
            await self._exchange(me, hold, *swap)
        await self._wait(profile.pay_s)
        if _share(seen, "bh") <= _TAKEN_SHARE_MAX and self._luck.random() < profile.books_share:
            await self._buy(me, hold)
        elif self._luck.random() < _LEAVES_PAGE_SHARE:
            await me.release_hold_seats(house.event_id, hold.hold_id, after_seconds=_PAGE_GRACE_S)
        else:
            await me.delete_hold(house.event_id, hold.hold_id)

    async def _buy(self, me: AsyncClient, hold: Hold) -> None:
        if self._luck.random() < self._orders_share:
            booking_id = await self._order(me, hold)
        else:
            booking_id = (await me.book_seats(hold.event_id, self._contact, hold_id=hold.hold_id)).booking_id
        if booking_id is None:
            return
        self._bookings.append((hold.event_id, booking_id))
        if len(self._bookings) > _BOOKINGS_KEPT_MAX:
            await self._cancel(me, self._bookings[0])

    async def _order(self, me: AsyncClient, hold: Hold) -> str | None:
        """The booking that was paid for; None where the order is given up."""
        order = await me.place_order(hold.event_id, hold.hold_id, self._contact)
        await self._wait(_REACTION_S)
        if self._luck.random() >= _THINKS_BETTER_SHARE:
            if self._luck.random() >= _DECLINED_SHARE:
                return (await me.pay_order(order.order_id, card_number=_CARD)).booking_id
            with suppress(PaymentDeclined):
                return (await me.pay_order(order.order_id, card_number=_CARD_DECLINED)).booking_id
            await self._wait(_REACTION_S)
            if self._luck.random() < _OTHER_CARD_SHARE:
                return (await me.pay_order(order.order_id, card_number=_CARD)).booking_id
        await me.cancel_order(order.order_id)
        return None

    async def _exchange(self, me: AsyncClient, hold: Hold, taken: str, given_back: str) -> None:
        with suppress(SeatsUnavailable, OrphanSeats):  # somebody was faster: then everything stays as it is
            await me.hold_seats(hold.event_id, [taken], hold_id=hold.hold_id, duration_minutes=_HOLD_MINUTES)
            await self._wait(_CLICK_S)
            await me.release_hold_seats(hold.event_id, hold.hold_id, [given_back])

    async def _cancel(self, me: AsyncClient, booking: tuple[str, str]) -> None:
        self._bookings.remove(booking)
        await me.cancel_booking(booking[1])

    async def _wait(self, between_s: tuple[float, float]) -> None:
        await self._sleep(self._luck.uniform(*between_s))


def _share(seen: SeatStates, letters: str) -> float:
    return sum(seen.states.count(letter) for letter in letters) / max(1, len(seen.states))
