"""50 people on one showtime for a minute, through the showtime interface: lock latency, and who held what when.

Source: seeds/003 (AC7: locks within 200 ms, at least 50 concurrent users a showtime, no inconsistency).
"""

import asyncio
import random
import time
from dataclasses import dataclass, field

from benchmarks.load.crowd import Crowd
from benchmarks.load.figures import Figure, latency, must_be_none
from benchmarks.load.site import Site, bearer

USERS = 50
THINKING_S = 0.25
SHOWTIME = "/api/v1/showtimes/42/seats"


@dataclass
class Minute:
    """What happened. `owners` is who certainly holds a seat: granted, and not yet asked to be given back."""

    until: float

    lock_s: list[float] = field(default_factory=list)
    granted: int = 0
    conflicts: int = 0
    unexpected: int = 0
    doubles: int = 0
    owners: dict[str, str] = field(default_factory=dict)

    def took(self, user: str, seats: list[str]) -> None:
        """The user was told that these are locked now."""
        self.granted += 1
        self.doubles += sum(self.owners.get(seat, user) != user for seat in seats)
        self.owners.update(dict.fromkeys(seats, user))

    def gives_back(self, seats: list[str]) -> None:
        """From here on somebody else may have them."""
        for seat in seats:
            self.owners.pop(seat, None)


async def run(site: Site, seconds: float) -> list[Figure]:
    """Everybody locks two or three seats, thinks, and gives them back or keeps them for a while."""
    async with site.crowd(connections=USERS) as client:
        status = (await client.get(f"{SHOWTIME}/status")).expected().json()
        seats = [seat["seat"] for seat in status["data"]["seats"]]
        minute = Minute(until=time.monotonic() + seconds)
        users = [f"user-{number}" for number in range(USERS)]
        await asyncio.gather(*(_visit(client, site, user, seats, minute) for user in users))
        await _compare(client, site, users, minute)
    return [
        latency(f"lock, {USERS} users on one showtime for {seconds:g} s", minute.lock_s, p99_ms_max=200),
        Figure("locks granted and refused", f"{minute.granted:,} and {minute.conflicts:,}"),
        must_be_none("seats granted to two users at once, or shown otherwise than answered", minute.doubles),
        must_be_none("answers other than 200 and 409", minute.unexpected),
    ]


async def _visit(client: Crowd, site: Site, user: str, seats: list[str], minute: Minute) -> None:
    chance, headers = random.Random(user), bearer(site.token(user))
    mine: list[str] = []
    while time.monotonic() < minute.until:
        wanted = chance.sample(seats, chance.randint(2, 3))
        started = time.perf_counter()
        answer = await client.post(f"{SHOWTIME}/lock", {"seats": wanted}, headers=headers)
        minute.lock_s.append(time.perf_counter() - started)
        if answer.status_code == 200:
            minute.took(user, wanted)
            mine += [seat for seat in wanted if seat not in mine]
        elif answer.status_code == 409:
            minute.conflicts += 1
        else:
            minute.unexpected += 1
        await asyncio.sleep(chance.uniform(0, 2 * THINKING_S))
        if len(mine) > 4 and chance.random() < 0.8:
            minute.gives_back(mine)
            released = await client.ask("DELETE", f"{SHOWTIME}/unlock", {"seats": mine}, headers=headers)
            minute.unexpected += released.status_code != 200
            mine = []


async def _compare(client: Crowd, site: Site, users: list[str], minute: Minute) -> None:
    """What each user is shown at the end is what each was told."""
    for user in users:
        shown = (await client.get(f"{SHOWTIME}/status", headers=bearer(site.token(user)))).json()["data"]["seat_status"]
        told = {seat for seat, owner in minute.owners.items() if owner == user}
        minute.doubles += len(told ^ set(shown["selected"]))
