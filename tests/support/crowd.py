"""Buyers who hold, book and cancel seats of their own over and over, and write down what they were answered."""

import asyncio
import uuid
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

import httpx

from tests.support.http_stack import CONTACT, EVENT, bearer

PURCHASES_PER_USER = 5
"""Then the buyer goes on under another name: one user has bounds of their own."""
REPETITIONS_MAX = 50
PAUSE_S = 0.1
"""Between two purchases of one buyer: it is failures that are looked for, not speed."""


class Crowd:
    """Every buyer has a connection that is kept open, and one seat that nobody else wants.

    Args:
        repeats: a request that was not answered is sent again under its key, as clients do, and is no failure.
    """

    def __init__(self, url: str, seat_ids: Sequence[str], *, repeats: bool = False) -> None:
        self._url = url
        self._seat_ids = seat_ids
        self._repeats = repeats
        self._name = uuid.uuid4().hex[:8]  # nobody of another crowd is taken for one of this
        self._is_over = False
        self.failures: list[str] = []
        self.unanswered = 0
        self.purchases = 0
        self.cancelled: dict[str, set[str]] = {}
        """By user: the bookings that were made and cancelled."""

    @asynccontextmanager
    async def shopping(self) -> AsyncIterator[None]:
        """Shop until the block ends; then every buyer finishes what it is at."""
        async with asyncio.TaskGroup() as buyers:
            for seat_id in self._seat_ids:
                buyers.create_task(self._shop(seat_id))
            try:
                yield
            finally:
                self._is_over = True

    async def _shop(self, seat_id: str) -> None:
        count = 0
        async with httpx.AsyncClient(base_url=self._url, timeout=60) as client:
            while not self._is_over:
                await self._buy(client, f"{self._name}-{seat_id}-{count // PURCHASES_PER_USER}", seat_id)
                count += 1
                await asyncio.sleep(PAUSE_S)

    async def _buy(self, client: httpx.AsyncClient, user: str, seat_id: str) -> None:
        hold = await self._post(client, user, f"/api/v1/events/{EVENT}/holds", {"seatIds": [seat_id]}, 201)
        if hold is None:
            return
        wanted = {"eventId": EVENT, "holdId": hold["holdId"], "contactInfo": CONTACT}
        booking = await self._post(client, user, "/api/v1/bookings", wanted, 201)
        if booking is None:
            return
        if await self._post(client, user, f"/api/v1/bookings/{booking['bookingId']}/cancel", {}, 200) is not None:
            self.cancelled.setdefault(user, set()).add(booking["bookingId"])
            self.purchases += 1

    async def _post(
        self, client: httpx.AsyncClient, user: str, path: str, body: object, expected: int
    ) -> dict[str, Any] | None:
        headers = bearer(user) | {"idempotency-key": uuid.uuid4().hex}
        for _ in range(REPETITIONS_MAX):
            try:
                answer = await client.post(path, json=body, headers=headers)
            except httpx.TransportError as error:
                self.unanswered += 1
                if self._repeats:
                    continue
                self.failures.append(f"{path}: {error!r}")
                return None
            # Whoever had begun it may be dead: others carry it to its end, and the seat is free again after that.
            if self._repeats and answer.json().get("code") in ("request_in_progress", "seats_unavailable"):
                headers["idempotency-key"] += "+"
                await asyncio.sleep(1)  # as Retry-After asks for
                continue
            if answer.status_code == expected:
                return dict(answer.json())
            self.failures.append(f"{path}: {answer.status_code} {answer.text}")
            return None
        self.failures.append(f"{path}: not answered {REPETITIONS_MAX} times")
        return None
