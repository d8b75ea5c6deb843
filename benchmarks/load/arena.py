"""1,000 people buying in a 10,000-seat arena at once, through the seat-booking interface: bookings per second.

Source: seeds/002 (section 10: 1,000+ simultaneous attempts, 10,000+ seats an event, 100+ bookings per second).
"""

import asyncio
import random
import time
from collections import Counter
from dataclasses import dataclass, field

from benchmarks.load.crowd import Crowd
from benchmarks.load.figures import Figure, latency, must_be_none
from benchmarks.load.site import Site, bearer

USERS = 1_000
BOOKINGS_EACH = 2
TRIES_MAX = 100
EVENT = "arena-demo"
CONTACT = {"name": "Ann Example", "email": "ann@example.com", "phone": "+1234567890"}


@dataclass
class Sale:
    """What happened, by everybody."""

    hold_s: list[float] = field(default_factory=list)
    confirm_s: list[float] = field(default_factory=list)
    booked: Counter[str] = field(default_factory=Counter)
    conflicts: int = 0
    unexpected: int = 0
    gave_up: int = 0


async def run(site: Site) -> list[Figure]:
    """Everybody books three neighbouring places twice; who is refused tries elsewhere."""
    sale = Sale()
    async with site.crowd(connections=256) as client:
        seats = (await client.get(f"/api/v1/events/{EVENT}/seats")).expected().json()["seats"]
        seat_ids = [seat["seatId"] for seat in seats]
        tokens = [site.token(f"fan-{number}") for number in range(USERS)]
        started = time.monotonic()
        await asyncio.gather(*(_buy(client, token, seat_ids, sale) for token in tokens))
        took_s = time.monotonic() - started
        states = Counter((await client.get(f"/api/v1/events/{EVENT}/seat-states")).json()["states"])
        admin = bearer(site.token("boss", "admin"))
        stats = (await client.get(f"/seat-booking/stats/{EVENT}", headers=admin)).expected().json()["data"]
    bookings = len(sale.confirm_s)
    per_s = bookings / took_s
    return [
        Figure(
            f"bookings of 3 seats, {USERS:,} users, {len(seat_ids):,} seats",
            f"{bookings:,} in {took_s:.1f} s: {per_s:.0f} per second",
            "over 100 per second",
            per_s > 100,
        ),
        latency("hold, with the wait for one of 256 connections", sale.hold_s),
        latency("confirm, with the wait for one of 256 connections", sale.confirm_s),
        Figure("holds refused because somebody was first", f"{sale.conflicts:,}"),
        must_be_none("seats booked twice", sum(count > 1 for count in sale.booked.values())),
        must_be_none("seats by which map and answers differ", abs(states["b"] - len(sale.booked))),
        must_be_none("seats by which ledger and answers differ", abs(stats["bookedSeats"] - len(sale.booked))),
        must_be_none("unexpected answers", sale.unexpected + sale.gave_up),
    ]


async def _buy(client: Crowd, token: str, seat_ids: list[str], sale: Sale) -> None:
    chance = random.Random(token)
    for _ in range(BOOKINGS_EACH):
        for _ in range(TRIES_MAX):
            first = chance.randrange(len(seat_ids) - 3)
            wanted = seat_ids[first : first + 3]
            if await _booked(client, token, wanted, sale):
                break
        else:
            sale.gave_up += 1


async def _booked(client: Crowd, token: str, wanted: list[str], sale: Sale) -> bool:
    headers, chosen = bearer(token), {"eventId": EVENT, "seatIds": wanted}
    started = time.perf_counter()
    held = await client.post("/seat-booking/hold-seats", chosen, headers=headers)
    sale.hold_s.append(time.perf_counter() - started)
    if held.status_code == 409:
        sale.conflicts += 1
        return False
    started = time.perf_counter()
    booked = await client.post("/seat-booking/confirm", {**chosen, "contactInfo": CONTACT}, headers=headers)
    sale.confirm_s.append(time.perf_counter() - started)
    if (held.status_code, booked.status_code) != (200, 200):
        sale.unexpected += 1
        return True
    sale.booked.update(wanted)
    return True
