"""Half an hour of mixed traffic on events that open and end: memory stays flat, and nothing is left of retired events.

A show opens every few seconds, its visitors use whichever interface they happen to, and after a minute it is moved to
the day before yesterday, which is what an event that is long over looks like: the retirement then takes its keys.
"""

import asyncio
import random
import time
from collections import Counter
from dataclasses import dataclass, field

from benchmarks.load.crowd import Answer, Crowd
from benchmarks.load.figures import Figure, must_be_none
from benchmarks.load.site import Site, bearer

SHOW_S = 60.0
SHOWS_AT_ONCE = 6
VISITORS_PER_SHOW = 5
THINKING_S = 0.1
SAMPLE_S = 10.0
WARMED_UP = 0.2
"""The first fifth of the run fills caches and pools; growth is measured after it."""
RETIRED_WITHIN_S = 660.0
"""The retirement passes every ten minutes."""
LAYOUT = "cinema"
CONTACT = {"name": "Ann Example", "email": "ann@example.com", "phone": "+1234567890"}
_MIB = 1024 * 1024


@dataclass
class Soak:
    """What happened so far."""

    until: float
    layout_version: int
    answers: Counter[int] = field(default_factory=Counter)
    shows: list[str] = field(default_factory=list)
    unexpected: list[str] = field(default_factory=list)
    process_mib: list[float] = field(default_factory=list)
    valkey_mib: list[float] = field(default_factory=list)


@dataclass
class Visitor:
    """Somebody at a show, with a way to speak."""

    client: Crowd
    soak: Soak
    show: str
    headers: dict[str, str]
    chance: random.Random

    async def ask(self, method: str, path: str, body: object = None, *, expected: tuple[int, ...]) -> Answer:
        """Send and count; anything not expected is kept to be shown."""
        answer = await self.client.ask(method, path, body, self.headers)
        self.soak.answers[answer.status_code] += 1
        if answer.status_code not in expected:
            self.soak.unexpected.append(f"{method} {path}: {answer.status_code} {answer.content[:200]!r}")
        return answer


async def run(site: Site, seconds: float) -> list[Figure]:
    """Keep SHOWS_AT_ONCE shows going for that long, then wait for the last of them to be retired."""
    async with site.crowd() as client:
        soak = Soak(until=time.monotonic() + seconds, layout_version=await _layout_version(client))
        sampling = asyncio.create_task(_sample(site, soak))
        try:
            async with asyncio.TaskGroup() as stages:
                for place in range(SHOWS_AT_ONCE):
                    stages.create_task(_stage(client, site, soak, place * SHOW_S / SHOWS_AT_ONCE))
        finally:
            sampling.cancel()
        left = await _left_of_retired(site, soak)
    for line in soak.unexpected[:20]:
        print(line)
    return [
        Figure("requests", f"{soak.answers.total():,} in {seconds / 60:.0f} minutes, {len(soak.shows):,} shows"),
        must_be_none("unexpected answers", len(soak.unexpected)),
        _growth("memory of the server process", soak.process_mib),
        _growth("memory of Valkey's data", soak.valkey_mib),
        must_be_none("keys without a lifetime left of ended shows", left),
    ]


async def _stage(client: Crowd, site: Site, soak: Soak, wait_s: float) -> None:
    await asyncio.sleep(wait_s)
    admin = bearer(site.token("boss", "admin"))
    while time.monotonic() < soak.until:
        show = f"soak-{len(soak.shows) + 1}"
        soak.shows.append(show)
        event = {
            "eventId": show,
            "name": show,
            "layoutId": LAYOUT,
            "layoutVersion": soak.layout_version,
            "currency": "USD",
        }
        created = await client.post("/api/v1/events", {**event, "startsAt": "2090-01-01T20:00:00Z"}, headers=admin)
        created.expected()
        ends = min(soak.until, time.monotonic() + SHOW_S)
        seats = [seat["seatId"] for seat in (await client.get(f"/api/v1/events/{show}/seats")).json()["seats"]]
        users = [f"{show}-{number}" for number in range(VISITORS_PER_SHOW)]
        visitors = (Visitor(client, soak, show, bearer(site.token(user)), random.Random(user)) for user in users)
        await asyncio.gather(*(_visit(visitor, seats, ends) for visitor in visitors))
        over = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() - 48 * 3600))
        (await client.ask("PATCH", f"/api/v1/events/{show}", {"startsAt": over}, admin)).expected()


async def _visit(visitor: Visitor, seats: list[str], ends: float) -> None:
    while time.monotonic() < ends:
        deed = visitor.chance.choice(_DEEDS)
        await deed(visitor, visitor.chance.sample(seats, visitor.chance.randint(1, 2)))
        await asyncio.sleep(visitor.chance.uniform(0, 2 * THINKING_S))


