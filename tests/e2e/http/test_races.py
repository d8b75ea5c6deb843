"""200 users and one seat over HTTP, through real sockets: one 201, 199 times 409, nothing else."""

import asyncio
from collections import Counter
from pathlib import Path

from tests.support.guests import guests
from tests.support.server import FORKED, run_frontrow, running_server

USERS = 200
EVENT = "64f123456789abcd12345678"
CONTACT = {"name": "Racer", "email": "racer@example.com"}


async def test_of_200_users_one_holds_the_seat_and_199_are_told_who_was_faster(tmp_path: Path) -> None:
    run_frontrow("seed", data_dir=tmp_path)
    extra = {"FRONTROW_DIRECT_BOOKING": "anyone"}
    with running_server(tmp_path, extra=extra, forked=FORKED) as server:
        async with guests(server.url, USERS) as users:
            holds = f"/api/v1/events/{EVENT}/holds"
            held = await asyncio.gather(*(user.post(holds, json={"seatIds": ["seat_A5"]}) for user in users))
            assert Counter(answer.status_code for answer in held) == {201: 1, 409: USERS - 1}
            refused = [answer.json() for answer in held if answer.status_code == 409]
            assert all(problem["seats"] == [{"seatId": "seat_A5", "reason": "held"}] for problem in refused)
            [won] = [number for number, answer in enumerate(held) if answer.status_code == 201]
            wish = {"eventId": EVENT, "holdId": held[won].json()["holdId"], "contactInfo": CONTACT}
            booked = await asyncio.gather(*(user.post("/api/v1/bookings", json=wish) for user in users))
            assert Counter(answer.status_code for answer in booked) == {201: 1, 404: USERS - 1}
            again = await users[won].post("/api/v1/bookings", json=wish)
            assert again.json()["bookingId"] == booked[won].json()["bookingId"]
