"""Simulated buyers for the demo: they take, keep, give back and book seats over the public HTTP API, like people."""

import asyncio
import random
from collections.abc import Awaitable, Callable, Sequence
from typing import TypeVar

import httpx
import msgspec

_BOOKED_SHARE_MAX = 0.55
"""Above this share of booked seats buyers cancel there, or hold and think better of it: the demo never sells out."""
_PARTY_SIZES = (1, 2, 2, 2, 3, 4, 4, 5)
_THINK_S = (0.5, 6.0)
_PAY_S = (4.0, 25.0)
_BOOKS_SHARE = 0.6
_BOOKINGS_KEPT_MAX = 40
_WAIT_S_DEFAULT = 5.0
"""After a refusal for calling too often that does not say how long."""


_Answer = TypeVar("_Answer")


class _Seat(msgspec.Struct, frozen=True, rename="camel"):
    id: str
    row_label: str
    section_id: str | None = None
    table_id: str | None = None


class _Layout(msgspec.Struct, frozen=True):
    seats: list[_Seat]


class _Event(msgspec.Struct, frozen=True, rename="camel"):
    event_id: str
    layout_id: str
    layout_version: int


class _States(msgspec.Struct, frozen=True):
    states: str


class _Hold(msgspec.Struct, frozen=True, rename="camel"):
    hold_id: str


class _Booking(msgspec.Struct, frozen=True, rename="camel"):
    booking_id: str


class _GuestToken(msgspec.Struct, frozen=True):
    token: str


class _AskedToWait(Exception):
    """The server has had too many calls from here."""

    def __init__(self, wait_s: float) -> None:
        super().__init__(wait_s)
        self.wait_s = wait_s


async def _heed_limits(answer: httpx.Response) -> None:
    if answer.status_code == httpx.codes.TOO_MANY_REQUESTS:
        said = answer.headers.get("retry-after", "")
        raise _AskedToWait(float(said) if said.isdigit() else _WAIT_S_DEFAULT)


async def simulate_buyers(url: str, event_ids: Sequence[str], count: int) -> None:
    """Run `count` buyers against the server at `url` until cancelled. Refusals and outages are part of their day."""
    hooks = {"response": [_heed_limits]}
    async with httpx.AsyncClient(base_url=url, timeout=10, event_hooks=hooks) as http, asyncio.TaskGroup() as group:
        rows = {event_id: await _patiently(_rows_of, http, event_id) for event_id in event_ids}
        for number in range(count):
            group.create_task(_Buyer(http, rows, random.Random(number)).live())


async def _patiently(
    read: Callable[[httpx.AsyncClient, str], Awaitable[_Answer]], http: httpx.AsyncClient, event_id: str
) -> _Answer:
    while True:
        try:
            return await read(http, event_id)
        except _AskedToWait as asked:
            await asyncio.sleep(asked.wait_s)


async def _rows_of(http: httpx.AsyncClient, event_id: str) -> list[list[tuple[int, str]]]:
    """The event's rows as (place in layout order, seat id); seats at tables are left to people."""
    event = await _read(http, f"/api/v1/events/{event_id}", _Event)
    layout = await _read(http, f"/api/v1/layouts/{event.layout_id}/versions/{event.layout_version}", _Layout)
    rows: dict[tuple[str | None, str], list[tuple[int, str]]] = {}
    for index, seat in enumerate(layout.seats):
        if seat.table_id is None:
            rows.setdefault((seat.section_id, seat.row_label), []).append((index, seat.id))
    return list(rows.values())


class _Buyer:
    def __init__(
        self, http: httpx.AsyncClient, rows: dict[str, list[list[tuple[int, str]]]], luck: random.Random
    ) -> None:
        self._http = http
        self._rows = rows
        self._luck = luck
        self._bookings: list[tuple[str, str]] = []
        """(event, booking), oldest first."""

    async def live(self) -> None:
        headers: dict[str, str] = {}
        while True:
            await asyncio.sleep(self._luck.uniform(*_THINK_S))
            try:
                headers = headers or await self._signed_in()
                await self._buy(headers)
            except _AskedToWait as asked:
                await asyncio.sleep(asked.wait_s)
            except httpx.HTTPError:
                pass

    async def _signed_in(self) -> dict[str, str]:
        answer = (await self._http.post("/api/v1/guest-tokens")).raise_for_status()
        return {"Authorization": f"Bearer {msgspec.json.decode(answer.content, type=_GuestToken).token}"}

    async def _buy(self, headers: dict[str, str]) -> None:
        event_id = self._luck.choice(list(self._rows))
        states = (await _read(self._http, f"/api/v1/events/{event_id}/seat-states", _States)).states
        crowded = states.count("b") > _BOOKED_SHARE_MAX * len(states)
        if crowded and (here := [booking for booking in self._bookings if booking[0] == event_id]):
            await self._cancel(here[0], headers)
            return
        seat_ids = self._party(self._rows[event_id], states)
        if not seat_ids:
            return
        answer = await self._http.post(
            f"/api/v1/events/{event_id}/holds", json={"seatIds": seat_ids, "durationMinutes": 2}, headers=headers
        )
        if answer.status_code != httpx.codes.CREATED:
            return  # somebody was faster; try again later
        hold_id = msgspec.json.decode(answer.content, type=_Hold).hold_id
        await asyncio.sleep(self._luck.uniform(*_PAY_S))
        if crowded or self._luck.random() > _BOOKS_SHARE:
            await self._http.delete(f"/api/v1/events/{event_id}/holds/{hold_id}", headers=headers)
            return
        contact = {"name": "Demo Buyer", "email": "buyer@example.com"}
        answer = await self._http.post(
            "/api/v1/bookings",
            json={"eventId": event_id, "holdId": hold_id, "contactInfo": contact},
            headers=headers,
        )
        if answer.status_code == httpx.codes.CREATED:
            self._bookings.append((event_id, msgspec.json.decode(answer.content, type=_Booking).booking_id))
        if len(self._bookings) > _BOOKINGS_KEPT_MAX:
            await self._cancel(self._bookings[0], headers)

    async def _cancel(self, booking: tuple[str, str], headers: dict[str, str]) -> None:
        self._bookings.remove(booking)
        await self._http.post(f"/api/v1/bookings/{booking[1]}/cancel", json={}, headers=headers)

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


async def _read(http: httpx.AsyncClient, path: str, shape: type[_Answer]) -> _Answer:
    answer = (await http.get(path)).raise_for_status()
    return msgspec.json.decode(answer.content, type=shape)
