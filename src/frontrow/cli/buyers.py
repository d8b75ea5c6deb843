"""Simulated buyers for the demo: they take, keep, give back and book seats over the public HTTP API, like people."""

import asyncio
import random
from collections.abc import Sequence

import httpx

from frontrow.client import AsyncClient, Contact, FrontrowError, RateLimited, Retries

_BOOKED_SHARE_MAX = 0.55
"""Above this share of booked seats buyers cancel there, or hold and think better of it: the demo never sells out."""
_PARTY_SIZES = (1, 2, 2, 2, 3, 4, 4, 5)
_THINK_S = (0.5, 6.0)
_PAY_S = (4.0, 25.0)
_BOOKS_SHARE = 0.6
_BOOKINGS_KEPT_MAX = 40
_PATIENCE = Retries(tries_max=10_000, wait_max_s=60.0)
"""While the server is away or wants no more calls, a buyer waits for hours."""
_WAIT_S_DEFAULT = 5.0
"""After a refusal for calling too often that does not say how long."""
_CONTACT = Contact("Demo Buyer", "buyer@example.com")


async def simulate_buyers(
    url: str, event_ids: Sequence[str], count: int, *, http: httpx.AsyncClient | None = None
) -> None:
    """Run `count` buyers against the server at `url` until cancelled. Refusals and outages are part of their day."""
    async with AsyncClient(url, retries=_PATIENCE, http=http) as client, asyncio.TaskGroup() as group:
        rows = {event_id: await _rows_of(client, event_id) for event_id in event_ids}
        for number in range(count):
            group.create_task(_Buyer(client, rows, random.Random(number)).live())


async def _rows_of(client: AsyncClient, event_id: str) -> list[list[tuple[int, str]]]:
    """The event's rows as (place in layout order, seat id); seats at tables are left to people."""
    rows: dict[tuple[str | None, str], list[tuple[int, str]]] = {}
    for index, seat in enumerate((await client.seat_layout(event_id)).seats):
        if seat.table_id is None:
            rows.setdefault((seat.section_id, seat.row_label), []).append((index, seat.id))
    return list(rows.values())


class _Buyer:
    def __init__(self, anyone: AsyncClient, rows: dict[str, list[list[tuple[int, str]]]], luck: random.Random) -> None:
        self._anyone = anyone
        self._rows = rows
        self._luck = luck
        self._bookings: list[tuple[str, str]] = []
        """(event, booking), oldest first."""

    async def live(self) -> None:
        me: AsyncClient | None = None
        while True:
            await asyncio.sleep(self._luck.uniform(*_THINK_S))
            try:
                if me is None:
                    me = self._anyone.with_token((await self._anyone.create_guest_token()).token)
                await self._buy(me)
            except RateLimited as limited:
                await asyncio.sleep(limited.retry_after_s or _WAIT_S_DEFAULT)
            except FrontrowError:
                pass  # somebody was faster, or the server is away: try again later

    async def _buy(self, me: AsyncClient) -> None:
        event_id = self._luck.choice(list(self._rows))
        states = (await me.get_seat_states(event_id)).states
        crowded = states.count("b") > _BOOKED_SHARE_MAX * len(states)
        if crowded and (here := [booking for booking in self._bookings if booking[0] == event_id]):
            await self._cancel(me, here[0])
            return
        seat_ids = self._party(self._rows[event_id], states)
        if not seat_ids:
            return
        hold = await me.hold_seats(event_id, seat_ids, duration_minutes=2)
        await asyncio.sleep(self._luck.uniform(*_PAY_S))
        if crowded or self._luck.random() > _BOOKS_SHARE:
            await me.delete_hold(event_id, hold.hold_id)
            return
        booking = await me.book_seats(event_id, _CONTACT, hold_id=hold.hold_id)
        self._bookings.append((event_id, booking.booking_id))
        if len(self._bookings) > _BOOKINGS_KEPT_MAX:
            await self._cancel(me, self._bookings[0])

    async def _cancel(self, me: AsyncClient, booking: tuple[str, str]) -> None:
        self._bookings.remove(booking)
        await me.cancel_booking(booking[1])

    def _party(self, rows: list[list[tuple[int, str]]], states: str) -> list[str]:
        """Neighbouring free seats for a party of random size, from a few rows looked at by chance."""
        size = self._luck.choice(_PARTY_SIZES)
        for row in self._luck.sample(rows, min(len(rows), 6)):
            starts = [
                start
                for start in range(len(row) - size + 1)
                if all(states[place] == "a" for place, _ in row[start : start + size])
            ]
            if starts:
                start = self._luck.choice(starts)
                return [seat_id for _, seat_id in row[start : start + size]]
        return []