async def _by_v1(visitor: Visitor, wanted: list[str]) -> None:
    path = f"/api/v1/events/{visitor.show}/holds"
    held = await visitor.ask("POST", path, {"seatIds": wanted}, expected=(201, 409))
    if held.status_code == 201:
        hold_id = held.json()["holdId"]
        if visitor.chance.random() < 0.3:
            body = {"eventId": visitor.show, "holdId": hold_id, "contactInfo": CONTACT}
            await visitor.ask("POST", "/api/v1/bookings", body, expected=(201, 409))
        else:
            await visitor.ask("POST", f"{path}/{hold_id}/extend", {"durationMinutes": 5}, expected=(200,))
            await visitor.ask("DELETE", f"{path}/{hold_id}", expected=(204,))
    await visitor.ask("GET", f"/api/v1/events/{visitor.show}/seat-states", expected=(200,))


async def _by_seat_booking(visitor: Visitor, wanted: list[str]) -> None:
    chosen = {"eventId": visitor.show, "seatIds": wanted}
    held = await visitor.ask("POST", "/seat-booking/hold-seats", chosen, expected=(200, 409))
    if held.status_code == 200 and visitor.chance.random() < 0.3:
        await visitor.ask("POST", "/seat-booking/confirm", {**chosen, "contactInfo": CONTACT}, expected=(200, 409))
    elif held.status_code == 200:
        path = f"/seat-booking/release-seats/{visitor.show}"
        await visitor.ask("DELETE", path, {"seatIds": wanted}, expected=(200,))
    await visitor.ask("GET", f"/seat-booking/layout/{visitor.show}", expected=(200,))


async def _by_showtimes(visitor: Visitor, wanted: list[str]) -> None:
    path = f"/api/v1/showtimes/{visitor.show}/seats"
    locked = await visitor.ask("POST", f"{path}/lock", {"seats": wanted}, expected=(200, 409))
    if locked.status_code == 200:
        await visitor.ask("PUT", f"{path}/extend-lock", {"seats": wanted}, expected=(200,))
        await visitor.ask("DELETE", f"{path}/unlock", {"seats": wanted}, expected=(200,))
    await visitor.ask("GET", f"{path}/status", expected=(200,))


async def _by_bookings(visitor: Visitor, wanted: list[str]) -> None:
    chosen = {"showId": visitor.show, "seatNumber": wanted}
    held = await visitor.ask("POST", "/hold", chosen, expected=(200, 400, 409))
    if held.status_code == 200:
        await visitor.ask("POST", "/confirm", chosen, expected=(200, 201))
    await visitor.ask("GET", f"/summary/{visitor.show}", expected=(200,))


async def _by_holds(visitor: Visitor, wanted: list[str]) -> None:
    chosen = {"showId": visitor.show, "seatIds": wanted, "quantity": len(wanted)}
    held = await visitor.ask("POST", "/holds", chosen, expected=(200, 409))
    if held.status_code == 200:
        await visitor.ask("POST", f"/holds/{held.json()['holdId']}/release", {}, expected=(200,))
    await visitor.ask("GET", f"/shows/{visitor.show}/seatmap", expected=(200,))


_DEEDS = (_by_v1, _by_seat_booking, _by_showtimes, _by_bookings, _by_holds)


async def _layout_version(client: Crowd) -> int:
    events = (await client.get("/api/v1/events")).expected().json()["items"]
    return next(int(event["layoutVersion"]) for event in events if event["layoutId"] == LAYOUT)


async def _sample(site: Site, soak: Soak) -> None:
    while True:
        soak.process_mib.append(site.process_bytes() / _MIB)
        soak.valkey_mib.append(site.valkey_bytes() / _MIB)
        await asyncio.sleep(SAMPLE_S)


def _growth(name: str, samples: list[float]) -> Figure:
    """The middle of the run against its end; flat is within a tenth or 5 MiB, whichever is more."""
    settled = samples[int(len(samples) * WARMED_UP) :]
    third = max(1, len(settled) // 3)
    first, last = sum(settled[:third]) / third, sum(settled[-third:]) / third
    measured = f"{first:.1f} MiB, then {last:.1f} MiB (highest {max(samples):.1f} MiB)"
    return Figure(name, measured, "flat", last - first <= max(5.0, first / 10))


async def _left_of_retired(site: Site, soak: Soak) -> int:
    """Keys of the shows that neither the retirement took nor a lifetime will, once that had its time."""
    until = time.monotonic() + RETIRED_WITHIN_S
    while True:
        marks = {f"{{{show}}}" for show in soak.shows}
        left = [
            key
            for key in site.valkey.scan_iter(count=1000)
            if key[key.find("{") : key.find("}") + 1] in marks and site.valkey.pttl(key) == -1
        ]
        if not left or time.monotonic() > until:
            return len(left)
        await asyncio.sleep(SAMPLE_S)
