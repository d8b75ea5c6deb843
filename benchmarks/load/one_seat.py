"""Two people in the same instant on one seat, again and again, through the bookings interface: one winner each time.

Source: seeds/004 (1: two users booking the same seat at the same millisecond).
"""

import asyncio

from benchmarks.load.figures import Figure, must_be_none
from benchmarks.load.site import Site, bearer

SHOW = "6968c63750fc5afb14f89c46"


async def run(site: Site) -> list[Figure]:
    """Both hold the seat at once; both confirm at once; then the next seat."""
    winners, rounds, losers = [], 0, []
    async with site.crowd(connections=2) as one, site.crowd(connections=2) as two:
        people = [(one, site.token("ann"), "ann"), (two, site.token("bob"), "bob")]
        seats = [seat["seatNumber"] for seat in (await one.get(f"/status/{SHOW}")).json()["seats"]]
        for seat in seats:

            async def both(path: str, seat: str = seat) -> list[int]:
                asked = (
                    client.post(path, {"showId": SHOW, "seatNumber": seat, "userId": user}, headers=bearer(token))
                    for client, token, user in people
                )
                return [answer.status_code for answer in await asyncio.gather(*asked)]

            held, booked = await both("/hold"), await both("/confirm")
            rounds += 1
            winners.append((held.count(200), booked.count(201)))
            losers += [status for status in (*held, *booked) if status not in (200, 201)]
        summary = (await one.get(f"/summary/{SHOW}")).json()
    return [
        Figure("rounds of two users on one seat", str(rounds)),
        must_be_none("rounds without exactly one hold and one booking", sum(won != (1, 1) for won in winners)),
        must_be_none(
            "losers told anything but 409 (held) or 403/400 (not theirs)", sum(s not in (400, 403, 409) for s in losers)
        ),
        must_be_none("seats not booked once at the end", summary["totalSeats"] - summary["bookedCount"]),
    ]
