"""What the states of 50,000 seats weigh on the wire: as an answer, and as a stream's first frame."""

import random

import aiohttp

from benchmarks.load.figures import Figure
from benchmarks.load.site import Site, bearer
from benchmarks.serving import put_on_sale_as

SEATS = 50_000
BYTES_MAX = 60_000
_EVENT = "stadium"
_BLOCKED = 20_000
_SEATS_PER_BLOCK = 5_000
_HOLDS = 40
_SEATS_PER_HOLD = 50
_SEED = 50_000


async def run(site: Site) -> list[Figure]:
    """A stadium in which two of five seats, anywhere, are withheld or held: hardly a run of equal letters in it."""
    admin = bearer(site.token("boss", "admin"))
    async with site.crowd() as client:
        await put_on_sale_as(admin, site.url, _EVENT, SEATS)
        taken = random.Random(_SEED).sample(range(SEATS), _BLOCKED + _HOLDS * _SEATS_PER_HOLD)
        seats = [f"S{number}" for number in taken]
        for first in range(0, _BLOCKED, _SEATS_PER_BLOCK):
            body = {"seatIds": seats[first : first + _SEATS_PER_BLOCK]}
            (await client.post(f"/api/v1/events/{_EVENT}/blocks", body, headers=admin)).expected()
        for first in range(_BLOCKED, len(seats), _SEATS_PER_HOLD):
            holder = bearer(site.token(f"holder-{first}"))
            body = {"seatIds": seats[first : first + _SEATS_PER_HOLD]}
            (await client.post(f"/api/v1/events/{_EVENT}/holds", body, headers=holder)).expected()
    states, changes = f"/api/v1/events/{_EVENT}/seat-states", f"/api/v1/events/{_EVENT}/changes"
    async with aiohttp.ClientSession(site.url, auto_decompress=False) as session:
        return [
            _sized("seat-states, to who takes gzip", await _whole(session, states, "gzip")),
            _sized("seat-states, to who does not", await _whole(session, states, "identity")),
            _sized("a stream's snapshot", await _first_frame(session, changes)),
        ]


def _sized(name: str, size: int) -> Figure:
    return Figure(name, f"{size:,} bytes", f"under {BYTES_MAX:,} bytes", size < BYTES_MAX)


async def _whole(session: aiohttp.ClientSession, path: str, coding: str) -> int:
    async with session.get(path, headers={"accept-encoding": coding}) as answer:
        return len(await answer.read())


async def _first_frame(session: aiohttp.ClientSession, path: str) -> int:
    received = b""
    async with session.get(path, headers={"accept-encoding": "identity"}) as answer:
        async for part in answer.content.iter_any():
            received += part
            before, separator, _ = received.partition(b"\n\n")
            while separator and b"event: snapshot" not in before:
                received = received[len(before) + 2 :]
                before, separator, _ = received.partition(b"\n\n")
            if separator:
                return len(before) + len(separator)
    raise SystemExit("the stream ended before its snapshot")
