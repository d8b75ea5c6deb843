"""Seats sold, held and blocked before somebody looks, and many changed at once while somebody does."""

import asyncio
import random
from collections.abc import Sequence

from benchmarks.browser.stadium import EVENT_ID, stadium
from benchmarks.load.site import Site, bearer

_SEATS_PER_REQUEST = 50
_CONTACT = {"name": "Ada", "email": "ada@example.org"}


async def open_stadium(site: Site) -> list[str]:
    """Publish the stadium and put it on sale; the ids of its seats."""
    admin = bearer(site.token("operator", "admin"))
    drawing = stadium()
    event = {
        "eventId": EVENT_ID,
        "name": "Stadium",
        "layoutId": drawing["id"],
        "startsAt": "2099-05-01T20:00:00Z",
        "currency": "USD",
    }
    async with site.crowd(connections=4) as crowd:
        (await crowd.post("/api/v1/layouts", drawing, headers=admin)).expected()
        (await crowd.post("/api/v1/events", event, headers=admin)).expected()
    seats = drawing["seats"]
    assert isinstance(seats, list)
    return [seat["id"] for seat in seats]


async def seat_ids_of(site: Site, event_id: str) -> list[str]:
    """Of all seats, in layout order."""
    async with site.crowd(connections=1) as crowd:
        seats = (await crowd.get(f"/api/v1/events/{event_id}/seats")).expected().json()["seats"]
    return [seat["seatId"] for seat in seats]


async def free_of(site: Site, event_id: str, seat_ids: Sequence[str]) -> list[str]:
    """Those of the seats, all of the event's in layout order, that nobody has."""
    async with site.crowd(connections=1) as crowd:
        states = (await crowd.get(f"/api/v1/events/{event_id}/seat-states")).expected().json()["states"]
    return [seat_id for seat_id, state in zip(seat_ids, states, strict=True) if state == "a"]


async def sell_some(site: Site, event_id: str, seat_ids: Sequence[str], *, share: float, seed: int) -> None:
    """Book, hold and block about that share of the seats, in runs of neighbours, as sales go."""
    chance = random.Random(seed)
    runs = [list(seat_ids[start : start + 10]) for start in range(0, len(seat_ids) - 10, 10)]
    chance.shuffle(runs)
    taken = runs[: int(len(runs) * share)]
    batches = [[seat_id for run in taken[n : n + 5] for seat_id in run] for n in range(0, len(taken), 5)]
    async with site.crowd(connections=8) as crowd:

        async def take(number: int, batch: list[str]) -> None:
            what = number % 10
            header = bearer(site.token(f"crowd-{number}", "admin"))
            if what == 0:
                await crowd.post(f"/api/v1/events/{event_id}/blocks", {"seatIds": batch}, headers=header)
            elif what <= 2:
                await crowd.post(f"/api/v1/events/{event_id}/holds", {"seatIds": batch}, headers=header)
            else:
                booking = {"eventId": event_id, "seatIds": batch, "contactInfo": _CONTACT}
                await crowd.post("/api/v1/bookings", booking, headers=header)

        await asyncio.gather(*(take(number, batch) for number, batch in enumerate(batches)))


async def block(site: Site, event_id: str, seat_ids: Sequence[str]) -> None:
    """Withhold these seats, as fast as the server takes it."""
    admin = bearer(site.token("operator", "admin"))
    async with site.crowd(connections=4) as crowd:
        await asyncio.gather(
            *(
                crowd.post(
                    f"/api/v1/events/{event_id}/blocks",
                    {"seatIds": list(seat_ids[start : start + _SEATS_PER_REQUEST])},
                    headers=admin,
                )
                for start in range(0, len(seat_ids), _SEATS_PER_REQUEST)
            )
        )
