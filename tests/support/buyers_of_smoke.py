"""Buyers for deploy/smoke.sh: they hold and book seats through a balancer until SIGTERM, and count what they are told.

    python -m tests.support.buyers_of_smoke URL BUYERS SECONDS_MAX [--patient] >bought.json

Every request has an idempotency key and is sent once. Whoever is `--patient` repeats what was not answered, or with 409
`request_in_progress` or 5xx, under the same key, as clients of a deployment should whose processes are killed. Prints
one JSON object: seats sold by event, races lost, requests made, repeated, and every failure (none is expected).
"""

import argparse
import asyncio
import contextlib
import json
import random
import signal
import sys
import time
import uuid
from dataclasses import asdict, dataclass, field
from typing import Any

import httpx

EVENTS = ("arena-demo", "movie123", "spider123")
"""Of three shards of the store; the last two are small, so that buyers meet."""
SEATS_MAX = 4
PAUSE_S = 0.1
PATIENCE_S = 60.0
_AGAIN_S = 0.5


@dataclass
class Told:
    """What all buyers were told, together."""

    sold: dict[str, list[str]] = field(default_factory=lambda: {event: [] for event in EVENTS})
    bookings: int = 0
    races_lost: int = 0
    requests: int = 0
    repeated: int = 0
    failures: list[str] = field(default_factory=list)


class Buyer:
    """One guest, who buys again and again."""

    def __init__(
        self, http: httpx.AsyncClient, seat_ids: dict[str, list[str]], told: Told, *, is_patient: bool
    ) -> None:
        self._http = http
        self._seat_ids = seat_ids
        self._told = told
        self._is_patient = is_patient
        self._random = random.Random(uuid.uuid4().int)

    async def buy_until(self, stopped: asyncio.Event) -> None:
        """Buy until it is time to stop; a purchase that was begun is finished."""
        answer = await self._asked("POST", "/api/v1/guest-tokens")
        if answer is None or answer.status_code != 201:
            return
        self._http.headers["Authorization"] = f"Bearer {answer.json()['token']}"
        while not stopped.is_set():
            await self._buy(self._random.choice(EVENTS))
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(stopped.wait(), PAUSE_S)

    async def _buy(self, event: str) -> None:
        answer = await self._asked("GET", f"/api/v1/events/{event}/seat-states")
        if answer is None:
            return
        states = answer.json()["states"]
        free = [seat for seat, state in zip(self._seat_ids[event], states, strict=True) if state == "a"]
        if not free:
            return
        first = self._random.randrange(len(free))
        chosen = free[first : first + self._random.randint(1, SEATS_MAX)]
        held = await self._asked("POST", f"/api/v1/events/{event}/holds", {"seatIds": chosen})
        if held is None or held.status_code != 201:
            return
        contact = {"name": "A Buyer", "email": "buyer@example.com"}
        body = {"eventId": event, "holdId": held.json()["holdId"], "contactInfo": contact}
        booked = await self._asked("POST", "/api/v1/bookings", body)
        if booked is not None and booked.status_code == 201:
            self._told.bookings += 1
            self._told.sold[event] += booked.json()["seatIds"]

    async def _asked(self, method: str, path: str, body: Any = None) -> httpx.Response | None:
        """The answer; anything but success or a lost race is a failure, after which a patient buyer asks again."""
        key = uuid.uuid4().hex
        deadline = time.monotonic() + PATIENCE_S
        while True:
            self._told.requests += 1
            failure = f"{method} {path}: "
            try:
                answer = await self._http.request(method, path, json=body, headers={"Idempotency-Key": key})
            except httpx.TransportError as error:
                failure += repr(error)
            else:
                if answer.is_success:
                    return answer
                if answer.status_code == 409 and answer.json()["code"] == "seats_unavailable":
                    self._told.races_lost += 1
                    return answer
                failure += f"{answer.status_code} {answer.text[:300]}"
                if answer.status_code < 500 and '"request_in_progress"' not in answer.text:
                    deadline = 0
            if not self._is_patient or time.monotonic() > deadline:
                self._told.failures.append(failure)
                return None
            self._told.repeated += 1
            await asyncio.sleep(_AGAIN_S)


async def crowd(url: str, buyers: int, seconds_max: float, *, is_patient: bool) -> Told:
    """So many buyers at once, until SIGTERM or `seconds_max`."""
    told = Told()
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    loop.add_signal_handler(signal.SIGTERM, stopped.set)
    loop.call_later(seconds_max, stopped.set)
    async with contextlib.AsyncExitStack() as stack:
        clients = [await stack.enter_async_context(httpx.AsyncClient(base_url=url, timeout=30)) for _ in range(buyers)]
        seat_ids = {event: await _seats_of(clients[0], event) for event in EVENTS}
        async with asyncio.TaskGroup() as group:
            for http in clients:
                group.create_task(Buyer(http, seat_ids, told, is_patient=is_patient).buy_until(stopped))
    return told


async def _seats_of(http: httpx.AsyncClient, event: str) -> list[str]:
    """The ids in layout order, as `states` is."""
    answer = await http.get(f"/api/v1/events/{event}/seats")
    return [seat["seatId"] for seat in answer.raise_for_status().json()["seats"]]


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser()
    parser.add_argument("url")
    parser.add_argument("buyers", type=int)
    parser.add_argument("seconds_max", type=float)
    parser.add_argument("--patient", action="store_true")
    asked = parser.parse_args()
    told = asyncio.run(crowd(asked.url, asked.buyers, asked.seconds_max, is_patient=asked.patient))
    json.dump(asdict(told), sys.stdout)


if __name__ == "__main__":
    main()
