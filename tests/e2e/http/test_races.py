"""200 users and one seat over HTTP, through real sockets: one 201, 199 times 409, nothing else."""

import asyncio
from collections import Counter
from pathlib import Path

import httpx

from tests.support.server import run_frontrow, running_server

USERS = 200
EVENT = "64f123456789abcd12345678"
CONTACT = {"name": "Racer", "email": "racer@example.com"}


async def test_of_200_users_one_holds_the_seat_and_199_are_told_who_was_faster(tmp_path: Path) -> None:
    run_frontrow("seed", data_dir=tmp_path)
    with running_server(tmp_path, extra={"FRONTROW_DIRECT_BOOKING": "anyone"}) as server:
        limits = httpx.Limits(max_connections=USERS)
        async with httpx.AsyncClient(base_url=server.url, timeout=30, limits=limits) as http:
            tokens = [
                (await http.post("/api/v1/guest-tokens")).raise_for_status().json()["token"] for _ in range(USERS)
            ]
            headers = [{"Authorization": f"Bearer {token}"} for token in tokens]
            held = await asyncio.gather(
                *(
                    http.post(f"/api/v1/events/{EVENT}/holds", json={"seatIds": ["seat_A5"]}, headers=each)
                    for each in headers
                )
            )
            assert Counter(answer.status_code for answer in held) == {201: 1, 409: USERS - 1}
            refused = [answer.json() for answer in held if answer.status_code == 409]
            assert all(problem["seats"] == [{"seatId": "seat_A5", "reason": "held"}] for problem in refused)
            [won] = [number for number, answer in enumerate(held) if answer.status_code == 201]
            wish = {"eventId": EVENT, "holdId": held[won].json()["holdId"], "contactInfo": CONTACT}
            booked = await asyncio.gather(*(http.post("/api/v1/bookings", json=wish, headers=each) for each in headers))
            assert Counter(answer.status_code for answer in booked) == {201: 1, 404: USERS - 1}
            again = await http.post("/api/v1/bookings", json=wish, headers=headers[won])
            assert again.json()["bookingId"] == booked[won].json()["bookingId"]
